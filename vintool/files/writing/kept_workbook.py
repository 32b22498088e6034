"""The user's own workbook with the answers on the right of each sheet that was read.

openpyxl keeps what xlsxwriter, which only writes, cannot: all sheets, titles, formats, widths, types, formulas, merged cells. It
holds the whole book, so this is for books within the bounds of ``keepable``; ``workbook`` writes the others.
"""

import re
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
from openpyxl.cell import Cell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import TableColumn
from openpyxl.writer.excel import ExcelWriter

from vintool.files.reading.sheets import Sheet
from vintool.files.writing import looks
from vintool.files.writing.cells import spelled, texts
from vintool.files.writing.keepable import NotKeptError, notes_of_dropped, refuse_unkeepable
from vintool.files.writing.overview import Page
from vintool.files.writing.workbook import Book

_ROWS, _COLUMNS = 1_048_576, 16_384
_LONGEST = 32_767  # characters of a cell
_HEADER = "header"  # among the looks of verdicts
_NUMBERS = frozenset({"vin_row", "vin_model_year"})
# A formula that leaves its workbook: another book, a program (DDE), the network, code.
_LEAVES = re.compile(
    r"\[\d+\]|\[[^\]]*\.xl\w*\]|\||\b(?:WEBSERVICE|HYPERLINK|IMAGE|RTD|CALL|EXEC|REGISTER(?:\.ID)?|SQL\.REQUEST|IMPORT\w+)\s*\(",
    re.IGNORECASE,
)
_NO_TIME = b'<dcterms:modified xsi:type="dcterms:W3CDTF">2000-01-01T00:00:00Z<'
_MODIFIED = re.compile(rb"<dcterms:modified[^<]*<")


