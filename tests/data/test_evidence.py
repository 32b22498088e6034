"""powertrain.evidence.csv: keys, counts and grades, and what was rejected."""

import re

from support.tables import ALPHABET, table

# Starts of labelled VINs whose three characters are no WMI of the registry.
NO_WMI = {
    "LEV": "one label of low trust, probably LFV misread",
    "SSD": "a fork-lift truck",
    "WE0": "probably WF0 misread",
    "WWW": "probably WVW misread",
    "Y79": "small Ukrainian makers; six characters are needed",
    "Y89": "small Ukrainian makers; six characters are needed",
    "Y9L": "a Ukrainian code that no list has",
    "YTA": "probably XTA misread",
}

VDS = re.compile(r"(?=.{5}$)[A-HJ-NPR-Z0-9]*\**")

NOT_BEV = {"NOT_BEV", "ICE", "HEV", "PHEV", "EREV", "FCEV"}


def test_evidence_is_sorted_and_unique(evidence):
    keys = [(row["wmi"], row["vds"], row["powertrain"]) for row in evidence]
    assert keys == sorted(set(keys))


def test_evidence_has_one_row_a_side(evidence):
    sides = [(row["wmi"], row["vds"], row["powertrain"] == "BEV") for row in evidence]
    assert len(sides) == len(set(sides))


def test_evidence_values_are_of_closed_lists(evidence):
    for row in evidence:
        assert row["powertrain"] in NOT_BEV | {"BEV"}, row
        assert row["kind"] in {"car", "truck", "unknown"}, row
        assert row["grade"] in {"A", "B", "C"}, row


def test_evidence_keys_are_of_the_alphabet(evidence):
    for row in evidence:
        assert len(row["wmi"]) == 3, row
        assert set(row["wmi"]) <= set(ALPHABET), row
        assert VDS.fullmatch(row["vds"]), row


def test_evidence_codes_are_distinct_and_in_order(evidence):
    for row in evidence:
        for column in ("year_codes", "plant_codes"):
            assert list(row[column]) == sorted(set(row[column]), key=ALPHABET.index), row


def test_evidence_counts_and_grades(evidence):
    for row in evidence:
        assert int(row["vehicles"]) >= int(row["sources"]) > 0, row
        trust = re.fullmatch(r".+ \(trust: (high|medium|low)\)", row["source"])[1]
        due = "A" if trust == "high" else "B" if int(row["sources"]) > 1 else "C"
        assert row["grade"] == due, row


def test_evidence_models_are_few_and_distinct(evidence):
    for row in evidence:
        models = row["models"].split(";")
        assert len(models) == len(set(models)) <= 4, row


def test_evidence_wmis_are_known(evidence, wmis, manual):
    registered = {row["wmi"] for row in (*wmis, *manual)}
    assert {row["wmi"] for row in evidence} - registered == set(NO_WMI)


def test_rejected_rows_are_not_in_the_evidence(evidence):
    starts = {(row["wmi"] + row["vds"].rstrip("*"), row["powertrain"] == "BEV") for row in evidence}
    rejected = table("powertrain.rejected.csv")
    assert rejected
    for row in rejected:
        assert row["why"], row
        assert (row["prefix"], row["powertrain"] == "BEV") not in starts, row
