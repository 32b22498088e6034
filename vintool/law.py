"""Regimes: law as dated data, read strictly from wmi_data/regimes.

The date is always an argument. A key that the reader does not know is an error, so that a
misplaced line can never be dropped in silence.
"""

import tomllib
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Literal, Self

from pydantic import Field, model_validator

from vintool.model import Frozen
from vintool.registry import read_text
from vintool.words import Powertrain, Verdict

DEFAULT_REGIME = "cn-2025-54"
REGIMES = ("cn-2025-54",)


class Period(Frozen):
    """Days on which the rule is in force; both ends count, no end means until further notice."""

    start: date = Field(alias="from")
    until: date | None = None
    source: str = Field(min_length=1)


class Citation(Frozen):
    """Where the rule is written."""

    text: str
    url: str
    confidence: Literal["high", "medium", "low"]


class Doubt(Frozen):
    """A powertrain on which sources disagree; the verdict is then review, with both readings."""

    powertrain: Powertrain
    readings: tuple[str, ...] = Field(min_length=2)
    source: str = Field(min_length=1)


class OtherRegime(Frozen):
    """Another rule that may apply to what this one leaves out."""

    code: str
    title: str
    applies: Literal["used", "not_pure_electric"]
    source: str = Field(min_length=1)


class Example(Frozen):
    """A vehicle and a day with the verdict that must come out."""

    vin: str
    on: date
    verdict: Verdict


class Regime(Frozen):
    """One licence regime."""

    code: str
    version: str
    title: str
    goods: str
    goods_original: str
    reference_codes: tuple[str, ...]
    applicants: str
    period: tuple[Period, ...] = Field(min_length=1)
    citation: tuple[Citation, ...] = Field(min_length=1)
    doubt: tuple[Doubt, ...] = ()
    other_regime: tuple[OtherRegime, ...] = ()
    example: tuple[Example, ...]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for earlier, later in pairwise(self.period):
            if earlier.until is None or earlier.until >= later.start:
                raise ValueError("periods overlap or are out of order")
        if {self.in_force(example.on) for example in self.example} != {True, False}:
            raise ValueError("an example on each side of the first day is needed")
        return self

    def in_force(self, on: date) -> bool:
        """Whether the rule binds on this day."""
        return any(
            period.start <= on and (period.until is None or on <= period.until)
            for period in self.period
        )

    @property
    def rule_version(self) -> str:
        """Code and version, as every result carries it."""
        return f"{self.code}@{self.version}"

    def other(self, applies: str) -> tuple[str, ...]:
        """Codes of the other regimes that may apply to a vehicle left out for this cause."""
        return tuple(item.code for item in self.other_regime if item.applies == applies)


@cache
def regime(code: str = DEFAULT_REGIME) -> Regime:
    """A regime by its code.

    Raises:
        KeyError: there is no such regime.

    >>> regime().in_force(date(2025, 12, 31)), regime().in_force(date(2026, 1, 1))
    (False, True)
    """
    if code not in REGIMES:
        raise KeyError(f"no regime {code!r}; known: {', '.join(REGIMES)}")
    return Regime.model_validate(tomllib.loads(read_text(f"regimes/{code}.toml")))
