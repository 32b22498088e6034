"""The list of qualified enterprises: may the exporter of a row export this vehicle, on that day?

A list as it is published names makers, the exporters that each has authorised, customs codes and classes of export;
others name brands. A new vehicle is exported by its maker, which is that of the VIN's WMI, or by an exporter that this
maker has authorised. Used vehicles are exported by whoever is filed. Source: 商产发〔2012〕318号; Announcement 6 of 2024. The
list is the user's; vintool ships none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from vintool.codes import Basis, Reason
from vintool.declaration.headers import normalise
from vintool.desk.lists import (
    Entry,
    Validities,
    brands_of,
    map_fields,
    named_field,
    names_of,
    one_script,
    parts,
    unknown_brands,
    validity,
    word,
)
from vintool.desk.makers import NamedMaker, named_maker, names_in
from vintool.registry.brands import one_group
from vintool.screening.evidence import EvidenceItem, Remark, remark
from vintool.screening.identifiers import USCC_LENGTH, credit_code, exporter_code

_ENTERPRISES = {"exporter", "maker"}
_CODES = {"exporter_code", "customs_code"}
_OF_MAKER = {"exporter_code": "maker_code", "customs_code": "maker_customs_code"}
FIELDS = (
    "exporter_code",
    "customs_code",
    "exporter",
    "other_names",
    "brands",
    "role",
    "maker",
    "maker_code",
    "maker_customs_code",
    "export_class",
    "year",
    "valid_from",
    "valid_until",
)
NEEDED = (("exporter_code", "customs_code", "exporter", "maker", "maker_code"),)
SOURCE = "商产发〔2012〕318号"
_YEAR_OF_FILE = re.compile(r"(?<!\d)(20\d\d)\s*年(?!\s*\d)")
_USED = "used"


class Exported(NamedTuple):
    """What the list is asked about a vehicle.

    Attributes:
        brands: that it can be of.
        wmi: of its VIN; empty if it cannot be read.
        kinds: that its entries tell; none is a passenger vehicle.
        contract_works: whether it goes abroad for contract works.
        foreign_built: whether VIN and declared origin both tell that it was built abroad.
        used: whether it is judged as a used one: then being on the list is enough.
    """

    brands: tuple[str, ...] = ()
    wmi: str = ""
    kinds: frozenset[str] = frozenset()
    contract_works: bool = False
    foreign_built: bool = False
    used: bool = False


class Enterprise(NamedTuple):
    """One enterprise of a row of the list."""

    place: str
    codes: tuple[str, ...]
    name: str
    names: frozenset[str]
    brands: tuple[str, ...]
    role: str
    start: date
    until: date
    maker_name: str = ""
    maker: NamedMaker = NamedMaker()
    classes: frozenset[str] = frozenset()
    classes_text: str = ""

    @property
    def display(self) -> str:
        """The row in one line."""
        role = {"maker": "maker", "authorised": "authorised exporter"}.get(self.role, "")
        scope = f"brands {', '.join(self.brands)}" if self.brands else ""
        scope = scope or (f"for maker {self.maker_name}" if self.maker_name else "no brand stated")
        wmis = ", ".join(sorted(self.maker.wmis)[:6]) if not self.brands else ""
        shown = (
            self.name or next(iter(self.codes), ""),
            role,
            scope,
            f"whose WMIs are {wmis}" if wmis else "",
            self.classes_text,
            f"from {self.start}" if self.start > date.min else "",
            f"until {self.until}" if self.until < date.max else "",
        )
        return ", ".join(filter(None, shown))


def map_columns(file: str, columns: Sequence[str]) -> dict[str, str]:
    """Which column of a list is which field; a code is that of the enterprise whose name stands before it.

    Raises:
        MappingError: a field is claimed by two columns, or one that is needed by none.

    >>> map_columns("list.csv", ["生产企业名称", "海关代码", "授权出口企业", "授权出口企业代码", "出口类别"])["maker_customs_code"]
    '海关代码'
    """
    before, of_maker = "", dict[str, str]()
    for column in columns:
        field = named_field(column)
        if field in _ENTERPRISES:
            before = field
        elif field in _CODES and before == "maker" and not _of_exporter(column):
            of_maker.setdefault(_OF_MAKER[field], column)
    others = [column for column in columns if column not in of_maker.values()]
    needed = () if of_maker else NEEDED
    return map_fields(file, others, FIELDS, needed) | of_maker


def _of_exporter(header: str) -> bool:
    return "出口" in header or "export" in header.casefold()


class Exporters:
    """Qualified enterprises by code and by name.

    Raises:
        ManifestError: a row names no enterprise, or its validity cannot be read.

    >>> cells = {"maker": "特斯拉(上海)有限公司", "exporter": "某贸易公司", "year": "2026"}
    >>> listed = Exporters([Entry("list.csv", 2, cells, {})])
    >>> vehicles = Exported(wmi="LRW"), Exported(("BYD",), wmi="LGX")
    >>> [[one.reason for one in listed.judge("", "某贸易公司", car, date(2026, 3, 1))] for car in vehicles]
    [[None], [<Reason.BRAND_NOT_AUTHORISED: 'brand_not_authorised'>]]
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._by_code: dict[str, list[Enterprise]] = {}
        self._by_name: dict[str, list[Enterprise]] = {}
        self.notes: list[str] = []
        self._above: Mapping[str, str] = {}
        for entry in entries:
            self._add(entry)
        rows = (row for table in (self._by_code, self._by_name) for row in table.values())
        self.validities = Validities((one.start, one.until) for row in rows for one in row)

    def _add(self, entry: Entry) -> None:
        for one in self._enterprises(entry):
            for code in one.codes:
                self._by_code.setdefault(code, []).append(one)
            for folded in one.names:
                self._by_name.setdefault(folded, []).append(one)
        for brand in unknown_brands(entry.text("brands")):
            self.notes.append(
                f"{entry.place}: brand {brand!r} is not in the registry; compared as written."
            )

    def _enterprises(self, entry: Entry) -> Iterator[Enterprise]:
        """The enterprises of a row: who exports, and the maker that has authorised them."""
        codes, name = self._codes(entry, "exporter_code", "customs_code"), entry.text("exporter")
        maker_codes = self._codes(entry, "maker_code", "maker_customs_code")
        maker = entry.text("maker")
        if not (codes or name or maker or maker_codes):
            raise entry.refusal(
                "exporter", "the row names no enterprise", "give its code or its name"
            )
        if not maker and not maker_codes and (above := self._above.get("maker", "")):
            maker = above
            self.notes.append(
                f"{entry.place}: no maker stands there; read as that of the row above."
            )
        self._above = {"maker": maker} if "maker" in entry.columns else {}
        role, brands = word("role", entry.text("role")), brands_of(entry.text("brands"))
        first, last = self._validity(entry)
        classes = tuple(word("export_class", part) for part in parts(entry.text("export_class")))
        whose = maker or (name if not brands else "")
        one = Enterprise(
            entry.place,
            codes,
            name,
            frozenset(),
            brands,
            role,
            first or date.min,
            last or date.max,
            whose,
            named_maker(whose) if whose else NamedMaker(),
            frozenset("/".join(classes).split("/")) if classes and all(classes) else frozenset(),
            entry.text("export_class")[:40],
        )
        if whose and not one.maker.wmis and not brands:
            self.notes.append(
                f"{entry.place}: the registry does not know the maker {whose!r}; its vehicles are put before a person."
            )
        others = names_of(entry.text("other_names"))
        if codes or name:
            names = names_of(name) if maker and len(names_of(name)) > 1 else (name,)
            folded = frozenset(filter(None, map(normalise, (*names, *others))))
            yield one._replace(names=folded, role=role or ("authorised" if maker else ""))
        if maker or maker_codes:
            folded = frozenset(filter(None, (normalise(maker),)))
            yield one._replace(codes=maker_codes, name=maker, names=folded, role="maker")

    def _codes(self, entry: Entry, of_credit: str, of_customs: str) -> tuple[str, ...]:
        code, customs = credit_code(entry.text(of_credit)), credit_code(entry.text(of_customs))
        if exporter_code(code) or (code and len(code) not in _KNOWN_LENGTHS):
            name = entry.text("exporter") or entry.text("maker")
            self.notes.append(f"{entry.place}: the credit code of {name or code!r} is not valid.")
        return tuple(filter(None, (code, customs)))

    def _validity(self, entry: Entry) -> tuple[date | None, date | None]:
        """The days of a row; a list of a year, as its file is named, ends with the year."""
        first, last = validity(entry)
        if first is None and last is None and (of_file := _YEAR_OF_FILE.search(entry.file)):
            year = int(of_file[1])
            note = (
                f"{entry.file}: taken as the list of {year}, by its name; it ends on {year}-12-31."
            )
            if note not in self.notes:
                self.notes.append(note)
            return date(year, 1, 1), date(year, 12, 31)
        return first, last

    def judge(
        self,
        code_text: str,
        name_text: str,
        vehicle: Exported,
        on: date | None,
    ) -> tuple[Remark, ...]:
        """What the list says of the exporter of a row and its vehicle.

        Args:
            code_text: the cell of the exporter's code.
            name_text: the cell of its name.
            vehicle: what it exports.
            on: the declaration date; None if it is not known.
        """
        if not vehicle.used and vehicle.contract_works:  # the qualification is not asked for
            return ()
        if not vehicle.used and vehicle.foreign_built:
            value = f"WMI {vehicle.wmi} and the declared origin, both abroad"
            return (remark(Reason.FOREIGN_BUILT, value, "Announcement 59 of 2007"),)
        code, name = credit_code(code_text), normalise(name_text)
        if not code and not name:
            return (remark(Reason.EXPORTER_MISSING, "no code and no name", SOURCE),)
        listed = self._by_code.get(code, []) or [
            one for one in self._by_name.get(name, []) if not _other_code(code, one.codes)
        ]
        if not listed:
            return (self._not_listed(code, name, name_text),)
        return tuple(self._on_list(listed, name_text, vehicle, on))

    def _not_listed(self, code: str, name: str, name_text: str) -> Remark:
        other = next(iter(self._by_name.get(name, ())), None)
        exporter = ", ".join(filter(None, (code, name_text.strip()[:60])))
        if not other and name and (one := self._in_another_script(code, name_text)):
            return remark(Reason.EXPORTER_UNCLEAR, f"{exporter} against {one.display}", one.place)
        what = f"{exporter} not on the list"
        if other:
            what += f", the name stands there with code {other.codes[0]}"
        return remark(Reason.EXPORTER_NOT_QUALIFIED, what, SOURCE)

    def _in_another_script(self, code: str, name: str) -> Enterprise | None:
        """An enterprise that may be the exporter, as neither code nor name can be compared; one that shares a proper name if there is.

        Args:
            code: of the exporter.
            name: of it, as written.
        """
        others = [
            one
            for row in self._by_name.values()
            for one in row
            if not _other_code(code, one.codes)
            and not any(one_script(name, other) for other in one.names)
        ]
        proper = names_in(name)
        alike = (one for one in others if not proper.isdisjoint(names_in(one.name)))
        return next(alike, others[0] if others else None)

    def _on_list(
        self,
        listed: list[Enterprise],
        name_text: str,
        vehicle: Exported,
        on: date | None,
    ) -> Iterator[Remark]:
        names = [name for one in listed for name in one.names]
        name = normalise(name_text)
        if name and name not in names and any(one_script(name, other) for other in names):
            yield remark(
                Reason.EXPORTER_NAME_DIFFERS,
                f"{name_text.strip()[:60]} against {listed[0].display}",
                listed[0].place,
            )
        valid = [one for one in listed if on is None or one.start <= on <= one.until]
        ended = [one for one in listed if one not in valid]
        if not valid:
            yield _expired(ended[-1])
            return
        if on is None and any((one.start, one.until) != (date.min, date.max) for one in valid):
            yield remark(Reason.EXPORTER_DATE_UNKNOWN, valid[0].display, valid[0].place)
        of_class = [one for one in valid if _fits_class(one, vehicle)]
        if not of_class:
            wanted = "a used vehicle" if vehicle.used else ", ".join(vehicle.kinds) or "passenger"
            value = f"{valid[0].display} against {wanted}"
            yield remark(Reason.EXPORT_CLASS_DIFFERS, value, valid[0].place)
        elif vehicle.used:
            yield _listed(of_class[0])
        else:
            yield _authorised(of_class, ended, vehicle, on)


