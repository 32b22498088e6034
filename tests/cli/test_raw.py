"""Nothing that a stranger wrote gets out raw: every command, every output, every error."""

import csv
import json
import shlex

import pytest
from support.commands import run
from support.hostile import ESCAPES, FORMULAS, MARKS, runs, runs_beside_others
from support.manifests import ATTO3, TESLA, put_csv, put_xlsx

from vintool.escaping import visible

NASTY = ESCAPES + MARKS
DAY = ("--on", "2026-03-01")


def assert_harmless(text):
    raw = [line for line in text.split("\n") if visible(line) != line]
    assert raw == []


def assert_nothing_raw(result):
    assert_harmless(result.stdout)
    assert_harmless(result.stderr)
    return result


def assert_no_cell_runs(path, delimiter=","):
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file, delimiter=delimiter))
    for first, *others in rows:
        assert not runs(first), first
        assert not [cell for cell in others if runs_beside_others(cell)]
    return rows


def nasty_file(tmp_path, suffix, rows):
    path = tmp_path / f"a{NASTY};=1$(id){suffix}"
    if suffix == ".xlsx":
        return put_xlsx(path, {f"s{MARKS};=1": rows, "two": rows})
    return put_csv(path, rows)


ROWS = [
    ("VIN", f"Fuel{NASTY}", "=head", "Model", "Exporter", "Licence No", "BL No"),
    *((TESLA, "BEV", cell, cell, cell, cell, f"{NASTY}{cell}") for cell in FORMULAS),
    *((f"{cell}{NASTY}", f"petrol{NASTY}", NASTY, NASTY, NASTY, NASTY, NASTY) for cell in FORMULAS),
    (ATTO3, "petrol", "-5", "+86 1", "", "", ""),
]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_no_output_of_a_run_is_raw(tmp_path, suffix, form):
    path = nasty_file(tmp_path, suffix, ROWS)
    licences = put_csv(
        tmp_path / f"l{NASTY}.csv",
        [("Licence No", "Exporter", "HS Code", "Quantity", "Valid from", "Valid until"), *((f"26-AA-00000{n}{cell}", f"{NASTY}{cell}", "8703801090", "5", "2026-01-01", "2026-12-31") for n, cell in enumerate(FORMULAS))],
    )  # fmt: skip
    out = tmp_path / f"o{MARKS}"
    result = run("screen", path, *DAY, "--out", out, "--as", form, "--licences", licences, "--single-window")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert_nothing_raw(result)
    for name in ("exceptions.csv", "ledger.csv", f"annotated.{form}"):
        assert len(assert_no_cell_runs(out / name, "\t" if form == "tsv" and "ann" in name else ",")) > len(FORMULAS)  # fmt: skip
    for name in ("report.html", "run.json", "single-window.xml"):
        assert_harmless((out / name).read_text(encoding="utf-8"))
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["input"]["file"] == path.name
    assert_nothing_raw(run("screen", path, *DAY, "--format", "json"))
    run("screen", path, *DAY, "--out", out, "--as", "jsonl")
    assert_harmless((out / "annotated.jsonl").read_text(encoding="utf-8"))


