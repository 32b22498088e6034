"""What a cell looks like: a VIN, a damaged one, or anything that stands below a header and not in it.

Of long texts nothing is asked: every question here takes time that grows with the text, and no VIN needs as many
characters.
"""

import re
import unicodedata
from collections.abc import Sequence

from vintool.vin.masks import MARKS

LONGEST = 200
"""Characters of a cell that may be a VIN, with all that people put between and around its characters."""

_IGNORED = re.compile(r"[\s\-*\u200b-\u200f\u2010-\u2015\u2060\ufeff]+")
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_AROUND = re.compile(r"[\s'\"`´‘’“”<>()\[\]{}\-_./\\,;|·\u200b-\u200f\u2010-\u2015\u2060\ufeff]+")
_LABEL = re.compile(
    r"(?:VIN|FIN|CHASSIS|FRAME|车架号|底盘号)(?:NO|NUMBER|码)?[:=#]*(?=[A-Z0-9]{8})"
)
_MASK = f"{MARKS}…"
_MASKED = re.compile(rf"[{re.escape(_MASK)}X]{{3}}")
_PIECE = re.compile(rf"[A-Z0-9{re.escape(_MASK)}]+")
_START = re.compile(r"(?!\d+$)[A-HJ-NPR-Z0-9]{8}[0-9X][A-HJ-NPR-Z0-9]{2,}")
_ALPHANUMERIC = re.compile(r"[A-Z0-9]+")
_VIN_WORDS = re.compile(r"(?:[A-HJ-NPR-Z0-9]{17})+")
_SHORT_WORD = 5  # characters: a number of the item, the sign of a range
_MANY_VINS = 1 << 12  # characters of a cell that are looked at
_WORD = re.compile(r"(?<![A-Z0-9])[A-Z0-9]{17}(?![A-Z0-9])")
_STAND_INS = frozenset({"TBA", "TBC", "TBD", "NA", "N/A", "NIL", "NONE", "NULL", "UNKNOWN", "PENDING", "-", "--", "待定", "暂无", "未知"})  # fmt: skip
_NEXT_ROWS, _FIRST_CELLS = 20, 256  # a text that comes again is looked for among these
_FIGURES = re.compile(r"[\d\W_]+")


def vin_shaped(text: str) -> bool:
    """Whether a cell could be a VIN once spaces, hyphens, asterisks and full width are gone.

    Seventeen digits without a letter are an order number far more often than a VIN, and seventeen
    letters without a digit are a word: "Fahrgestellnummer".

    >>> vin_shaped("*lrw3e7fa-1lc 000001*"), vin_shaped("12345678901234567")
    (True, False)
    """
    if not 17 <= len(text) <= LONGEST:
        return False
    bare = _IGNORED.sub("", unicodedata.normalize("NFKC", text)).upper()
    return _VIN.fullmatch(bare) is not None and _mixed(bare)


def made_of_vins(text: str) -> bool:
    """Whether a cell holds a VIN, or several, and beside them nothing but signs and short words.

    >>> made_of_vins("LRW3E7FA1LC000001 / LRW3E7FAXLC000000"), made_of_vins("1) LRW3E7FA1LC000001LRW3E7FAXLC000000")
    (True, True)
    >>> made_of_vins("LRW3E7FA1LC000001 to ...13"), made_of_vins("chassis LRW3E7FA1LC000001")
    (True, False)
    """
    if vin_shaped(text):
        return True
    vins, others = _words(text)
    return any(map(_mixed, vins)) and all(len(word) <= _SHORT_WORD for word in others)


def vin_among_words(text: str) -> bool:
    """Whether a cell holds a VIN and words of a language beside it.

    >>> vin_among_words("NEW CAR LRW3E7FA1LC000001"), vin_among_words("1) LRW3E7FA1LC000001 to ...13")
    (True, False)
    """
    if vin_shaped(text):
        return False
    vins, others = _words(text)
    return any(map(_mixed, vins)) and any(len(word) > 2 and word.isalpha() for word in others)


