"""With ``--lang zh`` no sentence of ours is left in English, whatever is put in.

Left as they are, and so let through: what stands in the input (cells, names of columns, sheets and files) and what stands in
the reference data (names, models, sources, meanings of codes). All else is ours: three English words in a row are found.
"""

import re
import tomllib
import zipfile
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from support import ON
from support.commands import run
from support.desk import ICE, PETROL, tesla

import wmi_data
from vintool.cli.screen import SAMPLES
from vintool.report.evidence import evidence_in
from vintool.report.language import language
from vintool.report.wrapping import wrapped

DATA = Path(wmi_data.__file__).parent
WORDS = re.compile(r"[A-Za-z][a-z']+(?: [a-z][a-z']+){2,}")
DATES = ("12/03/2026", "03/13/2026", "13/03/2026", "soon", "March 2026", "2026-03-12")
BYD, SONG = "LGXCE4CB6S0134553", "LGXC74C48P0320453"
NUMBERS = (tesla(1), BYD, ICE, PETROL, SONG, "LRW3E7FA2LC000001", "LRW3E7FA1LC00000", "TBA", "nonsense")  # fmt: skip


def sources(value):
    """Where the law was read, in a file of a regime: data, unlike what it says."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        if key == "source" and isinstance(part, str):
            yield part.replace(";", ",")
        elif isinstance(part, dict | list):
            yield from sources(part)


@pytest.fixture(scope="module")
def of_the_data():
    texts = [path.read_text(encoding="utf-8") for path in DATA.glob("*.csv")]
    for path in DATA.glob("regimes/*.toml"):
        texts += sources(tomllib.loads(path.read_text(encoding="utf-8")))
    return "\n".join(texts).casefold()


class Words(HTMLParser):
    """What a page says: its text, and what its script and a screen reader say."""

    def __init__(self, source):
        super().__init__()
        self.said, self.silent = [], 0
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.silent += tag in {"script", "style"}
        self.said += [text or "" for name, text in attrs if name.startswith(("data-", "aria-label"))]  # fmt: skip

    def handle_endtag(self, tag):
        self.silent -= tag in {"script", "style"}

    def handle_data(self, data):
        if not self.silent:
            self.said.append(data)


def words_of(folder):
    """What the outputs of a run say, but for the columns that are data in every language."""
    yield from Words((folder / "report.html").read_text(encoding="utf-8")).said
    for path in folder.glob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        yield from book.sheetnames
        for sheet in book:
            rows = [*sheet.iter_rows()]
            tops = [[cell.value for cell in row] for row in rows]
            header = next((top for top in tops if "vin_verdict" in top), tops[0])
            for row in rows:
                for name, cell in zip(header, row, strict=False):
                    if isinstance(cell.value, str) and not str(name).startswith("vin_"):
                        yield cell.value
                    if cell.comment:
                        yield cell.comment.text
            for one in sheet.data_validations.dataValidation:
                yield from filter(None, (one.prompt, one.promptTitle, one.error, one.errorTitle, one.formula1))  # fmt: skip


def english(texts, *allowed):
    """The pieces in English that none of the texts let through holds."""
    lines = (line for text in texts for line in re.split('\n|","', text))
    found = {piece: line.strip()[:300] for line in lines for piece in WORDS.findall(line)}
    return {piece: line for piece, line in found.items() if not any(piece.casefold() in one for one in allowed)}  # fmt: skip


def put_files(folder):
    """Files of many kinds, and what stands in them."""
    head = "VIN,Second VIN,Qty,HS code,Fuel,Condition,Declaration date,Licence no,Exporter,Unread remarks"
    lines = [
        f"{vin},{other},{n},{code},{fuel},{state},{DATES[n % 6]},26-XX-00000{n},Some Exporter {n},text"
        for n, (vin, other, code, fuel, state) in enumerate(
            zip(
                NUMBERS,
                ("", SONG, "", "无", *[""] * 5),
                ("8703801090", "8703600000", "8703809090", "8704600000", "8703801010", "8711600010", "8702400000", "", "8703"),
                ("petrol", "纯电动", "", "增程式", "electric", "hydrogen", "", "EV", "diesel"),
                ("new", "used", "旧", "", "new", "", "used", "", ""),
                strict=True,
            )
        )
    ]  # fmt: skip
    table = "\n".join([head, *lines, ",,9,,,,,,,TOTAL"])
    (folder / "a.csv").write_text(table, encoding="utf-8")
    (folder / "german.csv").write_bytes(f"Fahrgestellnummer;Händler\n{tesla(3)};Müller\n".encode("cp1252"))  # fmt: skip
    (folder / "empty.csv").write_text("", encoding="utf-8")
    (folder / "no_vin.csv").write_text("Name,Colour\nx,red\n", encoding="utf-8")
    (folder / "some.bin").write_bytes(bytes(range(256)) * 8)
    book = openpyxl.Workbook()
    for row in (
        ("PACKING LIST",),
        ("VIN", "Model", "Price"),
        (tesla(4), "Model 3", "=1+1"),
        (BYD, "", 3),
        ("TOTAL", "", 9),
    ):
        book.active.append(row)  # fmt: skip
    book.active.row_dimensions[4].hidden = True
    book.create_sheet("Notes")["A1"] = "shipped"
    book.save(folder / "list.xlsx")
    mail = EmailMessage()
    mail["Subject"] = "cars"
    mail.set_content(f"Please see the list: {tesla(5)}")
    mail.add_attachment((folder / "list.xlsx").read_bytes(), maintype="application", subtype="octet-stream", filename="list.xlsx")  # fmt: skip
    (folder / "mail.eml").write_bytes(bytes(mail))
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.write(folder / "a.csv", "inner.csv")
        archive.writestr("picture.png", b"\x89PNG")
    return f"{table}\nName Colour Please see the list PACKING LIST".casefold()


@pytest.mark.parametrize("lists", [False, True])
def test_a_run_says_nothing_of_its_own_in_english(tmp_path, of_the_data, lists):
    cells = put_files(tmp_path)
    samples = [*SAMPLES.glob("*.csv")]
    cells += "\n".join(path.read_text(encoding="gb18030", errors="replace") for path in samples).casefold()  # fmt: skip
    options = [*("--lang", "zh", "--verbose", "--out")]
    given = ["--exporters", SAMPLES / "exporters.csv", "--licences", SAMPLES / "licences.csv"] * lists  # fmt: skip
    before = run("screen", SAMPLES / "manifest.csv", *given, *options, tmp_path / "before")
    files = [tmp_path / name for name in ("a.csv", "german.csv", "list.xlsx", "mail.eml", "all.zip")]  # fmt: skip
    unread = [tmp_path / name for name in ("empty.csv", "no_vin.csv", "some.bin")]
    since = ["--since", tmp_path / "before"]
    result = run("screen", *files, *unread, *given, *since, *options, tmp_path / "now")
    said = [before.stdout, before.stderr, result.stdout, result.stderr]
    said += [*words_of(tmp_path / "before"), *words_of(tmp_path / "now")]
    assert len("".join(said)) > 50_000
    assert english(said, cells, of_the_data) == {}


WRONG = (  # command lines
    "nosuch",
    "screen",
    "screen --foo x",
    "screen x --fail-on zz",
    "screen x --map vin",
    "screen x --regime zz",
    "screen x --single-window",
    "screen x --since y",
    "screen nofile.csv",
    "screen *.zzz",
    "screen a.csv --map fule=VIN",
    "screen a.csv --map fuel=Foo",
    "screen a.csv --sheet x",
    "screen a.csv --encoding zz",
    "screen a.csv --exporters german.csv",
    "screen a.csv --licences a.csv",
    "screen a.csv --decisions a.csv",
    "screen a.csv --confirmations no_vin.csv",
    "screen a.csv --catalogue a.csv",
    "screen a.csv --since a.csv --out o",
    "screen a.csv --evidence a.csv",
    "screen a.csv --evidence nofile",
    "screen a.csv --out /proc/x",
    "explain",
    "explain LRW3E7FA1LC000001 --on soon",
    "explain LRW3E7FA1LC000001 --on 0226-01-01",
    "explain LRW3E7FA1LC000001 --declare foo=1",
    "decode x --market zz",
    "decode @nofile",
    "law zzz",
    "wmi QQQ",
    "data build --vpic nofile",
    "data build --vpic a.csv",
    "learn a.csv --min-support x",
    "learn a.csv --preset zz",
    "learn a.csv",
    "learn a.csv --vin VIN --label Condition",
    "demo --out /proc/x",
)
DAMAGED = {
    "bad.parquet": b"PAR1xxxxPAR1",
    "bad.arrow": b"ARROW1\0\0xxxx",
    "bad.json": b'[{"vin":"LRW3E7FA1LC000001"',
    "bad.jsonl": b'{"vin":"LRW3E7FA1LC000001"}\n{"vin"\n',
    "twice.jsonl": b'{"vin":"LRW3E7FA1LC000001","vin":"x"}\n',
    "quote.csv": b'VIN,a\nLRW3E7FA1LC000001,"x\nLRW3E7FA2LC000002,y\n',
    "nul.csv": b"VIN\nLRW\0E7FA1LC000001\n",
    "wide.csv": b"VIN,a\n" + b"LRW3E7FA1LC000001,b\n" * 200 + b"x," * 16_000 + b"\n",
    "picture.csv": b"\x89PNGxxxx",
    "bad.7z": b"7z\xbc\xaf'\x1c",
    "bad.gz": b"\x1f\x8b\x08xxxx",
    "bad.zip": b"PK\x03\x04xxxx",
    "bad.pdf": b"%PDF-1.4 xx",
    "bad.xml": b'<?xml version="1.0"?><a><b></a>',
    "entity.xml": b'<?xml version="1.0"?><!DOCTYPE a><a/>',
    "cut.xml": b"<?xml",
    "cut.html": b"<html><body><table><tr><td>VIN</td>",
    "text.xls": b"{\\rtf1 x}",
    "bad.msg": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600,
    "no_list.eml": b"From: a\nSubject: b\n\nhello",
}


def said_by(result):
    """What a command prints, but for the examples of its usage and the way to install a library."""
    return [re.sub(r"'vintool [a-z ]*|\bcli [a-z ]+|pip install [a-z]+", "", text) for text in (result.stdout, result.stderr)]  # fmt: skip


def test_what_is_wrong_is_said_in_chinese(tmp_path, monkeypatch, of_the_data):
    monkeypatch.chdir(tmp_path)
    cells = put_files(tmp_path)
    for name, content in DAMAGED.items():
        (tmp_path / name).write_bytes(content)
    left = {}
    for line in (*WRONG, *(f"screen {name}" for name in DAMAGED)):
        result = run(*line.split(), "--lang", "zh")
        assert line == "learn a.csv" or result.exit_code in {1, 2, 3}, line
        assert re.search("[一-鿿]", result.stderr), line
        left |= {(line, piece): text for piece, text in english(said_by(result), cells, of_the_data).items()}  # fmt: skip
    assert left == {}


def test_help_is_chinese_but_for_its_examples():
    for command in ("", "decode", "check", "screen", "explain", "wmi", "law", "data", "data build", "data conflicts", "learn", "demo"):  # fmt: skip
        result = run(*command.split(), "--help", "--lang", "zh")
        assert result.exit_code == 0
        assert "显示本帮助并退出" in result.stdout
        lines = [
            line for line in result.stdout.split("\n") if not re.match(" *(vintool|用法)", line)
        ]
        assert english(lines) == {}, command
        assert run(*command.split(), "--help").stdout.startswith("Usage: ")


def test_single_vins_are_explained_in_chinese(of_the_data):
    papers = ((), ("fuel=petrol", "hs_code=8703801090"), ("condition=used", "registration_date=2025-12-01"))  # fmt: skip
    for declared in papers:
        entries = [part for one in declared for part in ("--declare", one)]
        result = run("explain", *NUMBERS, f"{tesla(1)} {SONG}", "--on", ON, *entries, "--lang", "zh")  # fmt: skip
        assert result.exit_code == 0
        # Behind each fact its sources stand as the data has them.
        ours = [line for line in result.stdout.split("\n") if not re.match(r" {17}\S|vPIC", line)]
        assert english(ours, of_the_data) == {}
    assert english([run("check", *NUMBERS, "--lang", "zh").stdout]) == {}
    about, _ = run("data", "--lang", "zh").stdout.split("\n\n")  # then tables by name
    assert english([about]) == {}


def test_what_a_vehicle_and_its_papers_say_is_chinese():
    entries = ("hs_code=8703801090", "fuel=petrol")
    declared = [part for one in entries for part in ("--declare", one)]
    said = run("explain", tesla(1), "--on", ON, *declared, "--lang", "zh").stdout
    assert "HS 8703801090：仅装电动机，有车辆识别代号，非二手车：BEV（申报" in said
    assert "VIN LRW***** 第 10-11 位 [LMNPRSTV]*：BEV" in said
    assert "车辆识别代号所示 BEV，而另一方为燃料 'petrol'，ICE（申报" in said
    assert "第 10 位: 49 CFR 565.15(d)(1)" in said
    assert "(30 年周期中可能的年份取较晚者)" in said
    assert re.search("^车辆类型 +乘用车 ", said, re.MULTILINE)
    zh = language("zh")
    for line, chinese in (
        ("duplicate_vin: the VIN of row 5", "duplicate_vin：第 5 行的车辆识别代号"),
        ("HS 870360: petrol plug-in hybrid: PHEV", "HS 870360：汽油插电式混合动力：PHEV"),
        ("HS 8703809090: without a VIN, not used", "HS 8703809090：无车辆识别代号，非二手车"),
        ("UN 3556: vehicle, lithium ion battery powered", "UN 3556：车辆，锂离子电池驱动"),
        ("x: make BYD against Tesla by WMI LRW", "x：品牌 BYD，而另一方为WMI LRW 所示 Tesla"),
        ("exporter: new co (declared, a.csv row 2)", "出口商：new co（申报，a.csv 第 2 行）"),
    ):
        assert evidence_in(line, zh) == chinese


def test_what_is_looked_up_is_chinese_as_far_as_the_catalogue_goes():
    law = run("law", "cn-2025-54", "--lang", "zh").stdout
    for text in ("**中国：新的纯电动乘用车", "## 管理范围", "自 2026-01-01 起施行。", "**施行时间:**", "2026年1月1日起出口此类货物的"):  # fmt: skip
        assert text in law
    assert "Where it is written" not in law
    line = run("law", "8703801090", "--lang", "zh").stdout
    assert "仅装电动机, 有车辆识别代号, 非二手车; 需出口许可证; 自 2026-01-01 起" in line
    assert "（" in run("law", "--lang", "zh").stdout
    maker = run("wmi", "LGX", "--lang", "zh").stdout
    assert "乘用车" in maker
    assert "来源: " in maker
    assert "可信度" in maker
    nobody = run("wmi", "QQQ", "--lang", "zh")
    assert (nobody.exit_code, "登记库中没有生产企业 'QQQ'" in nobody.stderr) == (1, True)


def test_a_page_of_law_is_a_text_on_the_terminal():
    for lang in ("en", "zh"):
        law = run("law", "cn-2025-54", "--lang", lang).stdout
        assert not re.search(r"<!--|\]\(|README", law)
    assert "what each means: vintool law CODE" in run("law", "cn-2025-54").stdout


@pytest.mark.parametrize("width", [60, 79, 100])
def test_no_line_begins_with_a_sign_that_closes(width):
    texts = run("explain", *NUMBERS, "--on", ON, "--lang", "zh").stdout.split("\n")
    lines = [line for text in texts for line in wrapped(text, width)]
    assert len(lines) > len(texts)
    assert [line for line in lines if re.match(r" *[])）。，、；：”》]", line) or line.endswith(("（", "《", "“"))] == []  # fmt: skip
