"""The powertrain rules in use, by WMI: read off labelled vehicles and type approvals, written by hand, the user's own."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from vintool.codes import Grade, Powertrain
from vintool.registry.patterns import ANY, fits, parse_pattern
from vintool.registry.reference import by_reference, reference_in_use
from vintool.registry.rows import KeyedTable, keyed_table, read_rows, refuse
from vintool.registry.rule import Rule
from vintool.registry.user_rules import RULE_COLUMNS

EVIDENCE, MANUAL = "powertrain.evidence.csv", "powertrain.manual.csv"
APPROVALS = "approvals.csv"
EVIDENCE_COLUMNS = RULE_COLUMNS[:-1]  # no note
MANUAL_COLUMNS = (
    *("wmi", "vds", "year_codes", "plant_codes", "powertrain", "models", "kind"),
    *("grade", "source", "note", "example"),
)
APPROVAL_COLUMNS = (
    *("wmi", "vds", "powertrain", "brand", "make", "code", "name"),
    *("kind", "batch", "date", "url", "source"),
)
AMBIGUOUS = "approvals.ambiguous.csv"
AMBIGUOUS_COLUMNS = ("wmi", "vds", "source", "note")
_ANNOUNCEMENT = re.compile(r"MIIT announcement \d+")
_CITED = 3  # approvals that a rule names


def packaged_tables() -> tuple[KeyedTable, KeyedTable, KeyedTable]:
    """The rows of the packaged rules: labelled starts, type approvals, written by hand."""
    return (
        keyed_table(EVIDENCE, EVIDENCE_COLUMNS),
        keyed_table(APPROVALS, APPROVAL_COLUMNS),
        keyed_table(MANUAL, MANUAL_COLUMNS),
    )


@by_reference()
def powertrain_rules(wmi: str) -> tuple[Rule, ...]:
    """The powertrain rules of a WMI.

    Args:
        wmi: positions 1-3; the rules do not go by the longer WMI of small makers.
    """
    rules = []
    evidence, approvals, manual = packaged_tables()
    for _, vds, years, plants, powertrain, make, models, kind, *rest in evidence.rows(wmi):
        vehicles, sources, grade, source = rest
        # Years and plants of the evidence tell where it was seen; they do not bound the rule.
        support = (
            f"{vehicles} vehicle(s), {sources} source(s)"
            + (f", year codes {years}" if years else "")
            + (f", plants {plants}" if plants else "")
        )
        pattern = (*wmi, *parse_pattern(vds, 5), ANY, ANY)
        what = Powertrain(powertrain), make, models, kind
        rules.append(Rule(pattern, *what, support, Grade(grade), source, EVIDENCE))
    rules += _of_approvals(wmi, approvals.rows(wmi))
    for _, vds, years, plants, powertrain, models, kind, grade, source, note, _ in manual.rows(wmi):
        pattern = (*wmi, *parse_pattern(vds, 5), years or ANY, plants or ANY)
        what = Powertrain(powertrain), "", models, kind
        rules.append(Rule(pattern, *what, note, Grade(grade), source, MANUAL))
    return (*rules, *reference_in_use().own_rules.get(wmi, ()))


@by_reference()
def all_powertrain_rules() -> tuple[Rule, ...]:
    """The rules of every WMI."""
    evidence, approvals, manual = packaged_tables()
    wmis = dict.fromkeys((*evidence, *approvals, *manual, *reference_in_use().own_rules))
    return tuple(rule for wmi in wmis for rule in powertrain_rules(wmi))


def _of_approvals(wmi: str, rows: Sequence[tuple[str, ...]]) -> Iterator[Rule]:
    """A rule for each start and side: pure electric, or anything else. A start of both sides has two, and tells nothing.

    So has a start of which the maker is known not to put the powertrain into it, whatever is approved by now.

    Product codes are no names of models, and stand with the support.

    Raises:
        DataError: a row is not sound.
    """
    sides: dict[tuple[str, bool], list[tuple[str, ...]]] = {}
    for row in rows:
        _, vds, powertrain, _, _, code, _, kind, batch, date, url, source = row
        refuse(
            f"{APPROVALS}: {wmi}{vds} {code}",
            (len(parse_pattern(vds, 5)) != 5 or ANY in vds, "no five characters at positions 4-8"),
            (kind not in {"car", "truck", "unknown"}, f"unknown kind {kind!r}"),
            (not (code and batch and source), "no product code, batch or source"),
            (
                bool(url) != bool(date),
                "a page has its date and its address, and other sources neither",
            ),
        )
        sides.setdefault((vds, Powertrain(powertrain) is Powertrain.BEV), []).append(row)
    for (vds, electric), of_side in sides.items():
        rule = _of_side(wmi, vds, of_side)
        yield rule
        if (vds, not electric) not in sides and (source := _ambiguous(wmi, vds)):
            other = Powertrain.NOT_BEV if electric else Powertrain.BEV
            support = "not approved by now; the maker's starts do not tell the powertrain"
            yield rule._replace(powertrain=other, support=support, source=source, file=AMBIGUOUS)


def _of_side(wmi: str, vds: str, rows: Sequence[tuple[str, ...]]) -> Rule:
    """The rule of the approvals of one start and side."""
    _, _, powertrains, _, makes, codes, _, kinds, _, _, _, sources = map(
        list, map(dict.fromkeys, zip(*rows, strict=True))
    )
    cited = dict.fromkeys(" ".join(filter(None, (row[-1], *row[9:11]))) for row in reversed(rows))
    # The announcement is the approval itself; what others list of it is one source each.
    own = any(map(_ANNOUNCEMENT.fullmatch, sources))
    return Rule(
        (*wmi, *parse_pattern(vds, 5), ANY, ANY),
        Powertrain(powertrains[0]) if len(powertrains) == 1 else Powertrain.NOT_BEV,
        makes[0] if len(makes) == 1 else "",
        "",
        kinds[0] if len(kinds) == 1 else "unknown",
        f"{len(codes)} type approval(s): {_bounded(codes)}",
        Grade.A if own else Grade.B if len(sources) > 1 else Grade.C,
        _bounded(list(cited)),
        APPROVALS,
    )


def _ambiguous(wmi: str, vds: str) -> str:
    """Why starts of a maker do not tell the powertrain; empty where nothing speaks against it."""
    rows = _ambiguous_starts().get(wmi, ())
    return next((source for pattern, source in rows if fits(pattern, vds)), "")


@cache
def _ambiguous_starts() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    table: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for wmi, vds, source, _ in read_rows(AMBIGUOUS, AMBIGUOUS_COLUMNS):
        refuse(f"{AMBIGUOUS}: {wmi} {vds}", (not source, "no source"))
        table.setdefault(wmi, []).append((parse_pattern(vds, 5), source))
    return table


def _bounded(texts: Sequence[str]) -> str:
    more = (f"and {len(texts) - _CITED} more",) if len(texts) > _CITED else ()
    return ", ".join((*texts[:_CITED], *more))
