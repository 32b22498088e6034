"""wmi_data -> tables: read once, on first use, each fact with its source.

A file is read when the first question is asked of it, never at import. A header that is not the
expected one is an error at once; that every row is sound is what the tests of the data prove.
"""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import wmi_data
from vintool.lookup import ANY, KeyedTable, parse_pattern
from vintool.words import Grade, Powertrain

WMI_COLUMNS = ("wmi", "manufacturer", "brands", "country", "kinds", "confidence", "source", "note")
COUNTRY_COLUMNS = (
    "first",
    "last",
    "country",
    "name",
    "region",
    "status",
    "confidence",
    "source",
    "note",
)
PLANT_COLUMNS = (
    "wmi",
    "plant_code",
    "company",
    "city",
    "state",
    "country",
    "year_from",
    "year_to",
    "confidence",
    "source",
    "note",
)
BRAND_COLUMNS = ("brand", "chinese", "source")
EVIDENCE_COLUMNS = (
    "wmi",
    "vds",
    "year_codes",
    "plant_codes",
    "powertrain",
    "make",
    "models",
    "kind",
    "vehicles",
    "sources",
    "grade",
    "source",
)
MANUAL_COLUMNS = (
    "wmi",
    "vds",
    "year_codes",
    "plant_codes",
    "powertrain",
    "models",
    "kind",
    "grade",
    "source",
    "note",
    "example",
)

# Not importlib.resources, which loads for longer than the tables do.
DATA = Path(wmi_data.__file__).parent

SECOND_CHARACTERS = "ABCDEFGHJKLMNPRSTUVWXYZ1234567890"  # the order of ISO 3780


class DataError(ValueError):
    """A reference table is not what its reader expects: a defect of the data, never of the input."""


class Maker(NamedTuple):
    """One assignment of a WMI."""

    wmi: str
    name: str
    brands: tuple[str, ...]
    country: str
    kinds: tuple[str, ...]
    confidence: str
    source: str
    note: str


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


class Rule(NamedTuple):
    """A pattern of positions 1-8, 10 and 11, and the powertrain it tells."""

    pattern: tuple[str, ...]
    powertrain: Powertrain
    make: str
    models: str
    kind: str
    support: str
    grade: Grade
    source: str
    file: str

    @property
    def electric(self) -> bool:
        """Whether the rule says pure electric."""
        return self.powertrain is Powertrain.BEV

    @property
    def fixed(self) -> int:
        """How many positions the pattern fixes: the more, the more specific."""
        return sum(allowed != ANY for allowed in self.pattern)

    @property
    def shown(self) -> str:
        """The pattern as a person reads it: positions 1-8, then 10 and 11 where they matter."""
        signs = [allowed if len(allowed) == 1 else f"[{allowed}]" for allowed in self.pattern]
        tail = "" if self.pattern[8:] == (ANY, ANY) else f" at 10-11 {''.join(signs[8:])}"
        return "".join(signs[:8]) + tail


def read_bytes(name: str) -> bytes:
    """The whole of one file of ``wmi_data``."""
    return (DATA / name).read_bytes()


def read_text(name: str) -> str:
    """The whole text of one file of ``wmi_data``."""
    return read_bytes(name).decode()


