"""Headers: spellings in many languages, what decides between two columns, and what no header is."""

import pyarrow as pa
import pytest
from support import ON
from support.readers import VINS
from support.tables import table

from vintool.columns import screen_table
from vintool.declaration import headers
from vintool.declaration.headed import Sample
from vintool.declaration.headers import EXACT, find_header, meaning, normalise
from vintool.declaration.lexicon import FIELDS
from vintool.declaration.mapping import map_columns
from vintool.declaration.shapes import vin_shaped
from vintool.errors import ManifestError, MappingError, NoVinColumn
from vintool.files.notes import vin_notes
from vintool.files.reading.sheets import Sheet
from vintool.registry.rows import read_rows

SPELLINGS = {
    "vin": [
        "VIN", "vin no.", "V.I.N.", "ＶＩＮ", "VIN\nNo", "VIN / Chassis No.", "Chassis_No", "CHASSIS NUMBER",
        "Vehicle Identification Number (VIN)", "Serial/VIN", "Frame No.", "车架号", "车架号VIN", "VIN码",
        "车辆识别代号/车架号", "底盘(车架)号", "車身號碼", "車架號碼", "車台番号", "차대번호",
        "Fahrgestell-Nr.", "FIN", "N° de châssis", "Número de bastidor", "Número do chassi", "Номер кузова",
        "Şasi No", "رقم الشاصي", "Nomor Rangka", "Số khung", "เลขตัวถัง", "VIN (17 digits)", "Vehicle VIN",
    ],
    "hs_code": ["HS Code", "H.S. CODE", "HS", "商品编号", "商品编码(HS)", "海关编码", "Zolltarifnummer", "ТН ВЭД", "GTİP No", "HS Code (10 digits)"],
    "fuel": ["Fuel", "FUEL TYPE", "Engine type", "Antriebsart", "Тип двигателя", "动力", "燃料种类", "動力類型", "연료", "Kraftstoff", "Тип топлива", "Fuel / Carburant"],
    "condition": ["New/Used", "Condition", "新旧", "新/旧"],
    "declaration_date": ["Decl. Date", "Declaration Date", "申报日期", "申告日"],
    "export_date": ["Export date", "出口日期"],
    "unit_price": ["单价(USD)", "Unit price [EUR]"],
    "exporter_code": ["统一社会信用代码", "海关编码(10位)"],
    "model_year": ["Model Year", "年款", "Baujahr"],
    "un_no": ["UN No.", "UN", "UN编号"],
    "goods_name": [
        "商品名称", "货物名称", "品名", "申报品名", "车辆名称", "产品名称", "货名", "规格型号", "品牌型号", "品牌/型号", "新能源类型", "Description of goods",
        "Goods description", "COMMODITY", "Cargo Description", "Make & Model", "Make / Model", "Наименование товара", "Descripción de la mercancía", "Descrição da mercadoria",
        "وصف البضاعة", "Désignation des marchandises", "Warenbezeichnung", "Goods", "Product", "HS description", "货物或应税劳务名称", "唛头及货物描述", "产品型号及名称", "GName", "GModel",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("field", "header"), [(f, h) for f, hs in SPELLINGS.items() for h in hs])
def test_spellings(field, header):
    assert meaning(header) is not None
    assert meaning(header)[0] == field


@pytest.mark.parametrize(
    "header",
    [
        "Vintage",
        "Make / Year",
        "Fuel surcharge",
        "Modelling",
        "VIN checked",
        "Engine No / VIN",
        "",
        "column 3",
        "燃料消耗量",
    ],
)
def test_no_header_is_guessed(header):
    assert meaning(header) is None


@pytest.mark.parametrize(
    ("header", "field"),
    [("Goods / HS Code", "hs_code"), ("Goods/Make", "make"), ("Product/VIN", "vin"), ("Product code", None), ("Goods No.", None), ("Goods (new)", "goods_name")],
)  # fmt: skip
def test_a_bare_word_for_goods_says_nothing_beside_another(header, field):
    assert (meaning(header) or (None,))[0] == field


def test_a_column_of_engines_tells_the_fuel_where_no_other_does():
    for headings, column in (
        (["VIN", "Engine type"], "Engine type"),
        (["VIN", "Antriebsart", "Kraftstoff"], "Kraftstoff"),
        (["VIN", "动力", "燃料种类(旧)"], "燃料种类(旧)"),
        (["VIN", "Antriebsart", "Motorisierung"], None),
    ):
        assert map_columns(sheet_of(headings, [VINS[0], "", ""])).get("fuel") == column


def test_the_dictionary_names_each_header_once():
    rows = list(read_rows("headers.csv", ("field", "header", "language", "source")))
    assert all(all(cell.strip() for cell in row) for row in rows)
    assert len({normalise(header) for _, header, _, _ in rows}) == len(rows)
    assert all(meaning(header) == (field, EXACT) for field, header, _, _ in rows)
    languages = {language for field, _, language, _ in rows if field == "vin"}
    assert languages >= {
        "en",
        "zh-Hans",
        "zh-Hant",
        "ja",
        "ko",
        "de",
        "fr",
        "es",
        "pt",
        "ru",
        "tr",
        "ar",
        "id",
        "vi",
        "th",
    }


@pytest.mark.parametrize(
    "text",
    [
        "lrw3e7fa1lc000001",
        "LRW3E7FA1-LC000001",
        "*LRW3E7FA1LC000001*",
        "ＬＲＷ３Ｅ７ＦＡ１ＬＣ０００００１",
        "LRW3E7FA1\xa0LC000001",
    ],
)
def test_dirty_vins_have_the_shape(text):
    assert vin_shaped(text)


@pytest.mark.parametrize(
    "text", ["", "LRW3E7FA1LC00000", "LRW3E7FA1LC00000I", "12345678901234567", "GP5-1234567"]
)
def test_other_texts_have_not(text):
    assert not vin_shaped(text)


def sheet_of(header, *rows) -> Sheet:
    return Sheet("", tuple(header), tuple(header), tuple(map(tuple, rows)), file="list.csv")


def test_content_decides_between_two_vin_columns():
    frames = sheet_of(["Chassis No", "VIN"], *[["GP5-1234567", vin] for vin in VINS[:9]])
    beside = {"vin": "VIN", "chassis_no": "Chassis No"}
    assert map_columns(frames) == beside
    named = sheet_of(["Chassis No", "VIN"], *zip(VINS[:9], VINS[9:18], strict=True))
    assert map_columns(named) == beside  # one says VIN; rows where the other differs are told
    both = sheet_of(["Chassis No", "Frame No"], *zip(VINS[:9], VINS[9:18], strict=True))
    assert map_columns(both) == {"vin": "Chassis No", "vin_2": "Frame No"}
    assert map_columns(both, {"vin": "Frame No"}) == {"vin": "Frame No", "vin_2": "Chassis No"}
    unnamed = sheet_of(["A", "VIN"], *[[vin, "12345"] for vin in VINS[:9]])
    assert map_columns(unnamed) == {"vin": "A", "chassis_no": "VIN"}
    neither = sheet_of(["Chassis No", "VIN"], ["1", "2"])
    with pytest.raises(MappingError) as caught:
        map_columns(neither)
    assert caught.value.for_command.endswith('pass --map vin="Chassis No" or --map vin="VIN".')
    assert str(caught.value).endswith(
        "pass mapping={'vin': 'Chassis No'} or mapping={'vin': 'VIN'}."
    )
    assert not isinstance(caught.value, ManifestError)


def test_an_engine_number_is_not_taken_for_a_vin():
    sheet = sheet_of(["VIN", "Engine No"], *zip(VINS[:9], VINS[9:18], strict=True))
    assert map_columns(sheet) == {"vin": "VIN", "engine_no": "Engine No"}
    with pytest.raises(NoVinColumn, match="pass mapping="):
        map_columns(sheet_of(["Make"], ["BYD"]))


def test_a_tie_that_can_change_a_verdict_is_refused():
    with pytest.raises(MappingError, match="hs_code"):
        map_columns(sheet_of(["VIN", "HS code", "HTS"]))
    sheet = sheet_of(["VIN", "HS code / old", "HS code", "Model", "Vehicle model"])
    assert map_columns(sheet) == {
        "vin": "VIN",
        "hs_code": "HS code",
        "hs_code_2": "HS code / old",
        "model": "Model",
    }


def test_a_refusal_names_few_columns_and_short_ones():
    """A sentence is read on a terminal: a sender's 16,384 headers, or one of a megabyte, are not repeated."""
    rivals = (f"HS code / {'x' * 900}", f"HS code / {'y' * 900}")
    for columns in (rivals, ("HS code",) * 16_000):
        sheet = Sample("", "a.csv", columns, columns, ())
        with pytest.raises(MappingError) as caught:
            map_columns(sheet._replace(columns=("VIN", *columns), headers=("VIN", *columns)))
        assert len(str(caught.value)) < 1_000
    with pytest.raises(MappingError) as caught:
        map_columns(sheet, {"vin": "no such column"})
    assert len(str(caught.value)) < 1_000
    assert "and 15,960 more" in str(caught.value)


def test_overrides_are_checked():
    sheet = sheet_of(["VIN", "HS code", "HTS", "Ref."])
    assert map_columns(sheet, {"hs_code": "hts", "bl_no": "ref"}) == {
        "vin": "VIN",
        "hs_code": "HTS",
        "hs_code_2": "HS code",
        "bl_no": "Ref.",
    }
    for wrong in ({"hs": "HTS"}, {"hs_code": "nothing"}, {"hs_code": "HTS", "vin": "HTS"}):
        with pytest.raises(MappingError) as caught:
            map_columns(sheet, wrong)
        assert caught.value.next_step


def test_a_header_is_never_below_a_vin():
    assert find_header([[VINS[0]], ["VIN"], [VINS[1]]]).lines == 0
    assert find_header([["List"], [], ["VIN", "Make"], [VINS[1], "x"]]).index == 2
    assert find_header([]).lines == 0


def test_headers_are_sourced_and_mean_one_thing():
    fields = {}
    for row in table("headers.csv"):
        assert row["source"]
        assert row["field"]
        assert fields.setdefault(headers.normalise(row["header"]), row["field"]) == row["field"]


@pytest.mark.parametrize(
    ("heading", "field"),
    [("Declaration date (planned)", "planned_sailing_date"), ("ETD", "planned_sailing_date"), ("预计申报日期", None), ("Export date (UTC)", "export_date"), ("Export date / 出口日期", "export_date"), ("Production date / Export date", None), ("Fuel (planned)", "fuel")],
)  # fmt: skip
def test_a_planned_date_is_apart_and_one_of_two_dates_is_none(heading, field):
    mapping = map_columns(sheet_of(["VIN", heading], [VINS[0], "2026-03-01"]))
    assert mapping.get(field) == (heading if field else None)


def test_every_column_of_vins_is_read():
    rows = [[vin, other] for vin, other in zip(VINS[:9], VINS[9:18], strict=True)]
    for heading in ("Second unit", "New VIN", "swap", "S/N", ""):
        mapping = map_columns(sheet_of(["VIN", heading or "column 2"], *rows))
        assert mapping == {"vin": "VIN", "vin_2": heading or "column 2"}
    sparse = [[vin, ""] for vin in VINS[:30]]
    sparse[7][1] = VINS[40]
    assert map_columns(sheet_of(["VIN", "Corrected"], *sparse))["vin_2"] == "Corrected"
    ends = [[vin, vin[-8:], vin] for vin in VINS[:9]]
    same = map_columns(sheet_of(["VIN", "Chassis No", "Unit"], *ends))
    assert same == {"vin": "VIN", "chassis_no": "Unit"}  # another number of the same unit
    units = sheet_of(
        ["Unit 1", "Unit 2", "Unit 3"], *zip(VINS[:9], VINS[9:18], VINS[18:27], strict=True)
    )
    assert map_columns(units) == {"vin": "Unit 1", "vin_2": "Unit 2", "vin_3": "Unit 3"}
    for given in ("Unit 2", ["Unit 2"], ["Unit 2", "Unit 1"]):
        found = map_columns(units, {"vin": given})
        assert found == {"vin": "Unit 2", "vin_2": "Unit 1", "vin_3": "Unit 3"}
        assert any("read all the same" in note for note in vin_notes([found], {"vin": given}))
    with pytest.raises(MappingError, match="2 columns are mapped to fuel"):
        map_columns(units, {"fuel": ["Unit 1", "Unit 2"]})


def test_lists_that_stand_side_by_side_have_their_own_columns():
    header = ["No", "VIN", "Fuel", "", "No", "VIN", "Fuel"]
    rows = [
        ["1", one, "Petrol", "", "2", other, "Electric"]
        for one, other in zip(VINS[:9], VINS[9:18], strict=True)
    ]
    sheet = Sheet(
        "",
        ("No", "VIN", "Fuel", "", "No (2)", "VIN (2)", "Fuel (2)"),
        tuple(header),
        tuple(map(tuple, rows)),
        file="list.csv",
    )
    assert map_columns(sheet) == {
        "vin": "VIN", "vin_2": "VIN (2)", "row_no": "No", "fuel": "Fuel", "vin_2.row_no": "No (2)", "vin_2.fuel": "Fuel (2)",
    }  # fmt: skip
    header = ["VIN", "Fuel", "x", "Unit 2", "y", "Fuel"]
    elsewhere = sheet_of(header, *[[row[1], "", "", row[5], "", ""] for row in rows])
    with pytest.raises(MappingError, match="could each be the column of fuel"):
        map_columns(elsewhere)  # of which vehicle the second one speaks cannot be told


def test_columns_that_say_vin_and_hold_none_are_no_second_vins():
    rows = [[vin, "GP5-1234567", ""] for vin in VINS[:9]]
    assert map_columns(sheet_of(["VIN", "Chassis No", "Frame No"], *rows)) == {"vin": "VIN"}


def test_every_column_that_names_the_goods_is_read():
    header = [
        "VIN",
        "品牌",
        "型号",
        "商品名称",
        "规格型号",
        "Description of goods",
        "中文品名",
        "英文品名",
        "燃料",
    ]
    sheet = sheet_of(header, *[[vin, *[""] * 8] for vin in VINS[:3]])
    assert map_columns(sheet) == {
        "vin": "VIN", "make": "品牌", "model": "型号", "fuel": "燃料", "goods_name": "商品名称", "goods_name_2": "规格型号",
        "goods_name_3": "Description of goods", "goods_name_zh": "中文品名", "goods_name_en": "英文品名",
    }  # fmt: skip
    given = map_columns(sheet, {"goods_name": "规格型号", "goods_name_2": "燃料"})
    assert [given[f"goods_name{n}"] for n in ("", "_2", "_3", "_4")] == ["规格型号", "燃料", "商品名称", "Description of goods"]  # fmt: skip
    with pytest.raises(MappingError, match="there is no field 'goods_name_1'"):
        map_columns(sheet, {"goods_name_1": "商品名称"})


def test_a_column_beside_that_of_its_field_is_heard_too():
    rows = [["Petrol", "Electric", "Elektro", "8703801090", "E"] for _ in range(3)]
    header = ["VIN", "Fuel", "Fuel type", "Xyzzy", "Plugh", "Grade"]
    sheet = sheet_of(header, *[[vin, *row] for vin, row in zip(VINS, rows, strict=False)])
    assert map_columns(sheet, {"fuel": "Fuel"}) == {
        "vin": "VIN",
        "fuel": "Fuel",
        "fuel_2": "Fuel type",
        "fuel_3": "Xyzzy",
        "hs_code_2": "Plugh",
    }
    header = ["VIN", "vin_powertrain", "vin_verdict", "vin_brand"]
    of_answer = sheet_of(header, *([vin, "BEV", "controlled", "BYD"] for vin in VINS[:2]))
    assert map_columns(of_answer) == {"vin": "VIN"}
    of_user = sheet_of(["VIN", "vin_powertrain"], [VINS[0], "BEV"], [VINS[1], "ICE"])
    assert map_columns(of_user) == {"vin": "VIN", "fuel_2": "vin_powertrain"}


def test_vins_in_texts_are_found_where_no_column_holds_nothing_else():
    texts = [[str(n), f"NEW CAR CHASSIS {vin} WHITE", ""] for n, vin in enumerate(VINS[:5])]
    header = ["Pkgs", "Remarks", "Text"]
    assert map_columns(sheet_of(header, *texts, ["5", "spare parts", ""]))["vin"] == "Remarks"
    few = [["5", "spare parts", ""]] * 6
    two = [[pkgs, text, text] for pkgs, text, _ in texts]
    for rows, sentence in (
        ([*texts, *few], "column 'Remarks' holds 5 in the text of 5 of its first 11 cells"),
        (two, "column 'Remarks' holds 5 in the text of 5 of its first 5 cells; column 'Text' holds 5"),
    ):  # fmt: skip
        with pytest.raises(NoVinColumn) as caught:
            map_columns(sheet_of(header, *rows))
        assert sentence in str(caught.value)
        assert VINS[0] not in str(caught.value)


def test_goods_names_are_heard_in_the_column_that_holds_the_vins_too():
    sheet = sheet_of(["Pkgs", "Description"], *[["1", f"NEW ELECTRIC CAR {vin}"] for vin in VINS[:5]])  # fmt: skip
    both = {"vin": "Description", "goods_name": "Description"}
    assert map_columns(sheet, {"vin": "Description"}) == both
    assert map_columns(sheet_of(["Description"], *[[vin] for vin in VINS[:5]])) == both


def test_every_field_that_a_verdict_reads_has_headings_in_thirty_languages():
    read = (
        *FIELDS,
        *("vin", "quantity", "registration_date", "declaration_date", "export_date"),
        *("licence_no", "exporter", "destination"),
    )
    languages = {name: {row["language"] for row in table("headers.csv") if row["field"] == name} for name in read}  # fmt: skip
    few = {name for name in read if len(languages[name]) < 30}
    # What stands on papers of China, and names that are asked for by their language.
    assert few <= {
        "drive_motor",
        "electric_range",
        "electric_mark",
        "type_code",
        "trade_mode",
        "origin",
        "goods_name_zh",
        "goods_name_en",
    }


@pytest.mark.parametrize(
    ("header", "field"),
    [("Gyartmany", "make"), ("Cislo podvozku", "vin"), ("Przebieg", None), ("Brandstof", "fuel"), ("Κωδικός HS", "hs_code"), ("קוד מכס", "hs_code"), ("Дата експорту", "export_date"),
     ("Datum", None), ("Územanyag", None), ("Yakit turu", "fuel"), ("Vývozní licence", "licence_no"), ("Mark", None), ("Staat", None)],
)  # fmt: skip
def test_headings_with_and_without_their_accents(header, field):
    assert (headers.meaning(header) or (None,))[0] == field


@pytest.mark.parametrize("marks", [("yes", "no"), ("yes", "BEV"), ("1", "electric car"), ("", "")])
@pytest.mark.parametrize("heading", ["BEV", "纯电动", "Electric", "是否新能源"])
def test_a_heading_that_speaks_of_an_electric_car_heads_marks(heading, marks):
    rows = [[vin, "petrol", marks[n % 2]] for n, vin in enumerate(VINS[:6])]
    mapping = map_columns(sheet_of(["VIN", "Fuel", heading], *rows))
    assert mapping == {"vin": "VIN", "fuel": "Fuel", "electric_mark": heading}


def test_a_column_without_a_heading_is_heard_where_one_cell_speaks_of_an_electric_car():
    rows = [[vin, "", "Petrol", "scratched"] for vin in VINS]
    sheet = sheet_of(["VIN", "Remarks", "Fuel", "Xyzzy"], *rows[:-1], [*rows[-1][:3], "BEV 60 kWh"])
    heard = map_columns(sheet)
    assert heard == {"vin": "VIN", "remarks": "Remarks", "fuel": "Fuel", "remarks_2": "Xyzzy"}
    unheard = map_columns(sheet_of(["VIN", "Xyzzy"], [VINS[0], "Foo New Energy Vehicle Co., Ltd."]))
    assert unheard == {"vin": "VIN"}


def test_two_columns_of_one_name_are_known_by_their_places():
    table = pa.Table.from_arrays([pa.array([VINS[0]]), *[pa.array(["BEV"])] * 2], ["VIN", "Fuel", "Fuel"])  # fmt: skip
    with pytest.raises(MappingError, match="columns 2, 3 could each be the column of fuel; rename all of them but one"):  # fmt: skip
        screen_table(table, ON)
