"""Several files are one answer: each row names its file, and what is not read is told."""

import json

import pytest
from support import ON
from support.commands import run
from support.letters import mail
from support.manifests import put, put_csv, put_xlsx, read_csv
from support.readers import VINS, cells, only

from vintool.errors import ManifestError, MappingError
from vintool.files import inputs
from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file


def table(*vins):
    return [["VIN", "Fuel"], *([vin, "Electric"] for vin in vins)]


@pytest.fixture
def folder(tmp_path):
    """Two tables of one name, a mail, a picture, a letter, a torn workbook, and the outputs of a run."""
    place = tmp_path / "in"
    (place / "b" / "out").mkdir(parents=True)
    put_csv(place / "a.csv", table(*VINS[:3]))
    put_xlsx(place / "b" / "a.xlsx", {"S": table(*VINS[3:6]), "T": table(VINS[0])})
    put(place / "b" / "m.eml", mail(f"one {VINS[6]}\n").as_bytes())
    put(place / "b" / "p.png", b"\x89PNG")
    put(place / "hi.txt", "hello")
    put(place / "torn.xlsx", b"PK\3\4torn")
    put(place / "b" / "out" / "annotated.csv", f"VIN\n{VINS[9]}\n")
    put(place / "b" / "out" / "run.json", json.dumps({"tool": {"name": "vintool"}}))
    return place


def test_a_folder_is_read_with_all_that_is_in_it(folder, tmp_path):
    out = tmp_path / "out"
    result = run("screen", folder, "--on", ON, "--format", "json", "--out", out)
    assert result.exit_code == 3
    summary = json.loads(result.stdout)
    assert summary["rows_read"] == summary["rows_out"] == 8
    files = {file["name"]: file for file in summary["files"]}
    assert {name: file["rows"] for name, file in files.items() if file["rows"]} == {"a.csv": 3, "a.xlsx": 4, "m.eml": 1}  # fmt: skip
    assert [name for name, file in files.items() if file["unread"]] == ["torn.xlsx"]
    left = {name.removeprefix(str(folder)) for name, file in files.items() if file["skipped"] and not file["unread"]}  # fmt: skip
    assert left == {"/b/out", "p.png", "hi.txt"}
    assert {path.name for path in out.glob("annotated.*")} == {"annotated.a.csv", "annotated.a (2).xlsx", "annotated.m.csv"}  # fmt: skip
    kept = only(open_manifest(out / "annotated.a.csv"))
    assert kept.columns[:4] == ("VIN", "Fuel", "vin_file", "vin_row")
    assert [row[2] for row in cells(kept)] == ["a.csv"] * 3
    assert [sheet.name for sheet in open_manifest(out / "annotated.a (2).xlsx").sheets] == ["S", "T"]  # fmt: skip
    rows = [
        (row["vin_file"], row["vin_sheet"], row["vin_row"])
        for row in read_csv(out / "exceptions.csv")
    ]
    assert ("a.xlsx", "T", "2") in rows  # it is in a.csv too
    record = json.loads((out / "run.json").read_text())
    assert [file["sha256"] for file in record["files"]] == [file["sha256"] for file in summary["files"]]  # fmt: skip


def test_files_and_patterns_are_read_once_each(folder, monkeypatch):
    monkeypatch.setattr(inputs, "_HELD", 0)
    given = [folder / "a.csv", folder / "*.csv", folder / "b" / "*.*l*", folder / "a.csv"]
    summary = screen_file(given, ON)
    assert [(file.name, file.rows) for file in summary.files] == [("a.csv", 3), ("a.xlsx", 4), ("m.eml", 1)]  # fmt: skip
    alone = [screen_file(path, ON) for path in (folder / "a.csv", folder / "b" / "a.xlsx", folder / "b" / "m.eml")]  # fmt: skip
    assert summary.rows_out == sum(one.rows_out for one in alone)
    assert summary.verdicts == {name: sum(one.verdicts[name] for one in alone) for name in summary.verdicts}  # fmt: skip


def test_a_file_that_breaks_off_while_it_is_read_is_left_out_by_name(folder):
    torn = "VIN,Fuel\n" + "".join(f"{vin},Electric\n" for vin in VINS[:9]) + f'{VINS[9]},"Elec\n{VINS[10]},x\n'  # fmt: skip
    put(folder / "quote.csv", torn)
    summary = screen_file([folder / "a.csv", folder / "quote.csv"], ON)
    assert [(file.name, file.rows, file.unread) for file in summary.files] == [("a.csv", 3, False), ("quote.csv", 0, True)]  # fmt: skip
    with pytest.raises(ManifestError, match="quotation mark"):
        screen_file(folder / "quote.csv", ON)


def test_columns_that_the_user_names_hold_where_a_file_has_them(folder):
    put_csv(folder / "c.csv", [["A", "B"], [VINS[11], VINS[12]]])
    given = [folder / "a.csv", folder / "c.csv"]
    summary = screen_file(given, ON, mapping={"vin": "B"})
    assert [file.rows for file in summary.files] == [3, 1]
    with pytest.raises(MappingError, match="no file has the column"):
        screen_file(given, ON, mapping={"vin": "C"})


def test_licences_are_drawn_on_across_files(folder):
    licences = put_csv(folder / "lic.csv", [["Licence No", "Quantity", "HS Code"], ["L1", "2", "8703801090"]])  # fmt: skip
    for name, vins in (("x.csv", VINS[:2]), ("y.csv", VINS[2:4])):
        rows = [["VIN", "Licence No", "HS Code"], *([vin, "L1", "8703801090"] for vin in vins)]
        put_csv(folder / name, rows)
    summary = screen_file([folder / "x.csv", folder / "y.csv"], ON, licences=licences)
    (line,) = summary.licences
    assert (line.drawn, summary.rows_out) == (2, 4)
    assert summary.reasons["licence_exceeded"] == 2


def test_the_list_of_a_run_is_no_manifest_of_its_folder(folder):
    licences = put_csv(
        folder / "lic.csv", [["Licence No", "Quantity", "VIN"], ["L1", "1", VINS[0]]]
    )
    summary = screen_file(folder, ON, licences=licences)
    assert ("lic.csv", "a list of this run") in [(file.name[-7:], file.skipped) for file in summary.files]  # fmt: skip


def test_nothing_that_can_be_read_is_an_error(folder):
    with pytest.raises(ManifestError, match="damaged"):
        screen_file([folder / "torn.xlsx", folder / "gone.csv"], ON)
    with pytest.raises(ManifestError, match="no file fits this pattern"):
        screen_file(folder / "*.ods", ON)
