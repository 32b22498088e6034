"""Parquet: the file's own types and every row of it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vintool.errors import ManifestError
from vintool.files.sheet import Batch, Manifest, Sheet, Tally, unique

_ROWS = 65_536
_SAMPLE = 500
_BROKEN = (pa.ArrowException, OSError, UnicodeDecodeError)


def read_parquet(path: Path, size: int) -> Manifest:
    """Open a Parquet file.

    Raises:
        ManifestError: it is damaged or cut short.
    """

    def damaged(error: Exception) -> ManifestError:
        kind = "encrypted" if "encrypted" in str(error).lower() else "damaged or cut short"
        return ManifestError(
            f"the Parquet file is {kind}", file=path.name, next_step="have it written again"
        )

    try:
        with pq.ParquetFile(path) as file:
            headers = tuple(
                name if name.strip() else f"column {position}"
                for position, name in enumerate(file.schema_arrow.names, 1)
            )
            expected = file.metadata.num_rows
            first = next(file.iter_batches(batch_size=_SAMPLE), None)
            shown = [list(map(_text, column.to_pylist())) for column in first or ()]
    except _BROKEN as error:
        raise damaged(error) from None
    columns = unique(headers)

    def read(_tally: Tally) -> Iterator[Batch]:
        done = 0
        try:
            with pq.ParquetFile(path) as file:
                for data in file.iter_batches(batch_size=_ROWS):
                    data.validate(full=True)  # text that is no UTF-8 would fail much later
                    rows = np.arange(done + 1, done + data.num_rows + 1, dtype=np.int64)
                    done += data.num_rows
                    named = pa.RecordBatch.from_arrays(data.columns, names=list(columns))
                    yield Batch(named, rows, size * done // max(expected, 1))
        except _BROKEN as error:
            raise damaged(error) from None
        if done != expected:
            raise ManifestError(
                f"{done} rows read where the file declares {expected}",
                file=path.name,
                next_step="have it written again",
            )

    sheet = Sheet("", columns, headers, tuple(zip(*shown, strict=True)), file=path.name, read=read)
    notes = () if expected else ("The file holds no rows.",)
    return Manifest(path, "parquet", "", (sheet,), (), notes, size)


def _text(value: object) -> str:
    return "" if value is None else str(value)
