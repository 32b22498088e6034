"""What a manifest is made of: sheets of batches, with all that a reader knows of them."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import pyarrow as pa
from pyarrow.lib import concat_batches

from vintool.declaration.headers import Header, label
from vintool.errors import ManifestError
from vintool.files.reading.hidden import Hidden, Spans, spans

SAMPLE_ROWS = 500
"""How many of its first rows a sheet is known by."""

PARQUET = frozenset({".parquet", ".pq"})
"""How the names of Parquet files end."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive rows of one sheet.

    Attributes:
        data: the user's columns under the names of ``Sheet.columns``. From Parquet the file's own
            types, else all text.
        rows: for each row its number as the user sees it, from 1, counting titles and headers.
        position: bytes of the file consumed so far, for a progress bar.
    """

    data: pa.RecordBatch
    rows: np.ndarray
    position: int


def evened(batches: Iterable[Batch], size: int) -> Iterator[Batch]:
    """The same rows in batches of about ``size`` rows: small ones are put together, large ones cut."""
    waiting, rows = list[Batch](), 0
    for batch in batches:
        if waiting and (
            rows + batch.data.num_rows > 1.5 * size or not _joinable(batch.data.schema)
        ):
            yield _joined(waiting)
            waiting, rows = [], 0
        waiting.append(batch)
        rows += batch.data.num_rows
        if rows >= size or not _joinable(batch.data.schema):
            yield from _cut(_joined(waiting), size)
            waiting, rows = [], 0
    if waiting:
        yield _joined(waiting)


_T = TypeVar("_T")


def ahead(items: Iterator[_T]) -> Iterator[_T]:
    """The same items; while one is used, another thread makes the next one."""

    def make() -> list[_T]:
        return list(itertools.islice(items, 1))

    context = copy_context()  # the reference of the call is that of the other thread
    with ThreadPoolExecutor(1) as other:
        following = other.submit(context.run, make)
        while made := following.result():
            following = other.submit(context.run, make)
            yield from made


def _joinable(schema: pa.Schema) -> bool:
    """Whether batches of a schema can always be put together."""
    return not any(
        pa.types.is_nested(kind) or pa.types.is_dictionary(kind) for kind in schema.types
    )


def _joined(batches: list[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    return Batch(
        concat_batches([batch.data for batch in batches]),
        np.concatenate([batch.rows for batch in batches]),
        batches[-1].position,
    )


def _cut(batch: Batch, size: int) -> Iterator[Batch]:
    """The batch in parts as even as may be."""
    rows = batch.data.num_rows
    step = max(1, -(-rows // max(1, round(rows / size))))
    for start in range(0, rows, step):
        part = slice(start, start + step)
        yield Batch(batch.data[part], batch.rows[part], batch.position)


@dataclass(slots=True)
class Tally:
    """What a reader counts while it runs."""

    blank: int = 0


def without_rows(_tally: Tally) -> Iterator[Batch]:
    """The rows of a sheet that has none to give."""
    return iter(())


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a manifest.

    Attributes:
        name: the sheet's name; empty for formats with one table.
        columns: the user's headers in order, made unique; a blank one is ``column 7``.
        headers: the same before they were made unique.
        sample: the first data rows, at most ``SAMPLE_ROWS``, as text.
        file: the file's name, for messages.
        read: produces the batches and keeps the tally.
        fixed: field -> column, where the format itself says what a column is.
        header_rows: how many rows its header takes up.
        title_rows: the numbers of the rows above it that are titles and no data, from 1.
        titles: the texts of these rows, by which they are known where they come again below.
        beside: the lines of the document that stand beside its tables.
        hidden_rows: those that a workbook does not show.
        hidden_columns: the names of those that a workbook does not show.
        tally: the counts of the latest run of ``batches``.
        header_end: the number of its last header row on a sheet of a workbook, from 1; 0 without one.
        earlier: the headings of columns that an earlier run has added, which are not read.
        reopen: opens the sheet once more, where its reader gives one sheet at a time.
    """

    name: str
    columns: tuple[str, ...]
    headers: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    file: str = ""
    read: Callable[[Tally], Iterator[Batch]] = field(
        default=without_rows, repr=False, compare=False
    )
    tally: Tally = field(default_factory=Tally, repr=False, compare=False)
    fixed: Mapping[str, str] = field(default_factory=dict, compare=False)
    header_rows: int = field(default=0, compare=False)
    title_rows: tuple[int, ...] = field(default=(), compare=False)
    titles: frozenset[str] = field(default=frozenset(), compare=False)
    beside: frozenset[str] = field(default=frozenset(), compare=False)
    hidden_rows: Spans = field(default=(), compare=False)
    hidden_columns: tuple[str, ...] = field(default=(), compare=False)
    header_end: int = field(default=0, compare=False)
    earlier: tuple[str, ...] = field(default=(), compare=False)
    reopen: "Callable[[], Sheet] | None" = field(default=None, repr=False, compare=False)

    def batches(self) -> Iterator[Batch]:
        """The data rows in the order of the file; may be called again to read again.

        Raises:
            ManifestError: a row cannot be read, or fewer rows were read than the file holds.
        """
        self.tally.blank = 0
        yield from self.read(self.tally)

    def blank_rows(self) -> int:
        """How many rows without any content ``batches`` has passed over so far."""
        return self.tally.blank


