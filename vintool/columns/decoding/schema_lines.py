"""Lines of vPIC's schemas -> what they say, as arrays; each distinct pattern and cell is read once."""

import itertools
from collections.abc import Sequence
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.decoding.bitsets import SIGNS, read_patterns
from vintool.columns.engine.arrays import Runs, marked
from vintool.decoding.profile import ATTRIBUTES, ENGINE_PARTS, PLANT_ELEMENTS
from vintool.vpic.elements import DISPLACEMENTS
from vintool.vpic.patterns import POSITIONS, cell_head

# What specifications ask for beside the fields: bed, cab, steering, transmission, brakes, trim ...
_KEYS = (3, 4, 36, 37, 60, 72, 86, 97, 109, 110, 135)
#: The elements that columns are made of, and those that decide about them.
CORE = tuple(
    sorted(
        {
            *ATTRIBUTES.values(),
            *ENGINE_PARTS.values(),
            *PLANT_ELEMENTS.values(),
            *DISPLACEMENTS,
            *_KEYS,
        }
    )
)
ELEMENTS = 1 << 9  # more than vPIC has numbers for
#: The positions that nearly all schemas read.
OFTEN = (4, 5, 6, 7, 8, 11)
_TAB, _LINE = ord("\t"), ord("\n")
#: By element: its place in ``CORE``, or -1.
COLUMN_OF = np.full(ELEMENTS, -1, dtype=np.intp)
COLUMN_OF[list(CORE)] = np.arange(len(CORE))


class Values:
    """What an element is told to be, numbered. A value is a tuple: an engine may tell several.

    Number 0 is that nothing is told, number 1 that the VIN itself holds the value.
    """

    NOTHING, IN_VIN = 0, 1

    def __init__(self) -> None:
        self.all: list[tuple[str, ...]] = [(), ()]
        self._codes: dict[tuple[str, ...], int] = {}
        self._lock = Lock()

    def code(self, value: tuple[str, ...]) -> int:
        """The number of a value."""
        return self.codes((value,))[0]

    def codes(self, values: Sequence[tuple[str, ...]]) -> list[int]:
        """The numbers of values."""
        with self._lock:
            for value in values:
                if value not in self._codes:
                    self._codes[value] = len(self.all)
                    self.all.append(value)
        return [self._codes[value] for value in values]


class Lines:
    """The lines of the schemas read so far, as arrays; each distinct pattern and cell is read once."""

    def __init__(self, values: Sequence[Values]) -> None:
        self._values = values
        # By distinct pattern of each reading: what it names, see ``named``, and which of ``OFTEN``.
        self.signs = Runs()
        self.names = np.zeros(0, dtype=np.uint8)
        self.lines = Runs()  # by schema: the pattern of each line
        self.statements = Runs()  # by line: places in ``cells``
        # Element, value, rank and whether it is a formula, of each distinct cell of each reading.
        self.cells = np.zeros((4, 0), dtype=np.int32)

    def read(self, texts: Sequence[bytes]) -> None:
        """Read schemas, each a text of lines; they are numbered as they come."""
        text = b"".join(texts)
        codes = np.frombuffer(text, dtype=np.uint8)
        ends = np.flatnonzero((codes == _TAB) | (codes == _LINE)) + 1
        pieces = pa.StringArray.from_buffers(
            len(ends), pa.py_buffer(np.append(0, ends).astype(np.int32)), pa.py_buffer(text)
        ).dictionary_encode()
        piece = pieces.indices.to_numpy()
        last = codes[ends - 1] == _LINE
        leads = np.append(True, last[:-1])
        number = np.zeros(len(pieces.dictionary), dtype=np.int32)
        patterns, cells = (marked(piece[those], len(number)) for those in (leads, ~leads))
        number[patterns] = len(self.signs) + np.arange(len(patterns))
        self._read_patterns(pieces.dictionary.take(pa.array(patterns)))
        number[cells] = self.cells.shape[1] + np.arange(len(cells))
        self._read_cells(pieces.dictionary.take(pa.array(cells)))
        starts = np.flatnonzero(leads)
        self.statements.add(np.diff(starts, append=len(piece)) - 1, number[piece[~leads]])
        sizes = np.cumsum([len(one) for one in texts])
        lines = np.diff(np.searchsorted(ends[last], sizes, side="right"), prepend=0)
        self.lines.add(lines, number[piece[leads]])

    def _read_patterns(self, texts: pa.Array) -> None:
        counts, signs = read_patterns(texts, len(POSITIONS))
        self.signs.add(counts, signs)
        owner, at = np.repeat(np.arange(len(counts)), counts), signs // SIGNS
        names = np.zeros(len(counts), dtype=np.uint8)
        for number, position in enumerate(OFTEN):
            own = np.zeros(len(counts), dtype=bool)
            own[owner[at == POSITIONS.index(position)]] = True
            names |= own.astype(np.uint8) << number
        self.names = np.append(self.names, names)

    def _read_cells(self, texts: pa.Array) -> None:
        parts = pc.split_pattern(texts, "=", max_splits=1).flatten()
        heads = parts.take(pa.array(np.arange(0, len(parts), 2))).dictionary_encode()
        keys = [cell_head(text) for text in heads.dictionary.to_pylist()]
        element, rank, formula = (
            np.array(keys, dtype=np.int32).reshape(-1, 3).T[:, heads.indices.to_numpy()]
        )
        value = np.where(formula, Values.IN_VIN, Values.NOTHING)
        wanted = np.flatnonzero((COLUMN_OF[element] >= 0) & (formula == 0))
        wanted = wanted[np.argsort(element[wanted], kind="stable")]
        told = parts.take(pa.array(2 * wanted + 1)).to_pylist()
        edges = np.flatnonzero(np.diff(element[wanted], prepend=-1, append=-1)).tolist()
        for start, end in itertools.pairwise(edges):
            own = self._values[element[wanted[start]]]
            value[wanted[start:end]] = own.codes([(text[:-1],) for text in told[start:end]])
        self.cells = np.append(self.cells, np.array([element, value, rank, formula]), axis=1)


