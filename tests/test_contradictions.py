"""No single wrong cell or character clears a row that a regime holds; what the cells beside the VIN are read as."""

from datetime import date, datetime
from functools import cache

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vins import vin

from vintool import registry
from vintool.codes import Reason, Verdict
from vintool.columns import screen_table
from vintool.declaration.days import Days, read_date, read_days
from vintool.declaration.lexicon.prices import read_price
from vintool.powertrain import SAME_VALUE
from vintool.registry.brands import may_share_wmi
from vintool.registry.places import place
from vintool.screening.facts import chassis_differs
from vintool.screening.identifiers import code_in_force, container, exporter_code, vessel
from vintool.screening.regimes import REGIMES
from vintool.screening.screen import screen
from vintool.screening.used_vehicles import age
from vintool.vin import ALPHABET

ON = date(2026, 3, 1)
NEW_ELECTRIC, USED, COMBUSTION = REGIMES


TESLA = vin("LRW3E7FA", "SC")
ATTO3 = vin("LGXCE4CB")
SONG_PLUG_IN = vin("LGXC74C4")  # grade A, not electric
EADO = vin("LS5A2ASE", "SJ")  # petrol, grade C
CAR = vin("LS5ZZZZZ", "SJ")  # unseen, of a maker of cars alone
BYD = vin("LC0ZZZZZ")  # unseen, of a maker of cars and buses
FOTON = vin("LVBZZZZZ", "SJ")  # unseen, of a WMI that the registry gives to trucks
EU_LEAF = vin("SJNFAAZE", "1U")  # electric, no check digit, no model year
VINS = (TESLA, ATTO3, SONG_PLUG_IN, EADO, CAR, BYD, FOTON, EU_LEAF)

ELECTRIC = {"fuel": "纯电动", "hs_code": "8703801090"}
PETROL = {"fuel": "汽油", "hs_code": "8703234190"}
SEDAN = {
    "condition": "新",
    "seats": "5",
    "vehicle_type": "轿车",
    "unit_price": "18,500",
}
GOODS = {"hs_code": "8704600000", "vehicle_type": "货车", "fuel": "纯电动"}
PLUG_IN = {"fuel": "插电混动", "hs_code": "8703602300", "un_no": "3166"}
ROWS = {
    NEW_ELECTRIC: (
        {},
        {"fuel": "纯电动"},
        ELECTRIC,
        {**ELECTRIC, **SEDAN, "un_no": "3556", "currency": "USD"},
        {"fuel": "纯电动", "vehicle_type": "SUV", "seats": "5", "un_no": "3556"},
    ),
    USED: (
        {"condition": "旧"},
        {"condition": "旧", "hs_code": "8703801010", "registration_date": "2025-12-01"},
        {"condition": "旧", "fuel": "汽油", "application_date": "2026-02-01"},
    ),
    COMBUSTION: (
        {},
        {"fuel": "汽油"},
        PETROL,
        {**PETROL, **SEDAN, "un_no": "3166", "displacement": "1498"},
        PLUG_IN,
        GOODS,
        {**PETROL, "vehicle_type": "CKD"},
        {"hs_code": "8706002100", "vehicle_type": "底盘"},
    ),
}
WRONG = {
    "hs_code": ("8703801090", "8703801010", "8703809090", "8703234190", "8703602300", "8702402000", "8704600000", "8705909000", "8706002100", "8711600000", "8703101900", "8716000000", "8703900029"),
    "fuel": ("纯电动", "汽油", "插电混动", "增程式", "PHEV/BEV", "?"),
    "un_no": ("3556", "3166", "?"),
    "condition": ("新", "旧"),
    "vehicle_type": ("轿车", "皮卡", "bus", "golf cart", "ATV", "CKD", "底盘", "挂车"),
    "seats": ("5", "50"),
    "make": ("BYD", "Toyota"),
    "model": ("Dolphin", "Song Plus DM-i"),
    "type_code": ("BYD7005BEV1", "BYD7150WTHEV5"),
    "displacement": ("0", "1498"),
    "battery_capacity": ("60.48",),
    "unit_price": ("USD 2,000", "USD 25,000"),
    "currency": ("CNY",),
    "chassis_no": ("LC000001", "012345"),
    "registration_date": ("2026-01-02", "2019-01-01", "2027-01-01"),
    "application_date": ("2026-02-01", "2019-01-01", "2027-01-01"),
    "container_no": ("CSQU3054384",),
    "vessel_imo": ("9319467",),
    "exporter_code": ("9111000060003734IL",),
}  # fmt: skip


