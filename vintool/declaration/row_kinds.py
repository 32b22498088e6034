"""Rows of a table that are no vehicles: totals, what is carried forward, rulers, titles and headers once more, pages, signatures, remarks.

A row is one of these by two signs: its words, and nothing in it that a vehicle has. When in doubt it is a vehicle: a
vehicle without a VIN is held, and a row that is none is only told. No row with anything like a VIN, whole or damaged, is one.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from vintool.declaration.headers import meaning, normalise
from vintool.declaration.shapes import holds_vin
from vintool.registry.makers import wmi_is_known
from vintool.registry.rows import read_rows
from vintool.vin.cleanup import damaged_vins, fold
from vintool.vin.masks import CONTAINER, MARKS, PARTLY_READABLE

FILE = "rows.words.csv"
COLUMNS = ("kind", "words", "stands", "language", "source")

LONGEST = 400
"""Characters of a cell of such a row; with a longer text it is a vehicle."""


class RowKind(StrEnum):
    """What a row is that is no vehicle; the names are those of the counts in ``run.json``."""

    REPEATED_TITLE = "repeated_titles"
    REPEATED_HEADER = "repeated_headers"
    TOTAL = "totals"
    CARRIED_FORWARD = "carried_forward"
    RULER = "rulers"
    PAGE_NUMBER = "page_numbers"
    SIGNATURE = "signatures"
    REMARK = "remarks"
    PIVOT = "pivots"


_KINDS = {
    "total": RowKind.TOTAL,
    "carried_forward": RowKind.CARRIED_FORWARD,
    "page": RowKind.PAGE_NUMBER,
    "signature": RowKind.SIGNATURE,
    "remark": RowKind.REMARK,
}
_SUMS = frozenset({RowKind.TOTAL, RowKind.CARRIED_FORWARD})
_PIVOT = "pivot"  # see ``pivots``
_UNIT = "unit"  # of words that say nothing alone
# Columns in which a total has figures; those that the dictionary does not know have weights and volumes.
_SUMMED = frozenset({"quantity", "invoice_quantity", "unit_price", "row_no", "vin"})
# Where a total may begin a longer text: not a name that begins so, as that of TotalEnergies.
_BEGUN_IN = frozenset({"", "row_no", "vin"})
_LINES = frozenset("-=_~—–―─━═+|.· ")  # what lines are drawn with
_THRICE = re.compile(r"([-=_~—–―─━═.])\1\1")
_DOTS = 6  # and fewer stand for rows that are left out
_STARS, _MANY_STARS = frozenset("*# "), 25  # more than a masked VIN has
_NUMBERED = re.compile(r"[-–—]\s*[0-9]{1,4}\s*[-–—]")
_FIGURES = re.compile(r"[0-9][0-9.,'’\s]*")
_LONG_NUMBER = re.compile(r"[0-9]{8}")
_NUMBER = re.compile(r"[-+(]?[^\w\s]?[0-9][0-9.,'’]*[^\w\s]?\)?")
_IDEOGRAPHS = "\u2e80"  # and beyond: no space parts words
_WORD = re.compile(rf"[A-Z0-9{re.escape(MARKS)}…]+")
_MASK = re.compile(rf"[A-Z0-9][{re.escape(MARKS)}…]{{2}}|[{re.escape(MARKS)}…]{{3}}[A-Z0-9]")
# A VIN with a blank in it: of letters alone before it, and so like a word.
_ENDS_A_VIN = re.compile(r"[A-HJ-NPR-Z]{3,8}[A-HJ-NPR-Z0-9]{6,13}[0-9]{4}")


class _Words(NamedTuple):
    """The words of ``FILE``: what a cell is made of wholly, and with what it begins, by its first letter."""

    whole: Mapping[RowKind, re.Pattern[str]]
    starts: Mapping[str, Sequence[tuple[str, RowKind]]]


class RowKinds:
    """Tells the rows of one table that are no vehicles.

    Args:
        headers: of its columns, as written.
        fields: of each column the field that it is read as; empty where it is not.
        titles: what stands above the header.

    >>> kinds = RowKinds(["No.", "VIN", "Model", "G.W."], ["row_no", "vin", "model", ""])
    >>> kinds(["Sub-total", "", "", "8,762.50"]).value, kinds(["No.", "VIN", "Model", "G.W."]).value
    ('totals', 'repeated_headers')
    >>> kinds(["Total", "LRW3E7FA1LC0000", "", "1750"]), kinds(["7", "", "ATTO 3", "1750"])
    (None, None)
    """

    def __init__(
        self,
        headers: Sequence[str],
        fields: Sequence[str],
        titles: AbstractSet[str] = frozenset(),
    ) -> None:
        self._titles = titles
        self._headers = [normalise(header) for header in headers]
        self._meanings = [meaning(header) for header in headers]
        self._fields = list(fields)

    def __call__(self, cells: Sequence[str]) -> RowKind | None:
        """What a row is; None for a vehicle, and for a row without content."""
        filled = [(at, cell.strip()) for at, cell in enumerate(cells) if cell.strip()]
        if not filled or any(len(cell) > LONGEST for _, cell in filled):
            return None
        # So of nearly all rows, whose cells come again and again; those of VINs do not.
        if any(self._is_of_a_vehicle(at, cell) for at, cell in filled):
            return None
        if any(like_a_vin(cell) for at, cell in filled if self._fields[at] == "vin"):
            return None
        kind = self._again(filled) or _ruler(filled) or self._by_words(filled)
        return None if kind is None or any(like_a_vin(cell) for _, cell in filled) else kind

    def _is_of_a_vehicle(self, at: int, cell: str) -> bool:
        """Whether a cell is what no other row has in its column: a text that is none of the words."""
        field = self._fields[at]
        if not field or field in _SUMMED or _is_other_word(cell):
            return False
        named, header = normalise(cell), self._headers[at]
        return not (named and (header.startswith(named) or header.endswith(named)))

    def _again(self, filled: Sequence[tuple[int, str]]) -> RowKind | None:
        """Whether a row of the top comes again, as after the break of a page."""
        free = all(self._fields[at] in _BEGUN_IN for at, _ in filled)
        if free and all(cell in self._titles for _, cell in filled):
            return RowKind.REPEATED_TITLE
        return self._header(filled)

    def _header(self, filled: Sequence[tuple[int, str]]) -> RowKind | None:
        """Whether all that is filled stands in the header of its column, or means the same."""
        if len(filled) == 1 and len(self._headers) > 1:
            return None
        for at, cell in filled:
            named, header = normalise(cell), self._headers[at]
            of_two_lines = len(named) > 1 and (header.startswith(named) or header.endswith(named))
            if not named or not header:
                return None
            if not of_two_lines and not _field(cell) == self._of(at) != "":
                return None
        return RowKind.REPEATED_HEADER

    def _of(self, at: int) -> str:
        """What the header of a column means."""
        named = self._meanings[at]
        return named[0] if named else ""

    def _by_words(self, filled: Sequence[tuple[int, str]]) -> RowKind | None:
        if len(filled) == 1 and _NUMBERED.fullmatch(filled[0][1]):
            return RowKind.PAGE_NUMBER
        kind = self._made_of_words(filled) or self._begun(filled)
        return None if kind in _SUMS and self._is_counted(filled) else kind

    def _is_counted(self, filled: Sequence[tuple[int, str]]) -> bool:
        """Whether a row has a number among those of the rows and its words elsewhere, as a vehicle has of a model SUM or Total."""
        at, cell = filled[0]
        counts = self._fields[at] == "row_no" or not self._headers[at]
        return counts and cell.isdecimal() and all(self._fields[at] != "vin" for at, _ in filled)

    def _made_of_words(self, filled: Sequence[tuple[int, str]]) -> RowKind | None:
        """The kind of a row of known words and figures alone, each where such a row has them."""
        kinds = set[RowKind]()
        for at, cell in filled:
            if _is_ruler(cell):
                continue
            if is_number(cell):
                if not self._may_be_summed(at, cell):
                    return None
                continue
            kind = _kind_of_words(cell)
            if kind is not None:
                kinds.add(kind)
            elif not (_is_unit(cell) and self._may_be_summed(at, cell)):
                return None
        for kind in (RowKind.CARRIED_FORWARD, RowKind.TOTAL):
            if kind in kinds:
                return kind
        return RowKind.PAGE_NUMBER if kinds and len(filled) < 3 else None

    def _may_be_summed(self, at: int, cell: str) -> bool:
        """Whether a total can have figures in a column; a long number in that of the VINs is somebody's."""
        field = self._fields[at]
        if field == "vin" and _LONG_NUMBER.search(cell):
            return False
        return not field or field in _SUMMED

    def _begun(self, filled: Sequence[tuple[int, str]]) -> RowKind | None:
        """The kind of a row that begins with words of one, and has nothing of a vehicle behind them."""
        at, first = filled[0]
        kind = _kind_begun(first)
        if kind is None or (kind is RowKind.TOTAL and self._fields[at] not in _BEGUN_IN):
            return None
        for at, cell in filled[1:]:
            if is_number(cell):
                fits = kind is RowKind.TOTAL and self._may_be_summed(at, cell)
            else:
                free = kind is not RowKind.TOTAL and not self._fields[at]
                fits = free or _is_ruler(cell) or _kind_begun(cell) is not None
            if not fits:
                return None
        return kind


