"""JSON Lines: one object a row, in UTF-8, lists as lists.

Arrow has no writer of JSON, and a library that takes Python objects (orjson, measured) needs some
20 s for a million rows of ours. Here each distinct value is encoded once, by pydantic's encoder, and
the rows are put together as columns.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns import beside
from vintool.files.writing.byte_writer import ByteWriter
from vintool.files.writing.cells import is_text, json_text, plain, python_values, without_dictionary

_ROWS = 1 << 16  # put together at a time
_FEW = 4  # rows to a text of a part, at least
_TEXT = pa.large_string()  # the rows of a batch may have more than 2 GB
# What JSON or ``plain_json`` escapes; where few are escaped, more than must may be looked at.
_SPECIAL = r'["\\\x00-\x1f\x7f-\x9f\x{ad}\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Mn}\x{115f}\x{1160}\x{2065}\x{2800}\x{3164}\x{ffa0}\x{fff0}-\x{fff8}\x{e0000}-\x{e0fff}]'


class JsonLinesWriter(ByteWriter):
    """JSON Lines in UTF-8, lists as lists, every cell as it came."""

    def write(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:  # noqa: ARG002 - one table
        """Add rows."""
        for lines in json_lines(beside(data, answers)):
            self._file.write(lines)


class _Piece(NamedTuple):
    """A part of every line: the texts that occur, and for each row the number of its own."""

    texts: pa.Array
    codes: pa.Array


def json_lines(batch: pa.RecordBatch) -> Iterator[pa.Buffer]:
    """The rows of a batch as lines.

    Yields:
        The bytes of whole lines.
    """
    for start in range(0, batch.num_rows, _ROWS):
        part = batch.slice(start, _ROWS)
        pieces = (piece.texts.take(piece.codes) for piece in _pieces(part))
        yield cast("pa.Buffer", _joined(*pieces, "}\n").buffers()[2])


def _pieces(batch: pa.RecordBatch) -> Iterator[_Piece]:
    """The columns as parts of lines; neighbours with few combinations of values are one part."""
    group: _Piece | None = None
    for number, (name, column) in enumerate(zip(batch.schema.names, batch.columns, strict=True)):
        piece = _piece(f"{',' if number else '{'}{json_text(name)}:", column)
        both = _together(group, piece) if group else piece
        if group and not both:
            yield group
        group = both or piece
    if group:
        yield group


def _piece(key: str, column: pa.Array) -> _Piece:
    if isinstance(column, pa.DictionaryArray):
        used = column.indices.dictionary_encode()  # the dictionary is that of the whole run
        encoded = _encoded(column.dictionary.take(used.dictionary))
        values = pa.concat_arrays([encoded, pa.array(["null"], _TEXT)])
        codes = used.indices.fill_null(len(encoded))
    else:
        distinct = _encoded(column).dictionary_encode()
        values, codes = distinct.dictionary, distinct.indices
    return _Piece(_joined(key, values), codes)


def _together(one: _Piece, other: _Piece) -> _Piece | None:
    """Both parts as one; None if it would have too many texts."""
    rows, width = len(one.codes), len(other.texts)
    if max(len(one.texts), width) * _FEW > rows:
        return None
    keys = np.asarray(one.codes).astype(np.int64) * width + np.asarray(other.codes)
    pairs = pa.array(keys).dictionary_encode()
    if len(pairs.dictionary) * _FEW > rows:
        return None
    first, second = np.divmod(np.asarray(pairs.dictionary), width)
    texts = _joined(one.texts.take(first), other.texts.take(second))
    return _Piece(texts, pairs.indices)


def _encoded(array: pa.Array) -> pa.Array:
    """Each value as JSON."""
    kind = array.type
    if is_text(kind):
        encoded = _quoted(array)
    elif pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        encoded = array.cast(_TEXT)
    elif pa.types.is_list(kind) and is_text(without_dictionary(kind.value_type)):
        lists = cast("pa.ListArray", array)
        values = lists.flatten()
        if isinstance(values, pa.DictionaryArray):
            values = _quoted(values.dictionary).take(values.indices)
        else:
            values = _quoted(values)
        offsets = pc.subtract(lists.offsets, lists.offsets[0])
        lists = pa.ListArray.from_arrays(offsets, values.fill_null("null"))
        items = cast("pa.Array", pc.binary_join(lists, pa.scalar(",", _TEXT)))
        encoded = _joined("[", items, "]")
        encoded = pc.if_else(array.is_valid(), encoded, pa.scalar(None, _TEXT))
    else:
        encoded = pa.array(map(json_text, python_values(plain(array))), _TEXT)
    return encoded.fill_null("null")


def _quoted(texts: pa.Array) -> pa.Array:
    """Texts as JSON; few hold a character that must be escaped."""
    texts = texts.cast(_TEXT)
    special = pc.match_substring_regex(texts, _SPECIAL)
    quoted = _joined('"', texts, '"')
    if not pc.any(special).as_py():
        return quoted
    escaped = pa.array(map(json_text, texts.filter(special).to_pylist()), _TEXT)
    return cast("pa.Array", pc.replace_with_mask(quoted, special, escaped))


def _joined(*parts: pa.Array | str) -> pa.Array:
    texts: list[Any] = [  # the stubs want arrays alone or scalars alone
        pa.scalar(part, _TEXT) if isinstance(part, str) else part for part in (*parts, "")
    ]
    return cast("pa.Array", pc.binary_join_element_wise(*texts))
