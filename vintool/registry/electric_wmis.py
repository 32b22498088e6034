"""WMI -> whether pure electric passenger cars are built under it, with what says so.

``powertrain.electric_wmis.csv`` is derived from labelled starts, patterns and filings; ``powertrain.electric_wmis.manual.csv``
has what else is known of makers in China. A code that neither has is not known to have electric cars, which is no proof
that it has none.
"""

from functools import cache
from typing import NamedTuple

from vintool.registry.rows import read_rows, refuse
from vintool.vin.positions import ALPHABET, SMALL_MAKER

FILE, MANUAL = "powertrain.electric_wmis.csv", "powertrain.electric_wmis.manual.csv"
COLUMNS = ("wmi", "brands", "seen", "confidence", "source")
MANUAL_COLUMNS = (*COLUMNS, "note")
IN_CHINA = "HL"  # the first characters of its WMIs, ISO 3780
_CHARACTERS = frozenset(ALPHABET)
_CONFIDENCE = frozenset({"high", "medium", "low"})


class ElectricWmi(NamedTuple):
    """A WMI under which pure electric passenger cars are built.

    ``brands`` are those of the code, or those that build them; ``seen`` is the first model year that one is known of, 0
    where that is not told; ``confidence`` is ``high`` (seen, filed or approved), ``medium`` (the maker's range, and
    the code is the one of his cars) or ``low`` (his range, and one of several codes).
    """

    wmi: str
    brands: tuple[str, ...]
    seen: int
    confidence: str
    source: str
    file: str

    @property
    def place(self) -> str:
        """The brands, and where it is written."""
        return f"{self.file}: {', '.join(self.brands)}, {self.source}"


def builds_electric(wmi: str) -> ElectricWmi | None:
    """What says that pure electric passenger cars are built under a WMI; None if nothing does.

    Args:
        wmi: positions 1-3, and for a small maker (third character 9) 12-14 behind them, as ``Vin.wmi`` has it.

    Raises:
        DataError: a row of the tables cannot be.

    >>> builds_electric("LRW").brands, builds_electric("LXU")
    (('Tesla',), None)
    """
    return _table().get(wmi)


def builds_electric_in_china(brand: str) -> ElectricWmi | None:
    """A WMI of China under which pure electric cars of a brand are built; None if none is known.

    >>> builds_electric_in_china("BYD").wmi, builds_electric_in_china("Dadi")
    ('LC0', None)
    """
    return _in_china().get(brand)


@cache
def _in_china() -> dict[str, ElectricWmi]:
    rows = (row for row in _table().values() if row.wmi[0] in IN_CHINA)
    by_brand: dict[str, ElectricWmi] = {}
    for row in rows:
        for brand in row.brands:
            by_brand.setdefault(brand, row)
    return by_brand


@cache
def _table() -> dict[str, ElectricWmi]:
    table: dict[str, ElectricWmi] = {}
    for file, columns in ((FILE, COLUMNS), (MANUAL, MANUAL_COLUMNS)):
        for wmi, brands, seen, confidence, source, *_ in read_rows(file, columns):
            length = 6 if wmi[2:3] == SMALL_MAKER else 3
            refuse(
                f"{file}, {wmi}",
                (len(wmi) != length or not _CHARACTERS.issuperset(wmi), "no WMI"),
                (wmi in table, "twice, or in both files: the hand-made row can go"),
                (not brands or not source, "no brand or source"),
                (bool(seen) and not (seen.isdecimal() and len(seen) == 4), f"seen {seen!r}"),
                (confidence not in _CONFIDENCE, f"confidence {confidence!r}"),
            )
            names = tuple(brands.split(";"))
            table[wmi] = ElectricWmi(wmi, names, int(seen or 0), confidence, source, file)
    return table
