"""What was meant: what exists comes before what only adds up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vintool.codes import Problem
from vintool.decoding.check import check
from vintool.vin import calc_check_digit
from vintool.vin.look_alikes import CLOSE, LOOK_ALIKES, NEIGHBOURS
from vintool.vin.positions import ALPHABET
from vintool.vpic.decode import decode
from vintool.vpic.fits import start_fits

# Starts that are filed in the United States, year and plant with them; the serials are made up.
FILED = [
    f"{start}_{tail}4{number:05}".replace("_", calc_check_digit(f"{start}_{tail}4{number:05}"))
    for number, (start, tail) in enumerate(
        [("1FBNE3BL", "CD"), ("5YJ3E1EA", "LF"), ("1FTFW1ED", "MF"), ("5TDGZRBH", "MS"), ("1HGCV1F3", "LA"), ("2T3P1RFV", "MW"),
         ("1C4RJFBG", "KC"), ("1G1ZD5ST", "LF"), ("19XFC2F5", "JE"), ("5NPE34AF", "KH"), ("1N4AL3AP", "HC"), ("4T1BF1FK", "HU"),
         ("2C3CDXBG", "JH"), ("3VWD17AJ", "HM"), ("5J6RW2H5", "LL")]
    )
]  # fmt: skip


def rank(meant, typed):
    proposals = [one.vin for one in check(typed).suggestions]
    return proposals.index(meant) if meant in proposals else None


def slips(vin, places, signs):
    """The VIN with another character at one of the places, where the check digit fails and the start is not filed."""
    for at in places:
        for other in signs(vin[at]):
            typed = vin[:at] + other + vin[at + 1 :]
            failing = calc_check_digit(typed) != typed[8]
            if failing and not start_fits(typed[:3], typed, 2028):
                yield typed


@pytest.mark.parametrize("vin", FILED)
def test_a_slip_that_makes_a_start_that_nobody_filed_is_mended_first(vin):
    def unlike(sign):
        return (one for one in ALPHABET if one != sign and one not in LOOK_ALIKES[sign])

    typed = list(slips(vin, range(3, 8), unlike))[::3]
    ranks = [rank(vin, one) for one in typed]
    good = sum(one in {0, 1} for one in ranks)
    assert good >= 0.9 * len(typed), (len(typed), good)


@pytest.mark.parametrize("vin", FILED)
def test_characters_that_look_alike_in_a_start_are_mended_first(vin):
    for typed in slips(vin, range(3, 8), lambda sign: CLOSE[sign]):
        assert rank(vin, typed) in {0, 1}, typed


def test_the_only_start_that_is_filed_comes_first():
    assert check("1FBNE3BE1CDB00013").suggestions[0].vin == "1FBNE3BL1CDB00013"


@pytest.mark.parametrize("vin", FILED)
@pytest.mark.parametrize("more", ["I", "Z"])
def test_one_character_too_many_is_taken_out(vin, more):
    assert rank(vin, more + vin) == 0
    for at in (4, 9, 12, 17):
        typed = vin[:at] + more + vin[at:]
        if more in ALPHABET:
            assert rank(vin, typed) in {0, 1}, typed


@pytest.mark.parametrize("vin", FILED[:5])
def test_one_character_too_few_in_a_start_is_put_in(vin):
    ranks = [rank(vin, vin[:at] + vin[at + 1 :]) for at in range(3, 8)]
    assert sum(one is not None for one in ranks) >= 4, ranks


def test_a_maker_that_is_not_known_may_be_one_that_looks_alike():
    start, tail = "5GZCZ43D", "3S812345"
    vin = f"{start}{calc_check_digit(f'{start}_{tail}')}{tail}"
    result = check("S" + vin[1:])
    assert result.problems == (Problem.UNKNOWN_WMI,)
    assert [one.vin for one in result.suggestions] == [vin]


def test_keys_beside_one_another():
    assert set(NEIGHBOURS["5"]) >= {"4", "6", "T", "2", "8"}
    assert all(one in NEIGHBOURS[other] for one in ALPHABET for other in NEIGHBOURS[one])


@given(st.sampled_from(FILED), st.integers(0, 16), st.sampled_from(ALPHABET))
def test_a_start_that_is_decoded_with_a_model_and_no_fault_is_one_that_fits(vin, at, other):
    typed = vin[:at] + other + vin[at + 1 :]
    decoding = decode(typed[:3], typed, 2028)
    fits = decoding is not None and any(
        28 in one.read and not one.wrong for one in (decoding.best, *decoding.others)
    )
    assert start_fits(typed[:3], typed, 2028) == fits
