"""Tables and streams of batches -> the same rows with their verdicts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from vintool.codes import DEFAULT_REGIME
from vintool.columns.engine.categorical import BATCH_ROWS
from vintool.columns.engine.tables import as_table, find_mapping
from vintool.columns.screening.days import DayCounter
from vintool.columns.screening.screener import Screener
from vintool.screening.dates import ManifestDays


def screen_table(
    data: Any,
    on: date | None = None,
    mapping: Mapping[str, str] | None = None,
    regime: str = DEFAULT_REGIME,
) -> pa.Table:
    """Screen a table, a data frame, or one column of texts: the verdict on every row.

    >>> answers = screen_table(pa.table({"VIN": ["LRW3E7FA1LC000001", "TBA"]}), on=date(2026, 3, 1))
    >>> answers.select(["VIN", "vin_brand", "vin_verdict"]).to_pylist()[0]
    {'VIN': 'LRW3E7FA1LC000001', 'vin_brand': 'Tesla', 'vin_verdict': 'controlled'}
    >>> answers["vin_problems"].to_pylist()
    [[], ['placeholder']]

    Args:
        data: a ``pyarrow`` table, batch or array, or whatever speaks Arrow by ``__arrow_c_stream__``
            or ``__arrow_c_array__`` (a pandas, polars or DuckDB frame, a polars series); texts of VINs,
            other columns of any type.
        on: the declaration date of all rows; None to read the mapped date column.
        mapping: field -> column name, such as ``{"vin": "Chassis", "fuel": "燃料种类"}``, the fields being
            those of the header dictionary; where not given, it finds them by header and content.
        regime: code of the regime.

    Returns:
        The same rows in the same order: the user's columns, untouched, then ``vin_row`` (int64, from
        1), the texts ``vin_text``, ``vin``, ``vin_check_digit``, ``vin_suggestion``, ``vin_wmi``,
        ``vin_manufacturer``, ``vin_brand``, ``vin_country``, ``vin_plant``, ``vin_model``,
        ``vin_powertrain``, ``vin_powertrain_basis``, ``vin_powertrain_grade``, ``vin_verdict``,
        the int32 ``vin_model_year``, and the lists of texts ``vin_problems``, ``vin_reasons``,
        ``vin_evidence`` and ``vin_other_regimes``. One whose name the user has gets ``vin_`` once more.

    Raises:
        MappingError, NoVinColumn: which column is which must be told by ``mapping``.
        ValueError: a mapped column is not there, or no date is given and none is mapped.
        KeyError: no such regime.
    """
    table = as_table(data)
    batches = table.to_batches() or [
        pa.RecordBatch.from_arrays(
            [pa.array([], field.type) for field in table.schema], schema=table.schema
        )
    ]
    mapping = mapping or find_mapping(table)

    @cache
    def days() -> ManifestDays:
        counter = DayCounter()
        counter.add(batches, mapping)
        return counter.counted()

    return pa.Table.from_batches(_screened(batches, on, mapping, regime, days))


def screen_batches(
    reader: Iterable[pa.RecordBatch],
    on: date | None = None,
    mapping: Mapping[str, str] | None = None,
    regime: str = DEFAULT_REGIME,
) -> Iterator[pa.RecordBatch]:
    """Screen a stream of batches; memory hardly grows with the rows, what tells duplicates lies on disk.

    >>> batch = pa.record_batch({"VIN": ["LRW3E7FA1LC000001"]})
    >>> answers = screen_batches([batch, batch], on=date(2026, 3, 1))
    >>> [(one["vin_row"][0].as_py(), "duplicate_vin" in one["vin_reasons"][0].as_py()) for one in answers]
    [(1, False), (2, True)]

    Args:
        reader: batches in the order of the rows, all of one schema.
        on: the declaration date of all rows; None to read the mapped date column. A batch does not know
            the rows to come, so a date before the first day of the regime clears a row only if another
            date of the row bears it out; else the row is ``review`` with ``date_alone``.
        mapping: as for ``screen_table``; where not given, found in the first batch.
        regime: code of the regime.

    Returns:
        The same rows in the same order with the columns of ``screen_table``, at most ``BATCH_ROWS`` at
        a time.

    Raises:
        MappingError, NoVinColumn: which column is which must be told by ``mapping``.
        ValueError: a mapped column is not there, or no date is given and none is mapped.
        KeyError: no such regime.
    """
    return _screened(reader, on, mapping, regime, lambda: None)


def _screened(
    reader: Iterable[pa.RecordBatch],
    on: date | None,
    mapping: Mapping[str, str] | None,
    regime: str,
    manifest_days: Callable[[], ManifestDays | None],
) -> Iterator[pa.RecordBatch]:
    screener, row = None, 1
    for batch in reader:
        if screener is None:
            mapping = mapping or find_mapping(pa.Table.from_batches([batch]))
            if missing := sorted(set(mapping.values()) - set(batch.schema.names)):
                raise ValueError(f"no column {', '.join(map(repr, missing))} in the data")
            screener = Screener(mapping, on, regime, manifest_days=manifest_days)
        for start in range(0, max(batch.num_rows, 1), BATCH_ROWS):
            part = batch.slice(start, BATCH_ROWS)
            yield beside(part, screener(part, np.arange(row, row + part.num_rows)))
            row += part.num_rows


def beside(batch: pa.RecordBatch, answers: pa.RecordBatch) -> pa.RecordBatch:
    """The user's columns, untouched and first, then the answers.

    An answer whose name the user already has gets ``vin_`` before it once more: beside a column
    ``vin`` of the user stands ``vin_vin``.
    """
    names = list(batch.schema.names)
    for name in answers.schema.names:
        while name in names:
            name = f"vin_{name}"  # noqa: PLW2901
        names.append(name)
    return pa.RecordBatch.from_arrays([*batch.columns, *answers.columns], names=names)
