"""Arrow files and streams: every row, or the sentence that says what is damaged."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import ON
from support.manifests import put, put_arrow
from support.readers import VINS, cells, numbers, only, refusal

from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file

ARROW = pa.table(
    {
        "vin": pa.array([VINS[0], None, *VINS[1:9]]),
        "declared_on": pa.array([date(2026, 4, 9)] * 10),
        "make": pa.array(["BYD"] * 10).dictionary_encode(),
        "nested": pa.array([{"a": 1}] * 10),
    }
)


@pytest.mark.parametrize("stream", [False, True])
def test_arrow_files_and_streams(tmp_path, stream):
    manifest = open_manifest(put_arrow(tmp_path / "a.arrow", ARROW, stream=stream))
    sheet = only(manifest)
    assert (manifest.format, manifest.copied_as) == ("arrow", "parquet")
    assert pa.Table.from_batches([batch.data for batch in sheet.batches()]) == ARROW
    assert numbers(sheet) == list(range(1, 11))
    assert sheet.sample[0][:2] == (VINS[0], "2026-04-09")
    summary = screen_file(tmp_path / "a.arrow", ON, tmp_path / "out")
    assert summary.rows_out == 10
    kept = pq.read_table(tmp_path / "out" / "annotated.parquet")
    assert kept.select(ARROW.column_names).to_pylist() == ARROW.to_pylist()


@pytest.mark.parametrize("stream", [False, True])
def test_arrow_that_is_cut_short(tmp_path, stream):
    whole = put_arrow(tmp_path / "a.arrow", ARROW, stream=stream).read_bytes()
    for end in range(20, len(whole), 41):
        assert "Arrow file is damaged" in refusal(put(tmp_path / "b.arrow", whole[:end])).what
    if stream:
        assert "Arrow file is damaged" in refusal(put(tmp_path / "b.arrow", whole * 2)).what
    empty = put_arrow(tmp_path / "c.arrow", ARROW.slice(0, 0), stream=stream)
    assert cells(only(open_manifest(empty))) == []


def test_two_columns_of_one_name_in_arrow(tmp_path):
    table = pa.Table.from_arrays([pa.array(VINS[:3])] * 2, names=["vin", "vin"])
    assert only(open_manifest(put_arrow(tmp_path / "a.arrow", table))).columns == ("vin", "vin (2)")
    assert (
        screen_file(tmp_path / "a.arrow", ON).verdicts["controlled"] == 3
    )  # the second repeats the first
