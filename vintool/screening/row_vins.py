"""The vehicles of one row: every VIN that stands on it, in one cell or in several, and what its quantity says of them.

Each is judged by itself, with what the row declares; ``of_row`` makes the verdict of the row of theirs. The columns
(``columns.screening.vehicles``) ask the same rules.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from vintool.codes import REGIMES, Basis, Problem, Reason, Verdict
from vintool.declaration.quantities import quantities
from vintool.declaration.shapes import holds_vin
from vintool.decoding.identity import read_cell
from vintool.registry import wmi_is_known
from vintool.screening.decision import Decision
from vintool.screening.evidence import EvidenceItem, Remark, remark
from vintool.screening.facts import chassis_differs
from vintool.screening.several import led_by, together, under
from vintool.vin.cleanup import Range, Reading, fold, is_plain
from vintool.vin.masks import MARKS
from vintool.vin.positions import UNKNOWN_CHARACTER
from vintool.vin.ranges import LONGEST, vins_between
from vintool.vin.scan import bare, vin_places

# In a column beside another VIN these say that there is no further vehicle.
_NO_OTHER = {"NA", "NIL", "NONE", "NULL", "无", "暂无"}
_NO_IDENTITY = {Problem.MISSING, Problem.PLACEHOLDER, Problem.FRAME_NUMBER, Problem.NOT_A_VIN}
_MARKS = frozenset(MARKS)
_VIN_LENGTH = 17
_SHORTEST_NUMBER = 4  # figures: less is a row number
_ROW = "the row"
_NAMED = 3  # VINs of other cells
_LONGEST_CELL = 1 << 12  # characters of a cell that are looked at
_STRICTEST = (Verdict.CONTROLLED, Verdict.REVIEW, Verdict.INVALID, Verdict.OUT_OF_SCOPE)


class _Found(NamedTuple):
    """The text of a vehicle, and in which cell it stands."""

    text: str
    place: int = 0


class RowVins(NamedTuple):
    """The vehicles of a row.

    Attributes:
        texts: one a vehicle: a VIN, or the text that stands for one. The first is that of the row.
        places: in which of the cells each of them stands, from 0.
        chassis: the chassis number to hold against the first.
        by_chassis: how many of the last ones the chassis number alone names: they are judged, and are no vehicles more.
        draws: as how many vehicles the first one draws on licences.
        remarks: on each of them.
        held: whether nothing clears them: vehicles may stand on the row that no VIN names.
    """

    texts: tuple[str, ...]
    places: tuple[int, ...]
    chassis: str = ""
    by_chassis: int = 0
    draws: int = 1
    remarks: tuple[Remark, ...] = ()
    held: bool = False


def row_vins(
    cells: Sequence[str], last: str = "", chassis: str = "", quantity: str = ""
) -> RowVins:
    """The vehicles of a row.

    >>> row_vins(["LRW3E7FA1LC000001 / LRW3E7FA5LC000003"]).texts
    ('LRW3E7FA1LC000001', 'LRW3E7FA5LC000003')
    >>> row_vins(["LRW3E7FA1LC000001"], last="LRW3E7FA5LC000003", quantity="3").texts[1]
    'LRW3E7FA3LC000002'
    >>> row_vins(["LRW3E7FA1LC000001"], quantity="10").draws
    10

    Args:
        cells: those of the columns of VINs, at least one.
        last: the last VIN of a range of which the first stands in ``cells``.
        chassis: the chassis number; a VIN there that is another one is judged, too.
        quantity: how many vehicles the row stands for.
    """
    readings = [read_cell(cell) for cell in cells]
    vehicles = _vehicles(cells, readings)
    ranges = list(chain.from_iterable(reading.ranges for reading in readings))
    if last.strip():
        of_last = read_cell(last)
        ends = (*vehicles, of_last.text)
        if of_last.problem is not Problem.MISSING and len(set(ends)) > 1:
            known = len(ends) == 2 and all(map(is_plain, ends))
            ranges.append(Range(ends[0], ends[1] if known else "", stated=True, alone=True))
            vehicles |= _vehicles([last], [of_last])
    counts = quantities(quantity)
    vehicles, unopened = _opened(vehicles, ranges, counts)
    remarks, held = _of_cells(readings)
    if unopened:
        remarks.append(remark(Reason.RANGE_NOT_OPENED, "its ends alone were judged", _ROW))
    known = len(vehicles) > 1 or any(one.problem not in _NO_IDENTITY for one in readings)
    if known and counts is not None and len(vehicles) not in counts:
        remarks.append(_of_quantity(quantity, counts, len(vehicles)))
        held = held or any(map(str.isdigit, quantity))
    draws = max(counts) - len(vehicles) + 1 if known and counts and len(counts) == 1 else 1
    by_chassis = _of_chassis(chassis, vehicles)
    if by_chassis and not known and len(vehicles) == 1:
        vehicles, by_chassis, chassis = by_chassis, {}, ""
    elif len(vehicles) > 1 and any(
        not chassis_differs(vin, chassis) for vin in vehicles if is_plain(vin)
    ):
        chassis = ""  # that of another one
    vehicles |= by_chassis
    if len(vehicles) > 1:
        remarks.insert(0, Remark(Reason.SEVERAL_VINS_ON_ROW))
    return RowVins(
        tuple(one.text for one in vehicles.values()),
        tuple(one.place for one in vehicles.values()),
        chassis,
        len(by_chassis),
        max(draws, 1),
        tuple(remarks),
        held or unopened,
    )


def _vehicles(cells: Sequence[str], readings: Sequence[Reading]) -> dict[str, _Found]:
    """The vehicles of some cells: VIN, or what stands for one -> text. What the first cell says counts if none is there."""
    vehicles = dict[str, _Found]()
    for number, (cell, reading) in enumerate(zip(cells, readings, strict=True)):
        for vin in reading.vins:
            vehicles.setdefault(vin, _Found(vin, number))
        if not reading.vins and _is_vehicle(cell, reading, beside=number > 0):
            vehicles.setdefault(reading.text, _Found(cell, number))
    return vehicles or {readings[0].text: _Found(cells[0])}


def _is_vehicle(cell: str, reading: Reading, *, beside: bool) -> bool:
    """Whether a cell stands for a vehicle; one ``beside`` the first column may also hold remarks."""
    problem = reading.problem
    if problem is Problem.MISSING or (problem is Problem.PLACEHOLDER and reading.text in _NO_OTHER):
        return False
    if not beside or problem in {None, Problem.PARTIAL, Problem.PLACEHOLDER, Problem.FRAME_NUMBER}:
        return True
    is_number = sum(map(str.isdigit, reading.text)) >= _SHORTEST_NUMBER and len(cell.split()) == 1
    return is_number or holds_vin(cell)


def _opened(
    vehicles: dict[str, _Found], ranges: Sequence[Range], counts: frozenset[int] | None
) -> tuple[dict[str, _Found], bool]:
    """The vehicles with those of the ranges, and whether a range that the row states could not be counted out.

    Two VINs that are the ends of a range by their quantity are one, though nothing else says so.
    """
    if not ranges and counts and max(counts) > len(vehicles) == 2 and all(map(is_plain, vehicles)):
        first, last = sorted(vehicles, key=lambda vin: vin[-6:])
        ranges = [Range(first, last, stated=False, alone=False)]
    spans, room = list[tuple[str, ...]](), LONGEST
    for one in ranges:
        spans.append(vins_between(one.first, one.last) if one.last and room > 0 else ())
        room -= len(spans[-1])
    if room < 0:
        spans = [()] * len(ranges)
    number = len({*vehicles, *chain.from_iterable(spans)})
    agrees, unopened = bool(counts and number in counts), False
    opened = dict[str, tuple[str, ...]]()  # by the first
    for one, vins in zip(ranges, spans, strict=True):
        if vins and (agrees or (one.alone and not counts)):
            opened[one.first] = vins
        else:
            unopened |= one.stated
    found = dict[str, _Found]()
    for vin, one_of_row in vehicles.items():
        for counted in opened.get(vin, ()):
            found.setdefault(counted, _Found(counted, one_of_row.place))
        found.setdefault(vin, one_of_row)
    return found, unopened


def _of_cells(readings: Sequence[Reading]) -> tuple[list[Remark], bool]:
    """What must be told of cells with several VINs, and whether it keeps the row from being cleared."""
    remarks = list[Remark]()
    for reading in readings:
        damaged = [vin for vin in reading.vins if not is_plain(vin)]
        if damaged:
            sides = f"{reading.vins[0]} against {', '.join(damaged)}"
            reason = Reason.CONTRADICTION_TWO_VINS
            remarks.append(
                Remark(reason, EvidenceItem(reason.value, sides, Basis.DECLARED, None, "the cell"))
            )
        if reading.vins and Problem.REST_OF_CELL in reading.cleanup:
            remarks.append(Remark(Reason.ODD_VIN))
    return remarks, bool(remarks)


def _of_quantity(text: str, counts: frozenset[int], vehicles: int) -> Remark:
    """That a quantity is not the number of the row's VINs, or cannot be read."""
    if len(counts) != 1:
        return remark(Reason.QUANTITY_NOT_READ, f"quantity {text.strip()[:40]!r}", _ROW)
    sides = f"quantity {max(counts)} against {vehicles} VIN{'s' if vehicles > 1 else ''}"
    return remark(Reason.QUANTITY_OF_ONE_VIN, sides, _ROW)


