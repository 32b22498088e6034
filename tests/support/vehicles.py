"""A few vehicles and declarations, of which the decision is known."""

from support import ON
from support.vins import vin
from vintool.codes import REGIMES, Verdict
from vintool.screening.screen import Finding
from vintool.screening.screen import screen as screen_under_all

TESLA = vin("LRW3E7FA", "SC")
ATTO3 = vin("LGXCE4CB")
SONG_PLUG_IN = vin("LGXC74C4")  # grade A, not electric
EADO = vin("LS5A2ASE", "PJ")  # petrol, grade C
UNSEEN = vin("LS5ZZZZZ", "SJ")  # of a maker that builds electric cars
UNSEEN_PETROL = vin("9BRZZZZZ", "SJ")  # Toyota of Brazil builds none

EU_LEAF = vin("SJNFAAZE", "1U")  # electric, no check digit

PETROL = {"fuel": "汽油", "hs_code": "8703234190"}
ELECTRIC = {"fuel": "纯电动", "hs_code": "8703801090"}

NEW_ELECTRIC, USED, COMBUSTION, MOTORCYCLE = REGIMES

BYD = vin("LC0ZZZZZ")  # unseen, of a maker of cars and buses
FOTON = vin("LVBZZZZZ", "SJ")  # unseen, of a WMI that the registry gives to trucks

SEDAN = {
    "condition": "新",
    "seats": "5",
    "vehicle_type": "轿车",
    "unit_price": "18,500",
}

PLUG_IN = {"fuel": "插电混动", "hs_code": "8703602300", "un_no": "3166"}


def screen(text, on=None, declared=None, regime=NEW_ELECTRIC) -> Finding:
    """``vintool.screen`` under the regime of pure electric cars, unless another one is named."""
    return screen_under_all(text, on, declared, regime)


def cleared(regime: str, text: str, declared: dict[str, str]) -> bool:
    return screen(text, ON, declared, regime).verdict is Verdict.OUT_OF_SCOPE
