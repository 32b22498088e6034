"""Text -> what is known of a VIN: characters that stand for ones that are not known, and starts of VINs.

A mask is told from a letter by where it stands. Marks such as ``*`` are never a letter. A dot, a hyphen or an
underscore is one only in a run. An X may be the check digit, the model year 1999 or 2029, or one of the two fillers
of a European Ford; it is a mask

- in a run of two or more that reaches positions 14-17, where ISO 3779 wants digits,
- in a run of four or more,
- in one of three elsewhere than at 4-6, or of two behind position 5 and before the serial, unless the check digit holds,
- written small among capitals, unless it is the one character that makes the check digit hold.

Source: ISO 3779:2009 (positions 14-17 numeric).
"""

import re
from typing import NamedTuple

from vintool.codes import CheckDigit, Problem
from vintool.vin.check_digit import position_9
from vintool.vin.positions import ALPHABET, UNKNOWN_CHARACTER

#: What stands for a character that is not known, wherever it stands in a number.
MARKS = "*#?•●○∙◦■□×✕✖❌⁎✱∗█▓▒░☒¿\ufffd"
#: What people put between the characters of a VIN; in a run it is a mask.
SEPARATORS = dict.fromkeys(map(ord, r"-‐‑‒–—−_./\,;|·"))
#: With so many characters known something can be said: the WMI and positions 4-8.
PARTLY_READABLE = 8

_VDS, _FILLED = 3, 4  # from 0: position 4; position 5, where the last filler of a maker begins
_MIDDLE, _SERIAL_DIGITS = 11, 13  # from 0: behind the plant; position 14
_QUOTES = "'\"`´‘’“”<>()[]{}"
_CODE_39 = "*"
_SAME = re.compile(rf"([{re.escape(''.join(map(chr, SEPARATORS)))}])\1+")
_LETTERS = frozenset(ALPHABET)
_TO_UNKNOWN = str.maketrans(dict.fromkeys(MARKS, UNKNOWN_CHARACTER))
_X_RUN = re.compile("XX+")
_SMALL_X = re.compile(r"(?<![A-Za-z0-9])(?=[0-9x]*+[A-Z])[A-Z0-9x]{8,40}(?![A-Za-z0-9])")
_TAIL = re.compile(r"([A-Z0-9]{8,16}?)(?:\*+|X{3,})([0-9]{1,6})")
#: The number of a container, which is spelled as a start may be. Source: ISO 6346.
CONTAINER = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}")


class Part(NamedTuple):
    """What is known of a VIN: 17 characters with ``*`` for the others, and what was done to get it.

    ``cut`` says that nothing marks the others: the text ends before position 17.
    """

    text: str
    cleanup: tuple[Problem, ...]
    cut: bool


def of_small_letters(text: str) -> str:
    """The text with ``*`` for each small x among capitals.

    >>> of_small_letters("L6T79P2NxPPxxxx01"), of_small_letters("5YJ3E1EAxHF000316"), of_small_letters("lrw3e7faxlc000000")
    ('L6T79P2N*PP****01', '5YJ3E1EAxHF000316', 'lrw3e7faxlc000000')
    """
    return _SMALL_X.sub(_unknown, text) if "x" in text else text


def _unknown(word: re.Match[str]) -> str:
    text = word[0].upper()
    is_vin = word[0].count("x") == 1 and len(text) == 17 and set(text) <= _LETTERS
    if is_vin and position_9(text) is CheckDigit.HOLDS:
        return word[0]
    return word[0].replace("x", UNKNOWN_CHARACTER)


def masked(text: str) -> str:
    """Seventeen characters with ``*`` for each X of a mask.

    >>> masked("LRW3F7FS2XXXXXXXX"), masked("LRW3E7FA1LC0000XX"), masked("LRW3E7FA1LC00000X")
    ('LRW3F7FS2********', 'LRW3E7FA1LC0000**', 'LRW3E7FA1LC00000X')
    >>> masked("WF0XXXGCDX1A12345"), masked("LGXCE4CBXXX000001"), masked("WAUZZZXXXXX123456")
    ('WF0XXXGCDX1A12345', 'LGXCE4CB***000001', 'WAUZZZ*****123456')
    """
    if "XX" not in text:
        return text
    return _X_RUN.sub(lambda run: _masked_run(text, *run.span()), text)


