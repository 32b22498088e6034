"""Screeners in processes of their own: batches go to one after the other, and come back in their order."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import pyarrow as pa

from vintool.columns import Earlier, Screener
from vintool.files.reading.sheets import Batch
from vintool.files.subprocesses import Subprocess, deserialize, serialize
from vintool.files.writing.cells import by_appearance, has_dictionary


class Workers:
    """Processes that judge rows. Which rows stood before is found here, the rest is theirs.

    Args:
        count: how many.
        sheets: for each sheet of the run what its ``Screener`` is made with; without ``seen``.
    """

    def __init__(self, count: int, sheets: Sequence[Mapping[str, Any]]) -> None:
        self._sheets = sheets
        self._crew = [Subprocess(_Judge, sheets) for _ in range(count)]
        for one in self._crew:
            one.result()  # it has started

    def __call__(
        self, batches: Iterable[Batch], sheet: int, screener: Screener
    ) -> Iterator[tuple[Batch, pa.RecordBatch]]:
        """The batches of a sheet in their order, each with its answers.

        Args:
            batches: the rows.
            sheet: the number of the sheet.
            screener: finds the rows before; serves this sheet alone.
        """
        needed = sorted(set(self._sheets[sheet]["mapping"].values()))
        waiting = deque[tuple[Batch, Subprocess]]()
        for batch, worker in zip(batches, cycle(self._crew), strict=False):
            earlier = screener.earlier(batch.data, batch.rows)
            done = list(_answered(waiting)) if len(waiting) == len(self._crew) else []
            worker.request(sheet, serialize(batch.data.select(needed)), batch.rows, earlier)
            waiting.append((batch, worker))
            yield from done
        while waiting:
            yield from _answered(waiting)


def _answered(waiting: deque[tuple[Batch, Subprocess]]) -> Iterator[tuple[Batch, pa.RecordBatch]]:
    """The batch that waits longest, when it is judged."""
    batch, worker = waiting.popleft()
    yield batch, deserialize(worker.result())


class _Judge:
    """The other side."""

    def __init__(self, sheets: Sequence[Mapping[str, Any]]) -> None:
        self._screeners = [Screener(**options) for options in sheets]

    def __call__(
        self, sheet: int, data: pa.Buffer, rows: np.ndarray, earlier: Earlier
    ) -> pa.Buffer:
        answers = self._screeners[sheet](deserialize(data), rows, earlier)
        # Of the texts of a whole run only those of these rows.
        columns = [
            by_appearance([column]) if has_dictionary(column.type) else column
            for column in answers.columns
        ]
        return serialize(pa.RecordBatch.from_arrays(columns, names=answers.schema.names))
