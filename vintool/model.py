"""The words that results are made of: facts with basis and source, vehicles, findings.

Frozen pydantic models, for one vehicle at a time; columns carry the same values without them.
"""

from datetime import date
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from vintool.vin import Vin
from vintool.words import Basis, CheckDigit, Grade, Market, Powertrain, Problem, Reason, Verdict

T = TypeVar("T")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Source(_Frozen):
    """Where a fact comes from: the file and row of the reference data, and what that row cites."""

    file: str
    row: str
    cites: str
    note: str = ""


class Fact(_Frozen, Generic[T]):
    """A value, what it rests on, and where it comes from."""

    value: T
    basis: Basis
    source: Source

    def __str__(self) -> str:
        """The value alone."""
        return str(self.value)


class PowertrainFact(Fact[Powertrain]):
    """A powertrain with the grade of its evidence and every rule that speaks for it."""

    grade: Grade
    support: tuple[Source, ...]


class Plant(_Frozen):
    """Where position 11 says that the vehicle was built; empty where the registry does not say."""

    company: str
    city: str
    state: str
    country: str

    def __str__(self) -> str:
        """City, state and country as one text."""
        return ", ".join(part for part in (self.city, self.state, self.country) if part)


class Vehicle(_Frozen):
    """What a VIN tells. A field that it does not tell is null."""

    vin: Vin
    wmi: str
    vds: str
    vis: str
    descriptor: str
    check_digit: CheckDigit
    market: Market
    manufacturer: Fact[str] | None = None
    brand: Fact[str] | None = None
    country: Fact[str] | None = None
    region: Fact[str] | None = None
    model_year: Fact[int] | None = None
    model_year_candidates: tuple[int, ...] = ()
    plant_code: str
    plant: Fact[Plant] | None = None
    serial: str
    vehicle_type: Fact[str] | None = None
    model: Fact[str] | None = None
    series: Fact[str] | None = None
    trim: Fact[str] | None = None
    body_class: Fact[str] | None = None
    doors: Fact[int] | None = None
    seats: Fact[int] | None = None
    engine: Fact[str] | None = None
    fuel_primary: Fact[str] | None = None
    fuel_secondary: Fact[str] | None = None
    electrification: Fact[str] | None = None
    drive_type: Fact[str] | None = None
    gvwr: Fact[str] | None = None
    powertrain: PowertrainFact | None = None
    powertrain_conflict: tuple[Source, ...] = ()
    problems: tuple[Problem, ...] = ()


class Suggestion(_Frozen):
    """A VIN that may have been meant, and why it is thought so."""

    vin: str
    reason: str


class Check(_Frozen):
    """Whether a text is a well-formed VIN, and what was meant if it is not."""

    text: str
    vin: Vin | None
    market: Market | None
    check_digit: CheckDigit
    expected_check_digit: str | None
    problems: tuple[Problem, ...]
    suggestions: tuple[Suggestion, ...]


class Evidence(_Frozen):
    """One fact that a verdict rests on."""

    what: str
    value: str
    basis: Basis
    grade: Grade | None = None
    source: str


class DecidedOn(_Frozen):
    """The date that decided, and where it was read."""

    date: date | None
    column: str


class Finding(_Frozen):
    """The verdict on one vehicle under one regime, with its reasons."""

    verdict: Verdict
    regime: str
    reasons: tuple[Reason, ...]
    evidence: tuple[Evidence, ...]
    other_regimes: tuple[str, ...]
    decided_on: DecidedOn
    rule_version: str
