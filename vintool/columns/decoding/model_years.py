"""Columns of VINs -> their model years: the rules of ``decoding.model_year`` for many VINs."""

import numpy as np

from vintool.codes import Basis, Market
from vintool.columns.decoding.bitsets import (
    CHARACTERS,
    N_CHARACTERS,
    CharacterCodes,
    positions_of,
)
from vintool.columns.decoding.passes import Passes, is_letter_at_7
from vintool.columns.decoding.wmis import MARKETS, Wmis
from vintool.columns.engine.arrays import Codes, Ints, Mask
from vintool.columns.engine.encoder import Encoder
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.decoding.model_year import latest_model_year, model_year, year_of_pass
from vintool.registry.model_years import AT_11, LAST, NO_RULE, has_rule, reads_12, year_rule
from vintool.vin.positions import FIRST_MODEL_YEAR

_KINDS = 1 << 10  # more than the combinations of kinds that makers build
_YEARS = 1 << 6  # more than position 10 can mean


_FILLER = CHARACTERS.index("Z")
_KEY = (4, 5, 6, 7, 8, LAST)  # the positions that makers' rules read


class ModelYearRules:
    """The rules of the model year, with their answers so far.

    Attributes:
        values: the ``ModelYear`` of each code; None has code 0.
        year: the code of a ``ModelYear`` -> the year, 0 for none.
        is_encoded: whether the VIN encodes it.
    """

    def __init__(self, wmis: Wmis) -> None:
        self._encoder = Encoder([None])
        self.values = self._encoder.values
        self.year = PerDistinct(lambda code: self.values[code].year or 0)
        self.is_encoded = PerDistinct(lambda code: self.values[code].basis is Basis.ENCODED)
        self._kinds = PerDistinct(lambda at: maker.kinds if (maker := wmis.all[at].maker) else ())
        self._allows = PerDistinct(
            lambda key: self.values[key // _YEARS].allows(key % _YEARS + FIRST_MODEL_YEAR - 1)
        )
        self._is_possible = PerDistinct(
            lambda key: key % _YEARS + FIRST_MODEL_YEAR - 1 in self.values[key // _YEARS].candidates
        )
        self._by_market = PerDistinct(self._model_year)
        self._of_pass = PerDistinct(self._year_of_pass)
        self._by_rule = PerDistinct(self._rule_year, scattered=True)
        self._of_unsure_pass = PerDistinct(self._year_of_unsure_pass, scattered=True)
        self._rules = Encoder([NO_RULE])
        self._rule = PerDistinct(self._rule_of, scattered=True)
        self._place = PerDistinct(lambda at: self._rules.values[at].place)
        self._month = PerDistinct(lambda at: self._rules.values[at].month)
        self._shape = PerDistinct(lambda at: self._rules.values[at].shape)
        self._wmis = wmis
        self._is_ruled = PerDistinct(self._has_rule)
        self._reads_12 = PerDistinct(lambda at: wmis.all[at].wmi[:3] in reads_12())

    def allows(self, own: Codes, years: Ints) -> Mask:
        """``ModelYear.allows`` for n codes and years."""
        return np.asarray(self._allows.array(own * np.intp(_YEARS) + years - FIRST_MODEL_YEAR + 1))

    def are_possible(self, own: Codes, years: Ints) -> Mask:
        """Whether n years are among the candidates of n codes."""
        key = own * np.intp(_YEARS) + years - FIRST_MODEL_YEAR + 1
        return np.asarray(self._is_possible.array(key))

    def rules(self, codes: CharacterCodes, wmi: Codes) -> Codes:
        """What is known of the years of n VINs by their makers' rules, by codes; 0 for nothing."""
        rules = np.zeros(len(wmi), dtype=np.int32)
        some = np.flatnonzero(self._is_ruled.array(wmi))
        if len(some):
            key = wmi[some].astype(np.intp)
            reads_12 = self._reads_12.array(wmi[some])
            for position in _KEY:
                code = codes[position][some]
                key = key * N_CHARACTERS + (
                    np.where(reads_12, code, 0) if position == LAST else code
                )
            rules[some] = self._rule.array(key)
        return rules

    def is_other_shape(self, codes: CharacterCodes, rules: Codes) -> Mask:
        """``north_america.is_other_shape`` of n VINs."""
        filler = (codes[4] == _FILLER) & (codes[5] == _FILLER) & (codes[6] == _FILLER)
        return np.asarray(filler | self._shape.array(rules))

    def by_market(
        self, rows: Ints, codes: CharacterCodes, wmi: Codes, market: Ints, rules: Codes
    ) -> Codes:
        """The model years of some rows by the rules of their own markets and makers.

        Args:
            rows: n of all rows.
            codes: the characters of all rows.
            wmi: of all rows.
            market: of all rows, by its place in ``MARKETS``.
            rules: of all rows, see there.
        """
        key = codes[10][rows] * 2 + is_letter_at_7(codes)[rows]
        key = (key * len(MARKETS) + market[rows]) * _KINDS
        years = self._by_market.array(key + self._kinds.codes(wmi[rows]))
        ruled = np.flatnonzero(rules[rows])
        if len(ruled):
            some = rows[ruled]
            rule = rules[some].astype(np.intp)
            code = np.where(self._place.array(rule) == AT_11, codes[11][some], codes[10][some])
            month = np.where(self._month.array(rule), codes[LAST][some], 0)
            key = (rule * N_CHARACTERS + code) * N_CHARACTERS + month
            years[ruled] = self._by_rule.array(key * len(MARKETS) + market[some])
        return years

    def of_passes(self, rows: Ints, passes: Passes, sure: Mask, own: Codes) -> Codes:
        """The model years of some rows by the pass of vPIC.

        Args:
            rows: n of all rows.
            passes: of all rows.
            sure: of all rows, whether the vehicle was made by vPIC's rules.
            own: of the n rows, the model year by the rules of their own markets, where not sure.
        """
        other = np.maximum(passes.other - FIRST_MODEL_YEAR + 1, 0)
        year = (passes.year - FIRST_MODEL_YEAR + 1)[rows]
        key = year * _YEARS + other[rows]
        key = (key * 2 + passes.conclusive[rows]) * 2 + passes.only_match[rows]
        years = self._of_pass.array(key)
        unsure = np.flatnonzero(~sure[rows])
        if len(unsure):
            key = own[unsure].astype(np.intp) * _YEARS + year[unsure]
            years[unsure] = self._of_unsure_pass.array(key)
        return years

    def _model_year(self, key: int) -> int:
        key, kinds = divmod(key, _KINDS)
        key, market = divmod(key, len(MARKETS))
        code, letter = divmod(key, 2)
        year = model_year(
            CHARACTERS[code],
            "A" if letter else "0",
            MARKETS[market],
            self._kinds.values[kinds],
            latest_model_year(),
        )
        return self._encoder[year]

    def _has_rule(self, at: int) -> bool:
        wmi = self._wmis.all[at]
        return wmi.market is not Market.US and has_rule(wmi.wmi[:3])

    def _rule_of(self, key: int) -> int:
        wmi, signs = positions_of(key, len(_KEY))
        start = self._wmis.all[wmi].wmi[:3] + signs[:-1]
        return self._rules[year_rule(f"{start}000{signs[-1]}00000")]

    def _rule_year(self, key: int) -> int:
        key, market = divmod(key, len(MARKETS))
        key, month = divmod(key, N_CHARACTERS)
        rule, code = divmod(key, N_CHARACTERS)
        of_rule = self._rules.values[rule]
        year = model_year(
            CHARACTERS[code],
            "",
            MARKETS[market],
            (),
            latest_model_year(),
            of_rule,
            CHARACTERS[month] if of_rule.month else "",
        )
        return self._encoder[year]

    def _year_of_pass(self, key: int) -> int:
        key, only_match = divmod(key, 2)
        key, conclusive = divmod(key, 2)
        year, other = (number and number + FIRST_MODEL_YEAR - 1 for number in divmod(key, _YEARS))
        years = tuple(sorted({year, other} - {0}))
        return self._encoder[
            year_of_pass(
                *(year, years, ()),
                sure=True,
                conclusive=bool(conclusive),
                only_match=bool(only_match),
            )
        ]

    def _year_of_unsure_pass(self, key: int) -> int:
        own, year = divmod(key, _YEARS)
        year += FIRST_MODEL_YEAR - 1
        if self.values[own].settles(year):
            return own
        candidates = self.values[own].candidates
        return self._encoder[
            year_of_pass(year, (), candidates, sure=False, conclusive=False, only_match=False)
        ]
