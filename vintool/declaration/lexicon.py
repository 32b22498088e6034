"""What a manifest declares: the text of a cell -> what it means, from the lexicon in wmi_data.

Declared facts are kept apart from what the VIN encodes. A text that the lexicon does not know
means nothing; it is never read as "not electric". Words are compared word by word: the EV of SEVEN
says nothing, and a fuel cell with one word too many says nothing either. A cell that says pure
electric and something else says both, so that it never clears a row.

``meaning`` reads one cell. Some cells speak only beside another one: a model that needs its brand,
a battery beside an engine that is not there. ``together`` reads those of a row.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Generic, NamedTuple, TypeVar

from vintool.codes import Powertrain
from vintool.declaration.prices import averages, read_price
from vintool.errors import DataError
from vintool.registry import tariff
from vintool.registry.rows import read_rows

CODE_COLUMNS = ("field", "code", "powertrain", "meaning", "confidence", "source")
WORD_COLUMNS = ("field", "word", "value", "beside", "language", "source")
FILLER_COLUMNS = ("word", "language", "source")
MODEL_COLUMNS = ("brand", "model", "powertrain", "alone", "source", "note")

#: The columns of a manifest that a verdict reads, beside the VIN and the date.
FIELDS = (
    "hs_code",
    "fuel",
    "un_no",
    "condition",
    "vehicle_type",
    "seats",
    "make",
    "model",
    "type_code",
    "displacement",
    "battery_capacity",
    "unit_price",
    "currency",
)

# Cells that one and the same paper may have given: they count once, see ``decision``.
_ORIGIN = {
    "model": "type approval",
    "type_code": "type approval",
    "displacement": "engine",
    "battery_capacity": "engine",
}
NO_ENGINE, TRACTION_BATTERY = "no engine", "traction battery"
PRICE_WITH_VIN, PRICE_WITHOUT_VIN = "price as with a VIN", "price as without a VIN"


class Named(NamedTuple):
    """A model that a cell names, under one brand."""

    brand: str
    model: str
    powertrain: Powertrain
    alone: bool


class Meaning(NamedTuple):
    """What one cell says. Empty or null: it does not say.

    ``rivals`` is what a cell says that contradicts itself. ``brands`` are those that it names,
    ``named`` its models, each true under one brand. ``part`` is half of a fact: ``NO_ENGINE``,
    ``TRACTION_BATTERY``, or the class of a price.
    """

    field: str
    shown: str
    powertrain: Powertrain | None = None
    kind: str = ""
    condition: str = ""
    has_vin: str = ""
    source: str = ""
    rivals: tuple[Powertrain, ...] = ()
    brands: tuple[str, ...] = ()
    named: tuple[Named, ...] = ()
    part: str = ""
    currency: str = ""

    @property
    def says(self) -> str:
        """The one thing to show of it."""
        told = (self.powertrain.value if self.powertrain else "") or self.condition or self.kind
        return told or self.part or self.currency or "/".join(self.rivals or self.brands)

    @property
    def tells(self) -> bool:
        """Whether it is a fact about the vehicle by itself; a make and a price are not."""
        return bool(self.powertrain or self.condition or self.kind)

    @property
    def origin(self) -> str:
        """Where it comes from; what comes from one place counts as one fact."""
        return _ORIGIN.get(self.field, self.field)


# Text, letters and words

_MARKS = re.compile("[\u0300-\u036f\u0640\u064b-\u065f\u0670]+")  # accents, Arabic vowel signs
_LETTERS = str.maketrans("ıđłøیک", "idloيك")  # one spelling of what keyboards write in two
_PUNCTUATION = re.compile(r"[\W_]+")
# Scripts that put no space between words: each character counts as a word.
_SPACELESS = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
_WORDS = re.compile(rf"\d+|[{_SPACELESS}]|[^\W\d_{_SPACELESS}]+")
_NAMES = re.compile(rf"[#+]|{_WORDS.pattern}")  # "#1" and "P7+" are names
_SEPARATOR = re.compile(r"[/+,;&|()\[\]{}、:\n]|\s-\s")
_LONGEST_FUEL = 24  # words


class Word(NamedTuple):
    """A word of a cell, and what stands between it and the word before."""

    text: str
    gap: str


Words = tuple[str, ...]
T = TypeVar("T")


def _plain(text: str) -> str:
    """Small letters without accents, full width and the like."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", _MARKS.sub("", folded).translate(_LETTERS))


