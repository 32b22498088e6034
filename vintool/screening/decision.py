"""Facts + regime -> decision, line by line, with the reasons.

``TABLE`` is the decision as a lawyer reads it, and ``decide`` walks it line by line: date, identity,
kind, new or used, powertrain, VIN, burden of proof. In each step the first line that holds counts.

The burden of proof is asymmetric. Evidence that a regime covers a vehicle makes the row
``controlled``, and what the manifest declares is enough for that. To be ``out_of_scope`` a row needs
a sound VIN of a known maker, no contradiction, and evidence that one wrong character or one wrong
cell could not have made:

====================================  =========================================================
the VIN says, of the powertrain       what clears the row
====================================  =========================================================
not covered, grade A or B, and the    nothing more
check digit holds
not covered, otherwise                one declared entry that agrees
nothing                               two declared entries that agree, and no electric VIN is
                                      one character away; where the maker builds electric cars
                                      under the WMI, a key of the paper itself among them
covered, or both                      nothing
====================================  =========================================================

Declared entries count by where they come from (``origin`` in ``lexicon.READERS``). The fuel, the HS code and the
UN number are typed one by one and count one each. The name of a model and its type code may both
come from one type approval, and displacement and battery describe one engine room: each pair counts
once. The name of the goods is written from all of these, so it counts beside a code alone; what it says of the kind adds
nothing to another entry that says the same, and a name that says pure electric clears nothing. One cell counts once whatever it says, and a cell that names pure electric and something else
contradicts itself: that holds the row.
"""

from collections.abc import Callable
from itertools import groupby
from typing import NamedTuple

from vintool.codes import Basis, Grade, Powertrain, Reason, Verdict
from vintool.screening.case import DOUBTS_OF_DATE, KIT, NEVER_CARS, PASSENGER, Case
from vintool.screening.contradictions import Contradiction
from vintool.screening.evidence import EvidenceItem
from vintool.screening.facts import Facts
from vintool.screening.regimes import ANY_POWERTRAIN, Regime

# What no longer matters once the powertrain has cleared the row.
_SETTLED_BY_POWERTRAIN = {
    Reason.KIND_UNCLEAR,
    Reason.KIT,
    Reason.USED_UNSUPPORTED,
    *DOUBTS_OF_DATE,
}
_BUILDS_ELECTRIC = "builds pure electric cars"
_MOST_RULES = 4  # of the powertrain in the evidence of a row
# Kinds that another regime may cover whatever drives them.
_LICENSED_KINDS = {"truck", "bus", "chassis"}
_LIKE_MOTORCYCLES = {"motorcycle", "all_terrain"}


