"""The licence desk: who may export, under which licence, with which letter, and what a person decided."""

import csv
import hashlib
import itertools
import json
import re
from datetime import date, datetime

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from test_run import put_csv, read_csv

from vintool.cli.main import cli
from vintool.codes import Concern, Reason
from vintool.columns import Screener, Seen
from vintool.columns.screening import screener as screened
from vintool.desk.book import Desk
from vintool.desk.confirmations import Confirmations
from vintool.desk.exporters import Exporters
from vintool.desk.ledger import Ledger
from vintool.desk.licence_terms import Shipment
from vintool.desk.licences import Licences
from vintool.desk.lists import Entry, quantity, validity
from vintool.errors import ManifestError
from vintool.files import screen as main_job
from vintool.files.screen import screen_file
from vintool.vin import calc_check_digit

ON = date(2026, 3, 1)
CODE, OTHER_CODE = "91110000600037341L", "9144030019238210XR"


def vin(start, serial, year_and_plant):
    rest = f"{year_and_plant}{serial:06d}"
    return start + calc_check_digit(f"{start}_{rest}") + rest


def tesla(serial):
    """Pure electric by its VIN: controlled, whatever is declared."""
    return vin("LRW3E7FA", serial, "LC")


PETROL = vin("LSVNV218", 5, "E2")  # with fuel=petrol: review, one thin piece of evidence
ICE = "1HGCM82633A004352"  # out of scope by its VIN


def entries(*rows):
    return [Entry("list.csv", number, row, {}) for number, row in enumerate(rows, 2)]


def reasons_of(found):
    return tuple(one.reason for one in found if one.reason)


# The list of qualified enterprises

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
    found = Exporters(QUALIFIED).judge(code, name, brands, on)
    assert reasons_of(found) == reasons
    # What is found names both sides; who is qualified is shown with the row of the list.
    assert all(one.item and one.item.value and one.item.source for one in found)
    assert bool(reasons) or [one.item.source for one in found] != ["商产发〔2012〕318号"]


def test_a_vehicle_that_may_be_of_a_brand_not_listed_goes_to_a_person():
    found = Exporters(QUALIFIED).judge("", "上汽", ("MG", "Roewe"), ON)
    assert any(reason.look for reason in reasons_of(found))


@pytest.mark.parametrize(
    ("start", "year_and_plant", "make"), [("LB378Y4W", "PA", "Zeekr"), ("L6TZ2ZZ0", "PA", "")]
)
def test_the_brand_that_the_row_may_be_of_counts(tmp_path, start, year_and_plant, make):
    listed = put_csv(tmp_path / "x.csv", [("Company", "Brands"), ("E", "Geely")])
    rows = [("VIN", "Make", "Fuel", "Exporter")]
    rows += [(vin(start, 1, year_and_plant), make, "纯电动", "E")]
    told, _ = desk_run(tmp_path, rows, exporters=listed)
    assert told[0]["vin_verdict"] == "controlled"
    assert any(Reason(reason).look for reason in told[0]["vin_reasons"].split(";"))


def test_a_list_tells_what_is_odd_in_it():
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


# The list of licences

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
    known = {"exporter_code": CODE, "exporter": "特斯拉(上海)有限公司"}
    licence = FULL | known | {no_side: ""}
    row = FITS._replace(**{"exporter_code": CODE, "exporter": "特斯拉(上海)有限公司"} | dict.fromkeys(known.keys() - {no_side}, ""))  # fmt: skip
    assert reasons_of(Licences(entries(licence)).match(A, row).remarks)


# Cells of a list


@pytest.mark.parametrize(
    ("text", "told"),
    [("5", (5, "")), ("5辆", (5, "辆")), ("5.0", (5, "")), ("1,200", (1200, "")), ("1 200 台", (1200, "台")), ("５", (5, "")), ("0", (0, "")), ("1,234.00", (1234, ""))],
)  # fmt: skip
def test_a_quantity_is_read(text, told):
    assert quantity(Entry("l.csv", 2, {"quantity": text}, {})) == told


@pytest.mark.parametrize(
    "text", ["", "5.5", "-5", "1.200", "1.000", "5 x 2", "1e3", "1,2", "5+5", "五", "unlimited"]
)
def test_a_quantity_that_is_no_whole_number_is_refused(text):
    with pytest.raises(ManifestError, match=r"l\.csv, row 2, column 'Qty': .*number of vehicles"):
        quantity(Entry("l.csv", 2, {"quantity": text}, {"quantity": "Qty"}))


YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        ({}, (None, None)),
        ({"year": "2026"}, YEAR),
        ({"year": "2026年度"}, YEAR),
        ({"year": "2026—2027"}, (date(2026, 1, 1), date(2027, 12, 31))),
        ({"year": "2026", "valid_until": "2026-06-30"}, (date(2026, 1, 1), date(2026, 6, 30))),
        ({"valid_until": "2026年12月31日"}, (None, date(2026, 12, 31))),
        ({"valid_until": "46387"}, (None, date(2026, 12, 31))),
        ({"valid_from": "2026-01-01", "valid_until": "2026-12-31 00:00:00"}, YEAR),
        # Where day and month can change places, the narrower sense.
        ({"valid_from": "03/01/2026", "valid_until": "03/04/2026"}, (ON, date(2026, 3, 4))),
        *(
            ({"valid_until": text}, YEAR)
            for text in (
                "2026-01-01 - 2026-12-31",
                "2026-01-01至2026-12-31",
                "2026.1.1~2026.12.31",
                "2026-01-01 to 2026-12-31",
            )
        ),
    ],
)
def test_days_are_read(cells, days):
    assert validity(Entry("l.csv", 2, cells, {})) == days


