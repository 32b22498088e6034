"""What a second fact is, several things in one cell, and what is a contradiction."""

from datetime import date

import pytest
from support import ON
from support.vehicles import (
    BYD,
    COMBUSTION,
    ELECTRIC,
    EU_LEAF,
    FOTON,
    NEW_ELECTRIC,
    PETROL,
    PLUG_IN,
    SEDAN,
    SONG_PLUG_IN,
    TESLA,
    UNSEEN,
    USED,
    cleared,
    screen,
)
from support.vins import vin

from vintool import registry
from vintool.codes import Reason, Verdict
from vintool.screening.facts import chassis_differs
from vintool.screening.identifiers import code_in_force

# What a second fact is


def test_a_maker_of_motorcycles_is_one_fact_and_does_not_outweigh_the_entries():
    """By the register of another market; the same maker may build cars as well."""
    motorcycles = vin("L13ZZZZZ")
    assert registry.maker("L13").kinds == ("motorcycle",)
    for regime, row in (
        (NEW_ELECTRIC, {**ELECTRIC, **SEDAN}),
        (COMBUSTION, {**PETROL, **SEDAN}),
        (USED, {"condition": "旧", "hs_code": "8703801010", "vehicle_type": "轿车"}),
    ):
        assert not cleared(regime, motorcycles, row)


@pytest.mark.parametrize("text", [UNSEEN, BYD, FOTON])
@pytest.mark.parametrize(
    "kinds", [{"vehicle_type": "皮卡", "seats": "50"}, {"vehicle_type": "golf cart", "seats": "30"}]
)
def test_entries_that_disagree_about_the_kind_clear_nothing(text, kinds):
    """The code tells a car, and the others two things that cannot both be."""
    assert not cleared(NEW_ELECTRIC, text, {**ELECTRIC, **kinds})


@pytest.mark.parametrize("code", "SN")
def test_no_model_year_is_proof_of_use(code):
    """Cars of years before are sold new as well, and a wrong year of the date makes any car old."""
    finding = screen(vin("LGXCE4CB", f"{code}0"), date(2026, 1, 2), {"condition": "used"})
    assert finding.verdict is Verdict.REVIEW


def test_a_registration_that_lies_ahead_is_no_proof_of_use():
    row = {"condition": "used", "registration_date": "2027-01-10"}
    assert not cleared(NEW_ELECTRIC, EU_LEAF, row)
    assert cleared(NEW_ELECTRIC, EU_LEAF, {**row, "registration_date": "2025-01-10"})


@pytest.mark.parametrize(
    ("regime", "day"), [(NEW_ELECTRIC, date(2024, 2, 1)), (USED, date(2023, 2, 1))]
)
def test_a_date_that_the_model_year_denies_puts_no_row_before_the_rule(regime, day):
    """A car of 2026 was not declared years before it was built: the date is wrong."""
    finding = screen(vin("LGXC74C4", "T0"), day, {"condition": "旧"}, regime)
    assert finding.verdict is not Verdict.OUT_OF_SCOPE
    assert Reason.CONTRADICTION_MODEL_YEAR in finding.reasons


@pytest.mark.parametrize(
    ("code", "registered", "differs"),
    [("S", "2024-06-01", False), ("S", "2025-01-31", False), ("S", "2023-06-01", True), ("8", "2027-01-01", False),
     ("4", "2025-06-01", True), ("8", "2025-06-01", False)],
)  # fmt: skip
def test_a_model_year_after_first_registration_or_decades_before_it_is_a_contradiction(
    code, registered, differs
):
    row = {**PLUG_IN, "registration_date": registered}
    finding = screen(vin("LGXC74C4", f"{code}0"), ON, row)
    assert (Reason.CONTRADICTION_REGISTRATION in finding.reasons) is differs
    assert not differs or finding.verdict is Verdict.REVIEW


# Several things in one cell


@pytest.mark.parametrize(
    ("second", "damaged"),
    [("LRW3E7FA1LC00001", True), ("LRW3E7FA1-LC000001", False), ("LRW3E7FA1 LC000001", False), ("LRW3E7FA1LC0000011", True), ("LRW3E7FA1LCOOOOO1", True)],
)  # fmt: skip
def test_a_second_vin_that_is_damaged_is_still_a_second_vin(second, damaged):
    assert cleared(NEW_ELECTRIC, SONG_PLUG_IN, PLUG_IN)
    finding = screen(f"{SONG_PLUG_IN} / {second}", ON, PLUG_IN)
    assert finding.verdict is not Verdict.OUT_OF_SCOPE
    assert Reason.SEVERAL_VINS_ON_ROW in finding.reasons
    assert (Reason.CONTRADICTION_TWO_VINS in finding.reasons) is damaged


@pytest.mark.parametrize(
    "cell",
    ["8703234190/8703801090", "8703234190,8703801090", "8703234190 8703801090", "8703234190（改8703801090）"],
)  # fmt: skip
def test_a_second_code_in_the_cell_is_heard(cell):
    assert not cleared(NEW_ELECTRIC, UNSEEN, {"fuel": "汽油", "hs_code": cell})


