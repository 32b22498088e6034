"""What stands in a workbook beside its cells, and is not read: comments, and the text of boxes. VINs and words for electric cars in it are told."""

import html
import re
import struct
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from vintool.declaration.lexicon.remarks import speaks
from vintool.declaration.vins_in_text import vins_in_text

if TYPE_CHECKING:
    from vintool.files.reading.workbooks.parts import Parts

_PARTS = re.compile(
    r"xl/(?:comments[^/]*|comments/[^/]+|threadedcomments/[^/]+|drawings/drawing[^/]*|ctrlprops/[^/]+)\.xml"
)
_BINARY_PARTS = re.compile(r"xl/comments[^/]*\.bin")
_WIDE = re.compile(rb"(?:[\x20-\x7e\n]\x00|[\x00-\xff][\x04\x4e-\x9f]){3,}")
_TXO = re.compile(rb"\xb6\x01\x12\x00.{18}\x3c\x00(?=..)", re.DOTALL)
_SIZE = struct.Struct("<H")
EMBEDDED = re.compile(r"(?:xl|word)/embeddings/([^/]+)", re.IGNORECASE)
_MARKS = re.compile(r"""&(?:"[^"]*"|K[0-9A-F]{6}|\d{1,3}(?!\d)|.)""", re.DOTALL)
_OF_PAGE = re.compile(rb"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)[^<>]*>([^<>]+)</")
_BREAK = re.compile(r"</(?:\w+:)?(?:p|text|comment|txBody)\s*>")
_TAG = re.compile(r"<[^<>]*>")


def texts_beside(parts: "Parts") -> list[str]:
    """The texts of comments and boxes of a workbook in parts."""
    texts = list[str]()
    for name in parts.named(_PARTS):
        xml = b"".join(parts.chunks(name)).decode("utf-8", "replace")
        texts += _TAG.sub("", _BREAK.sub("\n", xml)).split("\n")
    for name in parts.named(_BINARY_PARTS):
        found = _WIDE.findall(b"".join(parts.chunks(name)))
        texts += (one.decode("utf-16-le", "replace") for one in found)
    return texts


def texts_of_boxes(stream: bytearray) -> list[str]:
    """The same of the records of an XLS workbook ([MS-XLS] 2.4.329: TxO)."""
    texts = list[str]()
    for box in _TXO.finditer(stream):
        (size,) = _SIZE.unpack_from(stream, box.end())
        start = box.end() + _SIZE.size
        wide, text = stream[start : start + 1] == b"\1", stream[start + 1 : start + size]
        texts.append(text.decode("utf-16-le" if wide else "latin-1", "replace"))
    return texts


def notes_of(texts: Sequence[str]) -> list[str]:
    """Notes on the VINs that stand in comments and boxes, and on what speaks of electric cars there."""
    notes = list[str]()
    if vins := vins_in_text(texts).vins:
        notes.append(
            f"{vins} VIN(s) stand in comments and text boxes, which were not read: look at them there."
        )
    if spoken := sum(bool(speaks(text)) for text in texts):
        notes.append(
            f"{spoken} comment(s) or text box(es) speak of electric cars, and were not read: look at them there."
        )
    return notes


def without_marks(text: str) -> str:
    """A header or footer of a page without what says where and how it is printed.

    >>> without_marks('&L&"Arial,Bold"&12 BEV&CLRW3E7FA1LC000001 && more').split()
    ['BEV', 'LRW3E7FA1LC000001', '&', 'more']
    """
    return _MARKS.sub(lambda mark: "&" if mark[0] == "&&" else "\n", text)


def of_pages(block: bytes) -> list[str]:
    """The headers and footers of pages in a part of a sheet's XML.

    >>> of_pages(b"<oddHeader>&amp;CBEV &amp;&amp; more</oddHeader><evenFooter/>")
    ['BEV & more']
    """
    texts = (
        without_marks(html.unescape(one.decode("utf-8", "replace")))
        for one in _OF_PAGE.findall(block)
    )
    return [line for text in texts for line in text.splitlines() if line.strip()]


def embedded(names: Iterable[str]) -> list[tuple[str, str]]:
    """The files that are embedded in a document, by the names of its parts: none of them is read.

    >>> embedded(["word/document.xml", "word/embeddings/Microsoft_Excel_Sheet.xlsx"])
    [('Microsoft_Excel_Sheet.xlsx', 'it is embedded in the file; save it from there, and pass it as a file of its own')]
    """
    why = "it is embedded in the file; save it from there, and pass it as a file of its own"
    found = map(EMBEDDED.fullmatch, sorted(names))
    return [(one[1], why) for one in found if one]