@pytest.mark.parametrize(
    "text",
    ["2026年1月1日-2026年12月31日", "2026.01.01-2026.12.31", "2026-01-01/2026-12-31", "20260101-20261231"],
)  # fmt: skip
@pytest.mark.parametrize("field", ["valid_from", "valid_until"])
def test_one_day_of_a_range_is_never_taken_for_both(field, text):
    """Both ends are read, or the cell is refused: half of it would be valid too long, or too short."""
    try:
        days = validity(Entry("l.csv", 2, {field: text}, {}))
    except ManifestError as error:
        days = YEAR if error.row == 2 else None
    assert days == YEAR


@pytest.mark.parametrize(
    "cells",
    [
        {"valid_until": "soon"},
        {"valid_from": "2026-13-01"},
        {"valid_from": "2026-12-01", "valid_until": "2026-11-01"},
        {"year": "soon"},
        {"year": "2027-2026"},
        {"year": "2026", "valid_until": "2025-12-31"},
    ],
)
def test_days_that_cannot_be_are_refused(cells):
    with pytest.raises(ManifestError, match=r"l\.csv, row 2"):
        validity(Entry("l.csv", 2, cells, {}))


# The ledger


def ledger_of(rows, licences, cuts=(), sheets=(), *, by_number=True):
    """Rows, as ``row`` gives them, through columns, cut into batches and sheets."""
    names = (
        "vin",
        "licence_no",
        "destination",
        "exporter",
        "declaration_date",
        "fuel",
        "container_no",
    )
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    table = pa.table({name: pa.array(cells, pa.string()) for name, cells in zip(names, columns, strict=True)})  # fmt: skip
    mapping = {name: name for name in names if by_number or name != "licence_no"}
    ledger, seen, told = Ledger(Licences(licences)), Seen(), []
    borders = sorted({0, *sheets, len(rows)})
    for sheet, (start, end) in enumerate(itertools.pairwise(borders)):
        screener = Screener(
            mapping, None, seen=seen, desk=Desk(ledger=ledger), sheet=sheet, with_facts=True
        )
        edges = sorted({start, end, *(cut for cut in cuts if start < cut < end)})
        for first, last in itertools.pairwise(edges):
            part = table.slice(first, last - first).combine_chunks().to_batches()[0]
            numbers = np.arange(first - start + 2, last - start + 2)
            told += screener(part, numbers).to_pylist()
    return told, ledger


def drawn_on(answer):
    """The licence that the evidence of a row says was drawn on."""
    told = [item for item in answer["vin_evidence"] if item.startswith("licence: ")]
    assert len(told) <= 1
    return re.match("licence: ([^:]+):", told[0])[1] if told else None


def row(serial, number="", text=None, fuel="", container=""):
    return (text or tesla(serial), number, "", "", "2026-03-01", fuel, container)


def short(number, count, **more):
    return {"licence_no": number, "quantity": str(count), "valid_until": "2026-12-31"} | more


ONE_AND_FIVE = entries(short("A1", 1), short("B2", 5), short("C3", 5, valid_until="2026-01-31"))
EXCEEDED, MATCHED = Reason.LICENCE_EXCEEDED, Reason.LICENCE_MATCHED
UNDECIDED = row(0, "B2", text=PETROL, fuel="petrol")
LEDGER_CASES = [
    ("in the order of the rows", [row(1, "A1"), row(2, "A1"), row(3, "A1")], True, ["A1", None, None], {EXCEEDED}),
    ("the first named that has one left", [row(1, "A1;B2"), row(2, "A1,B2"), row(3, "A1 B2")], True, ["A1", "B2", "B2"], set()),
    ("no column: the first to expire", [row(1), row(2), row(3)], False, ["A1", "B2", "B2"], {MATCHED}),
    ("no column: until none is left", [row(n) for n in range(7)], False, ["A1", *["B2"] * 5, None], {MATCHED, EXCEEDED}),
    ("an expired one holds nothing", [row(1, "C3"), row(2, "C3;B2")], True, [None, "B2"], {Reason.LICENCE_EXPIRED}),
    ("a VIN twice is drawn once", [row(1, "B2"), row(1, "B2"), row(1, "A1")], True, ["B2", None, None], set()),
    ("an earlier row without licence took none", [row(1, ""), row(1, "B2"), row(1, "B2")], True, [None, "B2", None], {Reason.LICENCE_MISSING}),
    ("nor did one with an expired licence", [row(1, "C3"), row(1, "B2")], True, [None, "B2"], {Reason.LICENCE_EXPIRED}),
    ("nor one for which nothing was left", [row(9, "A1"), row(1, "A1"), row(1, "B2")], True, ["A1", None, "B2"], {EXCEEDED}),
    ("nor one in review", [UNDECIDED, row(0, "B2", text=PETROL, fuel="纯电动")], True, [None, "B2"], set()),
    ("what is out of scope or no vehicle asks for none", [row(0, text=ICE), row(0, "B2", text="TBA"), row(0, "", text=ICE)], True, [None, None, None], set()),
    ("a damaged VIN counts each time", [row(0, "B2", text="LRW3E7FA1LC00000")] * 2, True, ["B2", "B2"], set()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "by_number", "drawn", "reasons"),
    [case[1:] for case in LEDGER_CASES],
    ids=[case[0] for case in LEDGER_CASES],
)
def test_what_is_drawn(rows, by_number, drawn, reasons):
    told, ledger = ledger_of(rows, ONE_AND_FIVE, by_number=by_number)
    assert [drawn_on(answer) for answer in told] == drawn
    found = {Reason(reason) for answer in told for reason in answer["vin_reasons"]}
    assert {reason for reason in found if reason.concern is Concern.LICENCE} == reasons
    assert [account.drawn for account in ledger.accounts] == [
        drawn.count(account.number) for account in ledger.accounts
    ]


