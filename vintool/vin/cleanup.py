"""Text of a cell -> the text of a VIN, what was done to get it, and what keeps it from being one.

This is spelling alone: the registry is not asked, and the letters I, O and Q are never replaced. What stands for
characters that are not known is told by ``masks``.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from vintool.codes import Problem
from vintool.vin.masks import (
    CONTAINER,
    MARKS,
    SEPARATORS,
    Part,
    masked,
    of_small_letters,
    part_of,
)
from vintool.vin.positions import ALPHABET
from vintool.vin.ranges import last_of
from vintool.vin.scan import bare, mixed, vin_places

#: Characters that must be read: with the WMI, the descriptor, model year and plant something can be said.
READABLE = 11

_INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF, 0x00AD]
)
_HOMOGLYPHS = str.maketrans("АВЕЅІЈКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABESIJKMHOPCTYXABEZHIKMNOPTYX")
# Possessive: white space is gone through once, however much there is.
_LABEL = re.compile(
    r"^\W*+(?:VEHICLE\s++IDENTIFICATION\s++(?:NO|NUMBER)|V\.?I\.?N|CHASSIS|FRAME|FIN|车架号|底盘号|车辆识别代号|车辆识别代码)"
    r"\s*+(?:码|NO\b|NUMBER\b|N°|#)?\s*+(?:[:：.#=]+\s*+|(?<=\s))(?=\S)"
)
_DELIMITERS = "*'\"`´‘’“”<>()[]{}"
_OF_WORD = f"[A-Z0-9{re.escape(MARKS)}]"
_MARKED_WORD = re.compile(rf"(?<!{_OF_WORD}){_OF_WORD}{{17}}(?!{_OF_WORD})", re.IGNORECASE)
_BETWEEN_VINS = re.compile(r"[^A-Z0-9\s\-]+")
# Two VINs and more without a sign between them: each ends in its serial.
# A label that is glued to the VIN before it.
_LABEL_BEHIND = re.compile(rf"(?<![A-Z0-9])((?:VIN[:.#]?)?[{ALPHABET}]{{17}})(?=VIN(?:NO)?[:.#\s])")
# Words that stand for vehicles whose VINs are not there.
_AND_MORE = re.compile(r"\bETC\b|\bDITTO\b|\bOTHERS?\b|\.\.|…|等|同上")
_GLUED = re.compile(rf"(?<![A-Z0-9])(?:[{ALPHABET}]{{13}}[0-9]{{4}}){{2,}}(?![A-Z0-9])")
# What stands between the first VIN and the last one of a range; a hyphen stands between many other things, too.
_DASH = r"-{1,2}|[‐-―−]"
_TO = rf"(?P<word>[~〜∼→]|-{{1,2}}>|\.{{2,}}|TO|THRU|THROUGH|UNTIL|TILL|BIS|HASTA|AL?|ATÉ|ATE|AO|AU|À|ПО|ДО|至|到|迄)|{_DASH}"
_TO_VIN = re.compile(rf"\s*+(?:{_TO})\s*+")
_TO_END = re.compile(rf"\s*+(?:{_TO})\s*+[.…]{{0,3}}([0-9]{{1,6}})(?![A-Z0-9])")
_NEARLY_A_VIN = range(15, 20)
_LETTERS_OF_PIECES = 4  # a date and a number have three: JAN-12-2026
_WORD = re.compile(r"[A-Z0-9]+")
_SHORTEST_WORD, _FILLER = 4, "ZZZ"  # of a VIN in pieces none is a word; this fills those of Europe
_MARK = f"[{re.escape(MARKS)}…]"
_FIGURES = re.compile(rf"\d|[A-Z]{_MARK}|{_MARK}[A-Z]")
_PIECE = range(8, 17)  # characters: the first eight tell the model
# Of the Japanese home market: the type holds letters and figures; that of the emission rules may stand before it.
_FRAME_NUMBER = re.compile(
    r"(?:[A-Z0-9]{1,3}-)?(?=[A-Z]*[0-9])(?=[0-9]*[A-Z])[A-Z0-9]{2,7}-[0-9]{5,7}"
)
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—−ー", "-"))
_PLACEHOLDERS = {"TBA", "TBC", "TBD", "NA", "NIL", "NONE", "NULL", "UNKNOWN", "PENDING", "TEST", "无", "待定", "暂无", "未知", "12345678901234567", "ABCDEFGHJKLMNPRST"}  # fmt: skip
# What does not keep a part of a VIN from being read; of 16 characters one may lack anywhere.
_PARTLY = frozenset({None, Problem.NOT_A_VIN, Problem.LENGTH, Problem.ALPHABET})
_ONE_LESS = 16
_spelled = re.compile(rf"[{ALPHABET}]{{17}}").fullmatch
_MISSING = frozenset({"", "-", "--", "N/A", "/"})


class Range(NamedTuple):
    """The first and the last VIN of a range as a cell states it; the last is empty where it cannot be told.

    ``stated`` says that a word or sign of a range stands between them, ``alone`` that nothing else need bear it out.
    """

    first: str
    last: str
    stated: bool
    alone: bool


class Reading(NamedTuple):
    """What a cell holds: the cleaned text, what was done to get it, what keeps it from being a VIN.

    Attributes:
        text: cleaned.
        cleanup: what was done to get it.
        problem: what keeps it from being a VIN.
        vins: those in the cell, where there are several.
        pieces: what stands beside the one VIN of the cell and is spelled like another one, damaged or begun: it is one
            if its maker is known.
        known: where a part of a VIN is, 17 characters with ``*`` for each that is not.
        cut: whether that part is all that the text has; else marks stand for the rest.
        ranges: of VINs that the cell states by their ends.
    """

    text: str
    cleanup: tuple[Problem, ...] = ()
    problem: Problem | None = None
    vins: tuple[str, ...] = ()
    pieces: tuple[str, ...] = ()
    known: str = ""
    cut: bool = False
    ranges: tuple[Range, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong, the gravest first."""
        return self.cleanup if self.problem is None else (self.problem, *self.cleanup)


