"""Rows of vPIC's tables -> the files of ``wmi_data/vpic``: one statement a line, as few as will do.

The same rows give the same bytes.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from typing import Any

from vintool.vpic.elements import FROM_TABLES, MULTIPLE
from vintool.vpic.files import COLUMNS
from vintool.vpic.importer.database import Row
from vintool.vpic.importer.schemas import Schemas
from vintool.vpic.importer.specs import spec_sections
from vintool.vpic.importer.tables import Tables, is_true, moment, one_line

_Rows = Iterable[Sequence[Any]]


def compact(tables: Tables, month: str) -> dict[str, bytes]:
    """The files of one release: name -> content, but for the manifest.

    Args:
        tables: the rows of the release.
        month: of the release; WMIs not public by its end are left out, as vPIC does not decode them.
    """
    elements = {
        int(row[0]): row
        for row in tables.rows["Element"]
        if row[4] not in {None, ""} and not is_true(row[6])
    }
    decodable = elements.keys() - FROM_TABLES
    wmis = {
        int(row[0]): row
        for row in sorted(tables.rows["Wmi"], key=lambda row: str(row[1]))
        if row[5] is not None and str(row[5])[:7] <= month
    }
    schemas = Schemas(tables, wmis, decodable)
    patterns, places = _text(schemas.sections())
    specs, spec_places = _text(spec_sections(tables, elements.keys()))
    return {
        "elements.csv": _table("elements.csv", _element_rows(elements)),
        "lookups.csv": _table("lookups.csv", _lookup_rows(tables)),
        "wmi.csv": _table("wmi.csv", _wmi_rows(tables, wmis, schemas.reads_to())),
        "models.csv": _table("models.csv", _model_rows(tables, spec_places)),
        "engines.csv": _table("engines.csv", _engine_rows(tables, decodable)),
        "defaults.csv": _table("defaults.csv", _default_rows(tables, elements.keys())),
        "index.csv": _table(
            "index.csv", ((*link, *places[str(link[3])]) for link in schemas.links)
        ),
        "patterns.txt": patterns,
        "specs.txt": specs,
    }


def _text(sections: Iterable[tuple[str, list[str]]]) -> tuple[bytes, dict[str, tuple[int, int]]]:
    """Sections one after another, and where each stands: first byte, length."""
    text, places = bytearray(), {}
    for name, lines in sections:
        section = "\n".join((f"#{name}", *lines, "")).encode()
        places[name] = (len(text), len(section))
        text += section
    return bytes(text), places


def _table(name: str, rows: _Rows) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS[name])
    writer.writerows(rows)
    return out.getvalue().encode()


def _element_rows(elements: dict[int, Row]) -> _Rows:
    for number, (_, name, lookup, kind, _, weight, _) in sorted(elements.items()):
        yield number, one_line(name), lookup or "", kind or "", weight or 0


def _lookup_rows(tables: Tables) -> _Rows:
    for table, rows in tables.lookups.items():
        yield from sorted((table, int(number), one_line(name)) for number, name in rows)


def _wmi_rows(tables: Tables, wmis: dict[int, Row], reads_to: dict[str, int]) -> _Rows:
    makers, names = tables.names("Manufacturer"), tables.names("Make")
    makes = defaultdict(list)
    for wmi, make in tables.rows["Wmi_Make"]:
        if int(make) in names:
            makes[int(wmi)].append(names[int(make)])
    for number, (_, wmi, maker, kind, truck, _) in wmis.items():
        light = kind is not None and (
            int(kind) in {2, 7} or (int(kind) == 3 and truck is not None and int(truck) == 1)
        )
        yield (
            wmi,
            makers.get(int(maker), "") if maker is not None else "",
            "|".join(sorted(makes[number])),
            "" if kind is None else int(kind),
            "yes" if light else "",
            reads_to[wmi],
        )


def _model_rows(tables: Tables, specs: dict[str, tuple[int, int]]) -> _Rows:
    makes = tables.names("Make")
    pairs = sorted((int(model), int(make)) for make, model in tables.rows["Make_Model"])
    of_model = {model: makes.get(make, "") for model, make in reversed(pairs)}
    for number, name in sorted((int(number), name) for number, name in tables.rows["Model"]):
        yield number, one_line(name), of_model.get(number, ""), *specs.get(str(number), ("", ""))


def _engine_rows(tables: Tables, decodable: Container[int]) -> _Rows:
    names = {int(number): name for number, name in tables.rows["EngineModel"]}
    by_name = defaultdict(list)
    for number, engine, element, value, updated, created in tables.rows["EngineModelPattern"]:
        if int(engine) in names and int(element) in decodable and value is not None:
            name = one_line(names[int(engine)]).strip().lower()
            by_name[name].append((moment(updated or created), int(number), int(element), value))
    for name, rows in sorted(by_name.items()):
        rows.sort(key=lambda row: (row[2], row[1]))  # element, number
        rows.sort(key=lambda row: row[0], reverse=True)
        met = set()
        for _, _, element, value in rows:
            if element not in met or element in MULTIPLE:
                met.add(element)
                yield name, element, one_line(value)


def _default_rows(tables: Tables, elements: Container[int]) -> _Rows:
    return sorted(
        (int(kind), int(element), one_line(value))
        for element, kind, value in tables.rows["DefaultValue"]
        if value is not None and int(element) in elements
    )
