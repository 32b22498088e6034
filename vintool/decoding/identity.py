"""Text -> is it a well-formed VIN, by the rules of its market; and who holds a WMI.

``market``, ``maker``, ``trailing_digits`` and ``vin_problems`` are rules of a short key: the columns
(``columns.vins``, ``columns.decoding.wmis``) ask them too.

Sources: 49 CFR 565.15 (check digit, positions 10 and 13-17, North America); GB 16735-2019
(check digit, position 10, China); ISO 3779:2009 (positions 14-17 numeric).
"""

from collections.abc import Iterable
from typing import NamedTuple

from vintool import registry, vpic
from vintool.codes import CheckDigit, Market, Problem
from vintool.powertrain import is_met
from vintool.registry.makers import Maker
from vintool.registry.reference import by_vpic
from vintool.vin import PartialVin, Vin
from vintool.vin.check_digit import CHECK_CHARACTERS, position_9, status_in_market
from vintool.vin.cleanup import READABLE, Reading, read
from vintool.vin.positions import (
    CHECKED_MARKETS,
    MODEL_YEAR_CODES,
    SMALL_MAKER,
    UNKNOWN_CHARACTER,
    market_of,
)

_NOT_WHOLE = frozenset({Problem.PARTIAL, Problem.LENGTH, Problem.NOT_A_VIN})
_SERIAL = 13  # from 0: from here on a VIN has digits


def maker(wmi: str, year: int | None = None) -> Maker | None:
    """Who holds a WMI: by the registry, or by a release of vPIC that is newer than it."""
    registered = registry.maker(wmi, year)
    if registered is not None or (registration := vpic.registration(wmi)) is None:
        return registered
    country = registry.country(wmi)
    return Maker(
        wmi,
        registration.manufacturer,
        registration.makes,
        country.code if country else "",
        (registration.kind or "unknown",),
        "high",
        "vpic",
        f"registered in vPIC {vpic.release().month}",
        file="vpic",
    )


def market(vin: str, wmi: str) -> Market:
    """Whose rules a VIN follows; the registry overrules the region where a code was given elsewhere."""
    by_region = market_of(vin)
    if by_region is Market.CN and (holder := maker(wmi)) and holder.country != "CN":
        return Market.ISO
    return by_region


@by_vpic(1 << 14)
def wmi_is_known(wmi: str) -> bool:
    """Whether the registry or vPIC has a WMI."""
    return registry.wmi_is_known(wmi) or vpic.registration(wmi) is not None


def trailing_digits(vin: str) -> int:
    """How many of positions 13-17, counted from the end, are digits."""
    tail = vin[12:]
    return len(tail) - len(tail.rstrip("0123456789"))


def vin_problems(
    vin: Vin, vin_market: Market, status: CheckDigit, digits: int
) -> tuple[Problem, ...]:
    """What a well-formed VIN breaks of its market's rules.

    Args:
        vin: of its serial nothing is read; ``digits`` tells of it.
        vin_market: whose rules.
        status: of the check digit.
        digits: as ``trailing_digits`` counts them.
    """
    problems = []
    if status is CheckDigit.FAILS:
        problems.append(Problem.CHECK_DIGIT)
    if status is CheckDigit.CANNOT_TELL:
        problems.append(Problem.CHECK_DIGIT_ABROAD)
    if not wmi_is_known(vin.wmi):
        problems.append(Problem.UNKNOWN_WMI)
    if vin_market in CHECKED_MARKETS and vin.model_year_code not in MODEL_YEAR_CODES:
        problems.append(Problem.MODEL_YEAR_CODE)
    if digits < (3 if vin.small_maker else 4):
        problems.append(Problem.SERIAL_NOT_NUMERIC)
    elif digits == 4 and not vin.small_maker and vin_market in CHECKED_MARKETS:
        problems.append(Problem.SERIAL_LETTER)
    return tuple(problems)


class Identity(NamedTuple):
    """What the text of a cell is: a VIN or none, and what is wrong with it.

    ``position_9`` is whether it agrees with the other positions, whatever the market; ``part`` is what is known
    of a VIN that is not whole.
    """

    reading: Reading
    vin: Vin | None
    market: Market | None
    status: CheckDigit
    problems: tuple[Problem, ...]
    position_9: CheckDigit = CheckDigit.CANNOT_TELL
    part: PartialVin | None = None


def identify(raw: object, given_market: Market | None = None) -> Identity:
    """What the text of a cell is; never raises.

    >>> identify("lrw3e7fa1-lc000001").vin
    'LRW3E7FA1LC000001'
    """
    return identify_reading(read_cell(raw), given_market)


