"""Columns of VINs -> the models that codes of the makers and labels tell: ``decoding.model_name`` for many VINs."""

import numpy as np

from vintool.columns.decoding.bitsets import CharacterCodes
from vintool.columns.decoding.powertrain import PatternRules, PowertrainRules
from vintool.columns.decoding.wmis import Wmis
from vintool.columns.engine.arrays import Codes
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.decoding.model_name import BESIDE, models_of
from vintool.registry.models import model_rows

#: Fields that are told where no filing speaks surely; in this order in ``OwnModels.values``.
OWN = ("model", "model_candidates", *BESIDE)
_WIDE = 1 << 20  # more than the combinations of rows that match


class OwnModels:
    """What the rows of the makers' codes and the labels say together, with the answers so far.

    Attributes:
        values: by code, the values of ``OWN``; code 0 is none.
    """

    def __init__(self, wmis: Wmis, powertrain: PowertrainRules) -> None:
        self._rows, self._powertrain = PatternRules(wmis, model_rows), powertrain
        self._models = PerDistinct(self._models_of, scattered=True)
        self._models.codes(np.zeros(1, dtype=np.intp))  # no row and no rule: code 0
        self.values = self._models.values

    def __call__(self, wmi: Codes, codes: CharacterCodes, rules: Codes) -> Codes:
        """The codes of the models of n rows.

        Args:
            wmi: of ``Wmis``.
            codes: their characters.
            rules: of ``PowertrainRules``.
        """
        return self._models.codes(rules * np.intp(_WIDE) + self._rows(wmi, codes))

    def _models_of(self, key: int) -> tuple[str | tuple[str, ...] | None, ...]:
        rules, rows = divmod(key, _WIDE)
        models = models_of(self._rows.matching(rows), self._powertrain.classification(rules).rules)
        beside = (models.of(field).value for field in BESIDE)
        return models.model.value, models.candidates, *beside
