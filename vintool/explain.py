"""The page that convinces an officer: one VIN under a ruler, every fact, every step, the law."""

from collections.abc import Iterator, Mapping
from datetime import date

from vintool.checking import Check, check
from vintool.facts import declared_meanings, row_facts
from vintool.identity import identify
from vintool.law import DEFAULT_REGIME, Citation
from vintool.law import regime as load_regime
from vintool.model import Frozen, Vehicle
from vintool.show import check_lines, vehicle_lines
from vintool.vehicle import decode
from vintool.verdict import Finding, decide, finding, steps
from vintool.vpic import data_release
from vintool.words import Verdict

MEANINGS = {
    Verdict.CONTROLLED: "needs an export licence under this rule",
    Verdict.REVIEW: "a person must look",
    Verdict.OUT_OF_SCOPE: "outside this rule, which does not mean free to export",
    Verdict.INVALID: "no usable vehicle identity",
}
NOT_CHECKED = "Not checked: whether the exporter is qualified and the brand its own; the licence itself; prices; other regimes."


class Step(Frozen):
    """One step of the decision."""

    name: str
    found: str


class Explanation(Frozen):
    """All that ``explain`` prints."""

    check: Check
    vehicle: Vehicle | None
    finding: Finding
    steps: tuple[Step, ...]
    rule: str
    citations: tuple[Citation, ...]
    data_release: str


def explain(
    text: str,
    on: date | None,
    declared: Mapping[str, object] | None = None,
    regime: str = DEFAULT_REGIME,
) -> Explanation:
    """The verdict on one vehicle with everything that it rests on.

    Args:
        text: a VIN as people type it.
        on: the declaration date; None if it is not known.
        declared: as for ``vintool.screen``.
        regime: code of the regime.
    """
    rule = load_regime(regime)
    identity = identify(text)
    facts = row_facts(identity, on, declared_meanings(declared), rule)
    return Explanation(
        check=check(text),
        vehicle=decode(identity.vin) if identity.vin else None,
        finding=finding(decide(facts, rule), rule, on),
        steps=tuple(Step(name=name, found=found) for name, found in steps(facts, rule)),
        rule=rule.title,
        citations=rule.citation,
        data_release=data_release(),
    )


def explanation_lines(told: Explanation) -> Iterator[str]:
    """The whole page as lines of text."""
    if told.vehicle is not None:
        yield from vehicle_lines(told.vehicle)
    else:
        yield f"The text: {told.check.text!r}"
    if problems := list(check_lines(told.check)):
        yield ""
        yield from problems
    found = told.finding
    day = found.decided_on.date
    yield ""
    yield f"VERDICT {found.verdict.value.upper()}: {MEANINGS[found.verdict]}"
    yield f"under   {told.rule}"
    yield f"on      {day.isoformat() if day else 'a date that is not known'}"
    yield ""
    yield from (
        f"{number} {step.name:<13}{step.found}" for number, step in enumerate(told.steps, 1)
    )
    yield ""
    yield from (f"because {reason.value}: {reason.sentence}" for reason in found.reasons)
    for item in found.evidence:
        grade = f", grade {item.grade.value}" if item.grade else ""
        yield f"        {item.what}: {item.value} [{item.basis.value}{grade}] {item.source}"
    if found.other_regimes:
        yield f"may apply all the same: {', '.join(found.other_regimes)}"
    yield ""
    yield from (
        f"law     {citation.text} ({citation.url}; confidence {citation.confidence})"
        for citation in told.citations
    )
    yield f"rules   {found.rule_version}, data {told.data_release}. This is no legal advice."
    yield NOT_CHECKED
