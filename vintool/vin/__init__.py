"""Text -> VIN: clean-up, alphabet, length, the parts, the check digit.

::

    position   1 2 3   4 5 6 7 8   9   10  11  12 13 14 15 16 17
               L R W   3 E 7 F A   1   L   C   0  0  0  0  0  1
               WMI     |           |   |   |   serial
                       |           |   |   plant
                       |           |   model year code
                       |           check digit (where the market uses one)
                       VDS (4-9)       VIS (10-17)

The functions follow python-stdnum's module contract, and the exceptions are its own, so that
``except stdnum.exceptions.ValidationError`` catches them.

Sources: ISO 3779:2009 and ISO 3780:2009 (parts, alphabet), 49 CFR 565.15 (check digit, North
America), GB 16735-2019 appendix A (check digit, China).

>>> compact(" lrw3e7fa1-lc000001 ")
'LRW3E7FA1LC000001'
>>> validate("LRW3E7FA1LC000001")
'LRW3E7FA1LC000001'
>>> is_valid("LRW3E7FA2LC000001")
False
>>> calc_check_digit("LRW3E7FA?LC000001")
'1'
"""

import re
import unicodedata
from collections.abc import Iterable
from operator import getitem, mul
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from vintool.codes import CheckDigit, Market, Problem

if TYPE_CHECKING:
    from vintool.vin.errors import InvalidVin

ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
MODEL_YEAR_CODES = "ABCDEFGHJKLMNPRSTVWXY123456789"  # 1980-2009, then again from 2010

# 49 CFR 565.15(c), tables III and IV: what a character counts, and what its position weighs.
CHARACTER_VALUES = {character: int(character) for character in "0123456789"} | dict(
    zip(
        "ABCDEFGHJKLMNPRSTUVWXYZ",
        (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
        strict=True,
    )
)
WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
CHECK_CHARACTERS = "0123456789X"
_NORTH_AMERICA, _OCEANIA_AFTER_7 = frozenset("12345"), frozenset("ABCDE")
# Whose rules make position 9 a check digit and position 10 the model year.
CHECKED_MARKETS = frozenset({Market.US, Market.CN})

_INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF, 0x00AD]
)
_LOOK_ALIKES = str.maketrans("АВЕЅІЈКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABESIJKMHOPCTYXABEZHIKMNOPTYX")
_LABEL = re.compile(
    r"^\W*(?:VEHICLE\s+IDENTIFICATION\s+(?:NO|NUMBER)|V\.?I\.?N|CHASSIS|FRAME|FIN|车架号|底盘号|车辆识别代号|车辆识别代码)"
    r"\s*(?:码|NO\b|NUMBER\b|N°|#)?\s*(?:[:：.#=]+\s*|\s+)(?=\S)"
)
_SEPARATORS = re.compile(r"[-‐‑‒–—−_./\\,;|·]+")
_DELIMITERS = "*'\"`´‘’“”<>()[]{}"
_VIN_IN_TEXT = re.compile(r"(?<![A-Z0-9])[A-HJ-NPR-Z0-9]{17}(?![A-Z0-9])")
_APART = re.compile(r"[^A-Z0-9\s\-]+")
_NEARLY_A_VIN = range(15, 20)
_FRAME_NUMBER = re.compile(r"[A-Z0-9]{2,7}-[0-9]{5,7}")
_PLACEHOLDER = re.compile(
    r"(?:TBA|TBC|TBD|NA|NIL|NONE|NULL|UNKNOWN|PENDING|TEST|XXX+|无|待定|暂无|未知|(.)\1{16,}|12345678901234567|ABCDEFGHJKLMNPRST)"
)
_PLAIN = re.compile(rf"(?!{_PLACEHOLDER.pattern}\Z)[{ALPHABET}]{{17}}").fullmatch
_MISSING = frozenset({"", "-", "--", "N/A", "/"})
_READABLE = 11  # with the WMI, the descriptor, model year and plant something can be said
_PARTLY_READABLE = 8  # the WMI and positions 4-8
#: Stands at a position of a VIN that is not known.
UNKNOWN_CHARACTER = "*"