def _words(text: str) -> tuple[set[str], list[str]]:
    """The VINs of a cell, and its other words."""
    folded = unicodedata.normalize("NFKC", text[:_MANY_VINS]).upper()
    words = _ALPHANUMERIC.findall(folded)
    vins = {word for word in words if _VIN_WORDS.fullmatch(word)}
    if len(text) > _MANY_VINS:
        words.pop()  # it may be cut off
    return vins, [word for word in words if word not in vins]


def like_a_vin(text: str) -> bool:
    """Whether a cell looks like a VIN, be it damaged: short, long, masked, in quotes, with letters that no VIN has.

    Engine numbers and bills of lading look so too: this tells what is no header, not what is a VIN.

    >>> [like_a_vin(text) for text in ("LRWYGCFJ2SC00000", "'lrwygcfj2sc 0000 011'", "LRWYGCFJ2SC******", "LRWYGCFJ2SC")]
    [True, True, True, True]
    >>> [like_a_vin(text) for text in ("VIN (17 digits)", "Model 2026", "2026-03-01", "NEDC2_Co2", "Fahrgestellnummer")]
    [False, False, False, False, False]
    """
    if not 8 <= len(text) <= LONGEST:
        return False
    bare = _AROUND.sub("", unicodedata.normalize("NFKC", text)).upper()
    bare = bare[label.end() :] if (label := _LABEL.match(bare)) else bare
    if not 8 <= len(bare) <= 21 or not _PIECE.fullmatch(bare):
        return False
    known = "".join(letter for letter in bare if letter not in _MASK)
    if not known or known.isdigit():
        return False
    if len(known) >= 5 and _MASKED.search(bare) and any(map(str.isdigit, known)):
        return True
    if _START.fullmatch(known):
        return True
    digits = sum(map(str.isdigit, known))
    # Headings have figures too, mostly between separators: NEDC2_Co2.
    return digits >= (5 if _AROUND.search(text.strip()) else 2) and len(known) - digits >= 2


def holds_vin(text: str) -> bool:
    """Whether a cell is a VIN, or one with a few characters too many or too few, or has one among its words.

    >>> holds_vin("chassis LRW3E7FA1LC000001, blue"), holds_vin("LRWYGCFJ2SC00000"), holds_vin("B/L MEDUAB123456")
    (True, True, False)
    """
    folded = (text if text.isascii() else unicodedata.normalize("NFKC", text[: 1 << 12])).upper()
    if any(_mixed(word) for word in _WORD.findall(folded)):
        return True
    bare = _AROUND.sub("", folded) if len(folded) <= LONGEST else ""
    bare = bare.removeprefix("*").removesuffix("*")  # of a bar code
    digits = sum(map(str.isdigit, bare))
    return vin_shaped(text) or (
        15 <= len(bare) <= 19 and digits >= 5 and _mixed(bare) and like_a_vin(text)
    )


def is_figures(text: str) -> bool:
    """Whether a cell holds a number and no letter.

    >>> is_figures("8703.80 (10)"), is_figures("Model 3"), is_figures("--")
    (True, False, False)
    """
    return _FIGURES.fullmatch(text) is not None and any(map(str.isdigit, text))


def like_data(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row holds what a header does not: a number, what stands for a VIN, or a text that comes again below.

    Args:
        row: the row.
        below: rows after it.
    """
    below = below[:_NEXT_ROWS]
    for place, cell in enumerate(row[:_FIRST_CELLS]):
        text = cell.strip()[:LONGEST]
        if not text:
            continue
        if is_figures(text) or like_a_vin(text) or holds_vin(text) or text.upper() in _STAND_INS:
            return True
        under = [other[place].strip() for other in below if place < len(other)]
        if text in under or any(_begin_alike(text, other) for other in under):
            return True
    return False


def _begin_alike(text: str, vin: str) -> bool:
    """Whether a text begins as a VIN does."""
    return len(text) > 4 and text[:5].upper() == vin[:5].upper() and vin_shaped(vin)


def _mixed(word: str) -> bool:
    return not word.isdigit() and not word.isalpha()
