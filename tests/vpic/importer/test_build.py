"""vPIC built anew from every form of a release: the same files, whole or not at all."""

import hashlib
import sqlite3
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support.commands import run
from support.releases import (
    COLUMNS,
    SERIES,
    TINY,
    as_dump,
    as_sqlite,
    content,
    patterns,
    release_of,
    tiny,
)

from vintool import vpic
from vintool.errors import DataSourceError
from vintool.vpic.files import COLUMNS as FILE_COLUMNS
from vintool.vpic.files import MANIFEST, TEXTS
from vintool.vpic.importer.build import build

FORMS = ("sqlite", "dump", "sqlite+zip", "dump+zip")


# --- Building ------------------------------------------------------------------------------


def test_every_form_gives_the_same_files(tmp_path):
    sources = [release_of(tmp_path / "in", form) for form in FORMS]
    built = [content(build(source, tmp_path / source.name)) for source in sources]
    assert set(built[0]) == {*FILE_COLUMNS, *TEXTS, MANIFEST}
    manifests = [tomllib.loads(files.pop(MANIFEST).decode()) for files in built]
    assert built[1:] == built[:1] * 3
    # In the manifests only the file that was read differs.
    origins = [
        (manifest["release"].pop("url"), manifest["release"].pop("sha256"))
        for manifest in manifests
    ]
    assert manifests[1:] == manifests[:1] * 3
    assert origins == [
        (source.name, hashlib.sha256(source.read_bytes()).hexdigest()) for source in sources
    ]


@pytest.mark.parametrize("form", FORMS)
def test_building_twice_gives_the_same_bytes(tmp_path, form):
    source = release_of(tmp_path / "in", form)
    first, second = (content(build(source, tmp_path / name)) for name in ("one", "two"))
    assert first == second


@given(st.randoms(use_true_random=False))
@hypothesis_settings(max_examples=15)
def test_the_order_of_the_rows_changes_nothing(tmp_path_factory, shuffler):
    folder = tmp_path_factory.mktemp("shuffled")
    tables = {name: shuffler.sample(rows, len(rows)) for name, rows in TINY.items()}
    shuffled = content(build(release_of(folder, "dump", tables), folder / "shuffled"))
    straight = content(build(release_of(folder, "dump"), folder / "straight"))
    del shuffled[MANIFEST], straight[MANIFEST]
    assert shuffled == straight


TINY_FILES = {
    "defaults.csv": "vehicle_type,element,value\n6,24,0\n",
    "engines.csv": "engine,element,value\nv8  big,9,8\n",
    "lookups.csv": (
        "lookup,id,name\nBodyStyle,1,Sedan\nBodyStyle,2,Coupe\nFuelType,2,Electric\nFuelType,4,Gasoline\n"
        "VehicleType,2,PASSENGER CAR\nVehicleType,3,TRUCK \nVehicleType,6,TRAILER\n"
    ),
    "models.csv": 'model,name,make,offset,length\n100,Toy,Toymaker,0,39\n101,"Wagon ""XL"", long",Beta,,\n',
    "index.csv": (
        "wmi,year_from,year_to,schema,offset,length\n"
        "1T9123,1990,2030,1,0,90\n1TA,2010,0,1,0,90\n5YJ,2012,0,2,90,27\n"
    ),
    "specs.txt": "#100\n2\tToymaker\t2017;2018\t28=100\t\t33=1\n",
    "patterns.txt": (
        "#1\nA\t34=Škoda \\   one line\t5@1=2\n***[0123456789][0123456789]\t118#=7-8\n"
        "A[BCD5]**1*F\t5@0=1\n#2\n3\t28=100\t114=two  lines\n"
    ),
    "wmi.csv": (
        "wmi,manufacturer,makes,vehicle_type,light,reads_to\n"
        '1T9123,"ACME, INC.",Acme|Beta,6,,11\n1TA,"ACME, INC.",Acme,2,yes,11\n'
        '1TE,"ACME, INC.",,3,,11\n1TF,,,,,11\n5YJ,TOYS,Toymaker,2,yes,11\n'
    ),
}  # fmt: skip


def test_the_files_say_what_the_tables_did(tmp_path):
    files = content(build(release_of(tmp_path / "in", "dump"), tmp_path / "out"))
    assert {name: files[name].decode() for name in TINY_FILES} == TINY_FILES
    elements = files["elements.csv"].decode().splitlines()
    assert elements[:2] == ["element,name,lookup,type,weight", "5,Body Class,BodyStyle,lookup,99"]
    assert not [line for line in elements if line.startswith(("97,", "98,"))]


def test_the_manifest_counts_the_rows_that_were_read(tmp_path):
    folder = build(release_of(tmp_path / "in", "dump"), tmp_path / "out")
    manifest = tomllib.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["release"]["rows"] == {
        name.lower(): len(rows) for name, rows in TINY.items() if name != "Conversion"
    }
    assert vpic.check(folder).keys() == {*FILE_COLUMNS, *TEXTS}


def test_a_release_may_say_its_month_and_origin_itself(tmp_path):
    source = as_sqlite(tmp_path / "vpic.sqlite", TINY)
    with sqlite3.connect(source) as database:
        database.execute("CREATE TABLE Release (month, url, sha256)")
        database.execute("INSERT INTO Release VALUES ('2026-09', 'https://example.org/x', 'ab')")
    database.close()
    text = (build(source, tmp_path / "out") / MANIFEST).read_text(encoding="utf-8")
    release = tomllib.loads(text)["release"]
    assert [release[key] for key in ("month", "url", "sha256")] == ["2026-09", "https://example.org/x", "ab"]  # fmt: skip


