"""Who may export: the list of qualified enterprises and the brands that they may export."""

from datetime import date

import pytest
from support import ON
from support.desk import CODE, OTHER_CODE, desk_run, entries, reasons_of
from support.manifests import put_csv
from support.vins import checked_vin

from vintool.codes import Concern, Reason
from vintool.desk.exporters import Exported, Exporters

QUALIFIED = entries(
    {
        "exporter_code": CODE,
        "exporter": "特斯拉(上海)有限公司",
        "other_names": "Tesla (Shanghai) Co., Ltd.; 特斯拉上海",
        "brands": "特斯拉",
        "role": "生产企业",
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
    },
    {"exporter": "吉利汽车", "brands": "吉利", "role": "maker", "year": "2026-2027"},
    {"exporter": "上汽", "brands": "Roewe、Maxus"},
)
EXPORTER_CASES = [
    (CODE, "", ("Tesla",), ON, ()),
    ("９１１１００００-6000 37341l", "特斯拉（上海）有限公司", ("Tesla",), ON, ()),
    ("", "特斯拉 上海", ("TESLA",), ON, ()),
    ("", "tesla (shanghai) co., ltd.", ("Tesla",), ON, ()),
    ("", "Ltd.", ("Tesla",), ON, (Reason.EXPORTER_UNCLEAR,)),
    ("", "Geely Automobile", ("Geely",), ON, (Reason.EXPORTER_UNCLEAR,)),
    (OTHER_CODE, "Geely Automobile", ("Geely",), ON, (Reason.EXPORTER_UNCLEAR,)),
    ("", "", ("Tesla",), ON, (Reason.EXPORTER_MISSING,)),
    (" ", "-", ("Tesla",), ON, (Reason.EXPORTER_MISSING,)),
    ("", "特斯拉(北京)有限公司", ("Tesla",), ON, (Reason.EXPORTER_NOT_QUALIFIED,)),
    (OTHER_CODE, "特斯拉(上海)有限公司", ("Tesla",), ON, (Reason.EXPORTER_NOT_QUALIFIED,)),
    (OTHER_CODE, "", ("Tesla",), ON, (Reason.EXPORTER_NOT_QUALIFIED,)),
    (CODE, "别的公司", ("Tesla",), ON, (Reason.EXPORTER_NAME_DIFFERS,)),
    (CODE, "", ("Tesla",), date(2025, 12, 31), (Reason.EXPORTER_EXPIRED,)),
    (CODE, "", ("Tesla",), date(2027, 1, 1), (Reason.EXPORTER_EXPIRED,)),
    (CODE, "", ("Tesla",), None, (Reason.EXPORTER_DATE_UNKNOWN,)),
    ("", "吉利汽车", ("Geely",), date(2027, 12, 31), ()),
    ("", "吉利汽车", ("Geely",), date(2028, 1, 1), (Reason.EXPORTER_EXPIRED,)),
    ("", "吉利汽车", ("Zeekr",), ON, (Reason.BRAND_OF_GROUP,)),
    ("", "吉利汽车", ("BYD",), ON, (Reason.BRAND_NOT_AUTHORISED,)),
    ("", "吉利汽车", (), ON, (Reason.BRAND_UNKNOWN,)),
    ("", "上汽", ("Roewe",), None, ()),
    ("", "上汽", ("MG",), ON, (Reason.BRAND_OF_GROUP,)),
]


@pytest.mark.parametrize(("code", "name", "brands", "on", "reasons"), EXPORTER_CASES)
def test_the_exporter_of_a_row(code, name, brands, on, reasons):
    remarks = Exporters(QUALIFIED).judge(code, name, Exported(brands), on)
    assert reasons_of(remarks) == reasons
    # What is found names both sides; who is qualified is shown with the row of the list.
    assert all(one.item and one.item.value and one.item.source for one in remarks)
    assert bool(reasons) or [one.item.source for one in remarks] != ["商产发〔2012〕318号"]