def holding(sheet: Sheet, held: object) -> Sheet:
    """The sheet, which keeps what must live as long as it may be read."""
    return replace(sheet, read=partial(_read_holding, sheet.read, held))


def _read_holding(
    read: Callable[[Tally], Iterator[Batch]], _held: object, tally: Tally
) -> Iterator[Batch]:
    return read(tally)


#: Sheets that an annotated workbook ends with, which repeat what the others hold, and their headings.
ADDED_SHEETS: Final = ("Needs a licence", "Counts")
NEEDS_HEADINGS: Final = (
    *("Bill of lading", "Exporter", "VIN", "Brand", "Model", "Destination", "Licence number"),
    *("Rule", "Reasons", "File", "Sheet", "Row"),
)
COUNT_HEADINGS: Final = ("What", "Which", "In words", "Rows")


@dataclass(frozen=True, slots=True)
class Manifest:
    """An opened file.

    Attributes:
        path: where it is.
        format: ``csv``, ``tsv``, ``text``, ``xlsx``, ``xls``, ``xlsb``, ``ods``, ``parquet``, ``arrow``,
            ``jsonl``, ``json``, ``xml``, ``html``, ``spreadsheetml``, ``docx`` or ``pdf``; of a mail or an archive that
            of the files in it, or ``several``.
        encoding: of the text; empty for a format that has none.
        sheets: the tables to read.
        skipped: sheets left out, each with the reason.
        notes: sentences for the user about what had to be decided.
        size: in bytes.
        delimiter: between cells; empty for a format that has none.
        unread: parts that may hold vehicles and could not be read, each with the reason.
    """

    path: Path
    format: str
    encoding: str
    sheets: tuple[Sheet, ...]
    skipped: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    size: int
    delimiter: str = ""
    unread: tuple[tuple[str, str], ...] = ()

    @property
    def copied_as(self) -> str:
        """The format of a copy with more columns; of what we only read, the nearest that we write."""
        return _COPIED_AS.get(self.format, self.format)


def check_texts(sheet: Sheet, batch: Batch, mapping: Mapping[str, str]) -> None:
    """Refuse a column that is to be read and holds no text, nor anything that can be written as one.

    Args:
        sheet: where it stands.
        batch: rows of the sheet.
        mapping: field -> column name.

    Raises:
        ManifestError: a column is nested, or its bytes are no text.
    """
    # A process that only reads needs no rules.
    from vintool.columns.engine.categorical import as_text  # noqa: PLC0415
    from vintool.columns.engine.plain import TypeNotTakenError  # noqa: PLC0415

    for field_name, name in mapping.items():
        column = batch.data.column(name)
        try:
            as_text(column)
        except TypeNotTakenError:
            raise ManifestError(
                f"as {field_name} it holds {column.type}, which cannot be read as text",
                file=sheet.file,
                sheet=sheet.name,
                row=int(batch.rows[0]),
                column=label(name, sheet.columns.index(name) + 1),
                next_step="map another column to this field, or write this one as text",
            ) from None


