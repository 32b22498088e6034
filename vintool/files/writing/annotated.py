"""``annotated.*``: the user's rows with the answers beside them, in the format that is asked for."""

from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from vintool.files.reading.sheets import Manifest
from vintool.files.writing.delimited import DelimitedWriter
from vintool.files.writing.formats import FORMATS, LIST_FORMATS
from vintool.files.writing.jsonl import JsonLinesWriter
from vintool.files.writing.parquet import ParquetWriter
from vintool.files.writing.workbook import WorkbookWriter

Writer = DelimitedWriter | JsonLinesWriter | ParquetWriter | WorkbookWriter
"""Takes the screened batches of one sheet after another; of a file that is not finished it lets go."""


class AnnotatedCopy(NamedTuple):
    """How ``annotated.*`` is written.

    Attributes:
        form: one of ``FORMATS``.
        delimiter: between the cells of CSV and TSV.
        raw: CSV and TSV for programs: no byte order mark, every cell as it came.
        columns: those of all sheets, where several become one table; else empty.
        stem: its name without the ending.
    """

    form: str
    delimiter: str = ""
    raw: bool = False
    columns: tuple[str, ...] = ()
    stem: str = "annotated"

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
        columns = dict.fromkeys(name for sheet in manifest.sheets for name in sheet.columns)
        usual = "\t" if form == "tsv" else ","
        return cls(
            form,
            (manifest.delimiter if form == same else "") or usual,
            raw,
            tuple(columns) if several else (),
        )

    @property
    def name(self) -> str:
        """The name of the file."""
        return f"{self.stem}.{self.form}"

    @property
    def joins_lists(self) -> bool:
        """Whether the format holds no lists, which become texts joined by ``;``."""
        return self.form not in LIST_FORMATS

    def writer(self, folder: Path) -> Writer:
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
