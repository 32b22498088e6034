"""Chassis numbers that are not those of the VIN on the same row: compared row by row."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.engine.categorical import as_text, without_null
from vintool.columns.vins import VinColumn
from vintool.screening.contradictions import chassis_sides
from vintool.screening.facts import chassis_differs

# Where a chassis number mostly starts in its VIN (0-based): whole, its last eight, its last six.
_USUAL_STARTS = (0, 9, 11)


def differing_chassis(
    batch: pa.RecordBatch, column: str | None, vins: VinColumn
) -> Mapping[int, str]:
    """The chassis numbers that differ, by row; none where no ``column`` holds them."""
    if column is None:
        return {}
    texts = without_null(as_text(batch.column(column)))
    differs = pa.array(vins.well_formed)
    for start in _USUAL_STARTS:
        end = pc.utf8_slice_codeunits(without_null(vins.vin), start)
        differs = pc.and_(differs, pc.not_equal(texts, end))
    rows = np.flatnonzero(differs.to_numpy(zero_copy_only=False))
    columns: list[Any] = [vins.vin.take(rows).to_pylist(), texts.take(rows).to_pylist()]
    pairs = zip(rows.tolist(), *columns, strict=True)
    return {row: text.strip() for row, vin, text in pairs if chassis_differs(vin, text)}


def chassis_evidence(vins: VinColumn, chassis: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """Rows, each with a line of evidence that holds both its VIN and its chassis number."""
    of_rows: list[Any] = vins.vin.take(pa.array(list(chassis), pa.int64())).to_pylist()
    for (row, text), vin in zip(chassis.items(), of_rows, strict=True):
        yield row, str(chassis_sides(vin, text))
