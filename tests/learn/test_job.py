"""From a list to an answer: what rules change, and what is said where they cannot be used."""

import json
import os
import subprocess
import sys

import pytest
from support.commands import run
from support.learning import labelled
from support.manifests import put
from support.vins import checked_vin

import vintool
from vintool import Reference, registry
from vintool.errors import DataError
from vintool.powertrain import classify
from vintool.registry.user_rules import read_evidence

ELECTRIC = checked_vin("LZZAB12C", "LC")
HEAD = "wmi,vds,year_codes,plant_codes,powertrain,grade,source,note\n"


@pytest.fixture
def own_rules(tmp_path):
    return put(tmp_path / "own.csv", f"{HEAD}LZZ,AB12[CD],,,BEV,A,our desk 2026,seen by us\n")


def powertrain_of(*options):
    vehicle = json.loads(run("decode", ELECTRIC, "--format", "json", *options).stdout)
    return vehicle["powertrain"]


def test_evidence_changes_decode_explain_and_screen(own_rules, tmp_path):
    assert powertrain_of() is None
    powertrain = powertrain_of("--evidence", own_rules)
    assert (powertrain["value"], powertrain["grade"]) == ("BEV", "A")
    assert (powertrain["support"][0]["file"], powertrain["support"][0]["cites"]) == (
        "own.csv",
        "our desk 2026",
    )
    assert powertrain_of("--evidence-below", own_rules)["value"] == "BEV"
    assert powertrain_of() is None  # in use for one command only
    page = run("explain", ELECTRIC, "--on", "2026-03-01", "--evidence", own_rules).stdout
    assert "VERDICT CONTROLLED" in page
    assert "own.csv" in page
    assert "our desk 2026" in page
    listed = put(tmp_path / "list.csv", f"vin\n{ELECTRIC}\n")
    plain = json.loads(run("screen", listed, "--on", "2026-03-01", "--format", "json").stdout)
    assert plain["verdicts"]["review"] == 1
    out = tmp_path / "out"
    options = ("--on", "2026-03-01", "--evidence", own_rules, "--out", out, "--format", "json")
    assert json.loads(run("screen", listed, *options).stdout)["verdicts"]["controlled"] == 1
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))["data"]["evidence"]
    assert [(item["file"], item["above_packaged"]) for item in record] == [("own.csv", True)]
    assert len(record[0]["sha256"]) == 64
    assert "our desk 2026" in (out / "annotated.csv").read_text(encoding="utf-8")


TESLA = "LRW3E7FALC"


def test_the_user_says_what_stands_above(tmp_path):
    """Above the packaged rules a rule that disagrees leaves no answer; below it leaves them theirs. Both are shown."""
    assert classify(TESLA).powertrain == "BEV"
    path = put(tmp_path / "own.csv", f"{HEAD}LRW,3E7FA,,,ICE,C,a test,\n")
    registry.use_evidence(above=[path])
    classification = classify(TESLA)
    assert classification.ambiguous
    assert classification.rules[0].place == "own.csv:2"
    assert any(rule.electric for rule in classification.rules)
    assert vintool.decode("LRW3E7FA1LC000001").powertrain is None
    registry.use_evidence(below=[path])
    classification = classify(TESLA)
    assert (classification.powertrain, classification.grade) == ("BEV", "A")
    assert vintool.decode("LRW3E7FA1LC000001").powertrain.value == "BEV"
    assert classification.rules[-1].file == "own.csv"
    registry.use_evidence()
    assert {rule.file for rule in classify(TESLA).rules} == {"powertrain.evidence.csv", "powertrain.manual.csv"}  # fmt: skip


def test_own_files_that_disagree_answer_null_with_both_shown(tmp_path):
    one = put(tmp_path / "one.csv", f"{HEAD}LZZ,AB12C,,,BEV,A,one,\n")
    two = put(tmp_path / "two.csv", f"{HEAD}LZZ,AB12C,,,ICE,A,two,\n")
    registry.use_evidence(above=[one, two])
    classification = classify("LZZAB12CLC")
    assert classification.ambiguous
    assert {rule.source for rule in classification.rules} == {"one", "two"}


