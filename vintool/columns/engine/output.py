"""Answers -> Arrow columns: what a value is displayed as is asked once, and rows take it by its code."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.engine.arrays import Codes, Mask, spread
from vintool.columns.engine.categorical import Categorical
from vintool.columns.engine.encoder import Encoder, KeyEncoder
from vintool.columns.engine.per_distinct import PerDistinct


class OutputColumn:
    """A column of the answer: values of the rules -> an Arrow array for all rows.

    Args:
        display: a value -> a plain value of ``kind``, or a tuple of texts where that is a list of texts.
        kind: the Arrow type.
        none: what None is displayed as; ``display`` is not asked for it.
        encoded: give texts and lists as dictionary arrays, these with texts that are such; else as
            ``kind`` says.
    """

    def __init__(
        self,
        display: Callable[[Any], Any],
        kind: pa.DataType,
        *,
        none: object = None,
        encoded: bool = False,
    ) -> None:
        self._display = PerDistinct(lambda value: none if value is None else display(value))
        self._kind = kind
        self._is_list = pa.types.is_list(kind)
        self._encoded = encoded and (self._is_list or pa.types.is_string(kind))
        values = self._display.values
        self._values = _Lists(values) if self._is_list else _Plain(values, kind)

    def __call__(
        self, *columns: Categorical, more: Mapping[int, Sequence[str]] = MappingProxyType({})
    ) -> pa.Array:
        """The n rows of a column; of texts and lists also of several, one behind the other.

        What is several is put together once for each combination of a batch: kept over a run it would be as much as the rows.

        Args:
            columns: one, or several of lists.
            more: texts that stand behind those of some rows.
        """
        codes = [self._display(column).codes for column in columns]  # new values first
        values = [self._values.array()] * len(columns)
        if more:
            of_rows = np.zeros(len(codes[0]), dtype=np.int32)
            of_rows[list(more)] = np.arange(1, len(more) + 1)
            codes.append(of_rows)
            values.append(self._made([(), *more.values()]))
        if len(codes) == 1:
            return self._array(values[0], codes[0])
        combinations, rows = KeyEncoder()(*codes)
        of_each = [column.take(rows) for column in codes]
        together = _lists_together if self._is_list else _texts_together
        return self._array(together(values, of_each), combinations)

    def _made(self, more: list[Sequence[str]]) -> pa.Array:
        """Some lists of texts as the values of the column are."""
        if self._is_list:
            return _Lists(more).array()
        return pa.array([";".join(texts) for texts in more], self._kind)

    def _array(self, values: pa.Array, codes: Codes) -> pa.Array:
        if self._encoded:
            return with_dictionary(values, codes)
        array = values.take(codes)
        return array.cast(self._kind) if self._is_list else array


def with_dictionary(texts: pa.Array, codes: Codes, mask: Mask | None = None) -> pa.DictionaryArray:
    """Texts, or lists of them, by their codes; null where the text is, and where ``mask`` says so.

    A null among the values of a dictionary is not what every reader of Arrow expects: it becomes one of the rows.
    """
    if texts.null_count:
        for code in np.flatnonzero(texts.is_null().to_numpy(zero_copy_only=False)).tolist():
            mask = codes == code if mask is None else mask | (codes == code)
        texts = texts.fill_null("")
    valid = None if mask is None else pa.py_buffer(np.packbits(~mask, bitorder="little").data)
    data = pa.py_buffer(np.ascontiguousarray(codes).data)
    indices = pa.Array.from_buffers(pa.int32(), len(codes), [valid, data])
    return pa.DictionaryArray.from_arrays(indices, texts, safe=False)


class _Plain:
    """Values of one type as an Arrow array, which grows as they do."""

    def __init__(self, values: list[Any], kind: pa.DataType) -> None:
        self._values = values
        self._array = pa.array([], kind)

    def array(self) -> pa.Array:
        """All values."""
        if fresh := self._values[len(self._array) :]:
            self._array = pa.concat_arrays([self._array, pa.array(fresh, self._array.type)])
        return self._array


class _Lists:
    """Several texts each, as lists of dictionary arrays: a text that many values share stands once."""

    def __init__(self, values: list[Any]) -> None:
        self._values = values
        nothing = pa.DictionaryArray.from_arrays(
            pa.array([], pa.int32()), pa.array([], pa.string())
        )
        self._array = pa.ListArray.from_arrays(pa.array([0], pa.int32()), nothing)
        self._encoder = Encoder()
        self._texts = _Plain(self._encoder.values, pa.string())

    def array(self) -> pa.Array:
        """All values."""
        if fresh := self._values[len(self._array) :]:
            codes = self._encoder.codes(text for texts in fresh for text in texts or ())
            self._array = self._with(fresh, codes, self._texts.array())
        return self._array

    def _with(self, more: list[Any], codes: Codes, texts: pa.Array) -> pa.ListArray:
        encoded = cast("pa.DictionaryArray", self._array.values)
        offsets, items = self._array.offsets.to_numpy(), encoded.indices.to_numpy()
        lengths = np.array([len(value or ()) for value in more], dtype=np.int32)
        ends = np.cumsum(lengths, dtype=np.int32) + np.int32(len(items))
        return pa.ListArray.from_arrays(
            pa.array(np.append(offsets, ends)),
            pa.DictionaryArray.from_arrays(pa.array(np.append(items, codes)), texts, safe=False),
        )


def _texts_together(values: Sequence[pa.Array], codes: Sequence[Codes]) -> pa.Array:
    """Of each combination its texts, joined by ``;``; empty ones are none."""
    join: Any = pc.binary_join_element_wise
    led = {id(texts): _led(texts) for texts in values}  # columns share their values
    columns = (led[id(texts)].take(of_each) for texts, of_each in zip(values, codes, strict=True))
    return cast("pa.Array", pc.utf8_slice_codeunits(join(*columns, ""), 1))


def _led(texts: pa.Array) -> pa.Array:
    """Texts with ``;`` before each that is not empty; to skip nulls while joining leaves out rows of nothing else."""
    join: Any = pc.binary_join_element_wise
    return cast("pa.Array", pc.if_else(pc.equal(texts, pa.scalar("")), "", join(";", texts, "")))


def _lists_together(values: Sequence[Any], codes: Sequence[Codes]) -> pa.Array:
    """Of each combination its lists, one behind the other."""
    lengths = [
        np.diff(lists.offsets.to_numpy()).take(of_each)
        for lists, of_each in zip(values, codes, strict=True)
    ]
    ends = np.cumsum(sum(lengths), dtype=np.int32)
    items = np.empty(int(sum(map(np.sum, lengths))), dtype=np.int32)
    texts, shifts, shift, free = list[pa.Array](), dict[int, int](), 0, ends - sum(lengths)
    for lists, of_each, length in zip(values, codes, lengths, strict=True):
        encoded = cast("pa.DictionaryArray", lists.values)
        if id(lists) not in shifts:  # columns share their values
            texts.append(encoded.dictionary)
            shifts[id(lists)], shift = shift, shift + len(encoded.dictionary)
        which, place = spread(length)
        of_list = lists.offsets.to_numpy().take(of_each)[which] + place
        items[free[which] + place] = encoded.indices.to_numpy().take(of_list) + shifts[id(lists)]
        free = free + length
    return pa.ListArray.from_arrays(
        pa.array(np.append(np.int32(0), ends), pa.int32()),
        pa.DictionaryArray.from_arrays(
            pa.array(items, pa.int32()), pa.concat_arrays(texts), safe=False
        ),
    )