def _ruler(filled: Sequence[tuple[int, str]]) -> RowKind | None:
    if not all(_is_ruler(cell) or set(cell) <= set("|+-=") for _, cell in filled):
        return None
    return RowKind.RULER if any(_is_ruler(cell) for _, cell in filled) else None


def _is_ruler(cell: str) -> bool:
    """Whether a cell is a line drawn with signs; three dots alone stand for what is left out."""
    signs = set(cell)
    if signs <= _STARS:
        return len(cell) >= _MANY_STARS
    if signs <= {".", " "} and len(cell) <= _DOTS:
        return False
    return signs <= _LINES and _THRICE.search(cell) is not None


@lru_cache(maxsize=1 << 14)
def _is_other_word(cell: str) -> bool:
    """Whether a cell can be one of a row that is no vehicle, whatever its column."""
    return (
        _is_ruler(cell)
        or _NUMBERED.fullmatch(cell) is not None
        or _kind_of_words(cell) is not None
        or _kind_begun(cell) is not None
        or meaning(cell) is not None
    )


def _field(cell: str) -> str:
    """The field that a text is a heading of; empty of no known one."""
    named = meaning(cell)
    return named[0] if named else ""


def _kind_of_words(cell: str) -> RowKind | None:
    """The kind whose words, units and figures are all that a cell holds."""
    words = normalise(_FIGURES.sub(" ", cell))
    return next((one for one, all_of in _words().whole.items() if all_of.fullmatch(words)), None)


