"""VINs: of a given start, of known check digits, and as dirty as cells have them."""

from hypothesis import strategies as st

from vintool.codes import Problem
from vintool.vin import (
    calc_check_digit,
    market_of,
)


def checked_vin(start, year_and_plant="S0", serial="012345"):
    """A VIN with a right check digit, whether its market has one or not."""
    text = f"{start}_{year_and_plant}{serial:0>6}"
    return text.replace("_", calc_check_digit(text))


def vin(start, year_and_plant="S0", serial="012345"):
    """A VIN with a right check digit where its market has one."""
    if market_of(start) in {"us", "cn"}:
        return checked_vin(start, year_and_plant, serial)
    return f"{start}Z{year_and_plant}{serial:0>6}"


@st.composite
def masked_vins(draw, vins):
    """A part of a VIN as people write it: cut, masked at the end or within, by one sign or another."""
    vin, mark = draw(vins), draw(st.sampled_from("*#?•Xx._"))
    first = draw(st.integers(8, 16))
    last = draw(st.integers(first + 1, 17))
    return draw(
        st.sampled_from(
            [vin[:first], vin[:first].ljust(17, mark), vin[:first] + mark * (last - first) + vin[last:]]
        )
    )  # fmt: skip


# GB 16735-2019 appendix A, 49 CFR 565 and vehicles in public lists; all recomputed.
HOLDS = [
    "LFWADRJF011002346",
    "5YJ3E1EAXHF000316",
    "1HGBH41JXMN109186",
    "LZPTCAP2561500278",
    "LJSKA3BF3CD820005",
    "LDC613P23A1305189",
    "LSJA24U62JG269225",
    "LBV5S3102ESJ25655",
    "1M8GDM9AXKP042788",
]
FAILS = {"L5BGA2V58NG590409": "4", "5YJ3E1EA0HF000316": "X"}

DIRT = {
    " lrw3e7fa1lc000001 ": {Problem.LETTER_CASE, Problem.SPACES},
    "LRW 3E7FA1 LC000001": {Problem.SPACES},
    "LRW-3E7FA1-LC000001": {Problem.SEPARATORS},
    "*LRW3E7FA1LC000001*": {Problem.DELIMITERS},
    "'LRW3E7FA1LC000001": {Problem.DELIMITERS},
    "VIN: LRW3E7FA1LC000001": {Problem.LABEL},
    "vin no. LRW3E7FA1LC000001": {Problem.LABEL, Problem.LETTER_CASE},
    "车架号：LRW3E7FA1LC000001": {Problem.LABEL, Problem.FULL_WIDTH},
    "ＬＲＷ３Ｅ７ＦＡ１ＬＣ０００００１": {Problem.FULL_WIDTH},
    "LRW3E7FA1LC000001\u00a0": {Problem.SPACES},
    "LRW3E7FA1\u200bLC000001": {Problem.INVISIBLE},
    "\ufeffLRW3E7FA1LC000001": {Problem.INVISIBLE},
    "LRW3Е7FА1LС000001": {Problem.LOOK_ALIKE},  # Cyrillic Е, А, С
    "LRW3Ε7FΑ1LC000001": {Problem.LOOK_ALIKE},  # Greek Ε, Α
    "see LRW3E7FA1LC000001, white": {Problem.FROM_TEXT, Problem.LETTER_CASE},
}
