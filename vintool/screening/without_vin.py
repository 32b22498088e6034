"""Vehicles without a VIN: what tells that class, and what speaks of a vehicle that has one.

Only a row on which no VIN stands, nor a part of one, is asked (``facts.in_place_of_vin``): a damaged VIN
of a real car beside the code of those without one clears nothing.
"""

from vintool.declaration.headers import GOODS_NAME
from vintool.declaration.lexicon.meanings import (
    NOT_STORED,
    PRICE_WITH_VIN,
    PRICE_WITHOUT_VIN,
    Meaning,
)
from vintool.screening.facts import Facts

#: Of heading 8703 like a car, with a VIN or without: a word for it tells no other kind.
LOW_SPEED = "low_speed"
PASSENGER = "passenger"
_OWN_KINDS = {"", PASSENGER, LOW_SPEED}


def entries_without_vin(facts: Facts) -> tuple[Meaning, ...]:
    """The entries that tell the class, one for each independent fact: the code, the price, a word.

    That no VIN is stated is no fact by itself: a cell that was left blank looks the same.
    """
    by_fact: dict[str, Meaning] = {}
    for entry in facts.declared if facts.vin.instead else ():
        if entry.has_vin == "no":
            by_fact.setdefault("code", entry)
        elif entry.part == PRICE_WITHOUT_VIN:
            by_fact.setdefault("price", entry)
        elif entry.kind == LOW_SPEED:
            by_fact.setdefault("word", entry)
    return tuple(by_fact.values())


def enough(facts: Facts) -> bool:
    """Whether two facts put the vehicle into the class, and nothing speaks of one that has a VIN.

    A cell that says in words that there is none is a fact beside another.
    """
    entries = entries_without_vin(facts)
    said = facts.vin.instead == "none"
    sure = facts.vin.instead != "unclear"
    return sure and len(entries) + (said and bool(entries)) > 1 and not vin_expected(facts)


def vin_expected(facts: Facts) -> bool:
    """Whether something on the row speaks of a vehicle that has a VIN, or was not read.

    So do a brand that the registry knows, a passenger car by the name of the goods, the powertrain of a model or a type code, and a registration.
    """
    return facts.registered is not None or any(
        _with_vin(entry)
        or entry.part == NOT_STORED
        or entry.brands
        or entry.own_key
        or entry.field in {"model", "type_code"}
        or entry.kind not in _OWN_KINDS
        or entry.condition == "used"
        or (entry.field == GOODS_NAME and entry.kind == PASSENGER)
        for entry in facts.declared
    )


def number_of_no_vin(facts: Facts) -> bool:
    """Whether a number that is no VIN, or may be none, stands in its place, and no code or price is that of vehicles with one."""
    return facts.vin.instead in {"number", "unclear"} and not any(map(_with_vin, facts.declared))


def _with_vin(entry: Meaning) -> bool:
    return entry.has_vin == "yes" or entry.part == PRICE_WITH_VIN
