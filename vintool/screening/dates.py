"""The day of a declaration as evidence: what a row and its manifest say of it, and whether that clears.

A date before the first day of a regime clears a row of itself, so one wrong figure of a year would. What
is read from a cell therefore needs a second witness: another date of the row that lies before the first
day too, or a manifest most of whose other rows do, or lie within a month of it. A date that is given as
an argument needs none.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from itertools import accumulate
from typing import NamedTuple

import wmi_data
from vintool.codes import Reason
from vintool.declaration.days import Days, read_days_below
from vintool.declaration.lexicon.meanings import is_not_read
from vintool.screening.regimes import Regime

#: The fields that give a row its day, the first that is mapped; then the other dates that speak of it.
DAY_FIELDS = ("declaration_date", "export_date")
DATES = (
    *DAY_FIELDS,
    "loading_date",
    "sailing_date",
    "planned_sailing_date",
    "bl_date",
    "licence_date",
    "application_date",
)
_EARLIER = {"licence_date", "application_date"}  # never after the declaration
_PLANNED = {"planned_sailing_date"}
_APART = timedelta(days=92)  # at most, of dates that bear each other out
_MONTH = timedelta(days=31)
_VIN_LENGTH = 17
_CHINA = timezone(timedelta(hours=8))

#: The law of a year is that of its licence catalogue, which is published at its end.
LAST_KNOWN_YEAR = int(wmi_data.RELEASE[:4])
RELEASED = date(LAST_KNOWN_YEAR, int(wmi_data.RELEASE[5:7]), 1)
#: Years that a declaration can be of: others are of another calendar, another century or wrong.
PLAUSIBLE_YEARS = range(2000, LAST_KNOWN_YEAR + 2)
#: Years of a day that is given: later ones may be, as a release is in use for years, and are ``LAW_MAY_BE_OLD``.
GIVEN_YEARS = range(PLAUSIBLE_YEARS.start, PLAUSIBLE_YEARS.start + 100)


def day_given(on: object) -> date | None:
    """The day of a declaration as a caller gives it; of an instant the day that it is in China.

    Args:
        on: a date, a text as ISO 8601 writes dates and instants, or a datetime; one without a zone is taken as it stands.

    Raises:
        TypeError: it is something else.
        ValueError: a text that is no date, a time that is none, or a day that cannot be one of a declaration.

    >>> [str(day_given(on)) for on in (date(2026, 3, 1), "2026-03-01", "2025-12-31T17:00:00Z", None)]
    ['2026-03-01', '2026-03-01', '2026-01-01', 'None']
    """
    if on is None:
        return None
    try:
        if isinstance(on, str):
            on = datetime.fromisoformat(on.strip())
        if on != on:  # noqa: PLR0124 - pandas' "not a time" is a datetime too
            raise ValueError  # noqa: TRY301
        if isinstance(on, datetime):
            on = (on.astimezone(_CHINA) if on.tzinfo else on).date()
    except (ValueError, OverflowError):
        given = repr(on) if len(str(on)) < _VIN_LENGTH else "..."  # no VIN in a message
        raise ValueError(f"on={given} is no date; give one such as 2026-03-01") from None
    if not isinstance(on, date):
        raise TypeError(
            f"on= takes a date, a text such as 2026-03-01 or a datetime, not {type(on).__name__}"
        )
    if fault := why_no_declaration(on):
        raise ValueError(f"on={on.isoformat()} {fault}")
    return on


def why_no_declaration(day: date) -> str:
    """What is wrong with a day that is given; empty if it may be one of a declaration.

    >>> why_no_declaration(date(226, 11, 20)), why_no_declaration(date(2016, 11, 20))
    ('cannot be the day of a declaration: its year is not one of 2000 to 2099; give the year in full, as in 2026-03-01', '')
    """
    if day.year in GIVEN_YEARS:
        return ""
    years = f"{GIVEN_YEARS[0]} to {GIVEN_YEARS[-1]}"
    return f"cannot be the day of a declaration: its year is not one of {years}; give the year in full, as in 2026-03-01"


class DeclarationDay(NamedTuple):
    """The day of a declaration under a regime.

    Attributes:
        day: null if no day can be read, or none that can be.
        in_force: whether the regime is on it; null likewise.
        doubt: what speaks against relying on it.
        is_written: false for the bare number of a spreadsheet's day.
    """

    day: date | None
    in_force: bool | None = None
    doubt: Reason | None = None
    is_written: bool = True


class ManifestDays:
    """How many rows of a manifest were declared on which day, as a witness of each of them.

    Args:
        rows: all of the manifest, those without a day too.
        days: rows by their day, those that are written out alone.

    >>> days = ManifestDays(5, {date(2025, 12, 20): 2, date(2026, 1, 5): 3})
    >>> days.most_are_near(date(2025, 12, 20)), days.most_are_near(date(2025, 1, 5))
    (True, False)
    """

    def __init__(self, rows: int, days: Mapping[date, int]) -> None:
        self._others = rows - 1
        self._days = sorted(days)
        self._rows = [0, *accumulate(days[day] for day in self._days)]

    def most_are_near(self, day: date) -> bool:
        """Whether most of the other rows lie within a month of one that has this day."""
        first = bisect_left(self._days, day - _MONTH)
        last = bisect_right(self._days, day + _MONTH)
        return 2 * (self._rows[last] - self._rows[first] - 1) > self._others

    def most_are_outside(self, regime: Regime) -> bool:
        """Whether on the days of most rows, one of them left out, the regime is not in force."""
        outside = sum(
            after - before
            for day, before, after in zip(self._days, self._rows, self._rows[1:], strict=False)
            if not regime.in_force(day)
        )
        return 2 * (outside - 1) > self._others


NOT_READ = Days(date.max, date.max, is_written=False)
"""In place of the days of a cell that holds an error of a spreadsheet: it may be any."""
UNCLEAR = Days(date.max, date.max)
"""In place of the days of a cell that holds something else than a day."""


def days_of_cell(text: str, header: str = "") -> Days | None:
    """The days that a cell can name; None where it is empty or a dash.

    ``NOT_READ`` where it holds an error, ``UNCLEAR`` where it holds what is no day.

    Args:
        text: of the cell.
        header: of its column, which may name a zone.

    >>> days_of_cell("#N/A") == NOT_READ, days_of_cell("soon") == UNCLEAR, days_of_cell(" - ")
    (True, True, None)
    """
    if is_not_read(text):
        return NOT_READ
    return read_days_below(header, text) or (UNCLEAR if any(map(str.isalnum, text)) else None)


def day_field(fields: Mapping[str, object]) -> str:
    """The field that gives each row its day; empty if there is none."""
    return next((field for field in DAY_FIELDS if field in fields), "")


def declaration_day(
    regime: Regime, on: date | None, field: str, *dates: Days | None
) -> DeclarationDay:
    """The day of one row, as far as the row itself bears it out.

    Args:
        regime: the law.
        on: the day if it is an argument; else it is read from ``field``.
        field: one of ``DAY_FIELDS``, or empty.
        dates: what the cells of the ``DATES`` can be, in their order; null where one tells nothing.

    >>> from vintool.screening.regimes import load_regime
    >>> day_of_row(load_regime(), None, {"export_date": "2025-03-01"}).doubt.value
    'date_alone'
    """
    others = dict(zip(DATES, dates, strict=True))
    if on is not None:
        del others["declaration_date"]  # which it stands for
        known = on.year <= LAST_KNOWN_YEAR
        day = DeclarationDay(on, regime.in_force(on), None if known else Reason.LAW_MAY_BE_OLD)
    else:
        day = _day_of_cell(regime, others.pop(field, None))
    if day.in_force or day.day is None:
        return day
    doubt = _doubt(day.day, regime, others, given=on is not None)
    # Beside a date that is there and is no day, the manifest is no witness either.
    clear = all(other is None or _is_plausible(other) for other in others.values())
    return day._replace(doubt=doubt, is_written=day.is_written and clear)


def _day_of_cell(regime: Regime, days: Days | None) -> DeclarationDay:
    if days is None or days == UNCLEAR:
        return DeclarationDay(None)
    if days == NOT_READ:
        return DeclarationDay(None, None, Reason.CELL_NOT_READ)
    if not _is_plausible(days):
        return DeclarationDay(None, None, Reason.DATE_IMPLAUSIBLE)
    return DeclarationDay(days.latest, regime.in_force(days.latest), None, days.is_written)


def _is_plausible(days: Days) -> bool:
    return days.latest.year in PLAUSIBLE_YEARS


def _doubt(
    day: date, regime: Regime, others: Mapping[str, Days | None], *, given: bool
) -> Reason | None:
    """Why a day on which the regime is not in force is not to be relied on, by the other dates of the row."""
    there = {name: other for name, other in others.items() if other is not None}
    days = {name: other for name, other in there.items() if _is_plausible(other)}
    if any(regime.in_force(other.latest) for other in days.values()):
        return Reason.DECLARED_BEFORE_EXPORTED_AFTER
    if NOT_READ in there.values():
        return Reason.CELL_NOT_READ
    witnesses = (_bears_out(day, name, other) for name, other in days.items())
    borne_out = given or (len(days) == len(there) and any(witnesses))
    return None if borne_out else Reason.DATE_ALONE


def _bears_out(day: date, name: str, other: Days) -> bool:
    """Whether another date of a row fits a day; what was planned is no witness."""
    apart = other.latest - day
    in_order = name not in _EARLIER or apart <= timedelta(0)
    return other.is_written and abs(apart) <= _APART and in_order and name not in _PLANNED


def filled(declared: Mapping[str, object] | None) -> dict[str, str]:
    """The cells of a row that are there, as texts; an empty text is there, and tells nothing."""
    return {field: str(cell) for field, cell in (declared or {}).items() if cell is not None}


def day_of_row(
    regime: Regime, on: date | None, declared: Mapping[str, object] | None
) -> DeclarationDay:
    """The day of a row that stands alone.

    Args:
        regime: the law.
        on: the day if it is an argument; None to read it from the row.
        declared: field -> cell.
    """
    cells = filled(declared)
    dates = (days_of_cell(cells.get(name, "")) for name in DATES)
    return declaration_day(regime, on, day_field(cells), *dates)


def borne_out(day: DeclarationDay, regime: Regime, manifest: ManifestDays) -> DeclarationDay:
    """A day that its row leaves in doubt, after its manifest was heard."""
    if day.doubt is not Reason.DATE_ALONE or day.day is None or not day.is_written:
        return day
    if manifest.most_are_outside(regime) or manifest.most_are_near(day.day):
        return day._replace(doubt=None)
    return day
