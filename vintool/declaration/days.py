"""Days as people and spreadsheets write them, read to the end of the cell or not at all.

A date may clear a row, so nothing of the cell is passed over: ``2025-12-28 to Jan 3`` is no day, as its
second one has no year. What can be read in two ways has both.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import product
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import wmi_data
from vintool.registry.rows import read_rows

LONGEST = 64  # characters of a cell that is read; two days with their hours and zones take 60

_MONTH_COLUMNS = ("name", "month", "language", "source")
_DAY_ZERO = date(1899, 12, 30)  # of spreadsheets
# The form of most columns, and of every hour of a log: twenty times as fast as asking all forms.
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:[ T](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?)?", re.ASCII
)
_SPREADSHEET_DAY = re.compile(r"([3-6]\d{4})(?:[.,]\d+)?")
_WITHIN = timedelta(days=2 * 366)  # of two days of a cell
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_BETWEEN = re.compile(
    r"\s*(?:[~〜;,/至到-]|\b(?:to|until|till|bis|au|al|a)\b)\s*|\s+", re.IGNORECASE
)

_SEPARATOR = r"(?:\s*[-./,]\s*|\s+)"
# A month: what is no month's name in the table is none, whatever stands in it. Of Arabic months some have two words.
_NAME = r"(?P<name>[^\W\d_][^\d\s/,~()\[\]+-]*(?:\s+[\u0621-\u064a]+)?)"
_ORDINAL = r"(?:st|nd|rd|th|er|[.ºª])?"
_OF = r"(?:(?:de|di|of)\s+)?"
_YEAR_WORD = r"(?:[\s-]*(?:г(?:ода?)?|р(?:оку)?|ж|r(?:oku)?|yil|il)\b\.?|\.(?!\d))?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<y>\d{{4}})(?:{_SEPARATOR}|\s*[年년]\s*)(?P<m>\d{{1,2}})(?:{_SEPARATOR}|\s*[月월]\s*)(?P<d>\d{{1,2}})(?!\d)(?:\s*[日일号號]|\.(?!\d))?",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)?(?:\.0+)?(?!\d)",
        rf"(?P<first>\d{{1,2}})(?P<one>{_SEPARATOR})(?P<second>\d{{1,2}})(?P<other>{_SEPARATOR})(?P<third>\d{{4}}|\d{{2}})(?!\d)(?:\.(?!\d))?",
        rf"{_WEEKDAY}(?P<d>\d{{1,2}}){_ORDINAL}[\s./-]*{_OF}{_NAME},?[\s./-]*(?:del?\s+)?'?(?P<y>\d{{4}}|\d{{2}})(?!\d){_YEAR_WORD}",
        rf"{_WEEKDAY}{_NAME}[\s./-]*(?P<d>\d{{1,2}})(?!\d){_ORDINAL},?[\s./-]+'?(?P<y>\d{{4}}|\d{{2}})(?!\d)",
        rf"(?P<y>\d{{4}})[\s./,-]*(?:m\.\s*)?{_NAME}[\s./-]*(?P<d>\d{{1,2}})(?!\d)(?:\s*d)?\.?",
        rf"(?P<y>\d{{4}})[\s.-]*(?:gada|yil|ж(?:ыл\w*)?\.?)\s+(?P<d>\d{{1,2}})[\s.-]*{_NAME}",
        r"(?P<era>令和|平成|民國|民国)\s*(?P<y>\d{1,3}|元)\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日?",
        r"(?P<era>民國|民国)\s*(?P<y>\d{2,3})[-./](?P<m>\d{1,2})[-./](?P<d>\d{1,2})(?!\d)",
        r"(?P<era>)(?P<y>1\d{2})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日",
        r"(?:ngày\s+)?(?P<d>\d{1,2})\s+(?:tháng|thg)\s+(?P<m>\d{1,2}),?\s+(?:năm\s+)?(?P<y>\d{4})",
    )
)  # fmt: skip
# Three figures before 年 are a year of Taiwan: no era of Japan has had as many.
_ERAS = {"令和": 2018, "平成": 1988, "民國": 1911, "民国": 1911, "": 1911}
_BUDDHIST = 543  # years before the common era
_BUDDHIST_WORD = re.compile(r"พ\.?\s?ศ\.?|\bB\.\s?E\.|\(BE\)|\bBE(?=\s*2[45]\d\d)|(?<=2[45]\d\d)\s*BE\b|\bBuddhist(?:\s+[Ee]ra)?\b")  # fmt: skip
_BUDDHIST_YEAR = re.compile(r"(?<!\d)2[45]\d{2}(?!\d)")
_THAI = re.compile("[\u0e00-\u0e7f]")
_MINGUO_HEADER = re.compile(r"民[國国]|\bROC\b|\bMinguo\b", re.IGNORECASE)
_MINGUO_DAY = re.compile(r"1\d{2}[-./年]")
_SHORT_BUDDHIST_YEAR = re.compile(r"(?<![\d:.])[5-9]\d(?!\d)")  # no day of a month
_ROMAN = re.compile("[ivx]+")
_NOT_COMPARED = re.compile("[\u0300-\u036f.'’]")
_QUOTED_DAY = re.compile(r"""[«"“„]\s*(\d{1,2})\s*[»"”“]""")  # «31» декабря 2025 г.
_HOUR = (
    r"(?:\s*[T,:]\s*|\s+(?:at\s+)?|(?=[上下오])|(?<=日))(?P<half>上午|下午|오전|오후|[AP]M)?\s*"
    r"(?:(?P<hour>\d{1,2})(?P<sign>[:.时時h])(?P<minute>\d{2})(?:[:.分](?P<second>\d{2})(?:[.,]\d{1,9})?)?[分秒]?"
    r"|(?P<hour2>\d{2})(?P<minute2>\d{2})(?:\d{2})?)"
    r"\s*(?P<after>[AP]\.?M\.?(?!\w))?"
)
_ZONE = (
    r"\s*[\[(]?(?:(?P<greenwich>UTC|GMT)?\s*(?P<offset>[+-]\d{1,2})(?::?(?P<minutes>\d{2}))?(?:\s+(?P<named>[A-Z]{3,4})|\s*\([A-Z][A-Z ]+\))?"
    r"|(?P<zone>[A-Z]{1,5}|北京时间|[A-Z]+(?:/[A-Z_]+)+))[\])]?"
)
# As C's ctime and the command date write it: the year behind the hour.
_YEAR_LAST = re.compile(
    r"(?:[a-z]{3}\s+)?([a-z]{3}\s+\d{1,2})\s+(\d{1,2}:\d{2}:\d{2}(?:\s+[a-z]{3,4})?)\s+(\d{4})",
    re.IGNORECASE,
)
_TAIL = re.compile(rf"(?:{_HOUR})?(?:{_ZONE})?", re.IGNORECASE)
_AFTERNOON = {"下午", "오후", "PM", "P"}
_GREENWICH = ("Z", "UTC", "GMT", "UT")
# Hours before Greenwich; a name that means two zones has both.
_ZONES = {
    **dict.fromkeys(_GREENWICH, (0.0,)),
    **dict.fromkeys(("北京时间", "HKT", "SGT"), (8.0,)),
    "CST": (8.0, -6.0), "IST": (5.5, 2.0, 1.0), "BST": (1.0, 6.0), "JST": (9.0,), "KST": (9.0,), "CET": (1.0,), "CEST": (2.0,),
    "EET": (2.0,), "MSK": (3.0,), "EST": (-5.0,), "EDT": (-4.0,), "CDT": (-5.0,), "MST": (-7.0,), "MDT": (-6.0,), "PST": (-8.0,), "PDT": (-7.0,),
}  # fmt: skip
_CHINA = timedelta(hours=8)
# Years of two figures: none that the data cannot know.
_LATEST_SHORT_YEAR = int(wmi_data.RELEASE[:4]) + 1


class Days(NamedTuple):
    """The earliest and the latest day that a cell can name; they differ where it can be read in two ways.

    Attributes:
        earliest: day in China.
        latest: day in China.
        is_written: false for the bare number of a spreadsheet's day, which a price can be as well.
    """

    earliest: date
    latest: date
    is_written: bool = True


@lru_cache(maxsize=1 << 16)
def read_days(text: str) -> Days | None:
    """The days that a cell can name; None if it cannot be read to its end.

    Of two days in a cell the first and the last. A time of another zone is read as the day in China.

    >>> read_days("2026年3月1日").latest, read_days("March 1, 2026").latest
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 1))
    >>> read_days("03/01/2026")[:2]
    (datetime.date(2026, 1, 3), datetime.date(2026, 3, 1))
    >>> read_days("03.01.2026")[:2], read_days("31 ธ.ค. 2568").latest
    ((datetime.date(2026, 1, 3), datetime.date(2026, 1, 3)), datetime.date(2025, 12, 31))
    >>> read_days("2025-12-31 20:00 UTC").latest, read_days("2025-12-28~2026-01-03").latest
    (datetime.date(2026, 1, 1), datetime.date(2026, 1, 3))
    >>> read_days("2025-12-28~01-03"), read_days("46082").is_written
    (None, False)
    """
    if len(text) > LONGEST:
        return None
    if _ISO.fullmatch(text):
        try:
            day = date.fromisoformat(text[:10])
        except ValueError:
            return None
        return Days(day, day)
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text).strip())
    if len(plain) > LONGEST:
        return None
    if number := _SPREADSHEET_DAY.fullmatch(plain):
        day = _DAY_ZERO + timedelta(days=int(number[1]))
        return Days(day, day, is_written=False)
    plain = _QUOTED_DAY.sub(r"\1", _YEAR_LAST.sub(r"\1 \3 \2", plain))
    plain = _in_common_era(plain)
    days = set(_points(plain)) or {day for pair in _pairs(plain) for day in pair}
    return Days(min(days), max(days)) if days else None


def _in_common_era(text: str) -> str:
    """A text whose Buddhist years are those of the common era: where an era or Thai letters say so. Else as it is.

    One that names the era and has no such year is no date.
    """
    bare = _BUDDHIST_WORD.sub(" ", text)
    if bare == text and not _THAI.search(text):
        return text
    common = _BUDDHIST_YEAR.sub(lambda year: str(int(year[0]) - _BUDDHIST), bare)
    if common == bare:
        short = _SHORT_BUDDHIST_YEAR.sub(lambda year: str(2500 + int(year[0]) - _BUDDHIST), bare)
        return "" if short == bare != text else short.strip()
    return common.strip()


_ZONE_OF_HEADER = re.compile(r"\b(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d{2})?)?(?![\w])", re.IGNORECASE)


def read_days_below(header: str, text: str) -> Days | None:
    """The days of a cell below a header, which may name the zone of all its hours, or the era of its years.

    >>> read_days_below("Export date (UTC)", "2025-12-31 20:00").latest
    datetime.date(2026, 1, 1)
    >>> read_days_below("วันที่ส่งออก", "31/12/2568").latest, read_days_below("出口日期(民國)", "115/03/01").latest
    (datetime.date(2025, 12, 31), datetime.date(2026, 3, 1))
    >>> read_days_below("Export date", "31/12/2568").latest
    datetime.date(2568, 12, 31)
    """
    if zone := _ZONE_OF_HEADER.search(header):
        return read_days(f"{text} {zone[0]}") or read_days(text)
    if _MINGUO_DAY.match(text) and _MINGUO_HEADER.search(header):
        return read_days(f"民國{text}")
    buddhist = _BUDDHIST_WORD.search(header) or _THAI.search(header)
    if buddhist and _BUDDHIST_YEAR.search(text) and not _BUDDHIST_WORD.search(text):
        return read_days(f"พ.ศ. {text}")
    return read_days(text)


_FIGURES = re.compile(r"\s*(\d{1,2})\s*([/.-])\s*(\d{1,2})\s*\2\s*(?:\d{4}|\d{2})(?!\d)")


def order_of(text: str) -> str:
    """Which of day and month a date of figures has first: ``day``, ``month``, or ``either``; empty if it does not tell.

    >>> order_of("13/03/2026"), order_of("03/13/26"), order_of("03/04/2026"), order_of("2026-03-04")
    ('day', 'month', 'either', '')
    """
    match = _FIGURES.match(text)
    days = match and read_days(text)
    if not match or days is None:
        return ""
    first, second = int(match[1]), int(match[3])
    if max(first, second) > 12:
        return "day" if first > 12 else "month"
    return "either" if days.earliest != days.latest else ""


def read_date(text: str) -> date | None:
    """The day that a cell names; the latest where it can be several, so that a rule is in force rather than not.

    >>> read_date("20260301"), read_date("03/01/2026"), read_date("soon")
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 1), None)
    """
    days = read_days(text)
    return days.latest if days else None


@cache
def _months() -> dict[str, tuple[str, ...]]:
    """The months that a name means: two where languages disagree (listopad is November, in Croatia October)."""
    months = dict[str, tuple[str, ...]]()
    for name, month, _language, _source in read_rows("declared.months.csv", _MONTH_COLUMNS):
        months[_fold(name)] = tuple(dict.fromkeys((*months.get(_fold(name), ()), month)))
    return months


def _pairs(text: str) -> Iterator[set[date]]:
    """The days of each way to part the cell into two dates."""
    for between in _BETWEEN.finditer(text):
        first = set(_points(text[: between.start()]))
        if first and (last := set(_points(text[between.end() :]))):
            both = first | last
            if max(both) - min(both) <= _WITHIN:  # in 2025-10-06 0458-Oct 11 there is no year 458
                yield both


def _points(text: str) -> Iterator[date]:
    """The days in China that a text can name as one date, with an hour and a zone or without."""
    for pattern in _DATES:
        match = pattern.match(text)
        tail = match and _TAIL.fullmatch(text, match.end())
        if match and tail:
            for day in filter(None, _readings(match.groupdict())):
                yield from _in_china(day, tail)


def _readings(parts: dict[str, str | None]) -> Iterator[date | None]:
    """The dates that a match can be: several where day, month and a year of two figures can change places."""
    if first := parts.get("first"):
        second, third = parts["second"] or "", parts["third"] or ""
        day_first, month_first = _day(third, second, first), _day(third, first, second)
        yield day_first
        # Points stand between day, month and year in this order: 12.31.2025 alone has another one.
        points = (parts["one"] or "").strip() == (parts["other"] or "").strip() == "."
        if not (points and len(third) == 4 and day_first):
            yield month_first
        if len(third) == 2:
            yield _day(first.zfill(2), second, third)
        return
    year, day = parts["y"] or "", parts["d"] or ""
    months: tuple[str | None, ...] = (parts.get("m"),)
    if (era := parts.get("era")) is not None:
        year = str(_ERAS[era] + int("1" if year == "元" else year))
    if name := _fold(parts.get("name") or ""):
        months = _months().get(name, ())
        if len(year) == 2 and _ROMAN.fullmatch(name):
            return  # 3 i 25
    for month in months:
        yield _day(year, month, day)
        if name and len(year) == len(day) == 2:
            yield _day(day, month, year)


def _fold(name: str) -> str:
    """A month's name to compare: without accents and points; Turkish has an i with a dot and one without."""
    plain = unicodedata.normalize("NFKD", name.casefold()).replace("ı", "i")
    return _NOT_COMPARED.sub("", plain).strip()


