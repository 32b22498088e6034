"""Cells that are read as something else, or not at all: heard for an electric car alone, as remarks are.

A colour of ``white, BEV``, a price of ``18,500 (electric)``, a column that nobody has a heading for: what speaks there for an electric
car contradicts what clears its row.
"""

import re
from collections.abc import Iterable

from vintool.codes import Powertrain
from vintool.declaration.lexicon.electric_hints import energies
from vintool.declaration.lexicon.meanings import Meaning, quoted
from vintool.declaration.lexicon.quoted_codes import quoted_codes
from vintool.declaration.lexicon.remarks import remarks

#: Fields of names and numbers, which are made of any words: heard where they say pure electric outright, by a word,
#: a code or the energy of a battery.
_NAMES = frozenset({"colour", "exporter", "exporter_code", "vessel", "pol", "pod", "destination", "customs_port", "bl_no", "container_no", "vessel_imo", "licence_no", "invoice_no", "declaration_no", "confirmation_no", "catalogue_code", "origin"})  # fmt: skip
_NO = r"(?:false|no?|none|null|0(?:\.0+)?)"
_PLAIN_NO = re.compile(rf"\s*{_NO}\s*", re.IGNORECASE)
_NAMED_NO = re.compile(
    rf"""(?P<q>["'])[^"'\\]{{0,80}}(?P=q)\s?:\s?(?:\[\s?)?(?:{_NO}|(?P<v>["']){_NO}(?P=v))(?:\s?\])?\s?(?=[,}}])""",
    re.IGNORECASE,
)


def is_a_plain_no(text: str) -> bool:
    """Whether a value of a name says no.

    >>> is_a_plain_no("False"), is_a_plain_no("0"), is_a_plain_no("no petrol")
    (True, True, False)
    """
    return _PLAIN_NO.fullmatch(text) is not None


def without_plain_noes(text: str) -> str:
    """A text that is an object of JSON, or what Python prints of one, without the names to which it says no.

    >>> without_plain_noes('{"electric":false,"fuel":"petrol"}'), without_plain_noes("{'BEV': True}")
    ('{,"fuel":"petrol"}', "{'BEV': True}")
    """
    return _NAMED_NO.sub("", text) if text.lstrip()[:1] in {"{", "["} else text


def aside(name: str, text: str) -> Meaning | None:
    """What a cell says for an electric car.

    Args:
        name: of its field, or of the column that has none.
        text: the cell.

    >>> aside("colour", "white / BEV").value, aside("power", "150 kW, 60 kWh").hint, aside("colour", "电动蓝")
    ('BEV', '60 kwh', None)
    >>> aside("vessel", "NEW ENERGY"), aside("exporter", "Foo Electric Vehicle Co., Ltd.")
    (None, None)
    """
    said = remarks(without_plain_noes(text))
    if said is None or (name in _NAMES and not _outright(said, text)):
        return None
    return said._replace(display=quoted(name, text))


def _outright(said: Meaning, text: str) -> bool:
    return said.powertrain is Powertrain.BEV or bool(energies(text) or quoted_codes(text))


def strongest(said: Iterable[Meaning | None]) -> Meaning | None:
    """The first that tells a pure electric car, else the first that hints at one; one is enough to hold a row."""
    heard = [one for one in said if one is not None]
    return next((one for one in heard if one.powertrain), heard[0] if heard else None)
