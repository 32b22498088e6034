"""What cells say for an electric car that are read as something else, or not at all; the rule of a cell is ``lexicon.aside``.

Most of them say nothing: Arrow looks for what may speak, and only that is read, each distinct cell once.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import PURE_ELECTRIC_REGIME, Verdict
from vintool.columns.engine.arrays import Codes, Places
from vintool.columns.engine.categorical import Categorical, as_far_as_text, holds_text, without_null
from vintool.columns.engine.encoder import Encoder
from vintool.declaration import lexicon
from vintool.declaration.answers import VERDICT, verdict_columns
from vintool.declaration.headers import REMARKS
from vintool.declaration.lexicon.meanings import Meaning
from vintool.declaration.lexicon.remarks import may_speak_pattern
from vintool.declaration.mapping import vin_fields

_CONTROLLED = Meaning(REMARKS, f"{VERDICT} {Verdict.CONTROLLED.value!r}", hint="earlier answer")
_SMALLEST_CODE = 87_000_000  # of eight figures
_FEW, _SHORT = 100, 1_000  # texts and their characters
_NUMBERS = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)


class Asides:
    """Batches of the user's columns -> what is said aside on each row, a ``Meaning`` or None.

    Args:
        mapping: field -> column name.
    """

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._fields = {name: field.rpartition(".")[2] for field, name in mapping.items()}
        read = {mapping[field] for field in vin_fields(mapping)}
        self._read = read | {
            name for name, field in self._fields.items() if not lexicon.is_aside(field)
        }
        self._meanings = Encoder([None])
        self._pure = np.zeros(0, dtype=np.bool_)  # by meaning, whether it tells a powertrain

    @property
    def kept(self) -> int:
        """How many distinct values have room."""
        return len(self._meanings)

    def __call__(self, batch: pa.RecordBatch, rows: Places | None = None) -> Categorical:
        """What is said aside on each row of a batch, or on these of its rows."""
        said: Codes | None = None
        for _, name, column in sorted(self._columns(batch), key=lambda one: one[0]):
            codes = self._codes(name, column)
            if codes is None:
                continue
            said = codes if said is None else self._strongest(said, codes)
        for codes in self._earlier(batch):
            said = codes if said is None else self._strongest(said, codes)
        values = self._meanings.values
        if said is None:
            return Categorical.constant(batch.num_rows if rows is None else len(rows), values)
        return Categorical(values, said if rows is None else said[rows])

    def _columns(self, batch: pa.RecordBatch) -> Iterator[tuple[tuple[bool, str], str, pa.Array]]:
        """The columns that are heard, as those of the fields of a row and then the others come, each with its name."""
        for at, (name, column) in enumerate(zip(batch.schema.names, batch.columns, strict=True)):
            if name in self._read:
                continue
            field = self._fields.get(name, "")
            yield (not field, field or f"{at:06}"), field or name, column

    def _earlier(self, batch: pa.RecordBatch) -> Iterator[Codes]:
        """Where an earlier answer on a row is that a pure electric car on it needs a licence: it is not cleared against that."""
        for at, regime in verdict_columns(batch.schema.names):
            verdicts, regimes = (
                None if place is None else _listened(batch.column(place)) for place in (at, regime)
            )
            if verdicts is None:
                continue
            held = pc.is_in(pc.utf8_trim_whitespace(verdicts), pa.array([Verdict.CONTROLLED.value]))
            if regimes is not None:  # all used cars are controlled under others
                own = pc.utf8_trim_whitespace(regimes)
                held = pc.and_(held, pc.is_in(own, pa.array(["", PURE_ELECTRIC_REGIME])))
            if pc.any(held).as_py():
                (code,) = self._meanings.codes([_CONTROLLED])
                yield np.where(held.to_numpy(zero_copy_only=False), code, 0).astype(np.int32)

    def _codes(self, name: str, column: pa.Array) -> Codes | None:
        """What each cell of a column says; None if none says anything."""
        texts = _listened(column)
        if texts is None:
            return None
        encoded: Any = texts.dictionary_encode()
        at = np.flatnonzero(_may_speak(encoded.dictionary))
        cells: list[str] = encoded.dictionary.take(at).to_pylist()
        codes = self._meanings.codes(lexicon.aside(name, cell) for cell in cells)
        if not codes.any():
            return None
        of_cells = np.zeros(len(encoded.dictionary), dtype=np.int32)
        of_cells[at] = codes
        indices: Codes = encoded.indices.to_numpy(zero_copy_only=False)
        return of_cells.take(indices)

    def _strongest(self, one: Codes, other: Codes) -> Codes:
        new = self._meanings.values[len(self._pure) :]
        self._pure = np.append(
            self._pure, np.array([bool(said and said.powertrain) for said in new], dtype=np.bool_)
        )
        pure = self._pure
        better = (other > 0) & ((one == 0) | (pure[other] & ~pure[one]))
        return np.where(better, other, one)


def _may_speak(texts: pa.StringArray) -> Any:
    """Which of the texts may speak for an electric car."""
    pattern = may_speak_pattern()
    few: list[Any] = texts.slice(0, _FEW).to_pylist()
    if len(texts) < _FEW and sum(map(len, few)) <= _SHORT:
        # Arrow compiles the pattern at each call, which is dearer than to look through a few short texts.
        search = _compiled(pattern).search
        return np.fromiter((search(text) is not None for text in few), np.bool_, len(few))
    return pc.match_substring_regex(texts, pattern)


_compiled = cache(re.compile)


def _listened(column: pa.Array) -> pa.StringArray | None:
    """The texts of a column; of numbers those that may be a tariff code, and of other types None."""
    if holds_text(column.type):
        return without_null(as_far_as_text(column))
    numbers: Any = column.dictionary if isinstance(column, pa.DictionaryArray) else column
    if any(is_number(numbers.type) for is_number in _NUMBERS):
        largest = pc.max(numbers).as_py()
        if largest is not None and largest >= _SMALLEST_CODE:
            return without_null(as_far_as_text(column))
    return None
