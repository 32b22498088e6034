"""One manifest in every encoding: the same rows, the same columns, the same verdicts."""

import pytest
from support import ON
from support.manifests import put_csv

from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file

ROWS = [
    ("LRW3E7FA1LC000001", 0),
    ("LGXCE4CB6S0134553", 1),
    ("LRW3E7FA2LC000001", 2),
    ("LSVAA4187E2184847", 1),
    ("WVWZZZ1KZ6W000001", 1),
    ("not a vin", 0),
]
# Header of the VIN, of the fuel, of the condition; words for electric, petrol, hybrid, and for new.
CHINESE = ("车架号", "燃料种类", "新旧", ("纯电动", "汽油", "插电式混合动力"), "新")
TRADITIONAL = ("車身號碼", "燃料種類", "新舊", ("純電動", "汽油", "油電混合"), "新")
JAPANESE = ("車台番号", "燃料", "新旧", ("電気", "ガソリン", "ハイブリッド"), "新")
KOREAN = ("차대번호", "연료", "신차", ("전기", "휘발유", "하이브리드"), "신차")
RUSSIAN = ("Номер кузова", "Тип топлива", "Состояние", ("электро", "бензин", "гибрид"), "новый")
SPANISH = ("Número de bastidor", "Tipo de combustible", "Condición", ("eléctrico", "gasolina", "híbrido"), "nuevo")  # fmt: skip
TURKISH = ("Şasi No", "Yakıt", "Durum", ("elektrik", "benzin", "hibrit"), "yeni")
ASCII = ("VIN", "Fuel", "Condition")
MATRIX = [
    (CHINESE, ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "gb2312")),
    (TRADITIONAL, ("utf-16", "big5", "cp950", "big5hkscs", "gb18030")),
    (JAPANESE, ("utf-16-le", "cp932")),
    (KOREAN, ("utf-16-be", "cp949", "euc-kr")),
    (RUSSIAN, ("utf-16-le", "cp1251", "koi8-r")),
    (SPANISH, ("utf-8-sig", "cp1252", "iso-8859-1")),
    (TURKISH, ("utf-16", "cp1254")),
]


def put(path, language, encoding, *, plain_header):
    vin, fuel, condition, fuels, new = language
    head = ASCII if plain_header else (vin, fuel, condition)
    return put_csv(path, [head, *((text, fuels[kind], new) for text, kind in ROWS)], encoding)


def verdicts(path, encoding=None):
    summary = screen_file(path, ON, encoding=encoding)
    return summary.verdicts, summary.reasons, summary.rows_out


@pytest.mark.parametrize("plain_header", [False, True], ids=["own header", "ASCII header"])
@pytest.mark.parametrize(
    ("language", "encoding"), [(language, name) for language, names in MATRIX for name in names]
)
def test_the_verdicts_are_those_of_utf_8(tmp_path, language, encoding, plain_header):
    plain = put(tmp_path / "plain.csv", language, "utf-8", plain_header=plain_header)
    coded = put(tmp_path / "coded.csv", language, encoding, plain_header=plain_header)
    assert verdicts(coded) == verdicts(plain)
    assert verdicts(coded, encoding) == verdicts(plain)  # guessed, and told
    one, other = (open_manifest(path).sheets[0] for path in (plain, coded))
    assert other.columns == one.columns
    assert other.sample == one.sample
