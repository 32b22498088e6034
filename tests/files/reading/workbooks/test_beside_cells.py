"""VINs in comments and text boxes of a workbook are named, since no cell holds them."""

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from support.manifests import ATTO3, TESLA

from vintool.files.reading.manifest import open_manifest

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
