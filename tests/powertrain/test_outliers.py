"""Filings that stand against a maker's others of the same model are no evidence, alone or in columns."""

import pyarrow as pa
import pytest
from support.tables import table
from support.vins import checked_vin

import vintool
from vintool.codes import Grade, Powertrain
from vintool.columns import decode_table
from vintool.columns.decoding import table as decoded
from vintool.errors import DataError
from vintool.powertrain.against_itself import Filed, _section_says, filed_models
from vintool.registry import outliers
from vintool.vpic.files import all_rows

MIRAI, HIGHLANDER, POLESTAR = (
    checked_vin("JTDAAAAA", "PA"),
    checked_vin("JTEHS21A", "30"),
    checked_vin("LPSBE0YL", "MB"),
)


@pytest.mark.parametrize("vin", [MIRAI, HIGHLANDER])
def test_a_filing_against_all_others_tells_no_powertrain_and_both_sides_are_shown(vin):
    vehicle = vintool.decode(vin)
    assert vehicle.electrification.value == "BEV (Battery Electric Vehicle)"
    assert vehicle.powertrain is None
    assert {source.file for source in vehicle.powertrain_conflict} == {"vpic", "vpic.outliers.csv"}
    assert vintool.screen(vin, on=None, regime="cn-2025-54").verdict.value == "review"


def test_the_other_years_of_the_model_stay_evidence():
    vehicle = vintool.decode(checked_vin("JTDAAAAA", "NA"))
    assert vehicle.powertrain.value is Powertrain.FCEV
    assert vehicle.powertrain.grade is Grade.A


def test_a_filing_that_a_source_puts_right_is_what_the_source_says():
    vehicle = vintool.decode(POLESTAR)
    assert vehicle.electrification.value.startswith("Strong HEV")
    assert vehicle.powertrain.value is Powertrain.PHEV
    assert vehicle.powertrain.source.file == "vpic.outliers.csv"


def test_columns_say_the_same_of_filings_against_others(monkeypatch):
    monkeypatch.setattr(decoded, "MANY", 1)
    monkeypatch.setattr(decoded, "_SAMPLE", 1 << 15)
    starts = [
        "JTDAAAAA-PA",
        "JTDAAAAA-NA",
        "JTEHS21A-30",
        "LPSBE0YL-MB",
        "JA3AU16U-CU",
        "YV4L12PK-P1",
    ]
    vins = [checked_vin(*start.split("-")) for start in starts]
    rows = decode_table(pa.table({"vin": vins}), fields=["powertrain", "powertrain_grade"])
    for vin, row in zip(vins, rows.to_pylist(), strict=True):
        fact = vintool.decode(vin).powertrain
        assert row["vin_powertrain"] == (fact.value.value if fact else None), vin
        assert row["vin_powertrain_grade"] == (fact.grade.value if fact else None), vin


def test_rows_are_sorted_sourced_and_of_models_that_vpic_has():
    rows = table("vpic.outliers.csv")
    keys = [(row["make"], row["model"], row["year_from"], row["filed"]) for row in rows]
    assert keys == sorted(set(keys))
    models = {(make, name) for _, name, make, *_ in all_rows("models.csv")}
    for row in rows:
        assert (row["make"], row["model"]) in models, row
        assert row["source"], row
        assert not row["answer"] or row["answer"] == row["others"], row


@pytest.mark.parametrize(
    "row",
    [
        ("Make", "Model", "2020", "2021", "BEV", "BEV", "", "why", "page"),
        ("Make", "Model", "2021", "2020", "BEV", "ICE", "", "why", "page"),
        ("Make", "Model", "2020", "2021", "BEV", "ICE", "", "", "page"),
        ("Make", "Model", "2020", "2021", "BEV", "ICE", "", "why", ""),
        ("Make", "Model", "2020", "2021", "diesel", "ICE", "", "why", "page"),
        ("Make", "Model", "", "2021", "BEV", "ICE", "", "why", "page"),
    ],
)
def test_a_row_that_is_not_sound_is_refused(monkeypatch, row):
    monkeypatch.setattr(outliers, "read_rows", lambda *_: iter([row]))
    with pytest.raises(DataError, match=r"vpic.outliers.csv, Make Model"):
        outliers.outliers.__wrapped__()


def test_a_schema_says_of_a_model_every_powertrain_that_its_starts_can_be():
    number = next(row[0] for row in all_rows("models.csv"))
    lines = [f"A\t28={number}", "*E\t24=2\t126=4", "*G\t24=4", "B\t28=0"]
    assert _section_says(lines, {number}) == {(number, Powertrain.BEV), (number, Powertrain.ICE)}


def test_a_model_is_of_interest_if_it_was_filed_as_electric_and_as_something_else():
    years = ((2020, 2021),)
    mirai = Filed("Toyota", "Mirai", {Powertrain.BEV: years, Powertrain.FCEV: years})
    assert mirai.both_sides
    assert mirai.listed
    assert not Filed("A", "B", {Powertrain.BEV: years}).both_sides
    assert not Filed("A", "B", {Powertrain.ICE: years, Powertrain.HEV: years}).both_sides


@pytest.mark.slow
def test_every_row_stands_against_another_filing_of_its_model():
    filed = {(model.make, model.model): model.years for model in filed_models()}
    for rows in outliers.outliers().values():
        for row in rows:
            spans = filed[row.make, row.model].get(row.filed, ())
            assert any(first <= row.last and row.first <= last for first, last in spans), row
