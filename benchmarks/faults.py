"""Rows whose truth is controlled, with faults: ``python -m benchmarks.faults [--faults N] [--truth NAME] [ROWS] [SEED...]``.

Each row is a car of 2026 that needs a licence, declared as people declare one: a pure electric one, new (``electric``)
or used (``used``), or one with an engine (``engine``). The faults are those of typists, scanners, spreadsheets and
templates. A row that comes out of scope all the same is a false clear, listed by what was done to it: of the rule
that the car falls under, asked alone, and of all rules at once. Rows stand in manifests of 200, as a date is held
against those of the other rows.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

import pyarrow as pa

from vintool.codes import ALL_REGIMES, PURE_ELECTRIC_REGIME, Powertrain
from vintool.columns import screen_table
from vintool.powertrain import classify
from vintool.registry.powertrain_rules import all_powertrain_rules
from vintool.vin import calc_check_digit
from vintool.vin.look_alikes import LOOK_ALIKES
from vintool.vin.positions import ALPHABET

MANIFEST_ROWS = 200
FIELDS = {
    "vin": "VIN",
    "fuel": "Fuel",
    "hs_code": "HS Code",
    "vehicle_type": "Vehicle type",
    "condition": "Condition",
    "seats": "Seats",
    "displacement": "Displacement",
    "un_no": "UN No",
    "declaration_date": "Declaration date",
    "export_date": "Export date",
    "registration_date": "Registration date",
    "unit_price": "Unit price",
}
Row = dict[str, str]
Fault = Callable[[Row, random.Random], None]

_DAY_FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d", "%d %b %Y", "%Y-%m-%d 10:30:00")
_WORDS = {
    "fuel": ("汽油", "petrol", "PHEV", "diesel", "增程式", "?", ""),
    "hs_code": ("8703234190", "8703602300", "8703801010", "8703809090", "8704600000", "8702402000", ""),
    "vehicle_type": ("bus", "truck", "挂车", "CKD", "golf cart", ""),
    "condition": ("used", "U", "旧", ""),
    "seats": ("50", "2", ""),
    "displacement": ("1498", "1998 ml", ""),
    "un_no": ("3166", ""),
    "registration_date": ("2019-05-01", "2025-12-20", "45000"),
    "unit_price": ("2100", ""),
}  # fmt: skip


class Truth(NamedTuple):
    """What the rows are.

    Attributes:
        regime: the rule that they fall under.
        entries: of a row, where they differ from those of a new electric car.
        words: wrong ones for a cell, where they differ likewise.
    """

    regime: str
    entries: dict[str, tuple[str, ...]]
    words: dict[str, tuple[str, ...]]


_ELECTRIC_WORDS = {
    "fuel": ("纯电动", "BEV", "electric", "?", ""),
    "hs_code": ("8703801090", "8703801010", "8703809090", "8702402000", ""),
    "displacement": ("0", ""),
    "un_no": ("3556", "3171", ""),
}
_NEW_WORDS = {
    "condition": ("new", "N", "新", "全新", ""),
    "registration_date": ("2026-01-05", "", "45000"),
}
TRUTHS = {
    "electric": Truth(PURE_ELECTRIC_REGIME, {}, {}),
    "used": Truth(
        "cn-used-vehicle",
        {"condition": ("旧", "used"), "hs_code": ("8703801010",), "registration_date": ("2022-05-01", "2024-11-20", "")},
        {**_NEW_WORDS, "hs_code": ("8703801090", *_WORDS["hs_code"])},
    ),
    "engine": Truth(
        "cn-vehicle-export",
        {"fuel": ("汽油", "petrol", "gasoline"), "hs_code": ("8703234190", "8703233190"), "displacement": ("1498", "1998", ""), "un_no": ("3166", "")},
        _ELECTRIC_WORDS,
    ),
}  # fmt: skip


def electric_starts() -> list[str]:
    """A descriptor, positions 1-8, 10 and 11, of each rule of the evidence that tells an electric car, and no truck."""
    starts = set()
    for rule in all_powertrain_rules():
        if not rule.electric:
            continue
        fixed = [allowed[0] if allowed != "*" else "A" for allowed in rule.pattern]
        for year in "RST":
            if rule.pattern[8] == "*" or year in rule.pattern[8]:
                fixed[8] = year
                found = classify("".join(fixed))
                cars = any(rule.kind != "truck" for rule in found.rules)
                if found.powertrain is Powertrain.BEV and cars:
                    starts.add("".join(fixed))
    return sorted(starts)


@cache
def engine_starts() -> list[str]:
    """The same of rules that tell an engine alone."""
    starts = set()
    for rule in all_powertrain_rules():
        fixed = "".join(allowed[0] if allowed != "*" else "A" for allowed in rule.pattern)
        if rule.pattern[8] == "*" or "S" in rule.pattern[8]:
            start = f"{fixed[:8]}S{fixed[9:]}"
            if classify(start).powertrain is Powertrain.ICE:
                starts.add(start)
    return sorted(starts)


def slips(text: str) -> Iterator[str]:
    """Every text one character away: another one, one less, one twice, two neighbours exchanged."""
    for at, character in enumerate(text):
        for other in "0123456789" + LOOK_ALIKES.get(character, "") + "AELPUV/ ":
            yield text[:at] + other + text[at + 1 :]
        yield text[:at] + text[at + 1 :]
        yield text[:at] + character + text[at:]
        yield text[:at] + text[at + 1 : at + 2] + character + text[at + 2 :]


def sound_row(
    start: str, serial: int, day: date, by: random.Random, truth: str = "electric"
) -> Row:
    """A car as it is declared; some entries are left out, as most manifests leave them out."""
    text = f"{start[:8]}0{start[8:]}{serial:06}"
    form = by.choice(_DAY_FORMS)
    row = {
        "vin": text[:8] + calc_check_digit(text) + text[9:],
        "fuel": by.choice(("纯电动", "BEV", "electric")),
        "hs_code": "8703801090",
        "vehicle_type": by.choice(("轿车", "SUV", "")),
        "condition": by.choice(("新", "new", "")),
        "seats": by.choice(("5", "")),
        "displacement": by.choice(("0", "")),
        "un_no": by.choice(("3556", "")),
        "declaration_date": day.strftime(form),
        "export_date": by.choice(("", (day + timedelta(days=by.randrange(9))).strftime(form))),
        "registration_date": "",
        "unit_price": str(by.randrange(9_000, 60_000)),
    }
    row.update({field: by.choice(words) for field, words in TRUTHS[truth].entries.items()})
    for field in ("fuel", "hs_code"):
        if by.random() < 0.2:
            row[field] = ""
    return row


def _at(text: str, by: random.Random) -> int:
    return by.randrange(len(text)) if text else 0


def _character(field: str) -> Fault:
    """One character of a cell is another one, is missing, stands twice, or has changed places with its neighbour."""

    def fault(row: Row, by: random.Random) -> None:
        text = row[field]
        at = _at(text, by)
        signs = LOOK_ALIKES.get(text[at : at + 1]) or (
            "0123456789" if text[at : at + 1].isdigit() else ALPHABET
        )
        other = by.choice(by.choice((signs, "0123456789", ALPHABET)))
        row[field] = by.choice((
            text[:at] + other + text[at + 1 :],
            text[:at] + text[at + 1 :],
            text[: at + 1] + text[at:],
            text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :],
        ))  # fmt: skip

    return fault


def _word(field: str, words: tuple[str, ...]) -> Fault:
    """A cell of another row, or of a template."""

    def fault(row: Row, by: random.Random) -> None:
        row[field] = by.choice(words)

    return fault


def _misread_vin(row: Row, by: random.Random) -> None:
    text = row["vin"]
    at = _at(text, by)
    row["vin"] = text[:at] + by.choice(LOOK_ALIKES.get(text[at : at + 1]) or "0") + text[at + 1 :]


def _with_another_vin(row: Row, by: random.Random) -> None:
    """Another vehicle's number, whole or cut, stands in the cell before or behind."""
    other = "LS5A2ASE0PJ" + f"{by.randrange(10**6):06}"
    other = other[:8] + calc_check_digit(other) + other[9:]
    other, own = by.choice(((other, row["vin"][: by.randrange(9, 17)]), (other, row["vin"])))
    row["vin"] = by.choice((f"{other} {own}", f"{own}/{other}", f"{other} / {own}"))


