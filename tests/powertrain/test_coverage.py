"""Labelled starts asked as if they had not been seen: what patterns claim beyond their rows is not wrong."""

import pytest

from benchmarks.powertrain import Support, cases, filed, without_start
from vintool.codes import Grade, Powertrain
from vintool.powertrain import filings

# Starts of both kinds, of which a hand-made row has one side and a label the other.
BOTH_SIDES = {"LFZ93AN9", "WV1ZZZSY", "WVWZZZAU"}


@pytest.mark.slow
def test_without_its_own_start_none_is_wrong_at_a_or_b_and_at_most_one_in_200_at_all():
    every = cases()
    support = Support(every)
    answered, wrong = 0, []
    for case in every:
        said = filings.weigh(without_start(support, case), filed(case))
        if said.powertrain is None:
            continue
        answered += 1
        if (said.powertrain is Powertrain.BEV) is not case.electric:
            wrong.append(case.vin[:8])
            assert said.grade is Grade.C
    assert set(wrong) == BOTH_SIDES
    assert len(wrong) <= answered / 200


@pytest.mark.slow
def test_most_starts_of_china_are_answered_without_their_own():
    every = [case for case in cases() if case.region == "China"]
    support = Support(every)
    for electric, share in ((True, 0.75), (False, 0.5)):
        asked = [case for case in every if case.electric is electric]
        silent = [case for case in asked if without_start(support, case).powertrain is None]
        assert len(silent) <= (1 - share) * len(asked)
