"""What speaks for an electric car where nobody would look: in a cell for something else, or in a column that has no heading."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ON
from support.manifests import TESLA
from support.vehicles import NEW_ELECTRIC, PETROL, UNSEEN_PETROL, screen
from support.vins import vin

import vintool
from vintool.codes import Reason, Verdict
from vintool.columns import screen_table
from vintool.columns.screening import asides
from vintool.declaration.headers import fields
from vintool.declaration.lexicon import is_aside, meaning
from vintool.declaration.lexicon.quoted_codes import quoted_codes

SPEAKING = ("BEV", "white / BEV", "UN 3556", "8703801090", "HS 8703.80.1090", "60 kWh", "pure electric", "纯电动")  # fmt: skip
HELD_BESIDE_ENGINES = ("锂离子电池", "vehicle, lithium ion battery powered", "SOC 30%", "520 km CLTC", "0 g/km CO2", "charging cable included", "IMO class 9, UN No. 3171", "ООН 3556", "Ladekabel")  # fmt: skip
ASIDE = sorted(field for field in fields() if is_aside(field) and field not in {"vin", "vin_last", "quantity"})  # fmt: skip
HEARD = [field for field in ASIDE if field != "licence_no"]  # whose shape the desk looks at
COLUMNS = {"VIN": [UNSEEN_PETROL], "Fuel": [PETROL["fuel"]], "HS code": [PETROL["hs_code"]]}


def verdict(columns):
    return vintool.screen_table(columns, ON, regime=NEW_ELECTRIC)["vin_verdict"][-1].as_py()


@pytest.mark.parametrize("text", SPEAKING)
def test_no_field_of_a_row_is_deaf(text):
    deaf = [field for field in ASIDE if screen(UNSEEN_PETROL, ON, {**PETROL, field: text}).verdict is Verdict.OUT_OF_SCOPE]  # fmt: skip
    assert not deaf


@pytest.mark.parametrize("heading", ["Column X", "Remarks", "Description", "vin_fuel", "vin_hs", "Make", "Price"])  # fmt: skip
@pytest.mark.parametrize("text", [*SPEAKING, *HELD_BESIDE_ENGINES])
def test_no_column_is_deaf_whatever_its_heading(heading, text):
    assert verdict(COLUMNS) == Verdict.OUT_OF_SCOPE
    assert verdict({**COLUMNS, heading: [text]}) != Verdict.OUT_OF_SCOPE
    assert verdict({**COLUMNS, heading: ["spare key, 2 pcs"]}) == Verdict.OUT_OF_SCOPE


def test_a_cell_is_heard_far_below_the_first_rows_too():
    rows = 700
    vins = [vin("9BRZZZZZ", "SJ", f"{n:06}") for n in range(rows)]
    column = ["two keys"] * (rows - 1) + ["BEV"]
    table = {**{name: cells * rows for name, cells in COLUMNS.items()}, "VIN": vins, "X": column}
    verdicts = vintool.screen_table(table, ON, regime=NEW_ELECTRIC)["vin_verdict"].to_pylist()
    assert verdicts == [Verdict.OUT_OF_SCOPE] * (rows - 1) + [Verdict.REVIEW]


@given(st.dictionaries(st.sampled_from([*HEARD, "remarks", "goods_name"]), st.sampled_from([*SPEAKING, *HELD_BESIDE_ENGINES, "", "white", "TBA"]), max_size=4))  # fmt: skip
def test_asides_in_columns_say_what_they_say_of_one_vehicle(cells):
    declared = {**PETROL, **cells}
    single = screen(UNSEEN_PETROL, ON, declared)
    table = pa.table({"vin": [UNSEEN_PETROL], **{field: [text] for field, text in declared.items()}})  # fmt: skip
    row = screen_table(table, ON, {name: name for name in table.column_names}, NEW_ELECTRIC).to_pylist()[0]  # fmt: skip
    added = {name.rpartition("vin_")[2]: value for name, value in row.items() if name.startswith("vin_")}  # fmt: skip
    assert added["verdict"] == single.verdict
    assert added["reasons"] == list(single.reasons)
    assert added["evidence"] == [str(one) for one in single.evidence]


def test_what_holds_a_row_is_shown_with_its_cell():
    found = vintool.screen_table({**COLUMNS, "Colour": ["white, BEV"]}, ON, regime=NEW_ELECTRIC)
    assert Reason.CONTRADICTION_POWERTRAIN in found["vin_reasons"][0].as_py()
    assert any("colour 'white, BEV'" in line for line in found["vin_evidence"][0].as_py())


CODES = ("8703-80-10-90", "8703-8010-90", "8703/80/10/90", "8703,80,10,90", "8,703,801,090", "8.703.801.090", "8703·80·10·90", "8703_80_10_90", "8703–80–10–90",
    "8703'80'10'90", "8703:80:10:90", "8703|80|10|90", "(8703)80 10 90", "08703801090", "٨٧٠٣٨٠١٠٩٠", "8703\u200b801090", "8703\xad80\xad10\xad90", "8703801090.0",
    "8703801090.00", "8703.80.1090.00", "8703801090,8507600090", "8507600090,8703801090", "8703801090,00", "HS.8703801090")  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_read_whatever_parts_its_figures(code):
    assert meaning("hs_code", code).powertrain == "BEV"
    clean = {"fuel": PETROL["fuel"], "type_code": "SVW71416AL"}
    for declared in ({**clean, "hs_code": code}, {**PETROL, "remarks": code}, {**PETROL, "colour": f"see {code} below"}):  # fmt: skip
        assert screen(UNSEEN_PETROL, ON, declared).verdict is Verdict.REVIEW
    assert verdict({**COLUMNS, "Zzz": [code]}) == Verdict.REVIEW


@pytest.mark.parametrize("code", ["8703.8", "8703.8.10.90", "8703/80", "8.704E+09"])
def test_a_code_that_cannot_be_read_and_may_be_that_of_an_electric_car_holds_its_row(code):
    declared = {"fuel": PETROL["fuel"], "type_code": "SVW71416AL", "hs_code": code}
    assert screen(UNSEEN_PETROL, ON, declared).verdict is Verdict.REVIEW


@pytest.mark.parametrize("code", ["8703-23-43-10", "8,703,234,310", "8703/8704", "8703 8704", "8.703E+09"])  # fmt: skip
def test_other_codes_however_parted_hold_none(code):
    declared = {"fuel": PETROL["fuel"], "type_code": "SVW71416AL", "hs_code": code}
    assert screen(UNSEEN_PETROL, ON, declared).verdict is Verdict.OUT_OF_SCOPE
    assert quoted_codes(code) == []


@pytest.mark.parametrize("kind", [pa.int64(), pa.uint64(), pa.float64(), pa.decimal128(12, 0), pa.decimal128(14, 2), pa.decimal256(14, 2), pa.decimal64(14, 2)], ids=str)  # fmt: skip
@pytest.mark.parametrize("encode", [False, True])
def test_a_code_among_numbers_of_any_type_is_heard(kind, encode):
    numbers = pa.array([8703801090], pa.int64()).cast(pa.decimal128(19, 0)).cast(kind)
    whole = pa.array([0], pa.int32())
    column = pa.DictionaryArray.from_arrays(whole, numbers) if encode else numbers
    for heading in ("Colour", "Zzz"):
        assert verdict({**COLUMNS, heading: column}) == Verdict.REVIEW


@pytest.mark.parametrize("text", ["8703234310", "8703.80", "870380", "invoice 28703801090", "lot 3556", "3171", "UN 3166", "UN 38 3171000", "2026-03-17", "USD 8,703.80", "8703801090.55", "8703-87-04"])  # fmt: skip
def test_other_figures_are_no_code_of_an_electric_car(text):
    assert quoted_codes(text) == []


@pytest.mark.parametrize("text", ["electric windows", "electric blue", "USB charger", "Foo New Energy Vehicle Co., Ltd.", "spark plug", "WLTP 120 g/km"])  # fmt: skip
def test_what_petrol_cars_have_holds_none(text):
    assert verdict({**COLUMNS, "Notes on it": [text]}) == Verdict.OUT_OF_SCOPE


def test_a_column_of_un_numbers_is_known_by_its_cells():
    table = {"VIN": [vin("9BRZZZZZ", "SJ", n) for n in ("1", "2")], "Fuel": [PETROL["fuel"]] * 2, "HS code": [PETROL["hs_code"]] * 2, "Cl.": ["3166", "3556"]}  # fmt: skip
    verdicts = vintool.screen_table(table, ON, regime=NEW_ELECTRIC)["vin_verdict"].to_pylist()
    assert verdicts == [Verdict.OUT_OF_SCOPE, Verdict.REVIEW]


@pytest.mark.parametrize("model", ["Taycan", "Model Y", "海鸥", "Ioniq 5", "2025 ID.4 Pro"])
def test_the_name_of_an_electric_model_without_its_brand_holds_a_row_of_petrol(model):
    assert verdict({**COLUMNS, "Model": [model]}) == Verdict.REVIEW
    assert verdict({**COLUMNS, "Model": ["Corolla"]}) == Verdict.OUT_OF_SCOPE


PARTS = {"Battery No": "001PE0AB1234567", "动力电池编码": "04QPE1234567", "Charging port": "Type 2", "SOC": "30%", "Number of motors": "2",
    "Li battery UN No": "UN3480", "Range (km)": "520", "电机型号": "TZ220XSA", "Traction battery maker": "CATL"}  # fmt: skip


@pytest.mark.parametrize("heading", PARTS)
def test_what_stands_below_the_heading_of_a_part_of_an_electric_drive_holds_a_row_of_petrol(
    heading,
):
    assert verdict({**COLUMNS, heading: [PARTS[heading]]}) == Verdict.REVIEW
    for nothing in ("", "0", "N/A", "无", "no"):
        assert verdict({**COLUMNS, heading: [nothing]}) == Verdict.OUT_OF_SCOPE


@pytest.mark.parametrize(("heading", "cell"), [("Battery", "12V lead-acid"), ("Battery status", "good"), ("Freight charges", "1,200"), ("Battery type", "AGM 70Ah"), ("Motor power", "90 kW")])  # fmt: skip
def test_what_every_car_has_holds_none(heading, cell):
    assert verdict({**COLUMNS, heading: [cell]}) == Verdict.OUT_OF_SCOPE


@given(st.lists(st.one_of(st.text(max_size=12), st.sampled_from([*SPEAKING, "spark plug", "BEV\n", "soc\x1f", "8,703"])), max_size=5))  # fmt: skip
def test_few_cells_are_looked_through_as_many_are(cells):
    few = asides._may_speak(pa.array(cells, pa.string()))
    many = asides._may_speak(pa.array([*cells, *["x"] * asides._FEW]))
    heard = zip(few, many.to_pylist(), strict=False)
    assert all(one or not other for one, other in heard)


@pytest.mark.parametrize("heading", ["Lot", "Batch no.", "批次"])
def test_the_number_of_a_lot_is_no_un_number(heading):
    assert verdict({**COLUMNS, heading: ["3171"]}) == Verdict.OUT_OF_SCOPE
    for speaking in ("UN 3171", "BEV", "8703801090"):
        assert verdict({**COLUMNS, heading: [speaking]}) == Verdict.REVIEW
    assert verdict({**COLUMNS, "Cl.": ["3171"]}) == Verdict.REVIEW


@pytest.mark.parametrize(("name", "cell"), [("vin_others", f"{TESLA}=controlled"), ("vin_text", f"{UNSEEN_PETROL} BEV"), ("vin_powertrain", "BEV"), ("vin_evidence", "pure electric 8703801090"), ("vin_verdict", "controlled"), ("vin_vin_verdict", " controlled ")])  # fmt: skip
def test_an_earlier_answer_is_heard_against_clearing_a_row(name, cell):
    answers = {"vin_verdict": ["out_of_scope"], "vin_reasons": ["x"], "vin_regime": [NEW_ELECTRIC]}
    for own in ("VIN", "vin"):
        columns = {own: [UNSEEN_PETROL], **{key: COLUMNS[key] for key in ("Fuel", "HS code")}}
        for beside in (answers, {}):
            clean = vintool.screen_table({**columns, **beside}, ON, regime=NEW_ELECTRIC)
            held = vintool.screen_table({**columns, **beside, name: [cell]}, ON, regime=NEW_ELECTRIC)  # fmt: skip
            assert clean.to_pylist()[0][_verdict_of(clean)] == Verdict.OUT_OF_SCOPE
            assert held.to_pylist()[0][_verdict_of(held)] == Verdict.REVIEW


@pytest.mark.parametrize("regime", [NEW_ELECTRIC, None])
def test_a_row_that_is_cleared_is_cleared_again_beside_its_own_answers(regime):
    cells = [("petrol", "8703234310"), ("PHEV", "8703601090"), ("HEV 1.3 kWh", "8703401010"), ("diesel", "8703324310")]  # fmt: skip
    vins = [UNSEEN_PETROL, *(vin("9BRZZZZZ", "SJ", f"{n:06}") for n in range(3))]
    table = pa.table({"VIN": vins, "Fuel": [one for one, _ in cells], "HS code": [one for _, one in cells]})  # fmt: skip
    first = vintool.screen_table(table, ON, regime=regime)
    again = vintool.screen_table(first, ON, regime=NEW_ELECTRIC)
    alone = vintool.screen_table(table, ON, regime=NEW_ELECTRIC)
    assert again[_verdict_of(again)].to_pylist() == alone["vin_verdict"].to_pylist()
    assert Verdict.OUT_OF_SCOPE in alone["vin_verdict"].to_pylist()


def _verdict_of(table):
    return [name for name in table.column_names if name.endswith("vin_verdict")][-1]
