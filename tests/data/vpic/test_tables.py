"""NHTSA's vPIC as it is committed: plain files, as the manifest says, and tables that hold together."""

import csv
import hashlib
import itertools
import re
from collections import Counter

import pytest
from support import tables
from support.vpic_tables import (
    MULTIPLE,
    NEVER_BY_PATTERN,
    NUMBERS,
    OWN_TABLES,
    VEHICLE_TYPES,
    VPIC,
    dangling,
    table,
)

HEADERS = {
    "defaults.csv": "vehicle_type,element,value",
    "elements.csv": "element,name,lookup,type,weight",
    "engines.csv": "engine,element,value",
    "index.csv": "wmi,year_from,year_to,schema,offset,length",
    "lookups.csv": "lookup,id,name",
    "models.csv": "model,name,make,offset,length",
    "wmi.csv": "wmi,manufacturer,makes,vehicle_type,light,reads_to",
}
TEXTS = ("patterns.txt", "specs.txt")

NO_LOOKUP = {"143"}  # error codes are told of a decoding, by vPIC itself, never by a pattern


# --- The folder ----------------------------------------------------------------------------


def test_the_folder_holds_the_tables_and_nothing_else():
    assert {path.name for path in VPIC.iterdir()} == {*HEADERS, *TEXTS, "manifest.toml"}


@pytest.mark.parametrize("name", [*HEADERS, *TEXTS, "manifest.toml"])
def test_file_is_plain_utf8_text(name):
    content = (VPIC / name).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert b"\n\n\n" not in content
    assert b"\0" not in content
    content.decode("utf-8")


@pytest.mark.parametrize("name", HEADERS)
def test_header_and_row_lengths(name):
    text = (VPIC / name).read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines(), strict=True)
    assert ",".join(header) == HEADERS[name]
    assert {len(row) for row in rows} == {len(header)}


@pytest.mark.parametrize("name", HEADERS)
def test_one_line_is_one_row_and_keys_stand_bare(name):
    lines = (VPIC / name).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    rows = list(csv.reader(lines, strict=True))
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert line.startswith(f"{row[0]},"), line


@pytest.mark.parametrize("name", ["index.csv", "wmi.csv", "models.csv", "engines.csv"])
def test_the_rows_of_a_key_stand_together(name):
    keys = [next(iter(row.values())) for row in table(name)]
    together = [key for key, _ in itertools.groupby(keys)]
    assert len(together) == len(set(together))


@pytest.mark.parametrize("name", [*HEADERS, *TEXTS])
def test_the_manifest_tells_rows_bytes_and_sha256_truly(name, manifest):
    (entry_of_file,) = [entry for entry in manifest["file"] if entry["name"] == name]
    content = (VPIC / name).read_bytes()
    assert entry_of_file == {
        "name": name,
        "rows": content.count(b"\n") - (name in HEADERS),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def test_the_manifest_names_every_file_once_and_the_release(manifest):
    assert [entry["name"] for entry in manifest["file"]] == sorted([*HEADERS, *TEXTS])
    assert manifest["format"] == 1
    assert re.fullmatch(r"20\d\d-(?:0[1-9]|1[0-2])", manifest["release"]["month"])
    assert re.fullmatch(r"[0-9a-f]{64}", manifest["release"]["sha256"])
    assert manifest["release"]["month"].replace("-", "_") in manifest["release"]["url"]


def test_the_tables_hold_what_the_release_did(manifest, wmis, models, index, schemas, statements):
    rows = manifest["release"]["rows"]
    assert all(isinstance(count, int) and count > 0 for count in rows.values())
    assert len(models) == rows["model"]
    assert len(wmis) == rows["wmi"]  # every one is public by now
    assert len(index) == rows["wmi_vinschema"]
    assert len(schemas) <= rows["vinschema"]
    assert len(statements) <= rows["pattern"]


# --- Elements, lookups, models, engines, defaults ------------------------------------------


def test_elements_are_sorted_unique_and_of_a_known_type(elements):
    numbers = list(map(int, elements))
    assert numbers == sorted(set(numbers))
    assert len(numbers) == len(table("elements.csv"))
    assert len({row["name"] for row in elements.values()}) == len(elements)
    assert {row["type"] for row in elements.values()} == {"lookup", "string", *NUMBERS}
    assert all(row["weight"].isdigit() for row in elements.values())


def test_exactly_the_lookup_elements_have_a_table(elements, lookups):
    with_table = {number for number, row in elements.items() if row["lookup"]}
    of_type = {number for number, row in elements.items() if row["type"] == "lookup"}
    assert of_type - with_table == NO_LOOKUP
    assert with_table <= of_type
    named = {row["lookup"] for row in elements.values() if row["lookup"]}
    assert named - {name for name, _ in lookups} == OWN_TABLES


def test_lookups_are_sorted_and_unique(lookups):
    rows = [(row["lookup"], int(row["id"])) for row in table("lookups.csv")]
    assert rows == sorted(rows)
    assert len(rows) == len(lookups)
    assert all(row["name"].strip() for row in table("lookups.csv"))


def test_models_are_sorted_unique_and_named(models):
    numbers = [int(row["model"]) for row in models]
    assert numbers == sorted(set(numbers))
    assert all(row["name"].strip() and row["make"].strip() for row in models)


def test_engines_are_sorted_and_tell_known_elements(elements, lookups):
    rows = table("engines.csv")
    names = [row["engine"] for row in rows]
    assert names == sorted(names)
    assert all(name == name.strip().lower() != "" for name in names)
    assert {row["element"] for row in rows} <= elements.keys() - NEVER_BY_PATTERN
    counts = Counter((row["engine"], row["element"]) for row in rows)
    assert {element for (_, element), count in counts.items() if count > 1} <= MULTIPLE
    assert dangling({(row["element"], row["value"]) for row in rows}, elements, lookups) == set()
    assert all(row["value"] for row in rows)


def test_defaults_are_sorted_unique_and_tell_known_elements(elements, lookups):
    rows = table("defaults.csv")
    keys = [(int(row["vehicle_type"]), int(row["element"])) for row in rows]
    assert keys == sorted(set(keys))
    assert {row["vehicle_type"] for row in rows} <= VEHICLE_TYPES
    assert {row["element"] for row in rows} <= elements.keys() - NEVER_BY_PATTERN
    # 0 stands for Not Applicable, whatever the table.
    pairs = {(row["element"], row["value"]) for row in rows if row["value"] != "0"}
    assert dangling(pairs, elements, lookups) == set()


def test_every_country_of_vpic_has_a_code():
    rows = tables.table("vpic.countries.csv")
    codes = {row["name"]: row["country"] for row in rows}
    assert len(codes) == len(rows)
    assert list(codes) == sorted(codes)
    assert all(re.fullmatch("[A-Z]{2}", code) for code in codes.values())
    # NHTSA's names have stray spaces.
    named = {
        " ".join(row["name"].split()) for row in table("lookups.csv") if row["lookup"] == "Country"
    }
    assert named == set(codes)
