"""Tables in a document that is no spreadsheet: a web page, a Word document, a PDF; and the text around them.

A table with a column of VINs is a sheet. All else is text, in which VINs are found one by one: a table may serve the layout
alone, and a list may stand in paragraphs.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, NoReturn

from vintool.declaration.headed import Headed
from vintool.declaration.headers import MANIFEST, labels
from vintool.declaration.shapes import holds_vin
from vintool.errors import ManifestError, NoVinColumn
from vintool.files.reading import limits
from vintool.files.reading.compressed import LaidOut
from vintool.files.reading.encoding import decide
from vintool.files.reading.hidden import Hidden
from vintool.files.reading.sheets import Manifest, Sheet, holding, with_hidden
from vintool.files.reading.text import read_text
from vintool.files.reading.workbooks.parts import Merged
from vintool.files.reading.workbooks.workbook import sheet_of_rows

_NAMED = 20  # tables that a refusal names
_BETWEEN = " | "  # the cells of a row that is read as text


@dataclass(slots=True)
class Table:
    """A table: the texts of its cells, and its blocks of merged cells from 0.

    Attributes:
        rows: the cells of each row.
        merged: the blocks.
        below: column -> rows from here on in which a cell that began above stands.
        cell: the texts of the cell that is open.
        at: its column.
        hidden: what of it the document does not show; rows and columns count from 1.
    """

    rows: list[list[str]] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    below: dict[int, int] = field(default_factory=dict)
    cell: list[str] | None = None
    at: int = 0
    hidden: Hidden = field(default_factory=Hidden)

    def start_row(self) -> None:
        """The next row."""
        self.end_cell()
        self.below = {at: rows - 1 for at, rows in self.below.items() if rows > 1}
        self.rows.append([])

    def start_cell(self, columns: int, rows: int, *, above: bool) -> int:
        """The next cell of the row, or that above once more; how many cells it adds."""
        self.end_cell()
        if not self.rows:
            self.rows.append([])
        row, before = self.rows[-1], len(self.rows[-1])
        while len(row) in self.below:
            row.append("")
        self.cell, self.at = [], len(row)
        row += [""] * columns
        if columns > 1 or rows > 1:
            top = len(self.rows) - 1
            self.merged.append((top, self.at, top + rows - 1, self.at + columns - 1))
        if above and len(self.rows) > 1:
            self._merge_above(len(self.rows) - 1, columns)
        if rows > 1:
            self.below |= dict.fromkeys(range(self.at, self.at + columns), rows)
        return len(row) - before

    def _merge_above(self, row: int, columns: int) -> None:
        """Let the cell above reach down to a row."""
        for at in range(len(self.merged) - 1, -1, -1):
            top, first, low, last = self.merged[at]
            if low < row - 1:
                break
            if first == self.at and low == row - 1:
                self.merged[at] = (top, first, row, last)
                return
        self.merged.append((row - 1, self.at, row, self.at + columns - 1))

    def end_cell(self) -> None:
        """The cell that is open is complete."""
        if self.cell is not None:
            lines = (" ".join(line.split()) for line in "".join(self.cell).split("\n"))
            self.rows[-1][self.at] = "\n".join(filter(None, lines))
        self.cell = None

    def lines(self) -> list[str]:
        """Its rows as text."""
        joined = (_BETWEEN.join(filter(None, row)) for row in self.rows)
        return [" ".join(line.split()) for line in joined if line]


Block = Table | str
"""A table, or a line of text."""


class Blocks:
    """The tables and lines of a document, gathered while its parser goes through it.

    A table in a cell of another one is a table of its own.

    Args:
        file: the name of the document.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._blocks: list[Block] = []
        self._open: list[Table] = []
        self._line: list[str] = []
        self._cells = self._written = 0

    def start_table(self) -> None:
        """A table begins."""
        self.end_line()
        self._open.append(Table())
        self._blocks.append(self._open[-1])

    def end_table(self) -> None:
        """A table ends, and its cell and row with it."""
        self.end_line()
        if self._open:
            self._open.pop().end_cell()

    def start_row(self, *, hidden: bool = False) -> None:
        """A row begins; the one before has ended.

        Args:
            hidden: whether the document does not show it.
        """
        self.end_line()
        if self._open:
            self._open[-1].start_row()
        if hidden:
            self.hide_row()

    def hide_row(self) -> None:
        """The row that has begun is not shown."""
        if self._open and (row := len(self._open[-1].rows)):
            self._open[-1].hidden.rows.append((row, row))

    def hide_columns(self, first: int, last: int) -> None:
        """Columns of the open table are not shown.

        Args:
            first: the first of them, from 1.
            last: the last.
        """
        if self._open and last <= limits.COLUMNS:
            self._open[-1].hidden.columns.append((first, last))

    @property
    def column(self) -> int:
        """The column of the cell that has begun, from 1."""
        return self._open[-1].at + 1 if self._open else 0

    def start_cell(self, columns: int = 1, rows: int = 1, *, above: bool = False) -> None:
        """A cell begins.

        Args:
            columns: that it is merged over.
            rows: the same.
            above: whether it is the one above, once more.

        Raises:
            ManifestError: the table has far more cells than are written.
        """
        self.end_line()
        if not self._open:
            return
        table = self._open[-1]
        columns = max(columns, 1)
        if columns <= limits.COLUMNS:
            self._cells += table.start_cell(columns, max(rows, 1), above=above)
            self._written += 1
        sparse = limits.is_sparse(self._cells, self._written, limits.SPARSE_CELLS)
        if sparse or columns > limits.COLUMNS or len(table.rows[-1]) > limits.COLUMNS:
            raise limits.beyond(
                "a table has more",
                limits.CELLS_PER_VALUE if sparse else limits.COLUMNS,
                "cells for each that is written" if sparse else "columns",
                file=self._file,
                next_step="undo the merging of cells, or save the table as CSV",
            )

    def end_cell(self) -> None:
        """The cell ends."""
        if self._open:
            self._open[-1].end_cell()

    def text(self, text: str) -> None:
        """Text of the open cell, or of the document."""
        cell = self._open[-1].cell if self._open else None
        (self._line if cell is None else cell).append(text)

    def end_line(self) -> None:
        """A line of the open cell, or of the document, ends."""
        if self._open and self._open[-1].cell is not None:
            self._open[-1].cell.append("\n")
            return
        if line := " ".join("".join(self._line).split()):
            self._blocks.append(line)
        self._line = []

    @property
    def is_open(self) -> bool:
        """Whether a table has not ended."""
        return bool(self._open)

    def finished(self) -> list[Block]:
        """Tables and lines in the order of the document."""
        while self._open:
            self.end_table()
        self.end_line()
        return _with_heads([one for one in self._blocks if isinstance(one, str) or one.lines()])


