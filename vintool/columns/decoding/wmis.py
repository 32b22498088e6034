"""Columns of VINs -> their WMIs, and what follows from a WMI alone."""

from collections.abc import Iterable
from threading import Lock
from typing import NamedTuple

import numpy as np

from vintool import registry
from vintool.codes import Market
from vintool.columns.decoding.bitsets import SIGN_NAMES, SIGNS, Signs
from vintool.columns.engine.arrays import Ints
from vintool.columns.engine.asked import Codes
from vintool.decoding.identity import maker as maker_of
from vintool.decoding.identity import market
from vintool.registry.countries import Country
from vintool.registry.makers import Maker
from vintool.vin.positions import ALPHABET, SMALL_MAKER

_SMALL_MAKER = ALPHABET.index(SMALL_MAKER)
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
    """The WMIs that were met, numbered."""

    def __init__(self, registrations: Iterable[str]) -> None:
        self._filers = {wmi: number for number, wmi in enumerate(registrations)}
        self._lock = Lock()
        self._short = np.full(_THREE, -1, dtype=np.int32)
        self._long = _Hashed(np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.int32))
        self.all: list[Wmi] = []

    def __call__(self, signs: Signs) -> Codes:
        """The number of each VIN's WMI."""
        short = (signs[1] * SIGNS + signs[2]) * SIGNS + signs[3]
        codes = np.asarray(self._short[short])
        small = np.flatnonzero(signs[3] == _SMALL_MAKER)
        if len(small):
            rest = (signs[12][small] * SIGNS + signs[13][small]) * SIGNS + signs[14][small]
            codes[small] = self._find_long(short[small] * _THREE + rest)
        unknown = np.flatnonzero(codes < 0)
        if len(unknown):
            self._add_short(np.unique(short[unknown]))
            codes[unknown] = self._short[short[unknown]]
        return codes

    def _find_long(self, keys: Ints) -> Codes:
        codes = self._long.find(keys)
        if codes.min() < 0:
            self._add_long(np.unique(keys[codes < 0]))
            codes = self._long.find(keys)
        return codes

    def _add_short(self, keys: Ints) -> None:
        with self._lock:
            for key in keys.tolist():
                if self._short[key] < 0:
                    self._short[key] = self._add(_text(key))

    def _add_long(self, keys: Ints) -> None:
        with self._lock:
            new = keys[self._long.find(keys) < 0]
            added = [self._add(_text(key // _THREE) + _text(key % _THREE)) for key in new.tolist()]
            self._long = self._long.joined(new, np.array(added, dtype=np.int32))

    def _add(self, wmi: str) -> int:
        maker = maker_of(wmi)
        self.all.append(
            Wmi(
                wmi,
                market(wmi, wmi),
                maker,
                registry.country(wmi),
                self._filers.get(wmi, -1),
                registry.is_dated(wmi),
            )
        )
        return len(self.all) - 1


class _Hashed:
    """Ints by keys: by a hash, and by a search where two keys share one."""

    _BITS = 17
    _ODD = np.uint64(0x9E37_79B9_7F4A_7C15)

    def __init__(self, keys: Ints, codes: Codes) -> None:
        order = np.argsort(keys)
        self._keys, self._codes = keys[order], codes[order]
        self._place = np.zeros(1 << self._BITS, dtype=np.int32)
        self._place[self._hash(self._keys)] = np.arange(len(keys))

    def _hash(self, keys: Ints) -> Ints:
        mixed = keys.astype(np.uint64) * self._ODD
        return (mixed >> np.uint64(64 - self._BITS)).astype(np.intp)

    def joined(self, keys: Ints, codes: Codes) -> "_Hashed":
        """The same with more keys."""
        return _Hashed(np.append(self._keys, keys), np.append(self._codes, codes))

    def find(self, keys: Ints) -> Codes:
        """The number of each key; -1 where there is none."""
        if not len(self._keys):
            return np.full(len(keys), -1, dtype=np.int32)
        place = self._place[self._hash(keys)]
        missed = np.flatnonzero(self._keys[place] != keys)
        place[missed] = np.minimum(np.searchsorted(self._keys, keys[missed]), len(self._keys) - 1)
        found = self._codes[place]
        found[missed[self._keys[place[missed]] != keys[missed]]] = -1
        return np.asarray(found)


def _text(key: int) -> str:
    return "".join(SIGN_NAMES[key // SIGNS**place % SIGNS] for place in (2, 1, 0))