def _folded(text: str) -> str:
    return _PUNCTUATION.sub("", _plain(text))


def _listed(text: str) -> str:
    """As ``_folded``, but what parts a list still parts it: "hybrid/electric" is no one word."""
    return "/".join(_PUNCTUATION.sub("", part) for part in _SEPARATOR.split(_plain(text).strip()))


def _split(text: str, pattern: re.Pattern[str]) -> list[Word]:
    plain, words, end = _plain(text), list[Word](), 0
    for found in pattern.finditer(plain):
        words.append(Word(found[0], plain[end : found.start()] if words else " "))
        end = found.end()
    return words


def _key(text: str, pattern: re.Pattern[str]) -> Words:
    return tuple(word.text for word in _split(text, pattern))


# The lexicon


@cache
def _codes() -> dict[tuple[str, str], Meaning]:
    table: dict[tuple[str, str], Meaning] = {}
    for field, code, powertrain, meaning, _confidence, source in read_rows(
        "declared.codes.csv", CODE_COLUMNS
    ):
        if (field, code) in table:
            raise DataError(f"wmi_data/declared.codes.csv: {field} {code} stands twice")
        table[field, code] = Meaning(field, meaning, Powertrain(powertrain), source=source)
    return table


_WORD_FIELDS = {"fuel", "condition", "vehicle_type", "make", "model", "displacement", "currency"}


@cache
def _rows_of_words() -> dict[str, list[tuple[str, str, str]]]:
    rows: dict[str, list[tuple[str, str, str]]] = {field: [] for field in _WORD_FIELDS}
    for field, word, value, beside, _language, _source in read_rows(
        "declared.words.csv", WORD_COLUMNS
    ):
        if field not in rows:
            raise DataError(f"wmi_data/declared.words.csv: unknown field {field!r}")
        rows[field].append((word, value, beside))
    return rows


@cache
def _words(field: str) -> dict[str, str]:
    """Whole cells, without spaces and punctuation."""
    table: dict[str, str] = {}
    fold = _listed if field == "fuel" else _folded
    for word, value, _ in _rows_of_words()[field]:
        if table.setdefault(fold(word) or word.strip(), value) != value:
            raise DataError(f"wmi_data/declared.words.csv: {field} {word!r} stands twice")
    return table


class _Part(NamedTuple):
    """A part of a fuel cell; ``beside`` is what it says beside a fuel that burns."""

    powertrain: Powertrain | None
    beside: Powertrain | None = None
    apart: bool = False


@cache
def _fuels() -> tuple[dict[Words, _Part], int]:
    """Parts of a fuel cell, and the length of the longest; those that add nothing say nothing."""
    parts = {
        _key(word, _WORDS): _Part(Powertrain(value), Powertrain(beside) if beside else None)
        for word, value, beside in _rows_of_words()["fuel"]
    }
    for word, _language, _source in read_rows("declared.fillers.csv", FILLER_COLUMNS):
        parts.setdefault(_key(word, _WORDS), _Part(None))
    return parts, max(map(len, parts))


class Phrases(Generic[T]):
    """Values by phrases of words, the longest phrase first."""

    def __init__(self, rows: Iterable[tuple[Words, T]]) -> None:
        self._by_first: dict[str, list[tuple[Words, T]]] = {}
        for words, value in rows:
            self._by_first.setdefault(words[0], []).append((words, value))
        for found in self._by_first.values():
            found.sort(key=lambda row: -len(row[0]))

    def at(self, words: Sequence[str], start: int) -> Iterator[tuple[int, T]]:
        """Every phrase that begins here, with the index after its last word."""
        for phrase, value in self._by_first.get(words[start], ()):
            end = start + len(phrase)
            if tuple(words[start:end]) == phrase:
                yield end, value


class _Model(NamedTuple):
    brand: str
    model: str
    powertrain: Powertrain | None
    alone: bool
    short: bool


