"""The list of export licences: which of them a row names, and which it may draw on.

A row draws one vehicle, in the order of the rows, and never more than the licence holds; ``ledger``
counts them. ``licence_terms`` tells whether a licence fits a row.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from vintool.codes import Basis, Reason
from vintool.desk.licence_terms import Licence, Shipment, compared, differences, read_licence
from vintool.desk.lists import YEARS, Entry, Validities, map_fields
from vintool.screening.evidence import EvidenceItem, Remark, remark
from vintool.screening.identifiers import stands_for_nothing

FIELDS = (
    "licence_no",
    "exporter",
    "exporter_code",
    "hs_code",
    "goods",
    "brands",
    "model",
    "quantity",
    "unit",
    "destination",
    "customs_port",
    "trade_mode",
    "valid_from",
    "valid_until",
    "remarks",
)
NEEDED = (("licence_no",), ("quantity",))
#: Whom a licence names beside its exporter; where it names no exporter, this is the one.
HOLDER = "holder"
#: Remarks with which a licence is not drawn on; the others stand beside it.
REFUSING = (
    Reason.LICENCE_EXPIRED,
    Reason.LICENCE_NOT_YET_VALID,
    Reason.LICENCE_WRONG_EXPORTER,
    Reason.LICENCE_WRONG_GOODS,
    Reason.LICENCE_WRONG_DESTINATION,
    Reason.LICENCE_WRONG_TRADE_MODE,
    Reason.LICENCE_UNIT_UNCLEAR,
)
#: What the ledger counts in columns of their own, the gravest first.
COUNTED = (Reason.LICENCE_EXCEEDED, *REFUSING)
_HINTS = {Reason.LICENCE_OTHER_PORT, Reason.LICENCE_NUMBER_SHAPE}
DRAW_ON_NONE = "One sheet has a column of licences, another has none: the rows of the other draw on no licence."
ORDER_OF_USE = "Licences are drawn on in the order of the rows, sheet by sheet; a row that names several draws on the first of them that has a vehicle left."
_SHAPE = re.compile(r"(\d{2})-?[0-9A-Z]{2}-?\d{6}")
_NUMBERS = re.compile(r"[;,、，/\s]+")
_DRAWN = "licence"
_LIST = "list of licences"


def map_columns(file: str, columns: Sequence[str]) -> dict[str, str]:
    """Which column of a list of licences is which field.

    The licence as it is printed has an exporter (出口商) and a consignor (发货人): one is the exporter where the
    other is not there.

    Raises:
        MappingError: a field is claimed by two columns, or there is no column of numbers or quantities.

    >>> map_columns("l.csv", ["许可证号", "数量", "发货人"])["exporter"]
    '发货人'
    >>> map_columns("l.csv", ["许可证号", "数量", "发货人", "出口商"])["exporter"]
    '出口商'
    """
    mapping = map_fields(file, columns, FIELDS, NEEDED)
    if "exporter" not in mapping:
        holder = map_fields(file, columns, (HOLDER,), ())
        if HOLDER in holder:
            mapping["exporter"] = holder[HOLDER]
    return mapping


@lru_cache(maxsize=1 << 14)
def number_key(text: str) -> str:
    """A licence number as numbers are compared: capitals and digits alone."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return re.sub(r"[^0-9A-Z]", "", re.sub(r"(?<=^\d)(\d*)\.0+$", r"\1", plain.strip(" '")))


def is_number(text: str) -> bool:
    """Whether a cell names a licence at all; a dash or "N/A" does not.

    >>> is_number("26-AA-123456"), is_number("n/a"), is_number(" - ")
    (True, False, False)
    """
    return bool(number_key(text)) and not stands_for_nothing(text)


