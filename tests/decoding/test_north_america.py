"""Whether American filings speak for a VIN: what ties it to them, and what rules them out."""

import pyarrow as pa
import pytest

import vintool
from vintool.codes import Basis, CheckDigit, Market
from vintool.columns import decode_table
from vintool.decoding.north_america import Tie, is_home_market, tie
from vintool.decoding.profile import profile
from vintool.vin import Vin, calc_check_digit
from vintool.vin.check_digit import position_9

LABELLED = [  # starts of real models, whose check digit holds by chance: the year, and the model or none
    ("WAUZZZ8K5DA000001", 2013, "A4"),
    ("WAUZZZ4K8RN000001", 2024, None),
    ("KMHKR81C9NU000001", 2022, "Ioniq 5"),
    ("KNAAE8153R6000001", 2024, "EV9"),
    ("VF3LCBHZ5ES000001", 2014, "308"),
    ("VF3CUHNV5HY000101", 2017, "2008"),
    ("YV1DZ8858D2000001", 2013, "XC60"),
]


@pytest.mark.parametrize(("vin", "year", "model"), LABELLED)
def test_a_check_digit_that_holds_by_chance_makes_no_car_of_the_eighties(vin, year, model):
    vehicle = vintool.decode(vin)
    assert position_9(Vin(vin)) is CheckDigit.HOLDS
    assert vehicle.model_year.value == year
    assert (vehicle.model and vehicle.model.value) == model


def test_a_year_is_the_same_whether_the_check_digit_holds_or_not():
    for vin, year, _ in LABELLED:
        spoilt = f"{vin[:8]}{'0' if vin[8] != '0' else '1'}{vin[9:]}"
        assert vintool.decode(spoilt).model_year.value == year, spoilt


def test_no_candidate_is_taken_away_by_a_rule_that_only_may_hold():
    assert vintool.decode("WAUZZZ8K5DA000001").model_year_candidates[-1] == 2013
    assert vintool.decode("JT2AE09W5P0038539").model_year_candidates == (1993, 2023)
    assert vintool.decode("JT2AE09W5P0038539").model_year.basis is Basis.ASSUMED


def test_a_filing_that_fits_in_every_position_speaks_for_an_import_whose_check_digit_holds():
    vin = "WBA3B5G59DNS00001"
    vehicle = vintool.decode(vin)
    assert profile(Vin(vin), CheckDigit.HOLDS).tie is Tie.FITS
    assert (vehicle.model.value, vehicle.model.basis) == ("328i", Basis.ENCODED)
    assert vehicle.model_year_candidates == (2013,)


@pytest.mark.parametrize("start", ["LC0CE4CB", "LC0C74C4", "LC0CD4C4", "LC0DF4CD", "LC0CE6CD"])
def test_a_bus_filing_is_silent_about_the_cars_of_the_same_code(start):
    vin = f"{start}0R0000101"
    vehicle = vintool.decode(f"{start}{calc_check_digit(vin)}R0000101")
    assert vehicle.model is None or vehicle.model.source.file != "vpic"
    assert vehicle.fuel_primary is None
    assert vehicle.electrification is None
    assert vehicle.vehicle_type is None or vehicle.vehicle_type.value != "bus"
    assert vehicle.model_year.value == 2024


def test_the_market_given_ties_a_vin_to_its_rules():
    assert vintool.decode("WAUZZZ8K5DA000001", market="us").model_year.value == 1983


def test_a_chinese_car_is_one_by_its_filing_or_by_what_the_maker_builds():
    assert is_home_market(Market.CN, "car", ())
    assert is_home_market(Market.CN, "bus", ("car", "bus"))
    assert not is_home_market(Market.CN, "motorcycle", ("motorcycle",))
    assert not is_home_market(Market.EU, "car", ("car",))


FITTING = {
    "home_market": False,
    "other_shape": False,
    "only_in_vpic": False,
    "matched": True,
    "wrong": False,
    "several": False,
    "has_model": True,
    "same_year": True,
    "possible": True,
}


