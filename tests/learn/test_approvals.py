"""Type approvals: files of exactly their shape, all batches joined, and what each rule cites."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.approvals import export, page, product
from support.commands import run
from support.manifests import put

from vintool.codes import Grade, Powertrain
from vintool.desk.approvals import Row, approval
from vintool.errors import ManifestError, MappingError
from vintool.learn.approvals import rows_of, with_sources
from vintool.learn.job import learn_file, rules_csv
from vintool.learn.mine import mine
from vintool.learn.presets import presets
from vintool.learn.rules import Criteria
from vintool.learn.trial import Rulebook

MIIT = presets()["miit"]
PRODUCTS = [
    product("LZZAB12C", "纯电动多用途乘用车", "电", code="ZZ7000BEV01", maker="某汽车有限公司"),
    product("LZZAB12D", "换电式纯电动轿车", code="ZZ7000BEV02", batch="409"),
    product("LZZAB13C", "插电式增程混合动力多用途乘用车", "汽油/电混合动力", code="ZZ6500REEV1"),
    product("LZZAB14C", "插电式混合动力轿车", "汽油/电混合动力", code="ZZ7150PHEV1", other="该车允许外接充电."),
    product("LZZAB15C", "混合动力轿车", "汽油/电混合动力", code="ZZ7150HEV1", other="不允许外接充电"),
    product("LZZAB16C", "燃料电池厢式运输车", "氢", code="ZZ5180FCEV", chassis_maker="底盘汽车厂"),
    product("LZZAB17C,LZZAB17X×××××××××（7座，选装）;lzzab17ExxxxxxxxX", "轿车", "汽油", code="ZZ7150A"),
    product("LZZAB18C", "多用途乘用车", "汽油/电混合动力", code="ZZ6500B"),
]  # fmt: skip
SAID = {
    "LZZAB12C": "BEV", "LZZAB12D": "BEV", "LZZAB13C": "EREV", "LZZAB14C": "PHEV", "LZZAB15C": "HEV", "LZZAB16C": "FCEV",
    "LZZAB17C": "ICE", "LZZAB17X": "ICE", "LZZAB17E": "ICE", "LZZAB18C": "NOT_BEV",
}  # fmt: skip


def learned(*paths):
    return learn_file(paths, preset=MIIT)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "html"])
def test_the_shape_of_an_export(tmp_path, ending):
    """48 columns, masks, remarks: each approval is a rule of grade A by itself, which cites it."""
    if ending == "html":
        paths = [export(tmp_path / f"{at}.html", [one]) for at, one in enumerate(PRODUCTS)]
    else:
        paths = [export(tmp_path / f"x.{ending}", PRODUCTS)]
    lesson = learned(*paths)
    assert (lesson.reading.total, len(lesson.reading.rows.start)) == (10, 10)
    rules = {rule.wmi + "".join(rule.vds): rule for rule in lesson.mined.rules}
    assert {start: rule.powertrain.value for start, rule in rules.items()} == SAID
    assert {rule.grade for rule in rules.values()} == {Grade.A}
    source = rules["LZZAB12D"].source
    assert source.startswith("MIIT announcement 409")
    assert "ZZ7000BEV02" in source
    if ending == "html":
        assert "2026-09-08" in source
        assert "https://www.miit.gov.cn/datainfo/example/" in source
    read = list(csv.DictReader(io.StringIO(rules_csv(lesson.mined, lesson.source).decode())))
    assert [row["source"] for row in read] == [rule.source for rule in lesson.mined.rules]


def test_batches_are_joined_before_anything_is_decided(tmp_path):
    """A start that one batch has as electric alone and another as a hybrid is nobody's: both are kept."""
    one = export(
        tmp_path / "409.csv",
        [product("LZZAB12C", "纯电动轿车", code="A"), product("LZZAB12D", "纯电动轿车")],
    )
    two = export(tmp_path / "410.html", [product("LZZAB12C", "混合动力轿车", code="B")])  # fmt: skip
    assert not learned(one).mined.conflicts
    lesson = learned(one, two)
    (conflict,) = lesson.mined.conflicts
    assert (conflict.start, conflict.vehicles) == (
        "LZZAB12C",
        {Powertrain.BEV: 1, Powertrain.HEV: 1},
    )
    classification = Rulebook(lesson.mined.rules).classify("LZZAB12C", "SA")
    assert classification.powertrain is None
    assert {rule.powertrain.value for rule in classification.rules} == {"BEV", "HEV"}
    assert {rule.grade.value for rule in classification.rules} == {"A"}
    tolerant = learn_file([one, two], criteria=Criteria(tolerate=9), preset=MIIT)
    assert len(tolerant.mined.conflicts) == 1


