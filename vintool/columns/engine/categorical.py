"""A dictionary-encoded column: each distinct value once, and for every row the code of its value."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.engine.arrays import Codes, Ints, Mask, Places, marked
from vintool.columns.engine.encoder import Encoder
from vintool.columns.engine.nested import is_several, joined
from vintool.columns.engine.plain import TypeNotTakenError, no_values, to_plain

#: Rows that are screened at a time.
BATCH_ROWS = 1 << 16

#: Values of columns that are the same everywhere.
NOTHING, EMPTY = (None,), ("",)
NO_OR_YES = (False, True)
#: The values of whole numbers, which stand for themselves.
NATURALS = range(1 << 62)


_TEXTS = (
    *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
    *(pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view),
    pa.types.is_fixed_size_binary,
)


class Categorical:
    """A column of n rows: ``values[codes[row]]`` is the value of a row.

    Args:
        values: it must live as long as the run, as ``PerDistinct`` knows a value by its list and code.
            It may grow and hold values of no row; a value that stands in it never changes.
        codes: of the n rows; of ``NATURALS`` whole numbers of any width.
    """

    def __init__(self, values: Sequence[Any], codes: Codes) -> None:
        self.values, self.codes = values, codes

    @classmethod
    def constant(cls, rows: int, values: Sequence[Any], code: int = 0) -> "Categorical":
        """A column of one value, at which no rule looks row by row."""
        return cls(values, np.broadcast_to(np.int32(code), (rows,)))

    @classmethod
    def of_texts(cls, array: pa.Array, encoder: Encoder) -> "Categorical":
        """A column of the user's as texts; null counts as an empty text.

        Args:
            array: of any type, see ``as_text``.
            encoder: of the texts of this column; its values become those of the column.
        """
        # Of numbers and dates the distinct ones alone become texts.
        few = pa.types.is_primitive(array.type)
        encoded = (array if few else as_text(array)).dictionary_encode()
        texts = as_text(encoded.dictionary).to_pylist()
        codes = encoder.codes(text or "" for text in (*texts, None))
        indices = encoded.indices.fill_null(len(codes) - 1)
        return cls(encoder.values, codes.take(indices.to_numpy(zero_copy_only=False)))

    def __len__(self) -> int:
        """How many rows."""
        return len(self.codes)

    @property
    def is_constant(self) -> bool:
        """Whether all rows are known to have one value, see ``constant``."""
        return self.codes.strides == (0,)

    def take(self, rows: Places) -> "Categorical":
        """The column of some rows, by their numbers."""
        if self.is_constant:
            return Categorical.constant(len(rows), self.values, *self.codes[:1].tolist())
        return Categorical(self.values, self.codes.take(rows))

    @cached_property
    def distinct(self) -> tuple[Ints, Codes]:
        """The codes that occur in these rows, in order; and for every row the place of its own there."""
        if self.is_constant:
            return self.codes[:1], np.broadcast_to(np.int32(0), self.codes.shape)
        if len(self.values) > max(4 * len(self), BATCH_ROWS):
            occurring, where = np.unique(self.codes, return_inverse=True)
            return occurring, where.astype(np.int32)
        used = marked(self.codes, len(self.values))
        place = np.zeros(len(self.values), dtype=np.int32)
        place[used] = np.arange(len(used), dtype=np.int32)
        return used, place.take(self.codes)

    def distinct_values(self) -> list[Any]:
        """The values that occur in these rows."""
        return [self.values[code] for code in self.distinct[0].tolist()]

    def map(self, rule: Callable[[Any], Any], kind: pa.DataType) -> pa.Array:
        """What a rule says of the value of every row, as an Arrow array; it is asked once a value."""
        says = pa.array(list(map(rule, self.distinct_values())), kind)
        return says.take(self.distinct[1])

    def mask(self, rule: Callable[[Any], object]) -> Mask:
        """Of which rows a rule says yes of their value; it is asked once a value."""
        says = np.array([bool(rule(value)) for value in self.distinct_values()], dtype=bool)
        return says.take(self.distinct[1])


def as_text(array: pa.Array | pa.ChunkedArray) -> pa.StringArray:
    """Any column as plain strings: the door where types stop to matter.

    Raises:
        TypeNotTakenError: it is of a type that is no text, or holds bytes that are none.

    >>> as_text(pa.array([8703801090.0, None])).to_pylist()
    ['8703801090', None]
    """
    try:
        whole = _in_one(array) if isinstance(array, pa.ChunkedArray) else array
        if pa.types.is_string(whole.type):
            return cast("pa.StringArray", whole)
        return _as_text(to_plain(whole))
    except pa.ArrowException:
        raise TypeNotTakenError(f"{array.type} cannot be read as text") from None


def _in_one(column: pa.ChunkedArray) -> pa.Array:
    if not column.num_chunks:
        return no_values(column.type)
    several: Any = column  # the stubs know not what becomes of it
    return cast("pa.Array", several.combine_chunks() if column.num_chunks > 1 else column.chunk(0))


def _as_text(array: pa.Array) -> pa.StringArray:
    if isinstance(array, pa.DictionaryArray):
        array = array.dictionary_decode()
    if is_several(array.type):
        return joined(array, as_text)
    if pa.types.is_floating(array.type):
        whole = pc.equal(array, pc.floor(array))
        small = pc.less(pc.abs(array), pa.scalar(1e15))
        if pc.all(pc.and_(whole, small), min_count=0).as_py():
            array = array.cast(pa.int64())
    return cast(
        "pa.StringArray", array if pa.types.is_string(array.type) else array.cast(pa.string())
    )


def as_far_as_text(array: pa.Array | pa.ChunkedArray) -> pa.StringArray:
    r"""The same of a column that is only listened to: of what is no text as much as can be told.

    >>> as_far_as_text(pa.array([b"\xff BEV", None])).to_pylist()
    ['\ufffd BEV', None]
    """
    try:
        return as_text(array)
    except TypeNotTakenError:
        pass
    return pa.array([_as_read(_value(cell)) for cell in cast("Any", array)], pa.string())


def _value(cell: Any) -> object:
    """What Python makes of a cell; None of what it has none for, such as instants of a zone that nobody knows, or of the year 300,000."""
    try:
        return cell.as_py()
    except (pa.ArrowException, ValueError, LookupError, OverflowError):
        return None


def _as_read(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return None if value is None else str(value)


def holds_text(kind: pa.DataType) -> bool:
    """Whether text may stand in the cells of a column."""
    values = kind.value_type if pa.types.is_dictionary(kind) else kind
    listened = is_several(values) or pa.types.is_union(values)
    return listened or any(is_text(values) for is_text in _TEXTS)


def without_null(texts: pa.StringArray) -> pa.StringArray:
    """An empty text where there is none."""
    return cast("pa.StringArray", texts.fill_null(""))
