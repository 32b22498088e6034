"""Read damaged files of every format: ``python -m benchmarks.fuzz [N] [SEED]``.

Each must be read whole or refused with a sentence. The files are read in a process of their own, so that one that
aborts it, or holds it up, is seen and named; the next process goes on behind it.
"""

import collections
import faulthandler
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).parent.parent / "tests"
HELD_UP = 60  # seconds for one file
MEMORY = 6 << 30  # of a process
MANY = 500  # files for one process


def child(start: int, stop: int, seed: int) -> None:
    """Read the files of a range; say before each which, and after each what came of it."""
    import resource  # noqa: PLC0415 - not on every system

    sys.path.insert(0, str(TESTS))
    from support import mutants  # noqa: PLC0415 - lies beside the tests

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    faulthandler.enable()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for number in range(start, stop):
            ending, data = mutants.mutant(number, seed, folder)
            path = folder / f"fuzz.{ending}"
            path.write_bytes(data)
            print(f"{number} {ending}", flush=True)
            faulthandler.dump_traceback_later(HELD_UP, exit=True)
            try:
                rows = mutants.read(path)
                said = "refused" if rows is None else "read"
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is the finding
                at = error.__traceback__
                while at is not None and at.tb_next is not None:
                    at = at.tb_next
                where = f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}" if at else ""
                said = f"FAULT {type(error).__name__} at {where}: {str(error)[:200]!r}"
            faulthandler.cancel_dump_traceback_later()
            print(said, flush=True)


def main(count: int, seed: int) -> int:
    """Read so many files; the number of those that were neither read nor refused."""
    began, at, faults = time.monotonic(), 0, 0
    came: collections.Counter[str] = collections.Counter()
    while at < count:
        run = subprocess.run(
            [
                sys.executable,
                "-m",
                "benchmarks.fuzz",
                "--child",
                str(at),
                str(min(at + MANY, count)),
                str(seed),
            ],
            check=False,
            capture_output=True,
            text=True,
        )
        lines = run.stdout.splitlines()
        for said, became in zip(lines[::2], [*lines[1::2], "ended"], strict=False):
            number, ending = said.split()
            at = int(number) + 1
            if became == "ended":
                became = f"FAULT ended the process ({run.returncode}): {run.stderr[-300:]!r}"  # noqa: PLW2901
            came[f"{ending} {became.split()[0]}"] += 1
            if became.startswith("FAULT"):
                faults += 1
                print(f"file {number} of seed {seed}, {ending}: {became}")
        if not lines:
            print(run.stderr)
            return 1
    for what, many in sorted(came.items()):
        print(f"{many:6,} {what}")
    print(f"{count:,} files, {faults} faults, {time.monotonic() - began:.0f} s")
    return faults


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*map(int, sys.argv[2:]))
    else:
        numbers = [*map(int, sys.argv[1:]), *(10_000, 1)[len(sys.argv) - 1 :]]
        sys.exit(main(*numbers) > 0)
