"""Web pages with tables: what portals and SAP export, often under the name of a spreadsheet, and the HTML of mails.

The parser is the standard library's, as for pages of type approvals: it takes any page, follows nothing and runs nothing.
"""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path

from vintool.declaration.headed import Headed
from vintool.errors import ManifestError, NoVinColumn
from vintool.files.reading import limits
from vintool.files.reading.approval_page import is_page
from vintool.files.reading.encoding import decide
from vintool.files.reading.sheets import Manifest
from vintool.files.reading.tables import Block, Blocks, Source, read_blocks
from vintool.files.reading.unshown import unshown

_META = re.compile(rb"<(?:meta|\?xml)\b[^<>]*", re.IGNORECASE)
_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_PIECE = re.compile(
    rb"<(?:div|span|p|tr|td|th|style|font|center|br|b|i|u|h[1-6]|title|script)\b[^@]", re.IGNORECASE
)
_UNSEEN = frozenset({"script", "style", "template", "title"})
_CELLS = frozenset({"td", "th"})
# What may hide the rows in it, and what each of a cell's own ends.
_AROUND = frozenset({"table", "tbody", "thead", "tfoot", "div", "section", "article", "form", "body", "details"})  # fmt: skip
_HIDES = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:collapse|hidden))", re.IGNORECASE
)
_NAMED = re.compile(r"[.#][\w-]{1,80}")
_LONGEST_RULE = 4_000  # characters of selectors and rules
_DEEPEST = 1_000  # elements of these in each other
_LINES = frozenset({"br", "p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr", "dt", "dd", "dl", "blockquote", "section", "article", "caption"})  # fmt: skip
_CUT = "it ends within a table, as one that is cut short does; export or save it again"
_NEXT = "open it in a spreadsheet program and save a copy as .xlsx"


