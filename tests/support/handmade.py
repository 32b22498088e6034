"""Workbooks of four formats written byte by byte: sound ones, and such as no honest library writes."""

import struct
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from support.readers import VINS

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
    "{sheets}</Types>"
)
RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def column_letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def xlsx_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def xlsx_row(number: int, texts: Iterable[str]) -> str:
    cells = "".join(
        xlsx_cell(f"{column_letters(i)}{number}", text) for i, text in enumerate(texts, 1) if text
    )
    return f'<row r="{number}">{cells}</row>'


def xlsx_table(rows: Iterable[Iterable[str]], *, dimension: str = "") -> str:
    body = "".join(xlsx_row(number, texts) for number, texts in enumerate(rows, 1))
    return xlsx_sheet(body, dimension=dimension)


def xlsx_sheet(body: str, *, dimension: str = "") -> str:
    declared = f'<dimension ref="{dimension}"/>' if dimension else ""
    return f'<worksheet xmlns="{MAIN}">{declared}<sheetData>{body}</sheetData></worksheet>'


def xlsx_workbook(
    path: Path,
    sheets: dict[str, str],
    *,
    hidden: frozenset[str] = frozenset(),
    strings: str = "",
) -> Path:
    hide = ' state="hidden"'
    parts = [
        f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"{hide * (name in hidden)}/>'
        for i, name in enumerate(sheets, 1)
    ]
    links = [
        f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    ]
    links.append(
        f'<Relationship Id="rIdS" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    )
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    root = f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES.format(sheets=overrides))
        archive.writestr("_rels/.rels", RELS.format(root))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{"".join(parts)}</sheets></workbook>',
        )
        archive.writestr("xl/_rels/workbook.xml.rels", RELS.format("".join(links)))
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{strings}</sst>')
        for i, text in enumerate(sheets.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{i}.xml", text)
    return path


# --- OpenDocument ------------------------------------------------------------------------------

_ODS = "".join(
    f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text", "style")
)
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods_cell(text: object, more: str = "") -> str:
    if text is None or text == "":
        return f"<table:table-cell{more}/>"
    if isinstance(text, float | int):
        return f'<table:table-cell{more} office:value-type="float" office:value="{text}"/>'
    return f'<table:table-cell{more} office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def ods_row(texts: Iterable[object], more: str = "") -> str:
    return f"<table:table-row{more}>{''.join(map(ods_cell, texts))}</table:table-row>"


def ods_table(rows: Iterable[Iterable[object]]) -> str:
    """With the million empty rows and the many empty columns that programs put at the end."""
    body = "".join(map(ods_row, rows))
    tail = '<table:table-cell table:number-columns-repeated="16384"/>'
    return f'{body}<table:table-row table:number-rows-repeated="1048000">{tail}</table:table-row>'


def ods_document(
    path: Path, sheets: dict[str, str], *, hidden: frozenset[str] = frozenset(), before: str = ""
) -> Path:
    tables = "".join(
        f'<table:table table:name="{name}" table:style-name="{"off" if name in hidden else "on"}">{body}</table:table>'
        for name, body in sheets.items()
    )
    style = '<style:style style:name="off"><style:table-properties table:display="false"/></style:style>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS_TYPE)
        archive.writestr("META-INF/manifest.xml", "<manifest:manifest/>")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?>{before}<office:document-content{_ODS}><office:automatic-styles>{style}</office:automatic-styles>'
            f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
        )
    return path


# --- XLSB --------------------------------------------------------------------------------------


