"""Sets of patterns as columns of 64-bit words: which patterns of a row's set match its characters.

``registry.patterns.PatternTable`` serves one VIN with integers of any length; here many rows ask many
sets at once, and what they share is arithmetic on whole arrays. A set takes as many words as its patterns
need: bit ``n`` of its word ``m`` stands for its pattern ``64 m + n``. For each position that patterns
of a word restrict there is a line of words: which of them allow a character, by its code. A match is one
AND a position. Both forms are held equal by a property test.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.engine.arrays import Characters, Ints, Mask, Runs, Words, spread
from vintool.registry.patterns import ANY
from vintool.vin.positions import ALPHABET

#: The characters by their codes 0 to 33; the last one stands for all that no VIN has.
CHARACTERS = f"{ALPHABET}?"
N_CHARACTERS = len(CHARACTERS)
_OTHER = N_CHARACTERS - 1
_CODES = {character: code for code, character in enumerate(ALPHABET)}
_CODE_OF_ASCII = np.full(256, _OTHER, dtype=np.intp)
_CODE_OF_ASCII[[ord(character) for character in ALPHABET]] = np.arange(len(ALPHABET))
_OPEN, _CLOSE, _STAR = (ord(sign) for sign in f"[]{ANY}")


def with_positions(
    key: Ints, codes: "CharacterCodes", rows: Ints, positions: Sequence[int]
) -> Ints:
    """Keys of some rows, each with the characters at some positions (from 1) behind it; see ``positions_of``."""
    for position in positions:
        key = key * N_CHARACTERS + codes[position][rows]
    return key


def positions_of(key: int, count: int) -> tuple[int, str]:
    """What ``with_positions`` has put together: the key, and the characters in the order of the positions."""
    signs = []
    for _ in range(count):
        key, code = divmod(key, N_CHARACTERS)
        signs.append(CHARACTERS[code])
    return key, "".join(reversed(signs))


def literals(pattern: Sequence[str]) -> list[int]:
    """What a pattern allows where it is not open: ``place * N_CHARACTERS + code``, each once.

    >>> literals(("*", "12"))
    [58, 59]
    """
    return [
        literal
        for at, allowed in enumerate(pattern)
        if allowed != ANY
        for literal in _literals(at, allowed)
    ]


@lru_cache(maxsize=1 << 16)
def _literals(at: int, allowed: str) -> tuple[int, ...]:
    codes = {_CODES.get(character, _OTHER) for character in allowed}
    return tuple(at * N_CHARACTERS + code for code in sorted(codes))


def parse_patterns(texts: pa.StringArray, length: int) -> tuple[Ints, Ints]:
    """The literals of n patterns.

    The arithmetic of ``registry.patterns.parse_pattern`` with ``short``, for many patterns at once: vPIC
    has 73,000 distinct ones.

    Args:
        texts: n patterns, each with one character more, which is not read.
        length: how many positions a pattern may have.

    Returns:
        How many literals each of the n patterns has; and these end to end, as ``literals`` lists them.

    Raises:
        ValueError: a pattern has more positions, or a bracket that is not closed.
    """
    sizes = pc.binary_length(texts).to_numpy()
    patterns: list[Any] = texts.cast(pa.binary()).to_pylist()
    ascii_codes = np.frombuffer(b"".join(patterns), dtype=np.uint8)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    last = np.cumsum(sizes) - 1
    opens, closes = ascii_codes == _OPEN, ascii_codes == _CLOSE
    closes[last] = False
    depth = np.cumsum(opens.astype(np.int32) - closes)
    starts = opens | ((depth == 0) & ~closes)
    starts[last] = False
    before = np.cumsum(starts)
    place = before - np.append(0, before[last[:-1]])[owner] - 1
    if len(ascii_codes) and (
        depth[last].any() or depth.min() < 0 or depth.max() > 1 or place.max() >= length
    ):
        raise ValueError("a pattern has too many positions, or a bracket without end")
    keep = ~opens & ~closes & (ascii_codes != _STAR)
    keep[last] = False
    of_pattern = length * N_CHARACTERS
    literal = place[keep] * N_CHARACTERS + _CODE_OF_ASCII[ascii_codes[keep]]
    key = np.unique(owner[keep] * of_pattern + literal)
    return np.bincount(key // of_pattern, minlength=len(sizes)), key % of_pattern


class CharacterCodes:
    """The characters of n VINs by their codes in ``CHARACTERS``, a position encoded when first asked for.

    Args:
        characters: n rows of 17 ASCII codes.
    """

    def __init__(self, characters: Characters) -> None:
        self._characters = characters
        self._columns: dict[int, Ints] = {}

    def __len__(self) -> int:
        """How many VINs."""
        return len(self._characters)

    def __getitem__(self, position: int) -> Ints:
        """The codes at a position, counted from 1, of the n VINs."""
        column = self._columns.get(position)
        if column is None:
            column = _CODE_OF_ASCII.take(self._characters[:, position - 1])
            self._columns[position] = column
        return column

    def of(self, rows: Ints) -> "CharacterCodes":
        """Those of some of the VINs."""
        return CharacterCodes(self._characters[rows])


class Matches(NamedTuple):
    """Which patterns match: for each row and word of its set the row, the word and the bits that are set.

    All of one length; the words of a row stand one after the other, in order.
    """

    row: Ints
    word: Ints
    bits: Words

    def where(self, keep: Mask | Ints) -> "Matches":
        """Some of the words."""
        return Matches(self.row[keep], self.word[keep], self.bits[keep])

    def of(self, rows: Ints, size: int) -> "Matches":
        """The matches of some of ``size`` rows, which are in order and get numbers of their own."""
        place = np.full(size, -1, dtype=np.intp)
        place[rows] = np.arange(len(rows))
        row = place[self.row]
        return self._replace(row=row).where(row >= 0)


class BitSets:
    """Sets of patterns, numbered as they come.

    Args:
        positions: of a VIN, counted from 1, which the patterns read, in their order.
        often: those that most sets restrict; the others are looked at only where a word has a line.

    Attributes:
        first, count: of k sets the first word, and how many words.
    """

    def __init__(self, positions: Sequence[int], often: Sequence[int]) -> None:
        self._positions = tuple(positions)
        self._length = length = len(positions)
        self._often = [positions.index(position) for position in often]
        self._seldom = [at for at in range(length) if at not in self._often]
        # Line 0 allows all: where a word restricts nothing.
        self._lines = np.full(N_CHARACTERS, ~np.uint64(0))
        self._starts = np.zeros((length, 0), dtype=np.intp)  # of a line, by place and word
        self._has_seldom = np.zeros(0, dtype=bool)  # by word
        self.first = np.zeros(0, dtype=np.intp)
        self.count = np.zeros(0, dtype=np.intp)

    @property
    def words(self) -> int:
        """How many words all sets take."""
        return self._starts.shape[1]

    def add(
        self, sets: int, owner: Ints, pattern: Ints, literals: Runs
    ) -> tuple[Ints, Ints, Ints, Ints]:
        """Add sets of n patterns.

        Args:
            sets: how many.
            owner: the set of each of the n patterns, counted from 0, in order.
            pattern: the number of each of them in ``literals``.
            literals: by pattern, see the function ``literals``.

        Returns:
            The word and the bit of each of the n patterns; and of each of their literals the pattern, by
            its place among the n, and the literal.
        """
        sizes = np.bincount(owner, minlength=sets)
        count = (sizes + 63) // 64
        first = np.cumsum(count) - count
        place = np.arange(len(owner)) - (np.cumsum(sizes) - sizes)[owner]
        word, bit = first[owner] + place // 64, place % 64
        flag = np.uint64(1) << bit.astype(np.uint64)
        words = int(count.sum())
        all_flags = np.zeros(words, dtype=np.uint64)
        np.add.at(all_flags, word, flag)

        which, literal = literals.of(pattern)
        at = literal // N_CHARACTERS
        spot = word[which] * self._length + at
        has_line = np.zeros(words * self._length, dtype=bool)
        has_line[spot] = True
        # One at least, which also tells how many patterns there are.
        has_line[(self._often or self._seldom)[0] :: self._length] = True
        line = np.cumsum(has_line) - 1
        # Once for each pattern and place, then for each pattern, place and character.
        once = np.ones(len(which), dtype=bool)
        once[1:] = (which[1:] != which[:-1]) | (at[1:] != at[:-1])
        restricting = np.zeros(int(has_line.sum()), dtype=np.uint64)
        np.add.at(restricting, line[spot[once]], flag[which[once]])
        word_of_line = np.flatnonzero(has_line) // self._length
        lines = np.repeat(all_flags[word_of_line] & ~restricting, N_CHARACTERS)
        np.add.at(lines, line[spot] * N_CHARACTERS + literal % N_CHARACTERS, flag[which])

        starts = np.where(has_line, len(self._lines) + line * N_CHARACTERS, 0)
        starts = starts.reshape(words, self._length).T
        word += self.words
        self._lines = np.append(self._lines, lines)
        self._has_seldom = np.append(self._has_seldom, starts[self._seldom].any(axis=0))
        self.first = np.append(self.first, self.words + first)
        self.count = np.append(self.count, count)
        self._starts = np.append(self._starts, starts, axis=1)
        return word, bit, which, literal

    def match(self, sets: Ints, rows: Ints, codes: CharacterCodes) -> Matches:
        """Which patterns match.

        Args:
            sets: n sets, each asked about ...
            rows: ... one of the rows.
            codes: of all rows.

        Returns:
            Of each word of each of the n sets the place among the n, the word and its bits.
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
            line += codes[self._positions[at]].take(rows)
            bits &= self._lines.take(line)
        more = np.flatnonzero(self._has_seldom[word])
        for at in self._seldom if len(more) else ():
            line = self._starts[at][word[more]] + codes[self._positions[at]][rows[more]]
            bits[more] &= self._lines[line]
        return Matches(which, word, bits)
