"""The figures of the announcement, and the rows that need a licence: every vehicle once, and nothing guessed."""

from collections import Counter

import pyarrow as pa
from support import ON
from support.manifests import put_csv, read_csv
from support.pages import Page

from vintool.files.screen import screen_file
from vintool.files.writing import needed, statistics

HEAD = ("VIN", "HS code", "Unit price", "Currency", "Quantity", "Exporter", "Destination", "B/L No")
ELECTRIC = ["LRW3E7FA1LC000001", "LGXCE4CB5S0993908", "LSJW74095NZ414002"]


def screened(folder, rows, head=HEAD):
    path = put_csv(folder / "list.csv", [head, *rows])
    screen_file(path, ON, folder / "out")
    return read_csv(folder / "out" / "statistics.csv")


def test_units_values_and_prices_by_tariff_line_with_and_without_a_vin(tmp_path):
    one, two, three = ELECTRIC
    lines = screened(tmp_path, [
        (one, "8703801090", "20,000", "USD", "1", "甲", "桑托斯", "B1"), (two, "8703801090", "USD 30000", "", "1", "甲", "巴西", "B1"),
        (three, "8703801090", "25000", "EUR", "", "甲", "Atlantis", "B2"), ("", "8703809090", "2050", "USD", "12", "乙", "巴西", ""),
        ("", "8703809090", "cheap", "USD", "3", "乙", "巴西", ""), ("", "8703809090", "", "", "1", "乙", "", ""), ("合计", "", "99", "", "17", "", "", ""),
    ])  # fmt: skip
    tariff = {(line["tariff_line"], line["with_vin"], line["currency"]): line for line in lines if line["table"] == "tariff_line"}  # fmt: skip
    names = ("units", "units_priced", "value", "price_mean", "rows_without_price", "rows_unread")
    assert {key: tuple(line[name] for name in names) for key, line in tariff.items()} == {
        ("8703801090", "yes", "USD"): ("2", "2", "50000.0", "25000.0", "0", "0"),
        ("8703801090", "yes", "EUR"): ("1", "1", "25000.0", "25000.0", "0", "0"),
        ("8703809090", "no", "USD"): ("15", "12", "24600.0", "2050.0", "0", "1"),
        ("8703809090", "no", ""): ("1", "0", "", "", "1", "0"),
    }
    trades = {(line["exporter"], line["country"], line["destination"]): line["units"] for line in lines if line["table"] == "exporter_destination"}  # fmt: skip
    assert trades == {("乙", "BR", "Brazil"): "15", ("甲", "BR", "Brazil"): "2", ("甲", "", "Atlantis"): "1", ("乙", "", ""): "1"}  # fmt: skip
    page = Page((tmp_path / "out" / "report.html").read_text(encoding="utf-8")).words("figures")
    assert "8703801090 with 2 USD 50,000 25,000" in page


def test_the_spread_of_the_prices_of_one_model_in_one_market(tmp_path):
    tesla = ELECTRIC[0][:-1]
    rows = [(f"{tesla[:8]}{digit}{tesla[9:]}{n}", "8703801090", price, "USD", "", "甲", place, "") for n, digit, price, place in ((1, "1", "20000", "巴西"), (2, "3", "26000", "Brazil"), (3, "5", "30000", "Santos"))]  # fmt: skip
    (spread,) = [line for line in screened(tmp_path, rows) if line["table"] == "price_spread"]
    assert (spread["country"], spread["units_priced"], spread["price_low"], spread["price_high"]) == ("BR", "3", "20000.0", "30000.0")  # fmt: skip
    assert float(spread["price_mean"]) == 25333.33


def test_no_vehicle_is_missing_where_there_are_too_many_groups(monkeypatch):
    monkeypatch.setattr(statistics, "_GROUPS", 3)
    figures = statistics.Statistics()
    rows = 40
    data = pa.record_batch(
        {"code": ["8703801090"] * rows, "who": [f"exporter {n}" for n in range(rows)]}
    )
    answers = pa.record_batch(
        {name: pa.array(["x"] * rows) for name in ("vin", "vin_brand", "vin_model")}
    )
    figures.add(data, {"hs_code": "code", "exporter": "who"}, answers)
    counted = figures.figures()
    assert (
        sum(line.units for line in counted.tariff)
        == sum(line.units for line in counted.destinations)
        == rows
    )
    assert len(counted.destinations) == 4
    assert any("more than" in note for note in counted.notes)


def test_what_needs_a_licence_stands_first_whether_or_not_there_are_licences(tmp_path):
    path = tmp_path / "pipe.csv"
    path.write_text("NO|VIN|B/L No\n" + "".join(f"{n}|{vin}|BL{n % 2}\n" for n, vin in enumerate(ELECTRIC)), encoding="utf-8")  # fmt: skip
    screen_file(path, ON, tmp_path / "out")
    page = Page((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    assert all(vin in page.words("act") for vin in ELECTRIC)
    assert page.words("vins-1").split() == [ELECTRIC[0], ELECTRIC[2]]
    buttons = [attrs["data-copy"] for attrs in page.attributes("button") if "data-copy" in attrs]
    assert buttons == ["act", "vins-1", "vins-2"]


def test_the_page_lists_so_many_vehicles_and_counts_all(monkeypatch):
    monkeypatch.setattr(needed, "NEEDED_ROWS", 3)
    rows = needed.NeededRows()
    count = 2
    answers = pa.record_batch({
        "vin_verdict": ["controlled"] * count, "vin_row": list(range(count)), "vin": ["A", None], "vin_text": ["A", "TBA"],
        "vin_brand": ["BYD"] * count, "vin_model": [None] * count, "vin_regime": ["cn-2025-54"] * count,
    })  # fmt: skip
    data = pa.record_batch({"bill": ["1"] * count})
    for _ in range(2):
        rows.add("s", data, {"bl_no": "bill"}, answers)
    found = rows.needed()
    (group,) = found.groups
    assert (found.rows, found.listed, group.vins, group.without_vin) == (
        4,
        3,
        ("A",),
        ("s 1: TBA",),
    )
    assert Counter(group.models) == {"BYD": 3}
