"""JSON lines: an object a line, its keys the columns.

Lines need not have the same keys: a first pass finds all of them, in the order in which they come, and
proves that every line is an object. Numbers keep the digits that were written; what is nested stays
JSON. The lines are counted by the decoder, apart from the parser.
"""

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.encoding import decide
from vintool.files.reading.sheets import SAMPLE_ROWS, Batch, Manifest, Sheet, Tally, unique

_ROWS = 8_192
_CHARACTERS = 8 << 20  # of a batch
_CELLS = 2_000_000  # of a batch


class _Line(NamedTuple):
    """An object: where it stands, its keys and values in their order, and as it was written."""

    number: int
    keys: tuple[str, ...]
    values: tuple[object, ...]
    text: str


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the first pass has learnt."""

    path: Path
    encoding: str
    lines: int
    keys: tuple[str, ...]
    columns: tuple[str, ...]

    def batches(self, tally: Tally) -> Iterator[Batch]:
        """The rows of the second pass."""
        block, size, done = list[_Line](), 0, 0
        rows = min(_ROWS, max(_CELLS // max(len(self.keys), 1), 1))
        with self.path.open("rb") as raw, io.TextIOWrapper(raw, self.encoding) as file:
            for line in _lines(self.path, file, tally):
                block.append(line)
                size += len(line.text)
                if len(block) >= rows or size > _CHARACTERS:
                    yield self._batch(block, raw.tell())
                    done, block, size = done + len(block), [], 0
            if block:
                yield self._batch(block, raw.tell())
        if (read := done + len(block) + tally.blank) != self.lines:
            raise ManifestError(
                f"{read} lines read of {self.lines}",
                file=self.path.name,
                next_step="let nothing write to it meanwhile",
            )

    def sample(self, lines: Sequence[_Line]) -> tuple[tuple[str, ...], ...]:
        """Lines as text."""
        if not lines:
            return ()
        return tuple(tuple(row.values()) for row in self._batch(lines, 0).data.to_pylist())

    def _batch(self, block: Sequence[_Line], position: int) -> Batch:
        columns: Iterable[Sequence[object]]
        if all(line.keys == self.keys for line in block):
            columns = zip(*(line.values for line in block), strict=True)
        else:
            rows = [dict(zip(line.keys, line.values, strict=True)) for line in block]
            columns = ([row.get(key) for row in rows] for key in self.keys)
        arrays = [
            _array(block, key, values) for key, values in zip(self.keys, columns, strict=True)
        ]
        data = pa.RecordBatch.from_arrays(arrays, names=list(self.columns))
        numbers = np.fromiter((line.number for line in block), np.int64, len(block))
        return Batch(data, numbers, position)


def read_jsonl(
    path: Path,
    size: int,
    *,
    encoding: str | None,
    names: Callable[[Sequence[str]], Sequence[str]] = tuple,
) -> Manifest:
    """Open a file of JSON lines.

    Args:
        path: the file.
        size: its size in bytes.
        encoding: how it is encoded, where the user says so.
        names: the keys -> the names of the columns.

    Raises:
        ManifestError: a line is no JSON object, or names a key twice.
    """
    encoding, scan, notes = decide(path, encoding)
    keys, shapes, sample = dict[str, None](), set[tuple[str, ...]](), list[_Line]()
    rows = values = 0
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding) as file:
        for line in _lines(path, file, Tally()):
            rows, values = rows + 1, values + len(line.keys)
            if line.keys not in shapes:
                shapes.add(line.keys)
                _check_keys(path, line, keys)
            cells = rows * len(keys)
            if limits.is_sparse(cells, values, limits.SPARSE_CELLS):
                raise limits.beyond(
                    f"up to here the lines have {len(keys)} different keys, and for each value that is written more",
                    limits.CELLS_PER_VALUE,
                    "cells",
                    file=path.name,
                    row=line.number,
                    next_step="have each line written with the same keys",
                )
            if len(sample) < SAMPLE_ROWS:
                sample.append(line)
    named = tuple(
        key if key.strip() else f"column {i}" for i, key in enumerate(names(tuple(keys)), 1)
    )
    if not sample:
        notes.append("The file holds no rows.")
    if len(shapes) > 1:
        notes.append("The lines do not all have the same keys; a key that a line has not is an empty cell.")  # fmt: skip
    layout = _Layout(path, encoding, scan.lines, tuple(keys), unique(named))
    first = layout.sample(sample)
    sheet = Sheet("", layout.columns, named, first, file=path.name, read=layout.batches)
    return Manifest(path, "jsonl", encoding, (sheet,), (), tuple(notes), size)


def _check_keys(path: Path, line: _Line, keys: dict[str, None]) -> None:
    """Refuse a line that names a key twice, for one of its values would be lost; add what is new."""
    if len(set(line.keys)) < len(line.keys):
        raise _wrong(path, line.number, "the line names a key twice")
    keys.update(dict.fromkeys(line.keys))
    if len(keys) > limits.COLUMNS:
        raise limits.beyond(
            "up to here the lines have more",
            limits.COLUMNS,
            "different keys",
            file=path.name,
            row=line.number,
            next_step="have each line written with the same keys",
        )


def _lines(path: Path, file: io.TextIOWrapper, tally: Tally) -> Iterator[_Line]:
    """The objects of a file; lines without content are counted."""
    number = 0
    while text := file.readline(limits.LINE):
        number += 1
        if len(text) == limits.LINE:
            raise limits.beyond(
                "a line is longer",
                limits.LINE,
                "characters",
                file=path.name,
                row=number,
                next_step="have one object written a line",
            )
        text = text.strip()
        if not text:
            tally.blank += 1
            continue
        try:
            pairs, end = _DECODER.scan_once(text, 0)
        except (ValueError, StopIteration, RecursionError):
            pairs, end = None, 0
        if not isinstance(pairs, tuple) or end != len(text):
            raise _wrong(path, number, "the line is no JSON object")
        if _ESCAPED_SURROGATE.search(text) and _SURROGATE.search(
            json.dumps(pairs, ensure_ascii=False)
        ):
            raise ManifestError(
                "an escape stands for half a character",
                file=path.name,
                row=number,
                next_step="have the line written again with the whole character, as two escapes or as itself",
            )
        keys, values = zip(*pairs, strict=True) if pairs else ((), ())
        yield _Line(number, keys, values, text)


def _array(block: Sequence[_Line], key: str, values: Sequence[object]) -> pa.Array:
    """A column as text; nearly all are strings, numbers too, as they were written."""
    try:
        column = pa.array(values, pa.string())
    except pa.ArrowException:
        cells = (_cell(line, key, value) for line, value in zip(block, values, strict=True))
        return pa.array(cells, pa.string())
    return column.fill_null("") if column.null_count else column


def _cell(line: _Line, key: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    nested = _NESTED.decode(line.text)[key]
    return json.dumps(nested, ensure_ascii=False, separators=(",", ":"))


# An object is a tuple of its pairs here: made without a Python call, and a key that stands twice shows.
_DECODER: Any = json.JSONDecoder(
    object_pairs_hook=tuple,
    parse_int=str,
    parse_float=lambda text: text.removesuffix(".0"),
    parse_constant=lambda _: None,
)
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NESTED = json.JSONDecoder(parse_constant=lambda _: None)


def _wrong(path: Path, row: int, what: str) -> ManifestError:
    return ManifestError(
        what, file=path.name, row=row, next_step="write one JSON object a line, each key once"
    )
