"""Workbooks that end a process which loads them unsuspecting."""

import struct

from support import handmade


def far_xlsb(path, column, row):
    shared: list[str] = []
    stray = handmade.xlsb_record(0, struct.pack("<I", row) + bytes(13))
    stray += handmade.xlsb_record(5, struct.pack("<IId", column, 0, 1.0))
    sheet = handmade.xlsb_sheet(handmade.LIST, shared, more=stray)
    return handmade.xlsb_workbook(path, {"S": sheet}, shared)


def patched_xls(path, at, value):
    """An XLS with another number at a place of its compound file."""
    handmade.xls_workbook(path, handmade.LIST)
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, at, value)
    path.write_bytes(data)
    return path


def ods_ending_in(path, row):
    return handmade.ods_document(path, {"S": "".join(map(handmade.ods_row, handmade.LIST)) + row})


def stray(more, text="x"):
    return f"<table:table-row>{handmade.ods_cell(text, more)}</table:table-row>"


FAR = struct.pack("<HHHd", 65535, 65535, 0, 1.0)
KILLERS = {
    "xls-cell": lambda p: handmade.xls_workbook(p, handmade.LIST, more=handmade.xls_record(0x0203, FAR)),
    "xls-size": lambda p: handmade.xls_workbook(p, handmade.LIST, size=(0, 1 << 24, 0, 65535)),
    "xls-backwards": lambda p: handmade.xls_workbook(p, handmade.LIST, size=(9, 2, 0, 5)),
    "xls-folders": lambda p: patched_xls(p, 40, 0x7FFFFFF0),
    "xls-tables": lambda p: patched_xls(p, 44, 0xFFFFFFF0),
    "xls-stream": lambda p: patched_xls(p, 1024 + 128 + 120, 0xFFFFFFF0),
    "xls-cycle": lambda p: patched_xls(p, 512 + 4 * 9, 2),
    "xlsb-corner": lambda p: far_xlsb(p, 16_383, 1_048_575),
    "xlsb-column": lambda p: far_xlsb(p, 0xFFFFFFF0, 9),
    "ods-columns": lambda p: ods_ending_in(p, stray(' table:number-columns-repeated="100000000000"')),
    "ods-gap": lambda p: ods_ending_in(p, f'<table:table-row><table:table-cell table:number-columns-repeated="100000000000"/>{handmade.ods_cell("x")}</table:table-row>'),
    "ods-rows": lambda p: ods_ending_in(p, handmade.ods_row(["x"], ' table:number-rows-repeated="100000000000"')),
    "ods-spaces": lambda p: ods_ending_in(p, stray("", '<text:s text:c="4000000000"/>')),
    "ods-negative": lambda p: ods_ending_in(p, stray(' table:number-columns-repeated="-5"')),
    "ods-entity": lambda p: handmade.ods_document(p, {"S": handmade.ods_table([handmade.HEAD])}, before='<!DOCTYPE a [<!ENTITY b "c">]>'),
}  # fmt: skip
