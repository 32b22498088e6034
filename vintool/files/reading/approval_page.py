"""A saved page of type approvals -> its products, each as labels and values.

A page of one product has a table of labels, each with its value in the next cell; a page of several has a row of labels and a
row a product beneath it. Batch, date and address may stand outside of them: in the title, in the head, in what a browser notes
when it saves a page.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

from vintool.desk.approvals import field_of
from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.encoding import decide

_PAGE = re.compile(
    rb"<(?:!DOCTYPE\s+html|html|head|body|table|meta|!--\s*saved from)\b", re.IGNORECASE
)
_CELLS = frozenset({"td", "th", "dt", "dd"})
_ROWS = frozenset({"tr", "dl"})
_BREAKS = frozenset({"br", "p", "div", "li", "tr"})
_UNSEEN = frozenset({"script", "style", "noscript", "template"})
_BATCH = re.compile(r"第\s*(\d{1,4})\s*批")
_DATE = re.compile(r"(?:发布时间|发布日期|公告日期|成文日期)\s*[:：]?\s*(\d{4}\D\d{1,2}\D\d{1,2})")
_SAVED = re.compile(r"saved from url=\(\d+\)(\S+)")
_INLINE = re.compile(r"\s*([^:：]{2,30})[:：]\s*(.*\S)\s*", re.DOTALL)
_OF_ONE = frozenset({"brand", "code", "name"})
"""A label that comes again with another value begins another product; of the others a product may have several."""

_DATES = frozenset({"pubdate", "publishdate", "article:published_time"})


def is_page(head: bytes) -> bool:
    """Whether a file begins as a web page.

    >>> is_page(b"<!DOCTYPE html><html>"), is_page(b"<?xml version='1.0'?><DecMessage>")
    (True, False)
    """
    return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") and _PAGE.search(head) is not None


def read_page(path: Path, *, encoding: str | None = None) -> list[dict[str, str]]:
    """The products of a page, by field.

    Raises:
        ManifestError: it cannot be read, is too large, or shows no product.
    """
    if path.stat().st_size > limits.PAGE:
        raise limits.beyond(
            "the page is larger",
            limits.PAGE,
            "bytes",
            file=path.name,
            next_step="save the page of each product by itself",
        )
    name, _, _ = decide(path, encoding)
    page = _Page()
    page.feed(path.read_bytes().decode(name))
    page.close()
    products = [page.outside() | product for product in _products(page.rows)]
    if not products:
        raise ManifestError(
            "this page shows no type approval: no cell 产品型号 with a value beside it",
            file=path.name,
            next_step="save the page of the product itself, whole",
        )
    return products


class _Page(HTMLParser):
    """The rows of all tables of a page, and what stands outside of them."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._open: list[list[str]] = []  # cells that are open, the innermost last
        self._unseen = 0
        self._text: list[str] = []
        self._outside: dict[str, str] = {}

    def outside(self) -> dict[str, str]:
        """Batch, date and address, as far as the page tells them."""
        text = "".join(self._text)
        found = dict(self._outside)
        if batch := _BATCH.search(text):
            found["batch"] = batch[1]
        if "date" not in found and (day := _DATE.search(text)):
            found["date"] = day[1]
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a row or a cell, or note what the head says."""
        values = {name: value or "" for name, value in attrs}
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _ROWS or (tag in _CELLS and not self.rows):
            self.rows.append([])
        if tag in _CELLS:
            self._close_cell(tag)
            self._open.append([tag])
        elif tag in _BREAKS:
            self._add("\n")
        elif tag == "link" and values.get("rel") == "canonical":
            self._outside["url"] = values.get("href", "")
        elif tag == "meta":
            key = (values.get("name") or values.get("property") or "").casefold()
            if key in _DATES:
                self._outside["date"] = values.get("content", "")[:10]
            elif key == "og:url":
                self._outside.setdefault("url", values.get("content", ""))

    def handle_endtag(self, tag: str) -> None:
        """Close a cell."""
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _CELLS:
            self._close_cell(tag)
        elif tag in {"tr", "table", "dl"}:
            self._close_cell("")
        elif tag in _BREAKS:
            self._add("\n")

    def handle_data(self, data: str) -> None:
        """Text of the open cell, or of the page."""
        if not self._unseen:
            self._add(data)

    def handle_comment(self, data: str) -> None:
        """What a browser notes when it saves a page."""
        if saved := _SAVED.search(data):
            self._outside.setdefault("url", saved[1])

    def close(self) -> None:
        """The end of the page, which closes what is open."""
        super().close()
        self._close_cell("")

    def _add(self, text: str) -> None:
        self._text.append(text)
        if self._open:
            self._open[-1].append(text)

    def _close_cell(self, tag: str) -> None:
        """A cell ends where it says so, where the next one begins, and with its row."""
        if self._open and (not tag or self._open[-1][0] in _CELLS):
            _, *texts = self._open.pop()
            lines = (" ".join(line.split()) for line in "".join(texts).split("\n"))
            self.rows[-1].append("\n".join(filter(None, lines)))


def _products(rows: Sequence[Sequence[str]]) -> Iterator[dict[str, str]]:
    """The products of tables: rows under a row of labels, or labels each with its value."""
    product: dict[str, str] = {}
    heads: tuple[str, ...] = ()
    for row in rows:
        fields = tuple(map(field_of, row))
        if heads and len(row) == len(heads) and not any(fields):
            yield {field: cell for field, cell in zip(heads, row, strict=True) if field}
            continue
        heads = ()
        if any(one and other for one, other in itertools.pairwise(fields)):
            heads = fields
            continue
        for field, value in _pairs(row, fields):
            if field in _OF_ONE and product.get(field, value) != value:
                if product.get("code"):
                    yield product
                product = {}
            before = product.get(field, value)
            product[field] = value if before == value else f"{before}\n{value}"
    if product.get("code"):
        yield product


def _pairs(row: Sequence[str], fields: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The labels of a row with their values, in the next cell or behind a colon in the same one."""
    for at, (cell, field) in enumerate(zip(row, fields, strict=True)):
        if field:
            if at + 1 < len(row) and row[at + 1]:
                yield field, row[at + 1]
        elif (inline := _INLINE.fullmatch(cell)) and (inner := field_of(inline[1])):
            yield inner, inline[2]
