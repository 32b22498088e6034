"""JSON lines, Arrow, Parquet folders, packed files: every row comes back, or the user is told why not."""

import gc
import gzip
import io
import json
import os
import tempfile
from datetime import date

import hostile
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from test_files import TABLE, VINS, cells, numbers, only, put, raw, refusal

from vintool.cli.main import cli
from vintool.errors import MappingError
from vintool.files.reading import compressed
from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file

ON = date(2026, 3, 1)

# --- JSON lines -------------------------------------------------------------------------------


def lines(*told):
    return "\n".join(text if isinstance(text, str) else json.dumps(text, ensure_ascii=False) for text in told)  # fmt: skip


def test_json_lines_are_a_table_of_all_their_keys(tmp_path):
    text = lines(
        {"vin": VINS[0], "make": "特斯拉", "hs_code": 8703801090.0},
        "",
        '{"hs_code": 8703801090, "seats": 5, "vin": null, "price": 1.50, "new": true, "x": NaN}',
        {"vin": VINS[1], "more": {"a": [1, "é"]}},
    )
    for name, data in (("a.jsonl", text), ("b.txt", text + "\r\n")):
        manifest = open_manifest(raw(tmp_path / name, data))
        sheet = only(manifest)
        assert manifest.format == "jsonl"
        assert sheet.columns == ("vin", "make", "hs_code", "seats", "price", "new", "x", "more")
        assert cells(sheet) == [
            [VINS[0], "特斯拉", "8703801090", "", "", "", "", ""],
            ["", "", "8703801090", "5", "1.50", "TRUE", "", ""],
            [VINS[1], "", "", "", "", "", "", '{"a":[1,"é"]}'],
        ]
        assert numbers(sheet) == [1, 3, 4]
        assert sheet.blank_rows() == 1
        assert sheet.sample[2][0] == VINS[1]
        assert any("same keys" in note for note in manifest.notes)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_json_lines_in_any_encoding(tmp_path, encoding):
    text = lines({"车架号": VINS[0], "品牌": "特斯拉"}, {"车架号": VINS[1], "品牌": "比亚迪"})
    manifest = open_manifest(raw(tmp_path / "a.jsonl", text.encode(encoding)), encoding=encoding)
    assert cells(only(manifest)) == [[VINS[0], "特斯拉"], [VINS[1], "比亚迪"]]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[1]", "no JSON object"),
        ("7", "no JSON object"),
        ('{"vin": "x"', "no JSON object"),
        ('{"vin": "x"} {"vin": "y"}', "no JSON object"),
        ("[" * 100_000, "no JSON object"),
        ('{"a":' * 100_000, "no JSON object"),
        ('{"vin": "x", "vin": "y"}', "key twice"),
    ],
)
def test_a_line_that_is_no_object_is_named(tmp_path, line, said):
    error = refusal(raw(tmp_path / "a.jsonl", lines({"vin": VINS[0]}, "", line, {"vin": VINS[1]})))
    assert said in error.what
    assert error.row == 3


def test_one_array_is_not_json_lines(tmp_path):
    assert "JSON array" in refusal(raw(tmp_path / "a.json", '[\n {"vin": 1}\n]')).what


# --- Arrow ------------------------------------------------------------------------------------

ARROW = pa.table(
    {
        "vin": pa.array([VINS[0], None, *VINS[1:9]]),
        "declared_on": pa.array([date(2026, 4, 9)] * 10),
        "make": pa.array(["BYD"] * 10).dictionary_encode(),
        "nested": pa.array([{"a": 1}] * 10),
    }
)


def arrow(path, table, *, stream=False, rows=4):
    new = pa.ipc.new_stream if stream else pa.ipc.new_file
    with pa.OSFile(str(path), "wb") as file, new(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=rows)
    return path


@pytest.mark.parametrize("stream", [False, True])
def test_arrow_files_and_streams(tmp_path, stream):
    manifest = open_manifest(arrow(tmp_path / "a.arrow", ARROW, stream=stream))
    sheet = only(manifest)
    assert (manifest.format, manifest.copied_as) == ("arrow", "parquet")
    assert pa.Table.from_batches([batch.data for batch in sheet.batches()]) == ARROW
    assert numbers(sheet) == list(range(1, 11))
    assert sheet.sample[0][:2] == (VINS[0], "2026-04-09")
    summary = screen_file(tmp_path / "a.arrow", ON, tmp_path / "out")
    assert summary.rows_out == 10
    kept = pq.read_table(tmp_path / "out" / "annotated.parquet")
    assert kept.select(ARROW.column_names).to_pylist() == ARROW.to_pylist()


