"""The declaration of the Single Window: what is read of it, and what is refused."""

import re

import pytest
from support import ON
from support.commands import run
from support.declarations import TESLA, rows_of
from support.manifests import put, read_csv
from support.vins import vin

from vintool.errors import ManifestError
from vintool.files.reading import limits, single_window, single_window_rows
from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file
from vintool.files.writing.single_window import NAMESPACE

BYD = "LGXC74C48P0320453"
HEAD = (
    "<DecHead><IEFlag>E</IEFlag><TradeCoScc>91330206MAHJGFW84U</TradeCoScc><TradeName>某汽车公司</TradeName>"
    "<IEDate>20260301</IEDate><TradeMode>0110</TradeMode><BillNo>COSU1</BillNo><TrafName>GLOVIS</TrafName></DecHead>"
)


def vehicle(**cells):
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in cells.items())
    return f"<DecGoodsLimitVin>{inner}</DecGoodsLimitVin>"


def line(number, code, *vehicles):
    """A goods line; the block stands before some of its cells and after others."""
    limits = f"<DecGoodsLimits><DecGoodsLimit><LicTypeCode>QA</LicTypeCode><LicenceNo>26-AA-000001</LicenceNo>{''.join(vehicles)}</DecGoodsLimit></DecGoodsLimits>"
    return f"<DecList><GNo>{number}</GNo>{limits if vehicles else ''}<CodeTS>{code}</CodeTS><TradeCurr>USD</TradeCurr><DestinationCountry>RUS</DestinationCountry></DecList>"


def message(*lines, head=HEAD):
    return (
        f'<DecMessage xmlns="{NAMESPACE}">{head}<DecLists>{"".join(lines)}</DecLists></DecMessage>'
    )


DECLARATION = message(
    line(
        1,
        "8703801090",
        vehicle(
            VinNo=1,
            MotorNo="M1",
            VinCode=TESLA[0],
            ChassisNo=TESLA[0],
            ModelEn="Model 3",
            PricePerUnit="30000",
        ),
        vehicle(LicenceNo="26-AA-000002", VinNo=2, VinCode=TESLA[1], ChassisNo=BYD),
    ),
    line(2, "8708999990", vehicle()),
    line(3, "8703801090"),
)

OF_ALL = {
    "IEFlag": "E", "TradeCoScc": "91330206MAHJGFW84U", "TradeName": "某汽车公司", "IEDate": "20260301",
    "TradeMode": "0110", "BillNo": "COSU1", "TrafName": "GLOVIS",
}  # fmt: skip
GOODS = {"GNo": "1", "CodeTS": "8703801090", "TradeCurr": "USD", "DestinationCountry": "RUS"}
READ = [
    {"LicenceNo": "26-AA-000001", "LicTypeCode": "QA", "MotorNo": "M1", "VinCode": TESLA[0], "ChassisNo": TESLA[0], "ModelEn": "Model 3", "PricePerUnit": "30000", **GOODS, **OF_ALL},
    {"LicenceNo": "26-AA-000002", "VinCode": TESLA[1], "ChassisNo": BYD, **GOODS, **OF_ALL},
    {**GOODS, "GNo": "2", "CodeTS": "8708999990", **OF_ALL},
    {**GOODS, "GNo": "3", **OF_ALL},
]  # fmt: skip


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("", "utf-8"), ("", "utf-8-sig"), ("UTF-8", "utf-8"), ("gbk", "gbk"), ("GB2312", "gb18030"), ("UTF-16", "utf-16"), ("GBK", "utf-8-sig")],
)  # fmt: skip
def test_the_encoding_is_the_one_declared(tmp_path, declared, encoding):
    said = f'<?xml version="1.0" encoding="{declared}"?>\n' if declared else ""
    assert rows_of(put(tmp_path / "d.xml", said + DECLARATION, encoding)) == READ


