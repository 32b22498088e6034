"""Tables and streams of batches -> the same rows with their verdicts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from vintool.columns.engine.categorical import BATCH_ROWS
from vintool.columns.engine.plain import TypeNotTakenError, no_values
from vintool.columns.engine.stamp import stamp, stamped
from vintool.columns.engine.tables import HEAD_ROWS, as_table, find_mapping, named
from vintool.columns.screening.days import DayCounter
from vintool.columns.screening.screener import Screener
from vintool.registry.reference import Reference, by_call, reference_in_use
from vintool.screening.dates import ManifestDays


@by_call
def screen_table(
    data: Any,
    on: date | None = None,
    mapping: Mapping[str, str | Sequence[str]] | None = None,
    regime: str | None = None,
    *,
    reference: Reference | None = None,  # noqa: ARG001 - ``by_call`` binds it
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
        mapping: field -> column name, such as ``{"vin": "Chassis", "fuel": "燃料种类"}``, where the header
            dictionary should not decide; what is not given it finds by header and content, as
            ``screen_file`` does. Of ``vin`` there may be several columns: ``{"vin": ["Unit 1", "Unit 2"]}``; each
            VIN of a row is judged, and the row has the strictest verdict.
        regime: code of the regime; None or ``all`` for every one that is in question for a row.
        reference: the data that the verdicts rest on; by default that of the process, see ``Reference``.

    Returns:
        The same rows in the same order: the user's columns, untouched, then ``vin_row`` (int64, from
        1), the texts ``vin_text``, ``vin``, ``vin_check_digit``, ``vin_suggestion``, ``vin_wmi``,
        ``vin_manufacturer``, ``vin_brand``, ``vin_country``, ``vin_plant``, ``vin_model``,
        ``vin_built_in``, ``vin_powertrain``, ``vin_powertrain_basis``, ``vin_powertrain_grade``, ``vin_verdict``, ``vin_regime``,
        the int32 ``vin_model_year``, and the lists of texts ``vin_problems``, ``vin_reasons``,
        ``vin_evidence``, ``vin_other_regimes`` and ``vin_others``, the VINs of the row behind its first as ``VIN=verdict``. One whose name the user has gets ``vin_`` once more.

    Raises:
        MappingError, NoVinColumn: which column is which must be told by ``mapping``; or it names a field
            or a column that is not there.
        TypeError: the data is no table, such as a text, a path or a dict of texts.
        ValueError: no date is given, and there is no column of dates; or a mapped column is no text.
        KeyError: no such regime.
    """
    table = as_table(data)
    batches = table.to_batches() or [
        pa.RecordBatch.from_arrays(
            [no_values(field.type) for field in table.schema], schema=table.schema
        )
    ]
    found = find_mapping(table, mapping or {})

    @cache
    def days() -> ManifestDays:
        counter = DayCounter()
        counter.add(batches, found)
        return counter.counted()

    screener = partial(Screener, on=on, regime=regime, manifest_days=days)
    answers = pa.Table.from_batches(_screened(iter(batches), lambda _: found, screener))
    return stamped(answers, stamp())


@by_call
def screen_batches(
    reader: Iterable[pa.RecordBatch],
    on: date | None = None,
    mapping: Mapping[str, str | Sequence[str]] | None = None,
    regime: str | None = None,
    *,
    reference: Reference | None = None,  # noqa: ARG001 - ``by_call`` binds it
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
        mapping: as for ``screen_table``; what is not given is found in the first rows.
        regime: code of the regime; None or ``all`` for every one that is in question for a row.
        reference: the data that the verdicts rest on; by default that of the process, see ``Reference``.

    Returns:
        The same rows in the same order with the columns of ``screen_table``, at most ``BATCH_ROWS`` at
        a time.

    Raises:
        MappingError, NoVinColumn: which column is which must be told by ``mapping``; or it names a field
            or a column that is not there.
        TypeError: the reader is no stream of batches.
        ValueError: no date is given, and there is no column of dates; or a mapped column is no text.
        KeyError: no such regime.
    """
    if isinstance(reader, (str, bytes, Mapping, pa.Table)) or not isinstance(reader, Iterable):
        raise TypeError(
            f"no stream of batches: {type(reader).__name__}; give an iterable of pyarrow.RecordBatch, such as table.to_batches()"
        )

    def found(head: list[pa.RecordBatch]) -> dict[str, str]:
        return find_mapping(pa.Table.from_batches(head), mapping or {})

    # The reference is that of this call, whenever and wherever the first batch is asked for.
    bind = reference_in_use().bind
    screener = bind(partial(Screener, on=on, regime=regime))
    answers = _screened(iter(reader), bind(found), screener)
    return map(partial(stamped, named=stamp()), answers)


def _screened(
    batches: Iterator[pa.RecordBatch],
    find: Callable[[list[pa.RecordBatch]], dict[str, str]],
    screener_of: Callable[[dict[str, str]], Screener],
) -> Iterator[pa.RecordBatch]:
    head = _head(batches)
    if not head:
        return
    mapping = find(head)
    screener = screener_of(mapping)
    row = 1
    for batch in chain(head, batches):
        for start in range(0, max(batch.num_rows, 1), BATCH_ROWS):
            try:
                for _, part in screener.parts(batch.slice(start, BATCH_ROWS)):
                    answers = screener(part, np.arange(row, row + part.num_rows))
                    yield beside(part, answers)
                    row += part.num_rows
            except TypeNotTakenError as error:
                raise named(error, batch, mapping.values()) from None


def _head(batches: Iterator[pa.RecordBatch]) -> list[pa.RecordBatch]:
    """The first batches, as many as tell which column is which."""
    head: list[pa.RecordBatch] = []
    for batch in batches:
        if not isinstance(batch, pa.RecordBatch):
            raise TypeError(f"no batch: {type(batch).__name__}; give pyarrow.RecordBatch")
        head.append(batch)
        if sum(one.num_rows for one in head) >= HEAD_ROWS:
            break
    return head


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
