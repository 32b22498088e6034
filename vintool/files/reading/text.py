"""Text that is no table: mails, the text of a PDF, EDI messages; the VINs in it are found, one row each.

What may be a VIN is what ``vin.scan`` says; a word of sixteen or eighteen characters, or one with marks for those that
are not known, if a known maker's code begins it; and a frame number of Japan, if its type is known. A line without one
is counted, never dropped in silence.
"""

import io
import re
import unicodedata
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from vintool.declaration import headers
from vintool.declaration.mapping import LINES
from vintool.declaration.shapes import LONGEST, holds_vin, like_a_vin, vin_shaped
from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.sheets import SAMPLE_ROWS, Batch, Manifest, Sheet, Tally
from vintool.registry.frames import frame_type
from vintool.registry.makers import wmi_is_known
from vintool.vin.cleanup import marked_places
from vintool.vin.masks import MARKS, part_of
from vintool.vin.scan import in_pieces, mixed, vin_places

_ROWS = 8_192
_SHOWN = 400  # characters of a line around a candidate
_NEAR = re.compile(
    r"(?<![A-Z0-9])(?:[A-Z0-9]{16}|[A-Z0-9]{18})(?![A-Z0-9])", re.IGNORECASE | re.ASCII
)
# The start of a VIN, marks for the rest, and perhaps its last figures.
_BEGUN = re.compile(
    rf"(?<![A-Z0-9])[A-Z0-9]{{8,16}}(?:[{re.escape(MARKS)}]{{2,9}}|[.]{{3,9}}|[-]{{3,9}}|[_]{{3,9}}|…{{1,3}})[0-9]{{0,6}}(?![A-Z0-9])",
    re.IGNORECASE | re.ASCII,
)
_FRAME = re.compile(
    r"(?<![A-Z0-9-])[A-Z0-9]{2,7}-?[0-9]{6,7}(?![A-Z0-9-])", re.IGNORECASE | re.ASCII
)
# An EDI message: EDIFACT with or without its service string, or X12; and the segments with which another vehicle begins.
_EDI = re.compile(r"\s*(?:UNA.{6}|UNB\+|ISA\*)", re.DOTALL)
_LABEL = re.compile(r"(?:VIN|FIN|CHASSIS|FRAME|车架号|底盘号)(?:NO|NUMBER|码)?")
_GROUP = re.compile(r"(?:^|['~])\s*(?:UNH|GID|LIN|CNI|EQD|CPS|ST|LX|HL|VC)[+*]", re.MULTILINE)


class _Hit(NamedTuple):
    """A candidate in a line."""

    vin: str
    line: int
    text: str
    position: int


@dataclass(slots=True)
class _Counts:
    """What one pass has counted."""

    lines: int = 0
    hits: int = 0
    with_hits: int = 0
    blank: int = 0
    near: int = 0
    again: int = 0  # in one group of an EDI message


