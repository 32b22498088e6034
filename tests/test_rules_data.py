"""The hand-made tables: read strictly, sourced, and every example answered as its row says."""

import csv

import pytest

from vintool import registry
from vintool.codes import Powertrain
from vintool.declaration import headers
from vintool.declaration import lexicon as declared
from vintool.declaration.days import read_date
from vintool.powertrain import classify
from vintool.registry.tables import parse_pattern
from vintool.vin import ALPHABET


def rows(name):
    with (registry.DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


MANUAL = rows("powertrain.manual.csv")
# Rows that stand against a row of the evidence on purpose: the VIN alone cannot tell.
BOTH_SIDES = {("WVW", "ZZZAU"), ("WV1", "ZZZSY"), ("LFZ", "93AN9")}


@pytest.mark.parametrize(
    "row", MANUAL, ids=[f"{row['wmi']}-{row['vds']}-{row['year_codes']}" for row in MANUAL]
)
def test_every_hand_made_rule_answers_its_own_example(row):
    example = row["example"]
    assert len(example) == 11
    told = classify(example[:8] + example[9:11])
    if (row["wmi"], row["vds"]) in BOTH_SIDES:
        assert told.ambiguous
    else:
        assert told.powertrain == row["powertrain"]
    assert row["source"]
    assert set(
        "".join(parse_pattern(row["vds"], 5)) + row["year_codes"] + row["plant_codes"]
    ) <= set(ALPHABET) | {"*"}


def test_rows_of_a_wmi_stand_together():
    for name in ("wmi.csv", "plants.csv", "powertrain.evidence.csv", "powertrain.manual.csv"):
        keys = [row["wmi"] for row in rows(name)]
        assert keys == sorted(keys), name


def test_rules_of_equal_rank_that_disagree_are_known():
    """A start of a VIN seen on both sides must be named here, so that none slips in."""
    split = set()
    for row in rows("powertrain.evidence.csv"):
        start = row["wmi"] + row["vds"].replace("*", "_")
        told = classify(start + "__")
        if told.powertrain is not None:
            assert (told.powertrain is Powertrain.BEV) == (row["powertrain"] == "BEV"), start
        else:
            split.add(start)
    assert split == {"LGWEEUA5", "WVWZZZAU", "WV1ZZZSY", "LFZ93AN9"}


def test_a_search_and_the_index_find_the_same():
    text = registry.read_bytes("plants.csv")
    searching = registry.KeyedTable(text, registry.PLANT_COLUMNS)
    indexed = registry.KeyedTable(text, registry.PLANT_COLUMNS)
    indexed.SEARCHES = 0
    for key in ("LRW", "101", "ZZZ", "WVW", "5YJ", "LSG", "nope", ""):
        assert searching.rows(key) == indexed.rows(key)


def test_codes_of_a_declaration():
    seen = set()
    for row in rows("declared.codes.csv"):
        assert row["source"]
        assert row["confidence"] in {"high", "medium", "low"}
        assert (row["field"], row["code"]) not in seen
        seen.add((row["field"], row["code"]))
        told = declared.meaning(row["field"], row["code"])
        assert told.powertrain == row["powertrain"]
        assert (told.kind, told.condition, told.has_vin) == ("", "", "")


def test_words_of_a_declaration():
    for row in rows("declared.words.csv"):
        assert row["source"]
        told = declared.meaning(row["field"], row["word"])
        assert told.value == row["value"], row
        assert declared.meaning(row["field"], f" {row['word'].upper()} ").value == row["value"]


@pytest.mark.parametrize(
    ("text", "says"),
    [("8703801090.0", "BEV"), ("8703.80.10.90", "BEV"), ("8703 8010 90", "BEV"), ("8703503110.999", "HEV"), ("８７０３８０１０９０", "BEV"), ("870380", "BEV"), ("8703", "passenger"), ("8702", "bus"), ("8702.40", "BEV"), ("8704.60.0000", "BEV"), ("87", None), ("", None), ("n/a", None), ("9999999999", None)],
)  # fmt: skip
def test_codes_as_spreadsheets_write_them(text, says):
    told = declared.meaning("hs_code", text)
    assert (told.value if told else None) == says


@pytest.mark.parametrize(
    ("text", "says"),
    [("纯电动", "BEV"), ("PURE ELECTRIC", "BEV"), ("Plug-In Hybrid", "PHEV"), ("汽油/电", "NOT_BEV"), ("petrol / electric", "NOT_BEV"), ("Benzin, Diesel", "ICE"), ("revised", None), ("EVA", None), ("electric window", None), ("新能源", None)],
)  # fmt: skip
def test_fuel_words_are_whole_words(text, says):
    told = declared.meaning("fuel", text)
    assert (told.value if told else None) == says


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-03-01", "2026-03-01"), ("2026/3/1", "2026-03-01"), ("2026.3.1", "2026-03-01"), ("2026年3月1日", "2026-03-01"), ("20260301", "2026-03-01"), ("2026-03-01 00:00:00", "2026-03-01"), ("2026-03-01T10:00:00+08:00", "2026-03-01"), ("01.03.2026", "2026-03-01"), ("31/12/2025", "2025-12-31"), ("12/31/2025", "2025-12-31"), ("46082", "2026-03-01"), ("2026-13-01", None), ("soon", None), ("", None), ("2026", None)],
)  # fmt: skip
def test_days_as_people_write_them(text, day):
    read = read_date(text)
    assert (read.isoformat() if read else None) == day


def test_headers_are_sourced_and_mean_one_thing():
    seen = {}
    for row in rows("headers.csv"):
        assert row["source"]
        assert row["field"]
        assert seen.setdefault(headers.normalise(row["header"]), row["field"]) == row["field"]


def test_brands_in_chinese_are_brands_of_the_registry():
    brands = {brand for maker in registry.makers() for brand in maker.brands}
    named = rows("brands.csv")
    assert {row["brand"] for row in named} <= brands
    assert (
        len({row["brand"] for row in named}) == len({row["chinese"] for row in named}) == len(named)
    )
    assert all(row["source"] for row in named)


def test_a_broken_table_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "DATA", tmp_path)
    (tmp_path / "x.csv").write_text("a,b\n1,2\n3\n", encoding="utf-8")
    with pytest.raises(registry.DataError, match="line 3"):
        list(registry.read_rows("x.csv", ("a", "b")))
    with pytest.raises(registry.DataError, match="columns are"):
        list(registry.read_rows("x.csv", ("a", "c")))
