"""Arrow columns of every type: taken, or refused by its name."""

import datetime as dt
import decimal
import re
import tracemalloc
import uuid

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import ON
from support.manifests import put_arrow
from support.readers import VINS, cells, only, refusal

import vintool
from vintool.columns.engine.plain import TypeNotTakenError, is_taken, to_plain
from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file

TWO = VINS[:2]
BYTES = [vin.encode() for vin in TWO]
DAY = dt.date(2026, 3, 1)
CENT = decimal.Decimal("1.50")


def stored(kind, storage):
    return pa.ExtensionArray.from_storage(kind, storage)


TEXTS = {
    "string": pa.array(TWO),
    "large_string": pa.array(TWO, pa.large_string()),
    "string_view": pa.array(TWO, pa.string_view()),
    "binary": pa.array(BYTES),
    "large_binary": pa.array(BYTES, pa.large_binary()),
    "binary_view": pa.array(BYTES, pa.binary_view()),
    "fixed_size_binary": pa.array(BYTES, pa.binary(17)),
    "dictionary": pa.array(TWO).dictionary_encode(),
    "dictionary of large": pa.array(TWO, pa.large_string()).dictionary_encode(),
    "run_end_encoded": pa.RunEndEncodedArray.from_arrays([1, 2], TWO),
    "run_end_encoded of a dictionary": pa.RunEndEncodedArray.from_arrays(
        [1, 2], pa.array(TWO).dictionary_encode()
    ),
    "opaque": stored(pa.opaque(pa.string(), "t", "v"), pa.array(TWO)),
}
VALUES = {
    "null": pa.nulls(2),
    **{str(kind): pa.array([1, 2], kind) for kind in (pa.int8(), pa.uint64(), pa.float32())},
    "float16": pa.array(np.array([1, 2], np.float16)),
    "bool": pa.array([True, False]),
    **{
        f"decimal{bits}": pa.array([CENT] * 2, getattr(pa, f"decimal{bits}")(5, 2))
        for bits in (32, 64, 128, 256)
    },
    "date32": pa.array([DAY] * 2),
    "date64": pa.array([DAY] * 2, pa.date64()),
    "time32": pa.array([1, 2], pa.time32("s")),
    "time64": pa.array([1, 2], pa.time64("ns")),
    **{f"timestamp {unit}": pa.array([1, 2], pa.timestamp(unit)) for unit in ("s", "us", "ns")},
    "timestamp with zone": pa.array([1, 2], pa.timestamp("ns", "Asia/Shanghai")),
    "duration": pa.array([1, 2], pa.duration("ns")),
    "run-end encoded numbers": pa.RunEndEncodedArray.from_arrays([1, 2], [7, 8]),
    "run-end encoded dictionary": pa.RunEndEncodedArray.from_arrays(
        [1, 2], pa.array([1, 2], pa.timestamp("s", "Asia/Shanghai")).dictionary_encode()
    ),
    "uuid": stored(pa.uuid(), pa.array([uuid.UUID(int=at).bytes for at in (1, 2)], pa.binary(16))),
    "json": stored(pa.json_(), pa.array(['"x"', "{}"])),
    "bool8": stored(pa.bool8(), pa.array([0, 1], pa.int8())),
}
NESTED = {
    "list": pa.array([["a"], ["b"]]),
    "large_list": pa.array([["a"], ["b"]], pa.large_list(pa.string())),
    "fixed_size_list": pa.array([["a"], ["b"]], pa.list_(pa.string(), 1)),
    "list_view": pa.array([["a"], ["b"]], pa.list_view(pa.string())),
    "struct": pa.array([{"a": 1}, {"a": 2}]),
    "map": pa.array([[("a", 1)], [("b", 2)]], pa.map_(pa.string(), pa.int32())),
    "tensor": stored(
        pa.fixed_shape_tensor(pa.int32(), [1]), pa.array([[1], [2]], pa.list_(pa.int32(), 1))
    ),
}
REFUSED = {
    "list<item: run_end_encoded": pa.ListArray.from_arrays([0, 1, 2], pa.RunEndEncodedArray.from_arrays([1, 2], ["a", "b"])),
    "month_day_nano_interval": pa.array([pa.MonthDayNano([1, 2, 3])] * 2),
    "dense_union": pa.UnionArray.from_dense(pa.array([0, 1], pa.int8()), pa.array([0, 0], pa.int32()), [pa.array(["a"]), pa.array([1])]),
    "sparse_union": pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array(["a", "b"]), pa.array([1, 2])]),
    "Not/AZone": pa.array([1, 2], pa.timestamp("s", "Not/AZone")),
    "string_view>": pa.array([["a"], ["b"]], pa.list_(pa.string_view())),
    "struct<a: decimal32": pa.array([{"a": CENT}] * 2, pa.struct([("a", pa.decimal32(5, 2))])),
}  # fmt: skip


