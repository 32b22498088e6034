"""What a person decided: it holds as long as the facts, and goes from run to run as written."""

import json
from datetime import date, datetime

import openpyxl
import pytest
from support import ON
from support.commands import run
from support.desk import (
    ICE,
    PETROL,
    decided,
    decision,
    desk_run,
    fill,
    put_list,
    reviewer_reasons,
    tesla,
)
from support.manifests import read_csv
from support.releases import forget
from support.vins import checked_vin

from vintool.codes import Concern, Reason
from vintool.desk import reviews
from vintool.files import answered
from vintool.files import screen as main_job

HEAD = ("VIN", "Chassis No", "Fuel", "HS code", "Remark", "Container No")
FACTS = {"VIN": PETROL, "Fuel": "petrol"}
DECIDED, OUTDATED = Reason.DECIDED_BY_REVIEWER, Reason.DECISION_OUTDATED
DECISION_CASES = [
    ("nothing", {}, {}, {DECIDED}),
    ("a column of no weight", {}, {"Remark": "urgent"}, {DECIDED}),
    ("the spelling of the VIN", {}, {"VIN": f" {PETROL.lower()}"}, {DECIDED}),
    ("the fuel", {}, {"Fuel": "diesel"}, {OUTDATED}),
    ("a fuel that nothing knows", {"Fuel": "锂电"}, {"Fuel": "铅酸"}, {OUTDATED}),
    ("a fuel that was not told", {"Fuel": ""}, {"Fuel": "锂电"}, {OUTDATED}),
    ("the code", {"HS code": "8703801010"}, {"HS code": "8703801090"}, {OUTDATED}),
    ("a code that nothing knows", {}, {"HS code": "0101"}, {OUTDATED}),
    ("another chassis number", {"Chassis No": checked_vin("LSVNV218", "E2", 6)}, {"Chassis No": tesla(6)}, {OUTDATED}),
    ("a finding", {}, {"Container No": "CSQU3054384"}, {OUTDATED}),
    ("the VIN", {}, {"VIN": checked_vin("LSVNV218", "E2", 7)}, set()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "reasons"),
    [case[1:] for case in DECISION_CASES],
    ids=[case[0] for case in DECISION_CASES],
)
def test_a_decision_holds_as_long_as_the_facts(tmp_path, before, after, reasons):
    def rows(cells):
        return [HEAD, tuple(cells.get(name, "") for name in HEAD)]

    first = FACTS | before
    filled = decided(tmp_path, rows(first), lambda _: decision("out_of_scope"))
    answers, _ = desk_run(tmp_path, rows(first | after), decisions=[filled])
    assert reviewer_reasons(answers[0]) == reasons
    assert (answers[0]["vin_verdict"] == "out_of_scope") is (reasons == {DECIDED})


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
def test_a_decision_holds_when_other_rows_come_and_go(tmp_path, monkeypatch, batch):
    line = (PETROL, "petrol")
    filled = decided(tmp_path, [("VIN", "Fuel"), line], lambda _: decision("out_of_scope"))
    rows = [("Fuel", "VIN"), ("", tesla(9)), ("", "TBA"), line[::-1], ("", ICE), line[::-1]]
    monkeypatch.setattr(answered, "BATCH_ROWS", batch)
    answers, summary = desk_run(tmp_path, rows, decisions=[filled])
    assert [reviewer_reasons(answer) for answer in answers] == [
        set(),
        set(),
        {DECIDED},
        set(),
        set(),
    ]
    assert [answer["vin_verdict"] for answer in answers] == [
        "controlled", "invalid", "out_of_scope", "out_of_scope", "review",
    ]  # fmt: skip
    assert (summary.decisions.given, summary.decisions.applied) == (1, 1)


def test_a_decision_does_not_outlive_the_rule(tmp_path, monkeypatch):
    filled = decided(
        tmp_path, [("VIN", "Fuel"), (PETROL, "petrol")], lambda _: decision("out_of_scope")
    )
    load_regime = reviews.load_regime
    monkeypatch.setattr(
        reviews,
        "load_regime",
        lambda code: load_regime(code).model_copy(update={"version": "next"}),
    )
    forget()  # of rows that were judged by the rule of this process
    answers, _ = desk_run(tmp_path, [("VIN", "Fuel"), (PETROL, "petrol")], decisions=[filled])
    assert reviewer_reasons(answers[0]) == {OUTDATED}
    assert answers[0]["vin_verdict"] == "review"


