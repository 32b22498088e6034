"""Columns of text by their buffers: which rows hold anything, and how many lines break inside the cells."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vintool.files.reading.encoding import line_ends


def _offsets(column: pa.Array) -> npt.NDArray[np.int32]:
    buffers: list[Any] = column.buffers()
    offsets = np.frombuffer(buffers[1], np.int32)
    return offsets[column.offset : column.offset + len(column) + 1]


def filled_rows(data: pa.RecordBatch) -> np.ndarray:
    """Which rows have a character in any cell."""
    ends = _offsets(data.column(0)).astype(np.int64)
    for column in data.columns[1:]:
        ends += _offsets(column)
    return np.diff(ends) > 0


def breaks_of(column: pa.Array) -> int:
    """Line breaks inside the cells of a column."""
    buffer, offsets = column.buffers()[2], _offsets(column)
    return 0 if buffer is None else line_ends(buffer[offsets[0] : offsets[-1]])
