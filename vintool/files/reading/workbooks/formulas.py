"""Formulas whose values are not stored: libraries write such, and no reader can know what they would give.

Their cells are not empty: what stands in them is not known. They are marked, so that a row of nothing else is a row, and
no row is cleared by the cells beside them.
"""

from collections.abc import Iterable, Iterator, Sequence

from vintool.declaration.lexicon.meanings import NOT_STORED
from vintool.files.reading.workbooks.parts import Unread

Row = Sequence[object]


def marked(rows: Iterable[Row], unread: Unread, left: int, start: int, width: int) -> Iterator[Row]:
    """The rows of a sheet from its first one on, with a mark in each cell that was not read.

    Args:
        rows: as a library gives them; it may leave out rows and columns at the edges where it sees nothing.
        unread: the cells, by the rows and columns of the sheet from 0.
        left: the column that is first in the rows, from 0.
        start: the column that is first in what comes out.
        width: of what comes out.
    """
    last = max(unread)
    number = -1
    for number, row in enumerate(rows):
        cells: list[object] = [*[""] * (left - start), *row]
        yield _marked([*cells, *[""] * (width - len(cells))], unread.get(number, ()), start)
    for missing in range(number + 1, last + 1):
        yield _marked([*[""] * width], unread.get(missing, ()), start)


def _marked(cells: list[object], columns: Iterable[int], start: int) -> list[object]:
    for column in columns:
        if 0 <= column - start < len(cells):
            cells[column - start] = NOT_STORED
    return cells
