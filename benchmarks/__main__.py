"""What the work costs here and now: ``python -m benchmarks [ROWS]``.

Speed depends on two dials, the rows and the distinct descriptors, so both are turned. Each command
is timed as a whole process; the floor is PyArrow reading and writing the same file. Machines are
noisy: the figures are medians of three runs, and targets that are missed stay in the table.
"""

import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.desk import write_desk
from benchmarks.manifest import write_manifest
from vintool.columns import decode_table, screen_table
from vintool.columns.vins import Reader, check_digits

ONE = "LRW3E7FA1LC000001"
FIELDS = ["manufacturer", "brand", "country", "model_year", "plant", "powertrain"]
MAPPING = {
    "vin": "vin",
    "fuel": "燃料种类",
    "hs_code": "商品编号",
    "condition": "新旧",
    "declaration_date": "申报日期",
}
FLOOR = """
import sys, pyarrow.csv as c
table = c.read_csv(sys.argv[1])
c.write_csv(table, sys.argv[1] + ".copy")
"""


def seconds(work: Callable[[], object]) -> float:
    """The median of three runs, or the one run that takes longer than ten seconds."""
    times: list[float] = []
    while len(times) < 3 and (not times or times[0] < 10):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def command(*arguments: str) -> Callable[[], object]:
    """A whole process."""
    return lambda: subprocess.run(arguments, check=True, capture_output=True)


def validate(texts: pa.Array) -> None:
    """Alphabet, length and check digit of a column."""
    check_digits(Reader()(texts).characters)


def lines_for(
    folder: Path, rows: int, descriptors: int
) -> list[tuple[str, int, float, float | None]]:
    """The work on a manifest with so many rows and distinct descriptors: name, dial, time, target."""
    path = folder / f"{descriptors}.csv"
    write_manifest(path, rows, descriptors)
    write_manifest(path.with_suffix(".parquet"), rows, descriptors)
    table = pq.read_table(path.with_suffix(".parquet"))
    vins = table.column("vin").combine_chunks().cast(pa.string())
    tool = str(Path(sys.executable).parent / "vintool")
    out = str(folder / "out")
    desk = write_desk(folder, path)
    lists = ("--exporters", str(desk.exporters), "--licences", str(desk.licences))
    return [
        ("validate, one core", descriptors, seconds(lambda: validate(vins)), None),
        (
            f"decode_table, {len(FIELDS)} fields",
            descriptors,
            seconds(lambda: decode_table(vins, fields=FIELDS)),
            None,
        ),
        ("screen_table", descriptors, seconds(lambda: screen_table(table, mapping=MAPPING)), None),
        (
            "PyArrow reads and writes the CSV (the floor)",
            descriptors,
            seconds(command(sys.executable, "-c", FLOOR, str(path))),
            None,
        ),
        ("vintool screen CSV", descriptors, seconds(command(tool, "screen", str(path))), None),
        (
            "vintool screen CSV --out",
            descriptors,
            seconds(command(tool, "screen", str(path), "--out", out)),
            60.0,
        ),
        (
            "the same with exporters and licences",
            descriptors,
            seconds(command(tool, "screen", str(desk.manifest), *lists, "--out", out)),
            15.0,
        ),
    ]


def main() -> None:
    """Run all and print the table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        lines = [
            line
            for descriptors in (rows // 200, rows // 20)
            for line in lines_for(Path(folder), rows, descriptors)
        ]
    one = seconds(command(str(Path(sys.executable).parent / "vintool"), "decode", ONE))
    print(f"Python {platform.python_version()}, PyArrow {pa.__version__}, {rows:,} rows\n")
    print("| work | distinct descriptors | seconds | rows/s | target s | met |")
    print("|---|---|---|---|---|---|")
    for work, descriptors, taken, target in lines:
        met = "" if target is None else "yes" if taken <= target else "no"
        print(
            f"| {work} | {descriptors:,} | {taken:.2f} | {rows / taken:,.0f} | {target or ''} | {met} |"
        )
    print(
        f"| vintool decode ONE, a fresh process | | {one:.2f} | | 0.3 | {'yes' if one <= 0.3 else 'no'} |"
    )


if __name__ == "__main__":
    main()
