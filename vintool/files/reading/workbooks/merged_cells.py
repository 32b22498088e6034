"""Merged cells: what stands in one cell and is meant for several rows.

A bill of lading merged over the twenty vehicles below it holds for all twenty, yet the file keeps it in
the first row alone. A number that belongs to one vehicle is never repeated: VIN, chassis and engine.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from vintool.declaration import headers
from vintool.declaration.shapes import vin_shaped
from vintool.files.reading import limits
from vintool.files.reading.workbooks.parts import Merged

_OF_ONE_VEHICLE = frozenset({"vin", headers.CHASSIS, "engine_no"})

Row = Sequence[object]


class Merges:
    """The blocks of a sheet that are merged over several rows of data.

    Args:
        blocks: all merged blocks below the header.
        left: the column of the sheet that is first in every row, from 0.
        columns: the headers.
        sample: the first data rows as text, to know columns of VINs by.

    Attributes:
        remembered: the columns of all blocks; beyond the bound of them no block more is looked at.
        notes: what the user should know.
    """

    def __init__(
        self,
        blocks: Iterable[Merged],
        left: int,
        columns: Sequence[str],
        sample: Sequence[Sequence[str]],
    ) -> None:
        of_one_vehicle = {
            position
            for position, header in enumerate(columns)
            if ((named := headers.meaning(header)) and named[0] in _OF_ONE_VEHICLE)
            or any(vin_shaped(row[position]) for row in sample)
        }
        self.remembered = 0
        self._starts: dict[int, list[tuple[int, int, list[int]]]] = {}
        self.notes: list[str] = []
        filled, kept = set[int](), False
        for top, first, low, last in blocks:
            within = range(max(first - left, 0), min(last - left + 1, len(columns)))
            if low == top or first < left or not within:
                continue
            kept = kept or not of_one_vehicle.isdisjoint(within)
            self.remembered += len(within)
            if self.remembered > limits.MERGED:
                return
            if fill := [position for position in within if position not in of_one_vehicle]:
                self._starts.setdefault(top, []).append((low, within[0], fill))
                filled.update(fill)
        if filled:
            names = headers.labels([columns[position] for position in sorted(filled)])
            self.notes.append(
                f"Cells are merged across rows; their value was read in each of these rows: {names}."
            )
        if kept:
            self.notes.append(
                "VINs, chassis or engine numbers are merged across rows; each stands in its first row only."
            )

    def filling(self, rows: Iterable[Row], has_content: Callable[[Row], bool]) -> Iterator[Row]:
        """The rows, from the first of the sheet on, with the merged values in each.

        A row without content of its own stays empty: it is no vehicle.
        """
        if not self._starts:
            yield from rows
            return
        filling = dict[
            int, tuple[int, object]
        ]()  # position -> last row, and value: one for each column
        for number, row in enumerate(rows):
            if filling:
                filling = {at: block for at, block in filling.items() if block[0] >= number}
            for low, at, fill in self._starts.get(number, ()):
                if at < len(row) and row[at] not in {None, ""}:
                    for position in fill:
                        filling.setdefault(position, (low, row[at]))
            if not filling or not has_content(row):
                yield row
                continue
            cells = list(row)
            for position, (_, value) in filling.items():
                if position < len(cells) and cells[position] in {None, ""}:
                    cells[position] = value
            yield cells
