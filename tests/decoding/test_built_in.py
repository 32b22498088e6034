"""Where a vehicle was built: by its plant, its model, or a WMI of China; else it cannot be told."""

import pytest

import vintool
from vintool.codes import Basis
from vintool.decoding.plant import country_built_in


def built_in(vin):
    fact = vintool.decode(vin).built_in
    return (fact.value, fact.basis) if fact else None


def test_a_car_is_built_where_its_plant_lies():
    assert built_in("WVWZZZ1KZ6W000001") == ("DE", Basis.REGISTRY)
    assert built_in("5YJYGDEE0LF000001") == ("US", Basis.ENCODED)


def test_a_model_that_is_built_abroad_goes_by_its_positions_and_not_by_its_wmi():
    assert built_in("UU1DBG005MU000001") == ("CN", Basis.ENCODED)
    assert built_in("UU1HSDAC541000001") is None


def test_a_maker_of_china_builds_there_if_nothing_else_is_known():
    assert built_in("LGXCE4CB9S0000001") == ("CN", Basis.REGISTRY)


def test_the_country_of_a_wmi_elsewhere_tells_no_place():
    assert vintool.decode("VF1AGVYA060000001").country.value == "FR"
    assert built_in("VF1AGVYA060000001") is None


def test_a_model_whose_sign_is_not_known_has_no_place():
    assert built_in("UU1D*G005MU000001") is None


@pytest.mark.parametrize(
    ("by_plant", "by_model", "by_maker", "country"),
    [
        ("DE", "", "CN", "DE"),
        ("", "CN", "RO", "CN"),
        ("CN", "CN", "ES", "CN"),
        ("DE", "CN", "DE", ""),
        ("", "", "CN", "CN"),
        ("", "", "RO", ""),
        ("", "", "", ""),
    ],
)
def test_what_disagrees_tells_no_country(by_plant, by_model, by_maker, country):
    assert country_built_in(by_plant, by_model, by_maker) == country


def test_the_month_is_null_where_no_maker_tells_it():
    assert vintool.decode("5YJYGDEE0LF000001").built_month is None


@pytest.mark.parametrize(
    ("vin", "country"),
    [
        ("VSSZZZKR3RA000001", "CN"),  # Cupra Tavascan, of Hefei
        ("VSSZZZKM2SR000001", None),  # another Cupra
        ("WBY7X4101MS000001", "CN"),  # iX3, of Dadong
        ("WBY11CF000C000001", "DE"),  # iX, of Dingolfing
        ("YV12ZEL80RS000001", "CN"),  # EX30, of Zhangjiakou
        ("YV1XZEDV5R2000001", "BE"),  # XC40, of Ghent
        ("YV1LFBMU8RP000001", "CN"),  # of Daqing
        ("WMWXP7C50G2000001", "GB"),
        ("RL8AB12CXHH000001", "VN"),
        ("LYVUEK1C4RB000001", "CN"),
    ],
)
def test_cars_of_chinese_plants_are_known_by_model_and_plant_and_never_by_their_wmi(vin, country):
    fact = vintool.decode(vin).built_in
    assert (fact.value if fact else None) == country
