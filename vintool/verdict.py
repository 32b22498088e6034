"""Vehicle + declaration + date -> verdict, by one regime, with the reasons.

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
                                      one character away
covered, or both                      nothing
====================================  =========================================================

Declared entries count by where they come from (``Meaning.origin``). The fuel, the HS code and the
UN number are typed one by one and count one each. The name of a model and its type code may both
come from one type approval, and displacement and battery describe one engine room: each pair counts
once. One cell counts once whatever it says, and a cell that names pure electric and something else
contradicts itself: that holds the row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from vintool import identifiers, used
from vintool.contradictions import Contradiction, chassis_sides, conditions, contradictions, kind
from vintool.evidence import Found, Item
from vintool.facts import Facts, declared_meanings, row_facts
from vintool.identity import Identity, identify
from vintool.law import ANY_POWERTRAIN, Doubt, Regime
from vintool.law import regime as load_regime
from vintool.model import Frozen, Vehicle
from vintool.words import (
    DEFAULT_REGIME,
    Basis,
    CheckDigit,
    Concern,
    Grade,
    Powertrain,
    Problem,
    Reason,
    Verdict,
    Weight,
)

_FIRM = {Grade.A, Grade.B}
PASSENGER, KIT = "passenger", "kit"
_NEVER_CARS = {("trailer",), ("motorcycle",)}
_REGISTRY_KINDS = {"bus", "truck", "motorcycle", "trailer", "off_road"}
# What no longer matters once the powertrain has cleared the row.
_SETTLED_BY_POWERTRAIN = {Reason.KIND_UNCLEAR, Reason.KIT, Reason.USED_UNSUPPORTED}
RULES_SHOWN = 4


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


class Decision(NamedTuple):
    """A verdict in plain form; ``Finding`` is the same, dressed."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    evidence: tuple[Item, ...]
    other_regimes: tuple[str, ...]
    powertrain: Powertrain | None
    basis: Basis | None
    grade: Grade | None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One set of facts under one regime, with what the lines of the table ask of it."""

    facts: Facts
    rule: Regime

    # Identity

    @cached_property
    def no_identity(self) -> bool:
        """Whether nothing of the VIN can be read."""
        return any(problem.weight is Weight.FATAL for problem in self.facts.vin.problems)

    @cached_property
    def unsound(self) -> tuple[Reason, ...]:
        """Why the VIN is not good enough to clear a row."""
        problems = self.facts.vin.problems
        told = (
            (Reason.DAMAGED_VIN, any(found.weight is Weight.DAMAGED for found in problems)),
            (Reason.CHECK_DIGIT_FAILS, Problem.CHECK_DIGIT in problems),
            (Reason.MAKER_UNKNOWN, Problem.UNKNOWN_WMI in problems),
            (
                Reason.ODD_VIN,
                bool(problems & {Problem.MODEL_YEAR_CODE, Problem.SERIAL_NOT_NUMERIC}),
            ),
        )
        return tuple(reason for reason, holds in told if holds)

    @cached_property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """Entries of the row that cannot all be true, but for its kind."""
        return contradictions(self.facts)

    @cached_property
    def clearable(self) -> bool:
        """Whether the VIN is sound and nothing that weighs contradicts itself."""
        return not self.unsound and not any(found.weighs for found in self.contradictions)

    # Kind

    @cached_property
    def _kinds_told(self) -> tuple[str, ...]:
        """Kinds other than passenger, one for each independent fact.

        All that the VIN says counts as one: a single wrong character could have made it.
        """
        vin = self.facts.vin
        declared = {
            meaning.field: meaning.kind
            for meaning in self.facts.declared
            if meaning.kind and meaning.kind not in {PASSENGER, KIT}
        }
        rules = vin.classification.rules
        encoded = bool(rules) and all(rule.kind == "truck" for rule in rules)
        if vin.classification.powertrain is Powertrain.BEV and not encoded:
            # The rules know the VIN as an electric car: never cleared by its kind.
            return tuple(declared.values())[:1]
        own: tuple[str, ...] = ("truck",) if encoded else ()
        if not own and declared and vin.kinds and set(vin.kinds) <= _REGISTRY_KINDS:
            own = vin.kinds[:1]  # a WMI of trucks carries cars often enough: not by itself
        return (*declared.values(), *own)

    @cached_property
    def registered_otherwise(self) -> bool:
        """Whether an official register gives this WMI to trailers or motorcycles alone."""
        vin = self.facts.vin
        return vin.kinds in _NEVER_CARS and vin.register and vin.status is CheckDigit.HOLDS

    @cached_property
    def outside(self) -> int:
        """How many independent facts tell a kind that the regime does not cover."""
        if self.registered_otherwise:
            return 2
        return sum(told not in self.rule.kinds for told in self._kinds_told)

    @cached_property
    def kind(self) -> str:
        """The kind of vehicle to judge: another than passenger only where two facts tell it."""
        if self.kit and KIT in self.rule.kinds:
            return KIT
        told = self._kinds_told
        return told[0] if len(told) > 1 and len(set(told)) == 1 else PASSENGER

    @cached_property
    def kit(self) -> bool:
        """Whether an entry tells a kit."""
        return any(meaning.kind == KIT for meaning in self.facts.declared)

    @cached_property
    def settled_kind(self) -> bool:
        """Whether the kind alone clears the row."""
        return self.outside >= 2 and self.clearable and not self.facts.vin.neighbour

    @cached_property
    def kind_disagrees(self) -> Contradiction | None:
        """A declared kind that is not covered, against a VIN of passenger cars alone."""
        if self.settled_kind:
            return None
        return kind(
            self.facts.vin, self.facts.declared, frozenset(self._kinds_told) - self.rule.kinds
        )

    @cached_property
    def kind_unclear(self) -> bool:
        """Whether a kind that is not covered is told by too little."""
        return bool(self.outside) and not self.settled_kind and self.kind_disagrees is None

    @cached_property
    def kind_open(self) -> bool:
        """Whether another kind that is covered is told by too little."""
        return not self.outside and bool(self._kinds_told) and self.kind == PASSENGER

    # New or used

    @cached_property
    def conditions(self) -> dict[str, set[str]]:
        """The fields that tell new, and those that tell used."""
        return {
            state: {meaning.field for meaning in told}
            for state, told in conditions(self.facts.declared).items()
        }

    @cached_property
    def older(self) -> bool | None:
        """Whether the model year lies before the year of the declaration; None if one is not known."""
        model_year, year = self.facts.vin.model_year, self.facts.year
        return None if model_year is None or year is None else model_year < year

    @cached_property
    def condition_disagrees(self) -> bool:
        """Whether entries, or an entry and the model year, disagree on new or used."""
        return any(found.reason is Reason.CONTRADICTION_CONDITION for found in self.contradictions)

    @cached_property
    def used_unsupported(self) -> bool:
        """Whether used is declared and nothing declares new, in a regime for new vehicles."""
        return (
            self.rule.condition == "new"
            and "used" in self.conditions
            and "new" not in self.conditions
        )

    @cached_property
    def used(self) -> bool:
        """Used, by two facts that support each other."""
        told = self.conditions.get("used", set())
        return (
            "condition" in told
            and not self.condition_disagrees
            and self.facts.year is not None  # else a car of this year could not be told
            and (bool(self.older) or "hs_code" in told or self.facts.registered)
        )

    @cached_property
    def new(self) -> int:
        """How many independent facts tell a new vehicle, where none tells a used one."""
        if "used" in self.conditions or self.facts.registered:
            return 0
        return len(self.conditions.get("new", ())) + (self.older is False)

    # Powertrain

    @cached_property
    def covered(self) -> frozenset[Powertrain]:
        """The powertrains that the regime covers in vehicles of this kind."""
        return self.rule.covered(self.kind)

    @cached_property
    def told(self) -> Powertrain | None:
        """What the VIN tells."""
        return self.facts.vin.classification.powertrain

    @cached_property
    def declared(self) -> tuple[Powertrain, ...]:
        """What the manifest declares."""
        return tuple(told.powertrain for told in self.facts.declared if told.powertrain)

    @cached_property
    def declared_covered(self) -> bool:
        """Whether an entry declares a powertrain that the regime covers."""
        return any(powertrain in self.covered for powertrain in self.declared)

    @cached_property
    def declared_others(self) -> tuple[Powertrain, ...]:
        """The declared powertrains that it does not cover."""
        return tuple(told for told in self.declared if told not in self.covered)

    @cached_property
    def independent(self) -> int:
        """How many independent entries declare a powertrain."""
        return len({told.origin for told in self.facts.declared if told.powertrain})

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """The doubts of the regime that this vehicle meets."""
        powertrains = {self.told, *self.declared}
        kinds = {self.kind, *([KIT] if self.kit else [])}
        return tuple(
            doubt
            for doubt in self.rule.doubt
            if (doubt.powertrain is None or doubt.powertrain in powertrains)
            and (not doubt.kind or doubt.kind in kinds)
        )

    @cached_property
    def powertrain_doubts(self) -> tuple[Reason, ...]:
        """Those about what drives it."""
        return tuple(dict.fromkeys(doubt.reason for doubt in self.doubts if doubt.powertrain))

    @cached_property
    def firm(self) -> bool:
        """Whether the VIN's evidence needs no other beside it."""
        vin = self.facts.vin
        return vin.classification.grade in _FIRM and vin.status is CheckDigit.HOLDS

    def by_vin(self) -> tuple[Reason, ...]:
        """What the VIN tells, as a reason."""
        electric = self.told is Powertrain.BEV
        return (Reason.VIN_PURE_ELECTRIC if electric else Reason.VIN_NOT_PURE_ELECTRIC,)

    def by_declaration(self) -> tuple[Reason, ...]:
        """What the manifest declares, as a reason."""
        electric = Powertrain.BEV in self.declared
        return (Reason.DECLARED_PURE_ELECTRIC if electric else Reason.DECLARED_NOT_PURE_ELECTRIC,)

    def by_both(self) -> tuple[Reason, ...]:
        """What both tell, as a reason."""
        electric = self.told is Powertrain.BEV
        return (Reason.AGREED_PURE_ELECTRIC if electric else Reason.AGREED_NOT_PURE_ELECTRIC,)


