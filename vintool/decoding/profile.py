"""Vin -> what it tells, in plain tuples: maker, country, model year, plant, attributes, powertrain.

Everything but the serial follows from the descriptor, and from whether position 9 agrees with the
other positions. Columns ask ``profile`` once per distinct one; ``vehicle`` dresses the same answer.

vPIC's rules hold for vehicles made for North America. A VIN is one of these if its WMI is North
American, or if its check digit holds and vPIC's patterns fit. If the one or the other is in doubt it
may be one, and what the patterns tell is called assumed. A Chinese car's check digit holds on any
market: there every position must fit, and position 10 is read the Chinese way.
"""

from enum import Enum
from functools import cache, lru_cache
from typing import Any, NamedTuple

import wmi_data
from vintool import registry, vpic
from vintool.codes import Basis, CheckDigit, Market, Powertrain
from vintool.decoding.identity import maker as maker_of
from vintool.decoding.identity import market
from vintool.powertrain import Classification, classify, filings
from vintool.registry.countries import Country
from vintool.registry.makers import Maker
from vintool.registry.plants import PlantRow
from vintool.registry.rule import Rule
from vintool.vin import PartialVin, Vin
from vintool.vin.positions import CHECKED_MARKETS, UNKNOWN_CHARACTER, years_of_code
from vintool.vpic.decode import Decoding, agreed, decode
from vintool.vpic.elements import (
    ELECTRIC,
    ELECTRIC_VALUES,
    FROM_TABLES,
    FUEL_SECONDARY,
    MAKE,
    MODEL,
    DecodedElement,
    Origin,
)
from vintool.vpic.faults import Fault
from vintool.vpic.passes import Pass

_PASSENGER = {"car", "suv"}

#: The fields of ``Vehicle`` that vPIC tells, and its number for each.
ATTRIBUTES = {
    "model": 28,
    "series": 34,
    "trim": 38,
    "body_class": 5,
    "doors": 14,
    "seats": 33,
    "fuel_primary": 24,
    "fuel_secondary": 66,
    "electrification": 126,
    "drive_type": 15,
    "gvwr": 25,
}
#: The parts of ``Engine``, likewise.
ENGINE_PARTS = {
    "model": 18,
    "manufacturer": 146,
    "configuration": 64,
    "cylinders": 9,
    "displacement_l": 13,
    "power_kw": 21,
}
#: The parts of a place, likewise.
PLANT_ELEMENTS = {"company": 76, "city": 31, "state": 77, "country": 75}
_BY_SIZE = tuple(reversed(PLANT_ELEMENTS.values()))
_NAMED = frozenset(
    {
        *ATTRIBUTES.values(),
        *ENGINE_PARTS.values(),
        *PLANT_ELEMENTS.values(),
        *FROM_TABLES,
    }
)
NOT_APPLICABLE = "Not Applicable"
_BASES = {
    Origin.TABLE: Basis.REGISTRY,
    Origin.SPECIFICATION: Basis.ASSUMED,
    Origin.DEFAULT: Basis.ASSUMED,
}


@cache
def latest_model_year() -> int:
    """The latest model year that there can be: one after the release of the reference data.

    Model years run ahead of the calendar by one; no clock is asked.
    """
    return max(int(wmi_data.RELEASE[:4]), int(vpic.release().month[:4])) + 1


class ModelYear(NamedTuple):
    """The year that position 10 stands for, the years that it could stand for, and why this one."""

    year: int | None
    candidates: tuple[int, ...]
    basis: Basis
    why: str


class Brand(NamedTuple):
    """A brand, what it follows from, and the row that tells it."""

    name: str
    basis: Basis
    rests_on: Maker | Rule | DecodedElement


class Place(NamedTuple):
    """Where a vehicle was built, and the row that tells it."""

    company: str
    city: str
    state: str
    country: str
    rests_on: PlantRow | DecodedElement

    def __str__(self) -> str:
        """City, state and country as one text."""
        return ", ".join(part for part in (self.city, self.state, self.country) if part)


