"""Under which licence a row may be exported, and what of a licence differs."""

from datetime import date

import pytest
from support import ON
from support.desk import CODE, OTHER_CODE, entries, reasons_of

from vintool.codes import Concern, Reason
from vintool.desk.licence_terms import Shipment
from vintool.desk.licences import Licences

FULL = {
    "licence_no": "26-AA-000001",
    "exporter_code": CODE,
    "exporter": "特斯拉(上海)有限公司",
    "hs_code": "8703801090",
    "brands": "Tesla",
    "model": "Model 3",
    "quantity": "2",
    "unit": "辆",
    "destination": "德国",
    "customs_port": "上海海关",
    "trade_mode": "一般贸易",
    "valid_from": "2026-01-01",
    "valid_until": "2026-06-30",
}
LICENCES = entries(
    FULL,
    {"licence_no": "26-AA-000002", "quantity": "5辆", "valid_until": "2026-12-31"},
    {"licence_no": "26-AA-000003", "quantity": "5", "unit": "千克", "valid_until": "2026-12-31"},
    {"licence_no": "26-AA-000004", "quantity": "1,200"},
    {"licence_no": "沪-7", "quantity": "1", "valid_until": "2026-12-31"},
    {"licence_no": "12", "quantity": "1", "valid_until": "2026-12-31"},
    {"licence_no": "1", "quantity": "1", "valid_until": "2026-12-31"},
)
FITS = Shipment(
    CODE, "特斯拉（上海）有限公司", "8703.8010.90", ("Tesla",), "Model 3", "Germany", "Bremerhaven",
    "0110", "上海", ON,
)  # fmt: skip
A, B = "26-AA-000001", "26-AA-000002"
LICENCE_CASES = [
    (A, {}, [A], ()),
    (" ２６－aa－000001 ", {}, [A], ()),
    ("26 AA 000001", {}, [A], ()),
    ("沪-7", {}, ["沪-7"], ()),
    (f"{B}; {A}", {}, [B, A], ()),
    (f"{A}/{A}", {}, [A], ()),
    (f"{A};26-ZZ-999999", {}, [A], (Reason.LICENCE_UNKNOWN,)),
    ("", {}, [], (Reason.LICENCE_MISSING,)),
    (" - ", {}, [], (Reason.LICENCE_MISSING,)),
    ("26-ZZ-999999", {}, [], (Reason.LICENCE_UNKNOWN,)),
    ("X-1", {}, [], (Reason.LICENCE_UNKNOWN, Reason.LICENCE_NUMBER_SHAPE)),
    (A, {"on": date(2026, 6, 30)}, [A], ()),
    (A, {"on": date(2026, 7, 1)}, [], (Reason.LICENCE_EXPIRED,)),
    (A, {"on": date(2025, 12, 31)}, [], (Reason.LICENCE_NOT_YET_VALID,)),
    (A, {"on": None}, [A], (Reason.LICENCE_DATE_UNKNOWN,)),
    ("26-AA-000004", {}, ["26-AA-000004"], (Reason.LICENCE_DATE_UNKNOWN,)),
    (A, {"exporter_code": OTHER_CODE}, [], (Reason.LICENCE_WRONG_EXPORTER,)),
    (A, {"exporter_code": "", "exporter": "别的公司"}, [], (Reason.LICENCE_WRONG_EXPORTER,)),
    (
        A,
        {"exporter_code": "", "exporter": "Tesla Shanghai"},
        [A],
        (Reason.LICENCE_EXPORTER_UNCLEAR,),
    ),
    (A, {"model": "TSL7000BEVAR0"}, [A], (Reason.LICENCE_GOODS_UNCLEAR,)),
    (A, {"hs_code": "8703801010"}, [], (Reason.LICENCE_WRONG_GOODS,)),
    (A, {"hs_code": "870380"}, [A], ()),
    (A, {"brands": ("BYD",)}, [], (Reason.LICENCE_WRONG_GOODS,)),
    (A, {"model": "Cybertruck"}, [], (Reason.LICENCE_WRONG_GOODS,)),
    (A, {"destination": "比利时"}, [], (Reason.LICENCE_WRONG_DESTINATION,)),
    (A, {"destination": "", "port_of_discharge": "Hamburg"}, [A], ()),
    (A, {"destination": "", "port_of_discharge": ""}, [A], (Reason.LICENCE_DESTINATION_UNCLEAR,)),
    (A, {"trade_mode": "0615"}, [], (Reason.LICENCE_WRONG_TRADE_MODE,)),
    (A, {"customs_port": "天津海关"}, [A], (Reason.LICENCE_OTHER_PORT,)),
    ("26-AA-000003", {}, [], (Reason.LICENCE_UNIT_UNCLEAR,)),
    # No column of licences: whatever fits, the first to expire first.
    (None, {}, [A, "1", "12", B, "沪-7"], ()),
    (None, {"destination": "法国"}, ["1", "12", B, "沪-7"], ()),
    (None, {"on": date(2027, 1, 1)}, [], (Reason.LICENCE_MISSING,)),
    (None, {"on": None}, [], (Reason.LICENCE_MISSING,)),
]


@pytest.mark.parametrize(("number", "changes", "drawable", "reasons"), LICENCE_CASES)
def test_the_licences_of_a_row(number, changes, drawable, reasons):
    listed = Licences(LICENCES)
    match = listed.match(number, FITS._replace(**changes))
    assert [listed.licences[at].number for at in match.drawable] == drawable
    assert reasons_of(match.remarks) == reasons
    assert len(set(match.named)) == len(match.named)
    assert set(match.drawable) <= set(match.named) or number is None


def test_a_number_beside_another_is_not_read_together_with_it():
    listed = Licences(LICENCES)
    match = listed.match("1/2", FITS)
    assert [listed.licences[at].number for at in match.named] == ["1"]
    assert Reason.LICENCE_UNKNOWN in reasons_of(match.remarks)


def test_a_code_among_several_of_a_licence_is_not_another():
    several = Licences(entries(FULL | {"hs_code": "8703801010; 8703801090"}))
    assert several.match(A, FITS).drawable == (0,)


@pytest.mark.parametrize("cell", ["123456", "１２３４５６", "123456.0", " 123456", "'123456"])
def test_a_number_through_a_spreadsheet_is_the_same_number(cell):
    listed = Licences(entries({"licence_no": "123456", "quantity": "1"}))
    assert listed.match(cell, FITS).named == (0,)


@pytest.mark.parametrize("no_side", ["exporter", "exporter_code"])
def test_a_licence_of_an_exporter_that_cannot_be_compared_is_not_taken_in_silence(no_side):
    identity = {"exporter_code": CODE, "exporter": "特斯拉(上海)有限公司"}
    licence = FULL | identity | {no_side: ""}
    row = FITS._replace(**{"exporter_code": CODE, "exporter": "特斯拉(上海)有限公司"} | dict.fromkeys(identity.keys() - {no_side}, ""))  # fmt: skip
    assert reasons_of(Licences(entries(licence)).match(A, row).remarks)


def test_every_reason_of_a_licence_is_met_here_or_in_the_ledger():
    met = {reason for case in LICENCE_CASES for reason in case[-1]}
    of_licences = {reason for reason in Reason if reason.concern is Concern.LICENCE}
    of_the_ledger = {Reason.LICENCE_DECLARED_OFTEN, Reason.LICENCE_SEVERAL_PORTS}
    assert of_licences - met == {Reason.LICENCE_EXCEEDED, Reason.LICENCE_MATCHED, *of_the_ledger}