class Reading(NamedTuple):
    """What a cell holds: the cleaned text, what was done to get it, what keeps it from being a VIN."""

    text: str
    cleanup: tuple[Problem, ...] = ()
    problem: Problem | None = None
    found: tuple[str, ...] = ()  # the VINs in the cell, where there are several

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found wrong, the gravest first."""
        return self.cleanup if self.problem is None else (self.problem, *self.cleanup)


def read(raw: object) -> Reading:
    """Clean the text of a cell and say whether it is a well-formed VIN.

    The check digit and the registry are not asked: this is spelling alone. Letters I, O and Q are
    never replaced here.

    >>> read("*lrw3e7fa1 lc000001*").cleanup
    (<Problem.LETTER_CASE: 'letter_case'>, <Problem.SPACES: 'spaces'>, <Problem.DELIMITERS: 'delimiters'>)
    >>> read("LRW3E7FA1LCOOOOO1").problem
    <Problem.ALPHABET: 'alphabet'>
    """
    if isinstance(raw, str) and _PLAIN(raw):
        return Reading(str(raw))
    text, cleanup = _plain("" if raw is None else str(raw))
    if text.strip() in _MISSING:
        return Reading("", tuple(cleanup), Problem.MISSING)
    if (unlabelled := _LABEL.sub("", text)) != text:
        cleanup.append(Problem.LABEL)
    packed, packing = _packed(unlabelled)
    if len(packed) != 17:
        found = tuple(dict.fromkeys(_VIN_IN_TEXT.findall(unlabelled)))
        if len(found) == 1 and (second := _second(unlabelled.replace(found[0], ",", 1))):
            return Reading(packed, tuple(cleanup), Problem.SEVERAL_VINS, (found[0], second))
        if len(found) == 1:
            return Reading(found[0], (*cleanup, Problem.FROM_TEXT), _fault(found[0], found[0]))
        if found:
            return Reading(packed, tuple(cleanup), Problem.SEVERAL_VINS, found)
    return Reading(packed, (*cleanup, *packing), _fault(packed, unlabelled.strip()))


def _second(rest: str) -> str:
    """What stands beside a VIN and could be another one that is damaged or written apart; empty if nothing."""
    for part in _APART.split(rest):
        joined = re.sub(r"[\s\-]+", "", part)
        figures = sum(character.isdigit() or character in "IOQ" for character in joined)
        if len(joined) in _NEARLY_A_VIN and joined.isalnum() and 5 <= figures < len(joined):
            return joined
    return ""


def is_plain(text: str) -> bool:
    """Whether ``read`` finds nothing to clean and nothing wrong.

    >>> is_plain("LRW3E7FA1LC000001"), is_plain("lrw3e7fa1lc000001")
    (True, False)
    """
    return _PLAIN(text) is not None


def _fault(packed: str, spaced: str) -> Problem | None:
    """What keeps a text from being a VIN, the gravest first."""
    if _PLACEHOLDER.fullmatch(packed):
        return Problem.PLACEHOLDER
    if len(packed) != 17 and _FRAME_NUMBER.fullmatch(spaced):
        return Problem.FRAME_NUMBER
    readable = sum(map(CHARACTER_VALUES.__contains__, packed))
    if readable < _READABLE:
        return Problem.NOT_A_VIN
    if len(packed) != 17:
        return Problem.LENGTH
    return None if readable == 17 else Problem.ALPHABET


def _plain(raw: str) -> tuple[str, list[Problem]]:
    """Fold width, case, invisible characters and look-alikes; report each fold that did something."""
    if raw.isascii():
        capitals = raw.upper()
        return capitals, [] if capitals == raw else [Problem.LETTER_CASE]
    cleanup = []
    visible = raw.translate(_INVISIBLE)
    if visible != raw:
        cleanup.append(Problem.INVISIBLE)
    spaced = visible.replace("\u00a0", " ").replace("\u3000", " ")
    text = unicodedata.normalize("NFKC", spaced)
    if text != spaced:
        cleanup.append(Problem.FULL_WIDTH)
    capitals = text.upper()
    if capitals != text:
        cleanup.append(Problem.LETTER_CASE)
    latin = capitals.translate(_LOOK_ALIKES)
    if latin != capitals:
        cleanup.append(Problem.LOOK_ALIKE)
    return latin, cleanup


def _packed(text: str) -> tuple[str, list[Problem]]:
    """Take out what people put between and around the characters."""
    cleanup = []
    packed = "".join(text.split())
    if packed != text:
        cleanup.append(Problem.SPACES)
    bare = packed.strip(_DELIMITERS)
    if bare != packed:
        cleanup.append(Problem.DELIMITERS)
    joined = _SEPARATORS.sub("", bare)
    if joined != bare:
        cleanup.append(Problem.SEPARATORS)
    return joined, cleanup


def remainder(values: Iterable[Any]) -> Any:
    """The weighted sum modulo 11 of 17 character values.

    Written with operators alone, so that 17 numbers and 17 columns of numbers serve alike.
    """
    return sum(map(mul, WEIGHTS, values)) % 11


# By position what each character adds to the sum.
_WEIGHTED = [
    {character: value * weight for character, value in CHARACTER_VALUES.items()}
    for weight in WEIGHTS
]


def compact(number: str) -> str:
    """The text without separators, in plain capitals. Nothing is judged.

    >>> compact("VIN: 1M8GD-M9AXK-P042788")
    '1M8GDM9AXKP042788'
    """
    return read(number).text


def calc_check_digit(number: str) -> str:
    """The character that position 9 must hold; what stands there now is not looked at.

    Raises:
        InvalidVin: not 17 characters, or a character other than position 9 is not of a VIN.

    >>> calc_check_digit("1M8GDM9A_KP042788")
    'X'
    """
    if len(number) != 17:
        raise _invalid(Problem.LENGTH)
    others = f"{number[:8]}0{number[9:]}"
    try:
        return CHECK_CHARACTERS[sum(map(getitem, _WEIGHTED, others)) % 11]
    except KeyError:
        raise _invalid(Problem.ALPHABET) from None


def market_of(number: str) -> Market:
    """Whose rules a VIN follows, by the ISO 3780 region of its first two characters.

    1-5 and 7F-70 North America; L and H (GB 16737-2019) China; S-Z Europe; the rest plain ISO.
    Where the registry knows better (codes once given to Taiwan), ``identity.market`` says so.
    """
    first, second = number[:1], number[1:2]
    if first in _NORTH_AMERICA or (first == "7" and second not in _OCEANIA_AFTER_7):
        return Market.US
    if first in {"L", "H"}:
        return Market.CN
    return Market.EU if "S" <= first <= "Z" else Market.ISO


def position_9(number: str) -> CheckDigit:
    """Whether position 9 agrees with the other positions of a well-formed VIN, whatever the market.

    ``cannot_tell`` where it holds a character that no check digit has.
    """
    if number[8] not in CHECK_CHARACTERS:
        return CheckDigit.CANNOT_TELL
    return CheckDigit.HOLDS if number[8] == calc_check_digit(number) else CheckDigit.FAILS


def check_digit_status(number: str, market: Market) -> CheckDigit:
    """Whether position 9 of a well-formed VIN holds in this market."""
    return judged(position_9(number), market)


def judged(ninth: CheckDigit, market: Market) -> CheckDigit:
    """What it means in a market that ``position_9`` agrees with the other positions, or does not."""
    if market not in CHECKED_MARKETS:
        return CheckDigit.NOT_USED
    return CheckDigit.HOLDS if ninth is CheckDigit.HOLDS else CheckDigit.FAILS


def validate(number: str) -> str:
    """The compact form of a VIN whose alphabet, length and (where used) check digit are right.

    Raises:
        InvalidVin: with the problem; one of python-stdnum's exceptions.
    """
    vin = Vin(number)
    if check_digit_status(vin, market_of(vin)) is CheckDigit.FAILS:
        raise _invalid(Problem.CHECK_DIGIT)
    return str(vin)


def is_valid(number: str) -> bool:
    """Whether ``validate`` accepts the text."""
    reading = read(number)
    if reading.problem is not None:
        return False
    return check_digit_status(reading.text, market_of(reading.text)) is not CheckDigit.FAILS


def format(number: str, separator: str = " ") -> str:  # noqa: A001 - the name is python-stdnum's
    """The VIN in its three sections: WMI, VDS, VIS.

    >>> format("LRW3E7FA1LC000001")
    'LRW 3E7FA1 LC000001'
    """
    text = compact(number)
    return separator.join(part for part in (text[:3], text[3:9], text[9:]) if part)


class _Positions(str):
    """Seventeen characters by the positions of the standard."""

    __slots__ = ()

    @property
    def small_maker(self) -> bool:
        """Position 3 is 9: fewer than 1,000 vehicles a year, the WMI goes on at 12-14."""
        return self[2] == "9"

    @property
    def wmi(self) -> str:
        """World manufacturer identifier: positions 1-3, with 12-14 for a small maker."""
        return self[:3] + self[11:14] if self.small_maker else self[:3]

    @property
    def vds(self) -> str:
        """Vehicle descriptor section: positions 4-9."""
        return self[3:9]

    @property
    def vis(self) -> str:
        """Vehicle identifier section: positions 10-17."""
        return self[9:]

    @property
    def descriptor(self) -> str:
        """What many vehicles share: positions 1-8, 10 and 11 (and 12-14 for a small maker)."""
        return self[:8] + self[9:11] + (self[11:14] if self.small_maker else "")

    @property
    def check_digit(self) -> str:
        """The character at position 9, whatever it means in the market."""
        return self[8]

    @property
    def model_year_code(self) -> str:
        """The character at position 10."""
        return self[9]

    @property
    def plant_code(self) -> str:
        """The character at position 11."""
        return self[10]

    @property
    def serial(self) -> str:
        """Positions 12-17, or 15-17 for a small maker."""
        return self[14:] if self.small_maker else self[11:]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Let a Vin be a field of anyone's pydantic model; pydantic is imported only then."""
        from pydantic_core import core_schema  # noqa: PLC0415 - start-up time

        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(), serialization=core_schema.to_string_ser_schema()
        )