def test_a_vehicle_that_may_be_of_a_brand_not_listed_goes_to_a_person():
    remarks = Exporters(QUALIFIED).judge("", "上汽", Exported(("MG", "Roewe")), ON)
    assert any(reason.look for reason in reasons_of(remarks))


@pytest.mark.parametrize(
    ("start", "year_and_plant", "make"), [("LB378Y4W", "PA", "Zeekr"), ("L6TZ2ZZ0", "PA", "")]
)
def test_the_brand_that_the_row_may_be_of_counts(tmp_path, start, year_and_plant, make):
    listed = put_csv(tmp_path / "x.csv", [("Company", "Brands"), ("E", "Geely")])
    rows = [("VIN", "Make", "Fuel", "Exporter")]
    rows += [(checked_vin(start, year_and_plant, 1), make, "纯电动", "E")]
    answers, _ = desk_run(tmp_path, rows, exporters=listed)
    assert answers[0]["vin_verdict"] == "controlled"
    assert any(Reason(reason).look for reason in answers[0]["vin_reasons"].split(";"))


def test_a_list_has_a_note_of_each_doubtful_cell():
    listed = Exporters(
        entries(
            {"exporter": "A", "exporter_code": CODE[:-1] + "X", "brands": "Tesla"},
            {"exporter": "B", "exporter_code": "123", "brands": "Nobody's Car"},
        )
    )
    assert [("row 2" in note, "row 3" in note) for note in listed.notes] == [
        (True, False),
        (False, True),
        (False, True),
    ]


TESLA, GEELY, ZEEKR = "特斯拉(上海)有限公司", "浙江吉利汽车有限公司", "极氪"
PUBLISHED = entries(
    {
        "maker": TESLA,
        "maker_customs_code": "3122240001",
        "exporter": TESLA,
        "export_class": "乘用车",
    },
    {
        "maker": GEELY,
        "exporter": "浙江吉利汽车销售有限公司、某授权公司",
        "export_class": "乘用车、客车",
        "year": "2026",
    },
    {"maker": "一汽-大众汽车有限公司", "exporter": "一汽进出口有限公司"},
    {"maker": "某不知名汽车公司", "exporter": "某出口公司"},
    {"exporter": "某二手车公司", "export_class": "二手车"},
)
# exporter, vehicle, day -> reasons
BY_MAKER = [
    (TESLA, Exported(("Tesla",), "LRW"), ON, ()),
    ("浙江吉利汽车销售有限公司", Exported(("Geely",), "LB3"), ON, ()),
    ("浙江吉利汽車銷售有限公司", Exported(("Geely",), "LB3"), ON, ()),
    ("特斯拉（上海）有限公司", Exported(("Tesla",), "LRW"), ON, ()),
    ("一汽進出口有限公司", Exported(("Volkswagen",), "LFV"), ON, ()),
    ("某授权公司", Exported(("Geely",), "LB3"), ON, ()),
    (GEELY, Exported(("Geely",), "LB3"), ON, ()),
    ("某授权公司", Exported(("Geely",), "LB3"), date(2026, 12, 31), ()),
    ("某授权公司", Exported(("Geely",), "LB3"), date(2027, 1, 1), (Reason.EXPORTER_EXPIRED,)),
    ("某授权公司", Exported(("BYD",), "LGX"), ON, (Reason.BRAND_NOT_AUTHORISED,)),
    ("某授权公司", Exported(("Volvo",), "LYV"), ON, (Reason.BRAND_OF_GROUP,)),
    ("某授权公司", Exported(("Geely",), "LB3", frozenset({"truck"})), ON, (Reason.EXPORT_CLASS_DIFFERS,)),
    ("一汽进出口有限公司", Exported(("Volkswagen",), "LFV"), ON, ()),
    ("一汽进出口有限公司", Exported(("Volkswagen",), "LSV"), ON, (Reason.EXPORTER_MAKER_UNCLEAR,)),
    ("某出口公司", Exported(("BYD",), "LGX"), ON, (Reason.EXPORTER_MAKER_UNCLEAR,)),
    ("某别的公司", Exported(("Tesla",), "LRW"), ON, (Reason.EXPORTER_NOT_QUALIFIED,)),
    ("某别的公司", Exported(("Tesla",), "LRW", contract_works=True), ON, ()),
    ("某别的公司", Exported(("Tesla",), "5YJ", foreign_built=True), ON, (Reason.FOREIGN_BUILT,)),
    ("某二手车公司", Exported(("Tesla",), "LRW", used=True), ON, ()),
    ("某二手车公司", Exported(("Tesla",), "LRW"), ON, (Reason.EXPORT_CLASS_DIFFERS,)),
    (TESLA, Exported(("BYD",), "LGX", used=True), ON, (Reason.EXPORT_CLASS_DIFFERS,)),
    ("某出口公司", Exported(("BYD",), "LGX", used=True), ON, ()),
    ("某别的公司", Exported(("BYD",), "LGX", used=True), ON, (Reason.EXPORTER_NOT_QUALIFIED,)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "vehicle", "on", "reasons"), BY_MAKER)
