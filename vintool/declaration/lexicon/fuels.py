"""Fuel cells: words of many languages -> the powertrain.

A cell with one word too many says nothing, as the lexicon cannot know what that word does to the
others. One that says pure electric and something else says both, so that it never clears a row.
"""

import re
from functools import cache
from typing import NamedTuple

from vintool.codes import Powertrain
from vintool.declaration.lexicon.meanings import Meaning, quoted, weigh
from vintool.declaration.lexicon.words import (
    SEPARATOR,
    SOURCE,
    WORD,
    Phrase,
    Word,
    listed,
    phrase,
    rows_of,
    values,
    words_of,
)
from vintool.registry.rows import read_rows

FILLER_COLUMNS = ("word", "language", "source")
_LONGEST = 24  # words
_UNSURE = re.compile(r"[?？¿]")
# Petrol -> electric: what it was and what it is, and no hybrid.
_TURNED = re.compile(r"[-=–—]{1,2}>|[→➔➜⇒⟶➡》]|>+|\bto\b|\bnow\b|改(?:为|成|装)?", re.IGNORECASE)
_WRAPPED = re.compile(r"[-/+&,、]\s*\n|\n\s*[-/+&,、]")  # petrol/ electric


class _Fuel(NamedTuple):
    """A phrase of a fuel cell; a filler has no powertrain.

    ``shared`` is what it says beside a fuel that burns; ``separated`` whether a sign parts it from the
    phrase before.
    """

    powertrain: Powertrain | None
    shared: Powertrain | None = None
    separated: bool = False


@cache
def _fuels() -> tuple[dict[Phrase, _Fuel], int]:
    """The phrases of fuel cells, and the length of the longest in words."""
    fuels = {
        phrase(word, WORD): _Fuel(Powertrain(value), Powertrain(beside) if beside else None)
        for word, value, beside in rows_of("fuel")
    }
    for word, _language, _source in read_rows("declared.fillers.csv", FILLER_COLUMNS):
        fuels.setdefault(phrase(word, WORD), _Fuel(None))
    return fuels, max(map(len, fuels))


def fuel(text: str) -> Meaning | None:
    """What a fuel cell says: as a whole, or word by word."""
    whole = values("fuel", listed).get(listed(text))
    powertrains = (Powertrain(whole),) if whole else weigh(_powertrains(words_of(text, WORD)))
    if _UNSURE.search(text):
        powertrains = tuple(one for one in powertrains if one is Powertrain.BEV)
    if _TURNED.search(text) and _turned_electric(text):
        powertrains = (Powertrain.BEV, Powertrain.ICE)
    if "\n" in text and not _WRAPPED.search(text) and _lines_disagree(text):
        powertrains = (Powertrain.BEV, Powertrain.ICE)
    if not powertrains:
        return None
    return Meaning("fuel", quoted("fuel", text), source=SOURCE).with_powertrains(powertrains)


def _turned_electric(text: str) -> bool:
    """Whether a cell tells two powertrains, one turned into the other, and one of them is pure electric."""
    sides = [_powertrains(words_of(side, WORD)) for side in _TURNED.split(text)]
    return len(sides) > 1 and all(sides) and any(Powertrain.BEV in side for side in sides)


def _lines_disagree(text: str) -> bool:
    """Whether each line tells one powertrain, pure electric here and an engine there: two that disagree, and no hybrid."""
    lines = [_powertrains(words_of(line, WORD)) for line in text.splitlines() if line.strip()]
    return {tuple(one) for one in lines} == {(Powertrain.BEV,), (Powertrain.ICE,)}


def _powertrains(words: list[Word]) -> list[Powertrain]:
    """The powertrains that the words of a fuel cell name; none unless every word is known."""
    phrases = _phrases(words) if 0 < len(words) <= _LONGEST else None
    fuels = [fuel for fuel in phrases or () if fuel.powertrain]
    powertrains = []
    for index, fuel in enumerate(fuels):
        # "petrol/electric" and "hybrid electric" are hybrids; "hybrid / electric" is a choice.
        neighbours = [
            (fuels[at], fuels[max(at, index)].separated)
            for at in (index - 1, index + 1)
            if 0 <= at < len(fuels)
        ]
        shared = any(
            other.powertrain is Powertrain.ICE
            or (other.powertrain is not Powertrain.BEV and not separated)
            for other, separated in neighbours
        )
        powertrains.append(fuel.shared if fuel.shared and shared else fuel.powertrain)
    return [powertrain for powertrain in powertrains if powertrain]


def _phrases(words: list[Word]) -> list[_Fuel] | None:
    """The words parted into phrases of the lexicon, longer ones first; None if some are in none."""
    fuels, longest = _fuels()
    dead_ends = set[int]()

    def rest(start: int) -> list[_Fuel] | None:
        if start == len(words):
            return []
        if start in dead_ends:
            return None
        reach = start + 1
        while (
            reach < len(words)
            and reach - start < longest
            and not SEPARATOR.search(words[reach].gap)
        ):
            reach += 1
        for end in range(reach, start, -1):
            fuel = fuels.get(tuple(word.text for word in words[start:end]))
            if fuel is not None and (after := rest(end)) is not None:
                return [fuel._replace(separated=bool(SEPARATOR.search(words[start].gap))), *after]
        dead_ends.add(start)
        return None

    return rest(0)
