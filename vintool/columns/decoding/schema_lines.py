"""Lines of vPIC's schemas -> what they say, as arrays; each distinct pattern and cell is read once.

A line is a pattern, and in cells what it tells: an element, its rank and its value (see ``vpic.patterns``).
``vpic.patterns.Patterns`` reads those of one WMI and year, for one VIN; here thousands of schemas are
read at once.
"""

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.decoding.bitsets import N_CHARACTERS, parse_patterns
from vintool.columns.engine.arrays import Bytes, Ints, Runs, marked
from vintool.columns.engine.encoder import Encoder
from vintool.decoding.fields import NAMED
from vintool.vpic.elements import DISPLACEMENTS, FROM_TABLES
from vintool.vpic.patterns import POSITIONS, cell_head

# What specifications ask for beside the fields: bed, cab, steering, transmission, brakes, trim ...
_SPECIFICATION_KEYS = {3, 4, 36, 37, 60, 72, 86, 97, 109, 110, 135}
#: The elements that columns are made of, and those that decide about them.
CORE = tuple(sorted((NAMED - FROM_TABLES) | DISPLACEMENTS | _SPECIFICATION_KEYS))
N_ELEMENTS = 1 << 9  # more than vPIC has numbers for
#: By element: its column in ``CORE``, or -1.
COLUMN_OF = np.full(N_ELEMENTS, -1, dtype=np.intp)
COLUMN_OF[list(CORE)] = np.arange(len(CORE))
#: The positions, counted from 1, that nearly all schemas read.
OFTEN = (4, 5, 6, 7, 8, 11)
#: Codes of an element's value: nothing tells it, or the VIN itself holds it. Other codes stand for tuples of
#: texts, as an engine may tell several.
NOTHING, IN_VIN = 0, 1
#: What these codes stand for.
FIRST_VALUES: tuple[tuple[str, ...], ...] = ((), ())
_TAB, _LINE = ord("\t"), ord("\n")


class SchemaLines:
    """The lines of the schemas read so far.

    Args:
        values: by element, the encoder of its values.

    Attributes:
        literals: by pattern, see ``bitsets.literals``; a pattern is numbered once a reading.
        often: by pattern, which positions of ``OFTEN`` it restricts, as bits.
        patterns: by schema, the patterns of its lines.
        statements: by line over all schemas, the columns in ``cells``.
        cells: 4 rows, the element, value, rank and whether it is a formula, of each distinct cell of each
            reading.
    """

    def __init__(self, values: Sequence[Encoder]) -> None:
        self._values = values
        self.literals = Runs()
        self.often: Bytes = np.zeros(0, dtype=np.uint8)
        self.patterns = Runs()
        self.statements = Runs()
        self.cells = np.zeros((4, 0), dtype=np.int32)

    def read(self, texts: Sequence[bytes]) -> None:
        """Read schemas, each a text of lines; they are numbered as they come."""
        text = b"".join(texts)
        ascii_codes = np.frombuffer(text, dtype=np.uint8)
        ends = np.flatnonzero((ascii_codes == _TAB) | (ascii_codes == _LINE)) + 1
        pieces = pa.StringArray.from_buffers(
            len(ends), pa.py_buffer(np.append(0, ends).astype(np.int32).data), pa.py_buffer(text)
        ).dictionary_encode()
        distinct, piece = cast("pa.StringArray", pieces.dictionary), pieces.indices.to_numpy()
        is_last = ascii_codes[ends - 1] == _LINE
        is_pattern = np.append(True, is_last[:-1])
        number = np.zeros(len(distinct), dtype=np.int32)
        patterns, cells = (marked(piece[keep], len(number)) for keep in (is_pattern, ~is_pattern))
        number[patterns] = len(self.literals) + np.arange(len(patterns))
        self._read_patterns(distinct.take(patterns))
        number[cells] = self.cells.shape[1] + np.arange(len(cells))
        self._read_cells(distinct.take(cells))
        starts = np.flatnonzero(is_pattern)
        self.statements.add(np.diff(starts, append=len(piece)) - 1, number[piece[~is_pattern]])
        sizes = np.cumsum([len(one) for one in texts])
        lines = np.diff(np.searchsorted(ends[is_last], sizes, side="right"), prepend=0)
        self.patterns.add(lines, number[piece[is_pattern]])

    def _read_patterns(self, texts: pa.StringArray) -> None:
        counts, literals = parse_patterns(texts, len(POSITIONS))
        self.literals.add(counts, literals)
        owner, at = np.repeat(np.arange(len(counts)), counts), literals // N_CHARACTERS
        often = np.zeros(len(counts), dtype=np.uint8)
        for bit, position in enumerate(OFTEN):
            restricts = np.zeros(len(counts), dtype=bool)
            restricts[owner[at == POSITIONS.index(position)]] = True
            often |= restricts.astype(np.uint8) << bit
        self.often = np.append(self.often, often)

    def _read_cells(self, texts: pa.StringArray) -> None:
        parts = pc.split_pattern(texts, "=", max_splits=1).flatten()
        heads = parts.take(np.arange(0, len(parts), 2)).dictionary_encode()
        of_cells: list[Any] = heads.dictionary.to_pylist()
        keys = [cell_head(text) for text in of_cells]
        element, rank, formula = (
            np.array(keys, dtype=np.int32).reshape(-1, 3).T[:, heads.indices.to_numpy()]
        )
        value = np.where(formula, IN_VIN, NOTHING)
        wanted = np.flatnonzero((COLUMN_OF[element] >= 0) & (formula == 0))
        wanted = wanted[np.argsort(element[wanted], kind="stable")]
        values: list[Any] = parts.take(2 * wanted + 1).to_pylist()
        edges = np.flatnonzero(np.diff(element[wanted], prepend=-1, append=-1)).tolist()
        for start, end in itertools.pairwise(edges):
            encoder = self._values[element[wanted[start]]]
            value[wanted[start:end]] = encoder.codes((text[:-1],) for text in values[start:end])
        self.cells = np.append(self.cells, np.array([element, value, rank, formula]), axis=1)


