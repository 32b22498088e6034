"""The kind of vehicle: a WMI of several kinds is not overruled by one filing, and vans are told from cars."""

from datetime import date

import pytest
from support.vehicles import screen
from support.vins import vin

import vintool
from vintool.codes import Verdict
from vintool.decoding.vehicle_type import KINDS
from vintool.registry import all_makers


def kind(text):
    fact = vintool.decode(text).vehicle_type
    return fact and (fact.value, fact.source.file)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        # BYD builds cars and buses under LC0, and has filed buses in North America.
        (("LC0CE4CB", "RC"), ("car", "powertrain.manual.csv")),
        (("LC0C76C4", "PC"), ("car", "powertrain.manual.csv")),
        # An importer has filed motorcycles under the WMI of a maker of cars.
        (("XTBAB12C", "PC"), None),
        (("LPEAB12C", "PC"), None),
        (("VF3V1ZKX", "LC"), ("van", "body_series.csv")),
        (("VF7YCTMF", "F1"), ("van", "body_series.csv")),
        (("W0VEAZKX", "MC"), ("van", "body_series.csv")),
        (("ZFA25000", "0C"), ("van", "body_series.csv")),
        (("VF1FW0ZB", "CC"), ("van", "body_series.csv")),
        (("VF1MAF2A", "NC"), ("van", "body_series.csv")),
        # Cars under the same WMIs.
        (("VF3LCBHZ", "ES"), ("car", "wmi.csv")),
        (("ZFA31200", "0J"), ("car", "wmi.csv")),
        (("VF1AGVYA", "GC"), ("car", "wmi.csv")),
        # Labelled cars where the registers know no kind.
        (("VR3UHZKX", "LT"), ("car", "powertrain.evidence.csv")),
        # North America: as filed.
        (("5YJ3E1EA", "HF"), ("car", "vpic")),
        (("1FTFW1ED", "MF"), ("truck", "vpic")),
    ],
)  # fmt: skip
def test_the_kind_and_what_tells_it(start, expected):
    assert kind(vin(*start)) == expected


def test_the_list_of_kinds_is_closed():
    built = {kind for maker in all_makers() for kind in maker.kinds}
    assert built <= {*KINDS, "unknown"}


E_EXPERT = vin("VF3V1ZKX", "LC")
GOODS = {"hs_code": "8704600000"}


def test_a_van_that_is_declared_as_goods_vehicle_is_no_contradiction_and_is_not_cleared_by_that():
    finding = screen(E_EXPERT, date(2026, 3, 1), {**GOODS, "fuel": "纯电动"})
    reasons = {reason.value for reason in finding.reasons}
    assert "contradiction_kind" not in reasons
    assert "kind_unclear" in reasons
    assert finding.verdict is Verdict.REVIEW


def test_a_car_that_is_declared_as_goods_vehicle_is_a_contradiction():
    finding = screen(vin("VF3UHZKX", "LT"), date(2026, 3, 1), GOODS)
    assert "contradiction_kind" in {reason.value for reason in finding.reasons}


def test_two_entries_clear_a_van_and_the_vin_alone_does_not():
    day = date(2026, 3, 1)
    assert screen(E_EXPERT, day).verdict is not Verdict.OUT_OF_SCOPE
    both = {**GOODS, "vehicle_type": "货车"}
    assert screen(vin("VF1MAF2A", "NC"), day, both).verdict is Verdict.OUT_OF_SCOPE
