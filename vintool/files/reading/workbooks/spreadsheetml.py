"""Workbooks in the XML of Excel 2003 (SpreadsheetML), which portals and SAP export, often under the name .xls.

A document type is refused before anything in it is read, and with it all entities but XML's own.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from xml.parsers import expat

from vintool.declaration.headed import Headed
from vintool.declaration.headers import labels
from vintool.declaration.lexicon.meanings import NOT_STORED
from vintool.errors import ManifestError, NoVinColumn
from vintool.files.reading import limits
from vintool.files.reading.encoding import decide
from vintool.files.reading.hidden import Hidden
from vintool.files.reading.sheets import Manifest, Sheet, with_hidden
from vintool.files.reading.web_page import declared_charset
from vintool.files.reading.workbooks.beside_cells import notes_of, without_marks
from vintool.files.reading.workbooks.cells import has_content
from vintool.files.reading.workbooks.parts import Merged
from vintool.files.reading.workbooks.workbook import sheet_of_rows

_CHUNK = 1 << 18  # characters
_ROWS = 1 << 20  # of a sheet of Excel
_HIDDEN = frozenset({"SheetHidden", "SheetVeryHidden"})
_ROW = ("Worksheet", "Table", "Row")
_PLACES = {"Row": _ROW, "Cell": (*_ROW, "Cell"), "Data": (*_ROW, "Cell", "Data")}


@dataclass(slots=True)
class _Worksheet:
    """A sheet as it is read."""

    name: str
    rows: list[list[object]] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    hidden: bool = False
    errors: int = 0
    formulas: int = 0
    not_shown: Hidden = field(default_factory=Hidden)
    beside: list[str] = field(default_factory=list)  # comments, headers and footers


class _Handler:
    """What the parser meets, gathered to sheets."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.sheets: list[_Worksheet] = []
        self._path: list[str] = []
        self._text: list[str] | None = None
        self._kind, self._at, self._place, self._formula = "", 0, 0, False
        self._length = self._cells = self._written = self._column = self._data = 0

    def doctype(self, *_: object) -> None:
        """Refuse entities where they could be declared."""
        raise ManifestError(
            "the XML has a document type (DOCTYPE), which no workbook needs and which can hide entities",
            file=self._file,
            next_step="open it in a spreadsheet program and save a copy as .xlsx",
        )

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        local = name.rpartition(":")[2]
        values = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        self._path.append(local)
        place = _PLACES.get(local)
        if self._path[-2:] == ["Comment", "Data"]:
            self._text, self._length = [], 0
            return
        if place is not None and tuple(self._path[-len(place) :]) != place:
            if local == "Data":
                raise ManifestError(
                    "the XML has data that stand in no cell of a table",
                    file=self._file,
                    next_step="open it in a spreadsheet program and save a copy as .xlsx",
                )
            return
        if local == "Worksheet":
            self.sheets.append(_Worksheet(values.get("Name", "")))
            self._column = 0
        elif local == "Row":
            self._start_row(self.sheets[-1], values)
        elif local == "Cell":
            self._start_cell(self.sheets[-1], values)
        elif local == "Data":
            self._data += 1
            self._text, self._kind, self._length = [], values.get("Type", "String"), 0
        elif local == "Visible":
            self._text, self._length = [], 0
        elif self.sheets:
            self._start_beside(self.sheets[-1], local, values)

    def _start_beside(self, sheet: _Worksheet, local: str, values: Mapping[str, str]) -> None:
        """An element begins that says how a sheet looks."""
        if local == "Column":
            self._start_column(sheet, values)
        elif local in {"Header", "Footer"}:
            self._beside(without_marks(values.get("Data", "")))

    def _beside(self, text: str) -> None:
        """Keep a text that stands in no cell."""
        if text.strip():
            self.sheets[-1].beside += text.splitlines()

    def _start_column(self, sheet: _Worksheet, values: Mapping[str, str]) -> None:
        first = _number(values.get("Index"), 0) or self._column + 1
        self._column = first + _number(values.get("Span"), 0)
        if values.get("Hidden") == "1":
            sheet.not_shown.columns.append((first, self._column))

    def _start_row(self, sheet: _Worksheet, values: Mapping[str, str]) -> None:
        missing = max(_number(values.get("Index"), 0) - 1 - len(sheet.rows), 0)
        self._count(missing + 1, 1)
        if len(sheet.rows) + missing >= _ROWS:
            raise self.beyond("a sheet has more", _ROWS, "rows")
        sheet.rows += [[] for _ in range(missing + 1)]
        if values.get("Hidden") == "1":
            sheet.not_shown.rows.append((len(sheet.rows), len(sheet.rows)))
        self._at = 0

    def _start_cell(self, sheet: _Worksheet, values: Mapping[str, str]) -> None:
        first = max(_number(values.get("Index"), 0) - 1, self._at)
        across, down = _number(values.get("MergeAcross"), 0), _number(values.get("MergeDown"), 0)
        self._at = first + across + 1
        if self._at > limits.COLUMNS:
            raise self.beyond("a sheet has more", limits.COLUMNS, "columns")
        row, top = sheet.rows[-1], len(sheet.rows) - 1
        self._count(self._at - len(row), 1)
        row += [""] * (self._at - len(row))
        if across or down:
            sheet.merged.append((top, first, top + down, first + across))
        self._formula = "Formula" in values
        row[first] = NOT_STORED if self._formula else ""
        sheet.formulas += self._formula
        self._place, self._data = first, 0

    def _count(self, cells: int, written: int) -> None:
        self._cells, self._written = self._cells + max(cells, 0), self._written + written
        if limits.is_sparse(self._cells, self._written, limits.SPARSE_CELLS):
            raise self.beyond(
                "for each cell that is written it has more", limits.CELLS_PER_VALUE, "cells"
            )

    def text(self, text: str) -> None:
        """Text of a cell; rich text comes in pieces."""
        if self._text is None:
            return
        self._length += len(text)
        if self._length > limits.ELEMENT:
            raise self.beyond("a cell is longer", limits.ELEMENT, "characters")
        self._text.append(text)

    def end(self, name: str) -> None:
        """An element ends."""
        local = name.rpartition(":")[2]
        in_comment = "Comment" in self._path
        if self._path:
            self._path.pop()
        if self._text is None or local not in {"Data", "Visible"} or not self.sheets:
            return
        text, self._text, sheet = "".join(self._text), None, self.sheets[-1]
        if local == "Visible":
            sheet.hidden = text.strip() in _HIDDEN
            return
        if in_comment:
            self._beside(text)
            return
        if self._data > 1:  # Excel writes one
            sheet.rows[-1][self._place] = f"{sheet.rows[-1][self._place]} {text}"
            return
        sheet.formulas -= self._formula
        sheet.errors += self._kind == "Error"
        sheet.rows[-1][self._place] = _value(text, self._kind)

    def beyond(self, what: str, bound: int, unit: str) -> ManifestError:
        """The refusal of what lies beyond a bound."""
        return limits.beyond(
            what,
            bound,
            unit,
            file=self._file,
            next_step="open it in a spreadsheet program and save the table as .xlsx or CSV",
        )


