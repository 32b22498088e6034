"""countries.csv: who holds which first two characters, by ISO 3780.

Usage: ``python countries.py SOURCE_FOLDER > wmi_data/countries.csv``.
"""

import itertools
import re

from _common import (
    ALPHABET,
    CONFIDENCE,
    COUNTRY,
    check_tags,
    ensure,
    iso_key,
    read_rows,
    source_path,
    write_rows,
)

SOURCE = (
    "range_from",
    "range_to",
    "country",
    "country_name",
    "region",
    "status",
    "sources",
    "confidence",
    "note",
)
COLUMNS = (
    "first",
    "last",
    "country",
    "name",
    "region",
    "status",
    "confidence",
    "source",
    "note",
)
STATUS = {
    "current": "current",
    "in use, not in table": "in use",
    "older table": "older table",
}
REGIONS = {"Africa", "Asia", "Europe", "North America", "Oceania", "South America"}
PAIR = re.compile(rf"[{ALPHABET}]{{2}}")


def convert(row: dict[str, str]) -> tuple[str, ...]:
    """One row as the table has it."""
    first, last = row["range_from"], row["range_to"]
    ensure(PAIR.fullmatch(first) and PAIR.fullmatch(last), f"range {first}-{last}")
    ensure(first[0] == last[0], f"range {first}-{last} crosses a first character")
    ensure(iso_key(first) <= iso_key(last), f"range {first}-{last} runs backwards")
    ensure(COUNTRY.fullmatch(row["country"]), f"{first}: country {row['country']!r}")
    ensure(row["region"] in REGIONS, f"{first}: region {row['region']!r}")
    ensure(row["status"] in STATUS, f"{first}: status {row['status']!r}")
    ensure(row["confidence"] in CONFIDENCE, f"{first}: confidence {row['confidence']!r}")
    return (
        first,
        last,
        row["country"],
        row["country_name"],
        row["region"],
        STATUS[row["status"]],
        row["confidence"],
        check_tags(row["sources"]),
        re.sub(r"\b1 WMIs\b", "1 WMI", row["note"]),
    )


def main() -> None:
    """Print the table."""
    rows = [convert(row) for row in read_rows(source_path("countries.csv"), SOURCE)]
    rows.sort(key=lambda row: (iso_key(row[0]), iso_key(row[1]), row[5], row[2]))
    live = [row for row in rows if row[5] != "older table"]
    for one, two in itertools.pairwise(live):
        ensure(iso_key(one[1]) < iso_key(two[0]), f"{one[:3]} and {two[:3]} overlap")
    ensure(len({(row[0], row[1], row[5]) for row in rows}) == len(rows), "a range twice")
    write_rows(COLUMNS, rows, keys=3)


if __name__ == "__main__":
    main()
