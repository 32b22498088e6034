"""XLSX: what a workbook really holds, learnt from its XML before any library parses it.

Each sheet's XML is read in a stream, most of it many rows at a time (``xlsx_fast``): how many rows hold content, how far
the cells reach.
"""

import itertools
import re
import zipfile
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import TypeVar

from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.workbooks.parts import SMALL_PART, Merged, Parts, SheetEntry, Survey
from vintool.files.reading.workbooks.xlsx_fast import (
    ROW_END,
    BlockSurvey,
    empty_value_pattern,
    survey_block,
)

_GAP = 20  # unused columns that end a table

_ROW_END = re.compile(rb"</(?:\w+:)?row>")
_CELL = re.compile(rb"<(?:\w+:)?c(\s[^>]*[^/>])?>(.*?)</(?:\w+:)?c>", re.DOTALL)
# White space alone is no content: whether it counts depends on attributes that readers differ on.
_VALUE = re.compile(
    rb"<(?:\w+:)?[vt](?:\s[^>]*)?>(?:\s|&#(?:9|10|13|32|x9|x[aA]|x[dD]|x20);)*+([^<]+|<!\[CDATA)"
)
# A formula without a value, or with what stands for one where the program is asked to calculate all of them. Up to the
# next tag alone, or a file of nothing but beginnings would be gone through once for each.
_FORMULA = re.compile(
    rb"<(?:\w+:)?c(?:\s([^<>]*[^<>/]))?>\s*"
    rb"<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(<(?:\w+:)?v(?:\s[^<>]*)?(?:/>|>\s*(0(?:\.0+)?)?\s*</(?:\w+:)?v>)\s*)?</(?:\w+:)?c>"
)
_STRING_END = re.compile(rb"</(?:\w+:)?si>|<(?:\w+:)?si\s*/>")
_PHONETIC = re.compile(rb"<(?:\w+:)?rPh.*?</(?:\w+:)?rPh>", re.DOTALL)
_TYPE = re.compile(rb"""\st=["'](\w+)""")
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]+)([0-9]+)""")
_FAR_COLUMN = re.compile(rb"""=\s*["']([A-Za-z]{2,})[0-9]""")
_FAR_ROW = re.compile(rb"""\sr\s*=\s*["'][A-Za-z]*0*([0-9]{7,})""")
_CELL_START = re.compile(rb"<(?:\w+:)?c[\s/>]")
_PLACED = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*\s)?r\s*=")
_ROW_START = re.compile(rb"<(?:\w+:)?row[\s/>]")
_NUMBERED = re.compile(rb"<(?:\w+:)?row\s(?:[^>]*\s)?r\s*=")
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["'][A-Za-z]*([0-9]+)""")
_LAST_ROW = 1 << 20
_MERGE = re.compile(
    rb"""<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*["']([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"""
)

_TRUE = frozenset({"1", "true"})

_T = TypeVar("_T")


