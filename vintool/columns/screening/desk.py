"""The user's lists over columns: asked once per distinct key, licences drawn row by row."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import REGIMES, Reason, Verdict
from vintool.columns.engine.arrays import Ints, Mask, Places
from vintool.columns.engine.categorical import NOTHING, Categorical
from vintool.columns.engine.encoder import Encoder
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.columns.screening.row_rules import DecidedRows, review_keys
from vintool.desk import book
from vintool.desk.approvals import START_LENGTH
from vintool.desk.book import Desk
from vintool.desk.catalogue import code_field
from vintool.desk.ledger import Ledger
from vintool.desk.licence_terms import Shipment
from vintool.desk.licences import Match
from vintool.desk.reviews import Review, with_reviews
from vintool.screening.decision import Decision
from vintool.screening.evidence import Remark, all_remarks
from vintool.screening.screen import with_remarks

_DRAWN, _NOTHING_LEFT, _COUNTED_BEFORE, _NOT_DRAWN = range(4)


class DeskRules:
    """Decisions of a batch -> the same with what reviewers and the lists say of them.

    Args:
        desk: the lists.
        mapping: field -> column name.
    """

    def __init__(self, desk: Desk, mapping: Mapping[str, str]) -> None:
        self._regime = PerDistinct(lambda decision: decision.regime)
        self._desk = desk
        self._by_number = "licence_no" in mapping
        self._has_lists = self._by_number or any((desk.exporters, desk.ledger, desk.confirmations))
        self._port = "customs_port" if "customs_port" in mapping else "pol"
        self._apply = PerDistinct(_reviewed)
        self._verdict = PerDistinct(lambda decision: decision.verdict)
        self._brands = PerDistinct(book.brands_of_vehicle)
        self._exported = PerDistinct(book.exported)
        self._exporter = PerDistinct(partial(book.exporter, desk))
        self._day_for_exporters = PerDistinct(partial(book.day_for_exporters, desk))
        self._day_for_list = PerDistinct(partial(book.day_for_licences, desk, None))
        self._day_for_licences = PerDistinct(partial(book.day_for_licences, desk))
        self._wanted = PerDistinct(Shipment)
        self._match = PerDistinct(partial(book.licence, desk))
        self._outcome = PerDistinct(self._remarks_of)
        self._merged = PerDistinct(all_remarks)
        self._with_remarks = PerDistinct(with_remarks)
        self._starts = Encoder()
        self._judged = PerDistinct(desk.catalogue.judged) if desk.catalogue else None
        self._code = code_field(mapping)
        self._draws = Encoder([(_NOT_DRAWN, 0, ())])
        self._letters = Encoder([()])
        # By regime, of rows that were reviewed; the first is that of all others.
        self._facts = Encoder([(None,) * len(REGIMES)])
        reviews = desk.reviews
        self._keys = pa.array(reviews.keys if reviews else (), pa.string())
        # The reviews of each key, after those of a row that has none.
        self._reviews = [(), *map(reviews.of, reviews.keys)] if reviews else []

    @property
    def kept(self) -> int:
        """How many distinct keys have room."""
        return sum(one.kept for one in vars(self).values() if isinstance(one, PerDistinct))

    def with_catalogue(self, rows: DecidedRows, decisions: Categorical) -> Categorical:
        """The decisions, with what the catalogue says of the products of their rows.

        Args:
            rows: n rows.
            decisions: of the tool on them.
        """
        if self._judged is None:
            return decisions
        codes = rows.cells(self._code)
        if not any(codes.distinct_values()):
            return decisions
        starts = pc.utf8_slice_codeunits(rows.vins.vin, 0, START_LENGTH).fill_null("")
        column = Categorical.of_texts(starts, self._starts)
        return self._judged(decisions, codes, rows.vin_facts, rows.declared, column)

    def with_reviews(
        self,
        rows: DecidedRows,
        decisions: Categorical,
        fingerprints: Callable[[Mask, str], pa.StringArray],
    ) -> Categorical:
        """The decisions, with those of a reviewer where they hold.

        Args:
            rows: n rows.
            decisions: of the tool on them.
            fingerprints: which of them, and the code of a regime -> the fingerprints of their facts.
        """
        reviews = self._desk.reviews
        if reviews is None or not len(self._keys):
            return decisions
        at = pc.index_in(review_keys(rows.vins), value_set=self._keys)
        codes = (
            pc.add(at.fill_null(-1), pa.scalar(1, at.type))
            .to_numpy(zero_copy_only=False)
            .astype(np.int32)
        )
        reviews.met.update(np.unique(codes).tolist())
        wanted = codes > 0
        by_regime = (fingerprints(wanted, code).filter(pa.array(wanted)) for code in REGIMES)
        facts = zip(*(column.to_pylist() for column in by_regime), strict=True)
        of_rows = np.zeros(len(codes), dtype=np.int32)
        of_rows[wanted] = self._facts.codes(facts)
        return self._apply(
            decisions,
            Categorical(self._reviews, codes),
            Categorical(self._facts.values, of_rows),
        )

    def with_licences(
        self,
        rows: DecidedRows,
        decisions: Categorical,
        vehicles: Places,
        draws: Ints | None = None,
    ) -> Categorical:
        """The decisions with what the lists of exporters, licences and confirmations say.

        Args:
            rows: n rows.
            decisions: on them.
            vehicles: rows of one vehicle have the same number; -1 where there is no VIN.
            draws: as how many vehicles each row draws; None where each is one.
        """
        if not self._has_lists:
            return decisions
        verdicts = self._verdict(decisions)
        is_listed = verdicts.mask(book.HELD_VERDICTS.__contains__)
        at = np.flatnonzero(is_listed)
        verdicts, days = verdicts.take(at), rows.days.take(at)
        brands = self._brands(rows.vin_facts.take(at), rows.declared.take(at))

        def cells(field: str) -> Categorical:
            return rows.cells(field).take(at)

        regimes = self._regime(decisions.take(at))
        goods = self._exported(regimes, rows.vin_facts.take(at), rows.declared.take(at))
        exporters = self._exporter(
            cells("exporter_code"),
            cells("exporter"),
            goods,
            self._day_for_exporters(days),
        )
        numbers = cells("licence_no") if self._by_number else Categorical.constant(len(at), NOTHING)
        wanted = self._wanted(
            cells("exporter_code"),
            cells("exporter"),
            cells("hs_code"),
            brands,
            cells("model"),
            cells("destination"),
            cells("pod"),
            cells("trade_mode"),
            cells(self._port),
            self._day_for_licences(numbers, self._day_for_list(days)),
            regimes,
        )
        uses = (cells("declaration_no"), cells(self._port))
        draws = np.ones(len(at), dtype=np.int64) if draws is None else draws[at]
        licences = self._licences(verdicts, numbers, wanted, vehicles[at], draws, uses)
        remarks = self._merged.on(is_listed, exporters, licences)
        return self._with_confirmations(self._with_remarks(decisions, remarks), rows.vins.vin)

    def _licences(  # noqa: PLR0913, PLR0917 - what each draw turns on
        self,
        verdicts: Categorical,
        numbers: Categorical,
        wanted: Categorical,
        vehicles: Places,
        draws: Ints,
        uses: tuple[Categorical, Categorical],
    ) -> Categorical:
        """What the list of licences says of n rows, each of which draws on it in turn.

        Args:
            verdicts: on the rows.
            numbers: the cells of the licence number; None where the manifest has no such column.
            wanted: what the licences must allow.
            vehicles: as for ``with_licences``.
            draws: of each row.
            uses: the cells of the declaration number and of the port.
        """
        matches = self._match(verdicts, numbers, wanted)
        ledger = self._desk.ledger
        if ledger is None:
            return self._outcome(matches, Categorical.constant(len(matches), self._draws.values))
        _note(ledger, matches, numbers)
        drawable = matches.mask(lambda match: match.drawable)
        controlled = verdicts.mask(lambda verdict: verdict is Verdict.CONTROLLED)
        codes = np.zeros(len(matches), dtype=np.int32)
        rows = np.flatnonzero(drawable & controlled)
        columns = (one.take(rows) for one in (matches, *uses))
        cells = [[one.values[code] for code in one.codes.tolist()] for one in columns]
        outcomes = []
        for match, vehicle, number, *use in zip(
            cells[0], vehicles[rows].tolist(), draws[rows].tolist(), *cells[1:], strict=True
        ):
            outcome, at = _draw(ledger, match.drawable, vehicle, number)
            over = () if outcome == _NOTHING_LEFT else ledger.accounts[at].use(*use)
            outcomes.append((outcome, at, over))
        codes[rows] = self._draws.codes(outcomes)
        in_review = matches.codes[drawable & ~controlled]
        for code, count in zip(*np.unique(in_review, return_counts=True), strict=True):
            for at in matches.values[code].named:
                ledger.accounts[at].in_review += int(count)
        return self._outcome(matches, Categorical(self._draws.values, codes))

    def _remarks_of(
        self, match: Match, draw: tuple[int, int, tuple[Reason, ...]]
    ) -> tuple[Remark, ...]:
        outcome, at, over = draw
        ledger = self._desk.ledger
        if ledger is None:
            return match.remarks
        beyond = ledger.licences.over_limits(at, over)
        if outcome in {_NOT_DRAWN, _COUNTED_BEFORE}:
            return (*match.remarks, *beyond)
        if outcome == _NOTHING_LEFT:
            return (*match.remarks, ledger.licences.exceeded(match.drawable))
        return (*match.remarks, ledger.licences.drawn(at, by_fit=not match.named), *beyond)

    def _with_confirmations(self, rows: Categorical, vins: pa.Array) -> Categorical:
        """Used vehicles within 180 days, held against the makers' letters."""
        letters = self._desk.confirmations
        if letters is None:
            return rows
        needs = rows.mask(_needs_confirmation)
        codes = np.zeros(len(needs), dtype=np.int32)
        codes[needs] = self._letters.codes(
            letters.judge(vin or "") for vin in vins.filter(pa.array(needs)).to_pylist()
        )
        return self._with_remarks(rows, Categorical(self._letters.values, codes))


