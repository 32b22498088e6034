"""Rows -> rules: what was seen behind starts of VINs, and how far that reaches.

Three kinds of rule are made, each a pattern over positions 4-8, 10 and 11 of one WMI:

*seen*. A start (positions 1-8) seen on one side only, pure electric or not, by enough vehicles. Starts
that differ at one position are written as one rule with a class such as ``[ABC]``, which holds the
characters that were seen and no others. A start seen on both sides is split by position 10, by 11
or by both, the fewest that separate, if one of them does and both sides have enough vehicles. If none
does it is a conflict: both sides are written, so that it answers null with both shown.

*reaching* and *whole WMI*: see ``reaching``.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from vintool.codes import Grade, Powertrain
from vintool.learn.reaching import reaching_rules
from vintool.learn.rows import BEV, POWERTRAINS, Rows
from vintool.learn.rules import (
    Criteria,
    LearnedRule,
    Pattern,
    bound_text,
    powertrain_of,
    vds_of,
    vds_text,
    wilson,
)
from vintool.learn.starts import Starts
from vintool.vin.positions import UNKNOWN_CHARACTER


class Conflict(NamedTuple):
    """A start seen on both sides that no position separates: vehicles by powertrain."""

    start: str
    vehicles: dict[Powertrain, int]


class Mined(NamedTuple):
    """The rules of a list; ``starts`` counts its starts by what became of them."""

    rules: tuple[LearnedRule, ...]
    conflicts: tuple[Conflict, ...]
    starts: dict[str, int]


def reaching(rows: Rows, criteria: Criteria) -> tuple[LearnedRule, ...]:
    """The rules that reach to starts not seen, alone: no other rule tells anything of those."""
    return tuple(reaching_rules(Starts(rows, criteria))) if len(rows.start) else ()


def mine(rows: Rows, criteria: Criteria | None = None) -> Mined:
    """Make rules of rows; the same for the same rows in any order.

    A million rows with 20,000 starts take 0.6 s on one core.

    Args:
        rows: as ``read_lists`` gives them.
        criteria: what it takes to make a rule.
    """
    criteria = criteria or Criteria()
    if not len(rows.start):
        return Mined((), (), {})
    starts = Starts(rows, criteria)
    rules = [*_merge(_settled(starts), criteria), *reaching_rules(starts)]
    conflicts: list[Conflict] = []
    split = 0
    for number in np.flatnonzero(~starts.settled).tolist():
        parts = _split(starts, number)
        split += bool(parts)
        rules += parts or _both_sides(starts, number)
        if not parts:
            conflicts.append(Conflict(starts.text(number), starts.by_powertrain(number)))
    thin = int((starts.settled & (starts.vehicles < criteria.support)).sum())
    return Mined(
        tuple(sorted(rules, key=_order)),
        tuple(conflicts),
        {
            "starts": len(starts.starts),
            "settled": int(starts.settled.sum()) - thin,
            "thin": thin,
            "split": split,
            "conflicts": len(conflicts),
        },
    )


def _order(rule: LearnedRule) -> tuple[str, tuple[str, str, str], Powertrain]:
    pattern = (vds_text(rule.vds), rule.years, rule.plants)
    return rule.wmi, pattern, rule.powertrain


class _Group(NamedTuple):
    """What starts must have in common to be written as one rule."""

    wmi: str
    powertrain: Powertrain
    grade: Grade
    contrary: bool


class _Support(NamedTuple):
    """What stands behind a rule."""

    vehicles: int
    sources: int
    starts: int
    bound: float
    against: int

    def plus(self, other: "_Support") -> "_Support":
        return _Support(
            self.vehicles + other.vehicles,
            min(self.sources, other.sources),
            self.starts + other.starts,
            min(self.bound, other.bound),
            self.against + other.against,
        )


Groups = dict[_Group, dict[Pattern, _Support]]


def _settled(starts: Starts) -> Groups:
    """Every settled start that has enough vehicles."""
    groups: Groups = defaultdict(dict)
    kept = np.flatnonzero(starts.settled & (starts.vehicles >= starts.criteria.support))
    columns = (
        starts.side,
        starts.vehicles,
        starts.sources,
        starts.bound,
        starts.against,
        starts.counts,
    )
    lists = [column[kept].tolist() for column in columns]
    for number, side, vehicles, sources, bound, against, counts in zip(
        kept.tolist(), *lists, strict=True
    ):
        text = starts.text(number)
        powertrain = powertrain_of(counts, electric=side)
        grade = starts.criteria.grade(bound, sources)
        group = _Group(text[:3], powertrain, grade, against > 0)
        groups[group][vds_of(text)] = _Support(vehicles, sources, 1, bound, against)
    return groups


def _merge(groups: Groups, criteria: Criteria) -> Iterator[LearnedRule]:
    """Starts that differ at one position as one rule: the same starts, fewer lines.

    Type approvals stay a rule a start: each cites its own.
    """
    for group, patterns in groups.items():
        for at in () if criteria.approvals else (4, 3, 2, 1, 0):
            alike: dict[tuple[str, ...], list[tuple[str, _Support]]] = defaultdict(list)
            for vds, support in patterns.items():
                alike[vds[:at] + vds[at + 1 :]].append((vds[at], support))
            patterns = {}  # noqa: PLW2901 - each pass starts from what the last one left
            for rest, parts in alike.items():
                signs = "".join(sorted("".join(sign for sign, _ in parts)))
                support = parts[0][1]
                for _, other in parts[1:]:
                    support = support.plus(other)
                patterns[(*rest[:at], signs, *rest[at:])] = support  # type: ignore[index]
        for vds, support in patterns.items():
            several = " of each" if support.starts > 1 else ""
            against = f", {support.against} vehicle(s) against" if support.against else ""
            yield LearnedRule(
                group.wmi,
                vds,
                "",
                "",
                group.powertrain,
                support.vehicles,
                support.sources,
                group.grade,
                f"{support.starts} start(s) seen{against}; lower bound (Wilson, 95 %){several} {bound_text(support.bound)}",
            )


def _split(starts: Starts, number: int) -> list[LearnedRule]:
    """The rules of a start whose sides position 10, or 11, or both tell apart; none if they do not."""
    text, criteria = starts.text(number), starts.criteria
    for chosen in ((0,), (1,), (0, 1)):
        cells: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for tail, kind, count in starts.tails(number):
            cells["".join(tail[at] for at in chosen)][kind] += count
        if any(UNKNOWN_CHARACTER in cell for cell in cells):
            continue
        if any(BEV in kinds and len(kinds) > 1 for kinds in cells.values()):
            continue
        rules = []
        for cell, kinds in sorted(cells.items()):
            if (vehicles := sum(kinds.values())) < criteria.support:
                continue
            bound = float(wilson(vehicles, vehicles))
            year, plant = cell[0] if 0 in chosen else "", cell[-1] if 1 in chosen else ""
            counts = [kinds.get(kind, 0) for kind in range(len(POWERTRAINS))]
            positions = " and ".join(("position 10", "position 11")[at] for at in chosen)
            rules.append(
                LearnedRule(
                    text[:3],
                    vds_of(text),
                    year,
                    plant,
                    powertrain_of(counts, electric=BEV in kinds),
                    vehicles,
                    1,
                    criteria.grade(bound, 1),
                    f"start seen on both sides, told apart by {positions}; lower bound (Wilson, 95 %) {bound_text(bound)}",
                )
            )
        # A side too thin for any rule is more likely a wrong label than a year or plant of its own.
        both = len({rule.powertrain is Powertrain.BEV for rule in rules}) == 2
        return rules if both else []
    return []


def _both_sides(starts: Starts, number: int) -> list[LearnedRule]:
    """A start that nothing settles: a rule for each side, so that it answers null with both shown."""
    text, counts = starts.text(number), starts.counts[number].tolist()
    electric = counts[BEV]
    others = sum(counts) - electric
    note = f"conflict: seen on both sides, BEV {electric}, not BEV {others}"
    return [
        LearnedRule(
            text[:3],
            vds_of(text),
            "",
            "",
            powertrain_of(counts, electric=side),
            vehicles,
            1,
            Grade.A if starts.criteria.approvals else Grade.C,
            note,
        )
        for side, vehicles in ((True, electric), (False, others))
    ]