def test_rules_of_a_folder_are_in_use(tmp_path):
    home = tmp_path / "home" / "evidence"
    (home / "below").mkdir(parents=True)
    put(home / "a.csv", f"{HEAD}LZZ,AB12C,,,BEV,A,one,\n")
    put(home / "below" / "b.csv", f"{HEAD}LZZ,AB12C,,,ICE,A,two,\n")
    reference = Reference(data=tmp_path / "home")
    assert [(file.path.name, file.what) for file in reference.files] == [
        ("a.csv", "evidence"),
        ("b.csv", "evidence_below"),
    ]
    with reference.bound():
        classification = classify("LZZAB12CLC")
    assert (classification.powertrain, [rule.source for rule in classification.rules]) == (
        "BEV",
        ["one", "two"],
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wmi,vds,powertrain\nLZZ,AB12C,BEV\n", "line 1: no column source"),
        ("wmi,vds,powertrain,source,fuel\nLZZ,AB12C,BEV,x,y\n", "line 1: unknown column"),
        (HEAD + "LZZ,AB12C,,,EV,A,x,\n", "line 2: unknown powertrain"),
        (HEAD + "\nLZZ,AB12C,,,BEV,A,,\n", "line 3: no source"),
        (HEAD + "LZZ,AB12,,,BEV,A,x,\n", "line 2: pattern"),
        (HEAD + "LZZ,AB[12C,,,BEV,A,x,\n", "line 2: pattern"),
        (HEAD + "LZZ,AB12O,,,BEV,A,x,\n", "line 2: a character"),
        (HEAD + "LZ,AB12C,,,BEV,A,x,\n", "line 2: wmi"),
        (HEAD + "LZZ,AB12C,,,BEV,D,x,\n", "line 2: unknown grade"),
        (HEAD + "LZZ,AB12C,,,BEV,A\n", "line 2: "),
        ("", "line 0: no column"),
    ],
)
def test_a_file_of_rules_is_read_strictly(tmp_path, text, said):
    path = put(tmp_path / "own.csv", text)
    with pytest.raises(DataError, match=said):
        list(read_evidence(path))
    result = run("decode", ELECTRIC, "--evidence", path)
    assert result.exit_code == 3
    assert "own.csv" in result.stderr
    assert said.split(":")[0] in result.stderr
    assert run("decode", ELECTRIC).exit_code == 0


def test_missing_and_undecodable_files_of_rules(tmp_path):
    assert run("decode", ELECTRIC, "--evidence", tmp_path / "gone.csv").exit_code == 3
    put(tmp_path / "own.csv", "wmi,vds,powertrain,source\n车,x,y,z\n", "gb18030")
    assert "not UTF-8" in run("decode", ELECTRIC, "--evidence", tmp_path / "own.csv").stderr


def test_from_a_list_to_an_answer(tmp_path):
    path = labelled(
        tmp_path / "desk.csv", {("LZZAB12C", "Electric"): 20, ("LZZAB13C", "Petrol"): 5}
    )
    out = tmp_path / "rules.csv"
    result = run("learn", path, "--vin", "VIN", "--label", "Fuel", "--out", out)
    assert result.exit_code == 0
    assert "25 rows, 25 used, 0 not" in result.stdout
    assert "starts left out" in result.stdout
    assert "Wilson" in result.stdout
    assert "rules.csv:2" in "".join(result.stderr.split())  # rules written to ...
    written = out.read_text(encoding="utf-8")
    assert "0.838" in written
    assert "learned from desk.csv" in written
    sent = path.read_text(encoding="utf-8").split()
    assert not any(line[:12] in written + result.stdout for line in sent[1:])
    assert powertrain_of("--evidence", out)["grade"] == "C"
    run("learn", path, "--register", "--cite", "our register", "--out", out)
    powertrain = powertrain_of("--evidence", out)
    assert (powertrain["grade"], powertrain["support"][0]["cites"]) == ("A", "our register")


def test_install_puts_rules_where_they_are_used(tmp_path):
    path = labelled(tmp_path / "desk.csv", {("LZZAB12C", "Electric"): 20})
    assert run("learn", path, "--install", "below").exit_code == 0
    assert (tmp_path / "home" / "evidence" / "below" / "desk.csv").is_file()
    vehicle = run("decode", ELECTRIC, "--format", "json")
    assert json.loads(vehicle.stdout)["powertrain"]["value"] == "BEV"
    assert "evidence/below/desk.csv (--no-user-data leaves it out)" in vehicle.stderr
    assert powertrain_of("--no-user-data") is None
    assert vintool.decode(ELECTRIC).powertrain is None


