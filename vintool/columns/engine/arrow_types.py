"""Kinds of fields -> Arrow types: what ``decoding.fields`` says of a field, as a column has it."""

import pyarrow as pa

from vintool.decoding.fields import Field
from vintool.decoding.kinds import Kind

_TYPES: dict[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int32(),
    Kind.NUMBER: pa.float64(),
    Kind.TEXTS: pa.list_(pa.string()),
    Kind.INTEGERS: pa.list_(pa.int32()),
    Kind.PAIRS: pa.map_(pa.string(), pa.string()),
}


def arrow_type(field: Field) -> pa.DataType:
    """The type of the column of a field; of a struct each part has its own."""
    if field.kind is Kind.STRUCT:
        return pa.struct([(part.name, _TYPES[part.kind]) for part in field.parts])
    return _TYPES[field.kind]
