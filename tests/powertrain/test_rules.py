"""The rules of powertrain: hand-made ones answer their own example, and those that disagree are known."""

import re

import pytest
from support.tables import DATA, table

from vintool.codes import Powertrain
from vintool.decoding.model_year import latest_model_year
from vintool.powertrain import classify
from vintool.registry.electric_wmis import builds_electric
from vintool.registry.patterns import parse_pattern
from vintool.vin.positions import ALPHABET, years_of_code

MANUAL = table("powertrain.manual.csv")
EVIDENCE = table("powertrain.evidence.csv")
REFUTED = table("powertrain.refuted.csv")
APPROVALS = table("approvals.csv") if (DATA / "approvals.csv").exists() else []
STARTS = {
    electric: {
        row["wmi"] + row["vds"] for row in EVIDENCE if (row["powertrain"] == "BEV") is electric
    }
    for electric in (True, False)
}
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
    elif row["powertrain"] == "NOT_BEV":  # what was seen of the example may say more
        assert classification.powertrain not in {None, Powertrain.BEV}
    else:
        assert classification.powertrain == row["powertrain"]
    assert row["source"]
    assert set(
        "".join(parse_pattern(row["vds"], 5)) + row["year_codes"] + row["plant_codes"]
    ) <= set(ALPHABET) | {"*"}


def _signs(row):
    """What a row allows at positions 1-8, 10 and 11."""
    return (
        *row["wmi"],
        *parse_pattern(row["vds"], 5),
        row["year_codes"] or "*",
        row["plant_codes"] or "*",
    )


def _reaches(wide, narrow):
    """Whether one row allows all that another does."""
    return all(
        one == "*" or (other != "*" and set(other) <= set(one))
        for one, other in zip(_signs(wide), _signs(narrow), strict=True)
    )


@pytest.mark.parametrize(
    "row", REFUTED, ids=[f"{r['wmi']}{r['vds']}-{r['claim']}" for r in REFUTED]
)
def test_nothing_that_was_refuted_or_is_too_thin_is_claimed_again(row):
    electric = row["claim"] == "BEV"
    again = [
        rule for rule in MANUAL if (rule["powertrain"] == "BEV") is electric and _reaches(rule, row)
    ]
    assert again == []
    assert row["verdict"] in {"refuted", "thin"}
    for start in filter(None, row["counter_examples"].split(";")):
        assert all(
            allowed == "*" or sign in allowed
            for allowed, sign in zip(_signs(row), start, strict=False)
        )
        sides = {side for side, seen in STARTS.items() if start in seen}
        assert not sides or (not electric) in sides


FIGURES = re.compile(
    r"(?:no labelled start|(\d+) labelled starts? of (\d+) vehicles?)(?:, (\d+) type approvals?)?, (\d+) against"
    r"(?: under (\w+(?: and \w+)*))?"
)


def _sides(rows, codes, rule, electric):
    """The rows that a rule fits under some codes: those that bear it out, and those against."""
    pattern = parse_pattern(rule["vds"], 5)
    fitting = [
        row
        for row in rows
        if row["wmi"] in codes
        and all(a == "*" or sign in a for a, sign in zip(pattern, row["vds"], strict=True))
        and (not rule["year_codes"] or set(rule["year_codes"]) & set(row["year_codes"]))
    ]
    support = [row for row in fitting if (row["powertrain"] == "BEV") is electric]
    return support, [row for row in fitting if row not in support]


def test_figures_of_hand_made_rules_are_those_of_the_labelled_starts():
    """Support and exceptions stand in the note; the starts that it counts are those of all codes that it names."""
    with_figures = 0
    for rule in MANUAL:
        if not (figures := FIGURES.match(rule["note"])):
            continue
        with_figures += 1
        codes = figures[5].split(" and ") if figures[5] else [rule["wmi"]]
        electric = rule["powertrain"] == "BEV"
        support, against = _sides(EVIDENCE, codes, rule, electric)
        vehicles = sum(int(row["vehicles"]) for row in support)
        assert (int(figures[1] or 0), int(figures[2] or 0)) == (len(support), vehicles), rule
        assert int(figures[4]) == len(against), rule
        if APPROVALS and not rule["year_codes"]:  # an approval tells no year
            support, against = _sides(APPROVALS, codes, rule, electric)
            assert int(figures[3] or 0) == len({(row["wmi"], row["vds"]) for row in support}), rule
            assert against == [], rule
    assert with_figures > 90


def test_no_rule_says_not_electric_of_years_in_which_its_code_has_electric_cars():
    for rule in MANUAL:
        if rule["vds"].endswith("****") and rule["powertrain"] == "NOT_BEV" and rule["year_codes"]:
            electric = builds_electric(rule["wmi"])
            if electric and electric.seen:
                years = [years_of_code(code) for code in rule["year_codes"]]
                latest = max(year for both in years for year in both if year <= latest_model_year())
                assert latest < electric.seen, rule


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
