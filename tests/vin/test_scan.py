"""VINs in any text: which words are one, and where they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.vins import DIRT, HOLDS

import vintool
from vintool.vin import is_valid
from vintool.vin.cleanup import read

VIN = "LRW3E7FA1LC000001"


def words(text):
    return [(str(vin), text[start:end]) for vin, start, end in vintool.find_vins(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", []),
     (f"VIN: *{VIN.lower()}*; order 12345678901234567", [(VIN, VIN.lower())]),
     ("one is LRW 3E7FAXLC-000000.", [("LRW3E7FAXLC000000", "LRW 3E7FAXLC-000000")]),
     ("one is LRW 3E7FA2LC-000000.", []),  # in pieces, and the check digit fails
     ("LRW3E7FA2LC000001", [("LRW3E7FA2LC000001", "LRW3E7FA2LC000001")]),  # a word, though it fails
     (f"车架号{VIN}白色", [(VIN, VIN)]),
     ("见ＬＲＷ３Ｅ７ＦＡ１ＬＣ０００００１。", [(VIN, "ＬＲＷ３Ｅ７ＦＡ１ＬＣ０００００１")]),
     ("see LRW3E7FA1\u200bLC000001 …", [(VIN, "LRW3E7FA1\u200bLC000001")]),
     (f"{VIN}, {VIN}", [(VIN, VIN), (VIN, VIN)]),
     ("LRW3E7FA1LCXXXXXX LRW3E7FA1LC****** LRW3E7FA1LCO00001 INTERNATIONALISTS 11111111111111111", [])],
)  # fmt: skip
def test_vins_and_their_places(text, expected):
    assert words(text) == expected


@given(st.lists(st.sampled_from(HOLDS), max_size=5), st.text("ab ,;.\n…白\u200b", min_size=1))
def test_every_vin_is_there_as_often_as_it_stands_in_the_text(vins, between):
    gap = f",{between},"
    assert [vin for vin, _ in words(gap.join(vins))] == vins


@given(st.text())
def test_what_stands_at_a_place_is_read_as_the_vin(text):
    for vin, there in words(text):
        assert read(there).text == vin


@pytest.mark.parametrize("text", DIRT)
def test_a_cell_and_a_text_are_read_alike(text):
    assert [vin for vin, _ in words(text)] in ([read(text).text], [])
    assert words(f"see {VIN}, white")[0][0] == read(f"see {VIN}, white").text
    assert is_valid(read(text).text)


def test_a_vin_in_pieces_is_read_out_of_the_text_of_a_cell():
    reading = read("chassis LRW 3E7FAXLC-000000 (blue)")
    assert (reading.text, reading.problem) == ("LRW3E7FAXLC000000", None)
    assert read("order 4000003E7 FAXLC 000000 and more").problem is not None
