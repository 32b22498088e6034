"""The schemas of vPIC -> the sections of ``patterns.txt``, and which of two patterns comes first.

What vPIC's procedure decides by the dates and numbers of its rows is decided here, once: where two
patterns may fit one VIN and tell different things, the file says which comes first.
"""

from collections import defaultdict
from collections.abc import Container, Iterator

from vintool.registry.patterns import ANY, PatternTable, bits
from vintool.vpic.elements import DISPLACEMENTS, MULTIPLE
from vintool.vpic.importer.database import Row
from vintool.vpic.importer.keys import as_line, digits, parse_key
from vintool.vpic.importer.tables import PatternRow, Tables, is_true
from vintool.vpic.patterns import POSITIONS

Parsed = tuple[PatternRow, tuple[str, ...]]  # with what it allows at each position


class Schemas:
    """The schemas that hold for some WMI.

    Args:
        tables: the rows of the release.
        wmis: rows of table ``Wmi`` by number, in the order of their codes.
        decodable: the elements that patterns may tell; others are left out.
    """

    def __init__(self, tables: Tables, wmis: dict[int, Row], decodable: Container[int]) -> None:
        self._decodable = decodable
        self._patterns = _parsed(tables)
        #: WMI, first and last year (0 for none), schema; sorted.
        self.links = sorted(
            (wmis[int(wmi)][1], int(first), int(last) if last is not None else 0, int(schema))
            for wmi, schema, first, last in tables.rows["Wmi_VinSchema"]
            if int(wmi) in wmis and int(schema) in self._patterns
        )
        self._ranks = self._ranked()

    def _ranked(self) -> dict[int, int]:
        """Number of a pattern -> its place, where the order of the lines does not tell.

        Two patterns meet if one VIN may fit both, they tell the same element, and their schemas
        hold for one WMI from the same year on.
        """
        groups = defaultdict(set)
        for wmi, first, _last, schema in self.links:
            groups[wmi, first].add(schema)
        ranked: dict[int, PatternRow] = {}
        for schemas in sorted({tuple(sorted(group)) for group in groups.values()}):
            by_element = defaultdict(list)
            for schema in schemas:
                for row, allowed in self._patterns[schema]:
                    if row.element in self._decodable and row.element not in MULTIPLE:
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

    def sections(self) -> Iterator[tuple[str, list[str]]]:
        """Each schema under the first WMI and year that it serves: neighbours are read together."""
        for schema in dict.fromkeys(link[3] for link in self.links):
            lines: dict[str, list[str]] = {}
            for row, allowed in self._patterns[schema]:
                cells = lines.setdefault(row.keys, [as_line(allowed)])
                if row.element in self._decodable:
                    rank = f"@{self._ranks[row.number]}" if row.number in self._ranks else ""
                    cells.append(
                        f"{row.element}#={digits(row.keys)}"
                        if "#" in row.keys
                        else f"{row.element}{rank}={row.value}"
                    )
            # A pattern that tells nothing still names characters, unless another line does.
            with_cells = {pattern for pattern, *cells in lines.values() if cells}
            yield (
                str(schema),
                [
                    "\t".join((pattern, *cells))
                    for pattern, *cells in lines.values()
                    if cells or pattern not in with_cells
                ],
            )

    def reads_to(self) -> dict[str, int]:
        """WMI -> the last position that any of its patterns reads, at least that of the plant."""
        last: dict[str, int] = defaultdict(lambda: 11)
        for wmi, _, _, schema in self.links:
            for _, allowed in self._patterns[schema]:
                read_to = max((at for at, signs in enumerate(allowed) if signs != ANY), default=0)
                last[wmi] = max(last[wmi], POSITIONS[read_to])
        return last


def _parsed(tables: Tables) -> dict[int, list[Parsed]]:
    """Schema -> its patterns in vPIC's order; no pattern stands twice."""
    unchecked = {int(row[0]) for row in tables.rows["VinSchema"] if is_true(row[1])}
    parsed: dict[str, tuple[str, ...] | None] = {}
    schemas = {}
    for schema, patterns in tables.patterns.items():
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
        schemas[schema] = sorted(rows, key=lambda pair: pair[0].order)
    return schemas


def _undecided(rows: list[tuple[PatternRow, tuple[str, ...], int]]) -> Iterator[PatternRow]:
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
