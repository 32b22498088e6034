"""The stream of records that an old workbook (XLS) is, out of the compound file around it ([MS-CFB]).

olefile reads compound files, and believes how much they say is to come. So that is held against the size of the file
before, and the end of the stream's chain of sectors is looked for afterwards: olefile lets a chain bite its own tail.
"""

from pathlib import Path
from struct import unpack_from
from typing import Any

import olefile

from vintool.errors import ManifestError

ENCRYPTED = "EncryptedPackage"
"""The stream that holds an XLSX with a password."""


class DamagedError(ValueError):
    """The file contradicts itself."""


class Compound(olefile.OleFileIO):  # type: ignore[misc]
    """A compound file, opened in linear time."""

    def _check_duplicate_stream(self, *_stream: object) -> None:
        """Leave out what compares every stream with all others: only one of them is read."""


def locked(path: Path) -> ManifestError:
    """The refusal of a workbook with a password."""
    return ManifestError(
        "the workbook is password-protected",
        file=path.name,
        next_step="open it and save a copy without the password",
    )


def workbook_stream(path: Path) -> bytes:
    """The stream of a workbook.

    Raises:
        ManifestError: locked with a password, or no workbook.
        DamagedError: the file contradicts itself; olefile and ``struct`` have errors of their own for that.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        check_header(file.read(76), size)
        compound = Compound(file)
        if compound.exists(ENCRYPTED):
            raise locked(path)
        name = next((name for name in ("Workbook", "Book") if compound.exists(name)), None)
        if name is None:
            raise ManifestError(
                "this is no workbook",
                file=path.name,
                next_step="open it in the program that wrote it, and save the table as .xlsx or CSV",
            )
        entry = compound.root.kids_dict[name.lower()]
        if max(entry.size, compound.root.size) > size:
            raise DamagedError
        stream: bytes = compound.openstream(name).read()
        if len(stream) < entry.size or not chain_ends(compound, entry):
            raise DamagedError
    return stream


def check_header(header: bytes, size: int) -> None:
    """Refuse sectors of no usual size, and more of a kind than the file has.

    A sector of a table has 512 bytes at least and is for 64 KB of the file; twice as many tables do no harm.
    """
    shift, small_shift, folders, tables, small_tables, more = unpack_from(
        "<HH6xII16xI4xI", header, 30
    )
    if shift not in {9, 12} or small_shift != 6:
        raise DamagedError
    if max(folders, small_tables, more) > size >> 9 or tables > 109 + (size >> 15):
        raise DamagedError


def chain_ends(compound: Any, entry: Any) -> bool:
    """Whether the chain of sectors of a stream ends where its size says."""
    unit, table = compound.sector_size, compound.fat
    if entry.is_minifat:
        unit, table = compound.mini_sector_size, compound.minifat
    sector = entry.isectStart
    for _ in range(0, entry.size, unit):
        sector = table[sector]
    return bool(sector == olefile.ENDOFCHAIN)
