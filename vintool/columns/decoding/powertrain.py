"""Columns of VINs -> the rows of a table of patterns that match, such as ``powertrain.classify`` for many VINs."""

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

import numpy as np
import pyarrow as pa

from vintool.columns.decoding.bitsets import BitSets, CharacterCodes, literals
from vintool.columns.decoding.wmis import Wmis
from vintool.columns.engine.arrays import Codes, Ints, Runs, Words
from vintool.columns.engine.encoder import Encoder
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.powertrain import Classification, resolve
from vintool.registry.patterns import bits
from vintool.registry.powertrain_rules import powertrain_rules
from vintool.registry.rule import Rule

_POSITIONS = (4, 5, 6, 7, 8, 10, 11)  # rules are looked up by positions 1-3


class _Patterned(Protocol):
    @property
    def pattern(self) -> tuple[str, ...]: ...


R = TypeVar("R", bound=_Patterned)


class PatternRules(Generic[R]):
    """The rows with patterns of the WMIs that were met, as bit sets.

    Args:
        wmis: encoder of the WMIs.
        rows_of: positions 1-3 -> the rows; their patterns are of positions 1-8, 10 and 11.
    """

    def __init__(self, wmis: Wmis, rows_of: Callable[[str], tuple[R, ...]]) -> None:
        self._sets = BitSets(_POSITIONS, _POSITIONS[:5])
        self._literals = Runs()
        self._rules: list[tuple[R, ...]] = []  # by word
        self._matches = Encoder([()])  # tuples of words, each with the bits that match
        self._set_of = PerDistinct(lambda wmi: self._add(rows_of(wmis.all[wmi].wmi[:3])))

    def _add(self, rules: Sequence[R]) -> int:
        if not rules:
            return -1
        patterns = [literals(rule.pattern[3:]) for rule in rules]
        first = len(self._literals)
        self._literals.add(
            np.array([len(one) for one in patterns], dtype=np.intp),
            np.array([literal for one in patterns for literal in one], dtype=np.intp),
        )
        pattern = first + np.arange(len(rules))
        self._sets.add(1, np.zeros(len(rules), dtype=np.intp), pattern, self._literals)
        self._rules += [tuple(rules[start : start + 64]) for start in range(0, len(rules), 64)]
        return len(self._sets.count) - 1

    def __call__(self, wmi: Codes, codes: CharacterCodes) -> Codes:
        """The rows that match in each of n rows, by a code for ``matching``; 0 for none.

        Args:
            wmi: n codes of ``Wmis``.
            codes: the characters of the n rows.
        """
        rules: Codes = np.zeros(len(wmi), dtype=np.int32)
        sets = self._set_of.array(wmi)
        rows = np.flatnonzero(sets >= 0)
        if len(rows):
            matches = self._sets.match(sets[rows], rows, codes)
            matches = matches.where(matches.bits != 0)
            row = rows[matches.row]
            of_word = self._encoded(matches.word, matches.bits)
            # The words of a row one after the other: mostly there is one.
            while len(row):
                first = np.diff(row, prepend=-1) != 0
                rules[row[first]] = self._together(rules[row[first]], of_word[first])
                row, of_word = row[~first], of_word[~first]
        return rules

    def _encoded(self, word: Ints, matching: Words) -> Codes:
        """The codes of n words with their bits."""
        encoded = pa.array(matching).dictionary_encode()
        distinct = np.asarray(encoded.dictionary.to_numpy())
        key = word * len(distinct) + encoded.indices.to_numpy()
        every, where = np.unique(key, return_inverse=True)
        pairs = zip(
            (every // len(distinct)).tolist(), distinct[every % len(distinct)].tolist(), strict=True
        )
        return np.asarray(self._matches.codes((pair,) for pair in pairs)[where])

    def _together(self, one: Codes, two: Codes) -> Codes:
        """Two codes of what matches, as one."""
        if not one.any():
            return two
        every, where = np.unique(np.stack((one, two)), axis=1, return_inverse=True)
        values = self._matches.values
        joined = self._matches.codes((*values[a], *values[b]) for a, b in every.T.tolist())
        return np.asarray(joined[where.ravel()])

    def matching(self, code: int) -> tuple[R, ...]:
        """The rows that match, by their code."""
        return tuple(
            self._rules[word][at]
            for word, matching in self._matches.values[code]
            for at in bits(matching)
        )


class PowertrainRules(PatternRules[Rule]):
    """The powertrain rules of the WMIs that were met."""

    def __init__(self, wmis: Wmis) -> None:
        super().__init__(wmis, powertrain_rules)
        self._resolved: dict[
            int, Classification
        ] = {}  # by code; brand, kind, model and powertrain ask

    def classification(self, code: int) -> Classification:
        """What the rules tell together that match, by their code."""
        known = self._resolved.get(code)
        if known is None:
            known = self._resolved[code] = resolve(self.matching(code))
        return known
