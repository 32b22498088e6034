"""What is counted and kept while the screened rows go by."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import Reason, Verdict
from vintool.columns.engine.categorical import as_text
from vintool.desk.licences import COUNTED
from vintool.report.page import TO_ACT, BrandCount, FieldCount, Row, ToAct

SHOWN = 2000  # exceptions on the page; exceptions.csv has all
VALUES_SHOWN = 12  # values of a field that have a line of their own
VALUES_COUNTED = 100_000  # of a field; beyond, it is a number rather than a group
UNLICENSED = (Reason.LICENCE_MISSING, Reason.LICENCE_UNKNOWN, *COUNTED)
_TO_ACT = ("licence_no", "exporter", "bl_no")
# What is counted as the manifest writes it, each with the field that stands in for it.
_FIELDS = {"model": "", "exporter": "exporter_code", "bl_no": "", "destination": "pod"}


class Tally:
    """What is counted while the rows go by."""

    def __init__(self) -> None:
        self.rows = 0
        self.sheet_rows: dict[str, int] = {}
        self.verdicts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.review_reasons: Counter[str] = Counter()
        self.powertrains: Counter[str] = Counter()
        self.brands: Counter[tuple[str, str, str]] = Counter()
        self.shown: list[Row] = []
        self.exceptions = 0
        self.unlicensed: list[Row] = []
        self.unlicensed_rows = 0
        self.unlicensed_reasons: Counter[str] = Counter()
        self.fields: dict[str, Counter[tuple[str, str]] | None] = {}

    def add(self, sheet: str, batch: pa.RecordBatch) -> None:
        """Count a screened batch."""
        self.rows += batch.num_rows
        self.sheet_rows[sheet] += batch.num_rows
        reasons = batch.column("vin_reasons")
        self.reasons += _reasons(reasons)
        in_review = _where(batch.column("vin_verdict"), Verdict.REVIEW.__eq__)
        self.review_reasons += _reasons(reasons.filter(in_review))
        names = ["vin_brand", "vin_manufacturer", "vin_verdict", "vin_powertrain"]
        for (brand, maker, verdict, powertrain), count in _counted(*map(batch.column, names)):
            self.brands[brand or maker or "", verdict, powertrain or "unknown"] += count
            self.verdicts[verdict] += count
            self.powertrains[powertrain or "unknown"] += count

    def count_cells(
        self, data: pa.RecordBatch, mapping: Mapping[str, str], told: pa.RecordBatch
    ) -> None:
        """Count the rows of each model, exporter, bill of lading and destination."""
        for field, stand_in in _FIELDS.items():
            column = mapping.get(field) or mapping.get(stand_in)
            known = self.fields.setdefault(field, Counter()) if column else None
            if column is None or known is None:
                continue
            cells = as_text(data.column(column))
            for (cell, verdict), count in _counted(cells, told.column("vin_verdict")):
                known[(cell or "").strip(), verdict] += count
            if len(known) > VALUES_COUNTED:
                self.fields[field] = None

    def show(
        self,
        sheet: str,
        exceptions: pa.RecordBatch,
        data: pa.RecordBatch,
        mapping: Mapping[str, str],
    ) -> None:
        """Keep the first exceptions for the page, and the first rows that lack a licence."""
        self.exceptions += exceptions.num_rows
        self.shown += _rows(sheet, exceptions.slice(0, max(0, SHOWN - len(self.shown))))
        lacking = pc.and_(
            _where(exceptions.column("vin_verdict"), Verdict.CONTROLLED.__eq__),
            _where(exceptions.column("vin_reasons"), _is_unlicensed),
        )
        unlicensed = exceptions.filter(lacking)
        self.unlicensed_rows += unlicensed.num_rows
        for reason, count in _reasons(unlicensed.column("vin_reasons")).items():
            if reason in UNLICENSED:
                self.unlicensed_reasons[reason] += count
        if room := max(0, TO_ACT - len(self.unlicensed)):
            cells = data.filter(lacking).slice(0, room)
            told = {
                field: as_text(cells.column(column)).to_pylist()
                for field in _TO_ACT
                if (column := mapping.get(field))
            }
            self.unlicensed += [
                row.model_copy(update={"declared": {key: told[key][n] or "" for key in told}})
                for n, row in enumerate(_rows(sheet, unlicensed.slice(0, room)))
            ]

    def to_act(self) -> ToAct:
        """The rows that need a licence and have none that fits."""
        return ToAct(
            rows=self.unlicensed_rows,
            reasons=dict(self.unlicensed_reasons),
            first=tuple(self.unlicensed),
        )

    def by_field(self) -> tuple[FieldCount, ...]:
        """The most frequent values of each field that was counted."""
        told = []
        for field, known in self.fields.items():
            if known is None:
                told.append(FieldCount(field=field, head=(), values=0, counted=False))
                continue
            rows: Counter[str] = Counter()
            for (value, _), count in known.items():
                rows[value] += count
            ranked = sorted(rows.items(), key=lambda item: (-item[1], item[0]))[:VALUES_SHOWN]
            head = (
                (value, {str(verdict): known[value, verdict] for verdict in Verdict})
                for value, _ in ranked
            )
            told.append(FieldCount(field=field, head=tuple(head), values=len(rows)))
        return tuple(told)

    def by_brand(self) -> tuple[BrandCount, ...]:
        """Rows and verdicts of each brand, most rows first."""
        rows: Counter[str] = Counter()
        verdicts: dict[str, Counter[str]] = {}
        for (brand, verdict, _), count in self.brands.items():
            rows[brand] += count
            verdicts.setdefault(brand, Counter())[verdict] += count
        ranked = sorted(rows.items(), key=lambda item: (-item[1], item[0]))
        return tuple(
            BrandCount(brand=brand, rows=count, verdicts=dict(verdicts[brand]))
            for brand, count in ranked
        )

    def brand_powertrain(self) -> dict[str, dict[str, int]]:
        """Powertrains of each brand."""
        told: dict[str, Counter[str]] = {}
        for (brand, _, powertrain), count in self.brands.items():
            told.setdefault(brand, Counter())[powertrain] += count
        return {brand: dict(counts) for brand, counts in told.items()}


def _rows(sheet: str, batch: pa.RecordBatch) -> list[Row]:
    return [
        Row(
            row=row["vin_row"], sheet=sheet, vin_text=row["vin_text"] or "", vin=row["vin"],
            brand=row["vin_brand"] or row["vin_manufacturer"], powertrain=row["vin_powertrain"], verdict=row["vin_verdict"],
            reasons=_listed(row["vin_reasons"]), evidence=_listed(row["vin_evidence"]), suggestion=row["vin_suggestion"],
        )
        for row in batch.to_pylist()
    ]  # fmt: skip


def _counted(*columns: pa.Array) -> Iterator[tuple[tuple[Any, ...], int]]:
    """The distinct rows, and how often each of them occurs; one may come twice."""
    parts = [
        one if pa.types.is_dictionary(one.type) else one.dictionary_encode() for one in columns
    ]
    sizes = [len(one.dictionary) + 1 for one in parts]  # one more for null
    numbers = np.zeros(len(columns[0]), dtype=np.int64)
    for one, size in zip(parts, sizes, strict=True):
        numbers *= size
        numbers += pc.fill_null(one.indices, size - 1).to_numpy()
    found = pa.array(numbers).value_counts()
    codes = np.unravel_index(found.field("values").to_numpy(), sizes)
    values = (
        one.dictionary.take(pa.array(own, mask=own == size - 1))
        for one, own, size in zip(parts, codes, sizes, strict=True)
    )
    rows = zip(*(one.to_pylist() for one in values), strict=True)
    return zip(rows, found.field("counts").to_pylist(), strict=True)


def _where(column: pa.DictionaryArray, of: Callable[[Any], bool]) -> pa.Array:
    """Of which rows ``of`` says yes, asked once a value of these rows."""
    kinds = column.indices.dictionary_encode()
    values = column.dictionary.take(kinds.dictionary).to_pylist()
    return pa.array(map(of, values), pa.bool_()).take(kinds.indices)


def _is_unlicensed(reasons: list[str] | str) -> bool:
    return not frozenset(UNLICENSED).isdisjoint(_listed(reasons))


def _reasons(reasons: pa.Array) -> Counter[str]:
    """How many rows have each reason."""
    counts: Counter[str] = Counter()
    for (told,), count in _counted(reasons):
        for reason in _listed(told):
            counts[reason] += count
    return counts


def _listed(value: list[str] | str | None) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part for part in value.split(";") if part)
    return tuple(value or ())
