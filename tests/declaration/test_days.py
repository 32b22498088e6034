"""Days, as cells have them."""

from datetime import date, datetime

import pyarrow as pa
import pytest
from support.vehicles import TESLA

from vintool.columns import screen_table
from vintool.declaration.days import Days, read_date, read_days, read_days_below


@pytest.mark.parametrize(
    ("text", "latest"),
    [
        ("2026-01-01", date(2026, 1, 1)), ("2026年1月1日", date(2026, 1, 1)), ("46023.5", date(2026, 1, 1)),
        ("20260101", date(2026, 1, 1)), ("2026-01-01 08:30:00", date(2026, 1, 1)), ("2026-02-30", None),
        ("20260101.0", date(2026, 1, 1)),
        # An hour of another zone is read as the day in China; of two days the later one counts.
        ("2025-12-31T16:00:00Z", date(2026, 1, 1)), ("2025-12-31 16:00:00+00:00", date(2026, 1, 1)),
        ("2025-12-31T15:59:59Z", date(2025, 12, 31)), ("2026-01-01T00:00:00+08:00", date(2026, 1, 1)),
        ("2025-12-28~2026-01-03", date(2026, 1, 3)), ("2025-12-31 / 2026-01-05", date(2026, 1, 5)),
        ("2025-12-28 to Jan 3, 2026", date(2026, 1, 3)), ("28 Dec 2025 - 3 Jan 2026", date(2026, 1, 3)),
        ("2025-12-31 20:00:00+00", date(2026, 1, 1)), ("2025-12-31 20:00:00 UTC", date(2026, 1, 1)), ("2025-12-31 8 PM", None),
        ("2025-12-31 08:00 PM GMT", date(2026, 1, 1)), ("2025-12-31T20:00:00.123+0000", date(2026, 1, 1)),
        ("20251231T200000Z", date(2026, 1, 1)), ("Wed, 31 Dec 2025 20:00:00 GMT", date(2026, 1, 1)),
        ("Thu Jan 01 2026 00:00:00 GMT+0800 (China Standard Time)", date(2026, 1, 1)), ("2025-12-31 11:30 PM EST", date(2026, 1, 1)),
        ("2025-12-31T15:00 America/New_York", date(2026, 1, 1)), ("2025-12-31 20:00 CST", date(2026, 1, 1)),
        ("2025-12-31 20:00 XYZ", None), ("2025-12-31 20:00:00 +0000 UTC", date(2026, 1, 1)), ("Wed Dec 31 20:00:00 UTC 2025", date(2026, 1, 1)),
        ("31/Dec/2025:20:00:00 +0000", date(2026, 1, 1)), ("2025-12-31 20:00 (UTC)", date(2026, 1, 1)), ("2025/12/31 20:00 (UTC+8)", date(2025, 12, 31)),
        ("Dec 31, 2025 at 8:00 PM", date(2025, 12, 31)), ("2025年12月31日20:30:00", date(2025, 12, 31)), ("2025-12-31Z", date(2026, 1, 1)), ("2025-12-31 24:00", date(2026, 1, 1)),
        # A cell that is not read to its end is no day.
        ("2025-12-31 HKT (moved to 2026-01-05)", None), ("2025-12-31 20:00 HKT (UTC)", None), ("2026-01-03 +99", None), ("2026-01-02 00:00 +4800", None),
        ("2025-12-28-05", None), ("2025-12-28 +10", None),
        ("2025-12-28~01-03", None), ("2025-12-28 to Jan 3", None), ("2025-12-28 (planned)", None), ("2025-12-28 2", None),
        ("2025-12-28 0321-04", None), ("28.12.2025 05:20 PM-04 Jan", None), ("2025-12-28 03:21:00-05", date(2025, 12, 28)), ("2025-12-28T20:21-05", date(2025, 12, 29)),
        ("2025-12-28-", None), ("2025-12-28, 03.01", None), ("2025-12-28 20.30", date(2025, 12, 28)), ("08/12/2025 1723 - Dec 16", None), ("October 06, 2025 0458-Oct 11", None), ("2025-12-28-03", None), ("28 Dec 2025 -3", None), ("2025-12-28-03:00", date(2025, 12, 29)), ("2025-12-28 UTC-3", date(2025, 12, 29)), ("before 2025-12-28", None), ("2025-12-01, 2025-12-02, 2026-01-03", None), ("2025-12-31" + " " * 60 + "x", None),
    ],
)  # fmt: skip
def test_days_as_cells_have_them(text, latest):
    assert read_date(text) == latest


def test_a_point_in_time_is_a_day_in_china():
    midnight = datetime.fromisoformat("2026-01-01T00:00:00+08:00")
    days = pa.array([midnight], pa.timestamp("us", tz="UTC"))
    answers = screen_table(
        pa.table({"vin": [TESLA], "day": days}),
        mapping={"vin": "vin", "declaration_date": "day"},
    )
    assert answers["vin_verdict"].to_pylist() == ["controlled"]


