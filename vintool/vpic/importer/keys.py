"""The keys of vPIC's patterns -> the pattern language of this package."""

import re
from collections.abc import Sequence

from vintool.registry.patterns import ANY, signs_of
from vintool.vin.positions import ALPHABET
from vintool.vpic.patterns import POSITIONS

_SIGN = re.compile(r"\[[^\]]+\]|[^\[\]]")


def parse_key(keys: str) -> tuple[str, ...] | None:
    """A key of vPIC as the characters that each of ``POSITIONS`` allows; None if no VIN can fit.

    ``*`` and a position that is not given allow any, ``#`` a digit, ``[A-C5]`` a range and a sign.
    Positions from 10 on stand behind a bar, for which ``*`` may stand too.

    >>> parse_key("3[A-C]***|*F")[:7]
    ('3', 'ABC', '*', '*', '*', '*', 'F')
    """
    signs = _by_position(keys)
    if signs is None:
        return None
    parts = tuple(_allowed(sign) for sign in signs)
    return None if "" in parts else parts


def _by_position(keys: str) -> list[str] | None:
    """The sign of a key at each of ``POSITIONS``; None if it has not the form of one."""
    signs = _SIGN.findall(keys)
    if "".join(signs) != keys:
        return None
    before, after = signs[:5], signs[6:]
    if len(signs) > 5 and signs[5] not in {"|", ANY}:
        return None
    if "|" in before or "|" in after or len(after) > len(POSITIONS) - 5:
        return None
    before += [ANY] * (5 - len(before))
    return before + after + [ANY] * (len(POSITIONS) - 5 - len(after))


def _allowed(sign: str) -> str:
    """The characters of a VIN that one sign of a key allows."""
    if sign in {ANY, "#"}:
        return ANY if sign == ANY else "0123456789"
    if len(sign) == 1:
        return _legal(sign)
    inside = sign[1:-1].replace("1-A", "1A")  # so reads vPIC itself
    named = _legal(_ranges(inside.removeprefix("^")))
    return "".join(sign for sign in ALPHABET if sign not in named) if inside[:1] == "^" else named


def _ranges(text: str) -> str:
    signs, at = "", 0
    while at < len(text):
        if text[at + 1 : at + 2] == "-" and at + 2 < len(text):
            signs += "".join(map(chr, range(ord(text[at]), ord(text[at + 2]) + 1)))
            at += 3
        else:
            signs += text[at]
            at += 1
    return signs


def _legal(signs: str) -> str:
    return "".join(sign for sign in ALPHABET if sign in signs)


def as_line(pattern: Sequence[str]) -> str:
    """A pattern as the file has it: what stands behind the last sign that counts is left out."""
    signs = signs_of(pattern)
    while signs and signs[-1] == ANY:
        signs.pop()
    return "".join(signs) or ANY


def digits(keys: str) -> str:
    """The value of a formula pattern: the characters from the first ``#`` to the last, by position."""
    signs = _by_position(keys) or []
    places = [position for position, sign in zip(POSITIONS, signs, strict=True) if sign == "#"]
    return f"{places[0]}-{places[-1]}"
