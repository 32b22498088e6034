"""vPIC's schemas as bit sets: for a WMI and year the patterns that fit, and what they tell.

A *set* is what holds for a WMI in a year: most often one schema. It is compiled when a row first
asks for it and kept as long as the process lives. Each set stands in two areas: what tells one of
``CORE``, the elements that columns are made of; and the rest, which counts only where two model
years fit. Of two patterns of an area that tell the same element the one with the lower bit comes
first; where the ranks of vPIC allow no such order of the lines, each statement has its own bit.
"""

import itertools
from collections.abc import Iterator, Sequence
from functools import cache
from threading import Lock

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vintool import vpic
from vintool.columns.patterns import (
    SIGNS,
    BitSets,
    Fitting,
    Flags,
    Ints,
    Runs,
    Signs,
    lowest,
    marked,
    ones,
    read_patterns,
    spread,
)
from vintool.profile import ATTRIBUTES, ENGINE_PARTS, PLANT_ELEMENTS
from vintool.vpic import DISPLACEMENTS, POSITIONS, Link

# What specifications ask for beside the fields: bed, cab, steering, transmission, brakes, trim ...
_KEYS = (3, 4, 36, 37, 60, 72, 86, 97, 109, 110, 135)
CORE = tuple(
    sorted(
        {
            *ATTRIBUTES.values(),
            *ENGINE_PARTS.values(),
            *PLANT_ELEMENTS.values(),
            *DISPLACEMENTS,
            *_KEYS,
        }
    )
)
#: The model years that position 10 can stand for.
FIRST_YEAR, YEARS = 1980, 60
ELEMENTS = 1 << 9  # more than vPIC has numbers for
#: The positions that nearly all schemas read.
OFTEN = (4, 5, 6, 7, 8, 11)
_AT_ONCE = 1 << 13  # sets; more would only take more memory
_SERIAL = slice(POSITIONS.index(12) * SIGNS, POSITIONS.index(15) * SIGNS)
_TAB, _LINE = ord("\t"), ord("\n")
#: By element: its place in ``CORE``, or -1.
COLUMN_OF = np.full(ELEMENTS, -1, dtype=np.intp)
COLUMN_OF[list(CORE)] = np.arange(len(CORE))

Codes = Ints


class Values:
    """What an element is told to be, numbered. A value is a tuple: an engine may tell several.

    Number 0 is that nothing is told, number 1 that the VIN itself holds the value.
    """

    NOTHING, IN_VIN = 0, 1

    def __init__(self) -> None:
        self.all: list[tuple[str, ...]] = [(), ()]
        self._codes: dict[tuple[str, ...], int] = {}
        self._lock = Lock()

    def code(self, value: tuple[str, ...]) -> int:
        """The number of a value."""
        return self.codes((value,))[0]

    def codes(self, values: Sequence[tuple[str, ...]]) -> list[int]:
        """The numbers of values."""
        with self._lock:
            for value in values:
                if value not in self._codes:
                    self._codes[value] = len(self.all)
                    self.all.append(value)
        return [self._codes[value] for value in values]


