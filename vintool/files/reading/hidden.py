"""Rows and columns that a workbook does not show, hidden by hand or by a filter: they are read, and told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Spans = tuple[tuple[int, int], ...]
"""The first and the last of each run, in their order, from 1."""


@dataclass(slots=True)
class Hidden:
    """What a sheet does not show, gathered while it is looked through, as runs in any order."""

    rows: list[tuple[int, int]] = field(default_factory=list)
    columns: list[tuple[int, int]] = field(default_factory=list)


def spans(numbers: Iterable[tuple[int, int]]) -> Spans:
    """Runs of numbers put together where they touch or overlap.

    >>> spans([(7, 7), (2, 3), (4, 4)])
    ((2, 4), (7, 7))
    """
    return tuple(_joined(sorted(numbers)))


def _joined(runs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    first, last = 0, -1
    for start, end in runs:
        if start > last + 1:
            if last >= first:
                yield first, last
            first = start
        last = max(last, end)
    if last >= first:
        yield first, last


def within(numbers: npt.NDArray[np.int64], runs: Spans) -> npt.NDArray[np.bool_]:
    """Which of some numbers lie in a run."""
    if not runs:
        return np.zeros(len(numbers), dtype=np.bool_)
    starts, ends = np.array(runs, dtype=np.int64).T
    at = np.searchsorted(starts, numbers, side="right") - 1
    return np.asarray((at >= 0) & (numbers <= ends[np.maximum(at, 0)]), dtype=np.bool_)
