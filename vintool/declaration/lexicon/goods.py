"""Names of goods: what a customs declaration, an invoice or a packing list calls the vehicle.

A name is free text, so it is read by the words it contains: the longest first, and what they say together. It may be the
whole string of elements that Chinese customs ask for (``品牌:..|型号:..|排量:..``), hold a type code, or be a brand
and a model. Only what is certain is a word: ``电动`` alone says nothing, as windows and seats are so, too.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from vintool.codes import Powertrain
from vintool.declaration.headers import GOODS_NAME
from vintool.declaration.lexicon import engine, fuels, kinds, models
from vintool.declaration.lexicon.electric_hints import hint_in, says_more
from vintool.declaration.lexicon.goods_words import (
    FIRST,
    SOURCE,
    alike,
    kinds_in,
    powertrains_in,
    rows_about,
    shown_words,
)
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
    SPACELESS,
    letters,
    with_whole_letters,
    words_of,
)

# Numbers of a vehicle and of papers say nothing of it, and without them many names are one.
_NUMBER = re.compile(
    r"(?<![A-Z0-9.])(?:[0-9]{6,}+(?![A-Z.])|[A-HJ-NPR-Z0-9]{13}[0-9]{4}(?![A-Z0-9]))"
)
_PARTS = re.compile(r"[|;\n｜；，、。]|,\s")
_IS = re.compile(r"^[\s:=为是]+")
_YES = {"是", "yes", "y", "да", "si", "sim", "oui", "ja", "1"}
_BREAK = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_WRAPPED = re.compile(rf"(?<=[{SPACELESS}])\s*\n\s*(?=[{SPACELESS}])")  # no space there
_SEATS = re.compile(
    r"(?:(?<![\d.+])(\d{1,3})(?:\s?\+\s?(\d{1,2}))?[ -]?(?:座|人座|SEATS?(?![A-Z])|SEATERS?(?![A-Z])|МЕСТ)"
    r"|(?:座位数?|座椅数|乘员数|[核额]定载客(?:人数)?|载客人数|SEATS|SEATING CAPACITY)[\s:=为]{0,3}(\d{1,3})(?![\d.座])"
    r"|(?<![十百])([二三四五六七八九])座)"
)
_FEW = 9  # seats, the driver's included; more make a bus
_LONGEST_DISPLAY = 60
_TELLING = 4  # characters of a model's name that is no other word


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
        few_seats: whether it tells at most nine seats.
        hint: what in it speaks for an electric car, and tells no powertrain.

    Equal only to itself, as the same text gives the same part: so names that differ in a number are joined once.
    """

    powertrains: tuple[Powertrain, ...] = ()
    kinds: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    half: Meaning | None = None
    brands: tuple[str, ...] = ()
    models: tuple[NamedModel, ...] = ()
    own_key: bool = False
    few_seats: bool = False
    hint: str = ""


def goods_name(text: str) -> Meaning | None:
    """What the name of the goods says of powertrain and kind.

    >>> goods_name("纯电动多用途乘用车").value, goods_name("插电式增程混合动力多用途乘用车").value
    ('BEV', 'EREV')
    >>> goods_name("品牌:长安|型号:SC7000BEV|排量:无|是否成套散件:否").value
    'BEV'
    >>> goods_name("passenger car with electric seats").value, goods_name("new energy vehicle").value
    ('passenger', 'hint new energy')
    """
    text = _NUMBER.sub(" ", _BREAK.sub("\n", with_whole_letters(text))).strip()
    if "\n" not in text:
        return _joined(_parts(text))
    # A line is an element, or a cell's width broke the name.
    unbroken = _parts(_WRAPPED.sub("", text).replace("\n", " "))
    return _joined(_parts(text), unbroken)