def test_a_vehicle_decided_controlled_is_not_cleared_by_a_changed_cell(tmp_path):
    filled = decided(tmp_path, [("VIN", "Fuel"), (ICE, "纯电动")], lambda _: decision("controlled"))
    answers, _ = desk_run(tmp_path, [("VIN", "Fuel"), (ICE, "petrol")], decisions=[filled])
    assert reviewer_reasons(answers[0]) == {OUTDATED}
    assert answers[0]["vin_verdict"] != "out_of_scope"


REVIEWED = [("VIN", "Fuel"), (PETROL, "petrol"), (tesla(1), "petrol"), ("TBA", "petrol"), (ICE, "")]


def by_row(line):
    """Each kind of decision once."""
    return decision({"2": "Out of scope", "3": "controlled", "4": "确认"}[line["vin_row"]])


def record(folder):
    return (folder / "decisions.jsonl").read_text(encoding="utf-8").split("\n")[:-1]


def test_the_life_of_a_decision(tmp_path):
    out = tmp_path / "out"
    filled = decided(tmp_path, REVIEWED, by_row)
    answers, summary = desk_run(tmp_path, REVIEWED, decisions=[filled])
    assert [line["vin_verdict"] for line in answers] == [
        "out_of_scope", "controlled", "invalid", "out_of_scope",
    ]  # fmt: skip
    assert all(
        "by Li on 2026-03-02: seen the papers" in line["vin_evidence"] for line in answers[:3]
    )
    assert summary.decisions.model_dump() == {
        "given": 3, "applied": 3, "asked_again": 0, "undecided": 0, "of_other_regimes": 0, "without_vehicle": 0, "not_met": 0,
    }  # fmt: skip
    page = (out / "report.html").read_text(encoding="utf-8")
    assert 'id="decisions"' in page
    assert "by Li on 2026-03-02: seen the papers" in page
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert [item["what"] for item in run["lists"]] == ["decisions"]
    assert "decisions.jsonl" in run["outputs"]
    first = record(out)
    assert [json.loads(line)["decision"] for line in first] == [
        "out_of_scope", "controlled", "confirmed",
    ]  # fmt: skip
    # Carried forward: the file of answers is the next one's list, and nothing is recorded twice.
    for _ in range(2):
        answers, _ = desk_run(tmp_path, REVIEWED, decisions=[out / "exceptions.csv"])
        assert [reviewer_reasons(line) for line in answers] == [
            {DECIDED},
            {DECIDED},
            {DECIDED},
            set(),
        ]
        assert record(out) == first
    # Changed facts: asked again, the old decision beside it; the new one is added to the record.
    changed = [REVIEWED[0], (PETROL, "diesel"), *REVIEWED[2:]]
    answers, summary = desk_run(tmp_path, changed, decisions=[out / "exceptions.csv"])
    assert (reviewer_reasons(answers[0]), answers[0]["vin_verdict"]) == ({OUTDATED}, "review")
    assert "earlier decision: out_of_scope by Li" in answers[0]["vin_evidence"]
    assert summary.decisions.asked_again == 1
    again = read_csv(out / "exceptions.csv")
    assert [line["decision"] for line in again] == ["", "controlled", "confirmed"]
    assert record(out) == first
    second = decision("controlled", day="2026-03-05", who="Wang")
    filled = fill(out, lambda line: None if line["decision"] else second)
    answers, _ = desk_run(tmp_path, changed, decisions=[filled])
    assert (reviewer_reasons(answers[0]), answers[0]["vin_verdict"]) == ({DECIDED}, "controlled")
    assert record(out)[:3] == first
    assert [json.loads(line)["reviewer"] for line in record(out)[3:]] == ["Wang"]
    # The record alone tells it all.
    answers, _ = desk_run(tmp_path, changed, decisions=[out / "decisions.jsonl"])
    assert [reviewer_reasons(line) for line in answers] == [{DECIDED}, {DECIDED}, {DECIDED}, set()]


def test_decisions_come_back_from_a_spreadsheet(tmp_path):
    filled = decided(tmp_path, REVIEWED, by_row)
    book = openpyxl.Workbook()
    book.active.title = "exceptions"
    rows = read_csv(filled)
    book.active.append(list(rows[0]))
    for line in rows:
        cells = [int(cell) if cell.isdigit() else cell or None for cell in line.values()]
        cells[-1] = datetime.fromisoformat(cells[-1])
        book.active.append(cells)
    book.save(tmp_path / "filled.xlsx")
    answers, _ = desk_run(tmp_path, REVIEWED, decisions=[tmp_path / "filled.xlsx"])
    assert [reviewer_reasons(line) for line in answers] == [{DECIDED}, {DECIDED}, {DECIDED}, set()]
    assert json.loads(record(tmp_path / "out")[0])["decision_date"] == "2026-03-02"


