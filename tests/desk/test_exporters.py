"""Who may export: the list of qualified enterprises and the brands that they may export."""

from datetime import date

import pytest
from support import ON
from support.desk import CODE, OTHER_CODE, desk_run, entries, reasons_of
from support.manifests import put_csv
from support.vins import checked_vin

from vintool.codes import Concern, Reason
from vintool.desk.exporters import Exporters

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
    ("", "Ltd.", ("Tesla",), ON, (Reason.EXPORTER_NOT_QUALIFIED,)),
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
    remarks = Exporters(QUALIFIED).judge(code, name, brands, on)
    assert reasons_of(remarks) == reasons
    # What is found names both sides; who is qualified is shown with the row of the list.
    assert all(one.item and one.item.value and one.item.source for one in remarks)
    assert bool(reasons) or [one.item.source for one in remarks] != ["商产发〔2012〕318号"]


def test_a_vehicle_that_may_be_of_a_brand_not_listed_goes_to_a_person():
    remarks = Exporters(QUALIFIED).judge("", "上汽", ("MG", "Roewe"), ON)
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


def test_every_reason_of_an_exporter_is_met_here():
    met = {reason for case in EXPORTER_CASES for reason in case[-1]}
    assert met == {reason for reason in Reason if reason.concern is Concern.EXPORTER}
