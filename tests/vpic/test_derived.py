"""What follows from what the patterns tell: engines, makes, units, specifications, defaults."""

import pytest
from support.releases import (
    CYLINDERS,
    DISPLACEMENT_CC,
    DISPLACEMENT_CI,
    DISPLACEMENT_L,
    DOORS,
    ENGINE,
    FUEL,
    MAKE,
    MODEL,
    NEW,
    NEWEST,
    OLD,
    SEATS,
    SECRET,
    SERIES,
    TRIM,
    best,
    patterns,
    values,
    vin,
)

from vintool import vpic
from vintool.vpic.elements import Origin


def test_an_engine_by_its_name_tells_what_the_patterns_do_not(use):
    use(
        Pattern=patterns(("A", ENGINE, "v8  BIG "), ("A", DOORS, "2")),
        EngineModelPattern=[
            (1, 1, CYLINDERS, "6", OLD, None),
            (2, 1, CYLINDERS, "8", OLD, NEW),
            (3, 1, DOORS, "4", NEW, None),
            (4, 1, SECRET, "x", NEW, None),
            (5, 1, MAKE, "12", NEW, None),
        ],
    )
    assert values(vin(), CYLINDERS, DOORS, SECRET, MAKE) == ("8", "2", None, "Acme")
    assert best(vin()).attributes[CYLINDERS][0].origin is Origin.ENGINE


def test_the_make_is_the_models_or_else_the_only_one_of_the_wmi(use):
    use(
        Pattern=patterns(("A", MODEL, "101"), ("B", SERIES, "x")),
        Wmi_VinSchema=[(1, 1, 1, 2010, None), (2, 2, 1, 1980, None)],
    )
    assert values(vin("ABCDE"), MAKE) == ("Beta",)
    assert values(vin("BBCDE"), MAKE) == ("Acme",)
    trailers = best("1T9BBCDE0LF000123", "1T9123").attributes
    assert MAKE not in trailers  # it is of two
    assert best("1T9ABCDE0LF000123", "1T9123").attributes[MAKE][0].value == "Beta"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([("A", DISPLACEMENT_L, "2.0")], ("2000", "122.047488", "2.0")),
        ([("A", DISPLACEMENT_CC, "1000")], ("1000", "61.023744", "1")),
        ([("A", DISPLACEMENT_CI, "100")], ("1638.7064", "100", "1.638706")),
        ([("A", DISPLACEMENT_L, "2.0", OLD), ("A", DISPLACEMENT_CC, "1000", NEW)], ("1000", "61.023744", "2.0")),
        ([("A", DISPLACEMENT_L, "2.0", NEW), ("A", DISPLACEMENT_CC, "1000", OLD)], ("1000", "122.047488", "2.0")),
        ([("A", DISPLACEMENT_L, "large")], (None, None, "large")),
    ],
)  # fmt: skip
def test_displacement_is_given_in_every_unit_the_newest_converted(use, given, expected):
    use(Pattern=patterns(*given))
    assert values(vin(), DISPLACEMENT_CC, DISPLACEMENT_CI, DISPLACEMENT_L) == expected


SPEC_ROWS = [
    (1, 1, True, SERIES, "ONE", OLD, None),
    (2, 1, True, MODEL, "101", OLD, None),
    (3, 1, False, SEATS, "5", OLD, None),
    (4, 1, False, TRIM, "never", OLD, None),
    (5, 2, True, SERIES, "one", OLD, None),
    (6, 2, False, SEATS, "7", NEW, None),
    (7, 3, True, SERIES, "two", OLD, None),
    (8, 3, False, SEATS, "9", NEWEST, None),
    (9, 4, False, SEATS, "11", NEWEST, None),
]


@pytest.mark.parametrize(
    ("changed", "text", "seats"),
    [
        ({}, vin(), "7"),  # the newest of two that fit
        ({}, vin("BBCDE"), "9"),
        ({}, vin("CBCDE"), None),  # no key fits, and one without keys is not chosen
        ({}, vin(tail="MF000001"), None),  # 2021
        ({"VehicleSpecSchema_Year": []}, vin(tail="MF000001"), "7"),
        ({"VehicleSpecSchema": [(1, 10, 2, True)]}, vin(), None),  # not yet checked
        ({"VehicleSpecSchema": [(1, 12, 2, False)]}, vin(), None),  # of another make
        ({"VehicleSpecSchema": [(1, 10, 7, False)]}, vin(), None),  # of another vehicle type
        ({"VehicleSpecSchema": [(1, 10, None, False)]}, vin(), None),
        ({"VehicleSpecSchema_Model": [(1, 1, 100)]}, vin(), None),  # of another model
        ({"VehicleSpecPattern": SPEC_ROWS[:5]}, vin(), "5"),
    ],
)
def test_a_specification_adds_what_is_missing_if_its_keys_are_decoded(use, changed, text, seats):
    tables = {
        "Pattern": patterns(("*", MODEL, "101"), ("*", TRIM, "sport"), ("A", SERIES, "One"), ("B", SERIES, "two")),
        "VehicleSpecSchema": [(1, 10, 2, False)],
        "VSpecSchemaPattern": [(number, 1) for number in (1, 2, 3, 4)],
        "VehicleSpecSchema_Model": [(1, 1, 101)],
        "VehicleSpecSchema_Year": [(1, 1, 2020)],
        "VehicleSpecPattern": SPEC_ROWS,
    }  # fmt: skip
    use(**(tables | changed))
    assert values(text, SEATS, TRIM) == (seats, "sport")
    if seats:
        assert best(text).attributes[SEATS][0].origin is Origin.SPECIFICATION


def test_defaults_of_the_vehicle_type_fill_what_is_left(use):
    use(
        Pattern=patterns(("A", FUEL, "4"), ("*", SERIES, "x")),
        DefaultValue=[
            (1, FUEL, 2, "0"),
            (2, DOORS, 2, "4"),
            (3, CYLINDERS, 2, "0"),
            (4, SEATS, 6, "0"),
            (5, SEATS, 2, None),
            (6, SECRET, 2, "1"),
        ],
    )
    assert values(vin("BBCDE"), FUEL, DOORS, CYLINDERS, SEATS, SECRET) == ("Not Applicable", "4", "0", None, None)  # fmt: skip
    assert values(vin("ABCDE"), FUEL, DOORS) == ("4", "4")
    assert best(vin()).attributes[DOORS][0].origin is Origin.DEFAULT
    assert best(vin()).value(FUEL) == "Gasoline"


@pytest.mark.parametrize(
    "tables",
    [
        {"Manufacturer": [(7, "A\nB"), (8, "x")]},
        {"Make": [(10, "Acme\tX"), (11, "Beta"), (12, "Toy\nmaker")]},
    ],
)
def test_names_with_breaks(use, tables):
    use(**tables)
    assert vpic.registration("1TA").wmi == "1TA"
    assert vpic.model("100")[0] == "Toy"


def test_a_make_with_a_semicolon_is_one():
    assert len(vpic.registration("1G9449").makes) == 1
