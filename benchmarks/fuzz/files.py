"""Attacks on files: damaged ones of every format, archives, releases of reference data, whole runs."""

import gzip
import json
import zipfile
from itertools import pairwise
from pathlib import Path
from random import Random
from unittest.mock import patch

import pyarrow as pa
from support import ON, mutants
from support.manifests import put, read_csv
from support.releases import content, release_of

from benchmarks.fuzz.ingredients import (
    cell,
    electric,
    encodable,
    must,
    sentence,
    slipped,
    table,
    text,
)
from vintool.errors import DataSourceError, ManifestError, MappingError
from vintool.escaping import spreadsheet_text
from vintool.files.reading import limits
from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file
from vintool.files.writing.formats import FORMATS
from vintool.vpic.files import MANIFEST
from vintool.vpic.importer.build import build

_SMALL = 1 << 19  # bytes that an archive may unpack to here, so that bombs are small as well


def damaged(by: Random, folder: Path) -> str:
    """A damaged file of any format is read whole or refused."""
    ending, data = mutants.mutant(by, folder.parent)
    path = put(folder / f"fuzz.{ending}", data)
    return f"{ending}-{'refused' if mutants.read(path) is None else 'read'}"


# --- Archives ------------------------------------------------------------------------------


def _packed(data: bytes, kind: str, folder: Path) -> bytes:
    if kind == "gz":
        return gzip.compress(data, mtime=0)
    if kind == "zst":
        return pa.Codec("zstd").compress(data, asbytes=True)
    with zipfile.ZipFile(folder / "z", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list.csv", data)
    return (folder / "z").read_bytes()


def archives(by: Random, folder: Path) -> str:
    """Packed lists, once or twice, cut, doubled or huge: all rows or none, and nothing is left behind."""
    rows = by.randint(1, 40)
    plain = ("No,VIN\n" + "".join(f"{n},{electric(by)}\n" for n in range(rows))).encode()
    kind, bomb = by.choice(("gz", "zst", "zip")), by.random() < 0.2
    if bomb:
        size, unit = by.choice((1, 2, 4)) * _SMALL, by.choice((b"\n", b"0", b",", b"\n" + plain))
        plain = (plain + unit * (size // len(unit) + 1))[: 4 * _SMALL]
    data = _packed(plain, kind, folder)
    if by.random() < 0.2:
        kind = by.choice(("gz", "zst", "zip"))
        data = _packed(data, kind, folder)
    change = by.random()
    if change < 0.2:
        data = data[: by.randrange(len(data))]
    elif change < 0.4:
        data = mutants.damaged(data, by)
    elif change < 0.5:
        data += by.choice((b"\0", data, b"x", data[:5]))
    path = put(folder / f"list.csv.{kind}", data)
    with patch.object(limits, "UNPACKED", _SMALL), patch.object(limits, "RATIO", 20):
        try:
            manifest = open_manifest(path)
            laid_out = [file.stat().st_size for file in folder.rglob("vintool-private-*/*") if file.is_file()]  # fmt: skip
            allowed = max(_SMALL, 20 * len(data)) + (1 << 20)
            must(sum(laid_out) <= allowed, f"{len(data)} bytes became {sum(laid_out)}")
            found = sum(batch.data.num_rows for sheet in manifest.sheets for batch in sheet.batches())  # fmt: skip
        except (ManifestError, MappingError) as error:
            said = error.with_traceback(None)
            said.__context__ = None  # its frames hold the file, too
            manifest = None
            _gone(folder)
            return sentence(said, place=path.name)
    if change >= 0.5 and not bomb:
        must(found == rows, f"{rows} rows, {found} read")
    if change < 0.2:
        must(found == rows, "a file that was cut short is read as if it were whole")
    del manifest
    _gone(folder)
    return f"{kind}-read"


def _gone(folder: Path) -> None:
    left = [path.name for path in folder.iterdir() if path.name.startswith("vintool-private-")]
    must(not left, f"left behind: {left}")


# --- Releases ------------------------------------------------------------------------------


def sources(by: Random, folder: Path) -> str:
    """A damaged release of vPIC is refused, or built whole; what stood in the folder stays till then."""
    form = by.choice(("sqlite", "dump", "dump", "dump+zip", "sqlite+zip"))
    kept = folder.parent / f"release {form}"
    path = release_of(kept, form)
    data = path.read_bytes()
    if form.endswith("zip") and by.random() < 0.6:
        with zipfile.ZipFile(path) as archive:
            inside = next(item for item in archive.infolist() if not item.is_dir())
            data = _packed(mutants.damaged(archive.read(inside), by), "zip", folder)
    else:
        data = mutants.damaged(data, by)
    out = folder / "built"
    if by.random() < 0.5:
        build(path, out)
    before = content(out) if out.exists() else None
    source = put(folder / path.name, data)
    try:
        build(source, out)
    except DataSourceError as error:
        said = str(error)
        must(path.name in said, f"does not say where: {said!r}")
        must((content(out) if out.exists() else None) == before, "the folder was changed")
        return f"{form}-refused"
    must(MANIFEST in content(out), "half a folder")
    return f"{form}-built"


# --- Whole runs ----------------------------------------------------------------------------


def runs(by: Random, folder: Path) -> str:
    """A whole run over hostile cells: every row and cell comes out, and a run that fails changes nothing."""
    names = ["VIN", encodable(text(by, 3)).replace("\x00", "") or "x", "Fuel", "HS Code"]
    cars = [by.choice((electric, lambda b: slipped(electric(b), b)))(by) for _ in range(by.randint(1, 8))]  # fmt: skip
    rows = [[encodable(one).replace("\x00", "") for one in (car, text(by), cell("fuel", by), cell("hs_code", by))] for car in cars]  # fmt: skip
    path, out = table(folder / "m.csv", [names, *rows]), folder / "out"
    form = by.choice((None, *FORMATS))
    raw = by.random() < 0.3
    before: dict[str, bytes] = {}
    if by.random() < 0.3:
        screen_file(put(folder / "first.csv", "VIN\nTBA\n"), ON, out)
        before = content(out)
    try:
        summary = screen_file(path, ON, out, annotated_as=form, raw=raw, lang=by.choice(("en", "zh")))  # fmt: skip
    except (ManifestError, MappingError, ValueError) as error:
        must((content(out) if out.exists() else {}) == before, "outputs of a run that failed")
        return sentence(error, step=False)
    must(summary.rows_out == summary.rows_read, "rows were lost")
    must({"exceptions.csv", "report.html", "run.json"} <= {file.name for file in out.iterdir()}, "outputs are missing")  # fmt: skip
    must(not [file for file in folder.iterdir() if file.name.startswith(".vintool")], "leftovers")
    json.loads((out / "run.json").read_text(encoding="utf-8"))
    must("<img src=x>" not in (out / "report.html").read_text(encoding="utf-8"), "raw HTML")
    must(len(read_csv(out / "exceptions.csv")) <= summary.rows_out, "too many exceptions")
    if form in {None, "csv"}:
        _cells_are_there(path, read_csv(out / "annotated.csv"), raw=raw)
    return form or "same"


def _cells_are_there(path: Path, written: list[dict[str, str]], *, raw: bool) -> None:
    """The annotated copy holds every cell that was read, as it came."""
    sheets = open_manifest(path).sheets
    read = [list(row.values()) for sheet in sheets for batch in sheet.batches() for row in batch.data.to_pylist()]  # fmt: skip
    must(len(read) == len(written), f"{len(read)} rows read, {len(written)} written")
    for before, after in zip(read, written, strict=True):
        cells = list(after.values())[: len(before)]
        plain = cells if raw else [spreadsheet_text(one) for one in cells]
        same = [(one or "") == (other or "") for one, other in zip(before, plain, strict=True)]
        must(all(same), f"written as {cells}: {before}")
    numbers = [int(row["vin_row"]) for row in written]
    must(all(one < later for one, later in pairwise(numbers)), "rows out of order")
