"""Text -> Check: what ``identity`` says of it, plain for the terminal or as a frozen pydantic model."""

from typing import TYPE_CHECKING, Any

from vintool.codes import CheckDigit, Market, Problem, Weight
from vintool.decoding.identity import Identity, identify
from vintool.decoding.suggestions import suggestions
from vintool.vin import calc_check_digit

if TYPE_CHECKING:
    from vintool.decoding.model import Check


def check(text: str, market: Market | str | None = None) -> "Check":
    """Whether a text is a well-formed VIN by the rules of its market, and what was meant if not.

    Sources: 49 CFR 565.15 (North America), GB 16735-2019 (China), ISO 3779:2009.

    Args:
        text: as people type it; it is cleaned, and every clean-up is among the problems. Positions
            in the sentences of problems and suggestions are counted from 1.
        market: ``us``, ``cn``, ``eu`` or ``iso``, where the WMI should not decide.

    Returns:
        A frozen ``Check``, whatever the text; its ``vin`` is null where none can be read.

    Raises:
        ValueError: there is no such market.

    >>> check("LRW3E7FA2LC000001").check_digit.value, check("WVWZZZ1KZ6W000001").check_digit.value
    ('fails', 'not_used')
    >>> check("LRW3E7FA1LCOOOOO1").suggestions[0].vin
    'LRW3E7FA1LC000001'
    """
    from vintool.decoding.model import Check  # noqa: PLC0415 - start-up time

    return Check(**check_fields(text, market))


def check_fields(text: str, market: Market | str | None = None) -> dict[str, Any]:
    """Whether a text is a well-formed VIN, by the fields of ``model.Check``.

    Takes and raises what ``check`` does.
    """
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
        "suggestions": suggestions(identity),
    }


def sound(problems: tuple[Problem, ...]) -> bool:
    """Whether a text with these problems is a VIN that breaks no rule; a clean-up is no fault."""
    return all(problem.weight is Weight.NOTE for problem in problems)
