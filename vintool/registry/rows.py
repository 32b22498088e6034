"""The files of ``wmi_data``, read strictly: where they lie, all rows of one, the rows of one key.

A file is read when the first question is asked of it, never at import. A header that is not the
expected one is an error at once; that every row is sound is what the tests of the data prove.
"""

import csv
import os
from collections.abc import Iterator
from functools import cache, cached_property
from mmap import ACCESS_READ, mmap
from pathlib import Path

import wmi_data
from vintool.errors import DataError

#: The one place of the data. Not importlib.resources, which loads for longer than the tables do.
DATA = Path(wmi_data.__file__).parent
#: Stands for the folder of a user without a home: nothing is there, and who writes to it is shown why.
NO_HOME = Path(os.devnull, "no home folder is known, set HOME")


def user_folder() -> Path:
    """The user's own folder of reference data, whether it is there or not.

    Where the user has no home, or not his own, as in many containers, it can neither be there nor be made.
    """
    from platformdirs import user_data_path  # noqa: PLC0415 - start-up time

    try:
        folder = user_data_path("vintool", appauthor=False)
        folder.exists()  # that of somebody else may not even be looked for
    except (RuntimeError, KeyError, OSError):
        return NO_HOME
    # Some versions give back the path with the ~ in it, which is any folder where the program runs.
    return folder if folder.is_absolute() else NO_HOME


def map_file(path: Path) -> mmap:
    """A file as bytes of which only those that are looked at are read; it must not be empty."""
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ)


def read_text(name: str) -> str:
    """The whole text of one file of ``wmi_data``."""
    return (DATA / name).read_bytes().decode()


def read_rows(name: str, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The rows of one table, in the order of the file.

    Args:
        name: file name within ``wmi_data``, such as ``"countries.csv"``.
        columns: the header that the file must have, in this order.

    Raises:
        DataError: the header differs, or a row has another number of cells.
    """
    reader = csv.reader(read_text(name).splitlines())
    header = tuple(next(reader, ()))
    if header != columns:
        raise DataError(f"wmi_data/{name}: columns are {header}, expected {columns}")
    for row in reader:
        if len(row) != len(columns):
            raise DataError(
                f"wmi_data/{name}, line {reader.line_num}: {len(row)} cells, expected {len(columns)}"
            )
        yield tuple(row)


class KeyedTable:
    r"""The lines of a CSV text by their first cell, parsed when asked for.

    A single VIN in a fresh process does not pay for tens of thousands of rows that it never meets:
    the first few questions search the text, which is all that one VIN asks; then the lines are
    indexed. The rows of a key must stand together, the key must not need quotes, and no cell may
    hold a line break; the data's own tests see to it.

    Raises:
        ValueError: the header of the text is not ``columns``.

    >>> table = KeyedTable(b"wmi,maker\nLRW,Tesla\nLGX,BYD\n", ("wmi", "maker"))
    >>> table.rows("LGX")
    [('LGX', 'BYD')]
    """

    SEARCHES = 16

    def __init__(self, text: bytes | mmap, columns: tuple[str, ...]) -> None:
        end = text.find(b"\n")
        self._text, self._start = text, end if end >= 0 else len(text)
        header = text[: self._start]
        if tuple(header.decode().split(",")) != columns:
            raise ValueError(f"columns are {header!r}, expected {columns}")
        self._searches = 0

    @cached_property
    def _index(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = {}
        for line in self._text[self._start + 1 :].decode().split("\n"):
            if line:
                index.setdefault(line.partition(",")[0], []).append(line)
        return index

    def _lines(self, key: str) -> list[str]:
        if self._searches == self.SEARCHES:
            return self._index.get(key, [])
        self._searches += 1
        lead = f"\n{key},".encode()
        lines, at = [], self._text.find(lead, self._start)
        while at >= 0 and self._text[at : at + len(lead)] == lead:
            end = self._text.find(b"\n", at + 1)
            lines.append(self._text[at + 1 : end if end >= 0 else None].decode())
            at = end
        return lines

    def rows(self, key: str) -> list[tuple[str, ...]]:
        """All rows of a key, in the order of the file; empty if there is none."""
        return [tuple(row) for row in csv.reader(self._lines(key))]

    def __contains__(self, key: str) -> bool:
        """Whether the key has a row."""
        return bool(self._lines(key))

    def __iter__(self) -> Iterator[str]:
        """The keys, in the order of the file."""
        return iter(self._index)


def refuse(where: str, *faults: tuple[bool, str]) -> None:
    """Refuse a row for the first fault that it has.

    Args:
        where: file and row.
        faults: whether the row has it, and what it is.

    Raises:
        DataError: it has one.
    """
    for is_wrong, fault in faults:
        if is_wrong:
            raise DataError(f"wmi_data/{where}: {fault}")


@cache
def keyed_table(name: str, columns: tuple[str, ...]) -> KeyedTable:
    """A table of ``wmi_data``, to be asked by its first cell; name and columns as for ``read_rows``.

    Raises:
        DataError: the header differs.
    """
    try:
        return KeyedTable(map_file(DATA / name), columns)
    except ValueError as error:
        raise DataError(f"wmi_data/{name}: {error}") from None
