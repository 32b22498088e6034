"""Parquet: the same rows give the same bytes, however they were cut into batches."""

import base64
from pathlib import Path
from typing import Any

import pyarrow as pa

from vintool.columns import beside
from vintool.files.writing.byte_writer import ByteWriter
from vintool.files.writing.cells import by_appearance, has_dictionary, plain, without_dictionary

_GROUP_ROWS, _GROUP_CELLS = 1 << 17, 1 << 24  # of a row group: it is held in memory
_UNIQUE = frozenset({"vin_row", "vin_text", "vin", "vin_vin", "vin_suggestion"})
_RANGES = ("vin_row", "vin_verdict")
_SAMPLE = 1 << 12  # rows that show whether values repeat


class ParquetWriter(ByteWriter):
    """Parquet, lists as lists, every cell as it came.

    Row groups of 131,072 rows are 1 % larger than those of 262,144, and these 2 % larger than those of a
    million, which need four times the memory. Where a group begins and how its columns lie in memory does not hang on the batches that come in:
    the same rows give the same bytes. zstd at its usual level 1: 3 saves 2 % and takes 15 % longer.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._writer: Any = None
        self._schema: Any = None
        self._waiting: list[pa.RecordBatch] = []
        self._rows, self._group = 0, _GROUP_ROWS

    def write(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:  # noqa: ARG002 - one table
        """Add rows."""
        batch = beside(data, answers)
        if self._schema is None:
            self._schema = pa.schema(map(_writable, batch.schema))
            self._user_columns = len(data.schema)
            self._group = min(_GROUP_ROWS, max(1024, _GROUP_CELLS // len(self._schema)))
        while batch.num_rows:
            part = batch.slice(0, self._group - self._rows)
            batch = batch.slice(part.num_rows)
            self._waiting.append(part)
            self._rows += part.num_rows
            if self._rows == self._group:
                self._flush()

    def _open(self, rows: pa.Table) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415 - start-up time

        repeating: Any = _repeating(rows, self._user_columns)  # the stubs know no list here
        self._writer = pq.ParquetWriter(
            self._file,
            rows.schema,
            compression="zstd",
            store_schema=False,
            use_dictionary=repeating,
            # Statistics of unique texts cost a quarter of the time, and no one asks for a range of them.
            write_statistics=[name for name in _RANGES if name in rows.schema.names],
        )
        # What reads the file finds our columns as plain texts and lists, and the user's as they were.
        schema = pa.schema(
            field
            if number < self._user_columns
            else field.with_type(without_dictionary(field.type))
            for number, field in enumerate(rows.schema)
        )
        text = base64.b64encode(schema.serialize().to_pybytes())
        self._writer.add_key_value_metadata({"ARROW:schema": text.decode()})

    def _flush(self) -> None:
        columns = []
        for number, field in enumerate(self._schema):
            chunks = [batch.column(number) for batch in self._waiting]
            if has_dictionary(chunks[0].type):
                whole = by_appearance(chunks)
                chunks = [plain(whole) if pa.types.is_list(field.type) else whole]
            columns.append(pa.chunked_array(chunks, field.type))
        table = pa.Table.from_arrays(columns, schema=self._schema).combine_chunks()
        if self._writer is None:
            self._open(table)
        self._writer.write_table(table, row_group_size=self._group)
        self._waiting, self._rows = [], 0

    def close(self) -> None:
        """Finish the file."""
        if self._waiting:
            self._flush()
        elif self._writer is None and self._schema is not None:
            self._open(self._schema.empty_table())
        if self._writer is not None:
            self._writer.close()
        super().close()

    def abandon(self) -> None:
        """Let go of the file, which the destructor would finish."""
        if self._writer is not None:
            self._writer.is_open = False
        super().abandon()


def _writable(field: pa.Field) -> pa.Field:
    """The column as it is given to Arrow's writer, which knows no dictionaries of lists."""
    kind = field.type
    if has_dictionary(kind) and pa.types.is_list(kind.value_type):
        return field.with_type(kind.value_type)
    return field


def _repeating(rows: pa.Table, user_columns: int) -> list[str] | bool:
    """The columns whose values repeat; of the user's, which come first, the first rows show it."""
    if any(pa.types.is_nested(field.type) for field in list(rows.schema)[:user_columns]):
        return True
    sample = rows.slice(0, _SAMPLE)
    return [
        f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name
        for number, field in enumerate(rows.schema)
        if (
            2 * len(sample.column(number).unique()) <= len(sample)
            if number < user_columns
            else field.name not in _UNIQUE
        )
    ]
