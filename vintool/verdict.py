"""Vehicle + declaration + date -> verdict, by one regime, with the reasons.

The burden of proof is asymmetric. Evidence for pure electric makes a row ``controlled``, whatever
contradicts it. To be ``out_of_scope`` a row needs a sound VIN of a known maker and evidence that
one wrong character or one wrong cell could not have made:

====================================  =========================================================
the VIN says, of the powertrain       what clears the row
====================================  =========================================================
not electric, grade A or B, and the   nothing more
check digit holds
not electric, otherwise               one declared entry that agrees
nothing                               two declared entries that agree, and no electric VIN is
                                      one character away
electric, or both                     nothing
====================================  =========================================================

Declared entries count by where they come from (``Meaning.origin``). The fuel, the HS code and the
UN number are typed one by one and count one each. The name of a model and its type code may both
come from one type approval, and displacement and battery describe one engine room: each pair counts
once. One cell counts once whatever it says, and a cell that names pure electric and something else
contradicts itself: that holds the row.

The steps are those of ``decide``, in order: date, identity, kind, new or used, powertrain.
Everything that neither holds nor clears is ``review``.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from vintool.facts import Facts, VinFacts, declared_meanings, row_facts
from vintool.identity import identify
from vintool.law import DEFAULT_REGIME, Regime
from vintool.law import regime as load_regime
from vintool.model import Frozen, Vehicle
from vintool.words import Basis, CheckDigit, Grade, Powertrain, Problem, Reason, Verdict, Weight

_DOUBTED = {Powertrain.EREV: Reason.RANGE_EXTENDED, Powertrain.FCEV: Reason.FUEL_CELL}
_FIRM = {Grade.A, Grade.B}
_NOT_PASSENGER = {"bus", "truck", "special", "chassis", "motorcycle", "trailer", "off_road"}
_NEVER_CARS = {("trailer",), ("motorcycle",)}
_SETTLED_BY_POWERTRAIN = {Reason.KIND_UNCLEAR, Reason.USED_UNSUPPORTED}
RULES_SHOWN = 4


class Item(NamedTuple):
    """One piece of evidence, in plain form."""

    what: str
    value: str
    basis: Basis
    grade: Grade | None
    source: str

    def __str__(self) -> str:
        """As one line of a report; without semicolons, which part the items of a joined list."""
        grade = f", grade {self.grade.value}" if self.grade else ""
        told = f"{self.what}: {self.value} ({self.basis.value}{grade}, {self.source})"
        return told.replace(";", ",")


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
    column: str


class Finding(Frozen):
    """The verdict on one vehicle under one regime, with its reasons."""

    verdict: Verdict
    regime: str
    reasons: tuple[Reason, ...]
    evidence: tuple[Evidence, ...]
    other_regimes: tuple[str, ...]
    decided_on: DecidedOn
    rule_version: str


class Decision(NamedTuple):
    """A verdict in plain form; ``Finding`` is the same, dressed."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    evidence: tuple[Item, ...]
    other_regimes: tuple[str, ...]
    powertrain: Powertrain | None
    basis: Basis | None
    grade: Grade | None


def decide(facts: Facts, rule: Regime) -> Decision:
    """The verdict on one set of facts, step by step: date, identity, kind, new or used, powertrain."""
    vin = facts.vin
    notes = [] if facts.in_force is not None else [Reason.DATE_UNKNOWN]
    unsound = _unsound(vin.problems)

    def answer(verdict: Verdict, *reasons: Reason, other: tuple[str, ...] = ()) -> Decision:
        told = tuple(dict.fromkeys((*reasons, *unsound, *notes)))
        return Decision(verdict, told, _evidence(facts, rule), other, *_stated_powertrain(facts))

    if facts.in_force is False:
        return answer(Verdict.OUT_OF_SCOPE, Reason.BEFORE_RULE, other=_other_regimes(facts, rule))
    if any(problem.weight is Weight.FATAL for problem in vin.problems):
        return answer(Verdict.INVALID, Reason.NO_IDENTITY)

    outside = _outside_heading(facts)
    if outside >= 2 and not unsound and not vin.neighbour:
        return answer(Verdict.OUT_OF_SCOPE, Reason.NOT_PASSENGER)
    if outside:
        notes.append(Reason.CONTRADICTION_KIND if _only_passenger(vin) else Reason.KIND_UNCLEAR)

    used, doubt = _used(facts)
    if used and not unsound:
        return answer(Verdict.OUT_OF_SCOPE, Reason.USED_VEHICLE, other=rule.other("used"))
    notes += [Reason.USED_UNSUPPORTED] if used else doubt

    verdict, reasons = _by_powertrain(facts, unsound)
    if any(meaning.has_vin == "no" for meaning in facts.declared):
        notes.append(Reason.CONTRADICTION_NO_VIN_CODE)
    if verdict is Verdict.OUT_OF_SCOPE:
        if unsound:
            return answer(Verdict.REVIEW, *reasons)
        notes = [note for note in notes if note not in _SETTLED_BY_POWERTRAIN]
        return answer(verdict, *reasons, other=rule.other("not_pure_electric"))
    in_doubt = not _SETTLED_BY_POWERTRAIN.isdisjoint(notes)
    return answer(Verdict.REVIEW if in_doubt else verdict, *reasons)


