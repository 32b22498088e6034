"""The catalogue of type approvals: listed or not, whose, of what powertrain, by which starts; and it never clears."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ON
from support.approvals import cells, export, page, product
from support.commands import run
from support.desk import ICE, desk_run, tesla
from support.manifests import put, put_csv, read_csv
from support.vehicles import UNSEEN
from support.vins import checked_vin

from vintool.codes import Concern, Reason, Verdict
from vintool.decoding.identity import identify
from vintool.desk.approvals import Row, approval, field_of
from vintool.desk.catalogue import Catalogue
from vintool.screening.dates import day_of_row
from vintool.screening.decision import decide
from vintool.screening.facts import Facts, declared_meanings, profile_of, text_facts
from vintool.screening.regimes import load_regime
from vintool.screening.screen import Entries, judge

LAW = load_regime("cn-2025-54")
TESLA, BYD, HYBRID = tesla(1), checked_vin("LGXFH4CD", "SC", 2), checked_vin("LGXC76C4", "SC", 3)
PRODUCTS = [
    product("LRW3E7FA", "纯电动轿车", "电", code="TSL7000BEV1", brand="特斯拉牌", maker="特斯拉（上海）有限公司"),
    product("LRWYGCEV", "纯电动多用途乘用车", code="TSL6480BEV1", brand="特斯拉牌", maker="特斯拉（上海）有限公司"),
    product("", "纯电动轿车", code="ANY7000BEV1"),
    product("", "插电式增程混合动力轿车", code="ANY7000REEV", brand="比亚迪牌"),
    product("", "插电式混合动力轿车", "汽油/电混合动力", code="BYD7150PHEV", brand="比亚迪牌", maker="比亚迪汽车工业有限公司"),
    product("LGXC76C4,LGXC76C5", "插电式混合动力轿车", code="BYD7150HEV6", brand="比亚迪牌"),
    product("LGXC76C4,LGXC76", "插电式混合动力轿车", code="BYD7150HEV7", brand="比亚迪牌"),
    product("", "厢式运输车", "柴油", code="XYZ5040XXY", brand="某牌", chassis_maker="比亚迪汽车工业有限公司"),
    product("", "纯电动轿车", "汽油", code="ODD7000BEV1"),
    product("", "轿车", "汽油", code="HON7200A", brand="本田牌"),
]  # fmt: skip


def catalogue(products=PRODUCTS):
    rows = ({field_of(name): cell for name, cell in cells(one).items() if field_of(name)} for one in products)  # fmt: skip
    return Catalogue(approval(Row("x.csv", row)) for row in rows)


def decided(vin, code, listed=None, **declared):
    """The decision on a row without the catalogue and with it."""
    identity = identify(vin)
    facts = text_facts(identity, profile_of(identity))
    row = declared | {"type_code": code}
    days = (day_of_row(LAW, ON, row),)
    meanings = declared_meanings(row)
    decision = judge(identity, profile_of(identity), days, Entries(row, meanings), (LAW,))
    start = (identity.vin or "")[:8]
    with_it = (listed or catalogue()).judged(decision, code, facts, meanings, start)
    return decision, with_it


MAKER, KIND, START, MISSING = (
    Reason.CATALOGUE_MAKER_DIFFERS,
    Reason.CATALOGUE_POWERTRAIN_DIFFERS,
    Reason.CATALOGUE_START_DIFFERS,
    Reason.CATALOGUE_MISSING,
)
CASES = [
    (TESLA, "TSL7000BEV1", {}, ()),
    (TESLA, " 特斯拉牌ｔｓｌ7000bev1 ", {}, ()),
    (TESLA, "TSL7000BEV2", {}, (MISSING,)),
    (TESLA, "", {}, ()),
    (TESLA, "-", {}, ()),
    (TESLA, "TSL6480BEV1", {}, (START,)),
    (TESLA, "ANY7000BEV1", {}, ()),  # neither brand nor maker is one that the registry knows
    (TESLA, "BYD7150HEV6", {}, (MAKER, KIND, START)),
    (TESLA, "BYD7150HEV7", {}, (MAKER, KIND)),  # one of its starts cannot be read
    (BYD, "XYZ5040XXY", {"fuel": "diesel"}, (KIND,)),  # the chassis is BYD's
    (TESLA, "XYZ5040XXY", {}, (MAKER, KIND)),
    (HYBRID, "BYD7150PHEV", {"fuel": "插电式混合动力"}, ()),
    (HYBRID, "ANY7000BEV1", {}, (KIND,)),
    (ICE, "ODD7000BEV1", {}, (KIND,)),  # it denies itself, so it may be electric
    (ICE, "HON7200A", {"fuel": "petrol"}, ()),
    ("", "TSL7000BEV1", {}, ()),
    ("LRW3E7FA", "TSL7000BEV1", {}, ()),
]  # fmt: skip


@pytest.mark.parametrize(("vin", "code", "declared", "expected"), CASES)
def test_what_the_catalogue_says(vin, code, declared, expected):
    before, after = decided(vin, code, **declared)
    assert [one for one in after.reasons if one.concern is Concern.CATALOGUE] == list(expected)
    listed = [item for item in after.evidence if item.what == "catalogue"]
    assert bool(listed) is (code.strip(" -") != "" and MISSING not in expected)
    assert all("MIIT announcement 411" in item.source for item in listed)
    assert after.reasons[: len(before.reasons)] == before.reasons


def test_every_reason_of_the_catalogue_is_met():
    met = {reason for *_, reasons in CASES for reason in reasons}
    assert met == {reason for reason in Reason if reason.concern is Concern.CATALOGUE}


def test_a_cleared_row_whose_product_is_another_vehicle_is_in_review():
    """Electric by the catalogue, of another maker, or of a powertrain in doubt: the row is not cleared."""
    plain = {"type_code": "", "fuel": "petrol"}
    for code, reason in (("ODD7000BEV1", KIND), ("BYD7150HEV6", MAKER)):
        before, _ = decided(ICE, "", **plain)
        assert before.verdict is Verdict.OUT_OF_SCOPE
        after = catalogue().judged(before, code, *_of(ICE))
        assert after.verdict is Verdict.REVIEW
        assert reason in after.reasons
        assert after.lines[-1] == "7c"
    before, _ = decided(HYBRID, "", fuel="插电式混合动力")
    assert before.verdict is Verdict.OUT_OF_SCOPE
    after = catalogue().judged(before, "ANY7000REEV", *_of(HYBRID))
    assert (after.verdict, Reason.RANGE_EXTENDED in after.reasons) == (Verdict.REVIEW, True)
    lorry = before._replace(reasons=(Reason.NOT_COVERED_KIND,))
    after = catalogue().judged(lorry, "TSL6480BEV1", None, (), "")
    assert (after.verdict, Reason.KIND_UNCLEAR in after.reasons) == (Verdict.REVIEW, True)
    assert catalogue().judged(lorry, "XYZ5040XXY", None, (), "").verdict is Verdict.OUT_OF_SCOPE
    missing = catalogue().judged(before, "BYD7150PHEV9", *_of(HYBRID))
    assert (missing.verdict, MISSING in missing.reasons) == (Verdict.OUT_OF_SCOPE, True)


def _of(vin):
    identity = identify(vin)
    return text_facts(identity, profile_of(identity)), (), vin[:8]


STRICTER = (Verdict.OUT_OF_SCOPE, Verdict.INVALID, Verdict.REVIEW, Verdict.CONTROLLED)
LISTED = st.lists(
    st.builds(
        product,
        st.sampled_from(["", "LRW3E7FA", "LGXC76C4", "LGXFH4CD", "1HGCM826"]),
        st.sampled_from(["纯电动轿车", "插电式混合动力轿车", "插电式增程混合动力轿车", "轿车"]),
        st.sampled_from(["", "汽油", "电"]),
        code=st.just("AAA7000X1"),
        brand=st.sampled_from(["特斯拉牌", "比亚迪牌", "本田牌", "某牌"]),
    ),
    max_size=3,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    LISTED,
    st.sampled_from([TESLA, BYD, HYBRID, ICE, UNSEEN, ""]),
    st.sampled_from(["", "纯电动", "petrol", "插电式混合动力"]),
)
def test_the_catalogue_clears_as_one_entry_alone(products, vin, fuel):
    """Whatever it lists: a row that it knows as electric is not cleared, and another one where a single witness was missing."""
    listed, code = catalogue([*products, PRODUCTS[0]]), "AAA7000X1"
    vin_facts, _, start = _of(vin)
    declared = declared_meanings({"fuel": fuel, "type_code": code})
    before = decide(Facts(in_force=True, year=ON.year, declared=declared, vin=vin_facts), LAW)
    declared = listed.beside(declared, code)
    heard = decide(Facts(in_force=True, year=ON.year, declared=declared, vin=vin_facts), LAW)
    after = listed.judged(heard, code, vin_facts, declared, start)
    if STRICTER.index(after.verdict) < STRICTER.index(before.verdict):
        thin = {Reason.EVIDENCE_TOO_THIN, Reason.START_NOT_SEEN}
        # Or it denies what made the row controlled: then a person looks.
        assert set(before.reasons) <= thin or after.verdict is Verdict.REVIEW
    electric = any(approval(Row("", {"name": one["name"], "fuel": one["fuel"]})).powertrain == "BEV" for one in products)  # fmt: skip
    if electric:
        assert after.verdict is not Verdict.OUT_OF_SCOPE


ROWS = [
    ("VIN", "产品型号", "燃料种类"),
    *((vin, code, declared.get("fuel", "")) for vin, code, declared, _ in CASES),
]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "html"])
def test_a_run_with_a_catalogue(tmp_path, ending):
    """Rows of a file are answered as each of them alone is; the record names the list, the page what was asked."""
    if ending == "html":
        listed = [put(tmp_path / f"{at}.html", page(one)) for at, one in enumerate(PRODUCTS)]
    else:
        listed = [export(tmp_path / f"a.{ending}", PRODUCTS[:4]), export(tmp_path / f"b.{ending}", PRODUCTS[4:])]  # fmt: skip
    answers, _ = desk_run(tmp_path, ROWS, catalogue=listed)
    for (vin, code, declared, expected), line in zip(CASES, answers, strict=True):
        _, after = decided(vin, code, **declared)
        said = [
            reason for reason in line["vin_reasons"].split(";") if reason.startswith("catalogue")
        ]
        assert said == list(expected)
        if "duplicate_vin" not in line["vin_reasons"] and not declared:
            assert line["vin_verdict"] == after.verdict
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in listed]
    assert [(one["what"], one["sha256"]) for one in record["lists"]] == [("catalogue", one) for one in digests]  # fmt: skip
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert listed[0].name in html
    assert "--catalogue" not in html
    desk_run(tmp_path, ROWS, out="without")
    assert "--catalogue" in (tmp_path / "without" / "report.html").read_text(encoding="utf-8")


def test_the_command(tmp_path):
    manifest = put_csv(tmp_path / "m.csv", ROWS)
    listed = export(tmp_path / "411.csv", PRODUCTS)
    out = tmp_path / "out"
    result = run("screen", manifest, "--on", "2026-03-01", "--catalogue", listed, "--out", out)
    assert result.exit_code == 0, result.stderr
    look = {line["vin_row"] for line in read_csv(out / "exceptions.csv")}
    assert "4" in look  # a code that is not in the list
    assert "2" not in look
    for rows, exit_code, why in (
        ([("产品型号", "产品名称", "企业名称"), ("", "轿车", "某公司")], 3, "no row names a product code"),
        ([("产品型号", "产品名称", "VIN"), ("ABC6450X", "轿车", TESLA)], 2, "no column 企业名称 / 批次"),
        ([("产品型号", "产品名称", "生产企业", "VIN"), ("ABC6450X", "轿车", "某公司", TESLA)], 3, "row 2 holds a whole VIN"),
    ):  # fmt: skip
        listed = put_csv(tmp_path / "n.csv", rows)
        refused = run("screen", manifest, "--on", "2026-03-01", "--catalogue", listed)
        assert (refused.exit_code, why in refused.stderr) == (exit_code, True), refused.stderr
        assert run("learn", "--preset", "miit", listed).exit_code in {2, 3}


def test_a_product_that_is_listed_as_electric_speaks_for_control(tmp_path):
    """Whose code says nothing by itself: a car of which nothing else is known is controlled, a hybrid is not cleared by it."""
    unknown = checked_vin("LZZAB12C", "SC", 1)
    rows = [
        ("VIN", "Type code", "Fuel"),
        (unknown, "ABC6480A1", ""),
        (unknown, "ABC6480A2", ""),
        (HYBRID, "ABC6480A1", "插电式混合动力"),
        (unknown, "ABC6480A3", ""),
    ]
    listed = [
        product("", "纯电动多用途乘用车", code="ABC6480A1"),
        product("", "混合动力轿车", code="ABC6480A2"),
        product("", "纯电动厢式运输车", code="ABC6480A3"),
    ]
    before, _ = desk_run(tmp_path, rows, out="before")
    after, _ = desk_run(tmp_path, rows, catalogue=export(tmp_path / "x.csv", listed))
    assert [line["vin_verdict"] for line in before] == [
        "review",
        "review",
        "out_of_scope",
        "review",
    ]
    assert [line["vin_verdict"] for line in after] == ["controlled", "review", "review", "review"]
    assert "纯电动多用途乘用车 by the catalogue" in after[0]["vin_evidence"]
    assert "catalogue_powertrain_differs" in after[2]["vin_reasons"]


def test_a_listed_hybrid_bears_out_what_words_say_of_a_start_never_seen(tmp_path):
    code = "ABC6480A2"  # whose grammar tells nothing
    rows = [("VIN", "Type code", "Fuel", "HS code"), (UNSEEN, code, "HEV", "8703402190")]
    product_of = {"brand": "长安牌", "maker": "重庆长安汽车股份有限公司", "code": code}
    verdicts = []
    for name, start in (
        ("混合动力乘用车", ""),
        ("混合动力乘用车", "LS5A2ASE"),
        ("混合动力货车", ""),
        ("纯电动乘用车", ""),
    ):
        listed = export(tmp_path / f"{len(verdicts)}.csv", [product(start, name, **product_of)])
        (answer,), _ = desk_run(tmp_path, rows, out=f"out{len(verdicts)}", catalogue=listed)
        verdicts.append((answer["vin_verdict"], answer["vin_reasons"].split(";")[0]))
    assert verdicts == [
        ("out_of_scope", "declared_not_pure_electric"),
        ("review", "declared_not_pure_electric"),  # another start than the one that is printed
        ("review", "start_not_seen"),
        ("review", "contradiction_powertrain"),
    ]


def test_a_column_of_catalogue_codes_is_read_first(tmp_path):
    rows = [("VIN", "Type code", "Catalogue code"), (TESLA, "TSL7000BEV1", "TSL7000BEV9")]
    (answer,), _ = desk_run(tmp_path, rows, catalogue=export(tmp_path / "x.csv", PRODUCTS))
    assert "catalogue_missing" in answer["vin_reasons"]
