"""Batches of a manifest -> verdicts: the steps of ``screen.screen``, once per distinct key."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

import pyarrow as pa

from vintool.codes import DEFAULT_REGIME, Reason
from vintool.columns.engine.arrays import Places
from vintool.columns.engine.categorical import Categorical
from vintool.columns.screening.answers import FACTS, AnswerColumns
from vintool.columns.screening.chassis import chassis_evidence
from vintool.columns.screening.desk import DeskRules
from vintool.columns.screening.duplicates import (
    DUPLICATE_REMARKS,
    SHEET_SHIFT,
    Duplicates,
    Occurrences,
    find_duplicates,
)
from vintool.columns.screening.row_rules import DecidedRows, RowRules
from vintool.columns.vins import VinColumn
from vintool.desk.book import Desk
from vintool.registry.user_rules import rules_in_use
from vintool.screening.dates import ManifestDays, day_field
from vintool.screening.regimes import load_regime
from vintool.screening.screen import needs_a_look

#: So many distinct keys are kept; then all are forgotten, so that memory does not grow with the rows.
KEPT = 120_000
#: Of fewer rows than these so many keys come again and again, and as many more are kept.
KEPT_FOR = 4_000_000


class Screener:
    """Batches of a manifest -> the answers, row by row.

    One screener serves one sheet of a run: it keeps what it has looked up, as long as there is room.

    Args:
        mapping: field -> column name; ``vin`` is needed, what else is mapped is read.
        on: the declaration date of all rows; None to read it from the mapped column.
        regime: code of the regime.
        joined: give lists as texts joined by ``;``, for formats without lists.
        encoded: give texts as dictionary arrays.
        occurrences: the VINs of earlier sheets of the same run.
        desk: lists that the rows are held against.
        sheet: the number of the sheet in the run, from 0.
        with_facts: add the column ``FACTS``, not null on the rows that a person must look at.
        with_licence: add the column ``LICENCE``.
        manifest_days: gives the days of all rows of the run, which bear out a date that clears; asked only
            where a row needs it. Without them such a date is ``date_alone``.

    Raises:
        ValueError: no VIN column is mapped, or neither a date nor a date column is given.
        KeyError: no such regime.
    """

    def __init__(  # noqa: PLR0913 - what a run is made of
        self,
        mapping: Mapping[str, str],
        on: date | None,
        regime: str = DEFAULT_REGIME,
        *,
        joined: bool = False,
        encoded: bool = False,
        occurrences: Occurrences | None = None,
        desk: Desk | None = None,
        sheet: int = 0,
        with_facts: bool = False,
        with_licence: bool = False,
        manifest_days: Callable[[], ManifestDays | None] = lambda: None,
    ) -> None:
        if "vin" not in mapping:
            raise ValueError("mapping names no column for vin")
        law = load_regime(regime)
        if on is None and not day_field(mapping):
            raise ValueError("give on=, or map declaration_date or export_date")
        desk = desk or Desk()
        self._new_rules = partial(RowRules, dict(mapping), on, law, manifest_days, desk.catalogue)
        self._new_desk = partial(DeskRules, desk, mapping, law.code)
        self._new_answers = partial(
            AnswerColumns, joined=joined, encoded=encoded, with_licence=with_licence
        )
        self._has_bills = "bl_no" in mapping
        self._occurrences = occurrences or Occurrences()
        self._sheet = sheet
        self._with_facts = with_facts
        self._rules_in_use = rules_in_use()
        self._forget()

    def _make_room(self, rows: int) -> None:
        """Forget what was looked up, if it has become too much for the rows that it was looked up for."""
        if self._rules.kept + self._desk.kept > self._kept_at_most:
            if self._rows >= KEPT_FOR:
                self._forget()
            else:
                self._kept_at_most *= 2
        self._rows += rows

    def _forget(self) -> None:
        self._rows, self._kept_at_most = 0, KEPT
        self._rules, self._desk = self._new_rules(), self._new_desk()
        self._answers = self._new_answers()

    def duplicates(self, batch: pa.RecordBatch, rows: Places) -> Duplicates:
        """What is found of earlier rows, for another screener to judge the batch by.

        Args:
            batch: the user's columns.
            rows: the number of each row as the user sees it.
        """
        with self._rules_in_use.in_use():
            self._make_room(batch.num_rows)
            return self._duplicates(self._rules.vins(batch), rows, self._rules.cells(batch))

    def _duplicates(
        self, vins: VinColumn, rows: Places, cells: Callable[[str], Categorical]
    ) -> Duplicates:
        places = rows + (self._sheet << SHEET_SHIFT)
        bills = cells("bl_no") if self._has_bills else None
        return find_duplicates(self._occurrences, vins, places, bills)

    def __call__(
        self, batch: pa.RecordBatch, rows: Places, duplicates: Duplicates | None = None
    ) -> pa.RecordBatch:
        """The answers for one batch.

        Args:
            batch: the user's columns.
            rows: the number of each row as the user sees it.
            duplicates: what another screener has found of earlier rows.

        Returns:
            The added columns alone, row by row; ``beside`` puts them to the user's.
        """
        with self._rules_in_use.in_use():
            return self._answered(batch, rows, duplicates)

    def _answered(
        self, batch: pa.RecordBatch, rows: Places, duplicates: Duplicates | None
    ) -> pa.RecordBatch:
        self._make_room(batch.num_rows)
        rules = self._rules
        decided = rules(batch)
        if duplicates is None:
            duplicates = self._duplicates(decided.vins, rows, decided.cells)
        with_duplicates = decided.decisions
        if (kinds := duplicates.kinds).any():
            remarks = Categorical(DUPLICATE_REMARKS, kinds)
            with_duplicates = rules.with_duplicates(with_duplicates, remarks)
        with_duplicates = self._desk.with_catalogue(decided, with_duplicates)
        fingerprints = partial(rules.fingerprints, decided, with_duplicates, duplicates.repeats)
        with_reviews = self._desk.with_reviews(decided, with_duplicates, fingerprints)
        with_licences = self._desk.with_licences(decided, with_reviews, duplicates.vehicles)
        more = self._evidence(decided, duplicates, with_licences)
        answers = self._answers(decided, with_reviews, with_licences, more)
        if self._with_facts:
            answers[FACTS] = fingerprints(with_licences.mask(needs_a_look))
        return pa.RecordBatch.from_arrays(
            [pa.array(rows), *answers.values()], names=["vin_row", *answers]
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
        sheet, row = place >> SHEET_SHIFT, place & ((1 << SHEET_SHIFT) - 1)
        on = f" of sheet {sheet + 1}" if sheet != self._sheet else ""
        return f"the VIN of row {row}{on}"
