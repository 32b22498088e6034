"""A manifest as its sender wrote it: sheets of batches, read without losing a row.

The file's own bytes decide how it is read; its name only decides where the bytes leave the choice
open. What cannot be read is refused with a sentence that says what to do next.
"""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from vintool.declaration.headed import Headed
from vintool.declaration.headers import MANIFEST
from vintool.declaration.mapping import has_vins
from vintool.errors import ManifestError
from vintool.files.reading.compressed import (
    COMPRESSED,
    Decompressed,
    LaidOut,
    Piped,
    is_device,
    is_pipe,
)
from vintool.files.reading.members import Member, Nest, open_members
from vintool.files.reading.sheets import PARQUET, Batch, Manifest, Sheet, Tally, holding
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
    b"\x78\x9f\x3e\x22": ("winmail.dat, in which Outlook hides what is attached", "ask the sender to send the mail as plain text or HTML"),
    b"GIF8": ("a picture (GIF)", "ask the sender for the spreadsheet behind it"),
    b"II*\0": ("a picture (TIFF)", "ask the sender for the spreadsheet behind it"),
    b"MM\0*": ("a picture (TIFF)", "ask the sender for the spreadsheet behind it"),
}  # fmt: skip
_WORKBOOKS = (
    b"PK",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
)  # a zip archive, and a compound file (OLE2)
_ZIP = b"PK"
_HEAD = 4_096  # bytes that tell what a file is
_MAIL_HEAD = 1 << 16  # the same of a mail, which has passed many a server
_MARGIN = 512  # bytes in which a page begins
_FIELD = re.compile(rb"(?:\xef\xbb\xbf)?(?:From [^\r\n]|[A-Za-z][A-Za-z0-9-]{0,60}:)")
_JSON = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*(?:\[\s*[\[{\]]|\{\s*[\"}])")
_HTML = re.compile(rb"<(?:html|!DOCTYPE\s+html)\b", re.IGNORECASE)
_EXCEL_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
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

    CSV, TSV and other delimited text, plain text with VINs in it, JSON lines and documents, XLSX, XLSM, XLSB, XLS, ODS, the
    XML of Excel 2003, web pages with tables, Word documents, PDF with text, Parquet (also a folder of files), Arrow IPC, and
    the XML of the Single Window; mails and ZIP archives with any of these in them; any of them compressed by gzip or
    Zstandard, or out of a pipe.

    Args:
        path: the file.
        encoding: how its text is encoded, where guessing would be wrong; checked strictly.
        sheet: the only sheet of a workbook, or of what else holds several, to read, by name, hidden or not.
        holds: which of several sheets of a workbook are read; those with VINs.
        words: the dictionary of headers that finds the header row.

    Raises:
        ManifestError: the file cannot be read, or changes while it is; the message says what to do.
    """
    return _open(Path(path), _How(encoding, sheet, holds, words))


class _How(NamedTuple):
    """How a manifest is opened; ``open_manifest`` says what each of them means.

    Attributes:
        nest: of a file that lies in another one, that of both.
    """

    encoding: str | None
    sheet: str | None
    holds: Callable[[Headed], bool]
    words: str
    nest: Nest | None = None


def _open(path: Path, how: _How) -> Manifest:
    """Open a file that may be packed, or be a pipe or a folder."""
    _refuse_device(path)
    if is_pipe(path):
        piped = Piped(path)
        return replace(_watched(_open(piped.path, how), Watch.of(piped.path), piped), path=path)
    try:
        watch = Watch.of(path)
        if path.is_dir():
            from vintool.files.reading.parquet import read_parquet_folder  # noqa: PLC0415 - see _read

            return _watched(_sheetless(read_parquet_folder(path), how.sheet), watch)
        with path.open("rb") as file:
            head = file.read(_HEAD)
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
    if not head.startswith(COMPRESSED):
        _refuse_stump(path, head)
        return _watched(_unpacked(path, head, how), watch)
    content = Decompressed(path, head)
    if how.nest:
        how.nest.take(content.path.stat().st_size)
    with content.path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(COMPRESSED):
        raise ManifestError(
            "it is packed twice", file=path.name, next_step="unpack it and pass the file inside"
        )
    return replace(_watched(_unpacked(content.path, head, how), watch, content), path=path)


def _unpacked(path: Path, head: bytes, how: _How) -> Manifest:
    """Open a file as its first bytes tell."""
    if not head:
        raise ManifestError(
            "the file is empty (0 bytes)", file=path.name, next_step="ask the sender for it again"
        )
    _refuse(path, head)
    if head.startswith(_WORKBOOKS):
        return _read_packed(path, head, how)
    if (members := _mail(path, head)) is not None:
        return _read_members(path, "mail", members, how)
    if (document := _document(path, head)) is not None:
        return _read_document(document, path, how)
    return _sheetless(_read(path, head, how.encoding, how.words), how.sheet)


def _read_document(read: Callable[..., Manifest], path: Path, how: _How) -> Manifest:
    """Read a document that may hold several tables."""
    options = how._asdict()
    del options["nest"]
    return read(path, path.stat().st_size, **options)


def _read_packed(path: Path, head: bytes, how: _How) -> Manifest:
    """Read what is a ZIP archive or a compound file: a workbook, a Word document, an archive."""
    if head.startswith(_ZIP):
        from vintool.files.reading import archive  # noqa: PLC0415 - see _read

        kind = archive.kind_of(path)
        if kind == archive.DOCUMENT:
            from vintool.files.reading.word import read_word  # noqa: PLC0415

            return _read_document(read_word, path, how)
        if kind == archive.ARCHIVE:
            return _read_members(path, "archive", archive.archive_members(path), how)
    else:
        from vintool.files.reading.message import is_message, message_members  # noqa: PLC0415

        if is_message(path):
            return _read_members(path, "mail", message_members(path), how)
    return _read_workbook(path, how.sheet, how.holds, how.words)


def _mail(path: Path, head: bytes) -> Generator[Member, None, None] | None:
    """The parts of a mail; None if it is none."""
    if not _FIELD.match(head):
        return None
    from vintool.files.reading.mail import is_mail, mail_members  # noqa: PLC0415 - see _read

    with path.open("rb") as file:
        return mail_members(path) if is_mail(file.read(_MAIL_HEAD)) else None


def _document(path: Path, head: bytes) -> Callable[..., Manifest] | None:
    """The reader of a document that may hold several tables; None if it is none."""
    if head.startswith(b"%PDF"):
        from vintool.files.reading.pdf import read_pdf  # noqa: PLC0415 - see _read

        return read_pdf
    plain = head.replace(b"\0", b"")
    xml = _is_xml(plain) and not plain.lstrip().startswith(b"<!--")
    if _EXCEL_2003 in plain and not _HTML.search(plain) and b"<" in head[:_MARGIN]:
        from vintool.files.reading.workbooks.spreadsheetml import read_spreadsheetml  # noqa: PLC0415 - see _read

        return read_spreadsheetml
    if b"<" in head[:_MARGIN]:
        from vintool.files.reading.web_page import is_web_page, read_web_page  # noqa: PLC0415

        if _HTML.search(plain) if xml else is_web_page(plain):
            return read_web_page
    if _JSON.match(plain):
        from vintool.files.reading.json_document import is_document, read_json_document  # noqa: PLC0415

        if is_document(path):
            return read_json_document
    return None


def _read_members(
    path: Path, what: str, members: Generator[Member, None, None], how: _How
) -> Manifest:
    """Read the files in a file."""

    def open_one(laid_out: LaidOut, member: Member, nest: Nest) -> Manifest:
        encoding = member.encoding or how.encoding
        one = _open(laid_out.path, how._replace(encoding=encoding, sheet=None, nest=nest))
        if member.prose and one.delimiter and not any(map(how.holds, one.sheets)):
            one = _prose(laid_out.path, encoding) or one
        return replace(one, sheets=tuple(holding(sheet, laid_out) for sheet in one.sheets))

    with closing(members):
        return open_members(
            path,
            path.stat().st_size,
            what,
            members,
            open_one,
            nest=how.nest or Nest.around(path),
            sheet=how.sheet,
            holds=how.holds,
        )


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


def _prose(path: Path, encoding: str | None) -> Manifest | None:
    """The VINs in a text; None if there is none."""
    from vintool.files.reading.encoding import decide  # noqa: PLC0415 - see _read
    from vintool.files.reading.text import read_text  # noqa: PLC0415

    name, scan, notes = decide(path, encoding)
    return read_text(path, path.stat().st_size, name, scan.lines, notes)


def _read_workbook(
    path: Path, sheet: str | None, holds: Callable[[Headed], bool], words: str
) -> Manifest:
    """Read a workbook; a large one in a subprocess, as its library lets nothing else run."""
    from vintool.files.reading.workbooks.workbook import read_workbook  # noqa: PLC0415 - see _read

    size = path.stat().st_size
    read = partial(read_workbook, path, size, sheet=sheet, holds=holds, words=words)
    if size < _IN_SUBPROCESS or not available():
        manifest = read()
    else:
        from vintool.files.reading.workbooks.subprocess_reader import read_in_subprocess  # noqa: PLC0415 - see _read

        manifest = read_in_subprocess(read, path.name)
    sheets = (
        replace(one, reopen=partial(_reopened, path, one.name, holds, words))
        for one in manifest.sheets
    )
    return replace(manifest, sheets=tuple(sheets))


def _reopened(path: Path, name: str, holds: Callable[[Headed], bool], words: str) -> Sheet:
    """A sheet of a workbook, opened once more."""
    (sheet,) = _read_workbook(path, name, holds, words).sheets
    return sheet


def _sheetless(manifest: Manifest, sheet: str | None) -> Manifest:
    """Refuse to choose a sheet where there is only one."""
    if sheet is not None:
        raise ManifestError(
            "this format has no sheets",
            file=manifest.path.name,
            next_step="leave out --sheet",
            in_python="leave out sheet=",
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
    if head.startswith(b"<") and b"<?xml".startswith(head.rstrip()):
        raise ManifestError(
            "this is XML that is cut short", file=path.name, next_step="have it written again"
        )
    if head.startswith(b"{\\rtf"):
        raise ManifestError(
            "this is a text document under the name of a spreadsheet"
            if path.suffix.lower() in _SPREADSHEETS
            else "this is a text document",
            file=path.name,
            next_step="open it in a spreadsheet program and save a copy as .xlsx",
        )
