"""The tables of vPIC as they are committed, read with nothing of the package."""

import re

from support import tables

VPIC = tables.DATA / "vpic"

POSITIONS = (4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17)

NUMBERS = {"int": re.compile(r"\d+"), "decimal": re.compile(r"\d+(?:\.\d+)?|\.\d+")}

# Make, manufacturer, model year and vehicle type follow from other tables than the patterns.
NEVER_BY_PATTERN = {"26", "27", "29", "39"}
# Notes and the like, of which a VIN may have several.
MULTIPLE = {"114", "121", "129", "150", "154", "155", "169", "186"}
VEHICLE_TYPES = {"1", "2", "3", "5", "6", "7", "9", "10", "13"}

OWN_TABLES = {"Make", "Manufacturer", "Model"}  # their names stand in wmi.csv and models.csv


def table(name):
    return tables.table(f"vpic/{name}")


def dangling(pairs, elements, lookups):
    """Pairs of an element with a lookup table and a value that is not in it."""
    return {
        (element, value)
        for element, value in pairs
        if (name := elements[element]["lookup"])
        and name not in OWN_TABLES
        and (name, value) not in lookups
    }
