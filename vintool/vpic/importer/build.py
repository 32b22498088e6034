"""A release of vPIC -> a folder of compact files."""

import hashlib
import re
import tomllib
from pathlib import Path

from vintool.atomic import write_folder
from vintool.errors import DataSourceError
from vintool.vpic import files
from vintool.vpic.importer import inventory
from vintool.vpic.importer.compact import compact
from vintool.vpic.importer.tables import TABLES, Tables

_MONTH = re.compile(r"(20\d\d)[-_](0[1-9]|1[0-2])")


def build(source: Path, out: Path | None = None, month: str | None = None) -> Path:
    """Rebuild the vPIC data from a release.

    Args:
        source: NHTSA's SQLite file, plain SQL dump, or the ZIP archive of one.
        out: where to put it; by default the user's folder, which then comes before the package's.
        month: of the release, as ``2026-10``; read from the file's name if not given.

    Returns:
        The folder.

    Raises:
        DataSourceError: the file cannot serve, or does not tell its month; or the folder holds
            something else.
        OSError: the folder cannot be written; what stood there is as it was.
    """
    folder = files.user_home() if out is None else out
    if out is not None:
        inventory.refuse_what_is_not_ours(out)
    try:
        tables = Tables(source)
        release = _release(source, tables, month)
        contents = compact(tables, release.month)
    except (TypeError, ValueError, LookupError) as error:
        if isinstance(error, DataSourceError):
            raise
        raise DataSourceError(f"{source}: a row is not as vPIC has them ({error})") from None
    if contents["wmi.csv"].count(b"\n") < 2:
        raise DataSourceError(f"{source}: no WMI that is public by {release.month}")
    contents[files.MANIFEST] = inventory.manifest(contents, release, tables.counts)
    write_folder(folder, contents)
    return folder


def missing_tables(folder: Path) -> list[str]:
    """Tables of vPIC that the release of a folder did not have: without them less is told."""
    rows = tomllib.loads((folder / files.MANIFEST).read_text(encoding="utf-8"))["release"]["rows"]
    return [table for table in TABLES if table.lower() not in rows]


def _release(source: Path, tables: Tables, month: str | None) -> files.ReleaseInfo:
    if month is not None and not _MONTH.fullmatch(month):
        raise DataSourceError(f"{source}: month {month!r} is none; give --month, as 2026-10")
    for stated, url, sha256 in tables.rows["Release"]:
        return files.ReleaseInfo(month or stated, url or "", sha256 or "")
    match = _MONTH.search(month or source.name)
    if not match:
        raise DataSourceError(
            f"{source}: the name does not tell the month of the release; give --month, as 2026-10"
        )
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    name = source.name.encode(errors="replace").decode()
    return files.ReleaseInfo(f"{match[1]}-{match[2]}", name, digest)
