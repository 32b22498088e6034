"""vPIC's rules in columns say of every row what they say of a single VIN."""

import itertools
import sys
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.filings import assorted_vins
from support.vins import checked_vin

from vintool import registry
from vintool.columns import TYPES, decode_table
from vintool.columns.decoding import schemas
from vintool.columns.decoding import table as decoded
from vintool.columns.decoding.bitsets import (
    CHARACTERS,
    BitSets,
    CharacterCodes,
    literals,
    parse_patterns,
)
from vintool.columns.decoding.profiles import FIELDS, profile_rules
from vintool.columns.engine.arrays import Runs
from vintool.decoding.profile import profile
from vintool.registry.patterns import PatternTable, bits, parse_pattern
from vintool.vin import Vin
from vintool.vin.check_digit import position_9
from vintool.vin.positions import ALPHABET

POSITIONS = (4, 5, 6, 10)


def value_of(field, answer):
    value = decoded._VALUES[field](answer)
    value = getattr(value, "value", value)
    return list(value) if isinstance(value, tuple) else value


def codes(vins):
    return np.frombuffer("".join(vins).encode(), dtype=np.uint8).reshape(-1, 17)


def assert_as_one_by_one(vins, fields):
    columns = decoded.decode_columns(codes(vins), fields)
    rows = zip(*(columns[field].to_pylist() for field in fields), strict=True)
    for vin, row in zip(vins, rows, strict=True):
        expected = profile(Vin.trusted(vin), position_9(vin))
        for field, value in zip(fields, row, strict=True):
            assert value == value_of(field, expected), (vin, field)


@pytest.mark.parametrize("seed", range(3))
def test_every_field_of_every_row_is_that_of_the_scalar_path(seed):
    assert_as_one_by_one(list(assorted_vins(700, seed)), sorted(FIELDS))


def test_few_rows_are_left_to_the_scalar_path():
    profiles = profile_rules()(codes(list(assorted_vins(2000, 7))), FIELDS)
    assert 0 < profiles.undecided.sum() < 40


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_field_is_the_same_when_it_is_asked_for_alone(field):
    assert_as_one_by_one(list(assorted_vins(40, 9)), [field])


def test_the_registrys_fields_ask_no_patterns(monkeypatch):
    vins = [vin for vin in assorted_vins(100, 10) if not registry.is_dated(Vin.trusted(vin).wmi)]
    monkeypatch.setattr(BitSets, "match", None)
    decoded.decode_columns(codes(vins), ["manufacturer", "country", "region", "market"])


@pytest.mark.parametrize("repeats", [1, 3])
@pytest.mark.parametrize("sample", [16, 1 << 15])
def test_decode_table_takes_the_columns_where_there_are_many(monkeypatch, sample, repeats):
    monkeypatch.setattr(decoded, "_SAMPLE", sample)
    fields = sorted(FIELDS)
    vins = [*assorted_vins(60, 11)] * repeats
    texts = [None, "?", *vins, "", vins[0].lower()]
    one_by_one = decode_table(pa.table({"vin": texts}), fields=fields)
    monkeypatch.setattr(decoded, "MANY", 1)
    decoded._POOL.cache_clear()
    calls = []
    in_columns = decoded.decode_columns
    monkeypatch.setattr(
        decoded,
        "decode_columns",
        lambda *given, **how: calls.append(given) or in_columns(*given, **how),
    )
    assert decode_table(pa.table({"vin": texts}), fields=fields).equals(one_by_one)
    assert calls


def test_new_rules_are_heard(tmp_path):
    rules = tmp_path / "bit_sets.csv"
    rules.write_text("wmi,vds,powertrain,source\nZZ7,*****,BEV,ours\n", encoding="utf-8")
    vins = ["ZZ7AAAAA0AA000001"]
    fields = ["powertrain", "powertrain_grade"]
    assert decoded.decode_columns(codes(vins), fields)["powertrain"].to_pylist() == [None]
    registry.use_evidence([rules])
    try:
        assert_as_one_by_one(vins, fields)
        assert decoded.decode_columns(codes(vins), fields)["powertrain"].to_pylist() == ["BEV"]
    finally:
        registry.use_evidence()


texts = st.lists(
    st.sampled_from("AB7*") | st.text("ABC79", min_size=1, max_size=4).map("[{}]".format),
    max_size=4,
).map("".join)


@given(st.lists(texts, min_size=1, max_size=9))
def test_patterns_are_read_as_one_by_one(given):
    counts, signs = parse_patterns(pa.array([text + "\n" for text in given]), 4)
    ends = np.cumsum(counts)
    assert [part.tolist() for part in np.split(signs, ends[:-1])] == [
        literals(parse_pattern(text, 4, short=True)) for text in given
    ]


