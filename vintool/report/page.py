"""Many findings -> one summary, and its renderings: JSON, plain text, one self-contained page.

`Summary` is what ``screen --format json`` prints. All renderings show cells that strangers wrote,
so whatever could act or hide (markup, terminal escapes, direction marks) is made inert and visible.
"""

import base64
import hashlib
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from vintool.report.language import Language, language

if TYPE_CHECKING:
    from jinja2 import Template

LABELS: Final = {
    "controlled": "Needs an export licence",
    "review": "A person must look",
    "out_of_scope": "Outside this rule",
    "invalid": "No usable VIN",
}
"""Each verdict in plain words, in the order in which they are always shown."""

ENGLISH: Final = language()
CELL: Final = 200  # characters of a cell that are displayed; exceptions.csv has them all
BRANDS: Final = 12  # brands that have a bar of their own
TO_ACT: Final = 200  # rows without a licence on the page; exceptions.csv has all
LICENCES: Final = 500  # lines of the ledger on the page; ledger.csv has all


def _all_verdicts(counts: dict[str, int]) -> dict[str, int]:
    """The counts with all four verdicts, in their order; a name that is none of them is refused."""
    if unknown := counts.keys() - LABELS.keys():
        raise ValueError(f"not a verdict: {', '.join(sorted(unknown))}")
    return {name: counts.get(name, 0) for name in LABELS}


# Not negative, or a negative count could hide a lost row in the sum.
Count = Annotated[int, Field(ge=0)]
Verdicts = Annotated[dict[str, Count], AfterValidator(_all_verdicts)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BrandCount(_Frozen):
    """The rows of one brand."""

    brand: str
    rows: Count
    verdicts: Verdicts


class SheetInfo(_Frozen):
    """One sheet of the input, read or not; ``skipped`` says why not."""

    name: str
    rows: Count
    blank_rows: Count = 0
    mapping: dict[str, str]
    skipped: str = ""


class Row(_Frozen):
    """One row that a person should see: its place, its text, its finding."""

    row: int
    sheet: str
    vin_text: str
    vin: str | None
    brand: str | None
    powertrain: str | None
    verdict: str
    reasons: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    suggestion: str | None = None
    declared: dict[str, str] = {}


class LicenceLine(_Frozen):
    """What became of one licence; without a place in the list an unknown number, or none."""

    licence_no: str
    state: str
    exporter: str
    hs_code: str
    destination: str
    valid_from: date | None
    valid_until: date | None
    quantity: Count | None
    drawn: Count
    left: Count | None
    rows_named: Count
    rows_in_review: Count
    counted_before: Count
    findings: dict[str, Count]
    place: str


class DecisionCounts(_Frozen):
    """What became of the decisions that a run was given."""

    given: Count
    applied: Count
    asked_again: Count
    undecided: Count
    of_other_regimes: Count
    without_vehicle: Count
    not_met: Count


class Summary(_Frozen):
    """One screening run in numbers: exactly what ``screen --format json`` prints."""

    file: str
    rows_read: Count
    rows_out: Count
    blank_rows: Count
    verdicts: Verdicts
    reasons: dict[str, Count]
    powertrains: dict[str, Count]
    by_brand: tuple[BrandCount, ...]
    mapping: dict[str, str]
    encoding: str
    sheets: tuple[SheetInfo, ...]
    regime: str
    on: str
    data_release: str
    rule_version: str
    seconds: float
    outputs: tuple[str, ...]
    notes: tuple[str, ...]
    licences: tuple[LicenceLine, ...] = ()
    decisions: DecisionCounts | None = None

    @model_validator(mode="after")
    def _no_row_lost(self) -> Self:
        if (told := sum(self.verdicts.values())) != self.rows_out:
            raise ValueError(f"{told} verdicts for {self.rows_out} rows")
        return self

    @property
    def balanced(self) -> bool:
        """Whether every row read came out; readers may or may not count blank ones as read."""
        return self.rows_read - self.rows_out in {0, self.blank_rows}

    @property
    def balance(self) -> str:
        """What became of the rows read, in one sentence; it says so if some are missing."""
        blank = f", {self.blank_rows:,} blank skipped" if self.blank_rows else ""
        line = f"{self.rows_read:,} rows read, {self.rows_out:,} rows out{blank}"
        return line if self.balanced else f"{line}: THE NUMBERS DO NOT AGREE"


class FieldCount(_Frozen):
    """The rows of the most frequent values of one field; ``counted`` is false if it has too many."""

    field: str
    head: tuple[tuple[str, Verdicts], ...]
    values: Count
    counted: bool = True


class ToAct(_Frozen):
    """Rows that need a licence and have none that fits, the first of them by name."""

    rows: Count
    reasons: dict[str, Count]
    first: tuple[Row, ...]


class Citation(_Frozen):
    """A text of law, with its address if there is one on the web."""

    text: str
    url: str = Field(default="", pattern=r"^(https?://\S+)?$")  # a link must never run a script


class ReportContext(_Frozen):
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
    settled_by: dict[str, str] = {}
    review_reasons: dict[str, Count] = {}
    to_act: ToAct | None = None
    fields: tuple[FieldCount, ...] = ()
    brand_powertrain: dict[str, dict[str, Count]] = {}
    lists: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()


def visible(text: str) -> str:
    r"""The text with characters that act or hide replaced by their numbers.

    Direction marks can make a VIN read backwards, escapes can rewrite a terminal, zero-width
    characters make two equal-looking cells differ, lone surrogates cannot be written at all.

    >>> visible("LRW\u202e3E7\x1b[2J")
    'LRW[U+202E]3E7[U+001B][2J'
    """
    if text.isprintable():
        return text
    hidden = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
    return "".join(
        f"[U+{ord(char):04X}]" if unicodedata.category(char) in hidden else char for char in text
    )


def cell(text: str, most: int = CELL) -> str:
    """The text as displayed: visible, and no longer than ``most`` and an ellipsis."""
    shown = visible(text[: most + 1])
    return shown if len(shown) <= most else shown[:most] + "…"


def share(rows: int, whole: int) -> str:
    """A percentage that rounds neither something to nothing nor nearly all to all.

    >>> share(160, 420), share(1, 1_000_000), share(999_999, 1_000_000), share(0, 0)
    ('38.1%', '<0.1%', '>99.9%', '–')
    """
    if not whole:
        return "–"
    if 0 < rows < whole * 0.001:
        return "<0.1%"
    return ">99.9%" if whole * 0.999 < rows < whole else f"{100 * rows / whole:.1f}%"


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Most rows first, then by name, so that the same counts always give the same page."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _with_others(
    groups: Sequence[tuple[str, Mapping[str, int]]],
    whole: Mapping[str, int],
    most: int,
    speech: Language = ENGLISH,
) -> list[tuple[str, dict[str, int]]]:
    """The first groups, and one line for all other rows: taken from the whole, so it adds up."""
    unknown = speech.gettext("Brand not known")
    head = [
        (name or unknown, {key: counts.get(key, 0) for key in whole})
        for name, counts in groups[:most]
    ]
    rest = {key: max(0, n - sum(counts[key] for _, counts in head)) for key, n in whole.items()}
    if any(rest.values()):
        more = len(groups) - len(head)
        head.append(
            (speech.told(f"{more:,} other brands" if more > 1 else "Other or not known"), rest)
        )
    return head


