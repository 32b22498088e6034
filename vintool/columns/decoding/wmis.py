"""Columns of VINs -> their WMIs, and what follows from a WMI alone."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from vintool import registry
from vintool.codes import Market
from vintool.columns.decoding.bitsets import CHARACTERS, N_CHARACTERS, CharacterCodes
from vintool.columns.engine.arrays import Codes
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.decoding.identity import maker as maker_of
from vintool.decoding.identity import market
from vintool.registry.countries import Country
from vintool.registry.makers import Maker
from vintool.vin.positions import ALPHABET, SMALL_MAKER

#: Markets go by their place here.
MARKETS = list(Market)
_SMALL_MAKER = ALPHABET.index(SMALL_MAKER)
_THREE = N_CHARACTERS**3


class Wmi(NamedTuple):
    """What a WMI tells.

    ``registration`` is its number in ``Schemas.registrations``, or -1; ``dated`` says whether the maker
    depends on the model year.
    """

    wmi: str
    market: Market
    maker: Maker | None
    country: Country | None
    registration: int
    dated: bool


class Wmis:
    """The WMIs that were met, by their codes in ``all``.

    Args:
        registrations: the WMIs of vPIC's register, in their order.
    """

    def __init__(self, registrations: Iterable[str]) -> None:
        self._registrations = {wmi: number for number, wmi in enumerate(registrations)}
        self._short = PerDistinct(lambda key: self._add(_text(key)))
        self._long = PerDistinct(
            lambda key: self._add(_text(key // _THREE) + _text(key % _THREE)), scattered=True
        )
        self.all: list[Wmi] = []

    def __call__(self, codes: CharacterCodes) -> Codes:
        """The code of the WMI of each of n VINs: positions 1-3, with 12-14 of a small maker."""
        short = (codes[1] * N_CHARACTERS + codes[2]) * N_CHARACTERS + codes[3]
        is_small = codes[3] == _SMALL_MAKER
        small = np.flatnonzero(is_small)
        if not len(small):
            return self._short.array(short)
        wmis = np.empty(len(short), dtype=np.int32)
        wmis[~is_small] = self._short.array(short[~is_small])
        rest = (codes[12][small] * N_CHARACTERS + codes[13][small]) * N_CHARACTERS
        wmis[small] = self._long.array(short[small] * _THREE + rest + codes[14][small])
        return wmis

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
    """Three characters by their packed codes."""
    return "".join(CHARACTERS[key // N_CHARACTERS**place % N_CHARACTERS] for place in (2, 1, 0))
