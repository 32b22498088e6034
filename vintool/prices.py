"""Unit prices: which of two classes of electric vehicles a price is nearer to.

Vehicles with a VIN and those without one stand in two codes whose average prices are ten to one
(``wmi_data/declared.prices.csv``). What lies nearer to the other average, by ratio, deserves a look.
"""

import math
import re
import unicodedata
from functools import cache
from typing import NamedTuple

from vintool.registry import DataError, read_rows

COLUMNS = ("code", "average", "currency", "period", "confidence", "source")

_FIGURE = re.compile(r"\d{1,3}(?:[,\s]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?")
_TEN_THOUSAND = ("万", "萬")


class Averages(NamedTuple):
    """The two averages, and what they are of."""

    low: float
    high: float
    currency: str
    source: str


class Price(NamedTuple):
    """A unit price by its class; ``rest`` is what stands beside the figure."""

    low: bool
    shown: str
    rest: str


@cache
def averages() -> Averages:
    """The average unit prices of the two codes."""
    rows = list(read_rows("declared.prices.csv", COLUMNS))
    if len(rows) != 2 or len({row[2] for row in rows}) != 1:
        raise DataError("wmi_data/declared.prices.csv: two codes in one currency are compared")
    low, high = sorted(float(row[1]) for row in rows)
    return Averages(low, high, rows[0][2], rows[0][5])


def read_price(text: str) -> Price | None:
    """The class of a unit price; None if the cell holds none.

    A high price is told by its class alone, so that a column of prices has few meanings.

    >>> read_price("USD 2,049.50").shown, read_price("2.4万").low
    ('about 2,000', False)
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _FIGURE.search(plain)
    if found is None:
        return None
    before, after = plain[: found.start()], plain[found.end() :]
    amount = float(re.sub(r"[,\s](?=\d{3})", "", found[0]).replace(",", "."))
    if after.lstrip().startswith(_TEN_THOUSAND):
        amount *= 10_000
    if amount <= 0:
        return None
    middle = math.sqrt(averages().low * averages().high)
    low = amount < middle
    shown = f"about {float(f'{amount:.2g}'):,.0f}" if low else f"over {middle:,.0f}"
    return Price(low, shown, f"{before} {after}")