def test_what_is_not_used_is_counted_with_its_reason(tmp_path):
    products = [
        product("LZZAB12C", "纯电动轿车", "电"),
        product("-", "纯电动轿车"),
        product("LZZAB1OC", "纯电动轿车"),
        product("LZZ×××", "纯电动轿车"),
        product("LZZAB13C", "某某车"),
        product("LZZAB14C", "纯电动轿车", "汽油", code="X1"),
        product("LZZAB14C", "轿车", "汽油", code="X2"),
        product("LZZAB15C", "混合动力轿车", other="允许外接充电"),
        product("LZ9AB12C", "纯电动轿车"),
    ]
    path = export(tmp_path / "x.csv", [*products, products[0]])
    reading = learned(path).reading
    assert dict(reading.unused) == {
        "no_start": 1, "start_alphabet": 1, "start_too_short": 1, "unknown_label": 1, "approval_contradicts_itself": 2,
        "start_of_an_approval_in_doubt": 1, "small_maker": 1, "repeated": 1,
    }  # fmt: skip
    assert reading.total == len(reading.rows.start) + sum(reading.unused.values())


@pytest.mark.parametrize(
    ("name", "fuel"),
    [
        ("纯电动轿车", "汽油"),
        ("多用途乘用车", "电驱动"),
        ("", ""),
    ],  # at once, in words not known, in none
)
def test_a_start_that_an_approval_in_doubt_prints_clears_nothing(tmp_path, name, fuel):
    """One of its two approvals says petrol, the other one may be of an electric car: no rule says petrol."""
    path = export(
        tmp_path / "x.csv",
        [product("LZZAB14C", name, fuel, code="X1"), product("LZZAB14C", "轿车", "汽油", code="X2"), product("LZZAB12C", "轿车", "汽油")],
    )  # fmt: skip
    assert Rulebook(learned(path).mined.rules).classify("LZZAB14C", "SA").powertrain is None


ROW = "<tr><td>ZZ2</td><td>纯电动轿车</td><td>LZZAB12C×××××××××</td></tr>"
HEAD = "<tr><th>产品型号</th><th>产品名称</th><th>车辆识别代号(VIN)</th></tr>"
PAGES = [
    f"<table>{HEAD}{ROW}</table>",
    f"<table>{HEAD}{ROW}</table>".replace("</td>", "").replace("</th>", "").replace("</tr>", ""),
    f"<table><tr><td>导航<td><h1>公告</h1><table>{HEAD}{ROW}</table></td></tr></table>",
    "<table><tr><td>产 品 型 号：<td>ZZ2<tr><td>产品名称<td>纯电动&nbsp;轿车<tr><td>车辆识别代号<br>(VIN)<td>LZZAB12C&times;&times;</table>",
    f"<table>{HEAD}<tr><td colspan=3>二、新能源汽车</td></tr>{ROW}</table>",
    "<dl><dt>产品型号<dd>ZZ2<dt>产品名称<dd>纯电动轿车<dt>VIN<dd>LZZAB12C</dl>",
    "<table><tr><td>产品型号：ZZ2</td><td>产品名称：纯电动轿车</td></tr><tr><td colspan=2>车辆识别代号：LZZAB12C×××××××××（5座）</td></tr></table>",
]  # fmt: skip


def test_a_page_whose_products_cannot_be_parted_is_refused(tmp_path):
    """Cells that are merged over rows leave a product with other cells than there are labels."""
    merged = ROW.replace("<td>ZZ2", "<td rowspan=2>ZZ2") + ROW.replace("<td>ZZ2</td>", "")
    text = f"<html><title>第411批</title><table>{HEAD}{merged}</table>"
    with pytest.raises(ManifestError, match="cells under 3 labels"):
        learned(put(tmp_path / "x.htm", text))


@pytest.mark.parametrize("body", PAGES)
def test_pages_of_other_shapes(tmp_path, body):
    """Tables in tables, tags that are not closed, a row of labels, labels with their value in one cell."""
    text = f"<html><title>第411批</title><body>{body}</body></html>"
    (rule,) = learned(put(tmp_path / "x.htm", text, "gb18030")).mined.rules
    assert rule.wmi + "".join(rule.vds) == "LZZAB12C"
    assert rule.powertrain is Powertrain.BEV
    assert rule.source == "MIIT announcement 411: ZZ2"


