"""Export licences: which one a row names, does it fit, and how many vehicles are left on it.

The face of a licence is that of the ministry's rules of 2009; it names no VIN. A row draws one
vehicle, in the order of the rows, and never more than the licence holds. What was not established
(one customs district, a limit of uses) is told and refuses nothing.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from vintool.codes import Basis, Reason
from vintool.declaration.headers import normalise
from vintool.declaration.lexicon import codes_in, meaning
from vintool.desk.exporters import comparable
from vintool.desk.lists import (
    YEARS,
    Entry,
    Validities,
    brands_of,
    one_script,
    quantity,
    same,
    validity,
    within,
    word,
)
from vintool.registry.brands import one_group
from vintool.registry.places import place
from vintool.screening.evidence import EvidenceItem, Remark, remark
from vintool.screening.identifiers import credit_code, stands_for_nothing

FIELDS = (
    "licence_no",
    "exporter",
    "exporter_code",
    "hs_code",
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
#: Findings with which a licence is not drawn on; the others are told beside it.
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
ORDER_OF_USE = "Licences are drawn on in the order of the rows, sheet by sheet; a row that names several draws on the first of them that has a vehicle left."
_SHAPE = re.compile(r"(\d{2})-?[0-9A-Z]{2}-?\d{6}")
_NUMBERS = re.compile(r"[;,、，/\s]+")
_SHORTEST_CODE = 6
_DRAWN = "licence"


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
    return (
        remark(
            Reason.LICENCE_NUMBER_SHAPE,
            f"number {plain[:30]!r}",
            "face rules of 2009, chinagate.cn",
        ),
    )


class Wanted(NamedTuple):
    """What a row tells that a licence must fit."""

    exporter_code: str
    exporter: str
    hs_code: str
    brands: tuple[str, ...]
    model: str
    destination: str
    port_of_discharge: str
    trade_mode: str
    customs_port: str
    on: date | None


class Licence(NamedTuple):
    """One licence."""

    place: str
    number: str
    exporter_code: str
    exporter: str
    codes: tuple[str, ...]
    brands: tuple[str, ...]
    model: str
    quantity: int
    counts_vehicles: bool
    unit: str
    destination: str
    customs_port: str
    trade_mode: str
    start: date | None
    until: date | None

    @property
    def shown(self) -> str:
        """The licence in one line."""
        told = (
            f"{self.number}: {self.quantity} {self.unit or 'vehicles'}",
            f"code {', '.join(self.codes)}" if self.codes else "",
            ", ".join(self.brands),
            f"to {self.destination}" if self.destination else "",
            f"from {self.start}" if self.start else "",
            f"until {self.until}" if self.until else "",
        )
        return ", ".join(filter(None, told))


class Match(NamedTuple):
    """The licences that a row may draw on, the first one first, and what is found of them."""

    named: tuple[int, ...]
    drawable: tuple[int, ...]
    found: tuple[Remark, ...]
    unknown: tuple[str, ...] = ()  # numbers of no licence beside one of a licence


NO_MATCH = Match((), (), ())


class Licences:
    """The list of licences, asked by number or, where the manifest has no such column, by what fits."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.licences: list[Licence] = []
        self._by_number: dict[str, int] = {}
        self._cells: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {}
        for entry in entries:
            licence = _licence(entry)
            key = number_key(licence.number)
            if key in self._by_number:
                earlier = self.licences[self._by_number[key]].place
                raise entry.refused(
                    "licence_no", f"stands on {earlier} too", "give each licence one row"
                )
            self._by_number[key] = len(self.licences)
            self.licences.append(licence)
        self._own = [Validities([(one.start, one.until)]) for one in self.licences]
        self._all = Validities((one.start, one.until) for one in self.licences)
        self._order = sorted(
            range(len(self.licences)),
            key=lambda at: (self.licences[at].until or date.max, self.licences[at].number),
        )

    def first_alike(self, number: str | None, on: date | None) -> date | None:
        """The first day that a licence number, or the list, cannot tell from ``on``."""
        if number is None:
            return self._all.first_alike(on)
        named, _ = self._named(number)
        days = (self._own[at].first_alike(on) for at in named)
        return max(filter(None, days), default=YEARS.first_alike(on))

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

    def match(self, number: str | None, wanted: Wanted) -> Match:
        """The licences for a row.

        Args:
            number: the cell of the licence number; None if the manifest has no such column: then the
                licences that fit all that the row tells, the first to expire first.
            wanted: what else the row tells.
        """
        if number is None:
            fits = tuple(at for at in self._order if not _misfits(self.licences[at], wanted))
            if not fits:
                return Match((), (), (_missing("no licence on the list fits the row"),))
            return Match((), fits, ())
        if not is_number(number):
            return Match((), (), (_missing("the cell names none"),))
        named, unknown = self._named(number)
        if not named:
            told = remark(
                Reason.LICENCE_UNKNOWN, f"number {number.strip()[:60]!r}", "list of licences"
            )
            return Match((), (), (told, *shape(number, wanted.on)))
        drawable, told_of = [], dict[Remark, None]()
        for part in unknown:
            told = remark(Reason.LICENCE_UNKNOWN, f"number {part[:60]!r}", "list of licences")
            told_of |= dict.fromkeys((told, *shape(part, wanted.on)))
        for at in named:
            findings = tuple(_findings(self.licences[at], wanted))
            told_of |= dict.fromkeys(findings)
            if not any(one.reason in REFUSING for one in findings):
                drawable.append(at)
        return Match(named, tuple(drawable), tuple(told_of), unknown)

    def drawn(self, at: int, *, by_fit: bool) -> Remark:
        """What a row is told that has drawn on a licence."""
        licence = self.licences[at]
        reason = Reason.LICENCE_MATCHED if by_fit else None
        return Remark(
            reason, EvidenceItem(_DRAWN, licence.shown, Basis.DECLARED, None, licence.place)
        )

    def exceeded(self, candidates: tuple[int, ...]) -> Remark:
        """What a row is told for which nothing is left."""
        licence = self.licences[candidates[0]]
        return remark(Reason.LICENCE_EXCEEDED, licence.shown, licence.place)