def read_rows(name: str, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The rows of one table, in the order of the file.

    Args:
        name: file name within ``wmi_data``, such as ``"countries.csv"``.
        columns: the header that the file must have, in this order.

    Raises:
        DataError: the header differs, or a row has another number of cells.
    """
    reader = csv.reader(read_text(name).splitlines())
    header = tuple(next(reader, ()))
    if header != columns:
        raise DataError(f"wmi_data/{name}: columns are {header}, expected {columns}")
    for row in reader:
        if len(row) != len(columns):
            raise DataError(
                f"wmi_data/{name}, line {reader.line_num}: {len(row)} cells, expected {len(columns)}"
            )
        yield tuple(row)


@cache
def _keyed(name: str, columns: tuple[str, ...]) -> KeyedTable:
    try:
        return KeyedTable(read_bytes(name), columns)
    except ValueError as error:
        raise DataError(f"wmi_data/{name}: {error}") from None


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(";")) if cell else ()


@cache
def maker(wmi: str) -> Maker | None:
    """Who holds a WMI of 3 or 6 characters; None if the registry does not know.

    >>> maker("LRW").brands
    ('Tesla',)
    """
    for code, name, brands, country, kinds, confidence, source, note in _keyed(
        "wmi.csv", WMI_COLUMNS
    ).rows(wmi):
        return Maker(code, name, _split(brands), country, _split(kinds), confidence, source, note)
    return None


def wmi_is_known(wmi: str) -> bool:
    """Whether the registry has the WMI; cheaper than ``maker``."""
    return wmi in _keyed("wmi.csv", WMI_COLUMNS)


def makers() -> Iterator[Maker]:
    """Every row of the WMI registry."""
    for wmi in _keyed("wmi.csv", WMI_COLUMNS):
        found = maker(wmi)
        assert found is not None  # noqa: S101 - the key came from the table
        yield found


@cache
def chinese_names() -> dict[str, str]:
    """What brands are called in Chinese, as far as known."""
    return {brand: chinese for brand, chinese, _source in read_rows("brands.csv", BRAND_COLUMNS)}


def find_makers(text: str) -> list[Maker]:
    """The makers of a WMI, of a part of a name, or of a brand in either script.

    >>> [maker.wmi for maker in find_makers("lrw")], "LGX" in {maker.wmi for maker in find_makers("比亚迪")}
    (['LRW'], True)
    """
    wanted = text.strip().casefold()
    if exact := maker(wanted.upper()):
        return [exact]
    brands = {
        wanted,
        *(brand.casefold() for brand, chinese in chinese_names().items() if chinese == wanted),
    }
    return [
        row
        for row in makers()
        if wanted
        and (wanted in row.name.casefold() or not brands.isdisjoint(map(str.casefold, row.brands)))
    ]


@cache
def _countries() -> dict[str, Country]:
    ranges: dict[str, Country] = {}
    for *cells, _note in sorted(
        read_rows("countries.csv", COUNTRY_COLUMNS), key=lambda row: row[5] != "current"
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
def plant(wmi: str, code: str, model_year: int | None) -> PlantRow | None:
    """The one place that position 11 stands for; None if none, or several, are known.

    Rows that hold only for some descriptors, that repeat a group's table or that rest on weak
    sources do not answer.
    """
    rows = []
    for _, row_code, company, city, state, land, first, last, confidence, source, note in _keyed(
        "plants.csv", PLANT_COLUMNS
    ).rows(wmi):
        row = PlantRow(
            row_code,
            company,
            city,
            state,
            land,
            int(first or 0),
            int(last or 9999),
            confidence,
            source,
            note,
        )
        flags = set(note.split(";"))
        if (
            row_code == code
            and confidence != "low"
            and not flags & {"depends_on_vds", "group_table"}
        ):
            rows.append(row)
    if model_year is not None:
        rows = [row for row in rows if row.year_from <= model_year <= row.year_to]
    return rows[0] if len({(row.city, row.state, row.country) for row in rows}) == 1 else None


@cache
def powertrain_rules(wmi: str) -> tuple[Rule, ...]:
    """The powertrain rules of a WMI: those read off labelled vehicles, then the hand-made patterns.

    Args:
        wmi: positions 1-3; the rules do not go by the longer WMI of small makers.
    """
    rules = []
    for (
        _,
        vds,
        years,
        plants,
        powertrain,
        make,
        models,
        kind,
        vehicles,
        sources,
        grade,
        source,
    ) in _keyed("powertrain.evidence.csv", EVIDENCE_COLUMNS).rows(wmi):
        # Years and plants of the evidence tell where it was seen; they do not bound the rule.
        support = (
            f"{vehicles} vehicle(s), {sources} source(s)"
            + (f", year codes {years}" if years else "")
            + (f", plants {plants}" if plants else "")
        )
        pattern = (*wmi, *parse_pattern(vds, 5), ANY, ANY)
        rules.append(
            Rule(
                pattern,
                Powertrain(powertrain),
                make,
                models,
                kind,
                support,
                Grade(grade),
                source,
                "powertrain.evidence.csv",
            )
        )
    for _, vds, years, plants, powertrain, models, kind, grade, source, note, _example in _keyed(
        "powertrain.manual.csv", MANUAL_COLUMNS
    ).rows(wmi):
        pattern = (*wmi, *parse_pattern(vds, 5), years or ANY, plants or ANY)
        rules.append(
            Rule(
                pattern,
                Powertrain(powertrain),
                "",
                models,
                kind,
                note,
                Grade(grade),
                source,
                "powertrain.manual.csv",
            )
        )
    return tuple(rules)


@cache
def all_powertrain_rules() -> tuple[Rule, ...]:
    """The rules of every WMI."""
    wmis = dict.fromkeys(
        (
            *_keyed("powertrain.evidence.csv", EVIDENCE_COLUMNS),
            *_keyed("powertrain.manual.csv", MANUAL_COLUMNS),
        )
    )
    return tuple(rule for wmi in wmis for rule in powertrain_rules(wmi))
