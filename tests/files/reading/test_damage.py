"""Odd and hostile files through the command line: exit code, message and row count of each."""

import gzip
import json
import struct
import subprocess
import sys
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import ON, ROOT, handmade, mutants
from support.commands import run
from support.killers import KILLERS
from support.manifests import put
from support.readers import TABLE, VINS

LINES = [f"{n},{vin},BYD" for n, vin in enumerate(VINS[:20], 1)]
CSV = "No,VIN,Make\n" + "\n".join(LINES) + "\n"


def text(data):
    return lambda path: put(path, data)


def parts(**contents):
    """A zip of these parts."""

    def write(path):
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in contents.items():
                archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
        return path

    return write


def book(body, **options):
    return lambda path: handmade.xlsx_workbook(path, {"S": handmade.xlsx_sheet(body, **options)})


def parquet(table, cut=None, **options):
    def write(path):
        pq.write_table(table, path, **options)
        return put(path, path.read_bytes()[slice(*cut)] if cut else path.read_bytes())

    return write


ROWS = "".join(handmade.xlsx_row(n, texts) for n, texts in enumerate(TABLE, 1))
FAR_ROW = '<row r="4294967295"><c r="A4294967295"><v>1</v></c></row>'
TWICE = "".join(handmade.xlsx_row(n % 21 + 1, texts) for n, texts in enumerate([*TABLE, *TABLE]))
LINE = json.dumps({"VIN": VINS[0]}) + "\n"
ARROW = pa.table({"vin": VINS[:20]})

