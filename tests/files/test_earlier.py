"""A list that was screened before: its answers of then are no columns of the user's, and stand only once."""

import json

import openpyxl
import pytest
from support import ON
from support.manifests import ATTO3, TESLA, put_csv, put_xlsx, read_csv

import vintool
from vintool.declaration.answers import ANSWERS
from vintool.errors import ManifestError
from vintool.files.earlier import earlier_columns
from vintool.files.screen import screen_file
from vintool.files.tables import NOTES
from vintool.files.writing.looks import in_order

ROWS = [["No.", "VIN", "vin_model", "Fuel"], ["1", ATTO3, "A", "BEV"], ["2", TESLA, "B", "BEV"]]


def test_the_columns_known_are_those_that_are_written():
    names = vintool.screen_table({"number": [TESLA]}, on=ON).schema.names
    assert tuple(names[1:]) == ANSWERS


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl", "parquet"])
def test_the_answers_of_an_earlier_run_are_replaced(tmp_path, form):
    path = put_csv(tmp_path / "list.csv", ROWS)
    first = screen_file(path, ON, tmp_path / "1", annotated_as=form, raw=True)
    again = screen_file(tmp_path / "1" / f"annotated.{form}", ON, tmp_path / "2", annotated_as="csv", raw=True)  # fmt: skip
    rows = read_csv(tmp_path / "2" / "annotated.csv")
    assert [*rows[0]] == [*ROWS[0], *("vin_vin_model" if name == "vin_model" else name for name in ANSWERS)]  # fmt: skip
    assert [row["vin_model"] for row in rows] == ["A", "B"]
    assert again.verdicts == first.verdicts
    assert again.mapping == first.mapping  # the column vin of then is no chassis number
    assert any("23 columns of an earlier run" in note for note in again.notes)


def test_a_workbook_has_our_columns_and_sheets_once_and_what_the_user_has_added(tmp_path):
    path = put_xlsx(tmp_path / "list.xlsx", {"list": ROWS})
    screen_file(path, ON, tmp_path / "1")
    book = openpyxl.load_workbook(tmp_path / "1" / "annotated.xlsx")
    book["list"]["B2"] = TESLA[:-1] + "9"
    for row in (["Bill of lading", "Exporter", "VIN"], ["B1", "E", ATTO3]):
        book.create_sheet("more") if "more" not in book.sheetnames else None
        book["more"].append(row)
    book.save(tmp_path / "edited.xlsx")
    summary = screen_file(tmp_path / "edited.xlsx", ON, tmp_path / "2")
    assert summary.rows_read == 3
    copy = openpyxl.load_workbook(tmp_path / "2" / "annotated.xlsx")
    assert copy.sheetnames == ["list", "more", "Needs a licence", "Counts"]
    headers = [cell.value for cell in copy["list"][1]]
    assert headers[:5] == [*ROWS[0], "vin_verdict"]
    assert len(headers) == len(ROWS[0]) + len(ANSWERS)
    assert copy["list"].cell(2, headers.index("vin_text") + 1).value == TESLA[:-1] + "9"


def test_columns_that_merely_have_such_names_are_the_users():
    for headers in (ANSWERS[1:], ["VIN", *reversed(ANSWERS)], ["vin_verdict", *ANSWERS[:-1]]):
        assert not earlier_columns(headers)
    twice = ["VIN", *ANSWERS, *in_order([f"vin_{name}" for name in ANSWERS]), "remark"]
    inside = [*in_order(ANSWERS)[:5], "vin_sheet", "vin_file", *in_order(ANSWERS)[5:]]
    assert len(earlier_columns(["a", "vin_file", *inside, "b"])) == len(ANSWERS) + 2
    assert len(earlier_columns(twice)) == 2 * len(ANSWERS)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("name", ["vin_file", "vin_sheet"])
def test_a_column_of_the_user_that_is_called_as_those_of_places_stays(tmp_path, name, form):
    rows = [["VIN", "Fuel", "HS code", name], [TESLA, "BEV", "8703801090", "mine"]]
    paths = [put_csv(tmp_path / "list.csv", rows), put_csv(tmp_path / "more.csv", rows)]
    for given in (paths[:1], paths):
        for run in range(3):
            out = tmp_path / f"{len(given)} {run}"
            screen_file(given, ON, out, annotated_as=form, raw=form == "csv")
            given = sorted(out.rglob(f"*annotated*.{form}")) or [*out.rglob(f"*.{form}")]  # noqa: PLW2901
        again = vintool.read_manifest(given[:1])
        assert again.column_names[:4] == rows[0]
        assert again[name].to_pylist() == ["mine"]
        assert len(again.column_names) <= 4 + 1 + 3  # however many runs there were


@pytest.mark.parametrize("change", ["less", "among", "reversed"])
def test_answers_that_are_not_known_as_ours_are_named(tmp_path, change):
    first = vintool.screen_table({"VIN": [TESLA]}, on="2025-03-01").to_pylist()[0]
    names = [*first]
    if change == "less":
        names.remove("vin_plant")
    elif change == "among":
        names.insert(5, "mine")
    else:
        names = ["VIN", *names[:0:-1]]
    cells = [first.get(name) for name in names]
    row = [" ".join(cell) if isinstance(cell, list) else str(cell or "") for cell in cells]
    summary = screen_file(put_csv(tmp_path / "a.csv", [names, row]), ON)
    (note,) = [note for note in summary.notes if "may be answers of an earlier run" in note]
    table = vintool.screen_table({name: [cell] for name, cell in zip(names, row, strict=True)}, ON)
    assert json.loads(table.schema.metadata[NOTES]) == [note]
    (batch,) = vintool.screen_batches(table.select(names).to_batches(), ON)
    assert json.loads(batch.schema.metadata[NOTES]) == [note]
    plain = vintool.screen_table({"VIN": [TESLA], "vin_model": ["x"]}, ON)
    assert NOTES not in plain.schema.metadata


def test_what_a_run_writes_and_is_no_list_is_refused_by_its_name_whatever_it_is_called(tmp_path):
    dates = [["VIN", "Fuel", "Declaration date", "Export date"], *([one, "BEV", "2025-12-30", "2025-12-31"] for one in (ATTO3, TESLA))]  # fmt: skip
    path = put_csv(tmp_path / "list.csv", dates)
    screen_file(path, None, tmp_path / "1", today=ON)
    screen_file(path, None, tmp_path / "2", today=ON, since=tmp_path / "1" / "run.json")
    names = {one.name for one in (tmp_path / "2").iterdir()}
    refused = {"rows.parquet", "run.json", "report.html", "cleared_by_date.csv"}
    assert names >= refused
    for number, name in enumerate(sorted(refused)):
        copy = tmp_path / f"received {number}{name[name.index('.') :]}"
        copy.write_bytes((tmp_path / "2" / name).read_bytes())
        with pytest.raises(ManifestError, match=f"this is the {name} of an earlier run.*screen the list itself"):  # fmt: skip
            screen_file(copy, ON)
    assert screen_file(tmp_path / "2" / "annotated.csv", ON).rows_read == 2
