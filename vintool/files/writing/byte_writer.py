"""Files whose bytes are written here, and their hashes on the way."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pyarrow as pa

_BUFFER = 1 << 20  # bytes


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
