"""Formulas whose values are not stored, and errors such as #N/A: their rows are rows, and they clear nothing."""

import struct
import sys

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
    book = by_openpyxl(tmp_path / "a.xlsx", [head, row])
    assert screen_file(book, ON, regime="cn-2025-54").verdicts["out_of_scope"] == 1
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
    monkeypatch.setattr(limits, "NOT_READ", 10)
    rows = [["VIN"], [VINS[0]], *(["=1"] for _ in range(11))]
    assert "more errors and formulas" in refusal(by_openpyxl(tmp_path / "a.xlsx", rows)).what


ERRORS = [
    ["VIN", "Fuel", "Note"],
    [VINS[0], "#N/A", "x"],
    ["#REF!", "#N/A", ""],
    [VINS[1], "BEV", "#DIV/0!"],
    ["#N/A", "#N/A", "#N/A"],
    ["", "#N/A", ""],
]


def xlsx_errors(path, prefix=""):
    def cell(reference, text):
        if text.startswith("#"):
            return f'<c r="{reference}" t="e"><f>1/0</f><v>{text}</v></c>'
        return handmade.xlsx_cell(reference, text)

    body = "".join(
        f'<row r="{row}">{"".join(cell("ABC"[at] + str(row), text) for at, text in enumerate(texts) if text)}</row>'
        for row, texts in enumerate(ERRORS, 1)
    )
    xml = handmade.xlsx_sheet(body)
    for tag in ("c", "v", "f", "row") if prefix else ():
        xml = xml.replace(f"<{tag} ", f"<{prefix}{tag} ").replace(f"<{tag}>", f"<{prefix}{tag}>")
        xml = xml.replace(f"</{tag}>", f"</{prefix}{tag}>")
    return handmade.xlsx_workbook(
        path, {"S": xml.replace("<worksheet", f'<worksheet xmlns:x="{handmade.MAIN}"')}
    )


def ods_errors(path):
    def cell(text):
        if text.startswith("#"):
            error = ' table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"'
            return f"<table:table-cell{error}><text:p>{text}</text:p></table:table-cell>"
        return handmade.ods_cell(text)

    body = "".join(
        f"<table:table-row>{''.join(map(cell, texts))}</table:table-row>" for texts in ERRORS
    )
    spaces = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
    return handmade.ods_document(
        path, {"S": body.replace("<table:table-row", "<table:table-row " + spaces)}
    )


CODES = {"#N/A": 0x2A, "#REF!": 0x17, "#DIV/0!": 0x07}


def binary_errors(path):
    shared = []
    texts = [["" if text.startswith("#") else text for text in row] for row in ERRORS]
    places = [(row, at, CODES[text]) for row, cells in enumerate(ERRORS) for at, text in enumerate(cells) if text in CODES]  # fmt: skip
    if path.suffix == ".xls":
        more = b"".join(handmade.xls_record(0x0205, struct.pack("<HHHBB", row, at, 0, code, 1)) for row, at, code in places)  # fmt: skip
        sheet = handmade.xls_sheet(texts, shared, more=more)
        return handmade.compound(path, handmade.xls_stream({"S": sheet}, shared))
    more = b"".join(
        handmade.xlsb_record(0, struct.pack("<I", row) + bytes(13))
        + handmade.xlsb_record(3, struct.pack("<IIB", at, 0, code))
        for row, at, code in places
    )
    return handmade.xlsb_workbook(path, {"S": handmade.xlsb_sheet(texts, shared, more)}, shared)


ERROR_WRITERS = {
    "a.xlsx": xlsx_errors,
    "prefix.xlsx": lambda path: xlsx_errors(path, "x:"),
    "a.xlsb": binary_errors,
    "a.xls": binary_errors,
    "a.ods": ods_errors,
}


@pytest.mark.parametrize("name", ERROR_WRITERS)
@pytest.mark.parametrize("wide", [False, True])
def test_errors_are_what_the_cells_show_and_their_rows_are_rows_above_the_last_one(
    tmp_path, monkeypatch, name, wide
):
    if wide:
        monkeypatch.setattr(workbook, "_WIDE", 1)
    manifest = open_manifest(ERROR_WRITERS[name](tmp_path / name))
    sheet = only(manifest)
    assert [[cell or "" for cell in row] for row in cells(sheet)] == ERRORS[1:4]
    assert numbers(sheet) == [2, 3, 4]
    assert any("8 cell(s) hold an error such as #N/A" in note for note in manifest.notes)
    assert any(
        "2 row(s) below the last one hold nothing but errors" in note for note in manifest.notes
    )


@pytest.mark.parametrize("name", ERROR_WRITERS)
def test_an_error_holds_its_row_where_the_verdict_reads_it_and_nowhere_else(
    tmp_path, name, monkeypatch
):
    head = ["VIN", "Fuel", "Note"]
    for fuel, note, verdict in (("#N/A", "x", "review"), ("petrol", "#N/A", "out_of_scope")):
        monkeypatch.setattr(sys.modules[__name__], "ERRORS", [head, [MG, fuel, note]])
        summary = screen_file(ERROR_WRITERS[name](tmp_path / name), ON, regime="cn-2025-54")
        assert summary.verdicts[verdict] == 1
        assert ("cell_not_read" in summary.reasons) == (verdict == "review")


def test_an_error_without_a_place_is_refused(tmp_path):
    body = (
        handmade.xlsx_row(1, ["VIN"])
        + f'<row r="2">{handmade.xlsx_cell("A2", VINS[0])}<c t="e"><v>#N/A</v></c></row>'
    )
    path = handmade.xlsx_workbook(tmp_path / "a.xlsx", {"S": handmade.xlsx_sheet(body)})
    assert "in cells without a place" in refusal(path).what
