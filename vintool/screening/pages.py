"""A regime as a page that a lawyer reads, the decision table, and the tariff: generated from the data."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from vintool.codes import REGIMES, Concern, Reason
from vintool.registry import tariff
from vintool.screening.decision import TABLE
from vintool.screening.regimes import Regime, load_regime

GENERATED = "<!-- Generated from the data by `vintool law --write FOLDER`. Do not edit by hand. -->"
CAUTION = (
    "Gathered from public reprints; nothing here is legal advice. Confidence: high, medium, low."
)


def _row(cells: Iterable[object]) -> str:
    return f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |"


def _table(heads: Sequence[str], rows: Iterable[Iterable[object]]) -> list[str]:
    return ["", _row(heads), f"|{'---|' * len(heads)}", *map(_row, rows), ""]


def regime_page(regime: Regime) -> str:
    """What a regime says, since when, why, and where that is written."""
    return "\n".join([*_head(regime), *_provisions(regime), *_sources(regime)]).rstrip() + "\n"


_TO_CODES = "[README.md](README.md#codes)"
_COMMENT = re.compile(r"<!--.*?-->\n*", re.DOTALL)
_LINK = re.compile(r"\[([^\]]+)\]\([^)\s]+\)")
_LABELLED = re.compile(r"( *- )?\*\*([^*]+?)(:?)\*\*(.*)", re.DOTALL)


def as_text(page: str, translate: Callable[[str], str] = str) -> Iterator[str]:
    r"""The lines of a page for a terminal: without what speaks to an editor, and links as their texts.

    Sentences, headings and labels are translated where the whole of one is known.

    >>> print(*as_text("# x\n\n<!-- Generated -->\n\nsee [the codes](codes.md)."), sep="\n")
    # x
    <BLANKLINE>
    see the codes.
    """
    page = _COMMENT.sub("", page.replace(_TO_CODES, "vintool law CODE"))
    for line in _LINK.sub(r"\1", page).split("\n"):
        sign, space, text = line.partition(" ")
        if found := _LABELLED.fullmatch(line):
            bullet, label, colon, rest = found.groups("")
            yield f"{bullet}**{translate(label)}{colon}**{_after(rest, translate)}"
        elif space and not sign.strip("#-"):
            says, colon, address = text.partition(": http")
            yield f"{sign} {translate(says)}{colon}{address}"
        else:
            yield translate(line)


def _after(rest: str, translate: Callable[[str], str]) -> str:
    """What stands behind a label, with the signs between them."""
    says = rest.lstrip(": ")
    return rest.removesuffix(says) + translate(says)


def _head(regime: Regime) -> Iterator[str]:
    yield f"# {regime.code}"
    yield ""
    yield GENERATED
    yield ""
    yield f"**{regime.title}**"
    yield ""
    yield f"Version {regime.version}. In force since {regime.start}. {CAUTION}"
    yield ""
    yield "## What it covers"
    for goods in regime.goods:
        powertrains = ", ".join(goods.powertrains) or "any"
        original = f" ({goods.original})" if goods.original else ""
        yield ""
        yield f"- {goods.says}{original}. Kinds: {', '.join(goods.kinds)}. Powertrains: {powertrains}. Source: {goods.source}."
    yield ""
    yield f"Condition: {regime.condition}. A VIN is {'part of the goods' if regime.has_vin else 'not part of the goods'}. Who may apply: {regime.applicants}."
    if regime.reference_codes:
        yield ""
        yield f"Reference codes: {', '.join(regime.reference_codes)} (what each means: {_TO_CODES})."


def _provisions(regime: Regime) -> Iterator[str]:
    yield ""
    yield "## Its rules"
    for item in regime.provision:
        until = f" until {item.until}" if item.until else ""
        yield ""
        yield f"### {item.code}"
        yield ""
        yield item.says
        yield ""
        yield f"- **Since when:** {item.start}{until}"
        yield f"- **Why:** {item.why}"
        yield f"- **Source:** {item.source} (confidence {item.confidence})"
        if item.days is not None:
            yield f"- **Days:** {item.days}, the last one included"
        examples = [one for one in regime.example if one.provision == item.code]
        if examples:
            yield "- **Examples:**"
        for one in examples:
            declared = "".join(f", {field} {value}" for field, value in one.declared.items())
            reasons = ", ".join(f"`{reason}`" for reason in one.reasons)
            yield f"  - {one.on}, VIN {one.vin or 'none'}{declared}: **{one.verdict}**{f' ({reasons})' if reasons else ''}"


def _sources(regime: Regime) -> Iterator[str]:
    if regime.definition:
        yield ""
        yield "## Words"
    for word in regime.definition:
        yield ""
        yield f"**{word.term}**: {word.says} Source: {word.source} (confidence {word.confidence})."
    if regime.doubt:
        yield ""
        yield "## In doubt: review, with both readings"
    for doubt in regime.doubt:
        about = doubt.about
        yield ""
        yield f"**{about}** (`{doubt.reason}`; {doubt.source})"
        yield ""
        yield from (f"- {reading}" for reading in doubt.readings)
    if regime.other_regime:
        yield ""
        yield "## What may apply instead"
        yield ""
        yield from (
            f"- `{other.code}`, if {other.applies.replace('_', ' ')}: {other.title}"
            for other in regime.other_regime
        )
    if regime.not_established:
        yield ""
        yield "## Not established"
        yield ""
        yield from (f"- {item}" for item in regime.not_established)
    yield ""
    yield "## Where it is written"
    yield ""
    yield from (
        f"- {citation.text}: {citation.url} (confidence {citation.confidence})"
        for citation in regime.citation
    )


def decision_table() -> list[str]:
    """The decision, line by line; in each step the first line that holds counts."""
    return _table(
        ("line", "step", "if", "then"),
        ((line.number, line.step, line.says, line.then) for line in TABLE),
    )


def code_table() -> list[str]:
    """Codes of the tariff with period, condition letters and whether an export licence is needed."""
    return _table(
        ("code", "period", "meaning", "letters", "export licence", "confidence", "source", "note"),
        (
            (
                line.code,
                line.period or "–",
                line.meaning,
                line.letters or "–",
                line.licence or "not known",
                line.confidence,
                line.source,
                line.note,
            )
            for rows in tariff.lines().values()
            for line in rows
        ),
    )


def index_page() -> str:
    """The page that leads to the others: regimes, decision table, contradictions, codes."""
    regimes = (load_regime(code) for code in REGIMES)
    contradictions = (
        (f"`{reason}`", reason.sentence)
        for reason in Reason
        if reason.concern is Concern.CONTRADICTION
    )
    lines = [
        "# The rules",
        "",
        GENERATED,
        "",
        CAUTION,
        *_table(
            ("regime", "title", "in force since"),
            (
                (f"[{regime.code}]({regime.code}.md)", regime.title, regime.start)
                for regime in regimes
            ),
        ),
        "## The decision",
        "",
        "One table serves every regime: what a regime covers stands on its page. In each step the first line that holds counts.",
        *decision_table(),
        "What the manifest declares is enough to make a row controlled. To clear one otherwise than by its dates, all of this is needed: a sound VIN of a known",
        "maker, no contradiction, and VIN evidence of grade A or B whose check digit holds, or weaker VIN evidence and one declared",
        "entry that agrees, or two independent declared entries that agree.",
        "",
        "## Contradictions",
        "",
        "Told whatever the verdict, with both sides, but of rows that their dates have cleared. All keep a row from being cleared, but `contradiction_price`, `code_not_in_force` and",
        "a model year that is one year ahead alone.",
        *_table(("code", "what it says"), contradictions),
        "## Codes",
        "",
        "A code is read by its longest start in this table. Letters: 4 export licence, x in processing trade, y in border small-scale trade;",
        "6, A, O, L and M speak of imports. An empty cell was not seen in a source, and is not guessed.",
        *code_table(),
    ]
    return "\n".join(lines).rstrip() + "\n"


def pages() -> dict[str, str]:
    """Every page by its file name."""
    return {
        "README.md": index_page(),
        **{f"{code}.md": regime_page(load_regime(code)) for code in REGIMES},
    }
