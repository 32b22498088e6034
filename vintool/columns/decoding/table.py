"""Columns of VINs -> columns of the fields of ``Vehicle``."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import Basis, CheckDigit
from vintool.columns.decoding.fields import fields_of
from vintool.columns.decoding.profiles import FIELDS, teller
from vintool.columns.engine.characters import NO_KEY, STATES, Characters, keys
from vintool.columns.engine.distinct import Lifted, as_text
from vintool.columns.engine.keys import Codes, Numbers
from vintool.columns.engine.tables import as_table, find_mapping
from vintool.columns.vins import Descriptors, Keys, Reader, VinColumn, row_problems
from vintool.decoding.model import Vehicle
from vintool.decoding.profile import ATTRIBUTES, Profile, further, profile, whole_number
from vintool.vin import Vin
from vintool.vin.check_digit import position_9
from vintool.vin.positions import SMALL_MAKER


def decode_table(
    data: Any,
    column: str | None = None,
    fields: Sequence[str] | None = None,
    *,
    encoded: bool = False,
) -> pa.Table:
    """Decode a column of VINs.

    Args:
        data: as for ``screen_table``.
        column: the column of VINs; needed where the data has several and none is called ``vin``.
        fields: fields of ``Vehicle``, and ``powertrain_grade`` and ``powertrain_basis``; all if not
            given. Only these are computed.
        encoded: give what a VIN tells in texts as dictionary arrays, which takes half the time and a
            fraction of the memory: each text stands once.

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
    decoder = _Decoder(wanted, encoded=encoded)
    parts = [
        as_text(chunk.slice(start, step))
        for chunk in table.column(name).chunks
        for step in [_at_a_time(len(chunk))]
        for start in range(0, len(chunk), step)
    ]
    with ThreadPoolExecutor(_THREADS) as pool:
        decoded = pa.Table.from_batches(
            list(pool.map(decoder, parts or [pa.array([], pa.string())]))
        )
        columns = list(pool.map(pa.ChunkedArray.unify_dictionaries, decoded.columns))
    return pa.Table.from_arrays(columns, names=decoded.column_names)


_FEWEST, _MOST = (
    1 << 15,
    1 << 18,
)  # rows at a time: fewer cost more steps, more no longer fit the cache
_SAMPLE = 1 << 14  # of which is looked whether they differ
_THREADS = os.cpu_count() or 1
#: From so many distinct VINs on, to compile vPIC's patterns takes less time than to ask ``profile``.
MANY = 2_000


