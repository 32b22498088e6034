"""WMI, positions 4-8, 10 and 11 -> model, series, body and drive, by the makers' own type codes.

``models.csv`` has what public sources say of these codes: the chassis codes of the Volkswagen group, Tesla's
characters, the series of Mercedes-Benz, the letters of Renault and Peugeot. A code that stands for several models names them all. How
labels spell a model is read with ``models.names.csv``.
"""

from functools import cache
from typing import NamedTuple

from vintool.errors import DataError
from vintool.registry.patterns import ANY, PatternTable, bits, parse_pattern, signs_of
from vintool.registry.rows import keyed_table, read_text
from vintool.vin.positions import (
    FIRST_MODEL_YEAR,
    MODEL_YEAR_CODES,
    UNKNOWN_CHARACTER,
    years_of_code,
)

FILE, NAMES = "models.csv", "models.names.csv"
COLUMNS = (
    *("wmi", "vds", "year_from", "year_to", "plant_codes", "models", "versions"),
    *("series", "body_class", "drive_type", "source", "note", "example"),
)
NAME_COLUMNS = ("brand", "listed", "models", "line", "source")
_LATEST = 2039


class ModelRow(NamedTuple):
    """A pattern of positions 1-8, 10 and 11, and what a vehicle that fits it is.

    ``versions`` are sold under names of their own and have the same code, such as the e-Golf. A row may tell
    the body or the drive alone. ``year_from`` and ``year_to`` are model years, 0 where open.
    """

    pattern: tuple[str, ...]
    year_from: int
    year_to: int
    models: tuple[str, ...]
    versions: tuple[str, ...]
    series: str
    body_class: str
    drive_type: str
    source: str
    note: str

    @property
    def fixed(self) -> int:
        """How many of positions 4-8 the pattern fixes: the more, the more specific."""
        return sum(allowed != ANY for allowed in self.pattern[3:8])

    @property
    def pattern_text(self) -> str:
        """The pattern as a person reads it: positions 1-8, then 11 where it matters, and the years."""
        signs = signs_of(self.pattern)
        plants = "" if self.pattern[9] == ANY else f" at 11 {signs[9]}"
        years = f" {self.year_from or ''}-{self.year_to or ''}"
        return "".join(signs[:8]) + plants + (years if self.year_from or self.year_to else "")


def year_codes(first: int, last: int) -> str:
    """The characters at position 10 of some model years; any where they are too many to tell anything.

    >>> year_codes(2008, 2012), year_codes(1980, 2012)
    ('ABC89', '*')
    """
    first, last = first or FIRST_MODEL_YEAR, last or _LATEST
    codes = "".join(
        code
        for code in MODEL_YEAR_CODES
        if any(first <= year <= last for year in years_of_code(code) or ())
    )
    return codes if len(codes) < len(MODEL_YEAR_CODES) else ANY


@cache
def model_rows(wmi: str) -> tuple[ModelRow, ...]:
    """The rows of a WMI, in the order of the file.

    Args:
        wmi: positions 1-3; the rows do not go by the longer WMI of small makers.

    Raises:
        DataError: a row is not sound; names file and line.
    """
    return tuple(_row(cells) for cells in keyed_table(FILE, COLUMNS).rows(wmi))


def _row(cells: tuple[str, ...]) -> ModelRow:
    wmi, vds, first, last, plants, models, versions, *rest = cells
    series, body_class, drive_type, source, note, example = rest
    fault = ""
    try:
        pattern = parse_pattern(vds, 5)
        years = int(first or 0), int(last or 0)
        row = ModelRow(
            (*wmi, *pattern, year_codes(*years) if any(years) else ANY, plants or ANY),
            *years,
            _listed(models),
            _listed(versions),
            series,
            body_class,
            drive_type,
            source,
            note,
        )
    except ValueError as error:
        fault = str(error)
    else:
        if not source or not (models or series or body_class or drive_type):
            fault = "a cell that must be filled is empty"
        elif versions and len(row.models) != 1:
            fault = "versions of several models, or of none"
        elif not PatternTable([row.pattern]).match(example) or len(example) != len(row.pattern):
            fault = f"its example {example!r} does not fit it"
    if fault:
        start = f"{wmi},{vds},"
        lines = read_text(FILE).split("\n")
        line = next((at for at, text in enumerate(lines, 1) if text.startswith(start)), 0)
        raise DataError(f"wmi_data/{FILE}, line {line}: {wmi} {vds}: {fault}")
    return row


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(";")) if cell else ()


@cache
def _table(wmi: str) -> PatternTable:
    return PatternTable([row.pattern for row in model_rows(wmi)])


def fitting_models(descriptor: str) -> tuple[ModelRow, ...]:
    """The rows that a descriptor fits.

    Args:
        descriptor: positions 1-8, 10 and 11 of a VIN. A character of positions 4-8 that is not known
            (``*``) fits no named one; year and plant that are not known fit any.

    >>> [row.models for row in fitting_models("LRW3E7FALC")][0]
    ('Model 3',)
    """
    rows = model_rows(descriptor[:3])
    if not rows:
        return ()
    table = _table(descriptor[:3])
    fitting = table.match(descriptor[:8])
    if fitting:
        rest = descriptor[8:10].replace(UNKNOWN_CHARACTER, ANY)
        fitting &= table.overlapping((*8 * (ANY,), *rest))
    return tuple(rows[number] for number in bits(fitting))


class _Names(NamedTuple):
    """How labels spell the models of a brand, and of which model a version is."""

    models: dict[str, tuple[str, ...]]
    lines: dict[str, str]
    spelled: dict[str, str]


@cache
def _names(brand: str) -> _Names:
    models, lines = dict[str, tuple[str, ...]](), dict[str, str]()
    for _, listed, names, line, _ in keyed_table(NAMES, NAME_COLUMNS).rows(brand):
        models[listed] = _listed(names)
        lines.update(dict.fromkeys(_listed(names), line) if line else {})
    spelled = {_key(name): name for names in models.values() for name in names}
    return _Names(models, lines, spelled)


def _key(label: str) -> str:
    return " ".join(label.replace("-", " ").split()).casefold()


def spelled_models(brand: str, label: str) -> tuple[str, ...]:
    """The models that a label names, as the market spells them; empty if it names none.

    >>> spelled_models("Tesla", "model-3"), spelled_models("BYD", "ICE SUV 2015"), spelled_models("", "Zebra")
    (('Model 3',), (), ('Zebra',))
    """
    return _names(brand).models.get(_key(label), (label,))


def known_models(brand: str, label: str) -> tuple[str, ...]:
    """The models that a label names by the table of spellings; empty where the table has no such label, nor a model of this name.

    >>> known_models("Tesla", "model-3"), known_models("Tesla", "Model Y"), known_models("Tesla", "Tesla cars")
    (('Model 3',), ('Model Y',), ())
    """
    names = _names(brand)
    key = _key(label)
    return names.models.get(key) or ((names.spelled[key],) if key in names.spelled else ())


def line_of(brand: str, model: str) -> str:
    """The model that a version is one of; a model itself otherwise.

    >>> line_of("Audi", "A4 allroad"), line_of("Audi", "A4")
    ('A4', 'A4')
    """
    return _names(brand).lines.get(model, model)
