"""Rows of vPIC's tables -> the files of ``wmi_data/vpic``: one statement a line, as few as will do.

What vPIC's procedure decides by the dates and numbers of its rows is decided here, once: where two
patterns may fit one VIN and tell different things, the file says which comes first. The same rows
give the same bytes.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vintool.errors import DataSourceError
from vintool.registry.patterns import ANY, PatternTable, bits
from vintool.vpic import COLUMNS, DISPLACEMENTS, FROM_TABLES, MULTIPLE, POSITIONS, ReleaseInfo
from vintool.vpic.importer.database import Row, read
from vintool.vpic.importer.keys import digits, parse_key, shown

_PATTERN_TABLES = {
    "Pattern": ("Id", "VinSchemaId", "Keys", "ElementId", "AttributeId", "UpdatedOn?", "CreatedOn?")
}
_TABLES: dict[str, tuple[str, ...]] = {
    "Element": (
        "Id",
        "Name",
        "LookupTable?",
        "DataType?",
        "Decode",
        "weight?",
        "IsPrivate?",
    ),
    "Wmi": (
        "Id",
        "Wmi",
        "ManufacturerId",
        "VehicleTypeId",
        "TruckTypeId?",
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
    "EngineModelPattern": (
        "Id",
        "EngineModelId",
        "ElementId",
        "AttributeId",
        "UpdatedOn?",
        "CreatedOn?",
    ),
    "DefaultValue": ("ElementId", "VehicleTypeId", "DefaultValue"),
    "VehicleSpecSchema": ("Id", "MakeId", "VehicleTypeId", "TobeQCed?"),
    "VSpecSchemaPattern": ("Id", "SchemaId"),
    "VehicleSpecPattern": (
        "Id",
        "VSpecSchemaPatternId",
        "IsKey",
        "ElementId",
        "AttributeId",
        "UpdatedOn?",
        "CreatedOn?",
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


class Database:
    """The rows that are needed, sorted into dictionaries of plain values."""

    def __init__(self, path: Path) -> None:
        self.tables: dict[str, list[Row]] = {table: [] for table in _TABLES}
        self.patterns: dict[int, list[_Pattern]] = defaultdict(list)
        self._texts: dict[str, str] = {}
        wanted = {table: (columns, self.tables[table].append) for table, columns in _TABLES.items()}
        self.counts = read(
            path, {**wanted, "Pattern": (_PATTERN_TABLES["Pattern"], self._add_pattern)}
        )
        if missing := [table for table in _NEEDED if not self.counts.get(table.lower())]:
            raise DataSourceError(f"{path}: no rows of vPIC's table {', '.join(missing)}")
        lookups = {row[2] for row in self.tables["Element"] if row[2]} - _NEVER_READ
        self.lookups: dict[str, list[Row]] = {table: [] for table in sorted(lookups)}
        self.counts |= read(
            path,
            {table: (("Id", "Name"), rows.append) for table, rows in self.lookups.items()},
        )

    def _add_pattern(self, row: Row) -> None:
        number, schema, keys, element, value, updated, created = row
        if keys is None or value is None:
            return
        self.patterns[int(schema)].append(
            _Pattern(
                int(number),
                int(element),
                self._once(keys),
                self._once(_one_line(value)),
                self._once(_moment(updated or created)),
            )
        )

    def _once(self, text: str) -> str:
        return self._texts.setdefault(text, text)


class _Pattern(NamedTuple):
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


class _SpecRow(NamedTuple):
    is_key: bool
    element: int
    value: str
    changed: str


def _one_line(value: object) -> str:
    """A value as vPIC shows it: tabs and line breaks are spaces, nothing is empty."""
    text = "" if value is None else str(value)
    for sign in "\t\r\n":
        text = text.replace(sign, " ")
    return text


def _moment(value: object) -> str:
    """A time as text that sorts; trailing zeros of its fraction mean nothing."""
    text = "" if value is None else str(value).replace("T", " ")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _true(value: object) -> bool:
    return value in {True, "1", "t", "true", "True"}


class Compact:
    """The files of one release.

    Args:
        database: its rows.
        release: month and origin; WMIs not public by the end of that month are left out, as vPIC
            does not decode them.
    """

    def __init__(self, database: Database, release: ReleaseInfo) -> None:
        self._database, self._tables = database, database.tables
        self.release = release
        told = [
            row for row in self._tables["Element"] if row[4] not in {None, ""} and not _true(row[6])
        ]
        self._elements = {int(row[0]): row for row in told}
        self._patterns = self._read_patterns()
        self._wmis = {
            int(row[0]): row
            for row in sorted(self._tables["Wmi"], key=lambda row: str(row[1]))
            if row[5] is not None and str(row[5])[:7] <= release.month
        }
        self._links = sorted(
            (self._wmis[int(wmi)][1], int(first), int(last) if last is not None else 0, int(schema))
            for wmi, schema, first, last in self._tables["Wmi_VinSchema"]
            if int(wmi) in self._wmis and int(schema) in self._patterns
        )
        self._ranks = self._ranked()

    def _read_patterns(self) -> "dict[int, list[tuple[_Pattern, tuple[str, ...]]]]":
        """Schema -> its patterns in vPIC's order, with what they allow; no pattern stands twice."""
        unchecked = {int(row[0]) for row in self._tables["VinSchema"] if _true(row[1])}
        parsed: dict[str, tuple[str, ...] | None] = {}
        found = {}
        for schema, patterns in self._database.patterns.items():
            if schema in unchecked:
                continue
            rows, met = [], set()
            newest_first = sorted(patterns, key=lambda row: row.number)
            newest_first.sort(key=lambda row: row.changed, reverse=True)
            for row in newest_first:
                if row.keys not in parsed:
                    parsed[row.keys] = parse_key(row.keys)
                allowed = parsed[row.keys]
                same = (row.keys, row.element, row.value if row.element in MULTIPLE else "")
                if allowed is not None and same not in met:
                    met.add(same)
                    rows.append((row, allowed))
            found[schema] = sorted(rows, key=lambda pair: pair[0].order)
        return found

    def _decodes(self, element: int) -> bool:
        return element in self._elements and element not in FROM_TABLES

    def _ranked(self) -> dict[int, int]:
        """Number of a pattern -> its place, where the order of the lines does not tell.

        Two patterns meet if one VIN may fit both, they tell the same element, and their schemas
        hold for one WMI from the same year on.
        """
        groups = defaultdict(set)
        for wmi, first, _last, schema in self._links:
            groups[wmi, first].add(schema)
        ranked: dict[int, _Pattern] = {}
        for schemas in sorted({tuple(sorted(group)) for group in groups.values()}):
            by_element = defaultdict(list)
            for schema in schemas:
                for row, allowed in self._patterns[schema]:
                    if self._decodes(row.element) and row.element not in MULTIPLE:
                        by_element[row.element].append((row, allowed, schema))
            for rows in by_element.values():
                for row in _undecided(rows):
                    ranked[row.number] = row
            # Of two displacements that are given, the newer is converted to the third unit.
            if len(DISPLACEMENTS & by_element.keys()) > 1:
                for element in DISPLACEMENTS & by_element.keys():
                    ranked |= {row.number: row for row, _, _ in by_element[element]}
        order = sorted(ranked.values(), key=lambda row: (row.element, row.order))
        order.sort(key=lambda row: row.changed, reverse=True)
        return {row.number: place for place, row in enumerate(order)}

    def files(self) -> dict[str, bytes]:
        """File name -> content."""
        patterns, places = self._sections(self._pattern_sections())
        specs, spec_places = self._sections(self._spec_sections())
        index = ((*link, *places[str(link[3])]) for link in self._links)
        return {
            "elements.csv": _table("elements.csv", self._element_rows()),
            "lookups.csv": _table("lookups.csv", self._lookup_rows()),
            "wmi.csv": _table("wmi.csv", self._wmi_rows()),
            "models.csv": _table("models.csv", self._model_rows(spec_places)),
            "engines.csv": _table("engines.csv", self._engine_rows()),
            "defaults.csv": _table("defaults.csv", self._default_rows()),
            "index.csv": _table("index.csv", index),
            "patterns.txt": patterns,
            "specs.txt": specs,
        }

    @staticmethod
    def _sections(
        named: Iterable[tuple[str, list[str]]],
    ) -> tuple[bytes, dict[str, tuple[int, int]]]:
        """Sections one after another, and where each stands: first byte, length."""
        text, places = bytearray(), {}
        for name, lines in named:
            section = "\n".join((f"#{name}", *lines, "")).encode()
            places[name] = (len(text), len(section))
            text += section
        return bytes(text), places

    def _pattern_sections(self) -> Iterator[tuple[str, list[str]]]:
        """Each schema under the first WMI and year that it serves: neighbours are read together."""
        for schema in dict.fromkeys(link[3] for link in self._links):
            lines: dict[str, list[str]] = {}
            for row, allowed in self._patterns[schema]:
                told = lines.setdefault(row.keys, [shown(allowed)])
                if self._decodes(row.element):
                    rank = f"@{self._ranks[row.number]}" if row.number in self._ranks else ""
                    told.append(
                        f"{row.element}#={digits(row.keys)}"
                        if "#" in row.keys
                        else f"{row.element}{rank}={row.value}"
                    )
            silent = {line[0] for line in lines.values() if len(line) > 1}
            yield (
                str(schema),
                [
                    "\t".join(line)
                    for line in lines.values()
                    if len(line) > 1 or line[0] not in silent
                ],
            )

    def _spec_sections(self) -> Iterator[tuple[str, list[str]]]:
        """Each model's vehicle specifications: what must be decoded, and what follows from it."""
        told = self._spec_rows()
        moments = {row.changed for rows in told.values() for row in rows}
        place = {moment: at for at, moment in enumerate(sorted(moments, reverse=True))}
        for model, specs in sorted(self._specs_by_model(told).items()):
            values = defaultdict(set)
            for _, pattern in specs:
                for row in told[pattern]:
                    values[row.element].add("" if row.is_key else row.value)
            lines = []
            for head, pattern in sorted(specs, key=lambda spec: (spec[0], told[spec[1]])):
                keys = [f"{row.element}={row.value}" for row in told[pattern] if row.is_key]
                facts = [
                    f"{row.element}@{place[row.changed]}={row.value}"
                    if len(values[row.element]) > 1
                    else f"{row.element}={row.value}"
                    for row in told[pattern]
                    if not row.is_key and row.element in self._elements
                ]
                lines.append("\t".join((head, *keys, "", *facts)))
            yield str(model), lines

    def _spec_rows(self) -> "dict[int, list[_SpecRow]]":
        """Pattern of the specifications -> its rows; those without keys vPIC never chooses."""
        told = defaultdict(list)
        for _, pattern, key, element, value, updated, created in self._tables["VehicleSpecPattern"]:
            if value is not None:
                told[int(pattern)].append(
                    _SpecRow(
                        _true(key), int(element), _one_line(value), _moment(updated or created)
                    )
                )
        return {
            pattern: sorted(rows) for pattern, rows in told.items() if any(row[0] for row in rows)
        }

    def _specs_by_model(
        self, told: "dict[int, list[_SpecRow]]"
    ) -> dict[int, list[tuple[str, int]]]:
        """Model -> for each pattern of its specifications the head of the line, and its number."""
        makes = self._names("Make")
        years, patterns = defaultdict(list), defaultdict(list)
        for schema, year in self._tables["VehicleSpecSchema_Year"]:
            years[int(schema)].append(int(year))
        for pattern, schema in self._tables["VSpecSchemaPattern"]:
            if int(pattern) in told:
                patterns[int(schema)].append(int(pattern))
        heads = {
            int(schema): f"{kind}\t{makes.get(int(make), '')}\t"
            + ";".join(map(str, sorted(years[int(schema)])))
            for schema, make, kind, unchecked in self._tables["VehicleSpecSchema"]
            if kind is not None and not _true(unchecked)
        }
        found: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for schema, model in self._tables["VehicleSpecSchema_Model"]:
            if int(schema) in heads:
                found[int(model)] += [
                    (heads[int(schema)], pattern) for pattern in patterns[int(schema)]
                ]
        return {model: specs for model, specs in found.items() if specs}

    def _names(self, table: str) -> dict[int, str]:
        return {int(number): _one_line(name) for number, name in self._tables[table]}

    def _element_rows(self) -> Iterator[tuple[Any, ...]]:
        for number, (_, name, lookup, kind, _, weight, _) in sorted(self._elements.items()):
            yield number, _one_line(name), lookup or "", kind or "", weight or 0

    def _lookup_rows(self) -> Iterator[tuple[Any, ...]]:
        for table, rows in self._database.lookups.items():
            yield from sorted((table, int(number), _one_line(name)) for number, name in rows)

    def _wmi_rows(self) -> Iterator[tuple[Any, ...]]:
        makers = self._names("Manufacturer")
        names = self._names("Make")
        makes = defaultdict(list)
        for wmi, make in self._tables["Wmi_Make"]:
            if int(make) in names:
                makes[int(wmi)].append(names[int(make)])
        last: dict[str, int] = defaultdict(int)
        for wmi, _, _, schema in self._links:
            for _, allowed in self._patterns[schema]:
                read_to = max((at for at, signs in enumerate(allowed) if signs != ANY), default=0)
                last[wmi] = max(last[wmi], POSITIONS[read_to])
        for number, (_, wmi, maker, kind, truck, _) in self._wmis.items():
            light = kind is not None and (
                int(kind) in {2, 7} or (int(kind) == 3 and truck is not None and int(truck) == 1)
            )
            yield (
                wmi,
                makers.get(int(maker), "") if maker is not None else "",
                "|".join(sorted(makes[number])),
                "" if kind is None else int(kind),
                "yes" if light else "",
                max(last[wmi], 11),
            )

    def _model_rows(self, specs: dict[str, tuple[int, int]]) -> Iterator[tuple[Any, ...]]:
        makes = self._names("Make")
        pairs = sorted((int(model), int(make)) for make, model in self._tables["Make_Model"])
        of_model = {model: makes.get(make, "") for model, make in reversed(pairs)}
        for number, name in sorted((int(number), name) for number, name in self._tables["Model"]):
            offset, length = specs.get(str(number), ("", ""))
            yield number, _one_line(name), of_model.get(number, ""), offset, length

    def _engine_rows(self) -> Iterator[tuple[Any, ...]]:
        names = {int(number): name for number, name in self._tables["EngineModel"]}
        told = defaultdict(list)
        for number, engine, element, value, updated, created in self._tables["EngineModelPattern"]:
            if int(engine) in names and self._decodes(int(element)) and value is not None:
                name = _one_line(names[int(engine)]).strip().lower()
                told[name].append((_moment(updated or created), int(number), int(element), value))
        for name, rows in sorted(told.items()):
            rows.sort(key=lambda row: (row[2], row[1]))  # element, number
            rows.sort(key=lambda row: row[0], reverse=True)
            met = set()
            for _, _, element, value in rows:
                if element not in met or element in MULTIPLE:
                    met.add(element)
                    yield name, element, _one_line(value)

    def _default_rows(self) -> list[tuple[Any, ...]]:
        return sorted(
            (int(kind), int(element), _one_line(value))
            for element, kind, value in self._tables["DefaultValue"]
            if value is not None and int(element) in self._elements
        )


