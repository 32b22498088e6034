"""Profiles by their codes -> Arrow columns of the fields of a vehicle.

What ``decoding.fields`` says of one profile, a value becomes here once, whatever the rows. Rows that the
columns could not decide come with their profiles, and are put in at the end.
"""

from collections.abc import Callable, Mapping
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa

from vintool import registry
from vintool.codes import Basis, Grade, Powertrain
from vintool.columns.decoding.bitsets import (
    CHARACTERS,
    CharacterCodes,
    positions_of,
    with_positions,
)
from vintool.columns.decoding.own_models import OWN
from vintool.columns.decoding.profiles import NO, YES, ProfileRules, Profiles
from vintool.columns.decoding.wmis import MARKETS
from vintool.columns.engine.arrays import Codes, Ints, Mask
from vintool.columns.engine.arrow_types import arrow_type
from vintool.columns.engine.encoder import Encoder
from vintool.columns.engine.locks import ProcessLock, forget_in_child
from vintool.columns.engine.output import with_dictionary
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.decoding import plant
from vintool.decoding.brand import brand_name
from vintool.decoding.fields import ASIDE, ELEMENTS, FIELDS
from vintool.decoding.kinds import Kind
from vintool.decoding.plant import Plant, country_built_in, filed_plant, registered_plant
from vintool.decoding.profile import Profile, country_code
from vintool.decoding.vehicle_type import kind_of_vehicle
from vintool.powertrain.filings import SIGNALS, sides, weigh
from vintool.registry.reference import by_reference, forget, forget_all
from vintool.registry.rule import Rule
from vintool.vin.positions import FIRST_MODEL_YEAR
from vintool.vpic.elements import MODEL, all_in_words

_ONE_AT_A_TIME = ProcessLock()
_KEPT_AT_MOST = 1 << 20
_WIDE = 1 << 20  # more than there are makers, makes, WMIs, or answers of rules
_NARROW = 1 << 6  # more than there are characters, years that position 10 can mean, fuels, levels
_PLACES = 1 << 10  # more than there are countries
_OF_MODEL = (4, 5, 6, 7, 8, 11)  # positions that tell a model and where it is built


class _Displayed:
    """What a field is for each of a list of values, as an Arrow array that grows with the list."""

    def __init__(self, kind: pa.DataType, values: list[Any], display: Callable[[Any], Any]) -> None:
        self._values, self._display = values, display
        self._array = pa.array([], kind)

    def __call__(self) -> pa.Array:
        """By the code of a value."""
        array = self._array  # another thread may put an older one in its place
        if len(array) < len(self._values):
            more = [self._display(value) for value in self._values[len(array) :]]
            array = self._array = pa.concat_arrays([array, pa.array(more, array.type)])
        return array


def _gathered(
    values: pa.Array, codes: Ints, scalars: Mapping[int, Any], *, encoded: bool
) -> pa.Array:
    """Values by their codes.

    Args:
        values: each distinct one.
        codes: of n rows.
        scalars: by row, the values of the rows that have no code.
        encoded: give texts as a dictionary array.
    """
    if scalars:
        codes = codes.copy()
        codes[list(scalars)] = len(values) + np.arange(len(scalars))
        values = pa.concat_arrays([values, pa.array(list(scalars.values()), values.type)])
    if encoded and pa.types.is_string(values.type):
        return with_dictionary(values, codes.astype(np.int32))
    return values.take(codes)


