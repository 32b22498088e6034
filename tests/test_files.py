"""Reading manifests: every row and cell comes back, or the user is told why not."""

import csv
import io
import os
from collections import deque
from datetime import date, datetime
from pathlib import Path

import hostile
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vintool.declaration.headers import (
    EXACT,
    find_header,
    map_columns,
    meaning,
    normalise,
    vin_shaped,
)
from vintool.errors import ManifestError, MappingError, NoVinColumn
from vintool.files.reading import delimited
from vintool.files.reading.manifest import open_manifest
from vintool.files.reading.sheets import Manifest, Sheet
from vintool.files.reading.workbooks import parts
from vintool.files.reading.workbooks.parts import Survey
from vintool.files.reading.workbooks.xlsx import XlsxWorkbook
from vintool.registry import read_rows

VINS = [f"LRW3E7FA{i % 10}LC{i:06d}" for i in range(600)]
TABLE = [["No", "VIN", "Make", "HS Code"]] + [
    [str(i), vin, "特斯拉", "8703801090"] for i, vin in enumerate(VINS[:20], 1)
]


def put(path: Path, rows, encoding="utf-8", delimiter=",", **options) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter, **options).writerows(rows)
    return path


def raw(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def cells(sheet: Sheet) -> list[list[str]]:
    return [list(row.values()) for batch in sheet.batches() for row in batch.data.to_pylist()]


def numbers(sheet: Sheet) -> list[int]:
    return [int(number) for batch in sheet.batches() for number in batch.rows]


def only(manifest: Manifest) -> Sheet:
    (sheet,) = manifest.sheets
    return sheet


def refusal(path: Path, **options) -> ManifestError:
    with pytest.raises(ManifestError) as caught:
        list(map(cells, open_manifest(path, **options).sheets))
    error = caught.value
    assert error.next_step
    assert path.name in str(error)
    assert str(error).count("\n") == 0
    return error


# --- delimited text ---------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encoding_and_delimiter_are_found(tmp_path, encoding, delimiter):
    rows = [*TABLE, ["21", "", "丂倈車", "x"]]  # these end in bytes that look like @ | and others
    manifest = open_manifest(put(tmp_path / "list.txt", rows, encoding, delimiter))
    assert manifest.delimiter == delimiter
    assert manifest.encoding == encoding
    assert manifest.format == ("tsv" if delimiter == "\t" else "csv")
    assert only(manifest).columns == tuple(TABLE[0])
    assert cells(only(manifest)) == rows[1:]
    assert numbers(only(manifest)) == list(range(2, 23))
    assert bool(manifest.notes) == (encoding == "gb18030")


@pytest.mark.parametrize(
    ("encoding", "header"),
    [
        ("big5", "車身號碼"),
        ("cp932", "車台番号"),
        ("cp949", "차대번호"),
        ("cp1251", "Номер кузова"),
        ("cp1252", "Número de bastidor"),
    ],
)
def test_a_known_header_betrays_a_legacy_encoding(tmp_path, encoding, header):
    path = put(tmp_path / "a.csv", [[header, "Q"], [VINS[0], "1"]], encoding)
    manifest = open_manifest(path)
    assert manifest.encoding == encoding
    assert map_columns(only(manifest)) == {"vin": header}


def test_the_user_names_the_encoding(tmp_path):
    path = put(tmp_path / "a.csv", TABLE, "gb18030")
    assert cells(only(open_manifest(path, encoding="GBK"))) == TABLE[1:]
    assert "byte" in refusal(path, encoding="ascii").what
    assert "no text encoding" in refusal(path, encoding="klingon").what
    assert "no text encoding" in refusal(path, encoding="rot13").what


def test_titles_and_quoted_line_breaks_keep_row_numbers(tmp_path):
    rows = [
        ["Export\nlist", "2026"],
        [],
        ["No", "VIN /\nChassis No."],
        ["1", VINS[0]],
        ["2", VINS[1]],
    ]
    sheet = only(manifest := open_manifest(put(tmp_path / "a.csv", rows)))
    assert sheet.columns == ("No", "VIN /\nChassis No.")
    assert numbers(sheet) == [4, 5]
    assert "title" in manifest.notes[0]


def test_two_lines_of_header_become_one(tmp_path):
    rows = [["No", "VIN /", "HS"], ["", "Chassis No.", "Code"], ["1", VINS[0], "8703801090"]]
    sheet = only(open_manifest(put(tmp_path / "a.csv", rows)))
    assert sheet.columns == ("No", "VIN / Chassis No.", "HS Code")
    assert cells(sheet) == rows[2:]
    titled = [["Vessel: MV EXAMPLE", ""], ["VIN", "Make"], [VINS[0], "BYD"]]
    assert only(open_manifest(put(tmp_path / "c.csv", titled))).columns == ("VIN", "Make")
    first = [["VIN", "Make"], ["unknown", "Tesla"], [VINS[0], "BYD"]]
    assert len(cells(only(open_manifest(put(tmp_path / "d.csv", first))))) == 2
    for cell in (":", "No", "-"):
        short = [["B/L", "VIN"], [cell, ""], ["1", VINS[0]]]
        assert len(cells(only(open_manifest(put(tmp_path / "e.csv", short))))) == 2
    bilingual = [["序号", "车架号", "品牌"], ["No", "VIN", "Make"], ["1", VINS[0], "BYD"]]
    sheet = only(open_manifest(put(tmp_path / "b.csv", bilingual)))
    assert set(map_columns(sheet)) == {"row_no", "vin", "make"}
    assert numbers(sheet) == [3]


def test_ragged_rows_return_to_their_place(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "_BLOCK", 4096)
    rows = [["VIN", "Make", "Model"]]
    for i, vin in enumerate(VINS):
        rows.append([vin, "A", "B"][: 3 - (i % 7 == 0)] + ["more", f"x,{i}"] * (i % 11 == 0))
    rows.append(["合计", "600"])
    sheet = only(manifest := open_manifest(put(tmp_path / "a.csv", rows)))
    assert sheet.columns == ("VIN", "Make", "Model", "column 4", "column 5")
    assert cells(sheet) == [row + [""] * (5 - len(row)) for row in rows[1:]]
    assert numbers(sheet) == list(range(2, len(rows) + 1))
    assert any("5 cells under 3 headers" in note for note in manifest.notes)


def test_blank_rows_are_counted_and_passed_over(tmp_path):
    lines = ["VIN,Make", VINS[0] + ",A", "", ",", '"",""', VINS[1] + ",B", "", ""]
    sheet = only(open_manifest(raw(tmp_path / "a.csv", "\r\n".join(lines))))
    assert numbers(sheet) == [2, 6]
    assert sheet.blank_rows() == 4
    assert [len(cells(sheet)), sheet.blank_rows()] == [2, 4]  # the count starts anew


def test_a_list_without_header_loses_no_row(tmp_path):
    manifest = open_manifest(raw(tmp_path / "vins.txt", "\n".join(VINS)))
    assert only(manifest).columns == ("column 1",)
    assert [row[0] for row in cells(only(manifest))] == VINS
    assert map_columns(only(manifest)) == {"vin": "column 1"}
    # A header further down is a row like any other.
    path = put(
        tmp_path / "b.csv", [[VINS[0], "A"], [VINS[1], "B"], ["VIN", "Make"], [VINS[2], "C"]]
    )
    assert len(cells(only(open_manifest(path)))) == 4


def test_unknown_words_above_vins_are_a_header(tmp_path):
    sheet = only(open_manifest(put(tmp_path / "a.csv", [["Xyzzy", "Plugh"], [VINS[0], "A"]])))
    assert sheet.columns == ("Xyzzy", "Plugh")
    assert map_columns(sheet) == {"vin": "Xyzzy"}


def test_duplicate_and_blank_headers_get_names(tmp_path):
    rows = [["VIN", "Model", "", "Model", "Model (2)"], [VINS[0], "a", "b", "c", "d"]]
    sheet = only(open_manifest(put(tmp_path / "a.csv", rows)))
    assert sheet.columns == ("VIN", "Model", "column 3", "Model (3)", "Model (2)")
    assert sheet.headers == ("VIN", "Model", "column 3", "Model", "Model (2)")


def test_a_header_alone_is_an_empty_manifest(tmp_path):
    for text in ("VIN,Make", "VIN,Make\n", "title\nVIN,Make\r\n"):
        manifest = open_manifest(raw(tmp_path / "a.csv", text))
        assert cells(only(manifest)) == []
        assert map_columns(only(manifest)) == {"vin": "VIN", "make": "Make"}
        assert any("no rows" in note for note in manifest.notes)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path, end):
    sheet = only(
        open_manifest(
            raw(tmp_path / "a.csv", end.join(["VIN,Make", f"{VINS[0]},A", f"{VINS[1]},B"]))
        )
    )
    assert numbers(sheet) == [2, 3]


