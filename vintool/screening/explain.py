"""The page that convinces an officer: one VIN under a ruler, every fact, every step, the law."""

from collections.abc import Iterator, Mapping
from datetime import date

from vintool.codes import DEFAULT_REGIME, Problem, Verdict
from vintool.decoding.identity import Identity, identify
from vintool.decoding.model import Check, Frozen, Vehicle
from vintool.decoding.profile import Profile
from vintool.decoding.records import identity_fields, profile_fields
from vintool.decoding.text import check_lines, vehicle_lines
from vintool.registry.user_rules import one_reference
from vintool.screening.dates import day_of_row
from vintool.screening.decision import TABLE
from vintool.screening.regimes import Citation, load_regime
from vintool.screening.row_vins import beside_first, of_row
from vintool.screening.screen import Finding, finding, judge_row
from vintool.vpic.files import data_release

MEANINGS = {
    Verdict.CONTROLLED: "needs an export licence under this rule",
    Verdict.REVIEW: "a person must look",
    Verdict.OUT_OF_SCOPE: "outside this rule, which does not mean free to export",
    Verdict.INVALID: "no usable vehicle identity",
}
NOT_CHECKED = "Not checked: whether the exporter is qualified and the brand its own; the licence itself; other regimes."


class Step(Frozen):
    """One step of the decision: what was found, the line of the table that held, and the law of the step."""

    name: str
    found: str
    line: str
    provisions: tuple[str, ...]


class Explanation(Frozen):
    """All that ``explain`` prints.

    Attributes:
        check: whether the text is a well-formed VIN.
        vehicle: what the VIN tells; null if there is none.
        finding: the verdict.
        steps: the decision, one line a step.
        rule: the title of the regime.
        citations: where the law is written.
        data_release: month of the reference data, ``YYYY.MM``.
    """

    check: Check
    vehicle: Vehicle | None
    finding: Finding
    steps: tuple[Step, ...]
    rule: str
    citations: tuple[Citation, ...]
    data_release: str


@one_reference
def explain(
    text: str,
    on: date | None,
    declared: Mapping[str, object] | None = None,
    regime: str = DEFAULT_REGIME,
) -> Explanation:
    """The verdict on one vehicle with everything that it rests on.

    Args:
        text: a VIN as people type it.
        on: the declaration date; None to read it from ``declared``.
        declared: as for ``vintool.screen``.
        regime: code of the regime.

    Raises:
        KeyError: no such regime.
        ValueError: an unknown declared field.

    >>> [step.line for step in explain("LRW3E7FA1LC000001", date(2025, 12, 31)).steps]
    ['1c']
    """
    law = load_regime(regime)
    day = day_of_row(law, on, declared)
    vehicles = judge_row(text, day, declared, law)
    decision = of_row([one.decision for one in vehicles])
    # Of several the page shows the one whose lines are those of the row.
    shown = next(one for one in vehicles if one.decision.lines == decision.lines)
    others = beside_first(
        [one.text for one in vehicles], [one.decision.verdict.value for one in vehicles]
    )
    identity, profile = shown.identity, shown.profile
    whole = identity if len(vehicles) == 1 else identify(text)
    return Explanation(
        check=Check.model_validate(identity_fields(text, whole), from_attributes=True),
        vehicle=_vehicle(identity, profile),
        finding=finding(decision, law, day.day, others=others),
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
            for line in TABLE
            if line.number in decision.lines
        ),
        rule=law.title,
        citations=law.citation,
        data_release=data_release(),
    )


def _vehicle(identity: Identity, profile: Profile | None) -> Vehicle | None:
    """The vehicle of a profile that is there already: ``decode`` would make it once more."""
    number = identity.vin or identity.part
    if number is None or profile is None:
        return None
    problems = tuple(one for one in identity.problems if one not in identity.reading.cleanup)
    if identity.part is not None:
        problems = (Problem.PARTIAL,)
    fields = profile_fields(number, profile, identity.status, problems)
    return Vehicle.model_validate(fields, from_attributes=True)


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """The whole page as lines of text."""
    if explanation.vehicle is not None:
        yield from vehicle_lines(dict(explanation.vehicle))
    else:
        yield f"The text: {explanation.check.text!r}"
    if problems := list(check_lines(dict(explanation.check))):
        yield ""
        yield from problems
    finding = explanation.finding
    day = finding.decided_on.date
    yield ""
    yield f"VERDICT {finding.verdict.value.upper()}: {MEANINGS[finding.verdict]}"
    yield f"under   {explanation.rule}"
    yield f"on      {day.isoformat() if day else 'a date that is not known'}"
    yield ""
    for step in explanation.steps:
        yield f"{step.line} {step.name:<16}{step.found}"
        yield from (f"{'':<19}{provision}" for provision in step.provisions)
    yield ""
    yield from (f"because {reason.value}: {reason.sentence}" for reason in finding.reasons)
    for item in finding.evidence:
        grade = f", grade {item.grade.value}" if item.grade else ""
        yield f"        {item.what}: {item.value} [{item.basis.value}{grade}] {item.source}"
    if finding.others:
        yield f"other VINs of the row: {', '.join(finding.others)}"
    if finding.other_regimes:
        yield f"may apply all the same: {', '.join(finding.other_regimes)}"
    yield ""
    yield from (
        f"law     {citation.text} ({citation.url}; confidence {citation.confidence})"
        for citation in explanation.citations
    )
    yield f"rules   {finding.rule_version}, data {explanation.data_release}. This is no legal advice."
    yield NOT_CHECKED