@pytest.mark.parametrize(
    ("market", "digit", "but", "answer"),
    [
        ("us", "fails", {"matched": False, "other_shape": True}, Tie.REGION),
        ("eu", "holds", {}, Tie.FITS),
        ("eu", "holds", {"other_shape": True}, Tie.SHAPE),
        ("eu", "holds", {"matched": False}, Tie.NO_FIT),
        ("eu", "holds", {"wrong": True, "several": True}, Tie.SEVERAL),
        ("eu", "holds", {"wrong": True}, Tie.FITS),
        ("eu", "holds", {"wrong": True, "same_year": False}, Tie.OTHER_YEAR),
        ("eu", "holds", {"same_year": False}, Tie.FITS),
        ("eu", "fails", {}, Tie.NO_DIGIT),
        ("eu", "fails", {"wrong": True}, Tie.NEAR),
        ("eu", "fails", {"has_model": False}, Tie.NO_TIE),
        ("eu", "fails", {"has_model": False, "only_in_vpic": True}, Tie.NO_DIGIT),
        ("eu", "fails", {"possible": False}, Tie.NO_TIE),
        ("eu", "cannot_tell", {}, Tie.NO_TIE),
        ("cn", "holds", {"home_market": True}, Tie.HOME),
        ("cn", "holds", {"home_market": True, "wrong": True}, Tie.NOT_HOME),
        ("cn", "holds", {"home_market": True, "same_year": False}, Tie.NOT_HOME),
        ("cn", "fails", {"home_market": True}, Tie.NOT_HOME),
        ("cn", "holds", {}, Tie.FITS),
    ],
)
def test_what_ties_a_vin_to_a_filing(market, digit, but, answer):
    assert tie(Market(market), CheckDigit(digit), **(FITTING | but)) is answer
    assert answer.why


def test_columns_say_the_same_of_every_tie():
    vins = [vin for vin, *_ in LABELLED]
    vins += ["JT2AE09W5P0038539", "WBA3B5G59DNS00001", "LC0CE4CB7R0000101"]
    many = [
        f"{vin[:11]}{number:06}" for number in range(300) for vin in vins
    ]  # enough for bit sets
    fields = ["model", "model_year", "model_year_candidates", "vehicle_type", "fuel_primary"]
    table = decode_table(pa.array(many), fields=fields).to_pylist()
    for vin, row in zip(many, table, strict=True):
        one = vintool.decode(vin)
        assert row == {
            f"vin_{name}": list(value) if isinstance(value, tuple) else value and value.value
            for name in fields
            for value in [getattr(one, name)]
        }


@pytest.mark.parametrize(
    ("vin", "status", "problems"),
    [
        ("JT2AE09W5P0038539", "cannot_tell", ["check_digit_abroad"]),
        ("JT2AE09W4P0038539", "not_used", []),  # it holds there
        ("NM0KS9BN2CT000001", "cannot_tell", ["check_digit_abroad"]),
        ("WBA3B5G59DNS00001", "not_used", []),
        ("WVGZZZ5NZJM000395", "not_used", []),
        ("WF0KXXGCBKBJ00001", "not_used", []),
        ("1FBNE3BE1CDB00001", "fails", ["check_digit"]),
    ],
)
def test_a_check_digit_that_would_fail_where_the_start_is_filed_is_said_to(vin, status, problems):
    check, vehicle = vintool.check(vin), vintool.decode(vin)
    row = decode_table(pa.array([vin]), fields=["check_digit", "problems"]).to_pylist()[0]
    assert (check.check_digit.value, [one.value for one in check.problems]) == (status, problems)
    assert (vehicle.check_digit.value, list(vehicle.problems)) == (status, problems)
    assert (row["vin_check_digit"], row["vin_problems"]) == (status, problems)
    assert check.sound is (status != "fails")
