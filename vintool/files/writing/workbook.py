"""XLSX made anew: the same sheets from their values, in which nothing is a formula or a link.

xlsxwriter writes row after row and holds none of them, so this serves tables of any size; ``kept_workbook`` keeps a workbook as it
is, within bounds.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from vintool.columns import beside
from vintool.errors import ManifestError
from vintool.files.writing import looks
from vintool.files.writing.cells import python_values, texts
from vintool.files.writing.looks import Look
from vintool.files.writing.overview import Page

SLOW_ROWS = 200_000  # some 20 s
_ROWS, _COLUMNS = 1_048_576, 16_384  # of one sheet, the header included
_NUMBERS = frozenset({"vin_row", "vin_model_year"})
_TITLE = 31  # characters of the name of a sheet
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_EXACT = 10**15  # whole numbers beyond it lose digits in a workbook
_NO_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 - of a workbook: the same rows give the same bytes


def sheet_title(name: str, titles: Collection[str]) -> str:
    """A name as a workbook takes it for a sheet: the list in a mail may be called anything.

    Args:
        name: how the sheet is called.
        titles: those of other sheets, which it must not have, in capital letters or small.

    >>> sheet_title("fw: a/list.xlsx", []), sheet_title("LIST", ["list"]), sheet_title("x" * 40, [])
    ('fw_ a_list.xlsx', 'LIST (2)', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')
    """
    plain = _NOT_IN_TITLES.sub("_", name).strip("'")
    taken, title, part = {one.casefold() for one in titles}, plain[:_TITLE], 2
    while title.casefold() in taken:
        end = f" ({part})"
        title, part = plain[: _TITLE - len(end)] + end, part + 1
    return title


class Book:
    """A new workbook of xlsxwriter, with the looks of ours."""

    def __init__(self, path: Path) -> None:
        import xlsxwriter  # noqa: PLC0415 - start-up time

        self.book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "use_zip64": True,
                "tmpdir": str(path.parent),
            },
        )
        self.book.set_properties({"created": _NO_TIME})
        self.bold = self.book.add_format({"bold": True})
        self.wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.top = self.book.add_format({"valign": "top"})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.header = self._format(looks.HEADER)
        self.verdicts = {verdict: self._format(look) for verdict, look in looks.VERDICTS.items()}
        self.cut = 0

    def _format(self, look: Look) -> Any:
        return self.book.add_format({"bg_color": f"#{look.ground}", "font_color": f"#{look.letters}", "bold": look.bold, "valign": "top"})  # fmt: skip

    def sheet(self, name: str) -> Any:
        """A new sheet under a name that no other has."""
        titles = [sheet.get_name() for sheet in self.book.worksheets()]
        sheet = self.book.add_worksheet(sheet_title(name, titles) or None)
        # Codes and numbers of vehicles are texts, and no spreadsheet need doubt it.
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{_ROWS}"})
        return sheet

    def put(self, sheet: Any, row: int, column: int, text: str, look: Any = None) -> None:
        """A text into a cell, whatever it begins with."""
        self.cut += sheet.write_string(row, column, text, look) != 0

    def page(self, page: Page) -> None:
        """A sheet of ours."""
        sheet = self.sheet(page.name)
        for at, (header, width) in enumerate(zip(page.header, page.widths(), strict=True)):
            self.put(sheet, 0, at, header, self.header)
            sheet.set_column(at, at, width)
        for number, line in enumerate(page.rows, 1):
            for at, value in enumerate(line):
                if isinstance(value, str):
                    if value:
                        self.put(sheet, number, at, value, self.verdicts.get(value))
                else:
                    sheet.write_number(number, at, value)
        finish(sheet, len(page.rows), len(page.header))

    def close(self) -> None:
        """Finish the file."""
        from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 - start-up time

        try:
            self.book.close()
        except FileCreateError as error:
            raise error.args[0] from None  # the OSError that it hides

    def abandon(self) -> None:
        """Let go of the file; finishing it, as the destructor would, takes long."""
        self.book.fileclosed = True
        for sheet in self.book.worksheets():
            sheet.row_data_fh.close()


def finish(sheet: Any, rows: int, columns: int, printed: int | None = None) -> None:
    """The filter of a sheet, its header in view, and how it is printed: on pages of one width, each under the header.

    Args:
        sheet: of xlsxwriter.
        rows: below the header.
        columns: of the sheet.
        printed: how many of them are printed; by default all.
    """
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, rows, max(columns - 1, 0))
    sheet.set_landscape()
    sheet.set_paper(looks.A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(looks.FOOTER)
    sheet.print_area(0, 0, rows, max((printed or columns) - 1, 0))


class WorkbookWriter:
    """A new workbook; what is a number or a day in a typed table is one here, and all else a text.

    Args:
        path: where to write.
        pages: gives our own sheets at the end.
        notes: what the user should know of it.
    """

    digest = ""

    def __init__(
        self,
        path: Path,
        pages: Callable[[], Sequence[Page]] = tuple,
        notes: tuple[str, ...] = (),
    ) -> None:
        self._book, self._pages, self._notes = Book(path), pages, notes
        self._sheet: Any = None
        self._name, self._row, self._width, self._printed = "", 0, 0, 0

    def write(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:
        """Add rows; a sheet that is full is continued on another."""
        answers = looks.ordered(answers)
        batch = beside(data, answers)
        cells = [*map(_cells, data.columns), *(_answers(answers, name) for name in answers.schema.names)]  # fmt: skip
        if self._sheet is None or sheet != self._name:
            self._finish()
            self._name = sheet
            self._open(sheet, batch.schema.names, data.num_columns, answers.schema.names, cells)
        at_verdict = batch.schema.names.index(_verdict_name(batch, data.num_columns, answers))
        for values in zip(*cells, strict=True):
            if self._row == _ROWS:
                self._finish()
                self._open(sheet, batch.schema.names, data.num_columns, answers.schema.names, cells)
            for column, value in enumerate(values):
                if value is not None and value != "":
                    look = self._book.verdicts.get(value) if column == at_verdict else None
                    self._put(column, value, look)
            self._row += 1

    def _put(self, column: int, value: Any, look: Any) -> None:
        if isinstance(value, str):
            self._book.put(self._sheet, self._row, column, value, look)
        elif isinstance(value, date):
            form = self._book.moment if isinstance(value, datetime) else self._book.day
            self._sheet.write_datetime(self._row, column, value, form)
        elif isinstance(value, bool):
            self._sheet.write_boolean(self._row, column, value)
        else:
            self._sheet.write_number(self._row, column, value)

    def _open(
        self,
        name: str,
        headers: Sequence[str],
        users: int,
        answers: Sequence[str],
        cells: Sequence[Sequence[Any]],
    ) -> None:
        if len(headers) > _COLUMNS:
            raise ManifestError(
                f"with ours there are {len(headers)} columns, and a workbook holds {_COLUMNS}",
                file="annotated.xlsx",
                sheet=name,
                next_step="write the annotated copy with --as csv or --as parquet",
            )
        self._sheet = self._book.sheet(name)
        for at, header in enumerate(headers):
            self._book.put(self._sheet, 0, at, header, self._book.bold if at < users else self._book.header)  # fmt: skip
            width = looks.width_of(answers[at - users]) if at >= users else looks.width_for(_first(header, cells[at]))  # fmt: skip
            self._sheet.set_column(at, at, width)
        self._row, self._width = 1, len(headers)
        self._printed = users + looks.printed(answers)

    def _finish(self) -> None:
        if self._sheet is not None:
            finish(self._sheet, self._row - 1, self._width, self._printed)

    def close(self) -> None:
        """Finish the file."""
        self._finish()
        for page in self._pages():
            self._book.page(page)
        self._book.close()

    def abandon(self) -> None:
        """Let go of the file."""
        self._book.abandon()

    def notes(self) -> tuple[str, ...]:
        """How many cells are not whole, and why it has not the formats of a workbook."""
        cut = (
            f"{self._book.cut} cell(s) are longer than a workbook holds and were cut in the annotated copy; --as csv keeps them.",
        )
        return (*self._notes, *(cut if self._book.cut else ()))


def _first(header: str, cells: Sequence[Any]) -> Iterable[str]:
    return (header, *("" if cell is None else str(cell) for cell in cells[:100]))


def _verdict_name(batch: pa.RecordBatch, users: int, answers: pa.RecordBatch) -> str:
    """What the column of verdicts is called beside those of the user."""
    return str(batch.schema.names[users + answers.schema.names.index("vin_verdict")])


def _answers(answers: pa.RecordBatch, name: str) -> list[Any]:
    cells = texts(answers.column(name)).to_pylist()
    if name in _NUMBERS:
        return [int(cell) if cell and cell.isdecimal() else cell for cell in cells]
    return cells


def _cells(column: pa.Array) -> list[Any]:
    """The cells of a user's column: numbers, days and truth values as such where its type says so."""
    kind = column.type
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    day = pa.types.is_date(kind) or (pa.types.is_timestamp(kind) and kind.tz is None)
    if not number and not day:
        return texts(column).to_pylist()
    values = python_values(column)
    return [value if _fits(value) else str(value) for value in values] if values else []


def _fits(value: Any) -> bool:
    """Whether a workbook holds a value as it is: no number of more digits, no day before 1900."""
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, date):
        return value.year >= 1901
    if isinstance(value, int | float):
        return abs(value) < _EXACT  # false of what is no number
    return False
