"""The table of fields: what a vehicle is made of, from which every output is read.

A row says of a published field what it is, of which kind, and how it is got. ``decode`` makes of them
the fields of ``model.Vehicle``, in this order also those of JSON and of the terminal;
``columns.decoding.table`` gives each as a column ``vin_<name>``, ``screen`` some of them. A new field that
vPIC tells is one row here and its line in ``Vehicle``.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from vintool import vpic
from vintool.codes import Basis, Powertrain
from vintool.decoding import engine, plant
from vintool.decoding.engine import Engine
from vintool.decoding.facts import (
    Attribute,
    Fact,
    PowertrainFact,
    Source,
    basis_of,
    source_of,
    source_of_country,
    source_of_plant,
)
from vintool.decoding.kinds import Kind, Part
from vintool.decoding.plant import Plant
from vintool.decoding.profile import Profile
from vintool.registry.plants import PlantRow
from vintool.vpic.elements import FROM_TABLES, VEHICLE_TYPE, DecodedElement, Origin

T = TypeVar("T")

TEXT, INTEGER, STRUCT = Kind.TEXT, Kind.INTEGER, Kind.STRUCT
TEXTS, INTEGERS, PAIRS, SOURCES = Kind.TEXTS, Kind.INTEGERS, Kind.PAIRS, Kind.SOURCES


class Field(NamedTuple):
    """A published field of a vehicle.

    Attributes:
        name: in ``Vehicle``; its column is ``vin_<name>``.
        kind: of its values.
        meaning: what it is, for people.
        value: how it is got of a profile; None where the VIN does not tell it. Fields without are
            told by the characters of the VIN, or by the rules of its market.
        fact: a value that is told, with its basis and source; None where the field is a plain value.
        element: vPIC's number, where it is vPIC that tells it.
        parts: of a struct, in their order.
    """

    name: str
    kind: Kind
    meaning: str
    value: Callable[[Profile], Any] | None = None
    fact: Callable[[Profile, Any], Any] | None = None
    element: int | None = None
    parts: tuple[Part, ...] = ()

    @property
    def label(self) -> str:
        """The name as people read it."""
        return self.name.replace("_", " ")

    def of(self, profile: Profile) -> Any:
        """The field as ``Vehicle`` has it: a fact, or a plain value."""
        value = self.value and self.value(profile)
        return value if value is None or self.fact is None else self.fact(profile, value)


def _there(row: T | None) -> T:
    """The row that tells a value; it is there where the value is."""
    assert row is not None  # noqa: S101
    return row


def _by_maker(profile: Profile, value: str) -> Fact[str]:
    return Fact(Basis.REGISTRY, source_of(_there(profile.maker)), value)


def _by_element(profile: Profile, item: DecodedElement, value: T) -> Fact[T]:
    return Fact(basis_of(_there(profile.vpic_pass), item), source_of(item), value)


def _brand(profile: Profile, value: str) -> Fact[str]:
    brand = _there(profile.brand)
    return Fact(brand.basis, source_of(brand.row), value)


def _country(profile: Profile, value: str) -> Fact[str]:
    by_maker = profile.maker is not None and profile.maker.country
    return _by_maker(profile, value) if by_maker else _by_range(profile, value)


def _by_range(profile: Profile, value: str) -> Fact[str]:
    return Fact(Basis.REGISTRY, source_of_country(_there(profile.country)), value)


def _model_year(profile: Profile, value: int) -> Fact[int]:
    cites = "49 CFR 565.15(d)(1); GB 16735-2019; ISO 3779"
    return Fact(profile.year.basis, Source("", "position 10", cites, profile.year.why), value)


def _plant(profile: Profile, value: Plant) -> Fact[Plant]:
    row = profile.plant_row
    if isinstance(row, PlantRow):
        return Fact(Basis.REGISTRY, source_of_plant(profile.wmi, row), value)
    return _by_element(profile, _there(row), value)


def _vehicle_type(profile: Profile, value: str) -> Fact[str]:
    items = profile.vpic_pass.attributes.get(VEHICLE_TYPE) if profile.vpic_pass else None
    return _by_element(profile, items[0], value) if items else _by_maker(profile, value)


def _engine(profile: Profile, value: Engine) -> Fact[Engine]:
    """The source is that of the first part that is told."""
    attributes = _there(profile.vpic_pass).attributes
    elements = (part.element for part in engine.PARTS if getattr(value, part.name) is not None)
    return _by_element(profile, attributes[next(elements)][0], value)


def _further(profile: Profile) -> list[tuple[str, str, DecodedElement]]:
    """What vPIC tells beside the fields: its name, value in words, what it rests on.

    That something does not apply to a whole type of vehicle is left out.
    """
    if profile.vpic_pass is None:
        return []
    elements = vpic.all_elements()
    return [
        (elements[element].name, text, items[0])
        for element, items in sorted(profile.vpic_pass.attributes.items())
        if element not in NAMED
        and element in elements
        and not (items[0].origin is Origin.DEFAULT and items[0].value == engine.NOT_APPLICABLE)
        and (text := profile.vpic_pass.value(element))
    ]


def _attributes(
    profile: Profile, further: Iterable[tuple[str, str, DecodedElement]]
) -> tuple[Attribute, ...]:
    return tuple(
        Attribute(name, text, basis_of(_there(profile.vpic_pass), item))
        for name, text, item in further
    )


def _powertrain(profile: Profile, value: Powertrain) -> PowertrainFact:
    support = tuple(map(source_of, profile.classification.rules))
    grade = _there(profile.classification.grade)
    return PowertrainFact(Basis.ENCODED, support[0], value, grade, support)


def _powertrain_basis(profile: Profile) -> Basis | None:
    return None if profile.classification.powertrain is None else Basis.ENCODED


def _conflict(profile: Profile) -> tuple[Source, ...]:
    classification = profile.classification
    return () if classification.powertrain else tuple(map(source_of, classification.rules))


def _element(name: str, kind: Kind, meaning: str, element: int) -> Field:
    """A field that an element of vPIC tells."""

    def value(profile: Profile) -> str | int | float | None:
        return kind.read(profile.vpic_pass.value(element)) if profile.vpic_pass else None

    def fact(profile: Profile, value: T) -> Fact[T]:
        return _by_element(profile, _there(profile.vpic_pass).attributes[element][0], value)

    return Field(name, kind, meaning, value, fact, element)


_TABLE = (
    Field("vin", TEXT, "the VIN, cleaned; * for what is not known"),
    Field("wmi", TEXT, "world manufacturer identifier: positions 1-3, with 12-14 of a small maker"),
    Field("vds", TEXT, "vehicle descriptor section: positions 4-9"),
    Field("vis", TEXT, "vehicle identifier section: positions 10-17"),
    Field("descriptor", TEXT, "positions 1-8, 10 and 11, with 12-14 of a small maker"),
    Field("check_digit", TEXT, "whether position 9 agrees with the other positions"),
    Field("market", TEXT, "whose VIN rules apply", lambda p: p.market),
    Field("manufacturer", TEXT, "holder of the WMI", lambda p: p.maker and p.maker.name, _by_maker),
    Field("brand", TEXT, "make", lambda p: p.brand and p.brand.name, _brand),
    Field("country", TEXT, "of the maker, ISO 3166 alpha-2", lambda p: p.country_code, _country),
    Field("region", TEXT, "of the WMI", lambda p: p.country and p.country.region, _by_range),
    Field("model_year", INTEGER, "what position 10 means", lambda p: p.year.year, _model_year),
    Field("model_year_candidates", INTEGERS, "what it can mean", lambda p: p.year.candidates),
    Field("plant_code", TEXT, "position 11"),
    Field("plant", STRUCT, "what it means", lambda p: p.plant, _plant, parts=plant.PARTS),
    Field("serial", TEXT, "positions 12-17, of a small maker 15-17"),
    Field("vehicle_type", TEXT, "car, truck, ...", lambda p: p.vehicle_type, _vehicle_type),
    _element("model", TEXT, "name of the model", 28),
    _element("series", TEXT, "name of the series", 34),
    _element("trim", TEXT, "name of the trim", 38),
    _element("body_class", TEXT, "form of the body", 5),
    _element("doors", INTEGER, "how many", 14),
    _element("seats", INTEGER, "how many", 33),
    Field("engine", STRUCT, "litres and kW", lambda p: p.engine, _engine, parts=engine.PARTS),
    _element("fuel_primary", TEXT, "fuel", 24),
    _element("fuel_secondary", TEXT, "second fuel", 66),
    _element("electrification", TEXT, "level of electrification", 126),
    _element("drive_type", TEXT, "driven wheels", 15),
    _element("gvwr", TEXT, "class of the gross vehicle weight rating", 25),
    Field("attributes", PAIRS, "what else vPIC tells, by its names", _further, _attributes),
    Field("powertrain", TEXT, "what moves it", lambda p: p.classification.powertrain, _powertrain),
    Field("powertrain_conflict", SOURCES, "rules that disagree on it", _conflict),
    Field("problems", TEXTS, "what is wrong with the VIN"),
)
#: The fields of ``Vehicle`` by name, in its order.
FIELDS = {field.name: field for field in _TABLE}
_TABLE_ASIDE = (
    Field("powertrain_grade", TEXT, "of the evidence: A, B or C", lambda p: p.classification.grade),
    Field("powertrain_basis", TEXT, "what the powertrain rests on", _powertrain_basis),
)
#: What has columns of its own, and in ``Vehicle`` is part of a fact.
ASIDE = {field.name: field for field in _TABLE_ASIDE}
#: vPIC's number for each field that one of its elements tells.
ELEMENTS = {name: field.element for name, field in FIELDS.items() if field.element is not None}
#: The elements that have fields or parts of their own, or follow from the WMI, position 10 or the model.
NAMED = frozenset(
    {
        *ELEMENTS.values(),
        *(part.element for field in _TABLE for part in field.parts),
        *FROM_TABLES,
    }
)
