"""Delimited text: encoding, delimiter and header are found, and every row and cell comes back."""

import csv
import os
from collections import deque
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support.manifests import put, put_csv
from support.readers import TABLE, VINS, cells, numbers, only, refusal

from vintool.declaration.headers import hits
from vintool.declaration.mapping import map_columns
from vintool.files.reading import delimited
from vintool.files.reading.manifest import open_manifest


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encoding_and_delimiter_are_found(tmp_path, encoding, delimiter):
    rows = [*TABLE, ["21", "", "丂倈車", "x"]]  # these end in bytes that look like @ | and others
    manifest = open_manifest(put_csv(tmp_path / "list.txt", rows, encoding, delimiter))
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
    path = put_csv(tmp_path / "a.csv", [[header, "Q"], [VINS[0], "1"]], encoding)
    manifest = open_manifest(path)
    assert manifest.encoding == encoding
    assert map_columns(only(manifest)) == {"vin": header}


def test_the_user_names_the_encoding(tmp_path):
    path = put_csv(tmp_path / "a.csv", TABLE, "gb18030")
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
    sheet = only(manifest := open_manifest(put_csv(tmp_path / "a.csv", rows)))
    assert sheet.columns == ("No", "VIN /\nChassis No.")
    assert numbers(sheet) == [4, 5]
    assert "title" in manifest.notes[0]


def test_two_lines_of_header_become_one(tmp_path):
    rows = [["No", "VIN /", "HS"], ["", "Chassis No.", "Code"], ["1", VINS[0], "8703801090"]]
    sheet = only(open_manifest(put_csv(tmp_path / "a.csv", rows)))
    assert sheet.columns == ("No", "VIN / Chassis No.", "HS Code")
    assert cells(sheet) == rows[2:]
    titled = [["Vessel: MV EXAMPLE", ""], ["VIN", "Make"], [VINS[0], "BYD"]]
    assert only(open_manifest(put_csv(tmp_path / "c.csv", titled))).columns == ("VIN", "Make")
    first = [["VIN", "Make"], ["unknown", "Tesla"], [VINS[0], "BYD"]]
    assert len(cells(only(open_manifest(put_csv(tmp_path / "d.csv", first))))) == 2
    for cell in (":", "No", "-"):
        short = [["B/L", "VIN"], [cell, ""], ["1", VINS[0]]]
        assert len(cells(only(open_manifest(put_csv(tmp_path / "e.csv", short))))) == 2
    bilingual = [["序号", "车架号", "品牌"], ["No", "VIN", "Make"], ["1", VINS[0], "BYD"]]
    sheet = only(open_manifest(put_csv(tmp_path / "b.csv", bilingual)))
    assert set(map_columns(sheet)) == {"row_no", "vin", "make"}
    assert numbers(sheet) == [3]


def test_ragged_rows_return_to_their_place(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "_BLOCK", 4096)
    rows = [["VIN", "Make", "Model"]]
    for i, vin in enumerate(VINS):
        rows.append([vin, "A", "B"][: 3 - (i % 7 == 0)] + ["more", f"x,{i}"] * (i % 11 == 0))
    rows.append(["合计", "600"])
    sheet = only(manifest := open_manifest(put_csv(tmp_path / "a.csv", rows)))
    assert sheet.columns == ("VIN", "Make", "Model", "column 4", "column 5")
    assert cells(sheet) == [row + [""] * (5 - len(row)) for row in rows[1:]]
    assert numbers(sheet) == list(range(2, len(rows) + 1))
    assert any("5 cells under 3 headers" in note for note in manifest.notes)


def test_blank_rows_are_counted_and_passed_over(tmp_path):
    lines = ["VIN,Make", VINS[0] + ",A", "", ",", '"",""', VINS[1] + ",B", "", ""]
    sheet = only(open_manifest(put(tmp_path / "a.csv", "\r\n".join(lines))))
    assert numbers(sheet) == [2, 6]
    assert sheet.blank_rows() == 4
    assert [len(cells(sheet)), sheet.blank_rows()] == [2, 4]  # the count starts anew


def test_a_list_without_header_loses_no_row(tmp_path):
    manifest = open_manifest(put(tmp_path / "vins.txt", "\n".join(VINS)))
    assert only(manifest).columns == ("column 1",)
    assert [row[0] for row in cells(only(manifest))] == VINS
    assert map_columns(only(manifest)) == {"vin": "column 1"}
    # A header further down is a row like any other.
    path = put_csv(
        tmp_path / "b.csv", [[VINS[0], "A"], [VINS[1], "B"], ["VIN", "Make"], [VINS[2], "C"]]
    )
    assert len(cells(only(open_manifest(path)))) == 4


def test_a_row_with_a_vin_among_its_words_is_no_header(tmp_path):
    lines = ["LS5A2ASE0S0148212,Dolphin", "HLX1AAAA6TA100001,G&amp;.车架号"]
    manifest = open_manifest(put(tmp_path / "a.csv", "\n".join(lines)))
    cells = [row["vin"] for batch in only(manifest).batches() for row in batch.data.to_pylist()]
    assert cells == ["LS5A2ASE0S0148212", "HLX1AAAA6TA100001"]


def test_unknown_words_above_vins_are_a_header(tmp_path):
    sheet = only(open_manifest(put_csv(tmp_path / "a.csv", [["Xyzzy", "Plugh"], [VINS[0], "A"]])))
    assert sheet.columns == ("Xyzzy", "Plugh")
    assert map_columns(sheet) == {"vin": "Xyzzy"}