def read_cell(raw: object) -> Reading:
    """A cell as ``vin.cleanup.read`` reads it, and what the registry says of it.

    The start of a VIN of a known maker beside a VIN is another one, and so is a damaged one. A text that ends early is
    the start of a VIN if its maker is known and no position breaks a rule; if its type is known, a frame number.

    >>> read_cell("3VV1B7AX9JM227402 LSJK888R6SB0").vins
    ('3VV1B7AX9JM227402', 'LSJK888R6SB0')
    >>> read_cell("LGXCE4CB5S0993908 HS CODE 8703801090").text
    'LGXCE4CB5S0993908'
    >>> [read_cell(text).problem.value for text in ("5TDGSKFC3RS1", "MEDUAB123456", "ZVW508012345")]
    ['partial', 'length', 'frame_number']
    """
    reading = read(raw)
    if reading.problem in _NOT_WHOLE:
        return _of_registry(reading)
    starts = _apart(filter(_is_start, reading.pieces)) if reading.pieces else ()
    if not starts or reading.problem not in {None, Problem.SEVERAL_VINS}:
        return reading
    of_one = {Problem.FROM_TEXT, Problem.REST_OF_CELL}
    cleanup = tuple(done for done in reading.cleanup if done not in of_one)
    vins = tuple(dict.fromkeys((*(reading.vins or (reading.text,)), *starts)))
    text = reading.text if reading.vins else "".join(vins)
    return Reading(text, cleanup, Problem.SEVERAL_VINS, vins, ranges=reading.ranges)


def _apart(pieces: Iterable[str]) -> tuple[str, ...]:
    """Those of some pieces that are no part of another one: first what has nearly as many characters as a VIN."""
    kept = list[str]()
    for piece in sorted(dict.fromkeys(pieces), key=lambda one: abs(len(one) - 17)):
        if not any(piece in one or one in piece for one in kept):
            kept.append(piece)
    return tuple(kept)


def _of_registry(reading: Reading) -> Reading:
    """A reading of a text that is no whole VIN, where the registry knows better."""
    text = reading.text
    if registry.frame_type(text) and not is_met(f"{text[:8]}??"):
        return _unknown(reading, Problem.FRAME_NUMBER)
    if reading.cut and not _begins_a_vin(reading.known.rstrip(UNKNOWN_CHARACTER)):
        return _unknown(reading, Problem.NOT_A_VIN if len(text) < READABLE else Problem.LENGTH)
    return reading


def _unknown(reading: Reading, problem: Problem) -> Reading:
    """A reading of which no part is that of a VIN."""
    cleanup = tuple(done for done in reading.cleanup if done is not Problem.PARTIAL)
    return Reading(reading.text, cleanup, problem)


def _begins_a_vin(start: str) -> bool:
    """Whether 8 to 16 characters are the start of a VIN of a known maker, breaking no rule of its market."""
    if start.isalpha():
        return is_met(f"{start[:8]}??")
    wmi = start[:3]
    small = wmi[2] == SMALL_MAKER and registry.country(start) is not None
    if not small and not wmi_is_known(wmi):
        return False
    checked = market(start, wmi) in CHECKED_MARKETS
    sound = (
        start[8:9] in CHECK_CHARACTERS + UNKNOWN_CHARACTER,
        start[9:10] in MODEL_YEAR_CODES + UNKNOWN_CHARACTER,
    )
    if checked and not all(sound):
        return False
    return not start[_SERIAL:] or start[_SERIAL:].isdigit()


def _is_start(piece: str) -> bool:
    """Whether a piece is the start of a VIN of a known maker; of letters alone, of a known model."""
    return is_met(f"{piece[:8]}??") if piece.isalpha() else wmi_is_known(piece[:3])


def identify_reading(reading: Reading, given_market: Market | None = None) -> Identity:
    """The same of a text that was read."""
    if reading.problem is not None:
        unknown = Identity(reading, None, None, CheckDigit.CANNOT_TELL, reading.problems)
        if not reading.known:
            return unknown
        part = PartialVin.trusted(reading.known)
        return unknown._replace(market=given_market or market(part, part.wmi), part=part)
    vin = Vin.trusted(reading.text)
    vin_market = given_market or market(vin, vin.wmi)
    agrees = position_9(vin)
    status = status_in_market(agrees, vin_market)
    problems = vin_problems(vin, vin_market, status, trailing_digits(vin))
    return Identity(reading, vin, vin_market, status, (*problems, *reading.cleanup), agrees)
