"""vPIC built anew: from every form of a release, whole or not at all, and what the user then decodes.

The releases here are made up and tiny. Each test says which patterns its release has.
"""

import hashlib
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import vintool
from vintool import registry, vpic
from vintool.cli.main import cli, main
from vintool.errors import DataSourceError
from vintool.registry import DataError
from vintool.registry.tables import ANY
from vintool.vin import ALPHABET
from vintool.vpic import Origin
from vintool.vpic.decode import Fault, specify
from vintool.vpic.importer import store
from vintool.vpic.importer.build import build
from vintool.vpic.importer.keys import parse_key

LATEST = 2028
TESLA = "5YJ3E1EAXHF000316"
OLD, NEW, NEWEST = "2020-01-01 10:00:00", "2021-01-01 10:00:00", "2021-01-01 10:00:00.5"

DISPLACEMENT_CC, DISPLACEMENT_CI, DISPLACEMENT_L = 11, 12, 13
BODY, CYLINDERS, DOORS, ENGINE, FUEL, MAKE, MODEL, SERIES, TRIM = 5, 9, 14, 18, 24, 26, 28, 34, 38
SEATS, LENGTH, NOTE, SECRET = 33, 118, 114, 97

COLUMNS = {
    "Element": "Id Code Name LookupTable DataType Decode weight IsPrivate",
    "Wmi": "Id Wmi ManufacturerId VehicleTypeId TruckTypeId PublicAvailabilityDate",
    "VinSchema": "Id Name TobeQCed",
    "Wmi_VinSchema": "Id WmiId VinSchemaId YearFrom YearTo",
    "Pattern": "Id VinSchemaId Keys ElementId AttributeId CreatedOn UpdatedOn",
    "Manufacturer": "Id Name",
    "Make": "Id Name",
    "Model": "Id Name",
    "Make_Model": "Id MakeId ModelId",
    "Wmi_Make": "WmiId MakeId",
    "VehicleType": "Id Name",
    "BodyStyle": "Id Name",
    "FuelType": "Id Name",
    "EngineModel": "Id Name",
    "EngineModelPattern": "Id EngineModelId ElementId AttributeId CreatedOn UpdatedOn",
    "DefaultValue": "Id ElementId VehicleTypeId DefaultValue",
    "VehicleSpecSchema": "Id MakeId VehicleTypeId TobeQCed",
    "VSpecSchemaPattern": "Id SchemaId",
    "VehicleSpecPattern": "Id VSpecSchemaPatternId IsKey ElementId AttributeId CreatedOn UpdatedOn",
    "VehicleSpecSchema_Model": "Id VehicleSpecSchemaId ModelId",
    "VehicleSpecSchema_Year": "Id VehicleSpecSchemaId Year",
    "Conversion": "Id Formula",  # one that nobody reads
}
NEEDED = ("Element", "Wmi", "Wmi_VinSchema", "Pattern", "Make_Model", "Make", "Model")

TINY = {
    "Element": [
        (number, name.upper(), name, lookup, kind, "Pattern", weight, private)
        for number, name, lookup, kind, weight, private in (
            (BODY, "Body Class", "BodyStyle", "lookup", 99, False),
            (CYLINDERS, "Cylinders", None, "int", 88, False),
            (DISPLACEMENT_CC, "Displacement (CC)", None, "decimal", 98, False),
            (DISPLACEMENT_CI, "Displacement (CI)", None, "decimal", None, False),
            (DISPLACEMENT_L, "Displacement (L)", None, "decimal", None, False),
            (DOORS, "Doors", None, "int", None, False),
            (ENGINE, "Engine Model", None, "string", 55, False),
            (FUEL, "Fuel Type - Primary", "FuelType", "lookup", 91, False),
            (MAKE, "Make", "Make", "lookup", 99, False),
            (27, "Manufacturer Name", "Manufacturer", "lookup", None, False),
            (MODEL, "Model", "Model", "lookup", 99, False),
            (29, "Model Year", None, "int", 99, False),
            (SEATS, "Number of Seats", None, "int", None, False),
            (SERIES, "Series", None, "string", 61, False),
            (TRIM, "Trim", None, "string", 61, False),
            (39, "Vehicle Type", "VehicleType", "lookup", 99, False),
            (SECRET, "NCSA Make", None, "string", None, True),
            (NOTE, "Note", None, "string", None, False),
            (LENGTH, "Trailer Length (feet)", None, "decimal", None, False),
        )
    ]
    + [(98, "DRAFT", "Never decoded", None, "string", None, None, False)],
    "Wmi": [
        (1, "1TA", 7, 2, None, "2015-01-01"),
        (2, "1T9123", 7, 6, None, "2015-01-01"),
        (3, "1TE", 7, 3, 2, "2026-10-31"),
        (4, "5YJ", 8, 2, None, "2015-01-01"),
        (5, "1TF", None, None, None, "2015-01-01"),
    ],
    "VinSchema": [(1, "one", False), (2, "two", False)],
    "Wmi_VinSchema": [(1, 1, 1, 2010, None), (2, 2, 1, 1990, 2030), (3, 4, 2, 2012, None)],
    "Pattern": [
        (1, 1, "A", SERIES, "Škoda \\ \t one\nline", OLD, None),
        (2, 1, "A[B-D5]**1|*F", BODY, "1", OLD, NEW),
        (3, 1, "A", BODY, "2", OLD, None),
        (4, 1, "***##", LENGTH, "##", OLD, None),
        (5, 2, "3", MODEL, "100", OLD, None),
        (6, 2, "3", None, None, None, None),
        (7, 2, "3", SECRET, "x", OLD, None),
        (8, 2, "3", NOTE, "two\r\nlines", OLD, NEWEST),
    ],
    "Manufacturer": [(7, "ACME, INC."), (8, "TOYS")],
    "Make": [(10, "Acme"), (11, "Beta"), (12, "Toymaker")],
    "Model": [(100, "Toy"), (101, 'Wagon "XL", long')],
    "Make_Model": [(1, 12, 100), (2, 11, 101)],
    "Wmi_Make": [(1, 10), (2, 11), (2, 10), (4, 12)],
    "VehicleType": [(2, "PASSENGER CAR"), (3, "TRUCK "), (6, "TRAILER")],
    "BodyStyle": [(1, "Sedan"), (2, "Coupe")],
    "FuelType": [(2, "Electric"), (4, "Gasoline")],
    "EngineModel": [(1, " V8  Big")],
    "EngineModelPattern": [(1, 1, CYLINDERS, "8", OLD, None), (2, 1, SECRET, "x", OLD, None)],
    "DefaultValue": [(1, FUEL, 6, "0"), (2, SEATS, 2, None), (3, SECRET, 6, "x")],
    "VehicleSpecSchema": [(1, 12, 2, False)],
    "VSpecSchemaPattern": [(1, 1)],
    "VehicleSpecPattern": [
        (1, 1, True, MODEL, "100", OLD, None),
        (2, 1, False, SEATS, "1", OLD, None),
    ],
    "VehicleSpecSchema_Model": [(1, 1, 100)],
    "VehicleSpecSchema_Year": [(1, 1, 2018), (2, 1, 2017)],
    "Conversion": [(1, "COPY vpic.pattern (id) FROM stdin;"), (2, "#x# * 2\t\\.")],
}