def test_a_long_cell_is_kept_and_an_absurd_one_refused(tmp_path):
    text = "x" * (1 << 20)
    path = put(tmp_path / "a.csv", [["VIN", "Remark"], [VINS[0], text], [VINS[1]]])
    assert cells(only(open_manifest(path))) == [[VINS[0], text], [VINS[1], ""]]
    put(path, [["VIN", "Remark"], [VINS[0], text * 9], [VINS[1], ""]])
    assert "longer than 1 MB" in refusal(path).what
    put(path, [["VIN", "Remark"], *[[VINS[1], ""]] * 600, [VINS[0], text * 9]])
    assert "longer than 1 MB" in refusal(path).what


@pytest.mark.parametrize("tail", ["", "\n", '"\n', '\n"x","y","z"\n'])
@pytest.mark.parametrize("before", [3, 590])
def test_an_open_quotation_mark_swallows_nothing_in_silence(tmp_path, tail, before):
    lines = [f"{i},{vin},B" for i, vin in enumerate(VINS)]
    lines[before] = lines[before].replace(",B", ',"5 inch')
    error = refusal(raw(tmp_path / "a.csv", "No,VIN,Make\n" + "\n".join(lines) + tail))
    assert "quotation mark" in str(error)
    assert error.row == before + 2
    assert not any(vin in str(error) for vin in VINS)


