"""What users write, for type checkers in their strict modes; ``tests/test_typed.py`` holds it against them, nobody runs it."""

from collections.abc import Iterator
from datetime import date

import pyarrow as pa
from pydantic import BaseModel

import vintool

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


VERSIONS: tuple[str, str] = (vintool.__version__, vintool.data_release())
