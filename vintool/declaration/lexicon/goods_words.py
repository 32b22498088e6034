"""Words in the name of goods: which of declared.goods.csv a text contains, and which of them are denied or of other goods."""

import re
from collections.abc import Container, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from vintool.codes import Powertrain
from vintool.declaration.lexicon import models
from vintool.declaration.lexicon.words import (
    NAME,
    SEPARATOR,
    Phrases,
    Word,
    fold,
    words_of,
)
from vintool.errors import DataError
from vintool.registry.characters import simplified
from vintool.registry.rows import read_rows

SOURCE = "declared.goods.csv"
COLUMNS = ("field", "word", "value", "beside", "language", "source")
_NOTHING = "nothing"
_ABOUT = {"powertrain", "kind", "part", "electric", "hint"}
_STRETCH = re.compile(r"[/+,;&|、:\n]|\s-\s")  # a bracket adds to the word before it
_CHOICE = re.compile(r"^\s*/\s*$")
_OR = frozenset(map(fold, ("or", "或", "或者", "или", "або", "oder", "ou", "o", "veya", "أو")))
# Beside those of a model's name: *other than* electric, 除纯电动外.
_NOT = models.NOT | frozenset(map(fold, ("without", "keine", "nicht", "sem", "não", "غير", "bukan", "không", "than", "except", "excluding", "除")))  # fmt: skip
_BETWEEN = frozenset(
    {"a", "an", "the", "phai", "是", "属", "于", "为", "含", "带"}
)  # not a hybrid, 不是纯电动
_ENGINES = frozenset({"moteur", "motor", "engine", "двигателя"})  # sans moteur thermique
# "No" behind these is the sign of a number, or their own: Model No, 发动机无.
_NUMBERED = frozenset({"model", "item", "art", "article", "ref", "reference", "serial", "type", "part", "chassis", "frame", "engine", "motor", "lot", "order", "batch", "stock", "invoice", "vin"})  # fmt: skip
_WITHOUT = re.compile("(?:发动机|内燃机|引擎|排量|增程器|油箱)$")
_OWN = frozenset({"no", "无", "無"})
# Denial behind a word, and whether it denies whatever follows: 混合动力否, hybrid: none.
_BEHIND = {"否": True, "отсутствует": True, "отсутствуют": True, "değil": True, "no": False, "none": False, "nil": False, "N/A": False, "无": False, "没有": False, "нет": False, "немає": False, "aucun": False, "aucune": False, "non": False, "nein": False, "não": False, "yok": False, "لا": False, "なし": False, "없음": False, "free": False, "cancelled": False, "canceled": False, "removed": False, "excluded": False, "除外": True, "取消": True, "作废": True}  # fmt: skip
_EQUALS = re.compile(r"[:=]")
_ENDS = re.compile(r"[^\s:=-]")  # what stands before a word that a denial does not belong to
_HYBRIDS = frozenset({Powertrain.PHEV, Powertrain.HEV, Powertrain.NOT_BEV})
# One alphabet of letters that look alike.
_LATIN = str.maketrans("асеорхукітпмвн", "aceopxykitnmbh")
_CYRILLIC = str.maketrans("aceopxykitmbh", "асеорхукітмвн")
_TWO_ALPHABETS = re.compile("[a-z][\u0370-\u04ff]|[\u0370-\u04ff][a-z]")
_SHORT_ALIKE = str.maketrans("вбβеενѵ", "bbbeevv")
_SHORT_WORDS = frozenset({"bev", "bevs", "ev", "evs"})
_LATIN_LETTER = re.compile("[a-z]")
_TELLTALE = 5  # letters of a word of two alphabets that can be but one
_ELECTRIC = frozenset({"electric", "electrical"})
_FURTHER = 4  # words between "electric" and a car
_FURTHER_CHARACTERS = 6
_ELECTRICAL, _EQUIPMENT, _NEAR = "electric", "equipment", 3
_AND = frozenset(
    {"with", "without", "and", "or", "for", "of", "in", "和", "及", "与", "或", "带", "配", "含"}
)
_NUMERAL = re.compile(r"\d+|[两二三四五六七八九]")
_OF_DOORS = frozenset({"door", "doors", "seat", "seats", "座", "门"})  # equipment without a number
_CAR_PARTS = frozenset("窗门顶篷锁载灯身架库位轮胎衣膜模漆")  # behind 车
_TOYS = frozenset({"toy", "toys", "kids", "childrens", "children"})
_TOY = re.compile("(?:玩具|儿童|遥控)$")
_GOODS_FOR = frozenset({"pack", "packs", "battery", "batteries", "part", "parts", "accessories", "charger", "chargers", "cable", "cables", "station", "stations", "connector", "tyre", "tyres", "tire", "tires"})  # fmt: skip
_GOODS_OF = frozenset({("spare", "parts"), ("spare", "part"), ("零", "件"), ("配", "件"), ("零", "部"), ("部", "件"), ("备", "件"), ("充", "电"), ("轮", "胎")})  # fmt: skip
_PARTS_OF = frozenset({"parts", "accessories", "charger", "chargers"})
FIRST = (Powertrain.FCEV, Powertrain.EREV)  # named before whatever else the words say of a motor
_SHORTENED = frozenset({"NOT_BEV", "HEV", "EREV", "FCEV"})