@cache
def _models() -> Phrases[_Model]:
    rows = []
    for brand, model, powertrain, alone, _source, _note in read_rows(
        "declared.models.csv", MODEL_COLUMNS
    ):
        words = _key(model, _NAMES)
        # "2", "001" and "7X" name a model only where a model's name begins.
        short = all(map(str.isdigit, words)) or len("".join(words)) < 3
        told = Powertrain(powertrain) if powertrain else None
        rows.append((words, _Model(brand, model, told, alone == "yes", short)))
    return Phrases(rows)


@cache
def _brands() -> Phrases[str]:
    names = dict[Words, str]()
    for brand, chinese, _source in read_rows("brands.csv", ("brand", "chinese", "source")):
        names[_key(brand, _NAMES)] = names[_key(chinese, _NAMES)] = brand
    names.update((_key(word, _NAMES), brand) for word, brand, _ in _rows_of_words()["make"])
    return Phrases(names.items())


@cache
def _kinds_of_model() -> Phrases[Powertrain]:
    """Words in a model's name that tell the powertrain: DM-i, EV."""
    return Phrases(
        (_key(word, _NAMES), Powertrain(value)) for word, value, _ in _rows_of_words()["model"]
    )


# One cell


@lru_cache(maxsize=1 << 16)
def meaning(field: str, text: str) -> Meaning | None:
    """What a cell of a column means; None if the lexicon does not know.

    Args:
        field: one of ``FIELDS``.
        text: the cell as it stands in the manifest.

    >>> meaning("hs_code", "8703.80.10.90").powertrain
    <Powertrain.BEV: 'BEV'>
    >>> meaning("fuel", "纯电动").powertrain
    <Powertrain.BEV: 'BEV'>
    >>> meaning("fuel", "revised") is None
    True
    >>> meaning("model", "Song Plus DM-i").says, meaning("type_code", "BYD7005BEV1").says
    ('PHEV', 'BEV')
    """
    if field in {"hs_code", "un_no"}:
        return _code(field, text)
    if field == "seats":
        return _seats(text)
    if field == "fuel":
        return _fuel(text)
    if field == "make":
        return _make(text)
    if field in {"model", "type_code"}:
        return _model(field, text)
    if field == "displacement":
        return _displacement(text)
    if field == "battery_capacity":
        return _battery(text)
    if field == "unit_price":
        return _price(text)
    if field == "currency":
        return _currency(text)
    return _word(field, text)


def _told(meaning: Meaning, powertrains: tuple[Powertrain, ...]) -> Meaning:
    """The cell with what it says of the powertrain: one, or rivals."""
    if len(powertrains) == 1:
        return meaning._replace(powertrain=powertrains[0])
    return meaning._replace(rivals=powertrains)


def _weighed(told: Iterable[Powertrain]) -> tuple[Powertrain, ...]:
    """Several words of one cell: what they say together, or pure electric against the rest."""
    found = set(told)
    others = found - {Powertrain.BEV}
    if not others:
        return tuple(found)
    doubtful = others & {Powertrain.EREV, Powertrain.FCEV}
    hybrids = others - {Powertrain.ICE, Powertrain.NOT_BEV}
    # What could be driven by motors alone stays in view; a fuel beside a hybrid is the hybrid's.
    closest = doubtful or hybrids or others
    other = min(closest) if doubtful or len(closest) == 1 else Powertrain.NOT_BEV
    return (Powertrain.BEV, other) if Powertrain.BEV in found else (other,)


# Codes

_UN_NUMBER = re.compile(r"(?<!\d)\d{4}(?!\d)")
_ROUNDED = re.compile(r"(?<![\d.,])\d(?:[.,]\d+[eE]\+?|[eE]\+)\d{1,2}(?!\d)")
_CODE = re.compile(r"\d(?:[\d.\s]*\d)?")
_SHORTEST_CODE, _LONGEST_CODE = 4, 13  # a heading; ten digits and a suffix of customs systems


