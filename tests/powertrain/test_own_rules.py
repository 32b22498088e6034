"""A user's own rules beside the packaged evidence: they add to it, hold rows, and take nothing from it."""

import json
from datetime import date
from itertools import product

import pytest
from support.commands import run
from support.manifests import put, read_csv
from support.vehicles import screen
from support.vins import checked_vin

from vintool import registry
from vintool.codes import Reason, Verdict
from vintool.powertrain import classify

ON = date(2026, 3, 1)
HEAD = "wmi,vds,powertrain,grade,source,vehicles,sources\n"
# Starts of packaged grade A, as pure electric and as something else; and one of which nothing is packaged.
ELECTRIC = [
    checked_vin("LRW3E7FA", "LC"),
    checked_vin("LRWYGCFJ", "SC"),
    checked_vin("LRWZZZZZ", "SC"),
]
OTHER = checked_vin("LVVDD21B", "S2")
UNKNOWN = checked_vin("LZZAB12C", "LC")


pytestmark = pytest.mark.usefixtures("no_own_rules")


def heard(tmp_path, *rules, rank="above"):
    """Bring rules of one's own into use: WMI, positions 4-8, powertrain."""
    lines = "".join(f"{wmi},{vds},{powertrain},A,me,5000,9\n" for wmi, vds, powertrain in rules)
    registry.use_evidence(**{rank: [put(tmp_path / "own.csv", HEAD + lines)]})


@pytest.mark.parametrize(("rank", "verdict"), [("above", "review"), ("below", "controlled")])
@pytest.mark.parametrize("powertrain", ["ICE", "HEV", "NOT_BEV", "FCEV"])
def test_a_rule_against_packaged_evidence_clears_nothing(tmp_path, powertrain, rank, verdict):
    for vin, exact in product(ELECTRIC, [False, True]):
        heard(tmp_path, (vin[:3], vin[3:8] if exact else "*****", powertrain), rank=rank)
        for entries in ({}, {"fuel": "petrol", "hs_code": "8703234010"}):
            finding = screen(vin, ON, entries)
            assert finding.verdict == verdict
            assert Reason.RULES_DISAGREE in finding.reasons
            (item,) = (item for item in finding.evidence if item.what == Reason.RULES_DISAGREE)
            assert item.value.startswith(f"{powertrain} by own.csv:2 against BEV by powertrain.")
            for regime in ("cn-used-vehicle", "cn-vehicle-export"):
                assert screen(vin, ON, entries, regime).verdict is not Verdict.OUT_OF_SCOPE


@pytest.mark.parametrize("rank", ["above", "below"])
@pytest.mark.parametrize("vds", ["*****", "DD21B"])
def test_a_rule_that_says_electric_holds_what_packaged_evidence_would_clear(tmp_path, rank, vds):
    entries = {"fuel": "petrol"}
    assert screen(OTHER, ON, entries).verdict is Verdict.OUT_OF_SCOPE
    heard(tmp_path, ("LVV", vds, "BEV"), rank=rank)
    finding = screen(OTHER, ON, entries)
    assert finding.verdict is Verdict.REVIEW
    assert Reason.RULES_DISAGREE in finding.reasons


def test_a_powertrain_that_is_not_electric_is_a_reason_and_holds_only_where_it_is_in_doubt(
    tmp_path,
):
    entries = {"fuel": "petrol"}
    heard(tmp_path, ("LVV", "DD21B", "HEV"))
    finding = screen(OTHER, ON, entries)
    assert (finding.verdict, finding.evidence[0].value) == (Verdict.OUT_OF_SCOPE, "ICE")
    assert Reason.RULES_DISAGREE in finding.reasons
    heard(tmp_path, ("LVV", "DD21B", "EREV"))
    assert screen(OTHER, ON, entries).verdict is Verdict.REVIEW