def test_an_inch_mark_inside_a_cell_is_text(tmp_path):
    sheet = only(
        open_manifest(raw(tmp_path / "a.csv", f'VIN,Wheel\n{VINS[0]},19" alloy\n{VINS[1]},x\n'))
    )
    assert cells(sheet) == [[VINS[0], '19" alloy'], [VINS[1], "x"]]


def test_bytes_that_are_no_text(tmp_path):
    error = refusal(raw(tmp_path / "a.csv", b"VIN,Make\n" + VINS[0].encode() + b",\xff\xff\n"))
    assert "byte 27" in error.what
    assert error.row == 2
    assert "--encoding" in error.next_step
    assert "NUL" in refusal(raw(tmp_path / "b.csv", b"VIN,Make\na,b\0\0\0")).what
    text = f"VIN,燃料\n{VINS[0]},汽油\n".encode()
    error = refusal(raw(tmp_path / "c.csv", text + b"\xb4\xbf,x\n"))  # one cell of another encoding
    assert (error.row, "UTF-8" in error.what) == (3, True)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("cell", ["b", "一丁万上下不", ""])
def test_utf_16_without_its_mark_is_evident(tmp_path, encoding, cell):
    path = raw(tmp_path / "a.csv", f"VIN,Make\na,{cell}\n".encode(encoding))
    manifest = open_manifest(path)
    assert manifest.encoding == encoding
    assert "without a byte order mark" in manifest.notes[0]
    assert cells(only(manifest)) == [["a", cell]]


def test_what_is_no_file_to_read(tmp_path):
    assert "folder" in refusal(tmp_path).what
    assert "no such file" in refusal(tmp_path / "gone.csv").what
    assert "empty" in refusal(raw(tmp_path / "a.csv", b"")).what
    assert "PDF" in refusal(raw(tmp_path / "a.pdf", b"%PDF-1.7")).what
    assert "web page" in refusal(raw(tmp_path / "a.xls", "<html><table>")).what
    assert "no sheets" in refusal(put(tmp_path / "b.csv", TABLE), sheet="Sheet1").what


