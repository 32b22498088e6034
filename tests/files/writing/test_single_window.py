"""The vehicle blocks of the Single Window: what is written, and that it can be read back."""

import csv
import json
import re
from xml.etree import ElementTree as ET

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from support import ON
from support.commands import run
from support.declarations import TESLA, rows_of
from support.manifests import put_csv

from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file
from vintool.files.writing.single_window import NAMESPACE, SINGLE_WINDOW, VehicleBlocks

LEGAL = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def kept(text):
    """A text as XML can hold it, white space aside."""
    return "".join(letter for letter in text if LEGAL.match(letter) and not letter.isspace())


TEXT = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(
    [
        "<&>\"'",
        "]]>",
        "<!--",
        "</DecGoodsLimitVin>",
        "\x00\x01\x1f",
        "\ufffe",
        "车\u2028架",
        "&amp;",
    ]
)
NUMBER = st.builds("{}{}7".format, TEXT, TEXT)


@given(st.lists(st.tuples(NUMBER, TEXT, TEXT), min_size=1, max_size=len(TESLA)), st.data())
def test_what_is_written_is_what_is_read(tmp_path_factory, rows, data):
    controlled = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    vins = TESLA[: len(rows)]
    licences, chassis, models = (list(cells) for cells in zip(*rows, strict=True))
    answers = {
        "vin": vins,
        "vin_text": vins,
        "vin_verdict": ["controlled" if asks else "review" for asks in controlled],
        "vin_licence": [None] * len(rows),
    }
    columns = {"licence_no": "L", "chassis_no": "C", "model": "M", "vin": "V"}
    blocks = VehicleBlocks(None)
    blocks.add(
        columns,
        pa.RecordBatch.from_pydict({"L": licences, "C": chassis, "M": models, "V": vins}),
        pa.RecordBatch.from_pydict(answers, pa.schema([(name, pa.string()) for name in answers])),
    )
    folder = tmp_path_factory.mktemp("written")
    blocks.write(folder)
    read = {row["VinCode"]: row for row in rows_of(folder / SINGLE_WINDOW) if row}
    assert set(read) == {vin for vin, asks in zip(vins, controlled, strict=True) if asks}
    for vin, licence, number, model in zip(vins, licences, chassis, models, strict=True):
        if vin in read:
            texts = [read[vin].get(name, "") for name in ("LicenceNo", "ChassisNo", "ModelEn")]
            assert list(map(kept, texts)) == list(map(kept, (licence, number, model)))


ROWS = [
    ("VIN", "底盘号", "发动机号", "许可证号", "提单日期", "发票号", "中文品名", "车型", "单价(USD)"),
    (TESLA[0], TESLA[0], "M1", "26-AA-000001", "2026-02-27", "INV 1", "电动轿车", "Model <3>", "30000"),
    (TESLA[1], "X" * 21, "", "26-AA-000002", "", "", "", "", ""),
    ("1HGCM82633A004352", "", "", "26-AA-000001", "", "", "", "", ""),
    (f" {TESLA[2].lower()} ", "", "", "26-AA-000001", "27 Feb", "", "", "=1+1", ""),
    (TESLA[0], "", "", "26-AA-000001", "", "", "", "", ""),
    (TESLA[3], "", "", "-", "", "", "", "", ""),
    (TESLA[4][:16], "", "", "26-AA-000002", "", "", "", "", ""),
    (TESLA[4][:16], "", "", "26-AA-000002", "", "", "", "", ""),
]  # fmt: skip
WRITTEN = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<DecGoodsLimits xmlns="http://www.chinaport.gov.cn/dec">
  <DecGoodsLimit>
    <LicenceNo>26-AA-000001</LicenceNo>
    <DecGoodsLimitVin>
      <LicenceNo>26-AA-000001</LicenceNo>
      <VinNo>1</VinNo>
      <BillLadDate>20260227</BillLadDate>
      <MotorNo>M1</MotorNo>
      <VinCode>{TESLA[0]}</VinCode>
      <ChassisNo>{TESLA[0]}</ChassisNo>
      <ProdCnnm>电动轿车</ProdCnnm>
      <ModelEn>Model &lt;3&gt;</ModelEn>
      <PricePerUnit>30000</PricePerUnit>
      <InvoiceNo>INV 1</InvoiceNo>
    </DecGoodsLimitVin>
    <DecGoodsLimitVin>
      <LicenceNo>26-AA-000001</LicenceNo>
      <VinNo>2</VinNo>
      <BillLadDate>27 Feb</BillLadDate>
      <VinCode>{TESLA[2]}</VinCode>
      <ModelEn>=1+1</ModelEn>
    </DecGoodsLimitVin>
  </DecGoodsLimit>
  <DecGoodsLimit>
    <LicenceNo>26-AA-000002</LicenceNo>
    <DecGoodsLimitVin>
      <LicenceNo>26-AA-000002</LicenceNo>
      <VinNo>1</VinNo>
      <VinCode>{TESLA[1]}</VinCode>
      <ChassisNo>{"X" * 21}</ChassisNo>
    </DecGoodsLimitVin>
    <DecGoodsLimitVin>
      <LicenceNo>26-AA-000002</LicenceNo>
      <VinNo>2</VinNo>
    </DecGoodsLimitVin>
    <DecGoodsLimitVin>
      <LicenceNo>26-AA-000002</LicenceNo>
      <VinNo>3</VinNo>
    </DecGoodsLimitVin>
  </DecGoodsLimit>
  <DecGoodsLimit>
    <DecGoodsLimitVin>
      <VinNo>1</VinNo>
      <VinCode>{TESLA[3]}</VinCode>
    </DecGoodsLimitVin>
  </DecGoodsLimit>
