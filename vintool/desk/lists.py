"""Rows of a user's list, and how its cells are read: names, days, quantities, words.

Whatever cannot be read is refused with row, column and value: a licence that is passed over would
be a silent loss.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

from vintool.declaration import headers, lexicon
from vintool.declaration.days import Days, read_days
from vintool.declaration.headers import normalise
from vintool.declaration.lexicon.papers import modes_in
from vintool.errors import DataError, ManifestError, MappingError
from vintool.escaping import spreadsheet_text
from vintool.registry.characters import simplified
from vintool.registry.rows import read_rows

HEADERS = "desk.headers.csv"
WORD_COLUMNS = ("field", "word", "value", "language", "source")
_LIST = re.compile(r"[;,、，；/|\n]+")
_QUANTITY = re.compile(r"(\d{1,3}(?:[,\s]\d{3})+|\d+)(?:\.0{1,2})?\s*(\D*)")
_YEARS = re.compile(r"((?:19|20)\d\d)(?:\D+((?:19|20)\d\d))?\D*")
_PRIVATE = {"vin", "vin_text"}  # errors end up in logs
_RECORD = ".jsonl"
_RUNNING = {"no", "number", "编号", "編號", "nr", "№"}  # as often a running number
_VALUE = 40  # characters of a cell in a message
_BRACKETS = re.compile(r"[()（）\[\]]+")
_TOKENS = re.compile(r"[a-z]+|\d+|[^\W\d_a-z]")
_NAMES = re.compile(r"[;；|\n、]+")  # a comma stands within a name: Tesla (Shanghai) Co., Ltd.
_A_DAY = re.compile(r"\d{4}\D{1,2}\d{1,2}\D{1,2}\d{1,2}日?|\d{1,2}[./ -]\d{1,2}[./ -]\d{4}|\d{8}")


class Validities:
    """Periods of validity, first and last day included: the days on which they begin or have ended.

    >>> year = Validities([(date(2026, 1, 1), date(2026, 6, 30))])
    >>> year.canonical_day(date(2026, 3, 9)).isoformat(), year.canonical_day(date(2026, 7, 9)).isoformat()
    ('2026-01-01', '2026-07-01')
    """

    def __init__(self, periods: Iterable[tuple[date | None, date | None]]) -> None:
        turns = set()
        for first, last in periods:
            turns.add(first or date.min)
            if last is not None and last < date.max:
                turns.add(last + timedelta(days=1))
        self._turns = sorted(turns | {date.min})

    def canonical_day(self, on: date | None) -> date | None:
        """The first day of the year since which nothing has begun or ended; None if none is known.

        A list gives the same answer for it as for ``on``: a manifest has many days and few such ones.
        """
        if on is None:
            return None
        return max(self._turns[bisect_right(self._turns, on) - 1], date(on.year, 1, 1))


YEARS = Validities(())
"""Of nothing that begins or ends: days of one year are alike."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a list: the file, its number as the user sees it, its cells by field and by column."""

    file: str
    row: int
    cells: Mapping[str, str]
    columns: Mapping[str, str]
    sheet: str = ""

    @property
    def place(self) -> str:
        """Where the row stands, in one line."""
        on = f" sheet {self.sheet!r}" if self.sheet else ""
        return f"{self.file}{on} row {self.row}"

    def text(self, field: str) -> str:
        """The cell of a field; empty if there is none."""
        return self.cells.get(field, "").strip()

    @property
    def is_record(self) -> bool:
        """Whether the row stands in a record that vintool has written, not in a sheet."""
        return self.file.endswith(_RECORD)

    def plain(self, field: str) -> str:
        """The cell without the apostrophes that keep a spreadsheet from running it."""
        if self.is_record:
            return self.text(field)
        return spreadsheet_text(self.cells.get(field, "")).strip()

    def refusal(self, field: str, what: str, next_step: str) -> ManifestError:
        """The error for a cell that cannot be used as it stands."""
        value = "" if field in _PRIVATE else self.text(field)[:_VALUE]
        return ManifestError(
            f"{value!r} {what}" if value else what,
            file=self.file,
            sheet=self.sheet,
            row=self.row,
            column=self.columns.get(field, field),
            next_step=next_step,
        )


def map_fields(
    file: str, columns: Sequence[str], fields: Sequence[str], needed: Iterable[Sequence[str]]
) -> dict[str, str]:
    """Which column of a list is which field.

    Args:
        file: its name.
        columns: its headers.
        fields: that the list may have.
        needed: groups of fields of which each list has at least one.

    Raises:
        MappingError: a field is claimed by two columns, or one that is needed by none.
    """
    mapping: dict[str, str] = {}
    for column in columns:
        named = headers.meaning(column, HEADERS)
        if named is None or named[0] not in fields:
            continue
        field = named[0]
        if field in mapping and normalise(column) in _RUNNING:
            continue
        if field in mapping and normalise(mapping[field]) not in _RUNNING:
            raise MappingError(
                f"{mapping[field]!r} and {column!r} could each be the column of {field}",
                file=file,
                next_step="rename or remove one of them",
            )
        mapping[field] = column
    for group in needed:
        if not any(field in mapping for field in group):
            raise MappingError(
                f"no column of {' / '.join(group)}",
                file=file,
                next_step=f"name one so; the file has {', '.join(map(repr, columns))[:300]}",
            )
    return mapping


def named_field(header: str) -> str:
    """The field that a heading of a list names; empty if none."""
    named = headers.meaning(header, HEADERS)
    return named[0] if named else ""


