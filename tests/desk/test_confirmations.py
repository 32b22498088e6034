"""Makers' letters: every used vehicle within 180 days is held against them."""

import pytest
from support.desk import desk_run, entries, tesla
from support.manifests import put_csv

from vintool.codes import Reason
from vintool.desk.confirmations import Confirmations
from vintool.files import answered

USED = ("VIN", "Condition", "Registration date", "Exporter")
LETTER_CASES = [
    ("listed", [tesla(1)], Reason.CONFIRMED_BY_MAKER),
    ("not listed", [tesla(2)], Reason.CONFIRMATION_MISSING),
    ("nobody listed", [], Reason.CONFIRMATION_MISSING),
]


@pytest.mark.parametrize(
    ("listed", "reason"), [case[1:] for case in LETTER_CASES], ids=[case[0] for case in LETTER_CASES]
)  # fmt: skip
@pytest.mark.parametrize("batch", [1, 2, 100])
def test_every_used_vehicle_within_180_days_is_held_against_the_letters(
    tmp_path, monkeypatch, listed, reason, batch
):
    monkeypatch.setattr(answered, "BATCH_ROWS", batch)
    letters = put_csv(tmp_path / "c.csv", [("VIN", "Letter No."), *((one, "L1") for one in listed)])
    qualified = put_csv(tmp_path / "x.csv", [("Company", "Brands"), ("E", "Tesla")])
    rows = [USED, *((tesla(serial), "旧", "2026-01-15", "E") for serial in (3, 1, 4))]
    answers, _ = desk_run(
        tmp_path, rows, regime="cn-used-vehicle", confirmations=letters, exporters=qualified
    )
    reasons = [Reason(code) for answer in answers for code in answer["vin_reasons"].split(";")]
    kept = [
        one for one in reasons if one in {Reason.CONFIRMED_BY_MAKER, Reason.CONFIRMATION_MISSING}
    ]
    assert kept == [Reason.CONFIRMATION_MISSING, reason, Reason.CONFIRMATION_MISSING]


def test_a_letter_names_its_row():
    listed = Confirmations(entries({"vin": f" {tesla(1).lower()} ", "confirmation_no": "L-7"}))
    assert [one.item.value for one in listed.judge(tesla(1))] == ["list.csv row 2, L-7"]