class _Known(NamedTuple):
    """A word of declared.goods.csv: what it says, beside a hybrid, and where separators part it."""

    word: str
    value: str
    beside: str
    parted: tuple[bool, ...]


class _Found(NamedTuple):
    """A word of a text, as the table writes it, and where it begins and ends."""

    word: str
    value: str
    beside: str
    start: int
    end: int


def alike(words: list[Word]) -> list[Word]:
    """The words in one script: 純電動車 as 纯电动车, a Cyrillic letter in a Latin word as the Latin one."""
    if not has_other_script(" ".join(word.text for word in words)):
        return words
    return [word if word.text.isascii() else _in_one_script(word) for word in words]


def has_other_script(folded: str) -> bool:
    """Whether ``alike`` may change a folded text."""
    return _TWO_ALPHABETS.search(folded) is not None or simplified(folded) != folded


def _in_one_script(word: Word) -> Word:
    text = simplified(word.text)
    short = text.translate(_SHORT_ALIKE)
    if short in _SHORT_WORDS and _LATIN_LETTER.search(text):
        text = short
    if len(text) >= _TELLTALE and _LATIN_LETTER.search(text):
        latin = text.translate(_LATIN)
        text = latin if latin.isascii() else text.translate(_CYRILLIC)
    return word._replace(text=text)


@cache
def rows_about(about: str) -> tuple[tuple[str, str, str], ...]:
    """The rows of declared.goods.csv of a field: word, value, and what it means beside a hybrid."""
    rows = list(read_rows(SOURCE, COLUMNS))
    if unknown := {row[0] for row in rows} - _ABOUT:
        raise DataError(f"wmi_data/{SOURCE}: unknown field {min(unknown)!r}")
    return tuple((word, value, beside) for field, word, value, beside, *_ in rows if field == about)


@cache
def _phrases(about: str) -> Phrases[_Known]:
    rows = []
    for text, value, beside in rows_about(about):
        words = alike(words_of(text, NAME))
        known = _Known(text, value, beside, _parted(words))
        rows.append((tuple(word.text for word in words), known))
    return Phrases(rows)


def _parted(words: Sequence[Word]) -> tuple[bool, ...]:
    return tuple(SEPARATOR.search(word.gap) is not None for word in words[1:])


def _full_stop(words: Sequence[Word]) -> bool:
    """Whether one stands between some words: "electric. Avenue 5" is no name of a street."""
    return any("." in word.gap for word in words)


def _found(about: str, words: Sequence[Word]) -> Iterator[_Found]:
    """The words of the table in a text, the longest first, none inside another; those that say nothing, too."""
    table, texts, at = _phrases(about), [word.text for word in words], 0
    starts = (i for i, text in enumerate(texts) if text in table)
    for start in starts:
        if start < at:
            continue
        whole = (
            (end, known)
            for end, known in table.at(texts, start)
            if models.may_end(words, end)
            and _parted(words[start:end]) == known.parted
            and not (known.value == _NOTHING and _full_stop(words[start + 1 : end]))
        )
        at, known = next(whole, (at, None))
        if known is None:
            continue
        if known.value in _SHORTENED and _denial(words, start) in models.NOT:
            # Not hybrid electric: it is the hybrid that is denied, not the electric car in the longer word.
            for end, shorter in whole:
                rest = {other.value for _, other in table.at(texts, end)}
                if shorter.value in _SHORTENED and Powertrain.BEV in rest:
                    at, known = end, shorter
        yield _Found(known.word, known.value, known.beside, start, at)