def tiny(**tables):
    return TINY | tables


def patterns(*given):
    """Rows of Pattern, of schema 1 and an old date where not said otherwise."""
    filled = [(*row, *(OLD, 1)[len(row) - 3 :]) for row in given]
    return [
        (number, schema, keys, element, str(value), when, None)
        for number, (keys, element, value, when, schema) in enumerate(filled, 1)
    ]


# --- The forms in which NHTSA publishes ----------------------------------------------------


def as_sqlite(path, tables):
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        for name, rows in tables.items():
            columns = COLUMNS[name].split()
            database.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
            marks = ", ".join("?" for _ in columns)
            database.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608
    database.close()
    return path


def cell(value):
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    signs = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
    return "".join(signs.get(sign, sign) for sign in str(value))


def as_dump(path, tables):
    lines = [
        "--",
        "-- PostgreSQL database dump",
        "--",
        "SET client_encoding = 'UTF8';",
        "CREATE SCHEMA vpic;",
        'COPY public.notes (id, "text") FROM stdin;',
        "1\tCOPY vpic.make (id, name) FROM stdin;",
        "\\.",
    ]
    for name, rows in tables.items():
        own = [f'"{column}"' if column == "Year" else column for column in COLUMNS[name].split()]
        lines += [
            f"CREATE TABLE vpic.{name.lower()} (",
            *(f"    {column.lower()} text," for column in own),
            ");",
            f"COPY vpic.{name.lower()} ({', '.join(own).lower()}) FROM stdin;",
            *("\t".join(map(cell, row)) for row in rows),
            "\\.",
            "",
            f"SELECT pg_catalog.setval('vpic.{name.lower()}_id_seq', 9, true);",
        ]
    lines += ["ALTER TABLE ONLY vpic.make ADD CONSTRAINT make_pkey PRIMARY KEY (id);", ""]
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    return path


