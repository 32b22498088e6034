"""Vin -> Vehicle: manufacturer, brand, country, model year, plant and powertrain, each with its source.

Everything but the serial follows from the descriptor (positions 1-8, 10, 11, and 12-14 of a small
maker). ``profile`` answers for a descriptor in plain tuples and is what columns ask once per
distinct one; ``decode`` dresses the same answer as a ``Vehicle``.
"""

from functools import cache
from typing import Any, NamedTuple

import wmi_data
from vintool import registry
from vintool.identity import market, trailing_digits, vin_problems
from vintool.model import NumberFact, Plant, PlantFact, PowertrainFact, Source, TextFact, Vehicle
from vintool.powertrain import Classification, classify
from vintool.registry import Country, Maker, PlantRow, Rule
from vintool.vin import CHECKED_MARKETS, MODEL_YEAR_CODES, Vin, check_digit_status
from vintool.words import Basis, Market

#: Model years run ahead of the calendar by one; no clock is asked, the data's own year counts.
LATEST_MODEL_YEAR = int(wmi_data.RELEASE[:4]) + 1
_CYCLE = 30
_PASSENGER = {"car", "suv"}


class ModelYear(NamedTuple):
    """The year that position 10 stands for, the years that it could stand for, and why this one."""

    year: int | None
    candidates: tuple[int, ...]
    basis: Basis
    why: str


class Brand(NamedTuple):
    """A brand and what it follows from."""

    name: str
    basis: Basis
    source: Source


class Profile(NamedTuple):
    """What a descriptor tells."""

    wmi: str
    market: Market
    maker: Maker | None
    brand: Brand | None
    country: Country | None
    year: ModelYear
    plant: PlantRow | None
    classification: Classification

    @property
    def country_code(self) -> str | None:
        """ISO 3166 alpha-2, of the WMI's row or else of the ISO 3780 range."""
        if self.maker is not None and self.maker.country:
            return self.maker.country
        return self.country.code if self.country else None

    @property
    def vehicle_type(self) -> str | None:
        """The kind of vehicle, where the WMI stands for one alone."""
        kinds = self.maker.kinds if self.maker else ()
        return kinds[0] if len(kinds) == 1 and kinds != ("unknown",) else None


def model_year(
    code: str, position_7: str, vin_market: Market, kinds: tuple[str, ...], latest: int
) -> ModelYear:
    """What position 10 tells of the model year.

    Args:
        code: position 10.
        position_7: a letter from 2010 on, a digit before, on light vehicles for North America.
        vin_market: whose rules; only North America and China bind position 10 to the year.
        kinds: what the maker builds under this WMI.
        latest: the latest model year that there can be.

    Source: 49 CFR 565.15(d)(1) (30-year cycle, position 7); GB 16735-2019.

    >>> model_year("L", "F", Market.CN, ("car",), 2027).year
    2020
    """
    at = MODEL_YEAR_CODES.find(code)
    if at < 0:
        return ModelYear(None, (), Basis.ENCODED, "position 10 holds no model year code")
    candidates = tuple(year for year in (1980 + at, 1980 + at + _CYCLE) if year <= latest)
    if vin_market is Market.US and len(candidates) == 2:
        year = candidates[position_7.isalpha()]
        why = f"position 7 is a {'letter: 2010 or later' if position_7.isalpha() else 'digit: before 2010'}"
        if kinds and set(kinds) <= _PASSENGER:
            return ModelYear(year, candidates, Basis.ENCODED, why)
        return ModelYear(year, candidates, Basis.ASSUMED, f"{why}, if it is a light vehicle")
    if vin_market in CHECKED_MARKETS:
        only = len(candidates) == 1
        why = f"the {'only' if only else 'later'} year of the 30-year cycle that is possible"
        return ModelYear(candidates[-1], candidates, Basis.ENCODED, why)
    why = "position 10 need not be the model year in this market"
    if code.isdigit():
        return ModelYear(None, candidates, Basis.ASSUMED, f"{why}; digits there often are not")
    # A car of next year is rarer than one of thirty years ago.
    likely = [year for year in candidates if year < latest][-1:]
    return ModelYear(likely[0] if likely else None, candidates, Basis.ASSUMED, why)


