"""Parquet: types and every row are kept, a folder is one manifest, and damage is named."""

import json
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import ON
from support.commands import run
from support.manifests import put
from support.readers import VINS, cells, numbers, only, refusal

from vintool.declaration.mapping import map_columns
from vintool.errors import ManifestError
from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file


def test_parquet_keeps_types_and_every_row(tmp_path):
    table = pa.table({"vin": [VINS[0], None, ""], "declared_on": [date(2026, 4, 9), None, None]})
    pq.write_table(table, tmp_path / "a.parquet")
    sheet = only(open_manifest(tmp_path / "a.parquet"))
    assert pa.Table.from_batches([batch.data for batch in sheet.batches()]) == table
    assert numbers(sheet) == [1, 2, 3]
    assert sheet.sample == ((VINS[0], "2026-04-09"), ("", ""), ("", ""))
    assert map_columns(sheet) == {"vin": "vin", "declaration_date": "declared_on"}


def test_broken_parquet(tmp_path):
    pq.write_table(pa.table({"vin": VINS}), tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    for data in (whole[:-20], whole[:6], b"x" * 50, whole[:100] + bytes(300) + whole[400:]):
        assert "Parquet" in refusal(put(tmp_path / "b.parquet", data)).what
    mojibake = pa.array([b"\xff\xff"] * 600).view(pa.string())
    pq.write_table(pa.table({"vin": mojibake}), tmp_path / "d.parquet")
    assert "damaged" in refusal(tmp_path / "d.parquet").what
    pq.write_table(pa.table({"vin": pa.array([], pa.string())}), tmp_path / "c.parquet")
    assert cells(only(open_manifest(tmp_path / "c.parquet"))) == []


def test_a_folder_of_parquet_is_one_manifest(tmp_path):
    folder = tmp_path / "list"
    (folder / "day=2").mkdir(parents=True)
    pq.write_table(pa.table({"vin": VINS[2:5], "make": ["BYD"] * 3}), folder / "b.parquet")
    pq.write_table(pa.table({"vin": VINS[:2]}), folder / "a.parquet", row_group_size=1)
    pq.write_table(pa.table({"vin": pa.array([], pa.string())}), folder / "c.parquet")
    pq.write_table(pa.table({"vin": VINS[5:6], "make": [None]}), folder / "day=2" / "a.pq")
    (folder / "_SUCCESS").write_text("")
    (folder / "read me.txt").write_text("x")
    manifest = open_manifest(folder)
    sheet = only(manifest)
    assert cells(sheet) == [[VINS[0], None], [VINS[1], None], *([vin, "BYD"] for vin in VINS[2:5]), [VINS[5], None]]  # fmt: skip
    assert numbers(sheet) == [1, 2, 3, 4, 5, 6]
    notes = " ".join(manifest.notes)
    assert "4 files were read as one" in notes
    assert "1 other file(s)" in notes
    assert "year=2026" in notes
    summary = screen_file(folder, ON, tmp_path / "out")
    assert summary.rows_out == 6
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["input"]["bytes"] == manifest.size


def test_parquet_files_that_do_not_fit_together(tmp_path):
    pq.write_table(pa.table({"vin": VINS[:2]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"vin": [[1], [2]]}), tmp_path / "b.parquet")
    assert "do not fit together" in refusal(tmp_path).what
    (tmp_path / "b.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:-30])
    assert refusal_of_folder(tmp_path).file == "b.parquet"
    (tmp_path / "empty").mkdir()
    assert "without Parquet" in refusal(tmp_path / "empty").what


def refusal_of_folder(path):

    with pytest.raises(ManifestError) as caught:
        open_manifest(path)
    return caught.value


def test_a_damaged_row_group_is_named(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"vin": VINS}), path, row_group_size=200, use_dictionary=False)
    with pq.ParquetFile(path) as file:
        at = file.metadata.row_group(1).column(0).data_page_offset
    data = bytearray(path.read_bytes())
    data[at + 30 : at + 90] = b"\xff" * 60
    error = refusal(put(path, bytes(data)))
    assert "row group 2 of 3" in error.what
    assert error.row == 201


@pytest.mark.parametrize(
    ("column", "fails"),
    [
        (pa.array([{"a": 1}]), False),
        (pa.array([[1]]), False),
        (pa.array([b"\xff\xfe"]), True),
        (pa.array([VINS[0].encode()]), False),
        (pa.array([1.0]), False),
        (pa.array([None]), False),
        (pa.array([date(2026, 1, 1)]), False),
    ],
)
def test_a_column_that_is_no_text_is_an_error_only_if_it_is_read(tmp_path, column, fails):
    pq.write_table(pa.table({"vin": [VINS[0]], "fuel": column, "x": column}), tmp_path / "a.parquet")  # fmt: skip
    result = run("screen", tmp_path / "a.parquet", "--on", ON)
    assert result.exit_code == (3 if fails else 0)
    assert ("column 'fuel'" in result.stderr) == fails
    pq.write_table(pa.table({"vin": [VINS[0]], "x": column}), tmp_path / "b.parquet")
    assert screen_file(tmp_path / "b.parquet", ON).rows_out == 1
