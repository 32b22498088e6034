"""Declarations of the Single Window, element by element."""

from vintool.files.reading.manifest import open_manifest

TESLA = [
    "LRW3E7FA1LC000001",
    "LRW3E7FA3LC000002",
    "LRW3E7FA5LC000003",
    "LRW3E7FA7LC000004",
    "LRW3E7FA9LC000005",
    "LRW3E7FA0LC000006",
]


def rows_of(path, **options):
    """The rows of a declaration, without the cells that are empty."""
    (sheet,) = open_manifest(path, **options).sheets
    rows = [row for batch in sheet.batches() for row in batch.data.to_pylist()]
    return [{name: text for name, text in row.items() if text} for row in rows]
