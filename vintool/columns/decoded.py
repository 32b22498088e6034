"""Columns of VINs -> columns of the fields of ``Vehicle``."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.lifted import Column, Lifted, as_text
from vintool.columns.tables import as_table, find_mapping
from vintool.columns.vins import Descriptors, Keys, Reader, VinColumn, row_problems
from vintool.model import Vehicle
from vintool.profile import ATTRIBUTES, Profile, further, profile, whole_number
from vintool.words import Basis, CheckDigit


def decode_table(
    data: Any, column: str | None = None, fields: Sequence[str] | None = None
) -> pa.Table:
    """Decode a column of VINs.

    Args:
        data: as for ``screen_table``.
        column: the column of VINs; needed where the data has several and none is called ``vin``.
        fields: fields of ``Vehicle``, and ``powertrain_grade`` and ``powertrain_basis``; all if not
            given. Only these are computed.

    Returns:
        One column ``vin_<field>`` each, the same rows in the same order; null where the text is no
        VIN or the VIN does not tell.

    Raises:
        ValueError: an unknown field or column; nothing is read then.
    """
    wanted = list(fields) if fields is not None else list(TYPES)
    if unknown := [field for field in wanted if field not in TYPES]:
        raise ValueError(f"unknown field(s) {', '.join(unknown)}; known: {', '.join(TYPES)}")
    table = as_table(data)
    name = column or find_mapping(table)["vin"]
    if name not in table.column_names:
        raise ValueError(f"no column {name!r}; the data has {', '.join(table.column_names)}")
    decoder = _Decoder(wanted)
    batches = [decoder(as_text(chunk)) for chunk in table.column(name).chunks]
    return pa.Table.from_batches(batches or [decoder(pa.array([], pa.string()))])


PLANT_PARTS = ("company", "city", "state", "country")
_NUMBERS = {"model_year", "doors", "seats"}
_NESTED = {"powertrain_conflict"}
_KINDS = {
    **dict.fromkeys(_NUMBERS, pa.int32()),
    "model_year_candidates": pa.list_(pa.int32()),
    "problems": pa.list_(pa.string()),
    "plant": pa.struct([(part, pa.string()) for part in PLANT_PARTS]),
    "engine": pa.struct(
        [
            ("model", pa.string()),
            ("manufacturer", pa.string()),
            ("configuration", pa.string()),
            ("cylinders", pa.int32()),
            ("displacement_l", pa.float64()),
            ("power_kw", pa.float64()),
        ]
    ),
    "attributes": pa.map_(pa.string(), pa.string()),
}

#: Every field that ``decode_table`` gives, with its Arrow type.
TYPES: dict[str, pa.DataType] = {
    field: _KINDS.get(field, pa.string())
    for field in (
        *(name for name in Vehicle.model_fields if name not in _NESTED),
        "powertrain_grade",
        "powertrain_basis",
    )
}


class _Decoder:
    def __init__(self, fields: Sequence[str]) -> None:
        self._fields = fields
        self._reader, self._descriptors = Reader(), Descriptors()
        self._profile = Lifted(profile)
        self._keys, self._problems = Keys(), Lifted(row_problems)

    def __call__(self, texts: pa.Array) -> pa.RecordBatch:
        vins = self._reader(texts)
        needed = any(field not in _PARTS for field in self._fields)
        descriptors = self._descriptors(vins.characters) if needed else _NONE
        profiles = _NONE
        if any(field in _TOLD for field in self._fields):
            profiles = self._profile.on(vins.well_formed, descriptors, vins.ninth)
        arrays = [self._column(field, vins, descriptors, profiles) for field in self._fields]
        return pa.RecordBatch.from_arrays(arrays, names=[f"vin_{field}" for field in self._fields])

    def _column(
        self, field: str, vins: VinColumn, descriptors: Column, profiles: Column
    ) -> pa.Array:
        kind = TYPES[field]
        if field in _PARTS:
            return _PARTS[field](vins.vin)
        if told := _TOLD.get(field):
            return profiles.take(lambda value: None if value is None else told(value), kind)
        keys = self._keys(vins, descriptors)
        if field == "check_digit":
            return keys.take(
                lambda key: (key.status if key else CheckDigit.CANNOT_TELL).value, kind
            )
        problems = self._problems(keys, vins.odd)
        return problems.take(lambda found: [problem.value for problem in found], kind)


_NONE = Column([], np.zeros(0, dtype=np.int32))


def _part(start: int, stop: int) -> Callable[[pa.Array], pa.Array]:
    return lambda vin: pc.utf8_slice_codeunits(vin, start, stop)


def _by_maker(
    small: Callable[[pa.Array], pa.Array], other: Callable[[pa.Array], pa.Array]
) -> Callable[[pa.Array], pa.Array]:
    """One part of the VINs of small makers (position 3 is 9), another of the rest."""
    return lambda vin: pc.if_else(pc.equal(_part(2, 3)(vin), "9"), small(vin), other(vin))


def _joined(*parts: Callable[[pa.Array], pa.Array]) -> Callable[[pa.Array], pa.Array]:
    return lambda vin: pc.binary_join_element_wise(*(part(vin) for part in parts), "")


_CORE = (_part(0, 8), _part(9, 11))
_PARTS: dict[str, Callable[[pa.Array], pa.Array]] = {
    "vin": lambda vin: vin,
    "wmi": _by_maker(_joined(_part(0, 3), _part(11, 14)), _part(0, 3)),
    "vds": _part(3, 9),
    "vis": _part(9, 17),
    "descriptor": _by_maker(_joined(*_CORE, _part(11, 14)), _joined(*_CORE)),
    "plant_code": _part(10, 11),
    "serial": _by_maker(_part(14, 17), _part(11, 17)),
}

#: What a profile tells of the fields of ``Vehicle``; ``decode`` says the same with its sources.
_TOLD: dict[str, Callable[[Profile], Any]] = {
    "market": lambda told: told.market,
    "manufacturer": lambda told: told.maker and told.maker.name,
    "brand": lambda told: told.brand and told.brand.name,
    "country": lambda told: told.country_code,
    "region": lambda told: told.country and told.country.region,
    "model_year": lambda told: told.year.year,
    "model_year_candidates": lambda told: told.year.candidates,
    "plant": lambda told: told.plant and {part: getattr(told.plant, part) for part in PLANT_PARTS},
    "vehicle_type": lambda told: told.vehicle_type,
    "engine": lambda told: told.engine,
    "attributes": lambda told: (
        [(name, value) for name, value, _ in further(told.filed)] if told.filed else []
    ),
    "powertrain": lambda told: told.classification.powertrain,
    "powertrain_grade": lambda told: told.classification.grade,
    "powertrain_basis": lambda told: told.classification.powertrain and Basis.ENCODED.value,
}


def _attribute(field: str, element: int) -> Callable[[Profile], Any]:
    if field in _NUMBERS:
        return lambda told: whole_number(told.attribute(element))
    return lambda told: told.attribute(element)


_TOLD |= {field: _attribute(field, element) for field, element in ATTRIBUTES.items()}