class _Groups:
    """The vehicles of an EDI message: a VIN that stands in two segments of one group is one vehicle."""

    def __init__(self) -> None:
        self._met = set[str]()

    def first(self, text: str, vins: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
        """Of the VINs in a line those that their group has not named before."""
        starts = deque(found.start() for found in _GROUP.finditer(text))
        first = []
        for vin, at in vins:
            while starts and starts[0] <= at:
                starts.popleft()
                self._met.clear()
            if (name := _letters(vin).upper()) not in self._met:
                self._met.add(name)
                first.append((vin, at))
        if starts:
            self._met.clear()
        return first


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the first pass has learnt."""

    path: Path
    encoding: str
    hits: int

    def batches(self, _tally: Tally) -> Iterator[Batch]:
        """The rows of the second pass."""
        counts, block = _Counts(), list[_Hit]()
        for hit in _hits(self.path, self.encoding, counts):
            block.append(hit)
            if len(block) == _ROWS:
                yield _batch(block)
                block = []
        if block:
            yield _batch(block)
        if counts.hits != self.hits:
            raise ManifestError(
                f"{counts.hits} candidates read where the file held {self.hits}",
                file=self.path.name,
                next_step="let nothing write to it meanwhile",
            )


def is_table(header: headers.Header, data: Sequence[Sequence[str]]) -> bool:
    """Whether it has headers that we know, a column of VINs, or rows of one width at least.

    A word such as "Vessel:" or "VIN:" begins a line of many a mail.

    Args:
        header: as the dictionary of manifests has found it.
        data: the first rows below.
    """
    named = [meaning for cell in header.cells if (meaning := headers.meaning(cell))]
    if len(named) > 1 or ("vin", headers.EXACT) in named or not data:
        return bool(named)
    if len(data) < 3 and any(
        _has_words(cell, place, alone=len(row) == 1)
        for row in data
        for cell in row
        for place in vin_places(cell)
    ):
        return False
    even = len(set(map(len, data))) == 1
    for cells in zip_longest(*data, fillvalue=""):
        filled = [cell for cell in cells if cell.strip()]
        # Of rows of any width one at least must be whole: items of a mail look like damaged ones.
        whole = even or any(map(vin_shaped, filled))
        if whole and 2 * sum(map(like_a_vin, filled)) >= max(len(filled), 1):
            return True
    (width, count), *_ = Counter(map(len, data)).most_common(1)
    return width > 1 and len(data) > 2 and count >= 0.8 * len(data)


def _has_words(cell: str, place: tuple[int, int], *, alone: bool) -> bool:
    """Whether a cell holds more than the VIN at a place and, unless it is ``alone`` on its line, a label of it."""
    start, end = place
    rest = _letters(f"{cell[:start]} {cell[end:]}").upper()
    return bool(rest) and (alone or _LABEL.fullmatch(rest) is None)


def _letters(text: str) -> str:
    """A text without what may stand in and around a VIN."""
    return "".join(filter(str.isalnum, text))


def read_text(
    path: Path, size: int, encoding: str, lines: int, notes: list[str]
) -> Manifest | None:
    """Find the VINs in a text.

    Args:
        path: the file.
        size: its size in bytes.
        encoding: how it is encoded.
        lines: how many lines the decoder has counted.
        notes: of the decoder.

    Returns:
        The manifest; None if no candidate stands in it.

    Raises:
        ManifestError: a line is absurdly long, or lines were lost.
    """
    counts, sample = _Counts(), list[tuple[str, ...]]()
    for hit in _hits(path, encoding, counts):
        if len(sample) < SAMPLE_ROWS:
            sample.append((hit.vin, str(hit.line), hit.text))
    if counts.lines != lines:
        raise ManifestError(
            f"{counts.lines} lines read of {lines}",
            file=path.name,
            next_step="let nothing write to it meanwhile",
        )
    if not counts.hits:
        return None
    without = counts.lines - counts.with_hits - counts.blank
    notes.append(
        f"This is text and no table: {counts.hits} possible VIN(s) were found in {counts.with_hits} of {lines} line(s); each is a row."
    )
    if without:
        notes.append(f"{without} line(s) with text and without a VIN are no rows.")
    if counts.again:
        notes.append(
            f"{counts.again} VIN(s) stand again in another segment of the same group: each group names a vehicle once."
        )
    if counts.near:
        notes.append(
            f"{counts.near} line(s) hold something like a VIN besides, of 16 or 18 characters or in pieces: look at them."
        )
    layout = _Layout(path, encoding, counts.hits)
    sheet = Sheet(
        "",
        LINES,
        LINES,
        tuple(sample),
        file=path.name,
        read=layout.batches,
        fixed={"vin": "vin"},
    )
    return Manifest(path, "text", encoding, (sheet,), (), tuple(notes), size)


def _batch(block: list[_Hit]) -> Batch:
    vins, lines, texts, positions = zip(*block, strict=True)
    columns = (vins, map(str, lines), texts)
    arrays = [pa.array(list(cells), pa.string()) for cells in columns]
    return Batch(
        pa.RecordBatch.from_arrays(arrays, names=list(LINES)),
        np.array(lines, np.int64),
        positions[-1],
    )


def _hits(path: Path, encoding: str, counts: _Counts) -> Iterator[_Hit]:
    groups: _Groups | None = None
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding) as file:
        while line := file.readline(limits.LINE):
            counts.lines += 1
            if len(line) == limits.LINE:
                raise limits.beyond(
                    "a line is longer",
                    limits.LINE,
                    "characters",
                    file=path.name,
                    row=counts.lines,
                    next_step="save it with a line break after each entry",
                )
            text = line.strip()
            if not text.isascii():
                text = unicodedata.normalize("NFKC", text)
            vins = candidates(text)
            if counts.lines == 1 and _EDI.match(text):
                groups = _Groups()
            if groups is not None:
                counts.again += len(vins)
                vins = groups.first(text, vins)
                counts.again -= len(vins)
            counts.blank += not text
            counts.hits += len(vins)
            counts.with_hits += bool(vins)
            counts.near += _has_near_miss(text, {vin for vin, _ in vins})
            for vin, start in vins:
                yield _Hit(vin, counts.lines, _around(text, start), raw.tell())


def candidates(text: str) -> list[tuple[str, int]]:
    """What stands for a vehicle in a line, and where it starts, in the order of the line.

    >>> candidates("one is LRW3E7FA1LC000001, blue"), candidates("LRW3E7FA 2LC00000")
    ([('LRW3E7FA1LC000001', 7)], [('LRW3E7FA 2LC00000', 0)])
    """
    whole = [(text[start:end], start) for start, end in vin_places(text)]
    found = sorted([*whole, *_others(text)], key=itemgetter(1))
    return found or [(text, 0)] * _is_damaged_vin(text)


def _is_damaged_vin(line: str) -> bool:
    """Whether a line is a VIN of a known maker in pieces, with a wrong character or one too few or too many, and nothing else."""
    if len(line) > LONGEST or not (like_a_vin(line) and holds_vin(line)):
        return False
    return wmi_is_known(_letters(line)[:3].upper())


def _others(text: str) -> Iterator[tuple[str, int]]:
    """What stands for a vehicle and is no whole VIN, and where it starts.

    Words of one character too few or too many that begin and end as VINs do, words with marks, frame numbers.
    """
    near = {
        word.start(): word.end()
        for word in _NEAR.finditer(text)
        if mixed(word[0]) and word[0][-4:].isdigit()
    }
    begun = {word.start(): word.end() for word in _BEGUN.finditer(text) if part_of(word[0].upper())}
    # One row for what begins at one place: a word with marks says more than the word alone.
    for start, end in (near | begun | dict(marked_places(text))).items():
        if wmi_is_known(text[start : start + 3].upper()):
            yield text[start:end], start
    for word in _FRAME.finditer(text):
        if frame_type(word[0].replace("-", "").upper()):
            yield word[0], word.start()


def _has_near_miss(text: str, vins: set[str]) -> bool:
    """Whether a line holds what may be a VIN with a character too few or too many, or in pieces, beside its VINs."""
    words = (word for word in _NEAR.findall(text) if mixed(word) and word not in vins)
    return any(words) or any(text[start:end] not in vins for start, end in in_pieces(text))


def _around(text: str, start: int) -> str:
    """The line, or of a long one what stands around a candidate."""
    if len(text) <= _SHOWN:
        return text
    first = max(start - _SHOWN // 2, 0)
    return "…" * (first > 0) + text[first : first + _SHOWN] + "…" * (first + _SHOWN < len(text))