def _unsound(problems: frozenset[Problem]) -> tuple[Reason, ...]:
    """Why the VIN is not good enough to clear a row."""
    found = []
    if any(problem.weight is Weight.DAMAGED for problem in problems):
        found.append(Reason.DAMAGED_VIN)
    if Problem.CHECK_DIGIT in problems:
        found.append(Reason.CHECK_DIGIT_FAILS)
    if Problem.UNKNOWN_WMI in problems:
        found.append(Reason.MAKER_UNKNOWN)
    if problems & {Problem.MODEL_YEAR_CODE, Problem.SERIAL_NOT_NUMERIC}:
        found.append(Reason.ODD_VIN)
    return tuple(found)


def _only_passenger(vin: VinFacts) -> bool:
    return bool(vin.kinds) and set(vin.kinds) <= {"car", "suv"}


def _outside_heading(facts: Facts) -> int:
    """How many independent facts put the vehicle outside heading 8703 or above nine seats.

    All that the VIN says counts as one: a single wrong character could have made it.
    """
    vin = facts.vin
    rules = vin.classification.rules
    encoded = bool(rules) and all(rule.kind == "truck" for rule in rules)
    registered = bool(vin.kinds) and set(vin.kinds) <= _NOT_PASSENGER
    if vin.kinds in _NEVER_CARS and vin.register and vin.status is CheckDigit.HOLDS:
        return 2  # an official register gives this WMI to trailers or motorcycles alone
    declared = {meaning.field for meaning in facts.declared if meaning.kind in _NOT_PASSENGER}
    if vin.classification.powertrain is Powertrain.BEV and not encoded:
        return min(
            len(declared), 1
        )  # the rules know the VIN as an electric car: never cleared by its kind
    if not declared and not encoded:
        return 0  # a WMI of trucks carries cars often enough
    return len(declared) + (encoded or registered)


def _used(facts: Facts) -> tuple[bool, tuple[Reason, ...]]:
    """Whether the row is used beyond doubt, and what is in doubt."""
    conditions = {
        meaning.field: meaning.condition for meaning in facts.declared if meaning.condition
    }
    if "used" not in conditions.values():
        return False, ()
    if "new" in conditions.values():
        return False, (Reason.CONTRADICTION_CONDITION,)
    if facts.year is None:
        return False, (Reason.USED_UNSUPPORTED,)  # a car of this year could not be told
    older = facts.vin.model_year is not None and facts.vin.model_year < facts.year
    if facts.vin.model_year is not None and not older:
        return False, (Reason.CONTRADICTION_CONDITION, Reason.USED_UNSUPPORTED)
    if conditions.get("condition") == "used" and (older or "hs_code" in conditions):
        return True, ()
    return False, (Reason.USED_UNSUPPORTED,)


