"""Valid VINs for tests: of a maker, a model year, a powertrain. The serials are invented; nothing else loads this module."""

import random
from collections.abc import Iterator
from functools import cache

from vintool import registry
from vintool.codes import CheckDigit, Powertrain, Problem
from vintool.decoding.identity import identify, market
from vintool.decoding.imports import as_import
from vintool.decoding.profile import profile
from vintool.registry.patterns import ANY
from vintool.registry.powertrain_rules import all_powertrain_rules
from vintool.registry.rule import PACKAGED, Rule
from vintool.vin import Vin, calc_check_digit
from vintool.vin.check_digit import position_9
from vintool.vin.positions import (
    ALPHABET,
    CHECKED_MARKETS,
    MODEL_YEAR_CODES,
    SMALL_MAKER,
    code_of_year,
)

_TRIES = 400  # for one VIN; of what cannot be made as many fail in a fraction of a second
_PLANTS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
_NO_FAULT = {Problem.SERIAL_LETTER}


def vins(
    count: int = 1,
    *,
    wmi: str | None = None,
    model_year: int | None = None,
    powertrain: Powertrain | str | None = None,
    seed: int = 0,
) -> list[str]:
    """Valid VINs: of a known maker, breaking no rule of their market, the check digit right, all different.

    Args:
        count: how many.
        wmi: the maker, in three characters; any that powertrain evidence knows if not given.
        model_year: what position 10 says; where its maker does not encode it, ``decode`` need not tell it.
        powertrain: what ``vintool.decode`` tells of each.
        seed: the same one gives the same VINs, with the same release of the reference data.

    Raises:
        ValueError: there is no such maker, year or powertrain, or no such VIN could be made.

    >>> vins(2, wmi="LRW", model_year=2024, powertrain="BEV") == vins(2, wmi="LRW", model_year=2024, powertrain="BEV")
    True
    >>> import vintool
    >>> vehicle = vintool.decode(vins(wmi="LRW", model_year=2024, powertrain="BEV")[0])
    >>> vehicle.wmi, vehicle.model_year.value, vehicle.powertrain.value.value, vehicle.problems
    ('LRW', 2024, 'BEV', ())
    """
    wanted = Powertrain(powertrain) if powertrain is not None else None
    rules = [rule for rule in _rules() if wmi is None or "".join(rule.pattern[:3]) == wmi[:3]]
    if wanted is not None:
        rules = [rule for rule in rules if rule.powertrain is wanted]
    if wmi is not None and (len(wmi) != 3 or not registry.wmi_is_known(wmi)):
        raise ValueError(f"no maker has the WMI {wmi!r}")
    if model_year is not None and not 1980 <= model_year <= 2039:
        raise ValueError(f"position 10 has no code for {model_year}")
    rng = random.Random(f"{wmi} {model_year} {wanted} {seed}")  # noqa: S311 - not for secrets
    made: dict[str, None] = {}
    for vin in _drawn(rng, rules, wmi, model_year, count * _TRIES):
        if vin not in made and _is_as_wanted(vin, model_year, wanted):
            made[vin] = None
            if len(made) == count:
                return list(made)
    raise ValueError(f"no more than {len(made)} such VIN(s) could be made")


@cache
def _rules() -> tuple[Rule, ...]:
    """The packaged powertrain rules, each a start of VINs that exist, in a fixed order."""
    rules = (rule for rule in all_powertrain_rules() if rule.rank == PACKAGED)
    known = (rule for rule in rules if registry.wmi_is_known("".join(rule.pattern[:3])))
    return tuple(sorted(known, key=lambda rule: (rule.pattern, rule.powertrain)))


def _drawn(
    rng: random.Random, rules: list[Rule], wmi: str | None, model_year: int | None, most: int
) -> Iterator[str]:
    """VINs of the rules, or of the WMI where none speaks of it."""
    for _ in range(most):
        pattern = rng.choice(rules).pattern if rules else (*(wmi or ""), *(ANY * 7))
        if len(pattern) < 10 or pattern[2] == SMALL_MAKER:
            continue
        signs = [rng.choice(ALPHABET if sign == ANY else sign) for sign in pattern]
        if model_year is not None:
            signs[8] = code_of_year(model_year)
        elif pattern[8] == ANY:
            signs[8] = rng.choice(MODEL_YEAR_CODES)
        if pattern[9] == ANY:
            signs[9] = rng.choice(_PLANTS)
        text = "".join([*signs[:8], "0", *signs[8:], f"{rng.randrange(1_000_000):06}"])
        start = text[:3]
        if market(text, start) in CHECKED_MARKETS or rng.random() < 0.5:
            yield text[:8] + calc_check_digit(text) + text[9:]
        else:
            yield text[:8] + rng.choice("Z0") + text[9:]


def _is_as_wanted(vin: str, model_year: int | None, powertrain: Powertrain | None) -> bool:
    """Whether a VIN is valid, tells the powertrain, and no other year than that of position 10."""
    identity = identify(vin)
    if identity.status is CheckDigit.FAILS or not _NO_FAULT.issuperset(identity.problems):
        return False
    made = Vin.trusted(vin)
    says = profile(made, position_9(made))
    if not _NO_FAULT.issuperset(
        as_import(identity, says).problems
    ):  # a start that is filed in America
        return False
    if model_year is not None and says.year.year not in {None, model_year}:
        return False
    return powertrain is None or says.classification.powertrain is powertrain
