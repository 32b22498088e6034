"""Entries of one row that cannot all be true: each with its code and both sides.

A contradiction is a reason whatever the verdict, but of a row that its dates clear, and one that ``weighs`` keeps a row from being
cleared: an entry that is wrong once may be wrong about the powertrain too. Each rule here is a plain
function of what it reads.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from vintool.codes import Basis, CheckDigit, Powertrain, Reason, Weight
from vintool.declaration.headers import DRIVE_MOTOR
from vintool.declaration.lexicon.meanings import (
    NOT_STORED,
    PRICE_WITH_VIN,
    PRICE_WITHOUT_VIN,
    Meaning,
)
from vintool.registry import brands
from vintool.screening.evidence import EvidenceItem
from vintool.screening.facts import CARS, Facts, VinFacts

_CODES = {"hs_code", "un_no"}
_OTHER_ENGINES = "HS 870390"
_DECADES = 20  # years between model year and first registration that are no delay
# What words that speak for an electric car may mean.
_HINTED = {Powertrain.BEV, Powertrain.PHEV, Powertrain.EREV, Powertrain.FCEV}
# By one reading these stand in 8703.80, so that a code or a UN number does not contradict them.
_BY_ONE_READING = {Powertrain.EREV, Powertrain.FCEV}


class Contradiction(NamedTuple):
    """Two sides that disagree, in words, and whether that keeps a row from being cleared."""

    reason: Reason
    one: str
    other: str
    source: str
    weighs: bool = True

    @property
    def item(self) -> EvidenceItem | None:
        """Both sides, as evidence; None where only the row itself can show them."""
        if not self.one:
            return None
        sides = f"{self.one} against {self.other}"
        return EvidenceItem(self.reason.value, sides, Basis.DECLARED, None, self.source)


def contradictions(facts: Facts) -> tuple[Contradiction, ...]:
    """All that disagrees on a row, but for the kind of vehicle, which ``case`` weighs by itself."""
    fatal = any(problem.weight is Weight.FATAL for problem in facts.vin.problems)
    if fatal and not facts.vin.instead:
        return ()
    return (
        *_rules(facts.vin),
        *_powertrains(facts.vin, facts.declared),
        *_hint(facts.vin, facts.declared),
        *_code(facts.vin, facts.declared),
        *_un_number(facts.vin, facts.declared),
        *_no_vin_code(facts.vin, facts.declared),
        *_condition(facts.declared),
        *_used_model_year(facts.vin.model_year, facts.year, facts.declared),
        *_model_year(facts.vin.model_year, facts.year),
        *_registration(facts.vin.model_year, facts.registered),
        *_brand(facts.vin, facts.declared),
        *_price(facts.vin, facts.declared),
        *_not_read(facts),
        *_chassis(chassis_differs=facts.chassis_differs),
    )


def _rules(vin: VinFacts) -> Iterator[Contradiction]:
    """A user's own rule against the packaged evidence; a name for what is not electric weighs where that is in doubt."""
    if opposed := vin.classification.opposed:
        own, other = opposed
        powertrains = {own.powertrain, other.powertrain}
        yield Contradiction(
            Reason.RULES_DISAGREE,
            f"{own.powertrain.value} by {own.place}",
            f"{other.powertrain.value} by {other.place} ({other.source})",
            f"VIN {own.pattern_text} and {other.pattern_text}",
            weighs=not powertrains.isdisjoint({Powertrain.BEV, *_BY_ONE_READING}),
        )


def _not_read(facts: Facts) -> Iterator[Contradiction]:
    """What a cell may say that was not read keeps the row from being cleared by what was."""
    cells = [entry.display for entry in facts.declared if entry.part == NOT_STORED]
    cells += ["a date"] if facts.date_doubt is Reason.CELL_NOT_READ else []
    if cells:
        what = "a value that is not in the file"
        yield Contradiction(Reason.CELL_NOT_READ, cells[0], what, "the workbook")


def _by_vin(vin: VinFacts) -> str:
    """The powertrain by the VIN, as one side of a contradiction."""
    powertrain = vin.classification.powertrain
    return f"{powertrain.value if powertrain else 'not told'} by the VIN"


def _by_entry(meaning: Meaning) -> str:
    """The powertrain by an entry, as one side of a contradiction."""
    return f"{meaning.display}, {meaning.value}"


