"""A column of texts, asked without a frame around it: what the namespaces of polars and pandas and the functions of DuckDB share."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from vintool.codes import FieldName
from vintool.columns import TYPES, decode_table
from vintool.columns.engine.categorical import as_text
from vintool.columns.engine.tables import as_table
from vintool.registry.reference import Reference
from vintool.vin import is_valid

Fields = FieldName | Sequence[FieldName] | None


def texts_of(column: Any) -> pa.StringArray:
    """The texts of a column of any kind."""
    return as_text(as_table(column).column(0))


def decoded(texts: Any, fields: Fields, reference: Reference) -> pa.Table:
    """The fields of a column, without the column; they are called as the fields are."""
    answers = decode_table(texts_of(texts), fields=fields, reference=reference)
    return answers.rename_columns([name.removeprefix("vin_") for name in answers.column_names])


def valid(texts: Any) -> pa.Array:
    """Whether each text is a valid VIN; null where there is none."""
    encoded = texts_of(texts).dictionary_encode()
    distinct: list[Any] = encoded.dictionary.to_pylist()
    answers = pa.array([*map(is_valid, distinct)], pa.bool_())
    return answers.take(encoded.indices)


def types_of(fields: Fields) -> pa.Schema:
    """The types of some fields, of all if there are none.

    Raises:
        ValueError: an unknown field.
    """
    empty = decode_table(pa.array([], pa.string()), fields=fields)
    names = [fields] if isinstance(fields, str) else (TYPES if fields is None else fields)
    return pa.schema([*zip(names, empty.schema.types, strict=True)])
