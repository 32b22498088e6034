"""Rows that are no vehicles, told apart before a sheet is screened: counted by kind, and kept for the annotated copy."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.engine.categorical import as_text, without_null
from vintool.declaration.lexicon import FIELDS
from vintool.declaration.lexicon.remarks import speaks
from vintool.declaration.pivots import heads_a_pivot, is_of_pivot
from vintool.declaration.row_kinds import RowKind, RowKinds
from vintool.files.listed_vins import ListedVins
from vintool.files.reading.hidden import within
from vintool.files.reading.sheets import Batch, Sheet
from vintool.files.writing.cells import is_text

ROWS_NAMED: Final = 1_000
"""Rows of each kind that are named by their numbers; all are counted."""

_OTHER = "other"
_SPEAKING = 10  # rows whose words are kept
_A_VIN = "^[A-HJ-NPR-Za-hj-npr-z0-9]{17}$"


class Parted(NamedTuple):
    """A batch of which the rows that are no vehicles are set apart.

    Attributes:
        batch: the vehicles alone.
        whole: all rows.
        at: where each row of ``whole`` stands in ``batch``; null where it is set apart. None if no row is.
    """

    batch: Batch
    whole: Batch
    at: pa.Int32Array | None

    def beside_all(self, answers: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        """All rows of the user's, and the answers beside them: of rows set apart the row's number alone."""
        if self.at is None:
            return self.whole.data, answers
        columns = [column.take(self.at) for column in answers.columns]
        columns[answers.schema.get_field_index("vin_row")] = pa.array(self.whole.rows)
        return self.whole.data, pa.RecordBatch.from_arrays(columns, names=answers.schema.names)


class SetApart:
    """The rows of one sheet that are no vehicles.

    Attributes:
        counts: how many rows of each kind there are.
        rows: the numbers of the first of them.
        speaking: of those that speak of an electric car, as remarks do, the number and the words; the first of them.
        titles: the texts above the header, and the lines beside the table.
        hidden: how many of the others the workbook does not show.
    """

    def __init__(self, sheet: Sheet, mapping: Mapping[str, str], listed: ListedVins) -> None:
        of_columns = {name: field for field, name in reversed([*mapping.items()])}
        self._kinds = RowKinds(
            sheet.headers, [of_columns.get(name, "") for name in sheet.columns], sheet.titles
        )
        self._vin, self._hidden_rows = mapping["vin"], sheet.hidden_rows
        self._sheet, self._listed = sheet, listed
        self._pivot = heads_a_pivot(sheet.headers)
        # Columns of a pivot's own that tell something of a vehicle: then its rows are heard.
        facts = [of_columns.get(name, "") in FIELDS for name in sheet.columns]
        self._facts = facts if self._pivot else []
        self._repeated: frozenset[str] | None = None  # the VINs of the list, where a pivot is there
        self.titles = sheet.titles | sheet.beside
        self.hidden = 0
        self.counts: Counter[RowKind] = Counter()
        self.rows: dict[RowKind, list[int]] = defaultdict(list)
        self.speaking: dict[int, str] = {}

    def __call__(self, batch: Batch) -> Parted:
        """Part a batch, and count; of rows with a whole VIN in its place nothing more is read."""
        parted = self._parted(batch)
        self.hidden += int(within(parted.batch.rows, self._hidden_rows).sum())
        return parted

    def _parted(self, batch: Batch) -> Parted:
        maybe = np.flatnonzero(_without_vin(batch.data.column(self._vin)))
        apart = np.zeros(batch.data.num_rows, dtype=np.bool_)
        if self._pivot:
            self._of_pivots(batch, apart, 0)
        cells = [_texts(column, maybe) for column in batch.data.columns] if len(maybe) else []
        for at, row in zip(maybe.tolist(), zip(*cells, strict=True), strict=True):
            if not self._pivot and heads_a_pivot(row):
                self._pivot = True
                self._of_pivots(batch, apart, at)
            if not apart[at] and (kind := self._kinds(row)):
                self._count(apart, at, kind, batch)
                if kind is not RowKind.REPEATED_HEADER and len(self.speaking) < _SPEAKING:
                    heard = filter(speaks, row)
                    self.speaking |= {int(batch.rows[at]): text for text in heard}
        if not apart.any():
            return Parted(batch, batch, None)
        kept = ~apart
        at_of_all: Any = pa.array((np.cumsum(kept) - 1).astype(np.int32), mask=apart)
        vehicles = Batch(batch.data.filter(pa.array(kept)), batch.rows[kept], batch.position)
        return Parted(vehicles, batch, at_of_all)

    def _of_pivots(self, batch: Batch, apart: npt.NDArray[np.bool_], start: int) -> None:
        """Set the rows of a pivot apart, from one of the batch on."""
        rows = np.arange(start, batch.data.num_rows)
        if self._repeated is None:
            number = int(batch.rows[start]) if len(rows) else 0
            self._repeated = self._listed.beside(self._sheet, number)
        cells = [_texts(column, rows) for column in batch.data.columns]
        for at, row in zip(rows.tolist(), zip(*cells, strict=True), strict=True):
            if any(fact and cell for fact, cell in zip(self._facts, row, strict=False)):
                continue
            if is_of_pivot(row, self._repeated) or (self._repeated and heads_a_pivot(row)):
                self._count(apart, at, RowKind.PIVOT, batch)

    def _count(self, apart: npt.NDArray[np.bool_], at: int, kind: RowKind, batch: Batch) -> None:
        apart[at] = True
        self.counts[kind] += 1
        if len(self.rows[kind]) < ROWS_NAMED:
            self.rows[kind].append(int(batch.rows[at]))


def _without_vin(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Which cells are not a whole VIN and nothing else."""
    texts = as_text(column)
    whole: Any = pc.match_substring_regex(without_null(texts), _A_VIN)
    return ~np.asarray(whole.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _texts(column: pa.Array, rows: npt.NDArray[np.intp]) -> list[str]:
    """Some cells of a column as texts; what is neither text nor number stands for something that a vehicle has."""
    kind = column.type
    plain = is_text(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if plain:
        cells = column.take(pa.array(rows, pa.int64())).to_pylist()
        return ["" if cell is None else str(cell) for cell in cells]
    if not column.null_count:
        return [_OTHER] * len(rows)
    return [_OTHER if one else "" for one in column.is_valid().to_numpy(zero_copy_only=False)[rows]]