class Statements:
    """What the lines of some sets say, cell by cell in the order of their bits.

    Attributes:
        owner: the set of each, in order.
        unit: which of them stand under one bit; counts up.
        element, value, pattern, core: of each.
        silent: the owner and the pattern of each line that says nothing.
    """

    def __init__(self, lines: Lines, parts: Sequence[Sequence[tuple[int, int]]]) -> None:
        """Lay out the sets.

        Args:
            lines: where their schemas were read.
            parts: for each set its schemas, by number, each behind its place among those that
                began earlier or later.
        """
        flat = np.array([part for own in parts for part in own], dtype=np.intp).reshape(-1, 2)
        of_part = np.repeat(np.arange(len(parts)), [len(own) for own in parts])
        part, at = lines.lines.places(flat[:, 1])
        line, cell = lines.statements.of(at)
        silent = lines.statements.lengths[at] == 0
        self.silent = of_part[part[silent]], lines.lines.values[at[silent]]
        owner = of_part[part[line]]
        pattern = lines.lines.values[at][line]
        element, value, rank, formula = lines.cells[:, cell]
        core = COLUMN_OF[element] >= 0
        key = owner * 4 + 2 * ~core + formula
        late = np.where(formula, 0, flat[:, 0][part[line]])
        ranked = np.zeros(len(parts), dtype=bool)
        ranked[owner[(rank > 0) | (late > 0)]] = True

        plain, other = np.flatnonzero(~ranked[owner]), np.flatnonzero(ranked[owner])
        in_order = [plain[np.argsort(key[plain], kind="stable")]]
        units = [line[in_order[0]]]
        if len(other):
            # A line with all that it says, as far as that agrees with the ranks of each element ...
            group = line * 4 + key % 4
            highest = np.zeros(len(at) * 4, dtype=np.intp)
            np.maximum.at(highest, group[other], rank[other])
            order = other[np.lexsort((line[other], highest[group[other]], late[other], key[other]))]
            by_element = order[np.lexsort((element[order], key[order]))]
            one, two = by_element[:-1], by_element[1:]
            same = (key[one] == key[two]) & (element[one] == element[two])
            before = (late[one] < late[two]) | (
                (late[one] == late[two])
                & ((rank[one] < rank[two]) | ((rank[one] == rank[two]) & (line[one] <= line[two])))
            )
            torn = np.zeros(len(parts), dtype=bool)
            torn[owner[one[same & ~before]]] = True
            whole = order[~torn[owner[order]]]
            in_order.append(whole)
            units.append(line[whole])
            # ... or else each statement by itself.
            apart = other[torn[owner[other]]]
            apart = apart[np.lexsort(tuple(of[apart] for of in (line, rank, late, element, key)))]
            in_order.append(apart)
            units.append(len(at) + apart)
        every, unit = np.concatenate(in_order), np.concatenate(units)
        final = np.argsort(key[every], kind="stable")
        every, unit = every[final], unit[final]
        self.owner, self.core = owner[every], core[every]
        self.element, self.value, self.pattern = element[every], value[every], pattern[every]
        parted = (np.diff(unit) != 0) | (np.diff(key[every]) != 0)
        self.unit = np.append(0, np.cumsum(parted)) if len(every) else np.zeros(0, dtype=np.intp)
