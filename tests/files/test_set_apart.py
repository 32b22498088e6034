"""Rows that are no vehicles are told apart, counted and kept; a row that may be a vehicle is one."""

import json
import re

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ON
from support.manifests import ATTO3, TESLA, put_csv, put_xlsx, read_csv

import vintool
from vintool.declaration.row_kinds import RowKind, RowKinds
from vintool.files.screen import screen_file

HEADER = ["No.", "B/L No.", "Model", "Fuel", "Chassis No.", "HS Code", "G.W. (kg)", "Qty", "Price"]
FIELDS = ["row_no", "bl_no", "model", "fuel", "vin", "hs_code", "", "quantity", "unit_price"]
TITLE = "PACKING LIST 2026"
KINDS = RowKinds(HEADER, FIELDS, {TITLE})

APART = {
    RowKind.TOTAL: [
        ["Sub-total", "", "", "", "", "", "8762.5", "5", "125,000.00"],
        ["GRAND TOTAL: 20 UNITS", *[""] * 8],
        ["", "", "Total:", "", "20", "", "35,050.0", "20 units", "USD 500,000"],
        ["合计", "", "", "", "20台", "", "", "", ""],
        ["", "", "", "小计：", "", "", "8762.5", "", ""],
        ["Итого", "", "", "", "", "", "8 762,50", "5", ""],
        ["Toplam", "", "", "", "5 adet", "", "", "", ""],
        ["SAY TOTAL US DOLLARS FIVE HUNDRED THOUSAND ONLY", *[""] * 8],
        ["----", "", "TOTAL", "", "", "", "----", "20", ""],
        ["Total BYD", "", "", "", "", "", "1750", "1", ""],
    ],
    RowKind.REPEATED_TITLE: [[TITLE, *[""] * 8]],
    RowKind.CARRIED_FORWARD: [
        ["Carried forward", "", "", "", "", "", "8762.5", "5", ""],
        ["", "", "", "", "承前页", "", "8762.5", "", ""],
        ["Übertrag", "", "", "", "", "", "8.762,50", "", ""],
    ],
    RowKind.RULER: [
        ["----", "-------", "-----", "----", "-----------------", "----", "---", "---", "---"],
        ["================", *[""] * 8],
        ["", "", "", "", "_________________", "", "", "", ""],
    ],
    RowKind.REPEATED_HEADER: [
        HEADER,
        ["NO", "B/L NO", "MODEL", "FUEL", "CHASSIS NO", "HS CODE", "", "", ""],
        ["序号", "", "型号", "燃料", "车架号", "", "", "", ""],
    ],
    RowKind.PAGE_NUMBER: [
        ["Page 1 of 3", *[""] * 8],
        ["", "", "", "", "第 1 页 共 3 页", "", "", "", ""],
        ["", "- 2 -", *[""] * 7],
    ],
    RowKind.SIGNATURE: [
        ["Signed for and on behalf of SHANGHAI SOME AUTO EXPORT CO., LTD.", *[""] * 8],
        ["Prepared by: Li Wei", "", "", "Checked by: Wang", "", "", "", "", ""],
        ["制单人：李", "", "", "", "", "", "", "", ""],
        ["Authorised signature: ______________", *[""] * 8],
    ],
    RowKind.REMARK: [
        ["Remarks: all vehicles are new and without spare batteries.", *[""] * 8],
        ["备注：以上车辆均为新车", *[""] * 8],
    ],
}
VEHICLES = [
    ["21", "", "ATTO 3", "", "", "", "", "", ""],
    ["", "", TITLE, "", "", "", "", "", ""],
    ["", "", "", "Electric", "", "", "", "", ""],
    ["", "", "", "", "", "8703801090", "", "", ""],
    ["21", "", "", "", "", "", "1750", "1", "25,000"],
    ["Total", "", "ATTO 3", "", "", "", "1750", "1", ""],
    ["Total", "", "", "", "", "8703801090", "1750", "1", ""],
    ["Total", "", "", "", "12345678901234567", "", "", "", ""],
    ["", "", "Note", "", "", "", "", "1", "25,000"],
    ["", "", "Note e-Power", "", "", "", "", "", ""],
    ["", "", "Seal", "", "", "", "", "", ""],
    ["...", "...", "...", "...", "...", "...", "", "", ""],
    ["", "", "3008", "", "", "", "", "", ""],
    ["TBA", "", "", "", "", "", "", "", ""],
    ["", "", "", "", "*****************", "", "", "", ""],
    ["Note: one more, chassis LRW3E7FA1LC00", *[""] * 8],
    ["21", "", "SUM", "", "", "", "1750", "1", ""],
    ["21", "", "", "", "", "", "TOTAL", "1", ""],
    ["Signed by", "", "Dolphin", "", "", "", "", "", ""],
]


@pytest.mark.parametrize(("kind", "row"), [(kind, row) for kind, rows in APART.items() for row in rows])  # fmt: skip
def test_what_is_no_vehicle_is_set_apart(kind, row):
    assert KINDS(row) is kind


@pytest.mark.parametrize("row", VEHICLES)
def test_what_may_be_a_vehicle_is_one(row):
    assert KINDS(row) is None


def test_what_stands_under_unknown_headings_repeats_none():
    kinds = RowKinds(["Xyzzy", "Plugh", "VIN"], ["", "", "vin"])
    assert kinds(["ATTO 3", "25,000", ""]) is None
    assert kinds(["xyzzy", "PLUGH", ""]) is RowKind.REPEATED_HEADER


