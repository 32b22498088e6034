"""The summary of a run as text for a terminal or a pipe."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from vintool.escaping import visible
from vintool.report.display import CELL, cell, first_of, ranked, share, with_others
from vintool.report.summary import LABELS, DecisionCounts, Summary

_UNUSED = 8  # columns that the terminal names


def summary_text(summary: Summary, sentences: Mapping[str, str]) -> str:
    """The summary for a terminal or a pipe: plain text, at most 48 lines, no colour."""
    lines = [f"{cell(summary.file)}: {summary.balance} ({summary.seconds:.1f} s)", ""]
    lines += [
        f"{n:>11,}  {share(n, summary.rows_out):>6}  {text}" for n, text in _verdict_lines(summary)
    ]
    if reasons := ranked(summary.reasons):
        lines += ["", "       rows  reason (a row may have several)"]
    for code, n in reasons[:5]:
        lines += [f"{n:>11,}  {cell(code)}: {cell(sentences.get(code, ''))}".rstrip(": ")]
    if len(reasons) > 5:
        lines += [f"{'':>11}  and {len(reasons) - 5} more"]
    if brands := [(brand.brand, brand.verdicts) for brand in summary.by_brand]:
        widths = (11, 12, 12, 14, 12)
        lines += ["", "       rows  controlled      review  out_of_scope     invalid  brand"]
        for brand, counts in with_others(brands, summary.verdicts, 5):
            cells = [sum(counts.values()), *counts.values()]
            numbers = "".join(f"{n:>{w},}" for n, w in zip(cells, widths, strict=True))
            lines += [f"{numbers}  {cell(brand, 60)}"]
    named = [sheet for sheet in summary.sheets if sheet.name]
    read = [f"{sheet.name} ({sheet.rows:,} rows)" for sheet in named if not sheet.skipped]
    left = [f"{sheet.name} ({sheet.skipped})" for sheet in summary.sheets if sheet.skipped]
    states = Counter(line.state.replace("_", " ") for line in summary.licences)
    cleared = summary.rows_cleared_by_date
    facts = [
        (
            "by date",
            f"{cleared:,} rows are outside the rule by their dates; nothing else of them was judged"
            if cleared
            else "",
        ),
        ("powertrain", ", ".join(f"{code} {n:,}" for code, n in ranked(summary.powertrains))),
        ("licences", ", ".join(f"{n:,} {state}" for state, n in ranked(states))),
        ("decisions", _decision_line(summary.decisions)),
        ("columns", ", ".join(f"{field} = {name}" for field, name in summary.mapping.items())),
        ("not used", _unused_columns(summary.columns_unused)),
        ("encoding", summary.encoding),
        ("sheets", ", ".join(first_of(read, 6))),
        ("not read", ", ".join(first_of(left, 6))),
        ("rule", f"{summary.regime}, version {summary.rule_version}, data {summary.data_release}"),
        ("date", summary.on),
        *(("note", note) for note in first_of(summary.notes, 5)),
        ("written", ", ".join(first_of(summary.outputs, 8))),
    ]
    lines.append("")
    for label, text in facts:
        # Columns may take five lines: a column read as the wrong field spoils every verdict.
        width, most = (100, 5) if label in {"columns", "written"} else (3 * CELL, 1)
        lead = f"{label:<12}"
        wrap = textwrap.TextWrapper(width, lead, " " * len(lead), max_lines=most, placeholder=" …")
        lines += wrap.wrap(visible(text))
    return "\n".join(lines) + "\n"


def _verdict_lines(summary: Summary) -> Iterator[tuple[int, str]]:
    """Each verdict with its rows; those of the regimes beside the first are no part of its figure."""
    first, *others = summary.regimes or [summary.regime]
    for name, n in summary.verdicts.items():
        of_others = {code: summary.regimes[code][name] for code in others}
        if name == "controlled":
            more = f", {first}" if others else ""
            yield n - sum(of_others.values()), f"{LABELS[name]} ({name}{more})"
            for code, rows in of_others.items():
                if rows:
                    yield rows, f"{LABELS[name]} by another rule ({name}, {code})"
        elif name == "out_of_scope":
            outside = "Outside all of these rules" if others else LABELS[name]
            yield n, f"{outside} ({name}); not the same as free to export"
        else:
            yield n, f"{LABELS[name]} ({name})"


def _unused_columns(names: Sequence[str]) -> str:
    """The columns that no field is read from: the first of them, how many there are, and where all are."""
    if not names:
        return ""
    first = ", ".join(map(cell, names[:_UNUSED]))
    more = f", ...; --format json and run.json list all {len(names):,}"
    return f"{len(names):,} column(s): {first}{more * (len(names) > _UNUSED)}"


def _decision_line(counts: DecisionCounts | None) -> str:
    """What became of the reviewers' decisions."""
    if counts is None:
        return ""
    others = (
        (counts.asked_again, "to decide again"),
        (counts.not_met, "of vehicles that stand on no row"),
        (counts.of_other_regimes, "of another regime"),
        (counts.without_vehicle, "without a VIN"),
    )
    more = "".join(f", {n:,} {what}" for n, what in others if n)
    return f"{counts.given:,} given, {counts.applied:,} rows decided{more}"