NUMBERS = [f"26-AA-00000{digit}" for digit in range(5)]
cells_of_numbers = st.lists(
    st.sampled_from([*NUMBERS, "26-aa-000001", "２６-ＡＡ-000002", "26-ZZ-999999"]), max_size=3
).flatmap(lambda some: st.sampled_from([";", " / ", "、", "\n"]).map(lambda sign: sign.join(some)))
manifests = st.lists(
    st.tuples(
        st.sampled_from([*map(tesla, range(8)), PETROL, ICE, "TBA", "", "LRW3E7FA1LC00000"]),
        cells_of_numbers,
        st.sampled_from(["Germany", "德国", "France", ""]),
        st.sampled_from(["甲公司", "乙公司", ""]),
        st.sampled_from(["2026-03-01", "2026-09-01", "2025-12-31"]),
        st.sampled_from(["", "petrol", "纯电动"]),
        st.sampled_from(["", "CSQU3054384"]),
    ),
    max_size=40,
)
lists_of_licences = st.lists(
    st.fixed_dictionaries(
        {
            "quantity": st.integers(0, 4).map(str),
            "valid_until": st.sampled_from(["2026-06-30", "2026-12-31", "2026-12-30", ""]),
            "destination": st.sampled_from(["", "", "Germany"]),
            "exporter": st.sampled_from(["", "", "甲公司"]),
            "unit": st.sampled_from(["", "辆", "辆", "kg"]),
        }
    ),
    min_size=1,
    max_size=5,
).map(lambda rows: [{"licence_no": number, **row} for number, row in zip(NUMBERS, rows, strict=False)])  # fmt: skip


def by_hand(rows, answers, licences, by_number):
    """The ledger once more, as one would keep it on paper: row by row, licence by licence."""
    plain = {number: re.sub(r"\W", "", number) for number in NUMBERS}
    countries = {"德国": "Germany"}
    left = {licence["licence_no"]: int(licence["quantity"]) for licence in licences}
    drawn, outcomes = set(), []

    def fits(licence, row):
        _, _, destination, exporter, day, *_ = row
        return (
            licence["unit"] != "kg"
            and (not licence["valid_until"] or day <= licence["valid_until"])
            and (not (licence["exporter"] and exporter) or licence["exporter"] == exporter)
            and (
                # A licence that the row names may have another country where the row has none.
                (not destination and by_number)
                or not licence["destination"]
                or licence["destination"] == countries.get(destination, destination)
            )
        )

    for row, answer in zip(rows, answers, strict=True):
        if answer["vin_verdict"] != "controlled":
            outcomes.append(None)
            continue
        cell = row[1].upper().translate(str.maketrans("２６ＡＡ", "26AA"))
        wanted = [re.sub(r"\W", "", part) for part in re.split(r"[;/、\n]", cell)]
        named = [
            licence
            for want in wanted
            for licence in licences
            if plain[licence["licence_no"]] == want
        ]
        if not by_number:
            open_ended = [licence for licence in licences if licence["valid_until"]]
            named = sorted(
                open_ended, key=lambda licence: (licence["valid_until"], licence["licence_no"])
            )
        fitting = [licence["licence_no"] for licence in named if fits(licence, row)]
        with_one_left = [number for number in fitting if left[number]]
        vehicle = answer["vin"] or object()
        if not fitting or vehicle in drawn:
            outcomes.append(None)
        elif not with_one_left:
            outcomes.append("exceeded")
        else:
            left[with_one_left[0]] -= 1
            drawn.add(vehicle)
            outcomes.append(with_one_left[0])
    return outcomes, left


@settings(max_examples=300)
@given(
    manifests,
    lists_of_licences,
    st.lists(st.integers(0, 40), max_size=6),
    st.lists(st.integers(1, 40), max_size=2),
    st.booleans(),
)
def test_the_ledger_is_that_kept_by_hand_however_the_rows_are_cut(
    rows, licences, cuts, sheets, by_number
):
    sheets = [border for border in sheets if border < len(rows)]
    answers, ledger = ledger_of(rows, entries(*licences), cuts, sheets, by_number=by_number)
    assert len(answers) == len(rows)
    outcomes, left = by_hand(rows, answers, licences, by_number)
    told = [
        "exceeded" if Reason.LICENCE_EXCEEDED in answer["vin_reasons"] else drawn_on(answer)
        for answer in answers
    ]
    assert told == outcomes
    for account in ledger.accounts:
        assert 0 <= account.drawn <= account.licence.quantity
        assert account.drawn == told.count(account.number)
        assert account.licence.quantity - account.drawn == left[account.number]
        assert account.left == (left[account.number] if account.licence.counts_vehicles else None)
        assert account.named <= len(rows)
    assert sum(account.drawn for account in ledger.accounts) == sum(map(bool, map(drawn_on, answers)))  # fmt: skip
    assert sum(account.findings[Reason.LICENCE_EXCEEDED] for account in ledger.accounts) == told.count("exceeded")  # fmt: skip


@given(manifests, lists_of_licences, st.lists(st.integers(0, 40), max_size=6), st.booleans())
def test_batches_change_no_answer(rows, licences, cuts, by_number):
    whole, ledger = ledger_of(rows, entries(*licences), by_number=by_number)
    parts, other = ledger_of(rows, entries(*licences), cuts, by_number=by_number)
    assert parts == whole
    assert other.lines() == ledger.lines()


