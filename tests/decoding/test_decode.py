"""Vin -> Vehicle: real vehicles with known answers."""

from dataclasses import is_dataclass
from datetime import date
from typing import get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ON
from support.filings import filed_vins

import vintool
from vintool import vpic
from vintool.codes import Basis, Market, Powertrain, Problem
from vintool.decoding.engine import Engine
from vintool.decoding.facts import Attribute, Fact, PowertrainFact, Source
from vintool.decoding.fields import FIELDS
from vintool.decoding.kinds import Kind
from vintool.decoding.model import RESTS_ON, Check, Vehicle
from vintool.decoding.model_year import model_year
from vintool.decoding.plant import Plant
from vintool.decoding.records import check_fields, vehicle_fields
from vintool.decoding.text import check_lines, vehicle_lines
from vintool.vin import Vin
from vintool.vin.positions import ALPHABET

# From public lists, registers and standards; serials of some shortened to zeros.
KNOWN = {
    #  VIN                 manufacturer                 brand         country  year  plant                      powertrain
    "1HGCM82633A004352": ("American Honda Motor Co., Inc.", "Honda", "US", 2003, "Marysville, Ohio, US", "ICE"),
    "5YJ3E1EAXHF000316": ("Tesla, Inc.", "Tesla", "US", 2017, "Fremont, California, US", "BEV"),
    "LRW3E7FA1LC000001": ("Tesla (Shanghai) Co., Ltd.", "Tesla", "CN", 2020, "Shanghai, Shanghai, CN", "BEV"),
    "LGXCE4CB6S0134553": ("BYD Auto Co., Ltd.", "BYD", "CN", 2025, "Xi'an, Shaanxi, CN", "BEV"),
    "LGXC74C48P0320453": ("BYD Auto Co., Ltd.", "BYD", "CN", 2023, "Xi'an, Shaanxi, CN", "PHEV"),
    "LSJA24U62JG269225": ("SAIC Motor", "MG", "CN", 2018, None, "NOT_BEV"),
    "LFWADRJF011002346": ("FAW Jiefang", "Jiefang", "CN", 2001, None, None),
    "HXML2A049SA888568": ("Xiaomi", "Xiaomi", "CN", 2025, None, "BEV"),
    "HLX33B127R0791828": ("Li Auto", "Li Auto", "CN", 2024, None, "EREV"),
    "LW433B128N1715235": ("Li Auto", "Li Auto", "CN", 2022, None, "EREV"),
    "LPE19W2A6TF802651": ("BYD Auto Industry Co., Ltd.", "BYD", "CN", 2026, None, "PHEV"),
    "YT9NN1U14KA007175": ("Koenigsegg Automotive AB", "Koenigsegg", "SE", 2019, "Angelholm, SE", "HEV"),
    "WVGZZZ5NZEW069297": ("Volkswagen AG", "Volkswagen", "DE", 2014, "Wolfsburg, DE", "NOT_BEV"),
    "WBA71DC010CH14720": ("BMW AG", "BMW", "DE", None, "Dingolfing, DE", None),
    "9BWZZZ377VT004251": ("Volkswagen Brazil", "Volkswagen", "BR", 1997, None, None),
}  # fmt: skip


@pytest.mark.parametrize(("vin", "expected"), KNOWN.items())
def test_known_vehicles(vin, expected):
    vehicle = vintool.decode(vin)
    facts = (vehicle.manufacturer, vehicle.brand, vehicle.country, vehicle.model_year)
    values = [fact and fact.value for fact in facts]
    plant = str(vehicle.plant) if vehicle.plant else None
    powertrain = vehicle.powertrain.value.value if vehicle.powertrain else None
    assert (*values, plant, powertrain) == expected
    for fact in (*facts, vehicle.plant, vehicle.powertrain, vehicle.region):
        assert fact is None or (fact.source.cites and fact.basis in Basis)


def test_a_shared_code_names_no_brand_until_the_descriptor_does():
    assert vintool.decode("LJ1E6A3U0L7700000").brand.value == "NIO"
    assert vintool.decode("LJ1AAAAA0L7700000").brand is None


def test_both_sides_are_shown_where_the_evidence_disagrees():
    vehicle = vintool.decode("LGWEEUA55SF124717")
    assert vehicle.powertrain is None
    assert {source.row for source in vehicle.powertrain_conflict} == {"LGWEEUA5"}
    assert len(vehicle.powertrain_conflict) == 2
    assert vintool.decode("LGWEEUA50JE000000").powertrain.value == "BEV"  # year and plant decide
    assert vintool.decode("LGWEEUA50RK000000").powertrain is None  # hybrids of Haval, and two ORA


@pytest.mark.parametrize(
    "vin",
    ["ZFA31200000123456", "VF1RFB00066123456", "VF3LBBHZHES123456", "WF0AXXGCDA1A12345"],
)
def test_some_european_makers_put_no_plant_at_position_11(vin):
    assert vintool.decode(vin).plant is None


def test_an_unseen_start_tells_nothing():
    assert vintool.decode("LS5ZZZZZ0SJ012345").powertrain is None


