"""On a real cluster every column of every row is that of one run, whatever the partitions and whoever dies; what is not right says so."""

import json
import random

import pyarrow as pa
import pytest
from packaging.version import Version
from support import ON
from support.cluster import JAVA, cluster, dies_once, executors_run, other_python, session
from support.desk import CODE, ICE, PETROL, decided, decision, tesla
from support.manifests import ROWS, put, put_csv, put_xlsx
from support.needed import missing, needed
from support.vins import checked_vin

import vintool.spark
from vintool.errors import MappingError

pyspark = needed("pyspark")
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


def frame_of(spark, rows, partitions=3, headers=HEADERS):
    kinds = ", ".join(f"`{name}` {'bigint' if name == 'row' else 'string'}" for name in headers)
    mixed = [*rows]
    random.Random(1).shuffle(mixed)  # noqa: S311
    return spark.createDataFrame(mixed, kinds).repartition(partitions)


def table_of(rows, headers=HEADERS):
    return pa.table(dict(zip(headers, map(list, zip(*rows, strict=True)), strict=True)))


def held_equal(frame, table, place="row", **options):
    """Hold the rows of an answer against those of one run; both in the order of the rows."""
    answers = vintool.spark.screen(frame, place, **options)
    whole = vintool.screen_table(table, **options)
    found = {name: [] for name in answers.columns}
    for row in sorted(answers.collect(), key=lambda one: one[place]):
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
    """Licences, exporters, bills, VINs that come again in other partitions, rows without a VIN or with several."""
    rows = [*rows_of(900)]
    whole = held_equal(frame_of(spark, rows), table_of(rows), **lists)
    reasons = {reason for row in whole["vin_reasons"].to_pylist() for reason in row}
    assert {"duplicate_vin_bill", "licence_exceeded", "licence_several_ports"} <= reasons


def test_decisions_hold_for_their_rows(spark, lists, tmp_path):
    rows = [*rows_of(90)]
    table = [HEADERS, *(["" if cell is None else cell for cell in row] for row in rows)]
    kinds = ("confirmed", "controlled", "out_of_scope")

    def decide(line):
        return decision(kinds[sum(map(ord, line["vin_text"])) % 3])

    filled = decided(tmp_path, table, decide, **lists)
    whole = held_equal(frame_of(spark, rows), table_of(rows), on=ON, regime="cn-2025-54", decisions=filled, **lists)  # fmt: skip
    assert any("decided_by_reviewer" in row for row in whole["vin_reasons"].to_pylist())


def test_partitions_may_be_empty_or_hold_one_vin(spark):
    rows = [(number, [tesla(1), None][number % 2], "2026-03-01") for number in range(1, 41)]
    headers = ("row", "VIN", "declaration date")
    skewed = frame_of(spark, rows, headers=headers).repartition(6, "VIN")
    held_equal(skewed, table_of(rows, headers))
    again = vintool.spark.screen(skewed, "row").orderBy("row")
    assert again.collect() == again.collect()
    nothing = vintool.spark.screen(skewed.where("row < 0"), "row")
    assert nothing.columns == again.columns
    assert nothing.collect() == []


@pytest.mark.parametrize(("task", "whom"), [("drawing_rows", "python"), ("answers", "executor")])
def test_who_is_killed_changes_no_answer(spark, lists, tmp_path, task, whom):
    rows, marker = [*rows_of(150)], tmp_path / "killed"
    python = other_python(tmp_path / "python", sitecustomize=dies_once(marker, task, whom))
    with executors_run(spark, python):
        held_equal(frame_of(spark, rows), table_of(rows), **lists)
    assert marker.exists()


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"vintool": "raise ModuleNotFoundError('No module named vintool', name='vintool')"}, "give every executor the wheel of vintool"),
        ({"sitecustomize": "import vintool.version as v\nv.__version__ = '0.0.1'"}, "this executor has vintool 0.0.1"),
        ({"sitecustomize": "import wmi_data\nwmi_data.RELEASE = '2020.01'"}, "was sent, and 2020.01 is installed here"),
    ],
    ids=["no wheel", "another version", "other data"],
)  # fmt: skip
def test_an_executor_that_is_not_as_it_should_be_says_so(spark, tmp_path, files, says):
    frame, python = frame_of(spark, rows_of(9)), other_python(tmp_path / "python", **files)
    with executors_run(spark, python), pytest.raises(Exception, match=says):
        vintool.spark.screen(frame, "row", on=ON)


