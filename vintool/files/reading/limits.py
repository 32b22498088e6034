"""The largest inputs that are read: every bound of the readers, and the sentence that refuses what lies beyond it.

Each bound stands far above what honest manifests reach, and low enough that the work and the memory that a hostile file can
ask for stay small. What it bounds is never cut off in silence: the file is refused, with the place, the bound and the way out.
How many VINs a range is counted out to stands in ``vin.ranges``: a longer one is no error, its row is held.
"""

from pathlib import Path
from typing import Final

from vintool.errors import ManifestError

PIPED: Final = 1 << 33
"""Bytes that are taken from a pipe, which says not how many are to come."""

COLUMNS: Final = 16_384
"""Cells of a record, keys of an object, columns of a sheet or an Arrow table: as many as a sheet of Excel has."""

EXTRA_COLUMNS: Final = 256
"""Cells of a record of text beyond those of the header and of most records: every other row gets as many empty ones."""

CELLS_PER_VALUE: Final = 64
"""Cells that a table has for each one that is written in its file. Tables that people fill in have one to five; JSON lines of which each has other keys, records of one cell under a header of thousands, a cell in each far corner of a sheet have more."""

SPARSE_CELLS: Final = 1 << 22
"""Cells of a text or of JSON lines up to which nobody asks how many of them are written."""

SPARSE_GRID: Final = 1 << 24
"""The same of a sheet of a workbook: as many as a whole sheet of an XLS has."""

UNPACKED: Final = 256 << 20
"""Bytes that a compressed file may unpack to whatever its own size: as much disk as any small file can take."""

RATIO: Final = 200
"""Times its own size that a larger one, or a part of a workbook, may unpack to. Manifests reach some 10 to 50: serials differ from row to row."""

UNPACKED_AT_MOST: Final = 1 << 38
"""Bytes that any compressed file may unpack to."""

LINE: Final = 16 << 20
"""Characters of a line of text or of JSON. An EDI message may be one line; of ten thousand vehicles it has 1 MB."""

RECORD: Final = 1 << 20
"""Bytes of a record of CSV: the parser works block by block, and holds a few blocks. A quotation mark that is not closed makes longer ones."""

ELEMENT: Final = 1 << 16
"""Characters of an element of XML that is read; no field of the declaration has more than a few hundred."""

NOT_READ: Final = 1 << 23
"""Cells of a sheet with errors, or with formulas whose values are not stored: each is remembered by its place."""

TAG: Final = 1 << 20
"""Bytes of a tag of XML with its attributes; it is gone through anew for each piece that is read."""

PART: Final = 1 << 32
"""Bytes that a part of a workbook may unpack to: a sheet of a million rows and thirty columns has 2 GB."""

SMALL_PART: Final = 64 << 20
"""Bytes up to which nobody asks how tightly a part of a workbook is packed; and of a row of XLSX, or of a shared text, which are held whole."""

SMALL_XML: Final = 16 << 20
"""Bytes of the parts of a workbook that list its sheets, which are held as a tree."""

SHEETS: Final = 4_096
"""Sheets of a workbook. Excel itself lets memory decide; a sheet a day makes 366."""

GRID: Final = 40_000_000
"""Cells of the rectangle that the cells of a sheet span: the libraries reserve all of it, some 24 bytes each."""

SLOW_GRID: Final = 1 << 28
"""The same of a sheet of XLSX that is read row by row, which reserves nothing and takes a minute for so many."""

MERGED: Final = 1 << 22
"""Columns of merged cells in all rows where one begins: each is remembered."""

XLS: Final = 1 << 30
"""Bytes of an XLS, which is held whole."""

NUMBER_FORMAT: Final = 600
"""Bytes of a number format of an XLS: the library's time grows with their square. Excel takes 255 characters."""

XLSB_RECORD: Final = 16 << 20
"""Bytes of a record of XLSB: a cell of text has 64 KB at most."""

REPEATED_SPACES: Final = 1 << 16
"""Spaces that one element of an ODS may stand for."""

DECISIONS: Final = 1 << 30
"""Bytes of a record of decisions (``decisions.jsonl``), which is held whole: some two million decisions."""

PAGE: Final = 16 << 20
"""Bytes of a saved page of a type approval, which is held whole: such a page has some 100 KB."""

WEB_PAGE: Final = 64 << 20
"""Bytes of a web page with tables, which is held whole: a sheet of 100,000 rows that a portal calls .xls has some 50 MB."""

DOCUMENT: Final = 128 << 20
"""Bytes of a JSON document or of the text of a Word document, which are held whole: 128 MB are some 800,000 records."""

MAIL: Final = 160 << 20
"""Bytes of a mail, which is held whole: mail servers take 25 to 150 MB."""

MULTIPARTS: Final = 256
"""Parts of a mail that hold parts: each line is held against the boundaries of all that are open. Forwarded ten times there are some 30."""

MIME_FIELD: Final = 8_192
"""Bytes of a field that says of what type a part of a mail is: names of files have some 100, and are read with their square."""

PDF: Final = 64 << 20
"""Bytes of a PDF: a page of a list has some 10 KB, a scanned one some 300."""

PAGES: Final = 2_000
"""Pages of a PDF: each takes up to a second, and 50 vehicles."""

PDF_MEMORY: Final = 3 << 30
"""Bytes of memory that reading a PDF may take: a page of text takes some 10 MB, and is let go of."""

PDF_SECONDS: Final = 900
"""Seconds of a processor that reading a PDF may take."""

NESTED: Final = 4
"""How deep files may lie in files: a list in an archive in a mail that was forwarded in a mail."""

MEMBERS: Final = 4_096
"""Files in a mail or an archive, and in those in it: each is opened, and laid out on the disk."""


def is_sparse(cells: int, written: int, free: int) -> bool:
    """Whether a table has far more cells than its file holds.

    Args:
        cells: of the table, rows times columns.
        written: in the file, empty ones too.
        free: cells up to which any table is taken.
    """
    return cells > free and cells > CELLS_PER_VALUE * written


def refuse_larger(path: Path, bound: int, what: str, *, next_step: str) -> None:
    """Refuse a file that is held whole and larger than its bound.

    Args:
        path: of the file.
        bound: bytes.
        what: the file is, such as ``the page``.
        next_step: the way out.

    Raises:
        ManifestError: it is larger.
    """
    if path.stat().st_size > bound:
        raise beyond(f"{what} is larger", bound, "bytes", file=path.name, next_step=next_step)


def beyond(  # noqa: PLR0913 - the parts of its sentence
    what: str,
    bound: int,
    unit: str,
    *,
    file: str,
    next_step: str,
    row: int | None = None,
    sheet: str = "",
) -> ManifestError:
    """The refusal of what lies beyond a bound.

    Args:
        what: what is too large, such as ``a line``.
        bound: what is read at most.
        unit: of the bound.
        file: its name.
        next_step: the way out.
        row: the place, from 1.
        sheet: the place in a workbook.

    >>> print(beyond("a line is longer", LINE, "characters", file="a.csv", next_step="break it"))
    a.csv: a line is longer than 16,777,216 characters; break it.
    """
    return ManifestError(
        f"{what} than {bound:,} {unit}",
        file=file,
        sheet=sheet,
        row=row,
        next_step=next_step,
    )
