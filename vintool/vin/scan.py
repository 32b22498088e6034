"""Text -> where VINs may stand in it: the one procedure for cells, text files and ``vintool.find_vins``.

A VIN is a word of seventeen letters and digits that has both. In pieces, with a space or a hyphen between them, it
counts only if it ends in a serial and its check digit holds, or order numbers would be put together to VINs.
"""

import re
from collections.abc import Iterator

from vintool.vin.check_digit import calc_check_digit
from vintool.vin.positions import ALPHABET

_VIN = f"[{ALPHABET}]"
_EXACT = re.IGNORECASE | re.ASCII
_WORDS = re.compile(r"(?<![A-Z0-9])[A-Z0-9]{17}(?![A-Z0-9])", _EXACT)
# Seventeen characters from the beginning of a word on, a serial at the end, a space or hyphen between some of them.
_PIECES = re.compile(
    rf"(?<![A-Z0-9])(?=((?:{_VIN}[ -]?){{13}}(?:[0-9][ -]?){{3}}[0-9])(?![A-Z0-9]))", _EXACT
)


def vin_places(text: str) -> list[tuple[int, int]]:
    """Where possible VINs stand in a text, in order; letters that no VIN has are let in, as a mistyped VIN must be seen.

    >>> vin_places("VIN: *lrw3e7fa2lc000001*; order 12345678901234567")
    [(6, 23)]
    """
    spans = [word.span() for word in _WORDS.finditer(text) if mixed(word[0])]
    last = 0
    for start, end in in_pieces(text):
        if start >= last and _checks(bare(text[start:end])):
            spans.append((start, end))
            last = end
    return sorted(spans)


def in_pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where what may be a VIN stands in pieces, whatever its check digit."""
    for match in _PIECES.finditer(text):
        piece = match[1]
        if len(piece) > 17 and mixed(bare(piece)):
            yield match.span(1)


def mixed(word: str) -> bool:
    """Whether a word has letters and digits: digits alone are an order number, letters alone a word."""
    return not word.isdigit() and not word.isalpha()


def bare(piece: str) -> str:
    """A VIN in pieces without what stands between them."""
    return piece.replace(" ", "").replace("-", "")


def _checks(vin: str) -> bool:
    """Whether the check digit holds."""
    upper = vin.upper()
    return calc_check_digit(upper) == upper[8]
