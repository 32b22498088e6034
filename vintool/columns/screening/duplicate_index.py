"""On which earlier row a hash stood, in memory that hardly grows with the rows: a log-structured index.

A Bloom filter says of nearly every hash that is new that it is; only the others are looked up, among
sorted runs: those of the last batches in memory, those before merged into temporary files.
"""

import hashlib
import mmap
import tempfile
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from vintool.columns.engine.arrays import Characters, Mask, Places, Words

#: So many batches are kept in memory; then they are merged into one run on disk.
IN_MEMORY = 16

_SHARE = 3  # hashes of a word of a filter
_MOST_WORDS = 1 << 21  # of a filter, 16 MB


class DuplicateIndex:
    """Hashes of VINs -> the first row of each: 19 bytes on disk a distinct VIN, and hardly any of memory.

    10 million VINs take 5.2 s and 170 MB, in a plain hash table 6.5 s and 795 MB. VINs are known by
    64 mixed bits; that two different ones among ten million share them has a chance of about 1 in
    400,000, and then a row is called a duplicate that is none.
    """

    def __init__(self) -> None:
        self._segments = [_Segment(1 << 17)]

    def __call__(self, hashes: Words, places: Places) -> Places:
        """For each of n rows the place of the first row of the run with its hash; -1 where it is this one.

        Args:
            hashes: as ``hashes_of`` gives them; those that are new are added.
            places: a number for each row, not negative.
        """
        first = np.full(len(hashes), -1, dtype=np.int64)
        run, order = _SortedRun.of(hashes, places)
        bits = _bits(run.hashes)
        for segment in self._segments:
            likely = np.flatnonzero(segment.filter.may_hold(run.hashes, bits))
            places_there = segment.find(run.hashes[likely])
            first[order[likely]] = np.maximum(first[order[likely]], places_there)
        fresh = (first < 0)[order]
        if (shared := fresh & run.shared()).any():
            rows = np.sort(order[shared])  # of those that share a hash, the first row comes first
            _, at, where = np.unique(hashes[rows], return_index=True, return_inverse=True)
            here = rows[at][where]
            first[rows] = np.where(here != rows, places[here], -1)
            fresh = (first < 0)[order]
        if not fresh.all():
            run, bits = run.select(fresh), bits[fresh]
        if len(bits):
            self._keep(run, bits)
        return first

    def _keep(self, run: "_SortedRun", bits: Words) -> None:
        segment = self._segments[-1]
        if len(run.hashes) > segment.filter.room:
            segment.close()
            words = min(4 * segment.filter.words, _MOST_WORDS)
            while len(run.hashes) > _SHARE * words:
                words *= 2
            self._segments.append(segment := _Segment(words))
        segment.add(run, bits)


class _Segment:
    """The hashes of some millions of rows: a filter, and runs in the order in which they came."""

    def __init__(self, words: int) -> None:
        self.filter = _BloomFilter(words)
        self._recent: list[_SortedRun] = []
        self._runs: list[_SortedRun] = []

    def find(self, hashes: Words) -> Places:
        """The place of each of some hashes; -1 where it is not here."""
        places = np.full(len(hashes), -1, dtype=np.int64)
        if len(hashes):
            for run in (*self._recent, *self._runs):
                run.fill(places, hashes)
        return places

    def add(self, run: "_SortedRun", bits: Words) -> None:
        """Add hashes that are not here, and for which the filter has room."""
        self.filter.add(run.hashes, bits)
        self._recent.append(run)
        if len(self._recent) == IN_MEMORY:
            self._spill()

    def close(self) -> None:
        """Nothing more is added."""
        self.filter.close()
        if self._recent:
            self._spill()

    def _spill(self) -> None:
        merged, _ = _SortedRun.of(
            np.concatenate([run.hashes for run in self._recent]),
            np.concatenate([run.places for run in self._recent]),
        )
        self._runs.append(merged.on_disk())
        self._recent = []