def allowed(regime: str, text: str, row: dict[str, str], field: str, wrong: str) -> bool:
    """What the requirement lets a single cell do: it is the second of two facts that agree.

    Used is told by the condition, and by the code, the model year or a registration that bears it
    out; how good these must be is asked below. A goods vehicle is told by an entry, and by a WMI of
    goods vehicles alone, where no other entry tells a car.
    """
    if field == "condition":
        return regime != USED
    others = {name for name in row if name != field} & {"hs_code", "vehicle_type"}
    return text == FOTON and wrong in {"8704600000", "皮卡"} and not others


def cleared(regime: str, text: str, declared: dict[str, str]) -> bool:
    return screen(text, ON, declared, regime).verdict is Verdict.OUT_OF_SCOPE


@cache
def held(regime: str) -> list[tuple[str, dict[str, str]]]:
    """Rows that the regime controls."""
    return [
        (text, row)
        for text in VINS
        for row in ROWS[regime]
        if screen(text, ON, row, regime).verdict is Verdict.CONTROLLED
    ]


@pytest.mark.parametrize("regime", REGIMES)
def test_no_single_wrong_cell_clears_a_controlled_row(regime):
    rows = held(regime)
    assert len(rows) > 10
    found = [
        (text, row, field, wrong)
        for text, row in rows
        for field, texts in WRONG.items()
        for wrong in ("", *texts)
        if not allowed(regime, text, row, field, wrong)
        and cleared(regime, text, {**row, field: wrong})
    ]
    assert not found, (len(found), found[:5])


CARS = sorted(
    maker.wmi
    for maker in registry.makers()
    if len(maker.wmi) == 3 and maker.wmi[0] in "LH" and {"car", "suv"} & set(maker.kinds)
)


def slips(text: str, positions: range) -> list[str]:
    """Every other text that the check digit cannot tell from this one, one character apart."""
    return [
        text[:at] + other + text[at + 1 :] for at in positions for other in SAME_VALUE[text[at]]
    ]


@pytest.mark.parametrize(
    ("regime", "row"),
    [(NEW_ELECTRIC, ELECTRIC), (USED, {"condition": "旧"}), (COMBUSTION, PETROL)],
    ids=REGIMES,
)
def test_no_slip_in_the_wmi_clears_a_row_that_its_entries_hold(regime, row):
    """A WMI that is one character away may be a maker of trailers or motorcycles."""
    found = [
        (wmi, other[:3])
        for wmi in CARS
        if screen(text := vin(f"{wmi}ZZZZZ"), ON, row, regime).verdict is Verdict.CONTROLLED
        for other in slips(text, range(3))
        if cleared(regime, other, row)
    ]
    assert not found, (len(found), found[:5])


def test_no_slip_clears_a_row_that_the_vin_alone_tells_to_be_combustion():
    """The mirror of ``test_no_unnoticed_slip_clears_any_electric_start`` for the other regime."""
    starts = sorted(
        {
            "".join(allowed[0] if allowed != "*" else "A" for allowed in rule.pattern[:8])
            for rule in registry.all_powertrain_rules()
            if not rule.electric and rule.pattern[0] in {"L", "H"}
        }
    )
    found = [
        (text, other)
        for text in map(vin, starts)
        if screen(text, ON, {}, COMBUSTION).verdict is Verdict.CONTROLLED
        for other in slips(text, range(3, 11))
        if cleared(COMBUSTION, other, {})
    ]
    assert not found, (len(found), found[:5])


@pytest.mark.parametrize("regime", REGIMES)
@settings(max_examples=300)
@given(st.data(), st.integers(0, 16), st.sampled_from(ALPHABET) | st.characters())
def test_no_single_character_clears_a_controlled_row(regime, data, at, character):
    text, row = data.draw(st.sampled_from(held(regime)))
    for other in (
        text[:at] + character + text[at + 1 :],
        text[:at] + text[at + 1 :],
        text[:at] + character + text[at:],
    ):
        assert not cleared(regime, other, row)


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


