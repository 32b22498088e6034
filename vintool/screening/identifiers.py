"""Other numbers of a sheet: containers, vessels, exporters, tariff codes. Remarks, never failures.

Check digits are python-stdnum's. It knows nothing of full width, spaces and spreadsheets, so the
text is cleaned first; a text that is no number of the kind at all is left alone.
"""

import re
import unicodedata
from datetime import date
from functools import lru_cache

from stdnum import imo, iso6346
from stdnum.cn import uscc

from vintool.codes import Reason
from vintool.declaration.lexicon.codes import code_periods, codes_in, un_numbers_in
from vintool.registry import tariff
from vintool.screening.evidence import Remark, remark

_MANY = 1 << 16
_LIST = re.compile(r"[/;,、，；\n]|\s{2,}")
# A size ("40HQ") or a word in the column is no container number.
_LIKE_A_CONTAINER = re.compile(r"[A-Z]{3,5}[0-9]{5,8}|[A-Z0-9]{10,12}")
_CONTAINER = re.compile(r"[A-Z]{3}[UJZR][0-9]{7}")
_IMO = re.compile(r"\bIMO\W{0,3}(?:NO\W{0,3})?([0-9]{5,9})(?![0-9])|^\W*([0-9]{5,9})(?:\.0+)?\W*$")
_NOT_YET = re.compile(
    r"[\W_]*|TBA|TBD|TBN|TBC|NIL|NONE|NA|N/A|N\.A\.|NULL|LCL|BULK|RORO|PENDING|待定|待办|无|空|散货|滚装"
)
# What stands in a column of exporters' codes and has no check character of its own.
_UNCHECKED = re.compile(r"[A-Z]{2}[0-9A-Z]{14,15}")  # EORI
USCC_LENGTH = 18
_NEARLY = range(16, 21)  # other codes, of customs or an old register, are shorter


def _capitals(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().upper()


def stands_for_nothing(text: str) -> bool:
    """Whether a cell says that there is no number, or none yet."""
    return _NOT_YET.fullmatch(_capitals(text)) is not None


def _bare(text: str) -> str:
    return re.sub(r"[\s\-_.·]+", "", text)


@lru_cache(maxsize=_MANY)
def container(text: str) -> tuple[Remark, ...]:
    """Container numbers of a cell that break ISO 6346.

    >>> container("CSQU3054383"), container("CSQU 305438-4")[0].reason.value
    ((), 'container_invalid')
    """
    numbers = (_bare(part) for part in _LIST.split(_capitals(text)))
    return tuple(
        remark(Reason.CONTAINER_INVALID, f"container {number[:20]!r}", "ISO 6346")
        for number in numbers
        if _LIKE_A_CONTAINER.fullmatch(number) and not _is_container(number)
    )[:3]


def _is_container(number: str) -> bool:
    # The digit alone: iso6346.validate cleans the text once more, at three times the cost.
    return bool(_CONTAINER.fullmatch(number)) and (
        iso6346.calc_check_digit(number[:-1]) == number[-1]
    )


@lru_cache(maxsize=_MANY)
def vessel(text: str) -> tuple[Remark, ...]:
    """IMO numbers of a cell whose check digit fails; a name alone is no number.

    >>> vessel("IMO 9319466"), vessel("9319467.0")[0].reason.value, vessel("Morning Star")
    ((), 'imo_invalid', ())
    """
    numbers = (match[1] or match[2] for match in _IMO.finditer(_capitals(text)))
    source = "IMO ship identification number scheme"
    return tuple(
        remark(Reason.IMO_INVALID, f"IMO {number[:12]}", source)
        for number in numbers
        if not imo.is_valid(number)
    )


@lru_cache(maxsize=_MANY)
def credit_code(text: str) -> str:
    """A unified social credit code without what people put into it."""
    return re.sub(r"[^0-9A-Z]", "", _capitals(text))


@lru_cache(maxsize=_MANY)
def exporter_code(text: str) -> tuple[Remark, ...]:
    """A unified social credit code that breaks GB 32100; customs numbers and EORI are not checked.

    >>> exporter_code("91110000600037341L"), exporter_code("9111000060003734IL")[0].reason.value
    ((), 'exporter_code_invalid')
    """
    code = credit_code(text)
    if len(code) not in _NEARLY or _UNCHECKED.fullmatch(code) or uscc.is_valid(code):
        return ()
    return (remark(Reason.EXPORTER_CODE_INVALID, f"code {code[:24]!r}", "GB 32100-2015"),)


@lru_cache(maxsize=_MANY)
def code_in_force(text: str, on: date | None) -> tuple[Remark, ...]:
    """A tariff code that does not stand in the tariff on the declaration date.

    >>> code_in_force("8703800090", date(2026, 3, 1))[0].item.value
    'HS 8703800090 until 2024-12-31, declared on 2026-03-01'
    """
    remarks: list[Remark] = []
    if on is None:
        return ()
    for digits in codes_in(text):
        if tariff.abolished(digits, on):
            lines = tariff.find(digits)
            periods = ", ".join(line.period for line in lines)
            value = f"HS {digits} {periods}, declared on {on}"
            remarks.append(remark(Reason.CODE_NOT_IN_FORCE, value, lines[-1].source))
    return tuple(remarks)


@lru_cache(maxsize=_MANY)
def un_number_in_force(text: str, on: date | None) -> tuple[Remark, ...]:
    """A UN number that does not stand for such vehicles on the declaration date.

    >>> un_number_in_force("UN 3171", date(2026, 3, 1))[0].item.value
    'UN 3171 until 2025-12-31, declared on 2026-03-01'
    >>> un_number_in_force("3556", date(2026, 3, 1)), un_number_in_force("3171", date(2025, 12, 31))
    ((), ())
    """
    remarks: list[Remark] = []
    for number in un_numbers_in(text) if on is not None else ():
        period = code_periods().get(("un_no", number))
        if on is not None and period is not None and not period.start <= on <= period.until:
            value = f"UN {number} until {period.until}, declared on {on}"
            remarks.append(remark(Reason.UN_NUMBER_NOT_IN_FORCE, value, period.source))
    return tuple(remarks)
