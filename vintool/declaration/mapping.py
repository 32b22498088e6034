"""Which column is what: by its header and its content, never by likeness.

Where two columns claim the same meaning and the choice can change a verdict, the user decides.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, count
from types import MappingProxyType

from vintool.declaration.answers import answer_columns
from vintool.declaration.filled import fields_by_content, holds_words
from vintool.declaration.headed import Headed
from vintool.declaration.headers import (
    CHASSIS,
    DRIVE_MOTOR,
    ELECTRIC_MARK,
    FURTHER,
    GOODS_NAME,
    PARTIAL,
    REMARKS,
    VIN,
    fields,
    further_vins,
    is_field,
    label,
    labels,
    meaning,
    near,
    normalise,
)
from vintool.declaration.shapes import like_a_vin, made_of_vins, vin_shaped
from vintool.declaration.vins_in_text import VinsInText, vins_in_text
from vintool.errors import MappingError, NoVinColumn
from vintool.escaping import shell_word, visible

# Model, type code, make, displacement and battery only add to these; lists often give a model twice,
# by name and by code, and the first column is read.
_DECIDING = frozenset({"hs_code", "fuel", "un_no", "condition", "seats", "vehicle_type"})
# All of them are read, for what names the goods is spread over columns.
_GOODS_NAMES = (GOODS_NAME, "goods_name_zh", "goods_name_en")
# Further columns of these may be the first, as no heading need name them.
_FIRST = {
    GOODS_NAME: _GOODS_NAMES,
    REMARKS: (REMARKS,),
    ELECTRIC_MARK: (ELECTRIC_MARK,),
    DRIVE_MOTOR: (DRIVE_MOTOR,),
}
# A column of goods names may hold VINs in its text, and what is headed S/N may be a list of VINs.
_NOT_OF_VINS = (*_GOODS_NAMES, "row_no")
# Headings that name the engine, and tell the fuel at times.
_OF_ENGINE = frozenset(map(normalise, ("Engine type", "Motorisierung", "Antrieb", "Antriebsart", "Tipo de motor", "Тип двигателя", "动力")))  # fmt: skip
Claims = dict[str, list[tuple[int, int]]]  # field -> columns with such a header, and their ranks
_NAMED, _LONGEST = 20, 200  # columns that a refusal names, and characters of such a name
_PLANNED = re.compile(
    r"plan|estimat|expect|scheduled|预计|計劃|计划|预定|予定|예정|geplant|prév|previst|estimad|план",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[/&,;|\n\r()（）、，；]+")
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


def vin_share(sheet: Headed, position: int) -> float:
    """The share of a column's non-empty sample cells that are shaped like a VIN, or like several."""
    cells = [row[position] for row in sheet.sample if row[position].strip()]
    return sum(map(made_of_vins, cells)) / len(cells) if cells else 0.0


def damaged_vins(sheet: Headed, position: int) -> bool:
    """Whether a column holds VINs most of which are damaged, and nothing else to speak of.

    One of them at least must be whole, or no other column be there: engine numbers look like damaged VINs.
    """
    cells = [row[position] for row in sheet.sample if row[position].strip()]
    return 2 * sum(map(like_a_vin, cells)) >= max(len(cells), 1) and (
        len(sheet.headers) == 1 or any(map(vin_shaped, cells))
    )


def _is_item(sheet: Headed, position: int, field: str) -> bool:
    """Whether a column is headed as one of numbers and holds words: Item, of which neither is sure."""
    return field == "row_no" and holds_words([row[position] for row in sheet.sample])


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
    sheet: Headed, overrides: Mapping[str, str | Sequence[str]] = MappingProxyType({})
) -> dict[str, str]:
    """Decide which column holds what.

    Every column that holds VINs is read: ``vin`` is the first, the others are ``vin_2`` and so on, and one that repeats
    the VIN of its row is ``chassis_no``. Where whole lists stand side by side, each with its own columns, those of the second are
    ``vin_2.fuel`` and so on.

    Args:
        sheet: the table.
        overrides: field to column, as the user said; a column may be named as in
            ``sheet.columns`` or, where that is clear, with other case and punctuation. Of ``vin`` there may be several.

    Returns:
        Field to column name; every column under one field at most, but for VINs in a text that tells something else too.

    Raises:
        MappingError: an override names no field or column, or two columns claim a field that
            can change a verdict.
        NoVinColumn: no column holds VINs.
    """
    chosen = {
        field: _override(sheet, field, column) for field, column in _one_by_one(sheet, overrides)
    }
    if len(set(chosen.values())) < len(chosen):
        raise _unclear(sheet, "one column is mapped to two fields", "map each column once")
    claims = _claims(sheet, {*chosen.values()})
    if VIN not in chosen:
        chosen[VIN] = _vin_column(sheet, claims, {*chosen.values()})
    chosen |= _further_vins(sheet, chosen, claims)
    claims.pop(VIN, None)
    for field in (*vin_fields(chosen), CHASSIS):
        named = _meaning(sheet.headers[chosen[field]]) if field in chosen else None
        if named and named[0] in _GOODS_NAMES:
            claimed = claims.setdefault(named[0], [])
            if (chosen[field], named[1]) not in claimed:
                claimed.append((chosen[field], named[1]))  # the VIN is in the text
    repeated = _side_by_side(sheet, claims, chosen)
    chosen |= _goods_names(claims, chosen)
    chosen |= _one_each(sheet, claims, chosen)
    for field, first in tuple(chosen.items()):
        further = enumerate(repeated.get(first, ()), 2)
        chosen |= {of_vin(field, number): position for number, position in further}
    chosen |= _further(sheet, claims, chosen)
    return {field: sheet.columns[position] for field, position in chosen.items()}


