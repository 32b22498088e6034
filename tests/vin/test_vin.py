"""Text -> VIN: clean-up, alphabet, check digit, parts, proposals."""

from datetime import date

import pydantic
import pytest
import stdnum.exceptions
from hypothesis import given
from hypothesis import strategies as st
from support.vins import DIRT, FAILS, HOLDS

import vintool
from vintool.codes import CheckDigit, Market, Problem
from vintool.decoding.check import check
from vintool.vin import Vin, calc_check_digit, compact, is_valid, validate
from vintool.vin.cleanup import read
from vintool.vin.positions import ALPHABET, market_of

vins = st.text(ALPHABET, min_size=17, max_size=17).filter(lambda text: read(text).problem is None)


@pytest.mark.parametrize("text", HOLDS)
def test_check_digit_holds(text):
    assert is_valid(text)
    assert check(text).check_digit is CheckDigit.HOLDS


@pytest.mark.parametrize(("text", "expected"), FAILS.items())
def test_check_digit_fails_and_says_what_it_should_be(text, expected):
    result = check(text)
    assert (result.check_digit, result.expected_check_digit) == (CheckDigit.FAILS, expected)
    with pytest.raises(stdnum.exceptions.InvalidChecksum):
        validate(text)


def test_a_european_vin_has_no_check_digit_to_fail():
    result = check("WDD1770031J000000")
    assert result.check_digit is CheckDigit.NOT_USED
    assert result.problems == ()
    assert is_valid("WDD1770031J000000")
    assert check("WDD1770031J000000", market="us").check_digit is CheckDigit.FAILS


@pytest.mark.parametrize(
    ("prefix", "market"),
    [
        ("1G1", "us"),
        ("7SA", "us"),
        ("7A8", "iso"),
        ("LRW", "cn"),
        ("HXM", "cn"),
        ("WVW", "eu"),
        ("XP7", "eu"),
        ("KMH", "iso"),
        ("JTD", "iso"),
        ("9BW", "iso"),
    ],
)
def test_the_wmi_tells_the_market(prefix, market):
    assert market_of(prefix) is Market(market)


def test_codes_once_given_to_taiwan_follow_no_chinese_rule():
    assert check("LM1AAAAA0AA000000").market is Market.ISO


@pytest.mark.parametrize(("text", "steps"), DIRT.items())
def test_clean_up_is_done_and_reported(text, steps):
    assert compact(text) == "LRW3E7FA1LC000001"
    result = check(text)
    assert result.vin == "LRW3E7FA1LC000001"
    assert set(result.problems) == steps
    assert result.text == text


SEVENTEEN = st.text(ALPHABET, min_size=17, max_size=17) | st.sampled_from(
    [*(character * 17 for character in ALPHABET), "12345678901234567", "ABCDEFGHJKLMNPRST", "VEHFRAMEVNF1N0000"]
)  # fmt: skip


@given(SEVENTEEN)
def test_a_clean_text_is_read_as_one_with_spaces_around_it(text):
    clean, spaced = read(text), read(f" {text} ")
    assert (clean.text, clean.problem) == (spaced.text, spaced.problem)
    assert clean.cleanup == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "missing"), ("   ", "missing"), ("-", "missing"), ("TBA", "placeholder"), ("1" * 17, "placeholder"), ("0" * 17, "placeholder"),
     ("GJ7-123456", "frame_number"), ("5.03E+02", "not_a_vin"), ("LRW3E7FA1LC00001", "length"), ("LRW3E7FA1LC0000011", "length"),
     ("LRW3E7FAOLC000001", "alphabet"), ("LRW3E7FA1LC00000Ж", "alphabet"),
     ("LRW3E7FA1LC000001 / LGXCE4CB6S0134553", "several_vins")],
)  # fmt: skip
def test_what_is_no_vin_says_why(text, problem):
    result = check(text)
    assert result.vin is None
    assert result.problems[0] is Problem(problem)
    assert result.check_digit is CheckDigit.CANNOT_TELL
    with pytest.raises(vintool.InvalidVin) as raised:
        Vin(text)
    assert raised.value.problem is Problem(problem)
    assert isinstance(raised.value, stdnum.exceptions.ValidationError)
    assert len(text) < 4 or text not in str(raised.value)


def test_letters_that_look_like_digits_are_proposed_and_never_replaced():
    result = check("HLX12B155S1261O68")
    assert result.vin is None
    assert result.suggestions[0].vin == "HLX12B155S1261068"
    assert "O read as the digit" in result.suggestions[0].reason


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("LRW3E7FA1LC000010", "LRW3E7FA1LC000001"),  # adjacent swap
     ("ILRW3E7FA1LC000001", "LRW3E7FA1LC000001"),  # Code 39 barcode
     ("LRW3E7FA1LC00001", "LRW3E7FA1LC000001"),  # one of a pair of zeros lost
     ("LRW3E7FA1LLC000001", "LRW3E7FA1LC000001"),  # one character twice
     ("LGXCE4C86S0134553", "LGXCE4CB6S0134553")],  # 8 for B
)  # fmt: skip
def test_what_was_meant_is_among_the_proposals(typed, meant):
    assert meant in [suggestion.vin for suggestion in check(typed).suggestions]


@given(vins, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_a_proposal_is_a_vin_of_a_known_maker_that_breaks_no_rule(vin, at, other):
    for suggestion in check(
        "LRW" + vin[3:at] + other + vin[at + 1 :] if at > 3 else vin
    ).suggestions:
        result = check(suggestion.vin)
        assert result.vin == suggestion.vin
        assert result.check_digit is not CheckDigit.FAILS
        assert Problem.UNKNOWN_WMI not in result.problems


@given(vins)
def test_the_parts_make_the_whole(text):
    vin = Vin(text)
    assert vin == text
    assert text[:3] + vin.vds + vin.vis == text
    assert vin.wmi[:3] == text[:3]
    assert len(vin.wmi) == (6 if text[2] == "9" else 3)
    assert vin.vis.endswith(vin.serial)
    assert calc_check_digit(text) == calc_check_digit(text[:8] + "_" + text[9:])


@given(st.text())
def test_any_text_gets_an_answer(text):
    result = check(text)
    assert result.text == text
    assert (result.vin is None) == any(
        problem.weight.value in {"fatal", "damaged"} for problem in result.problems
    )
    assert (
        is_valid(text) == (result.vin is not None and result.check_digit is not CheckDigit.FAILS)
        or result.market is Market.ISO
    )


def test_a_vin_is_a_pydantic_field():
    class Car(pydantic.BaseModel):
        vin: Vin
        built: date | None = None

    assert Car(vin=" lrw3e7fa1lc000001").vin.wmi == "LRW"
    assert (
        Car(vin="LRW3E7FA1LC000001").model_dump_json() == '{"vin":"LRW3E7FA1LC000001","built":null}'
    )
    with pytest.raises(pydantic.ValidationError):
        Car(vin="LRW")
