"""The list of qualified enterprises: is the exporter of a row on it, on that day, for that brand?

Source: 商产发〔2012〕318号 (makers, exporters that they authorise, own brands). The list is the user's;
vintool ships none.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from vintool.codes import Basis, Reason
from vintool.declaration.headers import normalise
from vintool.desk.lists import (
    Entry,
    Validities,
    brands_of,
    names_of,
    one_script,
    unknown_brands,
    validity,
    word,
)
from vintool.registry.brands import one_group
from vintool.screening.evidence import EvidenceItem, Remark, remark
from vintool.screening.identifiers import USCC_LENGTH, credit_code, exporter_code

FIELDS = (
    "exporter_code",
    "exporter",
    "other_names",
    "brands",
    "role",
    "maker",
    "year",
    "valid_from",
    "valid_until",
)
NEEDED = (("exporter_code", "exporter"), ("brands",))
SOURCE = "商产发〔2012〕318号"


class Enterprise(NamedTuple):
    """One row of the list."""

    place: str
    code: str
    name: str
    names: frozenset[str]
    brands: tuple[str, ...]
    role: str
    start: date
    until: date

    @property
    def display(self) -> str:
        """The row in one line."""
        role = {"maker": "maker", "authorised": "authorised exporter"}.get(self.role, "")
        parts = (
            self.name or self.code,
            role,
            f"brands {', '.join(self.brands)}" if self.brands else "no brand stated",
            f"from {self.start}" if self.start > date.min else "",
            f"until {self.until}" if self.until < date.max else "",
        )
        return ", ".join(filter(None, parts))


class Exporters:
    """Qualified enterprises by code and by name.

    Raises:
        ManifestError: a row names no enterprise, or its validity cannot be read.

    >>> entry = Entry("list.csv", 2, {"exporter": "某汽车公司", "brands": "吉利", "year": "2026"}, {})
    >>> listed = Exporters([entry])
    >>> [item.reason for item in listed.judge("", "某汽车公司", ("Zeekr",), date(2026, 3, 1))]
    [<Reason.BRAND_OF_GROUP: 'brand_of_group'>]
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._by_code: dict[str, list[Enterprise]] = {}
        self._by_name: dict[str, list[Enterprise]] = {}
        self.notes: list[str] = []
        for entry in entries:
            self._add(entry)
        rows = (row for table in (self._by_code, self._by_name) for row in table.values())
        self.validities = Validities((one.start, one.until) for row in rows for one in row)

    def _add(self, entry: Entry) -> None:
        code, name = credit_code(entry.text("exporter_code")), entry.text("exporter")
        if not code and not name:
            raise entry.refusal(
                "exporter", "the row names no enterprise", "give its code or its name"
            )
        first, last = validity(entry)
        names = (name, *names_of(entry.text("other_names")))
        enterprise = Enterprise(
            entry.place,
            code,
            name,
            frozenset(filter(None, map(normalise, names))),
            brands_of(entry.text("brands")),
            word("role", entry.text("role")),
            first or date.min,
            last or date.max,
        )
        if exporter_code(code) or (code and not comparable(code)):
            self.notes.append(
                f"{enterprise.place}: the credit code of {name or code!r} is not valid."
            )
        for brand in unknown_brands(entry.text("brands")):
            self.notes.append(
                f"{enterprise.place}: brand {brand!r} is not in the registry; compared as written."
            )
        if code:
            self._by_code.setdefault(code, []).append(enterprise)
        for folded in enterprise.names:
            self._by_name.setdefault(folded, []).append(enterprise)

    def judge(
        self, code_text: str, name_text: str, brands: tuple[str, ...], on: date | None
    ) -> tuple[Remark, ...]:
        """What the list says of the exporter and the brand of a row.

        Args:
            code_text: the cell of the exporter's code.
            name_text: the cell of its name.
            brands: the brands that the vehicle can be of.
            on: the declaration date; None if it is not known.
        """
        code, name = credit_code(code_text), normalise(name_text)
        if not code and not name:
            return (remark(Reason.EXPORTER_MISSING, "no code and no name", SOURCE),)
        listed = self._by_code.get(code, []) if code else self._by_name.get(name, [])
        if not listed and name and not comparable(code):
            listed = self._by_name.get(name, [])  # a number of another kind than the list's
        if not listed:
            listed = [one for one in self._by_name.get(name, []) if not one.code]
        if not listed:
            return (self._not_listed(code, name, name_text),)
        return tuple(self._on_list(listed, name_text, brands, on))

    def _not_listed(self, code: str, name: str, name_text: str) -> Remark:
        other = next(iter(self._by_name.get(name, ())), None)
        hint = f", the name stands there with code {other.code}" if other else ""
        exporter = ", ".join(filter(None, (code, name_text.strip()[:60])))
        return remark(Reason.EXPORTER_NOT_QUALIFIED, f"{exporter} not on the list{hint}", SOURCE)

    def _on_list(
        self, listed: list[Enterprise], name_text: str, brands: tuple[str, ...], on: date | None
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
        yield _brand(valid, ended, brands, on)


def comparable(code: str) -> bool:
    """Whether a code is of the kind that the list holds: a unified social credit code."""
    return len(code) == USCC_LENGTH


def _expired(one: Enterprise) -> Remark:
    value = f"{one.display}, not on the day of the declaration"
    return remark(Reason.EXPORTER_EXPIRED, value, one.place)


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