def _powertrains(vin: VinFacts, declared: Sequence[Meaning]) -> Iterator[Contradiction]:
    sides = [(vin.classification.powertrain, "", _by_vin(vin))]
    sides += [(entry.powertrain, entry.field, _by_entry(entry)) for entry in declared]
    for one, field, side in sides:
        for other, other_field, against in sides:
            electric = one is Powertrain.BEV and other not in {None, Powertrain.BEV}
            if electric and not (
                (field in _CODES and other in _BY_ONE_READING) or field == other_field == ""
            ):
                reason = Reason.CONTRADICTION_POWERTRAIN
                yield Contradiction(reason, side, against, "entries of the row")
                return


def _hint(vin: VinFacts, declared: Sequence[Meaning]) -> Iterator[Contradiction]:
    """Words that speak for an electric car against entries or a VIN that tell one with an engine alone.

    Of a car with a plug, and of one with a fuel cell, the same is said. Where the VIN itself proves the engine it is told,
    and does not weigh.
    """
    entry = next((entry for entry in declared if entry.hint), None)
    if entry is None:
        return
    sides = [(vin.classification.powertrain, _by_vin(vin))]
    sides += [(one.powertrain, _by_entry(one)) for one in declared]
    if any(powertrain in _HINTED for powertrain, _ in sides):
        return
    if entry.field == DRIVE_MOTOR:  # which a hybrid without a plug has, too
        sides = [side for side in sides if side[0] is Powertrain.ICE]
    if against := next((side for powertrain, side in sides if powertrain), None):
        proven = (
            vin.classification.firm and vin.status is CheckDigit.HOLDS and not vin.near_electric
        )
        field = entry.field if entry.display.startswith(entry.field) else entry.display
        hint = f"{field} {entry.hint!r}"
        reason = Reason.CONTRADICTION_ELECTRIC_WORDS
        yield Contradiction(
            reason, hint, against, entry.source or "entries of the row", weighs=not proven
        )


def _code(vin: VinFacts, declared: Sequence[Meaning]) -> Iterator[Contradiction]:
    encoded = vin.classification.powertrain
    if encoded is None or encoded in _BY_ONE_READING:
        return
    for code in declared:
        if code.field != "hs_code":
            continue
        powertrain = code.powertrain
        if powertrain is None and code.display.startswith(_OTHER_ENGINES):
            powertrain = Powertrain.NOT_BEV  # 8703.80 holds every car that motors alone drive
        electric = powertrain is Powertrain.BEV
        if powertrain is not None and electric is not (encoded is Powertrain.BEV):
            reason = Reason.CONTRADICTION_CODE
            yield Contradiction(reason, _by_entry(code), _by_vin(vin), code.source)


def _un_number(vin: VinFacts, declared: Sequence[Meaning]) -> Iterator[Contradiction]:
    numbers = [entry for entry in declared if entry.field == "un_no" and entry.powertrain]
    others = [(vin.classification.powertrain, _by_vin(vin))]
    others += [(entry.powertrain, _by_entry(entry)) for entry in declared if entry.field != "un_no"]
    for number in numbers:
        electric = number.powertrain is Powertrain.BEV
        sides = (
            side
            for other, side in others
            if other not in {None, *_BY_ONE_READING} and (other is Powertrain.BEV) is not electric
        )
        if against := next(sides, None):
            reason = Reason.CONTRADICTION_UN_NUMBER
            yield Contradiction(reason, _by_entry(number), against, number.source)


def _no_vin_code(vin: VinFacts, declared: Sequence[Meaning]) -> Iterator[Contradiction]:
    if vin.instead:  # of a VIN
        return
    against = f"a VIN that begins with {vin.wmi}" if vin.wmi else "a VIN on the row"
    for code in declared:
        if code.has_vin == "no":
            reason = Reason.CONTRADICTION_NO_VIN_CODE
            yield Contradiction(reason, code.display, against, code.source)


def conditions(declared: Sequence[Meaning]) -> dict[str, list[Meaning]]:
    """The entries that tell new or used, by what they tell."""
    entries: dict[str, list[Meaning]] = {}
    for meaning in declared:
        if meaning.condition:
            entries.setdefault(meaning.condition, []).append(meaning)
    return entries


def _condition(declared: Sequence[Meaning]) -> Iterator[Contradiction]:
    entries = conditions(declared)
    if len(entries) > 1:
        used, new = entries["used"][0].display, entries["new"][0].display
        yield Contradiction(Reason.CONTRADICTION_CONDITION, used, new, "entries of the row")


