"""Text -> is it a well-formed VIN, by the rules of its market, and what was meant if not.

Sources: 49 CFR 565.15 (check digit, positions 10 and 13-17, North America); GB 16735-2019
(check digit, position 10, China); ISO 3779:2009 (positions 14-17 numeric).
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from vintool import registry, vpic
from vintool.codes import CheckDigit, Market, Problem, Weight
from vintool.powertrain import is_met
from vintool.registry.makers import Maker
from vintool.vin import Vin, calc_check_digit
from vintool.vin.check_digit import (
    CHARACTER_VALUES,
    CHECK_CHARACTERS,
    WEIGHTS,
    check_digit_status,
    position_9,
    remainder,
    status_in_market,
)
from vintool.vin.cleanup import Reading, is_plain, read
from vintool.vin.positions import ALPHABET, CHECKED_MARKETS, MODEL_YEAR_CODES, market_of

SUGGESTIONS_AT_MOST = 5

# What eyes, hands and scanners take for one another.
_CONFUSED = {
    read_as
    for pair in (
        "0D",
        "1L",
        "1T",
        "17",
        "2Z",
        "5S",
        "6G",
        "8B",
        "UV",
        "VY",
        "MN",
        "4A",
        "38",
        "EF",
        "PR",
        "CG",
    )
    for read_as in (pair, pair[::-1])
}
_MEANT = str.maketrans("OQI", "001")  # ISO 3779 leaves these letters out because of these digits


class Proposal(NamedTuple):
    """A VIN that may have been meant, and why."""

    vin: str
    reason: str


def maker(wmi: str, year: int | None = None) -> Maker | None:
    """Who holds a WMI: by the registry, or by a release of vPIC that is newer than it."""
    found = registry.maker(wmi, year)
    if found is not None or (registration := vpic.registration(wmi)) is None:
        return found
    land = registry.country(wmi)
    return Maker(
        wmi,
        registration.manufacturer,
        registration.makes,
        land.code if land else "",
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


@lru_cache(maxsize=1 << 14)
def _wmi_is_known(wmi: str) -> bool:
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
    if not _wmi_is_known(vin.wmi):
        problems.append(Problem.UNKNOWN_WMI)
    if vin_market in CHECKED_MARKETS and vin.model_year_code not in MODEL_YEAR_CODES:
        problems.append(Problem.MODEL_YEAR_CODE)
    if digits < (3 if vin.small_maker else 4):
        problems.append(Problem.SERIAL_NOT_NUMERIC)
    elif digits == 4 and not vin.small_maker and vin_market in CHECKED_MARKETS:
        problems.append(Problem.SERIAL_LETTER)
    return tuple(problems)


class Identity(NamedTuple):
    """The text of a cell, judged; ``ninth`` is ``vin.position_9``, which no market decides."""

    reading: Reading
    vin: Vin | None
    market: Market | None
    status: CheckDigit
    problems: tuple[Problem, ...]
    ninth: CheckDigit = CheckDigit.CANNOT_TELL


def identify(raw: object, market_given: Market | None = None) -> Identity:
    """Judge the text of a cell; never raises."""
    return judge_reading(read(raw), market_given)


def judge_reading(reading: Reading, market_given: Market | None = None) -> Identity:
    """The same of a text that was read."""
    if reading.problem is not None:
        return Identity(reading, None, None, CheckDigit.CANNOT_TELL, reading.problems)
    vin = Vin.trusted(reading.text)
    vin_market = market_given or market(vin, vin.wmi)
    ninth = position_9(vin)
    status = status_in_market(ninth, vin_market)
    problems = vin_problems(vin, vin_market, status, trailing_digits(vin))
    return Identity(reading, vin, vin_market, status, (*problems, *reading.cleanup), ninth)


def proposals(identity: Identity, at_most: int = SUGGESTIONS_AT_MOST) -> tuple[Proposal, ...]:
    """VINs that may have been meant, the likeliest first; empty if there is nothing to mend.

    A proposal is well-formed, its WMI is known, and its check digit holds where the market uses
    one. Nothing is ever put in place of the text.
    """
    reading = identity.reading
    if identity.problems == () or (
        identity.vin is not None and Problem.CHECK_DIGIT not in identity.problems
    ):
        return ()
    if reading.problem is Problem.SEVERAL_VINS:
        return tuple(Proposal(vin, "one of several VINs in the cell") for vin in reading.vins)
    found: dict[str, str] = {}
    for vin, reason in _candidates(identity):
        if vin not in found and _plausible(vin):
            found[vin] = reason
            if len(found) == at_most:
                break
    return tuple(Proposal(vin, reason) for vin, reason in found.items())


def _plausible(text: str) -> bool:
    """Whether a proposal is a VIN that breaks none of its market's rules."""
    if not is_plain(text):
        return False
    vin = Vin.trusted(text)
    if not _wmi_is_known(vin.wmi):
        return False
    vin_market = market(vin, vin.wmi)
    status = check_digit_status(vin, vin_market)
    if status is CheckDigit.FAILS:  # of most: the other rules need not be asked
        return False
    problems = vin_problems(vin, vin_market, status, trailing_digits(vin))
    return all(problem.weight is Weight.NOTE for problem in problems)


