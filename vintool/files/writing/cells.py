"""Cells on their way out: texts for formats without types, and nothing that a spreadsheet would run."""

import re
from collections.abc import Sequence
from functools import reduce
from itertools import accumulate
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic_core import to_json

from vintool.columns.engine.arrays import Ints, Mask
from vintool.columns.engine.plain import to_plain
from vintool.escaping import BREAK, FORMULA, HARMLESS, plain_json

_RUNS = f"{FORMULA}|{BREAK}"


def inert(array: pa.Array, *, numbers: bool = True) -> tuple[pa.Array, int]:
    """A column of texts as ``spreadsheet_cell`` writes each of them, and how many cells it has changed.

    Columns of another type stay as they are.
    """
    if isinstance(array, pa.DictionaryArray) and is_text(array.type.value_type):
        values, count = inert(array.dictionary, numbers=numbers)
        if not count:
            return array, 0
        changed = pc.not_equal(values, array.dictionary).take(array.indices)
        return pa.DictionaryArray.from_arrays(array.indices, values), changed.true_count
    if not is_text(array.type):
        return array, 0
    rows = np.flatnonzero(_may_run(array))  # mostly none: each text that is matched costs 25 ns
    candidates = array.take(rows)
    runs = pc.match_substring_regex(candidates, _RUNS)
    if numbers:
        runs = pc.and_not(runs, pc.match_substring_regex(candidates, f"^({HARMLESS})$"))
    runs = cast("pa.BooleanArray", runs.fill_null(False))  # noqa: FBT003 - pyarrow's signature
    if not runs.true_count:
        return array, 0
    mask = np.zeros(len(array), dtype=bool)
    mask[rows[runs.to_numpy(zero_copy_only=False)]] = True
    texts = pc.replace_substring_regex(candidates.filter(runs), FORMULA, r"\1\2'\3")
    texts = pc.replace_substring_regex(texts, BREAK, r"'\1")
    return pc.replace_with_mask(array, pa.array(mask), texts), runs.true_count


# First bytes of what ``escaping`` calls signs; of its separators; of all that a cell which runs begins
# with; and last bytes of what may stand right before a sign. That some others have them too does no harm.
_SIGN_BYTES = b"=+-@\xef"
_SEPARATOR_BYTES = b",;|\t\n\v\f\r\xc2\xe2"
_FIRST_BYTES = np.isin(np.arange(256), [*range(0x21), *b"\"'=+-@\xc2\xe2\xe3\xef"])
_BEFORE_BYTES = np.isin(np.arange(256), [*range(0x21), *b"\"',;|\x80\x85\xbf", *range(0x8B, 0x90), *range(0xA0, 0xAF)])  # fmt: skip


def _may_run(texts: pa.Array) -> Mask:
    """Which texts may be run, by their bytes, and perhaps some others."""
    kind = "i8" if pa.types.is_large_string(texts.type) else "i4"
    buffers: list[Any] = texts.buffers()
    _, starts, data = buffers
    if not len(texts) or not data:
        return np.zeros(len(texts), dtype=bool)
    at: Ints = np.frombuffer(starts, kind)[texts.offset : texts.offset + len(texts) + 1]
    content = np.frombuffer(data, np.uint8)
    may = _FIRST_BYTES.take(content.take(at[:-1], mode="clip"))
    inside = content[at[0] : at[-1]]
    text = inside.tobytes()  # a byte is looked for at memory speed
    signs = [sign for sign in _SIGN_BYTES if sign in text]
    if signs and any(separator in text for separator in _SEPARATOR_BYTES):
        signed = np.flatnonzero(reduce(np.bitwise_or, (inside == sign for sign in signs)))
        signed = signed[_BEFORE_BYTES.take(inside.take(signed - 1, mode="clip"))]
        may[np.searchsorted(at, signed + at[0], side="right") - 1] = True
    return may