def test_rules_of_ones_own_go_with_the_job_and_are_checked(spark, tmp_path):
    own, lost = (put(tmp_path / name, "wmi,vds,powertrain,grade,source\nLZZ,AB12C,BEV,A,me\n") for name in ("own.csv", "lost.csv"))  # fmt: skip
    reference, headers = vintool.Reference(evidence=[own]), ("row", "VIN")
    rows = [(number, checked_vin("LZZAB12C", "LC", number)) for number in range(1, 9)]
    frame = frame_of(spark, rows, headers=headers)
    whole = held_equal(frame, table_of(rows, headers), on=ON, reference=reference)
    assert set(whole["vin_verdict"].to_pylist()) == {"controlled"}
    not_there = vintool.Reference(evidence=[lost])
    lost.unlink()
    with pytest.raises(Exception, match=r"lost\.csv"):
        vintool.spark.screen(frame, "row", on=ON, reference=not_there)


def test_rows_that_are_not_numbered_are_refused(spark):
    frame = frame_of(spark, rows_of(9))
    for column, says in (
        ("row % 5 + 1", "stands on 2 rows"),
        ("IF(row = 3, NULL, row)", "^rows have no number in 'place'"),
        ("row - 1", "^number 0 stands in 'place', which place= names: number the rows from 1"),
        ("row - 2", "^number -1 stands in 'place'"),
        ("note", "which place= names, is string"),
    ):
        with pytest.raises(Exception, match=says):
            vintool.spark.screen(frame.selectExpr("*", f"{column} AS place"), "place", on=ON)
    with pytest.raises(ValueError, match="perhaps 'row' is meant"):
        vintool.spark.screen(frame, "rows", on=ON)


def test_decode_gives_the_columns_of_a_table(spark):
    rows = [*rows_of(40)]
    answers = vintool.spark.decode(frame_of(spark, rows))
    whole = vintool.decode_table(table_of(rows), "VIN")
    found = [row.asDict(recursive=True) for row in answers.orderBy("row").collect()]
    assert answers.columns == [{"vin": "vin_vin"}.get(name, name) for name in whole.column_names]
    for line, row in zip(whole.to_pylist(), found, strict=True):
        if line["vin_attributes"] is not None:
            line["vin_attributes"] = dict(line["vin_attributes"])  # Arrow gives pairs
        assert [*row.values()] == [*line.values()]


def test_functions_of_sql_judge_a_row_by_itself(spark):
    vintool.spark.register_functions(spark, ["brand", "model_year", "plant"])
    spark.createDataFrame([(tesla(1), "brand"), ("TBA", "brand"), (None, None)], "vin string, field string").createOrReplaceTempView("rows")  # fmt: skip
    asked = spark.sql("SELECT vin_is_valid(vin), vin_decode(vin, field), vin_vehicle(vin), vin_screen(vin, DATE'2026-03-01', MAP('fuel', 'petrol')) FROM rows").collect()  # fmt: skip
    assert [row[0] for row in asked] == [True, False, None]
    assert [row[1] for row in asked] == ["Tesla", None, None]
    assert (asked[0][2]["brand"], asked[0][2]["model_year"], asked[0][2]["plant"]["city"]) == ("Tesla", 2020, "Shanghai")  # fmt: skip
    finding = vintool.screen(tesla(1), ON, {"fuel": "petrol"})
    assert asked[0][3]["verdict"] == finding.verdict
    assert asked[0][3]["reasons"] == [*finding.reasons]
    assert [row[3]["verdict"] for row in asked[1:]] == ["invalid", "invalid"]


