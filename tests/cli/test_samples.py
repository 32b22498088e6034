"""The packaged sample and the generators of sample and benchmark manifests."""

import csv
import importlib
import io
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from importlib.resources import files

import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from stdnum.cn import uscc
from support import ROOT

DATA = files("vintool").joinpath("cli", "samples", "manifest.csv").read_bytes()
LINES = list(csv.reader(io.StringIO(DATA.decode("gb18030"), newline="")))
HEADER = LINES[1]
ROWS = [dict(zip(HEADER, line, strict=False)) for line in LINES[2:-1]]

CHARS, CHAR_VALUES = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ", "012345678912345678123457923456789"
VALUES = dict(zip(CHARS, map(int, CHAR_VALUES), strict=True))
WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
CLEAN = re.compile(r"[A-HJ-NPR-Z0-9]{12}[0-9]{5}")
LOOK_ALIKES = str.maketrans("АВСЕНКМРТХ", "ABCEHKMPTX")


def check_digit(vin):
    return "0123456789X"[sum(VALUES[char] * w for char, w in zip(vin, WEIGHTS, strict=True)) % 11]


def holds(vin):
    return CLEAN.fullmatch(vin) is not None and vin[8] == check_digit(vin)


def cell(column):
    return lambda test: lambda row: test(row.get(column, ""))


vin, fuel, code, day = cell("车架号"), cell("燃料种类"), cell("商品编号"), cell("申报日期")
VINS = [row.get("车架号", "") for row in ROWS]
BEV_PREFIXES = ("LRW", "LGXCE4C", "LGXCH4C", "LSJWH409", "L1N", "LS6A3E0E", "LVUGTBAD", "LNNABDBF")
BEV_PREFIXES += ("L6T79ZCE",)

# Each kind of dirt, recognised from the row alone.
PREDICATES = {
    "lower_case": vin(lambda v: v != v.upper() and holds(v.upper())),
    "inner_spaces": vin(lambda v: " " in v and holds(v.replace(" ", ""))),
    "hyphens": vin(lambda v: "-" in v and holds(v.replace("-", ""))),
    "full_width": vin(lambda v: len(v) == 17 and all(0xFF01 <= ord(char) <= 0xFF5E for char in v)),
    "no_break_space": vin(lambda v: "\u00a0" in v and holds(v.replace("\u00a0", ""))),
    "zero_width_space": vin(lambda v: "\u200b" in v and holds(v.replace("\u200b", ""))),
    "asterisks": vin(lambda v: v[:1] == v[-1:] == "*" and holds(v[1:-1])),
    "vin_label": vin(lambda v: v.startswith("VIN:") and holds(v[4:])),
    "cyrillic": vin(lambda v: v != v.translate(LOOK_ALIKES) and holds(v.translate(LOOK_ALIKES))),
    "letter_o": vin(lambda v: "O" in v and holds(v.replace("O", "0"))),
    "letter_i": vin(lambda v: "I" in v and holds(v.replace("I", "1"))),
    "adjacent_swap": vin(
        lambda v: (
            CLEAN.fullmatch(v)
            and not holds(v)
            and any(holds(v[:i] + v[i + 1] + v[i] + v[i + 2 :]) for i in range(11, 16))
        )
    ),
    "wrong_check_digit": vin(lambda v: CLEAN.fullmatch(v) and v[0] in "LH" and not holds(v)),
    "sixteen": vin(lambda v: re.fullmatch(r"[A-HJ-NPR-Z0-9]{16}", v)),
    "eighteen": vin(lambda v: re.fullmatch(r"[A-HJ-NPR-Z0-9]{18}", v)),
    "barcode_i": vin(lambda v: v.startswith("I") and holds(v[1:])),
    "placeholder": vin(lambda v: v == "1" * 17),
    "tba": vin(lambda v: v == "TBA"),
    "empty": lambda row: row["品牌"] != "" and row["车架号"] == "",
    "frame_number": vin(lambda v: re.fullmatch(r"[A-Z0-9]{2,7}-\d{5,7}", v)),
    "two_vins": vin(lambda v: len(set(filter(holds, v.split(" / ")))) == 2),
    "in_text": vin(lambda v: any(map(holds, re.findall(r"(?<=车架号)[A-Z0-9]{17}(?= )", v)))),
    "scientific": vin(lambda v: re.fullmatch(r"\d\.\d+E\+\d+", v)),
    "serial_letter": vin(
        lambda v: (
            re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", v)
            and re.search(r"[A-Z]", v[12:])
            and v[8] == check_digit(v)
        )
    ),
    "hs_float": code(lambda c: c == "8703801090.0"),
    "hs_dotted": code(lambda c: c == "8703.80.10.90"),
    "hs_13_digits": code(lambda c: c == "8703801090.999"),
    "hs_missing": lambda row: row["品牌"] != "" and row["商品编号"] == "",
    "hs_without_vin": lambda row: row["商品编号"] == "8703809090" and holds(row["车架号"]),
    "fuel_missing": lambda row: row["品牌"] != "" and row["燃料种类"] == "",
    "declared_petrol": lambda row: (
        row["燃料种类"] == "汽油"
        and row["商品编号"].startswith("870323")
        and row["车架号"].startswith(BEV_PREFIXES)
    ),
    "date_missing": lambda row: row["品牌"] != "" and row.get("申报日期") == "",
    "price_comma": cell("单价(USD)")(lambda price: re.fullmatch(r"\d+,\d{3}", price)),
    "ragged_row": lambda row: 0 < len(row) < len(HEADER),
    "duplicate": vin(lambda v: holds(v) and VINS.count(v) > 1),
    "blank_row": lambda row: len(row) == len(HEADER) and not any(row.values()),
}