def vin_column(sheet: Headed) -> str:
    """The first column of VINs, whatever the others are.

    Raises:
        MappingError: several could be it.
        NoVinColumn: none holds VINs.
    """
    return sheet.columns[_vin_column(sheet, _claims(sheet, set()), set())]


def _claims(sheet: Headed, chosen: AbstractSet[int]) -> Claims:
    """What the headers of the columns say that are not chosen."""
    claims: Claims = {}
    for position, header in enumerate(sheet.headers):
        named = None if position in chosen else _meaning(header)
        if named is None or _is_item(sheet, position, named[0]):
            continue
        if named[0] not in _NOT_OF_VINS or not vin_share(sheet, position):
            claims.setdefault(named[0], []).append((position, named[1]))
    return claims


def _named_vins(claims: Claims) -> tuple[list[int], set[int]]:
    """The columns whose headers mean a VIN, and those whose headers mean something else."""
    places = {field: [position for position, _ in one] for field, one in claims.items()}
    named = places.pop(VIN, [])
    return named, {*chain.from_iterable(places.values())} - {*named}


def _one_by_one(
    sheet: Headed, overrides: Mapping[str, str | Sequence[str]]
) -> Iterator[tuple[str, str]]:
    """The fields and columns that the user has named, several columns of VINs one by one."""
    for field, named in overrides.items():
        columns = [named] if isinstance(named, str) else [*dict.fromkeys(named)]
        if len(columns) != 1 and field != VIN:
            raise _unclear(sheet, f"{len(columns)} columns are mapped to {field}", "map one")
        yield from ((field if n == 1 else f"{field}_{n}", one) for n, one in enumerate(columns, 1))


def of_vin(field: str, number: int) -> str:
    """The name of a field that holds for the vehicle of one column of VINs alone.

    >>> of_vin("fuel", 2)
    'vin_2.fuel'
    """
    return f"{VIN}_{number}.{field}"


def vin_fields(mapping: Iterable[str]) -> list[str]:
    """The fields of the columns of VINs, in their order.

    >>> vin_fields(["vin_10", "fuel", "vin_2", "vin", "vin_last", "vin_2.fuel"])
    ['vin', 'vin_2', 'vin_10']
    """
    fields = [field for field in mapping if field == VIN or further_vins(field)]
    return sorted(fields, key=lambda field: (len(field), field))


def _further_vins(sheet: Headed, chosen: Mapping[str, int], claims: Claims) -> dict[str, int]:
    """The columns beside that of the VINs which hold VINs, too: the number of the same unit, and those of other units.

    Args:
        sheet: the table.
        chosen: the columns that are read already.
        claims: what the headers of the others say.
    """
    named, others_named = _named_vins(claims)
    read = others_named | {*chosen.values()}
    others = _other_vins(sheet, read)
    further = dict[str, int]()
    if CHASSIS not in chosen:
        without = [] if others else [place for place in named if place not in read]
        same = [place for place in others if _of_same_unit(sheet, chosen[VIN], place)]
        if same or len(without) == 1:
            further[CHASSIS] = (*same, *without)[0]
    numbers = (name for n in count(2) if (name := f"{VIN}_{n}") not in chosen)
    return further | dict(
        zip(numbers, (one for one in others if one not in further.values()), strict=False)
    )


def _of_same_unit(sheet: Headed, vin: int, other: int) -> bool:
    """Whether a column holds another number of the vehicle: it is headed so beside one that says VIN, or most rows repeat theirs."""
    named = _meaning(sheet.headers[other])
    if named and named[0] == VIN and not _VIN_HEADER.search(sheet.headers[other]):
        return _VIN_HEADER.search(sheet.headers[vin]) is not None
    pairs = [(normalise(row[vin]), normalise(row[other])) for row in sheet.sample]
    both = [pair for pair in pairs if all(pair)]
    return 2 * sum(one.endswith(two) for one, two in both) >= max(len(both), 1)


