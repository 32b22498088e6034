"""Text -> Check: what ``identity`` says of it, as a frozen pydantic model."""

from vintool.codes import CheckDigit, Market, Problem
from vintool.decoding.fields import check_fields, sound
from vintool.decoding.model import Frozen
from vintool.vin import Vin


class Suggestion(Frozen):
    """A VIN that may have been meant, and why it is thought so."""

    vin: str
    reason: str


class Check(Frozen):
    """Whether a text is a well-formed VIN, and what was meant if it is not."""

    text: str
    vin: Vin | None
    market: Market | None
    check_digit: CheckDigit
    expected_check_digit: str | None
    problems: tuple[Problem, ...]
    suggestions: tuple[Suggestion, ...]

    @property
    def sound(self) -> bool:
        """Whether the text is a VIN that breaks no rule; a clean-up is no fault."""
        return sound(self.problems)


def check(text: str, market: Market | str | None = None) -> Check:
    """Whether a text is a well-formed VIN by the rules of its market, and what was meant if not.

    Args:
        text: as people type it; it is cleaned, and every clean-up is among the problems.
        market: ``us``, ``cn``, ``eu`` or ``iso``, where the WMI should not decide.

    >>> check("LRW3E7FA2LC000001").check_digit.value, check("WVWZZZ1KZ6W000001").check_digit.value
    ('fails', 'not_used')
    """
    return Check.model_validate(check_fields(text, market), from_attributes=True)
