"""The annotated copy in every format: the same rows, whatever way the batches come."""

import csv
import hashlib
import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import isfinite

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ON
from support.manifests import ATTO3, ROWS, TESLA, put_csv, put_xlsx, read_csv

from vintool.columns import screen_table
from vintool.errors import ManifestError
from vintool.escaping import spreadsheet_cell
from vintool.files.screen import screen_file
from vintool.files.writing import parquet, row_files, workbook
from vintool.files.writing.annotated import AnnotatedCopy
from vintool.files.writing.cells import inert, texts
from vintool.files.writing.formats import FORMATS
from vintool.files.writing.jsonl import json_lines


def rows_of(path):
    """The rows of an annotated copy, each cell as text."""
    form = path.suffix[1:]
    if form == "jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if form == "parquet":
        return pq.read_table(path).to_pylist()
    if form == "xlsx":
        names, *rows = openpyxl.load_workbook(path).active.values
        return [dict(zip(names, (cell or "" for cell in row), strict=True)) for row in rows]
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, delimiter="\t" if form == "tsv" else ","))


def as_texts(rows):
    """Rows of any format as those of CSV have them."""
    texts_of_rows = []
    for row in rows:
        cells = {
            key: ";".join(cell) if isinstance(cell, list) else cell for key, cell in row.items()
        }
        texts_of_rows.append(
            {key: "" if cell is None else str(cell) for key, cell in cells.items()}
        )
    return texts_of_rows


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("source", ["csv", "xlsx", "parquet"])
def test_every_format_holds_the_same(tmp_path, source, form):
    path = tmp_path / f"list.{source}"
    if source == "csv":
        put_csv(path)
    elif source == "xlsx":
        put_xlsx(path, {"one": ROWS})
    else:
        names, *rows = ROWS
        columns = zip(*rows, strict=True)
        pq.write_table(pa.table(dict(zip(names, map(list, columns), strict=True))), path)
    summary = screen_file(path, ON, tmp_path / "out", annotated_as=form, raw=True)
    file = tmp_path / "out" / f"annotated.{form}"
    rows = as_texts(rows_of(file))
    usual = [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]
    assert [{name: row[name] for name in ROWS[0]} for row in rows] == usual
    assert [row["vin_verdict"] for row in rows] == ["controlled", "invalid", "controlled", "controlled"]  # fmt: skip
    assert rows[3]["vin_reasons"] == "vin_pure_electric;duplicate_vin"
    assert str(file) in summary.outputs
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert (record["parameters"]["annotated_as"], record["parameters"]["raw"]) == (form, True)
    for name, digest in record["outputs"].items():
        content = (tmp_path / "out" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl"])
def test_several_sheets_become_one_table(tmp_path, form):
    sheets = {"first": ROWS, "second": [("Chassis No", "Fuel"), (ATTO3, "petrol")]}
    path = put_xlsx(tmp_path / "list.xlsx", sheets)
    screen_file(path, ON, tmp_path / "out", annotated_as=form)
    rows = as_texts(rows_of(tmp_path / "out" / f"annotated.{form}"))
    assert [row["vin_sheet"] for row in rows] == ["first"] * 4 + ["second"]
    assert (rows[0]["VIN"], rows[0]["Chassis No"], rows[4]["VIN"], rows[4]["Chassis No"]) == (TESLA, "", "", ATTO3)  # fmt: skip
    assert (rows[4]["Fuel"], rows[4]["vin_row"]) == ("petrol", "2")


def test_a_spreadsheet_runs_nothing_and_numbers_stay(tmp_path):
    path = put_csv(tmp_path / "list.csv", [("VIN", "=head", "Note"), ("@x", "-5.2", "+1-1"), (TESLA, "-", "'=1")])  # fmt: skip
    summary = screen_file(path, ON, tmp_path / "out")
    rows = read_csv(tmp_path / "out" / "annotated.csv")
    assert [list(row.values())[:3] for row in rows] == [["'@x", "-5.2", "'+1-1"], [TESLA, "-", "''=1"]]  # fmt: skip
    assert "'=head" in rows[0]
    assert [note for note in summary.notes if note.startswith("5 cell(s)")]
    screen_file(path, ON, tmp_path / "out", raw=True)
    raw = (tmp_path / "out" / "annotated.csv").read_text(encoding="utf-8")
    assert raw.startswith('"VIN","=head"')
    assert "'@" not in raw


CELLS = st.none() | st.text() | st.text("=+-@'1,;|.\t\r\n\x0b \"\u200b\u2028\x85\u3000＝eE%x")


@given(st.lists(CELLS), st.booleans())
def test_what_is_made_inert_in_a_column_is_what_is_made_inert_in_a_cell(cells, numbers):
    array = pa.array(cells, pa.string())
    cells_of_file, count = inert(array, numbers=numbers)
    encoded, counted = inert(array.dictionary_encode(), numbers=numbers)
    one_by_one = [
        None if cell is None else spreadsheet_cell(cell, numbers=numbers) for cell in cells
    ]
    assert cells_of_file.to_pylist() == encoded.to_pylist() == one_by_one
    changed = [cell for cell, safe in zip(cells, one_by_one, strict=True) if cell != safe]
    assert len(changed) == count == counted
    sliced, _ = inert(array.slice(1), numbers=numbers)
    assert sliced.to_pylist() == one_by_one[1:]


VALUES = st.text() | st.text('"\\\n\x00\x1f\x7f\u2028é') | st.none()


@given(st.lists(st.tuples(VALUES, st.none() | st.lists(VALUES), st.none() | st.floats(), st.none() | st.integers(-(2**63), 2**63 - 1), st.booleans()), max_size=30), st.integers(1, 3), st.text())  # fmt: skip
def test_json_lines_are_the_rows(rows, times, name):
    columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * 5
    kinds = [pa.string(), pa.list_(pa.string()), pa.float64(), pa.int64(), pa.bool_()]
    arrays = [pa.array(column * times, kind) for column, kind in zip(columns, kinds, strict=True)]
    arrays.append(arrays[0].dictionary_encode())
    batch = pa.RecordBatch.from_arrays(arrays, names=[f"{name}{number}" for number in range(6)])
    start = len(rows) // 2
    for part in (batch, batch.slice(start)):
        lines = b"".join(map(bytes, json_lines(part))).decode().split("\n")
        assert lines.pop() == ""
        rows_in = [
            {key: None if isinstance(cell, float) and not isfinite(cell) else cell for key, cell in row.items()}
            for row in part.to_pylist()
        ]  # fmt: skip
        assert repr(list(map(json.loads, lines))) == repr(rows_in)


UNUSUAL = {
    "day": pa.array([date(2026, 3, 1), None]),
    "moment": pa.array([datetime(2026, 3, 1, 12, 30), None]),  # noqa: DTZ001 - a cell without a zone
    "span": pa.array([timedelta(days=1), None]),
    "price": pa.array([Decimal("1.50"), None]),
    "bytes": pa.array([b"\xff", None]),
    "struct": pa.array([{"a": 1}, None]),
    "holes": pa.array([["a", None], None]),
    "numbers": pa.array([[1, 2], []]),
    "kinds": pa.array([7, None]).dictionary_encode(),
    "lists": pa.DictionaryArray.from_arrays(pa.array([0, None]), pa.array([["a", "b"]])),
}


def test_unusual_types_of_parquet_are_written_in_every_format(tmp_path):
    table = pa.table(
        {"vin": [TESLA, ATTO3], **{key: UNUSUAL[key] for key in UNUSUAL if key != "lists"}}
    )
    pq.write_table(table, tmp_path / "list.parquet")
    rows_by_format = {}
    for form in FORMATS:
        screen_file(tmp_path / "list.parquet", ON, tmp_path / form, annotated_as=form, raw=True)
        rows_by_format[form] = rows_of(tmp_path / form / f"annotated.{form}")
    assert list(rows_by_format["csv"][0].values())[:10] == [
        TESLA, "2026-03-01", "2026-03-01 12:30:00.000000", "P1D", "1.50", "_w==", '{"a":1}', '["a",null]', "[1,2]", "7",
    ]  # fmt: skip
    assert rows_by_format["csv"] == rows_by_format["tsv"]
    workbook = list(rows_by_format["xlsx"][0].values())[:10]
    assert workbook == [
        TESLA, datetime(2026, 3, 1), datetime(2026, 3, 1, 12, 30), "P1D", "1.50", "_w==", '{"a":1}', '["a",null]', "[1,2]", 7,  # noqa: DTZ001 - cells without a zone
    ]  # fmt: skip
    assert list(rows_by_format["jsonl"][0].values())[:10] == [
        TESLA, "2026-03-01", "2026-03-01T12:30:00", "P1D", "1.50", "_w==", {"a": 1}, ["a", None], [1, 2], 7,
    ]  # fmt: skip
    assert list(rows_by_format["jsonl"][1].values())[1:7] == [None] * 6
    assert list(rows_by_format["parquet"][0].values())[:10] == list(table.to_pylist()[0].values())
    assert texts(UNUSUAL["lists"]).to_pylist() == ["a;b", None]


def answered(rows):
    """A user's columns and the answers to them."""
    table = screen_table(pa.table({"VIN": rows, "n": list(map(str, range(len(rows))))}), ON)
    batch = table.combine_chunks().to_batches()[0]
    return batch.select([0, 1]), batch.select(list(range(2, batch.num_columns)))


def with_dictionaries(batch):
    """The same with a dictionary for each column, of lists one for their items too; as columns are screened."""

    def encoded(column):
        if not pa.types.is_list(column.type):
            return column.dictionary_encode()
        kinds = list(map(list, {tuple(items): None for items in column.to_pylist()[::-1]}))
        lists = pa.array([["never shown"], *kinds], column.type)
        lists = pa.ListArray.from_arrays(lists.offsets, lists.values.dictionary_encode())
        places = [1 + kinds.index(items) for items in column.to_pylist()]
        return pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), lists)

    return pa.RecordBatch.from_arrays(list(map(encoded, batch.columns)), names=batch.schema.names)


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_how_the_batches_come_changes_no_byte(tmp_path, monkeypatch, form, encoded, step):
    monkeypatch.setattr(parquet, "_GROUP_ROWS", 40)
    data, answers = answered([TESLA, ATTO3, "=1", "TBA", ATTO3] * 21)

    def written(name, step, answers):
        (tmp_path / name).mkdir()
        writer = AnnotatedCopy(form, ",").writer(tmp_path / name)
        for start in range(0, data.num_rows, step):
            writer.write("", data.slice(start, step), answers.slice(start, step))
        writer.close()
        return (tmp_path / name / f"annotated.{form}").read_bytes(), writer.digest

    usual, _ = written("usual", 30, answers)
    content, digest = written("other", step, with_dictionaries(answers) if encoded else answers)
    assert content == usual
    assert digest == hashlib.sha256(usual).hexdigest()
    if form == "parquet":
        file = pq.ParquetFile(pa.BufferReader(content))
        assert file.schema_arrow.field("vin_verdict").type == pa.string()
        assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [40, 40, 25]  # fmt: skip


