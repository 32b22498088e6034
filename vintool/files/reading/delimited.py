"""CSV, TSV and other delimited text: decoded strictly, streamed, every record accounted for.

Ragged records do not fit a rectangular parser, so it hands them over and they are put back at
their place: a short one padded with empty cells, a long one in extra columns that a first pass
over the file has sized. At the end the records and the line breaks inside their cells must add up
to the lines that the decoder saw.
"""

import csv
import io
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from pyarrow.lib import concat_batches

from vintool.declaration import headers
from vintool.declaration.shapes import vin_shaped
from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.encoding import DELIMITERS, Scan, decide, likely
from vintool.files.reading.lent import read_lent
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
from vintool.files.reading.text import is_table, read_text
from vintool.files.reading.text_columns import breaks_of, filled_rows

_BLOCK = limits.RECORD  # the parser reads several ahead


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the file is laid out, as far as its beginning tells."""

    path: Path
    encoding: str
    delimiter: str
    skipped_lines: int
    skipped_records: int
    width: int


def read_delimited(
    path: Path, size: int, *, encoding: str | None, words: str = headers.MANIFEST
) -> Manifest:
    """Open a delimited text file.

    Args:
        path: the file.
        size: its size in bytes.
        encoding: how it is encoded, where the user says so.
        words: the dictionary of headers.

    Raises:
        ManifestError: it is not text in a known encoding, or not a table.
    """
    preview, encoding, scan, notes = _proven(path, encoding, words)
    if words == headers.MANIFEST and not is_table(preview.header, preview.data):
        text = read_text(path, size, encoding, scan.lines, list(notes))
        if text is not None:
            return text
    layout, header, titles, texts, above, data, widest, _ = preview
    _check_width(preview)
    named = headers.name_columns(header, widest)
    columns = unique(named)
    notes += header_notes(header, titles)
    if not (data or above):
        notes.append("The file has a header and no rows.")
    if widest > len(header.cells) > 0:
        notes.append(f"Some rows have {widest} cells under {len(header.cells)} headers; all kept.")

    def read(tally: Tally) -> Iterator[Batch]:
        if above:
            yield _batch_above(above, columns)
        yield from _batches(layout, columns, scan, tally)

    sample = tuple((*record, *[""] * (widest - len(record))) for record in data)
    sheet = Sheet(
        "",
        columns,
        named,
        sample,
        file=path.name,
        read=read,
        header_rows=header.lines,
        title_rows=titles,
        titles=texts,
    )
    kind = "tsv" if layout.delimiter == "\t" else "csv"
    return Manifest(path, kind, encoding, (sheet,), (), tuple(notes), size, layout.delimiter)


def _check_width(preview: "_Preview") -> None:
    """Refuse a record that would make every other one far wider than it is."""
    usual = max(len(preview.header.cells), preview.layout.width)
    bound = min(usual + limits.EXTRA_COLUMNS, limits.COLUMNS)
    if preview.widest > bound:
        raise limits.beyond(
            f"a record has {preview.widest} cells where most have {preview.layout.width}, more",
            bound,
            "cells",
            file=preview.layout.path.name,
            row=preview.widths.row or None,
            next_step="check the delimiter and the quotation marks of this record",
        )
    _, row, records, cells = preview.widths
    if limits.is_sparse(records * preview.widest, cells, limits.SPARSE_CELLS):
        raise limits.beyond(
            f"one record has {preview.widest} cells; all {records:,} would have as many, for each cell that is written more",
            limits.CELLS_PER_VALUE,
            "cells",
            file=preview.layout.path.name,
            row=row or preview.layout.skipped_records or None,
            next_step="check the delimiter and the quotation marks of this record",
        )


def _proven(path: Path, wanted: str | None, words: str) -> tuple["_Preview", str, Scan, list[str]]:
    """A preview of the file, its encoding, and what the decoder has counted and noted.

    Nearly every file is UTF-8: it is looked through as such while another thread proves it.
    """
    guess = likely(path)
    with ThreadPoolExecutor(1) as pool:
        proof = pool.submit(decide, path, wanted)
        try:
            preview = _preview(path, guess, words) if wanted is None else None
        except (ManifestError, UnicodeError):
            preview = None
        encoding, scan, notes = proof.result()
    if preview is None or encoding != guess:
        preview = _preview(path, encoding, words)
    return preview, encoding, scan, notes


class _Preview(NamedTuple):
    """What there is to know before the rows are read."""

    layout: _Layout
    header: headers.Header
    titles: tuple[int, ...]
    title_texts: frozenset[str]
    above: dict[int, list[str]]
    data: list[list[str]]
    widest: int
    widths: "_Widths"


def _preview(path: Path, encoding: str, words: str) -> _Preview:
    """Find delimiter, header, first rows and the longest record."""
    delimiter = _sniff(path, encoding)
    records, lines = _beginning(path, encoding, delimiter)
    header = headers.find_header(records, words)
    data = [record for record in records[header.end :] if any(record)][:SAMPLE_ROWS]
    usual = Counter(map(len, data))
    width = max(usual, key=usual.__getitem__, default=len(header.cells)) or 1
    layout = _Layout(
        path, encoding, delimiter, lines[header.end - 1] if header.end else 0, header.end, width
    )
    filled = [any(cell.strip() for cell in record) for record in records[: header.index]]
    above = {index + 1: records[index] for index in header.rows_above}
    widths = _widths(layout)
    widest = max(len(header.cells), width, widths.widest, *map(len, above.values()))
    titles = title_rows(header, filled)
    texts = title_texts(records, titles)
    return _Preview(layout, header, titles, texts, above, data, widest, widths)


def _batch_above(above: dict[int, list[str]], columns: Sequence[str]) -> Batch:
    """The rows above the header that are data, by their numbers."""
    padded = ([*record, *[""] * (len(columns) - len(record))] for record in above.values())
    arrays = [pa.array(column, pa.string()) for column in zip(*padded, strict=True)]
    data = pa.RecordBatch.from_arrays(arrays, names=list(columns))
    return Batch(data, np.fromiter(above, np.int64, len(above)), 0)


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let the csv module read any cell that fits two blocks; its limit is one for the process."""
    limit = csv.field_size_limit(max(4 * _BLOCK, 1 << 17))
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def _sniff(path: Path, encoding: str) -> str:
    """The delimiter under which most headers are known, else the most regular one."""
    with path.open(encoding=encoding, newline="") as file:
        text = file.read(_BLOCK // 4)

    def score(delimiter: str) -> tuple[int, float, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            with _long_cells():
                rows = [
                    row for row, _ in zip(reader, range(headers.LOOKED_AT), strict=False) if row
                ]
        except csv.Error:
            return 0, 0.0, 0
        known = max((sum(_exact(cell) for cell in row) for row in rows), default=0)
        (width, count), *_ = Counter(map(len, rows)).most_common(1) or [(0, 0)]
        return known, count / len(rows) if width > 1 else 0.0, width

    return max(DELIMITERS, key=score)


def _exact(cell: str) -> bool:
    named = headers.meaning(cell) if len(cell) < 80 else None
    return named is not None and named[1] == headers.EXACT


def _beginning(path: Path, encoding: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The first records, and for each the number of lines up to its end."""
    records, lines = list[list[str]](), list[int]()
    with path.open(encoding=encoding, newline="") as file, _long_cells():
        reader = csv.reader(file, delimiter=delimiter)
        try:
            for record in reader:
                records.append(record)
                lines.append(reader.line_num)
                if len(records) == headers.LOOKED_AT + SAMPLE_ROWS:
                    break
        except csv.Error:
            raise _overlong(path, len(records) + 1) from None
    return records, lines


def _overlong(path: Path, row: int | None = None) -> ManifestError:
    return limits.beyond(
        "a record is longer",
        limits.RECORD,
        "bytes",
        file=path.name,
        row=row,
        next_step="close or remove the stray quotation mark that most often makes it so",
    )


def _open(
    layout: _Layout, file: BinaryIO, ragged: Callable[[int, int, str], None], *, first_only: bool
) -> Generator[pa.RecordBatch, None, None]:
    """Parse the records below the header; those of another width go to ``ragged``."""
    names = [str(position) for position in range(layout.width)]

    def hand_over(row: pacsv.InvalidRow) -> Literal["skip"]:
        ragged(cast("int", row.number) - layout.skipped_lines, row.actual_columns, row.text)
        return "skip"

    try:
        yield from read_lent(
            file,
            pacsv.open_csv,
            read_options=pacsv.ReadOptions(
                encoding="utf8" if layout.encoding.startswith("utf-8") else layout.encoding,
                skip_rows=layout.skipped_lines,
                column_names=names,
                block_size=_BLOCK,
                use_threads=False,
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=layout.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=hand_over,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
                check_utf8=False,  # the scan has decoded every byte
                include_columns=names[:1] if first_only else None,
            ),
        )
    except pa.ArrowInvalid as error:
        # Nothing below the header is no error; were it wrong, the count of lines would show it.
        if not any(text in str(error) for text in ("Empty CSV", "Could not skip initial")):
            raise _overlong(layout.path) from None


class _Widths(NamedTuple):
    """The records below the header: the cells of the longest one and its row, how many there are, and their cells."""

    widest: int
    row: int
    records: int
    written: int


def _widths(layout: _Layout) -> _Widths:
    """How wide the records are: a parse that converts nothing costs little."""
    widest = row = ragged = written = valid = 0

    def measure(number: int, cells: int, _text: str) -> None:
        nonlocal widest, row, ragged, written
        ragged, written = ragged + 1, written + cells
        if cells > widest:
            widest, row = cells, number + layout.skipped_records

    with layout.path.open("rb") as file:
        for batch in _open(layout, file, measure, first_only=True):
            valid += batch.num_rows
    return _Widths(widest, row, valid + ragged, written + valid * layout.width)


class _Parsing:
    """Parses block by block: the valid records of one, and ragged ones that were met meanwhile."""

    def __init__(self, layout: _Layout, file: BinaryIO) -> None:
        self._ragged: list[tuple[int, str]] = []
        self.batches = _open(layout, file, self._keep, first_only=False)

    def _keep(self, number: int, _cells: int, text: str) -> None:
        self._ragged.append((number, text))

    def __call__(self) -> "_Parsed":
        """The next block; None behind the last one."""
        valid = next(self.batches, None)
        late, self._ragged = self._ragged, []
        return valid, late


_Parsed = tuple[pa.RecordBatch | None, list[tuple[int, str]]]


def _batches(layout: _Layout, columns: Sequence[str], scan: Scan, tally: Tally) -> Iterator[Batch]:
    ragged = deque[tuple[int, str]]()
    done, inner, quoted = 0, 0, scan.quoted > layout.skipped_lines
    size = layout.path.stat().st_size  # the parser reads far ahead of what it gives
    parse = _Parsing(layout, file := layout.path.open("rb"))
    with file, closing(parse.batches), ThreadPoolExecutor(1) as parser:
        ahead: Future[_Parsed] | None = parser.submit(parse)
        while ahead or ragged:
            valid, late = ahead.result() if ahead else (None, [])
            # While these rows are used, the next ones are parsed.
            ahead = parser.submit(parse) if valid is not None else None
            ragged.extend(late)
            if valid is None and not ragged:
                break
            data, rows = _merge(layout, columns, valid, ragged, done + 1)
            if not len(rows):
                continue
            done = int(rows[-1])
            rows += layout.skipped_records
            if quoted and (breaks := sum(map(breaks_of, data.columns))):
                inner += breaks
                last = layout.skipped_lines + done + inner >= scan.lines
                _refuse_swallowed(layout, data, rows, unclosed=last and not scan.closed)
            filled = filled_rows(data)
            if not filled.all():
                tally.blank += int(len(filled) - filled.sum())
                data, rows = data.filter(pa.array(filled)), rows[filled]
            if len(rows):
                yield Batch(data, rows, size * (layout.skipped_lines + done + inner) // scan.lines)
    if layout.skipped_lines + done + inner != scan.lines:
        raise ManifestError(
            f"the records account for {layout.skipped_lines + done + inner} lines of {scan.lines}",
            file=layout.path.name,
            next_step="look for stray quotation marks, or save the file again as UTF-8 CSV",
        )


def _merge(
    layout: _Layout,
    columns: Sequence[str],
    valid: pa.RecordBatch | None,
    ragged: deque[tuple[int, str]],
    start: int,
) -> tuple[pa.RecordBatch, np.ndarray]:
    """Put ragged records back among the valid ones and number all of them from ``start``."""
    count = 0 if valid is None else valid.num_rows
    out = np.fromiter((number for number, _ in ragged), np.int64, len(ragged))
    rows = np.setdiff1d(np.arange(start, start + count + len(out)), out, assume_unique=True)[:count]
    # A batch may be empty while a valid record still waits behind ragged ones that are known
    # already: without a valid record only those that follow each other from here on are next.
    following = int(np.cumprod(out == start + np.arange(len(out))).sum())
    end = rows[-1] if count else start + following - 1
    arrays = [] if valid is None else valid.columns
    if missing := len(columns) - len(arrays):
        arrays = [*arrays, *[pa.array([""] * count, pa.string())] * missing]
    data = pa.RecordBatch.from_arrays(arrays, names=list(columns))
    late = [ragged.popleft() for _ in range(int((out <= end).sum()))]
    if not late:
        return data, rows
    with _long_cells():
        cells = [
            next(csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter))
            for _, text in late
        ]
    padded = ([*row, *[""] * (len(columns) - len(row))] for row in cells)
    extra = [pa.array(column, pa.string()) for column in zip(*padded, strict=True)]
    rows = np.concatenate([rows, [number for number, _ in late]])
    order = np.argsort(rows)
    both = concat_batches([data, pa.RecordBatch.from_arrays(extra, names=list(columns))])
    return both.take(order), rows[order]


def _refuse_swallowed(
    layout: _Layout, data: pa.RecordBatch, rows: np.ndarray, *, unclosed: bool
) -> None:
    """Refuse a cell with whole records inside: an unclosed quotation mark has swallowed them."""
    for at, (name, column) in enumerate(zip(data.schema.names, data.columns, strict=True)):
        if not breaks_of(column):
            continue
        for index in np.flatnonzero(pc.match_substring_regex(column, "[\r\n]")):
            _, *inside = column[int(index)].as_py().splitlines()
            whole = any(
                len(cells := line.split(layout.delimiter)) >= layout.width
                and any(map(vin_shaped, cells))
                for line in inside
            )
            # One that is not closed reaches to the end of the file: nothing stands behind it.
            behind = any(other[int(index)].as_py() for other in data.columns[at + 1 :])
            if whole or (unclosed and not behind and index == data.num_rows - 1):
                raise ManifestError(
                    f"a quotation mark that is not closed swallows {len(inside)} following line(s)",
                    file=layout.path.name,
                    row=int(rows[index]),
                    column=headers.label(name, at + 1),
                    next_step="close or remove the quotation mark",
                )