@pytest.mark.parametrize("text", ["ABCDE", "[AB", "A[[B]", "[AB]]A[A", "A]"])
def test_no_pattern_is_misread(text):
    with pytest.raises(ValueError, match="pattern"):
        parse_patterns(pa.array([text + "\n"]), 4)


@given(
    st.lists(st.lists(texts, max_size=150), min_size=1, max_size=4),
    st.lists(st.text("ABC79", min_size=17, max_size=17), min_size=1, max_size=4),
    st.sets(st.sampled_from(POSITIONS)),
)
def test_bit_sets_match_as_the_scalar_table(sets, vins, often):
    bit_sets, signs = BitSets(POSITIONS, sorted(often)), Runs()
    tables = []
    for number, chosen in enumerate(sets):
        patterns = [parse_pattern(text, 4, short=True) for text in chosen]
        tables.append(PatternTable(patterns))
        parts = [literals(pattern) for pattern in patterns]
        first = len(signs)
        signs.add(
            np.array([*map(len, parts)], np.intp), np.array([*itertools.chain(*parts)], np.intp)
        )
        owner = np.zeros(len(chosen), np.intp)
        bit_sets.add(1, owner, first + np.arange(len(chosen)), signs)
        assert len(bit_sets.count) == number + 1
    pairs = [(at, row) for at in range(len(sets)) for row in range(len(vins))]
    which, rows = np.array(pairs).T
    hits = bit_sets.match(which, rows, CharacterCodes(codes(vins)))
    matches = {pair: set() for pair in pairs}
    for question, word, fits in zip(*(column.tolist() for column in hits), strict=True):
        at, row = pairs[question]
        start = 64 * (word - int(bit_sets.first[at]))
        matches[at, row] |= {start + bit for bit in bits(fits)}
    for at, row in pairs:
        key = "".join(vins[row][position - 1] for position in POSITIONS)
        assert matches[at, row] == set(bits(tables[at].match(key))), (at, row)


def test_every_character_has_a_number():
    assert CHARACTERS[:-1] == ALPHABET
    assert set(FIELDS) <= set(TYPES)


@pytest.mark.slow
def test_threads_that_begin_together_tell_the_same():
    batches = [list(assorted_vins(300, seed)) for seed in range(20, 26)]
    fields = sorted(FIELDS)
    expected = [decoded.decode_columns(codes(vins), fields) for vins in batches]
    schemas.schemas.cache_clear()  # nothing is compiled,
    registry.use_evidence()  # and nothing known of what the columns were asked before
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # threads take turns between any two steps
    try:
        with ThreadPoolExecutor(len(batches)) as pool:
            found = list(
                pool.map(lambda vins: decoded.decode_columns(codes(vins), fields), batches)
            )
    finally:
        sys.setswitchinterval(interval)
    for one, other in zip(found, expected, strict=True):
        assert [name for name in fields if one[name] != other[name]] == []


@pytest.mark.slow
@pytest.mark.parametrize("differ", [True, False])
def test_texts_as_dictionary_arrays_say_the_same(differ):
    vins = [*assorted_vins(400, 54)] * (1 if differ else 8) + ["?", None]
    with (
        patch.object(decoded, "MANY", 100),
        patch.object(decoded, "_MOST", 300),
        patch.object(decoded, "_FEWEST", 300),
    ):
        plain, encoded = (decode_table(pa.array(vins), encoded=encode) for encode in (False, True))
        some = decode_table(pa.array(vins), fields=sorted(FIELDS), encoded=True)
    assert encoded.to_pylist() == plain.to_pylist()
    assert some.to_pylist() == plain.select(some.column_names).to_pylist()
    assert pa.types.is_dictionary(some.schema.field("vin_brand").type)
    # One dictionary for all batches, or such columns could not be grouped by.
    assert some.group_by("vin_brand").aggregate([([], "count_all")]).num_rows > 5


def test_a_column_of_makers_that_nhtsa_does_not_know_is_decoded_first_of_all():
    """In a process that has met no other maker, more VINs than are decoded one by one."""
    registry.use_evidence()
    signs = "ABCDEFGHJKLMNPRS"
    starts = [f"LRW{a}{b}{c}{d}E" for a in signs for b in signs for c in signs for d in "12"]
    table = decode_table([checked_vin(start, "SC") for start in starts[:2_500]], fields=["brand"])
    assert set(table["vin_brand"].to_pylist()) == {"Tesla"}
