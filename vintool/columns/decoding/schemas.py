"""vPIC's schemas as bit sets: for a WMI and year the patterns that fit, and what they tell.

A *set* is what holds for a WMI in a year: most often one schema. It is compiled when a row first
asks for it and kept as long as the process lives. Each set stands in two areas: what tells one of
``CORE``, the elements that columns are made of; and the rest, which counts only where two model
years fit. Of two patterns of an area that tell the same element the one with the lower bit comes
first; where the ranks of vPIC allow no such order of the lines, each statement has its own bit.
"""

from collections.abc import Iterator
from functools import cache
from threading import Lock

import numpy as np
import numpy.typing as npt

from vintool import vpic
from vintool.columns.decoding.bitsets import SIGNS, BitSets, Fitting, Signs
from vintool.columns.decoding.schema_lines import (
    COLUMN_OF,
    CORE,
    ELEMENTS,
    OFTEN,
    Lines,
    Statements,
    Values,
)
from vintool.columns.engine.arrays import Flags, Ints, Runs, lowest, marked, ones, spread
from vintool.columns.engine.asked import Codes
from vintool.vin.positions import FIRST_MODEL_YEAR, MODEL_YEAR_CYCLE
from vintool.vpic.patterns import POSITIONS, Link

#: The model years that position 10 can stand for.
FIRST_YEAR, YEARS = FIRST_MODEL_YEAR, 2 * MODEL_YEAR_CYCLE
_AT_ONCE = 1 << 13  # sets; more would only take more memory
_SERIAL = slice(POSITIONS.index(12) * SIGNS, POSITIONS.index(15) * SIGNS)