def test_a_rule_alone_is_one_witness_whatever_grade_it_claims(tmp_path):
    assert screen(UNKNOWN, ON, {"fuel": "petrol"}).verdict is Verdict.REVIEW
    heard(tmp_path, ("LZZ", "AB12C", "ICE"))
    finding = screen(UNKNOWN, ON)
    assert (finding.verdict, finding.reasons) == (Verdict.REVIEW, (Reason.EVIDENCE_TOO_THIN,))
    assert screen(UNKNOWN, ON, {"fuel": "petrol"}).verdict is Verdict.OUT_OF_SCOPE
    heard(tmp_path, ("LZZ", "AB12C", "BEV"))
    assert screen(UNKNOWN, ON).verdict is Verdict.CONTROLLED


def test_a_rule_alone_does_not_hide_the_electric_neighbour(tmp_path):
    """Rules for one start, and for one that a slip which the check digit does not see makes electric."""
    heard(tmp_path, ("LZZ", "AB12C", "ICE"), ("LZZ", "AB12L", "BEV"))
    neighbour = {"L": "C", "C": "L"}
    assert neighbour["C"] == "L"
    entries = {"fuel": "petrol"}
    assert screen(UNKNOWN, ON, entries).verdict is Verdict.REVIEW
    reasons = screen(UNKNOWN, ON, entries | {"hs_code": "8703234010"}).reasons
    assert Reason.ONE_CHARACTER_FROM_ELECTRIC in reasons


def test_a_rule_that_reaches_to_packaged_electric_cars_clears_no_other_car_either(tmp_path):
    """A whole WMI called petrol, of which packaged rules know electric cars: it is wrong somewhere."""
    start = "LGXZZZZZ"
    assert not classify(f"{start}S2").rules
    heard(tmp_path, ("LGX", "*****", "ICE"))
    finding = screen(checked_vin(start, "S2"), ON, {"fuel": "petrol"})
    assert finding.verdict is Verdict.REVIEW
    assert Reason.RULES_DISAGREE in finding.reasons


def test_a_rule_lends_packaged_evidence_no_grade_and_takes_none(tmp_path):
    thin = classify("LSJA24U6RN")
    assert (thin.powertrain, thin.grade) == ("NOT_BEV", "C")
    heard(tmp_path, ("LSJ", "A24U6", "PHEV"))
    together = classify("LSJA24U6RN")
    assert (together.powertrain, together.grade, together.opposed) == ("PHEV", "C", None)
    finding = screen(checked_vin("LSJA24U6", "RN"), ON)
    assert (finding.verdict, finding.reasons[0]) == (Verdict.REVIEW, Reason.EVIDENCE_TOO_THIN)


def test_own_files_that_disagree_with_each_other_clear_nothing(tmp_path):
    above = put(tmp_path / "a.csv", HEAD + "LZZ,AB12C,ICE,A,one,,\n")
    below = put(tmp_path / "b.csv", HEAD + "LZZ,AB12C,BEV,A,two,,\n")
    registry.use_evidence([above], [below])
    finding = screen(UNKNOWN, ON, {"fuel": "petrol", "hs_code": "8703234010"})
    assert finding.verdict is Verdict.REVIEW
    assert Reason.RULES_DISAGREE in finding.reasons


@pytest.mark.parametrize("how", ["option", "folder"])
def test_file_and_line_stand_on_terminal_page_and_record(tmp_path, how):
    rules = put(tmp_path / "own.csv", HEAD + "LZZ,AB12C,ICE,A,me,,\nLRW,*****,ICE,A,me,,\n")
    if how == "folder":
        (tmp_path / "home" / "evidence").mkdir(parents=True)
        rules.rename(tmp_path / "home" / "evidence" / "own.csv")
    listed = put(tmp_path / "list.csv", "VIN\n" + "\n".join(ELECTRIC) + "\n")
    out = tmp_path / "out"
    option = ("--evidence", rules) if how == "option" else ()
    result = run("screen", listed, "--on", "2026-03-01", *option, "--out", out)
    assert {row["vin_verdict"] for row in read_csv(out / "annotated.csv")} == {"review"}
    assert "ICE by own.csv:3: 3 rows" in result.stdout + result.stderr
    assert "ICE by own.csv:3: 3 rows" in (out / "report.html").read_text(encoding="utf-8")
    summary = json.loads((out / "run.json").read_text(encoding="utf-8"))["summary"]
    assert summary["rules_disagree"] == {"ICE by own.csv:3": 3}
    assert any("own.csv" in note for note in summary["notes"])
