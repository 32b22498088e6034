"""The user's lists: files in any format of a manifest -> entries with their row numbers."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

import wmi_data
from vintool.codes import ALL_REGIMES
from vintool.columns.engine.categorical import as_text
from vintool.columns.engine.plain import TypeNotTakenError
from vintool.declaration import headers
from vintool.declaration.headed import Headed
from vintool.declaration.headers import label, labels
from vintool.desk import approvals, confirmations, exporters, licences, reviews
from vintool.desk.approvals import Approval, Row, approval
from vintool.desk.book import Desk
from vintool.desk.catalogue import Catalogue
from vintool.desk.confirmations import Confirmations
from vintool.desk.exporters import Exporters
from vintool.desk.ledger import Ledger
from vintool.desk.licences import DRAW_ON_NONE, ORDER_OF_USE, Licences
from vintool.desk.lists import HEADERS, Entry
from vintool.desk.reviews import Reviews, record_entries
from vintool.errors import ManifestError, MappingError
from vintool.escaping import plain_json
from vintool.files.reading import limits
from vintool.files.reading.approval_page import is_page, read_page
from vintool.files.reading.manifest import open_manifest
from vintool.files.reading.sheets import Batch, Sheet, Tally, unique
from vintool.files.run import Run
from vintool.screening.regimes import regimes_asked


class TableList(NamedTuple):
    """A list that is given as a table, and what it is called."""

    name: str
    table: pa.Table

    def sheet(self) -> Sheet:
        """The table as a sheet; its rows are counted from 1."""
        names = unique(self.table.column_names)
        data = self.table.rename_columns(list(names))

        def read(_tally: Tally) -> Iterator[Batch]:
            first = 1
            for batch in data.to_batches():
                yield Batch(batch, np.arange(first, first + batch.num_rows), 0)
                first += batch.num_rows

        return Sheet("", names, tuple(self.table.column_names), (), self.name, read)


List = Path | TableList


class Lists(NamedTuple):
    """The lists that rows are held against, as ``Run`` has them, and what is asked of the rows."""

    exporters: List | None = None
    licences: List | None = None
    confirmations: List | None = None
    decisions: tuple[List, ...] = ()
    catalogue: tuple[List, ...] = ()
    on: date | None = None
    regime: str = ALL_REGIMES


def open_desk(run: Run | Lists, mappings: Sequence[Mapping[str, str]] = ()) -> Desk:
    """Read the lists of a run.

    Args:
        run: names them.
        mappings: of all its sheets.

    Raises:
        ManifestError: a list cannot be read, or a cell of it cannot be used as it stands.
        MappingError: which column of a list means what must be told.
    """
    notes: list[str] = []

    def entries(
        path: List, map_columns: Callable[[str, Sequence[str]], dict[str, str]]
    ) -> list[Entry]:
        return read_entries(path, partial(map_columns, path.name), notes, names_unread=True)

    qualified = ledger = letters = reviewed = None
    if run.exporters:
        qualified = Exporters(entries(run.exporters, exporters.map_columns))
        notes += qualified.notes
    if run.licences:
        ledger = Ledger(Licences(entries(run.licences, licences.map_columns)))
        notes.append(ORDER_OF_USE)
        if len({"licence_no" in mapping for mapping in mappings}) > 1:
            notes.append(DRAW_ON_NONE)
    if run.confirmations:
        letters = Confirmations(entries(run.confirmations, confirmations.map_columns))
    if run.decisions:
        records = [entry for path in run.decisions for entry in _review_entries(path, notes)]
        reviewed = Reviews(
            records, [one.code for one in regimes_asked(run.regime)], _last_day(run.on)
        )
        notes += reviewed.notes
    products = _catalogue(run.catalogue, notes) if run.catalogue else None
    by_number = any("licence_no" in mapping for mapping in mappings)
    return Desk(qualified, ledger, letters, reviewed, tuple(notes), products, by_number)


def _catalogue(paths: Sequence[List], notes: list[str]) -> Catalogue:
    """The catalogue of all its files.

    Raises:
        ManifestError: none of them names a product.
    """
    products = Catalogue(one for path in paths for one in read_approvals(path, notes))
    if not len(products):
        raise ManifestError(
            "no row names a product code",
            file=paths[0].name,
            next_step="give it an export of type approvals with the column 产品型号",
        )
    return products


def _last_day(on: date | None) -> date:
    """The last day that a reviewer can have decided on: a clock that is slow refuses no decision."""
    year, month = map(int, wmi_data.RELEASE.split("."))
    released = date(year + month // 12, month % 12 + 1, 1)
    return max(date.today() + timedelta(days=1), on or date.min, released)  # noqa: DTZ011


def read_entries(  # noqa: PLR0913 - how to read a file
    path: List,
    find_columns: Callable[[Sequence[str]], Mapping[str, str]],
    notes: list[str],
    *,
    words: str = HEADERS,
    encoding: str | None = None,
    sheet: str | None = None,
    names_unread: bool = False,
) -> list[Entry]:
    """The rows of a list.

    Args:
        path: the file, in any format of a manifest; or a table.
        find_columns: the headers of a sheet -> field to column.
        notes: what a reader should know of the file is added here.
        words: the dictionary of its headers.
        encoding: of the text, where it should not be detected.
        sheet: the only sheet of a workbook to read.
        names_unread: whether a note names the columns that are no field and hold something.
    """
    said = notes if names_unread else []
    if isinstance(path, TableList):
        part = path.sheet()
        return _entries(path.name, part, find_columns(part.columns), said, several=False)

    def holds(part: Headed) -> bool:
        return any(headers.meaning(header, words) for header in part.headers)

    manifest = open_manifest(path, encoding=encoding, sheet=sheet, holds=holds, words=words)
    notes += [f"{path.name}: {note}" for note in manifest.notes]
    skipped = [*manifest.skipped, *manifest.unread]
    entries, unfit = list[Entry](), list[MappingError]()
    for part in manifest.sheets:
        try:
            columns = find_columns(part.columns)
        except MappingError as error:
            unfit.append(error)
            skipped.append((part.name, error.what))
            continue
        several = len(manifest.sheets) > 1
        entries += _entries(path.name, part, columns, said, several=several)
    if len(unfit) == len(manifest.sheets) and unfit:
        raise unfit[0]
    notes += [f"{path.name}: sheet {name!r} was not read ({why})." for name, why in skipped]
    return entries


def _entries(
    file: str,
    sheet: Sheet,
    columns: Mapping[str, str],
    notes: list[str],
    *,
    several: bool,
) -> list[Entry]:
    """The rows of a sheet; a note names the columns that are no field and hold something."""
    entries, place = list[Entry](), sheet.name if several else ""
    used, unread = set(columns.values()), set[str]()
    for batch in sheet.batches():
        texts = [as_text(batch.data.column(column)).to_pylist() for column in columns.values()]
        for row, *cells in zip(batch.rows.tolist(), *texts, strict=True):
            filled = {field: cell for field, cell in zip(columns, cells, strict=True) if cell}
            if any(cell.strip() for cell in filled.values()):
                entries.append(Entry(file, row, filled, columns, place))
        unread |= {
            name
            for name in sheet.columns
            if name not in used | unread and _holds_any(batch.data.column(name))
        }
    if unread:
        names = labels(
            [label(name, at) for at, name in enumerate(sheet.columns, 1) if name in unread]
        )
        if place:
            notes.append(f"{file}: of sheet {place!r} these columns were not read: {names}.")
        else:
            notes.append(f"{file}: these columns were not read: {names}.")
    return entries


def _holds_any(column: pa.Array) -> bool:
    try:
        return any(cell and not cell.isspace() for cell in as_text(column).to_pylist())
    except TypeNotTakenError:  # a nested cell, which no rule reads
        return column.null_count < len(column)


def read_approvals(
    path: List, notes: list[str], *, encoding: str | None = None, sheet: str | None = None
) -> list[Approval]:
    """The type approvals of an export of MIIT's announcements, or of a saved page.

    Args:
        path: in any format of a manifest, or HTML.
        notes: what a reader should know of the file is added here.
        encoding: of the text, where it should not be detected.
        sheet: the only sheet of a workbook to read.

    Raises:
        ManifestError: it cannot be read, or is a page without a product.
        MappingError: it has not the columns of an export.
    """
    if isinstance(path, Path) and _is_page(path):
        products = read_page(path, encoding=encoding)
        several = len(products) > 1
        places = (
            f"{path.name} product {at}" if several else path.name for at in itertools.count(1)
        )
        return [approval(Row(*one)) for one in zip(places, products, strict=False)]
    entries = read_entries(
        path,
        partial(approvals.map_fields, path.name),
        notes,
        words=approvals.HEADERS,
        encoding=encoding,
        sheet=sheet,
    )
    listed = [approval(Row(entry.place, entry.cells)) for entry in entries]
    if whole := next((one for one in listed if approvals.WHOLE_VIN in one.unused), None):
        raise ManifestError(
            f"{whole.place} holds a whole VIN: this is a list of vehicles, and no export of type approvals",
            file=path.name,
            next_step="give the export of MIIT's announcement, which prints the first eight characters",
        )
    return listed


def _is_page(path: Path) -> bool:
    if (
        not path.is_file()
    ):  # a folder or a pipe is no page, and what is not there is told by its reader
        return False
    with path.open("rb") as file:
        return is_page(file.read(4096))


def _review_entries(path: List, notes: list[str]) -> Sequence[Entry]:
    """The rows of a filled exceptions.csv, or the lines of a record."""
    if isinstance(path, Path) and path.suffix.lower() == ".jsonl":
        return record_entries(path.name, read_record(path))

    def find_columns(columns: Sequence[str]) -> dict[str, str]:
        if missing := [name for name in reviews.COLUMNS if name not in columns]:
            raise MappingError(
                f"there is no column {', '.join(missing)}",
                file=path.name,
                next_step="give it an exceptions.csv of an earlier run, with its columns",
            )
        return {name: name for name in reviews.COLUMNS}

    return read_entries(path, find_columns, notes)


def read_record(path: Path) -> list[dict[str, str]]:
    """The lines of a record of decisions.

    Raises:
        ManifestError: it cannot be read, or a line is no JSON object.
    """
    try:
        begin_anew = "move it away and begin a new one"
        limits.refuse_larger(path, limits.DECISIONS, "the record", next_step=begin_anew)
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise _damaged(path, f"the record cannot be read ({reason})") from None
    records: list[dict[str, str]] = []
    # A line ends with \n alone: other separators may stand within a text.
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else (), 1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            raise _damaged(path, "the line is no JSON object", number)
        records.append(record)
    return records


def _damaged(path: Path, what: str, row: int | None = None) -> ManifestError:
    return ManifestError(
        what,
        file=path.name,
        row=row,
        next_step="restore the record from a copy, or move it away; it is only ever added to",
    )


def record_of(given: Reviews) -> str:
    """The lines of the record for all reviews; ``staged`` adds those that the record of the folder lacks."""
    return "".join(
        f"{line}\n" for line in dict.fromkeys(_line(one.as_record()) for one in given.all)
    )


def _line(record: Mapping[str, str]) -> str:
    return plain_json(json.dumps(record, ensure_ascii=False, sort_keys=True))