@lru_cache(maxsize=1 << 16)
def codes_in(text: str) -> tuple[str, ...]:
    """The tariff codes of a cell, ten digits at most, whatever stands between them.

    Spreadsheets add ``.0``, people add dots and spaces, customs systems a suffix. In scientific notation digits are
    lost and the last one is rounded (8703801090 is shown as 8.704E+09), so it is no code.

    >>> codes_in("8703.80.10.90"), codes_in("8703801090.0"), codes_in("8703234190（改8703801090）")
    (('8703801090',), ('8703801090',), ('8703234190', '8703801090'))
    """
    found: dict[str, None] = {}
    for run in _CODE.findall(_ROUNDED.sub(" ", unicodedata.normalize("NFKC", text))):
        whole = re.sub(r"(?<=\d{4})\.0+$", "", run)
        parts = whole.split()
        digits = re.sub(r"\D", "", whole)
        if len(digits) > _LONGEST_CODE or all(len(re.sub(r"\D", "", part)) >= 6 for part in parts):
            codes = [re.sub(r"\D", "", part) for part in parts]
        else:
            codes = [digits]
        for code in codes:
            # Two codes written as one: twenty digits are no code.
            pieces = [code] if len(code) <= _LONGEST_CODE else [code[:10], code[10:20]]
            found |= dict.fromkeys(piece[:10] for piece in pieces if len(piece) >= _SHORTEST_CODE)
    return tuple(found)


def _code(field: str, text: str) -> Meaning | None:
    """A code, or several in one cell: one thing said twice, or pure electric against others."""
    if field == "un_no":
        parts = tuple(_UN_NUMBER.findall(unicodedata.normalize("NFKC", text)))
    else:
        parts = codes_in(text)
    found = [_one_code(field, part) for part in dict.fromkeys(parts)]
    told = [known for known in found if known is not None]
    if not told:
        return None
    if len(told) == len(found) and len({known[2:6] for known in told}) == 1:
        return told[0]
    kinds = _weighed(known.powertrain for known in told if known.powertrain)
    if Powertrain.BEV not in kinds:
        return None
    return _told(Meaning(field, f"{field} {text.strip()[:40]!r}", source=told[0].source), kinds)


def _one_code(field: str, digits: str) -> Meaning | None:
    if field == "un_no":
        known = _codes().get((field, digits))
        return known._replace(shown=f"UN {digits}: {known.shown}") if known else None
    if not (lines := tariff.find(digits)):
        return None
    line = lines[-1]  # a code has one meaning, whatever its period
    return Meaning(
        field,
        f"HS {digits}: {line.meaning}",
        line.powertrain,
        line.kind,
        line.condition,
        line.has_vin,
        line.source,
    )


def _seats(text: str) -> Meaning | None:
    digits = re.fullmatch(
        r"(\d{1,3})(?:\.0+)?\s*(?:座|人|seats?)?",
        unicodedata.normalize("NFKC", text).strip().lower(),
    )
    if not digits or not int(digits[1]):
        return None
    seats = int(digits[1])
    return Meaning(
        "seats",
        f"{seats} seats",
        kind="bus" if seats > 9 else "",
        source="HS 2022 heading 8702: ten or more persons",
    )


# Words


def _word(field: str, text: str) -> Meaning | None:
    value = _words(field).get(_folded(text))
    if not value:
        return None
    told = Meaning(field, f"{field} {text.strip()[:40]!r}", source="declared.words.csv")
    return told._replace(condition=value) if field == "condition" else told._replace(kind=value)


def _fuel(text: str) -> Meaning | None:
    whole = _words("fuel").get(_listed(text))
    told = (Powertrain(whole),) if whole else _weighed(_mixed(_split(text, _WORDS)))
    if not told:
        return None
    return _told(Meaning("fuel", f"fuel {text.strip()[:40]!r}", source="declared.words.csv"), told)


