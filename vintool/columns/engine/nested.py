"""Columns of lists, structs and maps -> texts: all that stands in a cell of several values, as one text."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pyarrow as pa

from vintool.declaration.lexicon.asides import is_a_plain_no

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
    if _types.is_fixed_size_list(kind):
        several = array.cast(pa.large_list(cast("Any", kind).value_type))
    offsets = np.asarray(several.offsets, dtype=np.int64)
    starts, ends = offsets[:-1], offsets[1:]
    held = np.asarray(array.is_valid().to_numpy(zero_copy_only=False)) & (ends > starts)
    first, last = (int(starts[held].min()), int(ends[held].max())) if held.any() else (0, 0)
    if _types.is_map(kind):
        # Between the offsets, as a slice of a map has all of its keys.
        pairs = zip(
            _texts_of(several.keys.slice(first, last - first), as_text),
            _texts_of(several.items.slice(first, last - first), as_text),
            strict=True,
        )
        texts: list[str | None] = [_said(key, item) for key, item in pairs]
    else:
        texts = as_text(several.values.slice(first, last - first)).to_pylist()
    return pa.array(
        [
            BETWEEN.join(filter(None, texts[start:end])) if there else None
            for start, end, there in zip(
                (starts - first).tolist(),
                (ends - first).tolist(),
                array.is_valid().to_pylist(),
                strict=True,
            )
        ],
        pa.string(),
    )


def _texts_of(values: pa.Array, as_text: Callable[[pa.Array], pa.StringArray]) -> list[str | None]:
    """The values as text; what is false says no more than what is not there."""
    if _types.is_boolean(values.type):
        return ["true" if one else None for one in cast("Any", values).to_pylist()]
    return as_text(values).to_pylist()


def _said(name: str | None, text: str | None) -> str:
    """A value with its name; nothing of a plain no, which says no more than what is not there."""
    no = not text or all(is_a_plain_no(one) for one in text.split(BETWEEN))
    return "" if no else f"{name}: {text}"


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
