"""Text -> the VINs that may have been meant: one edit away, of a known maker, breaking no rule."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from vintool import vpic
from vintool.codes import CheckDigit, Market, Problem, Weight
from vintool.decoding.identity import Identity, market, trailing_digits, vin_problems, wmi_is_known
from vintool.decoding.model_year import latest_model_year
from vintool.powertrain import is_met
from vintool.vin import Vin, calc_check_digit
from vintool.vin.check_digit import (
    CHARACTER_VALUES,
    CHECK_CHARACTERS,
    WEIGHTS,
    check_digit_status,
    position_9,
    remainder,
)
from vintool.vin.cleanup import is_plain
from vintool.vin.look_alikes import CLOSE, LOOK_ALIKES, NEIGHBOURS
from vintool.vin.positions import ALPHABET, CHECKED_MARKETS, market_of

SUGGESTIONS_AT_MOST = 5

_LETTERS = frozenset(ALPHABET)
_VDS, _NINTH, _YEAR, _SERIAL = 3, 8, 9, 11  # from 0

_MENDABLE = frozenset({Problem.CHECK_DIGIT, Problem.UNKNOWN_WMI})
_MEANT = str.maketrans("OQI", "001")  # ISO 3779 leaves these letters out because of these digits


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A VIN that may have been meant, and why it is thought so."""

    vin: str
    reason: str

    def __str__(self) -> str:
        """The VIN and the reason, as a cell of a CSV has them."""
        return f"{self.vin} ({self.reason})"


def suggestions(identity: Identity, at_most: int = SUGGESTIONS_AT_MOST) -> tuple[Suggestion, ...]:
    """VINs that may have been meant, the likeliest first; empty if there is nothing to mend.

    A suggestion is well-formed, its WMI is known, and its check digit holds where the market uses
    one. Nothing is ever put in place of the text.
    """
    reading = identity.reading
    if identity.vin is not None and not is_mendable(identity.problems):
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


def is_mendable(problems: Iterable[Problem]) -> bool:
    """Whether another VIN may have been meant by a well-formed one with these problems."""
    return not _MENDABLE.isdisjoint(problems)


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
        yield from _one_edit(text) if Problem.CHECK_DIGIT in identity.problems else _maker(text)
    elif len(text) == 18:
        yield from _one_less(text)
    elif len(text) == 16:
        yield from _one_more(text)
    elif len(text) == 17 and (mended := text.translate(_MEANT)) != text:
        letters = ", ".join(sorted({character for character in text if ord(character) in _MEANT}))
        yield mended, f"{letters} read as the digit that it looks like"
        if set(mended) <= set(ALPHABET) and not _plausible(mended):
            for vin, reason in _one_edit(mended):
                yield vin, f"{letters} read as digits, and {reason}"


def _is_known_start(vin: str) -> bool:
    """Whether a start of a VIN is filed with NHTSA without a fault, or elsewhere was met by the powertrain rules."""
    wmi = Vin.trusted(vin).wmi
    all_filed = market_of(vin) is Market.US and vpic.registration(wmi) is not None
    if not all_filed and is_met(vin[:8] + vin[9:11]):
        return True
    return vpic.start_fits(wmi, vin, latest_model_year() + 1)


def _holds(vin: str) -> bool:
    return set(vin) <= _LETTERS and position_9(vin) is CheckDigit.HOLDS


def _maker(text: str) -> Iterator[tuple[str, str]]:
    """Known starts of which a character of the WMI looks like the one that stands there: nothing else denies it."""
    for at in range(3):
        for other in LOOK_ALIKES[text[at]]:
            vin = text[:at] + other + text[at + 1 :]
            if wmi_is_known(Vin.trusted(vin).wmi) and _is_known_start(vin):
                yield vin, f"position {at + 1}: {text[at]} may be {other}, which looks alike"


def _one_less(text: str) -> Iterator[tuple[str, str]]:
    """A character too many: a barcode's own, one that stands twice, or any without which all the rest holds."""
    if text[0] == "I":
        yield text[1:], "the leading I of a Code 39 barcode was taken off"
    for at in range(1, 18):
        if text[at] == text[at - 1]:
            yield text[:at] + text[at + 1 :], f"position {at + 1} repeats position {at}"
    for at, sign in enumerate(text):
        vin = text[:at] + text[at + 1 :]
        if _holds(vin) and _is_known_start(vin):
            yield vin, f"position {at + 1}: {sign} may be one too many"


def _one_more(text: str) -> Iterator[tuple[str, str]]:
    """A character too few: one that stood twice, or one that makes the start a known one and the check digit hold."""
    for at, character in enumerate(text):
        yield (
            text[:at] + character + text[at:],
            f"position {at + 1} stands once; it may have stood twice",
        )
    if market_of(text) not in CHECKED_MARKETS or not set(text) <= _LETTERS:
        return
    for at in range(_SERIAL):
        without = f"{text[:at]}0{text[at:]}"
        for other in _missing_signs(without, at):
            vin = text[:at] + other + text[at:]
            if wmi_is_known(Vin.trusted(vin).wmi) and _is_known_start(vin):
                yield vin, f"position {at + 1}: {other} may be missing"


