"""What the patterns that fit tell, by pass and element: what counts where two model years fit."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vintool.columns.decoding.bitsets import Fitting
from vintool.columns.decoding.schema_lines import ELEMENTS
from vintool.columns.decoding.schemas import Area
from vintool.columns.engine.arrays import Flags, Ints, lowest, ones
from vintool.vpic.elements import MULTIPLE

_IS_MULTIPLE = np.isin(np.arange(ELEMENTS), sorted(MULTIPLE))


class Telling(NamedTuple):
    """What fits, by pass and element: which positions it rests on, and how often it is told."""

    row: Ints
    element: Ints
    names: npt.NDArray[np.uint8]
    first: Flags  # of a pass and element
    times: Ints
    twice: Flags


def telling(area: Area, fitting: Fitting) -> Telling:
    """What the patterns that fit tell; of each element what comes first, of notes all."""
    fitting = fitting.at(fitting.bits != 0)
    which, pair = area.pairs.places(fitting.word)
    bits = area.mask[pair] & fitting.bits[which]
    some = np.flatnonzero(bits)
    which, pair, bits = which[some], pair[some], bits[some]
    row, element = fitting.row[which], area.pairs.values[pair]
    # The words of a pass stand in order: the first to tell an element tells it.
    first = np.ones(len(row), dtype=bool)
    some = np.flatnonzero(np.isin(row, fitting.row[1:][np.diff(fitting.row) == 0]))
    if len(some):
        first[some] = False
        own = row[some] * ELEMENTS + element[some]
        first[some[np.unique(own, return_index=True)[1]]] = True
    multiple = _IS_MULTIPLE[element]
    heard = np.flatnonzero(first | multiple)
    row, element, pair, bits = row[heard], element[heard], pair[heard], bits[heard]
    first, multiple, word = first[heard], multiple[heard], fitting.word[which[heard]]
    names = area.names(word, lowest(bits))
    several = np.flatnonzero(multiple)
    left = bits[several]
    while len(several := several[left != 0]):
        left = left[left != 0]
        lowest_bit = lowest(left)
        names[several] |= area.names(word[several], lowest_bit)
        left &= ~(np.uint64(1) << lowest_bit.astype(np.uint64))
    times = np.ones(len(row), dtype=np.intp)
    several = np.flatnonzero(multiple)
    times[several] = ones(bits[several])
    return Telling(row, element, names, first, times, multiple & area.twice[pair])


def elements_of(told: Iterable[Telling], passes: Ints) -> list[set[int]]:
    """The elements that patterns tell in some passes, which are in order."""
    own = [set[int]() for _ in passes]
    for one in told:
        at = np.searchsorted(passes, one.row)
        at[at == len(passes)] = 0
        some = np.flatnonzero(passes[at] == one.row)
        for place, element in zip(at[some].tolist(), one.element[some].tolist(), strict=True):
            own[place].add(element)
    return own


def or_at(target: npt.NDArray[np.uint8], rows: Ints, values: npt.NDArray[np.uint8]) -> None:
    """OR values into rows, which come in order."""
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    target[rows[starts]] |= np.bitwise_or.reduceat(values, starts)
