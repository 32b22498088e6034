"""Names of goods: by their words, elements, type codes and models, in many languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.steps import python_lines
from support.tables import table

from vintool.declaration.lexicon import meaning, origins, together
from vintool.declaration.lexicon.goods import goods_name
from vintool.declaration.lexicon.words import fold

ROWS = table("declared.goods.csv")
KINDS = {"passenger", "bus", "truck", "special", "chassis", "kit", "motorcycle", "trailer", "off_road", "all_terrain", "low_speed", "nothing"}  # fmt: skip
PARTS = {"displacement", "battery_capacity", "fuel", "seats", "kit"}


def says(text, **beside):
    """What a name says of powertrain and kind, beside the other cells of its row."""
    cells = {**beside, "goods_name": text}
    row = together(*(meaning(name, cell) for name, cell in cells.items()))
    named = [entry for entry in row if entry.field == "goods_name"]
    powertrains = "/".join(entry.powertrain.value for entry in named if entry.powertrain)
    kinds = {entry.kind for entry in named if entry.kind}
    assert len(kinds) <= 1
    return powertrains, "".join(kinds)


def powertrain(text, **beside):
    return says(text, **beside)[0]


def test_every_word_answers_for_itself():
    allowed = {
        "kind": KINDS,
        "part": PARTS,
        "powertrain": {"BEV", "PHEV", "EREV", "HEV", "NOT_BEV", "FCEV", "ICE", "nothing"},
        "electric": {"vehicle", "equipment"},
        "hint": {"electric", "energy"},
    }
    for row in ROWS:
        assert row["value"] in allowed[row["field"]], row
        assert row["source"], row
        assert row["language"], row
        assert row["beside"] in {"", "NOT_BEV"}, row
        if row["field"] == "powertrain":
            wanted = "" if row["value"] == "nothing" else row["value"]
            for text in (row["word"], row["word"].upper(), f"新 {row['word']} 2026"):
                assert powertrain(text) == wanted, row
        elif row["field"] == "kind" and row["value"] != "nothing":
            assert says(row["word"])[1] == row["value"], row
        elif row["field"] == "hint":
            said = meaning("goods_name", row["word"])
            assert said.hint or said.powertrain == "BEV", row
        elif row["field"] == "electric" and row["language"] == "en":
            says_so = powertrain(f"electric new {row['word']}") == "BEV"
            assert says_so == (row["value"] == "vehicle"), row


def test_a_word_stands_once():
    keys = [(row["field"], fold(row["word"])) for row in ROWS]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # as type approvals name products
        ("纯电动多用途乘用车", ("BEV", "passenger")), ("纯电动轿车", ("BEV", "passenger")), ("纯电动运动型乘用车", ("BEV", "passenger")), ("换电式纯电动轿车", ("BEV", "passenger")),
        ("插电式增程混合动力多用途乘用车", ("EREV", "passenger")), ("插电式混合动力运动型乘用车", ("PHEV", "passenger")), ("混合动力越野乘用车", ("HEV", "passenger")), ("燃料电池轿车", ("FCEV", "passenger")),
        ("轿车", ("", "passenger")), ("纯电动城市客车", ("BEV", "bus")), ("纯电动厢式运输车", ("BEV", "truck")), ("纯电动半挂牵引车", ("BEV", "truck")), ("插电式混合动力多用途货车", ("PHEV", "truck")),
        ("随车起重运输车", ("", "special")), ("纯电动载货汽车底盘", ("BEV", "chassis")), ("电动两轮摩托车", ("", "motorcycle")), ("轻型客车", ("", "")), ("小型普通客车", ("", "passenger")),
        # as declarations do
        ("新能源纯电动汽车", ("BEV", "")), ("四轮低速电动车", ("BEV", "low_speed")), ("混合动力电动汽车", ("NOT_BEV", "")), ("插电式混合动力电动乘用车，纯电续航120公里", ("PHEV", "passenger")),
        ("增程式纯电动SUV", ("EREV", "passenger")), ("非插电式混合动力乘用车", ("HEV", "passenger")), ("汽油/电混合动力乘用车", ("NOT_BEV", "passenger")), ("其他仅装有驱动电动机的主要用于载人的机动车", ("BEV", "")),
        ("纯电动乘用车成套散件", ("BEV", "kit")), ("纯电动轿车（非成套散件）", ("BEV", "passenger")), ("純電動轎車", ("BEV", "passenger")),
        ("NEW PURE ELECTRIC PASSENGER CAR BYD ATTO 3", ("BEV", "passenger")), ("Plug-in Hybrid Electric Vehicle (SUV)", ("PHEV", "passenger")), ("HYBRID ELECTRIC SUV", ("NOT_BEV", "passenger")),
        ("range extended electric vehicle Li L9", ("EREV", "")), ("fuel cell electric bus", ("FCEV", "bus")), ("Passenger car, petrol, 1.5T", ("ICE", "passenger")), ("used electric truck", ("BEV", "truck")),
        ("OTHER VEHICLES, WITH ONLY ELECTRIC MOTOR FOR PROPULSION", ("BEV", "")), ("EV", ("BEV", "")), ("1 SET CKD KITS OF ELECTRIC VEHICLE", ("BEV", "kit")),
        ("Легковой электромобиль", ("BEV", "passenger")), ("Автомобиль легковой, бензиновый", ("ICE", "passenger")), ("гибридный автомобиль", ("NOT_BEV", "")), ("Полуприцеп", ("", "trailer")),
        ("Vehículo eléctrico", ("BEV", "")), ("Automóvil híbrido enchufable", ("PHEV", "")), ("Veículo elétrico", ("BEV", "")), ("Veículo elétrico híbrido", ("NOT_BEV", "")), ("سيارة كهربائية", ("BEV", "")), ("سيارات هجينة", ("NOT_BEV", "")),
        ("voiture électrique", ("BEV", "")), ("véhicule hybride rechargeable", ("PHEV", "")), ("Elektrofahrzeug", ("BEV", "")), ("電気自動車", ("BEV", "")), ("전기자동차", ("BEV", "")),
    ],
)  # fmt: skip
def test_names(text, wanted):
    assert says(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "非纯电动乘用车", "不是纯电动", "不属于纯电动汽车", "不含纯电动", "除纯电动外", "not electric vehicle", "not an electric car", "non-electric passenger car", "without electric vehicle",
        "motor vehicles other than electric vehicles", "без электродвигателя", "не электромобиль", "sin vehículo eléctrico", "kein Elektrofahrzeug", "não elétrico",
        "ICE/EV", "EV/ICE", "petrol or electric car", "electric or petrol car", "汽油/纯电动", "纯电动或汽油", "plug-in electric vehicle",
        "新能源", "新能源汽车", "新能源乘用车", "电动尾门", "电动车窗", "电动座椅", "电动天窗", "带电动后视镜的轿车", "电", "电池", "electric", "car with electric windows", "electric seats", "Electric Blue",
        "SEVEN", "EVO", "EV6", "LEVEL", "ICE WHITE", "vehicle", "汽车", "整车", "?", "", "12345", "底盘号LRW3E7FA5RC339563", "VIN LRW3E7FA5RC339563",
    ],
)  # fmt: skip
def test_names_that_tell_no_powertrain(text):
    assert powertrain(text) == ""


@pytest.mark.parametrize("text", ["纯电动|汽油", "PHEV/BEV", "HEV/EV", "纯电动、插电式混合动力", "电动汽车，排量:1498ml", "BYD7150WTHEV5 纯电动轿车", "pure electric, plug-in hybrid"])  # fmt: skip
def test_a_name_of_both_kinds_contradicts_itself(text):
    assert powertrain(text).startswith("BEV/")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("品牌:长安|型号:SC7000BEV|纯电动|电池65kWh", "BEV"), ("品牌:小鹏；型号：无；驱动：电动；座位数：5", "BEV"), ("4|0|载人|比亚迪牌|型号:BYD7150WTHEV5|排量:1498ml|座位数:5", "NOT_BEV"),
        ("用途:载人|排量:无|座位数:5座|电池容量:60kWh", "BEV"), ("用途:载人|排量:无|座位数:5座", ""), ("用途:载人|排量1498ml", "NOT_BEV"), ("品牌:比亚迪|型号:海豚", "BEV"), ("燃料种类:汽油", "ICE"), ("fuel: diesel; seats: 5", "ICE"),
    ],
)  # fmt: skip
def test_elements_of_a_declaration(text, wanted):
    assert powertrain(text) == wanted


@pytest.mark.parametrize(
    ("text", "kind"),
    [("座位数:5", ""), ("座位数:30", "bus"), ("是否成套散件:是", "kit"), ("是否成套散件:否", ""), ("纯电动轿车|是否成套散件:否", "passenger"), ("非成套散件", "")],
)  # fmt: skip
def test_elements_tell_the_kind(text, kind):
    assert says(text)[1] == kind


@pytest.mark.parametrize(
    "text",
    [
        "electric\nvehicle", "battery\nelectric", "Pure\nelectric", "纯\n电动",
    ],
)  # fmt: skip
def test_a_name_that_a_line_break_parts(text):
    assert powertrain(text) == "BEV"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("plug-in\nhybrid", "PHEV"), ("品牌:小鹏\n型号:无\n驱动:电动\n座位数:5", "BEV"), ("用途:载人\r\n排量:无\r\n座位数:5座", ""), ("不是\n纯电动", "BEV")],
)  # fmt: skip
def test_a_line_is_an_element_or_part_of_one(text, wanted):
    assert powertrain(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "EV hybrid: no", "electric SUV (hybrid: no)", "EV SUV. Hybrid: none", "电动轿车 混合动力无", "是否混合动力否 电动轿车", "纯电动轿车 增程器:无", "纯电动轿车,燃料电池:无",
        "ЭЛЕКТРОМОБИЛЬ, ДВС отсутствует", "Voiture 100% électrique (sans moteur thermique)", "Elektrikli araba, benzinli değil",
        "Hybrid: no. Electric SUV", "Hybrid: no electric car", "EV, hybrid (no)", "发动机:无 纯电动轿车",
    ],
)  # fmt: skip
def test_what_is_denied_behind_a_word_is_not_said(text):
    assert powertrain(text) == "BEV"


@pytest.mark.parametrize(
    "text",
    [
        "Model No pure electric SUV", "Item no. BEV sedan", "发动机无纯电动轿车", "non-hybrid electric car", "not hybrid electric vehicle",
        "纯电动无天窗轿车", "EV: no sunroof", "EV: No. 12", "电动商用车",
    ],
)  # fmt: skip
def test_a_no_that_denies_no_electric_car(text):
    assert powertrain(text) == "BEV"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("EV: no", ""), ("not 油电混动", ""), ("not plug-in hybrid electric vehicle", ""), ("是否纯电动:否", ""), ("hybrid no sunroof", "NOT_BEV"), ("PHEV 无钥匙进入 SUV", "PHEV"), ("hybrid 5-door electric SUV", "NOT_BEV"), ("电动混合动力轿车", "HEV")],
)  # fmt: skip
def test_what_denial_and_hybrids_leave(text, wanted):
    assert powertrain(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "electric 5-door hatchback", "electric 4x4 SUV", "electric small car", "electric luxury sedan", "electric family SUV",
        "electric 7-seater MPV", "electric passenger cars", "electrical passenger car", "electric veh.", "智能电动轿跑", "电动轿跑车", "电动跨界车",
        "电动微型车", "电动掀背车", "电动敞篷车", "电动中型SUV", "电动五座SUV", "全电动轿车", "electric minibus", "electric microbus", "电动汽车 用途:载人",
        "electric vehicle for export",
    ],
)  # fmt: skip
def test_an_electric_car_with_further_words_between(text):
    assert powertrain(text) == "BEV"


@pytest.mark.parametrize(
    "text",
    [
        "passenger car with electric seats", "SUV electric tailgate", "电动尾门SUV", "电动座椅轿车", "电动汽车用锂电池", "battery pack for electric vehicles",
        "toy electric car", "electric vehicle spare parts", "electric vehicle charger", "pure electric range 500km SUV", "电动汽车配件", "玩具电动车",
        "全电动座椅", "安全电动窗", "电动驻车SUV", "Electric Blue sedan", "non-electric passenger car", "SUV with electric sunroof",
    ],
)  # fmt: skip
def test_electric_equipment_parts_and_toys_are_no_electric_car(text):
    assert powertrain(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "with electric motor as only motor for propulsion", "electric motor as only means of propulsion",
        "uniquement à moteur électrique pour la propulsion", "únicamente propulsados con motor eléctrico",
        "unicamente com motor elétrico para propulsão", "приводимые в движение только электрическим двигателем",
        "ausschließlich mit Elektromotor", "mit ausschließlich Elektromotor", "รถยนต์นั่งไฟฟ้า", "รถยนต์พลังงานไฟฟ้าแบตเตอรี่",
        "на электрической тяге", "с электрическим двигателем", "蓄电池驱动", "锂电池乘用车", "零排放汽车", "zero emission vehicle", "100%电动", "全电", "純電動轿车",
        "純電動乗用車", "еlectric SUV", "battery minibus",
    ],
)  # fmt: skip
def test_words_of_tariffs_and_in_other_scripts(text):
    assert powertrain(text) == "BEV"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("รถยนต์ไฟฟ้าไฮบริด", "NOT_BEV"), ("voiture essence", "ICE"), ("รถยนต์เบนซิน", "ICE")],
)
def test_words_of_other_powertrains(text, wanted):
    assert powertrain(text) == wanted


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("electric minibus 8 seats", ""), ("客车 核定载客:8", ""), ("中型客车 8座", ""), ("minibus 9 seats", ""), ("bus 7 seats", ""), ("客车 5+2座", ""), ("客车|座位数:8", ""), ("九座客车", ""),
        ("bus 19 seats", "bus"), ("客车 23+1座", "bus"), ("bus 45 seater", "bus"), ("客车|座位数:30", "bus"), ("minibus", "bus"),
    ],
)  # fmt: skip
def test_a_bus_of_nine_seats_is_none(text, kind):
    assert says(text)[1] == kind


def test_a_type_code_speaks_before_a_model_and_a_model_beside_its_brand():
    assert powertrain("BYD6480STHEV 唐") == "NOT_BEV"
    assert powertrain("BYD Dolphin") == powertrain("Dolphin", make="BYD") == "BEV"
    assert powertrain("Dolphin") == ""
    assert says("BYD Dolphin SUV") == ("BEV", "passenger")


def test_the_number_of_a_vehicle_in_a_name_changes_nothing():
    names = [meaning("goods_name", f"NEW BYD SEAL CHASSIS LGXCH6CD0S21{n} WHITE") for n in (58176, 58177)]  # fmt: skip
    assert names[0] == names[1]
    assert names[0].powertrain is not None


def test_a_name_is_a_witness_of_its_own_beside_codes_alone():
    name = meaning("goods_name", "汽油乘用车")
    for field, text, number in (
        ("hs_code", "8703234190", 2), ("un_no", "3166", 2), ("fuel", "汽油", 1), ("model", "Corolla HEV", 1), ("type_code", "SMA7150PHEV", 1), ("displacement", "1498", 1), ("goods_name_en", "petrol car", 1),
    ):  # fmt: skip
        assert len(origins([name, meaning(field, text)])) == number, field


@pytest.mark.parametrize("field", ["fuel", "vehicle_type"])
def test_the_name_of_an_electric_product_is_heard_where_it_does_not_belong(field):
    assert meaning(field, "纯电动多用途乘用车").value == "BEV"
    for text in (
        "插电式混合动力多用途乘用车",
        "汽油轿车 1.5T",
        "柴油货车 4x2",
        "petrol station",
        "BYD Dolphin",
    ):
        assert meaning(field, text) is None


@given(st.lists(st.sampled_from([row["word"] for row in ROWS] + ["|", "，", " ", "/", "非", "not", "(", "电动", "BYD", "海豚", "1.5L"]), max_size=12))  # fmt: skip
def test_a_part_that_says_pure_electric_is_never_lost_behind_others(words):
    """Another element may contradict it, or name a range extender or a fuel cell, which is for review."""
    said = powertrain(f"{' '.join(words)}|纯电动乘用车")
    assert "BEV" in said.split("/") or said in {"EREV", "FCEV"}


@pytest.mark.parametrize("text", ["1", "A", "1A", "电动", "非", "含纯电动", "not ", "EV/", "排量:1|", "BYD7005BEV ", "AB1234-A", "海豚", "电动五", "electric 1 ", "not hybrid electric ", "hybrid: no ", "电动\n", "1+1座"])  # fmt: skip
def test_eight_times_the_name_takes_at_most_eight_times_the_steps(text):
    small, large = (
        python_lines(lambda size=size: goods_name(f"{(text * size)[:size]}A"))
        for size in (1 << 11, 1 << 14)
    )
    assert large <= 8 * small + 1_000


@given(st.text(max_size=300))
def test_any_text_is_read(text):
    assert says(text) == says(text)