class Vin(_Positions):
    """A well-formed VIN: 17 characters of the VIN alphabet. It is a ``str``; parts are properties.

    The text given may be dirty (see ``read``); the value is the clean form. A check digit that
    fails does not keep a Vin from being made: ``vintool.check`` and ``validate`` judge it.

    Raises:
        InvalidVin: the text is no VIN; the message says why without quoting it.

    >>> vin = Vin("lrw3e7fa1 lc000001")
    >>> vin, vin.wmi, vin.vds, vin.vis, vin.model_year_code, vin.plant_code, vin.serial
    ('LRW3E7FA1LC000001', 'LRW', '3E7FA1', 'LC000001', 'L', 'C', '000001')
    >>> Vin("YT9NN1U14KA007175").wmi
    'YT9007'
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Clean the text and refuse what is no VIN."""
        if type(text) is cls:
            return text
        reading = read(text)
        if reading.problem is not None:
            raise _invalid(reading.problem)
        return super().__new__(cls, reading.text)

    @classmethod
    def trusted(cls, text: str) -> Self:
        """A Vin of a text that ``read`` has found to be one already; nothing is checked again."""
        return super().__new__(cls, text)


class PartialVin(_Positions):
    """What is known of a VIN: 17 characters, ``*`` standing for each that is not known.

    Args:
        text: the first 8 to 11 characters of a VIN, or 17 with ``*`` among them.

    Raises:
        InvalidVin: the text is neither; the message says why without quoting it.

    >>> PartialVin("lrw3e7fa"), PartialVin("1FTVW1EL*NW******").model_year_code
    ('LRW3E7FA*********', 'N')
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Clean the text and refuse what tells too little, or too much."""
        if type(text) is cls:
            return text
        packed = _SEPARATORS.sub("", "".join(_plain(text)[0].split()))
        if len(packed) != 17:
            packed = packed.rstrip(UNKNOWN_CHARACTER)
            packed = packed.ljust(17, UNKNOWN_CHARACTER) if len(packed) <= _READABLE else packed
        known = packed.replace(UNKNOWN_CHARACTER, "")
        if (
            len(packed) != 17
            or not _PARTLY_READABLE <= len(known) < 17
            or not set(known) <= set(ALPHABET)
        ):
            raise _invalid(read(text).problem or Problem.LENGTH)
        return super().__new__(cls, packed)


def _invalid(problem: Problem) -> "InvalidVin":
    from vintool.vin.errors import invalid  # noqa: PLC0415 - see there

    return invalid(problem)


def __getattr__(name: str) -> Any:
    """The exceptions, loaded when asked for (PEP 562)."""
    if name.startswith("InvalidVin"):
        from vintool.vin import errors as invalid  # noqa: PLC0415 - see there

        return getattr(invalid, name)
    raise AttributeError(f"module 'vintool.vin' has no attribute {name!r}")
