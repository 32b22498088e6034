"""plants.csv: the place behind position 11, by WMI and years.

Usage: ``python plants.py SOURCE_FOLDER > wmi_data/plants.csv``.
"""

import re

from _common import (
    ALPHABET,
    CONFIDENCE,
    COUNTRY,
    WMI,
    check_tags,
    ensure,
    read_rows,
    source_path,
    write_rows,
)

SOURCE = (
    "wmi",
    "plant_code",
    "city",
    "state_or_province",
    "country",
    "year_from",
    "year_to",
    "sources",
    "confidence",
    "note",
)
COLUMNS = (
    "wmi",
    "plant_code",
    "company",
    "city",
    "state",
    "country",
    "year_from",
    "year_to",
    "confidence",
    "source",
    "note",
)
FLAGS = {
    "one of several places for this code": "one_of_several",
    "depends on other positions (vPIC rule restricts positions 4-8)": "depends_on_vds",
    "group-wide Volvo table in vPIC, not a Chinese plant": "group_table",
}
NOTES = {
    "official SAIC-GM service manual, model year 2021": "as of model year 2021",
    "MAN buses": "MAN buses",
    "Neoplan buses": "Neoplan buses",
    "MAN/Neoplan buses": "MAN and Neoplan buses",
    "S: older cars": "older cars",
    "VINs of VW ID.3 and ID.4 X carry it": "seen on VINs of ID.3 and ID.4 X",
    "one Chinese forum page": "a single forum page",
    "a valid LVS VIN with code E exists, whose place is not known": (
        "code E is in use too, place not known"
    ),
    "vPIC rule written for cars filed in the US": "from filings for the United States",
    "13 BYD Song Plus VINs also carry 0, so do not read it as Xi'an for every BYD": (
        "newer cars carry 0 as well, so it need not mean this place"
    ),
}
OTHER_PLACE = re.compile(r"vPIC gives: .+")
COMPANY_IN_CITY = {
    "(MAN Bus Poland)": ("MAN Bus Poland", ""),
    "(MAN Türkiye, Ankara)": ("MAN Türkiye", "Ankara"),
}
NO_PLACE = {"Other", "Other Location"}
YEAR = re.compile(r"(19|20)\d\d|")


def convert_note(note: str) -> str:
    """Flags first, then what else there is to say."""
    flags, prose = [], []
    for part in filter(None, note.split("; ")):
        if part in FLAGS:
            flags.append(FLAGS[part])
        elif part in NOTES:
            prose.append(NOTES[part])
        else:
            ensure(OTHER_PLACE.fullmatch(part), f"unknown note {part!r}")
            prose.append(part.replace("vPIC gives: ", "vPIC has "))
    return ";".join(sorted(flags) + prose)


def convert(row: dict[str, str]) -> tuple[str, ...]:
    """One row as the table has it."""
    wmi, code = row["wmi"], row["plant_code"]
    ensure(WMI.fullmatch(wmi), f"WMI {wmi!r}")
    ensure(len(code) == 1 and code in ALPHABET, f"{wmi}: plant code {code!r}")
    ensure(not row["country"] or COUNTRY.fullmatch(row["country"]), f"{wmi}: {row['country']!r}")
    ensure(YEAR.fullmatch(row["year_from"]), f"{wmi}: {row['year_from']!r}")
    ensure(YEAR.fullmatch(row["year_to"]), f"{wmi}: {row['year_to']!r}")
    if row["year_from"] and row["year_to"]:
        ensure(row["year_from"] <= row["year_to"], f"{wmi} {code}: years run backwards")
    ensure(row["confidence"] in CONFIDENCE, f"{wmi}: confidence {row['confidence']!r}")
    company, city = COMPANY_IN_CITY.get(row["city"], ("", row["city"]))
    ensure(not city.startswith("("), f"{wmi} {code}: city {city!r}")
    return (
        wmi,
        code,
        company,
        "" if city in NO_PLACE else city,
        row["state_or_province"],
        row["country"],
        row["year_from"],
        row["year_to"],
        row["confidence"],
        check_tags(row["sources"]),
        convert_note(row["note"]),
    )


def main() -> None:
    """Print the table; a row that names no place at all is left out."""
    rows = [convert(row) for row in read_rows(source_path("plants.csv"), SOURCE)]
    rows = [row for row in rows if any(row[2:6])]
    rows.sort(key=lambda row: (row[0], row[1], row[6], row[7], *row))
    ensure(len({row[:8] for row in rows}) == len(rows), "a place twice")
    several: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        several.setdefault((row[0], row[1]), []).append(row[-1])
    for key, notes in several.items():
        flags = ["one_of_several" in note.split(";") for note in notes]
        ensure(any(flags) == (len(notes) > 1), f"{key}: {len(notes)} rows, notes {notes}")
    write_rows(COLUMNS, rows, keys=2)


if __name__ == "__main__":
    main()