def comparable(code: str) -> bool:
    """Whether a code is of the kind that the list holds: a unified social credit code."""
    return len(code) == USCC_LENGTH


_CUSTOMS_LENGTH = 10
_KNOWN_LENGTHS = {USCC_LENGTH, _CUSTOMS_LENGTH}


def _other_code(code: str, codes: Iterable[str]) -> bool:
    """Whether an enterprise has another code of the same kind; one of another kind says nothing."""
    return len(code) in _KNOWN_LENGTHS and any(len(one) == len(code) for one in codes)


def _fits_class(one: Enterprise, vehicle: Exported) -> bool:
    """Whether the class of export of a row allows the vehicle; one that is not known denies nothing."""
    if not one.classes or "any" in one.classes:
        return True
    if vehicle.used:
        return _USED in one.classes
    return not one.classes.isdisjoint(vehicle.kinds or {"passenger"})


def _listed(one: Enterprise) -> Remark:
    return Remark(None, EvidenceItem("exporter", one.display, Basis.DECLARED, None, one.place))


def _expired(one: Enterprise) -> Remark:
    value = f"{one.display}, not on the day of the declaration"
    return remark(Reason.EXPORTER_EXPIRED, value, one.place)


def _authorised(
    valid: list[Enterprise], ended: list[Enterprise], vehicle: Exported, on: date | None
) -> Remark:
    """The own-brand rule: the listed brands, or the maker of the VIN's WMI among those that authorise the exporter."""
    by_maker = [one for one in valid if not one.brands]
    for one in by_maker:
        if vehicle.wmi in one.maker.wmis:
            return _listed(one)
    branded = [one for one in valid if one.brands]
    if branded:
        found = _brand(branded, ended, vehicle.brands, on)
        others = [one for one in branded if one.maker.wmis and vehicle.wmi not in one.maker.wmis]
        if found.reason is None and vehicle.wmi and len(others) == len(branded):
            return _maker_unclear(others[0], vehicle)
        if found.reason is None or not by_maker:
            return found
    for one in ended:
        if not one.brands and vehicle.wmi in one.maker.wmis:
            return _expired(one)
    return _by_maker(by_maker, vehicle, on)


