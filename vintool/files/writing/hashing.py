"""SHA-256 of files and of folders of files."""

import hashlib
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Thread

from vintool.files.reading.sheets import parquet_files


def file_hash(path: Path) -> str:
    """The SHA-256 of a file; of a folder of Parquet files, that of their names and hashes."""
    if path.is_dir():
        named = (
            f"{file.relative_to(path)}\n{file_hash(file)}\n" for file in parquet_files(path)[0]
        )
        return hashlib.sha256("".join(named).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_in_thread(path: Path) -> Callable[[], str]:
    """``file_hash`` in a thread of its own, while the file is read for its rows as well.

    Returns:
        The function that waits for it. Nothing waits for the thread where a run ends before.
    """
    hashed: Future[str] = Future()

    def work() -> None:
        try:
            hashed.set_result(file_hash(path))
        except BaseException as error:  # noqa: BLE001 - or who waits would wait for ever
            hashed.set_exception(error)

    Thread(target=work, daemon=True).start()
    return hashed.result
