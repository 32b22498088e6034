"""The catalogue of type approvals: is the product of a row listed, whose is it, and is it the vehicle that the VIN tells?

To be listed is a condition of the licence (Announcement 54 of 2025, by the rule for vehicle exports). The catalogue is the user's:
an export of MIIT's announcements, of as many batches as he has. The powertrain of a listed product is heard as what its type code
says, one entry like any other; what the catalogue says against the identity of the vehicle keeps a row from being cleared.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cache, cached_property

from vintool.codes import Basis, Powertrain, Reason, Verdict
from vintool.declaration.headers import normalise
from vintool.declaration.lexicon import Meaning
from vintool.declaration.lexicon.meanings import quoted
from vintool.desk.approvals import (
    CONTRADICTION,
    NO_START,
    START_LENGTH,
    Approval,
    codes_in,
    makes_of,
)
from vintool.registry.brands import chinese_names, may_share_wmi
from vintool.screening.decision import Decision
from vintool.screening.evidence import EvidenceItem, Remark, remark
from vintool.screening.facts import VinFacts
from vintool.screening.screen import not_cleared, with_remarks
from vintool.screening.several import under_each

SOURCE = "catalogue of type approvals"
#: What puts a row before a person although it was cleared: the product is another vehicle, or not for clearing.
WEIGHING = frozenset(
    {
        Reason.CATALOGUE_MAKER_DIFFERS,
        Reason.CATALOGUE_POWERTRAIN_DIFFERS,
        Reason.CATALOGUE_START_DIFFERS,
        Reason.RANGE_EXTENDED,
        Reason.FUEL_CELL,
        Reason.KIND_UNCLEAR,
    }
)
_BY_POWERTRAIN = {
    Reason.VIN_NOT_PURE_ELECTRIC,
    Reason.DECLARED_NOT_PURE_ELECTRIC,
    Reason.AGREED_NOT_PURE_ELECTRIC,
}
_BY_KIND = {Reason.NOT_COVERED_KIND, Reason.NOT_PASSENGER}
_DOUBTED = {
    Powertrain.EREV: Reason.RANGE_EXTENDED,
    Powertrain.FCEV: Reason.FUEL_CELL,
}
# What different lists call one hybrid.
_ALIKE = (
    frozenset({Powertrain.PHEV, Powertrain.EREV}),
    frozenset({Powertrain.PHEV, Powertrain.HEV}),
)
_CAR = re.compile("乘用车|轿车")
_SHORTEST_NAME = 2  # characters of a brand that is looked for in the name of a company


def code_field(fields: Container[str]) -> str:
    """The field of the product code, of those that a manifest has.

    >>> code_field({"type_code"}), code_field({"type_code", "catalogue_code"})
    ('type_code', 'catalogue_code')
    """
    return "catalogue_code" if "catalogue_code" in fields else "type_code"


class Product:
    """All approvals of one product code."""

    def __init__(self, approvals: Sequence[Approval]) -> None:
        self.approvals = tuple(sorted(approvals, key=_latest_first))

    @property
    def display(self) -> str:
        """The product in one line, by its latest approval."""
        one = self.approvals[0]
        refitted = f"on a chassis of {one.chassis_maker}" if one.chassis_maker else ""
        return ", ".join(filter(None, (one.code, one.brand, one.name, one.maker, refitted)))

    @property
    def source(self) -> str:
        """Where its latest approval stands."""
        return self.approvals[0].citation

    @cached_property
    def powertrains(self) -> frozenset[Powertrain]:
        """What it may be; of an approval that denies itself either side."""
        known = {one.powertrain for one in self.approvals if one.powertrain}
        denied = any(one.fault == CONTRADICTION for one in self.approvals)
        return frozenset(known | ({Powertrain.BEV, Powertrain.NOT_BEV} if denied else set()))

    @property
    def is_car(self) -> bool:
        """Whether it is a passenger car by its name."""
        return any(_CAR.search(one.name) for one in self.approvals)

    @property
    def is_electric_car(self) -> bool:
        """Whether it may be pure electric, and is a passenger car by its name."""
        return Powertrain.BEV in self.powertrains and self.is_car

    @cached_property
    def starts(self) -> frozenset[str]:
        """Positions 1-8 of its VINs; empty where not all of them can be read."""
        if any(set(one.unused) - {NO_START} for one in self.approvals):
            return frozenset()
        return frozenset(start for one in self.approvals for start in one.starts)

    @cached_property
    def wmis(self) -> frozenset[str]:
        """The WMIs of the starts that it prints."""
        return frozenset(start[:3] for one in self.approvals for start in one.starts)

    @cached_property
    def brands(self) -> frozenset[str]:
        """The brands of who builds it, as the registry knows them: of a refitted vehicle those of the chassis' maker."""
        found = set[str]()
        for one in self.approvals:
            found.update(() if one.chassis_maker else makes_of(one.brand))
            found.update(_brands_in(one.builder))
        return frozenset(found)


