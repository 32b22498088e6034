"""XLSX: every cell as text, the sheets that are read, and packages that are refused."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from support import handmade
from support.manifests import put
from support.readers import TABLE, VINS, cells, numbers, only, refusal

from vintool.declaration.mapping import map_columns
from vintool.errors import NoVinColumn
from vintool.files.reading import limits
from vintool.files.reading.manifest import open_manifest
from vintool.files.reading.workbooks.parts import Survey
from vintool.files.reading.workbooks.xlsx import XlsxWorkbook


def test_cells_of_a_workbook_as_text(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Manifest"])
    book.active.append([])
    book.active.append(["VIN", "HS Code", "Price", "New", "Declaration date", "Seen", "Remark"])
    book.active.append(
        [
            VINS[0],
            8703801090,
            1.5,
            True,
            date(2026, 3, 1),
            datetime.fromisoformat("2026-03-01T12:30"),
            "",
        ]
    )
    book.active.append([])
    book.active.append(["合计", 12345678901234567, 0, None, None, None, " "])
    book.active.append([0])
    book.active.append(["", " "])
    book.save(tmp_path / "a.xlsx")
    manifest = open_manifest(tmp_path / "a.xlsx")
    sheet = only(manifest)
    assert cells(sheet) == [
        [VINS[0], "8703801090", "1.5", "TRUE", "2026-03-01", "2026-03-01T12:30:00", ""],
        ["合计", "1.234567890123457e+16", "0", "", "", "", ""],
        ["0", "", "", "", "", "", ""],
    ]
    assert numbers(sheet) == [4, 6, 7]
    assert sheet.blank_rows() == 2
    assert (manifest.format, manifest.encoding, manifest.delimiter) == ("xlsx", "", "")


def test_sheets_are_chosen_and_the_others_named(tmp_path):
    sheets = {
        "Cars": handmade.xlsx_table(TABLE),
        "Old": handmade.xlsx_table(TABLE),
        "Ports": handmade.xlsx_table([["Port"], ["Rotterdam"]]),
        "Void": handmade.xlsx_sheet(""),
    }
    path = handmade.xlsx_workbook(tmp_path / "a.xlsx", sheets, hidden=frozenset({"Old"}))
    manifest = open_manifest(path)
    assert only(manifest).name == "Cars"
    assert dict(manifest.skipped) == {
        "Old": "hidden, with 20 VIN(s) in its first rows; pass --sheet to read it",
        "Void": "empty",
        "Ports": "no column looks like VINs",
    }
    assert only(open_manifest(path, sheet="Old")).name == "Old"
    assert "'Cars'" in refusal(path, sheet="Trucks").next_step
    del sheets["Cars"]
    sheets["More"] = sheets["Ports"]
    with pytest.raises(NoVinColumn, match="'Ports' has 'Port'; 'More' has"):
        open_manifest(handmade.xlsx_workbook(path, sheets, hidden=frozenset({"Old"})))


def test_a_wrong_dimension_hides_no_row(tmp_path):
    path = handmade.xlsx_workbook(
        tmp_path / "a.xlsx", {"S": handmade.xlsx_table(TABLE, dimension="A1")}
    )
    assert cells(only(open_manifest(path))) == TABLE[1:]


@pytest.mark.slow
def test_a_stray_cell_far_right_neither_kills_nor_vanishes(tmp_path):
    body = "".join(handmade.xlsx_row(n, texts) for n, texts in enumerate(TABLE, 1))
    stray = body.replace("</row>", handmade.xlsx_cell("XFD5", "x") + "</row>", 5).replace(
        handmade.xlsx_cell("XFD5", "x"), "", 4
    )
    path = handmade.xlsx_workbook(
        tmp_path / "a.xlsx", {"S": handmade.xlsx_sheet(stray, dimension="A1")}
    )
    manifest = open_manifest(path)
    assert cells(only(manifest)) == TABLE[1:]
    assert any("XFD5" in note for note in manifest.notes)
    last = body + f'<row r="1048576">{handmade.xlsx_cell("XFD1048576", "x")}</row>'
    sheet = only(open_manifest(handmade.xlsx_workbook(path, {"S": handmade.xlsx_sheet(last)})))
    assert cells(sheet) == TABLE[1:]


def test_two_cells_that_span_the_whole_grid(tmp_path):
    body = (
        handmade.xlsx_row(1, ["A"])
        + f'<row r="1048576">{handmade.xlsx_cell("XFD1048576", "x")}</row>'
    )
    manifest = open_manifest(
        handmade.xlsx_workbook(tmp_path / "a.xlsx", {"S": handmade.xlsx_sheet(body)})
    )
    with pytest.raises(NoVinColumn):
        map_columns(only(manifest))
    assert any("XFD1048576" in note for note in manifest.notes)


def test_an_honest_wide_sheet_is_read_whole(tmp_path):
    rows = [["VIN", *(f"Option {i}" for i in range(600))], [VINS[0], *map(str, range(600))]]
    path = handmade.xlsx_workbook(tmp_path / "a.xlsx", {"S": handmade.xlsx_table(rows)})
    assert cells(only(open_manifest(path))) == rows[1:]


def test_a_reader_that_returns_too_few_rows_is_caught(tmp_path, monkeypatch):
    path = handmade.xlsx_workbook(tmp_path / "a.xlsx", {"S": handmade.xlsx_table(TABLE)})
    survey_rows = XlsxWorkbook.survey
    monkeypatch.setattr(
        XlsxWorkbook,
        "survey",
        lambda self, part: Survey(survey_rows(self, part).rows + 1, 4, 0),
    )
    assert "21 rows with content were read and the sheet holds 22" in refusal(path).what


def test_rows_of_empty_shared_strings_and_errors_are_blank(tmp_path):
    strings = "<si><t>VIN</t></si><si><t></t></si><si/><si><t/></si><si><t>" + VINS[0] + "</t></si>"
    shared = '<row r="{0}"><c r="A{0}" t="s"><v>{1}</v></c></row>'
    body = "".join(shared.format(n, v) for n, v in enumerate([0, 1, 2, 3, 4], 1))
    body += '<row r="6"><c r="A6" t="e"><v>#N/A</v></c></row><row r="7"/>'
    path = handmade.xlsx_workbook(
        tmp_path / "a.xlsx", {"S": handmade.xlsx_sheet(body)}, strings=strings
    )
    sheet = only(manifest := open_manifest(path))
    assert cells(sheet) == [[VINS[0]]]
    assert numbers(sheet) == [5]
    assert any("#N/A" in note for note in manifest.notes)


def test_a_namespace_prefix_changes_nothing(tmp_path):
    xml = handmade.xlsx_table(TABLE)
    for tag in ("worksheet", "sheetData", "row", "c", "is", "t"):
        xml = (
            xml.replace(f"<{tag} ", f"<x:{tag} ")
            .replace(f"<{tag}>", f"<x:{tag}>")
            .replace(f"</{tag}>", f"</x:{tag}>")
        )
    xml = xml.replace("xmlns=", "xmlns:x=")
    path = handmade.xlsx_workbook(tmp_path / "a.xlsx", {"S": xml})
    assert cells(only(open_manifest(path))) == TABLE[1:]


def test_broken_and_foreign_containers(tmp_path):
    whole = handmade.xlsx_workbook(
        tmp_path / "a.xlsx", {"S": handmade.xlsx_table(TABLE * 50)}
    ).read_bytes()
    for share in (0.3, 0.9, 0.99):
        assert "damaged" in refusal(put(tmp_path / "b.xlsx", whole[: int(len(whole) * share)])).what
    at = whole.index(b"xl/worksheets/sheet1.xml") + 60
    assert (
        "damaged"
        in refusal(put(tmp_path / "c.xlsx", whole[:at] + b"\xff" * 40 + whole[at + 40 :])).what
    )
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    assert "damaged" in refusal(put(tmp_path / "d.xls", ole)).what
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert only(open_manifest(put(tmp_path / "f.xlsx", buffer.getvalue()))).columns == ("x",)
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.bin", "x")
    assert "damaged" in refusal(put(tmp_path / "g.xlsb", buffer.getvalue())).what


def test_a_zip_bomb_is_refused_while_it_unpacks(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "SMALL_PART", 1 << 20)
    strings = f"<si><t>{'A' * (3 << 20)}</t></si>"
    path = handmade.xlsx_workbook(
        tmp_path / "a.xlsx", {"S": handmade.xlsx_table(TABLE)}, strings=strings
    )
    assert "its part xl/sharedstrings.xml unpacks to more than" in refusal(path).what
    sheet = handmade.xlsx_table([*TABLE, [" " * (3 << 20)]])
    assert "unpacks to more than" in refusal(handmade.xlsx_workbook(path, {"S": sheet})).what


def test_entities_are_not_expanded(tmp_path):
    path = handmade.xlsx_workbook(tmp_path / "a.xlsx", {"S": handmade.xlsx_table(TABLE)})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = b'<!DOCTYPE a [<!ENTITY b "c">]>' + parts["xl/workbook.xml"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert "damaged" in refusal(path).what
