"""The table of fields: what a vehicle is made of, from which every output is read.

A row says of a published field what it is, of which kind, and how it is got. ``decode`` makes of them
the fields of ``model.Vehicle``, in this order also those of JSON and of the terminal;
``columns.decoding.table`` gives each as a column ``vin_<name>``, ``screen`` some of them. A new field that
vPIC tells is one row here and its line in ``Vehicle``.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from vintool import vpic
from vintool.codes import Basis
from vintool.decoding import engine, plant
from vintool.decoding.brand import Brand
from vintool.decoding.facts import (
    Attribute,
    Fact,
    PowertrainFact,
    Source,
    basis_of,
    source_of,
)
from vintool.decoding.kinds import Kind, Part
from vintool.decoding.model_name import NOTHING, Known
from vintool.decoding.model_year import ModelYear
from vintool.decoding.profile import Profile
from vintool.decoding.vehicle_type import KINDS, VehicleType
from vintool.powertrain import Classification
from vintool.registry.assembly import BuiltInRow
from vintool.registry.countries import Country
from vintool.registry.makers import Maker
from vintool.registry.models import ModelRow
from vintool.registry.plants import PlantRow
from vintool.registry.rule import Rule
from vintool.vpic.elements import FROM_TABLES, MODEL, DecodedElement, Origin

#: What a value rests on: a row of the reference data, or what was concluded of several.
Row = (
    Maker
    | Country
    | PlantRow
    | BuiltInRow
    | ModelRow
    | Rule
    | DecodedElement
    | Brand
    | VehicleType
    | ModelYear
    | Classification
)

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
        row: what the value rests on, which makes it a fact; fields without are plain values.
        element: vPIC's number, where it is vPIC that tells it.
        parts: of a struct, in their order.
    """

    name: str
    kind: Kind
    meaning: str
    value: Callable[[Profile], Any] | None = None
    row: Callable[[Profile], Row | None] | None = None
    element: int | None = None
    parts: tuple[Part, ...] = ()

    @property
    def label(self) -> str:
        """The name as people read it."""
        return self.name.replace("_", " ")

    def of(self, profile: Profile) -> Any:
        """The field as ``Vehicle`` has it: a fact, or a plain value."""
        if self.value is None:
            return None
        value = self.value(profile)
        if self.kind is PAIRS:
            return tuple(
                Attribute(name, text, basis_of(item, profile.vpic_pass))
                for name, text, item in value
            )
        row = self.row(profile) if self.row is not None and value is not None else None
        return value if row is None else _fact(row, value, profile)


def _fact(row: Row, value: Any, profile: Profile) -> Fact[Any]:
    """A value with its basis and source."""
    if isinstance(row, DecodedElement):
        return Fact(basis_of(row, profile.vpic_pass), source_of(row), value)
    if isinstance(row, ModelYear):
        return Fact(row.basis, Source("", f"position {row.position}", row.cites, row.why), value)
    if isinstance(row, Brand | VehicleType):
        return Fact(row.basis, source_of(row.row), value)
    if isinstance(row, Classification):
        support = tuple(map(source_of, row.rules))
        assert row.grade is not None  # noqa: S101 - a powertrain has one
        return PowertrainFact(Basis.ENCODED, support[0], value, row.grade, support)
    by_positions = isinstance(row, BuiltInRow | ModelRow | Rule)
    basis = Basis.ENCODED if by_positions else Basis.REGISTRY
    return Fact(basis, source_of(row, profile.wmi), value)


def _element(name: str, kind: Kind, meaning: str, element: int) -> Field:
    """A field that an element of vPIC tells."""

    def value(profile: Profile) -> str | int | float | None:
        return kind.read(profile.vpic_pass.value(element)) if profile.vpic_pass else None

    return Field(name, kind, meaning, value, lambda p: _item(p, element), element)


def _own_element(name: str, meaning: str, element: int) -> Field:
    """A text that an element of vPIC tells, or where no filing speaks surely, what is known of the model."""

    def own(profile: Profile) -> Known:
        """What is known of the model, where no filing speaks surely of this element."""
        is_filed = profile.vpic_pass is not None and profile.vpic_pass.sure
        return NOTHING if is_filed and _item(profile, element) else profile.models.of(name)

    def value(profile: Profile) -> str | None:
        return own(profile).value or (
            profile.vpic_pass.value(element) if profile.vpic_pass else None
        )

    return Field(
        name,
        TEXT,
        meaning,
        value,
        lambda p: own(p).row or _item(p, element),
        element,
    )


def _candidates(profile: Profile) -> tuple[str, ...]:
    filed = profile.vpic_pass.value(MODEL) if profile.vpic_pass else None
    return profile.models.candidates or ((filed,) if filed else ())


def _item(profile: Profile, element: int) -> DecodedElement | None:
    """What vPIC tells of an element."""
    items = profile.vpic_pass.attributes.get(element) if profile.vpic_pass else None
    return items[0] if items else None


