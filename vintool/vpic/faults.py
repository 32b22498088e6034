"""What vPIC finds wrong with a pass in which some pattern fits, and how much that weighs."""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from functools import cache

from vintool.registry.patterns import ANY
from vintool.vin.positions import SMALL_MAKER, UNKNOWN_CHARACTER
from vintool.vpic.elements import MODEL, Decoded
from vintool.vpic.patterns import POSITIONS, Patterns


class Fault(Enum):
    """One thing that is wrong; its value is its weight."""

    NO_PATTERN = -1000
    SEVERAL_POSITIONS = -300
    ONE_POSITION = -200
    ONE_POSITION_ONE_REPAIR = -100
    UNUSED_POSITIONS = -30


#: The faults of a pass in which no pattern fits.
NOTHING_FITS = frozenset({Fault.NO_PATTERN})
#: Positions that vPIC expects what is told to rest on.
USED_BY_ALL = frozenset({4, 5, 6, 7, 8, 11})


def weight(faults: Iterable[Fault]) -> int:
    """What faults weigh together."""
    return sum(fault.value for fault in faults)


def faults(repairs: Sequence[int], *, uses_all: bool, has_model: bool) -> frozenset[Fault]:
    """What is wrong with a pass in which some pattern fits.

    Args:
        repairs: for each position whose character no pattern of the year names, how many are named.
        uses_all: whether what is told rests on all the positions of ``USED_BY_ALL``.
        has_model: whether the model is told.
    """
    wrong = set()
    if len(repairs) > 1:
        wrong.add(Fault.SEVERAL_POSITIONS)
    elif repairs:
        wrong.add(Fault.ONE_POSITION_ONE_REPAIR if repairs[0] == 1 else Fault.ONE_POSITION)
    if not uses_all or not (has_model or repairs):
        wrong.add(Fault.UNUSED_POSITIONS)
    return frozenset(wrong)


def faults_of(patterns: Patterns, characters: str, decoded: Decoded, wmi: str) -> frozenset[Fault]:
    """The same of what is decoded of a VIN, whose ``characters`` stand at ``POSITIONS``."""
    # Patterns are shared, and so told apart faster by identity.
    fitting = {id(item.pattern): item.pattern for items in decoded.values() for item in items}
    named = frozenset[int]().union(*map(_named, fitting.values()))
    repairs = tuple(_repairs(patterns, characters, last_checked(wmi)))
    return faults(repairs, uses_all=named >= USED_BY_ALL, has_model=MODEL in decoded)


def is_named(patterns: Patterns, characters: str, wmi: str) -> bool:
    """Whether some pattern of the year names the character of each position, or leaves it open."""
    return next(_repairs(patterns, characters, last_checked(wmi)), None) is None


def last_checked(wmi: str) -> int:
    """The last position in which a character can be wrong: the serial is anyone's.

    For small makers the WMI begins again at position 12, and all that follows is the serial's.
    """
    return 11 if wmi[2] == SMALL_MAKER else 14


@cache
def _named(pattern: tuple[str, ...]) -> frozenset[int]:
    """The positions that a pattern does not leave open."""
    return frozenset(
        position for position, allowed in zip(POSITIONS, pattern, strict=False) if allowed != ANY
    )


def _repairs(patterns: Patterns, characters: str, last: int) -> Iterator[int]:
    """For each position whose character no pattern of the year names, how many are named."""
    for at, (position, character) in enumerate(zip(POSITIONS, characters, strict=True)):
        if position != 10 and position <= last and character != UNKNOWN_CHARACTER:
            allowed = patterns.table.allowed(at)
            if allowed and character not in allowed:
                yield len(allowed)
