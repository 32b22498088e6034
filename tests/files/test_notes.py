"""What was read and how is told: hidden rows and columns, texts, columns beside that of their field, those that are not used."""

import json

import pytest
import xlsxwriter
from support import ON, handmade
from support.manifests import ATTO3, TESLA, put_csv, put_xlsx
from support.readers import only
from support.vehicles import NEW_ELECTRIC, UNSEEN_PETROL
from support.vins import vin

from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file

HEADER = ("VIN", "Model", "Ref")
ROWS = [HEADER, (TESLA, "Model 3", "a"), (ATTO3, "ATTO 3", "b"), (TESLA[:-1] + "2", "Model 3", "c")]


def xlsx(path):
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("S")
    for at, row in enumerate(ROWS):
        sheet.write_row(at, 0, row)
    sheet.autofilter(0, 0, 3, 2)
    for row in (2, 3, 5):  # the last one is blank
        sheet.set_row(row, options={"hidden": True})
    sheet.set_column(2, 2, options={"hidden": True})
    book.close()
    return path


def ods(path):
    columns = '<table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>'
    hidden = ' table:visibility="filter"'
    body = "".join(handmade.ods_row(row, hidden * (at > 1)) for at, row in enumerate(ROWS))
    return handmade.ods_document(path, {"S": columns + body})


def xlsb(path):
    shared = []
    sheet = handmade.xlsb_sheet(ROWS, shared)
    for at in (2, 3):
        place = at.to_bytes(4, "little")
        shown, hidden = (handmade.xlsb_record(0, place + bytes(7) + flag + bytes(5)) for flag in (b"\0", b"\x10"))  # fmt: skip
        sheet = sheet.replace(shown, hidden)
    third = (2).to_bytes(4, "little")
    column = handmade.xlsb_record(60, third + third + bytes(8) + b"\x01\0")
    start = handmade.xlsb_record(145)
    return handmade.xlsb_workbook(path, {"S": sheet.replace(start, column + start, 1)}, shared)


@pytest.mark.parametrize("write", [xlsx, ods, xlsb])
def test_hidden_rows_and_columns_are_judged_and_named(tmp_path, write):
    path = write(tmp_path / f"list.{write.__name__}")
    sheet = only(open_manifest(path))
    assert sheet.hidden_rows[0] == (3, 4)
    assert sheet.hidden_columns == ("Ref",)
    summary = screen_file(path, ON, tmp_path / "out")
    assert summary.verdicts["controlled"] == 3
    info = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["summary"]["sheets"][0]
    assert (info["hidden_rows"], info["hidden_columns"]) == (2, ["Ref"])
    assert "Sheet 'S': 2 of 3 rows are hidden in the file; they were judged too." in summary.notes  # fmt: skip
    assert "Sheet 'S': 1 column(s) are hidden in the file and were read too: 'Ref'." in summary.notes  # fmt: skip


@pytest.mark.parametrize(("said", "hidden"), [("0", ()), ("false", ()), ("true", ((1, 4),))])
def test_what_programs_write_as_shown_is_not_hidden(tmp_path, said, hidden):
    text = handmade.xlsx_table(ROWS).replace("<row ", f'<row hidden="{said}" ')
    path = handmade.xlsx_workbook(tmp_path / "list.xlsx", {"S": text})
    assert only(open_manifest(path)).hidden_rows == hidden


@pytest.mark.parametrize("kind", ["xlsx", "xlsb", "xls", "ods"])
def test_a_hidden_sheet_with_vins_is_named_with_their_number(tmp_path, kind):
    path = handmade.two_sheets(tmp_path / "list.bin", ROWS, kind, hidden="S")
    skipped = dict(open_manifest(path).skipped)
    assert skipped["S"] == "hidden, with 3 VIN(s) in its first rows; pass --sheet to read it"


def test_columns_that_no_field_is_read_from_are_listed(tmp_path):
    rows = [("VIN", "Ref", "Fuel", "Weight"), (TESLA, "a", "BEV", "1750")]
    summary = screen_file(put_csv(tmp_path / "a.csv", rows), ON)
    assert summary.columns_unused == summary.sheets[0].columns_unused == ("Ref", "Weight")


