"""What users write, for type checkers in their strict modes; ``tests/test_typed.py`` holds it against them, nobody runs it."""

from collections.abc import Iterator
from datetime import date

import pyarrow as pa
from pydantic import BaseModel

import vintool
from vintool import frames

ON = date(2026, 3, 1)
REGIME: vintool.RegimeCode = "cn-2025-54"


class Order(BaseModel):
    """A model with a VIN in it."""

    vin: vintool.Vin
    powertrain: vintool.Powertrain | None = None


def brand(vehicle: vintool.Vehicle) -> str | None:
    """A fact that may not be there."""
    return vehicle.brand.value if vehicle.brand else None


def is_controlled(text: str, reference: vintool.Reference | None = None) -> bool:
    """A verdict, by rules of one's own."""
    finding: vintool.Finding = vintool.screen(
        text, ON, {"fuel": "纯电动"}, REGIME, reference=reference
    )
    reasons: tuple[vintool.Reason, ...] = finding.reasons
    return finding.verdict is vintool.Verdict.CONTROLLED and bool(reasons)


def order_of(text: str) -> Order | vintool.Problem:
    """A VIN, or what is wrong with the text."""
    try:
        vehicle = vintool.decode(text)
    except vintool.InvalidVin as error:
        return error.problem
    kind = vehicle.powertrain.value if vehicle.powertrain else None
    return Order(vin=vintool.Vin(text), powertrain=kind)


def decoded(texts: pa.StringArray) -> pa.Table:
    """A column of answers."""
    names: list[vintool.FieldName] = ["model_year", "brand"]
    return vintool.decode_table(texts, fields=names, encoded=True)


def screened(batches: Iterator[pa.RecordBatch]) -> Iterator[int]:
    """A stream of answers."""
    fuel: vintool.MappingKey = "fuel"
    for batch in vintool.screen_batches(batches, ON, {"vin": ["Chassis", "Unit 2"], fuel: "燃料"}):
        yield batch.num_rows


def of_file(path: str) -> dict[str, int]:
    """The counts of a file; every error of vintool has one base."""
    try:
        summary: vintool.Summary = vintool.screen_file(path, on=ON)
    except vintool.VintoolError:
        return {}
    return {str(verdict): count for verdict, count in summary.verdicts.items()}


def slips(table: pa.Table, path: str) -> None:
    """Names with a slip: a checker that takes one says that its comment is of no use."""
    vintool.decode_table(table, fields="brnd")  # type: ignore[arg-type]
    vintool.decode_table(table, fields=["brand", "modelyear"])  # type: ignore[list-item]
    vintool.screen("", ON, {"fule": "BEV"})  # type: ignore[dict-item]
    vintool.screen("", ON, regime="cn-2025-55")  # type: ignore[arg-type]
    vintool.screen_table(table, ON, {"vins": "Chassis"})  # type: ignore[dict-item]
    vintool.screen_file(path, ON, mapping={"vin": ["A"], "feul": "B"})  # type: ignore[dict-item]
    vintool.screen_batches(table.to_batches(), ON, regime="cn-54")  # type: ignore[arg-type]
    vintool.read_manifest(path, {"Vin": "A"})  # type: ignore[dict-item]
    frames.decode(table, fields=["brands"])  # type: ignore[list-item]
    frames.screen(table, ON, {"vin_no": "A"}, "54")  # type: ignore[dict-item,arg-type]


VERSIONS: tuple[str, str] = (vintool.__version__, vintool.data_release())
