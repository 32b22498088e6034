"""``rows.parquet``: of each row its vehicle, a digest of its cells and its verdict, for a later run to be held against."""

from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from vintool.codes import PURE_ELECTRIC_REGIME
from vintool.columns.engine.categorical import as_text, without_null
from vintool.columns.engine.plain import TypeNotTakenError
from vintool.files.run import ROWS_PARQUET

_arrow: Any = pyarrow.compute  # its stubs know too few of the types that it takes
_GROUP_ROWS = 1 << 18
_FIELDS: dict[str, pa.DataType] = {
    "vin_sheet": pa.string(),
    "vin_row": pa.int64(),
    "key": pa.string(),
    "cells": pa.uint64(),
    "vin_verdict": pa.string(),
}
SCHEMA = pa.schema(_FIELDS)


class DigestWriter:
    """Writes the file while the rows go by.

    The key of a row is its VIN, or the text in its place. The digest is the sum of those of its cells, each with
    the name of its column: the order of columns, and empty ones, change nothing. Columns that only count rows do not count.
    """

    def __init__(self, folder: Path) -> None:
        self._file = pq.ParquetWriter(folder / ROWS_PARQUET, SCHEMA, compression="zstd")
        self._waiting = SCHEMA.empty_table()

    def write(
        self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch, counting: frozenset[str]
    ) -> None:
        """Add rows.

        Args:
            sheet: where they stand.
            data: the user's columns.
            answers: those added.
            counting: the columns that only count rows.
        """
        rows = answers.num_rows
        cells = np.zeros(rows, np.uint64)
        for name, column in zip(data.schema.names, data.columns, strict=True):
            if name not in counting:
                cells += _digests(name, column)
        keys = _arrow.coalesce(
            as_text(answers.column("vin")), as_text(answers.column("vin_text")), pa.scalar("")
        )
        columns = [
            pa.repeat(sheet, rows),
            answers.column("vin_row").cast(pa.int64()),
            _arrow.utf8_trim_whitespace(keys),
            pa.array(cells),
            _verdicts(answers),
        ]
        batch = pa.Table.from_arrays(columns, schema=SCHEMA)
        self._waiting = pa.concat_tables([self._waiting, batch])
        while self._waiting.num_rows >= _GROUP_ROWS:
            self._write(_GROUP_ROWS)

    def _write(self, rows: int) -> None:
        """Write a group: as large as any other, however the rows came."""
        self._file.write_table(self._waiting.slice(0, rows).combine_chunks())
        self._waiting = self._waiting.slice(rows)

    def close(self) -> None:
        """Finish the file."""
        if self._waiting.num_rows:
            self._write(self._waiting.num_rows)
        self._file.close()

    def abandon(self) -> None:
        """Let go of the file."""
        self._file.close()


def _verdicts(answers: pa.RecordBatch) -> pa.Array:
    """The verdicts, with the regime where that is not the one of pure electric cars: one for another is another verdict."""
    verdicts, regimes = (as_text(answers.column(f"vin_{name}")) for name in ("verdict", "regime"))
    named = _arrow.binary_join_element_wise(verdicts, " (", regimes, ")", "")
    first = _arrow.fill_null(_arrow.equal(regimes, PURE_ELECTRIC_REGIME), fill_value=True)
    return cast("pa.Array", _arrow.if_else(first, verdicts, named))


def _digests(name: str, column: pa.Array) -> np.ndarray:
    """Of each cell a number that is another for another text or column; of an empty one nothing."""
    try:
        texts = without_null(as_text(column))
    except TypeNotTakenError:  # a nested cell, which no rule reads
        texts = pa.array([repr(value) for value in column.to_pylist()], pa.string())
    encoded = texts.dictionary_encode()
    key = blake2b(name.strip().encode("utf-8", "surrogatepass"), digest_size=16).digest()
    digest, nothing = partial(blake2b, digest_size=8, key=key), bytes(8)
    cells: list[Any] = encoded.dictionary.to_pylist()
    digests = b"".join(
        digest(text.encode("utf-8", "surrogatepass")).digest() if text else nothing
        for text in map(str.strip, cells)
    )
    numbers = np.frombuffer(digests, ">u8").astype(np.uint64)
    return numbers.take(encoded.indices.to_numpy(zero_copy_only=False))
