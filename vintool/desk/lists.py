"""Rows of a user's list, and how its cells are read: names, days, quantities, words.

Whatever cannot be read is refused with row, column and value: a licence that is passed over would
be a silent loss.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from vintool import declared, headers
from vintool.days import Days, read_days
from vintool.errors import ManifestError, MappingError
from vintool.headers import normalise
from vintool.registry import DataError, read_rows

HEADERS = "desk.headers.csv"
WORD_COLUMNS = ("field", "word", "value", "language", "source")
_LIST = re.compile(r"[;,、，；/|\n]+")
_RANGE = re.compile(r"\s+(?:-|–|—|to|bis|по)\s+|\s*(?:~|～|至|到|—)\s*")
_QUANTITY = re.compile(r"(\d{1,3}(?:[,\s]\d{3})+|\d+)(?:\.0+)?\s*(\D*)")
_YEARS = re.compile(r"((?:19|20)\d\d)(?:\D+((?:19|20)\d\d))?\D*")
_RUNNING = {"no", "number", "编号", "編號", "nr", "№"}  # as often a running number
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a list: the file, its number as the user sees it, its cells by field and by column."""

    file: str
    row: int
    cells: Mapping[str, str]
    columns: Mapping[str, str]

    def text(self, field: str) -> str:
        """The cell of a field; empty if there is none."""
        return self.cells.get(field, "").strip()

    def refused(self, field: str, what: str, next_step: str) -> ManifestError:
        """The error for a cell that cannot be used as it stands."""
        value = self.text(field)[:_SHOWN]
        return ManifestError(
            f"{value!r} {what}" if value else what,
            file=self.file,
            row=self.row,
            column=self.columns.get(field, field),
            next_step=next_step,
        )


def map_fields(
    file: str, columns: Sequence[str], known: Sequence[str], needed: Iterable[Sequence[str]]
) -> dict[str, str]:
    """Which column of a list is which field.

    Args:
        file: its name.
        columns: its headers.
        known: the fields that the list may have.
        needed: groups of fields of which each list has at least one.

    Raises:
        MappingError: a field is claimed by two columns, or one that is needed by none.
    """
    found: dict[str, str] = {}
    for column in columns:
        told = headers.meaning(column, HEADERS)
        if told is None or told[0] not in known:
            continue
        field = told[0]
        if field in found and normalise(column) in _RUNNING:
            continue
        if field in found and normalise(found[field]) not in _RUNNING:
            raise MappingError(
                f"{found[field]!r} and {column!r} could each be the column of {field}",
                file=file,
                next_step="rename or remove one of them",
            )
        found[field] = column
    for group in needed:
        if not any(field in found for field in group):
            raise MappingError(
                f"no column of {' or '.join(group)}",
                file=file,
                next_step=f"name one so; the file has {', '.join(map(repr, columns))[:300]}",
            )
    return found


@cache
def _words() -> dict[tuple[str, str], str]:
    table: dict[tuple[str, str], str] = {}
    for field, word, value, _language, source in read_rows("desk.words.csv", WORD_COLUMNS):
        if not source or table.setdefault((field, normalise(word)), value) != value:
            raise DataError(f"wmi_data/desk.words.csv: {field} {word!r} is not sound")
    return table


def word(field: str, text: str) -> str:
    """What a word of a list means: a trade mode, a unit, a role, a decision; empty if not known.

    >>> word("trade_mode", "一般贸易"), word("trade_mode", "0110"), word("unit", "辆")
    ('general', 'general', 'vehicle')
    """
    return _words().get((field, normalise(text)), "")


def parts(text: str) -> tuple[str, ...]:
    """The items of a cell that lists several."""
    return tuple(part.strip() for part in _LIST.split(text) if part.strip())


def same(one: str, other: str) -> bool:
    """Whether one text is the other, or stands within it, but for case, width and punctuation."""
    left, right = normalise(one), normalise(other)
    return bool(left) and bool(right) and (left in right or right in left)


@cache
def brands_of(text: str) -> tuple[str, ...]:
    """The brands of a cell as the registry spells them; one that it does not know as written."""
    found: list[str] = []
    for part in parts(text) or ((text.strip(),) if text.strip() else ()):
        told = declared.meaning("make", part)
        found += told.brands if told else (part,)
    return tuple(dict.fromkeys(found))


def unknown_brands(text: str) -> tuple[str, ...]:
    """Those of a cell that the registry does not know."""
    return tuple(part for part in parts(text) if declared.meaning("make", part) is None)


def quantity(entry: Entry, field: str = "quantity") -> tuple[int, str]:
    """A whole number and the unit that stands beside it."""
    text = unicodedata.normalize("NFKC", entry.text(field))
    found = _QUANTITY.fullmatch(text)
    if found is None:
        raise entry.refused(field, "is no whole number", "write the number of vehicles")
    return int(re.sub(r"[,\s]", "", found[1])), found[2].strip()


def validity(entry: Entry) -> tuple[date | None, date | None]:
    """The first and the last day, by days or by whole years; null where a side is open.

    A day whose day and month can change places counts in the narrower sense.
    """
    first = _day(entry, "valid_from", entry.text("valid_from"))
    last_text = entry.text("valid_until")
    ends = [part for part in _RANGE.split(last_text) if part]
    if len(ends) == 2:  # a range in one cell
        first = first or _day(entry, "valid_until", ends[0])
        last_text = ends[1]
    last = _day(entry, "valid_until", last_text)
    if year := entry.text("year"):
        found = _YEARS.fullmatch(unicodedata.normalize("NFKC", year))
        if found is None:
            raise entry.refused("year", "is no year", "write it as 2026 or 2026-2027")
        start, end = int(found[1]), int(found[2] or found[1])
        first_of_year, last_of_year = date(start, 1, 1), date(end, 12, 31)
        return first.latest if first else first_of_year, last.earliest if last else last_of_year
    begins, until = first.latest if first else None, last.earliest if last else None
    if begins and until and begins > until:
        raise entry.refused("valid_until", "lies before its first day", "correct one of the days")
    return begins, until


def _day(entry: Entry, field: str, text: str) -> Days | None:
    if not text:
        return None
    days = read_days(text)
    if days is None:
        raise entry.refused(field, "is no date", "write it as 2026-03-01")
    return days