class Decision(NamedTuple):
    """A verdict in plain form, as columns have it; ``screen.Finding`` is the pydantic model of one.

    Attributes:
        verdict: of the row, under one regime.
        reasons: for it: those of the verdict, contradictions, what is wrong with the VIN, notes.
        evidence: what it rests on.
        other_regimes: codes of those that may apply where this one does not; with their verdicts where they were asked.
        powertrain: the VIN's, or what the manifest declares with one voice.
        basis: of the powertrain.
        grade: of the evidence for the powertrain, where the VIN tells it.
        lines: numbers of the lines of ``TABLE`` that held.
        regime: the code of the regime.
        others: those under the other regimes in question, where several are asked; see ``several``.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    evidence: tuple[EvidenceItem, ...]
    other_regimes: tuple[str, ...]
    powertrain: Powertrain | None
    basis: Basis | None
    grade: Grade | None
    lines: tuple[str, ...] = ()
    regime: str = ""
    others: tuple["Decision", ...] = ()


Reasons = Callable[[Case], tuple[Reason, ...]]
_C, _R, _O, _I = Verdict.CONTROLLED, Verdict.REVIEW, Verdict.OUT_OF_SCOPE, Verdict.INVALID


class Line(NamedTuple):
    """One line of the decision table.

    Attributes:
        number: step and letter.
        step: what it looks at.
        says: when the line holds, in words.
        holds: the same in code; the verdict so far is the second argument.
        verdict: what the row is from here on; None: as before.
        ends: whether it is the last.
        reasons: why.
    """

    number: str
    step: str
    says: str
    holds: Callable[[Case, Verdict | None], bool]
    verdict: Verdict | None = None
    ends: bool = False
    reasons: Reasons = lambda _: ()

    @property
    def then(self) -> str:
        """What follows, in words."""
        if self.verdict is None:
            return "as before" if self.ends else "go on"
        weighed = not self.ends and self.verdict is not Verdict.REVIEW
        return f"{self.verdict.value}, unless step 7 holds it" if weighed else self.verdict.value


def _because(*reasons: Reason) -> Reasons:
    return lambda _: reasons


def _always(_case: Case, _so_far: Verdict | None) -> bool:
    return True


def _if(condition: Callable[[Case], object]) -> Callable[[Case, Verdict | None], bool]:
    return lambda case, _: bool(condition(case))


def _near(case: Case) -> tuple[Reason, ...]:
    electric = Powertrain.BEV in case.covered
    return (Reason.ONE_CHARACTER_FROM_ELECTRIC if electric else Reason.ONE_CHARACTER_FROM_COVERED,)


def _kind_reasons(case: Case) -> tuple[Reason, ...]:
    only_cars = case.regime.kinds == {PASSENGER}
    return (Reason.NOT_PASSENGER if only_cars else Reason.NOT_COVERED_KIND,)


def _without_vin_reasons(case: Case) -> tuple[Reason, ...]:
    return (Reason.WITHOUT_VIN, *((Reason.NO_IDENTITY,) if case.no_identity else ()))


# fmt: off
TABLE = (
    Line("1a", "date", "The declaration date lies before the first day of the regime, and years before the model year that the VIN tells: one of the two is wrong.", _if(lambda c: c.facts.in_force is False and c.date_denied), _R, ends=True),
    Line("1b", "date", "The declaration date lies before the first day of the regime by one date that nothing bears out, or another date of the row lies on or after it or was not read: taken to be in force, and never more than review.", _if(lambda c: c.before_in_doubt)),
    Line("1c", "date", "The declaration date lies before the first day of the regime.", _if(lambda c: c.facts.in_force is False), _O, ends=True, reasons=_because(Reason.BEFORE_RULE)),
    Line("1d", "date", "No declaration date can be read: the regime is taken to be in force.", _if(lambda c: c.facts.in_force is None)),
    Line("1e", "date", "The regime is in force on the declaration date.", _always),
    Line("2a", "identity", "The regime is for vehicles with a VIN, none stands on the row, nor a part of one, two independent facts tell the class without a VIN (code, price, a word for it; the cell that says so beside one of these), and nothing tells a vehicle that has one.", _if(lambda c: c.settled_without_vin), _O, ends=True, reasons=_because(Reason.WITHOUT_VIN)),
    Line("2b", "identity", "The same, told by too little, or something tells a vehicle that has a VIN.", _if(lambda c: c.without_vin), _R, ends=True, reasons=_without_vin_reasons),
    Line("2c", "identity", "No vehicle identity can be read.", _if(lambda c: c.no_identity), _I, ends=True, reasons=_because(Reason.NO_IDENTITY)),
    Line("2d", "identity", "The VIN is damaged, breaks a rule of its market, or its maker is not known: nothing clears the row.", _if(lambda c: c.unsound)),
    Line("2e", "identity", "The VIN is sound and its maker is known.", _always),
    Line("3a", "kind", "Two independent facts tell one kind that the regime does not cover, nothing tells another, the VIN is sound, nothing contradicts itself, and no electric car's VIN is one character away.", _if(lambda c: c.settled_kind), _O, ends=True, reasons=_kind_reasons),
    Line("3b", "kind", "The regime covers no passenger cars, no entry tells a kind that it covers, and the maker of the VIN, which is sound, builds none under this WMI.", _if(lambda c: c.other_goods and c.no_maker_of_goods), _O, ends=True, reasons=_because(Reason.NOT_COVERED_KIND)),
    Line("3c", "kind", "The regime covers no passenger cars, and a kind that it covers is told by too little, or by nothing.", _if(lambda c: c.other_goods), _R, ends=True, reasons=_because(Reason.KIND_UNCLEAR)),
    Line("3d", "kind", "A declared kind that the regime does not cover stands against a VIN or an entry that tells a passenger car: taken as a passenger car.", _if(lambda c: c.kind_disagrees)),
    Line("3e", "kind", "Another kind is told, by too little: the row is neither held nor cleared by it.", _if(lambda c: c.kind_unclear or c.kind_open), reasons=_because(Reason.KIND_UNCLEAR)),
    Line("3f", "kind", "A kit, and sources do not settle whether it counts as the vehicle: never more than review.", _if(lambda c: any(doubt.kind == KIT for doubt in c.doubts)), reasons=_because(Reason.KIT)),
    Line("3g", "kind", "No entry tells a kind that the regime does not cover; what the VIN alone tells of it settles nothing.", _always),
    Line("4a", "new or used", "The regime is for new vehicles; used is declared, by two entries or by one and a first registration, the VIN is sound and nothing contradicts itself.", _if(lambda c: c.regime.condition == "new" and c.used and c.clearable), _O, ends=True, reasons=_because(Reason.USED_VEHICLE)),
    Line("4b", "new or used", "The regime is for new vehicles; used is declared, and too little supports it: never more than review.", _if(lambda c: c.used_unsupported), reasons=_because(Reason.USED_UNSUPPORTED)),
    Line("4c", "new or used", "The regime is for used vehicles; two entries tell a new one, the VIN is sound and nothing contradicts itself.", _if(lambda c: c.regime.condition == "used" and c.new >= 2 and c.clearable), _O, ends=True, reasons=_because(Reason.NEW_VEHICLE)),
    Line("4d", "new or used", "The regime is for used vehicles, and entries disagree whether this is one.", _if(lambda c: c.regime.condition == "used" and c.entries_disagree), _R, ends=True),
    Line("4e", "new or used", "The regime is for used vehicles, and used is declared.", _if(lambda c: c.regime.condition == "used" and "used" in c.conditions), reasons=_because(Reason.USED_VEHICLE)),
    Line("4f", "new or used", "The regime is for used vehicles, and a new one is told, by too little.", _if(lambda c: c.regime.condition == "used" and c.new), _R, ends=True, reasons=_because(Reason.NEW_UNSUPPORTED)),
    Line("4g", "new or used", "The regime is for used vehicles, and nothing tells whether this is one.", _if(lambda c: c.regime.condition == "used"), _R, ends=True, reasons=_because(Reason.CONDITION_UNKNOWN)),
    Line("4h", "new or used", "New is declared, or nothing is: taken as new.", _always),
    Line("5a", "powertrain", "The regime covers vehicles of this kind whatever drives them.", _if(lambda c: c.covered == ANY_POWERTRAIN), _C, reasons=_because(Reason.ANY_POWERTRAIN)),
    Line("5b", "powertrain", "The VIN tells a powertrain that the regime covers.", _if(lambda c: c.encoded in c.covered), _C, reasons=Case.by_vin),
    Line("5c", "powertrain", "An entry declares a covered powertrain, and the VIN or another entry tells one that is not.", _if(lambda c: c.declared_covered and (c.declared_others or c.encoded is not None)), _R, reasons=lambda c: (*c.by_name(), *c.powertrain_doubts)),
    Line("5d", "powertrain", "Vehicles with this start of the VIN were seen with both.", _if(lambda c: c.facts.vin.classification.ambiguous), _R, reasons=lambda c: (Reason.POWERTRAIN_AMBIGUOUS, *c.powertrain_doubts)),
    Line("5e", "powertrain", "An entry declares a covered powertrain, and nothing tells another.", _if(lambda c: c.declared_covered), _C, reasons=Case.by_declaration),
    Line("5f", "powertrain", "Sources disagree whether the regime covers this powertrain: both readings are shown.", _if(lambda c: c.powertrain_doubts), _R, reasons=lambda c: c.powertrain_doubts),
    Line("5g", "powertrain", "The VIN and an entry agree on a powertrain that the regime does not cover; a user's own rule alone tells it of no VIN that one wrong character would make a covered one.", _if(lambda c: c.encoded is not None and c.declared_others and not c.near_by_user), _O, reasons=Case.by_both),
    Line("5h", "powertrain", "Neither the VIN nor the manifest tells the powertrain.", _if(lambda c: c.encoded is None and not c.declared_others), _R, reasons=lambda c: () if c.unsound else (Reason.POWERTRAIN_UNKNOWN,)),
    Line("5i", "powertrain", "One piece of evidence alone, and not a VIN with evidence of grade A or B whose check digit holds, tells a powertrain that is not covered.", _if(lambda c: not c.firm and c.independent < 2), _R, reasons=_because(Reason.EVIDENCE_TOO_THIN)),
    Line("5j", "powertrain", "One wrong character, or two that look alike, would make this the VIN of a vehicle that the regime covers.", _if(lambda c: c.near_covered), _R, reasons=_near),
    Line("5k", "powertrain", "A VIN with evidence of grade A or B whose check digit holds tells a powertrain that is not covered.", _if(lambda c: c.firm), _O, reasons=Case.by_vin),
    Line("5l", "powertrain", "The maker builds pure electric cars under this WMI, or in China under another, no such start of a VIN was seen, and no type code, no name of a model that is not sold electric and no first registration bears out what is declared.", _if(lambda c: c.start_not_seen), _R, reasons=_because(Reason.START_NOT_SEEN)),
    Line("5m", "powertrain", "Two independent entries declare a powertrain that is not covered.", _always, _O, reasons=Case.by_declaration),
    Line("6a", "VIN", "The code declares a vehicle without a VIN, and the row has one: the contradiction is told.", _if(lambda c: any(entry.has_vin == "no" for entry in c.facts.declared))),
    Line("6b", "VIN", "A number that is no VIN, or may be none, and not the start of one, stands in its place, and no entry speaks of a vehicle that has one: never more than review.", _if(lambda c: c.number_of_no_vin), reasons=_because(Reason.WITHOUT_VIN)),
    Line("6c", "VIN", "A part of a VIN stands on the row.", _if(lambda c: Reason.DAMAGED_VIN in c.unsound)),
    Line("6d", "VIN", "A VIN stands on the row.", _always),
    Line("7a", "burden of proof", "Controlled, but date, kind, kit, used, the trade mode, or whether it has a VIN are in doubt.", lambda c, v: v is _C and (c.before_in_doubt or c.kind_unclear or c.used_unsupported or c.number_of_no_vin or any(doubt.kind or doubt.trade_mode for doubt in c.doubts)), _R, ends=True),
    Line("7b", "burden of proof", "Out of scope, but the VIN is not sound.", lambda c, v: v is _O and bool(c.unsound), _R, ends=True),
    Line("7c", "burden of proof", "Out of scope, but entries of the row contradict each other, or another kind is told.", lambda c, v: v is _O and (not c.clearable or c.kind_disagrees is not None or c.kind_open), _R, ends=True),
    Line("7d", "burden of proof", "The verdict stands.", _always, ends=True),
)
# fmt: on


_STEPS = tuple(tuple(lines) for _, lines in groupby(TABLE, key=lambda line: line.step))


def decide(facts: Facts, regime: Regime) -> Decision:
    """The verdict on one set of facts: ``TABLE``, line by line.

    Raises:
        AssertionError: no line gives a verdict, which is a defect of ``TABLE``.
    """
    return decide_case(Case(facts, regime))


def decide_case(case: Case) -> Decision:
    """The same of a case, of which other questions were asked before."""
    facts = case.facts
    held, verdict = walk(case)
    reasons = [reason for line in held if line.verdict is not None for reason in line.reasons(case)]
    notes = [reason for line in held if line.verdict is None for reason in line.reasons(case)]
    if facts.date_doubt:
        notes.append(facts.date_doubt)
    if facts.in_force is None and facts.date_doubt is not Reason.DATE_IMPLAUSIBLE:
        notes.append(Reason.DATE_UNKNOWN)
    if verdict in {Verdict.CONTROLLED, Verdict.REVIEW}:
        notes += case.trade_mode_reasons
    if verdict is Verdict.OUT_OF_SCOPE:
        notes = [note for note in notes if note not in _SETTLED_BY_POWERTRAIN]
    contradictions = _contradictions(case, held)
    unsound = () if held[-1].number == "2a" else case.unsound  # there is no VIN to be damaged
    reasons += [*(one.reason for one in contradictions), *unsound, *notes]
    return Decision(
        verdict,
        tuple(dict.fromkeys(reasons)),
        _evidence(case, contradictions, reasons),
        _other_regimes(case, held, verdict),
        *_stated_powertrain(facts),
        lines=tuple(line.number for line in held),
        regime=case.regime.code,
    )


def walk(case: Case) -> tuple[tuple[Line, ...], Verdict]:
    """The lines that hold, one a step, and the verdict that they end in."""
    verdict: Verdict | None = None
    held = []
    for lines in _STEPS:
        line = next(line for line in lines if line.holds(case, verdict))
        held.append(line)
        verdict = line.verdict or verdict
        if line.ends:
            break
    if verdict is None:
        raise AssertionError("the decision table ends without a verdict")
    return tuple(held), verdict


def _contradictions(case: Case, held: tuple[Line, ...]) -> tuple[Contradiction, ...]:
    """Those of the row; before the first day, and of a row without identity, none."""
    if held[-1].number in {"1c", "2c"}:
        return ()
    kinds = (case.kind_disagrees,) if case.kind_disagrees else ()
    return (*case.contradictions, *kinds)


def _stated_powertrain(facts: Facts) -> tuple[Powertrain | None, Basis | None, Grade | None]:
    """The powertrain to show: the VIN's, or what the manifest declares with one voice."""
    encoded = facts.vin.classification
    if encoded.powertrain is not None:
        return encoded.powertrain, Basis.ENCODED, encoded.grade
    declared = {meaning.powertrain for meaning in facts.declared if meaning.powertrain}
    if encoded.ambiguous or not declared or (Powertrain.BEV in declared and len(declared) > 1):
        return None, None, None
    specific = declared - {Powertrain.NOT_BEV}
    return (specific.pop() if len(specific) == 1 else Powertrain.NOT_BEV), Basis.DECLARED, None


