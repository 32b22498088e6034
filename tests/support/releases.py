"""Releases of vPIC, made up and tiny, in the forms in which NHTSA publishes; and what they then tell.

Each test says which patterns its release has.
"""

import re
import sqlite3
import sys
import zipfile

from vintool.vpic.decode import decode

LATEST = 2028

OLD, NEW, NEWEST = "2020-01-01 10:00:00", "2021-01-01 10:00:00", "2021-01-01 10:00:00.5"

DISPLACEMENT_CC, DISPLACEMENT_CI, DISPLACEMENT_L = 11, 12, 13
BODY, CYLINDERS, DOORS, ENGINE, FUEL, MAKE, MODEL, SERIES, TRIM = 5, 9, 14, 18, 24, 26, 28, 34, 38
SEATS, LENGTH, NOTE, SECRET = 33, 118, 114, 97

COLUMNS = {
    "Element": "Id Code Name LookupTable DataType Decode weight IsPrivate",
    "Wmi": "Id Wmi ManufacturerId VehicleTypeId TruckTypeId PublicAvailabilityDate",
    "VinSchema": "Id Name TobeQCed",
    "Wmi_VinSchema": "Id WmiId VinSchemaId YearFrom YearTo",
    "Pattern": "Id VinSchemaId Keys ElementId AttributeId CreatedOn UpdatedOn",
    "Manufacturer": "Id Name",
    "Make": "Id Name",
    "Model": "Id Name",
    "Make_Model": "Id MakeId ModelId",
    "Wmi_Make": "WmiId MakeId",
    "VehicleType": "Id Name",
    "BodyStyle": "Id Name",
    "FuelType": "Id Name",
    "EngineModel": "Id Name",
    "EngineModelPattern": "Id EngineModelId ElementId AttributeId CreatedOn UpdatedOn",
    "DefaultValue": "Id ElementId VehicleTypeId DefaultValue",
    "VehicleSpecSchema": "Id MakeId VehicleTypeId TobeQCed",
    "VSpecSchemaPattern": "Id SchemaId",
    "VehicleSpecPattern": "Id VSpecSchemaPatternId IsKey ElementId AttributeId CreatedOn UpdatedOn",
    "VehicleSpecSchema_Model": "Id VehicleSpecSchemaId ModelId",
    "VehicleSpecSchema_Year": "Id VehicleSpecSchemaId Year",
    "Conversion": "Id Formula",  # one that nobody reads
}

TINY = {
    "Element": [
        (number, name.upper(), name, lookup, kind, "Pattern", weight, private)
        for number, name, lookup, kind, weight, private in (
            (BODY, "Body Class", "BodyStyle", "lookup", 99, False),
            (CYLINDERS, "Cylinders", None, "int", 88, False),
            (DISPLACEMENT_CC, "Displacement (CC)", None, "decimal", 98, False),
            (DISPLACEMENT_CI, "Displacement (CI)", None, "decimal", None, False),
            (DISPLACEMENT_L, "Displacement (L)", None, "decimal", None, False),
            (DOORS, "Doors", None, "int", None, False),
            (ENGINE, "Engine Model", None, "string", 55, False),
            (FUEL, "Fuel Type - Primary", "FuelType", "lookup", 91, False),
            (MAKE, "Make", "Make", "lookup", 99, False),
            (27, "Manufacturer Name", "Manufacturer", "lookup", None, False),
            (MODEL, "Model", "Model", "lookup", 99, False),
            (29, "Model Year", None, "int", 99, False),
            (SEATS, "Number of Seats", None, "int", None, False),
            (SERIES, "Series", None, "string", 61, False),
            (TRIM, "Trim", None, "string", 61, False),
            (39, "Vehicle Type", "VehicleType", "lookup", 99, False),
            (SECRET, "NCSA Make", None, "string", None, True),
            (NOTE, "Note", None, "string", None, False),
            (LENGTH, "Trailer Length (feet)", None, "decimal", None, False),
        )
    ]
    + [(98, "DRAFT", "Never decoded", None, "string", None, None, False)],
    "Wmi": [
        (1, "1TA", 7, 2, None, "2015-01-01"),
        (2, "1T9123", 7, 6, None, "2015-01-01"),
        (3, "1TE", 7, 3, 2, "2026-10-31"),
        (4, "5YJ", 8, 2, None, "2015-01-01"),
        (5, "1TF", None, None, None, "2015-01-01"),
    ],
    "VinSchema": [(1, "one", False), (2, "two", False)],
    "Wmi_VinSchema": [(1, 1, 1, 2010, None), (2, 2, 1, 1990, 2030), (3, 4, 2, 2012, None)],
    "Pattern": [
        (1, 1, "A", SERIES, "Škoda \\ \t one\nline", OLD, None),
        (2, 1, "A[B-D5]**1|*F", BODY, "1", OLD, NEW),
        (3, 1, "A", BODY, "2", OLD, None),
        (4, 1, "***##", LENGTH, "##", OLD, None),
        (5, 2, "3", MODEL, "100", OLD, None),
        (6, 2, "3", None, None, None, None),
        (7, 2, "3", SECRET, "x", OLD, None),
        (8, 2, "3", NOTE, "two\r\nlines", OLD, NEWEST),
    ],
    "Manufacturer": [(7, "ACME, INC."), (8, "TOYS")],
    "Make": [(10, "Acme"), (11, "Beta"), (12, "Toymaker")],
    "Model": [(100, "Toy"), (101, 'Wagon "XL", long')],
    "Make_Model": [(1, 12, 100), (2, 11, 101)],
    "Wmi_Make": [(1, 10), (2, 11), (2, 10), (4, 12)],
    "VehicleType": [(2, "PASSENGER CAR"), (3, "TRUCK "), (6, "TRAILER")],
    "BodyStyle": [(1, "Sedan"), (2, "Coupe")],
    "FuelType": [(2, "Electric"), (4, "Gasoline")],
    "EngineModel": [(1, " V8  Big")],
    "EngineModelPattern": [(1, 1, CYLINDERS, "8", OLD, None), (2, 1, SECRET, "x", OLD, None)],
    "DefaultValue": [(1, FUEL, 6, "0"), (2, SEATS, 2, None), (3, SECRET, 6, "x")],
    "VehicleSpecSchema": [(1, 12, 2, False)],
    "VSpecSchemaPattern": [(1, 1)],
    "VehicleSpecPattern": [
        (1, 1, True, MODEL, "100", OLD, None),
        (2, 1, False, SEATS, "1", OLD, None),
    ],
    "VehicleSpecSchema_Model": [(1, 1, 100)],
    "VehicleSpecSchema_Year": [(1, 1, 2018), (2, 1, 2017)],
    "Conversion": [(1, "COPY vpic.pattern (id) FROM stdin;"), (2, "#x# * 2\t\\.")],
}


