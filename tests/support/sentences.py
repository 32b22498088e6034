"""What the tool says of its own, by where it stands: every text needs its translation."""

import ast
import os
from pathlib import Path

from jinja2.ext import babel_extract

import vintool
from support.commands import every_help
from support.error_parts import OF_CLICK, OF_ERRORS, OF_LEARNING, OF_THE_SYSTEM
from support.evidence_sentences import OF_EVIDENCE
from vintool.codes import (
    REGIMES,
    SETTLED_BY,
    Basis,
    CheckDigit,
    Problem,
    Reason,
)
from vintool.decoding.fields import FIELDS
from vintool.decoding.vehicle_type import KINDS as VEHICLE_TYPES
from vintool.desk.licences import COUNTED, DRAW_ON_NONE, ORDER_OF_USE
from vintool.files.reading.mail import MEDIA
from vintool.files.reading.manifest import _REFUSED
from vintool.files.reading.sheets import ADDED_SHEETS, COUNT_HEADINGS, NEEDS_HEADINGS
from vintool.files.run import Run
from vintool.files.writing import exceptions, overview
from vintool.files.writing.report import not_checked
from vintool.registry import tariff
from vintool.report.changes import KINDS
from vintool.report.summary import KINDS as ROW_KINDS
from vintool.report.text import CHANGED, COLUMN_TITLES
from vintool.screening.decision import TABLE
from vintool.screening.explain import MEANINGS, NOT_CHECKED, NOT_CHECKED_OF_ONE
from vintool.screening.regimes import load_regime

CODE = Path(vintool.__file__).parent
TEMPLATE = CODE / "report" / "templates" / "report.html"
CATALOGUE = CODE / "report" / "locale" / "zh_CN.po"
OPTIONS = {"trimmed": "true", "newstyle_gettext": "true", "extensions": "jinja2.ext.i18n"}


def of_the_template():
    with TEMPLATE.open("rb") as file:
        messages = list(babel_extract(file, ("_", "gettext", "ngettext"), (), OPTIONS))
    return {text if isinstance(text, str) else text[0] for _, _, text, _ in messages}


def of_the_law():
    for code in REGIMES:
        rule = load_regime(code)
        yield rule.title
        yield from rule.not_established
        yield from (item.says for item in rule.goods)
        yield from (item.title for item in rule.other_regime)
        yield from (item.text for item in rule.citation)
        for item in rule.provision:
            yield from (item.says, item.why)
        for item in rule.definition:
            yield from (item.term, item.says)
        yield from (
            ", ".join(item.kinds)
            for item in rule.goods
            if {"kit", "truck"} & {*item.kinds} and item.kinds[1:]
        )
        yield rule.applicants
        yield from not_checked(Run(path=CODE), (rule,))
        yield from not_checked(Run(path=CODE), (rule, rule))


def of_the_sources():
    """Where law and tariff were read, and what is noted of a tariff code, by the parts that are joined."""
    lines = [line for rows in tariff.lines().values() for line in rows]
    texts = [text for line in lines for text in (line.source, line.note) if text]
    for rule in map(load_regime, REGIMES):
        texts += (
            item.source for item in (*rule.provision, *rule.goods, *rule.definition, *rule.doubt)
        )
        texts += (item.about for item in rule.doubt)
    for text in texts:
        yield from {text, *text.split("; ")}


def of_the_ledger():
    states = ("unknown", "missing", "not used", "used up", "in use")
    return {*states, *(item.value.removeprefix("licence_").replace("_", " ") for item in COUNTED)}


def of_the_workbooks():
    """What the sheets of ours say, and the hints of the columns to decide in."""
    yield from (*NEEDS_HEADINGS, *COUNT_HEADINGS)
    for module in (overview, exceptions):
        for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "say" and isinstance(node.args[0], ast.Constant):  # fmt: skip
                yield node.args[0].value


NOT_SHOWN = {"vin", "wmi", "vds", "vis", "attributes", "problems", "powertrain conflict", "model candidates", "model year candidates"}  # fmt: skip


