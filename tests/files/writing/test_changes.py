"""An amended list held against an earlier run: nothing that differs is left out, and doubles are held one by one."""

import json
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import ON
from support.commands import run
from support.manifests import put_csv, read_csv

from vintool.errors import ManifestError
from vintool.files.screen import screen_file

ROWS = [
    ("LRW3E7FA1LC000001", "BEV"),
    ("LGXCE4CB5S0993908", ""),
    ("LW433B128N1715235", "EREV"),
    ("LZWACAGA4S6000001", "ICE"),
    ("", "x"),
]


def screened(folder, rows, name, **options):
    path = put_csv(folder / f"{name}.csv", [("VIN", "Fuel"), *rows])
    return screen_file(path, ON, folder / name, **{"regime": "cn-2025-54"} | options)


def test_what_is_new_gone_and_changed_stands_in_a_file_and_in_the_counts(tmp_path):
    screened(tmp_path, ROWS, "first")
    tesla, byd, _, wuling, blank = ROWS
    later = [byd, (wuling[0], "BEV"), blank, ("LSJW74095NZ414002", "EV"), blank, (tesla[0], "EV")]
    changes = screened(tmp_path, later, "second", since=tmp_path / "first").changes
    assert changes.rows == {"verdict": 1, "new": 2, "gone": 1, "cells": 1}
    assert (changes.same, changes.verdicts) == (2, {"out_of_scope -> review": 1})
    lines = read_csv(tmp_path / "second" / "changes.csv")
    assert [(line["change"], line["vin_row"], line["vin_text"], line["verdict_before"], line["vin_verdict"]) for line in lines] == [
        ("verdict", "3", wuling[0], "out_of_scope", "review"), ("new", "5", "LSJW74095NZ414002", "", "controlled"),
        ("new", "6", "", "", "invalid"), ("gone", "", "LW433B128N1715235", "review", ""), ("cells", "7", tesla[0], "controlled", "controlled"),
    ]  # fmt: skip
    page = (tmp_path / "second" / "report.html").read_text(encoding="utf-8")
    assert '<section id="changes"' in page
    record = json.loads((tmp_path / "second" / "run.json").read_text(encoding="utf-8"))
    assert record["summary"]["changes"]["same"] == 2
    assert {"rows.parquet", "changes.csv", "statistics.csv"} <= record["outputs"].keys()


def test_a_row_that_is_no_vehicle_is_no_change(tmp_path):
    """A total, another total, and one in the place of a vehicle that has gone."""
    head, (tesla, *_) = ("VIN", "Fuel", "Qty"), [(vin, fuel, "1") for vin, fuel in ROWS]
    byd = (ROWS[1][0], "", "1")
    lists = [
        [head, tesla, byd, ("Total", "", "2")],
        [head, tesla, byd, ("Total", "", "2")],
        [head, tesla, byd, ("Total", "", "3")],
        [head, tesla, ("Total", "", "1"), ("Total", "", "1")],
    ]
    for number, rows in enumerate(lists):
        path = put_csv(tmp_path / f"{number}.csv", rows)
        since = tmp_path / str(number - 1) if number else None
        changes = screen_file(path, ON, tmp_path / str(number), since=since).changes
        lines = read_csv(tmp_path / str(number) / "changes.csv") if number else []
        gone = number == 3
        assert changes is None or changes.same == 2 - gone
        assert [(line["change"], line["vin_text"]) for line in lines] == [("gone", byd[0])] * gone


def test_the_order_of_rows_and_columns_and_empty_columns_are_no_change(tmp_path):
    screened(tmp_path, ROWS, "first")
    path = put_csv(tmp_path / "other.csv", [("No", "Note", "Fuel", "VIN"), *[(n, "", fuel, vin) for n, (vin, fuel) in enumerate(reversed(ROWS))]])  # fmt: skip
    changes = screen_file(
        path,
        ON,
        tmp_path / "first",
        regime="cn-2025-54",
        since=tmp_path / "first" / "run.json",
    ).changes
    assert (sum(changes.rows.values()), changes.same) == (0, 5)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    before=st.lists(st.tuples(st.sampled_from(["", *(vin for vin, _ in ROWS)]), st.sampled_from(["", "BEV", "ICE"])), max_size=6),
    now=st.lists(st.tuples(st.sampled_from(["", *(vin for vin, _ in ROWS)]), st.sampled_from(["", "BEV", "ICE"])), max_size=6),
)  # fmt: skip
def test_every_row_of_both_lists_is_accounted_for(tmp_path, before, now):
    # A row without any cell is blank, and none.
    before, now = ([row for row in rows if any(row)] for rows in (before, now))
    screened(tmp_path, before, "first")
    changes = screened(tmp_path, now, "second", since=tmp_path / "first").changes
    both = changes.same + changes.rows["cells"] + changes.rows["verdict"]
    assert both + changes.rows["new"] == len(now)
    assert both + changes.rows["gone"] == len(before)
    if Counter(before) == Counter(now) and len({vin for vin, _ in now}) == len(now):
        assert changes.same == len(now)


@pytest.mark.parametrize("damage", ["gone", "changed", "foreign"])
def test_an_earlier_run_that_is_not_whole_is_refused_before_anything_is_written(tmp_path, damage):
    screened(tmp_path, ROWS, "first")
    rows = tmp_path / "first" / "rows.parquet"
    if damage == "gone":
        rows.unlink()
    elif damage == "changed":
        rows.write_bytes(rows.read_bytes()[:-1])
    else:
        (tmp_path / "first" / "run.json").write_text("[]")
    with pytest.raises(ManifestError, match="name the --out folder of a run"):
        screened(tmp_path, ROWS, "second", since=tmp_path / "first")
    assert not (tmp_path / "second").exists()


def test_since_needs_a_folder_to_write_to(tmp_path):
    path = put_csv(tmp_path / "list.csv")
    ended = run("screen", path, "--since", tmp_path)
    assert (ended.exit_code, "--out" in ended.stderr) == (2, True)


def test_a_row_that_another_rule_now_holds_has_another_verdict(tmp_path):
    """A petrol car and an electric one beside it: the licence of the second is another one."""
    petrol, electric = "LGXC16AF6E0561913", ROWS[0][0]
    head = ("VIN", "VIN 2", "Fuel")
    first = put_csv(tmp_path / "first.csv", [head, (petrol, "", "Petrol")])
    later = put_csv(tmp_path / "later.csv", [head, (petrol, electric, "Petrol")])
    screen_file(first, ON, tmp_path / "first")
    changes = screen_file(later, ON, tmp_path / "later", since=tmp_path / "first").changes
    assert changes.verdicts == {"controlled (cn-vehicle-export) -> controlled": 1}