FAULTY = "CSQU3054384"  # a container number: a finding, told whatever the verdict


@pytest.mark.parametrize(
    "batches",
    [
        ([row(1, "A1")], [row(2, "A1")]),
        ([row(1, "A1"), row(2, "B2")], [row(3, "B2"), row(4, "A1")]),
        ([row(0, text=ICE)] * 2, [row(1, container=FAULTY)] * 2),
        ([row(1, "B2", container=FAULTY)], [row(0, text=ICE), row(2, "B2")]),
        ([row(0, "B2", text=PETROL, fuel="petrol")], [row(1, "B2")] * 2),
    ],
)
def test_what_a_batch_is_told_is_not_what_an_earlier_one_was_told(batches):
    rows = list(itertools.chain(*batches))
    whole, ledger = ledger_of(rows, ONE_AND_FIVE)
    parts, other = ledger_of(rows, ONE_AND_FIVE, cuts=[len(batches[0])])
    assert parts == whole
    assert other.lines() == ledger.lines()
    assert [answer["vin_verdict"] for answer in parts if answer["vin_brand"] == "Tesla"] == [
        "controlled" for text, *_ in rows if text.startswith("LRW")
    ]


# Makers' letters

USED = ("VIN", "Condition", "Registration date", "Exporter")
LETTER_CASES = [
    ("listed", [tesla(1)], Reason.CONFIRMED_BY_MAKER),
    ("not listed", [tesla(2)], Reason.CONFIRMATION_MISSING),
    ("nobody listed", [], Reason.CONFIRMATION_MISSING),
]


@pytest.mark.parametrize(
    ("listed", "reason"), [case[1:] for case in LETTER_CASES], ids=[case[0] for case in LETTER_CASES]
)  # fmt: skip
@pytest.mark.parametrize("batch", [1, 2, 100])
def test_every_used_vehicle_within_180_days_is_held_against_the_letters(
    tmp_path, monkeypatch, listed, reason, batch
):
    monkeypatch.setattr(main_job, "BATCH_ROWS", batch)
    letters = put_csv(tmp_path / "c.csv", [("VIN", "Letter No."), *((one, "L1") for one in listed)])
    qualified = put_csv(tmp_path / "x.csv", [("Company", "Brands"), ("E", "Tesla")])
    rows = [USED, *((tesla(serial), "旧", "2026-01-15", "E") for serial in (3, 1, 4))]
    told, _ = desk_run(
        tmp_path, rows, regime="cn-used-vehicle", confirmations=letters, exporters=qualified
    )
    found = [Reason(code) for answer in told for code in answer["vin_reasons"].split(";")]
    kept = [one for one in found if one in {Reason.CONFIRMED_BY_MAKER, Reason.CONFIRMATION_MISSING}]
    assert kept == [Reason.CONFIRMATION_MISSING, reason, Reason.CONFIRMATION_MISSING]


def test_a_letter_names_its_row():
    listed = Confirmations(entries({"vin": f" {tesla(1).lower()} ", "confirmation_no": "L-7"}))
    assert [one.item.value for one in listed.judge(tesla(1))] == ["list.csv row 2, L-7"]


# Whole runs


def desk_run(folder, rows, name="list.csv", out="out", **options):
    """The answers and the summary of a run."""
    path = put_csv(folder / name, rows)
    summary = screen_file(path, ON, folder / out, **options)
    return read_csv(folder / out / "annotated.csv"), summary


MANIFEST = [
    ("VIN", "Fuel", "许可证号", "运抵国", "Remark"),
    (tesla(1), "", "26-AA-000001", "德国", ""),
    (tesla(2), "", "26-AA-000001", "Germany", ""),
    (PETROL, "petrol", "26-AA-000001", "Germany", ""),
    (tesla(3), "", "26-AA-000009", "Germany", ""),
    (tesla(4), "", "", "Germany", "<b>none</b>"),
    (ICE, "", "", "Germany", ""),
    ("TBA", "", "", "", ""),
]
LIST = [
    ("许可证号", "数量", "有效期至", "目的国"),
    ("26-AA-000001", "1", "2026-12-31", "德国"),
    ("26-AA-000002", "7", "2026-12-31", ""),
]


def put_list(folder, kind):
    """The list of licences in a format, its numbers and days typed where the format has types."""
    typed = [(no, float(count), datetime.fromisoformat(day), to) for no, count, day, to in LIST[1:]]
    if kind == "xlsx":
        book = openpyxl.Workbook()
        book.active.append(["出口许可证台账"])
        for line in (LIST[0], *typed):
            book.active.append(line)
        book.create_sheet("说明").append(["谢谢"])
        book.save(folder / "l.xlsx")
        return folder / "l.xlsx"
    if kind == "parquet":
        columns = dict(zip(LIST[0], zip(*typed, strict=True), strict=True))
        pq.write_table(pa.table(columns), folder / "l.parquet")
        return folder / "l.parquet"
    return put_csv(folder / "l.csv", LIST, encoding=kind)