class _Lines:
    """The lines of the schemas read so far, as arrays; each distinct pattern and cell is read once."""

    def __init__(self, values: Sequence[Values]) -> None:
        self._values = values
        # By distinct pattern of each reading: what it names, see ``named``, and which of ``OFTEN``.
        self.signs = Runs()
        self.names = np.zeros(0, dtype=np.uint8)
        self.lines = Runs()  # by schema: the pattern of each line
        self.statements = Runs()  # by line: places in ``cells``
        # Element, value, rank and whether it is a formula, of each distinct cell of each reading.
        self.cells = np.zeros((4, 0), dtype=np.int32)

    def read(self, texts: Sequence[bytes]) -> None:
        """Read schemas, each a text of lines; they are numbered as they come."""
        text = b"".join(texts)
        codes = np.frombuffer(text, dtype=np.uint8)
        ends = np.flatnonzero((codes == _TAB) | (codes == _LINE)) + 1
        pieces = pa.StringArray.from_buffers(
            len(ends), pa.py_buffer(np.append(0, ends).astype(np.int32)), pa.py_buffer(text)
        ).dictionary_encode()
        piece = pieces.indices.to_numpy()
        last = codes[ends - 1] == _LINE
        leads = np.append(True, last[:-1])
        number = np.zeros(len(pieces.dictionary), dtype=np.int32)
        patterns, cells = (marked(piece[those], len(number)) for those in (leads, ~leads))
        number[patterns] = len(self.signs) + np.arange(len(patterns))
        self._read_patterns(pieces.dictionary.take(pa.array(patterns)))
        number[cells] = self.cells.shape[1] + np.arange(len(cells))
        self._read_cells(pieces.dictionary.take(pa.array(cells)))
        starts = np.flatnonzero(leads)
        self.statements.add(np.diff(starts, append=len(piece)) - 1, number[piece[~leads]])
        sizes = np.cumsum([len(one) for one in texts])
        lines = np.diff(np.searchsorted(ends[last], sizes, side="right"), prepend=0)
        self.lines.add(lines, number[piece[leads]])

    def _read_patterns(self, texts: pa.Array) -> None:
        counts, signs = read_patterns(texts, len(POSITIONS))
        self.signs.add(counts, signs)
        owner, at = np.repeat(np.arange(len(counts)), counts), signs // SIGNS
        names = np.zeros(len(counts), dtype=np.uint8)
        for number, position in enumerate(OFTEN):
            own = np.zeros(len(counts), dtype=bool)
            own[owner[at == POSITIONS.index(position)]] = True
            names |= own.astype(np.uint8) << number
        self.names = np.append(self.names, names)

    def _read_cells(self, texts: pa.Array) -> None:
        parts = pc.split_pattern(texts, "=", max_splits=1).flatten()
        heads = parts.take(pa.array(np.arange(0, len(parts), 2))).dictionary_encode()
        keys = [vpic.cell_key(text) for text in heads.dictionary.to_pylist()]
        element, rank, formula = (
            np.array(keys, dtype=np.int32).reshape(-1, 3).T[:, heads.indices.to_numpy()]
        )
        value = np.where(formula, Values.IN_VIN, Values.NOTHING)
        wanted = np.flatnonzero((COLUMN_OF[element] >= 0) & (formula == 0))
        wanted = wanted[np.argsort(element[wanted], kind="stable")]
        told = parts.take(pa.array(2 * wanted + 1)).to_pylist()
        edges = np.flatnonzero(np.diff(element[wanted], prepend=-1, append=-1)).tolist()
        for start, end in itertools.pairwise(edges):
            own = self._values[element[wanted[start]]]
            value[wanted[start:end]] = own.codes([(text[:-1],) for text in told[start:end]])
        self.cells = np.append(self.cells, np.array([element, value, rank, formula]), axis=1)


