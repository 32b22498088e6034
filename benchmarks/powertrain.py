"""How far the powertrain can be trusted: ``python -m benchmarks.powertrain``.

Truth are the labelled starts of VINs of ``powertrain.evidence.csv``: public listings, recall lists and
registers, which know nothing of the rest. Each is asked three times, as a VIN with the year and
plant codes that were seen: with all rules, which only shows that they are read; without
the rows of its own start (leave-prefix-out); and by what makers filed with NHTSA alone
(leave-source-out). The hand-made patterns were written by people who had seen these labels, so the second
table flatters them; the third does not.

What counts, in this order: no wrong answer at grade A or B, no wrong answer, the share answered.
"""

import csv
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import NamedTuple

from vintool.codes import CheckDigit, Grade, Market, Powertrain
from vintool.decoding.profile import profile
from vintool.powertrain import Classification, filings, resolve
from vintool.registry.powertrain_rules import powertrain_rules
from vintool.registry.rows import DATA
from vintool.registry.rule import Rule
from vintool.vin import Vin, calc_check_digit
from vintool.vin.check_digit import position_9
from vintool.vin.positions import market_of

REGIONS = {
    Market.CN: "China",
    Market.US: "North America",
    Market.EU: "Europe",
    Market.ISO: "elsewhere",
}


class Case(NamedTuple):
    """A labelled start, as a VIN."""

    vin: Vin
    wmi: str
    vds: str
    electric: bool
    vehicles: int


def cases() -> list[Case]:
    """One VIN for each year and plant that a start was seen with; vehicles are shared out."""
    found = []
    with (DATA / "powertrain.evidence.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if "*" in row["vds"]:
                continue
            seen = list(itertools.product(row["year_codes"] or "M", row["plant_codes"] or "A"))
            start = row["wmi"] + row["vds"]
            for year, plant in seen:
                text = f"{start}0{year}{plant}000001"
                vin = Vin.trusted(text[:8] + calc_check_digit(text) + text[9:])
                electric = row["powertrain"] == "BEV"
                found.append(Case(vin, row["wmi"], row["vds"], electric, int(row["vehicles"])))
    return found


def fitting(case: Case, keep: Callable[[Rule], bool]) -> Classification:
    """What the rules that are kept say."""
    own = case.vin.descriptor[:10]
    return resolve(
        [
            rule
            for rule in powertrain_rules(case.wmi)
            if keep(rule)
            and all(
                allowed == "*" or sign in allowed
                for sign, allowed in zip(own, rule.pattern, strict=True)
            )
        ]
    )


def filed(case: Case) -> tuple[Rule, ...]:
    """What vPIC says of a case, as ``profile`` reads it."""
    ninth = position_9(case.vin) if market_of(case.vin) is not Market.EU else CheckDigit.FAILS
    decoded = profile(case.vin, ninth)
    passes = decoded.rivals or ((decoded.vpic_pass,) if decoded.vpic_pass else ())
    return filings.rules(case.vin.wmi, case.vin, passes)


WAYS: dict[str, Callable[[Case], Classification]] = {
    "all rules": lambda case: filings.weigh(fitting(case, lambda _: True), filed(case)),
    "without its own start": lambda case: filings.weigh(
        fitting(
            case,
            lambda rule: (
                not (
                    rule.file == "powertrain.evidence.csv"
                    and "".join(rule.pattern[3:8]) == case.vds
                )
            ),
        ),
        filed(case),
    ),
    "filed with NHTSA alone": lambda case: filings.weigh(
        fitting(case, lambda _: False), filed(case)
    ),
}


def main() -> None:
    """Ask, count, print."""
    every = cases()
    for way, ask in WAYS.items():
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        wrong: defaultdict[str, list[str]] = defaultdict(list)
        for case in every:
            classification = ask(case)
            region = counts[REGIONS[market_of(case.vin)]]
            region["BEV" if case.electric else "other"] += 1
            if classification.powertrain is None:
                continue
            answer = classification.powertrain is Powertrain.BEV
            region["answered BEV" if case.electric else "answered other"] += 1
            if answer is not case.electric:
                kind = "wrong BEV" if answer else "wrong not-BEV"
                region[kind] += 1
                region["A or B"] += classification.grade in {Grade.A, Grade.B}
                first = classification.rules[0]
                wrong[case.wmi].append(
                    f"{case.vin[:8]} {kind} grade {classification.grade} by {first.file} {first.pattern_text} ({first.models})"
                )
        print(f"\n## {way}\n")
        print(
            "| region | BEV | answered % | others | answered % | wrong BEV | wrong not-BEV | of these A or B |"
        )
        print("|---|---|---|---|---|---|---|---|")
        for region, count in sorted(counts.items()):
            shares = (
                100 * count[f"answered {side}"] / max(count[side], 1) for side in ("BEV", "other")
            )
            bev, other = (f"{share:.1f}" for share in shares)
            print(
                f"| {region} | {count['BEV']:,} | {bev} | {count['other']:,} | {other} "
                f"| {count['wrong BEV']} | {count['wrong not-BEV']} | {count['A or B']} |"
            )
        for wmi, lines in sorted(wrong.items()):
            print(f"- {wmi}: {len(lines)}, such as {lines[0]}")


if __name__ == "__main__":
    main()
