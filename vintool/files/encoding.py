"""The encoding of a text file: proven by decoding every byte, guessed as late as possible.

A mark at the start decides, then strict UTF-8 over the whole file, which other encodings hardly
ever satisfy. What remains is nearly always GB18030, unless another encoding turns the same bytes
into more headers that we know. The pass that proves it also counts the lines, so that the parser's
records can be checked against something that is not the parser.
"""

import codecs
from dataclasses import dataclass
from pathlib import Path

from vintool import headers
from vintool.errors import ManifestError

DELIMITERS = ",\t;|"

_CHUNK = 1 << 20
_HEAD = 1 << 16
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# GB18030 first: it wins unless another encoding makes more known headers of the same bytes.
_LEGACY = ("gb18030", "big5", "cp932", "cp949", "cp1251", "cp1252")


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass of the decoder over the whole file has seen."""

    lines: int
    quotes: bool
    closed: bool  # the last character before the final line breaks is a quotation mark


def decide(path: Path, wanted: str | None) -> tuple[str, Scan, list[str]]:
    """Find the encoding in which the whole file is valid text.

    Args:
        path: the file.
        wanted: the encoding that the user names, if any.

    Returns:
        The encoding, what decoding the file has shown, and notes about a guess.

    Raises:
        ManifestError: no encoding fits, or not the one named.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    marked = next((name for bom, name in _BOMS if head.startswith(bom)), None)
    if wanted is not None:
        try:
            " ".encode(wanted)
        except (LookupError, UnicodeError):
            raise ManifestError(
                f"there is no text encoding {wanted!r}",
                file=path.name,
                next_step="use a name such as utf-8, gb18030, big5, cp932 or cp1251",
            ) from None
        name = codecs.lookup(wanted).name
        marked = marked if marked and marked.startswith(name) else name
    if marked is not None:
        return marked, _scan(path, marked), []
    try:
        return "utf-8", _scan(path, "utf-8"), []
    except _UndecodableError as error:
        refusal: ManifestError = error
    known = {name: _known_headers(head, name) for name in _LEGACY}
    for name in sorted(_LEGACY, key=known.__getitem__, reverse=True):
        if name == _LEGACY[0] or known[name] > 0:
            try:
                scan = _scan(path, name)
            except _UndecodableError as error:
                refusal = error
            else:
                note = f"The text is not UTF-8; read as {name.upper()}: if characters look wrong, pass --encoding."
                return name, scan, [note]
    raise refusal


def _known_headers(head: bytes, encoding: str) -> int:
    """How many headers outside ASCII the dictionary knows, were the file in this encoding."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return -1
    cells = (
        cell.strip(' "')
        for line in text.splitlines()[: headers.LOOKED_AT]
        for mark in DELIMITERS
        if mark in line
        for cell in line.split(mark)
    )
    return sum(not cell.isascii() and headers.hits([cell]) for cell in cells)


class _UndecodableError(ManifestError):
    """The bytes are no text in the encoding tried."""


def _scan(path: Path, encoding: str) -> Scan:
    decoder = codecs.getincrementaldecoder(encoding)()
    consumed = lines = 0
    quotes, last, end = False, "\n", ""
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            consumed += len(chunk)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:  # UTF-16 without its mark tells no place
                rest, start = getattr(error, "object", b""), getattr(error, "start", 0)
                raise _UndecodableError(
                    f"not valid {encoding.upper()} at byte {consumed - len(rest) + start if rest else 0}",
                    file=path.name,
                    row=lines + rest[:start].count(b"\n") + 1,
                    next_step="pass the right one with --encoding, or save the file again as UTF-8",
                ) from None
            if "\0" in text:
                raise ManifestError(
                    "holds NUL characters, as binary files and UTF-16 without a mark do",
                    file=path.name,
                    row=lines + text[: text.index("\0")].count("\n") + 1,
                    next_step="save it again as UTF-8, or pass --encoding utf-16-le",
                )
            lines += text.count("\n")
            if "\r" in text or last == "\r":
                pairs = text.count("\r\n") + (last == "\r" and text.startswith("\n"))
                lines += text.count("\r") - pairs
            quotes = quotes or '"' in text
            last = text[-1:] or last
            end = text.rstrip("\r\n")[-1:] or end
            if not chunk:
                return Scan(lines + (last not in "\r\n"), quotes, end == '"')
