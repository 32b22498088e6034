"""WMI and the other positions -> what vPIC tells: model year and attributes, by its own procedure.

The steps are those of vPIC's ``spVinDecode``: the model years that position 10 can mean, one pass
for each; in a pass the patterns that fit, the engine's name, the make of the model, conversions, vehicle
specifications, defaults; and of several passes the one with the fewest faults.

What is left out: VIN exceptions (they change a message alone), and the check digit, which vPIC asks
to tell one repair of a VIN from another.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from vintool import vpic
from vintool.registry.patterns import ANY, bits
from vintool.vin.positions import FIRST_MODEL_YEAR, UNKNOWN_CHARACTER, years_of_code
from vintool.vpic import (
    BATTERY_ELECTRIC,
    DISPLACEMENT_CC,
    DISPLACEMENT_CI,
    DISPLACEMENT_L,
    ELECTRIC,
    ELECTRIFICATION,
    ENGINE_MODEL,
    FUEL_PRIMARY,
    MAKE,
    MANUFACTURER,
    MODEL,
    MODEL_YEAR,
    MULTIPLE,
    POSITIONS,
    VEHICLE_TYPE,
    DecodedElement,
    Origin,
    Rules,
    WmiRegistration,
)

_CUBIC_INCH = Decimal("16.387064")  # cubic centimetres
_CONVERSIONS = {
    DISPLACEMENT_CC: {DISPLACEMENT_CI: 1 / _CUBIC_INCH, DISPLACEMENT_L: Decimal("0.001")},
    DISPLACEMENT_L: {DISPLACEMENT_CC: Decimal(1000), DISPLACEMENT_CI: 1000 / _CUBIC_INCH},
    DISPLACEMENT_CI: {DISPLACEMENT_CC: _CUBIC_INCH, DISPLACEMENT_L: _CUBIC_INCH / 1000},
}
_MAY_REPEAT_IN_SPECS = MULTIPLE | {1}


class Fault(Enum):
    """What vPIC finds wrong with a pass, and how much that weighs."""

    NO_PATTERN = -1000
    SEVERAL_POSITIONS = -300
    ONE_POSITION = -200
    ONE_POSITION_ONE_REPAIR = -100
    UNUSED_POSITIONS = -30


#: The faults of a pass in which no pattern fits.
NOTHING_FITS = frozenset({Fault.NO_PATTERN})
#: Positions that vPIC expects what is told to rest on.
USED_BY_ALL = frozenset({4, 5, 6, 7, 8, 11})


def weight(faults: Iterable[Fault]) -> int:
    """What faults weigh together."""
    return sum(fault.value for fault in faults)


@dataclass(frozen=True, eq=False)
class Pass:
    """What a VIN tells if it is of one model year, and made by the rules of North America.

    ``read`` is what the VIN itself tells; with ``registration``, what is assumed of such a model and
    vehicle type comes on top. ``sure`` says whether it was made by these rules. ``contested`` is what
    patterns tell of fuel or electrification where some that fit say electric and others do not.
    """

    year: int
    read: dict[int, tuple[DecodedElement, ...]]
    faults: frozenset[Fault]
    registration: WmiRegistration | None = None
    sure: bool = True
    contested: tuple[tuple[int, DecodedElement], ...] = ()

    @cached_property
    def attributes(self) -> dict[int, tuple[DecodedElement, ...]]:
        """Everything that is told, with what is assumed."""
        if self.registration is None:
            return self.read
        added = specified(self.read, self.registration, self.year)
        return vpic.defaults(self.registration.vehicle_type) | self.read | added

    def value(self, element: int) -> str | None:
        """One attribute in words; None where nothing tells it."""
        return _joined(element, self.attributes.get(element))

    def read_value(self, element: int) -> str | None:
        """The same, of what the VIN itself tells."""
        return _joined(element, self.read.get(element))

    @property
    def wrong(self) -> frozenset[Fault]:
        """The faults that speak against the pass; a position that tells nothing does not."""
        return self.faults - {Fault.UNUSED_POSITIONS}

    @property
    def matched(self) -> bool:
        """Whether any pattern fits."""
        return Fault.NO_PATTERN not in self.faults

    @property
    def score(self) -> tuple[int, int, int, int]:
        """How well the pass fits: faults, what the attributes weigh, their number, the year."""
        elements = vpic.elements()
        by_pattern = (Origin.PATTERN, Origin.FORMULA, Origin.ENGINE)
        return (
            weight(self.faults),
            sum(elements[number].weight for number in self.attributes if number in elements),
            sum(told.origin in by_pattern for many in self.attributes.values() for told in many),
            self.year,
        )


def _joined(element: int, told: tuple[DecodedElement, ...] | None) -> str | None:
    return in_words(element, tuple(item.value for item in told)) if told else None


def in_words(element: int, values: tuple[str, ...]) -> str | None:
    """What an element is told to be, in words; None where nothing is told."""
    return "; ".join(vpic.in_words(element, value) for value in values) if values else None


class Specification(NamedTuple):
    """The pass that fits best, and the others that position 10 allows."""

    best: Pass
    others: tuple[Pass, ...]
    conclusive: bool


def key(text: str) -> str:
    """The positions of a VIN that patterns read (see ``vpic.POSITIONS``)."""
    return text[3:8] + text[9:]


def candidates(
    code: str, position_7: str, registration: WmiRegistration, latest: int
) -> tuple[tuple[int, ...], bool]:
    """The model years that position 10 can mean for a WMI, and whether the choice is made.

    See ``model_years``; ``registration`` tells whether the WMI is for light vehicles, and what has schemas.
    """
    return model_years(
        code,
        position_7,
        latest,
        lambda year: _has_schema(registration.wmi, year),
        light=registration.light,
    )


def model_years(
    code: str, position_7: str, latest: int, has_schema: Callable[[int], bool], *, light: bool
) -> tuple[tuple[int, ...], bool]:
    """The model years that position 10 can mean, and whether the choice is made.

    Args:
        code: position 10.
        position_7: on light vehicles a digit before 2010, a letter from then on.
        latest: the latest model year that there can be.
        has_schema: whether the WMI has any schema in a year.
        light: whether the WMI is for light vehicles.

    Source: 49 CFR 565.15(d)(1); vPIC, ``fVinModelYear2`` and ``spVinDecode``.
    """
    years = years_of_code(code)
    if years is None:
        return (), False
    other, year = years
    if light and position_7.isdigit():
        year, other = other, year
    elif year > latest:
        return (other,), True
    elif not (light and position_7.isalpha()):
        return (year, other), False
    if year > latest or (other <= latest and not has_schema(year) and has_schema(other)):
        year = other
    return (year,), True


def _has_schema(wmi: str, year: int) -> bool:
    return any(link.first <= year <= link.last for link in vpic.links(wmi))


def specify(wmi: str, text: str, latest: int, known: int | None = None) -> Specification | None:
    """What vPIC tells of a VIN.

    Args:
        wmi: positions 1-3, with 12-14 for a small maker.
        text: the VIN, of which position 9 is not read; ``*`` where a character is not known.
        latest: the latest model year that there can be.
        known: the model year, where it is known otherwise; taken if position 10 allows it.

    Returns:
        None if the WMI is not in vPIC, or no model year can be told.
    """
    registration = vpic.registration(wmi)
    if registration is None:
        return None
    years, conclusive = candidates(text[9], text[6], registration, latest)
    if known is not None and known in years:
        years, conclusive = (known,), True
    if text[9] == UNKNOWN_CHARACTER:
        years = tuple(
            year
            for year in range(FIRST_MODEL_YEAR, latest + 1)
            if _has_schema(registration.wmi, year)
        )
    if not years:
        return None
    passes = [one_pass(registration, text, year) for year in years]
    if len({weight(one.faults) for one in passes}) == len(passes):
        passes.sort(key=lambda one: weight(one.faults))  # the rest of the score cannot decide
    else:
        passes.sort(key=lambda one: one.score)
    if UNKNOWN_CHARACTER in key(text):
        return _of_all(passes)
    return Specification(passes[-1], tuple(reversed(passes[:-1])), conclusive)


def _of_all(passes: list[Pass]) -> Specification:
    """What all years tell in which the known positions fit; of one alone if only one fits."""
    fitting = [one for one in passes if not one.wrong]
    passes = fitting or [one for one in passes if one.matched] or passes
    best = agreed(passes[-1], passes[:-1])
    return Specification(best, tuple(reversed(passes[:-1])), conclusive=len(passes) == 1)


def agreed(best: Pass, others: Iterable[Pass]) -> Pass:
    """A pass, cut down to what the others tell too."""
    told = {
        element: own
        for element, own in best.attributes.items()
        if all(
            [item.value for item in one.attributes.get(element, ())] == [item.value for item in own]
            for one in others
        )
    }
    return Pass(best.year, told, best.faults, sure=best.sure, contested=best.contested)


def one_pass(registration: WmiRegistration, text: str, year: int) -> Pass:
    """What a VIN tells if it is of this model year.

    Args:
        registration: of its WMI.
        text: the VIN; position 9 is not read.
        year: the model year.
    """
    rules, own = vpic.rules(registration.wmi, year), key(text)
    fitting = rules.table.match(own)
    told = _by_pattern(rules, fitting, own)
    whole = UNKNOWN_CHARACTER not in own
    if whole and not told:
        return _without_patterns(registration, year)
    unsettled = frozenset[int]() if whole else _unsettled(rules, own, told)
    for element in unsettled & told.keys():
        del told[element]
    if engine := told.get(ENGINE_MODEL):
        add_engine(told, engine[0])
    fits = bool(told)
    _add_tables(told, registration, year, with_make=MODEL not in unsettled)
    add_conversions(told)
    # Of a part of a VIN it is enough that some pattern may fit.
    fits = fits or (not whole and bool(rules.table.overlapping(own)))
    found = _faults(rules, own, told, registration) if fits else NOTHING_FITS
    contested = _contested(rules, fitting)
    if whole:
        return Pass(year, told, found, registration, contested=contested)
    # What may be told by a character that is not known is left open, and nothing is assumed.
    read = {element: told[element] for element in told.keys() - unsettled}
    return Pass(year, read, found, contested=contested)


@lru_cache(maxsize=1 << 14)
def _without_patterns(registration: WmiRegistration, year: int) -> Pass:
    """The pass of a year in which no pattern fits: it is the same for every VIN."""
    told: dict[int, tuple[DecodedElement, ...]] = {}
    _add_tables(told, registration, year, with_make=True)
    return Pass(year, told, NOTHING_FITS, registration)


def _add_tables(
    told: dict[int, tuple[DecodedElement, ...]],
    registration: WmiRegistration,
    year: int,
    *,
    with_make: bool,
) -> None:
    """Add what follows from the WMI, the year and the model."""
    if registration.vehicle_type:
        told[VEHICLE_TYPE] = (DecodedElement(str(registration.vehicle_type), Origin.TABLE),)
    told[MANUFACTURER] = (DecodedElement(registration.manufacturer, Origin.TABLE),)
    told[MODEL_YEAR] = (DecodedElement(str(year), Origin.TABLE),)
    if MODEL in told:
        _add_make_of_model(told)
    elif len(registration.makes) == 1 and with_make:
        told[MAKE] = (DecodedElement(registration.makes[0], Origin.TABLE),)


def _contested(rules: Rules, fitting: int) -> tuple[tuple[int, DecodedElement], ...]:
    """What is told of fuel and electrification, if it is told to be electric and not to be."""
    if not fitting & rules.electric:
        return ()
    told: dict[int, dict[str, DecodedElement]] = {FUEL_PRIMARY: {}, ELECTRIFICATION: {}}
    for number in bits(fitting):
        for element, item in rules.told(number):
            if element in told:
                told[element][item.value] = item
    return tuple(
        (element, item)
        for element, items in told.items()
        if len(items) > 1 and (ELECTRIC if element == FUEL_PRIMARY else BATTERY_ELECTRIC) in items
        for _, item in sorted(items.items())
    )


def _by_pattern(rules: Rules, fitting: int, own: str) -> dict[int, tuple[DecodedElement, ...]]:
    found: dict[int, tuple[DecodedElement, ...]] = {}
    for number in bits(fitting):
        for element, told in rules.told(number):
            if told.digits is not None:
                told = told._replace(value=own[told.digits])  # noqa: PLW2901
            known = found.get(element)
            if known is None or (told.order < known[0].order and element not in MULTIPLE):
                found[element] = (told,)
            elif element in MULTIPLE:
                found[element] = (*known, told)
    return found


def _unsettled(rules: Rules, own: str, found: Container[int]) -> frozenset[int]:
    """The elements of which an unknown character might make the VIN tell something else.

    These are left open, and with them what vPIC would otherwise assume.
    """
    possible: dict[int, set[str]] = {}
    for number in bits(rules.table.overlapping(own)):
        for element, told in rules.told(number):
            possible.setdefault(element, set()).add(told.value)
    return frozenset(
        element for element, values in possible.items() if element not in found or len(values) > 1
    )


def add_engine(told: dict[int, tuple[DecodedElement, ...]], engine: DecodedElement) -> None:
    """Add what follows from the name of an engine, where no pattern tells it."""
    added: dict[int, list[DecodedElement]] = {}
    for place, (element, value) in enumerate(vpic.engine(engine.value)):
        if element not in told or element in MULTIPLE:
            own = engine._replace(value=value, origin=Origin.ENGINE, order=(0, place, 0))
            added.setdefault(element, []).append(own)
    for element, values in added.items():
        told[element] = (*told.get(element, ()), *values)


def _add_make_of_model(told: dict[int, tuple[DecodedElement, ...]]) -> None:
    if make := vpic.model(told[MODEL][0].value)[1]:
        told[MAKE] = (told[MODEL][0]._replace(value=make),)


def add_conversions(told: dict[int, tuple[DecodedElement, ...]]) -> None:
    """Add displacement in the units in which nothing tells it."""
    given = [element for element in _CONVERSIONS if element in told]
    for element in sorted(given, key=lambda element: told[element][0].order[:2]):
        value = number(told[element][0].value)
        if value is None:
            continue
        for target, factor in _CONVERSIONS[element].items():
            if target not in told:
                converted = f"{(value * factor).quantize(Decimal('0.000001')).normalize():f}"
                told[target] = (
                    told[element][0]._replace(value=converted, origin=Origin.CONVERSION),
                )


def number(text: str) -> Decimal | None:
    """A displacement as a number; None if it is told in words."""
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return None


def specified(
    read: dict[int, tuple[DecodedElement, ...]], registration: WmiRegistration, year: int
) -> dict[int, tuple[DecodedElement, ...]]:
    """What the specifications of the model add."""
    if MODEL not in read:
        return {}
    found: dict[int, tuple[int, str]] = {}

    def decoded(element: int, value: str) -> bool:
        return any(item.value.lower() == value for item in read.get(element, ()))

    for spec in vpic.specs(read[MODEL][0].value):
        if (
            spec.vehicle_type == registration.vehicle_type
            and spec.make in registration.makes
            and (not spec.years or year in spec.years)
            and all(decoded(element, value) for element, value in spec.keys)
        ):
            for element, place, value in spec.facts:
                if (element not in read or element in _MAY_REPEAT_IN_SPECS) and (
                    element not in found or place < found[element][0]
                ):
                    found[element] = (place, value)
    return {
        element: (*read.get(element, ()), DecodedElement(value, Origin.SPECIFICATION))
        for element, (_place, value) in found.items()
    }


def _faults(
    rules: Rules,
    own: str,
    told: dict[int, tuple[DecodedElement, ...]],
    registration: WmiRegistration,
) -> frozenset[Fault]:
    # Patterns are shared, and so told apart faster by identity.
    patterns = {id(item.pattern): item.pattern for items in told.values() for item in items}
    named = frozenset[int]().union(*map(_named, patterns.values()))
    wrong = tuple(map(len, _wrong(rules, own, last_read(registration.wmi))))
    return faults(wrong, uses_all=named >= USED_BY_ALL, has_model=MODEL in told)


def last_read(wmi: str) -> int:
    """The last position in which a character can be wrong: the serial is anyone's."""
    return 11 if len(wmi) == 6 else 14


