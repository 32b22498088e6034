"""Whatever speaks Arrow -> a table, and which of its columns is which."""

from typing import Any

import pyarrow as pa

from vintool.columns.engine.categorical import as_text
from vintool.declaration.mapping import Sample, map_columns

HEAD_ROWS = 500  # looked at to tell which column is which


def as_table(data: Any) -> pa.Table:
    """A table of anything that speaks Arrow; a single column of texts is called ``vin``."""
    if isinstance(data, pa.Table):
        return data
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    if isinstance(data, (pa.Array, pa.ChunkedArray)):
        return pa.table({"vin": data})
    try:
        return pa.table(data)
    except (TypeError, ValueError):
        return pa.table(
            {
                "vin": pa.chunked_array(data)
                if hasattr(data, "__arrow_c_stream__")
                else pa.array(data)
            }
        )


def find_mapping(table: pa.Table) -> dict[str, str]:
    """What the header dictionary and the content make of the columns."""
    names = tuple(table.column_names)
    if len(names) == 1:
        return {"vin": names[0]}
    head = table.slice(0, HEAD_ROWS)
    cells = [
        as_text(column).to_pylist() if _is_plain(column.type) else [""] * head.num_rows
        for column in head.columns
    ]
    rows = tuple(tuple(cell or "" for cell in row) for row in zip(*cells, strict=True))
    return map_columns(Sample("", "the table", names, names, rows))


def _is_plain(kind: pa.DataType) -> bool:
    return (
        not pa.types.is_nested(kind)
        and not pa.types.is_binary(kind)
        and not pa.types.is_large_binary(kind)
    )
