"""A VIN as a value: a text whose parts are properties, whole or with positions that are not known."""

from typing import Self

from vintool.codes import Problem
from vintool.vin.cleanup import read
from vintool.vin.positions import ALPHABET, UNKNOWN_CHARACTER, Positions


class Vin(Positions):
    """A well-formed VIN: 17 characters of the VIN alphabet. It is a ``str``; parts are properties.

    The text given may be dirty (see ``cleanup.read``); the value is the clean form. A check digit that
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
            from vintool.vin.errors import invalid  # noqa: PLC0415 - see there

            raise invalid(reading.problem)
        return super().__new__(cls, reading.text)

    @classmethod
    def trusted(cls, text: str) -> Self:
        """A Vin of a text that ``read`` has found to be one already; nothing is checked again."""
        return super().__new__(cls, text)


class PartialVin(Positions):
    """What is known of a VIN: 17 characters, ``*`` standing for each that is not known.

    Args:
        text: the first 8 to 16 characters of a VIN, or one with a mask: see ``masks``.

    Raises:
        InvalidVin: the text is neither; the message says why without quoting it.

    >>> PartialVin("lrw3e7fa"), PartialVin("1FTVW1EL*NW******").model_year_code
    ('LRW3E7FA*********', 'N')
    """

    __slots__ = ()
    _signs, _example = f"{ALPHABET}{UNKNOWN_CHARACTER}", "LRW3E7FA*********"

    def __new__(cls, text: str) -> Self:
        """Clean the text and refuse what tells too little, or too much."""
        if type(text) is cls:
            return text
        reading = read(text)
        if not reading.known:
            from vintool.vin.errors import invalid  # noqa: PLC0415 - see there

            raise invalid(reading.problem or Problem.LENGTH)
        return super().__new__(cls, reading.known)

    @classmethod
    def trusted(cls, text: str) -> Self:
        """One of a text that ``read`` has found to be known; nothing is checked again."""
        return super().__new__(cls, text)
