"""The rules of powertrain: hand-made ones answer their own example, and those that disagree are known."""

import pytest
from support.tables import table

from vintool.codes import Powertrain
from vintool.powertrain import classify
from vintool.registry.patterns import parse_pattern
from vintool.vin.positions import ALPHABET

MANUAL = table("powertrain.manual.csv")
# Rows that stand against a row of the evidence on purpose: the VIN alone cannot tell.
BOTH_SIDES = {("WVW", "ZZZAU"), ("WV1", "ZZZSY"), ("LFZ", "93AN9")}


@pytest.mark.parametrize(
    "row", MANUAL, ids=[f"{row['wmi']}-{row['vds']}-{row['year_codes']}" for row in MANUAL]
)
def test_every_hand_made_rule_answers_its_own_example(row):
    example = row["example"]
    assert len(example) == 11
    classification = classify(example[:8] + example[9:11])
    if (row["wmi"], row["vds"]) in BOTH_SIDES:
        assert classification.ambiguous
    else:
        assert classification.powertrain == row["powertrain"]
    assert row["source"]
    assert set(
        "".join(parse_pattern(row["vds"], 5)) + row["year_codes"] + row["plant_codes"]
    ) <= set(ALPHABET) | {"*"}


def test_rules_of_equal_rank_that_disagree_are_known():
    """A start of a VIN seen on both sides must be named here, so that none slips in."""
    split = set()
    for row in table("powertrain.evidence.csv"):
        start = row["wmi"] + row["vds"].replace("*", "_")
        classification = classify(start + "__")
        if classification.powertrain is not None:
            assert (classification.powertrain is Powertrain.BEV) == (row["powertrain"] == "BEV"), (
                start
            )
        else:
            split.add(start)
    assert split == {"LGWEEUA5", "WVWZZZAU", "WV1ZZZSY", "LFZ93AN9"}
