"""What a manifest declares: words in many languages, models, type codes, engine and battery."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ON
from support.tables import table
from support.vehicles import (
    ATTO3,
    EADO,
    ELECTRIC,
    PETROL,
    SONG_PLUG_IN,
    UNSEEN,
    UNSEEN_PETROL,
    screen,
)

from vintool import registry
from vintool.codes import Powertrain, Reason, Verdict
from vintool.declaration import headers
from vintool.declaration import lexicon as declared
from vintool.declaration.lexicon import READERS, meaning, together
from vintool.declaration.lexicon.type_codes import type_codes
from vintool.declaration.lexicon.words import letters as bare
from vintool.declaration.lexicon.words import phrase

MODELS = table("declared.models.csv")
BRANDS = {brand for maker in registry.all_makers() for brand in maker.brands}


def says(field, text, **beside):
    """What a cell says of the powertrain, beside the other cells of its row."""
    cells = {**beside, field: text}
    row = together(*(meaning(name, cell) for name, cell in cells.items()))
    return sorted(part.powertrain.value for part in row if part.powertrain)


# Every row of the tables answers for itself


@pytest.mark.parametrize("row", MODELS, ids=[f"{row['brand']} {row['model']}" for row in MODELS])
def test_every_model_answers_its_own_name(row):
    expected = [row["powertrain"]] if row["powertrain"] else []
    assert row["source"]
    assert row["alone"] in {"", "yes"}
    assert not (row["alone"] and not row["powertrain"])
    for name in (row["model"], row["model"].upper(), f" {row['model']} 2026 "):
        assert says("model", name, make=row["brand"]) == expected, name
    assert says("model", f"{row['brand']} {row['model']}") == expected
    if (model := meaning("model", row["model"])) and model.models and not model.brands:
        assert says("model", row["model"], make="Lada") == []


def test_models_are_of_known_brands_and_stand_once():
    made = {row["value"] for row in table("declared.words.csv") if row["field"] == "make"}
    assert {row["brand"] for row in MODELS} <= BRANDS | made
    keys = [(row["brand"], phrase(row["model"])) for row in MODELS]
    assert len(keys) == len(set(keys))


def test_only_a_few_models_speak_without_their_brand():
    for row in MODELS:
        model = meaning("model", row["model"])
        if row["powertrain"] and model.models and not model.brands:
            assert says("model", row["model"]) == ([row["powertrain"]] if row["alone"] else [])


def test_fillers_say_nothing_alone():
    for row in table("declared.fillers.csv"):
        assert row["source"]
        said = meaning("fuel", row["word"])
        assert said is None or said.hint, row
        assert says("fuel", row["word"]) == []
        assert says("fuel", f"BEV {row['word']}") == ["BEV"]
        assert says("fuel", f"PHEV {row['word']}") == ["PHEV"]


def test_words_that_hybrids_share_are_marked():
    for row in table("declared.words.csv"):
        assert row["beside"] in {"", "NOT_BEV"}
        if row["beside"]:
            assert (row["field"], row["value"]) == ("fuel", "BEV")
            assert says("fuel", f"petrol/{row['word']}") == ["NOT_BEV"], row
        elif (row["field"], row["value"]) == ("fuel", "BEV"):
            assert says("fuel", f"PHEV / {row['word']}") == ["BEV", "PHEV"], row


# Fuel

FUELS = [
    ("纯电", "BEV"), ("純電動", "BEV"), ("新能源(纯电动)", "BEV"), ("BEV（纯电动）", "BEV"),
    ("插混", "PHEV"), ("增程", "EREV"), ("增程式(汽油)", "EREV"), ("油电混合", "HEV"),
    ("氢燃料电池", "FCEV"), ("甲醇", "ICE"), ("双燃料", "ICE"), ("汽油/天然气", "ICE"),
    ("100% Electric", "BEV"), ("Fully-electric vehicle", "BEV"), ("ELECTRICITY", "BEV"),
    ("BEV (Battery Electric Vehicle)", "BEV"), ("PHEV (Plug-in Hybrid Electric Vehicle)", "PHEV"),
    ("Strong HEV (Hybrid Electric Vehicle)", "HEV"), ("Flexible Fuel Vehicle (FFV)", "ICE"),
    ("электромобиль", "BEV"), ("электрический двигатель", "BEV"), ("бензин", "ICE"), ("гибридный", "NOT_BEV"),
    ("бензин/электро", "NOT_BEV"), ("последовательный гибрид", "EREV"), ("ЕЛЕКТРО АБО БЕНЗИН", "NOT_BEV"),
    ("електромобіль", "BEV"), ("vehículo eléctrico", "BEV"), ("híbrido enchufable", "PHEV"), ("bencina", "ICE"),
    ("elétrico puro", "BEV"), ("óleo diesel", "ICE"), ("100 % électrique", "BEV"), ("hybride rechargeable", "PHEV"),
    ("Vollelektrisch", "BEV"), ("Benzin/Elektro", "NOT_BEV"), ("elettrica", "BEV"), ("benzina", "ICE"), ("ibrido plug-in", "PHEV"),
    ("TAM ELEKTRİKLİ", "BEV"), ("şarj edilebilir hibrit", "PHEV"), ("كهربائي", "BEV"), ("بنزين", "ICE"), ("هجين", "NOT_BEV"),
    ("برقی", "BEV"), ("بنزینی", "ICE"), ("elektr", "BEV"), ("gibrid", "NOT_BEV"), ("электр", "BEV"),
    ("חשמלי", "BEV"), ("חשמל/בנזין", "NOT_BEV"), ("ไฟฟ้า", "BEV"), ("เบนซิน", "ICE"), ("ไฮบริด", "NOT_BEV"),
    ("điện", "BEV"), ("dien", "BEV"), ("xăng", "ICE"), ("listrik", "BEV"), ("bensin", "ICE"), ("elektryczny", "BEV"),
    ("olej napędowy", "ICE"), ("elektřina", "BEV"), ("elektriciteit", "BEV"), ("El", "BEV"), ("Sähkö", "BEV"), ("laddhybrid", "PHEV"),
    ("プラグインハイブリッド", "PHEV"), ("전기자동차", "BEV"), ("petrol-electric", "NOT_BEV"), ("Hybrid (Petrol/Electric)", "NOT_BEV"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "powertrain"), FUELS)
def test_fuels_in_many_languages(text, powertrain):
    assert says("fuel", text) == [powertrain]


@pytest.mark.parametrize(
    "text",
    [
        "SEVEN", "DEVON", "EVO", "EVA", "LEVEL", "revised", "evening", "Evoque", "HEVC", "XEV1", "EV6",
        "electric windows", "electric sunroof", "electric power steering", "non-electric", "not electric", "no EV", "non-EV",
        "非纯电", "不带电", "电动尾门", "电动窗", "电动座椅", "新能源", "vehicle", "100", "100%", "motor", "?", "", "N/A",
        "electrician", "electro-hydraulic", "electric or petrol", "plug-in electric", "elektrische Fenster", "sans électrique",
        "Electric Blue", "battery included", "без электро", "petrol station", "电子", "电机号", "充电线",
    ],
)  # fmt: skip
def test_fuel_cells_with_another_word_say_nothing(text):
    assert says("fuel", text) == []


@pytest.mark.parametrize(
    "text",
    ["PHEV/BEV", "BEV / PHEV", "汽油/纯电", "纯电/插混", "纯电动+汽油", "Hybrid / Electric", "EV, petrol", "BEV;HEV", "增程/纯电", "纯电动、增程式"],
)  # fmt: skip
def test_a_cell_of_both_kinds_contradicts_itself_and_never_clears(text):
    cell = says("fuel", text)
    assert len(cell) == 2
    assert "BEV" in cell
    for vin in (UNSEEN, EADO, SONG_PLUG_IN):
        for beside in ({}, {"hs_code": "8703234190"}, {"hs_code": "8703234190", "un_no": "3166"}):
            finding = screen(vin, ON, {"fuel": text, **beside})
            assert finding.verdict is Verdict.REVIEW
            assert Reason.CONTRADICTION_POWERTRAIN in finding.reasons


letters = st.text(string.ascii_letters + "ВЕЖé", min_size=1, max_size=8)
KNOWN = {
    bare(row["word"]) for row in table("declared.words.csv") if row["field"] in {"fuel", "model"}
}


@given(st.sampled_from(["EV", "ev", "Ev", "BEV", "bev"]), letters, letters, st.booleans())
def test_ev_inside_a_word_never_says_pure_electric(ev, before, after, ends):
    word = before + ev + ("" if ends else after)
    if bare(word) not in KNOWN:
        for field in ("fuel", "model", "type_code"):
            for text in (word, f"{word} 2026", f"BYD {word}"):
                assert "BEV" not in says(field, text), (field, text)


@given(st.lists(st.sampled_from(["纯电动", "Electric", "EV", "PHEV", "汽油", "petrol", "hybrid", "增程", "电"]), min_size=2, max_size=5), st.sampled_from(["/", " / ", ", ", "+", " ", "-", "、"]))  # fmt: skip
def test_a_list_of_fuels_says_pure_electric_only_if_all_of_it_does(parts, separator):
    cell = says("fuel", separator.join(parts))
    pure = {"纯电动", "Electric", "EV", "电"}
    if not set(parts) <= pure:
        assert cell != ["BEV"]
    else:
        assert set(cell) <= {"BEV"}


# Models


@pytest.mark.parametrize(
    ("text", "make", "powertrain"),
    [
        ("Atto 3", "", "BEV"), ("ATTO3", "BYD", "BEV"), ("BYD Atto 3", "", "BEV"), ("BYD Dolphin", "", "BEV"), ("Seal", "byd auto", "BEV"),
        ("Seal 82.5 kWh AWD", "BYD", "BEV"), ("海豚 荣耀版", "比亚迪汽车有限公司", "BEV"), ("Seal U DM-i", "", "PHEV"), ("Song Plus DM-i", "BYD", "PHEV"),
        ("宋PLUS DMi 荣耀版", "", "PHEV"), ("Song Plus EV", "", "BEV"), ("海狮07EV", "比亚迪", "BEV"), ("汉EV", "", "BEV"), ("海豹06DM-i", "", "PHEV"),
        ("Model 3", "Tesla", "BEV"), ("Model3", "特斯拉", "BEV"), ("model-y", "tesla", "BEV"), ("Model Y长续航", "Тесла", "BEV"), ("001", "Zeekr", "BEV"),
        ("Zeekr001", "", "BEV"), ("极氪 7X", "", "BEV"), ("2", "Polestar", "BEV"), ("精灵#1", "smart", "BEV"), ("id-4-crozz", "volkswagen", "BEV"),
        ("ID.4 X", "SAIC VW", "BEV"), ("L9 Max", "理想", "EREV"), ("Li L7", "Li Auto", "EREV"), ("C11增程版", "零跑", "EREV"), ("C11纯电版", "零跑", "BEV"),
        ("UNI-T 1.5T", "长安", "NOT_BEV"), ("哈弗H6", "", "NOT_BEV"), ("Corolla", "Toyota", "NOT_BEV"), ("Land Cruiser 2.7", "Toyota", "NOT_BEV"),
        ("CS75 PHEV", "Changan", "PHEV"), ("Tiggo 8 插电混动", "奇瑞", "PHEV"), ("Jolion HEV", "Haval", "HEV"), ("J5 EV", "Jaecoo", "BEV"), ("Emgrand EV300", "Geely", "BEV"), ("Mokka Electric", "Opel", "BEV"),
        ("EX5", "Geely", "BEV"), ("EX5 EM-i", "Geely", "PHEV"), ("EX5", "Weltmeister", "BEV"), ("宏光MINIEV", "五菱", "BEV"), ("enp1", "honda", "BEV"), ("Kona Electric", "Hyundai", "BEV"),
        ("Tang PHEV 2016 (公告 BYD6480STHEV)", "BYD", "PHEV"), ("iQ (公告 CC7001CE02ABEV)", "GWM Ora", "BEV"), ("Combo-e Cargo XL", "Opel/Vauxhall", "BEV"),
    ],
)  # fmt: skip
def test_models(text, make, powertrain):
    assert says("model", text, make=make) == [powertrain]
    assert says("type_code", text, make=make) == [powertrain]


@pytest.mark.parametrize(
    ("text", "make"),
    [
        ("Dolphin", ""), ("Seal", ""), ("Model 3", ""), ("X", ""), ("001", ""), ("2", ""), ("Leaf", ""), ("Spring", ""), ("Ocean", ""), ("Air", ""),
        ("Dolphin", "Toyota"), ("Atto 3", "Toyota"), ("SU7", "BYD"), ("Model 3", "BYD"), ("001", "BMW"), ("L7", ""), ("E5", ""), ("EV6", ""),
        ("Song Plus", "BYD"), ("宋PLUS", "比亚迪"), ("海豹", "比亚迪"), ("Seal U", "BYD"), ("Seal 6", "BYD"), ("Seal-6DMX", "BYD"), ("Seal 09", "BYD"), ("Dolphin G", "BYD"), ("Atto 2", "BYD"), ("Sealion 7", "BYD"),
        ("C10", "Leapmotor"), ("C11", "零跑"), ("S7", "Deepal"), ("Free", "Voyah"), ("M5", "AITO"), ("M7", "问界"), ("S", "Neta"), ("G6", "XPeng"), ("P7+", "XPeng"), ("i3", "BMW"),
        ("Lancer Evo", "Mitsubishi"), ("Hilux Revo", "Toyota"), ("Land Cruiser with electric windows", "Toyota"), ("SEVEN", "Lotus"), ("Devon", ""), ("Evoque", "Land Rover"), ("ATTO 30", "BYD"), ("Model 30", "Tesla"), ("SU7S", "Xiaomi"),
        ("S-Class electric sunroof", "Mercedes-Benz"), ("non-EV", ""), ("非纯电版", ""), ("EVX", ""), ("EV20", ""), ("Mustang Extended Range", "Ford"),
        ("Kona", "Hyundai"), ("e-tron", "Audi"), ("Camry electric", "Toyota"), ("GS3 电动", "Trumpchi"), ("Emgrand GL EV500", "Geely"), ("帝豪GS-e", "吉利"), ("E-HS7", "Hongqi"), ("S90 Recharge", "Volvo"), ("Crider e:N", "Honda"), ("X-Trail Zero Emission", "Nissan"), ("A3 e-tron", "Audi"), ("Macan", "Porsche"), ("XC40 Recharge", "Volvo"), ("Cooper", "MINI"), ("fortwo", "smart"), ("#5", "smart"), ("EX5 1.5T X", "BYD"),
        ("", "BYD"), ("?", "Tesla"), ("TBA", "Tesla"),
    ],
)  # fmt: skip
def test_models_that_say_nothing(text, make):
    assert says("model", text, make=make) == []


def test_makes_say_nothing_themselves():
    for make in ("BYD", "Tesla", "NIO", "特斯拉", "Li Auto", "GWM Ora", "?", ""):
        assert says("make", make) == []
        finding = screen(UNSEEN, ON, {"make": make})
        assert (finding.verdict, finding.reasons[0]) == (Verdict.REVIEW, Reason.POWERTRAIN_UNKNOWN)
        assert screen(UNSEEN, ON, {"make": "Changan"}) == screen(UNSEEN, ON)


# Type codes


@pytest.mark.parametrize(
    ("text", "powertrain"),
    [
        ("BYD6470SBEV3", "BEV"), ("SVW6471ABEV", "BEV"), ("TSL7000BEVAR0", "BEV"), ("MR7002BEV03", "BEV"), ("CC7001CE02ABEV", "BEV"), ("BJ5022XXYV3R2-BEV", "BEV"),
        ("BYD7150WTHEV5", "NOT_BEV"), ("BYD6480STHEV", "NOT_BEV"), ("LXA6520SSHEV", "EREV"), ("SMA7150PHEV", "PHEV"), ("GTM7000FCEV", "FCEV"), ("CSA6500REEV1", "EREV"),
        ("AHC6510SHEVX0B", "EREV"), ("BJ6530K811RSHEV", "EREV"), ("SQR6540REEVEHV4", "EREV"), ("XMA6500KREEVF3", "EREV"), ("EQ6500MS5F1PHEV", "PHEV"),
        ("QCJ6500BG6HEV14", "NOT_BEV"), ("QCJ103044HEV61", "NOT_BEV"), ("SQR6500BEVEHY7", "BEV"), ("SKE6522DBEVR1", "BEV"), ("BJ6610BG42BEV", "BEV"), ("HFC7001EAEV", "BEV"),
        ("SC7001EV", "BEV"), ("比亚迪牌BYD7005BEV1纯电动轿车", "BEV"), ("byd7005bev1", "BEV"), ("ＢＹＤ７００５ＢＥＶ１", "BEV"), ("BEV", "BEV"),
    ],
)  # fmt: skip
def test_type_codes(text, powertrain):
    assert says("type_code", text) == [powertrain]
    if len(text) > 4:
        assert says("model", text) == [powertrain]


@pytest.mark.parametrize(
    "text",
    ["SC7151EV", "BYD7000", "BYD7005HEV1", "SQR7000HEVJ00", "GB7258", "SEV", "7000", "BYD", "XBEVERLY", "LRW3E7FA1LC000001", "LGXCE4CB6S0134553", "EVO7000", "", "-"],
)  # fmt: skip
def test_type_codes_that_say_nothing(text):
    assert says("type_code", text) == []


@pytest.mark.parametrize("text", ["MR7156D100", "QCJ7150A6", "FV7160CIF 轿车", "CAM7150M5", "CSA7151", "MR7156D100 sedan"])  # fmt: skip
def test_the_code_of_a_car_with_a_displacement_and_no_suffix_tells_an_engine(text):
    for field in ("type_code", "model", "goods_name"):
        assert says(field, text) == ["NOT_BEV"]
        assert meaning(field, text).own_key
    assert type_codes(text)[0].kind == "passenger"


@pytest.mark.parametrize(
    "text",
    ["SC7151EV", "BYD7000", "TSL7000", "SC7990", "GB7258-2017", "PO7123", "ISO7637", "ET7100", "RMB7250", "NIO ES7100kWh", "SQR6451T21T7", "BJ2022", "XCL5181JSQJ6L", "LRW3E7FA1LC000001", "UN3166", "7156"],
)  # fmt: skip
def test_other_codes_and_texts_tell_no_engine(text):
    assert not any(code.engine for code in type_codes(text))


def test_a_type_code_of_both_kinds_contradicts_itself():
    assert says("type_code", "BYD7005BEV1 / BYD7150WTHEV5") == ["BEV", "NOT_BEV"]
    assert says("hs_code", "8703801090/8703234190") == ["BEV", "ICE"]
    assert says("un_no", "UN 3166 / UN 3556") == ["BEV", "NOT_BEV"]
    assert says("un_no", "UN3556, Class 9") == ["BEV"]
    assert says("hs_code", "8703801010;8703801090") == ["BEV"]
    assert meaning("hs_code", "8703801010;8703801090").condition == ""
    assert says("hs_code", "8703234190/8703602300") == []


# Engine and battery

ENGINES = [
    ("1.5T", 1500), ("1498ml", 1498), ("1498 mL", 1498), ("1,498 cc", 1498), ("1 498 см3", 1498), ("1498 см³", 1498), ("1498cm^3", 1498), ("1498", 1498), ("1498.0", 1498),
    ("1.5", 1500), ("1,5 л", 1500), ("2.0L", 2000), ("2 L", 2000), ("1.498 ccm", 1498), ("1.5升", 1500), ("1497毫升", 1497), ("660cc", 660), ("6.2 litres", 6200), ("１．５Ｔ", 1500),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cubic"), ENGINES)
def test_an_engine_is_not_pure_electric(text, cubic):
    assert meaning("displacement", text).display == f"displacement {cubic} cc"
    assert says("displacement", text) == ["NOT_BEV"]
    assert says("displacement", text, battery_capacity="60.48 kWh") == ["NOT_BEV"]


@pytest.mark.parametrize("text", ["0", "0.0", "0 cc", "0L", "0.0L", "-", "—", "/", "none", "N/A", "无", "Нет", "ninguno"])  # fmt: skip
def test_no_engine_and_a_battery_is_pure_electric(text):
    assert says("displacement", text) == []
    assert says("displacement", text, battery_capacity="60.48 kWh") == ["BEV"]
    assert says("displacement", text, battery_capacity="1.3 kWh") == []
    assert says("displacement", text, battery_capacity="60 Ah") == []


@pytest.mark.parametrize("text", ["", "150", "150kW", "85", "0kW", "2", "60480", "1498ml/85kW", "/150", "1.5kW", "12V", "unknown", "99999cc", "1.5 cc", "-1498", "15%", "1e3", "TSI", "150.0"])  # fmt: skip
def test_displacements_that_say_nothing(text):
    assert meaning("displacement", text) is None
    assert says("displacement", text, battery_capacity="60.48 kWh") == []


@pytest.mark.parametrize(
    ("text", "energy"),
    [("60.48kWh", "60.48"), ("60480Wh", "60.48"), ("60.48", "60.48"), ("60,48 кВт·ч", "60.48"), ("82 kW h", "82"), ("82度", "82"), ("18.3 kWh", "18.3"), ("75 кВт*ч", "75")],
)  # fmt: skip
def test_batteries(text, energy):
    assert meaning("battery_capacity", text).display == f"battery of {energy} kWh"
    assert says("battery_capacity", text) == []


@pytest.mark.parametrize("text", ["", "1.3", "60 Ah", "60kW", "400V", "0", "-", "1000", "60.48 / 71", "yes"])  # fmt: skip
def test_batteries_that_say_nothing(text):
    assert meaning("battery_capacity", text) is None


# Together

CELLS = {
    "make": ["BYD", "Toyota", ""],
    "model": ["Dolphin", "Song Plus DM-i", "Seal U", "Corolla", ""],
    "type_code": ["BYD7005BEV1", "BYD7150WTHEV5", ""],
    "fuel": ["纯电动", "汽油", "PHEV/BEV", ""],
    "displacement": ["0", "1498", ""],
    "battery_capacity": ["60.48", ""],
    "hs_code": ["8703801090", "8703234190", ""],
}
cells = st.fixed_dictionaries({field: st.sampled_from(texts) for field, texts in CELLS.items()})


@given(cells, st.randoms(use_true_random=False))
def test_the_order_of_the_columns_does_not_matter(row, random):
    shuffled = list(row.items())
    random.shuffle(shuffled)
    assert screen(UNSEEN, ON, dict(shuffled)) == screen(UNSEEN, ON, row)
    whole = together(*(meaning(field, text) for field, text in row.items()))
    assert set(whole) == set(together(*(meaning(field, text) for field, text in shuffled)))


@given(cells)
def test_an_entry_that_says_electric_never_lets_a_row_out(row):
    whole = together(*(meaning(field, text) for field, text in row.items()))
    for vin in (UNSEEN, EADO, SONG_PLUG_IN, ATTO3):
        finding = screen(vin, ON, row)
        if any(part.powertrain is Powertrain.BEV for part in whole):
            assert finding.verdict is not Verdict.OUT_OF_SCOPE
            if any(part.powertrain not in {Powertrain.BEV, None} for part in whole):
                assert Reason.CONTRADICTION_POWERTRAIN in finding.reasons
        if vin == UNSEEN and finding.verdict is Verdict.OUT_OF_SCOPE:
            assert len({READERS[part.field].origin for part in whole if part.powertrain}) >= 2


@pytest.mark.parametrize(
    ("one", "other", "cleared"),
    [
        ({"fuel": "汽油"}, {"hs_code": "8703234190"}, True),
        ({"fuel": "插混"}, {"model": "Song Plus DM-i"}, True),
        ({"hs_code": "8703602300"}, {"type_code": "BYD7150WTHEV5"}, True),
        ({"fuel": "汽油"}, {"displacement": "1498 ml"}, True),
        ({"model": "Song Plus DM-i"}, {"displacement": "1498 ml"}, True),
        ({"model": "Song Plus DM-i"}, {"type_code": "BYD7150WTHEV5"}, False),
        ({"displacement": "1498 ml"}, {"battery_capacity": "18.3 kWh"}, False),
        ({"model": "Song Plus DM-i (BYD7150WTHEV5)"}, {"seats": "5"}, False),
        ({"fuel": "PHEV (插电式混合动力)"}, {"seats": "5"}, False),
    ],
)  # fmt: skip
def test_two_facts_of_one_origin_count_once(one, other, cleared):
    for entry in (one, other):
        assert screen(UNSEEN_PETROL, ON, entry).verdict is Verdict.REVIEW
    finding = screen(UNSEEN_PETROL, ON, {**one, **other})
    assert (finding.verdict is Verdict.OUT_OF_SCOPE) == cleared


def test_a_model_agrees_or_contradicts():
    assert screen(UNSEEN, ON, {"make": "BYD", "model": "Dolphin"}).verdict is Verdict.CONTROLLED
    against = screen(SONG_PLUG_IN, ON, {"make": "BYD", "model": "Dolphin"})
    assert (against.verdict, against.reasons[0]) == (
        Verdict.REVIEW,
        Reason.CONTRADICTION_POWERTRAIN,
    )
    beside = screen(ATTO3, ON, {"model": "Song Plus DM-i"})
    assert beside.verdict is Verdict.CONTROLLED
    assert Reason.CONTRADICTION_POWERTRAIN in beside.reasons
    assert screen(EADO, ON, {"displacement": "1598"}).verdict is Verdict.OUT_OF_SCOPE
    doubt = screen(UNSEEN, ON, {**PETROL, "make": "理想", "model": "L9"})
    assert Reason.RANGE_EXTENDED in doubt.reasons
    plain = screen(UNSEEN, ON, {"make": "AITO", "model": "M7"})  # sold in more kinds than one
    assert plain.reasons == (Reason.POWERTRAIN_UNKNOWN, Reason.CONTRADICTION_BRAND)
    weak = screen(UNSEEN, ON, {"displacement": "/", "battery_capacity": "61.4"})
    assert (weak.verdict, weak.evidence[-1].value) == (Verdict.CONTROLLED, "BEV")
    assert screen(UNSEEN, ON, {**ELECTRIC, "displacement": "1498"}).verdict is (Verdict.REVIEW)


def test_every_field_of_the_lexicon_has_headers():
    assert set(declared.FIELDS) <= set(headers.fields())
    for header, field in {
        "产品型号": "type_code", "公告型号": "type_code", "车辆型号": "type_code", "Model code": "type_code", "车型代码": "type_code",
        "车型": "model", "Модель": "model", "排量(L)": "displacement", "Объем двигателя, см3": "displacement", "Cilindrada": "displacement",
        "动力电池容量": "battery_capacity", "Battery energy (kWh)": "battery_capacity", "Ёмкость батареи": "battery_capacity",
        "Capacidad de la batería (kWh)": "battery_capacity", "功率(kW)": "power", "Вид палива": "fuel", "סוג דלק": "fuel",
    }.items():  # fmt: skip
        assert headers.meaning(header)[0] == field, header
    for header in ("排量/功率", "Displacement / Power", "Make / Model code"):
        assert headers.meaning(header) is None, header


@given(st.text(max_size=200), st.sampled_from(declared.FIELDS))
def test_any_text_is_read(text, field):
    cell = meaning(field, text)
    assert cell is None or isinstance(together(cell), tuple)


@pytest.mark.parametrize("text", ["8.704E+09", "8.70E+09", "8,7038e+09", "8.70380109E+09", "9E+09", " 8.7038E9 ", "8.703E+09"])  # fmt: skip
def test_a_code_in_scientific_notation_is_no_code(text):
    """8703801090 in a narrow column is shown as 8.704E+09, and 8704 are lorries; no petrol car is shown so."""
    likely = "8.704" in text or "7038" in text
    said = meaning("hs_code", text)
    assert (said is not None and said.hint == f"HS {text.strip()}") if likely else said is None
    assert said is None or said.powertrain is None
    assert meaning("hs_code", f"{text}, 8703801090").powertrain == "BEV"
