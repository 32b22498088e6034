"""Powertrain by what makers filed with NHTSA: both signals, and no answer where they disagree."""

import itertools

import pytest
from hypothesis import given
from support.filings import filed_vins

import vintool
from vintool.codes import Grade, Powertrain
from vintool.decoding.profile import profile
from vintool.powertrain import Classification, classify, filings, resolve
from vintool.powertrain.filings import agreed, by_fuel
from vintool.registry.rule import ABOVE, BELOW
from vintool.vin import Vin
from vintool.vin.check_digit import position_9

P = Powertrain


@pytest.mark.parametrize(
    ("primary", "secondary", "level", "powertrain"),
    [
        #  fuels and level by vPIC's names             together
        ("2", None, "4", P.BEV),  # Electric, BEV
        ("2", None, None, P.BEV),  # the level is missing for every tenth
        (None, None, "4", P.BEV),
        ("4", None, None, P.ICE),  # Gasoline
        ("4", "10", None, P.ICE),  # Gasoline, E85
        ("4", "2", "2", P.HEV),  # Gasoline, Electric, strong hybrid
        ("2", "4", "3", P.PHEV),  # the i3 with its range extender is filed like this
        ("2", "4", None, P.NOT_BEV),  # a second fuel: not pure, whatever it is
        ("8", None, "5", P.FCEV),  # Hydrogen
        ("18", None, None, P.FCEV),  # Fuel Cell
        ("2", None, "5", P.FCEV),  # Electric is how some file the fuel of a fuel cell
        ("8", "4", None, P.NOT_BEV),
        ("8", None, "4", None),  # hydrogen called BEV: the Mirai
        ("4", None, "4", None),  # petrol called BEV: a Highlander
        ("4", "2", "4", None),
        ("2", "1", "4", None),
        ("2", None, "3", None),  # electric alone, called a plug-in hybrid
        ("2", None, "9", None),
        ("Not Applicable", None, None, None),  # a trailer
        (None, None, None, None),
    ],
)
def test_fuels_and_level_together(primary, secondary, level, powertrain):
    fuel = by_fuel(number for number in (primary, secondary) if number)
    assert agreed(fuel, filings._LEVELS.get(level)) is powertrain


def test_pure_electric_takes_both_signals_or_the_other_silent():
    for fuel, level in itertools.product([*P, None], repeat=2):
        powertrain = agreed(fuel, level)
        assert (powertrain is P.BEV) == ({fuel, level} <= {P.BEV, None} and {fuel, level} != {None})


@pytest.mark.parametrize(
    ("vin", "powertrain", "grade"),
    [
        ("5YJ3E1EAXHF000316", "BEV", "A"),  # Tesla Model 3: vPIC, listings and the WMI agree
        ("1FTVW1EL0NWG00001", "BEV", "A"),  # F-150 Lightning
        ("1HGCM82633A004352", "ICE", "A"),
        ("3FA6P0SP7LR491323", None, None),  # patterns of a plug-in Fusion file two first fuels
        ("LPSBE3KA1ML696494", None, None),  # a Polestar 2 filed as petrol and as BEV
        ("1N9FCH1A2R2393301", None, None),  # hydrogen, called BEV
        ("1B94CE119SB940888", "BEV", "C"),  # a level without a fuel
    ],
)
def test_known_filings(vin, powertrain, grade):
    vehicle = vintool.decode(vin)
    assert (vehicle.powertrain and vehicle.powertrain.value) == powertrain
    assert (vehicle.powertrain and vehicle.powertrain.grade) == grade
    if powertrain is None:
        assert len(vehicle.powertrain_conflict) > 1


def test_a_foreign_vin_that_only_may_be_american_proves_nothing():
    electric = "KMUKCDTC2TU351204"  # the check digit fails
    decoded = profile(Vin(electric), position_9(electric))
    assert not decoded.vpic_pass.sure
    assert decoded.vpic_pass.value(24) == "Electric"
    assert decoded.classification.powertrain is None
    assert decoded.near_electric  # and never clears


