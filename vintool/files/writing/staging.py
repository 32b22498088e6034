"""Outputs appear whole or not at all: written to a hidden folder, put in place when all are there."""

import errno
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from threading import Thread

from vintool.files.reading.sheets import parquet_files

RUN = "run.json"
ADDED_TO = frozenset({"decisions.jsonl"})  # never replaced: the new one holds the old one
_MARK = ".vintool-"
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
        OSError: ``out`` cannot be written to; it is as it was then.
    """
    if out.exists() and not out.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(out))
    _sweep(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with _own_folder(out) as stage:
        yield stage
        stage.chmod(0o755)
        _put_in_place(stage, out)


def _sweep(out: Path) -> None:
    """Tidy up after killed runs into ``out``; the folder of a run that is alive is locked, and stays."""
    beside = out.parent.glob(f".{escape(out.name)}{_MARK}*") if out.name else ()
    for stage in (*beside, *out.glob(f"{_MARK}*")):
        with suppress(OSError), _locked(stage, wait=False) as alone:
            if alone:
                if (stage / RUN).exists():
                    _put_in_place(stage, out)
                shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def _own_folder(out: Path) -> Iterator[Path]:
    """A new folder, removed at the end if it is still there."""
    inside = out.is_dir()
    name, where = (_MARK, out) if inside else (f".{out.name}{_MARK}", out.parent)
    while True:
        stage = Path(tempfile.mkdtemp(prefix=name, dir=where))
        try:
            with _locked(stage, wait=True):
                if stage.exists():  # else another run has swept it away before it was locked
                    yield stage
                    return
        finally:
            shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def _locked(folder: Path, *, wait: bool) -> Iterator[bool]:
    """A folder under a lock that ends with the process, however that ends; whether it was to be had.

    There is none on Windows and some network drives: nothing tells there that a run is dead, and what
    it has left stays.
    """
    if sys.platform == "win32":
        yield False
        return
    import fcntl  # noqa: PLC0415 - not everywhere

    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            alone = folder.exists()
        except OSError:
            alone = False
        yield alone
    finally:
        os.close(handle)


def _put_in_place(stage: Path, out: Path) -> None:
    """Make the staged files those of ``out``.

    Raises:
        OSError: one cannot be moved; those that were are moved back.
    """
    with suppress(OSError):  # it is there, and not empty
        if not out.exists():
            stage.rename(out)
            return
    with _locked(out, wait=True):
        written, waiting = _written(out), {file.name for file in stage.iterdir() if file.is_file()}
        new = waiting | set(_written(stage))
        before = stage / _BEFORE
        before.mkdir(exist_ok=True)
        moves = [
            (out / name, before / name)  # of an earlier run in another format, or with other lists
            for name, digest in written.items()
            if name not in new and _hash(out / name) == digest
        ]
        for name in sorted(waiting, key=lambda name: (name == RUN, name)):
            old = out / name
            digest = _hash(old)
            if digest:
                ours = name in ADDED_TO or name == RUN or digest == written.get(name)
                kept = out / f"{old.stem}.{digest[:8]}{old.suffix}"
                moves.append((old, before / name if ours else kept))
            moves.append((stage / name, old))
        _move(moves)


def _move(moves: list[tuple[Path, Path]]) -> None:
    """Rename files, all of them or none."""
    done = []
    try:
        for here, there in moves:
            here.replace(there)
            done.append((here, there))
    except BaseException:
        for here, there in reversed(done):
            there.replace(here)
        raise


def _written(folder: Path) -> dict[str, str]:
    """What a run has left in the folder, with the hash of each file."""
    try:
        told = json.loads((folder / RUN).read_text(encoding="utf-8"))["outputs"]
        return {
            Path(name).name: str(digest) for name, digest in told.items() if name not in ADDED_TO
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def file_hash(path: Path) -> str:
    """The SHA-256 of a file; of a folder of Parquet files, that of their names and hashes."""
    if path.is_dir():
        named = (
            f"{file.relative_to(path)}\n{file_hash(file)}\n" for file in parquet_files(path)[0]
        )
        return hashlib.sha256("".join(named).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_beside(path: Path) -> Callable[[], str]:
    """``file_hash`` in a thread of its own, so that a file is read from the disk once; gives the function that waits for it.

    Nothing waits for the thread where a run ends before.
    """
    hashed: Future[str] = Future()

    def work() -> None:
        try:
            hashed.set_result(file_hash(path))
        except BaseException as error:  # noqa: BLE001 - or who waits would wait for ever
            hashed.set_exception(error)

    Thread(target=work, daemon=True).start()
    return hashed.result


def _hash(path: Path) -> str:
    """The SHA-256 of a file; empty if there is none."""
    return file_hash(path) if path.is_file() else ""
