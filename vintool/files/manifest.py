"""A manifest as its sender wrote it: sheets of batches, read without losing a row.

The file's own bytes decide how it is read; its name only decides where the bytes leave the choice
open. What cannot be read is refused with a sentence that says what to do next.
"""

import re
from collections.abc import Callable
from pathlib import Path

from vintool.errors import ManifestError
from vintool.files.ole2 import OLE2
from vintool.files.sheet import Manifest
from vintool.headers import MANIFEST, Headed, has_vins

_REFUSED = {
    b"\x1f\x8b": ("a gzip archive", "unpack it and pass the file inside"),
    b"Rar!": ("a RAR archive", "unpack it and pass the file inside"),
    b"7z\xbc\xaf": ("a 7z archive", "unpack it and pass the file inside"),
    b"%PDF": ("a PDF document", "ask the sender for the spreadsheet behind it"),
}
_XML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml\b|!--|!DOCTYPE\s+(?!html)|(?:[\w.-]+:)?Dec)|\xff\xfe<\0|\xfe\xff\0<",
    re.IGNORECASE,
)
_SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})


def open_manifest(
    path: Path | str,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    holds: Callable[[Headed], bool] = has_vins,
    words: str = MANIFEST,
) -> Manifest:
    """Open a manifest: find its format, encoding, sheets and header rows.

    Args:
        path: the file.
        encoding: how its text is encoded, where guessing would be wrong; checked strictly.
        sheet: the only sheet of a workbook to read, by name, hidden or not.
        holds: which of several sheets of a workbook are read; those with VINs.
        words: the dictionary of headers that finds the header row.

    Raises:
        ManifestError: the file cannot be read; the message says what to do.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise ManifestError("this is a folder", file=path.name, next_step="name one file in it")
        with path.open("rb") as file:
            head = file.read(512)
    except FileNotFoundError:
        raise ManifestError(
            "there is no such file", file=str(path), next_step="check the path"
        ) from None
    except OSError as error:
        raise ManifestError(
            f"cannot be opened ({error.strerror})",
            file=str(path),
            next_step="check that it is yours to read and not open elsewhere",
        ) from None
    if not head:
        raise ManifestError(
            "the file is empty (0 bytes)", file=path.name, next_step="ask the sender for it again"
        )
    _refuse(path, head)
    # Each reader is imported when a file needs it: a CSV does not wait for the workbook libraries.
    if head.startswith(b"PAR1") or path.suffix.lower() in {".parquet", ".pq"}:
        from vintool.files.parquet import read_parquet  # noqa: PLC0415

        manifest = read_parquet(path, size)
    elif head.startswith((b"PK", OLE2)):
        from vintool.files.workbook import read_workbook  # noqa: PLC0415

        return read_workbook(path, size, sheet=sheet, holds=holds, words=words)
    elif _is_xml(head):
        from vintool.files.single_window import read_declaration  # noqa: PLC0415

        manifest = read_declaration(path, size, encoding=encoding)
    else:
        from vintool.files.delimited import read_delimited  # noqa: PLC0415

        manifest = read_delimited(path, size, encoding=encoding, words=words)
    if sheet is not None:
        raise ManifestError(
            "this format has no sheets", file=path.name, next_step="leave out --sheet"
        )
    return manifest


def _is_xml(head: bytes) -> bool:
    """Whether a file begins as XML; a web page does not count.

    >>> _is_xml(b'<?xml version="1.0"?>'), _is_xml(b"<ns0:DecMessage>"), _is_xml(b"<html>")
    (True, True, False)
    """
    return _XML.match(head) is not None


def _refuse(path: Path, head: bytes) -> None:
    """Name what the file really is, where that is nothing we read."""
    for magic, (what, next_step) in _REFUSED.items():
        if head.startswith(magic):
            raise ManifestError(f"this is {what}", file=path.name, next_step=next_step)
    if not _is_xml(head) and head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<", b"{\\rtf")):
        what = "a web page" if b"<" in head else "a text document"
        under = " under the name of a spreadsheet" if path.suffix.lower() in _SPREADSHEETS else ""
        raise ManifestError(
            f"this is {what}{under}",
            file=path.name,
            next_step="open it in a spreadsheet program and save a copy as .xlsx",
        )
