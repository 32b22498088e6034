"""A column of texts -> VINs: arithmetic on whole columns, each text that is not clean read by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from vintool.codes import CheckDigit, Problem
from vintool.columns.engine.arrays import Bytes, Characters, Codes, Mask, Places, Words
from vintool.columns.engine.categorical import NATURALS, Categorical
from vintool.columns.engine.characters import (
    ILLEGAL,
    NO_KEY,
    STATES,
    as_read,
    descriptor_keys,
    masks,
    position_9,
    remainders,
    stand_ins,
    trailing_digits,
)
from vintool.columns.engine.encoder import Encoder, KeyEncoder
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.decoding.identity import read_cell, vin_problems
from vintool.decoding.imports import import_status
from vintool.decoding.profile import Profile, profile
from vintool.screening.facts import (
    VinFacts,
    profile_of_part,
    unreadable_vin_facts,
    vin_facts,
    weighing,
)
from vintool.vin import PartialVin, Vin
from vintool.vin.cleanup import Reading


@dataclass(eq=False)
class VinColumn:
    """A column of n texts, read; m of them are VINs.

    Attributes:
        texts: the n texts.
        well_formed: which of the n are VINs.
        characters: of the m VINs.
        mod_11: the ``remainders`` of the m VINs.
        unclean_rows: which of the n were not clean as they stood.
        readings: of these, by text.
        reading_codes: which of the readings each of these rows has.
        encoder: of ``UncleanText``, over the run; None has code 0.
    """

    texts: pa.StringArray
    well_formed: Mask
    characters: Characters
    mod_11: Bytes
    unclean_rows: Mask
    readings: Mapping[str, Reading]
    reading_codes: Codes
    encoder: Encoder

    @cached_property
    def vin(self) -> pa.StringArray:
        """The clean VINs, null where there is none."""
        count = len(self.well_formed)
        starts = np.zeros(count + 1, dtype=np.int32)
        np.cumsum(self.well_formed, out=starts[1:])
        starts *= 17
        valid = None
        if len(self.characters) < count:
            valid = pa.py_buffer(np.packbits(self.well_formed, bitorder="little").data)
        return pa.StringArray.from_buffers(
            count, pa.py_buffer(starts.data), pa.py_buffer(self.characters.data), valid
        )

    @cached_property
    def parts(self) -> tuple[Places, list[PartialVin]]:
        """The rows of which a part of a VIN is known, and of each what is known."""
        known = [reading.known for reading in self.readings.values()]
        has = np.array([bool(text) for text in known], dtype=bool).take(self.reading_codes)
        rows = np.flatnonzero(self.unclean_rows)[has]
        parts = [PartialVin.trusted(known[code]) for code in self.reading_codes[has].tolist()]
        return rows, parts

    @cached_property
    def position_9(self) -> Categorical:
        """``vin.position_9`` of the m VINs."""
        return Categorical(STATES, position_9(self.characters, self.mod_11))

    @cached_property
    def unclean(self) -> Categorical:
        """The ``UncleanText`` of each of the n rows; None where the text was clean as it stood."""
        if not self.readings:
            return Categorical.constant(len(self.texts), self.encoder.values)
        codes = np.zeros(len(self.texts), dtype=np.int32)
        of_readings = self.encoder.codes(map(_unclean_text, self.readings.values()))
        codes[self.unclean_rows] = of_readings.take(self.reading_codes)
        return Categorical(self.encoder.values, codes)

    def with_others(
        self, texts: pa.StringArray, rows: Places, replaced: Mask, others: "VinColumn"
    ) -> "VinColumn":
        """Other texts, of which most are those of some rows: what was read is not read again.

        Args:
            texts: all of them.
            rows: the row of each, from 0.
            replaced: which of them are not that of the row.
            others: these, as the same ``Reader`` has read them.
        """
        places = rows.copy()
        places[replaced] = len(self.texts) + np.arange(len(others.texts))
        well_formed = np.append(self.well_formed, others.well_formed)
        at = (np.cumsum(well_formed) - 1)[places[well_formed[places]]]
        unclean = np.append(self.unclean_rows, others.unclean_rows)
        readings = {**self.readings, **others.readings}
        places_of = {text: code for code, text in enumerate(readings)}
        of_others = np.array([places_of[text] for text in others.readings], dtype=np.int32)
        codes = np.zeros(len(unclean), dtype=np.int32)
        codes[unclean] = np.append(self.reading_codes, of_others.take(others.reading_codes))
        return VinColumn(
            texts,
            well_formed[places],
            np.append(self.characters, others.characters, axis=0)[at],
            np.append(self.mod_11, others.mod_11)[at],
            unclean[places],
            readings,
            codes[places[unclean[places]]],
            self.encoder,
        )


class UncleanText(NamedTuple):
    """What a text says that is not clean: its problems; the facts where no VIN can be read, and the profile of a part."""

    problems: tuple[Problem, ...]
    facts: VinFacts | None
    part: "CheckedProfile | None" = None


class Reader:
    """Texts -> VINs. What is clean goes through arithmetic; each other text is read once a batch.

    Unclean texts are many and seldom come again: only what they say is kept, in which few differ.
    """

    def __init__(self) -> None:
        self._encoder = Encoder([None])

    @property
    def kept(self) -> int:
        """How many distinct things unclean texts have said."""
        return len(self._encoder)

    def __call__(self, texts: pa.StringArray) -> VinColumn:
        """Read one batch of texts, as ``identity.read_cell`` reads each."""
        well_formed, characters, mod_11 = _clean_rows(texts)
        unclean = ~well_formed
        readings: dict[str, Reading] = {}
        codes: Codes = np.zeros(0, dtype=np.int32)
        if len(characters) < len(texts):
            encoded = texts.filter(pa.array(unclean)).fill_null("").dictionary_encode()
            distinct: list[Any] = encoded.dictionary.to_pylist()
            readings = {text: read_cell(text) for text in distinct}
            codes = encoded.indices.to_numpy()
        vins = ["" if reading.problem else reading.text for reading in readings.values()]
        readable = np.array([bool(vin) for vin in vins], dtype=bool).take(codes)
        if readable.any():
            lines = "".join(vin.ljust(17) for vin in vins).encode()
            rows = np.frombuffer(lines, dtype=np.uint8).reshape(-1, 17)[codes[readable]]
            well_formed[unclean] = readable
            # Where the rows that were read stand among those that were clean.
            at = np.flatnonzero(unclean[well_formed]) - np.arange(len(rows))
            characters = np.insert(characters, at, rows, axis=0)
            mod_11 = np.insert(mod_11, at, remainders(rows))
        return VinColumn(
            texts, well_formed, characters, mod_11, unclean, readings, codes, self._encoder
        )


def _unclean_text(reading: Reading) -> UncleanText:
    if reading.problem is None:
        return UncleanText(reading.problems, None)
    if not reading.known:
        return UncleanText(reading.problems, unreadable_vin_facts(reading))
    of_part = profile_of_part(PartialVin.trusted(reading.known))
    facts = unreadable_vin_facts(reading, of_part)
    part = CheckedProfile(of_part, CheckDigit.CANNOT_TELL, (), facts)
    return UncleanText(reading.problems, facts, part)


def _clean_rows(texts: pa.StringArray) -> tuple[Mask, Characters, Bytes]:
    """Which texts are well-formed VINs as they stand, their characters and ``remainders``.

    Agrees with ``vin.read`` giving the text back with no clean-up and no problem.
    """
    rows = len(texts)
    starts = np.frombuffer(memoryview(texts.buffers()[1] or b"\0\0\0\0"), dtype=np.int32)
    clean = np.diff(starts[texts.offset : texts.offset + rows + 1]) == 17
    if texts.null_count:
        clean &= texts.is_valid().to_numpy(zero_copy_only=False)
    if not clean.all():
        texts = texts.filter(pa.array(clean))
        starts = np.frombuffer(memoryview(texts.buffers()[1] or b"\0\0\0\0"), dtype=np.int32)
    count, first = len(texts), int(starts[texts.offset])
    data = texts.buffers()[2] if count else None
    characters = np.frombuffer(
        memoryview(data or b""), np.uint8, 17 * count, first if count else 0
    ).reshape(-1, 17)
    mod_11 = remainders(characters)
    bad = mod_11 == ILLEGAL
    bad[stand_ins(characters)] = True
    bad[masks(characters)] = True
    if bad.any():
        good = ~bad
        clean[clean] = good
        characters, mod_11 = characters[good], mod_11[good]
    return clean, characters, mod_11


class Descriptors:
    """VINs -> their descriptors, encoded over a whole run: a VIN for all that rules do not tell apart."""

    def __init__(self) -> None:
        self._values: list[Vin] = []
        self._encoder = KeyEncoder()
        self._far = Encoder()

    def __call__(self, characters: Characters) -> Categorical:
        """The descriptor of every row, as a VIN that has it, ``0`` where no rule reads."""
        codes, rows = self._encoder(self.keys(characters))
        samples = as_read(characters[rows])
        self._values += [Vin.trusted(row.tobytes().decode()) for row in samples]
        return Categorical(self._values, codes)

    def keys(self, characters: Characters) -> Words:
        """The descriptor of every row as a number of 61 bits."""
        keys, far = descriptor_keys(characters)
        if len(far):  # of these rules read more than a key holds
            data = pa.py_buffer(as_read(characters[far]).data)
            signs = pa.FixedSizeBinaryArray.from_buffers(pa.binary(17), len(far), [None, data])
            encoded = signs.dictionary_encode()
            codes = self._far.codes(encoded.dictionary.to_pylist())
            keys[far] = NO_KEY + codes.take(encoded.indices.to_numpy()).astype(np.uint64)
        return keys


def check_digits(characters: Characters) -> Mask:
    """Whether position 9 holds, for rows of 17 characters; the market is not asked."""
    states = position_9(characters, remainders(characters))
    return np.asarray(states == STATES.index(CheckDigit.HOLDS))


class CheckedProfile(NamedTuple):
    """What a VIN, or a part of one, says beside its serial, and how it stands by the rules of its market."""

    profile: Profile
    status: CheckDigit
    problems: tuple[Problem, ...]
    facts: VinFacts


def checked_profile(
    profile_of: Callable[[Vin, CheckDigit], Profile],
    sample: Vin,
    check_digit: CheckDigit,
    digits: int,
) -> CheckedProfile:
    """A rule of a descriptor, of what ``position_9`` is, and of the ``trailing_digits``."""
    vin_profile = profile_of(sample, check_digit)
    status = import_status(check_digit, vin_profile.market, vin_profile.tie)
    problems = vin_problems(sample, vin_profile.market, status, digits)
    return CheckedProfile(
        vin_profile, status, problems, vin_facts(vin_profile, problems, status, sample.descriptor)
    )


class CheckedProfiles:
    """VINs and parts of VINs -> what each says beside its serial; None for rows that are neither."""

    def __init__(self) -> None:
        # The digits of the serial make keys of their own, and the profile does not read them.
        self._rule = PerDistinct(partial(checked_profile, cache(profile)))

    @property
    def kept(self) -> int:
        """How many distinct keys are known."""
        return self._rule.kept

    def __call__(self, vins: VinColumn, descriptors: Categorical) -> Categorical:
        """The ``CheckedProfile`` of every row, asked once per distinct descriptor, position 9 and tail."""
        digits = Categorical(NATURALS, trailing_digits(vins.characters))
        checked = self._rule.on(vins.well_formed, descriptors, vins.position_9, digits)
        rows, _ = vins.parts
        if not len(rows):
            return checked
        unclean = vins.unclean.take(rows)
        of_parts = self._rule.codes_of(one.part for one in unclean.distinct_values())
        codes = checked.codes.copy()
        codes[rows] = of_parts.take(unclean.distinct[1])
        return Categorical(checked.values, codes)


def row_problems(
    checked: CheckedProfile | None, unclean: UncleanText | None
) -> tuple[Problem, ...]:
    """The problems of a row, as ``identity.identify`` lists them."""
    return (*(checked.problems if checked else ()), *(unclean.problems if unclean else ()))


def row_vin_facts(checked: CheckedProfile | None, unclean: UncleanText | None) -> VinFacts:
    """What the VIN of a row, or a text that is none, contributes to the verdict."""
    if checked is not None:
        beside = weighing(unclean.problems) if unclean else frozenset()
        facts = checked.facts
        return facts._replace(problems=facts.problems | beside) if beside else facts
    of_text = unclean and unclean.facts
    assert of_text is not None  # noqa: S101 - a row is a VIN, or was read and found to be none
    return of_text