def of_explain():
    """What ``explain`` says of a vehicle and a verdict, and the steps of the decision with the law of each."""
    yield from {
        *MEANINGS.values(),
        NOT_CHECKED,
        NOT_CHECKED_OF_ONE,
        *({line.step for line in TABLE} - {"VIN"}),
    }
    yield from (line.says for line in TABLE)
    for law in map(load_regime, REGIMES):
        yield from (one.says for line in TABLE for one in law.at_step(line.step))
    yield from ("{provision}, since {day}: {says}", "or", "position {digits}")
    yield from {field.label for field in FIELDS.values()} - NOT_SHOWN
    for problem in Problem:
        yield from (problem.sentence, problem.weight.value)
    yield from (*Basis, *CheckDigit, "high", "medium", "low")
    yield from (
        "VERDICT",
        "under",
        "on",
        "because",
        "law",
        "rules",
        "data",
        "The text",
        "check digit",
        "market",
        "also in vPIC",
    )
    yield from (
        "a date that is not known",
        "other regimes in question",
        "This is no legal advice.",
        "confidence {level}",
    )
    yield from (
        "rules of market {market}",
        "cannot tell",
        "cannot tell; the evidence disagrees:",
        "no year to be told",
        "meant?",
    )
    yield from (
        "cannot tell; the known positions allow {years}",
        "{place} allows {years}",
        "grade {grade}",
    )
    yield from (
        "{n} years from {first} to {last}",
        "position 9 must be {digit} for the other positions",
    )


def of_the_terminal():
    yield from (
        *COLUMN_TITLES.values(),
        "rows",
        "brand",
        "other regimes",
        "not the same as free to export",
    )
    yield from ("reason (a row may have several)", "and {n} more: --verbose shows all of them")
    yield from (
        "by date",
        "powertrain",
        "columns",
        "encoding",
        "sheets",
        "not read",
        "rule",
        "date",
        "note",
        "written",
    )
    yield "{n} rows are outside the rule by their dates; nothing else of them was judged."
    yield from (
        "{rule}, version {version}, data {release}",
        "{given} given, {applied} rows decided",
    )
    yield from (
        "to decide again",
        "of vehicles that stand on no row",
        "of another regime",
        "without a VIN",
    )


def of_the_evidence():
    yield from ("fuel", "condition", "goods_name", "un_no", "type_code", "make", "vehicle_type", "unit_price", "displacement")  # fmt: skip
    yield from ("battery_capacity", "decision", "earlier decision", "licence", "exporter", "new", "used", "model")  # fmt: skip


NOTES = (
    "{letters} read as digits, and {reason}",
    "the leading I of a Code 39 barcode was taken off",
    "position {n} repeats position {m}",
    "position {n}: {sign} may be one too many",
    "position {n}: {sign} may be missing",
    "well formed",
    "not well formed",
    "position {n}: {a} may be {b}, which looks alike",
    "position {n}: {a} may be {b}, beside it on the keyboard",
    "positions {n} and {m} may be swapped",
    "position 9: the check digit of the other positions is {digit}",
    "{letters} read as the digit that it looks like",
    "one of several VINs in the cell",
    "{plain} columns that are called as answers are, such as vin_verdict, stay as yours; they may be answers of an earlier run: those of this run stand in columns with one vin_ more.",
    "Columns {names} hold VINs: all of them are read, and each VIN of a row is judged.",
    "Columns {names} were not named for vin, and read all the same: they hold VINs.",
    "Column {name}: {n} of {all} cells is no date that can be read, the first in row {row}.",
    "Column {name}: {n} of {all} cells are no date that can be read, the first in row {row}.",
    "Column {name}: day and month can change places in {n} of {all} cells, the first in row {row}; the later day counts.",
    "{n} column(s): {names}",
    "{n} column(s): {names}, ...; --format json and run.json list all",
    "no --on given: judged for today, {day}",
    "no --on given and no date column found: judged for today, {day}",
    "not all of it could be read: see what is NOT READ",
    "The manifest is {manifest}, the lists {exporters} and {licences},",
    "the report {report}",
    "no VIN: {text}",
    "release",
    "tables",
    "as shipped",
    "own",
    "files",
    "left out",
    "built by the user",
)


def of_the_doubts():
    for doubt in (one for code in REGIMES for one in load_regime(code).doubt):
        for reading in doubt.readings:  # in evidence, and on the page of the law
            yield from (reading.replace(";", ","), reading)


