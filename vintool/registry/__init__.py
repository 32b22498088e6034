"""wmi_data -> tables: read once, on first use, each fact with its source.

A file is read when the first question is asked of it, never at import. A header that is not the
expected one is an error at once; that every row is sound is what the tests of the data prove.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import NamedTuple

import wmi_data
from vintool.codes import Grade, Powertrain
from vintool.registry.tables import ANY, KeyedTable, parse_pattern
from vintool.vin.positions import SMALL_MAKER

WMI_COLUMNS = ("wmi", "manufacturer", "brands", "country", "kinds", "confidence", "source", "note")
WMI_MANUAL_COLUMNS = (
    "wmi",
    "year_from",
    "year_to",
    "manufacturer",
    "brands",
    "country",
    "kinds",
    "confidence",
    "source",
    "note",
)
COUNTRY_COLUMNS = (
    "first",
    "last",
    "country",
    "name",
    "region",
    "status",
    "confidence",
    "source",
    "note",
)
PLANT_COLUMNS = (
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
NO_PLANT_COLUMNS = ("wmi", "maker", "source", "note")
BRAND_COLUMNS = ("brand", "chinese", "source")
EVIDENCE_COLUMNS = (
    "wmi",
    "vds",
    "year_codes",
    "plant_codes",
    "powertrain",
    "make",
    "models",
    "kind",
    "vehicles",
    "sources",
    "grade",
    "source",
)
MANUAL_COLUMNS = (
    "wmi",
    "vds",
    "year_codes",
    "plant_codes",
    "powertrain",
    "models",
    "kind",
    "grade",
    "source",
    "note",
    "example",
)

#: What `vintool learn` writes and files of a user's own rules may hold; here the codes of position
#: 10 and 11 do bound the rule.
LEARNED_COLUMNS = (*EVIDENCE_COLUMNS, "note")
_NEEDED_COLUMNS = ("wmi", "vds", "powertrain", "source")
#: Rules of a user's own files stand above the packaged ones, or below them.
ABOVE, PACKAGED, BELOW = -1, 0, 1

# Not importlib.resources, which loads for longer than the tables do.
DATA = Path(wmi_data.__file__).parent

SECOND_CHARACTERS = "ABCDEFGHJKLMNPRSTUVWXYZ1234567890"  # the order of ISO 3780

_CHARACTERS = frozenset(SECOND_CHARACTERS)
_PATTERN_SIGNS = _CHARACTERS | {ANY}
_POWERTRAINS, _GRADES = frozenset(Powertrain), frozenset({"", *Grade})
_RULE_KINDS = frozenset({"", "car", "truck", "unknown"})


class DataError(RuntimeError):
    """A reference table is not what its reader expects: a defect of the data, never of the input."""


class Maker(NamedTuple):
    """One assignment of a WMI, for the model years from 0 to 9999 where none are told."""

    wmi: str
    name: str
    brands: tuple[str, ...]
    country: str
    kinds: tuple[str, ...]
    confidence: str
    source: str
    note: str
    year_from: int = 0
    year_to: int = 9999
    file: str = "wmi.csv"

    @property
    def years(self) -> str:
        """The model years as text; empty if the assignment has no bounds."""
        if self.year_from and self.year_to < 9999:
            return f"{self.year_from}-{self.year_to}"
        if self.year_from:
            return f"from {self.year_from}"
        return f"to {self.year_to}" if self.year_to < 9999 else ""


class Country(NamedTuple):
    """One ISO 3780 range of the first two characters."""

    first: str
    last: str
    code: str
    name: str
    region: str
    status: str
    confidence: str
    source: str


class PlantRow(NamedTuple):
    """One place that a character at position 11 stands for."""

    code: str
    company: str
    city: str
    state: str
    country: str
    year_from: int
    year_to: int
    confidence: str
    source: str
    note: str

    @property
    def place(self) -> str:
        """City, state and country as one text."""
        return ", ".join(part for part in (self.city, self.state, self.country) if part)


class Rule(NamedTuple):
    """A pattern of positions 1-8, 10 and 11, and the powertrain it tells.

    Rules of a lower ``rank`` are heard first.
    """

    pattern: tuple[str, ...]
    powertrain: Powertrain
    make: str
    models: str
    kind: str
    support: str
    grade: Grade
    source: str
    file: str
    rank: int = PACKAGED

    @property
    def electric(self) -> bool:
        """Whether the rule says pure electric."""
        return self.powertrain is Powertrain.BEV

    @property
    def fixed(self) -> int:
        """How many positions the pattern fixes: the more, the more specific."""
        return sum(allowed != ANY for allowed in self.pattern)

    @property
    def shown(self) -> str:
        """The pattern as a person reads it: positions 1-8, then 10 and 11 where they matter."""
        signs = [allowed if len(allowed) == 1 else f"[{allowed}]" for allowed in self.pattern]
        tail = "" if self.pattern[8:] == (ANY, ANY) else f" at 10-11 {''.join(signs[8:])}"
        return "".join(signs[:8]) + tail


def user_data() -> Path:
    """The user's own folder of reference data, whether it is there or not."""
    from platformdirs import user_data_path  # noqa: PLC0415 - start-up time

    return user_data_path("vintool", appauthor=False)


