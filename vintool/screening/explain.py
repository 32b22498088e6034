"""The page that convinces an officer: one VIN under a ruler, every fact, every step, the law."""

from collections.abc import Iterator, Mapping
from datetime import date

from vintool.codes import DEFAULT_REGIME, Verdict
from vintool.decoding.check import Check, check
from vintool.decoding.decode import decode
from vintool.decoding.identity import identify
from vintool.decoding.model import Frozen, Vehicle
from vintool.decoding.text import check_lines, vehicle_lines
from vintool.screening.case import Case
from vintool.screening.decision import walk
from vintool.screening.regimes import Citation, load_regime
from vintool.screening.screen import Finding, finding, judge
from vintool.vpic.files import data_release

MEANINGS = {
    Verdict.CONTROLLED: "needs an export licence under this rule",
    Verdict.REVIEW: "a person must look",
    Verdict.OUT_OF_SCOPE: "outside this rule, which does not mean free to export",
    Verdict.INVALID: "no usable vehicle identity",
}
NOT_CHECKED = "Not checked: whether the exporter is qualified and the brand its own; the licence itself; other regimes."


class Step(Frozen):
    """One step of the decision: the line of the table that held, and the provisions that it asks."""

    name: str
    found: str
    line: str
    provisions: tuple[str, ...]


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
    law = load_regime(regime)
    identity = identify(text)
    facts, decision = judge(identity, on, declared, law)
    lines, _ = walk(Case(facts, law))
    return Explanation(
        check=check(text),
        vehicle=decode(identity.vin) if identity.vin else None,
        finding=finding(decision, law, on),
        steps=tuple(
            Step(
                name=line.step,
                found=line.says,
                line=line.number,
                provisions=tuple(
                    f"{law.code} {item.code}, since {item.start}: {item.says}"
                    for item in law.at_step(line.step)
                ),
            )
            for line in lines
        ),
        rule=law.title,
        citations=law.citation,
        data_release=data_release(),
    )


def explanation_lines(told: Explanation) -> Iterator[str]:
    """The whole page as lines of text."""
    if told.vehicle is not None:
        yield from vehicle_lines(dict(told.vehicle))
    else:
        yield f"The text: {told.check.text!r}"
    if problems := list(check_lines(dict(told.check))):
        yield ""
        yield from problems
    found = told.finding
    day = found.decided_on.date
    yield ""
    yield f"VERDICT {found.verdict.value.upper()}: {MEANINGS[found.verdict]}"
    yield f"under   {told.rule}"
    yield f"on      {day.isoformat() if day else 'a date that is not known'}"
    yield ""
    for step in told.steps:
        yield f"{step.line} {step.name:<16}{step.found}"
        yield from (f"{'':<19}{provision}" for provision in step.provisions)
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
