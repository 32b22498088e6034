"""Which row is the header and which column is what: by dictionary and content, never by likeness.

A wrong column is worse than none, so nothing here is fuzzy: a header is in the dictionary, or one
of its parts is, or it means nothing to us. Where two columns claim the same meaning and the choice
can change a verdict, the user decides.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple, Protocol

from vintool.errors import MappingError, NoVinColumn
from vintool.registry.rows import read_rows

LOOKED_AT = 50
"""Header rows are looked for among this many rows."""

# Model, type code, make, displacement and battery only add to these; lists often give a model twice,
# by name and by code, and the first column is read.
_DECIDING = frozenset(
    {
        "hs_code",
        "fuel",
        "un_no",
        "condition",
        "seats",
        "vehicle_type",
        "declaration_date",
        "export_date",
        "registration_date",
    }
)
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

# Headers that say VIN; a chassis or frame number may be one, or a number of its own.
_SAYS_VIN = re.compile(
    r"\bVIN|VIN\b|VIN[码号]|识别|識別|식별|identif|\bFIN\b|\bNIV\b|\bВИН|идентиф", re.IGNORECASE
)

EXACT, PARTIAL = 2, 1


class Headed(Protocol):
    """A table as far as its columns are concerned: what ``Sheet`` has, and any Arrow table."""

    @property
    def name(self) -> str:
        """The name of the sheet, for messages."""

    @property
    def file(self) -> str:
        """The name of the file, for messages."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, all different."""

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers as written."""

    @property
    def sample(self) -> tuple[tuple[str, ...], ...]:
        """The first rows, as text."""


class Sample(NamedTuple):
    """A ``Headed`` in plain form."""

    name: str
    file: str
    columns: tuple[str, ...]
    headers: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]


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


MANIFEST = "headers.csv"
"""The dictionary of manifests; another table of its form may be asked in its place."""

CHASSIS = "chassis_no"
"""Beside a column of VINs, one of chassis numbers; no header means it outright."""


@cache
def _dictionary(table: str = MANIFEST) -> dict[str, str]:
    rows = read_rows(table, ("field", "header", "language", "source"))
    return {normalise(header): field for field, header, _, _ in rows}


@cache
def fields(table: str = MANIFEST) -> tuple[str, ...]:
    """Every field a column can be mapped to."""
    own = (CHASSIS,) if table == MANIFEST else ()
    return (*dict.fromkeys(_dictionary(table).values()), *own)


def _known(text: str, table: str) -> str | None:
    known, bare = _dictionary(table), normalise(text)
    if bare in known:
        return known[bare]
    if lead := _BEFORE.match(bare):
        bare = bare[lead.end() :]
    for end in range(len(bare), 1, -1):
        if bare[:end] in known and (end == len(bare) or _AFTER.fullmatch(bare, end)):
            return known[bare[:end]]
    return None


def meaning(header: str, table: str = MANIFEST) -> tuple[str, int] | None:
    """The field that a header names, and how surely: ``EXACT`` or ``PARTIAL``.

    A header whose parts name different fields ("Make / Model") names none.

    Args:
        header: as written.
        table: the dictionary to ask.

    >>> meaning("Chassis No."), meaning("单价(USD)"), meaning("Make / Model")
    (('vin', 2), ('unit_price', 1), None)
    """
    if (field := _dictionary(table).get(normalise(header))) is not None:
        return field, EXACT
    parts = _SEPARATORS.split(unicodedata.normalize("NFKC", header))
    found = {field for part in [header, *parts] if part and (field := _known(part, table))}
    found = found - {"row_no"} or found  # the "No." in "Chassis / No." counts nothing
    return (found.pop(), PARTIAL) if len(found) == 1 else None


def hits(row: Sequence[str], table: str = MANIFEST) -> int:
    """How many cells of a row are headers the dictionary knows."""
    return sum(meaning(cell, table) is not None for cell in row if len(cell) < 80)


def find_header(rows: Sequence[Sequence[str]], table: str = MANIFEST) -> Header:
    """Find the header among the first rows of a table.

    It must stand above the first VIN: taking a row below for the header would lose rows.

    Args:
        rows: the table from its first row on, titles, blank rows and data included.
        table: the dictionary to ask.
    """
    rows = rows[:LOOKED_AT]
    first = next((i for i, row in enumerate(rows) if any(map(vin_shaped, row))), len(rows))
    best, score = Header(0, 0, ()), 0
    for index, row in enumerate(rows[:first]):
        candidates = [Header(index, 1, tuple(row))]
        if index + 1 < first and not any(map(_FIGURES.fullmatch, rows[index + 1])):
            candidates += _two_lines(index, row, rows[index + 1], table)
        for header in candidates:
            if (found := hits(header.cells, table)) > score or (
                found == score > 0 and _below(best, header)
            ):
                best, score = header, found
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
    width = max(len(upper), len(lower))
    pairs = list(
        zip(
            [*upper, *[""] * (width - len(upper))],
            [*lower, *[""] * (width - len(lower))],
            strict=True,
        )
    )
    said = [(meaning(above, table), meaning(below, table)) for above, below in pairs]
    cells = tuple(
        # Two names for one thing stay apart; a name broken over two lines is made whole.
        f"{above.rstrip(' /')} / {below}"
        if a and b and a[0] == b[0]
        else f"{above} {below}".strip()
        for (above, below), (a, b) in zip(pairs, said, strict=True)
    )
    whole = [meaning(cell, table) for cell in cells]
    if any(a and b and a[0] != b[0] != "row_no" for a, b in said):
        return []  # a title above the header, not the first half of it
    filled = fitting = same = 0
    for (above, below), (a, b), named, cell in zip(pairs, said, whole, cells, strict=True):
        filled += bool(below.strip())
        if not normalise(below) or named is None or (a is not None and a[0] != named[0]):
            continue
        translated = a is not None and b is not None and a[0] == b[0]
        longer = a is None or (named[1] == EXACT and normalise(cell) != normalise(above))
        same += translated
        fitting += translated or longer
    # A data row taken for half a header is a row lost: nearly all of it must be header words.
    belongs = (same or fitting > 1) and 3 * fitting >= 2 * filled and any(a for a, _ in said)
    return [Header(index, 2, cells)] if belongs else []


def _below(best: Header, header: Header) -> bool:
    """Whether a header as good as the best so far only adds the line beneath it."""
    return header.lines == 2 and best.lines == 1 and best.index == header.index


def name_columns(header: Header, width: int) -> tuple[str, ...]:
    """The header cell of every column; one without text is named by its position."""
    cells = [*header.cells, *[""] * (width - len(header.cells))] if header.lines else [""] * width
    return tuple(cell if cell.strip() else f"column {i}" for i, cell in enumerate(cells, 1))


def vin_share(sheet: Headed, position: int) -> float:
    """The share of a column's non-empty sample cells that are shaped like a VIN."""
    cells = [row[position] for row in sheet.sample if row[position].strip()]
    return sum(map(vin_shaped, cells)) / len(cells) if cells else 0.0


