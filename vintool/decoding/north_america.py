"""Whether the filings of North America speak for a VIN, and why: one decision, for scalars and columns.

A filing with NHTSA (vPIC) describes vehicles for the United States. It speaks for a VIN that something ties to
North America: its WMI, the market that the caller names, or a filing for exactly this model year whose
patterns fit where the check digit holds as well. That digit alone is no tie: one VIN in eleven has it by chance. A
shape that no vehicle for North America has, or a filing in which several characters fit nothing, rules it out.

Measured on 3,432 labelled starts outside North America (all with a check digit that holds): where every position
fits, the filed model is the one of the label; where several fit nothing (vPIC's errors 5 and 14), it is another one for two of three.
"""

from enum import Enum

from vintool.codes import CheckDigit, Market
from vintool.registry.model_years import YearRule

#: Kinds of vehicle that are light whatever their weight.
PASSENGER = frozenset({"car", "suv"})
_FILLER = "ZZZ"


class Tie(Enum):
    """What ties a VIN to the filings, or rules them out; ``speaks``: None if they do not, False if they may."""

    speaks: bool | None
    why: str

    def __init__(self, speaks: bool | None, why: str) -> None:  # noqa: FBT001 - a cell of the table below
        self.speaks, self.why = speaks, why

    # fmt: off
    REGION = True, "the WMI is North American, or the market was given"
    FITS = True, "a filing for this model year fits, and the check digit holds"
    HOME = True, "a filing for the model year that its own market reads fits, and the check digit holds"
    NO_DIGIT = False, "a filing for this model year fits, but the check digit does not hold"
    NEAR = False, "a filing for this model year fits but for one character, and the check digit does not hold"
    SHAPE = None, "positions 4-6 or 5-6 are those of another market"
    NO_FIT = None, "no filing fits"
    SEVERAL = None, "several characters fit nothing that was filed"
    OTHER_YEAR = None, "a filing fits but for one character, and for another year than the VIN's market reads"
    NOT_HOME = None, "a Chinese car, and no filing for its model year fits"
    NO_TIE = None, "the check digit does not hold, and no filed model of a possible year fits"
    # fmt: on


def is_other_shape(vin: str, rule: YearRule) -> bool:
    """Whether positions 4-6 are those of a vehicle that was not made for North America.

    Args:
        vin: of which positions 4-6 are read.
        rule: of its maker, which may know such a shape.

    >>> from vintool.registry.model_years import NO_RULE
    >>> is_other_shape("WAUZZZ8K5DA000001", NO_RULE), is_other_shape("WAUFFAFL5DN000001", NO_RULE)
    (True, False)
    """
    return rule.shape or vin[3:6] == _FILLER


def is_home_market(vin_market: Market, filed: str | None, built: tuple[str, ...]) -> bool:
    """Whether a vehicle may be a Chinese car, whose check digit holds on any market.

    Args:
        vin_market: whose rules the VIN follows.
        filed: the kind of vehicle under which its WMI is filed.
        built: the kinds that the maker builds under it.
    """
    return vin_market is Market.CN and (filed in PASSENGER or not PASSENGER.isdisjoint(built))


def tie(  # noqa: PLR0913 - what decides, reason by reason
    vin_market: Market,
    check_digit: CheckDigit,
    *,
    home_market: bool,
    other_shape: bool,
    only_in_vpic: bool,
    matched: bool,
    wrong: bool,
    several: bool,
    has_model: bool,
    same_year: bool,
    possible: bool,
) -> Tie:
    """What ties a VIN to the filing that fits it best, or rules that out.

    Args:
        vin_market: whose rules the VIN follows.
        check_digit: whether position 9 agrees with the other positions.
        home_market: see ``is_home_market``.
        other_shape: see ``is_other_shape``.
        only_in_vpic: no other register knows the WMI.
        matched: some pattern fits.
        wrong: some character speaks against the filing.
        several: more than one does.
        has_model: the model is told.
        same_year: the filing is for the year that the VIN's own market reads, or that reads none.
        possible: that year is one of the candidates of the VIN's own market.
    """
    if vin_market is Market.US:
        return Tie.REGION
    holds = check_digit is CheckDigit.HOLDS
    if other_shape:
        return Tie.SHAPE
    if not matched:
        return Tie.NO_FIT
    if several:
        return Tie.SEVERAL
    if home_market:
        return Tie.HOME if holds and not wrong and same_year else Tie.NOT_HOME
    if wrong and not same_year:
        return Tie.OTHER_YEAR
    if holds:
        return Tie.FITS
    if check_digit is not CheckDigit.FAILS or not possible or not (only_in_vpic or has_model):
        return Tie.NO_TIE
    return Tie.NEAR if wrong else Tie.NO_DIGIT
