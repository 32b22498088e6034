"""What users see: output, notes and exit codes of the command line."""

import csv
import io
import json
import re
import subprocess
import sys
from datetime import date

import pytest
from click.testing import CliRunner
from support.commands import run
from support.manifests import read_csv

from vintool.cli.main import cli
from vintool.decoding.model import Check, Vehicle
from vintool.report.summary import Summary
from vintool.report.wrapping import cells
from vintool.screening.explain import Explanation

TESLA, ATTO3, PETROL = "LRW3E7FA1LC000001", "LGXCE4CB6S0134553", "1HGCM82633A004352"
HEAD = "车架号,燃料种类,商品编号,申报日期"
ROWS = [
    f"{TESLA},纯电动,8703801090,2026-03-01",
    f"{ATTO3},纯电动,8703801090,2025-12-31",
    "LW433B128N1715235,增程式,8703602300,2026-03-01",
    "TBA,汽油,8703234190,2026-03-01",
]


@pytest.fixture
def manifest(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("\n".join([HEAD, *ROWS]) + "\n", encoding="gb18030")
    return path


def test_explain_is_the_page_that_convinces():
    result = run("explain", TESLA, "--on", "2026-03-01", "--declare", "hs_code=8703809090")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout == EXPLAINED


EXPLAINED = """\
VERDICT CONTROLLED: needs an export licence under this rule
under   China: export licence for new pure electric passenger vehicles (Announcement 54 of 2025)
on      2026-03-01

because vin_pure_electric: The VIN itself tells a pure electric vehicle.
because contradiction_no_vin_code: The code declares a vehicle without a VIN, and the row has one.
        VIN LRW3E7FA: BEV (encoded, grade C, powertrain.evidence.csv: Model 3)
        VIN LRW3****: BEV (encoded, grade A, powertrain.evidence.csv: Model 3)
        VIN LRW***** at 10-11 [LMNPRSTV]*: BEV (encoded, grade A, powertrain.manual.csv: Tesla cars)
        HS 8703809090: only an electric motor, without a VIN, not used: BEV (declared, China tariff 2025, zhitongcaijing.com 1350264)
        contradiction_no_vin_code: HS 8703809090: only an electric motor, without a VIN, not used against a VIN that begins with LRW (declared, China tariff 2025, zhitongcaijing.com 1350264)

1e date            The regime is in force on the declaration date.
                   cn-2025-54 in-force, since 2026-01-01: Whoever exports these goods on or after 1 January 2026 needs an export licence. The announcement itself holds no exception for older contracts, small numbers or goods under way.
2e identity        The VIN is sound and its maker is known.
3g kind            No entry tells a kind that the regime does not cover; what the VIN alone tells of it settles nothing.
                   cn-2025-54 passenger, since 2026-01-01: Covered are vehicles of heading 8703: mainly for persons, at most nine seats with the driver's. Not covered are buses (8702), goods vehicles (8704), special vehicles (8705), motorcycles (8711), and golf carts, all-terrain and snow vehicles (8703.10). Electric tricycles for persons are in 8703 if they steer like a car, or have a reverse gear and a differential; else in 8711.
4h new or used     New is declared, or nothing is: taken as new.
                   cn-2025-54 new, since 2026-01-01: Covered are vehicles that are not used. A used electric vehicle has code 8703801010 and a regime of its own.
5b powertrain      The VIN tells a powertrain that the regime covers.
                   cn-2025-54 only-electric, since 2026-01-01: Covered are vehicles that only electric motors drive. Hybrids and plug-in hybrids (8703.40 to 8703.70) and mild hybrids, whose motor does not drive, are not; they were licensed before. Range-extended and fuel cell vehicles are in doubt.
6a VIN             The code declares a vehicle without a VIN, and the row has one: the contradiction is told.
                   cn-2025-54 with-vin, since 2026-01-01: Covered are vehicles that have a VIN. Low-speed electric vehicles without one are in 8703809090, outside the rule. Where no VIN stands on the row, two facts that agree tell that class: the code, a price of its class, a word for it; a cell that says that there is none counts beside one of these. A blank cell is no fact, and a damaged VIN never one.
7d burden of proof The verdict stands.
                   cn-2025-54 goods-name-rules, since 2026-01-01: The name of the goods is the rule, and HS code 8703801090 is given as a reference. A vehicle that fits the name is taken as controlled whatever code is declared, and a declared code alone does not clear a vehicle.

 1  2  3 | 4  5  6  7  8 | 9 |10 |11 |12 13 14 15 16 17
 L  R  W | 3  E  7  F  A | 1 | L | C | 0  0  0  0  0  1
 WMI       4-8             |   |   |   serial
                           |   |   plant
                           |   model year
                           check digit

check digit     holds (rules of market cn)
manufacturer    Tesla (Shanghai) Co., Ltd.  [registry]
                 wmi.csv LRW: kba;wikibooks;vininfo;wiki-old;cornucopia;ru-list;corgi-community;vin-evidence;vinspecify (row in the vPIC copy is a community patch of the corgi package, not NHTSA data; KBA lists LRW for Tesla)
brand           Tesla  [registry]
country         CN  [registry]
region          Asia  [registry]
                 countries.csv LA-L0: cornucopia-2026;vininfo;vpic-use
model year      2020  [encoded]
                 position 10: 49 CFR 565.15(d)(1); GB 16735-2019; ISO 3779 (the later year of the 30-year cycle that is possible)
                 position 10 allows 1990 or 2020
plant           Shanghai, Shanghai, CN  [registry]
                 plants.csv LRW C: corgi-community;vin2year;vin-evidence
built in        CN  [registry]
vehicle type    car  [encoded]
                 powertrain.evidence.csv LRW3E7FA: labelled listings and registers, 2026-11 (trust: medium) (Model 3; 2 vehicle(s), 1 source(s), year codes MR, plants C)
model           Model 3  [encoded]
                 models.csv LRW3****: https://github.com/Jan21493/vehicle-command (cmd/tesla-control/VININFO.md); https://www.compdesign.ch/tesla-vin, seen 2026-11
body class      Sedan/Saloon  [encoded]
                 models.csv LRW3[ABEF]***: https://github.com/Jan21493/vehicle-command (cmd/tesla-control/VININFO.md); https://www.compdesign.ch/tesla-vin, seen 2026-11
drive type      RWD/Rear-Wheel Drive  [encoded]
                 models.csv LRW3***[ARSJ]: https://github.com/Jan21493/vehicle-command (cmd/tesla-control/VININFO.md); https://www.compdesign.ch/tesla-vin, seen 2026-11 (one motor, at the rear)
powertrain      BEV  [encoded, grade A]
                 powertrain.evidence.csv LRW3****: labelled listings and registers, 2026-11 (trust: high) (Model 3; 1 vehicle(s), 1 source(s))
                 powertrain.manual.csv LRW***** at 10-11 [LMNPRSTV]*: labelled listings, registers and recall lists compared in 2026-11 (Tesla cars; Tesla builds nothing but electric vehicles; no other maker was seen under the code; seen with model years 2020 to 2026; 2027 is to come)

law     MOFCOM, MIIT, GACC and SAMR, Announcement 54 of 2025 of 26 September 2025 (https://www.tradesichuan.com/jmzx/3028.html; confidence high)
law     Foreign Trade Law, revised on 27 December 2025, in force from 1 March 2026 (https://insidernarrative.com/?p=32265; confidence high)
law     Notice on the applications for 2027, published 30 September 2026 (text not read) (https://www.mofcom.gov.cn/zcfb/zc/art/2026/art_c7ac10d2deaa489dbf6346461785c65c.html; confidence high)
law     MOFCOM and GACC, Announcement 89 of 2025 of 30 December 2025: export licence catalogue for 2026 (https://10100.com/article/65966349; confidence high)
rules   cn-2025-54@2026.11-4, data 2026.11+vpic.2026-10. This is no legal advice.
Not checked: whether the exporter is qualified and the brand its own; the licence itself.
"""

CHECKED = """\
'HLX12B155S1261O68': not well formed; check digit cannot_tell
damaged  alphabet: A VIN holds digits and the letters A-Z without I, O and Q.
meant?   HLX12B155S1261068: O read as the digit that it looks like

LRW3E7FA1LC000001: well formed; check digit holds, rules of market cn
note     letter_case: Small letters were read as capitals.
note     spaces: Spaces were taken out.
"""


def test_check_tells_what_is_wrong_and_what_was_meant():
    result = run("check", "HLX12B155S1261O68", " lrw3e7fa1lc000001")
    assert result.exit_code == 1
    assert result.stdout == CHECKED
    assert run("check", TESLA).exit_code == 0
    assert run("check", "").stdout.startswith("'': not well formed")
    assert run("check", "-", text=f"{TESLA}\n{ATTO3}\n").stdout.count("well formed") == 2


def test_a_vin_in_place_of_a_command_is_explained(tmp_path, monkeypatch):
    explained = run("explain", TESLA, "--on", "2026-03-01").stdout
    assert explained.startswith("VERDICT CONTROLLED")
    assert run(TESLA, "--on", "2026-03-01").stdout == explained
    assert run("lrw3-e7fa1lc 000001", "--on", "2026-03-01").stdout.startswith("VERDICT CONTROLLED")
    beside = run(TESLA, ATTO3, "--on", "2026-03-01").stdout
    assert beside == f"{explained}\n{run(ATTO3, '--on', '2026-03-01').stdout}"
    for other in ("nonsense", "list2026.xlsx", "2026", "explains"):
        assert "No such command" in run(other).stderr
    monkeypatch.chdir(tmp_path)
    (tmp_path / TESLA).touch()
    assert "No such command" in run(TESLA).stderr


@pytest.mark.parametrize("between", [" / ", " ", ", ", "\n"])
def test_each_vin_of_a_text_is_explained_in_full(between):
    asked = ("--on", "2026-03-01", "--regime", "cn-2025-54")
    result = run(f"{TESLA}{between}{PETROL}", *asked)
    assert result.exit_code == 0, result.output
    head, first, second = re.split(r"\n[12]/2  \S+\n\n", result.stdout)
    assert head.startswith("VERDICT CONTROLLED")
    assert f"1/2  {TESLA}  CONTROLLED" in head
    assert f"2/2  {PETROL}  OUT_OF_SCOPE" in head
    for page, verdict, kind in ((first, "CONTROLLED", "BEV"), (second, "OUT_OF_SCOPE", "ICE")):
        assert page.startswith(f"VERDICT {verdict}")
        assert re.search(rf"^powertrain +{kind} ", page, re.MULTILINE)
        assert "burden of proof" in page
    both = run("explain", f"{TESLA}{between}{PETROL}", *asked, "--format", "json")
    row = Explanation.model_validate_json(both.stdout)
    assert [one.vehicle.vin for one in row.vehicles] == [TESLA, PETROL]


def test_lines_are_broken_at_words_whatever_the_width(manifest, tmp_path):
    out = tmp_path / "a folder" / ("with-a-long_name" * 4)
    for arguments in (["explain", TESLA, "--on", "2026-03-01"], ["screen", manifest, "--out", out]):
        for lang in ("en", "zh"):
            whole = run(*arguments, "--lang", lang).stdout
            for width in (60, 80, 120):
                lines = run(*arguments, "--lang", lang, width=width).stdout.splitlines()
                assert max(map(cells, lines)) <= width
                assert re.sub(r"\s+|\d\.\d s", "", "".join(lines)) == re.sub(
                    r"\s+|\d\.\d s", "", whole
                )


def test_json_is_the_models():
    assert (
        Vehicle.model_validate_json(run("decode", TESLA, "--format", "json").stdout).brand.value
        == "Tesla"
    )
    assert Check.model_validate_json(run("check", TESLA, "--format", "json").stdout).vin == TESLA
    assert (
        Explanation.model_validate_json(
            run("explain", TESLA, "--on", "2026-03-01", "--format", "json").stdout
        ).finding.verdict
        == "controlled"
    )
    lines = run("decode", TESLA, ATTO3, "--format", "jsonl").stdout.splitlines()
    assert [Vehicle.model_validate_json(line).vin for line in lines] == [TESLA, ATTO3]
    assert [
        item["vin"] for item in json.loads(run("decode", TESLA, ATTO3, "--format", "json").stdout)
    ] == [TESLA, ATTO3]


def test_decode_many(tmp_path):
    file = tmp_path / "vins.txt"
    file.write_text(f"\ufeff{TESLA}\n\nnonsense\n{ATTO3}\n", encoding="utf-8")
    result = run("decode", f"@{file}", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert result.exit_code == 1
    assert [row["vin"] for row in rows] == [TESLA, "", ATTO3]
    assert (rows[0]["powertrain"], rows[1]["problems"]) == ("BEV", "not_a_vin;letter_case")
    gone = run("decode", f"@{tmp_path / 'gone.txt'}")
    assert (gone.exit_code, "cannot be read" in gone.stderr) == (3, True)


def test_wmi():
    assert run("wmi", "lgx").stdout.startswith("LGX    BYD Auto Co., Ltd.")
    assert "LGW    Great Wall Motor" in run("wmi", "great wall").stdout
    assert "LGX    BYD Auto Co., Ltd." in run("wmi", "比亚迪").stdout
    assert "brands: BYD 比亚迪" in run("wmi", "LGX").stdout
    unknown = run("wmi", "LQQ")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "belong" not in unknown.stderr
    assert json.loads(run("wmi", "LRW", "--format", "json").stdout)[0]["brands"] == ["Tesla"]


def test_wmi_of_several_makers():
    lines = run("wmi", "1gh").stdout.splitlines()
    assert lines[0] == "1GH    General Motors LLC  [US; suv]"
    assert lines[1] == "       brands: Holden 霍顿, Oldsmobile 奥兹莫比尔"
    assert lines[3] == "1GH    General Motors LLC  [US; suv]  model years 1990-2004"
    assert lines[5].startswith(
        "       sources: vpic (confidence high); overrides Holden, Oldsmobile:"
    )
    rows = json.loads(run("wmi", "4B9038", "--format", "json").stdout)
    keys = ("year_from", "year_to", "file", "chinese")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        (None, None, "wmi.csv", {"BYD": "比亚迪"}),
        (2013, 2023, "wmi.manual.csv", {"BYD": "比亚迪"}),
        (2024, None, "wmi.manual.csv", {}),
    ]
    assert all(row["source"] and row["note"] for row in rows[1:])


def test_screen_prints_one_object(manifest):
    result = run("screen", manifest, "--format", "json")
    summary = Summary.model_validate_json(result.stdout)
    assert result.exit_code == 0
    assert (summary.rows_read, summary.rows_out) == (4, 4)
    assert summary.verdicts == {"controlled": 1, "review": 2, "out_of_scope": 0, "invalid": 1}
    assert summary.reasons["date_alone"] == 1
    assert summary.mapping == {
        "vin": "车架号",
        "fuel": "燃料种类",
        "hs_code": "商品编号",
        "declaration_date": "申报日期",
    }
    assert (summary.encoding, summary.on, summary.outputs) == ("gb18030", "per row: 申报日期", ())


@pytest.mark.parametrize(
    ("keep", "fail_on", "code"),
    [(ROWS, "controlled", 1), (ROWS[1:], "controlled", 0), (ROWS[1:], "review", 1), (ROWS[1:2], "review", 1), ([ROWS[1], ROWS[1]], "invalid", 0), (ROWS[3:], "invalid", 1), (ROWS[3:], "review", 0), (ROWS, None, 0)],
)  # fmt: skip
def test_fail_on(tmp_path, keep, fail_on, code):
    path = tmp_path / "list.csv"
    path.write_text("\n".join([HEAD, *keep]) + "\n", encoding="utf-8")
    assert run("screen", path, *(["--fail-on", fail_on] if fail_on else [])).exit_code == code


def test_the_date_is_reported(manifest, tmp_path):
    path = tmp_path / "undated.csv"
    path.write_text(f"vin\n{TESLA}\n", encoding="utf-8")
    result = run("screen", path)
    assert f"judged for today, {date.today()}" in result.stderr
    assert (
        run("screen", path, "--on", "2025-12-31", "--format", "json").stdout.count(
            '"out_of_scope": 1'
        )
        == 4  # of all rows, by regime, by brand, by file
    )
    assert (
        Summary.model_validate_json(
            run(
                "screen",
                manifest,
                "--on",
                "2025-01-01",
                "--regime",
                "cn-2025-54",
                "--format",
                "json",
            ).stdout
        ).verdicts["out_of_scope"]
        == 4
    )


def test_screen_from_standard_input():
    result = subprocess.run(
        [sys.executable, "-m", "vintool.cli.main", "screen", "-", "--format", "json", "--on", "2026-03-01"],
        input=f"vin\n{TESLA}\n".encode(), capture_output=True, check=True,
    )  # fmt: skip
    assert json.loads(result.stdout)["verdicts"]["controlled"] == 1
    assert result.stderr == b""


@pytest.mark.parametrize(
    ("content", "options", "code", "said"),
    [
        (b"", [], 3, "the file is empty"),
        (b"make,colour\nBYD,red\n", [], 3, "no column looks like it holds VINs"),
        (b"Frame No,Chassis No\nGJ7-123456,GP5-1234567\n", [], 2, "could each be the column of vin"),
        (f"Frame No,Chassis No\n{TESLA},{ATTO3}\n".encode(), ["--map", "vin=Frame No"], 0, ""),
        (f"VIN\n{TESLA}\n".encode(), ["--map", "vin=Frame"], 2, "no column of the name given for vin"),
        (f"VIN\n{TESLA}\n".encode(), ["--map", "vin"], 2, "write it as NAME=VALUE"),
        (f"VIN\n{TESLA}\n".encode(), ["--on", "1.3.2026"], 2, "write it as 2026-03-01"),
        (f"VIN\n{TESLA}\n".encode(), ["--regime", "xx"], 2, "no regime"),
        (f"VIN,make\n{TESLA},\u6bd4\u4e9a\u8fea\n".encode("utf-16-le"), ["--encoding", "utf-8"], 3, "--encoding"),
        (b"PAR1 truncated", [], 3, "list.csv"),
        (b"PK\x03\x04 truncated", [], 3, "list.csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), [], 3, "password"),
    ],
)  # fmt: skip
def test_bad_input_is_reported_with_the_next_step(tmp_path, content, options, code, said):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    result = (
        run("screen", path, "--on", "2026-03-01", *options)
        if "--on" not in options
        else run("screen", path, *options)
    )
    assert result.exit_code == code, result.output
    assert said in result.stderr
    assert TESLA not in result.stderr
    assert "Traceback" not in result.output


def test_missing_files_and_folders(tmp_path):
    assert (run("screen", tmp_path / "gone.csv").exit_code, run("screen", tmp_path).exit_code) == (
        3,
        3,
    )


def test_an_unforeseen_error_is_exit_4_and_tells_no_data(tmp_path):
    script = "import vintool.files.screen as r\ndef broken(*a, **k): raise RuntimeError('LRW3E7FA1LC000001')\nr.screen_run = broken\nfrom vintool.cli.main import main\nmain()"
    path = tmp_path / "list.csv"
    path.write_text(f"vin\n{TESLA}\n", encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-c", script, "screen", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (4, "")
    assert "RuntimeError" in result.stderr
    assert TESLA not in result.stderr


def test_demo(tmp_path):
    result = run("demo", "--out", tmp_path)
    assert result.exit_code == 0
    assert "348 rows read, 348 rows out, 1 blank skipped, 1 set apart" in result.stdout
    assert sorted(file.name for file in (tmp_path / "vintool-demo").iterdir()) == [
        "annotated.csv",
        "cleared_by_date.csv",
        "exceptions.csv",
        "exceptions.xlsx",
        "ledger.csv",
        "report.html",
        "rows.parquet",
        "run.json",
        "statistics.csv",
    ]
    states = {row["state"] for row in read_csv(tmp_path / "vintool-demo" / "ledger.csv")}
    assert {"used up", "exceeded", "expired", "wrong_exporter", "unknown", "missing"} <= states
    verdicts = json.loads((tmp_path / "vintool-demo" / "run.json").read_text(encoding="utf-8"))[
        "summary"
    ]["verdicts"]
    assert all(verdicts.values())


def test_every_command_has_help_with_an_example():
    for name, command in cli.commands.items():
        result = run(name, "--help")
        assert result.exit_code == 0
        assert name == "demo" or f"vintool {name}" in command.help


def test_colour_only_for_terminals_that_want_it():
    assert "\x1b" not in run("explain", TESLA, "--on", "2026-03-01").stdout
    runner = CliRunner(env={"NO_COLOR": "1"})
    assert (
        "\x1b"
        not in runner.invoke(cli, ["explain", TESLA, "--on", "2026-03-01"], color=True).stdout
    )
    assert (
        "\x1b"
        in CliRunner(env={"NO_COLOR": None})
        .invoke(cli, ["explain", TESLA, "--on", "2026-03-01"], color=True)
        .stdout
    )


LIGHT = """
import sys
import vintool
heavy = {"numpy", "pyarrow", "click", "rich", "jinja2", "openpyxl", "pydantic", "stdnum"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
from vintool.cli.main import cli
for command in ("decode", "check"):
    try:
        cli([command, "LRW3E7FA1LC000001"])
    except SystemExit as done:
        assert done.code == 0
heavy -= {"click"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
"""

NO_DATA = """
import sys
opened = []
sys.addaudithook(lambda event, arguments: event == "open" and opened.append(str(arguments[0])))
import vintool
assert not [name for name in opened if "wmi_data" in name and not name.endswith((".py", ".pyc"))]
vintool.decode("5YJ3E1EAXHF000316")
assert any(name.endswith("patterns.txt") for name in opened)
"""


def test_import_touches_no_data():
    result = subprocess.run(
        [sys.executable, "-c", NO_DATA], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_one_vin_loads_no_arrays():
    result = subprocess.run(
        [sys.executable, "-c", LIGHT], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_a_doubt_of_another_rule_does_not_hide_that_a_row_needs_a_licence(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(f"VIN,Fuel,HS code,Condition\n{ATTO3},BEV,8703801090,used\n", encoding="utf-8")
    out = tmp_path / "out"
    result = run("screen", path, "--on", "2026-03-01", "--fail-on", "controlled", "--out", out)
    assert result.exit_code == 1
    assert "1 row is for review, but needs a licence in any case (cn-2025-54)" in result.stdout
    assert "cn-2025-54=controlled" in (out / "exceptions.csv").read_text(encoding="utf-8-sig")
    assert "needs a licence in any case (cn-2025-54)" in (out / "report.html").read_text(
        encoding="utf-8"
    )
