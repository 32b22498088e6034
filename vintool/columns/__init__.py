"""The same steps over Arrow columns: once per distinct key, then gather.

Arithmetic (alphabet, check digit) runs on whole columns. Everything else is a rule of a short key
that also serves a single VIN; ``lifted.Lifted`` asks it once for each distinct key of a run and
keeps the answers from batch to batch. Where nearly every key is another one, vPIC's patterns are
matched by bit sets (``patterns``, ``schemas``, ``filed``, ``told``). Results equal the scalar path
for every row.
"""

from vintool.columns.decoding.table import TYPES, decode_table
from vintool.columns.engine.distinct import BATCH_ROWS
from vintool.columns.screening.duplicates import Seen
from vintool.columns.screening.screener import (
    FACTS,
    LICENCE,
    Screener,
    beside,
    date_field,
    screen_batches,
    screen_table,
)

__all__ = [
    "BATCH_ROWS",
    "FACTS",
    "LICENCE",
    "TYPES",
    "Screener",
    "Seen",
    "beside",
    "date_field",
    "decode_table",
    "screen_batches",
    "screen_table",
]