def test_the_maker_of_the_vin_has_authorised_the_exporter(name, vehicle, on, reasons):
    remarks = Exporters(PUBLISHED).judge("", name, vehicle, on)
    assert reasons_of(remarks) == reasons
    assert all(one.item and one.item.value and one.item.source for one in remarks)


def test_a_list_as_it_is_published(tmp_path):
    """Codes belong to the enterprise before them; cells that were merged, and the year in the file's name, are told."""
    lines = [
        ("序号", "省市", "生产企业名称", "海关代码", "授权出口企业", "授权出口企业代码", "出口类别")
    ]
    lines += [("1", "上海", TESLA, "3122240001", "某贸易公司", CODE, "乘用车")]
    lines += [("", "", "", "", "某分公司", OTHER_CODE, "乘用车")]
    listed = put_csv(tmp_path / "2026年度符合条件企业名单.csv", lines)
    rows = [("VIN", "境内发货人", "统一社会信用代码", "监管方式", "原产国")]
    rows += [(checked_vin("LRW3E7FA", "TC", n), *cells) for n, cells in enumerate((("某贸易公司", "", "", ""), ("某分公司", OTHER_CODE, "", ""), ("别的公司", "", "", ""), ("别的公司", "", "对外承包出口", "")), 1)]  # fmt: skip
    rows += [(checked_vin("5YJ3E1EA", "TF", n), "别的公司", "", "", country) for n, country in ((1, "美国"), (2, ""))]  # fmt: skip
    answers, summary = desk_run(tmp_path, rows, exporters=listed)
    assert [line["vin_verdict"] for line in answers] == ["controlled"] * 6
    reasons = [{*line["vin_reasons"].split(";")} for line in answers]
    of_exporters = {str(one) for one in Reason if one.concern is Concern.EXPORTER} | {
        "contract_works"
    }
    assert [one & of_exporters for one in reasons] == [
        set(), set(), {"exporter_not_qualified"}, {"contract_works"}, {"foreign_built"}, {"exporter_not_qualified"}
    ]  # fmt: skip
    assert any("2026-12-31" in note for note in summary.notes)
    assert any("row above" in note for note in summary.notes)


def test_used_vehicles_are_exported_by_whoever_is_filed(tmp_path):
    listed = put_csv(tmp_path / "x.csv", [("企业名称", "品牌"), ("某二手车公司", "吉利")])
    rows = [("VIN", "新旧", "境内发货人")]
    rows += [(checked_vin("LRW3E7FA", "NC", 1), "旧", "某二手车公司")]
    answers, _ = desk_run(tmp_path, rows, exporters=listed, regime="cn-used-vehicle")
    assert answers[0]["vin_verdict"] == "controlled"
    assert "brand_not_authorised" not in answers[0]["vin_reasons"]


def test_every_reason_of_an_exporter_is_met_here():
    met = {reason for case in (*EXPORTER_CASES, *BY_MAKER) for reason in case[-1]}
    assert met == {reason for reason in Reason if reason.concern is Concern.EXPORTER}
