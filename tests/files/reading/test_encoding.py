"""One manifest in every encoding: the same rows, the same columns, the same verdicts."""

import csv
import io
from itertools import cycle

import pytest
from support import ON
from support.lists import short_lists
from support.manifests import put, put_csv
from support.readers import VINS, cells, only, refusal

from vintool.declaration.mapping import map_columns
from vintool.files.reading.encoding import decide
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


def put_matrix(path, language, encoding, *, plain_header):
    vin, fuel, condition, fuels, new = language
    head = ASCII if plain_header else (vin, fuel, condition)
    return put_csv(path, [head, *((text, fuels[kind], new) for text, kind in ROWS)], encoding)


def as_csv(rows, encoding):
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode(encoding)


def verdicts(path, encoding=None):
    summary = screen_file(path, ON, encoding=encoding)
    return summary.verdicts, summary.reasons, summary.rows_out


@pytest.mark.parametrize("plain_header", [False, True], ids=["own header", "ASCII header"])
@pytest.mark.parametrize(
    ("language", "encoding"), [(language, name) for language, names in MATRIX for name in names]
)
def test_the_verdicts_are_those_of_utf_8(tmp_path, language, encoding, plain_header):
    plain = put_matrix(tmp_path / "plain.csv", language, "utf-8", plain_header=plain_header)
    coded = put_matrix(tmp_path / "coded.csv", language, encoding, plain_header=plain_header)
    assert verdicts(coded) == verdicts(plain)
    assert verdicts(coded, encoding) == verdicts(plain)  # guessed, and told
    one, other = (open_manifest(path).sheets[0] for path in (plain, coded))
    assert other.columns == one.columns
    assert other.sample == one.sample


#: Names and places, of which no dictionary knows a word.
NAMES = [
    ("gb18030", "张伟"),
    ("gb18030", "石家庄 李娜 沈阳"),
    ("gb18030", "张贵健 " * 3),
    ("gb18030", "宁波飞珍供应链有限责任公司 姜浩 汪静思 潘艳 乔思俊 汤冬 熊海浩 济南"),
    ("big5", "台北市 林志明 陳美玲 高雄港 臺灣汽車 桃園 王大同 新竹 貿易有限公司"),
    ("cp932", "横浜港 田中太郎 佐藤 株式会社トヨタ商事 東京都 鈴木一郎 シルバー"),
    ("cp949", "부산항 김철수 이영희 현대무역 서울특별시 인천 박민수 회색 은색 수출용 검사완료"),
    ("cp1251", "Москва Иванов Петров белый чёрный"),
    ("koi8-r", "Москва Иванов Петров белый чёрный"),
    ("cp1252", "Müller Köln"),
    ("cp1252", "Société Générale Hélène"),
    ("cp1252", "Málaga José Núñez"),
    ("cp1252", "Märke Värde Göteborg"),
    ("cp1250", "Kraków Łódź Wrocław biały żółty"),
    ("cp1250", "Alvázszám Gyártmány Üzemanyag Győr"),
    ("cp1250", "Plzeň Ústí Dvořák bílý černý žlutý"),
    ("iso8859-2", "Kraków Łódź Wrocław biały żółty"),
    ("cp1253", "Αθήνα Θεσσαλονίκη Παπαδόπουλος λευκό"),
    ("cp1254", "İstanbul Yılmaz kırmızı Şahin Çelik"),
    ("cp1256", "دبي الرياض أبيض أسود محمد أحمد"),
    ("cp1257", "Klaipėda Šiauliai žalias Panevėžys"),
]


@pytest.mark.parametrize(("encoding", "names"), NAMES)
def test_cells_without_a_known_word_come_back_as_written(tmp_path, encoding, names):
    rows = [
        ["VIN", "Name", "Qty"],
        *([vin, name, "1"] for vin, name in zip(cycle(VINS), names.split(), strict=False)),
    ]
    manifest = open_manifest(put(tmp_path / "a.csv", as_csv(rows, encoding)))
    assert cells(only(manifest)) == rows[1:]
    assert "pass --encoding" in manifest.notes[0]


def test_one_name_behind_much_that_is_ascii(tmp_path):
    rows = [["VIN", "Name"], *([vin, "BYD Co., Ltd."] for vin in VINS * 10), [VINS[0], "Köln"]]
    manifest = open_manifest(put(tmp_path / "a.csv", as_csv(rows, "cp1252")))
    assert cells(only(manifest))[-1] == rows[-1]
    assert "CP1252" in manifest.notes[0]