def _number(value: str | None, otherwise: int) -> int:
    text = value or ""
    return int(text) if text.isdecimal() and len(text) < 8 else otherwise


def _value(text: str, kind: str) -> object:
    """A cell as its type says; what does not fit it stays as it is written.

    >>> _value("8.70380109E9", "Number"), _value("2026-03-12T00:00:00.000", "DateTime")
    (8703801090.0, datetime.datetime(2026, 3, 12, 0, 0))
    """
    try:
        if kind == "Number" and "E" in text.upper():
            return float(text)
        if kind == "DateTime":
            return datetime.fromisoformat(text)
    except ValueError:
        return text
    if kind == "Boolean" and text in {"0", "1"}:
        return text == "1"
    return text


def read_spreadsheetml(  # noqa: PLR0913 - how a manifest is opened
    path: Path,
    size: int,
    *,
    encoding: str | None,
    sheet: str | None,
    holds: Callable[[Headed], bool],
    words: str,
) -> Manifest:
    """Open a workbook in the XML of Excel 2003.

    Args:
        path: the file.
        size: its size in bytes.
        encoding: of its text, where what it declares is wrong.
        sheet: the only sheet to read; without it all visible ones that hold what is looked for.
        holds: whether a sheet does.
        words: the dictionary of headers.

    Raises:
        ManifestError: it is damaged, unreasonably large, or has no such sheet.
        NoVinColumn: several sheets, and none of them holds VINs.
    """
    limits.refuse_larger(
        path,
        limits.DOCUMENT,
        "the workbook",
        next_step="open it in a spreadsheet program and save a copy as .xlsx",
    )
    name, _, notes = decide(path, encoding or declared_charset(path))
    opened, skipped = list[Sheet](), list[tuple[str, str]]()
    for one in _sheets(path, name):
        if (sheet or one.name) != one.name:
            continue
        if one.hidden and sheet is None:
            skipped.append((one.name, "hidden; pass --sheet to read it"))
        elif not any(map(has_content, one.rows)):
            skipped.append((one.name, "empty"))
        else:
            made, more = sheet_of_rows(path, size, one.name, one.rows, one.merged, words)
            made = with_hidden(made, one.not_shown)
            opened.append(made)
            notes += [f"Sheet {one.name!r}: {note}" for note in (*_unread(one), *more)]
    kept = opened if len(opened) == 1 else [one for one in opened if holds(one)]
    if not opened:
        raise ManifestError(
            f"there is no sheet {sheet!r}" if sheet else "no sheet to read holds any content",
            file=path.name,
            next_step="check the names of the sheets, and hidden ones",
        )
    if not kept:
        named = "; ".join(f"{one.name!r} has {labels(one.columns)}" for one in opened)
        raise NoVinColumn(
            f"no sheet has a column that looks like it holds VINs: {named}",
            file=path.name,
            next_step='pass --sheet and --map vin="..."',
            in_python='pass sheet= and mapping={"vin": "..."}',
        )
    skipped += [(one.name, "no column looks like VINs") for one in opened if one not in kept]
    return Manifest(path, "spreadsheetml", name, tuple(kept), tuple(skipped), tuple(notes), size)


