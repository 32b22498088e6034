"""Imports: VINs of markets without a check digit that are filed in the United States, where it must hold.

Of 84 such VINs of Japan, Korea and Europe in the tests of other projects the check digit of 83 holds. Where it does
not, the VIN may be of a market that has no such rule, or mistyped: it cannot be told.
"""

from vintool.codes import CheckDigit, Market
from vintool.decoding.identity import Identity, trailing_digits, vin_problems
from vintool.decoding.north_america import Tie
from vintool.decoding.profile import Profile, profile
from vintool.vin.check_digit import status_in_market


def import_status(ninth: CheckDigit, market: Market, tie: Tie | None) -> CheckDigit:
    """What the answer of ``position_9`` means in a market, for a VIN that may be an import.

    Args:
        ninth: whether position 9 agrees with the other positions.
        market: whose rules.
        tie: what ties the VIN to a filing.

    >>> import_status(CheckDigit.FAILS, Market.ISO, Tie.NO_DIGIT).value
    'cannot_tell'
    """
    status = status_in_market(ninth, market)
    is_filed = status is CheckDigit.NOT_USED and tie is Tie.NO_DIGIT
    return CheckDigit.CANNOT_TELL if is_filed else status


def as_import(identity: Identity, vin_profile: Profile | None = None) -> Identity:
    """The identity of a text, with what filings in the United States say of its check digit.

    Args:
        identity: of the text.
        vin_profile: of its VIN, where it is there already.
    """
    vin, ninth = identity.vin, identity.position_9
    if vin is None or identity.market is None or ninth is not CheckDigit.FAILS:
        return identity
    if identity.status is not CheckDigit.NOT_USED:
        return identity
    tie = (vin_profile or profile(vin, ninth, vin_market=identity.market)).tie
    status = import_status(ninth, identity.market, tie)
    if status is identity.status:
        return identity
    problems = vin_problems(vin, identity.market, status, trailing_digits(vin))
    return identity._replace(status=status, problems=(*problems, *identity.reading.cleanup))
