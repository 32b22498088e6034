"""The reference tables themselves: each is what wmi_data/README.md says it is.

These tests read the files as text and as CSV, and use nothing of the package, so that a table
is held to its description and not to what some reader makes of it.
"""

import csv
import hashlib
import re
import tomllib

import pytest
from support.tables import DATA, table

HEADERS = {
    "wmi.csv": [
        "wmi",
        "manufacturer",
        "brands",
        "country",
        "kinds",
        "confidence",
        "source",
        "note",
    ],
    "wmi.manual.csv": [
        "wmi",
        "year_from",
        "year_to",
        "manufacturer",
        "brands",
        "country",
        "kinds",
        "confidence",
        "source",
        "note",
    ],
    "countries.csv": [
        "first",
        "last",
        "country",
        "name",
        "region",
        "status",
        "confidence",
        "source",
        "note",
    ],
    "plants.csv": [
        "wmi",
        "plant_code",
        "company",
        "city",
        "state",
        "country",
        "year_from",
        "year_to",
        "confidence",
        "source",
        "note",
    ],
    "powertrain.evidence.csv": [
        "wmi",
        "vds",
        "year_codes",
        "plant_codes",
        "powertrain",
        "make",
        "models",
        "kind",
        "vehicles",
        "sources",
        "grade",
        "source",
    ],
    "approvals.csv": [
        "wmi",
        "vds",
        "powertrain",
        "brand",
        "make",
        "code",
        "name",
        "kind",
        "batch",
        "date",
        "url",
        "source",
    ],
    "powertrain.rejected.csv": ["prefix", "year_code", "powertrain", "model", "why", "source"],
    "powertrain.refuted.csv": [
        "wmi",
        "vds",
        "year_codes",
        "plant_codes",
        "claim",
        "verdict",
        "why",
        "counter_examples",
        "source",
    ],
    "powertrain.electric_wmis.csv": ["wmi", "brands", "seen", "confidence", "source"],
    "powertrain.electric_wmis.manual.csv": [
        "wmi",
        "brands",
        "seen",
        "confidence",
        "source",
        "note",
    ],
}

CONFIDENCE = {"high", "medium", "low"}

KEY_CELLS = {
    "wmi.csv": 1,
    "wmi.manual.csv": 3,
    "countries.csv": 3,
    "plants.csv": 2,
    "powertrain.evidence.csv": 5,
    "approvals.csv": 3,
    "powertrain.rejected.csv": 3,
    "powertrain.refuted.csv": 6,
    "powertrain.electric_wmis.csv": 1,
    "powertrain.electric_wmis.manual.csv": 1,
}


"""How many leading cells are the key, and so are never quoted: grep '^LGX,' finds them."""


@pytest.mark.parametrize("name", HEADERS)
def test_file_is_plain_utf8_text(name):
    content = (DATA / name).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert not content.endswith(b"\n\n")
    content.decode("utf-8")


@pytest.mark.parametrize("name", HEADERS)
def test_header_and_row_lengths(name):
    text = (DATA / name).read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines(), strict=True)
    assert header == HEADERS[name]
    assert {len(row) for row in rows} == {len(header)}


@pytest.mark.parametrize("name", HEADERS)
def test_one_line_is_one_row_and_keys_stand_bare(name):
    text = (DATA / name).read_text(encoding="utf-8")
    lines = text.splitlines()
    assert lines == text.removesuffix("\n").split("\n")
    rows = list(csv.reader(lines, strict=True))
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert line.startswith(",".join(row[: KEY_CELLS[name]]) + ","), line


@pytest.mark.parametrize("name", HEADERS)
def test_cells_are_tidy(name):
    for row in table(name):
        for cell in row.values():
            assert cell == cell.strip(), row
            assert cell.isprintable(), row
            assert "  " not in cell, row


@pytest.mark.parametrize("name", HEADERS)
def test_every_row_names_its_source(name):
    assert all(row["source"] for row in table(name))


@pytest.mark.parametrize("name", ["wmi.csv", "wmi.manual.csv", "countries.csv", "plants.csv"])
def test_source_tags_are_explained(name):
    explained = set(
        re.findall(r"`([a-z0-9()-]+)`", (DATA / "README.md").read_text(encoding="utf-8"))
    )
    used = {tag for row in table(name) for tag in row["source"].split(";")}
    assert not used - explained


@pytest.mark.parametrize("name", ["wmi.csv", "wmi.manual.csv", "countries.csv", "plants.csv"])
def test_confidence_is_one_of_three(name):
    assert {row["confidence"] for row in table(name)} <= CONFIDENCE


# --- manifest.toml -------------------------------------------------------------------------


def test_manifest_matches_the_files():
    manifest = tomllib.loads((DATA / "manifest.toml").read_text(encoding="utf-8"))
    entries = {entry["name"]: (entry["rows"], entry["sha256"]) for entry in manifest["file"]}
    assert set(entries) == set(HEADERS) - {
        "powertrain.rejected.csv",
        "powertrain.refuted.csv",
        "wmi.manual.csv",
        "powertrain.electric_wmis.manual.csv",
    }
    for name, (rows, sha256) in entries.items():
        content = (DATA / name).read_bytes()
        assert rows == len(table(name)), name
        assert sha256 == hashlib.sha256(content).hexdigest(), name


def test_manifest_names_sources_with_licence():
    manifest = tomllib.loads((DATA / "manifest.toml").read_text(encoding="utf-8"))
    for entry in manifest["file"]:
        assert re.fullmatch(r"\d{4}-\d{2}", entry["collected"]), entry
        assert entry["source"], entry
        for source in entry["source"]:
            assert all(source[key] for key in ("name", "edition", "licence")), entry


def test_rows_of_a_wmi_stand_together():
    for name in (
        "wmi.csv",
        "plants.csv",
        "powertrain.evidence.csv",
        "approvals.csv",
        "powertrain.manual.csv",
    ):
        keys = [row["wmi"] for row in table(name)]
        assert keys == sorted(keys), name
