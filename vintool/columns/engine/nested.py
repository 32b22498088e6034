"""Columns of lists, structs and maps -> texts: all that stands in a cell of several values, as one text."""

from collections.abc import Callable, Iterator
from typing import Any, cast

import pyarrow as pa

BETWEEN = " / "
"""What parts the values of a cell, as several VINs in a cell are parted."""

_types = pa.types


def is_several(kind: pa.DataType) -> bool:
    """Whether a cell of a type may hold several values."""
    others = _types.is_run_end_encoded(kind) or _types.is_union(kind)
    return _types.is_nested(kind) and not others


def joined(array: pa.Array, as_text: Callable[[pa.Array], pa.StringArray]) -> pa.StringArray:
    """The cells of such a column, each as one text; of a struct and a map each value with its name, but for a plain no.

    Args:
        array: the column.
        as_text: how a column of single values is read.

    >>> cells = pa.array([["A", None, "B"], [], None])
    >>> joined(cells, lambda values: values).to_pylist()
    ['A / B', '', None]
    """
    kind = array.type
    if _types.is_struct(kind):
        return _of_struct(cast("pa.StructArray", array), as_text)
    several: Any = array
    if _types.is_map(kind):
        # Between the offsets, as a slice of a map has all of its keys.
        pairs = [_said(key, item) for key, item in _pairs(several, as_text)]
        return _in_lists(several.offsets, pa.array(pairs, pa.string()), several)
    if not (_types.is_list(kind) or _types.is_large_list(kind)):
        several = array.cast(cast("Any", pa.large_list(cast("Any", kind).value_type)))
    return _in_lists(several.offsets, as_text(several.values), several)


def _pairs(
    maps: Any, as_text: Callable[[pa.Array], pa.StringArray]
) -> Iterator[tuple[str | None, str | None]]:
    return zip(_texts_of(maps.keys, as_text), _texts_of(maps.items, as_text), strict=True)


def _texts_of(values: pa.Array, as_text: Callable[[pa.Array], pa.StringArray]) -> list[str | None]:
    """The values as text; what is false says no more than what is not there."""
    if _types.is_boolean(values.type):
        return ["true" if one else None for one in cast("Any", values).to_pylist()]
    return as_text(values).to_pylist()


def _said(name: str | None, text: str | None) -> str:
    return f"{name}: {text}" if text else ""


def _of_struct(
    array: pa.StructArray, as_text: Callable[[pa.Array], pa.StringArray]
) -> pa.StringArray:
    fields = zip(array.type.names, array.flatten(), strict=True)
    named = [[_said(name, text) for text in _texts_of(column, as_text)] for name, column in fields]
    valid = array.is_valid().to_pylist()
    rows: Any = zip(*named, strict=True) if named else ((),) * len(array)
    texts = [
        BETWEEN.join(filter(None, row)) if there else None
        for row, there in zip(rows, valid, strict=True)
    ]
    return pa.array(texts, pa.string())


def _in_lists(offsets: pa.Array, texts: pa.StringArray, lists: pa.Array) -> pa.StringArray:
    """The texts of each list, joined; empty ones are passed over."""
    filled: list[Any] = texts.to_pylist()
    ends: list[Any] = offsets.to_pylist()
    valid: list[Any] = lists.is_valid().to_pylist()
    return pa.array(
        [
            BETWEEN.join(filter(None, filled[start:end])) if there else None
            for start, end, there in zip(ends, ends[1:], valid, strict=False)
        ],
        pa.string(),
    )