def test_no_permission(tmp_path):
    path = put(tmp_path / "a.csv", TABLE)
    path.chmod(0)
    superuser = os.geteuid() == 0  # who may read everything, so someone else asks
    if superuser:
        os.seteuid(65534)
    try:
        assert "cannot be opened" in refusal(path).what
    finally:
        if superuser:
            os.seteuid(0)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=8)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.lists(TEXT, min_size=1, max_size=5), max_size=25),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    delimiter=st.sampled_from(",\t;|"),
    end=st.sampled_from(["\n", "\r\n"]),
    block=st.sampled_from([256, 2 << 20]),
)
def test_every_cell_comes_back(tmp_path, monkeypatch, rows, encoding, delimiter, end, block):
    monkeypatch.setattr(delimited, "_BLOCK", block)
    head = ["VIN", "Make", "HS Code"]
    path = put(
        tmp_path / "a.csv",
        [head, *rows],
        encoding,
        delimiter,
        lineterminator=end,
        quoting=csv.QUOTE_ALL,
    )
    manifest = open_manifest(path, encoding=encoding)
    sheet = only(manifest)
    width = max(3, *map(len, rows), 3)
    expected = [(n, row + [""] * (width - len(row))) for n, row in enumerate(rows, 2) if any(row)]
    assert list(zip(numbers(sheet), cells(sheet), strict=True)) == expected
    assert sheet.blank_rows() == len(rows) - len(expected)
    assert sheet.sample == tuple(tuple(row) for _, row in expected)


def test_an_empty_batch_does_not_draw_later_ragged_records_before_valid_ones():
    """Found by the property above: record 11 was still to come when 12 was known to be ragged."""
    layout = delimited._Layout(Path("a.csv"), "utf-8", ",", 1, 1, 2)
    ragged = deque((number, f"a{number}") for number in (7, 8, 9, 10, 12))
    data, rows = delimited._merge(layout, ("x", "y"), None, ragged, 7)
    assert rows.tolist() == [7, 8, 9, 10]
    assert data.column("x").to_pylist() == ["a7", "a8", "a9", "a10"]
    assert [number for number, _ in ragged] == [12]


# --- headers ----------------------------------------------------------------------------------

SPELLINGS = {
    "vin": [
        "VIN", "vin no.", "V.I.N.", "ＶＩＮ", "VIN\nNo", "VIN / Chassis No.", "Chassis_No", "CHASSIS NUMBER",
        "Vehicle Identification Number (VIN)", "Serial/VIN", "Frame No.", "车架号", "车架号VIN", "VIN码",
        "车辆识别代号/车架号", "底盘(车架)号", "車身號碼", "車架號碼", "車台番号", "차대번호",
        "Fahrgestell-Nr.", "FIN", "N° de châssis", "Número de bastidor", "Número do chassi", "Номер кузова",
        "Şasi No", "رقم الشاصي", "Nomor Rangka", "Số khung", "เลขตัวถัง", "VIN (17 digits)", "Vehicle VIN",
    ],
    "hs_code": ["HS Code", "H.S. CODE", "HS", "商品编号", "商品编码(HS)", "海关编码", "Zolltarifnummer", "ТН ВЭД", "GTİP No", "HS Code (10 digits)"],
    "fuel": ["Fuel", "FUEL TYPE", "燃料种类", "動力類型", "연료", "Kraftstoff", "Тип топлива", "Fuel / Carburant"],
    "condition": ["New/Used", "Condition", "新旧", "新/旧"],
    "declaration_date": ["Decl. Date", "Declaration Date", "申报日期", "申告日"],
    "export_date": ["Export date", "出口日期"],
    "unit_price": ["单价(USD)", "Unit price [EUR]"],
    "exporter_code": ["统一社会信用代码", "海关编码(10位)"],
    "model_year": ["Model Year", "年款", "Baujahr"],
    "un_no": ["UN No.", "UN", "UN编号"],
}  # fmt: skip


@pytest.mark.parametrize(("field", "header"), [(f, h) for f, hs in SPELLINGS.items() for h in hs])
def test_spellings(field, header):
    assert meaning(header) is not None
    assert meaning(header)[0] == field