def _other_day(field: str) -> Fault:
    """A date of last year, of another calendar, half a range, with a zone, or a figure of another column."""

    def fault(row: Row, by: random.Random) -> None:
        # None within a month of the manifest: such a day its rows bear out, see docs/explanation/burden-of-proof.md.
        day = date(2025, by.randrange(1, 12), by.randrange(1, 28))
        row[field] = by.choice((
            day.isoformat(), day.strftime("%d/%m/%Y"), day.strftime("%d.%m.%y"), f"{day.year + 543}-03-01", "1447-09-11",
            f"{day}~01-03", f"{day} to Jan 3", f"{day} (planned)", "45800", row["unit_price"], "2025-12-31 20:00:00+00",
            "2025-12-31 23:00 GMT", "0225-03-01", "1926-03-01", "TBA", "",
        ))  # fmt: skip

    return fault


def _shifted(row: Row, by: random.Random) -> None:
    """The cells from one column on stand one further to the right."""
    names = list(FIELDS)
    start = by.randrange(1, len(names) - 1)
    cells = [row[name] for name in names]
    for at in range(len(names) - 1, start, -1):
        row[names[at]] = cells[at - 1]
    row[names[start]] = ""


def _exchanged(row: Row, by: random.Random) -> None:
    one, other = by.sample(list(FIELDS)[1:], 2)
    row[one], row[other] = row[other], row[one]


