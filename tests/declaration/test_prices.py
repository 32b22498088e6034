"""Prices, as people write them."""

import pytest

from vintool.declaration.lexicon.prices import read_price


@pytest.mark.parametrize(
    ("text", "low"),
    [
        ("USD 2,049.50", True), ("2050", True), ("2 050,00", True), ("1,9", True), ("2.1万", False), ("25,000", False),
        ("25000.00", False), ("25 000", False), ("1,234,567.89", False), ("US$ 25,000", False), ("0", None), ("-", None),
        ("2.050,00", True), ("25.000,00", False), ("25.000", False), ("1.234.567,00", False), ("25'000.00", False),
        ("12,34,567.00", False), ("25k", False), ("USD 20.6K", False), ("2.06E+04", False),
        # Two figures: which one is the price is not known.
        ("1 x 25000", None), ("FOB 2026 USD 25000", None), ("60. 870460", None),
    ],
)  # fmt: skip
def test_prices_as_people_write_them(text, low):
    price = read_price(text)
    assert (None if price is None else price.low) is low
