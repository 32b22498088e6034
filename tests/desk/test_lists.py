"""The lists of the desk: quantities and days, headers, and lists that cannot be used."""

from datetime import date

import openpyxl
import pytest
from support import ON
from support.commands import run
from support.desk import LIST, MANIFEST, desk_run, tesla
from support.manifests import put_csv

from vintool.codes import Reason
from vintool.desk.lists import Entry, quantity, validity
from vintool.errors import ManifestError


@pytest.mark.parametrize(
    ("text", "count_and_unit"),
    [("5", (5, "")), ("5辆", (5, "辆")), ("5.0", (5, "")), ("1,200", (1200, "")), ("1 200 台", (1200, "台")), ("５", (5, "")), ("0", (0, "")), ("1,234.00", (1234, ""))],
)  # fmt: skip
def test_a_quantity_is_read(text, count_and_unit):
    assert quantity(Entry("l.csv", 2, {"quantity": text}, {})) == count_and_unit


@pytest.mark.parametrize(
    "text", ["", "5.5", "-5", "1.200", "1.000", "5 x 2", "1e3", "1,2", "5+5", "五", "unlimited"]
)
def test_a_quantity_that_is_no_whole_number_is_refused(text):
    with pytest.raises(ManifestError, match=r"l\.csv, row 2, column 'Qty': .*number of vehicles"):
        quantity(Entry("l.csv", 2, {"quantity": text}, {"quantity": "Qty"}))


YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        ({}, (None, None)),
        ({"year": "2026"}, YEAR),
        ({"year": "2026年度"}, YEAR),
        ({"year": "2026—2027"}, (date(2026, 1, 1), date(2027, 12, 31))),
        ({"year": "2026", "valid_until": "2026-06-30"}, (date(2026, 1, 1), date(2026, 6, 30))),
        ({"valid_until": "2026年12月31日"}, (None, date(2026, 12, 31))),
        ({"valid_until": "46387"}, (None, date(2026, 12, 31))),
        ({"valid_from": "2026-01-01", "valid_until": "2026-12-31 00:00:00"}, YEAR),
        # Where day and month can change places, the narrower sense.
        ({"valid_from": "03/01/2026", "valid_until": "03/04/2026"}, (ON, date(2026, 3, 4))),
        *(
            ({"valid_until": text}, YEAR)
            for text in (
                "2026-01-01 - 2026-12-31",
                "2026-01-01至2026-12-31",
                "2026.1.1~2026.12.31",
                "2026-01-01 to 2026-12-31",
            )
        ),
    ],
)
def test_days_are_read(cells, days):
    assert validity(Entry("l.csv", 2, cells, {})) == days


@pytest.mark.parametrize(
    "text",
    ["2026年1月1日-2026年12月31日", "2026.01.01-2026.12.31", "2026-01-01/2026-12-31", "20260101-20261231"],
)  # fmt: skip
@pytest.mark.parametrize("field", ["valid_from", "valid_until"])
def test_one_day_of_a_range_is_never_taken_for_both(field, text):
    """Both ends are read, or the cell is refused: half of it would be valid too long, or too short."""
    try:
        days = validity(Entry("l.csv", 2, {field: text}, {}))
    except ManifestError as error:
        days = YEAR if error.row == 2 else None
    assert days == YEAR


@pytest.mark.parametrize(
    "cells",
    [
        {"valid_until": "soon"},
        {"valid_from": "2026-13-01"},
        {"valid_from": "2026-12-01", "valid_until": "2026-11-01"},
        {"year": "soon"},
        {"year": "2027-2026"},
        {"year": "2026", "valid_until": "2025-12-31"},
    ],
)
def test_days_that_cannot_be_are_refused(cells):
    with pytest.raises(ManifestError, match=r"l\.csv, row 2"):
        validity(Entry("l.csv", 2, cells, {}))


