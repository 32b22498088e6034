"""Values -> codes 0, 1, 2, ...: each distinct value gets its code when it is first met, and keeps it.

``Encoder`` takes any hashable values, ``KeyEncoder`` whole columns of whole numbers. Both grow with the
distinct values; who owns one bounds it (``Screener``, ``profile_rules``) by making a new one.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from vintool.columns.engine.arrays import Codes, Ints, Places, Words, marked
from vintool.columns.engine.locks import ProcessLock

_LOCK = ProcessLock()  # held while values are hashed


class Encoder:
    """Hashable values -> codes; a value that is looked up for the first time gets the next one.

    Several threads may share one.

    >>> encoder = Encoder(["unknown"])
    >>> encoder["BYD"], encoder["unknown"], encoder["BYD"]
    (1, 0, 1)
    >>> encoder.values
    ['unknown', 'BYD']

    Args:
        first: the values of the first codes; of equal ones the first is looked up.

    Attributes:
        values: the value of each code; it grows, and what stands in it never changes.
    """

    def __init__(self, first: Iterable[Hashable] = ()) -> None:
        self.values: list[Any] = list(first)
        self._codes: dict[Hashable, int] = {}
        for code, value in enumerate(self.values):
            self._codes.setdefault(value, code)

    def __len__(self) -> int:
        """How many codes there are."""
        return len(self.values)

    def __getitem__(self, value: Hashable) -> int:
        """The code of a value."""
        return self._encode((value,))[0]

    def codes(self, values: Iterable[Hashable]) -> Codes:
        """The codes of some values, in their order."""
        return np.array(self._encode(tuple(values)), dtype=np.int32)

    def _encode(self, values: tuple[Hashable, ...]) -> list[int]:
        codes = []
        with _LOCK:
            for value in values:  # hashed once, as answers of rules are deep
                code = self._codes.setdefault(value, len(self.values))
                if code == len(self.values):
                    self.values.append(value)
                codes.append(code)
        return codes


_WORD = 63  # bits of a key
_CODE = 31  # bits of a code; two of them fit in a key
_SMALL = 4  # bits of a number that there will not be many more of
_DIRECT = 21  # bits of a key for which there is a table of all keys, 8 MB at most


class KeyEncoder:
    """Rows of one or several columns of whole numbers -> the codes of their distinct combinations.

    The columns are packed into one key of at most 63 bits, each with as many bits as its numbers have
    needed so far; where these are too many, the halves of the columns are encoded first. No step is
    taken in Python row by row, nor for a key that is known. Not for several threads at once.

    >>> encoder = KeyEncoder()
    >>> codes, rows = encoder(np.array([5, 5, 1]), np.array([0, 0, 7]))
    >>> codes.tolist(), rows.tolist()
    ([1, 1, 0], [2, 1])
    """

    def __init__(self) -> None:
        self._widths: list[int] = []
        self._table: _DirectTable | _HashTable = _DirectTable(0)
        self._halves: list[KeyEncoder] = []

    def __len__(self) -> int:
        """How many distinct combinations are known."""
        return len(self._table)

    def __call__(self, *columns: Ints) -> tuple[Codes, Places]:
        """The code of each row.

        Args:
            columns: as many in every call; numbers from 0 to 2**63 - 2, one array of n rows each.

        Returns:
            The codes of the n rows; and of each new combination, in the order of their codes, a row
            that has it. Codes of one call follow the order of the keys.
        """
        self._make_room(columns)
        keys = self._packed(self._halved(columns))
        codes = self._table.find(keys)
        rows = np.flatnonzero(codes < 0)
        if not len(rows):
            return codes, rows
        fresh = self._table.distinct(keys[rows])
        first = len(self._table)
        self._table.add(fresh, np.arange(first, first + len(fresh), dtype=np.int32))
        codes[rows] = self._table.find(keys[rows])
        sample = np.empty(len(fresh), dtype=np.int64)
        sample[codes[rows] - first] = rows
        return codes, sample

    def _packed(self, columns: Sequence[Ints]) -> Words:
        packed = columns[0].astype(np.uint64)
        for column, width in zip(columns[1:], self._widths[1:], strict=True):
            packed <<= np.uint64(width)
            packed |= column.astype(np.uint64)
        return packed

    def _unpacked(self, keys: Words) -> list[Ints]:
        columns: list[Ints] = []
        for width in reversed(self._widths):
            columns.insert(0, (keys & np.uint64((1 << width) - 1)).astype(np.int64))
            keys = keys >> np.uint64(width)
        return columns

    def _halved(self, columns: Sequence[Ints]) -> Sequence[Ints]:
        """Where the key is too short for all columns, the codes of their halves."""
        if not self._halves:
            return columns
        at = len(columns) // 2
        left, right = self._halves
        return [left(*columns[:at])[0], right(*columns[at:])[0]]

    def _make_room(self, columns: Sequence[Ints]) -> None:
        """Pack all combinations again, with more bits, where the columns need them."""
        if self._halves:
            return
        widths = self._widths or [0] * len(columns)
        bits = [int(column.max(initial=0)).bit_length() for column in columns]
        if self._widths and all(map(int.__le__, bits, widths)):
            return
        combinations = self._unpacked(self._table.keys())
        exact = list(map(max, bits, widths))
        roomy = [
            max(new + 2 * (new > _SMALL), 1) if new > old else old
            for old, new in zip(widths, bits, strict=True)
        ]
        if len(columns) == 1:  # the key is the number itself
            self._widths = [_DIRECT if bits[0] <= _DIRECT else _WORD]
        elif sum(exact) <= _WORD:
            self._widths = roomy if sum(roomy) <= _WORD else exact
        else:
            self._widths = [_CODE] * 2
            self._halves = [KeyEncoder(), KeyEncoder()]
        width = sum(self._widths)
        self._table = _DirectTable(width) if width <= _DIRECT else _HashTable()
        if combinations:
            keys = self._packed(self._halved(combinations))
            self._table.add(keys, np.arange(len(keys), dtype=np.int32))


class _DirectTable:
    """Distinct keys of few bits and their codes: a table of all keys, where one costs a lookup.

    Of 65,536 rows with 5,000 known keys 0.1 ms, in a ``_HashTable`` 1.1, in a ``dict`` 10.
    """

    def __init__(self, bits: int) -> None:
        self._count = 0
        # Codes from 1, so that only what is used is memory.
        self._codes = np.zeros(1 << bits, dtype=np.int32)

    def __len__(self) -> int:
        return self._count

    def find(self, keys: Words) -> Codes:
        """The code of each key; -1 where it is not known."""
        return self._codes.take(keys.view(np.int64)) - np.int32(1)

    def add(self, keys: Words, codes: Codes) -> None:
        """Add distinct keys that are not there yet, with the codes that come next."""
        self._count += len(keys)
        self._codes[keys.view(np.int64)] = codes + np.int32(1)

    def keys(self) -> Words:
        """All keys, in the order of their codes."""
        keys = np.flatnonzero(self._codes)
        return keys[np.argsort(self._codes[keys])].astype(np.uint64)

    def distinct(self, keys: Words) -> Words:
        """Each of some keys once, in order."""
        return marked(keys.view(np.int64), len(self._codes)).astype(np.uint64)


class _HashTable:
    """The same of up to 63 bits, by open addressing: a known key costs two lookups, none is taken for another."""

    def __init__(self) -> None:
        self._count, self._bits = 0, 10
        self._clear()

    def _clear(self) -> None:
        self._keys = np.zeros(1 << self._bits, dtype=np.uint64)  # one more; 0 is an empty place
        self._codes = np.zeros(1 << self._bits, dtype=np.int32)

    def __len__(self) -> int:
        return self._count

    def _slots(self, keys: Words) -> Places:
        mixed = (keys ^ (keys >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15)
        return (mixed >> np.uint64(64 - self._bits)).astype(np.int64)

    def find(self, keys: Words) -> Codes:
        keys = keys + np.uint64(1)
        slots = self._slots(keys)
        there = self._keys.take(slots)
        codes = np.where(there == keys, self._codes.take(slots), np.int32(-1))
        rows = np.flatnonzero((there != keys) & (there != 0))
        last = len(self._keys) - 1
        while len(rows):
            slots = (slots if len(slots) == len(rows) else slots[rows]) + 1 & last
            wanted, there = keys[rows], self._keys.take(slots)
            hit = there == wanted
            codes[rows[hit]] = self._codes.take(slots[hit])
            on = ~hit & (there != 0)
            rows, slots = rows[on], slots[on]
        return codes

    def add(self, keys: Words, codes: Codes) -> None:
        self._count += len(keys)
        if 2 * self._count > len(self._keys):
            keys = np.append(self.keys(), keys)
            codes = np.arange(self._count, dtype=np.int32)
            self._bits = max(self._bits + 2, int(4 * self._count).bit_length())
            self._clear()
        keys = keys + np.uint64(1)
        slots, last = self._slots(keys), len(self._keys) - 1
        while len(keys):
            free = self._keys.take(slots) == 0
            self._keys[slots[free]] = keys[free]  # of several that want a place the last one has it
            self._codes[slots[free]] = codes[free]
            left = self._keys.take(slots) != keys
            keys, codes, slots = keys[left], codes[left], slots[left] + 1 & last

    def keys(self) -> Words:
        slots = np.flatnonzero(self._keys)
        return self._keys[slots[np.argsort(self._codes[slots])]] - np.uint64(1)

    def distinct(self, keys: Words) -> Words:
        keys = np.sort(keys)  # ``np.unique`` takes ten times as long, by a hash table of its own
        first = np.ones(len(keys), dtype=bool)
        np.not_equal(keys[1:], keys[:-1], out=first[1:])
        return keys[first]