def _masked_run(text: str, start: int, end: int) -> str:
    length = end - start
    # Makers write XX at 1-5, and Ford of Europe XX at 5-6 or XXX at 4-6; a serial may begin with XX.
    odd = _FILLED < start < _MIDDLE if length == 2 else start != _VDS
    proven = set(text) <= _LETTERS and position_9(text) is CheckDigit.HOLDS
    if end > _SERIAL_DIGITS or length > 3 or (odd and not proven):
        return UNKNOWN_CHARACTER * length
    return text[start:end]


def part_of(packed: str) -> Part | None:
    """What is known of a VIN that is not whole; None where too little is, or other signs stand in it.

    Args:
        packed: the text in capitals, without spaces.

    >>> part_of("LRWYGCEK1MC***001").text, part_of("LGXC74C4•••0001").text, part_of("5TDGSKFC3RS1")
    ('LRWYGCEK1MC***001', 'LGXC74C4*****0001', Part(text='5TDGSKFC3RS1*****', cleanup=(), cut=True))
    """
    bare = packed.strip(_QUOTES)
    both = bare[-1:] == _CODE_39 and bare[-2:-1] not in MARKS
    if bare[:1] == _CODE_39 and bare[1:2] not in MARKS and (both or len(bare) != 17):
        bare = bare[1 : -1 if both else None]
    if len(bare) == 17 and bare.count("_") == 1:
        marked = bare.replace("_", UNKNOWN_CHARACTER)
    else:
        marked = _SAME.sub(lambda run: UNKNOWN_CHARACTER * len(run[0]), bare)
    if marked.isalnum():  # neither marks nor separators, which cost more to replace
        joined = marked
    else:
        marked = marked.translate(_TO_UNKNOWN)
        joined = marked.translate(SEPARATORS)
    if not set(joined) - {UNKNOWN_CHARACTER} <= _LETTERS:
        return None
    text, cut = _aligned(joined)
    if not text or sum(sign != UNKNOWN_CHARACTER for sign in text) < PARTLY_READABLE:
        return None
    cleanup = []
    if len(bare) != len(packed):
        cleanup.append(Problem.DELIMITERS)
    if len(joined) != len(marked):
        cleanup.append(Problem.SEPARATORS)
    return Part(text, tuple(cleanup), cut)


def _aligned(joined: str) -> tuple[str, bool]:
    """The characters at their positions, and whether nothing marks those that lack; empty where nothing tells them."""
    if len(joined) == 17:
        text = masked(joined)
        return (text if UNKNOWN_CHARACTER in text else ""), False
    if tail := _TAIL.fullmatch(joined):
        lacking = 17 - len(tail[1]) - len(tail[2])
        return (f"{tail[1]}{UNKNOWN_CHARACTER * lacking}{tail[2]}" if lacking > 0 else ""), False
    known = joined.rstrip(UNKNOWN_CHARACTER)
    letters = known.rstrip("X")
    lost = len(known) - len(letters)
    if lost > 2 or (lost == 2 and len(letters) >= _MIDDLE):
        known = letters
    # Behind the plant, what a mask stands for may be more or fewer characters; the check digit alone is one.
    of_places = UNKNOWN_CHARACTER not in known[:8] + known[9:] or len(known) <= _MIDDLE
    if not PARTLY_READABLE <= len(known) < 17 or not of_places or known[0] == UNKNOWN_CHARACTER:
        return "", False
    cut = known == joined
    if cut and (known.isdigit() or CONTAINER.fullmatch(known)):
        return "", False
    return masked(known.ljust(17, UNKNOWN_CHARACTER)), cut
