"""Codes: tariff codes and UN numbers of a cell, and the codes of declared.codes.csv."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

from vintool.codes import Powertrain
from vintool.declaration.lexicon.meanings import Meaning, quoted, weigh
from vintool.errors import DataError
from vintool.registry import tariff
from vintool.registry.rows import read_rows

CODE_COLUMNS = (
    *("field", "code", "from", "until", "powertrain", "meaning", "confidence", "source"),
)

_UN_NUMBER = re.compile(r"(?<!\d)\d{4}(?!\d)")
_ROUNDED = re.compile(r"(?<![\d.,])\d(?:[.,]\d+[eE]\+?|[eE]\+)\d{1,2}(?!\d)")
_CODE = re.compile(r"\d(?:[\d.\s]*\d)?")
_APART = r"(?:\s?[-.,/·•‧⋅・'’`:|_()\u2010-\u2015\u2212]\s?|\s)"
_THOUSANDS = "[.,'’ ·_]"
PARTED = (
    rf"0?(?:870[234]{_APART}?(?!87)\d\d{_APART}?\d\d(?:{_APART}?\d\d)?"
    rf"|8{_THOUSANDS}70[234](?:{_THOUSANDS}\d{{3}}){{2}})(?!\d)"
)
"""A code of vehicles, of eight or ten figures, whatever stands between them: 8703-80-10-90, 8,703,801,090."""

_PARTED = re.compile(rf"(?<!\d){PARTED}")
# All figures of a cell; 8703.8 is what a spreadsheet makes of 8703.80, and there is no other subheading in 8703.8.
_ELECTRIC_CARS = re.compile(r"0*87038(?!7)")
_ELECTRIC_FROM, _ELECTRIC_TO, _ABOVE_ENGINES = 8_703_800_000, 8_703_810_000, 8_703_400_000
_SHORTEST_CODE, _LONGEST_CODE = 4, 13  # a heading; ten digits and a suffix of customs systems


class Period(NamedTuple):
    """The days on which a code stands for what it means; both count."""

    start: date
    until: date
    meaning: str
    source: str


@cache
def code_periods() -> dict[tuple[str, str], Period]:
    """The days of the codes of declared.codes.csv, by field and code."""
    return {
        (field, code): Period(
            date.fromisoformat(first) if first else date.min,
            date.fromisoformat(last) if last else date.max,
            meaning,
            source,
        )
        for field, code, first, last, _powertrain, meaning, _confidence, source in read_rows(
            "declared.codes.csv", CODE_COLUMNS
        )
    }


@cache
def code_table() -> dict[tuple[str, str], Meaning]:
    """What the codes of declared.codes.csv mean, by field and code."""
    table: dict[tuple[str, str], Meaning] = {}
    for field, code, _from, _until, powertrain, meaning, _confidence, source in read_rows(
        "declared.codes.csv", CODE_COLUMNS
    ):
        if (field, code) in table:
            raise DataError(f"wmi_data/declared.codes.csv: {field} {code} stands twice")
        table[field, code] = Meaning(field, meaning, Powertrain(powertrain), source=source)
    return table


def plain_figures(text: str) -> str:
    r"""A text with the figures of all scripts as 0 to 9, and without characters that nobody sees.

    >>> plain_figures("٨٧٠٣"), plain_figures("8703\u200b80")
    ('8703', '870380')
    """
    if text.isascii():
        return text
    seen = (one for one in text if unicodedata.category(one) != "Cf")
    return "".join(str(unicodedata.decimal(one, one)) for one in seen)


def _together_again(found: re.Match[str]) -> str:
    """A code that was parted by other signs than dots and spaces, as figures alone."""
    code = found[0]
    figures = re.sub(r"\D", "", code)
    return code if re.fullmatch(r"[\d.\s]*", code) else f";{figures};"


@lru_cache(maxsize=1 << 16)
def codes_in(text: str) -> tuple[str, ...]:
    """The tariff codes of a cell, ten digits at most, whatever stands between them.

    Spreadsheets add ``.0``, people add dots and spaces, customs systems a suffix. In scientific notation digits are
    lost and the last one is rounded (8703801090 is shown as 8.704E+09), so it is no code.

    >>> codes_in("8703.80.10.90"), codes_in("8703801090.0"), codes_in("8703234190（改8703801090）")
    (('8703801090',), ('8703801090',), ('8703234190', '8703801090'))
    >>> codes_in("8703-80-10-90"), codes_in("8,703,801,090"), codes_in("8703/8704"), codes_in("08703801090")
    (('8703801090',), ('8703801090',), ('8703', '8704'), ('8703801090',))
    """
    distinct: dict[str, None] = {}
    plain = plain_figures(unicodedata.normalize("NFKC", text))
    for run in _CODE.findall(_ROUNDED.sub(" ", _PARTED.sub(_together_again, plain))):
        whole = re.sub(r"(?<=\d{4})\.0+$", "", run)
        parts = whole.split()
        digits = re.sub(r"\D", "", whole)
        if len(digits) > _LONGEST_CODE or all(len(re.sub(r"\D", "", part)) >= 6 for part in parts):
            codes = [re.sub(r"\D", "", part) for part in parts]
        else:
            codes = [digits]
        for code in (re.sub("^0+(?=87)", "", code) for code in codes):
            # Two codes written as one: twenty digits are no code.
            pieces = [code] if len(code) <= _LONGEST_CODE else [code[:10], code[10:20]]
            distinct |= dict.fromkeys(
                piece[:10] for piece in pieces if len(piece) >= _SHORTEST_CODE
            )
    return tuple(distinct)


def hs_code(text: str) -> Meaning | None:
    """What the tariff codes of a cell mean; a cell whose code cannot be read and may be that of an electric car hints at one.

    >>> hs_code("8703-80-10-90").value, hs_code("8703.8").hint, hs_code("8.704E+09").hint, hs_code("8.703E+09")
    ('BEV', 'HS 8703.8', 'HS 8.704E+09', None)
    """
    said = _together("hs_code", text, codes_in(text), _tariff_line)
    if said is not None and (said.powertrain or said.rivals):
        return said
    plain = plain_figures(unicodedata.normalize("NFKC", text))
    begins = _ELECTRIC_CARS.match(re.sub(r"\D", "", plain))
    if not begins and not any(map(_may_be_electric, _ROUNDED.findall(plain))):
        return said
    cell = said or Meaning("hs_code", quoted("hs_code", text), source="tariff.csv")
    return cell._replace(hint=f"HS {text.strip()[:20]}")


def _may_be_electric(rounded: str) -> bool:
    """Whether a code in scientific notation may be that of an electric car, and not of one with an engine alone."""
    mantissa, exponent = rounded.replace(",", ".").lower().split("e")
    _, _, decimals = mantissa.partition(".")
    unit = 10.0 ** (9 - len(decimals))
    nearest = float(mantissa) * 1e9  # as if of ten figures
    likely = int(exponent) in {7, 9}
    low, high = nearest - unit / 2, nearest + unit / 2
    return likely and low > _ABOVE_ENGINES and low < _ELECTRIC_TO and high > _ELECTRIC_FROM


def un_no(text: str) -> Meaning | None:
    """What the UN numbers of a cell mean."""
    return _together("un_no", text, un_numbers_in(text), _un_number)


def un_numbers_in(text: str) -> tuple[str, ...]:
    """The UN numbers of a cell.

    >>> un_numbers_in("UN3171 / 3556")
    ('3171', '3556')
    """
    return tuple(_UN_NUMBER.findall(unicodedata.normalize("NFKC", text)))


def _together(
    field: str, text: str, codes: Sequence[str], read: Callable[[str], Meaning | None]
) -> Meaning | None:
    """A code, or several in one cell: one thing said twice, or pure electric against others."""
    read_codes = [read(code) for code in dict.fromkeys(codes)]
    known = [meaning for meaning in read_codes if meaning is not None]
    if not known:
        return None
    if len(known) == len(read_codes) and len({meaning[2:6] for meaning in known}) == 1:
        return known[0]
    powertrains = weigh(meaning.powertrain for meaning in known if meaning.powertrain)
    if Powertrain.BEV not in powertrains:
        return None
    cell = Meaning(field, quoted(field, text), source=known[0].source)
    return cell.with_powertrains(powertrains)


def _un_number(digits: str) -> Meaning | None:
    known = code_table().get(("un_no", digits))
    return known._replace(display=f"UN {digits}: {known.display}") if known else None


def _tariff_line(digits: str) -> Meaning | None:
    if not (lines := tariff.find(digits)):
        return None
    line = lines[-1]  # a code has one meaning, whatever its period
    return Meaning(
        "hs_code",
        f"HS {digits}: {line.meaning}",
        line.powertrain,
        line.kind,
        line.condition,
        line.has_vin,
        line.source,
    )
