"""A pass of vPIC -> powertrain rules: what the maker filed with NHTSA of fuel and electrification.

Two signals are read together, the fuels and the electrification level, since each alone errs: the
level is missing for every tenth electric vehicle and stands on some that burn hydrogen or petrol. Where the
two disagree, or patterns that fit the same VIN do, there is a rule for each side, and so no answer. So it
is where the filing stands against the maker's others of the same model (``registry.outliers``).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from vintool import vpic
from vintool.codes import Grade, Powertrain
from vintool.powertrain import SAME_VALUE, Classification, with_own
from vintool.registry import outliers
from vintool.registry.outliers import Outlier
from vintool.registry.patterns import ANY
from vintool.registry.reference import by_vpic
from vintool.registry.rule import PACKAGED, Rule
from vintool.vin.look_alikes import LOOK_ALIKES
from vintool.vin.positions import UNKNOWN_CHARACTER
from vintool.vpic.elements import (
    BATTERY_ELECTRIC,
    ELECTRIC,
    ELECTRIC_VALUES,
    ELECTRIFICATION,
    FUEL_PRIMARY,
    FUEL_SECONDARY,
    MODEL,
    DecodedElement,
)
from vintool.vpic.model_years import candidates
from vintool.vpic.passes import Pass
from vintool.vpic.patterns import POSITIONS, may_be_electric, patterns, read_positions

# What a character may be in truth although the check digit holds.
_UNNOTICED = {
    character: others + LOOK_ALIKES[character] for character, others in SAME_VALUE.items()
}
#: The elements that tell of the powertrain.
SIGNALS = (FUEL_PRIMARY, FUEL_SECONDARY, ELECTRIFICATION)
_HYDROGEN = {"8", "18"}
_LEVELS = {
    **dict.fromkeys(("1", "2", "9"), Powertrain.HEV),
    "3": Powertrain.PHEV,
    BATTERY_ELECTRIC: Powertrain.BEV,
    "5": Powertrain.FCEV,
}


def by_fuel(numbers: Iterable[str]) -> Powertrain | None:
    """What the fuels alone say, by vPIC's numbers for them.

    >>> by_fuel(["2"]), by_fuel(["2", "4"]), by_fuel(["4"])
    (<Powertrain.BEV: 'BEV'>, <Powertrain.NOT_BEV: 'NOT_BEV'>, <Powertrain.ICE: 'ICE'>)
    """
    fuels = {number for number in numbers if number.isdigit()}
    burnt = fuels - _HYDROGEN - {ELECTRIC}
    if fuels & _HYDROGEN:
        return Powertrain.NOT_BEV if burnt else Powertrain.FCEV
    if burnt:
        return Powertrain.NOT_BEV if ELECTRIC in fuels else Powertrain.ICE
    return Powertrain.BEV if fuels else None


def agreed(fuel: Powertrain | None, level: Powertrain | None) -> Powertrain | None:
    """What fuels and level say together; None where one says pure electric and the other does not.

    >>> agreed(Powertrain.ICE, Powertrain.HEV), agreed(Powertrain.FCEV, Powertrain.BEV)
    (<Powertrain.HEV: 'HEV'>, None)
    """
    if fuel is None or level is None:
        return fuel or level
    if (fuel is Powertrain.BEV) is not (level is Powertrain.BEV):
        # "Electric" is how some makers file the fuel of a fuel cell.
        return Powertrain.FCEV if level is Powertrain.FCEV else None
    return Powertrain.FCEV if fuel is Powertrain.FCEV else level


def rules(wmi: str, text: str, passes: Sequence[Pass]) -> tuple[Rule, ...]:
    """The rules that the passes of vPIC make; several that disagree where there is no answer.

    What is not known to be made for North America proves nothing. Of a part of a VIN the check digit cannot say
    it: where no known position speaks against the filing of an electric vehicle, that counts for little.

    Args:
        wmi: positions 1-3, with 12-14 for a small maker.
        text: the VIN, or what is known of one.
        passes: the pass that fits, or all those that fit as well and disagree.
    """
    part = UNKNOWN_CHARACTER in text
    sides = ((one, tuple(_sides(one))) for one in passes)
    return tuple(
        _rule(wmi, text, one, side if one.sure else side._replace(grade=Grade.C))
        for one, sides_of_one in sides
        if one.sure or (part and not one.wrong and _all_electric(sides_of_one))
        for side in sides_of_one
    )


def _all_electric(sides: Iterable["_Side"]) -> bool:
    return all(side.powertrain is Powertrain.BEV for side in sides)


class _Side(NamedTuple):
    powertrain: Powertrain
    items: tuple[DecodedElement, ...]
    grade: Grade
    outlier: Outlier | None = None


def _sides(one: Pass) -> Iterator[_Side]:
    """What a pass says of the powertrain; more than one thing where its signals disagree."""
    if one.contested:
        for element, item in one.contested:
            electric = item.value == ELECTRIC_VALUES[element]
            yield _Side(Powertrain.BEV if electric else Powertrain.NOT_BEV, (item,), Grade.C)
        return
    items = {element: one.read[element][0] for element in SIGNALS if element in one.read}
    for powertrain, grade, elements in sides(
        *(items[element].value if element in items else None for element in SIGNALS)
    ):
        rests_on = tuple(items[element] for element in elements if element in items)
        row = outlier_of(
            one.read[MODEL][0].value if MODEL in one.read else "", one.year, powertrain
        )
        if row is None:
            yield _Side(powertrain, rests_on, grade)
        elif row.answer is not None:
            yield _Side(row.answer, rests_on, Grade.B, row)
        else:
            yield _Side(powertrain, rests_on, Grade.C)
            yield _Side(row.others, rests_on, Grade.C, row)


def outlier_of(model: str, year: int, filed: Powertrain) -> Outlier | None:
    """The row of ``vpic.outliers.csv`` on a filing, by vPIC's number for the model; None if there is none."""
    name, make = vpic.model(model)
    return outliers.outlier(make, name, year, filed)


