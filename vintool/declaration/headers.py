"""Headers: the dictionary of what they mean, and which row of a table is one.

A wrong column is worse than none, so nothing here is fuzzy: a header is in the dictionary, or one
of its parts is, or it means nothing to us.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache, lru_cache
from itertools import zip_longest

from vintool.declaration.shapes import holds_vin, is_figures, like_a_vin, like_data, vin_shaped
from vintool.registry.characters import simplified
from vintool.registry.rows import read_rows

MANIFEST = "headers.csv"
"""The dictionary of manifests; another table of its form may be taken in its place."""

CHASSIS = "chassis_no"
"""Beside a column of VINs, one of chassis numbers; no header means it outright."""

QUANTITY = "quantity"
VIN, VIN_LAST = "vin", "vin_last"
"""Every column of VINs is read: the second is ``vin_2``, and so on. Of a range the last VIN has a column of its own."""

GOODS_NAME, REMARKS, ELECTRIC_MARK = "goods_name", "remarks", "electric_mark"
DRIVE_MOTOR = "drive_motor"
"""The field that every column of its kind is read for: the second is ``goods_name_2``, and so on."""

FURTHER = (GOODS_NAME, REMARKS, ELECTRIC_MARK, DRIVE_MOTOR, "fuel", "hs_code", "un_no", "condition")
"""The fields of which further columns are read: all that name the goods, of the others what stands beside the one that is read."""

_FURTHER = re.compile(rf"({'|'.join(FURTHER)})_(?:[2-9]|[1-9][0-9]+)")
_FURTHER_VINS = re.compile(rf"{VIN}_([2-9]|[1-9][0-9]+)")

LOOKED_AT = 50
"""Header rows are looked for among this many rows."""

EXACT, PARTIAL = 2, 1

LONGEST = 1_000
"""Characters of a header; a longer text is a remark, and means nothing."""

_SHORTEST_PLAIN = 4  # letters of a header that is known without its accents
_STROKES = str.maketrans("łøđı", "lodi")
_NAMED = 40  # headers that a message names
_LONGEST_NEAR = 100  # characters of a name that is compared with others

_SEPARATORS = re.compile(
    r"[/\\|()\[\]{}<>,;:\n\r、，；：·]+|\s[-\u2010-\u2015]\s"
    # 车架号VIN: where Chinese or Japanese text meets other letters
    r"|(?<=[\u3040-\u30ff\u4e00-\u9fff])\s*(?=[^\W\d_\u3040-\u30ff\u4e00-\u9fff])"
    r"|(?<=[^\W\d_\u3040-\u30ff\u4e00-\u9fff])\s*(?=[\u3040-\u30ff\u4e00-\u9fff])"
)
# What may stand around a known header without changing its meaning.
_BEFORE = re.compile(r"(?:the|vehicles?|cars?|整车|车辆|車両)")
# Possessive: what was read as a word is not tried again as its pieces, which would take exponential time.
_AFTER = re.compile(
    r"(?:nos|no|nr|numbers?|num|codes?|ofthe|of|vehicles?|cars?|digits?|位|号码|号|码|代码|编号|\d{1,2})++"
)
_OF_NUMBER = re.compile("no|nr|num|code|号|码|编")  # Product code: not the name of the goods
_BARE = frozenset(
    {"goods", "product", "vehicledetails", "商品信息"}
)  # say nothing beside another part


@lru_cache(maxsize=1 << 14)
def normalise(text: str) -> str:
    """Header text as the dictionary compares it: letters and digits only, Chinese in simplified characters.

    >>> normalise("Ｃｈａｓｓｉｓ No.") == normalise("CHASSIS-NO"), normalise("車架號") == normalise("车架号")
    (True, True)
    """
    folded = simplified(unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in folded if unicodedata.category(letter)[0] in "LMN")


@cache
def _dictionary(table: str = MANIFEST) -> dict[str, str]:
    rows = read_rows(table, ("field", "header", "language", "source"))
    known = {normalise(header): field for field, header, _, _ in rows}
    plain = defaultdict[str, set[str]](set)
    for header, field in known.items():
        plain[_without_accents(header)].add(field)
    # As people type them without the keyboard for it: Gyartmany. What then means two things means none.
    unaccented = {
        header: next(iter(meant))
        for header, meant in plain.items()
        if len(meant) == 1 and len(header) >= _SHORTEST_PLAIN
    }
    return {**unaccented, **known}


def _without_accents(text: str) -> str:
    bare = "".join(
        one for one in unicodedata.normalize("NFD", text) if not "\u0300" <= one <= "\u036f"
    )
    return unicodedata.normalize("NFC", bare.translate(_STROKES))


@cache
def _longest(table: str) -> int:
    """How many letters the longest header of a dictionary has."""
    return max(map(len, _dictionary(table)))


@cache
def fields(table: str = MANIFEST) -> tuple[str, ...]:
    """Every field a column can be mapped to."""
    chassis = (CHASSIS,) if table == MANIFEST else ()
    return (*dict.fromkeys(_dictionary(table).values()), *chassis)


def further_of(field: str) -> str:
    """The field that a further column is read like; empty if the field is not that of a further column.

    >>> further_of("goods_name_2"), further_of("fuel_12"), further_of("fuel"), further_of("goods_name_zh")
    ('goods_name', 'fuel', '', '')
    """
    further = _FURTHER.fullmatch(field)
    return further[1] if further else ""


def further_vins(field: str) -> bool:
    """Whether it is the field of a further column of VINs.

    >>> further_vins("vin_2"), further_vins("vin"), further_vins("vin_last")
    (True, False, False)
    """
    return _FURTHER_VINS.fullmatch(field) is not None


def is_field(name: str) -> bool:
    """Whether a column of a manifest can be mapped to a field of this name."""
    return name in fields() or bool(further_of(name)) or further_vins(name)


def _field(text: str, table: str) -> str | None:
    """The field of a header or part of one, with or without the words that may stand around it."""
    dictionary, bare = _dictionary(table), normalise(text)
    if bare in dictionary:
        return dictionary[bare]
    if lead := _BEFORE.match(bare):
        bare = bare[lead.end() :]
    for end in range(min(len(bare), _longest(table)), 1, -1):
        if bare[:end] in dictionary and (end == len(bare) or _AFTER.fullmatch(bare, end)):
            field = dictionary[bare[:end]]
            return None if field == GOODS_NAME and _OF_NUMBER.search(bare, end) else field
    return None


def meaning(header: str, table: str = MANIFEST) -> tuple[str, int] | None:
    """The field that a header names, and how surely: ``EXACT`` or ``PARTIAL``.

    A header whose parts name different fields ("Fuel / Model") names none.

    Args:
        header: as written.
        table: the dictionary.

    >>> meaning("Chassis No."), meaning("单价(USD)"), meaning("Fuel / Model")
    (('vin', 2), ('unit_price', 1), None)
    """
    if len(header) > LONGEST:
        return None
    if (field := _dictionary(table).get(normalise(header))) is not None:
        return field, EXACT
    parts = _SEPARATORS.split(unicodedata.normalize("NFKC", header))
    named = {field for part in [header, *parts] if part and (field := _field(part, table))}
    if len(named) > 1:
        saying = (part for part in [header, *parts] if part and normalise(part) not in _BARE)
        named = {field for part in saying if (field := _field(part, table))}
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
        rows_above: the indices of rows above it that are no titles, for something like a VIN stands in them.
        known: whether any of its words is.
    """

    index: int
    lines: int
    cells: tuple[str, ...]
    rows_above: tuple[int, ...] = ()
    known: bool = True

    @property
    def end(self) -> int:
        """The index of the first data row."""
        return self.index + self.lines