def _mixed(words: list[Word]) -> list[Powertrain]:
    """The powertrains that the words of a fuel cell name; none unless every word is known."""
    parts = _covered(words) if 0 < len(words) <= _LONGEST_FUEL else None
    known = [part for part in parts or () if part.powertrain]
    told = []
    for index, part in enumerate(known):
        # "petrol/electric" and "hybrid electric" are hybrids; "hybrid / electric" is a choice.
        around = [
            (known[at], known[max(at, index)].apart)
            for at in (index - 1, index + 1)
            if 0 <= at < len(known)
        ]
        shared = any(
            other.powertrain is Powertrain.ICE
            or (other.powertrain is not Powertrain.BEV and not apart)
            for other, apart in around
        )
        told.append(part.beside if part.beside and shared else part.powertrain)
    return [powertrain for powertrain in told if powertrain]


def _covered(words: list[Word]) -> list[_Part] | None:
    """The words parted into phrases of the lexicon, longer ones first; None if some are in none."""
    fuels, longest = _fuels()
    dead = set[int]()

    def rest(start: int) -> list[_Part] | None:
        if start == len(words):
            return []
        if start in dead:
            return None
        reach = start + 1
        while (
            reach < len(words)
            and reach - start < longest
            and not _SEPARATOR.search(words[reach].gap)
        ):
            reach += 1
        for end in range(reach, start, -1):
            part = fuels.get(tuple(word.text for word in words[start:end]))
            if part is not None and (after := rest(end)) is not None:
                return [part._replace(apart=bool(_SEPARATOR.search(words[start].gap))), *after]
        dead.add(start)
        return None

    return rest(0)


# Models

_TYPE_CODE = re.compile(
    # maker, kind of vehicle (7 a car), main parameter and number, what the maker adds
    r"(?<![A-Z0-9])[A-Z]{2,4}[1-9]([0-9]{3})([A-Z0-9]*(?:-[A-Z]+[0-9]*)?)(?![A-Z0-9])"
)
_TYPE_SUFFIX = re.compile(r"FCEV|[PSM]HEV|EREV|REEV|BEV|HEV|^EV")
_NOT = {"non", "no", "not", "非", "不", "无", "без", "не", "sans", "kein", "ohne", "sin"}


def _make(text: str) -> Meaning | None:
    brands = tuple(sorted(set(_brands_in(_split(text, _NAMES)).values())))
    return Meaning("make", f"make {'/'.join(brands)}", brands=brands) if brands else None


def _brands_in(words: list[Word]) -> dict[int, str]:
    """The brands that a cell names, by the index after their last word."""
    found, texts, at = dict[int, str](), [word.text for word in words], 0
    while at < len(words):
        end, brand = next(_brands().at(texts, at), (at + 1, ""))
        if brand:
            found[end] = brand
        at = end
    return found


_ALONE = re.compile(rf"[^{_SPACELESS}#+]+")
_UNITS = {"kwh", "km", "kw", "квтч", "度", "座", "seats", "seater", "doors", "dr"}


def _parted(words: list[Word], at: int) -> bool:
    """Whether a name may end before this word: not amid letters and figures without a space."""
    if at in {0, len(words)} or words[at].gap:
        return True
    return not (_ALONE.fullmatch(words[at].text) and _ALONE.fullmatch(words[at - 1].text))


def _numbered(words: list[Word], end: int) -> bool:
    """Whether the name goes on with a number of a model that the table does not know."""
    if end == len(words) or not words[end].text.isdigit() or len(words[end].text) > 2:
        return False
    after = words[end + 1] if end + 1 < len(words) else Word("", " ")
    return not (words[end - 1].text.isdigit() or after.gap in {".", ","} or after.text in _UNITS)


def _model(field: str, text: str) -> Meaning | None:
    """What the name of a model or its code in a type approval says.

    Words such as DM-i or EV decide over the plain name.
    """
    told = Meaning(field, f"{field} {text.strip()[:40]!r}", source="declared.words.csv")
    if found := _codes().get((field, text.strip().upper())):
        return found._replace(shown=told.shown)
    whole = unicodedata.normalize("NFKC", text)
    codes = _TYPE_CODE.findall(whole.upper())
    words = _split(_TYPE_CODE.sub(" ", whole.upper()) if codes else whole, _NAMES)
    kinds = _weighed([*_type_codes(codes), *_kinds_in(words)])
    if kinds:
        return _told(told, kinds)
    return _name(field, words)


