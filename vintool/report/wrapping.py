"""Lines that fit a terminal: broken at words, by the cells that characters take up on it."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

NARROWEST: Final = 20  # cells; a terminal that says less is not believed
_INDENT: Final = 4  # of what is continued, where the line has no columns
_WIDE: Final = frozenset("WF")
# A break may stand behind a space and beside each wide character, but not before a sign that closes nor behind one that
# opens; in a word that is longer than a line behind what parts a path or a list.
_OPENS, _CLOSES = "（《“‘〔【「", "，。、；：？！）》”’〕】」"
_WORDS = re.compile(
    rf"\s+|[{_OPENS}]*(?:[^\s\u1100-\uffff“”‘’]+|[^\s{_OPENS}])[{_CLOSES})\]]*|[{_OPENS}]+"
)
_FOLDERS = re.compile(r"[^/\\]*[/\\]+|[^/\\]+")
_PARTS = re.compile(r"[^_,;:=&?-]*[_,;:=&?-]+|[^_,;:=&?-]+")
_LEAD = re.compile(r"\s*(?:.{0,24}\S\s{2,})?(?=\S)")


def cells(text: str) -> int:
    """How many cells of a terminal a text takes up.

    >>> cells("VIN"), cells("车架号"), cells("e\u0301")
    (3, 6, 1)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(one) else 1 + (unicodedata.east_asian_width(one) in _WIDE)
        for one in text
    )


def padded(text: str, width: int, *, right: bool = False) -> str:
    """A text with spaces to a number of cells.

    >>> padded("VIN", 5) + "|", padded("注", 5, right=True)
    ('VIN  |', '   注')
    """
    spaces = " " * (width - cells(text))
    return spaces + text if right else text + spaces


def wrapped(line: str, width: int | None) -> list[str]:
    r"""A line as those that fit; what is continued stands under where the text of the line begins.

    Nothing is left out: a word is broken only if it is longer than a line.

    Args:
        line: without line breaks; a column of it ends with two spaces.
        width: of the terminal; None for no bound.

    >>> print(*wrapped("encoding    found out, since nobody has told", 32), sep="\n")
    encoding    found out, since
                nobody has told
    >>> print(*wrapped("written     /a/long/path/to/answers/annotated.csv", 32), sep="\n")
    written     /a/long/path/to/
                answers/
                annotated.csv
    >>> print(*wrapped("车辆识别代号本身表明为纯电动车辆。", 33), sep="\n")
    车辆识别代号本身表明为纯电动车
        辆。
    """
    if width is None or cells(line) <= (width := max(width, NARROWEST)):
        return [line]
    lead = _LEAD.match(line)
    start = lead[0] if lead else ""
    indent = cells(start) if 0 < cells(start) <= width // 2 else _INDENT
    room = width - indent
    lines, current, used = list[str](), start, cells(start)
    for word in _fitting(line[len(start) :], room):
        size = cells(word)
        if word.isspace() and used + size >= width:  # what stands behind it begins a line
            used = width
            continue
        if used + size > width and current.strip():
            lines.append(current.rstrip())
            current, used = " " * indent, indent
        if word.isspace() and not current.strip() and lines:
            continue
        current, used = current + word, used + size
    return [*lines, current.rstrip()]


def _fitting(text: str, room: int) -> Iterator[str]:
    """The words, spaces and wide characters of a text, none longer than a line has room."""
    for word in _WORDS.findall(text):
        yield from _cut(word, room, _FOLDERS, _PARTS)


def _cut(word: str, room: int, *signs: re.Pattern[str]) -> Iterator[str]:
    """A word, or its parts by the first signs that make them short enough, or pieces of it."""
    if cells(word) <= room:
        yield word
    elif signs:
        for part in signs[0].findall(word):
            yield from _cut(part, room, *signs[1:])
    else:
        yield from (word[at : at + room] for at in range(0, len(word), room))
