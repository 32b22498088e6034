"""The 180 days of a used vehicle, from its registration to the application."""

from datetime import date

import pytest
from support import ON
from support.vehicles import USED
from support.vins import vin

from vintool.codes import Reason
from vintool.screening.screen import screen
from vintool.screening.used_vehicles import age


@pytest.mark.parametrize(
    ("registration", "application", "on", "reason"),
    [
        ("2026-01-01", "2026-06-30", "2026-09-01", "within_180_days"),
        ("2026-01-01", "2026-07-01", "2026-09-01", "beyond_180_days"),
        ("2026-01-01 23:59", "2026-06-30T00:00:00", "2026-09-01", "within_180_days"),
        ("46023", "46203", "2026-09-01", "within_180_days"),
        ("46023", "46204", "2026-09-01", "beyond_180_days"),
        # Day and month can change places: 5 January or 1 May.
        ("05/01/2026", "2026-07-03", "2026-09-01", "within_180_days"),
        ("05/01/2026", "2026-07-05", "2026-09-01", "age_unknown"),
        ("05/01/2026", "2026-10-29", "2026-12-01", "beyond_180_days"),
        # Without an application the declaration proves within, never beyond.
        ("2026-01-01", "", "2026-06-30", "within_180_days"),
        ("2026-01-01", "soon", "2026-06-30", "within_180_days"),
        ("2026-01-01", "", "2026-07-01", "age_unknown"),
        ("2026-03-01", "2026-02-01", "2026-04-01", "age_unknown"),
        ("2026-05-01", "", "2026-04-01", "age_unknown"),
        ("", "2026-06-30", "2026-09-01", "age_unknown"),
        # An application after the declaration is a slip, and proves nothing.
        ("2026-01-01", "2026-12-30", "2026-03-01", "age_unknown"),
        # The first day of the rule.
        ("2025-12-01", "", "2025-12-31", None),
        ("2025-12-01", "", "2026-01-01", "within_180_days"),
        ("2025-12-01", "2025-12-31", "2025-12-31", None),
    ],
)  # fmt: skip
def test_days_from_registration_to_application(registration, application, on, reason):
    day = date.fromisoformat(on)
    remarks, of_a_new_one = (
        age(is_used, registration, application, day, always=True) for is_used in (True, False)
    )
    assert [one.reason for one in remarks] == ([Reason(reason)] if reason else [])
    assert of_a_new_one == ()


def test_a_used_car_of_this_model_year_is_what_the_180_days_are_about():
    this_year = vin("LRW3E7FA", "TC")
    row = {"condition": "旧", "registration_date": "2026-01-10", "application_date": "2026-02-20"}
    finding = screen(this_year, ON, row, USED)
    assert Reason.CONTRADICTION_USED_MODEL_YEAR in finding.reasons
    assert Reason.WITHIN_180_DAYS in finding.reasons
