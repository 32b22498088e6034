"""What must be laid out in a private place to be read: files compressed by gzip or Zstandard, and pipes.

It stays there until it is no longer needed.
"""

import gzip
import shutil
import stat
import tempfile
import weakref
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Lock

import pyarrow as pa

from vintool.atomic import private_folder
from vintool.errors import ManifestError
from vintool.files.reading import limits

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
#: How compressed files begin.
COMPRESSED = (_GZIP, _ZSTD)

_CHUNK = 1 << 20


class _Room:
    """A private folder for all that is laid out at a time: each one looks for what killed programs have left."""

    def __init__(self) -> None:
        private = ExitStack()
        self.path = private.enter_context(private_folder())
        self.close = weakref.finalize(self, private.close)


_rooms = weakref.WeakSet[_Room]()
_one_by_one = Lock()


def _room() -> _Room:
    """The folder that is there, or a new one; it goes with the last of those that hold it."""
    with _one_by_one:
        room = next((one for one in _rooms if one.path.is_dir()), None) or _Room()
        _rooms.add(room)
        return room


def _remove(folder: str, _room: _Room) -> None:
    shutil.rmtree(folder, ignore_errors=True)


class LaidOut:
    """A file of its own with some content; it goes when this object does, at the latest with the process.

    Args:
        path: where the content comes from, which gives the name.
        content: the bytes.
    """

    def __init__(self, path: Path, content: Iterator[bytes]) -> None:
        room = _room()
        folder = tempfile.mkdtemp(dir=room.path)
        self.remove = weakref.finalize(self, _remove, folder, room)
        del room  # or an error would hold it
        self.path = Path(folder) / path.name
        try:
            with self.path.open("wb") as out:
                out.writelines(content)
        except BaseException:
            self.remove()
            raise


class Piped(LaidOut):
    """What a pipe has given, to its end: it can be read once, and a manifest is read several times.

    Raises:
        ManifestError: it gives more than any manifest holds.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, _of_a_pipe(path))


def is_pipe(path: Path) -> bool:
    """Whether a path is a pipe or a socket, such as a shell makes of ``<(command)``."""
    mode = _mode(path)
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def is_device(path: Path) -> bool:
    """Whether a path is a device, which may have no end."""
    mode = _mode(path)
    return stat.S_ISCHR(mode) or stat.S_ISBLK(mode)


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0


def _of_a_pipe(path: Path) -> Iterator[bytes]:
    total = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            total += len(chunk)
            if total > limits.PIPED:
                raise limits.beyond(
                    "the pipe gives more",
                    limits.PIPED,
                    "bytes",
                    file=path.name,
                    next_step="write it to a file and pass that",
                )
            yield chunk


class Decompressed(LaidOut):
    """The content of a compressed file.

    Args:
        path: the compressed file.
        head: its first bytes.

    Raises:
        ManifestError: it is damaged or cut short, or unpacks to an absurd size.
    """

    def __init__(self, path: Path, head: bytes) -> None:
        decompress = _gzip if head.startswith(_GZIP) else _zstd
        try:
            super().__init__(path, _within_limits(path, decompress))
        except (EOFError, gzip.BadGzipFile, zlib.error, pa.ArrowException):
            raise _damaged(path) from None
        except OSError as error:
            if error.errno is None:  # what Arrow says of damage
                raise _damaged(path) from None
            raise


def _within_limits(path: Path, decompress: Callable[[Path], Iterator[bytes]]) -> Iterator[bytes]:
    size, total = path.stat().st_size, 0
    for chunk in decompress(path):
        total += len(chunk)
        allowed = min(max(limits.UNPACKED, limits.RATIO * size), limits.UNPACKED_AT_MOST)
        if total > allowed:
            raise limits.beyond(
                "it unpacks to more",
                allowed,
                "bytes",
                file=path.name,
                next_step="unpack it yourself if you trust it, and pass the file inside",
            )
        yield chunk


def _damaged(path: Path) -> ManifestError:
    return ManifestError(
        "the packed file is damaged or cut short",
        file=path.name,
        next_step="ask the sender for it again",
    )


def _gzip(path: Path) -> Iterator[bytes]:
    with gzip.open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _zstd(path: Path) -> Iterator[bytes]:
    with pa.OSFile(str(path), "rb") as raw, pa.CompressedInputStream(raw, "zstd") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
