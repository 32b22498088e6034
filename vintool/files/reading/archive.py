"""ZIP archives: the files in them, in the order of the archive."""

import zipfile
import zlib
from collections.abc import Generator, Iterator
from pathlib import Path, PurePosixPath

from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.members import Member

_CHUNK = 1 << 20
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
_OF_A_SYSTEM = frozenset({"__macosx", ".ds_store", "thumbs.db", "desktop.ini"})
DOCUMENT, ARCHIVE, WORKBOOK = "document", "archive", "workbook"
_PARTS = frozenset({"xl/workbook.xml", "xl/workbook.bin", "content.xml", "index/document.iwa", "[content_types].xml", "mimetype"})  # fmt: skip


def kind_of(path: Path) -> str:
    """What a ZIP archive is: a workbook, a Word document, or files; of a damaged workbook its reader tells."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {info.filename.replace("\\", "/").lower() for info in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return ARCHIVE if path.suffix.lower() == ".zip" else WORKBOOK
    if "word/document.xml" in names:
        return DOCUMENT
    return ARCHIVE if names.isdisjoint(_PARTS) else WORKBOOK


def archive_members(path: Path) -> Generator[Member, None, None]:
    """The files of an archive.

    Raises:
        ManifestError: it is damaged, or holds too many.
    """
    try:
        # Of a file of our own no part that was left half read keeps anything open.
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > limits.MEMBERS:
                raise limits.beyond(
                    "the archive holds more",
                    limits.MEMBERS,
                    "files",
                    file=path.name,
                    next_step="unpack it, and pass the files that are meant",
                )
            for entry in entries:
                if not entry.filename.endswith("/"):  # ``is_dir`` fails on an empty name
                    yield _member(path, archive, entry)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise _damaged(path) from None


def _member(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Member:
    name = _name(entry)
    if any(part.lower() in _OF_A_SYSTEM for part in PurePosixPath(name).parts):
        return Member(name, skipped="a mark of the system that packed it")
    if entry.flag_bits & _ENCRYPTED:
        return Member(name, unread="locked with a password; unpack it, and pass the file inside")

    def content() -> Iterator[bytes]:
        try:
            with archive.open(entry) as file:
                while chunk := file.read(_CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
            raise _damaged(path) from None  # NotImplementedError is a RuntimeError

    return Member(name, content)


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of a file; one that is not marked as UTF-8 is mostly Chinese where it is not ASCII."""
    if entry.flag_bits & _UTF8_NAME or entry.filename.isascii():
        return entry.filename
    raw = entry.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _damaged(path: Path) -> ManifestError:
    return ManifestError(
        "the archive is damaged or cut short, or packed in a way that is not read",
        file=path.name,
        next_step="ask the sender for it again, or unpack it and pass the files inside",
    )
