"""ODS: what an OpenDocument spreadsheet really holds, learnt from its XML before any library parses it.

A cell and a row may say how often they are repeated, so that a few bytes stand for a thousand
million cells; calamine lays them all out, and out of memory it ends the process. Programs end nearly every table
with a million empty rows, which cost nothing: what counts is how far the cells with content reach.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.parsers import expat

from vintool.files.reading import limits
from vintool.files.reading.hidden import Hidden, spans
from vintool.files.reading.workbooks.parts import WHITE_SPACE, Merged, Parts, SheetEntry, Survey
from vintool.files.reading.workbooks.repeated_texts import RepeatedTexts
from vintool.files.reading.workbooks.unread import Unreads

_CONTENT, _LISTED = "content.xml", "meta-inf/manifest.xml"
_CELLS = frozenset({"table:table-cell", "table:covered-table-cell"})
_VALUES = ("office:value", "office:date-value", "office:time-value", "office:boolean-value")
_NOT_SHOWN = frozenset({"collapse", "filter"})
_LINES_BESIDE, _LONGEST_BESIDE = (
    10_000,
    1_000,
)  # of comments and shapes, and characters of one text in them
_LONGEST_ERROR = 40
_LONG = 64  # characters of a text, shorter ones are what cells hold


@dataclass(slots=True)
class _Table:
    """One sheet while it is read."""

    name: str
    style: str
    unread: Unreads
    rows: int = 0
    cells: int = 0
    row: int = 0
    last_row: int = 0
    last_column: int = 0
    laid_out: int = 0
    merged: list[Merged] = field(default_factory=list)
    column: int = 0
    hidden: Hidden = field(default_factory=Hidden)


class _Handler:
    """What the parser meets, gathered by sheet."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.tables: list[_Table] = []
        self.hidden = set[str]()
        self._style = ""
        self._open = 0  # tables within tables are no sheets
        self._repeated = self._column = self._reach = 0
        self._filled = self._in_cell = self._waits = False
        self._aside = 0
        self._texts, self._times = RepeatedTexts(file), 1
        self._error, self._text = range(0), ""  # the columns of an error, and what it says
        self.beside, self._beside = (
            [""],
            0,
        )  # the lines of comments and shapes, and how many of these are open

    def doctype(self, *_: object) -> None:
        """Refuse entities where they could be declared."""
        raise ET.ParseError

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if name == "style:style":
            self._style = attributes.get("style:name", "")
        elif name == "style:table-properties" and attributes.get("table:display") == "false":
            self.hidden.add(self._style)
        elif name == "table:table":
            if self._open:
                raise zipfile.BadZipFile
            self._open += 1
            self.tables.append(
                _Table(
                    attributes.get("table:name", ""),
                    attributes.get("table:style-name", ""),
                    Unreads(self._file),
                )
            )
        elif self._open:
            self._start_within(name, attributes)

    def _start_within(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element of a table begins."""
        self._beside += _is_beside(name)
        table, is_hidden = self.tables[-1], attributes.get("table:visibility") in _NOT_SHOWN
        if name == "table:table-column":
            first = table.column + 1
            table.column += int(attributes.get("table:number-columns-repeated", "1"))
            table.hidden.columns += [(first, table.column)] * is_hidden
        elif name == "table:table-row":
            self._repeated = int(attributes.get("table:number-rows-repeated", "1"))
            table.hidden.rows += [(table.row + 1, table.row + self._repeated)] * is_hidden
            self._column, self._reach, self._filled = 0, 0, False
        elif name in _CELLS:
            self._cell(attributes)
        elif name == "office:annotation":
            self._aside += 1
        elif name == "text:s" and self._spaces(int(attributes.get("text:c", "1"))):
            raise limits.beyond(
                "an element stands for more",
                limits.REPEATED_SPACES,
                "spaces",
                file=self._file,
                sheet=self.tables[-1].name,
                row=self.tables[-1].row + 1,
                next_step="save the table as .xlsx or CSV",
            )

    def _cell(self, attributes: Mapping[str, str]) -> None:
        table, repeated = self.tables[-1], int(attributes.get("table:number-columns-repeated", "1"))
        if min(repeated, self._repeated) < 1:
            raise zipfile.BadZipFile
        down = int(attributes.get("table:number-rows-spanned", "1"))
        right = int(attributes.get("table:number-columns-spanned", "1"))
        if down > 1 or right > 1:
            top, left = table.row, self._column
            table.merged.append((top, left, top + down - 1, left + right - 1))
        first, self._column = self._column, self._column + repeated
        if "table:formula" in attributes or any(key.startswith("office:") for key in attributes):
            self._reach = self._column
        table.cells += 1
        self._times = repeated * self._repeated
        if self._times > 1 and (length := sum(map(len, attributes.values()))) > _LONG:
            self._texts.repeated(length * (self._times - 1))
        columns = range(first, min(self._column, first + limits.COLUMNS))
        self._in_cell = True
        if attributes.get("calcext:value-type") == "error":
            self._error, self._text = columns, ""
            return
        if "table:formula" in attributes and "office:value-type" not in attributes:
            for column in columns:
                table.unread.formula(table.row, column)
            self._filled = True
        if any(key in attributes for key in _VALUES):
            self._filled = True
        elif "office:string-value" in attributes:
            self._filled = self._filled or bool(
                attributes["office:string-value"].strip(WHITE_SPACE)
            )
        else:
            self._waits = attributes.get("office:value-type") == "string"

    def _spaces(self, count: int) -> bool:
        """Count spaces that one element stands for; whether they are too many."""
        if count > limits.REPEATED_SPACES:
            return True
        self._texts.repeated(count * self._times)
        return False

    def text(self, text: str) -> None:
        """Text: the content of a cell that has no other, or of a comment or a shape."""
        if self._beside and len(self.beside) < _LINES_BESIDE:
            self.beside[-1] += text[:_LONGEST_BESIDE]
        if self._in_cell and self._times > 1 and len(text) > _LONG:
            self._texts.repeated(len(text) * (self._times - 1))
        if self._error and not self._aside:
            self._text = (self._text + text)[:_LONGEST_ERROR]
        elif self._waits and self._in_cell and not self._aside and text.strip(WHITE_SPACE):
            self._filled = True

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "table:table":
            self._open -= 1
            return
        if not self._open:
            return
        self._beside -= _is_beside(name)
        if self._beside and name == "text:p" and len(self.beside) < _LINES_BESIDE:
            self.beside.append("")
        if name in _CELLS:
            for column in self._error:
                self.tables[-1].unread.error(self.tables[-1].row, column, self._text)
            self._in_cell = self._waits = False
            self._error = range(0)
        elif name == "office:annotation":
            self._aside -= 1
        elif name == "table:table-row":
            table = self.tables[-1]
            table.unread.repeat(range(table.row + 1, table.row + self._repeated), table.row)
            if self._filled:
                table.rows += self._repeated + table.unread.followed()
            else:
                table.unread.alone(table.row, self._repeated)
            table.row += self._repeated
            table.laid_out += self._reach
            if self._reach:
                table.last_row = table.row
                table.last_column = max(table.last_column, self._reach)


def _is_beside(name: str) -> bool:
    return name == "office:annotation" or name.startswith("draw:")


class OdsWorkbook(Parts):
    """An OpenDocument spreadsheet; its part names are the positions of its sheets."""

    format = "ods"

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        """Read all sheets, for all stand in one part."""
        super().__init__(path, archive)
        self.weigh("mimetype")
        listed = self.chunks(_LISTED) if _LISTED in self else ()
        if any(b"encryption-data" in chunk for chunk in listed):
            raise zipfile.BadZipFile("password")
        handler = _Handler(path.name)
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = handler.doctype
        parser.StartElementHandler = handler.start
        parser.CharacterDataHandler = handler.text
        parser.EndElementHandler = handler.end
        try:
            parsed = 0
            for chunk in self.chunks(_CONTENT):
                parser.Parse(chunk)
                parsed += len(chunk)
                if parsed - parser.CurrentByteIndex > limits.TAG:
                    raise limits.beyond(
                        "a tag of its content.xml is longer",
                        limits.TAG,
                        "bytes",
                        file=path.name,
                        next_step="save the table as .xlsx or CSV",
                    )
            parser.Parse(b"", True)  # noqa: FBT003 - takes no name
        except expat.ExpatError:
            raise ET.ParseError from None
        self._tables, self._beside = handler.tables, handler.beside
        self.sheets = tuple(
            SheetEntry(table.name, table.style in handler.hidden, str(position))
            for position, table in enumerate(handler.tables)
        )

    def beside(self) -> list[str]:
        """The texts of comments and shapes."""
        return self._beside

    @property
    def cells(self) -> int:
        """How many cells are written."""
        return sum(table.cells for table in self._tables)

    @property
    def laid_out(self) -> int:
        """How many cells calamine lays out when it opens the workbook."""
        return sum(
            max(table.laid_out, table.last_row * table.last_column) for table in self._tables
        )

    def survey(self, part: str) -> Survey:
        """Count what a sheet holds."""
        table = self._tables[int(part)]
        return Survey(
            table.rows,
            table.last_column,
            table.unread.errors,
            table.last_row,
            tuple(table.merged),
            unread=table.unread.marks,
            errors_alone=table.unread.below,
            cells=table.cells,
            hidden_rows=spans(table.hidden.rows),
            hidden_columns=spans(table.hidden.columns),
        )