def _rest(one: FieldCount, whole: Mapping[str, int]) -> dict[str, int]:
    """The rows of the values that have no line of their own."""
    return {key: n - sum(counts[key] for _, counts in one.head) for key, n in whole.items()}


def _first(items: Sequence[str], most: int, speech: Language = ENGLISH) -> list[str]:
    """The first items, and how many more there are."""
    more = len(items) - most
    rest = [speech.told(f"and {more:,} more")] if more > 0 else []
    return [*(cell(item) for item in items[:most]), *rest]


def _decision_line(told: DecisionCounts | None) -> str:
    """What became of the decisions, for a terminal."""
    if told is None:
        return ""
    others = (
        (told.asked_again, "to decide again"),
        (told.not_met, "of vehicles that stand on no row"),
        (told.of_other_regimes, "of another regime"),
        (told.without_vehicle, "without a VIN"),
    )
    more = "".join(f", {n:,} {what}" for n, what in others if n)
    return f"{told.given:,} given, {told.applied:,} rows decided{more}"


def summary_text(summary: Summary, sentences: Mapping[str, str]) -> str:
    """The summary for a terminal or a pipe: plain text, at most 40 lines, no colour."""
    lines = [f"{cell(summary.file)}: {summary.balance} ({summary.seconds:.1f} s)", ""]
    for name, n in summary.verdicts.items():
        caution = "; not the same as free to export" if name == "out_of_scope" else ""
        lines += [f"{n:>11,}  {share(n, summary.rows_out):>6}  {LABELS[name]} ({name}){caution}"]
    if reasons := _ranked(summary.reasons):
        lines += ["", "       rows  reason (a row may have several)"]
    for code, n in reasons[:5]:
        lines += [f"{n:>11,}  {cell(code)}: {cell(sentences.get(code, ''))}".rstrip(": ")]
    if len(reasons) > 5:
        lines += [f"{'':>11}  and {len(reasons) - 5} more"]
    if brands := [(brand.brand, brand.verdicts) for brand in summary.by_brand]:
        widths = (11, 12, 12, 14, 12)
        lines += ["", "       rows  controlled      review  out_of_scope     invalid  brand"]
        for brand, counts in _with_others(brands, summary.verdicts, 5):
            cells = [sum(counts.values()), *counts.values()]
            numbers = "".join(f"{n:>{w},}" for n, w in zip(cells, widths, strict=True))
            lines += [f"{numbers}  {cell(brand, 60)}"]
    named = [sheet for sheet in summary.sheets if sheet.name]
    read = [f"{sheet.name} ({sheet.rows:,} rows)" for sheet in named if not sheet.skipped]
    left = [f"{sheet.name} ({sheet.skipped})" for sheet in summary.sheets if sheet.skipped]
    facts = [
        ("powertrain", ", ".join(f"{code} {n:,}" for code, n in _ranked(summary.powertrains))),
        (
            "licences",
            ", ".join(
                f"{n:,} {state}"
                for state, n in _ranked(
                    Counter(line.state.replace("_", " ") for line in summary.licences)
                )
            ),
        ),
        ("decisions", _decision_line(summary.decisions)),
        ("columns", ", ".join(f"{field} = {name}" for field, name in summary.mapping.items())),
        ("encoding", summary.encoding),
        ("sheets", ", ".join(_first(read, 6))),
        ("not read", ", ".join(_first(left, 6))),
        ("rule", f"{summary.regime}, version {summary.rule_version}, data {summary.data_release}"),
        ("date", summary.on),
        *(("note", note) for note in _first(summary.notes, 2)),
        ("written", ", ".join(_first(summary.outputs, 6))),
    ]
    lines.append("")
    for label, text in facts:
        # Columns may take three lines: a column read as the wrong field spoils every verdict.
        width, most = (100, 3) if label in {"columns", "written"} else (3 * CELL, 1)
        lead = f"{label:<12}"
        wrap = textwrap.TextWrapper(width, lead, " " * len(lead), max_lines=most, placeholder=" …")
        lines += wrap.wrap(visible(text))
    return "\n".join(lines) + "\n"


