"""Displacement in cubic centimetres, cubic inches and litres: told in one unit, known in all."""

from decimal import Decimal, InvalidOperation

from vintool.vpic.elements import (
    DISPLACEMENT_CC,
    DISPLACEMENT_CI,
    DISPLACEMENT_L,
    Decoded,
    Origin,
)

_CUBIC_INCH = Decimal("16.387064")  # cubic centimetres
_FACTORS = {
    DISPLACEMENT_CC: {DISPLACEMENT_CI: 1 / _CUBIC_INCH, DISPLACEMENT_L: Decimal("0.001")},
    DISPLACEMENT_L: {DISPLACEMENT_CC: Decimal(1000), DISPLACEMENT_CI: 1000 / _CUBIC_INCH},
    DISPLACEMENT_CI: {DISPLACEMENT_CC: _CUBIC_INCH, DISPLACEMENT_L: _CUBIC_INCH / 1000},
}


def add_conversions(decoded: Decoded) -> None:
    """Add displacement in the units in which nothing tells it."""
    given = [element for element in _FACTORS if element in decoded]
    for element in sorted(given, key=lambda element: decoded[element][0].order[:2]):
        value = number(decoded[element][0].value)
        if value is None:
            continue
        for unit, factor in _FACTORS[element].items():
            if unit not in decoded:
                converted = f"{(value * factor).quantize(Decimal('0.000001')).normalize():f}"
                decoded[unit] = (
                    decoded[element][0]._replace(value=converted, origin=Origin.CONVERSION),
                )


def number(text: str) -> Decimal | None:
    """A displacement as a number; None if it is told in words."""
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return None