def drawn_at(evidence: Iterable[EvidenceItem]) -> str | None:
    """Where the licence stands that a row has drawn on, as its evidence tells."""
    return next((item.source for item in evidence if item.what == _DRAWN), None)


def _missing(what: str) -> Remark:
    return remark(Reason.LICENCE_MISSING, what, "list of licences")


def _licence(entry: Entry) -> Licence:
    number = entry.text("licence_no")
    if not number_key(number):
        raise entry.refused("licence_no", "the row names no licence", "give its number")
    count, beside = quantity(entry)
    units = tuple(filter(None, (entry.text("unit"), beside)))
    first, last = validity(entry)
    return Licence(
        entry.place,
        number,
        credit_code(entry.text("exporter_code")),
        entry.text("exporter"),
        codes_in(entry.text("hs_code")),
        brands_of(entry.text("brands")),
        entry.text("model"),
        count,
        counts_vehicles=all(word("unit", unit) == "vehicle" for unit in units),
        unit=" ".join(dict.fromkeys(units)),
        destination=entry.text("destination"),
        customs_port=entry.text("customs_port"),
        trade_mode=entry.text("trade_mode"),
        start=first,
        until=last,
    )


def _misfits(licence: Licence, wanted: Wanted) -> bool:
    """Whether a licence that the row does not name could not be meant, or it cannot be told."""
    return any(one.reason not in _HINTS for one in _findings(licence, wanted))


def _findings(licence: Licence, wanted: Wanted) -> Iterator[Remark]:
    """Each point in which a licence and a row do not fit, or cannot be compared."""
    yield from _by_date(licence, wanted.on)
    if not licence.counts_vehicles:
        yield remark(Reason.LICENCE_UNIT_UNCLEAR, licence.shown, licence.place)
    yield from _by_exporter(licence, wanted)
    yield from _by_goods(licence, wanted)
    yield from _by_destination(licence, wanted)
    own, row = word("trade_mode", licence.trade_mode), word("trade_mode", wanted.trade_mode)
    if own and row and own != row:
        yield _differs(
            Reason.LICENCE_WRONG_TRADE_MODE, licence, licence.trade_mode, wanted.trade_mode
        )
    ports = (licence.customs_port, wanted.customs_port)
    if all(ports) and not within(*map(_bare_port, ports)):
        yield _differs(Reason.LICENCE_OTHER_PORT, licence, *ports)


def _differs(reason: Reason, licence: Licence, own: str, row: str) -> Remark:
    sides = f"{own} on licence {licence.number} against {row.strip()[:60]} on the row"
    return remark(reason, sides, licence.place)


