"""Type codes (产品型号) as MIIT's announcements print them: their grammar, and what it tells.

A code has the maker's letters, a digit for the kind of vehicle, two digits of a main parameter, one
of the product, and what the maker adds: BYD 7 15 0 WTHEV5 (GB 9417, as the announcements still follow it).
The main parameter of a car is the displacement of its engine in decilitres, 00 without one.
"""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from vintool.codes import Powertrain
from vintool.declaration.lexicon.codes import code_table
from vintool.registry.rows import read_rows

_CODE = re.compile(
    r"(?<![A-Z0-9])(?P<maker>[A-Z]{2,4})(?P<digit>[1-9])(?P<parameter>[0-9]{2})[0-9]"
    r"(?P<added>[A-Z0-9]*(?:-[A-Z]+[0-9]*)?)(?![A-Z0-9])"
)
_SUFFIX = re.compile(r"FCEV|[PSM]HEV|EREV|REEV|BEV|HEV|EV")
# 2 is any cross-country vehicle, 6 a bus or a people carrier, and 5 holds ambulances, hearses and motor homes, which
# customs count among passenger cars: these tell nothing.
_KINDS = {"1": "truck", "3": "truck", "4": "truck", "7": "passenger", "9": "trailer"}
_FILE, _COLUMNS = "declared.type_codes.csv", ("letters", "maker", "source")
# A hybrid has an engine: beside a displacement of nothing one of the two is a slip.
_WITH_ENGINE = frozenset({Powertrain.HEV, Powertrain.PHEV, Powertrain.NOT_BEV})
_CAR, _NO_ENGINE, _SMALLEST_ENGINE, _LARGEST_ENGINE = "7", 0, 8, 69


class TypeCode(NamedTuple):
    """A type code, parted by its grammar.

    Attributes:
        text: the code.
        maker: its letters.
        digit: the kind of vehicle: 1 truck, 2 cross-country, 3 dumper, 4 tractor, 5 special, 6 bus or people carrier, 7
            car, 9 semi-trailer.
        parameter: of a car its displacement in decilitres, of a bus its length in metres, of a truck its mass in tonnes.
        added: what stands behind the number.
    """

    text: str
    maker: str
    digit: str
    parameter: int
    added: str

    @property
    def powertrains(self) -> tuple[Powertrain, ...]:
        """What the suffixes say, or an engine; a plain EV means pure electric only where the grammar leaves no room for one.

        >>> [code.powertrains[0].value for code in type_codes("BYD7005BEV1, LXA6520SSHEV, HFC7001EAEV, QCJ7150WTHEV5, MR7156D100")]
        ['BEV', 'EREV', 'BEV', 'NOT_BEV', 'NOT_BEV']
        """
        powertrains = (
            code_table()["type_code", suffix].powertrain
            for suffix in _SUFFIX.findall(self.added)
            if suffix != "EV" or (self.digit == _CAR and self.parameter == _NO_ENGINE)
        )
        by_suffix = tuple(dict.fromkeys(one for one in powertrains if one is not None))
        if self.digit == _CAR and self.parameter == _NO_ENGINE and _WITH_ENGINE & {*by_suffix}:
            return ()
        return by_suffix or ((Powertrain.NOT_BEV,) if self.engine else ())

    @property
    def engine(self) -> bool:
        """Whether it is the code of a car with an engine and no sign of a motor: a known maker's, 7, a displacement, no EV.

        Standards and orders have numbers of the same shape: GB7258, PO7150. It tells that the car is not pure electric, not whether it is a hybrid: makers leave the sign of
        mild hybrids out.
        """
        displacement = _SMALLEST_ENGINE <= self.parameter <= _LARGEST_ENGINE
        a_car = self.digit == _CAR and self.maker in _makers()
        return a_car and displacement and "EV" not in self.added

    @property
    def kind(self) -> str:
        """The kind of vehicle, where the digit alone tells it; else empty.

        >>> [code.kind for code in type_codes("MR7156D100 QCJ103044HEV61 BJ6610BG42BEV")]
        ['passenger', 'truck', '']
        """
        return _KINDS.get(self.digit, "")


def type_codes(text: str) -> tuple[TypeCode, ...]:
    """The type codes in a text, among other words or alone.

    >>> [code.text for code in type_codes("型号:byd7005bev1|BJ5022XXYV3R2-BEV|Model 3|UN 3166")]
    ['BYD7005BEV1', 'BJ5022XXYV3R2-BEV']
    """
    return tuple(map(_parted, _CODE.finditer(_plain(text))))


def without_type_codes(text: str) -> str:
    """The text without its type codes, whose letters are no words.

    >>> without_type_codes("BYD7005BEV1 纯电动轿车")
    '  纯电动轿车'
    """
    whole = _plain(text)
    return _CODE.sub(" ", whole) if _CODE.search(whole) else unicodedata.normalize("NFKC", text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper()


def _parted(code: re.Match[str]) -> TypeCode:
    return TypeCode(code[0], code["maker"], code["digit"], int(code["parameter"]), code["added"])


@cache
def _makers() -> frozenset[str]:
    """The letters of makers that build cars with engines."""
    return frozenset(letters for letters, _maker, _source in read_rows(_FILE, _COLUMNS))
