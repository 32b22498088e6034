"""The encoding of a text file: proven by decoding every byte, guessed as late as possible.

A mark at the start decides, then strict UTF-8 over the whole file, which other encodings hardly
ever satisfy; UTF-16 without its mark shows in its zeros. What remains is a code page (``code_pages``). The pass that
proves it also counts the lines, so that the parser's records can be checked against something that is not the parser.
"""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from vintool.errors import ManifestError

DELIMITERS = ",\t;|"
_BREAKS_AND_SEPARATORS = f"\r\n {DELIMITERS}".encode()

_CHUNK = 1 << 20
_HEAD = 1 << 16
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass of the decoder over the whole file has seen."""

    lines: int
    quoted: int  # the number of the last line with a quotation mark
    closed: (
        bool  # the last character before the final line breaks and empty cells is a quotation mark
    )


_PRINTABLE_PAIR = re.compile(rb"[\t\n\r -~]{2}")


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
    marked = _mark(head)
    if wanted is not None:
        name = _named(path, wanted)
        marked = marked if marked and marked.startswith(name) else name
    if marked is not None:
        return marked, _scan(path, marked), []
    if unmarked := _utf16(head):
        note = f"The text is {unmarked.upper()} without a byte order mark."
        return unmarked, _scan(path, unmarked), [note]
    try:
        return "utf-8", _scan(path, "utf-8"), []
    except _UndecodableError as error:
        return _guess(path, error)


def likely(path: Path) -> str:
    """The encoding that a look at the first bytes suggests: the one that a mark names, else UTF-8."""
    with path.open("rb") as file:
        return _mark(file.read(4)) or "utf-8"


def _mark(head: bytes) -> str | None:
    return next((name for bom, name in _BOMS if head.startswith(bom)), None)


def _named(path: Path, wanted: str) -> str:
    """The name of an encoding as Python has it."""
    try:
        " ".encode(wanted)
    except (LookupError, UnicodeError):
        raise ManifestError(
            f"there is no text encoding {wanted!r}",
            file=path.name,
            next_step="use a name such as utf-8, gb18030, big5, cp932 or cp1251",
        ) from None
    return codecs.lookup(wanted).name


def _guess(path: Path, refusal: ManifestError) -> tuple[str, Scan, list[str]]:
    """The likeliest code page that decodes the whole file, if that is no damaged UTF-8."""
    from vintool.files.reading.code_pages import (  # noqa: PLC0415 - most files are UTF-8
        cells_beyond_ascii,
        likely_code_pages,
    )

    cells, refusals = cells_beyond_ascii(path), list[ManifestError]()
    if _is_damaged_utf8(b"\n".join(cells)):
        raise refusal
    likely = likely_code_pages(cells)
    for name in likely.names:
        try:
            scan = _scan(path, name)
        except _UndecodableError as error:
            refusals.append(error)
        else:
            note = f"The text is not UTF-8; read as {name.upper()}: if characters look wrong, pass --encoding."
            return name, scan, [note, *(likely.notes if name == likely.names[0] else ())]
    raise refusals[0]


def _utf16(head: bytes) -> str:
    """UTF-16 that shows without a mark: the zeros of its ASCII all stand on one side; else empty."""
    zeros = [head[side::2].count(0) for side in (0, 1)]
    low = int(zeros[1] > zeros[0])
    # U+4E00 and its like have a zero on the other side; a stray one is damage.
    if zeros[low] <= max(8 * zeros[1 - low], len(head) // 64):
        return ""
    if 4 * len(_PRINTABLE_PAIR.findall(head)) > len(head):
        return ""  # text of one byte a character, with a few stray zeros
    name = ("utf-16-be", "utf-16-le")[low]
    text = head[: len(head) // 2 * 2].decode(name, "replace")
    ends = any(mark in text for mark in f"\r\n{DELIMITERS}")
    return name if ends and "\0" not in text and text.count("\ufffd") <= 1 else ""


def _is_damaged_utf8(cells: bytes) -> bool:
    """Whether cells are UTF-8 but for a few places, and not only ASCII.

    Of GB18030 and its like a tenth of the characters happens to be UTF-8 too.
    """
    text = cells.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return sum(not letter.isascii() for letter in text) - bad >= max(2 * bad, 4)


class _UndecodableError(ManifestError):
    """The bytes are no text in the encoding tried."""


class _Lines:
    """Counts lines and quotation marks in pieces of bytes whose line ends are those of ASCII."""

    def __init__(self) -> None:
        self.lines = self.quoted = 0
        self._last, self._end = b"\n", b""

    def add(self, data: bytes) -> None:
        """Count a piece."""
        if (mark := data.rfind(b'"')) >= 0:
            self.quoted = self.lines + line_ends(data[:mark]) + 1
        self.lines += line_ends(data)
        if self._last == b"\r" and data.startswith(b"\n"):
            self.lines -= 1  # one line end, cut in two
        self._last = data[-1:] or self._last
        self._end = data.rstrip(_BREAKS_AND_SEPARATORS)[-1:] or self._end

    def scan(self) -> Scan:
        """What was counted, at the end."""
        return Scan(self.lines + (self._last not in b"\r\n"), self.quoted, self._end == b'"')


def line_ends(data: bytes | pa.Buffer) -> int:
    """How many lines end in a piece of UTF-8; CR and LF together are one end."""
    values = np.frombuffer(memoryview(data), np.uint8)
    ends = int(np.count_nonzero(values == 10))
    returns = values == 13
    if returns.any():
        ends += int(np.count_nonzero(returns))
        ends -= int(np.count_nonzero(returns[:-1] & (values[1:] == 10)))
    return ends


def _scan(path: Path, encoding: str) -> Scan:
    """Decode the whole file strictly and count its lines."""
    if encoding in {"utf-8", "utf-8-sig"} and (scan := _scan_utf8(path, encoding)):
        return scan
    decoder = codecs.getincrementaldecoder(encoding)()
    consumed, counted = 0, _Lines()
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
                    row=counted.lines + rest[:start].count(b"\n") + 1,
                    next_step="pass the right one with --encoding, or save the file again as UTF-8",
                    in_python="pass the right one as encoding=, or save the file again as UTF-8",
                ) from None
            if "\0" in text:
                raise ManifestError(
                    "holds NUL characters, as binary files do",
                    file=path.name,
                    row=counted.lines + text[: text.index("\0")].count("\n") + 1,
                    next_step="save it again as UTF-8, or pass its encoding with --encoding",
                    in_python="save it again as UTF-8, or pass its encoding as encoding=",
                )
            counted.add(text.encode("utf-8", "surrogatepass"))
            if not chunk:
                return counted.scan()


def _scan_utf8(path: Path, encoding: str) -> Scan | None:
    """The same for UTF-8, ten times as fast: Arrow proves it. None where it is not, or holds NULs."""
    rest, counted = b"", _Lines()
    with path.open("rb") as file:
        start = file.read(len(codecs.BOM_UTF8))
        if encoding == "utf-8" or start != codecs.BOM_UTF8:
            rest = start
        while chunk := file.read(_CHUNK):
            data = rest + chunk
            whole = _whole(data)
            data, rest = data[:whole], data[whole:]
            if b"\0" in data or not _is_utf8(data):
                return None
            counted.add(data)
    counted.add(rest)
    return counted.scan() if _is_utf8(rest) and b"\0" not in rest else None


def _whole(data: bytes) -> int:
    """The length of UTF-8 without a character that is cut off at its end."""
    for back in range(1, min(4, len(data)) + 1):
        if (byte := data[-back]) >= 0xC0:
            length = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2
            return len(data) - back * (length > back)
        if byte < 0x80:
            break
    return len(data)


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    ends = pa.array([0, len(data)], pa.int32()).buffers()[1]
    try:
        pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
