"""Profile -> the fields of a vehicle, every fact with its basis and source, in plain tuples.

``model`` has the same fields as frozen pydantic models, for whoever calls from Python. The terminal
reads these as they are: pydantic loads for longer than a VIN takes to decode.
"""

from functools import cache
from typing import Any, NamedTuple

from vintool import vpic
from vintool.codes import Basis, CheckDigit, Grade, Market, Powertrain, Problem, Weight
from vintool.decoding.identity import Identity, identify, proposals, trailing_digits, vin_problems
from vintool.decoding.profile import (
    ATTRIBUTES,
    ENGINE_PARTS,
    ModelYear,
    Profile,
    basis,
    engine_of,
    further,
    profile,
    whole_number,
)
from vintool.registry.makers import Maker
from vintool.registry.rule import Rule
from vintool.vin import PartialVin, Vin, calc_check_digit
from vintool.vin.check_digit import position_9, status_in_market
from vintool.vin.cleanup import is_plain, read
from vintool.vin.positions import before_serial
from vintool.vpic.elements import VEHICLE_TYPE, DecodedElement, Origin
from vintool.vpic.passes import Pass

_NUMBERS = {"doors", "seats"}
_NOTES = {
    Origin.ENGINE: "follows from the engine's name",
    Origin.CONVERSION: "converted from another unit",
    Origin.SPECIFICATION: "specification of the model, not a sign of the VIN",
    Origin.DEFAULT: "assumed of every vehicle of this type",
    Origin.TABLE: "follows from the WMI",
}


class Source(NamedTuple):
    """Where a fact comes from: the file and row of the reference data, and what that row cites."""

    file: str
    row: str
    cites: str
    note: str = ""


class Fact(NamedTuple):
    """A value, what it rests on, and where it comes from."""

    value: Any
    basis: Basis
    source: Source


class PowertrainFact(NamedTuple):
    """A powertrain with the grade of its evidence and every rule that speaks for it."""

    value: Powertrain
    basis: Basis
    source: Source
    grade: Grade
    support: tuple[Source, ...]


class Attribute(NamedTuple):
    """One more thing that NHTSA's vPIC tells, under its name there."""

    name: str
    value: str
    basis: Basis

    def __str__(self) -> str:
        """Name and value."""
        return f"{self.name}: {self.value}"


class Engine(NamedTuple):
    """What is told of the engine; null where nothing is. Displacement in litres, power in kW."""

    model: str | None
    manufacturer: str | None
    configuration: str | None
    cylinders: int | None
    displacement_l: float | None
    power_kw: float | None

    def __str__(self) -> str:
        """The engine in a few words."""
        parts = (
            f"{self.displacement_l:.1f} L" if self.displacement_l else "",
            f"{self.cylinders} cylinders" if self.cylinders else "",
            self.configuration or "",
            f"{self.power_kw:g} kW" if self.power_kw else "",
            self.manufacturer or "",
            self.model or "",
        )
        return ", ".join(filter(None, parts))


def vehicle_fields(
    vin: str,
    model_year: int | None = None,
    *,
    market: Market | str | None = None,
    latest_model_year: int | None = None,
) -> dict[str, Any]:
    """Everything that a VIN tells, by the fields of ``model.Vehicle``; facts in their order.

    Takes and raises what ``vintool.decode`` does. What is not told may be missing.

    >>> vehicle_fields("5YJ3E1EAXHF000316")["brand"].value
    'Tesla'
    """
    number = vin_of(vin)
    digits = trailing_digits(number)
    return fields_of(number, ninth_of(number), digits, model_year, market, latest_model_year)


def vin_of(text: str) -> Vin | PartialVin:
    """A text as a VIN, or as what is known of one.

    Raises:
        InvalidVin: it is neither.
    """
    if isinstance(text, Vin | PartialVin):
        return text
    if is_plain(text):
        return Vin.trusted(text)
    reading = read(text)
    return PartialVin(text) if reading.problem else Vin.trusted(reading.text)


