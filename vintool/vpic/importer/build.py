"""A release of vPIC -> a folder of compact files."""

import hashlib
import re
import tomllib
from pathlib import Path

from vintool import vpic
from vintool.atomic import write_folder
from vintool.errors import DataSourceError
from vintool.vpic.importer import store
from vintool.vpic.importer.compact import TABLES, Compact, Database

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
    folder = vpic.user_home() if out is None else out
    if out is not None:
        store.refuse_what_is_not_ours(out)
    try:
        database = Database(source)
        compact = Compact(database, _release(source, database, month))
        files = compact.files()
    except (TypeError, ValueError, LookupError) as error:
        if isinstance(error, DataSourceError):
            raise
        raise DataSourceError(f"{source}: a row is not as vPIC has them ({error})") from None
    if files["wmi.csv"].count(b"\n") < 2:
        raise DataSourceError(f"{source}: no WMI that is public by {compact.release.month}")
    files[vpic.MANIFEST] = store.manifest(files, compact.release, database.counts)
    write_folder(folder, files)
    return folder


def missing_tables(folder: Path) -> list[str]:
    """Tables of vPIC that the release of a folder did not have: without them less is told."""
    told = tomllib.loads((folder / vpic.MANIFEST).read_text(encoding="utf-8"))
    return [table for table in TABLES if table.lower() not in told["release"]["rows"]]


def _release(source: Path, database: Database, month: str | None) -> vpic.ReleaseInfo:
    if month is not None and not _MONTH.fullmatch(month):
        raise DataSourceError(f"{source}: month {month!r} is none; give --month, as 2026-10")
    for told, url, sha256 in database.tables["Release"]:
        return vpic.ReleaseInfo(month or told, url or "", sha256 or "")
    found = _MONTH.search(month or source.name)
    if not found:
        raise DataSourceError(
            f"{source}: the name does not tell the month of the release; give --month, as 2026-10"
        )
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    name = source.name.encode(errors="replace").decode()
    return vpic.ReleaseInfo(f"{found[1]}-{found[2]}", name, digest)
