"""VINs in comments and text boxes of a workbook are named, since no cell holds them."""

import struct
import zipfile

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from support import handmade, letters
from support.manifests import ATTO3, TESLA

from vintool.files.reading.manifest import open_manifest
from vintool.files.reading.workbooks.beside_cells import texts_of_boxes

NOTE = "1 VIN(s) stand in comments and text boxes, which were not read: look at them there."


def test_a_vin_in_a_comment_is_named(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["VIN"])
    book.active.append([TESLA])
    book.save(tmp_path / "plain.xlsx")
    assert NOTE not in open_manifest(tmp_path / "plain.xlsx").notes
    book.active["A2"].comment = Comment(f"and one more: {ATTO3}", "me")
    book.save(tmp_path / "list.xlsx")
    assert NOTE in open_manifest(tmp_path / "list.xlsx").notes


def test_a_vin_in_a_box_is_named(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "list.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_column(0, 0, ["VIN", TESLA])
    sheet.insert_textbox(3, 3, f"chassis\n{ATTO3}")
    book.close()
    assert NOTE in open_manifest(tmp_path / "list.xlsx").notes


def test_a_comment_that_speaks_of_an_electric_car_is_named(tmp_path):
    book = openpyxl.Workbook()
    for row in (["VIN", "Fuel"], [TESLA, "petrol"]):
        book.active.append(row)
    book.active["B2"].comment = Comment("wrong: this one is a BEV", "me")
    book.active["A2"].comment = Comment("two keys", "me")
    book.save(tmp_path / "list.xlsx")
    assert "1 comment(s) or text box(es) speak of electric cars, and were not read: look at them there." in open_manifest(tmp_path / "list.xlsx").notes  # fmt: skip


def test_headers_and_footers_of_pages_are_named(tmp_path):
    book = openpyxl.Workbook()
    for row in (["VIN", "Fuel"], [TESLA, "petrol"]):
        book.active.append(row)
    book.active.oddHeader.center.text = f"BEV {ATTO3}"
    book.active.firstFooter.left.text = "Page &P of &N"
    book.save(tmp_path / "list.xlsx")
    notes = " ".join(open_manifest(tmp_path / "list.xlsx").notes)
    assert NOTE in notes
    assert SPOKEN in notes


SPOKEN = (
    "1 comment(s) or text box(es) speak of electric cars, and were not read: look at them there."
)


def test_comments_and_shapes_of_an_ods_are_named(tmp_path):
    comment = f"<office:annotation><text:p>{ATTO3}</text:p></office:annotation>"
    shape = "<table:shapes><draw:frame><draw:text-box><text:p>all are BEV</text:p></draw:text-box></draw:frame></table:shapes>"
    cell = f'<table:table-cell office:value-type="string">{comment}<text:p>{TESLA}</text:p></table:table-cell>'
    sheet = f"{shape}{handmade.ods_row(['VIN'])}<table:table-row>{cell}</table:table-row>"
    notes = open_manifest(handmade.ods_document(tmp_path / "a.ods", {"S": sheet})).notes
    assert NOTE in notes
    assert SPOKEN in notes


def test_the_text_of_a_box_in_an_old_workbook_is_found():
    text = f"wrong, this is a BEV: {ATTO3} 电动"
    wide = b"\1" + text.encode("utf-16-le")
    record = struct.pack("<HH", 0x1B6, 18) + bytes(18) + struct.pack("<HH", 0x3C, len(wide)) + wide
    assert texts_of_boxes(bytearray(b"\x05" * 7 + record + b"\x3c\0" + record[:20])) == [text]


def test_what_is_embedded_in_a_workbook_is_named_as_not_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["VIN"])
    book.active.append([TESLA])
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx", "a") as archive:
        archive.writestr("xl/embeddings/list.xlsx", b"PK")
    ((name, why),) = open_manifest(tmp_path / "a.xlsx").unread
    assert name == "list.xlsx"
    assert "embedded" in why


def test_comments_and_files_in_a_word_document_are_named(tmp_path):
    body = letters.word_table([["VIN"], [TESLA]])
    path = letters.word(
        tmp_path / "a.docx", body, comments=letters.paragraph(f"and {ATTO3}, a BEV")
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/embeddings/list.xlsx", b"PK")
    manifest = open_manifest(path)
    assert {NOTE, SPOKEN} <= {*manifest.notes}
    assert [name for name, _ in manifest.unread] == ["list.xlsx"]
