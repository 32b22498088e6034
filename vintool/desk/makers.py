"""The maker that a list names -> the WMIs that it holds, as far as its name tells them.

Lists write the name in Chinese or in English, the registry in English: what both have in common are brands, groups and
places. A joint venture bears the names of both its owners, so a name that only one of them has does not stand for it.
"""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from vintool.declaration.headers import normalise
from vintool.registry import all_makers, chinese_names
from vintool.registry.brands import chinese_groups
from vintool.registry.characters import simplified
from vintool.registry.makers import Maker
from vintool.registry.rows import read_rows

COLUMNS = ("word", "english", "kind", "source")
_CHINA = "CN"
_WORDS = re.compile(r"[^\W_\u3040-\u9fff]+")
# Points: a word of the name counts one, a brand less; a maker within the last of the best is as good.
_BY_BRAND, _AS_GOOD = 0.4, 0.5


class NamedMaker(NamedTuple):
    """What the name of a maker tells: its WMIs, and the brands of these; neither where the registry does not know it."""

    wmis: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()


@lru_cache(maxsize=1 << 12)
def named_maker(name: str) -> NamedMaker:
    """The maker of a name.

    >>> sorted(named_maker("特斯拉(上海)有限公司").wmis), sorted(named_maker("一汽-大众汽车有限公司").wmis)
    (['LRW'], ['LFV'])
    >>> named_maker("某汽车公司").wmis
    frozenset()
    """
    makers = _of_china()
    exact = [one for one in makers if normalise(one.name) == normalise(name)]
    if not exact and (names := names_in(name)):
        scores = [(_score(one, names), one) for one in makers]
        best = max((score for score, _ in scores), default=0)
        exact = [one for score, one in scores if score > max(best - _AS_GOOD, 0)]
    wmis = frozenset(one.wmi for one in exact)
    return NamedMaker(wmis, frozenset(brand.casefold() for one in exact for brand in one.brands))


@cache
def _of_china() -> tuple[Maker, ...]:
    return tuple(one for one in all_makers() if one.country == _CHINA)


@cache
def _translations() -> dict[str, frozenset[tuple[str, ...]]]:
    """What brands, groups, companies and places are called in English, as words, by their Chinese names."""
    english: dict[str, set[tuple[str, ...]]] = {}
    names = [(chinese, brand) for brand, chinese in chinese_names().items()]
    words = [(word, name) for word, name, *_ in read_rows("makers.words.csv", COLUMNS)]
    for chinese, name in [*names, *chinese_groups().items(), *words]:
        english.setdefault(simplified(chinese), set()).add(_words(name))
    return {chinese: frozenset(names) for chinese, names in english.items()}


@cache
def _places() -> frozenset[tuple[str, ...]]:
    rows = read_rows("makers.words.csv", COLUMNS)
    return frozenset(_words(name) for _, name, kind, _ in rows if kind == "place")


@cache
def _proper_names() -> frozenset[tuple[str, ...]]:
    """Every brand, group and company, as words; a place tells no owner."""
    brands = {_words(brand) for one in _of_china() for brand in one.brands}
    return (frozenset(brands).union(*_translations().values()) - _places()) - {()}


def names_in(name: str) -> frozenset[tuple[str, ...]]:
    """The brands, groups and places in a name, in English; of two that overlap the longer one.

    >>> names_in("比亚迪汽车有限公司") == names_in("BYD Auto Co., Ltd.") == names_in("比亞迪汽車有限公司")
    True
    """
    found, rest = set[tuple[str, ...]](), simplified(name)
    for chinese in sorted(_translations(), key=len, reverse=True):
        if chinese in rest:
            found |= _translations()[chinese]
            rest = rest.replace(chinese, " ")
    return frozenset(found | _named_in(_words(name)))


def _score(maker: Maker, names: frozenset[tuple[str, ...]]) -> float:
    """How well a maker of the registry fits the names in a text: what both have, less what it alone has."""
    brands = {_words(brand) for brand in maker.brands} & names
    covered = {word for name in names for word in name}
    scores = [0.0]
    for part in maker.name.split("/"):  # who holds it now, or held it
        of_name = _words(part)
        common = {one for one in names if _within(one, of_name)}
        others = {one for one in _named_in(of_name) if not covered >= {*one}}
        if brands | common - _places():
            in_name = {word for one in common for word in one}
            scores.append(len(in_name) + _BY_BRAND * bool(brands) - len(others))
    return max(scores)


@cache
def _by_first_word() -> dict[str, list[tuple[str, ...]]]:
    table: dict[str, list[tuple[str, ...]]] = {}
    for name in _proper_names():
        table.setdefault(name[0], []).append(name)
    return table


@lru_cache(maxsize=1 << 12)
def _named_in(words: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    """The proper names that stand among the words of a text."""
    return frozenset(
        name
        for at, word in enumerate(words)
        for name in _by_first_word().get(word, ())
        if words[at : at + len(name)] == name
    )


@lru_cache(maxsize=1 << 12)
def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(text.casefold()))


def _within(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return any(other[at : at + len(one)] == one for at in range(len(other) - len(one) + 1))
