"""Answers -> Arrow columns: what a value is displayed as is asked once, and rows take it by its code."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
import pyarrow as pa

from vintool.columns.engine.arrays import Codes, Mask
from vintool.columns.engine.categorical import Categorical
from vintool.columns.engine.encoder import Encoder
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

    def __call__(self, column: Categorical) -> pa.Array:
        """The n rows of a column."""
        codes = self._display(column).codes  # new values first
        return self._array(self._values.array(), codes)

    def with_more(self, column: Categorical, more: Mapping[int, Sequence[str]]) -> pa.Array:
        """The same, in some rows with texts more; where a text is no list, ``;`` joins them."""
        if not more:
            return self(column)
        codes = self._display(column).codes.copy()
        rows = np.fromiter(more, dtype=np.int64, count=len(more))
        values = self._display.values
        longer = [
            (*(old or ()), *new) if self._is_list else ";".join(filter(None, (old, *new)))
            for old, new in zip(map(values.__getitem__, codes[rows]), more.values(), strict=True)
        ]
        codes[rows] = np.arange(len(values), len(values) + len(longer))
        return self._array(self._values.extended(longer), codes)

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

    def extended(self, more: list[Any]) -> pa.Array:
        """All values and some more, which are not kept."""
        return pa.concat_arrays([self.array(), pa.array(more, self._array.type)])


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

    def extended(self, more: list[Any]) -> pa.Array:
        """All values and some more, which are not kept."""
        self.array()
        texts = [text for value in more for text in value or ()]
        first = len(self._encoder)
        codes = np.arange(first, first + len(texts), dtype=np.int32)
        return self._with(more, codes, self._texts.extended(texts))

    def _with(self, more: list[Any], codes: Codes, texts: pa.Array) -> pa.ListArray:
        encoded = cast("pa.DictionaryArray", self._array.values)
        offsets, items = self._array.offsets.to_numpy(), encoded.indices.to_numpy()
        lengths = np.array([len(value or ()) for value in more], dtype=np.int32)
        ends = np.cumsum(lengths, dtype=np.int32) + np.int32(len(items))
        return pa.ListArray.from_arrays(
            pa.array(np.append(offsets, ends)),
            pa.DictionaryArray.from_arrays(pa.array(np.append(items, codes)), texts, safe=False),
        )
