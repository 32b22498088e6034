"""Type approvals -> rows for mining, and what each rule of them cites.

A product that prints a start of VINs is what a vehicle is on other lists: it counts once a start, in however many batches it
stands.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from vintool.codes import Powertrain
from vintool.desk.approvals import (
    NO_CODE,
    NO_START,
    START_LENGTH,
    Approval,
    makes_of,
)
from vintool.files.lists import read_approvals
from vintool.learn.mine import Mined
from vintool.learn.rows import (
    NO_LABEL,
    POWERTRAINS,
    REPEATED,
    SMALL_MAKER,
    UNKNOWN_LABEL,
    Reading,
    Rows,
)
from vintool.learn.rules import LearnedRule
from vintool.registry.patterns import fits
from vintool.vin.positions import UNKNOWN_CHARACTER

IN_DOUBT = "start_of_an_approval_in_doubt"
CITED = 3
"""Approvals that a rule names; of more it tells how many."""

SHOWN = 20
"""Approvals of which it is told what is wrong with them."""

_NO_TAIL = int.from_bytes(2 * UNKNOWN_CHARACTER.encode())

Cited = dict[str, list[Approval]]
"""The approvals that are used, by start; each product once."""


def read_batches(
    paths: Sequence[Path], *, encoding: str | None = None, sheet: str | None = None
) -> tuple[Reading, Cited]:
    """The type approvals of all files together.

    Raises:
        ManifestError: a file cannot be read.
        MappingError: a file is no export.
    """
    notes: list[str] = []
    approvals = [
        one for path in paths for one in read_approvals(path, notes, encoding=encoding, sheet=sheet)
    ]
    return rows_of(approvals, tuple(notes))


def rows_of(approvals: Iterable[Approval], notes: tuple[str, ...] = ()) -> tuple[Reading, Cited]:
    """The rows for mining: one for each product and start; what is not used is counted by reason.

    A start is not used at all that an approval prints which contradicts itself or does not tell the powertrain: that may be the
    one of an electric car among others. ``total`` counts the starts, and each row or part of a cell that has none.
    """
    unused, labels = Counter[str](), Counter[tuple[str, Powertrain | None]]()
    used: dict[str, dict[tuple[Powertrain, str, str], Approval]] = defaultdict(dict)
    doubted = set[str]()
    total, faulty = 0, list[str]()
    # In an order of their own: what a rule cites must not depend on that of the files.
    for one in sorted(approvals, key=_order):
        total += len(one.starts) + len(one.unused)
        unused.update(one.unused)
        if faults := {*one.unused, one.fault} - {"", NO_START}:
            faulty.append(f"{one.place}, {one.code or 'no code'}: {', '.join(sorted(faults))}")
        labels[one.name, one.powertrain] += 1
        for start in one.starts:
            if not one.code:
                unused[NO_CODE] += 1
            elif one.powertrain is None:
                blank = not one.name and not one.fault
                unused[one.fault or (NO_LABEL if blank else UNKNOWN_LABEL)] += 1
                doubted.add(start)
            elif start[2] == "9":
                unused[SMALL_MAKER] += 1
            elif used[start].setdefault((one.powertrain, one.code, one.maker), one) is not one:
                unused[REPEATED] += 1
    for start in doubted & used.keys():
        unused[IN_DOUBT] += len(used.pop(start))
    cited = {start: list(products.values()) for start, products in sorted(used.items()) if products}
    unused += Counter()  # without zeros
    entries = [(start, one) for start, products in cited.items() for one in products]
    numbers = [POWERTRAINS.index(one.powertrain) for _, one in entries if one.powertrain]
    rows = Rows(
        np.array([int.from_bytes(start.encode()) for start, _ in entries], dtype=np.uint64),
        np.full(len(entries), _NO_TAIL, dtype=np.int64),
        np.array(numbers, dtype=np.int64),
        np.zeros(len(entries), dtype=np.int64),
        np.array([_day(one.date) for _, one in entries], dtype=np.int64),
    )
    more = [f"and {len(faulty) - SHOWN} more"] if len(faulty) > SHOWN else []
    notes = (*notes, *faulty[:SHOWN], *more)
    return Reading(rows, ("",), total, unused, labels, notes), cited


def _order(one: Approval) -> tuple[object, ...]:
    """The latest batch first."""
    batch = int(one.batch) if one.batch.isdecimal() else 0
    texts = (one.batch, one.date, one.code, one.url, one.maker, one.chassis_maker, one.name)
    return -batch, *texts, one.brand, one.place


def _day(text: str) -> int:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return 0


def with_sources(mined: Mined, cited: Cited) -> Mined:
    """The rules, each with the approvals that it rests on."""
    by_wmi: dict[str, list[str]] = defaultdict(list)
    for start in cited:
        by_wmi[start[:3]].append(start)
    rules = tuple(_with_source(rule, by_wmi[rule.wmi], cited) for rule in mined.rules)
    return mined._replace(rules=rules)


def _with_source(rule: LearnedRule, starts: Sequence[str], cited: Cited) -> LearnedRule:
    pattern = (*rule.wmi, *rule.vds)
    whole = "".join(pattern) if all(len(sign) == 1 for sign in pattern) else ""
    if len(whole) == START_LENGTH and whole in cited:
        starts = (whole,)
    electric = rule.powertrain is Powertrain.BEV
    behind = [
        one
        for start in starts
        if fits(pattern, start)
        for one in cited[start]
        if (one.powertrain is Powertrain.BEV) is electric
    ]
    brands = {_brand(one) for one in behind}
    note = rule.note
    if starts == (whole,) and not note.startswith("conflict"):
        note = f"{len(behind)} type approval(s)"
    return rule._replace(
        source=cite(behind), make=brands.pop() if len(brands) == 1 else "", note=note
    )


def cite(approvals: Iterable[Approval]) -> str:
    """The approvals of a rule in one cell: the latest ones, and how many more there are."""
    texts = list(dict.fromkeys(one.citation for one in sorted(approvals, key=_order)))
    more = [f"and {len(texts) - CITED} more"] if len(texts) > CITED else []
    return "; ".join((*texts[:CITED], *more))


def _brand(one: Approval) -> str:
    """The brand as the registry spells it; none of a refitted vehicle, whose VIN is that of its chassis."""
    makes = () if one.chassis_maker else makes_of(one.brand)
    return makes[0] if len(makes) == 1 else ""
