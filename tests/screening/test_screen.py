"""The decision: every cell of the table, every reason on a row a person would recognise, no false clear."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ON
from support.vehicles import (
    ATTO3,
    BYD,
    EADO,
    ELECTRIC,
    EU_LEAF,
    PETROL,
    PLUG_IN,
    SONG_PLUG_IN,
    TESLA,
    UNSEEN,
    UNSEEN_PETROL,
    screen,
)
from support.vins import vin

from vintool.codes import CheckDigit, Concern, Reason, Verdict
from vintool.declaration.lexicon.meanings import NOT_STORED
from vintool.powertrain import SAME_VALUE
from vintool.registry.powertrain_rules import all_powertrain_rules
from vintool.screening.decision import TABLE as TABLE_OF_LINES
from vintool.vin.check_digit import check_digit_status
from vintool.vin.positions import ALPHABET, market_of

GOLF_EU = vin("WVWZZZ1K", "9W")  # not electric, no check digit

LI_L9 = vin("HLX33B12", "SA")
JOLION = vin("LGWEEUA5", "SF")  # the prefix is the Ora iQ's as well
THIS_YEAR = vin("LRW3E7FA", "TC")
OLD_TESLA = vin("LRW3E7FA", "NC")
NEXT_YEAR = vin("LRW3E7FA", "VC")
MOTORCYCLE_VIN = vin("1HD1ZZZZ", "SB")  # Harley-Davidson

WITHOUT_VIN = {"hs_code": "8703809090", "goods_name": "低速电动车", "unit_price": "USD 2050"}

# vin, declared, day -> verdict, a reason that must be told
TABLE = [
    ("the VIN says electric", TESLA, {}, "controlled", "vin_pure_electric"),
    ("the VIN says electric, the papers agree", ATTO3, ELECTRIC, "controlled", "vin_pure_electric"),
    ("the VIN says electric, the papers petrol", ATTO3, PETROL, "controlled", "contradiction_powertrain"),
    ("the VIN says electric, the check digit fails", TESLA[:8] + "3" + TESLA[9:], {}, "controlled", "check_digit_fails"),
    ("the code denies the VIN", ATTO3, {"hs_code": "8703809090"}, "controlled", "contradiction_no_vin_code"),
    ("only the papers say electric", UNSEEN, {"hs_code": "8703801090"}, "controlled", "declared_pure_electric"),
    ("only the UN number says electric", UNSEEN, {"un_no": "3556"}, "controlled", "declared_pure_electric"),
    ("only the model says electric", UNSEEN, {"make": "BYD", "model": "Dolphin"}, "controlled", "declared_pure_electric"),
    ("only the type code says electric", UNSEEN, {"type_code": "BYD7005BEV1"}, "controlled", "declared_pure_electric"),
    ("only the goods name says electric", UNSEEN, {"goods_name": "纯电动多用途乘用车"}, "controlled", "goods_name_pure_electric"),
    ("the goods name against fuel and code", UNSEEN, {**PETROL, "goods_name": "纯电动轿车"}, "review", "goods_name_pure_electric"),
    ("the goods name repeats the fuel", UNSEEN, {"fuel": "汽油", "goods_name": "汽油轿车"}, "review", "evidence_too_thin"),
    ("the goods name and the code", UNSEEN_PETROL, {"hs_code": "8703234190", "goods_name": "汽油轿车"}, "out_of_scope", "declared_not_pure_electric"),
    ("an electric bus by its name and the code", BYD, {"hs_code": "8702400000", "goods_name": "纯电动客车"}, "review", "kind_unclear"),
    ("a battery and no engine", UNSEEN, {"displacement": "0", "battery_capacity": "60.48"}, "controlled", "declared_pure_electric"),
    ("one cell says both", UNSEEN, {"fuel": "PHEV/BEV", "hs_code": "8703602300"}, "review", "contradiction_powertrain"),
    ("a firm VIN, and a cell that says both", SONG_PLUG_IN, {"fuel": "汽油/纯电"}, "review", "contradiction_powertrain"),
    ("the papers say electric, there is an engine", UNSEEN, {**ELECTRIC, "displacement": "1498"}, "review", "contradiction_powertrain"),
    ("the VIN says plug-in, the model electric", SONG_PLUG_IN, {"make": "BYD", "model": "Atto 3"}, "review", "contradiction_powertrain"),
    ("unseen, model and type code", UNSEEN, {"model": "Song Plus DM-i", "type_code": "BYD7150WTHEV5"}, "review", "evidence_too_thin"),
    ("unseen, model and fuel", UNSEEN, {"model": "Song Plus DM-i", "fuel": "插混"}, "out_of_scope", "declared_not_pure_electric"),
    ("thin, the engine agrees", EADO, {"displacement": "1598 ml"}, "out_of_scope", "agreed_not_pure_electric"),
    ("range-extended, by the model alone", UNSEEN, {**PETROL, "model": "理想L9"}, "review", "range_extended"),
    ("the papers disagree", UNSEEN, {"fuel": "纯电动", "hs_code": "8703234190"}, "review", "contradiction_powertrain"),
    ("the VIN says plug-in, the papers electric", SONG_PLUG_IN, ELECTRIC, "review", "contradiction_powertrain"),
    ("nobody says", UNSEEN, {}, "review", "powertrain_unknown"),
    ("seen with both", JOLION, PETROL, "review", "powertrain_ambiguous"),
    ("firm and not electric", SONG_PLUG_IN, {}, "out_of_scope", "vin_not_pure_electric"),
    ("thin and not electric", EADO, {}, "review", "evidence_too_thin"),
    ("thin, one entry agrees", EADO, {"fuel": "汽油"}, "out_of_scope", "agreed_not_pure_electric"),
    ("no check digit, not electric", GOLF_EU, {}, "review", "evidence_too_thin"),
    ("no check digit, one entry agrees", GOLF_EU, {"fuel": "petrol"}, "out_of_scope", "agreed_not_pure_electric"),
    ("the same with a goods name of its type code", UNSEEN, {"hs_code": "8703234190", "goods_name": "品牌:长安|型号:SC7151A5|排量:1498ml"}, "out_of_scope", "declared_not_pure_electric"),
    ("the same with the type code of an engine", UNSEEN, {**PETROL, "type_code": "SC7151A5"}, "out_of_scope", "declared_not_pure_electric"),
    ("unseen, one entry", UNSEEN, {"fuel": "汽油"}, "review", "evidence_too_thin"),
    ("unseen, two entries", UNSEEN_PETROL, PETROL, "out_of_scope", "declared_not_pure_electric"),
    ("unseen, two entries, the maker builds electric cars", UNSEEN, PETROL, "review", "start_not_seen"),
    ("the same by three words", UNSEEN, {**PETROL, "displacement": "1498", "model": "hybrid"}, "review", "start_not_seen"),
    ("the same with a type code", UNSEEN, {"hs_code": "8703602300", "type_code": "SC7155AAAPHEV"}, "out_of_scope", "declared_not_pure_electric"),
    ("the same with a model sold with an engine alone", UNSEEN, {**PETROL, "make": "长安", "model": "UNI-T"}, "out_of_scope", "declared_not_pure_electric"),
    ("the same with a first registration", UNSEEN, {**PETROL, "registration_date": "2025-01-05"}, "out_of_scope", "declared_not_pure_electric"),
    ("unseen, one slip from electric", vin("LGXCN4CB"), PETROL, "review", "one_character_from_electric"),
    ("range-extended", LI_L9, {"fuel": "增程式"}, "review", "range_extended"),
    ("range-extended, only declared", UNSEEN, {"fuel": "REEV", "hs_code": "8703602300"}, "review", "range_extended"),
    ("range-extended by the papers, seen with both", vin("LFZ93AN9", "SD"), {"fuel": "增程式"}, "review", "range_extended"),
    ("fuel cell, only declared", UNSEEN, {"fuel": "燃料电池"}, "review", "fuel_cell"),
    ("unknown maker", vin("LQ1AAAAA".replace("Q", "0")), PETROL, "review", "maker_unknown"),
    ("petrol, the check digit fails", EADO[:8] + ("1" if EADO[8] != "1" else "2") + EADO[9:], PETROL, "review", "check_digit_fails"),
    ("petrol, a letter in the serial", vin("LS5A2ASE", "PJ", "0123A5"), PETROL, "review", "odd_vin"),
    ("petrol, one character missing", EADO[:-1], PETROL, "review", "damaged_vin"),
    ("electric, one character missing", TESLA[:-1], {}, "controlled", "damaged_vin"),
    ("no VIN", "", ELECTRIC, "invalid", "no_identity"),
    ("no VIN by the code, the price and a word", "", WITHOUT_VIN, "out_of_scope", "without_vin"),
    ("no VIN, as the cell and the code say", "无", {"hs_code": "8703809090"}, "out_of_scope", "without_vin"),
    ("a number that is no VIN, the code and a word", "DZ2026031200", {"hs_code": "8703809090", "vehicle_type": "老头乐"}, "out_of_scope", "without_vin"),
    ("no VIN by the code alone, in a blank cell", "", {"hs_code": "8703809090"}, "review", "without_vin"),
    ("no VIN by a word alone", "", {"vehicle_type": "LSEV"}, "review", "without_vin"),
    ("no VIN, and a brand that has VINs", "", {**WITHOUT_VIN, "make": "BYD"}, "review", "without_vin"),
    ("no VIN, and the code of those with one", "", {"hs_code": "8703801090", "goods_name": "低速电动车", "unit_price": "USD 2050"}, "review", "without_vin"),
    ("a number that is no VIN, electric by the fuel", "DZ2026031200", {"fuel": "纯电动"}, "review", "without_vin"),
    ("a number that is no VIN, and the code of those with one", "DZ2026031200", ELECTRIC, "controlled", "damaged_vin"),
    ("no VIN, and a chassis number", "", {**WITHOUT_VIN, "chassis_no": "DZ000123"}, "review", "without_vin"),
    ("no VIN, and a chassis number that is one", "", {**WITHOUT_VIN, "chassis_no": ATTO3}, "controlled", "vin_pure_electric"),
    ("no VIN, and petrol against the code", "", {**WITHOUT_VIN, "fuel": "汽油"}, "review", "contradiction_powertrain"),
    ("a damaged VIN, and all that tells none", ATTO3[:-1], WITHOUT_VIN, "controlled", "contradiction_no_vin_code"),
    ("the end of a VIN, and all that tells none", ATTO3[4:], WITHOUT_VIN, "review", "damaged_vin"),
    ("foreign aid", TESLA, {"trade_mode": "援助物资(3511)"}, "review", "foreign_aid"),
    ("contract works", TESLA, {"trade_mode": "3422"}, "controlled", "contract_works"),
    ("a temporary export", TESLA, {"trade_mode": "暂时进出境"}, "controlled", "trade_mode_doubted"),
    ("UN 3171 in 2026", TESLA, {"un_no": "UN3171"}, "controlled", "un_number_not_in_force"),
    ("a frame number", "GJ7-123456", PETROL, "invalid", "no_identity"),
    ("used, code and condition", OLD_TESLA, {"condition": "旧", "hs_code": "8703801010"}, "out_of_scope", "used_vehicle"),
    ("used by one entry, an old model year", OLD_TESLA, {"condition": "used"}, "review", "used_unsupported"),
    ("used by the code, registered", OLD_TESLA, {"hs_code": "8703801010", "registration_date": "2024-05-01"}, "out_of_scope", "used_vehicle"),
    ("used, and a bare number for the registration", OLD_TESLA, {"condition": "used", "registration_date": "45413"}, "review", "used_unsupported"),
    ("used by the code alone", OLD_TESLA, {"hs_code": "8703801010"}, "review", "used_unsupported"),
    ("used, but the code says new", OLD_TESLA, {"condition": "旧", "hs_code": "8703801090"}, "controlled", "contradiction_condition"),
    ("used, but of this year", THIS_YEAR, {"condition": "旧", "hs_code": "8703801010"}, "review", "contradiction_condition"),
    ("used, the VIN damaged", OLD_TESLA[:-1], {"condition": "旧", "hs_code": "8703801010"}, "review", "used_unsupported"),
    ("a bus by code and seats", UNSEEN, {"hs_code": "8702402000", "seats": "30"}, "out_of_scope", "not_passenger"),
    ("a bus by the code alone", vin("LC0AAAAA"), {"hs_code": "8702402000", "fuel": "纯电动"}, "review", "kind_unclear"),
    ("a car by its maker, a bus by the code", UNSEEN, {"hs_code": "8702402000", "fuel": "纯电动"}, "controlled", "contradiction_kind"),
    ("an electric car declared as goods vehicle", TESLA, {"hs_code": "8704600000"}, "controlled", "contradiction_kind"),
    ("the code is that of a plug-in", TESLA, {"hs_code": "8703602300"}, "controlled", "contradiction_code"),
    ("the code is electric, the VIN a petrol one", EADO, {"hs_code": "8703801090"}, "review", "contradiction_code"),
    ("a cell of a petrol row was not read", EADO, {"fuel": "汽油", "model": NOT_STORED}, "review", "cell_not_read"),
    ("an error where the fuel of a petrol row stands", SONG_PLUG_IN, {"fuel": " #REF! "}, "review", "cell_not_read"),
    ("an error where the date of a petrol row stands", EADO, {**PETROL, "declaration_date": "#N/A"}, "out_of_scope", "agreed_not_pure_electric"),
    ("new energy as the name of petrol goods", UNSEEN_PETROL, {**PETROL, "goods_name": "新能源汽车"}, "review", "contradiction_electric_words"),
    ("electric and the energy of a battery as the name of petrol goods", EADO, {**PETROL, "goods_name_2": "电动 60kWh"}, "review", "contradiction_electric_words"),
    ("new energy as the name of a plug-in's goods", SONG_PLUG_IN, {**PLUG_IN, "goods_name": "新能源汽车"}, "out_of_scope", "agreed_not_pure_electric"),
    ("a battery to drive on, in a petrol car", UNSEEN_PETROL, {**PETROL, "battery_capacity": "60 kWh"}, "review", "contradiction_electric_words"),
    ("pure electric in the remarks of a petrol row", UNSEEN_PETROL, {**PETROL, "remarks": "urgent; BEV"}, "review", "contradiction_powertrain"),
    ("a battery in the remarks of a petrol row", UNSEEN_PETROL, {**PETROL, "remarks_2": "60 kWh"}, "review", "contradiction_electric_words"),
    ("new energy in the name of a consignee", UNSEEN_PETROL, {**PETROL, "remarks": "收货人：某某新能源汽车有限公司"}, "out_of_scope", "declared_not_pure_electric"),
    ("pure electric beside the VIN of a petrol row", f"{UNSEEN_PETROL} BEV", PETROL, "review", "contradiction_powertrain"),
    ("new energy beside the VIN of a petrol row", f"新能源 {UNSEEN_PETROL}", PETROL, "review", "contradiction_electric_words"),
    ("pure electric beside the code of a petrol row", UNSEEN_PETROL, {**PETROL, "hs_code": "8703234110 BEV"}, "review", "contradiction_electric_words"),
    ("electric where the displacement of a petrol row stands", UNSEEN_PETROL, {**PETROL, "displacement": "N/A (EV)"}, "review", "contradiction_electric_words"),
    ("a petrol row that is marked as new energy", UNSEEN_PETROL, {**PETROL, "electric_mark": "是"}, "review", "contradiction_electric_words"),
    ("a petrol row that is not marked as electric", UNSEEN_PETROL, {**PETROL, "electric_mark": "N"}, "out_of_scope", "declared_not_pure_electric"),
    ("a drive motor on a petrol row", UNSEEN_PETROL, {**PETROL, "drive_motor": "TZ220XS"}, "review", "contradiction_electric_words"),
    ("a drive motor on a hybrid's row", UNSEEN_PETROL, {"fuel": "HEV", "hs_code": "8703402300", "drive_motor": "TZ220XS"}, "out_of_scope", "declared_not_pure_electric"),
    ("an electric range on a petrol row", UNSEEN_PETROL, {**PETROL, "electric_range": "420 km"}, "review", "contradiction_electric_words"),
    ("electric windows of a petrol car", UNSEEN_PETROL, {**PETROL, "goods_name": "passenger car with electric windows, seats: electric"}, "out_of_scope", "declared_not_pure_electric"),
    ("a make and a model in a name of low-speed goods", "", {**WITHOUT_VIN, "goods_name": "低速电动车 海豚 BYD DOLPHIN"}, "review", "without_vin"),
    ("UN 3556 on a petrol row", EADO, {"fuel": "汽油", "un_no": "3556"}, "review", "contradiction_un_number"),
    ("UN 3166 on an electric row", TESLA, {"un_no": "UN3166"}, "controlled", "contradiction_un_number"),
    ("UN 3556 against the fuel alone", UNSEEN, {"fuel": "汽油", "un_no": "3556"}, "review", "contradiction_un_number"),
    ("another maker's brand", ATTO3, {"make": "特斯拉"}, "controlled", "contradiction_brand"),
    ("a petrol car of another brand is not cleared", SONG_PLUG_IN, {"make": "Toyota"}, "review", "contradiction_brand"),
    ("a brand of the same group", vin("LB37814S", "PL"), {"make": "Zeekr", "fuel": "汽油"}, "out_of_scope", "agreed_not_pure_electric"),
    ("the chassis number is another", SONG_PLUG_IN, {"chassis_no": "LGXC74C48P0320453"}, "review", "contradiction_chassis"),
    ("the chassis number is the end of the VIN", SONG_PLUG_IN, {"chassis_no": SONG_PLUG_IN[-8:]}, "out_of_scope", "vin_not_pure_electric"),
    ("another VIN among the papers", SONG_PLUG_IN, {**PETROL, "fuel": "插混", "hs_code": "8703602300", "model": f"see {TESLA}"}, "review", "vin_in_another_cell"),
    ("two VINs in the cell", f"{TESLA} / {OLD_TESLA}", {}, "controlled", "several_vins_on_row"),
    ("two VINs in the cell, neither electric", f"{SONG_PLUG_IN}\n{EADO}", {"fuel": "汽油/混动"}, "out_of_scope", "several_vins_on_row"),
    ("a VIN and a damaged one in the cell", f"{SONG_PLUG_IN} / {TESLA[:-1]}", {}, "controlled", "contradiction_two_vins"),
    ("an electric one in the second column", SONG_PLUG_IN, {"vin_2": TESLA}, "controlled", "several_vins_on_row"),
    ("an electric one for the chassis number", SONG_PLUG_IN, {"chassis_no": TESLA}, "controlled", "contradiction_chassis"),
    ("a stand-in in the second column", SONG_PLUG_IN, {"vin_2": "TBA"}, "review", "no_identity"),
    ("ten by one VIN", SONG_PLUG_IN, {"quantity": "10"}, "review", "quantity_of_one_vin"),
    ("a quantity that is none", SONG_PLUG_IN, {"quantity": "10/12"}, "review", "quantity_not_read"),
    ("a range that does not run", SONG_PLUG_IN, {"vin_last": EADO}, "review", "range_not_opened"),
    ("priced as without a VIN", TESLA, {"unit_price": "2,100", "currency": "USD"}, "controlled", "contradiction_price"),
    ("no VIN by the code, priced as with one", UNSEEN, {"hs_code": "8703809090", "unit_price": "USD 21000"}, "controlled", "contradiction_price"),
    ("a price in no known currency", TESLA, {"unit_price": "2,100"}, "controlled", "vin_pure_electric"),
    ("a model year of next year", NEXT_YEAR, {}, "controlled", "contradiction_model_year"),
    ("used, of this year", THIS_YEAR, {"condition": "旧"}, "review", "contradiction_used_model_year"),
    ("a code that was abolished", TESLA, {"hs_code": "8703800090"}, "controlled", "code_not_in_force"),
    ("a kit", TESLA, {"vehicle_type": "CKD"}, "review", "kit"),
    ("a golf cart by code and kind", UNSEEN, {"hs_code": "8703101900", "vehicle_type": "golf cart"}, "out_of_scope", "not_passenger"),
    ("used, registered in January", OLD_TESLA, {"condition": "used", "registration_date": "2026-01-02"}, "out_of_scope", "within_180_days"),
    ("a container number with a slip", TESLA, {"container_no": "CSQU3054384"}, "controlled", "container_invalid"),
    ("an IMO number with a slip", TESLA, {"vessel_imo": "IMO 9319467"}, "controlled", "imo_invalid"),
    ("an exporter code with a slip", TESLA, {"exporter_code": "91110000600037341A"}, "controlled", "exporter_code_invalid"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("vin", "declared", "verdict", "reason"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_decision_table(vin, declared, verdict, reason):
    finding = screen(vin, ON, declared)
    assert (finding.verdict.value, Reason(reason) in finding.reasons) == (verdict, True), (
        finding.reasons
    )


@pytest.mark.parametrize(
    ("vin", "declared", "verdict"),
    [row[1:4] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_before_the_rule_nothing_is_in_scope_and_without_a_date_everything_may_be(
    vin, declared, verdict
):
    before = screen(vin, date(2025, 12, 31), declared)
    if vin == NEXT_YEAR:  # the VIN denies the date
        assert before.verdict is Verdict.REVIEW
    else:
        assert (before.verdict, before.reasons[0]) == (Verdict.OUT_OF_SCOPE, Reason.BEFORE_RULE)
    undated = screen(vin, None, declared)
    assert Reason.DATE_UNKNOWN in undated.reasons or undated.verdict is Verdict.INVALID
    if verdict != "out_of_scope":
        assert undated.verdict is not Verdict.OUT_OF_SCOPE


# The same under the other two regimes.
OTHERS = [
    ("used", "declared as used", OLD_TESLA, {"condition": "旧"}, "controlled", "used_vehicle"),
    ("used", "used by the code alone", OLD_TESLA, {"hs_code": "8703801010"}, "controlled", "any_powertrain"),
    ("used", "new by two entries", OLD_TESLA, {"hs_code": "8703801090", "condition": "新"}, "out_of_scope", "new_vehicle"),
    ("used", "new by code, and of this year", THIS_YEAR, {"hs_code": "8703801090"}, "review", "new_unsupported"),
    ("used", "new by one entry", OLD_TESLA, {"condition": "新"}, "review", "new_unsupported"),
    ("used", "new, and registered", THIS_YEAR, {"condition": "新", "hs_code": "8703801090", "registration_date": "2026-01-02"}, "review", "condition_unknown"),
    ("used", "nothing tells", OLD_TESLA, {}, "review", "condition_unknown"),
    ("used", "entries disagree", OLD_TESLA, {"condition": "旧", "hs_code": "8703801090"}, "review", "contradiction_condition"),
    ("used", "a used truck", vin("LS5ZZZZZ", "NJ"), {"condition": "旧", "hs_code": "8704230000"}, "controlled", "used_vehicle"),
    ("used", "a used trailer", UNSEEN, {"condition": "旧", "hs_code": "8716000000", "vehicle_type": "挂车"}, "out_of_scope", "not_covered_kind"),
    ("used", "more than 180 days", OLD_TESLA, {"condition": "旧", "registration_date": "2025-06-01", "application_date": "2026-02-01"}, "controlled", "beyond_180_days"),
    ("used", "registered long before the rule", OLD_TESLA, {"condition": "旧", "registration_date": "2022-05-10"}, "controlled", "beyond_180_days"),
    ("used", "no registration", OLD_TESLA, {"condition": "旧"}, "controlled", "age_unknown"),
    ("all", "petrol by the VIN", EADO, {}, "controlled", "vin_not_pure_electric"),
    ("all", "petrol by one entry", UNSEEN, {"fuel": "汽油"}, "controlled", "declared_not_pure_electric"),
    ("all", "electric by the VIN", ATTO3, {}, "out_of_scope", "vin_pure_electric"),
    ("all", "electric by the VIN of no check digit, and the fuel", EU_LEAF, {"fuel": "electric"}, "out_of_scope", "agreed_pure_electric"),
    ("all", "electric by two entries", UNSEEN, ELECTRIC, "out_of_scope", "declared_pure_electric"),
    ("all", "electric by one entry", UNSEEN, {"fuel": "纯电动"}, "review", "evidence_too_thin"),
    ("all", "entries disagree", UNSEEN, {"fuel": "纯电动", "hs_code": "8703234190"}, "review", "contradiction_powertrain"),
    ("all", "nothing tells", UNSEEN, {}, "review", "powertrain_unknown"),
    ("all", "range-extended", LI_L9, {}, "review", "range_extended"),
    ("all", "an electric truck by code and kind", UNSEEN, {"hs_code": "8704600000", "vehicle_type": "货车"}, "controlled", "any_powertrain"),
    ("all", "an electric truck by the code alone", UNSEEN, {"hs_code": "8704600000", "fuel": "纯电动"}, "review", "kind_unclear"),
    ("all", "an electric bus", UNSEEN, {"hs_code": "8702400000", "seats": "40", "fuel": "纯电动"}, "review", "kind_doubted"),
    ("all", "the chassis of a lorry maker", vin("LFWSRXRJ", "SJ"), {"hs_code": "8706004000", "vehicle_type": "货车底盘"}, "controlled", "any_powertrain"),
    ("all", "a kit of an electric car", ATTO3, {"vehicle_type": "CKD"}, "review", "kit"),
    ("all", "a kit of a petrol car", EADO, {"vehicle_type": "CKD"}, "controlled", "any_powertrain"),
    ("all", "one slip from a petrol car", vin("1C3CCBAE", "EN"), {}, "review", "one_character_from_covered"),
    ("all", "registered years before it was built", SONG_PLUG_IN, {"fuel": "插电式混合动力", "registration_date": "2019-05-01"}, "controlled", "contradiction_registration"),
    ("motorcycle", "a petrol car", EADO, {}, "out_of_scope", "not_covered_kind"),
    ("motorcycle", "a motorcycle by code and kind", UNSEEN, {"hs_code": "8711201000", "vehicle_type": "摩托车"}, "controlled", "declared_not_pure_electric"),
    ("motorcycle", "one by the code alone", UNSEEN, {"hs_code": "8711201000"}, "review", "kind_unclear"),
    ("motorcycle", "an electric one", UNSEEN, {"hs_code": "8711600090", "vehicle_type": "电动摩托车", "fuel": "纯电动"}, "review", "kind_doubted"),
    ("motorcycle", "an all-terrain vehicle", UNSEEN, {"hs_code": "8703101100", "vehicle_type": "ATV"}, "controlled", "any_powertrain"),
    ("motorcycle", "the WMI of a maker of motorcycles alone", MOTORCYCLE_VIN, {}, "review", "powertrain_unknown"),
    ("all", "used", EADO, {"condition": "used", "registration_date": "2024-05-01"}, "out_of_scope", "used_vehicle"),
]  # fmt: skip
SHORT = {"used": "cn-used-vehicle", "all": "cn-vehicle-export", "motorcycle": "cn-motorcycle"}


@pytest.mark.parametrize(
    ("code", "vin", "declared", "verdict", "reason"),
    [(row[0], *row[2:]) for row in OTHERS],
    ids=[f"{row[0]}: {row[1]}" for row in OTHERS],
)
def test_decision_table_of_the_other_regimes(code, vin, declared, verdict, reason):
    finding = screen(vin, ON, declared, SHORT[code])
    assert (finding.verdict.value, Reason(reason) in finding.reasons) == (verdict, True), (
        finding.reasons
    )


def findings_of_the_tables():
    for _, text, declared, *_ in TABLE:
        for on in (ON, None, date(2025, 1, 1), date(2031, 1, 1)):
            yield screen(text, on, declared)
        for day in ("2025-03-01", "2569-03-01"):
            yield screen(text, None, {**declared, "export_date": day})
        yield screen(text, date(2025, 1, 1), {**declared, "export_date": "2026-01-01"})
    for code, _, text, declared, *_ in OTHERS:
        for on in (ON, None, date(2007, 1, 1)):
            yield screen(text, on, declared, SHORT[code])


def test_every_reason_and_every_line_of_the_decision_occurs_in_the_tables():
    findings = list(findings_of_the_tables())
    of_rows = {Reason.DUPLICATE_VIN, Reason.DUPLICATE_VIN_BILL}  # see test_columns
    of_lists = {Reason.CONFIRMED_BY_MAKER, Reason.CONFIRMATION_MISSING}  # see test_desk
    of_own_rules = {Reason.RULES_DISAGREE}  # see test_own_rules
    desk = {Concern.EXPORTER, Concern.LICENCE, Concern.CATALOGUE, Concern.REVIEWER}
    wanted = {reason for reason in Reason if reason.concern not in desk} | {
        Reason.EXPORTER_CODE_INVALID
    }
    met = {reason for one in findings for reason in one.reasons}
    assert wanted - met == of_rows | of_lists | of_own_rules
    assert {line.number for line in TABLE_OF_LINES} == {
        number for one in findings for number in one.lines
    }


def test_a_contradiction_shows_both_sides():
    for _, text, declared, *_ in TABLE:
        finding = screen(text, ON, declared)
        sides = {item.what: item.value for item in finding.evidence}
        for reason in finding.reasons:
            if reason.concern is Concern.CONTRADICTION and reason is not Reason.CODE_NOT_IN_FORCE:
                one, _, other = sides[reason].partition(" against ")
                assert all((one, other)), (reason, sides[reason])


def test_out_of_scope_rests_on_a_sound_row():
    """The last line before the verdict: nothing that weighs may stand on a row that is cleared."""
    for finding in findings_of_the_tables():
        if finding.verdict is Verdict.OUT_OF_SCOPE and Reason.BEFORE_RULE not in finding.reasons:
            weighing = {
                reason for reason in finding.reasons if reason.concern is Concern.CONTRADICTION
            }
            assert weighing <= {Reason.CONTRADICTION_PRICE, Reason.CONTRADICTION_MODEL_YEAR}
            assert Reason.DAMAGED_VIN not in finding.reasons


def test_other_regimes_stand_beside_out_of_scope():
    assert screen(SONG_PLUG_IN, ON).other_regimes == ("cn-vehicle-export",)
    used = {"condition": "used", "registration_date": "2024-05-01"}
    assert screen(OLD_TESLA, ON, used).other_regimes == ("cn-used-vehicle",)
    assert screen(TESLA, ON).other_regimes == ()
    perhaps_used = screen(vin("LS5A2ASE", "SJ"), ON, {"condition": "旧", "fuel": "汽油"})
    assert perhaps_used.other_regimes == ("cn-vehicle-export", "cn-used-vehicle")


def test_evidence_names_value_basis_and_source():
    finding = screen(ATTO3, ON, PETROL)
    assert {("BEV", "encoded"), ("ICE", "declared")} < {
        (item.value, item.basis.value) for item in finding.evidence
    }
    assert all(item.source for item in finding.evidence)
    assert finding.rule_version.startswith("cn-2025-54@")


def test_unknown_fields_and_regimes_are_refused():
    assert screen(TESLA, ON, {"make": "Tesla", "colour": "red"}) == screen(TESLA, ON)
    with pytest.raises(ValueError, match="unknown declared field"):
        screen(TESLA, ON, {"color": "red"})
    with pytest.raises(KeyError, match="no regime"):
        screen(TESLA, ON, regime="cn-1999-1")


# One wrong character, one wrong cell

ELECTRIC_STARTS = sorted(
    {
        "".join(allowed[0] if allowed != "*" else "A" for allowed in rule.pattern[:8])
        for rule in all_powertrain_rules()
        if rule.electric
    }
)
electric_vins = st.builds(
    vin,
    st.sampled_from(ELECTRIC_STARTS),
    st.sampled_from(["PA", "S0", "RC"]),
    st.from_regex(r"[0-9]{6}", fullmatch=True),
)
consistent = st.sampled_from(
    [
        {},
        {"fuel": "纯电动"},
        {"hs_code": "8703801090"},
        ELECTRIC,
        {**ELECTRIC, "un_no": "3556", "condition": "新", "seats": "5"},
    ]
)


@pytest.mark.slow
@settings(max_examples=400)
@given(electric_vins, consistent, st.integers(0, 16), st.characters())
def test_no_single_character_clears_a_controlled_row(text, declared, at, character):
    if screen(text, ON, declared).verdict is Verdict.CONTROLLED:
        assert (
            screen(text[:at] + character + text[at + 1 :], ON, declared).verdict
            is not Verdict.OUT_OF_SCOPE
        )
        assert screen(text[:at] + text[at + 1 :], ON, declared).verdict is not Verdict.OUT_OF_SCOPE
        assert (
            screen(text[:at] + character + text[at:], ON, declared).verdict
            is not Verdict.OUT_OF_SCOPE
        )


@pytest.mark.slow
def test_no_unnoticed_slip_clears_any_electric_start():
    """Every slip that the check digit cannot see, and every one where there is no check digit."""
    for start in ELECTRIC_STARTS:
        text = vin(start)
        if screen(text, ON).verdict is not Verdict.CONTROLLED:
            continue
        checked = check_digit_status(text, market_of(text)) is CheckDigit.HOLDS
        for at in range(17):
            for other in SAME_VALUE[text[at]] if checked else ALPHABET:
                slipped = text[:at] + other + text[at + 1 :]
                assert screen(slipped, ON).verdict is not Verdict.OUT_OF_SCOPE, (start, at, other)


WHOLE = {
    **ELECTRIC,
    "un_no": "3556",
    "condition": "新",
    "seats": "5",
    "make": "BYD",
    "model": "Dolphin",
    "type_code": "BYD7005BEV1",
    "displacement": "0",
    "battery_capacity": "60.48",
}


@pytest.mark.slow
@pytest.mark.parametrize("field", WHOLE)
@given(electric_vins, st.data())
def test_no_single_wrong_cell_clears_a_controlled_row(field, text, data):
    whole = WHOLE
    wrong = data.draw(
        st.sampled_from(
            [
                "",
                "8703234190",
                "8703801010",
                "8702402000",
                "8704600000",
                "8711600000",
                "HEV",
                "汽油",
                "3166",
                "旧",
                "used",
                "50",
                "?",
                "Song Plus DM-i",
                "BYD7150WTHEV5",
                "1498",
                "Toyota",
            ]
        )
    )
    for declared in (whole, {field: whole[field]}):
        if screen(text, ON, declared).verdict is Verdict.CONTROLLED:
            finding = screen(text, ON, {**declared, field: wrong})
            assert finding.verdict is not Verdict.OUT_OF_SCOPE or (
                field == "condition" and len(declared) == 1
            )
