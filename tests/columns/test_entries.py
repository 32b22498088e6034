"""The same verdict however it is asked: one row, a table, a stream of batches, a file; and what is no table is refused."""

import inspect
import pickle
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.manifests import put_csv, read_csv
from support.vins import checked_vin

import vintool
from vintool import errors
from vintool.codes import Problem
from vintool.declaration.headers import fields
from vintool.vin import errors as vin_errors

ON = date(2026, 3, 1)
STARTS = ["LRW3E7FA", "LVVDD21B", "LSJA24U6", "LZZAB12C", "LGXCE4CB", "1HGCM826"]
CELLS = {
    "fuel": ("Fuel", ["", "petrol", "纯电动", "diesel"]),
    "hs_code": ("HS code", ["", "8703801010", "8703234010"]),
    "condition": ("Condition", ["", "used", "new"]),
    "make": ("Brand", ["", "Tesla", "MG"]),
}
ROWS = st.lists(
    st.tuples(st.sampled_from(STARTS), *(st.sampled_from(cells) for _, cells in CELLS.values())),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ROWS, st.sets(st.sampled_from(["vin", *CELLS])), st.integers(1, 4))
def test_every_entry_gives_the_same_verdict_whatever_part_of_the_mapping_is_given(
    tmp_path, rows, mapped, step
):
    names = {"vin": "VIN"} | {field: name for field, (name, _) in CELLS.items()}
    mapping = {field: names[field] for field in mapped} or None
    lines = [(checked_vin(start, "S2", n), *cells) for n, (start, *cells) in enumerate(rows, 1)]
    table = pa.table(dict(zip(names.values(), zip(*lines, strict=True), strict=True)))
    one_by_one = [
        vintool.screen(vin, ON, dict(zip(CELLS, cells, strict=True))) for vin, *cells in lines
    ]
    wanted = [(one.verdict.value, list(map(str, one.reasons))) for one in one_by_one]
    in_batches = pa.Table.from_batches(
        vintool.screen_batches(table.to_batches(max_chunksize=step), ON, mapping)
    )
    for answers in (vintool.screen_table(table, ON, mapping), in_batches):
        verdicts = answers["vin_verdict"].to_pylist()
        assert list(zip(verdicts, answers["vin_reasons"].to_pylist(), strict=True)) == wanted
    path = put_csv(tmp_path / "list.csv", [tuple(names.values()), *lines])
    vintool.screen_file(path, ON, tmp_path / "out", mapping)
    answers = read_csv(tmp_path / "out" / "annotated.csv")
    assert [(row["vin_verdict"], row["vin_reasons"].split(";")) for row in answers] == wanted


def test_a_mapping_in_batches_is_found_in_as_many_rows_as_in_a_table():
    """The VINs stand in a column without a heading that tells; the first batches have none of them."""
    vins = [""] * 20 + [checked_vin("LRW3E7FA", "LC", n) for n in range(80)]
    table = pa.table({"number": vins, "Fuel": ["petrol"] * 100})
    in_batches = pa.Table.from_batches(
        vintool.screen_batches(table.to_batches(max_chunksize=10), ON)
    )
    assert in_batches.equals(vintool.screen_table(table, ON).combine_chunks())


@pytest.mark.parametrize("entry", ["table", "batches", "file"])
@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"fule": "Fuel"}, ["'fule'", *fields()]),
        ({"vin": "VIN", "fuel": "Kraftstoff"}, ["fuel", "VIN", "Fuel"]),
        ({"vin": "VIN", "fuel": "VIN"}, ["two fields"]),
    ],
    ids=["no such field", "no such column", "one column twice"],
)
def test_a_mapping_that_cannot_be_is_refused_by_every_entry(tmp_path, entry, mapping, said):
    rows = [("VIN", "Fuel"), (checked_vin("LRW3E7FA", "LC"), "petrol")]
    table = pa.table({"VIN": [rows[1][0]], "Fuel": ["petrol"]})
    ask = {
        "table": lambda: vintool.screen_table(table, ON, mapping),
        "batches": lambda: list(vintool.screen_batches(table.to_batches(), ON, mapping)),
        "file": lambda: vintool.screen_file(put_csv(tmp_path / "x.csv", rows), ON, None, mapping),
    }
    with pytest.raises(errors.MappingError) as refused:
        ask[entry]()
    assert all(part in str(refused.value) for part in said)


