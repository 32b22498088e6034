"""What a reader makes of a file: its only sheet, the rows and their numbers, or the refusal."""

from pathlib import Path

import pytest

from vintool.errors import ManifestError
from vintool.files.reading.manifest import open_manifest
from vintool.files.reading.sheets import Manifest, Sheet

VINS = [f"LRW3E7FA{i % 10}LC{i:06d}" for i in range(600)]
TABLE = [["No", "VIN", "Make", "HS Code"]] + [
    [str(i), vin, "特斯拉", "8703801090"] for i, vin in enumerate(VINS[:20], 1)
]


def cells(sheet: Sheet) -> list[list[str]]:
    return [list(row.values()) for batch in sheet.batches() for row in batch.data.to_pylist()]


def numbers(sheet: Sheet) -> list[int]:
    return [int(number) for batch in sheet.batches() for number in batch.rows]


def only(manifest: Manifest) -> Sheet:
    (sheet,) = manifest.sheets
    return sheet


def refusal(path: Path, **options) -> ManifestError:
    with pytest.raises(ManifestError) as caught:
        list(map(cells, open_manifest(path, **options).sheets))
    error = caught.value
    assert error.next_step
    assert path.name in str(error)
    assert str(error).count("\n") == 0
    return error
