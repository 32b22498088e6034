"""The files of a release of vPIC: where they lie, whether they are whole, their rows and sections."""

import csv
import tomllib
from collections.abc import Iterator
from mmap import mmap
from pathlib import Path
from typing import NamedTuple

import wmi_data
from vintool.errors import DataError
from vintool.registry import rows
from vintool.registry.reference import REMEDY, VPIC, by_vpic, reference_in_use

COLUMNS = {
    "elements.csv": ("element", "name", "lookup", "type", "weight"),
    "lookups.csv": ("lookup", "id", "name"),
    "wmi.csv": ("wmi", "manufacturer", "makes", "vehicle_type", "light", "reads_to"),
    "models.csv": ("model", "name", "make", "offset", "length"),
    "engines.csv": ("engine", "element", "value"),
    "defaults.csv": ("vehicle_type", "element", "value"),
    "index.csv": ("wmi", "year_from", "year_to", "schema", "offset", "length"),
}
TEXTS = ("patterns.txt", "specs.txt")
MANIFEST = "manifest.toml"
#: Raised when what the files say, or how, changes; older files are refused, not misread.
FORMAT = 1


class ReleaseInfo(NamedTuple):
    """Which release of vPIC: month as ``2026-10``, where it was published, SHA-256 of the file."""

    month: str
    url: str
    sha256: str


def user_home() -> Path:
    """Where ``vintool data build`` puts the user's own vPIC data."""
    return rows.user_folder() / "vpic"


def check(folder: Path) -> dict[str, dict[str, object]]:
    """The manifest's entries of a folder, by file, each file being there in its size.

    Raises:
        DataError: a file is missing or has another size, or the format is another one.
    """
    try:
        manifest = tomllib.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest.get("format") != FORMAT:
            raise DataError(f"{folder}: made for another version of vintool; {REMEDY}")
        files: dict[str, dict[str, object]] = {entry["name"]: entry for entry in manifest["file"]}
        sizes = {name: files[name]["bytes"] for name in (*COLUMNS, *TEXTS)}
    except (OSError, ValueError, KeyError):
        raise DataError(f"{folder}: {MANIFEST} is missing or not whole; {REMEDY}") from None
    for name, size in sizes.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size:
            raise DataError(f"{folder}: {name} is missing or not whole; {REMEDY}")
    return files


def folder() -> Path:
    """Where the files of the reference in use lie: what ``vintool data build`` made, or the package's."""
    own = reference_in_use().vpic_manifest
    return own.path.parent if own else rows.DATA / "vpic"


def _sound_folder() -> Path:
    """The same, to read a file of it.

    Raises:
        DataError: the files are not whole, not of this version's format, or others than when the reference was made.
    """
    if own := reference_in_use().vpic_manifest:
        check(own.path.parent)
        reference_in_use().unchanged(VPIC)
    return folder()


@by_vpic()
def release() -> ReleaseInfo:
    """Which release of vPIC the files were made from."""
    head = (_sound_folder() / MANIFEST).read_text(encoding="utf-8").partition("[release.rows]")[0]
    origin = tomllib.loads(head)["release"]
    return ReleaseInfo(origin["month"], origin["url"], origin["sha256"])


def data_release() -> str:
    """The release of all reference data: the package's tables, and the month of vPIC."""
    return f"{wmi_data.RELEASE}+vpic.{release().month}"


def rests_on() -> dict[str, str]:
    """What an answer rests on, by the names that every answer has for it: release and hash of the reference in use.

    >>> [*rests_on()]
    ['data_release', 'reference_sha256']
    """
    return {"data_release": data_release(), "reference_sha256": reference_in_use().sha256}


@by_vpic()
def _keyed(name: str) -> rows.KeyedTable:
    try:
        return rows.KeyedTable(_mapped(name), COLUMNS[name])
    except ValueError as error:
        raise DataError(f"vpic/{name}: {error}") from None


@by_vpic()
def _mapped(name: str) -> mmap:
    return rows.map_file(_sound_folder() / name)


def rows_of(name: str, key: str) -> list[tuple[str, ...]]:
    """The rows of a table whose first cell is the key."""
    return _keyed(name).rows(key)


def all_rows(name: str) -> Iterator[list[str]]:
    """The rows of a table, in the order of the file."""
    with (_sound_folder() / name).open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        if tuple(next(reader, ())) != COLUMNS[name]:
            raise DataError(f"vpic/{name}: columns are not {', '.join(COLUMNS[name])}")
        yield from reader


def section(name: str, key: object, offset: int, length: int) -> bytes:
    """The lines of one section of a text, each with its end, without the heading.

    Args:
        name: one of ``TEXTS``.
        key: what the heading names.
        offset: the byte at which the heading begins.
        length: bytes of heading and lines.

    Raises:
        DataError: there is no such section at this place.
    """
    head, _, body = _mapped(name)[offset : offset + length].partition(b"\n")
    if head != f"#{key}".encode() or (body and not body.endswith(b"\n")):
        raise DataError(f"vpic/{name}: no section {key} at byte {offset}; rebuild the data")
    return body


def section_lines(name: str, key: object, offset: int, length: int) -> list[str]:
    """The same as lines of text, without their ends."""
    return section(name, key, offset, length).decode().split("\n")[:-1]
