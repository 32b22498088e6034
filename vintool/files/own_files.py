"""Files of an earlier run that are no lists of vehicles: they repeat what it has answered, without the user's own columns.

Screened as lists they would be judged without what the manifest declares. Its annotated copy and its exceptions have the user's columns and
are read as any list.
"""

from pathlib import Path

from vintool.errors import ManifestError
from vintool.files.reading.sheets import Manifest
from vintool.files.run import (
    CHANGES_CSV,
    CLEARED_CSV,
    DECISIONS_JSONL,
    FILE,
    REPORT_HTML,
    ROWS_PARQUET,
    RUN_JSON,
)
from vintool.screening.dates import DATES

# Columns by which each is known, whatever it is called now.
_COLUMNS = {
    ROWS_PARQUET: {"vin_row", "key", "cells", "vin_verdict"},
    CHANGES_CSV: {"change", "verdict_before", "row_before", "vin_verdict"},
    CLEARED_CSV: {"vin_row", "vin_text", "vin", "vin_reasons", *DATES},
    DECISIONS_JSONL: {"vin", "vin_facts", "decision", "reviewer"},
}
# Beside these columns nothing else.
_OTHERS = {
    ROWS_PARQUET: {"vin_sheet", FILE},
    DECISIONS_JSONL: {"vin_regime", "decision_reason", "decision_date"},
}
_BEGINNING = 1 << 22  # bytes that are looked at
_MARKS = {
    RUN_JSON: (b'"tool"', b'"name": "vintool"', b'"sha256"'),
    REPORT_HTML: (b"<html", b'id="h-counts"', b'id="h-reading"', b'id="h-limits"'),
}
_FORMATS = {"json": RUN_JSON, "html": REPORT_HTML}


def refuse_own_file(path: Path, manifest: Manifest) -> None:
    """Refuse a file that an earlier run has written and that is no list.

    Args:
        path: the file, if it is one.
        manifest: what was found in it.

    Raises:
        ManifestError: it is one.
    """
    for sheet in manifest.sheets:
        names = {header.strip() for header in sheet.headers}
        for own, columns in _COLUMNS.items():
            others = _OTHERS.get(own)
            if columns <= names and (others is None or names <= columns | others):
                raise _refused(own, path)
    own = _FORMATS.get(manifest.format, "")
    if own and path.is_file():
        with path.open("rb") as file:
            beginning = file.read(_BEGINNING)
        if all(mark in beginning for mark in _MARKS[own]):
            raise _refused(own, path)


def _refused(own: str, path: Path) -> ManifestError:
    return ManifestError(
        f"this is the {own} of an earlier run, without the columns of its list",
        file=path.name,
        next_step="screen the list itself, or its annotated copy",
    )