def xlsb_record(kind: int, data: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, sizes = len(data), b""
    while size >= 0x80:
        sizes += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + sizes + bytes([size]) + data


def xlsb_text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb_cell(column: int, value: object, shared: list[str]) -> bytes:
    place = struct.pack("<II", column, 0)
    if isinstance(value, float | int):
        return xlsb_record(5, place + struct.pack("<d", value))
    shared.append(str(value))
    return xlsb_record(7, place + struct.pack("<I", len(shared) - 1))


def xlsb_sheet(
    rows: Iterable[Iterable[object]],
    shared: list[str],
    more: bytes = b"",
    merged: Iterable[tuple[int, int, int, int]] = (),
) -> bytes:
    body = b"".join(
        xlsb_record(0, struct.pack("<I", number) + bytes(13))
        + b"".join(
            xlsb_cell(column, value, shared)
            for column, value in enumerate(values)
            if value not in {None, ""}
        )
        for number, values in enumerate(rows)
    )
    blocks = b"".join(
        xlsb_record(176, struct.pack("<IIII", top, low, left, right))
        for top, left, low, right in merged
    )
    start = xlsb_record(129) + xlsb_record(148, bytes(16)) + xlsb_record(145)
    return start + body + more + xlsb_record(146) + blocks + xlsb_record(130)


def xlsb_workbook(
    path: Path, sheets: dict[str, bytes], shared: list[str], *, hidden: frozenset[str] = frozenset()
) -> Path:
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.bin"/>'
        for i in range(1, len(sheets) + 1)
    )
    bundle = b"".join(
        xlsb_record(
            156,
            struct.pack("<II", name in hidden, i) + xlsb_text(f"rId{i}") + xlsb_text(name),
        )
        for i, name in enumerate(sheets, 1)
    )
    strings = b"".join(xlsb_record(19, b"\0" + xlsb_text(text)) for text in shared)
    count = struct.pack("<II", len(shared), len(shared))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES.format(sheets=""))
        archive.writestr(
            "_rels/.rels",
            RELS.format(
                f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.bin"/>'
            ),
        )
        archive.writestr(
            "xl/workbook.bin",
            xlsb_record(131) + xlsb_record(143) + bundle + xlsb_record(144) + xlsb_record(157, bytes(26)) + xlsb_record(132),
        )  # fmt: skip
        archive.writestr("xl/_rels/workbook.bin.rels", RELS.format(links))
        archive.writestr("xl/sharedStrings.bin", xlsb_record(159, count) + strings + xlsb_record(160))  # fmt: skip
        for i, data in enumerate(sheets.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{i}.bin", data)
    return path


# --- XLS ---------------------------------------------------------------------------------------


def xls_record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def xls_text(text: str, length: str = "<H") -> bytes:
    return struct.pack(length, len(text)) + b"\1" + text.encode("utf-16-le")


def xls_cell(row: int, column: int, value: object, shared: list[str]) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, float | int):
        return xls_record(0x0203, place + struct.pack("<d", value))
    shared.append(str(value))
    return xls_record(0x00FD, place + struct.pack("<I", len(shared) - 1))


def xls_sheet(
    rows: Iterable[Iterable[object]],
    shared: list[str],
    more: bytes = b"",
    merged: Sequence[tuple[int, int, int, int]] = (),
    size: tuple[int, int, int, int] = (0, 1, 0, 1),
) -> bytes:
    body = b"".join(
        xls_cell(number, column, value, shared)
        for number, values in enumerate(rows)
        for column, value in enumerate(values)
        if value not in {None, ""}
    )
    blocks = b"".join(
        struct.pack("<HHHH", top, low, left, right) for top, left, low, right in merged
    )
    block = xls_record(0x00E5, struct.pack("<H", len(merged)) + blocks) if merged else b""
    declared = xls_record(0x0200, struct.pack("<IIHHH", *size, 0))
    bof = xls_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    return bof + declared + body + more + block + xls_record(0x000A)


def xls_stream(
    sheets: dict[str, bytes],
    shared: list[str],
    *,
    hidden: frozenset[str] = frozenset(),
    more: bytes = b"",
) -> bytes:
    bof = xls_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    before = bof + xls_record(0x0042, struct.pack("<H", 1200)) + more
    names = [xls_text(name, "<B") for name in sheets]
    count = struct.pack("<II", len(shared), len(shared))
    pieces, piece = [], count
    for text in shared:
        one = xls_text(text)
        if len(piece) + len(one) > 8000:
            pieces.append(piece)
            piece = b""
        piece += one
    kinds = (0x00FC, *[0x003C] * len(pieces))
    strings = b"".join(map(xls_record, kinds, [*pieces, piece]))
    after = strings + xls_record(0x000A)
    at = len(before) + sum(10 + len(name) for name in names) + len(after)
    bound = b""
    for (title, sheet), name in zip(sheets.items(), names, strict=True):
        bound += xls_record(0x0085, struct.pack("<IBB", at, title in hidden, 0) + name)
        at += len(sheet)
    return before + bound + after + b"".join(sheets.values())


def compound(path: Path, stream: bytes, name: str = "Workbook") -> Path:
    """A compound file of one stream, large enough to lie in whole sectors."""
    stream = stream.ljust(max(4096, -len(stream) % 512 + len(stream)), b"\0")
    count = len(stream) // 512
    tables = -(-(count + 1) // 127)  # each table of sectors tells of 128, itself included
    numbers = [0xFFFFFFFD] * tables + [0xFFFFFFFE]
    numbers += [tables + 2 + i for i in range(count - 1)] + [0xFFFFFFFE]
    numbers += [0xFFFFFFFF] * (128 * tables - len(numbers))
    listed = list(range(tables)) + [0xFFFFFFFF] * (109 - tables)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIIII", 0, tables, tables, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, *listed[:1])  # fmt: skip
    head += struct.pack("<108I", *listed[1:])

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = title.encode("utf-16-le")
        return (
            text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text) + 2 if text else 0, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
            + bytes(36) + struct.pack("<IQ", start, size)
        )  # fmt: skip

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(
        name, 2, 0xFFFFFFFF, tables + 1, len(stream)
    )
    folder += entry("", 0, 0xFFFFFFFF, 0, 0) * 2
    path.write_bytes(head + struct.pack(f"<{128 * tables}I", *numbers) + folder + stream)
    return path


