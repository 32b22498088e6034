"""What all workbooks have in common: the survey of a sheet, and the parts of a zip archive within limits.

A workbook is surveyed before any library parses it: how many rows hold content, how far the cells reach, how large the
parts really are. One stray cell in the last column makes calamine reserve the whole grid, and that ends the process
rather than raising. Declared sizes and dimensions are not believed.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.hidden import Spans
from vintool.files.reading.workbooks.beside_cells import texts_beside

_CHUNK = 4 << 20

WHITE_SPACE = " \t\r\n"
"""What is no content where it stands alone in a cell."""

Merged = tuple[int, int, int, int]
"""A block of merged cells: its first row and column and its last ones, from 0."""


Unread = Mapping[int, Sequence[tuple[int, str]]]
"""Row -> columns of cells that were not read, both from 0, each with the mark that stands for what is in it."""


class SheetEntry(NamedTuple):
    """A sheet as its workbook lists it.

    Attributes:
        name: as the user sees it.
        hidden: whether the user sees it.
        part: where in the workbook it is; empty for a chart.
    """

    name: str
    hidden: bool
    part: str


@dataclass(frozen=True, slots=True)
class Survey:
    """What one sheet really holds.

    Attributes:
        rows: how many rows hold content.
        last_column: how far cells reach, from 1.
        errors: cells with an error such as #N/A.
        last_row: how far cells reach down, from 1; 0 where it was not looked for.
        merged: the blocks of merged cells, where they were looked for.
        first_column: where cells begin, from 0; 0 where it was not looked for.
        unread: the cells with an error, and those with a formula whose value is not stored.
        errors_alone: how many rows below the last one with content hold nothing but errors.
        cells: how many cells are written in the file, empty ones too; 0 where they were not counted.
        hidden_rows: the first and last row of each run of rows that the user does not see, from 1.
        hidden_columns: the same of columns.
        beside: the headers and footers of its pages, line by line.
    """

    rows: int
    last_column: int
    errors: int
    last_row: int = 0
    merged: tuple[Merged, ...] = ()
    first_column: int = 0
    unread: Unread = field(default_factory=dict)
    errors_alone: int = 0
    cells: int = 0
    hidden_rows: Spans = ()
    hidden_columns: Spans = ()
    beside: tuple[str, ...] = ()


@contextmanager
def damage_refused(path: Path) -> Iterator[None]:
    """Say in our words what the libraries say in theirs about a broken file.

    Raises:
        ManifestError: in place of their errors.
    """
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
            next_step="open it in a spreadsheet program and save a copy without the password"
            if locked
            else "open it in a spreadsheet program and save a copy",
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

    sheets: tuple[SheetEntry, ...]

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path, self._archive = path, archive
        self._parts = {
            info.filename.replace("\\", "/").lower(): info for info in archive.infolist()
        }
        if len(self._parts) < len(archive.infolist()):
            raise zipfile.BadZipFile  # of two parts of one name, another one might be read than was surveyed
        self._unpacked = dict[str, int]()
        self._allowed = max(limits.UNPACKED, limits.RATIO * path.stat().st_size)
        self._shared: list[CalamineWorkbook] | None = []

    def __contains__(self, part: str) -> bool:
        """Whether there is a part of this name, in small letters."""
        return part in self._parts

    def named(self, pattern: re.Pattern[str]) -> list[str]:
        """The parts whose names fit a pattern, in small letters."""
        return [part for part in self._parts if pattern.fullmatch(part)]

    def beside(self) -> list[str]:
        """The texts of comments and boxes, in which no cell stands."""
        return texts_beside(self)

    def load(self, position: int) -> CalamineSheet:
        """The sheet at a position as calamine parses it, which may skip sheets that are none.

        What the sheets share is parsed once for all until ``release``.
        """
        workbook = self._shared[0] if self._shared else CalamineWorkbook.from_path(str(self.path))
        if self._shared is not None:
            self._shared = [workbook]
        return workbook.get_sheet_by_name(self.sheets[position].name)

    def release(self) -> None:
        """Let go of what the sheets share while they are opened."""
        self._shared = None

    def chunks(self, part: str) -> Iterator[bytes]:
        """The bytes of a part, up to the size that no honest workbook reaches."""
        info, total = self._parts[part], 0
        with self._archive.open(info) as member:
            while chunk := member.read(_CHUNK):
                total += len(chunk)
                self._unpacked[part] = max(self._unpacked.get(part, 0), total)
                if sum(self._unpacked.values()) > self._allowed:
                    raise self._too_large("the workbook unpacks to more", self._allowed)
                tight = total > limits.SMALL_PART and total > limits.RATIO * info.compress_size
                if total > limits.PART or tight:
                    bound = limits.RATIO * info.compress_size if tight else limits.PART
                    raise self._too_large(f"its part {part} unpacks to more", bound)
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

    def too_long(self, what: str) -> ManifestError:
        """The refusal of what has to be held whole."""
        return self._too_large(f"{what} is longer", limits.SMALL_PART)

    def _too_large(self, what: str, bound: int) -> ManifestError:
        return limits.beyond(
            what,
            bound,
            "bytes",
            file=self.path.name,
            next_step="save the table as CSV and pass that",
        )

    def xml(self, part: str) -> ET.Element:
        """A small part as XML."""
        text = b""
        for chunk in self.chunks(part):
            text += chunk
            if len(text) > limits.SMALL_XML:
                raise self._too_large(f"its part {part} is larger", limits.SMALL_XML)
        if b"<!DOCTYPE" in text:
            raise ET.ParseError
        return ET.fromstring(text)  # noqa: S314 - without a DOCTYPE no entity can grow