def may_name_another(chassis: str) -> bool:
    """Whether a chassis number may be a VIN or a masked one; a shorter one may be the end of a VIN."""
    return len(chassis) >= _VIN_LENGTH or not _MARKS.isdisjoint(chassis)


def _of_chassis(chassis: str, vehicles: dict[str, _Found]) -> dict[str, _Found]:
    """The VINs of a chassis number that are none of the row's vehicles; one that is masked may be any that it fits."""
    if not may_name_another(chassis):
        return {}
    reading = read_cell(chassis)
    if reading.vins or reading.problem is None:
        vins = reading.vins or (reading.text,)
        return {vin: _Found(vin) for vin in vins if vin not in vehicles}
    masked = reading.problem is Problem.PARTIAL and not reading.cut
    if masked and not any(_fits(reading.known, vin) for vin in vehicles):
        return {reading.text: _Found(chassis)}
    return {}


def _fits(known: str, vin: str) -> bool:
    """Whether a VIN has the known characters of a part."""
    return len(vin) == len(known) and all(
        one in {UNKNOWN_CHARACTER, other} for one, other in zip(known, vin, strict=True)
    )


@lru_cache(maxsize=1 << 14)
def stray_vins(text: str) -> frozenset[str]:
    """The VINs of known makers among the words of a cell that is not read as one of VINs.

    >>> sorted(stray_vins("replaced by lrw3e7fa1lc000001, see invoice 12345678901234567"))
    ['LRW3E7FA1LC000001']
    """
    if len(text) < _VIN_LENGTH:
        return frozenset()
    folded, _ = fold(text[:_LONGEST_CELL])
    vins = {bare(folded[start:end]) for start, end in vin_places(folded)}
    return frozenset(vin for vin in vins if is_plain(vin) and wmi_is_known(vin[:3]))


