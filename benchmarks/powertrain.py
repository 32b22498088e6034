"""How far the powertrain can be trusted: ``python -m benchmarks.powertrain [--keep]``.

Truth are the labelled starts of VINs of ``powertrain.evidence.csv``: public listings, recall lists and
registers, which know nothing of the rest. Each is asked four times, as a VIN with the year and plant codes that
were seen: with all rules, which only shows that they are read; without its own start, and without hand-made
patterns that no other start bears out (leave-start-out); without any row that shares a source with it
(leave-source-out); and by what makers filed with NHTSA alone. The hand-made patterns were written by people who had
seen these labels, so the second and third flatter them; the last does not.

Then cars built in China are screened, electric ones with wrong cells beside the VIN, one and two of them, and the others
with what is true of them: once with all rules and once as if no start of a VIN from China had been seen.

What counts, in this order: no wrong answer at grade A or B, no wrong answer, the share answered. With ``--keep`` the
misses are written to ``powertrain.misses.csv`` here, and the chart to ``docs/pictures/coverage.svg``.
"""

import csv
import itertools
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from html import escape
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import vintool
from vintool.codes import CheckDigit, Grade, Market, Powertrain, Verdict
from vintool.decoding.profile import profile
from vintool.powertrain import Classification, filings, resolve
from vintool.registry import powertrain_rules as packaged
from vintool.registry.electric_wmis import IN_CHINA
from vintool.registry.makers import maker
from vintool.registry.powertrain_rules import (
    APPROVALS,
    EVIDENCE,
    MANUAL,
    powertrain_rules,
)
from vintool.registry.rows import DATA, KeyedTable
from vintool.registry.rule import Rule
from vintool.vin import Vin, calc_check_digit
from vintool.vin.check_digit import position_9
from vintool.vin.positions import market_of, years_of_code

MISSES = Path(__file__).with_name("powertrain.misses.csv")
CHART = Path(__file__).parents[1] / "docs" / "pictures" / "coverage.svg"
REGIONS = {
    Market.CN: "China",
    Market.US: "North America",
    Market.EU: "Europe",
    Market.ISO: "elsewhere",
}
#: Wrong cells beside the VIN of an electric car, as one clerk with one wrong idea types them.
CELLS = {
    "nothing declared": {},
    "fuel: petrol": {"fuel": "petrol"},
    "code: petrol, 2 l": {"hs_code": "8703234110"},
    "fuel and code": {"fuel": "petrol", "hs_code": "8703234110"},
}
#: What an honest clerk declares of the others, by their labels.
WORDS = {
    "HEV": {"fuel": "hybrid", "hs_code": "8703402190"},
    "PHEV": {"fuel": "plug-in hybrid", "hs_code": "8703602300"},
    "EREV": {"fuel": "range-extended", "hs_code": "8703602300"},
}
PETROL = CELLS["fuel and code"]
DAY = date(2026, 3, 1)
_SEEN = {EVIDENCE, APPROVALS, packaged.AMBIGUOUS}
LATEST = 2027


class Case(NamedTuple):
    """A labelled start, as a VIN."""

    vin: Vin
    wmi: str
    vds: str
    electric: bool
    make: str
    year: int
    kind: str
    sources: frozenset[str]
    powertrain: str
    models: str

    @property
    def region(self) -> str:
        """Where the VIN is from."""
        return REGIONS[market_of(self.vin)]


def labelled_rows() -> Iterator[dict[str, str]]:
    """The rows of the labelled starts, and one for each other start and side of the type approvals."""
    starts = set()
    for name in (EVIDENCE, APPROVALS):
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                start = (row["wmi"], row["vds"], row["powertrain"] == "BEV")
                if name == EVIDENCE or start not in starts:
                    yield {"year_codes": "", "plant_codes": "", "models": ""} | row
                starts.add(start)


def sources_of(source: str) -> frozenset[str]:
    """The sources that a row names, without the trust in them."""
    return frozenset(source.rpartition(" (trust:")[0].split("; "))