def as_zip(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("release")
        for member in members:
            archive.write(member, f"release/{member.name}")
    return path


def release_of(folder, form, tables=TINY):
    folder.mkdir(exist_ok=True)
    name, _, packed = form.partition("+")
    write = {"sqlite": as_sqlite, "dump": as_dump}[name]
    plain = write(folder / f"vPICList_lite_2026_10.{name}", tables)
    return as_zip(folder / f"vPICList_lite_2026_10.{name}.zip", plain) if packed else plain


FORMS = ("sqlite", "dump", "sqlite+zip", "dump+zip")


# --- The user's folder ---------------------------------------------------------------------


def forget():
    """Whatever is cached of the folder that was in use."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "vintool":
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Where the user's own vPIC would lie; nothing does yet."""
    folder = tmp_path / "home" / "vpic"
    monkeypatch.setattr(vpic, "user_home", lambda: folder)
    forget()
    yield folder
    forget()


@pytest.fixture
def use(tmp_path, home):  # noqa: ARG001 - the release goes there
    """Put a release into use, of which only these tables are not the tiny one's."""

    def put(**tables):
        build(as_sqlite(tmp_path / "vpic_2026_10.sqlite", tiny(**tables)))
        forget()

    return put


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def vin(vds="ABCDE", tail="LF000001", wmi="1TA"):
    return f"{wmi}{vds}0{tail}"


def best(text, wmi=""):
    return specify(wmi or text[:3], text, LATEST).best


def told(text, *elements):
    """The values as vPIC has them, one text an element."""
    attributes = best(text).attributes
    return tuple(
        ";".join(item.value for item in attributes[element]) if element in attributes else None
        for element in elements
    )


# --- Building ------------------------------------------------------------------------------


def test_every_form_gives_the_same_files(tmp_path):
    sources = [release_of(tmp_path / "in", form) for form in FORMS]
    built = [content(build(source, tmp_path / source.name)) for source in sources]
    assert set(built[0]) == {*vpic.COLUMNS, *vpic.TEXTS, vpic.MANIFEST}
    manifests = [tomllib.loads(files.pop(vpic.MANIFEST).decode()) for files in built]
    assert built[1:] == built[:1] * 3
    # In the manifests only the file that was read differs.
    origins = [(told["release"].pop("url"), told["release"].pop("sha256")) for told in manifests]
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
    del shuffled[vpic.MANIFEST], straight[vpic.MANIFEST]
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
    told = tomllib.loads((folder / vpic.MANIFEST).read_text(encoding="utf-8"))
    assert told["release"]["rows"] == {
        name.lower(): len(rows) for name, rows in TINY.items() if name != "Conversion"
    }
    assert vpic.check(folder).keys() == {*vpic.COLUMNS, *vpic.TEXTS}


def test_a_release_may_say_its_month_and_origin_itself(tmp_path):
    source = as_sqlite(tmp_path / "vpic.sqlite", TINY)
    with sqlite3.connect(source) as database:
        database.execute("CREATE TABLE Release (month, url, sha256)")
        database.execute("INSERT INTO Release VALUES ('2026-09', 'https://example.org/x', 'ab')")
    database.close()
    text = (build(source, tmp_path / "out") / vpic.MANIFEST).read_text(encoding="utf-8")
    release = tomllib.loads(text)["release"]
    assert [release[key] for key in ("month", "url", "sha256")] == ["2026-09", "https://example.org/x", "ab"]  # fmt: skip


def test_the_month_is_of_the_name_or_given(tmp_path):
    source = as_dump(tmp_path / "vpic 2026-09.sql", TINY)
    for month, expected in ((None, "2026-09"), ("2025-01", "2025-01")):
        text = (build(source, tmp_path / "out", month) / vpic.MANIFEST).read_text(encoding="utf-8")
        assert tomllib.loads(text)["release"]["month"] == expected


def test_where_a_release_has_no_dates_of_changes_those_of_its_rows_count(tmp_path, monkeypatch):
    whole = content(build(release_of(tmp_path / "in", "dump"), tmp_path / "whole"))
    monkeypatch.setitem(COLUMNS, "Pattern", COLUMNS["Pattern"].removesuffix(" UpdatedOn"))
    rows = [(*row[:5], row[6] or row[5]) for row in TINY["Pattern"]]
    source = release_of(tmp_path / "in", "sqlite", tiny(Pattern=rows))
    assert (content(build(source, tmp_path / "short"))["patterns.txt"]) == whole["patterns.txt"]


# --- Keys ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "fitting", "other"),
    [
        ("A", vin("ABCDE"), vin("BBCDE")),
        ("AB", vin("ABZZZ"), vin("AZBZZ")),
        ("*B", vin("ZBZZZ"), vin("BZZZZ")),
        ("[A-C]", vin("BZZZZ"), vin("DZZZZ")),
        ("[A-C5]Z", vin("5ZZZZ"), vin("4ZZZZ")),
        ("[XA]", vin("XZZZZ"), vin("BZZZZ")),
        ("*[X-Z][2-4]", vin("ZY3ZZ"), vin("ZY5ZZ")),
        ("[0O]", vin("0ZZZZ"), vin("1ZZZZ")),  # no VIN has the letter
        ("*****|*F", vin(tail="LF000001"), vin(tail="LG000001")),
        ("*****|L", vin(tail="LF000001"), vin(tail="MF000001")),
        ("A****|*[F-H]1", vin("AZZZZ", "LG100001"), vin("AZZZZ", "LG200001")),
        ("*****|*****1", vin(tail="LF000100"), vin(tail="LF001000")),
        ("***#", vin("ZZZ4Z", "8F000001"), vin("ZZZAZ", "LF000001")),
    ],
)
def test_a_pattern_tells_of_the_vins_that_its_key_fits(use, keys, fitting, other):
    use(Pattern=patterns((keys, SERIES, "told"), ("*", TRIM, "always")),
        Wmi_VinSchema=[(1, 1, 1, 1980, None)])  # fmt: skip
    expected = "4" if "#" in keys else "told"
    assert told(fitting, SERIES, TRIM) == (expected, "always")
    assert told(other, SERIES, TRIM) == (None, "always")


def test_the_range_from_1_to_a_is_the_two_alone():
    assert parse_key("[1-A]")[0] == "A1"


@pytest.mark.parametrize("keys", ["O", "*I", "[OQ]", "AB|*F", "ABCDEF", "*****|*********", "[A"])
def test_a_key_that_no_vin_fits_is_none(keys):
    assert parse_key(keys) is None


singles = st.sampled_from("ABC012O")
ranges = st.sampled_from(["A-C", "B-D", "0-1", "1-3", "H-K"])
groups = st.lists(st.one_of(singles, ranges), min_size=1, max_size=3).map(lambda one: f"[{''.join(one)}]")  # fmt: skip
signs = st.one_of(singles, st.just("*"), st.just("*"), st.just("#"), groups)
halves = st.tuples(
    st.lists(signs, min_size=1, max_size=6).map("".join),
    st.one_of(st.just(""), st.lists(signs, max_size=9).map(lambda one: "|" + "".join(one))),
)
full_halves = st.tuples(
    st.lists(signs, min_size=5, max_size=5).map("".join),
    st.lists(signs, max_size=4).map(lambda one: "|" + "".join(one)),
)
keys_of_vpic = st.one_of(halves, full_halves).map("".join)
positions = st.text("ABCD0123", min_size=13, max_size=13)


