"""powertrain.electric_wmis.csv: the codes under which pure electric passenger cars are built, as the other tables tell.

Usage: ``python electric_wmis.py wmi_data > wmi_data/powertrain.electric_wmis.csv``.
Reads the starts and patterns of pure electric cars, and what was filed with NHTSA for cars from China: makers in
North America file one scheme for all their codes, whichever of them the electric car carries. A code that is told by hand stands
in ``powertrain.electric_wmis.manual.csv``.
"""

import csv
import re
from collections import defaultdict
from pathlib import Path

from _common import ALPHABET, ensure, source_folder, write_rows

COLUMNS = ("wmi", "brands", "seen", "confidence", "source")
NORTH_AMERICA, CHINA = frozenset("12345"), frozenset("LH")
# Position 10 from 2008 to 2037: no electric car of a series is older.
YEARS = dict(zip("89ABCDEFGHJKLMNPRSTVWXY1234567", range(2008, 2038), strict=True))
LATEST = 2027
PASSENGER = frozenset({"2", "7"})  # NHTSA's vehicle types: passenger car, multipurpose vehicle
ELECTRIFICATION, FUEL, SECOND_FUEL = "126", "24", "66"
BEV, ELECTRIC = "4", "2"
Found = dict[str, list[tuple[int, str, str]]]


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of one table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def first_year(wmi: str, codes: str) -> int:
    """The earliest of some codes at position 10, where these are years; 0 for none."""
    if wmi[0] not in NORTH_AMERICA | CHINA:
        return 0
    years = [YEARS[code] for code in codes if YEARS.get(code, LATEST + 1) <= LATEST]
    return min(years, default=0)


def starts(folder: Path, found: Found) -> None:
    """Labelled starts of pure electric cars: one a code, the one of the most vehicles."""
    seen: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows_of(folder / "powertrain.evidence.csv"):
        if row["powertrain"] == "BEV" and row["kind"] == "car":
            seen[row["wmi"]].append(row)
    for wmi, rows in seen.items():
        best = min(rows, key=lambda row: (row["grade"], -int(row["vehicles"]), row["vds"]))
        years = [year for row in rows if (year := first_year(wmi, row["year_codes"]))]
        what = f"powertrain.evidence.csv: {len(rows)} labelled start(s), such as {wmi}{best['vds']}"
        of = ", ".join(filter(None, (best["make"], best["models"].split(";")[0])))
        found[wmi].append((min(years, default=0), "high", f"{what} ({of})" if of else what))


def patterns(folder: Path, found: Found) -> None:
    """Patterns of pure electric cars, written by hand."""
    for row in rows_of(folder / "powertrain.manual.csv"):
        if row["powertrain"] == "BEV" and row["kind"] == "car":
            what = f"powertrain.manual.csv: {row['wmi']}{row['vds']} ({row['models']})"
            year = first_year(row["wmi"], row["year_codes"])
            found[row["wmi"]].append((year, "medium" if row["grade"] == "C" else "high", what))


def filings(folder: Path, found: Found) -> None:
    """Schemas filed with NHTSA that tell a pure electric passenger car."""
    vpic = folder / "vpic"
    electric = set()
    text = (vpic / "patterns.txt").read_text(encoding="utf-8")
    for section in re.split(r"(?m)^#", text)[1:]:
        schema, _, lines = section.partition("\n")
        for line in lines.split("\n"):
            pairs = (cell.split("=", 1) for cell in line.split("\t")[1:])
            values = {element.partition("@")[0]: value for element, value in pairs}
            level, fuel = values.get(ELECTRIFICATION), values.get(FUEL)
            if level == BEV or (fuel == ELECTRIC and level is None and SECOND_FUEL not in values):
                electric.add(schema)
    passenger = {
        row["wmi"] for row in rows_of(vpic / "wmi.csv") if row["vehicle_type"] in PASSENGER
    }
    for row in rows_of(vpic / "index.csv"):
        if row["schema"] in electric and row["wmi"] in passenger and row["wmi"][0] in CHINA:
            # The years of a schema are those of a family of models, electric or not.
            what = (
                f"vpic: schema {row['schema']}, filed with NHTSA from model year {row['year_from']}"
            )
            found[row["wmi"]].append((0, "high", what))


def main() -> None:
    """Print the table."""
    folder = source_folder()
    registered = {}
    for row in (*rows_of(folder / "wmi.csv"), *rows_of(folder / "wmi.manual.csv")):
        registered[row["wmi"]] = row["brands"] or row["manufacturer"]
    found: Found = defaultdict(list)
    starts(folder, found)
    patterns(folder, found)
    filings(folder, found)
    table = []
    for wmi in sorted(set(found) & set(registered)):
        ensure(set(wmi) <= set(ALPHABET), f"{wmi}: no code")
        # A start that was seen says more than a pattern, and this more than a filing: the order of reading.
        _, confidence, source = min(found[wmi], key=lambda one: one[1] != "high")
        years = [year for year, *_ in found[wmi] if year]
        table.append((wmi, registered[wmi], str(min(years, default="")), confidence, source))
    write_rows(COLUMNS, table)


if __name__ == "__main__":
    main()
