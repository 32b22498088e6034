"""NHTSA's vPIC, as ``vintool data build`` writes it down: for each WMI and year, patterns that tell.

A section of ``patterns.txt`` is one schema of vPIC; a line of it is a pattern over positions 4-8
and 10-17 and what it tells, ``[67V]W1E<tab>28=1801<tab>38=SuperCrew``: elements by number, values as vPIC
has them. Where two patterns meet and the order of the lines does not decide, ``28@7=1801`` says
which comes first: the lower number. ``118#=6-7`` says that the VIN has the value itself, there.

The files are read on first use, and of the long ones only the sections that a WMI and year need.
Where they lie: see ``folder``.

Source: NHTSA, Product Information Catalog and Vehicle Listing (vPIC), public domain.
"""

import csv
import re
import tomllib
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache, cached_property, lru_cache
from mmap import mmap
from pathlib import Path
from typing import NamedTuple

import wmi_data
from vintool.errors import DataError
from vintool.registry import rows
from vintool.registry.patterns import ANY, PatternTable, parse_pattern
from vintool.registry.rows import KeyedTable
from vintool.vin.positions import before_serial

#: The positions of a VIN that patterns read, in their order.
POSITIONS = (4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17)

MAKE, MANUFACTURER, MODEL, MODEL_YEAR, VEHICLE_TYPE, ENGINE_MODEL = 26, 27, 28, 29, 39, 18
FUEL_PRIMARY, FUEL_SECONDARY, ELECTRIFICATION = 24, 66, 126
#: The fuel, and the level of electrification, that speak for pure electric.
ELECTRIC, BATTERY_ELECTRIC = "2", "4"
DISPLACEMENT_CC, DISPLACEMENT_CI, DISPLACEMENT_L = 11, 12, 13
DISPLACEMENTS = frozenset({DISPLACEMENT_CC, DISPLACEMENT_CI, DISPLACEMENT_L})
#: What follows from the WMI, position 10 or the model, never from a pattern.
FROM_TABLES = frozenset({MAKE, MANUFACTURER, MODEL_YEAR, VEHICLE_TYPE})
#: Notes and the like, of which a VIN may have several.
MULTIPLE = frozenset({114, 121, 129, 150, 154, 155, 169, 186})

COLUMNS = {
    "elements.csv": ("element", "name", "lookup", "type", "weight"),
    "lookups.csv": ("lookup", "id", "name"),
    "wmi.csv": ("wmi", "manufacturer", "makes", "vehicle_type", "light", "reads_to"),
    "models.csv": ("model", "name", "make", "offset", "length"),
    "engines.csv": ("engine", "element", "value"),
    "defaults.csv": ("vehicle_type", "element", "value"),
    "index.csv": ("wmi", "year_from", "year_to", "schema", "offset", "length"),
}
TEXTS = ("patterns.txt", "specs.txt")
MANIFEST = "manifest.toml"
#: Raised when what the files say, or how, changes; older files are refused, not misread.
FORMAT = 1
REMEDY = "build it again with `vintool data build`, or delete the folder"

_TELLS_ELECTRIC = re.compile(r"\t(?:24(?:@\d+)?=2|126(?:@\d+)?=4)(?:\t|$)").search
_KINDS = {
    1: "motorcycle",
    2: "car",
    3: "truck",
    5: "bus",
    6: "trailer",
    7: "suv",
    9: "lsv",
    10: "incomplete",
    13: "off_road",
}


class ReleaseInfo(NamedTuple):
    """Which release of vPIC: month as ``2026-10``, where it was published, SHA-256 of the file."""

    month: str
    url: str
    sha256: str


class WmiRegistration(NamedTuple):
    """What vPIC's register says of a WMI.

    ``reads_to`` is the last position that any pattern of the WMI reads.
    """

    wmi: str
    manufacturer: str
    makes: tuple[str, ...]
    vehicle_type: int
    light: bool
    reads_to: int

    @property
    def kind(self) -> str | None:
        """The vehicle type in the words of this package."""
        return _KINDS.get(self.vehicle_type)


class Link(NamedTuple):
    """A schema that holds for a WMI in some model years, and where its section stands."""

    first: int
    last: int
    schema: int
    offset: int
    length: int


class Origin(Enum):
    """By which step of vPIC's procedure an attribute is told."""

    PATTERN = "pattern"
    FORMULA = "formula"
    ENGINE = "engine"
    TABLE = "table"
    CONVERSION = "conversion"
    SPECIFICATION = "specification"
    DEFAULT = "default"


