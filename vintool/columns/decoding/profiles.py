"""Columns of VINs -> what ``profile`` tells of them, by bit sets instead of one VIN after the other.

Each step is a rule of ``profile`` and its neighbours, asked once for each combination of numbers
that occurs. The few rows that this cannot settle (two years that disagree on electric drive, a
value that the VIN itself holds, ...) are marked, and for these ``profile`` is asked.
"""

from collections.abc import Iterable
from functools import cache
from threading import Lock
from typing import NamedTuple

import numpy as np

from vintool import registry, vpic
from vintool.codes import Basis, Market
from vintool.columns.decoding.bitsets import SIGN_NAMES, Signs
from vintool.columns.decoding.elements import Reading
from vintool.columns.decoding.passes import Filings, Passes, letter_at_7
from vintool.columns.decoding.powertrain import Rules
from vintool.columns.decoding.schema_lines import COLUMN_OF, CORE, Values
from vintool.columns.decoding.schemas import FIRST_YEAR, schemas
from vintool.columns.decoding.wmis import Wmis
from vintool.columns.engine.arrays import Flags, Ints
from vintool.columns.engine.asked import Asked, Codes
from vintool.columns.engine.characters import STATES, Characters, ninth, remainders
from vintool.columns.engine.distinct import Numbered
from vintool.decoding.identity import maker as maker_of
from vintool.decoding.profile import (
    ATTRIBUTES,
    PLANT_ELEMENTS,
    filed_year,
    is_home_market,
    latest_model_year,
    made_by_its_rules,
    model_year,
)
from vintool.powertrain.filings import SIGNALS
from vintool.vpic.elements import BATTERY_ELECTRIC, ELECTRIC, ELECTRIFICATION, FUEL_PRIMARY, MODEL

POWERTRAIN = frozenset({"powertrain", "powertrain_grade", "powertrain_basis"})
#: Fields that follow from the WMI, of the few that had several makers from WMI and year.
BY_WMI = frozenset({"market", "manufacturer", "country", "region"})
#: Every field that is told in columns.
FIELDS = BY_WMI | POWERTRAIN | ATTRIBUTES.keys() | {
    "brand", "model_year", "model_year_candidates", "plant", "vehicle_type"
}  # fmt: skip
NOT, MAY_BE, SURE = 0, 1, 2

_ONE_AT_A_TIME = Lock()
_WMIS_AT_MOST = 1 << 17
_MARKETS = list(Market)
_US, _CN = _MARKETS.index(Market.US), _MARKETS.index(Market.CN)
_KINDS = 1 << 10  # more than the combinations of kinds that makers build
_YEARS = 1 << 6  # more than position 10 can mean


class Profiles(NamedTuple):
    """What was found of some rows, as numbers in the lists of ``Teller``.

    ``standing`` is whether vPIC's rules hold (``SURE``), may hold or do not. ``read`` is by element
    what the VIN itself tells, ``told`` the same with what is assumed.
    """

    wmi: Codes
    registration: Codes
    maker: Codes
    year: Codes
    plant_sign: Codes
    standing: Codes
    matched: Flags
    make: Codes
    rules: Codes
    unsettled: Flags
    read: dict[int, Codes]
    told: dict[int, Codes]


class _Filed(NamedTuple):
    registration: Ints
    passes: Passes
    standing: Codes


