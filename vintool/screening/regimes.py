"""Regimes: law as dated data, read strictly from wmi_data/regimes.

A regime says which goods it covers, since when, why, and where that is written; ``decision`` reads it,
and holds no law of its own. The date is always an argument. A key that the reader does not know is an
error, so that a misplaced line can never be dropped in silence.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from vintool.codes import ALL_REGIMES, PURE_ELECTRIC_REGIME, REGIMES, Powertrain, Reason, Verdict
from vintool.decoding.model import Frozen
from vintool.errors import DataError
from vintool.registry.rows import read_text

Text = Annotated[str, Field(min_length=1)]
Confidence = Literal["high", "medium", "low"]
Kind = Literal["passenger", "bus", "truck", "chassis", "kit", "motorcycle", "all_terrain"]
ANY_POWERTRAIN = frozenset(Powertrain)


class Goods(Frozen):
    """One line of the goods that a regime covers; no ``powertrains`` means any."""

    says: Text
    original: str = ""
    kinds: tuple[Kind, ...] = Field(min_length=1)
    powertrains: tuple[Powertrain, ...] = ()
    source: Text

    @property
    def covered(self) -> frozenset[Powertrain]:
        """The powertrains that this line covers."""
        return frozenset(self.powertrains) or ANY_POWERTRAIN


class Definition(Frozen):
    """What a word of the regime means."""

    term: Text
    says: Text
    source: Text
    confidence: Confidence


class Provision(Frozen):
    """One rule of a regime, and the days on which it holds; both ends count, no end: until further notice.

    ``step`` is the step of the decision that reads it; empty where it stands for the reader alone.
    ``days`` is the number that it turns on, if it has one. ``reason`` is told of rows with one of its ``trade_modes``.
    """

    code: Text
    says: Text
    why: Text
    start: date = Field(alias="from")
    until: date | None = None
    step: Literal[
        "",
        "date",
        "kind",
        "new or used",
        "powertrain",
        "VIN",
        "burden of proof",
        "age",
        "exporter",
        "trade mode",
    ] = ""
    days: int | None = None
    trade_modes: tuple[Text, ...] = ()
    reason: Reason | None = None
    source: Text
    confidence: Confidence

    def in_force(self, on: date) -> bool:
        """Whether it holds on this day."""
        return self.start <= on and (self.until is None or on <= self.until)

    @property
    def changes(self) -> tuple[date, ...]:
        """The first days of a new state: its first, and the one after its last."""
        return (self.start, *([self.until + timedelta(days=1)] if self.until else []))


class Citation(Frozen):
    """Where the rule is written; ``report.page`` has a ``Citation`` of its own, as it imports no law."""

    text: Text
    url: Text
    confidence: Confidence


class Doubt(Frozen):
    """What sources disagree on: a powertrain, a kind, or the two together, a trade mode, or which date decides.

    The verdict is then review.
    """

    powertrain: Powertrain | None = None
    kind: str = ""
    date: bool = False
    trade_mode: str = ""
    reason: Reason
    readings: tuple[Text, ...] = Field(min_length=2)
    source: Text

    @property
    def about(self) -> str:
        """What it is about, in words."""
        powertrain = self.powertrain.value if self.powertrain else ""
        mode = self.trade_mode and f"trade mode {self.trade_mode}"
        return " ".join(filter(None, (self.kind, powertrain, mode, "the date" * self.date)))


class OtherRegime(Frozen):
    """Another rule that may apply to what this one leaves out."""

    code: Text
    title: Text
    applies: Literal["used", "new", "pure_electric", "not_pure_electric", "motorcycle"]
    source: Text


class Example(Frozen):
    """A vehicle and a day with the verdict that must come out, and reasons that it must and must not have."""

    provision: Text
    vin: str
    on: date
    declared: Mapping[str, str] = Field(default_factory=dict)
    verdict: Verdict
    reasons: tuple[Reason, ...] = Field((), alias="told")
    other_reasons: tuple[Reason, ...] = Field((), alias="not_told")


class Regime(Frozen):
    """One licence regime."""

    code: Text
    version: Text
    title: Text
    applicants: Text
    condition: Literal["new", "used"]
    has_vin: bool
    reference_codes: tuple[str, ...] = ()
    goods: tuple[Goods, ...] = Field(min_length=1)
    provision: tuple[Provision, ...] = Field(min_length=1)
    definition: tuple[Definition, ...] = ()
    citation: tuple[Citation, ...] = Field(min_length=1)
    doubt: tuple[Doubt, ...] = ()
    other_regime: tuple[OtherRegime, ...] = ()
    not_established: tuple[Text, ...] = ()
    example: tuple[Example, ...]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        codes = [item.code for item in self.provision]
        if len(set(codes)) < len(codes):
            raise ValueError("two provisions have one code")
        if not self._dates:
            raise ValueError("no provision says since when the regime is in force (step = 'date')")
        for earlier, later in pairwise(self._dates):
            if earlier.until is None or earlier.until >= later.start:
                raise ValueError("periods overlap or are out of order")
        if unknown := {item.provision for item in self.example} - set(codes):
            raise ValueError(f"examples of no provision: {', '.join(sorted(unknown))}")
        for day in {day for item in self.provision for day in item.changes}:
            if not self._has_examples_around(day):
                raise ValueError(f"an example of one vehicle on each side of {day} is needed")
        return self

    @property
    def _dates(self) -> tuple[Provision, ...]:
        return tuple(item for item in self.provision if item.step == "date")

    def _has_examples_around(self, day: date) -> bool:
        """Whether one vehicle stands as an example on the day and on the day before."""
        by_day: dict[date, set[str]] = {}
        for item in self.example:
            vehicle = f"{item.vin} {sorted(item.declared.items())}"
            by_day.setdefault(item.on, set()).add(vehicle)
        return bool(by_day.get(day, set()) & by_day.get(day - timedelta(days=1), set()))

    def in_force(self, on: date) -> bool:
        """Whether the regime binds on this day."""
        return any(item.in_force(on) for item in self._dates)

    @property
    def start(self) -> date:
        """The first day on which it binds."""
        return self._dates[0].start

    @property
    def rule_version(self) -> str:
        """Code and version, as every result carries it."""
        return f"{self.code}@{self.version}"

    @property
    def kinds(self) -> frozenset[str]:
        """Every kind of vehicle that some line of the goods covers."""
        return frozenset(kind for goods in self.goods for kind in goods.kinds)

    def covered(self, kind: str) -> frozenset[Powertrain]:
        """The powertrains that the goods of this kind may have; none if the kind is not covered."""
        lines = [goods.covered for goods in self.goods if kind in goods.kinds]
        return frozenset().union(*lines)

    def at_step(self, step: str) -> tuple[Provision, ...]:
        """The provisions that a step of the decision reads."""
        return tuple(item for item in self.provision if item.step == step)

    def by_code(self, code: str) -> Provision:
        """One of its provisions."""
        return next(item for item in self.provision if item.code == code)

    def other(self, *applies: str) -> tuple[str, ...]:
        """Codes of the other regimes that may apply to a vehicle left out for one of these causes."""
        codes = (item.code for item in self.other_regime if item.applies in applies)
        return tuple(dict.fromkeys(codes))


@cache
def load_regime(code: str = PURE_ELECTRIC_REGIME) -> Regime:
    """A regime by its code.

    Raises:
        KeyError: there is no such regime.
        DataError: its file is not what it must be.

    >>> load_regime().in_force(date(2025, 12, 31)), load_regime().in_force(date(2026, 1, 1))
    (False, True)
    """
    if code not in REGIMES:
        raise KeyError(f"no regime {code!r}; known: {', '.join(REGIMES)}")
    try:
        return Regime.model_validate(tomllib.loads(read_text(f"regimes/{code}.toml")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise DataError(f"wmi_data/regimes/{code}.toml: {error}") from None


@cache
def regimes_asked(code: str | None = None) -> tuple[Regime, ...]:
    """The regimes that a row is judged under: one by its code, or all of them.

    Args:
        code: of one regime; None or ``all`` for every one that is in question for a row, the first of which is
            that of pure electric cars.

    Raises:
        KeyError: there is no such regime.

    >>> [regime.code for regime in regimes_asked("cn-used-vehicle")], regimes_asked()[0].code
    (['cn-used-vehicle'], 'cn-2025-54')
    """
    codes = REGIMES if code is None or code == ALL_REGIMES else (code,)
    return tuple(map(load_regime, codes))


def asked_code(regimes: tuple[Regime, ...]) -> str:
    """What was asked, in one word: the code of the only regime, or ``all``."""
    return ALL_REGIMES if len(regimes) > 1 else regimes[0].code