Reasons = Callable[[Case], tuple[Reason, ...]]
_C, _R, _O, _I = Verdict.CONTROLLED, Verdict.REVIEW, Verdict.OUT_OF_SCOPE, Verdict.INVALID


class Line(NamedTuple):
    """One line of the decision table.

    Attributes:
        number: step and letter.
        step: what is asked.
        says: when the line holds, in words.
        holds: the same in code; the verdict so far is the second argument.
        verdict: what the row is from here on; None: as before.
        ends: whether nothing more is asked.
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


def _if(asked: Callable[[Case], object]) -> Callable[[Case, Verdict | None], bool]:
    return lambda case, _: bool(asked(case))


def _kind_reasons(case: Case) -> tuple[Reason, ...]:
    only_cars = case.rule.kinds == {PASSENGER}
    return (Reason.NOT_PASSENGER if only_cars else Reason.NOT_COVERED_KIND,)


# fmt: off
TABLE = (
    Line("1a", "date", "The declaration date lies before the first day of the regime.", _if(lambda c: c.facts.in_force is False), _O, ends=True, reasons=_because(Reason.BEFORE_RULE)),
    Line("1b", "date", "No declaration date can be read: the regime is taken to be in force.", _if(lambda c: c.facts.in_force is None)),
    Line("1c", "date", "The regime is in force on the declaration date.", _always),
    Line("2a", "identity", "No vehicle identity can be read.", _if(lambda c: c.no_identity), _I, ends=True, reasons=_because(Reason.NO_IDENTITY)),
    Line("2b", "identity", "The VIN is damaged, breaks a rule of its market, or its maker is not known: nothing clears the row.", _if(lambda c: c.unsound)),
    Line("2c", "identity", "The VIN is sound and its maker is known.", _always),
    Line("3a", "kind", "Two independent facts tell a kind that the regime does not cover, the VIN is sound, nothing contradicts itself, and no electric car's VIN is one character away.", _if(lambda c: c.settled_kind), _O, ends=True, reasons=_kind_reasons),
    Line("3b", "kind", "A declared kind that the regime does not cover stands against a VIN of passenger cars alone: taken as a passenger car.", _if(lambda c: c.kind_disagrees)),
    Line("3c", "kind", "Another kind is told, by too little: the row is neither held nor cleared by it.", _if(lambda c: c.kind_unclear or c.kind_open), reasons=_because(Reason.KIND_UNCLEAR)),
    Line("3d", "kind", "A kit, and sources do not settle whether it counts as the vehicle: never more than review.", _if(lambda c: any(doubt.kind == KIT for doubt in c.doubts)), reasons=_because(Reason.KIT)),
    Line("3e", "kind", "The regime covers vehicles of this kind, or nothing tells another.", _always),
    Line("4a", "new or used", "The regime is for new vehicles; used is declared, the code, the model year or a registration bears it out, the VIN is sound and nothing contradicts itself.", _if(lambda c: c.rule.condition == "new" and c.used and c.clearable), _O, ends=True, reasons=_because(Reason.USED_VEHICLE)),
    Line("4b", "new or used", "The regime is for new vehicles; used is declared, and too little supports it: never more than review.", _if(lambda c: c.used_unsupported), reasons=_because(Reason.USED_UNSUPPORTED)),
    Line("4c", "new or used", "The regime is for used vehicles; two independent facts tell a new one, the VIN is sound and nothing contradicts itself.", _if(lambda c: c.rule.condition == "used" and c.new >= 2 and c.clearable), _O, ends=True, reasons=_because(Reason.NEW_VEHICLE)),
    Line("4d", "new or used", "The regime is for used vehicles, and entries disagree whether this is one.", _if(lambda c: c.rule.condition == "used" and c.condition_disagrees), _R, ends=True),
    Line("4e", "new or used", "The regime is for used vehicles, and used is declared.", _if(lambda c: c.rule.condition == "used" and "used" in c.conditions), reasons=_because(Reason.USED_VEHICLE)),
    Line("4f", "new or used", "The regime is for used vehicles, and a new one is told, by too little.", _if(lambda c: c.rule.condition == "used" and c.new), _R, ends=True, reasons=_because(Reason.NEW_UNSUPPORTED)),
    Line("4g", "new or used", "The regime is for used vehicles, and nothing tells whether this is one.", _if(lambda c: c.rule.condition == "used"), _R, ends=True, reasons=_because(Reason.CONDITION_UNKNOWN)),
    Line("4h", "new or used", "New is declared, or nothing is: taken as new.", _always),
    Line("5a", "powertrain", "The regime covers vehicles of this kind whatever drives them.", _if(lambda c: c.covered == ANY_POWERTRAIN), _C, reasons=_because(Reason.ANY_POWERTRAIN)),
    Line("5b", "powertrain", "The VIN tells a powertrain that the regime covers.", _if(lambda c: c.told in c.covered), _C, reasons=Case.by_vin),
    Line("5c", "powertrain", "An entry declares a covered powertrain, and the VIN or another entry tells one that is not.", _if(lambda c: c.declared_covered and (c.declared_others or c.told is not None)), _R, reasons=lambda c: c.powertrain_doubts),
    Line("5d", "powertrain", "Vehicles with this start of the VIN were seen with both.", _if(lambda c: c.facts.vin.classification.ambiguous), _R, reasons=_because(Reason.POWERTRAIN_AMBIGUOUS)),
    Line("5e", "powertrain", "An entry declares a covered powertrain, and nothing tells another.", _if(lambda c: c.declared_covered), _C, reasons=Case.by_declaration),
    Line("5f", "powertrain", "Sources disagree whether the regime covers this powertrain: both readings are shown.", _if(lambda c: c.powertrain_doubts), _R, reasons=lambda c: c.powertrain_doubts),
    Line("5g", "powertrain", "The VIN and an entry agree on a powertrain that the regime does not cover.", _if(lambda c: c.told is not None and c.declared_others), _O, reasons=Case.by_both),
    Line("5h", "powertrain", "Neither the VIN nor the manifest tells the powertrain.", _if(lambda c: c.told is None and not c.declared_others), _R, reasons=lambda c: () if c.unsound else (Reason.POWERTRAIN_UNKNOWN,)),
    Line("5i", "powertrain", "One piece of evidence alone, and not a VIN with evidence of grade A or B whose check digit holds, tells a powertrain that is not covered.", _if(lambda c: not c.firm and c.independent < 2), _R, reasons=_because(Reason.EVIDENCE_TOO_THIN)),
    Line("5j", "powertrain", "One wrong character would make this the VIN of an electric vehicle.", _if(lambda c: c.facts.vin.neighbour), _R, reasons=_because(Reason.ONE_CHARACTER_FROM_ELECTRIC)),
    Line("5k", "powertrain", "A VIN with evidence of grade A or B whose check digit holds tells a powertrain that is not covered.", _if(lambda c: c.firm), _O, reasons=Case.by_vin),
    Line("5l", "powertrain", "Two independent entries declare a powertrain that is not covered.", _always, _O, reasons=Case.by_declaration),
    Line("6a", "VIN", "The code declares a vehicle without a VIN, and the row has one: the contradiction is told.", _if(lambda c: any(told.has_vin == "no" for told in c.facts.declared))),
    Line("6b", "VIN", "A part of a VIN stands on the row.", _if(lambda c: Reason.DAMAGED_VIN in c.unsound)),
    Line("6c", "VIN", "A VIN stands on the row.", _always),
    Line("7a", "burden of proof", "Controlled, but kind, kit or used are in doubt.", lambda c, v: v is _C and (c.kind_unclear or c.used_unsupported or any(doubt.kind for doubt in c.doubts)), _R, ends=True),
    Line("7b", "burden of proof", "Out of scope, but the VIN is not sound.", lambda c, v: v is _O and bool(c.unsound), _R, ends=True),
    Line("7c", "burden of proof", "Out of scope, but entries of the row contradict each other, or another kind is told.", lambda c, v: v is _O and (not c.clearable or c.kind_disagrees is not None or c.kind_open), _R, ends=True),
    Line("7d", "burden of proof", "The verdict stands.", _always, ends=True),
)
# fmt: on


def decide(facts: Facts, rule: Regime) -> Decision:
    """The verdict on one set of facts: ``TABLE``, line by line."""
    case = Case(facts, rule)
    held, verdict = walk(case)
    reasons = [reason for line in held if line.verdict is not None for reason in line.reasons(case)]
    notes = [reason for line in held if line.verdict is None for reason in line.reasons(case)]
    if facts.in_force is None:
        notes.append(Reason.DATE_UNKNOWN)
    if verdict is Verdict.OUT_OF_SCOPE:
        notes = [note for note in notes if note not in _SETTLED_BY_POWERTRAIN]
    told = _told_contradictions(case, held)
    reasons += [*(one.reason for one in told), *case.unsound, *notes]
    return Decision(
        verdict,
        tuple(dict.fromkeys(reasons)),
        _evidence(case, told),
        _other_regimes(case, held, verdict),
        *_stated_powertrain(facts),
        lines=tuple(line.number for line in held),
    )


def walk(case: Case) -> tuple[tuple[Line, ...], Verdict]:
    """The lines that hold, one a step, and the verdict that they end in."""
    verdict: Verdict | None = None
    held = []
    for _, lines in groupby(TABLE, key=lambda line: line.step):
        line = next(line for line in lines if line.holds(case, verdict))
        held.append(line)
        verdict = line.verdict or verdict
        if line.ends:
            break
    if verdict is None:
        raise AssertionError("the decision table ends without a verdict")
    return tuple(held), verdict


def _told_contradictions(case: Case, held: tuple[Line, ...]) -> tuple[Contradiction, ...]:
    """Those to tell; before the first day, and of a row without identity, none."""
    if len(held) < 3:
        return ()
    kinds = (case.kind_disagrees,) if case.kind_disagrees else ()
    return (*case.contradictions, *kinds)


def _stated_powertrain(facts: Facts) -> tuple[Powertrain | None, Basis | None, Grade | None]:
    """The powertrain to show: the VIN's, or what the manifest declares with one voice."""
    told = facts.vin.classification
    if told.powertrain is not None:
        return told.powertrain, Basis.ENCODED, told.grade
    declared = {meaning.powertrain for meaning in facts.declared if meaning.powertrain}
    if told.ambiguous or not declared or (Powertrain.BEV in declared and len(declared) > 1):
        return None, None, None
    specific = declared - {Powertrain.NOT_BEV}
    return (specific.pop() if len(specific) == 1 else Powertrain.NOT_BEV), Basis.DECLARED, None


