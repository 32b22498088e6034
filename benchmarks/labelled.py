"""Years and models of labelled starts outside North America: ``python -m benchmarks.labelled``.

Truth are the labelled starts of VINs of ``powertrain.evidence.csv``, each as a VIN with a year and a plant code that was
seen, once with a check digit that holds and once with one that does not: a market without check digits has one in
eleven that holds by chance, and nothing may change with it. A label names the model, and position 10 two years 30
apart. Which of them it is, two things tell that the decoder does not ask: no electrified car of a series was built
before 1997, and the years in which NHTSA has filings of a model of that name. Starts of which neither decides, and those
whose maker puts the year elsewhere, are counted apart. The baseline is what this table gave before filings had to be
tied to a VIN. The bounds of a few types were written by people who had seen these labels, so the years flatter them.
"""

import csv
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from benchmarks.timing import Line
from vintool import vpic
from vintool.codes import CheckDigit, Market
from vintool.decoding.model_name import models_of
from vintool.decoding.model_year import latest_model_year
from vintool.decoding.profile import profile
from vintool.registry.model_years import AT_10, UNKNOWN, year_rule
from vintool.registry.models import fitting_models
from vintool.registry.rows import DATA
from vintool.vin import Vin, calc_check_digit
from vintool.vin.positions import market_of, years_of_code
from vintool.vpic.elements import MODEL

FIRST_HYBRID = 1997
_ELECTRIFIED = frozenset({"BEV", "PHEV", "EREV", "HEV", "FCEV"})
_TELLS_MODEL = re.compile(rf"\t{MODEL}(?:@\d+)?=(\d+)".encode())


#: One model under two names: the label's and that of the filing, both ``plain``.
OTHER_NAMES = frozenset(
    {
        ("asx", "outlandersport"),
        ("cmx1100dp", "rebel1100"),
        ("cooper", "hardtop"),
        ("coupe", "tiburon"),
        ("discovery", "lr4"),
    }
)


class Labelled(NamedTuple):
    """A labelled start as a VIN: its labels, and the year where evidence leaves one; 0 for none."""

    vin: Vin
    model: str
    year: int


# The first Golf, sold as Rabbit in the United States: its name is filed from the second on.
_OLDER_THAN_FILED = frozenset({"WVWZZZ17"})


