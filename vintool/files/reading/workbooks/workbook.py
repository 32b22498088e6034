"""Workbooks: surveyed before they are parsed, and every row with content accounted for.

XLSX, XLSB and ODS are read by calamine, which loads a sheet whole; XLS by xlrd. A sheet of an XLSX that the survey finds
too wide is read by openpyxl, up to where its table ends.
"""

import itertools
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa

from vintool.declaration import headers
from vintool.declaration.headed import Headed
from vintool.declaration.lexicon.meanings import NOT_STORED
from vintool.declaration.mapping import text_with_vins
from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.hidden import Spans, within
from vintool.files.reading.sheets import (
    SAMPLE_ROWS,
    Batch,
    Manifest,
    Sheet,
    Tally,
    header_notes,
    title_rows,
    title_texts,
    unique,
)
from vintool.files.reading.workbooks.beside_cells import (
    EMBEDDED,
    embedded,
    notes_of,
)
from vintool.files.reading.workbooks.cells import as_columns, cell_text, has_content
from vintool.files.reading.workbooks.merged_cells import Merges
from vintool.files.reading.workbooks.ods import OdsWorkbook
from vintool.files.reading.workbooks.parts import (
    Merged,
    Parts,
    Survey,
    Unread,
    damage_refused,
)
from vintool.files.reading.workbooks.sheet_choice import check_names, sorted_out
from vintool.files.reading.workbooks.unread import formulas_of, marked
from vintool.files.reading.workbooks.xlsb import XlsbWorkbook
from vintool.files.reading.workbooks.xlsx import XlsxWorkbook

if TYPE_CHECKING:
    from vintool.files.reading.workbooks.xls import XlsWorkbook

_ROWS = 8_192
_CELLS = 2_000_000  # of a batch
_WIDE = 512  # columns; a sheet that reaches further is read column by column known to be used
_ZIP = b"PK"
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_FOREIGN = {
    "content.xml": "an OpenDocument file and no spreadsheet",
    "word/document.xml": "a Word document",
    "index/document.iwa": "a Numbers, Pages or Keynote file",
}


_Workbook: TypeAlias = "XlsxWorkbook | XlsbWorkbook | OdsWorkbook | XlsWorkbook"


@dataclass(frozen=True, slots=True)
class _Source:
    """How to read one sheet.

    Attributes:
        rows: its rows from the first one on.
        peek: the same once, to find the header.
        expected: how many rows hold content.
        width: columns in every row.
        notes: for the user.
        left: the column of the sheet that is first in every row, from 0.
        merged: the blocks of merged cells.
        hidden_rows: those that the user does not see.
        hidden_columns: the same of columns, by the columns of the sheet.
    """

    rows: Callable[[], Iterator[Sequence[object]]]
    peek: Iterator[Sequence[object]]
    expected: int
    width: int
    notes: tuple[str, ...] = ()
    left: int = 0
    merged: tuple[Merged, ...] = ()
    hidden_rows: Spans = ()
    hidden_columns: Spans = ()


@contextmanager
def _workbook(path: Path) -> Iterator[_Workbook]:
    """A workbook of the format that its parts tell."""
    # Of a file of our own no part that was left half read keeps anything open.
    with path.open("rb") as file:
        if file.read(len(_ZIP)) != _ZIP:
            from vintool.files.reading.workbooks.xls import XlsWorkbook  # noqa: PLC0415 - start-up time

            yield XlsWorkbook(path)
            return
        with zipfile.ZipFile(file) as archive:
            parts = Parts(path, archive)
            if "xl/workbook.xml" in parts:
                yield XlsxWorkbook(path, archive)
            elif "xl/workbook.bin" in parts:
                yield XlsbWorkbook(path, archive)
            elif "content.xml" in parts and parts.begins("mimetype", _OPEN_DOCUMENT):
                yield OdsWorkbook(path, archive)
            else:
                foreign = (what for part, what in _FOREIGN.items() if part in parts)
                raise ManifestError(
                    f"this is {next(foreign, 'a zip archive and not a workbook')}",
                    file=path.name,
                    next_step="save or unpack the table as .xlsx or CSV",
                )


