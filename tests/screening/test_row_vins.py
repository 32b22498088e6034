"""The vehicles of a row: what stands in one cell, ranges, quantities; and that one more never makes a row less strict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ON
from support.vehicles import ATTO3, EADO, PETROL, PLUG_IN, SONG_PLUG_IN, TESLA, UNSEEN, screen
from support.vins import DIRT, checked_vin, vin

from vintool.codes import Reason, Verdict
from vintool.declaration.quantities import quantities
from vintool.screening.row_vins import row_vins
from vintool.vin.ranges import LONGEST, vins_between

FIRST, THIRD = checked_vin("LRW3E7FA", "SC", "000001"), checked_vin("LRW3E7FA", "SC", "000003")
SECOND = checked_vin("LRW3E7FA", "SC", "000002")
GOLF = [vin("WVWZZZ1K", "9W", f"00000{n}") for n in (1, 2, 3)]


@pytest.mark.parametrize(
    "sign", ["\n", " / ", "/", ",", ", ", " ", "", ";", "、", "\t", " and ", "\r\n\r\n", " | "]
)
def test_every_vin_of_a_cell_is_a_vehicle(sign):
    vins = (SONG_PLUG_IN, TESLA, ATTO3)
    assert row_vins([sign.join(vins)]).texts == vins
    assert row_vins([sign.join(vins).lower()]).texts == vins
    found = screen(sign.join(vins), ON, PETROL)
    assert found.verdict is Verdict.CONTROLLED
    assert found.others == (f"{TESLA}=controlled", f"{ATTO3}=controlled")


def test_a_row_is_out_of_scope_only_if_all_of_its_vehicles_are():
    assert screen(f"{SONG_PLUG_IN} {EADO}", ON, {"fuel": "汽油"}).verdict is Verdict.OUT_OF_SCOPE
    assert screen(f"{SONG_PLUG_IN} {UNSEEN}", ON).verdict is Verdict.REVIEW
    assert screen(SONG_PLUG_IN, ON, {"vin_2": "TBA"}).verdict is Verdict.REVIEW
    assert screen("TBA", ON, {"vin_2": "TBA"}).verdict is Verdict.INVALID
    for nothing in ("", "-", "n/a", "nil", "blue", "repainted in March"):
        assert screen(SONG_PLUG_IN, ON, {"vin_2": nothing}).others == ()
    assert screen("", ON, {"vin_2": TESLA}).verdict is Verdict.CONTROLLED


@pytest.mark.parametrize("repeated", [SONG_PLUG_IN, SONG_PLUG_IN.lower(), f" {SONG_PLUG_IN}* "])
@pytest.mark.parametrize("field", ["vin_2", "chassis_no", "vin_last"])
def test_a_vin_that_is_repeated_is_one_vehicle(field, repeated):
    assert screen(SONG_PLUG_IN, ON, {field: repeated}) == screen(SONG_PLUG_IN, ON)


@pytest.mark.parametrize("chassis", [TESLA, f"{TESLA} / {SONG_PLUG_IN}", TESLA[:11] + "******"])
def test_a_chassis_number_that_is_another_vin_is_judged(chassis):
    assert screen(SONG_PLUG_IN, ON, {"chassis_no": chassis}).verdict is Verdict.CONTROLLED
    assert screen("", ON, {"chassis_no": chassis}).verdict is Verdict.CONTROLLED
    assert row_vins([SONG_PLUG_IN], chassis=chassis, quantity="1").remarks == row_vins([SONG_PLUG_IN, TESLA]).remarks  # fmt: skip


def test_a_chassis_number_is_held_against_the_vehicle_that_it_is_of():
    both = {"vin_2": TESLA, "chassis_no": TESLA[-8:]}
    assert Reason.CONTRADICTION_CHASSIS not in screen(SONG_PLUG_IN, ON, both).reasons
    neither = {"vin_2": TESLA, "chassis_no": "SC999999"}
    assert Reason.CONTRADICTION_CHASSIS in screen(SONG_PLUG_IN, ON, neither).reasons


# Ranges


@pytest.mark.parametrize(
    "cell",
    [f"{FIRST} to {THIRD}", f"{FIRST} - {THIRD}", f"{FIRST}-{THIRD}", f"{FIRST}至{THIRD}", f"{FIRST} bis {THIRD}", f"{FIRST}~{THIRD}",
     f"{FIRST}~03", f"{FIRST}～3", f"{FIRST} to ...003", f"{FIRST} 至 0003", f"from {FIRST} to {THIRD}"],
)  # fmt: skip
def test_a_range_in_a_cell_is_counted_out(cell):
    assert row_vins([cell]).texts == (FIRST, SECOND, THIRD)
    assert row_vins([cell], quantity="3").remarks == row_vins([FIRST, SECOND, THIRD]).remarks
    assert screen(cell, ON).verdict is Verdict.CONTROLLED


def test_a_hyphen_with_figures_is_a_range_by_its_quantity_alone():
    assert row_vins([f"{FIRST}-03"]).texts == (f"{FIRST}-03",)
    assert row_vins([f"{FIRST}-03"], quantity="3").texts == (FIRST, SECOND, THIRD)


def test_two_vins_are_a_range_by_their_quantity():
    assert row_vins([FIRST, THIRD], quantity="3").texts == (FIRST, SECOND, THIRD)
    assert row_vins([THIRD, FIRST], quantity="2").texts == (THIRD, FIRST)
    assert row_vins([GOLF[0]], last=GOLF[2], quantity="3 units").texts == tuple(GOLF)


@pytest.mark.parametrize(
    ("first", "last", "quantity"),
    [(EADO, SONG_PLUG_IN, ""), (EADO, EADO[:-1], ""), (EADO[:-1] + "O", EADO, ""), (EADO, "to be told", ""),
     (vin("LS5A2ASE", "PJ", "1"), vin("LS5A2ASE", "PJ", "5"), "4"), (vin("LS5A2ASE", "PJ", "1"), vin("LS5A2ASE", "PJ", f"{LONGEST + 1}"), ""),
     (vin("LS5A2ASE", "PJ", "5"), vin("LS5A2ASE", "PJ", "1"), ""), (vin("LS5A2ASE", "PJ", "1")[:8] + "_" + vin("LS5A2ASE", "PJ", "1")[9:], vin("LS5A2ASE", "PJ", "3"), "")],
)  # fmt: skip
def test_a_range_that_cannot_be_counted_out_is_never_cleared(first, last, quantity):
    finding = screen(first, ON, {"vin_last": last, "quantity": quantity, **PETROL})
    assert Reason.RANGE_NOT_OPENED in finding.reasons
    assert finding.verdict is not Verdict.OUT_OF_SCOPE
    assert len(finding.others) <= 1


@given(st.integers(0, 999_999), st.integers(1, LONGEST + 50), st.sampled_from(["LRW3E7FA", "WVWZZZ1K", "LA9AB1CD"]))  # fmt: skip
def test_a_range_has_every_vin_between_its_ends_once_and_no_other(start, number, descriptor):
    end = start + number
    small = descriptor[2] == "9"
    if end > (999 if small else 999_999):
        return
    serials = [f"{'ABC' if small else ''}{n:0{3 if small else 6}}" for n in range(start, end + 1)]
    vins = tuple(vin(descriptor, "SC", serial) for serial in serials)
    assert vins_between(vins[0], vins[-1]) == (vins if number < LONGEST else ())


# Quantities


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("10", {10}), ("10.0", {10}), ("１０台", {10}), ("10 UNITS", {10}), ("Qty: 3", {3}), ("1 000", {1000}), ("1,000", {1, 1000}), ("2.000", {2, 2000}),
     ("0", {0}), ("", None), ("—", None), ("台", None), ("pcs.", None), ("10/12", set()), ("1.5", set()), ("ten", set()), ("-3", set()), ("3 + 4", set()), ("9" * 99, set())],
)  # fmt: skip
def test_what_a_quantity_says(text, numbers):
    assert quantities(text) == numbers


def test_a_quantity_is_held_against_the_vins_of_the_row():
    for fine in ("1", "1.0", "1,000", "-", "台", ""):
        assert screen(SONG_PLUG_IN, ON, {"quantity": fine}).verdict is Verdict.OUT_OF_SCOPE
    both = screen(f"{SONG_PLUG_IN} {EADO}", ON, {"fuel": "汽油", "quantity": "2"})
    assert both.verdict is Verdict.OUT_OF_SCOPE
    for wrong, reason in (
        ("10", Reason.QUANTITY_OF_ONE_VIN),
        ("0", Reason.QUANTITY_OF_ONE_VIN),
        ("2 or 3", Reason.QUANTITY_NOT_READ),
    ):
        finding = screen(SONG_PLUG_IN, ON, {"quantity": wrong})
        assert (finding.verdict, reason in finding.reasons) == (Verdict.REVIEW, True)
        assert screen(TESLA, ON, {"quantity": wrong}).verdict is Verdict.CONTROLLED
    assert screen("TBA", ON, {"quantity": "10"}) == screen("TBA", ON)


# One more vehicle

cells = st.one_of(
    st.sampled_from([SONG_PLUG_IN, EADO, UNSEEN, SONG_PLUG_IN[:-1], f"{EADO} x2", f"{EADO}~46", "TBA", "", "n/a", "12345", *DIRT]),
    st.text(max_size=30),
)  # fmt: skip
declared = st.sampled_from([{}, PETROL, PLUG_IN, {"quantity": "1"}, {"quantity": "12"}, {"chassis_no": EADO}, {"vin_last": EADO}, {"declaration_date": "2026-03-02"}])  # fmt: skip


@given(cells, declared, st.sampled_from([TESLA, ATTO3]), st.sampled_from(["\n", " / ", ", ", " "]), st.booleans())  # fmt: skip
def test_a_controlled_vehicle_more_in_the_cell_makes_the_row_controlled(
    cell, row, electric, sign, before
):
    assert screen(electric, ON, row).verdict is Verdict.CONTROLLED
    texts = (electric, cell) if before else (cell, electric)
    assert screen(sign.join(texts), ON, row).verdict is Verdict.CONTROLLED


@given(cells, declared, st.sampled_from([TESLA, ATTO3]), st.sampled_from(["vin_2", "vin_7", "chassis_no", "vin_last"]))  # fmt: skip
def test_a_controlled_vehicle_more_in_another_column_makes_the_row_controlled(
    cell, row, electric, field
):
    assert screen(cell, ON, row | {field: electric}).verdict is Verdict.CONTROLLED
    if field.startswith("vin_") and field != "vin_last":
        assert screen(electric, ON, row | {field: cell}).verdict is Verdict.CONTROLLED
