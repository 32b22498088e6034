"""Tables and batches with the lists that a file may have."""

import json
import re
from datetime import UTC, date, datetime, timedelta, timezone

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import ON
from support.desk import ICE, LIST, MANIFEST, decided, decision, tesla
from support.manifests import put_csv

import vintool
from vintool.errors import ManifestError, MappingError

EXPORTERS = [("生产企业名称", "授权出口企业"), ("特斯拉（上海）有限公司", "某某贸易有限公司")]
LETTERS = [("VIN", "Date"), (tesla(1), "2026-02-01")]


def table_of(rows):
    return pa.table(dict(zip(rows[0], map(list, zip(*rows[1:], strict=True)), strict=True)))


def answers_of_file(path, out, **options):
    vintool.screen_file(path, ON, out, annotated_as="parquet", raw=True, **options)
    return pq.read_table(out / "annotated.parquet")


OURS = [
    "vin_row", "vin", "vin_verdict", "vin_regime", "vin_reasons", "vin_evidence", "vin_other_regimes",
]  # fmt: skip


def judged(table):
    return table.select([name for name in OURS if name != "vin_row"]).to_pylist()


@pytest.mark.parametrize("given", ["path", "text", "table", "frame"])
@pytest.mark.parametrize("kind", ["licences", "exporters", "confirmations", "catalogue"])
def test_rows_of_a_table_are_held_against_every_list_as_those_of_a_file(tmp_path, kind, given):
    approvals = [
        ("企业名称", "产品型号", "产品名称"),
        ("特斯拉（上海）有限公司", "TSL7000BEVAR1", "纯电动轿车"),
    ]
    rows = {"licences": LIST, "exporters": EXPORTERS, "confirmations": LETTERS, "catalogue": approvals}[kind]  # fmt: skip
    path = put_csv(tmp_path / "list.csv", rows)
    manifest = put_csv(tmp_path / "m.csv", MANIFEST)
    wanted = answers_of_file(manifest, tmp_path / "out", **{kind: path})
    some = {"path": path, "text": str(path), "table": table_of(rows), "frame": table_of(rows).to_batches()[0]}  # fmt: skip
    answers = vintool.screen_table(table_of(MANIFEST), ON, **{kind: some[given]})

    def without_place(lines):
        return re.sub(rf"(list\.csv|{kind}),? row \d+", "the list", str(judged(lines)))

    assert without_place(answers) == without_place(wanted)
    batches = table_of(MANIFEST).to_batches(max_chunksize=2)
    in_batches = vintool.screen_batches(batches, ON, **{kind: some[given]})
    assert judged(pa.Table.from_batches(in_batches)) == judged(answers)


def test_decisions_of_an_earlier_run_are_heard(tmp_path):
    filled = decided(tmp_path, MANIFEST, lambda line: decision("clear") if line["vin_verdict"] == "review" else None)  # fmt: skip
    wanted = answers_of_file(
        tmp_path / "list.csv", tmp_path / "two", decisions=[filled], regime="cn-2025-54"
    )
    for some in (filled, [filled], table_of([*_cells(filled)])):
        answers = vintool.screen_table(table_of(MANIFEST), ON, regime="cn-2025-54", decisions=some)
        assert answers["vin_verdict"].to_pylist() == wanted["vin_verdict"].to_pylist()


def _cells(path):
    import csv

    with path.open(newline="", encoding="utf-8-sig") as file:
        return [tuple(row) for row in csv.reader(file)]


def test_what_there_is_to_know_of_a_list_stands_in_the_metadata():
    answers = vintool.screen_table(table_of(MANIFEST), ON, licences=table_of(LIST))
    notes = json.loads(answers.schema.metadata[b"vintool.notes"])
    assert notes
    assert all(isinstance(note, str) for note in notes)
    plain = vintool.screen_table(table_of(MANIFEST), ON)
    assert b"vintool.notes" not in plain.schema.metadata