def read_workbook(
    path: Path,
    size: int,
    *,
    sheet: str | None,
    holds: Callable[[Headed], bool],
    words: str = headers.MANIFEST,
) -> Manifest:
    """Open a workbook: XLSX, XLSM, XLSB, ODS or XLS.

    Args:
        path: the file.
        size: its size in bytes.
        sheet: the only sheet to read; without it all visible ones that hold what is looked for.
        holds: whether a sheet does.
        words: the dictionary of headers.

    Raises:
        ManifestError: not a workbook, damaged, unreasonably large, or without such a sheet.
        NoVinColumn: several sheets, and none of them holds VINs.
    """
    with damage_refused(path), _workbook(path) as book:
        check_names(path, [entry.name for entry in book.sheets], sheet)
        parts = [entry.part for entry in book.sheets if entry.part]
        if len(set(parts)) < len(parts):
            raise zipfile.BadZipFile  # it would be read once for each
        opened, skipped = list[Sheet](), list[tuple[str, str]]()
        notes = notes_of(book.beside())
        unread = embedded(book.named(EMBEDDED)) if isinstance(book, Parts) else []
        grid = 0
        for position, (name, hidden, part) in enumerate(book.sheets):
            if (sheet or name) != name:
                continue
            if hidden and sheet is None:
                skipped += _why_hidden(book, position, size, words)
            elif not part:
                skipped.append((name, "not a table of cells"))
            elif not (survey := book.survey(part)).rows:
                skipped.append((name, "empty"))
            else:
                grid += survey.last_column * max(survey.rows, survey.last_row)
                source = replace(
                    _source(book, position, survey, keep=grid <= limits.GRID),
                    hidden_rows=survey.hidden_rows,
                    hidden_columns=survey.hidden_columns,
                )
                one, more = _open_sheet(path, size, name, source, words)
                opened.append(one)
                notes += [f"Sheet {name!r}: {note}" for note in (*source.notes, *more)]
        book.release()
    if not opened:
        raise ManifestError(
            "no sheet to read holds any content",
            file=path.name,
            next_step="check the hidden sheets, or ask the sender for the file again",
        )
    kept, left = sorted_out(path, opened, holds)
    skipped += left
    sheets = (tuple(kept), tuple(skipped), tuple(notes))
    return Manifest(path, book.format, "", *sheets, size, unread=tuple(unread))


def _why_hidden(book: _Workbook, position: int, size: int, words: str) -> list[tuple[str, str]]:
    """Why a hidden sheet is left out; VINs in its first rows are counted."""
    name, _, part = book.sheets[position]
    skipped, vins = list[tuple[str, str]](), 0
    with suppress(ManifestError):  # of a sheet that is not read nothing is refused
        if part and (survey := book.survey(part)).rows:
            source = _source(book, position, survey, keep=False)
            sheet, _ = _open_sheet(book.path, size, name, source, words)
            vins = sum(text_with_vins(sheet, place).vins for place in range(len(sheet.columns)))
    if vins:
        skipped.append(
            (name, f"hidden, with {vins} VIN(s) in its first rows; pass --sheet to read it")
        )
    else:
        skipped.append((name, "hidden; pass --sheet to read it"))
    return skipped


def _source(book: _Workbook, position: int, survey: Survey, *, keep: bool) -> _Source:
    """Choose how to read a sheet; ``keep``: whether memory lets it wait for its rows to be read."""
    name, _, part = book.sheets[position]
    notes = notes_of(survey.beside)
    if survey.errors:
        notes.append(
            f"{survey.errors} cell(s) hold an error such as #N/A: it stands in place of a value, and no row is cleared beside one that the verdict reads."
        )
    if survey.errors_alone:
        notes.append(
            f"{survey.errors_alone} row(s) below the last one hold nothing but errors such as #N/A and were left out."
        )
    if formulas := formulas_of(survey.unread):
        notes.append(
            f"{formulas} cell(s) hold a formula whose value is not stored and were not read ({NOT_STORED}): open and save the file in the spreadsheet program, and screen it again."
        )
    if isinstance(book, XlsxWorkbook):
        wide = survey.last_column > _WIDE
        if not wide and survey.last_column * (1 << 20) > limits.GRID:
            grid = survey.last_column * book.last_row(part)
            sparse = limits.is_sparse(grid, survey.cells, limits.SPARSE_GRID)
            wide = grid > limits.GRID or sparse
        if wide:
            source = _wide_source(book, position, survey, tuple(notes))
            within = range(source.left, source.left + source.width)
            unread = {
                row: kept
                for row, columns in survey.unread.items()
                if (kept := [mark for mark in columns if mark[0] in within])
            }
            return _with_unread(source, unread)
    else:
        _refuse_grid(book, name, survey)
    # The sheet parsed to find its header is kept until its rows are read.
    first = book.load(position)
    waiting = [first] if keep else []
    merged = survey.merged or tuple((*start, *end) for start, end in first.merged_cell_ranges or ())

    def rows() -> Iterator[Sequence[object]]:
        return iter((waiting.pop() if waiting else book.load(position)).iter_rows())

    top: Sequence[object] = next(first.iter_rows(), ())
    left = (first.start or (0, 0))[1]
    source = _Source(rows, first.iter_rows(), survey.rows, len(top), tuple(notes), left, merged)
    return _with_unread(source, survey.unread)


