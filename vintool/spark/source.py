"""``spark.read.format("vintool")``: a dirty manifest as a frame, by ``read_manifest``; Python data sources came with PySpark 4."""

import json
import warnings
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from pyspark.sql import types

try:
    from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
except ImportError:  # PySpark 3.5, where nothing can be registered
    DataSource = DataSourceReader = InputPartition = object

from vintool.columns.engine.categorical import as_text
from vintool.columns.screening.manifest_table import KEY
from vintool.errors import ManifestError
from vintool.files.read_manifest import ManifestWarning, read_manifest
from vintool.spark.layout import MANIFEST, OF_MANIFEST
from vintool.spark.types import is_plain, spark_schema

_OPTIONS = {"path", "sheet", "encoding"}
_MAP = "map."


class ManifestSource(DataSource):  # type: ignore[misc] # PySpark need not be there for the types
    """The vehicles of a manifest, with the columns of ``read_manifest``; what is neither text nor a plain number or day is text.

    Options: the path, ``sheet``, ``encoding``, and ``map.FIELD``, the column of a field. What was said and found of its
    columns, and the notes on it, stand in the metadata ``vintool.manifest`` of the column ``vin_row``, where ``screen`` reads it.
    """

    @classmethod
    def name(cls) -> str:
        """What ``format`` calls it."""
        return "vintool"

    def schema(self) -> types.StructType:
        """The columns, for which the manifest is read."""
        table = self.read()
        known = json.loads(table.schema.metadata[KEY])
        marks = dict[str, dict[str, Any]].fromkeys(table.column_names, {OF_MANIFEST: True})
        return spark_schema([], table.schema, marks | {table.column_names[-1]: {MANIFEST: known}})

    def reader(self, schema: types.StructType) -> DataSourceReader:
        """Reads it once more, on an executor."""
        return _Reader(self, schema)

    def read(self) -> pa.Table:
        """The manifest.

        Raises:
            ManifestError: it cannot be read, or something was not read in which vehicles may stand.
            ValueError: an unknown option.
        """
        options = {name.lower(): text for name, text in self.options.items()}
        given = {name[len(_MAP) :]: text for name, text in options.items() if name.startswith(_MAP)}
        unknown = [one for one in options if one not in _OPTIONS and not one.startswith(_MAP)]
        if unknown or "path" not in options:
            what = f"unknown option {unknown[0]!r}" if unknown else "no path"
            raise ValueError(
                f"{what}: give load(path), and of the options sheet, encoding and map.FIELD"
            )
        with warnings.catch_warnings():
            warnings.simplefilter("error", ManifestWarning)  # nobody hears those of an executor
            try:
                table = read_manifest(
                    options["path"],
                    given,
                    encoding=options.get("encoding"),
                    sheet=options.get("sheet"),
                )
            except ManifestWarning as warning:
                raise ManifestError(
                    str(warning),
                    file=options["path"],
                    next_step="name the sheet to read by the option sheet, or read it by vintool.read_manifest",
                ) from None
        plain = [
            column
            if is_plain(column.type)
            else pa.chunked_array([*map(as_text, column.chunks)], pa.string())
            for column in table.columns
        ]
        return pa.Table.from_arrays(plain, table.column_names).replace_schema_metadata(
            table.schema.metadata
        )


class _Reader(DataSourceReader):  # type: ignore[misc]
    def __init__(self, source: ManifestSource, schema: types.StructType) -> None:
        self._source, self._names = source, schema.names

    def partitions(self) -> list[Any]:
        return [InputPartition(0)]

    def read(self, partition: Any) -> Iterator[pa.RecordBatch]:  # noqa: ARG002 - it is the only one
        table = self._source.read()
        if table.column_names != self._names:
            raise ManifestError(
                "the manifest was changed after its columns were read",
                file=self._source.options["path"],
                next_step="load it again",
            )
        yield from table.replace_schema_metadata(None).to_batches()
