"""How well passes of two model years fit: ``vpic.passes.Pass.score`` for many at once.

It counts where patterns match in both years. What faults weigh is asked of the rule that serves a single VIN, once
per combination; engines and specifications are asked only where they can decide.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from vintool import vpic
from vintool.columns.decoding.bitsets import CharacterCodes, Matches
from vintool.columns.decoding.elements import ElementRules, ReadElements
from vintool.columns.decoding.pattern_sets import PatternSets
from vintool.columns.decoding.schema_lines import IN_VIN, N_ELEMENTS, OFTEN
from vintool.columns.engine.arrays import Bytes, Ints, Mask, lowest, ones
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.vpic.displacement import number
from vintool.vpic.elements import (
    BATTERY_ELECTRIC,
    DISPLACEMENTS,
    ELECTRIC,
    ELECTRIFICATION,
    ENGINE_MODEL,
    FROM_TABLES,
    FUEL_PRIMARY,
    FUEL_SECONDARY,
    MAKE,
    MODEL,
    MULTIPLE,
)
from vintool.vpic.faults import Fault, faults, weight

_SERIAL = (12, 13, 14)  # positions where a character can be wrong if the WMI does not go on there
_SPEAKS_ELECTRIC = (
    (FUEL_PRIMARY, ELECTRIC),
    (FUEL_SECONDARY, ELECTRIC),
    (ELECTRIFICATION, BATTERY_ELECTRIC),
)
_USES_ALL = (1 << len(OFTEN)) - 1
_FAULTS_AT_MOST = -sum(fault.value for fault in Fault)
_IS_MULTIPLE = np.isin(np.arange(N_ELEMENTS), sorted(MULTIPLE))


class CandidatePasses(NamedTuple):
    """n passes: the slot of a set that is asked about a row, and which of its patterns match."""

    slots: Ints
    rows: Ints
    matches: Matches


class Scores(NamedTuple):
    """The scores of n passes, but for the year; those ``undecided`` only the scalar path can score.

    ``wrong`` is whether some character speaks against the pass; ``electric``, whether it tells electric drive.
    """

    score: Ints
    wrong: Mask
    electric: Mask
    undecided: Mask


class ScoreRules:
    """The rules of ``Pass.score``, with their answers so far."""

    def __init__(self, elements: ElementRules) -> None:
        self.schemas, self.elements = elements.schemas, elements
        self._value = elements.value
        registrations = self.schemas.registrations
        # By registration.
        self._small = np.array([len(one.wmi) == 6 for one in registrations], dtype=bool)
        self._type = np.array([one.vehicle_type for one in registrations], dtype=np.intp)
        self._has_make = np.array([len(one.makes) == 1 for one in registrations], dtype=bool)
        self._faults = PerDistinct(_fault_weight)
        self._make = PerDistinct(lambda code: bool(vpic.model(self._value(MODEL, code))[1]))
        self._is_number = {
            element: PerDistinct(self._number_rule(element)) for element in DISPLACEMENTS
        }
        self._weights = self._all_weights()
        most = self._weights.max(axis=0, initial=0)
        self._by_engine = PerDistinct(
            lambda code: sum(
                int(most[element]) for element, _ in vpic.engine(self._value(ENGINE_MODEL, code))
            )
        )
        self._by_specs = PerDistinct(
            lambda code: sum(
                int(most[element])
                for element in vpic.specified_elements(self._value(MODEL, code))[1]
            )
        )

    def _number_rule(self, element: int) -> Callable[[int], bool]:
        return lambda code: number(self._value(element, code)) is not None

    def _all_weights(self) -> Ints:
        """By vehicle type and element, what it weighs that an element is told."""
        types = int(self._type.max(initial=0)) + 1
        weights = np.zeros((types, N_ELEMENTS), dtype=np.intp)
        for at, element in vpic.all_elements().items():
            weights[:, at] = element.weight
        for kind in range(types):
            # Told anyway, and so no point for either year.
            weights[kind, list(vpic.defaults(kind))] = 0
        return weights

    def repairs(self, slots: Ints, rows: Ints, registration: Ints, codes: CharacterCodes) -> Ints:
        """How many characters could mend a position, 0 where nothing is wrong there.

        Args:
            slots: of the sets of n passes, each asked about ...
            rows: ... one of the rows.
            registration: of all rows.
            codes: of all rows.

        Returns:
            Positions (those of ``OFTEN``, and 12 to 14) x n.
        """
        repairs = np.zeros((len(OFTEN) + len(_SERIAL), len(slots)), dtype=np.int8)
        for at, position in enumerate(OFTEN):
            repairs[at] = self.schemas.repairs(slots, rows, codes, position)
        long = np.flatnonzero(self.schemas.names_serial[slots] & ~self._small[registration[rows]])
        for at, position in enumerate(_SERIAL if len(long) else (), len(OFTEN)):
            repairs[at, long] = self.schemas.repairs(slots[long], rows[long], codes, position)
        return repairs

    def _fault_weights(self, repairs: Ints, uses_all: Mask, has_model: Mask) -> Ints:
        wrong = np.minimum((repairs > 0).sum(axis=0), 2)
        key = wrong * 2 + (repairs == 1).any(axis=0)
        return self._faults.array((key * 2 + uses_all) * 2 + has_model)

    def __call__(
        self,
        passes: CandidatePasses,
        chosen: Ints,
        years: Ints,
        registration: Ints,
        codes: CharacterCodes,
    ) -> Scores:
        """The scores of some passes.

        Args:
            passes: all candidates.
            chosen: n of them, by number: for each row one, and then the other for each row.
            years: of the n.
            registration: of all rows.
            codes: of all rows.
        """
        size = len(chosen)
        slots, rows = passes.slots[chosen], passes.rows[chosen]
        core = passes.matches.of(chosen, len(passes.rows))
        kind = self._type[registration[rows]]
        often = np.zeros(size, dtype=np.uint8)
        weights, count = np.zeros(size, dtype=np.intp), np.zeros(size, dtype=np.intp)
        undecided = np.zeros(size, dtype=bool)
        parts = []
        for sets, matches in (
            (self.schemas.core, core),
            (self.schemas.rest, self.schemas.rest.match(slots, rows, codes)),
        ):
            part = matched_elements(sets, matches)
            parts.append(part)
            if len(part.row):
                _or_at(often, part.row, part.often)
                count += np.bincount(part.row, part.times, size).astype(np.intp)
                weight_of = self._weights[kind[part.row], part.element] * part.first
                weights += np.bincount(part.row, weight_of, size).astype(np.intp)
                undecided[part.row[part.repeats]] = True
        read = ReadElements(self.elements, core, size)
        model = read(MODEL)
        make = self._make.array(model)
        by_wmi = (model == 0) & self._has_make[registration[rows]]
        weights += self._weights[kind, MAKE] * (make | by_wmi)
        count += make
        converts = np.zeros(size, dtype=bool)
        for element, is_number in self._is_number.items():
            converts |= is_number.array(read(element))
            undecided |= read(element) == IN_VIN
        for element in DISPLACEMENTS:
            weights += self._weights[kind, element] * (converts & (read(element) == 0))

        repairs = self.repairs(slots, rows, registration, codes)
        fault = self._fault_weights(repairs, often == _USES_ALL, model > 0)

        # Engines and specifications may add to a pass; they are asked where that can decide.
        specifiable, at_hand = self.elements.specifiable(model)
        more = self._by_engine.array(read.engine) + self._by_specs.array(model)
        one, two = np.split(np.arange(size), 2)
        close = (
            (fault[one] == fault[two])
            & (weights[one] <= weights[two] + more[two])
            & (weights[two] <= weights[one] + more[one])
        )
        near = np.concatenate((close, close)) & ((read.engine > 0) | (specifiable > 0))
        undecided |= near & (specifiable > 0) & (at_hand == 0)
        some = np.flatnonzero(near & ~undecided)
        if len(some):
            specs = self.elements.specified(read.of(some), registration[rows[some]], years[some])
            for at, by_pattern, by_specs in zip(
                some.tolist(), element_sets(parts, some), specs, strict=True
            ):
                engine = self._value(ENGINE_MODEL, int(read.engine[at]))
                by_engine = [
                    element
                    for element, _ in vpic.engine(engine)
                    if element not in by_pattern or element in MULTIPLE
                ]
                anyway = FROM_TABLES if make[at] or by_wmi[at] else FROM_TABLES - {MAKE}
                here = by_pattern.union(by_engine, anyway, DISPLACEMENTS if converts[at] else ())
                added = ({*by_engine} - by_pattern) | ((by_specs or {}).keys() - here)
                count[at] += len(by_engine)
                weights[at] += self._weights[kind[at], list(added)].sum()
                undecided[at] |= by_specs is None
        electric = np.zeros(size, dtype=bool)
        for element, value in _SPEAKS_ELECTRIC:
            electric |= read(element) == self.schemas.values[element][value,]
        score = (fault + _FAULTS_AT_MOST) * (1 << 32) + weights * (1 << 12) + count
        return Scores(score, np.asarray((repairs > 0).any(axis=0)), electric, undecided)


def _fault_weight(key: int) -> int:
    key, has_model = divmod(key, 2)
    key, uses_all = divmod(key, 2)
    wrong, one = divmod(key, 2)
    repairs = [1 if one else 2] * wrong
    return weight(faults(repairs, uses_all=bool(uses_all), has_model=bool(has_model)))


class MatchedElements(NamedTuple):
    """What matching patterns tell, n times an element of a pass.

    Attributes:
        row: the pass.
        element: vPIC's number.
        often: the positions of ``OFTEN`` that it rests on, as bits.
        first: whether it is the first of its pass and element.
        times: how often it is told.
        repeats: whether one pattern tells it more than once.
    """

    row: Ints
    element: Ints
    often: Bytes
    first: Mask
    times: Ints
    repeats: Mask


def matched_elements(sets: PatternSets, matches: Matches) -> MatchedElements:
    """What matching patterns tell; of each element what comes first, of notes all."""
    matches = matches.where(matches.bits != 0)
    which, pair = sets.elements.places(matches.word)
    bits = sets.mask[pair] & matches.bits[which]
    some = np.flatnonzero(bits)
    which, pair, bits = which[some], pair[some], bits[some]
    row, element = matches.row[which], sets.elements.values[pair]
    # The words of a pass stand in order: the first to tell an element tells it.
    first = np.ones(len(row), dtype=bool)
    some = np.flatnonzero(np.isin(row, matches.row[1:][np.diff(matches.row) == 0]))
    if len(some):
        first[some] = False
        key = row[some] * N_ELEMENTS + element[some]
        first[some[np.unique(key, return_index=True)[1]]] = True
    multiple = _IS_MULTIPLE[element]
    keep = np.flatnonzero(first | multiple)
    row, element, pair, bits = row[keep], element[keep], pair[keep], bits[keep]
    first, multiple, word = first[keep], multiple[keep], matches.word[which[keep]]
    often = sets.often_bits(word, lowest(bits))
    several = np.flatnonzero(multiple)
    more = bits[several]
    while len(several := several[more != 0]):
        more = more[more != 0]
        bit = lowest(more)
        often[several] |= sets.often_bits(word[several], bit)
        more &= ~(np.uint64(1) << bit.astype(np.uint64))
    times = np.ones(len(row), dtype=np.intp)
    several = np.flatnonzero(multiple)
    times[several] = ones(bits[several])
    return MatchedElements(row, element, often, first, times, multiple & sets.repeats[pair])


def element_sets(parts: Iterable[MatchedElements], passes: Ints) -> list[set[int]]:
    """The elements that patterns tell in some passes, which are in order."""
    sets = [set[int]() for _ in passes]
    for part in parts:
        at = np.searchsorted(passes, part.row)
        at[at == len(passes)] = 0
        some = np.flatnonzero(passes[at] == part.row)
        for place, element in zip(at[some].tolist(), part.element[some].tolist(), strict=True):
            sets[place].add(element)
    return sets


def _or_at(target: Bytes, rows: Ints, values: Bytes) -> None:
    """OR values into rows, which come in order."""
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    target[rows[starts]] |= np.bitwise_or.reduceat(values, starts)