def is_text(kind: pa.DataType) -> bool:
    """Whether an Arrow type is one of texts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def plain(array: pa.Array) -> pa.Array:
    """The column without a dictionary."""
    return array.dictionary.take(array.indices) if isinstance(array, pa.DictionaryArray) else array


def by_appearance(chunks: Sequence[pa.Array]) -> pa.Array:
    """Dictionary arrays as one whose values stand in the order in which rows have them.

    So the same rows are written as the same bytes, however they were cut into batches. Of lists a value
    may stand twice, of their texts none.
    """
    if pa.types.is_dictionary(chunks[0].type) and pa.types.is_list(chunks[0].type.value_type):
        encoded = cast("Sequence[pa.DictionaryArray]", chunks)
        used = [chunk.indices.dictionary_encode() for chunk in encoded]
        of_chunks = [
            chunk.dictionary.take(codes.dictionary)
            for chunk, codes in zip(encoded, used, strict=True)
        ]
        starts = accumulate(map(len, of_chunks), initial=0)
        rows = [
            pc.add(codes.indices, pa.scalar(start, pa.int32()))
            for codes, start in zip(used, starts, strict=False)
        ]
        return pa.DictionaryArray.from_arrays(pa.concat_arrays(rows), by_appearance(of_chunks))
    if pa.types.is_list(chunks[0].type):
        lists = cast("Sequence[pa.ListArray]", chunks)
        items = by_appearance([chunk.flatten() for chunk in lists])
        lengths = [pc.list_value_length(chunk).fill_null(0) for chunk in lists]
        ends = np.cumsum(np.concatenate([length.to_numpy() for length in lengths]), dtype=np.int32)
        missing = pa.chunked_array([chunk.is_null() for chunk in chunks]).combine_chunks()
        return pa.ListArray.from_arrays(
            pa.array(np.append(np.int32(0), ends), pa.int32()),
            items,
            mask=missing if any(chunk.null_count for chunk in lists) else None,
        )
    unified = pa.chunked_array(chunks).unify_dictionaries().combine_chunks()
    array = cast("pa.DictionaryArray", unified)
    values = array.dictionary.dictionary_encode()  # one that was extended may hold a value twice
    indices = array.indices
    if len(values.dictionary) < len(values):
        indices = values.indices.take(indices)
    present = indices.dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        present.indices, values.dictionary.take(present.dictionary), safe=False
    )


def has_dictionary(kind: pa.DataType) -> bool:
    """Whether a type is one of dictionary arrays of texts, of lists of such, or of a dictionary of those."""
    if pa.types.is_list(kind):
        return has_dictionary(kind.value_type)
    return pa.types.is_dictionary(kind) and (
        is_text(kind.value_type) or has_dictionary(kind.value_type)
    )


def without_dictionary(kind: pa.DataType) -> pa.DataType:
    """The plain type of a column that may have a dictionary."""
    if pa.types.is_list(kind):
        return pa.list_(without_dictionary(kind.value_type))
    return without_dictionary(kind.value_type) if pa.types.is_dictionary(kind) else kind


def flat(array: pa.Array) -> pa.Array:
    """The column for a format of plain cells: lists of texts joined by ``;``, what nests as JSON."""
    array = to_plain(array)
    if isinstance(array, pa.DictionaryArray):
        if is_text(array.type.value_type):
            return array
        used = array.indices.dictionary_encode()
        return flat(array.dictionary.take(used.dictionary)).take(used.indices)
    if pa.types.is_list(array.type) and pa.types.is_dictionary(array.type.value_type):
        array = array.cast(pa.list_(array.type.value_type.value_type))
    if pa.types.is_list(array.type) and is_text(array.type.value_type):
        lists = cast("pa.ListArray", array)
        if not lists.flatten().null_count:
            return cast("pa.Array", pc.binary_join(lists, ";"))
    elif _castable(array.type):
        return array
    values = map(json_text, python_values(array))
    return pa.array((value and value.strip('"') for value in values), pa.string())


def texts(array: pa.Array) -> pa.Array:
    """The column as texts."""
    column = plain(flat(array))
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def python_values(array: pa.Array) -> list[Any]:
    """The values of a column; times and spans finer than Python's as texts."""
    kind = array.type
    if pa.types.is_temporal(kind) and getattr(kind, "unit", "") == "ns":
        if pa.types.is_duration(kind):
            counts = array.cast(pa.int64()).to_pylist()
            return [None if count is None else f"{count} ns" for count in counts]
        array = array.cast(pa.string())
    return array.to_pylist()


def json_text(value: Any) -> str | None:
    """A value as JSON: dates as ISO 8601, bytes as base64; what is no number is null; nothing hidden."""
    if value is None:
        return None
    return plain_json(to_json(value, inf_nan_mode="null", bytes_mode="base64").decode())


def _castable(kind: pa.DataType) -> bool:
    """Whether Arrow itself writes values of a type as text."""
    span = pa.types.is_duration(kind) or pa.types.is_interval(kind)
    number_or_day = pa.types.is_primitive(kind) or pa.types.is_decimal(kind)
    return is_text(kind) or pa.types.is_null(kind) or (number_or_day and not span)


_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def spelled(text: str) -> str:
    r"""A text of a workbook in which characters that XML cannot hold are spelled, as Excel itself does.

    openpyxl refuses them; its own function of this kind takes some for another.

    >>> spelled("a\x01b\n_x0041_")
    'a_x0001_b\n_x005F_x0041_'
    """
    return _UNWRITABLE.sub(lambda one: f"_x{ord(one[0]):04X}_", text)
