"""Descriptor -> powertrain, with the rules that it rests on.

A rule is a row of data: a pattern over positions 1-8, 10 and 11. All rules that fit a VIN speak.
If they agree on pure electric or not, that is the answer; if they disagree, the more specific one
wins only where its grade is no worse, and otherwise the answer is *cannot tell* with both shown.

A user's own rules speak beside the packaged evidence and never in its place. Their grade is what
their file claims: it is told, and lends no weight.
"""

from collections.abc import Sequence
from typing import NamedTuple

from vintool.codes import Grade, Powertrain
from vintool.registry.patterns import ANY, PatternTable, bits
from vintool.registry.powertrain_rules import all_powertrain_rules, powertrain_rules
from vintool.registry.reference import by_reference
from vintool.registry.rule import BELOW, PACKAGED, Rule
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
    """The powertrain that a descriptor tells, or null with the rules that disagree.

    ``packaged`` is what the packaged evidence says by itself; None where no rule of a user's own speaks.
    """

    powertrain: Powertrain | None
    grade: Grade | None
    rules: tuple[Rule, ...]
    packaged: "Classification | None" = None

    @property
    def ambiguous(self) -> bool:
        """Rules fit, and they disagree."""
        return self.powertrain is None and bool(self.rules)

    @property
    def firm(self) -> bool:
        """Whether packaged evidence of grade A or B tells it."""
        one = self.packaged or self
        return one.powertrain is not None and one.grade in _FIRM

    @property
    def by_user_alone(self) -> bool:
        """Whether rules of a user's own tell it, and nothing packaged."""
        return self.packaged is not None and not self.packaged.rules

    @property
    def opposed(self) -> tuple[Rule, Rule] | None:
        """A rule of the user's own, and the one that it stands against: of the other side, or of another powertrain."""
        if self.packaged is None:
            return None
        own = [rule for rule in self.rules if rule.rank != PACKAGED]
        others = [rule for rule in self.rules if rule.rank == PACKAGED] or own
        pairs = [(one, other) for one in own for other in others]
        said = {self.packaged.powertrain} - {None, *_VAGUE}
        kinds = (
            pair
            for pair in pairs
            if pair[1].powertrain in said and pair[0].powertrain not in {*said, *_VAGUE}
        )
        sides = (pair for pair in pairs if pair[0].electric is not pair[1].electric)
        return next(sides, None) or next(kinds, None)


_FIRM = frozenset({Grade.A, Grade.B})
_VAGUE = frozenset({Powertrain.NOT_BEV})
UNKNOWN = Classification(None, None, ())


@by_reference()
def _table(wmi: str) -> PatternTable:
    return PatternTable([rule.pattern for rule in powertrain_rules(wmi)])


@by_reference()
def _side(*, electric: bool) -> PatternTable:
    return PatternTable(
        [rule.pattern for rule in all_powertrain_rules() if rule.electric is electric]
    )


@by_reference()
def _misread_side(*, electric: bool) -> PatternTable:
    return _side(electric=electric).loosened(LOOK_ALIKES)


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


def classify_in(descriptor: str, codes: Sequence[str]) -> Classification:
    """What the rules say of a descriptor whichever of some codes stands at position 10, if that is one powertrain.

    >>> classify_in("7SA3F7FS**", ["N", "P", "R"]).powertrain
    <Powertrain.BEV: 'BEV'>
    """
    each = [classify(f"{descriptor[:8]}{code}{descriptor[9:]}") for code in codes]
    return each[-1] if each and len({one.powertrain for one in each}) == 1 else UNKNOWN


def _rules(wmi: str, numbers: int) -> tuple[Rule, ...]:
    rules = powertrain_rules(wmi)
    return tuple(rules[number] for number in bits(numbers))


@by_reference(1 << 14)
def _resolved(wmi: str, fitting: int) -> Classification:
    return resolve(_rules(wmi, fitting))