def _candidates(identity: Identity) -> Iterator[tuple[str, str]]:
    text = identity.reading.text
    if identity.vin is not None:
        yield from _one_edit(text)
    elif len(text) == 18:
        yield from _one_less(text)
    elif len(text) == 16:
        for at, character in enumerate(text):
            yield (
                text[:at] + character + text[at:],
                f"position {at + 1} stands once; it may have stood twice",
            )
    elif len(text) == 17 and (mended := text.translate(_MEANT)) != text:
        letters = ", ".join(sorted({character for character in text if ord(character) in _MEANT}))
        yield mended, f"{letters} read as the digit that it looks like"
        if set(mended) <= set(ALPHABET) and not _plausible(mended):
            for vin, reason in _one_edit(mended):
                yield vin, f"{letters} read as digits, and {reason}"


def _one_less(text: str) -> Iterator[tuple[str, str]]:
    """A character too many: a barcode's own, or one that stands twice."""
    if text[0] == "I":
        yield text[1:], "the leading I of a Code 39 barcode was taken off"
    for at in range(1, 18):
        if text[at] == text[at - 1]:
            yield text[:at] + text[at + 1 :], f"position {at + 1} repeats position {at}"


_INVERSES = {weight: pow(weight, -1, 11) for weight in WEIGHTS if weight}
_OF_VALUE = {
    value: "".join(character for character in ALPHABET if CHARACTER_VALUES[character] == value)
    for value in range(10)
}


def _one_edit(text: str) -> Iterator[tuple[str, str]]:
    """Changes of one character, and swaps of two neighbours, after which the check digit holds.

    Likeliest first: a start of the VIN that the powertrain rules have met before one that they
    have not; then characters that look alike, swaps, the check digit itself, anything else.
    """
    unmet = []
    for vin, reason in _edits(text):
        if is_met(vin[:8] + vin[9:11]):
            yield vin, reason
        else:
            unmet.append((vin, reason))
    yield from unmet


def _edits(text: str) -> Iterator[tuple[str, str]]:
    changes = _single_changes(text)
    for at, other in changes:
        if text[at] + other in _CONFUSED:
            reason = f"position {at + 1}: {text[at]} may be {other}, which looks alike"
            yield text[:at] + other + text[at + 1 :], reason
    for at in range(16):
        if text[at] != text[at + 1]:
            swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
            yield swapped, f"positions {at + 1} and {at + 2} may be swapped"
    expected = calc_check_digit(text)
    reason = f"position 9: the check digit of the other positions is {expected}"
    yield text[:8] + expected + text[9:], reason
    for at, other in changes:
        if text[at] + other not in _CONFUSED:
            reason = f"position {at + 1}: {text[at]} may be {other}"
            yield text[:at] + other + text[at + 1 :], reason


def _single_changes(text: str) -> list[tuple[int, str]]:
    """The other characters, each at its place (from 0), that make the check digit hold."""
    own = [CHARACTER_VALUES[character] for character in text]
    wanted = CHECK_CHARACTERS.find(text[8])
    if wanted < 0:
        return []
    missing = wanted - remainder([*own[:8], 0, *own[9:]])
    # What a place must count for the sum to come out; as 11 is prime, there is one such value.
    needed = (
        (at, (own[at] + missing * _INVERSES[weight]) % 11)
        for at, weight in enumerate(WEIGHTS)
        if weight
    )
    return [
        (at, other)
        for at, value in needed
        for other in _OF_VALUE.get(value, "")
        if other != text[at]
    ]
