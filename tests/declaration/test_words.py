"""Codes and words of a declaration, as the tables have them and as spreadsheets write them."""

import pytest
from support.tables import table

from vintool.codes import Powertrain
from vintool.declaration import lexicon as declared


def test_codes_of_a_declaration():
    keys = set()
    for row in table("declared.codes.csv"):
        assert row["source"]
        assert row["confidence"] in {"high", "medium", "low"}
        assert (row["field"], row["code"]) not in keys
        keys.add((row["field"], row["code"]))
        meaning = declared.meaning(row["field"], row["code"])
        assert meaning.powertrain == row["powertrain"]
        assert (meaning.kind, meaning.condition, meaning.has_vin) == ("", "", "")


def test_words_of_a_declaration():
    for row in table("declared.words.csv"):
        assert row["source"]
        meaning = declared.meaning(row["field"], row["word"])
        assert meaning.value.removeprefix("trade mode ") == row["value"], row
        assert declared.meaning(row["field"], f" {row['word'].upper()} ").value == meaning.value


@pytest.mark.parametrize(
    ("text", "says"),
    [("8703801090.0", "BEV"), ("8703.80.10.90", "BEV"), ("8703 8010 90", "BEV"), ("8703503110.999", "HEV"), ("８７０３８０１０９０", "BEV"), ("870380", "BEV"), ("8703", "passenger"), ("8702", "bus"), ("8702.40", "BEV"), ("8704.60.0000", "BEV"), ("87", None), ("", None), ("n/a", None), ("9999999999", None)],
)  # fmt: skip
def test_codes_as_spreadsheets_write_them(text, says):
    meaning = declared.meaning("hs_code", text)
    assert (meaning.value if meaning else None) == says


@pytest.mark.parametrize(
    ("text", "says"),
    [("纯电动", "BEV"), ("PURE ELECTRIC", "BEV"), ("Plug-In Hybrid", "PHEV"), ("汽油/电", "NOT_BEV"), ("petrol / electric", "NOT_BEV"), ("petrol\nelectric", "BEV/ICE"), ("Benzin, Diesel", "ICE"), ("revised", None), ("EVA", None), ("electric window", None), ("新能源", "hint 新能源"), ("电动 60kWh", "BEV"), ("petrol 60 kWh", "hint 60 kwh"),
     ("Elec.", "BEV"), ("Elettr.", "BEV"), ("0004", "BEV"), ("C (Strom)", "hint strom"), ("PEV", "hint PEV"), ("AEV", "hint AEV"), ("petrol, 12V battery", None), ("汽油电喷", None)],
)  # fmt: skip
def test_fuel_words_are_whole_words(text, says):
    meaning = declared.meaning("fuel", text)
    assert (meaning.value if meaning else None) == says


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("condition", "零公里二手车", "used"), ("condition", "準新車", "used"), ("condition", "Ojeté", "used"), ("condition", "brukt", "used"), ("condition", "ПОДЕРЖАННАЯ", "used"),
        ("condition", "fabrycznie nowy", "new"), ("condition", "ใหม่", "new"), ("vehicle_type", "清扫车", "special"), ("vehicle_type", "N1", "truck"),
        ("vehicle_type", "M2", "bus"), ("vehicle_type", "M1", "passenger"), ("vehicle_type", "救护车", "passenger"), ("vehicle_type", "Henkilöauto", "passenger"),
        ("seats", "9+1", "bus"), ("make", "开瑞", "Karry"), ("make", "EXLANTIX", "Exlantix"),
    ],
)  # fmt: skip
def test_words_of_the_trade_in_many_languages(field, text, says):
    assert declared.meaning(field, text).value == says


@pytest.mark.parametrize(
    "word",
    [
        "客车",
        "小客车",
        "van",
        "专用车",
        "改装车",
        "M3",
        "autocarro",
        "电动三轮车",
    ],
)
def test_a_word_for_several_kinds_tells_none(word):
    """Nine seats or ten, a converted car or a sweeper, a lorry in Italy and a bus in Portugal."""
    said = declared.meaning("vehicle_type", word)
    assert said is None or said.kind == ""


@pytest.mark.parametrize("text", ["petrol -> electric", "汽油改电动", "汽油 → 纯电", "gasoline to electric", "diesel now EV", "petrol => BEV"])  # fmt: skip
def test_what_was_turned_electric_is_no_hybrid(text):
    assert Powertrain.BEV in declared.meaning("fuel", text).rivals


@pytest.mark.parametrize("text", ["petrol?", "diesel ?", "汽油？"])
def test_a_fuel_with_a_doubt_says_nothing(text):
    assert declared.meaning("fuel", text) is None
    assert declared.meaning("fuel", "BEV?").powertrain is Powertrain.BEV


@pytest.mark.parametrize("text", ["油改电", "汽油改电动", "EV conversion", "converted to electric", "petrol car, electric conversion"])  # fmt: skip
def test_a_conversion_to_electric_is_heard_in_the_name_of_the_goods(text):
    said = declared.meaning("goods_name", text)
    assert said.hint or Powertrain.BEV in {said.powertrain, *said.rivals}


@pytest.mark.parametrize("text", ["no hybrid", "not petrol", "petrol free", "petrol cancelled", "hybrid? no", "汽油取消", "汽油除外"])  # fmt: skip
def test_what_is_denied_behind_it_tells_no_powertrain(text):
    said = declared.meaning("goods_name", text)
    assert said is None or said.powertrain is None


@pytest.mark.parametrize("text", ["elektrisierend", "इलेक्ट्रिक", "ელექტრული", "електрически", "elektromos hajtás", "Electromotive"])  # fmt: skip
def test_electric_is_heard_as_a_fuel_in_any_language_and_form(text):
    said = declared.meaning("fuel", text)
    assert said.hint or Powertrain.BEV in {said.powertrain, *said.rivals}
