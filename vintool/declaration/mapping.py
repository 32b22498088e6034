"""Which column is what: by its header and its content, never by likeness.

Where two columns claim the same meaning and the choice can change a verdict, the user decides.
"""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import count
from types import MappingProxyType
from typing import NamedTuple, Protocol

from vintool.declaration.filled import fields_by_content
from vintool.declaration.headers import (
    CHASSIS,
    FURTHER,
    GOODS_NAME,
    PARTIAL,
    fields,
    is_field,
    label,
    labels,
    meaning,
    normalise,
)
from vintool.declaration.shapes import like_a_vin, vin_shaped
from vintool.declaration.vins_in_text import VinsInText, vins_in_text
from vintool.errors import MappingError, NoVinColumn
from vintool.escaping import shell_word, visible

# Model, type code, make, displacement and battery only add to these; lists often give a model twice,
# by name and by code, and the first column is read.
_DECIDING = frozenset({"hs_code", "fuel", "un_no", "condition", "seats", "vehicle_type"})
# All of them are read, for what names the goods is spread over columns.
_GOODS_NAMES = (GOODS_NAME, "goods_name_zh", "goods_name_en")
# Headings that name the engine, and tell the fuel at times.
_OF_ENGINE = frozenset(map(normalise, ("Engine type", "Motorisierung", "Antrieb", "Antriebsart", "Tipo de motor", "Тип двигателя", "动力")))  # fmt: skip
_NAMED, _LONGEST = 20, 200  # columns that a refusal names, and characters of such a name
_PLANNED = re.compile(
    r"plan|estimat|expect|scheduled|预计|計劃|计划|预定|予定|예정|geplant|prév|previst|estimad|план",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[/&,;|\n\r()（）、，；]+")
_OF_ANSWER = re.compile(r"(?:vin_)+(?:vin|text|suggestion)")
_DATE_WORD = re.compile(r"date|日期|datum|fecha|дата|data|tarih|tanggal|ngày", re.IGNORECASE)
# Headers that say VIN; a chassis or frame number may be one, or a number of its own.
_VIN_HEADER = re.compile(
    r"\bVIN|VIN\b|VIN[码号]|识别|識別|식별|identif|\bFIN\b|\bNIV\b|\bВИН|идентиф", re.IGNORECASE
)


def must_be_clear(field: str) -> bool:
    """Whether the choice between two columns of a field can change a verdict; all dates of a row can.

    >>> must_be_clear("export_date"), must_be_clear("model")
    (True, False)
    """
    return field in _DECIDING or _is_date(field)


def _is_date(field: str) -> bool:
    return field.endswith("_date")


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


def vin_share(sheet: Headed, position: int) -> float:
    """The share of a column's non-empty sample cells that are shaped like a VIN."""
    cells = [row[position] for row in sheet.sample if row[position].strip()]
    return sum(map(vin_shaped, cells)) / len(cells) if cells else 0.0


def damaged_vins(sheet: Headed, position: int) -> bool:
    """Whether a column holds VINs most of which are damaged, and nothing else to speak of.

    One of them at least must be whole, or no other column be there: engine numbers look like damaged VINs.
    """
    cells = [row[position] for row in sheet.sample if row[position].strip()]
    return 2 * sum(map(like_a_vin, cells)) >= max(len(cells), 1) and (
        len(sheet.headers) == 1 or any(map(vin_shaped, cells))
    )


def has_vins(sheet: Headed) -> bool:
    """Whether a sheet has a column that says it holds VINs, or that does."""
    return any(
        ((named := meaning(header)) is not None and named[0] == "vin")
        or vin_share(sheet, i) >= 0.5
        or damaged_vins(sheet, i)
        for i, header in enumerate(sheet.headers)
    )


def text_with_vins(sheet: Headed, position: int) -> VinsInText:
    """What the first cells of a column hold that may be a text with VINs in it."""
    return vins_in_text([row[position] for row in sheet.sample])


def has_vins_in_text(sheet: Headed) -> bool:
    """Whether a sheet has a column of texts most of which hold a VIN."""
    return any(text_with_vins(sheet, position).most for position in range(len(sheet.headers)))


def map_columns(
    sheet: Headed, overrides: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """Decide which column holds what.

    Args:
        sheet: the table.
        overrides: field to column, as the user said; a column may be named as in
            ``sheet.columns`` or, where that is clear, with other case and punctuation.

    Returns:
        Field to column name; every column under one field at most, but for VINs in a text that tells something else too.

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
        named = _meaning(header)
        if named is None or position in chosen.values():
            continue
        if named[0] not in _GOODS_NAMES or not vin_share(sheet, position):
            claims.setdefault(named[0], []).append((position, named[1]))
    taken = {position for positions in claims.values() for position, _ in positions}
    named_vin = [position for position, _ in claims.pop("vin", ())]
    if "vin" not in chosen:
        free = set(range(len(sheet.headers))) - taken - set(chosen.values())
        chosen["vin"] = _vin_column(sheet, named_vin, free, {*chosen.values()})
    read = (taken - {*named_vin}) | {*chosen.values()}
    others = _other_vins(sheet, read) or [place for place in named_vin if place not in read]
    if len(others) == 1 and CHASSIS not in chosen:
        chosen[CHASSIS] = others[0]  # another number of the vehicle, to be held against the VIN
    elif unread := [place for place in others if vin_share(sheet, place) > 0]:
        raise _tie(sheet, "vin", [chosen["vin"], *unread])
    if (named := _meaning(sheet.headers[chosen["vin"]])) and named[0] in _GOODS_NAMES:
        claimed = claims.setdefault(named[0], [])
        if (chosen["vin"], named[1]) not in claimed:
            claimed.append((chosen["vin"], named[1]))  # the VIN is in the text
    chosen |= _goods_names(claims, chosen)
    chosen |= _one_each(sheet, claims, chosen)
    chosen |= _further(sheet, claims, chosen)
    return {field: sheet.columns[position] for field, position in chosen.items()}


def _one_each(
    sheet: Headed, claims: Mapping[str, Sequence[tuple[int, int]]], chosen: Mapping[str, int]
) -> dict[str, int]:
    """The column of every other field; the surest of several, if that cannot change a verdict."""
    columns = dict[str, int]()
    for field, claimed in claims.items():
        if field in chosen or field in _GOODS_NAMES:
            continue
        positions = _of_fuel(sheet, claimed) if field == "fuel" else claimed
        surest = 0 if _is_date(field) else max((exactness for _, exactness in positions), default=0)
        best = [position for position, exactness in positions if exactness >= surest]
        if len(best) > 1 and must_be_clear(field):
            raise _tie(sheet, field, best)
        if best:
            columns[field] = best[0]
    return columns


def _further(
    sheet: Headed, claims: Mapping[str, Sequence[tuple[int, int]]], chosen: Mapping[str, int]
) -> dict[str, int]:
    """The columns that are headed or filled as the column of a field is, and are not that one: they are heard against it."""
    columns = dict[str, int]()
    used = {*chosen.values()}
    by_content = fields_by_content(sheet, used)
    for field in FURTHER[1:]:
        headed = [position for position, _ in claims.get(field, ()) if position not in used]
        places = sorted({*headed, *(at for at, one in by_content.items() if one == field)})
        names = (name for n in count(2) if (name := f"{field}_{n}") not in chosen)
        columns |= dict(zip(names, places, strict=False))
    return columns


def _of_fuel(sheet: Headed, positions: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """The columns of fuel: one of the engine's kind (Antriebsart, 动力) only where it alone is there."""
    proper = [one for one in positions if normalise(sheet.headers[one[0]]) not in _OF_ENGINE]
    return proper or (positions if len(positions) == 1 else ())


def _goods_names(
    claims: Mapping[str, Sequence[tuple[int, int]]], chosen: Mapping[str, int]
) -> dict[str, int]:
    """Every column in which the goods are named: the first under its field, others as ``goods_name_2`` and so on."""
    first, further = dict[str, int](), list[int]()
    for field in _GOODS_NAMES:
        positions = [position for position, _ in claims.get(field, ())]
        if positions and field not in chosen:
            first[field] = positions.pop(0)
        further += positions
    names = (name for n in count(2) if (name := f"{GOODS_NAME}_{n}") not in chosen)
    return first | dict(zip(names, sorted(further), strict=False))


def _meaning(header: str) -> tuple[str, int] | None:
    """What a header names; of dates a planned one is apart from all others, and one of two dates is none."""
    named = meaning(header)
    if named is None or not _is_date(named[0]):
        return named
    dates = filter(_DATE_WORD.search, _PARTS.split(header))
    if named[1] == PARTIAL and any((meaning(part) or ("", 0))[0] != named[0] for part in dates):
        return None
    return ("planned_sailing_date", named[1]) if _PLANNED.search(header) else named


def _other_vins(sheet: Headed, read: AbstractSet[int]) -> list[int]:
    """The columns that hold VINs and are not read; those of an earlier answer repeat what is."""
    return [
        position
        for position, header in enumerate(sheet.headers)
        if position not in read
        and not _OF_ANSWER.fullmatch(header)
        and vin_share(sheet, position) > 0
    ]


def _override(sheet: Headed, field: str, column: str) -> int:
    if not is_field(field):
        known = ", ".join(fields())
        raise _unclear(sheet, f"there is no field {field!r} to map", f"use one of {known}")
    if column in sheet.columns:
        return sheet.columns.index(column)
    wanted = {column, normalise(column)}  # as it was shown, or with other punctuation
    alike = [i for i, name in enumerate(sheet.columns) if wanted & {visible(name), normalise(name)}]
    if len(alike) != 1:
        what = f"there is no column of the name given for {field}"
        raise _unclear(sheet, what, f"use one of {labels(sheet.columns)}")
    return alike[0]


def _text_column(sheet: Headed, used: AbstractSet[int]) -> int:
    """The one column whose texts hold VINs, where no column holds nothing else.

    Raises:
        NoVinColumn: no column does, or several do.
    """
    found = {
        position: found
        for position in range(len(sheet.columns))
        if position not in used and (found := text_with_vins(sheet, position)).vins
    }
    if len(found) == 1:
        ((position, only),) = found.items()
        if only.most:
            return position
    held = "; ".join(
        f"column {label(sheet.columns[position], position + 1)!r} holds {one.vins} in the text of {one.with_vins} of its first {one.filled} cells"
        for position, one in list(found.items())[:_NAMED]
    )
    raise NoVinColumn(
        "no column looks like it holds VINs" + (f" and nothing else: {held}" if held else ""),
        file=sheet.file,
        sheet=sheet.name,
        next_step=f'pass --map vin="..." with one of {labels([sheet.columns[at] for at in found] or sheet.columns)}',
    )


def _vin_column(sheet: Headed, named: Sequence[int], free: set[int], used: AbstractSet[int]) -> int:
    share = {position: vin_share(sheet, position) for position in {*named, *free}}
    candidates = sorted({*named, *(position for position in free if share[position] >= 0.5)})
    if not candidates:
        candidates = [position for position in sorted(free) if damaged_vins(sheet, position)]
    if not candidates:
        return _text_column(sheet, used)
    best = max(candidates, key=share.__getitem__)
    rivals = [position for position in candidates if position != best]
    if rivals and (share[best] < 0.5 or any(share[rival] >= 0.1 for rival in rivals)):
        outright = [position for position in named if _VIN_HEADER.search(sheet.headers[position])]
        if len(outright) != 1 or len(candidates) > 2 or share[outright[0]] < 0.1:
            raise _tie(sheet, "vin", candidates)
        return outright[0]  # the other is a chassis number, and is held against it
    return best


def _tie(sheet: Headed, field: str, positions: Sequence[int]) -> MappingError:
    names = [sheet.columns[position] for position in positions]
    if len(positions) > _NAMED or max(map(len, names)) > _LONGEST:
        places = ", ".join(str(position + 1) for position in positions[:_NAMED])
        more = ", ..." * (len(positions) > _NAMED)
        return _unclear(
            sheet,
            f"columns {places}{more} could each be the column of {field}",
            "rename all of them but one",
        )
    options = " or ".join(f"--map {field}={shell_word(name)}" for name in names)
    # Beside the VINs one column is held against them, and more would go unread.
    many = field == "vin" and len(names) > 2
    return _unclear(
        sheet,
        f"{' and '.join(map(repr, names))} could each be the column of {field}",
        "put each VIN into a row of its own" if many else f"pass {options}",
    )


def _unclear(sheet: Headed, what: str, next_step: str) -> MappingError:
    return MappingError(what, file=sheet.file, sheet=sheet.name, next_step=next_step)
