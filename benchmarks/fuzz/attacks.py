"""The attacks by name: what makes and checks one input, and how many of a thousand inputs are its."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.fuzz import again, desk, files, letters, regimes, rows, tables, values


class Attack(NamedTuple):
    """A kind of input.

    Attributes:
        run: makes one from a source of chance, checks it, and says in a word what came of it; it may write to the folder.
        share: of all inputs, to scale; dear ones have little.
    """

    run: Callable[[Random, Path], str]
    share: int


ATTACKS = {
    "dates": Attack(values.dates, 95),
    "vins": Attack(values.vins, 8),
    "outputs": Attack(values.outputs, 700),
    "fields": Attack(rows.fields, 8),
    "truth": Attack(rows.truth, 1),
    "arrow": Attack(rows.arrow, 30),
    "regimes": Attack(regimes.regimes, 20),
    "several": Attack(regimes.several, 3),
    "letters": Attack(letters.letters, 8),
    "lists": Attack(tables.lists, 9),
    "headers": Attack(tables.headers, 11),
    "maps": Attack(tables.maps, 40),
    "terminals": Attack(tables.terminals, 18),
    "again": Attack(again.again, 1),
    "decisions": Attack(desk.decisions, 50),
    "licences": Attack(desk.licences, 6),
    "rules": Attack(desk.rules, 2),
    "learn": Attack(desk.learn, 3),
    "damaged": Attack(files.damaged, 60),
    "archives": Attack(files.archives, 40),
    "sources": Attack(files.sources, 8),
    "runs": Attack(files.runs, 2),
}