@given(
    row=st.sampled_from([row for rows in APART.values() for row in rows]),
    vin=st.sampled_from([TESLA, ATTO3]),
    at=st.integers(3, 16),
    slip=st.sampled_from(["", "O", "00", "?", "**", " "]),
    keep=st.sampled_from([17, 14, 11]),
    place=st.integers(0, 8),
    around=st.sampled_from(["{}", "'{}'", "VIN: {}", "{} Total", "Total {}"]),
)
def test_no_row_with_anything_like_a_vin_is_set_apart(row, vin, at, slip, keep, place, around):
    damaged = (vin[:at] + slip + vin[at + 1 :])[:keep]
    assert KINDS([*row[:place], around.format(damaged), *row[place + 1 :]]) is None
    assert KINDS([*row[:place], around.format(damaged.lower()), *row[place + 1 :]]) is None


def manifest(vehicles=4):
    """Rows with one of each kind among vehicles, and of each row what it is."""
    body = []
    for rows in APART.values():
        body += [(None, [str(n), "B1", "Model 3", "Electric", TESLA[:-1] + str(n), "8703801090", "1750", "1", "25000"]) for n in range(vehicles)]  # fmt: skip
        body.append((KINDS(rows[0]), rows[0]))
    return body


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_row_that_is_not_blank_is_accounted_for_and_comes_back(tmp_path, form):
    body = manifest()
    rows = [[TITLE], HEADER, *(row for _, row in body)]
    write = {"csv": put_csv, "xlsx": lambda path, rows: put_xlsx(path, {"S": rows})}[form]
    summary = screen_file(write(tmp_path / f"list.{form}", rows), ON, tmp_path / "out", raw=True)
    (info,) = summary.sheets
    kinds = [kind for kind in RowKind if kind is not RowKind.PIVOT]
    counts = {kind: getattr(info, kind) for kind in kinds}
    assert counts == dict.fromkeys(kinds, 1)
    # Counted another way: every row of the file that is not blank.
    assert info.rows + info.header_rows + info.title_rows + sum(counts.values()) == len(rows)
    numbers = {str(kind): (number,) for number, (kind, _) in enumerate(body, 3) if kind}
    assert info.apart_rows == numbers
    assert (summary.rows_read, summary.rows_out, summary.rows_apart) == (32, 32, 8)
    assert json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["summary"]["sheets"][0]["totals"] == 1  # fmt: skip
    copy = tmp_path / "out" / f"annotated.{form}"
    if form == "csv":
        back = [list(row.values()) for row in read_csv(copy)]
        assert [row[:9] for row in back] == [row[1] for row in body]
        verdicts = [row["vin_verdict"] for row in read_csv(copy)]
        assert [not verdict for verdict in verdicts] == [kind is not None for kind, _ in body]
    else:
        book = openpyxl.load_workbook(copy)
        assert sum(sheet.max_row for sheet in book) >= len(body) + 1
    sentences = [note for note in summary.notes if "no vehicles" in note]
    assert [re.findall(r"\d+", note)[-2:] for note in sentences] == [
        ["1", str(numbers[kind][0])] for kind in kinds
    ]


LIST = [["No.", "VIN", "Model", "Fuel"], *([n, f"LRW3E7FA1LC00000{n}", "Model 3", "BEV"] for n in range(1, 5))]  # fmt: skip
COUNTED = [[row[1], 1] for row in LIST[1:]]
PIVOTS = {
    "another sheet": {"pivot": [["Row Labels", "Count of VIN"], ["Tesla", 4], *COUNTED, ["Grand Total", 4]], "list": LIST},
    "below": {"list": [*LIST, [], ["", "行标签", "计数项:VIN"], *(["", *row] for row in COUNTED), ["", "总计", 4]]},
    "below, in another column": {"list": [*LIST, [], ["Zeilenbeschriftungen", "Anzahl von VIN"], *COUNTED]},
}  # fmt: skip


@pytest.mark.parametrize("where", PIVOTS)
def test_a_pivot_of_the_list_counts_no_vehicle_twice(tmp_path, where):
    summary = screen_file(put_xlsx(tmp_path / "a.xlsx", PIVOTS[where]), ON)
    assert (summary.rows_read, summary.verdicts["controlled"]) == (4, 4)
    assert "duplicate_vin" not in summary.reasons
    assert sum(sheet.pivots for sheet in summary.sheets) >= 5
    assert any("of a pivot table" in note for note in summary.notes)


@pytest.mark.parametrize("where", PIVOTS)
def test_what_a_pivot_has_beyond_its_list_is_a_vehicle(tmp_path, where):
    further = [[ATTO3, 1], ["LRW3E7FA1LC00", 1], [LIST[1][1], "petrol"]]
    sheets = {name: [*rows] for name, rows in PIVOTS[where].items()}
    last = [*sheets][0 if where == "another sheet" else -1]
    sheets[last] += [["", *row] if where == "below" else row for row in further]
    alone = put_xlsx(tmp_path / "a.xlsx", sheets)
    other = put_xlsx(tmp_path / "b.xlsx", {"other": [["VIN"], ["LRW3E7FA1LC000009"]]})
    assert screen_file(alone, ON).rows_read == 4 + len(further)
    assert screen_file([alone, other], ON).rows_read == 4 + len(further) + 1
    assert vintool.read_manifest([alone, other]).num_rows == 4 + len(further) + 1
