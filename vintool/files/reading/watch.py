"""Whether a file is still the one that was opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vintool.errors import ManifestError
from vintool.files.reading.sheets import parquet_files

_State = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """A file, or a folder of Parquet files, as it was when it was opened.

    Attributes:
        path: where it is.
        state: size and time of the last change of each file; None if it is not there.
    """

    path: Path
    state: _State | None

    @classmethod
    def of(cls, path: Path) -> "Watch":
        """The file as it is now."""
        return cls(path, _state(path))

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Refuse what is read of a file that has changed, whatever else seems to be wrong with it."""
        try:
            yield
        except (ManifestError, OSError):
            if _state(self.path) == self.state:
                raise
        if _state(self.path) != self.state:
            raise ManifestError(
                "the file was changed while it was read",
                file=self.path.name,
                next_step="run again when nothing writes to it",
            )


def _state(path: Path) -> _State | None:
    try:
        files = parquet_files(path)[0] if path.is_dir() else [path]
        return tuple((stat.st_size, stat.st_mtime_ns) for stat in map(Path.stat, files))
    except OSError:
        return None
