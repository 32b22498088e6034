"""Hints of an electric car: words and figures that speak for one, and would be said of a plug-in hybrid, too.

``新能源汽车``, ``电动 60kWh``, ``range 420 km``: they tell no powertrain, and cannot be true of a car that an engine alone
drives. Beside entries that tell such a car they contradict these; see ``screening.contradictions``.
"""

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from functools import cache

from vintool.codes import Powertrain
from vintool.declaration.lexicon.goods_words import SOURCE, alike, hints_in, rows_about
from vintool.declaration.lexicon.meanings import Meaning, quoted
from vintool.declaration.lexicon.models import is_spaced
from vintool.declaration.lexicon.quoted_codes import quoted_code
from vintool.declaration.lexicon.words import Word, fold, letters, rows_of, words_of

# What an engine alone cannot be sold with: a battery to drive on, by its energy. Of a distance (kWh/100 km) it is a use.
_ENERGY = re.compile(
    r"(?<![0-9.,])(?<![下氏])([0-9]{1,3}(?:[.,][0-9]{1,3})?)\s?"
    r"(?:k\s?w[ .·⋅*-]?h|квт[ .·⋅*-]?ч|千瓦[时時]|度[电電]?(?![角全旋转轉視视倾]))"
    r"(?!\s?/\s?(?:100(?!\d)|km|公里|百|км|mi))"
)
# A charge in per cent, a range by the cycle of electric cars, no gram of carbon dioxide.
_FIGURES = re.compile(
    r"(?<![^\W\d_])soc\W{0,4}\d{1,3}\s?%"
    r"|(?<![\d.,])0(?:[.,]0+)?\s?g(?:\s?co2)?\s?/\s?km"
    r"|(?<![a-z])(?:cltc|wltp|nedc)\W{0,4}(?:range\W{0,3})?\d{3}\s?(?:km(?![a-z])|公里|км)"
    r"|(?<!\d)(?!(?:(?<=/)|(?<=/ )|(?<=per ))100(?!\d))\d{3}\s?(?:km|公里|км)\W{0,3}(?:range\W{0,3})?(?:cltc|wltp|nedc)(?![a-z])"
    r"|(?<![^\W\d_])(?:range|reichweite|autonom(?:ie|ia|y))\W{0,3}(?:of\s|de\s|von\s)?\d{3}\s?km(?![a-z/])"
    r"|(?<![\d/])\d{3}\s?km\W{1,3}(?:of\s|de\s)?(?:range|reichweite|autonom(?:ie|ia|y))(?![^\W\d_])"
)
_SHORTEST_WORD = 3
_SMALLEST, _LARGEST = 8, 300  # as ``engine.battery_capacity``
_STEM = re.compile(r"(?<![^\W\d_])(?:ele[ck]tr|элект|елект|ηλεκτρ|ელექტრ|էլեկտր)(?!on|он)[^\W\d_]*")
#: What a hint may mean where the same cell tells it.
DRIVEN_BY_MOTORS = frozenset(
    {Powertrain.BEV, Powertrain.PHEV, Powertrain.EREV, Powertrain.FCEV, Powertrain.HEV}
)


def energies(text: str) -> list[str]:
    """The energies of a traction battery that a text names, as they are written.

    >>> energies("Dolphin 44.9 kWh/150 kW"), energies("48V 0.9kWh"), energies("15 kWh/100 km")
    (['44.9 kwh'], [], [])
    """
    return [
        found[0]
        for found in _ENERGY.finditer(fold(text))
        if _SMALLEST <= float(found[1].replace(",", ".")) <= _LARGEST
    ]


def figures(text: str) -> list[str]:
    """Other figures of a text that no car with an engine alone has: its charge, its range by battery, no exhaust.

    >>> figures("SOC 30%"), figures("520 km (CLTC)"), figures("CO2 0 g/km"), figures("CO2 120 g/km, 600 km")
    (['soc 30%'], ['520 km (cltc'], ['0 g/km'], [])
    """
    return [found[0] for found in _FIGURES.finditer(fold(text))]


def without_energies(text: str) -> str:
    """A text without the energies of batteries in it."""
    return _ENERGY.sub(" ", fold(text)).strip()


def hint(text: str) -> str:
    """What in a text speaks for an electric car; empty where nothing does.

    >>> hint("新能源汽车"), hint("Pkw, elektrisch"), hint("petrol car with electric windows"), hint("SUV 60 kWh")
    ('新能源', 'elektrisch', '', '60 kwh')
    """
    return hint_in(alike(words_of(text)), text)


def hint_for_fuel(text: str) -> str:
    """The same of a cell for the fuel, in which a word that begins as "electric" does is no window, in whatever language.

    >>> hint_for_fuel("elektrisierend"), hint_for_fuel("electronic injection"), hint_for_fuel("C (Strom)")
    ('elektrisierend', '', 'strom')
    """
    if heard := hint(text):
        return heard
    known = _words_for_electricity()
    if word := next((one.text for one in words_of(text) if one.text in known), ""):
        return word
    words = (one[0] for one in _STEM.finditer(fold(text)))
    return next((word for word in words if word not in _words_of_hints()), "")


@cache
def _words_for_electricity() -> frozenset[str]:
    """Words that are a fuel of their own, but for characters, which are in words for other things, too: 电喷."""
    texts = (letters(word) for word, value, _ in rows_of("fuel") if value == Powertrain.BEV)
    long = {text for text in texts if len(text) >= _SHORTEST_WORD and is_spaced(text)}
    return frozenset(long - _words_of_hints())


@cache
def _words_of_hints() -> frozenset[str]:
    return frozenset(word.text for row, _, _ in rows_about("hint") for word in words_of(row))


def hint_in(words: Sequence[Word], text: str) -> str:
    """The same of a text that was parted into words, in one script."""
    by_word = next((one.word for one in hints_in(words)), "")
    return by_word or next(iter((*energies(text), *figures(text))), "") or quoted_code(text)


def hinted(
    field: str, text: str, said: Meaning | None, hear: Callable[[str], str] = hint
) -> Meaning | None:
    """What a cell means, with the hint in it; unchanged where it tells a car that motors can drive.

    Args:
        field: of the cell.
        text: the cell.
        said: what it means as an entry of its field.
        hear: what in a text speaks for an electric car.

    >>> hinted("fuel", "新能源汽车", None).hint, hinted("fuel", "petrol", None)
    ('新能源', None)
    """
    if said is not None and (said.part or says_more({said.powertrain, *said.rivals})):
        return said
    if not (heard := hear(text)):
        return said
    return (said or Meaning(field, quoted(field, text), source=SOURCE))._replace(hint=heard)


def says_more(powertrains: AbstractSet[Powertrain | None]) -> bool:
    """Whether a cell that tells these says itself what a hint in it may mean."""
    return not powertrains.isdisjoint(DRIVEN_BY_MOTORS)
