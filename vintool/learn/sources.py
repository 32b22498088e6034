"""A labelled list in any format of a manifest: which of its columns are read, and its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vintool.columns.engine.categorical import as_text
from vintool.declaration.headers import labels as header_labels
from vintool.declaration.headers import meaning, normalise
from vintool.errors import ManifestError, MappingError
from vintool.files.reading.manifest import open_manifest
from vintool.files.reading.sheets import Manifest, Sheet
from vintool.learn.labels import Labels
from vintool.learn.rows import Reading, RowReader


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns to read: the VIN and the label, and where there are any the date and the source.

    ``usual_date`` and ``usual_source`` are read where the list has them, and missed by nobody.
    """

    vin: str = ""
    label: str = ""
    date: str = ""
    source: str = ""
    usual_date: str = ""
    usual_source: str = ""


def read_lists(  # noqa: PLR0913, PLR0917 - how to read files
    paths: Sequence[Path | str],
    columns: Columns,
    labels: Labels,
    without: Sequence[str] = (),
    encoding: str | None = None,
    sheet: str | None = None,
) -> Reading:
    """Read labelled lists as one: a vehicle of several counts once.

    Args:
        paths: in any format of a manifest.
        columns: the columns by name; where VIN and label are not named, the header dictionary decides.
        labels: what a label means.
        without: WMIs whose VINs tell nothing.
        encoding: of the text, where it should not be detected.
        sheet: the only sheet of a workbook to read.

    Raises:
        ManifestError: a file cannot be read.
        MappingError: no sheet of a file has the columns.
    """
    reader, notes = RowReader(labels, frozenset(without)), list[str]()
    for path in paths:
        manifest = open_manifest(path, encoding=encoding, sheet=sheet)
        notes += manifest.notes
        notes += (f"Sheet {name!r} was not read ({why})." for name, why in manifest.unread)
        for part, names in _sheets(manifest, columns, notes):
            for batch in part.batches():
                texts: list[Any] = [
                    as_text(batch.data.column(name)) if name else None for name in names
                ]
                reader.add(*texts)
    return reader.reading(tuple(notes))


def _sheets(
    manifest: Manifest, columns: Columns, notes: list[str]
) -> Iterator[tuple[Sheet, tuple[str, ...]]]:
    """The sheets that have the columns, and the columns by their names there."""
    faults = []
    for part in manifest.sheets:
        day = columns.date or _if_there(part, columns.usual_date)
        source = columns.source or _if_there(part, columns.usual_source)
        try:
            names = (
                _column(part, columns.vin, "vin", "--vin"),
                _column(part, columns.label, "fuel", "--label"),
                _column(part, day, "", "--date"),
                _column(part, source, "", "--source"),
            )
        except MappingError as error:
            faults.append(error)
            notes.append(f"Sheet {part.name!r} was left out: it has not the columns.")
        else:
            yield part, names
    if not manifest.sheets:
        raise ManifestError("no sheet to read", file=manifest.path.name, next_step="check the file")
    if len(faults) == len(manifest.sheets):
        raise faults[0]


def _if_there(part: Sheet, name: str) -> str:
    return name if name in part.columns else ""


def _column(part: Sheet, name: str, field: str, option: str) -> str:
    """The column of that name, or the one that the dictionary knows as this field."""
    if not name and not field:
        return ""
    if name in part.columns:
        return name
    alike = [
        column
        for column in part.columns
        if (
            normalise(column) == normalise(name) if name else (meaning(column) or ("",))[0] == field
        )
    ]
    if len(alike) == 1:
        return alike[0]
    raise MappingError(
        f"there is no one column {name!r}"
        if name
        else f"no one column is known to hold the {field}",
        file=part.file,
        sheet=part.name,
        next_step=f'pass {option} "..." with one of {header_labels(part.columns)}',
    )