def _with_heads(blocks: Iterable[Block]) -> list[Block]:
    """The blocks; a table of one row above one of the same width is its header, as where a page keeps that in sight."""
    joined: list[Block] = []
    for block in blocks:
        above = joined[-1] if joined else None
        if (
            isinstance(block, Table)
            and isinstance(above, Table)
            and len(above.rows) == 1
            and len(above.rows[0]) == len(block.rows[0]) > 1
            and not any(map(holds_vin, above.rows[0]))
        ):
            block.rows.insert(0, above.rows[0])
            block.merged = [(a + 1, b, c + 1, d) for a, b, c, d in block.merged]
            block.hidden.rows = [(a + 1, b + 1) for a, b in block.hidden.rows]
            joined.pop()
        joined.append(block)
    return joined


class Source(NamedTuple):
    """Where blocks come from.

    Attributes:
        path: the document.
        size: in bytes.
        form: its format.
        encoding: of its text, if it has one.
        notes: of its reader.
        unread: pages of it that could not be read.
    """

    path: Path
    size: int
    form: str
    encoding: str = ""
    notes: Sequence[str] = ()
    unread: Sequence[tuple[str, str]] = ()


def read_blocks(
    source: Source,
    blocks: Sequence[Block],
    *,
    sheet: str | None,
    holds: Callable[[Headed], bool],
    words: str,
) -> Manifest:
    """A document as a manifest: its tables with VINs, and the VINs in its text.

    Args:
        source: the document.
        blocks: its tables and lines.
        sheet: the only table to read.
        holds: whether a table holds what is looked for.
        words: the dictionary of headers.

    Raises:
        ManifestError: there is no such table.
        NoVinColumn: there is neither a table that holds VINs nor a VIN in the text.
    """
    path, notes = source.path, list(source.notes)
    sheets, left, lines = list[Sheet](), list[Sheet](), list[str]()
    number = 0
    for block in blocks:
        if isinstance(block, str):
            lines.append(block)
            continue
        number += 1
        name = f"table {number}"
        one, more = sheet_of_rows(path, source.size, name, block.rows, block.merged, words)
        one = with_hidden(one, block.hidden)
        if (sheet == name) if sheet is not None else holds(one):
            sheets.append(one)
            notes += [f"Sheet {name!r}: {note}" for note in more]
        else:
            left.append(one)
            lines += block.lines()
    sheets = [replace(one, beside=frozenset(lines)) for one in sheets]
    if words == MANIFEST and sheet in {None, "text"} and (text := _text(path, lines, notes)):
        sheets.append(text)
    if not sheets:
        _refuse(path, sheet, left)
    if len(sheets) == 1:
        sheets = [_alone(sheets[0])]
        notes = [note.removeprefix("Sheet 'table 1': ") for note in notes]
    skipped = tuple((one.name, "no VIN in it") for one in left) if len(sheets) > 1 else ()
    return Manifest(
        path,
        source.form,
        source.encoding,
        tuple(sheets),
        skipped,
        tuple(notes),
        source.size,
        unread=tuple(source.unread),
    )