def _by_maker(listed: list[Enterprise], vehicle: Exported, on: date | None) -> Remark:
    """What makers tell under none of whose WMIs the vehicle was built; a group is only a second look."""
    if not vehicle.wmi and not vehicle.brands:
        return remark(
            Reason.BRAND_UNKNOWN, f"no maker told against {listed[0].display}", listed[0].place
        )
    brands = {brand.casefold() for brand in vehicle.brands}
    for one in listed:
        if not one.maker.wmis or not brands.isdisjoint(one.maker.brands):
            return _maker_unclear(one, vehicle)
    year = on.year if on else None
    for one in listed:
        if any(one_group(brand, other, year) for brand in brands for other in one.maker.brands):
            return remark(Reason.BRAND_OF_GROUP, _against(one, vehicle), one.place)
    return remark(Reason.BRAND_NOT_AUTHORISED, _against(listed[0], vehicle), listed[0].place)


def _maker_unclear(one: Enterprise, vehicle: Exported) -> Remark:
    return remark(Reason.EXPORTER_MAKER_UNCLEAR, _against(one, vehicle), one.place)


def _against(one: Enterprise, vehicle: Exported) -> str:
    brands = f" ({' or '.join(vehicle.brands[:6])})" if vehicle.brands else ""
    return f"WMI {vehicle.wmi or 'not read'}{brands} against {one.display}"