def _with_unread(source: _Source, unread: Unread) -> _Source:
    """A sheet in which the cells are marked that were not read; a library may see none of them."""
    if not unread:
        return source
    columns = {column for marks in unread.values() for column, _ in marks}
    wide = source.width and source.left + source.width
    start = min(source.left, *columns) if source.width else min(columns)
    width = max(wide, *(column + 1 for column in columns)) - start

    inner, left = source.rows, source.left

    def rows() -> Iterator[Sequence[object]]:
        return marked(inner(), unread, left, start, width)

    peek = marked(source.peek, unread, left, start, width)
    return replace(source, rows=rows, peek=peek, left=start, width=width)


def _wide_source(
    book: XlsxWorkbook, position: int, survey: Survey, notes: tuple[str, ...]
) -> _Source:
    """A sheet that calamine must not see."""
    part = book.sheets[position].part
    first, last, rows, strays = book.region(part, survey.unread)
    grid = (last - first + 1) * (low := book.last_row(part))
    if grid > limits.SLOW_GRID or limits.is_sparse(grid, survey.cells, limits.SPARSE_GRID):
        raise _too_far(book, book.sheets[position].name, last, low)
    notes += ("It is unusually wide and was read by a slower method.",)
    if strays:
        places = ", ".join(strays[:5]) + ", ..." * (len(strays) > 5)
        notes += (f"Content far to the right of the table was left out, at {places}.",)

    def slow() -> Iterator[Sequence[object]]:
        return _openpyxl_rows(book.path, book.sheets[position][0], first, last)

    return _Source(
        slow, slow(), rows, last - first + 1, notes, left=first - 1, merged=book.merged(part)
    )


def _refuse_grid(book: _Workbook, name: str, survey: Survey) -> None:
    """Refuse a sheet whose cells span a grid that does not fit into memory."""
    grid, cells = survey.last_row * survey.last_column, survey.cells
    if isinstance(book, OdsWorkbook):
        grid, cells = book.laid_out, book.cells  # all its sheets are loaded together
    if grid > limits.GRID or limits.is_sparse(grid, cells, limits.SPARSE_GRID):
        raise _too_far(book, name, survey.last_column, survey.last_row)


def _too_far(book: _Workbook, name: str, column: int, row: int) -> ManifestError:
    return ManifestError(
        f"its cells reach to column {column} and row {row}, too far to be loaded: a sheet may span {limits.GRID:,} cells, and {limits.CELLS_PER_VALUE} for each one that is written in it",
        file=book.path.name,
        sheet=name,
        next_step="delete the stray cell at the end, or save the table as CSV",
    )


def sheet_of_rows(  # noqa: PLR0913, PLR0917 - what a sheet is made of
    path: Path,
    size: int,
    name: str,
    rows: Sequence[Sequence[object]],
    merged: Sequence[Merged] = (),
    words: str = headers.MANIFEST,
) -> tuple[Sheet, list[str]]:
    """A sheet of rows that are held, as the tables of documents are, with notes.

    Args:
        path: the file that they come from.
        size: its size in bytes.
        name: of the sheet.
        rows: the cells of each row, from the first one on.
        merged: the blocks of merged cells.
        words: the dictionary of headers.
    """
    width = max(map(len, rows), default=0)
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    source = _Source(
        rows=lambda: iter(padded),
        peek=iter(padded),
        expected=sum(map(has_content, padded)),
        width=width,
        merged=tuple(merged),
    )
    return _open_sheet(path, size, name, source, words)


