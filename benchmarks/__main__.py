"""What the work costs here and now: ``python -m benchmarks [NAME...] [--rows N | --quick]``.

Every line is measured on this machine in this run, ours and theirs in turn: medians of three, or the
one run of what takes longer than 20 seconds. Speed depends on two dials, the rows and the
distinct descriptors, so both are turned. Targets that are missed stay in the table.
"""

import argparse
import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

from benchmarks import columns, commands, frames, labelled, single
from benchmarks.timing import Line


def on_spark(rows: int, folder: Path) -> Iterator[Line]:
    """Lines about a cluster, for which PySpark and Java must be there."""
    from benchmarks import spark  # noqa: PLC0415

    return spark.lines(rows, folder)


#: The groups of lines by name: how many million rows, and what makes them.
GROUPS: dict[str, tuple[int, Callable[[int, Path], Iterator[Line]]]] = {
    "validate": (10, columns.validate),
    "decode": (5, columns.decode),
    "distinct": (1, columns.distinct),
    "dials": (1, columns.dials),
    "frames": (1, frames.lines),
    "one": (0, single.one),
    "command": (0, single.command),
    "csv": (10, commands.stream),
    "large": (50, commands.large),
    "xlsx": (1, commands.xlsx),
    "size": (0, commands.size),
    "desk": (1, commands.desk),
    "regimes": (1, commands.regimes),
    "labelled": (0, labelled.lines),
    "spark": (1, on_spark),
}
SLOW = {"large", "spark"}  # run where named
QUICK = 20_000
PEERS = ("pyarrow", "ultravin", "vininfo", "python-calamine")


def main() -> None:
    """Run what is asked for and print the table, line by line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows that stand for a million")
    parser.add_argument("--quick", action="store_true", help=f"the same as --rows {QUICK}")
    given = parser.parse_args()
    if unknown := set(given.names) - set(GROUPS):
        parser.error(f"no line {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    rows = QUICK if given.quick else given.rows
    peers = ", ".join(f"{name} {version(name)}" for name in PEERS)
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {peers}\n")
    print("| work | target | baseline | latest | met |")
    print("|---|---|---|---|---|", flush=True)
    for name in given.names or [name for name in GROUPS if name not in SLOW]:
        million, lines = GROUPS[name]
        with tempfile.TemporaryDirectory(prefix="vintool-benchmark-") as folder:
            for line in lines(million * rows, Path(folder)):
                print(line, flush=True)


if __name__ == "__main__":
    main()
