"""``annotated.*``: the user's rows with the answers beside them, in the format that is asked for."""

import base64
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pyarrow as pa
import pyarrow.csv as pa_csv

from vintool.columns import beside
from vintool.errors import ManifestError
from vintool.files.reading.sheets import Manifest
from vintool.files.writing.cells import (
    by_appearance,
    flat,
    has_dictionary,
    inert,
    plain,
    texts,
    without_dictionary,
)
from vintool.files.writing.hashing import HashedFile
from vintool.files.writing.jsonl import json_lines

FORMATS = ("csv", "tsv", "xlsx", "parquet", "jsonl")
WITH_LISTS = frozenset({"parquet", "jsonl"})
BOM = b"\xef\xbb\xbf"  # without it spreadsheet programs take UTF-8 for the local code page
SLOW_ROWS = 200_000  # of a workbook, some 20 s
_XLSX_ROWS, _XLSX_COLUMNS = 1_048_576, 16_384  # of one sheet, the header included
_AT_ONCE = 1 << 20  # bytes
_GROUP_ROWS, _GROUP_CELLS = 1 << 17, 1 << 24  # of a row group: it is held in memory

CSV_ROWS = 1 << 11  # converted at a time: a dictionary is looked at each time

_NO_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 - of a workbook: the same rows give the same bytes


class Copy(NamedTuple):
    """How ``annotated.*`` is written.

    Attributes:
        form: one of ``FORMATS``.
        delimiter: between the cells of CSV and TSV.
        raw: CSV and TSV for programs: no byte order mark, every cell as it came.
        columns: those of all sheets, where several become one table; else empty.
    """

    form: str
    delimiter: str = ""
    raw: bool = False
    columns: tuple[str, ...] = ()

    @classmethod
    def of(cls, manifest: Manifest, form: str | None, *, raw: bool) -> "Copy":
        """The copy of a manifest; in its own format unless told, of XML in CSV.

        Raises:
            ValueError: there is no such format.
        """
        own = manifest.copied_as
        form = form or own
        if form not in FORMATS:
            raise ValueError(f"no format {form!r}; known: {', '.join(FORMATS)}")
        several = len(manifest.sheets) > 1 and form != "xlsx"
        columns = dict.fromkeys(name for part in manifest.sheets for name in part.columns)
        usual = "\t" if form == "tsv" else ","
        return cls(
            form,
            (manifest.delimiter if form == own else "") or usual,
            raw,
            tuple(columns) if several else (),
        )

    @property
    def name(self) -> str:
        """The name of the file."""
        return f"annotated.{self.form}"

    def writer(self, folder: Path) -> "Writer":
        """The writer of the file."""
        path = folder / self.name
        if self.form == "parquet":
            return ParquetWriter(path)
        if self.form == "jsonl":
            return JsonLinesWriter(path)
        if self.form == "xlsx":
            return WorkbookWriter(path)
        return DelimitedWriter(path, self.delimiter, raw=self.raw)

    def table(
        self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch
    ) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        """Both with the columns of the table that all sheets become, and the sheet beside each row."""
        if not self.columns:
            return data, answers
        rows = data.num_rows
        blank, place = pa.array([""] * rows, pa.string()), pa.array([sheet] * rows, pa.string())
        columns = [
            data.column(name) if name in data.schema.names else blank for name in self.columns
        ]
        return (
            pa.RecordBatch.from_arrays(columns, names=list(self.columns)),
            pa.RecordBatch.from_arrays(
                [place, *answers.columns], names=["vin_sheet", *answers.schema.names]
            ),
        )


