"""Rows with several VINs in files: read in every column, listed one by one, drawn one by one, and one row each."""

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ON
from support.manifests import put_csv, put_xlsx, read_csv
from support.vins import checked_vin

import vintool
from vintool.files.screen import screen_file

F3, F3_TOO = checked_vin("LGXC16AF", "E0", "561913"), checked_vin("LGXC16AF", "E0", "561911")
MODEL_3, ATTO_3 = checked_vin("LRW3E7FA", "RC", "339563"), checked_vin("LGXCE4CB", "S0", "993908")
SEAL, ZS_EV = checked_vin("LGXCH6CD", "S2", "158176"), checked_vin("LSJW7409", "NZ", "414002")
ELECTRIC = {MODEL_3, ATTO_3, SEAL, ZS_EV}


def screened(path, folder, **options):
    """The summary, the rows and the exceptions of a run."""
    out = folder / "out"
    summary = screen_file(path, ON, out, annotated_as="csv", regime="cn-2025-54", **options)
    return summary, read_csv(out / "annotated.csv"), read_csv(out / "exceptions.csv")


def others(row):
    return dict(one.split("=") for one in row["vin_others"].split(";") if one)


@pytest.mark.parametrize("given", [None, "Unit 1", "Unit 3", ["Unit 2", "Unit 1"]])
def test_every_column_of_vins_is_read_whatever_is_mapped(tmp_path, given):
    rows = [["Container", "Unit 1", "Unit 2", "Unit 3", "Fuel"],
            ["TGHU1234560", F3, MODEL_3, ATTO_3, "Petrol"],
            ["TGHU1234575", F3_TOO, SEAL, ZS_EV, "Petrol"]]  # fmt: skip
    path = put_csv(tmp_path / "list.csv", rows)
    summary, answers, exceptions = screened(path, tmp_path, mapping=given and {"vin": given})
    assert [row["vin_verdict"] for row in answers] == ["controlled", "controlled"]
    assert [{row["vin"], *others(row)} for row in answers] == [{F3, MODEL_3, ATTO_3}, {F3_TOO, SEAL, ZS_EV}]  # fmt: skip
    assert all("several_vins_on_row" in row["vin_reasons"] for row in answers)
    assert {row["vin"] for row in exceptions} == ELECTRIC
    assert any("each VIN of a row is judged" in note for note in summary.notes)
    assert any("read all the same" in note for note in summary.notes) is bool(given)


def test_vins_on_one_line_are_one_row(tmp_path):
    vins = [MODEL_3, ATTO_3, SEAL, ZS_EV]
    path = tmp_path / "list.csv"
    path.write_text(", ".join(vins))
    summary, (row,), _ = screened(path, tmp_path)
    assert (summary.rows_read, summary.rows_out, row["vin"]) == (1, 1, vins[0])
    assert others(row) == dict.fromkeys(vins[1:], "controlled")


def test_cells_with_two_vins(tmp_path):
    signs = ["\n", " / ", ", ", " ", ""]
    rows = [[f"{F3}{sign}{MODEL_3}", "Petrol", "8703234190"] for sign in signs]
    rows += [[f"{F3}~63", "Petrol", "8703234190"], [f"{F3} to {F3}", "Petrol", "8703234190"]]
    path = put_csv(tmp_path / "list.csv", [["VIN", "Fuel", "HS"], *rows])
    summary, answers, _ = screened(path, tmp_path)
    assert summary.rows_out == len(rows)
    for row in answers[: len(signs)]:
        assert (row["vin"], row["vin_verdict"], others(row)) == (F3, "controlled", {MODEL_3: "controlled"})  # fmt: skip
    assert len(others(answers[5])) == 50
    assert others(answers[6]) == {}


def test_lists_side_by_side(tmp_path):
    """The second list has its own model and fuel: those of the first say nothing of its vehicles."""
    unseen = checked_vin("9BRZZZZZ", "SJ")  # cleared by two entries alone
    header = ["No", "VIN", "Fuel", "HS code", "Qty", "", "No", "VIN", "Fuel", "HS code", "Qty"]
    rows = [
        ["1", F3, "Petrol", "8703234190", "1", "", "2", unseen, "Electric", "8703801090", "1"],
        ["3", MODEL_3, "Electric", "8703801090", "1", "", "", "", "", "", ""],
        ["4", F3_TOO, "Petrol", "8703234190", "1", "", "5", "TBA", "Petrol", "8703234190", "1"],
    ]
    path = put_xlsx(tmp_path / "list.xlsx", {"Sheet1": [header, *rows]})
    _, answers, _ = screened(path, tmp_path)
    assert [row["vin_verdict"] for row in answers] == ["controlled", "controlled", "review"]
    assert [others(row) for row in answers] == [{unseen: "controlled"}, {}, {"TBA": "invalid"}]
    assert "contradiction_powertrain" not in answers[0]["vin_reasons"]
    assert not any("quantity" in row["vin_reasons"] for row in answers)


def test_a_range_in_two_columns(tmp_path):
    def end(vin, more):
        return checked_vin(vin[:8], vin[9:11], f"{int(vin[11:]) + more:06}")

    header = ["Model", "VIN from", "VIN to", "Qty"]
    rows = [["Model 3", MODEL_3, end(MODEL_3, 9), 10], ["Atto 3", ATTO_3, end(ATTO_3, 9), 10],
            ["Seal", SEAL, end(SEAL, 9), 12], ["F3", F3, end(F3, 2), 3], ["F3", F3_TOO, end(F3_TOO, 1), 3]]  # fmt: skip
    path = put_xlsx(tmp_path / "list.xlsx", {"Sheet1": [header, *rows]})
    summary, answers, _ = screened(path, tmp_path)
    assert (summary.rows_read, summary.rows_out) == (5, 5)
    assert [len(others(row)) for row in answers] == [9, 9, 1, 2, 1]
    marked = [{"range_not_opened", "quantity_of_one_vin"} <= {*row["vin_reasons"].split(";")} for row in answers]  # fmt: skip
    assert marked == [False, False, True, False, True]
    assert answers[4]["vin_verdict"] == "review"


