"""All regimes in one run: which are in question, whose verdict a row has, and that no doubt is answered by another one."""

from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support import ON
from support.desk import decided, decision, desk_run
from support.manifests import put_csv, read_csv
from support.vehicles import (
    ATTO3,
    EADO,
    FOTON,
    PETROL,
    SONG_PLUG_IN,
    TESLA,
    UNSEEN,
    UNSEEN_PETROL,
)
from support.vins import vin

from vintool.codes import ALL_REGIMES, REGIMES, Reason, Verdict
from vintool.files.screen import screen_file
from vintool.screening.screen import screen

NEW, USED, COMBUSTION = "cn-2025-54", "cn-used-vehicle", "cn-vehicle-export"
OLD_TESLA = vin("LRW3E7FA", "NC")
SECOND_HAND = {"condition": "旧", "hs_code": "8703801010"}

# vin, declared, day -> regime, verdict, the others
CASES = [
    ("a new electric car", TESLA, {}, ON, NEW, "controlled", {}),
    ("an electric car, the papers petrol", ATTO3, PETROL, ON, NEW, "controlled", {}),
    ("a petrol car", EADO, PETROL, ON, COMBUSTION, "controlled", {NEW: "out_of_scope"}),
    ("a plug-in by its VIN", SONG_PLUG_IN, {}, ON, COMBUSTION, "controlled", {NEW: "out_of_scope"}),
    ("a petrol car by too little", EADO, {}, ON, NEW, "review", {COMBUSTION: "controlled"}),
    ("petrol by one word, start unknown", UNSEEN, {"fuel": "汽油"}, ON, NEW, "review", {COMBUSTION: "controlled"}),
    ("nothing known", UNSEEN, {}, ON, NEW, "review", {COMBUSTION: "review"}),
    ("a used electric car", OLD_TESLA, SECOND_HAND, ON, USED, "controlled", {NEW: "out_of_scope"}),
    ("used by one entry", OLD_TESLA, {"condition": "used"}, ON, NEW, "review", {USED: "controlled"}),
    ("used, but the code says new", OLD_TESLA, {"condition": "旧", "hs_code": "8703801090"}, ON, USED, "review", {NEW: "controlled"}),
    ("a used petrol car", EADO, {**PETROL, "condition": "旧", "registration_date": "2023-08-01"}, ON, USED, "controlled", {NEW: "out_of_scope", COMBUSTION: "out_of_scope"}),
    ("an electric lorry", FOTON, {"hs_code": "8704600000", "vehicle_type": "货车"}, ON, COMBUSTION, "controlled", {NEW: "out_of_scope"}),
    ("no VIN", "", PETROL, ON, NEW, "invalid", {COMBUSTION: "invalid"}),
    ("electric, before the first day", TESLA, {}, date(2025, 12, 31), NEW, "out_of_scope", {}),
    ("petrol, before the first day", EADO, PETROL, date(2025, 12, 31), COMBUSTION, "controlled", {NEW: "out_of_scope"}),
    ("a vehicle without a VIN", "无", {"vehicle_type": "老头乐"}, ON, NEW, "out_of_scope", {}),
    ("range-extended", vin("HLX33B12", "SA"), {"fuel": "增程式"}, ON, NEW, "review", {COMBUSTION: "review"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "declared", "on", "regime", "verdict", "others"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_whose_verdict_a_row_has(text, declared, on, regime, verdict, others):
    finding = screen(text, on, declared)
    assert (finding.regime, finding.verdict) == (regime, verdict)
    assert dict(one.split("=") for one in finding.other_regimes) == others
    alone = screen(text, on, declared, regime)
    assert (finding.verdict, finding.reasons) == (alone.verdict, alone.reasons)
    for other, said in others.items():
        assert screen(text, on, declared, other).verdict == said
    assert finding == screen(text, on, declared, ALL_REGIMES)


FIELDS = {
    "fuel": ["纯电动", "汽油", "PHEV", "增程式"],
    "hs_code": ["8703801090", "8703801010", "8703234190", "8702402000", "8704600000", "8703602300"],
    "condition": ["新", "旧"],
    "vehicle_type": ["轿车", "货车", "客车"],
    "registration_date": ["2023-05-01"],
    "declaration_date": ["2026-03-01", "2025-12-30", "2023-01-01", "soon"],
    "chassis_no": ["LGXC74C48P0320453"],
}


@settings(max_examples=300)
@given(
    st.sampled_from([TESLA, ATTO3, EADO, SONG_PLUG_IN, UNSEEN, UNSEEN_PETROL, FOTON, OLD_TESLA, TESLA[:-1], ""]),
    st.fixed_dictionaries({}, optional={name: st.sampled_from(some) for name, some in FIELDS.items()}),
    st.sampled_from([None, ON]),
)  # fmt: skip
def test_nothing_is_cleared_that_one_regime_holds(text, declared, on):
    """Cleared by all that are asked; a doubt under the rule of pure electric cars stays one; what is named is so."""
    together = screen(text, on, declared)
    assume(not together.others)  # each vehicle has its own regimes
    alone = {code: screen(text, on, declared, code) for code in REGIMES}
    assert together.verdict == alone[together.regime].verdict
    others = dict(one.split("=") for one in together.other_regimes if "=" in one)
    assert all(alone[code].verdict == verdict for code, verdict in others.items())
    if alone[NEW].verdict is Verdict.REVIEW:
        assert (together.regime, together.verdict) == (NEW, Verdict.REVIEW)
    if together.verdict is Verdict.OUT_OF_SCOPE:
        assert alone[NEW].verdict is Verdict.OUT_OF_SCOPE
        asked = {together.regime, *others}
        held = {
            code
            for code, one in alone.items()
            if one.verdict is not Verdict.OUT_OF_SCOPE and code not in asked
        }
        # Kept out as nothing says "used", or as the VIN or the papers tell what the regime does not cover.
        assert USED not in held or "condition" not in declared or declared["condition"] != "旧"


MANIFEST = [
    ("VIN", "Fuel", "HS", "Condition", "Registered", "B/L No."),
    (TESLA, "纯电动", "8703801090", "新", "", "B1"),
    (EADO, "汽油", "8703234190", "新", "", "B1"),
    (OLD_TESLA, "纯电动", "8703801010", "旧", "2023-05-01", "B2"),
    (UNSEEN, "", "", "", "", "B2"),
]


def test_a_run_counts_the_rows_of_each_regime_apart(tmp_path):
    path = put_csv(tmp_path / "list.csv", MANIFEST)
    summary = screen_file(path, ON, tmp_path / "out")
    assert (summary.regime, summary.verdicts["controlled"], summary.verdicts["review"]) == (
        "all",
        3,
        1,
    )
    assert {
        code: {verdict: n for verdict, n in counts.items() if n}
        for code, counts in summary.regimes.items()
        if any(counts.values())
    } == {
        NEW: {"controlled": 1, "review": 1},
        USED: {"controlled": 1},
        COMBUSTION: {"controlled": 1},
    }  # fmt: skip
    rows = read_csv(tmp_path / "out" / "annotated.csv")
    assert [row["vin_regime"] for row in rows] == [NEW, COMBUSTION, USED, NEW]
    assert rows[1]["vin_other_regimes"] == f"{NEW}=out_of_scope"
    looked_at = read_csv(tmp_path / "out" / "exceptions.csv")
    assert [row["vin_regime"] for row in looked_at] == [USED, NEW]


def test_a_decision_answers_its_own_regime(tmp_path):
    """Out of the rule of electric cars, by a reviewer: the other regimes are asked on, and can be decided in turn."""
    rows = [("VIN", "Fuel"), (EADO, "")]
    everything = {"regime": ALL_REGIMES}
    filled = decided(tmp_path, rows, lambda _: decision("out_of_scope"), **everything)
    answers, summary = desk_run(tmp_path, rows, decisions=[filled], **everything)
    assert (answers[0]["vin_regime"], answers[0]["vin_verdict"]) == (COMBUSTION, "controlled")
    assert answers[0]["vin_other_regimes"] == f"{NEW}=out_of_scope"
    assert summary.decisions.applied == 1
    assert f"decision under {NEW}: out_of_scope by Li" in answers[0]["vin_evidence"]

    rows = [("VIN", "Fuel"), (UNSEEN, "")]
    filled = decided(tmp_path, rows, lambda _: decision("out_of_scope"), **everything)
    answers, _ = desk_run(tmp_path, rows, decisions=[filled], **everything)
    assert (answers[0]["vin_regime"], answers[0]["vin_verdict"]) == (COMBUSTION, "review")
    (line,) = read_csv(tmp_path / "out" / "exceptions.csv")
    assert (line["vin_regime"], line["decision"]) == (COMBUSTION, "")
    line.update(decision("controlled"))
    second = put_csv(tmp_path / "second.csv", [list(line), list(line.values())], "utf-8-sig")
    answers, _ = desk_run(tmp_path, rows, decisions=[second, filled], **everything)
    assert (answers[0]["vin_regime"], answers[0]["vin_verdict"]) == (COMBUSTION, "controlled")
    assert Reason.DECIDED_BY_REVIEWER in answers[0]["vin_reasons"].split(";")


def test_a_vehicle_found_controlled_by_a_reviewer_is_in_no_doubt(tmp_path):
    rows = [("VIN", "Fuel"), (UNSEEN, "")]
    everything = {"regime": ALL_REGIMES}
    filled = decided(tmp_path, rows, lambda _: decision("controlled"), **everything)
    answers, _ = desk_run(tmp_path, rows, decisions=[filled], **everything)
    assert (answers[0]["vin_regime"], answers[0]["vin_verdict"]) == (NEW, "controlled")
    assert answers[0]["vin_other_regimes"] == f"{COMBUSTION}=review"


def test_a_repeated_vin_is_not_cleared_under_any_regime(tmp_path):
    """The vehicle of the second row may be another one, an electric one too."""
    rows = [("VIN", "Fuel", "HS"), (EADO, *PETROL.values()), (EADO, *PETROL.values())]
    answers, _ = desk_run(tmp_path, rows, regime=ALL_REGIMES)
    assert [(row["vin_regime"], row["vin_verdict"]) for row in answers] == [
        (COMBUSTION, "controlled"),
        (NEW, "review"),
    ]
    assert "duplicate_vin" in answers[1]["vin_reasons"]