def test_no_slip_that_the_check_digit_misses_turns_an_electric_vehicle_into_a_clear_one():
    lightning = "1FTVW1EL0NWG00001"
    for at, other in [
        (4, "6"),
        (5, "A"),
        (6, "N"),
        (6, "V"),
        (6, "5"),
        (7, "3"),
        (7, "C"),
        (7, "T"),
    ]:
        text = lightning[:at] + other + lightning[at + 1 :]
        decoded = profile(Vin(text), position_9(lightning))
        assert decoded.classification.powertrain in {None, P.BEV} or decoded.near_electric, text


def rule(powertrain, grade):
    return classify("LRW3E7FALC").rules[0]._replace(powertrain=P(powertrain), grade=Grade(grade))


def labelled_rule(powertrain, grade):
    return Classification(P(powertrain), Grade(grade), (rule(powertrain, grade),))


@pytest.mark.parametrize(
    ("packaged", "filings_of_vin", "powertrain", "grade"),
    [
        (Classification(None, None, ()), [("BEV", "A")], "BEV", "A"),
        (labelled_rule("BEV", "C"), [("BEV", "A")], "BEV", "A"),  # agreement takes the better grade
        (labelled_rule("BEV", "A"), [("BEV", "C")], "BEV", "A"),
        (labelled_rule("NOT_BEV", "C"), [("ICE", "C")], "ICE", "C"),  # the more exact word
        (labelled_rule("EREV", "A"), [("PHEV", "A")], "EREV", "A"),  # the i3: hand-made knows better
        (labelled_rule("PHEV", "C"), [("HEV", "A")], "HEV", "A"),
        (labelled_rule("BEV", "A"), [("ICE", "A")], None, None),  # contradiction never averages
        (labelled_rule("ICE", "C"), [("BEV", "A")], None, None),
        (labelled_rule("BEV", "A"), [("BEV", "C"), ("ICE", "C")], None, None),
        (labelled_rule("BEV", "A"), [], "BEV", "A"),
        (Classification(None, None, (rule("BEV", "C"), rule("ICE", "C"))), [("BEV", "A")], "BEV", "B"),
    ],
)  # fmt: skip
def test_packaged_rules_and_filings_together(packaged, filings_of_vin, powertrain, grade):
    classification = filings.weigh(packaged, tuple(rule(*each) for each in filings_of_vin))
    assert (classification.powertrain, classification.grade) == (powertrain, grade)
    assert len(classification.rules) == len(packaged.rules) + len(filings_of_vin)


def test_rules_of_the_user_below_the_packaged_ones_yield_to_the_filing():
    below = resolve([rule("ICE", "A")._replace(rank=BELOW)])
    classification = filings.weigh(below, (rule("BEV", "A"),))
    assert (classification.powertrain, classification.grade) == (P.BEV, Grade.A)
    assert [one.powertrain for one in classification.opposed] == [P.ICE, P.BEV]
    above = resolve([rule("ICE", "A")._replace(rank=ABOVE)])
    classification = filings.weigh(above, (rule("BEV", "A"),))
    assert classification.powertrain is None  # a finding, not a ranking
    assert [one.powertrain for one in classification.opposed] == [P.ICE, P.BEV]


@pytest.mark.parametrize("rank", [ABOVE, BELOW])
def test_a_rule_of_the_user_lends_the_filing_no_grade(rank):
    own = resolve([rule("ICE", "A")._replace(rank=rank)])
    classification = filings.weigh(own, (rule("ICE", "C"),))
    assert (classification.powertrain, classification.grade) == (P.ICE, Grade.C)
    assert not classification.firm
    assert not own.firm
    assert filings.weigh(own, (rule("ICE", "B"),)).firm


@given(filed_vins())
def test_what_is_not_known_to_be_american_makes_no_rule(vin):
    decoded = profile(Vin(vin), position_9(vin))
    if decoded.vpic_pass is not None and not decoded.vpic_pass.sure:
        assert not any(one.sure for one in decoded.rivals)
        assert "vpic" not in {rule.file for rule in decoded.classification.rules}


@given(filed_vins())
def test_an_answer_rests_on_rules_that_agree_with_it(vin):
    classification = profile(Vin(vin), position_9(vin)).classification
    sides = {rule.electric for rule in classification.rules}
    if classification.powertrain is None:
        assert classification.rules == () or len(sides) == 2
    else:
        assert (classification.powertrain is P.BEV) in sides
        assert classification.grade in {rule.grade for rule in classification.rules} | {Grade.B}
