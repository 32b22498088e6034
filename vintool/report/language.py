"""The languages of the report: English as it stands in code and data, Chinese from a catalogue.

A text without a translation stays English. The Chinese catalogue is a PO file, so that translators
can work on it with their usual tools.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

LANGUAGES: Final = {"en": "en", "zh": "zh-CN"}
"""Each language with its tag in HTML."""


class Template(NamedTuple):
    """A text with holes; ``words`` is the longest part of it between them: to look for it first is quick."""

    words: str
    english: str
    translation: str

    def match(self, text: str) -> dict[str, str] | None:
        """What stands in the holes of a text, if it is one of these."""
        found = _pattern(self.english).fullmatch(text)
        return found.groupdict() if found else None


class Language(NamedTuple):
    """One language; ``texts`` holds what differs from the English text.

    >>> language("zh").translate("No row was lost.")  # not in the catalogue
    'No row was lost.'
    >>> language("zh").translate("list.csv: The header has two lines; they were combined.")
    'list.csv: 表头为两行，已合并。'
    """

    tag: str
    texts: Mapping[str, str]
    templates: tuple[Template, ...] = ()

    def gettext(self, text: str) -> str:
        """The text in this language."""
        return self.texts.get(text, text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The text for a number of things; Chinese has one form for all."""
        return self.texts.get(one) or (one if number == 1 else many)

    def translate(self, text: str) -> str:
        """A finished sentence of ours in this language, whatever names and numbers stand in it.

        Where it is not known as a whole it is taken apart: a place and what is said of it, sentences, an error and
        what to do next. What is left is as it was.
        """
        if not self.texts:
            return text
        if text not in self.texts and (of_sheet := _OF_SHEET.fullmatch(text)):
            # The place first, or a hole that begins a sentence would take it in.
            name, note = of_sheet.groups()
            return self.texts[OF_SHEET].format(name=name, note=self.translate(note))
        if (said := self._known(text)) is not None:
            return said
        if located := _LOCATED.fullmatch(text):
            return f"{self._place(located['place'])}: {self.translate(located['what'])}"
        place, colon, rest = text.partition(": ")
        if colon and (said := self._known(rest)) is not None:
            return f"{place}: {said}"
        for sign, joined in _TAKEN_APART:
            parts = sign.split(text)
            if len(parts) > 1 and (pieces := [*map(self.translate, parts)]) != parts:
                return joined.join(pieces)
        return f"{place}: {self.translate(rest)}" if colon else text

    def _known(self, text: str) -> str | None:
        """The same of a text that is in the catalogue, or is an error and what to do next, which both are."""
        if text in self.texts:
            return self.texts[text]
        for what, sign, step in dict.fromkeys((text.partition("; "), text.rpartition("; "))):
            if sign and (first := self._sentence(what)) and (then := self._sentence(step)):
                return f"{first}；{then}"
        return self._sentence(text)

    def _sentence(self, text: str) -> str | None:
        if text in self.texts:
            return self.texts[text]
        for template in self.templates:
            if template.words in text and (holes := template.match(text)):
                parts = {name: self.translate(part) for name, part in holes.items()}
                filled = template.translation.format_map(parts)
                ends = filled.endswith(".") and text.endswith(".")
                return f"{filled[:-1]}。" if ends else filled
        if text.endswith(".") and (said := self._sentence(text.removesuffix("."))):
            return f"{said}。"
        return None

    def _place(self, place: str) -> str:
        """A place as errors have it, with its file, sheet, row and column as far as they are known."""
        for part, pattern in _PLACES.items():
            place = pattern.sub(self.texts[part].replace("{}", r"\1"), place)
        return place


ENGLISH: Final = Language(LANGUAGES["en"], {})
"""The language of code and data, which needs no catalogue."""


@cache
def language(code: str = "en") -> Language:
    """A language by its code.

    Raises:
        KeyError: there is no such language.
    """
    tag = LANGUAGES[code]
    if code == "en":
        return ENGLISH
    from babel.messages.pofile import read_po  # noqa: PLC0415 - start-up time

    path = Path(__file__).parent / "locale" / f"{tag.replace('-', '_')}.po"
    with path.open("rb") as file:
        catalogue = read_po(file)
    texts: dict[str, str] = {}
    for message in catalogue:
        english, translation = (
            form if isinstance(form, str) else next(iter(form or ()), "")
            for form in (message.id, message.string)
        )
        if english and translation and not message.fuzzy:
            texts[english] = translation
    # The more words of its own a sentence has, the earlier: the others could take it for their own.
    with_holes = sorted(filter(_HOLE.search, texts), key=lambda text: -len(_HOLE.sub("", text)))
    templates = (Template(_longest(english), english, texts[english]) for english in with_holes)
    return Language(tag, texts, tuple(templates))


OF_SHEET: Final = "Sheet {name}: {note}"
"""A note on one sheet of several, in the catalogue."""
_NAME: Final = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_OF_SHEET: Final = re.compile(f"Sheet ({_NAME}): (.+)", re.DOTALL)
_PLACES: Final = {
    ", sheet {}": re.compile(f", sheet ({_NAME})"),
    ", row {}": re.compile(r", row (\d+)"),
    ", line {}": re.compile(r", line (\d+)"),
    ", column {}": re.compile(f", column ({_NAME})"),
}
_LOCATED: Final = re.compile(
    rf"(?P<place>.+?(?:, sheet {_NAME}|, (?:row|line) \d+|, column {_NAME})+): (?P<what>.+)",
    re.DOTALL,
)
_TAKEN_APART: Final = ((re.compile(r"(?<=\.) (?=[A-Z])"), ""), (re.compile("; "), "；"))
"""What parts a text into pieces, each with what stands in its place: sentences, then parts of one."""
_HOLE = re.compile(r"\{(\w+)\}")
_NUMBERS: Final = """
    digits n m count many vins hidden without lines hits with_hits near again repeated unread long most vehicles errors
    inert cut ours titles headings headers widest given applied same read out blank apart filled left_out all depth
"""
_TAKES: Final = {
    **dict.fromkeys(
        _NUMBERS.split(),
        r"[\d,]+",
    ),
    **dict.fromkeys(("day", "end"), r"\d[\d-]*"),
    "positions": r"\d+(?:-\d+)?",
    "start": r"(?:VIN )?\S+",
    "quoted": _NAME,
    "codeword": r"`[\w-]+`",
    "document": r"[^ ,;]+",
    "original": "[\u3400-\u9fff].*",
    "list": r".+\.\w+",
    **dict.fromkeys(("verdict", "level", "grade", "market"), r"\w+"),
}
"""What a hole of a name takes: numbers and days take nothing else, other holes any text."""


def _longest(text: str) -> str:
    """The longest of the parts between holes."""
    return max(_HOLE.split(text)[::2], key=len)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """What the text with its holes filled looks like."""
    parts = _HOLE.split(text)
    return re.compile(
        "".join(
            f"(?P<{part}>{_TAKES.get(part, '.+?')})" if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        ),
        re.DOTALL,
    )
