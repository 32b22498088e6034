"""The days of a manifest, counted before it is judged: what bears out a date of one of its rows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial

import numpy as np
import pyarrow as pa

from vintool.columns.engine.categorical import Categorical, as_text
from vintool.columns.engine.encoder import Encoder
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.declaration.days import read_days_below
from vintool.screening.dates import ManifestDays, day_field


class DayCounter:
    """How many rows have which day, batch by batch."""

    def __init__(self) -> None:
        self._rows = 0
        self._days: Counter[date] = Counter()
        self._texts = Encoder()

    def add(self, batches: Iterable[pa.RecordBatch], mapping: Mapping[str, str]) -> None:
        """Count the rows of some batches by the column that gives them their day, if there is one."""
        column = mapping.get(day_field(mapping))
        read = PerDistinct(partial(_written_day, column or ""))
        for batch in batches:
            self._rows += batch.num_rows
            if column is not None and batch.num_rows:
                cells = Categorical.of_texts(as_text(batch.column(column)), self._texts)
                days = read(cells)
                codes, counts = np.unique(days.codes, return_counts=True)
                for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
                    if (day := days.values[code]) is not None:
                        self._days[day] += count

    def counted(self) -> ManifestDays:
        """The days of all rows so far."""
        return ManifestDays(self._rows, self._days)


def _written_day(header: str, text: str) -> date | None:
    days = read_days_below(header, text)
    return days.latest if days is not None and days.is_written else None
