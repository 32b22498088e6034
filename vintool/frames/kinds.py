"""Which kind of frame it is, how its columns are had, and how answers are put beside them."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

import pyarrow as pa

from vintool import columns
from vintool.columns.engine.tables import apart, as_table, beside, find_vin_column

Ask = Callable[..., pa.Table]
"""A table -> the same with the answers on its right."""


def kind_of(frame: Any) -> str:
    """The library and the class of a frame, such as ``polars.LazyFrame``; what it is derived from, where that is known."""
    for one in type(frame).__mro__:
        kind = f"{one.__module__.partition('.')[0].lstrip('_')}.{one.__name__}"
        if kind in _BACK or kind in LAZILY_DECODED:
            return kind
    return ""


def answered(frame: Any, ask: Ask) -> Any:
    """The frame with the answers beside its own columns."""
    kind = kind_of(frame)
    if kind.endswith(".Series"):
        frame = frame.to_frame("vin" if frame.name in {None, ""} else frame.name)
    table = as_table(frame.to_table() if kind.endswith("Dataset") else frame)
    both = ask(table)
    back = _BACK.get(kind)
    return back(frame, table.num_columns, both) if back else both


def _answers(width: int, both: pa.Table) -> pa.Table:
    return both.select(range(width, both.num_columns)).replace_schema_metadata(None)


def _to_pandas(frame: Any, width: int, both: pa.Table) -> Any:
    import pandas as pd  # noqa: PLC0415 - the user has it

    answers = _answers(width, both).to_pandas(types_mapper=pd.ArrowDtype)
    answers.index = frame.index
    whole = pd.concat([frame, answers], axis="columns")
    whole.attrs = {**frame.attrs}
    return whole


def _to_polars(frame: Any, width: int, both: pa.Table) -> Any:
    import polars as pl  # noqa: PLC0415

    return frame.hstack(pl.from_arrow(_answers(width, both)).get_columns())


def _to_relation(frame: Any, width: int, both: pa.Table) -> Any:
    """A relation of the same connection over rows that are not computed again, perhaps in another order."""
    names = apart(width, both.column_names)
    # By this name DuckDB finds it here, unless the connection has a table of that name.
    vintool_rows_of_arrow = both.rename_columns([f"c{at}" for at in range(len(names))])  # noqa: F841
    types = frame.query("vintool_rows", "SELECT * FROM vintool_rows_of_arrow LIMIT 0").types
    parts = []
    for at, (name, kind) in enumerate(zip(names, types, strict=True)):
        was = frame.types[at] if at < width else kind
        column = f"c{at}" if kind == was else f"CAST(c{at} AS {was})"
        parts.append(f'{column} AS "{name.replace(chr(34), chr(34) * 2)}"')
    query = f"SELECT {', '.join(parts)} FROM vintool_rows_of_arrow"  # noqa: S608 - names are quoted
    answers = frame.query("vintool_rows", query)
    frame.query("vintool_rows", "DROP VIEW IF EXISTS vintool_rows")  # DuckDB 1 leaves it there
    return answers


def _to_batch(_frame: Any, _width: int, both: pa.Table) -> pa.RecordBatch:
    batches = both.combine_chunks().to_batches()
    if batches:
        return batches[0]
    return pa.RecordBatch.from_arrays(
        [column.combine_chunks() for column in both.columns], schema=both.schema
    )


def _to_dataset(_frame: Any, _width: int, both: pa.Table) -> Any:
    from pyarrow import dataset  # noqa: PLC0415 - seldom needed

    return dataset.dataset(both)


def _to_ibis(_frame: Any, width: int, both: pa.Table) -> Any:
    import ibis  # noqa: PLC0415

    return ibis.memtable(both.rename_columns(apart(width, both.column_names)))


_BACK: dict[str, Callable[[Any, int, pa.Table], Any]] = {
    "pandas.DataFrame": _to_pandas,
    "pandas.Series": _to_pandas,
    "polars.DataFrame": _to_polars,
    "polars.Series": _to_polars,
    "duckdb.DuckDBPyRelation": _to_relation,
    "pyarrow.RecordBatch": _to_batch,
    "pyarrow.Dataset": _to_dataset,
    "ibis.Table": _to_ibis,
}


def _lazily_decoded(frame: Any, column: str | None, ask: Ask) -> Any:
    """A polars lazy frame with one expression more, which streams."""
    import polars as pl  # noqa: PLC0415

    schema = frame.collect_schema()
    empty = as_table(schema.to_frame())
    name = column or find_vin_column(empty)
    none = _answers(empty.num_columns, ask(empty, column=name))
    plain = ask(pa.array([], pa.string()))  # the names as they are without the user's

    def fields(texts: Any) -> Any:
        answers = ask(as_table(texts), column="vin").select(plain.column_names)
        return pl.from_arrow(answers.rename_columns(none.column_names)).to_struct(_TOGETHER)

    decoded = pl.col(name).map_batches(
        fields, pl.Struct(pl.from_arrow(none).schema), is_elementwise=True
    )
    return frame.with_columns(decoded.alias(_TOGETHER)).unnest(_TOGETHER)


_TOGETHER = "vintool: fields"  # a column that is there for one step


def _stream_decoded(reader: pa.RecordBatchReader, column: str | None, ask: Ask) -> Any:
    empty = reader.schema.empty_table()
    name = column or find_vin_column(empty)
    batches = (
        part
        for batch in reader
        for part in ask(batch, column=name).to_batches() if batch.num_rows
    )  # fmt: skip
    return pa.RecordBatchReader.from_batches(ask(empty, column=name).schema, batches)


def _lazily_screened(frame: Any, ask: Ask, _ask_batches: Any) -> Any:
    """A polars lazy frame that is judged as a whole when it is collected."""
    import polars as pl  # noqa: PLC0415

    schema = frame.collect_schema()
    none = none_screened(as_table(schema.to_frame()))
    answers = pl.from_arrow(none.select(range(len(schema), none.num_columns))).schema
    return frame.map_batches(lambda whole: answered(whole, ask), schema={**schema, **answers})


def _stream_screened(
    reader: pa.RecordBatchReader,
    _ask: Ask,
    ask_batches: Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]],
) -> pa.RecordBatchReader:
    answers = ask_batches(reader)
    first = [*_first(answers)]
    schema = first[0].schema if first else none_screened(reader.schema.empty_table()).schema

    def all_of_them() -> Iterator[pa.RecordBatch]:
        yield from first
        yield from answers

    return pa.RecordBatchReader.from_batches(schema, all_of_them())


def _first(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield batch
        return


def none_screened(empty: pa.Table) -> pa.Table:
    """The columns of the answers beside those of a table without rows, whichever of these are which."""
    headed = pa.table({"VIN": pa.array([], pa.string())})
    answers = columns.screen_table(headed, date(2026, 1, 1))
    return beside(empty, _answers(1, answers))


#: How frames are decoded that are no whole tables yet, by their kind.
LAZILY_DECODED: dict[str, Callable[..., Any]] = {
    "polars.LazyFrame": _lazily_decoded,
    "pyarrow.RecordBatchReader": _stream_decoded,
}
#: How they are screened.
LAZILY_SCREENED: dict[str, Callable[..., Any]] = {
    "polars.LazyFrame": _lazily_screened,
    "pyarrow.RecordBatchReader": _stream_screened,
}