def _country(profile: Profile) -> Maker | Country | None:
    maker = profile.maker
    return maker if maker is not None and maker.country else profile.country


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


def _conflict(profile: Profile) -> tuple[Source, ...]:
    classification = profile.classification
    return () if classification.powertrain else tuple(map(source_of, classification.rules))


def _powertrain_basis(profile: Profile) -> Basis | None:
    return None if profile.classification.powertrain is None else Basis.ENCODED


_TABLE = (
    Field("vin", TEXT, "the VIN as read, in 17 characters; of a part of one, `*` for what is not known"),
    Field("wmi", TEXT, "positions 1-3, with 12-14 for a small maker"),
    Field("vds", TEXT, "positions 4-9"),
    Field("vis", TEXT, "positions 10-17"),
    Field("descriptor", TEXT, "the VIN without check digit and serial"),
    Field("check_digit", TEXT, "whether position 9 agrees with the others: `holds`, `fails`, `not_used`, `cannot_tell`"),
    Field("market", TEXT, "whose VIN rules apply: `us`, `cn`, `eu`, `iso`", lambda p: p.market),
    Field("manufacturer", TEXT, "who builds the vehicle, or registered the WMI", lambda p: p.maker and p.maker.name, lambda p: p.maker),
    Field("brand", TEXT, "what it is sold as", lambda p: p.brand and p.brand.name, lambda p: p.brand),
    Field("country", TEXT, "ISO 3166 code of whom the first two positions belong to", lambda p: p.country_code, _country),
    Field("region", TEXT, "its region, by ISO 3780", lambda p: p.country and p.country.region, lambda p: p.country),
    Field("model_year", INTEGER, "the model year that position 10 means", lambda p: p.year.year, lambda p: p.year),
    Field("model_year_candidates", INTEGERS, "every model year that it can mean", lambda p: p.year.candidates),
    Field("plant_code", TEXT, "position 11"),
    Field("plant", STRUCT, "where it was built: company, city, state, country, as far as told", lambda p: p.plant, lambda p: p.plant_row, parts=plant.PARTS),
    Field("built_in", TEXT, "ISO 3166 code of the country it was built in: by its plant, its model, or a WMI of China", lambda p: p.built_in, lambda p: p.built_in_row),
    Field("built_month", INTEGER, "the month that it was built in, where a maker's VIN tells it", lambda p: p.year.month, lambda p: p.year._replace(position=12, why="the month of building by this maker's own rule")),
    Field("serial", TEXT, "positions 12-17, or 15-17 of a small maker"),
    Field("vehicle_type", TEXT, f"one of {', '.join(f'`{kind}`' for kind in KINDS)}", lambda p: p.vehicle_type and p.vehicle_type.name, lambda p: p.vehicle_type),
    _own_element("model", "the model: as filed, by the maker's type code, or by the labels of this start where they name one alone", MODEL),
    Field("model_candidates", TEXTS, "every model that it can be, with versions of the same code", _candidates),
    _own_element("series", "the series", 34),
    _element("trim", TEXT, "the trim", 38),
    _own_element("body_class", "the body, in vPIC's words", 5),
    _element("doors", INTEGER, "number of doors", 14),
    _element("seats", INTEGER, "number of seats", 33),
    Field("engine", STRUCT, "what is told of the engine: displacement in litres, power in kW", lambda p: engine.engine_of(p.vpic_pass), lambda p: engine.first_item(p.vpic_pass), parts=engine.PARTS),
    _element("fuel_primary", TEXT, "the fuel", 24),
    _element("fuel_secondary", TEXT, "the second fuel", 66),
    _element("electrification", TEXT, "the level of electrification, in vPIC's words", 126),
    _own_element("drive_type", "which wheels are driven", 15),
    _element("gvwr", TEXT, "class of the gross vehicle weight rating", 25),
    Field("attributes", PAIRS, "everything else that vPIC tells, by its names", _further),
    Field("powertrain", TEXT, "`BEV`, `PHEV`, `EREV`, `HEV`, `ICE`, `FCEV`, `NOT_BEV`; null where it cannot be told", lambda p: p.classification.powertrain, lambda p: p.classification),
    Field("powertrain_conflict", SOURCES, "rules that disagree on it", _conflict),
    Field("problems", TEXTS, "codes of what is wrong with the VIN or was put right in it"),
)  # fmt: skip
#: The fields of ``Vehicle`` by name, in its order.
FIELDS = {field.name: field for field in _TABLE}
_TABLE_ASIDE = (
    Field(
        "powertrain_grade",
        TEXT,
        "how good the evidence is: `A`, `B`, `C`",
        lambda p: p.classification.grade,
    ),
    Field(
        "powertrain_basis",
        TEXT,
        "what that rests on: `encoded`, `registry`, `declared`, `assumed`",
        _powertrain_basis,
    ),
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