@pytest.mark.parametrize("other", ["Fuel type", "Xyzzy"])
def test_a_column_that_the_mapping_passes_over_never_lets_a_row_be_cleared_in_silence(tmp_path, other):  # fmt: skip
    petrol = "LS5A3AFE5TD075954"
    rows = [("VIN", "Fuel", other, "HS Code")]
    rows += [(petrol, "Petrol", said, "8703234190") for said in ("Electric", "Petrol", "")]
    path = put_csv(tmp_path / "a.csv", rows)
    summary = screen_file(path, ON, tmp_path / "out", mapping={"fuel": "Fuel"})
    assert summary.mapping["fuel_2"] == other
    assert summary.reasons["contradiction_powertrain"] == 1
    assert any(f"Column {other!r} is" in note for note in summary.notes)


def test_a_column_of_a_field_that_is_not_read_is_named(tmp_path):
    rows = [("VIN", "Seats", "Number of seats"), (TESLA, "5", "15")]
    summary = screen_file(put_csv(tmp_path / "a.csv", rows), ON, mapping={"seats": "Seats"})
    assert "Column 'Number of seats' is headed as seats and was not read: no row was held against it." in summary.notes  # fmt: skip


def test_vins_out_of_texts_are_noted(tmp_path):
    rows = [("Pkgs", "Description"), *(("1", f"NEW CAR {vin} WHITE") for vin in (TESLA, ATTO3))]
    summary = screen_file(put_csv(tmp_path / "a.csv", [*rows, ("2", "spare parts")]), ON)
    assert (summary.verdicts["controlled"], summary.verdicts["invalid"]) == (2, 1)
    assert "The VINs were taken out of the texts of column 'Description': of its first 3 texts 2 hold one." in summary.notes  # fmt: skip


def test_texts_of_several_lines_give_one_vin_a_cell(tmp_path):
    text = "1 UNIT NEW {}\nVIN: {}\nENGINE NO.: TZ200XS112345\nCOLOR: WHITE  HS CODE: 8703801090"
    rows = [("MARKS & NOS.", "DESCRIPTION OF GOODS", "PKGS", "G.W. KGS")]
    rows += [("N/M", text.format(*car), 1, 1700) for car in (("TESLA MODEL 3", TESLA), ("BYD ATTO 3", ATTO3))]  # fmt: skip
    summary = screen_file(put_xlsx(tmp_path / "a.xlsx", {"S": rows}), ON)
    assert summary.verdicts == {"controlled": 2, "review": 0, "out_of_scope": 0, "invalid": 0}


PETROL_TOO = vin("9BRZZZZZ", "SJ", "2")
PETROL_ROWS = [["VIN", "Fuel", "HS code"], [UNSEEN_PETROL, "petrol", "8703234310"], [PETROL_TOO, "petrol", "8703234310"]]  # fmt: skip
BESIDE = {
    "a title": ([["PACKING LIST OF PURE ELECTRIC VEHICLES"], *PETROL_ROWS], "list", "list"),
    "a remark below": ([*PETROL_ROWS, ["Note: the second unit is a BEV"]], "list", "list"),
    "the name of the sheet": (PETROL_ROWS, "新能源汽车", "list"),
    "the name of the file": (PETROL_ROWS, "list", "BEV_march"),
}


@pytest.mark.parametrize("what", BESIDE)
def test_what_speaks_of_electric_cars_beside_rows_that_are_cleared_is_noted(tmp_path, what):
    rows, sheet, name = BESIDE[what]
    summary = screen_file(put_xlsx(tmp_path / f"{name}.xlsx", {sheet: rows}), ON, regime=NEW_ELECTRIC)  # fmt: skip
    assert summary.verdicts["out_of_scope"] == 2
    assert [note for note in summary.notes if "speaks of electric cars, and 2 row(s) are out of scope" in note]  # fmt: skip
    plain = screen_file(put_xlsx(tmp_path / "plain.xlsx", {"list": [["PACKING LIST"], *PETROL_ROWS]}), ON, regime=NEW_ELECTRIC)  # fmt: skip
    assert not [note for note in plain.notes if "speaks of electric cars" in note]
