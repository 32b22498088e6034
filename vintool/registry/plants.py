"""WMI and position 11 -> the plant, for vehicles that are not made for North America."""

from functools import cache
from typing import NamedTuple

from vintool.errors import DataError
from vintool.registry.rows import keyed_table, read_rows

COLUMNS = (
    *("wmi", "plant_code", "company", "city", "state", "country"),
    *("year_from", "year_to", "confidence", "source", "note"),
)
NO_PLANT_COLUMNS = ("wmi", "maker", "source", "note")
PLACE_COLUMNS = (
    *("filed_city", "filed_state", "filed_country"),
    *("company", "city", "state", "country", "source", "note"),
)


class PlantRow(NamedTuple):
    """One place that a character at position 11 stands for."""

    code: str
    company: str
    city: str
    state: str
    country: str
    year_from: int
    year_to: int
    confidence: str
    source: str
    note: str

    @property
    def place(self) -> str:
        """City, state and country as one text."""
        return ", ".join(part for part in (self.city, self.state, self.country) if part)


@cache
def filed_places() -> dict[tuple[str, ...], tuple[str, str, str, str]]:
    """City, state and country as filed, small letters -> company, city, state and country as they are.

    Raises:
        DataError: a row is not sound.
    """
    name, places = "plants.places.csv", {}
    for row in read_rows(name, PLACE_COLUMNS):
        filed, (company, city, state, country, source, _) = row[:3], row[3:]
        key = tuple(map(str.casefold, filed))
        if key in places or not source or len(country) not in {0, 2}:
            raise DataError(f"wmi_data/{name}, {', '.join(filed)}: twice, no source, or no country")
        places[key] = company, city, state, country
    return places


def put_right(company: str, city: str, state: str, country: str) -> tuple[str, str, str, str]:
    """A place as filed, as ``plants.places.csv`` puts it right: a province that does not fit, a company for a city.

    >>> put_right("", "Chengdu", "Zhejiang", "CN")
    ('', 'Chengdu', 'Sichuan', 'CN')
    """
    place = filed_places().get((city.casefold(), state.casefold(), country.casefold()))
    return (company, city, state, country) if place is None else (company or place[0], *place[1:])


@cache
def _without_plants() -> frozenset[str]:
    return frozenset(row[0] for row in read_rows("plants.none.csv", NO_PLANT_COLUMNS))


def has_plants(wmi: str) -> bool:
    """Whether ``plant`` can tell anything of a WMI."""
    return wmi in keyed_table("plants.csv", COLUMNS) and wmi not in _without_plants()


@cache
def plant(wmi: str, code: str, model_year: int | None) -> PlantRow | None:
    """The one place that position 11 stands for; None if none, or several, are known.

    Some European makers put no plant there. Rows that hold only for some descriptors, that repeat a
    group's table or that rest on weak sources do not answer, nor do rows of some years where the
    year is not known.

    >>> plant("WVW", "W", 2006).place
    'Wolfsburg, Lower Saxony, DE'
    """
    if wmi in _without_plants():
        return None
    rows = []
    for cells in keyed_table("plants.csv", COLUMNS).rows(wmi):
        _, row_code, company, city, state, country, first, last, confidence, source, note = cells
        weak = confidence == "low" or {"depends_on_vds", "group_table"} & set(note.split(";"))
        if row_code == code and not weak:
            years = int(first or 0), int(last or 9999)
            rows.append(
                PlantRow(code, company, city, state, country, *years, confidence, source, note)
            )
    if model_year is not None:
        rows = [row for row in rows if row.year_from <= model_year <= row.year_to]
    elif any(row.year_to != 9999 for row in rows):
        return None
    return rows[0] if len({(row.city, row.state, row.country) for row in rows}) == 1 else None