@pytest.mark.parametrize("stream", [False, True])
def test_arrow_that_is_cut_short(tmp_path, stream):
    whole = arrow(tmp_path / "a.arrow", ARROW, stream=stream).read_bytes()
    for end in range(20, len(whole), 41):
        assert "Arrow file is damaged" in refusal(raw(tmp_path / "b.arrow", whole[:end])).what
    if stream:
        assert "Arrow file is damaged" in refusal(raw(tmp_path / "b.arrow", whole * 2)).what
    empty = arrow(tmp_path / "c.arrow", ARROW.slice(0, 0), stream=stream)
    assert cells(only(open_manifest(empty))) == []


# --- Parquet ----------------------------------------------------------------------------------


def test_a_folder_of_parquet_is_one_manifest(tmp_path):
    folder = tmp_path / "list"
    (folder / "day=2").mkdir(parents=True)
    pq.write_table(pa.table({"vin": VINS[2:5], "make": ["BYD"] * 3}), folder / "b.parquet")
    pq.write_table(pa.table({"vin": VINS[:2]}), folder / "a.parquet", row_group_size=1)
    pq.write_table(pa.table({"vin": pa.array([], pa.string())}), folder / "c.parquet")
    pq.write_table(pa.table({"vin": VINS[5:6], "make": [None]}), folder / "day=2" / "a.pq")
    (folder / "_SUCCESS").write_text("")
    (folder / "read me.txt").write_text("x")
    manifest = open_manifest(folder)
    sheet = only(manifest)
    assert cells(sheet) == [[VINS[0], None], [VINS[1], None], *([vin, "BYD"] for vin in VINS[2:5]), [VINS[5], None]]  # fmt: skip
    assert numbers(sheet) == [1, 2, 3, 4, 5, 6]
    told = " ".join(manifest.notes)
    assert "4 files were read as one" in told
    assert "1 other file(s)" in told
    assert "year=2026" in told
    summary = screen_file(folder, ON, tmp_path / "out")
    assert summary.rows_out == 6
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["input"]["bytes"] == manifest.size


def test_parquet_files_that_do_not_fit_together(tmp_path):
    pq.write_table(pa.table({"vin": VINS[:2]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"vin": [[1], [2]]}), tmp_path / "b.parquet")
    assert "do not fit together" in refusal(tmp_path).what
    (tmp_path / "b.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:-30])
    assert refusal_of_folder(tmp_path).file == "b.parquet"
    (tmp_path / "empty").mkdir()
    assert "without Parquet" in refusal(tmp_path / "empty").what


def refusal_of_folder(path):
    from vintool.errors import ManifestError

    with pytest.raises(ManifestError) as caught:
        open_manifest(path)
    return caught.value


def test_a_damaged_row_group_is_named(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"vin": VINS}), path, row_group_size=200, use_dictionary=False)
    with pq.ParquetFile(path) as file:
        at = file.metadata.row_group(1).column(0).data_page_offset
    data = bytearray(path.read_bytes())
    data[at + 30 : at + 90] = b"\xff" * 60
    error = refusal(raw(path, bytes(data)))
    assert "row group 2 of 3" in error.what
    assert error.row == 201


@pytest.mark.parametrize(
    ("column", "fails"),
    [
        (pa.array([{"a": 1}]), True),
        (pa.array([[1]]), True),
        (pa.array([b"\xff\xfe"]), True),
        (pa.array([VINS[0].encode()]), False),
        (pa.array([1.0]), False),
        (pa.array([None]), False),
        (pa.array([date(2026, 1, 1)]), False),
    ],
)
def test_a_column_that_is_no_text_is_an_error_only_if_it_is_read(tmp_path, column, fails):
    pq.write_table(pa.table({"vin": [VINS[0]], "fuel": column, "x": column}), tmp_path / "a.parquet")  # fmt: skip
    result = CliRunner().invoke(cli, ["screen", str(tmp_path / "a.parquet"), "--on", "2026-03-01"])
    assert result.exit_code == (3 if fails else 0)
    assert ("column 'fuel'" in result.stderr) == fails
    pq.write_table(pa.table({"vin": [VINS[0]], "x": column}), tmp_path / "b.parquet")
    assert screen_file(tmp_path / "b.parquet", ON).rows_out == 1


# --- packed -----------------------------------------------------------------------------------


def zstd(data):
    out = io.BytesIO()
    with pa.CompressedOutputStream(out, "zstd") as file:
        file.write(data)
        file.flush()
        file.close()
    return out


def pack(kind, data, path):
    if kind == "gz":
        return raw(path, gzip.compress(data))
    with pa.OSFile(str(path), "wb") as file, pa.CompressedOutputStream(file, "zstd") as out:
        out.write(data)
    return path


@pytest.fixture
def private(tmp_path, monkeypatch):
    """An empty folder for temporary files."""
    folder = tmp_path / "private"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("kind", ["gz", "zst"])
