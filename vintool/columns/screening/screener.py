"""Batches of a manifest -> verdicts: the steps of ``screen.screen``, once per distinct key."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import Reason
from vintool.columns.engine.arrays import Places
from vintool.columns.engine.categorical import Categorical
from vintool.columns.engine.pool import Pool
from vintool.columns.screening.answers import FACTS, AnswerColumns, FoldedRows
from vintool.columns.screening.asides import Asides
from vintool.columns.screening.chassis import chassis_evidence
from vintool.columns.screening.desk import DeskRules, ListRemarks
from vintool.columns.screening.draws import DrawRule
from vintool.columns.screening.duplicates import (
    DUPLICATE_REMARKS,
    Duplicates,
    Earlier,
    KnownVehicles,
    Occurrences,
    VehicleKeys,
    keys_of,
    places_of,
    sheet_and_row,
)
from vintool.columns.screening.row_rules import DecidedRows, RowRules
from vintool.columns.screening.stray_vins import StrayVins
from vintool.columns.screening.vehicles import RowFolder, VehicleReader, Vehicles
from vintool.desk.book import Desk
from vintool.registry.reference import reference_in_use
from vintool.screening.dates import ManifestDays, day_field
from vintool.screening.regimes import regimes_asked
from vintool.screening.row_vins import beside_first, of_row
from vintool.screening.screen import asks_for_a_look, needs_a_look

#: So many distinct keys are kept; then all are forgotten, so that memory does not grow with the rows.
KEPT = 120_000
#: Of fewer rows than these so many keys come again and again, and as many more are kept until the run ends.
KEPT_FOR = 4_000_000


class Screened(NamedTuple):
    """The answers for a batch of n rows.

    Attributes:
        answers: the added columns, row by row, but for ``FACTS`` and ``LICENCE`` where a row has several vehicles.
        vehicles: all of them vehicle by vehicle, those of a row one behind the other; of a screener with
            neither of these two columns, row by row.
        rows: the row of each vehicle, from 0; None where every row is one vehicle.
    """

    answers: pa.RecordBatch
    vehicles: pa.RecordBatch
    rows: Places | None = None

    def beside_vehicles(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The user's columns of the batch, a line a vehicle."""
        return batch if self.rows is None else batch.take(self.rows)


class JudgedVehicles(NamedTuple):
    """The vehicles of a batch, and what is to be said of each.

    Attributes:
        vehicles: of the rows.
        decided: what their VINs and rows say.
        duplicates: what is found of earlier rows.
        decisions: with what reviewers say.
        remarks: what the lists say beside them.
        fingerprints: which of them, and under which regime -> the fingerprints of their facts.
    """

    vehicles: Vehicles
    decided: DecidedRows
    duplicates: Duplicates
    decisions: Categorical
    remarks: ListRemarks | None
    fingerprints: Callable[..., pa.StringArray]


class RowLookups:
    """All that was looked up for rows of one kind, to be forgotten together.

    Args:
        rules: of the rows.
        answers: the columns of what they say.
        mapping: field -> column name.

    Attributes:
        rows: how many it has served.
        kept_at_most: how many keys it may keep before they are too many for so few rows.
    """

    def __init__(self, rules: RowRules, answers: AnswerColumns, mapping: Mapping[str, str]) -> None:
        self.rows, self.kept_at_most = 0, KEPT
        self.rules, self.answers = rules, answers
        self.vehicles, self.stray_vins = VehicleReader(mapping), StrayVins(mapping)
        self.asides = Asides(mapping)
        self.of_row, self.problems_of_row = RowFolder(of_row), RowFolder(_all_of)

    @property
    def kept(self) -> int:
        """How many distinct keys have room."""
        owners = (
            self.rules,
            self.vehicles,
            self.stray_vins,
            self.asides,
            self.of_row,
            self.problems_of_row,
        )
        return sum(one.kept for one in owners)


#: What earlier batches of this process have looked up, also those of other calls.
_POOL: Pool[RowLookups] = Pool(2 * KEPT)