@pytest.mark.parametrize("kind", ["utf-8", "gb18030", "utf-16", "xlsx", "parquet"])
def test_a_run_with_licences(tmp_path, kind):
    listed = put_list(tmp_path, kind)
    told, summary = desk_run(tmp_path, MANIFEST, licences=listed)
    assert [tuple(line[name] for name in MANIFEST[0]) for line in told] == MANIFEST[1:]
    assert [Reason.LICENCE_EXCEEDED in line["vin_reasons"] for line in told] == [
        False, True, False, False, False, False, False,
    ]  # fmt: skip
    ledger = read_csv(tmp_path / "out" / "ledger.csv")
    shown = ("licence_no", "state", "quantity", "drawn", "left", "rows_named", "rows_in_review")
    assert [tuple(line[name] for name in shown) for line in ledger] == [
        ("26-AA-000001", "exceeded", "1", "1", "0", "3", "1"),
        ("26-AA-000002", "not used", "7", "0", "7", "0", "0"),
        ("26-AA-000009", "unknown", "", "0", "", "1", "0"),
        ("", "missing", "", "0", "", "1", "0"),
    ]
    assert ledger[0]["place"].startswith(f"{listed.name} row ")
    run = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert run["lists"] == [
        {
            "what": "licences",
            "file": listed.name,
            "sha256": hashlib.sha256(listed.read_bytes()).hexdigest(),
        }
    ]
    assert set(run["outputs"]) == {"annotated.csv", "exceptions.csv", "ledger.csv", "report.html"}
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert 'id="licences"' in page
    assert all(number in page for number in ("26-AA-000001", "26-AA-000002", "26-AA-000009"))
    assert any("order of the rows" in note for note in summary.notes)
    look = {line["vin_row"] for line in read_csv(tmp_path / "out" / "exceptions.csv")}
    assert look == {"3", "4", "5", "6", "8"}


def test_the_same_run_gives_the_same_files(tmp_path):
    runs = []
    for _ in range(2):
        desk_run(tmp_path, MANIFEST, licences=put_list(tmp_path, "utf-8"))
        files = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
        run = json.loads(files.pop("run.json"))
        assert run["outputs"].keys() == files.keys()
        run["summary"].pop("seconds")
        runs.append((files, run))
    assert runs[0] == runs[1]


def test_sheets_and_batches_give_one_ledger(tmp_path, monkeypatch):
    listed = put_list(tmp_path, "utf-8")
    _, summary = desk_run(tmp_path, MANIFEST, licences=listed)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for at in (1, 3, 6):
        sheet = book.create_sheet(f"s{at}")
        for line in (MANIFEST[0], *MANIFEST[at : {1: 3, 3: 6, 6: 8}[at]]):
            sheet.append(line)
    book.save(tmp_path / "list.xlsx")
    split = screen_file(tmp_path / "list.xlsx", ON, tmp_path / "split", licences=listed)
    assert split.licences == summary.licences
    monkeypatch.setattr(main_job, "BATCH_ROWS", 1)
    table = dict(zip(MANIFEST[0], zip(*MANIFEST[1:], strict=True), strict=True))
    pq.write_table(pa.table(table), tmp_path / "list.parquet")
    cut = screen_file(tmp_path / "list.parquet", ON, tmp_path / "cut", licences=listed)
    assert cut.licences == summary.licences
    told = pq.read_table(tmp_path / "cut" / "annotated.parquet")
    assert pa.types.is_list(told.schema.field("vin_evidence").type)
    plain = read_csv(tmp_path / "out" / "annotated.csv")
    assert [";".join(reasons) for reasons in told["vin_reasons"].to_pylist()] == [
        line["vin_reasons"] for line in plain
    ]


def test_an_empty_list_holds_nothing_and_is_no_error(tmp_path):
    empty = put_csv(tmp_path / "l.csv", LIST[:1])
    nobody = put_csv(tmp_path / "x.csv", [("Company", "Brands")])
    rows = [("VIN", "许可证号", "Exporter"), (tesla(1), "26-AA-000001", "E")]
    told, _ = desk_run(tmp_path, rows, licences=empty, exporters=nobody)
    assert told[0]["vin_reasons"].split(";") == [
        Reason.VIN_PURE_ELECTRIC,
        Reason.EXPORTER_NOT_QUALIFIED,
        Reason.LICENCE_UNKNOWN,
    ]


@pytest.mark.parametrize("given", [False, True])
def test_a_list_of_the_user_in_the_folder_of_answers_is_left_alone(tmp_path, given):
    """``licences.csv`` is a likely name for it, and ``--out .`` a likely folder."""
    mine = put_csv(tmp_path / "licences.csv", LIST)
    before = mine.read_bytes()
    manifest = put_csv(tmp_path / "list.csv", MANIFEST)
    command("screen", manifest, "--out", tmp_path, *(("--licences", mine) if given else ()))
    assert mine.read_bytes() == before


# Lists that cannot be used


def command(*arguments):
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stderr


