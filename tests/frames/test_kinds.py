"""The same answers in every kind of frame, which is the kind that came in; the user's own columns are as they were."""

from datetime import date

import duckdb as duck
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import dataset
from support import ON
from support.desk import LIST, MANIFEST, tesla
from support.manifests import put
from support.vins import checked_vin

import vintool
from vintool import frames
from vintool.codes import ALL_REGIMES, REGIMES
from vintool.columns import TYPES
from vintool.errors import MappingError, NoVinColumn

ROWS = pa.table(
    {
        "VIN": [tesla(1), "1HGCM82633A004352", tesla(1), "TBA", None, "LSVNV2182E2000005"],
        "Fuel": ["纯电动", "", "petrol", None, "BEV", "petrol"],
        "Condition": ["new", "used", "used", "new", None, "new"],
        "Price": pa.array([1.5, None, 3, 4, 5, 6], pa.float64()),
    }
)
NONE = ROWS.slice(0, 0)
PANDAS = pd.DataFrame
CON = duck.connect()
KINDS = {
    "pandas": lambda table: table.to_pandas(),
    "pandas of objects": lambda table: table.to_pandas().astype(
        dict.fromkeys(table.column_names[:2], object)
    ),
    "pandas of Arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": pl.from_arrow,
    "polars categorical": lambda table: pl.from_arrow(table).with_columns(
        pl.col("^(Fuel|b)$").cast(pl.Categorical),
        pl.col("^Condition$").cast(pl.Enum(["new", "used"])),
    ),
    "polars lazy": lambda table: pl.from_arrow(table).lazy(),
    "DuckDB": lambda table: CON.from_arrow(
        table.rename_columns(
            {"VIN": "Chassis"} if "VIN" in table.column_names else table.column_names
        )
    ),
    "table": lambda table: table,
    "batch": lambda table: pa.RecordBatch.from_arrays(
        [column.combine_chunks() for column in table.columns], table.column_names
    ),
    "reader": lambda table: table.to_reader(max_chunksize=2),
    "dataset": dataset.dataset,
}
kinds = pytest.mark.parametrize("kind", KINDS)


def arrow(frame):
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    table = frame.to_table() if isinstance(frame, dataset.Dataset) else pa.table(frame)
    return table.rename_columns(
        ["VIN" if name == "Chassis" else name for name in table.column_names]
    )


def as_plain(table, names):
    """The rows as plain values: pandas has no list that is null, polars and DuckDB none of Arrow's types of text."""
    return table.select(names).to_pylist()


@kinds
@pytest.mark.parametrize("regime", [None, *REGIMES])
def test_every_frame_is_screened_as_a_table_is(kind, regime):
    frame, wanted = KINDS[kind](ROWS), vintool.screen_table(ROWS, ON, regime=regime)
    answers = frames.screen(frame, ON, regime=regime)
    assert type(answers) is type(frame) or isinstance(answers, dataset.Dataset)
    table = arrow(answers)
    assert table.column_names == wanted.column_names
    assert as_plain(table, wanted.column_names[4:]) == as_plain(wanted, wanted.column_names[4:])
    assert regime or {ALL_REGIMES} != {*table["vin_regime"].to_pylist()}


@kinds
@pytest.mark.parametrize("fields", [None, "brand", ["powertrain", "plant", "model_year"]])
def test_every_frame_is_decoded_as_a_table_is(kind, fields):
    frame, wanted = KINDS[kind](ROWS), vintool.decode_table(ROWS, fields=fields)
    answers = frames.decode(frame, fields=fields)
    assert type(answers) is type(frame) or isinstance(answers, dataset.Dataset)
    table = arrow(answers)
    assert table.column_names == wanted.column_names
    assert fields or len(table.column_names) == 4 + len(TYPES)
    plain = [
        name for name in wanted.column_names[4:] if name != "vin_attributes"
    ]  # a map, in polars a list of structs
    assert as_plain(table, plain) == as_plain(wanted, plain)


@kinds
def test_a_frame_without_rows_has_the_same_columns(kind):
    wanted = vintool.screen_table(ROWS, ON)
    assert arrow(frames.screen(KINDS[kind](NONE), ON)).column_names == wanted.column_names
    table = arrow(frames.decode(KINDS[kind](NONE), fields=["brand"]))
    assert (table.num_rows, table.column_names[-1]) == (0, "vin_brand")