def faults(repairs: Sequence[int], *, uses_all: bool, has_model: bool) -> frozenset[Fault]:
    """What is wrong with a pass in which some pattern fits.

    Args:
        repairs: for each position whose character no pattern of the year names, how many are named.
        uses_all: whether what is told rests on all the positions of ``USED_BY_ALL``.
        has_model: whether the model is told.
    """
    found = []
    if len(repairs) > 1:
        found.append(Fault.SEVERAL_POSITIONS)
    elif repairs:
        found.append(Fault.ONE_POSITION_ONE_REPAIR if repairs[0] == 1 else Fault.ONE_POSITION)
    if not uses_all or not (has_model or repairs):
        found.append(Fault.UNUSED_POSITIONS)
    return frozenset(found)


@cache
def _named(pattern: tuple[str, ...]) -> frozenset[int]:
    """The positions that a pattern does not leave open."""
    return frozenset(
        position for position, allowed in zip(POSITIONS, pattern, strict=False) if allowed != ANY
    )


def _wrong(rules: Rules, own: str, last: int) -> Iterator[frozenset[str]]:
    """For each position whose character no pattern of the year names, those that are named."""
    for at, position in enumerate(POSITIONS):
        if position != 10 and position <= last and own[at] != UNKNOWN_CHARACTER:
            allowed = rules.table.allowed(at)
            if allowed and own[at] not in allowed:
                yield allowed
