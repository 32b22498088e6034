"""Columns of VINs -> which model year vPIC's patterns fit: ``specification.specify`` in columns.

What follows from a few signs (the years that position 10 can mean, what faults weigh) is asked of
the rules that serve a single VIN, once a combination. Here is only the arithmetic: which patterns
fit, and which of two years fits better. What this cannot settle is marked and left to ``profile``.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from vintool import vpic
from vintool.columns.decoding.bitsets import SIGN_NAMES, Fitting, Signs
from vintool.columns.decoding.elements import Elements, Reading
from vintool.columns.decoding.schema_lines import COLUMN_OF, ELEMENTS, OFTEN, Values
from vintool.columns.decoding.schemas import FIRST_YEAR, YEARS, Schemas
from vintool.columns.decoding.scores import elements_of, or_at, telling
from vintool.columns.engine.arrays import Flags, Ints
from vintool.columns.engine.asked import Asked, Codes
from vintool.decoding.profile import latest_model_year
from vintool.vin.positions import MODEL_YEAR_CODES, MODEL_YEAR_CYCLE
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
from vintool.vpic.model_years import model_years

#: For each number of a character, how many years after 1980 it stands for at position 10; 0 for none.
_AFTER_FIRST = np.array([max(MODEL_YEAR_CODES.find(sign), 0) for sign in SIGN_NAMES])
_LETTER = np.array([sign.isalpha() for sign in SIGN_NAMES])
_SERIAL = (12, 13, 14)  # where a character can be wrong if the WMI does not go on there
_SPEAKS_ELECTRIC = (
    (FUEL_PRIMARY, ELECTRIC),
    (FUEL_SECONDARY, ELECTRIC),
    (ELECTRIFICATION, BATTERY_ELECTRIC),
)
_USES_ALL = (1 << len(OFTEN)) - 1
_FAULTS_AT_MOST = -sum(fault.value for fault in Fault)


class Passes(NamedTuple):
    """For each row the pass that fits best, and of the other year as much as counts.

    ``year`` is 0 where no year can be told, ``other`` where there is no other one. ``wrong``
    (something speaks against the pass) and ``several`` (more than one position does) hold where
    asked for. ``fitting`` is what fits in the core area. Of ``unsettled`` rows nothing holds.
    """

    year: Codes
    other: Codes
    conclusive: Flags
    matched: Flags
    only_match: Flags
    wrong: Flags
    several: Flags
    fitting: Fitting
    unsettled: Flags

    @classmethod
    def none(cls, size: int) -> Self:
        """Passes of rows that have none."""
        year = np.zeros(size, dtype=np.int32)
        no = np.zeros(size, dtype=bool)
        rows, bits = np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.uint64)
        return cls(year, year, no, no, no, no, no, Fitting(rows, rows, bits), no)

    def spread(self, rows: Ints, size: int) -> Self:
        """The passes of these rows among all that there are."""

        def wide(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
            every = np.zeros(size, dtype=column.dtype)
            every[rows] = column
            return every

        return self._replace(
            year=wide(self.year),
            other=wide(self.other),
            conclusive=wide(self.conclusive),
            matched=wide(self.matched),
            only_match=wide(self.only_match),
            wrong=wide(self.wrong),
            several=wide(self.several),
            fitting=self.fitting._replace(row=rows[self.fitting.row]),
            unsettled=wide(self.unsettled),
        )


class _Questions(NamedTuple):
    """Passes: which set is asked about which row, and what fits."""

    sets: Ints
    rows: Ints
    fitting: Fitting


class _Scores(NamedTuple):
    score: Ints  # but for the year
    wrong: Flags
    electric: Flags
    unsettled: Flags


def letter_at_7(signs: Signs) -> Flags:
    """Whether position 7 is a letter."""
    return _LETTER[signs[7]]


class Filings:
    """vPIC in columns, and what was asked of its rules so far."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas, self.elements = schemas, Elements(schemas)
        self._value = self.elements.value
        registrations = schemas.registrations
        self._light = np.array([registration.light for registration in registrations], dtype=bool)
        self._small = np.array(
            [len(registration.wmi) == 6 for registration in registrations], dtype=bool
        )
        self._type = np.array(
            [registration.vehicle_type for registration in registrations], dtype=np.intp
        )
        self._has_make = np.array(
            [len(registration.makes) == 1 for registration in registrations], dtype=bool
        )
        self._years = Asked(_years)
        self._faults = Asked(_fault_weight)
        self._make = Asked(lambda code: bool(vpic.model(self._value(MODEL, code))[1]))
        self._is_number = {element: Asked(self._number_rule(element)) for element in DISPLACEMENTS}
        self._weights = self._all_weights()
        most = self._weights.max(axis=0, initial=0)
        self._by_engine = Asked(
            lambda code: sum(
                int(most[element]) for element, _ in vpic.engine(self._value(ENGINE_MODEL, code))
            )
        )
        self._by_specs = Asked(
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
        weights = np.zeros((types, ELEMENTS), dtype=np.intp)
        for at, element in vpic.all_elements().items():
            weights[:, at] = element.weight
        for kind in range(types):
            # Told anyway, and so no point for either year.
            weights[kind, list(vpic.defaults(kind))] = 0
        return weights

    def decide(
        self, registration: Ints, signs: Signs, home: Flags, known: Codes, judged: Flags
    ) -> Passes:
        """Which pass fits best.

        Args:
            registration: of each row, by its number.
            signs: of each row.
            home: whether ``known``, if position 10 allows it, is the model year.
            known: a model year, 0 for none.
            judged: whether it counts what speaks against the pass.
        """
        if not len(registration):
            return Passes.none(0)
        sets = self.schemas.sets.ravel()
        spot = registration * YEARS + _AFTER_FIRST[signs[10]]
        earlier, later = sets[spot], sets[spot + MODEL_YEAR_CYCLE]
        key = signs[10] * 2 + letter_at_7(signs)
        key = (key * 2 + self._light[registration]) * 2 + (earlier >= 0)
        years = self._years(key * 2 + (later >= 0))
        first, second, conclusive = (of.take(years) for of in np.array(self._years.values).T)
        taken = home & (known > 0) & ((known == first) | (known == second))
        first, second = np.where(taken, known, first), np.where(taken, 0, second)

        asked = [
            np.where(
                years == 0, -1, np.where(years < FIRST_YEAR + MODEL_YEAR_CYCLE, earlier, later)
            )
            for years in (first, second)
        ]
        one, two = (np.flatnonzero(found >= 0) for found in asked)
        rows = np.concatenate((one, two))
        slots = self.schemas.slots(np.concatenate((asked[0][one], asked[1][two])))
        passes = _Questions(slots, rows, self.schemas.core.match(slots, rows, signs))
        fits = self._any_fits(passes, signs)
        numbers = np.full((2, len(registration)), -1, dtype=np.intp)  # of the passes of each row
        numbers[0, one], numbers[1, two] = np.arange(len(one)), len(one) + np.arange(len(two))
        matched = (numbers >= 0) & fits[numbers]

        # The one that fits; if neither does, the later one; if both do, the better one.
        take_second = np.where(matched[0] == matched[1], second > first, matched[1])
        unsettled = np.zeros(len(registration), dtype=bool)
        both = np.flatnonzero(matched[0] & matched[1])
        both = both[self._may_differ(passes, *numbers[:, both])]
        if len(both):
            years = np.concatenate((first[both], second[both]))
            scores = self._scores(passes, numbers[:, both].ravel(), years, registration, signs)
            score = scores.score * (1 << 12) + years
            of_first, of_second = np.split(score, 2)
            better = of_second > of_first
            take_second[both] = better
            wrong = scores.wrong.reshape(2, -1)
            # A rival: it fits as well, and disagrees on electric drive.
            best_wrong = np.where(better, wrong[1], wrong[0])
            other_wrong = np.where(better, wrong[0], wrong[1])
            electric = scores.electric.reshape(2, -1)
            rival = (electric[0] != electric[1]) & (best_wrong | ~other_wrong)
            unsettled[both] = rival | scores.unsettled.reshape(2, -1).any(axis=0)
        best = np.where(take_second, numbers[1], numbers[0])
        fitted = (best >= 0) & fits[best]
        wrong, several = ~fitted, np.zeros(len(registration), dtype=bool)
        some = np.flatnonzero(judged & fitted)
        repairs = self._repairs(slots[best[some]], some, registration, signs)
        wrong[some], several[some] = (repairs > 0).any(axis=0), (repairs > 0).sum(axis=0) > 1

        is_best = np.zeros(len(rows), dtype=bool)
        is_best[best[best >= 0]] = True
        own = np.flatnonzero(is_best[passes.fitting.row] & (passes.fitting.bits != 0))
        fitting = passes.fitting.at(own)
        year = np.where(take_second, second, first)
        return Passes(
            year.astype(np.int32),
            np.where(take_second, first, second).astype(np.int32),
            (conclusive != 0) | taken,
            fitted,
            fitted & ~(matched[0] & matched[1]),
            wrong,
            several,
            fitting._replace(row=rows[fitting.row]),
            unsettled,
        )

    def _may_differ(self, passes: _Questions, one: Ints, two: Ints) -> Flags:
        """Whether two passes may score differently: of one set the same fits, and specifications alone know years."""
        differ = np.asarray(passes.sets[one] != passes.sets[two])
        same = np.flatnonzero(~differ)
        fitting = passes.fitting.among(one[same], len(passes.rows))
        models = self.schemas.core.told(COLUMN_OF[MODEL], fitting, len(same))
        differ[same] = self.elements.facts(models)[0] > 0
        return differ

    def _any_fits(self, passes: _Questions, signs: Signs) -> Flags:
        """Whether any pattern fits, be it one of the rest alone."""
        fits = np.zeros(len(passes.rows) + 1, dtype=bool)  # the last one stands for no pass
        fits[passes.fitting.row[passes.fitting.bits != 0]] = True
        open_ = np.flatnonzero(~fits[:-1])
        if len(open_):
            rest = self.schemas.rest.match(passes.sets[open_], passes.rows[open_], signs)
            fits[open_[rest.row[rest.bits != 0]]] = True
        return fits

    def _repairs(self, sets: Ints, rows: Ints, registration: Ints, signs: Signs) -> Ints:
        """By position and pass, how many characters could mend it; 0 where nothing is wrong."""
        found = np.zeros((len(OFTEN) + len(_SERIAL), len(sets)), dtype=np.int8)
        for at, position in enumerate(OFTEN):
            found[at] = self.schemas.repairs(sets, rows, signs, position)
        long = np.flatnonzero(self.schemas.names_serial[sets] & ~self._small[registration[rows]])
        for at, position in enumerate(_SERIAL if len(long) else (), len(OFTEN)):
            found[at, long] = self.schemas.repairs(sets[long], rows[long], signs, position)
        return found

    def _fault_weights(self, repairs: Ints, uses_all: Flags, has_model: Flags) -> Ints:
        wrong = np.minimum((repairs > 0).sum(axis=0), 2)
        key = wrong * 2 + (repairs == 1).any(axis=0)
        return self._faults.told((key * 2 + uses_all) * 2 + has_model)

    def _scores(
        self, passes: _Questions, chosen: Ints, years: Ints, registration: Ints, signs: Signs
    ) -> _Scores:
        """How well some passes fit, see ``Pass.score``.

        Args:
            passes: all that were asked about.
            chosen: those to score, by number, in order: for each row one, and then the other.
            years: of those.
            registration: of each row.
            signs: of each row.
        """
        size = len(chosen)
        sets, rows = passes.sets[chosen], passes.rows[chosen]
        core = passes.fitting.among(chosen, len(passes.rows))
        kind = self._type[registration[rows]]
        named = np.zeros(size, dtype=np.uint8)
        weights, count = np.zeros(size, dtype=np.intp), np.zeros(size, dtype=np.intp)
        unsettled = np.zeros(size, dtype=bool)
        every = []
        for area, fitting in (
            (self.schemas.core, core),
            (self.schemas.rest, self.schemas.rest.match(sets, rows, signs)),
        ):
            told = telling(area, fitting)
            every.append(told)
            if len(told.row):
                or_at(named, told.row, told.names)
                count += np.bincount(told.row, told.times, size).astype(np.intp)
                own = self._weights[kind[told.row], told.element] * told.first
                weights += np.bincount(told.row, own, size).astype(np.intp)
                unsettled[told.row[told.twice]] = True
        read = Reading(self.elements, core, size)
        model = read(MODEL)
        make = self._make.told(model)
        by_wmi = (model == 0) & self._has_make[registration[rows]]
        weights += self._weights[kind, MAKE] * (make | by_wmi)
        count += make
        converts = np.zeros(size, dtype=bool)
        for element, is_number in self._is_number.items():
            converts |= is_number.told(read(element))
            unsettled |= read(element) == Values.IN_VIN
        for element in DISPLACEMENTS:
            weights += self._weights[kind, element] * (converts & (read(element) == 0))

        repairs = self._repairs(sets, rows, registration, signs)
        fault = self._fault_weights(repairs, named == _USES_ALL, model > 0)

        # Engines and specifications may add to a pass; they are asked where that can decide.
        facts, at_hand = self.elements.facts(model)
        more = self._by_engine.told(read.engine) + self._by_specs.told(model)
        one, two = np.split(np.arange(size), 2)
        close = (
            (fault[one] == fault[two])
            & (weights[one] <= weights[two] + more[two])
            & (weights[two] <= weights[one] + more[one])
        )
        near = np.concatenate((close, close)) & ((read.engine > 0) | (facts > 0))
        unsettled |= near & (facts > 0) & (at_hand == 0)
        some = np.flatnonzero(near & ~unsettled)
        if len(some):
            specs = self.elements.specified(read.at(some), registration[rows[some]], years[some])
            for at, told_of, by_specs in zip(
                some.tolist(), elements_of(every, some), specs, strict=True
            ):
                engine = self._value(ENGINE_MODEL, int(read.engine[at]))
                by_engine = [
                    element
                    for element, _ in vpic.engine(engine)
                    if element not in told_of or element in MULTIPLE
                ]
                anyway = FROM_TABLES if make[at] or by_wmi[at] else FROM_TABLES - {MAKE}
                here = told_of.union(by_engine, anyway, DISPLACEMENTS if converts[at] else ())
                added = ({*by_engine} - told_of) | ((by_specs or {}).keys() - here)
                count[at] += len(by_engine)
                weights[at] += self._weights[kind[at], list(added)].sum()
                unsettled[at] |= by_specs is None
        electric = np.zeros(size, dtype=bool)
        for element, sign in _SPEAKS_ELECTRIC:
            electric |= read(element) == self.schemas.values[element].code((sign,))
        score = (fault + _FAULTS_AT_MOST) * (1 << 32) + weights * (1 << 12) + count
        wrong = np.asarray((repairs > 0).any(axis=0))
        return _Scores(score, wrong, electric, unsettled)


def _years(key: int) -> tuple[int, int, int]:
    """The candidates for position 10, position 7, light vehicles and the years that have schemas."""
    key, later = divmod(key, 2)
    key, earlier = divmod(key, 2)
    key, light = divmod(key, 2)
    sign, letter = divmod(key, 2)
    years, conclusive = model_years(
        SIGN_NAMES[sign],
        "A" if letter else "0",
        latest_model_year() + 1,  # vPIC allows for one year more
        lambda year: bool(later if year >= FIRST_YEAR + MODEL_YEAR_CYCLE else earlier),
        light=bool(light),
    )
    first, second, *_ = (*years, 0, 0)
    return first, second, int(conclusive)


def _fault_weight(key: int) -> int:
    key, has_model = divmod(key, 2)
    key, uses_all = divmod(key, 2)
    wrong, one = divmod(key, 2)
    repairs = [1 if one else 2] * wrong
    return weight(faults(repairs, uses_all=bool(uses_all), has_model=bool(has_model)))