class Profile(NamedTuple):
    """What a descriptor tells.

    ``filed`` is the pass of vPIC, where its rules hold; ``rivals`` are passes of other model years
    that fit as well and disagree whether it is electric; ``filed`` is then what all of them tell.
    ``near_electric`` says that by vPIC a slip, or a doubt, lies between this and an electric vehicle.
    """

    wmi: str
    market: Market
    maker: Maker | None
    brand: Brand | None
    country: Country | None
    year: ModelYear
    plant: Place | None
    filed: Pass | None
    rivals: tuple[Pass, ...]
    near_electric: bool
    classification: Classification

    @property
    def country_code(self) -> str | None:
        """ISO 3166 alpha-2, of the WMI's row or else of the ISO 3780 range."""
        return country_code(self.maker, self.country)

    @property
    def vehicle_type(self) -> str | None:
        """The kind of vehicle: as filed, or where the WMI stands for one alone."""
        registration = vpic.registration(self.wmi) if self.filed is not None else None
        return vehicle_type(registration.kind if registration else None, self.maker)

    def attribute(self, element: int) -> str | None:
        """What vPIC tells, in words."""
        return self.filed.value(element) if self.filed else None

    @property
    def engine(self) -> dict[str, Any] | None:
        """The parts of ``Engine`` that vPIC tells; None if it tells none."""
        return engine_of(self.filed) if self.filed else None


def country_code(maker: Maker | None, country: Country | None) -> str | None:
    """ISO 3166 alpha-2, of the WMI's row or else of the ISO 3780 range."""
    if maker is not None and maker.country:
        return maker.country
    return country.code if country else None


def vehicle_type(filed: str | None, maker: Maker | None) -> str | None:
    """The kind of vehicle: as filed, or where the WMI stands for one alone."""
    if filed:
        return filed
    kinds = maker.kinds if maker else ()
    return kinds[0] if len(kinds) == 1 and kinds != ("unknown",) else None


def basis(filed: Pass, told: DecodedElement) -> Basis:
    """Whether the VIN encodes what vPIC tells, or its tables assume it."""
    return _BASES.get(told.origin, Basis.ENCODED if filed.sure else Basis.ASSUMED)


def whole_number(text: str | None) -> int | None:
    """A count as a number; None if the text is not one."""
    return int(text) if text and text.isascii() and text.isdigit() else None


def _decimal_number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def engine_of(filed: Pass) -> dict[str, Any] | None:
    """The parts of ``Engine``; None if nothing is told, or that there is no engine."""
    told = {part: filed.value(element) for part, element in ENGINE_PARTS.items()}
    texts = {part: None if text == NOT_APPLICABLE else text for part, text in told.items()}
    parts = {
        **texts,
        "cylinders": whole_number(texts["cylinders"]),
        "displacement_l": _decimal_number(texts["displacement_l"]),
        "power_kw": _decimal_number(texts["power_kw"]),
    }
    return parts if any(part is not None for part in parts.values()) else None


def further(filed: Pass) -> list[tuple[str, str, DecodedElement]]:
    """What vPIC tells beside the fields of ``Vehicle``: its name, value in words, what it rests on.

    That something does not apply to a whole type of vehicle is left out.
    """
    elements = vpic.all_elements()
    return [
        (elements[number].name, value, told[0])
        for number, told in sorted(filed.attributes.items())
        if number not in _NAMED
        and number in elements
        and not (told[0].origin is Origin.DEFAULT and told[0].value == NOT_APPLICABLE)
        and (value := filed.value(number))
    ]


