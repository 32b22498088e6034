"""Position 10 -> the model years that it can mean, by vPIC's procedure.

Source: 49 CFR 565.15(d)(1); vPIC, ``fVinModelYear2`` and ``spVinDecode``.
"""

from collections.abc import Callable

from vintool.vin.positions import UNKNOWN_CHARACTER, years_of_code
from vintool.vpic.patterns import links_in
from vintool.vpic.register import WmiRegistration


def candidates(
    code: str, position_7: str, registration: WmiRegistration, latest: int
) -> tuple[tuple[int, ...], bool]:
    """The model years that position 10 can mean for a WMI, and whether the choice is made.

    See ``model_years``; ``registration`` tells whether the WMI is for light vehicles, and what has schemas.
    """
    return model_years(
        code,
        position_7,
        latest,
        lambda year: bool(links_in(registration.wmi, year)),
        light=registration.light,
    )


def model_years(
    code: str, position_7: str, latest: int, has_schema: Callable[[int], bool], *, light: bool
) -> tuple[tuple[int, ...], bool]:
    """The model years that position 10 can mean, and whether the choice is made.

    Args:
        code: position 10.
        position_7: on light vehicles a digit before 2010, a letter from then on.
        latest: the latest model year that there can be.
        has_schema: whether the WMI has any schema in a year.
        light: whether the WMI is for light vehicles.
    """
    years = years_of_code(code)
    if years is None:
        return (), False
    if light and position_7 == UNKNOWN_CHARACTER:
        return tuple(one for one in reversed(years) if one <= latest), False
    other, year = years
    if light and position_7.isdigit():
        year, other = other, year
    elif year > latest:
        return (other,), True
    elif not (light and position_7.isalpha()):
        return (year, other), False
    if year > latest or (other <= latest and not has_schema(year) and has_schema(other)):
        year = other
    return (year,), True
