"""A few vehicles and declarations, of which the decision is known."""

from datetime import date

from support.vins import vin

ON = date(2026, 3, 1)


TESLA = vin("LRW3E7FA", "SC")
ATTO3 = vin("LGXCE4CB")
SONG_PLUG_IN = vin("LGXC74C4")  # grade A, not electric
EADO = vin("LS5A2ASE", "PJ")  # petrol, grade C
UNSEEN = vin("LS5ZZZZZ", "SJ")

EU_LEAF = vin("SJNFAAZE", "1U")  # electric, no check digit

PETROL = {"fuel": "汽油", "hs_code": "8703234190"}
ELECTRIC = {"fuel": "纯电动", "hs_code": "8703801090"}
