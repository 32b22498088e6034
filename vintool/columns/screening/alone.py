"""Rows that are judged each by itself, as ``screen`` judges one: what only other rows tell is not looked for."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from vintool.columns.engine.arrays import Codes, Places, Words
from vintool.columns.screening.duplicate_index import DuplicateIndex
from vintool.columns.screening.duplicates import Occurrences
from vintool.columns.screening.screener import Screener
from vintool.declaration.headers import VIN, fields, is_field, label, near
from vintool.screening.dates import day_field


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


def screen_alone(
    vins: pa.Array, on: date | None, declared: Mapping[str, pa.Array], regime: str | None = None
) -> pa.RecordBatch:
    """The columns of the answers.

    Args:
        vins: the texts.
        on: the declaration date; None to read it from ``declared``.
        declared: field -> cells.
        regime: code of the regime; None or ``all`` for every one that is in question for a row.

    Raises:
        ValueError: an unknown field.

    >>> rows = pa.array(["LRW3E7FA1LC000001"] * 2)
    >>> answers = screen_alone(rows, date(2026, 3, 1), {"fuel": pa.array(["", "petrol"])})
    >>> answers["vin_reasons"].to_pylist()
    [['vin_pure_electric'], ['vin_pure_electric', 'contradiction_powertrain']]
    """
    for at, field in enumerate(declared, 1):
        if not is_field(field) or field == VIN:
            meant = near(field, fields())
            raise ValueError(
                f"unknown declared field {label(field, at)!r}; {meant}{', '.join(fields())}"
            )
    columns = {VIN: vins, **declared}
    if on is None and not day_field(columns):
        columns["declaration_date"] = pa.nulls(len(vins), pa.string())
    screener = Screener({name: name for name in columns}, on, regime, occurrences=_Unrelated())
    return screener(pa.RecordBatch.from_pydict(columns), np.arange(1, len(vins) + 1))
