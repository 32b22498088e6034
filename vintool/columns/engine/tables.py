"""Whatever speaks Arrow -> a table, and which of its columns is which."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from os import PathLike
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from vintool.columns.engine.categorical import as_text
from vintool.columns.engine.plain import TypeNotTakenError
from vintool.declaration.mapping import Sample, map_columns
from vintool.errors import MappingError

HEAD_ROWS = 500  # looked at to tell which column is which
_TEXTS = (str, bytes, bytearray, memoryview, PathLike)


def as_table(data: Any) -> pa.Table:
    """A table of anything that speaks Arrow; a single column of texts is called ``vin``.

    Raises:
        TypeError: a text, a path, or something else that is no table.
    """
    if isinstance(data, pa.Table):
        return data
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    if isinstance(data, Mapping):
        return _of_columns(data)
    return _single_or_whole(data)


def _single_or_whole(data: Any) -> pa.Table:
    if isinstance(data, _TEXTS):
        raise _refused(
            data, "a text", "for a file call screen_file(path), for one VIN screen or decode"
        )
    if isinstance(data, AbstractSet):
        raise _refused(data, "in no order", "give a list")
    if isinstance(data, (pa.Array, pa.ChunkedArray)):
        return _column(data)
    if isinstance(data, Sequence) and any(isinstance(row, (Mapping, list, tuple)) for row in data):
        raise _refused(data, "rows", "make a table of them with pyarrow.Table.from_pylist(rows)")
    try:
        return pa.table(data)
    except (TypeError, ValueError):
        pass
    try:
        return _column(
            pa.chunked_array(data) if hasattr(data, "__arrow_c_stream__") else pa.array(data)
        )
    except (TypeError, ValueError, pa.ArrowInvalid):
        raise _refused(
            data, "nothing that Arrow reads", "give a table, a data frame or one column of texts"
        ) from None


def _of_columns(data: Mapping[Any, Any]) -> pa.Table:
    """A table of columns by name."""
    for column in data.values():
        if isinstance(column, _TEXTS) or not hasattr(column, "__len__"):
            raise _refused(data, "one value a column", 'give each column as a list: {"vin": [...]}')
    try:
        return pa.table(dict(data))
    except (TypeError, ValueError, pa.ArrowInvalid):
        raise _refused(
            data, "columns that do not make one", "give columns of one length and kind"
        ) from None


def _column(array: pa.Array | pa.ChunkedArray) -> pa.Table:
    if pa.types.is_nested(array.type) and not pa.types.is_run_end_encoded(array.type):
        raise _refused(array, "a column of several values a row", "give a table of plain columns")
    return pa.table({"vin": array})


def _refused(data: Any, what: str, next_step: str) -> TypeError:
    return TypeError(f"no table: {type(data).__name__} ({what}); {next_step}")


def find_mapping(
    table: pa.Table, given: Mapping[str, str | Sequence[str]] = MappingProxyType({})
) -> dict[str, str]:
    """What the header dictionary and the content make of the columns, and what is given of them.

    Args:
        table: of which the first ``HEAD_ROWS`` rows are looked at.
        given: field -> column name, where the dictionary should not decide.

    Raises:
        MappingError: there is no such field or column, two columns claim a field, or a column that is read
            shares its name.
        NoVinColumn: no column holds VINs.
    """
    names = tuple(table.column_names)
    if len(names) == 1:
        given = {"vin": names[0], **given}
    head = table.slice(0, HEAD_ROWS)
    cells = [_texts(column) for column in head.columns]
    rows = tuple(tuple(cell or "" for cell in row) for row in zip(*cells, strict=True))
    found = map_columns(Sample("", "the table", names, names, rows), given)
    for field, name in found.items():
        if names.count(name) > 1:
            raise MappingError(
                f"{names.count(name)} columns have the name {name!r}, and one of them is that of {field}",
                file="the table",
                next_step="rename all of them but one",
            )
    return found


def _texts(column: pa.ChunkedArray) -> list[str | None]:
    """The texts of a column; none where it holds no text."""
    try:
        return as_text(column).to_pylist()
    except TypeNotTakenError:
        return [""] * len(column)


def named(
    error: TypeNotTakenError, table: pa.Table | pa.RecordBatch, names: Iterable[str]
) -> ValueError:
    """The error with the name of the column, among some, that cannot be read as text."""
    for name in names:
        try:
            as_text(table.column(name))
        except TypeNotTakenError as what:
            return TypeNotTakenError(f"column {name!r}: {what}")
    return error
