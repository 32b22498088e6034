"""A saved page of type approvals -> its products, each as labels and values.

A page of one product has a table of labels, each with its value in the next cell; a page of several has a row of labels and a
row a product beneath it. Batch, date and address may stand outside of them: in the title, in the head, in what a browser notes
when it saves a page.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path

from vintool.desk.approvals import field_of, starts_in
from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.encoding import decide

_PAGE = re.compile(
    rb"<(?:!DOCTYPE\s+html|html|head|body|table|meta|!--\s*saved from)\b", re.IGNORECASE
)
_CELLS = frozenset({"td", "th", "dt", "dd"})
_TABLES = frozenset({"table", "dl"})
_BREAKS = frozenset({"br", "p", "div", "li"})
_UNSEEN = frozenset({"script", "style", "noscript", "template"})
_BATCH = re.compile(r"第\s*(\d{1,4})\s*批")
_DATE = re.compile(r"(?:发布时间|发布日期|公告日期|成文日期)\s*[:：]?\s*(\d{4}\D\d{1,2}\D\d{1,2})")
_SAVED = re.compile(r"saved from url=\(\d+\)(\S+)")
_COLON = re.compile("[:：]")
_LONGEST_LABEL = 30
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
    one_each = "save the page of each product by itself"
    limits.refuse_larger(path, limits.PAGE, "the page", next_step=one_each)
    name, _, _ = decide(path, encoding)
    page = _Page()
    page.feed(path.read_bytes().decode(name))
    page.close()
    outside = page.outside()
    products = [outside | product for product in _products(path.name, page.rows)]
    if not products:
        raise ManifestError(
            "this page shows no type approval: no cell 产品型号 with a value beside it",
            file=path.name,
            next_step="save the page of the product itself, whole",
        )
    return products


class _Table:
    """A table that is being read: its last row, and the texts of the cell that is open, if one is."""

    def __init__(self) -> None:
        self.row: list[str] | None = None
        self.cell: list[str] | None = None

    def close_cell(self) -> None:
        """A cell ends where it says so, where the next one begins, and with its row."""
        if self.cell is not None and self.row is not None:
            lines = (" ".join(line.split()) for line in "".join(self.cell).split("\n"))
            self.row.append("\n".join(filter(None, lines)))
        self.cell = None


class _Page(HTMLParser):
    """The rows of all tables of a page, and what stands outside of them."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._tables = [
            _Table()
        ]  # those that are open, the innermost last; the first stands for the page
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
        """Open a table, a row or a cell, or note what the head says."""
        table = self._tables[-1]
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _TABLES:
            self._tables.append(_Table())
        elif tag == "tr" or tag in _CELLS:
            table.close_cell()
            if tag == "tr" or table.row is None:
                table.row = []
                self.rows.append(table.row)
            if tag in _CELLS:
                table.cell = []
        elif tag in _BREAKS:
            self._add("\n")
        else:
            self._note_head(tag, {name: value or "" for name, value in attrs})

    def _note_head(self, tag: str, values: Mapping[str, str]) -> None:
        """The address and the date that the head of a page gives."""
        key = (values.get("name") or values.get("property") or "").casefold()
        if tag == "link" and values.get("rel") == "canonical":
            self._outside["url"] = values.get("href", "")
        elif tag == "meta" and key in _DATES:
            self._outside["date"] = values.get("content", "")[:10]
        elif tag == "meta" and key == "og:url":
            self._outside.setdefault("url", values.get("content", ""))

    def handle_endtag(self, tag: str) -> None:
        """Close a cell, a row or a table."""
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _TABLES or tag == "tr" or tag in _CELLS:
            self._tables[-1].close_cell()
            if tag in _TABLES and len(self._tables) > 1:
                self._tables.pop()
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
        for table in self._tables:
            table.close_cell()

    def _add(self, text: str) -> None:
        self._text.append(text)
        if (cell := self._tables[-1].cell) is not None:
            cell.append(text)


def _products(file: str, rows: Sequence[Sequence[str]]) -> Iterator[dict[str, str]]:
    """The products of tables: rows under a row of labels, or labels each with its value.

    Raises:
        ManifestError: a row under labels has other cells than they: which is whose cannot be told.
    """
    product: dict[str, str] = {}
    heads: tuple[str, ...] = ()
    for number, row in enumerate(rows, 1):
        fields = tuple(map(field_of, row))
        if heads and not any(fields):
            if len(row) == len(heads):
                yield {field: cell for field, cell in zip(heads, row, strict=True) if field}
            elif len(list(filter(None, row))) > 1:
                raise ManifestError(
                    f"a product has {len(row)} cells under {len(heads)} labels, as where cells are merged",
                    file=file,
                    row=number,
                    next_step="save the page of each product by itself, or the table as CSV",
                )
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
    """The labels of a row with their values, in the next cell or behind a colon in the same one.

    A value under an empty label goes on with that of the row before: further starts of VINs.
    """
    if len(row) == 2 and not row[0] and starts_in(row[1])[0]:
        yield "start", row[1]
    for at, (cell, field) in enumerate(zip(row, fields, strict=True)):
        if field:
            if at + 1 < len(row) and row[at + 1]:
                yield field, row[at + 1]
        elif colon := _COLON.search(cell, 0, _LONGEST_LABEL):
            value = cell[colon.end() :].strip()
            if value and (inner := field_of(cell[: colon.start()].strip())):
                yield inner, value
