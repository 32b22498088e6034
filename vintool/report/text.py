"""The summary of a run as text for a terminal or a pipe."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from vintool.report.display import cell, ranked, share, with_others
from vintool.report.language import ENGLISH, Language
from vintool.report.summary import (
    BY_OTHER_RULES,
    LABELS,
    ChangeCounts,
    DecisionCounts,
    Summary,
)
from vintool.report.wrapping import cells, padded

REASONS, BRANDS, NAMES, NOTES, FILES = 5, 5, 6, 12, 12  # shown where not all are asked for
_LONGEST: Final = 600  # characters of a sentence that quotes cells
COLUMN_TITLES: Final = {
    "controlled": "Licence",
    BY_OTHER_RULES: "Other rule",
    "review": "Look",
    "out_of_scope": "Outside",
    "invalid": "No VIN",
}
"""Each kind of rows as the title of a narrow column."""
CHANGED: Final = {
    "verdict": "with another verdict",
    "new": "added",
    "gone": "gone",
    "cells": "with other cells alone",
}
"""Each kind of change in a few words."""

_NARROWEST = 12  # cells for the name of a brand
_UNUSED = 8  # columns that the terminal names


def summary_text(
    summary: Summary,
    sentences: Mapping[str, str],
    *,
    language: Language = ENGLISH,
    verbose: bool = False,
    width: int | None = None,
) -> str:
    """The summary for a terminal or a pipe: plain text, no colour, a line for each thing however long.

    Args:
        summary: the run.
        sentences: what each reason means, in English.
        language: of what is ours; cells stay as they are.
        verbose: show all there is; else how many more there are, and where they stand.
        width: of the terminal: a table that is wider becomes lines; None for no bound.
    """
    lines = [
        *_verdicts(summary, language),
        *_regimes(summary, language),
        *_reasons(summary, sentences, language, verbose=verbose),
        *_brands(summary, language, verbose=verbose, width=width),
        "",
    ]
    for label, text in _facts(summary, language, verbose=verbose):
        if text:
            lines += [f"{padded(language.gettext(label).lower() + '  ', 12)}{text}"]
    return "\n".join(lines) + "\n"


def _verdicts(summary: Summary, language: Language) -> Iterator[str]:
    _ = language.gettext
    balance = language.translate(f"{summary.balance}.").rstrip(".。")
    yield f"{cell(summary.file)}: {balance} ({summary.seconds:.1f} s)"
    yield ""
    for name, n in summary.first_verdicts.items():
        caution = f"; {_('not the same as free to export')}" if name == "out_of_scope" else ""
        yield f"{n:>11,}  {share(n, summary.rows_out):>6}  {_(LABELS[name])} ({name}){caution}"


def _regimes(summary: Summary, language: Language) -> Iterator[str]:
    """The rows of the regimes beside the first, which stand in no number above."""
    _ = language.gettext
    if others := summary.other_regimes:
        yield ""
        yield f"       {_('other regimes')}"
    for code, counts in others.items():
        rows = ", ".join(f"{n:,} {_(LABELS[name])} ({name})" for name, n in counts.items() if n)
        yield f"{sum(counts.values()):>11,}  {code}: {rows}"


def _reasons(
    summary: Summary, sentences: Mapping[str, str], language: Language, *, verbose: bool
) -> Iterator[str]:
    reasons = ranked(summary.reasons)
    if reasons:
        yield ""
        several = "reason (a row may have several)"
        several_rules = "reason (a row may have several; rows of all regimes)"
        title = language.gettext(several_rules if summary.other_regimes else several)
        yield f"{padded(language.gettext('rows'), 11, right=True)}  {title}"
    head = reasons if verbose else reasons[:REASONS]
    for code, n in head:
        sentence = language.gettext(sentences.get(code, ""))
        yield f"{n:>11,}  {cell(code)}: {cell(sentence)}".rstrip(": ")
    if len(reasons) > len(head):
        yield f"{'':>11}  {_more(len(reasons) - len(head), language)}"


def _brands(
    summary: Summary, language: Language, *, verbose: bool, width: int | None
) -> Iterator[str]:
    brands = summary.brand_kinds
    if not brands:
        return
    rows = with_others(brands, summary.kinds, len(brands) if verbose else BRANDS, language)
    kinds = [name for name, n in summary.kinds.items() if n or name != BY_OTHER_RULES]
    titles = [language.gettext(title) for title in ("rows", *map(COLUMN_TITLES.__getitem__, kinds))]
    figures = [
        [f"{n:,}" for n in (sum(counts.values()), *map(counts.__getitem__, kinds))]
        for _, counts in rows
    ]
    least = 6 if BY_OTHER_RULES in kinds else 9
    widths = [
        max(least, *(len(figure[at]) + 2 for figure in figures), cells(title) + 2)
        for at, title in enumerate(titles)
    ]
    widths[0] = max(widths[0], 11)
    yield ""
    title = language.gettext("brand (all regimes)" if summary.other_regimes else "brand")
    if width is not None and width < sum(widths) + _NARROWEST:
        yield f"{padded(titles[0], widths[0], right=True)}  {title}"
        for (brand, counts), figure in zip(rows, figures, strict=True):
            of_kinds = zip(titles[1:], map(counts.__getitem__, kinds), strict=True)
            parts = ", ".join(f"{n:,} {name}" for name, n in of_kinds if n)
            yield f"{figure[0]:>{widths[0]}}  {cell(brand, 60)}: {parts}"
        return
    yield _aligned(titles, widths) + f"  {title}"
    for (brand, _), figure in zip(rows, figures, strict=True):
        yield _aligned(figure, widths) + f"  {cell(brand, 60)}"


def _aligned(texts: Sequence[str], widths: Sequence[int]) -> str:
    return "".join(
        padded(text, width, right=True) for text, width in zip(texts, widths, strict=True)
    )


def _facts(summary: Summary, language: Language, *, verbose: bool) -> Iterator[tuple[str, str]]:
    """What else there is to tell, each with its label."""
    translate = language.translate
    named = [sheet for sheet in summary.sheets if sheet.name]
    read = [
        f"{sheet.name} ({translate(f'{sheet.rows:,} rows')})"
        for sheet in named
        if not sheet.skipped
    ]
    left = [
        f"{_unread_part(sheet.name, language)} ({translate(sheet.skipped)})"
        for sheet in summary.sheets
        if sheet.skipped
    ]
    cleared = summary.rows_cleared_by_date
    most = len(summary.notes) if verbose else NOTES
    notes = [cell(translate(note), _LONGEST) for note in summary.notes[:most]]
    if len(summary.notes) > most:
        notes += [_more(len(summary.notes) - most, language)]

    def first(texts: Sequence[str], most: int) -> str:
        head = texts if verbose else texts[:most]
        rest = [_more(len(texts) - len(head), language)] if len(texts) > len(head) else []
        return ", ".join([*map(cell, head), *rest])

    if cleared:
        yield (
            "by date",
            translate(
                f"{cleared:,} rows are outside the rule by their dates; nothing else of them was judged."
            ),
        )
    yield "powertrain", ", ".join(f"{code} {n:,}" for code, n in ranked(summary.powertrains))
    # By the name of what is drawn on: small, "licences" is the list that was given.
    yield from (("Licences", line) for line in _licences(summary, language))
    yield "decisions", _decision_line(summary.decisions, language)
    yield from (("changes", line) for line in _changes(summary.changes, language))
    yield from (("columns", line) for line in _columns(summary, language, verbose=verbose))
    yield "not used", _unused_columns(summary.columns_unused, language)
    yield "encoding", cell(summary.encoding)
    yield "sheets", first(read, NAMES)
    yield "not read", first(left, NAMES)
    yield (
        "rule",
        translate(f"{summary.regime}, version {summary.rule_version}, data {summary.data_release}"),
    )
    yield "date", cell(translate(summary.on))
    for note in notes:
        yield "note", note
    yield "written", first(summary.outputs, FILES)


def _licences(summary: Summary, language: Language) -> Iterator[str]:
    """How many licences and unknown numbers are in which state, and the rows that name none: by other regimes apart."""
    states: dict[str, Counter[str]] = {}
    for line in summary.licences:
        counts = states.setdefault(line.regime or summary.first_regime, Counter())
        if line.licence_no:
            counts[line.state.replace("_", " ")] += 1
    without = {line.regime: line.rows_named for line in summary.licences if not line.licence_no}
    for code, counts in states.items():
        parts = [f"{n:,} {language.translate(state)}" for state, n in ranked(counts)]
        if n := without.get(code):
            parts.append(language.translate(f"{n:,} row(s) that name none"))
        rule = "" if code == summary.first_regime else f"{code}: "
        yield f"{rule}{', '.join(parts)}"


def _columns(summary: Summary, language: Language, *, verbose: bool) -> Iterator[str]:
    """Which column each field was read from: of sheets that have other ones than the rest, by sheet."""
    sheets: dict[str, list[str]] = {}
    for sheet in summary.sheets:
        if sheet.rows and not sheet.skipped:
            mapping = ", ".join(cell(f"{field} = {name}") for field, name in sheet.mapping.items())
            sheets.setdefault(mapping, []).append(cell(sheet.name))
    if not sheets:
        yield ", ".join(cell(f"{field} = {name}") for field, name in summary.mapping.items())
    head = list(sheets.items())[: None if verbose else NAMES]
    for mapping, names in head:
        where = ", ".join(names[:NAMES]) + ", ..." * (len(names) > NAMES)
        yield f"{where}: {mapping}" if len(sheets) > 1 else mapping
    if len(sheets) > len(head):
        yield _more(len(sheets) - len(head), language)


def _unread_part(name: str, language: Language) -> str:
    """A sheet by its name, or what a reader calls a part that has none; no name of a sheet is taken for such."""
    return language.gettext(name) if name in {"end of the page", "end of the mail"} else name


def _unused_columns(names: Sequence[str], language: Language) -> str:
    """The columns that no field is read from: the first of them, how many there are, and where all are."""
    if not names:
        return ""
    first = ", ".join(map(cell, names[:_UNUSED]))
    return language.translate(
        f"{len(names):,} column(s): {first}, ...; --format json and run.json list all"
        if len(names) > _UNUSED
        else f"{len(names):,} column(s): {first}"
    )


def _changes(changes: ChangeCounts | None, language: Language) -> Iterator[str]:
    """What is different from an earlier run."""
    if changes is None:
        return
    counts = ", ".join(
        f"{n:,} {language.gettext(CHANGED[kind])}" for kind, n in changes.rows.items()
    )
    yield language.translate(f"since {cell(changes.since)}: {counts}, {changes.same:,} the same")
    if changes.verdicts:
        yield ", ".join(f"{move} {n:,}" for move, n in ranked(changes.verdicts))
    yield from map(language.translate, changes.notes)


def _more(count: int, language: Language) -> str:
    return language.translate(f"and {count:,} more: --verbose shows all of them")


def _decision_line(counts: DecisionCounts | None, language: Language) -> str:
    """What became of the reviewers' decisions."""
    if counts is None:
        return ""
    others = (
        (counts.asked_again, "to decide again"),
        (counts.not_met, "of vehicles that stand on no row"),
        (counts.of_other_regimes, "of another regime"),
        (counts.without_vehicle, "without a VIN"),
    )
    head = language.translate(f"{counts.given:,} given, {counts.applied:,} rows decided")
    more = "".join(f", {n:,} {language.gettext(what)}" for n, what in others if n)
    return f"{head}{more}"
