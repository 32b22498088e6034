"""Frame numbers of the Japanese home market: the types of vehicle that they begin with, as data.

A frame number is a type and a serial of six or seven digits, mostly with a hyphen between them. It tells neither
maker nor year by position, and is no VIN.
"""

import re
from functools import cache
from typing import NamedTuple

from vintool.errors import DataError
from vintool.registry.rows import read_rows

COLUMNS = ("type", "maker", "models", "source")

_TYPE = re.compile(r"(?=[0-9]*[A-Z])[A-Z0-9]{3,7}")
_SERIAL = (6, 7)  # digits


class FrameType(NamedTuple):
    """A type of vehicle as the Japanese transport ministry lists it; makers and models may be several."""

    code: str
    maker: str
    models: str
    source: str


@cache
def frame_types() -> dict[str, FrameType]:
    """Every type, by its code.

    Raises:
        DataError: a row is out of order, has no source, or its code is spelled as none is.
    """
    types: dict[str, FrameType] = {}
    for line, cells in enumerate(read_rows("frames.csv", COLUMNS), 2):
        row = FrameType(*cells)
        if not all(cells) or not _TYPE.fullmatch(row.code) or row.code <= max(types, default=""):
            raise DataError(f"wmi_data/frames.csv, line {line}: {row.code!r}")
        types[row.code] = row
    return types


def frame_type(number: str) -> FrameType | None:
    """The type of a frame number without its hyphen; None if it is none that is known.

    >>> frame_type("ZVW508012345").models, frame_type("SE3P116167").models, frame_type("LRW3E7FA1LC")
    ('Prius', 'RX-8', None)
    """
    if not number[-_SERIAL[0] :].isdigit():
        return None
    types = frame_types()
    found = (types.get(number[:-digits]) for digits in _SERIAL if number[-digits:].isdigit())
    return next(filter(None, found), None)
