"""The user's workbook comes back as it was made, with the answers on its right."""

import warnings
import zipfile
from datetime import datetime

import openpyxl
import pytest
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table
from support import ON
from support.manifests import ATTO3, TESLA
from support.vins import checked_vin

from vintool.files.screen import screen_file
from vintool.files.writing import keepable

HEAD = ("B/L No.", "VIN", "Fuel", "Price", "ETD")
ICE = "1HGCM82633A004352"
OTHER = checked_vin("LRW3E7FA", "LC", 7)
SAILS = datetime(2026, 3, 12)  # noqa: DTZ001 - a cell has no zone


def packing_list():
    """A list as it is sent: titles, formats, widths, a hidden row, a formula, merged cells, another sheet."""
    book = openpyxl.Workbook()
    ws = book.active
    ws.title = "Packing List"
    ws["A1"], ws["A1"].font = "SOME EXPORT CO., LTD.", Font(bold=True, size=14)
    ws.merge_cells("A1:P1")
    for at, name in enumerate(HEAD, 1):
        ws.cell(3, at, name).fill = PatternFill("solid", fgColor="FFFF00")
    rows = [("COSU1", TESLA), (None, ATTO3), ("COSU2", ICE), (None, OTHER)]
    for number, (bl_no, vin) in enumerate(rows, 4):
        for at, value in enumerate((bl_no, vin, "Electric" if vin != ICE else "petrol", 1775.5, SAILS), 1):  # fmt: skip
            ws.cell(number, at, value)
        ws.cell(number, 4).number_format = "#,##0.00"
        ws.cell(number, 5).number_format = "dd/mm/yyyy"
    ws.merge_cells("A4:A5")
    ws.merge_cells("A6:A7")
    ws["D8"] = "=SUM(D4:D7)"
    ws.column_dimensions["B"].width = 24
    ws.row_dimensions[5].hidden = True
    ws.auto_filter.ref = "A3:E7"
    book.create_sheet("Notes")["B2"] = "shipped with care"
    return book


def annotated(tmp_path, book, name="list.xlsx", **options):
    book.save(tmp_path / name)
    summary = screen_file(tmp_path / name, ON, tmp_path / "out", regime="cn-2025-54", **options)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return openpyxl.load_workbook(tmp_path / "out" / "annotated.xlsx"), summary


def answers_of(ws, header):
    names = {cell.value: cell.column for cell in ws[header] if cell.value}
    return {name: [ws.cell(row, at).value for row in range(header + 1, ws.max_row + 1)] for name, at in names.items()}  # fmt: skip


def test_what_the_user_made_stays_and_the_verdict_is_the_first_of_ours(tmp_path):
    book, summary = annotated(tmp_path, packing_list())
    ws = book["Packing List"]
    assert book.sheetnames == ["Packing List", "Notes", "Needs a licence", "Counts"]
    assert (ws["A1"].value, ws["A1"].font.size, ws["A3"].fill.fgColor.rgb) == ("SOME EXPORT CO., LTD.", 14, "00FFFF00")  # fmt: skip
    assert {str(block) for block in ws.merged_cells.ranges} == {"A1:P1", "A4:A5", "A6:A7"}
    assert (ws["D4"].value, ws["D4"].number_format, ws["D8"].value) == (1775.5, "#,##0.00", "=SUM(D4:D7)")  # fmt: skip
    assert (ws["E4"].value, ws["E4"].number_format) == (SAILS, "dd/mm/yyyy")
    assert (ws.column_dimensions["B"].width, ws.row_dimensions[5].hidden) == (24, True)
    assert book["Notes"]["B2"].value == "shipped with care"
    names = [cell.value for cell in ws[3]]
    assert tuple(names[:5]) == HEAD
    assert names[5] == "vin_verdict"
    assert names[-1] == "vin_evidence"
    answers = answers_of(ws, 3)
    assert answers["vin_verdict"][:4] == ["controlled", "controlled", "out_of_scope", "controlled"]
    assert answers["vin_row"][:4] == [4, 5, 6, 7]
    grounds = {ws.cell(row, 6).fill.fgColor.rgb for row in (4, 6)}
    assert len(grounds) == 2
    assert ws.freeze_panes == "A4"
    assert ws.auto_filter.ref == f"A3:{ws.cell(3, len(names)).coordinate[:-1]}7"
    assert not [note for note in summary.notes if "annotated.xlsx" in note]


def test_what_needs_a_licence_stands_by_bill_of_lading_on_a_sheet_of_its_own(tmp_path):
    book, summary = annotated(tmp_path, packing_list())
    names, *rows = book["Needs a licence"].values
    lines = [dict(zip(names, row, strict=True)) for row in rows]
    assert [(line["Bill of lading"], line["VIN"], line["Row"]) for line in lines] == [("COSU1", TESLA, 4), ("COSU1", ATTO3, 5), ("COSU2", OTHER, 7)]  # fmt: skip
    counts = {row[1]: row[3] for row in book["Counts"].values}
    assert {name: counts.get(name, 0) for name in summary.kinds} == summary.kinds
    assert (counts["all rows"], counts["COSU1"], counts["COSU2"]) == (summary.rows_out, 2, 1)


def test_a_table_of_the_sheet_takes_our_columns_in(tmp_path):
    """Sorted without them, it would leave each verdict beside another vehicle."""
    book = openpyxl.Workbook()
    for row in (("VIN", "Fuel"), (TESLA, "BEV"), (ICE, "petrol")):
        book.active.append(row)
    book.active.add_table(Table(displayName="Cars", ref="A1:B3"))
    book, _ = annotated(tmp_path, book)
    ws = book.active
    table = ws.tables["Cars"]
    assert table.ref == ws.dimensions
    assert [column.name for column in table.tableColumns] == [cell.value for cell in ws[1]]
    assert ws.auto_filter.ref is None


