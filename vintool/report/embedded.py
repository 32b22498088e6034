"""Rows and groups as data in the page, from which its script draws those that are asked for."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from vintool.report.display import cell, ranked
from vintool.report.evidence import evidence_in
from vintool.report.language import Language
from vintool.report.needed import Needed, NeedGroup
from vintool.report.row import Row
from vintool.report.summary import LABELS

EVIDENCE: Final = 12  # items of a row on the page; exceptions.csv has all
MODELS: Final = 8  # of a group that needs a licence
PLACES: Final = 50  # of its rows that have no VIN


def row_view(
    row: Row,
    sentences: Mapping[str, str],
    settled_by: Mapping[str, str],
    language: Language,
    said: Callable[[str], str] | None = None,
) -> dict[str, Any]:
    """What the page shows of a row; every text is visible and short, and is escaped where it is put.

    Args:
        row: the row.
        sentences: what each reason means, in the language of the page.
        settled_by: what would settle it.
        language: of the page.
        said: a line of evidence as the page has it; that of many rows is made once.
    """
    said = said or evidence_of(language)
    codes = sorted(dict.fromkeys(row.reasons), key=lambda code: code not in settled_by)
    more = len(row.evidence) - EVIDENCE
    rest = [language.translate(f"and {more:,} more: exceptions.csv has them")] if more > 0 else []
    return {
        "row": row.row,
        "sheet": cell(row.sheet, 60),
        "text": cell(row.vin_text),
        "vin": cell(row.vin) if row.vin and row.vin != row.vin_text else "",
        "meant": cell(_suggested(row.suggestion, language)) if row.suggestion else "",
        "brand": cell(row.brand, 60) if row.brand else "",
        "power": cell(row.powertrain, 60) if row.powertrain else "",
        "verdict": cell(row.verdict, 60),
        "label": language.gettext(LABELS.get(row.verdict, cell(row.verdict, 60))),
        "reasons": [
            (cell(code), sentences.get(code, ""), settled_by.get(code, "")) for code in codes
        ],
        "evidence": [said(item) for item in row.evidence[:EVIDENCE]] + rest,
    }


def evidence_of(language: Language) -> Callable[[str], str]:
    """Says a line of evidence in a language, short and visible; one that stands on many rows is looked up."""

    @lru_cache(maxsize=1 << 15)
    def said(item: str) -> str:
        return cell(evidence_in(item, language))

    return said


def _suggested(suggestion: str | None, language: Language) -> str:
    """A VIN that may be meant, and why, as ``Suggestion`` writes both."""
    vin, sign, reason = (suggestion or "").partition(" (")
    return f"{vin} ({language.translate(reason.removesuffix(')'))})" if sign else vin


def payload(
    rows: Sequence[Row],
    sentences: Mapping[str, str],
    settled_by: Mapping[str, str],
    language: Language,
) -> str:
    """All rows as JSON that holds no sign of markup: texts that come often stand in it once.

    Args:
        rows: in the order to show them.
        sentences: what each reason means, in the language of the page.
        settled_by: what would settle it.
        language: of the page.
    """
    texts: dict[str, int] = {}

    def number(text: str) -> int:
        return texts.setdefault(text, len(texts))

    lines, said = [], evidence_of(language)
    reasons: dict[str, tuple[int, int, int]] = {}
    for row in rows:
        view = row_view(row, sentences, settled_by, language, said)
        for code, sentence, settled in view["reasons"]:
            reasons.setdefault(code, (number(code), number(sentence), number(settled)))
        lines.append(
            [
                view["row"],
                *(view[name] for name in ("text", "vin", "meant")),
                *(number(view[name]) for name in ("sheet", "brand", "power", "verdict", "label")),
                [reasons[code][0] for code, _, _ in view["reasons"]],
                [number(item) for item in view["evidence"]],
            ]
        )
    return as_data({"texts": list(texts), "reasons": list(reasons.values()), "rows": lines})


def bill_views(needed: Needed | None, language: Language) -> list[dict[str, Any]]:
    """What the page shows of each group that needs a licence; texts are visible and short, as in ``row_view``."""
    gettext = language.gettext

    def view(group: NeedGroup) -> dict[str, Any]:
        models = ranked(group.models)[:MODELS]
        more = " …" if len(group.without_vin) > PLACES else ""
        return {
            "bill": cell(group.bl_no, 60) or gettext("no bill of lading"),
            "exporter": cell(group.exporter, 60) or gettext("no exporter"),
            "regime": cell(group.regime) if needed and needed.several_regimes else "",
            "models": ", ".join(
                f"{n:,} {cell(name, 60) or gettext('Brand not known')}" for name, n in models
            ),
            "vins": [cell(vin) for vin in group.vins],
            "without_vin": "; ".join(map(cell, group.without_vin[:PLACES])) + more,
        }

    return [view(group) for group in needed.groups] if needed else []


def as_data(data: object) -> str:
    """JSON that is put into the page as it is: nothing in it may begin an element or an entity."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
