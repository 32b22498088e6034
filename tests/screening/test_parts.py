"""Parts of VINs: every command tells the same of them, and none is ever cleared."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ON
from support.filings import filed_vins
from support.vehicles import screen
from support.vins import checked_vin, masked_vins

import vintool
from vintool.codes import REGIMES, Problem, Reason, Verdict
from vintool.decoding.check import check
from vintool.registry.powertrain_rules import all_powertrain_rules
from vintool.screening.explain import explain

STARTS = sorted(
    {
        "".join(allowed[0] if allowed != "*" else "7" for allowed in rule.pattern[:8])
        for rule in all_powertrain_rules()
    }
)
PARTS = ["LRW3E7ES7PCXXXXXX", "LRW3F7FS2XXXXXXXX", "LGXCE4CBXXXXXXXXX", "JF1ZN6K81XXXXXXXX", "LRWYGCEK1MC***001", "LRW3E7FA*LC000001", "5TDGSKFC3RS1", "LGXC74C4•••0001", "L6T79P2NxPPxxxx01", "LRW3E7EA", "1FTVW1EL*NW******"]  # fmt: skip


@pytest.mark.parametrize("text", PARTS)
def test_every_command_tells_the_same(text):
    vehicle = vintool.decode(text)
    checked, page = check(text), explain(text, ON)
    row = vintool.screen_table(pa.table({"vin": [text]}), on=ON).to_pylist()[0]
    decoded = vintool.decode_table(
        [text], fields=["vin", "powertrain", "model_year", "check_digit"]
    ).to_pylist()[0]
    for problems in (
        vehicle.problems,
        checked.problems,
        page.check.problems,
        page.vehicle.problems,
    ):
        assert Problem.PARTIAL in problems
    assert page.vehicle == vehicle
    assert decoded["vin_vin"] == vehicle.vin
    assert "partial" in row["vin_problems"]
    assert {row["vin_check_digit"], decoded["vin_check_digit"], checked.check_digit.value} == {
        "cannot_tell"
    }
    powertrain = vehicle.powertrain and vehicle.powertrain.value.value
    assert row["vin_powertrain"] == decoded["vin_powertrain"] == powertrain
    year = vehicle.model_year and vehicle.model_year.value
    assert row["vin_model_year"] == decoded["vin_model_year"] == year
    assert row["vin_wmi"] == vehicle.wmi
    assert row["vin_verdict"] == page.finding.verdict.value == screen(vehicle, ON).verdict.value


@pytest.mark.parametrize("text", ["LRW3F7FS2XXXXXXXX", "LGXCE4CBXXXXXXXXX", "JF1ZN6K81XXXXXXXX"])
def test_an_x_of_a_mask_tells_no_model_year(text):
    vehicle = vintool.decode(text)
    assert vehicle.model_year is None
    assert 1999 not in vehicle.model_year_candidates
    assert Problem.CHECK_DIGIT not in check(text).problems


@pytest.mark.parametrize(
    ("text", "powertrain"),
    [("7SA3F7FS2XXXXXXXX", "BEV"), ("KM8K53AG5KU", "BEV"), ("L6T79P2NxPPxxxx01", "BEV"), ("LGXC74C4•••0001", "PHEV"), ("5TDGSKFC3RS1", "HEV")],
)  # fmt: skip
def test_a_start_tells_what_it_proves(text, powertrain):
    assert vintool.decode(text).powertrain.value == powertrain


def test_longer_starts_tell_what_eleven_characters_do():
    eleven = vintool.decode("5TDGSKFC3RS")
    for length in range(12, 17):
        longer = vintool.decode("5TDGSKFC3RS100123"[:length])
        assert (longer.model_year, longer.powertrain, longer.plant) == (
            eleven.model_year,
            eleven.powertrain,
            eleven.plant,
        )


@pytest.mark.parametrize(
    "text",
    [
        "MEDUAB123456",
        "AB123456",
        "LRW3E7A1LC000001",
        "BYD476ZQA123456",
        "HELLOSAM",
        "LRW3E7FA1LC00A0",
    ],
)
def test_a_number_that_breaks_a_rule_or_has_no_maker_is_no_start(text):
    assert Problem.PARTIAL not in check(text).problems
    with pytest.raises(vintool.InvalidVin):
        vintool.decode(text)


CELLS = {
    "fuel": st.sampled_from(["汽油", "纯电动", "PHEV", ""]),
    "hs_code": st.sampled_from(["8703801090", "8703234190", "8704410000", ""]),
    "condition": st.sampled_from(["新", "旧", ""]),
    "vehicle_type": st.sampled_from(["轿车", "货车", ""]),
    "seats": st.sampled_from(["5", "30", ""]),
    "registration_date": st.sampled_from(["2019-05-01", ""]),
}
vins = st.one_of(filed_vins(), st.builds(checked_vin, st.sampled_from(STARTS)))


@given(masked_vins(vins), st.fixed_dictionaries(CELLS), st.sampled_from(REGIMES))
def test_a_part_of_a_vin_is_never_cleared(text, declared, regime):
    if Problem.PARTIAL in check(text).problems:
        assert screen(text, ON, declared, regime).verdict is not Verdict.OUT_OF_SCOPE


@pytest.mark.parametrize(
    "text", ["WAUZZZXXXXX123456", "VR3UXXXXXXX123456", "KMHXXXXXXXX123456", "WAUZZZXXXX0123456"]
)
def test_a_mask_between_maker_and_serial_is_no_vin_of_1999_in_any_market(text):
    assert Problem.PARTIAL in check(text).problems or not check(text).sound
    declared = {"fuel": "petrol", "hs_code": "8703234190"}
    assert screen(text, ON, declared).verdict is not Verdict.OUT_OF_SCOPE


@pytest.mark.parametrize("text", ["LGXC74C4•••0001", "5TDGSKFC3RS1"])
def test_a_declared_electric_car_is_controlled_whatever_a_part_says(text):
    finding = screen(text, ON, {"fuel": "纯电动"})
    assert finding.verdict is Verdict.CONTROLLED
    assert Reason.CONTRADICTION_POWERTRAIN in finding.reasons
