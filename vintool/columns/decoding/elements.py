"""What is told of elements, by row: by patterns, by the name of an engine, by specifications."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from vintool import vpic
from vintool.columns.decoding.bitsets import Fitting
from vintool.columns.decoding.schema_lines import COLUMN_OF, CORE, Values
from vintool.columns.decoding.schemas import Schemas
from vintool.columns.engine.arrays import Flags, Ints
from vintool.columns.engine.asked import Asked, Codes
from vintool.decoding.profile import PLANT_ELEMENTS
from vintool.registry.patterns import bits
from vintool.vpic.displacement import add_conversions
from vintool.vpic.elements import DISPLACEMENTS, ENGINE_MODEL, MODEL, DecodedElement, Origin
from vintool.vpic.passes import add_engine
from vintool.vpic.specs import specified

# What a specification may ask for, as far as it is at hand.
_KEYS = tuple(element for element in CORE if element not in {MODEL, *PLANT_ELEMENTS.values()})


class Elements:
    """The rules that tell elements beside the patterns, with what they were asked so far."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        self.registrations = schemas.registrations
        self._engine = Asked(self._of_engine)
        self._facts = Asked(self._of_specs)
        self._asked = Asked(self._asked_by_specs)
        self._specified = lru_cache(maxsize=1 << 16)(self._of_specification)

    def value(self, element: int, code: int) -> str:
        """The first value that a number of an element stands for; empty if it is none."""
        return "".join(self.schemas.values[element].all[code][:1])

    def code(self, element: int, told: Iterable[DecodedElement]) -> int:
        """The number of what is told of an element."""
        return self.schemas.values[element].code(tuple(item.value for item in told))

    def by_engine(self, engines: Codes) -> Ints:
        """By row and column of ``CORE``, what follows from the names of engines."""
        return self._engine.told(engines)

    def facts(self, models: Codes) -> tuple[Ints, Ints]:
        """What specifications of models can tell, and whether all that they ask for is at hand.

        The former as bits by column of ``CORE``, and one more for anything else.
        """
        told = self._facts.told(models)
        return told >> 1, told & 1

    def specified(
        self, read: "Reading", registration: Ints, year: Ints
    ) -> list[dict[int, int] | None]:
        """What specifications of the models add for each row, as numbers of values by element.

        Of what is told already they may repeat what they do not ask for. None where they ask for what is not at hand: a value that the VIN itself holds, or a
        displacement that follows from two.
        """
        models = read(MODEL)
        asked = self._asked.told(models)
        keys = np.zeros((3 + len(_KEYS), len(models)), dtype=np.intp)
        keys[:3] = registration, year, models
        for at in bits(int(np.bitwise_or.reduce(asked))):
            keys[3 + at] = np.where(asked >> at & 1, read(_KEYS[at]), 0)
        return [self._specified(*key) for key in keys.T.tolist()]

    def _of_engine(self, code: int) -> tuple[int, ...]:
        told: dict[int, tuple[DecodedElement, ...]] = {}
        add_engine(told, DecodedElement(self.value(ENGINE_MODEL, code), Origin.ENGINE))
        return tuple(
            self.code(element, told[element]) if element in told else Values.NOTHING
            for element in CORE
        )

    def _of_specs(self, code: int) -> int:
        asked, can_tell = vpic.specified_elements(self.value(MODEL, code))
        columns = {COLUMN_OF[element] % (len(CORE) + 1) for element in can_tell}
        can: int = sum(1 << column for column in columns)
        return 2 * can + int(asked.issubset(_KEYS))

    def _asked_by_specs(self, code: int) -> int:
        """What specifications of a model ask for, as bits by place in ``_KEYS``."""
        asked, _ = vpic.specified_elements(self.value(MODEL, code))
        if asked & DISPLACEMENTS:  # each follows from another one
            asked |= DISPLACEMENTS
        return sum(1 << at for at, element in enumerate(_KEYS) if element in asked)

    def _of_specification(self, registration: int, year: int, *codes: int) -> dict[int, int] | None:
        numbers = dict(zip((MODEL, *_KEYS), codes, strict=True))
        if sum(numbers[element] > 0 for element in DISPLACEMENTS) == 2:
            return None
        if Values.IN_VIN in codes:
            return None
        read = {
            element: tuple(
                DecodedElement(value, Origin.PATTERN)
                for value in self.schemas.values[element].all[code]
            )
            for element, code in numbers.items()
            if code > Values.IN_VIN
        }
        add_conversions(read)
        added = specified(read, self.registrations[registration], year)
        return {element: self.code(element, told) for element, told in added.items()}


class Reading:
    """What the VINs themselves tell of each element of ``CORE``, read when asked for."""

    def __init__(self, elements: Elements, fitting: Fitting, rows: int) -> None:
        self._elements, self._fitting, self._rows = elements, fitting, rows
        self.known: dict[int, Codes] = {}
        self.engine = self.by_pattern(ENGINE_MODEL)
        self._with_engine = np.flatnonzero(self.engine)
        self._by_engine = elements.by_engine(self.engine[self._with_engine])

    def __call__(self, element: int) -> Codes:
        """What is told of an element, by row; the numbers of its ``Values``."""
        found = self.known.get(element)
        if found is None:
            found = self.known[element] = self.by_pattern(element)
            if len(rows := self._with_engine):
                own = found[rows]
                found[rows] = np.where(own == 0, self._by_engine[:, COLUMN_OF[element]], own)
        return found

    def by_pattern(self, element: int) -> Codes:
        """The same without engines."""
        column = COLUMN_OF[element]
        return self._elements.schemas.core.told(column, self._fitting, self._rows)

    def contested(self, element: int, electric: str) -> Flags:
        """Where of the patterns that fit some tell electric and some tell something else."""
        schemas = self._elements.schemas
        code = schemas.values[element].code((electric,))
        first = self.by_pattern(element)
        differs, says = (np.zeros(self._rows, dtype=bool) for _ in range(2))
        for row, codes in schemas.core.every(COLUMN_OF[element], self._fitting):
            differs[row] |= codes != first[row]
            says[row] |= codes == code
        return differs & says

    def at(self, rows: Ints) -> "Reading":
        """The same of some rows, which are in order."""
        return Reading(self._elements, self._fitting.among(rows, self._rows), len(rows))
