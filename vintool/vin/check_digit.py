"""The check digit: what position 9 must hold, and whether it does.

Sources: 49 CFR 565.15(c) (North America); GB 16735-2019 appendix A (China).
"""

from collections.abc import Iterable
from operator import getitem, mul
from typing import Any

from vintool.codes import CheckDigit, Market, Problem
from vintool.vin.positions import CHECKED_MARKETS

# 49 CFR 565.15(c), tables III and IV: what a character counts, and what its position weighs.
CHARACTER_VALUES = {character: int(character) for character in "0123456789"} | dict(
    zip(
        "ABCDEFGHJKLMNPRSTUVWXYZ",
        (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
        strict=True,
    )
)
WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
CHECK_CHARACTERS = "0123456789X"

# By position what each character adds to the sum.
_WEIGHTED = [
    {character: value * weight for character, value in CHARACTER_VALUES.items()}
    for weight in WEIGHTS
]


def remainder(values: Iterable[Any]) -> Any:
    """The weighted sum modulo 11 of 17 character values.

    Written with operators alone, so that 17 numbers and 17 columns of numbers serve alike.
    """
    return sum(map(mul, WEIGHTS, values)) % 11


def calc_check_digit(number: str) -> str:
    """The character that position 9 must hold; what stands there now is not looked at.

    Raises:
        InvalidVin: not 17 characters, or a character other than position 9 is not of a VIN.

    >>> calc_check_digit("1M8GDM9A_KP042788")
    'X'
    """
    problem = Problem.LENGTH
    if len(number) == 17:
        others = f"{number[:8]}0{number[9:]}"
        try:
            return CHECK_CHARACTERS[sum(map(getitem, _WEIGHTED, others)) % 11]
        except KeyError:
            problem = Problem.ALPHABET
    from vintool.vin.errors import invalid  # noqa: PLC0415 - see there

    raise invalid(problem)


def position_9(number: str) -> CheckDigit:
    """Whether position 9 agrees with the other positions of a well-formed VIN, whatever the market.

    ``cannot_tell`` where it holds a character that no check digit has.
    """
    if number[8] not in CHECK_CHARACTERS:
        return CheckDigit.CANNOT_TELL
    return CheckDigit.HOLDS if number[8] == calc_check_digit(number) else CheckDigit.FAILS


def status_in_market(ninth: CheckDigit, market: Market) -> CheckDigit:
    """What the answer of ``position_9`` means in a market: ``not_used`` where it has no check digit."""
    if market not in CHECKED_MARKETS:
        return CheckDigit.NOT_USED
    return CheckDigit.HOLDS if ninth is CheckDigit.HOLDS else CheckDigit.FAILS


def check_digit_status(number: str, market: Market) -> CheckDigit:
    """Whether position 9 of a well-formed VIN holds in this market."""
    return status_in_market(position_9(number), market)