def _undecided(rows: "list[tuple[_Pattern, tuple[str, ...], int]]") -> Iterator[_Pattern]:
    """Those of the patterns of one element between which the order of the lines does not decide."""
    if len({row.changed for row, _, _ in rows}) == 1 and len({schema for *_, schema in rows}) == 1:
        return
    rows = sorted(rows, key=lambda item: item[0].order)
    table = PatternTable([allowed for _, allowed, _ in rows])
    meeting = [
        table.overlapping(allowed) & ~(1 << number) for number, (_, allowed, _) in enumerate(rows)
    ]
    undecided = 0
    for number, (row, _, schema) in enumerate(rows):
        for other in bits(meeting[number] >> (number + 1)):
            later, _, its_schema = rows[number + 1 + other]
            if later.value != row.value and (later.changed > row.changed or its_schema != schema):
                undecided |= 1 << number | 1 << (number + 1 + other)
    todo, chosen = undecided, 0
    while todo:  # and whoever meets one of these: ranks compare with ranks alone
        number = (todo & -todo).bit_length() - 1
        todo &= todo - 1
        if not chosen >> number & 1:
            chosen |= 1 << number
            todo |= meeting[number] & ~chosen
    yield from (rows[number][0] for number in bits(chosen))


def _table(name: str, rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS[name])
    writer.writerows(rows)
    return out.getvalue().encode()
