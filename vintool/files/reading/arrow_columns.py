"""What Arrow and Parquet files have in common: the names, the types and the first cells of their columns."""

from typing import Any

import pyarrow as pa

from vintool.columns.engine.categorical import as_far_as_text
from vintool.columns.engine.plain import is_taken, to_plain
from vintool.declaration.headers import label
from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.sheets import SAMPLE_ROWS, unique

Names = tuple[str, ...]


def named_columns(schema: pa.Schema, file: str) -> tuple[Names, Names]:
    """The names of columns made unique, and as headers; a blank one is named by its position.

    Raises:
        ManifestError: there are too many, or one has a type that can be neither read nor copied.
    """
    headers = tuple(
        name if name.strip() else f"column {position}"
        for position, name in enumerate(schema.names, 1)
    )
    if len(headers) > limits.COLUMNS:
        raise limits.beyond(
            f"its {len(headers):,} columns are more",
            limits.COLUMNS,
            "columns",
            file=file,
            next_step="have it written again with the columns of the manifest alone",
        )
    for position, (name, kind) in enumerate(zip(headers, schema.types, strict=True), 1):
        if not is_taken(kind):
            raise ManifestError(
                f"the column holds {kind}, which is neither read nor copied",
                file=file,
                column=label(name, position),
                next_step="have it written again as text, or without this column",
            )
    return unique(headers), headers


def plain_columns(data: pa.RecordBatch, columns: Names) -> pa.RecordBatch:
    """A batch under the names of a sheet, in types that all functions and writers know."""
    return pa.RecordBatch.from_arrays(list(map(to_plain, data.columns)), names=list(columns))


def sample_of(data: pa.RecordBatch | None) -> tuple[Names, ...]:
    """The first rows as text, as far as there is any."""
    if data is None:
        return ()
    columns = (as_far_as_text(one).to_pylist() for one in data.slice(0, SAMPLE_ROWS).columns)
    cells: Any = ([text or "" for text in column] for column in columns)
    return tuple(zip(*cells, strict=True))
