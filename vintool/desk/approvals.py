"""Type approvals: what a row of MIIT's announcements says of a product, and which starts of VINs it prints.

The announcement (道路机动车辆生产企业及产品公告) names for each product its code, its maker, its name and its fuel, and prints
the first eight characters of its VINs with nine masks behind. The name settles the powertrain; fuel, kind of new energy and
the remark on charging from outside bear it out or deny it. A row that denies itself tells nothing.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from vintool.codes import Powertrain
from vintool.declaration import lexicon
from vintool.declaration.days import read_days
from vintool.declaration.headers import EXACT, meaning, normalise
from vintool.errors import DataError, MappingError
from vintool.registry.rows import read_rows
from vintool.vin.positions import ALPHABET

HEADERS = "approvals.headers.csv"
WORD_COLUMNS = ("field", "word", "powertrain", "source")
FIELDS = (
    *("batch", "date", "url", "brand", "code", "name", "maker", "chassis_maker", "chassis_code"),
    *("fuel", "new_energy", "other", "remarks", "start"),
)

# Why a row or a start of it is not used.
NO_START = "no_start"
NO_CODE = "no_product_code"
WHOLE_VIN = "whole_vin"
START_ALPHABET = "start_alphabet"
START_TOO_SHORT = "start_too_short"
START_UNCLEAR = "start_unclear"
CONTRADICTION = "approval_contradicts_itself"

START_LENGTH = 8
_VIN_LENGTH = 17
_LEGAL = frozenset(ALPHABET)
# From the innermost bracket outwards, so that no part is gone through twice.
_BRACKETED = re.compile(r"[(（\[【〔{<《][^(（\[【〔{<《)）\]】〕}>》]*[)）\]】〕}>》]")
_SPLIT = re.compile(r"[,，、;；/|~～\r\n和或及与]+|(?<=[×*✕✖╳＊])\s*(?=[A-Za-z0-9]{8})")
_MASKS = "×xX*✕✖╳＊"
_SURE_MASKS = _MASKS.replace("X", "").replace("x", "")
_NONE = re.compile(r"[-‐-―－/\\._\s]*|无|無|空|NULL|NONE|N/?A", re.IGNORECASE)
_PARTS_OF_FUEL = re.compile(r"[/、,，;；+|\s]+|和|或|与")
_FIGURES = re.compile(r"\d+")
_CODE = re.compile(r"[A-Z]{2,4}\d{3,4}[A-Z0-9]*")
#: Of the kinds of new energy one holds both.
_PLUG_INS = frozenset({Powertrain.PHEV, Powertrain.EREV})


class Approval(NamedTuple):
    """A product of the announcement, as one row or page has it.

    Attributes:
        place: the file and the row.
        powertrain: by the name, else by the fuel; None where neither tells it, or the row denies itself.
        fault: why the powertrain is not told; empty where it is, or where nothing tells it.
        starts: positions 1-8 of the VINs, each once.
        unused: why other parts of the VIN cell are not read, one reason each.
    """

    place: str
    batch: str
    date: str
    url: str
    brand: str
    code: str
    name: str
    maker: str
    chassis_maker: str
    powertrain: Powertrain | None
    fault: str
    starts: tuple[str, ...]
    unused: tuple[str, ...]

    @property
    def builder(self) -> str:
        """Who has given the vehicle its VIN: of a refitted one the maker of the chassis."""
        return self.chassis_maker or self.maker

    @property
    def citation(self) -> str:
        """Batch, date, product code and address, in one line.

        >>> approval(Row("x.csv", {"batch": "411", "code": "LXA6503BEVW04", "start": "HLX12B17"})).citation
        'MIIT announcement 411: LXA6503BEVW04'
        """
        head = " ".join(filter(None, ("MIIT announcement", self.batch, self.date)))
        return ", ".join(filter(None, (f"{head}: {self.code}", self.url)))


class Row(NamedTuple):
    """One row of an export or one page: where it stands, and its cells by field."""

    place: str
    cells: Mapping[str, str]


class _Words(NamedTuple):
    name: tuple[tuple[str, Powertrain | None], ...]
    fuel: Mapping[str, Powertrain]
    other: tuple[tuple[str, frozenset[Powertrain]], ...]


@cache
def _words() -> _Words:
    name: list[tuple[str, Powertrain | None]] = []
    fuel: dict[str, Powertrain] = {}
    other: list[tuple[str, frozenset[Powertrain]]] = []
    for field, word, powertrain, source in read_rows("approvals.words.csv", WORD_COLUMNS):
        kinds = frozenset(map(Powertrain, filter(None, powertrain.split(";"))))
        one = next(iter(kinds), None)
        if field == "name" and source and len(kinds) < 2:
            name.append((word, one))
        elif field == "fuel" and source and one and len(kinds) == 1:
            fuel[normalise(word)] = one
        elif field == "other" and source and kinds:
            other.append((word, kinds))
        else:
            raise DataError(f"wmi_data/approvals.words.csv: {field} {word!r} is not sound")
    return _Words(tuple(name), fuel, tuple(other))


def map_fields(file: str, columns: Sequence[str]) -> dict[str, str]:
    """Which column of an export is which field.

    Raises:
        MappingError: two columns claim a field, or there is none of product codes, of names and fuels, or of makers and
            batches.

    >>> map_fields("x.csv", ["pici", "产品型号", "产品名称", "车辆识别代号（VIN）", "发动机型号"])["start"]
    '车辆识别代号（VIN）'
    """
    mapping: dict[str, str] = {}
    for column in columns:
        field = field_of(column)
        if not field:
            continue
        if field in mapping:
            raise MappingError(
                f"{mapping[field]!r} and {column!r} could each be the column of {field}",
                file=file,
                next_step="rename or remove one of them",
            )
        mapping[field] = column
    # A manifest has codes and fuels as well, and would bear itself out.
    for needed in ("产品型号",), ("产品名称", "燃料种类"), ("企业名称", "批次"):
        if not any(field_of(header) in mapping for header in needed):
            raise MappingError(
                f"no column {' / '.join(needed)}: this is no export of type approvals",
                file=file,
                next_step=f"give it as MIIT prints it; the file has {', '.join(map(repr, columns))[:300]}",
            )
    return mapping


@lru_cache(maxsize=1 << 14)
def field_of(header: str) -> str:
    """The field that a header or the label of a page names; empty if none.

    Only whole headers count: 发动机型号 and 底盘型号 are no product's code.

    >>> field_of("产品型号："), field_of("车辆识别代号( V I N )"), field_of("发动机型号")
    ('code', 'start', '')
    """
    for text in (header, _BRACKETED.sub("", header)):
        named = meaning(text.strip(" :："), HEADERS)
        if named is not None and named[1] == EXACT:
            return named[0]
    return ""


def approval(row: Row) -> Approval:
    """What a row says."""

    def text(field: str) -> str:
        raw = row.cells.get(field, "")
        value = " ".join(unicodedata.normalize("NFKC", raw).split()) if raw else ""
        return "" if _NONE.fullmatch(value) else value

    powertrain, fault = powertrain_of(
        *(text(field) for field in ("name", "fuel", "new_energy", "other", "remarks"))
    )
    starts, unused = starts_in(row.cells.get("start", ""))
    maker, chassis_maker = text("maker"), text("chassis_maker")
    days = read_days(text("date"))
    batch = _FIGURES.search(text("batch"))
    return Approval(
        row.place,
        batch[0] if batch else text("batch"),
        days.earliest.isoformat() if days and days.earliest == days.latest else text("date"),
        text("url"),
        text("brand").removesuffix("牌"),
        code_key(text("code")),
        text("name"),
        maker,
        "" if normalise(chassis_maker) == normalise(maker) else chassis_maker,
        powertrain,
        fault,
        starts,
        unused,
    )


def powertrain_of(
    name: str, fuel: str, new_energy: str = "", other: str = "", remarks: str = ""
) -> tuple[Powertrain | None, str]:
    """The powertrain by the name, else by the fuel, and what denies it.

    Args:
        name: of the product.
        fuel: 燃料种类.
        new_energy: 新能源类型.
        other: 其它, where 允许外接充电 may stand.
        remarks: 说明, likewise.

    >>> powertrain_of("换电式纯电动轿车", "")[0].value, powertrain_of("非纯电动轿车", "汽油")[0].value
    ('BEV', 'ICE')
    >>> powertrain_of("多用途乘用车", "汽油/电混合动力")[0].value, powertrain_of("轿车", "")
    ('NOT_BEV', (None, ''))
    >>> powertrain_of("纯电动轿车", "汽油")
    (None, 'approval_contradicts_itself')
    """
    by_name, denied = _by_name(name)
    by_fuel, by_energy = _by_fuel(fuel), _by_name(new_energy)[0]
    powertrain = by_name or by_fuel
    if powertrain is None:
        return None, CONTRADICTION if by_energy is Powertrain.BEV else ""
    electric = powertrain is Powertrain.BEV
    charging = _charging(f"{other}\n{remarks}")
    contradicted = (
        (electric and denied)
        # A fuel names what burns, and not always the motor beside it: a hybrid may stand under petrol.
        or (by_fuel is not None and (by_fuel is Powertrain.BEV) is not electric)
        or (by_energy is not None and not _one_kind(powertrain, by_energy))
        or (bool(charging) and powertrain is not Powertrain.NOT_BEV and powertrain not in charging)
    )
    return (None, CONTRADICTION) if contradicted else (powertrain, "")


def _by_name(text: str) -> tuple[Powertrain | None, bool]:
    """The powertrain of a name, by the first word in the order of the file; and whether it denies one."""
    denied = False
    for word, powertrain in _words().name:
        if word not in text:
            continue
        if powertrain is not None:
            return powertrain, denied
        text, denied = text.replace(word, ""), True
    return None, denied


def _by_fuel(text: str) -> Powertrain | None:
    """The powertrain of a fuel; some other than pure electric where its parts differ, nothing where one is not known."""
    parts = {normalise(part) for part in _PARTS_OF_FUEL.split(_BRACKETED.sub("", text))} - {""}
    kinds = {_words().fuel.get(part) for part in parts}
    if not kinds or None in kinds:
        return None
    return kinds.pop() if len(kinds) == 1 else Powertrain.NOT_BEV


def _charging(text: str) -> frozenset[Powertrain]:
    """The powertrains that a remark on charging from outside allows; empty where there is none, or both."""
    found: list[frozenset[Powertrain]] = []
    for word, kinds in _words().other:
        if word in text:
            found.append(kinds)
            text = text.replace(word, "")
    return found[0] if len(set(found)) == 1 else frozenset()


def _one_kind(powertrain: Powertrain, energy: Powertrain) -> bool:
    """Whether a kind of new energy can be that of a powertrain."""
    if powertrain is Powertrain.NOT_BEV:
        return energy is not Powertrain.BEV
    return powertrain is energy or {powertrain, energy} == _PLUG_INS


def starts_in(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The starts of VINs in a cell, and why its other parts are none.

    >>> starts_in("LC0DD4C4×××××××××（7座）,LGWFGVA7*********、LQ1、-")
    (('LC0DD4C4', 'LGWFGVA7'), ('start_alphabet',))
    """
    starts: dict[str, None] = {}
    unused: list[str] = []
    for bare in _parts(text):
        if _NONE.fullmatch(bare):
            continue
        start, fault = _start(bare)
        if fault:
            unused.append(fault)
        elif start:
            starts[start] = None
    if not starts and not unused:
        unused.append(NO_START)
    return tuple(starts), tuple(unused)


