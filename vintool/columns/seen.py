"""Which VINs stood on an earlier row, in little memory."""

import numpy as np
import numpy.typing as npt

from vintool.columns.lifted import Characters, Mask


class SeenVins:
    """Which VINs stood on an earlier row of the run: 8 bytes a distinct VIN.

    VINs are told apart by 64 mixed bits; that two different ones among ten million share them has
    a chance of about 1 in 400,000, and then a row is called a duplicate that is none.
    """

    def __init__(self) -> None:
        self._runs: list[npt.NDArray[np.uint64]] = []  # sorted, each longer than the next

    def __call__(self, characters: Characters, rows: Mask) -> Mask:
        """For every row, whether its VIN was seen before."""
        hashes = _hashes(characters)
        distinct, first, where = np.unique(hashes, return_index=True, return_inverse=True)
        old = np.zeros(len(distinct), dtype=bool)
        for run in self._runs:
            at = np.minimum(np.searchsorted(run, distinct), len(run) - 1)
            old |= run[at] == distinct
        fresh = distinct[~old]
        while self._runs and len(self._runs[-1]) <= len(fresh):
            fresh = np.sort(np.concatenate([self._runs.pop(), fresh]), kind="stable")
        if len(fresh):
            self._runs.append(fresh)
        again = np.zeros(len(rows), dtype=bool)
        again[rows] = old[where] | (np.arange(len(hashes)) != first[where])
        return again


def _hashes(characters: Characters) -> npt.NDArray[np.uint64]:
    padded = np.zeros((len(characters), 24), dtype=np.uint8)
    padded[:, :17] = characters
    words = padded.view(np.uint64)
    mixed = np.zeros(len(characters), dtype=np.uint64)
    for column in range(3):  # the finalizer of SplitMix64, word by word
        mixed = mixed + words[:, column] + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return mixed
