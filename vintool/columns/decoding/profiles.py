"""Columns of VINs -> what their profiles tell, by bit sets: ``decoding.profile.profile`` for many VINs.

The procedure stands twice for speed: 20,000 VINs of as many descriptors take ``decode_table`` 3.0 s here and
25.7 s one by one. Each step is a rule of a short key that ``profile`` and its neighbours ask too, asked
once for each combination of codes that occurs; here is only the arithmetic between them. The few rows
that this cannot decide (two years that disagree on electric drive, a value that the VIN itself holds,
...) are marked, and for these ``profile`` is asked. Properties hold both equal, row by row.
"""

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

import numpy as np

from vintool import registry, vpic
from vintool.codes import Market
from vintool.columns.decoding.bitsets import CharacterCodes, positions_of, with_positions
from vintool.columns.decoding.elements import ReadElements
from vintool.columns.decoding.model_years import ModelYearRules
from vintool.columns.decoding.own_models import OWN, OwnModels
from vintool.columns.decoding.passes import Passes, PassRules
from vintool.columns.decoding.powertrain import PowertrainRules
from vintool.columns.decoding.schema_lines import COLUMN_OF, CORE, IN_VIN, NOTHING
from vintool.columns.decoding.schemas import schemas
from vintool.columns.decoding.wmis import MARKETS, Wmis
from vintool.columns.engine.arrays import Characters, Codes, Ints, Mask
from vintool.columns.engine.characters import STATES, position_9, remainders
from vintool.columns.engine.encoder import Encoder
from vintool.columns.engine.locks import ProcessLock, forget_in_child
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.decoding import plant
from vintool.decoding.fields import ASIDE, ELEMENTS
from vintool.decoding.fields import FIELDS as VEHICLE_FIELDS
from vintool.decoding.identity import maker as maker_of
from vintool.decoding.north_america import is_home_market, tie
from vintool.powertrain.filings import SIGNALS, outlier_of, sides
from vintool.registry.outliers import outliers
from vintool.registry.reference import by_reference, forget, forget_all
from vintool.vin.positions import FIRST_MODEL_YEAR
from vintool.vpic.elements import BATTERY_ELECTRIC, ELECTRIC, ELECTRIFICATION, FUEL_PRIMARY, MODEL

POWERTRAIN = frozenset({"powertrain", "powertrain_grade", "powertrain_basis"})
#: Fields that follow from the WMI, of the few that had several makers from WMI and year.
BY_WMI = frozenset({"market", "manufacturer", "country", "region"})
#: Every field that has a form in columns: those that a profile tells but for these.
FIELDS = frozenset(
    name
    for name, field in (VEHICLE_FIELDS | ASIDE).items()
    if field.value and name not in {"engine", "attributes", "powertrain_conflict"}
)
#: Whether vPIC's rules hold for a vehicle.
NO, PERHAPS, YES = 0, 1, 2

_ONE_AT_A_TIME = ProcessLock()
_WMIS_AT_MOST = 1 << 17
_US = MARKETS.index(Market.US)
_OF_SERIES = (4, 5, 6, 7, 8)
_YEARS = 1 << 6  # more than position 10 can mean


class Profiles(NamedTuple):
    """What n VINs tell, by codes that ``ProfileRules`` and its parts know the values of.

    Attributes:
        wmi: of ``Wmis``.
        registration: number of the WMI in ``Schemas.registrations``, or -1.
        maker, make: of ``ProfileRules.makers`` and ``makes``.
        year: of ``ModelYearRules``.
        plant_code: the character code at position 11.
        vpic: whether vPIC's rules hold: ``NO``, ``PERHAPS`` or ``YES``.
        matched: some pattern of vPIC's matches.
        rules: of ``PowertrainRules``.
        series: of ``ProfileRules.kinds_of_series``.
        own_models: of ``OwnModels``.
        undecided: in these rows nothing here holds, and ``profile`` is asked.
        read: by element, the value that the VIN itself tells.
        elements: by element, the same with what is assumed.
    """

    wmi: Codes
    registration: Codes
    maker: Codes
    year: Codes
    plant_code: Codes
    vpic: Codes
    matched: Mask
    make: Codes
    rules: Codes
    series: Codes
    own_models: Codes
    undecided: Mask
    read: dict[int, Codes]
    elements: dict[int, Codes]


