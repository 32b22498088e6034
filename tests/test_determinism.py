"""The same input gives the same bytes, however it is cut into batches; only times differ."""

import csv
import json
import random
import shutil
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_run import ATTO3, TESLA, put_csv, put_xlsx

from vintool.files import screen as run
from vintool.files.reading import delimited, jsonl, parquet, single_window
from vintool.files.reading.workbooks import workbook
from vintool.files.screen import screen_file
from vintool.files.writing import jsonl as jsonlines
from vintool.files.writing import parquet as written_parquet
from vintool.files.writing import row_files

HEAD = (
    "VIN",
    "品牌",
    "Fuel",
    "HS code",
    "B/L No",
    "Exporter",
    "Licence No",
    "Declaration date",
    "Note",
)


def dirty(count):
    """Rows with repeats, damage, odd texts and contradictions, the same ones every time."""
    dice = random.Random(20261126)  # noqa: S311 - no secret
    rows = []
    for number in range(count):
        serial = f"{dice.randrange(400):06d}"
        vin = dice.choice([TESLA[:11] + serial, ATTO3[:11] + serial, TESLA, "TBA", "", "=1+1", f"{ATTO3[:8]} {serial}", ATTO3.lower(), "LS5A2ASE9PJ012345"])  # fmt: skip
        rows.append((
            vin,
            dice.choice(["特斯拉", "BYD", "Toyota", ""]),
            dice.choice(["纯电动", "petrol", "EV / 汽油", "", "Hybrid"]),
            dice.choice(["8703801090", "8703234190", "8703.60", ""]),
            f"BL{dice.randrange(9)}",
            dice.choice(["Sunny Export Co., Ltd.", "Nobody Ltd.", ""]),
            dice.choice(["26-AA-000001", "26-AA-000002", ""]),
            dice.choice(["2026-03-01", "2025-12-31", ""]),
            dice.choice(["-5", "- by phone", 'said "no"\nand left', str(number), "", "x" * 500]),
        ))  # fmt: skip
    return rows


ROWS = dirty(1500)


def small(monkeypatch, size):
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


def outcome(out):
    """Every output; the one time in them stands in run.json."""
    told = {path.name: path.read_bytes() for path in out.iterdir()}
    record = json.loads(told.pop("run.json"))
    assert record["summary"].pop("seconds") >= 0
    shutil.rmtree(out)
    return {**told, "run.json": record}


def lists(folder):
    """A list of exporters, of licences, and decisions."""
    rows = [("licence no", "quantity", "hs code"), ("26-AA-000001", "50", "8703801090")]
    put_csv(folder / "licences.csv", rows)
    put_csv(folder / "exporters.csv", [("exporter", "brand"), ("Sunny Export Co., Ltd.", "BYD")])
    return {"exporters": folder / "exporters.csv", "licences": folder / "licences.csv"}


def put(folder, form):
    """The rows as a manifest."""
    path = folder / f"list.{form}"
    if form == "csv":
        put_csv(path, [HEAD, *ROWS])
    elif form == "xlsx":
        put_xlsx(path, {"one": [HEAD, *ROWS[:700]], "two": [HEAD[::-1], *(row[::-1] for row in ROWS[700:])]})  # fmt: skip
    elif form == "jsonl":
        lines = (json.dumps(dict(zip(HEAD, row, strict=True)), ensure_ascii=False) for row in ROWS)
        path.write_text("\n".join(lines), encoding="utf-8")
    else:
        columns = dict(zip(HEAD, map(list, zip(*ROWS, strict=True)), strict=True))
        table = pa.table({**columns, "kind": pa.array(columns["Fuel"]).dictionary_encode()})
        pq.write_table(table, path, row_group_size=400)
    return path


@pytest.mark.parametrize(
    ("form", "written"),
    [("csv", "csv"), ("csv", "parquet"), ("csv", "jsonl"), ("xlsx", "xlsx"), ("xlsx", "csv"), ("jsonl", "jsonl"), ("parquet", "parquet")],
)  # fmt: skip
def test_the_size_of_batches_changes_no_byte(tmp_path, monkeypatch, form, written):
    path, held = put(tmp_path, form), lists(tmp_path)
    monkeypatch.setattr(written_parquet, "_GROUP_ROWS", 333)

    def told():
        screen_file(path, None, tmp_path / "out", today=date(2026, 3, 1), annotated_as=written, single_window=True, **held)  # fmt: skip
        return outcome(tmp_path / "out")

    usual = told()
    assert set(usual) == {f"annotated.{written}", "exceptions.csv", "ledger.csv", "report.html", "run.json", "single-window.xml"}  # fmt: skip
    assert usual["run.json"]["summary"]["rows_out"] >= 1400
    for size in (7, 100):
        small(monkeypatch, size)
        other = told()
        assert [name for name in usual if usual[name] != other[name]] == []


def test_decisions_and_their_record_are_the_same_whatever_the_batches(tmp_path, monkeypatch):
    path = put(tmp_path, "csv")
    screen_file(path, date(2026, 3, 1), tmp_path / "first")
    with (tmp_path / "first" / "exceptions.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    for line in lines[::3]:
        line.update(decision="confirmed", decision_reason="seen", reviewer="Li", decision_date="2026-03-02")  # fmt: skip
    filled = [lines[0].keys(), *(line.values() for line in lines)]
    put_csv(tmp_path / "filled.csv", filled)
    told = []
    for size in (None, 50):
        if size:
            small(monkeypatch, size)
        screen_file(path, date(2026, 3, 1), tmp_path / "out", decisions=[tmp_path / "filled.csv"])  # fmt: skip
        told.append(outcome(tmp_path / "out"))
    first, second = told
    assert b'"Li"' in first["decisions.jsonl"]
    assert [name for name in first if first[name] != second[name]] == []


def test_the_order_in_which_a_folder_was_filled_changes_no_byte(tmp_path):
    columns = dict(zip(HEAD, map(list, zip(*ROWS, strict=True)), strict=True))
    table = pa.table(columns)
    told = []
    folder = tmp_path / "list"
    for names in ("abc", "cab"):
        folder.mkdir()
        for name in names:
            pq.write_table(table.slice("abc".index(name) * 500, 500), folder / f"{name}.parquet")
        screen_file(folder, date(2026, 3, 1), tmp_path / "out")
        told.append(outcome(tmp_path / "out"))
        shutil.rmtree(folder)
    first, second = told
    assert [name for name in first if first[name] != second[name]] == []
