"""A line of evidence in the language of who reads it."""

import re
from typing import Final

from vintool.codes import Basis
from vintool.report.language import Language

_END: Final = re.compile(
    r" \((?P<basis>[a-z]+)(?P<grade>, grade [ABC])?, (?P<source>.*)\)\Z", re.DOTALL
)
_SIGNS: Final = re.compile(r"(: |, )")
_SIGN: Final = {": ": "：", ", ": "，"}
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z_]*")
_ENTRY: Final = re.compile(r"[a-z_]+ ['\"]")
# A licence that is not used, and a decision without a VIN, are other things.
_OF_GOODS: Final = {"not used": "goods not used", "without a VIN": "goods without a VIN"}


def evidence_in(line: str, language: Language) -> str:
    """A line of evidence, as ``EvidenceItem`` writes it, in a language; cells and sources stay as they are.

    >>> from vintool.report.language import language
    >>> evidence_in("fuel 'EV': BEV (declared, declared.words.csv)", language("zh"))
    "燃料 'EV'：BEV（申报，declared.words.csv）"
    """
    if not language.texts:
        return line
    start = max(line.rfind(f" ({basis.value}") for basis in Basis)
    end = _END.match(line, start) if start >= 0 else None
    what, colon, value = (line[:start] if end else line).partition(": ")
    text = (
        f"{_named(what, language)}：{_said(value, language)}" if colon else _named(what, language)
    )
    if end is None:
        return text
    grade = language.translate(end["grade"].removeprefix(", ")) if end["grade"] else ""
    of = "，".join(
        filter(None, (language.gettext(end["basis"]), grade, language.translate(end["source"])))
    )
    return f"{text}（{of}）"


def meaning_in(meaning: str, language: Language) -> str:
    """What a tariff code means, part by part.

    >>> from vintool.report.language import language
    >>> meaning_in("only an electric motor, not used", language("zh"))
    '仅装电动机, 非二手车'
    """
    if not language.texts:
        return meaning
    return ", ".join(language.gettext(_OF_GOODS.get(part, part)) for part in meaning.split(", "))


def _said(value: str, language: Language) -> str:
    """What a piece of evidence says: each side of a contradiction as a whole, or part by part."""
    sides = value.split(" against ")
    return language.gettext("against").join(_side(side, language) for side in sides)


def _side(side: str, language: Language) -> str:
    if (whole := language.translate(side)) != side:
        return whole
    parts = enumerate(_SIGNS.split(side))
    return "".join(
        _SIGN[part] if number % 2 else _part(_OF_GOODS.get(part, part), language)
        for number, part in parts
    )


def _part(text: str, language: Language) -> str:
    """A part of a side: a sentence of ours, an entry with what its cell holds, or a text that stays."""
    return _named(text, language) if _ENTRY.match(text) else language.translate(text)


def _named(what: str, language: Language) -> str:
    """What a piece of evidence is of: the name of a field, with what its cell holds."""
    if (whole := language.translate(what)) != what:
        return whole
    name = _NAME.match(what)
    return language.gettext(name[0]) + what[name.end() :] if name else what
