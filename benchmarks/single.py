"""Lines about one VIN: in a process that is warm, and in a fresh one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import ultravin
import vininfo

import vintool
from benchmarks.manifest import write_manifest
from benchmarks.timing import SCRIPTS, Line, medians, process, seconds

ONE = "LRW3E7FA1LC000001"
VINS = 2_000


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
        return seconds(lambda: [decode(vin) for vin in vins]) / len(vins) * 1e6

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


def one(_rows: int, folder: Path) -> Iterator[Line]:
    """One VIN after another, each told in full as a ``Vehicle``."""
    path = folder / "one.parquet"
    write_manifest(path, VINS * 4, VINS // 10, dirt=0)
    vins = pq.read_table(path).column("vin").to_pylist()
    for decode in (vintool.decode, ultravin.decode, _annotated):
        for vin in vins[:VINS]:
            decode(vin)
    lists = [vins[start : start + VINS] for start in range(VINS, VINS * 4, VINS)]
    yield _line(f"one VIN, warm, {VINS // 10} descriptors met before", lists)
    fresh = [ultravin.generate(VINS, seed=seed) for seed in (11, 12, 13)]
    yield _line("one VIN, warm, every descriptor new", fresh)


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