def _brand(
    valid: list[Enterprise], ended: list[Enterprise], brands: tuple[str, ...], on: date | None
) -> Remark:
    """The own-brand rule: every brand that the vehicle can be of must be listed."""
    allowed = tuple(dict.fromkeys(brand for one in valid for brand in one.brands))
    folded = {brand.casefold() for brand in allowed}
    listed = [brand for brand in brands if brand.casefold() in folded]
    if brands and len(listed) == len(brands):
        one = next(one for one in valid if _names(one, listed))
        value = one._replace(brands=tuple(listed)).display
        return Remark(None, EvidenceItem("exporter", value, Basis.DECLARED, None, one.place))
    value = f"{' or '.join(brands[:6]) or 'no brand told'} against {', '.join(allowed) or 'no brand'} on the list"
    if listed or not brands:
        return remark(Reason.BRAND_UNKNOWN, value, valid[0].place)
    if (before := next((one for one in ended if _names(one, brands)), None)) is not None:
        return _expired(before)
    year = on.year if on else None
    near = any(one_group(brand, other, year) for brand in brands for other in allowed)
    reason = Reason.BRAND_OF_GROUP if near else Reason.BRAND_NOT_AUTHORISED
    return remark(reason, value, valid[0].place)


def _names(one: Enterprise, brands: Sequence[str]) -> bool:
    folded = {brand.casefold() for brand in one.brands}
    return any(brand.casefold() in folded for brand in brands)
