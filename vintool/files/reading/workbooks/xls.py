"""What an old workbook (XLS) really holds, learnt from its records before any library parses it.

In a compound file lies a stream of records, a type and a size of two bytes each ([MS-XLS] 2.1.4). A sheet
declares its size, and calamine reserves as much before it has seen a cell; a cell beyond all columns makes
it reserve the rest. Out of memory it ends the process. So all that it believes is looked at first.
"""

import codecs
import struct
from collections.abc import Iterator
from pathlib import Path
from struct import Struct, unpack_from

from vintool.errors import ManifestError
from vintool.files.reading.workbooks.ole2 import Compound, DamagedError
from vintool.files.reading.workbooks.xlsx import Merged, Survey

_LARGEST = 1 << 30
_ROWS, _COLUMNS = 65_536, 256

_HEAD = Struct("<HH")
_BOF, _EOF, _SHEET, _STRINGS, _CONTINUED, _LOCKED = 0x0809, 0x000A, 0x0085, 0x00FC, 0x003C, 0x002F
_SIZES, _MERGED = 0x0200, 0x00E5
_NUMBER, _RK, _MANY, _SHARED, _LABEL, _LOGICAL = 0x0203, 0x027E, 0x00BD, 0x00FD, 0x0204, 0x0205
_FORMULA, _TEXT, _RICH = 0x0006, 0x0207, 0x00D6
_CELLS = frozenset({_NUMBER, _RK, _MANY, _SHARED, _LABEL, _LOGICAL, _FORMULA, _TEXT})
_CODE_PAGE = 0x0042
_BIFF5, _BIFF8 = 0x0500, 0x0600
_BLANK = " \t\r\n"
_ENCRYPTED = "EncryptedPackage"  # the stream that holds an XLSX with a password


class OldBook:
    """An XLS workbook; its part names are the places of its sheets in the stream.

    Args:
        path: the file.

    Raises:
        ManifestError: locked with a password, or no workbook.
        ValueError: damaged, or so written that reading it would end the process.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.stat().st_size > _LARGEST:
            raise ManifestError(
                "the .xls workbook is larger than 1 GB",
                file=path.name,
                next_step="open it and save a copy as .xlsx",
            )
        self._version = _BIFF8
        self._blank = frozenset[int]()
        whole = path.read_bytes()
        try:
            self._stream = self._workbook(Compound(whole))
            self.sheets = tuple(self._sheets())
            self._surveys = {part: self._survey(int(part)) for _, _, part in self.sheets if part}
        except (DamagedError, struct.error, IndexError, UnicodeDecodeError):
            if _ENCRYPTED.encode("utf-16-le") in whole:
                raise self._locked() from None
            raise DamagedError from None

    def _locked(self) -> ManifestError:
        return ManifestError(
            "the workbook is password-protected",
            file=self.path.name,
            next_step="open it and save a copy without the password",
        )

    def _workbook(self, compound: Compound) -> bytes:
        """The stream of records."""
        if _ENCRYPTED in compound:
            raise self._locked()
        for name in ("Workbook", "Book"):
            if name in compound:
                return compound.stream(name)
        raise ManifestError(
            "this is no workbook",
            file=self.path.name,
            next_step="open it in the program that wrote it, and save the table as .xlsx or CSV",
        )

    def _sheets(self) -> Iterator[tuple[str, bool, str]]:
        """Each sheet's name, whether it is hidden, and its place (empty for a chart)."""
        letters = "latin-1"
        for kind, data, rest in _records(self._stream, 0):
            if kind == _LOCKED and unpack_from("<H", data)[0]:
                raise self._locked()
            if kind == _BOF:
                self._version = unpack_from("<H", data)[0]
                if self._version not in {_BIFF5, _BIFF8}:
                    raise ManifestError(
                        "this is a workbook of Excel 4 or older",
                        file=self.path.name,
                        next_step="open it and save a copy as .xlsx",
                    )
            elif kind == _CODE_PAGE and self._version == _BIFF5:
                letters = _code_page(unpack_from("<H", data)[0])
            elif kind == _STRINGS:
                self._blank = frozenset(_blank_strings([data, *rest]))
            elif kind == _SHEET:
                (place,) = unpack_from("<I", data)
                name = data[7:]
                if self._version == _BIFF8:
                    letters, name = ("latin-1", "utf-16-le")[data[7] & 1], data[8:]
                text = name.decode(letters, "replace")
                yield text[: data[6]], data[4] & 3 != 0, str(place) * (data[5] == 0)
            elif kind == _EOF:
                return

    def survey(self, part: str) -> Survey:
        """What a sheet holds."""
        return self._surveys[part]

    def _survey(self, place: int) -> Survey:
        rows, errors, last_row, last_column = set[int](), 0, 0, 0
        merged, at = list[Merged](), (0, 0)
        for kind, data in _of_sheet(self._stream, place):
            if kind == _SIZES:
                _check_sizes(data)
            elif kind == _MERGED:
                merged += _blocks(data)
            elif kind == _RICH:
                raise DamagedError  # calamine passes over its text
            elif kind in _CELLS:
                if kind != _TEXT:
                    at = unpack_from("<HH", data)
                last = unpack_from("<H", data, len(data) - 2)[0] if kind == _MANY else at[1]
                last_row, last_column = max(last_row, at[0] + 1), max(last_column, last + 1)
                if _is_error(kind, data):
                    errors += 1
                elif self._holds(kind, data):
                    rows.add(at[0])
        if last_column > _COLUMNS:
            raise DamagedError
        return Survey(len(rows), last_column, errors, last_row, tuple(merged))

    def _holds(self, kind: int, data: bytes) -> bool:
        """Whether a cell holds something."""
        if kind == _SHARED:
            return unpack_from("<I", data, 6)[0] not in self._blank
        if kind == _FORMULA:  # a text follows in a record of its own
            return data[12:14] != b"\xff\xff" or data[6] == 1
        if kind in {_LABEL, _TEXT}:
            head = 6 if kind == _LABEL else 0
            wide = self._version == _BIFF8
            text = data[head + 2 + wide :]
            if wide and data[head + 2] & 1:
                return bool(text.decode("utf-16-le").strip(_BLANK))
            return bool(text.strip(_BLANK.encode()))
        return True


