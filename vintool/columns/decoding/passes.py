"""Columns of VINs -> the pass of vPIC that fits best: ``vpic.decode.decode`` for many VINs.

What follows from a few characters (the years that position 10 can mean, what faults weigh) is asked of
the rules that serve a single VIN, once per combination. Here is only the arithmetic: which patterns
match, and which of two years fits better. Rows that this cannot decide are marked, and left to
``decoding.profile``.
"""

from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from vintool.columns.decoding.bitsets import CHARACTERS, CharacterCodes, Matches
from vintool.columns.decoding.elements import ElementRules
from vintool.columns.decoding.schema_lines import COLUMN_OF
from vintool.columns.decoding.schemas import YEARS, Schemas
from vintool.columns.decoding.scores import CandidatePasses, ScoreRules
from vintool.columns.engine.arrays import Codes, Ints, Mask
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.decoding.model_year import latest_model_year
from vintool.vin.positions import FIRST_MODEL_YEAR, MODEL_YEAR_CODES, MODEL_YEAR_CYCLE
from vintool.vpic.elements import MODEL
from vintool.vpic.model_years import model_years

# By character code: how many years after 1980 it stands for at position 10, 0 for none; is it a letter.
_YEARS_AFTER_FIRST = np.array([max(MODEL_YEAR_CODES.find(one), 0) for one in CHARACTERS])
_IS_LETTER = np.array([one.isalpha() for one in CHARACTERS])


class Passes(NamedTuple):
    """Of each of n rows the pass that fits best, and of the pass of the other year what counts.

    Attributes:
        year: of the pass; 0 where no year can be told.
        other: the other year that position 10 allows; 0 where there is none.
        conclusive: positions 7 and 10 allow no other year.
        matched: some pattern matches.
        only_match: patterns match in this year alone.
        wrong: some character speaks against the pass, where that was asked for.
        several: more than one does, likewise.
        matches: the patterns of ``Schemas.core`` that match.
        undecided: of these rows nothing here holds.
    """

    year: Codes
    other: Codes
    conclusive: Mask
    matched: Mask
    only_match: Mask
    wrong: Mask
    several: Mask
    matches: Matches
    undecided: Mask

    @classmethod
    def none(cls, size: int) -> Self:
        """Passes of rows that have none."""
        year = np.zeros(size, dtype=np.int32)
        no = np.zeros(size, dtype=bool)
        rows, bits = np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.uint64)
        return cls(year, year, no, no, no, no, no, Matches(rows, rows, bits), no)

    def spread(self, rows: Ints, size: int) -> Self:
        """The passes of these rows among all ``size`` that there are."""

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
            matches=self.matches._replace(row=rows[self.matches.row]),
            undecided=wide(self.undecided),
        )


def is_letter_at_7(codes: CharacterCodes) -> Mask:
    """Whether position 7 is a letter."""
    return _IS_LETTER[codes[7]]


