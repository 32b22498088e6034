"""Workbooks of four formats: the same rows from each, and nothing in one can end the process."""

import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ON, handmade
from support.killers import KILLERS
from support.readers import VINS, cells, numbers, only, refusal

from vintool.declaration.mapping import map_columns
from vintool.files.reading.manifest import open_manifest
from vintool.files.reading.workbooks import ods, xls, xlsb, xlsx
from vintool.files.screen import screen_file

READ = [
    [VINS[0], "BL1", "特斯拉", "8703801090", "E1"],
    [VINS[1], "", "", "8703801090", ""],
    [VINS[2], "BL2", "-", "8.7038E+09", "E3"],
]

KINDS = ["xlsx", "xlsb", "xls", "ods"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_rows_come_from_every_format(tmp_path, kind):
    rows = [["Export list"], [], handmade.HEAD, *handmade.ROWS]
    path = handmade.two_sheets(tmp_path / "list.bin", rows, kind, hidden="T")
    manifest = open_manifest(path)
    sheet = only(manifest)
    assert manifest.format == kind
    assert manifest.copied_as == "xlsx"
    assert sheet.columns == tuple(handmade.HEAD)
    assert cells(sheet) == READ
    assert cells(sheet) == READ  # read again
    assert numbers(sheet) == [4, 5, 7]
    assert sheet.blank_rows() == 1
    ((name, why),) = manifest.skipped
    assert (name, why[:12], why[-23:]) == ("T", "hidden, with", "pass --sheet to read it")
    assert cells(only(open_manifest(path, sheet="T"))) == READ
    assert "title row" in manifest.notes[0]


@pytest.mark.parametrize("kind", KINDS)
def test_merged_cells_hold_for_their_rows_but_not_for_numbers_of_one_vehicle(tmp_path, kind):
    rows = [handmade.HEAD, *handmade.ROWS, ["合计", "", "", "", ""]]
    merged = [(1, 0, 2, 0), (1, 1, 3, 2), (1, 4, 2, 4), (5, 0, 5, 4)]
    rows[1] = [VINS[0], "BL1", "", 8703801090, "E1"]
    rows[2] = ["", "", "", 8703801090.0, ""]
    path = handmade.two_sheets(tmp_path / "list.bin", rows, kind, merged, hidden="T")
    manifest = open_manifest(path)
    assert cells(only(manifest)) == [
        [VINS[0], "BL1", "BL1", "8703801090", "E1"],
        ["", "BL1", "BL1", "8703801090", ""],
        [VINS[2], "BL2", "-", "8.7038E+09", "E3"],
        ["合计", "", "", "", ""],
    ]
    assert only(manifest).blank_rows() == 1  # though a block covers it
    notes = " ".join(manifest.notes)
    assert "in each of these rows: 'B/L No.', 'Make'." in notes
    assert "each stands in its first row only" in notes


@pytest.mark.parametrize("kind", KINDS)
def test_annotated_is_a_workbook(tmp_path, kind):
    path = handmade.two_sheets(tmp_path / f"list.{kind}", handmade.LIST, kind, hidden="T")
    summary = screen_file(path, ON, tmp_path / "out")
    assert summary.rows_out == 3
    back = only(open_manifest(tmp_path / "out" / "annotated.xlsx"))
    assert back.columns[:5] == tuple(handmade.HEAD)
    assert [row[:5] for row in cells(back)] == READ


def test_a_number_that_lost_its_digits_is_no_code(tmp_path):
    rows = [handmade.HEAD, [VINS[0], "", "", "8.7038E+09", ""], [VINS[0], "", "", 8.70380109e9, ""]]
    sheet = only(open_manifest(handmade.two_sheets(tmp_path / "a.xls", rows, "xls", hidden="T")))
    assert [row[3] for row in cells(sheet)] == ["8.7038E+09", "8703801090"]
    assert map_columns(sheet)["hs_code"] == "HS Code"


def test_many_shared_strings_are_continued_over_records(tmp_path):
    rows = [handmade.HEAD, *([vin, f"备注{n}", "BYD", n, ""] for n, vin in enumerate(VINS))]
    sheet = only(open_manifest(handmade.xls_workbook(tmp_path / "a.xls", rows)))
    assert cells(sheet) == [[str(cell) for cell in row] for row in rows[1:]]


@pytest.mark.parametrize("killer", KILLERS)
def test_a_workbook_that_would_end_the_process_is_refused(tmp_path, killer):
    error = refusal(KILLERS[killer](tmp_path / f"a.{killer.partition('-')[0]}"))
    assert any(
        words in error.what for words in ("too far to be loaded", "damaged", "stands for more")
    )


def test_the_library_alone_is_ended_by_one(tmp_path):
    """Why there are surveys: this one aborts, and no exception could be caught."""
    path = KILLERS["xlsb-column"](tmp_path / "a.xlsb")
    code = "import sys; from python_calamine import CalamineWorkbook as C; C.from_path(sys.argv[1]).get_sheet_by_index(0)"
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False, capture_output=True)
    assert done.returncode != 0
    assert b"Error" not in done.stderr.splitlines()[-1]


