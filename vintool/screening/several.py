"""One row under several regimes: which of them are in question, and whose verdict the row has.

A doubt is never answered by another regime: where one that is in question says ``review``, the row is ``review``, even if
another one covers it. Else the one that covers it gives the verdict, and ``out_of_scope`` means out of all of them.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Self

from vintool.codes import PURE_ELECTRIC_REGIME, REGIMES, Reason, Verdict
from vintool.screening.case import KIT, PASSENGER, Case
from vintool.screening.dates import DeclarationDay
from vintool.screening.decision import Decision, decide_case
from vintool.screening.facts import Facts
from vintool.screening.regimes import Regime

_ORDER = (Verdict.REVIEW, Verdict.CONTROLLED, Verdict.INVALID, Verdict.OUT_OF_SCOPE)


class Day(NamedTuple):
    """What a regime makes of the day of a declaration, as ``Facts`` has it."""

    in_force: bool | None
    doubt: Reason | None

    @classmethod
    def of(cls, day: DeclarationDay) -> Self:
        """What is left of a day once its year is known."""
        return cls(day.in_force, day.doubt)


def decide_under(facts: Facts, days: Sequence[Day], regimes: Sequence[Regime]) -> Decision:
    """The decision on one row under the regimes that are asked.

    The first of them is always asked, a further one where it is in question.

    Args:
        facts: of the row.
        days: the day of its declaration, as each regime sees it.
        regimes: the first that of pure electric cars, if there are several.
    """
    first, *others = (
        Case(facts._replace(in_force=day.in_force, date_doubt=day.doubt), regime)
        for day, regime in zip(days, regimes, strict=True)
    )
    leading = decide_case(first)
    if Reason.WITHOUT_VIN in leading.reasons and leading.verdict is Verdict.OUT_OF_SCOPE:
        # Low-speed electric, unless something else is declared.
        others = [one for one in others if one.declared]
    return together([leading, *(decide_case(one) for one in others if is_in_question(one))])


def is_in_question(case: Case) -> bool:
    """Whether kind, condition and powertrain of a row may be those of goods that its regime covers.

    What the VIN tells of the powertrain goes before what is declared; one that neither tells may be any. Where nothing says
    "used" a regime of used vehicles is not in question.
    """
    regime = case.regime
    if regime.condition == "used" and "used" not in case.conditions:
        return False
    others = () if case.is_electric_car else case.other_kinds  # the VIN goes before the papers
    kinds = {PASSENGER, *others, *([KIT] if case.kit else [])}
    if case.registered_otherwise:
        kinds.update(case.facts.vin.kinds)
    kinds &= regime.kinds
    if not kinds:
        return False
    classification = case.facts.vin.classification
    encoded = classification.powertrain
    powertrains = set(case.declared) if encoded is None else {encoded}
    covered = frozenset().union(*map(regime.covered, kinds))
    return (
        not powertrains
        or classification.ambiguous
        or not powertrains.isdisjoint(covered)
        or any(doubt.powertrain in powertrains for doubt in case.doubts)
    )


def together(decisions: Sequence[Decision]) -> Decision:
    """The decision that a row has of those under its regimes, the others beside it; of equals the first.

    A reviewer who has found a vehicle controlled as a pure electric car has answered the doubts of the other regimes.

    Args:
        decisions: each under a regime of its own, in the order of the regimes.
    """

    def order(one: Decision) -> int:
        settled = (
            one.regime == PURE_ELECTRIC_REGIME
            and one.verdict is Verdict.CONTROLLED
            and Reason.DECIDED_BY_REVIEWER in one.reasons
        )
        return -1 if settled else _ORDER.index(one.verdict)

    return led_by(min(decisions, key=order), decisions)


def led_by(leading: Decision, decisions: Sequence[Decision]) -> Decision:
    """One of some decisions on a row, the others beside it."""
    if len(decisions) == 1 and not leading.others:
        return leading
    others = tuple(one._replace(others=()) for one in decisions if one is not leading)
    named = tuple(f"{one.regime}={one.verdict.value}" for one in others)
    return leading._replace(others=others, other_regimes=named or leading.other_regimes)


def under_each(decision: Decision, change: Callable[[Decision], Decision]) -> Decision:
    """A decision changed under each of its regimes; another one may lead then."""
    if not decision.others:
        return change(decision)
    return together([change(one) for one in _in_order(decision)])


def under(decision: Decision, regime: str) -> Decision | None:
    """The decision on a row under one of its regimes; None where that is not in question."""
    return next((one for one in _in_order(decision) if one.regime == regime), None)


def under_any(reason: Reason, decision: Decision) -> bool:
    """Whether a decision on a row has a reason under one of its regimes."""
    return any(reason in one.reasons for one in (decision, *decision.others))


def _in_order(decision: Decision) -> list[Decision]:
    """The decisions on a row in the order of the regimes."""
    decisions = (decision._replace(others=()), *decision.others)
    return sorted(decisions, key=lambda one: REGIMES.index(one.regime))