class Teller:
    """The rules of ``profile`` for columns, with what they were asked so far."""

    def __init__(self) -> None:
        self.schemas = schemas()
        self.registrations = registrations = self.schemas.registrations
        self.filings = Filings(self.schemas)
        self.wmis = wmis = Wmis(registration.wmi for registration in registrations)
        self.rules = Rules(wmis)
        self.makers, self.years, self.makes = Numbered(None), Numbered(None), Numbered(None)
        self._market = Asked(lambda at: _MARKETS.index(wmis.all[at].market))
        self._registration = Asked(lambda at: wmis.all[at].registration)
        self._dated = Asked(lambda at: wmis.all[at].dated)
        self._maker = Asked(lambda at: self.makers(wmis.all[at].maker))
        self._only_in_vpic = Asked(
            lambda at: (maker := wmis.all[at].maker) is None or maker.source == "vpic"
        )
        self._kinds = Asked(lambda at: maker.kinds if (maker := wmis.all[at].maker) else ())
        self._maker_in_year = Asked(
            lambda key: self.makers(
                maker_of(wmis.all[key // _YEARS].wmi, key % _YEARS + FIRST_YEAR - 1)
            )
        )
        self._home = Asked(lambda at: is_home_market(Market.CN, registrations[at].kind))
        self._type = np.array([registration.vehicle_type for registration in registrations])
        self._market_year = Asked(self._year_by_market)
        self._filed_year = Asked(self._year_as_filed)
        self.year = Asked(lambda at: self.years.values[at].year or 0)
        self._encoded = Asked(lambda at: self.years.values[at].basis is Basis.ENCODED)
        self._standing = Asked(_standing)
        self._one_brand = Asked(
            lambda at: (maker := self.makers.values[at]) is not None and len(maker.brands) == 1
        )
        self._make_of_filer = Asked(
            lambda at: (
                self.makes(registrations[at].makes[0]) if len(registrations[at].makes) == 1 else 0
            )
        )
        self._make_of_model = Asked(
            lambda at: self.makes(vpic.model(self.filings.elements.value(MODEL, at))[1] or None)
        )
        kinds = [self._defaults(kind) for kind in range(int(self._type.max(initial=0)) + 1)]
        # By column of ``CORE`` and registration.
        self._default = np.ascontiguousarray(np.array(kinds, dtype=np.int32)[self._type].T)

    def find(self, characters: Characters, fields: Iterable[str]) -> Profiles:
        """What there is to say of some VINs, as far as these fields need it."""
        fields = set(fields)
        signs, size = Signs(characters), len(characters)
        wmi = self.wmis(signs)
        registration = self._registration.told(wmi)
        dated = self._dated.told(wmi)
        market = self._market.told(wmi)
        in_vpic = registration >= 0
        if fields <= BY_WMI:
            in_vpic &= dated
        passes = self._passes(np.flatnonzero(in_vpic), registration, market, wmi, signs)
        standing = self._standings(passes, registration, market, wmi, signs, characters)
        fitting = passes.fitting.at(standing[passes.fitting.row] != NOT)
        read = Reading(self.filings.elements, fitting, size)
        unsettled = passes.unsettled.copy()

        year = np.zeros(size, dtype=np.int32)
        filed, others = np.flatnonzero(standing), np.flatnonzero(standing == NOT)
        key = (passes.year - FIRST_YEAR + 1)[filed] * _YEARS + np.maximum(
            passes.other - FIRST_YEAR + 1, 0
        )[filed]
        key = (key * 2 + (standing[filed] == SURE)) * 2 + passes.conclusive[filed]
        year[filed] = self._filed_year.told(key * 2 + passes.only_match[filed])
        year[others] = self._own_year(others, market, wmi, signs)

        maker = self._maker.told(wmi).astype(np.int32)
        when = np.flatnonzero(dated & self._encoded.told(year) & (self.year.told(year) > 0))
        since = self.year.told(year[when]) - FIRST_YEAR + 1
        maker[when] = self._maker_in_year.told(wmi[when].astype(np.intp) * _YEARS + since)

        make: Codes = np.zeros(size, dtype=np.int32)
        rules: Codes = np.zeros(size, dtype=np.int32)
        if "brand" in fields:
            model = read(MODEL)
            of_model, of_filer = (
                self._make_of_model.told(model),
                self._make_of_filer.told(registration),
            )
            make = np.where(standing == NOT, 0, np.where(model > 0, of_model, of_filer))
            make = make.astype(np.int32)
        if fields & POWERTRAIN:
            rules = self.rules(wmi, signs)
            unsettled |= read.contested(FUEL_PRIMARY, ELECTRIC)
            unsettled |= read.contested(ELECTRIFICATION, BATTERY_ELECTRIC)
            for element in SIGNALS:
                read(element)
        elif "brand" in fields:
            open_ = np.flatnonzero(
                ~self._one_brand.told(maker) & ((make == 0) | (standing != SURE))
            )
            rules[open_] = self.rules(wmi[open_], signs.at(open_))
        for element in PLANT_ELEMENTS.values() if "plant" in fields else ():
            read(element)
        elements = {ATTRIBUTES[field] for field in fields & ATTRIBUTES.keys()}
        told = self._assume(read, elements, _Filed(registration, passes, standing), unsettled)
        for codes in read.known.values():
            unsettled |= codes == Values.IN_VIN
        return Profiles(
            wmi,
            registration.astype(np.int32),
            maker,
            year,
            signs[11].astype(np.int32),
            standing,
            passes.matched,
            make,
            rules,
            unsettled,
            read.known,
            told,
        )

    def _passes(
        self, rows: Ints, registration: Ints, market: Ints, wmi: Codes, signs: Signs
    ) -> Passes:
        """The passes of some rows, as columns of all rows."""
        size = len(registration)
        own = signs if len(rows) == size else signs.at(rows)
        foreign = market[rows] != _US
        known = np.zeros(len(rows), dtype=np.int32)
        known[foreign] = self.year.told(self._own_year(rows[foreign], market, wmi, signs))
        home = (market[rows] == _CN) & self._home.told(registration[rows])
        passes = self.filings.decide(registration[rows], own, home, known, foreign)
        return passes if len(rows) == size else passes.spread(rows, size)

    def _own_year(self, rows: Ints, market: Ints, wmi: Codes, signs: Signs) -> Codes:
        """The model year by the rules of the VIN's own market."""
        key = signs[10][rows] * 2 + letter_at_7(signs)[rows]
        return self._market_year.told(
            (key * len(_MARKETS) + market[rows]) * _KINDS + self._kinds(wmi[rows])
        )

    def _standings(  # noqa: PLR0913, PLR0917 - what decides
        self,
        passes: Passes,
        registration: Ints,
        market: Ints,
        wmi: Codes,
        signs: Signs,
        characters: Characters,
    ) -> Codes:
        """Whether vPIC's rules hold for each row."""
        standing = np.where(passes.year > 0, SURE, NOT).astype(np.int32)
        rows = np.flatnonzero((passes.year > 0) & (market != _US))
        if len(rows):
            core, size = self.schemas.core, len(registration)
            has_model = core.told(COLUMN_OF[MODEL], passes.fitting, size)[rows] > 0
            same = passes.year[rows] == self.year.told(self._own_year(rows, market, wmi, signs))
            own = characters[rows]
            key = market[rows] * 2 + self._home.told(registration[rows])
            key = key * len(STATES) + ninth(own, remainders(own))
            for flag in (
                self._only_in_vpic.told(wmi[rows]),
                passes.matched[rows],
                passes.wrong[rows],
                passes.several[rows],
                has_model,
                same,
            ):
                key = key * 2 + flag
            standing[rows] = self._standing.told(key)
        return standing

    def _assume(
        self, read: Reading, elements: set[int], filed: _Filed, unsettled: Flags
    ) -> dict[int, Codes]:
        """What the VIN itself tells of some elements, and what is assumed where it tells nothing."""
        told = {element: read(element).copy() for element in elements}
        if not told:
            return told
        facts, at_hand = self.filings.elements.facts(read(MODEL))
        some = np.flatnonzero(facts)
        lacking = np.zeros(len(some), dtype=bool)
        for element, codes in told.items():
            lacking |= (codes[some] == 0) & (facts[some] >> COLUMN_OF[element] & 1 > 0)
        some = some[lacking]
        unsettled[some[at_hand[some] == 0]] = True
        some = some[at_hand[some] > 0]
        if len(some):
            added = self.filings.elements.specified(
                read.at(some), filed.registration[some], filed.passes.year[some]
            )
            unsettled[some] |= [specs is None for specs in added]
            for element, codes in told.items():
                own = np.array([(specs or {}).get(element, Values.NOTHING) for specs in added])
                codes[some] = np.where(codes[some] == 0, own, codes[some])
        is_filed = filed.standing != NOT
        for element, codes in told.items():
            rows = np.flatnonzero((codes == 0) & is_filed)
            codes[rows] = self._default[COLUMN_OF[element]][filed.registration[rows]]
        return told

    def _year_by_market(self, key: int) -> int:
        key, kinds = divmod(key, _KINDS)
        key, market = divmod(key, len(_MARKETS))
        sign, letter = divmod(key, 2)
        own = self._kinds.values[kinds]
        position_7 = "A" if letter else "0"
        return self.years(
            model_year(SIGN_NAMES[sign], position_7, _MARKETS[market], own, latest_model_year())
        )

    def _year_as_filed(self, key: int) -> int:
        key, only_match = divmod(key, 2)
        key, conclusive = divmod(key, 2)
        key, sure = divmod(key, 2)
        year, other = (number and number + FIRST_YEAR - 1 for number in divmod(key, _YEARS))
        return self.years(
            filed_year(
                year,
                tuple(sorted({year, other} - {0})),
                sure=bool(sure),
                conclusive=bool(conclusive),
                only_match=bool(only_match),
            )
        )

    def _defaults(self, kind: int) -> list[int]:
        told = vpic.defaults(kind)
        return [
            self.filings.elements.code(element, told.get(element, ())) if element in told else 0
            for element in CORE
        ]


def _standing(key: int) -> int:
    flags = []
    for _ in range(6):
        key, flag = divmod(key, 2)
        flags.append(bool(flag))
    same_year, has_model, several, wrong, matched, only_in_vpic = flags
    key, at = divmod(key, len(STATES))
    market, home = divmod(key, 2)
    sure = made_by_its_rules(
        _MARKETS[market],
        "car" if home else None,
        STATES[at],
        only_in_vpic=only_in_vpic,
        matched=matched,
        wrong=wrong,
        several=several,
        has_model=has_model,
        same_year=same_year,
    )
    return NOT if sure is None else SURE if sure else MAY_BE


def teller() -> Teller:
    """The one of this process; a new one where WMIs that nobody has fill the old one."""
    with _ONE_AT_A_TIME:
        if len(_teller().wmis.all) > _WMIS_AT_MOST:
            _teller.cache_clear()
        return _teller()


@cache
def _teller() -> Teller:
    return Teller()


registry.on_new_rules(_teller.cache_clear)
