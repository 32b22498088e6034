"""Kind and condition of the vehicle: words for its type and for new or used, and its seats."""

import re
import unicodedata

from vintool.declaration.lexicon.meanings import Meaning, quoted
from vintool.declaration.lexicon.words import SOURCE, letters, values


def condition(text: str) -> Meaning | None:
    """New or used."""
    value = values("condition").get(letters(text))
    display = quoted("condition", text)
    return Meaning("condition", display, condition=value, source=SOURCE) if value else None


def vehicle_type(text: str) -> Meaning | None:
    """The kind of vehicle."""
    value = values("vehicle_type").get(letters(text))
    display = quoted("vehicle_type", text)
    return Meaning("vehicle_type", display, kind=value, source=SOURCE) if value else None


def seats(text: str) -> Meaning | None:
    """The number of seats, which tells a bus from a car; "9+1" is that of the passengers and the driver.

    >>> seats("9+1").kind, seats("5 seats").display
    ('bus', '5 seats')
    """
    digits = re.fullmatch(
        r"(\d{1,3})(?:\.0+|\s*\+\s*([1-3]))?\s*(?:座|人|席|seats?|мест|人乘り)?",
        unicodedata.normalize("NFKC", text).strip().lower(),
    )
    if not digits or not int(digits[1]):
        return None
    number = int(digits[1]) + int(digits[2] or 0)
    return Meaning(
        "seats",
        f"{number} seats",
        kind="bus" if number > 9 else "",
        source="HS 2022 heading 8702: ten or more persons",
    )
