"""Frame numbers of the Japanese home market: their types, and what is and is not one."""

import re

import pytest
from support import ON
from support.tables import table

import vintool
from vintool.codes import REGIMES, Problem, Verdict
from vintool.decoding.check import check
from vintool.errors import DataError
from vintool.registry import frame_type, frames
from vintool.screening.screen import screen

NUMBERS = ["SE3P-116167", "SE3P116167", "SE3P 116167", "ＳＥ３Ｐ－１１６１６７", "ZAA-ZE1-202079", "ZVW50-8012345", "ZVW508012345", "AZE0123456", "HR34-000123", "jf1-1000694", "JF11000694", "NHW200001085"]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_a_frame_number_is_named_and_never_decoded_as_a_vin(number):
    assert check(number).problems[0] is Problem.FRAME_NUMBER
    assert check(number).vin is None
    with pytest.raises(vintool.InvalidVin) as raised:
        vintool.decode(number)
    assert raised.value.problem is Problem.FRAME_NUMBER
    row = vintool.decode_table([number], fields=["country", "vehicle_type", "wmi", "problems"])
    assert [row[f"vin_{name}"][0].as_py() for name in ("country", "vehicle_type", "wmi")] == [
        None
    ] * 3
    assert row["vin_problems"][0].as_py()[0] == "frame_number"


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_frame_number_is_invalid_under_every_regime(number, regime):
    finding = screen(number, ON, {"fuel": "纯电动"}, regime)
    assert finding.verdict is Verdict.INVALID


@pytest.mark.parametrize("text", ["LRW3E7FA1LC", "JF1ZN6K81XB", "SE3P1161", "ZVW50801234567", "8012345", "WP0123456"])  # fmt: skip
def test_what_is_no_frame_number(text):
    assert frame_type(text) is None


def test_every_type_has_a_source_that_one_can_look_at():
    for row in table("frames.csv"):
        assert re.fullmatch(r".+\.[a-z]+/\S.* 20[0-9]{2}-[0-9]{2}", row["source"]), row
        assert frame_type(f"{row['type']}0001234") == tuple(row.values())


@pytest.mark.parametrize(
    "rows", ["SE3P,Mazda,RX-8,\n", "123456,Mazda,RX-8,a.b/c 2026-11\n", "ZE1,N,L,a.b/c 2026-11\nAZE0,N,L,a.b/c 2026-11\n"]
)  # fmt: skip
def test_a_row_that_is_not_sound_is_refused_with_its_line(monkeypatch, rows):
    lines = [tuple(line.split(",")) for line in rows.splitlines()]
    monkeypatch.setattr(frames, "read_rows", lambda *_: lines)
    frames.frame_types.cache_clear()
    try:
        with pytest.raises(DataError, match=f"frames.csv, line {len(lines) + 1}"):
            frames.frame_types()
    finally:
        monkeypatch.undo()
        frames.frame_types.cache_clear()
