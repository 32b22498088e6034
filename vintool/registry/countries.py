"""The first two characters of a VIN -> the country, by ISO 3780."""

from functools import cache
from typing import NamedTuple

from vintool.errors import DataError
from vintool.registry.rows import read_rows

COLUMNS = ("first", "last", "country", "name", "region", "status", "confidence", "source", "note")
SECOND_CHARACTERS = "ABCDEFGHJKLMNPRSTUVWXYZ1234567890"  # the order of ISO 3780


class Country(NamedTuple):
    """One ISO 3780 range of the first two characters."""

    first: str
    last: str
    code: str
    name: str
    region: str
    status: str
    confidence: str
    source: str


@cache
def _countries() -> dict[str, Country]:
    ranges: dict[str, Country] = {}
    for *cells, _note in sorted(
        read_rows("countries.csv", COLUMNS), key=lambda row: row[5] != "current"
    ):
        row = Country(*cells)
        if row.status == "older table":
            continue
        start, end = (SECOND_CHARACTERS.index(code[1]) for code in (row.first, row.last))
        for second in SECOND_CHARACTERS[start : end + 1]:
            if ranges.setdefault(row.first[0] + second, row) is not row and row.status == "current":
                raise DataError(
                    f"wmi_data/countries.csv: {row.first}-{row.last} overlaps another current range"
                )
    return ranges


def country(prefix: str) -> Country | None:
    """The country of the first two characters by ISO 3780, None where none is assigned.

    >>> country("HX").code
    'CN'
    """
    return _countries().get(prefix[:2])


@cache
def country_codes() -> frozenset[str]:
    """The country codes that a maker may have; none at all is for prefixes that belong to nobody."""
    return frozenset({"", *(row.code for row in _countries().values())})
