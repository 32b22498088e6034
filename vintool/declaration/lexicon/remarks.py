"""What stands on a row beside its usual entries and speaks for an electric car: remarks, a drive motor, an electric range.

Remarks are heard for that alone: they clear nothing, and what they say of all else is left to the reader. Names of companies are
passed over, as many that trade in petrol cars are called after new energy.
"""

import re
from collections import Counter
from functools import cache

from vintool.codes import Powertrain
from vintool.declaration.headers import DRIVE_MOTOR, ELECTRIC_MARK, REMARKS
from vintool.declaration.lexicon.electric_hints import energies, figures, hint
from vintool.declaration.lexicon.goods import goods_name
from vintool.declaration.lexicon.goods_words import (
    SOURCE,
    alike,
    has_other_script,
    rows_about,
    says_pure_electric,
)
from vintool.declaration.lexicon.meanings import Meaning, quoted
from vintool.declaration.lexicon.models import brand_begins
from vintool.declaration.lexicon.quoted_codes import MAY_STAND, quoted_code
from vintool.declaration.lexicon.words import (
    SPACELESS,
    WORD,
    fold,
    letters,
    rows_of,
    with_whole_letters,
    words_of,
)

ELECTRIC_RANGE = "electric_range"
# Remarks are many, and each another: only sentences with such a sign, or a word of the tables, are read; see ``_may_speak``.
_LATIN_SIGNS = r"bev|b[ ._-]{1,2}e[ ._-]{1,2}v|e\. ?v|ev\b|plug|k\s?w[ .·⋅*-]?h|range|reichweite|autonom|\bsoc\b|cltc|wltp|nedc|\b0(?:[.,]0+)?\s?g"
_SIGNS = re.compile(rf"{_LATIN_SIGNS}|квт|千瓦|[度电電]")
_COMPANY = re.compile(
    r"公司|集团|集團|株式会社|\b(?:co\.|ltd|llc|inc\b|corp|gmbh|s\.?a\.?r?\.?l\b|s\.a\.|b\.v\.|ооо|тоо|limited|company|trading|logistics)"
)
# The name stands before the legal form, a Russian one behind it. "Company" and "limited" alone are words as others are.
_FORM = re.compile(
    r"公司|集团|集團|株式会社|\b(?:"
    r"(?:co|company|corporation|private|pvt|pte|trading|logistics|group|holdings?|international|motors?|technology|energy|vehicles?)\b"
    r"\.?,?\s?(?:ltd|limited|llc|inc)\b\.?|co\.(?=\s?(?:[\n,;/|\t]|$))"
    r"|(?:ltda?|llc|inc|corp|corporation|gmbh|fze|s\.?a\.?r\.?l|s\.?r\.?l|s\.?a\.?l|ооо|тоо|зао|пао)\b\.?|s\.a\.|b\.v\.|l\.l\.c\b\.?)"
)
_BEFORE_ITS_NAME = frozenset({"ооо", "тоо", "зао", "пао", "株式会社"})
_BEGINS = re.compile(
    rf"[\n\t,、/|:()]|\s[-–—]\s|(?<=[{SPACELESS}])\s(?=[{SPACELESS}])|\b(?:to|by|from|for|via|consignee|shipper|buyer|seller|для|от|an|von|para|por)\s"
    r"|[发收]货人|托运人|[卖售发][给予往]"
)
_ENDS = re.compile(r"[\n\t,、/|):]|\s[-–—]\s|\.\s|(?<=\S)[\"»”]")
_OPENS = re.compile(r"\s*[\"«“„]")
# No company is called so: the words before its form begin with what is sold.
_GOODS = re.compile(
    r"(?<![^\W_])\d+\s?(?:x|units?|pcs|pieces?|sets?|stk|шт)(?![^\W_])|\d[辆輛台]|(?<![^\W_])(?:is|are|ist|est|это)(?![^\W_])"
)
_LETTER = re.compile(r"[^\W_]")
_SENTENCE = re.compile(r"[\n\r;；。]")
_NUMBER = re.compile(r"[0-9]{2,4}")
_SHORTEST, _FARTHEST = 20, 2_000  # km
_NOTHING = re.compile(
    r"[\W_0]*(?:\s*%|kwh|km)?|n/?a|none|no|nil|false|n|无|無|没有|нет|keine?|non|ninguno|nessuno|yok|not applicable|不适用"
)
_STARTER = re.compile(r"lead|agm|\befb\b|(?<!\d)(?:12|24)\s?v\b|铅酸|鉛酸|usb|wireless|无线")
_YES = re.compile(
    r"y|yes|true|t|1|1\.0|x|[√✓✔☑]|是|有|对|對|ja|j|oui|si|sí|s|sim|da|да|evet|tak|ano|igen|はい|○|◯|예|네|có|ya|yes, .{1,40}"
)


