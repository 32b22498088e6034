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

from vintool.files.reading import limits
from vintool.files.reading.hidden import Hidden, spans
from vintool.files.reading.workbooks.beside_cells import of_pages
from vintool.files.reading.workbooks.parts import (
    Merged,
    Parts,
    SheetEntry,
    Survey,
    Unread,
)
from vintool.files.reading.workbooks.repeated_texts import RepeatedTexts
from vintool.files.reading.workbooks.unread import Unreads
from vintool.files.reading.workbooks.xlsx_fast import (
    ROW_END,
    BlockSurvey,
    empty_value_pattern,
    survey_block,
)

_GAP = 20  # unused columns that end a table

_ROW_END = re.compile(rb"</(?:\w+:)?row>")
# No pattern looks beyond the next tag for what ends what it has found: of a file of nothing but beginnings, all that follows
# would be gone through once for each.
_CELL_TAG = re.compile(rb"<(/?)(?:\w+:)?c(\s[^<>]*|/)?>")
# White space alone is no content: whether it counts depends on attributes that readers differ on.
_VALUE = re.compile(
    rb"<(?:\w+:)?[vt](?:\s[^<>]*)?>(?:\s|&#(?:9|10|13|32|x9|x[aA]|x[dD]|x20);)*+([^<]+|<!\[CDATA)"
)
# A formula without a value, or with what stands for one where the program is asked to calculate all of them.
_FORMULA = re.compile(
    rb"<(?:\w+:)?c(?:\s([^<>]*[^<>/]))?>\s*"
    rb"<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(<(?:\w+:)?v(?:\s[^<>]*)?(?:/>|>\s*(0(?:\.0+)?)?\s*</(?:\w+:)?v>)\s*)?</(?:\w+:)?c>"
)
_ERROR_CELL = re.compile(
    rb"""<(?:\w+:)?c(?=[^<>]*\st=["']e["'])(\s[^<>]*)>"""
    rb"(?:\s*<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>))?(?:\s*<(?:\w+:)?v(?:\s[^<>]*)?>([^<]*))?"
)
_WHOLE_NUMBER = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]*)?>\s*([0-9]{1,9})\s*<")
_STRING_END = re.compile(rb"</(?:\w+:)?si>|<(?:\w+:)?si\s*/>")
_PHONETIC = re.compile(rb"<(?:\w+:)?rPh(?:[^<]++|<(?!/?(?:\w+:)?rPh))*+</(?:\w+:)?rPh>")
_TYPE = re.compile(rb"""\st=["'](\w+)""")
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]+)([0-9]+)""")
_FAR_COLUMN = re.compile(rb"""=\s*["']([A-Za-z]{2,})[0-9]""")
_FAR_ROW = re.compile(rb"""\sr\s*=\s*["'][A-Za-z]*0*([0-9]{7,})""")
_CELL_START = re.compile(rb"<(?:\w+:)?c[\s/>]")
_PLACED = re.compile(rb"<(?:\w+:)?c\s(?:[^<>]*\s)?r\s*=")
_ROW_START = re.compile(rb"<(?:\w+:)?row[\s/>]")
_NUMBERED = re.compile(rb"<(?:\w+:)?row\s(?:[^<>]*\s)?r\s*=")
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["'][A-Za-z]*([0-9]+)""")
_HIDDEN = rb"""\shidden\s*=\s*["'](?:1|true|on)["']"""
_ANY_HIDDEN = re.compile(_HIDDEN)
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row(?=\s)(?=[^<>]*" + _HIDDEN + rb")([^<>]*)>")
_HIDDEN_COLUMNS = re.compile(rb"<(?:\w+:)?col(?=\s)(?=[^<>]*" + _HIDDEN + rb")([^<>]*)>")
_MIN = re.compile(rb"""\smin\s*=\s*["']([0-9]{1,6})""")
_MAX = re.compile(rb"""\smax\s*=\s*["']([0-9]{1,6})""")
_LAST_ROW = 1 << 20
_LONGEST_COLUMN, _LONGEST_ERROR = 8, 40
_MERGE = re.compile(
    rb"""<(?:\w+:)?mergeCell\s[^<>]*?ref\s*=\s*["']([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"""
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
        self._texts = RepeatedTexts(path.name)
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
            if len(rest) > limits.SMALL_PART:
                raise self.too_long(f"a row or a text in its part {part}")
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
            self._texts.shared(index, len(piece))
            if not _VALUE.search(_PHONETIC.sub(b"", piece) if b"rPh" in piece else piece):
                yield index

    def _filled(self, row: bytes, unread: Unread | None = None) -> Iterator[bytes]:
        """The attributes of the cells of a row that hold something; errors do where they are marked."""
        for attributes, inner, cell in _cells(row):
            value = _VALUE.search(inner)
            if value is None:
                if b"f" in inner and any(self._formulas(cell)):
                    yield attributes
                continue
            kind = _TYPE.search(attributes)
            code = kind[1] if kind else b"n"
            if code == b"e":
                place = _REFERENCE.search(attributes) if unread else None
                marks = unread.get(int(place[2]) - 1, ()) if unread and place else ()
                if not any(mark for _, mark in marks):
                    continue
            elif code == b"s" and int(value[1]) in self._empty:
                continue
            yield attributes

    def _formulas(self, block: bytes) -> Iterator[bytes]:
        """The attributes of the cells with a formula whose value is not stored."""
        for match in _FORMULA.finditer(block):
            attributes = b" " + (match[1] or b"")
            kind = _TYPE.search(attributes)
            if (match[3] and not self._uncalculated) or (
                match[2] and kind is not None and kind[1] == b"str"
            ):
                continue  # a zero, or an empty text, that was calculated
            yield attributes

    def _note_formulas(self, block: bytes, unread: Unreads) -> None:
        """Keep where formulas without values stand in a block."""
        if b"<f" in block or b":f" in block:
            for attributes in self._formulas(block):
                unread.formula(*_place(attributes, unread))

    def _count(self, row: bytes, unread: Unreads) -> int:
        """How many rows a row makes: itself, if it holds something, and those of errors alone above it."""
        last = -1
        for match in _ERROR_CELL.finditer(row):
            last, column = _place(match[1], unread)
            unread.error(
                last, column, (match[2] or b"")[:_LONGEST_ERROR].decode("utf-8", "replace")
            )
        if next(self._filled(row), None) is not None:
            return 1 + unread.followed()
        if last >= 0:
            unread.alone(last)
        return 0

    def survey(self, part: str) -> Survey:
        """Count what a sheet holds, without believing what it declares."""
        rows = last_column = cells = 0
        unread = Unreads(self.path.name)
        hidden, beside = Hidden(), list[str]()
        blocks = self._pieces(part, _ROW_END, ROW_END)
        for block, plain in _two_at_a_time(self._survey_block, blocks):
            self._note_formulas(block, unread)
            beside += of_pages(block) if b"eaderFooter" in block else ()
            if _ANY_HIDDEN.search(block):
                hidden.rows += _hidden_rows(block)
                hidden.columns += _hidden_columns(block)
            for number in _WHOLE_NUMBER.findall(block) if self._texts else ():
                self._texts.pointed_to(int(number))
            if plain is None:
                others = block.split(ROW_END)
                last_column = max(last_column, *map(_reach, others))
                rows += sum(self._count(row, unread) for row in others)
                cells += len(_CELL_START.findall(block))
            else:
                last_column = max(last_column, plain.last_column)
                cells += plain.cells
                rows += plain.sure + sum(
                    self._count(row, unread) for row in plain.doubtful[: plain.above]
                )
                rows += unread.followed() if plain.sure else 0
                rows += sum(self._count(row, unread) for row in plain.doubtful[plain.above :])
            if (plain is None or plain.long) and any(
                int(number) > _LAST_ROW for number in _FAR_ROW.findall(block)
            ):
                raise zipfile.BadZipFile
        return Survey(
            rows,
            last_column,
            unread.errors,
            unread=unread.marks,
            errors_alone=unread.below,
            cells=cells,
            hidden_rows=spans(hidden.rows),
            hidden_columns=spans(hidden.columns),
            beside=tuple(beside),
        )

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

    def region(self, part: str, unread: Unread) -> tuple[int, int, int, list[str]]:
        """Where a wide sheet's table lies.

        Args:
            part: the sheet.
            unread: the marks of its survey.

        Returns:
            Its first and last column, how many rows hold content there, and the cells beyond.
        """
        used, starts, cells = set[int](), Counter[int](), list[tuple[int, str]]()
        for row in self._rows(part):
            start = position = 0
            for attributes in self._filled(row, unread):
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


def _hidden_rows(block: bytes) -> Iterator[tuple[int, int]]:
    """The rows of a block that are hidden, each as a run; one without a number cannot be told."""
    for row in _HIDDEN_ROW.finditer(block):
        if number := _ROW_NUMBER.search(row[1]):
            yield int(number[1]), int(number[1])


def _hidden_columns(block: bytes) -> Iterator[tuple[int, int]]:
    """The runs of columns of a block that are hidden."""
    for columns in _HIDDEN_COLUMNS.finditer(block):
        first, last = _MIN.search(columns[1]), _MAX.search(columns[1])
        if first and last:
            yield int(first[1]), int(last[1])


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


def _cells(row: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """The cells of a row that hold something: their attributes, what is in them, and the whole."""
    start: re.Match[bytes] | None = None
    for tag in _CELL_TAG.finditer(row):
        if not tag[1]:
            if start is None and not (tag[2] or b"").endswith(b"/"):
                start = tag
        elif start is not None:
            yield start[2] or b"", row[start.end() : tag.start()], row[start.start() : tag.end()]
            start = None


def _place(attributes: bytes, unread: Unreads) -> tuple[int, int]:
    """The row and column, from 0, of a cell."""
    place = _REFERENCE.search(attributes)
    if place is None:
        raise unread.placeless()
    return int(place[2]) - 1, _column(place[1]) - 1


def _column(letters: bytes) -> int:
    """The column of these letters, from 1; of more than any column has, one that is too far."""
    number = 0
    for letter in letters[:_LONGEST_COLUMN].upper():
        number = number * 26 + letter - 64
    return number
