"""Rows that are judged each by itself, as ``screen`` judges one: what only other rows tell is not looked for."""

from collections.abc import Mapping
from datetime import date
from threading import Lock

import numpy as np
import pyarrow as pa

from vintool.columns.engine.arrays import Codes, Places, Words
from vintool.columns.screening.duplicate_index import DuplicateIndex
from vintool.columns.screening.duplicates import Occurrences
from vintool.columns.screening.screener import Screener
from vintool.declaration.headers import VIN, fields, is_field, near
from vintool.screening.dates import day_field

_KEPT = 64  # screeners: one for each day and each set of fields


class _NoIndex(DuplicateIndex):
    def __init__(self) -> None:
        """Keep nothing."""

    def __call__(self, hashes: Words, places: Places) -> Places:  # noqa: ARG002 - none is looked up
        return np.full(len(hashes), -1, dtype=np.int64)


class _Unrelated(Occurrences):
    def __init__(self) -> None:
        self.vins = self.bills = _NoIndex()

    def repeats(self, first: Places) -> Codes:
        return np.zeros(len(first), dtype=np.int32)


class RowScreener:
    """Rows -> their answers, each by itself; what is looked up is kept from call to call. Threads take turns.

    Args:
        regime: code of the regime; None or ``all`` for every one that is in question for a row.

    >>> screener = RowScreener()
    >>> rows = pa.array(["LRW3E7FA1LC000001"] * 2)
    >>> answers = screener(rows, date(2026, 3, 1), {"fuel": pa.array(["", "petrol"])})
    >>> answers["vin_verdict"].to_pylist()
    ['controlled', 'controlled']
    """

    def __init__(self, regime: str | None = None) -> None:
        self._regime = regime
        self._screeners = dict[tuple[date | None, tuple[str, ...]], Screener]()
        self._lock = Lock()

    def __call__(
        self, vins: pa.Array, on: date | None, declared: Mapping[str, pa.Array]
    ) -> pa.RecordBatch:
        """The columns of the answers.

        Args:
            vins: the texts.
            on: the declaration date; None to read it from ``declared``.
            declared: field -> cells.

        Raises:
            ValueError: an unknown field.
        """
        for field in declared:
            if not is_field(field) or field == VIN:
                meant = near(field, fields())
                raise ValueError(f"unknown declared field {field!r}; {meant}{', '.join(fields())}")
        columns = {VIN: vins, **declared}
        if on is None and not day_field(columns):
            columns["declaration_date"] = pa.nulls(len(vins), pa.string())
        batch = pa.RecordBatch.from_pydict(columns)
        with self._lock:
            key = on, tuple(columns)
            if key not in self._screeners:
                if len(self._screeners) >= _KEPT:
                    self._screeners.clear()
                self._screeners[key] = Screener(
                    {field: field for field in columns},
                    on,
                    self._regime,
                    occurrences=_Unrelated(),
                )
            return self._screeners[key](batch, np.arange(1, len(vins) + 1))
