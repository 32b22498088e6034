"""Vehicle specifications: what follows from the model once some attributes are decoded."""

from typing import NamedTuple

from vintool.registry.reference import by_vpic
from vintool.vpic.elements import MODEL, MULTIPLE, Decoded, DecodedElement, Origin, model_row
from vintool.vpic.files import section_lines
from vintool.vpic.register import WmiRegistration

_MAY_REPEAT = MULTIPLE | {1}


class Spec(NamedTuple):
    """A vehicle specification: if all of ``keys`` are decoded, ``facts`` follow.

    Keys are in small letters; of facts about one element that of the lowest place counts.
    """

    vehicle_type: int
    make: str
    years: frozenset[int]
    keys: tuple[tuple[int, str], ...]
    facts: tuple[tuple[int, int, str], ...]  # element, place, value

    def holds(self, decoded: Decoded, registration: WmiRegistration, year: int) -> bool:
        """Whether it is for such a vehicle, of which this is decoded."""
        return (
            self.vehicle_type == registration.vehicle_type
            and self.make in registration.makes
            and (not self.years or year in self.years)
            and all(
                any(item.value.lower() == value for item in decoded.get(element, ()))
                for element, value in self.keys
            )
        )


def specified(decoded: Decoded, registration: WmiRegistration, year: int) -> Decoded:
    """What the specifications of the model add to what is decoded."""
    if MODEL not in decoded:
        return {}
    first: dict[int, tuple[int, str]] = {}
    for spec in _specs(decoded[MODEL][0].value):
        if spec.holds(decoded, registration, year):
            for element, place, value in spec.facts:
                if (element not in decoded or element in _MAY_REPEAT) and (
                    element not in first or place < first[element][0]
                ):
                    first[element] = (place, value)
    return {
        element: (*decoded.get(element, ()), DecodedElement(value, Origin.SPECIFICATION))
        for element, (_place, value) in first.items()
    }


@by_vpic()
def specified_elements(model: str) -> tuple[frozenset[int], frozenset[int]]:
    """What the specifications of a model ask for, and what they tell; cheaper than to read them."""
    keys, facts = set[str](), set[str]()
    for line in _lines(model):
        heads = [cell.partition("=")[0] for cell in line.split("\t")[3:]]
        middle = heads.index("")
        keys.update(heads[:middle])
        facts.update(head.partition("@")[0] for head in heads[middle + 1 :])
    return frozenset(map(int, keys)), frozenset(map(int, facts))


@by_vpic(1 << 11)
def _specs(model: str) -> tuple[Spec, ...]:
    return tuple(map(_spec, _lines(model)))


def _lines(model: str) -> list[str]:
    _, _, offset, length = model_row(model)
    return section_lines("specs.txt", model, offset, length) if length else []


def _spec(line: str) -> Spec:
    kind, make, years, *cells = line.split("\t")
    middle = cells.index("")
    facts = []
    for cell in cells[middle + 1 :]:
        head, _, value = cell.partition("=")
        element, _, place = head.partition("@")
        facts.append((int(element), int(place or 0), value))
    keys = (cell.partition("=") for cell in cells[:middle])
    return Spec(
        int(kind),
        make,
        frozenset(map(int, filter(None, years.split(";")))),
        tuple((int(element), value.lower()) for element, _, value in keys),
        tuple(facts),
    )