@pytest.mark.parametrize("inside", ["list.csv", "list.jsonl", "list.xlsx"])
def test_packed_files_are_read_and_leave_nothing(tmp_path, private, kind, inside):
    if inside.endswith("csv"):
        put(tmp_path / inside, TABLE, "gb18030")
    elif inside.endswith("jsonl"):
        raw(tmp_path / inside, lines(*(dict(zip(TABLE[0], row, strict=True)) for row in TABLE[1:])))
    else:
        hostile.workbook(tmp_path / inside, {"S": hostile.table(TABLE)})
    path = pack(kind, (tmp_path / inside).read_bytes(), tmp_path / f"{inside}.{kind}")
    manifest = open_manifest(path)
    assert manifest.path == path
    assert manifest.format == inside.rpartition(".")[2]
    sheet = only(manifest)
    del manifest
    assert cells(sheet) == TABLE[1:]
    assert len(list(private.iterdir())) == 1
    del sheet
    gc.collect()
    assert list(private.iterdir()) == []
    assert screen_file(path, ON).file == path.name
    gc.collect()
    assert list(private.iterdir()) == []


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_packed_files_that_are_cut_short(tmp_path, private, kind):
    whole = pack(kind, os.urandom(3000) + b"x" * 3000, tmp_path / "a").read_bytes()
    for end in (4, 10, 300, len(whole) - 9, len(whole) - 1):
        assert "cut short" in refusal(raw(tmp_path / "b.csv", whole[:end])).what
    twice = pack(kind, whole, tmp_path / "c.csv")
    assert "packed twice" in refusal(twice).what
    assert "empty" in refusal(pack(kind, b"", tmp_path / "d.csv")).what
    gc.collect()
    assert list(private.iterdir()) == []


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_a_bomb_is_refused_while_it_unpacks(tmp_path, private, monkeypatch, kind):
    monkeypatch.setattr(compressed, "_SMALL", 1 << 20)
    path = pack(kind, b"," * (8 << 20), tmp_path / "a.csv.gz")
    assert "unpacks to more than" in refusal(path).what
    assert list(private.iterdir()) == []


def test_standard_input_of_any_format(tmp_path, private):
    sources = {
        "csv": put(tmp_path / "a.csv", TABLE).read_bytes(),
        "gz": gzip.compress(put(tmp_path / "a.csv", TABLE).read_bytes()),
        "xlsx": hostile.workbook(tmp_path / "a.xlsx", {"S": hostile.table(TABLE)}).read_bytes(),
        "ods": hostile.open_document(tmp_path / "a.ods", {"S": hostile.open_table(TABLE)}).read_bytes(),
        "xls": hostile.old_workbook(tmp_path / "a.xls", TABLE).read_bytes(),
        "jsonl": lines(*(dict(zip(TABLE[0], row, strict=True)) for row in TABLE[1:])).encode(),
        "arrow": arrow(tmp_path / "a.arrow", pa.table({"vin": VINS[:20]}), stream=True).read_bytes(),
    }  # fmt: skip
    for name, data in sources.items():
        arguments = ["screen", "-", "--on", "2026-03-01", "--format", "json"]
        result = CliRunner().invoke(cli, arguments, input=data)
        assert (name, result.exit_code) == (name, 0)
        assert json.loads(result.stdout)["rows_out"] == 20
        gc.collect()
        assert list(private.iterdir()) == []


# --- a file that changes ----------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "arrow", "csv.gz"])
def test_a_file_that_changes_while_it_is_read(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    rows = [["VIN"], *([vin] for vin in VINS)]
    if ending == "jsonl":
        raw(path, lines(*({"VIN": vin} for vin in VINS)))
    elif ending == "parquet":
        pq.write_table(pa.table({"VIN": VINS}), path)
    elif ending == "arrow":
        arrow(path, pa.table({"VIN": VINS}))
    else:
        put(path, rows)
        if ending == "csv.gz":
            raw(path, gzip.compress(path.read_bytes()))
    manifest = open_manifest(path)
    batches = only(manifest).batches()
    next(batches)
    with path.open("ab") as file:
        file.write(b"\n" + VINS[0].encode())
    with pytest.raises(Exception, match="changed while it was read"):
        list(batches)
    path.unlink()
    with pytest.raises(Exception, match="changed while it was read"):
        list(only(manifest).batches())


def test_two_columns_of_one_name_in_arrow(tmp_path):
    table = pa.Table.from_arrays([pa.array(VINS[:3])] * 2, names=["vin", "vin"])
    assert only(open_manifest(arrow(tmp_path / "a.arrow", table))).columns == ("vin", "vin (2)")
    with pytest.raises(MappingError):
        screen_file(tmp_path / "a.arrow", ON)