def like(keys, own):
    """Whether a key fits positions 4-8 and 10-17, as vPIC asks it: a beginning, sign for sign."""
    pieces = re.findall(r"\[[^]]*\]|.", keys)
    special = {"*": ".", "#": "[0-9]", "|": r"\|"}
    regex = "".join(
        piece if piece[0] == "[" else special.get(piece, re.escape(piece)) for piece in pieces
    )
    return re.match(regex, f"{own[:5]}|{own[5:]}") is not None


@given(keys_of_vpic, positions)
@hypothesis_settings(max_examples=500)
def test_a_parsed_key_fits_what_vpic_would_say_it_fits(keys, own):
    parsed = parse_key(keys)
    fits = parsed is not None and all(
        allowed == ANY or sign in allowed for allowed, sign in zip(parsed, own, strict=True)
    )
    assert fits == like(keys, own)


@given(keys_of_vpic)
def test_a_parsed_key_has_13_places_and_only_signs_of_a_vin(keys):
    parsed = parse_key(keys)
    if parsed is not None:
        assert len(parsed) == 13
        assert all(allowed == ANY or set(allowed) <= set(ALPHABET) for allowed in parsed)
        assert all(parsed)


# --- Which of several patterns tells -------------------------------------------------------


def test_a_formula_tells_the_digits_themselves_and_gives_way_to_a_pattern(use):
    use(
        Wmi_VinSchema=[(1, 3, 1, 2010, None)],
        Pattern=patterns(
            ("***##", LENGTH, "##"), ("*****|**#*#", DOORS, "###"), ("B", LENGTH, "53")
        ),
    )
    text = vin("AAA48", "LF1A3001", wmi="1TE")
    assert told(text, LENGTH, DOORS) == ("48", "1A3")
    assert best(text).attributes[LENGTH][0].origin is Origin.FORMULA
    assert told(vin("AAAA8", "LFAA3001", wmi="1TE"), LENGTH, DOORS) == (None, None)
    assert told(vin("BAA48", "LF1A3001", wmi="1TE"), LENGTH) == ("53",)


def test_a_private_element_is_not_told_but_its_key_counts_as_one_that_is_used(use, home):
    shown = ("A", SERIES, "one"), ("****E", TRIM, "sport")
    use(Pattern=patterns(*shown, ("X", SECRET, "hidden"), ("XX", 98, "never decoded")))
    assert b"hidden" not in (home / "patterns.txt").read_bytes()
    assert b"never" not in (home / "patterns.txt").read_bytes()
    assert told(vin("XBCDE"), SECRET, SERIES, TRIM) == (None, None, "sport")
    assert not best(vin("XBCDE")).wrong - {Fault.ONE_POSITION_ONE_REPAIR}
    assert best(vin("YBCDE")).wrong == {Fault.SEVERAL_POSITIONS}
    assert best(vin("XXCDE")).wrong == set()
    use(Pattern=patterns(*shown))
    assert best(vin("XBCDE")).wrong == {Fault.ONE_POSITION_ONE_REPAIR}


def test_what_is_not_yet_checked_or_not_yet_public_is_left_out(use, home):
    use(
        VinSchema=[(1, "one", False), (2, "two", True)],  # 3 is not there, and holds
        Wmi_VinSchema=[(1, 1, 1, 2010, None), (2, 1, 2, 2012, None), (3, 1, 3, 2010, None)],
        Pattern=patterns(("*", SERIES, "checked"), ("*", SERIES, "draft", NEW, 2), ("*", TRIM, "third", NEW, 3)),
        Wmi=[(1, "1TA", 7, 2, None, "2026-10-31 23:59:59"), (2, "1TB", 7, 2, None, "2026-11-01"), (3, "1TC", 7, 2, None, None)],
    )  # fmt: skip
    assert told(vin(), SERIES, TRIM) == ("checked", "third")
    assert "draft" not in (home / "patterns.txt").read_text(encoding="utf-8")
    assert vpic.registration("1TA")
    assert vpic.registration("1TB") is vpic.registration("1TC") is None