def test_an_encoding_that_is_declared_wrongly(tmp_path):
    path = put(tmp_path / "d.xml", f'<?xml version="1.0" encoding="UTF-8"?>{DECLARATION}', "gbk")
    with pytest.raises(ManifestError, match=r"not valid UTF-8 at byte .* as encoding="):
        open_manifest(path)
    assert rows_of(path, encoding="gb18030") == READ
    path = put(tmp_path / "e.xml", f'<?xml version="1.0" encoding="{BYD}"?>{DECLARATION}')
    with pytest.raises(ManifestError, match="encoding that is not known") as caught:
        open_manifest(path)
    assert BYD not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(f' xmlns="{NAMESPACE}"', ""),
        lambda text: re.sub(r"<(/?)(?=\w)", r"<\1ns0:", text).replace("xmlns=", "xmlns:ns0="),
        lambda text: text.replace("DecMessage", "Signed").replace("DecLists", "Body"),
        lambda text: f"<!-- sent by a broker --><Envelope>\n{text}</Envelope>",
        lambda text: re.sub(r"(<\w+>)([^<]+)(</)", r"\1\n    <![CDATA[\2]]>\n  \3", text),
    ],
)
def test_what_stands_around_may_differ(tmp_path, change):
    assert rows_of(put(tmp_path / "d.xml", '<?xml version="1.0"?>' + change(DECLARATION))) == READ


def test_a_vehicle_has_the_licence_above_it_unless_it_names_another(tmp_path):
    bare, numbered = vehicle(VinCode=TESLA[0]), vehicle(VinCode=TESLA[1], LicenceNo="2")
    same = vehicle(VinCode=TESLA[2], LicenceNo="1")
    limits = "".join(
        f"<DecGoodsLimit>{above}{''.join(vehicles)}</DecGoodsLimit>"
        for above, vehicles in (
            ("", [bare]),
            ("<LicenceNo>1</LicenceNo><LicTypeCode>A</LicTypeCode>", [bare, numbered, same]),
            ("<LicenceNo>3</LicenceNo>", []),
        )
    )
    path = put(tmp_path / "d.xml", f"<DecList><DecGoodsLimits>{limits}</DecGoodsLimits></DecList>")
    licences = [(row.get("LicenceNo", ""), row.get("LicTypeCode", "")) for row in rows_of(path)]
    assert licences == [("", ""), ("1", "A"), ("2", ""), ("1", "A")]


def test_every_declaration_keeps_its_own_head(tmp_path):
    other = HEAD.replace("COSU1", "COSU2").replace("<IEFlag>E", "<IEFlag>I")
    block = line(1, "8703801090", vehicle(VinCode=TESLA[2]))
    late = message(block, head="").replace("</DecLists>", "</DecLists>" + other)
    path = put(tmp_path / "d.xml", f"<?xml version='1.0'?><All>{DECLARATION}{late}</All>")
    assert [row["BillNo"] for row in rows_of(path)] == ["COSU1"] * 4 + ["COSU2"]
    manifest = open_manifest(path)
    assert "export_date" not in manifest.sheets[0].fixed
    assert any("import declaration" in note for note in manifest.notes)


def test_a_goods_line_without_a_vehicle_is_a_row_and_is_reported(tmp_path):
    summary = screen_file(put(tmp_path / "d.xml", DECLARATION), out=tmp_path / "out")
    assert (summary.rows_read, summary.rows_out) == (4, 4)
    assert (summary.verdicts["controlled"], summary.verdicts["invalid"]) == (2, 2)
    assert (
        "2 of 3 goods line(s) have no vehicle (DecGoodsLimitVin); each is a row without a VIN."
        in summary.notes
    )
    assert summary.on == "per row: IEDate"
    assert summary.mapping == {
        "vin": "VinCode", "chassis_no": "ChassisNo", "engine_no": "MotorNo", "model": "ModelEn", "unit_price": "PricePerUnit",
        "licence_no": "LicenceNo", "licence_type": "LicTypeCode", "hs_code": "CodeTS", "currency": "TradeCurr",
        "destination": "DestinationCountry", "exporter_code": "TradeCoScc", "exporter": "TradeName", "export_date": "IEDate",
        "trade_mode": "TradeMode", "bl_no": "BillNo", "vessel": "TrafName",
    }  # fmt: skip
    rows = read_csv(tmp_path / "out" / "annotated.csv")
    assert [row["GNo"] for row in rows] == ["1", "1", "2", "3"]
    assert [row["vin_row"] for row in rows] == ["1", "2", "3", "4"]
    assert "contradiction_chassis" not in rows[0]["vin_reasons"]
    assert "contradiction_chassis" in rows[1]["vin_reasons"]
    assert f"VIN {TESLA[1]} against chassis number {BYD}" in rows[1]["vin_evidence"]
    assert [row["vin_reasons"] for row in rows[2:]] == ["no_identity", "no_identity"]


