"""What only all rows of a run tell, where no process sees them all: three steps that know no engine.

1. **Narrow**, any part of the rows in any order: ``PartScreener.narrow`` gives what each vehicle is known again by, and the days of
   the rows.
2. **Global**, on narrow rows: ``earlier_rows`` finds the vehicles that stand on earlier rows, among all those of one VIN;
   ``PartScreener.drawing_rows`` asks which licences each row could draw on, and ``settle`` lets them draw in the order of the rows.
   For each licence it gives the place at which it runs out, and of single rows only what does not follow from that.
3. **Answers**, any part of the rows in any order: ``PartScreener.answers``, with what was found.

Each step asks what a run of one process asks: ``Screener`` judges, ``Occurrences`` finds vehicles, ``Draws`` draws.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import chain
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from vintool.codes import Reason
from vintool.columns.engine.arrays import Codes, Ints, Mask, Places
from vintool.columns.engine.categorical import Categorical
from vintool.columns.engine.encoder import Encoder
from vintool.columns.engine.plain import TypeNotTakenError
from vintool.columns.engine.tables import named
from vintool.columns.screening.days import DayCounter
from vintool.columns.screening.draws import DRAWN, NOT_DRAWN, NOTHING_LEFT, Draw, DrawingRows, Draws
from vintool.columns.screening.duplicate_index import text_hashes
from vintool.columns.screening.duplicates import (
    Duplicates,
    KnownVehicles,
    Occurrences,
    VehicleKeys,
    in_order,
    places_in,
)
from vintool.columns.screening.screener import Screener
from vintool.columns.screening.table import parts_of
from vintool.desk.book import Desk
from vintool.desk.ledger import Ledger
from vintool.desk.licences import Match
from vintool.screening.dates import ManifestDays, day_field

_DAY: pa.Field = pa.field("day", pa.date32())
#: A vehicle: ``at`` says where it stands in the order of all, ``vin`` and ``under_bill`` what it is known again by. Other lines
#: count the rows of a batch that have a day: ``at`` is null there.
NARROW = pa.schema(
    [
        pa.field("at", pa.int64()),
        pa.field("vin", pa.int64()),
        pa.field("under_bill", pa.int64()),
        _DAY,
        pa.field("rows", pa.int64()),
    ]
)
#: What is known of a vehicle that stands on an earlier row: the places of the first ones, -1 where there is none.
EARLIER = pa.schema(
    [
        pa.field("at", pa.int64()),
        pa.field("first", pa.int64()),
        pa.field("first_under_bill", pa.int64()),
        pa.field("repeats", pa.int32()),
    ]
)
#: A vehicle that draws: on which kind of licences, whose list stands where a task meets it first.
DRAWING = pa.schema(
    [
        pa.field("at", pa.int64()),
        pa.field("known_by", pa.int64()),
        pa.field("number", pa.int64()),
        pa.field("kind", pa.int64()),
        pa.field("licences", pa.list_(pa.int32())),
        pa.field("declaration", pa.string()),
        pa.field("port", pa.string()),
    ]
)
#: What became of a vehicle that draws; or, with ``RUNS_OUT``, at which place a licence does.
OUTCOMES = pa.schema(
    [
        pa.field("at", pa.int64()),
        pa.field("outcome", pa.int32()),
        pa.field("licence", pa.int32()),
        pa.field("over", pa.list_(pa.string())),
    ]
)
RUNS_OUT = -1
T = TypeVar("T")
_REASONS = {reason.value: reason for reason in Reason}
_NEVER = np.iinfo(np.int64).max
#: The highest number of a row.
LAST_ROW = (1 << 32) - 1


@dataclass(frozen=True)
class WholeRun:
    """What every process must know that judges a part of the rows.

    Attributes:
        mapping: field -> column name.
        on: the declaration date of all rows; None to read it from the mapped column.
        regime: code of the regime; None or ``all`` for every one that is in question for a row.
        desk: lists that the rows are held against.
        days: those of all rows; None where ``on`` is given, or before they are counted.
        runs_out: by licence, the number in the order of all vehicles behind which nothing of it is left.
    """

    mapping: Mapping[str, str]
    on: date | None = None
    regime: str | None = None
    desk: Desk | None = None
    days: ManifestDays | None = None
    runs_out: tuple[int, ...] = ()

    @property
    def ledger(self) -> Ledger | None:
        """The licences, if there are any."""
        return self.desk.ledger if self.desk else None

    def with_days(self, counted: Iterable[tuple[date | None, int]]) -> "WholeRun":
        """The run with the days of all rows: pairs of a day, or None, and the number of rows; what has one day may come in several."""
        days, rows = dict[date, int](), 0
        for day, number in counted:
            rows += number
            if day is not None:
                days[day] = days.get(day, 0) + number
        return replace(self, days=ManifestDays(rows, days))

    def with_licences(self, places: Iterable[tuple[int, int]]) -> "WholeRun":
        """The run with the places at which licences run out: pairs of the number of one, and its place."""
        out = _at_first(self.ledger)
        for licence, place in places:
            out[licence] = place
        return replace(self, runs_out=tuple(out.tolist()))


class _KnownEarlier:
    """Knows of the vehicles of one batch which stand on earlier rows."""

    def __init__(self) -> None:
        self.rows = _none_of(EARLIER)

    def find(self, keys: VehicleKeys, places: Places) -> Duplicates:
        known = self.rows
        at = _numbers(known, "at")
        order = np.argsort(at)
        found, there = _look_up(at[order], in_order(places))
        columns = []
        for name, none in (("first", -1), ("first_under_bill", -1), ("repeats", 0)):
            values = _numbers(known, name)
            column = np.full(len(places), none, dtype=values.dtype)
            column[there] = values[order][found]
            columns.append(column)
        return Duplicates(np.where(keys.well_formed, places, -1), *columns)


class _Asked:
    """Notes what rows could draw on, and lets them draw nothing."""

    def __init__(self) -> None:
        self.values: Sequence[Draw] = (Draw(NOT_DRAWN),)
        self.noted: list[pa.RecordBatch] = []
        self._kinds = dict[tuple[int, ...], int]()

    def __call__(self, rows: DrawingRows) -> Codes:
        matches, vehicles, numbers, *uses = rows
        used, which = matches.distinct
        if not len(which):
            return np.zeros(0, dtype=np.int32)
        licences = [matches.values[code].drawable for code in used.tolist()]
        kinds = np.array([self._kind(one) for one in licences], dtype=np.int64)
        lists: list[Any] = [None] * len(which)
        for code, row in zip(*np.unique(which, return_index=True), strict=True):
            if licences[code] not in self._kinds:
                self._kinds[licences[code]] = int(kinds[code])
                lists[row] = licences[code]
        columns = [
            in_order(vehicles.places),
            vehicles.known_by,
            numbers,
            kinds[which],
            pa.array(lists, DRAWING.field("licences").type),
            *(one.map(str, pa.string()) for one in uses),
        ]
        self.noted.append(_batch(DRAWING, columns))
        return np.zeros(len(which), dtype=np.int32)

    def _kind(self, licences: tuple[int, ...]) -> int:
        known = self._kinds.get(licences)
        return int(_signed(text_hashes([repr(licences)]))[0]) if known is None else known


class _KnownOutcomes:
    """Knows of the rows of one batch what became of them when all drew in their order."""

    def __init__(self, runs_out: Iterable[int]) -> None:
        self._out = np.array([*runs_out], dtype=np.int64)
        self._encoder = Encoder([Draw(NOT_DRAWN)])
        self.values: Sequence[Draw] = self._encoder.values
        self.rows = _none_of(OUTCOMES)

    def __call__(self, rows: DrawingRows) -> Codes:
        used, which = rows.matches.distinct
        licences = [rows.matches.values[code].drawable for code in used.tolist()]
        places = in_order(rows.vehicles.places)
        outcomes, at = _expected(self._out, licences, which, places)
        pairs, of_pair = np.unique(outcomes.astype(np.int64) << 32 | at, return_inverse=True)
        draws = (Draw(pair >> 32, pair & 0xFFFFFFFF) for pair in pairs.tolist())
        codes = self._encoder.codes(draws).take(of_pair)
        known = self.rows
        placed = _numbers(known, "at")
        order = np.argsort(placed)
        found, there = _look_up(placed[order], places)
        others = known.take(order[found]).to_pylist()
        codes[there] = self._encoder.codes(
            Draw(one["outcome"], one["licence"], tuple(_REASONS[code] for code in one["over"]))
            for one in others
        )
        return codes


class PartScreener:
    """Judges parts of a run, in any order.

    Args:
        run: what is known of all of it.
    """

    def __init__(self, run: WholeRun) -> None:
        self._run = run
        self._earlier, self._asked, self._outcomes = (
            _KnownEarlier(),
            _Asked(),
            _KnownOutcomes(run.runs_out),
        )
        new = partial(
            Screener,
            dict(run.mapping),
            run.on,
            run.regime,
            occurrences=self._earlier,
            desk=run.desk,
            manifest_days=lambda: run.days,
        )
        self._asking, self._answering = new(draws=self._asked), new(draws=self._outcomes)

    def narrow(self, batch: pa.RecordBatch, rows: Places) -> Iterator[pa.RecordBatch]:
        """Step 1: ``NARROW`` rows.

        Args:
            batch: the user's columns, those at least that are mapped.
            rows: the number of each row, from 1 in the order of all.
        """
        for places, keys in self._each_part(self._asking.keys, batch, rows):
            vins, bills = (np.zeros(len(places), dtype=np.uint64) for _ in range(2))
            vins[keys.well_formed], bills[keys.with_bill] = keys.vins, keys.under_bill
            at = in_order(places)
            yield _batch(
                NARROW,
                [at, _where(keys.well_formed, vins), _where(keys.with_bill, bills), None, None],
            )
        if self._run.on is None and day_field(self._run.mapping):
            counter = DayCounter()
            counter.add([batch], self._run.mapping)
            lines = [*counter.lines()]
            days = pa.array([day for day, _ in lines], pa.date32())
            yield _batch(NARROW, [None, None, None, days, np.array([count for _, count in lines])])

    def drawing_rows(
        self, batch: pa.RecordBatch, rows: Places, earlier: pa.RecordBatch
    ) -> Iterator[pa.RecordBatch]:
        """Step 2: ``DRAWING`` rows.

        Args:
            batch: the user's columns, all of them.
            rows: their numbers.
            earlier: ``EARLIER`` rows, those of this batch at least.
        """
        self._earlier.rows = earlier
        for _ in self._each_part(self._asking.judge, batch, rows):
            yield from self._asked.noted
            self._asked.noted.clear()

    def answers(
        self,
        batch: pa.RecordBatch,
        rows: Places,
        earlier: pa.RecordBatch,
        outcomes: pa.RecordBatch | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """Step 3: the columns of ``screen_table`` that are added, row by row.

        Args:
            batch: the user's columns, all of them.
            rows: their numbers.
            earlier: ``EARLIER`` rows, those of this batch at least.
            outcomes: ``OUTCOMES`` rows, likewise; None where there are none.
        """
        self._earlier.rows = earlier
        self._outcomes.rows = _none_of(OUTCOMES) if outcomes is None else outcomes
        yield from self._each_part(self._answering, batch, rows)

    def _each_part(
        self, ask: Callable[[pa.RecordBatch, Places], T], batch: pa.RecordBatch, rows: Places
    ) -> Iterator[T]:
        """What is to be asked of a batch, of each of its parts in turn."""
        if len(rows) and not 0 <= int(rows.min()) <= int(rows.max()) <= LAST_ROW:
            raise ValueError(f"rows are numbered from 0 to {LAST_ROW:,}")
        try:
            for start, part in parts_of(self._asking, batch):
                yield ask(part, rows[start : start + part.num_rows])
        except TypeNotTakenError as error:
            raise named(error, batch, self._run.mapping.values()) from None


def earlier_rows(narrow: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Step 2: of the vehicles with some VINs those that stand on an earlier row; ``EARLIER`` rows.

    Args:
        narrow: ``NARROW`` rows, all of each of these VINs, in the order of ``at``.
    """
    occurrences = Occurrences()
    for batch in narrow:
        with_bill = np.asarray(batch.column("under_bill").is_valid())
        keys = VehicleKeys(
            np.ones(batch.num_rows, dtype=bool),
            _numbers(batch, "vin").view(np.uint64),
            with_bill,
            _numbers(batch, "under_bill")[with_bill].view(np.uint64),
        )
        at = _numbers(batch, "at")
        found = occurrences.find(keys, places_in(at))
        rows = found.first >= 0
        columns = (at, found.first, found.first_under_bill, found.repeats)
        yield _batch(EARLIER, [column[rows] for column in columns])