@pytest.mark.parametrize("encoding", ["gb18030", "cp932", "big5"])
def test_a_damaged_character_is_named_and_no_other_code_page_tried(tmp_path, encoding):
    names = [one + other for one in "東京大阪市港名古屋北" for other in "山川田中村本林口井木"]
    rows = [["VIN", "Name"], *([vin, name] for vin, name in zip(VINS, names * 6, strict=True))]
    data = as_csv(rows, encoding).splitlines(keepends=True)
    data[400] = data[400].replace(names[99].encode(encoding), b"\x81\xff")
    error = refusal(put(tmp_path / "a.csv", b"".join(data)))
    assert f"not valid {encoding.upper()}" in error.what
    assert error.row == 401


def test_of_a_hundred_short_lists_in_many_languages_ninety_nine_come_back_as_written(tmp_path):
    lists, wrong = list(short_lists()), []
    for one in lists:
        encoding, _, notes = decide(put(tmp_path / "a.csv", one.data), None)
        assert "pass --encoding" in notes[0]
        if one.data.decode(encoding) != one.data.decode(one.encoding):
            wrong.append((one.language, one.encoding, encoding, notes[0]))
    assert len({one.encoding for one in lists}) >= 25
    assert len({one.language for one in lists}) >= 30
    assert 100 * len(wrong) <= len(lists), wrong


def test_where_two_readings_are_close_the_other_is_shown_by_a_word(tmp_path):
    rows = [["VIN", "Name"], *([vin, "Begoña Muñoz"] for vin in VINS[:3])]
    manifest = open_manifest(put(tmp_path / "a.csv", as_csv(rows, "cp1252")))
    assert cells(only(manifest)) == rows[1:]
    assert "read as CP1252" in manifest.notes[0]
    assert manifest.notes[1] == "CP1250 would read 'Begońa' for 'Begoña'."


@pytest.mark.parametrize(
    ("encoding", "word"),
    [("cp1252", "Müller"), ("cp1252", "MÜLLER"), ("cp1252", "Città"), ("cp1250", "Gyártmány"), ("cp1257", "Eksportētājs"), ("cp1253", "Αθήνα"), ("cp1255", "חיפה")],
)  # fmt: skip
def test_no_word_is_read_in_two_scripts(tmp_path, encoding, word):
    rows = [["VIN", "Name"], *([vin, word] for vin in VINS[:3])]
    assert cells(only(open_manifest(put(tmp_path / "a.csv", as_csv(rows, encoding))))) == rows[1:]


@pytest.mark.parametrize(
    ("encoding", "header", "fields"),
    [
        ("cp1252", "Nr;Chassinummer;Märke;Modell;Drivmedel;Varukod", "row_no vin make model fuel hs_code"),
        ("cp1250", "Ssz.;Alvázszám;Gyártmány;Típus;Üzemanyag;Vámtarifaszám", "row_no vin make model fuel hs_code"),
        ("cp1250", "Lp.;Numer nadwozia;Marka;Model;Rodzaj paliwa;Kod CN", "vin make model fuel hs_code"),
        ("cp1257", "Nr;Kėbulo numeris;Markė;Modelis;Kuro rūšis;Prekės kodas", "row_no vin make model fuel hs_code"),
        ("cp1253", "Α/Α;Αριθμός πλαισίου;Μάρκα;Μοντέλο;Καύσιμο;Δασμολογικός κωδικός", "row_no vin make model fuel hs_code"),
        ("cp874", "ลำดับ;หมายเลขตัวถัง;ยี่ห้อ;รุ่น;เชื้อเพลิง;พิกัดศุลกากร", "row_no vin make model fuel hs_code"),
        ("cp1255", "מס;מספר שלדה;יצרן;דגם;סוג דלק;קוד מכס", "vin make model fuel hs_code"),
    ],
)  # fmt: skip
def test_columns_are_found_by_the_headers_of_a_code_page(tmp_path, encoding, header, fields):
    names = header.split(";")
    rows = [[str(i), vin, "BYD", "Atto 3", "x", "8703801090"] for i, vin in enumerate(VINS[:3], 1)]
    text = "\n".join(";".join(row) for row in [names, *rows])
    (sheet,) = open_manifest(put(tmp_path / "a.csv", text.encode(encoding))).sheets
    assert sheet.headers == tuple(names)
    assert set(fields.split()) <= set(map_columns(sheet))
