"""XLS: the records of an old workbook counted here, its cells read by xlrd.

A workbook is a stream of records, a type and a size of two bytes each ([MS-XLS] 2.1.4). One walk over them counts the
rows with content apart from the parser, and refuses what would hold it up. Records that make no cell are hidden from
xlrd: it would evaluate the formulas of names, of which a few bytes can stand for gigabytes.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import Struct, unpack_from
from types import SimpleNamespace
from typing import Any

import xlrd
from xlrd import biffh

from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.hidden import Hidden, spans
from vintool.files.reading.workbooks.beside_cells import texts_of_boxes
from vintool.files.reading.workbooks.compound import (
    ENCRYPTED,
    DamagedError,
    locked,
    workbook_stream,
)
from vintool.files.reading.workbooks.parts import WHITE_SPACE, Merged, SheetEntry, Survey
from vintool.files.reading.workbooks.repeated_texts import RepeatedTexts
from vintool.files.reading.workbooks.unread import ERROR_CODES, Unreads

_ROWS, _COLUMNS = 65_536, 256

_HEAD, _PLACE, _STRING = Struct("<HH"), Struct("<HH"), Struct("<I")
_BIFF5, _BIFF8 = 0x0500, 0x0600
_TEXTS = frozenset({biffh.XL_LABEL, biffh.XL_RSTRING, biffh.XL_STRING})
_NUMBERS = frozenset({biffh.XL_NUMBER, biffh.XL_RK, biffh.XL_MULRK})
_MAYBE_ERRORS = frozenset({biffh.XL_BOOLERR, biffh.XL_FORMULA})
_CELLS = _TEXTS | _NUMBERS | {biffh.XL_LABELSST, biffh.XL_BOOLERR, biffh.XL_FORMULA}
#: What xlrd is shown: cells, what may stand between a formula and its text, and what sheets and dates are known by.
_SHOWN = _CELLS | {
    biffh.XL_SHRFMLA, biffh.XL_ARRAY, biffh.XL_TABLEOP, biffh.XL_CONTINUE, biffh.XL_SST, biffh.XL_BOF, biffh.XL_EOF,
    biffh.XL_BOUNDSHEET, biffh.XL_CODEPAGE, biffh.XL_DATEMODE, biffh.XL_FORMAT, biffh.XL_XF,
}  # fmt: skip


_ROW, _COLUMN_INFO = 0x0208, 0x007D  # [MS-XLS] 2.4.221 and 2.4.53
_ROW_IS_HIDDEN, _COLUMN_IS_HIDDEN = 0x20, 0x01
_EMPTY = b"\x03\0\0\0\0\0\xff\xff"  # the value of a formula: a text without a character


class XlsWorkbook:
    """An XLS workbook; the parts of its sheets are their places in the stream.

    Args:
        path: the file.

    Raises:
        ManifestError: locked with a password, or no workbook.
        DamagedError: damaged, or so written that reading it would hold up or end the process.
    """

    format = "xls"

    def __init__(self, path: Path) -> None:
        self.path = path
        as_xlsx = "open it and save a copy as .xlsx"
        limits.refuse_larger(path, limits.XLS, "the .xls workbook", next_step=as_xlsx)
        self._texts = RepeatedTexts(path.name)
        self._version, self._strings, self._blank = _BIFF8, 0, frozenset[int]()
        with self._damage_refused():
            self._stream = bytearray(workbook_stream(path))
            self._beside = texts_of_boxes(self._stream)
            listed = self._bound_sheets()
            self._surveys = self._all_surveys(
                sorted(place for place, data in listed if not data[1])
            )
            self._book: Any = xlrd.open_workbook(
                file_contents=bytes(self._stream),
                logfile=SimpleNamespace(write=len),  # what it thinks of the file goes nowhere
                on_demand=True,
                ragged_rows=True,
            )
            del self._stream
            # Some programs write cells in formats that they define nowhere.
            kinds = defaultdict(lambda: biffh.XL_CELL_NUMBER, self._book._xf_index_to_xl_type_map)  # noqa: SLF001
            self._book._xf_index_to_xl_type_map = kinds  # noqa: SLF001
            self.sheets = tuple(self._entry(place, data) for place, data in listed)

    def beside(self) -> list[str]:
        """The texts of comments and boxes."""
        return self._beside

    def survey(self, part: str) -> Survey:
        """What a sheet holds."""
        return self._surveys[int(part)]

    def load(self, position: int) -> "XlsSheet":
        """A sheet as xlrd parses it.

        Raises:
            DamagedError: it cannot.
        """
        index = sum(bool(entry.part) for entry in self.sheets[:position])
        with self._damage_refused():
            sheet = self._book.sheet_by_index(index)
            self._book.unload_sheet(index)
        return XlsSheet(sheet, self.survey(self.sheets[position].part))

    def release(self) -> None:
        """Nothing that the sheets share can be let go of before all are read."""

    @contextmanager
    def _damage_refused(self) -> Iterator[None]:
        """Say in one way what the libraries stumble over."""
        try:
            yield
        except (ManifestError, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - whatever a wrong number leads them to
            if ENCRYPTED.encode("utf-16-le") in self.path.read_bytes():
                raise locked(self.path) from None
            raise DamagedError from None

    def _records(self, at: int) -> Iterator[tuple[int, int, int]]:
        """The records from a place to the end that belongs to it, without those of the charts in it.

        Each with its type, and where its data begins and ends. What makes no cell is hidden from xlrd.
        """
        depth, stream = 0, self._stream
        while True:
            kind, size = _HEAD.unpack_from(stream, at)
            start, at = at + 4, at + 4 + size
            if depth == 1 and kind in _CELLS:
                yield kind, start, at
                continue
            depth += (kind == biffh.XL_BOF) - (kind == biffh.XL_EOF)
            if depth < 1 and kind != biffh.XL_EOF:
                raise DamagedError
            if kind not in _SHOWN or (kind == biffh.XL_FORMAT and size > limits.NUMBER_FORMAT):
                _HEAD.pack_into(stream, start - 4, biffh.XL_UNKNOWN, size)
            if depth < 2:
                yield kind, start, at
            if depth < 1:
                return

    def _bound_sheets(self) -> list[tuple[int, bytes]]:
        """Each sheet's place, and what else the workbook says of it; its version and strings are learnt."""
        listed, strings, before = list[tuple[int, bytes]](), list[bytes](), 0
        for kind, start, end in self._records(0):
            data = bytes(self._stream[start:end])
            if kind == biffh.XL_FILEPASS:
                raise locked(self.path)
            if kind == biffh.XL_BOF:
                self._version = unpack_from("<H", data)[0]
                if self._version not in {_BIFF5, _BIFF8}:
                    raise ManifestError(
                        "this is a workbook of Excel 4 or older",
                        file=self.path.name,
                        next_step="open it and save a copy as .xlsx",
                    )
            elif kind == biffh.XL_BOUNDSHEET:
                listed.append((unpack_from("<I", data)[0], data[4:]))
            elif kind == biffh.XL_SST:
                strings = [data]
            elif kind == biffh.XL_CONTINUE and before == biffh.XL_SST:
                strings.append(data)
                continue
            before = kind
        if strings:
            (self._strings,) = unpack_from("<I", strings[0], 4)
            self._blank = frozenset(_blank_strings(strings, self._strings, self._texts))
        return listed

    def _entry(self, place: int, data: bytes) -> SheetEntry:
        """A sheet as the workbook lists it; a chart has no part."""
        if self._version == _BIFF8:
            name = biffh.unpack_unicode(data, 2, lenlen=1)
        else:
            name = biffh.unpack_string(data, 2, self._book.encoding, lenlen=1)
        return SheetEntry(name, data[0] & 3 != 0, "" if data[1] else str(place))

    def _all_surveys(self, places: list[int]) -> dict[int, Survey]:
        """The surveys of the sheets by their places; no record may be part of two."""
        surveys, end = dict[int, Survey](), 0
        for place in places:
            if place < end:
                raise DamagedError
            surveys[place], end = self._survey(place)
        return surveys

    def _survey(self, place: int) -> tuple[Survey, int]:
        """What the sheet at a place holds, and where it ends."""
        rows, columns, merged = set[int](), set[int](), list[Merged]()
        unread = Unreads(self.path.name)
        formulas = list[tuple[int, int, bool]]()
        hidden = Hidden()
        row = column = end = 0
        for kind, start, end in self._records(place):
            if kind in _CELLS:
                if kind != biffh.XL_STRING:  # the text of the formula before it
                    row, column = _PLACE.unpack_from(self._stream, start)
                    columns.add(column)
                if kind == biffh.XL_MULRK:
                    columns.update(unpack_from("<H", self._stream, end - 2))
                if kind in _NUMBERS or self._holds(kind, start, end, unread):
                    rows.add(row)
                if kind == biffh.XL_FORMULA:
                    formulas.append((row, column, self._stream[start + 6 : start + 14] == _EMPTY))
            elif kind == biffh.XL_DIMENSION:
                _check_sizes(self._stream[start:end])
            elif kind == biffh.XL_MERGEDCELLS:
                merged += _merged(self._stream[start:end])
            else:
                _note_hidden(kind, self._stream[start:end], hidden)
        rows |= _without_values(formulas, unread)
        unread.add_rows(rows)
        first, last = min(columns, default=0), max(columns, default=-1)
        if last >= _COLUMNS:
            raise DamagedError
        survey = Survey(
            len(rows),
            last + 1,
            unread.errors,
            merged=tuple(merged),
            first_column=first,
            unread=unread.marks,
            errors_alone=unread.below,
            hidden_rows=spans(hidden.rows),
            hidden_columns=spans(hidden.columns),
        )
        return survey, end

    def _note_error(self, kind: int, start: int, unread: Unreads) -> None:
        """Keep where a cell stands that holds an error, if this one does."""
        row, column = _PLACE.unpack_from(self._stream, start)
        value = self._stream[start + 6 : start + 14]
        if kind == biffh.XL_BOOLERR and value[1]:
            unread.error(row, column, ERROR_CODES.get(value[0]))
        elif kind == biffh.XL_FORMULA and value[0] == 2 and value[6:] == b"\xff\xff":
            unread.error(row, column, ERROR_CODES.get(value[2]))

    def _holds(self, kind: int, start: int, end: int, unread: Unreads) -> bool:
        """Whether a cell that is no number holds something; an error is nothing, and is noted."""
        if kind == biffh.XL_LABELSST:
            (string,) = _STRING.unpack_from(self._stream, start + 6)
            if string >= self._strings:
                raise DamagedError  # of negative numbers xlrd counts from the end
            self._texts.pointed_to(string)
            return string not in self._blank
        data = self._stream[start:end]
        if kind in _MAYBE_ERRORS:
            self._note_error(kind, start, unread)
        if kind == biffh.XL_BOOLERR:
            return not data[7]
        if kind == biffh.XL_FORMULA:
            if data[12:14] != b"\xff\xff":
                return True
            return data[6] == 1  # a truth; the text follows in a record of its own
        head = 0 if kind == biffh.XL_STRING else 6
        if self._version == _BIFF8:
            text = biffh.unpack_unicode(data, head)
        else:
            text = biffh.unpack_string(data, head, "latin-1", lenlen=2)
        return bool(text.strip(WHITE_SPACE))


