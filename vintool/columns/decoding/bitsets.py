"""Sets of patterns as columns of 64-bit words: which patterns of a row's set fit its characters.

``lookup.PatternTable`` answers one key with integers of any length; here many rows ask many sets at
once. A set takes as many words as its patterns need: bit ``n`` of its word ``m`` stands for its
pattern ``64 m + n``. For each position that a word's patterns name it has a line of words: what
fits, by character. A match is one AND a position.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.engine.arrays import Flags, Ints, Runs, Words, spread
from vintool.columns.engine.characters import Characters
from vintool.registry.patterns import ANY
from vintool.vin.positions import ALPHABET

_NUMBER_OF = {character: number for number, character in enumerate(ALPHABET)}
_OTHER = len(ALPHABET)
_OPEN, _CLOSE, _STAR = (ord(sign) for sign in f"[]{ANY}")
#: The characters by their numbers, the last one standing for all that no VIN has.
SIGN_NAMES = f"{ALPHABET}?"
SIGNS = len(SIGN_NAMES)
_SIGN_OF = np.full(256, _OTHER, dtype=np.intp)
_SIGN_OF[[ord(character) for character in ALPHABET]] = np.arange(len(ALPHABET))


def named(pattern: Sequence[str]) -> list[int]:
    """What a pattern names: ``place * SIGNS + number of the character`` each, every one once."""
    return [
        sign for at, allowed in enumerate(pattern) if allowed != ANY for sign in _signs(at, allowed)
    ]


@lru_cache(maxsize=1 << 16)
def _signs(at: int, allowed: str) -> tuple[int, ...]:
    numbers = {_NUMBER_OF.get(character, _OTHER) for character in allowed}
    return tuple(at * SIGNS + number for number in sorted(numbers))


def read_patterns(texts: pa.Array, length: int) -> tuple[Ints, Ints]:
    """What patterns name, as ``named`` lists it, end to end, behind how many signs each names.

    The arithmetic of ``lookup.parse_pattern`` with ``short``, for many at once.

    Args:
        texts: patterns, each with one character more, which is not read.
        length: how many positions a pattern may have.

    Raises:
        ValueError: a pattern has more positions, or a bracket that is not closed.
    """
    sizes = pc.binary_length(texts).to_numpy()
    codes = np.frombuffer(b"".join(texts.cast(pa.binary()).to_pylist()), dtype=np.uint8)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    last = np.cumsum(sizes) - 1
    opens, closes = codes == _OPEN, codes == _CLOSE
    closes[last] = False
    depth = np.cumsum(opens.astype(np.int32) - closes)
    starts = opens | ((depth == 0) & ~closes)
    starts[last] = False
    before = np.cumsum(starts)
    place = before - np.append(0, before[last[:-1]])[owner] - 1
    if len(codes) and (
        depth[last].any() or depth.min() < 0 or depth.max() > 1 or place.max() >= length
    ):
        raise ValueError("a pattern has too many positions, or a bracket without end")
    keep = ~opens & ~closes & (codes != _STAR)
    keep[last] = False
    signs = place[keep] * SIGNS + _SIGN_OF[codes[keep]]
    key = np.unique(owner[keep] * (length * SIGNS) + signs)
    counts = np.bincount(key // (length * SIGNS), minlength=len(sizes))
    return counts, key % (length * SIGNS)


class Signs:
    """The characters of VINs by their numbers, position by position as they are asked for.

    Args:
        characters: a row of 17 codes for each VIN.
    """

    def __init__(self, characters: Characters) -> None:
        self._characters = characters
        self._known: dict[int, Ints] = {}

    def __len__(self) -> int:
        """How many VINs."""
        return len(self._characters)

    def __getitem__(self, position: int) -> Ints:
        """The number of the character at a position, counted from 1, of every VIN."""
        found = self._known.get(position)
        if found is None:
            found = self._known[position] = _SIGN_OF.take(self._characters[:, position - 1])
        return found

    def at(self, rows: Ints) -> "Signs":
        """Some of the VINs."""
        return Signs(self._characters[rows])


class Fitting(NamedTuple):
    """What fits: for each question and word of its set the question, the word and its bits."""

    row: Ints
    word: Ints
    bits: Words

    def at(self, keep: Flags | Ints) -> "Fitting":
        """Some of the words."""
        return Fitting(self.row[keep], self.word[keep], self.bits[keep])

    def among(self, rows: Ints, size: int) -> "Fitting":
        """What fits some of ``size`` rows, which are in order and get numbers of their own."""
        place = np.full(size, -1, dtype=np.intp)
        place[rows] = np.arange(len(rows))
        own = place[self.row]
        return self._replace(row=own).at(own >= 0)


class BitSets:
    """Sets of patterns, numbered as they come.

    Args:
        positions: of a VIN, which the patterns read, in their order.
        often: those that most sets read; the others are looked at only where a word has a line.
    """

    def __init__(self, positions: Sequence[int], often: Sequence[int]) -> None:
        self._positions = tuple(positions)
        self._length = length = len(positions)
        self._often = [positions.index(position) for position in often]
        self._seldom = [at for at in range(length) if at not in self._often]
        # Line 0 lets all fit: where a word names nothing.
        self._lines = np.full(SIGNS, ~np.uint64(0))
        self._starts = np.zeros((length, 0), dtype=np.intp)  # of a line, by place and word
        self._deep = np.zeros(0, dtype=bool)  # has a line at a seldom place, by word
        self.first = np.zeros(0, dtype=np.intp)  # word, by set
        self.count = np.zeros(0, dtype=np.intp)  # of words, by set

    @property
    def words(self) -> int:
        """How many words all sets take."""
        return self._starts.shape[1]

    def add(
        self, sets: int, owner: Ints, pattern: Ints, signs: Runs
    ) -> tuple[Ints, Ints, Ints, Ints]:
        """Add sets.

        Gives the word and the bit of each pattern; and of all that they name the pattern, by its
        place among these, and the sign.

        Args:
            sets: how many.
            owner: the set of each pattern, counted from 0, in order.
            pattern: its number.
            signs: what each number names, see ``named``.
        """
        sizes = np.bincount(owner, minlength=sets)
        count = (sizes + 63) // 64
        first = np.cumsum(count) - count
        place = np.arange(len(owner)) - (np.cumsum(sizes) - sizes)[owner]
        word, bit = first[owner] + place // 64, place % 64
        one = np.uint64(1) << bit.astype(np.uint64)
        words = int(count.sum())
        every = np.zeros(words, dtype=np.uint64)
        np.add.at(every, word, one)

        which, sign = signs.of(pattern)
        at = sign // SIGNS
        spot = word[which] * self._length + at
        has_line = np.zeros(words * self._length, dtype=bool)
        has_line[spot] = True
        # One at least, which also tells how many patterns there are.
        has_line[(self._often or self._seldom)[0] :: self._length] = True
        line = np.cumsum(has_line) - 1
        # One for each pattern and place, then for each pattern, place and character.
        once = np.ones(len(which), dtype=bool)
        once[1:] = (which[1:] != which[:-1]) | (at[1:] != at[:-1])
        naming = np.zeros(int(has_line.sum()), dtype=np.uint64)
        np.add.at(naming, line[spot[once]], one[which[once]])
        lines = np.repeat(every[np.flatnonzero(has_line) // self._length] & ~naming, SIGNS)
        np.add.at(lines, line[spot] * SIGNS + sign % SIGNS, one[which])

        starts = np.where(has_line, len(self._lines) + line * SIGNS, 0)
        starts = starts.reshape(words, self._length).T
        word += self.words
        self._lines = np.append(self._lines, lines)
        self._deep = np.append(self._deep, starts[self._seldom].any(axis=0))
        self.first = np.append(self.first, self.words + first)
        self.count = np.append(self.count, count)
        self._starts = np.append(self._starts, starts, axis=1)
        return word, bit, which, sign

    def match(self, sets: Ints, rows: Ints, signs: Signs) -> Fitting:
        """Which patterns fit.

        Args:
            sets: the set that is asked ...
            rows: ... about which of the rows.
            signs: of all rows.
        """
        count = self.count[sets]
        if (count == 1).all():
            which: Ints = np.arange(len(sets))
            word = self.first[sets]
        else:
            which, place = spread(count)
            word = self.first[sets[which]] + place
            rows = rows[which]
        bits = np.full(len(which), ~np.uint64(0))
        for at in self._often:
            line = self._starts[at].take(word)
            line += signs[self._positions[at]].take(rows)
            bits &= self._lines.take(line)
        deep = np.flatnonzero(self._deep[word])
        for at in self._seldom if len(deep) else ():
            sign = signs[self._positions[at]][rows[deep]]
            bits[deep] &= self._lines[self._starts[at][word[deep]] + sign]
        return Fitting(which, word, bits)
