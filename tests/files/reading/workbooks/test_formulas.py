"""Formulas whose values are not stored: their rows are rows, and they clear nothing."""

import struct

import openpyxl
import pytest
import xlsxwriter
from support import ON, handmade
from support.readers import VINS, cells, numbers, only, refusal

from vintool.declaration.lexicon.meanings import NOT_STORED
from vintool.files.reading import limits
from vintool.files.reading.manifest import open_manifest
from vintool.files.reading.workbooks import workbook
from vintool.files.screen import screen_file

MG = "LSJA24U67RN000001"
HEAD = ["VIN", "Make", "Fuel", "Kind"]


def by_openpyxl(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def by_xlsxwriter(path, rows):
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    return path


def by_a_library_of_ods(path, rows):
    formula = '<table:table-cell table:formula="of:=1"/>'
    body = "".join(
        f"<table:table-row>{''.join(formula if text.startswith('=') else handmade.ods_cell(text) for text in row)}</table:table-row>"
        for row in rows
    )
    return handmade.ods_document(path, {"S": body})


WRITERS = {
    "openpyxl.xlsx": by_openpyxl,
    "xlsxwriter.xlsx": by_xlsxwriter,
    "library.ods": by_a_library_of_ods,
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("wide", [False, True])
def test_rows_of_formulas_alone_come_out(tmp_path, monkeypatch, name, wide):
    if wide:
        monkeypatch.setattr(workbook, "_WIDE", 1)
    rows = [HEAD, *([vin, "Tesla", "", ""] for vin in VINS[:3])]
    rows += [['="LRW"', '="Tesla"', "", '="BEV"'] for _ in range(4)]
    path = WRITERS[name](tmp_path / name, rows)
    manifest = open_manifest(path)
    sheet = only(manifest)
    assert numbers(sheet) == list(range(2, 9))
    assert [cell or "" for cell in cells(sheet)[-1]] == [NOT_STORED, NOT_STORED, "", NOT_STORED]
    assert any("12 cell(s) hold a formula whose value is not stored" in note for note in manifest.notes)  # fmt: skip
    summary = screen_file(path, ON)
    assert (summary.rows_out, summary.verdicts["out_of_scope"]) == (7, 0)


@pytest.mark.parametrize("column", [2, 3])
def test_no_row_is_cleared_beside_a_cell_that_was_not_read(tmp_path, column):
    row = [MG, "MG", "petrol", "passenger car"]
    head = ["VIN", "Make", "Fuel", "Vehicle type"]
    cleared = screen_file(by_openpyxl(tmp_path / "a.xlsx", [head, row]), ON)
    assert cleared.verdicts["out_of_scope"] == 1
    row[column] = '="electric"'
    held = screen_file(by_openpyxl(tmp_path / "a.xlsx", [head, row]), ON)
    assert held.verdicts["review"] == 1
    assert "cell_not_read" in held.reasons


def test_texts_and_zeros_that_were_calculated_are_what_they_are(tmp_path):
    body = (
        handmade.xlsx_row(1, ["VIN", "Seats", "Note"])
        + f'<row r="2">{handmade.xlsx_cell("A2", VINS[0])}<c r="B2"><f>1-1</f><v>0</v></c><c r="C2" t="str"><f>""</f><v></v></c></row>'
        + '<row r="3"><c r="A3" t="str"><f>""</f><v></v></c></row>'
    )
    sheet = only(open_manifest(handmade.xlsx_workbook(tmp_path / "a.xlsx", {"S": handmade.xlsx_sheet(body)})))  # fmt: skip
    assert cells(sheet) == [[VINS[0], "0", ""]]


@pytest.mark.parametrize("inner", ["", "<v/>", "<v></v>", "<v> </v>"])
@pytest.mark.parametrize("formula", ["<f>1</f>", "<f/>", '<f t="shared" si="0"/>'])
def test_however_a_value_is_left_out(tmp_path, inner, formula):
    body = handmade.xlsx_row(1, ["VIN"]) + handmade.xlsx_row(2, [VINS[0]])
    body += f'<row r="3"><c r="A3" s="1">{formula}{inner}</c></row>'
    path = handmade.xlsx_workbook(tmp_path / "a.xlsx", {"S": handmade.xlsx_sheet(body)})
    assert [row[0] for row in cells(only(open_manifest(path)))] == [VINS[0], NOT_STORED]
    placeless = body.replace('<c r="A3"', "<c")
    path = handmade.xlsx_workbook(tmp_path / "a.xlsx", {"S": handmade.xlsx_sheet(placeless)})
    assert "values are not stored" in refusal(path).what


def test_an_old_workbook_whose_formulas_all_are_without_value(tmp_path):
    def formula(row, result):
        return handmade.xls_record(0x0006, struct.pack("<HHH", row, 0, 0) + result + bytes(8))

    empty, five = struct.pack("<BBBBHH", 3, 0, 0, 0, 0, 0xFFFF), struct.pack("<d", 5)
    shared = ["VIN", VINS[0]]
    rows = b"".join(handmade.xls_record(0x00FD, struct.pack("<HHHI", n, 0, 0, n)) for n in range(2))
    for results, texts in (
        ([empty, empty], [VINS[0], NOT_STORED, NOT_STORED]),
        ([empty, five], [VINS[0], "5"]),
    ):
        more = rows + b"".join(formula(at, result) for at, result in enumerate(results, 2))
        sheet = handmade.xls_sheet([], shared, more=more)
        path = handmade.compound(tmp_path / "a.xls", handmade.xls_stream({"S": sheet}, shared))
        assert [row[0] for row in cells(only(open_manifest(path)))] == texts


def test_more_formulas_without_values_than_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "UNREAD_FORMULAS", 10)
    rows = [["VIN"], [VINS[0]], *(["=1"] for _ in range(11))]
    assert "more formulas" in refusal(by_openpyxl(tmp_path / "a.xlsx", rows)).what
