"""Whether a workbook can be kept as its user made it: what openpyxl would hold of it, counted before it loads it.

The sheets to read are surveyed by their reader, but openpyxl loads all of them, and with them styles, comments, tables. It holds some
300 bytes a cell, believes what a part says of itself, and lays out each block of merged cells and each range of a link.
"""

import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Final

TAGS: Final = 2_000_000
"""Tags of XML in all its parts: some 500,000 cells."""
ROWS: Final = 20_000
"""Rows of all its sheets; each gets a cell for each column of ours, which takes openpyxl a second a thousand rows."""
BYTES: Final = 128 << 20
"""Bytes that its parts unpack to."""
AREA: Final = 1_000_000
"""Cells of merged blocks, of ranges with a link, and of tables."""

_RANGE = re.compile(
    rb"""<(?:\w+:)?(?:mergeCell|hyperlink|table)\s(?:[^<>]*?\s)?ref\s*=\s*["']\$?([A-Za-z]{1,3})\$?(\d{1,7}):\$?([A-Za-z]{1,3})\$?(\d{1,7})["']"""
)
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_PROGRAMS = ("xl/macrosheets/", "xl/dialogsheets/")
_MACROS = "xl/vbaproject.bin"
_PARTS = frozenset({".xml", ".rels", ".vml"})


class NotKeptError(Exception):
    """The workbook cannot be kept; its message says why."""


def refuse_unkeepable(path: Path) -> None:
    """Refuse a workbook that is not to be loaded.

    Args:
        path: a file that its reader has taken for an XLSX.

    Raises:
        NotKeptError: it is too large, or not what it should be.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _weigh(archive)
    except (OSError, ValueError, RuntimeError, NotImplementedError, EOFError, zipfile.BadZipFile):
        note = "its parts cannot be read"
        raise NotKeptError(note) from None


def _weigh(archive: zipfile.ZipFile) -> None:
    tags = rows = area = size = 0
    for info in archive.infolist():
        name = info.filename.replace("\\", "/").lower()
        if name.startswith(_PROGRAMS):
            note = "it has sheets of macros"
            raise NotKeptError(note)
        if PurePosixPath(name).suffix not in _PARTS:
            continue  # pictures and macros, which openpyxl does not load here
        size += info.file_size  # zipfile gives no byte more than that
        part = archive.read(info) if size <= BYTES else b""
        if part.startswith((b"\xff\xfe", b"\xfe\xff")) or b"<!DOCTYPE" in part:
            note = "its parts are of an unusual kind"
            raise NotKeptError(note)
        tags += part.count(b"<")
        rows += len(_ROW.findall(part))
        area += sum(map(_area, _RANGE.finditer(part)))
        if size > BYTES or tags > TAGS or rows > ROWS or area > AREA:
            note = (
                f"it is too large for that, {ROWS:,} rows and some {TAGS // 4:,} cells can be kept"
            )
            raise NotKeptError(note)


def _area(match: re.Match[bytes]) -> int:
    left, top, right, bottom = match.groups()
    return (abs(_column(right) - _column(left)) + 1) * (abs(int(bottom) - int(top)) + 1)


def _column(letters: bytes) -> int:
    """The number of a column, from 1.

    >>> _column(b"A"), _column(b"AA"), _column(b"xfd")
    (1, 27, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def notes_of_dropped(path: Path) -> list[str]:
    """What of a workbook does not come into the copy, in sentences."""
    with zipfile.ZipFile(path) as archive:
        names = [info.filename.replace("\\", "/").lower() for info in archive.infolist()]

    def count(*starts: str) -> int:
        return sum(name.startswith(starts) for name in names)

    notes = []
    if count(_MACROS):
        notes.append("annotated.xlsx is without the macros of your workbook.")
    if number := count("xl/media/"):
        notes.append(f"annotated.xlsx is without {number} picture(s) of your workbook.")
    if number := count("xl/embeddings/", "xl/activex/", "xl/ctrlprops/"):
        notes.append(f"annotated.xlsx is without {number} embedded object(s) of your workbook.")
    if count("xl/connections.xml"):
        notes.append("annotated.xlsx is without the connections of your workbook to data.")
    return notes