def read(raw: object) -> Reading:
    """Clean the text of a cell and say whether it is a well-formed VIN.

    >>> read("*lrw3e7fa1 lc000001*").cleanup
    (<Problem.LETTER_CASE: 'letter_case'>, <Problem.SPACES: 'spaces'>, <Problem.DELIMITERS: 'delimiters'>)
    >>> read("LRW3E7FA1LCOOOOO1").problem
    <Problem.ALPHABET: 'alphabet'>
    """
    if isinstance(raw, str) and is_plain(raw):
        return Reading(str(raw))
    text, cleanup = fold("" if raw is None else str(raw))
    if text.strip() in _MISSING:
        return Reading("", tuple(cleanup), Problem.MISSING)
    if (unlabelled := _LABEL.sub("", text)) != text:
        cleanup.append(Problem.LABEL)
    joined, joining = _join(unlabelled)
    if _spelled(joined) and masked(joined) == joined:
        return Reading(joined, (*cleanup, *joining), _fault(joined, unlabelled.strip()))
    if len(joined) != 17 and (among := _among_words(unlabelled, joined, cleanup)):
        return among
    fault = _fault(joined, unlabelled.strip())
    if fault in _PARTLY and (part := part_of("".join(unlabelled.split()))):
        return _partly(unlabelled, joined, cleanup, part)
    places = marked_places(unlabelled) if fault in _PARTLY else []
    if len(places) == 1 and (part := part_of(unlabelled[slice(*places[0])])):
        done = (*cleanup, Problem.FROM_TEXT)
        return Reading(unlabelled[slice(*places[0])], done, Problem.PARTIAL, known=part.text)
    # Seventeen characters that break nothing are a mask, and too little beside it.
    return Reading(joined, (*cleanup, *joining), fault or Problem.NOT_A_VIN)


