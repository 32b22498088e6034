"""Lines about one VIN: in a process that is warm, and in a fresh one."""

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import ultravin
import vininfo

import vintool
from benchmarks.manifest import write_manifest
from benchmarks.timing import ROUNDS, SCRIPTS, Line, medians, process, seconds
from vintool.vin import calc_check_digit
from vintool.vin.positions import ALPHABET

ONE = "LRW3E7FA1LC000001"
DESCRIPTORS = 200
WARM = 10_000  # VINs of as many makers as there may be, before any clock runs


def _annotated(text: str) -> object:
    try:
        return vininfo.Vin(text).annotate()
    except (ValueError, TypeError):  # it fails on some makers
        return None


def _timed(decode: Callable[[str], object], lists: list[list[str]]) -> Callable[[], float]:
    """A clock of one call, in microseconds; every round takes a list of its own."""
    rounds = iter(lists)

    def run() -> float:
        vins = next(rounds)
        return seconds(lambda: deque(map(decode, vins), maxlen=0)) / len(vins) * 1e6

    return run


def _line(work: str, lists: list[list[str]]) -> Line:
    decoders: tuple[Callable[[str], object], ...] = (vintool.decode, ultravin.decode, _annotated)
    ours, theirs, light = medians(
        *(_timed(decode, lists) for decode in decoders), rounds=len(lists)
    )
    return Line(
        work,
        "<= 1 x ultravin",
        f"ultravin.decode: {theirs:.1f} us; vininfo, without model data: {light:.1f} us",
        f"{ours:.1f} us, {ours / theirs:.1f} x",
        ours <= theirs,
    )


def _checked(text: str) -> str:
    return f"{text[:8]}{calc_check_digit(text)}{text[9:]}"


def one(_rows: int, folder: Path) -> Iterator[Line]:
    """One VIN after another, each told in full as a ``Vehicle``."""
    path = folder / "one.parquet"
    write_manifest(path, DESCRIPTORS, DESCRIPTORS, dirt=0)
    known = pq.read_table(path).column("vin").to_pylist()
    known += ultravin.generate(DESCRIPTORS, seed=1)
    met = [
        [_checked(f"{vin[:14]}{turn}{serial:02d}") for serial in range(10) for vin in known]
        for turn in range(ROUNDS)
    ]
    plants = [ALPHABET[10 * turn : 10 * turn + 10] for turn in range(ROUNDS)]
    other = [
        [
            _checked(f"{vin[:10]}{plant}{vin[11:]}")
            for plant in own
            for vin in known
            if vin[10] != plant
        ]
        for own in plants
    ]
    for vin in (*ultravin.generate(WARM, seed=2), *known):
        vintool.decode(vin)
    work = f"one VIN, warm, {2 * DESCRIPTORS} descriptors met before, half of them in vPIC"
    yield _line(work, met)
    yield _line("one VIN, warm, descriptors new, of makers and years met before", other)
    fresh = [ultravin.generate(10 * DESCRIPTORS, seed=seed) for seed in range(3, 3 + ROUNDS)]
    yield _line("one VIN, warm, descriptors, years and most makers new", fresh)


def command(_rows: int, _folder: Path) -> Iterator[Line]:
    """One VIN on the command line, from the start of the process to its end."""
    ours, theirs = medians(
        lambda: process(SCRIPTS / "vintool", "decode", ONE).seconds,
        lambda: process(SCRIPTS / "ultravin", "decode", ONE).seconds,
        rounds=9,
    )
    yield Line(
        "`vintool decode ONE`, a fresh process",
        "<= 0.5 x, at most 0.2 s",
        f"`ultravin decode ONE`: {theirs:.3f} s",
        f"{ours:.3f} s, {ours / theirs:.2f} x",
        ours <= theirs / 2 and ours <= 0.2,
    )
