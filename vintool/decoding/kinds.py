"""The kinds of value that fields hold, and vPIC's texts read as such."""

from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """What kind of value a field holds; the columns map each to an Arrow type."""

    TEXT = "text"
    INTEGER = "whole number"
    NUMBER = "number"
    TEXTS = "list of texts"
    INTEGERS = "list of whole numbers"
    PAIRS = "names, each with a text"
    STRUCT = "named parts"
    SOURCES = "list of sources"

    def read(self, text: str | None) -> str | int | float | None:
        """A text of vPIC as a value; None where it is none of this kind.

        >>> Kind.INTEGER.read("5"), Kind.INTEGER.read("5 or 7"), Kind.NUMBER.read("3.5")
        (5, None, 3.5)
        """
        if self is Kind.TEXT:
            return text
        if not text:
            return None
        if self is Kind.INTEGER:
            return int(text) if text.isascii() and text.isdigit() else None
        try:
            return float(text)
        except ValueError:
            return None


class Part(NamedTuple):
    """One part of a struct: its name, its kind, and vPIC's number for the element that tells it."""

    name: str
    kind: Kind
    element: int