def _among_words(text: str, joined: str, cleanup: list[Problem]) -> Reading | None:
    """The VIN, or the VINs, among the words of a text; None if there is none."""
    text = _LABEL_BEHIND.sub(r"\1,", _GLUED.sub(_apart, text))
    places = [span for span in vin_places(text) if _spelled(bare(text[slice(*span)]))]
    sound = tuple(dict.fromkeys(bare(text[start:end]) for start, end in places))
    if not sound:
        return None
    rest = _without(text, places)
    ranges = tuple(_ranges(text, places))
    pieces = (*damaged_vins(rest), *filter(_is_piece, _WORD.findall(rest)))
    more = _FIGURES.search(rest) or _AND_MORE.search(rest)
    beside = [Problem.REST_OF_CELL] if more else []
    if len(sound) > 1:
        done = (*cleanup, *beside)
        return Reading(joined, done, Problem.SEVERAL_VINS, sound, pieces, ranges=ranges)
    done = (*cleanup, Problem.FROM_TEXT, *beside)
    if (known := masked(sound[0])) != sound[0]:
        return Reading(sound[0], done, Problem.PARTIAL, known=known)
    return Reading(sound[0], done, _fault(sound[0], sound[0]), pieces=pieces, ranges=ranges)


def _apart(glued: re.Match[str]) -> str:
    """VINs that are written without a sign between them, with one; a word that is something else stays."""
    vins = [glued[0][at : at + 17] for at in range(0, len(glued[0]), 17)]
    return ",".join(vins) if all(map(mixed, vins)) else glued[0]


def _ranges(text: str, places: list[tuple[int, int]]) -> Iterator[Range]:
    """The ranges that a text states: between two VINs at these places, or of one VIN and the last figures of another."""
    for (start, end), (follows, until) in pairwise(places):
        if between := _TO_VIN.fullmatch(text, end, follows):
            stated = between["word"] is not None
            yield Range(bare(text[start:end]), bare(text[follows:until]), stated, alone=True)
    start, end = places[-1]
    tail = _TO_END.match(text, end)
    if tail and not any(map(_FIGURES.search, (_without(text[:end], places), text[tail.end() :]))):
        first, stated = bare(text[start:end]), tail["word"] is not None
        yield Range(first, last_of(first, tail[tail.lastindex or 1]), stated, alone=stated)


def _without(text: str, places: Sequence[tuple[int, int]]) -> str:
    """A text with a comma in place of what stands at some places."""
    ends = [0, *(end for _, end in places)]
    starts = [*(start for start, _ in places), len(text)]
    return ",".join(text[end:start] for end, start in zip(ends, starts, strict=True))


def marked_places(text: str) -> list[tuple[int, int]]:
    """Where words of seventeen characters stand of which marks hide some and enough are known.

    >>> marked_places("1) LGXCE4CB6******** blue, 2) LRW3E7FA1LC000001")
    [(3, 20)]
    """
    return [
        word.span()
        for word in _MARKED_WORD.finditer(text)
        if not word[0].isalnum() and part_of(word[0].upper())
    ]


def _partly(text: str, joined: str, cleanup: list[Problem], part: Part) -> Reading:
    """The reading of a text of which a part of a VIN is known."""
    spaces = [Problem.SPACES] if "".join(text.split()) != text else []
    done = (*cleanup, *spaces, *part.cleanup)
    if part.cut and len(joined) == _ONE_LESS:
        done = (Problem.PARTIAL, *done)
        return Reading(joined, done, Problem.LENGTH, known=part.text, cut=True)
    return Reading(joined, done, Problem.PARTIAL, known=part.text, cut=part.cut)


def is_plain(text: str) -> bool:
    """Whether ``read`` finds nothing to clean and nothing wrong.

    >>> is_plain("LRW3E7FA1LC000001"), is_plain("lrw3e7fa1lc000001")
    (True, False)
    """
    return _spelled(text) is not None and not _is_placeholder(text) and masked(text) == text


