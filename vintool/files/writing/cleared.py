"""``cleared_by_date.csv``: the rows that their dates put outside the rule, with the dates that they have."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from vintool.columns.engine.categorical import as_text
from vintool.files.writing.byte_writer import ByteWriter
from vintool.files.writing.cells import flat, inert
from vintool.files.writing.delimited import BOM, CSV_ROWS
from vintool.screening.dates import DATES

_ANSWERS = (
    *("vin_row", "vin_text", "vin", "vin_brand", "vin_powertrain"),
    *("vin_problems", "vin_suggestion", "vin_reasons"),
)
_COLUMNS = ("vin_sheet", *_ANSWERS, *DATES)


def cleared_rows(
    sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch, mapping: Mapping[str, str]
) -> pa.RecordBatch:
    """The columns of the list, for rows that their date has cleared.

    Args:
        sheet: where they stand.
        data: the user's columns of these rows.
        answers: those added.
        mapping: field -> column name.
    """
    nothing = pa.repeat("", data.num_rows)
    columns = [
        pa.repeat(sheet, data.num_rows),
        *map(answers.column, _ANSWERS),
        *(as_text(data.column(mapping[field])) if field in mapping else nothing for field in DATES),
    ]
    return pa.RecordBatch.from_arrays(columns, names=list(_COLUMNS))


class ClearedWriter(ByteWriter):
    """Writes the list.

    Args:
        path: where to write.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._file.write(BOM + f"{','.join(_COLUMNS)}\n".encode())
        self._options = pa_csv.WriteOptions(
            include_header=False, quoting_style="needed", batch_size=CSV_ROWS
        )

    def write(self, rows: pa.RecordBatch) -> None:
        """Add rows of ``cleared_rows``."""
        columns = [inert(flat(column))[0] for column in rows.columns]
        batch = pa.RecordBatch.from_arrays(columns, names=list(_COLUMNS))
        pa_csv.write_csv(batch, self._file, self._options)