def test_json_holds_the_same(tmp_path):
    path = labelled(tmp_path / "x.csv", {("LZZAB12C", "Electric"): 9, ("LZZAB12C", "Petrol"): 1, ("LZZAB13C", "?"): 1})  # fmt: skip
    lesson = json.loads(run("learn", path, "--format", "json").stdout)
    assert (lesson["rows"], lesson["used"], lesson["unused"]) == (11, 10, {"unknown_label": 1})
    assert lesson["conflicts"] == [{"start": "LZZAB12C", "vehicles": {"BEV": 9, "ICE": 1}}]
    assert lesson["bound"] == "Wilson lower bound, 95 %"
    assert lesson["trials"][-1]["tested"] == 0  # one start cannot be left out


def test_rules_that_disagree_with_packaged_evidence_are_printed(tmp_path):
    """With packaged rules, and with what a maker filed for North America; those that agree are not."""
    counts = {("LRWYGCFJ", "Petrol"): 20, ("LGXCE4CB", "Electric"): 20, ("5YJ3E1EA", "Diesel"): 20, ("LVVDD21B", "Electric"): 3, ("LZZAB12C", "Petrol"): 3}  # fmt: skip
    path = labelled(tmp_path / "x.csv", counts)
    result = run("learn", path)
    page = result.stdout.partition("Against the packaged evidence, 3 rules")[2]
    for start in (
        "LRWYGCFJ  ICE 20; packaged ",
        "5YJ3E1EA  ICE 20; packaged ",
        "LVVDD21B  BEV 3; packaged ",
    ):
        assert start in page
    assert "LGXCE4CB" not in page
    assert "rules that disagree with packaged evidence: 3" in result.stderr
    lesson = json.loads(run("learn", path, "--format", "json").stdout)
    against = {one["rule"]: one for one in lesson["against_packaged"]}
    assert set(against) == {"LRWYGCFJ", "5YJ3E1EA", "LVVDD21B"}
    assert against["LRWYGCFJ"]["packaged_powertrain"] == "BEV"
    assert against["LRWYGCFJ"]["packaged_grade"] == "A"


def test_what_a_mislabelled_list_teaches_clears_no_electric_car(tmp_path):
    path = labelled(tmp_path / "x.csv", {("LRWYGCFJ", "Petrol"): 20, ("5YJ3E1EA", "Petrol"): 20})
    out = tmp_path / "rules.csv"
    run("learn", path, "--register", "--out", out)
    assert out.read_text(encoding="utf-8").count(",A,") == 2
    result = run("screen", path, "--on", "2026-03-01", "--evidence", out, "--format", "json")
    summary = json.loads(result.stdout)
    assert summary["verdicts"] == {"controlled": 0, "review": 40, "out_of_scope": 0, "invalid": 0}
    assert summary["reasons"]["rules_disagree"] == 40


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--vin", "Frame"), 2, "Frame"),
        (("--preset", "xx"), 2, "no preset"),
        (("--label", "VIN"), 3, "none of 2 rows can be used"),
        (("--labels", "gone.csv"), 3, "cannot be read"),
        (("--sheet", "x"), 3, "no sheets"),
    ],
)
def test_what_can_go_wrong_is_reported(tmp_path, options, code, said):
    path = labelled(tmp_path / "x.csv", {("LZZAB12C", "Electric"): 2})
    result = run("learn", path, *options, "--out", tmp_path / "rules.csv")
    assert result.exit_code == code, result.stderr
    assert said in result.stderr
    assert "LZZAB12C" not in result.stderr + result.stdout
    assert not (tmp_path / "rules.csv").exists()


def test_as_a_process(tmp_path):
    path = labelled(tmp_path / "desk.csv", {("LZZAB12C", "Electric"): 4})
    home = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "data"), "HOME": str(tmp_path)}
    tool = [sys.executable, "-m", "vintool.cli.main"]
    learned = subprocess.run(
        [*tool, "learn", "-", "--install", "above", "--format", "json"],
        input=path.read_bytes(),
        capture_output=True,
        env=home,
        check=True,
    )
    assert json.loads(learned.stdout)["rules"] == 1
    decoded = subprocess.run(
        [*tool, "decode", ELECTRIC], capture_output=True, env=home, text=True, check=True
    )
    assert "powertrain      BEV" in decoded.stdout
