"""What countries and places are called: two tables, one country to a name, and cells as people write them."""

import csv
import re

import pytest

from vintool.registry.places import LONGEST, folded, place
from vintool.registry.rows import DATA

GENERATED = ["name", "country", "language", "source"]
MANUAL = ["name", "country", "kind", "language", "source", "note"]


def table(name, header):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        head, *cells = csv.reader(file, strict=True)
    assert head == header
    return [dict(zip(head, row, strict=True)) for row in cells]


NAMES = table("places.csv", GENERATED)
PLACES = table("places.manual.csv", MANUAL)


@pytest.mark.parametrize("name", ["places.csv", "places.manual.csv"])
def test_the_files_are_plain_text_and_one_line_is_one_row(name):
    content = (DATA / name).read_bytes()
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert not content.startswith(b"\xef\xbb\xbf")
    rows = NAMES if name == "places.csv" else PLACES
    assert content.count(b"\n") == len(rows) + 1
    for row in rows:
        assert all(cell == cell.strip() and cell.isprintable() for cell in row.values()), row
        assert row["source"], row


def test_rows_are_sorted():
    keys = [(row["country"], row["language"], row["name"]) for row in NAMES]
    assert keys == sorted(keys)
    keys = [(row["kind"], row["country"], row["language"], row["name"]) for row in PLACES]
    assert keys == sorted(keys)


def test_every_country_is_an_iso_code_of_the_generated_table():
    codes = {row["country"] for row in NAMES}
    assert len(codes) == 249
    assert all(re.fullmatch(r"[A-Z]{2}", code) for code in codes)
    assert {row["country"] for row in PLACES} <= codes
    assert {row["kind"] for row in PLACES} == {"country", "port", "region"}


def test_a_name_stands_once_in_both_files_and_so_has_one_country():
    countries = {}
    for row in (*NAMES, *PLACES):
        key = folded(row["name"])
        assert key, row
        assert key not in countries, (row, countries[key])
        countries[key] = row


def test_codes_lead_to_their_country():
    codes = {row["name"]: row["country"] for row in NAMES if row["language"] == "iso"}
    # NA stands for nothing known, so Namibia has its longer code only.
    assert {row["country"] for row in NAMES} - {name for name in codes if len(name) == 2} == {"NA"}
    assert all(country == name for name, country in codes.items() if len(name) == 2)
    assert codes["NAM"] == "NA"


@pytest.mark.parametrize(
    ("cell", "country"),
    [("比利时", "BE"), ("Belgium", "BE"), ("BEL", "BE"), ("BE", "BE"), ("阿联酋", "AE"), ("UAE", "AE"), ("U.A.E.", "AE"), ("阿拉伯联合酋长国", "AE"), ("沙特", "SA"), ("沙特阿拉伯", "SA"), ("KSA", "SA"), ("俄罗斯联邦", "RU"), ("俄罗斯", "RU"), ("RUSSIA", "RU"), ("Российская Федерация", "RU"), ("韩国", "KR"), ("South Korea", "KR"), ("Korea, Republic of", "KR"), ("KOREA,REPUBLIC OF", "KR"), ("DPRK", "KP"), ("荷兰", "NL"), ("HOLLAND", "NL"), ("The Netherlands", "NL"), ("UK", "GB"), ("Great Britain", "GB"), ("英国", "GB"), ("England", "GB"), ("Türkiye", "TR"), ("TÜRKİYE", "TR"), ("TURKIYE", "TR"), ("TURKEY", "TR"), ("COTE D'IVOIRE", "CI"), ("Côte d’Ivoire", "CI"), ("Ivory Coast", "CI"), ("Czech Republic", "CZ"), ("Burma", "MM"), ("香港", "HK"), ("中国香港", "HK"), ("HONG KONG", "HK"), ("中国台湾", "TW"), ("台澎金马关税区", "TW"), ("澳门", "MO"), ("ＵＳＡ", "US"), ("U.S.A.", "US"), ("United States", "US"), ("刚果(金)", "CD"), ("刚果（金）", "CD"), ("刚果（布）", "CG"), ("DR Congo", "CD"), ("NIGERIA", "NG"), ("NGA", "NG"), ("Niger", "NE"), ("乌兹别克斯坦", "UZ"), ("Uzbekistan", "UZ"), ("吉尔吉斯", "KG"), ("KAZ", "KZ"), ("印尼", "ID"), ("多米尼加共和国", "DO"), ("多米尼克", "DM")],
)  # fmt: skip
def test_countries_as_declarations_write_them(cell, country):
    assert place(cell) == (country, False)


