"""Characters that eyes, hands and scanners take for one another."""

from collections.abc import Iterable
from itertools import pairwise

from vintool.vin.positions import ALPHABET

# By shape, in print and by hand, each pair once. Not measured: gathered from the forms of the letters and figures.
_CLOSE = ("0D", "1L", "1T", "17", "2Z", "38", "4A", "5S", "6G", "8B", "CG", "EF", "MN", "PR", "UV", "VY")  # fmt: skip
_REMOTE = (
    "06", "08", "0C", "0G", "0U", "1J", "35", "3B", "49", "4Y", "56", "58", "68", "6B", "7T", "7Y", "7Z", "89", "8G", "8S", "9G",
    "BD", "BE", "BP", "BR", "DP", "FP", "HK", "HM", "HN", "KX", "MW", "NW", "UW", "VW", "XY",
)  # fmt: skip

# On a keyboard of letters, and on one of figures: side by side, and one above the other.
_KEYS = ("1234567890", "QWERTYUP", "ASDFGHJKL", "ZXCVBNM", "789", "456", "123", "741", "852", "963", "01", "02", "1QAZ", "2WSX", "3EDC", "4RFV", "5TGB", "6YHN", "7UJM")  # fmt: skip


def _by_character(pairs: Iterable[str]) -> dict[str, str]:
    both = {*pairs, *(pair[::-1] for pair in pairs)}
    return {one: "".join(other for other in ALPHABET if one + other in both) for one in ALPHABET}


#: Each character of the alphabet with those that it is easily taken for: what may have been meant.
CLOSE = _by_character(_CLOSE)
#: Each character with those that lie beside it on a keyboard.
NEIGHBOURS = _by_character([one + other for row in _KEYS for one, other in pairwise(row)])
#: Each character with all that it may be taken for: what may hide behind a VIN, rather too many than too few.
LOOK_ALIKES = _by_character((*_CLOSE, *_REMOTE))