def test_a_start_that_ends_in_x_is_none_of_its_mask(tmp_path):
    path = export(
        tmp_path / "x.csv",
        [product(start, "纯电动轿车", code=start) for start in ("LZZAB1XX", "LZZAB12X")],
    )
    assert [rule.wmi + "".join(rule.vds) for rule in learned(path).mined.rules] == [
        "LZZAB12X",
        "LZZAB1XX",
    ]


@pytest.mark.parametrize("between", ["和", "或", "~", "/", "\n", "、"])
def test_every_start_of_a_cell_is_read(tmp_path, between):
    masked = between.join(f"{start}×××××××××" for start in ("LZZAB12C", "LZZAB12D"))
    path = export(tmp_path / "x.csv", [product(masked, "纯电动轿车", code="ZZ7000BEV1")])
    assert len(learned(path).mined.rules) == 2


def test_many_approvals_of_a_rule_are_named_in_short(tmp_path):
    path = export(tmp_path / "x.csv", [product("LZZAB12C", "纯电动轿车", code=f"ZZ{n}", batch=str(400 + n)) for n in range(9)])  # fmt: skip
    (rule,) = learned(path).mined.rules
    assert (
        rule.source
        == "MIIT announcement 408: ZZ8; MIIT announcement 407: ZZ7; MIIT announcement 406: ZZ6; and 6 more"
    )
    assert rule.note == "9 type approval(s)"


def test_the_command(tmp_path):
    one = export(tmp_path / "409.xlsx", PRODUCTS[:4])
    two = put(tmp_path / "410.html", page(PRODUCTS[4]))
    out = tmp_path / "rules.csv"
    result = run("learn", "--preset", "miit", one, two, "--out", out, "--format", "json")
    assert result.exit_code == 0, result.stderr
    lesson = json.loads(result.stdout)
    assert (lesson["file"], lesson["rules"], lesson["min_support"]) == ("2 files", 5, 1)
    decoded = run("decode", "LZZAB12C0LC000001", "--format", "json", "--evidence", out).stdout
    powertrain = json.loads(decoded)["powertrain"]
    assert (powertrain["value"], powertrain["grade"]) == ("BEV", "A")
    assert "ZZ7000BEV01" in powertrain["support"][0]["cites"]
    assert run("learn", "--preset", "miit", one, "--vin", "产品型号").exit_code == 2


def test_what_is_no_export_is_refused(tmp_path):
    with pytest.raises(MappingError, match="no export of type approvals"):
        learn_file(put(tmp_path / "x.csv", "VIN,Fuel\nLZZAB12C,Electric\n"), preset=MIIT)
    with pytest.raises(ManifestError, match="shows no type approval"):
        learn_file(put(tmp_path / "x.html", "<html><p>纯电动</p></html>"), preset=MIIT)


NAMES = ("纯电动轿车", "混合动力轿车", "插电式混合动力轿车", "轿车", "非纯电动轿车")
APPROVALS = st.builds(
    lambda start, name, fuel, code, batch: approval(
        Row(
            f"row {code}",
            {"start": start, "name": name, "fuel": fuel, "code": code, "batch": batch},
        )
    ),
    st.sampled_from([f"LZZ{a}{b}12C" for a in "ABCD" for b in "EFGH"]),
    st.sampled_from(NAMES),
    st.sampled_from(["", "汽油", "电", "汽油/电混合动力"]),
    st.sampled_from(["ZZ1", "ZZ2", "ZZ3"]),
    st.sampled_from(["409", "410"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(APPROVALS, max_size=40), st.randoms(use_true_random=False))
def test_batches_in_any_order_give_the_same_rules(approvals, random):
    """Whatever the order and the split; one side alone is told only where nothing speaks for the other one."""

    def rules(some):
        reading, cited = rows_of(some)
        criteria = Criteria(support=1, register=True, approvals=True)
        return with_sources(mine(reading.rows, criteria), cited).rules

    shuffled = random.sample(approvals, len(approvals))
    expected = rules(approvals)
    assert rules(shuffled) == expected
    assert rules([*shuffled, *approvals[:5]]) == expected  # a batch that overlaps another one
    book = Rulebook(expected)
    for start in {start for one in approvals for start in one.starts}:
        own = [one for one in approvals if start in one.starts]
        electric = [one for one in own if one.powertrain is Powertrain.BEV]
        answer = book.classify(start, "SA").powertrain
        if electric or any(one.fault for one in own):
            assert answer in {None, Powertrain.BEV}
        if any(one.powertrain not in {None, Powertrain.BEV} for one in own):
            assert answer is not Powertrain.BEV