class Screener:
    """Batches of a manifest -> the answers, row by row.

    One screener serves one sheet of a run. What it looks up serves others of the process that ask the same, as long as there
    is room; what is more than that it keeps until the run ends.

    Args:
        mapping: field -> column name; ``vin`` is needed, what else is mapped is read.
        on: the declaration date of all rows; None to read it from the mapped column.
        regime: code of the regime; None or ``all`` for every one that is in question for a row.
        joined: give lists as texts joined by ``;``, for formats without lists.
        encoded: give texts as dictionary arrays.
        occurrences: the VINs of earlier sheets of the same run; or what else knows of earlier rows.
        desk: lists that the rows are held against.
        sheet: the number of the sheet in the run, from 0.
        with_facts: add the column ``FACTS``, not null on the rows that a person must look at.
        with_licence: add the column ``LICENCE``.
        manifest_days: gives the days of all rows of the run, which bear out a date that clears; asked only
            where a row needs it. Without them such a date is ``date_alone``.
        draws: what becomes of rows that draw on licences, as for ``DeskRules``.

    Raises:
        ValueError: no VIN column is mapped, or neither a date nor a date column is given.
        KeyError: no such regime.
    """

    def __init__(  # noqa: PLR0913 - what a run is made of
        self,
        mapping: Mapping[str, str],
        on: date | None,
        regime: str | None = None,
        *,
        joined: bool = False,
        encoded: bool = False,
        occurrences: Earlier | None = None,
        desk: Desk | None = None,
        sheet: int = 0,
        with_facts: bool = False,
        with_licence: bool = False,
        manifest_days: Callable[[], ManifestDays | None] = lambda: None,
        draws: DrawRule | None = None,
    ) -> None:
        if "vin" not in mapping:
            raise ValueError("mapping names no column for vin")
        regimes = regimes_asked(regime)
        if on is None and not day_field(mapping):
            raise ValueError("give on=, or map declaration_date or export_date")
        desk = desk or Desk()
        self._new_desk = partial(DeskRules, desk, mapping, draws)
        self._has_bills = "bl_no" in mapping
        self._occurrences = occurrences or Occurrences()
        self._sheet = sheet
        self._with_facts = with_facts
        self._lists_vehicles = with_facts or with_licence
        self._manifest_days = manifest_days
        self._reference = reference_in_use()
        self._new_rules = partial(RowRules, dict(mapping), on, regimes, desk.catalogue)
        self._new_answers = partial(
            AnswerColumns, joined=joined, encoded=encoded, with_licence=with_licence
        )
        self._mapping = dict(mapping)
        self._kind = (
            *(self._reference, *mapping.items(), on, *(one.code for one in regimes)),
            *(desk.catalogue, joined, encoded, with_licence),
        )
        self._vehicles = VehicleReader(mapping)  # ``parts`` asks it before there is a batch
        self._lookups: RowLookups | None = None
        self._own: RowLookups | None = None

    def _new_lookups(self) -> RowLookups:
        return RowLookups(self._new_rules(), self._new_answers(), self._mapping)

    @contextmanager
    def _at_work(self, rows: int) -> Iterator[None]:
        """For a batch of so many rows: with the reference, and with lookups that nobody else has."""
        with self._reference.bound():
            lookups = self._own or _POOL.take(self._kind) or self._new_lookups()
            self._own = None
            self._use(lookups)
            if lookups.kept + self._desk.kept > lookups.kept_at_most:
                if lookups.rows < KEPT_FOR:
                    lookups.kept_at_most *= 2
                else:
                    lookups = self._new_lookups()
                    self._use(lookups)
            lookups.rows += rows
            yield
            if (kept := lookups.kept) > KEPT:
                self._own = lookups
            else:
                _POOL.give(self._kind, lookups, kept)

    def _use(self, lookups: RowLookups) -> None:
        if self._lookups is not lookups:
            # The lists of the user are asked by the codes of the lookups.
            self._lookups, self._desk = lookups, self._new_desk()
            self._rules, self._answers = lookups.rules, lookups.answers
            self._vehicles, self._stray_vins = lookups.vehicles, lookups.stray_vins
            self._asides = lookups.asides
            self._of_row, self._problems_of_row = lookups.of_row, lookups.problems_of_row

    def keys(self, batch: pa.RecordBatch, rows: Places) -> tuple[Places, VehicleKeys]:
        """The places of the vehicles of a batch, and what they are known again by; nothing is judged.

        Args:
            batch: the user's columns.
            rows: the number of each row as the user sees it.
        """
        with self._at_work(batch.num_rows):
            vehicles = self._vehicles(batch, self._rules.read)
            keys = self._keys(vehicles, self._rules.cells(vehicles.batch))
            return self._places(vehicles, rows), keys

    def judge(self, batch: pa.RecordBatch, rows: Places) -> None:
        """Judge the vehicles of a batch up to what they draw on licences, and make no answers of it."""
        with self._at_work(batch.num_rows):
            self._judged(batch, rows)

    def _places(self, vehicles: Vehicles, rows: Places) -> Places:
        numbers = rows if vehicles.rows is None else rows[vehicles.rows]
        return places_of(numbers, vehicles.ordinals, self._sheet)

    def _keys(self, vehicles: Vehicles, cells: Callable[[str], Categorical]) -> VehicleKeys:
        return keys_of(vehicles.vins, cells("bl_no") if self._has_bills else None)

    def __call__(self, batch: pa.RecordBatch, rows: Places) -> pa.RecordBatch:
        """The answers for one batch.

        Args:
            batch: the user's columns.
            rows: the number of each row as the user sees it.

        Returns:
            The added columns alone, row by row; ``beside`` puts them to the user's.
        """
        return self.screened(batch, rows).answers

    def parts(self, batch: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
        """A batch cut so that its vehicles fit into memory: where each part begins, and the part; one at least."""
        at_once = self._vehicles.rows_at_once(batch)
        for start in range(0, max(batch.num_rows, 1), at_once):
            yield start, batch.slice(start, at_once)

    def screened(self, batch: pa.RecordBatch, rows: Places) -> "Screened":
        """The same, row by row and vehicle by vehicle."""
        with self._at_work(batch.num_rows):
            return self._screened(batch, rows, self._judged(batch, rows))

    def _judged(self, batch: pa.RecordBatch, rows: Places) -> JudgedVehicles:
        rules = self._rules
        vehicles = self._vehicles(batch, rules.read)
        aside = self._asides(batch, vehicles.rows)
        decided = rules(vehicles.batch, vehicles.vins, aside, self._manifest_days)
        decisions = decided.decisions
        if vehicles.remarks is not None:
            decisions = rules.with_row(decisions, vehicles.remarks)
        decisions = self._stray_vins(batch, vehicles, decisions)
        places = self._places(vehicles, rows)
        duplicates = self._occurrences.find(self._keys(vehicles, decided.cells), places)
        if (kinds := duplicates.kinds).any():
            decisions = rules.with_duplicates(decisions, Categorical(DUPLICATE_REMARKS, kinds))
        decisions = self._desk.with_catalogue(decided, decisions)
        fingerprints = partial(rules.fingerprints, decided, decisions, duplicates.repeats)
        with_reviews = self._desk.with_reviews(decided, decisions, fingerprints)
        known_by = duplicates.vehicles
        if vehicles.as_first is not None:
            known_by = known_by.copy()
            known_by[vehicles.as_first[0]] = known_by[vehicles.as_first[1]]
        known = KnownVehicles(places, known_by, known_by != duplicates.places)
        remarks = self._desk.remarks(decided, with_reviews, known, vehicles.draws)
        return JudgedVehicles(vehicles, decided, duplicates, with_reviews, remarks, fingerprints)

    def _screened(self, batch: pa.RecordBatch, rows: Places, judged: JudgedVehicles) -> "Screened":
        vehicles, decided, duplicates, with_reviews, remarks, fingerprints = judged
        more = self._evidence(decided, duplicates, with_reviews)
        if vehicles.rows is not None:
            folded = self._folded(batch, vehicles, decided, with_reviews, remarks, more)
            of_first = self._answers.of_vins(decided, vehicles.starts)
            of_rows = _with_numbers(self._answers.of_rows(of_first, folded), rows)
            if not self._lists_vehicles:
                return Screened(of_rows, of_rows)
        answers = self._answers(decided, with_reviews, remarks, more)
        if self._with_facts:
            look = with_reviews.mask(needs_a_look)
            if remarks:
                look |= remarks.mask(asks_for_a_look)
            answers[FACTS] = fingerprints(look, with_reviews)
        if vehicles.rows is None:
            lines = _with_numbers(answers, rows)
            return Screened(lines, lines)
        return Screened(of_rows, _with_numbers(answers, rows[vehicles.rows]), vehicles.rows)

    def _folded(  # noqa: PLR0913, PLR0917 - all that is known of the vehicles
        self,
        batch: pa.RecordBatch,
        vehicles: Vehicles,
        decided: DecidedRows,
        decisions: Categorical,
        remarks: ListRemarks | None,
        more: Mapping[int, list[str]],
    ) -> FoldedRows:
        """What the rows of a batch say by their vehicles: by the decisions, what the lists say, and lines of evidence."""
        starts, row_of = vehicles.starts, vehicles.row_of
        lines = dict[int, list[str]]()
        for vehicle, of_vehicle in more.items():
            row = int(row_of[vehicle])
            lines[row] = [*dict.fromkeys((*lines.get(row, ()), *of_vehicle))]
        others = dict[int, tuple[str, ...]]()
        ends = np.append(starts[1:], len(row_of))
        verdicts = decisions.map(lambda one: one.verdict.value, pa.string())
        for row in np.flatnonzero(ends - starts > 1).tolist():
            some = slice(int(starts[row]), int(ends[row]))
            columns: list[Any] = [one[some].to_pylist() for one in (decided.vins.texts, verdicts)]
            others[row] = beside_first(*columns)
        problems = self._problems_of_row(self._answers.problems(decided), vehicles)
        alone = ends - starts == 1
        of_first = decided.vins.texts.take(starts)  # as in a batch without rows of several vehicles
        texts = pc.if_else(pa.array(alone), of_first, self._vehicles.text(batch))
        with_lists = decisions
        if remarks:
            with_lists = self._desk.with_remarks(
                decisions, self._desk.only(~alone[row_of], remarks)
            )
            remarks = self._desk.only(alone, remarks.take(starts))
        return FoldedRows(
            texts,
            problems,
            self._of_row(decisions, vehicles),
            self._of_row(with_lists, vehicles),
            remarks,
            lines,
            others,
        )

    def _evidence(
        self, decided: DecidedRows, duplicates: Duplicates, decisions: Categorical
    ) -> Mapping[int, list[str]]:
        """By row the lines that only the row itself can show, both sides of each."""
        chassis = decided.chassis
        if chassis:
            differs = decisions.mask(lambda one: Reason.CONTRADICTION_CHASSIS in one.reasons)
            chassis = {row: number for row, number in chassis.items() if differs[row]}
        lines = defaultdict(list)
        for row, line in chassis_evidence(decided.vins, chassis):
            lines[row].append(line)
        for row, line in duplicates.evidence(self._place_in_words):
            lines[row].append(line)
        return lines

    def _place_in_words(self, place: int) -> str:
        sheet, row = sheet_and_row(place)
        on = f" of sheet {sheet + 1}" if sheet != self._sheet else ""
        return f"the VIN of row {row}{on}"


def _with_numbers(columns: Mapping[str, pa.Array], rows: Places) -> pa.RecordBatch:
    """The columns, behind that of the rows' numbers."""
    return pa.RecordBatch.from_arrays(
        [pa.array(rows), *columns.values()], names=["vin_row", *columns]
    )


def _all_of(values: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    """All items of some lists, each once."""
    return tuple(dict.fromkeys(chain.from_iterable(values)))