def _alone(sheet: Sheet) -> Sheet:
    """The sheet without a name, as the only one of a file has none."""
    return replace(sheet, name="")


def _text(path: Path, lines: Sequence[str], notes: list[str]) -> Sheet | None:
    """The VINs in the lines that are no tables with VINs, as a sheet; None if there is none."""
    content = "".join(f"{line}\n" for line in lines).encode()
    if not content:
        return None
    laid_out = LaidOut(path.with_suffix(".txt"), iter([content]))
    encoding, scan, _ = decide(laid_out.path, "utf-8")
    found: list[str] = []
    text = read_text(laid_out.path, len(content), encoding, scan.lines, found)
    if text is None:
        return None
    (sheet,) = text.sheets
    notes += [f"Text beside tables: {note}" for note in found]
    return holding(replace(sheet, name="text", file=path.name), laid_out)


_NO_VIN = "no VIN in its text, and no table has a column that looks like it holds VINs"


def _refuse(path: Path, wanted: str | None, left: Sequence[Sheet]) -> NoReturn:
    """Say that there is nothing to read."""
    if wanted is not None:
        raise ManifestError(
            f"there is no table {wanted!r}",
            file=path.name,
            next_step=f"use one of {', '.join(repr(one.name) for one in left) or 'those it has: there is none'}",
        )
    tables = "; ".join(f"{one.name!r} has {labels(one.columns)}" for one in left[:_NAMED])
    raise NoVinColumn(
        f"{_NO_VIN}: {tables}" if tables else _NO_VIN,
        file=path.name,
        next_step='if one of them holds VINs, pass --sheet and --map vin="..."',
        in_python='if one of them holds VINs, pass sheet= and mapping={"vin": "..."}',
    )
