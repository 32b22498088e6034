"""A rule lifted to columns: asked once per distinct key, then gathered."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from vintool.columns.engine.arrays import Codes, Ints, Mask, marked
from vintool.columns.engine.categorical import NATURALS, Categorical
from vintool.columns.engine.encoder import Encoder, KeyEncoder
from vintool.columns.engine.locks import ProcessLock

# Held while rules are asked. One for all: a rule may ask another one.
_LOCK = ProcessLock()


class PerDistinct:
    """A rule of a short key, memoised: asked once per distinct key of a run, not of a batch.

    Called with columns it answers with a column; ``codes`` and ``array`` are for rules of whole
    numbers. Equal answers share a code, which keeps the keys of the next rule few. Several threads may
    share one: what was asked before of one column is gathered without a lock. What is kept grows with
    the distinct keys (``kept``); who owns the rules forgets them together, as the answers of one are
    the keys of the next.

    >>> length = PerDistinct(len)
    >>> column = length(Categorical(["a", "bc", "d"], np.array([0, 1, 2, 1])))
    >>> column.values, column.codes.tolist()
    ([1, 2], [0, 1, 0, 1])

    Args:
        rule: its answers are hashable.
        scattered: whether codes of a single column lie far apart, such as pairs packed into one
            number; else there is a slot for each up to the highest.

    Attributes:
        values: the distinct answers, by their codes.
    """

    def __init__(self, rule: Callable[..., Hashable], *, scattered: bool = False) -> None:
        self._rule, self._scattered = rule, scattered
        self._encoder = Encoder()
        self.values = self._encoder.values
        self._array: npt.NDArray[Any] = np.zeros(0, dtype=bool)
        # A code means something only beside its list of values: there are answers for each tuple of
        # lists, which keep the lists, so that no id is used twice.
        self._answers: dict[tuple[tuple[int, int], ...], _Answers] = {}

    @property
    def kept(self) -> int:
        """How many keys have room."""
        return sum(len(answers.codes) for answers in tuple(self._answers.values()))

    def __call__(self, *columns: Categorical) -> Categorical:
        """The rule's answer for every row, from the values of the row.

        Args:
            columns: of n rows each; one for each argument of the rule. Those that are constant are no
                part of the keys.
        """
        rows = len(columns[0])
        if not rows:
            return Categorical(self.values, np.zeros(0, dtype=np.int32))
        fixed = [int(column.codes[0]) if column.is_constant else -1 for column in columns]
        varying = [column.codes for column in columns if not column.is_constant]
        lists = [column.values for column in columns]
        kind = tuple(zip(map(id, lists), fixed, strict=True))
        if kind not in self._answers:
            packed = len(varying) > 1 or self._scattered
            self._answers[kind] = _Answers(partial(self._ask, lists, fixed), packed=packed)
        if varying:
            return Categorical(self.values, self._answers[kind](varying))
        code = self._answers[kind]([np.zeros(1, dtype=np.int32)])
        return Categorical.constant(rows, self.values, int(code[0]))

    def _ask(self, lists: list[Sequence[Any]], fixed: list[int], keys: list[list[int]]) -> Codes:
        """The codes of the answers to some keys: the codes of the columns that vary, one by one."""
        rest = iter(keys)
        arguments = [
            map(values.__getitem__, next(rest) if code < 0 else [code] * len(keys[0]))
            for values, code in zip(lists, fixed, strict=True)
        ]
        return self._encoder.codes(map(self._rule, *arguments))

    def on(self, rows: Mask, *columns: Categorical) -> Categorical:
        """The answer for some of n rows, whose columns alone are given; None for the others."""
        if rows.all():
            return self(*columns)
        none = self._encoder[None]
        if not rows.any():
            return Categorical.constant(len(rows), self.values, none)
        codes = np.full(len(rows), none, dtype=np.int32)
        codes[rows] = self(*columns).codes
        return Categorical(self.values, codes)

    def codes_of(self, values: Iterable[Hashable]) -> Codes:
        """The codes of values that are answers by another way than the rule."""
        return self._encoder.codes(values)

    def codes(self, *numbers: Ints) -> Codes:
        """The code of the answer for each of n rows of whole numbers."""
        return self(*(Categorical(NATURALS, cast("Codes", column)) for column in numbers)).codes

    def array(self, *numbers: Ints) -> npt.NDArray[Any]:
        """The answer itself for each of n rows: truth values, numbers, or rows of numbers."""
        codes = self.codes(*numbers)
        array = self._array  # another thread may put an older one in its place
        if len(array) < len(self.values):
            array = self._array = np.array(self.values)
        return array.take(codes, axis=0)


class _Answers:
    """The codes of the answers to keys of one kind.

    Args:
        ask: columns of new keys -> the codes of the answers.
        packed: whether the keys must be encoded: they have several numbers, or one that may be large.
            Else the codes stand by the number that the key is.
    """

    def __init__(self, ask: Callable[[list[list[int]]], Codes], *, packed: bool) -> None:
        self.codes: Codes = np.zeros(0, dtype=np.int32)  # by key; -1: not asked yet
        self._ask, self._packed = ask, packed
        self._encoder = KeyEncoder()

    def __call__(self, columns: Sequence[Ints]) -> Codes:
        """The code of the answer of every row."""
        return self._of_packed(columns) if self._packed else self._of_one(columns[0])

    def _of_one(self, numbers: Ints) -> Codes:
        codes, size = self.codes, int(numbers.max()) + 1
        if size > len(codes):
            new = marked(numbers, size)
        else:
            answers = codes.take(numbers)
            if answers.min() >= 0:
                return answers
            new = marked(numbers[answers < 0], size)
        with _LOCK:
            codes = self.codes
            more = max(size, 2 * len(codes)) - len(codes) if size > len(codes) else 0
            codes = np.append(codes, np.full(more, -1, dtype=np.int32))
            new = new[codes[new] < 0]
            codes[new] = self._ask([new.tolist()])
            self.codes = codes
        return codes.take(numbers)

    def _of_packed(self, columns: Sequence[Ints]) -> Codes:
        with _LOCK:
            if len(self._encoder) > len(self.codes):  # a rule was interrupted: keys without answers
                self._encoder, self.codes = KeyEncoder(), np.zeros(0, dtype=np.int32)
            keys, rows = self._encoder(*columns)
            if len(rows):
                new = self._ask([column[rows].tolist() for column in columns])
                self.codes = np.append(self.codes, new)
            return self.codes.take(keys)
