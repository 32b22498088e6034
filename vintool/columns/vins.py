"""A column of texts -> VINs: arithmetic on whole columns, every odd text read once."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.lifted import Characters, Codes, Column, Lifted, Mask, Texts
from vintool.facts import VinFacts, vin_facts
from vintool.identity import Identity, identify, vin_problems
from vintool.profile import Profile, profile
from vintool.vin import ALPHABET, CHARACTER_VALUES, CHECK_CHARACTERS, Vin, judged, remainder
from vintool.vpic import far_readers
from vintool.words import CheckDigit, Problem

# What ``profile`` may read, from 0: positions 1-8 and 10-17. Most read to 11, small makers to 14.
DESCRIPTOR = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16]
_ZERO, _NINE = ord("0"), ord("9")

_VALUES = np.zeros(256, dtype=np.uint16)
_VALUES[[ord(character) for character in CHARACTER_VALUES]] = list(CHARACTER_VALUES.values())
_CHECKS = np.frombuffer(CHECK_CHARACTERS.encode(), dtype=np.uint8)
_LEGAL = np.zeros(256, dtype=bool)
_LEGAL[[ord(character) for character in ALPHABET]] = True
_CHECK = np.zeros(256, dtype=bool)
_CHECK[_CHECKS] = True


class VinColumn(NamedTuple):
    """A column of texts, read. ``well_formed`` marks the rows that are VINs."""

    texts: pa.Array
    well_formed: Mask
    characters: Characters  # one row of 17 for each well-formed VIN
    identity: Column  # for every row the Identity of its text, None where it was clean as it stood

    @property
    def vin(self) -> pa.Array:
        """The clean VINs, null where there is none."""
        count = len(self.well_formed)
        starts = np.zeros(count + 1, dtype=np.int32)
        np.cumsum(np.where(self.well_formed, 17, 0), out=starts[1:])
        valid = pa.array(self.well_formed).buffers()[1]
        return pa.StringArray.from_buffers(
            count, pa.py_buffer(starts), pa.py_buffer(self.characters), valid
        )


class Reader:
    """Texts -> VINs. What is clean goes through arithmetic; each other text is read once."""

    def __init__(self) -> None:
        self._texts = Texts()
        self._identity = Lifted(identify)

    def __call__(self, texts: pa.Array) -> VinColumn:
        """Read one batch of texts."""
        clean, characters = _clean_rows(texts)
        identity = self._identity.on(~clean, self._texts(texts.filter(pa.array(~clean))))
        used, where = identity.dense
        cleaned = [
            "" if identity.values[code] is None else identity.values[code].vin or ""
            for code in used.tolist()
        ]
        readable = np.array([bool(vin) for vin in cleaned], dtype=bool)[where]
        well_formed = clean | readable
        full = np.zeros((len(texts), 17), dtype=np.uint8)
        full[clean] = characters
        if readable.any():
            spelled = np.frombuffer(
                "".join(vin.ljust(17) for vin in cleaned).encode(), dtype=np.uint8
            ).reshape(-1, 17)
            full[readable] = spelled[where[readable]]
        return VinColumn(texts, well_formed, np.ascontiguousarray(full[well_formed]), identity)


def _clean_rows(texts: pa.Array) -> tuple[Mask, Characters]:
    """Which texts are well-formed VINs as they stand, and their characters.

    Agrees with ``vin.read`` giving the text back with no clean-up and no problem.
    """
    texts = pc.fill_null(texts, "")
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int32)[
        texts.offset : texts.offset + len(texts) + 1
    ]
    data = texts.buffers()[2]
    raw = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    clean = np.diff(offsets) == 17
    characters = (
        raw[offsets[:-1][clean].astype(np.int64)[:, None] + np.arange(17)]
        if clean.any()
        else np.zeros((0, 17), dtype=np.uint8)
    )
    legal = _LEGAL[characters].all(axis=1)
    repeated = (characters == characters[:, :1]).all(axis=1)
    # Stand-ins such as 12345678901234567 are told by the scalar reader: they start and end like this.
    for start in (b"1234567890", b"ABCDEFGHJK"):
        repeated |= (characters[:, :10] == np.frombuffer(start, dtype=np.uint8)).all(axis=1)
    keep = legal & ~repeated
    clean[clean] = keep
    return clean, characters[keep]


class Descriptors:
    """Characters of VINs -> their descriptors, numbered over a whole run; values are sample VINs."""

    def __init__(self) -> None:
        self._values: list[Vin] = []
        self._codes: dict[bytes, int] = {}

    def __call__(self, characters: Characters) -> Column:
        """The descriptor of every row, as a VIN that has it."""
        keys = characters[:, DESCRIPTOR]
        reach = _reach(characters)
        for at in range(10, len(DESCRIPTOR)):
            keys[reach <= DESCRIPTOR[at], at] = _ZERO
        width = len(DESCRIPTOR)
        packed = pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(width), len(keys), [None, pa.py_buffer(np.ascontiguousarray(keys))]
        )
        encoded = packed.dictionary_encode()
        numbers = []
        for key in encoded.dictionary.to_pylist():
            code = self._codes.get(key)
            if code is None:
                code = self._codes[key] = len(self._values)
                text = key.decode("ascii")
                self._values.append(Vin.trusted(f"{text[:8]}0{text[8:]}"))
            numbers.append(code)
        return Column(self._values, np.array(numbers, dtype=np.int64)[encoded.indices.to_numpy()])


def _reach(characters: Characters) -> Codes:
    """The last position that any rule reads of each VIN."""
    reach = np.where(characters[:, 2] == _NINE, 14, 11)
    first = characters[:, :3].astype(np.int64) @ (1 << 16, 1 << 8, 1)
    for wmi, last in far_readers().items():
        reach[first == int.from_bytes(wmi.encode())] = last
    return reach


def check_digits(characters: Characters) -> Mask:
    """Whether position 9 holds, for rows of 17 characters; the market is not asked."""
    values = _VALUES[characters.T]
    return np.asarray(_CHECKS[remainder(list(values))] == characters[:, 8])


def trailing_digits(characters: Characters) -> Codes:
    """``identity.trailing_digits`` of every row."""
    tail = characters[:, :11:-1]
    digits = (tail >= _ZERO) & (tail <= _NINE)
    return np.asarray(np.cumprod(digits, axis=1).sum(axis=1), dtype=np.int64)


def ninth(characters: Characters) -> Column:
    """``vin.position_9`` of every row."""
    states = np.where(_CHECK[characters[:, 8]], 1 + check_digits(characters), 0)
    return Column(_STATES, states)


_STATES = [CheckDigit.CANNOT_TELL, CheckDigit.FAILS, CheckDigit.HOLDS]
_TAILS = list(range(6))


class VinKey(NamedTuple):
    """What a well-formed VIN says beside its serial, judged by its market's rules."""

    profile: Profile
    status: CheckDigit
    problems: tuple[Problem, ...]
    facts: VinFacts


def vin_key(sample: Vin, position_9: CheckDigit, digits: int) -> VinKey:
    """What a VIN says: a lifted rule of its descriptor, the check digit sum and its digits."""
    told = profile(sample, position_9)
    status = judged(position_9, told.market)
    problems = vin_problems(sample, told.market, status, digits)
    return VinKey(told, status, problems, vin_facts(told, problems, status, sample.descriptor))


class Keys:
    """VINs -> what each says beside its serial; None for rows that are no VIN."""

    def __init__(self) -> None:
        self._key = Lifted(vin_key)

    def __call__(self, vins: VinColumn, descriptors: Column) -> Column:
        """The ``VinKey`` of every row, asked once per distinct descriptor, sum and tail."""
        digits = Column(_TAILS, trailing_digits(vins.characters))
        return self._key.on(vins.well_formed, descriptors, ninth(vins.characters), digits)


def row_problems(key: VinKey | None, identity: Identity | None) -> tuple[Problem, ...]:
    """The problems of a row, as ``identity.identify`` lists them."""
    if key is None:
        return identity.problems if identity is not None else ()
    return (*key.problems, *(identity.reading.cleanup if identity is not None else ()))