def settle(
    drawing: Iterable[pa.RecordBatch], ledger: Ledger, kinds: Mapping[int, tuple[int, ...]]
) -> Iterator[pa.RecordBatch]:
    """Step 2: what became of rows that draw, where it does not follow from the places at which licences run out; and these.

    Args:
        drawing: ``DRAWING`` rows, all of the run, in the order of ``at``.
        ledger: of the run, on which nothing was drawn.
        kinds: the lists of licences by their kind.
    """
    draws, out = Draws(ledger), _at_first(ledger)
    matches, encoders = Encoder(), (Encoder(), Encoder())
    for batch in drawing:
        at, known_by = _numbers(batch, "at"), _numbers(batch, "known_by")
        places = places_in(at)
        known = KnownVehicles(places, known_by, (known_by >= 0) & (known_by != places))
        of_rows, which = np.unique(_numbers(batch, "kind"), return_inverse=True)
        licences = [kinds[kind] for kind in of_rows.tolist()]
        codes = matches.codes(Match(one, one, ()) for one in licences)
        uses = (
            Categorical.of_texts(batch.column(name), encoder)
            for name, encoder in zip(("declaration", "port"), encoders, strict=True)
        )
        numbers = _numbers(batch, "number")
        of_matches = Categorical(matches.values, codes.take(which))
        drawn = draws(DrawingRows(of_matches, known, numbers, *uses))
        values = [draws.values[code] for code in drawn.tolist()]
        outcomes, on, over = (
            np.array([rule(one) for one in values], dtype=np.int64)
            for rule in (lambda one: one.outcome, lambda one: one.at, lambda one: len(one.over))
        )
        for licence in {*chain.from_iterable(licences)}:
            if out[licence] == _NEVER and not ledger.room(licence):
                rows = (outcomes == DRAWN) & (on == licence)
                out[licence] = at[rows].max() if rows.any() else at[0] - 1
        expected = _expected(out, licences, which, at)
        differ = np.flatnonzero((expected[0] != outcomes) | (expected[1] != on) | (over > 0))
        lists = pa.array([values[row].over for row in differ.tolist()], OUTCOMES.field("over").type)
        yield _batch(OUTCOMES, [at[differ], outcomes[differ], on[differ], lists])
    empty = np.flatnonzero(out != _at_first(ledger))
    yield _batch(OUTCOMES, [out[empty], np.full(len(empty), RUNS_OUT), empty, None])


