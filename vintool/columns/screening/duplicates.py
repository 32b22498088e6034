"""On which earlier row a VIN stood, in memory that hardly grows with the rows."""

import hashlib
import mmap
import tempfile
from collections import Counter
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from vintool.columns.engine.characters import Characters
from vintool.columns.engine.keys import Codes, Hashes, Mask, Places

#: So many batches are kept in memory; then they are merged into one run on disk.
IN_MEMORY = 16


class SeenVins:
    """On which earlier row of the run a VIN stood: 19 bytes on disk a distinct VIN, and hardly any of memory.

    A filter tells of nearly every VIN that is new that it is; only the others are looked up, among the
    VINs of the last batches, and those before, of which each million lies in a temporary file. VINs are
    told apart by 64 mixed bits; that two different ones among ten million share them has a chance of
    about 1 in 400,000, and then a row is called a duplicate that is none.
    """

    def __init__(self) -> None:
        self._parts = [_Part(1 << 17)]

    def __call__(self, hashes: Hashes, places: Places) -> Places:
        """For every row, the place of the first row with its VIN; -1 where this is the first.

        Args:
            hashes: as ``hashes_of`` gives them.
            places: a number for each row, not negative.
        """
        first = np.full(len(hashes), -1, dtype=np.int64)
        run, order = _Run.of(hashes, places)
        bits = _bits(run.hashes)
        for part in self._parts:
            met = np.flatnonzero(part.filter.met(run.hashes, bits))
            first[order[met]] = np.maximum(first[order[met]], part.find(run.hashes[met]))
        fresh = (first < 0)[order]
        if (shared := fresh & run.shared()).any():
            rows = np.sort(order[shared])  # of those that share a VIN, the first row comes first
            _, at, where = np.unique(hashes[rows], return_index=True, return_inverse=True)
            here = rows[at][where]
            first[rows] = np.where(here != rows, places[here], -1)
            fresh = (first < 0)[order]
        if not fresh.all():
            run, bits = run.at(fresh), bits[fresh]
        if len(bits):
            self._keep(run, bits)
        return first

    def _keep(self, run: "_Run", bits: Hashes) -> None:
        part = self._parts[-1]
        if len(run.hashes) > part.filter.room:
            part.close()
            words = min(4 * part.filter.words, _LAYER)
            while len(run.hashes) > _KEYS * words:
                words *= 2
            self._parts.append(part := _Part(words))
        part.add(run, bits)


class _Part:
    """The VINs of some millions of rows: a filter, and runs in the order in which they were met."""

    def __init__(self, words: int) -> None:
        self.filter = _Filter(words)
        self._recent: list[_Run] = []
        self._runs: list[_Run] = []

    def find(self, hashes: Hashes) -> Places:
        """The place of each of some hashes; -1 where it is not here."""
        found = np.full(len(hashes), -1, dtype=np.int64)
        if len(hashes):
            for run in (*self._recent, *self._runs):
                run.find(hashes, found)
        return found

    def add(self, run: "_Run", bits: Hashes) -> None:
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
        merged, _ = _Run.of(
            np.concatenate([run.hashes for run in self._recent]),
            np.concatenate([run.places for run in self._recent]),
        )
        self._runs.append(merged.on_disk())
        self._recent = []


class _Run:
    """Hashes and their places, in the order of the hashes but for their ``low`` bits."""

    def __init__(self, hashes: Hashes, places: Places, low: np.uint64) -> None:
        self.hashes, self.places, self._low = hashes, places, low
        self._spilled: _Spilled | None = None

    @classmethod
    def of(cls, hashes: Hashes, places: Places) -> tuple["_Run", Places]:
        """The run of some rows, and its order: to sort numbers takes a third of the time of sorting places.

        So the lowest bits, as many as it takes, give way to the number of the row.
        """
        low = np.uint64((1 << max(len(hashes) - 1, 0).bit_length()) - 1)
        mixed = (hashes & ~low) | np.arange(len(hashes), dtype=np.uint64)
        mixed.sort()
        order = (mixed & low).astype(np.int64)
        return cls(hashes.take(order), places.take(order), low), order

    def at(self, some: Mask) -> "_Run":
        """Some of these."""
        return _Run(self.hashes[some], self.places[some], self._low)

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
        self._spilled = _Spilled(self.hashes, self.places)
        self.hashes, self.places = self._spilled.arrays
        return self

    def find(self, distinct: Hashes, found: Places) -> None:
        """Fill in the places of the hashes that are in this run."""
        asked = np.arange(len(distinct))
        at = np.searchsorted(self.hashes, distinct & ~self._low)
        while len(asked):
            inside = at < len(self.hashes)
            asked, at = asked[inside], at[inside]
            own, there = distinct[asked], self.hashes[at]
            hit = there == own
            found[asked[hit]] = self.places[at[hit]]
            near = ~hit & (there | self._low == own | self._low)
            asked, at = asked[near], at[near] + 1
        if self._spilled:
            self._spilled.let_go()