def ninth_of(number: Vin | PartialVin) -> CheckDigit:
    """Whether position 9 agrees with the other positions; of a part of a VIN it is not known to."""
    return position_9(number) if isinstance(number, Vin) else CheckDigit.FAILS


def own_fields(number: Vin | PartialVin) -> dict[str, str]:
    """The fields in which VINs of one descriptor differ, if position 9 says the same."""
    return {"vin": number, "vds": number.vds, "vis": number.vis, "serial": number.serial}


def sample_of(number: Vin | PartialVin) -> Vin | PartialVin:
    """The VIN with zeros where no rule reads it: other fields than ``own_fields`` are as of this one.

    >>> sample_of(Vin("LRW3E7FA1LC004711"))
    'LRW3E7FA0LC000000'
    """
    if not isinstance(number, Vin):
        return number
    registration = vpic.registration(number.wmi)
    last = before_serial(number)
    if registration is not None and registration.reads_to > last:
        last = registration.reads_to
    return Vin.trusted(f"{number[:8]}0{number[9:last]:0<8}")


def fields_of(  # noqa: PLR0913, PLR0917 - what decides
    number: Vin | PartialVin,
    ninth: CheckDigit,
    digits: int,
    known: int | None,
    market: Market | str | None,
    latest: int | None,
) -> dict[str, Any]:
    """The fields of a vehicle.

    Args:
        number: the VIN, or another one of its descriptor; position 9 is not read.
        ninth: as ``ninth_of`` tells it.
        digits: how many of positions 13-17, counted from the end, are digits.
        known: the model year, where it is known otherwise.
        market: whose VIN rules apply, where the WMI should not decide.
        latest: the latest model year that there can be.
    """
    told = profile(number, ninth, latest, Market(market) if market else None, known=known)
    status = CheckDigit.CANNOT_TELL
    problems: tuple[Problem, ...] = (Problem.PARTIAL,)
    if isinstance(number, Vin):
        status = status_in_market(ninth, told.market)
        problems = vin_problems(number, told.market, status, digits)
    return profile_fields(number, told, status, problems, known)


def profile_fields(
    number: Vin | PartialVin,
    told: Profile,
    status: CheckDigit,
    problems: tuple[Problem, ...],
    known: int | None = None,
) -> dict[str, Any]:
    """The fields of a vehicle whose profile is there already.

    Args:
        number: its VIN.
        told: its profile.
        status: of the check digit.
        problems: of the VIN.
        known: the model year, where it is known otherwise.
    """
    return {
        **own_fields(number),
        "wmi": number.wmi,
        "descriptor": number.descriptor,
        "check_digit": status,
        "market": told.market,
        **_maker_facts(told),
        "model_year": _year_fact(told.year, known),
        "model_year_candidates": told.year.candidates,
        "plant_code": number.plant_code,
        "plant": _plant_fact(told),
        "vehicle_type": _type_fact(told),
        **(_filed_facts(told.filed) if told.filed else {}),
        **_powertrain_facts(told),
        "problems": problems,
    }


def check_fields(text: str, market: Market | str | None = None) -> dict[str, Any]:
    """Whether a text is a well-formed VIN, by the fields of ``checking.Check``."""
    return identity_fields(text, identify(text, Market(market) if market else None))


def identity_fields(text: str, identity: Identity) -> dict[str, Any]:
    """The same of a text whose identity is there already."""
    used = identity.status in {CheckDigit.HOLDS, CheckDigit.FAILS}
    return {
        "text": text,
        "vin": identity.vin,
        "market": identity.market,
        "check_digit": identity.status,
        "expected_check_digit": calc_check_digit(identity.vin) if used and identity.vin else None,
        "problems": identity.problems,
        "suggestions": proposals(identity),
    }


def sound(problems: tuple[Problem, ...]) -> bool:
    """Whether a text with these problems is a VIN that breaks no rule; a clean-up is no fault."""
    return all(problem.weight is Weight.NOTE for problem in problems)


def _maker_source(maker: Maker) -> Source:
    return Source(maker.file, maker.wmi, maker.source, maker.note)


