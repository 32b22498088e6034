"""vPIC against itself: the models that their makers filed as electric and as something else, year by year.

What stands against all else that a maker filed of a model is looked at by hand; if it is no new generation
and no version of its own, it becomes a row of ``vpic.outliers.csv``. Sections are read once each, whatever
the number of WMIs that share them: the whole release takes about a minute.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from vintool import vpic
from vintool.codes import Powertrain
from vintool.powertrain.filings import SIGNALS, sides
from vintool.registry.outliers import outliers
from vintool.vin.positions import ALPHABET
from vintool.vpic.elements import MODEL
from vintool.vpic.patterns import Link, cell_head, pattern

_BIT = {character: 1 << at for at, character in enumerate(ALPHABET)}
_EVERY = (1 << len(ALPHABET)) - 1
_OPEN_END = 2100
_MODELS = re.compile(rf"\t{MODEL}(?:@\d+)?=(\d+)")
_MAY_BE_ELECTRIC = re.compile(r"\t126(?:@\d+)?=|\t(?:24|66)(?:@\d+)?=(?:2|8|18)(?=[\t\n]|$)")
_NO_CARS = frozenset({"trailer", "motorcycle", "bus", "lsv"})

Mask = tuple[int, ...]


class Filed(NamedTuple):
    """A model, and the model years in which it was filed as each powertrain; 2100 for no last year."""

    make: str
    model: str
    years: Mapping[Powertrain, tuple[tuple[int, int], ...]]

    @property
    def both_sides(self) -> bool:
        """Whether some filings say pure electric, or fuel cell, and others do not."""
        electric = {Powertrain.BEV, Powertrain.FCEV} & self.years.keys()
        return bool(electric) and len(self.years) > 1

    @property
    def listed(self) -> bool:
        """Whether ``vpic.outliers.csv`` speaks of it."""
        return (self.make, self.model) in outliers()


def filed_models() -> Iterator[Filed]:
    """The models of cars and trucks that some schema may tell as electric, with all that they were filed as."""
    years: dict[tuple[str, str], dict[Powertrain, set[tuple[int, int]]]] = {}
    sections = [(link.text().decode(), spans) for link, spans in _sections().values()]
    of_interest = {
        number
        for text, _ in sections
        if _MAY_BE_ELECTRIC.search(text)
        for number in _MODELS.findall(text)
    }
    for text, spans in sections:
        if of_interest.isdisjoint(_MODELS.findall(text)):
            continue
        for number, powertrain in _section_says(text.splitlines(), of_interest):
            model, make = vpic.model(number)
            years.setdefault((make, model), {}).setdefault(powertrain, set()).update(spans)
    for (make, model), of_model in sorted(years.items()):
        yield Filed(make, model, {what: tuple(sorted(of_model[what])) for what in sorted(of_model)})


def _sections() -> dict[int, tuple[Link, set[tuple[int, int]]]]:
    """Each schema once, and the years in which some WMI has it."""
    sections: dict[int, tuple[Link, set[tuple[int, int]]]] = {}
    for wmi, link in vpic.all_links():
        registration = vpic.registration(wmi)
        if registration is not None and registration.kind not in _NO_CARS:
            _, spans = sections.setdefault(link.schema, (link, set()))
            spans.add((link.first, min(link.last, _OPEN_END)))
    return sections


def _section_says(lines: list[str], of_interest: set[str]) -> set[tuple[str, Powertrain]]:
    """The models of a schema by their numbers, and the powertrains that their starts can be told as."""
    models, signals = [], []
    for line in filter(None, lines):
        signs, *cells = line.split("\t")
        cells_of = {
            cell_head(cell.partition("=")[0]).element: cell.partition("=")[2] for cell in cells
        }
        if cells_of.get(MODEL) in of_interest:
            models.append((_mask(signs), cells_of[MODEL]))
        if cells_of.keys() & set(SIGNALS):
            signals.append((_mask(signs), cells_of))
    found: set[tuple[str, Powertrain]] = set()
    starts = {
        (number, start)
        for mask, number in models
        for other, _ in signals
        if (start := _both(mask, other)) is not None
    }
    for number, start in starts:
        says: dict[int, set[str]] = {element: set() for element in SIGNALS}
        for mask, cells_of in signals:
            if all(one & ~other == 0 for one, other in zip(start, mask, strict=True)):
                for element in says.keys() & cells_of.keys():
                    says[element].add(cells_of[element])
        if all(len(values) < 2 for values in says.values()):
            values = (next(iter(says[element]), None) for element in SIGNALS)
            found |= {(number, powertrain) for powertrain, *_ in sides(*values)}
    return found


def _mask(signs: str) -> Mask:
    return tuple(
        _EVERY if allowed == "*" else sum(_BIT.get(one, 0) for one in set(allowed))
        for allowed in pattern(signs)
    )


def _both(one: Mask, other: Mask) -> Mask | None:
    """The signs that both allow; None where some position allows none."""
    both = tuple(a & b for a, b in zip(one, other, strict=True))
    return None if 0 in both else both
