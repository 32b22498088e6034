"""Which code page a text is in that is no Unicode: chardet proposes, headers and words that we know confirm.

A manifest holds little but figures and Latin letters, so only cells that hold something else are looked at. chardet cannot
know that nearly every manifest comes from China: what a few names leave open is decided here. The whole file is still to
be decoded.
"""

import re
import unicodedata
from functools import partial
from pathlib import Path

import chardet

from vintool.declaration import headers
from vintool.declaration.lexicon import meaning

# Those that senders of manifests use; of several that fit as well, the one that comes first.
_CODE_PAGES = (
    "gb18030", "big5", "cp950", "big5hkscs", "cp932", "euc_jis_2004", "cp949", "cp1251", "koi8-r", "koi8-u", "cp866", "cp1252",
    "cp1250", "iso8859-2", "cp1254", "cp1253", "cp1257", "cp1256", "cp1255", "cp874",
)  # fmt: skip
_TWO_BYTES = ("gb18030", "big5hkscs", "cp932", "euc_jis_2004", "cp949")
_SPOKEN = ("fuel", "condition", "vehicle_type", "make")  # fields whose words tell a code page
_LONGEST = 80  # characters of a cell that may be a known word

_LINE = 1 << 20
_SAMPLE = 1 << 14  # bytes of cells
# What parts cells and is part of no character in any of the code pages; a vertical bar is one in many.
_BETWEEN = re.compile(rb"[\r\n\t,;:\"<>]+")

_FEW = 40  # bytes beyond ASCII of which a name or two consist
# Letters of Western Europe; those left out stand where Central Europe has some of its commonest.
_WESTERN = frozenset("ÀÁÄÅÆÇÈÉÍÑÓÖØÚÜßàáâãäåçèéëíïñóôöøúü¡¿")


def likely_code_pages(path: Path) -> list[str]:
    """The code page that a file is likely to be in, and others that read it as well, should one not read all of it.

    A code page that reads whatever bytes there are is none of them: damage must be seen.

    Args:
        path: the file; it holds more than ASCII.
    """
    sample = b"\n".join(_sound(_cells(path)))
    proposed = {
        one["encoding"]: one["confidence"]
        for one in chardet.detect_all(
            sample,
            ignore_threshold=True,
            include_encodings=_CODE_PAGES,
            no_match_encoding=_CODE_PAGES[0],
            compat_names=False,
        )
        if one["encoding"]
    }
    surest = max(proposed.values(), default=0.0)
    few = sum(byte > 0x7F for byte in sample) < _FEW
    names = [*proposed, *_CODE_PAGES]
    # chardet does not tell French and Spanish well from the languages of Central Europe.
    if proposed.get("cp1252", -1.0) >= 0.4 * surest and _is_western(sample):
        names.insert(0, "cp1252")
    if (few or proposed.get("gb18030", -1.0) >= 0.9 * surest) and _is_chinese(sample):
        names.insert(0, "gb18030")
    known = {name: _known_words(sample, name) for name in names}
    best = max(known, key=known.__getitem__)
    others = [
        name
        for name in known
        if name != best
        and (2 * known[name] >= known[best] > 0 or _reads_the_same(sample, name, best))
    ]
    return [best, *others]


def _reads_the_same(sample: bytes, one: str, other: str) -> bool:
    try:
        return sample.decode(one) == sample.decode(other)
    except UnicodeDecodeError:
        return False


def _cells(path: Path) -> list[bytes]:
    """The first different cells of a file that are not ASCII."""
    cells, size = dict[bytes, None](), 0
    with path.open("rb") as file:
        for line in iter(partial(file.readline, _LINE), b""):
            for cell in _BETWEEN.split(line) if not line.isascii() else ():
                if not cell.isascii() and cell not in cells:
                    cells[cell] = None
                    size += len(cell)
            if size > _SAMPLE:
                break
    return list(cells)


def _sound(cells: list[bytes]) -> list[bytes]:
    """The cells without those, one in twenty at most, that seem to be damaged characters of two bytes."""
    sound = max(([cell for cell in cells if _reads(cell, name)] for name in _TWO_BYTES), key=len)
    return sound if 20 * len(sound) >= 19 * len(cells) else cells


def _reads(cell: bytes, encoding: str) -> bool:
    try:
        cell.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_western(sample: bytes) -> bool:
    """Whether all that is not ASCII would be letters of Western Europe."""
    try:
        return all(letter.isascii() or letter in _WESTERN for letter in sample.decode("cp1252"))
    except UnicodeDecodeError:
        return False


def _is_chinese(sample: bytes) -> bool:
    """Whether half of it at least would be of the 3,755 characters of GB 2312 that are in daily use."""
    try:
        text = sample.decode("gb18030")
    except UnicodeDecodeError:
        return False
    codes = [letter.encode("gb18030") for letter in text if not letter.isascii()]
    common = sum(b"\xb0\xa1" <= code <= b"\xd7\xf9" and code[1] > 0xA0 for code in codes)
    return 2 * common >= len(codes)


def _known_words(sample: bytes, encoding: str) -> int:
    """How many headers and words we know, were the cells in this encoding; -1 if they cannot be.

    A header counts for three words: it is longer, and nothing but a header says it.
    """
    try:
        cells = sample.decode(encoding).replace("|", "\n").split("\n")
    except UnicodeDecodeError:
        return -1
    words = [cell for cell in cells if len(cell) < _LONGEST and _is_word(cell)]
    exact = sum(
        (named := headers.meaning(word)) is not None and named[1] == headers.EXACT for word in words
    )
    return 3 * exact + sum(any(meaning(field, word) for field in _SPOKEN) for word in words)


def _is_word(cell: str) -> bool:
    """Whether a cell is letters, as somebody would write them: no small ones between capitals."""
    return all(
        letter.isascii() or unicodedata.category(letter)[0] in "LM" for letter in cell
    ) and all(part.isupper() or part[1:] == part[1:].lower() for part in cell.split())
