"""JSON lines: a table of all their keys, in any encoding."""

import pytest
from support.manifests import json_lines, put
from support.readers import VINS, cells, numbers, only, refusal

from vintool.files.reading.manifest import open_manifest


def test_json_lines_are_a_table_of_all_their_keys(tmp_path):
    text = json_lines(
        {"vin": VINS[0], "make": "特斯拉", "hs_code": 8703801090.0},
        "",
        '{"hs_code": 8703801090, "seats": 5, "vin": null, "price": 1.50, "new": true, "x": NaN}',
        {"vin": VINS[1], "more": {"a": [1, "é"]}},
    )
    for name, data in (("a.jsonl", text), ("b.txt", text + "\r\n")):
        manifest = open_manifest(put(tmp_path / name, data))
        sheet = only(manifest)
        assert manifest.format == "jsonl"
        assert sheet.columns == ("vin", "make", "hs_code", "seats", "price", "new", "x", "more")
        assert cells(sheet) == [
            [VINS[0], "特斯拉", "8703801090", "", "", "", "", ""],
            ["", "", "8703801090", "5", "1.50", "TRUE", "", ""],
            [VINS[1], "", "", "", "", "", "", '{"a":[1,"é"]}'],
        ]
        assert numbers(sheet) == [1, 3, 4]
        assert sheet.blank_rows() == 1
        assert sheet.sample[2][0] == VINS[1]
        assert any("same keys" in note for note in manifest.notes)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_json_lines_in_any_encoding(tmp_path, encoding):
    text = json_lines({"车架号": VINS[0], "品牌": "特斯拉"}, {"车架号": VINS[1], "品牌": "比亚迪"})
    manifest = open_manifest(put(tmp_path / "a.jsonl", text.encode(encoding)), encoding=encoding)
    assert cells(only(manifest)) == [[VINS[0], "特斯拉"], [VINS[1], "比亚迪"]]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[1]", "no JSON object"),
        ("7", "no JSON object"),
        ('{"vin": "x"', "no JSON object"),
        ('{"vin": "x"} {"vin": "y"}', "no JSON object"),
        ("[" * 100_000, "no JSON object"),
        ('{"a":' * 100_000, "no JSON object"),
        ('{"vin": "x", "vin": "y"}', "key twice"),
    ],
)
def test_a_line_that_is_no_object_is_named(tmp_path, line, said):
    error = refusal(
        put(tmp_path / "a.jsonl", json_lines({"vin": VINS[0]}, "", line, {"vin": VINS[1]}))
    )
    assert said in error.what
    assert error.row == 3


def line_of_a_smile(vin):
    return f'{{"VIN":"{vin}",' + '"Fuel":"\\ud83d\\ude00 \\\\ud800"}'


@pytest.mark.parametrize(
    "line",
    [
        '{"VIN":"%s","Fuel":"\\ud800x"}',
        '{"VIN":"%s","\\uDC00":1}',
        '{"VIN":"%s","a":{"b":["\\ude00\\ud83d"]}}',
    ],
)
def test_half_a_character_is_refused_with_its_row(tmp_path, line):
    whole = line_of_a_smile(VINS[0])
    error = refusal(put(tmp_path / "a.jsonl", f"{whole}\n{line % VINS[1]}\n"))
    assert (error.row, error.what) == (2, "an escape stands for half a character")
    assert cells(only(open_manifest(put(tmp_path / "a.jsonl", whole)))) == [[VINS[0], "😀 \\ud800"]]
