"""Makes, models and type codes: which brands and models a cell names, and what drives them.

The name of a model speaks beside its brand: alone only where no other make has the name.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from vintool.codes import Powertrain
from vintool.declaration.lexicon.codes import code_table
from vintool.declaration.lexicon.meanings import Meaning, NamedModel, quoted, weigh
from vintool.declaration.lexicon.type_codes import type_codes, without_type_codes
from vintool.declaration.lexicon.words import (
    NAME,
    SOURCE,
    SPACELESS,
    Phrase,
    Phrases,
    Word,
    phrase,
    rows_of,
    words_of,
)
from vintool.registry.rows import read_rows

_SHORT = 3  # characters of a name that many things have
MODEL_COLUMNS = ("brand", "model", "powertrain", "alone", "source", "note")

NOT = frozenset({"non", "no", "not", "非", "不", "无", "без", "не", "sans", "kein", "ohne", "sin"})
# Beside the name of a model that is sold with an engine they may make the name of another: Emgrand GS e, H6 EV400.
_ELECTRIC = frozenset({"e", "ev", "bev", "electric", "electrical", "electro", "elektro", "elektrisch", "electrique", "electrico", "eletrico", "электро", "zero", "recharge", "电", "電"})  # fmt: skip
_SPACED = re.compile(rf"[^{SPACELESS}#+]+")
_UNITS = {"kwh", "km", "kw", "квтч", "度", "座", "seats", "seater", "doors", "dr"}


class _ListedModel(NamedTuple):
    brand: str
    model: str
    powertrain: Powertrain | None
    alone: bool
    short: bool


@cache
def _models() -> Phrases[_ListedModel]:
    rows = []
    for brand, model, text, alone, _source, _note in read_rows(
        "declared.models.csv", MODEL_COLUMNS
    ):
        words = phrase(model)
        # "2", "001" and "7X" name a model only where a model's name begins.
        short = all(map(str.isdigit, words)) or len("".join(words)) < 3
        powertrain = Powertrain(text) if text else None
        rows.append((words, _ListedModel(brand, model, powertrain, alone == "yes", short)))
    return Phrases(rows)


@cache
def _brands() -> Phrases[str]:
    names = dict[Phrase, str]()
    for brand, chinese, _source in read_rows("brands.csv", ("brand", "chinese", "source")):
        names[phrase(brand)] = names[phrase(chinese)] = brand
    names.update((phrase(word), brand) for word, brand, _ in rows_of("make"))
    return Phrases(names.items())


@cache
def _powertrain_words() -> Phrases[Powertrain]:
    """Words in a model's name that tell the powertrain: DM-i, EV."""
    return Phrases((phrase(word), Powertrain(value)) for word, value, _ in rows_of("model"))


def make(text: str) -> Meaning | None:
    """The brands that a cell names."""
    brands = tuple(sorted(set(_brands_in(words_of(text)).values())))
    return Meaning("make", f"make {'/'.join(brands)}", brands=brands) if brands else None


def model(text: str) -> Meaning | None:
    """What the name of a model says, or its code in a type approval."""
    return _model("model", text)


def type_code(text: str) -> Meaning | None:
    """What the code of a model in a type approval says, or its name."""
    return _model("type_code", text)


def _model(field: str, text: str) -> Meaning | None:
    """Words such as DM-i or EV decide over the plain name."""
    cell = Meaning(field, quoted(field, text), source=SOURCE)
    if known := code_table().get((field, text.strip().upper())):
        return known._replace(display=cell.display)
    words = words_of(without_type_codes(text))
    by_codes = [one for code in type_codes(text) for one in code.powertrains]
    powertrains = weigh([*by_codes, *_by_words(words)])
    if powertrains:
        # "Song Plus DM-i" is the name of a car, and "hybrid" a word.
        own_key = bool(by_codes) or _names_a_model(words)
        return cell._replace(own_key=own_key).with_powertrains(powertrains)
    return _by_name(field, words)


def _by_words(words: list[Word]) -> Iterator[Powertrain]:
    texts, at = [word.text for word in words], 0
    while at < len(words):
        phrases = (one for one in _powertrain_words().at(texts, at) if may_end(words, one[0]))
        end, powertrain = next(phrases, (at + 1, None))
        if powertrain is not None and not (at and texts[at - 1] in NOT):
            yield powertrain
        at = end


def _listed_in(
    words: list[Word], brands: Container[int]
) -> Iterator[tuple[_ListedModel, int, bool]]:
    """The models of the table that some words name, with the index after each, and whether that is a whole name.

    Args:
        words: of a cell.
        brands: the indices after the brands among them.
    """
    texts = [word.text for word in words]
    reached = dict[str, int]()
    for at in range(len(words)):
        if texts[at] not in _models():
            continue
        begins = at == 0 or at in brands or words[at].gap.strip() == ":"
        for end, listed in _models().at(texts, at):
            if reached.get(listed.brand, 0) > at or (listed.short and not begins):
                continue  # part of a longer name, or of none
            reached[listed.brand] = end
            yield listed, end, (begins or may_end(words, at)) and may_end(words, end)


