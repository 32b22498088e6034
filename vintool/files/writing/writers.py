"""What the writers of ``annotated.*`` have in common."""

from pathlib import Path
from typing import Protocol

import pyarrow as pa

from vintool.files.writing.hashing import HashedFile

_BUFFER = 1 << 20  # bytes


class Writer(Protocol):
    """Takes the screened batches of one sheet after another."""

    def write(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:
        """Add rows, the user's columns and the answers; the sheets come one after another."""

    def close(self) -> None:
        """Finish the file."""

    def abandon(self) -> None:
        """Let go of the file, as far as it came."""

    @property
    def digest(self) -> str:
        """The SHA-256 of the finished file; empty if it must be read for that."""

    def notes(self) -> tuple[str, ...]:
        """What the user should know of the file."""


class ByteWriter:
    """What the writers have in common that write the bytes of the file themselves."""

    def __init__(self, path: Path) -> None:
        self._hashed = HashedFile(path)
        # Whatever Arrow writes, page by page, comes here at once: each time waits for the interpreter's lock.
        self._file = pa.output_stream(self._hashed, buffer_size=_BUFFER)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    def abandon(self) -> None:
        """Let go of the file."""
        self._file.close()

    @property
    def digest(self) -> str:
        """The SHA-256 of the finished file."""
        return self._hashed.digest

    def notes(self) -> tuple[str, ...]:
        """What the user should know: nothing, every cell is as it came."""
        return ()