def sides(
    primary: str | None, secondary: str | None, electrification: str | None
) -> tuple[tuple[Powertrain, Grade, tuple[int, ...]], ...]:
    """What the signals say: a powertrain and its grade, and the elements that it rests on.

    >>> sides("2", None, "4")
    ((<Powertrain.BEV: 'BEV'>, <Grade.A: 'A'>, (24, 66, 126)),)
    """
    fuels = [number for number in (primary, secondary) if number is not None]
    fuel = by_fuel(fuels)
    level = _LEVELS.get(electrification) if electrification is not None else None
    powertrain = agreed(fuel, level)
    if powertrain is not None:
        # A level without a fuel is not enough to go by.
        return ((powertrain, Grade.C if fuel is None else Grade.A, SIGNALS),)
    if fuel is not None and level is not None:
        return ((fuel, Grade.C, SIGNALS[:2]), (level, Grade.C, SIGNALS[2:]))
    return ()


def _rule(wmi: str, text: str, one: Pass, side: _Side) -> Rule:
    """A rule as the tables have them: positions 1-8, 10 and 11."""
    words = tuple(one.read_value(at) for at in SIGNALS)
    return _shared_rule(wmi, text[:3], text[9], one.year, side, words, one.read_value(MODEL))


@by_vpic(1 << 14)
def _shared_rule(  # noqa: PLR0913, PLR0917 - what many VINs share
    wmi: str,
    start: str,
    code: str,
    year: int,
    side: _Side,
    words: tuple[str | None, ...],
    model: str | None,
) -> Rule:
    signs = dict.fromkeys(POSITIONS, ANY) | {
        position: allowed
        for item in side.items
        for position, allowed in zip(POSITIONS, item.pattern, strict=False)
        if allowed != ANY
    }
    signs[10] = code
    words_of = " + ".join(word for word in words if word)
    support = f"filed for model year {year}: {words_of}; {side.items[0].source}"
    source, file = f"NHTSA vPIC {vpic.release().month}", "vpic"
    if side.outlier is not None:
        support, source, file = side.outlier.reason, side.outlier.source, outliers.FILE
    registration = vpic.registration(wmi)
    kind = (registration and registration.kind) or "unknown"
    return Rule(
        pattern=(*start, *(signs[position] for position in (4, 5, 6, 7, 8, 10, 11))),
        powertrain=side.powertrain,
        make="",
        models=model or "",
        kind={"suv": "car", "incomplete": "truck"}.get(kind, kind),
        support=support,
        grade=side.grade,
        source=source,
        file=file,
    )


