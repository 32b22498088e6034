"""Text -> VIN, by python-stdnum's module contract: clean-up, alphabet, length, check digit, parts.

The exceptions are python-stdnum's own, so that ``except stdnum.exceptions.ValidationError`` catches
them. The positions are drawn in the docstring of ``vintool``.

Sources: ISO 3779:2009 and ISO 3780:2009 (parts, alphabet), 49 CFR 565.15 (check digit, North
America), GB 16735-2019 appendix A (check digit, China).

>>> compact(" lrw3e7fa1-lc000001 ")
'LRW3E7FA1LC000001'
>>> validate("LRW3E7FA1LC000001")
'LRW3E7FA1LC000001'
>>> is_valid("LRW3E7FA2LC000001")
False
>>> calc_check_digit("LRW3E7FA?LC000001")
'1'
"""

from typing import TYPE_CHECKING, Any

from vintool.codes import CheckDigit, Problem
from vintool.vin.check_digit import calc_check_digit, check_digit_status
from vintool.vin.cleanup import read
from vintool.vin.positions import market_of
from vintool.vin.vin import PartialVin, Vin

if TYPE_CHECKING:
    from vintool.vin.errors import InvalidVin

__all__ = [
    "InvalidVin",
    "PartialVin",
    "Vin",
    "calc_check_digit",
    "compact",
    "format",
    "is_valid",
    "validate",
]


def compact(number: str) -> str:
    """The text without separators, in plain capitals. Nothing is judged.

    >>> compact("VIN: 1M8GD-M9AXK-P042788")
    '1M8GDM9AXKP042788'
    """
    return read(number).text


def validate(number: str) -> str:
    """The compact form of a VIN whose alphabet, length and (where used) check digit are right.

    Raises:
        InvalidVin: with the problem; one of python-stdnum's exceptions.
    """
    vin = Vin(number)
    if check_digit_status(vin, market_of(vin)) is CheckDigit.FAILS:
        from vintool.vin.errors import invalid  # noqa: PLC0415 - see there

        raise invalid(Problem.CHECK_DIGIT)
    return str(vin)


def is_valid(number: str) -> bool:
    """Whether ``validate`` accepts the text."""
    reading = read(number)
    if reading.problem is not None:
        return False
    return check_digit_status(reading.text, market_of(reading.text)) is not CheckDigit.FAILS


def format(number: str, separator: str = " ") -> str:  # noqa: A001 - the name is python-stdnum's
    """The VIN in its three sections: WMI, VDS, VIS.

    >>> format("LRW3E7FA1LC000001")
    'LRW 3E7FA1 LC000001'
    """
    text = compact(number)
    return separator.join(part for part in (text[:3], text[3:9], text[9:]) if part)


def __getattr__(name: str) -> Any:
    """The exceptions, loaded when asked for (PEP 562)."""
    if name.startswith("InvalidVin"):
        from vintool.vin import errors  # noqa: PLC0415 - see there

        return getattr(errors, name)
    raise AttributeError(f"module 'vintool.vin' has no attribute {name!r}")