@pytest.mark.parametrize(
    ("code", "seventh", "market", "kinds", "year", "candidates", "basis"),
    [
        ("3", "6", "us", ("car",), 2003, (2003,), "encoded"),
        ("L", "1", "us", ("car",), 1990, (1990, 2020), "encoded"),
        ("L", "A", "us", ("car", "suv"), 2020, (1990, 2020), "encoded"),
        ("L", "A", "us", ("truck",), 2020, (1990, 2020), "assumed"),
        ("L", "1", "cn", ("car",), 2020, (1990, 2020), "encoded"),
        ("V", "1", "cn", ("car",), 2027, (1997, 2027), "encoded"),
        ("W", "1", "cn", ("car",), 1998, (1998,), "encoded"),
        ("L", "1", "eu", ("car",), 2020, (1990, 2020), "assumed"),
        ("V", "1", "eu", ("car",), 1997, (1997, 2027), "assumed"),
        ("1", "1", "eu", ("car",), None, (2001,), "assumed"),
        ("0", "1", "cn", ("car",), None, (), "encoded"),
        ("Z", "1", "us", ("car",), None, (), "encoded"),
    ],
)  # fmt: skip
def test_model_year(code, seventh, market, kinds, year, candidates, basis):
    years = model_year(code, seventh, Market(market), kinds, 2027)
    assert (years.year, years.candidates, years.basis) == (year, candidates, basis)
    assert years.why


def test_what_the_caller_knows_of_the_year_counts_where_position_10_allows_it():
    assert vintool.decode("LRW3E7FA1LC000001", model_year=1990).model_year.value == 1990
    assert vintool.decode("LRW3E7FA1LC000001", model_year=1990).model_year.basis is Basis.DECLARED
    assert vintool.decode("LRW3E7FA1LC000001", model_year=2021).model_year.value == 2020
    assert vintool.decode("LRW3E7FA1LC000001", latest_model_year=2010).model_year.value == 1990


def test_no_clock_is_asked(monkeypatch):
    class NoDay(date):
        @classmethod
        def today(cls):
            raise AssertionError("asked for today")

    for module in (
        "vintool.decoding.model_year",
        "vintool.decoding.profile",
        "vintool.decoding.fields",
        "vintool.decoding.records",
        "vintool.decoding.decode",
        "vintool.screening.screen",
        "vintool.screening.facts",
        "vintool.screening.regimes",
        "vintool.declaration.lexicon",
    ):
        monkeypatch.setattr(f"{module}.date", NoDay, raising=False)
    assert vintool.screen("LRW3E7FA1LC000001", on=ON).verdict == "controlled"


@pytest.mark.parametrize("vin", [*KNOWN, "5YJ3E1EA", "LGWEEUA55SF124717"])
def test_the_terminal_shows_of_plain_fields_what_it_shows_of_the_model(vin):
    vehicle = vintool.decode(vin)
    assert [*vehicle_lines(vehicle_fields(vin))] == [*vehicle_lines(dict(vehicle))]


@pytest.mark.parametrize(
    "text", ["LRW3E7FA2LC000001", "LRW3E7FA1LCOOOOO1", " lrw3e7fa1-lc000001", ""]
)
def test_a_check_is_shown_alike_too(text):
    assert [*check_lines(check_fields(text))] == [*check_lines(dict(vintool.check(text)))]


@given(filed_vins() | st.sampled_from([*KNOWN]).map(Vin), st.text(ALPHABET, min_size=6, max_size=6))
def test_what_is_kept_of_a_descriptor_is_what_decoding_anew_tells(vin, tail):
    for text in (vin, vin[:11] + tail, vin[:14] + tail[3:], vin[:8] + tail[0] + vin[9:]):
        fields = vehicle_fields(Vin.trusted(text)) | vpic.rests_on()
        anew = Vehicle.model_validate(fields, from_attributes=True)
        vehicle = vintool.decode(Vin.trusted(text))
        assert vehicle == anew
        assert vehicle.model_dump_json() == anew.model_dump_json()


LISTS = {
    int: Kind.INTEGERS,
    str: Kind.TEXTS,
    Problem: Kind.TEXTS,
    Attribute: Kind.PAIRS,
    Source: Kind.SOURCES,
}


def kind_of(annotation):
    """The kind of a value, and whether it is a fact."""
    first = next(iter(get_args(annotation)), annotation)
    if get_origin(annotation) is tuple:
        return LISTS[first], False
    if first is PowertrainFact or get_origin(first) is Fact:
        value = next(iter(get_args(first)), Powertrain)
        return Kind.STRUCT if is_dataclass(value) else kind_of(value)[0], True
    return {int: Kind.INTEGER, float: Kind.NUMBER}.get(first, Kind.TEXT), False


def test_a_vehicle_has_the_fields_of_the_table():
    assert [*Vehicle.model_fields] == [*FIELDS, *RESTS_ON]
    for name, field in FIELDS.items():
        line = Vehicle.model_fields[name]
        assert kind_of(line.annotation) == (field.kind, bool(field.row))


@pytest.mark.parametrize(("name", "model"), [("decode", Vehicle), ("check", Check)])
def test_what_a_public_function_returns_can_be_looked_up(name, model):
    assert get_type_hints(getattr(vintool, name))["return"] is model


@pytest.mark.parametrize(("field", "value"), [("plant", Plant), ("engine", Engine)])
def test_a_struct_has_the_parts_of_the_table(field, value):
    kinds = [(name, kind_of(hint)[0]) for name, hint in get_type_hints(value).items()]
    assert kinds == [(part.name, part.kind) for part in FIELDS[field].parts]


def test_vehicles_are_frozen_and_plain_in_json():
    vehicle = vintool.decode("LRW3E7FA1LC000001")
    with pytest.raises(ValueError, match="frozen"):
        vehicle.serial = "1"
    assert type(vehicle).model_validate_json(vehicle.model_dump_json()) == vehicle


@pytest.mark.parametrize("text", ["00000000000000001", "00000000000000010", "0000000000A000000"])
def test_a_vin_of_nearly_only_zeros_is_decoded_as_any_other(text):
    vehicle = vintool.decode(text)
    assert (vehicle.vin, type(vehicle.vin)) == (text, vintool.Vin)
    assert type(vehicle).model_validate_json(vehicle.model_dump_json()) == vehicle
