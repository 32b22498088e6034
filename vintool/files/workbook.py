"""XLSX: surveyed before it is parsed, and every row with content accounted for.

A sheet that the survey finds too wide for calamine is read by openpyxl, up to where its table ends.
"""

import itertools
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
from python_calamine import CalamineSheet, CalamineWorkbook

from vintool import headers
from vintool.errors import ManifestError, NoVinColumn
from vintool.files.sheet import Batch, Manifest, Sheet, Tally, unique
from vintool.files.survey import Book, Survey, readable

_SAMPLE = 500
_ROWS = 8_192
_WIDE = 512  # columns; a sheet that reaches further is read column by column known to be used
_GRID = 40_000_000  # cells that calamine may reserve, some 24 bytes each


@dataclass(frozen=True, slots=True)
class _Source:
    """How to read one sheet.

    Attributes:
        rows: its rows from the first one on.
        peek: the same once, to find the header.
        expected: how many rows hold content.
        width: columns in every row.
        notes: for the user.
    """

    rows: Callable[[], Iterator[Sequence[object]]]
    peek: Iterator[Sequence[object]]
    expected: int
    width: int
    notes: tuple[str, ...] = ()


def read_workbook(
    path: Path,
    size: int,
    *,
    sheet: str | None,
    holds: Callable[[headers.Headed], bool],
    words: str = headers.MANIFEST,
) -> Manifest:
    """Open an XLSX workbook.

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
    with readable(path), zipfile.ZipFile(path) as archive:
        book = Book(path, archive)
        if sheet is not None and sheet not in (name for name, _, _ in book.sheets):
            raise ManifestError(
                f"there is no sheet {sheet!r}",
                file=path.name,
                next_step=f"use one of {', '.join(repr(name) for name, _, _ in book.sheets)}",
            )
        found, skipped, notes = list[Sheet](), list[tuple[str, str]](), list[str]()
        for name, hidden, part in book.sheets:
            if (sheet or name) != name:
                continue
            if hidden and sheet is None:
                skipped.append((name, "hidden; pass --sheet to read it"))
            elif not part:
                skipped.append((name, "not a table of cells"))
            elif not (survey := book.survey(part)).rows:
                skipped.append((name, "empty"))
            else:
                source = _source(book, name, part, survey)
                opened, said = _open_sheet(path, size, name, source, words)
                found.append(opened)
                notes += [f"Sheet {name!r}: {note}" for note in (*source.notes, *said)]
    if not found:
        raise ManifestError(
            "no sheet to read holds any content",
            file=path.name,
            next_step="check the hidden sheets, or ask the sender for the file again",
        )
    kept = [one for one in found if holds(one)]
    if len(found) == 1:
        kept = found
    elif not kept:
        named = "; ".join(f"{one.name!r} has {headers.shown(one.columns)}" for one in found)
        raise NoVinColumn(
            f"no sheet has a column that looks like it holds VINs: {named}",
            file=path.name,
            next_step='pass --sheet and --map vin="..."',
        )
    skipped += [(one.name, "no column looks like VINs") for one in found if one not in kept]
    return Manifest(path, "xlsx", "", tuple(kept), tuple(skipped), tuple(notes), size)


def _source(book: Book, name: str, part: str, survey: Survey) -> _Source:
    """Choose the library that can read a sheet."""
    notes = (f"{survey.errors} cell(s) hold an error such as #N/A; read as empty.",) * (
        survey.errors > 0
    )
    wide = survey.last_column > _WIDE
    if not wide and survey.last_column * (1 << 20) > _GRID:
        wide = survey.last_column * book.last_row(part) > _GRID
    if wide:
        first, last, rows, strays = book.region(part)
        notes += ("It is unusually wide and was read by a slower method.",)
        if strays:
            shown = ", ".join(strays[:5]) + ", ..." * (len(strays) > 5)
            notes += (f"Content far to the right of the table was left out, at {shown}.",)

        def slow() -> Iterator[Sequence[object]]:
            return _openpyxl_rows(book.path, name, first, last)

        return _Source(slow, slow(), rows, last - first + 1, notes)
    # The sheet parsed to find its header is kept until its rows are asked for.
    loaded = [_load(book.path, name)]
    if any(bottom > top for (top, _), (bottom, _) in loaded[0].merged_cell_ranges or ()):
        notes += ("Cells are merged across rows; their value stands in the first row only.",)

    def rows_of() -> Iterator[Sequence[object]]:
        return iter((loaded.pop() if loaded else _load(book.path, name)).iter_rows())

    width = len(next(loaded[0].iter_rows(), ()))
    return _Source(rows_of, loaded[0].iter_rows(), survey.rows, width, notes)


def _load(path: Path, name: str) -> CalamineSheet:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name)


def _openpyxl_rows(path: Path, name: str, first: int, last: int) -> Iterator[Sequence[object]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, not about cells
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = book[name]
        sheet.reset_dimensions()  # or it stops where a wrong <dimension> says
        for row in sheet.iter_rows(min_col=first, max_col=last):
            yield [None if cell.data_type == "e" else cell.value for cell in row]
    finally:
        book.close()


def _text(value: object) -> str:
    """A cell as text: no ``.0`` behind a tariff code, dates in ISO order."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))  # beyond 15 digits Excel has lost some, and repr shows it
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _filled(row: Sequence[object]) -> bool:
    """Whether a row holds more than white space, as the survey counts it."""
    return any(
        value.strip(" \t\r\n") if isinstance(value, str) else value is not None for value in row
    )