def compound_tree(path: Path, tree: dict[str, Any]) -> Path:
    """A compound file of storages (dictionaries) and streams, each filled up with white space to lie in whole sectors."""
    entries: list[list[Any]] = [["Root Entry", 5, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE, 0]]
    content = list[bytes]()

    def add(parent: int, inside: dict[str, Any]) -> None:
        before = -1
        for name, value in inside.items():
            at = len(entries)
            entries.append([name, 1, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0])
            if before < 0:
                entries[parent][3] = at
            else:
                entries[before][2] = at
            before = at
            if isinstance(value, dict):
                add(at, value)
                continue
            data = value.ljust(max(4096, -len(value) % 512 + len(value)), b"\n")
            entries[at][1], entries[at][4], entries[at][5] = 2, sum(map(len, content)) // 512, len(data)  # fmt: skip
            content.append(data)

    add(0, tree)
    folders = -(-len(entries) // 4)
    chains = [*range(1, folders), 0xFFFFFFFE]
    for data in content:
        first = len(chains)
        chains += [*range(first + 1, first + len(data) // 512), 0xFFFFFFFE]
    tables = -(-len(chains) // 127)
    numbers = [0xFFFFFFFD] * tables
    numbers += [one if one == 0xFFFFFFFE else one + tables for one in chains]
    numbers += [0xFFFFFFFF] * (128 * tables - len(numbers))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", *[*range(tables), *[0xFFFFFFFF] * (109 - tables)])
    folder = b""
    for name, kind, right, child, start, size in entries:
        text = name.encode("utf-16-le")
        place = start + tables + folders if kind == 2 else start
        folder += text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text) + 2, kind, 1, 0xFFFFFFFF, right, child)  # fmt: skip
        folder += bytes(36) + struct.pack("<IQ", place, size)
    folder = folder.ljust(folders * 512, b"\0")
    path.write_bytes(head + struct.pack(f"<{128 * tables}I", *numbers) + folder + b"".join(content))
    return path


def xls_workbook(path: Path, rows: Iterable[Iterable[object]], **options: Any) -> Path:
    shared: list[str] = []
    sheet = xls_sheet(rows, shared, **options)
    return compound(path, xls_stream({"S": sheet}, shared))


HEAD = ["VIN", "B/L No.", "Make", "HS Code", "Engine No"]
ROWS = [
    [VINS[0], "BL1", "特斯拉", 8703801090, "E1"],
    [VINS[1], "", "", 8703801090.0, ""],
    ["", "", "", "", ""],
    [VINS[2], "BL2", "-", "8.7038E+09", "E3"],
]
LIST = [HEAD, *ROWS]


def two_sheets(path, rows, kind, merged=(), hidden=()):
    """A workbook of two sheets, the second one hidden if asked for."""
    names = frozenset(hidden)
    if kind == "xlsx":
        blocks = "".join(
            f'<mergeCell ref="{column_letters(left + 1)}{top + 1}:{column_letters(right + 1)}{low + 1}"/>'
            for top, left, low, right in merged
        )
        body = "".join(
            f'<row r="{n}">'
            + "".join(
                f'<c r="{column_letters(i)}{n}"><v>{value}</v></c>'
                if isinstance(value, float | int)
                else xlsx_cell(f"{column_letters(i)}{n}", value)
                for i, value in enumerate(row, 1)
                if value not in {None, ""}
            )
            + "</row>"
            for n, row in enumerate(rows, 1)
        )
        sheet = xlsx_sheet(body).replace(
            "</sheetData>", f"</sheetData><mergeCells>{blocks}</mergeCells>" if blocks else "</sheetData>"
        )  # fmt: skip
        return xlsx_workbook(path, {"S": sheet, "T": sheet}, hidden=names)
    shared: list[str] = []
    if kind == "xlsb":
        sheets = {name: xlsb_sheet(rows, shared, merged=merged) for name in "ST"}
        return xlsb_workbook(path, sheets, shared, hidden=names)
    if kind == "xls":
        sheets = {name: xls_sheet(rows, shared, merged=merged) for name in "ST"}
        return compound(path, xls_stream(sheets, shared, hidden=names))
    covered = {
        (row, column)
        for top, left, low, right in merged
        for row in range(top, low + 1)
        for column in range(left, right + 1)
    }
    spans = {
        (
            top,
            left,
        ): f' table:number-rows-spanned="{low - top + 1}" table:number-columns-spanned="{right - left + 1}"'
        for top, left, low, right in merged
    }
    body = "".join(
        "<table:table-row>"
        + "".join(
            "<table:covered-table-cell/>"
            if (r, c) in covered and (r, c) not in spans
            else ods_cell(value, spans.get((r, c), ""))
            for c, value in enumerate(row)
        )
        + "</table:table-row>"
        for r, row in enumerate(rows)
    )
    tail = ods_table([])
    return ods_document(path, {"S": body + tail, "T": body + tail}, hidden=names)
