"""VINs in cells that are read as something else, or not at all: a row that is cleared beside one is held.

The rule is that of ``screening.row_vins.stray_remarks``; only cells long enough for a VIN are looked at, and only of rows that a
regime has cleared.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.engine.categorical import Categorical, as_far_as_text, holds_text, without_null
from vintool.columns.engine.encoder import Encoder
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.columns.screening.vehicles import Vehicles
from vintool.declaration.headers import CHASSIS, VIN_LAST
from vintool.declaration.mapping import LINES, vin_fields
from vintool.screening.row_vins import stray_remarks, stray_vins
from vintool.screening.screen import is_cleared, with_row

_LENGTH = 17


class StrayVins:
    """Decisions of a batch -> the same, with what VINs elsewhere on their rows keep from being cleared.

    Args:
        mapping: field -> column name.
    """

    def __init__(self, mapping: Mapping[str, str]) -> None:
        fields = (*vin_fields(mapping), VIN_LAST, CHASSIS)
        self._read = {mapping.get(field) for field in fields}
        self._cleared = PerDistinct(is_cleared)
        self._remarks = Encoder([()])
        self._held = PerDistinct(lambda one, remarks: with_row(one, remarks, held=bool(remarks)))

    @property
    def kept(self) -> int:
        """How many distinct keys have room."""
        return self._cleared.kept + self._held.kept + len(self._remarks)

    def __call__(
        self, batch: pa.RecordBatch, vehicles: Vehicles, decisions: Categorical
    ) -> Categorical:
        """The decisions on the vehicles of a batch.

        Args:
            batch: the user's columns.
            vehicles: of its rows.
            decisions: on them.
        """
        row_of = vehicles.row_of
        looked_at = np.zeros(batch.num_rows, dtype=np.bool_)
        looked_at[row_of[self._cleared(decisions).mask(bool)]] = True
        found = self._found(batch, looked_at) if looked_at.any() else {}
        if not found:
            return decisions
        codes = np.zeros(len(row_of), dtype=np.int32)
        rows = np.flatnonzero(np.isin(row_of, [*found]))
        vins: list[Any] = vehicles.vins.vin.take(rows).to_pylist()
        own = defaultdict[int, set[str]](set)
        for row, vin in zip(row_of[rows].tolist(), vins, strict=True):
            own[row].add(vin or "")
        remarks = {row: stray_remarks(found[row], own[row]) for row in own}
        codes[rows] = self._remarks.codes(remarks[row] for row in row_of[rows].tolist())
        return self._held(decisions, Categorical(self._remarks.values, codes))

    def _found(self, batch: pa.RecordBatch, looked_at: Any) -> dict[int, set[str]]:
        """The VINs in other cells, by row."""
        found = defaultdict[int, set[str]](set)
        if tuple(batch.schema.names) == LINES:
            return found  # each VIN of a line has a row of its own
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if name in self._read:
                continue
            if not holds_text(column.type):
                continue
            texts = without_null(as_far_as_text(column))
            lengths = np.asarray(pc.binary_length(texts))
            rows = np.flatnonzero((lengths >= _LENGTH) & looked_at)
            if not len(rows):
                continue
            encoded: Any = texts.take(rows).dictionary_encode()
            vins = [stray_vins(cell) for cell in encoded.dictionary.to_pylist()]
            for row, code in zip(rows.tolist(), encoded.indices.to_pylist(), strict=True):
                if vins[code]:
                    found[row] |= vins[code]
        return {row: vins for row, vins in found.items() if vins}
