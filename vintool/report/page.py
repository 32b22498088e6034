"""The page for the person who decides: one self-contained HTML file.

It shows cells that strangers wrote: they are escaped, and what could act or hide is made visible (``display``).
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from vintool.escaping import visible
from vintool.report.changes import KINDS as CHANGE_KINDS
from vintool.report.changes import Changes
from vintool.report.display import cell, first_of, ranked, share, with_others
from vintool.report.embedded import as_data, bill_views, payload, row_view
from vintool.report.evidence import evidence_in
from vintool.report.figures import Figures, country_names
from vintool.report.language import language
from vintool.report.needed import Needed
from vintool.report.row import Row
from vintool.report.summary import BY_OTHER_RULES, KINDS, LABELS, Count, Frozen, Summary

if TYPE_CHECKING:
    from jinja2 import Template

ROWS: Final = 20_000  # exceptions on the page; exceptions.csv has all
ROWS_AT_ONCE: Final = 50  # of them that are shown before the script, or without it
BILLS_AT_ONCE: Final = 100  # groups of those that need a licence, before more are asked for
NEEDED_ROWS: Final = 20_000  # that need a licence; annotated.* has all
NEEDED_OPEN: Final = 400  # VINs of them that are unfolded, and printed
FIGURES: Final = 15  # lines of each table of figures; statistics.csv has all
CHANGES: Final = 200  # changed rows; changes.csv has all
UNLICENSED_ROWS: Final = 200  # of those without a licence; exceptions.csv has all
CLEARED_ROWS: Final = 200  # of those cleared by their date; cleared_by_date.csv has all
BRANDS: Final = 12  # that have a bar of their own
LICENCES: Final = 500  # lines of the ledger on the page; ledger.csv has all


class FieldCount(Frozen):
    """The rows of the most frequent values of one field by ``KINDS``; ``counted`` is false if it has too many."""

    field: str
    head: tuple[tuple[str, dict[str, Count]], ...]
    values: Count
    counted: bool = True


class Unlicensed(Frozen):
    """Rows that need a licence and have none that fits: how many and why under each regime, and the first of all."""

    rows: dict[str, Count]
    reasons: dict[str, dict[str, Count]]
    first: tuple[Row, ...]


class Citation(Frozen):
    """A text of law as the page shows it, with its address if there is one on the web.

    What a regime cites is a ``screening.regimes.Citation``, with the confidence in it; here the text is in
    the language of the page, and the address is safe to be a link.
    """

    text: str
    url: str = Field(default="", pattern=r"^(https?://\S+)?$")  # a link must never run a script


class ReportContext(Frozen):
    """What the page says about the rule and the tool, besides the numbers of the run.

    Its sentences are in the language of the page.
    """

    title: str
    goods: str
    goods_original: str = ""
    in_force_from: date
    citations: tuple[Citation, ...]
    tool_version: str
    reason_sentences: dict[str, str]
    other_rules: tuple[str, ...] = ()
    settled_by: dict[str, str] = Field(default_factory=dict)
    review_reasons: dict[str, Count] = Field(default_factory=dict)
    unlicensed: Unlicensed | None = None
    cleared_by_date: tuple[Row, ...] = ()
    fields: tuple[FieldCount, ...] = ()
    brand_powertrain: dict[str, dict[str, Count]] = Field(default_factory=dict)
    lists: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    needed: Needed | None = None
    figures: Figures | None = None
    changes: Changes | None = None
    day: date | None = None
    inputs: tuple[tuple[str, str], ...] = ()


def report_html(
    summary: Summary,
    context: ReportContext,
    exceptions: Sequence[Row],
    *,
    omitted: int = 0,
    lang: str = "en",
) -> str:
    """The page for the person who decides: one file, no network, the same for the same input.

    Args:
        summary: the run. Its duration is left out, so that two equal runs give equal pages.
        context: the rule, its sources and sentences.
        exceptions: rows to look at, in the order to show them.
        omitted: how many more there are, which the page says.
        lang: of the page, one of ``language.LANGUAGES``; cells, codes and evidence stay as they are.
    """
    kinds, verdicts = summary.kinds, summary.brand_kinds
    apart = [] if kinds[BY_OTHER_RULES] else [BY_OTHER_RULES]
    labels = {name: language(lang).gettext(KINDS[name]) for name in kinds if name not in apart}
    powertrains = [(name, context.brand_powertrain.get(name, {})) for name, _ in verdicts]
    reasons = Counter(code for row in exceptions for code in dict.fromkeys(row.reasons))
    sheets = len(summary.sheets), len({row.sheet for row in exceptions})
    return _template(lang).render(
        s=summary,
        c=context,
        rows=exceptions,
        first_rows=exceptions[:ROWS_AT_ONCE],
        payload=payload(exceptions, context.reason_sentences, context.settled_by, language(lang)),
        bills=bill_views(context.needed, language(lang)),
        unfolded=_unfolded(context.needed),
        country=country_names(lang),
        omitted=omitted,
        reviewed=tuple(_reviewed(exceptions)),
        row_reasons=ranked(reasons),
        row_verdicts={row.verdict for row in exceptions},
        with_sheets=max(sheets) > 1,
        KINDS=labels,
        brands=with_others(verdicts, kinds, BRANDS, language(lang)),
        brand_powertrains=with_others(
            powertrains, dict(ranked(summary.powertrains)), BRANDS, language(lang)
        ),
        fields=tuple((field, _rest(field, kinds)) for field in context.fields),
    )


def _unfolded(needed: Needed | None) -> int:
    """How many of the groups are shown unfolded: as many as their VINs fit."""
    vins = accumulate(len(group.vins) for group in needed.groups) if needed else ()
    return max(1, sum(count <= NEEDED_OPEN for count in vins))


def _source_hash(text: str) -> str:
    """What a Content-Security-Policy names to let one inline script or style through."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _finalize(value: Any) -> Any:
    """Every value on its way to the page passes here; what is markup already is our own."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _reviewed(rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """The rows that a reviewer has decided, now or before, each with the decision as its evidence tells it."""
    for row in rows:
        for item in row.evidence:
            if item.startswith(("decision: ", "earlier decision: ")):
                yield row, item


@cache
def _template(lang: str) -> "Template":
    # Imported here: most runs of the tool print no page, and start-up time is felt by everyone.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    translation = language(lang)
    env = Environment(
        autoescape=True,
        loader=PackageLoader("vintool.report"),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_callables(translation.gettext, translation.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.policies["ext.i18n.trimmed"] = True
    env.trim_blocks = env.lstrip_blocks = True
    env.finalize = _finalize
    env.filters |= {"cell": cell, "first_of": partial(first_of, language=translation)}
    env.filters |= {"number": "{:,}".format, "ranked": ranked, "source_hash": _source_hash}
    # Unlike _(), which is for literals and gives markup, what translate gives is escaped.
    env.filters |= {"in_language": partial(evidence_in, language=translation)}
    env.filters |= {"translate": translation.translate}
    labels = {name: translation.gettext(label) for name, label in LABELS.items()}
    env.globals |= {
        "CHANGE_KINDS": CHANGE_KINDS,
        "ROWS_AT_ONCE": ROWS_AT_ONCE,
        "BILLS_AT_ONCE": BILLS_AT_ONCE,
        "as_data": as_data,
        "FIGURES": FIGURES,
        "CHANGES": CHANGES,
    }
    env.globals |= {"view": partial(row_view, language=translation)}
    env.globals |= {"share": share, "LABELS": labels, "LICENCES": LICENCES, "TAG": translation.tag}
    return env.get_template("report.html")


def _rest(field: FieldCount, whole: Mapping[str, int]) -> dict[str, int]:
    """The rows of the values that have no line of their own."""
    return {key: n - sum(counts[key] for _, counts in field.head) for key, n in whole.items()}