class DecodedElement(NamedTuple):
    """One attribute as vPIC tells it.

    ``value`` is vPIC's, a number where there is a lookup table; ``schema`` and ``pattern`` are what it
    rests on; ``order`` ranks it among those of the same element, the lowest first. The value of a
    formula is what the VIN has at ``digits``, by the places of ``POSITIONS``.
    """

    value: str
    origin: Origin
    schema: int = 0
    pattern: tuple[str, ...] = ()
    order: tuple[int, int, int] = (0, 0, 0)
    digits: slice | None = None

    @property
    def source(self) -> str:
        """The row of vPIC that tells it."""
        return f"schema {self.schema} {shown(self.pattern)}" if self.schema else self.origin.value


@lru_cache(maxsize=1 << 14)
def shown(pattern: tuple[str, ...]) -> str:
    """A pattern as a person reads it: positions 4-8, and behind a bar those from 10 on."""
    signs = [allowed if len(allowed) == 1 else f"[{allowed}]" for allowed in pattern]
    return "|".join(filter(None, ("".join(signs[:5]), "".join(signs[5:]).rstrip(ANY))))


class Element(NamedTuple):
    """An attribute as vPIC names it."""

    name: str
    lookup: str
    type: str
    weight: int


class Spec(NamedTuple):
    """A vehicle specification: if all of ``keys`` are decoded, ``facts`` follow.

    Keys are in small letters; of facts about one element that of the lowest place counts.
    """

    vehicle_type: int
    make: str
    years: frozenset[int]
    keys: tuple[tuple[int, str], ...]
    facts: tuple[tuple[int, int, str], ...]  # element, place, value


class Rules:
    """The patterns of all schemas that hold for one WMI and year."""

    def __init__(self, sections: list[tuple[Link, list[str]]]) -> None:
        self._lines = [(link, line) for link, lines in sections for line in lines]
        self.table = PatternTable([pattern(line.partition("\t")[0]) for _, line in self._lines])
        self._told: dict[int, tuple[tuple[int, DecodedElement], ...]] = {}

    @cached_property
    def electric(self) -> int:
        """The patterns that tell an electric fuel or a battery electric vehicle, as a bit set."""
        return sum(
            1 << number for number, (_, line) in enumerate(self._lines) if _TELLS_ELECTRIC(line)
        )

    def told(self, number: int) -> tuple[tuple[int, DecodedElement], ...]:
        """What one pattern tells: elements, and what it says of each."""
        found = self._told.get(number)
        if found is None:
            link, line = self._lines[number]
            text, *cells = line.split("\t")
            allowed = pattern(text)
            found = self._told[number] = tuple(_told(cell, number, link, allowed) for cell in cells)
        return found


class Key(NamedTuple):
    """What the head of a cell says: the element, its rank, and where the VIN itself has the value.

    Where several lines fit, the lowest rank comes first, and formulas come after all patterns.
    """

    element: int
    rank: int
    formula: bool


def cell_key(text: str) -> Key:
    """Read what stands before the equals sign of a cell.

    >>> cell_key("28@7"), cell_key("118#")
    (Key(element=28, rank=7, formula=False), Key(element=118, rank=0, formula=True))
    """
    if text.endswith("#"):
        return Key(int(text[:-1]), 0, formula=True)
    element, _, rank = text.partition("@")
    return Key(int(element), int(rank or 0), formula=False)


def _told(cell: str, line: int, link: Link, pattern: tuple[str, ...]) -> tuple[int, DecodedElement]:
    text, _, value = cell.partition("=")
    element, rank, formula = cell_key(text)
    if formula:
        first, _, last = value.partition("-")
        digits = slice(POSITIONS.index(int(first)), POSITIONS.index(int(last)) + 1)
        # Below any pattern of a schema, as in vPIC.
        order = (-100, 0, line)
        return element, DecodedElement("", Origin.FORMULA, link.schema, pattern, order, digits)
    order = (-link.first, rank, line)
    return element, DecodedElement(value, Origin.PATTERN, link.schema, pattern, order)


@lru_cache(maxsize=1 << 17)
def pattern(text: str) -> tuple[str, ...]:
    """What a pattern allows at each of ``POSITIONS``."""
    return parse_pattern(text, len(POSITIONS), short=True)


def user_home() -> Path:
    """Where the user's own vPIC data lies, if there is any."""
    return rows.user_folder() / "vpic"


