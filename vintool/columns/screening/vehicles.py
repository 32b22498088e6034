"""Batches of rows -> batches of vehicles: a row with several VINs becomes several lines, and the verdict of the row is made of theirs.

The rules are those of ``screening.row_vins``, asked row by row of the few rows that they change.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.engine.arrays import Codes, Ints, Mask, Places
from vintool.columns.engine.categorical import BATCH_ROWS, Categorical, as_text, without_null
from vintool.columns.engine.encoder import Encoder
from vintool.columns.vins import VinColumn
from vintool.declaration.headers import CHASSIS, QUANTITY, VIN_LAST
from vintool.declaration.mapping import of_vin, vin_fields
from vintool.declaration.quantities import quantities
from vintool.screening.row_vins import RowVins, row_vins
from vintool.vin.masks import MARKS

_VIN_LENGTH = 17
_FEW_RANGES = 1 << 8  # rows that may state ranges, read at once
# A serial, and behind it what may state a range: more than ``vin.cleanup`` takes for one.
_MAY_BE_RANGE = r"[0-9]{4}\s*(?:[~\x{301C}\x{223C}\x{2192}\x{2010}-\x{2015}\x{2212}\x{2026}\x{FF5E}至到迄]|\.\.|-+>?\s*[0-9A-Za-z]|\pL+[\s.\x{2026}])"
_NO_CODES: Codes = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, eq=False)
class Vehicles:
    """A batch of n rows as m vehicles, those of a row one behind the other.

    Attributes:
        batch: the columns that rules read beside the VIN, a line a vehicle.
        vins: of the m vehicles.
        rows: the row of each vehicle, from 0; None where every row is one vehicle.
        remarks: what stands on its row beside each, and whether that holds it; None where there is nothing.
        draws: as how many vehicles each draws on licences; None where each is one.
        as_first: vehicles that are the first of their row once more, each with that one.
    """

    batch: pa.RecordBatch
    vins: VinColumn
    rows: Places | None = None
    remarks: Categorical | None = None
    draws: Ints | None = None
    as_first: tuple[Places, Places] | None = None

    @cached_property
    def row_of(self) -> Places:
        """The row of each vehicle, from 0."""
        return np.arange(len(self.vins.well_formed)) if self.rows is None else self.rows

    @cached_property
    def starts(self) -> Places:
        """The first vehicle of each row."""
        return np.flatnonzero(np.diff(self.row_of, prepend=-1))

    @property
    def ordinals(self) -> Places:
        """The place of each vehicle among those of its row, from 0."""
        return np.arange(len(self.row_of)) - self.starts[self.row_of]


class VehicleReader:
    """Batches of a manifest -> their vehicles.

    Args:
        mapping: field -> column name.
    """

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._names = tuple(dict.fromkeys(mapping.values()))
        self._vins = [mapping[field] for field in vin_fields(mapping)]
        self._last, self._chassis = mapping.get(VIN_LAST), mapping.get(CHASSIS)
        self._numbers = range(2, len(self._vins) + 1)
        repeated = {
            field for field in mapping if any(of_vin(field, n) in mapping for n in self._numbers)
        }
        # Of each column of the first list those of the others that stand beside it.
        self._repeated = {
            mapping[field]: [
                (n - 1, mapping[of_vin(field, n)])
                for n in self._numbers
                if of_vin(field, n) in mapping
            ]
            for field in repeated - {QUANTITY}
        }
        of_quantity = (QUANTITY, *(of_vin(QUANTITY, n) for n in self._numbers))
        self._quantities = [mapping[field] for field in of_quantity if field in mapping]
        self._texts = Encoder()
        self._remarks = Encoder([((), False)])

    @property
    def kept(self) -> int:
        """How many distinct values have room."""
        return len(self._texts) + len(self._remarks)

    def __call__(
        self, batch: pa.RecordBatch, read: Callable[[pa.StringArray], VinColumn]
    ) -> Vehicles:
        """The vehicles of a batch.

        Args:
            batch: the user's columns.
            read: texts -> their VINs.
        """
        first = as_text(batch.column(self._vins[0]))
        vins = read(first)
        further = [without_null(as_text(batch.column(name))) for name in self._vins[1:]]
        last = without_null(as_text(batch.column(self._last))) if self._last else None
        chassis = without_null(as_text(batch.column(self._chassis))) if self._chassis else None
        counted = [
            Categorical.of_texts(batch.column(name), self._texts) for name in self._quantities
        ]
        special = _with_several(vins)
        for texts in (*further, *([last] if last else [])):
            special |= _filled(texts)
        if chassis:
            special |= _may_be_another(chassis, vins)
        for quantity in counted:
            special |= quantity.mask(_counts_others)
        at = np.flatnonzero(special)
        if not len(at):
            return Vehicles(batch, vins)
        nothing = [""] * len(at)
        cells = zip(*(_some(texts, at) for texts in (first, *further)), strict=True)
        lasts, numbers = (_some(texts, at) if texts else nothing for texts in (last, chassis))
        amounts = (
            zip(
                *([one.values[code] for code in one.codes[at].tolist()] for one in counted),
                strict=True,
            )
            if counted
            else ((),) * len(at)
        )
        found = [
            row_vins(of_row, of_last, number, _sum(amount))
            for of_row, of_last, number, amount in zip(cells, lasts, numbers, amounts, strict=True)
        ]
        return self._expanded(batch, vins, read, at, found)

    def rows_at_once(self, batch: pa.RecordBatch) -> int:
        """How many rows of a batch are to be read at once: fewer where many may state ranges, each of which may be many vehicles."""
        texts = [as_text(batch.column(name)) for name in self._vins]
        stating = sum(map(_may_state_ranges, texts))
        if self._last:
            stating += int(_filled(without_null(as_text(batch.column(self._last)))).sum())
        return BATCH_ROWS if stating < _FEW_RANGES else _FEW_RANGES

    def text(self, batch: pa.RecordBatch) -> pa.StringArray:
        """What stands in the cells of the VINs of each row."""
        texts = as_text(batch.column(self._vins[0]))
        if len(self._vins) == 1:
            return texts
        cells = [without_null(as_text(batch.column(name))).to_pylist() for name in self._vins]
        joined = [" / ".join(filter(None, row)) for row in zip(*cells, strict=True)]
        return pa.array(joined, pa.string())

    def _expanded(
        self,
        batch: pa.RecordBatch,
        vins: VinColumn,
        read: Callable[[pa.StringArray], VinColumn],
        at: Places,
        found: Sequence[RowVins],
    ) -> Vehicles:
        """The vehicles of a batch, of which some rows have been looked at by themselves."""
        rows = batch.num_rows
        counts = np.ones(rows, dtype=np.int64)
        counts[at] = [len(one.texts) for one in found]
        row_of = np.repeat(np.arange(rows), counts)
        is_special = np.zeros(rows, dtype=bool)
        is_special[at] = True
        of_special = is_special[row_of]
        starts = (np.cumsum(counts) - counts)[at]
        codes = np.zeros(len(row_of), dtype=np.int32)
        codes[of_special] = np.repeat(
            self._remarks.codes((one.remarks, one.held) for one in found), counts[at]
        )
        draws = np.ones(len(row_of), dtype=np.int64)
        draws[starts] = [one.draws for one in found]
        texts = _replaced(
            vins.texts, row_of, of_special, (text for one in found for text in one.texts)
        )
        same = len(row_of) == rows and texts.equals(vins.texts)
        if not same:
            replaced = read(texts.filter(pa.array(of_special)))
            vins = vins.with_others(texts, row_of, of_special, replaced)
        columns = {name: batch.column(name) for name in self._names}
        if len(row_of) > rows:
            columns = {name: _taken(column, row_of) for name, column in columns.items()}
        if self._chassis:
            numbers = (
                text for one in found for text in (one.chassis, *[""] * (len(one.texts) - 1))
            )
            of_chassis = without_null(as_text(batch.column(self._chassis)))
            columns[self._chassis] = _replaced(of_chassis, row_of, of_special, numbers)
        places = np.zeros(len(row_of), dtype=np.int64)
        places[of_special] = [place for one in found for place in one.places]
        for name, others in self._repeated.items():
            column = without_null(as_text(columns[name]))
            for place, other in others:
                of_other = without_null(as_text(columns[other]))
                column = pc.if_else(pa.array(places == place), of_other, column)
            columns[name] = column
        by_chassis = [
            (start + len(one.texts) - n, start)
            for start, one in zip(starts.tolist(), found, strict=True)
            for n in range(one.by_chassis, 0, -1)
        ]
        return Vehicles(
            pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns)),
            vins,
            None if len(row_of) == rows else row_of,
            Categorical(self._remarks.values, codes) if codes.any() else None,
            draws if (draws > 1).any() else None,
            tuple(np.array(by_chassis, dtype=np.int64).T) if by_chassis else None,
        )


class RowFolder:
    """Values of vehicles -> one a row: a rule of all the distinct values of a row, in their order.

    Args:
        rule: the values of the vehicles of a row -> that of the row.
    """

    def __init__(self, rule: Callable[[Sequence[Any]], Any]) -> None:
        self._rule = rule
        self._encoder = Encoder()
        self._answers: dict[tuple[int, ...], int] = {}
        self._known: dict[int, tuple[Sequence[Any], Codes]] = {}

    @property
    def kept(self) -> int:
        """How many distinct keys have room."""
        return len(self._encoder) + len(self._answers)

    def __call__(self, column: Categorical, vehicles: Vehicles) -> Categorical:
        """The value of each row."""
        codes = self._codes(column)
        starts = vehicles.starts
        ends = np.append(starts[1:], len(codes))
        of_rows = codes[starts]
        for row in np.flatnonzero(ends - starts > 1).tolist():
            key = tuple(dict.fromkeys(codes[starts[row] : ends[row]].tolist()))
            if len(key) > 1:
                if key not in self._answers:
                    values = [self._encoder.values[code] for code in key]
                    self._answers[key] = self._encoder[self._rule(values)]
                of_rows[row] = self._answers[key]
        return Categorical(self._encoder.values, of_rows)

    def _codes(self, column: Categorical) -> Codes:
        """The codes of the values of a column among all that were met; each value is looked up once."""
        # By the list of the values, which is kept, so that no id is used twice.
        _, known = self._known.setdefault(id(column.values), (column.values, _NO_CODES))
        if len(known) < len(column.values):
            more = np.full(len(column.values) - len(known), -1, dtype=np.int32)
            known = np.append(known, more)
            self._known[id(column.values)] = (column.values, known)
        used = column.distinct[0]
        fresh = used[known[used] < 0]
        known[fresh] = self._encoder.codes(column.values[code] for code in fresh.tolist())
        return known.take(column.codes)


def _with_several(vins: VinColumn) -> Mask:
    """The rows whose cell holds several VINs, or states a range."""
    several = np.array([bool(one.vins or one.ranges) for one in vins.readings.values()], dtype=bool)
    special = np.zeros(len(vins.well_formed), dtype=bool)
    if several.any():
        special[vins.unclean_rows] = several.take(vins.reading_codes)
    return special


def _may_state_ranges(texts: pa.StringArray) -> int:
    """In how many cells more may stand behind a VIN that states a range."""
    longer = texts.filter(pc.greater(pc.binary_length(texts), pa.scalar(_VIN_LENGTH, pa.int32())))
    return int(pc.match_substring_regex(longer, _MAY_BE_RANGE).true_count)


def _filled(texts: pa.StringArray) -> Mask:
    return np.asarray(pc.not_equal(pc.utf8_trim_whitespace(texts), pa.scalar("")))


def _taken(column: pa.Array, rows: Places) -> pa.Array:
    """Some rows of a column, some of them more than once."""
    try:
        return column.take(rows)
    except pa.ArrowNotImplementedError:  # Arrow takes nothing from views
        return as_text(column).take(rows)


def _may_be_another(chassis: pa.StringArray, vins: VinColumn) -> Mask:
    """The rows whose chassis number may be another VIN, as ``row_vins.may_name_another`` has it."""
    long = pc.greater_equal(pc.binary_length(chassis), pa.scalar(_VIN_LENGTH, pa.int32()))
    marked = pc.match_substring_regex(chassis, f"[{MARKS}]")
    other = pc.not_equal(chassis, without_null(vins.vin))
    return np.asarray(pc.and_(pc.or_(long, marked), other))


def _counts_others(text: str) -> bool:
    """Whether a quantity is not that of one vehicle."""
    counts = quantities(text)
    return counts is not None and 1 not in counts


def _sum(amounts: Sequence[str]) -> str:
    """The quantity of a row: of lists side by side the sum, where each can be read."""
    counts = [quantities(one) for one in amounts]
    if any(counts) and all(one is None or len(one) == 1 for one in counts):
        return str(sum(max(one) for one in counts if one))
    return " / ".join(filter(None, amounts))


def _some(texts: pa.StringArray, rows: Places) -> list[str]:
    some: list[Any] = without_null(texts.take(rows)).to_pylist()
    return some


def _replaced(
    texts: pa.StringArray, rows: Places, of_special: Mask, special: Iterable[str]
) -> pa.StringArray:
    """The texts of the vehicles: those of their rows, but for the special ones; where there is no cell there is no text either."""
    spread = texts if len(rows) == len(texts) else texts.take(rows)
    replaced = pc.replace_with_mask(
        spread, pa.array(of_special), pa.array(list(special), pa.string())
    )
    nothing = pc.and_(spread.is_null(), pc.equal(replaced, pa.scalar("")))
    return cast("pa.StringArray", pc.if_else(nothing, pa.scalar(None, pa.string()), replaced))