def cases() -> list[Case]:
    """One VIN for each year and plant that a start was seen with."""
    found = []
    for row in labelled_rows():
        if "*" in row["vds"]:
            continue
        seen = list(itertools.product(row["year_codes"] or "M", row["plant_codes"] or "A"))
        start = row["wmi"] + row["vds"]
        listed = maker(row["wmi"])
        make = row["make"] or (listed.brands[0] if listed and listed.brands else "")
        for code, plant in seen:
            text = f"{start}0{code}{plant}000001"
            vin = Vin.trusted(text[:8] + calc_check_digit(text) + text[9:])
            years = [year for year in years_of_code(code) or () if year <= LATEST]
            found.append(
                Case(
                    vin,
                    row["wmi"],
                    row["vds"],
                    row["powertrain"] == "BEV",
                    make,
                    max(years, default=0) if row["year_codes"] else 0,
                    row["kind"],
                    sources_of(row["source"]),
                    row["powertrain"],
                    row["models"],
                )
            )
    return found


def fits(rule: Rule, key: str) -> bool:
    """Whether a rule fits positions 1-8, 10 and 11."""
    return all(
        allowed == "*" or sign in allowed for sign, allowed in zip(key, rule.pattern, strict=True)
    )


def fitting(case: Case, keep: Callable[[Rule], bool]) -> Classification:
    """What the rules that are kept say."""
    key = case.vin.descriptor[:10]
    rules = powertrain_rules(case.wmi)
    return resolve([rule for rule in rules if fits(rule, key) and keep(rule)])


class Support:
    """The labelled starts that a hand-made pattern rests on."""

    def __init__(self, every: list[Case]) -> None:
        self._of_wmi: defaultdict[str, set[Case]] = defaultdict(set)
        for case in every:
            self._of_wmi[case.wmi].add(case)

    def without(self, rule: Rule, left_out: Callable[[Case], bool]) -> bool:
        """Whether all the starts that bear a hand-made pattern out are among those that are left out."""
        # What is known of a maker's range, or approved, does not fall with a start that bears it out.
        if rule.file != MANUAL or "labelled" not in rule.source or "approval" in rule.support:
            return False
        resting = [
            case
            for case in self._of_wmi["".join(rule.pattern[:3])]
            if case.electric is rule.electric and fits(rule, case.vin.descriptor[:10])
        ]
        return bool(resting) and all(map(left_out, resting))


def filed(case: Case) -> tuple[Rule, ...]:
    """What vPIC says of a case, as ``profile`` reads it."""
    ninth = position_9(case.vin) if market_of(case.vin) is not Market.EU else CheckDigit.FAILS
    decoded = profile(case.vin, ninth)
    passes = decoded.rivals or ((decoded.vpic_pass,) if decoded.vpic_pass else ())
    return filings.rules(case.vin.wmi, case.vin, passes)


def without_start(support: Support, case: Case) -> Classification:
    """The answer as if the start had not been seen."""
    return fitting(
        case,
        lambda rule: (
            not (rule.file in _SEEN and "".join(rule.pattern[3:8]) == case.vds)
            and not support.without(
                rule, lambda other: (other.wmi, other.vds) == (case.wmi, case.vds)
            )
        ),
    )


def without_sources(support: Support, case: Case) -> Classification:
    """The answer as if none of its sources had been there."""
    return fitting(
        case,
        lambda rule: (
            not (rule.file in _SEEN and sources_of(rule.source) & case.sources)
            and not support.without(rule, lambda other: bool(other.sources & case.sources))
        ),
    )


WAYS: dict[str, Callable[[Support, Case], Classification]] = {
    "all rules": lambda _, case: fitting(case, lambda _: True),
    "without its own start": without_start,
    "without its sources": without_sources,
    "filed with NHTSA alone": lambda _, case: fitting(case, lambda _: False),
}