def _openpyxl_rows(path: Path, name: str, first: int, last: int) -> Iterator[Sequence[object]]:
    import openpyxl  # noqa: PLC0415 - start-up time

    with path.open("rb") as file:  # of our own: of a damaged one openpyxl does not let go
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, not about cells
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        sheet = book[name]
        sheet.reset_dimensions()  # or it stops where a wrong <dimension> says
        for row in sheet.iter_rows(min_col=first, max_col=last):
            yield [None if cell.data_type == "e" else cell.value for cell in row]


def _open_sheet(
    path: Path, size: int, name: str, source: _Source, words: str
) -> tuple[Sheet, list[str]]:
    """Find a sheet's header and make it readable."""
    # What is parsed already does not wait with the source until the rows are read.
    rows_of, expected, width = source.rows, source.expected, source.width
    if width > limits.COLUMNS:
        raise limits.beyond(
            f"its {width:,} columns are more",
            limits.COLUMNS,
            "columns",
            file=path.name,
            sheet=name,
            next_step="delete the stray cells at the right, or save the table as CSV",
        )
    first = itertools.islice(source.peek, headers.LOOKED_AT + SAMPLE_ROWS)
    sample = [[*map(cell_text, row), *[""] * (width - len(row))] for row in first]
    header = headers.find_header(sample, words)
    named = headers.name_columns(header, width)
    columns = unique(named)
    below = [block for block in source.merged if block[0] >= header.end]
    merges = Merges(below, source.left, columns, sample[header.end :])
    if merges.remembered > limits.MERGED:
        raise limits.beyond(
            "its merged cells cover more",
            limits.MERGED,
            "columns in all",
            file=path.name,
            sheet=name,
            next_step="undo the merging, or save the sheet as CSV",
        )
    whole = list(merges.filling(sample, has_content))[header.end :]
    data = tuple(tuple(map(cell_text, row)) for row in whole if has_content(row))[:SAMPLE_ROWS]
    above = np.array(header.rows_above, np.int64) + 1

    def read(tally: Tally) -> Iterator[Batch]:
        filled_rows = 0
        with damage_refused(path):
            rows, number = merges.filling(rows_of(), has_content), 0
            many = max(min(_ROWS, _CELLS // max(width, 1)), 1)
            while chunk := list(itertools.islice(rows, many)):
                numbers = np.arange(number + 1, number + len(chunk) + 1)
                number += len(chunk)
                arrays, filled = as_columns(chunk, len(columns))
                below = numbers > header.end
                if len(above):
                    below |= np.isin(numbers, above)
                kept = filled & below
                filled_rows += int(filled.sum())
                tally.blank += int((below & ~filled).sum())
                if not kept.any():
                    continue
                data = pa.RecordBatch.from_arrays(arrays, names=list(columns))
                if not kept.all():
                    data, numbers = data.filter(pa.array(kept)), numbers[kept]
                done = size * min(filled_rows, expected) // expected
                yield Batch(data, numbers, done)
        if filled_rows != expected:
            raise ManifestError(
                f"{filled_rows} rows with content were read and the sheet holds {expected}",
                file=path.name,
                sheet=name,
                next_step="save the sheet as CSV and pass that",
            )

    titles = title_rows(header, list(map(has_content, sample[: header.index])))
    notes = header_notes(header, titles)
    if not data and not len(above):
        notes.append("there is a header and no rows.")
    notes += merges.notes
    sheet = Sheet(
        name,
        columns,
        named,
        data,
        file=path.name,
        read=read,
        header_rows=header.lines,
        title_rows=titles,
        titles=title_texts(sample, titles),
        hidden_rows=source.hidden_rows,
        hidden_columns=tuple(
            name for name, hidden in zip(columns, _hidden(source, width), strict=True) if hidden
        ),
        header_end=header.end if header.lines else 0,
    )
    return sheet, notes


def _hidden(source: _Source, width: int) -> Iterator[bool]:
    """Of each column of the rows whether the user does not see it."""
    places = np.arange(width, dtype=np.int64) + source.left + 1
    yield from within(places, source.hidden_columns).tolist()