def _missing_signs(text: str, at: int) -> Iterator[str]:
    """The characters that make the check digit hold at a place (from 0) that has a zero."""
    if at == _NINTH:
        yield calc_check_digit(text)
        return
    if _holds(text):
        yield text[at]
    for _, other in _at_places(text, [at]):
        yield other


_INVERSES = {weight: pow(weight, -1, 11) for weight in WEIGHTS if weight}
_OF_VALUE = {
    value: "".join(character for character in ALPHABET if CHARACTER_VALUES[character] == value)
    for value in range(10)
}


def _one_edit(text: str) -> Iterator[tuple[str, str]]:
    """Changes of one character, and swaps of two neighbours, after which the check digit holds.

    What exists comes before what only adds up. Where the start of the text is a known one, the slip lies behind it more
    likely than before; else those that make it a known one come first, with maker and year that are there before others.
    Then the likelier slip: characters that look alike, swaps, the check digit itself, neighbours on the keyboard, any.
    """
    if _is_known_start(text):
        yield from _behind_the_start(text)
        return
    rest: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    maker_is_filed = vpic.registration(Vin.trusted(text).wmi) is not None
    for at, vin, reason, usual in _edits(text):
        if at < _VDS:
            likely = usual or not maker_is_filed
            (others if likely or is_met(vin[:8] + vin[9:11]) else rest).append((vin, reason))
        elif at == _YEAR:  # what was filed for other years is not at hand
            others.append((vin, reason))
        elif at != _NINTH and at < _SERIAL and _is_known_start(vin):
            yield vin, reason
        else:
            rest.append((vin, reason))
    for vin, reason in others:
        if wmi_is_known(Vin.trusted(vin).wmi) and _is_known_start(vin):
            yield vin, reason
        else:
            rest.append((vin, reason))
    yield from rest


def _behind_the_start(text: str) -> Iterator[tuple[str, str]]:
    """The slips of a text whose start is a known one: those that make it another one follow the usual ones behind it."""
    later: list[list[tuple[str, str]]] = [[], [], []]
    for at, vin, reason, usual in _edits(text):
        if at == _NINTH or at >= _SERIAL:
            if usual:
                yield vin, reason
            else:
                later[1].append((vin, reason))
        else:
            met = usual and is_met(vin[:8] + vin[9:11])
            later[0 if met else 2].append((vin, reason))
    yield from chain(*later)


def _edits(text: str) -> Iterator[tuple[int, str, str, bool]]:
    """One slip each, the likeliest first: where it lies (from 0), what was meant, the slip in words, whether it is usual."""
    changes = _at_places(text, range(17))
    for at, other in changes:
        if other in CLOSE[text[at]]:
            reason = f"position {at + 1}: {text[at]} may be {other}, which looks alike"
            yield at, text[:at] + other + text[at + 1 :], reason, True
    checked = market_of(text) in CHECKED_MARKETS
    for at in range(16):
        if text[at] != text[at + 1]:
            swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
            if not checked or position_9(swapped) is CheckDigit.HOLDS:
                yield at, swapped, f"positions {at + 1} and {at + 2} may be swapped", True
    expected = calc_check_digit(text)
    reason = f"position 9: the check digit of the other positions is {expected}"
    yield _NINTH, text[:8] + expected + text[9:], reason, True
    last = []
    for at, other in changes:
        if other not in CLOSE[text[at]]:
            vin = text[:at] + other + text[at + 1 :]
            if other in NEIGHBOURS[text[at]]:
                reason = f"position {at + 1}: {text[at]} may be {other}, beside it on the keyboard"
                yield at, vin, reason, False
            else:
                last.append((at, vin, f"position {at + 1}: {text[at]} may be {other}", False))
    yield from last


def _at_places(text: str, places: Iterable[int]) -> list[tuple[int, str]]:
    """The other characters, each at one of the places (from 0), that make the check digit hold."""
    values = [CHARACTER_VALUES[character] for character in text]
    wanted = CHECK_CHARACTERS.find(text[_NINTH])
    if wanted < 0:
        return []
    missing = wanted - remainder([*values[:_NINTH], 0, *values[_NINTH + 1 :]])
    # What a place must count for the sum to come out; as 11 is prime, there is one such value.
    needed = (
        (at, (values[at] + missing * _INVERSES[WEIGHTS[at]]) % 11) for at in places if WEIGHTS[at]
    )
    return [
        (at, other)
        for at, value in needed
        for other in _OF_VALUE.get(value, "")
        if other != text[at]
    ]
