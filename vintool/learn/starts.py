"""The distinct starts of VINs in a list (positions 1-8), and the vehicles behind each."""

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from vintool.codes import Powertrain
from vintool.learn.rows import BEV, POWERTRAINS, Rows
from vintool.learn.rules import Criteria, wilson

_TAILS = 1 << 16  # positions 10 and 11 as a number

Numbers = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


class Starts:
    """The distinct starts of rows, sorted, as arrays of one length.

    Attributes:
        counts: vehicles by powertrain, one column each.
        electric: vehicles that are pure electric.
        vehicles: all vehicles.
        side: whether most are pure electric.
        against: vehicles of the other side.
        bound: Wilson's, of the share on the side.
        settled: whether one side alone stands behind the start, as far as ``Criteria`` go.
        characters: the eight characters, one column each.
        sources: how many independent sources have its side; 1 where none is known to be.
    """

    def __init__(self, rows: Rows, criteria: Criteria) -> None:
        self.criteria = criteria
        self._rows = rows
        self.starts, self._inverse = np.unique(rows.start, return_inverse=True)
        kinds = len(POWERTRAINS)
        self.counts = np.bincount(
            self._inverse * kinds + rows.powertrain, minlength=len(self.starts) * kinds
        ).reshape(-1, kinds)
        self.electric = self.counts[:, BEV]
        self.vehicles = self.counts.sum(axis=1)
        self.side = 2 * self.electric > self.vehicles
        self.against = against = np.minimum(self.electric, self.vehicles - self.electric)
        self.bound: Shares = wilson(self.vehicles - against, self.vehicles)
        tolerated = (against <= criteria.tolerate) & (self.bound >= criteria.confidence)
        self.settled = (against == 0) | (tolerated & (2 * against != self.vehicles))
        self.characters = self.starts.astype(">u8").view(np.uint8).reshape(-1, 8)
        self.sources = self._sources()
        self._tails: dict[int, list[tuple[str, int, int]]] | None = None

    def text(self, number: int) -> str:
        """A start as text."""
        return int(self.starts[number]).to_bytes(8).decode()

    def by_powertrain(self, number: int) -> dict[Powertrain, int]:
        """The vehicles of a start."""
        counts = self.counts[number].tolist()
        return {kind: count for kind, count in zip(POWERTRAINS, counts, strict=True) if count}

    def _sources(self) -> Numbers:
        rows = self._rows
        witness = rows.source if rows.witness is None else rows.witness
        on_side = ((rows.powertrain == BEV) == self.side[self._inverse]) & (witness >= 0)
        size = int(witness.max()) + 2
        pairs = np.unique(self._inverse[on_side] * size + witness[on_side])
        return np.maximum(np.bincount(pairs // size, minlength=len(self.starts)), 1)

    def tails(self, number: int) -> list[tuple[str, int, int]]:
        """Of a start that is not settled: positions 10 and 11, number of the powertrain, vehicles."""
        if self._tails is None:
            kinds, mixed = len(POWERTRAINS), ~self.settled[self._inverse]
            tails = self._inverse[mixed] * _TAILS + self._rows.tail[mixed]
            keys, counts = np.unique(
                tails * kinds + self._rows.powertrain[mixed], return_counts=True
            )
            self._tails = defaultdict(list)
            for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
                rest, kind = divmod(key, kinds)
                start, tail = divmod(rest, _TAILS)
                self._tails[start].append((tail.to_bytes(2).decode(), kind, count))
        return self._tails[number]
