"""CSV and TSV, for spreadsheets or for programs."""

import csv
import io
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.csv as pa_csv

from vintool.columns import beside
from vintool.escaping import spreadsheet_cell
from vintool.files.writing.byte_writer import ByteWriter
from vintool.files.writing.cells import flat, inert

BOM = b"\xef\xbb\xbf"  # without it spreadsheet programs take UTF-8 for the local code page
STRANGE = frozenset(
    {"vin_text", "vin_evidence", "vin_sheet"}
)  # the answers that hold what strangers wrote
CSV_ROWS = 1 << 11  # converted at a time: a dictionary is looked at each time


class ListWriter(ByteWriter):
    """A list of some rows as CSV for spreadsheets, beside the annotated copy.

    Args:
        path: where to write.
        columns: their names.
        strange: those that hold what strangers wrote, of which no cell may run.
        delimiter: between cells.
    """

    def __init__(
        self,
        path: Path,
        columns: Sequence[str],
        strange: AbstractSet[str],
        delimiter: str = ",",
    ) -> None:
        super().__init__(path)
        self._columns, self._strange = columns, strange
        line = io.StringIO()
        headers = (spreadsheet_cell(name, numbers=False) for name in columns)
        csv.writer(line, delimiter=delimiter, lineterminator="\n").writerow(headers)
        self._file.write(BOM + line.getvalue().encode())
        self._options = pa_csv.WriteOptions(
            include_header=False,
            delimiter=delimiter,
            quoting_style="needed",
            batch_size=CSV_ROWS,
        )

    def add(self, columns: Iterable[pa.Array]) -> None:
        """Add rows, column by column."""
        cells = [
            inert(flat(column), numbers=at > 0)[0] if name in self._strange else flat(column)
            for at, (name, column) in enumerate(zip(self._columns, columns, strict=True))
        ]
        batch = pa.RecordBatch.from_arrays(cells, names=list(self._columns))
        pa_csv.write_csv(batch, self._file, self._options)


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
            ours = data.num_columns
            strange = (at for at, name in enumerate(answers.schema.names, ours) if name in STRANGE)
            for at in (*range(ours), *strange):
                columns[at], changed = inert(columns[at], numbers=at > 0)
                self._inert += changed
            headers, changed = inert(pa.array(names, pa.string()), numbers=False)
            names = cast("list[str]", headers.to_pylist())
            self._inert += changed if self._writer is None else 0
        batch = pa.RecordBatch.from_arrays(columns, names=names)
        if self._writer is None:
            sink: Any = self._file  # the stubs know no file of Arrow's own here
            self._writer = pa_csv.CSVWriter(sink, batch.schema, write_options=self._options)
        self._writer.write_batch(batch)

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()
        super().close()

    def notes(self) -> tuple[str, ...]:
        """How many cells are not as they came."""
        notes = (
            f"{self._inert} cell(s) of the annotated copy would run as formulas in a spreadsheet and have an apostrophe before them; --raw leaves them as they are.",
        )
        return notes if self._inert else ()