def _type_codes(codes: list[tuple[str, str]]) -> Iterator[Powertrain]:
    for number, added in codes:
        for suffix in _TYPE_SUFFIX.findall(added):
            known = _codes()["type_code", suffix].powertrain
            # A plain EV after the number stands for pure electric only where no engine is named.
            if known is not None and (suffix != "EV" or number.startswith("00")):
                yield known


def _kinds_in(words: list[Word]) -> Iterator[Powertrain]:
    texts, at = [word.text for word in words], 0
    while at < len(words):
        fits = (found for found in _kinds_of_model().at(texts, at) if _parted(words, found[0]))
        end, kind = next(fits, (at + 1, None))
        if kind is not None and not (at and texts[at - 1] in _NOT):
            yield kind
        at = end


def _name(field: str, words: list[Word]) -> Meaning | None:
    """The models that a cell names; all that it names of one brand must agree."""
    brands = _brands_in(words)
    texts = [word.text for word in words]
    found = dict[str, list[_Model]]()
    reached = dict[str, int]()
    for at in range(len(words)):
        begins = at == 0 or at in brands
        for end, model in _models().at(texts, at):
            if reached.get(model.brand, 0) > at or (model.short and not begins):
                continue  # part of a longer name, or of none
            reached[model.brand] = end
            whole = (begins or _parted(words, at)) and _parted(words, end)
            known = whole and not _numbered(words, end)
            found.setdefault(model.brand, []).append(
                model if known else model._replace(powertrain=None)
            )
    named = tuple(
        Named(brand, models[0].model, models[0].powertrain, all(model.alone for model in models))
        for brand, models in sorted(found.items())
        if models[0].powertrain is not None and len({model.powertrain for model in models}) == 1
    )
    if not named:
        return None
    told = Meaning(field, field, source="declared.models.csv", named=named)
    return _of_brand(told._replace(brands=tuple(sorted(set(brands.values())))), frozenset())


def _of_brand(told: Meaning, brands: frozenset[str]) -> Meaning:
    """The one model that the cell names under these brands and its own."""
    brands |= set(told.brands)
    fits = [model for model in told.named if model.brand in brands or (model.alone and not brands)]
    if len({model.powertrain for model in fits}) != 1:
        return told._replace(powertrain=None)
    return told._replace(
        powertrain=fits[0].powertrain, shown=f"{told.field} {fits[0].brand} {fits[0].model}"
    )


# Engine and battery

_DISPLACEMENT = re.compile(
    r"(?P<grouped>[0-9]{1,2}[ ,.][0-9]{3})|(?P<broken>[0-9]{1,4}[.,][0-9]{1,2})|(?P<whole>[0-9]{1,5})"
)
_TRAILING_ZEROS = re.compile(r"^([0-9]{3,5})[.,]0+(?![0-9])")  # as spreadsheets write whole numbers
_CUBIC = {"cc", "ccm", "cm3", "ml", "см3", "кубсм", "мл", "毫升", "立方厘米", "ซีซี"}
_LITRES = {"l", "lt", "л", "литр", "литра", "литров", "升", "liter", "litre", "liters", "litres"}
_TURBO = {"t", "td", "lt", "turbo"}
_AMOUNT = re.compile(r"([0-9]+(?:[.,][0-9]+)?)")
_KILOWATT_HOURS = {"", "kwh", "квтч", "度", "千瓦时", "千瓦時", "кватч"}
_WATT_HOURS = {"wh", "втч", "瓦时"}


def _displacement(text: str) -> Meaning | None:
    """An engine's displacement, read strictly; figures that could be a power say nothing."""
    plain = _plain(text).strip()
    if (_folded(text) or plain) in _words("displacement"):
        return Meaning("displacement", "no displacement", part=NO_ENGINE)
    plain = _TRAILING_ZEROS.sub(r"\1", plain)
    found = _DISPLACEMENT.match(plain)
    if found is None:
        return None
    unit = _PUNCTUATION.sub("", plain[found.end() :].replace(" ", ""))
    number = float(found[0].replace(",", ".").replace(" ", "."))
    if found["grouped"]:
        cubic = number * 1000  # 1,498 cc and 1,498 L are the same engine
        sound = unit in _CUBIC | _LITRES | {""}
    elif unit in _CUBIC:
        cubic, sound = number, number == 0 or number >= 300
    elif found["broken"] or unit in _LITRES:
        cubic, sound = number * 1000, unit in _LITRES | _TURBO | {""}
    else:
        cubic, sound = number, not unit and (number == 0 or number >= 600)
    if not sound:
        return None
    if cubic == 0:
        return Meaning("displacement", "no displacement", part=NO_ENGINE)
    if not 300 <= cubic <= 8500:
        return None
    return Meaning(
        "displacement",
        f"displacement {cubic:.0f} cc",
        Powertrain.NOT_BEV,
        source="HS 2022 heading 8703: cylinder capacity is that of a piston engine",
    )


