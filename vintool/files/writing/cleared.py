"""``cleared_by_date.csv``: the rows that their dates put outside the rule, with the dates that they have."""

from collections.abc import Mapping

import pyarrow as pa

from vintool.columns.engine.categorical import as_text
from vintool.files.run import FILE
from vintool.files.writing.delimited import STRANGE
from vintool.screening.dates import DATES

_ANSWERS = (
    *("vin_row", "vin_text", "vin", "vin_brand", "vin_powertrain"),
    *("vin_problems", "vin_suggestion", "vin_reasons"),
)
COLUMNS = ("vin_sheet", *_ANSWERS, *DATES)
CELLS = STRANGE | set(DATES) | {FILE}
"""The columns that hold what strangers wrote."""


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
    file = [FILE] if FILE in answers.schema.names else []
    nothing = pa.repeat("", data.num_rows)
    columns = [
        *map(answers.column, file),
        pa.repeat(sheet, data.num_rows),
        *map(answers.column, _ANSWERS),
        *(as_text(data.column(mapping[field])) if field in mapping else nothing for field in DATES),
    ]
    return pa.RecordBatch.from_arrays(columns, names=[*file, *COLUMNS])