class PassRules:
    """The rules that choose a pass, with their answers so far."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas, self.elements = schemas, ElementRules(schemas)
        self._score = ScoreRules(self.elements)
        self._light = np.array([one.light for one in schemas.registrations], dtype=bool)
        self._years = PerDistinct(_years)

    def best_passes(
        self,
        registration: Ints,
        codes: CharacterCodes,
        own_year: Codes,
        is_home: Mask,
        asks_faults: Mask,
    ) -> Passes:
        """Which pass fits best, for n rows.

        Args:
            registration: the number of the WMI's.
            codes: the characters.
            own_year: the model year by the rules of the VIN's own market, 0 for none.
            is_home: whether ``own_year``, if position 10 allows it, is the model year.
            asks_faults: whether it counts what speaks against the pass.
        """
        size = len(registration)
        if not size:
            return Passes.none(0)
        earlier, later = self._sets(registration, codes)
        key = codes[10] * 2 + is_letter_at_7(codes)
        key = (key * 2 + self._light[registration]) * 2 + (earlier >= 0)
        years = self._years.codes(key * 2 + (later >= 0))
        first, second, conclusive = (of.take(years) for of in np.array(self._years.values).T)
        is_own = is_home & (own_year > 0) & ((own_year == first) | (own_year == second))
        first, second = np.where(is_own, own_year, first), np.where(is_own, 0, second)

        # The candidates: the first year of every row that has a set in it, then the second.
        sets = [
            np.where(
                year == 0, -1, np.where(year < FIRST_MODEL_YEAR + MODEL_YEAR_CYCLE, earlier, later)
            )
            for year in (first, second)
        ]
        one, two = (np.flatnonzero(of_year >= 0) for of_year in sets)
        rows = np.concatenate((one, two))
        slots = self.schemas.slots(np.concatenate((sets[0][one], sets[1][two])))
        passes = CandidatePasses(slots, rows, self.schemas.core.match(slots, rows, codes))
        fits = self._fits(passes, codes)
        numbers = np.full(
            (2, size), -1, dtype=np.intp
        )  # of the two passes of each row, -1 for none
        numbers[0, one], numbers[1, two] = np.arange(len(one)), len(one) + np.arange(len(two))
        matched = (numbers >= 0) & fits[numbers]

        # The one that fits; if neither does, the later one; if both do, the better one.
        take_second = np.where(matched[0] == matched[1], second > first, matched[1])
        undecided = np.zeros(size, dtype=bool)
        both = np.flatnonzero(matched[0] & matched[1])
        both = both[self._may_differ(passes, *numbers[:, both])]
        if len(both):
            take_second[both], undecided[both] = self._better(
                passes, numbers[:, both], np.stack((first[both], second[both])), registration, codes
            )
        best = np.where(take_second, numbers[1], numbers[0])
        best_fits = (best >= 0) & fits[best]
        wrong, several = ~best_fits, np.zeros(size, dtype=bool)
        some = np.flatnonzero(asks_faults & best_fits)
        repairs = self._score.repairs(slots[best[some]], some, registration, codes)
        wrong[some], several[some] = (repairs > 0).any(axis=0), (repairs > 0).sum(axis=0) > 1

        is_best = np.zeros(len(rows), dtype=bool)
        is_best[best[best >= 0]] = True
        matches = passes.matches
        matches = matches.where(np.flatnonzero(is_best[matches.row] & (matches.bits != 0)))
        return Passes(
            np.where(take_second, second, first).astype(np.int32),
            np.where(take_second, first, second).astype(np.int32),
            (conclusive != 0) | is_own,
            best_fits,
            best_fits & ~(matched[0] & matched[1]),
            wrong,
            several,
            matches._replace(row=rows[matches.row]),
            undecided,
        )

    def _sets(self, registration: Ints, codes: CharacterCodes) -> tuple[Ints, Ints]:
        """The sets of the two years that position 10 can mean in the 60; -1 for none."""
        sets = self.schemas.sets.ravel()
        spot = registration * YEARS + _YEARS_AFTER_FIRST[codes[10]]
        return sets[spot], sets[spot + MODEL_YEAR_CYCLE]

    def _better(
        self,
        passes: CandidatePasses,
        numbers: Ints,
        years: Ints,
        registration: Ints,
        codes: CharacterCodes,
    ) -> tuple[Mask, Mask]:
        """Of n rows in which both passes fit, whether the second is better, and which are undecided.

        Args:
            passes: all candidates.
            numbers: 2 x n, of the two passes of each row.
            years: 2 x n, of these.
            registration: of all rows.
            codes: of all rows.
        """
        scores = self._score(passes, numbers.ravel(), years.ravel(), registration, codes)
        first, second = scores.score.reshape(2, -1) * (1 << 12) + years
        better = second > first
        wrong = scores.wrong.reshape(2, -1)
        # A rival: it fits as well, and disagrees on electric drive.
        best_wrong = np.where(better, wrong[1], wrong[0])
        other_wrong = np.where(better, wrong[0], wrong[1])
        electric = scores.electric.reshape(2, -1)
        rival = (electric[0] != electric[1]) & (best_wrong | ~other_wrong)
        return better, rival | scores.undecided.reshape(2, -1).any(axis=0)

    def _may_differ(self, passes: CandidatePasses, one: Ints, two: Ints) -> Mask:
        """Whether two passes may score differently: of one set the same matches, and specifications alone know years."""
        differ = np.asarray(passes.slots[one] != passes.slots[two])
        same = np.flatnonzero(~differ)
        matches = passes.matches.of(one[same], len(passes.rows))
        models = self.schemas.core.values(COLUMN_OF[MODEL], matches, len(same))
        differ[same] = self.elements.specifiable(models)[0] > 0
        return differ

    def _fits(self, passes: CandidatePasses, codes: CharacterCodes) -> Mask:
        """Whether any pattern matches, be it one of the rest alone; one more False for no pass."""
        fits = np.zeros(len(passes.rows) + 1, dtype=bool)
        fits[passes.matches.row[passes.matches.bits != 0]] = True
        missing = np.flatnonzero(~fits[:-1])
        if len(missing):
            rest = self.schemas.rest.match(passes.slots[missing], passes.rows[missing], codes)
            fits[missing[rest.row[rest.bits != 0]]] = True
        return fits


def _years(key: int) -> tuple[int, int, int]:
    """The candidates for position 10, position 7, light vehicles and the years that have schemas."""
    key, later = divmod(key, 2)
    key, earlier = divmod(key, 2)
    key, light = divmod(key, 2)
    code, letter = divmod(key, 2)
    years, conclusive = model_years(
        CHARACTERS[code],
        "A" if letter else "0",
        latest_model_year() + 1,  # vPIC allows for one year more
        lambda year: bool(later if year >= FIRST_MODEL_YEAR + MODEL_YEAR_CYCLE else earlier),
        light=bool(light),
    )
    first, second, *_ = (*years, 0, 0)
    return first, second, int(conclusive)
