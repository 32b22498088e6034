"""Rules of a short key, lifted to columns: asked once per distinct key, then gathered."""

from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

BATCH_ROWS = 1 << 16

Codes = npt.NDArray[np.int64]
Characters = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


class Column:
    """Values, each once, and for every row the number of its value.

    The list of values must live as long as the run: a lifted rule knows a value by its list and number.
    """

    def __init__(self, values: list[Any], codes: Codes) -> None:
        self.values = values
        self.codes = codes

    @cached_property
    def dense(self) -> tuple[Codes, Codes]:
        """The numbers that occur in these rows, and for every row which of them it has."""
        return _dense(self.codes, len(self.values))

    def at(self, rows: Mask) -> "Column":
        """The column of some rows."""
        return Column(self.values, self.codes[rows])

    def take(self, of: Callable[[Any], Any], kind: pa.DataType) -> pa.Array:
        """A column of what ``of`` says of each value, asked once a value."""
        used, where = self.dense
        return pa.array([of(self.values[code]) for code in used.tolist()], kind).take(
            pa.array(where)
        )


def _dense(codes: Codes, size: int) -> tuple[Codes, Codes]:
    """``np.unique`` with its inverse; by marking instead of sorting where the range allows."""
    if size > max(4 * len(codes), BATCH_ROWS):
        used, where = np.unique(codes, return_inverse=True)
        return used, where
    present = np.zeros(size, dtype=bool)
    present[codes] = True
    return np.flatnonzero(present), (np.cumsum(present) - 1)[codes]


class Lifted:
    """A rule of a short key, lifted to columns.

    The rule is asked once per distinct key of the whole run, not of a batch. Its answers must be
    hashable; equal answers share a number, which keeps the keys of the next rule few. Number 0 is
    kept for rows on which the rule is not asked (see ``on``).
    """

    def __init__(self, rule: Callable[..., Hashable]) -> None:
        self._rule = rule
        self._values: list[Any] = [None]
        self._codes: dict[Hashable, int] = {None: 0}
        # A number means something only beside the list of values that it counts in: answers are kept
        # for each set of lists, and the lists with them, so that no id is used twice.
        self._known: dict[tuple[int, ...], dict[tuple[int, ...], int]] = {}
        self._kept: list[tuple[list[Any], ...]] = []

    def __call__(self, *columns: Column) -> Column:
        """The rule's answer for every row."""
        where, size = columns[0].dense[1], len(columns[0].dense[0])
        for column in columns[1:]:
            used, own = column.dense
            if len(used) == 1:
                continue  # one value parts no keys
            distinct, where = _dense(where * len(used) + own, size * len(used))
            size = len(distinct)
        sample = np.empty(size, dtype=np.int64)
        sample[where] = np.arange(len(where))  # some row of each distinct key
        keys = list(zip(*(column.codes[sample].tolist() for column in columns), strict=True))
        lists = tuple(column.values for column in columns)
        known = self._known.get(ids := tuple(map(id, lists)))
        if known is None:
            known = self._known[ids] = {}
            self._kept.append(lists)
        codes = list(map(known.get, keys))
        if None in codes:
            codes = [
                self._answer(known, lists, key) if code is None else code
                for key, code in zip(keys, codes, strict=True)
            ]
        return Column(self._values, np.array(codes, dtype=np.int64)[where])

    def on(self, rows: Mask, *columns: Column) -> Column:
        """The answer for some rows, whose columns are given; None for the others."""
        asked = self(*columns)
        codes = np.zeros(len(rows), dtype=np.int64)
        codes[rows] = asked.codes
        return Column(self._values, codes)

    def _answer(
        self, known: dict[tuple[int, ...], int], lists: Sequence[list[Any]], key: tuple[int, ...]
    ) -> int:
        answer = self._rule(*(values[number] for values, number in zip(lists, key, strict=True)))
        code = known[key] = self._codes.setdefault(answer, len(self._values))
        if code == len(self._values):
            self._values.append(answer)
        return code


class Numbered:
    """Values that are met one by one, numbered over a whole run; the first one has number 0."""

    def __init__(self, first: Hashable) -> None:
        self.values: list[Any] = [first]
        self._codes: dict[Hashable, int] = {first: 0}

    def __call__(self, value: Hashable) -> int:
        """The number of a value."""
        code = self._codes.setdefault(value, len(self.values))
        if code == len(self.values):
            self.values.append(value)
        return code


NOTHING: list[Any] = [None]
EMPTY: list[Any] = [""]
NO_OR_YES: list[Any] = [False, True]


def same_for_all(rows: int, values: list[Any]) -> Column:
    """A column of one value."""
    return Column(values, np.zeros(rows, dtype=np.int64))


class Texts:
    """The distinct texts of a column, numbered over a whole run."""

    def __init__(self) -> None:
        self._values: list[str] = []
        self._codes: dict[str, int] = {}

    def __call__(self, array: pa.Array) -> Column:
        """The texts of one batch; null counts as an empty text."""
        encoded = array.dictionary_encode() if not pa.types.is_dictionary(array.type) else array
        numbers = []
        for text in (*encoded.dictionary.to_pylist(), None):
            code = self._codes.setdefault(text or "", len(self._values))
            if code == len(self._values):
                self._values.append(text or "")
            numbers.append(code)
        own = pc.fill_null(encoded.indices, len(numbers) - 1).to_numpy(zero_copy_only=False)
        return Column(self._values, np.array(numbers, dtype=np.int64)[own])


def as_text(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Any column as plain strings: the door where types stop to matter."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_floating(array.type):
        whole = pc.equal(array, pc.floor(array))
        small = pc.less(pc.abs(array), 1e15)
        if pc.all(pc.fill_null(pc.and_(whole, small), True)).as_py():  # noqa: FBT003 - pyarrow's signature
            array = array.cast(pa.int64())
    return array if pa.types.is_string(array.type) else array.cast(pa.string())