def _other_regimes(case: Case, held: tuple[Line, ...], verdict: Verdict) -> tuple[str, ...]:
    """What may apply to a row that this regime leaves out."""
    if verdict is not Verdict.OUT_OF_SCOPE or case.facts.vin.kinds in _NEVER_CARS:
        return ()
    last = held[-1].number
    if last == "4a" or (last == "1a" and "used" in case.conditions):
        return case.rule.other("used")
    if last == "4c" or (last == "1a" and case.rule.condition == "used"):
        return case.rule.other("new")
    told = {case.told, *case.declared} - {None}
    if last == "1a":
        return () if told <= {Powertrain.BEV} else case.rule.other("not_pure_electric")
    if last == "3a":
        return ()
    electric = told == {Powertrain.BEV}
    return case.rule.other("pure_electric" if electric else "not_pure_electric")


def _evidence(case: Case, told: tuple[Contradiction, ...]) -> tuple[Item, ...]:
    facts = case.facts
    items = [
        Item(
            f"VIN {known.shown}",
            known.powertrain.value,
            Basis.ENCODED,
            known.grade,
            f"{known.file}: {known.models or known.make or known.source}",
        )
        for known in facts.vin.classification.rules[:RULES_SHOWN]
    ]
    items += [
        Item(meaning.shown, meaning.says, Basis.DECLARED, None, meaning.source)
        for meaning in facts.declared
        if meaning.tells
    ]
    items += [item for one in told if (item := one.item)]
    for doubt in case.doubts:
        about = doubt.powertrain.value if doubt.powertrain else doubt.kind
        items += [
            Item(f"reading of {about}", reading, Basis.REGISTRY, None, doubt.source)
            for reading in doubt.readings
        ]
    return tuple(items)


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
    rule = load_regime(regime)
    text = vehicle_or_text.vin if isinstance(vehicle_or_text, Vehicle) else vehicle_or_text
    return finding(judge(identify(text), on, declared, rule)[1], rule, on)