@pytest.mark.parametrize(
    ("vehicles", "vin", "verdict"),
    [
        ([], "VinCode", "invalid"),
        ([vehicle(VinCode="LRW3E7FA1LC00001", ChassisNo="GP5-1234567")], "VinCode", "controlled"),
        ([vehicle(ChassisNo=TESLA[0])], "ChassisNo", "controlled"),
        ([vehicle(VinNo=1)], "VinCode", "invalid"),
        ([vehicle(), vehicle(), vehicle(VinCode=TESLA[3])], "VinCode", "controlled"),
    ],
)
def test_which_number_is_the_vin(tmp_path, vehicles, vin, verdict):
    path = put(tmp_path / "d.xml", message(line(1, "8703801090", *vehicles)))
    summary = screen_file(path, ON)
    assert (summary.mapping["vin"], summary.verdicts[verdict], summary.rows_out) == (vin, 1, 1)


def test_the_user_may_say_otherwise(tmp_path):
    path = put(tmp_path / "d.xml", DECLARATION)
    mapping = screen_file(path, ON, mapping={"vin": "chassisno", "exporter": "TradeCoScc"}).mapping
    assert (mapping["vin"], mapping["chassis_no"]) == ("ChassisNo", "VinCode")
    assert mapping["exporter"] == "TradeCoScc"


def test_many_vehicles_come_in_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(single_window, "_ROWS", 7)
    monkeypatch.setattr(single_window_rows, "_CHUNK", 11)
    lines = [
        line(n, "8703801090", *(vehicle(VinCode=f"{n}-{i}") for i in range(n))) for n in range(9)
    ]
    (sheet,) = open_manifest(put(tmp_path / "d.xml", message(*lines))).sheets
    batches = list(sheet.batches())
    assert [batch.data.num_rows for batch in batches] == [7, 7, 7, 7, 7, 2]
    assert [row for batch in batches for row in batch.rows.tolist()] == list(range(1, 38))
    texts = [text for batch in batches for text in batch.data.column("VinCode").to_pylist()]
    assert texts == ["", *(f"{n}-{i}" for n in range(9) for i in range(n))]


def test_a_second_number_of_a_vehicle_is_not_lost_behind_the_first(tmp_path):
    two = vehicle(VinCode="LSJA24U67RN000001").replace(
        "</DecGoodsLimitVin>", f"<VinCode>{TESLA[0]}</VinCode></DecGoodsLimitVin>"
    )
    path = put(tmp_path / "d.xml", message(line(1, "8703231090", two)))
    (row,) = rows_of(path)
    assert row["VinCode"] == f"LSJA24U67RN000001 / {TESLA[0]}"
    summary = screen_file(path, ON)
    assert "several_vins_on_row" in summary.reasons
    assert summary.verdicts["out_of_scope"] == 0
    assert any("stand twice" in note for note in summary.notes)
    same = two.replace("LSJA24U67RN000001", TESLA[0])
    (row,) = rows_of(put(path, message(line(1, "8703801090", same))))
    assert row["VinCode"] == TESLA[0]


@pytest.mark.parametrize(
    "block",
    [
        f"<DecGoodsLimit><VinCode>{BYD}</VinCode></DecGoodsLimit>",
        f"<VinCode>{BYD}</VinCode>",
        f"<DecGoodsLimit><DecGoodsLimitVin><VinCode>{BYD}<Part>1</Part></VinCode></DecGoodsLimitVin></DecGoodsLimit>",
    ],
)
def test_a_number_that_no_row_would_have_is_refused(tmp_path, block):
    inner = line(1, "8703801090", vehicle(VinCode=TESLA[0])).replace("</DecList>", block + "</DecList>")  # fmt: skip
    assert "no row would have it" in refusal(put(tmp_path / "d.xml", message(inner)))


def test_what_looks_like_a_vin_where_no_cell_is_stands_in_a_note(tmp_path):
    extra = f'<Remark no="{BYD}"/><Note>for {BYD}</Note></DecLists>'
    path = put(tmp_path / "d.xml", DECLARATION.replace("</DecLists>", extra))
    notes = open_manifest(path).notes
    assert "Elements that are no cells hold something like a VIN and were not read: Remark, Note." in notes  # fmt: skip


def test_a_tag_without_end_is_refused_before_it_is_looked_at_again_and_again(tmp_path, monkeypatch):
    monkeypatch.setattr(single_window_rows, "_CHUNK", 1 << 10)
    monkeypatch.setattr(limits, "TAG", 1 << 14)
    attribute = "x" * (1 << 20)
    text = DECLARATION.replace("<DecList>", f'<DecList note="{attribute}">', 1)
    reader = single_window_rows.RowReader(put(tmp_path / "d.xml", text), "utf-8")
    with pytest.raises(ManifestError, match=r"a tag at line 1 is longer than 16,384 bytes"):
        list(reader)
    assert reader.position < 1 << 16  # of a megabyte


