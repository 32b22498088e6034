"""The make as filed, the brand of the WMI, or the one under which the start of a VIN is known -> the brand.

``brand_name`` is a rule of a short key: the columns (``columns.decoding.fields``) ask it too.
"""

from enum import Enum
from functools import cache
from typing import NamedTuple

from vintool import registry
from vintool.codes import Basis
from vintool.decoding.facts import basis_of
from vintool.powertrain import Classification
from vintool.registry.makers import Maker
from vintool.registry.rule import Rule
from vintool.vpic.elements import MAKE, DecodedElement
from vintool.vpic.passes import Pass


class Brand(NamedTuple):
    """A brand, what it follows from, and the row that tells it."""

    name: str
    basis: Basis
    row: Maker | Rule | DecodedElement


class BrandBy(Enum):
    """What a brand rests on."""

    FILING = "filing"
    WMI = "wmi"
    RULES = "rules"


def brand_of(
    maker: Maker | None, vpic_pass: Pass | None, classification: Classification
) -> Brand | None:
    """The brand, and what it rests on; None where several are possible."""
    makes = vpic_pass.read.get(MAKE, ()) if vpic_pass is not None else ()
    rules = [rule for rule in classification.rules if rule.make]
    name, by = brand_name(
        maker.brands if maker is not None else (),
        makes[0].value if makes else None,
        tuple(rule.make for rule in rules),
        sure=vpic_pass is not None and vpic_pass.sure,
    )
    if by is BrandBy.FILING and vpic_pass is not None:
        return Brand(name, basis_of(makes[0], vpic_pass), makes[0])
    if by is BrandBy.WMI and maker is not None:
        return Brand(name, Basis.REGISTRY, maker)
    return Brand(name, Basis.ENCODED, rules[0]) if by is BrandBy.RULES else None


def brand_name(
    brands: tuple[str, ...], make: str | None, makes_of_rules: tuple[str, ...], *, sure: bool
) -> tuple[str, BrandBy | None]:
    """The make as filed, the one brand of the WMI, or the one that the powertrain rules name.

    Args:
        brands: those of the WMI, as the registry spells them.
        make: the make that vPIC tells.
        makes_of_rules: the makes that rules of the powertrain tell.
        sure: the vehicle was made by vPIC's rules.

    >>> brand_name(("Tesla",), None, (), sure=False)
    ('Tesla', <BrandBy.WMI: 'wmi'>)
    """
    if make is not None and (sure or len(brands) != 1):
        return _spelled(make, brands), BrandBy.FILING
    if len(brands) == 1:
        return brands[0], BrandBy.WMI
    # Some lists name two brands for one make: Opel/Vauxhall.
    if len({one.casefold() for one in makes_of_rules}) == 1 and "/" not in makes_of_rules[0]:
        return _spelled(makes_of_rules[0], brands), BrandBy.RULES
    return "", None


@cache
def _spelled(name: str, brands: tuple[str, ...]) -> str:
    """A brand as the registry spells it."""
    folded = name.casefold()
    for brand in reversed(brands):
        if brand.casefold() == folded:
            return brand
    return _spellings().get(folded, name)


@cache
def _spellings() -> dict[str, str]:
    return {brand.casefold(): brand for brand in registry.chinese_names()}
