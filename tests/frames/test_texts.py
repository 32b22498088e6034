"""Namespaces of polars and pandas and functions of DuckDB say what the library says of each text."""

import json
from datetime import date

import duckdb as duck
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from support import ON
from support.desk import tesla

import vintool
from vintool import frames
from vintool.columns import TYPES

TEXTS = [
    tesla(1),
    "lrw3e7fa1lc000001",
    "LRW3E7FA2LC000001",
    "1HGCM82633A004352",
    "TBA",
    "",
    None,
] * 2
VALID = [text if text is None else vintool.is_valid(text) for text in TEXTS]
FIELDS = ["brand", "model_year", "plant", "check_digit"]
WANTED = vintool.decode_table(TEXTS, fields=FIELDS).to_pylist()
WANTED = [{name.removeprefix("vin_"): value for name, value in row.items()} for row in WANTED]
ON_LINE = date(2025, 3, 1)


@pytest.fixture(scope="module", autouse=True)
def _registered():
    for _ in range(2):  # the second time changes nothing
        frames.register_polars()
        frames.register_pandas()


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_expressions_of_polars(engine):
    lazy = pl.LazyFrame({"v": TEXTS}).select(
        pl.col("v").vin.decode(FIELDS).alias("all"),
        pl.col("v").cast(pl.Categorical).vin.decode("brand").alias("brand"),
        valid=pl.col("v").vin.is_valid(),
        digit=pl.col("v").vin.check_digit(),
    )
    answers = lazy.collect(engine=engine)
    assert answers["all"].to_list() == WANTED
    assert answers["brand"].to_list() == [row["brand"] for row in WANTED]
    assert answers["valid"].to_list() == VALID
    assert answers["digit"].to_list() == [row["check_digit"] for row in WANTED]
    assert answers.schema == lazy.collect_schema()


def test_series_of_polars():
    series = pl.Series("v", TEXTS)
    assert series.vin.decode(FIELDS).to_list() == WANTED
    assert series.vin.is_valid().to_list() == VALID
    assert series.vin.check_digit().to_list() == [row["check_digit"] for row in WANTED]


@pytest.mark.parametrize("kind", [object, "string", pd.ArrowDtype(pa.string()), "category"])
def test_series_of_pandas(kind):
    series = pd.Series(TEXTS, index=[*"abcdefghijklmn"], dtype=kind, name="v")
    answers = series.vin.decode(FIELDS)
    assert [*answers.index] == [*series.index]
    assert pa.table(answers.reset_index(drop=True)).to_pylist() == WANTED
    assert [None if one is pd.NA else one for one in series.vin.is_valid()] == VALID
    assert series.vin.check_digit().tolist() == [row["check_digit"] for row in WANTED]


@pytest.fixture
def con():
    connection = duck.connect()
    rows = pa.table({"v": TEXTS, "n": range(len(TEXTS)), "fuel": [None, "petrol"] * 7})
    connection.register("cars", rows)
    for fields in (None, FIELDS):
        frames.duckdb(connection, fields)
    return connection


def test_functions_of_duckdb(con):
    rows = con.sql(
        "SELECT vin_is_valid(v), vin_vehicle(v), vin_decode(v, 'brand'), vin_decode(v, 'model_year'), vin_decode(v, 'plant'),"
        " vin_decode(v, CASE WHEN n < 3 THEN 'brand' WHEN n < 9 THEN 'check_digit' END) FROM cars ORDER BY n"
    ).fetchall()
    assert [row[0] for row in rows] == VALID
    assert [row[1] for row in rows] == WANTED
    assert [row[2] for row in rows] == [row["brand"] for row in WANTED]
    assert [row[3] for row in rows] == [row["model_year"] and str(row["model_year"]) for row in WANTED]  # fmt: skip
    assert [row[4] and json.loads(row[4]) for row in rows] == [row["plant"] for row in WANTED]
    digits = [row["check_digit"] for row in WANTED[3:9]]
    brands = [row["brand"] for row in WANTED[:3]]
    assert [row[5] for row in rows] == [*brands, *digits, *[None] * 5]
    with pytest.raises(duck.Error, match=r"brnd; perhaps 'brand' is meant"):
        con.sql("SELECT vin_decode(v, 'brnd') FROM cars").fetchall()


def test_vin_screen_judges_each_row_by_itself(con):
    rows = con.sql(
        "SELECT vin_screen(v, CASE WHEN n % 3 = 0 THEN DATE '2026-03-01' WHEN n % 3 = 1 THEN DATE '2025-03-01' END,"
        " CASE WHEN fuel IS NULL THEN MAP {} ELSE MAP {'fuel': fuel} END) FROM cars ORDER BY n"
    ).fetchall()
    for number, (text, (row,)) in enumerate(zip(TEXTS, rows, strict=True)):
        on = [ON, ON_LINE, None][number % 3]
        wanted = vintool.screen(text or "", on, {"fuel": "petrol"} if number % 2 else None)
        assert row["verdict"] == wanted.verdict.value
        assert row["regime"] == wanted.regime
        assert row["reasons"] == [one.value for one in wanted.reasons]
        assert row["other_regimes"] == [*wanted.other_regimes]
    assert (
        con.sql(
            "SELECT vin_screen(v, DATE '2026-03-01', MAP {}).verdict FROM cars LIMIT 0"
        ).fetchall()
        == []
    )
    with pytest.raises(duck.Error, match=r"'fule'; perhaps 'fuel' is meant"):
        con.sql("SELECT vin_screen(v, DATE '2026-03-01', MAP {'fule': fuel}) FROM cars").fetchall()


def test_a_day_that_can_be_none_is_one_that_cannot_be_read(con):
    days = ["infinity", "-infinity", "0226-11-20", "2569-03-01", "2026-03-01"]
    rows = con.execute(
        "SELECT vin_screen(?, unnest(?::DATE[]), MAP {'declaration_date': '2025-03-01'})",
        [TEXTS[0], days],
    ).fetchall()
    for day, (row,) in zip(days, rows, strict=True):
        wanted = vintool.screen(TEXTS[0], None, {"declaration_date": day})
        assert (row["verdict"], row["reasons"]) == (
            wanted.verdict.value, [one.value for one in wanted.reasons],
        )  # fmt: skip
        assert row["verdict"] == "controlled"


def test_a_struct_of_all_fields_is_there_where_none_are_named():
    con = duck.connect()
    frames.duckdb(con)
    row = con.sql(f"SELECT vin_vehicle('{tesla(1)}')").fetchall()[0][0]
    assert [*row] == [*TYPES]
