"""What was learned, for a person and for a program: rows, labels, rules, trials, conflicts."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from vintool.declaration.shapes import vin_shaped
from vintool.learn.mine import Mined
from vintool.learn.packaged import Disagreement
from vintool.learn.rows import Reading
from vintool.learn.rules import Criteria
from vintool.learn.trial import Trial
from vintool.report.wrapping import cells, padded

MOST = 20
"""Labels and conflicts that the text shows; the JSON has all conflicts."""

_TRIAL_HEADS = ("tested", "covered", "right", "wrong BEV", "wrong not-BEV", "wrong at A or B")


class Lesson(NamedTuple):
    """A list, what was read and learned of it, how the rules did in trials, and which disagree with packaged ones."""

    file: str
    source: str
    reading: Reading
    criteria: Criteria
    mined: Mined
    trials: tuple[Trial, ...]
    seconds: float
    against: tuple[Disagreement, ...] = ()


def _label(text: str) -> str:
    """A label for a message; one that could be somebody's number is not repeated."""
    private = vin_shaped(text) or sum(letter.isdigit() for letter in text) > 4
    return "(not shown)" if private else text[:40]


def as_json(lesson: Lesson) -> dict[str, Any]:
    """The lesson as plain values."""
    reading, criteria = lesson.reading, lesson.criteria
    return {
        "file": lesson.file,
        "source": lesson.source,
        "rows": reading.total,
        "used": len(reading.rows.start),
        "unused": dict(sorted(reading.unused.items(), key=lambda item: (-item[1], item[0]))),
        "labels": [
            {"label": _label(text), "powertrain": powertrain, "rows": count}
            for (text, powertrain), count in _labels(reading)[: 10 * MOST]
        ],
        "min_support": criteria.support,
        "min_confidence": criteria.confidence,
        "tolerate": criteria.tolerate,
        "bound": "Wilson lower bound, 95 %",
        "starts": lesson.mined.starts,
        "rules": len(lesson.mined.rules),
        "trials": [trial._asdict() for trial in lesson.trials],
        "conflicts": [conflict._asdict() for conflict in lesson.mined.conflicts],
        "against_packaged": [one._asdict() for one in lesson.against],
        "notes": list(reading.notes),
        "seconds": lesson.seconds,
    }


def _labels(reading: Reading) -> list[tuple[tuple[str, Any], int]]:
    return sorted(reading.labels.items(), key=lambda item: (-item[1], item[0][0]))


def lines(lesson: Lesson, translate: Callable[[str], str] = str) -> Iterator[str]:
    """The lesson as a page of text, in the language of who reads it."""
    reading, mined, criteria = lesson.reading, lesson.mined, lesson.criteria
    used = len(reading.rows.start)
    whole = f"{reading.total:,} rows, {used:,} used, {reading.total - used:,} not"
    yield f"{lesson.file}: {translate(whole)} ({lesson.seconds:.1f} s)"
    label, not_used, note = _of_one_width(("label", "not used", "note"), translate)
    for reason, count in sorted(reading.unused.items(), key=lambda item: (-item[1], item[0])):
        yield f"  {not_used}  {count:>11,}  {translate(reason)}"
    yield from (f"  {note}  {translate(text)}" for text in reading.notes)
    for (text, powertrain), count in _labels(reading)[:MOST]:
        means = powertrain.value if powertrain else translate("not used")
        yield f"  {label}  {count:>11,}  {_label(text)!r}: {means}"
    starts = mined.starts
    if starts:
        yield ""
        yield translate(
            f"{starts['starts']:,} starts of VINs: {starts['settled']:,} on one side, {starts['thin']:,} with fewer than"
            f" {criteria.support} vehicles, {starts['split']:,} told apart by positions 10 and 11, {starts['conflicts']:,} conflicts"
        )
    yield translate(
        f"{len(mined.rules):,} rules; bound: Wilson lower bound at 95 %, {criteria.confidence:g} for grades A and B and for rules that reach further"
    )
    if lesson.trials:
        yield ""
        yield from _table(lesson.trials, translate)
    if mined.conflicts:
        yield ""
        yield translate("Conflicts, seen on both sides; they answer null:")
        ranked = sorted(mined.conflicts, key=lambda one: (-sum(one.vehicles.values()), one.start))
        for conflict in ranked[:MOST]:
            kinds = ", ".join(
                f"{kind.value} {count:,}" for kind, count in conflict.vehicles.items()
            )
            yield f"  {conflict.start}  {kinds}"
        yield from _more(len(ranked), translate)
    yield from _against(lesson.against, translate)


def _of_one_width(texts: Iterable[str], translate: Callable[[str], str]) -> list[str]:
    said = [translate(text) for text in texts]
    return [padded(text, max(map(cells, said))) for text in said]


def _more(count: int, translate: Callable[[str], str]) -> Iterator[str]:
    if count > MOST:
        yield f"  {translate(f'and {count - MOST:,} more; --format json has all')}"


def _against(against: tuple[Disagreement, ...], translate: Callable[[str], str]) -> Iterator[str]:
    """The rules that disagree with packaged ones; a row that meets both is not cleared."""
    if not against:
        return
    yield ""
    yield translate(
        f"Against the packaged evidence, {len(against):,} rules; no row that meets one is cleared (rules_disagree). Look for wrong labels first:"
    )
    for one in sorted(against, key=lambda one: (one.packaged_grade, -one.vehicles))[:MOST]:
        grade = translate(f"grade {one.packaged_grade.value}")
        packaged = f"{one.packaged_rule} {one.packaged_powertrain.value}, {grade}"
        yield f"  {one.rule}  {one.powertrain.value} {one.vehicles:,}; {translate('packaged')} {packaged} ({one.packaged_source})"
    yield from _more(len(against), translate)


def _table(trials: tuple[Trial, ...], translate: Callable[[str], str]) -> Iterator[str]:
    """Rules tried on what they were not made from, in vehicles."""
    first = translate("tried on vehicles")
    splits = [translate(trial.split) for trial in trials]
    wide = max(map(cells, (first, *splits)))
    heads = (padded(translate(head), 17, right=True) for head in _TRIAL_HEADS)
    yield padded(first, wide) + "".join(heads)
    for trial, split in zip(trials, splits, strict=True):
        yield padded(split, wide) + "".join(f"{count:>17,}" for count in trial[1:])