def powertrains_in(words: Sequence[Word]) -> tuple[list[_Found], list[Powertrain]]:
    """The words that tell a powertrain, and what they tell."""
    found = list(_found("powertrain", words))
    found = sorted([*found, *_electric_cars(words, found)], key=lambda one: one.start)
    denied = {one.end for one in found if _denied_behind(words, one)}
    heard = [
        one
        for one in found
        if one.value != _NOTHING
        and one.end not in denied
        and not _denial(words, one.start, denied, engine=one.value != Powertrain.BEV)
        and not (one.beside and _is_of_other_goods(words, one))
    ]
    choices = {
        index
        for index, (one, other) in enumerate(pairwise(heard))
        if {one.value, other.value} == {Powertrain.BEV, Powertrain.ICE}
        and _choice(words, one, other)
    }
    heard = [one for i, one in enumerate(heard) if i not in choices and i - 1 not in choices]
    stretches = _stretches(words)
    hybrid = {stretches[one.start] for one in heard if Powertrain(one.value) in {*_HYBRIDS, *FIRST}}
    heard = [one for one in heard if not (one.beside and stretches[one.start] in hybrid)]
    return heard, [Powertrain(one.value) for one in heard]


def says_pure_electric(words: Sequence[Word]) -> bool:
    """Whether some words say pure electric whatever stands beside them: no electric car, which a hybrid may be, too."""
    found = _found("powertrain", words)
    return any(one.value == Powertrain.BEV and not one.beside for one in found)


@cache
def _behind_electric() -> dict[str, str]:
    """What a word behind "electric" is: the vehicle itself, or equipment and what else ends the search."""
    return {word.text: value for row, value, _ in rows_about("electric") for word in words_of(row)}


def _electric_cars(words: Sequence[Word], found: Sequence[_Found]) -> Iterator[_Found]:
    """Electric cars with further words between: electric 5-door hatchback, 电动五座SUV."""
    texts = [word.text for word in words]
    taken = {at for one in found for at in range(one.start, one.end)}
    for at, text in enumerate(texts):
        if text in _ELECTRIC:
            start, further = at, _FURTHER
        elif text == "动" and at and texts[at - 1] == "电":
            start, further = at - 1, _FURTHER_CHARACTERS
        else:
            continue
        if start not in taken and (end := _car_behind(words, at + 1, taken, further)):
            shown = "".join(f"{word.gap}{word.text}" for word in words[start:end]).strip()
            yield _Found(shown, Powertrain.BEV, Powertrain.NOT_BEV, start, end)


def hints_in(words: Sequence[Word]) -> Iterator[_Found]:
    """The words that speak for an electric car and tell no powertrain: new energy, 电动 without a car behind it.

    Not those of equipment, of other goods, in a longer word that tells a powertrain, and what is denied.
    """
    hints = list(_found("hint", words))
    taken = (
        {at for one in _found("powertrain", words) for at in range(one.start, one.end)}
        if hints
        else set()
    )
    for one in hints:
        if not (
            taken.issuperset(range(one.start, one.end))
            or (one.value == _ELECTRICAL and _of_equipment(words, one))
            or _denial(words, one.start)
            or _denied_behind(words, one)
            or _is_of_other_goods(words, one)
        ):
            yield one


def _of_equipment(words: Sequence[Word], one: _Found) -> bool:
    """Whether equipment stands right behind a word, or before it, with at most two words between."""
    listed = _behind_electric()
    for at in range(one.end, min(one.end + _NEAR, len(words))):
        if _ENDS.search(words[at].gap) or words[at].text in _AND:
            break
        if listed.get(words[at].text) == _EQUIPMENT:
            return True
    for at in range(one.start, max(one.start - _NEAR, 0), -1):
        if _ENDS.search(words[at].gap.replace(":", "")):
            break
        before = words[at - 1].text
        numbered = at > 1 and before in _OF_DOORS and _NUMERAL.fullmatch(words[at - 2].text)
        if listed.get(before) == _EQUIPMENT and before not in _AND and not numbered:
            return True
    return False


def _car_behind(words: Sequence[Word], start: int, taken: set[int], further: int) -> int:
    """The index after the first car within so many further words; 0 if there is none."""
    listed, at = _behind_electric(), start
    while at < len(words) and at not in taken and not _ENDS.search(words[at].gap):
        if at > start + 2 * _FURTHER_CHARACTERS or further < 0 or ":" in words[at].gap:
            return 0
        text = words[at].text
        value = listed.get(text)
        if text in _OF_DOORS and at > start and _NUMERAL.fullmatch(words[at - 1].text):
            value = None
        if value == "vehicle":
            after = words[at + 1] if text == "车" and at + 1 < len(words) else Word("", " ")
            return 0 if not after.gap and after.text in _CAR_PARTS else at + 1
        if value:
            return 0
        further -= not text.isdigit()
        at += 1
    return 0