@pytest.mark.parametrize("text", [CAR, BYD, FOTON])
@pytest.mark.parametrize(
    "kinds", [{"vehicle_type": "皮卡", "seats": "50"}, {"vehicle_type": "golf cart", "seats": "30"}]
)
def test_entries_that_disagree_about_the_kind_clear_nothing(text, kinds):
    """The code tells a car, and the others two things that cannot both be."""
    assert not cleared(NEW_ELECTRIC, text, {**ELECTRIC, **kinds})


def test_last_years_model_is_no_proof_of_use():
    """Cars of the model year before are sold new all winter; those of years before are not."""
    last = vin("LGXCE4CB", "S0")
    assert screen(last, date(2026, 1, 2), {"condition": "used"}).verdict is not Verdict.OUT_OF_SCOPE
    older = vin("LGXCE4CB", "N0")
    assert screen(older, date(2026, 1, 2), {"condition": "used"}).verdict is Verdict.OUT_OF_SCOPE


def test_a_registration_that_lies_ahead_is_no_proof_of_use():
    row = {"condition": "used", "registration_date": "2027-01-10"}
    assert not cleared(NEW_ELECTRIC, EU_LEAF, row)
    assert cleared(NEW_ELECTRIC, EU_LEAF, {**row, "registration_date": "2025-01-10"})


@pytest.mark.parametrize(
    ("regime", "day"), [(NEW_ELECTRIC, date(2024, 2, 1)), (USED, date(2023, 2, 1))]
)
def test_a_date_that_the_model_year_denies_puts_no_row_before_the_rule(regime, day):
    """A car of 2026 was not declared years before it was built: the date is wrong."""
    found = screen(vin("LGXC74C4", "T0"), day, {"condition": "旧"}, regime)
    assert found.verdict is not Verdict.OUT_OF_SCOPE
    assert Reason.CONTRADICTION_MODEL_YEAR in found.reasons


# Several things in one cell


@pytest.mark.parametrize(
    "second",
    ["LRW3E7FA1LC00001", "LRW3E7FA1-LC000001", "LRW3E7FA1 LC000001", "LRW3E7FA1LC0000011", "LRW3E7FA1LCOOOOO1"],
)  # fmt: skip
def test_a_second_vin_that_is_damaged_is_still_a_second_vin(second):
    assert cleared(NEW_ELECTRIC, SONG_PLUG_IN, PLUG_IN)
    found = screen(f"{SONG_PLUG_IN} / {second}", ON, PLUG_IN)
    assert found.verdict is not Verdict.OUT_OF_SCOPE
    assert Reason.CONTRADICTION_TWO_VINS in found.reasons


@pytest.mark.parametrize(
    "cell",
    ["8703234190/8703801090", "8703234190,8703801090", "8703234190 8703801090", "8703234190（改8703801090）"],
)  # fmt: skip
def test_a_second_code_in_the_cell_is_heard(cell):
    assert not cleared(NEW_ELECTRIC, CAR, {"fuel": "汽油", "hs_code": cell})


# What is a contradiction, and what is none


@pytest.mark.parametrize(
    ("declared", "reason", "told"),
    [
        ({"fuel": "增程式", "hs_code": "8703801090"}, "contradiction_powertrain", False),
        ({"fuel": "燃料电池", "hs_code": "8703801090"}, "contradiction_powertrain", False),
        ({"fuel": "增程式", "hs_code": "8703234190"}, "range_extended", True),
        ({"fuel": "汽油", "hs_code": "8703801090"}, "contradiction_powertrain", True),
        ({"fuel": "汽油", "un_no": "UN 3556"}, "contradiction_un_number", True),
        ({"hs_code": "8703809090"}, "contradiction_no_vin_code", True),
    ],
)
def test_what_sources_do_not_settle_is_no_contradiction(declared, reason, told):
    """Range-extended and fuel cell cars stand in 8703.80 by one reading: the row is held all the same."""
    found = screen(CAR, ON, declared)
    assert (Reason(reason) in found.reasons) is told
    assert found.verdict is not Verdict.OUT_OF_SCOPE


def test_both_sides_say_what_is_so():
    byd = vin("LC0CE4CB")
    assert "bus" in registry.maker("LC0").kinds
    found = screen(byd, ON, {"hs_code": "8704600000"})
    sides = [one.value for one in found.evidence if one.what == "contradiction_kind"]
    assert sides
    assert not any("cars alone by WMI" in side for side in sides)
    early = code_in_force("8703801090", date(2024, 12, 31))
    assert "from 2025-01-01" in early[0].item.value