def _side_by_side(sheet: Headed, claims: Claims, chosen: Mapping[str, int]) -> dict[int, list[int]]:
    """The columns of lists that stand side by side: of each column of the first list those of the others, which claim nothing more.

    They have the headers of the first, as far from their VINs as those from its.
    """
    vins = [chosen[field] for field in vin_fields(chosen)]
    repeated = dict[int, list[int]]()
    if len(vins) == 1 or vins != sorted(vins):
        return repeated
    for claimed in claims.values():
        by_header = dict[str, list[int]]()
        for position, _ in claimed:
            by_header.setdefault(normalise(sheet.headers[position]), []).append(position)
        for positions in by_header.values():
            apart = {position - vin for position, vin in zip(positions, vins, strict=False)}
            if len(positions) == len(vins) and len(apart) == 1:
                repeated[positions[0]] = positions[1:]
        others = set(chain.from_iterable(repeated.values()))
        claimed[:] = [one for one in claimed if one[0] not in others]
    return repeated


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
    columns, used = dict[str, int](), {*chosen.values()}
    by_content = fields_by_content(sheet, used)
    for field in FURTHER:
        headed = [position for position, _ in claims.get(field, ()) if position not in used]
        places = sorted({*headed, *(at for at, one in by_content.items() if one == field)})
        named = _FIRST.get(field, ())
        first = [field] if named and not chosen.keys() & {*named} else []
        further = (name for n in count(2) if (name := f"{field}_{n}") not in chosen)
        names = chain(first, further)
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


#: The columns of a text that is no table: its lines, from which the VINs were taken, stand beside them.
LINES = ("vin", "line", "text")


def _other_vins(sheet: Headed, read: AbstractSet[int]) -> list[int]:
    """The columns that hold VINs and are not read; those of an earlier answer repeat what is."""
    if sheet.columns == LINES:
        return []
    skipped = read | answer_columns(sheet.headers)
    return [
        position
        for position in range(len(sheet.headers))
        if position not in skipped and vin_share(sheet, position) > 0
    ]


def _override(sheet: Headed, field: str, column: str) -> int:
    if not is_field(field):
        known = ", ".join(fields())
        what = f"there is no field {field!r} to map"
        raise _unclear(sheet, what, near(field, fields()) + f"use one of {known}")
    if column in sheet.columns:
        return sheet.columns.index(column)
    wanted = {column, normalise(column)}  # as it was shown, or with other punctuation
    alike = [i for i, name in enumerate(sheet.columns) if wanted & {visible(name), normalise(name)}]
    if len(alike) != 1:
        what = f"there is no column of the name given for {field}"
        known = near(column, sheet.columns) + f"use one of {labels(sheet.columns)}"
        raise _unclear(sheet, what, known)
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
    some = labels([sheet.columns[at] for at in found] or sheet.columns)
    raise NoVinColumn(
        f"no column looks like it holds VINs and nothing else: {held}"
        if held
        else "no column looks like it holds VINs",
        file=sheet.file,
        sheet=sheet.name,
        next_step=f'pass --map vin="..." with one of {some}',
        in_python=f'pass mapping={{"vin": "..."}} with one of {some}',
    )


def _vin_column(sheet: Headed, claims: Claims, used: AbstractSet[int]) -> int:
    named, others_named = _named_vins(claims)
    free = set(range(len(sheet.headers))) - others_named - {*named} - used
    share = {place: vin_share(sheet, place) for place in {*named, *free}}
    candidates = sorted({*named, *(place for place in free if share[place] >= 0.5)})
    if not candidates:
        candidates = [position for position in sorted(free) if damaged_vins(sheet, position)]
    if not candidates:
        return _text_column(sheet, used)
    spelt = [place for place in named if _VIN_HEADER.search(sheet.headers[place])]
    outright = [place for place in spelt if share[place] >= 0.1]
    if len(outright) == 1:
        return outright[0]
    full = [place for place in candidates if share[place] >= 0.5]
    if full or len(candidates) == 1:
        return (full or candidates)[0]
    raise _tie(sheet, VIN, candidates)


def _tie(sheet: Headed, field: str, positions: Sequence[int]) -> MappingError:
    names = [sheet.columns[position] for position in positions]
    # Where two are alike, no name tells them apart.
    if len({*names}) < len(names) or len(names) > _NAMED or max(map(len, names)) > _LONGEST:
        places = ", ".join(str(position + 1) for position in positions[:_NAMED])
        more = ", ..." * (len(positions) > _NAMED)
        what = f"columns {places}{more} could each be the column of {field}"
        return _unclear(sheet, what, "rename all of them but one")
    options = " or ".join(f"--map {field}={shell_word(name)}" for name in names)
    arguments = " or ".join(f"mapping={{{field!r}: {name!r}}}" for name in names)
    what = f"{' and '.join(map(repr, names))} could each be the column of {field}"
    return _unclear(sheet, what, f"pass {options}", f"pass {arguments}")


def _unclear(sheet: Headed, what: str, next_step: str, in_python: str = "") -> MappingError:
    return MappingError(
        what, file=sheet.file, sheet=sheet.name, next_step=next_step, in_python=in_python
    )
