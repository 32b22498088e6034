"""Masks and starts: characters that stand for ones that are not known are never taken for letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vintool.codes import Problem
from vintool.vin import PartialVin, Vin, calc_check_digit
from vintool.vin.cleanup import read
from vintool.vin.positions import ALPHABET

VIN = "LRW3E7FA1LC000001"


@pytest.mark.parametrize(
    ("text", "known"),
    [("LRW3E7FA1LCXXXXXX", "LRW3E7FA1LC******"),
     ("lrw3e7fa1lcxxxxxx", "LRW3E7FA1LC******"),
     ("LRW3E7FA1LC0000XX", "LRW3E7FA1LC0000**"),
     ("LRW3E7FA1XXXXXXXX", "LRW3E7FA1********"),
     ("LRW3E7FAXXXXXXXXX", "LRW3E7FA*********"),
     ("LRW3E7FAXXX000001", "LRW3E7FA***000001"),
     ("WAUZZZXXXXX123456", "WAUZZZ*****123456"),
     ("VR3UXXXXXXX123456", "VR3U*******123456"),
     ("WVWZZZXXZ6W000001", "WVWZZZ**Z6W000001"),
     ("JF1ZN6K81XXX00012", "JF1ZN6K81***00012"),
     ("LRW3E7FA1LCXXX001", "LRW3E7FA1LC***001"),
     ("LRW3E7FAxLCxxxx01", "LRW3E7FA*LC****01"),
     ("LRW3E7FAxLC000001", "LRW3E7FA*LC000001"),
     ("LRW3E7FA*LC000001", "LRW3E7FA*LC000001"),
     ("LRW3E7FA_LC000001", "LRW3E7FA*LC000001"),
     ("LRW3E7FA1LC###001", "LRW3E7FA1LC***001"),
     ("LRW3E7FA1LC---001", "LRW3E7FA1LC***001"),
     ("LRW3E7FA1LC......", "LRW3E7FA1LC******"),
     ("LRW3E7FA1LC…", "LRW3E7FA1LC******"),
     ("LRW3E7FA1LC••••", "LRW3E7FA1LC******"),
     ("LRW3E7FA•••0001", "LRW3E7FA*****0001"),
     ("LRW3E7FAXXX0001", "LRW3E7FA*****0001"),
     ("LRW 3E7FA1 LC ??????", "LRW3E7FA1LC******"),
     ("VIN: LRW3E7FA*********", "LRW3E7FA*********"),
     ("*LRW3E7FA1LC*", "LRW3E7FA1LC******"),
     ("LRW3E7FA1LC****** white", "LRW3E7FA1LC******"),
     ("chassis LRW3E7FA1LCXXXXXX, blue", "LRW3E7FA1LC******"),
     ("***3E7FA1LC000001", "***3E7FA1LC000001"),
     ("LRW3E7FA", "LRW3E7FA*********"),
     ("LRW3E7FA*LC", "LRW3E7FA*LC******"),
     ("LRW3E7FA1LC0000", "LRW3E7FA1LC0000**")],
)  # fmt: skip
def test_a_mask_is_no_letter(text, known):
    reading = read(text)
    assert reading.problem is Problem.PARTIAL
    assert reading.known == known == PartialVin(text)


@pytest.mark.parametrize(
    ("text", "vin"),
    [("LRW3E7FA1LC000001.", VIN),
     ("LRW3E7FA1LC000001...", VIN),
     ("*LRW3E7FA1LC000001*", VIN),
     ("LRW-3E7FA1-LC000001", VIN),
     ("5YJ3E1EAxHF000316", "5YJ3E1EAXHF000316"),  # the check digit is X
     ("5YJ3E1EAXHF000316", "5YJ3E1EAXHF000316"),
     ("WF0XXXGCDX1A12345", "WF0XXXGCDX1A12345"),  # two fillers and a body
     ("2FAFP71WXXX100013", "2FAFP71WXXX100013"),  # a Crown Victoria of 1999, whose check digit holds
     ("LRW3E7FA1LCXX0001", "LRW3E7FA1LCXX0001")],  # a serial may begin with letters
)  # fmt: skip
def test_letters_and_punctuation_are_no_mask(text, vin):
    assert (read(text).text, read(text).problem) == (vin, None)


def test_letters_that_no_vin_has_are_no_proof_of_an_x():
    assert read("LRW3E7FOXXXC00001").problem is not None


def test_one_x_at_the_end_is_a_slip_and_two_are_a_mask():
    assert Vin("LRW3E7FA1LC00000X")
    assert read("LRW3E7FA1LC0000XX").problem is Problem.PARTIAL


def test_three_x_over_the_model_year_are_letters_where_the_check_digit_holds():
    text = "LRW3E7F__XX000001"
    held = next(
        whole
        for sign in ALPHABET
        if calc_check_digit(whole := text.replace("__", f"{sign}X")) == "X"
    )
    assert Vin(held).model_year_code == "X"
    other = held.replace("000001", "000002")
    assert read(other).known[8:11] == "***"


@pytest.mark.parametrize(
    ("text", "problem"),
    [("WBAXXXXXXXXXXXXXX", Problem.NOT_A_VIN), ("XXXXXXXXXXXXXXXXX", Problem.PLACEHOLDER), ("LRW3E7F**********", Problem.NOT_A_VIN),
     ("LRW3*7FA", Problem.NOT_A_VIN), ("LRW3E7FAOLC***001", Problem.ALPHABET), ("12345678", Problem.NOT_A_VIN), ("MSKU1234567", Problem.LENGTH)],
)  # fmt: skip
def test_too_little_is_no_part(text, problem):
    assert (read(text).problem, read(text).known) == (problem, "")


def test_sixteen_characters_are_a_start_or_one_lost_anywhere():
    reading = read("LRW3E7FA1LC00001")
    assert reading.problems == (Problem.LENGTH, Problem.PARTIAL)
    assert reading.known == "LRW3E7FA1LC00001*"


@given(st.text(ALPHABET + "*#•?.xX-_ ", max_size=24))
def test_what_is_known_is_seventeen_characters_of_which_eight_can_be_read(text):
    known = read(text).known
    assert not known or (len(known) == 17 and len(known) - known.count("*") >= 8)
    assert set(known) <= set(ALPHABET + "*")
    if known and known[0] != "*":  # which stands around a text as a rule
        assert PartialVin(known) == known
