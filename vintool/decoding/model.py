"""Facts with basis and source, and the vehicle that they make up.

Frozen pydantic models, for one vehicle at a time; columns carry the same values without them.
A model stands with the step that makes it, so that a step loads no more than it needs. Those of a
vehicle are built on import, the others when first used.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict

from vintool.codes import Basis, CheckDigit, Grade, Market, Powertrain, Problem
from vintool.decoding import fields
from vintool.vin import PartialVin, Vin


class Frozen(BaseModel):
    """What every result is: unchangeable, and without unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Source(Frozen, defer_build=False):
    """Where a fact comes from: the file and row of the reference data, and what that row cites."""

    file: str
    row: str
    cites: str
    note: str = ""


class Fact(Frozen, defer_build=False):
    """A value, what it rests on, and where it comes from.

    One class a kind of value: generic models would cost every start of the program 50 ms.
    """

    basis: Basis
    source: Source
    value: Any

    def __str__(self) -> str:
        """The value alone."""
        return str(self.value)


class TextFact(Fact):
    """A fact whose value is a text."""

    value: str


class NumberFact(Fact):
    """A fact whose value is a whole number."""

    value: int


class PowertrainFact(Fact):
    """A powertrain with the grade of its evidence and every rule that speaks for it."""

    value: Powertrain
    grade: Grade
    support: tuple[Source, ...]


class Plant(Frozen, defer_build=False):
    """Where position 11 says that the vehicle was built; empty where the registry does not say."""

    company: str
    city: str
    state: str
    country: str

    def __str__(self) -> str:
        """City, state and country as one text."""
        return ", ".join(part for part in (self.city, self.state, self.country) if part)


class PlantFact(Fact):
    """A fact whose value is a plant."""

    value: Plant


class Engine(Frozen, defer_build=False):
    """What is told of the engine; null where nothing is. Displacement in litres, power in kW."""

    model: str | None = None
    manufacturer: str | None = None
    configuration: str | None = None
    cylinders: int | None = None
    displacement_l: float | None = None
    power_kw: float | None = None

    def __str__(self) -> str:
        """The engine in a few words."""
        return str(fields.Engine(**dict(self)))


class EngineFact(Fact):
    """A fact whose value is an engine; the source is that of its first part."""

    value: Engine


class Attribute(Frozen, defer_build=False):
    """One more thing that NHTSA's vPIC tells, under its name there."""

    name: str
    value: str
    basis: Basis

    def __str__(self) -> str:
        """Name and value."""
        return str(fields.Attribute(**dict(self)))


class Vehicle(Frozen, defer_build=False):
    """What a VIN tells. A field that it does not tell is null."""

    vin: Vin | PartialVin
    wmi: str
    vds: str
    vis: str
    descriptor: str
    check_digit: CheckDigit
    market: Market
    manufacturer: TextFact | None = None
    brand: TextFact | None = None
    country: TextFact | None = None
    region: TextFact | None = None
    model_year: NumberFact | None = None
    model_year_candidates: tuple[int, ...] = ()
    plant_code: str
    plant: PlantFact | None = None
    serial: str
    vehicle_type: TextFact | None = None
    model: TextFact | None = None
    series: TextFact | None = None
    trim: TextFact | None = None
    body_class: TextFact | None = None
    doors: NumberFact | None = None
    seats: NumberFact | None = None
    engine: EngineFact | None = None
    fuel_primary: TextFact | None = None
    fuel_secondary: TextFact | None = None
    electrification: TextFact | None = None
    drive_type: TextFact | None = None
    gvwr: TextFact | None = None
    attributes: tuple[Attribute, ...] = ()
    powertrain: PowertrainFact | None = None
    powertrain_conflict: tuple[Source, ...] = ()
    problems: tuple[Problem, ...] = ()
