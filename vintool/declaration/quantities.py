"""How many vehicles a row says it stands for."""

import re
import unicodedata
from functools import lru_cache

_AMOUNT = re.compile(
    r"[^\d\W]*[\s:.]*(?P<whole>\d{1,3}(?:[ '’]\d{3})+|\d{1,15})(?:[.,](?P<part>\d+))?[^\d/]*"
)
# What a cell that counts nothing holds: a dash, or a unit alone.
_UNIT = re.compile(
    r"[\W_]*(?:N/?A|NIL|EA|UNITS?|PCS?|SETS?|NOS|CARS?|VEH(?:ICLES?)?|STK|STÜCK|ST|UDS?|UN|ШТ|ADET|台|辆|輛|대|คัน|CHIẾC)?[\W_]*",
    re.IGNORECASE,
)
_LONGEST = 100  # characters of such a cell
_GROUP = 3  # figures


@lru_cache(maxsize=1 << 12)
def quantities(text: str) -> frozenset[int] | None:
    """The whole numbers that a cell may mean; none at all where it cannot be read, None where it counts nothing.

    Behind a comma or a point three figures may be thousands or decimals.

    >>> quantities("10 台"), quantities("1.0"), sorted(quantities("1,000") or ()), quantities("-")
    (frozenset({10}), frozenset({1}), [1, 1000], None)
    >>> quantities("10/12"), quantities("2.5"), quantities("ten"), quantities("-3")
    (frozenset(), frozenset(), frozenset(), frozenset())
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if len(plain) > _LONGEST:
        return frozenset()
    if _UNIT.fullmatch(plain):
        return None
    number = _AMOUNT.fullmatch(plain)
    if number is None:
        return frozenset()
    whole, part = re.sub(r"\D", "", number["whole"]), number["part"] or ""
    readings = set[int]()
    if not part.strip("0"):
        readings.add(int(whole))
    if len(part) == _GROUP and whole.strip("0"):
        readings.add(int(whole + part))
    return frozenset(readings)
