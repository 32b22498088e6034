"""Vehicle + declaration + date -> finding: the decision by the regimes that are asked, and what else stands on the row.

``columns.screening.row_rules`` takes the same steps over columns, each rule once per distinct key.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any, NamedTuple, cast

from vintool.codes import Concern, MappingKey, Reason, RegimeCode, Verdict
from vintool.declaration import lexicon
from vintool.declaration.headers import CHASSIS, QUANTITY, VIN, VIN_LAST
from vintool.declaration.mapping import vin_fields
from vintool.decoding.identity import Identity, identify
from vintool.decoding.imports import as_import
from vintool.decoding.model import Frozen, Vehicle
from vintool.decoding.profile import Profile
from vintool.registry.reference import Reference, by_call, reference_in_use
from vintool.screening import identifiers, used_vehicles
from vintool.screening.contradictions import chassis_sides
from vintool.screening.dates import DeclarationDay, day_field, day_given, day_of_row, filled
from vintool.screening.decision import Decision
from vintool.screening.evidence import EvidenceItem, Remark, all_remarks
from vintool.screening.facts import (
    Facts,
    chassis_differs,
    declared_meanings,
    profile_of,
    registered,
    text_facts,
)
from vintool.screening.regimes import Regime, load_regime, regimes_asked
from vintool.screening.row_vins import beside_first, of_row, row_vins, stray_remarks, stray_vins
from vintool.screening.several import Day, decide_under, under_each
from vintool.vpic.files import data_release


class DecidedOn(Frozen):
    """The date that decided, and the column that it was read from; empty where it was given."""

    date: date | None
    column: str = ""


class Finding(Frozen):
    """The verdict on one vehicle, with what it rests on.

    Attributes:
        verdict: whether the regime covers the vehicle; ``out_of_scope`` never means free to export.
        regime: the code of the regime whose verdict it is, such as ``cn-2025-54``.
        reasons: codes, each with one sentence (``Reason.sentence``).
        evidence: the facts behind it: what, value, basis, grade of powertrain evidence, source.
        other_regimes: the other regimes in question with their verdicts, as ``CODE=verdict``; where one regime alone
            was asked, codes of those that may apply to what it leaves out.
        decided_on: the declaration date.
        rule_version: code and version of the regime, ``CODE@VERSION``.
        lines: numbers of the lines of the decision table that held, such as ``5b``; ``vintool law --write``
            prints the table.
        others: of a row with several VINs those behind the first, each as ``VIN=verdict``.

    >>> finding = screen("LRW3E7FA1LC000001", date(2026, 3, 1))
    >>> finding.evidence[0].value, finding.evidence[0].basis.value, finding.lines
    ('BEV', 'encoded', ('1e', '2e', '3g', '4h', '5b', '6d', '7d'))
    """

    verdict: Verdict
    regime: str
    reasons: tuple[Reason, ...]
    evidence: tuple[EvidenceItem, ...]
    other_regimes: tuple[str, ...]
    decided_on: DecidedOn
    rule_version: str
    lines: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    data_release: str = ""
    reference_sha256: str = ""

    def __repr__(self) -> str:
        """The verdict, its rule, day and reasons; all of it is what ``print`` gives of ``model_dump()``.

        >>> screen("LRW3E7FA1LC000001", date(2026, 3, 1))
        <Finding controlled by cn-2025-54 on 2026-03-01: vin_pure_electric>
        """
        day = self.decided_on.date or "a date that is not known"
        reasons = ", ".join(reason.value for reason in self.reasons)
        return f"<Finding {self.verdict.value} by {self.regime} on {day}: {reasons}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """The verdict, why, and the facts behind it, as a notebook shows them."""
        heads = ("what", "value", "basis", "grade", "source")
        table = [
            [f"<th>{head}</th>" for head in heads],
            *(
                [f"<td>{escape(getattr(item, head) or '')}</td>" for head in heads]
                for item in self.evidence
            ),
        ]
        reasons = "".join(
            f"<li><code>{reason.value}</code> {escape(reason.sentence)}</li>"
            for reason in self.reasons
        )
        rows = "".join(f"<tr>{''.join(cells)}</tr>" for cells in table)
        rests_on = (
            f"{self.rule_version}, data {self.data_release}, reference {self.reference_sha256[:12]}"
        )
        return (
            f"<p><b>{self.verdict.value}</b> by {escape(self.regime)} on {self.decided_on.date or 'a date that is not known'}</p>"
            f"<ul>{reasons}</ul><table>{rows}</table><p>{escape(rests_on)}</p>"
        )


@by_call
def screen(
    vehicle_or_text: Vehicle | str,
    on: date | str | None = None,
    declared: "Mapping[MappingKey, object] | None" = None,
    regime: "RegimeCode | None" = None,
    *,
    reference: Reference | None = None,  # noqa: ARG001 - ``by_call`` binds it
) -> Finding:
    """Whether a vehicle falls under a licence regime on a day, and why.

    Args:
        vehicle_or_text: a decoded vehicle, a VIN, or the text of a cell. Of several VINs in it each is judged, and
            the verdict is the strictest.
        on: the declaration date, see ``dates.day_given``; None to read it from ``declared`` (``declaration_date``, else
            ``export_date``). If it is not known the rule is taken to be in force, and a date that is
            read alone clears no row.
        declared: what the manifest says beside the VIN: field -> cell, as it stands there (prices and
            dates with their units and in any usual form). The fields are those of the header
            dictionary; ``declaration.lexicon.FIELDS``, ``chassis_no``, ``registration_date``,
            ``application_date`` (of the licence, for used vehicles), the other ``dates.DATES``,
            ``container_no``, ``vessel_imo``, ``exporter_code``, ``quantity`` and ``vin_last`` (of a range) are read, others change nothing.
        regime: the code of one of ``codes.REGIMES``; None or ``all`` for every one that is in question.
        reference: the data that the verdict rests on; by default that of the process, see ``Reference``.

    Returns:
        The verdict with reasons, evidence and sources. A text that is no VIN is no error: where no
        identity can be read the verdict is ``invalid``.

    Raises:
        KeyError: no such regime.
        ValueError: an unknown declared field, or ``on`` is no date.
        TypeError: ``on`` is of another kind.

    The law is that of ``wmi_data/regimes``, where each provision has its source. This is no legal
    advice.

    >>> screen("LRW3E7FA1LC000001", date(2026, 3, 1)).verdict.value
    'controlled'
    >>> screen("LRW3E7FA1LC000001", date(2025, 12, 31)).verdict.value
    'out_of_scope'
    >>> [reason.value for reason in screen("", date(2026, 3, 1), {"fuel": "BEV"}).reasons]
    ['no_identity']
    """
    regimes, on = regimes_asked(regime), day_given(on)
    text = vehicle_or_text.vin if isinstance(vehicle_or_text, Vehicle) else vehicle_or_text
    cells = cast("Any", declared)  # to type checkers its keys are literals, and no texts
    days = tuple(day_of_row(one, on, cells) for one in regimes)
    column = "" if on is not None else day_field(filled(cells))
    vehicles = judge_row(text, days, cells, regimes)
    decision = decision_on_row(vehicles)
    others = others_of(vehicles)
    return finding(decision, days[0].day, column, others)


class Judged(NamedTuple):
    """A vehicle of a row.

    Attributes:
        text: that stands for it.
        identity: what that is.
        profile: what that tells.
        decision: on it.
        chassis: both sides where its chassis number is that of another one.
    """

    text: str
    identity: Identity
    profile: Profile | None
    decision: Decision
    chassis: tuple[EvidenceItem, ...] = ()


def decision_on_row(vehicles: Sequence[Judged]) -> Decision:
    """The decision on a row by those on its vehicles; what the row itself shows stands behind what they do, as in columns."""
    decision = of_row([one.decision for one in vehicles])
    return decision._replace(evidence=(*decision.evidence, *vehicles[0].chassis))


def others_of(vehicles: Sequence[Judged]) -> tuple[str, ...]:
    """The vehicles of a row behind its first, each with its verdict."""
    verdicts = [one.decision.verdict.value for one in vehicles]
    return beside_first([one.text for one in vehicles], verdicts)


def judge_row(
    text: str,
    days: tuple[DeclarationDay, ...],
    declared: Mapping[str, object] | None,
    regimes: tuple[Regime, ...],
) -> list[Judged]:
    """The vehicles of a row; ``decision_on_row`` makes the decision on the row of those on them.

    Args:
        text: of the cell of the VIN, which may hold several.
        days: of the declaration, as each regime sees it.
        declared: field -> cell, as for ``screen``.
        regimes: the law.

    Raises:
        ValueError: an unknown declared field.
    """
    cells = filled(declared)
    further = [cells[field] for field in vin_fields(cells) if field != VIN]
    row = row_vins(
        [text, *further], *(cells.get(field, "") for field in (VIN_LAST, CHASSIS, QUANTITY))
    )
    read = {*vin_fields(cells), VIN_LAST, CHASSIS}
    elsewhere = frozenset[str]().union(
        *(stray_vins(cell) for field, cell in cells.items() if field not in read)
    )
    own = {identify(one).vin or "" for one in row.texts} if elsewhere else set[str]()
    stray = stray_remarks(elsewhere, own)
    beside = (*map(lexicon.beside_vin, (text, *further)), lexicon.asides_of(_without_vins(cells)))
    meanings = declared_meanings(declared, beside)
    judged = []
    for number, one in enumerate(row.texts):
        identity = identify(one)
        profile = profile_of(identity)
        identity = as_import(identity, profile)
        entries = Entries({**cells, CHASSIS: "" if number else row.chassis}, meanings)
        decision = judge(identity, profile, days, entries, regimes)
        decision = with_row(decision, row.remarks, held=row.held)
        sides: tuple[EvidenceItem, ...] = ()
        if Reason.CONTRADICTION_CHASSIS in decision.reasons and identity.vin is not None:
            sides = (chassis_sides(identity.vin, row.chassis),)
        judged.append(Judged(one, identity, profile, decision, sides))
    if stray and any(is_cleared(one.decision) for one in judged):
        return [one._replace(decision=with_row(one.decision, stray, held=True)) for one in judged]
    return judged


def _without_vins(cells: Mapping[str, str]) -> dict[str, str]:
    vins = {*vin_fields(cells)}
    return {field: cell for field, cell in cells.items() if field not in vins}


class Entries(NamedTuple):
    """What is declared of one vehicle.

    Attributes:
        cells: field -> text of those that are filled.
        meanings: what they mean together, and the words beside the VIN.
    """

    cells: Mapping[str, str]
    meanings: tuple[lexicon.Meaning, ...]


def judge(
    identity: Identity,
    profile: Profile | None,
    days: tuple[DeclarationDay, ...],
    entries: Entries,
    regimes: tuple[Regime, ...],
) -> Decision:
    """The decision on one row, with the remarks that stand beside it.

    Args:
        identity: of the text of the VIN.
        profile: of its VIN, see ``facts.profile_of``.
        days: of the declaration, as each regime sees it.
        entries: of the row.
        regimes: the law.
    """
    cells, meanings = entries
    registration, chassis = cells.get("registration_date", ""), cells.get("chassis_no", "")
    on = days[0].day
    facts = Facts(
        None,
        on.year if on else None,
        meanings,
        text_facts(identity, profile),
        registered(registration, on),
        identity.vin is not None and chassis_differs(identity.vin, chassis),
    )
    decision = with_chassis_alone(
        decide_under(facts, [Day.of(day) for day in days], regimes),
        not identifiers.stands_for_nothing(chassis),
    )
    remarks = all_remarks(
        used_vehicles.age(
            declared_used(decision),
            registration,
            cells.get("application_date", ""),
            on,
            always=of_used_vehicles(decision),
        ),
        identifiers.code_in_force(cells.get("hs_code", ""), on),
        identifiers.un_number_in_force(cells.get("un_no", ""), on),
        identifiers.container(cells.get("container_no", "")),
        identifiers.vessel(cells.get("vessel_imo", "")),
        identifiers.exporter_code(cells.get("exporter_code", "")),
    )
    return with_remarks(decision, remarks)


_OF_USED_VEHICLES = {
    Reason.USED_VEHICLE,
    Reason.USED_UNSUPPORTED,
    Reason.CONTRADICTION_CONDITION,
    Reason.CONTRADICTION_USED_MODEL_YEAR,
}


def declared_used(decision: Decision) -> bool:
    """Whether the row declares a used vehicle, by the reasons of its decision."""
    return not _OF_USED_VEHICLES.isdisjoint(decision.reasons)


def of_used_vehicles(decision: Decision) -> bool:
    """Whether the verdict is that of a regime for used vehicles."""
    return load_regime(decision.regime).condition == "used"


def needs_a_look(decision: Decision) -> bool:
    """Whether a person must look at the row: by its verdict, or by a reason that asks for it.

    Before the first day nothing asks for a look but what a reviewer has decided.
    """
    before = Reason.BEFORE_RULE in decision.reasons
    return decision.verdict in {Verdict.REVIEW, Verdict.INVALID} or any(
        reason.look and (not before or reason.concern is Concern.REVIEWER)
        for reason in decision.reasons
    )


def asks_for_a_look(remarks: tuple[Remark, ...]) -> bool:
    """Whether remarks put the row that they stand on before a person, unless its date clears it."""
    return any(one.reason.look for one in remarks if one.reason)


def with_remarks(
    decision: Decision, remarks: tuple[Remark, ...] | None, *, always: bool = False
) -> Decision:
    """The decision with remarks; before the first day only with those that stand ``always``."""
    if not remarks:
        return decision
    return under_each(decision, lambda one: marked(one, remarks, always=always))


def marked(decision: Decision, remarks: tuple[Remark, ...], *, always: bool = False) -> Decision:
    """``with_remarks`` under the regime of the decision alone."""
    if Reason.BEFORE_RULE in decision.reasons and not always:
        return decision
    reasons = (*decision.reasons, *(one.reason for one in remarks if one.reason))
    items = (*decision.evidence, *(one.item for one in remarks if one.item))
    return decision._replace(reasons=tuple(dict.fromkeys(reasons)), evidence=items)


def not_cleared(decision: Decision) -> Decision:
    """The decision, for review under each regime that has cleared the row, but by its date alone."""

    def held(one: Decision) -> Decision:
        if one.verdict is not Verdict.OUT_OF_SCOPE or Reason.BEFORE_RULE in one.reasons:
            return one
        lines = (*one.lines, "7c")
        return one._replace(verdict=Verdict.REVIEW, other_regimes=(), lines=lines)

    return under_each(decision, held)


def with_chassis_alone(
    decision: Decision,
    stated: bool,  # noqa: FBT001 - a key of a column, like the others
) -> Decision:
    """The decision; a row without a VIN is not cleared as such where a chassis number stands on it, which may be one."""
    if not stated:
        return decision
    return under_each(
        decision, lambda one: not_cleared(one) if Reason.WITHOUT_VIN in one.reasons else one
    )


def is_cleared(decision: Decision) -> bool:
    """Whether a regime has cleared the row otherwise than by its date."""
    return any(
        one.verdict is Verdict.OUT_OF_SCOPE and Reason.BEFORE_RULE not in one.reasons
        for one in (decision, *decision.others)
    )


def with_row(decision: Decision, remarks: tuple[Remark, ...], *, held: bool) -> Decision:
    """The decision on a vehicle with what stands on its row beside it, see ``row_vins.RowVins``.

    That there are several is told of every row, all else only of those that a date has not cleared.
    """
    several = tuple(one for one in remarks if one.reason is Reason.SEVERAL_VINS_ON_ROW)
    marked = with_remarks(decision, several, always=True)
    marked = with_remarks(marked, tuple(one for one in remarks if one not in several))
    return not_cleared(marked) if held else marked


def with_duplicate(decision: Decision, remarks: tuple[Remark, ...]) -> Decision:
    """The decision on a row whose VIN stands on an earlier row: one of the two is wrong, or counts twice.

    The remarks say so, and do not clear the row: the vehicle of this row may be another one.
    """
    if not remarks:
        return decision
    return not_cleared(with_remarks(decision, remarks, always=True))


def finding(
    decision: Decision, on: date | None, column: str = "", others: tuple[str, ...] = ()
) -> Finding:
    """A decision as a pydantic model, with its date, and the other vehicles of its row."""
    return Finding(
        verdict=decision.verdict,
        regime=decision.regime,
        reasons=decision.reasons,
        evidence=decision.evidence,
        other_regimes=decision.other_regimes,
        decided_on=DecidedOn(date=on, column=column),
        rule_version=load_regime(decision.regime).rule_version,
        lines=decision.lines,
        others=others,
        data_release=data_release(),
        reference_sha256=reference_in_use().sha256,
    )
