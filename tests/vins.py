"""VINs of a given start, for the tests that need many."""

from vintool.vin import calc_check_digit
from vintool.vin.positions import market_of


def vin(start: str, year_and_plant: str = "S0", serial: str = "012345") -> str:
    """A VIN with a right check digit where its market has one."""
    text = start + "_" + year_and_plant + serial
    digit = calc_check_digit(text) if market_of(start) in {"us", "cn"} else "Z"
    return text.replace("_", digit)