def test_a_dirty_manifest_is_a_frame(spark, tmp_path):
    if Version(pyspark.__version__) < Version("4"):
        with pytest.raises(NotImplementedError, match="take PySpark 4"):
            vintool.spark.register_source(spark)
        return
    book = put_xlsx(tmp_path / "m.xlsx", {"cars": [("a list of cars",), (), *ROWS]})
    vintool.spark.register_source(spark)
    frame = spark.read.format("vintool").load(str(book))
    table = vintool.read_manifest(book)
    assert frame.columns == table.column_names
    assert [row.asDict() for row in frame.collect()] == table.to_pylist()
    assert frame.schema["vin_row"].metadata["vintool.manifest"]["sheets"][0]["mapping"]["vin"] == "VIN"  # fmt: skip
    held_equal(frame, table, "vin_row", on=ON)


def loaded(spark, path, **said):
    vintool.spark.register_source(spark)
    reader = spark.read.format("vintool")
    for field, column in said.items():
        reader = reader.option(f"map.{field}", column)
    return reader.load(str(path)), vintool.read_manifest(path, said)


from_4 = pytest.mark.skipif(
    Version(pyspark.__version__) < Version("4"), reason="PySpark 3.5 has no data sources in Python"
)


@from_4
def test_what_was_said_when_a_manifest_was_read_holds_when_it_is_screened(spark, tmp_path):
    """Its VINs stand in the second column, and of ``Q7`` no header tells what it is."""
    cars = [(PETROL, tesla(number % 4), ("used", "new")[number % 2], ("2026-03-01", "2025-12-20")[number % 3 % 2]) for number in range(30)]  # fmt: skip
    sheet = [("a list",), (), ("VIN", "Second", "Q7", "declaration date"), *cars, ("Total", 30)]
    book = put_xlsx(tmp_path / "m.xlsx", {"cars": sheet})
    frame, table = loaded(spark, book, vin="Second", condition="Q7")
    whole = held_equal(frame, table, "vin_row")
    assert any("used_unsupported" in row for row in whole["vin_reasons"].to_pylist())
    assert whole["vin"].to_pylist() == [tesla(number % 4) for number in range(30)]
    held_equal(frame.where("vin_row > 9").repartition(3), table.slice(6), "vin_row", on=ON)
    held_equal(frame.where("vin_row < 0"), table.slice(0, 0), "vin_row", on=ON)
    answers = vintool.spark.screen(frame, "vin_row", on=ON)
    assert answers.schema["vin_row"].metadata == frame.schema["vin_row"].metadata


@from_4
def test_a_manifest_of_which_that_is_lost_is_refused(spark, tmp_path):
    cars, more = ("VIN", "Q7"), ("VIN", "Fuel")
    book = put_xlsx(tmp_path / "m.xlsx", {"cars": [cars, (tesla(1), "used")]})
    frame, table = loaded(spark, book, condition="Q7")
    for lost in (
        frame.drop("vin_file"),
        frame.selectExpr("VIN", "Q7", "vin_row + 0 AS n"),
        frame.withColumn("vin_file", frame.VIN),
        spark.createDataFrame(table.to_pandas()),
    ):
        place = "n" if "n" in lost.columns else "vin_row"
        with pytest.raises(MappingError, match="is lost; keep vin_file, vin_sheet, vin_row"):
            vintool.spark.screen(lost, place, on=ON)
        said = vintool.spark.screen(lost, place, ON, {"condition": "Q7"}).collect()
        assert "used_unsupported" in said[0]["vin_reasons"]
    known = {"vintool.manifest": json.loads(table.schema.metadata[b"vintool.manifest"])}
    held_equal(spark.createDataFrame(table.to_pandas()).withMetadata("vin_row", known), table, "vin_row", on=ON)  # fmt: skip
    book = put_xlsx(tmp_path / "two.xlsx", {"cars": [cars, (tesla(1), "used")], "more": [(), more, (tesla(2), "petrol")]})  # fmt: skip
    frame, table = loaded(spark, book)
    with pytest.raises(MappingError, match="several sheets or files"):
        vintool.spark.screen(frame, "vin_row", on=ON)
    for at, sheet in enumerate(("cars", "more")):
        held_equal(frame.where(f"vin_sheet = '{sheet}'"), table.slice(at, 1), "vin_row", on=ON)