def _unread(sheet: _Worksheet) -> Iterator[str]:
    """What is to be known of what was not read."""
    yield from notes_of(sheet.beside)
    if sheet.errors:
        yield f"{sheet.errors} cell(s) hold an error such as #N/A: it stands in place of a value, and no row is cleared beside one that the verdict reads."
    if sheet.formulas:
        yield f"{sheet.formulas} cell(s) hold a formula whose value is not stored and were not read ({NOT_STORED}): open and save the file in the spreadsheet program, and screen it again."


def _sheets(path: Path, encoding: str) -> list[_Worksheet]:
    """The sheets of the workbook, each under a name of its own.

    Raises:
        ManifestError: it is not well-formed, or two sheets have one name.
    """
    parser = expat.ParserCreate("utf-8")
    handler = _Handler(path.name)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = handler.doctype
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    try:
        with path.open("rb") as raw, io.TextIOWrapper(raw, encoding, newline="") as file:
            parsed = 0
            while text := file.read(_CHUNK):
                data = text.encode()
                parser.Parse(data)
                parsed += len(data)
                if parsed - parser.CurrentByteIndex > limits.TAG:
                    raise handler.beyond("a tag is longer", limits.TAG, "bytes")
            parser.Parse(b"", True)  # noqa: FBT003 - the end
    except expat.ExpatError as error:
        raise ManifestError(
            "the XML is not well-formed, or cut short",
            file=path.name,
            row=error.lineno,
            next_step="ask the sender for it again",
        ) from None
    names = [sheet.name for sheet in handler.sheets]
    if len(set(names)) < len(names):
        raise ManifestError(
            "two sheets have the same name",
            file=path.name,
            next_step="rename one of them and save the file again",
        )
    return handler.sheets