@lru_cache(maxsize=1 << 16)
def shape(text: str, on: date | None) -> tuple[Remark, ...]:
    """A hint that a licence number has not the usual shape, or not the year of the declaration.

    A licence may be used in the year after its own.

    >>> shape("26-AA-123456", date(2026, 3, 1)), shape("X-1", None)[0].reason.value
    ((), 'licence_number_shape')
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    usual = _SHAPE.fullmatch(plain)
    if usual and (on is None or on.year % 100 - int(usual[1]) in {0, 1}):
        return ()
    source = "face rules of 2009, chinagate.cn"
    return (remark(Reason.LICENCE_NUMBER_SHAPE, f"number {plain[:30]!r}", source),)


class Match(NamedTuple):
    """The licences of one row, by their places in the list from 0.

    Attributes:
        named: those that the row names.
        drawable: those that it may draw on, the first one first.
        remarks: what is wrong with them, or that there are none.
        unknown: numbers of no licence beside one of a licence.
    """

    named: tuple[int, ...]
    drawable: tuple[int, ...]
    remarks: tuple[Remark, ...]
    unknown: tuple[str, ...] = ()


NO_MATCH = Match((), (), ())


class Licences:
    """The list of licences, by number or, where the manifest has no such column, by what fits.

    Raises:
        ManifestError: a row has no number or that of another row, or a cell cannot be read.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.licences: list[Licence] = []
        self._by_number: dict[str, int] = {}
        self._cells: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {}
        for at, entry in enumerate(entries):
            key = number_key(entry.text("licence_no"))
            if not key:
                raise entry.refusal("licence_no", "the row names no licence", "give its number")
            self.licences.append(read_licence(entry))
            if (earlier := self._by_number.setdefault(key, at)) != at:
                what = f"stands on {entries[earlier].place} too"
                raise entry.refusal("licence_no", what, "give each licence one row")
        self._validities = [Validities([(one.start, one.until)]) for one in self.licences]
        self.compared = compared(self.licences)
        self._all = Validities((one.start, one.until) for one in self.licences)
        self._order = sorted(
            range(len(self.licences)),
            key=lambda at: (self.licences[at].until or date.max, self.licences[at].number),
        )

    def canonical_day(self, number: str | None, on: date | None) -> date | None:
        """The canonical day of the licences of a number, or of the list; see ``Validities``."""
        if number is None:
            return self._all.canonical_day(on)
        named, _ = self._named(number)
        days = (self._validities[at].canonical_day(on) for at in named)
        return max(filter(None, days), default=YEARS.canonical_day(on))

    def _named(self, number: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """The licences that a cell names, and the numbers in it that are on no list."""
        if number not in self._cells:
            numbers = [part for part in _NUMBERS.split(number.strip()) if number_key(part)]
            by_part = {part: self._by_number.get(number_key(part)) for part in numbers}
            named = dict.fromkeys(at for at in by_part.values() if at is not None)
            unknown = tuple(part for part, at in by_part.items() if at is None)
            if not named and (whole := self._by_number.get(number_key(number))) is not None:
                named, unknown = {whole: None}, ()  # one number, written with spaces
            self._cells[number] = (tuple(named), unknown)
        return self._cells[number]

    def match(self, number: str | None, row: Shipment) -> Match:
        """The licences for a row.

        Args:
            number: the cell of the licence number; None if no sheet of the run has such a column: then the
                licences that fit all that the row tells, the first to expire first.
            row: what else the row tells.
        """
        if number is None:
            fits = tuple(at for at in self._order if _fits(self.licences[at], row))
            if not fits:
                return Match((), (), (_missing("no licence on the list fits the row"),))
            return Match((), fits, ())
        if not is_number(number):
            return Match((), (), (_missing("the row names none"),))
        named, unknown = self._named(number)
        if not named:
            return Match((), (), _unknown(number.strip(), row.on))
        drawable, remarks = [], dict[Remark, None]()
        for part in unknown:
            remarks |= dict.fromkeys(_unknown(part, row.on))
        for at in named:
            points = tuple(differences(self.licences[at], row))
            remarks |= dict.fromkeys(points)
            if not any(one.reason in REFUSING for one in points):
                drawable.append(at)
        return Match(named, tuple(drawable), tuple(remarks), unknown)

    def drawn(self, at: int, *, by_fit: bool) -> Remark:
        """The remark on a row that has drawn on a licence."""
        licence = self.licences[at]
        item = EvidenceItem(_DRAWN, licence.display, Basis.DECLARED, None, licence.place)
        return Remark(Reason.LICENCE_MATCHED if by_fit else None, item)

    def over_limits(self, at: int, reasons: Iterable[Reason]) -> tuple[Remark, ...]:
        """The remarks on a row whose declaration or port goes beyond the limits of a licence."""
        return tuple(
            remark(reason, self.licences[at].display, self.licences[at].place) for reason in reasons
        )

    def exceeded(self, candidates: tuple[int, ...]) -> Remark:
        """The remark on a row for which nothing is left."""
        licence = self.licences[candidates[0]]
        return remark(Reason.LICENCE_EXCEEDED, licence.display, licence.place)


def drawn_at(evidence: Iterable[EvidenceItem]) -> str | None:
    """Where the licence stands that a row has drawn on, as its evidence tells."""
    return next((item.source for item in evidence if item.what == _DRAWN), None)


def _missing(what: str) -> Remark:
    return remark(Reason.LICENCE_MISSING, what, _LIST)


def _unknown(number: str, on: date | None) -> tuple[Remark, ...]:
    unknown = remark(Reason.LICENCE_UNKNOWN, f"number {number[:60]!r}", _LIST)
    return unknown, *shape(number, on)


def _fits(licence: Licence, row: Shipment) -> bool:
    """Whether a licence that the row does not name could be meant: nothing speaks against it but a hint."""
    return all(one.reason in _HINTS for one in differences(licence, row))
