"""Texts of a sender who wants to be obeyed: by a terminal, a shell, a spreadsheet, a reader's eye."""

import re

ESCAPES = "\x1b]0;PWN\x07\x9b31m\x1b[2J\x7f"
MARKS = "\u202e\u2066\u200f\u200b\u2028\x85\ufeff\u3164"
FORMULAS = ("=1+1", "x;=1", "x,+1+cmd|' /C calc'!A0", "x\t@A1", "x|-1+1", '"=1', " \n=1", "＝1", "\u200b=1")  # fmt: skip
_SIGN = re.compile("[=+@＝＋＠﹦﹢﹫-]")
_NUMBER = re.compile(" *([+-]?[0-9.,]+([eE][+-]?[0-9]+)?%?|[+－-]+) *")
_BLANKS = "".join(map(chr, range(33))) + '"\u00a0\u200b\u202e\u3000\ufeff'


def runs(cell):
    """Whether one of the cells that some spreadsheet may cut a cell into begins like a formula."""
    for separator in ",;|\t\n\r\x0b\x0c\x85\u2028\u2029":
        for piece in cell.split(separator):
            if _SIGN.match(piece.lstrip(_BLANKS)) or _SIGN.match(piece):
                return True
    return False


def runs_beside_others(cell):
    """The same where signed numbers and dashes may stay what they are."""
    return not _NUMBER.fullmatch(cell) and runs(cell)