def old_cells(*records):
    """Cells of row 2 of an XLS whose cell format 1 is a date and 2 a number."""
    formats = [
        handmade.xls_record(0x00E0, struct.pack("<HH", 0, one) + bytes(16)) for one in (0, 14, 2)
    ]
    shared = ["VIN", "Fuel", VINS[0]]
    head = [
        handmade.xls_record(0x00FD, struct.pack("<HHHI", n // 2, n % 2, 0, n)) for n in range(3)
    ]
    sheet = handmade.xls_sheet([], shared, more=b"".join([*head, *records]))
    return handmade.xls_stream({"S": sheet}, shared, more=b"".join(formats))


NUMBER, FORMULA, TRUTH = 0x0203, 0x0006, 0x0205


@pytest.mark.parametrize(
    ("records", "text"),
    [
        ([(NUMBER, struct.pack("<HHHd", 1, 1, 1, 46082))], "2026-03-01"),
        ([(NUMBER, struct.pack("<HHHd", 1, 1, 1, 46082.75))], "2026-03-01T18:00:00"),
        ([(NUMBER, struct.pack("<HHHd", 1, 1, 1, 0.25))], "06:00:00"),
        ([(NUMBER, struct.pack("<HHHd", 1, 1, 1, 1e9))], "1000000000"),  # no day of any calendar
        ([(NUMBER, struct.pack("<HHHd", 1, 1, 2, 0.5))], "0.5"),
        ([(NUMBER, struct.pack("<HHHd", 1, 1, 99, 7))], "7"),  # a format that is defined nowhere
        ([(0x027E, struct.pack("<HHHI", 1, 1, 0, 2 | 8703801090 % (1 << 29) << 2))], str(8703801090 % (1 << 29))),
        ([(0x00BD, struct.pack("<HHHIHIH", 1, 1, 0, 5 << 2 | 2, 0, 6 << 2 | 2, 2))], "5"),
        ([(0x0204, struct.pack("<HHHHB", 1, 1, 0, 3, 0) + b"BEV")], "BEV"),
        ([(TRUTH, struct.pack("<HHHBB", 1, 1, 0, 1, 0))], "TRUE"),
        ([(TRUTH, struct.pack("<HHHBB", 1, 1, 0, 42, 1))], "#N/A"),
        ([(FORMULA, struct.pack("<HHHd", 1, 1, 0, 2.0) + bytes(8))], "2"),
        ([(FORMULA, struct.pack("<HHHBBBBHH", 1, 1, 0, 1, 0, 0, 0, 0, 0xFFFF) + bytes(8))], "FALSE"),
        ([(FORMULA, struct.pack("<HHHBBBBHH", 1, 1, 0, 2, 0, 42, 0, 0, 0xFFFF) + bytes(8))], "#N/A"),
        ([(FORMULA, struct.pack("<HHHBBBBHH", 1, 1, 0, 0, 0, 0, 0, 0, 0xFFFF) + bytes(8)), (0x0207, struct.pack("<HB", 3, 0) + b"BEV")], "BEV"),
    ],
)  # fmt: skip
def test_cells_of_every_kind(tmp_path, records, text):
    stream = old_cells(*(handmade.xls_record(kind, data) for kind, data in records))
    manifest = open_manifest(handmade.compound(tmp_path / "a.xls", stream))
    assert cells(only(manifest))[0][:2] == [VINS[0], text]
    assert any("#N/A" in note for note in manifest.notes) == (text == "#N/A")


def test_text_in_several_fonts_is_read(tmp_path):
    rich = handmade.xls_record(0x00D6, struct.pack("<HHHHB", 1, 1, 0, 1, 0) + b"x\0\0")
    shared = [VINS[0]]
    vin = handmade.xls_record(0x00FD, struct.pack("<HHHI", 1, 0, 0, 0))
    sheet = handmade.xls_sheet([handmade.HEAD], shared, more=vin + rich)
    handmade.compound(tmp_path / "a.xls", handmade.xls_stream({"S": sheet}, shared))
    assert cells(only(open_manifest(tmp_path / "a.xls"))) == [[VINS[0], "x", "", "", ""]]


def doubling(count):
    """Names, each of which is the text of the one before twice."""
    formulas = [b"\x17\xc8\0" + b"x" * 200]
    formulas += [(b"\x43" + struct.pack("<HH", one, 0)) * 2 + b"\x08" for one in range(1, count)]
    return b"".join(
        handmade.xls_record(0x0018, struct.pack("<HBBHHHI", 0, 0, 2, len(formula), 0, 0, 0) + b"\0n%c" % (65 + one) + formula)
        for one, formula in enumerate(formulas)
    )  # fmt: skip


def test_what_makes_no_cell_is_not_read(tmp_path):
    """Of 40 names the last would be a text of 100 TB."""
    shared: list[str] = []
    stream = handmade.xls_stream({"S": handmade.xls_sheet(handmade.LIST, shared)}, shared)
    at = stream.index(handmade.xls_record(0x00FC)[:2])  # before the shared strings
    names = doubling(40)
    bound = stream.index(struct.pack("<H", 0x0085)) + 4
    (place,) = struct.unpack_from("<I", stream, bound)
    stream = stream[:at] + names + stream[at:]
    stream = stream[:bound] + struct.pack("<I", place + len(names)) + stream[bound + 4 :]
    handmade.compound(tmp_path / "a.xls", stream)
    assert cells(only(open_manifest(tmp_path / "a.xls"))) == READ


def backwards(path):
    """Shared strings of which each says that what follows it lies before it."""
    rows = [handmade.HEAD, *([vin, "y" * 3000] for vin in VINS[:40])]
    handmade.xls_workbook(path, rows)
    text = struct.pack("<HB", 3000, 1)
    return (
        path.write_bytes(path.read_bytes().replace(text, struct.pack("<HBi", 3000, 5, -6007)))
        and path
    )


def the_same_sheet(path):
    """A sheet that the workbook lists under a thousand names."""
    shared: list[str] = []
    sheets = {"S": handmade.xls_sheet(handmade.LIST, shared), **{f"S{n}": b"" for n in range(1000)}}
    stream = bytearray(handmade.xls_stream(sheets, shared))
    at, places = 0, []
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        places += [at + 4] * (kind == 0x0085)
        at += 4 + size
    for place in places:
        stream[place : place + 4] = stream[places[0] : places[0] + 4]
    return handmade.compound(path, bytes(stream))


@pytest.mark.parametrize("write", [backwards, the_same_sheet])
def test_what_would_be_read_again_and_again_is_refused(tmp_path, write):
    assert "damaged" in refusal(write(tmp_path / "a.xls")).what


def test_what_only_looks_like_a_workbook(tmp_path):
    handmade.compound(tmp_path / "a.xls", b"x" * 5000, name="WordDocument")
    assert "no workbook" in refusal(tmp_path / "a.xls").what
    handmade.compound(tmp_path / "a.xls", b"x" * 5000, name="EncryptedPackage")
    assert "without the password" in refusal(tmp_path / "a.xls").next_step
    locked = handmade.xls_record(0x002F, b"\1\0" + bytes(52))
    handmade.compound(tmp_path / "a.xls", handmade.xls_stream({}, [])[:20] + locked)
    assert "password" in refusal(tmp_path / "a.xls").what
    with zipfile.ZipFile(tmp_path / "a.odt", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<a/>")
    assert "OpenDocument file and no spreadsheet" in refusal(tmp_path / "a.odt").what


@pytest.mark.parametrize("kind", KINDS)
def test_two_sheets_of_one_name_are_refused(tmp_path, kind):
    path = handmade.two_sheets(tmp_path / "a.bin", handmade.LIST, kind)
    book = {
        "xlsx": xlsx.XlsxWorkbook,
        "xlsb": xlsb.XlsbWorkbook,
        "xls": xls.XlsWorkbook,
        "ods": ods.OdsWorkbook,
    }[kind]
    assert len(open_manifest(path).sheets) == 2
    original = book.__init__

    def twice(self, *arguments):
        original(self, *arguments)
        self.sheets = (self.sheets[0], self.sheets[0])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(book, "__init__", twice)
        assert "same name" in refusal(path).what


def test_a_locked_open_document(tmp_path):
    handmade.ods_document(tmp_path / "a.ods", {"S": handmade.ods_table([handmade.HEAD])})
    with zipfile.ZipFile(tmp_path / "a.ods") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["META-INF/manifest.xml"] = b"<manifest:encryption-data/>"
    parts["content.xml"] = bytes(range(256))
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert "password" in refusal(tmp_path / "a.ods").what


def test_merged_cells_of_a_sheet_that_is_read_by_the_slower_method(tmp_path):
    rows = [
        ["", *handmade.HEAD, *(f"Option {i}" for i in range(600))],
        ["", *handmade.ROWS[0]],
        ["", VINS[1]],
    ]
    path = handmade.two_sheets(
        tmp_path / "a.xlsx", rows, "xlsx", [(1, 2, 2, 2), (1, 1, 2, 1)], hidden="T"
    )
    manifest = open_manifest(path)
    assert [row[:2] for row in cells(only(manifest))] == [[VINS[0], "BL1"], [VINS[1], "BL1"]]
    notes = " ".join(manifest.notes)
    assert "slower method" in notes
    assert "'B/L No.'" in notes


@pytest.mark.parametrize("kind", [12, 18, 62])
def test_cells_that_the_library_passes_over_are_refused(tmp_path, kind):
    shared: list[str] = []
    more = handmade.xlsb_record(kind, struct.pack("<II", 7, 0) + bytes(8))
    sheet = handmade.xlsb_sheet(handmade.LIST, shared, more=more)
    handmade.xlsb_workbook(tmp_path / "a.xlsb", {"S": sheet}, shared)
    assert "damaged" in refusal(tmp_path / "a.xlsb").what


STRAYS = {
    "without references": '<row r="1048576">' + "<c><v>1</v></c>" * 16_384 + "</row>",
    "next to a far one": '<row r="1048576"><c r="AA1048576"><v>1</v></c>' + "<c><v>1</v></c>" * 16_000 + "</row>",
    "in a row that is not closed": f'<row r="1048576">{handmade.xlsx_cell("XFD1048576", "x")}',
    "in small letters": f'<row r="1048576">{handmade.xlsx_cell("xfd1048576", "x")}</row>',
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("stray_cells", STRAYS)
def test_cells_that_say_little_of_where_they_are_end_no_process(tmp_path, stray_cells):
    body = "".join(handmade.xlsx_row(n, [vin, "x"]) for n, vin in enumerate(["VIN", *VINS], 1))
    xml = handmade.xlsx_sheet(body + STRAYS[stray_cells])
    code = (
        "import sys\nfrom vintool.errors import ManifestError\nfrom vintool.files.reading.manifest import open_manifest\n"
        "try:\n    [batch for sheet in open_manifest(sys.argv[1]).sheets for batch in sheet.batches()]\n"
        "except ManifestError as error:\n    print(error)"
    )
    path = handmade.xlsx_workbook(tmp_path / "a.xlsx", {"S": xml})
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert not done.stdout or "too far to be loaded" in done.stdout or "damaged" in done.stdout


#: Cells as programs write them, and as none does; {0} is the reference.
CELLS = [
    "<c r={0}><v>5</v></c>",
    "<c r={0} s='1'/>",
    '<c r={0} t="s"><v>1</v></c>',
    '<c r={0} t="s"><v>0</v></c>',
    '<c t="s" r={0}><v>01</v></c>',
    '<c r={0} t="s"><v> 1 </v></c>',
    '<c r={0} t="e"><v>#N/A</v></c>',
    "<c r={0} t='e'><v>#N/A</v></c>",
    '<c r={0} t="str"><f>A1&amp;""</f><v></v></c>',
    '<c r={0} t="str"><f t="shared" si="0">B1</f><v>x</v></c>',
    '<c r={0} t="inlineStr"><is><t>VIN</t></is></c>',
    '<c r={0} t="inlineStr"><is><t>&#10; </t></is></c>',
    '<c r={0} t="inlineStr"><is><t>&#32;x</t></is></c>',
    '<c r={0} t="inlineStr"><is><t xml:space="preserve"> </t></is></c>',
    '<c r={0} t="inlineStr"><is><t xml:space="preserve"> x</t></is></c>',
    '<c r={0} t="inlineStr"><is><t xml:space="preserve">x</t></is></c>',
    '<c r={0} t="inlineStr"><is><t xml:space="preserve"/></is></c>',
    '<c r={0} t="inlineStr"><is><t xml:space="default">x</t></is></c>',
    '<c r={0} t="inlineStr"><is><r><rPr><b/></rPr><t>x</t></r></is></c>',
    '<c r={0} t="inlineStr"><is><t><![CDATA[ x]]></t></is></c>',
    "<c r={0}><!-- no --></c>",
    "<c r={0}/>",
    "<c r={0}><v/></c>",
    "<c><v>7</v></c>",
]  # fmt: skip


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(CELLS), st.sampled_from([1, 2, 26, 27, 702, 703, 999, 16_384]))),
        min_size=1, max_size=12,
    ),
    st.sampled_from([1, 99, 999_990, 1_048_560, 1_048_570]),
    st.sampled_from(['<row r="{0}">', "<row>", '<row spans="1:5" r="{0}">']),
)  # fmt: skip
def test_rows_seen_together_are_what_they_are_one_by_one(rows, first, start):
    body = "".join(
        start.format(n)
        + "".join(cell.format(f'"{handmade.column_letters(column)}{n}"') for cell, column in row)
        + "</row>"
        for n, row in enumerate(rows, first)
    )
    strings = "<si><t>VIN</t></si><si><t/></si>"
    with tempfile.TemporaryDirectory() as folder:
        path = handmade.xlsx_workbook(Path(folder) / "a.xlsx", {"S": ""}, strings=strings)
        with zipfile.ZipFile(path) as archive, pytest.MonkeyPatch.context() as patch:
            book = xlsx.XlsxWorkbook(path, archive)
            for block in (body, '<row r="5"><c r="A5"><v>5</v></c></row>' + body):
                patch.setattr(book, "chunks", lambda _part, block=block: iter([block.encode()]))
                results = []
                for plain in (xlsx.survey_block, lambda _block, _empty: None):
                    patch.setattr(xlsx, "survey_block", plain)
                    try:
                        results.append(book.survey(""))
                    except zipfile.BadZipFile:
                        results.append(None)
                together, one_by_one = results
                assert (together is None) == (one_by_one is None)
                if together:
                    assert (together.rows, together.errors) == (one_by_one.rows, one_by_one.errors)
                    assert together.last_column == one_by_one.last_column or max(together.last_column, one_by_one.last_column) <= 26  # fmt: skip
