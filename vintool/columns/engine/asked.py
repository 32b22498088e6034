"""Rules of a number, asked once for each that occurs in a process."""

from collections.abc import Callable, Hashable
from threading import RLock
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vintool.columns.engine.arrays import Ints, marked
from vintool.columns.engine.keys import Numbers

Codes = Ints

# One for all: a rule may ask another one.
_LOCK = RLock()


class Asked:
    """A rule of a number, asked once for each number that occurs; its answers are numbered.

    Equal answers share a number. ``values`` holds the answers by their numbers.
    """

    def __init__(self, rule: Callable[[int], Hashable]) -> None:
        self._rule = rule
        self._codes: Codes = np.zeros(0, dtype=np.int32)
        self._known: dict[Hashable, int] = {}
        self.values: list[Any] = []
        self._array: npt.NDArray[Any] = np.zeros(0, dtype=bool)

    def __call__(self, numbers: Ints) -> Codes:
        """The number of the answer for each."""
        if not len(numbers):
            return np.zeros(0, dtype=np.int32)
        known = self._codes
        if (highest := int(numbers.max())) >= len(known):
            unasked = marked(numbers, highest + 1)
        else:
            codes = known.take(numbers)
            if codes.min() >= 0:
                return codes
            unasked = marked(numbers[codes < 0], highest + 1)
        with _LOCK:
            self._ask(unasked)
        return self._codes[numbers]

    def _ask(self, numbers: Ints) -> None:
        size = len(self._codes)
        more = max(int(numbers[-1]) + 1 - size, 0)
        codes = np.append(self._codes, np.full(more and max(more, size), -1, dtype=np.int32))
        for number in numbers[codes[numbers] < 0].tolist():
            answer = self._rule(number)
            code = self._known.setdefault(answer, len(self.values))
            if code == len(self.values):
                self.values.append(answer)
            codes[number] = code
        self._codes = codes

    def told(self, numbers: Ints) -> npt.NDArray[Any]:
        """The answer itself for each; for answers that are truth values, numbers or rows of numbers."""
        codes = self(numbers)
        array = self._array  # another thread may put an older one in its place
        if len(array) < len(self.values):
            array = self._array = np.array(self.values)
        return array.take(codes, axis=0)


class Sparse:
    """A rule of numbers that are far apart, such as of pairs; likewise."""

    def __init__(self, rule: Callable[[int], Hashable]) -> None:
        self._numbers = Numbers()
        self._every: list[int] = []
        self._asked = Asked(lambda at: rule(self._every[at]))
        self.values = self._asked.values

    def __len__(self) -> int:
        """How many numbers were asked about."""
        return len(self._every)

    def __call__(self, numbers: Ints) -> Codes:
        """The number of the answer for each."""
        own = pa.array(numbers).dictionary_encode()
        with _LOCK:
            places, fresh = self._numbers(own.dictionary.to_numpy().astype(np.uint64))
            self._every += fresh.tolist()
        return np.asarray(self._asked(places).take(own.indices.to_numpy()))
