"""Columns known by what fills them, where the heading says nothing: words for fuels, and tariff codes."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from vintool.declaration.headers import meaning as heading
from vintool.declaration.lexicon import meaning

_COLUMNS, _CELLS = 256, 20  # that are looked at
_LONGEST, _SHORTEST = 40, 3  # characters of a word for a fuel: E is a grade, too
_CODE = re.compile(r"87[01][0-9][ .]?[0-9]{2}[ .]?[0-9]{2}(?:[ .]?[0-9]{2})?")
_OURS = "vin_"  # the columns of an earlier answer repeat what others say


class _Table(Protocol):
    """A table as ``mapping.Headed`` has it."""

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers as written."""

    @property
    def sample(self) -> tuple[tuple[str, ...], ...]:
        """The first rows, as text."""


def fields_by_content(table: _Table, used: AbstractSet[int]) -> dict[int, str]:
    """The columns without a known heading of which most cells are words for fuels, or tariff codes.

    Args:
        table: its headers and first rows.
        used: columns that are something already.
    """
    found = dict[int, str]()
    unknown = (
        position
        for position, header in enumerate(table.headers)
        if position not in used and not header.startswith(_OURS) and heading(header) is None
    )
    for position, _ in zip(unknown, range(_COLUMNS), strict=False):
        cells = (row[position].strip() for row in table.sample)
        filled = [cell for cell, _ in zip(filter(None, cells), range(_CELLS), strict=False)]
        if field := _field(filled):
            found[position] = field
    return found


def _field(cells: Sequence[str]) -> str:
    """What most of some cells are; empty if nothing of these."""
    if not cells:
        return ""
    codes = sum(_CODE.fullmatch(cell) is not None and _tells("hs_code", cell) for cell in cells)
    fuels = sum(_SHORTEST <= len(cell) <= _LONGEST and _tells("fuel", cell) for cell in cells)
    if 2 * max(codes, fuels) <= len(cells):
        return ""
    return "fuel" if fuels > codes else "hs_code"


def _tells(field: str, cell: str) -> bool:
    """Whether a cell of a field tells the powertrain."""
    said = meaning(field, cell)
    return said is not None and bool(said.powertrain or said.rivals)