def weigh(by_rules: Classification, by_filing: tuple[Rule, ...]) -> Classification:
    """What the rules in use and the maker's filing say together.

    Agreement takes the better grade. Where they disagree, or the filing does with itself, the
    answer is *cannot tell* and every rule is shown; a start seen on both sides is what the filing
    for its year says. A user's own rules stand beside both.
    """
    if not by_filing:
        return by_rules
    if by_rules.packaged is not None:
        own = [rule for rule in by_rules.rules if rule.rank != PACKAGED]
        return with_own(weigh(by_rules.packaged, by_filing), own)
    sides = {rule.electric for rule in by_filing}
    every = (*by_rules.rules, *by_filing)
    against_itself = (
        len(by_filing) > 1
        and any(rule.file == outliers.FILE for rule in by_filing)
        and len({rule.powertrain for rule in by_filing}) > 1
    )
    if (
        against_itself
        or len(sides) > 1
        or (
            by_rules.powertrain is not None and (by_rules.powertrain is Powertrain.BEV) not in sides
        )
    ):
        return Classification(None, None, every)
    first = by_filing[0]
    if by_rules.powertrain is None or by_rules.grade is None:
        grade = max(first.grade, Grade.B) if by_rules.ambiguous else first.grade
        return Classification(first.powertrain, grade, (*by_filing, *by_rules.rules))
    better = first.grade < by_rules.grade and first.powertrain is not Powertrain.NOT_BEV
    vague = by_rules.powertrain is Powertrain.NOT_BEV
    return Classification(
        first.powertrain if better or vague else by_rules.powertrain,
        min(first.grade, by_rules.grade),
        (*by_filing, *by_rules.rules) if better else every,
    )


def is_near_electric(wmi: str, text: str, best: Pass, latest: int) -> bool:
    """Whether the VIN is near an electric vehicle's: such a VIN never clears a row.

    Either it may be one, though it is not known to be made for North America; or a slip that the
    check digit does not notice would make it one, or a character that looks alike beside another one
    that makes the check digit hold.

    Args:
        wmi: positions 1-3, with 12-14 for a small maker.
        text: the VIN, of which positions 4-8, 10 and 11 are tried.
        best: the pass of vPIC that fits.
        latest: the latest model year that there can be.
    """
    registration = vpic.registration(wmi)
    if registration is None:
        return False
    characters = read_positions(text)
    if not best.sure and _fits_electric(wmi, best.year, characters):
        return True
    for year in candidates(text[9], text[6], registration, latest)[0]:
        if may_be_electric(wmi, year):
            of_year = patterns(wmi, year)
            if of_year.table.one_off(characters, _UNNOTICED) & of_year.electric:
                return True
    return any(
        _fits_electric(wmi, year, characters[:5] + code + characters[6:])
        for code in _UNNOTICED.get(text[9], "")
        for year in candidates(code, text[6], registration, latest)[0]
    )


def _fits_electric(wmi: str, year: int, characters: str) -> bool:
    if not may_be_electric(wmi, year):
        return False
    of_year = patterns(wmi, year)
    return bool(of_year.table.match(characters) & of_year.electric)
