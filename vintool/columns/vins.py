"""A column of texts -> VINs: arithmetic on whole columns, every odd text read once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import CheckDigit, Problem
from vintool.columns.engine.characters import (
    ILLEGAL,
    STATES,
    Characters,
    keys,
    ninth,
    reach,
    remainders,
    spelled,
    stand_ins,
    trailing_digits,
)
from vintool.columns.engine.distinct import Column, Lifted, Numbered, same_for_all
from vintool.columns.engine.keys import Codes, Hashes, Mask, Numbers
from vintool.decoding.identity import vin_problems
from vintool.decoding.profile import Profile, profile
from vintool.screening.facts import VinFacts, unreadable_vin_facts, vin_facts
from vintool.vin import Vin
from vintool.vin.check_digit import status_in_market
from vintool.vin.cleanup import Reading, read

# What ``profile`` may read, from 0: positions 1-8 and 10-17. Most read to 11, small makers to 14.
DESCRIPTOR = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16]
_ZERO = ord("0")


@dataclass(eq=False)
class VinColumn:
    """A column of texts, read.

    Attributes:
        texts: the texts.
        well_formed: which of them are VINs.
        characters: a row of 17 for each well-formed VIN.
        left: the ``remainders`` of these.
        odd_rows: which texts were not clean as they stood.
        readings: of these, by text.
        where: which of the readings each odd row has.
        told: what odd texts tell, numbered over the run.
    """

    texts: pa.Array
    well_formed: Mask
    characters: Characters
    left: Characters
    odd_rows: Mask
    readings: Mapping[str, Reading]
    where: Codes
    told: Numbered

    @cached_property
    def vin(self) -> pa.Array:
        """The clean VINs, null where there is none."""
        count = len(self.well_formed)
        starts = np.zeros(count + 1, dtype=np.int32)
        np.cumsum(self.well_formed, out=starts[1:])
        starts *= 17
        valid = None
        if len(self.characters) < count:
            valid = pa.py_buffer(np.packbits(self.well_formed, bitorder="little"))
        return pa.StringArray.from_buffers(
            count, pa.py_buffer(starts), pa.py_buffer(self.characters), valid
        )

    @cached_property
    def ninth(self) -> Column:
        """``vin.position_9`` of every well-formed VIN."""
        return Column(STATES, ninth(self.characters, self.left))

    @cached_property
    def odd(self) -> Column:
        """For every row what its text tells beside a VIN; None where it was clean as it stood."""
        if not self.readings:
            return same_for_all(len(self.texts), self.told.values)
        codes = np.zeros(len(self.texts), dtype=np.int32)
        numbers = [self.told(_told(reading)) for reading in self.readings.values()]
        codes[self.odd_rows] = np.array(numbers, dtype=np.int32).take(self.where)
        return Column(self.told.values, codes)


class Odd(NamedTuple):
    """What a text tells that is not clean: its problems, and where no VIN can be read, the facts."""

    problems: tuple[Problem, ...]
    facts: VinFacts | None


class Reader:
    """Texts -> VINs. What is clean goes through arithmetic; each other text is read once a batch.

    Odd texts are many and seldom come again: only what they tell is kept, which few of them differ in.
    """

    def __init__(self) -> None:
        self._odd = Numbered(None)

    @property
    def kept(self) -> int:
        """How many distinct things odd texts have told."""
        return len(self._odd.values)

    def __call__(self, texts: pa.Array) -> VinColumn:
        """Read one batch of texts."""
        clean, characters, left = _clean_rows(texts)
        odd = ~clean
        if len(characters) == len(texts):
            return VinColumn(texts, clean, characters, left, odd, {}, _NO_CODES, self._odd)
        encoded = pc.fill_null(texts.filter(pa.array(odd)), "").dictionary_encode()
        readings = {text: read(text) for text in encoded.dictionary.to_pylist()}
        where = encoded.indices.to_numpy()
        vins = ["" if reading.problem else reading.text for reading in readings.values()]
        readable = np.array([bool(vin) for vin in vins], dtype=bool).take(where)
        if readable.any():
            spelled_out = "".join(vin.ljust(17) for vin in vins).encode()
            rows = np.frombuffer(spelled_out, dtype=np.uint8).reshape(-1, 17)[where[readable]]
            clean[odd] = readable
            # Where the rows that were read stand among those that were clean.
            at = np.flatnonzero(odd[clean]) - np.arange(len(rows))
            characters = np.insert(characters, at, rows, axis=0)
            left = np.insert(left, at, remainders(rows))
        return VinColumn(texts, clean, characters, left, odd, readings, where, self._odd)


_NO_CODES: Codes = np.zeros(0, dtype=np.int32)


def _told(reading: Reading) -> Odd:
    facts = None if reading.problem is None else unreadable_vin_facts(reading)
    return Odd(reading.problems, facts)


def _clean_rows(texts: pa.Array) -> tuple[Mask, Characters, Characters]:
    """Which texts are well-formed VINs as they stand, their characters and ``remainders``.

    Agrees with ``vin.read`` giving the text back with no clean-up and no problem.
    """
    rows = len(texts)
    starts = np.frombuffer(texts.buffers()[1] or b"\0\0\0\0", dtype=np.int32)
    long = np.diff(starts[texts.offset : texts.offset + rows + 1]) == 17
    if texts.null_count:
        long &= texts.is_valid().to_numpy(zero_copy_only=False)
    if not long.all():
        texts = texts.filter(pa.array(long))
        starts = np.frombuffer(texts.buffers()[1] or b"\0\0\0\0", dtype=np.int32)
    count, first = len(texts), int(starts[texts.offset])
    data = texts.buffers()[2] if count else None
    characters = np.frombuffer(data or b"", np.uint8, 17 * count, first if count else 0).reshape(
        -1, 17
    )
    left = remainders(characters)
    bad = left == ILLEGAL
    bad[stand_ins(characters)] = True
    if bad.any():
        good = ~bad
        long[long] = good
        characters, left = characters[good], left[good]
    return long, characters, left


class Descriptors:
    """Characters of VINs -> their descriptors, numbered over a whole run; values are sample VINs."""

    def __init__(self) -> None:
        self._values: list[Vin] = []
        self._near = Numbers()
        self._near_codes: Codes = np.zeros(0, dtype=np.int32)
        self._far_codes: dict[bytes, int] = {}

    def __call__(self, characters: Characters) -> Column:
        """The descriptor of every row, as a VIN that has it."""
        packed, far = keys(characters)
        if len(far):
            near = np.ones(len(characters), dtype=bool)
            near[far] = False
            codes = np.empty(len(characters), dtype=np.int32)
            codes[near] = self._near_ones(packed[near])
            codes[far] = self._far_ones(characters[far])
        else:
            codes = self._near_ones(packed)
        return Column(self._values, codes)

    def _near_ones(self, packed: Hashes) -> Codes:
        numbers, fresh = self._near(packed)
        if len(fresh):
            self._near_codes = np.append(
                self._near_codes,
                np.arange(len(self._values), len(self._values) + len(fresh), dtype=np.int32),
            )
            for text in map(spelled, fresh.tolist()):
                self._add(text.ljust(len(DESCRIPTOR), "0"))
        return self._near_codes.take(numbers)

    def _far_ones(self, characters: Characters) -> Codes:
        """Those of which rules read more than ``keys`` holds."""
        signs = characters[:, DESCRIPTOR]
        beyond = np.array(DESCRIPTOR) >= reach(characters)[:, None]
        signs[beyond] = _ZERO
        encoded = pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(len(DESCRIPTOR)),
            len(signs),
            [None, pa.py_buffer(np.ascontiguousarray(signs))],
        ).dictionary_encode()
        numbers = []
        for key in encoded.dictionary.to_pylist():
            code = self._far_codes.setdefault(key, len(self._values))
            if code == len(self._values):
                self._add(key.decode("ascii"))
            numbers.append(code)
        return np.asarray(np.array(numbers, dtype=np.int32).take(encoded.indices.to_numpy()))

    def _add(self, text: str) -> None:
        self._values.append(Vin.trusted(f"{text[:8]}0{text[8:]}"))


def check_digits(characters: Characters) -> Mask:
    """Whether position 9 holds, for rows of 17 characters; the market is not asked."""
    return np.asarray(ninth(characters, remainders(characters)) == STATES.index(CheckDigit.HOLDS))


_TAILS = list(range(6))


class VinKey(NamedTuple):
    """What a well-formed VIN says beside its serial, judged by its market's rules."""

    profile: Profile
    status: CheckDigit
    problems: tuple[Problem, ...]
    facts: VinFacts


