"""Mails, pages and documents with a list in them, made by code."""

import zipfile
from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from pathlib import Path

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
    with zipfile.ZipFile(path, "w") as archive:
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
