"""The Chinese tariff as far as vehicles go: what a code means, since when, and is it licensed.

Dated rows of ``wmi_data/tariff.csv``. A code is found by its longest known start, since declarations
carry 6 to 13 digits. What a code means does not change with its rows; its condition letters and
whether an export licence is needed do.
"""

from datetime import date
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from vintool.codes import Powertrain
from vintool.errors import DataError
from vintool.registry.rows import read_rows

COLUMNS = (
    *("code", "from", "until", "powertrain", "kind", "condition", "has_vin"),
    *("meaning", "letters", "licence", "confidence", "source", "note"),
)
#: Condition letters that speak of export; the others (6, A, O, L, M) speak of import or inspection.
EXPORT_LETTERS = {
    "4": "export licence",
    "x": "export licence, processing trade",
    "y": "export licence, border small-scale trade",
}
SHORTEST = 4  # digits: a heading


class TariffLine(NamedTuple):
    """One code in one period. ``licence`` and ``letters`` are empty where they are not known."""

    code: str
    start: date
    until: date
    powertrain: Powertrain | None
    kind: str
    condition: str
    has_vin: str
    meaning: str
    letters: str
    licence: str
    confidence: str
    source: str
    note: str

    def in_force(self, on: date) -> bool:
        """Whether the code stands in the tariff on a day."""
        return self.start <= on <= self.until

    @property
    def period(self) -> str:
        """The days as text; empty if the row has no bounds."""
        first = f"from {self.start}" if self.start > date.min else ""
        last = f"until {self.until}" if self.until < date.max else ""
        return " ".join(part for part in (first, last) if part)


@cache
def lines() -> dict[str, tuple[TariffLine, ...]]:
    """Every code with its rows, the earliest first.

    Raises:
        DataError: rows of a code overlap, are out of order, or differ in what the code means.
    """
    table: dict[str, tuple[TariffLine, ...]] = {}
    for code, first, last, powertrain, *cells in read_rows("tariff.csv", COLUMNS):
        line = TariffLine(
            code,
            date.fromisoformat(first) if first else date.min,
            date.fromisoformat(last) if last else date.max,
            Powertrain(powertrain) if powertrain else None,
            *cells,
        )
        if line.licence not in {"", "yes", "no"} or not line.source or line.start > line.until:
            raise DataError(f"wmi_data/tariff.csv, {code}: a cell is not what it must be")
        table[code] = (*table.get(code, ()), line)
    for code, rows in table.items():
        for earlier, later in pairwise(rows):
            if earlier.until >= later.start:
                raise DataError(f"wmi_data/tariff.csv, {code}: periods overlap or are out of order")
            if earlier[3:8] != later[3:8]:
                raise DataError(f"wmi_data/tariff.csv, {code}: a code has one meaning")
    return table


def find(digits: str) -> tuple[TariffLine, ...]:
    """The rows of the longest known start of a code; none if not even its heading is known.

    >>> [(line.code, line.period, line.licence) for line in find("8703801090")]
    [('8703801090', 'from 2025-01-01 until 2025-12-31', 'no'), ('8703801090', 'from 2026-01-01', 'yes')]
    >>> find("870323413099")[0].code, find("9999")
    ('870323', ())
    """
    for length in range(min(len(digits), 10), SHORTEST - 1, -1):
        if rows := lines().get(digits[:length]):
            return rows
    return ()


def beginning_with(digits: str) -> tuple[TariffLine, ...]:
    """The rows of every code that begins with these digits; none without a digit."""
    if not digits.isdecimal():
        return ()
    return tuple(line for code, rows in lines().items() if code.startswith(digits) for line in rows)


def abolished(digits: str, on: date) -> bool:
    """Whether the code of ten digits is known to stand in the tariff on other days than this one.

    >>> abolished("8703800090", date(2026, 3, 1)), abolished("8703801090", date(2026, 3, 1))
    (True, False)
    """
    rows = find(digits)
    return bool(rows) and not any(line.in_force(on) for line in rows)
