"""Where a maker's VIN tells its year, and the years in which a body or type was built, outside North America.

``model_years.rules.csv`` says at which position the year stands; ``model_years.bounds.csv`` and the dated rows of
``models.csv`` when what positions 4-8 (and 12) name was built. A VIN may have a row of each.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from vintool.errors import DataError
from vintool.registry import rows
from vintool.registry.models import fitting_models, model_rows
from vintool.registry.patterns import ANY, PatternTable, bits, parse_pattern
from vintool.vin.positions import ALPHABET, UNKNOWN_CHARACTER

RULES, BOUNDS = "model_years.rules.csv", "model_years.bounds.csv"
RULE_COLUMNS = ("wmi", "vds", "place", "month", "example", "year", "source", "note")
BOUND_COLUMNS = ("wmi", "vds", "at_12", "year_from", "year_to", "model", "source")
#: No year stands in the VIN; it stands at position 10 or 11; at 10, where that is a letter; not known where.
NONE, AT_10, AT_11, LETTERS, UNKNOWN = 0, 10, 11, 1, -1
#: The last position that a row reads.
LAST = 12
_PLACES = {"none": NONE, "10": AT_10, "11": AT_11, "10 letters": LETTERS}
_OPEN = 9999
_CHARACTERS = frozenset(ALPHABET)


class YearRule(NamedTuple):
    """What is known of the years of a VIN before its year is read; empty where nothing is.

    Attributes:
        place: of the year: ``NONE``, ``AT_10``, ``AT_11``, ``LETTERS`` or ``UNKNOWN``.
        month: whether the month of building stands at position 12.
        shape: whether no vehicle for North America looks so.
        first, last: the model years that are possible by body or type.
        model: what was built in them.
        cites: the sources of both.
    """

    place: int = UNKNOWN
    month: bool = False
    shape: bool = False
    first: int = 0
    last: int = _OPEN
    model: str = ""
    cites: str = ""

    @property
    def bounded(self) -> bool:
        """Whether body or type bounds the years."""
        return bool(self.first) or self.last < _OPEN

    def and_within(self, other: "YearRule") -> "YearRule":
        """Both together."""
        return YearRule(
            self.place if self.place != UNKNOWN else other.place,
            self.month or other.month,
            self.shape or other.shape,
            max(self.first, other.first),
            min(self.last, other.last),
            other.model or self.model,
            "; ".join(filter(None, (self.cites, other.cites))),
        )


NO_RULE = YearRule()


class _Table(NamedTuple):
    """The rows of a WMI, and their patterns over positions 4-8 and 12."""

    patterns: PatternTable
    rules: tuple[YearRule, ...]


def year_rule(vin: str) -> YearRule:
    """What is known of the years of a VIN outside North America.

    Args:
        vin: 17 characters; of its serial only position 12 is read.

    >>> year_rule("WF0KXXGCBKBJ00001").place, year_rule("WAUZZZ8K5DA000001").first
    (11, 2007)
    >>> year_rule("LRW3E7FA1LC000001") == NO_RULE
    True
    """
    wmi = vin[:3]
    return _rule(wmi, vin[3:8] + vin[LAST - 1]) if has_rule(wmi) else NO_RULE


def has_rule(wmi: str) -> bool:
    """Whether any row may speak of a WMI."""
    return wmi in _tables() or any(row.year_from or row.year_to for row in model_rows(wmi))


@cache
def reads_12() -> frozenset[str]:
    """Positions 1-3 of the WMIs of which position 12 is read."""
    return frozenset(
        wmi
        for wmi, table in _tables().items()
        if any(rule.month for rule in table.rules)
        or any(pattern[-1] != ANY for pattern in table.patterns.patterns)
    )


@lru_cache(maxsize=1 << 14)
def _rule(wmi: str, key: str) -> YearRule:
    rule = _of_models(wmi, key[:5])
    if table := _tables().get(wmi):
        for number in bits(table.patterns.match(key)):
            rule = rule.and_within(table.rules[number])
    return rule


def _of_models(wmi: str, vds: str) -> YearRule:
    """The years in which the models were built that ``models.csv`` names for a code, with a year to spare."""
    rows = [row for row in fitting_models(f"{wmi}{vds}{UNKNOWN_CHARACTER * 2}") if row.models]
    first = min((row.year_from for row in rows), default=0)
    last = max((row.year_to or _OPEN for row in rows), default=_OPEN)
    if not first and last == _OPEN:
        return NO_RULE
    dated = next(row for row in rows if row.year_from or row.year_to)
    names = "; ".join(dict.fromkeys(name for row in rows for name in row.models))
    return YearRule(
        first=first and first - 1,
        last=last if last == _OPEN else last + 1,
        model=names,
        cites=dated.source,
    )


@cache
def _tables() -> dict[str, _Table]:
    by_wmi: dict[str, list[tuple[tuple[str, ...], YearRule]]] = {}
    for wmi, pattern, rule in (*_rules(), *_bounds()):
        by_wmi.setdefault(wmi, []).append((pattern, rule))
    return {
        wmi: _Table(PatternTable([row[0] for row in of_wmi]), tuple(row[1] for row in of_wmi))
        for wmi, of_wmi in by_wmi.items()
    }


def _rules() -> Iterator[tuple[str, tuple[str, ...], YearRule]]:
    for line, row in enumerate(rows.read_rows(RULES, RULE_COLUMNS), 2):
        wmis, vds, place, month, _example, year, source, note = row
        wrong = place not in _PLACES or month not in {"", "12"} or (year and not _is_year(year))
        rows.refuse(
            f"{RULES}, line {line}",
            (bool(wrong), "place is 10, 11, 10 letters or none, month 12 or empty, year a year"),
            (not source or not note, "no source, or no word about whose VINs"),
        )
        for wmi, pattern in _starts(RULES, line, wmis, vds, ""):
            shape = place == "11" or (place == "none" and set(pattern) != {ANY})
            yield wmi, pattern, YearRule(_PLACES[place], bool(month), shape, cites=source)


def _bounds() -> Iterator[tuple[str, tuple[str, ...], YearRule]]:
    for line, row in enumerate(rows.read_rows(BOUNDS, BOUND_COLUMNS), 2):
        wmis, vds, at_12, first, last, model, source = row
        years = [year for year in (first, last) if year]
        wrong = not years or years != sorted(years) or not all(map(_is_year, years))
        rows.refuse(
            f"{BOUNDS}, line {line}",
            (wrong, f"the years {first}-{last} are none"),
            (not source or not model, "no source, or no model"),
        )
        rule = YearRule(first=int(first or 0), last=int(last or _OPEN), model=model, cites=source)
        for wmi, pattern in _starts(BOUNDS, line, wmis, vds, at_12):
            yield wmi, pattern, rule


def _is_year(text: str) -> bool:
    return text.isdecimal() and len(text) == 4


def _starts(
    file: str, line: int, wmis: str, vds: str, at_12: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each WMI of a row, and its pattern over positions 4-8 and 12."""
    try:
        pattern = parse_pattern(vds, 5) + parse_pattern(at_12, 1, short=True)
    except ValueError as error:
        raise DataError(f"wmi_data/{file}, line {line}: {error}") from None
    for wmi in wmis.split(";"):
        sound = len(wmi) == 3 and _CHARACTERS.issuperset(wmi)
        rows.refuse(f"{file}, line {line}", (not sound, f"{wmi!r} is no WMI of three characters"))
        yield wmi, pattern
