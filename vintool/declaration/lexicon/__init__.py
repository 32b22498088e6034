"""What a manifest declares: the text of a cell -> what it means, by the lexicon in wmi_data.

Declared facts are kept apart from what the VIN encodes. A text that the lexicon does not know
means nothing; it is never read as "not electric".

``meaning`` reads one cell, by the reader of its field. Some cells speak only beside another one: a
model that needs its brand, a battery beside an engine that is not there. ``together`` reads those
of a row.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from vintool.declaration.lexicon import codes, engine, fuels, kinds, models, prices
from vintool.declaration.lexicon.meanings import (
    NO_ENGINE,
    NOT_STORED,
    TRACTION_BATTERY,
    Meaning,
    is_not_read,
    quoted,
)

__all__ = ["FIELDS", "READERS", "Meaning", "Reader", "meaning", "together"]


class Reader(NamedTuple):
    """How the cells of a field are read, and where what they say comes from.

    What comes from one place, such as the type approval of a model, counts as one fact; see ``decision``.
    """

    read: Callable[[str], Meaning | None]
    origin: str


READERS = {
    "hs_code": Reader(codes.hs_code, "hs_code"),
    "fuel": Reader(fuels.fuel, "fuel"),
    "un_no": Reader(codes.un_no, "un_no"),
    "condition": Reader(kinds.condition, "condition"),
    "vehicle_type": Reader(kinds.vehicle_type, "vehicle_type"),
    "seats": Reader(kinds.seats, "seats"),
    "make": Reader(models.make, "make"),
    "model": Reader(models.model, "type approval"),
    "type_code": Reader(models.type_code, "type approval"),
    "displacement": Reader(engine.displacement, "engine"),
    "battery_capacity": Reader(engine.battery_capacity, "engine"),
    "unit_price": Reader(prices.unit_price, "unit_price"),
    "currency": Reader(prices.currency, "currency"),
}
FIELDS = tuple(READERS)
"""The columns of a manifest that a verdict reads, beside the VIN and the dates."""


@lru_cache(maxsize=1 << 16)
def meaning(field: str, text: str) -> Meaning | None:
    """What a cell of a column means; None if the lexicon does not know.

    Args:
        field: one of ``FIELDS``.
        text: the cell as it stands in the manifest.

    Raises:
        KeyError: there is no such field.

    >>> meaning("hs_code", "8703.80.10.90").powertrain
    <Powertrain.BEV: 'BEV'>
    >>> meaning("fuel", "纯电动").powertrain
    <Powertrain.BEV: 'BEV'>
    >>> meaning("fuel", "revised") is None
    True
    >>> meaning("model", "Song Plus DM-i").value, meaning("type_code", "BYD7005BEV1").value
    ('PHEV', 'BEV')
    """
    reader = READERS[field]
    if is_not_read(text):
        return Meaning(field, quoted(field, text), part=NOT_STORED)
    return reader.read(text)


def together(*meanings: Meaning | None) -> tuple[Meaning, ...]:
    """What the cells of one row say, those that speak only beside another one included.

    >>> [cell.display for cell in together(meaning("make", "BYD"), meaning("model", "Dolphin"))]
    ['make BYD', 'model BYD Dolphin']
    """
    cells = [cell for cell in meanings if cell is not None]
    brands = frozenset(brand for cell in cells if cell.field == "make" for brand in cell.brands)
    battery = next((cell for cell in cells if cell.part == TRACTION_BATTERY), None)
    currency = next((cell.currency for cell in cells if cell.field == "currency"), "")
    row: list[Meaning] = []
    for cell in cells:
        if cell.part == NOT_STORED:
            row.append(cell)
        elif cell.models:
            model = models.of_brand(cell, brands)
            row += [model._replace(brands=(), models=())] if model.powertrain else []
        elif cell.part == NO_ENGINE:
            row += [engine.no_engine(cell, battery)] if battery else []
        elif cell.rivals:
            row += [cell._replace(rivals=(), powertrain=rival) for rival in cell.rivals]
        elif cell.field == "unit_price":
            row += [cell] if (cell.currency or currency) == prices.averages().currency else []
        elif cell.field != "currency" and cell.part != TRACTION_BATTERY:
            row.append(cell)
    return tuple(row)
