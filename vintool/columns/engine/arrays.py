"""The array types of ``columns``, and what is done with many short lists at once."""

from typing import Any

import numpy as np
import numpy.typing as npt

#: Whole numbers of any width; none is negative unless -1 stands for none.
Ints = npt.NDArray[np.integer[Any]]
#: By row the code of a value, which counts in a list of values.
Codes = npt.NDArray[np.int32]
#: Numbers of rows.
Places = npt.NDArray[np.int64]
#: 64 bits each: a key, a hash or a set of flags.
Words = npt.NDArray[np.uint64]
#: By row yes or no.
Mask = npt.NDArray[np.bool_]
#: One byte each.
Bytes = npt.NDArray[np.uint8]
#: VINs, a row of 17 ASCII codes each.
Characters = npt.NDArray[np.uint8]


def spread(counts: Ints) -> tuple[Ints, Ints]:
    """For runs of these lengths, end to end: which run, and which place in it.

    >>> run, place = spread(np.array([2, 0, 1]))
    >>> run.tolist(), place.tolist()
    ([0, 0, 2], [0, 1, 0])
    """
    run = np.repeat(np.arange(len(counts)), counts)
    return run, np.arange(len(run)) - (np.cumsum(counts) - counts)[run]


def marked(numbers: Ints, size: int) -> Ints:
    """The numbers that occur, in order."""
    present = np.zeros(size, dtype=bool)
    present[numbers] = True
    return np.flatnonzero(present)


def lowest(words: Words) -> Ints:
    """The number of the lowest bit of each word, none of which is 0.

    >>> lowest(np.array([1, 12, 1 << 63], dtype=np.uint64)).tolist()
    [0, 2, 63]
    """
    low = words & (~words + np.uint64(1))
    return (low.astype(np.float64).view(np.int64) >> 52) - 1023


def ones(words: Words) -> Ints:
    """How many bits of each word are set."""
    every = np.unpackbits(words.view(np.uint8)).reshape(-1, 64)
    return np.asarray(every.sum(axis=1, dtype=np.intp))


class Runs:
    """Lists of numbers of different lengths, end to end; more may come."""

    def __init__(self) -> None:
        self.lengths = self._starts = np.zeros(0, dtype=np.intp)
        self.values = np.zeros(0, dtype=np.int32)

    def __len__(self) -> int:
        """How many lists."""
        return len(self.lengths)

    def add(self, lengths: Ints, values: Ints) -> None:
        """Add lists, given end to end."""
        starts = len(self.values) + np.cumsum(lengths) - lengths
        self.values = np.append(self.values, values.astype(np.int32))
        self._starts = np.append(self._starts, starts)
        self.lengths = np.append(self.lengths, lengths)

    def places(self, numbers: Ints) -> tuple[Ints, Ints]:
        """Where the values of some lists stand: to which of ``numbers`` each belongs, and where."""
        which, place = spread(self.lengths[numbers])
        return which, self._starts[numbers[which]] + place

    def of(self, numbers: Ints) -> tuple[Ints, Ints]:
        """The values of some lists: to which of ``numbers`` each belongs, and the value."""
        which, place = self.places(numbers)
        return which, self.values[place]