def files(tmp_path, table):
    """The table in every format that has types; not all types can be written as Parquet."""
    yield put_arrow(tmp_path / "a.arrow", table)
    yield put_arrow(tmp_path / "a.arrows", table, stream=True)
    try:
        pq.write_table(table, tmp_path / "a.parquet")
    except pa.ArrowNotImplementedError:
        return
    yield tmp_path / "a.parquet"


@pytest.mark.parametrize("kind", TEXTS)
def test_vins_of_every_type_of_text_are_read(tmp_path, kind):
    table = pa.table({"VIN": TEXTS[kind]})
    for path in files(tmp_path, table):
        assert screen_file(path, ON, tmp_path / "out").verdicts["controlled"] == 2
    assert vintool.screen_table(table, ON)["vin"].to_pylist() == TWO
    assert vintool.decode_table(table["VIN"], fields=["vin"])["vin_vin"].to_pylist() == TWO


@pytest.mark.parametrize("kind", TEXTS)
def test_what_is_declared_in_a_column_of_any_type_of_text_is_of_each_vin_of_its_row(kind):
    cars = pa.array([" / ".join(TWO), TWO[0]])
    table = pa.table({"Fuel": TEXTS[kind], "VIN": cars})
    found = vintool.screen_table(table, ON, {"vin": "VIN", "fuel": "Fuel"})
    assert found["vin_verdict"].to_pylist() == ["controlled", "controlled"]
    assert found["vin_others"].to_pylist() == [[f"{TWO[1]}=controlled"], []]


@pytest.mark.parametrize("kind", {**TEXTS, **VALUES, **NESTED})
def test_a_column_of_any_type_is_copied(tmp_path, kind):
    column = {**TEXTS, **VALUES, **NESTED}[kind]
    table = pa.table({"VIN": TWO, "Extra": column})
    for path in files(tmp_path, table):
        assert screen_file(path, ON, tmp_path / "out").rows_out == 2
        copied = pq.read_table(tmp_path / "out" / "annotated.parquet")["Extra"]
        assert copied.null_count == table["Extra"].null_count
        for copy in ("csv", "jsonl", "xlsx"):
            assert screen_file(path, ON, tmp_path / "out", annotated_as=copy).rows_out == 2
    assert vintool.screen_table(table, ON)["Extra"].type == column.type


@pytest.mark.parametrize("kind", {**TEXTS, **VALUES, **NESTED, **REFUSED})
def test_a_table_without_rows_keeps_its_types(kind):
    column = {**TEXTS, **VALUES, **NESTED, **REFUSED}[kind]
    table = pa.table({"VIN": TWO, "Extra": column}).slice(0, 0)
    table = pa.Table.from_batches([], table.schema)
    if "list<" in kind:  # of which Arrow makes no empty one that is sound
        with pytest.raises(TypeNotTakenError, match="run_end_encoded"):
            vintool.screen_table(table, ON)
        return
    answers = vintool.screen_table(table, ON)
    assert (answers.num_rows, answers["Extra"].type) == (0, column.type)


NO_TEXT = [
    kind for kind in REFUSED if not pa.types.is_nested(REFUSED[kind].type) or "union" in kind
]


@pytest.mark.parametrize("kind", NO_TEXT)
def test_a_type_that_cannot_be_read_is_refused_in_several_pieces_too(kind):
    table = pa.table({"VIN": TWO, "Fuel": REFUSED[kind]})
    with pytest.raises(TypeNotTakenError):
        vintool.screen_table(pa.concat_tables([table, table]), ON, {"vin": "VIN", "fuel": "Fuel"})


