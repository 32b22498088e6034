"""Whether a workbook can be kept as its user made it: what openpyxl would hold of it, counted before it loads it.

The sheets to read are surveyed by their reader, but openpyxl loads all of them, and with them styles, comments, tables. It holds some
300 bytes a cell, believes what a part says of itself, and lays out each block of merged cells and each range of a link.
"""

import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Final

TAGS: Final = 3_000_000
"""Tags of XML in all its parts: some 700,000 cells."""
ROWS: Final = 40_000
"""Rows of all its sheets; each gets a cell for each column of ours."""
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
_TOO_LARGE = "it is too large for that: it was written anew from its values"


def why_not_keepable(path: Path) -> str:
    """Why a workbook is not kept as it is; empty if it can be.

    Args:
        path: a file that its reader has taken for an XLSX.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _weighed(archive)
    except (OSError, ValueError, RuntimeError, NotImplementedError, EOFError, zipfile.BadZipFile):
        return "its parts cannot be read: it was written anew from its values"


def _weighed(archive: zipfile.ZipFile) -> str:
    tags = rows = area = size = 0
    for info in archive.infolist():
        name = info.filename.replace("\\", "/").lower()
        if name.startswith(_PROGRAMS):
            return "it has sheets of macros: it was written anew from its values"
        if PurePosixPath(name).suffix not in _PARTS:
            continue  # pictures and macros, which openpyxl does not load here
        size += info.file_size  # zipfile gives no byte more than that
        if size > BYTES:
            return _TOO_LARGE
        part = archive.read(info)
        if part.startswith((b"\xff\xfe", b"\xfe\xff")) or b"<!DOCTYPE" in part:
            return "its parts are of an unusual kind: it was written anew from its values"
        tags += part.count(b"<")
        rows += len(_ROW.findall(part))
        area += sum(map(_area, _RANGE.finditer(part)))
        if tags > TAGS or rows > ROWS or area > AREA:
            return _TOO_LARGE
    return ""


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


def dropped_parts(path: Path) -> tuple[str, ...]:
    """What of a workbook does not come into the copy, in sentences."""
    with zipfile.ZipFile(path) as archive:
        names = [info.filename.replace("\\", "/").lower() for info in archive.infolist()]
    counted = (
        (sum(name == _MACROS for name in names), "its macros"),
        (sum(name.startswith("xl/media/") for name in names), "{} picture(s)"),
        (sum(name.startswith("xl/externallinks/externallink") for name in names), "{} link(s) to other workbooks"),
        (sum(name.startswith(("xl/embeddings/", "xl/activex/", "xl/ctrlprops/")) for name in names), "{} embedded object(s)"),
        (sum(name == "xl/connections.xml" for name in names), "its connections to data"),
    )  # fmt: skip
    return tuple(what.format(number) for number, what in counted if number)