class FieldColumns:
    """The columns of profiles whose codes ``ProfileRules`` knows, with what was displayed so far."""

    def __init__(self, rules: ProfileRules) -> None:
        self._rules = rules
        self._type = PerDistinct(self._kind, scattered=True)
        self._kinds_of_maker = PerDistinct(
            lambda at: maker.kinds if (maker := rules.makers.values[at]) else ()
        )
        self._kinds_of_rules = PerDistinct(self._labelled_kinds)
        self._countries = PerDistinct(self._country, scattered=True)
        self._brands = PerDistinct(self._brand, scattered=True)
        self._plants = Encoder([None])
        self._registered_plants = PerDistinct(self._registered_plant, scattered=True)
        self._filed_plants = PerDistinct(self._filed_plant)
        self._market = PerDistinct(lambda at: MARKETS.index(rules.wmis.all[at].market))
        self._powertrains = PerDistinct(self._powertrain, scattered=True)
        self._brands_of_maker = PerDistinct(
            lambda at: maker.brands if (maker := rules.makers.values[at]) else ()
        )
        self._makes_of_rules = PerDistinct(self._rule_makes)
        self._places = Encoder([""])  # the countries of plants and models
        self._place_of_plant = PerDistinct(
            lambda at: self._places[_part("country", self._plants.values[at])]
        )
        self._built_in = PerDistinct(self._country_built_in, scattered=True)
        self._models = PerDistinct(self._model_place, scattered=True)
        self._lists_models = PerDistinct(
            lambda at: bool(registry.built_in_rows(rules.wmis.all[at].wmi[:3]))
        )
        self._has_plants = PerDistinct(lambda at: registry.has_plants(rules.wmis.all[at].wmi))
        years, values = rules.model_years.values, rules.schemas.values
        displays: dict[str, tuple[list[Any], Callable[[Any], Any]]] = {
            "market": (rules.wmis.all, lambda wmi: wmi.market.value),
            "region": (rules.wmis.all, lambda wmi: wmi.country and wmi.country.region),
            "country": (self._countries.values, _itself),
            "manufacturer": (rules.makers.values, lambda maker: maker and maker.name),
            "vehicle_type": (self._type.values, _itself),
            "model_year": (years, lambda year: year and year.year),
            "built_month": (years, lambda year: year and year.month),
            "model_year_candidates": (years, lambda year: year and year.candidates),
            "brand": (self._brands.values, _itself),
            "powertrain": (self._powertrains.values, lambda one: one[0]),
            "powertrain_grade": (self._powertrains.values, lambda one: one[1]),
            "powertrain_basis": (
                self._powertrains.values,
                lambda one: one[0] and Basis.ENCODED.value,
            ),
            **{
                name: (values[element].values, partial(_value, FIELDS[name].kind, element))
                for name, element in ELEMENTS.items()
            },
        }
        self._displayed = {
            name: _Displayed(arrow_type((FIELDS | ASIDE)[name]), *of)
            for name, of in displays.items()
        }
        filed_models = values[MODEL].values
        self._displayed["model_candidates"] = _Displayed(
            arrow_type(FIELDS["model_candidates"]), filed_models, _filed_candidates
        )
        own = rules.own_models.values
        self._displayed_own = {
            name: _Displayed(arrow_type(FIELDS[name]), own, itemgetter(at))
            for at, name in enumerate(OWN)
        }
        self._parts = {
            part.name: _Displayed(pa.string(), self._plants.values, partial(_part, part.name))
            for part in plant.PARTS
        }

    @property
    def kept(self) -> int:
        """How many combinations were asked about."""
        rules = (
            *(self._countries, self._brands, self._registered_plants, self._powertrains),
            *(self._built_in, self._models, self._type, self._filed_plants),
        )
        return sum(one.kept for one in rules)

    def field(
        self, name: str, profiles: Profiles, scalars: Mapping[int, Any], *, encoded: bool = False
    ) -> pa.Array:
        """The column of a field, of n rows.

        Args:
            name: one of ``profiles.FIELDS``, not ``plant`` or ``built_in``.
            profiles: of the n rows.
            scalars: by row, the values in the rows that are undecided.
            encoded: give texts as dictionary arrays.
        """
        if name in OWN:
            return self._model_field(name, profiles, scalars, encoded=encoded)
        codes = self._codes(name, profiles)
        return _gathered(self._displayed[name](), codes, scalars, encoded=encoded)

    def _model_field(
        self, name: str, profiles: Profiles, scalars: Mapping[int, Any], *, encoded: bool
    ) -> pa.Array:
        """The column of one of ``OWN``: as the makers' codes and labels tell it, else as filed."""
        filed, own = self._displayed[name](), self._displayed_own[name]()
        at = OWN.index(name)
        has_own = np.array([bool(one[at]) for one in self._rules.own_models.values], dtype=bool)
        codes = profiles.elements[ELEMENTS.get(name, MODEL)].astype(np.intp)
        own_codes = profiles.own_models
        is_filed = (profiles.vpic == YES) & (codes > 0)
        codes = np.where(has_own[own_codes] & ~is_filed, len(filed) + own_codes, codes)
        return _gathered(pa.concat_arrays([filed, own]), codes, scalars, encoded=encoded)

    def _codes(self, name: str, profiles: Profiles) -> Codes:
        """The codes of a field's values."""
        if name in ELEMENTS:
            return profiles.elements[ELEMENTS[name]]
        if name in {"market", "region"}:
            return profiles.wmi
        if name in {"model_year", "model_year_candidates", "built_month"}:
            return profiles.year
        if name == "manufacturer":
            return profiles.maker
        if name == "country":
            return self._countries.codes(profiles.maker * np.intp(_WIDE) + profiles.wmi)
        sure = profiles.vpic == YES
        if name == "vehicle_type":
            key = np.where(profiles.vpic == NO, 0, profiles.registration + 1).astype(np.intp)
            for codes, size in (
                (self._kinds_of_maker.codes(profiles.maker), _WIDE),
                (self._kinds_of_rules.codes(profiles.rules), _NARROW),
                (profiles.series, _NARROW),
                (self._market.array(profiles.wmi), _NARROW),
                (profiles.read[MODEL] > 0, 2),
            ):
                key = key * size + codes
            return self._type.codes(key)
        if name == "brand":
            brands = self._brands_of_maker.codes(profiles.maker)
            key = (brands * np.intp(_WIDE) + profiles.make) * 2 + sure
            return self._brands.codes(key * _WIDE + self._makes_of_rules.codes(profiles.rules))
        key = profiles.rules.astype(np.intp)
        for element in SIGNALS:
            key = key * _NARROW + np.where(sure, profiles.read[element], 0)
        return self._powertrains.codes(key)

    def plant(
        self, profiles: Profiles, scalars: Mapping[int, Profile], *, encoded: bool = False
    ) -> pa.StructArray:
        """The column of the plant: as filed where vPIC's patterns match, or else as the registry has it.

        Args:
            profiles: of n rows.
            scalars: by row, the profiles of the rows that are undecided.
            encoded: give texts as dictionary arrays.
        """
        codes = self._plants_of(profiles)
        has_plant = codes > 0
        has_plant[list(scalars)] = [one.plant is not None for one in scalars.values()]
        columns = []
        for part in plant.PARTS:
            of_scalars = {row: _part(part.name, one.plant) for row, one in scalars.items()}
            columns.append(_gathered(self._parts[part.name](), codes, of_scalars, encoded=encoded))
        names = [part.name for part in plant.PARTS]
        return pa.StructArray.from_arrays(columns, names=names, mask=pa.array(~has_plant))

    def built_in(
        self,
        profiles: Profiles,
        codes: CharacterCodes,
        scalars: Mapping[int, str | None],
        *,
        encoded: bool = False,
    ) -> pa.Array:
        """The column of the country that a vehicle was built in.

        Args:
            profiles: of n rows.
            codes: their characters.
            scalars: by row, the values in the rows that are undecided.
            encoded: give texts as dictionary arrays.
        """
        by_plant = self._place_of_plant.array(self._plants_of(profiles))
        by_model = np.zeros(len(by_plant), dtype=np.intp)
        listed = np.flatnonzero(self._lists_models.array(profiles.wmi))
        key = with_positions(profiles.wmi[listed].astype(np.intp), codes, listed, _OF_MODEL)
        by_model[listed] = self._models.array(key)
        answers = self._built_in.codes((by_plant * _PLACES + by_model) * _WIDE + profiles.maker)
        values = pa.array(self._built_in.values, pa.string())
        return _gathered(values, answers, scalars, encoded=encoded)

    def _plants_of(self, profiles: Profiles) -> Codes:
        """The codes of the plants of n rows; 0 where none is told."""
        is_filed: Mask = (profiles.vpic != NO) & profiles.matched
        read = (np.where(is_filed, profiles.read[part.element], 0) for part in plant.PARTS)
        codes = self._filed_plants.array(*read, self._market.array(profiles.wmi)).astype(np.int32)
        rows = np.flatnonzero(~is_filed & self._has_plants.array(profiles.wmi))
        year = self._rules.model_years.year.array(profiles.year[rows])
        key = profiles.wmi[rows] * np.intp(_NARROW) + profiles.plant_code[rows]
        since = np.maximum(year - FIRST_MODEL_YEAR + 1, 0)
        codes[rows] = self._registered_plants.array(key * _NARROW + since)
        return codes

    def _filed_plant(self, *codes: int) -> int:
        *parts, market = codes
        values = self._rules.schemas.values
        texts = [
            (code and all_in_words(part.element, values[part.element].values[code])) or ""
            for part, code in zip(plant.PARTS, parts, strict=True)
        ]
        return self._plants[filed_plant(*texts, market=MARKETS[market]) if any(parts) else None]

    def _model_place(self, key: int) -> int:
        wmi, signs = positions_of(key, len(_OF_MODEL))
        start = self._rules.wmis.all[wmi].wmi[:3] + signs[:-1]
        row = registry.built_in(f"{start}??{signs[-1]}")
        return self._places[row.country if row is not None else ""]

    def _country_built_in(self, key: int) -> str | None:
        key, at = divmod(key, _WIDE)
        by_plant, by_model = (self._places.values[code] for code in divmod(key, _PLACES))
        maker = self._rules.makers.values[at]
        return country_built_in(by_plant, by_model, maker.country if maker else "") or None

    def _country(self, key: int) -> str | None:
        maker, wmi = divmod(key, _WIDE)
        return country_code(self._rules.makers.values[maker], self._rules.wmis.all[wmi].country)

    def _rule_makes(self, rules: int) -> tuple[str, ...]:
        classification = self._rules.powertrain.classification(rules)
        return tuple(rule.make for rule in classification.rules if rule.make)

    def _brand(self, key: int) -> str | None:
        key, makes = divmod(key, _WIDE)
        key, sure = divmod(key, 2)
        brands, make = divmod(key, _WIDE)
        name, _ = brand_name(
            self._brands_of_maker.values[brands],
            self._rules.makes.values[make],
            self._makes_of_rules.values[makes],
            sure=bool(sure),
        )
        return name or None

    def _labelled_kinds(self, rules: int) -> tuple[str, ...]:
        classification = self._rules.powertrain.classification(rules)
        return tuple(sorted({rule.kind for rule in classification.rules}))

    def _kind(self, key: int) -> str | None:
        key, has_model = divmod(key, 2)
        key, market = divmod(key, _NARROW)
        key, series = divmod(key, _NARROW)
        key, labelled = divmod(key, _NARROW)
        filed, built = divmod(key, _WIDE)
        name, _ = kind_of_vehicle(
            MARKETS[market],
            (self._rules.registrations[filed - 1].kind or "") if filed else "",
            self._rules.kinds_of_series.values[series],
            self._kinds_of_maker.values[built],
            self._kinds_of_rules.values[labelled],
            has_model=bool(has_model),
        )
        return name or None

    def _registered_plant(self, key: int) -> int:
        key, year = divmod(key, _NARROW)
        wmi, code = divmod(key, _NARROW)
        row = registry.plant(
            self._rules.wmis.all[wmi].wmi,
            CHARACTERS[code],
            (year + FIRST_MODEL_YEAR - 1) if year else None,
        )
        return self._plants[registered_plant(row) if row is not None else None]

    def _powertrain(self, key: int) -> tuple[Powertrain | None, Grade | None]:
        values = []
        for element in reversed(SIGNALS):
            key, code = divmod(key, _NARROW)
            values.append(next(iter(self._rules.schemas.values[element].values[code]), None))
        filed_rules = tuple(
            _RULE._replace(powertrain=powertrain, grade=grade)
            for powertrain, grade, _ in sides(*reversed(values))
        )
        together = weigh(self._rules.powertrain.classification(key), filed_rules)
        return together.powertrain, together.grade


# What vPIC's filing says, without where it says so.
_RULE = Rule((), Powertrain.NOT_BEV, "", "", "", "", Grade.C, "", "")


def _itself(value: Any) -> Any:
    return value


def _value(kind: Kind, element: int, texts: tuple[str, ...]) -> str | int | float | None:
    return kind.read(all_in_words(element, texts))


def _filed_candidates(texts: tuple[str, ...]) -> tuple[str, ...]:
    model = all_in_words(MODEL, texts)
    return (model,) if model else ()


def _part(name: str, place: Plant | None) -> str:
    return getattr(place, name) if place else ""


def field_columns(rules: ProfileRules) -> FieldColumns:
    """Those of this process; new ones where the old ones are full."""
    with _ONE_AT_A_TIME:
        if _field_columns(rules).kept > _KEPT_AT_MOST:
            forget(_field_columns)
        return _field_columns(rules)


@by_reference(1)
def _field_columns(rules: ProfileRules) -> FieldColumns:
    return FieldColumns(rules)


forget_in_child(partial(forget_all, _field_columns))
