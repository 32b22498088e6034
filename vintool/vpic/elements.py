"""The attributes that vPIC tells, by their numbers, and the tables that turn values into words."""

from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from vintool.registry.patterns import ANY, signs_of
from vintool.registry.reference import by_vpic
from vintool.registry.rows import read_rows
from vintool.vpic.files import all_rows, rows_of

MAKE, MANUFACTURER, MODEL, MODEL_YEAR, VEHICLE_TYPE, ENGINE_MODEL = 26, 27, 28, 29, 39, 18
FUEL_PRIMARY, FUEL_SECONDARY, ELECTRIFICATION = 24, 66, 126
#: The fuel, and the level of electrification, that speak for pure electric.
ELECTRIC, BATTERY_ELECTRIC = "2", "4"
ELECTRIC_VALUES = {FUEL_PRIMARY: ELECTRIC, ELECTRIFICATION: BATTERY_ELECTRIC}
DISPLACEMENT_CC, DISPLACEMENT_CI, DISPLACEMENT_L = 11, 12, 13
DISPLACEMENTS = frozenset({DISPLACEMENT_CC, DISPLACEMENT_CI, DISPLACEMENT_L})
#: What follows from the WMI, position 10 or the model, never from a pattern.
FROM_TABLES = frozenset({MAKE, MANUFACTURER, MODEL_YEAR, VEHICLE_TYPE})
#: Notes and the like, of which a VIN may have several.
MULTIPLE = frozenset({114, 121, 129, 150, 154, 155, 169, 186})


class Element(NamedTuple):
    """An attribute as vPIC names it."""

    name: str
    lookup: str
    type: str
    weight: int


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
    formula is what the VIN has at ``digits``, by the places of ``patterns.POSITIONS``.
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
        return (
            f"schema {self.schema} {_as_text(self.pattern)}" if self.schema else self.origin.value
        )


#: Element -> what is told of it; several items only where it is one of ``MULTIPLE``.
Decoded = dict[int, tuple[DecodedElement, ...]]


@lru_cache(maxsize=1 << 14)
def _as_text(pattern: tuple[str, ...]) -> str:
    """A pattern as a person reads it: positions 4-8, and behind a bar those from 10 on."""
    signs = signs_of(pattern)
    return "|".join(filter(None, ("".join(signs[:5]), "".join(signs[5:]).rstrip(ANY))))


@by_vpic()
def all_elements() -> dict[int, Element]:
    """Every attribute that vPIC publishes."""
    return {
        int(number): Element(name, lookup, kind, int(weight))
        for number, name, lookup, kind, weight in all_rows("elements.csv")
    }


@by_vpic()
def _lookups() -> dict[tuple[str, str], str]:
    return {(lookup, number): name for lookup, number, name in all_rows("lookups.csv")}


@by_vpic(1 << 14)
def in_words(element: int, value: str) -> str:
    """A value in words: numbers of lookup tables become names, and stray spaces go.

    >>> in_words(24, "2"), in_words(24, "4")
    ('Electric', 'Gasoline')
    """
    if element == MODEL:
        text = model(value)[0]
    else:
        lookup = all_elements()[element].lookup
        text = _lookups().get((lookup, value), value) if lookup else value
    return " ".join(text.split())


def all_in_words(element: int, values: tuple[str, ...]) -> str | None:
    """What an element is told to be, in words; None where nothing is told."""
    return "; ".join(in_words(element, value) for value in values) if values else None


def model(number: str) -> tuple[str, str]:
    """Name and make of a model; empty if vPIC does not know the number."""
    return model_row(number)[:2]


@by_vpic()
def model_row(number: str) -> tuple[str, str, int, int]:
    """Name and make of a model, and where the section of its specifications stands."""
    for _, name, make, offset, length in rows_of("models.csv", number):
        return name, make, int(offset or 0), int(length or 0)
    return "", "", 0, 0


@by_vpic()
def _engines() -> dict[str, list[tuple[int, str]]]:
    engines: dict[str, list[tuple[int, str]]] = {}
    for name, element, value in all_rows("engines.csv"):
        engines.setdefault(name, []).append((int(element), value))
    return engines


def engine(name: str) -> list[tuple[int, str]]:
    """What follows from the name of an engine: elements and values."""
    return _engines().get(name.strip().lower(), [])


@by_vpic()
def defaults(vehicle_type: int) -> Decoded:
    """What vPIC assumes of a vehicle type where nothing else is told."""
    lookups = {number for number, element in all_elements().items() if element.type == "lookup"}
    return {
        int(element): (
            DecodedElement(
                "Not Applicable" if value == "0" and int(element) in lookups else value,
                Origin.DEFAULT,
            ),
        )
        for kind, element, value in all_rows("defaults.csv")
        if int(kind) == vehicle_type
    }


@by_vpic()
def _country_codes() -> dict[str, str]:
    columns = ("name", "country", "source")
    return {name: code for name, code, _source in read_rows("vpic.countries.csv", columns)}


def country_code(name: str) -> str:
    """ISO 3166 alpha-2 of a country as vPIC names it; empty if the name is not known.

    >>> country_code("UNITED STATES (USA)")
    'US'
    """
    return _country_codes().get(" ".join(name.split()), "")