def check(folder: Path) -> dict[str, dict[str, object]]:
    """The manifest's entries of a folder, by file, each file being there in its size.

    Raises:
        DataError: a file is missing or has another size, or the format is another one.
    """
    try:
        told = tomllib.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if told.get("format") != FORMAT:
            raise DataError(f"{folder}: made for another version of vintool; {REMEDY}")
        files: dict[str, dict[str, object]] = {entry["name"]: entry for entry in told["file"]}
        sizes = {name: files[name]["bytes"] for name in (*COLUMNS, *TEXTS)}
    except (OSError, ValueError, KeyError):
        raise DataError(f"{folder}: {MANIFEST} is missing or not whole; {REMEDY}") from None
    for name, size in sizes.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size:
            raise DataError(f"{folder}: {name} is missing or not whole; {REMEDY}")
    return files


@cache
def folder() -> Path:
    """Where the files lie: the user's own, if ``vintool data build`` made them, or the package's.

    Raises:
        DataError: the user's files are not whole, or not of this version's format.
    """
    own = user_home()
    if not own.exists():
        return rows.DATA / "vpic"
    check(own)
    return own


@cache
def release() -> ReleaseInfo:
    """Which release of vPIC the files were made from."""
    head = (folder() / MANIFEST).read_text(encoding="utf-8").partition("[release.rows]")[0]
    told = tomllib.loads(head)["release"]
    return ReleaseInfo(told["month"], told["url"], told["sha256"])


def data_release() -> str:
    """The release of all reference data: the package's tables, and the month of vPIC."""
    return f"{wmi_data.RELEASE}+vpic.{release().month}"


@cache
def _keyed(name: str) -> KeyedTable:
    try:
        return KeyedTable(rows.map_file(folder() / name), COLUMNS[name])
    except ValueError as error:
        raise DataError(f"vpic/{name}: {error}") from None


def _rows(name: str) -> Iterator[list[str]]:
    with (folder() / name).open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        if tuple(next(lines, ())) != COLUMNS[name]:
            raise DataError(f"vpic/{name}: columns are not {', '.join(COLUMNS[name])}")
        yield from lines


@cache
def _text(name: str) -> mmap:
    return rows.map_file(folder() / name)


def _body(name: str, key: object, offset: int, length: int) -> bytes:
    """The text of one section, without its heading."""
    head, _, body = _text(name)[offset : offset + length].partition(b"\n")
    if head != f"#{key}".encode() or (body and not body.endswith(b"\n")):
        raise DataError(f"vpic/{name}: no section {key} at byte {offset}; rebuild the data")
    return body


def _section(name: str, key: object, offset: int, length: int) -> list[str]:
    """The lines of one section."""
    return _body(name, key, offset, length).decode().split("\n")[:-1]


def schema_text(link: Link) -> bytes:
    """The lines of a schema, each with its end."""
    return _body("patterns.txt", link.schema, link.offset, link.length)


@cache
def registration(wmi: str) -> WmiRegistration | None:
    """What vPIC's register says of a WMI of 3 or 6 characters; None if it is not there.

    >>> registration("5YJ").makes
    ('Tesla',)
    """
    for row in _keyed("wmi.csv").rows(wmi):
        return _registration(row)
    return None


def _registration(row: Iterable[str]) -> WmiRegistration:
    code, manufacturer, makes, kind, light, reads_to = row
    own = tuple(makes.split("|")) if makes else ()
    return WmiRegistration(code, manufacturer, own, int(kind or 0), light == "yes", int(reads_to))


def registrations() -> Iterator[WmiRegistration]:
    """Every WMI of vPIC's register."""
    return map(_registration, _rows("wmi.csv"))


@cache
def far_readers() -> dict[str, int]:
    """Positions 1-3 of the WMIs whose patterns read into the serial -> the last position read."""
    found: dict[str, int] = {}
    for wmi, *_, reads_to in _rows("wmi.csv"):
        if int(reads_to) > before_serial(wmi):
            found[wmi[:3]] = max(int(reads_to), found.get(wmi[:3], 0))
    return found


@cache
def links(wmi: str) -> tuple[Link, ...]:
    """The schemas of a WMI, whatever the year."""
    return tuple(_link(*row[1:]) for row in _keyed("index.csv").rows(wmi))


def _link(first: str, last: str, schema: str, offset: str, length: str) -> Link:
    return Link(int(first), int(last) or 9999, int(schema), int(offset), int(length))


def every_link() -> Iterator[tuple[str, Link]]:
    """Every WMI with each of its schemas, as ``links`` gives them."""
    return ((wmi, _link(*row)) for wmi, *row in _rows("index.csv"))


def rules(wmi: str, year: int) -> Rules:
    """The patterns that hold for a WMI in a model year."""
    return _rules(tuple(link for link in links(wmi) if link.first <= year <= link.last))


