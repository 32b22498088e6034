"""Headers: the dictionary of what they mean, and which row of a table is one.

A wrong column is worse than none, so nothing here is fuzzy: a header is in the dictionary, or one
of its parts is, or it means nothing to us.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import zip_longest

from vintool.registry.rows import read_rows

MANIFEST = "headers.csv"
"""The dictionary of manifests; another table of its form may be taken in its place."""

CHASSIS = "chassis_no"
"""Beside a column of VINs, one of chassis numbers; no header means it outright."""

LOOKED_AT = 50
"""Header rows are looked for among this many rows."""

EXACT, PARTIAL = 2, 1

_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_IGNORED = re.compile(r"[\s\-*\u200b-\u200f\u2010-\u2015\u2060\ufeff]+")
_SEPARATORS = re.compile(
    r"[/\\|()\[\]{}<>,;:\n\r、，；：·]+|\s[-\u2010-\u2015]\s"
    # 车架号VIN: where Chinese or Japanese text meets other letters
    r"|(?<=[\u3040-\u30ff\u4e00-\u9fff])\s*(?=[^\W\d_\u3040-\u30ff\u4e00-\u9fff])"
    r"|(?<=[^\W\d_\u3040-\u30ff\u4e00-\u9fff])\s*(?=[\u3040-\u30ff\u4e00-\u9fff])"
)
# What may stand around a known header without changing its meaning.
_BEFORE = re.compile(r"(?:the|vehicles?|cars?|整车|车辆|車両)")
_AFTER = re.compile(
    r"(?:no|nos|nr|num|numbers?|codes?|ofthe|of|vehicles?|cars?|digits?|位|号|码|号码|代码|编号|\d{1,2})+"
)
_FIGURES = re.compile(r"[\d\W_]*\d[\d\W_]*")


@lru_cache(maxsize=1 << 14)
def normalise(text: str) -> str:
    """Header text as the dictionary compares it: letters and digits only.

    >>> normalise("Ｃｈａｓｓｉｓ No.") == normalise("CHASSIS-NO")
    True
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if unicodedata.category(letter)[0] in "LMN")


def vin_shaped(text: str) -> bool:
    """Whether a cell could be a VIN once spaces, hyphens, asterisks and full width are gone.

    Seventeen digits without a letter are an order number far more often than a VIN, and seventeen
    letters without a digit are a word: "Fahrgestellnummer".

    >>> vin_shaped("*lrw3e7fa-1lc 000001*"), vin_shaped("12345678901234567")
    (True, False)
    """
    if len(text) < 17:
        return False
    bare = _IGNORED.sub("", unicodedata.normalize("NFKC", text)).upper()
    return _VIN.fullmatch(bare) is not None and not bare.isdigit() and not bare.isalpha()


@cache
def _dictionary(table: str = MANIFEST) -> dict[str, str]:
    rows = read_rows(table, ("field", "header", "language", "source"))
    return {normalise(header): field for field, header, _, _ in rows}


@cache
def fields(table: str = MANIFEST) -> tuple[str, ...]:
    """Every field a column can be mapped to."""
    chassis = (CHASSIS,) if table == MANIFEST else ()
    return (*dict.fromkeys(_dictionary(table).values()), *chassis)


def _field(text: str, table: str) -> str | None:
    """The field of a header or part of one, with or without the words that may stand around it."""
    dictionary, bare = _dictionary(table), normalise(text)
    if bare in dictionary:
        return dictionary[bare]
    if lead := _BEFORE.match(bare):
        bare = bare[lead.end() :]
    for end in range(len(bare), 1, -1):
        if bare[:end] in dictionary and (end == len(bare) or _AFTER.fullmatch(bare, end)):
            return dictionary[bare[:end]]
    return None


def meaning(header: str, table: str = MANIFEST) -> tuple[str, int] | None:
    """The field that a header names, and how surely: ``EXACT`` or ``PARTIAL``.

    A header whose parts name different fields ("Make / Model") names none.

    Args:
        header: as written.
        table: the dictionary.

    >>> meaning("Chassis No."), meaning("单价(USD)"), meaning("Make / Model")
    (('vin', 2), ('unit_price', 1), None)
    """
    if (field := _dictionary(table).get(normalise(header))) is not None:
        return field, EXACT
    parts = _SEPARATORS.split(unicodedata.normalize("NFKC", header))
    named = {field for part in [header, *parts] if part and (field := _field(part, table))}
    named = named - {"row_no"} or named  # the "No." in "Chassis / No." counts nothing
    return (named.pop(), PARTIAL) if len(named) == 1 else None


