"""WMI, positions 4-8 and 11 -> the country a vehicle was built in, where the WMI alone would mislead.

A maker may give vehicles that another plant builds abroad the WMI of its own country: Dacia's Spring comes
from China under UU1. ``built_in.csv`` names these models, and those built at home beside them.
"""

from functools import cache
from typing import NamedTuple

from vintool.registry.countries import country_codes
from vintool.registry.patterns import ANY, fits, parse_pattern, signs_of
from vintool.registry.rows import keyed_table, refuse

FILE = "built_in.csv"
COLUMNS = ("wmi", "vds", "plant_codes", "country", "model", "place", "source", "note", "example")


class BuiltInRow(NamedTuple):
    """A pattern of positions 1-8 and 11, and the country in which vehicles that fit it are built."""

    pattern: tuple[str, ...]
    country: str
    model: str
    place: str
    source: str
    note: str

    @property
    def pattern_text(self) -> str:
        """The pattern as a person reads it: positions 1-8, then 11 where it matters."""
        signs = signs_of(self.pattern)
        return "".join(signs[:8]) + ("" if signs[8] == ANY else f" at 11 {signs[8]}")


@cache
def built_in_rows(wmi: str) -> tuple[BuiltInRow, ...]:
    """The rows of a WMI, in the order of the file.

    Raises:
        DataError: a row is not sound.
    """
    rows = []
    for code, vds, plants, country, model, place, source, note, example in keyed_table(
        FILE, COLUMNS
    ).rows(wmi):
        pattern = (*code, *parse_pattern(vds, 5), plants or ANY)
        row = BuiltInRow(pattern, country, model, place, source, note)
        refuse(
            f"{FILE}, {code} {vds}",
            (not country or country not in country_codes(), f"no country {country!r}"),
            (not model or not source, "a cell that must be filled is empty"),
            (not fits(row.pattern, example), f"its example {example!r} does not fit it"),
        )
        rows.append(row)
    return tuple(rows)


def built_in(vin: str) -> BuiltInRow | None:
    """The row that fits a VIN; None if none does, or rows that fit name several countries.

    Args:
        vin: its first eleven positions are read; position 9 is not.

    >>> row = built_in("UU1DBG000P1")
    >>> row.country, row.model
    ('CN', 'Spring')
    """
    key = vin[:8] + vin[10:11]
    rows = [row for row in built_in_rows(vin[:3]) if fits(row.pattern, key)]
    return rows[0] if len({row.country for row in rows}) == 1 else None
