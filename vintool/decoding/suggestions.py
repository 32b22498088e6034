"""Text -> the VINs that may have been meant: one edit away, of a known maker, breaking no rule."""

from collections.abc import Iterator
from dataclasses import dataclass

from vintool.codes import CheckDigit, Problem, Weight
from vintool.decoding.facts import named_parts
from vintool.decoding.identity import Identity, market, trailing_digits, vin_problems, wmi_is_known
from vintool.powertrain import is_met
from vintool.vin import Vin, calc_check_digit
from vintool.vin.check_digit import (
    CHARACTER_VALUES,
    CHECK_CHARACTERS,
    WEIGHTS,
    check_digit_status,
    remainder,
)
from vintool.vin.cleanup import is_plain
from vintool.vin.look_alikes import CLOSE
from vintool.vin.positions import ALPHABET

SUGGESTIONS_AT_MOST = 5

_MEANT = str.maketrans("OQI", "001")  # ISO 3779 leaves these letters out because of these digits


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A VIN that may have been meant, and why it is thought so."""

    vin: str
    reason: str

    def __str__(self) -> str:
        """As a cell of a CSV has it."""
        return named_parts(self)


def suggestions(identity: Identity, at_most: int = SUGGESTIONS_AT_MOST) -> tuple[Suggestion, ...]:
    """VINs that may have been meant, the likeliest first; empty if there is nothing to mend.

    A suggestion is well-formed, its WMI is known, and its check digit holds where the market uses
    one. Nothing is ever put in place of the text.
    """
    reading = identity.reading
    if identity.problems == () or (
        identity.vin is not None and Problem.CHECK_DIGIT not in identity.problems
    ):
        return ()
    if reading.problem is Problem.SEVERAL_VINS:
        return tuple(Suggestion(vin, "one of several VINs in the cell") for vin in reading.vins)
    reasons: dict[str, str] = {}
    for vin, reason in _candidates(identity):
        if vin not in reasons and _plausible(vin):
            reasons[vin] = reason
            if len(reasons) == at_most:
                break
    return tuple(Suggestion(vin, reason) for vin, reason in reasons.items())


def _plausible(text: str) -> bool:
    """Whether a suggestion is a VIN that breaks none of its market's rules."""
    if not is_plain(text):
        return False
    vin = Vin.trusted(text)
    if not wmi_is_known(vin.wmi):
        return False
    vin_market = market(vin, vin.wmi)
    status = check_digit_status(vin, vin_market)
    if status is CheckDigit.FAILS:  # as of most: the other rules cost more
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
        if other in CLOSE[text[at]]:
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
        if other not in CLOSE[text[at]]:
            reason = f"position {at + 1}: {text[at]} may be {other}"
            yield text[:at] + other + text[at + 1 :], reason


def _single_changes(text: str) -> list[tuple[int, str]]:
    """The other characters, each at its place (from 0), that make the check digit hold."""
    values = [CHARACTER_VALUES[character] for character in text]
    wanted = CHECK_CHARACTERS.find(text[8])
    if wanted < 0:
        return []
    missing = wanted - remainder([*values[:8], 0, *values[9:]])
    # What a place must count for the sum to come out; as 11 is prime, there is one such value.
    needed = (
        (at, (values[at] + missing * _INVERSES[weight]) % 11)
        for at, weight in enumerate(WEIGHTS)
        if weight
    )
    return [
        (at, other)
        for at, value in needed
        for other in _OF_VALUE.get(value, "")
        if other != text[at]
    ]