def _parts(text: str) -> tuple[_Part, ...]:
    parts = (
        _part(part) if len(part) <= _KEPT else _part.__wrapped__(part)
        for part in dict.fromkeys(_PARTS.split(text))
    )
    return tuple(part for part in parts if part is not _NOTHING_SAID)


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
def _joined(said: tuple[_Part, ...], unbroken: tuple[_Part, ...] = ()) -> Meaning | None:
    """What the parts of a name say together, and those of the same name without its line breaks."""
    parts = [*said, *unbroken]
    parts += _no_engine([part.half for part in parts if part.half])
    powertrains = _in_order([one for part in parts for one in part.powertrains])
    kind = _kind([one for part in parts for one in part.kinds])
    if kind == "bus" and any(part.few_seats for part in parts):
        kind = ""
    of_brands = {one for part in parts for one in part.brands}
    of_models = {
        one.brand
        for part in parts
        for one in part.models
        if one.alone or len(one.model) >= _TELLING
    }
    hint = "" if says_more({*powertrains}) else next((part.hint for part in parts if part.hint), "")
    shown = ", ".join(dict.fromkeys(word for part in parts for word in part.shown))
    cell = Meaning(
        GOODS_NAME,
        f"{GOODS_NAME} {(shown or hint)[:_LONGEST_DISPLAY]!r}",
        kind=kind,
        source=SOURCE,
        brands=tuple(sorted(of_brands | of_models)),
        hint=hint,
    )
    if powertrains:
        own_key = any(part.own_key for part in parts)
        return cell._replace(own_key=own_key).with_powertrains(powertrains)
    brands = tuple(sorted(of_brands))
    # A name that goes on in the next line may be of another model: lines are heard first.
    named = models.agreed(one for part in said for one in part.models)
    if named or (named := models.agreed(one for part in unbroken for one in part.models)):
        return models.named(GOODS_NAME, brands, named)._replace(kind=kind, hint=hint)
    return cell if kind or hint or cell.brands else None


def _in_order(powertrains: Sequence[Powertrain]) -> tuple[Powertrain, ...]:
    """One powertrain, or pure electric and another: a fuel cell and a range extender before all else."""
    first = next((one for one in FIRST if one in powertrains), None)
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
    as_written = words_of(without_type_codes(whole))
    words = alike(as_written)
    found, by_words = powertrains_in(words)
    of_kind = kinds_in(words)
    codes = [code for code in type_codes(whole) if code.powertrains]
    brands, named = models.brands_and_models(as_written)
    few_seats = _few_seats(whole)
    heard = "" if says_more({*by_words, *element.powertrains}) else hint_in(words, whole)
    if (
        not heard
        and not by_words
        and (fuel := fuels.fuel(whole))
        and says_more({fuel.powertrain, *fuel.rivals})
    ):
        heard = whole.strip().lower()  # elbil, sähköauto: the word for the fuel
    by_itself = found or of_kind or codes or brands or named or few_seats or heard
    if not by_itself and element is _NOTHING_SAID:
        return _NOTHING_SAID
    return _Part(
        (*(one for code in codes for one in code.powertrains), *by_words, *element.powertrains),
        (*(one.value for one in of_kind), *element.kinds),
        (
            *(code.text for code in codes),
            *shown_words(words, [*found, *of_kind]),
            *element.shown,
        ),
        element.half,
        brands,
        named,
        own_key=bool(codes),
        few_seats=few_seats,
        hint=heard,
    )


def _few_seats(text: str) -> bool:
    """Whether a part tells a number of seats, and at most nine."""
    numbers = [
        0 if numeral else int(before or after) + int(more or 0)
        for before, more, after, numeral in _SEATS.findall(text)
    ]
    return bool(numbers) and max(numbers) <= _FEW


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
def _about_parts() -> tuple[dict[str, str], int]:
    abouts = {letters(word): value for word, value, _ in rows_about("part")}
    return abouts, max(map(len, abouts))


def _kind(kinds_named: Sequence[str]) -> str:
    """One kind: a kit whatever it will be, a passenger car whatever else is named, else what alone is."""
    distinct = set(kinds_named)
    for kind in ("kit", "passenger"):
        if kind in distinct:
            return kind
    return distinct.pop() if len(distinct) == 1 else ""
