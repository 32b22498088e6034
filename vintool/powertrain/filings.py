"""A pass of vPIC -> powertrain rules: what the maker filed with NHTSA of fuel and electrification.

Two signals are read together, the fuels and the electrification level, since each alone errs: the
level is missing for every tenth electric vehicle and stands on some that burn hydrogen or petrol. Where the
two disagree, or patterns that fit the same VIN do, there is a rule for each side, and so no answer.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from vintool import vpic
from vintool.codes import Grade, Powertrain
from vintool.powertrain import SAME_VALUE, Classification
from vintool.registry.patterns import ANY
from vintool.registry.rule import PACKAGED, Rule
from vintool.vpic import (
    BATTERY_ELECTRIC,
    ELECTRIC,
    ELECTRIFICATION,
    FUEL_PRIMARY,
    FUEL_SECONDARY,
    DecodedElement,
)
from vintool.vpic.decode import Pass, candidates, key

#: The elements that tell of the powertrain.
SIGNALS = (FUEL_PRIMARY, FUEL_SECONDARY, ELECTRIFICATION)
_HYDROGEN = {"8", "18"}
_LEVELS = {
    "1": Powertrain.HEV,
    "2": Powertrain.HEV,
    "3": Powertrain.PHEV,
    "4": Powertrain.BEV,
    "5": Powertrain.FCEV,
    "9": Powertrain.HEV,
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

    Args:
        wmi: positions 1-3, with 12-14 for a small maker.
        text: the VIN.
        passes: the pass that fits, or all those that fit as well and disagree.
    """
    return tuple(
        _rule(wmi, text, one, side)
        for one in passes
        if one.sure  # what is not known to be made for North America proves nothing
        for side in _sides(one)
    )


class _Side(NamedTuple):
    powertrain: Powertrain
    told: tuple[DecodedElement, ...]
    grade: Grade


def _sides(one: Pass) -> Iterator[_Side]:
    """What a pass says of the powertrain; more than one thing where its signals disagree."""
    if one.contested:
        for element, item in one.contested:
            electric = item.value == (ELECTRIC if element == FUEL_PRIMARY else BATTERY_ELECTRIC)
            yield _Side(Powertrain.BEV if electric else Powertrain.NOT_BEV, (item,), Grade.C)
        return
    told = {element: one.read[element][0] for element in SIGNALS if element in one.read}
    for powertrain, grade, elements in sides(
        *(told[element].value if element in told else None for element in SIGNALS)
    ):
        rests_on = tuple(told[element] for element in elements if element in told)
        yield _Side(powertrain, rests_on, grade)


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
    return _shared_rule(wmi, text[:3], text[9], one.year, side, words, one.read_value(vpic.MODEL))


@lru_cache(maxsize=1 << 14)
def _shared_rule(  # noqa: PLR0913, PLR0917 - what many VINs share
    wmi: str,
    start: str,
    code: str,
    year: int,
    side: _Side,
    words: tuple[str | None, ...],
    model: str | None,
) -> Rule:
    signs = dict.fromkeys(vpic.POSITIONS, ANY) | {
        position: allowed
        for item in side.told
        for position, allowed in zip(vpic.POSITIONS, item.pattern, strict=False)
        if allowed != ANY
    }
    signs[10] = code
    registration = vpic.registration(wmi)
    kind = (registration and registration.kind) or "unknown"
    return Rule(
        pattern=(*start, *(signs[position] for position in (4, 5, 6, 7, 8, 10, 11))),
        powertrain=side.powertrain,
        make="",
        models=model or "",
        kind={"suv": "car", "incomplete": "truck"}.get(kind, kind),
        support=f"filed for model year {year}: {' + '.join(word for word in words if word)}; {side.told[0].source}",
        grade=side.grade,
        source=f"NHTSA vPIC {vpic.release().month}",
        file="vpic",
    )


def weigh(seen: Classification, filed: tuple[Rule, ...]) -> Classification:
    """What the packaged rules and the maker's filing say together.

    Agreement takes the better grade. Where they disagree, or the filing does with itself, the
    answer is *cannot tell* and every rule is shown; a start seen on both sides is what the filing
    for its year says. Rules of the user's that stand below the packaged ones yield to the filing.
    """
    if not filed:
        return seen
    sides = {rule.electric for rule in filed}
    every = (*seen.rules, *filed)
    if len(sides) == 1 and seen.rules and seen.rules[0].rank > PACKAGED:
        # The user's own rules that stand below the packaged ones stand below the filing too.
        return Classification(filed[0].powertrain, filed[0].grade, (*filed, *seen.rules))
    if len(sides) > 1 or (
        seen.powertrain is not None and (seen.powertrain is Powertrain.BEV) not in sides
    ):
        return Classification(None, None, every)
    own = filed[0]
    if seen.powertrain is None or seen.grade is None:
        grade = max(own.grade, Grade.B) if seen.ambiguous else own.grade
        return Classification(own.powertrain, grade, (*filed, *seen.rules))
    better = own.grade < seen.grade and own.powertrain is not Powertrain.NOT_BEV
    vague = seen.powertrain is Powertrain.NOT_BEV
    return Classification(
        own.powertrain if better or vague else seen.powertrain,
        min(own.grade, seen.grade),
        (*filed, *seen.rules) if better else every,
    )


def may_be_electric(wmi: str, text: str, filed: Pass, latest: int) -> bool:
    """Whether the VIN is near an electric vehicle's: such a VIN never clears a row.

    Either it may be one, though it is not known to be made for North America; or a slip that the
    check digit does not notice would make it one.

    Args:
        wmi: positions 1-3, with 12-14 for a small maker.
        text: the VIN, of which positions 4-8, 10 and 11 are tried.
        filed: the pass of vPIC that fits.
        latest: the latest model year that there can be.
    """
    registration = vpic.registration(wmi)
    if registration is None:
        return False
    own = key(text)
    if not filed.sure and _fits_electric(wmi, filed.year, own):
        return True
    for year in candidates(text[9], text[6], registration, latest)[0]:
        if vpic.may_be_electric(wmi, year):
            found = vpic.rules(wmi, year)
            if found.table.one_off(own, SAME_VALUE) & found.electric:
                return True
    return any(
        _fits_electric(wmi, year, own[:5] + code + own[6:])
        for code in SAME_VALUE.get(text[9], "")
        for year in candidates(code, text[6], registration, latest)[0]
    )


def _fits_electric(wmi: str, year: int, own: str) -> bool:
    if not vpic.may_be_electric(wmi, year):
        return False
    found = vpic.rules(wmi, year)
    return bool(found.table.match(own) & found.electric)
