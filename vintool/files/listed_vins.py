"""The VINs of the lists of a run, read once more where a pivot may repeat them; few files have one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from vintool.columns.engine.categorical import as_text, without_null
from vintool.declaration.mapping import vin_fields
from vintool.declaration.pivots import heads_a_pivot
from vintool.files.reading.sheets import Sheet, Tally

_VIN = "^[A-HJ-NPR-Z0-9]{17}$"


class ListedVins:
    """VINs that stand whole in the columns of VINs of some sheets.

    Args:
        sheets: of one file.
        mappings: of each, field -> column.
    """

    def __init__(self, sheets: Sequence[Sheet], mappings: Sequence[Mapping[str, str]]) -> None:
        self._sheets = [*zip(sheets, mappings, strict=True)]

    def beside(self, pivot: Sheet, row: int) -> frozenset[str]:
        """Those of a pivot's own sheet above it, and of all sheets that are no pivots themselves.

        Args:
            pivot: its sheet.
            row: the number of its heading.
        """
        found = set[str]()
        for sheet, mapping in self._sheets:
            if sheet is pivot:
                found.update(_vins(sheet, mapping, before=row))
            elif not heads_a_pivot(sheet.headers):
                found.update(_vins(sheet, mapping))
        return frozenset(found)


def _vins(sheet: Sheet, mapping: Mapping[str, str], before: int | None = None) -> Iterator[str]:
    again = sheet.reopen() if sheet.reopen else sheet
    columns = [mapping[field] for field in vin_fields(mapping)]
    for batch in again.read(Tally()):
        data = (
            batch.data if before is None else batch.data.slice(0, int((batch.rows < before).sum()))
        )
        for name in columns:
            yield from _whole(data.column(name))
        if before is not None and data.num_rows < batch.data.num_rows:
            return


def _whole(column: pa.Array) -> Iterator[str]:
    texts: Any = pc.utf8_upper(pc.utf8_trim_whitespace(without_null(as_text(column))))
    yield from texts.filter(pc.match_substring_regex(texts, _VIN)).to_pylist()
