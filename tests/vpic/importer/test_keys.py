"""Keys of vPIC: which VINs each fits."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support.releases import LENGTH, SERIES, TRIM, like, patterns, values, vin

from vintool import vpic
from vintool.registry.patterns import ANY
from vintool.vin.positions import ALPHABET
from vintool.vpic.importer.keys import parse_key


@pytest.mark.parametrize(
    ("keys", "fitting", "other"),
    [
        ("A", vin("ABCDE"), vin("BBCDE")),
        ("AB", vin("ABZZZ"), vin("AZBZZ")),
        ("*B", vin("ZBZZZ"), vin("BZZZZ")),
        ("[A-C]", vin("BZZZZ"), vin("DZZZZ")),
        ("[A-C5]Z", vin("5ZZZZ"), vin("4ZZZZ")),
        ("[XA]", vin("XZZZZ"), vin("BZZZZ")),
        ("*[X-Z][2-4]", vin("ZY3ZZ"), vin("ZY5ZZ")),
        ("[0O]", vin("0ZZZZ"), vin("1ZZZZ")),  # no VIN has the letter
        ("*****|*F", vin(tail="LF000001"), vin(tail="LG000001")),
        ("*****|L", vin(tail="LF000001"), vin(tail="MF000001")),
        ("A****|*[F-H]1", vin("AZZZZ", "LG100001"), vin("AZZZZ", "LG200001")),
        ("*****|*****1", vin(tail="LF000100"), vin(tail="LF001000")),
        ("***#", vin("ZZZ4Z", "8F000001"), vin("ZZZAZ", "LF000001")),
    ],
)
def test_a_pattern_tells_of_the_vins_that_its_key_fits(use, keys, fitting, other):
    use(Pattern=patterns((keys, SERIES, "told"), ("*", TRIM, "always")),
        Wmi_VinSchema=[(1, 1, 1, 1980, None)])  # fmt: skip
    expected = "4" if "#" in keys else "told"
    assert values(fitting, SERIES, TRIM) == (expected, "always")
    assert values(other, SERIES, TRIM) == (None, "always")


def test_the_range_from_1_to_a_is_the_two_alone():
    assert parse_key("[1-A]")[0] == "A1"


@pytest.mark.parametrize("keys", ["O", "*I", "[OQ]", "AB|*F", "ABCDEF", "*****|*********", "[A"])
def test_a_key_that_no_vin_fits_is_none(keys):
    assert parse_key(keys) is None


singles = st.sampled_from("ABC012O")
ranges = st.sampled_from(["A-C", "B-D", "0-1", "1-3", "H-K"])
groups = st.lists(st.one_of(singles, ranges), min_size=1, max_size=3).map(lambda one: f"[{''.join(one)}]")  # fmt: skip
signs = st.one_of(singles, st.just("*"), st.just("*"), st.just("#"), groups)
halves = st.tuples(
    st.lists(signs, min_size=1, max_size=6).map("".join),
    st.one_of(st.just(""), st.lists(signs, max_size=9).map(lambda one: "|" + "".join(one))),
)
full_halves = st.tuples(
    st.lists(signs, min_size=5, max_size=5).map("".join),
    st.lists(signs, max_size=4).map(lambda one: "|" + "".join(one)),
)
keys_of_vpic = st.one_of(halves, full_halves).map("".join)
positions = st.text("ABCD0123", min_size=13, max_size=13)


@pytest.mark.slow
@given(keys_of_vpic, positions)
@hypothesis_settings(max_examples=500)
def test_a_parsed_key_fits_what_vpic_would_say_it_fits(keys, signs):
    parsed = parse_key(keys)
    fits = parsed is not None and all(
        allowed == ANY or sign in allowed for allowed, sign in zip(parsed, signs, strict=True)
    )
    assert fits == like(keys, signs)


@given(keys_of_vpic)
def test_a_parsed_key_has_13_places_and_only_signs_of_a_vin(keys):
    parsed = parse_key(keys)
    if parsed is not None:
        assert len(parsed) == 13
        assert all(allowed == ANY or set(allowed) <= set(ALPHABET) for allowed in parsed)
        assert all(parsed)


@pytest.mark.parametrize(("keys", "places"), [("[AB]*##", "6-7"), ("*****|*[ABCDEFGH]##", "12-13")])
def test_brackets_before_a_formula_are_one_position(use, keys, places):
    use(Pattern=patterns((keys, LENGTH, "##")))
    assert f"118#={places}" in (vpic.folder() / "patterns.txt").read_text()
