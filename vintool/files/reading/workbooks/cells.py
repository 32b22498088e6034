"""Cells as a workbook's library returns them, made columns of text."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vintool.files.reading.workbooks.parts import WHITE_SPACE

# Of these kinds no two values that are equal have different texts; True and 1.0 have.
_UNEQUAL = frozenset({str, float, date, datetime, time, type(None)})


def cell_text(value: object) -> str:
    """A cell as text: no ``.0`` behind a tariff code, dates in ISO order."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))  # beyond 15 digits Excel has lost some, and repr shows it
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def has_content(row: Sequence[object]) -> bool:
    """Whether a row holds more than white space, as the survey counts it."""
    return any(
        value.strip(WHITE_SPACE) if isinstance(value, str) else value is not None for value in row
    )


def _array(cells: Sequence[object]) -> pa.Array:
    """A column as text; columns of one kind, nearly all there are, without a Python call a cell."""
    try:
        return pa.array(cells, pa.string())
    except pa.ArrowException:
        kinds = set(map(type, cells))
        if kinds == {float}:
            numbers = np.array(cells, np.float64)
            if (np.abs(numbers) < 1e15).all() and (numbers == np.trunc(numbers)).all():
                return pa.array(numbers.astype(np.int64)).cast(pa.string())
        if kinds <= _UNEQUAL:
            texts = {cell: cell_text(cell) for cell in set(cells)}
            return pa.array([texts[cell] for cell in cells], pa.string())
        return pa.array(map(cell_text, cells), pa.string())


def as_columns(
    rows: Sequence[Sequence[object]], width: int
) -> tuple[list[pa.Array], npt.NDArray[np.bool_]]:
    """Rows as columns of text, and which rows hold more than white space."""
    if min(map(len, rows)) < width:
        rows = [[*row, *[""] * (width - len(row))] for row in rows]
    arrays = [_array(cells) for cells in zip(*rows, strict=True)]
    filled = np.zeros(len(rows), np.bool_)
    for array in arrays:
        buffers: list[Any] = array.buffers()
        starts = np.frombuffer(buffers[1], np.int32)[array.offset :][: len(array) + 1]
        data = buffers[2]
        if data is not None and data.size:
            text = np.frombuffer(data, np.uint8)
            first = text[np.minimum(starts[:-1], len(text) - 1)]
            filled |= (np.diff(starts) > 0) & (first > ord(" "))
        if filled.all():
            return arrays, filled
    for index in np.flatnonzero(~filled).tolist():
        filled[index] = has_content(rows[index])
    return arrays, filled