@pytest.mark.parametrize(
    ("given", "winner"),
    [
        ([("A", SERIES, "old", OLD), ("AB", SERIES, "new", NEW)], "new"),
        ([("A", SERIES, "new", NEW), ("AB", SERIES, "old", OLD)], "new"),
        ([("A", SERIES, "new", NEWEST), ("A*C", SERIES, "by half a second", NEW)], "new"),
        ([("A", SERIES, "T is a space", "2021-01-01T09:00:00"), ("AB", SERIES, "an hour later", NEW)], "an hour later"),
        ([("AB", SERIES, "of the same moment", NEW), ("A", SERIES, "shorter", NEW + ".000")], "shorter"),
        ([("AB", SERIES, "longer"), ("A", SERIES, "shorter")], "shorter"),
        ([("AB", SERIES, "shorter"), ("*****|LF", SERIES, "the bar counts")], "shorter"),
        ([("AB", SERIES, "text after"), ("A*C", SERIES, "text before")], "text before"),
        ([("A", SERIES, "old", OLD), ("A", SERIES, "newer of the same key", NEW)], "newer of the same key"),
        ([("A", SERIES, "loses to both", OLD), ("AB", SERIES, "newest", NEWEST), ("ABC", SERIES, "new", NEW)], "newest"),
        ([("[AB]", SERIES, "brackets count", OLD), ("AB", SERIES, "no brackets", OLD)], "no brackets"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("turned", [False, True])
def test_of_patterns_that_fit_the_newest_then_the_shortest_tells(use, given, winner, turned):
    use(Pattern=patterns(*(reversed(given) if turned else given)))
    assert told(vin(), SERIES) == (winner,)


def test_a_change_dates_a_pattern_and_not_its_making(use):
    use(Pattern=[(1, 1, "A", SERIES, "changed", OLD, NEWEST), (2, 1, "A*C", SERIES, "new", NEW, None)])  # fmt: skip
    assert told(vin(), SERIES) == ("changed",)


def test_between_schemas_the_later_first_year_comes_before_any_date(use):
    use(
        Wmi_VinSchema=[(1, 1, 1, 2010, None), (2, 1, 2, 2015, 2020)],
        Pattern=patterns(("A", SERIES, "of 2010", NEWEST), ("ABC", SERIES, "of 2015", OLD, 2)),
    )
    assert told(vin(tail="LF000001"), SERIES) == ("of 2015",)  # 2020
    assert told(vin(tail="CF000001"), SERIES) == ("of 2010",)  # 2012
    assert told(vin(tail="MF000001"), SERIES) == ("of 2010",)  # 2021


def test_of_notes_all_are_told(use):
    use(Pattern=patterns(("A", NOTE, "one"), ("AB", NOTE, "two", NEW), ("A", NOTE, "three"), ("B", NOTE, "no")))  # fmt: skip
    assert set(told(vin(), NOTE)[0].split(";")) == {"one", "two", "three"}


few_signs = st.lists(st.sampled_from(["A", "B", "*", "*", "[AB]"]), min_size=1, max_size=3).map("".join)  # fmt: skip
few_rows = st.lists(
    st.tuples(
        few_signs,
        st.sampled_from([SERIES, TRIM]),
        st.sampled_from("pqr"),
        st.sampled_from([OLD, NEW, NEWEST]),
        st.sampled_from([1, 2, 3]),
    ),
    min_size=1,
    max_size=12,
)
few_years = st.lists(st.sampled_from([2010, 2015, None]), min_size=3, max_size=3)


@given(few_rows, few_years, few_years, st.text("AB", min_size=3, max_size=3))
@hypothesis_settings(max_examples=150)
def test_the_files_decode_as_the_rows_would(tmp_path_factory, given_rows, years, others, start):
    rows = patterns(*given_rows)
    first_years = {"1TA": years, "1TB": others}
    links = [(0, 9, 1, 2010, None)]  # of a WMI that is not there
    links += [
        (0, wmi, schema, first, None)
        for wmi, own in zip((1, 6), first_years.values(), strict=True)
        for schema, first in enumerate(own, 1)
        if first
    ]
    wmis = [(1, "1TA", 7, 2, None, OLD), (6, "1TB", 7, 2, None, OLD)]
    folder = tmp_path_factory.mktemp("rows")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vpic, "user_home", lambda: folder / "vpic")
        forget()
        tables = tiny(Pattern=rows, Wmi=wmis, Wmi_VinSchema=links)
        build(as_dump(folder / "2026_10.sql", tables))
        found = {wmi: best(vin(f"{start}DE", wmi=wmi)).attributes for wmi in first_years}
    forget()
    for wmi, own in first_years.items():
        for element in (SERIES, TRIM):
            told = found[wmi][element][0].value if element in found[wmi] else None
            assert told == first_of_all(rows, element, f"{start}DELF000001", own)


def first_of_all(rows, element, own, years):
    """The value that vPIC's order of the rows puts first; None if no key fits."""

    def rank(row):
        number, schema, keys, _, _, when, _ = row
        bare = keys.replace("[", "").replace("]", "")
        newest_first = -[OLD, NEW, NEWEST].index(when)
        return -years[schema - 1], newest_first, len(keys.replace("*", "")), bare, number

    fitting = [row for row in rows if row[3] == element and years[row[1] - 1] and like(row[2], own)]
    return min(fitting, key=rank)[4] if fitting else None


# --- What follows from what the patterns tell ----------------------------------------------


def test_an_engine_by_its_name_tells_what_the_patterns_do_not(use):
    use(
        Pattern=patterns(("A", ENGINE, "v8  BIG "), ("A", DOORS, "2")),
        EngineModelPattern=[
            (1, 1, CYLINDERS, "6", OLD, None),
            (2, 1, CYLINDERS, "8", OLD, NEW),
            (3, 1, DOORS, "4", NEW, None),
            (4, 1, SECRET, "x", NEW, None),
            (5, 1, MAKE, "12", NEW, None),
        ],
    )
    assert told(vin(), CYLINDERS, DOORS, SECRET, MAKE) == ("8", "2", None, "Acme")
    assert best(vin()).attributes[CYLINDERS][0].origin is Origin.ENGINE


def test_the_make_is_the_models_or_else_the_only_one_of_the_wmi(use):
    use(
        Pattern=patterns(("A", MODEL, "101"), ("B", SERIES, "x")),
        Wmi_VinSchema=[(1, 1, 1, 2010, None), (2, 2, 1, 1980, None)],
    )
    assert told(vin("ABCDE"), MAKE) == ("Beta",)
    assert told(vin("BBCDE"), MAKE) == ("Acme",)
    trailers = best("1T9BBCDE0LF000123", "1T9123").attributes
    assert MAKE not in trailers  # it is of two
    assert best("1T9ABCDE0LF000123", "1T9123").attributes[MAKE][0].value == "Beta"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([("A", DISPLACEMENT_L, "2.0")], ("2000", "122.047488", "2.0")),
        ([("A", DISPLACEMENT_CC, "1000")], ("1000", "61.023744", "1")),
        ([("A", DISPLACEMENT_CI, "100")], ("1638.7064", "100", "1.638706")),
        ([("A", DISPLACEMENT_L, "2.0", OLD), ("A", DISPLACEMENT_CC, "1000", NEW)], ("1000", "61.023744", "2.0")),
        ([("A", DISPLACEMENT_L, "2.0", NEW), ("A", DISPLACEMENT_CC, "1000", OLD)], ("1000", "122.047488", "2.0")),
        ([("A", DISPLACEMENT_L, "large")], (None, None, "large")),
    ],
)  # fmt: skip
def test_displacement_is_told_in_every_unit_the_newest_converted(use, given, expected):
    use(Pattern=patterns(*given))
    assert told(vin(), DISPLACEMENT_CC, DISPLACEMENT_CI, DISPLACEMENT_L) == expected


