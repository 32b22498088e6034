"""Columns known by what fills them, where the heading says nothing: words for fuels, tariff codes, UN numbers, and names of electric goods."""

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import Protocol

from vintool.codes import Powertrain
from vintool.declaration.answers import answer_columns
from vintool.declaration.headers import DRIVE_MOTOR, ELECTRIC_MARK, GOODS_NAME, REMARKS
from vintool.declaration.headers import meaning as heading
from vintool.declaration.lexicon import Meaning, meaning
from vintool.declaration.lexicon.remarks import names_a_company
from vintool.declaration.lexicon.words import fold
from vintool.declaration.shapes import made_of_vins

_COLUMNS, _CELLS = 256, 20  # that are looked at
_LONGEST, _SHORTEST = 40, 3  # characters of a word for a fuel: E is a grade, too
_LONGEST_NAME = 200
_WORD = re.compile(r"[^\W\d_]{3}|[\u3040-\u30ff\u4e00-\u9fff]")
_CODE = re.compile(r"87[01][0-9][ .]?[0-9]{2}[ .]?[0-9]{2}(?:[ .]?[0-9]{2})?")

_UN_NUMBER = re.compile(r"(?:UN\W{0,2})?\d{4}", re.IGNORECASE)

# Headings of what a car with an engine alone has not: a battery to drive on, a plug. The one that starts an engine has no number.
_LOT = re.compile(r"(?<![^\W\d_])(?:lot|batch|lote)(?![^\W\d_])|批次|批号|批號|ロット")
_PART = re.compile(
    r"(?:动力|驱动|高压|锂)电池|电池(?:包|组|编|号|码|容量|型|类|厂|生产|能量|种类)|充电(?!宝|器线)|荷电|电机(?:型|号|编|数|功率|生产)"
    r"|\bsoc\b|state of charge|traction batter|li(?:thium)?[- ]?(?:ion )?batter|\b(?:hv|ev) batter"
    r"|batter(?:y|ie|ia) ?(?:pack|serial|s/?n\b|no\b|nr\b|num|code|capacity|kwh|module|supplier|maker|chemistry)|battery-?nummer"
    r"|(?:charg(?:e|ing) ?(?:port|socket|cable|gun|inlet|standard|time|power|connector)|\bcharger)|ladeanschluss|ladestecker|ladezeit"
    r"|number of (?:drive |electric )?motors|motor count|аккумулятор.{0,12}(?:емк|номер|№)|тягов|зарядн|(?:バッテリー?|電池)(?:容量|番号)|배터리 ?(?:용량|번호)"
)


class _Table(Protocol):
    """A table as ``mapping.Headed`` has it."""

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers as written."""

    @property
    def sample(self) -> tuple[tuple[str, ...], ...]:
        """The first rows, as text."""


def fields_by_content(table: _Table, used: AbstractSet[int]) -> dict[int, str]:
    """The columns without a known heading of which most cells are words for fuels, tariff codes, UN numbers, or names of goods.

    Of names of goods some must speak of an electric car: a column that nobody calls so is heard for what it says against
    clearing a row. Where one cell of another column speaks of one, the column is heard as remarks are; where its heading does, as
    marks are; where its heading names a part of an electric drive, whatever stands there is one.

    Args:
        table: its headers and first rows.
        used: columns that are something already.
    """
    found = dict[int, str]()
    repeating = used | answer_columns(table.headers)
    unknown = (
        position
        for position, header in enumerate(table.headers)
        if position not in repeating
        and ((named := heading(header)) is None or named[0] == "row_no")
    )
    for position, _ in zip(unknown, range(_COLUMNS), strict=False):
        cells = (row[position].strip() for row in table.sample)
        filled = [*dict.fromkeys(filter(None, cells))]
        # Which heads a column of marks, such as 纯电动 over yes and no; as a heading it is not in the dictionary, as cells say the same.
        asks = meaning(REMARKS, table.headers[position]) is not None
        field = _field(filled)
        if field == "un_no" and _LOT.search(fold(table.headers[position])):
            field = ""  # numbers of four figures, too
        if _PART.search(fold(table.headers[position])) and field in {"", REMARKS}:
            found[position] = DRIVE_MOTOR
        elif field := ELECTRIC_MARK if asks and field in {"", REMARKS} else field:
            found[position] = field
    return found


def holds_words(cells: Sequence[str]) -> bool:
    """Whether most cells of a column hold a word, and none a VIN.

    >>> holds_words(["新能源汽车", "car", ""]), holds_words(["1", "2", "A3"])
    (True, False)
    """
    filled = [cell for cell in cells if cell.strip()]
    words = sum(_WORD.search(cell) is not None for cell in filled)
    return 2 * words > len(filled) and not any(map(made_of_vins, filled))


def _field(cells: Sequence[str]) -> str:
    """What most of some cells are; empty if nothing of these."""
    if not cells:
        return ""
    cells, others = cells[:_CELLS], cells[_CELLS:]
    codes = sum(_CODE.fullmatch(cell) is not None and _tells("hs_code", cell) for cell in cells)
    fuels = sum(_SHORTEST <= len(cell) <= _LONGEST and _tells("fuel", cell) for cell in cells)
    numbers = sum(
        _UN_NUMBER.fullmatch(cell) is not None and _tells("un_no", cell) for cell in cells
    )
    if 2 * numbers > len(cells):
        return "un_no"
    if 2 * max(codes, fuels) > len(cells):
        return "fuel" if fuels > codes else "hs_code"
    names = [*filter(None, map(_goods, cells))]
    if 2 * len(names) > len(cells):
        return GOODS_NAME if any(map(_electric, chain(names, map(_goods, others)))) else ""
    return REMARKS if _speak_of_electric(chain(cells, others)) else ""


def _speak_of_electric(cells: Iterable[str]) -> bool:
    """Whether one of some cells speaks of an electric car as remarks do."""
    return any(meaning(REMARKS, cell) for cell in cells)


def _goods(cell: str) -> Meaning | None:
    """What a cell says as the name of goods; nothing without a word, as a grade or a number may be a model, too."""
    if len(cell) > _LONGEST_NAME or not _WORD.search(cell) or names_a_company(cell):
        return None
    return meaning(GOODS_NAME, cell)


def _electric(name: Meaning | None) -> bool:
    """Whether the name of goods speaks of an electric car: a model without its brand must be more than a letter or two."""
    if name is None:
        return False
    models = (model.powertrain for model in name.models if name.brands)
    return bool(name.hint) or Powertrain.BEV in {name.powertrain, *name.rivals, *models}


def _tells(field: str, cell: str) -> bool:
    """Whether a cell of a field tells the powertrain."""
    said = meaning(field, cell)
    return said is not None and bool(said.powertrain or said.rivals)
