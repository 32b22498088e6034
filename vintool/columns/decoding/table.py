"""Columns of VINs -> columns of the fields of a vehicle: ``decoding.decode`` for many VINs, without sources."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa

from vintool.codes import CheckDigit, FieldName
from vintool.columns.decoding.bitsets import CharacterCodes
from vintool.columns.decoding.fields import field_columns
from vintool.columns.decoding.profiles import FIELDS as IN_COLUMNS
from vintool.columns.decoding.profiles import profile_rules
from vintool.columns.decoding.vin_parts import VIN_PARTS
from vintool.columns.engine.arrays import Characters, Codes
from vintool.columns.engine.arrow_types import arrow_type
from vintool.columns.engine.categorical import as_text
from vintool.columns.engine.characters import descriptor_keys
from vintool.columns.engine.cores import cores
from vintool.columns.engine.encoder import KeyEncoder
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.columns.engine.plain import TypeNotTakenError
from vintool.columns.engine.pool import Pool
from vintool.columns.engine.stamp import stamp, stamped
from vintool.columns.engine.tables import beside, find_vin_column, named, table_or_column
from vintool.columns.vins import CheckedProfiles, Descriptors, Reader, VinColumn, row_problems
from vintool.declaration.headers import labels, near
from vintool.decoding.fields import ASIDE, FIELDS, Field
from vintool.decoding.kinds import Kind
from vintool.decoding.profile import Profile, profile
from vintool.decoding.records import sample_of
from vintool.registry.reference import Reference, by_call, reference_in_use
from vintool.screening.facts import profile_of_part
from vintool.vin import PartialVin, Vin
from vintool.vin.check_digit import position_9

#: Every field that has a column.
_FIELDS = {
    name: field for name, field in (FIELDS | ASIDE).items() if field.kind is not Kind.SOURCES
}
#: The same with their Arrow types.
TYPES: dict[str, pa.DataType] = {name: arrow_type(field) for name, field in _FIELDS.items()}
_BY_MARKET = frozenset({"check_digit", "problems"})

# Rows at a time: fewer cost more steps, more no longer fit the cache.
_FEWEST, _MOST = 1 << 15, 1 << 18
_SAMPLE = 1 << 14  # rows of which is looked whether they differ
#: Bytes of decoders that are kept for calls to come.
_KEPT = 64 << 20
_BYTES_A_PROFILE = 1 << 13
_AT_A_TIME = 1 << 10  # profiles there are at once: what becomes of them is a fiftieth of their size
#: From so many distinct VINs on, to compile vPIC's patterns takes less time than to ask ``profile``.
MANY = 2_000


@by_call
def decode_table(
    data: Any,
    column: str | None = None,
    fields: "FieldName | Sequence[FieldName] | None" = None,
    *,
    encoded: bool = False,
    reference: Reference | None = None,  # noqa: ARG001 - ``by_call`` binds it
) -> pa.Table:
    """Decode a column of n VINs; every row says what ``decode`` says of its VIN, without sources.

    Args:
        data: anything that speaks Arrow: a table, a data frame, or one column of texts.
        column: the column of VINs; needed where the data has several and none is called ``vin``.
        fields: fields of ``Vehicle``, and ``powertrain_grade`` and ``powertrain_basis``; all if not
            given. Only these are computed.
        encoded: give what a VIN tells in texts as dictionary arrays, which takes half the time and a
            fraction of the memory: each text stands once.
        reference: the data that the answers rest on; by default that of the process, see ``Reference``.

    Returns:
        n rows in the same order: the user's columns, untouched, then a column ``vin_<field>`` for each field; where the
        data is one column without a name, the fields alone. A field whose name the user has gets ``vin_`` once
        more. Null where the text is no VIN or the VIN does not tell. Texts are ``string``, whole numbers ``int32``, numbers ``double``: of an
        engine litres and kW; ``vin_plant`` and ``vin_engine`` are structs, ``vin_problems`` and
        ``vin_model_year_candidates`` lists, ``vin_attributes`` a map.

    Raises:
        ValueError: an unknown field or column, or one that is no text; nothing is read then.

    >>> table = decode_table(pa.array(["5YJ3E1EAXHF000316", "?"]), fields=["brand", "model_year", "plant"])
    >>> table.column_names
    ['vin_brand', 'vin_model_year', 'vin_plant']
    >>> table["vin_brand"].to_pylist(), table["vin_model_year"].to_pylist()
    (['Tesla', None], [2017, None])
    >>> table["vin_plant"][0].as_py()["city"]
    'Fremont'
    """
    names = [fields] if isinstance(fields, str) else list(TYPES if fields is None else fields)
    if unknown := [name for name in names if name not in TYPES]:
        meant = near(unknown[0], list(TYPES))
        raise ValueError(f"unknown field(s) {', '.join(unknown)}; {meant}known: {', '.join(TYPES)}")
    table, is_table = table_or_column(data)
    name = column or (find_vin_column(table) if is_table else "vin")
    if name not in table.column_names:
        meant = near(name, table.column_names)
        raise ValueError(f"no column {name!r}; {meant}the data has {labels(table.column_names)}")
    if table.column_names.count(name) > 1:
        raise ValueError(f"several columns have the name {name!r}; rename all of them but one")
    try:
        parts = [
            as_text(chunk.slice(start, step))
            for chunk in table.column(name).chunks
            for step in [_rows_at_a_time(len(chunk))]
            for start in range(0, len(chunk), step)
        ] or [pa.array([], pa.string())]
    except TypeNotTakenError as error:
        raise named(error, table, [name]) from None
    kind = (reference_in_use(), *names, encoded)
    decoder = _POOL.take(kind) or _TableDecoder(names, encoded=encoded)
    if len(parts) == 1:
        decoded = pa.Table.from_batches([decoder(parts[0])])
        columns = decoded.columns
    else:
        with ThreadPoolExecutor(cores()) as threads:
            batches = threads.map(decoder, parts)
            decoded = pa.Table.from_batches([*batches])
            columns = [*threads.map(pa.ChunkedArray.unify_dictionaries, decoded.columns)]
    _POOL.give(kind, decoder, decoder.kept)
    answers = pa.Table.from_arrays(columns, names=decoded.column_names)
    return stamped(beside(table, answers) if is_table else answers, stamp())


def _rows_at_a_time(rows: int) -> int:
    """How many rows of so many are decoded at a time: all threads have the same."""
    rounds = -(-rows // (_MOST * cores()))
    return max(-(-rows // max(rounds * cores(), 1)), _FEWEST)


class _TableDecoder:
    """Texts -> fields. Batches may be decoded side by side: what they share is asked by one at a time.

    Args:
        names: of the fields.
        encoded: give texts as dictionary arrays.
    """

    def __init__(self, names: Sequence[str], *, encoded: bool) -> None:
        self._names, self._encoded = names, encoded
        self._of_profile = [name for name in names if name in _VALUES]
        self._in_columns = IN_COLUMNS.issuperset(self._of_profile)
        self._descriptors, self._keys = Descriptors(), KeyEncoder()
        self._checked, self._problems = CheckedProfiles(), PerDistinct(row_problems)
        # The fields of each distinct key so far, and the same as they are gathered.
        self._distinct = {name: pa.array([], TYPES[name]) for name in self._of_profile}
        self._gathered = self._distinct
        self._one_at_a_time = Lock()
        self._reference = reference_in_use()

    @property
    def kept(self) -> int:
        """How many bytes it holds, about."""
        arrays = (*self._distinct.values(), *self._gathered.values())
        objects = self._checked.kept + self._problems.kept
        return sum(one.nbytes for one in arrays) + _BYTES_A_PROFILE * objects

    def __call__(self, texts: pa.StringArray) -> pa.RecordBatch:
        with self._reference.bound():  # in the threads of the pool as well
            return self._decoded(texts)

    def _decoded(self, texts: pa.StringArray) -> pa.RecordBatch:
        vins = Reader()(texts)
        columns = self._profile_columns(vins) if self._of_profile else {}
        if not _BY_MARKET.isdisjoint(self._names):
            columns |= self._market_columns(vins)
        if len(columns) < len(self._names):
            with_parts = _with_parts(vins)
            columns |= {
                name: VIN_PARTS[name](with_parts) for name in self._names if name not in columns
            }
        arrays = [columns[name] for name in self._names]
        return pa.RecordBatch.from_arrays(arrays, names=[f"vin_{name}" for name in self._names])

    def _profile_columns(self, vins: VinColumn) -> dict[str, pa.Array]:
        """The fields of the profile: of each distinct key, or of all rows where they all differ; and of parts of VINs."""
        count, (rows, parts) = len(vins.characters), vins.parts
        if self._in_columns and count >= MANY and _all_differ(vins.characters):
            columns = decode_columns(vins.characters, self._of_profile, encoded=self._encoded)
            if count == len(vins.texts):
                return columns
            codes = np.arange(count, dtype=np.int32)
        else:
            columns, codes = self._of_distinct(vins)
        places = pa.array(codes, pa.int32())
        if count < len(vins.texts):
            known, at = vins.well_formed.copy(), np.zeros(len(vins.texts), dtype=np.int32)
            at[known] = codes
            if parts:
                columns, at[rows] = self._joined(columns, parts)
                known[rows] = True
            places = pa.array(at, pa.int32(), mask=~known)
        return {name: array.take(places) for name, array in columns.items()}

    def _joined(
        self, columns: dict[str, pa.Array], parts: Sequence[PartialVin]
    ) -> tuple[dict[str, pa.Array], Codes]:
        """The columns, below them what parts of VINs tell, and the places of these."""
        samples = [*map(sample_of, parts)]
        distinct = dict(zip(samples, parts, strict=True))
        first = len(next(iter(columns.values())))
        place = {sample: number for number, sample in enumerate(distinct, first)}
        of_parts = self._values([*map(profile_of_part, distinct.values())])
        more = {
            name: _dictionary_encoded(new) if self._encoded else new
            for name, new in of_parts.items()
        }
        joined = {name: pa.concat_arrays([array, more[name]]) for name, array in columns.items()}
        return joined, np.array([place[sample] for sample in samples], dtype=np.int32)

    def _of_distinct(self, vins: VinColumn) -> tuple[dict[str, pa.Array], Codes]:
        """The fields of all distinct keys so far, and which of these each of the m VINs has."""
        key, check_digit = self._descriptors.keys(vins.characters), vins.position_9.codes
        with self._one_at_a_time:
            codes, rows = self._keys(key, check_digit)
            if len(rows):
                new = self._of_new(vins.characters[rows])
                self._distinct = {
                    name: pa.concat_arrays([array, new[name]])
                    for name, array in self._distinct.items()
                }
                self._gathered = self._distinct
                if self._encoded:
                    self._gathered = {
                        name: _dictionary_encoded(array) for name, array in self._distinct.items()
                    }
            return self._gathered, codes

    def _of_new(self, characters: Characters) -> dict[str, pa.Array]:
        """The fields of some VINs: by columns where there are many, else one by one."""
        if self._in_columns and len(characters) >= MANY:
            return decode_columns(characters, self._of_profile)
        pieces = [
            self._values([*map(_profile, characters[at : at + _AT_A_TIME])])
            for at in range(0, len(characters), _AT_A_TIME)
        ]
        return {name: pa.concat_arrays([one[name] for one in pieces]) for name in self._of_profile}

    def _values(self, profiles: Sequence[Profile]) -> dict[str, pa.Array]:
        """The fields of some profiles."""
        return {
            name: pa.array([_VALUES[name](one) for one in profiles], TYPES[name])
            for name in self._of_profile
        }

    def _market_columns(self, vins: VinColumn) -> dict[str, pa.Array]:
        """The fields that the rules of the VIN's market tell."""
        columns: dict[str, pa.Array] = {}
        with self._one_at_a_time:
            checked = self._checked(vins, self._descriptors(vins.characters))
            if "check_digit" in self._names:
                columns["check_digit"] = checked.map(
                    lambda one: (one.status if one else CheckDigit.CANNOT_TELL).value,
                    TYPES["check_digit"],
                )
            if "problems" in self._names:
                columns["problems"] = self._problems(checked, vins.unclean).map(
                    lambda problems: [problem.value for problem in problems], TYPES["problems"]
                )
        return columns