@pytest.mark.parametrize("text", ["TBA", "LSVNV2182E2******", "", "-"])
def test_a_decision_on_a_row_without_a_vin_clears_no_other(tmp_path, text):
    """Rows that bear the same placeholder are different vehicles: the decision is refused, or holds for one."""
    rows = [("VIN", "Fuel"), (text, "petrol"), (text, "petrol")]
    filled = decided(
        tmp_path, rows, lambda line: decision("out_of_scope") if line["vin_row"] == "2" else None
    )
    result = run("screen", tmp_path / "list.csv", "--decisions", filled, "--out", tmp_path / "next")
    lines = read_csv(tmp_path / "next" / "annotated.csv") if result.exit_code != 3 else []
    assert all(line["vin_verdict"] != "out_of_scope" for line in lines[1:])


def test_a_vin_that_stands_in_the_column_of_texts_alone_is_that_vin(tmp_path):
    """Else the record, which has one column for both, would hold another decision than the list."""
    filled = decided(
        tmp_path,
        [("VIN", "Fuel"), (PETROL.lower(), "petrol")],
        lambda _: {"vin": ""} | decision("out_of_scope"),
    )
    answers, _ = desk_run(
        tmp_path, [("VIN", "Fuel"), (PETROL.lower(), "petrol")], decisions=[filled]
    )
    assert reviewer_reasons(answers[0]) == {DECIDED}
    assert json.loads(record(tmp_path / "out")[0])["vin"] == PETROL


def test_a_decision_on_a_second_row_of_a_vin_clears_no_third(tmp_path):
    rows = [("VIN", "Fuel"), *[(PETROL, "petrol")] * 2]
    filled = decided(
        tmp_path, rows, lambda line: decision("out_of_scope") if line["vin_row"] == "3" else None
    )
    answers, _ = desk_run(tmp_path, rows, decisions=[filled])
    assert [reviewer_reasons(line) for line in answers] == [set(), {DECIDED}]
    answers, _ = desk_run(tmp_path, [*rows, rows[1]], decisions=[filled])
    assert answers[2]["vin_verdict"] == "review"


@pytest.mark.parametrize(
    "texts",
    [
        ["=1+1", "'=1+1", "＝1"],
        ["lrw3e7fa1lc00012", "a  b", "x\u3000y"],
        ["TB\u2028A", "a\x85b"],
        ["007", "1234567.0"],
    ],
)
@pytest.mark.parametrize("source", ["exceptions.csv", "exceptions.xlsx", "decisions.jsonl"])
def test_unusual_texts_are_recognised_again(tmp_path, texts, source):
    rows = [("VIN", "Fuel"), *((text, "petrol") for text in texts)]
    filled = decided(tmp_path, rows, lambda _: decision("confirmed"))
    for given_back in (filled, tmp_path / "out" / source, tmp_path / "out" / source):
        answers, _ = desk_run(tmp_path, rows, decisions=[given_back])
        assert [reviewer_reasons(line) for line in answers] == [{DECIDED}] * len(texts)
        assert len(record(tmp_path / "out")) == len(texts)


@pytest.mark.parametrize(
    ("why", "who"),
    [("=see file", "Li"), ("- by phone", "Li"), ("seen", "@li"), ('he said "no"', "Li"), ("a; b", "李")],
)  # fmt: skip
def test_a_reason_goes_from_run_to_run_as_written(tmp_path, why, who):
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope", why, who))
    for name in ("", "exceptions.csv", "exceptions.xlsx"):
        given_back = tmp_path / "out" / name if name else filled
        answers, _ = desk_run(tmp_path, REVIEWED[:2], decisions=[given_back])
        assert reviewer_reasons(answers[0]) == {DECIDED}
        (line,) = record(tmp_path / "out")
        assert (json.loads(line)["decision_reason"], json.loads(line)["reviewer"]) == (why, who)


def test_a_reason_of_two_lines_is_read(tmp_path):
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope", "seen\nthe papers"))
    answers, _ = desk_run(tmp_path, REVIEWED[:2], decisions=[filled])
    assert reviewer_reasons(answers[0]) == {DECIDED}


def test_a_decision_put_right_on_the_same_day_leaves_a_record_that_can_be_read(tmp_path):
    out = tmp_path / "out"
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope"))
    desk_run(tmp_path, REVIEWED[:2], decisions=[filled])
    filled = fill(out, lambda _: decision("controlled", "a mistake"))
    desk_run(tmp_path, REVIEWED[:2], decisions=[filled])
    assert len(record(out)) == 2
    answers, _ = desk_run(tmp_path, REVIEWED[:2], decisions=[out / "decisions.jsonl"])
    assert answers[0]["vin_verdict"] == "controlled"