def tally(answers: list[tuple[Case, Classification]], key: Callable[[Case], str]) -> str:
    """A table of what was answered, by a property of the cases."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for case, said in answers:
        count, side = counts[key(case)], "BEV" if case.electric else "other"
        count[side] += 1
        if said.powertrain is not None:
            count[f"answered {side}"] += 1
            if (said.powertrain is Powertrain.BEV) is not case.electric:
                count["wrong BEV" if not case.electric else "wrong not-BEV"] += 1
                count["A or B"] += said.grade in {Grade.A, Grade.B}
    lines = [
        "| | BEV | answered % | others | answered % | wrong BEV | wrong not-BEV | of these A or B |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, count in sorted(counts.items()):
        bev, other = (
            f"{100 * count[f'answered {side}'] / count[side]:.1f}" if count[side] else "-"
            for side in ("BEV", "other")
        )
        wrong = f"{count['wrong BEV']} | {count['wrong not-BEV']} | {count['A or B']}"
        lines.append(
            f"| {name} | {count['BEV']:,} | {bev} | {count['other']:,} | {other} | {wrong} |"
        )
    return "\n".join(lines)


def declared(case: Case) -> dict[str, dict[str, str]]:
    """What is declared of a car built in China, by name: wrong cells of an electric one, of another one what is true."""
    if case.electric:
        return CELLS
    true = WORDS.get(case.powertrain, PETROL)
    model = {"make": case.make, "model": case.models.partition(";")[0]}
    return {"fuel and code, true": true, "fuel, code and model, true": true | model}


def verdicts(*, seen: bool) -> dict[tuple[bool, str], Counter[str]]:
    """Verdicts on cars built in China by what is declared beside the VIN, in a process of its own.

    Args:
        seen: with all rules, or as if no start of a car from China had been seen: patterns alone.
    """
    cars = [case for case in cases() if case.region == "China" and case.kind == "car"]
    evidence, approvals, manual = packaged.packaged_tables()
    if not seen:
        evidence = without_china(EVIDENCE, packaged.EVIDENCE_COLUMNS)
        approvals = without_china(APPROVALS, packaged.APPROVAL_COLUMNS)
        manual = without_china(MANUAL, packaged.MANUAL_COLUMNS, starts=True)
    counts: defaultdict[tuple[bool, str], Counter[str]] = defaultdict(Counter)
    with patch.object(packaged, "packaged_tables", lambda: (evidence, approvals, manual)):
        for case in cars:
            for name, cells in declared(case).items():
                finding = vintool.screen(case.vin, DAY, {"condition": "new"} | cells, "cn-2025-54")
                counts[case.electric, name][finding.verdict.value] += 1
    return dict(counts)


def without_china(name: str, columns: tuple[str, ...], *, starts: bool = False) -> KeyedTable:
    """A table without its rows of China; with ``starts`` without those that name one start and no more."""
    text = (DATA / name).read_bytes().decode().split("\n")
    if starts:
        whole = {line for line in text if line[4:9].isalnum() and line[9:10] == ","}
        kept = [line for line in text if line not in whole or line[:1] not in IN_CHINA]
        return KeyedTable("\n".join(kept).encode(), columns)
    return KeyedTable(
        "\n".join(line for line in text if line[:1] not in IN_CHINA).encode(), columns
    )


def injected() -> str:
    """The table of what is declared."""
    order = (Verdict.CONTROLLED, Verdict.REVIEW, Verdict.OUT_OF_SCOPE)
    lines = [
        "| cars | declared | start | " + " | ".join(f"`{one.value}`" for one in order) + " |",
        "|---|---|---|---|---|---|",
    ]
    for seen in (True, False):
        # A process of its own: answers are kept, and those of one set of rules are not those of another.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            counts = pool.submit(verdicts, seen=seen).result()
        for (electric, name), count in sorted(counts.items(), key=lambda one: not one[0][0]):
            cars = "electric" if electric else "others"
            numbers = " | ".join(str(count[one.value]) for one in order)
            lines.append(f"| {cars} | {name} | {'seen' if seen else 'never seen'} | {numbers} |")
    return "\n".join(lines)


def chart(answers: list[tuple[Case, Classification]]) -> str:
    """Coverage without its own start, as bars: region by region, electric cars above the others."""
    counts: defaultdict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    for case, said in answers:
        right = (said.powertrain is Powertrain.BEV) is case.electric
        outcome = "silent" if said.powertrain is None else "right" if right else "wrong"
        counts[case.region, case.electric][outcome] += 1
    width, left, row = 400, 210, 24
    parts, at = [], 34
    for (region, electric), count in sorted(
        counts.items(), key=lambda one: (one[0][0], -one[0][1])
    ):
        total, x = sum(count.values()), float(left)
        label = f"{region}, {'electric' if electric else 'others'} ({total:,})"
        parts.append(f'<text x="{left - 8}" y="{at + 12}" text-anchor="end">{escape(label)}</text>')
        for outcome, colour in (("right", "#2a7f62"), ("wrong", "#c0392b"), ("silent", "#d9d9d9")):
            share = width * count[outcome] / total
            parts.append(
                f'<rect x="{x:.1f}" y="{at}" width="{share:.1f}" height="16" fill="{colour}"/>'
            )
            x += share
        parts.append(
            f'<text x="{left + width + 8}" y="{at + 12}">{100 * count["right"] / total:.0f} %</text>'
        )
        at += row if electric else row + 10
    title = "Labelled starts answered rightly when their own start is left out"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 60} {at}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{title}</title>'
        f'<rect width="100%" height="100%" fill="#ffffff"/>'
        f'<text x="8" y="20" font-weight="bold">{title}: right, wrong (red), silent (grey)</text>'
    )
    return "\n".join((head, *parts, "</svg>")) + "\n"


def misses(answers: list[tuple[Case, Classification]]) -> list[tuple[str, ...]]:
    """The starts that are not answered, or wrongly, without their own start, and what is said of them."""
    found = {
        (
            case.region,
            case.vin[:8],
            "BEV" if case.electric else "other",
            said.powertrain.value if said.powertrain else "",
            said.grade.value if said.grade else "",
            said.rules[0].pattern_text if said.rules else "",
        )
        for case, said in answers
        if (said.powertrain is None) or (said.powertrain is Powertrain.BEV) is not case.electric
    }
    return sorted(found)


def main() -> None:
    """Ask, count, print."""
    every = cases()
    support = Support(every)
    says = {case: filed(case) for case in every}
    for way, ask in WAYS.items():
        answers = [(case, filings.weigh(ask(support, case), says[case])) for case in every]
        print(f"\n### {way}\n\n{tally(answers, lambda case: case.region)}")
        for case, said in answers:
            if said.powertrain and (said.powertrain is Powertrain.BEV) is not case.electric:
                rule = said.rules[0]
                print(
                    f"- {case.vin[:8]} {case.year or ''}: {said.powertrain.value}, grade {said.grade}, by {rule.file} {rule.pattern_text}"
                )
        if way == "without its own start":
            china = [one for one in answers if one[0].region == "China"]
            print(f"\n#### China, by maker\n\n{tally(china, lambda case: case.make)}")
            print(
                f"\n#### China, by model year\n\n{tally(china, lambda case: str(case.year or 'not told'))}"
            )
            if "--keep" in sys.argv[1:]:
                CHART.write_text(chart(answers), encoding="utf-8")
                with MISSES.open("w", encoding="utf-8", newline="") as file:
                    writer = csv.writer(file, lineterminator="\n")
                    writer.writerow(("region", "start", "label", "said", "grade", "rule"))
                    # Elsewhere most starts rest on their own row alone.
                    writer.writerows(row for row in misses(answers) if row[0] == "China")
    print(f"\n### What is declared beside cars built in China\n\n{injected()}")


if __name__ == "__main__":
    main()
