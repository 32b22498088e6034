"""The first rows of a list: a damaged VIN makes no header, and every row that is not blank is accounted for."""

import pytest
from support import ON, handmade
from support.manifests import put, put_csv, put_xlsx
from support.readers import TABLE, VINS, cells, numbers, only

from vintool.declaration.mapping import map_columns
from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file

DAMAGED = [
    VINS[0][:16],
    VINS[0][:16].lower(),
    VINS[0][:11],
    VINS[0][:8],
    VINS[0][:11] + "******",
    VINS[0] + "8",
    "LRW 3E7FA 0LC 00000",
    f"'{VINS[0][:16]}'",
    f"VIN: {VINS[0][:16]}",
    "LRW3E7FA0LCOOOOOO",
    "ＬＲＷ３Ｅ７ＦＡ０ＬＣ０００００",
    "TBA",
    "12345678901234567",
    "GP5-1234567",
]


@pytest.mark.parametrize("first", DAMAGED)
@pytest.mark.parametrize("beside", [(), ("Model 3",), ("Tesla", "1")])
def test_a_damaged_vin_in_the_first_row_makes_no_header(tmp_path, first, beside):
    rows = [[first, *beside], *([vin, *beside] for vin in VINS[:9])]
    for path in (put_csv(tmp_path / "a.csv", rows), put_xlsx(tmp_path / "a.xlsx", {"S": rows})):
        sheet = only(open_manifest(path))
        assert numbers(sheet) == list(range(1, 11))
        assert cells(sheet)[0][0] == first
        assert (sheet.header_rows, sheet.title_rows) == (0, ())
        assert map_columns(sheet)["vin"] == "column 1"


@pytest.mark.parametrize("kind", ["xlsx", "xlsb", "xls", "ods"])
def test_workbooks_without_header_lose_no_row(tmp_path, kind):
    rows = [[VINS[0][:16], "BL1", "BYD", 1, ""], *([vin, "", "BYD", 1, ""] for vin in VINS[1:4])]
    path = handmade.two_sheets(tmp_path / "list.bin", rows, kind, hidden="T")
    assert numbers(only(open_manifest(path))) == [1, 2, 3, 4]


@pytest.mark.parametrize("whole", [0, 1, 3, 8])
def test_a_list_of_one_column_is_read_whole_however_many_of_its_vins_are_damaged(tmp_path, whole):
    lines = [vin[:16] for vin in VINS[whole:20]] + VINS[:whole]
    path = put(tmp_path / "a.txt", "\n".join(lines))
    sheet = only(open_manifest(path))
    assert [row[0] for row in cells(sheet)] == lines
    summary = screen_file(path, ON)
    assert (summary.rows_out, summary.verdicts["out_of_scope"]) == (20, 0)


def test_titles_are_numbered_and_those_with_a_vin_are_rows(tmp_path):
    titles = [["Export list 2026"], [f"as for {VINS[30].lower()}"], [], [VINS[31][:16]]]
    rows = [*titles, *TABLE]
    for path in (put_csv(tmp_path / "a.csv", rows), put_xlsx(tmp_path / "a.xlsx", {"S": rows})):
        manifest = open_manifest(path)
        sheet = only(manifest)
        assert sheet.columns == tuple(TABLE[0])
        assert numbers(sheet) == [2, 4, *range(6, 26)]
        assert [row[0] for row in cells(sheet)[:2]] == [titles[1][0], titles[3][0]]
        assert (sheet.header_rows, sheet.title_rows) == (1, (1,))
        notes = " ".join(manifest.notes)
        assert "1 title row(s) above the header are not data: row 1." in notes
        assert "2 row(s) above the header hold something like a VIN and were read as data: row 2, 4." in notes  # fmt: skip
        info = screen_file(path, ON).sheets[0]
        assert (info.rows, info.header_rows, info.title_rows) == (22, 1, 1)


def test_a_header_of_unknown_words_is_named(tmp_path):
    rows = [["Xyzzy", "Plugh"], *([vin, "a"] for vin in VINS[:3])]
    notes = open_manifest(put_csv(tmp_path / "a.csv", rows)).notes
    assert notes == ("Row 1 was taken for the header, and none of its words is known: look at it.",)


def test_words_of_a_header_outweigh_what_looks_like_a_number_of_a_vehicle(tmp_path):
    rows = [["VIN", "Make", "BYD7005BEV1"], *([vin, "BYD", "x"] for vin in VINS[:3])]
    assert only(open_manifest(put_csv(tmp_path / "a.csv", rows))).columns[0] == "VIN"