def plain(name: str) -> str:
    """A name without regard to case, accents and signs."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", name.casefold()))


def same_model(label: str, filed: str) -> bool:
    """Whether a label and a filing name one model; BMW's series are filed by their types.

    >>> same_model("3-series", "328i"), same_model("cruze", "Sonic")
    (True, False)
    """
    mine, its = plain(label), plain(filed)
    digit = re.search(r"\d", filed)
    series = "series" in mine and digit is not None and mine[0] == digit[0]
    return series or mine in its or its in mine or (mine, its) in OTHER_NAMES


@cache
def filed_years() -> dict[tuple[str, str], tuple[int, int]]:
    """Make and model, both ``plain`` -> the first and the last year for which it is filed."""
    of_schema = defaultdict(list)
    for _, link in vpic.all_links():
        of_schema[link.schema].append(link)
    years: dict[str, tuple[int, int]] = {}
    for links in of_schema.values():
        first, last = min(one.first for one in links), max(one.last for one in links)
        for number in set(_TELLS_MODEL.findall(links[0].text())):
            low, high = years.get(number.decode(), (first, last))
            years[number.decode()] = min(low, first), max(high, last)
    named: dict[tuple[str, str], tuple[int, int]] = {}
    for number, (first, last) in years.items():
        model, make = vpic.model(number)
        low, high = named.get((plain(make), plain(model)), (first, last))
        named[plain(make), plain(model)] = min(low, first), max(high, last)
    return named


def labelled() -> Iterator[Labelled]:
    """A VIN for each year that a start outside North America was seen with."""
    with (DATA / "powertrain.evidence.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            start = row["wmi"] + row["vds"]
            if "*" in start or len(start) != 8 or market_of(start) is Market.US:
                continue
            plant, model = (row["plant_codes"] or "A")[0], row["models"]
            for code in row["year_codes"]:
                text = f"{start}0{code}{plant}000001"
                vin = Vin.trusted(text[:8] + calc_check_digit(text) + text[9:])
                yield Labelled(vin, "" if ";" in model else model, _year(vin, row))


def _year(vin: Vin, row: dict[str, str]) -> int:
    """The one year of position 10 that the label allows; 0 where it allows both, or none."""
    if year_rule(vin).place not in {AT_10, UNKNOWN} or vin[:8] in _OLDER_THAN_FILED:
        return 0
    earliest, latest = 0, latest_model_year()
    if row["powertrain"] in _ELECTRIFIED:
        earliest = FIRST_HYBRID
    if filed := filed_years().get((plain(row["make"]), plain(row["models"]))):
        earliest, latest = max(earliest, filed[0] - 1), min(latest, filed[1] + 1)
    years = [year for year in years_of_code(vin[9]) or () if earliest <= year <= latest]
    return years[0] if len(years) == 1 and earliest else 0


def counts() -> Counter[str]:
    """What is said of all labelled starts, and whether it is right."""
    found = Counter[str]()
    for one in labelled():
        holds, fails = (profile(one.vin, digit) for digit in (CheckDigit.HOLDS, CheckDigit.FAILS))
        found["starts"] += 1
        found["flips"] += None not in {holds.year.year, fails.year.year} and (
            holds.year.year != fails.year.year
        )
        found["year"] += holds.year.year is not None
        if one.year:
            found["year known"] += 1
            found["year known and said"] += holds.year.year is not None
            found["year right"] += holds.year.year == one.year
            found["year wrong"] += holds.year.year is not None and (
                abs(holds.year.year - one.year) > 1
            )
            found["candidate missing"] += bool(
                holds.year.candidates and one.year not in holds.year.candidates
            )
        for basis, said in (("encoded", holds), ("assumed", fails)):
            name = (
                said.vpic_pass.value(MODEL) if said.vpic_pass and said.vpic_pass.matched else None
            )
            if name and one.model:
                found[f"model {basis}"] += 1
                found[f"model {basis} right"] += same_model(one.model, name)
        coded = fitting_models(one.vin.descriptor)
        name = models_of(coded, ()).model.value
        if name and one.model and not any("evidence.csv" in row.source for row in coded):
            found["model coded"] += 1
            found["model coded right"] += same_model(one.model, name)
    return found


def lines(_rows: int, _folder: Path) -> Iterator[Line]:
    """The lines of the table."""
    found = counts()
    known = found["year known"]
    yield Line(
        f"years of {found['starts']:,} labelled starts abroad that flip with the check digit",
        "0",
        "218",
        str(found["flips"]),
        found["flips"] == 0,
    )
    yield Line(
        f"years more than one off, of {found['year known and said']:,} (of {known:,} that evidence tells)",
        "0",
        "66",
        str(found["year wrong"]),
        found["year wrong"] == 0,
    )
    yield Line(
        "years that are possible and no candidate",
        "0",
        "64",
        str(found["candidate missing"]),
        found["candidate missing"] == 0,
    )
    right, total = found["model coded right"], found["model coded"]
    latest = f"{right} of {total} ({100 * right / total:.1f} %)"
    work = "models by the makers' codes that are the label's, codes taken from labels left out"
    yield Line(work, "98 %", "", latest, right >= 0.98 * total)
    for basis, target, before in (("encoded", 98, ""), ("assumed", 95, "26 of 69")):
        right, total = found[f"model {basis} right"], found[f"model {basis}"]
        share = 100 * right / total
        latest = f"{right} of {total} ({share:.1f} %)"
        work = f"models of a filing that are the label's, {basis}"
        yield Line(work, f"{target} %", before, latest, share >= target)


def main() -> None:
    """Print the table."""
    print("| work | target | before | latest | met |\n|---|---|---|---|---|")
    for line in lines(0, Path()):
        print(line)


if __name__ == "__main__":
    main()