@cache
def faults_of(truth: str) -> dict[str, Fault]:
    """The faults by name."""
    words = _WORDS | TRUTHS[truth].words
    return {
        "vin misread": _misread_vin,
        "vin with another": _with_another_vin,
        **{f"{field} character": _character(field) for field in FIELDS},
        **{f"{field} wrong": _word(field, some) for field, some in words.items()},
        "declaration_date wrong": _other_day("declaration_date"),
        "export_date wrong": _other_day("export_date"),
        "cells shifted": _shifted,
        "cells exchanged": _exchanged,
    }


def manifests(
    rows: int, seed: int, most: int = 3, least: int = 1, truth: str = "electric"
) -> Iterator[tuple[list[Row], list[tuple[str, ...]]]]:
    """Manifests of cars, and what was done to each of their rows.

    Args:
        rows: in all.
        seed: the same one gives the same rows.
        most: faults of a row.
        least: likewise.
        truth: what the rows are.
    """
    by = random.Random(seed)  # noqa: S311 - test data
    starts = engine_starts() if truth == "engine" else electric_starts()
    faults, serial = faults_of(truth), 0
    for _ in range(0, rows, MANIFEST_ROWS):
        first = date(2026, 1, 1) + timedelta(days=by.randrange(200))
        made, done = [], []
        for _ in range(min(rows, MANIFEST_ROWS)):
            serial += 1
            day = first + timedelta(days=by.randrange(20))
            row = sound_row(by.choice(starts), serial % 1_000_000, day, by, truth)
            chosen = tuple(sorted(by.sample(list(faults), by.randint(least, most))))
            for name in chosen:
                faults[name](row, by)
            made.append(row)
            done.append(chosen)
        yield made, done


class FalseClear(NamedTuple):
    """A row that comes out of scope.

    Attributes:
        regime: that was asked; ``all`` for all of them.
        faults: what was done to the row.
        row: its cells.
    """

    regime: str
    faults: tuple[str, ...]
    row: Row


def false_clears(
    rows: int, seed: int, most: int = 3, least: int = 1, truth: str = "electric"
) -> Iterator[FalseClear]:
    """The rows that come out of the scope of the rule that they fall under, or of all rules.

    Raises:
        AssertionError: a row is lost.
    """
    for made, done in manifests(rows, seed, most, least, truth):
        columns = {FIELDS[field]: [row[field] for row in made] for field in FIELDS}
        for regime in (TRUTHS[truth].regime, ALL_REGIMES):
            answers = screen_table(pa.table(columns), mapping=FIELDS, regime=regime)
            verdicts = answers["vin_verdict"].to_pylist()
            if len(verdicts) != len(made):
                raise AssertionError(f"{len(made)} rows in, {len(verdicts)} out")
            for row, faults, verdict in zip(made, done, verdicts, strict=True):
                if verdict == "out_of_scope":
                    yield FalseClear(regime, faults, row)


def report(rows: int, seed: int, most: int, least: int, truth: str) -> int:
    """Print the false clears of a seed; the number of those by one fault."""
    cleared = list(false_clears(rows, seed, most, least, truth))
    for regime in (TRUTHS[truth].regime, ALL_REGIMES):
        mine = [one for one in cleared if one.regime == regime]
        by_number = dict(sorted(Counter(len(one.faults) for one in mine).items()))
        print(f"{truth}, {regime}, seed {seed}: {rows:,} rows, {len(mine)} false clears, by faults: {by_number}", flush=True)  # fmt: skip
        for faults, count in Counter(one.faults for one in mine).most_common(40):
            print(f"  {count:4} {100 * count / rows:7.3f} %  {' + '.join(faults)}")
            print(f"       {next(one.row for one in mine if one.faults == faults)}")
    return sum(len(one.faults) == 1 for one in cleared)


def main() -> int:
    """The command; the number of rows that one fault has cleared."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=100_000, metavar="ROWS")
    parser.add_argument("seeds", nargs="*", type=int, default=[1, 2, 3], metavar="SEED")
    parser.add_argument("--faults", type=int, metavar="N", help="as many in each row; one to three without")  # fmt: skip
    parser.add_argument("--truth", choices=TRUTHS, help="one kind of rows; all without")
    given = parser.parse_args()
    most, least = given.faults or 3, given.faults or 1
    truths = [given.truth] if given.truth else list(TRUTHS)
    return sum(
        report(given.rows, seed, most, least, truth) for seed in given.seeds for truth in truths
    )


if __name__ == "__main__":
    sys.exit(main() > 0)
