"""What a manifest declares: the text of a cell -> what it means, by the lexicon in wmi_data.

Declared facts are kept apart from what the VIN encodes. A text that the lexicon does not know
means nothing; it is never read as "not electric".

``meaning`` reads one cell, by the reader of its field. Some cells speak only beside another one: a
model that needs its brand, a battery beside an engine that is not there. ``together`` reads those
of a row.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from vintool.codes import Powertrain
from vintool.declaration.headers import (
    DRIVE_MOTOR,
    ELECTRIC_MARK,
    GOODS_NAME,
    REMARKS,
    further_of,
)
from vintool.declaration.lexicon import (
    asides,
    codes,
    engine,
    fuels,
    goods,
    kinds,
    models,
    papers,
    prices,
    remarks,
)
from vintool.declaration.lexicon.electric_hints import (
    energies,
    hint,
    hint_for_fuel,
    hinted,
    without_energies,
)
from vintool.declaration.lexicon.meanings import (
    NO_ENGINE,
    NOT_STORED,
    TRACTION_BATTERY,
    Meaning,
    is_not_read,
    quoted,
)
from vintool.declaration.lexicon.quoted_codes import quoted_code

__all__ = [
    "FIELDS",
    "GOODS_NAME",
    "READERS",
    "VIN_ALONE",
    "Meaning",
    "Reader",
    "aside",
    "asides_of",
    "beside_vin",
    "fields_read",
    "is_aside",
    "meaning",
    "origins",
    "together",
]


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
    "trade_mode": Reader(papers.trade_mode, "trade_mode"),
    "origin": Reader(papers.origin, "origin"),
    "remarks": Reader(remarks.remarks, GOODS_NAME),
    "drive_motor": Reader(remarks.drive_motor, "engine"),
    "electric_range": Reader(remarks.electric_range, "engine"),
    "electric_mark": Reader(remarks.electric_mark, GOODS_NAME),
    "goods_name": Reader(goods.goods_name, GOODS_NAME),
    "goods_name_zh": Reader(goods.goods_name, GOODS_NAME),
    "goods_name_en": Reader(goods.goods_name, GOODS_NAME),
}
_DEAF = frozenset({"make", "unit_price", "currency", "trade_mode", "origin"})  # by their readers
VIN_ALONE = r"^\s*[0-9A-Za-z]{17}\s*$"
"""A cell with a VIN and nothing beside it, for Python's regular expressions and Arrow's."""

FIELDS = tuple(READERS)
"""The columns of a manifest that a verdict reads, beside the VIN and the dates; see ``fields_read``."""

_REPEATED = {"fuel", "type approval", "engine"}


def fields_read(names: Iterable[str]) -> tuple[str, ...]:
    """The fields that a verdict reads of a row with these: ``FIELDS``, and those of further columns.

    >>> fields_read(["vin", "goods_name_3", "goods_name", "fuel_2"])[-2:]
    ('fuel_2', 'goods_name_3')
    """
    further = {name for name in names if further_of(name)}
    return (*FIELDS, *sorted(further, key=lambda name: (len(name), name)))


def origins(meanings: Iterable[Meaning]) -> frozenset[str]:
    """Where the entries of a row that tell a powertrain come from: as many as there are independent witnesses.

    A goods name repeats what the fuel, the model, the type code or the displacement of its row says: it holds the same
    words, or was written from them. So it is a witness of its own beside a code alone.

    >>> sorted(origins([meaning("goods_name", "汽油乘用车"), meaning("hs_code", "8703234190")]))
    ['goods_name', 'hs_code']
    >>> sorted(origins([meaning("goods_name", "汽油乘用车"), meaning("fuel", "汽油")]))
    ['fuel']
    """
    named = frozenset(READERS[one.field].origin for one in meanings if one.powertrain)
    return named if named.isdisjoint(_REPEATED) else named - {GOODS_NAME}


def meaning(field: str, text: str) -> Meaning | None:
    """What a cell of a column means; None if the lexicon does not know.

    Args:
        field: one of ``fields_read``.
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
    >>> meaning("goods_name_2", "纯电动多用途乘用车").value, meaning("fuel_2", "纯电动").field
    ('BEV', 'fuel')
    """
    return _meaning(field, text) if len(text) <= _KEPT else _meaning.__wrapped__(field, text)


_PLACES = {"fuel", "vehicle_type"}  # where the name of a product stands at times
# Fields in which more is heard than their entries, and how: in the latter no word for an electric car is an entry, and all speak.
_HINTS = {
    **dict.fromkeys(("goods_name", "goods_name_zh", "goods_name_en"), quoted_code),
    **dict.fromkeys(_PLACES, hint),
    "fuel": hint_for_fuel,
    **dict.fromkeys(("model", "type_code", "hs_code", "un_no", "condition", "seats", "displacement", "battery_capacity", "drive_motor", "electric_range"), remarks.speaks),
}  # fmt: skip
_VIN_ALONE = re.compile(VIN_ALONE)
_KEPT = 200  # characters of a cell that is remembered


@lru_cache(maxsize=1 << 16)
def _meaning(field: str, text: str) -> Meaning | None:
    if is_not_read(text):
        unasked = {REMARKS, DRIVE_MOTOR, remarks.ELECTRIC_RANGE, ELECTRIC_MARK}
        silent = (further_of(field) or field) in unasked  # which no verdict waits for
        return None if silent else Meaning(field, quoted(field, text), part=NOT_STORED)
    text = asides.without_plain_noes(text)
    if like := further_of(field):
        said = _meaning(like, text)
        # Another witness on the powertrain and the condition; the kind is counted by fields.
        return said if like == GOODS_NAME or said is None else said._replace(kind="", has_vin="")
    said = READERS[field].read(text)
    if said is None and field == "fuel":
        said = _of_battery(text)
    if said is None and field in _PLACES:
        said = goods.in_place_of(field, text)
    return hinted(field, text, said, _HINTS[field]) if field in _HINTS else said


def is_aside(field: str) -> bool:
    """Whether the reader of a field does not hear what speaks for an electric car; see ``asides``.

    >>> is_aside("colour"), is_aside("make"), is_aside("fuel"), is_aside("remarks_2")
    (True, True, False, False)
    """
    return field in _DEAF or (field not in READERS and not further_of(field))


def aside(name: str, text: str) -> Meaning | None:
    """What a cell that is read as something else, or not at all, says for an electric car."""
    return _aside(name, text) if len(text) <= _KEPT else asides.aside(name, text)


_aside = lru_cache(maxsize=1 << 16)(asides.aside)


def asides_of(cells: Mapping[str, str]) -> Meaning | None:
    """What the cells of a row say that are read as something else: field -> text."""
    fields = sorted(field for field in cells if is_aside(field))
    return asides.strongest(aside(field, cells[field]) for field in fields)


def beside_vin(text: str) -> Meaning | None:
    """What the words beside a VIN in its own cell say for an electric car, as remarks do.

    >>> beside_vin("LSVNV218XE2000001 / BEV").value, beside_vin("LSVNV218XE2000001")
    ('BEV', None)
    """
    return None if _VIN_ALONE.fullmatch(text) else meaning(REMARKS, text)


def _of_battery(text: str) -> Meaning | None:
    """A fuel with the energy of a battery beside it, if that is electricity: 电动 60kWh."""
    said = fuels.fuel(without_energies(text)) if energies(text) else None
    electric = said is not None and Powertrain.BEV in {said.powertrain, *said.rivals}
    return said._replace(display=quoted("fuel", text)) if said and electric else None


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
            named = cell.brands if cell.field == GOODS_NAME else ()
            model = models.of_brand(cell, brands)._replace(brands=named, models=())
            if not (brands or named or model.is_fact or model.hint):
                model = model._replace(hint=models.sold_as_electric(cell), own_key=False)
            row += [model] if model.is_fact or model.hint or named else []
        elif cell.part == NO_ENGINE:
            row += [engine.no_engine(cell, battery)] if battery else []
        elif cell.rivals:
            row += [cell._replace(rivals=(), powertrain=rival) for rival in cell.rivals]
        elif cell.field == "unit_price":
            row += [cell] if (cell.currency or currency) == prices.averages().currency else []
        elif cell.field != "currency":
            row.append(cell)
    return tuple(row)
