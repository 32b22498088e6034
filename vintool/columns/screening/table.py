"""Tables and streams of batches -> the same rows with their verdicts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cache, partial
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from vintool.columns.engine.arrays import Places
from vintool.columns.engine.categorical import BATCH_ROWS
from vintool.columns.engine.plain import TypeNotTakenError, is_taken, no_values, to_plain
from vintool.columns.engine.stamp import stamp, stamped
from vintool.columns.engine.tables import (
    HEAD_ROWS,
    as_table,
    beside,
    check_given,
    find_mapping,
    named,
)
from vintool.columns.screening.days import DayCounter
from vintool.columns.screening.duplicates import Occurrences
from vintool.columns.screening.manifest_table import ManifestTable
from vintool.columns.screening.screener import Screener
from vintool.desk.book import Desk
from vintool.registry.reference import by_call, reference_in_use
from vintool.screening.dates import ManifestDays, day_given


@by_call
def screen_table(  # noqa: PLR0913 - what a call is made of
    data: Any,
    on: date | str | None = None,
    mapping: Mapping[str, str | Sequence[str]] | None = None,
    regime: str | None = None,
    *,
    desk: Desk | None = None,
    first_row: int = 1,
) -> pa.Table:
    """Screen a table, a data frame, or one column of texts; see ``vintool.screen_table``, which reads the lists.

    Args:
        data: whatever speaks Arrow.
        on: the declaration date of all rows; None to read the mapped date column.
        mapping: field -> column name, where the header dictionary should not decide.
        regime: code of the regime; None or ``all`` for every one that is in question for a row.
        desk: lists that the rows are held against.
        first_row: the number of the first row.
    """
    table = as_table(data)
    new_screener = partial(Screener, on=day_given(on), regime=regime, desk=desk)
    if manifest := ManifestTable.of(table):
        return _screen_sheets(manifest, mapping or {}, new_screener)
    found = find_mapping(table, mapping or {})
    screener = new_screener(found, manifest_days=_days_of(table, found))
    screened = _screened(screener, _batches(table), found, _counting_from(first_row))
    answers = pa.Table.from_batches(of_part for _, of_part in screened)
    return stamped(beside(table, answers), stamp())


def _screen_sheets(
    manifest: ManifestTable,
    given: Mapping[str, str | Sequence[str]],
    new_screener: Callable[..., Screener],
) -> pa.Table:
    """The table of a manifest with its verdicts: each sheet by its own columns, duplicates over all of them."""
    occurrences = Occurrences()
    places, answers = list[Places](), list[pa.RecordBatch]()
    for number, sheet in enumerate(manifest.sheets()):
        mapping = manifest.mapping_of(sheet, given)
        days = _days_of(sheet.data, mapping, sheet.apart)
        screener = new_screener(mapping, occurrences=occurrences, sheet=number, manifest_days=days)
        screened = _screened(screener, _batches(sheet.data), mapping, sheet.numbers_of)
        answers += (of_part for _, of_part in screened)
        places.append(sheet.at)
    table = pa.Table.from_batches(answers)
    at = np.concatenate(places)
    if (np.diff(at) < 0).any():
        table = table.take(np.argsort(at))
    return stamped(beside(manifest.user_columns, table), stamp())


def _batches(table: pa.Table) -> Iterator[pa.RecordBatch]:
    """The batches of a table, one at least; small ones are put together, as each costs some time beside that of its rows."""
    if not table.num_rows:
        columns = [no_values(field.type) for field in table.schema]
        yield pa.RecordBatch.from_arrays(columns, schema=table.schema)
    for start in range(0, table.num_rows, BATCH_ROWS):
        some = table.slice(start, BATCH_ROWS)
        with suppress(pa.ArrowNotImplementedError):  # of some types no two are put together
            some = some.combine_chunks()
        yield from some.to_batches()


def _days_of(
    table: pa.Table, mapping: Mapping[str, str], apart: int = 0
) -> Callable[[], ManifestDays]:
    """The days of all rows of a table, and of so many more that have none; they are read when asked for."""

    @cache
    def days() -> ManifestDays:
        counter = DayCounter(apart)
        counter.add(table.to_batches(), mapping)
        return counter.counted()

    return days


@by_call
def screen_batches(  # noqa: PLR0913 - what a call is made of
    reader: Iterable[pa.RecordBatch],
    on: date | str | None = None,
    mapping: Mapping[str, str | Sequence[str]] | None = None,
    regime: str | None = None,
    *,
    desk: Desk | None = None,
    first_row: int = 1,
) -> Iterator[pa.RecordBatch]:
    """Screen a stream of batches; see ``vintool.screen_batches``, which reads the lists.

    Args:
        reader: batches in the order of the rows, all of one schema.
        on: as for ``screen_table``.
        mapping: as for ``screen_table``; what is not given is found in the first rows.
        regime: as for ``screen_table``.
        desk: lists that the rows are held against.
        first_row: the number of the first row.

    Raises:
        TypeError: the reader is no stream of batches.
    """
    if isinstance(reader, (str, bytes, Mapping, pa.Table)) or not isinstance(reader, Iterable):
        raise TypeError(
            f"no stream of batches: {type(reader).__name__}; give an iterable of pyarrow.RecordBatch, such as table.to_batches()"
        )
    mapping_given = mapping or {}
    check_given(mapping_given)
    # The reference is that of this call, whenever and wherever the first batch is asked for.
    bind = reference_in_use().bind
    new_screener = bind(partial(Screener, on=day_given(on), regime=regime, desk=desk))
    mapping_of, of_call = bind(find_mapping), stamp()

    def answered() -> Iterator[pa.RecordBatch]:
        batches = iter(reader)
        if head := _head(batches):
            mapping = mapping_of(pa.Table.from_batches(head), mapping_given)
            screened = _screened(
                new_screener(mapping), chain(head, batches), mapping, _counting_from(first_row)
            )
            yield from (stamped(beside(*one), of_call) for one in screened)

    return answered()


def _counting_from(first: int) -> Callable[[int, int], Places]:
    """The numbers of so many rows behind so many others, of which the first has this one."""
    return lambda before, rows: np.arange(first + before, first + before + rows)


def _screened(
    screener: Screener,
    batches: Iterable[pa.RecordBatch],
    mapping: Mapping[str, str],
    numbers: Callable[[int, int], Places],
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """The user's columns and the answers, part by part; one part at least of each batch.

    Args:
        screener: of the rows.
        batches: the user's columns.
        mapping: field -> column, of the screener.
        numbers: of the next rows: how many were before, and how many they are.
    """
    before = 0
    for batch in batches:
        try:
            for start, part in parts_of(screener, batch):
                answers = screener(part, numbers(before, part.num_rows))
                yield batch.slice(start, part.num_rows), answers
                before += part.num_rows
        except TypeNotTakenError as error:
            raise named(error, batch, mapping.values()) from None


def parts_of(screener: Screener, batch: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
    """A batch in parts that a screener takes at once: where each begins, and the part; one at least."""
    for start in range(0, max(batch.num_rows, 1), BATCH_ROWS):
        for at, part in screener.parts(_plain(batch.slice(start, BATCH_ROWS))):
            yield start + at, part


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch in types of which rows can be taken: of a view of texts Arrow takes none."""
    columns = [to_plain(one) if is_taken(one.type) else one for one in batch.columns]
    return pa.RecordBatch.from_arrays(columns, batch.schema.names)


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
