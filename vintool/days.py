"""Days as people and spreadsheets write them."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

_YEAR_FIRST = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})(?:\D.*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})(?:\D.*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SPREADSHEET_DAY = re.compile(r"([3-6]\d{4})(?:\.\d+)?")
_DAY_ZERO = date(1899, 12, 30)  # of spreadsheets


class Days(NamedTuple):
    """The earliest and the latest day that a cell can name; they differ where day and month can change places."""

    earliest: date
    latest: date


@cache
def read_days(text: str) -> Days | None:
    """The days that a cell can name; None if it cannot be read.

    >>> read_days("2026年3月1日").latest, read_days("03/01/2026")
    (datetime.date(2026, 3, 1), Days(earliest=datetime.date(2026, 1, 3), latest=datetime.date(2026, 3, 1)))
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if found := _YEAR_FIRST.fullmatch(plain) or _COMPACT.fullmatch(plain):
        days = [_day(int(found[1]), int(found[2]), int(found[3]))]
    elif found := _YEAR_LAST.fullmatch(plain):
        first, second, year = (int(part) for part in found.groups())
        days = [_day(year, second, first), _day(year, first, second)]
    elif found := _SPREADSHEET_DAY.fullmatch(plain):
        days = [_DAY_ZERO + timedelta(days=int(found[1]))]
    else:
        try:
            days = [datetime.fromisoformat(plain).date()]
        except ValueError:
            return None
    known = [day for day in days if day is not None]
    return Days(min(known), max(known)) if known else None


def read_date(text: str) -> date | None:
    """The day that a cell names; the later one where there are two, so that a rule is in force rather than not.

    >>> read_date("20260301"), read_date("03/01/2026"), read_date("soon")
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 1), None)
    """
    days = read_days(text)
    return days.latest if days else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