@pytest.mark.parametrize("kind", {**VALUES, **NESTED})
def test_a_column_of_any_type_is_read(tmp_path, kind):
    table = pa.table({"VIN": TWO, "Fuel": {**VALUES, **NESTED}[kind]})
    for path in files(tmp_path, table):
        summary = screen_file(path, ON)
        assert (summary.rows_out, summary.mapping["fuel"]) == (2, "Fuel")
    assert vintool.screen_table(table, ON).num_rows == 2


@pytest.mark.parametrize("kind", REFUSED)
def test_a_type_that_can_be_neither_read_nor_copied_is_refused_by_name(tmp_path, kind):
    column = REFUSED[kind]
    assert not is_taken(column.type)
    for path in files(tmp_path, pa.table({"VIN": TWO, "Extra": column})):
        error = refusal(path)
        assert error.column == "Extra"
        assert kind.split(":")[0] in error.what
    if kind in NO_TEXT:
        whole = {"vin": "VIN", "fuel": "Fuel"}
        with pytest.raises(TypeNotTakenError, match=re.escape(f"column 'Fuel': {column.type} cannot be read")):  # fmt: skip
            vintool.screen_table(pa.table({"VIN": TWO, "Fuel": column}), ON, whole)
    with pytest.raises(
        (TypeNotTakenError, TypeError), match=r"column 'vin'|a column of several values"
    ):
        vintool.decode_table(column)


@pytest.mark.parametrize("kind", {**VALUES, **NESTED})
def test_rows_of_several_vehicles_are_read_beside_every_type(kind):
    both = f"{TWO[0]} / {TWO[1]}"
    column = {**VALUES, **NESTED}[kind]
    plain = {"VIN": [both, TWO[0]], "Fuel": ["BEV", "petrol"], "HS code": ["8703801090"] * 2}
    texts = pa.table({name: pa.array(cells, pa.string_view()) for name, cells in plain.items()})
    wanted = vintool.screen_table(pa.table(plain), ON)
    assert wanted["vin_others"].to_pylist()[0]
    answers = vintool.screen_table(texts.append_column("Extra", column), ON)
    assert answers.select(wanted.column_names[3:]).equals(wanted.select(wanted.column_names[3:]))
    assert answers["Extra"].type == column.type
    if kind in VALUES:
        mapping = {"vin": "VIN", "model": "Extra"}
        table = pa.table({"VIN": [both, TWO[0]], "Extra": column})
        assert vintool.screen_table(table, ON, mapping).num_rows == 2


def test_a_message_longer_than_its_file_takes_no_memory(tmp_path):
    sound = put_arrow(tmp_path / "a.arrows", pa.table({"VIN": TWO}), stream=True).read_bytes()
    end = sound.rindex(b"\xff\xff\xff\xff")
    path = tmp_path / "b.arrows"
    path.write_bytes(sound[:end] + b"\xff" * 7 + b"\x3f")
    tracemalloc.start()
    try:
        refusal(path)
        assert tracemalloc.get_traced_memory()[1] < 1 << 26
    finally:
        tracemalloc.stop()


def test_bytes_that_are_no_text_are_refused_by_the_name_of_their_column():
    table = pa.table({"VIN": TWO, "Fuel": [b"\xff", b"x"]})
    with pytest.raises(ValueError, match="column 'Fuel': binary cannot be read as text"):
        vintool.screen_table(table, ON, {"vin": "VIN", "fuel": "Fuel"})


def test_a_part_of_a_run_end_encoded_column_is_that_part(tmp_path):
    column = pa.RunEndEncodedArray.from_arrays([3, 5, 9], VINS[:3])
    assert to_plain(column.slice(2, 4)).to_pylist() == [VINS[0], VINS[1], VINS[1], VINS[2]]
    sheet = only(open_manifest(put_arrow(tmp_path / "a.arrow", pa.table({"VIN": column}))))
    assert [row[0] for row in cells(sheet)] == [VINS[0]] * 3 + [VINS[1]] * 2 + [VINS[2]] * 4
