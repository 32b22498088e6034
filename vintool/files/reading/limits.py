"""The largest inputs that are read: every bound of the readers, and the sentence that refuses what lies beyond it.

Each bound stands far above what honest manifests reach, and low enough that the work and the memory that a hostile file can
ask for stay small. What it bounds is never cut off in silence: the file is refused, with the place, the bound and the way out.
"""

from typing import Final

from vintool.errors import ManifestError

PIPED: Final = 1 << 36
"""Bytes that are taken from a pipe, which says not how many are to come."""

COLUMNS: Final = 16_384
"""Cells of a record, keys of an object, columns of a sheet or an Arrow table: as many as a sheet of Excel has."""

EXTRA_COLUMNS: Final = 256
"""Cells of a record of text beyond those of the header and of most records: every other row gets as many empty ones."""

CELLS_PER_VALUE: Final = 64
"""Cells that a table of JSON lines has for each value that is written in it; lines of which each has other keys have more."""

SPARSE_CELLS: Final = 1 << 22
"""Cells of a table of JSON lines up to which nobody asks how many of them are filled."""

UNPACKED: Final = 256 << 20
"""Bytes that a compressed file may unpack to whatever its own size: as much disk as any small file can take."""

RATIO: Final = 200
"""Times its own size that a larger one may unpack to. Manifests reach some 10 to 50: serials differ from row to row."""

UNPACKED_AT_MOST: Final = 1 << 38
"""Bytes that any compressed file may unpack to."""

LINE: Final = 16 << 20
"""Characters of a line of text or of JSON."""

ELEMENT: Final = 1 << 16
"""Characters of an element of XML that is read; no field of the declaration has more than a few hundred."""

NOT_READ: Final = 1 << 23
"""Cells of a sheet with errors, or with formulas whose values are not stored: each is remembered by its place."""

TAG: Final = 1 << 20
"""Bytes of a tag of XML with its attributes."""


def beyond(  # noqa: PLR0913 - the parts of its sentence
    what: str, bound: int, unit: str, *, file: str, next_step: str, row: int | None = None
) -> ManifestError:
    """The refusal of what lies beyond a bound.

    Args:
        what: what is too large, such as ``a line``.
        bound: what is read at most.
        unit: of the bound.
        file: its name.
        next_step: the way out.
        row: the place, from 1.

    >>> print(beyond("a line is longer", LINE, "characters", file="a.csv", next_step="break it"))
    a.csv: a line is longer than 16,777,216 characters; break it.
    """
    return ManifestError(
        f"{what} than {bound:,} {unit}",
        file=file,
        row=row,
        next_step=next_step,
    )
