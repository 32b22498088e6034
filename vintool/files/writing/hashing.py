"""SHA-256 of what a run reads and writes, each file taken from the disk once."""

import hashlib
import io
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import Any

from vintool.files.reading.sheets import parquet_files


class HashedFile(io.FileIO):
    """A new file whose hash is known when its last byte is written, without reading it again."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "wb")
        self._hash = hashlib.sha256()

    def write(self, data: Any, /) -> int:
        """Write bytes, all of them."""
        self._hash.update(data)
        left = memoryview(data).cast("B")
        size = len(left)
        while left:
            left = left[super().write(left) :]
        return size

    @property
    def digest(self) -> str:
        """The SHA-256 of what was written so far."""
        return self._hash.hexdigest()


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
