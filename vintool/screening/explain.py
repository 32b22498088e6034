"""The page that convinces an officer: one VIN under a ruler, every fact, every step, the law."""

from collections.abc import Iterator, Mapping
from datetime import date

from vintool.codes import Problem, Verdict
from vintool.decoding.identity import Identity, identify
from vintool.decoding.model import Check, Frozen, Vehicle
from vintool.decoding.profile import Profile
from vintool.decoding.records import identity_fields, profile_fields
from vintool.decoding.text import check_lines, vehicle_lines
from vintool.registry.reference import Reference, by_call
from vintool.report.evidence import evidence_in
from vintool.report.language import ENGLISH, Language
from vintool.report.wrapping import padded
from vintool.screening.dates import day_given, day_of_row
from vintool.screening.decision import TABLE
from vintool.screening.regimes import Citation, load_regime, regimes_asked
from vintool.screening.screen import (
    Finding,
    Judged,
    decision_on_row,
    finding,
    judge_row,
    others_of,
)
from vintool.vpic.files import data_release, rests_on

MEANINGS = {
    Verdict.CONTROLLED: "needs an export licence under this rule",
    Verdict.REVIEW: "a person must look",
    Verdict.OUT_OF_SCOPE: "outside this rule, which does not mean free to export",
    Verdict.INVALID: "no usable vehicle identity",
}
NOT_CHECKED = (
    "Not checked: whether the exporter is qualified and the brand its own; the licence itself."
)
NOT_CHECKED_OF_ONE = "Not checked: whether the exporter is qualified and the brand its own; the licence itself; other regimes."
"""The same where one regime was asked."""


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
        finding: the verdict; of a text with several VINs the strictest, with the reasons of all.
        steps: the decision, one line a step.
        rule: the title of the regime.
        citations: where the law is written.
        data_release: month of the reference data, ``YYYY.MM``.
        vehicles: of a text with several VINs each of them, explained by itself.
    """

    check: Check
    vehicle: Vehicle | None
    finding: Finding
    steps: tuple[Step, ...]
    rule: str
    citations: tuple[Citation, ...]
    data_release: str
    vehicles: "tuple[Explanation, ...]" = ()


@by_call
def explain(
    text: str,
    on: date | str | None,
    declared: Mapping[str, object] | None = None,
    regime: str | None = None,
    *,
    reference: Reference | None = None,  # noqa: ARG001 - ``by_call`` binds it
) -> Explanation:
    """The verdict on one vehicle with everything that it rests on.

    Args:
        text: a VIN as people type it.
        on: as for ``vintool.screen``; None to read it from ``declared``.
        declared: as for ``vintool.screen``.
        regime: code of the regime; None or ``all`` for every one that is in question.
        reference: as for ``vintool.screen``.

    Raises:
        KeyError: no such regime.
        ValueError: an unknown declared field, or ``on`` is no date.

    >>> [step.line for step in explain("LRW3E7FA1LC000001", date(2025, 12, 31)).steps]
    ['1c']
    """
    regimes, on = regimes_asked(regime), day_given(on)
    days = tuple(day_of_row(one, on, declared) for one in regimes)
    vehicles = judge_row(text, days, declared, regimes)
    decision = decision_on_row(vehicles)
    if len(vehicles) == 1:
        return _explained(text, vehicles[0]._replace(decision=decision), days[0].day)
    # Steps and vehicle of the row are those of the first one whose lines it has.
    where = (decision.regime, decision.lines)
    shown = next(one for one in vehicles if (one.decision.regime, one.decision.lines) == where)
    together = shown._replace(decision=decision)
    page = _explained(text, together, days[0].day, identify(text), others_of(vehicles))
    each = tuple(_explained(one.text, one, days[0].day) for one in vehicles)
    return page.model_copy(update={"vehicles": each})


def _explained(
    text: str,
    judged: Judged,
    day: date | None,
    whole: Identity | None = None,
    others: tuple[str, ...] = (),
) -> Explanation:
    """The explanation of one vehicle; of a row with several what its text is as a ``whole``, and the ``others``."""
    decision = judged.decision
    law = load_regime(decision.regime)
    check = identity_fields(text, whole or judged.identity)
    return Explanation(
        check=Check.model_validate(check | rests_on(), from_attributes=True),
        vehicle=_vehicle(judged.identity, judged.profile),
        finding=finding(decision, day, others=others),
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
    return Vehicle.model_validate(fields | rests_on(), from_attributes=True)


def explanation_lines(
    explanation: Explanation, language: Language = ENGLISH, *, one_regime: bool = False
) -> Iterator[str]:
    """The whole page as lines of text: the verdict, why, each step, what the VIN tells, where it is written.

    Of several VINs the page begins with the verdict on all of them, and goes on with each.

    Args:
        explanation: of ``explain``.
        language: of what is ours.
        one_regime: whether one was asked, and not all that are in question.
    """
    say = language.translate
    each = explanation.vehicles or (explanation,)
    if explanation.vehicles:
        yield from _verdict_lines(explanation, language)
        for number, one in enumerate(each, 1):
            verdict = f"{one.finding.verdict.value.upper()}: {say(MEANINGS[one.finding.verdict])}"
            yield f"{number}/{len(each)}  {one.check.vin or one.check.text}  {verdict}"
    for number, one in enumerate(each, 1):
        if explanation.vehicles:
            yield from ("", f"{number}/{len(each)}  {one.check.vin or one.check.text}", "")
        yield from _verdict_lines(one, language)
        yield from _reason_lines(one, language)
        yield from _vehicle_lines(one, language)
    yield ""
    citations = dict.fromkeys(citation for one in each for citation in one.citations)
    for citation in citations:
        confidence = say(f"confidence {citation.confidence}")
        yield f"{padded(say('law'), 8)}{say(citation.text)} ({citation.url}; {confidence})"
    versions = ", ".join(dict.fromkeys(one.finding.rule_version for one in each))
    yield f"{padded(say('rules'), 8)}{versions}, {say('data')} {explanation.data_release}. {say('This is no legal advice.')}"
    yield say(NOT_CHECKED_OF_ONE if one_regime else NOT_CHECKED)


def _verdict_lines(explanation: Explanation, language: Language) -> Iterator[str]:
    say, finding = language.translate, explanation.finding
    day = finding.decided_on.date
    yield f"{say('VERDICT')} {finding.verdict.value.upper()}: {say(MEANINGS[finding.verdict])}"
    yield f"{padded(say('under'), 8)}{say(explanation.rule)}"
    yield f"{padded(say('on'), 8)}{day.isoformat() if day else say('a date that is not known')}"
    yield ""


def _reason_lines(explanation: Explanation, language: Language) -> Iterator[str]:
    say, finding = language.translate, explanation.finding
    for reason in finding.reasons:
        yield f"{say('because')} {reason.value}: {say(reason.sentence)}"
    for item in finding.evidence:
        yield f"        {evidence_in(str(item), language)}"
    if finding.other_regimes:
        yield f"{say('other regimes in question')}: {', '.join(finding.other_regimes)}"
    yield ""
    for step in explanation.steps:
        yield f"{step.line} {padded(say(step.name), 16)}{say(step.found)}"
        yield from (f"{'':<19}{say(provision)}" for provision in step.provisions)
    yield ""


def _vehicle_lines(explanation: Explanation, language: Language) -> Iterator[str]:
    say = language.translate
    if explanation.vehicle is not None:
        yield from vehicle_lines(dict(explanation.vehicle), say)
    else:
        yield f"{say('The text')}: {explanation.check.text!r}"
    if problems := list(check_lines(dict(explanation.check), say)):
        yield ""
        yield from problems
