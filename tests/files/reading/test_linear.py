"""Work grows as its input does: doubled eight times, whatever stands in it. Work is counted, never seconds.

Two counts make the proof. Every regular expression of the house is gone through by a plain matcher
that counts its looks (``support.steps``), over texts made to mislead it. And the readers are run over files of twice as
many rows each time, counting the lines of Python in all threads. What libraries do in C (Arrow, expat, calamine, zlib) is
not counted: they are given each byte a fixed number of times, and the bounds of ``limits`` cap what a byte can ask of them.
"""

import gzip
import importlib
import inspect
import json
import pkgutil
import re

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
from support import handmade, letters
from support.manifests import put_csv
from support.readers import VINS, cells
from support.steps import python_lines, steps

import vintool
from vintool.declaration import days, shapes
from vintool.files.reading.manifest import open_manifest
from vintool.registry import places

#: These look at the beginning alone, or at the whole; tried everywhere they would be squares.
AT_THE_BEGINNING = {"_ENTRY", "_LOCATED", "_PLAIN_NO", "_OPENS", "_ELECTRIC_CARS", "_LABELLED", "_JSON_LINES", "_JSON", "_XML", "_START", "_FRAME_NUMBER", "_FIELD", "_EDI", "_AMOUNT", "_TO_VIN", "_TO_END", "_LEAD"}  # fmt: skip
#: Here no text is longer than ``LONGEST``, so that a square of it is a constant.
SHORT = {days, shapes, places}
#: These read what the packaged data says, and no text of the user's.
OF_OUR_DATA = {("vintool.decoding.model_name", "_ASIDE"), ("vintool.registry.frames", "_TYPE")}
HOSTILE = ("A", "1", " ", "-", "A-", "A1 ", "1-", "<c ", "<c>", '<v t="e" r =', "&#32;", "'", '"', "=", "no", "VIN:", "年1", "<rPh", "\\u", "1.", "0", "*", '="AB')  # fmt: skip
SIZES = [1 << size for size in range(1, 10)]  # doubled eight times


