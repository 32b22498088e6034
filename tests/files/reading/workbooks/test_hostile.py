"""Workbooks of a few bytes that ask for much: refused with the place, the bound and the way out, or read in bounded work."""

import zipfile

import pytest
from support import handmade
from support.readers import TABLE, VINS, cells, only, refusal

from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.manifest import open_manifest
from vintool.files.reading.workbooks import xlsx

ROWS = handmade.xlsx_table(TABLE)


def sheet(path, more="", *, strings="", after=""):
    xml = ROWS.replace("</sheetData>", f"{more}</sheetData>{after}")
    return handmade.xlsx_workbook(path, {"S": xml}, strings=strings)


def test_a_cell_in_the_last_corner_does_not_widen_the_table(tmp_path):
    path = sheet(tmp_path / "a.xlsx", '<row r="5000"><c r="XFD5000"><v>1</v></c></row>')
    manifest = open_manifest(path)
    assert [row[:4] for row in cells(only(manifest))] == TABLE[1:]
    assert any("was left out, at XFD5000" in note for note in manifest.notes)


def test_few_cells_that_span_many_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "SPARSE_GRID", 1 << 16)
    monkeypatch.setattr(xlsx, "_GAP", 1 << 14)
    far = '<row r="9000"><c r="ZZ9000"><v>1</v></c></row>'
    assert "64 for each one that is written" in refusal(sheet(tmp_path / "a.xlsx", far)).what
    body = "".join(map(handmade.ods_row, TABLE)) + (
        '<table:table-row table:number-rows-repeated="9000"><table:table-cell table:number-columns-repeated="500"'
        ' office:value-type="float" office:value="1"/></table:table-row>'
    )
    error = refusal(handmade.ods_document(tmp_path / "a.ods", {"S": body}))
    assert (error.sheet, "column 500 and row 9021" in error.what) == ("S", True)
    rows = [*TABLE, *[[]] * 9000, [*[""] * 200, 1]]
    shared = []
    path = handmade.xlsb_workbook(
        tmp_path / "a.xlsb", {"S": handmade.xlsb_sheet(rows, shared)}, shared
    )
    assert "column 201 and row 9022" in refusal(path).what


def test_a_sheet_of_more_columns_than_any_program_has_is_refused(tmp_path):
    shared = []
    rows = [*TABLE, [*[""] * limits.COLUMNS, 1]]
    binary = handmade.xlsb_sheet(rows, shared)
    error = refusal(handmade.xlsb_workbook(tmp_path / "a.xlsb", {"S": binary}, shared))
    assert (error.sheet, error.what) == ("S", "its 16,385 columns are more than 16,384 columns")


def test_a_whole_sheet_that_is_repeated_is_refused(tmp_path):
    everything = (
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"'
        ' office:value-type="float" office:value="1"/></table:table-row>'
    )
    assert "too far" in refusal(handmade.ods_document(tmp_path / "a.ods", {"S": everything})).what


def test_a_long_text_that_is_repeated_is_refused_whatever_the_format(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "UNPACKED", 1 << 20)
    long = "x" * (1 << 16)
    for path in (
        sheet(
            tmp_path / "a.xlsx",
            "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(30, 60)),
            strings=f"<si><t>{long}</t></si>",
        ),
        handmade.ods_document(
            tmp_path / "a.ods",
            {
                "S": "".join(map(handmade.ods_row, TABLE))
                + handmade.ods_row([long], ' table:number-rows-repeated="30"')
            },
        ),
    ):
        assert "texts that stand in many cells" in refusal(path).what
    rows = [*TABLE, *([""] for _ in range(30))]
    shared = []
    binary = handmade.xlsb_sheet(rows, shared)
    shared.append(long)
    place = len(shared) - 1
    more = b"".join(
        handmade.xlsb_record(0, n.to_bytes(4, "little") + bytes(13))
        + handmade.xlsb_record(7, bytes(8) + place.to_bytes(4, "little"))
        for n in range(30, 60)
    )
    binary = binary.replace(handmade.xlsb_record(146), more + handmade.xlsb_record(146))
    path = handmade.xlsb_workbook(tmp_path / "a.xlsb", {"S": binary}, shared)
    assert "texts that stand in many cells" in refusal(path).what


