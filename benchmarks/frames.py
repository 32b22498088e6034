"""Lines about the edges: what a frame of another library costs beside one call of the bare function, in CPU seconds."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

from benchmarks.columns import FIELDS, MAPPING, manifest
from benchmarks.timing import Line, medians
from vintool import decode_table, frames, screen_table
from vintool.columns.engine.tables import beside
from vintool.frames.kinds import LAZILY_DECODED, LAZILY_SCREENED, answered, kind_of

DAY = date(2026, 3, 1)
MOST = 1.3  # times the bare function, beside what it takes to pass the rows through
_COLUMN = MAPPING["vin"]
_NAMES = list(FIELDS)


class _Edge(NamedTuple):
    """An edge.

    Attributes:
        name: what it is.
        bare: the function without it.
        work: the same through it.
        passing: the same rows and answers through it, and nothing asked.
    """

    name: str
    bare: Callable[[], object]
    work: Callable[[], object]
    passing: Callable[[], object]


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _used(frame: object) -> object:
    """All that a lazy frame gives."""
    if isinstance(frame, pl.LazyFrame):
        return frame.collect(engine="streaming")
    if isinstance(frame, duckdb.DuckDBPyRelation):
        return frame.to_arrow_table()
    return frame.read_all() if isinstance(frame, pa.RecordBatchReader) else frame


def _of_frames(table: pa.Table) -> Iterator[_Edge]:
    of_kinds: dict[str, Callable[[], object]] = {
        "pandas": table.to_pandas,
        "polars": lambda: pl.from_arrow(table),
        "polars, lazy": lambda: pl.from_arrow(table).lazy(),
        "DuckDB relation": lambda: duckdb.connect().from_arrow(table),
        "PyArrow reader": lambda: table.to_reader(max_chunksize=1 << 17),
    }
    decoded = decode_table(table, fields=_NAMES).select(range(table.num_columns, table.num_columns + len(_NAMES)))  # fmt: skip
    screened = screen_table(table, DAY)
    screened = screened.select(range(table.num_columns, screened.num_columns))
    for kind, make in of_kinds.items():
        frame = make()
        again = make if kind == "PyArrow reader" else lambda frame=frame: frame
        yield _Edge(
            f"decode {len(_NAMES)} fields, {kind}",
            lambda: decode_table(table, fields=_NAMES),
            lambda again=again: _used(frames.decode(again(), fields=_NAMES)),
            lambda again=again: _used(_decoded_by(again(), decoded)),
        )
        yield _Edge(
            f"screen, {kind}",
            lambda: screen_table(table, DAY),
            lambda again=again: _used(frames.screen(again(), DAY)),
            lambda again=again: _used(_screened_by(again(), screened)),
        )


def _decoded_by(frame: object, answers: pa.Table) -> object:
    """The frame with answers that are there already, as ``decode`` puts them."""
    at = 0

    def ask(data: object, **_: object) -> pa.Table:
        nonlocal at
        rows = len(data)
        part = answers.slice(at, rows)
        at += rows
        if isinstance(data, pa.RecordBatch):
            data = pa.Table.from_batches([data])
        return beside(data, part) if isinstance(data, pa.Table) else part

    lazily = LAZILY_DECODED.get(kind_of(frame))
    return lazily(frame, _COLUMN, ask) if lazily else answered(frame, ask)


def _screened_by(frame: object, answers: pa.Table) -> object:
    def ask(table: pa.Table, **_: object) -> pa.Table:
        return beside(table, answers)

    def ask_batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        yield from ask(reader.read_all()).to_batches(max_chunksize=1 << 17)

    lazily = LAZILY_SCREENED.get(kind_of(frame))
    return lazily(frame, ask, ask_batches) if lazily else answered(frame, ask)


def _of_texts(table: pa.Table) -> Iterator[_Edge]:
    frames.register_polars()
    frames.register_pandas()
    con = duckdb.connect()
    frames.duckdb(con, _NAMES)
    con.register("cars", table)
    con.create_function("same", lambda one: one, ["VARCHAR"], "VARCHAR", type="arrow", null_handling="special")  # fmt: skip
    vins, lazy, series = table.column(_COLUMN), pl.from_arrow(table).lazy(), table.to_pandas()[_COLUMN]  # fmt: skip

    def sql(text: str) -> Callable[[], object]:
        query = f"SELECT {text} AS x FROM cars"  # noqa: S608 - written below
        return lambda: con.sql(query).to_arrow_table()

    def expression(asked: pl.Expr) -> Callable[[], object]:
        return lambda: lazy.select(asked).collect(engine="streaming")

    same = pl.col(_COLUMN).map_batches(lambda one: one, pl.String, is_elementwise=True)
    one, several = "brand", _NAMES
    bare = {
        "one": lambda: decode_table(vins, fields=one),
        "several": lambda: decode_table(vins, fields=several),
        "screen": lambda: screen_table(vins, DAY),
    }
    yield _Edge("brand, polars expression, streaming", bare["one"], expression(pl.col(_COLUMN).vin.decode(one)), expression(same))  # fmt: skip
    yield _Edge(f"{len(_NAMES)} fields, polars expression, streaming", bare["several"], expression(pl.col(_COLUMN).vin.decode(several)), expression(same))  # fmt: skip
    yield _Edge("brand, pandas accessor", bare["one"], lambda: series.vin.decode(one), lambda: pd.Series(pa.array(series)))  # fmt: skip
    yield _Edge("brand, DuckDB vin_decode, vectors of 2,048", bare["one"], sql(f"vin_decode({_COLUMN}, '{one}')"), sql(f"same({_COLUMN})"))  # fmt: skip
    yield _Edge(f"{len(_NAMES)} fields, DuckDB vin_vehicle, vectors of 2,048", bare["several"], sql(f"vin_vehicle({_COLUMN})"), sql(f"same({_COLUMN})"))  # fmt: skip
    yield _Edge("DuckDB vin_screen, vectors of 2,048", bare["screen"], sql(f"vin_screen({_COLUMN}, DATE '{DAY}', MAP {{}}).verdict"), sql(f"same({_COLUMN})"))  # fmt: skip


def lines(rows: int, folder: Path) -> Iterator[Line]:
    """Every edge beside the bare function, one run of each in turn; the first call of each is left out."""
    table = manifest(folder, rows, max(1, rows // 200))
    for edge in (*_of_frames(table), *_of_texts(table)):
        works = edge.bare, edge.work, edge.passing
        for work in works:
            work()
        bare, through, passing = medians(
            *((lambda work=work: _cpu(work)) for work in works), rounds=1
        )
        yield Line(
            f"{edge.name}, {rows:,} rows",
            f"<= {MOST} x, and passing",
            f"bare {bare:.2f} CPU s, passing {passing:.2f}",
            f"{through:.2f} CPU s, {(through - passing) / bare:.2f} x",
            through <= MOST * bare + passing,
        )
