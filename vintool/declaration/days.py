"""Days as people and spreadsheets write them."""

import re
import unicodedata
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

_DAY = re.compile(
    r"(?P<y>\d{4})\D{1,2}(?P<m>\d{1,2})\D{1,2}(?P<d>\d{1,2})(?!\d)"
    r"|(?<!\d)(?P<first>\d{1,2})[./ -](?P<second>\d{1,2})[./ -](?P<year>\d{4})(?!\d)"
    r"|(?<!\d)(?P<yy>20\d{2})(?P<mm>\d{2})(?P<dd>\d{2})(?!\d)"
)
_SPREADSHEET_DAY = re.compile(r"([3-6]\d{4})(?:\.\d+)?")
_DAY_ZERO = date(1899, 12, 30)  # of spreadsheets
_ZONED = re.compile(r"\d{2}:\d{2}\S*\s?(?:Z|[+-]\d{2}:?\d{2})$")
_CHINA = timezone(timedelta(hours=8))


class Days(NamedTuple):
    """The earliest and the latest day that a cell can name; they differ where day and month can change places."""

    earliest: date
    latest: date


@lru_cache(maxsize=1 << 16)
def read_days(text: str) -> Days | None:
    """The days that a cell can name; None if it cannot be read.

    Of several days in a cell the first and the last. A time of another zone is read as the day in China.

    >>> read_days("2026年3月1日").latest, read_days("03/01/2026")
    (datetime.date(2026, 3, 1), Days(earliest=datetime.date(2026, 1, 3), latest=datetime.date(2026, 3, 1)))
    >>> read_days("2025-12-31T16:00:00Z").latest, read_days("2025-12-28~2026-01-03").latest
    (datetime.date(2026, 1, 1), datetime.date(2026, 1, 3))
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if _ZONED.search(plain):
        try:
            day = datetime.fromisoformat(plain).astimezone(_CHINA).date()
        except (ValueError, OverflowError):
            return None
        return Days(day, day)
    if number := _SPREADSHEET_DAY.fullmatch(plain):
        day = _DAY_ZERO + timedelta(days=int(number[1]))
        return Days(day, day)
    days = [day for match in _DAY.finditer(plain) for day in _days(match)]
    return Days(min(days), max(days)) if days else None


def _days(match: re.Match[str]) -> list[date]:
    """The days that one date can be: two where day and month can change places."""
    if match["y"]:
        readings = [(match["y"], match["m"], match["d"])]
    elif match["yy"]:
        readings = [(match["yy"], match["mm"], match["dd"])]
    else:
        year, first, second = match["year"], match["first"], match["second"]
        readings = [(year, second, first), (year, first, second)]
    days = (_day(*map(int, reading)) for reading in readings)
    return [day for day in days if day is not None]


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