def test_a_vehicle_of_another_kind_is_pointed_to_its_regime():
    found = screen(FOTON, ON, {"hs_code": "8704600000", "vehicle_type": "货车"})
    assert (found.verdict, found.other_regimes) == (Verdict.OUT_OF_SCOPE, (COMBUSTION,))


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
    ("one", "other", "model_year", "may"),
    [
        ("Zeekr", "Geely", 2026, True), ("geely", "GEELY", None, True), ("NIO", "JAC", 2020, True),
        ("NIO", "JAC", 2026, False), ("Xiaomi", "BAIC", 2025, True), ("Xiaomi", "BAIC", 2026, False),
        ("Audi", "Jetta", 2026, True), ("BYD", "Tesla", None, False), ("Chery", "Geely", None, False),
        ("Toyota", "Lexus", 2026, True), ("no such brand", "BYD", None, False),
    ],
)  # fmt: skip
def test_brands_under_one_wmi(one, other, model_year, may):
    """A model year runs ahead of the calendar: the year before it counts too."""
    assert may_share_wmi(one, other, model_year) is may
    assert may_share_wmi(other, one, model_year) is may


# Prices


@pytest.mark.parametrize(
    ("text", "low"),
    [
        ("USD 2,049.50", True), ("2050", True), ("2 050,00", True), ("1,9", True), ("2.1万", False), ("25,000", False),
        ("25000.00", False), ("25 000", False), ("1,234,567.89", False), ("US$ 25,000", False), ("0", None), ("-", None),
        ("2.050,00", True), ("25.000,00", False), ("25.000", False), ("1.234.567,00", False), ("25'000.00", False),
        ("12,34,567.00", False), ("25k", False), ("USD 20.6K", False), ("2.06E+04", False),
        # Two figures: which one is the price is not known.
        ("1 x 25000", None), ("FOB 2026 USD 25000", None), ("60. 870460", None),
    ],
)  # fmt: skip
def test_prices_as_people_write_them(text, low):
    price = read_price(text)
    assert (None if price is None else price.low) is low


# The 180 days


@pytest.mark.parametrize(
    ("registration", "application", "on", "reason"),
    [
        ("2026-01-01", "2026-06-30", "2026-09-01", "within_180_days"),
        ("2026-01-01", "2026-07-01", "2026-09-01", "beyond_180_days"),
        ("2026-01-01 23:59", "2026-06-30T00:00:00", "2026-09-01", "within_180_days"),
        ("46023", "46203", "2026-09-01", "within_180_days"),
        ("46023", "46204", "2026-09-01", "beyond_180_days"),
        # Day and month can change places: 5 January or 1 May.
        ("05/01/2026", "2026-07-03", "2026-09-01", "within_180_days"),
        ("05/01/2026", "2026-07-05", "2026-09-01", "age_unknown"),
        ("05/01/2026", "2026-10-29", "2026-12-01", "beyond_180_days"),
        # Without an application the declaration proves within, never beyond.
        ("2026-01-01", "", "2026-06-30", "within_180_days"),
        ("2026-01-01", "soon", "2026-06-30", "within_180_days"),
        ("2026-01-01", "", "2026-07-01", "age_unknown"),
        ("2026-03-01", "2026-02-01", "2026-04-01", "age_unknown"),
        ("2026-05-01", "", "2026-04-01", "age_unknown"),
        ("", "2026-06-30", "2026-09-01", "age_unknown"),
        # An application after the declaration is a slip, and proves nothing.
        ("2026-01-01", "2026-12-30", "2026-03-01", "age_unknown"),
        # The first day of the rule.
        ("2025-12-01", "", "2025-12-31", None),
        ("2025-12-01", "", "2026-01-01", "within_180_days"),
        ("2025-12-01", "2025-12-31", "2025-12-31", None),
    ],
)  # fmt: skip
def test_days_from_registration_to_application(registration, application, on, reason):
    day = date.fromisoformat(on)
    found, of_a_new_one = (
        age(is_used, registration, application, day, always=True) for is_used in (True, False)
    )
    assert [one.reason for one in found] == ([Reason(reason)] if reason else [])
    assert of_a_new_one == ()


