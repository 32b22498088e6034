"""A VIN and one model year -> what vPIC tells: patterns, engine, tables, conversions, specifications."""

from collections.abc import Container
from functools import cached_property

from vintool.registry.reference import by_vpic
from vintool.vin.positions import UNKNOWN_CHARACTER
from vintool.vpic import elements
from vintool.vpic.displacement import add_conversions
from vintool.vpic.elements import ELECTRIC_VALUES, MODEL, MULTIPLE, Decoded, DecodedElement, Origin
from vintool.vpic.faults import NOTHING_FITS, Fault, faults_of, weight
from vintool.vpic.patterns import Patterns, patterns, read_positions
from vintool.vpic.register import WmiRegistration
from vintool.vpic.specs import specified

Contested = tuple[tuple[int, DecodedElement], ...]


class Pass:
    """What a VIN tells if it is of one model year, and made by the rules of North America.

    ``read`` is what the VIN itself tells; with ``registration``, what is assumed of such a model and
    vehicle type comes on top. ``sure`` says whether it was made by these rules. ``contested`` is what
    patterns tell of fuel or electrification where some that fit say electric and others do not.
    """

    def __init__(  # noqa: PLR0913 - not a dataclass, which takes longer to load than one VIN to decode
        self,
        year: int,
        read: Decoded,
        faults: frozenset[Fault],
        registration: WmiRegistration | None = None,
        *,
        sure: bool = True,
        contested: Contested = (),
    ) -> None:
        self.year, self.read, self.faults = year, read, faults
        self.registration, self.sure, self.contested = registration, sure, contested

    def unsure(self) -> "Pass":
        """The same of a VIN that is not known to be made by these rules."""
        return Pass(
            *(self.year, self.read, self.faults, self.registration),
            sure=False,
            contested=self.contested,
        )

    @cached_property
    def attributes(self) -> Decoded:
        """Everything that is told, with what is assumed."""
        if self.registration is None:
            return self.read
        added = specified(self.read, self.registration, self.year)
        return elements.defaults(self.registration.vehicle_type) | self.read | added

    def value(self, element: int) -> str | None:
        """One attribute in words; None where nothing tells it."""
        return _in_words(element, self.attributes)

    def read_value(self, element: int) -> str | None:
        """The same, of what the VIN itself tells."""
        return _in_words(element, self.read)

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
        published = elements.all_elements()
        by_pattern = (Origin.PATTERN, Origin.FORMULA, Origin.ENGINE)
        return (
            weight(self.faults),
            sum(published[number].weight for number in self.attributes if number in published),
            sum(item.origin in by_pattern for items in self.attributes.values() for item in items),
            self.year,
        )


def _in_words(element: int, decoded: Decoded) -> str | None:
    return elements.all_in_words(element, tuple(item.value for item in decoded.get(element, ())))


def one_pass(registration: WmiRegistration, text: str, year: int) -> Pass:
    """What a VIN tells if it is of this model year.

    Args:
        registration: of its WMI.
        text: the VIN; position 9 is not read.
        year: the model year.
    """
    of_year, characters = patterns(registration.wmi, year), read_positions(text)
    fitting = of_year.table.match(characters)
    decoded = _by_pattern(of_year, fitting, characters)
    whole = UNKNOWN_CHARACTER not in characters
    if whole and not decoded:
        return _without_patterns(registration, year)
    unsettled = frozenset[int]() if whole else _unsettled(of_year, characters, decoded)
    for element in unsettled & decoded.keys():
        del decoded[element]
    if names := decoded.get(elements.ENGINE_MODEL):
        add_engine(decoded, names[0])
    # Of a part of a VIN it is enough that some pattern may fit.
    fits = bool(decoded) or (not whole and bool(of_year.table.overlapping(characters)))
    _add_tables(decoded, registration, year, with_make=MODEL not in unsettled)
    add_conversions(decoded)
    faults = faults_of(of_year, characters, decoded, registration.wmi) if fits else NOTHING_FITS
    contested = _contested(of_year, fitting)
    if whole:
        return Pass(year, decoded, faults, registration, contested=contested)
    # What may be told by a character that is not known is left open, and nothing is assumed.
    read = {element: decoded[element] for element in decoded.keys() - unsettled}
    return Pass(year, read, faults, contested=contested)


@by_vpic(1 << 14)
def _without_patterns(registration: WmiRegistration, year: int) -> Pass:
    """The pass of a year in which no pattern fits: it is the same for every VIN."""
    decoded: Decoded = {}
    _add_tables(decoded, registration, year, with_make=True)
    return Pass(year, decoded, NOTHING_FITS, registration)


def _by_pattern(of_year: Patterns, fitting: int, characters: str) -> Decoded:
    """What the patterns that fit tell; of those that tell the same element, the first in order."""
    decoded: Decoded = {}
    for element, item in of_year.items(fitting):
        if item.digits is not None:
            item = item._replace(value=characters[item.digits])  # noqa: PLW2901
        before = decoded.get(element)
        if before is None or (item.order < before[0].order and element not in MULTIPLE):
            decoded[element] = (item,)
        elif element in MULTIPLE:
            decoded[element] = (*before, item)
    return decoded


def _unsettled(of_year: Patterns, characters: str, decoded: Container[int]) -> frozenset[int]:
    """The elements of which an unknown character might make the VIN tell something else.

    These are left open, and with them what vPIC would otherwise assume.
    """
    possible: dict[int, set[str]] = {}
    for element, item in of_year.items(of_year.table.overlapping(characters)):
        possible.setdefault(element, set()).add(item.value)
    return frozenset(
        element for element, values in possible.items() if element not in decoded or len(values) > 1
    )


def _contested(of_year: Patterns, fitting: int) -> Contested:
    """What is told of fuel and electrification, if it is told to be electric and not to be."""
    if not fitting & of_year.electric:
        return ()
    values: dict[int, dict[str, DecodedElement]] = {element: {} for element in ELECTRIC_VALUES}
    for element, item in of_year.items(fitting):
        if element in values:
            values[element][item.value] = item
    return tuple(
        (element, item)
        for element, items in values.items()
        if len(items) > 1 and ELECTRIC_VALUES[element] in items
        for _, item in sorted(items.items())
    )


def add_engine(decoded: Decoded, name: DecodedElement) -> None:
    """Add what follows from the name of an engine, where no pattern tells it."""
    added: dict[int, list[DecodedElement]] = {}
    for place, (element, value) in enumerate(elements.engine(name.value)):
        if element not in decoded or element in MULTIPLE:
            item = name._replace(value=value, origin=Origin.ENGINE, order=(0, place, 0))
            added.setdefault(element, []).append(item)
    for element, items in added.items():
        decoded[element] = (*decoded.get(element, ()), *items)


def _add_tables(
    decoded: Decoded, registration: WmiRegistration, year: int, *, with_make: bool
) -> None:
    """Add what follows from the WMI, the year and the model."""
    if registration.vehicle_type:
        decoded[elements.VEHICLE_TYPE] = (
            DecodedElement(str(registration.vehicle_type), Origin.TABLE),
        )
    decoded[elements.MANUFACTURER] = (DecodedElement(registration.manufacturer, Origin.TABLE),)
    decoded[elements.MODEL_YEAR] = (DecodedElement(str(year), Origin.TABLE),)
    if MODEL in decoded:
        if make := elements.model(decoded[MODEL][0].value)[1]:
            decoded[elements.MAKE] = (decoded[MODEL][0]._replace(value=make),)
    elif len(registration.makes) == 1 and with_make:
        decoded[elements.MAKE] = (DecodedElement(registration.makes[0], Origin.TABLE),)
