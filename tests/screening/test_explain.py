"""One VIN on its way to a verdict: each step is taken once, and its result passed on."""

import sys
from collections import Counter
from datetime import date

import pytest

from vintool.codes import Verdict
from vintool.decoding import identity, profile
from vintool.decoding.decode import decode
from vintool.screening import decision, facts
from vintool.screening.explain import explain
from vintool.screening.screen import screen
from vintool.vin import check_digit

TESLA, ON = "LRW3E7FA1LC000001", date(2026, 3, 1)
STEPS = {
    "identify": identity.identify,
    "judge the reading": identity.identify_reading,
    "position 9": check_digit.position_9,
    "profile": profile.profile,
    "facts of the VIN": facts.vin_facts,
    "decide": decision.decide_case,
    "walk through the table": decision.walk,
    "contradictions": decision.Case.contradictions.func,
}


def steps_of(call, *args):
    """How often each step was taken, by whichever name a module knows it."""
    names, taken = {step.__code__: name for name, step in STEPS.items()}, Counter()

    def count(frame, event, _):
        if event == "call" and frame.f_code in names:
            taken[names[frame.f_code]] += 1

    sys.setprofile(count)
    try:
        call(*args)
    finally:
        sys.setprofile(None)
    return taken


@pytest.mark.parametrize("call", [screen, explain])
@pytest.mark.parametrize("declared", [{}, {"fuel": "汽油", "hs_code": "8703801090"}])
def test_each_step_is_taken_once(call, declared):
    call(TESLA, ON, declared)  # what is read once a process
    assert steps_of(call, "LGXCE4CB6S0134553", ON, declared) == dict.fromkeys(STEPS, 1)


def test_the_vehicle_and_the_verdict_are_those_of_decode_and_screen():
    for text in (TESLA, "5YJ3E1EAXHF000316", "WVWZZZ1KZ6W000001", "YT9NN1U14KA007175", "lrw3e7fa2 lc000001"):  # fmt: skip
        page = explain(text, ON)
        assert page.vehicle == decode(text)
        assert page.finding == screen(text, ON)
    assert explain("no VIN", ON).vehicle is None
    assert explain("no VIN", ON).finding.verdict is Verdict.INVALID
