"""Which rows bear the VIN of an earlier row, of any sheet of the run, and which under the same bill of lading."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from vintool.codes import Reason
from vintool.columns.engine.arrays import Codes, Mask, Places
from vintool.columns.engine.categorical import Categorical
from vintool.columns.screening.duplicate_index import DuplicateIndex, hashes_of, mix, text_hashes
from vintool.columns.vins import VinColumn
from vintool.screening.evidence import Remark, remark

# The place of a vehicle in a run: the number of its row, above it the vehicle's among those of the row, and that of the sheet.
# More vehicles of one row than have numbers share the last one.
_VEHICLE_SHIFT, _SHEET_SHIFT = 32, 48
_LAST_VEHICLE = (1 << (_SHEET_SHIFT - _VEHICLE_SHIFT)) - 1


def places_of(rows: Places, ordinals: Places, sheet: int) -> Places:
    """The places of vehicles.

    >>> [sheet_and_row(place) for place in places_of(np.array([7, 7]), np.array([0, 1]), 2).tolist()]
    [(2, 7), (2, 7)]

    Args:
        rows: the number of the row of each.
        ordinals: which of the vehicles of its row each is, from 0.
        sheet: the number of the sheet in the run.
    """
    return rows + (np.minimum(ordinals, _LAST_VEHICLE) << _VEHICLE_SHIFT) + (sheet << _SHEET_SHIFT)


def sheet_and_row(place: int) -> tuple[int, int]:
    """The sheet of a place, and the row."""
    return place >> _SHEET_SHIFT, place & ((1 << _VEHICLE_SHIFT) - 1)


#: What the codes of ``Duplicates.kinds`` stand for.
DUPLICATE_REMARKS: tuple[tuple[Remark, ...], ...] = (
    (),
    (Remark(Reason.DUPLICATE_VIN),),
    (Remark(Reason.DUPLICATE_VIN), Remark(Reason.DUPLICATE_VIN_BILL)),
)


class Occurrences:
    """The VINs of a run so far, the VINs under each bill of lading, and how often each came again."""

    def __init__(self) -> None:
        self.vins = DuplicateIndex()
        self.bills = DuplicateIndex()
        self._repeated = DuplicateIndex()
        self._times: Counter[int] = Counter()

    def repeats(self, first: Places) -> Codes:
        """How often the VIN of each row stood before, by the places of their first rows; -1 is none."""
        repeats = np.zeros(len(first), dtype=np.int32)
        rows = np.flatnonzero(first >= 0)
        if not len(rows):
            return repeats
        repeats[rows] = 1
        places = first[rows]
        again = self._repeated(mix(places.astype(np.uint64)), places) >= 0
        for row in rows[again].tolist():
            self._times[int(first[row])] += 1
            repeats[row] = 1 + self._times[int(first[row])]
        return repeats


class Duplicates(NamedTuple):
    """Of n rows what was found of earlier ones; -1 stands for no place.

    Attributes:
        places: of each row itself, where it bears a VIN.
        first: the first row with its VIN, where that is another one.
        first_under_bill: likewise under the same bill of lading.
        repeats: how often its VIN stood before.
    """

    places: Places
    first: Places
    first_under_bill: Places
    repeats: Codes

    @property
    def kinds(self) -> Codes:
        """The place of each row's remarks in ``DUPLICATE_REMARKS``."""
        same_vin = (self.first >= 0).astype(np.int32)
        return np.where(self.first_under_bill >= 0, np.int32(2), same_vin)

    @property
    def vehicles(self) -> Places:
        """What the vehicle of each row is known by: the place of the first row with its VIN."""
        return np.where(self.first >= 0, self.first, self.places)

    def evidence(self, describe: Callable[[int], str]) -> Iterator[tuple[int, str]]:
        """Rows, each with a line of evidence; ``describe`` says a place in words."""
        for reason, places in (
            (Reason.DUPLICATE_VIN, self.first),
            (Reason.DUPLICATE_VIN_BILL, self.first_under_bill),
        ):
            for row in np.flatnonzero(places >= 0).tolist():
                yield row, str(remark(reason, describe(int(places[row])), "this file").item)


def find_duplicates(
    occurrences: Occurrences, vins: VinColumn, places: Places, bills: Categorical | None
) -> Duplicates:
    """Which of n rows bear a VIN of an earlier row, and under the same bill of lading.

    Args:
        occurrences: of the rows before; these rows are added.
        vins: of the n rows.
        places: of the n rows.
        bills: the bill of lading of each row, where the manifest names them.
    """
    well_formed = vins.well_formed
    of_vins, hashes = places[well_formed], hashes_of(vins.characters)
    first = _spread(well_formed, occurrences.vins(hashes, of_vins))
    under_bill = np.full(len(places), -1, dtype=np.int64)
    if bills is not None:
        of_bill = text_hashes([text.strip().upper() for text in bills.distinct_values()])
        with_bill = well_formed & bills.mask(str.strip)
        among = with_bill[well_formed]
        both = mix(hashes[among] ^ of_bill.take(bills.distinct[1])[with_bill])
        under_bill = _spread(with_bill, occurrences.bills(both, of_vins[among]))
    return Duplicates(_spread(well_formed, of_vins), first, under_bill, occurrences.repeats(first))


def _spread(rows: Mask, values: Places) -> Places:
    """Values of some rows, spread over all of them; -1 for the others."""
    spread = np.full(len(rows), -1, dtype=np.int64)
    spread[rows] = values
    return spread