@pytest.mark.parametrize(
    "header",
    [
        "Vintage",
        "Make / Model",
        "Fuel surcharge",
        "Modelling",
        "VIN checked",
        "Engine No / VIN",
        "",
        "Remarks",
        "column 3",
        "燃料消耗量",
    ],
)
def test_no_header_is_guessed(header):
    assert meaning(header) is None


def test_the_dictionary_names_each_header_once():
    rows = list(read_rows("headers.csv", ("field", "header", "language", "source")))
    assert all(all(cell.strip() for cell in row) for row in rows)
    assert len({normalise(header) for _, header, _, _ in rows}) == len(rows)
    assert all(meaning(header) == (field, EXACT) for field, header, _, _ in rows)
    languages = {language for field, _, language, _ in rows if field == "vin"}
    assert languages >= {
        "en",
        "zh-Hans",
        "zh-Hant",
        "ja",
        "ko",
        "de",
        "fr",
        "es",
        "pt",
        "ru",
        "tr",
        "ar",
        "id",
        "vi",
        "th",
    }


@pytest.mark.parametrize(
    "text",
    [
        "lrw3e7fa1lc000001",
        "LRW3E7FA1-LC000001",
        "*LRW3E7FA1LC000001*",
        "ＬＲＷ３Ｅ７ＦＡ１ＬＣ０００００１",
        "LRW3E7FA1\xa0LC000001",
    ],
)
def test_dirty_vins_have_the_shape(text):
    assert vin_shaped(text)


@pytest.mark.parametrize(
    "text", ["", "LRW3E7FA1LC00000", "LRW3E7FA1LC00000I", "12345678901234567", "GP5-1234567"]
)
def test_other_texts_have_not(text):
    assert not vin_shaped(text)


def sheet_of(header, *rows) -> Sheet:
    return Sheet("", tuple(header), tuple(header), tuple(map(tuple, rows)), file="list.csv")


def test_content_decides_between_two_vin_columns():
    frames = sheet_of(["Chassis No", "VIN"], *[["GP5-1234567", vin] for vin in VINS[:9]])
    beside = {"vin": "VIN", "chassis_no": "Chassis No"}
    assert map_columns(frames) == beside
    named = sheet_of(["Chassis No", "VIN"], *zip(VINS[:9], VINS[9:18], strict=True))
    assert map_columns(named) == beside  # one says VIN; rows where the other differs are told
    both = sheet_of(["Chassis No", "Frame No"], *zip(VINS[:9], VINS[9:18], strict=True))
    with pytest.raises(
        MappingError, match=r'--map vin="Chassis No" or --map vin="Frame No"'
    ) as caught:
        map_columns(both)
    assert not isinstance(caught.value, ManifestError)
    assert map_columns(both, {"vin": "Frame No"}) == {
        "vin": "Frame No",
        "chassis_no": "Chassis No",
    }
    unnamed = sheet_of(["A", "VIN"], *[[vin, "12345"] for vin in VINS[:9]])
    assert map_columns(unnamed) == {"vin": "A", "chassis_no": "VIN"}
    neither = sheet_of(["Chassis No", "VIN"], ["1", "2"])
    with pytest.raises(MappingError):
        map_columns(neither)


def test_an_engine_number_is_not_taken_for_a_vin():
    sheet = sheet_of(["VIN", "Engine No"], *zip(VINS[:9], VINS[9:18], strict=True))
    assert map_columns(sheet) == {"vin": "VIN", "engine_no": "Engine No"}
    with pytest.raises(NoVinColumn, match="--map"):
        map_columns(sheet_of(["Make"], ["BYD"]))


def test_a_tie_that_can_change_a_verdict_is_refused():
    with pytest.raises(MappingError, match="hs_code"):
        map_columns(sheet_of(["VIN", "HS code", "HTS"]))
    sheet = sheet_of(["VIN", "HS code / old", "HS code", "Model", "Vehicle model"])
    assert map_columns(sheet) == {"vin": "VIN", "hs_code": "HS code", "model": "Model"}


