"""plants.csv: the place behind position 11, by WMI and years, put right by plants.places.csv.

Usage: ``python plants.py SOURCE_FOLDER > wmi_data/plants.csv``.
"""

import re
from collections import Counter
from functools import cache
from pathlib import Path

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
PLACES = Path(__file__).parent.parent / "plants.places.csv"
PLACE_COLUMNS = (
    *("filed_city", "filed_state", "filed_country"),
    *("company", "city", "state", "country", "source", "note"),
)
WMIS = PLACES.with_name("wmi.csv")
WMI_COLUMNS = (
    *("wmi", "manufacturer", "brands", "country", "kinds"),
    *("confidence", "source", "note"),
)
NORTH_AMERICA = re.compile(r"[1-5]|7[F-Z0]")
# Makers whose WMI says who built a car, and position 11 where, in whatever country. Others have a WMI
# in each country that they build in: of a plant elsewhere in the same table nothing is told.
ONE_WMI_MANY_PLANTS = re.compile(
    r"W[ABDMPUVZ1]|WCD|W0[LV]|TRU|YS[RT]|YV[14]|SMT|VS9016|UJG|VRC|LCE"
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


@cache
def places() -> dict[tuple[str, ...], tuple[str, ...]]:
    """City, state and country as filed -> company, city, state and country as they are."""
    return {
        tuple(row[name] for name in PLACE_COLUMNS[:3]): tuple(
            row[name] for name in PLACE_COLUMNS[3:7]
        )
        for row in read_rows(PLACES, PLACE_COLUMNS)
    }


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
    city = "" if city in NO_PLACE else city
    filed = city, row["state_or_province"], row["country"]
    return (
        wmi,
        code,
        *places().get(filed, (company, *filed)),
        row["year_from"],
        row["year_to"],
        row["confidence"],
        check_tags(row["sources"]),
        convert_note(row["note"]),
    )


def alone(note: str) -> str:
    """A note without the flag that the code has other rows."""
    return ";".join(part for part in note.split(";") if part != "one_of_several")


def group_tables(rows: list[tuple[str, ...]]) -> set[tuple[str, str]]:
    """WMI and country of rows that a group's table repeats under the WMI of another country."""
    country = {row["wmi"]: row["country"] for row in read_rows(WMIS, WMI_COLUMNS)}
    abroad: dict[str, set[str]] = {}
    for row in rows:
        wmi, place, source = row[0], row[5], row[9]
        home = country[wmi]
        if source == "vpic" and home and place not in {"", home} and not NORTH_AMERICA.match(wmi):
            abroad.setdefault(wmi, set()).add(place)
    return {
        (wmi, place)
        for wmi, places in abroad.items()
        if len(places) > 1 and not ONE_WMI_MANY_PLANTS.match(wmi)
        for place in places
    }


def flagged(note: str, flag: str) -> str:
    """A note with one more flag, in their order."""
    parts = [part for part in note.split(";") if part]
    flags = {part for part in parts if part in FLAGS.values()} | {flag}
    return ";".join([*sorted(flags), *(part for part in parts if part not in flags)])


def main() -> None:
    """Print the table; a row that names no place at all is left out."""
    rows = [convert(row) for row in read_rows(source_path("plants.csv"), SOURCE)]
    rows = [row for row in rows if any(row[2:6])]
    rows.sort(key=lambda row: (row[0], row[1], row[6], row[7], *row))
    # A place that was filed in two spellings is one.
    rows = list({row[:8]: row for row in reversed(rows)}.values())[::-1]
    repeated = group_tables(rows)
    rows = [
        (*row[:-1], flagged(row[-1], "group_table")) if (row[0], row[5]) in repeated else row
        for row in rows
    ]
    left = Counter(row[:2] for row in rows)
    rows = [row if left[row[:2]] > 1 else (*row[:-1], alone(row[-1])) for row in rows]
    several: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        several.setdefault((row[0], row[1]), []).append(row[-1])
    for key, notes in several.items():
        flags = ["one_of_several" in note.split(";") for note in notes]
        ensure(any(flags) == (len(notes) > 1), f"{key}: {len(notes)} rows, notes {notes}")
    write_rows(COLUMNS, rows, keys=2)


if __name__ == "__main__":
    main()