def test_a_list_that_cannot_be_used_is_refused(tmp_path):
    rows = table_of(MANIFEST)
    with pytest.raises(MappingError, match="licences"):
        vintool.screen_table(rows, ON, licences={"a": ["b"]})
    with pytest.raises(ManifestError, match=r"none\.csv"):
        vintool.screen_table(rows, ON, licences=tmp_path / "none.csv")
    with pytest.raises(TypeError, match="no table"):
        vintool.screen_table(rows, ON, licences=5)
    cells = {"许可证号": ["26-AA-000001"], "数量": ["1.5"]}
    with pytest.raises(ManifestError, match=r"licences, row 1, column '数量'"):
        vintool.screen_table(rows, ON, licences=cells)


def test_licences_are_drawn_on_in_the_order_of_all_batches():
    rows = [("VIN", "许可证号"), *((tesla(n), "26-AA-000001") for n in range(1, 6))]
    two = {"许可证号": ["26-AA-000001"], "数量": [2], "有效期至": [date(2026, 12, 31)]}
    batches = table_of(rows).to_batches(max_chunksize=1)
    parts = list(vintool.screen_batches(batches, ON, licences=two))
    exceeded = ["licence_exceeded" in part["vin_reasons"][0].as_py() for part in parts]
    assert exceeded == [False, False, True, True, True]


def test_rows_are_counted_from_the_first_row_that_is_given():
    rows = pa.table({"VIN": [tesla(1), ICE, tesla(1)]})
    answers = vintool.screen_table(rows, ON, first_row=101)
    assert answers["vin_row"].to_pylist() == [101, 102, 103]
    assert any("row 101" in line for line in answers["vin_evidence"].to_pylist()[2])
    batches = vintool.screen_batches(rows.to_batches(max_chunksize=1), ON, first_row=101)
    assert pa.Table.from_batches(batches).equals(answers.combine_chunks())


SHANGHAI = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("on", "day"),
    [
        (date(2026, 1, 1), "2026-01-01"),
        ("2026-01-01", "2026-01-01"),
        ("2025-12-31T17:00:00Z", "2026-01-01"),
        (datetime(2026, 1, 1, 9), "2026-01-01"),  # noqa: DTZ001 - as it stands
        (datetime(2025, 12, 31, 16, tzinfo=UTC), "2026-01-01"),
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), "2025-12-31"),
        (datetime(2026, 1, 1, tzinfo=SHANGHAI), "2026-01-01"),
    ],
)
def test_the_day_is_that_of_china_however_it_is_given(on, day):
    controlled = "controlled" if day == "2026-01-01" else "out_of_scope"
    table = pa.table({"VIN": [tesla(1)]})
    answers = vintool.screen_table(table, on, regime="cn-2025-54")
    assert answers["vin_verdict"].to_pylist() == [controlled]
    assert vintool.screen(tesla(1), on).decided_on.date.isoformat() == day


@pytest.mark.parametrize(("on", "error"), [(5, TypeError), ("soon", ValueError), ("", ValueError), (["2026-01-01"], TypeError)])  # fmt: skip
def test_what_is_no_day_is_refused(on, error):
    for ask in (vintool.screen_table, lambda data, on: vintool.screen_batches(pa.table(data).to_batches(), on)):  # fmt: skip
        with pytest.raises(error, match=r"on="):
            ask({"VIN": [tesla(1)]}, on)


def test_all_that_the_schema_of_the_user_says_is_kept():
    schema = pa.schema(
        [
            pa.field("VIN", pa.string(), nullable=False, metadata={"of": "car"}),
            pa.field("n", pa.int8(), nullable=False),
        ],
        metadata={"made": "here"},
    )
    table = pa.table({"VIN": [tesla(1)], "n": [1]}, schema=schema)
    screened = vintool.screen_table(table, ON)
    decoded = vintool.decode_table(table, fields=["brand"])
    (batch,) = vintool.screen_batches(table.to_batches(), ON)
    for answers in (screened, decoded, batch):
        kept = pa.schema(list(answers.schema)[:2])
        assert kept.equals(schema.remove_metadata(), check_metadata=True)
        assert answers.schema.metadata.items() >= schema.metadata.items()
    assert decoded.column_names == ["VIN", "n", "vin_brand"]
    assert decoded.select(["VIN", "n"]).equals(table)
