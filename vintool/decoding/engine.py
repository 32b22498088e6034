"""What vPIC tells of the engine, as one value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vintool.decoding.kinds import Kind, Part
from vintool.vpic.elements import DecodedElement
from vintool.vpic.passes import Pass

NOT_APPLICABLE = "Not Applicable"

#: The parts of ``Engine``, in its order.
PARTS = (
    Part("model", Kind.TEXT, 18),
    Part("manufacturer", Kind.TEXT, 146),
    Part("configuration", Kind.TEXT, 64),
    Part("cylinders", Kind.INTEGER, 9),
    Part("displacement_l", Kind.NUMBER, 13),
    Part("power_kw", Kind.NUMBER, 21),
)


@dataclass(frozen=True, slots=True)
class Engine:
    """What is told of the engine; null where nothing is. Displacement in litres, power in kW."""

    model: str | None = None
    manufacturer: str | None = None
    configuration: str | None = None
    cylinders: int | None = None
    displacement_l: float | None = None
    power_kw: float | None = None

    def __str__(self) -> str:
        """The engine in a few words."""
        parts = (
            f"{self.displacement_l:.1f} L" if self.displacement_l else "",
            f"{self.cylinders} cylinders" if self.cylinders else "",
            self.configuration or "",
            f"{self.power_kw:g} kW" if self.power_kw else "",
            self.manufacturer or "",
            self.model or "",
        )
        return ", ".join(filter(None, parts))


def engine_of(vpic_pass: Pass | None) -> Engine | None:
    """The engine; None if nothing is told, or that there is none."""
    parts: dict[str, Any] = {part.name: value for part, value in _parts(vpic_pass)}
    return Engine(**parts) if parts else None


def first_item(vpic_pass: Pass | None) -> DecodedElement | None:
    """What the first part that is told rests on."""
    items = (vpic_pass.attributes[part.element][0] for part, _ in _parts(vpic_pass) if vpic_pass)
    return next(items, None)


def _parts(vpic_pass: Pass | None) -> Iterator[tuple[Part, Any]]:
    for part in PARTS:
        text = vpic_pass.value(part.element) if vpic_pass else None
        value = None if text == NOT_APPLICABLE else part.kind.read(text)
        if value is not None:
            yield part, value