def stray_remarks(found: AbstractSet[str], own: AbstractSet[str]) -> tuple[Remark, ...]:
    """What VINs in other cells of a row say, by those of its vehicles."""
    stray = sorted(found - own)
    if not stray:
        return ()
    value = ", ".join(stray[:_NAMED]) + ", ..." * (len(stray) > _NAMED)
    return (remark(Reason.VIN_IN_ANOTHER_CELL, value, "another cell of the row"),)


def of_row(decisions: Sequence[Decision]) -> Decision:
    """The decision on a row by those on its vehicles: under each regime the strictest, with the reasons and evidence of all.

    A row is out of scope only if all of its vehicles are. One without identity beside others is for a person to see.
    Where one vehicle is controlled under the first regime so is the row; else no doubt under a regime is answered by another
    one, as of a single vehicle. What the row shows of its powertrain is that of the first.

    Args:
        decisions: on the vehicles, at least one.
    """
    first = decisions[0]
    if len(decisions) == 1:
        return first
    regimes = [code for code in REGIMES if any(under(one, code) for one in decisions)]
    merged = [
        _under_one([found for one in decisions if (found := under(one, code))]) for code in regimes
    ]
    row = together(merged)
    electric = any(
        one.regime == regimes[0] and one.verdict is Verdict.CONTROLLED for one in decisions
    )
    if electric and row.regime != regimes[0]:
        row = led_by(merged[0], merged)
    return row._replace(powertrain=first.powertrain, basis=first.basis, grade=first.grade)


def _under_one(decisions: Sequence[Decision]) -> Decision:
    """The same under one regime."""
    verdicts = {one.verdict for one in decisions}
    if verdicts == {Verdict.OUT_OF_SCOPE, Verdict.INVALID}:
        verdict, leading = Verdict.REVIEW, Verdict.INVALID
    else:
        verdict = leading = next(one for one in _STRICTEST if one in verdicts)
    lead = next(one for one in decisions if one.verdict is leading)
    ordered = (lead, *(one for one in decisions if one is not lead))
    named = chain.from_iterable(one.other_regimes for one in ordered if not one.others)
    return lead._replace(
        verdict=verdict,
        reasons=tuple(dict.fromkeys(chain.from_iterable(one.reasons for one in ordered))),
        evidence=tuple(dict.fromkeys(chain.from_iterable(one.evidence for one in ordered))),
        other_regimes=tuple(dict.fromkeys(name for name in named if "=" not in name)),
        others=(),
    )


def beside_first(texts: Sequence[str], verdicts: Sequence[str]) -> tuple[str, ...]:
    """The vehicles of a row behind its first, each as ``VIN=verdict``.

    >>> beside_first(["LRW3E7FA1LC000001", "LGXC74C48P0320453"], ["controlled", "out_of_scope"])
    ('LGXC74C48P0320453=out_of_scope',)
    """
    pairs = zip(texts[1:], verdicts[1:], strict=True)
    return tuple(f"{read_cell(text).text.replace(';', ',')}={verdict}" for text, verdict in pairs)