class XlsxWorkbook(Parts):
    """An XLSX workbook."""

    format = "xlsx"

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        """Find the sheets; refuse what unpacks to an absurd size."""
        super().__init__(path, archive)
        self.sheets = tuple(self._sheets())
        self._empty = frozenset(self._empty_strings())
        self._empty_value = empty_value_pattern(self._empty)
        self.weigh("xl/styles.xml", "xl/workbook.xml")
        calculation = self.xml("xl/workbook.xml").find("{*}calcPr")
        self._uncalculated = calculation is not None and calculation.get("fullCalcOnLoad") in _TRUE

    def _sheets(self) -> Iterator[SheetEntry]:
        links = {
            link.get("Id"): link.get("Target", "")
            for link in self.xml("xl/_rels/workbook.xml.rels")
            if link.get("Type", "").endswith("/worksheet")
        }
        for element in self.xml("xl/workbook.xml").iter():
            if element.tag.rpartition("}")[2] == "sheet":
                link = next((v for k, v in element.items() if k.endswith("}id")), None)
                target = links.get(link, "").replace("\\", "/").lower()
                part = str(PurePosixPath("/xl") / target).lstrip("/") if target else ""
                if part and part not in self:
                    raise zipfile.BadZipFile
                hidden = element.get("state", "visible") != "visible"
                yield SheetEntry(element.get("name", ""), hidden, part)

    def _pieces(self, part: str, end: re.Pattern[bytes], plain: bytes = b"") -> Iterator[bytes]:
        """A part cut after every end tag.

        With ``plain``, the end tag without a namespace prefix, many pieces may be left together, with
        their end tags; and what follows the last one is a piece too.
        """
        rest = b""
        for chunk in self.chunks(part):
            text = rest + chunk
            if plain and (cut := text.rfind(plain) + len(plain)) >= len(plain):
                pieces, rest = [text[:cut]], text[cut:]
            else:
                *pieces, rest = end.split(text)
            if len(rest) > SMALL_PART:
                raise self.too_large(len(rest))
            yield from pieces
        if plain:
            yield rest

    def _rows(self, part: str) -> Iterator[bytes]:
        for block in self._pieces(part, _ROW_END, ROW_END):
            yield from block.split(ROW_END)

    def _empty_strings(self) -> Iterator[int]:
        """The positions of shared strings without a character."""
        part = "xl/sharedstrings.xml"
        for index, piece in enumerate(self._pieces(part, _STRING_END) if part in self else ()):
            if not _VALUE.search(_PHONETIC.sub(b"", piece) if b"rPh" in piece else piece):
                yield index

    def _filled(self, row: bytes) -> Iterator[bytes]:
        """The attributes of the cells of a row that hold something."""
        for cell in _CELL.finditer(row):
            attributes, value = cell[1] or b"", _VALUE.search(cell[2])
            if value is None:
                if b"f" in cell[2] and any(self._unread(cell[0])):
                    yield attributes
                continue
            kind = _TYPE.search(attributes)
            code = kind[1] if kind else b"n"
            if code == b"e" or (code == b"s" and int(value[1]) in self._empty):
                continue
            yield attributes

    def _unread(self, block: bytes) -> Iterator[tuple[int, int]]:
        """The row and column, from 0, of the cells with a formula whose value is not stored.

        Raises:
            ManifestError: one of them does not say where it stands.
        """
        for match in _FORMULA.finditer(block):
            attributes = b" " + (match[1] or b"")
            kind = _TYPE.search(attributes)
            if (match[3] and not self._uncalculated) or (
                match[2] and kind is not None and kind[1] == b"str"
            ):
                continue  # a zero, or an empty text, that was calculated
            place = _REFERENCE.search(attributes)
            if place is None:
                raise ManifestError(
                    "it holds formulas whose values are not stored",
                    file=self.path.name,
                    next_step="open it in a spreadsheet program and save it there",
                )
            yield int(place[2]) - 1, _column(place[1]) - 1

    def _note_unread(self, block: bytes, unread: dict[int, list[int]], count: int) -> int:
        """Keep where formulas without values stand in a block; their number so far, with ``count`` before."""
        if b"<f" in block or b":f" in block:
            for row, column in self._unread(block):
                unread.setdefault(row, []).append(column)
                count += 1
                if count > limits.UNREAD_FORMULAS:
                    raise limits.beyond(
                        "it holds more formulas whose values are not stored",
                        limits.UNREAD_FORMULAS,
                        "cells",
                        file=self.path.name,
                        next_step="open it in a spreadsheet program and save it there",
                    )
        return count

    def survey(self, part: str) -> Survey:
        """Count what a sheet holds, without believing what it declares."""
        rows = errors = last_column = formulas = 0
        unread = dict[int, list[int]]()
        blocks = self._pieces(part, _ROW_END, ROW_END)
        for block, plain in _two_at_a_time(self._survey_block, blocks):
            others = block.split(ROW_END) if plain is None else plain.doubtful
            formulas = self._note_unread(block, unread, formulas)
            rows += sum(next(self._filled(row), None) is not None for row in others)
            if plain is None:
                last_column = max(last_column, *map(_reach, others))
            else:
                rows += plain.sure
                last_column = max(last_column, plain.last_column)
            if plain is None or plain.errors:
                errors += block.count(b't="e"')
            if (plain is None or plain.long) and any(
                int(number) > _LAST_ROW for number in _FAR_ROW.findall(block)
            ):
                raise zipfile.BadZipFile
        return Survey(rows, last_column, errors, unread=unread)

    def _survey_block(self, block: bytes) -> BlockSurvey | None:
        return survey_block(block, self._empty_value)

    def last_row(self, part: str) -> int:
        """How far cells reach down: the largest row number, and the rows that have none below it."""
        last = unnumbered = 0
        for row in self._rows(part):
            last = max(last, *map(int, _ROW_NUMBER.findall(row)), 0)
            unnumbered += len(_ROW_START.findall(row)) - len(_NUMBERED.findall(row))
        return last + unnumbered

    def merged(self, part: str) -> tuple[Merged, ...]:
        """The blocks of merged cells."""
        blocks, rest = dict[Merged, None](), b""
        for chunk in self.chunks(part):
            text = rest + chunk
            for left, top, right, low in _MERGE.findall(text):
                blocks[int(top) - 1, _column(left) - 1, int(low) - 1, _column(right) - 1] = None
            rest = text[-200:]  # one may be cut in two, and is not counted twice
        return tuple(blocks)

    def region(self, part: str) -> tuple[int, int, int, list[str]]:
        """Where a wide sheet's table lies.

        Returns:
            Its first and last column, how many rows hold content there, and the cells beyond.
        """
        used, starts, cells = set[int](), Counter[int](), list[tuple[int, str]]()
        for row in self._rows(part):
            start = position = 0
            for attributes in self._filled(row):
                reference = _REFERENCE.search(attributes)
                position = _column(reference[1]) if reference else position + 1
                start = min(start or position, position)
                if reference and position not in used:
                    cells.append((position, (reference[1] + reference[2]).decode()))
                used.add(position)
            starts[start] += bool(start)
        columns = sorted(used)
        last = next((a for a, b in itertools.pairwise(columns) if b - a > _GAP), columns[-1])
        rows = sum(count for start, count in starts.items() if 0 < start <= last)
        return columns[0], last, rows, [name for column, name in cells if column > last]


def _two_at_a_time(
    of: Callable[[bytes], _T], blocks: Iterable[bytes]
) -> Iterator[tuple[bytes, _T]]:
    """Blocks in their order with what ``of`` gives for each; two are worked on at a time."""
    with ThreadPoolExecutor(2) as pool:
        waiting = deque[tuple[bytes, Future[_T]]]()
        for block in blocks:
            waiting.append((block, pool.submit(of, block)))
            if len(waiting) > 2:
                first, result = waiting.popleft()
                yield first, result.result()
        for block, result in waiting:
            yield block, result.result()


def _reach(row: bytes) -> int:
    """How far cells reach to the right at most: one without a reference stands next to the last one."""
    cells = len(_CELL_START.findall(row))
    unplaced = cells - len(_PLACED.findall(row))
    far = max(map(_column, set(_FAR_COLUMN.findall(row))), default=26 * (cells > unplaced))
    return (far if cells else 0) + unplaced


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