def test_what_is_written_for_spreadsheets_comes_back_as_a_decision(tmp_path):
    path = put_csv(tmp_path / "list.csv", [("VIN", "Fuel"), (f"={ATTO3},\n;", "petrol")])
    run("screen", path, *DAY, "--out", tmp_path / "out")
    header, row = assert_no_cell_runs(tmp_path / "out" / "exceptions.csv")
    cells = dict(zip(header, row, strict=True)) | {"decision": "out_of_scope", "decision_reason": f"=1;=2{MARKS}", "reviewer": "@me,-you", "decision_date": "2026-03-01"}  # fmt: skip
    filled = put_csv(tmp_path / "filled.csv", [header, [cells[name] for name in header]])
    result = run("screen", path, *DAY, "--out", tmp_path / "out", "--decisions", filled)
    assert result.exit_code == 0, result.output
    assert_nothing_raw(result)
    decisions = (tmp_path / "out" / "decisions.jsonl").read_text(encoding="utf-8")
    assert_harmless(decisions)
    assert json.loads(decisions)["decision_reason"] == " ".join(f"=1;=2{MARKS}".split())
    assert json.loads(decisions)["reviewer"] == "@me,-you"
    assert_no_cell_runs(tmp_path / "out" / "exceptions.csv")
    assert run("screen", path, *DAY, "--format", "json", "--decisions", filled).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", NASTY], 1),
        (["check", NASTY, "--format", "json"], 1),
        (["check", f"=1{NASTY}", "--format", "csv"], 1),
        (["decode", f"=1;=2{NASTY}", TESLA, "--format", "csv"], 1),
        (["decode", NASTY, "--format", "jsonl"], 1),
        (["decode", NASTY], 1),
        (["decode", f"@{NASTY}"], 3),
        (["decode", TESLA, "--market", NASTY], 2),
        (["explain", NASTY, *DAY], 0),
        (["explain", NASTY, *DAY, "--format", "json"], 0),
        (["explain", TESLA, *DAY, "--declare", f"fuel={NASTY}", "--declare", f"make={NASTY}"], 0),
        (["explain", TESLA, "--on", NASTY], 2),
        (["explain", TESLA, *DAY, "--declare", NASTY], 2),
        (["explain", TESLA, *DAY, "--declare", f"{NASTY}=x"], 2),
        (["explain", TESLA, *DAY, "--regime", NASTY], 2),
        (["explain", TESLA, *DAY, "--evidence", NASTY], 3),
        (["wmi", NASTY], 1),
        (["law", NASTY], 1),
        (["learn", NASTY], 3),
        (["learn", NASTY, "--preset", NASTY], 2),
        (["data", NASTY], 2),
        (["data", "build", "--vpic", NASTY], 2),
        (["screen", NASTY], 3),
        (["screen", NASTY, f"--{NASTY}"], 2),
        ([f"x{NASTY}"], 2),
    ],
)
def test_no_argument_comes_back_raw(arguments, code):
    result = assert_nothing_raw(run(*arguments))
    assert result.stderr.count("Error: ") == (code > 1)
    assert result.exit_code == code, result.output
    if arguments[-1] == "csv":
        first, *others = next(csv.reader(result.stdout.splitlines()[1:]))
        assert not any(map(runs, [first, *others]))


@pytest.mark.parametrize(
    "rows",
    [
        [(f"a{NASTY}", "=b"), ("x", "y")],
        [("VIN", "Fuel"), (TESLA, "\0")],
    ],
)
@pytest.mark.parametrize("command", ["screen", "learn"])
def test_no_error_about_a_file_is_raw(tmp_path, rows, command):
    assert assert_nothing_raw(run(command, nasty_file(tmp_path, ".csv", rows))).exit_code in {2, 3}


def test_what_was_learned_is_not_raw(tmp_path):
    rows = [
        ("VIN", f"Label{NASTY}"),
        *[(TESLA[:11] + f"{n:06d}", f"BEV{NASTY}") for n in range(90)],
    ]
    path, out = nasty_file(tmp_path, ".csv", rows), tmp_path / "rules.csv"
    labels = put_csv(tmp_path / "labels.csv", [("label", "powertrain"), (f"BEV{NASTY}", "BEV")])
    options = ("--vin", "VIN", "--label", f"Label{NASTY}", "--labels", labels, "--out", out)
    for form in ("text", "json"):
        result = assert_nothing_raw(run("learn", path, *options, "--format", form))
        assert result.exit_code == 0, result.output
    assert len(assert_no_cell_runs(out)) > 1


@pytest.mark.parametrize(
    ("other", "header"),
    [
        ("Declaration date a", 'Declaration date ("$(id)")'),
        ("Declaration date a", "Declaration date (`id`)"),
        ("Declaration date a", "Declaration date (';id;')"),
        ("Declaration date a", "Declaration date (%PATH% !x \\)"),
        ("Declaration date a", f"Declaration date ({NASTY})"),
    ],
)
def test_the_way_out_of_a_tie_is_safe_in_a_shell_and_works(tmp_path, other, header):
    path = put_csv(
        tmp_path / "list.csv", [("VIN", other, header), (TESLA, "2026-03-01", "2026-03-02")]
    )
    sentence = run("screen", path, *DAY).stderr
    _, _, hint = sentence.rstrip().rstrip(".").rpartition(" or ")
    result = run("screen", path, *DAY, "--format", "json", *shlex.split(hint))
    assert json.loads(result.stdout)["mapping"]["declaration_date"] == header
