"""Which rows bear the VIN of an earlier row, of any sheet of the run, and which under the same bill of lading."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import numpy as np

from vintool.codes import Reason
from vintool.columns.engine.arrays import Codes, Mask, Places, Words
from vintool.columns.engine.categorical import Categorical
from vintool.columns.screening.duplicate_index import DuplicateIndex, hashes_of, mix, text_hashes
from vintool.columns.vins import VinColumn
from vintool.screening.evidence import Remark, remark

# The place of a vehicle in a run: the number of its row, above it the vehicle's among those of the row, and that of the sheet.
# More vehicles of one row than have numbers share the last one.
_VEHICLE_SHIFT, _SHEET_SHIFT = 32, 48
#: By how many bits the row stands above the vehicle where both count in the order of the rows.
ROW_SHIFT = _SHEET_SHIFT - _VEHICLE_SHIFT
_LAST_VEHICLE = (1 << ROW_SHIFT) - 1
_ROW = (1 << _VEHICLE_SHIFT) - 1


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
    return place >> _SHEET_SHIFT, place & _ROW


def in_order(places: Places) -> Places:
    """Numbers that count the vehicles of one sheet as they come: by the row, and within it by the vehicle.

    >>> places = places_of(np.array([7, 7, 8]), np.array([0, 1, 0]), 0)
    >>> in_order(places).tolist(), places_in(in_order(places)).tolist() == places.tolist()
    ([458752, 458753, 524288], True)
    """
    return (places & _ROW) << ROW_SHIFT | places >> _VEHICLE_SHIFT


def places_in(order: Places) -> Places:
    """The places of vehicles with these numbers."""
    return order >> ROW_SHIFT | (order & _LAST_VEHICLE) << _VEHICLE_SHIFT


#: What the codes of ``Duplicates.kinds`` stand for.
DUPLICATE_REMARKS: tuple[tuple[Remark, ...], ...] = (
    (),
    (Remark(Reason.DUPLICATE_VIN),),
    (Remark(Reason.DUPLICATE_VIN), Remark(Reason.DUPLICATE_VIN_BILL)),
)


class VehicleKeys(NamedTuple):
    """What n vehicles are known again by.

    Attributes:
        well_formed: which of them bear a VIN.
        vins: the hashes of these VINs.
        with_bill: which of the vehicles also have a bill of lading.
        under_bill: the hashes of VIN and bill of these.
    """

    well_formed: Mask
    vins: Words
    with_bill: Mask
    under_bill: Words


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


class KnownVehicles(NamedTuple):
    """What n vehicles are numbered by.

    Attributes:
        places: of the vehicles themselves, whether they bear a VIN or not.
        known_by: those of one VIN have the same number, the place of the first; -1 where there is no VIN.
        repeated: which of them may stand on an earlier row.
    """

    places: Places
    known_by: Places
    repeated: Mask

    def take(self, rows: Places) -> "KnownVehicles":
        """Some of them, by their numbers."""
        return KnownVehicles(self.places[rows], self.known_by[rows], self.repeated[rows])


class Earlier(Protocol):
    """Knows the vehicles of the rows that stand before."""

    def find(self, keys: VehicleKeys, places: Places) -> Duplicates:
        """What is known of earlier rows with these vehicles, which have these places."""
        ...


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

    def find(self, keys: VehicleKeys, places: Places) -> Duplicates:
        """Which of n vehicles bear a VIN of an earlier one, and under the same bill of lading; they are added.

        Args:
            keys: of the vehicles.
            places: theirs, not negative.
        """
        of_vins = places[keys.well_formed]
        first = _spread(keys.well_formed, self.vins(keys.vins, of_vins))
        among = keys.with_bill[keys.well_formed]
        under_bill = _spread(keys.with_bill, self.bills(keys.under_bill, of_vins[among]))
        return Duplicates(
            _spread(keys.well_formed, of_vins), first, under_bill, self.repeats(first)
        )


def keys_of(vins: VinColumn, bills: Categorical | None) -> VehicleKeys:
    """What n vehicles are known again by.

    Args:
        vins: of the vehicles.
        bills: the bill of lading of each, where the manifest names them.
    """
    well_formed, hashes = vins.well_formed, hashes_of(vins.characters)
    with_bill = np.zeros(len(well_formed), dtype=bool)
    under_bill: Words = np.zeros(0, dtype=np.uint64)
    if bills is not None:
        of_bill = text_hashes([text.strip().upper() for text in bills.distinct_values()])
        with_bill = well_formed & bills.mask(str.strip)
        among = with_bill[well_formed]
        under_bill = mix(hashes[among] ^ of_bill.take(bills.distinct[1])[with_bill])
    return VehicleKeys(well_formed, hashes, with_bill, under_bill)


def _spread(rows: Mask, values: Places) -> Places:
    """Values of some rows, spread over all of them; -1 for the others."""
    spread = np.full(len(rows), -1, dtype=np.int64)
    spread[rows] = values
    return spread
