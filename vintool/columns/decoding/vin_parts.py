"""Columns of VINs -> the fields that are characters of the VIN: what ``Vin.wmi`` and so on give of one VIN.

Slices of whole columns, so that no ``Vin`` is made of every row.
"""

from collections.abc import Callable
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from vintool.vin.positions import SMALL_MAKER

_Part = Callable[[pa.StringArray], pa.StringArray]


def _slice(start: int, stop: int) -> _Part:
    """Characters from ``start`` to before ``stop``, counted from 0."""
    return lambda vin: pc.utf8_slice_codeunits(vin, start, stop)


def _joined(*parts: _Part) -> _Part:
    def join(vin: pa.StringArray) -> pa.StringArray:
        strings: tuple[Any, ...] = (*(part(vin) for part in parts), "")  # arrays and the separator
        return cast("pa.StringArray", pc.binary_join_element_wise(*strings))

    return join


def _by_maker(small: _Part, other: _Part) -> _Part:
    """One part of the VINs of small makers (position 3 is 9), another of the rest."""
    return lambda vin: pc.if_else(
        pc.equal(_slice(2, 3)(vin), pa.scalar(SMALL_MAKER)), small(vin), other(vin)
    )


_CORE = (_slice(0, 8), _slice(9, 11))
#: By field: n VINs, null where there is none -> the field.
VIN_PARTS: dict[str, _Part] = {
    "vin": lambda vin: vin,
    "wmi": _by_maker(_joined(_slice(0, 3), _slice(11, 14)), _slice(0, 3)),
    "vds": _slice(3, 9),
    "vis": _slice(9, 17),
    "descriptor": _by_maker(_joined(*_CORE, _slice(11, 14)), _joined(*_CORE)),
    "plant_code": _slice(10, 11),
    "serial": _by_maker(_slice(14, 17), _slice(11, 17)),
}
