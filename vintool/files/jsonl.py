"""JSON lines: an object a line, its keys the columns.

Lines need not have the same keys: a first pass finds all of them, in the order in which they come, and
proves that every line is an object. Numbers keep the digits that were written; what is nested stays
JSON. The lines are counted by the decoder, apart from the parser.
"""

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from vintool.errors import ManifestError
from vintool.files.encoding import decide
from vintool.files.sheet import Batch, Manifest, Sheet, Tally, unique

#: How a file of JSON lines begins.
START = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*[\"}]")

_SAMPLE = 500
_ROWS = 8_192
_CHARACTERS = 8 << 20  # of a batch
_LONGEST = 16 << 20  # characters of a line
_WIDEST = 16_384


class _Line(NamedTuple):
    """An object and where it stands."""

    number: int
    cells: dict[str, str]
    length: int
    position: int


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
        for line in _lines(self.path, self.encoding, tally):
            block.append(line)
            size += line.length
            if len(block) == _ROWS or size > _CHARACTERS:
                yield self._batch(block)
                done, block, size = done + len(block), [], 0
        if block:
            yield self._batch(block)
        if (read := done + len(block) + tally.blank) != self.lines:
            raise ManifestError(
                f"{read} lines read of {self.lines}",
                file=self.path.name,
                next_step="let nothing write to it meanwhile",
            )

    def _batch(self, block: Sequence[_Line]) -> Batch:
        arrays = [pa.array([line.cells.get(key, "") for line in block]) for key in self.keys]
        data = pa.RecordBatch.from_arrays(arrays, names=list(self.columns))
        rows = np.fromiter((line.number for line in block), np.int64, len(block))
        return Batch(data, rows, block[-1].position)


def read_jsonl(path: Path, size: int, *, encoding: str | None) -> Manifest:
    """Open a file of JSON lines.

    Args:
        path: the file.
        size: its size in bytes.
        encoding: how it is encoded, where the user says so.

    Raises:
        ManifestError: a line is no JSON object, or names a key twice.
    """
    encoding, scan, notes = decide(path, encoding)
    tally, keys, known = Tally(), dict[str, None](), set[tuple[str, ...]]()
    sample = list[dict[str, str]]()
    for line in _lines(path, encoding, tally):
        if (told := tuple(line.cells)) not in known:
            known.add(told)
            keys.update(dict.fromkeys(told))
            if len(keys) > _WIDEST:
                raise _wrong(
                    path, line.number, f"the lines have more than {_WIDEST} different keys"
                )
        if len(sample) < _SAMPLE:
            sample.append(line.cells)
    named = tuple(key if key.strip() else f"column {i}" for i, key in enumerate(keys, 1))
    if not sample:
        notes.append("The file holds no rows.")
    if len(known) > 1:
        notes.append("The lines do not all have the same keys; a key that a line has not is an empty cell.")  # fmt: skip
    layout = _Layout(path, encoding, scan.lines, tuple(keys), unique(named))
    shown = tuple(tuple(cells.get(key, "") for key in keys) for cells in sample)
    sheet = Sheet("", layout.columns, named, shown, file=path.name, read=layout.batches)
    return Manifest(path, "jsonl", encoding, (sheet,), (), tuple(notes), size)


def _lines(path: Path, encoding: str, tally: Tally) -> Iterator[_Line]:
    """The objects of a file; lines without content are counted."""
    number = 0
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding) as file:
        while text := file.readline(_LONGEST):
            number += 1
            if len(text) == _LONGEST:
                raise _wrong(path, number, f"a line is longer than {_LONGEST >> 20} MB")
            if text.isspace():
                tally.blank += 1
                continue
            yield _Line(number, _object(path, number, text), len(text), raw.tell())


def _object(path: Path, number: int, text: str) -> dict[str, str]:
    """The cells of a line."""
    try:
        told = _DECODER.decode(text)
        if isinstance(told, _Pairs):
            nested = any(isinstance(value, _Pairs | list) for value in told.values())
            whole = _PLAIN.decode(text) if nested else told
            return {key: _cell(value, whole, key) for key, value in told.items()}
        what = "the line is no JSON object"
    except _RepeatedError:
        what = "the line names a key twice"
    except (ValueError, RecursionError):
        what = "the line is no JSON object"
    raise _wrong(path, number, what)


def _cell(value: object, whole: Mapping[str, object], key: str) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return json.dumps(whole[key], ensure_ascii=False, separators=(",", ":"))


class _Pairs(dict[str, Any]):
    """An object, of which no key stands twice."""


class _RepeatedError(ValueError):
    """A key stands twice: one of its values would be lost."""


def _unique(pairs: list[tuple[str, Any]]) -> _Pairs:
    told = _Pairs(pairs)
    if len(told) < len(pairs):
        raise _RepeatedError
    return told


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_int=str,
    parse_float=lambda text: text.removesuffix(".0"),
    parse_constant=lambda _: "",
)
_PLAIN = json.JSONDecoder(parse_constant=lambda _: None)


def _wrong(path: Path, row: int, what: str) -> ManifestError:
    return ManifestError(
        what, file=path.name, row=row, next_step="write one JSON object a line, each key once"
    )