# What is a contradiction, and what is none


@pytest.mark.parametrize(
    ("declared", "reason", "settled"),
    [
        ({"fuel": "增程式", "hs_code": "8703801090"}, "contradiction_powertrain", False),
        ({"fuel": "燃料电池", "hs_code": "8703801090"}, "contradiction_powertrain", False),
        ({"fuel": "增程式", "hs_code": "8703234190"}, "range_extended", True),
        ({"fuel": "汽油", "hs_code": "8703801090"}, "contradiction_powertrain", True),
        ({"fuel": "汽油", "un_no": "UN 3556"}, "contradiction_un_number", True),
        ({"hs_code": "8703809090"}, "contradiction_no_vin_code", True),
    ],
)
def test_what_sources_do_not_settle_is_no_contradiction(declared, reason, settled):
    """Range-extended and fuel cell cars stand in 8703.80 by one reading: the row is held all the same."""
    finding = screen(UNSEEN, ON, declared)
    assert (Reason(reason) in finding.reasons) is settled
    assert finding.verdict is not Verdict.OUT_OF_SCOPE


def test_both_sides_say_what_is_so():
    byd = vin("LC0CE4CB")
    assert "bus" in registry.maker("LC0").kinds
    finding = screen(byd, ON, {"hs_code": "8704600000"})
    sides = [one.value for one in finding.evidence if one.what == "contradiction_kind"]
    assert sides
    assert not any("cars alone by WMI" in side for side in sides)
    early = code_in_force("8703801090", date(2024, 12, 31))
    assert "from 2025-01-01" in early[0].item.value


def test_a_vehicle_of_another_kind_is_pointed_to_its_regime():
    finding = screen(FOTON, ON, {"hs_code": "8704600000", "vehicle_type": "货车"})
    assert (finding.verdict, finding.other_regimes) == (Verdict.OUT_OF_SCOPE, (COMBUSTION,))


@pytest.mark.parametrize(
    ("text", "differs"),
    [
        (SONG_PLUG_IN, False), (SONG_PLUG_IN.lower(), False), (SONG_PLUG_IN[-8:], False), ("012345", False),
        ("GP5-1234567", False), ("-", False), ("12", False), ("TBA", False), (f"VIN: {SONG_PLUG_IN}", False),
        (TESLA, True), ("012346", True), (f"{SONG_PLUG_IN[:-1]}6", True), ("LC-000002", True),
        # Spreadsheets, stand-ins, words and masks say nothing against the VIN.
        ("12345.0", False), ("NONE", False), ("UNKNOWN", False), ("PENDING", False), ("SAME AS VIN", False),
        ("No. 012345", False), (f"{SONG_PLUG_IN[:8]}*{SONG_PLUG_IN[9:]}", False),
    ],
)  # fmt: skip
def test_a_chassis_number_that_is_another_vehicles(text, differs):
    assert chassis_differs(SONG_PLUG_IN, text) is differs


@pytest.mark.parametrize(
    "cell",
    [
        "3VV1B7AX9JM227402 LSJK888R6SB0",
        "2HKRM3H77DH308600 / LGX30G9J2SC087",
        "LGX30G9J2SC087, 2HKRM3H77DH308600",
        "2HKRM3H77DH308600;LRW3E7FA",
        "3VV1B7AX9JM227402 LRWYGCFJ",
        "3VV1B7AX9JM227402 ｌｒｗｙｇｃｆｊ",
    ],
)
def test_a_piece_of_a_second_vin_in_the_cell_is_heard(cell):
    finding = screen(cell, date(2026, 3, 1))
    assert finding.verdict is not Verdict.OUT_OF_SCOPE
    assert Reason.CONTRADICTION_TWO_VINS in finding.reasons


@pytest.mark.parametrize(
    "rest",
    [" LGXC E4CB", " LRW-YGCFJ-2SC0", " LRWYGCFJ2SC0O0", " ***K888R6SB0", " 2SC000001", "-0034", " to ...01", "~01", "/03", " x2", " (2 units)"],
)  # fmt: skip
def test_figures_beside_a_vin_may_be_of_another_vehicle(rest):
    """A firm combustion engine's VIN alone is cleared; with them it is not."""
    assert screen("3VV1B7AX9JM227402", date(2026, 3, 1)).verdict is Verdict.OUT_OF_SCOPE
    assert screen("3VV1B7AX9JM227402 Tiguan", date(2026, 3, 1)).verdict is Verdict.OUT_OF_SCOPE
    assert screen(f"3VV1B7AX9JM227402{rest}", date(2026, 3, 1)).verdict is not Verdict.OUT_OF_SCOPE


@pytest.mark.parametrize(
    "cell",
    ["2HKRM3H77DH308600 Honda CR-V", "2HKRM3H77DH308600 TGHU1234567", "2HKRM3H77DH308600 2026-03-01", "2HKRM3H77DH308600 ENGINE 12345678"],
)  # fmt: skip
def test_what_else_stands_beside_a_vin_is_no_vin(cell):
    assert Reason.SEVERAL_VINS_ON_ROW not in screen(cell, date(2026, 3, 1)).reasons