def _parts(text: str) -> Iterator[str]:
    """The parts of a VIN cell, without remarks and spaces."""
    for part in _SPLIT.split(_BRACKETED.sub(" ", text)):
        words = part.split()
        masked = [word for word in words if not word.strip(_MASKS)]
        if len(words) > 1 and not masked and all(len(word) >= START_LENGTH for word in words):
            yield from words
        else:
            yield "".join(words)


def _start(text: str) -> tuple[str, str]:
    """Positions 1-8 of a masked VIN, or why there are none.

    X is a mask and a character of VINs. Where it is the mask, and the text has the seventeen characters of the
    announcement, eight of them are printed; a shorter start that runs into its mask is not read.
    """
    folded = "".join(
        sign if sign in _MASKS else unicodedata.normalize("NFKC", sign) for sign in text
    )
    bare = folded.rstrip(_SURE_MASKS)
    if bare == folded:  # nothing, or a mask of X
        small = folded.rstrip("x")
        capital = folded.rstrip("X")
        bare = small if small != folded else capital
        if len(bare) < START_LENGTH and bare and small == folded:
            printed = len(folded) == _VIN_LENGTH and len(bare) == START_LENGTH - 1
            bare = folded[:START_LENGTH] if printed or len(folded) == START_LENGTH else bare
    bare = bare.upper()
    if not bare:
        return "", ""
    if any(sign in _SURE_MASKS for sign in bare):  # what stands behind a mask would go unread
        return "", START_UNCLEAR
    if len(bare) == _VIN_LENGTH and _LEGAL.issuperset(bare):
        return "", WHOLE_VIN
    if not _LEGAL.issuperset(bare[:START_LENGTH]):
        return "", START_ALPHABET
    return (bare[:START_LENGTH], "") if len(bare) >= START_LENGTH else ("", START_TOO_SHORT)


@cache
def makes_of(brand: str) -> tuple[str, ...]:
    """The brands that a 商标 stands for, as the registry spells them; of some 牌 is part of the name.

    >>> makes_of("理想"), makes_of("魏"), makes_of("猛卡士特")
    (('Li Auto',), ('Wey',), ())
    """
    found = (lexicon.meaning("make", text) for text in (brand, f"{brand}牌") if brand)
    return next((make.brands for make in found if make and make.brands), ())


def code_key(text: str) -> str:
    """A product code as codes are compared: capitals and figures.

    >>> code_key(" lxa6503-bevw04 ")
    'LXA6503BEVW04'
    """
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in folded if sign.isalnum() and sign.isascii())


@lru_cache(maxsize=1 << 14)
def codes_in(text: str) -> tuple[str, ...]:
    """The product codes that a cell may name: the whole of it, or those within.

    >>> codes_in("理想牌LXA6503BEVW04")
    ('LXA6503BEVW04',)
    """
    folded = unicodedata.normalize("NFKC", text).upper()
    within = _CODE.findall(folded)
    return tuple(dict.fromkeys(filter(None, (code_key(text), *within))))