def judge(
    identity: Identity, on: date | None, declared: Mapping[str, object] | None, rule: Regime
) -> tuple[Facts, Decision]:
    """The facts of one row, the decision on them, and what else is found."""
    cells = {field: str(cell) for field, cell in (declared or {}).items() if cell is not None}
    facts = row_facts(identity, on, declared_meanings(declared), rule, cells)
    decision = decide(facts, rule)
    told = with_found(
        decision,
        (
            *used.age(
                declared_used(decision),
                cells.get("registration_date", ""),
                cells.get("application_date", ""),
                on,
                asked=rule.condition == "used",
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


def declared_used(decision: Decision) -> bool:
    """Whether the row tells a used vehicle."""
    return not {Reason.USED_VEHICLE, Reason.USED_UNSUPPORTED}.isdisjoint(decision.reasons)


def needs_a_look(decision: Decision) -> bool:
    """Whether a person must look at the row: by its verdict, or by a reason that asks for it.

    Before the first day nothing asks for a look but what a reviewer has decided.
    """
    before = Reason.BEFORE_RULE in decision.reasons
    return decision.verdict in {Verdict.REVIEW, Verdict.INVALID} or any(
        reason.look and (not before or reason.concern is Concern.REVIEWER)
        for reason in decision.reasons
    )


def with_found(decision: Decision, found: tuple[Found, ...], *, always: bool = False) -> Decision:
    """The decision with what else was found on the row; before the first day only what ``always`` is."""
    if not found or (Reason.BEFORE_RULE in decision.reasons and not always):
        return decision
    reasons = (*decision.reasons, *(one.reason for one in found if one.reason))
    items = (*decision.evidence, *(one.item for one in found if one.item))
    return decision._replace(reasons=tuple(dict.fromkeys(reasons)), evidence=items)


def with_duplicate(decision: Decision, found: tuple[Found, ...]) -> Decision:
    """The decision on a row whose VIN stands on an earlier row: one of the two is wrong, or counts twice.

    It is told, and it does not clear the row: the vehicle of this row may be another one.
    """
    if not found:
        return decision
    told = with_found(decision, found, always=True)
    if decision.verdict is Verdict.OUT_OF_SCOPE and Reason.BEFORE_RULE not in decision.reasons:
        return told._replace(verdict=Verdict.REVIEW, other_regimes=(), lines=(*told.lines, "7c"))
    return told


def finding(decision: Decision, rule: Regime, on: date | None, column: str = "") -> Finding:
    """A decision, dressed."""
    return Finding(
        verdict=decision.verdict,
        regime=rule.code,
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
        rule_version=rule.rule_version,
        lines=decision.lines,
    )
