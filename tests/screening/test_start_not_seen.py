"""Electric cars whose start of a VIN nobody had seen, declared as something else: words alone clear none of them."""

import pytest
from support import ON
from support.tables import table
from support.vehicles import PETROL, UNSEEN, screen
from support.vins import vin

from vintool.codes import Reason, Verdict
from vintool.decoding.identity import identify
from vintool.powertrain import UNKNOWN, resolve
from vintool.registry.electric_wmis import IN_CHINA
from vintool.registry.powertrain_rules import powertrain_rules
from vintool.screening.decision import decide
from vintool.screening.facts import Facts, declared_meanings, profile_of, text_facts
from vintool.screening.regimes import load_regime

LABELLED = sorted(
    {
        row["wmi"] + row["vds"]
        for name in ("powertrain.evidence.csv", "approvals.csv")
        for row in table(name)
        if row["powertrain"] == "BEV"
        and row["wmi"][0] in IN_CHINA
        and "*" not in row["vds"]
        and "客车" not in row.get("name", "")  # buses
    }
)
WRONG = [
    PETROL,
    {"fuel": "diesel", "hs_code": "8703321100"},
    {"fuel": "插混", "hs_code": "8703602300", "model": "hybrid"},
    {**PETROL, "displacement": "1498", "un_no": "3166"},
]


def own_start_left_out(facts, key):
    """What rules say of other starts, and of this one by its positions."""
    rules = [
        rule
        for rule in powertrain_rules(key[:3])
        if all(
            allowed == "*" or sign in allowed
            for sign, allowed in zip(key, rule.pattern, strict=True)
        )
        and "".join(rule.pattern[:8]) != key[:8]
    ]
    return facts._replace(classification=resolve(rules), near_electric=False)


def nothing_known(facts, _key):
    """As if no rule spoke of the maker's VINs."""
    return facts._replace(classification=UNKNOWN, near_electric=False)


@pytest.mark.parametrize("left", [own_start_left_out, nothing_known])
@pytest.mark.parametrize("declared", WRONG, ids="+".join)
def test_no_electric_car_is_cleared_by_wrong_words(declared, left):
    assert len(LABELLED) > 119
    meanings, cleared, held = declared_meanings(declared), [], 0
    for start in LABELLED:
        identity = identify(vin(start, "RA"))
        known = left(text_facts(identity, profile_of(identity)), identity.vin.descriptor[:10])
        facts = Facts(in_force=True, year=ON.year, declared=meanings, vin=known)
        decision = decide(facts, load_regime())
        held += Reason.START_NOT_SEEN in decision.reasons
        if decision.verdict is Verdict.OUT_OF_SCOPE:
            cleared.append(start)
    assert cleared == []
    assert held > (len(LABELLED) - 10 if left is nothing_known else 10)


@pytest.mark.parametrize(
    ("declared", "key"),
    [
        ({"fuel": "插混", "type_code": "SC7155AAAPHEV"}, True),
        ({"fuel": "汽油", "make": "Changan", "model": "CS75 Plus"}, True),
        ({"fuel": "插混", "make": "BYD", "model": "宋PLUS DM-i"}, True),
        ({"fuel": "插混", "make": "Changan", "model": "UNI-K PHEV"}, True),
        ({"fuel": "插混", "make": "Changan", "model": "PHEV"}, False),
        ({"fuel": "汽油", "displacement": "1498", "un_no": "3166", "model": "汽油版"}, False),
    ],
)
def test_a_key_of_the_papers_bears_out_what_words_say(declared, key):
    finding = screen(UNSEEN, ON, {**declared, "hs_code": "8703602300"})
    assert (Reason.START_NOT_SEEN in finding.reasons) is not key
    if not key:
        assert finding.verdict is Verdict.REVIEW
        assert finding.evidence[-1].what == "WMI LS5"