def test_the_month_is_of_the_name_or_given(tmp_path):
    source = as_dump(tmp_path / "vpic 2026-09.sql", TINY)
    for month, expected in ((None, "2026-09"), ("2025-01", "2025-01")):
        text = (build(source, tmp_path / "out", month) / MANIFEST).read_text(encoding="utf-8")
        assert tomllib.loads(text)["release"]["month"] == expected


def test_where_a_release_has_no_dates_of_changes_those_of_its_rows_count(tmp_path, monkeypatch):
    whole = content(build(release_of(tmp_path / "in", "dump"), tmp_path / "whole"))
    monkeypatch.setitem(COLUMNS, "Pattern", COLUMNS["Pattern"].removesuffix(" UpdatedOn"))
    rows = [(*row[:5], row[6] or row[5]) for row in TINY["Pattern"]]
    source = release_of(tmp_path / "in", "sqlite", tiny(Pattern=rows))
    assert (content(build(source, tmp_path / "short"))["patterns.txt"]) == whole["patterns.txt"]


# --- Folders that cannot be written --------------------------------------------------------


def test_a_folder_below_a_file_cannot_be_written(tmp_path):
    source = release_of(tmp_path / "in", "sqlite")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError, match="file"):
        build(source, tmp_path / "file" / "out")
    result = run("data", "build", "--vpic", source, "--out", tmp_path / "file" / "out")
    assert (result.exit_code, "cannot be written" in result.stderr) == (3, True)
    assert run("data", "build", "--vpic", source, "--out", tmp_path / "file").exit_code == 2
    assert (tmp_path / "file").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "in"]


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
from vintool.cli.main import main
main()
"""


def test_when_the_disk_is_full_the_old_folder_is_still_whole(tmp_path):
    source, out = release_of(tmp_path / "in", "sqlite"), tmp_path / "data" / "vpic"
    before = content(build(source, out))
    result = subprocess.run(
        [sys.executable, "-c", FULL, "data", "build", "--vpic", source, "--month", "2026-09", "--out", out],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 3, result.stderr
    assert "cannot be written" in result.stderr
    assert "Traceback" not in result.stderr
    assert content(out) == before
    assert [path.name for path in out.parent.iterdir()] == ["vpic"]


def test_when_the_new_folder_cannot_be_put_in_place_the_old_one_returns(tmp_path, monkeypatch):
    source, out = release_of(tmp_path / "in", "sqlite"), tmp_path / "data" / "vpic"
    before = content(build(source, out))
    replace = Path.replace

    def refused(path, target):
        if path.name == "new":
            raise PermissionError(13, "Permission denied")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(PermissionError):
        build(source, out, "2026-09")
    monkeypatch.undo()
    assert content(out) == before
    assert [path.name for path in out.parent.iterdir()] == ["vpic"]


# --- What has gone wrong once ------------------------------------------------------------


def test_out_keeps_what_is_not_ours(tmp_path):
    source = release_of(tmp_path / "in", "sqlite")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "mine.txt").write_text("mine")
    with pytest.raises(DataSourceError, match="docs: holds something else"):
        build(source, tmp_path / "docs")
    assert (tmp_path / "docs" / "mine.txt").read_text() == "mine"


def test_a_file_in_place_of_the_folder_is_no_folder(tmp_path):
    source = release_of(tmp_path / "in", "sqlite")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(DataSourceError, match="file: holds something else"):
        build(source, tmp_path / "file")
    assert (tmp_path / "file").is_file()


@pytest.mark.parametrize("name", ["vpic #2 2026_10.db", "vpic?2026_10.db", "vpic%41 2026_10.db"])
def test_sqlite_of_any_name(tmp_path, name):
    source = as_sqlite(tmp_path / name, TINY)
    build(source, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "out"])


@pytest.mark.parametrize("name", ['my "vPIC" 2026_10.db', "my \\vPIC 2026_10.db"])
def test_manifest_of_any_name(tmp_path, name):
    folder = build(as_sqlite(tmp_path / name, TINY), tmp_path / "out")
    assert tomllib.loads((folder / "manifest.toml").read_text())["release"]["url"] == name


def test_the_month_given_must_be_one(tmp_path):
    source = as_sqlite(tmp_path / "r.db", TINY)
    with sqlite3.connect(source) as database:
        database.execute("CREATE TABLE Release (month, url, sha256)")
        database.execute("INSERT INTO Release VALUES ('2026-10', 'u', 's')")
    database.close()
    with pytest.raises(DataSourceError):
        build(source, tmp_path / "out", "nonsense")


def test_the_order_of_rows_of_one_date_and_key_changes_nothing(tmp_path):
    rows = patterns(("A", SERIES, "p"), ("A", SERIES, "q"))
    a, b = (
        content(build(as_dump(tmp_path / "2026_10", tiny(Pattern=r)), tmp_path / "o"))[
            "patterns.txt"
        ]
        for r in (rows, rows[::-1])
    )
    assert a == b


def test_dump_and_sqlite_agree_on_decode_0(tmp_path):
    rows = [(*row[:5], 0, *row[6:]) for row in TINY["Element"]]
    a, b = (
        content(build(release_of(tmp_path / "in", f, tiny(Element=rows)), tmp_path / "o"))[
            "elements.csv"
        ]
        for f in ("dump", "sqlite")
    )
    assert a == b


def test_write_errors_name_the_folder(tmp_path):
    source = release_of(tmp_path / "in", "sqlite")
    (tmp_path / "file").write_text("x")
    assert (
        str(tmp_path / "file")
        in run("data", "build", "--vpic", source, "--out", tmp_path / "file" / "out").stderr
    )
