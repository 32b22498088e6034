"""``body_series.csv``: vans under the WMIs of cars; every row is sound, and answers its own example."""

import pytest
from support.tables import table

from vintool import registry
from vintool.errors import DataError
from vintool.registry import series as body_series
from vintool.registry.patterns import fits
from vintool.registry.rows import KeyedTable

HEADER = ",".join(body_series.COLUMNS)


def test_every_row_answers_its_example():
    rows = table("body_series.csv")
    assert rows
    for row in rows:
        series = registry.body_series(row["example"])
        assert (series.kind, series.series) == (row["kind"], row["series"])


def test_no_two_rows_fit_one_vin():
    for wmi in {row["wmi"] for row in table("body_series.csv")}:
        rows = registry.body_series_rows(wmi)
        for row in table("body_series.csv"):
            if row["wmi"] == wmi:
                assert sum(fits(one.pattern, row["example"]) for one in rows) == 1, row


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("ZZ7,A****,lorry,Cargo,page,,ZZ7ABCDE", "no kind 'lorry'"),
        ("ZZ7,A****,van,,page,,ZZ7ABCDE", "is empty"),
        ("ZZ7,A****,van,Cargo,,,ZZ7ABCDE", "is empty"),
        ("ZZ7,B****,van,Cargo,page,,ZZ7ABCDE", "does not fit it"),
    ],
)
def test_a_row_that_is_not_sound_is_refused(monkeypatch, row, fault):
    text = f"{HEADER}\n{row}\n".encode()
    monkeypatch.setattr(body_series, "keyed_table", lambda _, columns: KeyedTable(text, columns))
    with pytest.raises(DataError, match=f"body_series.csv, ZZ7 .*{fault}"):
        body_series.body_series_rows.__wrapped__("ZZ7")
