"""Vin -> what it tells, in plain tuples: maker, country, model year, plant, attributes, powertrain.

Everything but the serial follows from the descriptor, and from whether position 9 agrees with the
other positions. Columns ask ``profile`` once per distinct one; ``fields`` gives the same answer field
by field, each with its source.

vPIC's rules hold for vehicles made for North America; whether a VIN is one of these, ``north_america``
decides. If it may be one, what the patterns tell is called assumed.

``country_code`` is a rule of a short key, and so are those of ``north_america``, ``vehicle_type``,
``model_year``, ``brand`` and ``plant``. ``columns.decoding.profiles`` asks the same
rules of many VINs; it stands beside ``profile`` for speed: 20,000 VINs of as many descriptors take 3.0 s
there and 25.7 s one by one.
"""

from typing import NamedTuple

from vintool import registry, vpic
from vintool.codes import Basis, CheckDigit, Market, Powertrain
from vintool.decoding.brand import Brand, brand_of
from vintool.decoding.identity import maker as maker_of
from vintool.decoding.identity import market
from vintool.decoding.model_name import UNKNOWN as UNKNOWN_MODELS
from vintool.decoding.model_name import Models, has_filed_model, models_behind
from vintool.decoding.model_year import (
    ModelYear,
    latest_model_year,
    model_year,
    year_of_decoding,
)
from vintool.decoding.north_america import Tie, is_home_market, is_other_shape, tie
from vintool.decoding.plant import Plant, built_in_of, plant_of
from vintool.decoding.vehicle_type import VehicleType, vehicle_type_of
from vintool.powertrain import Classification, classify, classify_in, filings
from vintool.registry.assembly import BuiltInRow
from vintool.registry.countries import Country
from vintool.registry.makers import Maker
from vintool.registry.model_years import AT_11, NO_RULE, year_rule
from vintool.registry.plants import PlantRow
from vintool.registry.series import BodySeries
from vintool.vin import PartialVin, Vin
from vintool.vin.positions import UNKNOWN_CHARACTER, code_of_year
from vintool.vpic.decode import Decoding, agreed, decode
from vintool.vpic.elements import (
    BATTERY_ELECTRIC,
    ELECTRIC,
    ELECTRIFICATION,
    FUEL_PRIMARY,
    FUEL_SECONDARY,
    MODEL,
    DecodedElement,
)
from vintool.vpic.faults import Fault
from vintool.vpic.passes import Pass


class Profile(NamedTuple):
    """What a descriptor tells.

    ``vpic_pass`` is the pass of vPIC, where its rules hold; ``rivals`` are passes of other model years
    that fit as well and disagree whether it is electric; ``vpic_pass`` is then what all of them tell.
    ``plant_row`` is what tells the plant, ``built_in_row`` the country that it was built in.
    ``near_electric`` says that by vPIC a slip, or a doubt, lies between this and an electric vehicle.
    ``tie`` is what ties the VIN to vPIC's filings, or rules them out; None where none is there.
    """

    wmi: str
    market: Market
    maker: Maker | None
    brand: Brand | None
    country: Country | None
    year: ModelYear
    plant: Plant | None
    plant_row: PlantRow | DecodedElement | None
    built_in: str | None
    built_in_row: PlantRow | DecodedElement | BuiltInRow | Maker | None
    vpic_pass: Pass | None
    rivals: tuple[Pass, ...]
    near_electric: bool
    classification: Classification
    models: Models
    tie: Tie | None
    series: BodySeries | None
    vehicle_type: VehicleType | None

    @property
    def country_code(self) -> str | None:
        """ISO 3166 alpha-2, of the WMI's row or else of the ISO 3780 range."""
        return country_code(self.maker, self.country)