@lru_cache(maxsize=1 << 16)
def may_be_electric(wmi: str, year: int) -> bool:
    """Whether any pattern of a WMI and year tells electric; cheaper than to read them all."""
    return any(_schema_is_electric(link) for link in links(wmi) if link.first <= year <= link.last)


@cache
def _schema_is_electric(link: Link) -> bool:
    section = _section("patterns.txt", link.schema, link.offset, link.length)
    return any(map(_TELLS_ELECTRIC, section))


@cache
def _rules(chosen: tuple[Link, ...]) -> Rules:
    return Rules(
        [(link, _section("patterns.txt", link.schema, link.offset, link.length)) for link in chosen]
    )


@cache
def elements() -> dict[int, Element]:
    """Every attribute that vPIC publishes."""
    return {
        int(number): Element(name, lookup, kind, int(weight))
        for number, name, lookup, kind, weight in _rows("elements.csv")
    }


@cache
def _lookups() -> dict[tuple[str, str], str]:
    return {(lookup, number): name for lookup, number, name in _rows("lookups.csv")}


@cache
def _model(number: str) -> tuple[str, str, int, int]:
    for _, name, make, offset, length in _keyed("models.csv").rows(number):
        return name, make, int(offset or 0), int(length or 0)
    return "", "", 0, 0


def model(number: str) -> tuple[str, str]:
    """Name and make of a model; empty if vPIC does not know the number."""
    return _model(number)[:2]


@cache
def specs(number: str) -> tuple[Spec, ...]:
    """The vehicle specifications of a model."""
    _, _, offset, length = _model(number)
    return tuple(map(_spec, _section("specs.txt", number, offset, length))) if length else ()


@cache
def specified_elements(number: str) -> tuple[frozenset[int], frozenset[int]]:
    """What the specifications of a model ask for, and what they tell; cheaper than to read them."""
    _, _, offset, length = _model(number)
    asked, told = set[str](), set[str]()
    for line in _section("specs.txt", number, offset, length) if length else ():
        heads = [cell.partition("=")[0] for cell in line.split("\t")[3:]]
        middle = heads.index("")
        asked.update(heads[:middle])
        told.update(head.partition("@")[0] for head in heads[middle + 1 :])
    return frozenset(map(int, asked)), frozenset(map(int, told))


def _spec(line: str) -> Spec:
    kind, make, years, *rest = line.split("\t")
    middle = rest.index("")
    facts = []
    for cell in rest[middle + 1 :]:
        key, _, value = cell.partition("=")
        element, _, place = key.partition("@")
        facts.append((int(element), int(place or 0), value))
    keys = (cell.partition("=") for cell in rest[:middle])
    return Spec(
        int(kind),
        make,
        frozenset(map(int, filter(None, years.split(";")))),
        tuple((int(element), value.lower()) for element, _, value in keys),
        tuple(facts),
    )


@cache
def _country_codes() -> dict[str, str]:
    table = rows.read_rows("vpic.countries.csv", ("name", "country", "source"))
    return {name: code for name, code, _source in table}


def country_code(name: str) -> str:
    """ISO 3166 alpha-2 of a country as vPIC names it; empty if the name is not known.

    >>> country_code("UNITED STATES (USA)")
    'US'
    """
    return _country_codes().get(" ".join(name.split()), "")


@cache
def _engines() -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for engine, element, value in _rows("engines.csv"):
        found.setdefault(engine, []).append((int(element), value))
    return found


def engine(name: str) -> list[tuple[int, str]]:
    """What follows from the name of an engine: elements and values."""
    return _engines().get(name.strip().lower(), [])


@cache
def defaults(vehicle_type: int) -> dict[int, tuple[DecodedElement, ...]]:
    """What vPIC assumes of a vehicle type where nothing else is told, by element."""
    lookups = {number for number, element in elements().items() if element.type == "lookup"}
    return {
        int(element): (
            DecodedElement(
                "Not Applicable" if value == "0" and int(element) in lookups else value,
                Origin.DEFAULT,
            ),
        )
        for kind, element, value in _rows("defaults.csv")
        if int(kind) == vehicle_type
    }


@lru_cache(maxsize=1 << 16)
def in_words(element: int, value: str) -> str:
    """A value in words: numbers of lookup tables become names, and stray spaces go.

    >>> in_words(24, "2"), in_words(24, "4")
    ('Electric', 'Gasoline')
    """
    if element == MODEL:
        text = model(value)[0]
    else:
        lookup = elements()[element].lookup
        text = _lookups().get((lookup, value), value) if lookup else value
    return " ".join(text.split())