_COPIED_AS = {
    "xls": "xlsx",
    "xlsb": "xlsx",
    "ods": "xlsx",
    "arrow": "parquet",
    "text": "csv",
    "xml": "csv",
    "json": "jsonl",
    "html": "xlsx",
    "spreadsheetml": "xlsx",
    "docx": "xlsx",
    "pdf": "xlsx",
    "several": "xlsx",
}


def parquet_files(folder: Path) -> tuple[list[Path], int]:
    """The Parquet files below a folder in the order of their names, and how many others there are.

    Names that begin with a dot or an underscore are the marks of the program that wrote the folder.
    """
    files = [
        file
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        and not any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)
    ]
    parquet = [file for file in files if file.suffix.lower() in PARQUET]
    return parquet, len(files) - len(parquet)


def title_rows(header: Header, filled: Sequence[bool]) -> tuple[int, ...]:
    """The numbers of the rows above a header that are titles, from 1.

    Args:
        header: as it was found.
        filled: of each row above it, whether it holds anything.
    """
    above = enumerate(filled[: header.index])
    return tuple(i + 1 for i, holds in above if holds and i not in header.rows_above)


def title_texts(rows: Sequence[Sequence[str]], titles: Sequence[int]) -> frozenset[str]:
    """What stands in the cells of title rows.

    Args:
        rows: the first rows of the table.
        titles: as ``title_rows`` gives them.
    """
    cells = (cell.strip() for number in titles for cell in rows[number - 1])
    return frozenset(filter(None, cells))


def header_notes(header: Header, titles: Sequence[int]) -> list[str]:
    """What became of the first rows of a table, in sentences."""
    notes = []
    if titles:
        notes.append(
            f"{len(titles)} title row(s) above the header are not data: row {_numbers(titles)}."
        )
    if header.rows_above:
        above = [index + 1 for index in header.rows_above]
        notes.append(
            f"{len(above)} row(s) above the header hold something like a VIN and were read as data: row {_numbers(above)}."
        )
    if header.lines == 2:
        notes.append("The header has two lines; they were combined.")
    if not header.lines:
        notes.append("There is no header row: columns are named by position.")
    elif not header.known:
        notes.append(
            f"Row {header.index + 1} was taken for the header, and none of its words is known: look at it."
        )
    return notes


def _numbers(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows[:10])) + ", ..." * (len(rows) > 10)


def with_hidden(sheet: Sheet, hidden: Hidden) -> Sheet:
    """The sheet with the numbers of the rows and the names of the columns that the document does not show."""
    columns = tuple(
        name
        for number, name in enumerate(sheet.columns, 1)
        if any(first <= number <= last for first, last in hidden.columns)
    )
    return replace(sheet, hidden_rows=spans(hidden.rows), hidden_columns=columns)


def unique(headers: Sequence[str]) -> tuple[str, ...]:
    """Headers as column names: a repeated one gets a number that no other header has.

    >>> unique(["Model", "Model", "Model (2)"])
    ('Model', 'Model (3)', 'Model (2)')
    """
    given, used, names = set(headers), set[str](), list[str]()
    numbers: dict[str, int] = {}  # of each header the last one given, or the work were a square
    for header in headers:
        name, number = header, numbers.get(header, 1)
        while name in used or (number > 1 and name in given):
            number += 1
            name = f"{header} ({number})"
        numbers[header] = number
        used.add(name)
        names.append(name)
    return tuple(names)
