"""Rows that draw on licences: those that find room whatever the others do at once, the others one by one.

The rule is ``desk.ledger.Ledger.draw``, asked row by row, which costs a microsecond. Of a million rows that need a licence
nearly all stand on licences with room for all of their batch, and then their order does not matter.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from vintool.codes import Reason
from vintool.columns.engine.arrays import Codes, Ints, Mask, Places
from vintool.columns.engine.categorical import Categorical
from vintool.columns.engine.encoder import Encoder, KeyEncoder
from vintool.columns.screening.duplicates import KnownVehicles
from vintool.desk.ledger import Ledger

DRAWN, NOTHING_LEFT, COUNTED_BEFORE, NOT_DRAWN = range(4)


class Draw(NamedTuple):
    """What became of a row, on which licence of the list, and which of its limits that goes beyond."""

    outcome: int
    at: int = 0
    over: tuple[Reason, ...] = ()


class DrawingRows(NamedTuple):
    """n rows that draw, in their order.

    Attributes:
        matches: the licences of each, one at least that it may draw on.
        vehicles: what they are numbered by.
        numbers: as how many vehicles each row draws.
        declarations: the cells of the declaration number.
        ports: the cells of the port.
    """

    matches: Categorical
    vehicles: KnownVehicles
    numbers: Ints
    declarations: Categorical
    ports: Categorical

    def take(self, rows: Places) -> "DrawingRows":
        """Some of them, by their numbers."""
        matches, vehicles, numbers, *uses = self
        return DrawingRows(
            matches.take(rows),
            vehicles.take(rows),
            numbers[rows],
            *(one.take(rows) for one in uses),
        )


class DrawRule(Protocol):
    """What becomes of rows that draw.

    Attributes:
        values: the distinct draws; the first is that of rows that draw nothing. They stay as long as the rule.
    """

    values: Sequence[Draw]

    def __call__(self, rows: DrawingRows) -> Codes:
        """The codes of the draws of n rows."""
        ...


class Draws:
    """The draws of a run on its ledger, in the order of the rows.

    Args:
        ledger: of the run.

    Attributes:
        values: the distinct draws; the first is that of rows that draw nothing.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._encoder = Encoder([Draw(NOT_DRAWN)])
        self.values: Sequence[Draw] = self._encoder.values

    def __call__(self, rows: DrawingRows) -> Codes:
        """The codes of the draws of n rows, in their order."""
        matches, (_, vehicles, repeated), numbers, *uses = rows
        if not len(vehicles):
            return np.zeros(0, dtype=np.int32)
        used, which = matches.distinct
        named = [matches.values[code].drawable for code in used.tolist()]
        first = np.array([licences[0] for licences in named])
        left = [self._ledger.with_room(licences) for licences in named]
        target = np.array([licences[0] if licences else -1 for licences in left])
        some = target >= 0
        roomy = self._roomy(left, np.bincount(which, numbers, len(named)))
        outcomes = np.where(some, DRAWN, NOTHING_LEFT).take(which)
        at = np.where(some, target, first).take(which)
        alone = (roomy | ~some).take(which) & ~repeated
        self._count(alone, outcomes, at, vehicles, numbers)
        in_turn = np.flatnonzero(~alone)
        cells = (column[in_turn].tolist() for column in (which, vehicles, numbers))
        draws = [
            _draw(self._ledger, int(first[match]), left[match], vehicle, number)
            for match, vehicle, number in zip(*cells, strict=True)
        ]
        outcomes[in_turn] = [outcome for outcome, _ in draws]
        at[in_turn] = [licence for _, licence in draws]
        return self._with_uses(outcomes, at, uses)

    def _roomy(self, left: Sequence[tuple[int, ...]], wanted: Ints) -> Mask:
        """Of which rows, by their licences, all find room on the first of these, whatever the other rows do.

        Args:
            left: the licences with some left that rows of a kind may draw on.
            wanted: how many vehicles these rows draw.
        """
        demand: Counter[int] = Counter()
        for licences, number in zip(left, wanted.tolist(), strict=True):
            if licences:
                demand[licences[0]] += number
        tight = {at for at, number in demand.items() if number > self._ledger.room(at)}
        slow = set[int]()
        while more := [
            n for n, one in enumerate(left) if one and one[0] in tight and n not in slow
        ]:
            slow.update(more)
            tight.update(*(left[n] for n in more))
        return np.array([bool(one) and n not in slow for n, one in enumerate(left)])

    def _count(self, rows: Mask, outcomes: Ints, at: Ints, vehicles: Places, numbers: Ints) -> None:
        """Enter in the ledger what is settled of some rows."""
        drawn = rows & (outcomes == DRAWN)
        for licence, number in _sums(at[drawn], numbers[drawn]):
            self._ledger.accounts[licence].drawn += number
        for licence, number in _sums(at[rows & ~drawn]):
            self._ledger.accounts[licence].findings[Reason.LICENCE_EXCEEDED] += number
        places = vehicles[drawn & (vehicles >= 0)]
        words, bits = places >> 6, np.uint64(1) << (places & 63).astype(np.uint64)
        starts = np.flatnonzero(np.diff(words, prepend=-1))
        if len(starts):
            of_word = np.bitwise_or.reduceat(bits, starts).tolist()
            for word, some in zip(words[starts].tolist(), of_word, strict=True):
                self._ledger.vehicles.words[word] |= some

    def _with_uses(self, outcomes: Ints, at: Ints, uses: Sequence[Categorical]) -> Codes:
        """The codes of draws, with the limits that declarations and ports of their rows go beyond."""
        over: list[tuple[Reason, ...]] = [()]
        use = np.zeros(len(at), dtype=np.int32)
        rows = np.flatnonzero(outcomes != NOTHING_LEFT)
        if len(rows):
            columns = [at[rows], *(column.codes[rows] for column in uses)]
            codes, _ = KeyEncoder()(*columns)
            first = np.empty(codes.max() + 1, dtype=np.int64)
            first[codes[::-1]] = np.arange(len(rows))[::-1]  # of several the last one stays
            counts = np.bincount(codes)
            over *= len(first) + 1
            for code in np.argsort(first).tolist():
                licence, *cells = (int(column[first[code]]) for column in columns)
                declaration, port = (
                    one.values[cell] for one, cell in zip(uses, cells, strict=True)
                )
                account = self._ledger.accounts[licence]
                over[code + 1] = account.use(declaration, port, int(counts[code]))
            use[rows] = codes + 1
        kinds, of_kind = KeyEncoder()(outcomes, at, use)
        of_kinds = (column[of_kind].tolist() for column in (outcomes, at, use))
        draws = (
            Draw(outcome, licence, over[one])
            for outcome, licence, one in zip(*of_kinds, strict=True)
        )
        return self._encoder.codes(draws).take(kinds)


def _sums(at: Ints, numbers: Ints | None = None) -> Iterator[tuple[int, int]]:
    """Of each licence the sum of the numbers of its rows, or how many they are."""
    sums = np.bincount(at, numbers)
    return ((licence, int(sums[licence])) for licence in np.flatnonzero(sums).tolist())


def _draw(
    ledger: Ledger, first: int, candidates: tuple[int, ...], vehicle: int, number: int
) -> tuple[int, int]:
    """Draw a number of vehicles, unless an earlier row with the VIN has drawn it; -1 bears no VIN."""
    if vehicle in ledger.vehicles:
        ledger.accounts[first].counted_before += 1
        return COUNTED_BEFORE, first
    drawn = ledger.draw(candidates, number)
    if drawn is None:
        ledger.accounts[first].findings[Reason.LICENCE_EXCEEDED] += 1
        return NOTHING_LEFT, first
    if vehicle >= 0:
        ledger.vehicles.add(vehicle)
    return DRAWN, drawn
