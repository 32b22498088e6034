"""Columns of VINs -> their model years: the rules of ``decoding.model_year`` for many VINs."""

import numpy as np

from vintool.codes import Basis
from vintool.columns.decoding.bitsets import CHARACTERS, CharacterCodes
from vintool.columns.decoding.passes import Passes, is_letter_at_7
from vintool.columns.decoding.wmis import MARKETS, Wmis
from vintool.columns.engine.arrays import Codes, Ints, Mask
from vintool.columns.engine.encoder import Encoder
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.decoding.model_year import latest_model_year, model_year, year_of_pass
from vintool.vin.positions import FIRST_MODEL_YEAR

_KINDS = 1 << 10  # more than the combinations of kinds that makers build
_YEARS = 1 << 6  # more than position 10 can mean


_FILLER = CHARACTERS.index("Z")


def is_filler(codes: CharacterCodes) -> Mask:
    """``north_america.is_other_shape`` of n VINs."""
    filler: Mask = (codes[4] == _FILLER) & (codes[5] == _FILLER) & (codes[6] == _FILLER)
    return filler


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
            lambda key: int(self.values[key // _YEARS].allows(key % _YEARS + FIRST_MODEL_YEAR - 1))
        )
        self._by_market = PerDistinct(self._model_year)
        self._of_pass = PerDistinct(self._year_of_pass)

    def allows(self, own: Codes, years: Ints) -> Mask:
        """``ModelYear.allows`` for n codes and years."""
        return self._allows.array(own * np.intp(_YEARS) + (years - FIRST_MODEL_YEAR + 1)) > 0

    def by_market(self, rows: Ints, codes: CharacterCodes, wmi: Codes, market: Ints) -> Codes:
        """The model years of some rows by the rules of their own markets.

        Args:
            rows: n of all rows.
            codes: the characters of all rows.
            wmi: of all rows.
            market: of all rows, by its place in ``MARKETS``.
        """
        key = codes[10][rows] * 2 + is_letter_at_7(codes)[rows]
        key = (key * len(MARKETS) + market[rows]) * _KINDS
        return self._by_market.array(key + self._kinds.codes(wmi[rows]))

    def of_passes(self, rows: Ints, passes: Passes, sure: Mask) -> Codes:
        """The model years of some rows by the pass of vPIC.

        Args:
            rows: n of all rows.
            passes: of all rows.
            sure: of all rows, whether the vehicle was made by vPIC's rules.
        """
        other = np.maximum(passes.other - FIRST_MODEL_YEAR + 1, 0)
        key = (passes.year - FIRST_MODEL_YEAR + 1)[rows] * _YEARS + other[rows]
        key = (key * 2 + sure[rows]) * 2 + passes.conclusive[rows]
        return self._of_pass.array(key * 2 + passes.only_match[rows])

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

    def _year_of_pass(self, key: int) -> int:
        key, only_match = divmod(key, 2)
        key, conclusive = divmod(key, 2)
        key, sure = divmod(key, 2)
        year, other = (number and number + FIRST_MODEL_YEAR - 1 for number in divmod(key, _YEARS))
        years = tuple(sorted({year, other} - {0}))
        return self._encoder[
            year_of_pass(
                year,
                years,
                latest_model_year(),
                sure=bool(sure),
                conclusive=bool(conclusive),
                only_match=bool(only_match),
            )
        ]
