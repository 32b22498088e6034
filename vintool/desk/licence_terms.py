"""The terms of one export licence, and each point in which a row does not fit them.

The face of a licence is that of the ministry's rules of 2009; it names no VIN. What was not
established (one customs district, a limit of uses) is a remark and refuses nothing.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from vintool.codes import Powertrain, Reason
from vintool.declaration.headers import normalise
from vintool.declaration.lexicon import meaning
from vintool.declaration.lexicon.codes import codes_in
from vintool.desk.exporters import comparable
from vintool.desk.lists import Entry, brands_of, one_script, quantity, same, validity, within, word
from vintool.registry import tariff
from vintool.registry.brands import one_group
from vintool.registry.places import place
from vintool.screening.evidence import Remark, remark
from vintool.screening.identifiers import credit_code
from vintool.screening.regimes import Regime, load_regime

_SHORTEST_CODE = 6
#: Kinds that a regime can name.
_KINDS = {"passenger", "bus", "truck", "chassis", "kit", "motorcycle", "all_terrain"}


class Shipment(NamedTuple):
    """What a row tells that a licence must fit: cells as they stand, brands as the registry spells them."""

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
    regime: str = ""


class Licence(NamedTuple):
    """One licence; it is valid on its first and its last day, null where a side is open."""

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
    goods: str = ""

    @property
    def display(self) -> str:
        """The licence in one line."""
        parts = (
            f"{self.number}: {self.quantity} {self.unit or 'vehicles'}",
            f"code {', '.join(self.codes)}" if self.codes else "",
            ", ".join(self.brands),
            f"to {self.destination}" if self.destination else "",
            f"from {self.start}" if self.start else "",
            f"until {self.until}" if self.until else "",
        )
        return ", ".join(filter(None, parts))


def read_licence(entry: Entry) -> Licence:
    """A row of the list as a licence.

    Raises:
        ManifestError: its quantity or validity cannot be read.
    """
    count, beside = quantity(entry)
    units = tuple(filter(None, (entry.text("unit"), beside)))
    first, last = validity(entry)
    return Licence(
        entry.place,
        entry.text("licence_no"),
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
        goods=entry.text("goods"),
    )


# The cells of a row, each with what of a licence it is held against.
_COMPARED = {
    "exporter_code": ("exporter_code", "exporter"),
    "exporter": ("exporter_code", "exporter"),
    "hs_code": ("codes",),
    "brands": ("brands",),
    "model": ("model",),
    "destination": ("destination",),
    "port_of_discharge": ("destination",),
    "trade_mode": ("trade_mode",),
    "customs_port": ("customs_port",),
}


def compared(licences: Iterable[Licence]) -> frozenset[str]:
    """The cells of ``Shipment`` that ``differences`` looks at for some of these licences: rows that are alike in them are alike."""
    stated = {
        name for one in licences for name, value in zip(one._fields, one, strict=True) if value
    }
    return frozenset(cell for cell, names in _COMPARED.items() if not stated.isdisjoint(names))


def differences(licence: Licence, row: Shipment) -> Iterator[Remark]:
    """Each point in which a licence and a row do not fit, or cannot be compared."""
    yield from _by_date(licence, row.on)
    if not licence.counts_vehicles:
        yield remark(Reason.LICENCE_UNIT_UNCLEAR, licence.display, licence.place)
    yield from _by_exporter(licence, row)
    yield from _by_goods(licence, row)
    yield from _by_destination(licence, row)
    modes = (licence.trade_mode, row.trade_mode)
    allowed, declared = (word("trade_mode", mode) for mode in modes)
    if allowed and declared and allowed != declared:
        yield _differs(Reason.LICENCE_WRONG_TRADE_MODE, licence, *modes)
    ports = (licence.customs_port, row.customs_port)
    if all(ports) and not within(*map(bare_port, ports)):
        yield _differs(Reason.LICENCE_OTHER_PORT, licence, *ports)


def _differs(reason: Reason, licence: Licence, ours: str, theirs: str) -> Remark:
    sides = f"{ours} on licence {licence.number} against {theirs.strip()[:60]} on the row"
    return remark(reason, sides, licence.place)


def bare_port(text: str) -> str:
    """A port without the words around its name."""
    return re.sub(r"海关|口岸|港$|\bcustoms\b|\bport\b", "", text, flags=re.IGNORECASE)


def _by_date(licence: Licence, on: date | None) -> Iterator[Remark]:
    def outside(reason: Reason, what: str) -> Remark:
        return remark(reason, f"{licence.display}, {what}", licence.place)

    if on is None or licence.until is None:
        what = "no declaration date" if on is None else "no last day"
        yield outside(Reason.LICENCE_DATE_UNKNOWN, what)
    elif on > licence.until:
        yield outside(Reason.LICENCE_EXPIRED, "declared after it")
    if on is not None and licence.start is not None and on < licence.start:
        yield outside(Reason.LICENCE_NOT_YET_VALID, "declared before it")


def _by_exporter(licence: Licence, row: Shipment) -> Iterator[Remark]:
    """By code where both have one of a kind, else by name where both are written alike."""
    codes = licence.exporter_code, credit_code(row.exporter_code)
    names = licence.exporter, row.exporter
    if not (codes[0] or names[0]) or not (codes[1] or names[1].strip()):
        return
    if all(codes) and comparable(codes[0]) is comparable(codes[1]):
        if codes[0] != codes[1]:
            yield _differs(Reason.LICENCE_WRONG_EXPORTER, licence, *codes)
    elif same(*names):
        return
    elif all(map(normalise, names)) and one_script(*names):
        yield _differs(Reason.LICENCE_WRONG_EXPORTER, licence, *names)
    else:
        sides = (names[0] or codes[0], names[1] or codes[1])
        yield _differs(Reason.LICENCE_EXPORTER_UNCLEAR, licence, *sides)


@lru_cache(maxsize=1 << 12)
def _of_regime(codes: tuple[str, ...], named_goods: str, code: str) -> bool:
    """Whether a licence can be for goods of a regime: by its codes and the name of its goods, as far as they tell."""
    regime = load_regime(code)
    lines = [lines[-1] for one in codes if (lines := tariff.find(one))]
    goods = meaning("goods_name", named_goods) if named_goods else None
    used = any(word in named_goods.casefold() for word in _USED)
    by_code = [(line.kind, line.powertrain, line.condition) for line in lines]
    fit = not by_code or any(_covers(regime, *one) for one in by_code)
    named = (goods.kind, goods.powertrain) if goods else ("", None)
    return fit and _covers(regime, *named, "used" if used else "")


_USED = ("二手", "旧车", "旧汽车", "used", "second-hand", "second hand")


def _covers(regime: Regime, kind: str, powertrain: Powertrain | None, condition: str) -> bool:
    """Whether the regime covers goods of which this is known; what is not known denies nothing."""
    if condition and condition != regime.condition:
        return False
    kinds = [kind] if kind in _KINDS else regime.kinds
    covered = frozenset[Powertrain]().union(*(regime.covered(one) for one in kinds))
    return powertrain in covered if powertrain else bool(covered)


def _by_goods(licence: Licence, row: Shipment) -> Iterator[Remark]:
    if row.regime and not _of_regime(licence.codes, licence.goods, row.regime):
        ours = ", ".join((*licence.codes, *filter(None, [licence.goods[:40]])))
        yield _differs(Reason.LICENCE_WRONG_GOODS, licence, ours, f"the goods of {row.regime}")
        return
    codes = codes_in(row.hs_code)
    if licence.codes and not all(
        any(_one_code(code, allowed) for allowed in licence.codes) for code in codes
    ):
        sides = (", ".join(licence.codes), ", ".join(codes))
        yield _differs(Reason.LICENCE_WRONG_GOODS, licence, *sides)
    if licence.brands and row.brands:
        sides = (", ".join(licence.brands), " or ".join(row.brands[:6]))
        fit = [_brand_fits(licence, brand, row.on) for brand in row.brands]
        if None not in fit and not any(fit):
            yield _differs(Reason.LICENCE_WRONG_GOODS, licence, *sides)
            return
        if not all(fit):
            yield _differs(Reason.LICENCE_GOODS_UNCLEAR, licence, *sides)
    if licence.model and row.model and not within(licence.model, row.model):
        allowed, declared = _models(licence.model), _models(row.model)
        other = allowed and declared and allowed.isdisjoint(declared)
        reason = Reason.LICENCE_WRONG_GOODS if other else Reason.LICENCE_GOODS_UNCLEAR
        yield _differs(reason, licence, licence.model, row.model)


def _one_code(one: str, other: str) -> bool:
    common = min(len(one), len(other))
    return common < _SHORTEST_CODE or one[:common] == other[:common]


def _brand_fits(licence: Licence, brand: str, on: date | None) -> bool | None:
    """Whether the licence names a brand; None if it names another one of the same group."""
    if brand.casefold() in {allowed.casefold() for allowed in licence.brands}:
        return True
    year = on.year if on else None
    return None if any(one_group(allowed, brand, year) for allowed in licence.brands) else False


def _models(text: str) -> set[str]:
    """The models of a cell that the lexicon knows by name."""
    cell = meaning("model", text)
    return {model.model for model in cell.models} if cell else set()


def _by_destination(licence: Licence, row: Shipment) -> Iterator[Remark]:
    """The country on the licence against that of the row; a port tells where goods land, not where they go."""
    if not licence.destination or normalise(licence.destination) == normalise(row.destination):
        return
    allowed, declared = place(licence.destination), place(row.destination)
    if allowed and declared and not declared.port:
        if allowed.country != declared.country:
            sides = (licence.destination, row.destination)
            yield _differs(Reason.LICENCE_WRONG_DESTINATION, licence, *sides)
        return
    landed = declared or place(row.port_of_discharge)
    if not (allowed and landed and allowed.country == landed.country):
        goal = row.destination or row.port_of_discharge or "no destination"
        yield _differs(Reason.LICENCE_DESTINATION_UNCLEAR, licence, licence.destination, goal)