def _is_of_other_goods(words: Sequence[Word], one: _Found) -> bool:
    """Whether an electric car is only what other goods are for, or a toy: 电动汽车用锂电池, electric car parts."""
    before = (
        words[one.start - 1].text if one.start and not _ENDS.search(words[one.start].gap) else ""
    )
    if before in _TOYS or _TOY.search(_text_before(words, one.start)):
        return True
    if before == "for" and one.start > 1 and words[one.start - 2].text in _GOODS_FOR:
        return True
    after = words[one.end : one.end + 2]
    if not after or _ENDS.search(after[0].gap) or (after[0].gap and not after[0].text.isascii()):
        return False
    texts = tuple(word.text for word in after)
    if texts[0] == "用":
        return len(texts) == 2 and texts[1] not in {"于", "途", "车", "户", "作", "以"}
    return texts in _GOODS_OF or texts[0] in _PARTS_OF


def _text_before(words: Sequence[Word], at: int) -> str:
    """The characters right before a word, no more than a noun has."""
    return "".join(word.text for word in words[max(at - 3, 0) : at])


def _denial(
    words: Sequence[Word], start: int, spent: Container[int] = (), *, engine: bool = False
) -> str:
    """The word of denial right before a word, if any: 非纯电动, not an electric car.

    Args:
        words: of the part.
        start: the index of the word.
        spent: the indices of denials that belong to what stands before them.
        engine: whether an engine may stand between: sans moteur thermique.
    """
    at = start
    while at and not SEPARATOR.search(words[at].gap) and not _loose(words, at):
        if "." in words[at].gap:  # Item no. BEV
            return ""
        at -= 1
        text = words[at].text
        if text in _NOT:
            before = at in spent or (text in _OWN and _belongs_before(words, at))
            return "" if before else text
        if text not in _BETWEEN and not (engine and text in _ENGINES):
            return ""
    return ""


def _belongs_before(words: Sequence[Word], at: int) -> bool:
    """Whether a "no" belongs to what stands before it: Model No, 发动机无, hybrid: no."""
    if not at:
        return False
    numbered = words[at - 1].text in _NUMBERED
    return numbered or _WITHOUT.search(_text_before(words, at)) is not None


@cache
def _behind() -> Phrases[bool]:
    return Phrases(
        (tuple(word.text for word in alike(words_of(text))), value)
        for text, value in _BEHIND.items()
    )


def _denied_behind(words: Sequence[Word], one: _Found) -> bool:
    """Whether a word of denial stands right behind: hybrid: no, 混合动力无; behind pure electric only after a colon."""
    if one.end == len(words):
        return False
    gap, pure = words[one.end].gap, one.value == Powertrain.BEV
    equals = _EQUALS.search(gap) is not None
    if gap.strip(" :=\t" if pure else " :=\t(-–?") or (pure and not equals):
        return False
    for end, always in _behind().at([word.text for word in words[one.end : one.end + 3]], 0):
        after = words[one.end + end] if one.end + end < len(words) else Word("", ".")
        if after.gap.startswith(".") and after.text.isdigit():  # EV: No. 12
            return False
        if _ENDS.search(after.gap):
            return True
        apart = bool(after.gap) and not models.is_spaced(words[one.end].text)
        return not pure and (always or equals or apart)
    return False


def _loose(words: Sequence[Word], at: int) -> bool:
    """Whether a space parts two words of a script that puts none between them."""
    return bool(words[at].gap) and not models.is_spaced(words[at - 1].text)


def _choice(words: Sequence[Word], one: _Found, other: _Found) -> bool:
    """Whether two words are offered for choice: ICE/EV, petrol or electric."""
    if other.start == one.end:
        return _CHOICE.match(words[other.start].gap) is not None
    return other.start == one.end + 1 and words[one.end].text in _OR


def _stretches(words: Sequence[Word]) -> list[int]:
    """For each word the number of the stretch between separators that it stands in."""
    numbers, number = [], 0
    for word in words:
        number += _STRETCH.search(word.gap) is not None
        numbers.append(number)
    return numbers


def kinds_in(words: Sequence[Word]) -> list[_Found]:
    """The words that tell a kind."""
    found = _found("kind", words)
    return [one for one in found if one.value != _NOTHING and not _denial(words, one.start)]


def shown_words(words: Sequence[Word], found: Sequence[_Found]) -> Iterator[str]:
    """The words that decided, in their order; those that stand side by side as one."""
    joined, end = "", 0
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if one.end <= end:
            continue
        beside = joined and one.start == end and not SEPARATOR.search(words[end].gap)
        if joined and not beside:
            yield joined
        joined = f"{joined}{words[end].gap}{one.word}" if beside else one.word
        end = one.end
    if joined:
        yield joined
