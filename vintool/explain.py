"""The page that convinces an officer: one VIN under a ruler, every fact, every step, the law."""

from collections.abc import Iterator, Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict

import wmi_data
from vintool.facts import declared_meanings, row_facts
from vintool.identity import check, identify
from vintool.law import DEFAULT_REGIME, Citation
from vintool.law import regime as load_regime
from vintool.model import Check, Fact, Finding, PowertrainFact, Source, Vehicle
from vintool.vehicle import decode
from vintool.verdict import decide, finding, steps
from vintool.words import CheckDigit, Verdict

MEANINGS = {
    Verdict.CONTROLLED: "needs an export licence under this rule",
    Verdict.REVIEW: "a person must look",
    Verdict.OUT_OF_SCOPE: "outside this rule, which does not mean free to export",
    Verdict.INVALID: "no usable vehicle identity",
}
NOT_CHECKED = "Not checked: whether the exporter is qualified and the brand its own; the licence itself; prices; other regimes."


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Step(_Frozen):
    """One step of the decision."""

    name: str
    found: str


class Explanation(_Frozen):
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
        data_release=wmi_data.RELEASE,
    )


def ruler(text: str) -> list[str]:
    r"""A VIN under the positions of the standard.

    >>> print(*ruler("LRW3E7FA1LC000001"), sep="\n")
     1  2  3 | 4  5  6  7  8 | 9 |10 |11 |12 13 14 15 16 17
     L  R  W | 3  E  7  F  A | 1 | L | C | 0  0  0  0  0  1
     WMI       4-8             |   |   |   serial
                               |   |   plant
                               |   model year
                               check digit
    """
    groups = (text[:3], text[3:8], text[8:9], text[9:10], text[10:11], text[11:])
    return [
        " 1  2  3 | 4  5  6  7  8 | 9 |10 |11 |12 13 14 15 16 17",
        "|".join("".join(f" {character} " for character in group) for group in groups).rstrip(),
        " WMI       4-8             |   |   |   serial",
        "                           |   |   plant",
        "                           |   model year",
        "                           check digit",
    ]


def _cite(source: Source) -> str:
    return (
        f"{source.file} {source.row}".strip()
        + f": {source.cites}"
        + (f" ({source.note})" if source.note else "")
    )


def facts_of(vehicle: Vehicle) -> Iterator[tuple[str, str, str, tuple[Source, ...]]]:
    """Every fact of a vehicle: field, value, basis with grade, sources."""
    for field in type(vehicle).model_fields:
        fact = getattr(vehicle, field)
        if isinstance(fact, PowertrainFact):
            yield (
                field,
                fact.value.value,
                f"{fact.basis.value}, grade {fact.grade.value}",
                fact.support,
            )
        elif isinstance(fact, Fact):
            yield field, str(fact.value), fact.basis.value, (fact.source,)


def vehicle_lines(vehicle: Vehicle) -> Iterator[str]:
    """A decoded vehicle as lines of text; a source is told once."""
    yield from ruler(vehicle.vin)
    yield ""
    yield f"{'check digit':<15}{vehicle.check_digit.value} (rules of market {vehicle.market.value})"
    told: set[Source] = set()
    for field, value, basis, sources in facts_of(vehicle):
        yield f"{field.replace('_', ' '):<15}{value}  [{basis}]"
        for source in sources:
            if source not in told:
                told.add(source)
                yield f"{'':<17}{_cite(source)}"
        if field == "model_year" and len(vehicle.model_year_candidates) > 1:
            yield f"{'':<17}position 10 allows {' or '.join(map(str, vehicle.model_year_candidates))}"
    if vehicle.model_year is None:
        yield f"{'model year':<15}cannot tell; position 10 allows {' or '.join(map(str, vehicle.model_year_candidates)) or 'no year'}"
    if vehicle.powertrain is None:
        yield f"{'powertrain':<15}cannot tell{'; the evidence disagrees:' if vehicle.powertrain_conflict else ''}"
    for source in vehicle.powertrain_conflict:
        yield f"{'':<17}{_cite(source)}"


def check_lines(told: Check) -> Iterator[str]:
    """What is wrong with a text, and what was put right in it."""
    for problem in told.problems:
        yield f"{problem.weight.value:<9}{problem.value}: {problem.sentence}"
    if told.check_digit is CheckDigit.FAILS:
        yield f"{'':<9}position 9 must be {told.expected_check_digit} for the other positions"
    for suggestion in told.suggestions:
        yield f"{'meant?':<9}{suggestion.vin}: {suggestion.reason}"


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
