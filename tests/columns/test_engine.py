"""Distinct keys are numbered as a dictionary would, whatever the batches and however wide the keys."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vintool.columns.engine.categorical import Categorical
from vintool.columns.engine.encoder import KeyEncoder
from vintool.columns.engine.per_distinct import PerDistinct

keys = st.one_of(st.integers(0, 40), st.integers(0, (1 << 63) - 1))


@given(st.lists(st.lists(keys, max_size=60), max_size=6))
def test_numbers_are_those_of_a_dictionary(batches):
    encoder, known = KeyEncoder(), dict[int, int]()
    for batch in batches:
        codes, rows = encoder(np.array(batch, dtype=np.uint64))
        fresh = [batch[row] for row in rows]
        assert fresh == sorted(set(batch) - known.keys())
        known |= {key: len(known) + at for at, key in enumerate(fresh)}
        assert codes.tolist() == [known[key] for key in batch]
    assert len(encoder) == len(known)


def test_many_numbers_find_each_other_in_a_table_that_grew():
    encoder = KeyEncoder()
    some = np.random.default_rng(54).integers(0, 1 << 62, 200_000).astype(np.uint64)
    first = np.concatenate([encoder(part)[0] for part in np.split(some, 50)])
    again, fresh = encoder(some)
    assert (first == again).all()
    assert not len(fresh)
    assert len(encoder) == len(np.unique(some))


# More bits than one key has are reached with the second width, on one batch or on the next.
@pytest.mark.slow
@pytest.mark.parametrize("parts", [2, 3, 9])
@given(data=st.data())
@settings(max_examples=60)
def test_combinations_are_those_of_tuples(parts, data):
    code = st.integers(0, 3) | st.integers(0, (1 << 31) - 1)
    batches = data.draw(
        st.lists(st.lists(st.tuples(*[code] * parts), min_size=1, max_size=20), max_size=5)
    )
    encoder, codes_by_tuple = KeyEncoder(), dict[tuple[int, ...], int]()
    tuples = []
    for batch in batches:
        columns = [np.array(column, dtype=np.int32) for column in zip(*batch, strict=True)]
        codes, rows = encoder(*columns)
        for row, number in zip(batch, codes.tolist(), strict=True):
            assert codes_by_tuple.setdefault(row, number) == number
        tuples += [batch[row] for row in rows]
        assert {row: at for at, row in enumerate(tuples)} == codes_by_tuple


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.lists(
                st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), max_size=9
            ),
        ),
        max_size=5,
    )
)
def test_a_rule_per_distinct_key_answers_as_the_rule_and_is_asked_once_a_key(batches):
    calls = []

    def rule(*key):
        calls.append(key)
        return sum(key) % 7 or None

    per_distinct, values = PerDistinct(rule), [list(range(10)) for _ in range(3)]
    for fixed, batch in batches:
        rows = [(4, *row[1:]) if fixed else row for row in batch]
        columns = [
            Categorical(own, np.array([row[at] for row in rows], dtype=np.int32))
            for at, own in enumerate(values)
        ]
        if fixed:
            columns[0] = Categorical.constant(len(rows), values[0], 4)
        answers = per_distinct(*columns)
        assert [answers.values[code] for code in answers.codes.tolist()] == [
            sum(row) % 7 or None for row in rows
        ]
    # A key is asked again only where its first column was once the same for all.
    assert all(calls.count(key) <= 1 + (key[0] == 4) for key in calls)
