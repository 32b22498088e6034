"""Functions for the SQL of Spark, over vectors that it hands to pandas."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa
from pyspark.sql.functions import pandas_udf

from vintool.frames.functions import no_rows, one_field, screened, whole
from vintool.frames.texts import Fields, decoded, types_of, valid
from vintool.registry.reference import Reference
from vintool.spark.tasks import sent
from vintool.spark.types import spark_type

_Functions = list[tuple[Callable[..., Any], Any]]
_MAP = pa.map_(pa.string(), pa.string())


def register(spark: Any, fields: Fields, reference: Reference) -> None:
    """Register all functions; those of an earlier call make room."""
    of_vehicle, of_finding = types_of(fields), pa.schema(screened(reference, *no_rows()).type)
    ask_valid, ask_field = sent(are_valid), sent(fields_of, reference)
    ask_vehicle, ask_screen = sent(vehicles, fields, reference), sent(findings, reference)

    # Spark reads from the types of an argument that it is a vector.
    def vin_is_valid(vins: pd.Series) -> pd.Series:
        return ask_valid(vins)

    def vin_decode(vins: pd.Series, names: pd.Series) -> pd.Series:
        return ask_field(vins, names)

    def vin_vehicle(vins: pd.Series) -> pd.DataFrame:
        return ask_vehicle(vins)

    def vin_screen(vins: pd.Series, days: pd.Series, declared: pd.Series) -> pd.DataFrame:
        return ask_screen(vins, days, declared)

    functions: _Functions = [
        (vin_is_valid, pa.bool_()),
        (vin_decode, pa.string()),
        (vin_vehicle, of_vehicle),
        (vin_screen, of_finding),
    ]
    for function, kind in functions:
        spark.udf.register(function.__name__, pandas_udf(function, spark_type(kind)))


def are_valid(vins: pd.Series) -> pd.Series:
    """Whether each text is a valid VIN."""
    return _series(valid(_texts(vins)))


def fields_of(reference: Reference, vins: pd.Series, names: pd.Series) -> pd.Series:
    """Of each row the field that it names, as text."""
    return _series(one_field(_texts(vins), _texts(names), reference))


def vehicles(fields: Fields, reference: Reference, vins: pd.Series) -> pd.DataFrame:
    """The fields of each row."""
    return _frame(decoded(_texts(vins), fields, reference))


def findings(
    reference: Reference, vins: pd.Series, days: pd.Series, declared: pd.Series
) -> pd.DataFrame:
    """The answers of each row by itself."""
    cells = [None if one is None else [*dict(one).items()] for one in declared]
    answers = screened(reference, _texts(vins), pa.array(days, pa.date32()), pa.array(cells, _MAP))
    return _frame(pa.RecordBatch.from_struct_array(answers))


def _texts(series: pd.Series) -> pa.Array:
    return pa.array(series, pa.string(), from_pandas=True)


def _series(column: pa.Array) -> pd.Series:
    return whole(column).to_pandas()


def _cells(column: Any) -> list[Any]:
    cells: list[Any] = column.to_pylist()
    if pa.types.is_map(column.type):
        return [None if one is None else dict(one) for one in cells]
    return cells


def _frame(rows: Any) -> pd.DataFrame:
    """Whole numbers stay whole, and what is nested goes as Python has it."""
    columns = {
        name: pd.Series(_cells(column), dtype=object)
        for name, column in zip(rows.schema.names, rows.columns, strict=True)
    }
    return pd.DataFrame(columns)
