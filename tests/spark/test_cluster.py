"""On a real cluster every column of every row is that of one run, whatever the partitions and whoever dies; what is not right says so."""

import random

import pyarrow as pa
import pytest
from support import ON
from support.cluster import JAVA, cluster, session
from support.desk import CODE, ICE, PETROL, decided, decision, tesla
from support.manifests import put_csv
from support.needed import missing, needed

import vintool.spark

needed("pyspark")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::ResourceWarning"),
]

LICENCES = [
    ("许可证号", "数量", "有效期至", "目的国"),
    *((f"26-AA-{number:06}", 9 + number % 7, "2026-12-31", ("", "德国")[number % 2]) for number in range(40)),
    ("26-ZZ-000001", 0, "2026-12-31", ""),
]  # fmt: skip
EXPORTERS = [("企业名称", "统一社会信用代码"), ("上海某公司", CODE)]
HEADERS = ("row", "VIN", "fuel", "B/L No.", "许可证号", "报关单号", "申报口岸", "quantity", "declaration date", "运抵国", "exporter code", "note")  # fmt: skip


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    if not JAVA:
        missing("Java")
    folder = tmp_path_factory.mktemp("spark")
    with cluster(folder) as address, session(address, folder) as started:
        yield started


def rows_of(count, seed=54):
    """Rows whose facts turn on others: VINs and bills that come again far away, licences that run out, several VINs on a row."""
    chance = random.Random(seed)  # noqa: S311 - the same rows each time
    for number in range(1, count + 1):
        vin = chance.choice([tesla(chance.randrange(count // 2)), tesla(chance.randrange(count)), PETROL, ICE, f"{tesla(number)} / {tesla(chance.randrange(99))}", "TBA", "", None])  # fmt: skip
        yield (
            number,
            vin,
            chance.choice(["", "petrol", "纯电动", None]),
            f"COSU{chance.randrange(count // 9)}",
            f"26-AA-{chance.randrange(44):06}",
            f"5304202612345{chance.randrange(200):05}",
            chance.choice(["上海", "上海", "深圳海关"]),
            chance.choice(["1", "1", "1", "2", ""]),
            chance.choice(["2026-03-01", "2026-04-01", "2025-12-20", "soon"]),
            chance.choice(["德国", ""]),
            chance.choice([CODE, CODE, ""]),
            chance.choice(["", f"replaces {tesla(5)}"]),
        )


def frame_of(spark, rows, partitions=5, headers=HEADERS):
    kinds = ", ".join(f"`{name}` {'bigint' if name == 'row' else 'string'}" for name in headers)
    mixed = [*rows]
    random.Random(1).shuffle(mixed)  # noqa: S311
    return spark.createDataFrame(mixed, kinds).repartition(partitions)


def table_of(rows, headers=HEADERS):
    return pa.table(dict(zip(headers, map(list, zip(*rows, strict=True)), strict=True)))


def held_equal(frame, table, **options):
    """Hold the rows of an answer against those of one run; both in the order of the rows."""
    answers = vintool.spark.screen(frame, "row", **options)
    whole = vintool.screen_table(table, **options)
    found = {name: [] for name in answers.columns}
    for row in sorted(answers.collect(), key=lambda one: one["row"]):
        for name, value in zip(answers.columns, row, strict=True):
            found[name].append(value)
    names = [{"vin": "vin_vin"}.get(name, name) for name in whole.column_names]  # VIN is there
    assert answers.columns == names
    for name, column in zip(names, whole.columns, strict=True):
        assert found[name] == column.to_pylist(), name
    return whole


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lists")
    licences, exporters = (put_csv(folder / f"{name}.csv", rows) for name, rows in (("licences", LICENCES), ("exporters", EXPORTERS)))  # fmt: skip
    return {"licences": licences, "exporters": exporters}


def test_every_column_of_every_row_is_that_of_one_run(spark, lists):
    rows = [*rows_of(3_000)]
    whole = held_equal(frame_of(spark, rows), table_of(rows), **lists)
    reasons = {reason for row in whole["vin_reasons"].to_pylist() for reason in row}
    assert {"duplicate_vin_bill", "licence_exceeded", "licence_several_ports"} <= reasons


def test_decisions_hold_for_their_rows(spark, lists, tmp_path):
    rows = [*rows_of(120)]
    table = [HEADERS, *(["" if cell is None else cell for cell in row] for row in rows)]
    kinds = ("confirmed", "controlled", "out_of_scope")
    filled = decided(tmp_path, table, lambda line: decision(kinds[int(line["row"]) % 3]) if int(line["row"]) % 4 else None, **lists)  # fmt: skip
    whole = held_equal(frame_of(spark, rows), table_of(rows), on=ON, regime="cn-2025-54", decisions=filled, **lists)  # fmt: skip
    assert any("decided_by_reviewer" in row for row in whole["vin_reasons"].to_pylist())
