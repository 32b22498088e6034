"""Lines about whole commands: time, memory, and the room that an installation takes."""

import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import files
from pathlib import Path

import wmi_data
from benchmarks.desk import write_desk
from benchmarks.manifest import write_manifest
from benchmarks.timing import SCRIPTS, Line, Usage, medians, process
from benchmarks.workbook import write_workbook
from vintool.codes import ALL_REGIMES, PURE_ELECTRIC_REGIME

_TO_PARQUET = """
import sys
import pyarrow.csv as csv
import pyarrow.parquet as pq
with csv.open_csv(sys.argv[1]) as batches:
    with pq.ParquetWriter(sys.argv[2], batches.schema) as out:
        for batch in batches:
            out.write_batch(batch)
"""
_READ_XLSX = """
import sys
import python_calamine
sheet = python_calamine.CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0)
print(sum(1 for row in sheet.iter_rows()))
"""
MEMORY = 600.0  # MB


def _screen(path: Path, *options: str | Path) -> Usage:
    out = path.parent / "answers"
    shutil.rmtree(out, ignore_errors=True)
    return process(SCRIPTS / "vintool", "screen", path, "--out", out, *options)


def _stream(rows: int, descriptors: int, folder: Path, *, compare: bool) -> Iterator[Line]:
    """CSV in, Parquet out; of many rows the memory alone, as the time is that of fewer."""
    path = folder / f"{rows}.csv"
    write_manifest(path, rows, max(1, descriptors))
    peaks: list[float] = []

    def ours() -> float:
        usage = _screen(path, "--as", "parquet")
        peaks.append(usage.megabytes)
        return usage.seconds

    def floor() -> float:
        return process(
            sys.executable, "-c", _TO_PARQUET, path, path.with_suffix(".parquet")
        ).seconds

    work = f"`vintool screen`, CSV of {rows:,} rows to Parquet"
    if compare:
        our, their = medians(ours, floor)
        yield Line(
            work,
            "<= 3 x",
            f"PyArrow streams it to Parquet: {their:.2f} s",
            f"{our:.2f} s, {our / their:.1f} x",
            our <= 3 * their,
        )
    else:
        yield Line(work, "", "", f"{ours():.2f} s")
    yield Line(
        f"peak memory of that, {rows:,} rows",
        f"<= {MEMORY:.0f} MB",
        "",
        f"{max(peaks):,.0f} MB",
        max(peaks) <= MEMORY,
    )
    path.unlink()


def stream(rows: int, folder: Path) -> Iterator[Line]:
    """Time and memory of a large manifest."""
    return _stream(rows, rows // 2_000, folder, compare=True)


def large(rows: int, folder: Path) -> Iterator[Line]:
    """The memory of one five times as large, of as many descriptors."""
    return _stream(rows, rows // 10_000, folder, compare=False)


def xlsx(rows: int, folder: Path) -> Iterator[Line]:
    """A workbook."""
    path = folder / f"{rows}.xlsx"
    write_workbook(path, rows, max(1, rows // 200))
    ours, theirs = medians(
        lambda: _screen(path, "--as", "parquet").seconds,
        lambda: process(sys.executable, "-c", _READ_XLSX, path).seconds,
    )
    yield Line(
        f"`vintool screen`, XLSX of {rows:,} rows to Parquet",
        "<= 2 x",
        f"python-calamine reads it: {theirs:.2f} s",
        f"{ours:.2f} s, {ours / theirs:.1f} x",
        ours <= 2 * theirs,
    )


def desk(rows: int, folder: Path) -> Iterator[Line]:
    """A manifest held against lists of exporters and licences."""
    for descriptors in (rows // 200, rows // 20):
        path = folder / f"{descriptors}.csv"
        write_manifest(path, rows, max(1, descriptors))
        lists = write_desk(folder, path)
        options = ("--exporters", lists.exporters, "--licences", lists.licences)
        plain, held = medians(
            lambda: _screen(path).seconds,  # noqa: B023 - called here
            lambda: _screen(lists.manifest, *options).seconds,  # noqa: B023
        )
        name = f"`vintool screen`, CSV of {rows:,} rows to CSV, {descriptors:,} descriptors"
        yield Line(name, "", "", f"{plain:.2f} s")
        yield Line(
            "the same with exporters and licences", "<= 15 s", "", f"{held:.2f} s", held <= 15
        )


def regimes(rows: int, folder: Path) -> Iterator[Line]:
    """All regimes against one: without lists, and with exporters and licences."""
    path = folder / "regimes.csv"
    write_manifest(path, rows, max(1, rows // 200))
    lists = write_desk(folder, path)
    work = f"`vintool screen` under all regimes, CSV of {rows:,} rows to CSV"
    yield _all_and_one(work, path)
    options = ("--exporters", lists.exporters, "--licences", lists.licences)
    yield _all_and_one(f"{work}, with exporters and licences", lists.manifest, *options)


def _all_and_one(work: str, path: Path, *options: str | Path) -> Line:
    """By the time of all cores, which other work on the machine changes less."""
    peaks: dict[str, float] = {}

    def under(code: str) -> float:
        usage = _screen(path, "--regime", code, *options)
        peaks[code] = usage.megabytes
        return usage.cpu

    one, every = medians(lambda: under(PURE_ELECTRIC_REGIME), lambda: under(ALL_REGIMES))
    return Line(
        work,
        "<= 1.3 x",
        f"under one: {one:.2f} CPU s, {peaks[PURE_ELECTRIC_REGIME]:,.0f} MB",
        f"{every:.2f} CPU s, {every / one:.2f} x, {peaks[ALL_REGIMES]:,.0f} MB",
        every <= 1.3 * one,
    )


def _bytes(folder: Path) -> int:
    """What is installed of a folder: without bytecode, and without what makes the data."""
    left_out = {"__pycache__", "update"}
    return sum(
        path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not left_out & set(path.relative_to(folder).parts)
    )


def size(_rows: int, _folder: Path) -> Iterator[Line]:
    """The room that an installation takes on the disk."""
    data = Path(wmi_data.__file__).parent
    ours = _bytes(data), _bytes(data) + _bytes(data.parent / "vintool")
    theirs = sum(file.size or 0 for file in files("ultravin") or ())
    for what, taken in zip(("its data", "the package with its data"), ours, strict=True):
        yield Line(
            f"installed, {what}",
            "<= 1/5 of ultravin",
            f"ultravin: {theirs / 1e6:.1f} MB",
            f"{taken / 1e6:.1f} MB, 1/{theirs / taken:.1f}",
            taken <= theirs / 5,
        )
