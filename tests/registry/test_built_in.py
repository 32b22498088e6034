"""``built_in.csv``: every row is sound, and answers its own example."""

import pytest
from support.tables import table

from vintool import registry
from vintool.errors import DataError
from vintool.registry import assembly
from vintool.registry.rows import KeyedTable

HEADER = ",".join(assembly.COLUMNS)


def test_every_row_answers_its_example():
    rows = table("built_in.csv")
    assert rows
    for row in rows:
        key = row["example"]
        found = registry.built_in(f"{key[:8]}0A{key[8]}")
        assert found is not None, row
        assert found.country == row["country"], row


def test_rows_are_sorted_and_unique():
    keys = [(row["wmi"], row["vds"], row["plant_codes"]) for row in table("built_in.csv")]
    assert keys == sorted(set(keys))


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("ZZ7,A****,,XX,Car,,page,,ZZ7ABCDE1", "no country 'XX'"),
        ("ZZ7,A****,,,Car,,page,,ZZ7ABCDE1", "no country ''"),
        ("ZZ7,A****,,CN,,,page,,ZZ7ABCDE1", "is empty"),
        ("ZZ7,A****,,CN,Car,,,,ZZ7ABCDE1", "is empty"),
        ("ZZ7,A****,B,CN,Car,,page,,ZZ7ABCDE1", "does not fit it"),
    ],
)
def test_a_row_that_is_not_sound_is_refused(monkeypatch, row, fault):
    text = f"{HEADER}\n{row}\n".encode()
    monkeypatch.setattr(assembly, "keyed_table", lambda _, columns: KeyedTable(text, columns))
    with pytest.raises(DataError, match=f"built_in.csv, ZZ7 .*{fault}"):
        assembly.built_in_rows.__wrapped__("ZZ7")


def test_rows_that_fit_and_disagree_tell_nothing(monkeypatch):
    text = f"{HEADER}\nZZ7,A****,,CN,Car,,page,,ZZ7ABCDE1\nZZ7,AB***,,DE,Car,,page,,ZZ7ABCDE1\n"
    monkeypatch.setattr(
        assembly, "keyed_table", lambda _, columns: KeyedTable(text.encode(), columns)
    )
    monkeypatch.setattr(assembly, "built_in_rows", assembly.built_in_rows.__wrapped__)
    assert assembly.built_in("ZZ7ACCCC00A").country == "CN"
    assert assembly.built_in("ZZ7ABCCC00A") is None