def _day(year: str | None, month: str | None, day: str | None) -> date | None:
    text = year or ""
    number = int(text or 0) + (2000 if len(text) == 2 else 0)
    if len(text) == 2 and number > _LATEST_SHORT_YEAR:
        return None
    try:
        return date(number, int(month or 0), int(day or 0))
    except ValueError:
        return None


def _in_china(day: date, tail: re.Match[str]) -> Iterator[date]:
    hour, minute = tail["hour"] or tail["hour2"], int(tail["minute"] or tail["minute2"] or 0)
    midnight = datetime.combine(day, time())
    times = [midnight]
    if hour is not None:
        half = (tail["half"] or tail["after"] or "").upper()[:2].rstrip(".")
        hours = int(hour)
        if half:
            hours = hours % 12 + (12 if half in _AFTERNOON else 0)
        if hours > 24 or minute > 59:
            return
        if _is_end_of_range(tail, hours, minute):
            return
        times = [midnight + timedelta(hours=hours, minutes=minute)]
    if not tail["offset"] and not tail["zone"]:
        yield times[0].date()
        return
    if hour is None:  # a whole day of another zone, or in 2025-12-28-03 of a range
        known = tail["greenwich"] or tail["minutes"] or (tail["zone"] or "").upper() in _GREENWICH
        if not known:
            return
        times.append(midnight + timedelta(days=1, seconds=-1))
    for moment, offset in product(times, _offsets(tail, midnight)):
        try:
            yield (moment - offset + _CHINA).date()
        except OverflowError:
            return