def mapped(path: Path) -> mmap:
    """A file as bytes of which only those that are looked at are read; it must not be empty."""
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ)


def read_bytes(name: str) -> bytes:
    """The whole of one file of ``wmi_data``."""
    return (DATA / name).read_bytes()


def read_text(name: str) -> str:
    """The whole text of one file of ``wmi_data``."""
    return read_bytes(name).decode()


def read_rows(name: str, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The rows of one table, in the order of the file.

    Args:
        name: file name within ``wmi_data``, such as ``"countries.csv"``.
        columns: the header that the file must have, in this order.

    Raises:
        DataError: the header differs, or a row has another number of cells.
    """
    reader = csv.reader(read_text(name).splitlines())
    header = tuple(next(reader, ()))
    if header != columns:
        raise DataError(f"wmi_data/{name}: columns are {header}, expected {columns}")
    for row in reader:
        if len(row) != len(columns):
            raise DataError(
                f"wmi_data/{name}, line {reader.line_num}: {len(row)} cells, expected {len(columns)}"
            )
        yield tuple(row)


@cache
def _keyed(name: str, columns: tuple[str, ...]) -> KeyedTable:
    try:
        return KeyedTable(mapped(DATA / name), columns)
    except ValueError as error:
        raise DataError(f"wmi_data/{name}: {error}") from None


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(";")) if cell else ()


@cache
def _lands() -> frozenset[str]:
    """The country codes that a maker may have; none at all is for prefixes that belong to nobody."""
    return frozenset({"", *(row.code for row in _countries().values())})


def _maker(file: str, cells: tuple[str, ...], first: str = "", last: str = "") -> Maker:
    """A row of either file of makers, in the columns of ``wmi.csv``, once it is sound."""
    if len(cells) != len(WMI_COLUMNS):
        raise DataError(f"wmi_data/{file}, {cells[0]}: a cell too many or too few")
    code, name, brands, land, kinds, confidence, source, note = cells
    length = 6 if code[2:3] == SMALL_MAKER else 3
    for fault, told in (
        (len(code) != length, "a WMI has 3 characters, or 6 where the third is 9"),
        (not _CHARACTERS.issuperset(code), "a WMI holds digits and A-Z without I, O, Q"),
        (land not in _lands(), f"no range of countries.csv belongs to {land!r}"),
        (not name or not kinds or not confidence, "a cell that must be filled is empty"),
        (not source, "no source"),
        (
            not all(year.isdecimal() and len(year) == 4 for year in (first, last) if year),
            "a year has 4 digits",
        ),
        (first and last and first > last, f"the years {first}-{last} run backwards"),
    ):
        if fault:
            raise DataError(f"wmi_data/{file}, {code}: {told}")
    return Maker(
        code,
        name,
        _split(brands),
        land,
        _split(kinds),
        confidence,
        source,
        note,
        int(first or 0),
        int(last or 9999),
        file,
    )


def _manual_makers(wmi: str) -> tuple[Maker, ...]:
    """The hand-made assignments of a WMI, in the order of their years."""
    name = "wmi.manual.csv"
    rows: list[Maker] = []
    for code, first, last, *rest in _keyed(name, WMI_MANUAL_COLUMNS).rows(wmi):
        row = _maker(name, (code, *rest), first, last)
        if not row.note:
            raise DataError(f"wmi_data/{name}, {code}: no word about what it overrides, and why")
        if rows and rows[-1].year_to >= row.year_from:
            raise DataError(f"wmi_data/{name}, {code}: years overlap, or are out of order")
        rows.append(row)
    return tuple(rows)


@cache
def maker(wmi: str, year: int | None = None) -> Maker | None:
    """Who holds a WMI of 3 or 6 characters; None if the registry does not know.

    Args:
        wmi: the code.
        year: the model year, where it is known: some codes had several makers, one after another.

    >>> maker("LRW").brands
    ('Tesla',)
    >>> maker("1GH", 1999).brands, maker("1GH", 2020).brands, maker("1GH").brands
    (('Oldsmobile',), ('Holden',), ('Holden', 'Oldsmobile'))
    """
    for row in _manual_makers(wmi):
        if not row.years or (year is not None and row.year_from <= year <= row.year_to):
            return row
    rows = _keyed("wmi.csv", WMI_COLUMNS).rows(wmi)
    if len(rows) > 1:
        raise DataError(f"wmi_data/wmi.csv, {wmi}: twice")
    return _maker("wmi.csv", rows[0]) if rows else None


def is_dated(wmi: str) -> bool:
    """Whether the maker of a WMI depends on the model year."""
    return any(row.years for row in _manual_makers(wmi))


def wmi_is_known(wmi: str) -> bool:
    """Whether the registry has the WMI; cheaper than ``maker``."""
    return wmi in _keyed("wmi.csv", WMI_COLUMNS)


def makers() -> Iterator[Maker]:
    """Every assignment of a WMI: the one of no year, and then those of some years."""
    manual = [cells[0] for cells in read_rows("wmi.manual.csv", WMI_MANUAL_COLUMNS)]
    if manual != sorted(manual):
        raise DataError("wmi_data/wmi.manual.csv: the codes are out of order")
    idle, previous = set(manual), ""
    for cells in read_rows("wmi.csv", WMI_COLUMNS):
        code = cells[0]
        if code <= previous:
            raise DataError(f"wmi_data/wmi.csv, {code}: twice, or out of order")
        previous = code
        row = _maker("wmi.csv", cells)
        own = _manual_makers(code) if code in idle else ()
        idle.discard(code)
        if all(other.years for other in own):
            yield row
        yield from own
    if idle:
        raise DataError(f"wmi_data/wmi.manual.csv: nothing to override for {sorted(idle)}")


@cache
def chinese_names() -> dict[str, str]:
    """What brands are called in Chinese, as far as known."""
    return {brand: chinese for brand, chinese, _source in read_rows("brands.csv", BRAND_COLUMNS)}


def find_makers(text: str) -> list[Maker]:
    """The makers of a WMI, or of a name or brand in either script, or of a part of one.

    The code itself comes first, then the brand of that name (makers of that name before others),
    then names and brands that hold the text. A code is never taken for a part of a name.

    >>> [maker.wmi for maker in find_makers("lrw")], "LGX" in {maker.wmi for maker in find_makers("比亚迪")}
    (['LRW'], True)
    """
    wanted = text.strip().casefold()
    if not wanted:
        return []
    names = chinese_names().items()
    equal = {wanted, *(brand.casefold() for brand, chinese in names if chinese == wanted)}
    parts = {brand.casefold() for brand, chinese in names if chinese in wanted or wanted in chinese}
    ranked: tuple[list[Maker], ...] = ([], [], [])
    for row in makers():
        brands = {brand.casefold() for brand in row.brands}
        if row.wmi.casefold() == wanted:
            ranked[0].append(row)
        elif equal & brands:
            ranked[1].append(row)
        elif parts & brands or any(wanted in name for name in (row.name.casefold(), *brands)):
            ranked[2].append(row)
    named = tuple(equal)
    ranked[1].sort(key=lambda row: not row.name.casefold().startswith(named))
    return ranked[0] + ranked[1] + ([] if ranked[0] else ranked[2])


@cache
def _countries() -> dict[str, Country]:
    ranges: dict[str, Country] = {}
    for *cells, _note in sorted(
        read_rows("countries.csv", COUNTRY_COLUMNS), key=lambda row: row[5] != "current"
    ):
        row = Country(*cells)
        if row.status == "older table":
            continue
        start, end = (SECOND_CHARACTERS.index(code[1]) for code in (row.first, row.last))
        for second in SECOND_CHARACTERS[start : end + 1]:
            if ranges.setdefault(row.first[0] + second, row) is not row and row.status == "current":
                raise DataError(
                    f"wmi_data/countries.csv: {row.first}-{row.last} overlaps another current range"
                )
    return ranges


def country(prefix: str) -> Country | None:
    """The country of the first two characters by ISO 3780, None where none is assigned.

    >>> country("HX").code
    'CN'
    """
    return _countries().get(prefix[:2])


@cache
def _without_plants() -> frozenset[str]:
    return frozenset(row[0] for row in read_rows("plants.none.csv", NO_PLANT_COLUMNS))


def has_plants(wmi: str) -> bool:
    """Whether ``plant`` can tell anything of a WMI."""
    return wmi in _keyed("plants.csv", PLANT_COLUMNS) and wmi not in _without_plants()


@cache
def plant(wmi: str, code: str, model_year: int | None) -> PlantRow | None:
    """The one place that position 11 stands for; None if none, or several, are known.

    For vehicles that are not made for North America: some European makers then put no plant there.
    Rows that hold only for some descriptors, that repeat a group's table or that rest on weak
    sources do not answer, nor do rows of some years where the year is not known.
    """
    if wmi in _without_plants():
        return None
    rows = []
    for cells in _keyed("plants.csv", PLANT_COLUMNS).rows(wmi):
        _, row_code, company, city, state, land, first, last, confidence, source, note = cells
        flags = set(note.split(";"))
        if (
            row_code == code
            and confidence != "low"
            and not flags & {"depends_on_vds", "group_table"}
        ):
            years = int(first or 0), int(last or 9999)
            rows.append(
                PlantRow(code, company, city, state, land, *years, confidence, source, note)
            )
    if model_year is not None:
        rows = [row for row in rows if row.year_from <= model_year <= row.year_to]
    elif any(row.year_to != 9999 for row in rows):
        return None
    return rows[0] if len({(row.city, row.state, row.country) for row in rows}) == 1 else None


@cache
def powertrain_rules(wmi: str) -> tuple[Rule, ...]:
    """The powertrain rules of a WMI: those read off labelled vehicles, the hand-made patterns, the user's.

    Args:
        wmi: positions 1-3; the rules do not go by the longer WMI of small makers.
    """
    rules = []
    for (
        _,
        vds,
        years,
        plants,
        powertrain,
        make,
        models,
        kind,
        vehicles,
        sources,
        grade,
        source,
    ) in _keyed("powertrain.evidence.csv", EVIDENCE_COLUMNS).rows(wmi):
        # Years and plants of the evidence tell where it was seen; they do not bound the rule.
        support = (
            f"{vehicles} vehicle(s), {sources} source(s)"
            + (f", year codes {years}" if years else "")
            + (f", plants {plants}" if plants else "")
        )
        pattern = (*wmi, *parse_pattern(vds, 5), ANY, ANY)
        rules.append(
            Rule(
                pattern,
                Powertrain(powertrain),
                make,
                models,
                kind,
                support,
                Grade(grade),
                source,
                "powertrain.evidence.csv",
            )
        )
    for _, vds, years, plants, powertrain, models, kind, grade, source, note, _example in _keyed(
        "powertrain.manual.csv", MANUAL_COLUMNS
    ).rows(wmi):
        pattern = (*wmi, *parse_pattern(vds, 5), years or ANY, plants or ANY)
        rules.append(
            Rule(
                pattern,
                Powertrain(powertrain),
                "",
                models,
                kind,
                note,
                Grade(grade),
                source,
                "powertrain.manual.csv",
            )
        )
    return (*rules, *_own_rules().get(wmi, ()))


@cache
def all_powertrain_rules() -> tuple[Rule, ...]:
    """The rules of every WMI."""
    wmis = dict.fromkeys(
        (
            *_keyed("powertrain.evidence.csv", EVIDENCE_COLUMNS),
            *_keyed("powertrain.manual.csv", MANUAL_COLUMNS),
            *_own_rules(),
        )
    )
    return tuple(rule for wmi in wmis for rule in powertrain_rules(wmi))


class EvidenceFile(NamedTuple):
    """A file of a user's own rules, and whether they stand above the packaged ones or below."""

    path: Path
    rank: int


_given: list[EvidenceFile] = []
_told_of_new_rules: list[Callable[[], None]] = []


def evidence_home() -> Path:
    """The user's folder of rules: those in it stand above the packaged ones, those in ``below`` below."""
    return user_data() / "evidence"


def evidence_files() -> tuple[EvidenceFile, ...]:
    """The files of own rules in use: those given to ``use_evidence``, then those of the user's folder."""
    home = evidence_home()
    found = [EvidenceFile(path, ABOVE) for path in sorted(home.glob("*.csv"))]
    found += [EvidenceFile(path, BELOW) for path in sorted((home / "below").glob("*.csv"))]
    given = {file.path.resolve() for file in _given}
    return (*_given, *(file for file in found if file.path.resolve() not in given))


def use_evidence(above: Sequence[Path | str] = (), below: Sequence[Path | str] = ()) -> None:
    """Set the files of own rules for this process, beside those of the user's folder.

    Args:
        above: files whose rules are heard before the packaged ones.
        below: files whose rules are heard only where the packaged ones say nothing.

    Raises:
        DataError: a file cannot be read or is not sound; what was in use stays in use.

    >>> use_evidence()
    """
    before = list(_given)
    _given[:] = [EvidenceFile(Path(path), ABOVE) for path in above]
    _given[:] += [EvidenceFile(Path(path), BELOW) for path in below]
    try:
        _forget_rules()
        _own_rules()
    except DataError:
        _given[:] = before
        _forget_rules()
        raise


def on_new_rules(forget: Callable[[], None]) -> None:
    """Have a cache of what follows from the rules emptied when other files come into use."""
    _told_of_new_rules.append(forget)


def _forget_rules() -> None:
    for forget in (
        _own_rules.cache_clear,
        powertrain_rules.cache_clear,
        all_powertrain_rules.cache_clear,
        *_told_of_new_rules,
    ):
        forget()


@cache
def _own_rules() -> dict[str, tuple[Rule, ...]]:
    """The rules of all files in use, by WMI."""
    rules: dict[str, list[Rule]] = {}
    for path, rank in evidence_files():
        for rule in read_evidence(path, rank):
            rules.setdefault("".join(rule.pattern[:3]), []).append(rule)
    return {wmi: tuple(found) for wmi, found in rules.items()}


def read_evidence(path: Path, rank: int = ABOVE) -> Iterator[Rule]:
    """The rules of a user's own file.

    Args:
        path: a CSV file in UTF-8 with columns of ``LEARNED_COLUMNS`` in any order; ``wmi``, ``vds``,
            ``powertrain`` and ``source`` must be there. ``year_codes`` and ``plant_codes`` bound a
            rule, unlike those of the packaged evidence.
        rank: ``ABOVE`` or ``BELOW``.

    Raises:
        DataError: with file and line, at the first thing that is not sound.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: not UTF-8") from None
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        header = next(reader, [])
        if unknown := sorted(set(header) - set(LEARNED_COLUMNS)):
            raise ValueError(f"unknown column(s) {', '.join(unknown)}")  # noqa: TRY301 - told with the line
        if missing := [name for name in _NEEDED_COLUMNS if name not in header]:
            raise ValueError(f"no column {', '.join(missing)}")  # noqa: TRY301
        for cells in reader:
            if cells:
                row = dict.fromkeys(LEARNED_COLUMNS, "") | dict(zip(header, cells, strict=True))
                yield learned_rule(row, path.name, rank)
    except (ValueError, csv.Error) as error:
        raise DataError(f"{path}, line {reader.line_num}: {error}") from None


def learned_rule(row: dict[str, str], file: str, rank: int) -> Rule:
    """A row in ``LEARNED_COLUMNS``, once it is sound.

    Raises:
        ValueError: it is not; the sentence says why.

    >>> row = dict.fromkeys(LEARNED_COLUMNS, "") | {"wmi": "LRW", "vds": "3E7F*", "source": "my list"}
    >>> learned_rule(row | {"powertrain": "BEV", "year_codes": "LM"}, "mine.csv", ABOVE).shown
    'LRW3E7F* at 10-11 [LM]*'
    """
    wmi, years, plants = row["wmi"], row["year_codes"], row["plant_codes"]
    vds = parse_pattern(row["vds"], 5)
    if fault := next(_faults(row, vds), None):
        raise ValueError(fault)
    seen = f"{row['vehicles']} vehicle(s)" if row["vehicles"] else ""
    sources = f"{row['sources']} source(s)" if row["sources"] else ""
    return Rule(
        (*wmi, *vds, years or ANY, plants or ANY),
        Powertrain(row["powertrain"]),
        row["make"],
        row["models"],
        row["kind"] or "unknown",
        "; ".join(filter(None, (seen, sources, row["note"]))),
        Grade(row["grade"] or Grade.C),
        row["source"],
        file,
        rank,
    )


def _faults(row: dict[str, str], vds: tuple[str, ...]) -> Iterator[str]:
    """What is wrong with a row of own rules."""
    if len(row["wmi"]) != 3:
        yield f"wmi {row['wmi']!r} has not 3 characters"
    signs = "".join((row["wmi"], row["year_codes"], row["plant_codes"], *vds))
    if not _PATTERN_SIGNS.issuperset(signs) or ANY in row["wmi"]:
        yield "a character other than digits and A-Z without I, O, Q"
    if row["powertrain"] not in _POWERTRAINS:
        yield f"unknown powertrain {row['powertrain']!r}"
    if row["grade"] not in _GRADES:
        yield f"unknown grade {row['grade']!r}"
    if row["kind"] not in _RULE_KINDS:
        yield f"unknown kind {row['kind']!r}"
    if not row["source"].strip():
        yield "no source"
