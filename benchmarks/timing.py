"""How things are timed: ours and theirs in turn, whole processes with the memory that they took."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

#: The folder of the commands of this environment.
SCRIPTS = Path(sys.executable).parent
LONG = 20.0  # seconds; what takes longer runs once
ROUNDS = 3

# Linux counts the memory of a parent as the child's, so a small process starts what is measured.
_WATCH = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
taken = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(taken, used.ru_maxrss / 1024, used.ru_utime + used.ru_stime)
"""


class Line(NamedTuple):
    """One line of the table; ``met`` is None where there is no target."""

    work: str
    target: str
    baseline: str
    latest: str
    met: bool | None = None

    def __str__(self) -> str:
        """The line in Markdown."""
        met = {None: "", True: "yes", False: "NO"}[self.met]
        return f"| {self.work} | {self.target} | {self.baseline} | {self.latest} | {met} |"


class Usage(NamedTuple):
    """What a process took: seconds, MB at the peak, and seconds of all cores, which a loaded machine changes less."""

    seconds: float
    megabytes: float
    cpu: float


def process(*arguments: str | Path) -> Usage:
    """Run a whole process; of several, the memory is that of the largest.

    Bytecode is kept between runs, as that of an installed package is.

    Raises:
        RuntimeError: it failed.
    """
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", _WATCH, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        env=kept,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, arguments))}: {done.stderr}")
    return Usage(*map(float, done.stdout.split()))


def seconds(work: Callable[[], object]) -> float:
    """How long a call takes here."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def medians(*works: Callable[[], float], rounds: int = ROUNDS) -> list[float]:
    """The median of what each work says that it took, one after the other in every round."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, taken, strict=True):
            if not times or times[0] <= LONG:
                times.append(work())
    return [statistics.median(times) for times in taken]


def rate(rows: int, taken: float) -> str:
    """Rows a second, in words."""
    return f"{rows / taken / 1e6:,.2f} M/s ({taken:,.2f} s)"