class Area(BitSets):
    """Bit sets, and what their patterns tell."""

    def __init__(self) -> None:
        super().__init__(POSITIONS, OFTEN)
        # By column of ``CORE`` and word: the patterns that tell it, and where their values stand.
        self.telling = np.zeros((len(CORE), 0), dtype=np.uint64)
        self._base = np.zeros((len(CORE), 0), dtype=np.intp)
        self._value = np.zeros(0, dtype=np.int32)
        self.pairs = Runs()  # by word: the elements that it tells
        self.mask = np.zeros(0, dtype=np.uint64)  # by pair of word and element: the patterns
        self.twice = np.zeros(0, dtype=bool)  # likewise: one pattern tells it more than once
        self._names = np.zeros((0, 64), dtype=np.uint8)  # by pattern: which of ``OFTEN``, as bits

    def fill(self, named: Flags, told: Statements, those: Flags, lines: Lines) -> None:
        """Add sets, of what they are ``told`` only ``those`` statements.

        Args:
            named: by set and sign; what the patterns name is marked.
            told: what the sets are told.
            those: which of it.
            lines: that tell it.
        """
        unit, element, value = told.unit[those], told.element[those], told.value[those]
        new = np.diff(unit, prepend=-1) != 0
        pattern = told.pattern[those][new]
        before = self.words
        owner = told.owner[those][new]
        word, bit, which, sign = self.add(len(named), owner, pattern, lines.signs)
        named[owner[which], sign] = True
        words = self.words - before
        names = np.zeros((words, 64), dtype=np.uint8)
        names[word - before, bit] = lines.names[pattern]
        self._names = np.append(self._names, names, axis=0)

        at = np.cumsum(new) - 1
        word, bit = word[at] - before, bit[at]
        spot = word * ELEMENTS + element
        pairs = marked(spot, words * ELEMENTS)
        places = np.zeros(words * ELEMENTS, dtype=np.int32)
        places[pairs] = np.arange(len(pairs))
        pair = places[spot]
        mask = np.zeros(len(pairs), dtype=np.uint64)
        np.bitwise_or.at(mask, pair, np.uint64(1) << bit.astype(np.uint64))
        self.mask = np.append(self.mask, mask)
        self.twice = np.append(self.twice, np.bincount(pair, minlength=len(pairs)) > ones(mask))
        self.pairs.add(np.bincount(pairs // ELEMENTS, minlength=words), pairs % ELEMENTS)

        # Of a pair the values from its first pattern to its last, whichever of them tell it.
        low, high = np.zeros((2, len(pairs)), dtype=np.intp)
        low[pair[::-1]], high[pair] = bit[::-1], bit
        size = np.where(COLUMN_OF[pairs % ELEMENTS] >= 0, high - low + 1, 0)
        base = np.cumsum(size) - size - low
        core = np.flatnonzero(COLUMN_OF[element] >= 0)[::-1]  # the first one of a pattern counts
        values = np.zeros(int(size.sum()), dtype=np.int32)
        values[base[pair[core]] + bit[core]] = value[core]
        telling = np.zeros((len(CORE), words), dtype=np.uint64)
        bases = np.zeros((len(CORE), words), dtype=np.intp)
        filled = np.flatnonzero(size)
        spots = COLUMN_OF[pairs[filled] % ELEMENTS], pairs[filled] // ELEMENTS
        telling[spots], bases[spots] = mask[filled], base[filled] + len(self._value)
        self._value = np.append(self._value, values)
        self._base = np.append(self._base, bases, axis=1)
        self.telling = np.append(self.telling, telling, axis=1)

    def told(self, column: int, fitting: Fitting, rows: int) -> Codes:
        """What an element of ``CORE`` is told to be, by row: codes of its ``Values``."""
        bits = self.telling[column].take(fitting.word)
        bits &= fitting.bits
        # Backwards, so that of several words of a row the first has the last say.
        at = np.flatnonzero(bits)[::-1]
        place = lowest(bits.take(at))
        place += self._base[column].take(fitting.word.take(at))
        found = np.zeros(rows, dtype=np.int32)
        found[fitting.row.take(at)] = self._value.take(place)
        return found

    def every(self, column: int, fitting: Fitting) -> Iterator[tuple[Ints, Codes]]:
        """All that the patterns tell which fit, a row at most once at a time."""
        bits = self.telling[column][fitting.word] & fitting.bits
        at = np.flatnonzero(bits)
        row, bits = fitting.row[at], bits[at]
        base = self._base[column][fitting.word[at]]
        while len(row):
            own = np.diff(row, prepend=-1) != 0
            place = lowest(bits[own])
            yield row[own], self._value[base[own] + place]
            bits[own] &= bits[own] - np.uint64(1)
            left = bits != 0
            row, bits, base = row[left], bits[left], base[left]

    def names(self, word: Ints, bit: Ints) -> npt.NDArray[np.uint8]:
        """Which of the positions of ``OFTEN`` patterns name, as bits."""
        return self._names[word, bit]


class Schemas:
    """All of vPIC, of which what was asked for is compiled."""

    def __init__(self) -> None:
        self.registrations = list(vpic.all_registrations())
        self.values = [Values() for _ in range(ELEMENTS)]
        self.core, self.rest = Area(), Area()
        self._lines = Lines(self.values)
        self._lock = Lock()
        self._named = np.zeros(0, dtype=bool)  # by set, place and character
        #: By set, whether it names characters at positions 12-14.
        self.names_serial = np.zeros(0, dtype=bool)
        numbers = {
            registration.wmi: number for number, registration in enumerate(self.registrations)
        }
        self._schemas: list[Link] = []
        self._read: list[int] = []  # by schema: its number in ``_lines``
        self._several: list[tuple[tuple[int, int], ...]] = []  # sets of more than one schema
        #: By registration and year, counted from ``FIRST_YEAR``: the set that holds, or -1.
        self.sets = self._all_sets([(numbers[w], link) for w, link in vpic.all_links()])
        self._slots = np.full(len(self._schemas) + len(self._several), -1, dtype=np.intp)

    def _all_sets(self, links: list[tuple[int, Link]]) -> Codes:
        known: dict[int, int] = {}
        for _, link in links:
            if known.setdefault(link.schema, len(known)) == len(self._schemas):
                self._schemas.append(link)
        self._read = [-1] * len(known)
        registration, first, last, schema = np.array(
            [
                (registration, link.first, link.last, known[link.schema])
                for registration, link in links
            ]
        ).T
        start = np.clip(first - FIRST_YEAR, 0, YEARS)
        run, place = spread(np.clip(last - FIRST_YEAR + 1, start, YEARS) - start)
        cell = registration[run] * YEARS + start[run] + place
        sets = np.full(len(self.registrations) * YEARS, -1, dtype=np.int32)
        sets[cell] = schema[run]
        shared = np.flatnonzero(np.bincount(cell, minlength=len(sets))[cell] > 1)
        own: dict[int, list[int]] = {}
        for at, link in zip(cell[shared].tolist(), run[shared].tolist(), strict=True):
            own.setdefault(at, []).append(link)
        several: dict[tuple[tuple[int, int], ...], int] = {}
        for at, chosen in own.items():
            starts = sorted({first[link] for link in chosen}, reverse=True)
            parts = tuple((starts.index(first[link]), int(schema[link])) for link in chosen)
            sets[at] = len(known) + several.setdefault(parts, len(several))
        self._several = list(several)
        return sets.reshape(len(self.registrations), YEARS)

    def slots(self, sets: Ints) -> Ints:
        """Where sets stand in the two areas; what is not there yet is compiled."""
        with self._lock:
            missing = marked(sets[self._slots[sets] < 0], len(self._slots)).tolist()
            for start in range(0, len(missing), _AT_ONCE):
                self._compile(missing[start : start + _AT_ONCE])
        return self._slots[sets]

    def repairs(self, slots: Ints, rows: Ints, signs: Signs, position: int) -> Ints:
        """How many characters a set names at a position, where it does not name the row's; else 0.

        Args:
            slots: the set that is asked ...
            rows: ... about which of the rows.
            signs: of all rows.
            position: one of ``POSITIONS``.
        """
        start = (slots * len(POSITIONS) + POSITIONS.index(position)) * SIGNS
        wrong = np.flatnonzero(~self._named[start + signs[position][rows]])
        every = start[wrong, None] + np.arange(SIGNS)
        found = np.zeros(len(slots), dtype=np.int8)
        found[wrong] = self._named[every].sum(axis=1)
        return found

    def _compile(self, sets: list[int]) -> None:
        parts = [
            ((0, one),) if one < len(self._schemas) else self._several[one - len(self._schemas)]
            for one in sets
        ]
        unread = dict.fromkeys(
            schema for own in parts for _, schema in own if self._read[schema] < 0
        )
        if unread:
            for number, schema in enumerate(unread, len(self._lines.lines)):
                self._read[schema] = number
            self._lines.read([self._schemas[schema].text() for schema in unread])
        told = Statements(
            self._lines, [[(late, self._read[schema]) for late, schema in own] for own in parts]
        )
        first = len(self.core.count)
        named = np.zeros((len(sets), len(POSITIONS) * SIGNS), dtype=bool)
        owner, pattern = told.silent
        which, sign = self._lines.signs.of(pattern)
        named[owner[which], sign] = True
        self.core.fill(named, told, told.core, self._lines)
        self.rest.fill(named, told, ~told.core, self._lines)
        self._named = np.append(self._named, named.ravel())
        self.names_serial = np.append(self.names_serial, named[:, _SERIAL].any(axis=1))
        self._slots[sets] = first + np.arange(len(sets))


@cache
def schemas() -> Schemas:
    """vPIC, compiled as far as it was asked for; read once a process."""
    return Schemas()
