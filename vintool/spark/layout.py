"""Which columns of a frame are which, found as ``screen_table`` finds it.

Spark has metadata for columns alone: what ``read_manifest`` knows of a manifest stands in those of ``vin_row``, and each other column
bears a mark. So it is noticed when a step between has lost it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from vintool.columns.engine.tables import check_given, find_mapping
from vintool.columns.screening.manifest_table import KEY, PLACES, ManifestTable
from vintool.errors import MappingError

#: Under which the metadata of a column hold what is known of the manifest.
MANIFEST = KEY.decode()
#: Under which those of the other columns say that they come from one.
OF_MANIFEST = "vintool.of_manifest"


@dataclass(frozen=True)
class Layout:
    """What the columns of a frame are.

    Attributes:
        mapping: field -> column name.
        own: the numbers of the columns that stay beside the answers.
        judged: the numbers of those that the rules see.
        apart: how many other rows the manifest has that are no vehicles.
        manifest: what is known of it; None where the frame is not one.
    """

    mapping: Mapping[str, str]
    own: tuple[int, ...]
    judged: tuple[int, ...]
    apart: int = 0
    manifest: Mapping[str, Any] | None = None


def layout_of(
    df: Any,
    flat: Any,
    head: pa.Table,
    place: int,
    mapping: Mapping[str, str | Sequence[str]] | None,
) -> Layout:
    """The layout of a frame.

    Args:
        df: the frame.
        flat: the same with the names ``c0``, ``c1`` ...
        head: its first rows.
        place: the number of the column that counts the rows.
        mapping: field -> column, as far as it is given.

    Raises:
        MappingError, NoVinColumn: which column is which must be told by ``mapping``; or the rows come from several sheets.
    """
    given = mapping or {}
    check_given(given)
    for field in df.schema.fields:
        known = field.metadata.get(MANIFEST)
        if known and field.name == known["places"][-1]:
            manifest = ManifestTable.of(_with_metadata(head, known))
            if manifest and _holds(flat, head.column_names, manifest, known, mapping):
                return _of_manifest(head, place, manifest, known, given)
    if mapping is None and _of_some_manifest(df):
        raise _lost()
    every = tuple(range(head.num_columns))
    return Layout(find_mapping(head, given), every, every)


def _with_metadata(head: pa.Table, known: Mapping[str, Any]) -> pa.Table:
    row = known["places"][-1]
    if not head.num_rows and row in head.column_names:  # then the types are not known
        numbers = pa.array([], pa.int64())
        head = head.set_column(head.column_names.index(row), row, numbers)
    return head.replace_schema_metadata({KEY: json.dumps(known).encode()})


def _holds(
    flat: Any, names: list[str], manifest: ManifestTable, known: Mapping[str, Any], mapping: Any
) -> bool:
    """Whether the rows are those of one sheet, and that is known."""
    file, sheet, _ = known["places"]
    places = flat.select(*(f"c{names.index(one)}" for one in (file, sheet)))
    found = places.distinct().limit(2).collect()
    if len(found) > 1:
        raise MappingError(
            "the rows come from several sheets or files, each with columns of its own",
            file="the frame",
            next_step=f"screen those of one {file} and {sheet} at a time, or all of them by vintool.screen_file",
        )
    if mapping is None and not all(manifest.knows(*one) for one in found):
        raise _lost()
    return True


def _of_manifest(
    head: pa.Table,
    place: int,
    manifest: ManifestTable,
    known: Mapping[str, Any],
    given: Mapping[str, str | Sequence[str]],
) -> Layout:
    sheet = next(manifest.sheets())
    names, seen = head.column_names, {*sheet.data.column_names}
    again = place if names[place] == known["places"][-1] else -1
    return Layout(
        manifest.mapping_of(sheet, given),
        tuple(at for at in range(len(names)) if at != again),
        tuple(at for at, name in enumerate(names) if name in seen),
        sheet.apart,
        known,
    )


def _of_some_manifest(df: Any) -> bool:
    marked = any({MANIFEST, OF_MANIFEST} & {*field.metadata} for field in df.schema.fields)
    return marked or {*PLACES} <= {*df.columns}


def _lost() -> MappingError:
    return MappingError(
        "its rows come from a manifest, and what was said and found of the columns when that was read is lost",
        file="the frame",
        next_step=f"keep {', '.join(PLACES)} with their metadata, as they were read, or pass mapping= with what is to be said; {{}} lets the headers decide",
    )