def _by_powertrain(facts: Facts, unsound: tuple[Reason, ...]) -> tuple[Verdict, tuple[Reason, ...]]:
    """The table of the module's docstring, from the top."""
    told = facts.vin.classification
    declared = [meaning.powertrain for meaning in facts.declared if meaning.powertrain]
    electric = Powertrain.BEV in declared
    independent = len({meaning.origin for meaning in facts.declared if meaning.powertrain})
    others = [powertrain for powertrain in declared if powertrain is not Powertrain.BEV]

    if told.powertrain is Powertrain.BEV:
        return Verdict.CONTROLLED, (
            Reason.VIN_PURE_ELECTRIC,
            *([Reason.CONTRADICTION_POWERTRAIN] if others else []),
        )
    if electric and (others or told.powertrain is not None):
        return Verdict.REVIEW, (
            Reason.CONTRADICTION_POWERTRAIN,
            *_doubts([told.powertrain, *others]),
        )
    if told.ambiguous:
        return Verdict.REVIEW, (Reason.POWERTRAIN_AMBIGUOUS,)
    if electric:
        return Verdict.CONTROLLED, (Reason.DECLARED_PURE_ELECTRIC,)
    if doubts := _doubts([told.powertrain, *others]):
        return Verdict.REVIEW, doubts
    if told.powertrain is not None and others:
        return Verdict.OUT_OF_SCOPE, (Reason.AGREED_NOT_PURE_ELECTRIC,)
    if told.powertrain is None and not others:
        return Verdict.REVIEW, () if unsound else (Reason.POWERTRAIN_UNKNOWN,)
    firm = told.grade in _FIRM and facts.vin.status is CheckDigit.HOLDS
    if not firm and independent < 2:
        return Verdict.REVIEW, (Reason.EVIDENCE_TOO_THIN,)
    if facts.vin.neighbour:
        return Verdict.REVIEW, (Reason.ONE_CHARACTER_FROM_ELECTRIC,)
    return Verdict.OUT_OF_SCOPE, (
        Reason.VIN_NOT_PURE_ELECTRIC if firm else Reason.DECLARED_NOT_PURE_ELECTRIC,
    )


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


def _doubts(powertrains: list[Powertrain | None]) -> tuple[Reason, ...]:
    return tuple(
        dict.fromkeys(_DOUBTED[powertrain] for powertrain in powertrains if powertrain in _DOUBTED)
    )


def _other_regimes(facts: Facts, rule: Regime) -> tuple[str, ...]:
    """Before the first day: what may have applied all the same."""
    if any(meaning.condition == "used" for meaning in facts.declared):
        return rule.other("used")
    told = {
        facts.vin.classification.powertrain,
        *(meaning.powertrain for meaning in facts.declared),
    } - {None}
    return () if told <= {Powertrain.BEV} else rule.other("not_pure_electric")


def _evidence(facts: Facts, rule: Regime) -> tuple[Item, ...]:
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
        if meaning.says
    ]
    told = {
        facts.vin.classification.powertrain,
        *(meaning.powertrain for meaning in facts.declared),
    }
    for doubt in rule.doubt:
        if doubt.powertrain in told:
            items += [
                Item(
                    f"reading of {doubt.powertrain.value}",
                    reading,
                    Basis.REGISTRY,
                    None,
                    doubt.source,
                )
                for reading in doubt.readings
            ]
    return tuple(items)


def steps(facts: Facts, rule: Regime) -> tuple[tuple[str, str], ...]:
    """Each step of ``decide`` with what it found, for a person to follow."""
    unsound = _unsound(facts.vin.problems)
    fatal = [problem.sentence for problem in facts.vin.problems if problem.weight is Weight.FATAL]
    outside = _outside_heading(facts)
    used, doubt = _used(facts)
    _, powertrain = _by_powertrain(facts, unsound)
    first = rule.period[0].start
    dates = {
        None: f"not known; taken to be on or after {first}",
        True: f"in force since {first}",
        False: f"before {first}: the rule does not apply",
    }
    conditions = [meaning.shown for meaning in facts.declared if meaning.condition]
    used_told = (
        "used, and nothing says otherwise"
        if used
        else " ".join(reason.sentence for reason in doubt)
    )
    return (
        ("date", dates[facts.in_force]),
        (
            "identity",
            " ".join(fatal or [reason.sentence for reason in unsound])
            or "a sound VIN of a known maker",
        ),
        (
            "kind",
            f"{outside} independent fact(s) put it outside heading 8703; two are needed"
            if outside
            else "nothing puts it outside heading 8703",
        ),
        (
            "new or used",
            used_told or ("new, as declared" if conditions else "not declared; taken as new"),
        ),
        (
            "powertrain",
            " ".join(reason.sentence for reason in powertrain) or "not asked: the VIN is not sound",
        ),
    )


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
        declared: what the manifest says beside the VIN: field -> cell, the fields being
            ``hs_code, fuel, un_no, condition, vehicle_type, seats, make, model, type_code,
            displacement, battery_capacity``.
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
    return finding(
        decide(row_facts(identify(text), on, declared_meanings(declared), rule), rule), rule, on
    )


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
    )
