"""Columns of free text in which VINs stand, one in a cell: as a bill of lading or an invoice describes its goods."""

from collections.abc import Sequence
from typing import NamedTuple

from vintool.vin.cleanup import fold, is_plain
from vintool.vin.scan import bare, vin_places

LONGEST = 1 << 14
"""Characters of a cell that are looked through to know a column by; the cell itself is read whole."""


class VinsInText(NamedTuple):
    """What the first cells of a column hold.

    Attributes:
        filled: how many are not empty.
        with_vins: how many of these hold a VIN, alone or among words.
        vins: how many VINs in all, each counted once a cell.
    """

    filled: int
    with_vins: int
    vins: int

    @property
    def most(self) -> bool:
        """Whether more than half of the cells that are not empty hold one."""
        return 2 * self.with_vins > self.filled


def vins_in_text(cells: Sequence[str]) -> VinsInText:
    """What cells of a column hold.

    >>> vins_in_text(["NEW BYD SEAL CHASSIS LGXCH6CD0S2158176 WHITE", "spare parts", ""])
    VinsInText(filled=2, with_vins=1, vins=1)
    """
    filled = [cell for cell in cells if cell.strip()]
    counts = [count for cell in filled if (count := _vins(cell))]
    return VinsInText(len(filled), len(counts), sum(counts))


def _vins(cell: str) -> int:
    """How many VINs a cell holds."""
    text, _ = fold(cell[:LONGEST])
    return len({vin for start, end in vin_places(text) if is_plain(vin := bare(text[start:end]))})
