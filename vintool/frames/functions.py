"""Functions of columns that engines call from their SQL: texts, days and maps of cells in, columns out."""

import json
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.screening.alone import screen_alone
from vintool.frames.texts import decoded, texts_of
from vintool.registry.reference import Reference
from vintool.screening.dates import why_no_declaration

#: Columns of the answers that tell a row's place, which a function does not know.
_PLACES = ("vin_row", "vin_text")


def no_rows() -> tuple[pa.Array, pa.Array, pa.Array]:
    """What ``screened`` takes, without a row."""
    kinds = (pa.string(), pa.date32(), pa.map_(pa.string(), pa.string()))
    texts, days, cells = (pa.array([], kind) for kind in kinds)
    return texts, days, cells


def whole(column: pa.Array | pa.ChunkedArray) -> Any:
    """The column in one piece."""
    if isinstance(column, pa.Array):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays([pa.array([], column.type), *column.chunks])


def one_field(vins: Any, names: Any, reference: Reference) -> pa.Array:
    """Of each row the field that it names, as text."""
    texts, encoded = texts_of(vins), texts_of(names).dictionary_encode()
    indices: Any = encoded.indices
    answers = pa.nulls(len(texts), pa.string())
    for code, name in enumerate(encoded.dictionary.to_pylist()):
        column = decoded(texts, name, reference).column(0)
        of_field: pa.Array = whole(_as_text(column))
        if len(encoded.dictionary) == 1 and not encoded.null_count:
            return of_field
        asked = pc.equal(indices, pa.scalar(code))
        answers = pc.if_else(pc.fill_null(asked, pa.scalar(value=False)), of_field, answers)
    return answers


def _as_text(column: pa.ChunkedArray) -> Any:
    if not pa.types.is_nested(column.type):
        return column.cast(pa.string())
    encoded = [
        None if value is None else json.dumps(value, ensure_ascii=False)
        for value in column.to_pylist()
    ]
    return pa.array(encoded, pa.string())


def screened(reference: Reference, vins: Any, days: Any, declared: Any) -> pa.StructArray:
    """A struct of the answers, row by row; rows of one day are asked together."""
    texts = texts_of(vins)
    cells = _cells(whole(declared))
    encoded = whole(days).dictionary_encode(null_encoding="encode")
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False))
    parts, places = list[pa.RecordBatch](), list[Any]()
    with reference.bound():
        for code, day in enumerate(_days(encoded.dictionary) or [date(2026, 1, 1)]):
            rows = np.flatnonzero(codes == code)
            at: Any = pa.array(rows)
            some = {field: column.take(at) for field, column in cells.items()}
            if isinstance(day, str):  # as in a cell
                some["declaration_date"], day = pa.repeat(day, len(rows)), None  # noqa: PLW2901
            parts.append(screen_alone(texts.take(at), day, some))
            places.append(rows)
    table = pa.Table.from_batches(parts).drop_columns([*_PLACES])
    if len(parts) > 1:
        order: Any = pa.array(np.argsort(np.concatenate(places)))
        table = table.take(order)
    names = [name if name == "vin" else name.removeprefix("vin_") for name in table.column_names]
    return pa.StructArray.from_arrays([*map(whole, table.columns)], names)


def _days(dates: Any) -> list[date | str | None]:
    """The dates; one that can be no day of a declaration, such as an infinite one, as the text of a cell."""
    days = list[date | str | None]()
    for number in dates.cast(pa.int32()).to_pylist():
        try:
            day = None if number is None else date(1970, 1, 1) + timedelta(number)
        except OverflowError:
            days.append("no date")
        else:
            days.append(str(day) if day and why_no_declaration(day) else day)
    return days


def _cells(declared: Any) -> dict[str, pa.Array]:
    """The columns of a column of maps: a field each that any row has."""
    fields = [name for name in pc.unique(declared.keys).to_pylist() if name is not None]
    return {field: pc.map_lookup(declared, pa.scalar(field), "last") for field in sorted(fields)}
