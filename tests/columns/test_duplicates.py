"""Duplicate VINs: the first row is named as by a dictionary, across batches and on disk."""

from unittest.mock import patch

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from support import ON

from vintool.columns import screen_batches
from vintool.columns.screening import duplicate_index
from vintool.columns.screening.duplicate_index import DuplicateIndex, hashes_of
from vintool.columns.screening.duplicates import Occurrences


def test_a_vin_on_an_earlier_row_is_reported_across_batches():
    batch = pa.record_batch(
        {"c": ["LRW3E7FA1LC000001", "LGXCE4CB6S0134553", "lrw3e7fa1lc000001", "TBA", "TBA"]}
    )
    reasons_of_rows = [
        reason
        for part in screen_batches([batch, batch], ON, {"vin": "c"})
        for reason in part["vin_reasons"].to_pylist()
    ]
    assert [("duplicate_vin" in reasons) for reasons in reasons_of_rows] == [
        False,
        False,
        True,
        False,
        False,
        True,
        True,
        True,
        False,
        False,
    ]


@given(st.lists(st.lists(st.integers(0, 50), max_size=30), max_size=6), st.sampled_from([1, 2, 16]))
def test_seen_vins_tells_the_first_row_as_a_dictionary_would(batches, in_memory):
    with patch.object(duplicate_index, "IN_MEMORY", in_memory):  # few: the others are on disk
        hold_against_a_dictionary(DuplicateIndex(), batches)
        hold_against_a_dictionary(
            DuplicateIndex(), batches, hashed=lambda numbers: np.array(numbers, np.uint64)
        )


def test_a_duplicate_index_tells_the_first_row_of_very_many():
    numbers = np.random.default_rng(54).integers(0, 400_000, (60, 10_000))
    with patch.object(duplicate_index, "IN_MEMORY", 4):
        hold_against_a_dictionary(DuplicateIndex(), numbers.tolist())


def test_how_often_a_vin_stood_before():
    duplicates, places = Occurrences(), np.array([-1, 7, 7, 8, -1, 7])
    assert duplicates.repeats(places).tolist() == [0, 1, 2, 1, 0, 3]
    assert duplicates.repeats(np.array([8, 9, 7])).tolist() == [2, 1, 4]


def of_vins(numbers):
    """The hashes of VINs with these serials."""
    characters = np.frombuffer(
        "".join(f"LRW3E7FA1LC{number:06d}" for number in numbers).encode(), dtype=np.uint8
    )
    return hashes_of(characters.reshape(-1, 17))


def hold_against_a_dictionary(first_rows, batches, hashed=of_vins):
    """Hold the first rows that are named against those of a dictionary."""
    first, row = {}, 0
    for batch in batches:
        places = first_rows(hashed(batch), np.arange(row, row + len(batch)))
        for place, (number, earlier) in enumerate(zip(batch, places.tolist(), strict=True), row):
            assert earlier == first.get(number, -1)
            first.setdefault(number, place)
        row += len(batch)
