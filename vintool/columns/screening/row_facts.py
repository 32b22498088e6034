"""What only the row itself can show: its chassis number, and the rows before it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import Reason
from vintool.columns.engine.distinct import Column, as_text
from vintool.columns.engine.keys import Codes, Places
from vintool.columns.screening.duplicates import Seen, at_rows, hashes_of, mix, text_hashes
from vintool.columns.vins import VinColumn
from vintool.screening.contradictions import chassis_sides
from vintool.screening.evidence import Remark, remark
from vintool.screening.facts import chassis_differs

#: The places of rows: their number, and above it that of their sheet.
SHEET_SHIFT = 40

#: What ``Earlier.kinds`` numbers.
DUPLICATES: list[tuple[Remark, ...]] = [
    (),
    (Remark(Reason.DUPLICATE_VIN),),
    (Remark(Reason.DUPLICATE_VIN), Remark(Reason.DUPLICATE_VIN_BILL)),
]

# Where a chassis number mostly starts in its VIN (0-based): whole, its last eight, its last six.
_USUAL_CHASSIS = (0, 9, 11)


class Earlier(NamedTuple):
    """For every row its own place, that of an earlier one with its VIN, and of one under its bill too.

    -1 stands for none, and for the place of a row that bears no VIN. ``times`` is how often its VIN
    stood before.
    """

    own: Places
    places: Places
    under_bill: Places
    times: Codes

    @property
    def kinds(self) -> Codes:
        """The number of each row in ``DUPLICATES``."""
        same_vin = (self.places >= 0).astype(np.int32)
        return np.where(self.under_bill >= 0, np.int32(2), same_vin)


def earlier_rows(seen: Seen, vins: VinColumn, places: Places, bills: Column | None) -> Earlier:
    """Which rows bear a VIN of an earlier row, and under the same bill of lading.

    Args:
        seen: what was met before; the rows are added.
        vins: the VINs of the rows.
        places: the place of each row.
        bills: the bill of lading of each row, where the manifest tells them.
    """
    own = places[vins.well_formed]
    hashes = hashes_of(vins.characters)
    first = at_rows(vins.well_formed, seen.vins(hashes, own))
    under = np.full(len(places), -1, dtype=np.int64)
    if bills is not None:
        used, where = bills.dense
        named = np.array([bool(bills.values[code].strip()) for code in used.tolist()], dtype=bool)
        with_bill = vins.well_formed & named.take(where)
        of_bill = text_hashes([bills.values[code].strip().upper() for code in used.tolist()])
        among = with_bill[vins.well_formed]
        both = mix(hashes[among] ^ of_bill.take(where)[with_bill])
        under = at_rows(with_bill, seen.bills(both, own[among]))
    return Earlier(at_rows(vins.well_formed, own), first, under, seen.times(first))


def differing_chassis(
    batch: pa.RecordBatch, column: str | None, vins: VinColumn
) -> Mapping[int, str]:
    """The chassis numbers that are not those of the VIN, by row."""
    if column is None:
        return {}
    texts = pc.fill_null(as_text(batch.column(column)), "")
    other = pa.array(vins.well_formed)
    for start in _USUAL_CHASSIS:
        end = pc.utf8_slice_codeunits(pc.fill_null(vins.vin, ""), start)
        other = pc.and_(other, pc.not_equal(texts, end))
    rows = np.flatnonzero(other.to_numpy(zero_copy_only=False))
    pairs = zip(
        rows.tolist(), vins.vin.take(rows).to_pylist(), texts.take(rows).to_pylist(), strict=True
    )
    return {row: text.strip() for row, vin, text in pairs if chassis_differs(vin, text)}


def sides(
    vins: VinColumn,
    chassis: Mapping[int, str],
    earlier: Earlier,
    place: Callable[[int], str],
) -> Mapping[int, list[str]]:
    """Both sides of what only the row itself can show, as lines of evidence of these rows.

    Args:
        vins: the VINs of the rows.
        chassis: the chassis numbers that are told to differ, by row.
        earlier: the rows before.
        place: the place of a row in words.
    """
    shown: dict[int, list[str]] = {}
    told = vins.vin.take(pa.array(list(chassis), pa.int64())).to_pylist()
    for row, vin in zip(chassis, told, strict=True):
        shown.setdefault(row, []).append(str(chassis_sides(vin, chassis[row])))
    for reason, places in (
        (Reason.DUPLICATE_VIN, earlier.places),
        (Reason.DUPLICATE_VIN_BILL, earlier.under_bill),
    ):
        for row in np.flatnonzero(places >= 0).tolist():
            item = remark(reason, place(int(places[row])), "this file").item
            shown.setdefault(row, []).append(str(item))
    return shown