SPEC_ROWS = [
    (1, 1, True, SERIES, "ONE", OLD, None),
    (2, 1, True, MODEL, "101", OLD, None),
    (3, 1, False, SEATS, "5", OLD, None),
    (4, 1, False, TRIM, "never", OLD, None),
    (5, 2, True, SERIES, "one", OLD, None),
    (6, 2, False, SEATS, "7", NEW, None),
    (7, 3, True, SERIES, "two", OLD, None),
    (8, 3, False, SEATS, "9", NEWEST, None),
    (9, 4, False, SEATS, "11", NEWEST, None),
]


@pytest.mark.parametrize(
    ("changed", "text", "seats"),
    [
        ({}, vin(), "7"),  # the newest of two that fit
        ({}, vin("BBCDE"), "9"),
        ({}, vin("CBCDE"), None),  # no key fits, and one without keys is not chosen
        ({}, vin(tail="MF000001"), None),  # 2021
        ({"VehicleSpecSchema_Year": []}, vin(tail="MF000001"), "7"),
        ({"VehicleSpecSchema": [(1, 10, 2, True)]}, vin(), None),  # not yet checked
        ({"VehicleSpecSchema": [(1, 12, 2, False)]}, vin(), None),  # of another make
        ({"VehicleSpecSchema": [(1, 10, 7, False)]}, vin(), None),  # of another vehicle type
        ({"VehicleSpecSchema": [(1, 10, None, False)]}, vin(), None),
        ({"VehicleSpecSchema_Model": [(1, 1, 100)]}, vin(), None),  # of another model
        ({"VehicleSpecPattern": SPEC_ROWS[:5]}, vin(), "5"),
    ],
)
def test_a_specification_adds_what_is_missing_if_its_keys_are_decoded(use, changed, text, seats):
    tables = {
        "Pattern": patterns(("*", MODEL, "101"), ("*", TRIM, "sport"), ("A", SERIES, "One"), ("B", SERIES, "two")),
        "VehicleSpecSchema": [(1, 10, 2, False)],
        "VSpecSchemaPattern": [(number, 1) for number in (1, 2, 3, 4)],
        "VehicleSpecSchema_Model": [(1, 1, 101)],
        "VehicleSpecSchema_Year": [(1, 1, 2020)],
        "VehicleSpecPattern": SPEC_ROWS,
    }  # fmt: skip
    use(**(tables | changed))
    assert told(text, SEATS, TRIM) == (seats, "sport")
    if seats:
        assert best(text).attributes[SEATS][0].origin is Origin.SPECIFICATION


def test_defaults_of_the_vehicle_type_fill_what_is_left(use):
    use(
        Pattern=patterns(("A", FUEL, "4"), ("*", SERIES, "x")),
        DefaultValue=[
            (1, FUEL, 2, "0"),
            (2, DOORS, 2, "4"),
            (3, CYLINDERS, 2, "0"),
            (4, SEATS, 6, "0"),
            (5, SEATS, 2, None),
            (6, SECRET, 2, "1"),
        ],
    )
    assert told(vin("BBCDE"), FUEL, DOORS, CYLINDERS, SEATS, SECRET) == ("Not Applicable", "4", "0", None, None)  # fmt: skip
    assert told(vin("ABCDE"), FUEL, DOORS) == ("4", "4")
    assert best(vin()).attributes[DOORS][0].origin is Origin.DEFAULT
    assert best(vin()).value(FUEL) == "Gasoline"


# --- Model years ---------------------------------------------------------------------------

