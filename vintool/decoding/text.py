"""A vehicle, or what is wrong with a text, as lines that a person reads.

Both are taken by their fields: as ``vehicle_fields`` and ``check_fields`` give them, or ``dict`` of the model.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vintool.codes import CheckDigit
from vintool.decoding.facts import Fact, PowertrainFact, Source
from vintool.decoding.fields import FIELDS
from vintool.report.wrapping import padded


def ruler(text: str) -> list[str]:
    r"""A VIN under the positions of the standard.

    >>> print(*ruler("LRW3E7FA1LC000001"), sep="\n")
     1  2  3 | 4  5  6  7  8 | 9 |10 |11 |12 13 14 15 16 17
     L  R  W | 3  E  7  F  A | 1 | L | C | 0  0  0  0  0  1
     WMI       4-8             |   |   |   serial
                               |   |   plant
                               |   model year
                               check digit
    """
    groups = (text[:3], text[3:8], text[8:9], text[9:10], text[10:11], text[11:])
    return [
        " 1  2  3 | 4  5  6  7  8 | 9 |10 |11 |12 13 14 15 16 17",
        "|".join("".join(f" {character} " for character in group) for group in groups).rstrip(),
        " WMI       4-8             |   |   |   serial",
        "                           |   |   plant",
        "                           |   model year",
        "                           check digit",
    ]


_Translate = Callable[[str], str]
"""From English to the language of who reads; ``str`` leaves it as it is."""


def _cite(source: Source, translate: _Translate) -> str:
    """A source as the data has it; where it is a position and not a row, place and reason are ours."""
    note = f" ({translate(source.note)})" if source.note else ""
    return f"{source.file} {translate(source.row)}".strip() + f": {source.cites}{note}"


def facts_of(vehicle: Mapping[str, Any]) -> Iterator[tuple[str, str, str, tuple[Source, ...]]]:
    """Every fact of a vehicle: field, value, basis with grade, sources."""
    for field, fact in vehicle.items():
        if isinstance(fact, PowertrainFact):
            basis = f"{fact.basis.value}, grade {fact.grade.value}"
            yield field, fact.value.value, basis, fact.support
        elif isinstance(fact, Fact):
            yield field, str(fact.value), fact.basis.value, (fact.source,)


def _years(candidates: tuple[int, ...], translate: _Translate) -> str:
    """Years in words; many are told by the first and the last."""
    if len(candidates) > 2:
        return f"{len(candidates)} years from {candidates[0]} to {candidates[-1]}"
    return f" {translate('or')} ".join(map(str, candidates)) or "no year to be told"


def vehicle_lines(vehicle: Mapping[str, Any], translate: _Translate = str) -> Iterator[str]:
    """A decoded vehicle as lines of text; a source is cited once."""
    years = vehicle["model_year_candidates"]
    yield from ruler(vehicle["vin"])
    yield ""
    rules = translate(f"rules of market {vehicle['market'].value}")
    yield f"{padded(translate('check digit'), 16)}{translate(vehicle['check_digit'].value)} ({rules})"
    cited: set[Source] = set()
    for field, value, basis, sources in facts_of(vehicle):
        shown = translate(value) if field == "vehicle_type" else value
        yield f"{padded(translate(FIELDS[field].label), 16)}{shown}  [{', '.join(map(translate, basis.split(', ')))}]"
        for source in sources:
            if source not in cited:
                cited.add(source)
                yield f"{'':<17}{_cite(source, translate)}"
        if field == "model_year" and len(years) > 1:
            place = vehicle["model_year"].source.row
            yield f"{'':<17}{translate(f'{place} allows {_years(years, translate)}')}"
    if vehicle["model_year"] is None:
        known = translate(f"cannot tell; the known positions allow {_years(years, translate)}")
        yield f"{padded(translate('model year'), 16)}{known}"
    if attributes := vehicle["attributes"]:
        yield f"{padded(translate('also in vPIC'), 16)}{'; '.join(map(str, attributes))}"
    conflict = vehicle["powertrain_conflict"]
    if vehicle["powertrain"] is None:
        cannot = translate("cannot tell; the evidence disagrees:" if conflict else "cannot tell")
        yield f"{padded(translate('powertrain'), 16)}{cannot}"
    for source in conflict:
        yield f"{'':<17}{_cite(source, translate)}"


def check_lines(check: Mapping[str, Any], translate: _Translate = str) -> Iterator[str]:
    """What is wrong with a text, and what was put right in it."""
    for problem in check["problems"]:
        yield f"{padded(translate(problem.weight.value), 9)}{problem.value}: {translate(problem.sentence)}"
    if check["check_digit"] is CheckDigit.FAILS:
        must = translate(
            f"position 9 must be {check['expected_check_digit']} for the other positions"
        )
        yield f"{'':<9}{must}"
    for suggestion in check["suggestions"]:
        yield f"{padded(translate('meant?'), 9)}{suggestion.vin}: {translate(suggestion.reason)}"
