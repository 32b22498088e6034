"""Learned rules held against the packaged evidence: which of them disagree with it on pure electric or not."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from vintool.codes import CheckDigit, Grade, Powertrain
from vintool.decoding.profile import profile
from vintool.learn.rows import Rows
from vintool.learn.rules import LearnedRule, as_row
from vintool.powertrain import Classification, packaged_on
from vintool.registry.rule import Rule
from vintool.registry.user_rules import user_rule
from vintool.vin import PartialVin
from vintool.vin.positions import UNKNOWN_CHARACTER

_NO_TAIL = int.from_bytes(2 * UNKNOWN_CHARACTER.encode())


class Disagreement(NamedTuple):
    """A learned rule and the packaged rule that says otherwise, each with what supports it."""

    rule: str
    powertrain: Powertrain
    vehicles: int
    packaged_rule: str
    packaged_powertrain: Powertrain
    packaged_grade: Grade
    packaged_source: str


def disagreements(rules: Sequence[LearnedRule], rows: Rows) -> Iterator[Disagreement]:
    """Those of the rules that stand against packaged rules, or against what the maker filed.

    Args:
        rules: as they were mined.
        rows: that they were mined of.
    """
    starts, first = np.unique(rows.start, return_index=True)
    tails = dict(zip(starts.tolist(), rows.tail[first].tolist(), strict=True))
    for learned in rules:
        rule = user_rule(as_row(learned, "learned"), "learned", 0)
        packaged = packaged_on(rule.pattern)
        if not packaged.rules:
            packaged = _filed(rule, tails)
        others = (one for one in packaged.rules if one.electric is not rule.electric)
        other = min(others, key=lambda one: one.grade, default=None)
        agrees = packaged.powertrain is not None and (
            (packaged.powertrain is Powertrain.BEV) is rule.electric
        )
        if other is not None and not agrees:
            yield Disagreement(
                rule.pattern_text,
                rule.powertrain,
                learned.vehicles,
                other.pattern_text,
                other.powertrain,
                other.grade,
                f"{other.place}: {other.models or other.make or other.source}",
            )


def _filed(rule: Rule, tails: dict[int, int]) -> Classification:
    """What makers filed of one of the starts that a rule was made of."""
    start = int.from_bytes("".join(allowed[0] for allowed in rule.pattern[:8]).encode())
    if start not in tails:  # it reaches further than what was seen
        start = next((seen for seen in tails if seen >> 40 == start >> 40), start)
    tail = tails.get(start, _NO_TAIL)
    known = (start.to_bytes(8) + UNKNOWN_CHARACTER.encode() + tail.to_bytes(2)).decode()
    # Trusted: of a start that ends in XX, read as a text, the mask would take both.
    vin = PartialVin.trusted(known + 6 * UNKNOWN_CHARACTER)
    classification = profile(vin, CheckDigit.HOLDS).classification
    return classification.packaged or classification