def _other_regimes(case: Case, held: tuple[Line, ...], verdict: Verdict) -> tuple[str, ...]:
    """What may apply to a row that this regime leaves out."""
    if verdict is not Verdict.OUT_OF_SCOPE:
        return ()
    last = held[-1].number
    kinds = {*case.other_kinds, *(case.facts.vin.kinds if case.registered_otherwise else ())}
    if last in {"3a", "3b"} and not _LIKE_MOTORCYCLES.isdisjoint(kinds):
        return case.regime.other("motorcycle")
    if case.facts.vin.kinds in NEVER_CARS or last == "2a":
        return ()
    if last == "4a" or (last == "1c" and "used" in case.conditions):
        return case.regime.other("used")
    if last == "4c" or (last == "1c" and case.regime.condition == "used"):
        return case.regime.other("new")
    powertrains = {case.encoded, *case.declared} - {None}
    if last == "1c":
        return () if powertrains <= {Powertrain.BEV} else case.regime.other("not_pure_electric")
    if last == "3a":
        elsewhere = not _LICENSED_KINDS.isdisjoint(case.other_kinds)
        return case.regime.other("not_pure_electric") if elsewhere else ()
    electric = powertrains == {Powertrain.BEV}
    as_used = case.regime.other("used") if "used" in case.conditions else ()
    return (*case.regime.other("pure_electric" if electric else "not_pure_electric"), *as_used)


