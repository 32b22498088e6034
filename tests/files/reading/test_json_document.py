"""JSON that is one document: its records are rows, whatever lies around them."""

import json

import pytest
from support.manifests import put
from support.readers import VINS, cells, numbers, only

from vintool.files.reading.manifest import open_manifest

RECORDS = [{"vin": vin, "n": 8703801090, "new": True} for vin in VINS[:3]]
READ = [[vin, "8703801090", "TRUE"] for vin in VINS[:3]]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_an_array_of_records(tmp_path, indent, encoding):
    path = put(tmp_path / "a.json", json.dumps(RECORDS, indent=indent).encode(encoding))
    manifest = open_manifest(path)
    assert cells(only(manifest)) == READ
    assert numbers(only(manifest)) == [1, 2, 3]
    assert (manifest.format, manifest.copied_as) == ("json", "jsonl")


@pytest.mark.parametrize("indent", [None, 1])
def test_an_object_around_its_records(tmp_path, indent):
    vehicles = [{"vehicle": {"vin": vin}, "owner": {"name": "A"}, "docs": [{"name": "CO"}]} for vin in VINS[:3]]  # fmt: skip
    document = {"bl": "B1", "ship": {"name": "MV"}, "vehicles": vehicles, "people": [{"name": "x"}]}
    sheet = only(open_manifest(put(tmp_path / "a.json", json.dumps(document, indent=indent))))
    assert sheet.columns == ("bl", "ship.name", "people", "vin", "vehicles.owner.name", "docs")
    assert [(row[0], row[3]) for row in cells(sheet)] == [("B1", vin) for vin in VINS[:3]]


def test_lists_of_bills_each_with_its_vehicles(tmp_path):
    bills = [{"bl": name, "cars": [{"vin": vin} for vin in vins]} for name, vins in (("A", VINS[:2]), ("B", VINS[2:3]))]  # fmt: skip
    sheet = only(open_manifest(put(tmp_path / "a.json", json.dumps(bills))))
    assert cells(sheet) == [["A", VINS[0]], ["A", VINS[1]], ["B", VINS[2]]]


def test_an_array_of_rows(tmp_path):
    rows = [["VIN", "n"], *([vin, 1] for vin in VINS[:3])]
    assert cells(only(open_manifest(put(tmp_path / "a.json", json.dumps(rows))))) == [[vin, "1"] for vin in VINS[:3]]  # fmt: skip


def test_one_record_alone(tmp_path):
    assert cells(only(open_manifest(put(tmp_path / "a.json", json.dumps(RECORDS[0], indent=1))))) == READ[:1]  # fmt: skip
