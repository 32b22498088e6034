"""What stands beside a VIN in its cell: another vehicle, or figures of papers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.manifests import ATTO3, TESLA

import vintool
from vintool.codes import Problem
from vintool.decoding.identity import read_cell

PAPERS = [
    "HS CODE 8703801090",
    "HSCODE8703801090",
    "1 UNIT NEW BYD ATTO 3 VIN",
    "1UNITNEWBYDATTO3VIN",
    "INVOICE INV20260312",
    "INVOICEINV20260312",
    "ENGINE NO.: TZ200XS112345 COLOR: WHITE",
    "SALES ORDER 202603",
    "JAN-12-2026 0001234",
    "CONT. TGHU1234560 22G1",
    "B/L COSU6123456700",
]


@pytest.mark.parametrize("text", PAPERS)
def test_words_and_numbers_of_papers_are_no_second_vin(text):
    for cell in (f"{ATTO3} {text}", f"{text} {ATTO3}", f"{text}\n{ATTO3}\n{text}"):
        reading = read_cell(cell)
        assert (reading.text, reading.problem, reading.vins) == (ATTO3, None, ())
        assert [one.vin for one in vintool.find_vins(cell)] == [ATTO3]
        assert vintool.check(cell).suggestions == ()


@given(
    at=st.integers(4, 16),
    slip=st.sampled_from(["", "O", "00"]),
    spaces=st.sets(st.integers(3, 14), max_size=2),
    between=st.sampled_from([" ", " AND ", ", ", "\n", " / 2ND "]),
)
def test_a_damaged_vin_of_a_known_maker_beside_a_vin_is_a_second_one(at, slip, spaces, between):
    damaged = TESLA[:at] + slip + TESLA[at + 1 :]
    in_pieces = "".join(" " * (place in spaces) + sign for place, sign in enumerate(damaged))
    reading = read_cell(f"{ATTO3}{between}{in_pieces}")
    assert reading.problem is Problem.SEVERAL_VINS
    assert reading.vins[0] == ATTO3


def test_the_same_vin_twice_is_one():
    assert read_cell(f"{ATTO3}, again {ATTO3}").text == ATTO3