@lru_cache(maxsize=1 << 14)
def model_year(
    code: str, position_7: str, vin_market: Market, kinds: tuple[str, ...], latest: int
) -> ModelYear:
    """What position 10 tells of the model year, where vPIC's rules do not hold.

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
    if code == UNKNOWN_CHARACTER:
        return ModelYear(None, (), Basis.ENCODED, "position 10 is not known")
    both = years_of_code(code)
    if both is None:
        return ModelYear(None, (), Basis.ENCODED, "position 10 holds no model year code")
    years = tuple(year for year in both if year <= latest)
    if vin_market is Market.US and len(years) == 2:
        year = years[position_7.isalpha()]
        why = f"position 7 is a {'letter: 2010 or later' if position_7.isalpha() else 'digit: before 2010'}"
        if kinds and set(kinds) <= _PASSENGER:
            return ModelYear(year, years, Basis.ENCODED, why)
        return ModelYear(year, years, Basis.ASSUMED, f"{why}, if it is a light vehicle")
    if vin_market in CHECKED_MARKETS:
        only = len(years) == 1
        why = f"the {'only' if only else 'later'} year of the 30-year cycle that is possible"
        return ModelYear(years[-1], years, Basis.ENCODED, why)
    why = "position 10 need not be the model year in this market"
    if code.isdigit():
        return ModelYear(None, years, Basis.ASSUMED, f"{why}; digits there often are not")
    # A car of next year is rarer than one of thirty years ago.
    likely = [year for year in years if year < latest][-1:]
    return ModelYear(likely[0] if likely else None, years, Basis.ASSUMED, why)


def profile(
    vin: Vin | PartialVin,
    ninth: CheckDigit,
    latest: int | None = None,
    vin_market: Market | None = None,
    known: int | None = None,
) -> Profile:
    """What the descriptor of a VIN tells.

    Args:
        vin: of its serial only what the patterns of its WMI read; position 9 is not read.
        ninth: whether position 9 agrees with the other positions, see ``vin.position_9``.
        latest: the latest model year that there can be; see ``latest_model_year``.
        vin_market: whose rules, where the WMI should not decide.
        known: the model year, where it is known otherwise; taken where position 10 allows it.
    """
    wmi = vin.wmi
    latest = latest or latest_model_year()
    maker = maker_of(wmi)
    vin_market = vin_market or market(vin, wmi)
    year = model_year(vin.model_year_code, vin[6], vin_market, maker.kinds if maker else (), latest)
    found = _filed(
        vin,
        vin_market,
        ninth=ninth,
        only_in_vpic=maker is None or maker.source == "vpic",
        latest=latest,
        year=year,
        known=known,
    )
    filed: Pass | None = None
    rivals: tuple[Pass, ...] = ()
    if found is not None:
        filed, rivals = _undisputed(found)
        year = _filed_year(vin, found, rivals)
    # A dated assignment needs a year that the VIN tells; an assumed one settles nothing.
    if year.basis is Basis.ENCODED:
        maker = maker_of(wmi, year.year)
    filing = filings.rules(wmi, vin, rivals or ((filed,) if filed else ()))
    classification = filings.weigh(classify(vin.descriptor), filing)
    return Profile(
        wmi=wmi,
        market=vin_market,
        maker=maker,
        brand=_brand(maker, filed, classification),
        country=registry.country(vin),
        year=year,
        plant=_filed_place(filed)
        if filed is not None and filed.matched
        else place(registry.plant(wmi, vin.plant_code, year.year)),
        filed=filed,
        rivals=rivals,
        near_electric=filed is not None
        and classification.powertrain is not Powertrain.BEV
        and filings.is_near_electric(wmi, vin, filed, latest + 1),
        classification=classification,
    )


def _filed(  # noqa: PLR0913 - what decides
    vin: Vin | PartialVin,
    vin_market: Market,
    *,
    ninth: CheckDigit,
    only_in_vpic: bool,
    latest: int,
    year: ModelYear,
    known: int | None,
) -> Decoding | None:
    """What vPIC tells, if the VIN is or may be of a vehicle that its rules hold for."""
    registration = vpic.registration(vin.wmi)
    if registration is None:
        return None
    home_market = is_home_market(vin_market, registration.kind)
    # vPIC allows for one year more.
    found = decode(vin.wmi, vin, latest + 1, year.year if home_market else known)
    if found is None:
        return None
    best = found.best
    sure = made_by_its_rules(
        vin_market,
        registration.kind,
        ninth,
        only_in_vpic=only_in_vpic,
        matched=best.matched,
        wrong=bool(best.wrong),
        several=Fault.SEVERAL_POSITIONS in best.wrong,
        has_model=MODEL in best.read,
        same_year=best.year == year.year,
    )
    if sure is None:
        return None
    return found if sure else found.unsure()


def made_by_its_rules(  # noqa: PLR0913 - what decides
    vin_market: Market,
    kind: str | None,
    ninth: CheckDigit,
    *,
    only_in_vpic: bool,
    matched: bool,
    wrong: bool,
    several: bool,
    has_model: bool,
    same_year: bool,
) -> bool | None:
    """Whether a vehicle is one that vPIC's rules hold for; None if it is not, False if it may be.

    Args:
        vin_market: whose rules the VIN follows.
        kind: of the vehicle, as filed.
        ninth: whether position 9 agrees with the other positions.
        only_in_vpic: no other register knows the WMI.
        matched: some pattern fits.
        wrong: something speaks against the pass that fits best.
        several: no pattern names the characters of several positions.
        has_model: the model is told.
        same_year: the pass is of the year that the VIN's own market reads.
    """
    if vin_market is Market.US:
        return True
    holds = ninth is CheckDigit.HOLDS
    if is_home_market(vin_market, kind):
        return True if holds and not wrong and same_year else None
    may_be = ninth is CheckDigit.FAILS and (only_in_vpic or (has_model and not several))
    if not matched or not (holds or may_be):
        return None
    return holds and not several


def is_home_market(vin_market: Market, kind: str | None) -> bool:
    """Whether a vehicle is a Chinese car: its check digit holds on any market."""
    return vin_market is Market.CN and kind in _PASSENGER


def _undisputed(found: Decoding) -> tuple[Pass, tuple[Pass, ...]]:
    """The best pass; where another that fits as well disagrees on electric drive, what both tell.

    Which of two years 30 apart fits better is a matter of tie-breaks, not of evidence: a 2022 electric
    pickup whose plant is mistyped would become a diesel of 1992.
    """
    best = found.best
    rivals = tuple(
        one
        for one in found.others
        if one.matched and _electric(one) != _electric(best) and (best.wrong or not one.wrong)
    )
    return (agreed(best, rivals), (best, *rivals)) if rivals else (best, ())


def _electric(one: Pass) -> bool:
    return any(
        item.value == sign
        for element, sign in ((FUEL_SECONDARY, ELECTRIC), *ELECTRIC_VALUES.items())
        for item in one.read.get(element, ())
    )


def _filed_year(vin: str, found: Decoding, rivals: tuple[Pass, ...]) -> ModelYear:
    year = found.best.year
    years = tuple(sorted({one.year for one in (found.best, *found.others)}))
    if vin[9] == UNKNOWN_CHARACTER or (UNKNOWN_CHARACTER in vin and not found.conclusive):
        why = "the years in which the known positions fit"
        return ModelYear(year if len(years) == 1 else None, years, Basis.ASSUMED, why)
    if rivals:
        why = "patterns of several model years fit, and disagree on electric drive"
        return ModelYear(None, years, Basis.ASSUMED, why)
    only_match = found.best.matched and not any(one.matched for one in found.others)
    return filed_year(
        year, years, sure=found.best.sure, conclusive=found.conclusive, only_match=only_match
    )


def filed_year(
    year: int, years: tuple[int, ...], *, sure: bool, conclusive: bool, only_match: bool
) -> ModelYear:
    """The model year of the pass that fits best, and how it was told.

    Args:
        year: of the pass.
        years: those that position 10 can mean, in order.
        sure: the vehicle was made by vPIC's rules.
        conclusive: positions 7 and 10 allow no other year.
        only_match: patterns fit in this year alone.
    """
    if not sure:
        return ModelYear(year, years, Basis.ASSUMED, "if made for North America")
    if conclusive:
        return ModelYear(year, years, Basis.ENCODED, "the only year that positions 7 and 10 allow")
    if only_match:
        why = "the only year in which patterns of the WMI fit"
        return ModelYear(year, years, Basis.ENCODED, why)
    why = "the year in which the patterns of the WMI fit best"
    return ModelYear(year, years, Basis.ASSUMED, why)


def _brand(maker: Maker | None, filed: Pass | None, classification: Classification) -> Brand | None:
    told = filed.read.get(MAKE) if filed is not None else None
    seen = [rule for rule in classification.rules if rule.make]
    name, rests_on = brand_name(
        maker.brands if maker is not None else (),
        told[0].value if told else None,
        tuple(rule.make for rule in seen),
        sure=filed is not None and filed.sure,
    )
    if rests_on is BrandBy.FILING and filed is not None and told:
        return Brand(name, basis(filed, told[0]), told[0])
    if rests_on is BrandBy.WMI and maker is not None:
        return Brand(name, Basis.REGISTRY, maker)
    return Brand(name, Basis.ENCODED, seen[0]) if rests_on is BrandBy.RULES else None


class BrandBy(Enum):
    """What a brand rests on."""

    FILING = "filing"
    WMI = "wmi"
    RULES = "rules"


def brand_name(
    brands: tuple[str, ...], filed: str | None, seen: tuple[str, ...], *, sure: bool
) -> tuple[str, BrandBy | None]:
    """The make as filed, the one brand of the WMI, or the one under which it was seen.

    Args:
        brands: those of the WMI, as the registry spells them.
        filed: the make that vPIC tells.
        seen: the makes that rules of the powertrain tell.
        sure: the vehicle was made by vPIC's rules.
    """
    if filed is not None and (sure or len(brands) != 1):
        return _spelled(filed, brands), BrandBy.FILING
    if len(brands) == 1:
        return brands[0], BrandBy.WMI
    if len({make.casefold() for make in seen}) == 1:
        return _spelled(seen[0], brands), BrandBy.RULES
    return "", None


@cache
def _spelled(name: str, brands: tuple[str, ...]) -> str:
    """A brand as the registry spells it."""
    folded = name.casefold()
    for brand in reversed(brands):
        if brand.casefold() == folded:
            return brand
    return _known_brands().get(folded, name)


@cache
def _known_brands() -> dict[str, str]:
    return {brand.casefold(): brand for brand in registry.chinese_names()}


def place(row: PlantRow | None) -> Place | None:
    """A place as the registry has it."""
    if row is None:
        return None
    return Place(row.company, row.city, row.state, row.country, row)


def _filed_place(filed: Pass) -> Place | None:
    """Where vPIC says that the vehicle was built."""
    parts = {part: filed.read_value(number) for part, number in PLANT_ELEMENTS.items()}
    told = [filed.read[number][0] for number in _BY_SIZE if number in filed.read]
    if not told:
        return None
    return Place(
        **{part: place_part(part, text or "") for part, text in parts.items()}, rests_on=told[0]
    )


@lru_cache(maxsize=1 << 14)
def place_part(part: str, text: str) -> str:
    """A part of a place as vPIC tells it, as one reads it: the country by its code."""
    if part == "country":
        return vpic.country_code(text)
    return text if part == "company" else _title(text)


def _title(text: str) -> str:
    """A name in capitals as one reads it; other spellings stay."""
    if text != text.upper():
        return text
    return "-".join(
        " ".join(word.capitalize() for word in part.split(" ")) for part in text.split("-")
    )