class _Rows(NamedTuple):
    """n VINs and what follows from their WMIs: codes, numbers of registrations and markets, makers' year rules."""

    characters: Characters
    codes: CharacterCodes
    wmi: Codes
    registration: Ints
    market: Ints
    rules: Codes


class ProfileRules:
    """The rules of ``profile``, with their answers so far.

    Attributes:
        makers, makes: encoders of ``Maker`` and of makes; None has code 0.
        own_models: the models where no filing names one.
    """

    def __init__(self) -> None:
        self.schemas = schemas()
        self.registrations = registrations = self.schemas.registrations
        self.passes = PassRules(self.schemas)
        self.wmis = wmis = Wmis(registration.wmi for registration in registrations)
        self.powertrain = PowertrainRules(wmis)
        self.own_models = OwnModels(wmis, self.powertrain)
        self.model_years = ModelYearRules(wmis)
        self.makers, self.makes = Encoder([None]), Encoder([None])
        self._market = PerDistinct(lambda at: MARKETS.index(wmis.all[at].market))
        self._registration = PerDistinct(lambda at: wmis.all[at].registration)
        self.kinds_of_series = Encoder([""])
        self._kind_of_series = PerDistinct(self._series_kind, scattered=True)
        self._has_series = PerDistinct(
            lambda at: bool(registry.body_series_rows(wmis.all[at].wmi[:3]))
        )
        self._dated = PerDistinct(lambda at: wmis.all[at].dated)
        self._maker = PerDistinct(lambda at: self.makers[wmis.all[at].maker])
        self._only_in_vpic = PerDistinct(
            lambda at: (maker := wmis.all[at].maker) is None or maker.source == "vpic"
        )
        self._maker_in_year = PerDistinct(
            lambda key: self.makers[
                maker_of(wmis.all[key // _YEARS].wmi, key % _YEARS + FIRST_MODEL_YEAR - 1)
            ]
        )
        self._is_home = PerDistinct(self._home_market)
        self._ties = PerDistinct(_tie)
        self._one_brand = PerDistinct(
            lambda at: (maker := self.makers.values[at]) is not None and len(maker.brands) == 1
        )
        self._make_of_wmi = PerDistinct(
            lambda at: (
                self.makes[registrations[at].makes[0]] if len(registrations[at].makes) == 1 else 0
            )
        )
        self._make_of_model = PerDistinct(
            lambda at: self.makes[vpic.model(self.passes.elements.value(MODEL, at))[1] or None]
        )
        listed = outliers()
        self._has_outliers = PerDistinct(
            lambda at: vpic.model(self.passes.elements.value(MODEL, at))[::-1] in listed
        )
        self._is_outlier = PerDistinct(self._filing_is_outlier, scattered=True)
        types = np.array([registration.vehicle_type for registration in registrations])
        by_type = [self._defaults(one) for one in range(int(types.max(initial=0)) + 1)]
        # By column of ``CORE`` and registration.
        self._default = np.ascontiguousarray(np.array(by_type, dtype=np.int32)[types].T)

    def __call__(self, characters: Characters, fields: Iterable[str]) -> Profiles:
        """The profiles of n VINs, as far as some of ``FIELDS`` need them.

        Args:
            characters: of the n VINs.
            fields: names.
        """
        fields = set(fields)
        codes, size = CharacterCodes(characters), len(characters)
        wmi = self.wmis(codes)
        registration, market = self._registration.array(wmi), self._market.array(wmi)
        rows = _Rows(
            *(characters, codes, wmi, registration, market), self.model_years.rules(codes, wmi)
        )
        dated = self._dated.array(wmi)
        in_vpic = registration >= 0
        if fields <= BY_WMI:
            in_vpic &= dated
        passes = self._passes(rows, np.flatnonzero(in_vpic))
        applies = self._applies(rows, passes)
        matches = passes.matches.where(applies[passes.matches.row] != NO)
        read = ReadElements(self.passes.elements, matches, size)
        undecided = passes.undecided.copy()
        year = self._years(rows, passes, applies)

        maker = self._maker.array(wmi).astype(np.int32)
        years = self.model_years.year.array(year)
        when = np.flatnonzero(dated & self.model_years.is_encoded.array(year) & (years > 0))
        since = years[when] - FIRST_MODEL_YEAR + 1
        maker[when] = self._maker_in_year.array(wmi[when].astype(np.intp) * _YEARS + since)

        make: Codes = np.zeros(size, dtype=np.int32)
        if "brand" in fields:
            model = read(MODEL)
            of_model = self._make_of_model.array(model)
            of_wmi = self._make_of_wmi.array(np.maximum(registration, 0))  # -1: ``applies`` is NO
            make = np.where(applies == NO, 0, np.where(model > 0, of_model, of_wmi))
            make = make.astype(np.int32)
        no_brand = ~self._one_brand.array(maker) & ((make == 0) | (applies != YES))
        rules, own = self._matching(fields, rows, applies != YES, no_brand, read)
        if fields & POWERTRAIN:
            undecided |= read.contested(FUEL_PRIMARY, ELECTRIC)
            undecided |= read.contested(ELECTRIFICATION, BATTERY_ELECTRIC)
            undecided |= self._outliers(read, passes.year, applies == YES)
        series: Codes = np.zeros(size, dtype=np.int32)
        if "vehicle_type" in fields:
            read(MODEL)
            series = self._series(wmi, codes)
        for part in plant.PARTS if fields & {"plant", "built_in"} else ():
            read(part.element)
        of = ELEMENTS | {"model_candidates": MODEL}
        wanted = {of[field] for field in fields & of.keys()}
        elements = {element: read(element).copy() for element in wanted}
        if elements:
            undecided |= self._add_specified(elements, read, rows, passes)
            self._add_defaults(elements, rows, applies)
        for values in read.gathered.values():
            undecided |= values == IN_VIN
        return Profiles(
            wmi,
            registration.astype(np.int32),
            maker,
            year,
            codes[11].astype(np.int32),
            applies,
            passes.matched,
            make,
            rules,
            series,
            own,
            undecided,
            read.gathered,
            elements,
        )

    def _matching(
        self, fields: set[str], rows: _Rows, unsure: Mask, no_brand: Mask, read: ReadElements
    ) -> tuple[Codes, Codes]:
        """The powertrain rules that match where some fields need them, and of ``OWN`` what follows.

        Args:
            fields: names.
            rows: n rows.
            unsure: where no filing speaks surely.
            no_brand: where the brand follows from the rules.
            read: what is filed.
        """
        rules: Codes = np.zeros(len(rows.wmi), dtype=np.int32)
        own: Codes = np.zeros(len(rows.wmi), dtype=np.int32)
        no_model = np.zeros(len(rows.wmi), dtype=bool)
        if not fields.isdisjoint(OWN):  # see ``has_filed_model``
            no_model = (read(MODEL) == NOTHING) & (unsure | (rows.market != _US))
        if fields & (POWERTRAIN | {"vehicle_type"}):
            rules = self.powertrain(rows.wmi, rows.codes)
        else:
            some = np.flatnonzero(no_model | no_brand & ("brand" in fields))
            rules[some] = self.powertrain(rows.wmi[some], rows.codes.of(some))
        some = np.flatnonzero(no_model)
        if len(some):
            own[some] = self.own_models(rows.wmi[some], rows.codes.of(some), rules[some])
        return rules, own

    def _outliers(self, read: ReadElements, year: Ints, sure: Mask) -> Mask:
        """The rows whose filing stands against the maker's others of the model: ``profile`` weighs them."""
        model = read(MODEL)
        signals = [read(element) for element in SIGNALS]
        some = np.flatnonzero(sure & self._has_outliers.array(model))
        key = model[some].astype(np.intp) * _YEARS + np.maximum(
            year[some] - FIRST_MODEL_YEAR + 1, 0
        )
        for values in signals:
            key = key * _YEARS + values[some]
        found = np.zeros(len(model), dtype=bool)
        found[some] = self._is_outlier.array(key)
        return found

    def _filing_is_outlier(self, key: int) -> bool:
        elements, texts = self.passes.elements, []
        for element in reversed(SIGNALS):
            key, code = divmod(key, _YEARS)
            texts.append(next(iter(self.schemas.values[element].values[code]), None))
        model, since = divmod(key, _YEARS)
        number, year = elements.value(MODEL, model), since + FIRST_MODEL_YEAR - 1
        filed = (powertrain for powertrain, *_ in sides(*reversed(texts)))
        return any(outlier_of(number, year, powertrain) for powertrain in filed)

    def _passes(self, rows: _Rows, some: Ints) -> Passes:
        """The passes of some rows, among all that there are."""
        size = len(rows.wmi)
        codes = rows.codes if len(some) == size else rows.codes.of(some)
        foreign = rows.market[some] != _US
        own_year = np.zeros(len(some), dtype=np.int32)
        own_year[foreign] = self.model_years.year.array(self._own_years(rows, some[foreign]))
        registration = rows.registration[some]
        is_home = self._is_home.array(rows.wmi[some])
        passes = self.passes.best_passes(registration, codes, own_year, is_home, foreign)
        return passes if len(some) == size else passes.spread(some, size)

    def _years(self, rows: _Rows, passes: Passes, applies: Codes) -> Codes:
        """The model year: of the pass where vPIC's rules may hold, else by the VIN's own market."""
        years = np.zeros(len(applies), dtype=np.int32)
        by_pass, others = np.flatnonzero(applies != NO), np.flatnonzero(applies == NO)
        own = np.zeros(len(applies), dtype=np.int32)
        own_years = np.flatnonzero(applies != YES)
        own[own_years] = self._own_years(rows, own_years)
        years[by_pass] = self.model_years.of_passes(by_pass, passes, applies == YES, own[by_pass])
        years[others] = own[others]
        return years

    def _own_years(self, rows: _Rows, some: Ints) -> Codes:
        """The model years of some rows by the rules of the VIN's own market."""
        return self.model_years.by_market(some, rows.codes, rows.wmi, rows.market, rows.rules)

    def _applies(self, rows: _Rows, passes: Passes) -> Codes:
        """Whether vPIC's rules hold for each row: ``NO``, ``PERHAPS`` or ``YES``."""
        applies = np.where(passes.year > 0, YES, NO).astype(np.int32)
        some = np.flatnonzero((passes.year > 0) & (rows.market != _US))
        if len(some):
            models = self.schemas.core.values(COLUMN_OF[MODEL], passes.matches, len(applies))
            other_shape = self.model_years.is_other_shape(rows.codes, rows.rules)
            own = self._own_years(rows, some)
            characters = rows.characters[some]
            key = rows.market[some] * len(STATES) + position_9(characters, remainders(characters))
            for flag in (
                self._is_home.array(rows.wmi[some]),
                other_shape[some],
                self._only_in_vpic.array(rows.wmi[some]),
                passes.matched[some],
                passes.wrong[some],
                passes.several[some],
                models[some] > 0,
                self.model_years.allows(own, passes.year[some]),
                self.model_years.are_possible(own, passes.year[some]),
            ):
                key = key * 2 + flag
            applies[some] = self._ties.array(key)
        return applies

    def _add_specified(
        self, elements: dict[int, Codes], read: ReadElements, rows: _Rows, passes: Passes
    ) -> Mask:
        """Add what specifications of the models tell; gives the rows that this cannot decide."""
        undecided = np.zeros(len(rows.wmi), dtype=bool)
        specifiable, at_hand = self.passes.elements.specifiable(read(MODEL))
        some = np.flatnonzero(specifiable)
        lacks = np.zeros(len(some), dtype=bool)
        for element, values in elements.items():
            can_tell = specifiable[some] >> COLUMN_OF[element] & 1 > 0
            lacks |= (values[some] == NOTHING) & can_tell
        some = some[lacks]
        undecided[some[at_hand[some] == 0]] = True
        some = some[at_hand[some] > 0]
        if len(some):
            added = self.passes.elements.specified(
                read.of(some), rows.registration[some], passes.year[some]
            )
            undecided[some] |= [specs is None for specs in added]
            for element, values in elements.items():
                by_specs = np.array([(specs or {}).get(element, NOTHING) for specs in added])
                values[some] = np.where(values[some] == NOTHING, by_specs, values[some])
        return undecided

    def _add_defaults(self, elements: dict[int, Codes], rows: _Rows, applies: Codes) -> None:
        """Add what vPIC assumes of a vehicle type where nothing is told."""
        for element, values in elements.items():
            some = np.flatnonzero((values == NOTHING) & (applies != NO))
            values[some] = self._default[COLUMN_OF[element]][rows.registration[some]]

    def _series(self, wmi: Codes, codes: CharacterCodes) -> Codes:
        """The kinds of the makers' series in n rows, by the codes of ``kinds_of_series``."""
        series: Codes = np.zeros(len(wmi), dtype=np.int32)
        listed = np.flatnonzero(self._has_series.array(wmi))
        key = with_positions(wmi[listed].astype(np.intp), codes, listed, _OF_SERIES)
        series[listed] = self._kind_of_series.array(key)
        return series

    def _series_kind(self, key: int) -> int:
        wmi, vds = positions_of(key, len(_OF_SERIES))
        row = registry.body_series(self.wmis.all[wmi].wmi[:3] + vds)
        return self.kinds_of_series[row.kind if row else ""]

    def _home_market(self, at: int) -> bool:
        """Whether the vehicles of a WMI may be Chinese cars."""
        wmi = self.wmis.all[at]
        filed = self.registrations[wmi.registration].kind if wmi.registration >= 0 else None
        return is_home_market(wmi.market, filed, wmi.maker.kinds if wmi.maker else ())

    def _defaults(self, vehicle_type: int) -> list[int]:
        """What vPIC assumes of a vehicle type, as codes by column of ``CORE``."""
        items = vpic.defaults(vehicle_type)
        return [
            self.passes.elements.code(element, items[element]) if element in items else NOTHING
            for element in CORE
        ]


def _tie(key: int) -> int:
    flags = []
    for _ in range(9):
        key, flag = divmod(key, 2)
        flags.append(bool(flag))
    possible, same_year, has_model, several, wrong, matched, *rest = flags
    only_in_vpic, other_shape, home_market = rest
    market, at = divmod(key, len(STATES))
    speaks = tie(
        MARKETS[market],
        STATES[at],
        home_market=home_market,
        other_shape=other_shape,
        only_in_vpic=only_in_vpic,
        matched=matched,
        wrong=wrong,
        several=several,
        has_model=has_model,
        same_year=same_year,
        possible=possible,
    ).speaks
    return NO if speaks is None else YES if speaks else PERHAPS


def profile_rules() -> ProfileRules:
    """Those of this process; new ones where WMIs that nobody has fill the old ones."""
    with _ONE_AT_A_TIME:
        if len(_profile_rules().wmis.all) > _WMIS_AT_MOST:
            forget(_profile_rules)
        return _profile_rules()


@by_reference()
def _profile_rules() -> ProfileRules:
    return ProfileRules()


forget_in_child(partial(forget_all, _profile_rules))
