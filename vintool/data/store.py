"""Where built reference data lies, and how it gets there: whole or not at all."""

import hashlib
import shutil
import tomllib
from pathlib import Path
from tempfile import mkdtemp

from vintool import vpic
from vintool.registry import DataError


def user_home() -> Path:
    """The user's folder for vPIC, whether it is there or not."""
    from platformdirs import user_data_path  # noqa: PLC0415 - start-up time

    return user_data_path("vintool", appauthor=False) / "vpic"


def user_folder() -> Path | None:
    """The user's own vPIC data; None if there is none.

    Raises:
        DataError: it is there and not whole, or of another format.
    """
    home = user_home()
    if not (home / vpic.MANIFEST).is_file():
        return None
    check(home)
    return home


def check(folder: Path) -> dict[str, dict[str, object]]:
    """The manifest's entries of a folder, each file being there in its size.

    Raises:
        DataError: a file is missing or has another size, or the format is another one.
    """
    told = tomllib.loads((folder / vpic.MANIFEST).read_text(encoding="utf-8"))
    remedy = "build it again with `vintool data build`, or delete the folder"
    if told.get("format") != vpic.FORMAT:
        raise DataError(f"{folder}: made for another version of vintool; {remedy}")
    files: dict[str, dict[str, object]] = {entry["name"]: entry for entry in told["file"]}
    for name in (*vpic.COLUMNS, *vpic.TEXTS):
        path = folder / name
        if name not in files or not path.is_file() or path.stat().st_size != files[name]["bytes"]:
            raise DataError(f"{folder}: {name} is missing or not whole; {remedy}")
    return files


def manifest(files: dict[str, bytes], release: vpic.ReleaseInfo, rows: dict[str, int]) -> bytes:
    """What a folder holds: release, and of each file rows, size and SHA-256."""
    lines = [
        "# Made by `vintool data build`; not edited by hand.",
        f"format = {vpic.FORMAT}",
        "",
        "[release]",
        'source = "NHTSA vPIC, public domain"',
        f'month = "{release.month}"',
        f'url = "{release.url}"',
        f'sha256 = "{release.sha256}"',
        "",
        "[release.rows]",
        *(f"{table} = {count}" for table, count in sorted(rows.items())),
    ]
    for name, content in sorted(files.items()):
        count = content.count(b"\n") - (name in vpic.COLUMNS)
        lines += [
            "",
            "[[file]]",
            f'name = "{name}"',
            f"rows = {count}",
            f"bytes = {len(content)}",
            f'sha256 = "{hashlib.sha256(content).hexdigest()}"',
        ]
    return ("\n".join(lines) + "\n").encode()


def put(files: dict[str, bytes], folder: Path) -> None:
    """Write a whole folder in place of what stands there; on failure the old one stays.

    Raises:
        OSError: it cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    old = staged / "old"
    try:
        new = staged / "new"
        new.mkdir()
        for name, content in files.items():
            (new / name).write_bytes(content)
        if folder.exists():
            folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
    finally:
        shutil.rmtree(staged, ignore_errors=True)
