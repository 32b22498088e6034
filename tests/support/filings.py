"""VINs that vPIC's patterns fit, and all other kinds: for properties, drawn from the data itself."""

import random
from functools import cache

from hypothesis import assume
from hypothesis import strategies as st

from vintool import registry, vpic
from vintool.registry.powertrain_rules import all_powertrain_rules
from vintool.vin import calc_check_digit
from vintool.vin.positions import ALPHABET, MODEL_YEAR_CODES
from vintool.vpic.files import all_rows
from vintool.vpic.patterns import POSITIONS, links, pattern

LATEST = int(vpic.release().month[:4]) + 2


@cache
def _wmis():
    return sorted(row[0] for row in all_rows("index.csv"))


@st.composite
def filed_vins(draw):
    """A VIN that one pattern of a WMI and year fits; the other positions are drawn."""
    wmi = draw(st.sampled_from(_wmis()))
    link = draw(st.sampled_from(links(wmi)))
    year = draw(st.integers(max(link.first, 1980), min(link.last, LATEST)))
    lines = link.lines()
    allowed = pattern(draw(st.sampled_from(lines)).partition("\t")[0]) if lines else "*" * 13
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
    assume("XX" not in text)  # of few other signs it may be a mask
    return text[:8] + draw(st.sampled_from([calc_check_digit(text), "0", "Z"])) + text[9:]


def assorted_vins(count, seed):
    """VINs of every kind: as vPIC or the powertrain rules have them, slipped, foreign, made up."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    wmis = [maker.wmi for maker in registry.all_makers()]
    rules = all_powertrain_rules()
    kinds = (
        _as_filed,
        _as_filed,
        _slipped,
        _of_any_wmi,
        _of_any_year,
        _foreign,
        _by_rule,
        _made_up,
    )
    for _ in range(count):
        signs = rng.choice(kinds)(rng, wmis, rules)
        text = "".join(signs)
        if not set(text) <= set(ALPHABET):  # some WMIs of vPIC are none
            continue
        ninth = rng.choice([calc_check_digit(text)] * 4 + list(ALPHABET))
        yield text[:8] + ninth + text[9:]


def _as_filed(rng, *_):
    wmi = rng.choice(_wmis())
    link = rng.choice(links(wmi))
    year = rng.randint(max(link.first, 1980), min(link.last, LATEST))
    lines = link.lines()
    signs = rng.choices(ALPHABET, k=17)
    # Several lines, so that as many positions as possible are told by the schema.
    for line in rng.sample(lines, min(len(lines), 6)):
        for position, allowed in zip(POSITIONS, pattern(line.partition("\t")[0]), strict=True):
            if allowed != "*":
                signs[position - 1] = rng.choice(allowed)
    signs[9] = MODEL_YEAR_CODES[(year - 1980) % 30]
    return _with_wmi(signs, wmi)


def _with_wmi(signs, wmi):
    signs[:3], signs[11 : 11 + len(wmi) - 3] = wmi[:3], wmi[3:]
    return signs


def _slipped(rng, *tables):
    signs = _as_filed(rng, *tables)
    for _ in range(rng.randint(1, 3)):
        signs[rng.randrange(17)] = rng.choice(ALPHABET)
    return signs


def _of_any_wmi(rng, wmis, rules):
    return _with_wmi(_as_filed(rng, wmis, rules), rng.choice(wmis))


def _of_any_year(rng, *tables):
    signs = _as_filed(rng, *tables)
    signs[6], signs[9] = rng.choices(ALPHABET, k=2)
    return signs


def _foreign(rng, *tables):
    signs = _as_filed(rng, *tables)
    signs[0] = rng.choice("HJKLSTVWXYZ")
    return signs


def _by_rule(rng, _wmis, rules):
    signs = rng.choices(ALPHABET, k=17)
    for at, allowed in zip((*range(8), 9, 10), rng.choice(rules).pattern, strict=True):
        signs[at] = rng.choice(ALPHABET if allowed == "*" else allowed)
    return signs


def _made_up(rng, *_):
    return rng.choices(ALPHABET, k=17)
