"""A rule lifted to columns: asked once per distinct key, then gathered."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from threading import RLock
from typing import Any

import numpy as np
import numpy.typing as npt

from vintool.columns.engine.arrays import Codes, Ints, Mask, marked
from vintool.columns.engine.categorical import Categorical
from vintool.columns.engine.encoder import Encoder, KeyEncoder

# Held while rules are asked. One for all: a rule may ask another one.
_LOCK = RLock()
_NO_CODES: Codes = np.zeros(0, dtype=np.int32)


class PerDistinct:
    """A rule of a short key, memoised: asked once per distinct key of a run, not of a batch.

    Called with columns it answers with a column; ``codes`` and ``array`` are for rules of one whole
    number. Equal answers share a code, which keeps the keys of the next rule few. Several threads may
    share one: what was asked before is gathered without a lock. What is kept grows with the distinct
    keys (``kept``); who owns the rules forgets them together, as one's answers are the next one's keys.

    >>> length = PerDistinct(len)
    >>> column = length(Categorical(["a", "bc", "d"], np.array([0, 1, 2, 1])))
    >>> column.values, column.codes.tolist()
    ([1, 2], [0, 1, 0, 1])

    Args:
        rule: its answers are hashable.
        scattered: whether the numbers that the rule is asked with lie far apart, such as pairs packed
            into one; else there is a slot for each number up to the highest.

    Attributes:
        values: the distinct answers, by their codes.
    """

    def __init__(self, rule: Callable[..., Hashable], *, scattered: bool = False) -> None:
        self._rule = rule
        self._encoder = Encoder()
        self.values = self._encoder.values
        self._array: npt.NDArray[Any] = np.zeros(0, dtype=bool)
        self._of_numbers = _Answers(packed=scattered)
        # A code means something only beside its list of values: there are answers for each tuple of
        # lists, and the lists are kept with them, so that no id is used twice.
        self._of_columns: dict[tuple[tuple[int, int], ...], tuple[list[list[Any]], _Answers]] = {}

    @property
    def kept(self) -> int:
        """How many keys have room."""
        answers = [self._of_numbers, *(answers for _, answers in self._of_columns.values())]
        return sum(len(one.codes) for one in answers)

    def __call__(self, *columns: Categorical) -> Categorical:
        """The rule's answer for every row, from the values of the row.

        Args:
            columns: of n rows each; one for each argument of the rule. Of constant ones (see
                ``Categorical.constant``) no key is made.
        """
        rows = len(columns[0])
        if not rows:
            return Categorical(self.values, _NO_CODES)
        varying = [column.codes for column in columns if not column.is_constant]
        fixed = [int(column.codes[0]) if column.is_constant else -1 for column in columns]
        lists = [column.values for column in columns]
        own = tuple(zip(map(id, lists), fixed, strict=True))
        if own not in self._of_columns:
            self._of_columns[own] = lists, _Answers(packed=len(varying) > 1)

        def ask(key: Iterable[int]) -> int:
            rest = iter(key)
            places = [next(rest) if code < 0 else code for code in fixed]
            return self._encoder[self._rule(*map(list.__getitem__, lists, places))]

        answers = self._of_columns[own][1]
        if varying:
            return Categorical(self.values, answers(varying, ask))
        code = answers([np.zeros(1, dtype=np.int32)], lambda _: ask(()))
        return Categorical.constant(rows, self.values, int(code[0]))

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

    def codes(self, numbers: Ints) -> Codes:
        """The code of the answer for each of n numbers."""
        if not len(numbers):
            return _NO_CODES
        return self._of_numbers([numbers], lambda key: self._encoder[self._rule(*key)])

    def array(self, numbers: Ints) -> npt.NDArray[Any]:
        """The answer itself for each of n numbers: truth values, numbers, or rows of numbers."""
        codes = self.codes(numbers)
        array = self._array  # another thread may put an older one in its place
        if len(array) < len(self.values):
            array = self._array = np.array(self.values)
        return array.take(codes, axis=0)


class _Answers:
    """The codes of the answers to keys of one kind.

    Args:
        packed: whether the keys must be encoded: they have several numbers, or one that may be large.
            Else the codes stand by the number that the key is.
    """

    def __init__(self, *, packed: bool) -> None:
        self.codes = _NO_CODES  # -1: not asked yet
        self._packed = packed
        self._keys = KeyEncoder()

    def __call__(self, columns: Sequence[Ints], ask: Callable[[Iterable[int]], int]) -> Codes:
        """The code of the answer of every row; ``ask`` gives that of a new key."""
        return self._of_packed(columns, ask) if self._packed else self._of_one(columns[0], ask)

    def _of_one(self, numbers: Ints, ask: Callable[[Iterable[int]], int]) -> Codes:
        known, size = self.codes, int(numbers.max()) + 1
        if size > len(known):
            new = marked(numbers, size)
        else:
            codes = known.take(numbers)
            if codes.min() >= 0:
                return codes
            new = marked(numbers[codes < 0], size)
        with _LOCK:
            known = self.codes
            more = max(size, 2 * len(known)) - len(known) if size > len(known) else 0
            known = np.append(known, np.full(more, -1, dtype=np.int32))
            for number in new[known[new] < 0].tolist():
                known[number] = ask((number,))
            self.codes = known
        return known.take(numbers)

    def _of_packed(self, columns: Sequence[Ints], ask: Callable[[Iterable[int]], int]) -> Codes:
        with _LOCK:
            if len(self._keys) > len(
                self.codes
            ):  # a rule was interrupted: its keys have no answers
                self.codes, self._keys = _NO_CODES, KeyEncoder()
            codes, rows = self._keys(*columns)
            if len(rows):
                keys = zip(*(column[rows].tolist() for column in columns), strict=True)
                new = np.fromiter(map(ask, keys), dtype=np.int32)
                self.codes = np.append(self.codes, new)
            known = self.codes
        return known.take(codes)
