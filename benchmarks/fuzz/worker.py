"""One process of the attack: inputs of one kind, one after the other, each bounded in memory and time."""

import faulthandler
import os
import random
import shutil
import tempfile
import time
import warnings
from pathlib import Path

from benchmarks.fuzz.attacks import ATTACKS

HELD_UP = 60  # seconds for one input, then the process ends with a traceback
SLOW = 4.0  # seconds of CPU for one input; all are small, and few take a tenth of it
MEMORY = 6 << 30  # of a process
MOST = 25_000  # inputs for one process: what is loaded and learned at its start costs as much as some hundred of them


def home() -> Path | None:
    """Where folders of inputs are made: in memory where that can be, as a disk is slow to make and remove one an input."""
    memory = Path("/dev/shm")  # noqa: S108 - each process makes a folder of its own in it
    return memory if os.access(memory, os.W_OK) else None


def plan(names: list[str], count: int) -> list[tuple[str, int]]:
    """So many inputs of some attacks by their shares, as name and number, the attacks mixed."""
    whole = sum(ATTACKS[name].share for name in names)
    numbers = {name: max(1, round(count * ATTACKS[name].share / whole)) for name in names}
    places = ((n / many, name, n) for name, many in numbers.items() for n in range(many))
    return [(name, number) for _, name, number in sorted(places)]


def run_case(name: str, number: int, seed: int, home: Path) -> str:
    """Make and check one input.

    Args:
        name: of the attack.
        number: of the input, which with the seed makes it the same again.
        seed: of the run.
        home: a folder that the process keeps.

    Returns:
        What came of it, in a word.

    Raises:
        AssertionError: what must hold does not.
    """
    chance = random.Random(f"{name}/{seed}/{number}")  # noqa: S311 - to be the same again
    folder = home / "case"
    folder.mkdir(exist_ok=True)
    tempfile.tempdir = str(folder)  # what is laid out privately is seen, and goes
    try:
        began = time.process_time()
        outcome = ATTACKS[name].run(chance, folder)
        took = time.process_time() - began
        if took > SLOW:
            raise AssertionError(f"took {took:.1f} s")
        return outcome
    finally:
        tempfile.tempdir = None
        if any(folder.iterdir()):  # most attacks need none
            shutil.rmtree(folder, ignore_errors=True)


def work(inputs: list[tuple[str, int]], seed: int, start: int, stop: int) -> None:
    """Make and check some inputs of a plan; say before each its place in it, and after each what came of it."""
    import resource  # noqa: PLC0415 - not on every system

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    faulthandler.enable()
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory(dir=home()) as place:
        for at in range(start, stop):
            print(at, flush=True)
            faulthandler.dump_traceback_later(HELD_UP, exit=True)
            try:
                became = run_case(*inputs[at], seed, Path(place))
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is the finding
                became = _fault(error)
            faulthandler.cancel_dump_traceback_later()
            print(became, flush=True)


def _fault(error: BaseException) -> str:
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    where = f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}" if at else ""
    return f"FAULT {type(error).__name__} at {where}: {str(error)[:400]!a}"
