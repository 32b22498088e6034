"""Files that cannot serve: the sentence says why, and the old data stays."""

import random
import re
import sqlite3

import pytest
from support.commands import run
from support.releases import (
    COLUMNS,
    OLD,
    TINY,
    as_dump,
    as_sqlite,
    as_zip,
    content,
    release_of,
    tiny,
)

from vintool.errors import DataSourceError
from vintool.vpic.importer.build import build

NEEDED = ("Element", "Wmi", "Wmi_VinSchema", "Pattern", "Make_Model", "Make", "Model")


def without(table):
    return {name: rows for name, rows in TINY.items() if name != table}


def cut(path, at):
    path.write_bytes(path.read_bytes()[:at])
    return path


def random_bytes(path):
    path.write_bytes(random.Random(1).randbytes(5000))  # noqa: S311
    return path


def written(path, text):
    path.write_bytes(text)
    return path


def replaced(path, old, new):
    text = as_dump(path, TINY).read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def cut_at(path, text):
    """A dump that ends before a text."""
    cut(path, as_dump(path, TINY).read_bytes().index(text))


def without_a_column(path):
    with sqlite3.connect(as_sqlite(path, TINY)) as database:
        database.execute("ALTER TABLE Make RENAME COLUMN Name TO Label")
    return path


def changed(path, *changes):
    """An archive of a release in which some bytes behind the last head of a file are others."""
    data = bytearray(zipped(path, "a").read_bytes())
    head = data.rindex(b"PK\1\2")
    for at, new in changes:
        data[head + at : head + at + len(new)] = new
    return written(path, bytes(data))


def zipped(path, *names):
    return as_zip(path, *(as_dump(path.parent / name, TINY) for name in names))