def _latest_first(one: Approval) -> tuple[object, ...]:
    batch = int(one.batch) if one.batch.isdecimal() else 0
    return -batch, one.batch, one.date, one.name, one.maker, one.url, one.starts


@cache
def _brands_in(company: str) -> frozenset[str]:
    """The brands that the Chinese name of a company holds."""
    name = normalise(company)
    return frozenset(
        brand
        for brand, chinese in chinese_names().items()
        if len(chinese) >= _SHORTEST_NAME and normalise(chinese) in name
    )


class Catalogue:
    """The products of the announcement, by code.

    >>> from vintool.desk.approvals import Row, approval
    >>> cells = {"code": "LXA6503BEVW04", "name": "纯电动多用途乘用车", "brand": "理想牌", "start": "HLX12B17"}
    >>> listed = Catalogue([approval(Row("x.csv row 2", cells))])
    >>> listed.judge("LXA6503BEVW05", None, (), "")[0].reason
    <Reason.CATALOGUE_MISSING: 'catalogue_missing'>
    >>> [one.reason for one in listed.judge("LXA6503BEVW04", None, (), "HLX34B16")]
    [None, <Reason.CATALOGUE_START_DIFFERS: 'catalogue_start_differs'>]
    """

    def __init__(self, approvals: Iterable[Approval]) -> None:
        by_code: dict[str, list[Approval]] = {}
        for one in approvals:
            if one.code:
                by_code.setdefault(one.code, []).append(one)
        self._products = {code: Product(of_code) for code, of_code in by_code.items()}

    def __len__(self) -> int:
        """How many product codes it has."""
        return len(self._products)

    def _product(self, code_text: str) -> Product | None:
        found = (self._products[code] for code in codes_in(code_text) if code in self._products)
        return next(found, None)

    def beside(self, declared: tuple[Meaning, ...], code_text: str) -> tuple[Meaning, ...]:
        """What the entries of a row mean where the catalogue knows the powertrain of its product, a passenger car.

        The type code then says so, if it does not say anything by itself: one entry, and a key that the paper has of its own.

        Args:
            declared: what the entries mean by themselves.
            code_text: the cell of the product code.
        """
        product = self._product(code_text)
        if product is None or not product.is_car or len(product.powertrains) != 1:
            return declared
        own = next((one for one in declared if one.field == "type_code"), None)
        if own is not None and (own.is_fact or own.rivals or own.part):
            return declared
        display = f"{quoted('type_code', code_text)}, {product.approvals[0].name} by the catalogue"
        (powertrain,) = product.powertrains
        entry = Meaning("type_code", display, powertrain, source=product.source, own_key=True)
        return (*(one for one in declared if one is not own), entry)

    def judge(
        self, code_text: str, vin: VinFacts | None, declared: tuple[Meaning, ...], start: str
    ) -> tuple[Remark, ...]:
        """What the catalogue says of a row.

        Args:
            code_text: the cell of the product code; empty where the row has none, which is no remark.
            vin: what the VIN tells.
            declared: what the entries of the row mean.
            start: positions 1-8 of the VIN; empty where they are not known.

        Returns:
            Nothing for a row without a code. First what is listed, without a reason, or that it is not.
        """
        if not codes_in(code_text):
            return ()
        product = self._product(code_text)
        if product is None:
            value = f"{code_text.strip()[:60]} is none of {len(self):,} product codes"
            return (remark(Reason.CATALOGUE_MISSING, value, SOURCE),)
        listed = EvidenceItem("catalogue", product.display, Basis.DECLARED, None, product.source)
        found = (
            _maker(product, vin, start),
            _powertrain(product, vin, declared),
            _start(product, start),
        )
        return (Remark(None, listed), *filter(None, found))

    def judged(
        self,
        decision: Decision,
        code_text: str,
        vin: VinFacts | None,
        declared: tuple[Meaning, ...],
        start: str,
    ) -> Decision:
        """The decision on a row with what the catalogue says of it; see ``judge``.

        A row that was cleared is in review where the product is another vehicle than the VIN, or pure electric against what
        the row says; where it was cleared as not pure electric and the product is of a powertrain in doubt; where it was
        cleared by its kind and the product is an electric passenger car.
        """
        remarks = self.judge(code_text, vin, declared, start)

        def judged(one: Decision) -> Decision:
            cleared = one.verdict is Verdict.OUT_OF_SCOPE
            against = self._against_clearing(code_text, one.reasons) if cleared else ()
            of_one = (*remarks, *against)
            marked = with_remarks(one, of_one)
            weighs = not WEIGHING.isdisjoint(remark.reason for remark in of_one if remark.reason)
            return not_cleared(marked) if weighs else marked

        return under_each(decision, judged)

    def _against_clearing(self, code_text: str, reasons: Sequence[Reason]) -> Iterator[Remark]:
        """What speaks against a row that was cleared by its powertrain, or by its kind."""
        product = self._product(code_text)
        if product is None:
            return
        if not _BY_POWERTRAIN.isdisjoint(reasons):
            for one in sorted(product.powertrains & _DOUBTED.keys()):
                yield remark(_DOUBTED[one], product.display, product.source)
        if not _BY_KIND.isdisjoint(reasons) and product.is_electric_car:
            yield remark(Reason.KIND_UNCLEAR, product.display, product.source)