class _Spilled:
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


_KEYS = 3  # of a word of the filter
_LAYER = 1 << 21  # words of a filter at most, 16 MB


class _Filter:
    """A Bloom filter: says of a key that it was added, sometimes of one that was not.

    Each key has four bits in one word, which three keys share; about one of 500 is wrongly said to be met.
    Only one that is being filled lies in memory. Keys that come in order go through it once.
    """

    def __init__(self, words: int) -> None:
        self._layer: Hashes = np.zeros(words, dtype=np.uint64)
        self._closed: _Spilled | None = None
        self.words, self.room = words, _KEYS * words

    def met(self, hashes: Hashes, bits: Hashes) -> Mask:
        """Which keys may have been added; ``bits`` are theirs."""
        found = (self._layer.take(_words(hashes, self._layer)) & bits) == bits
        if self._closed:
            self._closed.let_go()
        return np.asarray(found)

    def add(self, hashes: Hashes, bits: Hashes) -> None:
        """Add keys, for which there must be room."""
        self.room -= len(hashes)
        layer, words = self._layer, _words(hashes, self._layer)
        while len(words):
            layer[words] = (
                layer.take(words) | bits
            )  # of several keys of one word the last one gets in
            left = (layer.take(words) & bits) != bits
            words, bits = words[left], bits[left]

    def close(self) -> None:
        """Nothing more is added: to a temporary file."""
        self._closed = _Spilled(self._layer)
        (self._layer,) = self._closed.arrays


def _words(hashes: Hashes, layer: Hashes) -> Places:
    return (hashes >> np.uint64(65 - len(layer).bit_length())).astype(np.int64)


def _bits(hashes: Hashes) -> Hashes:
    one, low = np.uint64(1), np.uint64(63)
    bits = one << (hashes & low)
    for shift in (6, 12, 18):
        bits |= one << ((hashes >> np.uint64(shift)) & low)
    return bits


class Seen:
    """The VINs of a run, and the VINs under each bill of lading."""

    def __init__(self) -> None:
        self.vins = SeenVins()
        self.bills = SeenVins()
        self._twice = SeenVins()
        self._more: Counter[int] = Counter()

    def times(self, places: Places) -> Codes:
        """How often the VIN of each row stood before, by the places of its first rows; -1 is none."""
        times = np.zeros(len(places), dtype=np.int32)
        rows = np.flatnonzero(places >= 0)
        if not len(rows):
            return times
        times[rows] = 1
        firsts = places[rows]
        again = self._twice(mix(firsts.astype(np.uint64)), firsts) >= 0
        for row in rows[again].tolist():
            self._more[int(places[row])] += 1
            times[row] = 1 + self._more[int(places[row])]
        return times


def hashes_of(characters: Characters) -> Hashes:
    """64 mixed bits of each VIN, by the finalizer of SplitMix64, word by word."""
    if not len(characters):
        return np.zeros(0, dtype=np.uint64)
    mixed = mix(np.ndarray((len(characters),), "<u8", characters, 0, (17,)))
    mixed = mix(mixed + np.ndarray((len(characters),), "<u8", characters, 8, (17,)))
    return mix(mixed + characters[:, 16])


def mix(words: Hashes) -> Hashes:
    """The finalizer of SplitMix64."""
    mixed = words + np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def text_hashes(texts: Sequence[str]) -> Hashes:
    """64 bits of each text, the same in every run and sheet."""
    digests = b"".join(
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for text in texts
    )
    return np.frombuffer(digests, dtype=np.uint64)


def at_rows(rows: Mask, values: Places) -> Places:
    """Values of some rows, spread over all of them; -1 for the others."""
    spread = np.full(len(rows), -1, dtype=np.int64)
    spread[rows] = values
    return spread