def _used_model_year(
    model_year: int | None, year: int | None, declared: Sequence[Meaning]
) -> Iterator[Contradiction]:
    used = conditions(declared).get("used")
    if used and model_year is not None and year is not None and model_year >= year:
        for reason in (Reason.CONTRADICTION_CONDITION, Reason.CONTRADICTION_USED_MODEL_YEAR):
            yield Contradiction(
                reason,
                used[0].display,
                f"model year {model_year} by the VIN",
                f"declared in {year}",
            )


def _model_year(model_year: int | None, year: int | None) -> Iterator[Contradiction]:
    """A model year of next year is usual late in a year, so it does not weigh."""
    if model_year is not None and year is not None and model_year > year:
        yield Contradiction(
            Reason.CONTRADICTION_MODEL_YEAR,
            f"model year {model_year} by the VIN",
            f"declared in {year}",
            "49 CFR 565.15(d)(1); GB 16735-2019: position 10",
            weighs=model_year > year + 1,
        )


def _registration(model_year: int | None, registered: int | None) -> Iterator[Contradiction]:
    """A car of next year may be registered in this one; one of decades ago seldom for the first time."""
    if model_year is None or registered is None:
        return
    if model_year > registered + 1 or model_year <= registered - _DECADES:
        yield Contradiction(
            Reason.CONTRADICTION_REGISTRATION,
            f"model year {model_year} by the VIN",
            f"first registered in {registered}",
            "entries of the row",
        )


def _brand(vin: VinFacts, declared: Sequence[Meaning]) -> Iterator[Contradiction]:
    for meaning in declared:
        if meaning.field != "make" or not vin.brands or not meaning.brands:
            continue
        if not any(
            brands.may_share_wmi(one, other, vin.model_year)
            for one in meaning.brands
            for other in vin.brands
        ):
            yield Contradiction(
                Reason.CONTRADICTION_BRAND,
                meaning.display,
                f"{', '.join(vin.brands)} by WMI {vin.wmi}",
                "wmi.csv; brands.groups.csv",
            )


def _price(vin: VinFacts, declared: Sequence[Meaning]) -> Iterator[Contradiction]:
    """Averages of two codes, ten to one; used vehicles have prices of their own."""
    price = next((entry for entry in declared if entry.field == "unit_price"), None)
    if price is None or conditions(declared).get("used"):
        return
    codes = [entry for entry in declared if entry.has_vin]
    against = [
        code.display
        for code in codes
        if price.part == (PRICE_WITH_VIN if code.has_vin == "no" else PRICE_WITHOUT_VIN)
    ]
    electric = vin.classification.powertrain is Powertrain.BEV
    if electric and not codes and price.part == PRICE_WITHOUT_VIN:
        against = [_by_vin(vin)]
    for side in against:
        reason = Reason.CONTRADICTION_PRICE
        yield Contradiction(reason, price.display, side, price.source, weighs=False)


def _chassis(*, chassis_differs: bool) -> Iterator[Contradiction]:
    if chassis_differs:
        yield Contradiction(Reason.CONTRADICTION_CHASSIS, "", "", "")  # see ``chassis_sides``


def chassis_sides(vin: str, text: str) -> EvidenceItem:
    """Both sides of a chassis number that is not that of the VIN; facts of a column do not hold them."""
    sides = f"VIN {vin} against chassis number {text.strip()[:40]}"
    return EvidenceItem(
        Reason.CONTRADICTION_CHASSIS.value, sides, Basis.DECLARED, None, "two columns of the row"
    )


def kind_contradiction(
    vin: VinFacts, declared: Sequence[Meaning], kinds: frozenset[str]
) -> Contradiction | None:
    """A declared kind of ``kinds`` against what tells a passenger car: the VIN, or another entry."""
    entry = next((entry for entry in declared if entry.kind in kinds), None)
    if entry is None:
        return None
    is_van = set(vin.kinds) == {"van"}  # listings call vans cars, too
    if bool(vin.kinds) and set(vin.kinds) <= CARS:
        against = f"passenger cars alone by WMI {vin.wmi}"
    elif (
        not is_van
        and (rules := (vin.classification.packaged or vin.classification).rules)
        and all(rule.kind == "car" for rule in rules)
    ):
        against = f"a car by the VIN ({rules[0].models or rules[0].make})"
    else:
        car = next((entry for entry in declared if entry.kind == "passenger"), None)
        if car is None:
            return None
        against = car.display
    return Contradiction(Reason.CONTRADICTION_KIND, entry.display, against, "entries of the row")
