"""Tables and batches with the user's lists, as a file has them: ``screen_table`` and ``screen_batches`` as they are published."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from vintool import columns
from vintool.codes import ALL_REGIMES, MappingKey, RegimeCode
from vintool.columns.engine.tables import as_table
from vintool.declaration.answers import ANSWERS
from vintool.desk.book import Desk
from vintool.files.earlier import likely_answers
from vintool.files.lists import List, Lists, TableList, open_desk
from vintool.registry.reference import CATALOGUE, Reference, by_call, reference_in_use
from vintool.screening.dates import day_given

#: Under which the notes on the lists stand in the metadata of the answers.
NOTES = b"vintool.notes"


@by_call
def screen_table(  # noqa: PLR0913 - the options of a run
    data: Any,
    on: date | str | None = None,
    mapping: "Mapping[MappingKey, str | Sequence[str]] | None" = None,
    regime: "RegimeCode | None" = None,
    *,
    exporters: Any = None,
    licences: Any = None,
    confirmations: Any = None,
    decisions: Any = (),
    catalogue: Any = (),
    first_row: int = 1,
    reference: Reference | None = None,  # noqa: ARG001 - ``by_call`` binds it
) -> pa.Table:
    """Screen a table, a data frame, or one column of texts: the verdict on every row.

    >>> answers = screen_table({"VIN": ["LRW3E7FA1LC000001", "TBA"]}, on="2026-03-01")
    >>> answers.select(["VIN", "vin_brand", "vin_verdict"]).to_pylist()[0]
    {'VIN': 'LRW3E7FA1LC000001', 'vin_brand': 'Tesla', 'vin_verdict': 'controlled'}
    >>> answers["vin_problems"].to_pylist()
    [[], ['placeholder']]

    Args:
        data: a ``pyarrow`` table, batch or array, or whatever speaks Arrow by ``__arrow_c_stream__``
            or ``__arrow_c_array__`` (a pandas, polars or DuckDB frame, a polars series); texts of VINs,
            other columns of any type. Of a table of ``read_manifest`` each sheet is read as its file says.
        on: the declaration date of all rows: a date, a text such as ``2026-03-01``, or a datetime, of which one with a
            zone gives the day that it is in China; None to read the mapped date column.
        mapping: field -> column name, such as ``{"vin": "Chassis", "fuel": "燃料种类"}``, where the header
            dictionary should not decide; what is not given it finds by header and content, as
            ``screen_file`` does. Of ``vin`` there may be several columns: ``{"vin": ["Unit 1", "Unit 2"]}``; each
            VIN of a row is judged, and the row has the strictest verdict.
        regime: code of the regime; None or ``all`` for every one that is in question for a row.
        exporters: a list of qualified enterprises: a path, or a table as ``data`` may be one.
        licences: a list of export licences, likewise; rows draw on them in their order.
        confirmations: a list of VINs in makers' confirmations, likewise.
        decisions: filled ``exceptions.csv`` of earlier runs, likewise: one or several.
        catalogue: exports of type approvals, likewise: one or several; those of the reference if not given.
        first_row: the number of the first row, where the table is a part of a whole. Of a table of ``read_manifest``
            each row has its own.
        reference: the data that the verdicts rest on; by default that of the process, see ``Reference``.

    Returns:
        The same rows in the same order: the user's columns, untouched, then ``vin_row`` (int64, from
        ``first_row``), the texts ``vin_text``, ``vin``, ``vin_check_digit``, ``vin_suggestion``, ``vin_wmi``,
        ``vin_manufacturer``, ``vin_brand``, ``vin_country``, ``vin_plant``, ``vin_model``,
        ``vin_built_in``, ``vin_powertrain``, ``vin_powertrain_basis``, ``vin_powertrain_grade``, ``vin_verdict``, ``vin_regime``,
        the int32 ``vin_model_year``, and the lists of texts ``vin_problems``, ``vin_reasons``,
        ``vin_evidence``, ``vin_other_regimes`` and ``vin_others``, the VINs of the row behind its first as ``VIN=verdict``. One whose name the user has gets ``vin_`` once more.
        The metadata of the user's schema is kept; release and hash of the reference stand in it, and what there is to know of
        the lists, and of columns that are called as answers are, as ``vintool.notes``.

    Raises:
        MappingError, NoVinColumn: which column is which must be told by ``mapping``; or it names a field
            or a column that is not there.
        ManifestError: a list cannot be read.
        TypeError: the data is no table, such as a text, a path or a dict of texts; or ``on`` or ``mapping`` is of another kind.
        ValueError: no date is given, and there is no column of dates; or a mapped column is no text.
        KeyError: no such regime.
    """
    on, table = day_given(on), as_table(data)
    given = cast("Any", mapping)  # to type checkers its keys are literals, and no texts
    desk = desk_given(on, regime, exporters, licences, confirmations, decisions, catalogue)
    answers = columns.screen_table(table, on, given, regime, desk=desk, first_row=first_row)
    return answers.replace_schema_metadata(_with_notes(answers.schema, desk))


@by_call
def screen_batches(  # noqa: PLR0913 - the options of a run
    reader: Iterable[pa.RecordBatch],
    on: date | str | None = None,
    mapping: "Mapping[MappingKey, str | Sequence[str]] | None" = None,
    regime: "RegimeCode | None" = None,
    *,
    exporters: Any = None,
    licences: Any = None,
    confirmations: Any = None,
    decisions: Any = (),
    catalogue: Any = (),
    first_row: int = 1,
    reference: Reference | None = None,  # noqa: ARG001 - ``by_call`` binds it
) -> Iterator[pa.RecordBatch]:
    """Screen a stream of batches; memory hardly grows with the rows, what tells duplicates lies on disk.

    What only all rows tell is kept from batch to batch of one call: VINs that stand twice, also under one bill of
    lading, and what rows before have drawn on licences. Other calls know nothing of it.

    >>> batch = pa.record_batch({"VIN": ["LRW3E7FA1LC000001"]})
    >>> answers = screen_batches([batch, batch], on="2026-03-01")
    >>> [(one["vin_row"][0].as_py(), "duplicate_vin" in one["vin_reasons"][0].as_py()) for one in answers]
    [(1, False), (2, True)]

    Args:
        reader: batches in the order of the rows, all of one schema.
        on: as for ``screen_table``. A batch does not know the rows to come, so a date that is read and lies before the
            first day of the regime clears a row only if another date of the row bears it out; else the row is ``review`` with
            ``date_alone``.
        mapping: as for ``screen_table``; what is not given is found in the first rows.
        regime: code of the regime; None or ``all`` for every one that is in question for a row.
        exporters: as for ``screen_table``.
        licences: likewise.
        confirmations: likewise.
        decisions: likewise.
        catalogue: likewise.
        first_row: the number of the first row, where the stream is a part of a whole.
        reference: as for ``screen_table``.

    Returns:
        The same rows in the same order with the columns of ``screen_table``, at most ``BATCH_ROWS`` at
        a time.

    Raises:
        MappingError, NoVinColumn: which column is which must be told by ``mapping``; or it names a field
            or a column that is not there.
        ManifestError: a list cannot be read.
        TypeError: the reader is no stream of batches; or ``on`` or ``mapping`` is of another kind.
        ValueError: no date is given, and there is no column of dates; or a mapped column is no text.
        KeyError: no such regime.
    """
    on, given = day_given(on), cast("Any", mapping)
    desk = desk_given(on, regime, exporters, licences, confirmations, decisions, catalogue)
    answers = columns.screen_batches(reader, on, given, regime, desk=desk, first_row=first_row)
    return (one.replace_schema_metadata(_with_notes(one.schema, desk)) for one in answers)


def desk_given(on: date | None, regime: str | None, *given: Any) -> Desk | None:
    """The lists that are given, if there are any."""
    exporters, licences, confirmations, decisions, catalogue = given
    lists = Lists(
        _list("exporters", exporters),
        _list("licences", licences),
        _list("confirmations", confirmations),
        _several("decisions", decisions),
        _several("catalogue", catalogue) or reference_in_use().unchanged(CATALOGUE),
        on,
        regime or ALL_REGIMES,
    )
    return open_desk(lists) if any(lists[:5]) else None


def _several(name: str, given: Any) -> tuple[List, ...]:
    """One list or several of a kind."""
    some = given if isinstance(given, (list, tuple)) else (given,)
    return tuple(found for one in some if (found := _list(name, one)))


def _list(name: str, given: Any) -> List | None:
    """A list by its path, or as a table."""
    if given is None or (isinstance(given, str) and not given):
        return None
    return Path(given) if isinstance(given, (str, Path)) else TableList(name, as_table(given))


def notes_on(names: Sequence[str], desk: Desk | None) -> list[str]:
    """What there is to know of the lists, and of columns of the user's called as answers are."""
    notes = list(desk.notes) if desk is not None else []
    if likely := likely_answers(names):
        notes.append(likely)
    return notes


def _with_notes(schema: pa.Schema, desk: Desk | None) -> dict[bytes, bytes] | None:
    """The metadata of the user's schema, and what there is to know of the lists and of columns called as answers are."""
    known = {**(schema.metadata or {})}
    if notes := notes_on(schema.names[: -len(ANSWERS)], desk):
        known[NOTES] = json.dumps(notes, ensure_ascii=False).encode()
    return known or None