@by_reference(1 << 16)
def is_met(descriptor: str) -> bool:
    """Whether any rule speaks of a descriptor; cheaper than ``classify``."""
    return _table(descriptor[:3]).match(descriptor[:DESCRIPTOR_LENGTH]) != 0


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
        _is_misread(key, side.patterns[number])
        for number in bits(_misread_side(electric=electric).match(key))
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
    """What rules that fit one descriptor say together: the packaged ones, and beside them a user's own.

    >>> resolve([]).rules
    ()
    """
    packaged = [rule for rule in fitting if rule.rank == PACKAGED]
    own = [rule for rule in fitting if rule.rank != PACKAGED]
    return with_own(_together(packaged), own)


def with_own(packaged: Classification, own: Sequence[Rule]) -> Classification:
    """What the packaged evidence and a user's own rules say together.

    Where they agree, or one of them is silent, that is the answer, with the grade of the packaged
    evidence. Where they disagree on pure electric or not there is none, with both shown; rules below
    the packaged ones leave these their answer. A rule that stands alone, and reaches to vehicles that a
    packaged rule puts on the other side, disagrees with that.

    Args:
        packaged: what packaged rules and the maker's filing say.
        own: the user's rules that fit.
    """
    if not own:
        return packaged
    own = sorted(own, key=_weight)
    first = _together([rule for rule in own if rule.rank == own[0].rank])
    if not packaged.rules:
        opposed = tuple(dict.fromkeys(other for rule in own for other in opposing(rule)))
        if first.powertrain is None or opposed:
            return Classification(None, None, (*own, *opposed), packaged)
        return Classification(first.powertrain, first.grade, tuple(own), packaged)
    if len({rule.electric for rule in (*own, *packaged.rules)}) == 1:
        vague = packaged.powertrain is Powertrain.NOT_BEV
        powertrain = first.powertrain if vague else packaged.powertrain
        return Classification(powertrain, packaged.grade, (*packaged.rules, *own), packaged)
    if own[0].rank == BELOW and packaged.powertrain is not None:
        return Classification(
            packaged.powertrain, packaged.grade, (*packaged.rules, *own), packaged
        )
    return Classification(None, None, (*own, *packaged.rules), packaged)


def opposing(rule: Rule) -> tuple[Rule, ...]:
    """The packaged rules of the other side that some VIN fits together with a user's own rule."""
    return tuple(one for one in _reaching(rule.pattern) if one.electric is not rule.electric)


def packaged_on(pattern: tuple[str, ...]) -> Classification:
    """What the packaged rules say together that some VIN fits together with a pattern."""
    return _together(_reaching(pattern))


def _reaching(pattern: tuple[str, ...]) -> list[Rule]:
    wmi = "".join(pattern[:3])
    rules = _rules(wmi, _table(wmi).overlapping(pattern))
    return [rule for rule in rules if rule.rank == PACKAGED]


def _weight(rule: Rule) -> tuple[int, int, Grade, str, int, Powertrain]:
    """The order of rules: by rank, the more specific one first, then the better one."""
    return rule.rank, -rule.fixed, rule.grade, rule.file, rule.line, rule.powertrain


def _together(rules: Sequence[Rule]) -> Classification:
    """What rules of one rank say."""
    if not rules:
        return UNKNOWN
    ranked = sorted(rules, key=_weight)
    if len({rule.electric for rule in ranked}) > 1:
        ranked = _decided_by_the_most_specific(ranked)
        if len({rule.electric for rule in ranked}) > 1:
            return Classification(None, None, tuple(ranked))
    labels = {rule.powertrain for rule in ranked if rule.fixed == ranked[0].fixed} - _VAGUE
    powertrain = labels.pop() if len(labels) == 1 else Powertrain.NOT_BEV
    return Classification(powertrain, min(rule.grade for rule in ranked), tuple(ranked))


def _decided_by_the_most_specific(ranked: list[Rule]) -> list[Rule]:
    """The rules of the side that the most specific ones take, or all of them if that settles nothing."""
    first = [rule for rule in ranked if rule.fixed == ranked[0].fixed]
    side = first[0].electric
    against = [rule for rule in ranked if rule.electric is not side]
    agreed = all(rule.electric is side for rule in first)
    if agreed and min(rule.grade for rule in first) <= min(rule.grade for rule in against):
        return [rule for rule in ranked if rule.electric is side]
    return ranked
