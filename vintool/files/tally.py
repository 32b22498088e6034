"""What is counted and kept while the screened rows go by."""

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from vintool.report import BrandCount, Row

SHOWN = 2000  # exceptions on the page; exceptions.csv has all


class Tally:
    """What is counted while the rows go by."""

    def __init__(self) -> None:
        self.rows = 0
        self.sheet_rows: dict[str, int] = {}
        self.verdicts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.powertrains: Counter[str] = Counter()
        self.brands: Counter[tuple[str, str, str]] = Counter()
        self.shown: list[Row] = []
        self.exceptions = 0

    def add(self, sheet: str, batch: pa.RecordBatch) -> None:
        """Count a screened batch."""
        self.rows += batch.num_rows
        self.sheet_rows[sheet] += batch.num_rows
        reasons = batch.column("vin_reasons")
        told = pc.list_flatten(reasons) if pa.types.is_list(reasons.type) else reasons
        for counted in told.value_counts().to_pylist():
            for reason in _listed(counted["values"]):
                self.reasons[reason] += counted["counts"]
        brand = pc.coalesce(
            batch.column("vin_brand"), batch.column("vin_manufacturer"), pa.scalar("")
        )
        verdict = batch.column("vin_verdict")
        powertrain = pc.fill_null(batch.column("vin_powertrain"), "unknown")
        groups = pa.table([brand, verdict, powertrain], names=["brand", "verdict", "powertrain"])
        for row in groups.group_by(groups.column_names).aggregate([([], "count_all")]).to_pylist():
            count = row["count_all"]
            self.brands[row["brand"], row["verdict"], row["powertrain"]] += count
            self.verdicts[row["verdict"]] += count
            self.powertrains[row["powertrain"]] += count

    def show(self, sheet: str, exceptions: pa.RecordBatch) -> None:
        """Keep the first exceptions for the page."""
        self.exceptions += exceptions.num_rows
        for row in exceptions.slice(0, max(0, SHOWN - len(self.shown))).to_pylist():
            self.shown.append(
                Row(
                    row=row["vin_row"], sheet=sheet, vin_text=row["vin_text"] or "", vin=row["vin"],
                    brand=row["vin_brand"] or row["vin_manufacturer"], powertrain=row["vin_powertrain"], verdict=row["vin_verdict"],
                    reasons=_listed(row["vin_reasons"]), evidence=_listed(row["vin_evidence"]), suggestion=row["vin_suggestion"],
                )
            )  # fmt: skip

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


def _listed(value: list[str] | str | None) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part for part in value.split(";") if part)
    return tuple(value or ())