def vin_key(
    profiled: Callable[[Vin, CheckDigit], Profile], sample: Vin, position_9: CheckDigit, digits: int
) -> VinKey:
    """What a VIN says: a lifted rule of its descriptor, the check digit sum and its digits."""
    told = profiled(sample, position_9)
    status = status_in_market(position_9, told.market)
    problems = vin_problems(sample, told.market, status, digits)
    return VinKey(told, status, problems, vin_facts(told, problems, status, sample.descriptor))


class Keys:
    """VINs -> what each says beside its serial; None for rows that are no VIN."""

    def __init__(self) -> None:
        # The digits of the serial make keys of their own, and the profile does not read them.
        self._key = Lifted(partial(vin_key, cache(profile)))

    @property
    def kept(self) -> int:
        """How many distinct keys are known."""
        return self._key.kept

    def __call__(self, vins: VinColumn, descriptors: Column) -> Column:
        """The ``VinKey`` of every row, asked once per distinct descriptor, sum and tail."""
        digits = Column(_TAILS, trailing_digits(vins.characters))
        return self._key.on(vins.well_formed, descriptors, vins.ninth, digits)


def row_problems(key: VinKey | None, odd: Odd | None) -> tuple[Problem, ...]:
    """The problems of a row, as ``identity.identify`` lists them."""
    return (*(key.problems if key else ()), *(odd.problems if odd else ()))


def row_facts(key: VinKey | None, odd: Odd | None) -> VinFacts:
    """What the VIN of a row, or a text that is none, contributes to the verdict."""
    facts = key.facts if key is not None else odd and odd.facts
    assert facts is not None  # noqa: S101 - a row is a VIN, or was read and found to be none
    return facts
