"""Arrow columns of any type, made columns of the types that all functions and writers know."""

from contextlib import suppress
from typing import Any, cast

import numpy as np
import pyarrow as pa

from vintool.errors import VintoolError

_types = pa.types


class TypeNotTakenError(VintoolError, ValueError):
    """A column has a type, or a value, that cannot be read as text."""


def is_taken(kind: pa.DataType) -> bool:
    """Whether a column of a type can be screened or copied: all but unions, intervals, and types that hide in nested ones.

    >>> is_taken(pa.uuid()), is_taken(pa.list_(pa.string())), is_taken(pa.month_day_nano_interval())
    (True, True, False)
    """
    if _types.is_union(kind) or _types.is_interval(kind):
        return False
    if isinstance(kind, pa.BaseExtensionType):
        return is_taken(kind.storage_type)
    if _types.is_run_end_encoded(kind) or _types.is_dictionary(kind):
        return is_taken(cast("Any", kind).value_type)
    if _types.is_nested(kind):
        children = [kind.field(at).type for at in range(kind.num_fields)]
        return all(is_taken(child) and _is_plain(child) for child in children)
    if _types.is_timestamp(kind) and kind.tz is not None:
        return _zone_is_known(kind)
    return True


def _zone_is_known(kind: pa.DataType) -> bool:
    try:
        pa.array([0], pa.int64()).cast(pa.timestamp("s")).cast(kind).cast(pa.string())
        pa.scalar(0, kind).as_py()
    except (pa.ArrowException, ValueError, LookupError):
        return False
    return True


def _is_plain(kind: pa.DataType) -> bool:
    """Whether all functions and writers know a type."""
    if isinstance(kind, pa.BaseExtensionType) or _types.is_run_end_encoded(kind):
        return False
    if _types.is_dictionary(kind):
        return _is_plain(cast("Any", kind).value_type)
    if _types.is_nested(kind):
        return all(_is_plain(kind.field(at).type) for at in range(kind.num_fields))
    return _settled(kind) == kind


def _settled(kind: pa.DataType) -> pa.DataType:
    """The nearest type that all functions know."""
    if _types.is_string_view(kind):
        return pa.string()
    if _types.is_binary_view(kind):
        return pa.binary()
    if _types.is_float16(kind):
        return pa.float32()
    if _types.is_decimal(kind) and kind.bit_width < 128:
        return pa.decimal128(kind.precision, kind.scale)
    return kind


def no_values(kind: pa.DataType) -> pa.Array:
    """A column without values, of any type: Arrow has no single way that makes one of each.

    Raises:
        TypeNotTakenError: Arrow makes none.

    >>> union = pa.sparse_union([pa.field("a", pa.int8())])
    >>> [len(no_values(kind)) for kind in (union, pa.opaque(union, "t", "v"), pa.uuid())]
    [0, 0, 0]
    """
    if isinstance(kind, pa.BaseExtensionType):  # of a union Arrow would make one that crashes
        return pa.ExtensionArray.from_storage(kind, no_values(kind.storage_type))
    for make in (lambda: pa.array([], kind), lambda: cast("Any", pa).nulls(0, kind)):
        with suppress(pa.ArrowException):
            column = cast("pa.Array", make())
            column.validate()
            return column
    raise TypeNotTakenError(f"{kind} cannot be read")


def to_plain(array: pa.Array) -> pa.Array:
    """The same values in a type that all functions and writers know.

    Extension types become what they are stored as, a UUID its text; what is run-end encoded is written out.

    >>> to_plain(pa.RunEndEncodedArray.from_arrays([2, 3], ["a", "b"])).to_pylist()
    ['a', 'a', 'b']
    """
    kind = array.type
    if _types.is_list_view(kind) or _types.is_large_list_view(kind):
        return _lists_of(cast("Any", array))
    if _is_plain(kind):
        return array
    if isinstance(kind, pa.BaseExtensionType):
        if kind.extension_name == "arrow.uuid":
            return pa.array([None if one is None else str(one) for one in array.to_pylist()], pa.string())  # fmt: skip
        if kind.extension_name == "arrow.bool8":
            return cast("pa.Array", cast("Any", array).storage.cast(pa.bool_()))
        return to_plain(cast("Any", array).storage)
    if _types.is_run_end_encoded(kind):
        return _written_out(cast("Any", array))
    if isinstance(array, pa.DictionaryArray):
        return to_plain(array.dictionary).take(array.indices)
    settled = _settled(kind)
    return array if settled == kind else array.cast(settled)


def _written_out(array: Any) -> pa.Array:
    """A run-end encoded column with each value as often as it stands; Arrow's ``run_end_decode`` knows few types of value."""
    ends = array.run_ends.to_numpy()
    rows = np.arange(array.offset, array.offset + len(array))
    values = cast("Any", to_plain(array.values))
    return cast("pa.Array", values.take(pa.array(np.searchsorted(ends, rows, side="right"))))


def _lists_of(views: Any) -> pa.Array:
    """A column of views of lists as one of lists: older Arrows write no view to Parquet, and newer ones cast some to lists that are none."""
    valid = views.is_valid().to_numpy(zero_copy_only=False)
    starts = np.asarray(views.offsets, dtype=np.int64)
    sizes = np.where(valid, np.asarray(views.sizes, dtype=np.int64), 0)
    ends = np.cumsum(sizes)
    within = np.repeat(starts - (ends - sizes), sizes) + np.arange(sizes.sum())
    offsets = pa.array(np.concatenate([[0], ends]), pa.int64())
    return pa.LargeListArray.from_arrays(offsets, views.values.take(pa.array(within, pa.int64())), mask=pa.array(~valid))  # fmt: skip