def _is_unit(cell: str) -> bool:
    """Whether a cell holds nothing but units and figures."""
    return _units().fullmatch(normalise(_FIGURES.sub(" ", cell))) is not None


def is_number(cell: str) -> bool:
    """Whether a cell is a number, with its sign, currency or per cent."""
    return _NUMBER.fullmatch("".join(cell.split())) is not None


def like_a_vin(cell: str) -> bool:
    """Whether a cell holds anything like a VIN: whole, damaged, masked, in pieces, or the start of one of a known maker."""
    text, _ = fold(cell)
    if holds_vin(text) or (_MASK.search(text) and not _is_ruler(cell)):
        return True
    if next(damaged_vins(text), None) is not None:
        return True
    words = _WORD.findall(text)
    alone = _apart(words)
    pairs = (
        f"{one}{other}"
        for one, other in pairwise(words)
        if alone.isdisjoint((one, other))
        or (one.isalpha() and _ENDS_A_VIN.fullmatch(f"{one}{other}"))
    )
    return any(map(_begins_like_a_vin, (*words, *pairs)))


def _apart(words: Sequence[str]) -> frozenset[str]:
    """Those of some words that belong to no other: words of a language, and numbers of containers."""
    return frozenset(
        word for word in words if (len(word) > 3 and word.isalpha()) or CONTAINER.fullmatch(word)
    )


def _begins_like_a_vin(word: str) -> bool:
    """Whether a word of at least eight letters and figures begins as the VINs of a maker."""
    if len(word) < PARTLY_READABLE or word.isdigit() or word.isalpha():
        return False
    return CONTAINER.fullmatch(word) is None and wmi_is_known(word[:3])


@cache
def _words() -> _Words:
    by_kind: dict[str, list[str]] = {kind: [] for kind in (*_KINDS, _UNIT)}
    starts: dict[str, list[tuple[str, RowKind]]] = {}
    for kind, words, stands, _language, _source in read_rows(FILE, COLUMNS):
        if kind == _PIVOT:
            continue
        if stands == "start" or kind == "total":
            begin = _plain(words)
            starts.setdefault(begin[0], []).append((begin, _KINDS[kind]))
        if stands == "whole":
            by_kind[kind].append(words)
    units = by_kind.pop(_UNIT)
    whole = {
        _KINDS[kind]: _made_of([*words, *(units if kind != "page" else ())], words)
        for kind, words in by_kind.items()
        if words
    }
    for of_letter in starts.values():
        of_letter.sort(key=lambda start: -len(start[0]))
    return _Words(whole, starts)


@cache
def _units() -> re.Pattern[str]:
    rows = read_rows(FILE, COLUMNS)
    return _made_of([words for kind, words, *_ in rows if kind == _UNIT], [])


def _made_of(words: Sequence[str], one_of: Sequence[str]) -> re.Pattern[str]:
    """What matches normalised words put together of these, one of some among them."""
    each, must = (
        "|".join(sorted({re.escape(normalise(word)) for word in some}, key=len, reverse=True))
        for some in (words, one_of)
    )
    # Possessive, with the longest first: no text takes more than one try at a place.
    return re.compile(rf"(?=.{{0,80}}(?:{must}))(?:{each})++" if must else rf"(?:{each})++")


def _plain(text: str) -> str:
    """A text in small letters of one width, with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _kind_begun(cell: str) -> RowKind | None:
    """The kind with whose words a cell begins, and which ends there or goes on as such a cell does."""
    text = _plain(cell)
    for words, kind in _words().starts.get(text[:1], ()):
        if text.startswith(words) and _goes_on(words, text[len(words) :], kind):
            return kind
    return None


def _goes_on(words: str, rest: str, kind: RowKind) -> bool:
    """Whether what follows known words is that of their kind: a colon behind a remark, which may be a model (Nissan Note)."""
    behind = rest.lstrip()
    if kind is RowKind.REMARK:
        return behind[:1] in {":", "。", "."} and bool(behind)
    if not behind or behind[0] in ":._-/(,\u2026" or _is_ruler(behind):
        return True
    # One word alone is no phrase, as "Signed" is; in Chinese two signs are.
    phrase = kind is RowKind.TOTAL or " " in words or not words.isascii()
    return phrase and (rest != behind or not rest[0].isalpha() or words[-1] > _IDEOGRAPHS)