def tiny(**tables):
    return TINY | tables


def patterns(*given):
    """Rows of Pattern, of schema 1 and an old date where not said otherwise."""
    filled = [(*row, *(OLD, 1)[len(row) - 3 :]) for row in given]
    return [
        (number, schema, keys, element, str(value), when, None)
        for number, (keys, element, value, when, schema) in enumerate(filled, 1)
    ]


# --- The forms in which NHTSA publishes ----------------------------------------------------


def as_sqlite(path, tables):
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        for name, rows in tables.items():
            columns = COLUMNS[name].split()
            database.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
            marks = ", ".join("?" for _ in columns)
            database.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608
    database.close()
    return path


def cell(value):
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    signs = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
    return "".join(signs.get(sign, sign) for sign in str(value))


def as_dump(path, tables):
    lines = [
        "--",
        "-- PostgreSQL database dump",
        "--",
        "SET client_encoding = 'UTF8';",
        "CREATE SCHEMA vpic;",
        'COPY public.notes (id, "text") FROM stdin;',
        "1\tCOPY vpic.make (id, name) FROM stdin;",
        "\\.",
    ]
    for name, rows in tables.items():
        columns = [
            f'"{column}"' if column == "Year" else column for column in COLUMNS[name].split()
        ]
        lines += [
            f"CREATE TABLE vpic.{name.lower()} (",
            *(f"    {column.lower()} text," for column in columns),
            ");",
            f"COPY vpic.{name.lower()} ({', '.join(columns).lower()}) FROM stdin;",
            *("\t".join(map(cell, row)) for row in rows),
            "\\.",
            "",
            f"SELECT pg_catalog.setval('vpic.{name.lower()}_id_seq', 9, true);",
        ]
    lines += ["ALTER TABLE ONLY vpic.make ADD CONSTRAINT make_pkey PRIMARY KEY (id);", ""]
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    return path


def as_zip(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("release")
        for member in members:
            archive.write(member, f"release/{member.name}")
    return path


def release_of(folder, form, tables=TINY):
    folder.mkdir(exist_ok=True)
    name, _, packed = form.partition("+")
    write = {"sqlite": as_sqlite, "dump": as_dump}[name]
    plain = write(folder / f"vPICList_lite_2026_10.{name}", tables)
    return as_zip(folder / f"vPICList_lite_2026_10.{name}.zip", plain) if packed else plain


# --- The user's folder ---------------------------------------------------------------------


def forget():
    """Whatever is cached of the folder that was in use."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "vintool":
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear") and not isinstance(value, type):
                    value.cache_clear()


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def vin(vds="ABCDE", tail="LF000001", wmi="1TA"):
    return f"{wmi}{vds}0{tail}"


def best(text, wmi=""):
    return decode(wmi or text[:3], text, LATEST).best


def values(text, *elements):
    """The values as vPIC has them, one text an element."""
    attributes = best(text).attributes
    return tuple(
        ";".join(item.value for item in attributes[element]) if element in attributes else None
        for element in elements
    )


def like(keys, signs):
    """Whether a key fits positions 4-8 and 10-17, as vPIC asks it: a beginning, sign for sign."""
    pieces = re.findall(r"\[[^]]*\]|.", keys)
    special = {"*": ".", "#": "[0-9]", "|": r"\|"}
    regex = "".join(
        piece if piece[0] == "[" else special.get(piece, re.escape(piece)) for piece in pieces
    )
    return re.match(regex, f"{signs[:5]}|{signs[5:]}") is not None
