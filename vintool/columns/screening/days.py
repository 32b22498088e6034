"""The days of a manifest: what bears out a date of one of its rows, and how many of its cells are no date for certain."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.engine.categorical import Categorical, as_text
from vintool.columns.engine.encoder import Encoder
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.declaration.days import order_of, read_days_below
from vintool.screening.dates import NOT_READ, UNCLEAR, ManifestDays, day_field, days_of_cell


class DayCounter:
    """How many rows have which day, batch by batch.

    Args:
        rows: that are there and have none.
    """

    def __init__(self, rows: int = 0) -> None:
        self._rows = rows
        self._days: Counter[date] = Counter()
        self._texts = Encoder()

    def add(self, batches: Iterable[pa.RecordBatch], mapping: Mapping[str, str]) -> None:
        """Count the rows of some batches by the column that gives them their day, if there is one."""
        column = mapping.get(day_field(mapping))
        read = PerDistinct(partial(_written_day, column or ""))
        for batch in batches:
            self._rows += batch.num_rows
            if column is not None and batch.num_rows:
                cells = Categorical.of_texts(batch.column(column), self._texts)
                days = read(cells)
                counts = np.bincount(days.codes, minlength=len(days.values))
                for day, count in zip(days.values, counts.tolist(), strict=True):
                    if day is not None and count:
                        self._days[day] += count

    def lines(self) -> Iterator[tuple[date | None, int]]:
        """Each day with the number of its rows, and that of rows without one."""
        yield from self._days.items()
        yield None, self._rows - self._days.total()

    def counted(self) -> ManifestDays:
        """The days of all rows so far."""
        return ManifestDays(self._rows, self._days)


def _written_day(header: str, text: str) -> date | None:
    days = read_days_below(header, text)
    return days.latest if days is not None and days.is_written else None


class DateCells:
    r"""Of the date columns of a sheet, how many cells could not be read or can be two days; batch by batch.

    Args:
        mapping: field -> column name.

    >>> cells = DateCells({"export_date": "Exported"})
    >>> batch = pa.record_batch({"Exported": ["03/04/2026", "soon", "13/04/2026"]})
    >>> cells.add(batch, pa.array([2, 3, 4]))
    >>> print("\n".join(cells.notes()))
    Column 'Exported': 1 of 3 cells is no date that can be read, the first in row 3.
    Column 'Exported': day and month can change places in 1 of 3 cells, the first in row 2; the later day counts. In other cells the day stands first.
    """

    def __init__(self, mapping: Mapping[str, str]) -> None:
        columns = (column for field, column in mapping.items() if field.endswith("_date"))
        self._counts = {column: Counter[str]() for column in columns}
        self._first = dict[tuple[str, str], int]()

    def add(self, data: pa.RecordBatch, rows: pa.Array) -> None:
        """Count the cells of a batch, whose rows have these numbers."""
        for column, counts in self._counts.items():
            encoded = as_text(data.column(column)).dictionary_encode()
            codes = encoded.indices.drop_null().to_numpy()
            of_each = np.bincount(codes, minlength=len(encoded.dictionary)).tolist()
            for code, text in enumerate(encoded.dictionary.to_pylist()):
                if kind := _kind_of_date(column, text or ""):
                    counts[kind] += of_each[code]
                    if (column, kind) not in self._first:
                        place = pc.index(encoded.indices, code).as_py()
                        self._first[column, kind] = rows[place].as_py()

    def notes(self) -> Iterator[str]:
        """What is worth knowing of each column."""
        for column, counts in self._counts.items():
            cells = counts.total()
            if unread := counts[_UNREAD]:
                row = self._first[column, _UNREAD]
                yield (
                    f"Column {column!r}: {unread:,} of {cells:,} cells is no date that can be read, the first in row {row}."
                    if unread == 1
                    else f"Column {column!r}: {unread:,} of {cells:,} cells are no date that can be read, the first in row {row}."
                )
            if either := counts["either"]:
                row = self._first[column, "either"]
                orders = [order for order in ("day", "month") if counts[order]]
                doubt = f"Column {column!r}: day and month can change places in {either:,} of {cells:,} cells, the first in row {row}; the later day counts."
                others = _ORDERS[orders[0]] if len(orders) == 1 else _BOTH_ORDERS
                yield f"{doubt} {others}" if orders else doubt


_UNREAD, _READ = "unread", "read"
_ORDERS = {
    "day": "In other cells the day stands first.",
    "month": "In other cells the month stands first.",
}
_BOTH_ORDERS = "Other cells show both orders."


@lru_cache(maxsize=1 << 14)
def _kind_of_date(header: str, text: str) -> str:
    """What a cell of dates is to its column: unread, of an order, read; empty if there is nothing in it."""
    days = days_of_cell(text, header)
    if days is None:
        return ""
    return _UNREAD if days in {NOT_READ, UNCLEAR} else order_of(text) or _READ