BOTH_CYCLES = [(1, 1, 1, 1980, 2009), (2, 1, 2, 2010, None), (3, 3, 1, 1980, 2009), (4, 3, 2, 2010, None)]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "year", "others", "conclusive"),
    [
        (vin("AAAAA"), 2020, 0, True),  # light, and position 7 is a letter
        (vin("AAA1A"), 1990, 0, True),
        (vin("BBBBB", wmi="1TE"), 2020, 1, False),  # heavy: only the newer patterns fit
        (vin("AAAAA", wmi="1TE"), 1990, 1, False),
        (vin("AAAAA", "XF000001", wmi="1TE"), 1999, 0, True),  # the other is yet to come
    ],
)
def test_position_7_or_the_better_pass_tells_the_cycle(use, text, year, others, conclusive):
    use(
        Wmi_VinSchema=BOTH_CYCLES,
        Pattern=patterns(("A", SERIES, "older"), ("AAAAA|*F", TRIM, "older"), ("B", SERIES, "newer", OLD, 2), ("BBBBB|*F", TRIM, "newer", OLD, 2)),
    )  # fmt: skip
    found = specify(text[:3], text, LATEST)
    assert (found.best.year, len(found.others), found.conclusive) == (year, others, conclusive)


def test_a_light_vehicle_is_of_the_year_that_has_a_schema(use):
    use(Wmi_VinSchema=[(1, 1, 1, 1980, 2000)], Pattern=patterns(("*", SERIES, "x")))
    assert best(vin("AAAAA")).year == 1990
    use(Wmi_VinSchema=[(1, 1, 1, 2010, None)], Pattern=patterns(("*", SERIES, "x")))
    assert best(vin("AAA1A")).year == 2020


# --- Files that cannot serve ---------------------------------------------------------------