@pytest.mark.parametrize(
    ("held", "drawn", "exceeded"), [("5", 0, True), ("10", 10, False), ("12", 10, False)]
)
def test_ten_by_one_vin_are_ten_on_the_licence(tmp_path, held, drawn, exceeded):
    path = put_csv(tmp_path / "list.csv", [
        ["VIN", "Qty", "Fuel", "Licence No", "Declaration date"],
        [MODEL_3, "10", "Electric", "26-AA-100001", "2026-03-12"]])  # fmt: skip
    licences = put_csv(tmp_path / "licences.csv", [
        ["Licence No", "Quantity", "Unit", "Valid from", "Valid until"],
        ["26-AA-100001", held, "辆", "2026-01-01", "2026-12-31"]])  # fmt: skip
    summary, (row,), exceptions = screened(path, tmp_path, licences=licences)
    assert row["vin_verdict"] == "controlled"
    assert "quantity_of_one_vin" in row["vin_reasons"]
    assert ("licence_exceeded" in row["vin_reasons"]) is exceeded
    assert [one["vin"] for one in exceptions] == [MODEL_3]
    (line,) = summary.licences
    assert (line.drawn, line.left) == (drawn, int(held) - drawn)


def test_vehicles_of_a_row_draw_and_are_declared_one_by_one(tmp_path):
    """A chassis number that is another VIN is judged, and is no vehicle more."""
    header = ["VIN", "Chassis No", "Licence No", "Fuel"]
    rows = [[f"{MODEL_3} {ATTO_3}", "", "26-AA-100001", ""], [f"{ATTO_3} {SEAL}", "", "26-AA-100001", ""], [F3, ZS_EV, "26-AA-100001", "Petrol"],
            [f"{F3_TOO} {ZS_EV[:-1]}", "", "26-AA-100001", ""]]  # fmt: skip
    path = put_csv(tmp_path / "list.csv", [header, *rows])
    licences = put_csv(tmp_path / "licences.csv", [["Licence No", "Quantity", "Valid until"], ["26-AA-100001", "9", "2026-12-31"]])  # fmt: skip
    summary, answers, exceptions = screened(path, tmp_path, licences=licences, single_window=True)
    assert [row["vin_verdict"] for row in answers] == ["controlled"] * 4
    assert [row["vin_text"] for row in answers] == [row[0] for row in rows]
    (line,) = summary.licences
    assert (line.drawn, line.counted_before) == (5, 1)
    listed = [(row["vin_row"], row["vin"]) for row in exceptions]
    assert listed == [("3", ATTO_3), ("4", F3), ("4", ZS_EV), ("5", F3_TOO), ("5", "")]
    blocks = (tmp_path / "out" / "single-window.xml").read_text(encoding="utf-8")
    numbers = re.findall("<VinCode>(.*)</VinCode>", blocks)
    assert numbers == [MODEL_3, ATTO_3, SEAL, ZS_EV]  # the damaged one is no number to declare
    assert blocks.count("<DecGoodsLimitVin>") == 5


def test_a_reviewer_decides_on_one_vehicle_of_a_row(tmp_path):
    path = put_csv(tmp_path / "list.csv", [["VIN", "Qty"], [f"{F3} {F3_TOO}", "4"]])
    _, (row,), exceptions = screened(path, tmp_path)
    assert (row["vin_verdict"], [one["vin"] for one in exceptions]) == ("review", [F3, F3_TOO])
    for decided, verdict in ((exceptions[:1], "review"), (exceptions, "out_of_scope")):
        filled = [{**one, "decision": "out_of_scope", "decision_reason": "seen", "reviewer": "Li", "decision_date": "2026-03-02"} for one in decided]  # fmt: skip
        decisions = put_csv(tmp_path / "filled.csv", [list(filled[0]), *(one.values() for one in filled)])  # fmt: skip
        _, (row,), _ = screened(path, tmp_path, decisions=[decisions], today=ON)
        assert row["vin_verdict"] == verdict


some_vins = st.sampled_from([F3, F3_TOO, MODEL_3, ATTO_3, SEAL, ZS_EV])


@given(
    st.lists(st.lists(some_vins | st.just(""), min_size=3, max_size=3), min_size=3, max_size=8),
    st.lists(some_vins, max_size=2),
    st.sampled_from([None, {"vin": "B"}, {"vin": ["C", "A"]}]),
)
def test_no_vin_of_a_column_is_left_unread(rows, more, mapping):
    rows = [[f"{row[0]} {' '.join(more)}".strip(), *row[1:]] for row in [[F3, SEAL, ZS_EV], *rows]]
    table = pa.table({name: list(cells) for name, *cells in zip("ABC", *rows, strict=True)})
    answers = vintool.screen_table(table, ON, mapping, "cn-2025-54").to_pylist()
    for row, answer in zip(rows, answers, strict=True):
        vins = {*" ".join(row).split()}
        beside = dict(one.split("=") for one in answer["vin_others"])
        assert {answer["vin"], *beside} - {None} == vins
        electric = not ELECTRIC.isdisjoint(vins)
        assert (answer["vin_verdict"] == "controlled") is electric