def profile(
    vin: Vin | PartialVin,
    check_digit: CheckDigit,
    latest: int | None = None,
    vin_market: Market | None = None,
    given_year: int | None = None,
) -> Profile:
    """What the descriptor of a VIN tells.

    Args:
        vin: of its serial only what the patterns of its WMI read; position 9 is not read.
        check_digit: whether position 9 agrees with the other positions, see ``vin.position_9``.
        latest: the latest model year that there can be; see ``latest_model_year``.
        vin_market: whose rules, where the WMI should not decide.
        given_year: the model year, where it is known otherwise; taken where position 10 allows it.
    """
    wmi = vin.wmi
    latest = latest or latest_model_year()
    maker = maker_of(wmi)
    vin_market = vin_market or market(vin, wmi)
    rule = NO_RULE if vin_market is Market.US else year_rule(vin)
    kinds = maker.kinds if maker else ()
    code = vin[10] if rule.place == AT_11 else vin[9]
    year = model_year(code, vin[6], vin_market, kinds, latest, rule, vin[11] if rule.month else "")
    other_shape = is_other_shape(vin, rule)
    filed = _filing(vin, vin_market, check_digit, maker, latest, year, given_year, other_shape)
    vpic_pass: Pass | None = None
    rivals: tuple[Pass, ...] = ()
    if filed is not None and filed.tie.speaks is not None:
        vpic_pass, rivals = _undisputed(filed.decoding)
        year = year_of_decoding(vin, filed.decoding, rivals, year)
    feared = vpic_pass or (filed.decoding.best if filed is not None and filed.feared else None)
    # A dated assignment needs a year that the VIN tells; an assumed one settles nothing.
    if year.basis is Basis.ENCODED:
        maker = maker_of(wmi, year.year)
    filing = filings.rules(wmi, vin, rivals or ((vpic_pass,) if vpic_pass else ()))
    by_rules = _by_rules(vin, year, vpic_pass, latest)
    classification = filings.weigh(by_rules, filing)
    registration = vpic.registration(wmi)
    series = registry.body_series(vin)
    is_filed = vpic_pass is not None and has_filed_model(
        vin_market, sure=vpic_pass.sure, has_model=MODEL in vpic_pass.attributes
    )
    plant, plant_row = plant_of(wmi, vin.plant_code, year.year, vpic_pass, vin_market)
    built_in, built_in_row = built_in_of(vin, plant, plant_row, maker)
    return Profile(
        wmi=wmi,
        market=vin_market,
        maker=maker,
        brand=brand_of(maker, vpic_pass, classification),
        country=registry.country(vin),
        year=year.given(given_year),
        plant=plant,
        plant_row=plant_row,
        built_in=built_in,
        built_in_row=built_in_row,
        vpic_pass=vpic_pass,
        rivals=rivals,
        near_electric=feared is not None
        and classification.powertrain is not Powertrain.BEV
        and filings.is_near_electric(wmi, vin, feared, latest + 1),
        classification=classification,
        models=UNKNOWN_MODELS if is_filed else models_behind(vin.descriptor, by_rules.rules),
        tie=filed.tie if filed is not None else None,
        series=series,
        vehicle_type=vehicle_type_of(
            *(vin_market, registration.kind if registration else None, vpic_pass),
            *(series, maker, by_rules.rules),
        ),
    )


def _by_rules(
    vin: Vin | PartialVin, year: ModelYear, vpic_pass: Pass | None, latest: int
) -> Classification:
    """What the rules of the powertrain say; of an unknown year, in all those in which the WMI is filed."""
    by_rules = classify(vin.descriptor)
    year_is_known = vin.model_year_code != UNKNOWN_CHARACTER
    if by_rules.rules or year_is_known or vpic_pass is None or not vpic_pass.sure:
        return by_rules
    codes = [code_of_year(one) for one in year.candidates if one <= latest]
    return classify_in(vin.descriptor, codes)


def country_code(maker: Maker | None, country: Country | None) -> str | None:
    """ISO 3166 alpha-2, of the WMI's row or else of the ISO 3780 range."""
    if maker is not None and maker.country:
        return maker.country
    return country.code if country else None


class _Filing(NamedTuple):
    """What vPIC tells of a VIN, what ties the VIN to it, and whether it is near enough to be feared."""

    decoding: Decoding
    tie: Tie
    feared: bool


def _filing(  # noqa: PLR0913, PLR0917 - what decides
    vin: Vin | PartialVin,
    vin_market: Market,
    check_digit: CheckDigit,
    maker: Maker | None,
    latest: int,
    year: ModelYear,
    given_year: int | None,
    other_shape: bool,  # noqa: FBT001
) -> _Filing | None:
    """What vPIC tells, and whether it is of this VIN."""
    registration = vpic.registration(vin.wmi)
    if registration is None:
        return None
    home_market = is_home_market(vin_market, registration.kind, maker.kinds if maker else ())
    # vPIC allows for one year more.
    decoding = decode(vin.wmi, vin, latest + 1, year.year if home_market else given_year)
    if decoding is None:
        return None
    best = decoding.best
    only_in_vpic = maker is None or maker.source == "vpic"
    by = tie(
        vin_market,
        check_digit,
        home_market=home_market,
        other_shape=other_shape,
        only_in_vpic=only_in_vpic,
        matched=best.matched,
        wrong=bool(best.wrong),
        several=Fault.SEVERAL_POSITIONS in best.wrong,
        has_model=MODEL in best.read,
        same_year=year.allows(best.year),
        possible=best.year in year.candidates,
    )
    passengers = is_home_market(vin_market, registration.kind, ())
    feared = best.matched and (check_digit is CheckDigit.HOLDS or only_in_vpic) and not passengers
    return _Filing(decoding if by.speaks else decoding.unsure(), by, feared)


def _undisputed(decoding: Decoding) -> tuple[Pass, tuple[Pass, ...]]:
    """The best pass; where another that fits as well disagrees on electric drive, what both tell.

    Which of two years 30 apart fits better is a matter of tie-breaks, not of evidence: a 2022 electric
    pickup whose plant is mistyped would become a diesel of 1992.
    """
    best = decoding.best
    rivals = tuple(
        one
        for one in decoding.others
        if one.matched and _electric(one) != _electric(best) and (best.wrong or not one.wrong)
    )
    return (agreed(best, rivals), (best, *rivals)) if rivals else (best, ())


def _electric(one: Pass) -> bool:
    """Whether a pass speaks of a pure electric vehicle."""
    return any(
        item.value == code
        for element, code in (
            (FUEL_PRIMARY, ELECTRIC),
            (FUEL_SECONDARY, ELECTRIC),
            (ELECTRIFICATION, BATTERY_ELECTRIC),
        )
        for item in one.read.get(element, ())
    )
