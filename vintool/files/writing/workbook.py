"""XLSX: a new workbook with the same sheets, in which nothing is a formula or a link."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from vintool.columns import beside
from vintool.errors import ManifestError
from vintool.files.writing.cells import texts

SLOW_ROWS = 200_000  # some 20 s
_ROWS, _COLUMNS = 1_048_576, 16_384  # of one sheet, the header included
_TITLE = 31  # characters of the name of a sheet
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NO_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 - of a workbook: the same rows give the same bytes


def sheet_title(name: str, titles: Collection[str]) -> str:
    """A name as a workbook takes it for a sheet: the list in a mail may be called anything.

    Args:
        name: how the sheet is called.
        titles: those of other sheets, which it must not have, in capital letters or small.

    >>> sheet_title("fw: a/list.xlsx", []), sheet_title("LIST", ["list"]), sheet_title("x" * 40, [])
    ('fw_ a_list.xlsx', 'LIST (2)', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')
    """
    plain = _NOT_IN_TITLES.sub("_", name).strip("'")
    taken, title, part = {one.casefold() for one in titles}, plain[:_TITLE], 2
    while title.casefold() in taken:
        end = f" ({part})"
        title, part = plain[: _TITLE - len(end)] + end, part + 1
    return title


class WorkbookWriter:
    """A new workbook, every cell of which is a text."""

    digest = ""

    def __init__(self, path: Path) -> None:
        import xlsxwriter  # noqa: PLC0415 - start-up time

        self._book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "use_zip64": True,
                "tmpdir": str(path.parent),
            },
        )
        self._book.set_properties({"created": _NO_TIME})
        self._bold = self._book.add_format({"bold": True})
        self._sheet: Any = None
        self._name, self._row, self._cut = "", 0, 0

    def write(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:
        """Add rows; a sheet that is full is continued on another."""
        batch = beside(data, answers)
        if self._sheet is None or sheet != self._name:
            self._name = sheet
            self._open(sheet, batch.schema.names)
        cells = [texts(column).to_pylist() for column in batch.columns]
        for values in zip(*cells, strict=True):
            if self._row == _ROWS:
                self._open(self._next_name(), batch.schema.names)
            for column, value in enumerate(values):
                if value:
                    self._cut += self._sheet.write_string(self._row, column, value) != 0
            self._row += 1

    def _next_name(self) -> str:
        """A name for the next sheet that no other sheet has."""
        part = 2
        while self._book.get_worksheet_by_name(name := f"{self._name[:25]} ({part})".strip()):
            part += 1
        return name

    def _open(self, name: str, headers: Sequence[str]) -> None:
        if len(headers) > _COLUMNS:
            raise ManifestError(
                f"with ours there are {len(headers)} columns, and a workbook holds {_COLUMNS}",
                file="annotated.xlsx",
                sheet=name,
                next_step="write the annotated copy with --as csv or --as parquet",
            )
        titles = [sheet.get_name() for sheet in self._book.worksheets()]
        self._sheet = self._book.add_worksheet(sheet_title(name, titles) or None)
        self._sheet.freeze_panes(1, 0)
        for column, header in enumerate(headers):
            self._sheet.write_string(0, column, header, self._bold)
        self._row = 1

    def close(self) -> None:
        """Finish the file."""
        from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 - start-up time

        try:
            self._book.close()
        except FileCreateError as error:
            raise error.args[0] from None  # the OSError that it hides

    def abandon(self) -> None:
        """Let go of the file; finishing it, as the destructor would, takes long."""
        self._book.fileclosed = True
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()

    def notes(self) -> tuple[str, ...]:
        """How many cells are not whole."""
        notes = (
            f"{self._cut} cell(s) are longer than a workbook holds and were cut in the annotated copy; --as csv keeps them.",
        )
        return notes if self._cut else ()
