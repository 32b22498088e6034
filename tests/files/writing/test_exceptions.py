"""The lists of exceptions as files to work in: filled by a person and read again."""

import csv
import json
from datetime import datetime

import openpyxl
import pytest
from support import ON
from support.desk import ICE, PETROL, desk_run, reviewer_reasons, tesla
from support.manifests import put_csv, put_xlsx

from vintool.codes import Reason
from vintool.desk import reviews
from vintool.files.screen import screen_file
from vintool.files.writing import exceptions

REVIEWED = [("VIN", "Fuel"), (PETROL, "petrol"), (tesla(1), "petrol"), ("TBA", "petrol"), (ICE, "")]
CHOSEN = {"en": ("out_of_scope", "controlled", "confirmed"), "zh": ("不受控", "受控", "确认")}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_decisions_are_chosen_from_a_list_in_a_workbook_and_read_back(tmp_path, lang):
    desk_run(tmp_path, REVIEWED, lang=lang)
    path = tmp_path / "out" / "exceptions.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.active
    places = {cell.value: cell.column for cell in sheet[1]}
    assert {"VIN", "Fuel", *reviews.COLUMNS} <= set(places)  # the user's own, and ours
    (choice,) = (one for one in sheet.data_validations.dataValidation if one.type == "list")
    assert set(choice.formula1.strip('"').split(",")) == set(CHOSEN[lang])
    assert sheet.cell(2, places["decision"]).coordinate in choice.sqref
    assert sheet.freeze_panes
    assert sheet.auto_filter.ref == sheet.dimensions
    for row, word in enumerate(CHOSEN[lang], 2):
        cells = {"decision": word, "decision_reason": "seen", "reviewer": "Li", "decision_date": datetime(2026, 3, 2)}  # noqa: DTZ001 - a cell  # fmt: skip
        for name, value in cells.items():
            sheet.cell(row, places[name], value)
    book.save(path)
    for _ in range(2):  # filled by a person, then as the run has carried it on
        answers, _ = desk_run(tmp_path, REVIEWED, lang=lang, decisions=[path])
        assert [reviewer_reasons(line) for line in answers] == [
            {Reason.DECIDED_BY_REVIEWER}
        ] * 3 + [set()]
        assert [line["vin_verdict"] for line in answers] == ["out_of_scope", "controlled", "invalid", "out_of_scope"]  # fmt: skip
    record = (tmp_path / "out" / "decisions.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["decision"] for line in record] == list(CHOSEN["en"])


@pytest.mark.parametrize("delimiter", [",", ";", "|"])
def test_columns_of_the_user_named_as_ours_decide_nothing(tmp_path, delimiter):
    rows = [
        ("VIN", "decision", "vin_facts", "Fuel", "=x"),
        (PETROL, "controlled", "V", "petrol", "-"),
    ]
    path = put_csv(tmp_path / "list.csv", rows, delimiter=delimiter)
    screen_file(path, ON, tmp_path / "out")
    first = (tmp_path / "out" / "exceptions.csv").read_text(encoding="utf-8-sig")
    head, line = csv.reader(first.splitlines(), delimiter=delimiter)
    assert head[:5] == ["VIN", "decision (yours)", "vin_facts (yours)", "Fuel", "'=x"]
    assert dict(zip(head, line, strict=True))["decision"] == ""
    for name in ("exceptions.csv", "exceptions.xlsx"):
        summary = screen_file(path, ON, decisions=[tmp_path / "out" / name])
        assert (summary.decisions.given, summary.decisions.undecided) == (0, 1)


def test_the_workbook_says_how_many_exceptions_it_has_not(tmp_path, monkeypatch):
    monkeypatch.setattr(exceptions, "BOOK_ROWS", 2)
    _, summary = desk_run(tmp_path, REVIEWED)
    assert [note for note in summary.notes if "the first 2 of 3 exceptions" in note]
    book = openpyxl.load_workbook(tmp_path / "out" / "exceptions.xlsx")
    assert book.active.max_row == 3


def test_sheets_of_other_columns_stand_in_one_list(tmp_path):
    sheets = {
        "one": [("VIN", "Fuel"), (PETROL, "petrol")],
        "two": [("Port", "Chassis No"), ("Bremen", "TBA")],
    }
    screen_file(put_xlsx(tmp_path / "list.xlsx", sheets), ON, tmp_path / "out")
    names, *rows = openpyxl.load_workbook(tmp_path / "out" / "exceptions.xlsx").active.values
    lines = [dict(zip(names, row, strict=True)) for row in rows]
    assert [(line["vin_sheet"], line["Fuel"], line["Port"]) for line in lines] == [("one", "petrol", None), ("two", None, "Bremen")]  # fmt: skip
    assert all(line["what_settles_it"] for line in lines)
