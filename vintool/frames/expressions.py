"""The namespace ``vin`` of expressions and series of polars."""

from typing import Any

import polars as pl

from vintool.frames.texts import Fields, decoded, types_of, valid
from vintool.registry.reference import reference_in_use


class VinExpressions:
    """What is asked of a column of VINs, row by row."""

    def __init__(self, column: Any) -> None:
        self._column = column

    def decode(self, fields: Fields = None) -> Any:
        """A field of ``Vehicle``, or a struct of several; all if none are named."""
        reference, one = reference_in_use(), isinstance(fields, str)
        schema = pl.from_arrow(types_of(fields).empty_table()).schema
        kind = schema[fields] if one else pl.Struct(schema)

        def ask(texts: pl.Series) -> pl.Series:
            answers = pl.from_arrow(decoded(texts, fields, reference))
            return answers.get_column(fields) if one else answers.to_struct()

        return self._column.map_batches(ask, kind, is_elementwise=True)

    def is_valid(self) -> Any:
        """Whether ``vintool.is_valid`` accepts the text."""
        return self._column.map_batches(
            lambda texts: pl.from_arrow(valid(texts)), pl.Boolean, is_elementwise=True
        )

    def check_digit(self) -> Any:
        """What the check digit says: ``holds``, ``fails``, ``not_used`` or ``cannot_tell``."""
        return self.decode("check_digit")


class VinSeries:
    """The same of a series."""

    def __init__(self, series: Any) -> None:
        self._series = series

    def decode(self, fields: Fields = None) -> Any:
        """A field of ``Vehicle``, or a struct of several; all if none are named."""
        return self._asked(VinExpressions(pl.first()).decode(fields))

    def is_valid(self) -> Any:
        """Whether ``vintool.is_valid`` accepts the text."""
        return self._asked(VinExpressions(pl.first()).is_valid())

    def check_digit(self) -> Any:
        """What the check digit says: ``holds``, ``fails``, ``not_used`` or ``cannot_tell``."""
        return self.decode("check_digit")

    def _asked(self, expression: Any) -> Any:
        return self._series.to_frame().select(expression).to_series()


def register() -> None:
    """Register both, once."""
    if getattr(pl.Expr, "vin", None) is not VinExpressions:
        pl.api.register_expr_namespace("vin")(VinExpressions)
        pl.api.register_series_namespace("vin")(VinSeries)
