"""Descriptor -> powertrain, with the rules that it rests on.

A rule is a row of data: a pattern over positions 1-8, 10 and 11. All rules that fit a VIN speak.
If they agree on pure electric or not, that is the answer; if they disagree, the more specific one
wins only where its grade is no worse, and otherwise the answer is *cannot tell* with both shown.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from vintool.codes import Grade, Powertrain
from vintool.registry import on_new_rules
from vintool.registry.patterns import ANY, PatternTable, bits
from vintool.registry.powertrain_rules import all_powertrain_rules, powertrain_rules
from vintool.registry.rule import Rule
from vintool.vin.check_digit import CHARACTER_VALUES, WEIGHTS
from vintool.vin.look_alikes import LOOK_ALIKES
from vintool.vin.positions import UNKNOWN_CHARACTER

DESCRIPTOR_LENGTH = 10  # positions 1-8, 10 and 11
_WEIGHTS = (*WEIGHTS[:8], *WEIGHTS[9:11])

# Characters that the check digit cannot tell apart: a slip from one to another goes unnoticed.
SAME_VALUE = {
    character: "".join(
        other for other, its in CHARACTER_VALUES.items() if its == value and other != character
    )
    for character, value in CHARACTER_VALUES.items()
}


class Classification(NamedTuple):
    """The powertrain that a descriptor tells, or null with the rules that disagree."""

    powertrain: Powertrain | None
    grade: Grade | None
    rules: tuple[Rule, ...]

    @property
    def ambiguous(self) -> bool:
        """Rules fit, and they disagree."""
        return self.powertrain is None and bool(self.rules)


UNKNOWN = Classification(None, None, ())


@cache
def _table(wmi: str) -> PatternTable:
    return PatternTable([rule.pattern for rule in powertrain_rules(wmi)])


@cache
def _side(*, electric: bool) -> PatternTable:
    return PatternTable(
        [rule.pattern for rule in all_powertrain_rules() if rule.electric is electric]
    )


on_new_rules(_table.cache_clear)
on_new_rules(_side.cache_clear)


def classify(descriptor: str) -> Classification:
    """What the rules say of a descriptor.

    Args:
        descriptor: positions 1-8, 10 and 11 of a VIN (``Vin.descriptor``; more is not read). Where
            a character is not known (``*``), only what holds whatever it is counts.

    >>> classify("LRW3E7FALC").powertrain
    <Powertrain.BEV: 'BEV'>
    """
    wmi, key = descriptor[:3], descriptor[:DESCRIPTOR_LENGTH]
    table = _table(wmi)
    fitting = table.match(key)
    if UNKNOWN_CHARACTER in key and fitting:
        possible = _rules(wmi, table.overlapping(key))
        if len({rule.electric for rule in possible}) > 1:
            return Classification(None, None, possible)
    return _resolved(wmi, fitting)


def _rules(wmi: str, numbers: int) -> tuple[Rule, ...]:
    rules = powertrain_rules(wmi)
    return tuple(rules[number] for number in bits(numbers))


@lru_cache(maxsize=1 << 14)
def _resolved(wmi: str, fitting: int) -> Classification:
    return resolve(_rules(wmi, fitting))


@lru_cache(maxsize=1 << 16)
def is_met(descriptor: str) -> bool:
    """Whether any rule speaks of a descriptor; cheaper than ``classify``."""
    return _table(descriptor[:3]).match(descriptor[:DESCRIPTOR_LENGTH]) != 0


on_new_rules(is_met.cache_clear)
on_new_rules(_resolved.cache_clear)


def one_character_away(descriptor: str, *, electric: bool, unnoticed: bool) -> bool:
    """Whether one other character would make a rule of one side fit that does not fit now.

    Args:
        descriptor: as for ``classify``.
        electric: the side: pure electric, or anything else.
        unnoticed: look only at characters that the check digit cannot tell apart, which is all
            that is left once the check digit holds.
    """
    return bool(
        _side(electric=electric).one_off(
            descriptor[:DESCRIPTOR_LENGTH], SAME_VALUE if unnoticed else None
        )
    )


def misread(descriptor: str, *, electric: bool) -> bool:
    """Whether characters read as ones that look alike would hide a VIN that a rule of one side fits.

    One of them, as a second one among positions 9 and 12-17 may make the check digit hold all the same;
    or two whose errors cancel in it; or two neighbours of one value that have changed places.

    Args:
        descriptor: as for ``classify``, of a VIN whose check digit holds.
        electric: the side: pure electric, or anything else.

    >>> misread("1B378U4W5C", electric=True)
    True
    """
    key = descriptor[:DESCRIPTOR_LENGTH]
    side = _side(electric=electric)
    return any(
        _is_misread(key, side.patterns[number]) for number in bits(side.loosely(key, LOOK_ALIKES))
    ) or any(
        key[at + 1] in SAME_VALUE[key[at]]
        and side.match(key[:at] + key[at + 1] + key[at] + key[at + 2 :])
        for at in range(DESCRIPTOR_LENGTH - 1)
    )


def _is_misread(key: str, pattern: Sequence[str]) -> bool:
    """Whether one character of the key, or two that cancel, are misread ones of the pattern."""
    errors = []
    for character, allowed, weight in zip(key, pattern, _WEIGHTS, strict=True):
        if allowed != ANY and character not in allowed:
            meant = (other for other in LOOK_ALIKES[character] if other in allowed)
            read = CHARACTER_VALUES[character]
            errors.append({(CHARACTER_VALUES[other] - read) * weight % 11 for other in meant})
    if len(errors) == 2:
        return any((one + other) % 11 == 0 for one in errors[0] for other in errors[1])
    return len(errors) == 1


def resolve(fitting: Sequence[Rule]) -> Classification:
    """What rules that fit one descriptor say together.

    Those of the first rank that speaks decide; a rule of a later rank that agrees lends its grade,
    and one that disagrees is shown as overruled.

    >>> resolve([])
    Classification(powertrain=None, grade=None, rules=())
    """
    if not fitting:
        return UNKNOWN
    every = sorted(
        fitting,
        key=lambda rule: (rule.rank, -rule.fixed, rule.grade, rule.file, rule.powertrain),
    )
    ranked = [rule for rule in every if rule.rank == every[0].rank]
    later = every[len(ranked) :]
    sides = {rule.electric for rule in ranked}
    if len(sides) > 1:
        ranked = _decided_by_the_most_specific(ranked)
        if len({rule.electric for rule in ranked}) > 1:
            return Classification(None, None, (*ranked, *later))
    labels = {rule.powertrain for rule in ranked if rule.fixed == ranked[0].fixed} - {
        Powertrain.NOT_BEV
    }
    powertrain = labels.pop() if len(labels) == 1 else Powertrain.NOT_BEV
    agreeing = [rule for rule in later if rule.electric is ranked[0].electric]
    overruled = [
        rule._replace(support=f"overruled by {ranked[0].file}; {rule.support}")
        for rule in later
        if rule.electric is not ranked[0].electric
    ]
    grade = min(rule.grade for rule in (*ranked, *agreeing))
    return Classification(powertrain, grade, (*ranked, *agreeing, *overruled))


def _decided_by_the_most_specific(ranked: list[Rule]) -> list[Rule]:
    """The rules of the side that the most specific ones take, or all of them if that settles nothing."""
    first = [rule for rule in ranked if rule.fixed == ranked[0].fixed]
    side = first[0].electric
    against = [rule for rule in ranked if rule.electric is not side]
    agreed = all(rule.electric is side for rule in first)
    if agreed and min(rule.grade for rule in first) <= min(rule.grade for rule in against):
        return [rule for rule in ranked if rule.electric is side]
    return ranked
