"""Whatever speaks Arrow -> a table, and which of its columns is which."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from math import isnan
from os import PathLike
from types import MappingProxyType
from typing import Any, TypeVar

import pyarrow as pa

from vintool.columns.engine.categorical import as_far_as_text, as_text
from vintool.columns.engine.plain import TypeNotTakenError
from vintool.declaration.headed import Sample
from vintool.declaration.headers import label, labels
from vintool.declaration.mapping import map_columns, vin_column
from vintool.errors import MappingError, NoVinColumn

HEAD_ROWS = 500  # looked at to tell which column is which
_MISSING = frozenset({"NAType", "NaTType"})  # how pandas says that there is nothing
_OBJECT = "Object"  # of polars: Arrow gets the addresses of such cells
_TEXTS = (str, bytes, bytearray, memoryview, PathLike)


def as_table(data: Any) -> pa.Table:
    """A table of anything that speaks Arrow; a single column of texts is called ``vin``.

    Raises:
        TypeError: a text, a path, or something else that is no table.
    """
    return table_or_column(data)[0]


def table_or_column(data: Any) -> tuple[pa.Table, bool]:
    """The same, and whether it is a table: a single column has no name of its own."""
    if isinstance(data, pa.Table):
        return data, True
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data]), True
    if isinstance(data, Mapping):
        return _of_columns(data), True
    return _single_or_whole(data)


def _single_or_whole(data: Any) -> tuple[pa.Table, bool]:
    _check_kind(data)
    if isinstance(data, (pa.Array, pa.ChunkedArray)):
        return _column(data), False
    if isinstance(data, Sequence) and any(isinstance(row, (Mapping, list, tuple)) for row in data):
        raise _refused(data, "rows", "make a table of them with pyarrow.Table.from_pylist(rows)")
    if hasattr(data, "dtype"):  # an array, or a series, which Arrow would read cell by cell
        if getattr(data, "ndim", 1) != 1:
            raise _refused(data, f"{data.ndim} dimensions", "give a table or one column of texts")
        return _column(_of_cells(data)), False
    if _holds_objects(data):
        return _of_series(data), True
    try:
        return pa.table(data), True
    except (TypeError, ValueError, pa.ArrowException):
        if hasattr(data, "columns") and hasattr(data, "dtypes"):  # a frame of pandas or polars
            return _of_series(data), True
    try:
        streamed = hasattr(data, "__arrow_c_stream__")
        return _column(pa.chunked_array(data) if streamed else pa.array(data)), False
    except (TypeError, ValueError, pa.ArrowException):
        raise _refused(
            data, "nothing that Arrow reads", "give a table, a data frame or one column of texts"
        ) from None


def _holds_objects(data: Any) -> bool:
    """Whether a frame of polars has a column of Python objects."""
    kind = type(data)
    is_polars = kind.__module__.partition(".")[0] == "polars" and kind.__name__ == "DataFrame"
    return is_polars and any(str(one) == _OBJECT for one in data.dtypes)


def _check_kind(data: Any) -> None:
    if isinstance(data, _TEXTS):
        raise _refused(
            data, "a text", "for a file call screen_file(path), for one VIN screen or decode"
        )
    if isinstance(data, AbstractSet):
        raise _refused(data, "in no order", "give a list")
    if type(data).__module__.startswith("pyspark."):
        raise _refused(
            data,
            "rows on a cluster",
            "vintool.spark.screen(df, place=...) and vintool.spark.decode(df) take it; a list of a few rows give as df.toPandas()",
        )
    if hasattr(data, "collect"):
        raise _refused(
            data, "not read yet", "call its collect(), or vintool.frames for a lazy answer"
        )


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


def _of_series(frame: Any) -> pa.Table:
    """A table of a frame with columns that Arrow refuses, such as texts beside numbers: these become texts."""
    of_polars = hasattr(frame, "get_columns")
    columns = frame.get_columns() if of_polars else [column for _, column in frame.items()]
    return pa.Table.from_arrays([*map(_of_cells, columns)], [*map(str, frame.columns)])


def _of_cells(series: Any) -> Any:
    """The cells of a series or an array, as texts where they are of several kinds."""
    read: pa.Array | pa.ChunkedArray
    try:
        if str(getattr(series, "dtype", "")) == _OBJECT:
            read = pa.array([*map(_cell, series)], pa.string())
        elif not hasattr(series, "__arrow_c_stream__"):
            read = pa.array(series)
        elif hasattr(series, "to_frame"):
            # The stream of a frame is sound where that of a series is not: polars 1's categories.
            read = pa.table(series.to_frame()).column(0)
        else:
            read = pa.chunked_array(series)
    except (TypeError, ValueError, pa.ArrowException):
        read = pa.array([*map(_cell, series)], pa.string())
    return read


def _cell(value: Any) -> str | None:
    """A cell as text: a whole number without the point of a float, bytes as the text that they are."""
    of_float = isinstance(value, float)
    if value is None or type(value).__name__ in _MISSING or (of_float and isnan(value)):
        return None
    if of_float and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _column(array: pa.Array | pa.ChunkedArray) -> pa.Table:
    if pa.types.is_nested(array.type) and not pa.types.is_run_end_encoded(array.type):
        raise _refused(array, "a column of several values a row", "give a table of plain columns")
    return pa.Table.from_arrays([array], ["vin"])


def _refused(data: Any, what: str, next_step: str) -> TypeError:
    return TypeError(f"no table: {type(data).__name__} ({what}); {next_step}")


Rows = TypeVar("Rows", pa.Table, pa.RecordBatch)


def beside(data: Rows, answers: Rows) -> Rows:
    """The user's columns, untouched and first, with all that their schema says, then the answers.

    An answer whose name the user already has gets ``vin_`` before it once more: beside a column
    ``vin`` of the user stands ``vin_vin``.
    """
    names = list(data.schema.names)
    for name in answers.schema.names:
        while name in names:
            name = f"vin_{name}"  # noqa: PLW2901
        names.append(name)
    added: list[pa.Field] = [
        field.with_name(name)
        for field, name in zip(answers.schema, names[data.num_columns :], strict=True)
    ]
    schema = pa.schema([*data.schema, *added]).with_metadata(data.schema.metadata)
    return type(data).from_arrays([*data.columns, *answers.columns], schema=schema)


def apart(width: int, names: list[str]) -> list[str]:
    """The names where ``vin`` beside ``VIN`` is the same one: that of an answer gets ``vin_`` once more."""
    apart = names[:width]
    known = {*map(str.lower, apart)}
    for name in names[width:]:
        while name.lower() in known:
            name = f"vin_{name}"  # noqa: PLW2901
        known.add(name.lower())
        apart.append(name)
    return apart


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
    check_given(given)
    sample = _sample(table)
    names = sample.columns
    if len(names) == 1:
        given = {"vin": names[0], **given}
    found = map_columns(sample, given)
    for field, name in found.items():
        if names.count(name) > 1:
            raise MappingError(
                f"{names.count(name)} columns have the name {name!r}, and one of them is that of {field}",
                file="the table",
                next_step="rename all of them but one",
            )
    return found


def find_vin_column(table: pa.Table) -> str:
    """The first column of VINs, whatever the others are; the only one of a table.

    Raises:
        MappingError: several could be it.
        NoVinColumn: none holds VINs.
    """
    if table.num_columns == 1:
        return table.column_names[0]
    try:
        return vin_column(_sample(table))
    except (MappingError, NoVinColumn) as error:
        in_python = f"pass column= with one of {labels(table.column_names)}"
        raise type(error)(**vars(error) | {"in_python": in_python}) from None


def _sample(table: pa.Table) -> Sample:
    names = tuple(table.column_names)
    cells = [as_far_as_text(column).to_pylist() for column in table.slice(0, HEAD_ROWS).columns]
    rows = tuple(tuple(cell or "" for cell in row) for row in zip(*cells, strict=True))
    return Sample("", "the table", names, names, rows)


def check_given(given: Any) -> None:
    """Refuse what is no mapping of fields to names.

    Raises:
        TypeError: it is not.
    """
    if not isinstance(given, Mapping):
        raise TypeError(
            f'no mapping: {type(given).__name__}; give field -> column, such as {{"vin": "Chassis"}}'
        )
    for field, named in given.items():
        several = isinstance(named, (list, tuple)) and all(isinstance(one, str) for one in named)
        if not isinstance(field, str) or not (isinstance(named, str) or (several and named)):
            raise TypeError(f"mapping gives {field!r} no name of a column, nor a list of names")


def named(
    error: TypeNotTakenError, table: pa.Table | pa.RecordBatch, names: Iterable[str]
) -> ValueError:
    """The error with the name of the column, among some, that cannot be read as text."""
    for name in names:
        try:
            as_text(table.column(name))
        except TypeNotTakenError as what:
            shown = label(name, table.schema.names.index(name) + 1)
            return TypeNotTakenError(f"column {shown!r}: {what}")
    return error
