"""A release of vPIC -> rows of its tables.

NHTSA publishes the tables as a database: a SQLite file, or a PostgreSQL dump in plain SQL, which is
read as text, without a server. Either may lie alone in a ZIP archive.
"""

import re
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

from vintool.atomic import private_folder
from vintool.errors import DataSourceError

Row = tuple[Any, ...]
#: What is to be done with each row of a table: the columns wanted, and who takes them. A column that
#: may be missing, and is None then, is named with a question mark.
Wanted = Mapping[str, tuple[Sequence[str], Callable[[Row], None]]]

_T = TypeVar("_T")
_SQLITE = b"SQLite format 3\0"
_COPY = re.compile(r'COPY (?:"?\w+"?\.)?"?(\w+)"? \((.*)\) FROM stdin;\s*$')
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPED = re.compile(r"\\(.)")


def read(path: Path, wanted: Wanted) -> dict[str, int]:
    """Hand every row of the wanted tables to its taker.

    Args:
        path: a SQLite file, a PostgreSQL dump as plain SQL, or a ZIP archive of one of them.
        wanted: table -> columns and taker; names are compared without regard to case.

    Returns:
        How many rows each table had; a table that is not there is missing here too.

    Raises:
        DataSourceError: the file is none of these, lacks a column, or breaks off.
    """
    wanted = {table.lower(): taking for table, taking in wanted.items()}
    try:
        with _opened(path) as (head, file, plain):
            if head.startswith(_SQLITE):
                return _from_sqlite(path, plain, wanted)
            if b"\0" in head:
                raise DataSourceError(
                    f"{path}: neither a SQLite file nor a plain SQL dump; of NHTSA's releases take the one whose name ends in .plain.zip"
                )
            return _from_dump(path, (line.decode() for line in file), wanted)
    except (
        OSError,
        sqlite3.DatabaseError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,  # of a damaged head, as if the archive were of a version to come
        UnicodeDecodeError,
    ) as error:
        raise DataSourceError(f"{path}: cannot be read ({error})") from None


# Bytes that an archive may unpack to whatever its own size, times its size, and in all. A release is some 20 times its
# archive, and of a few GB.
_UNPACKED, _RATIO, _UNPACKED_AT_MOST = 256 << 20, 200, 1 << 35
_LOCKED = 0x1  # the flag of a member of an archive


@contextmanager
def _opened(path: Path) -> Iterator[tuple[bytes, IO[bytes], Path]]:
    """The first bytes, the stream of the whole, and a plain file of it."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            head = file.read(1024)
            file.seek(0)
            yield head, file, path
        return
    with zipfile.ZipFile(path) as archive:
        inside = [item for item in archive.infolist() if not item.filename.endswith("/")]
        if len(inside) != 1:
            raise DataSourceError(f"{path}: {len(inside)} files in the archive, expected one")
        if inside[0].flag_bits & _LOCKED:
            raise DataSourceError(
                f"{path}: locked with a password; unpack it, and pass the file inside"
            )
        with private_folder() as folder:
            plain = folder / "plain"
            with archive.open(inside[0]) as packed, plain.open("wb") as out:
                out.writelines(_within_limits(path, packed, inside[0].compress_size))
            if zipfile.is_zipfile(plain):
                raise DataSourceError(f"{path}: an archive in an archive; unpack it once")
            with _opened(plain) as opened:
                yield opened


def _within_limits(path: Path, packed: IO[bytes], size: int) -> Iterator[bytes]:
    """The bytes of a packed file, up to the size that no release reaches."""
    total, allowed = 0, min(max(_UNPACKED, _RATIO * size), _UNPACKED_AT_MOST)
    while chunk := packed.read(1 << 20):
        total += len(chunk)
        if total > allowed:
            raise DataSourceError(
                f"{path}: it unpacks to more than {allowed:,} bytes; unpack it yourself if you trust it, and pass the file inside"
            )
        yield chunk


def _from_sqlite(path: Path, plain: Path, wanted: Wanted) -> dict[str, int]:
    """The rows of a database, of which ``plain`` is the file itself, unpacked, and ``path`` the one that the user knows."""
    counts = {}
    with closing(sqlite3.connect(f"{plain.resolve().as_uri()}?mode=ro", uri=True)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
        for name in (name for (name,) in tables if name.lower() in wanted):
            columns, take = wanted[name.lower()]
            info = database.execute(f'PRAGMA table_info("{name}")')
            spelled = {row[1].lower(): f'"{row[1]}"' for row in info}
            chosen = (column or "NULL" for column in _chosen(path, name, columns, spelled))
            count = 0
            for row in database.execute(f'SELECT {", ".join(chosen)} FROM "{name}" ORDER BY rowid'):  # noqa: S608 - names of the file itself
                take(row)
                count += 1
            counts[name.lower()] = count
    return counts


def _from_dump(path: Path, lines: Iterator[str], wanted: Wanted) -> dict[str, int]:
    counts: dict[str, int] = {}
    for line in lines:
        if not line.startswith("COPY ") or not (copied := _COPY.match(line)):
            continue
        name = copied[1].lower()
        header = [column.strip(' "').lower() for column in copied[2].split(",")]
        columns, take = wanted.get(name, ((), None))
        place_of = {column: place for place, column in enumerate(header)}
        places = _chosen(path, name, columns, place_of)
        count = 0
        for data in lines:
            if data.rstrip("\r\n") == "\\.":
                break
            count += 1
            if take is not None:
                cells = data.rstrip("\r\n").split("\t")
                if len(cells) != len(header):
                    raise DataSourceError(
                        f"{path}: table {name}, row {count} has {len(cells)} cells, expected {len(header)}"
                    )
                take(tuple(None if at is None else _cell(cells[at]) for at in places))
        else:
            raise DataSourceError(f"{path}: breaks off in table {name} after {count} rows")
        if take is not None:
            counts[name] = count
    return counts


def _chosen(
    path: Path, table: str, columns: Sequence[str], present: Mapping[str, _T]
) -> list[_T | None]:
    """What a table has for each column wanted."""
    names = [column.rstrip("?").lower() for column in columns]
    for column, name in zip(columns, names, strict=True):
        if name not in present and not column.endswith("?"):
            raise DataSourceError(f"{path}: table {table} has no column {column}")
    return [present.get(name) for name in names]


def _cell(text: str) -> str | None:
    r"""A cell of PostgreSQL's COPY format; ``\N`` is null."""
    if text == "\\N":
        return None
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), text)
