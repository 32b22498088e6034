"""Files compressed by gzip or Zstandard, decompressed to a private place until they are no longer needed."""

import gzip
import shutil
import tempfile
import weakref
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from vintool.errors import ManifestError

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
#: How compressed files begin.
COMPRESSED = (_GZIP, _ZSTD)

_CHUNK = 1 << 20
_SMALL = 1 << 30  # up to this size nothing is asked
_LARGEST = 1 << 38
_RATIO = 200  # no honest table is packed more tightly


class Decompressed:
    """The content of a compressed file; it goes when this object does, at the latest with the process.

    Args:
        path: the compressed file.
        head: its first bytes.

    Raises:
        ManifestError: it is damaged or cut short, or unpacks to an absurd size.
    """

    def __init__(self, path: Path, head: bytes) -> None:
        folder = Path(tempfile.mkdtemp(prefix="vintool-"))
        self.remove = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        _LIVE.add(self)
        self.path = folder / path.name
        try:
            with self.path.open("wb") as out:
                out.writelines(_within_limits(path, _gzip if head.startswith(_GZIP) else _zstd))
        except (EOFError, gzip.BadGzipFile, zlib.error, pa.ArrowException):
            self.remove()
            raise _damaged(path) from None
        except OSError as error:
            self.remove()
            if error.errno is None:  # what Arrow says of damage
                raise _damaged(path) from None
            raise
        except BaseException:
            self.remove()
            raise


_LIVE: weakref.WeakSet[Decompressed] = weakref.WeakSet()


def remove_all() -> None:
    """Remove what is still there, where the process ends in no orderly way."""
    for decompressed in _LIVE:
        decompressed.remove()


def _within_limits(path: Path, decompress: Callable[[Path], Iterator[bytes]]) -> Iterator[bytes]:
    size, total = path.stat().st_size, 0
    for chunk in decompress(path):
        total += len(chunk)
        if total > _SMALL and total > min(_RATIO * size, _LARGEST):
            raise ManifestError(
                f"it unpacks to more than {total >> 20} MB",
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