def has_vins(sheet: Headed) -> bool:
    """Whether a sheet has a column that says it holds VINs, or that does."""
    return any(
        vin_share(sheet, i) >= 0.5 or ((named := meaning(header)) is not None and named[0] == "vin")
        for i, header in enumerate(sheet.headers)
    )


def label(header: str, position: int) -> str:
    """A header for a message; one that could be somebody's number is named by its position."""
    private = sum(letter.isdigit() for letter in header) > 4
    return f"column {position}" if private else header[:40]


def shown(headers: Sequence[str]) -> str:
    """All headers of a table for a message."""
    return ", ".join(repr(label(header, i)) for i, header in enumerate(headers, 1))


def map_columns(
    sheet: Headed, overrides: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """Decide which column holds what.

    Args:
        sheet: the table.
        overrides: field to column, as the user said; a column may be named as in
            ``sheet.columns`` or, where that is clear, with other case and punctuation.

    Returns:
        Field to column name; every column under one field at most.

    Raises:
        MappingError: an override names no field or column, or two columns claim a field that
            can change a verdict.
        NoVinColumn: no column holds VINs.
    """
    chosen = {field: _override(sheet, field, column) for field, column in overrides.items()}
    if len(set(chosen.values())) < len(chosen):
        raise _unclear(sheet, "one column is mapped to two fields", "map each column once")
    claims: dict[str, list[tuple[int, int]]] = {}
    for position, header in enumerate(sheet.headers):
        named = meaning(header)
        if named is not None and position not in chosen.values():
            claims.setdefault(named[0], []).append((position, named[1]))
    taken = {position for positions in claims.values() for position, _ in positions}
    named_vin = [position for position, _ in claims.pop("vin", ())]
    if "vin" not in chosen:
        free = set(range(len(sheet.headers))) - taken - set(chosen.values())
        chosen["vin"] = _vin_column(sheet, named_vin, free)
    others = [position for position in named_vin if position != chosen["vin"]]
    if CHASSIS not in chosen and len(others) == 1:
        chosen[CHASSIS] = others[
            0
        ]  # another number of the same vehicle, to be held against the VIN
    for field, positions in claims.items():
        if field in chosen:
            continue
        surest = max(exactness for _, exactness in positions)
        best = [position for position, exactness in positions if exactness == surest]
        if len(best) > 1 and field in _DECIDING:
            raise _tie(sheet, field, best)
        chosen[field] = best[0]
    return {field: sheet.columns[position] for field, position in chosen.items()}


def _override(sheet: Headed, field: str, column: str) -> int:
    if field not in fields():
        raise _unclear(
            sheet, f"there is no field {field!r} to map", f"use one of {', '.join(fields())}"
        )
    if column in sheet.columns:
        return sheet.columns.index(column)
    alike = [i for i, name in enumerate(sheet.columns) if normalise(name) == normalise(column)]
    if len(alike) != 1:
        raise _unclear(
            sheet,
            f"there is no column of the name given for {field}",
            f"use one of {shown(sheet.columns)}",
        )
    return alike[0]


def _vin_column(sheet: Headed, named: Sequence[int], free: set[int]) -> int:
    share = {position: vin_share(sheet, position) for position in {*named, *free}}
    candidates = sorted({*named, *(position for position in free if share[position] >= 0.5)})
    if not candidates:
        raise NoVinColumn(
            "no column looks like it holds VINs",
            file=sheet.file,
            sheet=sheet.name,
            next_step=f'pass --map vin="..." with one of {shown(sheet.columns)}',
        )
    best = max(candidates, key=share.__getitem__)
    rivals = [position for position in candidates if position != best]
    if rivals and (share[best] < 0.5 or any(share[rival] >= 0.1 for rival in rivals)):
        outright = [position for position in named if _SAYS_VIN.search(sheet.headers[position])]
        if len(outright) != 1 or len(candidates) > 2 or share[outright[0]] < 0.1:
            raise _tie(sheet, "vin", candidates)
        return outright[0]  # the other is a chassis number, and rows where they differ are told
    return best


def _tie(sheet: Headed, field: str, positions: Sequence[int]) -> MappingError:
    names = [sheet.columns[position] for position in positions]
    return _unclear(
        sheet,
        f"{' and '.join(map(repr, names))} could each be the column of {field}",
        " or ".join(f'--map {field}="{name}"' for name in names).join(("pass ", "")),
    )


def _unclear(sheet: Headed, what: str, next_step: str) -> MappingError:
    return MappingError(what, file=sheet.file, sheet=sheet.name, next_step=next_step)
