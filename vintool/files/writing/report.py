"""``report.html``: the numbers of a run with the words of its regime, in the language of the page."""

from pathlib import Path

from vintool.codes import SETTLED_BY, Reason
from vintool.files.run import REPORT_HTML, Run
from vintool.files.writing.tally import Tally
from vintool.report.changes import Changes
from vintool.report.language import language
from vintool.report.page import Citation, ReportContext, report_html
from vintool.report.summary import Summary
from vintool.screening.regimes import Regime
from vintool.version import __version__


def write_report(  # noqa: PLR0913, PLR0917 - all that the page shows
    stage: Path,
    run: Run,
    summary: Summary,
    tally: Tally,
    regimes: tuple[Regime, ...],
    changes: Changes | None = None,
) -> None:
    """Write the page."""
    page = report_html(
        summary,
        report_context(run, summary, tally, regimes, changes),
        tally.first_exceptions,
        omitted=tally.exceptions - len(tally.first_exceptions),
        lang=run.lang,
    )
    (stage / REPORT_HTML).write_text(page, encoding="utf-8")


def report_context(
    run: Run,
    summary: Summary,
    tally: Tally,
    regimes: tuple[Regime, ...],
    changes: Changes | None,
) -> ReportContext:
    """What the page says besides the numbers; the law on it is that of the first regime."""
    translate = language(run.lang).translate
    regime = regimes[0]
    asked = {one.code: one.title for one in regimes[1:]}
    others = asked or {one.code: one.title for one in regime.other_regime}
    return ReportContext(
        title=translate(regime.title),
        goods="; ".join(translate(goods.says) for goods in regime.goods),
        goods_original="; ".join(goods.original for goods in regime.goods if goods.original),
        in_force_from=regime.start,
        citations=tuple(
            Citation(text=translate(citation.text), url=citation.url)
            for citation in regime.citation
        ),
        tool_version=__version__,
        reason_sentences={str(reason): translate(reason.sentence) for reason in Reason},
        settled_by={str(reason): translate(text) for reason, text in SETTLED_BY.items()},
        review_reasons=dict(tally.review_reasons),
        unlicensed=tally.unlicensed() if run.licences else None,
        cleared_by_date=tally.cleared_by_date(),
        fields=tally.by_field(),
        other_rules=tuple(f"{code}: {translate(title)}" for code, title in others.items()),
        needed=tally.needed.needed(),
        figures=tally.statistics.figures(),
        changes=changes,
        day=run.today,
        inputs=tuple((one.name, one.sha256) for one in summary.files if one.sha256),
        brand_powertrain=tally.brand_powertrain(),
        lists=tuple(f"{translate(what)}: {path.name}" for what, path in run.lists),
        not_checked=tuple(map(translate, (*not_checked(run, regimes), *regime.not_established))),
    )


def not_checked(run: Run, regimes: tuple[Regime, ...]) -> tuple[str, ...]:
    """What a run with its lists does not tell."""
    limits = (
        ""
        if run.exporters
        else "whether the exporter is qualified and the brand its own (--exporters)",
        ""
        if run.licences
        else "whether a licence that a row names exists, is valid and covers the vehicle (--licences)",
        ""
        if run.confirmations or not any(one.condition == "used" for one in regimes)
        else "whether a maker's confirmation lists the vehicle (--confirmations)",
        ""
        if run.catalogue
        else "whether the product is in the catalogue of type approvals, a condition of the licence (--catalogue)",
        "whether the vehicle exists, and is the one that its VIN tells",
        "rules other than those that were asked"
        if len(regimes) > 1
        else "other rules: those that may apply are named beside a row",
    )
    return tuple(filter(None, limits))
