"""What is counted and kept of the screened rows for the summary and the page."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import Reason, Verdict
from vintool.columns.engine.categorical import as_text
from vintool.desk.licences import COUNTED
from vintool.files.writing.cells import texts
from vintool.files.writing.cleared import cleared_rows
from vintool.files.writing.needed import NeededRows
from vintool.files.writing.statistics import Statistics
from vintool.report.display import ranked
from vintool.report.page import CLEARED_ROWS, ROWS, UNLICENSED_ROWS, FieldCount, Unlicensed
from vintool.report.row import Row
from vintool.report.summary import BY_OTHER_RULES, KINDS, BrandCount
from vintool.screening.dates import DATES
from vintool.screening.regimes import Regime

VALUES_SHOWN = 12  # values of a field that have a line of their own
VALUES_COUNTED = 100_000  # of a field; beyond, it is a number rather than a group
_UNLICENSED = (Reason.LICENCE_MISSING, Reason.LICENCE_UNKNOWN, *COUNTED)
_REPEATED = (Reason.DUPLICATE_VIN, Reason.DUPLICATE_VIN_BILL)
_UNLICENSED_FIELDS = ("licence_no", "exporter", "bl_no")
# What is counted as the manifest writes it, each with the field that stands in for it.
_FIELDS = {"model": "", "exporter": "exporter_code", "bl_no": "", "destination": "pod"}


class Tally:
    """Counts of the screened rows, and the first of those that a person must see.

    Args:
        first: code of the regime whose rows are the first figure; those that need a licence by another are counted apart.
    """

    def __init__(self, first: str) -> None:
        self._first = first
        self.rows = 0
        self.sheet_rows: dict[str, int] = {}
        self.sheet_repeated: Counter[str] = Counter()  # rows whose VIN stands on an earlier one
        self.sheet_verdicts: dict[str, Counter[str]] = defaultdict(Counter)
        self.verdicts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.review_reasons: Counter[str] = Counter()
        self.controlled_in_review: Counter[str] = Counter()  # by the rule that says so
        self.powertrains: Counter[str] = Counter()
        self._regimes: Counter[tuple[str, str]] = Counter()  # regime, verdict
        self.rules_disagree: Counter[str] = Counter()  # by the user's own rule
        self.exceptions = 0
        self.first_exceptions: list[Row] = []
        self.statistics, self.needed = Statistics(), NeededRows()
        self._brands: Counter[tuple[str, str, str]] = Counter()  # brand, kind, powertrain
        self._first_cleared: list[Row] = []
        self._unlicensed: Counter[str] = Counter()  # by regime
        self._first_unlicensed: list[Row] = []
        self._unlicensed_reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
        # Of each field the rows by value and kind; None if it has too many values.
        self._fields: dict[str, Counter[tuple[str, str]] | None] = {}

    def add(self, sheet: str, answers: pa.RecordBatch) -> None:
        """Count a screened batch."""
        self.rows += answers.num_rows
        self.sheet_rows[sheet] += answers.num_rows
        reasons = answers.column("vin_reasons")
        of_batch = _count_reasons(reasons)
        self.reasons += of_batch
        self.sheet_repeated[sheet] += sum(of_batch[one] for one in _REPEATED)
        if of_batch[Reason.RULES_DISAGREE]:
            self.rules_disagree += _count_own_rules(answers.column("vin_evidence"))
        in_review = _mask(answers.column("vin_verdict"), Verdict.REVIEW.__eq__)
        self.review_reasons += _count_reasons(reasons.filter(in_review))
        for (others,), count in _count_distinct(
            answers.column("vin_other_regimes").filter(in_review)
        ):
            for code, _, verdict in (one.partition("=") for one in _items(others)):
                self.controlled_in_review[code] += count * (verdict == Verdict.CONTROLLED)
        names = ["vin_brand", "vin_manufacturer", "vin_verdict", "vin_regime", "vin_powertrain"]
        columns = map(answers.column, names)
        for (brand, maker, verdict, regime, powertrain), count in _count_distinct(*columns):
            kind = self._kind(verdict, regime)
            self._brands[brand or maker or "", kind, powertrain or "unknown"] += count
            self.verdicts[verdict] += count
            self._regimes[regime, verdict] += count
            self.sheet_verdicts[sheet][verdict] += count
            self.powertrains[powertrain or "unknown"] += count

    def _kind(self, verdict: str, regime: str) -> str:
        """The verdict, but that a licence by another rule than the first is a kind of its own."""
        other = verdict == Verdict.CONTROLLED and regime != self._first
        return BY_OTHER_RULES if other else verdict

    def count_cells(
        self, data: pa.RecordBatch, mapping: Mapping[str, str], answers: pa.RecordBatch
    ) -> None:
        """Count the rows of each model, exporter, bill of lading and destination."""
        for field, stand_in in _FIELDS.items():
            column = mapping.get(field) or mapping.get(stand_in)
            counts = self._fields.setdefault(field, Counter()) if column else None
            if column is None or counts is None:
                continue
            cells = as_text(data.column(column))
            found = (answers.column(name) for name in ("vin_verdict", "vin_regime"))
            for (cell, verdict, regime), count in _count_distinct(cells, *found):
                counts[(cell or "").strip(), self._kind(verdict, regime)] += count
            if len(counts) > VALUES_COUNTED:
                self._fields[field] = None

    def keep_first(
        self,
        sheet: str,
        exceptions: pa.RecordBatch,
        data: pa.RecordBatch,
        mapping: Mapping[str, str],
    ) -> None:
        """Keep the first exceptions for the page, and the first rows that lack a licence.

        Args:
            sheet: where they stand.
            exceptions: the answers of the rows that a person must look at.
            data: the user's columns of these rows.
            mapping: field -> column name.
        """
        self.exceptions += exceptions.num_rows
        room = max(0, ROWS - len(self.first_exceptions))
        self.first_exceptions += _rows(sheet, exceptions.slice(0, room))
        lacking = pc.and_(
            _mask(exceptions.column("vin_verdict"), Verdict.CONTROLLED.__eq__),
            _mask(exceptions.column("vin_reasons"), _is_unlicensed),
        )
        unlicensed = exceptions.filter(lacking)
        of_rule = map(unlicensed.column, ("vin_regime", "vin_reasons"))
        for (regime, reasons), count in _count_distinct(*of_rule):
            self._unlicensed[regime] += count
            for reason in _items(reasons):
                if reason in _UNLICENSED:
                    self._unlicensed_reasons[regime][reason] += count
        if room := max(0, UNLICENSED_ROWS - len(self._first_unlicensed)):
            cells = data.filter(lacking).slice(0, room)
            declared = {
                field: as_text(cells.column(column))
                for field in _UNLICENSED_FIELDS
                if (column := mapping.get(field))
            }
            self._first_unlicensed += _with_cells(_rows(sheet, unlicensed.slice(0, room)), declared)

    @property
    def rows_cleared_by_date(self) -> int:
        """How many rows their date alone puts outside the rule."""
        return self.reasons[Reason.BEFORE_RULE]

    def keep_cleared(
        self,
        sheet: str,
        data: pa.RecordBatch,
        answers: pa.RecordBatch,
        mapping: Mapping[str, str],
    ) -> pa.RecordBatch:
        """Keep the first rows that their date has cleared for the page; all of them, as ``cleared_rows``."""
        if not self.rows_cleared_by_date:
            return cleared_rows(sheet, data.slice(0, 0), answers.slice(0, 0), mapping)
        by_date = _mask(
            answers.column("vin_reasons"), lambda reasons: Reason.BEFORE_RULE in _items(reasons)
        )
        answers = answers.filter(by_date)
        cleared = cleared_rows(sheet, data.filter(by_date), answers, mapping)
        if room := max(0, CLEARED_ROWS - len(self._first_cleared)):
            first = cleared.slice(0, room)
            self._first_cleared += _with_cells(
                _rows(sheet, answers.slice(0, room)), {name: first.column(name) for name in DATES}
            )
        return cleared

    def cleared_by_date(self) -> tuple[Row, ...]:
        """The first of them."""
        return tuple(self._first_cleared)

    def unlicensed(self) -> Unlicensed:
        """The rows that need a licence and have none that fits."""
        return Unlicensed(
            rows=dict(self._unlicensed),
            reasons={regime: dict(counts) for regime, counts in self._unlicensed_reasons.items()},
            first=tuple(self._first_unlicensed),
        )

    def by_field(self) -> tuple[FieldCount, ...]:
        """The most frequent values of each field that was counted."""
        fields = []
        for field, counts in self._fields.items():
            if counts is None:
                fields.append(FieldCount(field=field, head=(), values=0, counted=False))
                continue
            rows: Counter[str] = Counter()
            for (value, _), count in counts.items():
                rows[value] += count
            head = (
                (value, {kind: counts[value, kind] for kind in KINDS})
                for value, _ in ranked(rows)[:VALUES_SHOWN]
            )
            fields.append(FieldCount(field=field, head=tuple(head), values=len(rows)))
        return tuple(fields)

    def by_brand(self) -> tuple[BrandCount, ...]:
        """Rows and verdicts of each brand, most rows first."""
        rows: Counter[str] = Counter()
        verdicts: dict[str, Counter[str]] = {}
        others: Counter[str] = Counter()
        for (brand, kind, _), count in self._brands.items():
            rows[brand] += count
            others[brand] += count if kind == BY_OTHER_RULES else 0
            verdict = Verdict.CONTROLLED if kind == BY_OTHER_RULES else kind
            verdicts.setdefault(brand, Counter())[verdict] += count
        return tuple(
            BrandCount(
                brand=brand,
                rows=count,
                verdicts=dict(verdicts[brand]),
                controlled_by_other_rules=others[brand],
            )
            for brand, count in ranked(rows)
        )

    def by_regime(self, regimes: Iterable[Regime]) -> dict[str, dict[str, int]]:
        """The rows by the regime whose verdict they have, and by verdict."""
        return {
            one.code: {str(verdict): self._regimes[one.code, verdict] for verdict in Verdict}
            for one in regimes
        }

    def brand_powertrain(self) -> dict[str, dict[str, int]]:
        """Powertrains of each brand."""
        brands: dict[str, Counter[str]] = {}
        for (brand, _, powertrain), count in self._brands.items():
            brands.setdefault(brand, Counter())[powertrain] += count
        return {brand: dict(counts) for brand, counts in brands.items()}


_OF_ROW = ("vin_text", "vin", "vin_brand", "vin_manufacturer", "vin_powertrain", "vin_verdict", "vin_regime", "vin_reasons", "vin_evidence", "vin_suggestion")  # fmt: skip


def _rows(sheet: str, answers: pa.RecordBatch) -> list[Row]:
    # Texts first: to take each cell out of a dictionary takes ten times as long.
    numbers: list[Any] = answers.column("vin_row").to_pylist()
    columns = (texts(answers.column(name)).to_pylist() for name in _OF_ROW)
    return [
        Row(
            row=row, sheet=sheet, vin_text=text or "", vin=vin, brand=brand or maker, powertrain=powertrain,
            verdict=verdict, regime=regime or "", reasons=_items(reasons), evidence=_items(evidence), suggestion=suggestion,
        )
        for row, text, vin, brand, maker, powertrain, verdict, regime, reasons, evidence, suggestion in zip(numbers, *columns, strict=True)
    ]  # fmt: skip


def _with_cells(rows: list[Row], columns: Mapping[str, pa.Array]) -> Iterator[Row]:
    """Rows with what the manifest declares in some columns of them."""
    cells = {field: column.to_pylist() for field, column in columns.items()}
    for n, row in enumerate(rows):
        declared = {field: texts[n] or "" for field, texts in cells.items()}
        yield row.model_copy(update={"declared": declared})


def _count_distinct(*columns: pa.Array) -> Iterator[tuple[tuple[Any, ...], int]]:
    """The distinct rows of some columns, and how often each of them occurs; one may come twice."""
    encoded = [column.dictionary_encode() for column in columns]
    sizes = [len(column.dictionary) + 1 for column in encoded]  # one more for null
    keys = np.zeros(len(columns[0]), dtype=np.int64)
    for column, size in zip(encoded, sizes, strict=True):
        keys *= size
        keys += column.indices.fill_null(size - 1).to_numpy()
    counts = pc.value_counts(pa.array(keys, pa.int64()))
    indices = np.unravel_index(counts.field("values").to_numpy(), sizes)
    values = (
        column.dictionary.take(pa.array(of_column, pa.int64(), mask=of_column == size - 1))
        for column, of_column, size in zip(encoded, indices, sizes, strict=True)
    )
    rows = zip(*(column.to_pylist() for column in values), strict=True)
    times: list[Any] = counts.field("counts").to_pylist()
    return zip(rows, times, strict=True)


def _mask(column: pa.Array, fits: Callable[[Any], bool]) -> pa.Array:
    """Which rows have a value that fits; each value of these rows is looked at once."""
    encoded = column.dictionary_encode()
    used = encoded.indices.dictionary_encode()
    values = encoded.dictionary.take(used.dictionary).to_pylist()
    return pa.array(map(fits, values), pa.bool_()).take(used.indices)


def _is_unlicensed(reasons: list[str] | str) -> bool:
    return not frozenset(_UNLICENSED).isdisjoint(_items(reasons))


def _count_reasons(column: pa.Array) -> Counter[str]:
    """How many rows have each reason."""
    counts: Counter[str] = Counter()
    for (reasons,), count in _count_distinct(column):
        for reason in _items(reasons):
            counts[reason] += count
    return counts


def _count_own_rules(column: pa.Array) -> Counter[str]:
    """How many rows have each rule of the user's own stand against other evidence."""
    counts: Counter[str] = Counter()
    for (evidence,), count in _count_distinct(column):
        for item in _items(evidence):
            what, _, sides = item.partition(": ")
            if what == Reason.RULES_DISAGREE:
                counts[sides.partition(" against ")[0]] += count
    return counts


def _items(value: list[str] | str | None) -> tuple[str, ...]:
    """The items of a list, which formats without lists have as one text."""
    if isinstance(value, str):
        return tuple(part for part in value.split(";") if part)
    return tuple(value or ())