def _is_end_of_range(tail: re.Match[str], hours: int, minute: int) -> bool:
    """Whether what stands behind a date may be another one: as in ``28, 03.01``, ``17:20-04``, ``17:20-04 Mar``."""
    if _fold(tail["named"] or "") in _months():
        return True
    if tail["sign"] == "." and not tail["second"] and _is_day(hours, minute):
        return True
    bare = (tail["offset"] or "").startswith("-") and not (tail["minutes"] or tail["greenwich"])
    return bare and not tail["second"] and not tail[0].lstrip().upper().startswith("T")


def _is_day(one: int, other: int) -> bool:
    """Whether two figures can be a month and a day, in either order."""
    return 0 < min(one, other) <= 12 and max(one, other) <= 31


def _offsets(tail: re.Match[str], at: datetime) -> Iterable[timedelta]:
    """How far before Greenwich the clock of a time can be; nothing if its zone is not known."""
    if tail["offset"]:
        hours, more = int(tail["offset"]), int(tail["minutes"] or 0)
        if not -12 <= hours <= 14 or more > 59:
            return []
        return [timedelta(minutes=60 * hours + (-more if tail["offset"][0] == "-" else more))]
    name = tail["zone"]
    if "/" not in name:
        return [timedelta(hours=hours) for hours in _ZONES.get(name.upper(), ())]
    try:
        offset = ZoneInfo("/".join(part.title() for part in name.split("/"))).utcoffset(at)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return []
    return [offset] if offset is not None else []