class _Page(HTMLParser):
    """What the parser meets, handed on as blocks."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self.blocks = Blocks(file)
        self.frames = 0
        self._unseen = 0
        self._columns = 0  # of the open table that <col> has told of
        self._around: list[
            tuple[str, bool]
        ] = []  # what is open, and whether it hides what is in it
        self._open = Counter[str]()  # how many of each of these
        self._hiding = set[str]()  # .class and #id of the page's own style

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A table, a row, a cell or a line begins."""
        values = dict(attrs)
        if tag in _AROUND and len(self._around) < _DEEPEST:
            self._around.append((tag, self._hidden(values) or self._is_hiding()))
            self._open[tag] += 1
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "table":
            self.blocks.start_table()
            self._columns = 0
        elif tag == "tr":
            self.blocks.start_row(hidden=self._hidden(values) or self._is_hiding())
        elif tag == "col":
            first = self._columns + 1
            self._columns += _span(values.get("span"))
            if self._hidden(values):
                self.blocks.hide_columns(first, self._columns)
        elif tag in _CELLS:
            columns = _span(values.get("colspan"))
            self.blocks.start_cell(columns, _span(values.get("rowspan")))
            if self._hidden(values):
                self.blocks.hide_columns(self.blocks.column, self.blocks.column + columns - 1)
        else:
            self._line_or_value(tag, values)
        self.frames += tag in {"frame", "iframe"}

    def _line_or_value(self, tag: str, values: Mapping[str, str | None]) -> None:
        """A line begins, or a field of a form has a value, which is shown like text."""
        if tag in _LINES:
            self.blocks.end_line()
        elif tag == "input" and not self._unseen:
            self.blocks.text(f" {values.get('value') or ''} ")

    @property
    def hides_its_end(self) -> bool:
        """Whether a template that is never closed hides all that stands behind it."""
        return self._unseen > 0

    def _hidden(self, values: Mapping[str, str | None]) -> bool:
        """Whether an element is not shown, by its own attributes or the page's style."""
        named = {f".{one}" for one in (values.get("class") or "").split()}
        named.add(f"#{values.get('id')}")
        style = values.get("style") or ""
        return (
            "hidden" in values
            or _HIDES.search(style) is not None
            or not self._hiding.isdisjoint(named)
        )

    def _is_hiding(self) -> bool:
        """Whether what is open hides what is in it."""
        return bool(self._around) and self._around[-1][1]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without content; of the unseen ones nothing begins."""
        if tag not in _UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """A table, a cell or a line ends."""
        if self._open[tag]:
            self._open[tag] -= 1
            while (ended := self._around.pop()[0]) != tag:
                self._open[ended] -= 1
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "table":
            self.blocks.end_table()
        elif tag in _CELLS:
            self.blocks.end_cell()
        elif tag in _LINES:
            self.blocks.end_line()

    def handle_data(self, data: str) -> None:
        """Text that is seen; line breaks in it are spaces. Of a style what it hides."""
        if self.cdata_elem == "style":
            for rule in data.split("}"):
                selectors, _, how = rule[-_LONGEST_RULE:].rpartition("{")
                if _HIDES.search(how):
                    self._hiding.update(_NAMED.findall(selectors))
        if not self._unseen:
            self.blocks.text(data.replace("\r", " ").replace("\n", " "))


def _span(value: str | None) -> int:
    """How many columns or rows a cell is merged over.

    >>> _span("3"), _span("all"), _span(None)
    (3, 1, 1)
    """
    text = (value or "").strip()
    return int(text) if text.isdecimal() and 0 < len(text) < 7 else 1


def is_web_page(head: bytes) -> bool:
    """Whether a file begins as a web page, or as a piece of one.

    >>> is_web_page(b"<html><table>"), is_web_page(b"<div>VIN"), is_web_page(b"<a@example.com> wrote:")
    (True, True, False)
    """
    head = head.lstrip(b"\xff\xfe\xef\xbb\xbf \r\n\t")
    return is_page(head) or (head.startswith(b"<") and _PIECE.match(head) is not None)


def page_blocks(file: str, text: str) -> list[Block]:
    """The tables and lines of a page.

    Args:
        file: its name, for messages.
        text: the page.

    >>> page_blocks("a.html", "<p>see below<p>thanks")
    ['see below', 'thanks']
    """
    return _parsed(file, text).blocks.finished()


def _parsed(file: str, text: str) -> _Page:
    page = _Page(file)
    # What is not closed at the end would be looked for anew at every place where it might begin.
    if text.rfind("<!--") > text.rfind("-->"):
        text += "-->"
    if text.rfind("<") > text.rfind(">"):
        text += "\"'>"
    page.feed(text)
    page.close()
    return page


def read_web_page(  # noqa: PLR0913 - how a manifest is opened
    path: Path,
    size: int,
    *,
    encoding: str | None,
    sheet: str | None,
    holds: Callable[[Headed], bool],
    words: str,
) -> Manifest:
    """Open a web page: its tables that hold VINs, and the VINs in its text.

    Args:
        path: the file.
        size: its size in bytes.
        encoding: of its text, where what it declares is wrong.
        sheet: the only table to read.
        holds: whether a table holds what is looked for.
        words: the dictionary of headers.

    Raises:
        ManifestError: it is too large, or no text.
        NoVinColumn: there is no VIN in it.
    """
    limits.refuse_larger(path, limits.WEB_PAGE, "the page", next_step=_NEXT)
    name, _, notes = _encoding(path, encoding)
    text = path.read_bytes().decode(name)
    page = _parsed(path.name, text)
    cut = [("end of the page", _CUT)] if page.blocks.is_open or page.hides_its_end else []
    blocks = page.blocks.finished()
    cut += unshown(text, blocks)
    if not blocks and page.frames:
        raise ManifestError(
            "this page shows other pages, in which its sheets are", file=path.name, next_step=_NEXT
        )
    source = Source(path, size, "html", name, notes, cut)
    try:
        return read_blocks(source, blocks, sheet=sheet, holds=holds, words=words)
    except NoVinColumn as error:
        if not cut:
            raise
        raise ManifestError(
            f"{error.what}; {cut[-1][0]}: {cut[-1][1]}", file=path.name, next_step=_NEXT
        ) from None


def _encoding(path: Path, wanted: str | None) -> tuple[str, object, list[str]]:
    """The encoding: as the user says, as the page declares if it is true, else as it is found out."""
    if wanted is None and (declared := declared_charset(path)):
        try:
            return decide(path, declared)
        except ManifestError:
            name, scan, notes = decide(path, None)
            return name, scan, [*notes, f"The page declares {declared}, which it is not."]
    return decide(path, wanted)


def declared_charset(path: Path) -> str | None:
    """The encoding that a page declares, if Python knows it; GBK by the name of what contains it."""
    with path.open("rb") as file:
        head = file.read(8192)
    found = (_CHARSET.search(meta[0]) for meta in _META.finditer(head))
    declared = next(filter(None, found), None)
    return known_charset(declared[1].decode("ascii", "replace")) if declared else None


def known_charset(name: str | None) -> str | None:
    r"""An encoding as Python names it; GBK and GB2312 by the name of what contains them, Latin 1 as browsers read it.

    >>> known_charset("GB2312"), known_charset("ISO-8859-1"), known_charset("no such"), known_charset("utf-8\0")
    ('gb18030', 'cp1252', None, None)
    """
    try:
        found = codecs.lookup(name or "").name
        b"".decode(found)
    except (LookupError, ValueError):  # the latter of a NUL in the name, too
        return None
    return {"gbk": "gb18030", "gb2312": "gb18030", "iso8859-1": "cp1252"}.get(found, found)
