"""What a workbook really holds, learnt from its XML before any library parses it.

One stray cell in the last column makes calamine reserve the whole grid, and that ends the process
rather than raising. So each sheet's XML is first read in a stream: how many rows hold content, how
far the cells reach, how large the parts really are. Declared sizes and dimensions are not believed.
"""

import itertools
import re
import zipfile
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar
from xml.etree import ElementTree as ET

from python_calamine import CalamineError

from vintool.errors import ManifestError
from vintool.files.reading.workbooks.xlsx_fast import ROW_END, empty_ones, look

_CHUNK = 4 << 20
_GAP = 20  # unused columns that end a table
_PART = 4 << 30
_SMALL = 64 << 20  # a part up to this size needs no look at its compression
_RATIO = 200  # no honest sheet is packed more tightly

_ROW_END = re.compile(rb"</(?:\w+:)?row>")
_CELL = re.compile(rb"<(?:\w+:)?c(\s[^>]*[^/>])?>(.*?)</(?:\w+:)?c>", re.DOTALL)
# White space alone is no content: whether it counts depends on attributes that readers differ on.
_VALUE = re.compile(
    rb"<(?:\w+:)?[vt](?:\s[^>]*)?>(?:\s|&#(?:9|10|13|32|x9|x[aA]|x[dD]|x20);)*+([^<]+|<!\[CDATA)"
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


_Told = TypeVar("_Told")

#: A block of merged cells: its first row and column and its last ones, from 0.
Merged = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Survey:
    """What one sheet really holds.

    Attributes:
        rows: how many rows hold content.
        last_column: how far cells reach, from 1.
        errors: cells with an error such as #N/A.
        last_row: how far cells reach down, from 1; 0 where it was not looked for.
        merged: the blocks of merged cells, where they were looked for.
    """

    rows: int
    last_column: int
    errors: int
    last_row: int = 0
    merged: tuple[Merged, ...] = ()


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Say in our words what the libraries say in theirs about a broken file."""
    try:
        yield
    except ManifestError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ET.ParseError,
        CalamineError,
        ValueError,
        LookupError,
    ) as error:
        locked = "password" in str(error).lower()
        raise ManifestError(
            "the workbook is password-protected"
            if locked
            else "the workbook is damaged or cut short",
            file=path.name,
            next_step="open it in a spreadsheet program and save a copy"
            + " without the password" * locked,
        ) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how calamine reports a defect of its own
            raise
        raise ManifestError(
            "the workbook cannot be parsed",
            file=path.name,
            next_step="save it again as .xlsx or CSV",
        ) from None


class Parts:
    """The parts of a workbook that is a zip archive, read within limits."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path, self._archive = path, archive
        self._parts = {
            info.filename.replace("\\", "/").lower(): info for info in archive.infolist()
        }
        if len(self._parts) < len(archive.infolist()):
            raise zipfile.BadZipFile  # of two parts of one name, another one might be read than was surveyed

    def __contains__(self, part: str) -> bool:
        """Whether there is a part of this name, in small letters."""
        return part in self._parts

    def chunks(self, part: str) -> Iterator[bytes]:
        """The bytes of a part, up to the size that no honest workbook reaches."""
        info, total = self._parts[part], 0
        with self._archive.open(info) as member:
            while chunk := member.read(_CHUNK):
                total += len(chunk)
                if total > _PART or (total > _SMALL and total > _RATIO * info.compress_size):
                    raise self._too_large(total)
                if total == len(chunk) and chunk.startswith((b"\xff\xfe", b"\xfe\xff")):
                    raise zipfile.BadZipFile  # XML that no survey could read
                yield chunk

    def begins(self, part: str, start: bytes) -> bool:
        """Whether a part is there and begins like this."""
        return part in self and next(self.chunks(part), b"").startswith(start)

    def weigh(self, *parts: str) -> None:
        """Refuse parts that unpack to an absurd size; those that are not there weigh nothing."""
        for part in parts:
            for _ in self.chunks(part) if part in self else ():
                pass

    def _too_large(self, size: int) -> ManifestError:
        return ManifestError(
            f"a part of the workbook unpacks to more than {size >> 20} MB",
            file=self.path.name,
            next_step="save the table as CSV and pass that",
        )

    def xml(self, part: str) -> ET.Element:
        """A small part as XML."""
        text = b"".join(itertools.islice(self.chunks(part), 4))
        if b"<!DOCTYPE" in text:
            raise ET.ParseError
        return ET.fromstring(text)  # noqa: S314 - without a DOCTYPE no entity can grow


class Book(Parts):
    """An XLSX workbook."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        """Find the sheets; refuse what unpacks to an absurd size."""
        super().__init__(path, archive)
        self.sheets = tuple(self._sheets())
        self._empty = frozenset(self._empty_strings())
        self._empty_ones = empty_ones(self._empty)
        self.weigh("xl/styles.xml", "xl/workbook.xml")

    def _sheets(self) -> Iterator[tuple[str, bool, str]]:
        """Each sheet's name, whether it is hidden, and its part (empty for a chart)."""
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
                if part and part not in self._parts:
                    raise zipfile.BadZipFile
                yield element.get("name", ""), element.get("state", "visible") != "visible", part

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
            if len(rest) > _SMALL:
                raise self._too_large(len(rest))
            yield from pieces
        if plain:
            yield rest

    def _rows(self, part: str) -> Iterator[bytes]:
        for block in self._pieces(part, _ROW_END, ROW_END):
            yield from block.split(ROW_END)

    def _empty_strings(self) -> Iterator[int]:
        """The positions of shared strings without a character."""
        part = "xl/sharedstrings.xml"
        for index, piece in enumerate(
            self._pieces(part, _STRING_END) if part in self._parts else ()
        ):
            if not _VALUE.search(_PHONETIC.sub(b"", piece) if b"rPh" in piece else piece):
                yield index

    def _filled(self, row: bytes) -> Iterator[bytes]:
        """The attributes of the cells of a row that hold something."""
        for cell in _CELL.finditer(row):
            attributes, value = cell[1] or b"", _VALUE.search(cell[2])
            if value is None:
                continue
            kind = _TYPE.search(attributes)
            code = kind[1] if kind else b"n"
            if code == b"e" or (code == b"s" and int(value[1]) in self._empty):
                continue
            yield attributes

    def survey(self, part: str) -> Survey:
        """Count what a sheet holds, without believing what it declares."""
        rows = errors = last_column = 0
        blocks = self._pieces(part, _ROW_END, ROW_END)
        for block, seen in _side_by_side(lambda block: look(block, self._empty_ones), blocks):
            others = block.split(ROW_END) if seen is None else seen.doubtful
            rows += sum(next(self._filled(row), None) is not None for row in others)
            if seen is None:
                last_column = max(last_column, *map(_reach, others))
            else:
                rows += seen.sure
                last_column = max(last_column, seen.last_column)
            if seen is None or seen.errors:
                errors += block.count(b't="e"')
            if (seen is None or seen.long) and any(
                int(number) > _LAST_ROW for number in _FAR_ROW.findall(block)
            ):
                raise zipfile.BadZipFile
        return Survey(rows, last_column, errors)

    def last_row(self, part: str) -> int:
        """How far cells reach down: the largest row number, and the rows that have none below it."""
        last = unnumbered = 0
        for row in self._rows(part):
            last = max(last, *map(int, _ROW_NUMBER.findall(row)), 0)
            unnumbered += len(_ROW_START.findall(row)) - len(_NUMBERED.findall(row))
        return last + unnumbered

    def merged(self, part: str) -> tuple[Merged, ...]:
        """The blocks of merged cells."""
        found, rest = dict[Merged, None](), b""
        for chunk in self.chunks(part):
            text = rest + chunk
            for left, top, right, low in _MERGE.findall(text):
                found[int(top) - 1, _column(left) - 1, int(low) - 1, _column(right) - 1] = None
            rest = text[-200:]  # one may be cut in two, and is not counted twice
        return tuple(found)

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


def _side_by_side(
    of: Callable[[bytes], _Told], blocks: Iterable[bytes]
) -> Iterator[tuple[bytes, _Told]]:
    """Blocks in their order with what ``of`` says of each; two are looked at at a time."""
    with ThreadPoolExecutor(2) as pool:
        waiting = deque[tuple[bytes, Future[_Told]]]()
        for block in blocks:
            waiting.append((block, pool.submit(of, block)))
            if len(waiting) > 2:
                first, told = waiting.popleft()
                yield first, told.result()
        for block, told in waiting:
            yield block, told.result()


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