class XlsSheet:
    """A sheet that xlrd has parsed, in the form in which calamine gives one.

    Attributes:
        start: the first row and column of every row, from 0.
        merged_cell_ranges: none, for the survey has them.
    """

    merged_cell_ranges = None

    def __init__(self, sheet: Any, survey: Survey) -> None:
        self._sheet = sheet
        self.start = 0, survey.first_column
        self._width = survey.last_column - survey.first_column

    def iter_rows(self) -> Iterator[list[object]]:
        """The cells of every row from the first one on."""
        left, mode = self.start[1], self._sheet.book.datemode
        for row in range(self._sheet.nrows):
            cells, kinds = self._sheet.row_values(row, left), self._sheet.row_types(row, left)
            if max(kinds, default=0) > biffh.XL_CELL_NUMBER:
                for place, kind in enumerate(kinds):
                    if kind > biffh.XL_CELL_NUMBER:
                        cells[place] = _value(kind, cells[place], mode)
            yield cells + [""] * (self._width - len(cells))


def _value(kind: int, cell: Any, mode: int) -> object:
    """A cell as calamine gives it; one with an error is empty."""
    if kind == biffh.XL_CELL_DATE and cell >= 0:
        try:
            moment = xlrd.xldate_as_datetime(cell, mode)
        except (ValueError, OverflowError):  # beyond the calendar
            return cell
        return moment.time() if cell < 1 else moment
    if kind == biffh.XL_CELL_BOOLEAN:
        return bool(cell)
    return "" if kind == biffh.XL_CELL_ERROR else cell


