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
    "dates": Attack(values.dates, 250),
    "vins": Attack(values.vins, 20),
    "outputs": Attack(values.outputs, 300),
    "fields": Attack(rows.fields, 20),
    "truth": Attack(rows.truth, 2),
    "arrow": Attack(rows.arrow, 30),
    "lists": Attack(tables.lists, 30),
    "headers": Attack(tables.headers, 30),
    "maps": Attack(tables.maps, 50),
    "terminals": Attack(tables.terminals, 50),
    "decisions": Attack(desk.decisions, 60),
    "licences": Attack(desk.licences, 10),
    "rules": Attack(desk.rules, 4),
    "learn": Attack(desk.learn, 4),
    "damaged": Attack(files.damaged, 80),
    "archives": Attack(files.archives, 50),
    "sources": Attack(files.sources, 10),
    "runs": Attack(files.runs, 3),
}
