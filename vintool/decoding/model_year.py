"""Position 10 -> the model year: by the rules of the VIN's market or maker, or by the pass of vPIC that fits.

``model_year`` and ``year_of_pass`` are rules of a short key: the columns
(``columns.decoding.model_years``) ask them too.

Source: 49 CFR 565.15(d)(1) (30-year cycle, position 7); GB 16735-2019.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import wmi_data
from vintool import vpic
from vintool.codes import Basis, Market
from vintool.decoding.north_america import PASSENGER
from vintool.registry.model_years import AT_10, AT_11, LETTERS, NO_RULE, NONE, UNKNOWN, YearRule
from vintool.registry.reference import by_vpic
from vintool.vin.positions import (
    CHECKED_MARKETS,
    UNKNOWN_CHARACTER,
    years_of_code,
)
from vintool.vpic.decode import Decoding
from vintool.vpic.passes import Pass

#: What the rules of the markets rest on.
CITES = "49 CFR 565.15(d)(1); GB 16735-2019; ISO 3779"
# Ford of Europe: the letter of a month goes on through this row, which three times makes four years.
_MONTHS, _FIRST_MONTH = "JUMPBRAGCKDELYST", 2009 * 12


class ModelYear(NamedTuple):
    """The year that position 10 stands for, the years that it could stand for, and why this one.

    ``month`` is that of building, 1-12, where the maker's VIN tells it. ``position`` is where the year
    stands; ``cites`` what the rule rests on.
    """

    year: int | None
    candidates: tuple[int, ...]
    basis: Basis
    why: str
    month: int | None = None
    position: int = 10
    cites: str = CITES

    def allows(self, year: int) -> bool:
        """Whether a year is this one, or one of the candidates where none is told."""
        return year == self.year or (self.year is None and year in self.candidates)

    def settles(self, year: int) -> bool:
        """Whether the VIN's own market or maker tells this very year, so that no filing is needed for it."""
        return self.basis is Basis.ENCODED and self.year == year

    def given(self, year: int | None) -> "ModelYear":
        """The same with a year that is known otherwise, where position 10 allows it."""
        if year is None or year not in self.candidates:
            return self
        why = "given by the caller, and position 10 allows it"
        return self._replace(year=year, basis=Basis.DECLARED, why=why)


@by_vpic()
def latest_model_year() -> int:
    """The latest model year that there can be: one after the release of the reference data.

    Model years run ahead of the calendar by one; no clock is asked.
    """
    return max(int(wmi_data.RELEASE[:4]), int(vpic.release().month[:4])) + 1


@lru_cache(maxsize=1 << 14)
def model_year(  # noqa: PLR0913, PLR0917 - what decides
    code: str,
    position_7: str,
    vin_market: Market,
    kinds: tuple[str, ...],
    latest: int,
    rule: YearRule = NO_RULE,
    month_code: str = "",
) -> ModelYear:
    """What a VIN tells of its model year, where vPIC's rules do not hold.

    Args:
        code: position 10, or where ``rule`` says that the year stands.
        position_7: a letter from 2010 on, a digit before, on light vehicles for North America.
        vin_market: whose rules; only North America and China bind position 10 to the year.
        kinds: what the maker builds under this WMI.
        latest: the latest model year that there can be.
        rule: the maker's own, outside North America.
        month_code: position 12, where that rule reads a month in it.

    >>> model_year("L", "F", Market.CN, ("car",), 2027).year
    2020
    """
    if code == UNKNOWN_CHARACTER:
        return ModelYear(None, (), Basis.ENCODED, "position 10 is not known")
    if rule != NO_RULE and vin_market is not Market.US:
        return _by_rule(code, latest, rule, month_code)
    both = years_of_code(code)
    if both is None:
        return ModelYear(None, (), Basis.ENCODED, "position 10 holds no model year code")
    years = tuple(year for year in both if year <= latest)
    if vin_market is Market.US and len(years) == 2:
        year = years[position_7.isalpha()]
        why = f"position 7 is a {'letter: 2010 or later' if position_7.isalpha() else 'digit: before 2010'}"
        if kinds and set(kinds) <= PASSENGER:
            return ModelYear(year, years, Basis.ENCODED, why)
        return ModelYear(year, years, Basis.ASSUMED, f"{why}, if it is a light vehicle")
    if vin_market in CHECKED_MARKETS:
        only = len(years) == 1
        why = (
            "the only year of the 30-year cycle that is possible"
            if only
            else "the later year of the 30-year cycle that is possible"
        )
        return ModelYear(years[-1], years, Basis.ENCODED, why)
    why = "position 10 need not be the model year in this market"
    if code.isdigit():
        return ModelYear(None, years, Basis.ASSUMED, f"{why}; digits there often are not")
    return ModelYear(_likely(years, latest), years, Basis.ASSUMED, why)


