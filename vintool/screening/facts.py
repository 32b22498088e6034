"""What is known of one row when it is judged: from the VIN, and from what the manifest declares.

``Facts`` is the short key that ``decision.decide`` reads; a column is decided once per distinct one.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from vintool import registry
from vintool.codes import Basis, CheckDigit, Market, Powertrain, Problem, Weight
from vintool.declaration import headers, lexicon
from vintool.declaration.days import read_days
from vintool.declaration.lexicon import Meaning
from vintool.decoding.identity import Identity
from vintool.decoding.profile import Profile, profile
from vintool.powertrain import SAME_VALUE, UNKNOWN, Classification, classify, one_character_away
from vintool.screening.regimes import Regime
from vintool.vin.check_digit import position_9
from vintool.vin.cleanup import Reading, read

SHORTEST_CHASSIS = 4  # figures: less is a row number, a dash or a word
CARS = {"car", "suv"}
_SPREADSHEET_FIGURE = re.compile(r"^(\d+)\.0+$")
_NUMBER_SIGN = re.compile(r"^NO\.?(?=\d)")
# Of the Japanese home market: the code of a model holds letters and figures.
_FRAME_NUMBER = re.compile(r"(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{2,7}-\d{5,7}")


class Facts(NamedTuple):
    """All that ``decide`` reads.

    ``in_force`` and ``year`` come from the declaration date; None where it cannot be read.
    ``registered`` is the year of first registration, if one stands on the row that does not lie after
    the declaration; ``chassis_differs`` says that the chassis number is not that of the VIN.
    """

    in_force: bool | None
    year: int | None
    declared: tuple[Meaning, ...]
    vin: "VinFacts"
    registered: int | None = None
    chassis_differs: bool = False


class VinFacts(NamedTuple):
    """What the VIN contributes. Only an encoded model year counts; an assumed one is no evidence.

    ``register`` says that an official register of its own market gives its WMI to ``kinds``; ``brands``
    are those that its maker builds under its WMI; ``near_electric`` and ``near_other``, that one
    wrong character that goes unnoticed would make it an electric vehicle's, or another's; ``found``
    the VINs of a cell with several.
    """

    status: CheckDigit
    problems: frozenset[Problem]
    wmi: str
    kinds: tuple[str, ...]
    register: bool
    brands: tuple[str, ...]
    model_year: int | None
    classification: Classification
    near_electric: bool
    near_other: bool
    found: tuple[str, ...] = ()


def vin_facts(
    told: Profile, problems: tuple[Problem, ...], status: CheckDigit, descriptor: str
) -> VinFacts:
    """What a well-formed VIN contributes to the verdict."""
    electric = told.classification.powertrain is Powertrain.BEV
    maker = told.maker
    return VinFacts(
        status=status,
        problems=_weighing(problems),
        wmi=told.wmi,
        kinds=maker.kinds if maker else (),
        register=maker is not None
        and maker.confidence == "high"
        and told.market is Market.US
        and not near_a_car(told.wmi),
        brands=_brands(told),
        model_year=told.year.year if told.year.basis is Basis.ENCODED else None,
        classification=told.classification,
        near_electric=not electric
        and (
            one_character_away(descriptor, electric=True, unnoticed=status is CheckDigit.HOLDS)
            or told.near_electric
        ),
        near_other=electric
        and one_character_away(descriptor, electric=False, unnoticed=status is CheckDigit.HOLDS),
    )


@cache
def near_a_car(wmi: str) -> bool:
    """Whether one character that the check digit cannot tell would make the WMI one of cars."""
    slips = (
        wmi[:at] + other + wmi[at + 1 :]
        for at, character in enumerate(wmi)
        for other in SAME_VALUE[character]
    )
    makers = (registry.maker(slip) for slip in slips)
    return any(maker is not None and not CARS.isdisjoint(maker.kinds) for maker in makers)


def unreadable_vin_facts(reading: Reading) -> VinFacts:
    """What a text contributes that is no well-formed VIN: an electric start of it still counts."""
    starts = [text[:8] for text in (reading.vins or (reading.text,))]
    told = [classify(start + "??") for start in starts if len(start) == 8]
    electric = [
        classification for classification in told if classification.powertrain is Powertrain.BEV
    ]
    return VinFacts(
        CheckDigit.CANNOT_TELL,
        _weighing(reading.problems),
        wmi="",
        kinds=(),
        register=False,
        brands=(),
        model_year=None,
        classification=(electric or [UNKNOWN])[0],
        near_electric=False,
        near_other=False,
        found=reading.vins,
    )


def _brands(told: Profile) -> tuple[str, ...]:
    """The brands that the VIN can be of; none where the maker itself is in doubt."""
    own = (told.brand.name,) if told.brand else ()
    if told.maker is None or told.maker.confidence == "low":
        return ()
    return tuple(dict.fromkeys((*own, *told.maker.brands)))


def _weighing(problems: tuple[Problem, ...]) -> frozenset[Problem]:
    return frozenset(problem for problem in problems if problem.weight is not Weight.NOTE)


def declared_meanings(declared: Mapping[str, object] | None) -> tuple[Meaning, ...]:
    """What the entries of a row mean together; what the lexicon does not know is left out.

    Args:
        declared: field -> cell, the fields being those of the header dictionary; a verdict reads
            those of ``vintool.declaration.lexicon.FIELDS``.

    Raises:
        ValueError: there is no such field, so that a slip in a name is not taken for silence.
    """
    given = declared or {}
    if unknown := sorted(set(given) - set(headers.fields())):
        raise ValueError(
            f"unknown declared field(s) {', '.join(unknown)}; known: {', '.join(headers.fields())}"
        )
    return lexicon.together(
        *(
            lexicon.meaning(field, str(given[field]))
            for field in lexicon.FIELDS
            if given.get(field) not in {None, ""}
        )
    )


def chassis_differs(vin: str, text: str) -> bool:
    """Whether a chassis number is another vehicle's: neither the VIN nor the end of it.

    A frame number of the Japanese home market, a word, a mask or a stand-in cannot be compared.

    >>> chassis_differs("LRW3E7FA1LC000001", "LC000001"), chassis_differs("LRW3E7FA1LC000001", "LC000002")
    (False, True)
    """
    plain = _SPREADSHEET_FIGURE.sub(r"\1", text.strip())
    number = _NUMBER_SIGN.sub("", read(plain).text)
    if _FRAME_NUMBER.fullmatch(plain.upper()) or not number.isalnum():
        return False
    return sum(map(str.isdigit, number)) >= SHORTEST_CHASSIS and not vin.endswith(number)


def registered(text: str, on: date | None) -> int | None:
    """The year of a first registration; None if it cannot be read or lies after the declaration."""
    days = read_days(text)
    return None if days is None or on is None or days.latest > on else days.latest.year


def row_facts(
    identity: Identity,
    on: date | None,
    meanings: tuple[Meaning, ...],
    regime: Regime,
    cells: Mapping[str, str],
) -> Facts:
    """What ``decide`` reads of one row; ``cells`` by field."""
    vin = identity.vin
    if vin is None:
        part = unreadable_vin_facts(identity.reading)
    else:
        part = vin_facts(
            profile(vin, position_9(vin), vin_market=identity.market),
            identity.problems,
            identity.status,
            vin.descriptor,
        )
    return Facts(
        None if on is None else regime.in_force(on),
        on.year if on else None,
        meanings,
        part,
        registered=registered(cells.get("registration_date", ""), on),
        chassis_differs=vin is not None and chassis_differs(vin, cells.get("chassis_no", "")),
    )