def find_header(rows: Sequence[Sequence[str]], table: str = MANIFEST) -> Header:
    """Find the header among the first rows of a table.

    It must stand above the first VIN: taking a row below for the header would lose rows. So would taking a row for it
    whose VIN is damaged: of such a row all but two words must be known for certain.

    Args:
        rows: the table from its first row on, titles, blank rows and data included.
        table: the dictionary.
    """
    rows = rows[:LOOKED_AT]
    first = next((i for i, row in enumerate(rows) if any(map(vin_shaped, row))), len(rows))
    best, score = Header(0, 0, ()), 0
    for index, row in enumerate(rows[:first]):
        if not _may_be_header(row, rows[index + 1 :], table):
            continue
        candidates = [Header(index, 1, tuple(row))]
        if index + 1 < first and not any(map(_like_data_of_one_cell, rows[index + 1])):
            candidates += _two_lines(index, row, rows[index + 1], table)
        for header in candidates:
            # One as good as the best so far may still add the line beneath it.
            adds_line = header.lines == 2 and best.lines == 1 and best.index == header.index
            words = hits(header.cells, table)
            if words > score or (words == score > 0 and adds_line):
                best, score = header, words
    if not score:
        best = _unknown_header(rows, first)
    above = [i for i, row in enumerate(rows[: best.index]) if any(map(holds_vin, row))]
    return replace(best, rows_above=tuple(above), known=bool(score))


def _like_data_of_one_cell(text: str) -> bool:
    return is_figures(text) or like_a_vin(text)


def _may_be_header(row: Sequence[str], below: Sequence[Sequence[str]], table: str) -> bool:
    """Whether a row can be the header although it holds what stands below headers, such as a damaged VIN."""
    named = [meaning(cell, table) for cell in row if len(cell) < 80]
    sure = {one[0] for one in named if one is not None and one[1] == EXACT}
    if any(like_a_vin(cell) or holds_vin(cell) for cell in row):
        return len(sure) > 1
    return bool(sure) or not like_data(row, below)


def _unknown_header(rows: Sequence[Sequence[str]], first: int) -> Header:
    """The header of which no word is known: the last row with content above what looks like data, or the very first row."""
    many = sum(any(cell.strip() for cell in row[1:]) for row in rows) * 2 > len(rows)
    end = first
    for index, row in enumerate(rows[:first]):
        filled = [cell for cell in row if cell.strip()]
        if many and len(filled) == 1 and not any(map(like_a_vin, filled)):
            continue  # a title
        if filled and like_data(row, rows[index + 1 :]):
            end = index
            break
    above = [i for i in range(end) if any(cell.strip() for cell in rows[i])]
    if not above:
        return Header(0, 0, ())
    index = above[-1] if end < len(rows) else above[0]
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


def near(name: str, names: Sequence[str]) -> str:
    """Which of some names a mistyped one may mean, for a message; empty if none is like it.

    >>> near("fule", ["vin", "fuel"]), near("colour", ["vin"])
    ("perhaps 'fuel' is meant: ", '')
    """
    if len(name) > _LONGEST_NEAR:
        return ""
    by_key = {normalise(one): one for one in names if len(one) <= _LONGEST_NEAR}
    alike = [by_key[key] for key in get_close_matches(normalise(name), by_key)]
    return f"perhaps {labels(alike)} is meant: " if alike else ""


def labels(headers: Sequence[str]) -> str:
    """The headers of a table for a message; the first of them where there are many."""
    more = f", and {len(headers) - _NAMED:,} more" if len(headers) > _NAMED else ""
    return ", ".join(repr(label(one, i)) for i, one in enumerate(headers[:_NAMED], 1)) + more