def _without_values(formulas: list[tuple[int, int, bool]], unread: Unreads) -> set[int]:
    """The rows of formulas whose values are not stored, which are noted: of all of a sheet or of none.

    A text without a character is what libraries store that cannot calculate, and what a formula may give.
    """
    if not all(empty for _, _, empty in formulas):
        return set()
    for row, column, _ in formulas:
        unread.formula(row, column)
    return {row for row, _, _ in formulas}


def _check_sizes(data: bytearray) -> None:
    """Refuse a declared grid that is larger than any sheet, or ends before it begins."""
    top, bottom, left, right = unpack_from("<IIHH" if len(data) >= 14 else "<HHHH", data)
    if top > max(bottom, 1) or left > max(right, 1) or bottom > _ROWS or right > _COLUMNS:
        raise DamagedError


def _merged(data: bytearray) -> Iterator[Merged]:
    """The merged cells of a record."""
    for number in range(unpack_from("<H", data)[0]):
        top, low, left, right = unpack_from("<HHHH", data, 2 + 8 * number)
        yield top, left, low, right


def _note_hidden(kind: int, data: bytearray, hidden: Hidden) -> None:
    """Keep a row that a record of rows hides, or columns that one of columns does."""
    if kind == _ROW and len(data) > 12 and data[12] & _ROW_IS_HIDDEN:
        (row,) = unpack_from("<H", data)
        hidden.rows.append((row + 1, row + 1))
    elif kind == _COLUMN_INFO and len(data) > 8 and data[8] & _COLUMN_IS_HIDDEN:
        left, right = unpack_from("<HH", data)
        hidden.columns.append((left + 1, right + 1))


