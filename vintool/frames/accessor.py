"""The accessor ``vin`` of series of pandas."""

from typing import Any

import pandas as pd

from vintool.frames.texts import Fields, decoded, valid
from vintool.registry.reference import reference_in_use


class VinAccessor:
    """What is asked of a series of VINs, row by row; answers have its index, and are Arrow's columns."""

    def __init__(self, series: Any) -> None:
        self._series = series

    def decode(self, fields: Fields = None) -> Any:
        """A field of ``Vehicle`` as a series, several as a frame; all if none are named."""
        answers = decoded(self._series, fields, reference_in_use())
        frame = answers.replace_schema_metadata(None).to_pandas(types_mapper=pd.ArrowDtype)
        frame.index = self._series.index
        return frame[fields] if isinstance(fields, str) else frame

    def is_valid(self) -> Any:
        """Whether ``vintool.is_valid`` accepts the text."""
        answers = valid(self._series).to_pandas(types_mapper=pd.ArrowDtype)
        answers.index = self._series.index
        return answers.rename(self._series.name)

    def check_digit(self) -> Any:
        """What the check digit says: ``holds``, ``fails``, ``not_used`` or ``cannot_tell``."""
        return self.decode("check_digit")


def register() -> None:
    """Register it, once."""
    if getattr(pd.Series, "vin", None) is not VinAccessor:
        pd.api.extensions.register_series_accessor("vin")(VinAccessor)