@pytest.mark.parametrize(
    ("option", "rows", "code", "words"),
    [
        ("--licences", [("Licence No", "Qty"), ("A1", "5.5")], 3, ["row 2", "'Qty'", "'5.5'", "write the number"]),
        ("--licences", [("Licence No", "Qty"), ("A1", "")], 3, ["row 2", "'Qty'"]),
        ("--licences", [("Licence No", "Qty"), ("A1", "1"), ("", "2")], 3, ["row 3", "'Licence No'", "give its number"]),
        ("--licences", [("Licence No", "Qty"), ("26-AA-1", "1"), ("26aa1", "2")], 3, ["row 3", "row 2 too", "one row"]),
        ("--licences", [("Licence No", "Qty", "Expiry date"), ("A1", "1", "soon")], 3, ["'Expiry date'", "'soon'", "2026-03-01"]),
        ("--licences", [("Licence No", "Expiry date"), ("A1", "2026-01-01")], 2, ["quantity", "'Licence No'"]),
        ("--licences", [("Licence No", "License number", "Qty"), ("A1", "A1", "1")], 2, ["'Licence No'", "'License number'"]),
        ("--exporters", [("Place", "Year"), ("E", "2026")], 2, ["exporter"]),
        ("--exporters", [("Company", "Brands"), ("", "BYD")], 3, ["row 2", "'Company'", "code or its name"]),
        ("--exporters", [("Company", "Brands", "Year"), ("E", "BYD", "soon")], 3, ["'Year'", "'soon'"]),
        ("--confirmations", [("VIN", "Letter No."), ("TBA", "L1")], 3, ["row 2", "'VIN'"]),
        ("--confirmations", [("Letter No.",), ("L1",)], 2, ["vin"]),
        ("--decisions", [("VIN", "decision"), (tesla(1), "controlled")], 2, ["vin_facts", "exceptions.csv"]),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_used_is_refused_with_the_cell_and_the_way_out(
    tmp_path, option, rows, code, words
):
    listed = put_csv(tmp_path / "my list.csv", rows)
    manifest = put_csv(tmp_path / "list.csv", MANIFEST)
    result = run("screen", manifest, option, listed, "--out", tmp_path / "out")
    assert result.exit_code == code
    assert all(word in result.stderr for word in ["my list.csv", *words]), result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["nowhere.csv", "nowhere.xlsx", "nowhere.jsonl"])
def test_a_list_that_is_not_there_is_named(tmp_path, name):
    manifest = put_csv(tmp_path / "list.csv", MANIFEST)
    result = run("screen", manifest, "--decisions", tmp_path / name)
    assert (result.exit_code, name in result.stderr) == (3, True)


def test_no_error_repeats_a_vin(tmp_path):
    damaged = tesla(1)[:-1] + "O"
    letters = put_csv(tmp_path / "c.csv", [("VIN", "Letter No."), (damaged, "L1")])
    manifest = put_csv(tmp_path / "list.csv", MANIFEST)
    result = run("screen", manifest, "--confirmations", letters)
    assert result.exit_code == 3
    assert damaged not in result.stderr


def test_an_error_in_a_workbook_names_the_sheet(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "第一季度"
    for sheet in (book.active, book.create_sheet("第二季度")):
        for line in LIST[:2]:
            sheet.append(line)
    book.save(tmp_path / "l.xlsx")
    manifest = put_csv(tmp_path / "list.csv", MANIFEST)
    result = run("screen", manifest, "--licences", tmp_path / "l.xlsx")
    assert result.exit_code == 3
    assert all(name in result.stderr for name in ("第一季度", "第二季度"))


@pytest.mark.parametrize(
    "rows",
    [
        [("2026 list", "", ""), ("企业名称", "授权品牌", "年度"), ("E", "Tesla", "2026")],
        [("Company", "Authorised brands", "Type"), ("E", "Tesla", "Manufacturer")],
    ],
    ids=["a title above", "a word of a manifest below"],
)
def test_the_header_of_a_list_is_found_by_the_words_of_lists(tmp_path, rows):
    listed = put_csv(tmp_path / "x.csv", rows)
    answers, _ = desk_run(tmp_path, [("VIN", "Exporter"), (tesla(1), "E")], exporters=listed)
    assert answers[0]["vin_reasons"] == Reason.VIN_PURE_ELECTRIC


def test_a_note_names_what_of_a_list_was_not_read(tmp_path):
    book = openpyxl.Workbook()
    for line in LIST:
        book.active.append(line)
    hidden = book.create_sheet("old")
    for line in LIST[:2]:
        hidden.append(line)
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "l.xlsx")
    _, summary = desk_run(tmp_path, MANIFEST, licences=tmp_path / "l.xlsx")
    assert any("old" in note for note in summary.notes)


def test_a_note_names_the_columns_of_a_list_that_were_not_read(tmp_path):
    rows = [("VIN", "Exporter"), (tesla(1), "E")]
    lists = {
        "exporters": [("企业名称", "授权品牌", "Beneficiary", "Empty"), ("E", "Tesla", "X", " ")],
        "licences": [
            ("许可证号", "数量", "Beneficiary", "付款方式"),
            ("26-AA-000001", "1", "X", "L/C"),
        ],
        "confirmations": [("VIN", "Colour"), (tesla(1), "red")],
    }
    given = {name: put_csv(tmp_path / f"{name}.csv", of) for name, of in lists.items()}
    _, summary = desk_run(tmp_path, rows, **given)
    assert [note for note in summary.notes if "not read" in note] == [
        "exporters.csv: these columns were not read: 'Beneficiary'.",
        "licences.csv: these columns were not read: 'Beneficiary', '付款方式'.",
        "confirmations.csv: these columns were not read: 'Colour'.",
    ]
    book = openpyxl.Workbook()
    for name in ("Q1", "Q2"):
        sheet = book.active if name == "Q1" else book.create_sheet()
        sheet.title = name
        for line in (("许可证号", "数量", name), (f"26-AA-00000{name[1]}", "1", "X")):
            sheet.append(line)
    book.save(tmp_path / "l.xlsx")
    _, summary = desk_run(tmp_path, rows, licences=tmp_path / "l.xlsx")
    said = [note for note in summary.notes if "not read" in note]
    assert said == [
        f"l.xlsx: of sheet '{name}' these columns were not read: '{name}'." for name in ("Q1", "Q2")
    ]


@pytest.mark.parametrize("heading", ["Licensee", "Consignor", "经营者", "申领单位", "领证人", "许可证持有人", "許可證持有人"])  # fmt: skip
@pytest.mark.parametrize("beside", [False, True])
def test_a_licence_is_for_its_licensee_or_consignor_where_it_names_no_exporter(
    tmp_path, heading, beside
):
    ours, theirs = "甲汽车贸易有限公司", "乙汽车贸易有限公司"
    head = ["许可证号", "数量", "有效期至", heading, *["出口商"] * beside]
    licence = ["26-AA-000001", "5", "2026-12-31", ours, *[theirs] * beside]
    listed = put_csv(tmp_path / "l3.csv", [head, licence])
    rows = [("VIN", "Exporter"), (tesla(1), theirs), (tesla(2), ours)]
    rows = [(*row, no) for row, no in zip(rows, ("许可证号", *["26-AA-000001"] * 2), strict=True)]
    answers, summary = desk_run(tmp_path, rows, licences=listed)
    wrong = [Reason.LICENCE_WRONG_EXPORTER in line["vin_reasons"] for line in answers]
    assert wrong == ([False, True] if beside else [True, False])
    assert any(heading in note for note in summary.notes) is beside
