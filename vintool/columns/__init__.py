"""The same steps over Arrow columns: once per distinct key, then gather.

Arithmetic (alphabet, check digit) runs on whole columns. Everything else is a rule of a short key
that also serves a single VIN; ``engine.per_distinct`` asks it once for each distinct key of a run and
keeps the answers from batch to batch. Where nearly every key is another one, vPIC's patterns are
matched by bit sets (``decoding``). Results equal the scalar path for every row.
"""

from vintool.columns.decoding.table import TYPES, decode_table
from vintool.columns.engine.categorical import BATCH_ROWS
from vintool.columns.engine.tables import beside
from vintool.columns.screening.answers import FACTS, LICENCE
from vintool.columns.screening.days import DateCells, DayCounter
from vintool.columns.screening.duplicates import Occurrences
from vintool.columns.screening.screener import Screened, Screener
from vintool.columns.screening.table import screen_batches, screen_table

__all__ = [
    "BATCH_ROWS",
    "FACTS",
    "LICENCE",
    "TYPES",
    "DateCells",
    "DayCounter",
    "Occurrences",
    "Screened",
    "Screener",
    "beside",
    "decode_table",
    "screen_batches",
    "screen_table",
]
