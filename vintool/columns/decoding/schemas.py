"""vPIC's schemas as bit sets: for a WMI and year the patterns that match, and what they tell.

A *set* is what holds for a WMI in a year: most often one schema. It is compiled when a row first
asks for it and kept as long as the process lives. Each set stands in two ``PatternSets``: what tells one of
``CORE``, the elements that columns are made of; and the rest, which counts only where two model
years match. Of two patterns that tell the same element the one with the lower bit comes first; where
the ranks of vPIC allow no such order of the lines, each statement has its own bit.

``vpic.patterns.patterns`` gives the same to one VIN, by schemas that are read line by line.
"""

from functools import partial

import numpy as np

from vintool import vpic
from vintool.columns.decoding.bitsets import N_CHARACTERS, CharacterCodes
from vintool.columns.decoding.pattern_sets import PatternSets
from vintool.columns.decoding.schema_lines import FIRST_VALUES, N_ELEMENTS, SchemaLines, Statements
from vintool.columns.engine.arrays import Codes, Ints, marked, spread
from vintool.columns.engine.encoder import Encoder
from vintool.columns.engine.locks import ProcessLock, forget_in_child
from vintool.registry.reference import by_vpic, forget_all
from vintool.vin.positions import FIRST_MODEL_YEAR, MODEL_YEAR_CYCLE
from vintool.vpic.patterns import POSITIONS, Link

#: How many model years position 10 can stand for, from ``FIRST_MODEL_YEAR`` on.
YEARS = 2 * MODEL_YEAR_CYCLE
_LOCK = ProcessLock()
_AT_ONCE = 1 << 13  # sets; more would only take more memory
_SERIAL = slice(POSITIONS.index(12) * N_CHARACTERS, POSITIONS.index(15) * N_CHARACTERS)


class Schemas:
    """All of vPIC, of which what was asked for is compiled.

    Attributes:
        registrations: r WMIs with what the register says of them; elsewhere they go by their number here.
        values: by element, the encoder of its values.
        core, rest: the sets, by their slots.
        sets: r x ``YEARS``, the set that holds for a WMI in a year from ``FIRST_MODEL_YEAR`` on; -1 for none.
        names_serial: by slot, whether patterns name characters at positions 12-14.
    """

    def __init__(self) -> None:
        self.registrations = list(vpic.all_registrations())
        self.values = [Encoder(FIRST_VALUES) for _ in range(N_ELEMENTS)]
        self.core, self.rest = PatternSets(), PatternSets()
        self.names_serial = np.zeros(0, dtype=bool)
        self._lines = SchemaLines(self.values)
        self._named = np.zeros(0, dtype=bool)  # by slot and literal
        self._schemas: list[Link] = []
        self._read: list[int] = []  # by schema: its number in ``_lines``, or -1
        self._several: list[tuple[tuple[int, int], ...]] = []  # sets of more than one schema
        number = {one.wmi: number for number, one in enumerate(self.registrations)}
        self.sets = self._all_sets([(number[wmi], link) for wmi, link in vpic.all_links()])
        self._slots = np.full(len(self._schemas) + len(self._several), -1, dtype=np.intp)

    def _all_sets(self, links: list[tuple[int, Link]]) -> Codes:
        numbers: dict[int, int] = {}
        for _, link in links:
            if numbers.setdefault(link.schema, len(numbers)) == len(self._schemas):
                self._schemas.append(link)
        self._read = [-1] * len(numbers)
        registration, first, last, schema = np.array(
            [
                (registration, link.first, link.last, numbers[link.schema])
                for registration, link in links
            ]
        ).T
        start = np.clip(first - FIRST_MODEL_YEAR, 0, YEARS)
        run, place = spread(np.clip(last - FIRST_MODEL_YEAR + 1, start, YEARS) - start)
        cell = registration[run] * YEARS + start[run] + place
        sets = np.full(len(self.registrations) * YEARS, -1, dtype=np.int32)
        sets[cell] = schema[run]
        shared = np.flatnonzero(np.bincount(cell, minlength=len(sets))[cell] > 1)
        links_of: dict[int, list[int]] = {}
        for at, one in zip(cell[shared].tolist(), run[shared].tolist(), strict=True):
            links_of.setdefault(at, []).append(one)
        several: dict[tuple[tuple[int, int], ...], int] = {}
        for at, chosen in links_of.items():
            starts = sorted({first[one] for one in chosen}, reverse=True)
            parts = tuple((starts.index(first[one]), int(schema[one])) for one in chosen)
            sets[at] = len(numbers) + several.setdefault(parts, len(several))
        self._several = list(several)
        return sets.reshape(len(self.registrations), YEARS)

    def slots(self, sets: Ints) -> Ints:
        """Where n sets stand in ``core`` and ``rest``; what is not there yet is compiled."""
        with _LOCK:
            missing = marked(sets[self._slots[sets] < 0], len(self._slots)).tolist()
            for start in range(0, len(missing), _AT_ONCE):
                self._compile(missing[start : start + _AT_ONCE])
        return self._slots[sets]

    def repairs(self, slots: Ints, rows: Ints, codes: CharacterCodes, position: int) -> Ints:
        """How many characters a set names at a position, where it does not name the row's; else 0.

        Args:
            slots: of n sets, each asked about ...
            rows: ... one of the rows.
            codes: of all rows.
            position: one of ``POSITIONS``.
        """
        start = (slots * len(POSITIONS) + POSITIONS.index(position)) * N_CHARACTERS
        wrong = np.flatnonzero(~self._named[start + codes[position][rows]])
        every = start[wrong, None] + np.arange(N_CHARACTERS)
        repairs = np.zeros(len(slots), dtype=np.int8)
        repairs[wrong] = self._named[every].sum(axis=1)
        return repairs

    def _compile(self, sets: list[int]) -> None:
        parts = [
            ((0, one),) if one < len(self._schemas) else self._several[one - len(self._schemas)]
            for one in sets
        ]
        unread = dict.fromkeys(
            schema for of_set in parts for _, schema in of_set if self._read[schema] < 0
        )
        if unread:
            for number, schema in enumerate(unread, len(self._lines.patterns)):
                self._read[schema] = number
            self._lines.read([self._schemas[schema].text() for schema in unread])
        statements = Statements(
            self._lines, [[(age, self._read[schema]) for age, schema in of_set] for of_set in parts]
        )
        first = len(self.core.count)
        named = np.zeros((len(sets), len(POSITIONS) * N_CHARACTERS), dtype=bool)
        owner, pattern = statements.silent
        which, literal = self._lines.literals.of(pattern)
        named[owner[which], literal] = True
        self.core.fill(named, statements, statements.core, self._lines)
        self.rest.fill(named, statements, ~statements.core, self._lines)
        self._named = np.append(self._named, named.ravel())
        self.names_serial = np.append(self.names_serial, named[:, _SERIAL].any(axis=1))
        self._slots[sets] = first + np.arange(len(sets))


@by_vpic()
def schemas() -> Schemas:
    """vPIC, compiled as far as it was asked for; read once a process."""
    return Schemas()


forget_in_child(partial(forget_all, schemas))
