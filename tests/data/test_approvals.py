"""approvals.csv: type approvals as they are printed, and the rules that are read off them."""

import subprocess
import sys

import pytest
from support.approvals import export, product
from support.tables import DATA, table

from vintool.codes import Grade
from vintool.desk.approvals import powertrain_of, starts_in
from vintool.powertrain import classify
from vintool.registry.powertrain_rules import powertrain_rules

APPROVALS = table("approvals.csv")
#: Starts approved both as pure electric and as something else.
BOTH_SIDES = {"LGWFGVA8"}
#: A start of a maker that does not put the powertrain into it, approved on one side by now.
NOT_DECIDING = {"LGWFGVA9"}


def script(*sources):
    """What the refresh script prints of sources, and says."""
    tool = [sys.executable, "approvals.py", *map(str, sources)]
    done = subprocess.run(
        tool, capture_output=True, check=True, cwd=DATA / "update", encoding="utf-8"
    )
    return done.stdout, done.stderr


def test_approvals_are_sorted_and_unique():
    rows = [tuple(row.values()) for row in APPROVALS]
    assert rows == sorted(set(rows))


@pytest.mark.parametrize(
    "row", APPROVALS, ids=lambda row: f"{row['wmi']}{row['vds']}-{row['code']}"
)
def test_each_approval_agrees_with_its_name_and_is_heard(row):
    start = row["wmi"] + row["vds"]
    assert starts_in(start + 9 * "×") == ((start,), ())
    assert powertrain_of(row["name"], "")[0] in {None, row["powertrain"]}
    page = bool(row["url"])
    assert page is bool(row["date"])
    assert row["source"]
    rules = [
        rule
        for rule in powertrain_rules(row["wmi"])
        if rule.pattern_text == start and rule.file == "approvals.csv"
    ]
    (rule,) = (rule for rule in rules if rule.electric is (row["powertrain"] == "BEV"))
    assert row["code"] in rule.support
    assert (rule.grade is Grade.A) is page
    classification = classify(f"{start}**")
    if start in BOTH_SIDES | NOT_DECIDING:
        assert classification.ambiguous
    else:
        assert (classification.powertrain == "BEV") is (row["powertrain"] == "BEV")


def test_the_script_prints_its_own_file_again_and_adds_an_export(tmp_path):
    """What it cannot use it says."""
    file = DATA / "approvals.csv"
    assert script(file) == (file.read_text(encoding="utf-8"), "")
    new = export(
        tmp_path / "412.csv",
        [product("LZZAB12C", "纯电动轿车", code="ZZ1", batch="412"), product("LZZAB1OC", "轿车", code="ZZ2")],
    )  # fmt: skip
    printed, said = script(file, new)
    added = set(printed.splitlines()) - set(file.read_text(encoding="utf-8").splitlines())
    assert added == {"LZZ,AB12C,BEV,某,,ZZ1,纯电动轿车,car,412,,,MIIT announcement 412"}
    assert "ZZ2: powertrain not stated, start_alphabet" in said