def test_overrides_are_checked():
    sheet = sheet_of(["VIN", "HS code", "HTS", "Ref."])
    assert map_columns(sheet, {"hs_code": "hts", "bl_no": "ref"}) == {
        "vin": "VIN",
        "hs_code": "HTS",
        "bl_no": "Ref.",
    }
    for wrong in ({"hs": "HTS"}, {"hs_code": "nothing"}, {"hs_code": "HTS", "vin": "HTS"}):
        with pytest.raises(MappingError) as caught:
            map_columns(sheet, wrong)
        assert caught.value.next_step


def test_a_header_is_never_below_a_vin():
    assert find_header([[VINS[0]], ["VIN"], [VINS[1]]]).lines == 0
    assert find_header([["List"], [], ["VIN", "Make"], [VINS[1], "x"]]).index == 2
    assert find_header([]).lines == 0


# --- workbooks --------------------------------------------------------------------------------


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
        "Cars": hostile.table(TABLE),
        "Old": hostile.table(TABLE),
        "Ports": hostile.table([["Port"], ["Rotterdam"]]),
        "Void": hostile.sheet_xml(""),
    }
    path = hostile.workbook(tmp_path / "a.xlsx", sheets, hidden=frozenset({"Old"}))
    manifest = open_manifest(path)
    assert only(manifest).name == "Cars"
    assert dict(manifest.skipped) == {
        "Old": "hidden; pass --sheet to read it",
        "Void": "empty",
        "Ports": "no column looks like VINs",
    }
    assert only(open_manifest(path, sheet="Old")).name == "Old"
    assert "'Cars'" in refusal(path, sheet="Trucks").next_step
    del sheets["Cars"]
    sheets["More"] = sheets["Ports"]
    with pytest.raises(NoVinColumn, match="'Ports' has 'Port'; 'More' has"):
        open_manifest(hostile.workbook(path, sheets, hidden=frozenset({"Old"})))


def test_a_wrong_dimension_hides_no_row(tmp_path):
    path = hostile.workbook(tmp_path / "a.xlsx", {"S": hostile.table(TABLE, dimension="A1")})
    assert cells(only(open_manifest(path))) == TABLE[1:]


def test_a_stray_cell_far_right_neither_kills_nor_vanishes(tmp_path):
    body = "".join(hostile.row(n, texts) for n, texts in enumerate(TABLE, 1))
    stray = body.replace("</row>", hostile.cell("XFD5", "x") + "</row>", 5).replace(
        hostile.cell("XFD5", "x"), "", 4
    )
    path = hostile.workbook(tmp_path / "a.xlsx", {"S": hostile.sheet_xml(stray, dimension="A1")})
    manifest = open_manifest(path)
    assert cells(only(manifest)) == TABLE[1:]
    assert any("XFD5" in note for note in manifest.notes)
    last = body + f'<row r="1048576">{hostile.cell("XFD1048576", "x")}</row>'
    sheet = only(open_manifest(hostile.workbook(path, {"S": hostile.sheet_xml(last)})))
    assert cells(sheet) == TABLE[1:]


def test_two_cells_that_span_the_whole_grid(tmp_path):
    body = hostile.row(1, ["A"]) + f'<row r="1048576">{hostile.cell("XFD1048576", "x")}</row>'
    manifest = open_manifest(hostile.workbook(tmp_path / "a.xlsx", {"S": hostile.sheet_xml(body)}))
    with pytest.raises(NoVinColumn):
        map_columns(only(manifest))
    assert any("XFD1048576" in note for note in manifest.notes)


def test_an_honest_wide_sheet_is_read_whole(tmp_path):
    rows = [["VIN", *(f"Option {i}" for i in range(600))], [VINS[0], *map(str, range(600))]]
    path = hostile.workbook(tmp_path / "a.xlsx", {"S": hostile.table(rows)})
    assert cells(only(open_manifest(path))) == rows[1:]


def test_a_reader_that_returns_too_few_rows_is_caught(tmp_path, monkeypatch):
    path = hostile.workbook(tmp_path / "a.xlsx", {"S": hostile.table(TABLE)})
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
    path = hostile.workbook(tmp_path / "a.xlsx", {"S": hostile.sheet_xml(body)}, strings=strings)
    sheet = only(manifest := open_manifest(path))
    assert cells(sheet) == [[VINS[0]]]
    assert numbers(sheet) == [5]
    assert any("#N/A" in note for note in manifest.notes)


