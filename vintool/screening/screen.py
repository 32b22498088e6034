"""Vehicle + declaration + date -> finding: the decision by one regime, and what else stands on the row."""

from collections.abc import Mapping
from datetime import date

from vintool.codes import DEFAULT_REGIME, Basis, Concern, Grade, Reason, Verdict
from vintool.decoding.identity import Identity, identify
from vintool.decoding.model import Frozen, Vehicle
from vintool.screening import identifiers
from vintool.screening import used_vehicles as used
from vintool.screening.contradictions import chassis_sides
from vintool.screening.decision import Decision, decide
from vintool.screening.evidence import Remark
from vintool.screening.facts import Facts, declared_meanings, row_facts
from vintool.screening.regimes import Regime, load_regime


class Evidence(Frozen):
    """One fact that a verdict rests on."""

    what: str
    value: str
    basis: Basis
    grade: Grade | None = None
    source: str


class DecidedOn(Frozen):
    """The date that decided, and where it was read."""

    date: date | None
    column: str = ""


class Finding(Frozen):
    """The verdict on one vehicle under one regime; ``lines`` are those of the decision table."""

    verdict: Verdict
    regime: str
    reasons: tuple[Reason, ...]
    evidence: tuple[Evidence, ...]
    other_regimes: tuple[str, ...]
    decided_on: DecidedOn
    rule_version: str
    lines: tuple[str, ...] = ()


def screen(
    vehicle_or_text: Vehicle | str,
    on: date | None,
    declared: Mapping[str, object] | None = None,
    regime: str = DEFAULT_REGIME,
) -> Finding:
    """Whether a vehicle falls under a licence regime on a day, and why.

    Args:
        vehicle_or_text: a decoded vehicle, a VIN, or the text of a cell.
        on: the declaration date; None if it is not known (the rule is then taken to be in force).
        declared: what the manifest says beside the VIN: field -> cell, the fields being those of the
            header dictionary; ``declared.FIELDS``, ``chassis_no``, ``registration_date`` and
            ``application_date`` (of the licence, for used vehicles) are read.
        regime: the code of the regime.

    Raises:
        KeyError: no such regime.
        ValueError: an unknown declared field.

    >>> screen("LRW3E7FA1LC000001", date(2026, 3, 1)).verdict.value
    'controlled'
    >>> screen("LRW3E7FA1LC000001", date(2025, 12, 31)).verdict.value
    'out_of_scope'
    """
    law = load_regime(regime)
    text = vehicle_or_text.vin if isinstance(vehicle_or_text, Vehicle) else vehicle_or_text
    return finding(judge(identify(text), on, declared, law)[1], law, on)


def judge(
    identity: Identity, on: date | None, declared: Mapping[str, object] | None, regime: Regime
) -> tuple[Facts, Decision]:
    """The facts of one row, the decision on them, and what else is found."""
    cells = {field: str(cell) for field, cell in (declared or {}).items() if cell is not None}
    facts = row_facts(identity, on, declared_meanings(declared), regime, cells)
    decision = decide(facts, regime)
    told = with_found(
        decision,
        (
            *used.age(
                declared_used(decision),
                cells.get("registration_date", ""),
                cells.get("application_date", ""),
                on,
                asked=regime.condition == "used",
            ),
            *identifiers.code_in_force(cells.get("hs_code", ""), on),
            *identifiers.container(cells.get("container_no", "")),
            *identifiers.vessel(cells.get("vessel_imo", "")),
            *identifiers.exporter_code(cells.get("exporter_code", "")),
        ),
    )
    if Reason.CONTRADICTION_CHASSIS in told.reasons and identity.vin is not None:
        sides = chassis_sides(identity.vin, cells["chassis_no"])
        told = told._replace(evidence=(*told.evidence, sides))
    return facts, told


_TOLD_OF_USED = {
    Reason.USED_VEHICLE,
    Reason.USED_UNSUPPORTED,
    Reason.CONTRADICTION_CONDITION,
    Reason.CONTRADICTION_USED_MODEL_YEAR,
}


def declared_used(decision: Decision) -> bool:
    """Whether the row tells a used vehicle."""
    return not _TOLD_OF_USED.isdisjoint(decision.reasons)


def needs_a_look(decision: Decision) -> bool:
    """Whether a person must look at the row: by its verdict, or by a reason that asks for it.

    Before the first day nothing asks for a look but what a reviewer has decided.
    """
    before = Reason.BEFORE_RULE in decision.reasons
    return decision.verdict in {Verdict.REVIEW, Verdict.INVALID} or any(
        reason.look and (not before or reason.concern is Concern.REVIEWER)
        for reason in decision.reasons
    )


def with_found(
    decision: Decision, found: tuple[Remark, ...] | None, *, always: bool = False
) -> Decision:
    """The decision with what else was found on the row; before the first day only what ``always`` is."""
    if not found or (Reason.BEFORE_RULE in decision.reasons and not always):
        return decision
    reasons = (*decision.reasons, *(one.reason for one in found if one.reason))
    items = (*decision.evidence, *(one.item for one in found if one.item))
    return decision._replace(reasons=tuple(dict.fromkeys(reasons)), evidence=items)


def with_duplicate(decision: Decision, found: tuple[Remark, ...]) -> Decision:
    """The decision on a row whose VIN stands on an earlier row: one of the two is wrong, or counts twice.

    It is told, and it does not clear the row: the vehicle of this row may be another one.
    """
    if not found:
        return decision
    told = with_found(decision, found, always=True)
    if decision.verdict is Verdict.OUT_OF_SCOPE and Reason.BEFORE_RULE not in decision.reasons:
        return told._replace(verdict=Verdict.REVIEW, other_regimes=(), lines=(*told.lines, "7c"))
    return told


def finding(decision: Decision, regime: Regime, on: date | None, column: str = "") -> Finding:
    """A decision, dressed."""
    return Finding(
        verdict=decision.verdict,
        regime=regime.code,
        reasons=decision.reasons,
        evidence=tuple(
            Evidence(
                what=item.what,
                value=item.value,
                basis=item.basis,
                grade=item.grade,
                source=item.source,
            )
            for item in decision.evidence
        ),
        other_regimes=decision.other_regimes,
        decided_on=DecidedOn(date=on, column=column),
        rule_version=regime.rule_version,
        lines=decision.lines,
    )
