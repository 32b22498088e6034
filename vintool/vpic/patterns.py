"""WMI and model year -> the patterns that hold, and what each tells.

A section of ``patterns.txt`` is one schema of vPIC; a line of it is a pattern over positions 4-8
and 10-17 and what it tells, ``[67V]W1E<tab>28=1801<tab>38=SuperCrew``: elements by number, values as vPIC
has them. Where two patterns meet and the order of the lines does not decide, ``28@7=1801`` says
which comes first: the lower number. ``118#=6-7`` says that the VIN has the value itself, there.
"""

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from vintool.registry.patterns import PatternTable, bits, parse_pattern
from vintool.registry.reference import by_vpic
from vintool.vpic.elements import ELECTRIC_VALUES, DecodedElement, Origin
from vintool.vpic.files import all_rows, rows_of, section, section_lines

#: The positions of a VIN that patterns read, in their order.
POSITIONS = (4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17)

_ELECTRIC_CELLS = "|".join(
    rf"{number}(?:@\d+)?={value}" for number, value in ELECTRIC_VALUES.items()
)
_TELLS_ELECTRIC = re.compile(rf"\t(?:{_ELECTRIC_CELLS})(?:\t|$)").search


class Link(NamedTuple):
    """A schema that holds for a WMI in some model years, and where its section stands."""

    first: int
    last: int
    schema: int
    offset: int
    length: int

    def text(self) -> bytes:
        """The lines of the schema, each with its end."""
        return section("patterns.txt", self.schema, self.offset, self.length)

    def lines(self) -> list[str]:
        """The lines of the schema."""
        return section_lines("patterns.txt", self.schema, self.offset, self.length)


@by_vpic(1 << 12)
def links(wmi: str) -> tuple[Link, ...]:
    """The schemas of a WMI, whatever the year."""
    return tuple(_link(*row[1:]) for row in rows_of("index.csv", wmi))


def _link(first: str, last: str, schema: str, offset: str, length: str) -> Link:
    return Link(int(first), int(last) or 9999, int(schema), int(offset), int(length))


def all_links() -> Iterator[tuple[str, Link]]:
    """Every WMI with each of its schemas, as ``links`` gives them."""
    return ((wmi, _link(*row)) for wmi, *row in all_rows("index.csv"))


@by_vpic(1 << 14)
def links_in(wmi: str, year: int) -> tuple[Link, ...]:
    """The schemas that hold for a WMI in a model year."""
    return tuple(link for link in links(wmi) if link.first <= year <= link.last)


def read_positions(number: str) -> str:
    """The characters of a VIN at ``POSITIONS``: what patterns are held against.

    >>> read_positions("LRW3E7FA1LC000001")
    '3E7FALC000001'
    """
    return number[3:8] + number[9:]


@lru_cache(maxsize=1 << 14)
def pattern(text: str) -> tuple[str, ...]:
    """What a pattern allows at each of ``POSITIONS``."""
    return parse_pattern(text, len(POSITIONS), short=True)


class Head(NamedTuple):
    """What stands before the equals sign of a cell: the element, its rank, whether it is a formula.

    Where several lines fit, the lowest rank comes first, and formulas come after all patterns.
    """

    element: int
    rank: int
    formula: bool


def cell_head(text: str) -> Head:
    """Read what stands before the equals sign of a cell.

    >>> cell_head("28@7"), cell_head("118#")
    (Head(element=28, rank=7, formula=False), Head(element=118, rank=0, formula=True))
    """
    if text.endswith("#"):
        return Head(int(text[:-1]), 0, formula=True)
    element, _, rank = text.partition("@")
    return Head(int(element), int(rank or 0), formula=False)


class Patterns:
    """The patterns of all schemas that hold for one WMI and year, by their numbers."""

    def __init__(self, chosen: tuple[Link, ...]) -> None:
        self._lines = [(link, line) for link in chosen for line in link.lines()]
        self.table = PatternTable([pattern(line.partition("\t")[0]) for _, line in self._lines])
        self._items: dict[int, list[tuple[int, DecodedElement]]] = {}

    @cached_property
    def electric(self) -> int:
        """The patterns that tell an electric fuel or a battery electric vehicle, as a bit set."""
        return sum(
            1 << number for number, (_, line) in enumerate(self._lines) if _TELLS_ELECTRIC(line)
        )

    def items(self, chosen: int) -> Iterator[tuple[int, DecodedElement]]:
        """What some patterns tell, given as a bit set: elements, and what is told of each."""
        for number in bits(chosen):
            if number not in self._items:
                link, line = self._lines[number]
                text, *cells = line.split("\t")
                allowed = pattern(text)
                self._items[number] = [_decoded(cell, number, link, allowed) for cell in cells]
            yield from self._items[number]


def _decoded(
    cell: str, line: int, link: Link, allowed: tuple[str, ...]
) -> tuple[int, DecodedElement]:
    text, _, value = cell.partition("=")
    element, rank, formula = cell_head(text)
    if formula:
        first, _, last = value.partition("-")
        digits = slice(POSITIONS.index(int(first)), POSITIONS.index(int(last)) + 1)
        # Below any pattern of a schema, as in vPIC.
        order = (-100, 0, line)
        return element, DecodedElement("", Origin.FORMULA, link.schema, allowed, order, digits)
    order = (-link.first, rank, line)
    return element, DecodedElement(value, Origin.PATTERN, link.schema, allowed, order)


def patterns(wmi: str, year: int) -> Patterns:
    """The patterns that hold for a WMI in a model year."""
    return _patterns(links_in(wmi, year))


@by_vpic(1 << 9)
def _patterns(chosen: tuple[Link, ...]) -> Patterns:
    return Patterns(chosen)


@by_vpic(1 << 14)
def may_be_electric(wmi: str, year: int) -> bool:
    """Whether any pattern of a WMI and year tells electric; cheaper than to read them all."""
    return any(map(_schema_is_electric, links_in(wmi, year)))


@by_vpic(1 << 14)
def _schema_is_electric(link: Link) -> bool:
    return any(map(_TELLS_ELECTRIC, link.lines()))
