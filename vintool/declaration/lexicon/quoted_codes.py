"""Codes of electric cars among words: a tariff code or a UN number in a remark, a description, or a column for something else.

A tariff code is known by its heading of cars; a UN number, which is four figures like a year, by what stands before it: UN, the
class of dangerous goods, or the like.
"""

import re

from vintool.codes import Powertrain
from vintool.declaration.lexicon.codes import PARTED, hs_code, plain_figures, un_no
from vintool.declaration.lexicon.words import fold

MAY_STAND = "870[234]|8[.,'’ ·_]70[234]|3171|355[678]"
"""Figures one of which stands in every text that quotes such a code."""

_MAY_STAND = re.compile(MAY_STAND)
# Behind a code, even an amount of it: zeros that a spreadsheet adds, or the next code of a list.
_TARIFF = re.compile(
    rf"(?:(?<!\d)(?<!\d[.,])|(?<=\d{{4}},))(?:{PARTED}(?!\.\d*[1-9])"
    r"|870[234][ .\-]?\d\d(?:[ .\-]?\d\d(?:[ .\-]?\d\d(?:\d{1,3})?)?)?(?!\d)(?![.,]\d))"
)
_AMOUNT = re.compile(r"\d{6}|\d{4}[., ]\d\d")  # 870380 and 8703.80 alone are amounts
_UN_NUMBER = re.compile(
    r"(?:(?<![^\W\d_])(?:un|u\.n\.|onu|oon|оон|unno|imo|imdg|adr|dg|hazmat|hazard|class|klasse|classe|clase|класс|pg|goods|gefahrgut|peligrosas?|dangereuses?|perigosas?|груз)(?![^\W\d_])|un번호|[险險]品|[险險][货貨]物?|国|號|号|类|類|级|級|編號|编号)"
    r"(?:[^\n]{0,24}?|\W{0,4})(?<!\d)(3171|355[678])(?!\d)"
)
_UN_NUMBER_BEFORE = re.compile(
    r"(?<![\w.,])(3171|355[678])\W{1,4}(?:(?:class|klasse|classe|clase|класс|cl\.?)\W{0,2}9(?!\d)|第?9[类類])"
)


def quoted_codes(text: str) -> list[str]:
    """The codes of pure electric cars that a text quotes, as evidence shows them.

    >>> quoted_codes("DG class 9, UN No. 3556"), quoted_codes("declare as 8703.80.1090"), quoted_codes("lot 3556, 8703234310")
    (['UN 3556'], ['HS 8703.80.1090'], [])
    >>> quoted_codes("8703.80"), quoted_codes("HS 8703.80")
    ([], ['HS 8703.80'])
    """
    if not _MAY_STAND.search(text) and text.isascii():
        return []
    folded = plain_figures(fold(text))
    numbers = _UN_NUMBER.findall(folded) + _UN_NUMBER_BEFORE.findall(folded)
    found = [f"UN {number}" for number in numbers if _electric(un_no(number))]
    amount = _AMOUNT.fullmatch(folded.strip())
    codes = [] if amount else [one[0] for one in _TARIFF.finditer(folded)]
    return found + [f"HS {code}" for code in codes if _electric(hs_code(code))]


def quoted_code(text: str) -> str:
    """The first of them; empty if there is none."""
    return next(iter(quoted_codes(text)), "")


def _electric(said: object) -> bool:
    return getattr(said, "powertrain", None) is Powertrain.BEV
