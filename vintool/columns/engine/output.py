"""Answers -> Arrow columns: what a value is shown as is asked once, and rows take its number."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from vintool.columns.engine.distinct import Column
from vintool.columns.engine.keys import Codes, Mask


class Shown:
    """What the values of columns are shown as; an Arrow array for all rows.

    Args:
        of: a value -> a plain value of ``kind``, or several texts where ``kind`` is a list of texts.
        kind: the Arrow type.
        none: what None is shown as; ``of`` is not asked for it.
        encoded: give texts and lists as dictionary arrays, these with texts that are such; else as
            ``kind`` says.
    """

    def __init__(
        self,
        of: Callable[[Any], Any],
        kind: pa.DataType,
        *,
        none: object = None,
        encoded: bool = False,
    ) -> None:
        self._of, self._none = of, none
        self._kind = kind
        self._is_list = pa.types.is_list(kind)
        self._encoded = encoded and (self._is_list or pa.types.is_string(kind))
        self._told: _Lists | _Plain = _Lists() if self._is_list else _Plain(kind)
        self._numbers: dict[object, int] = {}
        # For each list of values the numbers of what they are shown as, and the list, so that it lives.
        self._places: dict[int, tuple[list[Any], Codes]] = {}

    def __call__(self, column: Column) -> pa.Array:
        """The array for the rows of a column."""
        places = self._places_of(column)  # new values first
        return self._array(self._told.array(), places)

    def with_more(self, column: Column, more: Mapping[int, Sequence[str]]) -> pa.Array:
        """The same, in some rows with texts more; where a text is no list, ``;`` joins them."""
        places = self._places_of(column)
        if not more:
            return self._array(self._told.array(), places)
        rows = np.fromiter(more, dtype=np.int64, count=len(more))
        own = [self._told.values[place] for place in places[rows].tolist()]
        told = [
            (*(old or ()), *new) if self._is_list else ";".join(filter(None, (old, *new)))
            for old, new in zip(own, more.values(), strict=True)
        ]
        places = places.copy()
        places[rows] = np.arange(len(self._told.values), len(self._told.values) + len(told))
        return self._array(self._told.extended(told), places)

    def _places_of(self, column: Column) -> Codes:
        values, places = self._places.get(id(column.values), (column.values, _NOWHERE))
        if len(places) < len(values):
            more = [self._place(value) for value in values[len(places) :]]
            places = np.append(places, np.array(more, dtype=np.int32))
            self._places[id(values)] = (values, places)
        return places.take(column.codes)

    def _place(self, value: object) -> int:
        told = self._none if value is None else self._of(value)
        place = self._numbers.setdefault(told, len(self._told.values))
        if place == len(self._told.values):
            self._told.values.append(told)
        return place

    def _array(self, values: pa.Array, places: Codes) -> pa.Array:
        if self._encoded:
            return with_dictionary(values, places)
        array = values.take(pa.array(places))
        return array.cast(self._kind) if self._is_list else array


def with_dictionary(texts: pa.Array, places: Codes, mask: Mask | None = None) -> pa.DictionaryArray:
    """Texts, or lists of them, by their places; null where the text is, and where ``mask`` says so.

    A null among the values of a dictionary is not what every reader of Arrow expects: it becomes one of the rows.
    """
    if texts.null_count:
        for place in np.flatnonzero(texts.is_null().to_numpy(zero_copy_only=False)).tolist():
            mask = places == place if mask is None else mask | (places == place)
        texts = texts.fill_null("")
    valid = None if mask is None else pa.py_buffer(np.packbits(~mask, bitorder="little"))
    indices = pa.Array.from_buffers(pa.int32(), len(places), [valid, pa.py_buffer(places)])
    return pa.DictionaryArray.from_arrays(indices, texts, safe=False)


_NOWHERE: Codes = np.zeros(0, dtype=np.int32)


class _Plain:
    """Values of one type, and the Arrow array of them, which grows as they do."""

    def __init__(self, kind: pa.DataType) -> None:
        self.values: list[Any] = []
        self._array = pa.array([], kind)

    def array(self) -> pa.Array:
        """All values."""
        if fresh := self.values[len(self._array) :]:
            self._array = pa.concat_arrays([self._array, pa.array(fresh, self._array.type)])
        return self._array

    def extended(self, more: list[Any]) -> pa.Array:
        """These and some more, which are not kept."""
        return pa.concat_arrays([self.array(), pa.array(more, self._array.type)])


class _Lists:
    """Several texts each, as lists of dictionary arrays: a text that many values share stands once."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        nothing = pa.DictionaryArray.from_arrays(
            pa.array([], pa.int32()), pa.array([], pa.string())
        )
        self._array = pa.ListArray.from_arrays(pa.array([0], pa.int32()), nothing)
        self._texts = _Plain(pa.string())
        self._numbers: dict[str, int] = {}

    def array(self) -> pa.Array:
        """All values."""
        if fresh := self.values[len(self._array) :]:
            texts, first = self._texts, len(self._texts.values)
            items = [
                self._numbers.setdefault(text, len(self._numbers))
                for told in fresh
                for text in told or ()
            ]
            texts.values += list(self._numbers)[first:]
            self._array = self._with(fresh, items, texts.array())
        return self._array

    def extended(self, more: list[Any]) -> pa.Array:
        """These and some more, which are not kept."""
        self.array()
        texts = [text for told in more for text in told or ()]
        first = len(self._texts.values)
        return self._with(more, range(first, first + len(texts)), self._texts.extended(texts))

    def _with(self, more: list[Any], items: Sequence[int], texts: pa.Array) -> pa.Array:
        own = self._array
        lengths = np.array([len(told or ()) for told in more], dtype=np.int32)
        ends = np.cumsum(lengths, dtype=np.int32) + np.int32(len(own.values))
        return pa.ListArray.from_arrays(
            pa.array(np.append(own.offsets.to_numpy(), ends)),
            pa.DictionaryArray.from_arrays(
                pa.array(np.append(own.values.indices.to_numpy(), np.array(items, dtype=np.int32))),
                texts,
                safe=False,
            ),
        )
