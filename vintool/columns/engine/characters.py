"""Rows of 17 characters: arithmetic on whole columns, two characters a lookup.

What a rule makes of two neighbouring characters is written down once for all 65,536 pairs of bytes; a
row then costs one lookup a pair. The tables are made from the scalar rules of ``vintool.vin``.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from vintool.codes import CheckDigit
from vintool.columns.engine.arrays import Bytes, Characters, Codes, Mask, Places, Words
from vintool.registry.model_years import LAST, reads_12
from vintool.registry.reference import by_vpic
from vintool.vin.check_digit import CHARACTER_VALUES, CHECK_CHARACTERS, remainder
from vintool.vin.masks import masked
from vintool.vin.positions import ALPHABET, SMALL_MAKER
from vintool.vpic.register import far_readers

#: In place of a remainder: some character is not of the alphabet of VINs.
ILLEGAL = 255
#: What the codes of ``position_9`` stand for.
STATES = [CheckDigit.CANNOT_TELL, CheckDigit.FAILS, CheckDigit.HOLDS]

# The bytes of a little-endian pair.
_FIRST, _SECOND = np.arange(1 << 16) & 0xFF, np.arange(1 << 16) >> 8
_BYTES = np.arange(256)
_LEGAL = np.isin(_BYTES, np.frombuffer(ALPHABET.encode(), dtype=np.uint8))
_VALUES = np.array([CHARACTER_VALUES.get(chr(byte), 0) for byte in _BYTES], dtype=np.uint16)
_DIGIT = (ord("0") <= _BYTES) & (ord("9") >= _BYTES)
_MUCH = 1 << 12  # more than what nine lookups of legal characters add up to
_PAIRS = range(0, 16, 2)
_BASE = len(ALPHABET)
# The place of a legal character in the alphabet; of others 0, as they are asked of legal rows alone.
_PLACES = np.array([max(ALPHABET.find(chr(byte)), 0) for byte in _BYTES], dtype=np.uint16)
_PAIR_PLACES = _PLACES[_FIRST] * np.uint16(_BASE) + _PLACES[_SECOND]
_NEAR, _SMALL = 11, 14  # the last position that the patterns of most WMIs read, and of small makers
_FIRST_SMALL = np.uint64(_BASE**10)
#: No key of ``descriptor_keys`` is as high.
NO_KEY = np.uint64(_BASE**10 + _BASE**12)


def _pair(characters: Characters, at: int) -> npt.NDArray[np.intp]:
    """The characters ``at`` and ``at + 1`` (from 0) of every row, as one number."""
    rows = len(characters)
    if not rows:
        return np.zeros(0, dtype=np.intp)
    pairs = np.ndarray((rows,), "<u2", characters, at, (17,))
    return pairs.astype(np.intp)


def _alone(at: int, values: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint16]:
    """What one position adds to the remainder."""
    zero = np.zeros_like(values)
    return np.asarray(remainder([values if here == at else zero for here in range(17)]))


@cache
def _remainders() -> tuple[list[npt.NDArray[np.uint16]], npt.NDArray[np.uint16]]:
    """What each pair of positions, and position 17, adds to the remainder; much where one is illegal."""
    pairs = [
        np.where(
            _LEGAL[_FIRST] & _LEGAL[_SECOND],
            _alone(at, _VALUES)[_FIRST] + _alone(at + 1, _VALUES)[_SECOND],
            _MUCH,
        ).astype(np.uint16)
        for at in _PAIRS
    ]
    return pairs, np.where(_LEGAL, _alone(16, _VALUES), _MUCH).astype(np.uint16)


_OF_SUM = np.array(
    [total % 11 if total < _MUCH else ILLEGAL for total in range(9 * _MUCH + 1)], dtype=np.uint8
)


def remainders(characters: Characters) -> Bytes:
    """The weighted sum modulo 11 of every row, as ``vin.remainder``; ``ILLEGAL`` where a character is none of a VIN."""
    pairs, last = _remainders()
    total = last.take(characters[:, 16])
    for at, table in zip(_PAIRS, pairs, strict=True):
        total += table.take(_pair(characters, at))
    return _OF_SUM.take(total)


_POSITION_9 = np.array(
    [
        0
        if not _LEGAL[byte] or chr(byte) not in CHECK_CHARACTERS
        else 1 + (mod_11 < 11 and CHECK_CHARACTERS[mod_11] == chr(byte))
        for mod_11 in range(256)
        for byte in _BYTES.tolist()
    ],
    dtype=np.int32,
)


def position_9(characters: Characters, mod_11: Bytes) -> Codes:
    """``vin.position_9`` of every row, by its place in ``STATES``.

    Args:
        characters: legal ones.
        mod_11: their ``remainders``.
    """
    return np.asarray(_POSITION_9.take((mod_11.astype(np.intp) << 8) | characters[:, 8]))


# Of two characters: 0 where the second is no digit, 1 where the first is none, else 2.
_DIGIT_PAIR = np.where(_DIGIT[_SECOND], 1 + _DIGIT[_FIRST], 0).astype(np.uint8)
_TRAILING = np.array(
    [
        0 if not last else 1 + third + (0 if third < 2 else fifth)
        for last in range(2)
        for third in range(3)
        for fifth in range(3)
    ],
    dtype=np.int32,
)


def trailing_digits(characters: Characters) -> Codes:
    """``identity.trailing_digits`` of every row."""
    last = _DIGIT.take(characters[:, 16]).astype(np.intp)
    last *= 9
    last += 3 * _DIGIT_PAIR.take(_pair(characters, 14)).astype(np.intp)
    last += _DIGIT_PAIR.take(_pair(characters, 12))
    return np.asarray(_TRAILING.take(last))


# The stand-ins that ``vin.read`` tells start with two equal characters, or like these.
_STARTS = (b"1234567890", b"ABCDEFGHJK")
_SUSPECT = _FIRST == _SECOND
_SUSPECT[[int.from_bytes(start[:2], "little") for start in _STARTS]] = True


def stand_ins(characters: Characters) -> Places:
    """The rows that may be stand-ins such as 12345678901234567, which ``vin.read`` judges."""
    rows = np.flatnonzero(_SUSPECT.take(_pair(characters, 0)))
    some = characters[rows]
    suspect: Mask = (some == some[:, :1]).all(axis=1)
    for start in _STARTS:
        suspect |= (some[:, : len(start)] == np.frombuffer(start, dtype=np.uint8)).all(axis=1)
    return rows[suspect]


def masks(characters: Characters) -> Places:
    """The rows in which an X is the mask of a character, as ``vin.masks.masked`` tells it."""
    suspect: Mask = np.zeros(len(characters), dtype=bool)
    for at in _IN_PAIRS:
        suspect |= characters[:, at] == ord("X")
    rows = np.flatnonzero(suspect)
    is_x = characters[rows] == ord("X")
    both = is_x[:, :-1] & is_x[:, 1:]
    # A pair at 1-6 is no mask, and most that there are stand there.
    rows = rows[both[:, 5:].any(axis=1) | (both[:, :-1] & both[:, 1:]).any(axis=1)]
    texts = (characters[row].tobytes().decode() for row in rows.tolist())
    return np.asarray(rows[np.array([masked(text) != text for text in texts], dtype=bool)])


# From 0: places of which one is in every run of two.
_IN_PAIRS = range(1, 17, 2)


@by_vpic()
def _reaches() -> Bytes:
    """The last position that any rule reads, by the places of positions 1-3 in the alphabet."""
    reaches = np.full((_BASE * _BASE, _BASE), _NEAR, dtype=np.uint8)
    reaches[:, ALPHABET.index(SMALL_MAKER)] = _SMALL
    far = dict.fromkeys(reads_12(), LAST)
    for wmi, last in (*far.items(), *far_readers().items()):
        first, second, third = map(ALPHABET.index, wmi)
        reaches[first * _BASE + second, third] = max(last, far.get(wmi, 0))
    return reaches.reshape(-1)


def descriptor_keys(characters: Characters) -> tuple[Words, Places]:
    """What rules read of each row but position 9, as one number below ``NO_KEY``.

    Returns:
        Positions 1-8, 10 and 11 of every row, with 12-14 of small makers; and the rows of which rules
        read more, whose number means nothing.
    """
    first = _PAIR_PLACES.take(_pair(characters, 0))
    packed = first.astype(np.uint64)
    for at in (2, 4, 6, 9):
        packed *= np.uint64(_BASE * _BASE)
        packed += _PAIR_PLACES.take(_pair(characters, at))
    reaches = _reach(first, characters)
    far = np.flatnonzero(reaches > _NEAR)
    if not len(far):
        return packed, far
    small = far[(reaches[far] == _SMALL) & (characters[far, 2] == ord(SMALL_MAKER))]
    rows = characters[small]
    keys = np.zeros(len(small), dtype=np.uint64)
    for at in (0, 3, 5, 9, 11):
        keys *= np.uint64(_BASE * _BASE)
        keys += _PAIR_PLACES.take(_pair(rows, at))
    for at in (7, 13):
        keys *= np.uint64(_BASE)
        keys += _PLACES.take(rows[:, at])
    packed[small] = keys + _FIRST_SMALL
    return packed, np.setdiff1d(far, small, assume_unique=True)


def as_read(characters: Characters) -> Characters:
    """The same VINs with ``0`` at position 9 and wherever no rule of their WMI reads."""
    read = characters.copy()
    read[np.arange(17) >= _reach(_PAIR_PLACES.take(_pair(read, 0)), read)[:, None]] = ord("0")
    read[:, 8] = ord("0")
    return read


def _reach(first: npt.NDArray[np.uint16], characters: Characters) -> Bytes:
    """The last position, from 1, that any rule reads of each row; ``first`` are positions 1 and 2."""
    start = first.astype(np.intp)
    start *= _BASE
    start += _PLACES.take(characters[:, 2])
    return np.asarray(_reaches().take(start))
