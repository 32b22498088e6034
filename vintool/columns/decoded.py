"""Columns of VINs -> columns of the fields of ``Vehicle``."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.lifted import Column, Lifted, as_text
from vintool.columns.tables import as_table, find_mapping
from vintool.columns.vins import (
    Descriptors,
    Reader,
    VinColumn,
    check_digits,
    row_problems,
    trailing_digits,
    vin_key,
)
from vintool.model import Vehicle
from vintool.vehicle import decode
from vintool.words import CheckDigit


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


_PLANT = pa.struct([(part, pa.string()) for part in ("company", "city", "state", "country")])
_LISTS = {"model_year_candidates": pa.list_(pa.int32()), "problems": pa.list_(pa.string())}
_NUMBERS = {"model_year", "doors", "seats"}
_PER_ROW = {
    "vin",
    "vds",
    "vis",
    "check_digit",
    "serial",
    "problems",
}  # what the descriptor does not fix
_NESTED = {"powertrain_conflict"}

#: Every field that ``decode_table`` gives, with its Arrow type.
TYPES: dict[str, pa.DataType] = {
    field: _PLANT
    if field == "plant"
    else _LISTS.get(field, pa.int32() if field in _NUMBERS else pa.string())
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
        self._key, self._problems = Lifted(vin_key), Lifted(row_problems)
        self._sample = Lifted(lambda sample: sample)

    def __call__(self, texts: pa.Array) -> pa.RecordBatch:
        vins = self._reader(texts)
        descriptors = self._descriptors(vins.characters)
        samples = self._sample.on(vins.well_formed, descriptors)
        used, where = samples.dense
        vehicles = [
            None if samples.values[code] is None else decode(samples.values[code])
            for code in used.tolist()
        ]
        keys = None
        if {"check_digit", "problems"} & set(self._fields):
            holds = Column([False, True], check_digits(vins.characters).astype(np.int64))
            digits = Column(list(range(6)), trailing_digits(vins.characters))
            keys = self._key.on(vins.well_formed, descriptors, holds, digits)
        arrays = []
        for field in self._fields:
            if field in {"check_digit", "problems"} and keys is not None:
                arrays.append(self._judged(field, keys, vins))
            elif field in _PER_ROW:
                arrays.append(_slices(field, vins))
            else:
                values = [
                    None if vehicle is None else _plain(vehicle, field) for vehicle in vehicles
                ]
                arrays.append(pa.array(values, TYPES[field]).take(pa.array(where)))
        return pa.RecordBatch.from_arrays(arrays, names=[f"vin_{field}" for field in self._fields])

    def _judged(self, field: str, keys: Column, vins: VinColumn) -> pa.Array:
        if field == "check_digit":
            return keys.take(
                lambda key: (key.status if key else CheckDigit.CANNOT_TELL).value, TYPES[field]
            )
        return self._problems(keys, vins.identity).take(
            lambda problems: [problem.value for problem in problems], TYPES[field]
        )


def _slices(field: str, vins: VinColumn) -> pa.Array:
    vin = vins.vin
    if field == "vin":
        return vin
    if field == "serial":
        small = pc.equal(pc.utf8_slice_codeunits(vin, 2, 3), "9")
        return pc.if_else(
            small, pc.utf8_slice_codeunits(vin, 14, 17), pc.utf8_slice_codeunits(vin, 11, 17)
        )
    start, stop = {"vds": (3, 9), "vis": (9, 17)}[field]
    return pc.utf8_slice_codeunits(vin, start, stop)


def _plain(vehicle: Vehicle, field: str) -> Any:
    if field in {"powertrain_grade", "powertrain_basis"}:
        return (
            None
            if vehicle.powertrain is None
            else getattr(vehicle.powertrain, field.removeprefix("powertrain_")).value
        )
    value = getattr(vehicle, field)
    value = getattr(value, "value", value)
    return value.model_dump() if hasattr(value, "model_dump") else value