#: What earlier calls of this process have decoded.
_POOL: Pool[_TableDecoder] = Pool(_KEPT)


def _with_parts(vins: VinColumn) -> pa.StringArray:
    """The n VINs with what is known of parts."""
    rows, parts = vins.parts
    if not parts:
        return vins.vin
    places = np.arange(len(vins.texts), dtype=np.int32)
    places[rows] = len(places) + np.arange(len(rows), dtype=np.int32)
    of_parts = pa.array([*map(str, parts)], pa.string())
    return pa.concat_arrays([vins.vin, of_parts]).take(pa.array(places, pa.int32()))


def _dictionary_encoded(array: pa.Array) -> pa.Array:
    """Texts, or a struct of texts, with dictionaries; other columns as they are."""
    if isinstance(array, pa.StructArray):
        parts = [_dictionary_encoded(part) for part in array.flatten()]
        names = [field.name for field in array.type]
        return pa.StructArray.from_arrays(parts, names=names, mask=array.is_null())
    return array.dictionary_encode() if pa.types.is_string(array.type) else array


def _all_differ(characters: Characters) -> bool:
    """Whether next to none of the VINs has the descriptor of another: to look for those takes longer."""
    some = np.ascontiguousarray(characters[:: max(1, len(characters) // _SAMPLE)])
    keys, _ = descriptor_keys(some)
    return len(np.unique(keys)) > 0.95 * len(keys)


def decode_columns(
    characters: Characters, names: Sequence[str], *, encoded: bool = False
) -> dict[str, pa.Array]:
    """Fields of the profiles of n VINs, by bit sets; by ``profile`` where these cannot decide.

    Args:
        characters: of the n VINs.
        names: of fields, see ``profiles.FIELDS``.
        encoded: give texts as dictionary arrays.
    """
    rules = profile_rules()
    profiles = rules(characters, names)
    undecided = np.flatnonzero(profiles.undecided).tolist()
    scalars = {row: _profile(characters[row]) for row in undecided}
    columns = field_columns(rules)

    def array(name: str) -> pa.Array:
        if name == "plant":
            return columns.plant(profiles, scalars, encoded=encoded)
        values = {row: _VALUES[name](one) for row, one in scalars.items()}
        if name == "built_in":
            return columns.built_in(profiles, CharacterCodes(characters), values, encoded=encoded)
        return columns.field(name, profiles, values, encoded=encoded)

    return {name: array(name) for name in names}


def _profile(characters: Characters) -> Profile:
    """The profile of one row of 17 characters."""
    vin = Vin.trusted(characters.tobytes().decode())
    return profile(vin, position_9(vin))


def _plain(field: Field) -> Callable[[Profile], Any]:
    """A field of a profile, as ``pa.array`` takes it."""
    value = field.value
    assert value is not None  # noqa: S101 - asked only of fields that a profile tells
    if field.kind is Kind.PAIRS:
        return lambda profile: [(name, text) for name, text, _ in value(profile)]
    if field.kind is Kind.STRUCT:
        return lambda profile: (
            (whole := value(profile))
            and {part.name: getattr(whole, part.name) for part in field.parts}
        )
    return value


#: How each field of a profile is got.
_VALUES = {name: _plain(field) for name, field in _FIELDS.items() if field.value}
