"""Entries of one row that cannot all be true: each with its code and both sides.

A contradiction is told whatever the verdict, and one that ``weighs`` keeps a row from being cleared:
an entry that is wrong once may be wrong about the powertrain too. Each rule here is a plain function
of what it reads.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from vintool.codes import Basis, Powertrain, Problem, Reason, Weight
from vintool.declaration.lexicon import PRICE_WITH_VIN, PRICE_WITHOUT_VIN, Meaning
from vintool.registry import brands
from vintool.screening.evidence import EvidenceItem
from vintool.screening.facts import CARS, Facts, VinFacts

_CODES = {"hs_code", "un_no"}
_OTHER_ENGINES = "HS 870390"
# By one reading these stand in 8703.80, so that a code or a UN number does not contradict them.
_BY_ONE_READING = {Powertrain.EREV, Powertrain.FCEV}


class Contradiction(NamedTuple):
    """Two sides that disagree, and whether that keeps a row from being cleared."""

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
    """All that disagrees on a row, but for the kind of vehicle, which ``verdict`` weighs by itself."""
    if any(problem.weight is Weight.FATAL for problem in facts.vin.problems):
        return ()
    return (
        *_powertrains(facts.vin, facts.declared),
        *_code(facts.vin, facts.declared),
        *_un_number(facts.vin, facts.declared),
        *_no_vin_code(facts.vin, facts.declared),
        *_condition(facts.declared),
        *_used_model_year(facts.vin.model_year, facts.year, facts.declared),
        *_model_year(facts.vin.model_year, facts.year),
        *_brand(facts.vin, facts.declared),
        *_price(facts.vin, facts.declared),
        *_two_vins(facts.vin),
        *_chassis(chassis_differs=facts.chassis_differs),
    )


def _told(vin: VinFacts) -> str:
    told = vin.classification
    return f"{told.powertrain.value if told.powertrain else 'not told'} by the VIN"


def _says(meaning: Meaning) -> str:
    return f"{meaning.shown}, {meaning.says}"


def _powertrains(vin: VinFacts, declared: Sequence[Meaning]) -> Iterator[Contradiction]:
    told = [(vin.classification.powertrain, "", _told(vin))]
    told += [(meaning.powertrain, meaning.field, _says(meaning)) for meaning in declared]
    for one, field, shown in told:
        for other, other_field, against in told:
            electric = one is Powertrain.BEV and other not in {None, Powertrain.BEV}
            if electric and not (
                (field in _CODES and other in _BY_ONE_READING) or field == other_field == ""
            ):
                yield Contradiction(
                    Reason.CONTRADICTION_POWERTRAIN, shown, against, "entries of the row"
                )
                return


def _code(vin: VinFacts, declared: Sequence[Meaning]) -> Iterator[Contradiction]:
    told = vin.classification.powertrain
    for meaning in declared:
        if meaning.field != "hs_code" or told is None or told in _BY_ONE_READING:
            continue
        said = meaning.powertrain
        if said is None and meaning.shown.startswith(_OTHER_ENGINES):
            said = Powertrain.NOT_BEV  # 8703.80 holds every car that motors alone drive
        if said is not None and (said is Powertrain.BEV) is not (told is Powertrain.BEV):
            yield Contradiction(
                Reason.CONTRADICTION_CODE, _says(meaning), _told(vin), meaning.source
            )


def _un_number(vin: VinFacts, declared: Sequence[Meaning]) -> Iterator[Contradiction]:
    numbers = [meaning for meaning in declared if meaning.field == "un_no" and meaning.powertrain]
    others = [(vin.classification.powertrain, _told(vin))]
    others += [(told.powertrain, _says(told)) for told in declared if told.field != "un_no"]
    for number in numbers:
        electric = number.powertrain is Powertrain.BEV
        against = (
            shown
            for told, shown in others
            if told not in {None, *_BY_ONE_READING} and (told is Powertrain.BEV) is not electric
        )
        if shown := next(against, None):
            yield Contradiction(Reason.CONTRADICTION_UN_NUMBER, _says(number), shown, number.source)


def _no_vin_code(vin: VinFacts, declared: Sequence[Meaning]) -> Iterator[Contradiction]:
    for meaning in declared:
        if meaning.has_vin == "no":
            yield Contradiction(
                Reason.CONTRADICTION_NO_VIN_CODE,
                meaning.shown,
                f"a VIN that begins with {vin.wmi}" if vin.wmi else "a VIN on the row",
                meaning.source,
            )


def conditions(declared: Sequence[Meaning]) -> dict[str, list[Meaning]]:
    """The entries that tell new or used."""
    told: dict[str, list[Meaning]] = {}
    for meaning in declared:
        if meaning.condition:
            told.setdefault(meaning.condition, []).append(meaning)
    return told


def _condition(declared: Sequence[Meaning]) -> Iterator[Contradiction]:
    told = conditions(declared)
    if len(told) > 1:
        yield Contradiction(
            Reason.CONTRADICTION_CONDITION,
            told["used"][0].shown,
            told["new"][0].shown,
            "entries of the row",
        )


def _used_model_year(
    model_year: int | None, year: int | None, declared: Sequence[Meaning]
) -> Iterator[Contradiction]:
    used = conditions(declared).get("used")
    if used and model_year is not None and year is not None and model_year >= year:
        for reason in (Reason.CONTRADICTION_CONDITION, Reason.CONTRADICTION_USED_MODEL_YEAR):
            yield Contradiction(
                reason,
                used[0].shown,
                f"model year {model_year} by the VIN",
                f"declared in {year}",
            )


def _model_year(model_year: int | None, year: int | None) -> Iterator[Contradiction]:
    """A model year of next year is usual late in a year, so it is told and does not weigh."""
    if model_year is not None and year is not None and model_year > year:
        yield Contradiction(
            Reason.CONTRADICTION_MODEL_YEAR,
            f"model year {model_year} by the VIN",
            f"declared in {year}",
            "49 CFR 565.15(d)(1); GB 16735-2019: position 10",
            weighs=model_year > year + 1,
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
                meaning.shown,
                f"{', '.join(vin.brands)} by WMI {vin.wmi}",
                "wmi.csv; brands.groups.csv",
            )


def _price(vin: VinFacts, declared: Sequence[Meaning]) -> Iterator[Contradiction]:
    """Averages of two codes, ten to one; used vehicles have prices of their own."""
    price = next((told for told in declared if told.field == "unit_price"), None)
    if price is None or conditions(declared).get("used"):
        return
    codes = [told for told in declared if told.has_vin]
    electric = vin.classification.powertrain is Powertrain.BEV
    for code in codes:
        if price.part == (PRICE_WITH_VIN if code.has_vin == "no" else PRICE_WITHOUT_VIN):
            yield Contradiction(
                Reason.CONTRADICTION_PRICE, price.shown, code.shown, price.source, weighs=False
            )
    if electric and not codes and price.part == PRICE_WITHOUT_VIN:
        yield Contradiction(
            Reason.CONTRADICTION_PRICE, price.shown, _told(vin), price.source, weighs=False
        )


def _two_vins(vin: VinFacts) -> Iterator[Contradiction]:
    if Problem.SEVERAL_VINS in vin.problems:
        yield Contradiction(
            Reason.CONTRADICTION_TWO_VINS, vin.found[0], ", ".join(vin.found[1:]), "the cell"
        )


def _chassis(*, chassis_differs: bool) -> Iterator[Contradiction]:
    if chassis_differs:
        yield Contradiction(Reason.CONTRADICTION_CHASSIS, "", "", "")  # see ``chassis_sides``


def chassis_sides(vin: str, text: str) -> EvidenceItem:
    """Both sides of a chassis number that is not that of the VIN; facts of a column do not hold them."""
    sides = f"VIN {vin} against chassis number {text.strip()[:40]}"
    return EvidenceItem(
        Reason.CONTRADICTION_CHASSIS.value, sides, Basis.DECLARED, None, "two columns of the row"
    )


def kind(vin: VinFacts, declared: Sequence[Meaning], kinds: frozenset[str]) -> Contradiction | None:
    """A declared kind of ``kinds`` against what tells a passenger car: the VIN, or another entry."""
    other = next((told for told in declared if told.kind in kinds), None)
    if other is None:
        return None
    if bool(vin.kinds) and set(vin.kinds) <= CARS:
        shown = f"passenger cars alone by WMI {vin.wmi}"
    elif (rules := vin.classification.rules) and all(rule.kind == "car" for rule in rules):
        shown = f"a car by the VIN ({rules[0].models or rules[0].make})"
    else:
        entry = next((told for told in declared if told.kind == "passenger"), None)
        if entry is None:
            return None
        shown = entry.shown
    return Contradiction(Reason.CONTRADICTION_KIND, other.shown, shown, "entries of the row")