def of_the_tariff():
    for rows in tariff.lines().values():
        yield from (part for row in rows for part in row.meaning.split(", "))


LOOKED_UP = (  # by ``law`` and ``wmi``
    "What it covers",
    "Its rules",
    "Words",
    "In doubt: review, with both readings",
    "What may apply instead",
    "Not established",
    "Where it is written",
    "Since when",
    "Why",
    "Source",
    "Days",
    "Examples",
    "since",
    "source",
    "sources",
    "letters",
    "export licence",
    "no export licence",
    "licence not known",
    "model years",
    "brands",
    "the first two characters belong to",
    "the registry knows no maker {name}",
    "Gathered from public reprints; nothing here is legal advice. Confidence: high, medium, low.",
    "Version {version}. In force since {day}. {note}",
    "{source} (confidence {level})",
    "{what} Source: {source} (confidence {level}).",
    "{what} ({original}). Kinds: {kinds}. Powertrains: {names}. Source: {source}.",
    "{what}. Kinds: {kinds}. Powertrains: {names}. Source: {source}.",
    "Condition: {what}. A VIN is part of the goods. Who may apply: {who}.",
    "Condition: {what}. A VIN is not part of the goods. Who may apply: {who}.",
    "Reference codes: {codes} (what each means: vintool law CODE).",
    "{n}, the last one included",
    "({codeword}; {source})",
    "{codeword}, if {what}: {title}",
    "not pure electric",
    "any",
    "passenger",
    "all_terrain",
)


OURS = {
    "what is looked up": list(LOOKED_UP),
    "tariff": sorted(set(of_the_tariff())),
    "vehicle types": list(VEHICLE_TYPES),
    "readings of a doubt": sorted(set(of_the_doubts())),
    "parts of evidence": list(OF_EVIDENCE),
    "notes": list(NOTES),
    "errors": list(OF_ERRORS),
    "help": sorted(every_help()),
    "of click": list(OF_CLICK),
    "of the system": [os.strerror(number) for number in OF_THE_SYSTEM],
    "kinds of files": sorted({what for what, _step in _REFUSED.values()}),
    "of what was learned": list(OF_LEARNING),
    "workbooks": sorted(set(of_the_workbooks())),
    "template": sorted(of_the_template()),
    "verdicts": list(ROW_KINDS.values()),
    "reasons": [reason.sentence for reason in Reason],
    "what settles": list(SETTLED_BY.values()),
    "law": sorted(set(of_the_law())),
    "ledger": sorted(of_the_ledger()),
    "lists": [
        "exporters",
        "licences",
        "confirmations",
        "catalogue",
        "decisions",
        ORDER_OF_USE,
        DRAW_ON_NONE,
    ],
    "explain": sorted(set(of_explain())),
    "names that readers give": [*ADDED_SHEETS, *MEDIA.values()],
    "terminal": sorted(of_the_terminal()),
    "evidence": sorted(of_the_evidence()),
    "figures and changes": [
        *CHANGED.values(),
        "changes",
        "since {run}: {counts}, {same} the same",
        "The earlier run asked another regime: {before}, now {now}.",
        "The earlier run used another date: {before}, now {now}.",
        "The rules have changed since: {before}, now {now}.",
        "The reference data has changed since: {before}, now {now}.",
        *KINDS.values(),
        "No column holds unit prices, so there are no values and no prices.",
        "No column holds quantities: each VIN counts as one vehicle, a row without one as one.",
        "{n} rows with neither a VIN nor a tariff code are not counted: totals and the like.",
        "There are more than {n} groups: the rest is counted without its exporters and models, as '{others}'.",
    ],
    "page": [
        "and {n} more: exceptions.csv has them",
        "Brand not known",
        "no bill of lading",
        "no exporter",
        "Other or not known",
        "{n} other brands",
        "and {n} more",
        "per row: {columns}",
        *(
            f"{{read}} rows read, {{out}} rows out{blank}{apart}{end}."
            for blank in ("", ", {blank} blank skipped")
            for apart in ("", ", {apart} set apart")
            for end in ("", ": THE NUMBERS DO NOT AGREE")
        ),
    ],
}
