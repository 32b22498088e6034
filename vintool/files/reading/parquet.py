"""Parquet, a file or a folder of files: its own types and every row of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vintool.errors import ManifestError, short_of_memory
from vintool.files.reading.arrow_columns import named_columns, plain_columns, sample_of
from vintool.files.reading.sheets import (
    Batch,
    Manifest,
    Sheet,
    Tally,
    parquet_files,
)

_ROWS = 65_536
_BROKEN = (pa.ArrowException, OSError, UnicodeDecodeError)


@dataclass(frozen=True, slots=True)
class _File:
    """One file, as its footer describes it.

    Attributes:
        path: where it is.
        name: for messages; in a folder the way from there.
        groups: the rows of each row group.
        schema: its columns.
        size: in bytes.
    """

    path: Path
    name: str
    groups: tuple[int, ...]
    schema: pa.Schema
    size: int

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Its rows, group by group, so that one that is damaged can be named."""
        with pq.ParquetFile(self.path) as file:
            for number, expected in enumerate(self.groups):
                done = 0
                try:
                    for data in file.iter_batches(batch_size=_ROWS, row_groups=[number]):
                        data.validate(full=True)  # text that is no UTF-8 would fail much later
                        done += data.num_rows
                        yield data
                except _BROKEN as error:
                    if short_of_memory(error):
                        raise
                    raise ManifestError(
                        f"row group {number + 1} of {len(self.groups)} of the Parquet file is damaged",
                        file=self.name,
                        row=sum(self.groups[:number]) + done + 1,
                        next_step="have the file written again",
                    ) from None
                if done != expected:
                    raise ManifestError(
                        f"{done} rows read where row group {number + 1} declares {expected}",
                        file=self.name,
                        next_step="have the file written again",
                    )


def read_parquet(path: Path, size: int) -> Manifest:
    """Open a Parquet file.

    Raises:
        ManifestError: it is damaged or cut short.
    """
    return _manifest(path, [_footer(path, path.name)], size, [])


def read_parquet_folder(path: Path) -> Manifest:
    """Open a folder of Parquet files as one manifest, in the order of their names.

    Files whose names begin with a dot or an underscore are the marks of the program that wrote the folder.

    Raises:
        ManifestError: there is no Parquet file, one is damaged, or they do not fit together.
    """
    paths, others = parquet_files(path)
    if not paths:
        raise ManifestError(
            "this is a folder without Parquet files",
            file=path.name,
            next_step="name one file in it",
        )
    files = [_footer(file, str(file.relative_to(path))) for file in paths]
    notes = [f"{len(files)} files were read as one, in the order of their names."]
    if others:
        notes.append(
            f"{others} other file(s) in the folder are no Parquet files and were not read."
        )
    if any("=" in part for file in paths for part in file.relative_to(path).parts[:-1]):
        notes.append("What folder names tell (such as year=2026) is no column and was not read.")
    return _manifest(path, files, sum(file.size for file in files), notes)


def _footer(path: Path, name: str) -> _File:
    """What the footer of a file says."""
    try:
        with pq.ParquetFile(path) as file:
            groups = (
                file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)
            )
            footer = _File(path, name, tuple(groups), file.schema_arrow, path.stat().st_size)
            declared = file.metadata.num_rows
    except _BROKEN as error:
        if short_of_memory(error):
            raise
        encrypted = "encrypted" in str(error).lower()
        raise ManifestError(
            "the Parquet file is encrypted"
            if encrypted
            else "the Parquet file is damaged or cut short",
            file=name,
            next_step="have it written again",
        ) from None
    if declared != sum(footer.groups):
        raise ManifestError(
            f"its row groups have {sum(footer.groups)} rows where the file declares {declared}",
            file=name,
            next_step="have it written again",
        )
    return footer


def _manifest(path: Path, files: Sequence[_File], size: int, notes: list[str]) -> Manifest:
    schema = _together(path, files)
    columns, headers = named_columns(schema, path.name)
    whole = len({file.schema for file in files}) == 1

    def read(_tally: Tally) -> Iterator[Batch]:
        before = position = 0
        for file in files:
            done, expected = 0, sum(file.groups)
            for data in file.batches():
                fitting = data if whole else _fitted(file, data, schema)
                done += data.num_rows
                rows = np.arange(before + done - data.num_rows, before + done, dtype=np.int64) + 1
                named = plain_columns(fitting, columns)
                yield Batch(named, rows, position + file.size * done // max(expected, 1))
            before, position = before + done, position + file.size

    first = next((data for file in files if sum(file.groups) for data in file.batches()), None)
    if first is not None and not whole:
        first = _fitted(files[0], first, schema)
    if not any(sum(file.groups) for file in files):
        notes.append("The file holds no rows.")
    sheet = Sheet("", columns, headers, sample_of(first), file=path.name, read=read)
    return Manifest(path, "parquet", "", (sheet,), (), tuple(notes), size)


def _together(path: Path, files: Sequence[_File]) -> pa.Schema:
    """The columns of all files; one that a file has not is null in its rows."""
    if len(files) == 1:
        return files[0].schema
    if any(len(set(file.schema.names)) < len(file.schema.names) for file in files):
        if len({file.schema for file in files}) == 1:
            return files[0].schema
        raise ManifestError(
            "files whose column names repeat have different columns",
            file=path.name,
            next_step="name one file in it",
        )
    try:
        return pa.unify_schemas([file.schema for file in files], promote_options="permissive")
    except pa.ArrowException:
        raise ManifestError(
            "a column has types in its files that do not fit together",
            file=path.name,
            next_step="name one file in it",
        ) from None


def _fitted(file: _File, data: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """A batch with the columns of all files."""
    try:
        arrays = [
            data.column(field.name).cast(field.type)
            if field.name in data.schema.names
            else pa.nulls(data.num_rows, field.type)
            for field in schema
        ]
    except pa.ArrowException:
        raise ManifestError(
            "a value does not fit the type that its column has in the other files",
            file=file.name,
            next_step="name one file in the folder",
        ) from None
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
