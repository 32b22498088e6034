"""WMI -> who holds it, and the other way round: ``wmi.csv``, as ``wmi.manual.csv`` overrides and adds to it."""

from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from vintool.errors import DataError
from vintool.registry.brands import chinese_names
from vintool.registry.countries import country_codes
from vintool.registry.rows import keyed_table, read_rows, refuse
from vintool.vin.positions import ALPHABET, SMALL_MAKER

COLUMNS = ("wmi", "manufacturer", "brands", "country", "kinds", "confidence", "source", "note")
MANUAL_COLUMNS = ("wmi", "year_from", "year_to", *COLUMNS[1:])

_CHARACTERS = frozenset(ALPHABET)


class Maker(NamedTuple):
    """One assignment of a WMI, for the model years from 0 to 9999 where none are given."""

    wmi: str
    name: str
    brands: tuple[str, ...]
    country: str
    kinds: tuple[str, ...]
    confidence: str
    source: str
    note: str
    year_from: int = 0
    year_to: int = 9999
    file: str = "wmi.csv"

    @property
    def years(self) -> str:
        """The model years as text; empty if the assignment has no bounds."""
        if self.year_from and self.year_to < 9999:
            return f"{self.year_from}-{self.year_to}"
        if self.year_from:
            return f"from {self.year_from}"
        return f"to {self.year_to}" if self.year_to < 9999 else ""


@lru_cache(maxsize=1 << 14)
def maker(wmi: str, year: int | None = None) -> Maker | None:
    """Who holds a WMI of 3 or 6 characters; None if the registry does not know.

    Args:
        wmi: the code.
        year: the model year, where it is known: some codes had several makers, one after another.

    >>> maker("LRW").brands
    ('Tesla',)
    >>> maker("1GH", 1999).brands, maker("1GH", 2020).brands, maker("1GH").brands
    (('Oldsmobile',), ('Holden',), ('Holden', 'Oldsmobile'))
    """
    for row in _manual_makers(wmi):
        if not row.years or (year is not None and row.year_from <= year <= row.year_to):
            return row
    rows = keyed_table("wmi.csv", COLUMNS).rows(wmi)
    if len(rows) > 1:
        raise DataError(f"wmi_data/wmi.csv, {wmi}: twice")
    return _maker("wmi.csv", rows[0]) if rows else None


def is_dated(wmi: str) -> bool:
    """Whether the maker of a WMI depends on the model year."""
    return any(row.years for row in _manual_makers(wmi))


def wmi_is_known(wmi: str) -> bool:
    """Whether the registry has the WMI; cheaper than ``maker``."""
    return wmi in keyed_table("wmi.csv", COLUMNS) or wmi in keyed_table(
        "wmi.manual.csv", MANUAL_COLUMNS
    )


def all_makers() -> Iterator[Maker]:
    """Every assignment of a WMI: the one of no year, and then those of some years."""
    manual = [cells[0] for cells in read_rows("wmi.manual.csv", MANUAL_COLUMNS)]
    if manual != sorted(manual):
        raise DataError("wmi_data/wmi.manual.csv: the codes are out of order")
    added, previous = deque(dict.fromkeys(manual)), ""
    for cells in read_rows("wmi.csv", COLUMNS):
        code = cells[0]
        if code <= previous:
            raise DataError(f"wmi_data/wmi.csv, {code}: twice, or out of order")
        previous = code
        while added and added[0] < code:
            yield from _added_makers(added.popleft())
        row = _maker("wmi.csv", cells)
        overriding = _manual_makers(code) if added and added[0] == code else ()
        if overriding:
            added.popleft()
        if all(other.years for other in overriding):
            yield row
        yield from overriding
    for code in added:
        yield from _added_makers(code)


def _added_makers(wmi: str) -> tuple[Maker, ...]:
    """The hand-made assignments of a WMI that the generated table lacks."""
    rows = _manual_makers(wmi)
    if not all(row.note.startswith("adds ") for row in rows):
        raise DataError(f"wmi_data/wmi.manual.csv, {wmi}: nothing to override, and not said to add")
    return rows


def find_makers(text: str) -> list[Maker]:
    """The makers of a WMI, or of a name or brand in either script, or of a part of one.

    The code itself comes first, then the brand of that name (makers of that name before others),
    then names and brands that hold the text. A code is never taken for a part of a name.

    >>> [maker.wmi for maker in find_makers("lrw")], "LGX" in {maker.wmi for maker in find_makers("比亚迪")}
    (['LRW'], True)
    """
    wanted = text.strip().casefold()
    if not wanted:
        return []
    names = chinese_names().items()
    equal = {wanted, *(brand.casefold() for brand, chinese in names if chinese == wanted)}
    parts = {brand.casefold() for brand, chinese in names if chinese in wanted or wanted in chinese}
    ranked: tuple[list[Maker], ...] = ([], [], [])
    for row in all_makers():
        brands = {brand.casefold() for brand in row.brands}
        if row.wmi.casefold() == wanted:
            ranked[0].append(row)
        elif equal & brands:
            ranked[1].append(row)
        elif parts & brands or any(wanted in name for name in (row.name.casefold(), *brands)):
            ranked[2].append(row)
    named = tuple(equal)
    ranked[1].sort(key=lambda row: not row.name.casefold().startswith(named))
    return ranked[0] + ranked[1] + ([] if ranked[0] else ranked[2])


def _manual_makers(wmi: str) -> tuple[Maker, ...]:
    """The hand-made assignments of a WMI, in the order of their years."""
    name = "wmi.manual.csv"
    rows: list[Maker] = []
    for code, first, last, *rest in keyed_table(name, MANUAL_COLUMNS).rows(wmi):
        row = _maker(name, (code, *rest), first, last)
        if not row.note:
            raise DataError(f"wmi_data/{name}, {code}: no word about what it overrides, and why")
        if rows and rows[-1].year_to >= row.year_from:
            raise DataError(f"wmi_data/{name}, {code}: years overlap, or are out of order")
        rows.append(row)
    return tuple(rows)


def _maker(file: str, cells: tuple[str, ...], first: str = "", last: str = "") -> Maker:
    """A row of either file, in the columns of ``wmi.csv``, once it is sound."""
    if len(cells) != len(COLUMNS):
        raise DataError(f"wmi_data/{file}, {cells[0]}: a cell too many or too few")
    code, name, brands, country, kinds, confidence, source, note = cells
    length = 6 if code[2:3] == SMALL_MAKER else 3
    years = [year for year in (first, last) if year]
    refuse(
        f"{file}, {code}",
        (len(code) != length, "a WMI has 3 characters, or 6 where the third is 9"),
        (not _CHARACTERS.issuperset(code), "a WMI holds digits and A-Z without I, O, Q"),
        (country not in country_codes(), f"no range of countries.csv belongs to {country!r}"),
        (not name or not kinds or not confidence, "a cell that must be filled is empty"),
        (not source, "no source"),
        (not all(year.isdecimal() and len(year) == 4 for year in years), "a year has 4 digits"),
        (years != sorted(years), f"the years {first}-{last} run backwards"),
    )
    about = _split(brands), country, _split(kinds), confidence, source, note
    return Maker(code, name, *about, int(first or 0), int(last or 9999), file)


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(";")) if cell else ()
