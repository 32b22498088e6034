"""A manifest that another process reads, a batch ahead of what is asked for."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from vintool.errors import ManifestError
from vintool.files.reading.sheets import Batch, Manifest, Sheet, Tally
from vintool.files.subprocesses import Apart, Ended, packed, unpacked

_Sent = tuple[pa.Buffer, np.ndarray, int]


def read_apart(read: Callable[[], Manifest], name: str) -> Manifest:
    """Open a manifest in a process of its own.

    Args:
        read: opens it; can be sent to another process.
        name: of the file, for messages.

    Raises:
        ManifestError: as ``read`` raises it, or its library has ended the process.
    """
    reader = _Reader(read, name)
    manifest: Manifest = reader.answer()
    sheets = tuple(
        replace(sheet, read=partial(reader.rows, number))
        for number, sheet in enumerate(manifest.sheets)
    )
    return replace(manifest, sheets=sheets)


class _Reader:
    """This side."""

    def __init__(self, read: Callable[[], Manifest], name: str) -> None:
        self._name = name
        self._apart = Apart(_Served, read)
        self.answer()
        self._apart.ask()

    def answer(self) -> Any:
        """The next answer."""
        try:
            return self._apart.answer()
        except Ended:
            raise ManifestError(
                "what is in it has ended the program that reads it",
                file=self._name,
                next_step="save it again as .xlsx or CSV",
            ) from None

    def rows(self, number: int, tally: Tally) -> Iterator[Batch]:
        """The batches of a sheet; while one is used the next one is read."""
        self._apart.ask(number)
        asked = True
        try:
            while True:
                asked = False
                told: _Sent | int = self.answer()
                if isinstance(told, int):
                    tally.blank += told
                    return
                self._apart.ask()
                asked = True
                data, rows, position = told
                yield Batch(unpacked(data), rows, position)
        finally:
            if asked:
                with suppress(Exception):  # of rows that no one waits for
                    self.answer()


class _Served:
    """The other side."""

    def __init__(self, read: Callable[[], Manifest]) -> None:
        self._manifest = read()
        self._sheet: Sheet | None = None
        self._batches: Iterator[Batch] = iter(())

    def __call__(self, number: int | None = None) -> Manifest | _Sent | int:
        """The next batch, or at the end the number of blank rows; with a number, of this sheet from its first row on.

        Before any sheet is asked for, the manifest without its rows.
        """
        if number is not None:
            self._sheet = self._manifest.sheets[number]
            self._batches = self._sheet.batches()
        if self._sheet is None:
            sheets = (
                Sheet(one.name, one.columns, one.headers, one.sample, one.file, fixed=one.fixed)
                for one in self._manifest.sheets
            )
            return replace(self._manifest, sheets=tuple(sheets))
        batch = next(self._batches, None)
        if batch is None:
            return self._sheet.blank_rows()
        return packed(batch.data), batch.rows, batch.position