def _of_sheet(stream: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """The records of one sheet, without those of the charts in it."""
    depth = 0
    for kind, data, _ in _records(stream, place):
        depth += (kind == _BOF) - (kind == _EOF)
        if depth < 1:
            return
        if depth == 1:
            yield kind, data


def _is_error(kind: int, data: bytes) -> bool:
    if kind == _FORMULA:
        return data[12:14] == b"\xff\xff" and data[6] == 2
    return kind == _LOGICAL and data[7] == 1


def _blocks(data: bytes) -> Iterator[Merged]:
    """The merged cells of a record."""
    for number in range(unpack_from("<H", data)[0]):
        top, low, left, right = unpack_from("<HHHH", data, 2 + 8 * number)
        yield top, left, low, right


def _code_page(number: int) -> str:
    """The encoding of a code page."""
    try:
        return codecs.lookup(f"cp{number}").name
    except LookupError:
        return "latin-1"


def _check_sizes(data: bytes) -> None:
    """Refuse a declared grid that is larger than any sheet; calamine reserves it unseen."""
    shape = "<IIHH" if len(data) >= 14 else "<HHHH"
    top, bottom, left, right = unpack_from(shape, data)
    if top > max(bottom, 1) or left > max(right, 1):
        raise DamagedError
    if bottom > _ROWS or right > _COLUMNS:
        raise DamagedError


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes, list[bytes]]]:
    """Each record with its type and data, and the records that continue it."""
    while at + 4 <= len(stream):
        kind, size = _HEAD.unpack_from(stream, at)
        data, at = stream[at + 4 : at + 4 + size], at + 4 + size
        if len(data) < size:
            raise DamagedError
        rest: list[bytes] = []
        while at + 4 <= len(stream) and _HEAD.unpack_from(stream, at)[0] == _CONTINUED:
            more = _HEAD.unpack_from(stream, at)[1]
            rest.append(stream[at + 4 : at + 4 + more])
            at += 4 + more
        yield kind, data, rest


def _blank_strings(pieces: list[bytes]) -> Iterator[int]:
    """The positions of shared strings without a character but white space.

    A text may be cut where a record is continued, and then says anew how wide its characters are.
    """
    (count,) = unpack_from("<I", pieces[0], 4)
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
        if not text.strip(_BLANK):
            yield index