def names_a_company(text: str) -> bool:
    """Whether a text has the legal form of a company in it, or the word for one.

    >>> names_a_company("Foo New Energy Vehicle Co., Ltd."), names_a_company("new energy vehicle")
    (True, False)
    """
    return _COMPANY.search(fold(text)) is not None


def without_companies(folded: str) -> str:
    """A folded sentence without the names of companies: the words of a clause up to a legal form.

    What speaks outright in such words stays, as does what stands before the name of a brand: no sign need part the goods from the maker.

    >>> without_companies("bev, sold to foo new energy co., ltd. today"), without_companies("bev limited edition")
    ('bev, sold to   today', 'bev limited edition')
    """
    kept, end = list[str](), 0
    for form in _FORM.finditer(folded):
        if form.start() < end:
            continue
        before = folded[end : form.start()]
        if form[0] in _BEFORE_ITS_NAME and (name := _name_behind(folded, form.end())):
            kept += [before, " "]
            end = name
        else:
            begins = _name_begins(before, form[0])
            kept += [before[:begins], _goods_in(before[begins:]), " "]
            end = form.end()
    return "".join([*kept, folded[end:]])


def _name_behind(folded: str, at: int) -> int:
    """Where the name behind a legal form ends; 0 if none stands there."""
    ends = _ENDS.search(folded, at)
    end = ends.start() if ends else len(folded)
    if not _LETTER.search(folded, at, end):
        return 0
    return end if _OPENS.match(folded, at) or not _goods_in(folded[at:end]) else 0


def _goods_in(name: str) -> str:
    """What of the words before or behind a legal form belongs to the goods: electric car BYD Auto Co., Ltd."""
    if not _may_speak(name):
        return ""
    words = words_of(name)
    if _GOODS.search(name) or energies(name) or figures(name) or says_pure_electric(alike(words)):
        return name
    return name[: brand_begins(name)]


def _name_begins(text: str, form: str) -> int:
    """Where in the text before a legal form the name of its company begins."""
    begins = before = 0
    opened, parted = list[int](), False
    for sign in _BEGINS.finditer(text):
        if sign[0] == "(":
            opened.append(sign.end())
        elif sign[0] == ")":
            del opened[-1:]
        else:
            before, begins, parted = begins, sign.end(), sign[0] == ","
            opened = []
    if opened:
        return opened[-1]
    # Foo New Energy, Inc.
    bare = parted and form.isascii() and not _LETTER.search(text, begins)
    return before if bare else begins


@cache
def _telling_words() -> frozenset[str]:
    """Words, one of which stands in every phrase of the tables that speaks for an electric car."""
    texts = [word for word, value, _ in rows_of("fuel") if value == Powertrain.BEV]
    texts += [word for word, value, _ in rows_about("powertrain") if value == Powertrain.BEV]
    texts += [word for word, _, _ in rows_about("hint")]
    phrases = [[one.text for one in alike(words_of(text, WORD))] for text in texts]
    often = Counter(word for words in phrases for word in words)
    telling = {letters(text) for text in texts}
    for words in sorted(phrases, key=len):
        if telling.isdisjoint(words):
            telling.add(max(words, key=lambda word: (not word.isdigit(), len(word), often[word])))
    return frozenset(telling)