def _reviewed(
    decision: Decision, reviews: tuple[Review, ...], facts: tuple[str | None, ...]
) -> Decision:
    return with_reviews(decision, reviews, dict(zip(REGIMES, facts, strict=True)))


def _needs_confirmation(decision: Decision) -> bool:
    return Reason.WITHIN_180_DAYS in decision.reasons


def _draw(
    ledger: Ledger, candidates: tuple[int, ...], vehicle: int, number: int
) -> tuple[int, int]:
    """Draw a number of vehicles, unless an earlier row with the VIN has drawn it; -1 bears no VIN."""
    first = ledger.accounts[candidates[0]]
    if vehicle in ledger.vehicles:
        first.counted_before += 1
        return _COUNTED_BEFORE, candidates[0]
    drawn = ledger.draw(candidates, number)
    if drawn is None:
        first.findings[Reason.LICENCE_EXCEEDED] += 1
        return _NOTHING_LEFT, candidates[0]
    if vehicle >= 0:
        ledger.vehicles.add(vehicle)
    return _DRAWN, drawn


def _note(ledger: Ledger, matches: Categorical, numbers: Categorical) -> None:
    """Count what rows name, once per distinct match and number."""
    size = len(numbers.values)
    pairs, counts = np.unique(
        matches.codes.astype(np.int64) * size + numbers.codes, return_counts=True
    )
    for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
        ledger.note(numbers.values[pair % size] or "", matches.values[pair // size], count)