def hits(row: Sequence[str], table: str = MANIFEST) -> int:
    """How many cells of a row are headers the dictionary knows."""
    return sum(meaning(cell, table) is not None for cell in row if len(cell) < 80)


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands and what it says.

    Attributes:
        index: of its first row among the rows looked at.
        lines: 1 or 2 rows; 0 where the list starts without a header.
        cells: its texts, two lines combined, as far as they reach.
    """

    index: int
    lines: int
    cells: tuple[str, ...]

    @property
    def end(self) -> int:
        """The index of the first data row."""
        return self.index + self.lines


def find_header(rows: Sequence[Sequence[str]], table: str = MANIFEST) -> Header:
    """Find the header among the first rows of a table.

    It must stand above the first VIN: taking a row below for the header would lose rows.

    Args:
        rows: the table from its first row on, titles, blank rows and data included.
        table: the dictionary.
    """
    rows = rows[:LOOKED_AT]
    first = next((i for i, row in enumerate(rows) if any(map(vin_shaped, row))), len(rows))
    best, score = Header(0, 0, ()), 0
    for index, row in enumerate(rows[:first]):
        candidates = [Header(index, 1, tuple(row))]
        if index + 1 < first and not any(map(_FIGURES.fullmatch, rows[index + 1])):
            candidates += _two_lines(index, row, rows[index + 1], table)
        for header in candidates:
            # One as good as the best so far may still add the line beneath it.
            adds_line = header.lines == 2 and best.lines == 1 and best.index == header.index
            words = hits(header.cells, table)
            if words > score or (words == score > 0 and adds_line):
                best, score = header, words
    if score:
        return best
    # No word we know: the last row with content above the first VIN, or the very first row.
    above = [i for i in range(first) if any(cell.strip() for cell in rows[i])]
    if not above:
        return Header(0, 0, ())
    index = above[-1] if first < len(rows) else above[0]
    return Header(index, 1, tuple(rows[index]))


def _two_lines(
    index: int, upper: Sequence[str], lower: Sequence[str], table: str = MANIFEST
) -> list[Header]:
    """The header of both rows together, if the lower one continues or translates the upper.

    A row with a single filled cell is a title, whatever words it holds.
    """
    if sum(bool(cell.strip()) for cell in upper) < 2 < sum(bool(cell.strip()) for cell in lower):
        return []
    pairs = list(zip_longest(upper, lower, fillvalue=""))
    halves = [(meaning(above, table), meaning(below, table)) for above, below in pairs]
    cells = tuple(
        # Two names for one thing stay apart; a name broken over two lines is made whole.
        f"{above.rstrip(' /')} / {below}"
        if a and b and a[0] == b[0]
        else f"{above} {below}".strip()
        for (above, below), (a, b) in zip(pairs, halves, strict=True)
    )
    whole = [meaning(cell, table) for cell in cells]
    if any(a and b and a[0] != b[0] != "row_no" for a, b in halves):
        return []  # a title above the header, not the first half of it
    filled = fitting = same = 0
    for (above, below), (a, b), named, cell in zip(pairs, halves, whole, cells, strict=True):
        filled += bool(below.strip())
        if not normalise(below) or named is None or (a is not None and a[0] != named[0]):
            continue
        translated = a is not None and b is not None and a[0] == b[0]
        longer = a is None or (named[1] == EXACT and normalise(cell) != normalise(above))
        same += translated
        fitting += translated or longer
    # A data row taken for half a header is a row lost: nearly all of it must be header words.
    belongs = (same or fitting > 1) and 3 * fitting >= 2 * filled and any(a for a, _ in halves)
    return [Header(index, 2, cells)] if belongs else []


def name_columns(header: Header, width: int) -> tuple[str, ...]:
    """The header cell of every column; one without text is named by its position."""
    cells = [*header.cells, *[""] * (width - len(header.cells))] if header.lines else [""] * width
    return tuple(cell if cell.strip() else f"column {i}" for i, cell in enumerate(cells, 1))


def label(header: str, position: int) -> str:
    """A header for a message; one that could be somebody's number is named by its position."""
    private = sum(letter.isdigit() for letter in header) > 4
    return f"column {position}" if private else header[:40]


def labels(headers: Sequence[str]) -> str:
    """All headers of a table for a message."""
    return ", ".join(repr(label(header, i)) for i, header in enumerate(headers, 1))
