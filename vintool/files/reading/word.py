"""Word documents (DOCX): their tables and their text, with headers, footers and notes.

The XML is read as it stands, within the limits of any zip archive, and not by python-docx: that holds the tree of the whole
document, and leaves out tables in tables and text boxes, in which a list may stand as well. A document type is refused.
"""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from xml.parsers import expat

from vintool.declaration.headed import Headed
from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.sheets import Manifest
from vintool.files.reading.tables import Block, Blocks, Source, read_blocks
from vintool.files.reading.workbooks.beside_cells import embedded, notes_of
from vintool.files.reading.workbooks.parts import Parts, damage_refused

DOCUMENT = "word/document.xml"
_BESIDE = ("word/header", "word/footer", "word/footnotes", "word/endnotes")
_COMMENTS = "word/comments"
_UNREAD = frozenset({"moveFrom", "Fallback"})  # what stands a second time elsewhere
_NEXT = "save the table as .xlsx or CSV"


class _Handler:
    """What the parser meets, handed on as blocks."""

    def __init__(self, file: str) -> None:
        self.blocks, self._file = Blocks(file), file
        self._unread = 0
        self._text = self._cell = self._above = False
        self._columns = 1

    def doctype(self, *_: object) -> None:
        """Refuse entities where they could be declared."""
        raise ManifestError(
            "the document has a document type (DOCTYPE), which none needs and which can hide entities",
            file=self._file,
            next_step=_NEXT,
        )

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        local = name.rpartition(":")[2]
        value = next((text for key, text in attributes.items() if key.endswith("val")), "")
        self._unread += local in _UNREAD
        self._text = local == "t" and not self._unread
        if local == "tbl":
            self._begin_cell()
            self.blocks.start_table()
        elif local == "tr":
            self.blocks.start_row()
        elif local == "hidden" and value not in {"0", "false", "off"}:
            self.blocks.hide_row()
        elif local == "tc":
            self._cell, self._above, self._columns = True, False, 1
        elif local == "gridSpan" and value.isdecimal() and len(value) < 7:
            self._columns = int(value)
        elif local == "vMerge":
            self._above = value in {"", "continue"}
        elif local == "p":
            self._begin_cell()
        elif local == "tab" and not self._unread:
            self.blocks.text(" ")
        elif local in {"br", "cr"}:
            self.blocks.end_line()

    def _begin_cell(self) -> None:
        """Begin the cell, when its properties are known."""
        if self._cell:
            self.blocks.start_cell(self._columns, above=self._above)
        self._cell = False

    def text(self, text: str) -> None:
        """Text."""
        if self._text:
            self.blocks.text(text)

    def end(self, name: str) -> None:
        """An element ends."""
        local = name.rpartition(":")[2]
        self._unread -= local in _UNREAD
        self._text = False
        if local == "tbl":
            self.blocks.end_table()
        elif local == "tc":
            self._begin_cell()
            self.blocks.end_cell()
        elif local == "p":
            self.blocks.end_line()


def read_word(  # noqa: PLR0913 - how a manifest is opened
    path: Path,
    size: int,
    *,
    encoding: str | None,  # noqa: ARG001 - as of other documents; its XML says it
    sheet: str | None,
    holds: Callable[[Headed], bool],
    words: str,
) -> Manifest:
    """Open a Word document: its tables that hold VINs, and the VINs in its text.

    Args:
        path: the file.
        size: its size in bytes.
        encoding: not used.
        sheet: the only table to read.
        holds: whether a table holds what is looked for.
        words: the dictionary of headers.

    Raises:
        ManifestError: it is damaged, or unreasonably large.
        NoVinColumn: there is no VIN in it.
    """
    blocks: list[Block] = []
    try:
        with damage_refused(path), path.open("rb") as file, zipfile.ZipFile(file) as archive:
            parts = Parts(path, archive)
            names = sorted(info.filename.lower() for info in archive.infolist())
            beside = [one for one in names if one.startswith(_BESIDE) and one.endswith(".xml")]
            for part in (DOCUMENT, *beside):
                blocks += _blocks(path, parts.chunks(part))
            comments = [
                line
                for part in names
                if part.startswith(_COMMENTS) and part.endswith(".xml")
                for block in _blocks(path, parts.chunks(part))
                for line in ([block] if isinstance(block, str) else block.lines())
            ]
            unread = embedded(info.filename for info in archive.infolist())
    except ManifestError as error:
        if not error.what.startswith("the workbook"):
            raise
        what = error.what.replace("the workbook", "the document")
        raise ManifestError(what, file=path.name, next_step="save it again as .docx") from None
    source = Source(path, size, "docx", notes=notes_of(comments), unread=unread)
    return read_blocks(source, blocks, sheet=sheet, holds=holds, words=words)


def _blocks(path: Path, chunks: Iterator[bytes]) -> list[Block]:
    """The tables and lines of a part."""
    parser, handler, total = expat.ParserCreate(), _Handler(path.name), 0
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = handler.doctype
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    try:
        for chunk in chunks:
            total += len(chunk)
            if total > limits.DOCUMENT:
                raise limits.beyond(
                    "its text is longer", limits.DOCUMENT, "bytes", file=path.name, next_step=_NEXT
                )
            parser.Parse(chunk)
            if total - parser.CurrentByteIndex > limits.TAG:
                raise limits.beyond(
                    "a tag is longer", limits.TAG, "bytes", file=path.name, next_step=_NEXT
                )
        parser.Parse(b"", True)  # noqa: FBT003 - the end
    except expat.ExpatError:
        raise ManifestError(
            "the document is damaged or cut short",
            file=path.name,
            next_step="save it again as .docx",
        ) from None
    return handler.blocks.finished()