def test_a_list_that_is_missing_is_none_that_is_empty(tmp_path):
    lists = pa.array(
        [["a"], None, [], ["b", None]], pa.list_(pa.dictionary(pa.int32(), pa.string()))
    )
    pq.write_table(pa.table({"VIN": [TESLA] * 4, "kinds": lists}), tmp_path / "list.parquet")
    screen_file(tmp_path / "list.parquet", ON, tmp_path / "out")
    answers = pq.read_table(tmp_path / "out" / "annotated.parquet")
    assert answers.column("kinds").to_pylist() == [["a"], None, [], ["b", None]]


def test_a_full_sheet_goes_on_and_a_long_cell_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "_ROWS", 3)
    long = [("VIN", "Note"), *[(TESLA, "x" * 40_000)] * 5]
    summary = screen_file(put_csv(tmp_path / "list.csv", long), ON, tmp_path / "out", annotated_as="xlsx")  # fmt: skip
    book = openpyxl.load_workbook(tmp_path / "out" / "annotated.xlsx")
    assert [sheet.max_row for sheet in book][:3] == [3, 3, 2]
    assert len(book.worksheets[1]["B2"].value) == 32_767
    assert [note for note in summary.notes if note.startswith("5 cell(s) are longer")]


@pytest.mark.slow
def test_more_columns_than_a_workbook_holds_are_refused(tmp_path):
    wide = [("VIN", *(f"c{n}" for n in range(16_370))), (TESLA, *["x"] * 16_370)]
    path = put_csv(tmp_path / "list.csv", wide)
    with pytest.raises(ManifestError, match="--as csv"):
        screen_file(path, ON, tmp_path / "out", annotated_as="xlsx")
    assert [file.name for file in tmp_path.iterdir()] == ["list.csv"]
    screen_file(path, ON, tmp_path / "out")
    with pytest.raises(ValueError, match="known: csv, tsv"):
        screen_file(path, ON, tmp_path / "out", annotated_as="ods")