class Statements:
    """What the lines of some sets say, cell by cell in the order of their bits: n statements.

    Args:
        lines: where the schemas were read.
        parts: for each set its schemas, by number, each behind its place among those that began earlier
            or later.

    Attributes:
        owner: the set of each statement, in order.
        bit: which of them stand under one bit of the set; counts up.
        element, value, pattern: of each statement.
        core: whether its element is of ``CORE``.
        silent: the set, and the pattern, of each line that says nothing.
    """

    def __init__(self, lines: SchemaLines, parts: Sequence[Sequence[tuple[int, int]]]) -> None:
        flat = np.array([part for of_set in parts for part in of_set], dtype=np.intp).reshape(-1, 2)
        of_part = np.repeat(np.arange(len(parts)), [len(of_set) for of_set in parts])
        part, at = lines.patterns.places(flat[:, 1])
        line, cell = lines.statements.of(at)
        is_silent = lines.statements.lengths[at] == 0
        self.silent = of_part[part[is_silent]], lines.patterns.values[at[is_silent]]
        owner = of_part[part[line]]
        pattern = lines.patterns.values[at][line]
        element, value, rank, formula = lines.cells[:, cell]
        core = COLUMN_OF[element] >= 0
        # Core before the rest, patterns before formulas.
        key = owner * 4 + 2 * ~core + formula
        age = np.where(formula, 0, flat[:, 0][part[line]])
        order, bit = _order(_Ranked(owner, key, age, rank, element, line), len(parts))
        self.owner, self.core = owner[order], core[order]
        self.element, self.value, self.pattern = element[order], value[order], pattern[order]
        self.bit = bit


class _Ranked(NamedTuple):
    """What the order of n statements follows, the first attribute first."""

    owner: Ints
    key: Ints
    age: Ints  # of the schema: 0 for those that began last
    rank: Ints
    element: Ints
    line: Ints


def _order(by: _Ranked, sets: int) -> tuple[Ints, Ints]:
    """The order of n statements, and under which bit each of them stands in it."""
    owner, key, age, rank, element, line = by
    has_ranks = np.zeros(sets, dtype=bool)
    has_ranks[owner[(rank > 0) | (age > 0)]] = True
    plain, ranked = np.flatnonzero(~has_ranks[owner]), np.flatnonzero(has_ranks[owner])
    in_order = [plain[np.argsort(key[plain], kind="stable")]]
    units = [line[in_order[0]]]
    if len(ranked):
        # A line with all that it says, as far as that agrees with the ranks of each element ...
        lines = int(line.max()) + 1
        group = line * 4 + key % 4
        highest = np.zeros(lines * 4, dtype=np.intp)
        np.maximum.at(highest, group[ranked], rank[ranked])
        order = ranked[np.lexsort((line[ranked], highest[group[ranked]], age[ranked], key[ranked]))]
        by_element = order[np.lexsort((element[order], key[order]))]
        one, two = by_element[:-1], by_element[1:]
        same = (key[one] == key[two]) & (element[one] == element[two])
        before = (age[one] < age[two]) | (
            (age[one] == age[two])
            & ((rank[one] < rank[two]) | ((rank[one] == rank[two]) & (line[one] <= line[two])))
        )
        is_split = np.zeros(sets, dtype=bool)
        is_split[owner[one[same & ~before]]] = True
        whole = order[~is_split[owner[order]]]
        in_order.append(whole)
        units.append(line[whole])
        # ... or else each statement by itself.
        split = ranked[is_split[owner[ranked]]]
        split = split[np.lexsort(tuple(of[split] for of in (line, rank, age, element, key)))]
        in_order.append(split)
        units.append(lines + split)
    every, unit = np.concatenate(in_order), np.concatenate(units)
    final = np.argsort(key[every], kind="stable")
    every, unit = every[final], unit[final]
    is_new = (np.diff(unit) != 0) | (np.diff(key[every]) != 0)
    bit = np.append(0, np.cumsum(is_new)) if len(every) else np.zeros(0, dtype=np.intp)
    return every, bit
