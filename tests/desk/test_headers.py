"""Headings of a desk's own tables, and of the fields of a manifest that are compared with them."""

from itertools import pairwise

import pytest
from support.tables import table

from vintool.declaration import headers
from vintool.declaration.shapes import vin_shaped
from vintool.desk import approvals, confirmations, exporters, licences
from vintool.registry.rows import read_rows, read_text

COLUMNS = ("field", "header", "language", "source")
QUALIFIED = set(exporters.FIELDS)
LICENCES = {*licences.FIELDS, licences.HOLDER}
LETTERS = set(confirmations.FIELDS)


def rows(name):
    return list(read_rows(name, COLUMNS))


def test_the_header_line():
    assert read_text("desk.headers.csv").startswith("field,header,language,source\n")


@pytest.mark.parametrize("name", ["desk.headers.csv", "headers.csv", "approvals.headers.csv"])
def test_a_heading_stands_once(name):
    plain = [headers.normalise(header) for _, header, _, _ in rows(name)]
    assert len(set(plain)) == len(plain)
    assert all(plain)


def test_every_field_belongs_to_a_table():
    assert {field for field, *_ in rows("desk.headers.csv")} == QUALIFIED | LICENCES | LETTERS
    assert {field for field, *_ in rows("approvals.headers.csv")} == set(approvals.FIELDS)


def test_rows_of_a_field_stand_together_and_are_sourced():
    lines = table("desk.headers.csv")
    fields = [row["field"] for row in lines]
    changes = sum(a != b for a, b in pairwise(fields))
    assert changes == len(set(fields)) - 1
    languages = {"en", "zh-Hans", "zh-Hant", "de", "fr", "es", "ru"}
    assert {row["language"] for row in lines} == languages
    assert all(row["source"] for row in lines)


@pytest.mark.parametrize(
    ("header", "field"),
    [("企业名称", "exporter"), ("Code", None), ("生产企业", "maker"), ("有效期至", "valid_until"), ("License number", "licence_no"), ("规格、等级", "model"), ("进口国（地区）", "destination"), ("Terms of trade", "trade_mode"), ("發證日期", "issued"), ("UOM", "unit"), ("Letter No.", "confirmation_no"), ("Код ТН ВЭД", "hs_code")],
)  # fmt: skip
def test_headings_of_a_desk(header, field):
    fields = {headers.normalise(text): field for field, text, _, _ in rows("desk.headers.csv")}
    assert fields.get(headers.normalise(header)) == field


@pytest.mark.parametrize(
    ("header", "field"),
    [("币制", "currency"), ("Curr.", "currency"), ("Para birimi", "currency"), ("最终目的国（地区）", "destination"), ("Country of destination", "destination"), ("País de destino", "destination"), ("Destination (port)", "pod"), ("监管方式", "trade_mode"), ("Customs procedure code", "trade_mode"), ("出境关别", "customs_port"), ("Port of exit", "customs_port"), ("离境口岸", "pol"), ("许可证申请日期", "application_date"), ("License application date", "application_date"), ("申报日期", "declaration_date"), ("IMO No.", "vessel_imo"), ("IMO / UN No.", "un_no"), ("UN / IMO", "un_no"), ("售后维修服务确认书编号", "confirmation_no"), ("Maker's confirmation", "confirmation_no"), ("Chassis No", "vin"), ("单价(币制)", "unit_price")],
)  # fmt: skip
def test_headings_of_a_manifest(header, field):
    assert headers.meaning(header) == (field, headers.EXACT)


def test_a_unit_and_a_place_are_not_guessed():
    for header in ("Unit", "单位", "Port", "目的地", "成交方式"):
        assert headers.meaning(header) is None


@pytest.mark.parametrize("name", ["desk.headers.csv", "headers.csv"])
def test_no_heading_is_taken_for_a_vin(name):
    headings = [header for _, header, _, _ in rows(name)]
    assert "Fahrgestellnummer" in headings  # seventeen letters
    assert [header for header in headings if vin_shaped(header)] == []