VIN = checked_vin("LRW3E7FA", "LC")


@pytest.mark.parametrize("ask", [vintool.screen_table, vintool.decode_table])
@pytest.mark.parametrize(
    "data",
    [
        "manifest.csv", VIN, b"manifest.csv", Path("manifest.csv"), {"vin": VIN}, {"vin": [VIN], "fuel": "petrol"},
        {"vin": [VIN, VIN], "fuel": ["petrol"]}, {"vin": 5}, [{"vin": VIN}], [(VIN, "petrol")], {VIN}, 5, None, object(),
        pa.array([[VIN]]), pa.array([{"vin": VIN}]), [5, VIN], pl.LazyFrame({"vin": [VIN]}),
    ],
    ids=lambda data: type(data).__name__,
)  # fmt: skip
def test_what_is_no_table_is_refused_with_what_to_do(ask, data):
    options = {"on": ON} if ask is vintool.screen_table else {"fields": ["brand"]}
    with pytest.raises(TypeError, match=r"no table.*; (give|make|for|call)") as refused:
        ask(data, **options)
    assert VIN not in str(refused.value)


@pytest.mark.parametrize(
    "data", [[VIN], (VIN,), pa.array([VIN]), pa.chunked_array([[VIN]]), {"vin": [VIN]}]
)
def test_one_column_of_texts_is_a_table(data):
    assert vintool.screen_table(data, ON)["vin_verdict"].to_pylist() == ["controlled"]
    assert vintool.decode_table(data, fields=["brand"])["vin_brand"].to_pylist() == ["Tesla"]


@pytest.mark.parametrize("reader", ["manifest.csv", {"vin": [VIN]}, pa.table({"vin": [VIN]}), 5])
def test_what_is_no_stream_of_batches_is_refused(reader):
    with pytest.raises(TypeError, match=r"no stream of batches.*give"):
        vintool.screen_batches(reader, ON)


def test_a_stream_of_something_else_is_refused():
    with pytest.raises(TypeError, match="no batch: str"):
        list(vintool.screen_batches([VIN], ON))


def test_a_column_that_is_read_shares_its_name_with_no_other():
    table = pa.Table.from_arrays(
        [pa.array([VIN]), pa.array([VIN]), pa.array(["2"])], ["VIN", "x", "x"]
    )
    with pytest.raises(errors.MappingError, match="2 columns have the name 'x'"):
        vintool.screen_table(table, ON)


def exceptions():
    located = {"file": "a.csv", "sheet": "b", "row": 7, "column": "c", "next_step": "look"}
    yield from (
        kind("what", **located)
        for kind in (errors.ManifestError, errors.NoVinColumn, errors.MappingError)
    )
    yield from (errors.DataError("what"), errors.DataSourceError("what"))
    yield from map(vin_errors.invalid, Problem)
    yield vin_errors.InvalidVin(Problem.LENGTH)


def test_every_exception_goes_from_process_to_process():
    for error in exceptions():
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
        assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
    public = {
        kind
        for module in (errors, vin_errors)
        for name, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Exception) and kind.__module__ == module.__name__ and name[0] != "_"
    } - {errors.VintoolError}  # which is never raised itself
    assert public == {type(error) for error in exceptions()}


def test_two_columns_of_codes_leave_no_doubt_of_the_vin():
    table = pa.table({"VIN": [VIN], "HS Code": ["8703801090"], "商品编号": ["8703801010"]})
    assert vintool.decode_table(table, fields=["brand"])["vin_brand"].to_pylist() == ["Tesla"]
    with pytest.raises(errors.MappingError, match="hs_code"):
        vintool.screen_table(table, ON)