def _battery(text: str) -> Meaning | None:
    """The energy of a battery, if it is one that a vehicle can drive on."""
    plain = _plain(text).strip()
    found = _AMOUNT.match(plain)
    if found is None:
        return None
    unit = re.sub(r"[\s.·⋅*-]", "", plain[found.end() :])
    number = float(found[0].replace(",", "."))
    if unit in _WATT_HOURS:
        number /= 1000
    elif unit not in _KILOWATT_HOURS:
        return None
    if not 8 <= number <= 300:  # less is a hybrid's without a plug, or a starter battery's
        return None
    return Meaning("battery_capacity", f"battery of {number:g} kWh", part=TRACTION_BATTERY)


# Prices


def _price(text: str) -> Meaning | None:
    price = read_price(text)
    if price is None:
        return None
    low, high, currency, source = averages()
    return Meaning(
        "unit_price",
        f"unit price {price.shown} {currency} (on average {high:,.0f} with a VIN, {low:,.0f} without)",
        part=PRICE_WITHOUT_VIN if price.low else PRICE_WITH_VIN,
        currency=_currency_in(price.rest),
        source=source,
    )


def _currency(text: str) -> Meaning | None:
    found = _currency_in(text)
    return Meaning("currency", f"currency {found}", currency=found) if found else None


def _currency_in(text: str) -> str:
    """The one currency that a text names; empty if it names none or several."""
    known = _words("currency")
    plain = unicodedata.normalize("NFKC", text)
    parts = (plain.strip(), *re.split(r"[\s()\[\]/:,]+", plain))
    found = {known[key] for part in parts if (key := _folded(part) or part) in known}
    return found.pop() if len(found) == 1 else ""


def currency_of(header: str) -> Meaning | None:
    """The currency that the header of a price column names.

    >>> currency_of("单价(USD)").currency, currency_of("单价") is None
    ('USD', True)
    """
    return _currency(header)


# A row


def together(*meanings: Meaning | None) -> tuple[Meaning, ...]:
    """What the cells of one row say, those that speak only beside another one included.

    >>> [told.shown for told in together(meaning("make", "BYD"), meaning("model", "Dolphin"))]
    ['make BYD', 'model BYD Dolphin']
    """
    known = [meaning for meaning in meanings if meaning is not None]
    brands = frozenset(brand for told in known if told.field == "make" for brand in told.brands)
    battery = next((told for told in known if told.part == TRACTION_BATTERY), None)
    currency = next((told.currency for told in known if told.field == "currency"), "")
    row: list[Meaning] = []
    for told in known:
        if told.named:
            fit = _of_brand(told, brands)
            row += [fit._replace(brands=(), named=())] if fit.powertrain else []
        elif told.part == NO_ENGINE:
            row += [_without_engine(told, battery)] if battery else []
        elif told.rivals:
            row += [told._replace(rivals=(), powertrain=rival) for rival in told.rivals]
        elif told.field == "unit_price":
            row += [told] if (told.currency or currency) == averages().currency else []
        elif told.field != "currency" and told.part != TRACTION_BATTERY:
            row.append(told)
    return tuple(row)


def _without_engine(engine: Meaning, battery: Meaning) -> Meaning:
    return Meaning(
        engine.field,
        f"{engine.shown} and a {battery.shown}",
        Powertrain.BEV,
        source="HS 2022 subheading 8703.80: only an electric motor for propulsion",
    )