class _Statements:
    """What the lines of some sets say, cell by cell in the order of their bits.

    Attributes:
        owner: the set of each, in order.
        unit: which of them stand under one bit; counts up.
        element, value, pattern, core: of each.
        silent: the owner and the pattern of each line that says nothing.
    """

    def __init__(self, lines: _Lines, parts: Sequence[Sequence[tuple[int, int]]]) -> None:
        """Lay out the sets.

        Args:
            lines: where their schemas were read.
            parts: for each set its schemas, by number, each behind its place among those that
                began earlier or later.
        """
        flat = np.array([part for own in parts for part in own], dtype=np.intp).reshape(-1, 2)
        of_part = np.repeat(np.arange(len(parts)), [len(own) for own in parts])
        part, at = lines.lines.places(flat[:, 1])
        line, cell = lines.statements.of(at)
        silent = lines.statements.lengths[at] == 0
        self.silent = of_part[part[silent]], lines.lines.values[at[silent]]
        owner = of_part[part[line]]
        pattern = lines.lines.values[at][line]
        element, value, rank, formula = lines.cells[:, cell]
        core = COLUMN_OF[element] >= 0
        key = owner * 4 + 2 * ~core + formula
        late = np.where(formula, 0, flat[:, 0][part[line]])
        ranked = np.zeros(len(parts), dtype=bool)
        ranked[owner[(rank > 0) | (late > 0)]] = True

        plain, other = np.flatnonzero(~ranked[owner]), np.flatnonzero(ranked[owner])
        in_order = [plain[np.argsort(key[plain], kind="stable")]]
        units = [line[in_order[0]]]
        if len(other):
            # A line with all that it says, as far as that agrees with the ranks of each element ...
            group = line * 4 + key % 4
            highest = np.zeros(len(at) * 4, dtype=np.intp)
            np.maximum.at(highest, group[other], rank[other])
            order = other[np.lexsort((line[other], highest[group[other]], late[other], key[other]))]
            by_element = order[np.lexsort((element[order], key[order]))]
            one, two = by_element[:-1], by_element[1:]
            same = (key[one] == key[two]) & (element[one] == element[two])
            before = (late[one] < late[two]) | (
                (late[one] == late[two])
                & ((rank[one] < rank[two]) | ((rank[one] == rank[two]) & (line[one] <= line[two])))
            )
            torn = np.zeros(len(parts), dtype=bool)
            torn[owner[one[same & ~before]]] = True
            whole = order[~torn[owner[order]]]
            in_order.append(whole)
            units.append(line[whole])
            # ... or else each statement by itself.
            apart = other[torn[owner[other]]]
            apart = apart[np.lexsort(tuple(of[apart] for of in (line, rank, late, element, key)))]
            in_order.append(apart)
            units.append(len(at) + apart)
        every, unit = np.concatenate(in_order), np.concatenate(units)
        final = np.argsort(key[every], kind="stable")
        every, unit = every[final], unit[final]
        self.owner, self.core = owner[every], core[every]
        self.element, self.value, self.pattern = element[every], value[every], pattern[every]
        parted = (np.diff(unit) != 0) | (np.diff(key[every]) != 0)
        self.unit = np.append(0, np.cumsum(parted)) if len(every) else np.zeros(0, dtype=np.intp)


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

    def fill(self, named: Flags, told: _Statements, those: Flags, lines: _Lines) -> None:
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
        bits = self.telling[column][fitting.word] & fitting.bits
        # Backwards, so that of several words of a row the first has the last say.
        at = np.flatnonzero(bits)[::-1]
        base = self._base[column][fitting.word[at]]
        found = np.zeros(rows, dtype=np.int32)
        found[fitting.row[at]] = self._value[base + lowest(bits[at])]
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
        self.filers = list(vpic.filers())
        self.values = [Values() for _ in range(ELEMENTS)]
        self.core, self.rest = Area(), Area()
        self._lines = _Lines(self.values)
        self._lock = Lock()
        self._named = np.zeros(0, dtype=bool)  # by set, place and character
        #: By set, whether it names characters at positions 12-14.
        self.names_serial = np.zeros(0, dtype=bool)
        numbers = {filer.wmi: number for number, filer in enumerate(self.filers)}
        self._schemas: list[Link] = []
        self._read: list[int] = []  # by schema: its number in ``_lines``
        self._several: list[tuple[tuple[int, int], ...]] = []  # sets of more than one schema
        #: By filer and year, counted from ``FIRST_YEAR``: the set that holds, or -1.
        self.sets = self._all_sets([(numbers[w], link) for w, link in vpic.every_link()])
        self._slots = np.full(len(self._schemas) + len(self._several), -1, dtype=np.intp)

    def _all_sets(self, links: list[tuple[int, Link]]) -> Codes:
        known: dict[int, int] = {}
        for _, link in links:
            if known.setdefault(link.schema, len(known)) == len(self._schemas):
                self._schemas.append(link)
        self._read = [-1] * len(known)
        filer, first, last, schema = np.array(
            [(filer, link.first, link.last, known[link.schema]) for filer, link in links]
        ).T
        start = np.clip(first - FIRST_YEAR, 0, YEARS)
        run, place = spread(np.clip(last - FIRST_YEAR + 1, start, YEARS) - start)
        cell = filer[run] * YEARS + start[run] + place
        sets = np.full(len(self.filers) * YEARS, -1, dtype=np.int32)
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
        return sets.reshape(len(self.filers), YEARS)

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
            self._lines.read([vpic.schema_text(self._schemas[schema]) for schema in unread])
        told = _Statements(
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