def _bare_port(text: str) -> str:
    return re.sub(r"海关|口岸|港$|\bcustoms\b|\bport\b", "", text, flags=re.IGNORECASE)


def _by_date(licence: Licence, on: date | None) -> Iterator[Remark]:
    if on is None or licence.until is None:
        told = "no declaration date" if on is None else "no last day"
        yield remark(Reason.LICENCE_DATE_UNKNOWN, f"{licence.shown}, {told}", licence.place)
    elif on > licence.until:
        yield remark(Reason.LICENCE_EXPIRED, f"{licence.shown}, declared after it", licence.place)
    if on is not None and licence.start is not None and on < licence.start:
        shown = f"{licence.shown}, declared before it"
        yield remark(Reason.LICENCE_NOT_YET_VALID, shown, licence.place)


def _by_exporter(licence: Licence, wanted: Wanted) -> Iterator[Remark]:
    """By code where both have one of a kind, else by name where both are written alike."""
    own, row = licence.exporter_code, credit_code(wanted.exporter_code)
    if not (own or licence.exporter) or not (row or wanted.exporter.strip()):
        return
    if own and row and comparable(own) is comparable(row):
        if own != row:
            yield _differs(Reason.LICENCE_WRONG_EXPORTER, licence, own, row)
        return
    sides = (licence.exporter, wanted.exporter)
    if same(*sides):
        return
    if all(map(normalise, sides)) and one_script(*sides):
        yield _differs(Reason.LICENCE_WRONG_EXPORTER, licence, *sides)
    else:
        shown = (licence.exporter or own, wanted.exporter or row)
        yield _differs(Reason.LICENCE_EXPORTER_UNCLEAR, licence, *shown)


def _by_goods(licence: Licence, wanted: Wanted) -> Iterator[Remark]:
    codes = codes_in(wanted.hs_code)
    if licence.codes and not all(
        any(_one_code(code, own) for own in licence.codes) for code in codes
    ):
        sides = (", ".join(licence.codes), ", ".join(codes))
        yield _differs(Reason.LICENCE_WRONG_GOODS, licence, *sides)
    if licence.brands and wanted.brands:
        sides = (", ".join(licence.brands), " or ".join(wanted.brands[:6]))
        fit = [_brand_fits(licence, brand, wanted.on) for brand in wanted.brands]
        if None not in fit and not any(fit):
            yield _differs(Reason.LICENCE_WRONG_GOODS, licence, *sides)
            return
        if not all(fit):
            yield _differs(Reason.LICENCE_GOODS_UNCLEAR, licence, *sides)
    if licence.model and wanted.model and not within(licence.model, wanted.model):
        own, row = _models(licence.model), _models(wanted.model)
        apart = own and row and own.isdisjoint(row)
        reason = Reason.LICENCE_WRONG_GOODS if apart else Reason.LICENCE_GOODS_UNCLEAR
        yield _differs(reason, licence, licence.model, wanted.model)


def _one_code(one: str, other: str) -> bool:
    common = min(len(one), len(other))
    return common < _SHORTEST_CODE or one[:common] == other[:common]


def _brand_fits(licence: Licence, brand: str, on: date | None) -> bool | None:
    """Whether the licence names a brand; None if it names another one of the same group."""
    if brand.casefold() in {own.casefold() for own in licence.brands}:
        return True
    near = any(one_group(own, brand, on.year if on else None) for own in licence.brands)
    return None if near else False


def _models(text: str) -> set[str]:
    """The models of a cell that the lexicon knows by name."""
    told = meaning("model", text)
    return {named.model for named in told.named} if told else set()


def _by_destination(licence: Licence, wanted: Wanted) -> Iterator[Remark]:
    """The country on the licence against that of the row; a port tells where goods land, not where they go."""
    if not licence.destination:
        return
    own, row = place(licence.destination), place(wanted.destination)
    if normalise(licence.destination) == normalise(wanted.destination):
        return
    if own and row and not row.port:
        if own.country != row.country:
            yield _differs(
                Reason.LICENCE_WRONG_DESTINATION, licence, licence.destination, wanted.destination
            )
        return
    landed = row or place(wanted.port_of_discharge)
    if not (own and landed and own.country == landed.country):
        shown = wanted.destination or wanted.port_of_discharge or "no destination"
        yield _differs(Reason.LICENCE_DESTINATION_UNCLEAR, licence, licence.destination, shown)
