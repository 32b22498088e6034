"""Which country a cell means: the name of a country, or of a place where vehicles are landed."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from vintool.errors import DataError
from vintool.registry.rows import read_rows

COLUMNS = ("name", "country", "language", "source")
MANUAL_COLUMNS = ("name", "country", "kind", "language", "source", "note")

_PARTS = re.compile(r"[/,，、;；()（）\n]+")
_SCRIPTS = re.compile(r"[\u3400-\u9fff]+|[^\u3400-\u9fff]+")  # 杰贝阿里 Jebel Ali
_AROUND = re.compile(
    r"^(?:port|puerto|porto|порт)\s+(?:of|de|do)?\s*|\s+port$|(?:港口|口岸|港|市)$"
)
#: Characters of a cell that may name a place; the patterns and the search for two names in one are squares of it.
LONGEST = 200
# Letters: a code beside a name tells nothing (Wilmington, DE), but one of three may deny it.
_CODE = 3


class Place(NamedTuple):
    """A country by its ISO 3166 code; ``port`` where the cell names a place where goods land."""

    country: str
    port: bool


def folded(text: str) -> str:
    """A name as names are compared: letters and digits only, whatever the case and width."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if unicodedata.category(letter)[0] in "LN")


@cache
def _places() -> dict[str, Place]:
    table: dict[str, Place] = {}
    rows = [
        *((name, country, False) for name, country, *_ in read_rows("places.csv", COLUMNS)),
        *(
            (name, country, kind == "port")
            for name, country, kind, *_ in read_rows("places.manual.csv", MANUAL_COLUMNS)
        ),
    ]
    for name, country, port in rows:
        first = table.setdefault(folded(name), Place(country, port))
        if first.country != country:
            raise DataError(f"wmi_data/places: {name!r} stands for {first.country} and {country}")
    return table


@lru_cache(maxsize=1 << 14)
def place(text: str) -> Place | None:
    """The country that a cell names; None if it names none, or several.

    >>> place("阿联酋"), place("杰贝阿里 Jebel Ali"), place("比利时泽布吕赫港")
    (Place(country='AE', port=False), Place(country='AE', port=True), Place(country='BE', port=False))
    >>> place("Atlantis") is None, place("Wilmington, DE") is None
    (True, True)
    """
    if len(text) > LONGEST:
        return None
    if (whole := _places().get(folded(text))) is not None:
        return whole
    places = [place for part in _parts(text) for place in _named(part)]
    denied = (_places().get(folded(part)) for part in _parts(text) if len(folded(part)) == _CODE)
    countries = {place.country for place in places}
    if len(countries) != 1 or any(code and code.country not in countries for code in denied):
        return None
    return Place(places[0].country, port=all(place.port for place in places))


def _parts(text: str) -> Iterator[str]:
    for part in _PARTS.split(unicodedata.normalize("NFKC", text)):
        yield part
        if len(runs := _SCRIPTS.findall(part)) > 1:
            yield from runs


def _named(part: str) -> list[Place]:
    """What a part of a cell names: one place, or two names written together that agree."""
    table = _places()
    for name in (part, _AROUND.sub("", part.strip().casefold())):
        key = folded(name)
        if len(key) <= _CODE and key.isascii():
            continue
        if key in table:
            return [table[key]]
        for cut in range(2, len(key) - 1) if not key.isascii() else ():
            if key[:cut] in table and key[cut:] in table:
                return [table[key[:cut]], table[key[cut:]]]
    return []
