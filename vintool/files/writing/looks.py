"""How the workbooks look: which of our columns comes first, how wide each is, which colour a verdict has."""

import textwrap
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import pyarrow as pa

from vintool.columns import beside

_FIRST: Final = ("vin_verdict", "vin_regime", "vin_reasons", "vin_others", "vin_suggestion")
_PRINTED: Final = frozenset(_FIRST[:3])
_LAST: Final = ("vin_evidence",)
_WIDTHS: Final = {
    "vin_verdict": 14,
    "vin_regime": 18,
    "vin_reasons": 38,
    "vin_others": 38,
    "vin_suggestion": 21,
    "vin_text": 21,
    "vin": 21,
    "vin_row": 8,
    "vin_manufacturer": 26,
    "vin_plant": 26,
    "vin_evidence": 80,
}
_NARROW, _WIDE = 9, 40  # characters
A4: Final = 9  # as workbooks number sizes of paper
FOOTER: Final = "&L&F  &A&R&P / &N"
"""Of a printed page: the file, the sheet, and which page of how many."""
_FULL_WIDTH = 0x1100  # from here on nearly all characters take two places


class Look(NamedTuple):
    """Of a cell: its ground and its letters as RRGGBB, and whether they are bold."""

    ground: str
    letters: str
    bold: bool


VERDICTS: Final = {
    "controlled": Look("D55E00", "FFFFFF", bold=True),
    "review": Look("FFE08A", "000000", bold=True),
    "invalid": Look("BFBFBF", "000000", bold=False),
    "out_of_scope": Look("E3F1FA", "000000", bold=False),
}
"""Colours of Okabe and Ito, which the colour-blind can tell; in grey they are four steps from dark to light."""
HEADER: Final = Look("1F3A5F", "FFFFFF", bold=True)
"""Of the headers that we have added."""


def ordered(answers: pa.RecordBatch) -> pa.RecordBatch:
    """The answers as one works with them: the verdict first, the evidence last, the others as they come.

    >>> batch = pa.RecordBatch.from_pydict({"vin_row": [1], "vin_evidence": [""], "vin_verdict": [""]})
    >>> ordered(batch).schema.names
    ['vin_verdict', 'vin_row', 'vin_evidence']
    """
    return answers.select(in_order(answers.schema.names))


def in_order(names: Sequence[str]) -> list[str]:
    """The names of answers in the order of ``ordered``."""
    first = [name for name in _FIRST if name in names]
    last = [name for name in _LAST if name in names]
    between = [name for name in names if name not in {*first, *last}]
    return [*first, *between, *last]


def printed(names: Iterable[str]) -> int:
    """How many of our columns are printed beside the user's: what one acts on, without what it rests on.

    >>> printed(["vin_verdict", "vin_regime", "vin_row", "vin_evidence"])
    2
    """
    return sum(name in _PRINTED for name in names)


def names_beside(columns: Sequence[str], answers: pa.RecordBatch) -> list[str]:
    """The headers of the answers beside those of the user."""
    none = [pa.array([], pa.string())] * len(columns)
    users = pa.RecordBatch.from_arrays(none, names=list(columns))
    return beside(users, answers.slice(0, 0)).schema.names[len(columns) :]


def width_of(name: str) -> int:
    """How many characters wide a column of ours is."""
    return _WIDTHS.get(name, max(_NARROW, min(len(name) + 3, _WIDE)))


def width_for(texts: Iterable[str], most: int = _WIDE) -> int:
    """How many characters wide a column of these texts is.

    >>> width_for(["VIN", "LRW3E7FA1LC000001"]), width_for(["车辆识别代号"]), width_for([])
    (19, 14, 9)
    """
    widest = max((_places(text[:most]) for text in texts), default=0)
    return max(_NARROW, min(widest + 2, most))


def lines_of(text: str, width: int) -> int:
    """How many lines a text takes up in a cell of a width, in which it is broken between words, and between characters of full width.

    >>> lines_of("vin_pure_electric; licence_missing", 38), lines_of("", 38), lines_of("x " * 50, 38)
    (1, 1, 3)
    >>> lines_of("vin_pure_electric; contradiction_powertrain", 38), lines_of("车辆识别代号" * 4, 38)
    (2, 2)
    """
    broken = "".join("0 " if ord(letter) >= _FULL_WIDTH else letter for letter in text)
    return max(1, len(textwrap.wrap(broken, width)))


def _places(text: str) -> int:
    line = text.partition("\n")[0]
    return len(line) + sum(ord(character) >= _FULL_WIDTH for character in line)