def _source_hash(text: str) -> str:
    """What a Content-Security-Policy names to let one inline script or style through."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _finalize(value: Any) -> Any:
    """Every value on its way to the page passes here; what is markup already is our own."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _decided(rows: Iterable[Row]) -> Iterator[tuple[Row, str]]:
    """The rows that a reviewer has decided, now or before, each with the decision as its evidence tells it."""
    for row in rows:
        for item in row.evidence:
            if item.startswith(("decision: ", "earlier decision: ")):
                yield row, item


@cache
def _template(speech: str) -> "Template":
    # Imported here: most runs of the tool print no page, and start-up time is felt by everyone.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    spoken = language(speech)
    env = Environment(
        autoescape=True,
        loader=PackageLoader("vintool.report"),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_callables(spoken.gettext, spoken.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.policies["ext.i18n.trimmed"] = True
    env.trim_blocks = env.lstrip_blocks = True
    env.finalize = _finalize
    env.filters |= {"cell": cell, "first_of": partial(_first, speech=spoken)}
    env.filters |= {"number": "{:,}".format, "ranked": _ranked, "source_hash": _source_hash}
    # Unlike _(), which is for literals and gives markup, what told gives is escaped.
    env.filters |= {"told": spoken.told}
    labels = {name: spoken.gettext(label) for name, label in LABELS.items()}
    env.globals |= {"share": share, "LABELS": labels, "LICENCES": LICENCES, "TAG": spoken.tag}
    return env.get_template("report.html")


def report_html(
    summary: Summary,
    context: ReportContext,
    exceptions: Iterable[Row],
    *,
    shown: int = 2000,
    lang: str = "en",
) -> str:
    """The page for the person who decides: one file, no network, the same for the same input.

    Args:
        summary: the run. Its duration is left out, so that two equal runs give equal pages.
        context: the rule, its sources and sentences.
        exceptions: rows to look at, in the order to show them; read once, never held in full.
        shown: at most so many of them are put on the page, which says how many are not.
        lang: of the page, one of ``language.LANGUAGES``; cells, codes and evidence stay as they are.
    """
    rest = iter(exceptions)
    rows = tuple(islice(rest, shown))
    verdicts = [(brand.brand, brand.verdicts) for brand in summary.by_brand]
    powers = [(name, context.brand_powertrain.get(name, {})) for name, _ in verdicts]
    spoken = language(lang)
    return _template(lang).render(
        s=summary,
        c=context,
        rows=rows,
        omitted=sum(1 for _ in rest),
        decided=tuple(_decided(rows)),
        row_reasons=_ranked(Counter(code for row in rows for code in dict.fromkeys(row.reasons))),
        with_sheets=len(summary.sheets) > 1 or len({row.sheet for row in rows}) > 1,
        brands=_with_others(verdicts, summary.verdicts, BRANDS, spoken),
        brand_powertrains=_with_others(powers, dict(_ranked(summary.powertrains)), BRANDS, spoken),
        fields=tuple((one, _rest(one, summary.verdicts)) for one in context.fields),
    )