</DecGoodsLimits>
"""


_WITHOUT_VIN = re.compile(
    r"    <DecGoodsLimitVin>\n(?:      <(?:LicenceNo|VinNo)>.*\n)+    </DecGoodsLimitVin>\n"
)
WITH_VINS = _WITHOUT_VIN.sub("", WRITTEN)


def screen(*arguments):
    return run("screen", *arguments, "--on", ON, "--regime", "cn-2025-54")


def test_the_vehicles_of_a_manifest_as_blocks(tmp_path):
    path, out = put_csv(tmp_path / "list.csv", ROWS), tmp_path / "out"
    result = screen(path, "--out", out, "--single-window", "--format", "json")
    assert result.exit_code == 0
    summary = json.loads(result.stdout)
    assert str(out / SINGLE_WINDOW) in summary["outputs"]
    notes = summary["notes"]
    at = notes.index("single-window.xml holds 6 vehicle(s) that need a licence.")
    assert notes[at : at + 5] == [
        "single-window.xml holds 6 vehicle(s) that need a licence.",
        "1 row(s) repeat a VIN that it holds already.",
        "2 of them have no VIN that can be read: their VinCode is left out, write it in before they are declared.",
        "1 of them name no licence.",
        "1 of them have a chassis number of more than 20 characters, which the Single Window does not take.",
    ]
    assert (out / SINGLE_WINDOW).read_text(encoding="utf-8") == WRITTEN
    with (out / "annotated.csv").open(encoding="utf-8-sig", newline="") as file:
        assert "vin_licence" not in next(csv.reader(file))
    assert SINGLE_WINDOW in json.loads((out / "run.json").read_text(encoding="utf-8"))["outputs"]
    again = screen(out / SINGLE_WINDOW, "--out", tmp_path / "again", "--single-window")
    assert again.exit_code == 0
    repeated = (tmp_path / "again" / SINGLE_WINDOW).read_text(encoding="utf-8")
    assert repeated == WITH_VINS  # a block without a VIN tells no electric car
    assert screen(path, "--out", out).exit_code == 0  # without the flag the old one goes
    assert not (out / SINGLE_WINDOW).exists()


def test_a_licence_that_was_matched_is_named(tmp_path):
    path = put_csv(tmp_path / "list.csv", [("VIN",), *((vin,) for vin in TESLA[:3])])
    licences = put_csv(
        tmp_path / "licences.csv",
        [
            ("许可证号", "数量", "单位", "有效期至"),
            ("26-AA-000009", "1", "辆", "2026-06-30"),
            ("26-AA-000007: B", "1", "辆", "2026-12-31"),
        ],
    )
    out = tmp_path / "out"
    assert screen(path, "--out", out, "--single-window", "--licences", licences).exit_code == 0
    root = ET.parse(out / SINGLE_WINDOW).getroot()  # noqa: S314 - our own
    texts = [
        [element.text for element in root.iter(f"{{{NAMESPACE}}}{name}")]
        for name in ("LicenceNo", "VinNo", "VinCode")
    ]
    assert texts == [
        ["26-AA-000009"] * 2 + ["26-AA-000007: B"] * 2,
        ["1", "1", "1"],
        TESLA[:3],
    ]


def test_without_a_folder_there_is_nowhere_to_write(tmp_path):
    result = screen(put_csv(tmp_path / "list.csv", ROWS), "--single-window")
    assert result.exit_code == 2
    assert "--out" in result.stderr


def test_nothing_controlled_is_an_empty_fragment(tmp_path):
    path = put_csv(tmp_path / "list.csv", [("VIN",), ("1HGCM82633A004352",)])
    screen_file(path, ON, tmp_path / "out", single_window=True, regime="cn-2025-54")
    read = open_manifest(tmp_path / "out" / SINGLE_WINDOW)
    assert list(read.sheets[0].batches()) == []
    assert "The declaration has no goods line." in read.notes
