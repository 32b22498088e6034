"""The vehicle specifications of vPIC -> the sections of ``specs.txt``."""

from collections import defaultdict
from collections.abc import Container, Iterator
from typing import NamedTuple

from vintool.vpic.importer.tables import Tables, is_true, moment, one_line


class _SpecRow(NamedTuple):
    is_key: bool
    element: int
    value: str
    changed: str


def spec_sections(tables: Tables, elements: Container[int]) -> Iterator[tuple[str, list[str]]]:
    """Each model's specifications: what must be decoded, and what follows from it.

    Args:
        tables: the rows of the release.
        elements: the elements that may follow; others are left out.
    """
    by_pattern = _rows(tables)
    moments = {row.changed for rows in by_pattern.values() for row in rows}
    place = {moment: at for at, moment in enumerate(sorted(moments, reverse=True))}
    for model, specs in sorted(_by_model(tables, by_pattern.keys()).items()):
        values = defaultdict(set)
        for _, pattern in specs:
            for row in by_pattern[pattern]:
                values[row.element].add("" if row.is_key else row.value)
        lines = []
        for head, pattern in sorted(specs, key=lambda spec: (spec[0], by_pattern[spec[1]])):
            rows = by_pattern[pattern]
            keys = [f"{row.element}={row.value}" for row in rows if row.is_key]
            facts = [
                f"{row.element}@{place[row.changed]}={row.value}"
                if len(values[row.element]) > 1
                else f"{row.element}={row.value}"
                for row in rows
                if not row.is_key and row.element in elements
            ]
            lines.append("\t".join((head, *keys, "", *facts)))
        yield str(model), lines


def _rows(tables: Tables) -> dict[int, list[_SpecRow]]:
    """Pattern of the specifications -> its rows; those without keys vPIC never chooses."""
    patterns = defaultdict(list)
    for _, pattern, key, element, value, updated, created in tables.rows["VehicleSpecPattern"]:
        if value is not None:
            changed = moment(updated or created)
            row = _SpecRow(is_true(key), int(element), one_line(value), changed)
            patterns[int(pattern)].append(row)
    return {
        pattern: sorted(rows)
        for pattern, rows in patterns.items()
        if any(row.is_key for row in rows)
    }


def _by_model(tables: Tables, usable: Container[int]) -> dict[int, list[tuple[str, int]]]:
    """Model -> for each usable pattern of its specifications the head of the line, and its number."""
    makes = tables.names("Make")
    years, patterns = defaultdict(list), defaultdict(list)
    for schema, year in tables.rows["VehicleSpecSchema_Year"]:
        years[int(schema)].append(int(year))
    for pattern, schema in tables.rows["VSpecSchemaPattern"]:
        if int(pattern) in usable:
            patterns[int(schema)].append(int(pattern))
    heads = {
        int(schema): f"{kind}\t{makes.get(int(make), '')}\t"
        + ";".join(map(str, sorted(years[int(schema)])))
        for schema, make, kind, unchecked in tables.rows["VehicleSpecSchema"]
        if kind is not None and not is_true(unchecked)
    }
    models: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for schema, model in tables.rows["VehicleSpecSchema_Model"]:
        if int(schema) in heads:
            models[int(model)] += [
                (heads[int(schema)], pattern) for pattern in patterns[int(schema)]
            ]
    return {model: specs for model, specs in models.items() if specs}