def test_nothing_that_leads_out_of_the_workbook_stays(tmp_path):
    book = packing_list()
    ws = book["Packing List"]
    ws["G2"], ws["H2"], ws["I2"] = "=[1]Prices!A1", "=cmd|' /C calc'!A0", "see"
    ws["I2"].hyperlink = "https://example.invalid/"
    book.defined_names["far"] = DefinedName("far", attr_text="[2]Sheet1!$A$1")
    copy, summary = annotated(tmp_path, book)
    ws = copy["Packing List"]
    assert (ws["G2"].value, ws["H2"].value, ws["I2"].value, ws["I2"].hyperlink) == (None, None, "see", None)  # fmt: skip
    assert list(copy.defined_names) == []
    assert ws["D8"].value == "=SUM(D4:D7)"
    assert [note for note in summary.notes if "4 formula(s) and link(s)" in note]


def test_macros_are_not_carried(tmp_path):
    packing_list().save(tmp_path / "plain.xlsx")
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as old, zipfile.ZipFile(tmp_path / "list.xlsm", "w") as new:  # fmt: skip
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "[Content_Types].xml":
                content = content.replace(b"spreadsheetml.sheet.main", b"sheet.macroEnabled.main").replace(b"openxmlformats-officedocument.sheet.macroEnabled", b"ms-excel.sheet.macroEnabled")  # fmt: skip
            new.writestr(info, content)
        new.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 code")
    summary = screen_file(tmp_path / "list.xlsm", ON, tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "out" / "annotated.xlsx") as copy:
        assert not [name for name in copy.namelist() if "vba" in name.lower()]
        assert b"macroEnabled" not in copy.read("[Content_Types].xml")
    assert [note for note in summary.notes if "without the macros" in note]


def test_cells_that_look_like_formulas_are_texts_in_ours(tmp_path):
    book = openpyxl.Workbook()
    for row in (("VIN", "BL No", "Fuel"), (TESLA, "=1+1", "BEV"), ("=2+2", "x", "BEV"), ("a\nb#N/A", "y", "")):  # fmt: skip
        book.active.append(row)
    for cell in (book.active["B2"], book.active["A3"]):
        cell.data_type = "s"
    copy, _ = annotated(tmp_path, book)
    assert {cell.data_type for ws in copy for row in ws for cell in row} == {"s", "n"}
    assert copy.active["B2"].value == copy["Needs a licence"]["A2"].value == "=1+1"


@pytest.mark.parametrize(
    ("bound", "value"), [("TAGS", 50), ("ROWS", 3), ("BYTES", 1000), ("AREA", 5)]
)
def test_a_book_beyond_a_bound_is_written_anew_and_the_user_hears_of_it(tmp_path, monkeypatch, bound, value):  # fmt: skip
    monkeypatch.setattr(keepable, bound, value)
    copy, summary = annotated(tmp_path, packing_list())
    assert copy.sheetnames == ["Packing List", "Needs a licence", "Counts"]
    assert answers_of(copy.active, 1)["vin_verdict"][:2] == ["controlled", "controlled"]
    assert [note for note in summary.notes if "made anew" in note and "too large" in note]


def test_a_merged_block_of_a_whole_sheet_costs_nothing(tmp_path):
    packing_list().save(tmp_path / "plain.xlsx")
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as old, zipfile.ZipFile(tmp_path / "list.xlsx", "w") as new:  # fmt: skip
        for info in old.infolist():
            content = old.read(info)
            if info.filename.endswith("sheet2.xml"):
                content = content.replace(b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>')  # fmt: skip
            new.writestr(info, content)
    summary = screen_file(tmp_path / "list.xlsx", ON, tmp_path / "out")
    assert [note for note in summary.notes if "too large" in note]


def test_the_same_workbook_gives_the_same_bytes(tmp_path):
    packing_list().save(tmp_path / "list.xlsx")
    runs = []
    for _ in range(2):
        screen_file(tmp_path / "list.xlsx", ON, tmp_path / "out")
        runs.append((tmp_path / "out" / "annotated.xlsx").read_bytes())
    assert runs[0] == runs[1]


def test_a_sheet_is_printed_on_pages_of_one_width_to_what_one_acts_on(tmp_path):
    book = packing_list()
    rows = book.active.max_row
    kept, _ = annotated(tmp_path, book)
    ws = kept.worksheets[0]
    header = [cell.value for cell in ws[3]]
    last = openpyxl.utils.get_column_letter(header.index("vin_reasons") + 1)
    assert ws.print_area == f"'{ws.title}'!$A$1:${last}${rows}"
    assert ws.print_title_rows == "$3:$3"
    assert ws.sheet_properties.pageSetUpPr.fitToPage
    assert (ws.page_setup.orientation, ws.page_setup.fitToHeight) == ("landscape", 0)
    assert "vin_evidence" in header
    for ours in kept.worksheets[1:]:
        assert ours.print_title_rows in {"$1:$1", None}


def test_what_the_user_has_set_up_for_printing_stays_and_takes_in_the_verdict(tmp_path):
    book = packing_list()
    ws = book.active
    ws.print_area, ws.print_title_rows = "B3:D6", "3:4"
    ws.page_setup.orientation, ws.page_setup.scale = "portrait", 60
    kept, _ = annotated(tmp_path, book)
    ws = kept.worksheets[0]
    last = openpyxl.utils.get_column_letter([cell.value for cell in ws[3]].index("vin_reasons") + 1)
    assert ws.print_area == f"'{ws.title}'!$B$3:${last}$6"
    assert (ws.print_title_rows, ws.page_setup.orientation) == ("$3:$4", "portrait")
    assert ws.page_setup.scale == 60