def test_merged_cells_over_the_whole_sheet_fill_the_rows_that_there_are(tmp_path):
    merged = '<mergeCells><mergeCell ref="C2:XFD1048576"/></mergeCells>'
    assert cells(only(open_manifest(sheet(tmp_path / "a.xlsx", after=merged)))) == TABLE[1:]


def test_merged_cells_that_lie_over_each_other_take_no_square_of_work(tmp_path, monkeypatch):
    blocks = "".join(f'<mergeCell ref="C{2 + n % 9}:D{20_000 + n}"/>' for n in range(20_000))
    path = sheet(tmp_path / "a.xlsx", after=f"<mergeCells>{blocks}</mergeCells>")
    assert len(cells(only(open_manifest(path)))) == 20
    monkeypatch.setattr(limits, "MERGED", 10_000)
    error = refusal(path)
    assert (error.sheet, "its merged cells cover more than 10,000" in error.what) == ("S", True)


def test_a_hundred_thousand_empty_cells_with_a_style_are_no_rows(tmp_path):
    empty = "".join(
        f'<row r="{n}">{"".join(f"<c r={chr(34)}{handmade.column_letters(c)}{n}{chr(34)} s={chr(34)}1{chr(34)}/>" for c in range(1, 101))}</row>'
        for n in range(100, 1100)
    )
    manifest = open_manifest(sheet(tmp_path / "a.xlsx", empty))
    assert len(cells(only(manifest))) == 20


def test_one_part_is_read_for_one_sheet_alone(tmp_path):
    path = handmade.xlsx_workbook(tmp_path / "a.xlsx", {"S": ROWS, "T": ROWS})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/_rels/workbook.xml.rels"
    parts[name] = parts[name].replace(b"sheet2.xml", b"sheet1.xml")
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert "damaged" in refusal(path).what


def test_more_sheets_than_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "SHEETS", 2)
    path = handmade.xlsx_workbook(tmp_path / "a.xlsx", dict.fromkeys("STU", ROWS))
    assert "its 3 sheets are more than 2 sheets" in refusal(path).what


def test_the_parts_of_a_workbook_are_weighed_together(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "UNPACKED", 1 << 20)
    monkeypatch.setattr(limits, "RATIO", 2)
    blank = handmade.xlsx_sheet(" " * (1 << 19))
    path = handmade.xlsx_workbook(tmp_path / "a.xlsx", dict.fromkeys("STUV", blank))
    assert "the workbook unpacks to more than 1,048,576 bytes" in refusal(path).what


@pytest.mark.parametrize(
    "tag", ['office:value-type="string" office:string-value="{}"', 'table:style-name="{}"']
)
def test_a_tag_without_end_is_refused(tmp_path, tag):
    body = f"<table:table-row><table:table-cell {tag.format('x' * (9 << 20))}/></table:table-row>"
    error = refusal(handmade.ods_document(tmp_path / "a.ods", {"S": body}))
    assert "a tag of its content.xml is longer than 1,048,576 bytes" in error.what


@pytest.mark.parametrize(
    "piece",
    [
        "<c>",
        "<c",
        "<c r=",
        '<c r="A1"><v',
        "<v",
        "<x:c ",
        "<c><f",
        "<is><rPh",
        "&#32;",
        "</v>",
        "<c t='e'><v>",
    ],
)
def test_beginnings_without_an_end_are_gone_through_once(tmp_path, piece):
    """Were any pattern a square of its input, this would not come to its end."""
    many = piece * (1_000_000 // len(piece))
    strings = f"<si><t>{VINS[0]}</t></si><si>{many.replace('<c', '<rPh')}</si>"
    for path in (
        sheet(tmp_path / "a.xlsx", f'<row r="40">{many}</row>'),
        sheet(tmp_path / "b.xlsx", strings=strings),
    ):
        try:
            rows = cells(only(open_manifest(path)))
        except ManifestError:
            rows = TABLE[1:]
        assert [row[:4] for row in rows] == TABLE[1:]
