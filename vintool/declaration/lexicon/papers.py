"""What a customs declaration says of the goods' way: the trade mode, and the country of origin.

Neither is a fact about the vehicle, so ``part`` carries it: ``trade mode aid``, ``origin US``.
"""

import re
import unicodedata
from collections.abc import Iterable

from vintool.declaration.lexicon.meanings import Meaning, quoted
from vintool.declaration.lexicon.words import SOURCE, letters, values
from vintool.registry.places import place

_TRADE_MODE, _ORIGIN = "trade mode ", "origin "
_CODE = re.compile(r"(?<!\d)\d{4}(?!\d)")
_BETWEEN = re.compile(r"[()（）\[\]/|,，;；、:：\n]+|\s-\s|(?<=\d)\s|\s(?=\d)")
_SPACES = re.compile(r"\s+")


def modes_in(text: str) -> tuple[str, ...]:
    """The trade modes that a cell names, by code or in words; each as declared.words.csv has it.

    >>> modes_in("对外承包出口(3422)"), modes_in("复出口 国外退货"), modes_in("跨境电商 9710"), modes_in("?")
    (('project',), ('reexport', 'returned'), ('e_commerce',), ())
    """
    table = values("trade_mode")
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix(".0")
    if whole := table.get(letters(plain)):
        return (whole,)
    parts = [part for part in _BETWEEN.split(plain) if part.strip()]
    parts += [word for part in parts for word in _SPACES.split(part.strip())]
    parts += _CODE.findall(plain)
    return tuple(sorted({table[key] for part in parts if (key := letters(part)) in table}))


def trade_mode(text: str) -> Meaning | None:
    """The trade modes of a cell.

    >>> trade_mode("3511").part
    'trade mode aid'
    """
    modes = modes_in(text)
    if not modes:
        return None
    part = f"{_TRADE_MODE}{'/'.join(modes)}"
    return Meaning("trade_mode", quoted("trade_mode", text), source=SOURCE, part=part)


def origin(text: str) -> Meaning | None:
    """The country of origin.

    >>> origin("美国").part
    'origin US'
    """
    named = place(text)
    if named is None:
        return None
    display = quoted("origin", text)
    return Meaning("origin", display, source="places.csv", part=f"{_ORIGIN}{named.country}")


def trade_modes(declared: Iterable[Meaning]) -> dict[str, Meaning]:
    """The trade modes that the entries of a row name, each with the entry."""
    return {
        mode: entry
        for entry in declared
        if entry.part.startswith(_TRADE_MODE)
        for mode in entry.part.removeprefix(_TRADE_MODE).split("/")
    }


def origins_declared(declared: Iterable[Meaning]) -> frozenset[str]:
    """The countries of origin that the entries of a row name, by ISO 3166 code."""
    return frozenset(
        entry.part.removeprefix(_ORIGIN) for entry in declared if entry.part.startswith(_ORIGIN)
    )