class Writer(Protocol):
    """Takes the screened batches of one sheet after another."""

    def write(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:
        """Add rows, the user's columns and the answers; the sheets come one after another."""

    def close(self) -> None:
        """Finish the file."""

    def abandon(self) -> None:
        """Let go of the file, as far as it came."""

    @property
    def digest(self) -> str:
        """The SHA-256 of the finished file; empty if it must be read for that."""

    def notes(self) -> tuple[str, ...]:
        """What the user should know of the file."""


class ByteWriter:
    """What the writers have in common that write the bytes of the file themselves."""

    def __init__(self, path: Path) -> None:
        self._hashed = HashedFile(path)
        # Whatever Arrow writes, page by page, comes here at once: each time waits for the interpreter's lock.
        self._file = pa.output_stream(self._hashed, buffer_size=_AT_ONCE)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    def abandon(self) -> None:
        """Let go of the file."""
        self._file.close()

    @property
    def digest(self) -> str:
        """The SHA-256 of the finished file."""
        return self._hashed.digest

    def notes(self) -> tuple[str, ...]:
        """What the user should know: nothing, every cell is as it came."""
        return ()


class DelimitedWriter(ByteWriter):
    """CSV or TSV in UTF-8. For spreadsheets with a byte order mark, and without a cell that would run."""

    def __init__(self, path: Path, delimiter: str, *, raw: bool) -> None:
        super().__init__(path)
        self._raw, self._inert = raw, 0
        self._options = pa_csv.WriteOptions(
            include_header=True,
            delimiter=delimiter,
            quoting_style="needed",
            batch_size=CSV_ROWS,
        )
        self._writer: Any = None
        if not raw:
            self._file.write(BOM)

    def write(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:  # noqa: ARG002 - one table
        """Add rows."""
        batch = beside(data, answers)
        names, columns = batch.schema.names, list(map(flat, batch.columns))
        if not self._raw:
            # What else we add begins with a word of ours.
            at = [
                *range(data.num_columns),
                data.num_columns + answers.schema.get_field_index("vin_text"),
            ]
            for number in at:
                columns[number], found = inert(columns[number])
                self._inert += found
            headers, found = inert(pa.array(names, pa.string()))
            names = headers.to_pylist()
            self._inert += found if self._writer is None else 0
        batch = pa.RecordBatch.from_arrays(columns, names=names)
        if self._writer is None:
            self._writer = pa_csv.CSVWriter(self._file, batch.schema, write_options=self._options)
        self._writer.write_batch(batch)

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()
        super().close()

    def notes(self) -> tuple[str, ...]:
        """How many cells are not as they came."""
        notes: tuple[str, ...] = ()
        if self._inert:
            notes = (
                f"{self._inert} cell(s) of the annotated copy would run as formulas in a spreadsheet and have an apostrophe before them; --raw leaves them as they are.",
            )
        return notes


class JsonLinesWriter(ByteWriter):
    """JSON Lines in UTF-8, lists as lists, every cell as it came."""

    def write(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:  # noqa: ARG002 - one table
        """Add rows."""
        for lines in json_lines(beside(data, answers)):
            self._file.write(lines)


_UNIQUE = frozenset({"vin_row", "vin_text", "vin", "vin_vin", "vin_suggestion"})
_RANGES = ("vin_row", "vin_verdict")
_ASKED = 1 << 12  # rows that show whether values repeat


def _repeated(rows: pa.Table, own: int) -> list[str] | bool:
    """The columns whose values repeat; of those of the user's, the first ``own``, some rows tell."""
    if any(pa.types.is_nested(field.type) for field in list(rows.schema)[:own]):
        return True
    some = rows.slice(0, _ASKED)
    return [
        f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name
        for number, field in enumerate(rows.schema)
        if (
            2 * len(some.column(number).unique()) <= len(some)
            if number < own
            else field.name not in _UNIQUE
        )
    ]


def _written(field: pa.Field) -> pa.Field:
    """The column as it is given to Arrow's writer, which knows no dictionaries of lists."""
    kind = field.type
    if has_dictionary(kind) and pa.types.is_list(kind.value_type):
        return field.with_type(kind.value_type)
    return field


class ParquetWriter(ByteWriter):
    """Parquet, lists as lists, every cell as it came.

    Row groups of 131,072 rows are 1 % larger than those of 262,144, and these 2 % larger than those of a
    million, which need four times the memory.
    Where a group begins and how its columns lie in memory does not hang on the batches that come in:
    the same rows give the same bytes. zstd at its usual level 1: 3 saves 2 % and takes 15 % longer.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._writer: Any = None
        self._schema: Any = None
        self._waiting: list[pa.RecordBatch] = []
        self._rows, self._group = 0, _GROUP_ROWS

    def write(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:  # noqa: ARG002 - one table
        """Add rows."""
        batch = beside(data, answers)
        if self._schema is None:
            self._schema, self._own = pa.schema(map(_written, batch.schema)), len(data.schema)
            self._group = min(_GROUP_ROWS, max(1024, _GROUP_CELLS // len(self._schema)))
        while batch.num_rows:
            part = batch.slice(0, self._group - self._rows)
            batch = batch.slice(part.num_rows)
            self._waiting.append(part)
            self._rows += part.num_rows
            if self._rows == self._group:
                self._flush()

    def _open(self, rows: pa.Table) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415 - start-up time

        self._writer = pq.ParquetWriter(
            self._file,
            rows.schema,
            compression="zstd",
            store_schema=False,
            use_dictionary=_repeated(rows, self._own),
            # Statistics of unique texts cost a quarter of the time, and no one asks for a range of them.
            write_statistics=[name for name in _RANGES if name in rows.schema.names],
        )
        # What reads the file finds our columns as plain texts and lists, and the user's as they were.
        told = pa.schema(
            field.with_type(without_dictionary(field.type)) if number >= self._own else field
            for number, field in enumerate(rows.schema)
        )
        text = base64.b64encode(told.serialize().to_pybytes())
        self._writer.add_key_value_metadata({"ARROW:schema": text.decode()})

    def _flush(self) -> None:
        columns = []
        for number, field in enumerate(self._schema):
            chunks = [batch.column(number) for batch in self._waiting]
            if has_dictionary(chunks[0].type):
                whole = by_appearance(chunks)
                chunks = [plain(whole) if pa.types.is_list(field.type) else whole]
            columns.append(pa.chunked_array(chunks, field.type))
        table = pa.Table.from_arrays(columns, schema=self._schema).combine_chunks()
        if self._writer is None:
            self._open(table)
        self._writer.write_table(table, row_group_size=self._group)
        self._waiting, self._rows = [], 0

    def close(self) -> None:
        """Finish the file."""
        if self._waiting:
            self._flush()
        elif self._writer is None and self._schema is not None:
            self._open(self._schema.empty_table())
        if self._writer is not None:
            self._writer.close()
        super().close()

    def abandon(self) -> None:
        """Let go of the file, which the destructor would finish."""
        if self._writer is not None:
            self._writer.is_open = False
        super().abandon()


class WorkbookWriter:
    """A new workbook with the same sheets: every cell is a text, nothing is a formula or a link."""

    digest = ""

    def __init__(self, path: Path) -> None:
        import xlsxwriter  # noqa: PLC0415 - start-up time

        self._book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "use_zip64": True,
                "tmpdir": str(path.parent),
            },
        )
        self._book.set_properties({"created": _NO_TIME})
        self._bold = self._book.add_format({"bold": True})
        self._sheet: Any = None
        self._name, self._row, self._cut = "", 0, 0

    def write(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:
        """Add rows; a sheet that is full is continued on another."""
        batch = beside(data, answers)
        if self._sheet is None or sheet != self._name:
            self._name = sheet
            self._open(sheet, batch.schema.names)
        cells = [texts(column).to_pylist() for column in batch.columns]
        for values in zip(*cells, strict=True):
            if self._row == _XLSX_ROWS:
                self._open(self._continued(), batch.schema.names)
            for at, value in enumerate(values):
                if value:
                    self._cut += self._sheet.write_string(self._row, at, value) != 0
            self._row += 1

    def _continued(self) -> str:
        """A name for the next sheet that no other sheet has."""
        part = 2
        while self._book.get_worksheet_by_name(name := f"{self._name[:25]} ({part})".strip()):
            part += 1
        return name

    def _open(self, name: str, columns: Sequence[str]) -> None:
        if len(columns) > _XLSX_COLUMNS:
            raise ManifestError(
                f"with ours there are {len(columns)} columns, and a workbook holds {_XLSX_COLUMNS}",
                file="annotated.xlsx",
                sheet=name,
                next_step="write the annotated copy with --as csv or --as parquet",
            )
        self._sheet = self._book.add_worksheet(name or None)
        self._sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            self._sheet.write_string(0, at, column, self._bold)
        self._row = 1

    def close(self) -> None:
        """Finish the file."""
        from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 - start-up time

        try:
            self._book.close()
        except FileCreateError as error:
            raise error.args[0] from None  # the OSError that it hides

    def abandon(self) -> None:
        """Let go of the file; finishing it, as the destructor would, takes long."""
        self._book.fileclosed = True
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()

    def notes(self) -> tuple[str, ...]:
        """How many cells are not whole."""
        notes: tuple[str, ...] = ()
        if self._cut:
            notes = (
                f"{self._cut} cell(s) are longer than a workbook holds and were cut in the annotated copy; --as csv keeps them.",
            )
        return notes
