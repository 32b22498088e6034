"""vPIC's rules: what real North American VINs tell, in whole and in part, and where we differ on purpose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.filings import LATEST, filed_vins

import vintool
from vintool import vpic
from vintool.codes import Basis, Problem
from vintool.registry.rows import read_rows
from vintool.vin import PartialVin, Vin, calc_check_digit
from vintool.vin.positions import UNKNOWN_CHARACTER, before_serial
from vintool.vpic.decode import decode
from vintool.vpic.elements import MULTIPLE
from vintool.vpic.patterns import read_positions
from vintool.vpic.register import far_readers

# Public VINs of press cars, recalls and listings; what they are is printed beside them there.
KNOWN = {
    "5YJ3E1EAXHF000316": {
        "brand": "Tesla", "model": "Model 3", "model_year": 2017, "body_class": "Sedan/Saloon",
        "doors": 4, "fuel_primary": "Electric", "electrification": "BEV (Battery Electric Vehicle)",
        "vehicle_type": "car", "plant": "Fremont, California, US", "seats": 5,
    },
    "1HGCM82633A004352": {
        "brand": "Honda", "model": "Accord", "trim": "EX-V6", "model_year": 2003, "doors": 2,
        "body_class": "Coupe", "engine.cylinders": 6, "engine.displacement_l": 2.998833,
        "fuel_primary": "Gasoline", "plant": "Marysville, Ohio, US",
    },
    "1FTVW1EL0NWG00001": {
        "brand": "Ford", "model": "F-150", "model_year": 2022, "fuel_primary": "Electric",
        "electrification": "BEV (Battery Electric Vehicle)", "vehicle_type": "truck",
        "drive_type": "4WD/4-Wheel Drive/4x4", "plant": "Dearborn, Michigan, US",
    },
    "WBAJA7C52JG906543": {
        "brand": "BMW", "model": "530i", "series": "5-Series", "trim": "xDrive",
        "model_year": 2018, "drive_type": "AWD/All-Wheel Drive", "engine.cylinders": 4,
    },
}  # fmt: skip


def value(vehicle, field):
    name, _, part = field.partition(".")
    fact = getattr(vehicle, name)
    if fact is None or isinstance(fact, tuple):
        return fact
    part_value = getattr(fact.value, part) if part else fact.value
    return str(part_value) if name == "plant" else part_value


@pytest.mark.parametrize(("vin", "expected"), KNOWN.items())
def test_known_vehicles(vin, expected):
    vehicle = vintool.decode(vin)
    assert {field: value(vehicle, field) for field in expected} == expected


def test_what_the_vin_encodes_is_not_what_is_assumed():
    vehicle = vintool.decode("5YJ3E1EAXHF000316")
    assert vehicle.model.basis is Basis.ENCODED
    assert vehicle.seats.basis is Basis.ASSUMED  # a specification of the model
    trailer = vintool.decode("1UYVS2538GU123456")
    assert (trailer.drive_type.value, trailer.drive_type.basis) == ("Not Applicable", Basis.ASSUMED)
    for fact in (vehicle.model, vehicle.seats, trailer.drive_type):
        assert fact.source.cites == f"NHTSA vPIC {vpic.release().month}"
    assert all(item.value != "Not Applicable" for item in trailer.attributes)


def test_a_european_car_is_not_read_by_american_patterns():
    vehicle = vintool.decode("WVWZZZ1KZ6W000001")
    assert (vehicle.model.value, vehicle.model.source.file) == ("Golf", "models.csv")
    assert vehicle.attributes == ()
    assert vehicle.plant.source.file == "plants.csv"


def test_where_the_check_digit_does_not_hold_a_foreign_vin_only_may_be_american():
    sound = "JTEBU14R950000001"
    sound = sound[:8] + calc_check_digit(sound) + sound[9:]
    broken = sound[:8] + ("0" if sound[8] != "0" else "1") + sound[9:]
    assert vintool.decode(sound).model.basis is Basis.ENCODED
    assert vintool.decode(broken).model.value == vintool.decode(sound).model.value
    assert vintool.decode(broken).model.basis is Basis.ASSUMED
    assert vintool.decode(broken).model_year.basis is Basis.ASSUMED
    assert vintool.decode(sound[:8] + "Z" + sound[9:]).model is None


def test_two_years_that_disagree_on_electric_drive_are_both_shown():
    vehicle = vintool.decode("1FTVW1EL8NAG00001")  # an electric pickup, its plant mistyped
    assert vehicle.fuel_primary is None
    assert vehicle.model is None
    assert vehicle.model_year is None
    assert vehicle.model_year_candidates == (1992, 2022)
    assert [source.note for source in vehicle.powertrain_conflict] == [
        "filed for model year 1992: Diesel; schema 12791 ****[BDELSV]",
        "F-150; filed for model year 2022: Electric + BEV (Battery Electric Vehicle); schema 23651 [V6]W1E[LV]",
    ]
    declared = vintool.decode("1FTVW1EL8NAG00001", model_year=2022)
    assert declared.fuel_primary.value == "Electric"
    assert declared.model_year.basis is Basis.DECLARED


def test_eight_characters_tell_what_all_years_agree_on():
    vehicle = vintool.decode("5YJ3E1EA")
    assert isinstance(vehicle.vin, PartialVin)
    assert vehicle.problems == (Problem.PARTIAL,)
    assert vehicle.check_digit == "cannot_tell"
    assert (vehicle.model.value, vehicle.fuel_primary.value) == ("Model 3", "Electric")
    assert vehicle.powertrain.value == "BEV"
    assert vehicle.model_year is None
    assert vehicle.model_year_candidates[0] == 2017
    assert type(vehicle).model_validate_json(vehicle.model_dump_json()) == vehicle


@pytest.mark.parametrize(
    "text", ["", "5YJ3E1", "5YJ3E1EAXHF0O03", "5YJ3E1EAX*F0003", "5YJOE1EA", "*" * 17]
)
def test_too_little_or_too_much_is_no_partial_vin(text):
    with pytest.raises(vintool.InvalidVin):
        vintool.decode(text)


@given(filed_vins(), st.sets(st.integers(4, 17).filter(lambda at: at != 9), min_size=1, max_size=9))
def test_a_part_of_a_vin_never_tells_what_the_whole_does_not(vin, lost):
    wmi = Vin.trusted(vin).wmi
    text = "".join(UNKNOWN_CHARACTER if at in lost else sign for at, sign in enumerate(vin, 1))
    full, part = (decode(wmi, given, LATEST) for given in (vin, text))
    if full is None or full.best.wrong or part is None:
        return  # where characters are wrong, leaving them out may tell more
    for element, items in part.best.attributes.items():
        whole = [item.value for item in full.best.attributes.get(element, ())]
        values = [item.value for item in items]
        # Of notes a VIN may have several, and the whole one more than a part of it.
        assert set(values) <= set(whole) if element in MULTIPLE else values == whole, element


@given(filed_vins(), st.text("0123456789", min_size=6, max_size=6))
def test_what_a_vin_tells_depends_on_no_position_that_is_not_read(vin, serial):
    vin = Vin.trusted(vin)
    reach = far_readers().get(vin[:3], before_serial(vin))
    other = vin[:8] + "0" + vin[9:reach] + serial[reach - 17 :][: 17 - reach]
    one, two = (decode(vin.wmi, text, LATEST) for text in (vin, other))
    assert (one is None) == (two is None)
    if one is not None:
        assert one.best.attributes == two.best.attributes
        assert one.best.faults == two.best.faults


def test_the_key_is_positions_4_to_8_and_10_to_17():
    assert read_positions("ABCDEFGHJKLMNPRST") == "DEFGHKLMNPRST"


DEVIATIONS = list(
    read_rows("deviations.csv", ("vin", "field", "vpic", "vintool", "reason", "evidence"))
)
BY_PROCEDURE = {"model_year": 29, "model": 28, "fuel_primary": 24, "doors": 14}


@pytest.mark.parametrize(("vin", "field", "theirs", "ours", "reason", "evidence"), DEVIATIONS)
def test_deviations_are_not_stale(vin, field, theirs, ours, reason, evidence):
    assert reason
    assert evidence
    answer = value(vintool.decode(vin), field)
    assert str("" if answer is None else answer) == ours
    assert ours != theirs
    if field in BY_PROCEDURE:  # the procedure itself still says so
        assert decode(Vin(vin).wmi, vin, LATEST).best.value(BY_PROCEDURE[field]) == theirs


def test_deviations_are_sorted_and_once():
    keys = [row[:2] for row in DEVIATIONS]
    assert keys == sorted(set(keys))
