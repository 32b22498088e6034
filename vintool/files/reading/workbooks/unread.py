"""Cells that no reader can read: errors such as #N/A, and formulas whose values are not stored, as libraries write such.

They are not empty: what stands in them is not known. They are marked, so that a row of nothing else is a row, and
no row is cleared by the cells beside them. A formula drawn down far below a list gives errors where there is no
vehicle: rows of errors alone are rows only above the last row with content.
"""

from collections.abc import Iterable, Iterator, Sequence

from vintool.declaration.lexicon.meanings import NOT_STORED, is_not_read
from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.workbooks.parts import Unread

Row = Sequence[object]
Mark = tuple[int, str]

#: The codes of errors in binary workbooks ([MS-XLSB] 2.5.97.2).
ERROR_CODES = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
_ERROR = "#ERROR!"  # one that none of these names is


class Unreads:
    """The cells of a sheet that were not read, gathered row by row.

    Attributes:
        errors: how many hold an error.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._rows = dict[int, list[Mark]]()
        self._marks = dict[Mark, Mark]()  # each is kept once
        self._alone = list[int]()
        self._cells = self.errors = 0

    def formula(self, row: int, column: int) -> None:
        """Keep the place, from 0, of a formula whose value is not stored."""
        self._add(row, column, NOT_STORED)

    def error(self, row: int, column: int, text: str | None) -> None:
        """Keep the place, from 0, of an error."""
        self.errors += 1
        self._add(row, column, text if text and is_not_read(text) else _ERROR)

    def repeat(self, rows: Iterable[int], of: int) -> None:
        """Say of some rows that they are as another one."""
        if of in self._rows:
            for row in rows:
                self._count(len(self._rows[of]))
                self._rows[row] = self._rows[of]

    def _add(self, row: int, column: int, mark: str) -> None:
        self._count(1)
        self._rows.setdefault(row, []).append(
            self._marks.setdefault((column, mark), (column, mark))
        )

    def _count(self, cells: int) -> None:
        self._cells += cells
        if self._cells > limits.NOT_READ:
            raise limits.beyond(
                "a sheet holds more errors and formulas whose values are not stored",
                limits.NOT_READ,
                "cells",
                file=self._file,
                next_step="open it in a spreadsheet program, calculate it and save it there",
            )

    def placeless(self) -> ManifestError:
        """The refusal of a cell that does not say where it stands."""
        return ManifestError(
            "it holds errors such as #N/A, or formulas whose values are not stored, in cells without a place",
            file=self._file,
            next_step="open it in a spreadsheet program and save it there",
        )

    def alone(self, row: int, times: int = 1) -> None:
        """Take a row, or several alike, that holds errors and nothing else: it is one if content follows."""
        if row in self._rows:
            self._alone += range(row, row + times)

    def followed(self) -> int:
        """How many rows of errors alone are rows, for one with content follows them."""
        count = len(self._alone)
        self._alone.clear()
        return count

    def add_rows(self, filled: set[int]) -> None:
        """Add to the rows with content those of errors alone that lie above the last one of them."""
        last = max(filled, default=-1)
        for row in self._rows.keys() - filled:
            if row < last:
                filled.add(row)
            else:
                self.alone(row)

    @property
    def below(self) -> int:
        """How many rows of errors alone lie below the last one with content."""
        return len(self._alone)

    @property
    def marks(self) -> Unread:
        """The marks of all rows; those of errors alone below the last one with content are empty."""
        marks: dict[int, Sequence[Mark]] = dict(self._rows)
        for row in self._alone:
            marks[row] = [(column, "") for column, _ in marks[row]]
        return marks


def formulas_of(unread: Unread) -> int:
    """How many of the cells hold a formula whose value is not stored."""
    return sum(mark == NOT_STORED for marks in unread.values() for _, mark in marks)


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
        marks = unread.get(number)
        if marks is None and left == start and len(row) == width:
            yield row
            continue
        cells: list[object] = [*[""] * (left - start), *row]
        yield _marked([*cells, *[""] * (width - len(cells))], marks or (), start)
    for missing in range(number + 1, last + 1):
        yield _marked([*[""] * width], unread.get(missing, ()), start)


def _marked(cells: list[object], marks: Iterable[Mark], start: int) -> list[object]:
    for column, mark in marks:
        if 0 <= column - start < len(cells):
            cells[column - start] = mark
    return cells
