"""Arrow's types -> Spark's, of the columns that vintool makes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from pyspark.sql import types

_PLAIN: dict[pa.DataType, Any] = {
    pa.string(): types.StringType(),
    pa.int32(): types.IntegerType(),
    pa.int64(): types.LongType(),
    pa.float64(): types.DoubleType(),
    pa.bool_(): types.BooleanType(),
    pa.date32(): types.DateType(),
}


def spark_type(kind: Any) -> Any:
    """The type of Spark; of a schema that of its rows.

    >>> spark_type(pa.struct([("city", pa.list_(pa.string()))])).simpleString()
    'struct<city:array<string>>'
    """
    if isinstance(kind, pa.Schema) or pa.types.is_struct(kind):
        return types.StructType([types.StructField(one.name, spark_type(one.type)) for one in kind])
    if pa.types.is_map(kind):
        return types.MapType(spark_type(kind.key_type), spark_type(kind.item_type))
    if pa.types.is_list(kind):
        return types.ArrayType(spark_type(kind.value_type))
    return _PLAIN[kind]


def is_plain(kind: pa.DataType) -> bool:
    """Whether a type is not nested and has one of Spark."""
    return kind in _PLAIN


def spark_schema(
    fields: Sequence[Any], added: Iterable[Any], known: Mapping[str, Mapping[str, Any]]
) -> Any:
    """The fields of a frame, and behind them those of more columns.

    Args:
        fields: of the frame.
        added: of the other columns.
        known: what is to be said in the metadata of some of these, by name.
    """
    more = [
        types.StructField(one.name, spark_type(one.type), metadata=dict(known.get(one.name, {})))
        for one in added
    ]
    return types.StructType([*fields, *more])
