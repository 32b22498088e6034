"""The same steps over Arrow columns: once per distinct key, then gather.

Arithmetic (alphabet, check digit) runs on whole columns. Everything else is a rule of a short key
that also serves a single VIN; ``lifted.Lifted`` asks it once for each distinct key of a run and
keeps the answers from batch to batch. Where nearly every key is another one, vPIC's patterns are
matched by bit sets (``patterns``, ``schemas``, ``filed``, ``told``). Results equal the scalar path
for every row.
"""

from vintool.columns.decoded import TYPES, decode_table
from vintool.columns.lifted import BATCH_ROWS
from vintool.columns.rows import Earlier
from vintool.columns.screened import (
    FACTS,
    LICENCE,
    Screener,
    beside,
    date_field,
    screen_batches,
    screen_table,
)
from vintool.columns.seen import Seen

__all__ = [
    "BATCH_ROWS",
    "FACTS",
    "LICENCE",
    "TYPES",
    "Earlier",
    "Screener",
    "Seen",
    "beside",
    "date_field",
    "decode_table",
    "screen_batches",
    "screen_table",
]
