"""``annotated.*``: the user's rows with the answers beside them, in the format that is asked for."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import pyarrow as pa

from vintool.files.reading.sheets import Manifest, Sheet
from vintool.files.reading.workbooks.sheet_choice import ADDED
from vintool.files.writing.delimited import DelimitedWriter
from vintool.files.writing.formats import FORMATS, LIST_FORMATS
from vintool.files.writing.jsonl import JsonLinesWriter
from vintool.files.writing.keepable import NotKeptError
from vintool.files.writing.overview import Page
from vintool.files.writing.parquet import ParquetWriter
from vintool.files.writing.workbook import WorkbookWriter

if TYPE_CHECKING:
    from vintool.files.writing.kept_workbook import KeptWorkbookWriter

Writer: TypeAlias = (
    "DelimitedWriter | JsonLinesWriter | ParquetWriter | WorkbookWriter | KeptWorkbookWriter"
)
"""Takes the screened batches of one sheet after another; of a file that is not finished it lets go."""


_OTHER_WORKBOOKS = frozenset({"xls", "xlsb", "ods", "spreadsheetml"})


class AnnotatedCopy(NamedTuple):
    """How ``annotated.*`` is written.

    Attributes:
        form: one of ``FORMATS``.
        delimiter: between the cells of CSV and TSV.
        raw: CSV and TSV for programs: no byte order mark, every cell as it came.
        columns: those of all sheets, where several become one table; else empty.
        users: the user's columns of all sheets.
        workbook: the XLSX that is kept as it is, if there is one.
        sheets: those of it that are screened.
        separator: between the cells of the CSV files beside the copy: that of a CSV that was given, else a comma.
        stem: its name without the ending.
        remade: the kind of workbook that was given, where we write another kind.
        added: sheets of the workbook that an earlier run has added.
    """

    form: str
    delimiter: str = ""
    raw: bool = False
    columns: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    workbook: Path | None = None
    sheets: tuple[Sheet, ...] = ()
    separator: str = ","
    stem: str = "annotated"
    remade: str = ""
    added: tuple[str, ...] = ()

    @classmethod
    def of(cls, manifest: Manifest, form: str | None, *, raw: bool) -> "AnnotatedCopy":
        """The copy of a manifest; where no format is given in its own, of XML in CSV.

        Raises:
            ValueError: there is no such format.
        """
        same = manifest.copied_as
        form = form or same
        if form not in FORMATS:
            raise ValueError(f"no format {form!r}; known: {', '.join(FORMATS)}")
        several = len(manifest.sheets) > 1 and form != "xlsx"
        columns = tuple(dict.fromkeys(name for sheet in manifest.sheets for name in sheet.columns))
        usual = "\t" if form == "tsv" else ","
        return cls(
            form,
            (manifest.delimiter if form == same else "") or usual,
            raw,
            columns if several else (),
            columns,
            manifest.path if form == manifest.format == "xlsx" else None,
            manifest.sheets,
            (manifest.delimiter if same == "csv" else "") or ",",
            remade=manifest.format if manifest.format in _OTHER_WORKBOOKS else "",
            added=tuple(name for name, why in manifest.skipped if why == ADDED),
        )

    @property
    def name(self) -> str:
        """The name of the file."""
        return f"{self.stem}.{self.form}"

    @property
    def joins_lists(self) -> bool:
        """Whether the format holds no lists, which become texts joined by ``;``."""
        return self.form not in LIST_FORMATS

    def writer(self, folder: Path, pages: Callable[[], Sequence[Page]] = tuple) -> Writer:
        """The writer of the file.

        Args:
            folder: where to write.
            pages: gives the sheets of ours that a workbook ends with.
        """
        path = folder / self.name
        if self.form == "parquet":
            return ParquetWriter(path)
        if self.form == "jsonl":
            return JsonLinesWriter(path)
        if self.form == "xlsx":
            return self._workbook_writer(path, pages)
        return DelimitedWriter(path, self.delimiter, raw=self.raw)

    def _workbook_writer(self, path: Path, pages: Callable[[], Sequence[Page]]) -> Writer:
        if self.workbook is None:
            notes = list[str]()
            if self.remade:
                notes.append(
                    f"{self.name} was made anew from the values of a workbook of another kind ({self.remade}): its formats, widths and the sheets that were not read are not in it, and its numbers are texts; save it as .xlsx and screen that to keep them."
                )
            return WorkbookWriter(path, pages, tuple(notes))
        from vintool.files.writing.kept_workbook import KeptWorkbookWriter  # noqa: PLC0415 - start-up time

        try:
            return KeptWorkbookWriter(path, self.workbook, self.sheets, pages, self.added)
        except NotKeptError as error:
            note = f"{self.name} was made anew from the values, without the formats of your workbook: {error}."
            return WorkbookWriter(path, pages, (note,))

    def table(
        self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch
    ) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        """Both with the columns of the table that all sheets become, and the sheet beside each row."""
        if not self.columns:
            return data, answers
        rows = data.num_rows
        blank, names = pa.array([""] * rows, pa.string()), pa.array([sheet] * rows, pa.string())
        columns = [
            data.column(name) if name in data.schema.names else blank for name in self.columns
        ]
        return (
            pa.RecordBatch.from_arrays(columns, names=list(self.columns)),
            pa.RecordBatch.from_arrays(
                [names, *answers.columns], names=["vin_sheet", *answers.schema.names]
            ),
        )