def test_a_used_car_of_this_model_year_is_what_the_180_days_are_about():
    this_year = vin("LRW3E7FA", "TC")
    row = {"condition": "旧", "registration_date": "2026-01-10", "application_date": "2026-02-20"}
    found = screen(this_year, ON, row, USED)
    assert Reason.CONTRADICTION_USED_MODEL_YEAR in found.reasons
    assert Reason.WITHIN_180_DAYS in found.reasons


@pytest.mark.parametrize(
    ("text", "latest"),
    [
        ("2026-01-01", date(2026, 1, 1)), ("2026年1月1日", date(2026, 1, 1)), ("46023.5", date(2026, 1, 1)),
        ("20260101", date(2026, 1, 1)), ("2026-01-01 08:30:00", date(2026, 1, 1)), ("2026-02-30", None),
        ("20260101.0", date(2026, 1, 1)),
        # An hour of another zone is read as the day in China; of two days the later one counts.
        ("2025-12-31T16:00:00Z", date(2026, 1, 1)), ("2025-12-31 16:00:00+00:00", date(2026, 1, 1)),
        ("2025-12-31T15:59:59Z", date(2025, 12, 31)), ("2026-01-01T00:00:00+08:00", date(2026, 1, 1)),
        ("2025-12-28~2026-01-03", date(2026, 1, 3)), ("2025-12-31 / 2026-01-05", date(2026, 1, 5)),
    ],
)  # fmt: skip
def test_days_as_cells_have_them(text, latest):
    assert read_date(text) == latest


def test_a_point_in_time_is_a_day_in_china():
    midnight = datetime.fromisoformat("2026-01-01T00:00:00+08:00")
    days = pa.array([midnight], pa.timestamp("us", tz="UTC"))
    told = screen_table(
        pa.table({"vin": [TESLA], "day": days}),
        mapping={"vin": "vin", "declaration_date": "day"},
    )
    assert told["vin_verdict"].to_pylist() == ["controlled"]


def test_a_day_that_can_be_two_has_both():
    assert read_days("03/01/2026") == Days(date(2026, 1, 3), date(2026, 3, 1))
    assert read_days("13/01/2026") == Days(date(2026, 1, 13), date(2026, 1, 13))


# Places and identifiers


@pytest.mark.parametrize(
    ("cell", "country"),
    [
        ("越南海防", "VN"), ("Port of Spain", "TT"), ("Antwerp - Rotterdam", None), ("Zeebrugge (BE)", "BE"),
        ("Port Said, Egypt", "EG"), ("内蒙古", None), ("Georgia", "GE"), ("Charleston, SC, USA", "US"),
        # A code beside a name that denies it.
        ("Georgia, USA", None), ("San Antonio, TX, USA", None), ("Saint Petersburg, FL, USA", None),
    ],
)  # fmt: skip
def test_the_country_of_a_cell(cell, country):
    found = place(cell)
    assert (found.country if found else None) == country


@pytest.mark.parametrize(
    ("rule", "cell", "told"),
    [
        (container, "csqu 305438-3", 0), (container, "CSQU3054384", 1), (container, "CSQU3054383; CSQU3054384", 1),
        (container, "TBA", 0), (container, "CSQU305438", 1), (container, "12345678901", 1),
        (container, "N/A", 0), (container, "滚装船", 0), (container, "CSQU3054383/40HQ", 0),
        (vessel, "MORNING STAR / IMO9319466 / V.2601", 0), (vessel, "9319467.0", 1), (vessel, "GLOVIS 123", 0),
        (exporter_code, "91110000-600037341-l", 0), (exporter_code, "9111000060003734IL", 1),
        (exporter_code, "1102910001", 0), (exporter_code, "DE123456789", 0), (exporter_code, "N/A", 0),
    ],
)  # fmt: skip
def test_numbers_beside_the_vin(rule, cell, told):
    assert len(rule(cell)) == told


@pytest.mark.parametrize(
    ("code", "day", "told"),
    [
        ("8703800090", "2024-12-31", False), ("8703800090", "2025-01-01", True), ("8703.80.10.90", "2024-12-31", True),
        ("8703801090", "2025-01-01", False), ("8703801090", "2026-01-01", False), ("8703801010.0", "2026-01-01", False),
        ("8703234190", "2024-12-31", False), ("9999", "2026-01-01", False),
    ],
)  # fmt: skip
def test_codes_have_their_days(code, day, told):
    assert bool(code_in_force(code, date.fromisoformat(day))) is told