def test_a_decision_given_twice_is_recorded_once(tmp_path):
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope"))
    desk_run(tmp_path, REVIEWED[:2], decisions=[filled, filled])
    assert len(record(tmp_path / "out")) == 1


def test_the_later_decision_counts(tmp_path):
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope", day="2026-03-04"))
    second = fill(tmp_path / "out", lambda _: decision("controlled", day="2026-03-03"), "two.csv")
    for order in ([filled, second], [second, filled]):
        answers, _ = desk_run(tmp_path, REVIEWED[:2], decisions=order)
        assert answers[0]["vin_verdict"] == "out_of_scope"


@pytest.mark.parametrize(
    ("options", "cells"),
    [
        ((), decision("out_of_scope")),
        (("--decisions",), {"decision_reason": "must ask the maker", "reviewer": "Li"}),
        (("--regime", "cn-used-vehicle", "--decisions"), decision("out_of_scope")),
    ],
    ids=["run again without them", "not decided yet", "run under another regime"],
)
def test_what_a_reviewer_wrote_is_not_overwritten(tmp_path, options, cells):
    decided(tmp_path, REVIEWED[:2], lambda _: None)
    filled = fill(tmp_path / "out", lambda _: cells, "exceptions.csv")
    given_back = (filled,) if options else ()
    result = run(
        "screen", tmp_path / "list.csv", "--on", ON, *options, *given_back, "--out", tmp_path / "out"
    )  # fmt: skip
    kept = [path.read_text(encoding="utf-8") for path in (tmp_path / "out").glob("*[vl]")]
    assert result.exit_code != 0 or any(cells["decision_reason"] in text for text in kept)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"decision": "maybe"}, ["'decision'", "'maybe'", "out_of_scope"]),
        ({"reviewer": " "}, ["'reviewer'"]),
        ({"decision_reason": ""}, ["'decision_reason'"]),
        ({"decision_date": ""}, ["'decision_date'"]),
        ({"decision_date": "soon"}, ["'decision_date'", "'soon'", "2026-03-01"]),
        ({"vin_facts": ""}, ["'vin_facts'"]),
        ({"vin_regime": ""}, ["'vin_regime'"]),
    ],
)
def test_half_a_decision_is_refused(tmp_path, cells, words):
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope") | cells)
    result = run("screen", tmp_path / "list.csv", "--on", ON, "--decisions", filled)
    assert result.exit_code == 3
    assert all(word in result.stderr for word in ["filled.csv, row 2", *words])


def test_two_decisions_of_one_day_that_disagree_are_refused(tmp_path):
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope"))
    second = fill(tmp_path / "out", lambda _: decision("controlled"), "second.csv")
    result = run("screen", tmp_path / "list.csv", "--decisions", filled, "--decisions", second)
    assert result.exit_code == 3
    assert all(word in result.stderr for word in ("second.csv, row 2", "filled.csv row 2"))


@pytest.mark.parametrize("day", ["2062-03-02", "2226-03-02", "2016-03-02", "1926-03-02"])
def test_a_decision_is_dated_within_reason(tmp_path, day):
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope", day=day))
    result = run("screen", tmp_path / "list.csv", "--on", ON, "--decisions", filled)
    assert result.exit_code == 3
    for part in ("filled.csv, row 2", "'decision_date'", day, "write the day of the decision"):
        assert part in result.stderr


def test_a_correction_holds_over_a_mistyped_date_in_the_record(tmp_path):
    """A record of an earlier release may hold such a date; what was added later counts."""
    out = tmp_path / "out"
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope"))
    correction = fill(
        out, lambda _: decision("controlled", "it is electric", day="2026-03-05"), "c.csv"
    )
    desk_run(tmp_path, REVIEWED[:2], decisions=[filled])
    typo = (out / "decisions.jsonl").read_text(encoding="utf-8").replace("2026", "2062")
    (out / "decisions.jsonl").write_text(typo, encoding="utf-8")
    for given in ([correction], [out / "decisions.jsonl"], [out / "exceptions.csv"]):
        answers, summary = desk_run(tmp_path, REVIEWED[:2], decisions=given)
        assert answers[0]["vin_verdict"] == "controlled"
        assert "earlier decision: out_of_scope by Li on 2062-03-02" in answers[0]["vin_evidence"]
        assert any("decisions.jsonl row 1" in note and "2062" in note for note in summary.notes)
    assert [json.loads(line)["decision_date"] for line in record(out)] == [
        "2062-03-02",
        "2026-03-05",
    ]


