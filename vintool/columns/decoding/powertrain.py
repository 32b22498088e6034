"""Columns of VINs -> the powertrain rules that fit, ``powertrain.classify`` in columns."""

from threading import Lock

import numpy as np
import pyarrow as pa

from vintool.columns.decoding.bitsets import BitSets, Signs, named
from vintool.columns.decoding.wmis import Wmis
from vintool.columns.engine.arrays import Ints, Runs, Words
from vintool.columns.engine.asked import Asked, Codes
from vintool.powertrain import Classification, resolve
from vintool.registry.patterns import bits
from vintool.registry.powertrain_rules import powertrain_rules
from vintool.registry.rule import Rule

_POSITIONS = (4, 5, 6, 7, 8, 10, 11)  # rules are looked up by positions 1-3

_Fits = tuple[tuple[int, int], ...]  # words, and what fits of each


class Rules:
    """The powertrain rules of the WMIs that were met, as bit sets."""

    def __init__(self, wmis: Wmis) -> None:
        self._sets = BitSets(_POSITIONS, _POSITIONS[:5])
        self._signs = Runs()
        self._rules: list[tuple[Rule, ...]] = []  # by word
        self._fits: dict[_Fits, int] = {(): 0}
        self._every: list[_Fits] = [()]
        self._lock = Lock()
        self._set_of = Asked(lambda wmi: self._add(powertrain_rules(wmis.all[wmi].wmi[:3])))

    def _add(self, rules: tuple[Rule, ...]) -> int:
        if not rules:
            return -1
        signs = [named(rule.pattern[3:]) for rule in rules]
        first = len(self._signs)
        self._signs.add(
            np.array([len(one) for one in signs], dtype=np.intp),
            np.array([sign for one in signs for sign in one], dtype=np.intp),
        )
        pattern = first + np.arange(len(rules))
        self._sets.add(1, np.zeros(len(rules), dtype=np.intp), pattern, self._signs)
        self._rules += [rules[start : start + 64] for start in range(0, len(rules), 64)]
        return len(self._sets.count) - 1

    def __call__(self, wmi: Codes, signs: Signs) -> Codes:
        """What fits each row, by a number for ``told_of``."""
        found: Codes = np.zeros(len(wmi), dtype=np.int32)
        sets = self._set_of.told(wmi)
        rows = np.flatnonzero(sets >= 0)
        if len(rows):
            fitting = self._sets.match(sets[rows], rows, signs)
            fitting = fitting.at(fitting.bits != 0)
            row = rows[fitting.row]
            left = self._numbers(fitting.word, fitting.bits)
            # The words of a row one after the other: mostly there is one.
            while len(row):
                first = np.diff(row, prepend=-1) != 0
                found[row[first]] = self._with(found[row[first]], left[first])
                row, left = row[~first], left[~first]
        return found

    def _numbers(self, word: Ints, fits: Words) -> Codes:
        own = pa.array(fits).dictionary_encode()
        distinct = np.asarray(own.dictionary.to_numpy())
        key = word * len(distinct) + own.indices.to_numpy()
        every, where = np.unique(key, return_inverse=True)
        pairs = zip(
            (every // len(distinct)).tolist(), distinct[every % len(distinct)].tolist(), strict=True
        )
        numbers = np.array([self._number((pair,)) for pair in pairs], dtype=np.int32)
        return np.asarray(numbers[where])

    def _with(self, one: Codes, two: Codes) -> Codes:
        """Two numbers of what fits, as one."""
        if not one.any():
            return two
        every, where = np.unique(np.stack((one, two)), axis=1, return_inverse=True)
        pairs = every.T.tolist()
        joined = [self._number((*self._every[a], *self._every[b])) for a, b in pairs]
        return np.asarray(np.array(joined, dtype=np.int32)[where.ravel()])

    def _number(self, fits: _Fits) -> int:
        with self._lock:
            number = self._fits.setdefault(fits, len(self._every))
            if number == len(self._every):
                self._every.append(fits)
        return number

    def told_of(self, number: int) -> Classification:
        """What the rules tell that fit, by their number."""
        return resolve(
            [self._rules[word][at] for word, fits in self._every[number] for at in bits(fits)]
        )
