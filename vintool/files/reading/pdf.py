"""PDF with text: its tables by pdfplumber, and the VINs in the text around them.

pdfplumber comes with the extra ``pdf``. It runs in a subprocess that may take so much memory and time and no more: a small
file can ask it for any amount of both.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from vintool.declaration.headed import Headed
from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.sheets import Manifest
from vintool.files.reading.tables import Block, Source, Table, read_blocks
from vintool.files.subprocesses import Subprocess, SubprocessEndedError, available

_LIBRARY = "pdfplumber"
_ASK = "ask the sender for the spreadsheet behind it"
_NEAR = 3  # points by which the edges of a table that goes on differ from page to page


class _Text(NamedTuple):
    """What a PDF holds.

    Attributes:
        blocks: its tables and lines.
        scanned: the numbers of pages that show pictures and no text.
        pages: how many pages it has.
        headings: how many rows were the heading once more, on a further page.
    """

    blocks: list[Block]
    scanned: list[int]
    pages: int
    headings: int


def read_pdf(  # noqa: PLR0913 - how a manifest is opened
    path: Path,
    size: int,
    *,
    encoding: str | None,  # noqa: ARG001 - as of other documents
    sheet: str | None,
    holds: Callable[[Headed], bool],
    words: str,
) -> Manifest:
    """Open a PDF: its tables that hold VINs, and the VINs in its text.

    Args:
        path: the file.
        size: its size in bytes.
        encoding: not used.
        sheet: the only table to read.
        holds: whether a table holds what is looked for.
        words: the dictionary of headers.

    Raises:
        ManifestError: pdfplumber is not installed; or the file is damaged, locked, too large or holds no text.
        NoVinColumn: there is no VIN in it.
    """
    if find_spec(_LIBRARY) is None:
        raise ManifestError(
            "this is a PDF document, which is read with the extra pdf",
            file=path.name,
            next_step=f"install it (pip install {_LIBRARY}), or {_ASK}",
        )
    limits.refuse_larger(path, limits.PDF, "the PDF", next_step=_ASK)
    text = _text(path)
    if text.scanned and not text.blocks:
        raise ManifestError(
            f"its {text.pages} page(s) are pictures, as a scanner makes them, and hold no text",
            file=path.name,
            next_step=f"{_ASK}, or have the text recognised (OCR), and look at what comes out",
        )
    notes = ["This is a PDF: hold a few rows against it, for a table in it is a drawing."]
    if text.headings:
        notes.append(
            f"{text.headings} row(s) are the heading again, on a further page, and no data."
        )
    unread = [(f"page {page}", f"it is a picture without text; {_ASK}") for page in text.scanned]
    source = Source(path, size, "pdf", "", notes, unread)
    return read_blocks(source, text.blocks, sheet=sheet, holds=holds, words=words)


def _text(path: Path) -> _Text:
    if not available():
        return _parsed(path)
    client = Subprocess(_reader, path)
    try:
        client.result()
        client.request()
        text: _Text = client.result()
    except (SubprocessEndedError, MemoryError):
        raise ManifestError(
            "it takes more time or memory than any list does", file=path.name, next_step=_ASK
        ) from None
    finally:
        client.end()
    return text


def _reader(path: Path) -> Callable[[], _Text]:
    """Within the bounds of the subprocess, what reads the text."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not everywhere

        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (limits.PDF_MEMORY, limits.PDF_MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (limits.PDF_SECONDS, limits.PDF_SECONDS))
    return partial(_parsed, path)


def _parsed(path: Path) -> _Text:
    import pdfplumber  # noqa: PLC0415 - of an extra

    text = _Text([], [], 0, 0)
    try:
        with pdfplumber.open(path) as pdf:
            _check_pages(path, len(pdf.pages))
            last: Any = None
            for page in pdf.pages:
                last, text = _add_page(page, last, text)
                page.close()
            return text._replace(pages=len(pdf.pages))
    except (ManifestError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - the library raises whatever its parts do
        locked = "Password" in f"{type(error).__name__} {error!r}"
        raise ManifestError(
            "the PDF is locked with a password" if locked else "the PDF is damaged or cut short",
            file=path.name,
            next_step="save a copy without the password" if locked else _ASK,
        ) from None


def _check_pages(path: Path, pages: int) -> None:
    if pages > limits.PAGES:
        raise limits.beyond("it has more", limits.PAGES, "pages", file=path.name, next_step=_ASK)


def _add_page(page: Any, last: Any, text: _Text) -> tuple[Any, _Text]:
    """Add the tables and lines of a page; the last table of it with its edges, where one can go on behind it."""
    if not page.chars:
        if page.images or page.curves or page.rects:
            text.scanned.append(page.page_number)
        return last, text
    tables = sorted(page.find_tables(), key=lambda table: table.bbox[1])
    boxes = [table.bbox for table in tables]
    outside = page.filter(lambda thing: not any(_within(thing, box) for box in boxes))
    lines = list(_lines(outside))
    headings = text.headings
    for table in tables:
        above = [line for top, line in lines if top < table.bbox[1]]
        lines = [(top, line) for top, line in lines if top >= table.bbox[1]]
        text.blocks.extend(above)
        rows = [[cell or "" for cell in row] for row in table.extract()]
        if not any(map(any, rows)):
            continue
        if last is not None and _goes_on(last, table, rows):
            again = rows[0] == last[1].rows[0]
            headings += again
            last[1].rows.extend(rows[again:])
        else:
            block = Table(rows)
            text.blocks.append(block)
            last = (table.bbox, block)
    text.blocks.extend(line for _, line in lines)
    return last, text._replace(headings=headings)


def _goes_on(last: tuple[Any, Table], table: Any, rows: list[list[str]]) -> bool:
    """Whether a table is that of the page before, of the same width and edges."""
    (left, _, right, _), block = last
    return bool(
        len(rows[0]) == len(block.rows[0])
        and abs(table.bbox[0] - left) < _NEAR
        and abs(table.bbox[2] - right) < _NEAR
    )


def _within(thing: Any, box: tuple[float, float, float, float]) -> bool:
    """Whether the middle of a thing lies in a box."""
    if "x0" not in thing:
        return False
    across, down = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return bool(box[0] <= across <= box[2] and box[1] <= down <= box[3])


def _lines(page: Any) -> Iterator[tuple[float, str]]:
    """The lines of a page, each with its place from the top."""
    for line in page.extract_text_lines(return_chars=False):
        yield line["top"], line["text"]
