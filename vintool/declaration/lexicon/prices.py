"""Prices: of which of two classes of electric vehicles a unit price is, and in which currency.

Vehicles with a VIN and those without one stand in two codes whose average prices are ten to one
(``wmi_data/declared.prices.csv``). A price up to twice the lower average, or from half the higher one, is of that
class, and deserves a look on a row of the other; one between the two says nothing.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from vintool.declaration.lexicon.meanings import PRICE_WITH_VIN, PRICE_WITHOUT_VIN, Meaning
from vintool.declaration.lexicon.words import letters, values
from vintool.errors import DataError
from vintool.registry.rows import read_rows

COLUMNS = ("code", "average", "currency", "period", "confidence", "source")

_FIGURE = re.compile(r"\d(?:[\d.,'’\s]*\d)?(?:[eE][+-]?\d+)?")
_MULTIPLES = {"k": 1_000, "万": 10_000, "萬": 10_000}
_FAR = 2  # a price within this factor of an average, or beyond it, is of its class


class Averages(NamedTuple):
    """The two averages, and what they are of."""

    low: float
    high: float
    currency: str
    source: str


class Price(NamedTuple):
    """The class of a unit price, in words too; ``rest`` is what stands beside the figure."""

    low: bool
    display: str
    rest: str


@cache
def averages() -> Averages:
    """The average unit prices of the two codes."""
    rows = list(read_rows("declared.prices.csv", COLUMNS))
    if len(rows) != 2 or len({row[2] for row in rows}) != 1:
        raise DataError("wmi_data/declared.prices.csv: two codes in one currency are compared")
    low, high = sorted(float(row[1]) for row in rows)
    return Averages(low, high, rows[0][2], rows[0][5])


def unit_price(text: str) -> Meaning | None:
    """The class of a unit price, and the currency that stands beside it."""
    price = read_price(text)
    if price is None:
        return None
    low, high, currency, source = averages()
    return Meaning(
        "unit_price",
        f"unit price {price.display} {currency} (on average {high:,.0f} with a VIN, {low:,.0f} without)",
        part=PRICE_WITHOUT_VIN if price.low else PRICE_WITH_VIN,
        currency=currency_in(price.rest),
        source=source,
    )


def currency(text: str) -> Meaning | None:
    """The currency that a cell names, or the header of a column of prices.

    >>> currency("单价(USD)").currency, currency("单价") is None
    ('USD', True)
    """
    code = currency_in(text)
    return Meaning("currency", f"currency {code}", currency=code) if code else None


def currency_in(text: str) -> str:
    """The one currency that a text names; empty if it names none or several."""
    table = values("currency")
    plain = unicodedata.normalize("NFKC", text)
    parts = (plain.strip(), *re.split(r"[\s()\[\]/:,]+", plain))
    codes = {table[key] for part in parts if (key := letters(part) or part) in table}
    return codes.pop() if len(codes) == 1 else ""


@lru_cache(maxsize=1 << 12)
def read_price(text: str) -> Price | None:
    """The class of a unit price; None if the cell holds none, several, or one between the classes.

    A price is known by its class alone, so that a column of prices has few meanings.

    >>> read_price("USD 2,049.50").low, read_price("2.4万").low, read_price("6500") is None
    (True, False, True)
    """
    if (amount := read_amount(text)) is None:
        return None
    low, high = averages().low * _FAR, averages().high / _FAR
    if 0 < amount.value < low:
        return Price(low=True, display=f"under {low:,.0f}", rest=amount.rest)
    if amount.value > high:
        return Price(low=False, display=f"over {high:,.0f}", rest=amount.rest)
    return None


class Amount(NamedTuple):
    """The figure of a cell; ``rest`` is what stands beside it."""

    value: float
    rest: str


def read_amount(text: str) -> Amount | None:
    """The one figure of a cell; None if it holds none or several.

    >>> read_amount("USD 2,049.50"), read_amount("10 台").value, read_amount("1 of 2") is None
    (Amount(value=2049.5, rest='USD  '), 10.0, True)
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    figures = list(_FIGURE.finditer(plain))
    if len(figures) != 1:
        return None
    figure = figures[0]
    before, after = plain[: figure.start()], plain[figure.end() :]
    value = _number(figure[0]) * _MULTIPLES.get(after.lstrip()[:1].casefold(), 1)
    return Amount(value, f"{before} {after}")


def _number(figure: str) -> float:
    """A figure as people of several countries write it; 0 if its groups are no number."""
    if "e" in figure.casefold():
        return float(figure) if re.fullmatch(r"\d+(?:\.\d+)?[eE][+-]?\d+", figure) else 0
    bare = re.sub(r"[\s'’](?=\d{3}(?!\d))", "", figure)
    signs = re.findall(r"[.,]", bare)
    last = max(bare.rfind("."), bare.rfind(","))
    # The last sign is the decimal one if it stands once and no group of three follows, or beside another.
    decimal = (
        signs
        and signs.count(signs[-1]) == 1
        and (len(set(signs)) == 2 or len(bare) - last - 1 != 3)
    )
    whole, part = (bare[:last], bare[last + 1 :]) if decimal else (bare, "")
    digits = re.sub(r"[.,]", "", whole)
    return float(f"{digits}.{part or 0}") if f"{digits}{part}".isdigit() else 0