def test_a_namespace_prefix_changes_nothing(tmp_path):
    xml = hostile.table(TABLE)
    for tag in ("worksheet", "sheetData", "row", "c", "is", "t"):
        xml = (
            xml.replace(f"<{tag} ", f"<x:{tag} ")
            .replace(f"<{tag}>", f"<x:{tag}>")
            .replace(f"</{tag}>", f"</x:{tag}>")
        )
    xml = xml.replace("xmlns=", "xmlns:x=")
    path = hostile.workbook(tmp_path / "a.xlsx", {"S": xml})
    assert cells(only(open_manifest(path))) == TABLE[1:]


def test_broken_and_foreign_containers(tmp_path):
    whole = hostile.workbook(tmp_path / "a.xlsx", {"S": hostile.table(TABLE * 50)}).read_bytes()
    for share in (0.3, 0.9, 0.99):
        assert "damaged" in refusal(raw(tmp_path / "b.xlsx", whole[: int(len(whole) * share)])).what
    at = whole.index(b"xl/worksheets/sheet1.xml") + 60
    assert (
        "damaged"
        in refusal(raw(tmp_path / "c.xlsx", whole[:at] + b"\xff" * 40 + whole[at + 40 :])).what
    )
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    assert "damaged" in refusal(raw(tmp_path / "d.xls", ole)).what
    buffer = io.BytesIO()
    with hostile.zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert "not a workbook" in refusal(raw(tmp_path / "f.xlsx", buffer.getvalue())).what
    with hostile.zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.bin", "x")
    assert "damaged" in refusal(raw(tmp_path / "g.xlsb", buffer.getvalue())).what


def test_a_zip_bomb_is_refused_while_it_unpacks(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "SMALL_PART", 1 << 20)
    strings = f"<si><t>{'A' * (3 << 20)}</t></si>"
    path = hostile.workbook(tmp_path / "a.xlsx", {"S": hostile.table(TABLE)}, strings=strings)
    assert "unpacks to more than" in refusal(path).what
    sheet = hostile.table([*TABLE, [" " * (3 << 20)]])
    assert "unpacks to more than" in refusal(hostile.workbook(path, {"S": sheet})).what


def test_entities_are_not_expanded(tmp_path):
    path = hostile.workbook(tmp_path / "a.xlsx", {"S": hostile.table(TABLE)})
    with hostile.zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = b'<!DOCTYPE a [<!ENTITY b "c">]>' + parts["xl/workbook.xml"]
    with hostile.zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert "damaged" in refusal(path).what


# --- Parquet ----------------------------------------------------------------------------------


def test_parquet_keeps_types_and_every_row(tmp_path):
    table = pa.table({"vin": [VINS[0], None, ""], "declared_on": [date(2026, 4, 9), None, None]})
    pq.write_table(table, tmp_path / "a.parquet")
    sheet = only(open_manifest(tmp_path / "a.parquet"))
    assert pa.Table.from_batches([batch.data for batch in sheet.batches()]) == table
    assert numbers(sheet) == [1, 2, 3]
    assert sheet.sample == ((VINS[0], "2026-04-09"), ("", ""), ("", ""))
    assert map_columns(sheet) == {"vin": "vin", "declaration_date": "declared_on"}


def test_broken_parquet(tmp_path):
    pq.write_table(pa.table({"vin": VINS}), tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    for data in (whole[:-20], whole[:6], b"x" * 50, whole[:100] + bytes(300) + whole[400:]):
        assert "Parquet" in refusal(raw(tmp_path / "b.parquet", data)).what
    mojibake = pa.array([b"\xff\xff"] * 600).view(pa.string())
    pq.write_table(pa.table({"vin": mojibake}), tmp_path / "d.parquet")
    assert "damaged" in refusal(tmp_path / "d.parquet").what
    pq.write_table(pa.table({"vin": pa.array([], pa.string())}), tmp_path / "c.parquet")
    assert cells(only(open_manifest(tmp_path / "c.parquet"))) == []
