"""The main job: what is written, whole or not at all, in every format."""

import json
import signal
import subprocess
import sys
import time
from datetime import date

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import ON
from support.commands import run
from support.manifests import ATTO3, ROWS, TESLA, put_csv, put_xlsx, read_csv
from support.vins import vin

from vintool.errors import ManifestError
from vintool.files.screen import screen_file
from vintool.files.writing import delimited


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_comes_back_row_for_row(tmp_path, encoding):
    summary = screen_file(put_csv(tmp_path / "list.csv", encoding=encoding), ON, tmp_path / "out")
    rows = read_csv(tmp_path / "out" / "annotated.csv")
    assert (tmp_path / "out" / "annotated.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    cells = [(row["VIN"], row["型号"], row["Fuel"]) for row in rows]
    assert cells == [ROWS[1], ("'=1+1", "?", ""), *ROWS[3:]]
    assert [row["vin_verdict"] for row in rows] == [
        "controlled",
        "invalid",
        "controlled",
        "controlled",
    ]
    assert [row["vin_row"] for row in rows] == ["2", "3", "4", "5"]
    assert rows[1]["vin_text"] == "'=1+1"  # inert in a spreadsheet
    assert rows[3]["vin_reasons"] == "vin_pure_electric;duplicate_vin"
    exceptions = read_csv(tmp_path / "out" / "exceptions.csv")
    assert [row["vin_row"] for row in exceptions] == ["3", "4", "5"]
    assert {"decision", "decision_reason", "reviewer", "decision_date"} <= set(exceptions[0])
    assert (summary.rows_read, summary.rows_out) == (4, 4)


def test_run_json_lets_the_run_be_done_again(tmp_path):
    path = put_csv(tmp_path / "list.csv")
    runs = []
    for _ in range(2):
        screen_file(path, ON, tmp_path / "out")
        runs.append(json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8")))
    first, second = runs
    assert first["outputs"] == second["outputs"]
    assert first["input"] == second["input"]
    assert set(first["outputs"]) == {"annotated.csv", "exceptions.csv", "exceptions.xlsx", "report.html", "rows.parquet", "statistics.csv"}  # fmt: skip
    assert first["parameters"]["on"] == "2026-03-01"
    assert len(first["data"]["sha256"]) == len(first["rules"]["sha256"]) == 64


def test_a_workbook_keeps_its_sheets_and_has_two_more(tmp_path):
    sheets = {
        "first": ROWS,
        "说明": [("Note",), ("nothing here",)],
        "second": [("Chassis No", "HS"), (ATTO3, "8703801090")],
    }
    summary = screen_file(put_xlsx(tmp_path / "list.xlsx", sheets), ON, tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "annotated.xlsx")
    assert book.sheetnames == ["first", "说明", "second", "Needs a licence", "Counts"]
    assert [sheet.max_row for sheet in book][:3] == [5, 2, 2]
    assert {cell.data_type for sheet in book for row in sheet for cell in row} == {"s", "n"}
    assert book["first"]["A3"].value == "=1+1"  # a text still
    assert [(sheet.name, sheet.rows, bool(sheet.skipped)) for sheet in summary.sheets] == [
        ("first", 4, False),
        ("second", 1, False),
        ("说明", 0, True),
    ]
    assert [row["vin_row"] for row in read_csv(tmp_path / "out" / "exceptions.csv")] == [
        "3",
        "4",
        "5",
        "2",
    ]  # the last stood on the first sheet already


def test_parquet_keeps_types_and_lists(tmp_path):
    table = pa.table(
        {
            "vin": [TESLA, None],
            "price": pa.array([1.5, 2.0]),
            "declared_on": pa.array([ON, date(2025, 1, 1)]),
        }
    )
    pq.write_table(table, tmp_path / "list.parquet")
    summary = screen_file(tmp_path / "list.parquet", None, tmp_path / "out")
    answers = pq.read_table(tmp_path / "out" / "annotated.parquet")
    assert answers.select(table.column_names).equals(table)
    assert answers["vin_reasons"].to_pylist() == [
        ["vin_pure_electric"],
        ["no_identity", "date_alone"],
    ]
    assert summary.on == "per row: declared_on"


def test_no_rows_is_an_empty_answer_and_no_error(tmp_path):
    summary = screen_file(put_csv(tmp_path / "list.csv", ROWS[:1]), ON, tmp_path / "out")
    assert (summary.rows_read, summary.rows_out) == (0, 0)
    assert (tmp_path / "out" / "annotated.csv").read_text(encoding="utf-8-sig").startswith('"VIN"')


def test_a_date_must_come_from_somewhere(tmp_path):
    path = put_csv(tmp_path / "list.csv")
    with pytest.raises(ValueError, match="no date column"):
        screen_file(path)
    summary = screen_file(path, today=ON)
    assert (summary.on, summary.verdicts["controlled"]) == (ON.isoformat(), 3)


def test_a_clock_that_would_clear_every_row_is_refused(tmp_path):
    path = put_csv(tmp_path / "list.csv")
    with pytest.raises(ValueError, match="the clock says 2025-01-01"):
        screen_file(path, today=date(2025, 1, 1))
    before = screen_file(path, date(2025, 1, 1), regime="cn-2025-54")
    assert before.verdicts["out_of_scope"] == 4
    assert screen_file(path, today=date(2025, 1, 1), regime="cn-used-vehicle").rows_out == 4


def test_a_day_later_than_the_data_is_noted(tmp_path):
    path = put_csv(tmp_path / "list.csv")
    assert not screen_file(path, ON).notes
    (note,) = screen_file(path, date(2031, 1, 1)).notes
    assert note.startswith("the law in this release is that of")


def test_rows_cleared_by_their_date_are_counted_listed_and_shown(tmp_path):
    rows = [
        ("VIN", "Fuel", "Export date"),
        *[(TESLA, "BEV", f"2025-0{month}-03") for month in range(1, 6)],
    ]
    rows.append((TESLA, "BEV", "2026-03-03"))
    summary = screen_file(put_csv(tmp_path / "list.csv", rows), None, tmp_path / "out")
    assert summary.rows_cleared_by_date == summary.verdicts["out_of_scope"] == 5
    listed = read_csv(tmp_path / "out" / "cleared_by_date.csv")
    assert [(line["vin_row"], line["vin"], line["export_date"]) for line in listed] == [
        (str(month + 1), TESLA, f"2025-0{month}-03") for month in range(1, 6)
    ]
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "5 rows are outside this rule by their dates." in page
    assert "2025-05-03" in page[page.index('id="dates"') : page.index('id="brands"')]
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert "cleared_by_date.csv" in record["outputs"]
    screen_file(put_csv(tmp_path / "list.csv", [rows[0], rows[-1]]), None, tmp_path / "out")
    assert not (
        tmp_path / "out" / "cleared_by_date.csv"
    ).exists()  # a list of an earlier run would mislead


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_failure_leaves_the_old_answers_and_nothing_else(tmp_path, monkeypatch):
    path = put_csv(tmp_path / "list.csv")
    screen_file(path, ON, tmp_path / "out")
    (tmp_path / "out" / "mine.txt").write_text("kept")
    before = {name: (tmp_path / "out" / name).read_bytes() for name in left(tmp_path / "out")}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(delimited.DelimitedWriter, "write", full)
    with pytest.raises(OSError, match="No space"):
        screen_file(path, date(2025, 1, 1), tmp_path / "out")
    assert left(tmp_path) == ["list.csv", "out"]
    assert {
        name: (tmp_path / "out" / name).read_bytes() for name in left(tmp_path / "out")
    } == before
    monkeypatch.undo()
    screen_file(path, date(2025, 1, 1), tmp_path / "out")
    assert left(tmp_path / "out") == [
        "annotated.csv",
        "cleared_by_date.csv",
        "exceptions.csv",
        "exceptions.xlsx",
        "mine.txt",
        "report.html",
        "rows.parquet",
        "run.json",
        "statistics.csv",
    ]


def test_a_full_disk_is_reported_and_leaves_nothing(tmp_path):
    path = put_csv(tmp_path / "list.csv", [ROWS[0], *[(TESLA, "x" * 200, "BEV")] * 2000])
    result = run("screen", path, "--on", ON, "--out", "/dev/full/out")
    assert (result.exit_code, "nothing was written" in result.stderr) == (3, True)
    assert left(tmp_path) == ["list.csv"]


@pytest.mark.slow
@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_leaves_nothing(tmp_path, sign, code):
    pipe = tmp_path / "slow.csv"
    put_csv(pipe, [ROWS[0], *[ROWS[1]] * 300_000])
    script = "from vintool.cli.main import main; main()"
    out = tmp_path / "out"
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            script,
            "screen",
            str(pipe),
            "--on",
            "2026-03-01",
            "--out",
            str(out),
        ],
        stderr=subprocess.PIPE,
    )
    while process.poll() is None and not list(tmp_path.glob(".out.*/annotated.csv")):
        time.sleep(0.01)
    process.send_signal(sign)
    _, stderr = process.communicate(timeout=60)
    assert (process.returncode, b"interrupted" in stderr) == (code, True)
    assert left(tmp_path) == ["slow.csv"]