def _names_a_model(words: list[Word]) -> bool:
    """Whether a cell names a model of the table, whatever drives it."""
    return any(whole for *_, whole in _listed_in(words, _brands_in(words)))


def _by_name(field: str, words: list[Word]) -> Meaning | None:
    brands, models = brands_and_models(words)
    return named(field, brands, models) if models else None


def named(field: str, brands: tuple[str, ...], models: tuple[NamedModel, ...]) -> Meaning:
    """A cell that names models, and perhaps their brand."""
    cell = Meaning(field, field, source="declared.models.csv", models=models, own_key=True)
    return of_brand(cell._replace(brands=brands), frozenset())


def agreed(models: Iterable[NamedModel]) -> tuple[NamedModel, ...]:
    """The models of several parts of a cell, by brand; all that it names of one brand must agree."""
    by_brand = dict[str, list[NamedModel]]()
    for model in models:
        by_brand.setdefault(model.brand, []).append(model)
    return tuple(
        some[0]._replace(alone=all(one.alone for one in some))
        for _, some in sorted(by_brand.items())
        if len({one.powertrain for one in some}) == 1
    )


def brands_and_models(words: list[Word]) -> tuple[tuple[str, ...], tuple[NamedModel, ...]]:
    """The brands and the models that some words name; all that they name of one brand must agree."""
    brands = _brands_in(words)
    by_brand = dict[str, list[_ListedModel]]()
    electric = any(word.text in _ELECTRIC for word in words)
    for listed, end, whole in _listed_in(words, brands):
        known = whole and not _goes_on_with_number(words, end)
        known = known and (listed.powertrain is Powertrain.BEV or not electric)
        by_brand.setdefault(listed.brand, []).append(
            listed if known else listed._replace(powertrain=None)
        )
    models = tuple(
        NamedModel(brand, some[0].model, some[0].powertrain, all(one.alone for one in some))
        for brand, some in sorted(by_brand.items())
        if some[0].powertrain is not None and len({one.powertrain for one in some}) == 1
    )
    return tuple(sorted(set(brands.values()))), models


def sold_as_electric(cell: Meaning) -> str:
    """The model that the cell of one names, if every brand that has one of this name sells it as pure electric; else empty.

    >>> sold_as_electric(model("Taycan")), sold_as_electric(model("海鸥")), sold_as_electric(model("2"))
    ('Taycan', '海鸥', '')
    """
    names = [one.model for one in cell.models]
    electric = all(one.powertrain is Powertrain.BEV for one in cell.models)
    telling = names and (len(names[0]) > _SHORT or not names[0].isascii())
    of_model = cell.field in {
        "model",
        "type_code",
    }  # in the name of goods they are words as others are
    return names[0] if telling and electric and of_model else ""


def of_brand(cell: Meaning, brands: frozenset[str]) -> Meaning:
    """The cell with the one model that it names under these brands and its own."""
    brands |= set(cell.brands)
    fits = [model for model in cell.models if model.brand in brands or (model.alone and not brands)]
    if len({model.powertrain for model in fits}) != 1:
        return cell._replace(powertrain=None)
    display = f"{cell.field} {fits[0].brand} {fits[0].model}"
    return cell._replace(powertrain=fits[0].powertrain, display=display)


def _brands_in(words: list[Word]) -> dict[int, str]:
    """The brands that a cell names, by the index after their last word."""
    by_end, texts, at = dict[int, str](), [word.text for word in words], 0
    while at < len(words):
        end, brand = next(_brands().at(texts, at), (at + 1, ""))
        if brand:
            by_end[end] = brand
        at = end
    return by_end


def brand_begins(folded: str) -> int:
    """Where in a folded text its first brand begins, but for one in brackets, which is a place; 0 if there is none.

    >>> brand_begins("electric car byd auto"), brand_begins("foo new energy (beijing)")
    (13, 0)
    """
    words = list(NAME.finditer(folded))
    texts = [word[0] for word in words]
    for at, word in enumerate(words):
        bracket = folded[: word.start()].rstrip().endswith("(")
        if not bracket and next(_brands().at(texts, at), None):
            return word.start()
    return 0


def is_spaced(text: str) -> bool:
    """Whether a word is of a script that puts spaces between words."""
    return _SPACED.fullmatch(text) is not None


def may_end(words: Sequence[Word], at: int) -> bool:
    """Whether a name may end before this word: not amid letters and figures without a space."""
    if at in {0, len(words)} or words[at].gap:
        return True
    return not (is_spaced(words[at].text) and is_spaced(words[at - 1].text))


def _goes_on_with_number(words: list[Word], end: int) -> bool:
    """Whether the name goes on with a number of a model that the table does not know."""
    if end == len(words) or not words[end].text.isdigit() or len(words[end].text) > 2:
        return False
    after = words[end + 1] if end + 1 < len(words) else Word("", " ")
    return not (words[end - 1].text.isdigit() or after.gap in {".", ","} or after.text in _UNITS)