def _array(cells: Sequence[object]) -> pa.Array:
    """A column as text; columns of one kind, nearly all there are, without a Python call a cell."""
    try:
        return pa.array(cells, pa.string())
    except pa.ArrowException:
        if all(type(cell) is float for cell in cells):
            numbers = np.array(cells, np.float64)
            if (np.abs(numbers) < 1e15).all() and (numbers == np.trunc(numbers)).all():
                return pa.array(numbers.astype(np.int64)).cast(pa.string())
        return pa.array(map(_text, cells), pa.string())


def _open_sheet(
    path: Path, size: int, name: str, source: _Source, words: str
) -> tuple[Sheet, list[str]]:
    """Find a sheet's header and make it readable."""
    first = itertools.islice(source.peek, headers.LOOKED_AT + _SAMPLE)
    sample = [[*map(_text, row), *[""] * (source.width - len(row))] for row in first]
    header = headers.find_header(sample, words)
    named = headers.name_columns(header, source.width)
    columns = unique(named)
    data = tuple(tuple(row) for row in sample[header.end :] if _filled(row))[:_SAMPLE]

    def read(tally: Tally) -> Iterator[Batch]:
        seen = 0
        with readable(path):
            rows = enumerate(source.rows(), 1)
            while chunk := list(itertools.islice(rows, _ROWS)):
                filled = [(number, row) for number, row in chunk if _filled(row)]
                seen += len(filled)
                kept = [(number, row) for number, row in filled if number > header.end]
                tally.blank += sum(number > header.end for number, _ in chunk) - len(kept)
                if kept:
                    numbers = np.array([number for number, _ in kept], np.int64)
                    padded = ((*row, *[""] * (len(columns) - len(row))) for _, row in kept)
                    arrays = [_array(cells) for cells in zip(*padded, strict=True)]
                    data = pa.RecordBatch.from_arrays(arrays, names=list(columns))
                    yield Batch(data, numbers, size * min(seen, source.expected) // source.expected)
        if seen != source.expected:
            raise ManifestError(
                f"{seen} rows with content were read and the sheet holds {source.expected}",
                file=path.name,
                sheet=name,
                next_step="save the sheet as CSV and pass that",
            )

    notes = []
    titles = sum(_filled(row) for row in sample[: header.index])
    if titles:
        notes.append(f"{titles} title row(s) above the header are not data.")
    if header.lines == 2:
        notes.append("the header has two lines; they were combined.")
    if not header.lines:
        notes.append("there is no header row: columns are named by position.")
    if not data:
        notes.append("there is a header and no rows.")
    return Sheet(name, columns, named, data, file=path.name, read=read), notes
