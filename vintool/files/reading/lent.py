"""A file of Python's that Arrow reads in threads of its own, and when it has let go of it."""

import io
import threading
import weakref
from collections.abc import Callable, Generator, Iterator
from typing import Any, BinaryIO, TypeVar

_PATIENCE = 60  # seconds; a slow disk needs some
_T = TypeVar("_T")


def read_lent(
    file: BinaryIO, open_reader: Callable[..., Iterator[_T]], **options: object
) -> Generator[_T, None, None]:
    """What a reader of Arrow gives; when this ends, however it does, Arrow has let go of the file.

    Args:
        file: open, and closed by who has opened it.
        open_reader: makes a reader of a file and the options.
        options: for it.
    """
    lent: Lent | None
    lent = Lent(file)
    returned = lent.returned
    reader: Iterator[_T] | None = None
    try:
        reader = open_reader(lent, **options)
        lent = None
        yield from reader
    finally:
        reader = lent = None
        returned.wait(_PATIENCE)


class Lent(io.RawIOBase):
    """A file lent to Arrow; ``returned`` is set when nobody holds it any more.

    Arrow reads ahead in a thread that needs the interpreter to read, and to let go of the file. Where a program ends
    before it has, the thread aborts the process: who has lent a file waits for it.

    >>> lent = Lent(io.BytesIO(b"VIN"))
    >>> returned = lent.returned
    >>> lent.read(), returned.is_set()
    (b'VIN', False)
    >>> del lent
    >>> returned.is_set()
    True
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file: Any = file
        self.returned = threading.Event()
        weakref.finalize(self, self.returned.set)

    def readable(self) -> bool:
        """Whether it can be read: it can."""
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        """Read into a buffer."""
        count: int | None = self._file.readinto(buffer)
        return count
