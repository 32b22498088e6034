"""Bit sets of patterns, and what the patterns tell: for each word of 64 patterns the elements and values."""

from collections.abc import Iterator

import numpy as np

from vintool.columns.decoding.bitsets import BitSets, Matches
from vintool.columns.decoding.schema_lines import (
    COLUMN_OF,
    CORE,
    N_ELEMENTS,
    OFTEN,
    SchemaLines,
    Statements,
)
from vintool.columns.engine.arrays import Bytes, Codes, Ints, Mask, Runs, lowest, marked, ones
from vintool.vpic.patterns import POSITIONS


class PatternSets(BitSets):
    """Bit sets, and what their patterns tell.

    Attributes:
        elements: by word, the elements that it tells; a *pair* is a word and one of these.
        mask: by pair, which patterns of the word tell the element.
        repeats: by pair, whether one pattern tells the element more than once.
    """

    def __init__(self) -> None:
        super().__init__(POSITIONS, OFTEN)
        self.elements = Runs()
        self.mask = np.zeros(0, dtype=np.uint64)
        self.repeats = np.zeros(0, dtype=bool)
        # By column of ``CORE`` and word: the patterns that tell it, and where their values stand.
        self._tells = np.zeros((len(CORE), 0), dtype=np.uint64)
        self._base = np.zeros((len(CORE), 0), dtype=np.intp)
        self._values = np.zeros(0, dtype=np.int32)
        self._often_bits: Bytes = np.zeros((0, 64), dtype=np.uint8)  # by word and bit

    def fill(self, named: Mask, statements: Statements, keep: Mask, lines: SchemaLines) -> None:
        """Add sets.

        Args:
            named: by set and literal; the literals of the patterns are marked in it.
            statements: n, of the sets.
            keep: which of the n count here.
            lines: where they were read.
        """
        unit, element, value = (
            statements.bit[keep],
            statements.element[keep],
            statements.value[keep],
        )
        new = np.diff(unit, prepend=-1) != 0
        pattern, owner = statements.pattern[keep][new], statements.owner[keep][new]
        before = self.words
        word, bit, which, literal = self.add(len(named), owner, pattern, lines.literals)
        named[owner[which], literal] = True
        words = self.words - before
        often = np.zeros((words, 64), dtype=np.uint8)
        often[word - before, bit] = lines.often[pattern]
        self._often_bits = np.append(self._often_bits, often, axis=0)

        at = np.cumsum(new) - 1
        word, bit = word[at] - before, bit[at]
        spot = word * N_ELEMENTS + element
        pairs = marked(spot, words * N_ELEMENTS)
        places = np.zeros(words * N_ELEMENTS, dtype=np.int32)
        places[pairs] = np.arange(len(pairs))
        pair = places[spot]
        mask = np.zeros(len(pairs), dtype=np.uint64)
        np.bitwise_or.at(mask, pair, np.uint64(1) << bit.astype(np.uint64))
        self.mask = np.append(self.mask, mask)
        repeats = np.bincount(pair, minlength=len(pairs)) > ones(mask)
        self.repeats = np.append(self.repeats, repeats)
        self.elements.add(np.bincount(pairs // N_ELEMENTS, minlength=words), pairs % N_ELEMENTS)

        # Of a pair the values from its first pattern to its last, whichever of them tell it.
        low, high = np.zeros((2, len(pairs)), dtype=np.intp)
        low[pair[::-1]], high[pair] = bit[::-1], bit
        size = np.where(COLUMN_OF[pairs % N_ELEMENTS] >= 0, high - low + 1, 0)
        base = np.cumsum(size) - size - low
        core = np.flatnonzero(COLUMN_OF[element] >= 0)[::-1]  # the first one of a pattern counts
        values = np.zeros(int(size.sum()), dtype=np.int32)
        values[base[pair[core]] + bit[core]] = value[core]
        tells = np.zeros((len(CORE), words), dtype=np.uint64)
        bases = np.zeros((len(CORE), words), dtype=np.intp)
        filled = np.flatnonzero(size)
        spots = COLUMN_OF[pairs[filled] % N_ELEMENTS], pairs[filled] // N_ELEMENTS
        tells[spots], bases[spots] = mask[filled], base[filled] + len(self._values)
        self._values = np.append(self._values, values)
        self._base = np.append(self._base, bases, axis=1)
        self._tells = np.append(self._tells, tells, axis=1)

    def values(self, column: int, matches: Matches, rows: int) -> Codes:
        """The value of an element in each of n rows, by its code; 0 where no pattern tells it.

        Args:
            column: of the element in ``CORE``.
            matches: in the rows.
            rows: n.
        """
        bits = self._tells[column].take(matches.word)
        bits &= matches.bits
        # Backwards, so that of several words of a row the first has the last say.
        at = np.flatnonzero(bits)[::-1]
        place = lowest(bits.take(at))
        place += self._base[column].take(matches.word.take(at))
        values = np.zeros(rows, dtype=np.int32)
        values[matches.row.take(at)] = self._values.take(place)
        return values

    def all_values(self, column: int, matches: Matches) -> Iterator[tuple[Ints, Codes]]:
        """Rows with the values that matching patterns tell of an element, a row at most once at a time."""
        bits = self._tells[column][matches.word] & matches.bits
        at = np.flatnonzero(bits)
        row, bits = matches.row[at], bits[at]
        base = self._base[column][matches.word[at]]
        while len(row):
            first = np.diff(row, prepend=-1) != 0
            place = lowest(bits[first])
            yield row[first], self._values[base[first] + place]
            bits[first] &= bits[first] - np.uint64(1)
            more = bits != 0
            row, bits, base = row[more], bits[more], base[more]

    def often_bits(self, word: Ints, bit: Ints) -> Bytes:
        """Which positions of ``OFTEN`` each of n patterns restricts, as bits."""
        return self._often_bits[word, bit]
