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
    "vins": Attack(values.vins, 60),
    "outputs": Attack(values.outputs, 250),
    "fields": Attack(rows.fields, 60),
    "truth": Attack(rows.truth, 5),
    "arrow": Attack(rows.arrow, 60),
    "lists": Attack(tables.lists, 60),
    "headers": Attack(tables.headers, 40),
    "maps": Attack(tables.maps, 20),
    "terminals": Attack(tables.terminals, 30),
    "decisions": Attack(desk.decisions, 60),
    "licences": Attack(desk.licences, 20),
    "rules": Attack(desk.rules, 10),
    "learn": Attack(desk.learn, 10),
    "damaged": Attack(files.damaged, 60),
    "archives": Attack(files.archives, 40),
    "sources": Attack(files.sources, 10),
    "runs": Attack(files.runs, 10),
}
