"""On which earlier row a VIN stood, in little memory."""

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vintool.columns.lifted import Characters, Codes, Mask

Hashes = npt.NDArray[np.uint64]


class SeenVins:
    """On which earlier row of the run a VIN stood: 16 bytes a distinct VIN.

    VINs are told apart by 64 mixed bits; that two different ones among ten million share them has
    a chance of about 1 in 400,000, and then a row is called a duplicate that is none.
    """

    def __init__(self) -> None:
        # Sorted hashes, and beside each the row of its first VIN; each run is longer than the next.
        self._runs: list[tuple[Hashes, Codes]] = []

    def __call__(self, hashes: Hashes, places: Codes) -> Codes:
        """For every row, the place of the first row with its VIN; -1 where this is the first.

        Args:
            hashes: as ``hashes_of`` gives them.
            places: a number for each row, not negative.
        """
        distinct, first, where = np.unique(hashes, return_index=True, return_inverse=True)
        earlier = np.full(len(distinct), -1, dtype=np.int64)
        for run, own in self._runs:
            at = np.minimum(np.searchsorted(run, distinct), len(run) - 1)
            met = run[at] == distinct
            earlier[met] = own[at[met]]
        fresh = earlier < 0
        run, own = distinct[fresh], places[first[fresh]]
        while self._runs and len(self._runs[-1][0]) <= len(run):
            last, last_own = self._runs.pop()
            run, own = np.concatenate([last, run]), np.concatenate([last_own, own])
            order = np.argsort(run, kind="stable")
            run, own = run[order], own[order]
        if len(run):
            self._runs.append((run, own))
        again = np.arange(len(hashes)) != first[where]
        in_batch = np.where(again, places[first[where]], -1)
        return np.where(earlier[where] >= 0, earlier[where], in_batch)


class Seen:
    """The VINs of a run, and the VINs under each bill of lading."""

    def __init__(self) -> None:
        self.vins = SeenVins()
        self.bills = SeenVins()
        self._times: Counter[int] = Counter()
        self.ordinals: list[int] = [0]

    def times(self, places: Codes) -> Codes:
        """How often the VIN of each row stood before, by the places of its first rows; -1 is none."""
        times = np.zeros(len(places), dtype=np.int64)
        for row in np.flatnonzero(places >= 0).tolist():
            self._times[int(places[row])] += 1
            times[row] = self._times[int(places[row])]
        self.ordinals += range(len(self.ordinals), int(times.max(initial=0)) + 1)
        return times


def hashes_of(characters: Characters) -> Hashes:
    """64 mixed bits of each VIN, by the finalizer of SplitMix64, word by word."""
    padded = np.zeros((len(characters), 24), dtype=np.uint8)
    padded[:, :17] = characters
    words = padded.view(np.uint64)
    mixed = np.zeros(len(characters), dtype=np.uint64)
    for column in range(3):
        mixed = mix(mixed + words[:, column])
    return mixed


def mix(words: Hashes) -> Hashes:
    """The finalizer of SplitMix64."""
    mixed = words + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def text_hashes(texts: Sequence[str]) -> Hashes:
    """64 bits of each text, the same in every run and sheet."""
    digests = b"".join(
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for text in texts
    )
    return np.frombuffer(digests, dtype=np.uint64)


def at_rows(rows: Mask, values: Codes) -> Codes:
    """Values of some rows, spread over all of them; -1 for the others."""
    spread = np.full(len(rows), -1, dtype=np.int64)
    spread[rows] = values
    return spread