@pytest.fixture
def sample(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    return importlib.import_module("benchmarks.sample")


@pytest.fixture
def manifest(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    return importlib.import_module("benchmarks.manifest")


@pytest.mark.parametrize("name", ["manifest", "exporters", "licences"])
def test_the_generator_writes_the_committed_bytes(name):
    run = subprocess.run(
        [sys.executable, "benchmarks/sample.py", name], cwd=ROOT, capture_output=True, check=True
    )
    assert run.stdout == files("vintool").joinpath("cli", "samples", f"{name}.csv").read_bytes()
    assert run.stderr == b""


def test_the_encoding_is_gb18030_and_nothing_else():
    assert DATA.decode("gb18030").encode("gb18030") == DATA
    for encoding in ("utf-8", "gbk"):
        with pytest.raises(UnicodeDecodeError):
            DATA.decode(encoding)


def test_the_frame_of_the_list():
    assert 320 <= len(ROWS) <= 380
    assert LINES[0][0] not in {"", "序号"}
    assert not any(LINES[0][1:])
    assert {"车架号", "燃料种类", "商品编号", "申报日期", "统一社会信用代码"} <= set(HEADER)
    assert LINES[-1][0] == "合计"
    quantities = [int(row["数量"]) for row in ROWS if row.get("数量")]
    assert int(LINES[-1][HEADER.index("数量")]) == sum(quantities)
    for number, row in enumerate(ROWS, start=1):
        assert row["序号"] in {str(number), ""}


@pytest.mark.parametrize("kind", PREDICATES)
def test_every_kind_of_dirt_is_where_the_generator_says(kind, sample):
    documented = {
        **sample.DIRT,
        "duplicate": sample.DUPLICATE,
        "blank_row": (sample.BLANK_ROW,),
    }
    assert documented.keys() == PREDICATES.keys()
    numbers = {number for number, row in enumerate(ROWS, start=1) if PREDICATES[kind](row)}
    assert numbers >= set(documented[kind])
    # A swapped pair is also a wrong check digit, and a wrong check digit may look like a swap.
    if kind not in {"adjacent_swap", "wrong_check_digit"}:
        assert numbers == set(documented[kind])


def test_the_spellings():
    fuels = {row["燃料种类"] for row in ROWS}
    assert fuels >= {"纯电动", "纯电", "电动", "BEV", "EV", "Electric"}
    assert fuels >= {"插电式混合动力", "PHEV", "增程式", "REEV"}
    assert fuels >= {"汽油", "Petrol", "柴油", "油电混合", "HEV", ""}
    dates = {re.sub(r"\d", "9", row.get("申报日期", "")) for row in ROWS}
    assert {"9999-99-99", "9999/9/99", "9999年9月9日", "99999999", ""} <= dates


def test_the_dates_straddle_the_start_of_the_rule():
    days = [row.get("申报日期", "") for row in ROWS]
    plain = [date.fromisoformat(text) for text in days if re.fullmatch(r"\d{4}-\d\d-\d\d", text)]
    assert min(plain) < date(2026, 1, 1) < max(plain)
    assert date(2025, 11, 1) <= min(plain)
    assert max(plain) <= date(2026, 7, 31)


def test_the_mix_is_realistic():
    share = Counter(row["商品编号"][:6] for row in ROWS if row["新旧"] == "新")
    assert 0.40 <= share["870380"] / len(ROWS) <= 0.50
    assert 0.20 <= share["870360"] / len(ROWS) <= 0.26
    codes = Counter(row["商品编号"] for row in ROWS)
    assert codes["8703801010"] == sum(
        row["新旧"] == "旧" and row["商品编号"].startswith("870380") for row in ROWS
    )
    assert sum(count for hs, count in codes.items() if hs.startswith("8702")) == 1
    assert sum(count for hs, count in codes.items() if hs.startswith("8704")) == 1


def test_check_digits_hold_on_the_clean_rows(sample):
    damaged = {
        number for kind, rows in sample.DIRT.items() if kind in sample.VIN_DAMAGE for number in rows
    }
    clean = [v for number, v in enumerate(VINS, start=1) if number not in damaged and v]
    assert len(clean) > 280
    assert all(CLEAN.fullmatch(v) for v in clean)
    assert [v for v in clean if not v.startswith("WVGZZZ") and not holds(v)] == []
    assert all(v[8] == "Z" for v in clean if v.startswith("WVGZZZ"))
    assert {v for v, count in Counter(clean).items() if count > 1} == {
        VINS[sample.DUPLICATE[0] - 1]
    }


def test_model_years_of_new_vehicles():
    new = [row["车架号"] for row in ROWS if row["新旧"] == "新" and row["车架号"][:1] in set("LH")]
    assert {v[9] for v in new if holds(v)} <= set("NPRST")


def test_credit_codes_are_well_formed_and_companies_invented():
    exporters = {(row.get("境内发货人"), row.get("统一社会信用代码")) for row in ROWS}
    exporters -= {("", ""), (None, None)}
    assert len(exporters) >= 5
    for name, credit_code in exporters:
        assert "某" in name
        assert uscc.is_valid(credit_code)


def test_licence_numbers_have_the_official_shape():
    numbers = {row.get("出口许可证号", "") for row in ROWS} - {""}
    assert len(numbers) > 20
    assert all(re.fullmatch(r"2[56]-[0-9A-Z]{2}-\d{6}", number) for number in numbers)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize(("rows", "descriptors"), [(1, 1), (700, 700), (140_000, 12_345)])
def test_write_manifest_gives_the_rows_and_descriptors_asked_for(
    manifest, tmp_path, suffix, rows, descriptors
):
    path = tmp_path / f"big{suffix}"
    manifest.write_manifest(path, rows, descriptors, dirt=0)
    table = read(path)
    assert table.column_names == ["vin", "品牌", "燃料种类", "商品编号", "新旧", "申报日期"]
    vins = table["vin"].to_pylist()
    assert len(vins) == len(set(vins)) == rows
    assert len({v[:8] + v[9:11] for v in vins}) == descriptors
    assert all(holds(v) for v in vins if v[0] in "LH157")
    assert all(CLEAN.fullmatch(v) for v in vins)


def test_write_manifest_damages_the_share_asked_for(manifest, tmp_path):
    clean, dirty, again = (tmp_path / name for name in ("clean.csv", "dirty.csv", "again.csv"))
    manifest.write_manifest(clean, 150_000, 400, dirt=0)
    manifest.write_manifest(dirty, 150_000, 400, dirt=0.013)
    manifest.write_manifest(again, 150_000, 400, dirt=0.013)
    assert dirty.read_bytes() == again.read_bytes()
    assert len(read(dirty)) == 150_000
    sound = [v for v in read(dirty)["vin"].to_pylist() if v and (holds(v) or v.startswith("WVG"))]
    assert len(sound) < 150_000 - 1700
    kept = set(read(clean)["vin"].to_pylist())
    assert sum(v not in kept for v in read(dirty)["vin"].to_pylist()) == 1950


def test_write_manifest_refuses_numbers_that_do_not_fit(manifest, tmp_path):
    for rows, descriptors, dirt in [(0, 0, 0), (5, 6, 0), (5, 5, 1.5), (5, 5, -0.1)]:
        with pytest.raises(ValueError, match=r"must be|share"):
            manifest.write_manifest(tmp_path / "no.csv", rows, descriptors, dirt=dirt)
    assert not list(tmp_path.iterdir())


def test_the_command_line(tmp_path):
    out = tmp_path / "cli.csv"
    args = ["-m", "benchmarks.manifest", str(out), "--rows", "300", "--descriptors", "20"]
    run = subprocess.run([sys.executable, *args], cwd=ROOT, capture_output=True, check=True)
    assert run.stdout == b""
    assert len(read(out)) == 300


def read(path):
    if path.suffix == ".parquet":
        return pq.read_table(path)
    types = dict.fromkeys(
        ("vin", "品牌", "燃料种类", "商品编号", "新旧", "申报日期"), pyarrow.string()
    )
    options = pyarrow.csv.ConvertOptions(column_types=types)
    return pyarrow.csv.read_csv(path, convert_options=options)
