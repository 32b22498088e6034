"""The attacks by name: what makes and checks one input, and how many of a thousand inputs are its."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.fuzz import desk, files, rows, tables, values


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
    "vins": Attack(values.vins, 10),
    "outputs": Attack(values.outputs, 635),
    "fields": Attack(rows.fields, 9),
    "truth": Attack(rows.truth, 1),
    "arrow": Attack(rows.arrow, 30),
    "lists": Attack(tables.lists, 11),
    "headers": Attack(tables.headers, 13),
    "maps": Attack(tables.maps, 40),
    "terminals": Attack(tables.terminals, 22),
    "decisions": Attack(desk.decisions, 50),
    "licences": Attack(desk.licences, 6),
    "rules": Attack(desk.rules, 2),
    "learn": Attack(desk.learn, 3),
    "damaged": Attack(files.damaged, 60),
    "archives": Attack(files.archives, 40),
    "sources": Attack(files.sources, 8),
    "runs": Attack(files.runs, 2),
}