def _at_first(ledger: Ledger | None) -> Places:
    """By licence the place at which it runs out, where nothing is drawn."""
    licences = ledger.licences.licences if ledger else []
    return np.array([_NEVER if one.quantity > 0 else -1 for one in licences], dtype=np.int64)


def _expected(
    out: Places, licences: Sequence[tuple[int, ...]], which: Ints, at: Places
) -> tuple[Any, Any]:
    """What becomes of rows that draw one vehicle each, where licences run out at these places; and on which licence.

    Args:
        out: by licence.
        licences: those of each kind of rows.
        which: the kind of each row.
        at: the place of each row.
    """
    outcomes, on = np.full(len(at), DRAWN), np.zeros(len(at), dtype=np.int64)
    for kind, some in enumerate(licences):
        rows = np.flatnonzero(which == kind)
        candidates = np.array(some, dtype=np.int64)
        first = np.searchsorted(np.maximum.accumulate(out[candidates]), at[rows])
        nothing = first == len(candidates)
        outcomes[rows[nothing]] = NOTHING_LEFT
        on[rows] = candidates[np.where(nothing, 0, first)]
    return outcomes, on


def _look_up(known: Places, wanted: Places) -> tuple[Places, Places]:
    """Of some numbers those that are known: where they stand among the known, which are in order, and where among the wanted."""
    at = np.searchsorted(known, wanted)
    there = np.flatnonzero(at < len(known))
    there = there[known[at[there]] == wanted[there]]
    return at[there], there


def _numbers(batch: pa.RecordBatch, name: str) -> Any:
    """A column of numbers; 0 where there is none."""
    return batch.column(name).fill_null(0).to_numpy(zero_copy_only=False)


def _signed(words: Any) -> Places:
    """The same bits as whole numbers with a sign, which every engine has."""
    return np.asarray(words.view(np.int64))


def _where(mask: Mask, words: Any) -> pa.Array:
    return pa.array(_signed(words), mask=~mask)


def _none_of(schema: pa.Schema) -> pa.RecordBatch:
    return _batch(schema, [None] * len(schema))


def _batch(schema: pa.Schema, columns: Iterable[Any]) -> pa.RecordBatch:
    """The columns; nulls where there is none."""
    columns = [*columns]
    rows = max((len(one) for one in columns if one is not None), default=0)
    arrays = [
        pa.nulls(rows, field.type)
        if one is None
        else one
        if isinstance(one, pa.Array)
        else pa.array(one, field.type)
        for field, one in zip(schema, columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