@pytest.mark.parametrize(
    ("option", "rows", "code", "words"),
    [
        ("--licences", [("Licence No", "Qty"), ("A1", "5.5")], 3, ["row 2", "'Qty'", "'5.5'", "write the number"]),
        ("--licences", [("Licence No", "Qty"), ("A1", "")], 3, ["row 2", "'Qty'"]),
        ("--licences", [("Licence No", "Qty"), ("A1", "1"), ("", "2")], 3, ["row 3", "'Licence No'", "give its number"]),
        ("--licences", [("Licence No", "Qty"), ("26-AA-1", "1"), ("26aa1", "2")], 3, ["row 3", "row 2 too", "one row"]),
        ("--licences", [("Licence No", "Qty", "Expiry date"), ("A1", "1", "soon")], 3, ["'Expiry date'", "'soon'", "2026-03-01"]),
        ("--licences", [("Licence No", "Expiry date"), ("A1", "2026-01-01")], 2, ["quantity", "'Licence No'"]),
        ("--licences", [("Licence No", "License number", "Qty"), ("A1", "A1", "1")], 2, ["'Licence No'", "'License number'"]),
        ("--exporters", [("Company", "Year"), ("E", "2026")], 2, ["brands"]),
        ("--exporters", [("Company", "Brands"), ("", "BYD")], 3, ["row 2", "'Company'", "code or its name"]),
        ("--exporters", [("Company", "Brands", "Year"), ("E", "BYD", "soon")], 3, ["'Year'", "'soon'"]),
        ("--confirmations", [("VIN", "Letter No."), ("TBA", "L1")], 3, ["row 2", "'VIN'"]),
        ("--confirmations", [("Letter No.",), ("L1",)], 2, ["vin"]),
        ("--decisions", [("VIN", "decision"), (tesla(1), "controlled")], 2, ["vin_facts", "exceptions.csv"]),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_used_is_refused_with_the_cell_and_the_way_out(
    tmp_path, option, rows, code, words
):
    listed = put_csv(tmp_path / "my list.csv", rows)
    manifest = put_csv(tmp_path / "list.csv", MANIFEST)
    told = command("screen", manifest, option, listed, "--out", tmp_path / "out")
    assert told[0] == code
    assert all(word in told[1] for word in ["my list.csv", *words]), told[1]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["nowhere.csv", "nowhere.xlsx", "nowhere.jsonl"])
def test_a_list_that_is_not_there_is_told(tmp_path, name):
    manifest = put_csv(tmp_path / "list.csv", MANIFEST)
    code, told = command("screen", manifest, "--decisions", tmp_path / name)
    assert (code, name in told) == (3, True)


def test_no_error_repeats_a_vin(tmp_path):
    damaged = tesla(1)[:-1] + "O"
    letters = put_csv(tmp_path / "c.csv", [("VIN", "Letter No."), (damaged, "L1")])
    manifest = put_csv(tmp_path / "list.csv", MANIFEST)
    code, told = command("screen", manifest, "--confirmations", letters)
    assert code == 3
    assert damaged not in told


def test_an_error_in_a_workbook_names_the_sheet(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "第一季度"
    for sheet in (book.active, book.create_sheet("第二季度")):
        for line in LIST[:2]:
            sheet.append(line)
    book.save(tmp_path / "l.xlsx")
    manifest = put_csv(tmp_path / "list.csv", MANIFEST)
    code, told = command("screen", manifest, "--licences", tmp_path / "l.xlsx")
    assert code == 3
    assert all(name in told for name in ("第一季度", "第二季度"))


@pytest.mark.parametrize(
    "rows",
    [
        [("2026 list", "", ""), ("企业名称", "授权品牌", "年度"), ("E", "Tesla", "2026")],
        [("Company", "Authorised brands", "Type"), ("E", "Tesla", "Manufacturer")],
    ],
    ids=["a title above", "a word of a manifest below"],
)
def test_the_header_of_a_list_is_found_by_the_words_of_lists(tmp_path, rows):
    listed = put_csv(tmp_path / "x.csv", rows)
    told, _ = desk_run(tmp_path, [("VIN", "Exporter"), (tesla(1), "E")], exporters=listed)
    assert told[0]["vin_reasons"] == Reason.VIN_PURE_ELECTRIC


def test_what_of_a_list_was_not_read_is_told(tmp_path):
    book = openpyxl.Workbook()
    for line in LIST:
        book.active.append(line)
    hidden = book.create_sheet("old")
    for line in LIST[:2]:
        hidden.append(line)
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "l.xlsx")
    _, summary = desk_run(tmp_path, MANIFEST, licences=tmp_path / "l.xlsx")
    assert any("old" in note for note in summary.notes)


# A reviewer's decisions


def fill(folder, decide, to="filled.csv"):
    """``exceptions.csv`` with the cells that ``decide`` gives for a row, filled in by hand."""
    rows = read_csv(folder / "exceptions.csv")
    assert rows
    for line in rows:
        line.update(decide(line) or {})
    path = folder / to
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        out = csv.DictWriter(file, rows[0])
        out.writeheader()
        out.writerows(rows)
    return path


def decision(what, why="seen the papers", who="Li", day="2026-03-02"):
    return {
        "decision": what,
        "decision_reason": why,
        "reviewer": who,
        "decision_date": day,
    }


def decided(folder, rows, decide, **options):
    """A first run and its filled exceptions."""
    desk_run(folder, rows, **options)
    return fill(folder / "out", decide)


def told_of(line):
    return {
        reason
        for reason in map(Reason, line["vin_reasons"].split(";"))
        if reason.concern is Concern.REVIEWER
    }


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
    ("another chassis number", {"Chassis No": vin("LSVNV218", 6, "E2")}, {"Chassis No": tesla(6)}, {OUTDATED}),
    ("a finding", {}, {"Container No": "CSQU3054384"}, {OUTDATED}),
    ("the VIN", {}, {"VIN": vin("LSVNV218", 7, "E2")}, set()),
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
    told, _ = desk_run(tmp_path, rows(first | after), decisions=[filled])
    assert told_of(told[0]) == reasons
    assert (told[0]["vin_verdict"] == "out_of_scope") is (reasons == {DECIDED})


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
def test_a_decision_holds_when_other_rows_come_and_go(tmp_path, monkeypatch, batch):
    line = (PETROL, "petrol")
    filled = decided(tmp_path, [("VIN", "Fuel"), line], lambda _: decision("out_of_scope"))
    rows = [("Fuel", "VIN"), ("", tesla(9)), ("", "TBA"), line[::-1], ("", ICE), line[::-1]]
    monkeypatch.setattr(main_job, "BATCH_ROWS", batch)
    told, summary = desk_run(tmp_path, rows, decisions=[filled])
    assert [told_of(answer) for answer in told] == [set(), set(), {DECIDED}, set(), set()]
    assert [answer["vin_verdict"] for answer in told] == [
        "controlled", "invalid", "out_of_scope", "out_of_scope", "review",
    ]  # fmt: skip
    assert (summary.decisions.given, summary.decisions.applied) == (1, 1)


def test_a_decision_does_not_outlive_the_rule(tmp_path, monkeypatch):
    filled = decided(
        tmp_path, [("VIN", "Fuel"), (PETROL, "petrol")], lambda _: decision("out_of_scope")
    )
    known = screened.load_regime
    monkeypatch.setattr(
        screened, "load_regime", lambda code: known(code).model_copy(update={"version": "next"})
    )
    told, _ = desk_run(tmp_path, [("VIN", "Fuel"), (PETROL, "petrol")], decisions=[filled])
    assert told_of(told[0]) == {OUTDATED}
    assert told[0]["vin_verdict"] == "review"


def test_a_vehicle_decided_controlled_is_not_cleared_by_a_changed_cell(tmp_path):
    filled = decided(tmp_path, [("VIN", "Fuel"), (ICE, "纯电动")], lambda _: decision("controlled"))
    told, _ = desk_run(tmp_path, [("VIN", "Fuel"), (ICE, "petrol")], decisions=[filled])
    assert told_of(told[0]) == {OUTDATED}
    assert told[0]["vin_verdict"] != "out_of_scope"


REVIEWED = [("VIN", "Fuel"), (PETROL, "petrol"), (tesla(1), "petrol"), ("TBA", "petrol"), (ICE, "")]


def by_row(line):
    """Each kind of decision once."""
    return decision({"2": "Out of scope", "3": "controlled", "4": "确认"}[line["vin_row"]])


def record(folder):
    return (folder / "decisions.jsonl").read_text(encoding="utf-8").split("\n")[:-1]


def test_the_life_of_a_decision(tmp_path):
    out = tmp_path / "out"
    filled = decided(tmp_path, REVIEWED, by_row)
    told, summary = desk_run(tmp_path, REVIEWED, decisions=[filled])
    assert [line["vin_verdict"] for line in told] == [
        "out_of_scope", "controlled", "invalid", "out_of_scope",
    ]  # fmt: skip
    assert all("by Li on 2026-03-02: seen the papers" in line["vin_evidence"] for line in told[:3])
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
        told, _ = desk_run(tmp_path, REVIEWED, decisions=[out / "exceptions.csv"])
        assert [told_of(line) for line in told] == [{DECIDED}, {DECIDED}, {DECIDED}, set()]
        assert record(out) == first
    # Changed facts: asked again, the old decision beside it; the new one is added to the record.
    changed = [REVIEWED[0], (PETROL, "diesel"), *REVIEWED[2:]]
    told, summary = desk_run(tmp_path, changed, decisions=[out / "exceptions.csv"])
    assert (told_of(told[0]), told[0]["vin_verdict"]) == ({OUTDATED}, "review")
    assert "earlier decision: out_of_scope by Li" in told[0]["vin_evidence"]
    assert summary.decisions.asked_again == 1
    again = read_csv(out / "exceptions.csv")
    assert [line["decision"] for line in again] == ["", "controlled", "confirmed"]
    assert record(out) == first
    second = decision("controlled", day="2026-03-05", who="Wang")
    filled = fill(out, lambda line: None if line["decision"] else second)
    told, _ = desk_run(tmp_path, changed, decisions=[filled])
    assert (told_of(told[0]), told[0]["vin_verdict"]) == ({DECIDED}, "controlled")
    assert record(out)[:3] == first
    assert [json.loads(line)["reviewer"] for line in record(out)[3:]] == ["Wang"]
    # The record alone tells it all.
    told, _ = desk_run(tmp_path, changed, decisions=[out / "decisions.jsonl"])
    assert [told_of(line) for line in told] == [{DECIDED}, {DECIDED}, {DECIDED}, set()]


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
    told, _ = desk_run(tmp_path, REVIEWED, decisions=[tmp_path / "filled.xlsx"])
    assert [told_of(line) for line in told] == [{DECIDED}, {DECIDED}, {DECIDED}, set()]
    assert json.loads(record(tmp_path / "out")[0])["decision_date"] == "2026-03-02"


@pytest.mark.parametrize("text", ["TBA", "LSVNV2182E2******", "", "-"])
def test_a_decision_on_a_row_without_a_vin_clears_no_other(tmp_path, text):
    """Rows that bear the same placeholder are different vehicles: the decision is refused, or holds for one."""
    rows = [("VIN", "Fuel"), (text, "petrol"), (text, "petrol")]
    filled = decided(
        tmp_path, rows, lambda line: decision("out_of_scope") if line["vin_row"] == "2" else None
    )
    code, _ = command(
        "screen", tmp_path / "list.csv", "--decisions", filled, "--out", tmp_path / "next"
    )
    told = read_csv(tmp_path / "next" / "annotated.csv") if code != 3 else []
    assert all(line["vin_verdict"] != "out_of_scope" for line in told[1:])


def test_a_decision_on_a_second_row_of_a_vin_clears_no_third(tmp_path):
    rows = [("VIN", "Fuel"), *[(PETROL, "petrol")] * 2]
    filled = decided(
        tmp_path, rows, lambda line: decision("out_of_scope") if line["vin_row"] == "3" else None
    )
    told, _ = desk_run(tmp_path, rows, decisions=[filled])
    assert [told_of(line) for line in told] == [set(), {DECIDED}]
    told, _ = desk_run(tmp_path, [*rows, rows[1]], decisions=[filled])
    assert told[2]["vin_verdict"] == "review"


@pytest.mark.parametrize(
    "texts",
    [
        ["=1+1", "'=1+1", "＝1"],
        ["lrw3e7fa1lc00012", "a  b", "x\u3000y"],
        ["TB\u2028A", "a\x85b"],
        ["007", "1234567.0"],
    ],
)
@pytest.mark.parametrize("source", ["exceptions.csv", "decisions.jsonl"])
def test_odd_texts_are_recognised_again(tmp_path, texts, source):
    rows = [("VIN", "Fuel"), *((text, "petrol") for text in texts)]
    filled = decided(tmp_path, rows, lambda _: decision("confirmed"))
    for given_back in (filled, tmp_path / "out" / source, tmp_path / "out" / source):
        told, _ = desk_run(tmp_path, rows, decisions=[given_back])
        assert [told_of(line) for line in told] == [{DECIDED}] * len(texts)
        assert len(record(tmp_path / "out")) == len(texts)


@pytest.mark.parametrize(
    ("why", "who"),
    [("=see file", "Li"), ("- by phone", "Li"), ("seen", "@li"), ('he said "no"', "Li"), ("a; b", "李")],
)  # fmt: skip
def test_a_reason_goes_from_run_to_run_as_written(tmp_path, why, who):
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope", why, who))
    for given_back in (filled, *[tmp_path / "out" / "exceptions.csv"] * 2):
        told, _ = desk_run(tmp_path, REVIEWED[:2], decisions=[given_back])
        assert told_of(told[0]) == {DECIDED}
        (line,) = record(tmp_path / "out")
        assert (json.loads(line)["decision_reason"], json.loads(line)["reviewer"]) == (why, who)


def test_a_reason_of_two_lines_is_read(tmp_path):
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope", "seen\nthe papers"))
    told, _ = desk_run(tmp_path, REVIEWED[:2], decisions=[filled])
    assert told_of(told[0]) == {DECIDED}


def test_a_decision_put_right_on_the_same_day_leaves_a_record_that_can_be_read(tmp_path):
    out = tmp_path / "out"
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope"))
    desk_run(tmp_path, REVIEWED[:2], decisions=[filled])
    filled = fill(out, lambda _: decision("controlled", "a mistake"))
    desk_run(tmp_path, REVIEWED[:2], decisions=[filled])
    assert len(record(out)) == 2
    told, _ = desk_run(tmp_path, REVIEWED[:2], decisions=[out / "decisions.jsonl"])
    assert told[0]["vin_verdict"] == "controlled"


def test_a_decision_given_twice_is_recorded_once(tmp_path):
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope"))
    desk_run(tmp_path, REVIEWED[:2], decisions=[filled, filled])
    assert len(record(tmp_path / "out")) == 1


def test_the_later_decision_counts(tmp_path):
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope", day="2026-03-04"))
    second = fill(tmp_path / "out", lambda _: decision("controlled", day="2026-03-03"), "two.csv")
    for order in ([filled, second], [second, filled]):
        told, _ = desk_run(tmp_path, REVIEWED[:2], decisions=order)
        assert told[0]["vin_verdict"] == "out_of_scope"


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
    code, _ = command(
        "screen", tmp_path / "list.csv", "--on", ON, *options, *given_back, "--out", tmp_path / "out"
    )  # fmt: skip
    kept = [path.read_text(encoding="utf-8") for path in (tmp_path / "out").glob("*[vl]")]
    assert code != 0 or any(cells["decision_reason"] in text for text in kept)


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
    code, told = command("screen", tmp_path / "list.csv", "--on", ON, "--decisions", filled)
    assert code == 3
    assert all(word in told for word in ["filled.csv, row 2", *words])


def test_two_decisions_of_one_day_that_disagree_are_refused(tmp_path):
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope"))
    second = fill(tmp_path / "out", lambda _: decision("controlled"), "second.csv")
    code, told = command(
        "screen", tmp_path / "list.csv", "--decisions", filled, "--decisions", second
    )
    assert code == 3
    assert all(word in told for word in ("second.csv, row 2", "filled.csv row 2"))


@pytest.mark.parametrize("content", [b'{"vin": "x"\n', b"[]\n", b"\n\n", b"\xff\xfe{}", b"garbage"])
def test_a_damaged_record_is_told_and_kept(tmp_path, content):
    filled = decided(tmp_path, REVIEWED[:2], lambda _: decision("out_of_scope"))
    (tmp_path / "out" / "decisions.jsonl").write_bytes(content)
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    code, told = command(
        "screen", tmp_path / "list.csv", "--decisions", filled, "--out", tmp_path / "out"
    )
    assert (code, "decisions.jsonl" in told) == (3, True)
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
    told, summary = desk_run(tmp_path, rows, licences=listed, decisions=[filled])
    assert [line["vin_verdict"] for line in told] == ["controlled", "out_of_scope"]
    assert [(line.licence_no, line.drawn, line.rows_in_review) for line in summary.licences] == [
        ("26-AA-000001", 0, 0),
        ("26-AA-000002", 1, 0),
    ]
    assert "licence_missing" not in told[1]["vin_reasons"]


def test_every_reason_of_the_desk_is_met_here():
    tables = (EXPORTER_CASES, LICENCE_CASES, LEDGER_CASES, DECISION_CASES)
    met = {reason for table in tables for case in table for reason in case[-1]}
    met |= {case[-1] for case in LETTER_CASES}
    concerns = {Concern.EXPORTER, Concern.LICENCE, Concern.REVIEWER}
    asked = {reason for reason in Reason if reason.concern in concerns}
    assert asked | {Reason.CONFIRMED_BY_MAKER, Reason.CONFIRMATION_MISSING} == met