@cache
def _words() -> dict[tuple[str, str], str]:
    table: dict[tuple[str, str], str] = {}
    for field, word, value, _language, source in read_rows("desk.words.csv", WORD_COLUMNS):
        if not source or table.setdefault((field, normalise(word)), value) != value:
            raise DataError(f"wmi_data/desk.words.csv: {field} {word!r} is not sound")
    return table


@lru_cache(maxsize=1 << 12)
def word(field: str, text: str) -> str:
    """What a word of a list means: a trade mode, a unit, a role, a decision; empty if not known.

    >>> word("trade_mode", "一般贸易"), word("trade_mode", "0110"), word("unit", "辆")
    ('general', 'general', 'vehicle')
    >>> word("trade_mode", "一般贸易(0110)")
    'general'
    """
    if field == "trade_mode":
        modes = modes_in(text)
        return modes[0] if len(modes) == 1 else ""
    table = _words()
    if whole := table.get((field, normalise(text))):
        return whole
    keys = ((field, normalise(part)) for part in _BRACKETS.split(text))
    values = {table[key] for key in keys if key in table}
    return values.pop() if len(values) == 1 else ""


def word_for(field: str, value: str, language: str) -> str:
    """The first word of a language that means a value; the value itself if there is none.

    >>> word_for("decision", "out_of_scope", "en"), word_for("decision", "confirmed", "zh")
    ('out_of_scope', '确认')
    """
    rows = read_rows("desk.words.csv", WORD_COLUMNS)
    return next(
        (
            one
            for of, one, means, spoken, _ in rows
            if (of, means, spoken) == (field, value, language)
        ),
        value,
    )


def parts(text: str) -> tuple[str, ...]:
    """The items of a cell that lists several."""
    return tuple(part.strip() for part in _LIST.split(text) if part.strip())


def names_of(text: str) -> tuple[str, ...]:
    """The names of a cell that lists several."""
    return tuple(part.strip() for part in _NAMES.split(text) if part.strip())


def same(one: str, other: str) -> bool:
    """Whether two texts are one, but for case, width and punctuation."""
    return bool(normalise(one)) and normalise(one) == normalise(other)


def within(one: str, other: str) -> bool:
    """Whether the words of one text stand together in the other; figures are words of their own.

    >>> within("ATTO3", "BYD Atto 3"), within("Han", "Changhan L"), within("上海", "上海洋山")
    (True, False, True)
    """
    folded = (simplified(unicodedata.normalize("NFKC", text).casefold()) for text in (one, other))
    left, right = map(_TOKENS.findall, folded)
    short, long = sorted((left, right), key=len)
    return bool(short) and any(
        long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1)
    )


def one_script(one: str, other: str) -> bool:
    """Whether two names are written alike, both in Latin letters or both not, and can be compared."""
    return normalise(one).isascii() is normalise(other).isascii()


@cache
def brands_of(text: str) -> tuple[str, ...]:
    """The brands of a cell as the registry spells them; one that it does not know as written."""
    brands: list[str] = []
    for part in parts(text) or ((text.strip(),) if text.strip() else ()):
        make = lexicon.meaning("make", part)
        brands += make.brands if make else (part,)
    return tuple(dict.fromkeys(brands))


def unknown_brands(text: str) -> tuple[str, ...]:
    """Those of a cell that the registry does not know."""
    return tuple(part for part in parts(text) if lexicon.meaning("make", part) is None)


def quantity(entry: Entry, field: str = "quantity") -> tuple[int, str]:
    """A whole number and the unit that stands beside it.

    Raises:
        ManifestError: the cell holds no whole number.
    """
    text = unicodedata.normalize("NFKC", entry.text(field))
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise entry.refusal(field, "is no whole number", "write the number of vehicles")
    return int(re.sub(r"[,\s]", "", match[1])), match[2].strip()


def validity(entry: Entry) -> tuple[date | None, date | None]:
    """The first and the last day, by days or by whole years; null where a side is open.

    Either cell may hold both days. A day whose day and month can change places counts in the narrower
    sense.

    Raises:
        ManifestError: a cell is no day or year, or the last day lies before the first.
    """
    opening, closing = _days(entry, "valid_from"), _days(entry, "valid_until")
    first = opening[0] if opening else closing[0] if len(closing) == 2 else None
    last = closing[-1] if closing else opening[1] if len(opening) == 2 else None
    starts = [first.latest] if first else []
    ends = [last.earliest] if last else []
    if year := entry.text("year"):
        years = _YEARS.fullmatch(unicodedata.normalize("NFKC", year))
        if years is None:
            raise entry.refusal("year", "is no year", "write it as 2026 or 2026-2027")
        starts.append(date(int(years[1]), 1, 1))
        ends.append(date(int(years[2] or years[1]), 12, 31))
    begins, until = max(starts, default=None), min(ends, default=None)
    if begins and until and begins > until:
        field = "valid_until" if entry.text("valid_until") else "year"
        raise entry.refusal(field, "lies before its first day", "correct one of the days")
    return begins, until


def _days(entry: Entry, field: str) -> tuple[Days, ...]:
    """The day of a cell, or the two of a range."""
    text = unicodedata.normalize("NFKC", entry.text(field))
    cells = _A_DAY.findall(text) or ([text] if text else [])
    if len(cells) > 2:
        raise entry.refusal(field, "names more than two days", "write one day, as 2026-03-01")
    days = tuple(map(read_days, cells if len(cells) == 2 else [text] if text else []))
    if None in days:
        raise entry.refusal(field, "is no date", "write it as 2026-03-01")
    return tuple(day for day in days if day is not None)
