"""Pivot tables beside or below their list: their headings, and their rows, which count what the list holds.

A row is one of a pivot by its form (labels and figures) and by its VINs, which must all stand in the list: then nothing is lost
where it is set apart, and nothing counted twice.
"""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cache

from vintool.declaration.headers import meaning, normalise
from vintool.declaration.row_kinds import COLUMNS, FILE, LONGEST, is_number, like_a_vin
from vintool.registry.rows import read_rows

_KIND = "pivot"
_SERIAL = re.compile(r"[0-9]{5}$")  # as a VIN ends: such a label may be a vehicle


@cache
def _words() -> tuple[frozenset[str], tuple[str, ...]]:
    """What a cell of a heading is, and what one begins with."""
    rows = [
        (normalise(words), stands)
        for kind, words, stands, *_ in read_rows(FILE, COLUMNS)
        if kind == _KIND
    ]
    whole = frozenset(words for words, stands in rows if stands == "whole")
    return whole, tuple(words for words, stands in rows if stands == "start")


def heads_a_pivot(cells: Sequence[str]) -> bool:
    """Whether a row is the heading of a pivot: words for its labels or figures, and else only headings.

    >>> heads_a_pivot(["", "Row Labels", "Count of VIN"]), heads_a_pivot(["行标签", "求和项:数量"])
    (True, True)
    >>> heads_a_pivot(["VIN", "Model"]), heads_a_pivot(["Row Labels", "LRW3E7FA1LC000001"])
    (False, False)
    """
    filled = [cell for cell in map(str.strip, cells) if cell]
    if any(len(cell) > LONGEST for cell in filled):
        return False
    words = [_is_word(cell) for cell in filled]
    return any(words) and all(
        word or meaning(cell) is not None for word, cell in zip(words, filled, strict=True)
    )


def _is_word(cell: str) -> bool:
    whole, starts = _words()
    named = normalise(cell)
    return named in whole or named.startswith(starts)


def is_of_pivot(cells: Sequence[str], listed: AbstractSet[str]) -> bool:
    """Whether a row below such a heading is one of the pivot: figures, and one label or VINs of the list.

    Args:
        cells: of the row.
        listed: the VINs of the list.

    >>> vin = "LRW3E7FA1LC000001"
    >>> is_of_pivot([vin, "1"], {vin}), is_of_pivot([vin, "1"], set()), is_of_pivot([vin, "Model 3", "1"], {vin})
    (True, False, False)
    >>> is_of_pivot(["Model 3", "1"], {vin}), is_of_pivot(["Model 3", "BEV", "1"], {vin})
    (True, False)
    >>> is_of_pivot(["LC000002", "1"], {vin})
    False
    """
    filled = [cell for cell in map(str.strip, cells) if cell]
    texts = [cell for cell in filled if not is_number(cell)]
    if not listed or len(texts) == len(filled):
        return False
    labels = [cell for cell in texts if cell.upper() not in listed]
    if not labels:
        return True
    (label, *others) = labels
    like_a_vehicle = like_a_vin(label) or _SERIAL.search(label)
    return len(texts) == 1 and not others and len(label) <= LONGEST and not like_a_vehicle
