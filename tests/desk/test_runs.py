"""Whole runs with the lists of the desk: the ledger, the page, and the user's own files."""

import hashlib
import json

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import ON
from support.commands import run
from support.desk import LIST, MANIFEST, desk_run, put_list, tesla
from support.manifests import put_csv, read_csv

from vintool.codes import Reason
from vintool.desk.licences import DRAW_ON_NONE
from vintool.files import answered
from vintool.files.screen import screen_file


@pytest.mark.parametrize("kind", ["utf-8", "gb18030", "utf-16", "xlsx", "parquet"])
def test_a_run_with_licences(tmp_path, kind):
    listed = put_list(tmp_path, kind)
    answers, summary = desk_run(tmp_path, MANIFEST, licences=listed)
    assert [tuple(line[name] for name in MANIFEST[0]) for line in answers] == MANIFEST[1:]
    assert [Reason.LICENCE_EXCEEDED in line["vin_reasons"] for line in answers] == [
        False, True, False, False, False, False, False,
    ]  # fmt: skip
    ledger = read_csv(tmp_path / "out" / "ledger.csv")
    columns = ("licence_no", "state", "quantity", "drawn", "left", "rows_named", "rows_in_review")
    assert [tuple(line[name] for name in columns) for line in ledger] == [
        ("26-AA-000001", "exceeded", "1", "1", "0", "3", "1"),
        ("26-AA-000002", "not used", "7", "0", "7", "0", "0"),
        ("26-AA-000009", "unknown", "", "0", "", "1", "0"),
        ("", "missing", "", "0", "", "1", "0"),
    ]
    assert ledger[0]["place"].startswith(f"{listed.name} row ")
    run = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert run["lists"] == [
        {
            "what": "licences",
            "file": listed.name,
            "sha256": hashlib.sha256(listed.read_bytes()).hexdigest(),
        }
    ]
    assert set(run["outputs"]) == {"annotated.csv", "exceptions.csv", "exceptions.xlsx", "ledger.csv", "report.html", "rows.parquet", "statistics.csv"}  # fmt: skip
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert 'id="licences"' in page
    assert all(number in page for number in ("26-AA-000001", "26-AA-000002", "26-AA-000009"))
    assert any("order of the rows" in note for note in summary.notes)
    look = {line["vin_row"] for line in read_csv(tmp_path / "out" / "exceptions.csv")}
    assert look == {"3", "4", "5", "6", "8"}


def test_the_same_run_gives_the_same_files(tmp_path):
    runs = []
    for _ in range(2):
        desk_run(tmp_path, MANIFEST, licences=put_list(tmp_path, "utf-8"))
        files = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
        run = json.loads(files.pop("run.json"))
        assert run["outputs"].keys() == files.keys()
        run["summary"].pop("seconds")
        runs.append((files, run))
    assert runs[0] == runs[1]


def test_sheets_and_batches_give_one_ledger(tmp_path, monkeypatch):
    listed = put_list(tmp_path, "utf-8")
    _, summary = desk_run(tmp_path, MANIFEST, licences=listed)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for at in (1, 3, 6):
        sheet = book.create_sheet(f"s{at}")
        for line in (MANIFEST[0], *MANIFEST[at : {1: 3, 3: 6, 6: 8}[at]]):
            sheet.append(line)
    book.save(tmp_path / "list.xlsx")
    split = screen_file(
        tmp_path / "list.xlsx", ON, tmp_path / "split", licences=listed, regime="cn-2025-54"
    )
    assert split.licences == summary.licences
    monkeypatch.setattr(answered, "BATCH_ROWS", 1)
    table = dict(zip(MANIFEST[0], zip(*MANIFEST[1:], strict=True), strict=True))
    pq.write_table(pa.table(table), tmp_path / "list.parquet")
    cut = screen_file(
        tmp_path / "list.parquet", ON, tmp_path / "cut", licences=listed, regime="cn-2025-54"
    )
    assert cut.licences == summary.licences
    answers = pq.read_table(tmp_path / "cut" / "annotated.parquet")
    assert pa.types.is_list(answers.schema.field("vin_evidence").type)
    plain = read_csv(tmp_path / "out" / "annotated.csv")
    assert [";".join(reasons) for reasons in answers["vin_reasons"].to_pylist()] == [
        line["vin_reasons"] for line in plain
    ]


@pytest.mark.parametrize("named_first", [False, True])
@pytest.mark.parametrize("as_files", [False, True])
def test_a_sheet_without_a_column_of_licences_takes_none_that_another_names(
    tmp_path, named_first, as_files
):
    rows = [("许可证号", "数量", "有效期至"), ("26-AA-000001", "1", "2026-12-31")]
    listed = put_csv(tmp_path / "l.csv", rows)
    parts = {
        "A": [("VIN", "Exporter"), (tesla(1), "E")],
        "B": [("VIN", "Exporter", "Export licence no"), (tesla(2), "E", "26-AA-000001")],
    }
    order = "BA" if named_first else "AB"
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in order:
        sheet = book.create_sheet(name)
        for line in parts[name]:
            sheet.append(line)
    book.save(tmp_path / "list.xlsx")
    paths = [put_csv(tmp_path / f"{at}.csv", parts[name]) for at, name in enumerate(order)]
    given = paths if as_files else tmp_path / "list.xlsx"
    summary = screen_file(given, ON, tmp_path / "out", licences=listed, regime="cn-2025-54")
    assert {line.licence_no: (line.state, line.drawn) for line in summary.licences} == {
        "26-AA-000001": ("used up", 1),
        "": ("missing", 0),
    }
    assert DRAW_ON_NONE in summary.notes
    alone = put_csv(tmp_path / "alone.csv", parts["A"])
    summary = screen_file(alone, ON, tmp_path / "alone", licences=listed, regime="cn-2025-54")
    assert (summary.licences[0].drawn, DRAW_ON_NONE in summary.notes) == (1, False)


def test_an_empty_list_holds_nothing_and_is_no_error(tmp_path):
    empty = put_csv(tmp_path / "l.csv", LIST[:1])
    nobody = put_csv(tmp_path / "x.csv", [("Company", "Brands")])
    rows = [("VIN", "许可证号", "Exporter"), (tesla(1), "26-AA-000001", "E")]
    answers, _ = desk_run(tmp_path, rows, licences=empty, exporters=nobody)
    assert answers[0]["vin_reasons"].split(";") == [
        Reason.VIN_PURE_ELECTRIC,
        Reason.EXPORTER_NOT_QUALIFIED,
        Reason.LICENCE_UNKNOWN,
    ]


@pytest.mark.parametrize("given", [False, True])
def test_a_list_of_the_user_in_the_folder_of_answers_is_left_alone(tmp_path, given):
    """``licences.csv`` is a likely name for it, and ``--out .`` a likely folder."""
    mine = put_csv(tmp_path / "licences.csv", LIST)
    before = mine.read_bytes()
    manifest = put_csv(tmp_path / "list.csv", MANIFEST)
    run("screen", manifest, "--out", tmp_path, *(("--licences", mine) if given else ()))
    assert mine.read_bytes() == before
