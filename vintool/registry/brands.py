"""Brands: what they are called in Chinese, and which belong together, as data.

The brand of a WMI is often that of the group that holds it (a Zeekr with a WMI of Geely), and one
plant may build the brands of two.
"""

from functools import cache
from typing import NamedTuple

from vintool.errors import DataError
from vintool.registry.rows import read_rows

NAME_COLUMNS = ("brand", "chinese", "source")
COLUMNS = ("group", "brand", "chinese_group", "from", "until", "source", "note")
CONTRACT = "contract"


class Membership(NamedTuple):
    """A brand in a group, in the calendar years from 0 to 9999 where none are given."""

    group: str
    start: int
    until: int
    contract: bool


@cache
def chinese_names() -> dict[str, str]:
    """What brands are called in Chinese, as far as known."""
    return {brand: chinese for brand, chinese, _source in read_rows("brands.csv", NAME_COLUMNS)}


@cache
def chinese_groups() -> dict[str, str]:
    """The groups and joint ventures, by what they are called in Chinese."""
    return {row[2]: row[0] for row in read_rows("brands.groups.csv", COLUMNS) if row[2]}


@cache
def _memberships() -> dict[str, tuple[Membership, ...]]:
    table: dict[str, tuple[Membership, ...]] = {}
    for group, brand, _chinese, first, last, source, note in read_rows(
        "brands.groups.csv", COLUMNS
    ):
        if not source:
            raise DataError(f"wmi_data/brands.groups.csv, {group} {brand}: no source")
        member = Membership(group, int(first or 0), int(last or 9999), note.startswith(CONTRACT))
        key = brand.casefold()
        table[key] = (*table.get(key, ()), member)
    return table


@cache
def _groups(brand: str, year: int | None, *, contract: bool) -> frozenset[str]:
    return frozenset(
        member.group
        for member in _memberships().get(brand.casefold(), ())
        if (contract or not member.contract)
        and (year is None or member.start <= year <= member.until)
    )


def one_group(one: str, other: str, year: int | None = None) -> bool:
    """Whether two brands belong to one owner or joint venture in a calendar year, or ever did.

    >>> one_group("Zeekr", "Geely"), one_group("NIO", "JAC")
    (True, False)
    """
    return not _groups(one, year, contract=False).isdisjoint(_groups(other, year, contract=False))


def may_share_wmi(one: str, other: str, model_year: int | None = None) -> bool:
    """Whether a vehicle of one brand may bear the WMI of the other: one brand, one group, one builder.

    A model year runs ahead of the calendar by one, so that the year before counts too.

    >>> may_share_wmi("Zeekr", "Geely"), may_share_wmi("NIO", "JAC"), may_share_wmi("BYD", "Tesla")
    (True, True, False)
    """
    years = (None,) if model_year is None else (model_year, model_year - 1)
    return one.casefold() == other.casefold() or any(
        not _groups(one, year, contract=True).isdisjoint(_groups(other, year, contract=True))
        for year in years
    )
