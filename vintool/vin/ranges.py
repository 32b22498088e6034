"""The VINs from a first to a last one, where both are written and those between are not.

A range is counted out only where nothing is guessed: both ends are of one descriptor, their serials run, and position 9
is the check digit of both, which is then worked out for each, or the same character in a market that has none.
"""

import re

from vintool.codes import CheckDigit
from vintool.vin.check_digit import calc_check_digit, position_9
from vintool.vin.positions import CHECKED_MARKETS, before_serial, market_of

#: VINs that a range may have; a licence, a bill of lading or a lot has some hundreds. More are not counted out, and told.
LONGEST = 1_000

_RUNNING = re.compile(r"[0-9]+$")


def vins_between(first: str, last: str) -> tuple[str, ...]:
    """The VINs of a range, both ends included; empty where it cannot be counted out.

    >>> vins_between("LRW3E7FA1LC000001", "LRW3E7FA5LC000003")
    ('LRW3E7FA1LC000001', 'LRW3E7FA3LC000002', 'LRW3E7FA5LC000003')
    >>> vins_between("LRW3E7FA1LC000001", "LRW3E7FA1LC000003"), vins_between("WVWZZZ1KZ9W000008", "WVWZZZ1KZ9W000009")
    ((), ('WVWZZZ1KZ9W000008', 'WVWZZZ1KZ9W000009'))

    Args:
        first: a well-formed VIN.
        last: likewise.
    """
    at = before_serial(first)
    figures = _RUNNING.search(first, at)
    if figures is None or (first[:8], first[9:at]) != (last[:8], last[9:at]):
        return ()
    start = figures.start()
    if first[at:start] != last[at:start] or not last[start:].isdigit():
        return ()
    low, high = int(first[start:]), int(last[start:])
    if not low < high < low + LONGEST:
        return ()
    checked = all(position_9(end) is CheckDigit.HOLDS for end in (first, last))
    if not checked and (market_of(first) in CHECKED_MARKETS or first[8] != last[8]):
        return ()
    serials = (f"{serial:0{17 - start}}" for serial in range(low, high + 1))
    vins = (first[:start] + serial for serial in serials)
    return tuple(vin[:8] + calc_check_digit(vin) + vin[9:] if checked else vin for vin in vins)


def last_of(first: str, end: str) -> str:
    """The last VIN of a range of which the last figures alone are written; empty where they are none of a later one.

    >>> last_of("LRW3E7FA1LC000001", "03"), last_of("LRW3E7FA1LC000012", "03")
    ('LRW3E7FA5LC000003', '')
    """
    at = 17 - len(end)
    if not end.isdigit() or at < before_serial(first) or end <= first[at:]:
        return ""
    last = first[:at] + end
    checked = position_9(first) is CheckDigit.HOLDS
    return last[:8] + calc_check_digit(last) + last[9:] if checked else last