def modules():
    for found in pkgutil.walk_packages(vintool.__path__, "vintool."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def patterns():
    """Every pattern that stands in a module, alone or among others, by its name."""
    met = {}
    for module in modules():
        for name, value in vars(module).items():
            several = value.values() if isinstance(value, dict) else value
            for one in several if isinstance(several, tuple | list) else [value]:
                if isinstance(one, re.Pattern):
                    met.setdefault(one, (module, name))
    return [(module, name, pattern) for pattern, (module, name) in met.items()]


PATTERNS = patterns()


def test_the_counter_of_steps_tells_a_square_from_a_line():
    for pattern, square in (("<c[^>]*>", True), ("<c[^<>]*>", False), ("a+b", True), ("(?:a|b)+?c", True), ("a{0,9}b", False)):  # fmt: skip
        text = "<c a" * 64 if "<" in pattern else "a" * 256
        once, twice = (steps(re.compile(pattern), text * times, 1 << 20) for times in (1, 2))
        assert (twice > 3 * once) == square


def test_what_looks_at_the_beginning_alone_is_never_tried_elsewhere():
    assert {name for _, name, _ in PATTERNS} >= AT_THE_BEGINNING
    for module, name, _ in PATTERNS:
        if name in AT_THE_BEGINNING:
            uses = set(re.findall(rf"\b{name}\.(\w+)", inspect.getsource(module)))
            assert uses <= {"match", "fullmatch"}


@pytest.mark.parametrize("piece", HOSTILE)
def test_where_patterns_are_squares_the_text_is_short(piece, monkeypatch):
    """Beyond ``LONGEST`` no pattern is tried at all; up to it each takes less than a million looks."""
    assert (days.LONGEST, shapes.LONGEST, places.LONGEST) == (64, 200, 200)
    for module in SHORT:
        text = (piece * module.LONGEST)[: module.LONGEST]
        for at, _, pattern in PATTERNS:
            assert at is not module or steps(pattern, text, 1 << 20) < 1 << 20
    for name in ("_DATES", "_BETWEEN", "_DASHES"):
        monkeypatch.delattr(days, name)
    assert days.read_days.__wrapped__(piece * (days.LONGEST + 1)) is None
    for name in ("_AROUND", "_IGNORED", "_PIECE", "_MASKED"):
        monkeypatch.delattr(shapes, name)
    assert not shapes.like_a_vin(piece * (shapes.LONGEST + 1))
    assert not shapes.vin_shaped(piece * (shapes.LONGEST + 1))
    monkeypatch.delattr(places, "_AROUND")
    assert places.place.__wrapped__(piece * (places.LONGEST + 1)) is None


@pytest.mark.slow
@pytest.mark.parametrize("piece", HOSTILE)
def test_no_regular_expression_takes_more_than_twice_the_steps_for_twice_the_text(piece):
    for module, name, pattern in PATTERNS:
        if module in SHORT or (module.__name__, name) in OF_OUR_DATA:
            continue
        text = piece * SIZES[-1]
        text = text.encode() if isinstance(pattern.pattern, bytes) else text
        everywhere = name not in AT_THE_BEGINNING
        counts = [steps(pattern, text[:size], 500 * size, everywhere=everywhere) for size in SIZES]
        for once, twice in zip(counts[-4:], counts[-3:], strict=False):
            assert twice <= 2.3 * once + 100, (module.__name__, name, counts)
        assert counts[-1] < 500 * SIZES[-1], (module.__name__, name)


def table(rows):
    return [
        ["VIN", "Make", "Note"],
        *([vin, "Tesla", f"x{at}"] for at, vin in enumerate(VINS[:rows])),
    ]


def arrow_table(rows):
    head, *data = table(rows)
    return pa.table(dict(zip(head, map(list, zip(*data, strict=True)), strict=True)))


def put_text(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def put_zst(path, text):
    with pa.output_stream(str(path), compression="zstd") as out:
        out.write(text.encode())
    return path


def put_xlsb(path, rows):
    shared = []
    return handmade.xlsb_workbook(path, {"S": handmade.xlsb_sheet(rows, shared)}, shared)


def lines(rows, *, between=","):
    return "\n".join(map(between.join, table(rows)))


def prefixed(rows):
    xml = handmade.xlsx_table(table(rows)).replace(
        "<worksheet", f'<worksheet xmlns:x="{handmade.MAIN}"'
    )
    for tag in ("row", "c", "is", "t"):
        for start in ("<", "</"):
            xml = re.sub(rf"{start}{tag}(?=[ >])", f"{start}x:{tag}", xml)
    return xml


FILES = {
    "a.csv": lambda path, rows: put_csv(path, table(rows)),
    "ragged.csv": lambda path, rows: put_csv(path, [row[: 1 + at % 3] for at, row in enumerate(table(rows))]),
    "quotes.csv": lambda path, rows: put_text(path, lines(rows).replace("Tesla", '"Te\n""sla"')),
    "a.tsv": lambda path, rows: put_text(path, lines(rows, between="\t")),
    "a.txt": lambda path, rows: put_text(path, "Dear all,\n" + "\n".join(f"one is {vin} and blue" for vin in VINS[:rows])),
    "a.edi": lambda path, rows: put_text(path, "UNA:+.? '" + "".join(f"GID+{at}+1'RFF+VN:{vin}'" for at, vin in enumerate(VINS[:rows]))),
    "a.jsonl": lambda path, rows: put_text(path, "\n".join(f'{{"VIN":"{vin}","k{at % 9}":{at}}}' for at, vin in enumerate(VINS[:rows]))),
    "a.xlsx": lambda path, rows: handmade.xlsx_workbook(path, {"S": handmade.xlsx_table(table(rows))}),
    "prefixed.xlsx": lambda path, rows: handmade.xlsx_workbook(path, {"S": prefixed(rows)}),
    "errors.xlsx": lambda path, rows: handmade.xlsx_workbook(path, {"S": re.sub(r't="inlineStr"><is><t>Tesla</t></is>', 't="e"><v>#N/A</v>', handmade.xlsx_table(table(rows)))}),
    "a.xls": lambda path, rows: handmade.xls_workbook(path, table(rows)),
    "a.xlsb": lambda path, rows: put_xlsb(path, table(rows)),
    "a.ods": lambda path, rows: handmade.ods_document(path, {"S": handmade.ods_table(table(rows))}),
    "a.parquet": lambda path, rows: pyarrow.parquet.write_table(arrow_table(rows), path) or path,
    "a.arrow": lambda path, rows: pyarrow.feather.write_feather(arrow_table(rows), str(path), "uncompressed") or path,
    "a.xml": lambda path, rows: put_text(path, "<DecMessage><DecLists><DecList>" + "".join(f"<DecGoodsLimitVin><VinCode>{vin}</VinCode></DecGoodsLimitVin>" for vin in VINS[:rows]) + "</DecList></DecLists></DecMessage>"),
    "a.json": lambda path, rows: put_text(path, json.dumps([{"VIN": vin, "n": at} for at, vin in enumerate(VINS[:rows])])),
    "a.htm": lambda path, rows: put_text(path, letters.html_table(table(rows))),
    "excel.xls": lambda path, rows: put_text(path, letters.spreadsheetml(table(rows))),
    "a.docx": lambda path, rows: letters.word(path, letters.word_table(table(rows))),
    "a.eml": lambda path, rows: path.write_bytes(letters.mail("see attached", ("a.csv", lines(rows).encode())).as_bytes()) and path,
    "many.eml": lambda path, rows: path.write_bytes(letters.mail("see attached", *((f"{at}.csv", f"VIN\n{vin}\n".encode()) for at, vin in enumerate(VINS[:rows]))).as_bytes()) and path,
    "a.msg": lambda path, rows: handmade.compound_tree(path, letters.message("list", "see attached", ("a.csv", lines(rows).encode()))),
    "a.zip": lambda path, rows: letters.archive(path, **{"a.csv": lines(rows).encode()}),
    "many.zip": lambda path, rows: letters.archive(path, **{f"{at}.csv": f"VIN\n{vin}\n".encode() for at, vin in enumerate(VINS[:rows])}),
    "a.csv.gz": lambda path, rows: path.write_bytes(gzip.compress(lines(rows).encode())) and path,
    "a.csv.zst": lambda path, rows: put_zst(path, lines(rows)),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_every_reader_does_at_most_twice_the_work_for_twice_the_rows(tmp_path, name):
    counts = []
    for rows in SIZES:
        path = FILES[name](tmp_path / name, rows)
        read = []

        def work(path=path, read=read):
            read += [row for sheet in open_manifest(path).sheets for row in cells(sheet)]

        work()  # what is learnt once is not counted
        read.clear()
        counts.append(python_lines(work))
        assert len(read) == rows
    for once, twice in zip(counts[-4:], counts[-3:], strict=False):
        assert twice <= 2.1 * once + 100, counts
