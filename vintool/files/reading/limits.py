"""The largest inputs that are read: every bound of the readers, and the sentence that refuses what lies beyond it.

Each bound stands far above what honest manifests reach, and low enough that the work and the memory that a hostile file can
ask for stay small. What it bounds is never cut off in silence: the file is refused, with the place, the bound and the way out.
"""

from typing import Final

from vintool.errors import ManifestError

COLUMNS: Final = 16_384
"""Cells of a record, keys of an object, columns of a sheet or an Arrow table: as many as a sheet of Excel has."""

LINE: Final = 16 << 20
"""Characters of a line of text or of JSON."""

ELEMENT: Final = 1 << 16
"""Characters of an element of XML that is read; no field of the declaration has more than a few hundred."""

UNREAD_FORMULAS: Final = 1 << 20
"""Cells of a sheet with formulas whose values are not stored."""

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
