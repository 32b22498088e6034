"""VINs that vPIC's patterns fit: a strategy for properties, drawn from the data itself."""

from functools import cache

from hypothesis import strategies as st

from vintool import vpic
from vintool.vin import ALPHABET, MODEL_YEAR_CODES, calc_check_digit
from vintool.vpic import POSITIONS

LATEST = int(vpic.release().month[:4]) + 2


@cache
def _wmis():
    return sorted(row[0] for row in vpic._rows("index.csv"))


@st.composite
def filed_vins(draw):
    """A VIN that one pattern of a WMI and year fits; the other positions are drawn."""
    wmi = draw(st.sampled_from(_wmis()))
    link = draw(st.sampled_from(vpic.links(wmi)))
    year = draw(st.integers(max(link.first, 1980), min(link.last, LATEST)))
    lines = vpic._section("patterns.txt", link.schema, link.offset, link.length)
    allowed = vpic._pattern(draw(st.sampled_from(lines)).partition("\t")[0]) if lines else "*" * 13
    filled = {
        position: draw(st.sampled_from(ALPHABET if signs == "*" else signs))
        for position, signs in zip(POSITIONS, allowed, strict=True)
    }
    filled[10] = MODEL_YEAR_CODES[(year - 1980) % 30]
    for position in (14, 15, 16, 17):
        filled[position] = draw(st.sampled_from("0123456789"))
    for position, sign in enumerate(wmi, 1):
        filled[position if position < 4 else position + 8] = sign
    text = "".join(filled.get(position, "0") for position in range(1, 18))
    return text[:8] + draw(st.sampled_from([calc_check_digit(text), "0", "Z"])) + text[9:]