class _SortedRun:
    """Hashes and their places, in the order of the hashes but for their ``low`` bits."""

    def __init__(self, hashes: Words, places: Places, low: np.uint64) -> None:
        self.hashes, self.places, self._low = hashes, places, low
        self._mapped: _MappedArrays | None = None

    @classmethod
    def of(cls, hashes: Words, places: Places) -> tuple["_SortedRun", Places]:
        """The run of some rows, and its order: to sort numbers takes a third of the time of sorting places.

        So the lowest bits, as many as it takes, give way to the number of the row.
        """
        low = np.uint64((1 << max(len(hashes) - 1, 0).bit_length()) - 1)
        mixed = (hashes & ~low) | np.arange(len(hashes), dtype=np.uint64)
        mixed.sort()
        order = (mixed & low).astype(np.int64)
        return cls(hashes.take(order), places.take(order), low), order

    def select(self, keep: Mask) -> "_SortedRun":
        """Some of these."""
        return _SortedRun(self.hashes[keep], self.places[keep], self._low)

    def shared(self) -> Mask:
        """Which hashes may stand in it twice."""
        high = self.hashes | self._low
        shared = np.zeros(len(high), dtype=bool)
        same = high[1:] == high[:-1]
        shared[1:] = same
        shared[:-1] |= same
        return shared

    def on_disk(self) -> Self:
        """The same run in a temporary file."""
        self._mapped = _MappedArrays(self.hashes, self.places)
        self.hashes, self.places = self._mapped.arrays
        return self

    def fill(self, places: Places, distinct: Words) -> None:
        """Fill in the places of the hashes that are in this run."""
        rows = np.arange(len(distinct))
        at = np.searchsorted(self.hashes, distinct & ~self._low)
        while len(rows):
            inside = at < len(self.hashes)
            rows, at = rows[inside], at[inside]
            wanted, there = distinct[rows], self.hashes[at]
            hit = there == wanted
            places[rows[hit]] = self.places[at[hit]]
            near = ~hit & (there | self._low == wanted | self._low)
            rows, at = rows[near], at[near] + 1
        if self._mapped:
            self._mapped.let_go()


class _MappedArrays:
    """Arrays in a temporary file; what was looked at counts as our memory until it is let go."""

    def __init__(self, *arrays: npt.NDArray[Any]) -> None:
        with tempfile.TemporaryFile() as file:
            for array in arrays:
                array.tofile(file)
            file.flush()
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        ends = np.cumsum([array.nbytes for array in arrays]).tolist()
        self.arrays = [
            np.frombuffer(self._bytes, array.dtype, len(array), end - array.nbytes)
            for array, end in zip(arrays, ends, strict=True)
        ]

    def let_go(self) -> None:
        """Leave the bytes to the system, which can read them again."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._bytes.madvise(mmap.MADV_DONTNEED)


class _BloomFilter:
    """Says of a hash that it was added, and sometimes, of about one of 500, where it was not.

    Each hash has four bits in one word, which three hashes share. Only a filter that is being filled
    lies in memory. Hashes that come in order go through it once.
    """

    def __init__(self, words: int) -> None:
        self._words: Words = np.zeros(words, dtype=np.uint64)
        self._closed: _MappedArrays | None = None
        self.words, self.room = words, _SHARE * words

    def may_hold(self, hashes: Words, bits: Words) -> Mask:
        """Which hashes may have been added; ``bits`` are theirs."""
        likely = (self._words.take(_word_of(hashes, self.words)) & bits) == bits
        if self._closed:
            self._closed.let_go()
        return np.asarray(likely)

    def add(self, hashes: Words, bits: Words) -> None:
        """Add hashes, for which there must be room."""
        self.room -= len(hashes)
        words, at = self._words, _word_of(hashes, self.words)
        while len(at):
            words[at] = words.take(at) | bits  # of several hashes of one word the last one gets in
            left = (words.take(at) & bits) != bits
            at, bits = at[left], bits[left]

    def close(self) -> None:
        """Nothing more is added: to a temporary file."""
        self._closed = _MappedArrays(self._words)
        (self._words,) = self._closed.arrays


def _word_of(hashes: Words, words: int) -> Places:
    return (hashes >> np.uint64(65 - words.bit_length())).astype(np.int64)


def _bits(hashes: Words) -> Words:
    one, low = np.uint64(1), np.uint64(63)
    bits = one << (hashes & low)
    for shift in (6, 12, 18):
        bits |= one << ((hashes >> np.uint64(shift)) & low)
    return bits


def hashes_of(characters: Characters) -> Words:
    """64 mixed bits of each VIN, by the finalizer of SplitMix64, word by word."""
    if not len(characters):
        return np.zeros(0, dtype=np.uint64)
    mixed = mix(np.ndarray((len(characters),), "<u8", characters, 0, (17,)))
    mixed = mix(mixed + np.ndarray((len(characters),), "<u8", characters, 8, (17,)))
    return mix(mixed + characters[:, 16])


def mix(words: Words) -> Words:
    """The finalizer of SplitMix64."""
    mixed = words + np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def text_hashes(texts: Sequence[str]) -> Words:
    """64 bits of each text, the same in every run and sheet."""
    digests = b"".join(
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for text in texts
    )
    return np.frombuffer(digests, dtype=np.uint64)
