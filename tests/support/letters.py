"""Mails, pages and documents with a list in them, made by code."""

import zipfile
from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
EXCEL = "urn:schemas-microsoft-com:office:spreadsheet"


def mail(body: str, *attached: tuple[str, bytes], html: str = "", subject: str = "list", charset: str = "utf-8") -> EmailMessage:  # fmt: skip
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.cn", "b@example.com", subject
    message.set_content(body, charset=charset, cte="quoted-printable")
    if html:
        message.add_alternative(html, subtype="html")
    for name, content in attached:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)  # fmt: skip
    return message


def html_table(rows: Iterable[Sequence[str]]) -> str:
    return "<table>" + "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows) + "</table>"  # fmt: skip


def spreadsheetml(rows: Iterable[Sequence[str]], more: str = "") -> str:
    cells = "".join(
        f"<Row>{''.join(f'<Cell><Data ss:Type={chr(34)}String{chr(34)}>{cell}</Data></Cell>' for cell in row)}</Row>"
        for row in rows
    )
    return f'<?xml version="1.0"?><Workbook xmlns="{EXCEL}" xmlns:ss="{EXCEL}"><Worksheet ss:Name="List"><Table>{cells}{more}</Table></Worksheet></Workbook>'


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def word_table(rows: Iterable[Sequence[str]]) -> str:
    """A table; a cell None goes on with the one above."""

    def cell(text: str | None) -> str:
        below = "<w:tcPr><w:vMerge/></w:tcPr>" if text is None else ""
        return f"<w:tc>{below}{paragraph(text or '')}</w:tc>"

    lines = (f"<w:tr>{''.join(map(cell, row))}</w:tr>" for row in rows)
    return f"<w:tbl>{''.join(lines)}</w:tbl>"


def word(path: Path, body: str, **parts: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"document": body, **parts}.items():
            archive.writestr(
                f"word/{name}.xml", f'<w:document xmlns:w="{WORD}">{content}</w:document>'
            )
    return path


def archive(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(name, content)
    return path


def message(subject: str, body: str, *attached: tuple[str, Any], **more: bytes) -> dict[str, Any]:
    """The streams of a message of Outlook; what is attached is bytes, or a message."""
    streams: dict[str, Any] = {"__properties_version1.0": bytes(32)}
    for tag, text in (("0037001F", subject), ("1000001F", body)):
        streams[f"__substg1.0_{tag}"] = text.ljust(2560).encode("utf-16-le")
    for at, (name, content) in enumerate(attached):
        inner = isinstance(content, dict)
        streams[f"__attach_version1.0_#{at:08X}"] = {
            "__substg1.0_3707001F": name.ljust(2560).encode("utf-16-le"),
            f"__substg1.0_3701{'000D' if inner else '0102'}": content,
        }
    return streams | {f"__substg1.0_{tag}": data for tag, data in more.items()}


def pdf(*pages: Sequence[str]) -> bytes:
    """A PDF of pages of lines in ASCII."""
    font, tree = (
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Catalog/Pages 2 0 R>>",
    )
    kids = b" ".join(b"%d 0 R" % (4 + 2 * at) for at in range(len(pages)))
    objects = [tree, b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(pages)), font]
    for at, lines in enumerate(pages):
        drawn = b"".join(b"<%s> Tj T*\n" % line.encode("ascii").hex().encode() for line in lines)
        stream = b"BT /F1 9 Tf 12 TL 40 800 Td\n" + drawn + b"ET"
        objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>" % (5 + 2 * at))  # fmt: skip
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
    made, places = b"%PDF-1.4\n", list[int]()
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    foot = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(made))
    return made + head + table + foot
