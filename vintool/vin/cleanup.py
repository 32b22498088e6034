"""Text of a cell -> the text of a VIN, what was done to get it, and what keeps it from being one.

This is spelling alone: neither the check digit nor the registry is asked, and the letters I, O and Q
are never replaced.
"""

import re
import unicodedata
from typing import NamedTuple

from vintool.codes import Problem
from vintool.vin.positions import ALPHABET

#: Characters that must be read: with the WMI, the descriptor, model year and plant something can be said.
READABLE = 11
#: What people put between the characters of a VIN.
SEPARATORS = dict.fromkeys(map(ord, r"-‐‑‒–—−_./\,;|·"))

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
_VIN_IN_TEXT = re.compile(r"(?<![A-Z0-9])[A-HJ-NPR-Z0-9]{17}(?![A-Z0-9])")
_BETWEEN_VINS = re.compile(r"[^A-Z0-9\s\-]+")
_NEARLY_A_VIN = range(15, 20)
_WORD = re.compile(r"[A-Z0-9]+")
_FIGURES = re.compile(r"\d|[A-Z][*#•×…]|[*#•×…][A-Z]")
_PIECE = range(8, 17)  # characters: the first eight tell the model
_CONTAINER = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}")  # ISO 6346
_FRAME_NUMBER = re.compile(r"[A-Z0-9]{2,7}-[0-9]{5,7}")
_PLACEHOLDERS = {"TBA", "TBC", "TBD", "NA", "NIL", "NONE", "NULL", "UNKNOWN", "PENDING", "TEST", "无", "待定", "暂无", "未知", "12345678901234567", "ABCDEFGHJKLMNPRST"}  # fmt: skip
_SPELLED = re.compile(rf"[{ALPHABET}]{{17}}").fullmatch
_MISSING = frozenset({"", "-", "--", "N/A", "/"})


class Reading(NamedTuple):
    """What a cell holds: the cleaned text, what was done to get it, what keeps it from being a VIN.

    Attributes:
        text: cleaned.
        cleanup: what was done to get it.
        problem: what keeps it from being a VIN.
        vins: those in the cell, where there are several.
        pieces: what stands beside the one VIN of the cell and is spelled like the start of another.
    """

    text: str
    cleanup: tuple[Problem, ...] = ()
    problem: Problem | None = None
    vins: tuple[str, ...] = ()
    pieces: tuple[str, ...] = ()

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
    if len(joined) != 17:
        vins = tuple(dict.fromkeys(_VIN_IN_TEXT.findall(unlabelled)))
        if len(vins) == 1 and (second := _second(unlabelled.replace(vins[0], ",", 1))):
            vins = (vins[0], second)
        if len(vins) == 1:
            rest = unlabelled.replace(vins[0], ",", 1)
            pieces = tuple(filter(_is_piece, _WORD.findall(rest)))
            cleanup += [
                Problem.FROM_TEXT,
                *([Problem.REST_OF_CELL] if _FIGURES.search(rest) else []),
            ]
            return Reading(vins[0], tuple(cleanup), _fault(vins[0], vins[0]), pieces=pieces)
        if vins:
            return Reading(joined, tuple(cleanup), Problem.SEVERAL_VINS, vins)
    return Reading(joined, (*cleanup, *joining), _fault(joined, unlabelled.strip()))


def is_plain(text: str) -> bool:
    """Whether ``read`` finds nothing to clean and nothing wrong.

    >>> is_plain("LRW3E7FA1LC000001"), is_plain("lrw3e7fa1lc000001")
    (True, False)
    """
    return _SPELLED(text) is not None and not _is_placeholder(text)


def fold(raw: str) -> tuple[str, list[Problem]]:
    """Fold width, case, invisible characters and look-alikes; report each fold that did something."""
    if raw.isascii():
        capitals = raw.upper()
        return capitals, [] if capitals == raw else [Problem.LETTER_CASE]
    cleanup = []
    visible = raw.translate(_INVISIBLE)
    if visible != raw:
        cleanup.append(Problem.INVISIBLE)
    spaced = visible.replace("\u00a0", " ").replace("\u3000", " ")
    text = unicodedata.normalize("NFKC", spaced)
    if text != spaced:
        cleanup.append(Problem.FULL_WIDTH)
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
    joined = bare.translate(SEPARATORS)
    if joined != bare:
        cleanup.append(Problem.SEPARATORS)
    return joined, cleanup


def _second(rest: str) -> str:
    """What stands beside a VIN and could be another one, damaged or with spaces; empty if nothing."""
    for part in _BETWEEN_VINS.split(rest):
        joined = re.sub(r"[\s\-]+", "", part)
        figures = sum(character.isdigit() or character in "IOQ" for character in joined)
        if len(joined) in _NEARLY_A_VIN and joined.isalnum() and 5 <= figures < len(joined):
            return joined
    return ""


def _is_piece(word: str) -> bool:
    """Whether a word is spelled like the start of a VIN: of its alphabet, no number alone, and no container number."""
    return (
        len(word) in _PIECE
        and set(word) <= set(ALPHABET)
        and not word.isdigit()
        and not _CONTAINER.fullmatch(word)
    )


def _fault(joined: str, spaced: str) -> Problem | None:
    """What keeps a text from being a VIN, the gravest first."""
    if _is_placeholder(joined):
        return Problem.PLACEHOLDER
    if len(joined) != 17 and _FRAME_NUMBER.fullmatch(spaced):
        return Problem.FRAME_NUMBER
    readable = sum(map(ALPHABET.__contains__, joined))
    if readable < READABLE:
        return Problem.NOT_A_VIN
    if len(joined) != 17:
        return Problem.LENGTH
    return None if readable == 17 else Problem.ALPHABET


def _is_placeholder(text: str) -> bool:
    """Whether a text stands in for a VIN: a word, a row of keys, or one character again and again."""
    if text in _PLACEHOLDERS:
        return True
    at_least = 3 if text[:1] == "X" else 17
    return len(text) >= at_least and text.count(text[0]) == len(text)
