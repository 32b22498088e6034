"""Texts as the lexicon compares them: folded, parted into words, and looked up in declared.words.csv.

Words are compared word by word: the EV of SEVEN says nothing.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Generic, NamedTuple, TypeVar

from vintool.errors import DataError
from vintool.registry.rows import read_rows

WORD_COLUMNS = ("field", "word", "value", "beside", "language", "source")
SOURCE = "declared.words.csv"
_FIELDS = {
    "fuel",
    "condition",
    "vehicle_type",
    "make",
    "model",
    "displacement",
    "currency",
    "trade_mode",
}

_MARKS = re.compile("[\u0300-\u036f\u0640\u064b-\u065f\u0670]+")  # accents, Arabic vowel signs
_LETTERS = str.maketrans("ıđłøیک", "idloيك")  # one spelling of what keyboards write in two
_PUNCTUATION = re.compile(r"[\W_]+")
# Scripts that put no space between words: each character counts as a word.
SPACELESS = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
WORD = re.compile(rf"\d+|[{SPACELESS}]|[^\W\d_{SPACELESS}]+")
NAME = re.compile(rf"[#+]|{WORD.pattern}")  # "#1" and "P7+" are names
SEPARATOR = re.compile(r"[/+,;&|()\[\]{}、:\n]|\s-\s")

T = TypeVar("T")
Phrase = tuple[str, ...]


class Word(NamedTuple):
    """A word of a cell, and what stands between it and the word before."""

    text: str
    gap: str


def fold(text: str) -> str:
    """Small letters without accents, full width and the like.

    >>> fold("Électrique"), fold("ＢＥＶ")
    ('electrique', 'bev')
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", _MARKS.sub("", folded).translate(_LETTERS))


def letters(text: str) -> str:
    """The folded text without spaces and punctuation.

    >>> letters("plug-in Hybrid")
    'pluginhybrid'
    """
    return _PUNCTUATION.sub("", fold(text))


_SPELLED = re.compile(
    r"(?<![^\W_])(?:b([ ._·-]{1,2})e\1v(?![^\W\d_])|bev(?=\d))|(?<![^\W_.])(?:(?-i:E)\. ?(?-i:V)(?![^\W_])|^e\.v(?=\.?$))",
    re.IGNORECASE,
)


def with_whole_letters(text: str) -> str:
    """A text with its B.E.V. as BEV, and a figure right behind that apart; not the e. V. of a German club.

    >>> with_whole_letters("B.E.V., 2 keys"), with_whole_letters("BEV2"), with_whole_letters("Club e.V.")
    ('BEV., 2 keys', 'BEV 2', 'Club e.V.')
    """

    def whole(found: re.Match[str]) -> str:
        if found[0][0] in "eE":
            return "EV"
        return "BEV" if found[1] else "BEV "

    return _SPELLED.sub(whole, text)


def listed(text: str) -> str:
    """As ``letters``, but what parts a list still parts it: "hybrid/electric" is no one word.

    >>> listed("Hybrid / Electric")
    'hybrid/electric'
    """
    return "/".join(_PUNCTUATION.sub("", part) for part in SEPARATOR.split(fold(text).strip()))


def words_of(text: str, pattern: re.Pattern[str] = NAME) -> list[Word]:
    """The words of a text, each a match of ``WORD`` or ``NAME``."""
    folded, words, end = fold(text), list[Word](), 0
    for match in pattern.finditer(folded):
        words.append(Word(match[0], folded[end : match.start()] if words else " "))
        end = match.end()
    return words


def phrase(text: str, pattern: re.Pattern[str] = NAME) -> Phrase:
    """The words of a text without what stands between them."""
    return tuple(word.text for word in words_of(text, pattern))


class Phrases(Generic[T]):
    """Values by phrases of words, the longest phrase first."""

    def __init__(self, rows: Iterable[tuple[Phrase, T]]) -> None:
        self._by_first: dict[str, list[tuple[Phrase, T]]] = {}
        for words, value in rows:
            self._by_first.setdefault(words[0], []).append((words, value))
        for alike in self._by_first.values():
            alike.sort(key=lambda row: -len(row[0]))

    def __contains__(self, word: str) -> bool:
        """Whether some phrase begins with a word."""
        return word in self._by_first

    def at(self, words: Sequence[str], start: int) -> Iterator[tuple[int, T]]:
        """Every phrase that begins at this index, with the index after its last word; none at the end."""
        if start == len(words):
            return
        for phrase, value in self._by_first.get(words[start], ()):
            end = start + len(phrase)
            if tuple(words[start:end]) == phrase:
                yield end, value


@cache
def _rows() -> dict[str, list[tuple[str, str, str]]]:
    by_field: dict[str, list[tuple[str, str, str]]] = {field: [] for field in _FIELDS}
    for field, word, value, beside, _language, _source in read_rows(SOURCE, WORD_COLUMNS):
        if field not in by_field:
            raise DataError(f"wmi_data/{SOURCE}: unknown field {field!r}")
        by_field[field].append((word, value, beside))
    return by_field


def rows_of(field: str) -> list[tuple[str, str, str]]:
    """The rows of a field: word, value, and what it means beside a fuel that burns."""
    return _rows()[field]


@cache
def values(field: str, key: Callable[[str], str] = letters) -> dict[str, str]:
    """The values of a field by whole cells, folded by ``key``."""
    table: dict[str, str] = {}
    for word, value, _ in rows_of(field):
        if table.setdefault(key(word) or word.strip(), value) != value:
            raise DataError(f"wmi_data/{SOURCE}: {field} {word!r} stands twice")
    return table
