"""Engine and battery: displacement and energy, read strictly.

Either is half of a fact where it says that there is no engine, or a battery to drive on: ``no_engine``
puts the two together.
"""

import re

from vintool.codes import Powertrain
from vintool.declaration.lexicon.meanings import NO_ENGINE, TRACTION_BATTERY, Meaning
from vintool.declaration.lexicon.words import fold, letters, values

_DISPLACEMENT = re.compile(
    r"(?P<grouped>[0-9]{1,2}[ ,.][0-9]{3})|(?P<broken>[0-9]{1,4}[.,][0-9]{1,2})|(?P<whole>[0-9]{1,5})"
)
_TRAILING_ZEROS = re.compile(r"^([0-9]{3,5})[.,]0+(?![0-9])")  # as spreadsheets write whole numbers
_CUBIC = {"cc", "ccm", "cm3", "ml", "см3", "кубсм", "мл", "毫升", "立方厘米", "ซีซี"}
_LITRES = {"l", "lt", "л", "литр", "литра", "литров", "升", "liter", "litre", "liters", "litres"}
_TURBO = {"t", "td", "lt", "turbo"}
_AMOUNT = re.compile(r"([0-9]+(?:[.,][0-9]+)?)")
_KILOWATT_HOURS = {"", "kwh", "квтч", "度", "千瓦时", "千瓦時", "кватч"}
_WATT_HOURS = {"wh", "втч", "瓦时"}


def displacement(text: str) -> Meaning | None:
    """An engine's displacement in cm³ or litres; figures that could be a power say nothing.

    >>> displacement("1.5T").display, displacement("1,498 cc").display, displacement("150kW")
    ('displacement 1500 cc', 'displacement 1498 cc', None)
    """
    folded = fold(text).strip()
    if (letters(text) or folded) in values("displacement"):
        return Meaning("displacement", "no displacement", part=NO_ENGINE)
    folded = _TRAILING_ZEROS.sub(r"\1", folded)
    figure = _DISPLACEMENT.match(folded)
    if figure is None:
        return None
    unit = letters(folded[figure.end() :])
    number = float(figure[0].replace(",", ".").replace(" ", "."))
    if figure["grouped"]:
        cubic = number * 1000  # 1,498 cc and 1,498 L are the same engine
        sound = unit in _CUBIC | _LITRES | {""}
    elif unit in _CUBIC:
        cubic, sound = number, number == 0 or number >= 300
    elif figure["broken"] or unit in _LITRES:
        cubic, sound = number * 1000, unit in _LITRES | _TURBO | {""}
    else:
        cubic, sound = number, not unit and (number == 0 or number >= 600)
    if not sound:
        return None
    if cubic == 0:
        return Meaning("displacement", "no displacement", part=NO_ENGINE)
    if not 300 <= cubic <= 8500:
        return None
    return Meaning(
        "displacement",
        f"displacement {cubic:.0f} cc",
        Powertrain.NOT_BEV,
        source="HS 2022 heading 8703: cylinder capacity is that of a piston engine",
    )


def battery_capacity(text: str) -> Meaning | None:
    """The energy of a battery in kWh or Wh, if it is one that a vehicle can drive on.

    >>> battery_capacity("60480Wh").display, battery_capacity("60 Ah")
    ('battery of 60.48 kWh', None)
    """
    folded = fold(text).strip()
    amount = _AMOUNT.match(folded)
    if amount is None:
        return None
    unit = re.sub(r"[\s.·⋅*-]", "", folded[amount.end() :])
    energy = float(amount[0].replace(",", "."))
    if unit in _WATT_HOURS:
        energy /= 1000
    elif unit not in _KILOWATT_HOURS:
        return None
    if not 8 <= energy <= 300:  # less is a hybrid's without a plug, or a starter battery's
        return None
    display = f"battery of {energy:g} kWh"
    return Meaning("battery_capacity", display, part=TRACTION_BATTERY, hint=display)


def no_engine(engine: Meaning, battery: Meaning) -> Meaning:
    """A cell that says that there is no engine, beside one of a battery to drive on."""
    return Meaning(
        engine.field,
        f"{engine.display} and a {battery.display}",
        Powertrain.BEV,
        source="HS 2022 subheading 8703.80: only an electric motor for propulsion",
    )
