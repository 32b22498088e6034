"""Outputs appear whole or not at all: written to a hidden folder, put in place when all are there."""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from vintool.atomic import (
    as_any_new_folder,
    move_all,
    one_at_a_time,
    remove_leftovers,
    staging_folder,
)
from vintool.files.run import DECISIONS_JSONL, RUN_JSON
from vintool.files.writing.hashing import file_hash

_ADDED_TO = frozenset({DECISIONS_JSONL})  # never replaced: the lines of the new one are added to it
_BEFORE = "before"


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A folder to write to, whose files come into ``out`` when the block ends well; else it vanishes.

    ``run.json`` must be written last and at once: it says that all is there. What an earlier run left
    in ``out`` is replaced. A file under one of our names that is not as a run has written it, a filled
    ``exceptions.csv`` or a list of the user's own, is kept beside the new one, with a part of its hash
    in its name; other files stay as they are.

    The folder lies inside ``out`` if that is there, since it may be a mount or the only place to write
    to, else beside it. It is locked as long as the run lives. What a killed run has left is removed, or
    put in place if it was whole: only then may it have been killed in the middle of that.

    Raises:
        OSError: ``out`` cannot be written to, or its ``run.json`` is none of ours; it is as it was then.
    """
    if out.exists() and not out.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(out))
    _refuse_foreign_record(out)

    def finish(stage: Path) -> None:
        if (stage / RUN_JSON).exists():
            _put_in_place(stage, out)

    inside, beside = (out, ""), (out.parent, out.name)
    for place in (beside, inside):
        remove_leftovers(*place, finish)
    out.parent.mkdir(parents=True, exist_ok=True)
    with staging_folder(*(inside if out.is_dir() else beside)) as stage:
        yield stage
        _put_in_place(stage, out)


def _put_in_place(stage: Path, out: Path) -> None:
    """Make the staged files those of ``out``.

    Raises:
        OSError: one cannot be moved; those that were are moved back.
    """
    as_any_new_folder(stage)
    with suppress(OSError):  # it is there, and not empty
        if not out.exists():
            stage.rename(out)
            return
    with one_at_a_time(out):
        _refuse_foreign_record(out)
        earlier = _recorded(out)
        waiting = {file.name for file in stage.iterdir() if file.is_file()}
        new = waiting | set(_recorded(stage))
        before = stage / _BEFORE
        before.mkdir(exist_ok=True)
        moves = [
            (out / name, before / name)  # of an earlier run in another format, or with other lists
            for name, digest in earlier.items()
            if name not in new and _hash(out / name) == digest
        ]
        for name in sorted(waiting, key=lambda name: (name == RUN_JSON, name)):
            old = out / name
            digest = _hash(old)
            if digest and name in _ADDED_TO:
                _add_lines(old, stage / name)
            if digest:
                ours = name in _ADDED_TO or name == RUN_JSON or digest == earlier.get(name)
                kept = out / f"{old.stem}.{digest[:8]}{old.suffix}"
                moves.append((old, before / name if ours else kept))
            moves.append((stage / name, old))
        move_all(moves)


def _add_lines(record: Path, new: Path) -> None:
    """Make the new file the record as it stands now, with the lines of the new one that it lacks behind it.

    What another run has added meanwhile stays: this is done under the lock of the folder.
    """
    text = record.read_bytes()
    lines = set(text.split(b"\n"))
    added = [line for line in new.read_bytes().split(b"\n") if line and line not in lines]
    end = b"" if not text or text.endswith(b"\n") else b"\n"
    new.write_bytes(text + end + b"".join(line + b"\n" for line in added))


def _refuse_foreign_record(out: Path) -> None:
    """A ``run.json`` of another program or person would be lost.

    Raises:
        FileExistsError: it is none of ours.
    """
    if os.path.lexists(out / RUN_JSON) and _record(out) is None:
        what = f"its {RUN_JSON} is not one that vintool has written, and would be replaced"
        raise FileExistsError(errno.EEXIST, what, str(out / RUN_JSON))


def _record(folder: Path) -> dict[str, Any] | None:
    """The ``run.json`` of a folder, if it is there and of this tool."""
    try:
        record = json.loads((folder / RUN_JSON).read_text(encoding="utf-8"))
        ours = record["tool"]["name"] == "vintool" and isinstance(record["outputs"], dict)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return record if ours else None


def _recorded(folder: Path) -> dict[str, str]:
    """The outputs that the ``run.json`` of a folder records, each with its hash."""
    outputs = (_record(folder) or {"outputs": {}})["outputs"]
    return {
        Path(name).name: str(digest) for name, digest in outputs.items() if name not in _ADDED_TO
    }


def _hash(path: Path) -> str:
    """The SHA-256 of a file; empty if there is none."""
    return file_hash(path) if path.is_file() else ""
