"""A dirty manifest as a table: the rows that a person sees, with the verdicts of its file."""

import json
import warnings

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import ON
from support.desk import tesla
from support.manifests import put, put_csv, put_xlsx

import vintool
from vintool.errors import ManifestError, MappingError
from vintool.files.read_manifest import ManifestWarning

PETROL = "1HGCM82633A004352"
EDI = f"UNH+1+IFTMIN:D:96B:UN'GID+1+1:VEH'PCI++{tesla(8)}'UNT+4+1'"
TITLED = [
    ("Packing list",),
    (),
    ("VIN", "Fuel", "Qty"),
    (tesla(1), "petrol", "1"),
    (PETROL, "", "1"),
    (),
    (tesla(1), "", "1"),
    ("Total", "", "3"),
]
SHEETS = {
    "Cover": [("Dear Sir,",)],
    "Cars": TITLED,
    "更多": [("车架号", "申报日期"), (tesla(1), "2025-12-30"), (tesla(2), "2026-01-05")],
}
DATED = [
    ("VIN", "Declaration date", "ETD"),
    *((tesla(n), "2025-03-01", "") for n in range(20, 29)),
    (tesla(29), "2025-03-02", "x"),
    ("Total: 10", "", ""),
]


def put_typed(path):
    book = openpyxl.Workbook()
    for row in (("VIN", "HS code", "Price"), (tesla(1), 8703801090, 12.5), (tesla(2), 8703801090, 13)):  # fmt: skip
        book.active.append(row)
    book.save(path)
    return path


KINDS = {
    "titles and totals": lambda at: put_csv(at / "a.csv", TITLED),
    "sheets": lambda at: put_xlsx(at / "a.xlsx", SHEETS),
    "numbers": lambda at: put_typed(at / "a.xlsx"),
    "gb18030": lambda at: put_csv(
        at / "a.csv", [("车架号", "燃料种类"), (tesla(1), "纯电动")], "gb18030"
    ),
    "no header": lambda at: put(at / "a.txt", f"{tesla(1)}\n{PETROL}\n{tesla(1)}\n"),
    "several VINs": lambda at: put_csv(
        at / "a.csv",
        [("Unit 1", "Unit 2", "Fuel"), (tesla(1), tesla(2), ""), (PETROL, tesla(1), "")],
    ),
    "VINs in texts": lambda at: put_csv(
        at / "a.csv", [("Goods",), (f"car {tesla(1)}",), (f"car {tesla(2)}; car {PETROL}",)]
    ),
    "json": lambda at: put(at / "a.json", json.dumps([{"vin": tesla(1), "fuel": "BEV"}])),
    "edi": lambda at: put(at / "a.edi", EDI),
    "days": lambda at: put_csv(at / "a.csv", DATED),
    "names of ours": lambda at: put_csv(
        at / "a.csv", [("VIN", "vin_row", "vin_file"), (tesla(1), "9", "b.csv")]
    ),
    "no rows": lambda at: put_csv(at / "a.csv", [("VIN", "Fuel")]),
    "several files": lambda at: [
        put_csv(at / "a.csv", TITLED),
        put_csv(at / "b.csv", [("Chassis No", "Fuel"), (tesla(1), "petrol"), (PETROL, "")]),
    ],
}


def of_file(path, out, **options):
    """The answers of ``screen_file`` beside the rows that are vehicles, in the order of its files."""
    paths = path if isinstance(path, list) else [path]
    vintool.screen_file(paths, out=out, annotated_as="parquet", raw=True, **options)
    answers = []
    for copy in sorted(out.glob("annotated*.parquet")):
        table = pq.read_table(copy)
        names = table.column_names
        of_ours = names[max(at for at, name in enumerate(names) if name.endswith("vin_row")) :]
        answers += [
            tuple(map(str, row))
            for row in zip(*(table[name].to_pylist() for name in of_ours), strict=True)
        ]
    verdict = next(at for at, name in enumerate(of_ours) if name.endswith("vin_verdict"))
    return [row for row in answers if row[verdict] != "None"], len(of_ours)


