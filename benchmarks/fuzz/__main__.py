"""Attack: ``python -m benchmarks.fuzz [--only NAMES] [N] [SEED]``; ``--case NAME SEED NUMBER`` makes one input again.

Inputs are made and checked in processes of their own, so that one that aborts its process, or holds it up, is seen
and named; the next process goes on behind it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TESTS = Path(__file__).parents[2] / "tests"
sys.path.insert(0, str(TESTS))

from benchmarks.fuzz import worker  # noqa: E402 - tests/support is found from here on
from benchmarks.fuzz.attacks import ATTACKS  # noqa: E402


def _outcomes(
    names: list[str], count: int, seed: int, start: int, stop: int
) -> Iterator[tuple[str, str]]:
    """Each input of a part of the plan, as ``NAME SEED NUMBER``, and what came of it."""
    plan = worker.plan(names, count)
    while start < stop:
        command = [sys.executable, "-m", "benchmarks.fuzz", "--only", ",".join(names), str(count)]
        run = subprocess.run(
            [*command, str(seed), "--child", str(start), str(stop)],
            check=False,
            capture_output=True,
            text=True,
        )
        lines = run.stdout.splitlines()
        for at, became in zip(lines[::2], [*lines[1::2], ""], strict=False):
            start = int(at) + 1
            name, number = plan[int(at)]
            ended = f"FAULT ended the process ({run.returncode}): {run.stderr[-600:]!r}"
            yield f"{name} {seed} {number}", became or ended
        if not lines:
            yield f"{plan[start][0]} {seed} ?", f"FAULT cannot begin: {run.stderr[-600:]!r}"
            return


def attack(names: list[str], count: int, seed: int) -> int:
    """Make and check so many inputs, on all cores; the number of faults."""
    began, came, faults = time.monotonic(), Counter[str](), 0
    print(f"seed {seed}: {', '.join(names)}", flush=True)
    cores, inputs = os.cpu_count() or 1, len(worker.plan(names, count))
    size = min(worker.MOST, -(-inputs // cores))
    with ThreadPoolExecutor(cores) as pool:
        parts = [(start, min(start + size, inputs)) for start in range(0, inputs, size)]
        for found in pool.map(lambda part: list(_outcomes(names, count, seed, *part)), parts):
            for case, became in found:
                came[f"{case.split()[0]}: {became.split()[0]}"] += 1
                if became.startswith("FAULT"):
                    faults += 1
                    print(f"--case {case}: {became}", flush=True)
    for what, many in sorted(came.items()):
        print(f"{many:7,} {what}")
    print(f"{sum(came.values()):,} inputs, {faults} faults, {time.monotonic() - began:.0f} s")
    return faults


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=10_000, metavar="N")
    parser.add_argument("seed", nargs="?", type=int, default=1, metavar="SEED")
    parser.add_argument("--only", default=",".join(ATTACKS), help="attacks, separated by commas")
    parser.add_argument("--case", nargs=3, metavar=("NAME", "SEED", "NUMBER"))
    parser.add_argument("--child", nargs=2, type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    names = given.only.split(",")
    if unknown := set(names) - set(ATTACKS):
        parser.error(f"no attack {', '.join(sorted(unknown))}; known: {', '.join(ATTACKS)}")
    if given.child:
        worker.work(worker.plan(names, given.count), given.seed, *given.child)
    elif given.case:
        name, seed, number = given.case
        with tempfile.TemporaryDirectory(dir=worker.home()) as place:
            print(worker.run_case(name, int(number), int(seed), Path(place)))
    else:
        sys.exit(attack(names, given.count, given.seed) > 0)


if __name__ == "__main__":
    main()