def test_a_day_that_can_be_two_has_both():
    assert read_days("03/01/2026") == Days(date(2026, 1, 3), date(2026, 3, 1))
    assert read_days("2025-12-31 20:00 CST") == Days(date(2025, 12, 31), date(2026, 1, 1))
    assert read_days("13/01/2026") == Days(date(2026, 1, 13), date(2026, 1, 13))


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-03-01", "2026-03-01"), ("2026/3/1", "2026-03-01"), ("2026.3.1", "2026-03-01"), ("2026年3月1日", "2026-03-01"), ("20260301", "2026-03-01"), ("2026-03-01 00:00:00", "2026-03-01"), ("2026-03-01T10:00:00+08:00", "2026-03-01"), ("01.03.2026", "2026-03-01"), ("31/12/2025", "2025-12-31"), ("12/31/2025", "2025-12-31"), ("46082", "2026-03-01"), ("1-Mar-26", "2026-03-01"), ("March 1st, 2026", "2026-03-01"), ("7 MAR 2026", "2026-03-07"), ("1. März 2026", "2026-03-01"), ("1 de marzo de 2026", "2026-03-01"), ("01 марта 2026 г.", "2026-03-01"), ("5 KASIM 2026", "2026-11-05"), ("ngày 1 tháng 3 năm 2026", "2026-03-01"), ("令和8年3月8日", "2026-03-08"), ("民國115年3月1日", "2026-03-01"), ("2026. 3. 1.", "2026-03-01"), ("2026년 3월 1일", "2026-03-01"), ("31.12.25", "2025-12-31"), ("26-03-01", "2026-03-01"), ("20260301120000", "2026-03-01"), ("2026-13-01", None), ("soon", None), ("", None), ("2026", None)],
)  # fmt: skip
def test_days_as_people_write_them(text, day):
    read = read_date(text)
    assert (read.isoformat() if read else None) == day


LAST_DAY_OF_2025 = [
    "31-Dec-2025", "31-DEC-25", "Dec 31, 2025", "31.12.25", "12/31/25", "46022.5", "31 декабря 2025 года", "«31» декабря 2025 г.", "31 грудня 2025 р.",
    "31 de diciembre de 2025", "31. Dezember 2025", "31 décembre 2025", "31. prosince 2025", "31 grudnia 2025 r.", "31. joulukuuta 2025", "31.XII.2025",
    "2025. december 31.", "2025. dec. 31.", "2025 m. gruodžio 31 d.", "2025. gada 31. decembris", "31. 12. 2025.", "31 Δεκεμβρίου 2025", "31 בדצמבר 2025",
    "٣١ ديسمبر ٢٠٢٥", "31 كانون الأول 2025", "31 Aralık 2025", "2025-yil 31-dekabr", "31 желтоқсан 2025 ж.", "31 დეკემბერი 2025", "31 Thg 12 2025",
]  # fmt: skip
BUDDHIST = ["31 ธันวาคม 2568", "31 ธ.ค. 68", "31/12/2568 พ.ศ.", "31/12/2568 BE", "31 Dec 2568 B.E."]
MINGUO = ["114年12月31日", "民國114年12月31日", "民國114/12/31"]


@pytest.mark.parametrize("text", [*LAST_DAY_OF_2025, *BUDDHIST, *MINGUO])
def test_forms_and_calendars_of_many_languages_are_one_day(text):
    day = date(2025, 12, 31)
    assert read_days(text)[:2] == (day, day)


@pytest.mark.parametrize(
    "text",
    ["31 Foo 2025", "3 i 25", "2025 BE", "31/12/2025 BE", "พ.ศ. 2568", "114/12/31", "99年12月31日", "28.12.2025. 03.01"],
)  # fmt: skip
def test_what_names_no_day_for_certain_is_none(text):
    assert read_days(text) is None


def test_a_header_names_the_era_of_its_column_and_nothing_else_does():
    assert read_days_below("วันที่ส่งออก", "2568-12-31").latest == date(2025, 12, 31)
    assert read_days_below("Export date (B.E.)", "31/12/2568").latest == date(2025, 12, 31)
    assert read_days_below("Export date", "31/12/2568").latest == date(2568, 12, 31)
    assert read_days_below("วันที่ส่งออก", "2025-12-31").latest == date(2025, 12, 31)
    assert read_days_below("出口日期（民國）", "114/12/31").latest == date(2025, 12, 31)
    assert read_days_below("出口日期", "114/12/31") is None


def test_points_stand_between_day_and_month_and_a_month_of_two_languages_is_both():
    assert read_days("12.03.2026") == Days(date(2026, 3, 12), date(2026, 3, 12))
    assert read_days("12.31.2025") == Days(date(2025, 12, 31), date(2025, 12, 31))
    assert read_days("5 listopada 2025") == Days(date(2025, 10, 5), date(2025, 11, 5))
