"""Profile -> Vehicle: every field a fact with its basis and source."""

from functools import cache
from typing import Any

from vintool import vpic
from vintool.identity import trailing_digits, vin_problems
from vintool.model import (
    Attribute,
    Engine,
    EngineFact,
    NumberFact,
    Plant,
    PlantFact,
    PowertrainFact,
    Source,
    TextFact,
    Vehicle,
)
from vintool.profile import (
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
from vintool.registry import Maker, Rule
from vintool.specification import Pass
from vintool.vin import PartialVin, Vin, judged, position_9, read
from vintool.vpic import Origin, Told
from vintool.words import Basis, CheckDigit, Market, Problem

_NUMBERS = {"doors", "seats"}
_NOTES = {
    Origin.ENGINE: "follows from the engine's name",
    Origin.CONVERSION: "converted from another unit",
    Origin.SPECIFICATION: "specification of the model, not a sign of the VIN",
    Origin.DEFAULT: "assumed of every vehicle of this type",
    Origin.TABLE: "follows from the WMI",
}


def decode(
    vin: str,
    model_year: int | None = None,
    *,
    market: Market | str | None = None,
    latest_model_year: int | None = None,
) -> Vehicle:
    """Everything that a VIN tells, each fact with its basis and source.

    Args:
        vin: a ``Vin``, or a text to be read as one. Of 8 to 11 characters, and where ``*`` stands
            for some, what the known ones tell whatever the others are.
        model_year: what is known of it otherwise; taken where position 10 allows it.
        market: whose VIN rules apply, where the WMI should not decide.
        latest_model_year: the latest model year that there can be; by default one year after the
            release of the reference data. The clock is never asked.

    Raises:
        InvalidVin: the text is no VIN, nor a part of one.

    >>> vehicle = decode("5YJ3E1EAXHF000316")
    >>> vehicle.brand.value, vehicle.model.value, vehicle.model_year.value, vehicle.seats.basis.value
    ('Tesla', 'Model 3', 2017, 'assumed')
    >>> decode("5YJ3E1EA").model.value
    'Model 3'
    """
    number = _read(vin)
    ninth = position_9(number) if isinstance(number, Vin) else CheckDigit.FAILS
    told = profile(
        number, ninth, latest_model_year, Market(market) if market else None, known=model_year
    )
    status = CheckDigit.CANNOT_TELL
    problems: tuple[Problem, ...] = (Problem.PARTIAL,)
    if isinstance(number, Vin):
        status = judged(ninth, told.market)
        problems = vin_problems(number, told.market, status, trailing_digits(number))
    return Vehicle(
        vin=number,
        wmi=number.wmi,
        vds=number.vds,
        vis=number.vis,
        descriptor=number.descriptor,
        check_digit=status,
        market=told.market,
        model_year=_year_fact(told.year, model_year),
        model_year_candidates=told.year.candidates,
        plant_code=number.plant_code,
        plant=_plant_fact(told),
        serial=number.serial,
        problems=problems,
        **_maker_facts(told),
        **(_filed_facts(told.filed) if told.filed else {}),
        **_powertrain_facts(told),
    )


def _read(text: str) -> Vin | PartialVin:
    if isinstance(text, Vin | PartialVin):
        return text
    reading = read(text)
    return PartialVin(text) if reading.problem else Vin.trusted(reading.text)


def _maker_source(maker: Maker) -> Source:
    return Source(file=maker.file, row=maker.wmi, cites=maker.source, note=maker.note)


@cache
def rule_source(rule: Rule) -> Source:
    """Where a powertrain rule stands and what it cites."""
    return Source(
        file=rule.file,
        row=rule.shown,
        cites=rule.source,
        note="; ".join(part for part in (rule.models, rule.support) if part),
    )


def _filed_source(told: Told) -> Source:
    return Source(
        file="vpic",
        row=told.source,
        cites=f"NHTSA vPIC {vpic.release().month}",
        note=_NOTES.get(told.origin, ""),
    )


def _maker_facts(told: Profile) -> dict[str, Any]:
    facts: dict[str, TextFact] = {}
    if told.country is not None:
        row = f"{told.country.first}-{told.country.last}"
        source = Source(file="countries.csv", row=row, cites=told.country.source)
        facts["region"] = TextFact(value=told.country.region, basis=Basis.REGISTRY, source=source)
        facts["country"] = TextFact(value=told.country.code, basis=Basis.REGISTRY, source=source)
    if told.maker is not None:
        source = _maker_source(told.maker)
        facts["manufacturer"] = TextFact(value=told.maker.name, basis=Basis.REGISTRY, source=source)
        if told.maker.country:
            facts["country"] = TextFact(
                value=told.maker.country, basis=Basis.REGISTRY, source=source
            )
        if told.vehicle_type:
            facts["vehicle_type"] = TextFact(
                value=told.vehicle_type, basis=Basis.REGISTRY, source=source
            )
    if told.filed is not None and (filed := told.filed.attributes.get(vpic.VEHICLE_TYPE)):
        facts["vehicle_type"] = TextFact(
            value=told.vehicle_type or "",
            basis=basis(told.filed, filed[0]),
            source=_filed_source(filed[0]),
        )
    if told.brand is not None:
        rests_on = told.brand.rests_on
        facts["brand"] = TextFact(
            value=told.brand.name,
            basis=told.brand.basis,
            source=_filed_source(rests_on)
            if isinstance(rests_on, Told)
            else rule_source(rests_on)
            if isinstance(rests_on, Rule)
            else _maker_source(rests_on),
        )
    return facts


def _filed_facts(filed: Pass) -> dict[str, Any]:
    """The fields that vPIC tells, and everything else that it tells under its own names."""
    facts: dict[str, Any] = {}
    for field, element in ATTRIBUTES.items():
        told, value = filed.attributes.get(element), filed.value(element)
        if told is None or value is None:
            continue
        own: dict[str, Any] = {"basis": basis(filed, told[0]), "source": _filed_source(told[0])}
        if field not in _NUMBERS:
            facts[field] = TextFact(value=value, **own)
        elif (number := whole_number(value)) is not None:
            facts[field] = NumberFact(value=number, **own)
    if parts := engine_of(filed):
        first = next(
            filed.attributes[element][0]
            for part, element in ENGINE_PARTS.items()
            if parts[part] is not None
        )
        facts["engine"] = EngineFact(
            value=Engine(**parts), basis=basis(filed, first), source=_filed_source(first)
        )
    facts["attributes"] = tuple(
        Attribute(name=name, value=value, basis=basis(filed, told))
        for name, value, told in further(filed)
    )
    return facts


def _year_fact(year: ModelYear, known: int | None) -> NumberFact | None:
    source = Source(
        file="",
        row="position 10",
        cites="49 CFR 565.15(d)(1); GB 16735-2019; ISO 3779",
        note=year.why,
    )
    if known in year.candidates and known is not None:
        return NumberFact(
            value=known,
            basis=Basis.DECLARED,
            source=source.model_copy(
                update={"note": "given by the caller, and position 10 allows it"}
            ),
        )
    return (
        None if year.year is None else NumberFact(value=year.year, basis=year.basis, source=source)
    )


def _plant_fact(told: Profile) -> PlantFact | None:
    place = told.plant
    if place is None:
        return None
    plant = Plant(company=place.company, city=place.city, state=place.state, country=place.country)
    row = place.rests_on
    if isinstance(row, Told):
        assert told.filed is not None  # noqa: S101 - it told the row
        return PlantFact(value=plant, basis=basis(told.filed, row), source=_filed_source(row))
    source = Source(
        file="plants.csv", row=f"{told.wmi} {row.code}", cites=row.source, note=row.note
    )
    return PlantFact(value=plant, basis=Basis.REGISTRY, source=source)


def _powertrain_facts(told: Profile) -> dict[str, Any]:
    classification = told.classification
    support = tuple(rule_source(rule) for rule in classification.rules)
    if classification.powertrain is None or classification.grade is None:
        return {"powertrain_conflict": support}
    fact = PowertrainFact(
        value=classification.powertrain,
        basis=Basis.ENCODED,
        source=support[0],
        grade=classification.grade,
        support=support,
    )
    return {"powertrain": fact}
