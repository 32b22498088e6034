r"""Strangers' text on its way out: one function for each place that would act on it.

A terminal obeys escapes and direction marks (``visible``), a shell runs what stands in quotes
(``shell_word``), a spreadsheet runs what begins like a formula (``spreadsheet_cell``). JSON and XML hold
any text; there the same characters are written by their numbers (``plain_json``, ``plain_xml``), so that a
file that is looked at on a terminal is harmless too.
"""

import re
import shlex
import sys
import unicodedata
from collections.abc import Callable

# Invisible although Unicode calls them letters or marks: fillers, joiners, variation selectors.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
# Within double quotes none of these means anything to sh, cmd or PowerShell.
_QUOTABLE = re.compile(r"[\w .,:;/()#+&=@*?<>|~^\[\]{}-]*")


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN or _BLANK.match(character) is not None


def _written(text: str, number: Callable[[str], str], kept: str = "") -> str:
    """The text with each character that acts or hides written otherwise; each distinct one is looked at once."""
    hidden = {char for char in set(text) - set(kept) if _is_hidden(char)}
    return text.translate(
        {ord(char): number(char) if char in hidden else char for char in set(text)}
    )


def _numbered(text: str, form: str) -> str:
    return _written(text, lambda char: form.format(ord(char)))


def _is_plain(text: str) -> bool:
    return text.isprintable() and not _BLANK.search(text)


def visible(text: str) -> str:
    r"""One line for a terminal or a page: characters that act or hide are replaced by their numbers.

    Direction marks can make a VIN read backwards, escapes can rewrite a terminal, zero-width
    characters make two equal-looking cells differ, lone surrogates cannot be written at all.

    >>> visible("LRW\u202e3E7\x1b[2J")
    'LRW[U+202E]3E7[U+001B][2J'
    """
    return text if _is_plain(text) else _numbered(text, "[U+{:04X}]")


def plain_json(text: str) -> str:
    r"""JSON with the characters that act or hide, which stand in its strings alone, as ``\u`` escapes.

    >>> plain_json('{"vin":\n"LRW\u202e"}')
    '{"vin":\n"LRW\\u202e"}'
    """
    if _is_plain(text):
        return text
    return _written(text, _json_escape, kept="\n")


def json_in(text: str, encoding: str) -> str:
    r"""JSON as ``plain_json``, with what an encoding cannot hold as ``\u`` escapes too.

    >>> json_in('"比亚迪 é"', "latin-1")
    '"\\u6bd4\\u4e9a\\u8fea é"'
    """
    text = plain_json(text)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(char if _fits(char, encoding) else _json_escape(char) for char in text)
    return text


def _fits(character: str, encoding: str) -> bool:
    return character.encode(encoding, "ignore") != b""


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def plain_xml(text: str) -> str:
    r"""Text of XML with the characters that act or hide as references.

    >>> plain_xml("LRW\u202e")
    'LRW&#x202E;'
    """
    return text if _is_plain(text) else _numbered(text, "&#x{:X};")


def shell_word(text: str) -> str:
    r"""A text as a word of a command line to be copied, which no shell takes for anything else.

    In double quotes where that suffices everywhere; else as a POSIX shell quotes it, and on Windows,
    where no way of quoting holds in every shell, without the characters that could act.

    >>> shell_word("Chassis No"), shell_word('VIN "$(id)"')
    ('"Chassis No"', '\'VIN "$(id)"\'')
    """
    text = visible(text)
    if _QUOTABLE.fullmatch(text):
        return f'"{text}"'
    if sys.platform == "win32":
        return f'"{"".join(char for char in text if _QUOTABLE.fullmatch(char))}"'
    return shlex.quote(text)


SIGNS = "=+@\\-＝＋＠－﹦﹢﹫﹣"
"""What a formula begins with, for a class of a regular expression, in full and small width as well."""
SEPARATORS = ",;|\\t\\n\\r\\x0b\\x0c\\x85\u2028\u2029"
"""What ends a cell in some country or program, whatever a file's own separator is; likewise."""
LEAD = '[\\x00-\\x08\\x0e-\\x1f "\u00a0\u200b-\u200f\u202a-\u202e\u2060-\u2069\u3000\ufeff]*'
"""What may stand before a formula, since programs take it away; no separator, or the work were quadratic."""
FORMULA = f"(^|[{SEPARATORS}])({LEAD})('*[{SIGNS}])"
BREAK = "^('*[\\t\\n\\r])"
"""A cell that begins with a break; some programs take it away and run the rest."""
HARMLESS = " *([+\\-]?[0-9.,]+([eE][+\\-]?[0-9]+)?%?|[+\\-－]+) *"
"""Begins like a formula and is none: a number with its sign, or dashes that stand for nothing."""
# Compiled when first used, and kept by ``re``: most runs write no cell.
_NEUTRALISED = f"(^|[{SEPARATORS}])({LEAD})'('*[{SIGNS}])"
_NEUTRALISED_BREAK = "^'('*[\\t\\n\\r])"


def spreadsheet_cell(text: str, *, numbers: bool = True) -> str:
    r"""A cell of CSV that no spreadsheet runs, by whatever separator it splits the line.

    An apostrophe comes before every sign that a formula could begin with: at the start of the cell, and
    after each character that is a separator somewhere. ``spreadsheet_text`` takes them away again.

    Args:
        text: the cell.
        numbers: leave signed numbers and lone dashes as they are. In the first column of a file they may
            become formulas: where the separator is another one, what follows is of the same cell.

    >>> [spreadsheet_cell(text) for text in ("=1+1", "-5", "- by phone", "'=1", "x;=1;y")]
    ["'=1+1", '-5', "'- by phone", "''=1", "x;'=1;y"]
    """
    if numbers and re.fullmatch(HARMLESS, text):
        return text
    return re.sub(BREAK, r"'\1", re.sub(FORMULA, r"\1\2'\3", text))


def spreadsheet_text(cell: str) -> str:
    """The text of a cell that ``spreadsheet_cell`` has written.

    >>> spreadsheet_text("x;'=1;''=2")
    "x;=1;'=2"
    """
    return re.sub(_NEUTRALISED, r"\1\2\3", re.sub(_NEUTRALISED_BREAK, r"\1", cell))