def test_duplicate_and_blank_headers_get_names(tmp_path):
    rows = [["VIN", "Model", "", "Model", "Model (2)"], [VINS[0], "a", "b", "c", "d"]]
    sheet = only(open_manifest(put_csv(tmp_path / "a.csv", rows)))
    assert sheet.columns == ("VIN", "Model", "column 3", "Model (3)", "Model (2)")
    assert sheet.headers == ("VIN", "Model", "column 3", "Model", "Model (2)")


def test_a_header_alone_is_an_empty_manifest(tmp_path):
    for text in ("VIN,Make", "VIN,Make\n", "title\nVIN,Make\r\n"):
        manifest = open_manifest(put(tmp_path / "a.csv", text))
        assert cells(only(manifest)) == []
        assert map_columns(only(manifest)) == {"vin": "VIN", "make": "Make"}
        assert any("no rows" in note for note in manifest.notes)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path, end):
    sheet = only(
        open_manifest(
            put(tmp_path / "a.csv", end.join(["VIN,Make", f"{VINS[0]},A", f"{VINS[1]},B"]))
        )
    )
    assert numbers(sheet) == [2, 3]


def test_a_long_cell_is_kept_and_an_absurd_one_refused(tmp_path):
    text = "x" * (1 << 20)
    path = put_csv(tmp_path / "a.csv", [["VIN", "Remark"], [VINS[0], text], [VINS[1]]])
    assert cells(only(open_manifest(path))) == [[VINS[0], text], [VINS[1], ""]]
    put_csv(path, [["VIN", "Remark"], [VINS[0], text * 9], [VINS[1], ""]])
    assert "longer than 1,048,576 bytes" in refusal(path).what
    put_csv(path, [["VIN", "Remark"], *[[VINS[1], ""]] * 600, [VINS[0], text * 9]])
    assert "longer than 1,048,576 bytes" in refusal(path).what


@pytest.mark.parametrize("tail", ["", "\n", "\n,,\n", '"\n', '\n"x","y","z"\n'])
@pytest.mark.parametrize("before", [3, 590])
def test_an_open_quotation_mark_swallows_nothing_in_silence(tmp_path, tail, before):
    lines = [f"{i},{vin},B" for i, vin in enumerate(VINS)]
    lines[before] = lines[before].replace(",B", ',"5 inch')
    error = refusal(put(tmp_path / "a.csv", "No,VIN,Make\n" + "\n".join(lines) + tail))
    assert "quotation mark" in str(error)
    assert error.row == before + 2
    assert not any(vin in str(error) for vin in VINS)


def test_a_line_break_in_the_last_record_is_no_open_quotation_mark(tmp_path):
    text = f'VIN,Note,Fuel,Price\n{VINS[0]},x,Electric,1\n{VINS[1]},"a\nb",,\n'
    assert cells(only(open_manifest(put(tmp_path / "a.csv", text))))[1] == [VINS[1], "a\nb", "", ""]


def test_an_inch_mark_inside_a_cell_is_text(tmp_path):
    sheet = only(
        open_manifest(put(tmp_path / "a.csv", f'VIN,Wheel\n{VINS[0]},19" alloy\n{VINS[1]},x\n'))
    )
    assert cells(sheet) == [[VINS[0], '19" alloy'], [VINS[1], "x"]]


def test_bytes_that_are_no_text(tmp_path):
    guessed = open_manifest(
        put(tmp_path / "a.csv", b"VIN,Make\n" + VINS[0].encode() + b",\xff\xff\n")
    )
    assert any("not UTF-8; read as" in note and "--encoding" in note for note in guessed.notes)
    assert any("would read" in note for note in guessed.notes)
    assert "NUL" in refusal(put(tmp_path / "b.csv", b"VIN,Make\na,b\0\0\0")).what
    text = f"VIN,燃料\n{VINS[0]},汽油\n".encode()
    error = refusal(put(tmp_path / "c.csv", text + b"\xb4\xbf,x\n"))  # one cell of another encoding
    assert (error.row, "UTF-8" in error.what) == (3, True)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("cell", ["b", "一丁万上下不", ""])
def test_utf_16_without_its_mark_is_evident(tmp_path, encoding, cell):
    path = put(tmp_path / "a.csv", f"VIN,Make\na,{cell}\n".encode(encoding))
    manifest = open_manifest(path)
    assert manifest.encoding == encoding
    assert "without a byte order mark" in manifest.notes[0]
    assert cells(only(manifest)) == [["a", cell]]


def test_what_is_no_file_to_read(tmp_path):
    assert "folder" in refusal(tmp_path).what
    assert "no such file" in refusal(tmp_path / "gone.csv").what
    assert "empty" in refusal(put(tmp_path / "a.csv", b"")).what
    assert "PDF" in refusal(put(tmp_path / "a.pdf", b"%PDF-1.7")).what
    assert "no VIN in its text" in refusal(put(tmp_path / "a.xls", "<html><table>")).what
    assert "no sheets" in refusal(put_csv(tmp_path / "b.csv", TABLE), sheet="Sheet1").what


def test_no_permission(tmp_path):
    path = put_csv(tmp_path / "a.csv", TABLE)
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


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.lists(TEXT, min_size=1, max_size=5), max_size=25),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    delimiter=st.sampled_from(",\t;|"),
    end=st.sampled_from(["\n", "\r\n"]),
    block=st.sampled_from([256, 2 << 20]),
)
def test_every_cell_comes_back(tmp_path, monkeypatch, rows, encoding, delimiter, end, block):
    assume(
        not (rows and hits(rows[0]))
    )  # a word of the dictionary below is the header's second line
    monkeypatch.setattr(delimited, "_BLOCK", block)
    head = ["VIN", "Make", "HS Code"]
    path = put_csv(
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
