"""A manifest as its sender wrote it: sheets of batches, read without losing a row.

The file's own bytes decide how it is read; its name only decides where the bytes leave the choice
open. What cannot be read is refused with a sentence that says what to do next.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from vintool.declaration.headers import MANIFEST
from vintool.declaration.mapping import Headed, has_vins
from vintool.errors import ManifestError
from vintool.files.reading.compressed import COMPRESSED, Decompressed, Piped, is_device, is_pipe
from vintool.files.reading.sheets import PARQUET, Batch, Manifest, Sheet, Tally
from vintool.files.reading.watch import Watch
from vintool.files.subprocesses import available

_REFUSED = {
    b"Rar!": ("a RAR archive", "unpack it and pass the file inside"),
    b"7z\xbc\xaf": ("a 7z archive", "unpack it and pass the file inside"),
    b"BZh91AY": ("a bzip2 archive", "unpack it and pass the file inside"),
    b"\xfd7zXZ": ("an xz archive", "unpack it and pass the file inside"),
    b"\xff\xd8\xff": ("a picture (JPEG)", "ask the sender for the spreadsheet behind it"),
    b"\x89PNG": ("a picture (PNG)", "ask the sender for the spreadsheet behind it"),
    b"SQLite format 3": ("an SQLite database", "save the table as CSV"),
    b"FEA1\0": ("a Feather file of the first version", "write it again as Arrow or Parquet"),
    b"Obj\x01": ("an Avro file", "write it again as Parquet"),
    b"%PDF": ("a PDF document", "ask the sender for the spreadsheet behind it, or save its text as .txt"),
}  # fmt: skip
_WORKBOOKS = (
    b"PK",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
)  # a zip archive, and a compound file (OLE2)
_COMPRESSED_ENDINGS = frozenset({".gz", ".gzip", ".zst", ".zstd"})
_JSON_LINES = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*[\"}]")
_ARROW = (b"ARROW1\0\0", b"\xff\xff\xff\xff")
_XML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml\b|!--|!DOCTYPE\s+(?!html)|(?:[\w.-]+:)?Dec)|\xff\xfe<\0|\xfe\xff\0<",
    re.IGNORECASE,
)
_IN_SUBPROCESS = 8 << 20  # bytes of a workbook that takes longer than a process takes to start
_SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})


def _refuse_device(path: Path) -> None:
    if is_device(path):
        raise ManifestError(
            "this is a device and no file", file=str(path), next_step="for standard input give -"
        )


def open_manifest(
    path: Path | str,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    holds: Callable[[Headed], bool] = has_vins,
    words: str = MANIFEST,
) -> Manifest:
    """Open a manifest: find its format, encoding, sheets and header rows.

    CSV, TSV and other delimited text, plain text with VINs in it, JSON lines, XLSX, XLSM, XLSB, XLS, ODS, Parquet
    (also a folder of files), Arrow IPC, and the XML of the Single Window; any of them compressed by gzip or Zstandard, or out
    of a pipe.

    Args:
        path: the file.
        encoding: how its text is encoded, where guessing would be wrong; checked strictly.
        sheet: the only sheet of a workbook to read, by name, hidden or not.
        holds: which of several sheets of a workbook are read; those with VINs.
        words: the dictionary of headers that finds the header row.

    Raises:
        ManifestError: the file cannot be read, or changes while it is; the message says what to do.
    """
    path = Path(path)
    _refuse_device(path)
    if is_pipe(path):
        piped = Piped(path)
        opened = open_manifest(piped.path, encoding=encoding, sheet=sheet, holds=holds, words=words)
        return replace(_watched(opened, Watch.of(piped.path), piped), path=path)
    try:
        watch = Watch.of(path)
        if path.is_dir():
            from vintool.files.reading.parquet import read_parquet_folder  # noqa: PLC0415 - see _read

            return _watched(_sheetless(read_parquet_folder(path), sheet), watch)
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

    def read(place: Path, begin: bytes) -> Manifest:
        if not begin:
            raise ManifestError(
                "the file is empty (0 bytes)",
                file=path.name,
                next_step="ask the sender for it again",
            )
        _refuse(place, begin)
        if begin.startswith(_WORKBOOKS):
            return _read_workbook(place, sheet, holds, words)
        return _sheetless(_read(place, begin, encoding, words), sheet)

    if not head.startswith(COMPRESSED):
        _refuse_stump(path, head)
        return _watched(read(path, head), watch)
    content = Decompressed(path, head)
    with content.path.open("rb") as file:
        head = file.read(512)
    if head.startswith(COMPRESSED):
        raise ManifestError(
            "it is packed twice", file=path.name, next_step="unpack it and pass the file inside"
        )
    inner = read(content.path, head)
    return replace(_watched(inner, watch, content), path=path)


def _read(path: Path, head: bytes, encoding: str | None, words: str) -> Manifest:
    """Read a file that is no workbook.

    Each reader is imported when a file needs it: a CSV does not wait for the libraries of others.
    """
    size = path.stat().st_size
    ending = next(
        (one for one in map(str.lower, reversed(path.suffixes)) if one not in _COMPRESSED_ENDINGS),
        "",
    )
    if head.startswith(b"PAR1") or ending in PARQUET:
        from vintool.files.reading.parquet import read_parquet  # noqa: PLC0415

        return read_parquet(path, size)
    if head.startswith(_ARROW):
        from vintool.files.reading.arrow import read_arrow  # noqa: PLC0415

        return read_arrow(path, size)
    if _is_xml(head):
        from vintool.files.reading.single_window import read_declaration  # noqa: PLC0415

        return read_declaration(path, size, encoding=encoding)
    if ending in {".jsonl", ".ndjson"} or _JSON_LINES.match(head):
        from vintool.files.reading.jsonl import read_jsonl  # noqa: PLC0415

        return read_jsonl(path, size, encoding=encoding)
    from vintool.files.reading.delimited import read_delimited  # noqa: PLC0415

    return read_delimited(path, size, encoding=encoding, words=words)


def _read_workbook(
    path: Path, sheet: str | None, holds: Callable[[Headed], bool], words: str
) -> Manifest:
    """Read a workbook; a large one in a subprocess, as its library lets nothing else run."""
    from vintool.files.reading.workbooks.workbook import read_workbook  # noqa: PLC0415 - see _read

    size = path.stat().st_size
    read = partial(read_workbook, path, size, sheet=sheet, holds=holds, words=words)
    if size < _IN_SUBPROCESS or not available():
        return read()
    from vintool.files.reading.workbooks.subprocess_reader import read_in_subprocess  # noqa: PLC0415 - see _read

    return read_in_subprocess(read, path.name)


def _sheetless(manifest: Manifest, sheet: str | None) -> Manifest:
    """Refuse to choose a sheet where there is only one."""
    if sheet is not None:
        raise ManifestError(
            "this format has no sheets", file=manifest.path.name, next_step="leave out --sheet"
        )
    return manifest


@dataclass(frozen=True, slots=True)
class _Watched:
    """Reads a sheet, and ends in an error if the file has changed since it was opened.

    Attributes:
        sheet: as the reader of the format has opened it.
        watch: the file or folder as it was then.
        held: what must live as long as the sheet may be read.
    """

    sheet: Sheet
    watch: Watch
    held: object

    def __call__(self, tally: Tally) -> Iterator[Batch]:
        """The rows."""
        with self.watch.unchanged():
            yield from self.sheet.read(tally)


def _watched(manifest: Manifest, watch: Watch, held: object = None) -> Manifest:
    """The manifest with sheets that are watched."""
    sheets = (replace(one, read=_Watched(one, watch, held)) for one in manifest.sheets)
    return replace(manifest, sheets=tuple(sheets))


def _refuse_stump(path: Path, head: bytes) -> None:
    """Refuse what is left of a compressed file that ends before it says that it is one."""
    if not head or path.suffix.lower() not in {*_COMPRESSED_ENDINGS, ".zip"}:
        return
    if any(magic.startswith(head) for magic in (*COMPRESSED, *_WORKBOOKS)):
        raise ManifestError(
            f"{len(head)} byte(s) are all that is left of it",
            file=path.name,
            next_step="ask the sender for it again",
        )


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
    if re.match(rb"\s*\[\s*\{", head):
        raise ManifestError(
            "this is one JSON array",
            file=path.name,
            next_step="write one object a line, as jq -c '.[]' does",
        )
    if not _is_xml(head) and head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<", b"{\\rtf")):
        what = "a web page" if b"<" in head else "a text document"
        under = " under the name of a spreadsheet" if path.suffix.lower() in _SPREADSHEETS else ""
        raise ManifestError(
            f"this is {what}{under}",
            file=path.name,
            next_step="open it in a spreadsheet program and save a copy as .xlsx",
        )
