"""A learned rule, what it takes to make one, and how its file writes it.

The bound is Wilson's lower bound at 95 % of the share of vehicles, or of starts for rules that
reach to starts not seen, that are on the rule's side: 16 of 16 give 0.806, which is why 0.8 is the
default. A rule of grade A or B reaches it by its vehicles; thinner ones are of grade C.

Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from vintool.codes import Grade, Powertrain
from vintool.learn.rows import BEV, POWERTRAINS
from vintool.registry.user_rules import RULE_COLUMNS

_Z = 1.959964  # the quantile of the normal distribution that leaves 2.5 % above

Pattern = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Criteria:
    """What it takes to make a rule.

    Attributes:
        support: vehicles behind each start, at least.
        confidence: the bound that rules of grade A and B and rules that reach to starts not seen must have.
        tolerate: vehicles of the other side that a start may have and still be settled, if the bound holds.
        whole_wmi: whether a rule may speak for a whole WMI.
        register: whether the list is an official register (grade A).
        approvals: whether its rows are type approvals, each of which is full support by itself (grade A).
    """

    support: int = 3
    confidence: float = 0.8
    tolerate: int = 0
    whole_wmi: bool = False
    register: bool = False
    approvals: bool = False

    def grade(self, bound: float, sources: int) -> Grade:
        """The grade of a rule by the bound of its vehicles, and how many sources it has."""
        if self.approvals:
            return Grade.A
        if bound < self.confidence:
            return Grade.C
        return Grade.A if self.register else Grade.B if sources > 1 else Grade.C


class LearnedRule(NamedTuple):
    """A rule. ``vds`` has the characters allowed at positions 4-8; empty codes allow any.

    ``source`` is what it cites, where that is not what the whole list does; ``make`` the brand, where it is known.
    """

    wmi: str
    vds: Pattern
    years: str
    plants: str
    powertrain: Powertrain
    vehicles: int
    sources: int
    grade: Grade
    note: str
    source: str = ""
    make: str = ""


def wilson(right: Any, of: Any) -> Any:
    """Wilson's lower bound at 95 % of a share; of numbers or of arrays of them.

    >>> round(float(wilson(16, 16)), 3), round(float(wilson(3, 3)), 3), round(float(wilson(99, 100)), 3)
    (0.806, 0.439, 0.946)
    """
    share, square = right / of, _Z * _Z
    spread = np.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return (share + square / (2 * of) - _Z * spread) / (1 + square / of)


def bound_text(bound: float) -> str:
    """A bound, rounded down."""
    return f"{int(bound * 1000) / 1000:.3f}"


def powertrain_of(counts: Sequence[int], *, electric: bool) -> Powertrain:
    """One powertrain for vehicles of one side; not BEV without more where they differ."""
    if electric:
        return Powertrain.BEV
    kinds = [kind for kind, count in enumerate(counts) if count and kind != BEV]
    return POWERTRAINS[kinds[0]] if len(kinds) == 1 else Powertrain.NOT_BEV


def vds_of(start: str) -> Pattern:
    """Positions 4-8 of a start, each allowing its own character."""
    return (start[3], start[4], start[5], start[6], start[7])


def vds_text(vds: Sequence[str]) -> str:
    """Positions 4-8 as a rule writes them.

    >>> vds_text(("3", "EF", "7", "*", "A"))
    '3[EF]7*A'
    """
    return "".join(signs if len(signs) == 1 else f"[{signs}]" for signs in vds)


def as_row(rule: LearnedRule, source: str) -> dict[str, str]:
    """A rule as a row of its file, which cites this source unless the rule has one of its own."""
    return dict.fromkeys(RULE_COLUMNS, "") | {
        "wmi": rule.wmi,
        "vds": vds_text(rule.vds),
        "year_codes": rule.years,
        "plant_codes": rule.plants,
        "powertrain": rule.powertrain.value,
        "make": rule.make,
        "kind": "unknown",
        "vehicles": str(rule.vehicles),
        "sources": str(rule.sources),
        "grade": rule.grade.value,
        "source": rule.source or source,
        "note": rule.note,
    }