def test_a_decision_moved_to_another_row_of_the_same_model_does_not_hold(tmp_path):
    other = checked_vin("LSVNV218", "E2", 7)
    rows = [("VIN", "Fuel"), (PETROL, "petrol"), (other, "petrol")]
    desk_run(tmp_path, rows)
    first, second = read_csv(tmp_path / "out" / "exceptions.csv")
    assert first["vin_evidence"] == second["vin_evidence"]
    assert first["vin_facts"] != second["vin_facts"]
    filled = fill(
        tmp_path / "out",
        lambda line: (
            {"vin_facts": first["vin_facts"], **decision("out_of_scope")}
            if line["vin"] == other
            else None
        ),
    )
    answers, _ = desk_run(tmp_path, rows, decisions=[filled])
    assert [reviewer_reasons(line) for line in answers] == [set(), {OUTDATED}]
    assert answers[1]["vin_verdict"] == "review"


def test_a_decision_of_an_earlier_release_asks_again(tmp_path):
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope") | {"vin_facts": "FVVCHCGV7FHH2"})  # fmt: skip
    answers, summary = desk_run(tmp_path, REVIEWED[:2], decisions=[filled])
    assert (reviewer_reasons(answers[0]), answers[0]["vin_verdict"]) == ({OUTDATED}, "review")
    assert any("Decide again" in note for note in summary.notes)


def test_a_run_keeps_the_decisions_that_another_run_has_recorded_meanwhile(tmp_path, monkeypatch):
    rows = REVIEWED[:3]
    decided(tmp_path, rows, lambda _: None)
    filled = [
        fill(tmp_path / "out", lambda line, row=row: decision("controlled") if line["vin_row"] == row else None, f"{row}.csv")
        for row in ("2", "3")
    ]  # fmt: skip
    write_run = main_job.write_run

    def with_another_run(*args):
        monkeypatch.setattr(main_job, "write_run", write_run)
        main_job.screen_file(
            tmp_path / "list.csv",
            date.fromisoformat(str(ON)),
            tmp_path / "out",
            decisions=[filled[1]],
        )
        write_run(*args)

    monkeypatch.setattr(main_job, "write_run", with_another_run)
    desk_run(tmp_path, rows, decisions=[filled[0]])
    assert [json.loads(line)["vin"] for line in record(tmp_path / "out")] == [tesla(1), PETROL]
    answers, _ = desk_run(tmp_path, rows, decisions=[tmp_path / "out" / "decisions.jsonl"])
    assert [reviewer_reasons(line) for line in answers] == [{DECIDED}, {DECIDED}]


@pytest.mark.parametrize("content", [b'{"vin": "x"\n', b"[]\n", b"\n\n", b"\xff\xfe{}", b"garbage"])
def test_a_damaged_record_is_refused_and_kept(tmp_path, content):
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope"))
    (tmp_path / "out" / "decisions.jsonl").write_bytes(content)
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    result = run("screen", tmp_path / "list.csv", "--decisions", filled, "--out", tmp_path / "out")
    assert (result.exit_code, "decisions.jsonl" in result.stderr) == (3, True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_decision_changes_what_is_drawn(tmp_path):
    """A row in review waits; decided controlled it draws, and out of scope it asks for none."""
    rows = [
        ("VIN", "Fuel", "许可证号"),
        (PETROL, "petrol", "26-AA-000002"),
        (tesla(1), "petrol", ""),
    ]
    listed = put_list(tmp_path, "utf-8")
    turned = {"2": decision("controlled"), "3": decision("out_of_scope")}
    filled = decided(tmp_path, rows, lambda line: turned[line["vin_row"]], licences=listed)
    answers, summary = desk_run(tmp_path, rows, licences=listed, decisions=[filled])
    assert [line["vin_verdict"] for line in answers] == ["controlled", "out_of_scope"]
    assert [(line.licence_no, line.drawn, line.rows_in_review) for line in summary.licences] == [
        ("26-AA-000001", 0, 0),
        ("26-AA-000002", 1, 0),
    ]
    assert "licence_missing" not in answers[1]["vin_reasons"]


def test_every_reason_of_a_reviewer_is_met_here():
    met = {reason for case in DECISION_CASES for reason in case[-1]}
    assert met == {reason for reason in Reason if reason.concern is Concern.REVIEWER}