def run(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


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
    "half an archive": (lambda path: cut(zipped(path, "a"), 600), "neither a SQLite file"),
    "an archive of a broken dump": (
        lambda path: as_zip(path, cut(as_dump(path.parent / "a", TINY), 3000)),
        "breaks off in table",
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
def test_a_file_that_cannot_serve_is_told_and_changes_nothing(tmp_path, home, fault):
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
    told = run("data", "build", "--vpic", source, "--month", "2026-10")
    assert (told.exit_code, told.stdout) == (0, f"built from {name}: {home}\n")


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


# --- The user's data in use ----------------------------------------------------------------


def test_the_users_data_comes_before_the_shipped_until_it_is_deleted(use, home):
    shipped = registry.DATA / "vpic"
    assert (vpic.folder(), vintool.decode(TESLA).model.value) == (shipped, "Model 3")
    use()
    vehicle = vintool.decode(TESLA)
    assert vpic.folder() == home
    assert (vehicle.model.value, vehicle.brand.value, vehicle.seats.value) == ("Toy", "Toymaker", 1)
    assert vehicle.model.source.cites == "NHTSA vPIC 2026-10"
    for path in home.iterdir():
        path.unlink()
    home.rmdir()
    forget()
    assert (vpic.folder(), vintool.decode(TESLA).model.value) == (shipped, "Model 3")


def test_the_command_tells_which_data_is_in_use(use, home):
    shipped = run("data")
    assert shipped.exit_code == 0
    assert f"vPIC    {registry.DATA / 'vpic'} (as shipped)" in shipped.stdout
    use()
    own = run("data")
    assert own.exit_code == 0
    assert f"vPIC    {home} (built by the user)" in own.stdout
    lines = own.stdout.splitlines()
    assert lines[0].startswith("release ")
    assert lines[0].endswith("+vpic.2026-10")
    assert lines[1] == f"tables  {registry.DATA}"
    rows = {line.split()[0]: line.split()[1] for line in lines[4:]}
    assert (rows["vpic/models.csv"], rows["vpic/patterns.txt"]) == ("2", "6")
    assert all(line.endswith("2026-10  NHTSA vPIC") for line in lines if line.startswith("vpic/"))


def test_the_command_tells_the_same_as_json(use, home):
    use()
    told = json.loads(run("data", "--format", "json").stdout)
    assert (told["folder"], told["vpic_folder"]) == (str(registry.DATA), str(home))
    assert told["release"] == vpic.data_release()
    tables = {table["name"]: table for table in told["tables"]}
    assert {f"vpic/{name}" for name in (*vpic.COLUMNS, *vpic.TEXTS)} < tables.keys()
    assert tables["vpic/models.csv"] == {
        "name": "vpic/models.csv",
        "rows": 2,
        "sources": "NHTSA vPIC",
        "edition": "2026-10",
        "sha256": vpic.check(home)["models.csv"]["sha256"],
    }
    assert len(told["tables"]) == len(store.overview().tables)


def through_the_door(monkeypatch, *arguments):
    """The exit code of the program itself."""
    handler = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(sys, "argv", ["vintool", *arguments])
    try:
        with pytest.raises(SystemExit) as leaving:
            main()
    finally:
        signal.signal(signal.SIGTERM, handler)
    return leaving.value.code


def gone(path):
    path.unlink()


def halved(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def grown(path):
    path.write_bytes(path.read_bytes() + b"\n")


FILES = [*vpic.COLUMNS, *vpic.TEXTS]


@pytest.mark.parametrize("damage", [gone, halved, grown])
@pytest.mark.parametrize("name", FILES)
def test_data_that_is_not_whole_is_refused_and_never_passed_over(
    use, home, monkeypatch, capsys, name, damage
):
    use()
    damage(home / name)
    with pytest.raises(DataError, match="is missing or not whole") as error:
        vintool.decode(TESLA)
    for told in (str(home), name, "vintool data build", "delete the folder"):
        assert told in str(error.value)
    for command in (["decode", TESLA], ["data"]):
        forget()
        assert through_the_door(monkeypatch, *command) == 3
        out, told = capsys.readouterr()
        assert out == ""
        assert f"Error: reference data: {error.value}" in told


def no_manifest(home):
    (home / vpic.MANIFEST).unlink()


def nothing_at_all(home):
    for path in home.iterdir():
        path.unlink()


def other_format(home):
    text = (home / vpic.MANIFEST).read_text(encoding="utf-8")
    assert f"format = {vpic.FORMAT}\n" in text
    (home / vpic.MANIFEST).write_text(text.replace("format = ", "format = 9"), encoding="utf-8")


@pytest.mark.parametrize("damage", [no_manifest, nothing_at_all, other_format])
def test_data_of_another_version_or_without_its_manifest_is_refused(
    use, home, tmp_path, monkeypatch, capsys, damage
):
    use()
    damage(home)
    (tmp_path / "list.csv").write_text(f"vin\n{TESLA}\n")
    with pytest.raises(DataError, match="build it again") as error:
        vintool.decode(TESLA)
    assert str(home) in str(error.value)
    assert "delete the folder" in str(error.value)
    forget()
    command = ("screen", str(tmp_path / "list.csv"), "--on", "2026-03-01")
    assert through_the_door(monkeypatch, *command) == 3
    out, told = capsys.readouterr()
    assert out == ""
    assert f"Error: reference data: {error.value}" in told
    use()  # the remedy
    assert vintool.decode(TESLA).model.value == "Toy"


def test_without_a_folder_named_the_data_goes_to_the_users_and_is_used(tmp_path):
    source = release_of(tmp_path / "in", "dump+zip")
    own = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "share")}

    def ran(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "vintool.cli.main", *arguments],
            env=os.environ | own, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    built = ran("data", "build", "--vpic", source)
    folder = Path(built.removeprefix(f"built from {source.name}: ").strip())
    assert folder.is_relative_to(tmp_path)
    assert f"vPIC    {folder} (built by the user)" in ran("data")
    assert json.loads(ran("decode", TESLA, "--format", "json"))["model"]["value"] == "Toy"


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


@pytest.mark.parametrize(
    "cut",
    [
        lambda b: b[: len(b) // 2],
        lambda b: b[: b.index(b"[release]")],
        lambda _: b"\xff",
        lambda b: b.replace(b"bytes", b"x"),
    ],
)
def test_a_broken_manifest_is_refused(use, home, cut):
    use()
    path = home / vpic.MANIFEST
    path.write_bytes(cut(path.read_bytes()))
    with pytest.raises(DataError) as error:
        vintool.decode(TESLA)
    assert str(home) in str(error.value)


def test_explain_tells_broken_data_as_such(use, home, monkeypatch):
    use()
    (home / "wmi.csv").unlink()
    forget()
    assert through_the_door(monkeypatch, "explain", TESLA, "--on", "2026-03-01") == 3


def test_a_file_in_place_of_the_users_folder_is_not_passed_over(home):
    home.parent.mkdir(parents=True)
    home.write_text("x")
    with pytest.raises(DataError):
        vpic.folder()


@pytest.mark.parametrize(
    ("table", "column"),
    [("Wmi", "PublicAvailabilityDate"), ("Pattern", "Keys"), ("Element", "Decode"), ("Wmi", "Wmi")],
)
def test_a_missing_column_is_told(tmp_path, monkeypatch, table, column):
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
def test_a_cell_that_is_no_number_is_told(tmp_path, tables):
    with pytest.raises(DataSourceError, match="2026_10"):
        build(release_of(tmp_path / "in", "sqlite", tiny(**tables)), tmp_path / "out")


def test_a_damaged_archive_is_told(tmp_path):
    source = release_of(tmp_path / "in", "dump+zip")
    text = bytearray(source.read_bytes())
    text[200:260] = bytes(sign ^ 0xA5 for sign in text[200:260])
    source.write_bytes(text)
    with pytest.raises(DataSourceError):
        build(source, tmp_path / "out")


def test_the_month_given_must_be_one(tmp_path):
    source = as_sqlite(tmp_path / "r.db", TINY)
    with sqlite3.connect(source) as database:
        database.execute("CREATE TABLE Release (month, url, sha256)")
        database.execute("INSERT INTO Release VALUES ('2026-10', 'u', 's')")
    database.close()
    with pytest.raises(DataSourceError):
        build(source, tmp_path / "out", "nonsense")


@pytest.mark.parametrize(
    "tables",
    [
        {"Manufacturer": [(7, "A\nB"), (8, "x")]},
        {"Make": [(10, "Acme\tX"), (11, "Beta"), (12, "Toy\nmaker")]},
    ],
)
def test_names_with_breaks(use, tables):
    use(**tables)
    assert vpic.registration("1TA").wmi == "1TA"
    assert vpic.model("100")[0] == "Toy"


def test_a_make_with_a_semicolon_is_one():
    assert len(vpic.registration("1G9449").makes) == 1


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


@pytest.mark.parametrize(("keys", "places"), [("[AB]*##", "6-7"), ("*****|*[ABCDEFGH]##", "12-13")])
def test_brackets_before_a_formula_are_one_position(use, keys, places):
    use(Pattern=patterns((keys, LENGTH, "##")))
    assert f"118#={places}" in (vpic.folder() / "patterns.txt").read_text()
