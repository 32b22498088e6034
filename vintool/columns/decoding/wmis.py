"""Columns of VINs -> their WMIs, and what follows from a WMI alone."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from vintool import registry
from vintool.codes import Market
from vintool.columns.decoding.bitsets import SIGN_NAMES, SIGNS, Signs
from vintool.columns.engine.arrays import Codes
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.decoding.identity import maker as maker_of
from vintool.decoding.identity import market
from vintool.registry import Country, Maker
from vintool.vin import ALPHABET

_NINE = ALPHABET.index("9")
_THREE = SIGNS**3


class Wmi(NamedTuple):
    """What a WMI tells; ``registration`` is its number in vPIC, or -1."""

    wmi: str
    market: Market
    maker: Maker | None
    country: Country | None
    registration: int
    dated: bool  # whether the maker depends on the model year


class Wmis:
    """The WMIs that were met, by their codes in ``all``."""

    def __init__(self, registrations: Iterable[str]) -> None:
        self._registrations = {wmi: number for number, wmi in enumerate(registrations)}
        self._short = PerDistinct(lambda key: self._add(_text(key)))
        self._long = PerDistinct(
            lambda key: self._add(_text(key // _THREE) + _text(key % _THREE)), scattered=True
        )
        self.all: list[Wmi] = []

    def __call__(self, signs: Signs) -> Codes:
        """The code of each VIN's WMI."""
        short = (signs[1] * SIGNS + signs[2]) * SIGNS + signs[3]
        is_small = signs[3] == _NINE
        small = np.flatnonzero(is_small)
        if not len(small):
            return self._short.array(short)
        codes = np.empty(len(short), dtype=np.int32)
        codes[~is_small] = self._short.array(short[~is_small])
        rest = (signs[12][small] * SIGNS + signs[13][small]) * SIGNS + signs[14][small]
        codes[small] = self._long.array(short[small] * _THREE + rest)
        return codes

    def _add(self, wmi: str) -> int:
        maker = maker_of(wmi)
        self.all.append(
            Wmi(
                wmi,
                market(wmi, wmi),
                maker,
                registry.country(wmi),
                self._registrations.get(wmi, -1),
                registry.is_dated(wmi),
            )
        )
        return len(self.all) - 1


def _text(key: int) -> str:
    return "".join(SIGN_NAMES[key // SIGNS**place % SIGNS] for place in (2, 1, 0))
