"""What a call has looked up serves the next one, whichever thread asks, and changes no answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import cycle, islice
from unittest.mock import patch

import pyarrow as pa
import pytest
from support.filings import assorted_vins
from support.manifests import put

import vintool
from vintool import Reference
from vintool.columns import vins as columns_of_vins
from vintool.columns.decoding import table as decoded
from vintool.columns.engine import cores
from vintool.columns.engine.pool import Pool
from vintool.columns.screening import screener as screened

ON = date(2026, 3, 1)
VINS = [*assorted_vins(40, 54), "LRW3E7FA1LC000001", "TBA", ""]
FIELDS = ["brand", "powertrain", "check_digit", "problems", "plant"]


@pytest.fixture(autouse=True)
def _nothing_known():
    for pool in (decoded._POOL, screened._POOL):
        pool.cache_clear()


def rows_of(count):
    """A table of so many rows, of which those of one VIN differ in what is declared."""
    vins = [*islice(cycle(VINS), count)]
    fuels = [*islice(cycle(["纯电动", "汽油", ""]), count)]
    return pa.table({"VIN": vins, "燃料种类": fuels})


def test_a_second_call_asks_no_rule_again():
    table = rows_of(90)
    first = vintool.screen_table(table, ON), vintool.decode_table(table, "VIN", FIELDS)
    with (
        patch.object(columns_of_vins, "checked_profile", side_effect=AssertionError),
        patch.object(decoded, "profile", side_effect=AssertionError),
    ):
        again = vintool.screen_table(table, ON), vintool.decode_table(table, "VIN", FIELDS)
    assert again == first


def test_calls_of_other_dates_mappings_and_references_have_their_own(tmp_path):
    rules = put(tmp_path / "own.csv", "wmi,vds,powertrain,grade,source\nLZZ,AB12C,BEV,A,me\n")
    table = pa.table({"VIN": ["LZZAB12C7LC000001"], "燃料": ["电"], "类型": ["汽油"]})
    asked = [
        {"on": on, "mapping": mapping, "reference": reference}
        for on in (ON, date(2025, 3, 1))
        for mapping in ({"fuel": "燃料"}, {"fuel": "类型"})
        for reference in (None, Reference(evidence=rules))
    ]
    fresh = []
    for one in asked:
        screened._POOL.cache_clear()
        fresh.append(vintool.screen_table(table, **one))
    assert [vintool.screen_table(table, **one) for one in asked * 2] == fresh * 2
    assert len({str(one["vin_verdict"]) + str(one["vin_reasons"]) for one in fresh}) > 3


def test_dates_are_borne_out_by_the_rows_of_their_own_call():
    days = [(date(2025, 12, 1) + timedelta(days=day)).isoformat() for day in range(20)]
    among = pa.table({"VIN": ["LRW3E7FA1LC000001", *VINS[:20]], "申报日期": ["2025-12-20", *days]})
    alone = among.slice(0, 1)
    in_doubt = [
        "date_alone" in vintool.screen_table(one)["vin_reasons"][0].as_py()
        for one in (alone, among, alone)
    ]
    assert in_doubt == [True, False, True]


def test_threads_that_take_turns_get_what_one_alone_gets():
    tables = [rows_of(count) for count in (7, 30, 60, 90)] * 4
    alone = [
        (vintool.screen_table(one, ON), vintool.decode_table(one, "VIN", FIELDS)) for one in tables
    ]
    for pool in (decoded._POOL, screened._POOL):
        pool.cache_clear()
    with ThreadPoolExecutor(6) as threads:
        screens = [threads.submit(vintool.screen_table, one, ON) for one in tables]
        decodes = [threads.submit(vintool.decode_table, one, "VIN", FIELDS) for one in tables]
        together = [(a.result(), b.result()) for a, b in zip(screens, decodes, strict=True)]
    assert together == alone


def test_streams_side_by_side_do_not_disturb_each_other():
    batches = rows_of(90).to_batches(max_chunksize=10)
    alone = [*vintool.screen_batches(batches, ON)]
    turns = zip(*(vintool.screen_batches(batches, ON) for _ in range(3)), strict=True)
    assert [[*turn] for turn in turns] == [[one] * 3 for one in alone]


def test_an_error_leaves_nothing_half_done():
    table = rows_of(60)
    expected = vintool.screen_table(table, ON)
    screened._POOL.cache_clear()
    with (
        patch.object(screened.Screener, "_evidence", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        vintool.screen_table(table, ON)
    assert screened._POOL.take(()) is None
    assert not screened._POOL._free
    assert vintool.screen_table(table, ON) == expected


def test_a_pool_holds_no_more_than_it_may():
    pool = Pool(most=10)
    for key, kept in (("a", 4), ("b", 4), ("a", 2), ("d", 11), ("c", 4)):
        pool.give(key, f"{key}{kept}", kept)
    assert [pool.take(key) for key in "aabcd"] == ["a2", None, "b4", "c4", None]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({}, None),
    ],
)
def test_a_container_has_the_cores_that_it_has_time_for(tmp_path, monkeypatch, files, expected):
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    (tmp_path / "cpu").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert cores._quota(tmp_path) == (expected or 64)