def _at_a_time(rows: int) -> int:
    """How many rows of so many are decoded at a time: all threads have the same."""
    rounds = -(-rows // (_MOST * _THREADS))
    return max(-(-rows // max(rounds * _THREADS, 1)), _FEWEST)


_JUDGED = frozenset({"check_digit", "problems"})
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
    """Texts -> fields. Batches may be decoded side by side: what they share is asked by one at a time."""

    def __init__(self, fields: Sequence[str], *, encoded: bool) -> None:
        self._fields, self._encoded = fields, encoded
        self._told = [field for field in fields if field in _TOLD]
        self._in_columns = FIELDS.issuperset(self._told)
        self._descriptors = Descriptors()
        self._keys, self._problems = Keys(), Lifted(row_problems)
        self._numbers = Numbers()
        self._answers = {field: pa.array([], TYPES[field]) for field in self._told}
        self._gathered = self._answers
        self._one_at_a_time = Lock()

    def __call__(self, texts: pa.Array) -> pa.RecordBatch:
        vins = Reader()(texts)
        told = self._profiled(vins) if self._told else {}
        if not _JUDGED.isdisjoint(self._fields):
            told |= self._judged(vins)
        arrays = [
            told[field] if field in told else _PARTS[field](vins.vin) for field in self._fields
        ]
        return pa.RecordBatch.from_arrays(arrays, names=[f"vin_{field}" for field in self._fields])

    def _profiled(self, vins: VinColumn) -> dict[str, pa.Array]:
        """The fields that a profile tells: of each distinct key, or of all rows where they all differ."""
        count, all_well_formed = len(vins.characters), len(vins.characters) == len(vins.texts)
        if self._in_columns and count >= MANY and _all_differ(vins.characters):
            answers = in_columns_of(vins.characters, self._told, encoded=self._encoded)
            if all_well_formed:
                return answers
            numbers = np.arange(count, dtype=np.int32)
        else:
            answers, numbers = self._of_distinct(vins)
        places = pa.array(numbers)
        if not all_well_formed:
            rows = np.zeros(len(vins.texts), dtype=np.int32)
            rows[vins.well_formed] = numbers
            places = pa.array(rows, mask=~vins.well_formed)
        return {field: array.take(places) for field, array in answers.items()}

    def _of_distinct(self, vins: VinColumn) -> tuple[dict[str, pa.Array], Codes]:
        """The answers to all keys so far, and the number of that of each VIN."""
        key, far = keys(vins.characters)
        with self._one_at_a_time:
            if len(far):  # of these more is read than the key holds
                descriptors = self._descriptors(vins.characters[far])
                key[far] = NO_KEY + descriptors.codes.astype(np.uint64)
            key *= np.uint64(len(STATES))
            key += vins.ninth.codes.astype(np.uint64)
            first = self._numbers.count
            numbers, fresh = self._numbers(key)
            if len(fresh):
                rows = np.flatnonzero(numbers >= first)
                sample = np.empty(len(fresh), dtype=np.int64)
                sample[numbers[rows] - first] = rows
                told = self._asked(vins.characters[sample])
                self._answers = {
                    field: pa.concat_arrays([self._answers[field], told[field]])
                    for field in self._told
                }
                self._gathered = self._answers
                if self._encoded:
                    self._gathered = {field: _encoded(self._answers[field]) for field in self._told}
            return self._gathered, numbers

    def _asked(self, characters: Characters) -> dict[str, pa.Array]:
        """What a profile tells of some VINs: by columns where there are many, else one by one."""
        if self._in_columns and len(characters) >= MANY:
            return in_columns_of(characters, self._told)
        vins = [Vin.trusted(row.tobytes().decode()) for row in characters]
        profiles = [profile(vin, position_9(vin)) for vin in vins]
        return {
            field: pa.array([_TOLD[field](one) for one in profiles], TYPES[field])
            for field in self._told
        }

    def _judged(self, vins: VinColumn) -> dict[str, pa.Array]:
        """The fields that the rules of the VIN's market tell."""
        told: dict[str, pa.Array] = {}
        with self._one_at_a_time:
            keys_told = self._keys(vins, self._descriptors(vins.characters))
            if "check_digit" in self._fields:
                told["check_digit"] = keys_told.take(
                    lambda key: (key.status if key else CheckDigit.CANNOT_TELL).value,
                    TYPES["check_digit"],
                )
            if "problems" in self._fields:
                told["problems"] = self._problems(keys_told, vins.odd).take(
                    lambda found: [problem.value for problem in found], TYPES["problems"]
                )
        return told


def _encoded(array: pa.Array) -> pa.Array:
    """Texts, or a struct of texts, with dictionaries; other columns as they are."""
    if pa.types.is_struct(array.type):
        parts = [_encoded(part) for part in array.flatten()]
        names = [field.name for field in array.type]
        return pa.StructArray.from_arrays(parts, names=names, mask=array.is_null())
    return array.dictionary_encode() if pa.types.is_string(array.type) else array


def _all_differ(characters: Characters) -> bool:
    """Whether next to none of the VINs has the descriptor of another: to look for those takes longer."""
    some = np.ascontiguousarray(characters[:: max(1, len(characters) // _SAMPLE)])
    packed, _ = keys(some)
    return len(np.unique(packed)) > 0.95 * len(packed)


def in_columns_of(
    characters: Characters, fields: Sequence[str], *, encoded: bool = False
) -> dict[str, pa.Array]:
    """Fields that a profile tells, of rows of 17 characters; ``encoded`` as for ``decode_table``."""
    own = teller()
    found = own.find(characters, fields)
    rows = np.flatnonzero(found.unsettled)
    left = {}
    for row in rows.tolist():
        vin = Vin.trusted(characters[row].tobytes().decode())
        left[row] = profile(vin, position_9(vin))
    told = fields_of(own)

    def array(field: str) -> pa.Array:
        if field == "plant":
            return told.plant(TYPES[field], found, left, encoded=encoded)
        return told.field(field, TYPES[field], found, left, _TOLD[field], encoded=encoded)

    return {field: array(field) for field in fields}


def _part(start: int, stop: int) -> Callable[[pa.Array], pa.Array]:
    return lambda vin: pc.utf8_slice_codeunits(vin, start, stop)


def _by_maker(
    small: Callable[[pa.Array], pa.Array], other: Callable[[pa.Array], pa.Array]
) -> Callable[[pa.Array], pa.Array]:
    """One part of the VINs of small makers (position 3 is 9), another of the rest."""
    return lambda vin: pc.if_else(pc.equal(_part(2, 3)(vin), SMALL_MAKER), small(vin), other(vin))


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