def test_a_truncated_parquet_file_gives_no_output(tmp_path):
    pq.write_table(pa.table({"vin": [TESLA] * 5000}), tmp_path / "whole.parquet")
    path = tmp_path / "list.parquet"
    path.write_bytes((tmp_path / "whole.parquet").read_bytes()[:-40])
    with pytest.raises(ManifestError, match=r"list\.parquet"):
        screen_file(path, ON, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def put_sheets(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_an_archive_sheet_is_no_witness_of_another(tmp_path):
    """Of one car, so that each sheet is judged by its dates; the doubles change no verdict here."""
    head = ["VIN", "Export date"]
    old = [[vin("LRW3E7FA", "SC", f"1000{day:02}"), f"2025-03-{day:02}"] for day in range(1, 9)]
    new = [[vin("LRW3E7FA", "SC", f"2000{day:02}"), f"2026-03-{day:02}"] for day in range(1, 5)]
    new[2][1] = "2025-03-03"
    path = put_sheets(tmp_path / "two.xlsx", archive=[head, *old], now=[head, *new])
    summary = screen_file(path, None, tmp_path / "out")
    assert summary.verdicts == {"controlled": 3, "review": 1, "out_of_scope": 8, "invalid": 0}


def test_a_sheet_without_dates_is_judged_for_today_and_says_so(tmp_path):
    dated = [["VIN", "Export date"], [TESLA, "2026-03-01"]]
    path = put_sheets(tmp_path / "two.xlsx", dated=dated, bare=[["VIN", "Fuel"], [ATTO3, "BEV"]])
    with pytest.raises(ValueError, match="the clock says 2025-12-01"):
        screen_file(path, today=date(2025, 12, 1))
    with pytest.raises(ValueError, match="sheet 'bare' has no date column"):
        screen_file(path)
    summary = screen_file(path, today=ON)
    assert summary.verdicts["controlled"] == 2
    assert any("'bare' has no column of dates" in note for note in summary.notes)


def test_a_day_given_before_the_rule_says_that_it_stands_for_the_column(tmp_path):
    rows = [("VIN", "Declaration date"), (TESLA, "2026-03-01")]
    summary = screen_file(put_csv(tmp_path / "list.csv", rows), date(2025, 12, 1))
    assert summary.verdicts["out_of_scope"] == 1
    assert any("stands for the column 'Declaration date'" in note for note in summary.notes)