def fold(raw: str) -> tuple[str, list[Problem]]:
    """Fold width, case, invisible characters and look-alikes; report each fold that did something."""
    if raw.isascii():
        known = of_small_letters(raw)
        capitals = known.upper()
        return capitals, [] if capitals == known else [Problem.LETTER_CASE]
    cleanup = []
    visible = raw.translate(_INVISIBLE)
    if visible != raw:
        cleanup.append(Problem.INVISIBLE)
    spaced = visible.replace("\u00a0", " ").replace("\u3000", " ")
    text = unicodedata.normalize("NFKC", spaced)
    if text != spaced:
        cleanup.append(Problem.FULL_WIDTH)
    text = of_small_letters(text)
    capitals = text.upper()
    if capitals != text:
        cleanup.append(Problem.LETTER_CASE)
    latin = capitals.translate(_HOMOGLYPHS)
    if latin != capitals:
        cleanup.append(Problem.LOOK_ALIKE)
    return latin, cleanup


def _join(text: str) -> tuple[str, list[Problem]]:
    """Take out what people put between and around the characters."""
    cleanup = []
    packed = "".join(text.split())
    if packed != text:
        cleanup.append(Problem.SPACES)
    bare = packed.strip(_DELIMITERS)
    if bare != packed:
        cleanup.append(Problem.DELIMITERS)
    joined = bare if bare.isalnum() else bare.translate(SEPARATORS)
    if joined != bare:
        cleanup.append(Problem.SEPARATORS)
    return joined, cleanup


def damaged_vins(text: str) -> Iterator[str]:
    """What stands in a text of capitals and has nearly as many characters as a VIN, in one word or in pieces.

    Words of a language are in none: ``HS CODE 8703801090`` has sixteen characters and is no VIN.

    >>> list(damaged_vins("1 UNIT, LRW 3E7FA1LC00001, HS CODE 8703801090, INVOICE INV20260312"))
    ['LRW3E7FA1LC00001']
    """
    for part in _BETWEEN_VINS.split(text):
        words = _WORD.findall(part)
        for first in range(len(words)):
            joined = ""
            for at in range(first, len(words)):
                joined += words[at]
                if len(joined) >= _NEARLY_A_VIN.stop or _is_no_part(words[at]):
                    break
                if len(joined) in _NEARLY_A_VIN and _like_a_vin(joined, in_pieces=at > first):
                    yield joined


def _is_no_part(word: str) -> bool:
    is_word = len(word) >= _SHORTEST_WORD and word.isalpha() and _FILLER not in word
    return is_word or CONTAINER.fullmatch(word) is not None


def _like_a_vin(joined: str, *, in_pieces: bool) -> bool:
    """Whether there are figures enough, most of them at the end, and letters."""
    figures = [character.isdigit() or character in "IOQ" for character in joined]
    letters = sum(map(str.isalpha, joined))
    many = 5 <= sum(figures) < len(joined) and sum(figures[-4:]) > 2
    return many and letters >= (_LETTERS_OF_PIECES if in_pieces else 1)


def _is_piece(word: str) -> bool:
    """Whether a word is spelled like the start of a VIN: of its alphabet, no number alone, and no container number."""
    return (
        len(word) in _PIECE
        and set(word) <= set(ALPHABET)
        and not word.isdigit()
        and not CONTAINER.fullmatch(word)
    )


def _fault(joined: str, spaced: str) -> Problem | None:
    """What keeps a text from being a VIN, the gravest first."""
    if _is_placeholder(joined):
        return Problem.PLACEHOLDER
    if len(joined) != 17 and is_frame_number(spaced):
        return Problem.FRAME_NUMBER
    readable = sum(map(ALPHABET.__contains__, joined))
    if readable < READABLE:
        return Problem.NOT_A_VIN
    if len(joined) != 17:
        return Problem.LENGTH
    return None if readable == 17 else Problem.ALPHABET


def is_frame_number(text: str) -> bool:
    """Whether a text is a frame number of the Japanese home market by its hyphen.

    >>> is_frame_number("SE3P-116167"), is_frame_number("ZAA-ZE1-202079"), is_frame_number("2026-116167")
    (True, True, False)
    """
    return _FRAME_NUMBER.fullmatch("".join(text.split()).translate(_HYPHENS)) is not None


def _is_placeholder(text: str) -> bool:
    """Whether a text stands in for a VIN: a word, a row of keys, or one character again and again."""
    if text in _PLACEHOLDERS:
        return True
    at_least = 3 if text[:1] == "X" else 17
    return len(text) >= at_least and text.count(text[0]) == len(text)