@kinds
def test_lists_mappings_and_the_first_row_are_those_of_a_table(kind):
    rows = pa.table(dict(zip("abcde", map(list, zip(*MANIFEST[1:], strict=True)), strict=True)))
    licences = pl.DataFrame(LIST[1:], schema=list(LIST[0]), orient="row")
    options = {
        "mapping": {"vin": "a", "fuel": "b", "licence_no": "c", "destination": "d"},
        "licences": licences,
        "first_row": 7,
    }
    wanted = vintool.screen_table(rows, ON, **options)
    assert any("licence" in str(reasons) for reasons in wanted["vin_reasons"].to_pylist())
    answers = arrow(frames.screen(KINDS[kind](rows), ON, **options))
    assert as_plain(answers, wanted.column_names[5:]) == as_plain(wanted, wanted.column_names[5:])


def test_a_frame_of_pandas_keeps_its_index_its_types_and_its_names():
    frame = PANDAS(
        {"VIN": [tesla(1), 7.0, None], 3: pd.Categorical(["a", "b", "a"]), "x": [{"a": 1}, [1], "s"]},
        index=pd.MultiIndex.from_tuples([("a", 1), ("a", 1), ("b", 2)], names=["k", "n"]),
    )  # fmt: skip
    frame.attrs["made"] = "here"
    for answers in (frames.screen(frame, ON), frames.decode(frame, fields="brand")):
        pd.testing.assert_frame_equal(answers[[*frame.columns]], frame)
        assert answers.attrs == {"made": "here"}
    assert frames.decode(frame, fields="brand")["vin_brand"].tolist()[0] == "Tesla"
    by_vin = PANDAS({"Fuel": ["petrol"]}, index=pd.Index([tesla(1)], name="VIN"))
    assert frames.screen(by_vin, ON)["vin_brand"].tolist() == ["Tesla"]


def test_a_frame_of_polars_keeps_its_types():
    frame = KINDS["polars categorical"](ROWS)
    for answers in (
        frames.screen(frame, ON),
        frames.screen(frame.lazy(), ON).collect(),
        frames.decode(frame.lazy(), fields="brand").collect(engine="streaming"),
    ):
        assert answers.select(frame.columns).equals(frame)
        assert [*answers.schema.items()][:4] == [*frame.schema.items()]


def test_columns_that_arrow_knows_not_are_kept_beside_the_answers():
    cars = {"VIN": [tesla(1)]}
    some = [
        pl.DataFrame(cars).with_columns(wide=pl.lit(1).cast(pl.Int128), of=pl.lit(1).cast(pl.Time)),
        PANDAS(cars | {"wide": [1 + 2j], "of": pd.period_range("2020", periods=1, freq="D")}),
    ]
    for frame in some:
        answers = frames.screen(frame, ON)
        assert [*answers["vin_verdict"]] == ["controlled"]
        assert answers[[*frame.columns]].equals(frame)
        assert [*frames.decode(frame, fields="brand")["vin_brand"]] == ["Tesla"]


@kinds
def test_what_is_no_day_and_no_regime_is_refused_at_once(kind):
    with pytest.raises(ValueError, match="on='soon'"):
        frames.screen(KINDS[kind](ROWS), "soon")
    with pytest.raises(KeyError):
        frames.screen(KINDS[kind](ROWS), ON, regime="xx")


def test_a_lazy_frame_rests_on_the_reference_of_its_call(tmp_path):
    rule = put(tmp_path / "own.csv", "wmi,vds,powertrain,grade,source\nLZZ,AB12C,BEV,A,me\n")
    rows = pa.table({"VIN": [checked_vin("LZZAB12C", "LC")]})
    own = vintool.Reference(evidence=[rule])
    for make in KINDS.values():
        for reference, verdict in ((None, "review"), (own, "controlled")):
            answers = frames.screen(make(rows), ON, reference=reference, regime="cn-2025-54")
            assert arrow(answers)["vin_verdict"].to_pylist() == [verdict]
        decoded = arrow(frames.decode(make(rows), fields="powertrain", reference=own))
        assert decoded["vin_powertrain"].to_pylist() == ["BEV"]
    con = duck.connect()
    frames.duckdb(con, reference=own)
    sql = f"SELECT vin_screen('{rows['VIN'][0]}', DATE '2026-03-01', MAP {{}}).verdict"
    assert con.sql(sql).fetchall() == [("controlled",)]


def test_a_lazy_frame_stays_lazy_and_knows_its_columns_before_it_is_collected():
    asked = []

    def look(rows):
        asked.append(len(rows))
        return rows

    lazy = pl.from_arrow(ROWS).lazy().map_batches(look, schema=pl.from_arrow(ROWS).schema)
    screened, decoded = frames.screen(lazy, ON), frames.decode(lazy, fields=["brand", "plant"])
    for answers in (screened, decoded):
        schema = answers.collect_schema()
        assert not asked
        assert answers.collect().schema == schema
        asked.clear()
    with pytest.raises(NoVinColumn):
        frames.decode(pl.LazyFrame({"x": [tesla(1)], "y": [1]}))
    named = frames.decode(pl.LazyFrame({"x": [tesla(1)], "y": [1]}), "x", "brand").collect()
    assert named["vin_brand"].to_list() == ["Tesla"]


