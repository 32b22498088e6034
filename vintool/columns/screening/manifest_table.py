"""A manifest as one table: which of its columns tell the places of the rows, and how each of its sheets was mapped.

``files.read_manifest`` writes this into the metadata of the table, ``screen_table`` reads it: so a table of several sheets gets
the verdicts of its file.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from vintool.columns.engine.arrays import Places
from vintool.columns.engine.tables import find_mapping

#: Under which it stands in the metadata of the schema.
KEY = b"vintool.manifest"
#: The columns that tell the place of a row: its file, its sheet, and its number as the user sees it.
PLACES = ("vin_file", "vin_sheet", "vin_row")


class SheetRows(NamedTuple):
    """The rows of one sheet.

    Attributes:
        mapping: field -> column; None where it is not known, or not of the columns that are there now.
        given: field -> column or columns, as far as it was said and not found when the manifest was read.
        apart: how many other rows the sheet has that are no vehicles.
        numbers: of the rows in the manifest.
        at: where they stand in the table.
        data: the user's columns, but for those that only other sheets have.
    """

    mapping: Mapping[str, str] | None
    given: Mapping[str, str | Sequence[str]]
    apart: int
    numbers: Places
    at: Places
    data: pa.Table

    def numbers_of(self, before: int, rows: int) -> Places:
        """The numbers of so many rows behind so many others."""
        return self.numbers[before : before + rows]


class ManifestTable:
    """A table of ``read_manifest``, whatever rows of it are left and in whatever order they stand."""

    def __init__(self, table: pa.Table, known: Mapping[str, Any]) -> None:
        self._table = table
        self._file, self._sheet, self._row = known["places"]
        self._of_sheets = {
            (one["file"], one["sheet"]): one for one in known["sheets"] if "mapping" in one
        }
        self._read = {name for one in self._of_sheets.values() for name in one["columns"]}

    @classmethod
    def of(cls, table: pa.Table) -> "ManifestTable | None":
        """The table, if it is one and still has its places."""
        text = (table.schema.metadata or {}).get(KEY)
        known = json.loads(text) if text else None
        names = table.column_names
        if not known or any(names.count(name) != 1 for name in known["places"]):
            return None
        row = table.column(known["places"][2])
        return cls(table, known) if pa.types.is_int64(row.type) and not row.null_count else None

    @property
    def user_columns(self) -> pa.Table:
        """The table without the numbers of the rows, which the answers name again."""
        return self._table.drop_columns([self._row])

    def sheets(self) -> Iterator[SheetRows]:
        """The rows of each sheet, in the order of the manifest."""
        data = self._table.drop_columns([self._file, self._sheet, self._row])
        numbers = self._table.column(self._row).to_numpy()
        files, sheets = (
            self._table.column(name).cast(pa.string()).combine_chunks().dictionary_encode()
            for name in (self._file, self._sheet)
        )
        width = len(sheets.dictionary) + 1
        codes = _codes(files) * width + _codes(sheets)
        known, of_rows = np.unique(codes, return_inverse=True)
        places = [
            (_text(files.dictionary, code // width), _text(sheets.dictionary, code % width))
            for code in known.tolist()
        ]
        if not places:  # no rows are left, and they are those of any sheet
            places = [*self._of_sheets][:1] or [("", "")]
        order = {place: number for number, place in enumerate(self._of_sheets)}
        for number in sorted(
            range(len(places)), key=lambda one: order.get(places[one], len(order))
        ):
            at = np.flatnonzero(of_rows == number)
            one = self._of_sheets.get(places[number], {})
            own = one.get("columns", data.column_names)
            of_sheet = data.drop_columns(
                [name for name in data.column_names if name in self._read and name not in own]
            )
            together = len(at) == 0 or int(at[-1]) - int(at[0]) + 1 == len(at)
            first = int(at[0]) if len(at) else 0
            rows = of_sheet.slice(first, len(at)) if together else of_sheet.take(at)
            there = rows.column_names
            # A column was dropped, renamed or added: what is which must be found again.
            mapping = one.get("mapping") if {*there} == {*own} else None
            given = {
                field: named
                for field, named in one.get("given", {}).items()
                if {*_names(named)} <= {*there}
            }
            yield SheetRows(mapping, given, one.get("apart", 0), numbers[at], at, rows)

    def knows(self, file: str | None, sheet: str | None) -> bool:
        """Whether the manifest has such a sheet."""
        return (file, sheet) in self._of_sheets

    def mapping_of(
        self, sheet: SheetRows, given: Mapping[str, str | Sequence[str]]
    ) -> Mapping[str, str]:
        """Which column of a sheet is which: as it was found when it was read, unless something is said now or a column is another one.

        Raises:
            MappingError, NoVinColumn: it must be told.
        """
        if given or sheet.mapping is None:
            return find_mapping(sheet.data, self._given_for(sheet, given))
        return sheet.mapping

    def _given_for(
        self, sheet: SheetRows, given: Mapping[str, str | Sequence[str]]
    ) -> dict[str, str | Sequence[str]]:
        """What is said of the columns of a sheet, now and when it was read; a column that no sheet has is kept, to be refused."""
        elsewhere = {*self._table.column_names} - {*sheet.data.column_names}
        some = {
            field: [name for name in _names(named) if name not in elsewhere]
            for field, named in given.items()
        }
        return {**sheet.given, **{field: names for field, names in some.items() if names}}


def _names(named: str | Sequence[str]) -> Sequence[str]:
    return [named] if isinstance(named, str) else named


def _codes(encoded: Any) -> Places:
    """The code of each row in its dictionary; one more where there is none."""
    codes = encoded.indices.fill_null(len(encoded.dictionary))
    return np.asarray(codes.to_numpy(zero_copy_only=False), dtype=np.int64)


def _text(dictionary: Any, code: int) -> str | None:
    return dictionary[code].as_py() if code < len(dictionary) else None


def as_manifest(
    table: pa.Table,
    places: Sequence[str],
    sheets: Sequence[Mapping[str, Any]],
    notes: Sequence[str],
) -> pa.Table:
    """The table with what must be known of it in its metadata.

    Args:
        table: the user's columns and those of the places.
        places: the names of the columns that tell file, sheet and row.
        sheets: of each sheet that was read ``file``, ``sheet``, ``columns``, ``mapping``, ``given``, ``apart`` and what else
            there is to tell.
        notes: what became of the manifest, in sentences.
    """
    known = {"places": [*places], "sheets": [*sheets], "notes": [*notes]}
    text = json.dumps(known, ensure_ascii=False).encode()
    return table.replace_schema_metadata({**(table.schema.metadata or {}), KEY: text})