def _by_rule(code: str, latest: int, rule: YearRule, month_code: str) -> ModelYear:
    """What a VIN tells of its model year by the maker's own rule."""
    if rule.place == NONE or (rule.place == LETTERS and not code.isalpha()):
        why = "this maker puts no model year into position 10"
        return ModelYear(None, (), Basis.ENCODED, why, cites=rule.cites)
    at = 11 if rule.place == AT_11 else 10
    years = tuple(
        year
        for year in years_of_code(code) or ()
        if year <= latest and rule.first <= year <= rule.last
    )
    months = {year: month_of(year, month_code) for year in years if rule.month}
    years = tuple(year for year in years if months.get(year)) or years
    why = f"position {at} is the year by this maker's own rule"
    if rule.place in {LETTERS, UNKNOWN}:
        why = "position 10 need not be the model year in this market"
    if rule.model:
        until = rule.last if rule.last < 9999 else "today"
        why += f"; positions 4-8 are of {rule.model}, built {rule.first or 'until'} to {until}"
    only = len(years) == 1 and rule.place in {AT_10, AT_11}
    year = years[0] if only else _likely(years, latest)
    month = months.get(year) if year is not None else None
    return ModelYear(
        year, years, Basis.ENCODED if only else Basis.ASSUMED, why, month, at, rule.cites
    )


def _likely(years: Sequence[int], latest: int) -> int | None:
    """The likelier of several years: a car of next year is rarer than one of thirty years ago."""
    return next((year for year in reversed(years) if year < latest), None)


def month_of(year: int, code: str) -> int | None:
    """The month of building by Ford's letters; None if the year has no month of this letter.

    Source: see ``model_years.rules.csv``.

    >>> month_of(2014, "R"), month_of(2014, "C")
    (10, None)
    """
    start = (year * 12 - _FIRST_MONTH) % len(_MONTHS)
    month = (_MONTHS.find(code) - start) % len(_MONTHS) + 1 if code and code in _MONTHS else 0
    return month if 1 <= month <= 12 else None


def year_of_decoding(
    vin: str, decoding: Decoding, rivals: Sequence[Pass], own: ModelYear
) -> ModelYear:
    """The model year of the pass that fits best; none where rivals disagree on electric drive.

    ``own`` is the year by the rules of the VIN's own market.
    """
    best, others = decoding.best, decoding.others
    if not best.sure and own.settles(best.year):
        return own
    years = tuple(sorted({one.year for one in (best, *others)}))
    if vin[9] == UNKNOWN_CHARACTER or (UNKNOWN_CHARACTER in vin and not decoding.conclusive):
        why = "the years in which the known positions fit"
        return ModelYear(best.year if len(years) == 1 else None, years, Basis.ASSUMED, why)
    if rivals:
        why = "patterns of several model years fit, and disagree on electric drive"
        return ModelYear(None, years, Basis.ASSUMED, why)
    return year_of_pass(
        best.year,
        years,
        own.candidates,
        sure=best.sure,
        conclusive=decoding.conclusive,
        only_match=best.matched and not any(one.matched for one in others),
    )


def year_of_pass(  # noqa: PLR0913 - what decides
    year: int,
    years: tuple[int, ...],
    own: tuple[int, ...],
    *,
    sure: bool,
    conclusive: bool,
    only_match: bool,
) -> ModelYear:
    """The model year of the pass that fits best, and how it was told.

    Args:
        year: of the pass.
        years: those that position 10 can mean, in order.
        own: those that are possible by the rules of the VIN's own market.
        sure: the vehicle was made by vPIC's rules.
        conclusive: positions 7 and 10 allow no other year.
        only_match: patterns fit in this year alone.
    """
    if not sure:
        # The rule for position 7 need not hold either, so it takes no year away.
        years = tuple(sorted({year, *own}))
        return ModelYear(year, years, Basis.ASSUMED, "if made for North America")
    if conclusive:
        return ModelYear(year, years, Basis.ENCODED, "the only year that positions 7 and 10 allow")
    if only_match:
        why = "the only year in which patterns of the WMI fit"
        return ModelYear(year, years, Basis.ENCODED, why)
    why = "the year in which the patterns of the WMI fit best"
    return ModelYear(year, years, Basis.ASSUMED, why)
