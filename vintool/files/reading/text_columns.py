"""Columns of texts by their bytes: where each text lies, and which rows hold any."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def offsets(column: pa.Array) -> npt.NDArray[np.int32]:
    """Where each text of a column begins, and the last one ends, in its bytes."""
    buffers: list[Any] = column.buffers()
    offsets = np.frombuffer(buffers[1], np.int32)
    return offsets[column.offset : column.offset + len(column) + 1]


def filled_rows(data: pa.RecordBatch) -> np.ndarray:
    """Which rows have a character in any cell."""
    ends = offsets(data.column(0)).astype(np.int64)
    for column in data.columns[1:]:
        ends += offsets(column)
    return np.diff(ends) > 0