# name -> how it is written, the exit code, rows, and what the message or a note says
FILES = {
    "crlf.csv": (text(CSV.replace("\n", "\r\n")), 0, 20, ""),
    "cr.csv": (text(CSV.replace("\n", "\r")), 0, 20, ""),
    "mixed ends.csv": (text(CSV.replace("\n", "\r\n", 9).replace("\n", "\r", 1)), 0, 20, ""),
    "no last end.csv": (text(CSV[:-1]), 0, 20, ""),
    "many last ends.csv": (text(CSV + "\n" * 50), 0, 20, ""),
    "two marks.csv": (text(b"\xef\xbb\xbf" + CSV.encode()), 0, 20, ""),
    "utf16 no mark.csv": (text(CSV.encode("utf-16-be")), 0, 20, "UTF-16-BE"),
    "gbk.csv": (text(CSV.replace("Make", "品牌").encode("gbk")), 0, 20, "GB18030"),
    "utf16 odd.csv": (text(CSV.encode("utf-16")[:-1]), 3, None, "not valid UTF-16"),
    "damaged utf8.csv": (text((CSV + "21,x,比亚迪汽车\n").encode() + b"22,\xb1\xc8,x\n"), 3, None, "row 23"),
    "nul.csv": (text(CSV.replace("BYD", "B\0D", 1)), 3, None, "NUL"),
    "empty.csv": (text(""), 3, None, "empty"),
    "blank.csv": (text("\n \n\n"), 3, None, "no column looks like it holds VINs"),
    "one vin.txt": (text(VINS[0]), 0, 1, ""),
    "header only.csv": (text("VIN,Make"), 0, 0, "no rows"),
    "ragged.csv": (text(CSV.replace("BYD", "BYD,,,x,y", 3).replace(",BYD", "", 1)), 0, 20, "7 cells"),
    "wide.csv": (text(CSV + "," * 20_000 + "\n"), 3, None, "20001 cells"),
    "open quote.csv": (text(CSV.replace("BYD", '"BYD', 1)), 3, None, "quotation mark"),
    "long cell.csv": (text(CSV.replace("BYD", "B" * (9 << 20), 1)), 3, None, "a record is longer than"),
    "formulas.csv": (text(CSV.replace("BYD", "=cmd|' /C calc'!A0")), 0, 20, ""),
    "titles.csv": (text("Export list\nMV Example\n\n" + CSV), 0, 20, "2 title row(s)"),
    "mail.txt": (text(f"Dear all,\nhere: {VINS[0]} and\nnothing\n"), 0, 1, "text and no table"),
    "prose.txt": (text("Dear all,\nno list today.\n"), 3, None, "no column looks like it holds VINs"),
    "page.xls": (text(f"<html><table><tr><td>VIN{''.join(f'<tr><td>{vin}' for vin in VINS[:20])}</table>"), 0, 20, ""),
    "frames.htm": (text("<html><frameset><frame src=sheet001.htm></frameset></html>"), 3, None, "shows other pages"),
    "rtf.csv": (text("{\\rtf1 VIN}"), 3, None, "text document"),
    "torn.docx": (parts(word__document_xml="<x>"), 3, None, "damaged"),
    "pdf.csv": (text("%PDF-1.4"), 3, None, "PDF"),
    "x.bz2": (text("BZh91AY"), 3, None, "bzip2"),
    "x.xz": (text(b"\xfd7zXZ\0"), 3, None, "xz archive"),
    "photo.csv": (text(b"\xff\xd8\xff\xe0"), 3, None, "picture"),
    "scan.png": (text(b"\x89PNG\r\n"), 3, None, "picture"),
    "x.db": (text("SQLite format 3\0"), 3, None, "SQLite"),
    "old.feather": (text("FEA1\0\0"), 3, None, "Feather"),
    "x.avro": (text("Obj\1"), 3, None, "Avro"),
    "x.rar": (text("Rar!\x1a\x07\0"), 3, None, "RAR"),
    "array.json": (text(f"[{LINE},{LINE}]"), 0, 2, ""),
    "torn.json": (text(f"[{LINE},{LINE[:-4]}"), 3, None, "row 2: the JSON is damaged or cut short"),
    "twice.json": (text('[{"VIN":"a"},{"VIN":"a","VIN":"b"}]'), 3, None, "row 2: a record names a key twice"),
    "deep.json": (text("[" * 200_000), 3, None, "damaged"),
    "behind.json": (text(f"[{LINE}] x"), 3, None, "something stands behind"),
    "lines.jsonl": (text(LINE * 20), 0, 20, ""),
    "torn.jsonl": (text(LINE * 20 + LINE[:-4]), 3, None, "row 21: the line is no JSON object"),
    "twice.jsonl": (text(LINE + '{"VIN":"a","VIN":"b"}'), 3, None, "row 2: the line names a key twice"),
    "deep.jsonl": (text(LINE + '{"a":' + "[" * 200_000), 3, None, "row 2"),
    "big number.jsonl": (text(LINE[:-2] + ',"n":' + "9" * 9000 + "}"), 0, 1, ""),
    "packed.csv.gz": (text(gzip.compress(CSV.encode())), 0, 20, ""),
    "two members.csv.gz": (text(gzip.compress(CSV.encode()) + gzip.compress("\n".join(LINES).encode())), 0, 40, ""),
    "cut.csv.gz": (text(gzip.compress(CSV.encode())[:-9]), 3, None, "cut short"),
    "rubbish behind.csv.gz": (text(gzip.compress(CSV.encode()) + b"x"), 3, None, "cut short"),
    "wrong sum.csv.gz": (text(gzip.compress(CSV.encode())[:-8] + bytes(8)), 3, None, "cut short"),
    "packed twice.gz": (text(gzip.compress(gzip.compress(b"x"))), 3, None, "packed twice"),
    "ok.xlsx": (book(ROWS), 0, 20, ""),
    "lies.xlsx": (book(ROWS, dimension="A1:B2"), 0, 20, ""),
    "far column.xlsx": (book(ROWS.replace("</row>", handmade.xlsx_cell("XFD1", "x") + "</row>", 1)), 0, 20, "XFD1"),
    "far row.xlsx": (book(ROWS + FAR_ROW), 3, None, "damaged"),
    "cut.xlsx": (lambda p: put(p, handmade.xlsx_workbook(p, {"S": handmade.xlsx_table(TABLE)}).read_bytes()[:-30]), 3, None, "damaged"),
    "rows twice.xlsx": (book(TWICE), 3, None, "rows with content were read"),
    "no sheets.xlsx": (lambda p: handmade.xlsx_workbook(p, {}), 3, None, "no sheet to read"),
    "hidden.xlsx": (lambda p: handmade.xlsx_workbook(p, {"S": handmade.xlsx_table(TABLE)}, hidden=frozenset("S")), 3, None, "hidden sheets"),
    "word.docx": (parts(word__document_xml="<x/>"), 3, None, "no VIN in its text"),
    "plain.zip": (parts(a="x"), 3, None, "no column looks like it holds VINs"),
    "pictures.zip": (parts(**{"a.png": b"\x89PNG"}), 3, None, "no list that can be read"),
    "doctype.xls": (text('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'), 3, None, "DOCTYPE"),
    "ok.xls": (lambda p: handmade.xls_workbook(p, TABLE), 0, 20, ""),
    "cut.xls": (lambda p: put(p, handmade.xls_workbook(p, TABLE).read_bytes()[:3000]), 3, None, "damaged"),
    "ok.ods": (lambda p: handmade.ods_document(p, {"S": handmade.ods_table(TABLE)}), 0, 20, ""),
    "same rows.ods": (lambda p: handmade.ods_document(p, {"S": "".join(map(handmade.ods_row, TABLE)) + handmade.ods_row(["1", VINS[0]], ' table:number-rows-repeated="500"')}), 0, 520, ""),
    "ok.parquet": (parquet(ARROW), 0, 20, ""),
    "empty.parquet": (parquet(ARROW.slice(0, 0)), 0, 0, "no rows"),
    "no footer.parquet": (parquet(ARROW, cut=(0, -9)), 3, None, "cut short"),
    "only mark.parquet": (text("PAR1"), 3, None, "cut short"),
    "nested.parquet": (parquet(pa.table({"vin": [[1]] * 3})), 0, 3, ""),
    "cut.arrow": (text(b"ARROW1\0\0" + b"\xff" * 40), 3, None, "cut short"),
    "doctype.xml": (text('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><DecMessage/>'), 3, None, "DOCTYPE"),
    "other.xml": (text('<?xml version="1.0"?><rows/>'), 3, None, "no declaration"),
    **{f"{name}.{name.partition('-')[0]}": (write, 3, None, "") for name, write in KILLERS.items()},
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_read_whole_or_refused_with_a_sentence(tmp_path, name):
    write, code, rows, said = FILES[name]
    path = write(tmp_path / name)
    result = run("screen", path, "--on", ON, "--format", "json")
    assert result.exit_code == code, result.stderr
    if code:
        assert result.stdout == ""
        assert result.stderr.startswith("Error: ")
        assert result.stderr.count("\n") == 1
        assert said in result.stderr
        assert not any(vin in result.stderr for vin in VINS[:20])
    else:
        summary = json.loads(result.stdout)
        assert summary["rows_read"] == summary["rows_out"] == rows
        assert said in " ".join(summary["notes"])


def test_every_kind_of_file_is_read_before_it_is_damaged(tmp_path):
    for ending, data in mutants.originals(tmp_path).items():
        path = put(tmp_path / f"sound.{ending}", data)
        assert (ending, mutants.read(path)) in {
            (ending, 60),
            (ending, 61),
        }  # some with a line of totals


@pytest.mark.slow
def test_no_attack_finds_a_fault():
    """A slice of ``python -m benchmarks.fuzz``; in processes of their own, for a defect could end one."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fuzz", "600", "20261130"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " 0 faults" in done.stdout


def test_the_survey_and_the_library_read_the_same_part(tmp_path):
    """Of two parts of one name only one would be surveyed."""
    path = handmade.xlsx_workbook(tmp_path / "a.xlsx", {"S": handmade.xlsx_table(TABLE)})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(
            "XL/worksheets/Sheet1.xml", handmade.xlsx_sheet(handmade.xlsx_row(1, ["x"]))
        )
    result = run("screen", path, "--on", ON)
    assert (result.exit_code, "damaged" in result.stderr) == (3, True)


def test_a_shared_string_that_is_not_there(tmp_path):
    sheet = handmade.xlsb_sheet([["VIN"]], ["x"])
    lost = handmade.xlsb_record(0, struct.pack("<I", 1) + bytes(13))
    lost += handmade.xlsb_record(7, struct.pack("<III", 0, 0, 99))
    sheet = sheet.replace(handmade.xlsb_record(146), lost + handmade.xlsb_record(146))
    path = handmade.xlsb_workbook(tmp_path / "a.xlsb", {"S": sheet}, ["VIN"])
    result = run("screen", path, "--on", ON)
    assert result.exit_code == 3