# Refusals


def refusal(path, **options):
    with pytest.raises(ManifestError) as caught:
        open_manifest(path, **options)
    assert not any(vin in str(caught.value) for vin in (*TESLA, BYD))
    return str(caught.value)


BOMB = (
    '<!DOCTYPE DecMessage [<!ENTITY a "LOL">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]>"
)


@pytest.mark.parametrize(
    "document_type",
    [
        "<!DOCTYPE DecMessage>",
        '<!DOCTYPE DecMessage SYSTEM "http://example.invalid/dec.dtd">',
        '<!DOCTYPE DecMessage [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE DecMessage [<!ENTITY % a SYSTEM "http://example.invalid/a"> %a;]>',
        BOMB,
    ],
)
@pytest.mark.parametrize("start", ["", '<?xml version="1.0" encoding="GBK"?>\n', "\ufeff"])
def test_a_document_type_is_refused(tmp_path, start, document_type):
    text = start + document_type + DECLARATION.replace("Model 3", "&a;")
    sentence = refusal(put(tmp_path / "d.xml", text, "gbk" if "GBK" in start else "utf-8"))
    assert "DOCTYPE" in sentence
    assert "ask the sender for the file without it" in sentence


@pytest.mark.slow
def test_every_file_that_is_cut_short_is_refused(tmp_path):
    whole = f'<?xml version="1.0" encoding="GBK"?>\n{DECLARATION}'.encode("gbk")
    path = tmp_path / "d.xml"
    for end in range(1, len(whole)):
        path.write_bytes(whole[:end])
        refusal(path)
    path.write_bytes(whole[:-1])
    assert "cut short at line 2" in refusal(path)
    path.write_bytes(whole)
    assert rows_of(path) == READ


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DECLARATION.replace("</DecHead>", "</Head>"), "not well-formed at line 1"),
        (DECLARATION.replace("Model 3", "Model & 3"), "not well-formed"),
        (DECLARATION.replace("Model 3", "&lol;"), "not well-formed"),
        (DECLARATION.replace("Model 3", "Model \x01"), "not well-formed"),
        (DECLARATION + DECLARATION, "not well-formed"),
        (DECLARATION.replace("Model 3", "\0"), "NUL"),
        (DECLARATION.replace("Model 3", "3" * 70_000), "longer than 65,536 characters"),
        (f'<?xml version="1.0"?><rows><row>{BYD}</row></rows>', "no declaration of the Single Window"),
        ('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "no sheet to read holds any content"),
        ("<!DOCTYPE html><html><body>nothing</body></html>", "no VIN in its text"),
    ],
)  # fmt: skip
def test_what_is_no_declaration_is_refused(tmp_path, text, said):
    path = put(tmp_path / "d.xml", text)
    assert said in refusal(path)
    result = run("screen", path, "--on", ON)
    assert (result.exit_code, result.stdout) == (3, "")
    assert said in result.stderr


def test_a_file_that_changes_meanwhile_is_no_answer(tmp_path):
    path = put(tmp_path / "d.xml", DECLARATION)
    (sheet,) = open_manifest(path).sheets
    put(path, message(line(1, "8703801090")))
    with pytest.raises(ManifestError, match="changed while it was read"):
        list(sheet.batches())


def test_the_names_of_goods_are_heard(tmp_path):
    """The line names the goods, and each vehicle does so once more."""
    unseen = vin("LS5ZZZZZ", "SJ")
    cells = "<GName>乘用车</GName><GModel>品牌:某|型号:XXX7000BEV|排量:无</GModel>"
    said = {
        "GModel": line(1, "8703234190", vehicle(VinCode=unseen)).replace("<CodeTS>", f"{cells}<CodeTS>"),
        "ProdCnnm": line(1, "8703234190", vehicle(VinCode=unseen, ProdCnnm="纯电动轿车", ProdEnnm="CAR")),
    }  # fmt: skip
    for name, text in said.items():
        path = put(tmp_path / f"{name}.xml", message(text))
        out = tmp_path / name
        screen_file(path, ON, out)
        (row,) = read_csv(out / "annotated.csv")
        assert (row["vin_verdict"], row["vin_powertrain"]) == ("review", ""), name
        assert {"goods_name_pure_electric", "contradiction_powertrain"} <= {
            *row["vin_reasons"].split(";")
        }
