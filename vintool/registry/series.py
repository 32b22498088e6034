"""WMI and positions 4-8 -> the series of bodies that a maker of cars builds, where it is of another kind.

European makers give vans the WMI of their cars: a Ducato is a ZFA as a Panda is. ``body_series.csv`` names such series by
the characters that the maker puts behind the WMI.
"""

from functools import cache
from typing import NamedTuple

from vintool.registry.patterns import fits, parse_pattern, signs_of
from vintool.registry.rows import keyed_table, refuse

FILE = "body_series.csv"
COLUMNS = ("wmi", "vds", "kind", "series", "source", "note", "example")
KINDS = frozenset({"van", "quadricycle"})


class BodySeries(NamedTuple):
    """A pattern of positions 1-8, and the kind of the vehicles that fit it."""

    pattern: tuple[str, ...]
    kind: str
    series: str
    source: str
    note: str

    @property
    def pattern_text(self) -> str:
        """The pattern as a person reads it."""
        return "".join(signs_of(self.pattern))


@cache
def body_series_rows(wmi: str) -> tuple[BodySeries, ...]:
    """The rows of a WMI, in the order of the file.

    Raises:
        DataError: a row is not sound.
    """
    rows = []
    for code, vds, kind, series, source, note, example in keyed_table(FILE, COLUMNS).rows(wmi):
        row = BodySeries((*code, *parse_pattern(vds, 5)), kind, series, source, note)
        refuse(
            f"{FILE}, {code} {vds}",
            (kind not in KINDS, f"no kind {kind!r}"),
            (not series or not source, "a cell that must be filled is empty"),
            (not fits(row.pattern, example), f"its example {example!r} does not fit it"),
        )
        rows.append(row)
    return tuple(rows)


def body_series(vin: str) -> BodySeries | None:
    """The row that fits a VIN, by its first eight positions; None if none does.

    >>> body_series("ZFA25000002000001").series, body_series("ZFA31200001000001")
    ('Ducato', None)
    """
    return next((row for row in body_series_rows(vin[:3]) if fits(row.pattern, vin[:8])), None)