def _evidence(
    case: Case, contradictions: tuple[Contradiction, ...], reasons: list[Reason]
) -> tuple[EvidenceItem, ...]:
    facts = case.facts
    items = [
        EvidenceItem(
            f"VIN {rule.pattern_text}",
            rule.powertrain.value,
            Basis.ENCODED,
            rule.grade,
            f"{rule.place}: {rule.models or rule.make or rule.source}",
        )
        for rule in facts.vin.classification.rules[:_MOST_RULES]
    ]
    items += [
        EvidenceItem(meaning.display, meaning.value, Basis.DECLARED, None, meaning.source)
        for meaning in facts.declared
        if meaning.is_fact or meaning in case.without_vin
    ]
    items += [
        EvidenceItem(entry.display, provision.code, Basis.DECLARED, None, provision.source)
        for provision in case.of_trade_mode
        if provision.reason in reasons
        for mode, entry in case.trade_modes.items()
        if mode in provision.trade_modes
    ]
    items += [item for one in contradictions if (item := one.item)]
    if Reason.START_NOT_SEEN in reasons and (known := facts.vin.electric_wmi):
        what = f"WMI {known.wmi}"
        items.append(EvidenceItem(what, _BUILDS_ELECTRIC, Basis.REGISTRY, None, known.place))
    for doubt in (one for one in case.doubts if not one.trade_mode or one.reason in reasons):
        items += [
            EvidenceItem(f"reading of {doubt.about}", reading, Basis.REGISTRY, None, doubt.source)
            for reading in doubt.readings
        ]
    return tuple(items)