def of_table(table, width, **options):
    answers = vintool.screen_table(table, **options)
    columns = answers.columns[-width:]
    return [tuple(map(str, row)) for row in zip(*(c.to_pylist() for c in columns), strict=True)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_of_a_manifest_has_the_verdicts_of_its_file(tmp_path, kind):
    path, on = KINDS[kind](tmp_path), None if kind == "days" else ON
    table = vintool.read_manifest(path, say=lambda _: None)
    wanted, width = of_file(path, tmp_path / "out", on=on)
    assert of_table(table, width, on=on) == wanted
    assert bool(wanted) != (kind == "no rows")


def test_rows_and_columns_may_be_left_out_added_and_turned_round(tmp_path):
    path = put_xlsx(tmp_path / "a.xlsx", SHEETS)
    table = vintool.read_manifest(path, say=lambda _: None)
    assert table["vin_sheet"].to_pylist() == ["Cars"] * 3 + ["更多"] * 2
    assert table["vin_row"].to_pylist() == [4, 5, 7, 2, 3]
    whole = vintool.screen_table(table, ON)
    backwards = vintool.screen_table(table.take([4, 3, 2, 1, 0]), ON)
    assert backwards["vin_row"].to_pylist() == [3, 2, 7, 5, 4]
    assert backwards["vin_verdict"].to_pylist() == whole["vin_verdict"].to_pylist()[::-1]
    # A column that was not there is looked at; one that is gone is not missed.
    more = table.append_column("HS code", pa.array(["8703234190"] * 5))
    assert "contradiction_code" in str(vintool.screen_table(more, ON)["vin_reasons"].to_pylist())
    fewer = vintool.screen_table(table.drop_columns(["Fuel"]), ON)
    assert "contradiction_powertrain" not in str(fewer["vin_reasons"].to_pylist())
    renamed = [f"{name} of car" if name == "VIN" else name for name in table.column_names]
    answers = vintool.screen_table(table.rename_columns(renamed), ON)
    assert answers["vin"].to_pylist() == whole["vin_vin" if "vin_vin" in whole.column_names else "vin"].to_pylist()  # fmt: skip


def test_what_is_said_of_the_columns_is_kept_and_added_to(tmp_path):
    path = put_csv(tmp_path / "a.csv", [("a", "b", "c"), (tesla(1), "petrol", "8703234190")])
    said = {"fuel": "b"}
    table = vintool.read_manifest(path, said)
    wanted, width = of_file(path, tmp_path / "out", on=ON, mapping=said)
    assert of_table(table, width, on=ON) == wanted
    both = {**said, "hs_code": "c"}
    wanted, width = of_file(path, tmp_path / "out", on=ON, mapping=both)
    assert of_table(table, width, on=ON, mapping={"hs_code": "c"}) == wanted
    with pytest.raises(MappingError, match="hs_code"):
        vintool.screen_table(table, ON, {"hs_code": "d"})


def test_what_became_of_the_manifest_is_said(tmp_path):
    path = put_xlsx(tmp_path / "a.xlsx", SHEETS)
    sentences = []
    table = vintool.read_manifest(path, say=sentences.append)
    known = json.loads(table.schema.metadata[b"vintool.manifest"])
    assert known["notes"] == sentences
    assert any("'Cover'" in one for one in sentences)
    cars = next(one for one in known["sheets"] if one["sheet"] == "Cars")
    assert cars["mapping"] == {"vin": "VIN", "fuel": "Fuel", "quantity": "Qty"}
    assert (cars["rows"], cars["totals"], cars["apart_rows"]["totals"]) == (3, 1, [8])
    only = vintool.read_manifest(path, sheet="更多")
    assert only.column_names == ["车架号", "申报日期", "vin_file", "vin_sheet", "vin_row"]


def test_what_cannot_be_read_is_never_silent(tmp_path):
    good = put_csv(tmp_path / "a.csv", TITLED)
    bad = put(tmp_path / "b.xlsx", b"PK\x03\x04 broken")
    with pytest.warns(ManifestWarning, match=r"NOT READ, and vehicles may stand in it: b\.xlsx"):
        table = vintool.read_manifest([good, bad])
    assert table.num_rows == 3
    with pytest.raises(ManifestError):
        vintool.read_manifest(bad)
    with pytest.raises(TypeError, match="no mapping"):
        vintool.read_manifest(good, "VIN")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert vintool.read_manifest(good).num_rows == 3


def test_a_sheet_with_vins_that_was_left_out_is_warned_of(tmp_path):
    path = put_xlsx(tmp_path / "a.xlsx", {"Cars": TITLED, "Old": TITLED, "Cover": [("Dear Sir,",)]})
    book = openpyxl.load_workbook(path)
    book["Old"].sheet_state = "hidden"
    book.save(path)
    with pytest.warns(ManifestWarning) as warned:
        assert vintool.read_manifest(path).num_rows == 3
    (said,) = [str(one.message) for one in warned]
    assert said.startswith("NOT READ, and vehicles may stand in it: Old: hidden, with 3 VIN(s)")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vintool.read_manifest(path, say=[].append)
        assert vintool.read_manifest(path, sheet="Old").num_rows == 3