def profile(vin: Vin, latest: int = LATEST_MODEL_YEAR, vin_market: Market | None = None) -> Profile:
    """What the descriptor of a VIN tells; the check digit and the serial are not read."""
    wmi = vin.wmi
    maker = registry.maker(wmi)
    vin_market = vin_market or market(vin, wmi)
    year = model_year(vin.model_year_code, vin[6], vin_market, maker.kinds if maker else (), latest)
    classification = classify(vin.descriptor)
    return Profile(
        wmi=wmi,
        market=vin_market,
        maker=maker,
        brand=_brand(maker, classification),
        country=registry.country(vin),
        year=year,
        plant=registry.plant(wmi, vin.plant_code, year.year),
        classification=classification,
    )


def _brand(maker: Maker | None, classification: Classification) -> Brand | None:
    """The one brand of the WMI, or the one under which the descriptor was seen."""
    if maker is not None and len(maker.brands) == 1:
        return Brand(maker.brands[0], Basis.REGISTRY, _maker_source(maker))
    seen = [rule for rule in classification.rules if rule.make]
    if len({rule.make.casefold() for rule in seen}) != 1:
        return None
    known = {brand.casefold(): brand for brand in maker.brands} if maker else {}
    return Brand(
        known.get(seen[0].make.casefold(), seen[0].make), Basis.ENCODED, rule_source(seen[0])
    )


def decode(
    vin: str,
    model_year: int | None = None,
    *,
    market: Market | str | None = None,
    latest_model_year: int = LATEST_MODEL_YEAR,
) -> Vehicle:
    """Everything that a VIN tells, each fact with its basis and source.

    Args:
        vin: a ``Vin``, or a text to be read as one.
        model_year: what is known of it otherwise; taken where position 10 allows it.
        market: whose VIN rules apply, where the WMI should not decide.
        latest_model_year: the latest model year that there can be; by default one year after the
            release of the reference data. The clock is never asked.

    Raises:
        InvalidVin: the text is no VIN.

    >>> vehicle = decode("LRW3E7FA1LC000001")
    >>> vehicle.brand.value, vehicle.model_year.value, vehicle.powertrain.value.value
    ('Tesla', 2020, 'BEV')
    """
    vin = Vin(vin)
    told = profile(vin, latest_model_year, Market(market) if market else None)
    status = check_digit_status(vin, told.market)
    return Vehicle(
        vin=vin,
        wmi=vin.wmi,
        vds=vin.vds,
        vis=vin.vis,
        descriptor=vin.descriptor,
        check_digit=status,
        market=told.market,
        model_year=_year_fact(told.year, model_year),
        model_year_candidates=told.year.candidates,
        plant_code=vin.plant_code,
        plant=_plant_fact(told),
        serial=vin.serial,
        problems=vin_problems(vin, told.market, status, trailing_digits(vin)),
        **_maker_facts(told),
        **_powertrain_facts(told.classification),
    )


def _maker_source(maker: Maker) -> Source:
    return Source(file="wmi.csv", row=maker.wmi, cites=maker.source, note=maker.note)


@cache
def rule_source(rule: Rule) -> Source:
    """Where a powertrain rule stands and what it cites."""
    return Source(
        file=rule.file,
        row=rule.shown,
        cites=rule.source,
        note="; ".join(part for part in (rule.models, rule.support) if part),
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
    if told.brand is not None:
        facts["brand"] = TextFact(
            value=told.brand.name, basis=told.brand.basis, source=told.brand.source
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
    row = told.plant
    if row is None:
        return None
    plant = Plant(company=row.company, city=row.city, state=row.state, country=row.country)
    return PlantFact(
        value=plant,
        basis=Basis.REGISTRY,
        source=Source(
            file="plants.csv", row=f"{told.wmi} {row.code}", cites=row.source, note=row.note
        ),
    )


def _powertrain_facts(classification: Classification) -> dict[str, Any]:
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
