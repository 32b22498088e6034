"""What a manifest declares: the text of a cell -> what it means, from the lexicon in wmi_data.

Declared facts are kept apart from what the VIN encodes. A text that the lexicon does not know
means nothing; it is never read as "not electric".
"""

import re
import unicodedata
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from vintool.registry import DataError, read_rows
from vintool.words import Powertrain

CODE_COLUMNS = (
    "field",
    "code",
    "powertrain",
    "kind",
    "condition",
    "has_vin",
    "meaning",
    "confidence",
    "source",
)
WORD_COLUMNS = ("field", "word", "value", "language", "source")

#: The columns of a manifest that a verdict reads, beside the VIN and the date.
FIELDS = ("hs_code", "fuel", "un_no", "condition", "vehicle_type", "seats")


class Meaning(NamedTuple):
    """What one cell says. Empty or null: it does not say."""

    field: str
    shown: str
    powertrain: Powertrain | None = None
    kind: str = ""
    condition: str = ""
    has_vin: str = ""
    source: str = ""

    @property
    def says(self) -> str:
        """The one thing to show of it."""
        return (self.powertrain.value if self.powertrain else "") or self.condition or self.kind


_PUNCTUATION = re.compile(r"[\W_]+")
_PARTS = re.compile(r"[/+,;&|、，；]|\s+-\s+")
_WORD_FIELDS = {"fuel", "condition", "vehicle_type"}


@cache
def _codes() -> dict[tuple[str, str], Meaning]:
    table: dict[tuple[str, str], Meaning] = {}
    for (
        field,
        code,
        powertrain,
        kind,
        condition,
        has_vin,
        meaning,
        _confidence,
        source,
    ) in read_rows("declared.codes.csv", CODE_COLUMNS):
        told = Powertrain(powertrain) if powertrain else None
        if (field, code) in table:
            raise DataError(f"wmi_data/declared.codes.csv: {field} {code} stands twice")
        table[field, code] = Meaning(field, meaning, told, kind, condition, has_vin, source)
    return table


@cache
def _words() -> dict[tuple[str, str], str]:
    table: dict[tuple[str, str], str] = {}
    for field, word, value, _language, _source in read_rows("declared.words.csv", WORD_COLUMNS):
        if field not in _WORD_FIELDS or table.setdefault((field, _folded(word)), value) != value:
            raise DataError(
                f"wmi_data/declared.words.csv: {word!r} stands twice, or its field is unknown"
            )
    return table


def _folded(text: str) -> str:
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text).casefold())


@cache
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
    """
    if field in {"hs_code", "un_no"}:
        return _code(field, text)
    if field == "seats":
        return _seats(text)
    return _word(field, text)


def _digits(text: str) -> str:
    """The digits of a code: spreadsheets add ``.0``, people add dots, customs systems a suffix."""
    plain = unicodedata.normalize("NFKC", text).strip()
    whole = re.fullmatch(r"(\d{4,10})\.0+", plain)
    return whole[1] if whole else re.sub(r"\D", "", plain)


def _code(field: str, text: str) -> Meaning | None:
    digits = _digits(text)[:10]
    if field == "un_no":
        found = _codes().get((field, digits))
        return found._replace(shown=f"UN {digits}: {found.shown}") if found else None
    for length in range(len(digits), 3, -1):
        if found := _codes().get((field, digits[:length])):
            return found._replace(shown=f"HS {digits}: {found.shown}")
    return None


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


def _word(field: str, text: str) -> Meaning | None:
    value = _words().get((field, _folded(text))) or (_mixed(text) if field == "fuel" else None)
    if not value:
        return None
    told = Meaning(field, f"{field} {text.strip()[:40]!r}", source="declared.words.csv")
    if field == "fuel":
        return told._replace(powertrain=Powertrain(value))
    return told._replace(condition=value) if field == "condition" else told._replace(kind=value)


def _mixed(text: str) -> str | None:
    """Several words in one cell, all of them known: one powertrain, or more than one (so not pure)."""
    values = {_words().get(("fuel", _folded(part))) for part in _PARTS.split(text) if _folded(part)}
    if not values or None in values:
        return None
    return values.pop() if len(values) == 1 else Powertrain.NOT_BEV


_YEAR_FIRST = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})(?:\D.*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})(?:\D.*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SPREADSHEET_DAY = re.compile(r"([3-6]\d{4})(?:\.\d+)?")
_DAY_ZERO = date(1899, 12, 30)  # of spreadsheets


@cache
def read_date(text: str) -> date | None:
    """The day that a cell names; None if it cannot be read.

    Where day and month could change places, the later day is taken: a rule is then in force
    rather than not.

    >>> read_date("2026年3月1日"), read_date("20260301"), read_date("03/01/2026")
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 1), datetime.date(2026, 3, 1))
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if found := _YEAR_FIRST.fullmatch(plain) or _COMPACT.fullmatch(plain):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _YEAR_LAST.fullmatch(plain):
        first, second, year = (int(part) for part in found.groups())
        days = [day for day in (_day(year, second, first), _day(year, first, second)) if day]
        return max(days, default=None)
    if found := _SPREADSHEET_DAY.fullmatch(plain):
        return _DAY_ZERO + timedelta(days=int(found[1]))
    try:
        return datetime.fromisoformat(plain).date()
    except ValueError:
        return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
