"""What stands where in a VIN: the alphabet, the parts, the codes of position 10, whose rules apply.

Sources: ISO 3779:2009 and ISO 3780:2009 (alphabet, parts, regions); 49 CFR 565.15 (small makers,
position 10); GB 16737-2019 (the codes of China).
"""

from typing import Any

from vintool.codes import Market

ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
#: Stands at a position of a VIN that is not known.
UNKNOWN_CHARACTER = "*"
#: At position 3: fewer than 1,000 vehicles a year, and the WMI goes on at positions 12-14.
SMALL_MAKER = "9"

#: Position 10 in the order of the years: 1980-2009, then again from 2010.
MODEL_YEAR_CODES = "ABCDEFGHJKLMNPRSTVWXY123456789"
FIRST_MODEL_YEAR = 1980
MODEL_YEAR_CYCLE = len(MODEL_YEAR_CODES)

#: Whose rules make position 9 a check digit and position 10 the model year.
CHECKED_MARKETS = frozenset({Market.US, Market.CN})
_NORTH_AMERICA, _OCEANIA_AFTER_7 = frozenset("12345"), frozenset("ABCDE")


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


def years_of_code(code: str) -> tuple[int, int] | None:
    """The two model years that a character at position 10 stands for; None if it stands for none.

    >>> years_of_code("L"), years_of_code("U")
    ((1990, 2020), None)
    """
    at = MODEL_YEAR_CODES.find(code)
    first = FIRST_MODEL_YEAR + at
    return None if at < 0 else (first, first + MODEL_YEAR_CYCLE)


def code_of_year(year: int) -> str:
    """The character at position 10 that stands for a model year.

    >>> code_of_year(1990), code_of_year(2020)
    ('L', 'L')
    """
    return MODEL_YEAR_CODES[(year - FIRST_MODEL_YEAR) % MODEL_YEAR_CYCLE]


def before_serial(number: str) -> int:
    """The last position before the serial, of a VIN or of its WMI: 11, or 14 for a small maker.

    >>> before_serial("LRW3E7FA1LC000001"), before_serial("YT9007")
    (11, 14)
    """
    return 14 if number[2] == SMALL_MAKER else 11


class Positions(str):
    """Seventeen characters by the positions of the standard."""

    __slots__ = ()
    _signs, _example = ALPHABET, "LRW3E7FA1LC000001"

    @property
    def small_maker(self) -> bool:
        """Whether the maker is a small one: see ``SMALL_MAKER``."""
        return self[2] == SMALL_MAKER

    @property
    def wmi(self) -> str:
        """World manufacturer identifier: positions 1-3, with 12-14 for a small maker."""
        return self[:3] + self[11 : before_serial(self)]

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
        return self[:8] + self[9 : before_serial(self)]

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
        return self[before_serial(self) :]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Let it be a field of anyone's pydantic model; pydantic is imported only then."""
        from pydantic_core import core_schema  # noqa: PLC0415 - start-up time

        return core_schema.no_info_wrap_validator_function(
            lambda value, text: value if type(value) is cls else cls(text(value)),
            core_schema.str_schema(),
            serialization=core_schema.to_string_ser_schema(),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        """What a schema in JSON says of it: its clean form; a text that can be cleaned is taken, too."""
        return {
            **handler(core),
            "title": cls.__name__,
            "description": (cls.__doc__ or "").partition("\n")[0],
            "pattern": f"^[{cls._signs}]{{17}}$",
            "minLength": 17,
            "maxLength": 17,
            "examples": [cls._example],
        }
