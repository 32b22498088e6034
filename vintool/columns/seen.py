"""On which earlier row a VIN stood, in memory that hardly grows with the rows."""

import hashlib
import mmap
import tempfile
from collections import Counter
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from vintool.columns.characters import Characters
from vintool.columns.numbers import Codes, Hashes, Mask, Places

#: So many batches are kept in memory; then they are merged into one run on disk.
IN_MEMORY = 16
_BUCKETS, _BELOW_BUCKET = 1 << 16, np.uint64(48)
_OWNERS = 1 << 18


class SeenVins:
    """On which earlier row of the run a VIN stood: 19 bytes on disk a distinct VIN, and hardly any of memory.

    A filter tells of nearly every VIN that is new that it is; only the others are looked up, among the
    VINs of the last batches, and those before, of which each million lies in a temporary file. VINs are
    told apart by 64 mixed bits; that two different ones among ten million share them has a chance of
    about 1 in 400,000, and then a row is called a duplicate that is none.
    """

    def __init__(self) -> None:
        self._filter = _Filter()
        self._recent: list[_Run] = []
        self._runs: list[_Run] = []
        self._owners = np.zeros(_OWNERS, dtype=np.int32)

    def __call__(self, hashes: Hashes, places: Places) -> Places:
        """For every row, the place of the first row with its VIN; -1 where this is the first.

        Args:
            hashes: as ``hashes_of`` gives them.
            places: a number for each row, not negative.
        """
        first = np.full(len(hashes), -1, dtype=np.int64)
        met = self._filter.met(hashes)
        asked = np.flatnonzero(met | self._shared(hashes))
        fresh = np.ones(len(hashes), dtype=bool)
        if len(asked):
            distinct, at, where = np.unique(hashes[asked], return_index=True, return_inverse=True)
            known = met[asked[at]]
            earlier = np.full(len(distinct), -1, dtype=np.int64)
            earlier[known] = self._find(distinct[known])
            here = asked[at][where]  # the first row of the batch with each VIN
            told = earlier[where]
            first[asked] = np.where(told >= 0, told, np.where(here != asked, places[here], -1))
            fresh = first < 0
        self._keep(hashes[fresh], places[fresh])
        return first

    def _shared(self, hashes: Hashes) -> Mask:
        """The rows that may have the VIN of another row of the batch."""
        slots = (hashes & np.uint64(_OWNERS - 1)).astype(np.int64)
        rows = np.arange(len(hashes), dtype=np.int32)
        self._owners[slots] = rows
        shared = self._owners.take(slots) != rows
        self._owners[slots] = 0
        self._owners[slots[shared]] = 1
        return np.asarray(self._owners.take(slots) != 0)

    def _find(self, distinct: Hashes) -> Places:
        """The place of each of some hashes; -1 where it was not met."""
        found = np.full(len(distinct), -1, dtype=np.int64)
        for run in (*self._recent, *self._runs):
            run.find(distinct, found)
        return found

    def _keep(self, hashes: Hashes, places: Places) -> None:
        if not len(hashes):
            return
        self._filter.add(hashes)
        self._recent.append(_Run(hashes, places))
        if len(self._recent) == IN_MEMORY:
            run = _Run(
                np.concatenate([run.hashes for run in self._recent]),
                np.concatenate([run.places for run in self._recent]),
            )
            self._runs.append(run.on_disk())
            self._recent = []


class _Run:
    """Distinct hashes, ordered by their highest bits, and their places."""

    def __init__(self, hashes: Hashes, places: Places) -> None:
        buckets = (hashes >> _BELOW_BUCKET).astype(np.uint16)
        order = np.argsort(buckets, kind="stable")  # of 16 bits: by radix, in a few ns a hash
        self.hashes, self.places = hashes[order], places[order]
        self._starts = np.zeros(_BUCKETS + 1, dtype=np.int32)
        np.cumsum(np.bincount(buckets, minlength=_BUCKETS), out=self._starts[1:])
        self._spilled: _Spilled | None = None

    def on_disk(self) -> Self:
        """The same run in a temporary file."""
        self._spilled = _Spilled(self.hashes, self.places)
        self.hashes, self.places = self._spilled.arrays
        return self

    def find(self, distinct: Hashes, found: Places) -> None:
        """Fill in the places of the hashes that are in this run."""
        buckets = (distinct >> _BELOW_BUCKET).astype(np.int64)
        start, end = self._starts[buckets], self._starts[buckets + 1]
        width = int((end - start).max(initial=0))
        at = np.minimum(start[:, None] + np.arange(width), len(self.hashes) - 1)
        rows, where = np.nonzero(self.hashes[at] == distinct[:, None])
        found[rows] = self.places[at[rows, where]]
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
_LAYER = 1 << 21  # words of a layer at most, 16 MB


class _Filter:
    """A Bloom filter that grows: says of a key that it was added, sometimes of one that was not.

    Each key has four bits in one word, which three keys share; about one of 500 is wrongly said to be met.
    Only the layer that is being filled lies in memory.
    """

    def __init__(self) -> None:
        self._full: list[_Spilled] = []
        self._layer: Hashes = np.zeros(1 << 17, dtype=np.uint64)
        self._room = _KEYS << 17

    def met(self, hashes: Hashes) -> Mask:
        """Which keys may have been added."""
        bits = _bits(hashes)
        found = (self._layer.take(_words(hashes, self._layer)) & bits) == bits
        for full in self._full:
            (layer,) = full.arrays
            found |= (layer.take(_words(hashes, layer)) & bits) == bits
            full.let_go()
        return np.asarray(found)

    def add(self, hashes: Hashes) -> None:
        """Add keys."""
        if len(hashes) > self._room:
            self._full.append(_Spilled(self._layer))
            size = min(4 * len(self._layer), _LAYER)
            while _KEYS * size < len(hashes):
                size *= 2
            self._layer = np.zeros(size, dtype=np.uint64)
            self._room = _KEYS * size
        self._room -= len(hashes)
        layer, bits = self._layer, _bits(hashes)
        words = _words(hashes, layer)
        while len(words):
            layer[words] = (
                layer.take(words) | bits
            )  # of several keys of one word the last one gets in
            left = (layer.take(words) & bits) != bits
            words, bits = words[left], bits[left]


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
