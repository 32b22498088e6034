"""A fact: a value, what it rests on, and the row of the reference data that tells it.

Frozen dataclasses, since they serve twice: ``model.Vehicle`` holds them as they are, and the terminal
prints them without pydantic, which loads for longer than a VIN takes to decode.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from vintool import vpic
from vintool.codes import Basis, Grade, Powertrain
from vintool.registry.assembly import BuiltInRow
from vintool.registry.countries import Country
from vintool.registry.makers import Maker
from vintool.registry.models import ModelRow
from vintool.registry.plants import PlantRow
from vintool.registry.rule import Rule
from vintool.registry.series import BodySeries
from vintool.vpic.elements import DecodedElement, Origin
from vintool.vpic.passes import Pass

T = TypeVar("T")

_NOTES = {
    Origin.ENGINE: "follows from the engine's name",
    Origin.CONVERSION: "converted from another unit",
    Origin.SPECIFICATION: "specification of the model, not a sign of the VIN",
    Origin.DEFAULT: "assumed of every vehicle of this type",
    Origin.TABLE: "follows from the WMI",
}
_BASES = {
    Origin.TABLE: Basis.REGISTRY,
    Origin.SPECIFICATION: Basis.ASSUMED,
    Origin.DEFAULT: Basis.ASSUMED,
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from: the file and row of the reference data, and what that row cites."""

    file: str
    row: str
    cites: str
    note: str = ""

    def __str__(self) -> str:
        """File, row and what that cites, as a cell of a CSV has them."""
        return ", ".join(filter(None, (self.file, self.row, self.cites, self.note)))


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """A value, what it rests on, and where it comes from."""

    basis: Basis
    source: Source
    value: T

    def __str__(self) -> str:
        """The value alone."""
        return str(self.value)


@dataclass(frozen=True, slots=True)
class PowertrainFact(Fact[Powertrain]):
    """A powertrain with the grade of its evidence and every rule that speaks for it."""

    grade: Grade
    support: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One more thing that NHTSA's vPIC tells, under its name there."""

    name: str
    value: str
    basis: Basis

    def __str__(self) -> str:
        """Name and value."""
        return f"{self.name}: {self.value}"


def basis_of(item: DecodedElement, vpic_pass: Pass | None) -> Basis:
    """Whether the VIN encodes what vPIC tells, or its tables assume it."""
    is_sure = vpic_pass is not None and vpic_pass.sure
    return _BASES.get(item.origin, Basis.ENCODED if is_sure else Basis.ASSUMED)


def source_of(
    row: Maker | Country | PlantRow | BuiltInRow | BodySeries | ModelRow | Rule | DecodedElement,
    wmi: str = "",
) -> Source:
    """Where a row stands and what it cites; that of a plant stands under a WMI. Many facts share a row."""
    if isinstance(row, DecodedElement):
        return _source_of_element(row.source, row.origin, vpic.release().month)
    return _source_of_row(row, wmi)


@lru_cache(maxsize=1 << 14)
def _source_of_element(row: str, origin: Origin, month: str) -> Source:
    return Source("vpic", row, f"NHTSA vPIC {month}", _NOTES.get(origin, ""))


@lru_cache(maxsize=1 << 14)
def _source_of_row(
    row: Maker | Country | PlantRow | BuiltInRow | BodySeries | ModelRow | Rule, wmi: str
) -> Source:
    if isinstance(row, Maker):
        return Source(row.file, row.wmi, row.source, row.note)
    if isinstance(row, Country):
        return Source("countries.csv", f"{row.first}-{row.last}", row.source)
    if isinstance(row, PlantRow):
        return Source("plants.csv", f"{wmi} {row.code}", row.source, row.note)
    if isinstance(row, BuiltInRow):
        about = "; ".join(part for part in (row.model, row.place, row.note) if part)
        return Source("built_in.csv", row.pattern_text, row.source, about)
    if isinstance(row, BodySeries):
        about = "; ".join(part for part in (row.series, row.note) if part)
        return Source("body_series.csv", row.pattern_text, row.source, about)
    if isinstance(row, ModelRow):
        return Source("models.csv", row.pattern_text, row.source, row.note)
    note = "; ".join(part for part in (row.models, row.support) if part)
    return Source(row.file, row.pattern_text, row.source, note)