def _blank_strings(pieces: list[bytes], count: int, texts: RepeatedTexts) -> Iterator[int]:
    """The positions of shared strings without a character but white space.

    A text may be cut where a record is continued, and then says anew how wide its characters are. What it says to lie
    behind it is passed over forwards: xlrd takes the same number for one that may be negative, and would go in circles.
    """
    if count > sum(map(len, pieces)) // 3:
        raise DamagedError
    piece, at = 0, 8
    for index in range(count):
        if at >= len(pieces[piece]):
            piece, at = piece + 1, 0
        length, flags = unpack_from("<HB", pieces[piece], at)
        at += 3
        behind = 0
        if flags & 8:
            behind += 4 * unpack_from("<H", pieces[piece], at)[0]
            at += 2
        if flags & 4:
            behind += unpack_from("<I", pieces[piece], at)[0]
            at += 4
        text, wide = "", flags & 1
        while True:
            data = pieces[piece][at : at + length * (1 + wide)]
            text += data.decode("utf-16-le" if wide else "latin-1", "replace")
            length -= len(data) // (1 + wide)
            at += len(data)
            if length < 1:
                break
            piece += 1
            wide, at = pieces[piece][0] & 1, 1
        while at + behind > len(pieces[piece]) and piece + 1 < len(pieces):
            behind -= len(pieces[piece]) - at
            piece, at = piece + 1, 0
        at += behind
        texts.shared(index, len(text))
        if not text.strip(WHITE_SPACE):
            yield index
