"""XLSB: what a binary workbook really holds, learnt from its records before any library parses it.

A part is a sequence of records: a type and a size of one to four bytes each, seven bits to
the byte, and as many bytes of data ([MS-XLSB] 2.1.4).
"""

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from struct import Struct

from vintool.files.reading import limits
from vintool.files.reading.hidden import Hidden, spans
from vintool.files.reading.workbooks.parts import WHITE_SPACE, Merged, Parts, SheetEntry, Survey
from vintool.files.reading.workbooks.repeated_texts import RepeatedTexts
from vintool.files.reading.workbooks.unread import ERROR_CODES, Unreads

_WORD, _BLOCK = Struct("<I"), Struct("<IIII")
_ROW, _ERROR, _SHARED = 0, 3, 7
_LOST = frozenset(
    {62, *range(12, 19)}
)  # texts in several fonts, cells without a column: calamine passes over them
_NUMBERS = frozenset({2, 4, 5, 9, 10})  # numbers and truths, typed in or calculated
_TEXTS = frozenset({6, 8})
_ERRORS = frozenset({_ERROR, 11})
_STRING, _SHEET, _MERGED, _DATA, _END = 19, 156, 176, 145, 146
_COLUMN_INFO = 60
_ROW_IS_HIDDEN, _COLUMN_IS_HIDDEN = (
    0x10,
    0x01,
)  # in bytes 11 and 16 of their records ([MS-XLSB] 2.4.741, 2.4.323)
_NOTHING = 0xFFFFFFFF


class XlsbWorkbook(Parts):
    """An XLSB workbook."""

    format = "xlsb"

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        """Find the sheets; refuse what unpacks to an absurd size."""
        super().__init__(path, archive)
        try:
            self.sheets = tuple(self._sheets())
            self._texts = RepeatedTexts(path.name)
            self._blank = frozenset(self._blank_strings())
        except (struct.error, UnicodeDecodeError):
            raise zipfile.BadZipFile from None
        self.weigh("xl/styles.bin")

    def _records(self, part: str) -> Iterator[tuple[int, bytes]]:
        """The type and data of each record of a part."""
        rest = b""
        for chunk in self.chunks(part):
            data, at = rest + chunk, 0
            while (record := _record(data, at)) is not None:
                kind, start, at = record
                yield kind, data[start:at]
            rest = data[at:]
            if len(rest) > limits.XLSB_RECORD:
                raise limits.beyond(
                    f"a record of its part {part} is longer",
                    limits.XLSB_RECORD,
                    "bytes",
                    file=self.path.name,
                    next_step="save it as .xlsx or CSV",
                )
        if rest:
            raise zipfile.BadZipFile

    def _sheets(self) -> Iterator[SheetEntry]:
        links = {
            link.get("Id"): link
            for link in self.xml("xl/_rels/workbook.bin.rels")
            if link.get("Id")
        }
        for kind, data in self._records("xl/workbook.bin"):
            if kind != _SHEET:
                continue
            relation, end = _text(data, 8)
            name, _ = _text(data, end)
            link = links.get(relation)
            part = ""
            if link is not None and link.get("Type", "").endswith("/worksheet"):
                target = link.get("Target", "").replace("\\", "/").lower()
                part = str(PurePosixPath("/xl") / target).lstrip("/")
                if part not in self:
                    raise zipfile.BadZipFile
            yield SheetEntry(name, _WORD.unpack_from(data)[0] != 0, part)

    def _blank_strings(self) -> Iterator[int]:
        """The positions of shared strings without a character but white space."""
        part, index = "xl/sharedstrings.bin", 0
        for kind, data in self._records(part) if part in self else ():
            if kind == _STRING:
                self._texts.shared(index, len(data) // 2)
                if not _text(data, 1)[0].strip(WHITE_SPACE):
                    yield index
                index += 1

    def survey(self, part: str) -> Survey:
        """Count what a sheet holds.

        Raises:
            zipfile.BadZipFile: its records are damaged, or of a kind that would be lost.
        """
        rows, last_row, last_column, row, cells = set[int](), 0, 0, 0, 0
        unread = Unreads(self.path.name)
        merged, within = list[Merged](), False
        hidden = Hidden()
        try:
            for kind, data in self._records(part):
                if kind == _MERGED:
                    first, last, left, right = _BLOCK.unpack_from(data)
                    merged.append((first, left, last, right))
                elif kind in {_DATA, _END}:
                    within = kind == _DATA
                elif not within:
                    _note_hidden(kind, data, hidden)
                elif kind == _ROW:
                    (row,) = _WORD.unpack_from(data)
                    _note_hidden(kind, data, hidden)
                elif kind in _LOST:
                    raise zipfile.BadZipFile
                elif kind <= 11:
                    last_row = max(last_row, row + 1)
                    last_column = max(last_column, _WORD.unpack_from(data)[0] + 1)
                    cells += 1
                    if self._holds(kind, data, row, unread):
                        rows.add(row)
        except (struct.error, IndexError, UnicodeDecodeError):
            raise zipfile.BadZipFile from None
        unread.add_rows(rows)
        return Survey(
            len(rows),
            last_column,
            unread.errors,
            last_row,
            tuple(merged),
            unread=unread.marks,
            errors_alone=unread.below,
            cells=cells,
            hidden_rows=spans(hidden.rows),
            hidden_columns=spans(hidden.columns),
        )

    def _holds(self, kind: int, data: bytes, row: int, unread: Unreads) -> bool:
        """Whether a cell holds something; errors are noted."""
        if kind in _ERRORS:
            unread.error(row, _WORD.unpack_from(data)[0], ERROR_CODES.get(data[8]))
        if kind in _NUMBERS:
            return True
        if kind == _SHARED:
            (position,) = _WORD.unpack_from(data, 8)
            self._texts.pointed_to(position)
            return position not in self._blank
        return kind in _TEXTS and bool(_text(data, 8)[0].strip(WHITE_SPACE))


def _note_hidden(kind: int, data: bytes, hidden: Hidden) -> None:
    """Keep a row that its record hides, or columns that one of columns does."""
    if kind == _ROW and len(data) > 11 and data[11] & _ROW_IS_HIDDEN:
        (row,) = _WORD.unpack_from(data)
        hidden.rows.append((row + 1, row + 1))
    elif kind == _COLUMN_INFO and len(data) > 16 and data[16] & _COLUMN_IS_HIDDEN:
        left, right = struct.unpack_from("<II", data)
        hidden.columns.append((left + 1, right + 1))


def _record(data: bytes, at: int) -> tuple[int, int, int] | None:
    """The type of the record at a place, where its data starts and where it ends; None if cut off."""
    kind = size = shift = 0
    try:
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        while True:
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift == 28:
                break
    except IndexError:
        return None
    return (kind, at, at + size) if at + size <= len(data) else None


def _text(data: bytes, at: int) -> tuple[str, int]:
    """A text with its length before it, and where it ends."""
    (length,) = _WORD.unpack_from(data, at)
    if length == _NOTHING:
        return "", at + 4
    end = at + 4 + 2 * length
    if end > len(data):
        raise struct.error
    return data[at + 4 : end].decode("utf-16-le"), end
