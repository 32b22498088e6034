"""Compressed files and standard input: read like others, refused while they unpack, and nothing is left."""

import gc
import gzip
import io
import json
import os
import tempfile

import pyarrow as pa
import pytest
from support import ON, handmade
from support.commands import run
from support.manifests import json_lines, put, put_arrow, put_csv
from support.readers import TABLE, VINS, cells, only, refusal

from vintool.files.reading import limits
from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file


def zstd(data):
    out = io.BytesIO()
    with pa.CompressedOutputStream(out, "zstd") as file:
        file.write(data)
        file.flush()
        file.close()
    return out


def pack(kind, data, path):
    if kind == "gz":
        return put(path, gzip.compress(data))
    with pa.OSFile(str(path), "wb") as file, pa.CompressedOutputStream(file, "zstd") as out:
        out.write(data)
    return path


@pytest.fixture
def private(tmp_path, monkeypatch):
    """An empty folder for temporary files."""
    folder = tmp_path / "private"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("kind", ["gz", "zst"])
@pytest.mark.parametrize("inside", ["list.csv", "list.jsonl", "list.xlsx"])
def test_packed_files_are_read_and_leave_nothing(tmp_path, private, kind, inside):
    if inside.endswith("csv"):
        put_csv(tmp_path / inside, TABLE, "gb18030")
    elif inside.endswith("jsonl"):
        put(
            tmp_path / inside,
            json_lines(*(dict(zip(TABLE[0], row, strict=True)) for row in TABLE[1:])),
        )
    else:
        handmade.xlsx_workbook(tmp_path / inside, {"S": handmade.xlsx_table(TABLE)})
    path = pack(kind, (tmp_path / inside).read_bytes(), tmp_path / f"{inside}.{kind}")
    manifest = open_manifest(path)
    assert manifest.path == path
    assert manifest.format == inside.rpartition(".")[2]
    sheet = only(manifest)
    del manifest
    assert cells(sheet) == TABLE[1:]
    assert len(list(private.iterdir())) == 1
    del sheet
    gc.collect()
    assert list(private.iterdir()) == []
    assert screen_file(path, ON).file == path.name
    gc.collect()
    assert list(private.iterdir()) == []


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_packed_files_that_are_cut_short(tmp_path, private, kind):
    whole = pack(kind, os.urandom(3000) + b"x" * 3000, tmp_path / "a").read_bytes()
    for end in (4, 10, 300, len(whole) - 9, len(whole) - 1):
        assert "cut short" in refusal(put(tmp_path / "b.csv", whole[:end])).what
    for ending in (kind, "zip"):
        stump = put(tmp_path / f"b.csv.{ending}", whole[:1])
        assert "all that is left" in refusal(stump).what
    twice = pack(kind, whole, tmp_path / "c.csv")
    assert "packed twice" in refusal(twice).what
    assert "empty" in refusal(pack(kind, b"", tmp_path / "d.csv")).what
    gc.collect()
    assert list(private.iterdir()) == []


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_a_bomb_is_refused_while_it_unpacks(tmp_path, private, monkeypatch, kind):
    monkeypatch.setattr(limits, "UNPACKED", 1 << 20)
    path = pack(kind, b"," * (8 << 20), tmp_path / "a.csv.gz")
    assert "unpacks to more than" in refusal(path).what
    assert list(private.iterdir()) == []


def test_standard_input_of_any_format(tmp_path, private):
    sources = {
        "csv": put_csv(tmp_path / "a.csv", TABLE).read_bytes(),
        "gz": gzip.compress(put_csv(tmp_path / "a.csv", TABLE).read_bytes()),
        "xlsx": handmade.xlsx_workbook(tmp_path / "a.xlsx", {"S": handmade.xlsx_table(TABLE)}).read_bytes(),
        "ods": handmade.ods_document(tmp_path / "a.ods", {"S": handmade.ods_table(TABLE)}).read_bytes(),
        "xls": handmade.xls_workbook(tmp_path / "a.xls", TABLE).read_bytes(),
        "jsonl": json_lines(*(dict(zip(TABLE[0], row, strict=True)) for row in TABLE[1:])).encode(),
        "arrow": put_arrow(tmp_path / "a.arrow", pa.table({"vin": VINS[:20]}), stream=True).read_bytes(),
    }  # fmt: skip
    for name, data in sources.items():
        result = run("screen", "-", "--on", ON, "--format", "json", text=data)
        assert (name, result.exit_code) == (name, 0)
        assert json.loads(result.stdout)["rows_out"] == 20
        gc.collect()
        assert list(private.iterdir()) == []
