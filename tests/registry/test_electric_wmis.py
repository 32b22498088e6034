"""Codes under which electric cars are built: derived from the other tables, and what is known beside them."""

import subprocess
import sys

import pytest
from support.tables import DATA, table

from vintool.registry.electric_wmis import FILE, MANUAL, builds_electric
from vintool.registry.makers import maker
from vintool.registry.powertrain_rules import all_powertrain_rules


def test_the_derived_table_is_what_its_script_makes_of_the_other_tables():
    script = DATA / "update" / "electric_wmis.py"
    made = subprocess.run([sys.executable, script, DATA], capture_output=True, check=True)
    assert made.stdout == (DATA / FILE).read_bytes()


def test_every_code_of_a_rule_of_electric_cars_is_among_them():
    codes = {
        "".join(rule.pattern[:3])
        for rule in all_powertrain_rules()
        if rule.electric and rule.kind == "car"
    }
    assert {code for code in codes if maker(code) and not builds_electric(code)} == set()


@pytest.mark.parametrize("name", [FILE, MANUAL])
def test_codes_are_in_order_and_of_makers_that_the_registry_knows(name):
    codes = [row["wmi"] for row in table(name)]
    assert codes == sorted(set(codes))
    assert [code for code in codes if maker(code) is None] == []


@pytest.mark.parametrize(
    "wmi",
    [
        "LVY",
        "LYV",
        "LVV",
        "LVT",
        "LNN",
        "LFV",
        "LSV",
        "LHG",
        "LVH",
        "LBV",
        "LE4",
        "LGB",
        "LGJ",
        "LFM",
        "LVG",
        "LBE",
        "LJD",
        "LSG",
        "LDP",
        "LM8",
        "LS4",
        "LS5",
        "LS6",
        "LD9L3A",
        "HAC",
    ],
)
def test_makers_of_many_kinds_are_known_to_build_electric_cars(wmi):
    assert builds_electric(wmi)


@pytest.mark.parametrize("wmi", ["LXU", "LA9", "LW4", "ZZZ"])
def test_nothing_says_so_of_cranes_extended_range_and_unknown_codes(wmi):
    assert builds_electric(wmi) is None