FAULTS = {
    "random bytes": (random_bytes, "neither a SQLite file nor a plain SQL dump"),
    "empty": (lambda path: written(path, b""), "no rows of vPIC's table Element"),
    "text": (lambda path: written(path, b"nothing\nat all\n"), "no rows of vPIC's table Element"),
    "not UTF-8": (lambda path: written(path, b"COPY a (b) FROM stdin;\n\xff\n"), "cannot be read"),
    "breaks off in a row": (
        lambda path: cut_at(path, b"\tA[B-D5]"),
        "table pattern, row 2 has 2 cells, expected 7",
    ),
    "breaks off between rows": (
        lambda path: cut_at(path, b"2\t1\tA[B-D5]"),
        "breaks off in table pattern after 1 rows",
    ),
    "breaks off in a table that nobody reads": (
        lambda path: cut_at(path, b"2\t#x#"),
        "breaks off in table conversion after 1 rows",
    ),
    "breaks off between tables": (
        lambda path: cut_at(path, b"CREATE TABLE vpic.make ("),
        "no rows of vPIC's table Make_Model, Make, Model",
    ),
    "half a database": (lambda path: cut(as_sqlite(path, TINY), 9000), "cannot be read"),
    "head of a database": (lambda path: written(path, b"SQLite format 3\0"), "cannot be read"),
    "two files": (lambda path: zipped(path, "a", "b"), "2 files in the archive, expected one"),
    "no file": (zipped, "0 files in the archive, expected one"),
    "an archive with a password": (
        lambda path: changed(path, (8, b"\1")),
        "locked with a password; unpack it",
    ),
    "an archive of more than there is": (
        lambda path: changed(path, (10, b"\0"), (20, b"\xff\xff\xff")),
        "cannot be read",
    ),
    "a file without a name": (
        lambda path: changed(path, (28, b"\0\0\0\0\t\0")),
        "cannot be read",
    ),
    "half an archive": (lambda path: cut(zipped(path, "a"), 600), "neither a SQLite file"),
    "an archive of a broken dump": (
        lambda path: as_zip(path, cut(as_dump(path.parent / "a", TINY), 3000)),
        "breaks off in table",
    ),
    "an archive of a database that lacks a column": (
        lambda path: as_zip(path, without_a_column(path.parent / "a")),
        "table Make has no column Name",
    ),
    "a row too short": (
        lambda path: replaced(path, "12\tToymaker", "12"),
        "table make, row 3 has 1 cells, expected 2",
    ),
    "a row too long": (
        lambda path: replaced(path, "12\tToymaker", "12\tToy\tmaker"),
        "table make, row 3 has 3 cells, expected 2",
    ),
    "no WMIs": (lambda path: as_dump(path, tiny(Wmi=[])), "no rows of vPIC's table Wmi"),
    **{
        f"no {table}": (
            lambda path, table=table: as_sqlite(path, without(table)),
            f"no rows of vPIC's table {table}",
        )
        for table in NEEDED
    },
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_cannot_serve_is_refused_and_changes_nothing(tmp_path, home, fault):
    build(release_of(tmp_path / "in", "dump"))
    before = content(home)
    make, said = FAULTS[fault]
    source = tmp_path / "vpic 2026_10.file"
    make(source)
    with pytest.raises(DataSourceError, match=re.escape(said)) as error:
        build(source)
    assert str(source) in str(error.value)
    result = run("data", "build", "--vpic", source)
    assert result.exit_code == 3, result.output
    assert str(source) in result.stderr
    assert said in result.stderr
    assert content(home) == before
    assert [path.name for path in home.parent.iterdir()] == ["vpic"]


def test_a_missing_file_is_a_matter_of_usage(tmp_path):
    assert run("data", "build", "--vpic", tmp_path / "gone.zip").exit_code == 2
    assert run("data", "build", "--vpic", tmp_path).exit_code == 2
    with pytest.raises(DataSourceError, match=r"gone\.zip: cannot be read"):
        build(tmp_path / "gone.zip", tmp_path / "out")


@pytest.mark.parametrize(("name", "options"), [("vpic.sqlite", ()), ("vpic 2026-13.sqlite", ()), ("vpic 2026_10.sqlite", ("--month", "October"))])  # fmt: skip
def test_a_file_that_does_not_tell_its_month_needs_it_given(tmp_path, home, name, options):
    source = as_sqlite(tmp_path / name, TINY)
    result = run("data", "build", "--vpic", source, *options)
    assert result.exit_code == 3
    assert str(source) in result.stderr
    assert "--month" in result.stderr
    assert not home.parent.exists()
    named = run("data", "build", "--vpic", source, "--month", "2026-10")
    assert (named.exit_code, named.stdout) == (0, f"built from {name}: {home}\n")


@pytest.mark.parametrize(
    ("table", "column"),
    [("Wmi", "PublicAvailabilityDate"), ("Pattern", "Keys"), ("Element", "Decode"), ("Wmi", "Wmi")],
)
def test_a_missing_column_is_refused(tmp_path, monkeypatch, table, column):
    monkeypatch.setitem(COLUMNS, table, COLUMNS[table].replace(column, "Other"))
    with pytest.raises(DataSourceError):
        build(release_of(tmp_path / "in", "sqlite"), tmp_path / "out")


@pytest.mark.parametrize(
    "tables",
    [
        {"Make": [("x", "y")]},
        {"Pattern": [(1, None, "A", 34, "x", OLD, None)]},
        {"Wmi_VinSchema": [(1, 1, 1, None, None)]},
    ],
)
def test_a_cell_that_is_no_number_is_refused(tmp_path, tables):
    with pytest.raises(DataSourceError, match="2026_10"):
        build(release_of(tmp_path / "in", "sqlite", tiny(**tables)), tmp_path / "out")


def test_a_damaged_archive_is_refused(tmp_path):
    source = release_of(tmp_path / "in", "dump+zip")
    text = bytearray(source.read_bytes())
    text[200:260] = bytes(sign ^ 0xA5 for sign in text[200:260])
    source.write_bytes(text)
    with pytest.raises(DataSourceError):
        build(source, tmp_path / "out")
