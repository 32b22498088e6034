"""The value of an element in every row: by patterns, by the name of an engine, by specifications.

Engines, conversions and specifications are the rules of ``vpic.passes``, ``displacement`` and ``specs``, asked once per distinct key.
"""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from vintool import vpic
from vintool.columns.decoding.bitsets import Matches
from vintool.columns.decoding.schema_lines import COLUMN_OF, CORE, IN_VIN, NOTHING
from vintool.columns.decoding.schemas import Schemas
from vintool.columns.engine.arrays import Codes, Ints, Mask
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.decoding import plant
from vintool.registry.patterns import bits
from vintool.vpic.displacement import add_conversions
from vintool.vpic.elements import DISPLACEMENTS, ENGINE_MODEL, MODEL, DecodedElement, Origin
from vintool.vpic.passes import add_engine
from vintool.vpic.specs import specified

# What a specification may ask for, as far as it is at hand.
_KEYS = tuple(
    element for element in CORE if element not in {MODEL, *(part.element for part in plant.PARTS)}
)


class ElementRules:
    """The rules that tell elements beside the patterns, with their answers so far."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        self.registrations = schemas.registrations
        self._engine = PerDistinct(self._values_of_engine)
        self._specifiable = PerDistinct(self._elements_specified)
        self._keys = PerDistinct(self._keys_of_specifications)
        self._specified = lru_cache(maxsize=1 << 16)(self._values_of_specification)

    def value(self, element: int, code: int) -> str:
        """The first text that a code of an element stands for; empty if it stands for none."""
        return "".join(self.schemas.values[element].values[code][:1])

    def code(self, element: int, items: Iterable[DecodedElement]) -> int:
        """The code of an element's value."""
        return self.schemas.values[element][tuple(item.value for item in items)]

    def by_engine(self, engines: Codes) -> Ints:
        """By the codes of n engines, what follows from their names: n x ``CORE`` codes."""
        return self._engine.array(engines)

    def specifiable(self, models: Codes) -> tuple[Ints, Ints]:
        """What specifications of n models can tell, and whether all that they ask for is at hand.

        The former as bits by column of ``CORE``, and one more for any other element; the latter 0 or 1.
        """
        answers = self._specifiable.array(models)
        return answers >> 1, answers & 1

    def specified(
        self, read: "ReadElements", registration: Ints, year: Ints
    ) -> list[dict[int, int] | None]:
        """What specifications of the models add to each of n rows, as codes by element.

        It may repeat what is read, where they do not ask for it. None where they ask for what is not at
        hand: a value that the VIN itself holds, or a displacement that follows from two.
        """
        models = read(MODEL)
        flags = self._keys.array(models)
        keys = np.zeros((3 + len(_KEYS), len(models)), dtype=np.intp)
        keys[:3] = registration, year, models
        for at in bits(int(np.bitwise_or.reduce(flags))):
            keys[3 + at] = np.where(flags >> at & 1, read(_KEYS[at]), 0)
        return [self._specified(*key) for key in keys.T.tolist()]

    def _values_of_engine(self, code: int) -> tuple[int, ...]:
        items: dict[int, tuple[DecodedElement, ...]] = {}
        add_engine(items, DecodedElement(self.value(ENGINE_MODEL, code), Origin.ENGINE))
        return tuple(
            self.code(element, items[element]) if element in items else NOTHING for element in CORE
        )

    def _elements_specified(self, code: int) -> int:
        keys, specifiable = vpic.specified_elements(self.value(MODEL, code))
        columns = {COLUMN_OF[element] % (len(CORE) + 1) for element in specifiable}
        flags: int = sum(1 << column for column in columns)
        return 2 * flags + int(keys.issubset(_KEYS))

    def _keys_of_specifications(self, code: int) -> int:
        """What specifications of a model ask for, as bits by place in ``_KEYS``."""
        keys, _ = vpic.specified_elements(self.value(MODEL, code))
        if keys & DISPLACEMENTS:  # each follows from another one
            keys |= DISPLACEMENTS
        return sum(1 << at for at, element in enumerate(_KEYS) if element in keys)

    def _values_of_specification(
        self, registration: int, year: int, *codes: int
    ) -> dict[int, int] | None:
        code_of = dict(zip((MODEL, *_KEYS), codes, strict=True))
        if sum(code_of[element] > 0 for element in DISPLACEMENTS) == 2:
            return None
        if IN_VIN in codes:
            return None
        read = {
            element: tuple(
                DecodedElement(value, Origin.PATTERN)
                for value in self.schemas.values[element].values[code]
            )
            for element, code in code_of.items()
            if code > IN_VIN
        }
        add_conversions(read)
        added = specified(read, self.registrations[registration], year)
        return {element: self.code(element, items) for element, items in added.items()}


class ReadElements:
    """What n VINs themselves tell of each element of ``CORE``, gathered when first asked for.

    Args:
        rules: for what follows from engines.
        matches: the patterns that match in each of the n rows.
        rows: n.

    Attributes:
        gathered: by element that was asked for, n codes.
        engine: n codes of the engine's name.
    """

    def __init__(self, rules: ElementRules, matches: Matches, rows: int) -> None:
        self._rules, self._matches, self._rows = rules, matches, rows
        self.gathered: dict[int, Codes] = {}
        self.engine = self.by_pattern(ENGINE_MODEL)
        self._with_engine = np.flatnonzero(self.engine)
        self._by_engine = rules.by_engine(self.engine[self._with_engine])

    def __call__(self, element: int) -> Codes:
        """The value of an element in each row, by its code; 0 where the VIN does not tell it."""
        codes = self.gathered.get(element)
        if codes is None:
            codes = self.gathered[element] = self.by_pattern(element)
            if len(rows := self._with_engine):
                by_pattern, by_engine = codes[rows], self._by_engine[:, COLUMN_OF[element]]
                codes[rows] = np.where(by_pattern == NOTHING, by_engine, by_pattern)
        return codes

    def by_pattern(self, element: int) -> Codes:
        """The same without engines."""
        return self._rules.schemas.core.values(COLUMN_OF[element], self._matches, self._rows)

    def contested(self, element: int, electric: str) -> Mask:
        """In which rows some matching patterns tell electric and some tell something else."""
        schemas = self._rules.schemas
        code = schemas.values[element][electric,]
        first = self.by_pattern(element)
        differs, says_electric = (np.zeros(self._rows, dtype=bool) for _ in range(2))
        for row, codes in schemas.core.all_values(COLUMN_OF[element], self._matches):
            differs[row] |= codes != first[row]
            says_electric[row] |= codes == code
        return differs & says_electric

    def of(self, rows: Ints) -> "ReadElements":
        """The same of some rows, which are in order."""
        return ReadElements(self._rules, self._matches.of(rows, self._rows), len(rows))
