"""Rules of a short key, lifted to columns: asked once per distinct key, then gathered."""

from collections.abc import Callable, Hashable, Iterable
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.engine.keys import Codes, Combinations, Mask, Places

BATCH_ROWS = 1 << 16


class Column:
    """Values, each once, and for every row the number of its value.

    The list of values must live as long as the run: a lifted rule knows a value by its list and number.
    It may grow; a value that stands in it never changes.
    """

    def __init__(self, values: list[Any], codes: Codes) -> None:
        self.values = values
        self.codes = codes

    @property
    def constant(self) -> bool:
        """Whether all rows are known to have one value, see ``same_for_all``."""
        return self.codes.strides == (0,)

    def at(self, rows: Places) -> "Column":
        """The column of some rows, by their numbers."""
        if self.constant:
            return same_for_all(len(rows), self.values, self._only)
        return Column(self.values, self.codes.take(rows))

    @property
    def _only(self) -> int:
        return int(self.codes[0]) if len(self.codes) else 0

    @cached_property
    def dense(self) -> tuple[Codes, Codes]:
        """The numbers that occur in these rows, and for every row which of them it has."""
        if self.constant:
            used = self.codes[:1]
            return used, np.broadcast_to(np.int32(0), self.codes.shape)
        if len(self.values) > max(4 * len(self.codes), BATCH_ROWS):
            used, where = np.unique(self.codes, return_inverse=True)
            return used, where.astype(np.int32)
        present = np.zeros(len(self.values), dtype=bool)
        present[self.codes] = True
        used = np.flatnonzero(present).astype(np.int32)
        place = np.zeros(len(self.values), dtype=np.int32)
        place[used] = np.arange(len(used), dtype=np.int32)
        return used, place.take(self.codes)

    def take(self, of: Callable[[Any], Any], kind: pa.DataType) -> pa.Array:
        """A column of what ``of`` says of each value, asked once a value of these rows."""
        used, where = self.dense
        return pa.array([of(self.values[code]) for code in used.tolist()], kind).take(
            pa.array(where)
        )

    def mask(self, of: Callable[[Any], object]) -> Mask:
        """Of which rows ``of`` says yes of their value, asked once a value of these rows."""
        used, where = self.dense
        says = np.array([bool(of(self.values[code])) for code in used.tolist()], dtype=bool)
        return says.take(where)


class Lifted:
    """A rule of a short key, lifted to columns.

    The rule is asked once per distinct key of the whole run, not of a batch. Its answers must be
    hashable; equal answers share a number, which keeps the keys of the next rule few. Number 0 is
    kept for rows on which the rule is not asked (see ``on``).
    """

    def __init__(self, rule: Callable[..., Hashable]) -> None:
        self._rule = rule
        self._answers = Numbered(None)
        # A number means something only beside the list of values that it counts in: answers are kept
        # for each set of lists, and the lists with them, so that no id is used twice.
        self._known: dict[tuple[object, ...], _Known] = {}

    @property
    def kept(self) -> int:
        """How many distinct keys are known."""
        return sum(len(known.answers) for known in self._known.values())

    def __call__(self, *columns: Column) -> Column:
        """The rule's answer for every row."""
        rows = len(columns[0].codes)
        varying = [column for column in columns if not column.constant] if rows else []
        fixed = tuple(None if not one.constant else one._only for one in columns)  # noqa: SLF001 - its own
        key = (*(id(column.values) for column in columns), *fixed) if rows else ()
        known = self._known.get(key)
        if known is None:
            lists = tuple(column.values for column in columns)
            known = self._known[key] = _Known(lists, fixed if rows else ())
        if not rows:
            return Column(self._answers.values, np.zeros(0, dtype=np.int32))
        if not varying:
            if not len(known.answers):
                known.answers = np.array([self._ask(known, ())], dtype=np.int32)
            return same_for_all(rows, self._answers.values, int(known.answers[0]))
        if len(varying) == 1:
            return Column(self._answers.values, self._of_one(known, varying[0].codes))
        numbers = known.combinations([column.codes for column in varying])
        if fresh := known.combinations.count - len(known.answers):
            keys = zip(
                *(codes[-fresh:].tolist() for codes in known.combinations.parts()), strict=True
            )
            known.answers = np.append(
                known.answers, np.array([self._ask(known, key) for key in keys], dtype=np.int32)
            )
        return Column(self._answers.values, known.answers.take(numbers))

    def on(self, rows: Mask, *columns: Column) -> Column:
        """The answer for some rows, whose columns are given; None for the others."""
        if rows.all():
            return self(*columns)
        if not rows.any():
            return same_for_all(len(rows), self._answers.values)
        asked = self(*columns)
        codes = np.zeros(len(rows), dtype=np.int32)
        codes[rows] = asked.codes
        return Column(self._answers.values, codes)

    def _of_one(self, known: "_Known", codes: Codes) -> Codes:
        """The answers' numbers where the key is one column: the answers stand by its codes."""
        size = int(codes.max()) + 1
        if size > len(known.answers):
            more = np.full(max(size, 2 * len(known.answers)) - len(known.answers), -1, np.int32)
            known.answers = np.append(known.answers, more)
        found = known.answers.take(codes)
        if (found < 0).any():
            for code in np.unique(codes[found < 0]).tolist():
                known.answers[code] = self._ask(known, (code,))
            found = known.answers.take(codes)
        return found

    def _ask(self, known: "_Known", key: Iterable[int]) -> int:
        rest = iter(key)
        return self._answers(
            self._rule(
                *(
                    values[next(rest) if code is None else code]
                    for values, code in zip(known.lists, known.fixed, strict=True)
                )
            )
        )


class _Known:
    """The answers to the keys of one set of lists, some of whose columns may be constant."""

    def __init__(self, lists: tuple[list[Any], ...], fixed: tuple[int | None, ...]) -> None:
        self.lists = lists
        self.fixed = fixed
        self.answers: Codes = np.zeros(0, dtype=np.int32)
        self.combinations = Combinations(fixed.count(None))


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


def same_for_all(rows: int, values: list[Any], code: int = 0) -> Column:
    """A column of one value, which no rule looks at row by row."""
    return Column(values, np.broadcast_to(np.int32(code), (rows,)))


class Texts:
    """The distinct texts of a column, numbered over a whole run."""

    def __init__(self) -> None:
        self._values: list[str] = []
        self._codes: dict[str, int] = {}

    @property
    def kept(self) -> int:
        """How many distinct texts are known."""
        return len(self._values)

    def __call__(self, array: pa.Array) -> Column:
        """The texts of one batch; null counts as an empty text."""
        array = as_text(array)
        encoded = array.dictionary_encode() if not pa.types.is_dictionary(array.type) else array
        numbers = []
        for text in (*encoded.dictionary.to_pylist(), None):
            code = self._codes.setdefault(text or "", len(self._values))
            if code == len(self._values):
                self._values.append(text or "")
            numbers.append(code)
        own = pc.fill_null(encoded.indices, len(numbers) - 1).to_numpy(zero_copy_only=False)
        return Column(self._values, np.array(numbers, dtype=np.int32).take(own))


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
