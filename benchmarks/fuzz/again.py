"""Attacks on a list that comes a second time, amended, with the decisions of the first run, under all regimes."""

import json
from collections import Counter
from pathlib import Path
from random import Random

from support import ON
from support.desk import decision
from support.manifests import read_csv
from support.releases import content

import vintool
from benchmarks.fuzz.ingredients import electric, must, other, sentence, slipped, table
from vintool.codes import REGIMES, Verdict
from vintool.errors import ManifestError
from vintool.files.run import ROWS_PARQUET, RUN_JSON
from vintool.files.screen import screen_file

HEAD = ("VIN", "Fuel", "Condition")


def _line(by: Random) -> tuple[str, str, str]:
    car = by.choice((electric, electric, other, lambda by: slipped(other(by), by), lambda _: ""))(by)  # fmt: skip
    return car.strip(), by.choice(("BEV", "", "汽油", "PHEV")), by.choice(("new", "used", ""))


def _amended(by: Random, rows: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Some rows are gone, some new, some changed, in another order."""
    kept = [row for row in rows if by.random() < 0.8]
    now = [row if by.random() < 0.7 else (row[0], _line(by)[1], row[2]) for row in kept]
    now += [_line(by) for _ in range(by.randrange(3))]
    by.shuffle(now)
    return [row for row in now if any(row)]


def _decided(by: Random, folder: Path, out: Path) -> tuple[Path, dict[str, set[str]]]:
    """The exceptions of a run with decisions; and the VINs of those that clear, each with the regimes."""
    lines = read_csv(out / "exceptions.csv")
    cleared: dict[str, set[str]] = {}
    for line in lines:
        what = by.choice(("", "out_of_scope", "out_of_scope", "controlled"))
        line.update(dict.fromkeys(("decision", "decision_reason", "reviewer", "decision_date"), ""))
        if what:
            line.update(decision(what))
        if by.random() < 0.1:
            line["vin_regime"] = by.choice(REGIMES)
        if what == "out_of_scope":
            cleared.setdefault(line["vin"], set()).add(line["vin_regime"])
    names = list(lines[0]) if lines else ["vin_text", "vin", "vin_facts", "vin_regime", "decision", "decision_reason", "reviewer", "decision_date"]  # fmt: skip
    return table(folder / "filled.csv", [names, *(line.values() for line in lines)]), cleared


def again(by: Random, folder: Path) -> str:
    """A list, amended and screened again: each row of both is accounted for, and a decision clears its vehicle alone, under its regime."""
    rows = [row for row in (_line(by) for _ in range(by.randint(1, 7))) if any(row)]
    first, second = folder / "first", folder / "second"
    screen_file(table(folder / "a.csv", [HEAD, *rows]), ON, first)
    filled, cleared = _decided(by, folder, first)
    now = _amended(by, rows)
    path, damage = table(folder / "b.csv", [HEAD, *now]), by.random()
    into = first if damage < 0.2 else second
    if damage > 0.8:
        broken = first / by.choice((RUN_JSON, ROWS_PARQUET))
        broken.write_bytes(broken.read_bytes()[: by.randrange(broken.stat().st_size)])
    before = content(into) if into.exists() else {}
    try:
        summary = screen_file(path, ON, into, decisions=[filled], since=first)
    except ManifestError as error:
        must(damage > 0.8, f"sound, and refused: {error}")
        must((content(into) if into.exists() else {}) == before, "outputs of a run that failed")
        return sentence(error)
    must(damage <= 0.8, "an earlier run that is not whole is taken")
    must(summary.rows_read == summary.rows_out == len(now), f"{len(now)} rows: {summary.rows_out}")
    changes, given = summary.changes, summary.decisions
    if changes is None or given is None:
        raise AssertionError("nothing is told of changes, or of decisions")
    both = changes.same + changes.rows["cells"] + changes.rows["verdict"]
    must(both + changes.rows["new"] == len(now), f"{len(now)} rows now: {changes}")
    must(both + changes.rows["gone"] == len(rows), f"{len(rows)} rows before: {changes}")
    written = Counter(line["change"] for line in read_csv(into / "changes.csv"))
    must(written == {kind: n for kind, n in changes.rows.items() if n}, f"{written}, {changes}")
    _cleared_rightly(read_csv(into / "annotated.csv"), cleared)
    must(json.loads((into / RUN_JSON).read_text(encoding="utf-8"))["summary"]["changes"]["same"] == changes.same, "run.json differs")  # fmt: skip
    return "amended" if into is second else "in-place"


def _cleared_rightly(rows: list[dict[str, str]], cleared: dict[str, set[str]]) -> None:
    """A row is cleared where it would be without any decision, or under a regime of which a decision on its VIN says so."""
    for row in rows:
        if row["vin_verdict"] != "out_of_scope":
            continue
        declared = {"fuel": row["Fuel"], "condition": row["Condition"]}
        under = {row["vin_regime"], *(one.partition("=")[0] for one in row["vin_other_regimes"].split(";") if one)}  # fmt: skip
        for regime in under:
            alone = vintool.screen(row["VIN"], ON, declared, regime).verdict
            decided = regime in cleared.get(row["vin"], ())
            must(alone is Verdict.OUT_OF_SCOPE or decided, f"cleared by nothing under {regime}: {row}")  # fmt: skip
