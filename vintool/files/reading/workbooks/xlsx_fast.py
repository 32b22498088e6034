"""The survey of an XLSX sheet for many rows at once: all but a few sheets are written in one plain manner.

Plain is a cell that begins ``<c r="A1"``, in capitals, with a value in ``<v>`` or ``<is><t>``; nothing
has a namespace prefix, and there is no comment, CDATA or rich text. What is not plain is left to
``xlsx``, which looks at one row after the other; so is a plain row that may hold nothing.
"""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_Mask = npt.NDArray[np.bool_]

ROW_END = b"</row>"
_OTHER, _CELL, _ROW, _ROW_END, _VALUE, _SPACED, _CLOSING, _INLINE, _PASSED = range(9)
_TAGS = {
    b"c ": _CELL, b"ro": _ROW, b"/r": _ROW_END, b"v>": _VALUE, b"t>": _VALUE, b"t ": _SPACED,
    b"/c": _CLOSING, b"/v": _CLOSING, b"/t": _CLOSING, b"/f": _CLOSING, b"/i": _CLOSING,
    b"is": _INLINE, b"f>": _PASSED, b"f ": _PASSED, b"v/": _PASSED, b"t/": _PASSED,
}  # fmt: skip
_KIND = np.zeros(1 << 16, np.uint8)
for _tag, _kind in _TAGS.items():
    _KIND[int.from_bytes(_tag, "little")] = _kind
_BYTE = np.arange(256, dtype=np.uint8)
_DIGIT = (ord("0") <= _BYTE) & (ord("9") >= _BYTE)
_CAPITAL = (ord("A") <= _BYTE) & (ord("Z") >= _BYTE)
# The first byte of a value that is content, whatever follows; not so a space, or an entity for one.
_CONTENT = ~np.isin(_BYTE, np.frombuffer(b"< \t\r\n&", np.uint8))
# Nor can one be sure of a number that begins like this, where some shared strings are empty.
_NUMBER = _CONTENT & ~np.isin(_BYTE, np.frombuffer(b"0+", np.uint8))
_PRESERVED = len('<t xml:space="preserve">')
_ERROR = re.compile(rb"""t=["']e""")
_LONG = 7  # digits of a row's number that is worth a closer look
_MANY = 64  # empty shared strings; then every value may point to one
_PAD = bytes(32)
_LONGEST = (
    16 << 20
)  # bytes of a block; rows are not so long, and some twenty bytes of memory go with each


@dataclass(frozen=True, slots=True)
class BlockSurvey:
    """What plain rows hold.

    Attributes:
        sure: how many rows are known to hold content.
        doubtful: the other rows, without their end tags.
        last_column: how far cells reach, from 1.
        long: whether a row's number has as many digits as the last one that a sheet can have.
        above: how many of the doubtful rows lie above the last one that is sure to hold content.
        cells: how many cells there are.
    """

    sure: int
    doubtful: list[bytes]
    last_column: int
    long: bool
    above: int
    cells: int


def empty_value_pattern(positions: frozenset[int]) -> re.Pattern[bytes] | None:
    """What finds the values that point to empty shared strings."""
    if not positions:
        return None
    if len(positions) > _MANY:
        return re.compile(rb"<v>")
    return re.compile(rb"<v>(?:%b)(?![0-9])" % b"|".join(b"%d" % one for one in sorted(positions)))


def survey_block(block: bytes, empty: re.Pattern[bytes] | None) -> BlockSurvey | None:
    """What whole rows hold; None if they are not plain.

    Args:
        block: rows, the last one with its end tag.
        empty: finds values that are no content.
    """
    if not block.endswith(ROW_END) or len(block) > _LONGEST:
        return None
    text = np.frombuffer(block + _PAD, np.uint8)
    # The eight bytes from every byte on, as one number.
    eight = np.ndarray(len(block), "<u8", text.data, strides=(1,))
    at = np.flatnonzero(text == ord("<"))
    kinds = _KIND.take(text.take(at + 1) | text.take(at + 2).astype(np.int64) << 8)
    cells, rows, ends = at[kinds == _CELL], at[kinds == _ROW], at[kinds == _ROW_END]
    row_tags = eight[rows + 1]
    numbered = _all(row_tags, b'row r="')
    if not (
        kinds.all()
        and _all(eight[cells + 1], b'c r="').all()
        and (numbered | _all(row_tags, b"row>")).all()
        and _all(eight[ends + 1], b"/row>").all()
        and (text.take(at[kinds == _INLINE] + 3) == ord(">")).all()
        and _closes(text, at[kinds == _CLOSING])
    ):
        return None
    letters = _letters(text, cells + 6)
    if letters is None:
        return None
    last_column, length = letters
    starts = np.concatenate([cells + 6 + length, rows[numbered] + len('<row r="')])
    starts = starts[_DIGIT[text[starts + _LONG - 1]]]
    long = bool(_DIGIT[text[starts[:, None] + np.arange(_LONG)]].all(axis=1).any())

    values = at[kinds == _VALUE]
    first = text.take(values + len("<v>"))
    values = values[(_CONTENT if empty is None else _NUMBER)[first]]
    spaced = at[kinds == _SPACED] + _PRESERVED
    spaced = spaced[(text[spaced - 1] == ord(">")) & _CONTENT[text[spaced]]]
    sure = _within(values, ends) | _within(spaced, ends)
    suspicious = [match.start() for match in _ERROR.finditer(block)]
    if empty is not None:
        suspicious = sorted([*suspicious, *(match.start() for match in empty.finditer(block))])
    if suspicious:
        sure &= ~_within(np.array(suspicious, np.int64), ends)
    begins = np.concatenate([[0], ends[:-1] + len(ROW_END)])
    others, last = np.flatnonzero(~sure), np.flatnonzero(sure)[-1:]
    doubtful = [block[begins[i] : ends[i]] for i in others]
    above = int(np.searchsorted(others, last[0])) if len(last) else 0
    return BlockSurvey(int(sure.sum()), doubtful, last_column, long, above, len(cells))


def _all(tags: np.ndarray, start: bytes) -> _Mask:
    """Which tags begin like this."""
    mask = np.uint64((1 << 8 * len(start)) - 1)
    which: _Mask = (tags & mask) == np.uint64(int.from_bytes(start, "little"))
    return which


def _closes(text: np.ndarray, at: np.ndarray) -> bool:
    """Whether all closing tags end after one letter, or are ``</is>``."""
    longer = at[text.take(at + 3) != ord(">")]
    return bool(all((text.take(longer + 2 + n) == sign).all() for n, sign in enumerate(b"is>")))


def _letters(text: np.ndarray, at: np.ndarray) -> tuple[int, np.ndarray] | None:
    """The last column of references of one to three letters, and how many letters each has."""
    first = text[at]
    length = np.ones(len(at), np.int64)
    if not _CAPITAL[first].all():
        return None
    column = int(first.max(initial=ord("A") - 1)) - ord("A") + 1
    more, number = np.flatnonzero(~_DIGIT[text[at + 1]]), None
    for place in (1, 2):
        if not len(more):
            break
        if number is None:
            number = first[more].astype(np.int64) - ord("A") + 1
        here = text[at[more] + place]
        if not _CAPITAL[here].all():
            return None
        number = number * 26 + here - (ord("A") - 1)
        length[more] += 1
        column = max(column, int(number.max()))
        longer = ~_DIGIT[text[at[more] + place + 1]]
        more, number = more[longer], number[longer]
    return None if len(more) else (column, length)


def _within(positions: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """In which rows one of the positions lies."""
    return np.diff(np.searchsorted(positions, ends), prepend=0) > 0
