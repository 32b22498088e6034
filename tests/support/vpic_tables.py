"""The tables of vPIC as they are committed, read with nothing of the package."""

import csv
import re

from support import ROOT

DATA = ROOT / "wmi_data"
VPIC = DATA / "vpic"

ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
POSITIONS = (4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17)
WMI = re.compile(r"[A-HJ-NPR-Z0-9]{3}|[A-HJ-NPR-Z0-9]{2}9[A-HJ-NPR-Z0-9]{3}")
SIGN = re.compile(r"[A-HJ-NPR-Z0-9*]|\[[A-HJ-NPR-Z0-9]{2,}\]")
STATEMENT = re.compile(r"([1-9]\d*)(?:@(0|[1-9]\d*)|(#))?=(.+)")
NUMBERS = {"int": re.compile(r"\d+"), "decimal": re.compile(r"\d+(?:\.\d+)?|\.\d+")}

MODEL = "28"
# Make, manufacturer, model year and vehicle type follow from other tables than the patterns.
NEVER_BY_PATTERN = {"26", "27", "29", "39"}
# Notes and the like, of which a VIN may have several.
MULTIPLE = {"114", "121", "129", "150", "154", "155", "169", "186"}
VEHICLE_TYPES = {"1", "2", "3", "5", "6", "7", "9", "10", "13"}
LIGHT = {"2", "3", "7"}

HEADERS = {
    "defaults.csv": "vehicle_type,element,value",
    "elements.csv": "element,name,lookup,type,weight",
    "engines.csv": "engine,element,value",
    "index.csv": "wmi,year_from,year_to,schema,offset,length",
    "lookups.csv": "lookup,id,name",
    "models.csv": "model,name,make,offset,length",
    "wmi.csv": "wmi,manufacturer,makes,vehicle_type,light,reads_to",
}
TEXTS = ("patterns.txt", "specs.txt")

# What is odd in NHTSA's own tables.
NO_WMI = {"1OY", "4OG"}  # with the letter O, so that no VIN has them
NO_MODEL = {"28450"}  # one pattern names a model that the table of models lacks
NO_LOOKUP = {"143"}  # error codes are told of a decoding, by vPIC itself, never by a pattern
OWN_TABLES = {"Make", "Manufacturer", "Model"}  # their names stand in wmi.csv and models.csv
PRIVATE_KEYS = {"97"}  # a key of specifications that is private to NHTSA: no VIN meets these
NO_VEHICLE_TYPE = {"-1"}  # four schemas of specifications are of no type, and no VIN meets them


def table(name):
    with (VPIC / name).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def sections(name, places):
    content = (VPIC / name).read_bytes()
    lines_of = {}
    for key, row in places.items():
        offset, length = int(row["offset"]), int(row["length"])
        head, *lines = content[offset : offset + length].decode().split("\n")
        assert head == f"#{key}"
        assert lines.pop() == ""
        lines_of[key] = [line.split("\t") for line in lines]
    return lines_of


def split_spec(kind, make, years, *rest):
    middle = rest.index("")
    facts = [STATEMENT.fullmatch(cell) for cell in rest[middle + 1 :]]
    assert all(facts), rest
    return (
        kind,
        make,
        years.split(";") if years else [],
        [tuple(cell.split("=", 1)) for cell in rest[:middle]],
        [fact.groups() for fact in facts],
    )


def dangling(pairs, elements, lookups):
    """Pairs of an element with a lookup table and a value that is not in it."""
    return {
        (element, value)
        for element, value in pairs
        if (name := elements[element]["lookup"])
        and name not in OWN_TABLES
        and (name, value) not in lookups
    }