def test_a_relation_stays_in_its_connection_with_its_types():
    con = duck.connect()
    con.execute("CREATE TYPE fuel AS ENUM ('BEV', 'petrol')")
    con.execute(f"CREATE TABLE t AS SELECT '{tesla(1)}' AS vin, 'BEV'::fuel AS fuel, 1::HUGEINT AS \"a \"\"b\"")  # fmt: skip
    relation = con.table("t")
    answers = frames.screen(relation, ON)
    assert answers.types[:3] == relation.types
    assert answers.columns[:4] == ["vin", "fuel", 'a "b', "vin_row"]
    joined = con.sql("SELECT answers.vin_verdict FROM answers JOIN t USING (vin)")
    assert joined.fetchall() == [("controlled",)]
    assert [row[2] for row in con.sql("SHOW ALL TABLES").fetchall()] == ["t"]
    # To DuckDB they were one name.
    upper = frames.screen(con.sql("SELECT vin AS VIN FROM t"), ON)
    assert upper.columns[:4] == ["VIN", "vin_row", "vin_text", "vin_vin"]
    assert upper.project("vin_vin").fetchall() == [(tesla(1),)]


def test_a_series_becomes_a_frame():
    for series in (pl.Series("chassis", [tesla(1)]), pd.Series([tesla(1)], [5], name="chassis")):
        answers = frames.decode(series, fields="brand")
        assert [*answers.columns] == ["chassis", "vin_brand"]
    assert [*answers.index] == [5]
    unnamed = frames.screen(pd.Series([tesla(1)]), ON)
    assert unnamed["vin_verdict"].tolist() == ["controlled"]
    assert isinstance(frames.decode([tesla(1)], fields="brand"), pa.Table)


def test_a_stream_of_batches_is_judged_as_screen_batches_does():
    days = ROWS.append_column("Declaration date", pa.array([date(2025, 3, 1)] * 6))
    wanted = pa.Table.from_batches(vintool.screen_batches(days.to_batches(max_chunksize=2)))
    assert "date_alone" in str(wanted["vin_reasons"].to_pylist())
    assert frames.screen(days.to_reader(max_chunksize=2)).read_all().equals(wanted)


@kinds
def test_a_mapping_that_cannot_be_is_refused(kind):
    with pytest.raises((MappingError, pl.exceptions.ComputeError), match="'fule'"):
        arrow(frames.screen(KINDS[kind](ROWS), ON, {"fule": "Fuel"}))
    with pytest.raises(ValueError, match=r"brnd; perhaps 'brand' is meant"):
        frames.decode(KINDS[kind](ROWS), fields="brnd")


def test_every_kind_of_frame_is_taken_by_ibis_too():
    ibis = pytest.importorskip("ibis")
    pytest.importorskip("pyarrow_hotfix")  # which Ibis' DuckDB asks for
    answers = frames.screen(ibis.memtable(ROWS.rename_columns({"VIN": "Chassis"})), ON)
    assert isinstance(answers, ibis.Table)
    wanted = vintool.screen_table(ROWS, ON)
    table = arrow(answers.to_pyarrow())
    assert as_plain(table, wanted.column_names) == as_plain(wanted, wanted.column_names)


@pytest.mark.parametrize(("cell", "verdict"), [("BEV", "review"), (None, "out_of_scope"), (3, "out_of_scope")])  # fmt: skip
def test_python_objects_in_a_frame_of_polars_are_read_as_texts(cell, verdict):
    objects = pl.Series([cell], dtype=pl.Object)
    frame = pl.DataFrame({"VIN": ["9BRZZZZZZSJ012345"], "Fuel": ["petrol"], "HS code": ["8703234310"], "Z": objects})  # fmt: skip
    table = vintool.screen_table(frame, "2026-03-01", regime="cn-2025-54")
    assert table["vin_verdict"].to_pylist() == [verdict]


@pytest.mark.parametrize("ask", [frames.screen, frames.decode, vintool.screen_table])
def test_a_frame_of_spark_is_refused_with_the_call_that_takes_it(ask):
    """Such a frame without Spark: it is known by the module of its class."""
    of_spark = type("DataFrame", (), {"__module__": "pyspark.sql.classic.dataframe", "collect": list})  # fmt: skip
    with pytest.raises(TypeError, match=r"vintool\.spark\.screen\(df, place=\.\.\.\)"):
        ask(of_spark())
