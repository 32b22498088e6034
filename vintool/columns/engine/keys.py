"""Distinct keys, numbered over a whole run: without a Python step a row, nor a key that was met before."""

from abc import ABC, abstractmethod

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_CODE = 31  # bits of a code that is not negative; two of them fit in a key
_WORD = 63  # bits of a key
_SMALL = 4  # bits of a code of which there will not be many more
_DIRECT = 21  # bits of a key for which there is a table of all keys, 8 MB at most

_NO_KEYS: Hashes = np.zeros(0, dtype=np.uint64)


class _Table(ABC):
    """Whole numbers -> 0, 1, 2, ..., each distinct one numbered when it is first met."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, keys: Hashes) -> tuple[Codes, Hashes]:
        """The number of each key, and the distinct keys that are new, in the order of their numbers."""
        numbers = self._find(keys)
        unmet = numbers < 0
        if not unmet.any():
            return numbers, _NO_KEYS
        fresh, where = np.unique(keys[unmet], return_inverse=True)
        added = np.arange(self.count, self.count + len(fresh), dtype=np.int32)
        numbers[unmet] = added.take(where)
        self._add(fresh, added)
        return numbers, fresh

    def start(self, keys: Hashes) -> None:
        """Begin with distinct keys, which get their numbers in this order."""
        self._add(keys, np.arange(len(keys), dtype=np.int32))

    @abstractmethod
    def _find(self, keys: Hashes) -> Codes:
        """The number of each key; -1 where it is not known."""

    @abstractmethod
    def _add(self, keys: Hashes, numbers: Codes) -> None:
        """Keep distinct keys that are not there yet."""


class Numbers(_Table):
    """Keys below 2**63. A table with open addressing: a key that was met costs two lookups, and no key is taken for another."""

    def __init__(self) -> None:
        super().__init__()
        self._bits = 10
        self._clear()

    def _clear(self) -> None:
        self._keys = np.zeros(1 << self._bits, dtype=np.uint64)
        self._numbers = np.zeros(1 << self._bits, dtype=np.int32)

    def _slots(self, keys: Hashes) -> npt.NDArray[np.int64]:
        mixed = (keys ^ (keys >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15)
        return (mixed >> np.uint64(64 - self._bits)).astype(np.int64)

    def _find(self, keys: Hashes) -> Codes:
        keys = keys + np.uint64(1)  # 0 stands for an empty place
        slots = self._slots(keys)
        there = self._keys.take(slots)
        numbers = np.where(there == keys, self._numbers.take(slots), np.int32(-1))
        rows = np.flatnonzero((there != keys) & (there != 0))
        last = len(self._keys) - 1
        while len(rows):
            slots = (slots if len(slots) == len(rows) else slots[rows]) + 1 & last
            own, there = keys[rows], self._keys.take(slots)
            hit = there == own
            numbers[rows[hit]] = self._numbers.take(slots[hit])
            on = ~hit & (there != 0)
            rows, slots = rows[on], slots[on]
        return numbers

    def _add(self, keys: Hashes, numbers: Codes) -> None:
        keys = keys + np.uint64(1)
        self.count += len(keys)
        if 2 * self.count > len(self._keys):
            known = self._keys != 0
            keys = np.append(self._keys[known], keys)
            numbers = np.append(self._numbers[known], numbers)
            self._bits = max(self._bits + 2, int(4 * self.count).bit_length())
            self._clear()
        slots, last = self._slots(keys), len(self._keys) - 1
        while len(keys):
            free = self._keys.take(slots) == 0
            self._keys[slots[free]] = keys[free]  # of several that want a place the last one has it
            self._numbers[slots[free]] = numbers[free]
            left = self._keys.take(slots) != keys
            keys, numbers, slots = keys[left], numbers[left], slots[left] + 1 & last


class _Direct(_Table):
    """Keys of few bits. A table of all of them: a key that was met costs one lookup."""

    def __init__(self, bits: int) -> None:
        super().__init__()
        # Numbers from 1, so that only what is used is memory.
        self._added = np.zeros(1 << bits, dtype=np.int32)

    def _find(self, keys: Hashes) -> Codes:
        return self._added.take(keys.view(np.int64)) - np.int32(1)

    def _add(self, keys: Hashes, numbers: Codes) -> None:
        self.count += len(keys)
        self._added[keys.view(np.int64)] = numbers + np.int32(1)


class Combinations:
    """Rows of several codes -> the numbers of their distinct combinations.

    Each code has as many bits of one key as the codes need that have been met; where the key is
    too short for all of them, halves are numbered first.
    """

    def __init__(self, parts: int) -> None:
        self.count = 0
        self._widths = [1] * parts
        self._numbers = self._table()
        self._met: list[Hashes] = []
        self._halves: list[Combinations] = []

    def __call__(self, columns: list[Codes]) -> Codes:
        """The number of each row's combination; ``parts`` tells what it stands for."""
        columns = self._halved(columns)
        self._make_room(columns)
        numbers, fresh = self._numbers(self._packed(self._halved(columns)))
        if len(fresh):
            self._met.append(fresh)
            self.count += len(fresh)
        return numbers

    def parts(self) -> list[Codes]:
        """The codes of each combination, column by column, in the order of their numbers."""
        packed, found = self._all, list[Codes]()
        for width in reversed(self._widths):
            found.insert(0, (packed & np.uint64((1 << width) - 1)).astype(np.int32))
            packed = packed >> np.uint64(width)
        if not self._halves:
            return found
        return [
            codes.take(numbers)
            for half, numbers in zip(self._halves, found, strict=True)
            for codes in half.parts()
        ]

    def _table(self) -> _Table:
        bits = sum(self._widths)
        return _Direct(bits) if bits <= _DIRECT else Numbers()

    @property
    def _all(self) -> Hashes:
        self._met = [np.concatenate([_NO_KEYS, *self._met])]
        return self._met[0]

    def _packed(self, columns: list[Codes]) -> Hashes:
        packed = columns[0].astype(np.uint64)
        for column, width in zip(columns[1:], self._widths[1:], strict=True):
            packed <<= np.uint64(width)
            packed |= column.astype(np.uint64)
        return packed

    def _halved(self, columns: list[Codes]) -> list[Codes]:
        """Where the key is too short for all columns, the numbers of their halves."""
        if not self._halves or len(columns) == 2:
            return columns
        at = len(columns) // 2
        left, right = self._halves
        return [left(columns[:at]), right(columns[at:])]

    def _make_room(self, columns: list[Codes]) -> None:
        """Number the known combinations again, with longer parts of the key, where codes need them."""
        needed = [int(column.max()).bit_length() for column in columns]
        if all(map(int.__le__, needed, self._widths)):
            return
        roomy = [
            min(new + 2 * (new > _SMALL), _CODE) if new > old else old
            for old, new in zip(self._widths, needed, strict=True)
        ]
        known = self.parts()
        for widths in (roomy, list(map(max, needed, self._widths))):
            if sum(widths) <= _WORD:
                self._widths = widths
                break
        else:
            self._widths = [_CODE] * 2
            self._halves = [Combinations(len(columns) // 2), Combinations((len(columns) + 1) // 2)]
        self._numbers = self._table()
        if self.count:
            self._met = [self._packed(self._halved(known))]
            self._numbers.start(self._met[0])