def test_a_large_workbook_is_announced_while_it_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(row_files, "SLOW_ROWS", 2)
    said = []
    path = put_xlsx(tmp_path / "list.xlsx", {"one": ROWS})
    screen_file(path, ON, tmp_path / "out", say=said.append)
    screen_file(path, ON, tmp_path / "out", say=said.append, annotated_as="csv")
    screen_file(path, ON, say=said.append)
    assert len(said) == 1
    assert "--as csv" in said[0]


def test_texts_as_polars_writes_them_are_read(tmp_path):
    views = pa.array(["=1", TESLA], pa.string_view())
    pq.write_table(pa.table({"vin": views, "note": views}), tmp_path / "list.parquet")
    screen_file(tmp_path / "list.parquet", ON, tmp_path / "out", annotated_as="csv", raw=True)
    answers = read_csv(tmp_path / "out" / "annotated.csv")
    assert [(row["vin"], row["note"], row["vin_verdict"]) for row in answers] == [("=1", "=1", "invalid"), (TESLA, TESLA, "controlled")]  # fmt: skip


def test_a_workbook_of_another_kind_is_written_anew_and_says_so(tmp_path):
    cells = "".join(f'<Row><Cell><Data ss:Type="String">{text}</Data></Cell></Row>' for text in ("VIN", TESLA))  # fmt: skip
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    (tmp_path / "list.xls").write_text(f'<?xml version="1.0"?><Workbook xmlns="{name}" xmlns:ss="{name}"><Worksheet ss:Name="list"><Table>{cells}</Table></Worksheet></Workbook>')  # fmt: skip
    said = "anew from the values of a workbook of another kind (spreadsheetml)"
    summary = screen_file(tmp_path / "list.xls", ON, tmp_path / "out")
    assert any(said in note for note in summary.notes)
    summary = screen_file(tmp_path / "list.xls", ON, tmp_path / "csv", annotated_as="csv")
    assert not any(said in note for note in summary.notes)