class KeptWorkbookWriter:
    """The workbook as it is, and the answers beside its rows.

    Args:
        path: where to write.
        source: the workbook.
        sheets: those that are screened.
        pages: gives our own sheets at the end.
        added: the sheets that an earlier run has added, which are not kept.

    Raises:
        NotKeptError: it is too large, or holds what openpyxl does not understand.
    """

    digest = ""

    def __init__(
        self,
        path: Path,
        source: Path,
        sheets: Sequence[Sheet],
        pages: Callable[[], Sequence[Page]],
        added: Sequence[str] = (),
    ) -> None:
        refuse_unkeepable(source)
        headless = [sheet.name for sheet in sheets if not sheet.header_end]
        if headless:
            note = f"sheet {headless[0]!r} has no header row to continue"
            raise NotKeptError(note)
        self._path, self._pages = path, pages
        self._book, lost = _loaded(source)
        self._notes = [*notes_of_dropped(source), *lost]
        self._left_out = _leaving_replaced(self._book, source)
        self._at: dict[str, int] = {}
        self._cut = 0
        for name in added:
            del self._book[name]
        for sheet in sheets:
            if sheet.earlier:
                _without_earlier(self._book[sheet.name], sheet.header_end, sheet.earlier)
            at = _last_column(self._book[sheet.name], sheet.header_end) + 1
            if at + 64 > _COLUMNS:
                note = "its columns reach too far"
                raise NotKeptError(note)
            self._at[sheet.name] = at
        self._header_ends = {sheet.name: sheet.header_end for sheet in sheets}
        self._columns = {sheet.name: sheet.columns for sheet in sheets}
        self._begun = set[str]()
        self._styles = _styles(self._book)

    def write(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:  # noqa: ARG002 - the user's cells stand there
        """Write the answers of a batch beside their rows."""
        rows: list[Any] = answers.column("vin_row").to_pylist()
        answers = looks.ordered(answers)
        if sheet not in self._begun:
            self._begin(sheet, answers)
        ws, first = self._book[sheet], self._at[sheet]
        for at, (name, column) in enumerate(
            zip(answers.schema.names, answers.columns, strict=True), first
        ):
            styles = self._styles if name == "vin_verdict" else {}
            for row, text in zip(rows, texts(column).to_pylist(), strict=True):
                if text:
                    value = int(text) if name in _NUMBERS and text.isdecimal() else text
                    self._cut += _put(ws, row, at, value, styles.get(text))

    def _begin(self, sheet: str, answers: pa.RecordBatch) -> None:
        """The headers of our columns, their widths, the filter and what stays in view."""
        ws, first, header = self._book[sheet], self._at[sheet], self._header_ends[sheet]
        names = looks.names_beside(self._columns[sheet], answers)
        last = first + len(names) - 1
        _free_columns(ws, first)
        for at, (name, answer) in enumerate(zip(names, answers.schema.names, strict=True), first):
            _put(ws, header, at, name, self._styles[_HEADER])
            ws.column_dimensions[get_column_letter(at)].width = looks.width_of(answer)
        if ws.freeze_panes is None:
            ws.freeze_panes = f"A{header + 1}"
        if ws.tables:
            _tables_continued(ws, header, first, names)
        else:
            _filter_continued(ws, header, last)
        _print_setup(ws, header, first + looks.printed(answers.schema.names) - 1)
        self._begun.add(sheet)

    def close(self) -> None:
        """Add our sheets and write the file."""
        for page in self._pages():
            _add_page(self._book, page, self._styles)
        try:
            with warnings.catch_warnings(), _Archive(self._path, "w") as archive:
                warnings.simplefilter("ignore")  # of headings of tables that are no texts
                ExcelWriter(self._book, archive).write_data()
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever an odd part leads openpyxl to
            note = f"openpyxl cannot write it ({type(error).__name__})"
            self._notes.append(f"annotated.xlsx was made anew from the values, without the formats of your workbook: {note}.")  # fmt: skip
            _write_values(self._book, self._path)

    def abandon(self) -> None:
        """Let go of the workbook."""
        self._book = Workbook()

    def notes(self) -> tuple[str, ...]:
        """What is not as it was."""
        notes = [*self._notes]
        if self._left_out:
            notes.append(f"annotated.xlsx has values in place of {self._left_out} formula(s) and link(s) that lead out of your workbook.")  # fmt: skip
        if self._cut:
            notes.append(f"{self._cut} cell(s) are longer than a workbook holds and were cut in the annotated copy; --as csv keeps them.")  # fmt: skip
        return tuple(notes)


class _Archive(zipfile.ZipFile):
    """A zip archive without a time in it: the same rows give the same bytes."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        """Add a part."""
        if zinfo_or_arcname == "docProps/core.xml":
            data = _MODIFIED.sub(_NO_TIME, data)
        super().writestr(self._timeless(zinfo_or_arcname), data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Add a part that stands in a file."""
        with open(filename, "rb") as source, self.open(self._timeless(arcname), "w", force_zip64=True) as part:  # noqa: PTH123 - openpyxl's name of it  # fmt: skip
            while block := source.read(1 << 20):
                part.write(block)

    @staticmethod
    def _timeless(name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        return info


def _set_text(cell: Any, text: str) -> None:
    """Make a cell a text, whatever it begins with."""
    cell.value = spelled(text)
    cell.data_type = "s"


def _put(ws: Any, row: int, column: int, value: str | int, style: Any = None) -> bool:
    """Write a cell anew, a text whatever it begins with; whether it was cut.

    As openpyxl's reader does it: by way of ``ws.cell`` and its styles ten thousand rows take a minute more.
    """
    cell: Any = Cell(ws, row=row, column=column, style_array=style)
    cut = isinstance(value, str) and len(value) > _LONGEST
    if isinstance(value, str):
        cell._value, cell.data_type = spelled(value[:_LONGEST]), "s"  # noqa: SLF001 - the setter takes "=1" for a formula
    else:
        cell.value = value
    ws._cells[row, column] = cell  # noqa: SLF001
    return cut


def _styles(book: Any) -> dict[str, Any]:
    """The looks of the cells of a verdict and of our headers, in the font of the workbook."""
    usual = book._fonts[0] if book._fonts else Font()  # noqa: SLF001 - has no other name
    model, styles = book.create_sheet(), {}
    for name, look in {**looks.VERDICTS, _HEADER: looks.HEADER}.items():
        cell = model.cell(1, 1)
        cell.font = Font(name=usual.name or "Calibri", sz=usual.sz or 11, color=look.letters, bold=look.bold)  # fmt: skip
        cell.fill = PatternFill("solid", fgColor=look.ground)
        styles[name] = copy(cell._style)  # noqa: SLF001
    book.remove(model)
    return styles


def _write_values(book: Workbook, path: Path) -> None:
    """The same cells without any format."""
    plain = Book(path)
    for ws in book.worksheets:
        sheet = plain.sheet(ws.title)
        for cell in sorted(_cells(ws), key=lambda cell: (cell.row, cell.column)):
            if isinstance(cell.value, datetime):
                sheet.write_datetime(cell.row - 1, cell.column - 1, cell.value, plain.moment)
            elif isinstance(cell.value, int | float):
                sheet.write_number(cell.row - 1, cell.column - 1, cell.value)
            elif cell.value is not None:
                plain.put(sheet, cell.row - 1, cell.column - 1, str(cell.value))
    plain.close()


def _loaded(source: Path) -> tuple[Workbook, list[str]]:
    """The workbook without macros and links to others, and what openpyxl says that it leaves out."""
    with warnings.catch_warnings(record=True) as heard, source.open("rb") as file:
        warnings.simplefilter("always")
        try:
            book = openpyxl.load_workbook(file, keep_vba=False, keep_links=False, rich_text=True)
        except Exception as error:  # noqa: BLE001 - whatever an odd part leads it to
            note = f"openpyxl does not understand it ({type(error).__name__})"
            raise NotKeptError(note) from None
    book.template = False
    messages = dict.fromkeys(str(one.message) for one in heard)
    notes = [f"annotated.xlsx may lack something of your workbook, as openpyxl says: {message}" for message in messages]  # fmt: skip
    return book, notes


def _leaving_replaced(book: Workbook, source: Path) -> int:
    """Put values in place of formulas that leave the workbook, take away such names and links, and count them."""
    leaving: list[tuple[str, int, int]] = []
    number = 0
    for ws in book.worksheets:
        for cell in _cells(ws):
            if cell.data_type == "f" and _leaves(_formula(cell.value)):
                leaving.append((ws.title, cell.row, cell.column))
            if (link := cell.hyperlink) is not None and link.target:
                cell.hyperlink = None
                number += 1
        number += _without_leaving_rules(ws)
        number += _without_leaving_names(ws.defined_names)
    number += _without_leaving_names(book.defined_names)
    if leaving:
        with warnings.catch_warnings(), source.open("rb") as file:
            warnings.simplefilter("ignore")
            values = openpyxl.load_workbook(file, keep_links=False, data_only=True)
        for title, row, column in leaving:
            cell, value = book[title].cell(row, column), values[title].cell(row, column).value
            if isinstance(value, str):
                _set_text(cell, value)
            else:
                cell.value = value
    return number + len(leaving)


def _formula(value: Any) -> str:
    return str(value if isinstance(value, str) else getattr(value, "text", "") or "")


def _leaves(formula: str) -> bool:
    """Whether a formula reaches out of its workbook.

    >>> _leaves("=SUM(A1:A9)"), _leaves("=[1]Sheet1!A1"), _leaves("=cmd|' /C calc'!A0"), _leaves('="a|b"')
    (False, True, True, False)
    """
    return _LEAVES.search(re.sub(r'"[^"]*"', '""', formula)) is not None


def _without_leaving_names(names: Any) -> int:
    leaving = [name for name, one in names.items() if _leaves(str(one.value or ""))]
    for name in leaving:
        del names[name]
    return len(leaving)


def _without_leaving_rules(ws: Any) -> int:
    """Take away choices, conditional formats and pivots that are made of what lies outside."""
    choices = ws.data_validations.dataValidation
    sound = [one for one in choices if not _leaves(f"{one.formula1} {one.formula2}")]
    formats = [
        one
        for one in ws.conditional_formatting
        if any(_leaves(str(formula)) for rule in one.rules for formula in rule.formula)
    ]
    pivots = [one for one in ws._pivots if one.cache.cacheSource.type == "worksheet"]  # noqa: SLF001 - has no other name
    number = len(choices) - len(sound) + len(formats) + len(ws._pivots) - len(pivots)  # noqa: SLF001
    ws.data_validations.dataValidation = sound
    for one in formats:
        del ws.conditional_formatting[one.sqref]
    ws._pivots = pivots  # noqa: SLF001
    return number


def _cells(ws: Any) -> list[Any]:
    """The cells that there are; ``iter_rows`` would make all those between them."""
    return list(ws._cells.values())  # noqa: SLF001 - has no other name


def _last_column(ws: Any, header: int) -> int:
    """The last column in which anything is written; a title may be merged over more."""
    cells = (cell.column for cell in _cells(ws) if cell.value is not None)
    merged = (block.max_col for block in ws.merged_cells.ranges if block.max_row >= header)
    tables = (_corners(table.ref)[2] for table in ws.tables.values())
    return max(max(cells, default=0), max(merged, default=0), max(tables, default=0))


def _without_earlier(ws: Any, header: int, names: Sequence[str]) -> None:
    """Take away the columns that an earlier run has added, by their headings; those of the user behind them move up."""
    listed = {*names}
    ours = {
        cell.column
        for cell in _cells(ws)
        if cell.row == header and str(cell.value).strip() in listed
    }
    first, last = min(ours), max(ours)
    behind = any(cell.column > last and cell.value is not None for cell in _cells(ws))
    for cell in _cells(ws):
        if cell.column in ours and cell.row >= header:
            del ws._cells[cell.row, cell.column]  # noqa: SLF001 - has no other name
    if behind:
        return  # formulas that point there stay true; our new columns stand on the right of all
    for table in ws.tables.values():
        left, top, right, bottom = _corners(table.ref)
        if top == header and left < first <= right == last:
            table.tableColumns = table.tableColumns[: first - left]
            table.ref = f"{get_column_letter(left)}{top}:{get_column_letter(first - 1)}{bottom}"
            if table.autoFilter is not None:
                table.autoFilter.ref = table.ref


def _corners(ref: str) -> tuple[int, int, int, int]:
    """The first column and row of a range, and the last ones; of whole columns those of a sheet."""
    left, top, right, bottom = range_boundaries(ref)
    return left or 1, top or 1, right or _COLUMNS, bottom or _ROWS


def _free_columns(ws: Any, first: int) -> None:
    """Let no width or format of the user's columns reach into ours; two that overlap damage the file."""
    for letter, column in list(ws.column_dimensions.items()):
        column.reindex()
        if column.min >= first:
            del ws.column_dimensions[letter]
        elif column.max >= first:
            column.max = first - 1


def _tables_continued(ws: Any, header: int, first: int, names: Sequence[str]) -> None:
    """Make our columns those of the table beside them: sorted without them, it would take their rows from them."""
    for table in ws.tables.values():
        left, top, right, bottom = _corners(table.ref)
        if (top, right) != (header, first - 1) or not table.tableColumns:
            continue
        number = max(column.id for column in table.tableColumns)
        table.tableColumns += [TableColumn(id=number + at, name=name) for at, name in enumerate(names, 1)]  # fmt: skip
        end = get_column_letter(right + len(names))
        table.ref = f"{get_column_letter(left)}{top}:{end}{bottom}"
        if table.autoFilter is not None:
            table.autoFilter.ref = f"{get_column_letter(left)}{top}:{end}{bottom - (table.totalsRowCount or 0)}"  # fmt: skip


def _filter_continued(ws: Any, header: int, last: int) -> None:
    """The filter of the sheet, with our columns; what is filtered out stays so."""
    if ws.auto_filter.ref:
        left, top, _, bottom = _corners(ws.auto_filter.ref)
        if top != header:
            return
    else:
        left = min(cell.column for cell in ws[header] if cell.value is not None)
        bottom = max(ws.max_row, header)
    ws.auto_filter.ref = f"{get_column_letter(left)}{header}:{get_column_letter(last)}{bottom}"


def _print_setup(ws: Any, header: int, last: int) -> None:
    """Print on pages of one width, under the header, to the last column that one acts on; what the user has set up stays."""
    areas = (ws.print_area or "").replace("$", "").split(",")
    if len(areas) == 1 and areas[0]:
        left, top, right, bottom = _corners(areas[0].rpartition("!")[2])
        last = max(right, last)
    else:
        left, top, bottom = 1, 1, max(ws.max_row, header)
    if len(areas) == 1:
        ws.print_area = f"{get_column_letter(left)}{top}:{get_column_letter(last)}{bottom}"
    if not ws.print_title_rows:
        ws.print_title_rows = f"{header}:{header}"
    setup = ws.sheet_properties.pageSetUpPr
    if areas[0] or (setup is not None and setup.fitToPage):
        return
    ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    ws.page_setup.orientation, ws.page_setup.paperSize = "landscape", looks.A4
    ws.page_setup.fitToWidth, ws.page_setup.fitToHeight = 1, 0
    if not ws.oddFooter.center.text and not ws.oddFooter.left.text and not ws.oddFooter.right.text:
        ws.oddFooter.left.text, ws.oddFooter.right.text = "&F  &A", "&P / &N"


def _add_page(book: Workbook, page: Page, styles: Mapping[str, Any]) -> None:
    """A sheet of ours behind those of the user."""
    ws = book.create_sheet(page.name)
    for at, (name, width) in enumerate(zip(page.header, page.widths(), strict=True), 1):
        _put(ws, 1, at, name, styles[_HEADER])
        ws.column_dimensions[get_column_letter(at)].width = width
    for number, line in enumerate(page.rows, 2):
        for at, value in enumerate(line, 1):
            if value != "":
                _put(ws, number, at, value, styles.get(value))
    ws.freeze_panes = "A2"
    _print_setup(ws, 1, len(page.header))
    ws.auto_filter.ref = f"A1:{get_column_letter(len(page.header))}{len(page.rows) + 1}"
