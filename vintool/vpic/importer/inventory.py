"""Which reference data is in use, and what a folder of vPIC data must hold to be replaced or read."""

import hashlib
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from vintool import vpic
from vintool.errors import DataError, DataSourceError
from vintool.registry import rows
from vintool.registry.reference import REMEDY, VPIC, files_in, reference_in_use
from vintool.registry.user_rules import read_evidence, read_file, sha256_of
from vintool.vpic.files import COLUMNS, FORMAT, MANIFEST, ReleaseInfo


class Table(NamedTuple):
    """One file of reference data: what it was made from, and how much it holds."""

    name: str
    rows: int
    sources: str
    edition: str
    sha256: str


class UserFile(NamedTuple):
    """A file of the user's own folder of data: ``in use``, ``left out``, ``not read``, or why it cannot be read."""

    name: str
    sha256: str
    state: str


class Overview(NamedTuple):
    """All reference data in use, and what the user's own folder holds.

    ``sha256`` is that of the reference: of the packaged tables and every file beside them.
    """

    release: str
    sha256: str
    folder: Path
    vpic_folder: Path
    user_folder: Path
    user_files: tuple[UserFile, ...]
    tables: tuple[Table, ...]


def overview() -> Overview:
    """Which reference data is in use, which release, from where.

    Raises:
        DataError: the vPIC data is not whole, or not what was built.
    """
    registered = tomllib.loads(rows.read_text("manifest.toml"))
    tables = [
        Table(
            entry["name"],
            entry["rows"],
            "; ".join(source["name"] for source in entry["source"]),
            entry["collected"],
            entry["sha256"],
        )
        for entry in registered["file"]
    ]
    files = vpic.check(vpic.folder())
    for name, entry in files.items():
        with (vpic.folder() / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != entry["sha256"]:
                raise DataError(f"{vpic.folder()}: {name} is not what was built; {REMEDY}")
    month = vpic.release().month
    tables += [
        Table(f"vpic/{name}", int(str(entry["rows"])), "NHTSA vPIC", month, str(entry["sha256"]))
        for name, entry in files.items()
    ]
    return Overview(
        vpic.data_release(),
        reference_in_use().sha256,
        rows.DATA,
        vpic.folder(),
        rows.user_folder(),
        tuple(user_files(rows.user_folder())),
        tuple(tables),
    )


def user_files(folder: Path) -> Iterator[UserFile]:
    """The files of a folder of data, and what becomes of each; of vPIC's its manifest stands for all."""
    in_use = {file.path for file in reference_in_use().files_of_folder}
    heard = {path: what for what, path in files_in(folder)}
    of_vpic = folder / "vpic"
    paths = (path for path in folder.rglob("*") if path.is_file() and of_vpic not in path.parents)
    for path in sorted({*paths, *heard}):
        fault = _fault(heard[path], path) if path in heard else "not read"
        state = fault or ("in use" if path in in_use else "left out")
        sha256 = sha256_of(read_file(path)) if path.is_file() else ""
        yield UserFile(path.relative_to(folder).as_posix(), sha256, state)


def _fault(what: str, path: Path) -> str:
    """Why a file of the user's folder cannot be used; empty where it can."""
    try:
        if what == VPIC:
            vpic.check(path.parent)
        else:
            all(read_evidence(path))
    except DataError as error:
        return f"not sound: {error}"
    return ""


def manifest(files: dict[str, bytes], release: ReleaseInfo, rows: dict[str, int]) -> bytes:
    """What a folder holds: release, and of each file rows, size and SHA-256."""
    lines = [
        "# Made by `vintool data build`; not edited by hand.",
        f"format = {FORMAT}",
        "",
        "[release]",
        'source = "NHTSA vPIC, public domain"',
        # A text in JSON is one in TOML too.
        f"month = {json.dumps(release.month)}",
        f"url = {json.dumps(release.url, ensure_ascii=False)}",
        f"sha256 = {json.dumps(release.sha256)}",
        "",
        "[release.rows]",
        *(f"{table} = {count}" for table, count in sorted(rows.items())),
    ]
    for name, content in sorted(files.items()):
        count = content.count(b"\n") - (name in COLUMNS)
        lines += [
            "",
            "[[file]]",
            f'name = "{name}"',
            f"rows = {count}",
            f"bytes = {len(content)}",
            f'sha256 = "{hashlib.sha256(content).hexdigest()}"',
        ]
    return ("\n".join(lines) + "\n").encode()


def refuse_what_is_not_ours(folder: Path) -> None:
    """Let nothing be replaced but vPIC data.

    Raises:
        DataSourceError: there is a file, or a folder with something else in it.
    """
    if folder.is_dir() and (not any(folder.iterdir()) or (folder / MANIFEST).is_file()):
        return
    if folder.exists():
        raise DataSourceError(f"{folder}: holds something else; name a new folder with --out")
