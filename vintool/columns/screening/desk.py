"""The lists of the licence desk over columns: asked once per distinct key, drawn row by row."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import Reason, Verdict
from vintool.columns.engine.distinct import NOTHING, Column, Lifted, Numbered, same_for_all
from vintool.columns.engine.keys import Mask, Places
from vintool.desk import book
from vintool.desk.book import Desk
from vintool.desk.licence_terms import Shipment
from vintool.desk.licences import Match
from vintool.desk.reviews import with_review
from vintool.screening.decision import Decision
from vintool.screening.evidence import Remark, all_remarks
from vintool.screening.screen import with_remarks

_DRAWN, _NOTHING_LEFT, _COUNTED_BEFORE, _NOT_ASKED = range(4)


class Some(NamedTuple):
    """What is asked of the rows that are held against lists."""

    verdicts: Column
    brands: Column
    days: Column
    cells: Callable[[str], Column]


class DeskColumns:
    """Decisions of a batch -> the same with what the lists say of them.

    Args:
        desk: the lists.
        mapping: field -> column name; what is not mapped counts as not told.
    """

    def __init__(self, desk: Desk, mapping: Mapping[str, str]) -> None:
        self._desk = desk
        self._by_number = "licence_no" in mapping
        self._asks = self._by_number or any((desk.exporters, desk.ledger, desk.confirmations))
        self._port = "customs_port" if "customs_port" in mapping else "pol"
        self._apply = Lifted(with_review)
        self._verdict = Lifted(lambda decision: decision.verdict)
        self._brands = Lifted(book.brands_of_vehicle)
        self._exporter = Lifted(partial(book.exporter, desk))
        self._day_for_exporters = Lifted(partial(book.day_for_exporters, desk))
        self._day_for_list = Lifted(partial(book.day_for_licences, desk, None))
        self._day_for_licences = Lifted(partial(book.day_for_licences, desk))
        self._wanted = Lifted(Shipment)
        self._match = Lifted(partial(book.licence, desk))
        self._confirm = Lifted(_needs_confirmation)
        self._outcome = Lifted(self._found_of)
        self._merged = Lifted(all_remarks)
        self._with = Lifted(with_remarks)
        self._outcomes = Numbered((_NOT_ASKED, 0))
        self._letters = Numbered(())
        known = desk.reviews
        self._keys = None if known is None or not known.keys else pa.array(known.keys, pa.string())
        self._of_key = [(), *(known.of(key) for key in known.keys)] if known else []

    @property
    def kept(self) -> int:
        """How many distinct keys are known."""
        return sum(one.kept for one in vars(self).values() if isinstance(one, Lifted))

    def reviewed(
        self, settled: Column, facts: Callable[[Mask], Column], keys: Callable[[], pa.Array]
    ) -> Column:
        """The decisions, with those of a reviewer where they hold.

        Args:
            settled: the decisions of the tool.
            facts: rows -> the fingerprints of their facts.
            keys: what each row is recognised by.
        """
        known = self._desk.reviews
        if known is None or self._keys is None:
            return settled
        at = pc.index_in(keys(), value_set=self._keys)
        codes = pc.add(pc.fill_null(at, -1), 1).to_numpy(zero_copy_only=False).astype(np.int32)
        known.met.update(np.unique(codes).tolist())
        return self._apply(settled, Column(self._of_key, codes), facts(codes > 0))

    def __call__(  # noqa: PLR0913, PLR0917 - what the lists are asked with
        self,
        decided: Column,
        cells: Callable[[str], Column],
        vins: pa.Array,
        vin_facts: Column,
        declared: Column,
        days: Column,
        vehicles: Places,
    ) -> Column:
        """The decisions with what the lists of exporters, licences and confirmations say."""
        if not self._asks:
            return decided
        verdicts = self._verdict(decided)
        asked = verdicts.mask(book.HELD_VERDICTS.__contains__)
        rows = np.flatnonzero(asked)
        some = Some(
            verdicts.at(rows),
            self._brands(vin_facts.at(rows), declared.at(rows)),
            days.at(rows),
            lambda field: cells(field).at(rows),
        )
        exporters = self._exporter(
            some.cells("exporter_code"),
            some.cells("exporter"),
            some.brands,
            self._day_for_exporters(some.days),
        )
        found = self._merged.on(asked, exporters, self._licences(some, vehicles[rows]))
        told = self._with(decided, found)
        return self._confirmed(told, vins)

    def _licences(self, some: Some, vehicles: Places) -> Column:
        rows, cells = len(some.verdicts.codes), some.cells
        numbers = cells("licence_no") if self._by_number else same_for_all(rows, NOTHING)
        wanted = self._wanted(
            cells("exporter_code"),
            cells("exporter"),
            cells("hs_code"),
            some.brands,
            cells("model"),
            cells("destination"),
            cells("pod"),
            cells("trade_mode"),
            cells(self._port),
            self._day_for_licences(numbers, self._day_for_list(some.days)),
        )
        matches = self._match(some.verdicts, numbers, wanted)
        ledger = self._desk.ledger
        if ledger is None:
            return self._outcome(matches, same_for_all(rows, self._outcomes.values))
        self._note(matches, numbers)
        drawable = matches.mask(lambda match: match.drawable)
        controlled = some.verdicts.mask(lambda verdict: verdict is Verdict.CONTROLLED)
        codes = np.zeros(rows, dtype=np.int32)
        for row in np.flatnonzero(drawable & controlled).tolist():
            match: Match = matches.values[matches.codes[row]]
            codes[row] = self._outcomes(self._draw(match.drawable, int(vehicles[row])))
        in_review = matches.codes[drawable & ~controlled]
        for code, count in zip(*np.unique(in_review, return_counts=True), strict=True):
            for at in matches.values[code].named:
                ledger.accounts[at].in_review += int(count)
        return self._outcome(matches, Column(self._outcomes.values, codes))

    def _draw(self, candidates: tuple[int, ...], vehicle: int) -> tuple[int, int]:
        """Draw one vehicle, unless an earlier row with its VIN has drawn it; -1 bears no VIN."""
        ledger = self._desk.ledger
        assert ledger is not None  # noqa: S101 - asked only where there is one
        first = ledger.accounts[candidates[0]]
        if vehicle in ledger.vehicles:
            first.counted_before += 1
            return _COUNTED_BEFORE, candidates[0]
        drawn = ledger.draw(candidates)
        if drawn is None:
            first.findings[Reason.LICENCE_EXCEEDED] += 1
            return _NOTHING_LEFT, candidates[0]
        if vehicle >= 0:
            ledger.vehicles.add(vehicle)
        return _DRAWN, drawn

    def _note(self, matches: Column, numbers: Column) -> None:
        """Count what rows name, once per distinct match and number."""
        ledger = self._desk.ledger
        assert ledger is not None  # noqa: S101
        size = len(numbers.values)
        pairs, counts = np.unique(
            matches.codes.astype(np.int64) * size + numbers.codes, return_counts=True
        )
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            match: Match = matches.values[pair // size]
            ledger.note(numbers.values[pair % size] or "", match, count)

    def _found_of(self, match: Match, outcome: tuple[int, int]) -> tuple[Remark, ...]:
        what, at = outcome
        ledger = self._desk.ledger
        if ledger is None or what in {_NOT_ASKED, _COUNTED_BEFORE}:
            return match.remarks
        if what == _NOTHING_LEFT:
            return (*match.remarks, ledger.licences.exceeded(match.drawable))
        return (*match.remarks, ledger.licences.drawn(at, by_fit=not match.named))

    def _confirmed(self, told: Column, vins: pa.Array) -> Column:
        """Used vehicles within 180 days, held against the makers' letters."""
        letters = self._desk.confirmations
        if letters is None:
            return told
        needs = self._confirm(told).mask(bool)
        codes = np.zeros(len(needs), dtype=np.int32)
        for row, vin in zip(
            np.flatnonzero(needs).tolist(), vins.filter(pa.array(needs)).to_pylist(), strict=True
        ):
            codes[row] = self._letters(letters.judge(vin or ""))
        return self._with(told, Column(self._letters.values, codes))


def _needs_confirmation(decision: Decision) -> bool:
    return Reason.WITHIN_180_DAYS in decision.reasons
