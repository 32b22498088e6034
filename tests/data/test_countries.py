"""countries.csv: ranges of WMIs, well formed, sorted, and of one country at a time."""

import itertools

from support.tables import ALPHABET, ISO_3166, iso


def test_ranges_are_well_formed(countries):
    for row in countries:
        assert len(row["first"]) == len(row["last"]) == 2, row
        assert set(row["first"] + row["last"]) <= set(ALPHABET), row
        assert row["first"][0] == row["last"][0], row
        assert iso(row["first"]) <= iso(row["last"]), row
        assert row["status"] in {"current", "in use", "older table"}, row
        assert row["country"] in ISO_3166, row
        assert row["name"], row


def test_ranges_are_sorted(countries):
    keys = [
        (iso(row["first"]), iso(row["last"]), row["status"], row["country"]) for row in countries
    ]
    assert keys == sorted(set(keys))


def test_live_ranges_do_not_overlap(live):
    for one, two in itertools.pairwise(live):
        assert iso(one["last"]) < iso(two["first"]), (one, two)


def test_a_country_has_one_name(countries):
    names = {}
    for row in countries:
        assert names.setdefault(row["country"], row["name"]) == row["name"], row
