"""Remarks: heard for an electric car alone, by every word of the tables, and never by the name of a company."""

import re

import pytest

from vintool.declaration.lexicon import meaning
from vintool.declaration.lexicon.goods_words import rows_about
from vintool.declaration.lexicon.remarks import may_speak_pattern
from vintool.declaration.lexicon.words import rows_of

ELECTRIC = [
    *(word for word, value, _ in rows_of("fuel") if value == "BEV"),
    *(word for word, value, _ in rows_about("powertrain") if value == "BEV"),
    *(word for word, _, _ in rows_about("hint")),
]


def test_every_word_of_an_electric_car_is_heard_however_it_is_written():
    assert len(ELECTRIC) > 900
    unheard = {
        written
        for word in ELECTRIC
        for written in (word, word.upper(), f"urgent; {word}", f"as agreed, {word}\nwith two keys")
        if meaning("remarks", written) is None
    }
    assert not unheard


@pytest.mark.parametrize("text", ["BEV, shipped by Foo Logistics", "纯电动车,发货人上海某公司", "纯电动车，发货人：上海某新能源有限公司", "纯电动车发货人上海某公司",
    "Electric car sold to ABC Trading LLC", "BEV / ABC Trading LLC", "BEV | Foo Co., Ltd.", "ABC LLC\tBEV", "BYD Seal Limited edition, fully electric", "EV for trading",
    "fully electric, co. car", "company car, fully electric", "BEV (ABC LLC)", "某公司、电动车", "上海某有限公司纯电动车", "Foo Co., Ltd. BEV", "Foo, Inc., BEV",
    "1 unit pure electric car BYD Auto Co., Ltd.", "BEV Tesla Inc.", "60 kWh BYD Auto Co., Ltd.", "range WLTP 500 km Foo Co., Ltd.", "纯电动汽车 比亚迪汽车有限公司",
    "纯电动比亚迪汽车有限公司", "新能源汽车 比亚迪汽车有限公司", "electric car BYD Auto Co., Ltd.", "2 units EV Foo Co., Ltd.", "Fahrzeug ist BEV Muster GmbH",
    "ООО Ромашка: электромобиль", "ООО Ромашка: электрический автомобиль", "ООО Ромашка – электрический автомобиль", "ООО Ромашка электромобиль",
    "электромобиль для ООО Альфа", "ООО «Альфа», электромобиль", "ООО «Альфа» электромобиль"])  # fmt: skip
def test_a_company_beside_an_electric_car_does_not_silence_it(text):
    assert meaning("remarks", text)


@pytest.mark.parametrize("text", ["Consignee: Foo New Energy Vehicle Co., Ltd.", "Consignee Foo New Energy Vehicle Co Ltd", "上海某新能源汽车有限公司", "收货人：某某新能源汽车有限公司",
    "上海某新能源汽车(中国)有限公司北京新能源分公司", "Foo New Energy (Shanghai) Co., Ltd.", "Foo New Energy, Inc.", "Foo Electric Vehicle Trading LLC", "Sold to Foo EV Trading Limited, petrol",
    "Foo New Energy (Beijing) Co., Ltd.", "Shanghai Foo Electric Vehicle Co., Ltd.", "ООО «Электромобиль», бензин", "ООО «Новая энергия»", "для ООО Новая энергия, бензин", "Neue Energie GmbH", "petrol, shipped by Foo Logistics"])  # fmt: skip
def test_the_name_of_a_company_says_nothing_of_a_car(text):
    assert meaning("remarks", text) is None


@pytest.mark.parametrize("text", ["B.E.V.", "B E V", "B-E-V", "car (B.E.V.), two keys", "E.V.", "ВEV", "БЕV", "ΒEV", "BEV2", "2 BEVs", "PEV", "AEV", "Elec.", "60kw·h", "60 kW h", "60度",
    "60 kWh/150 kW", "range 500km", "500 km range", "Reichweite 500 km", "60kWh/520 km CLTC", "dangerous goods 3171", "Gefahrgut 3171", "危险品 3171", "危险货物 3171", "3171 class 9", "UN\n3171", "UN번호 3171"])  # fmt: skip
def test_an_electric_car_is_heard_as_people_write_it(text):
    assert meaning("remarks", text)
    named = meaning("goods_name", f"passenger car {text}")
    assert named.hint or named.value != "passenger"
    assert re.search(may_speak_pattern(), text)


@pytest.mark.parametrize("text", ["6.5 l/100 km NEDC", "6,5 l/100 km WLTP", "油耗 6.5L/100公里 (NEDC)", "6 l per 100 km NEDC", "15 kWh/100 km", "Club e.V.", "零下30度", "前照灯60度角", "lot 3171"])  # fmt: skip
def test_a_consumption_a_club_and_an_angle_are_no_electric_car(text):
    assert meaning("remarks", text) is None


@pytest.mark.parametrize("text", ["USB charging port", "USB充电口", "電動シート", "電動スライドドア", "электропривод зеркал", "szyberdach elektryczny", "elektryczne okna", "tampa elétrica",
    "maletero eléctrico", "rétro électrique", "electric jack", "Electric Avenue 5", "General Electric warehouse", "新能源产业园", "pas électrique", "không phải xe điện", "bukan kendaraan listrik",
    "電気自動車ではない", "전기차 아님"])  # fmt: skip
def test_equipment_streets_and_noes_are_no_electric_car(text):
    assert meaning("remarks", text) is None


@pytest.mark.parametrize("text", ["electric. Avenue 5", "electric, jack", "純電動シート付き", "pas essence, électrique", "5 PAS ELECTRIC", "新能源路虎", "không, xe điện"])  # fmt: skip
def test_what_only_looks_like_them_is_heard(text):
    assert meaning("remarks", text)


def test_a_remark_is_heard_to_its_end():
    assert meaning("remarks", "as agreed " * 1_000 + "\nBEV").value == "BEV"


def test_what_no_car_is_driven_by_is_not_heard():
    for text in ("petrol, electric windows", "level seven, every key", "全新车辆,备注无", "срочно"):
        assert meaning("remarks", text) is None
