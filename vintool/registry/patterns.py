"""Patterns over the positions of a VIN: parsed, written, and which of many fit a key."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property, lru_cache, reduce
from operator import or_
from typing import Self

ANY = "*"


def parse_pattern(text: str, length: int, *, short: bool = False) -> tuple[str, ...]:
    """The characters that each position allows; ``*`` allows any.

    The language has three signs: a character stands for itself, ``*`` for any, ``[ABC]`` for one
    of several (no ranges: in a VIN the letters have gaps). With ``short``, positions that the text
    does not reach allow any.

    Raises:
        ValueError: a bracket is not closed, or the pattern has not ``length`` positions.

    >>> parse_pattern("3[12]*", 3)
    ('3', '12', '*')
    """
    parts = []
    at = 0
    while at < len(text):
        if text[at] == "[":
            end = text.find("]", at)
            if end < at + 2:
                raise ValueError(f"pattern {text!r}: bracket without content or end")
            parts.append(text[at + 1 : end])
            at = end + 1
        else:
            parts.append(text[at])
            at += 1
    if short:
        parts += [ANY] * (length - len(parts))
    if len(parts) != length:
        raise ValueError(f"pattern {text!r} has {len(parts)} positions, expected {length}")
    return tuple(parts)


def signs_of(pattern: Iterable[str]) -> list[str]:
    """The sign of each position, as ``parse_pattern`` reads it.

    >>> signs_of(("3", "12", "*"))
    ['3', '[12]', '*']
    """
    return [allowed if len(allowed) == 1 else f"[{allowed}]" for allowed in pattern]


def fits(pattern: Sequence[str], key: str) -> bool:
    """Whether a key fits one pattern; a character that is not known fits no named one.

    >>> fits(("3", "12", "*"), "31A"), fits(("3", "12", "*"), "3*A")
    (True, False)
    """
    return all(
        allowed == ANY or character in allowed
        for allowed, character in zip(pattern, key, strict=True)
    )


@lru_cache(maxsize=1 << 14)
def _closed(pattern: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    """The places that a pattern does not leave open, and what they allow."""
    return tuple((at, allowed) for at, allowed in enumerate(pattern) if allowed != ANY)


class PatternTable:
    """Which patterns fit a key: for each position and character one bit set over all patterns.

    A match is one AND a position, whatever the number of patterns. Bit sets are plain integers;
    bit ``n`` stands for pattern ``n``.

    >>> table = PatternTable([("L", "1"), ("L", "*"), ("V", "1")])
    >>> list(bits(table.match("L1"))), list(bits(table.match("L2")))
    ([0, 1], [1])
    >>> list(bits(table.one_off("L1", {"L": "V"})))
    [2]
    """

    def __init__(self, patterns: Sequence[tuple[str, ...]]) -> None:
        self.patterns = patterns
        self.length = len(patterns[0]) if patterns else 0
        self._all = (1 << len(patterns)) - 1
        # Few texts stand at a place again and again: each is taken apart once.
        texts: list[dict[str, int]] = [{} for _ in range(self.length)]
        for number, pattern in enumerate(patterns):
            bit = 1 << number
            for at, allowed in _closed(pattern):
                texts[at][allowed] = texts[at].get(allowed, 0) | bit
        named = [0] * self.length
        self._by_character: list[dict[str, int]] = [{} for _ in range(self.length)]
        for at, column in enumerate(self._by_character):
            for allowed, fitting in texts[at].items():
                named[at] |= fitting
                for character in allowed:
                    column[character] = column.get(character, 0) | fitting
        self._any = [self._all & ~bits_named for bits_named in named]
        for column, open_ in zip(self._by_character, self._any, strict=True):
            for character in column:
                column[character] |= open_
        # Bound once: a match asks each position's table, and nothing else.
        self._allowing = [
            (column.get, open_) for column, open_ in zip(self._by_character, self._any, strict=True)
        ]

    def match(self, key: str) -> int:
        """The patterns that fit the key, one character a position."""
        fitting = self._all
        for (allowing, open_), character in zip(self._allowing, key, strict=False):
            fitting &= allowing(character, open_)
        return fitting

    def overlapping(self, pattern: Sequence[str]) -> int:
        """The patterns that some key fits together with this one."""
        fitting = self._all
        for at, allowed in zip(range(self.length), pattern, strict=False):
            if allowed != ANY:
                both = self._any[at]
                for character in allowed:
                    both |= self._by_character[at].get(character, 0)
                fitting &= both
        return fitting

    def loosened(self, alternatives: Mapping[str, str]) -> Self:
        """A table of the same patterns that fit if any characters of the key were one of their alternatives.

        >>> table = PatternTable([("L", "1"), ("L", "*"), ("V", "1")])
        >>> list(bits(table.loosened({"1": "L", "7": "1"}).match("17")))
        [0, 1]
        """
        loose = [
            {
                character: reduce(
                    or_,
                    (allowing(one, open_) for one in character + alternatives.get(character, "")),
                )
                for character in {*alternatives, *column}
            }
            for column, (allowing, open_) in zip(self._by_character, self._allowing, strict=True)
        ]
        table = copy(self)
        vars(table).pop("_named_at", None)
        vars(table).update(
            _by_character=loose,
            _allowing=[(column.get, open_) for column, open_ in zip(loose, self._any, strict=True)],
        )
        return table

    def allowed(self, at: int) -> frozenset[str]:
        """The characters that some pattern names at a place, counted from 0."""
        return self._named_at[at] if at < self.length else frozenset()

    @cached_property
    def _named_at(self) -> list[frozenset[str]]:
        return list(map(frozenset, self._by_character))

    def one_off(self, key: str, alternatives: Mapping[str, str] | None = None) -> int:
        """The patterns that would fit if exactly one character of the key were another one.

        Args:
            key: one character a position.
            alternatives: for a character, those that may stand in its place; any if not given.
        """
        sets = [
            allowing(character, open_)
            for (allowing, open_), character in zip(self._allowing, key, strict=False)
        ]
        after = [-1] * (self.length + 1)
        for at in range(self.length - 1, -1, -1):
            after[at] = after[at + 1] & sets[at]
        before, near = self._all, 0
        for at, fitting in enumerate(sets):
            others = before & after[at + 1] & ~fitting
            if others and alternatives is not None:
                instead = 0
                for character in alternatives.get(key[at], ""):
                    instead |= self._by_character[at].get(character, 0)
                others &= instead
            near |= others
            before &= fitting
        return near


def bits(number: int) -> Iterator[int]:
    """The positions of the bits that are set, lowest first."""
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low
