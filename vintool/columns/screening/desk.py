"""The user's lists over columns: asked once per distinct key; what they say stands beside the decisions."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import REGIMES, Reason, Verdict
from vintool.columns.engine.arrays import Ints, Mask, Places
from vintool.columns.engine.categorical import EMPTY, NOTHING, Categorical
from vintool.columns.engine.encoder import Encoder
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.columns.screening.draws import (
    COUNTED_BEFORE,
    NOT_DRAWN,
    NOTHING_LEFT,
    Draw,
    DrawingRows,
    DrawRule,
    Draws,
)
from vintool.columns.screening.duplicates import KnownVehicles
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


class ListRemarks(NamedTuple):
    """What the lists say of n rows: tuples of ``Remark``, None where nothing."""

    exporters: Categorical
    licences: Categorical
    confirmations: Categorical

    def take(self, rows: Places) -> "ListRemarks":
        """The remarks on some rows, by their numbers."""
        return ListRemarks(*(column.take(rows) for column in self))

    def mask(self, rule: Callable[[tuple[Remark, ...]], bool]) -> Mask:
        """Of which rows a rule says yes of the remarks of a list."""
        says = [column.mask(lambda remarks: rule(remarks or ())) for column in self]
        return np.asarray(np.logical_or.reduce(says))


_NO_DRAWS = (Draw(NOT_DRAWN),)
_NO_BRANDS = ((),)


class DeskRules:
    """Decisions of a batch -> the same with what reviewers and the lists say of them.

    Args:
        desk: the lists.
        mapping: field -> column name.
        draws: what becomes of rows that draw on licences; by default they do so on the ledger, in the order in which they come.
    """

    def __init__(
        self, desk: Desk, mapping: Mapping[str, str], draws: DrawRule | None = None
    ) -> None:
        self._desk = desk
        self._compared = desk.ledger.licences.compared if desk.ledger else frozenset[str]()
        self._regime = PerDistinct(lambda decision: decision.regime)
        self._by_number = "licence_no" in mapping
        # A licence that one sheet names is not drawn on by rows of another that has no such column.
        self._no_number = EMPTY if desk.ledger and desk.by_number else NOTHING
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
        self._merged = PerDistinct(lambda *remarks: all_remarks(*filter(None, remarks)))
        self._with_remarks = PerDistinct(with_remarks)
        self._starts = Encoder()
        self._judged = PerDistinct(desk.catalogue.judged) if desk.catalogue else None
        self._code = code_field(mapping)
        self._draws = (draws or Draws(desk.ledger)) if desk.ledger else None
        self._letters = Encoder([None])
        self._same = PerDistinct(lambda remarks: remarks)
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

    def remarks(
        self,
        rows: DecidedRows,
        decisions: Categorical,
        vehicles: KnownVehicles,
        draws: Ints | None = None,
    ) -> ListRemarks | None:
        """What the lists of exporters, licences and confirmations say of n rows; None where there is no list.

        Args:
            rows: n rows.
            decisions: on them; the verdicts are theirs, whatever the lists say.
            vehicles: what they are numbered by.
            draws: as how many vehicles each row draws; None where each is one.
        """
        if not self._has_lists:
            return None
        verdicts = self._verdict(decisions)
        is_listed = verdicts.mask(book.HELD_VERDICTS.__contains__)
        at = np.flatnonzero(is_listed)
        verdicts, days = verdicts.take(at), rows.days.take(at)
        brands = self._brands(rows.vin_facts.take(at), rows.declared.take(at))

        def cells(field: str) -> Categorical:
            return rows.cells(field).take(at)

        def shipped(cell: str, field: str = "") -> Categorical:
            """What no licence is held against is left out, so that fewer rows differ."""
            compared = cell in self._compared
            return cells(field or cell) if compared else Categorical.constant(len(at), EMPTY)

        regimes = self._regime(decisions.take(at))
        goods = self._exported(regimes, rows.vin_facts.take(at), rows.declared.take(at))
        exporters = self._exporter.on(
            is_listed,
            cells("exporter_code"),
            cells("exporter"),
            goods,
            self._day_for_exporters(days),
        )
        numbers = (
            cells("licence_no")
            if self._by_number
            else Categorical.constant(len(at), self._no_number)
        )
        wanted = self._wanted(
            shipped("exporter_code"),
            shipped("exporter"),
            shipped("hs_code"),
            brands if "brands" in self._compared else Categorical.constant(len(at), _NO_BRANDS),
            shipped("model"),
            shipped("destination"),
            shipped("port_of_discharge", "pod"),
            shipped("trade_mode"),
            shipped("customs_port", self._port),
            self._day_for_licences(numbers, self._day_for_list(days)),
            regimes,
        )
        matches = self._match(verdicts, numbers, wanted)
        draws = np.ones(len(at), dtype=np.int64) if draws is None else draws[at]
        asking = DrawingRows(
            matches, vehicles.take(at), draws, cells("declaration_no"), cells(self._port)
        )
        of_draws = self._drawn(verdicts, numbers, regimes, asking)
        remarks = ListRemarks(
            exporters,
            self._outcome.on(is_listed, matches, of_draws),
            self._of_letters(decisions, rows.vins.vin),
        )
        before = decisions.mask(lambda one: Reason.BEFORE_RULE in one.reasons)
        return self.only(~before, remarks) if before.any() else remarks

    def only(self, rows: Mask, remarks: ListRemarks) -> ListRemarks:
        """The remarks on some rows; nothing on the others."""
        at = np.flatnonzero(rows)
        return ListRemarks(*(self._same.on(rows, column.take(at)) for column in remarks))

    def with_remarks(self, decisions: Categorical, remarks: ListRemarks) -> Categorical:
        """The decisions with what the lists say, as one: for few rows, of which each may be another one."""
        return self._with_remarks(decisions, self._merged(*remarks))

    def _drawn(
        self,
        verdicts: Categorical,
        numbers: Categorical,
        regimes: Categorical,
        asking: DrawingRows,
    ) -> Categorical:
        """What n rows draw on the ledger, in their order, and enter in it.

        Args:
            verdicts: on the rows.
            numbers: the cells of the licence number; None where no sheet has such a column.
            regimes: whose verdict the rows have.
            asking: the rows, those among them that may draw and others.
        """
        ledger, matches = self._desk.ledger, asking.matches
        if ledger is None or self._draws is None:
            return Categorical.constant(len(matches), _NO_DRAWS)
        _note(ledger, matches, numbers, regimes)
        drawable = matches.mask(lambda match: match.drawable)
        controlled = verdicts.mask(lambda verdict: verdict is Verdict.CONTROLLED)
        codes = np.zeros(len(matches), dtype=np.int32)
        rows = np.flatnonzero(drawable & controlled)
        codes[rows] = self._draws(asking.take(rows))
        in_review = matches.codes[drawable & ~controlled]
        for code, count in zip(*np.unique(in_review, return_counts=True), strict=True):
            for at in matches.values[code].named:
                ledger.accounts[at].in_review += int(count)
        return Categorical(self._draws.values, codes)

    def _remarks_of(self, match: Match, draw: Draw) -> tuple[Remark, ...]:
        ledger = self._desk.ledger
        if ledger is None:
            return match.remarks
        beyond = ledger.licences.over_limits(draw.at, draw.over)
        if draw.outcome in {NOT_DRAWN, COUNTED_BEFORE}:
            return (*match.remarks, *beyond)
        if draw.outcome == NOTHING_LEFT:
            return (*match.remarks, ledger.licences.exceeded(match.drawable))
        return (*match.remarks, ledger.licences.drawn(draw.at, by_fit=not match.named), *beyond)

    def _of_letters(self, decisions: Categorical, vins: pa.Array) -> Categorical:
        """Used vehicles within 180 days, held against the makers' letters."""
        letters = self._desk.confirmations
        if letters is None:
            return Categorical.constant(len(decisions), self._letters.values)
        needs = decisions.mask(_needs_confirmation)
        codes = np.zeros(len(needs), dtype=np.int32)
        codes[needs] = self._letters.codes(
            letters.judge(vin or "") for vin in vins.filter(pa.array(needs)).to_pylist()
        )
        return Categorical(self._letters.values, codes)


def _reviewed(
    decision: Decision, reviews: tuple[Review, ...], facts: tuple[str | None, ...]
) -> Decision:
    return with_reviews(decision, reviews, dict(zip(REGIMES, facts, strict=True)))


def _needs_confirmation(decision: Decision) -> bool:
    return Reason.WITHIN_180_DAYS in decision.reasons


def _note(ledger: Ledger, matches: Categorical, numbers: Categorical, regimes: Categorical) -> None:
    """Count what rows name, once per distinct match, number and regime."""
    size, rules = len(numbers.values), len(regimes.values)
    pairs = matches.codes.astype(np.int64) * size + numbers.codes
    keys, counts = np.unique(pairs * rules + regimes.codes, return_counts=True)
    for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
        pair, rule = divmod(key, rules)
        number = numbers.values[pair % size] or ""
        ledger.note(number, matches.values[pair // size], regimes.values[rule], count)
