"""The rows of a release that are needed, table by table, as plain values."""

from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from vintool.errors import DataSourceError
from vintool.vpic.importer.database import Row, read

_CHANGED = ("UpdatedOn?", "CreatedOn?")
_PATTERN = ("Id", "VinSchemaId", "Keys", "ElementId", "AttributeId", *_CHANGED)
_TABLES: dict[str, tuple[str, ...]] = {
    "Element": ("Id", "Name", "LookupTable?", "DataType?", "Decode", "weight?", "IsPrivate?"),
    "Wmi": (
        *("Id", "Wmi", "ManufacturerId", "VehicleTypeId", "TruckTypeId?"),
        "PublicAvailabilityDate",
    ),
    "Wmi_VinSchema": ("WmiId", "VinSchemaId", "YearFrom", "YearTo"),
    "VinSchema": ("Id", "TobeQCed?"),
    "Make_Model": ("MakeId", "ModelId"),
    "Wmi_Make": ("WmiId", "MakeId"),
    "Make": ("Id", "Name"),
    "Manufacturer": ("Id", "Name"),
    "Model": ("Id", "Name"),
    "VehicleType": ("Id", "Name"),
    "EngineModel": ("Id", "Name"),
    "EngineModelPattern": ("Id", "EngineModelId", "ElementId", "AttributeId", *_CHANGED),
    "DefaultValue": ("ElementId", "VehicleTypeId", "DefaultValue"),
    "VehicleSpecSchema": ("Id", "MakeId", "VehicleTypeId", "TobeQCed?"),
    "VSpecSchemaPattern": ("Id", "SchemaId"),
    "VehicleSpecPattern": (
        *("Id", "VSpecSchemaPatternId", "IsKey", "ElementId", "AttributeId"),
        *_CHANGED,
    ),
    "VehicleSpecSchema_Model": ("VehicleSpecSchemaId", "ModelId"),
    "VehicleSpecSchema_Year": ("VehicleSpecSchemaId", "Year"),
    "Release": ("month", "url?", "sha256?"),
}
#: What a release of vPIC has; ``Release`` is not NHTSA's.
TABLES = tuple(table for table in _TABLES if table != "Release")
#: Without these there is nothing to decode by; the others refine, and some copies of vPIC lack them.
_NEEDED = ("Element", "Wmi", "Wmi_VinSchema", "Pattern", "Make_Model", "Make", "Model")
_NEVER_READ = {"Model", "Make", "Manufacturer"}  # lookups with files of their own


class PatternRow(NamedTuple):
    """A row of table ``Pattern``; ``changed`` as ``moment`` writes it."""

    number: int
    element: int
    keys: str
    value: str
    changed: str

    @property
    def order(self) -> tuple[int, str, int]:
        """How vPIC orders patterns of one date: fewer signs in the key, the text, the number."""
        return (
            len(self.keys.replace("*", "")),
            self.keys.replace("[", "").replace("]", ""),
            self.number,
        )


class Tables:
    """The rows of a release.

    ``rows`` by table, ``patterns`` by schema, ``lookups`` by the lookup table that some element names,
    ``counts`` of all rows that a table has, by its name in small letters.

    Raises:
        DataSourceError: the file cannot be read, or has none of the rows to decode by.
    """

    def __init__(self, path: Path) -> None:
        self.rows: dict[str, list[Row]] = {table: [] for table in _TABLES}
        self.patterns: dict[int, list[PatternRow]] = defaultdict(list)
        self._texts: dict[str, str] = {}
        wanted = {table: (columns, self.rows[table].append) for table, columns in _TABLES.items()}
        self.counts = read(path, {**wanted, "Pattern": (_PATTERN, self._add_pattern)})
        if missing := [table for table in _NEEDED if not self.counts.get(table.lower())]:
            raise DataSourceError(f"{path}: no rows of vPIC's table {', '.join(missing)}")
        lookups = {row[2] for row in self.rows["Element"] if row[2]} - _NEVER_READ
        self.lookups: dict[str, list[Row]] = {table: [] for table in sorted(lookups)}
        names = {table: (("Id", "Name"), rows.append) for table, rows in self.lookups.items()}
        self.counts |= read(path, names)

    def _add_pattern(self, row: Row) -> None:
        number, schema, keys, element, value, updated, created = row
        if keys is None or value is None:
            return
        texts = map(self._once, (keys, one_line(value), moment(updated or created)))
        self.patterns[int(schema)].append(PatternRow(int(number), int(element), *texts))

    def _once(self, text: str) -> str:
        return self._texts.setdefault(text, text)

    def names(self, table: str) -> dict[int, str]:
        """Number -> name, of a table that has both."""
        return {int(number): one_line(name) for number, name in self.rows[table]}


def one_line(value: object) -> str:
    """A value as vPIC shows it: tabs and line breaks are spaces, nothing is empty."""
    text = "" if value is None else str(value)
    for sign in "\t\r\n":
        text = text.replace(sign, " ")
    return text


def moment(value: object) -> str:
    """A time as text that sorts; trailing zeros of its fraction mean nothing."""
    text = "" if value is None else str(value).replace("T", " ")
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_true(value: object) -> bool:
    """A cell of yes or no, as SQLite and PostgreSQL write it."""
    return value in {True, "1", "t", "true", "True"}
