"""The same input gives the same bytes, however it is cut into batches; only times differ."""

import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import ON
from support.dirty_manifest import HEAD, ROWS, outcome, put_manifest
from support.manifests import put_csv, read_csv

from vintool.files import answered as run
from vintool.files.reading import delimited, jsonl, parquet, single_window
from vintool.files.reading.workbooks import workbook
from vintool.files.screen import screen_file
from vintool.files.writing import jsonl as jsonlines
from vintool.files.writing import parquet as written_parquet
from vintool.files.writing import row_files


def cut_batches(monkeypatch, size):
    """Cut everything that is read, screened and written into batches of another size."""
    for module, name, value in (
        (run, "BATCH_ROWS", size),
        (delimited, "_BLOCK", 1024 * size),
        (jsonl, "_ROWS", size),
        (jsonlines, "_ROWS", size + 1),
        (row_files, "_WORKBOOK_ROWS", size + 2),
        (parquet, "_ROWS", size + 3),
        (single_window, "_ROWS", size),
        (workbook, "_ROWS", size + 4),
    ):
        assert hasattr(module, name)
        monkeypatch.setattr(module, name, value)


def lists(folder):
    """A list of exporters, of licences, and decisions."""
    rows = [("licence no", "quantity", "hs code"), ("26-AA-000001", "50", "8703801090")]
    put_csv(folder / "licences.csv", rows)
    put_csv(folder / "exporters.csv", [("exporter", "brand"), ("Sunny Export Co., Ltd.", "BYD")])
    return {"exporters": folder / "exporters.csv", "licences": folder / "licences.csv"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "written"),
    [("csv", "csv"), ("csv", "parquet"), ("csv", "jsonl"), ("xlsx", "xlsx"), ("xlsx", "csv"), ("jsonl", "jsonl"), ("parquet", "parquet")],
)  # fmt: skip
def test_the_size_of_batches_changes_no_byte(tmp_path, monkeypatch, form, written):
    path, held = put_manifest(tmp_path, form), lists(tmp_path)
    monkeypatch.setattr(written_parquet, "_GROUP_ROWS", 333)

    def outputs_of_run():
        screen_file(path, None, tmp_path / "out", today=ON, annotated_as=written, single_window=True, **held)  # fmt: skip
        return outcome(tmp_path / "out")

    usual = outputs_of_run()
    assert set(usual) == {f"annotated.{written}", "exceptions.csv", "exceptions.xlsx", "ledger.csv", "report.html", "rows.parquet", "run.json", "single-window.xml", "statistics.csv"}  # fmt: skip
    assert usual["run.json"]["summary"]["rows_out"] >= 1400
    for size in (7, 100):
        cut_batches(monkeypatch, size)
        other = outputs_of_run()
        assert [name for name in usual if usual[name] != other[name]] == []


@pytest.mark.slow
def test_decisions_and_their_record_are_the_same_whatever_the_batches(tmp_path, monkeypatch):
    path = put_manifest(tmp_path, "csv")
    screen_file(path, ON, tmp_path / "first")
    lines = read_csv(tmp_path / "first" / "exceptions.csv")
    for line in lines[::3]:
        line.update(decision="confirmed", decision_reason="seen", reviewer="Li", decision_date="2026-03-02")  # fmt: skip
    filled = [lines[0].keys(), *(line.values() for line in lines)]
    put_csv(tmp_path / "filled.csv", filled)
    runs = []
    for size in (None, 50):
        if size:
            cut_batches(monkeypatch, size)
        screen_file(path, ON, tmp_path / "out", decisions=[tmp_path / "filled.csv"])  # fmt: skip
        runs.append(outcome(tmp_path / "out"))
    first, second = runs
    assert b'"Li"' in first["decisions.jsonl"]
    assert [name for name in first if first[name] != second[name]] == []


def test_the_order_in_which_a_folder_was_filled_changes_no_byte(tmp_path):
    columns = dict(zip(HEAD, map(list, zip(*ROWS, strict=True)), strict=True))
    table = pa.table(columns)
    runs = []
    folder = tmp_path / "list"
    for names in ("abc", "cab"):
        folder.mkdir()
        for name in names:
            pq.write_table(table.slice("abc".index(name) * 500, 500), folder / f"{name}.parquet")
        screen_file(folder, ON, tmp_path / "out")
        runs.append(outcome(tmp_path / "out"))
        shutil.rmtree(folder)
    first, second = runs
    assert [name for name in first if first[name] != second[name]] == []