@cache
def _rule_source(rule: Rule) -> Source:
    """Where a powertrain rule stands and what it cites."""
    note = "; ".join(part for part in (rule.models, rule.support) if part)
    return Source(rule.file, rule.pattern_text, rule.source, note)


def _filed_source(told: DecodedElement) -> Source:
    cites = f"NHTSA vPIC {vpic.release().month}"
    return Source("vpic", told.source, cites, _NOTES.get(told.origin, ""))


def _maker_facts(told: Profile) -> dict[str, Fact]:
    facts = {}
    if told.maker is not None:
        source = _maker_source(told.maker)
        facts["manufacturer"] = Fact(told.maker.name, Basis.REGISTRY, source)
    if told.brand is not None:
        rests_on = told.brand.rests_on
        brand_source = (
            _filed_source(rests_on)
            if isinstance(rests_on, DecodedElement)
            else _rule_source(rests_on)
            if isinstance(rests_on, Rule)
            else _maker_source(rests_on)
        )
        facts["brand"] = Fact(told.brand.name, told.brand.basis, brand_source)
    if told.maker is not None and told.maker.country:
        facts["country"] = Fact(told.maker.country, Basis.REGISTRY, source)
    if told.country is not None:
        row = f"{told.country.first}-{told.country.last}"
        source = Source("countries.csv", row, told.country.source)
        facts.setdefault("country", Fact(told.country.code, Basis.REGISTRY, source))
        facts["region"] = Fact(told.country.region, Basis.REGISTRY, source)
    return facts


def _type_fact(told: Profile) -> Fact | None:
    if told.filed is not None and (filed := told.filed.attributes.get(VEHICLE_TYPE)):
        return Fact(told.vehicle_type or "", basis(told.filed, filed[0]), _filed_source(filed[0]))
    if told.maker is not None and told.vehicle_type:
        return Fact(told.vehicle_type, Basis.REGISTRY, _maker_source(told.maker))
    return None


def _filed_facts(filed: Pass) -> dict[str, Any]:
    """The fields that vPIC tells, and everything else that it tells under its own names."""
    facts: dict[str, Any] = {}
    for field, element in ATTRIBUTES.items():
        told, text = filed.attributes.get(element), filed.value(element)
        value = whole_number(text) if field in _NUMBERS else text
        if told is not None and value is not None:
            facts[field] = Fact(value, basis(filed, told[0]), _filed_source(told[0]))
        if field == "seats" and (parts := engine_of(filed)):
            first = next(
                filed.attributes[element][0]
                for part, element in ENGINE_PARTS.items()
                if parts[part] is not None
            )
            facts["engine"] = Fact(Engine(**parts), basis(filed, first), _filed_source(first))
    facts["attributes"] = tuple(
        Attribute(name, value, basis(filed, told)) for name, value, told in further(filed)
    )
    return facts


def _year_fact(year: ModelYear, known: int | None) -> Fact | None:
    cites = "49 CFR 565.15(d)(1); GB 16735-2019; ISO 3779"
    if known in year.candidates and known is not None:
        note = "given by the caller, and position 10 allows it"
        return Fact(known, Basis.DECLARED, Source("", "position 10", cites, note))
    if year.year is None:
        return None
    return Fact(year.year, year.basis, Source("", "position 10", cites, year.why))


def _plant_fact(told: Profile) -> Fact | None:
    place = told.plant
    if place is None:
        return None
    row = place.rests_on
    if isinstance(row, DecodedElement):
        assert told.filed is not None  # noqa: S101 - it told the row
        return Fact(place, basis(told.filed, row), _filed_source(row))
    source = Source("plants.csv", f"{told.wmi} {row.code}", row.source, row.note)
    return Fact(place, Basis.REGISTRY, source)


def _powertrain_facts(told: Profile) -> dict[str, Any]:
    classification = told.classification
    support = tuple(map(_rule_source, classification.rules))
    if classification.powertrain is None or classification.grade is None:
        return {"powertrain_conflict": support}
    fact = PowertrainFact(
        classification.powertrain, Basis.ENCODED, support[0], classification.grade, support
    )
    return {"powertrain": fact}
