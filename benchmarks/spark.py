"""A cluster of Spark on this machine against one process: the same rows, the same columns, and what each takes."""

import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

import vintool
from benchmarks.desk import LICENCES, write_desk
from benchmarks.manifest import write_manifest
from benchmarks.timing import Line
from vintool import spark as on_spark

sys.path.append(str(Path(__file__).parents[1] / "tests"))  # where the cluster of the tests stands
from support.cluster import cluster, session

DAY = date(2026, 3, 1)
FILES = 8
_SETTINGS = {
    "spark.driver.memory": "1g",
    "spark.executor.memory": "1g",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "65536",
}


def _cpu_of_tree() -> float:
    """CPU seconds of the processes that this one has started, and of theirs."""
    children, used = defaultdict[int, list[int]](list), dict[int, int]()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            cells = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        children[int(cells[1])].append(int(folder.name))
        used[int(folder.name)] = sum(map(int, cells[11:15]))  # its own, and of those that ended
    ticks, left = 0, [*children[os.getpid()]]
    while left:
        process = left.pop()
        ticks += used[process]
        left += children[process]
    return ticks / os.sysconf("SC_CLK_TCK")


def _manifest(rows: int, folder: Path) -> tuple[pa.Table, Path, dict[str, Path]]:
    """The rows with their numbers, in files of Parquet, and the lists that they are held against."""
    plain = folder / "manifest.csv"
    write_manifest(plain, rows, max(1, rows // 200))
    lists = write_desk(folder, plain)
    codes = pa_csv.ConvertOptions(column_types={"商品编号": pa.string()})
    read = pa_csv.read_csv(lists.manifest, convert_options=codes)
    vin = read.column_names.index(next(n for n in read.column_names if "车架" in n or "VIN" in n))
    again = pa.array(range(rows)).take(pc.if_else(pc.equal(pc.bit_wise_and(pa.array(range(rows)), 63), 0), pa.array([one // 2 for one in range(rows)]), pa.array(range(rows))))  # fmt: skip
    vins = read.column(vin).combine_chunks().take(again)  # one of 64 stands on an earlier row too
    table = read.set_column(vin, read.column_names[vin], vins)
    table = table.append_column("row", pa.array(range(1, rows + 1)))
    files, step = folder / "rows", -(-rows // FILES)
    files.mkdir()
    for number in range(FILES):
        part = table.slice(number * step, step)
        pq.write_table(
            part, files / f"{(number * 5) % FILES}.parquet"
        )  # in another order than the rows
    return table, files, {"exporters": lists.exporters, "licences": lists.licences}


def lines(rows: int, folder: Path) -> Iterator[Line]:
    """One run and the cluster."""
    table, files, lists = _manifest(rows, folder)
    start, cpu = time.perf_counter(), time.process_time()
    whole = vintool.screen_table(table, DAY, **lists)
    alone, alone_cpu = time.perf_counter() - start, time.process_time() - cpu
    begun = time.perf_counter()
    with cluster(folder) as address, session(address, folder, **_SETTINGS) as spark:
        started, cpu, python = time.perf_counter(), _cpu_of_tree(), time.process_time()
        frame = spark.read.parquet(str(files))
        answers = on_spark.screen(frame, "row", DAY, **lists)
        found = time.perf_counter()
        answers.write.parquet(str(folder / "answers"))
        done = time.perf_counter()
        cluster_cpu = _cpu_of_tree() - cpu + time.process_time() - python
    got = pq.read_table(folder / "answers").sort_by("row").combine_chunks()
    differ = [
        name
        for name, one, other in zip(whole.column_names, whole.columns, got.columns, strict=True)
        if one.to_pylist() != other.to_pylist()
    ]
    name = f"`screen_table`, {rows:,} rows, {LICENCES:,} licences, one process"
    yield Line(name, "", "", f"{alone:.1f} s, {alone_cpu:.1f} s of CPU")
    yield Line(
        "the same on Spark, a master and two workers of one core: every column of every row equal",
        "equal",
        "",
        f"steps 1 and 2 {found - started:.0f} s, step 3 with writing {done - found:.0f} s, {cluster_cpu:.0f} s of CPU; to start {started - begun:.0f} s"
        + (f"; DIFFERENT: {', '.join(differ)}" if differ else ""),
        not differ,
    )