@cache
def may_speak_pattern() -> str:
    """What a text holds at least that speaks for an electric car, for Arrow's regular expressions: no other is to be read."""
    words = "|".join(sorted(word for word in _telling_words() if word.isascii()))
    word = f"(?:^|[^a-z])(?:{words})(?:[^a-z]|$)"
    return f"(?i)[^\\x00-\\x7f]|{_LATIN_SIGNS}|{MAY_STAND}|{word}"


def _may_speak(folded: str) -> bool:
    """Whether a sentence has a word in it that can speak for an electric car."""
    return (
        _SIGNS.search(folded) is not None
        or not _telling_words().isdisjoint(WORD.findall(folded))
        or (not folded.isascii() and has_other_script(folded))
    )


def remarks(text: str) -> Meaning | None:
    """What a remark says for an electric car; nothing else is heard.

    >>> remarks("urgent; BEV, with charger").value, remarks("60 kWh").hint, remarks("petrol, with electric windows")
    ('BEV', '60 kwh', None)
    >>> remarks("Consignee: Foo New Energy Vehicle Co., Ltd.")
    """
    speaking = filter(_may_speak, _SENTENCE.split(fold(with_whole_letters(text))))
    rest = "\n".join(filter(_may_speak, map(without_companies, speaking)))
    said = goods_name(rest) if rest else None
    if said is not None and said.powertrain is Powertrain.BEV:
        return Meaning(REMARKS, quoted(REMARKS, text), Powertrain.BEV, source=SOURCE)
    heard = ""
    if said is not None:
        named = Powertrain.BEV in said.rivals
        heard = said.hint or (said.display if named else "") or hint(rest)
    heard = heard or quoted_code(text)
    return Meaning(REMARKS, quoted(REMARKS, text), source=SOURCE, hint=heard) if heard else None


def speaks(text: str) -> str:
    """What in a text speaks for an electric car, as remarks do; empty where nothing does.

    >>> speaks("8703234310 BEV"), speaks("N/A (electric)"), speaks("8703234310")
    ('BEV', 'electric', '')
    """
    said = remarks(text)
    return (said.hint or said.value) if said else ""


def drive_motor(text: str) -> Meaning | None:
    """A drive motor that is named, or another part of an electric drive: a battery to drive on, a plug.

    >>> drive_motor("TZ220XS").hint, drive_motor("/"), drive_motor("无"), drive_motor("12V lead-acid")
    ('drive motor', None, None, None)
    """
    bare = text.strip().casefold()
    if _NOTHING.fullmatch(bare) or _STARTER.search(bare):
        return None
    return Meaning(DRIVE_MOTOR, quoted(DRIVE_MOTOR, text), source=SOURCE, hint="drive motor")


def electric_range(text: str) -> Meaning | None:
    """How far the battery takes a car.

    >>> electric_range("420 km (CLTC)").hint, electric_range("0"), electric_range("-")
    ('range of 420 km', None, None)
    """
    numbers = [int(one) for one in _NUMBER.findall(text)]
    if not numbers or not _SHORTEST <= numbers[0] <= _FARTHEST or energies(text):
        return None
    return Meaning(
        ELECTRIC_RANGE,
        quoted(ELECTRIC_RANGE, text),
        source=SOURCE,
        hint=f"range of {numbers[0]} km",
    )


def electric_mark(text: str) -> Meaning | None:
    """A yes, or words that speak for an electric car, below a heading that asks whether it is one.

    >>> electric_mark("是").hint, electric_mark(" Yes ").display, electric_mark("no"), electric_mark("")
    ('marked as electric', "electric_mark 'Yes'", None, None)
    """
    if _YES.fullmatch(text.strip().casefold()):
        hint = "marked as electric"
        return Meaning(ELECTRIC_MARK, quoted(ELECTRIC_MARK, text), source=SOURCE, hint=hint)
    said = remarks(text)
    return said and said._replace(field=ELECTRIC_MARK, display=quoted(ELECTRIC_MARK, text))
