"""Files and folders that appear whole or not at all, whatever ends the program.

What is new is written into a hidden folder beside its place and renamed when all of it is there: within
one file system a rename cannot be half done. Permissions are those of any new file (the umask). Nothing
is synced to the disk: this is for a program that ends, not for a machine that does.

No library does this for folders; ``atomicwrites``, which did it for single files, is no longer maintained.
"""

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

_MARK = ".vintool-"
_PRIVATE = "vintool-private-"


def write_file(path: Path, content: bytes) -> None:
    """Write a file in place of what stands there.

    Raises:
        OSError: it cannot be written; what stood there is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path.parent, path.name)
    with staging_folder(path.parent, path.name) as stage:
        new = stage / path.name
        new.write_bytes(content)
        new.replace(path)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder in place of what stands there.

    Args:
        folder: where it is to stand.
        files: its files, name -> content.

    Raises:
        OSError: it cannot be written; what stood there is as it was.
    """

    def restore(stage: Path) -> None:
        """Bring back what a killed program has moved away, if nothing has come in its place."""
        if (stage / "old").exists() and not folder.exists():
            (stage / "old").rename(folder)

    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder.parent, folder.name, restore)
    with staging_folder(folder.parent, folder.name) as stage:
        new, old = stage / "new", stage / "old"
        new.mkdir()
        for name, content in files.items():
            (new / name).write_bytes(content)
        move_all([*([(folder, old)] if folder.exists() else []), (new, folder)])


def move_all(moves: Sequence[tuple[Path, Path]]) -> None:
    """Rename files and folders in this order, all of them or none.

    Raises:
        OSError: one cannot be moved; those that were are moved back.
    """
    begun = []
    try:
        for here, there in moves:
            begun.append((here, there))  # before it is moved: a signal may come right behind
            here.replace(there)
    except BaseException:
        for here, there in reversed(begun):
            if there.exists() and not here.exists():
                there.replace(here)
        raise


@contextmanager
def staging_folder(where: Path, name: str = "") -> Iterator[Path]:
    """A new hidden folder, locked as long as the block runs, and removed at its end if it is still there.

    Args:
        where: the folder that it lies in.
        name: what it is for, as part of its own name.
    """
    with _locked_folder(where, _prefix(name)) as stage:
        yield stage


def remove_leftovers(
    where: Path, name: str = "", finish: Callable[[Path], None] = lambda _: None
) -> None:
    """Remove what programs that were killed have left; the folder of one that is alive is locked, and stays.

    Args:
        where: the folder that ``staging_folder`` was given.
        name: the name that it was given.
        finish: called with each folder before it is removed; it stays where this raises an OSError.
    """
    _remove_unlocked(where, _prefix(name), finish)


@contextmanager
def private_folder() -> Iterator[Path]:
    """A new folder in the system's place for temporary files, for this user's eyes alone.

    It is locked and removed as one of ``staging_folder``; what killed programs have left there is removed first.
    """
    remove_private_leftovers()
    with _locked_folder(Path(tempfile.gettempdir()), _PRIVATE) as folder:
        _private.add(folder)
        try:
            yield folder
        finally:
            _private.discard(folder)


_private = set[Path]()


def remove_private_leftovers() -> None:
    """Remove the private folders of programs that were killed."""
    with suppress(OSError):  # there may be no place for temporary files; who needs one hears of it
        _remove_unlocked(Path(tempfile.gettempdir()), _PRIVATE, lambda _: None)


def remove_private_folders() -> None:
    """Remove those of this process, where it ends in no orderly way."""
    for folder in tuple(_private):
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked_folder(where: Path, prefix: str) -> Iterator[Path]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=where))
        try:
            with locked(folder, wait=True):
                if folder.exists():  # else another run has removed it before it was locked
                    yield folder
                    return
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _remove_unlocked(where: Path, prefix: str, finish: Callable[[Path], None]) -> None:
    for folder in where.glob(f"{escape(prefix)}*"):
        with suppress(OSError):
            if not _is_ours(folder):
                continue
            with locked(folder, wait=False) as alone:
                if alone:
                    finish(folder)
                    shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """Whether it is a folder and of this user; in a place that is everybody's a name says nothing."""
    state = folder.lstat()
    return stat.S_ISDIR(state.st_mode) and (sys.platform == "win32" or state.st_uid == os.geteuid())


def _prefix(name: str) -> str:
    return f".{name}{_MARK}" if name else _MARK


@contextmanager
def locked(folder: Path, *, wait: bool) -> Iterator[bool]:
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


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Wait until no other process is in such a block for the same folder; the lock ends with the process."""
    if sys.platform != "win32":
        with locked(folder, wait=True):
            yield
        return
    import msvcrt  # noqa: PLC0415 - there alone

    lock = folder / f"{_MARK}lock"
    with lock.open("ab") as handle:
        taken = False
        while not taken:
            with suppress(OSError):  # it gives up after ten seconds
                msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
                taken = True
        try:
            yield
        finally:
            msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)
    with suppress(OSError):  # another one waits for it
        lock.unlink()


def as_any_new_folder(folder: Path) -> None:
    """Give a staging folder, which is private, the permissions of any new folder."""
    other = folder / "other"
    other.mkdir()
    folder.chmod(stat.S_IMODE(other.stat().st_mode))
    other.rmdir()