@pytest.mark.parametrize(
    ("cell", "country"),
    [("ZEEBRUGGE", "BE"), ("泽布吕赫", "BE"), ("安特卫普", "BE"), ("不来梅港", "DE"), ("Bremerhaven", "DE"), ("鹿特丹", "NL"), ("Southampton", "GB"), ("PORTBURY", "GB"), ("Koper", "SI"), ("Jebel Ali", "AE"), ("JEBELALI", "AE"), ("杰贝阿里", "AE"), ("Dammam", "SA"), ("亚喀巴", "JO"), ("ASHDOD", "IL"), ("海参崴", "RU"), ("符拉迪沃斯托克", "RU"), ("Владивосток", "RU"), ("St. Petersburg", "RU"), ("Altynkol", "KZ"), ("Tashkent", "UZ"), ("林查班", "TH"), ("LAEMCHABANG", "TH"), ("丹戎不碌", "ID"), ("Port Klang", "MY"), ("Ho Chi Minh City", "VN"), ("海防", "VN"), ("Port Kembla", "AU"), ("桑托斯", "BR"), ("LAZARO CARDENAS", "MX"), ("Lázaro Cárdenas", "MX"), ("San Antonio", "CL"), ("Callao", "PE"), ("德班", "ZA"), ("Mombasa", "KE"), ("Alexandria", "EG"), ("Yokohama", "JP"), ("Pyeongtaek", "KR")],
)  # fmt: skip
def test_ports_where_cars_are_landed(cell, country):
    assert place(cell) == (country, True)


@pytest.mark.parametrize(
    ("cell", "country", "port"),
    [("杰贝阿里 Jebel Ali", "AE", True), ("比利时泽布吕赫港", "BE", False), ("阿联酋迪拜", "AE", False), ("迪拜港", "AE", False), ("Zeebrugge, Belgium", "BE", False), ("Port of Antwerp", "BE", True), ("泽布吕赫(Zeebrugge)", "BE", True), ("İSTANBUL", "TR", True), ("德国/Germany", "DE", False)],
)  # fmt: skip
def test_cells_that_say_it_twice(cell, country, port):
    assert place(cell) == (country, port)


@pytest.mark.parametrize(
    "cell",
    ["Congo", "刚果", "Korea", "Manzanillo", "Cartagena", "Tripoli", "的黎波里", "Salvador", "Khorgos", "霍尔果斯", "奥克兰", "N/A", "FAS", "Shanghai", "", "-", "Wilmington, DE", "Mobile, AL", "No 5", "Antwerp / Rotterdam", "比利时鹿特丹"],
)  # fmt: skip
def test_what_could_be_two_places_or_none_leads_nowhere(cell):
    assert place(cell) is None


@pytest.mark.parametrize(
    ("cell", "country"),
    [
        ("越南海防", "VN"), ("Port of Spain", "TT"), ("Antwerp - Rotterdam", None), ("Zeebrugge (BE)", "BE"),
        ("Port Said, Egypt", "EG"), ("内蒙古", None), ("Georgia", "GE"), ("Charleston, SC, USA", "US"),
        # A code beside a name that denies it.
        ("Georgia, USA", None), ("San Antonio, TX, USA", None), ("Saint Petersburg, FL, USA", None),
    ],
)  # fmt: skip
def test_the_country_of_a_cell(cell, country):
    answer = place(cell)
    assert (answer.country if answer else None) == country


def test_a_cell_that_is_longer_than_any_name_names_no_place():
    assert place("Germany" + " " * (LONGEST - 7)) == ("DE", False)
    assert place("Germany" + " " * (LONGEST - 6)) is None