def _maker(product: Product, vin: VinFacts | None, start: str) -> Remark | None:
    """Whether the maker of the product does not fit that of the WMI; nothing where they cannot be compared."""
    if vin is None or not vin.brands or not product.brands or start[:3] in product.wmis:
        return None
    if any(may_share_wmi(one, other) for one in product.brands for other in vin.brands):
        return None
    value = f"{product.approvals[0].builder or product.approvals[0].brand} ({', '.join(sorted(product.brands))}) against {', '.join(vin.brands[:6])} by WMI {vin.wmi}"
    return remark(Reason.CATALOGUE_MAKER_DIFFERS, value, product.source)


def _powertrain(
    product: Product, vin: VinFacts | None, declared: tuple[Meaning, ...]
) -> Remark | None:
    """Whether VIN or row say another powertrain than the product's name."""
    by_vin = [("VIN", vin.classification.powertrain)] if vin else []
    by_row = [(entry.display, entry.powertrain) for entry in declared]
    for what, powertrain in (*by_vin, *by_row):
        if powertrain and _differs(powertrain, product.powertrains):
            names = "; ".join(sorted({one.name for one in product.approvals if one.name}))
            kinds = " or ".join(sorted(product.powertrains))
            if any(one.fault == CONTRADICTION for one in product.approvals):
                kinds = "the approval contradicts itself"
            value = f"{names or product.approvals[0].code} ({kinds}) against {what} ({powertrain.value})"
            return remark(Reason.CATALOGUE_POWERTRAIN_DIFFERS, value, product.source)
    return None


def _differs(powertrain: Powertrain, kinds: frozenset[Powertrain]) -> bool:
    """Whether a powertrain is none of those of a product, or other than pure electric where it may be that."""
    if powertrain is not Powertrain.BEV and Powertrain.BEV in kinds:
        return True
    return bool(kinds) and not any(_may_be_one(powertrain, kind) for kind in kinds)


def _may_be_one(one: Powertrain, other: Powertrain) -> bool:
    if Powertrain.BEV in {one, other}:
        return one is other
    return one is other or Powertrain.NOT_BEV in {one, other} or {one, other} in _ALIKE


def _start(product: Product, start: str) -> Remark | None:
    """Whether the VIN begins like none of those of the product."""
    if len(start) != START_LENGTH or not product.starts or start in product.starts:
        return None
    printed = sorted(product.starts)
    more = f" and {len(printed) - 4} more" if len(printed) > 4 else ""
    value = f"VIN {start} against {', '.join(printed[:4])}{more}"
    return remark(Reason.CATALOGUE_START_DIFFERS, value, product.source)
