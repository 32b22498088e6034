"""The decision: every cell of the table, every reason on a row a person would recognise, no false clear."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vintool import registry
from vintool.law import regime
from vintool.powertrain import SAME_VALUE
from vintool.verdict import screen
from vintool.vin import ALPHABET, calc_check_digit, check_digit_status, market_of
from vintool.words import CheckDigit, Reason, Verdict

ON = date(2026, 3, 1)


def vin(start: str, year_and_plant: str = "S0", serial: str = "012345") -> str:
    """A VIN with a right check digit where its market has one."""
    text = start + "_" + year_and_plant + serial
    digit = calc_check_digit(text) if market_of(start) in {"us", "cn"} else "Z"
    return text.replace("_", digit)


TESLA = vin("LRW3E7FA", "SC")
ATTO3 = vin("LGXCE4CB")
SONG_PLUG_IN = vin("LGXC74C4")  # grade A, not electric
EADO = vin("LS5A2ASE", "PJ")  # petrol, grade C
UNSEEN = vin("LS5ZZZZZ", "SJ")
GOLF_EU = vin("WVWZZZ1K", "9W")  # not electric, no check digit
LI_L9 = vin("HLX33B12", "SA")
JOLION = vin("LGWEEUA5", "SF")  # the prefix is the Ora iQ's as well
THIS_YEAR = vin("LRW3E7FA", "TC")
OLD_TESLA = vin("LRW3E7FA", "NC")

PETROL = {"fuel": "汽油", "hs_code": "8703234190"}
ELECTRIC = {"fuel": "纯电动", "hs_code": "8703801090"}

# vin, declared, day -> verdict, a reason that must be told
TABLE = [
    ("the VIN says electric", TESLA, {}, "controlled", "vin_pure_electric"),
    ("the VIN says electric, the papers agree", ATTO3, ELECTRIC, "controlled", "vin_pure_electric"),
    ("the VIN says electric, the papers petrol", ATTO3, PETROL, "controlled", "contradiction_powertrain"),
    ("the VIN says electric, the check digit fails", TESLA[:8] + "3" + TESLA[9:], {}, "controlled", "check_digit_fails"),
    ("the code denies the VIN", ATTO3, {"hs_code": "8703809090"}, "controlled", "contradiction_no_vin_code"),
    ("only the papers say electric", UNSEEN, {"hs_code": "8703801090"}, "controlled", "declared_pure_electric"),
    ("only the UN number says electric", UNSEEN, {"un_no": "3556"}, "controlled", "declared_pure_electric"),
    ("only the model says electric", UNSEEN, {"make": "BYD", "model": "Dolphin"}, "controlled", "declared_pure_electric"),
    ("only the type code says electric", UNSEEN, {"type_code": "BYD7005BEV1"}, "controlled", "declared_pure_electric"),
    ("a battery and no engine", UNSEEN, {"displacement": "0", "battery_capacity": "60.48"}, "controlled", "declared_pure_electric"),
    ("one cell says both", UNSEEN, {"fuel": "PHEV/BEV", "hs_code": "8703602300"}, "review", "contradiction_powertrain"),
    ("a firm VIN, and a cell that says both", SONG_PLUG_IN, {"fuel": "汽油/纯电"}, "review", "contradiction_powertrain"),
    ("the papers say electric, there is an engine", UNSEEN, {**ELECTRIC, "displacement": "1498"}, "review", "contradiction_powertrain"),
    ("the VIN says plug-in, the model electric", SONG_PLUG_IN, {"make": "BYD", "model": "Atto 3"}, "review", "contradiction_powertrain"),
    ("unseen, model and type code", UNSEEN, {"model": "Song Plus DM-i", "type_code": "BYD7150WTHEV5"}, "review", "evidence_too_thin"),
    ("unseen, model and fuel", UNSEEN, {"model": "Song Plus DM-i", "fuel": "插混"}, "out_of_scope", "declared_not_pure_electric"),
    ("thin, the engine agrees", EADO, {"displacement": "1598 ml"}, "out_of_scope", "agreed_not_pure_electric"),
    ("range-extended, by the model alone", UNSEEN, {**PETROL, "model": "理想L9"}, "review", "range_extended"),
    ("the papers disagree", UNSEEN, {"fuel": "纯电动", "hs_code": "8703234190"}, "review", "contradiction_powertrain"),
    ("the VIN says plug-in, the papers electric", SONG_PLUG_IN, ELECTRIC, "review", "contradiction_powertrain"),
    ("nobody says", UNSEEN, {}, "review", "powertrain_unknown"),
    ("seen with both", JOLION, PETROL, "review", "powertrain_ambiguous"),
    ("firm and not electric", SONG_PLUG_IN, {}, "out_of_scope", "vin_not_pure_electric"),
    ("thin and not electric", EADO, {}, "review", "evidence_too_thin"),
    ("thin, one entry agrees", EADO, {"fuel": "汽油"}, "out_of_scope", "agreed_not_pure_electric"),
    ("no check digit, not electric", GOLF_EU, {}, "review", "evidence_too_thin"),
    ("no check digit, one entry agrees", GOLF_EU, {"fuel": "petrol"}, "out_of_scope", "agreed_not_pure_electric"),
    ("unseen, one entry", UNSEEN, {"fuel": "汽油"}, "review", "evidence_too_thin"),
    ("unseen, two entries", UNSEEN, PETROL, "out_of_scope", "declared_not_pure_electric"),
    ("unseen, one slip from electric", vin("LGXCN4CB"), PETROL, "review", "one_character_from_electric"),
    ("range-extended", LI_L9, {"fuel": "增程式"}, "review", "range_extended"),
    ("range-extended, only declared", UNSEEN, {"fuel": "REEV", "hs_code": "8703602300"}, "review", "range_extended"),
    ("fuel cell, only declared", UNSEEN, {"fuel": "燃料电池"}, "review", "fuel_cell"),
    ("unknown maker", vin("LQ1AAAAA".replace("Q", "0")), PETROL, "review", "maker_unknown"),
    ("petrol, the check digit fails", EADO[:8] + ("1" if EADO[8] != "1" else "2") + EADO[9:], PETROL, "review", "check_digit_fails"),
    ("petrol, a letter in the serial", vin("LS5A2ASE", "PJ", "0123A5"), PETROL, "review", "odd_vin"),
    ("petrol, one character missing", EADO[:-1], PETROL, "review", "damaged_vin"),
    ("electric, one character missing", TESLA[:-1], {}, "controlled", "damaged_vin"),
    ("no VIN", "", ELECTRIC, "invalid", "no_identity"),
    ("a frame number", "GJ7-123456", PETROL, "invalid", "no_identity"),
    ("used, code and condition", OLD_TESLA, {"condition": "旧", "hs_code": "8703801010"}, "out_of_scope", "used_vehicle"),
    ("used, condition and model year", OLD_TESLA, {"condition": "used"}, "out_of_scope", "used_vehicle"),
    ("used by the code alone", OLD_TESLA, {"hs_code": "8703801010"}, "review", "used_unsupported"),
    ("used, but the code says new", OLD_TESLA, {"condition": "旧", "hs_code": "8703801090"}, "controlled", "contradiction_condition"),
    ("used, but of this year", THIS_YEAR, {"condition": "旧", "hs_code": "8703801010"}, "review", "contradiction_condition"),
    ("used, the VIN damaged", OLD_TESLA[:-1], {"condition": "旧", "hs_code": "8703801010"}, "review", "used_unsupported"),
    ("a bus by code and seats", UNSEEN, {"hs_code": "8702402000", "seats": "30"}, "out_of_scope", "not_passenger"),
    ("a bus by the code alone", vin("LC0AAAAA"), {"hs_code": "8702402000", "fuel": "纯电动"}, "review", "kind_unclear"),
    ("a car by its maker, a bus by the code", UNSEEN, {"hs_code": "8702402000", "fuel": "纯电动"}, "controlled", "contradiction_kind"),
    ("an electric car declared as goods vehicle", TESLA, {"hs_code": "8704600000"}, "controlled", "contradiction_kind"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("vin", "declared", "verdict", "reason"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_decision_table(vin, declared, verdict, reason):
    found = screen(vin, ON, declared)
    assert (found.verdict.value, Reason(reason) in found.reasons) == (verdict, True), found.reasons


@pytest.mark.parametrize(
    ("vin", "declared", "verdict"),
    [row[1:4] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_before_the_rule_nothing_is_in_scope_and_without_a_date_everything_may_be(
    vin, declared, verdict
):
    before = screen(vin, date(2025, 12, 31), declared)
    assert (before.verdict, before.reasons[0]) == (Verdict.OUT_OF_SCOPE, Reason.BEFORE_RULE)
    undated = screen(vin, None, declared)
    assert Reason.DATE_UNKNOWN in undated.reasons
    if verdict != "out_of_scope":
        assert undated.verdict is not Verdict.OUT_OF_SCOPE


def test_every_reason_occurs_in_the_table():
    told = {
        reason
        for _, text, declared, *_ in TABLE
        for on in (ON, None, date(2025, 1, 1))
        for reason in screen(text, on, declared).reasons
    }
    assert set(Reason) - told == {Reason.DUPLICATE_VIN}  # a matter of rows, see test_columns


def test_the_examples_of_the_law():
    for example in regime().example:
        assert screen(example.vin, example.on).verdict is example.verdict


def test_other_regimes_stand_beside_out_of_scope():
    assert screen(SONG_PLUG_IN, ON).other_regimes == ("cn-vehicle-export",)
    assert screen(OLD_TESLA, ON, {"condition": "used"}).other_regimes == ("cn-used-vehicle",)
    assert screen(TESLA, ON).other_regimes == ()


def test_evidence_names_value_basis_and_source():
    found = screen(ATTO3, ON, PETROL)
    assert {(item.value, item.basis.value) for item in found.evidence} == {
        ("BEV", "encoded"),
        ("ICE", "declared"),
    }
    assert all(item.source for item in found.evidence)
    assert found.rule_version.startswith("cn-2025-54@")


def test_unknown_fields_and_regimes_are_refused():
    assert screen(TESLA, ON, {"make": "Tesla", "colour": "red"}) == screen(TESLA, ON)
    with pytest.raises(ValueError, match="unknown declared field"):
        screen(TESLA, ON, {"color": "red"})
    with pytest.raises(KeyError, match="no regime"):
        screen(TESLA, ON, regime="cn-1999-1")


# One wrong character, one wrong cell

ELECTRIC_STARTS = sorted(
    {
        "".join(allowed[0] if allowed != "*" else "A" for allowed in rule.pattern[:8])
        for rule in registry.all_powertrain_rules()
        if rule.electric
    }
)
electric_vins = st.builds(
    vin,
    st.sampled_from(ELECTRIC_STARTS),
    st.sampled_from(["PA", "S0", "RC"]),
    st.from_regex(r"[0-9]{6}", fullmatch=True),
)
consistent = st.sampled_from(
    [
        {},
        {"fuel": "纯电动"},
        {"hs_code": "8703801090"},
        ELECTRIC,
        {**ELECTRIC, "un_no": "3556", "condition": "新", "seats": "5"},
    ]
)


@settings(max_examples=400)
@given(electric_vins, consistent, st.integers(0, 16), st.characters())
def test_no_single_character_clears_a_controlled_row(text, declared, at, character):
    if screen(text, ON, declared).verdict is Verdict.CONTROLLED:
        assert (
            screen(text[:at] + character + text[at + 1 :], ON, declared).verdict
            is not Verdict.OUT_OF_SCOPE
        )
        assert screen(text[:at] + text[at + 1 :], ON, declared).verdict is not Verdict.OUT_OF_SCOPE
        assert (
            screen(text[:at] + character + text[at:], ON, declared).verdict
            is not Verdict.OUT_OF_SCOPE
        )


def test_no_unnoticed_slip_clears_any_electric_start():
    """Every slip that the check digit cannot see, and every one where there is no check digit."""
    for start in ELECTRIC_STARTS:
        text = vin(start)
        if screen(text, ON).verdict is not Verdict.CONTROLLED:
            continue
        checked = check_digit_status(text, market_of(text)) is CheckDigit.HOLDS
        for at in range(17):
            for other in SAME_VALUE[text[at]] if checked else ALPHABET:
                slipped = text[:at] + other + text[at + 1 :]
                assert screen(slipped, ON).verdict is not Verdict.OUT_OF_SCOPE, (start, at, other)


WHOLE = {
    **ELECTRIC,
    "un_no": "3556",
    "condition": "新",
    "seats": "5",
    "make": "BYD",
    "model": "Dolphin",
    "type_code": "BYD7005BEV1",
    "displacement": "0",
    "battery_capacity": "60.48",
}


@pytest.mark.parametrize("field", WHOLE)
@given(electric_vins, st.data())
def test_no_single_wrong_cell_clears_a_controlled_row(field, text, data):
    whole = WHOLE
    wrong = data.draw(
        st.sampled_from(
            [
                "",
                "8703234190",
                "8703801010",
                "8702402000",
                "8704600000",
                "8711600000",
                "HEV",
                "汽油",
                "3166",
                "旧",
                "used",
                "50",
                "?",
                "Song Plus DM-i",
                "BYD7150WTHEV5",
                "1498",
                "Toyota",
            ]
        )
    )
    for declared in (whole, {field: whole[field]}):
        if screen(text, ON, declared).verdict is Verdict.CONTROLLED:
            found = screen(text, ON, {**declared, field: wrong})
            assert found.verdict is not Verdict.OUT_OF_SCOPE or (
                field == "condition" and len(declared) == 1
            )
