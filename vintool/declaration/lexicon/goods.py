"""Names of goods: what a customs declaration, an invoice or a packing list calls the vehicle.

A name is free text, so it is read by the words it contains: the longest first, and what they say together. It may be the
whole string of elements that Chinese customs ask for (``品牌:..|型号:..|排量:..``), hold a type code, or be a brand
and a model. Only what is certain is a word: ``电动`` alone says nothing, as windows and seats are so, too.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from vintool.codes import Powertrain
from vintool.declaration.lexicon import engine, fuels, kinds, models
from vintool.declaration.lexicon.meanings import (
    NO_ENGINE,
    TRACTION_BATTERY,
    Meaning,
    NamedModel,
    quoted,
    weigh,
)
from vintool.declaration.lexicon.type_codes import type_codes, without_type_codes
from vintool.declaration.lexicon.words import (
    NAME,
    SEPARATOR,
    Phrases,
    Word,
    fold,
    letters,
    words_of,
)
from vintool.errors import DataError
from vintool.registry.rows import read_rows

FIELD = "goods_name"
SOURCE = "declared.goods.csv"
COLUMNS = ("field", "word", "value", "beside", "language", "source")
_NOTHING = "nothing"
_ABOUT = {"powertrain", "kind", "part"}

# Numbers of a vehicle and of papers say nothing of it, and without them many names are one.
_NUMBER = re.compile(
    r"(?<![A-Z0-9.])(?:[0-9]{6,}+(?![A-Z.])|[A-HJ-NPR-Z0-9]{13}[0-9]{4}(?![A-Z0-9]))"
)
_PARTS = re.compile(r"[|;\n｜；，、。]|,\s")
_STRETCH = re.compile(r"[/+,;&|、:\n]|\s-\s")  # a bracket adds to the word before it
_IS = re.compile(r"^[\s:=为是]+")
_CHOICE = re.compile(r"^\s*/\s*$")
_OR = frozenset(map(fold, ("or", "或", "或者", "или", "або", "oder", "ou", "o", "veya", "أو")))
# Beside those of a model's name: *other than* electric, 除纯电动外.
_NOT = models.NOT | frozenset(map(fold, ("without", "keine", "nicht", "sem", "não", "غير", "than", "except", "excluding", "除")))  # fmt: skip
_BETWEEN = frozenset(
    {"a", "an", "the", "是", "属", "于", "为", "含", "带"}
)  # not a hybrid, 不是纯电动
_YES = {"是", "yes", "y", "да", "si", "sim", "oui", "ja", "1"}
_HYBRIDS = frozenset({Powertrain.PHEV, Powertrain.HEV, Powertrain.NOT_BEV})
_FIRST = (Powertrain.FCEV, Powertrain.EREV)  # named before whatever else the words say of a motor
_LONGEST_DISPLAY = 60


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


@dataclass(frozen=True, eq=False, slots=True)
class _Part:
    """What a part of a name says: the words between two separators, or an element of a declaration's string.

    Attributes:
        powertrains: by its words, type codes, or the rule of its element.
        kinds: of the vehicle.
        shown: what decided, in words.
        half: whether it tells no engine, or a battery to drive on.
        brands: that it names.
        models: that it names, each true under one brand.
        own_key: whether a type code tells the powertrain.

    Equal only to itself, as the same text gives the same part: so names that differ in a number are joined once.
    """

    powertrains: tuple[Powertrain, ...] = ()
    kinds: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    half: Meaning | None = None
    brands: tuple[str, ...] = ()
    models: tuple[NamedModel, ...] = ()
    own_key: bool = False


def goods_name(text: str) -> Meaning | None:
    """What the name of the goods says of powertrain and kind.

    >>> goods_name("纯电动多用途乘用车").value, goods_name("插电式增程混合动力多用途乘用车").value
    ('BEV', 'EREV')
    >>> goods_name("品牌:长安|型号:SC7000BEV|排量:无|是否成套散件:否").value
    'BEV'
    >>> goods_name("passenger car with electric seats").value, goods_name("new energy vehicle") is None
    ('passenger', True)
    """
    parts = [
        _part(part) if len(part) <= _KEPT else _part.__wrapped__(part)
        for part in dict.fromkeys(_PARTS.split(_NUMBER.sub(" ", text)))
    ]
    return _joined(tuple(part for part in parts if part is not _NOTHING_SAID))


def in_place_of(field: str, text: str) -> Meaning | None:
    """The name of a pure electric product that stands in a cell for something else; no other says anything there.

    >>> in_place_of("fuel", "纯电动多用途乘用车").value, in_place_of("fuel", "汽油轿车")
    ('BEV', None)
    """
    named = goods_name(text)
    if named is None or named.models or Powertrain.BEV not in {named.powertrain, *named.rivals}:
        return None
    kind = named.kind if named.kind == "passenger" else ""
    return named._replace(field=field, display=quoted(field, text), kind=kind)


@lru_cache(maxsize=1 << 14)
def _joined(said: tuple[_Part, ...]) -> Meaning | None:
    """What the parts of a name say together."""
    parts = list(said)
    parts += _no_engine([part.half for part in parts if part.half])
    powertrains = _in_order([one for part in parts for one in part.powertrains])
    kind = _kind([one for part in parts for one in part.kinds])
    shown = ", ".join(dict.fromkeys(word for part in parts for word in part.shown))
    cell = Meaning(FIELD, f"{FIELD} {shown[:_LONGEST_DISPLAY]!r}", kind=kind, source=SOURCE)
    if powertrains:
        own_key = any(part.own_key for part in parts)
        return cell._replace(own_key=own_key).with_powertrains(powertrains)
    brands = tuple(sorted({one for part in parts for one in part.brands}))
    if named := models.agreed(one for part in parts for one in part.models):
        return models.named(FIELD, brands, named)._replace(kind=kind)
    return cell if kind else None


def _in_order(powertrains: Sequence[Powertrain]) -> tuple[Powertrain, ...]:
    """One powertrain, or pure electric and another: a fuel cell and a range extender before all else."""
    first = next((one for one in _FIRST if one in powertrains), None)
    return (first,) if first else weigh(powertrains)


def _no_engine(halves: Sequence[Meaning]) -> list[_Part]:
    """A part that says that there is no engine, beside one of a battery to drive on."""
    by_half = {half.part: half for half in halves}
    if not {NO_ENGINE, TRACTION_BATTERY} <= by_half.keys():
        return []
    both = engine.no_engine(by_half[NO_ENGINE], by_half[TRACTION_BATTERY])
    return [_Part((Powertrain.BEV,), shown=(both.display,))]


# Parts come again and again in names of which each is another: only the number of the vehicle differs.
_KEPT = 200  # characters of a part that is remembered
_NOTHING_SAID = _Part()


@lru_cache(maxsize=1 << 15)
def _part(text: str) -> _Part:
    whole = _NUMBER.sub(" ", unicodedata.normalize("NFKC", text).upper())
    about, value = _element(whole)
    if about == "kit":
        return _Part(kinds=("kit",)) if letters(value) in _YES else _NOTHING_SAID
    element = _by_element(about, value)
    words = words_of(without_type_codes(whole))
    found, by_words = _powertrains(words)
    of_kind = _kinds(words)
    codes = [code for code in type_codes(whole) if code.powertrains]
    brands, named = models.brands_and_models(words)
    if not (found or of_kind or codes or brands or named or element is not _NOTHING_SAID):
        return _NOTHING_SAID
    return _Part(
        (*(one for code in codes for one in code.powertrains), *by_words, *element.powertrains),
        (*(one.value for one in of_kind), *element.kinds),
        (
            *(code.text for code in codes),
            *_shown(words, [*found, *of_kind]),
            *element.shown,
        ),
        element.half,
        brands,
        named,
        own_key=bool(codes),
    )


def _by_element(about: str, value: str) -> _Part:
    """What an element says by the rule of its own."""
    if about == "seats" and (seats := kinds.seats(value)) and seats.kind:
        return _Part(kinds=(seats.kind,), shown=(seats.display,))
    said = None
    if about == "fuel":
        said = fuels.fuel(value)
    elif about == "displacement":
        said = engine.displacement(value)
    elif about == "battery_capacity":
        said = engine.battery_capacity(value)
    if said is None:
        return _NOTHING_SAID
    powertrains = said.rivals or ((said.powertrain,) if said.powertrain else ())
    shown = value.strip().lower() if about == "fuel" else said.display
    half = said if said.part in {NO_ENGINE, TRACTION_BATTERY} else None
    return _Part(powertrains, shown=(shown,) if powertrains else (), half=half)


def _element(part: str) -> tuple[str, str]:
    """What an element is about, and its value; a Chinese name of a quantity needs no colon before it."""
    abouts, longest = _about_parts()
    name, colon, value = part.partition(":")
    if colon:
        return abouts.get(letters(name), ""), value
    bare = part.strip().lower()
    for end in range(min(len(bare), longest), 1, -1):
        about = abouts.get(bare[:end], "")
        if about in {"displacement", "battery_capacity", "seats"} and not bare[:end].isascii():
            return about, _IS.sub("", bare[end:])
    return "", part


@cache
def _rows(about: str) -> tuple[tuple[str, str, str], ...]:
    rows = list(read_rows(SOURCE, COLUMNS))
    if unknown := {row[0] for row in rows} - _ABOUT:
        raise DataError(f"wmi_data/{SOURCE}: unknown field {min(unknown)!r}")
    return tuple((word, value, beside) for field, word, value, beside, *_ in rows if field == about)


@cache
def _about_parts() -> tuple[dict[str, str], int]:
    abouts = {letters(word): value for word, value, _ in _rows("part")}
    return abouts, max(map(len, abouts))


@cache
def _phrases(about: str) -> Phrases[_Known]:
    rows = []
    for text, value, beside in _rows(about):
        words = words_of(text, NAME)
        known = _Known(text, value, beside, _parted(words))
        rows.append((tuple(word.text for word in words), known))
    return Phrases(rows)


def _parted(words: Sequence[Word]) -> tuple[bool, ...]:
    return tuple(SEPARATOR.search(word.gap) is not None for word in words[1:])


def _found(about: str, words: Sequence[Word]) -> Iterator[_Found]:
    """The words of the table in a text, the longest first, none inside another; those that say nothing, too."""
    table, texts, at = _phrases(about), [word.text for word in words], 0
    starts = (i for i, text in enumerate(texts) if text in table)
    for start in starts:
        if start < at:
            continue
        for end, known in table.at(texts, start):
            if models.may_end(words, end) and _parted(words[start:end]) == known.parted:
                yield _Found(known.word, known.value, known.beside, start, end)
                at = end
                break


def _powertrains(words: Sequence[Word]) -> tuple[list[_Found], list[Powertrain]]:
    """The words that tell a powertrain, and what they tell."""
    found = [one for one in _found("powertrain", words) if not _denied(words, one.start)]
    heard = [one for one in found if one.value != _NOTHING]
    choices = {
        index
        for index, (one, other) in enumerate(pairwise(heard))
        if {one.value, other.value} == {Powertrain.BEV, Powertrain.ICE}
        and _choice(words, one, other)
    }
    heard = [one for i, one in enumerate(heard) if i not in choices and i - 1 not in choices]
    stretches = _stretches(words)
    hybrid = {
        stretches[one.start] for one in heard if Powertrain(one.value) in {*_HYBRIDS, *_FIRST}
    }
    heard = [one for one in heard if not (one.beside and stretches[one.start] in hybrid)]
    return heard, [Powertrain(one.value) for one in heard]


def _denied(words: Sequence[Word], start: int) -> bool:
    """Whether a word of denial stands right before a word: 非纯电动, not an electric car."""
    at = start
    while at and not SEPARATOR.search(words[at].gap) and not _loose(words, at):
        at -= 1
        if words[at].text in _NOT:
            return True
        if words[at].text not in _BETWEEN:
            return False
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


def _kinds(words: Sequence[Word]) -> list[_Found]:
    """The words that tell a kind."""
    found = _found("kind", words)
    return [one for one in found if one.value != _NOTHING and not _denied(words, one.start)]


def _kind(kinds_named: Sequence[str]) -> str:
    """One kind: a kit whatever it will be, a passenger car whatever else is named, else what alone is."""
    distinct = set(kinds_named)
    for kind in ("kit", "passenger"):
        if kind in distinct:
            return kind
    return distinct.pop() if len(distinct) == 1 else ""


def _shown(words: Sequence[Word], found: Sequence[_Found]) -> Iterator[str]:
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
