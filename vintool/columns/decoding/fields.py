"""What was found of VINs, as numbers -> Arrow columns of the fields of ``Vehicle``.

A value becomes a text once, whatever the rows. The rows that were left to ``profile`` are put in
at the end.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa

from vintool import registry
from vintool.codes import Basis, Grade, Powertrain
from vintool.columns.decoding.bitsets import SIGN_NAMES
from vintool.columns.decoding.profiles import NOT, SURE, Profiles, Teller
from vintool.columns.decoding.schemas import FIRST_YEAR
from vintool.columns.engine.asked import Asked, Codes, Sparse
from vintool.columns.engine.distinct import Numbered
from vintool.columns.engine.output import with_dictionary
from vintool.decoding.profile import (
    ATTRIBUTES,
    PLANT_ELEMENTS,
    Place,
    Profile,
    brand_name,
    country_code,
    place,
    place_part,
    vehicle_type,
    whole_number,
)
from vintool.powertrain.filings import SIGNALS, sides, weigh
from vintool.registry.rule import Rule
from vintool.vpic.elements import all_in_words

_ONE_AT_A_TIME = Lock()
_KEPT_AT_MOST = 1 << 20
NUMBERS = frozenset({"model_year", "doors", "seats"})
_WIDE = 1 << 20  # more than there are makers, makes, WMIs, or answers of rules
_NARROW = 1 << 6  # more than there are characters, years that position 10 can mean, fuels, levels


class _Texts:
    """What a field says of values, kept from call to call; the list of values may grow."""

    def __init__(self, values: list[Any], of: Callable[[Any], Any]) -> None:
        self._values, self._of = values, of
        self._told: pa.Array | None = None

    def __call__(self, kind: pa.DataType) -> pa.Array:
        """By the number of a value."""
        told = self._told
        if told is None or len(told) < len(self._values):
            start = 0 if told is None else len(told)
            more = pa.array([self._of(value) for value in self._values[start:]], kind)
            told = self._told = more if told is None else pa.concat_arrays([told, more])
        return told


def _taken(
    texts: pa.Array,
    codes: Codes,
    left: Mapping[int, Profile],
    of: Callable[[Profile], Any],
    *,
    encoded: bool,
) -> pa.Array:
    """Texts by rows, with what ``profile`` told of the rows that were left to it."""
    if left:
        codes = codes.copy()
        codes[list(left)] = len(texts) + np.arange(len(left))
        own = pa.array([of(told) for told in left.values()], texts.type)
        texts = pa.concat_arrays([texts, own])
    if encoded and pa.types.is_string(texts.type):
        return with_dictionary(texts, codes.astype(np.int32))
    return texts.take(pa.array(codes))


class Fields:
    """The fields of what a ``Teller`` found."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._countries, self._types = Sparse(self._country), Numbered(None)
        self._filed_type = Asked(
            lambda at: self._types(teller.registrations[at - 1].kind or None) if at else 0
        )
        self._maker_type = Asked(
            lambda at: self._types(vehicle_type(None, teller.makers.values[at]))
        )
        self._names, self._places = Sparse(self._brand), Sparse(self._place)
        self._weighed = Sparse(self._weigh)
        self._brands = Asked(lambda at: maker.brands if (maker := teller.makers.values[at]) else ())
        self._seen = Asked(self._makes_seen)
        self._has_plants = Asked(lambda at: registry.has_plants(teller.wmis.all[at].wmi))
        values = teller.schemas.values
        self._texts = {
            "market": _Texts(teller.wmis.all, lambda wmi: wmi.market.value),
            "region": _Texts(teller.wmis.all, lambda wmi: wmi.country and wmi.country.region),
            "country": _Texts(self._countries.values, _itself),
            "manufacturer": _Texts(teller.makers.values, lambda maker: maker and maker.name),
            "vehicle_type": _Texts(self._types.values, _itself),
            "model_year": _Texts(teller.years.values, lambda year: year and year.year),
            "model_year_candidates": _Texts(
                teller.years.values, lambda year: year and year.candidates
            ),
            "brand": _Texts(self._names.values, _itself),
            "powertrain": _Texts(self._weighed.values, lambda told: told[0]),
            "powertrain_grade": _Texts(self._weighed.values, lambda told: told[1]),
            "powertrain_basis": _Texts(
                self._weighed.values, lambda told: told[0] and Basis.ENCODED.value
            ),
            **{
                field: _Texts(
                    values[element].all, partial(_number if field in NUMBERS else _words, element)
                )
                for field, element in ATTRIBUTES.items()
            },
        }
        self._parts = {
            part: (
                _Texts(values[element].all, partial(_part, part)),
                _Texts(self._places.values, partial(_part, part)),
            )
            for part, element in PLANT_ELEMENTS.items()
        }

    @property
    def kept(self) -> int:
        """How many combinations were asked about."""
        return sum(map(len, (self._countries, self._names, self._places, self._weighed)))

    def field(  # noqa: PLR0913 - what a column is made of
        self,
        name: str,
        kind: pa.DataType,
        found: Profiles,
        left: Mapping[int, Profile],
        of: Callable[[Profile], Any],
        *,
        encoded: bool = False,
    ) -> pa.Array:
        """A field by rows.

        Args:
            name: of the field, not ``plant``.
            kind: of the column.
            found: of each row.
            left: what ``profile`` told of the rows that were left to it.
            of: the field of a profile.
            encoded: give texts as dictionary arrays.
        """
        codes = self._codes(name, found)
        return _taken(self._texts[name](kind), codes, left, of, encoded=encoded)

    def _codes(self, name: str, found: Profiles) -> Codes:
        """The numbers of a field's values."""
        if name in ATTRIBUTES:
            return found.told[ATTRIBUTES[name]]
        if name in {"market", "region"}:
            return found.wmi
        if name in {"model_year", "model_year_candidates"}:
            return found.year
        if name == "manufacturer":
            return found.maker
        if name == "country":
            return self._countries(found.maker * np.intp(_WIDE) + found.wmi)
        if name == "vehicle_type":
            filed = np.where(
                found.standing == NOT, 0, self._filed_type.told(found.registration + 1)
            )
            return np.where(filed > 0, filed, self._maker_type.told(found.maker))
        if name == "brand":
            key = self._brands(found.maker) * np.intp(_WIDE) + found.make
            key = key * 2 + (found.standing == SURE)
            return self._names(key * _WIDE + self._seen(found.rules))
        sure = found.standing == SURE
        key = found.rules.astype(np.intp)
        for element in SIGNALS:
            key = key * _NARROW + np.where(sure, found.read[element], 0)
        return self._weighed(key)

    def plant(
        self,
        kind: pa.DataType,
        found: Profiles,
        left: Mapping[int, Profile],
        *,
        encoded: bool = False,
    ) -> pa.StructArray:
        """The place: as filed where vPIC's patterns fit, or else as the registry has it."""
        filed = (found.standing != NOT) & found.matched
        rows = np.flatnonzero(~filed & self._has_plants.told(found.wmi))
        year = np.maximum(self._teller.year.told(found.year[rows]) - FIRST_YEAR + 1, 0)
        key = found.wmi[rows] * np.intp(_NARROW) + found.plant_sign[rows]
        places = self._places(key * _NARROW + year)
        known = np.array([place is not None for place in self._places.values], dtype=bool)
        is_told = np.zeros(len(filed), dtype=bool)
        is_told[rows] = known[places]
        for element in PLANT_ELEMENTS.values():
            is_told |= filed & (found.read[element] > 0)
        is_told[list(left)] = [told.plant is not None for told in left.values()]
        parts = []
        for field, (part, element) in zip(kind, PLANT_ELEMENTS.items(), strict=True):
            filed_texts, texts = (own(field.type) for own in self._parts[part])
            codes = np.where(filed, found.read[element], 0)
            codes[rows] = len(filed_texts) + places
            both = pa.concat_arrays([filed_texts, texts])
            parts.append(_taken(both, codes, left, _part_of(part), encoded=encoded))
        names = [field.name for field in kind]
        return pa.StructArray.from_arrays(parts, names=names, mask=pa.array(~is_told))

    def _country(self, key: int) -> str | None:
        maker, wmi = divmod(key, _WIDE)
        return country_code(self._teller.makers.values[maker], self._teller.wmis.all[wmi].country)

    def _makes_seen(self, rules: int) -> tuple[str, ...]:
        return tuple(rule.make for rule in self._teller.rules.told_of(rules).rules if rule.make)

    def _brand(self, key: int) -> str | None:
        key, seen = divmod(key, _WIDE)
        key, sure = divmod(key, 2)
        brands, make = divmod(key, _WIDE)
        name, _ = brand_name(
            self._brands.values[brands],
            self._teller.makes.values[make],
            self._seen.values[seen],
            sure=bool(sure),
        )
        return name or None

    def _place(self, key: int) -> Place | None:
        key, year = divmod(key, _NARROW)
        wmi, sign = divmod(key, _NARROW)
        row = registry.plant(
            self._teller.wmis.all[wmi].wmi,
            SIGN_NAMES[sign],
            (year + FIRST_YEAR - 1) if year else None,
        )
        return place(row)

    def _weigh(self, key: int) -> tuple[Powertrain | None, Grade | None]:
        values = []
        for element in reversed(SIGNALS):
            key, code = divmod(key, _NARROW)
            values.append(next(iter(self._teller.schemas.values[element].all[code]), None))
        filed = tuple(
            _RULE._replace(powertrain=powertrain, grade=grade)
            for powertrain, grade, _ in sides(*reversed(values))
        )
        told = weigh(self._teller.rules.told_of(key), filed)
        return told.powertrain, told.grade


# What vPIC's filing says, without where it says so.
_RULE = Rule((), Powertrain.NOT_BEV, "", "", "", "", Grade.C, "", "")


def _itself(told: Any) -> Any:
    return told


def _words(element: int, told: tuple[str, ...]) -> str | None:
    return all_in_words(element, told)


def _number(element: int, told: tuple[str, ...]) -> int | None:
    return whole_number(all_in_words(element, told))


def _part(part: str, told: Place | tuple[str, ...] | None) -> str:
    if isinstance(told, Place):
        return str(getattr(told, part))
    return place_part(part, all_in_words(PLANT_ELEMENTS[part], told) or "") if told else ""


def _part_of(part: str) -> Callable[[Profile], str]:
    return lambda told: _part(part, told.plant)


def fields_of(teller: Teller) -> Fields:
    """The fields of what the one of this process found; new ones where the old ones are full."""
    with _ONE_AT_A_TIME:
        if _fields(teller).kept > _KEPT_AT_MOST:
            _fields.cache_clear()
        return _fields(teller)


@lru_cache(maxsize=1)
def _fields(teller: Teller) -> Fields:
    return Fields(teller)
