"""A workbook read in a subprocess, a batch ahead of what is used."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from vintool.errors import ManifestError
from vintool.files.reading.sheets import Batch, Manifest, Sheet, Tally, without_rows
from vintool.files.subprocesses import Subprocess, SubprocessEndedError, deserialize, serialize

#: A batch as it is sent: its data, the numbers of its rows, and its position.
_Message = tuple[pa.Buffer, np.ndarray, int]


def read_in_subprocess(read: Callable[[], Manifest], name: str) -> Manifest:
    """Open a manifest in a subprocess.

    Args:
        read: opens it; can be sent to another process.
        name: of the file, for messages.

    Raises:
        ManifestError: as ``read`` raises it, or its library has ended the subprocess.
    """
    client = _Client(read, name)
    manifest: Manifest = client.result()
    sheets = tuple(
        replace(sheet, read=partial(client.batches, number))
        for number, sheet in enumerate(manifest.sheets)
    )
    return replace(manifest, sheets=sheets)


class _Client:
    """This side."""

    def __init__(self, read: Callable[[], Manifest], name: str) -> None:
        self._name = name
        self._subprocess = Subprocess(_Server, read)
        self.result()
        self._subprocess.request()

    def result(self) -> Any:
        """The next result."""
        try:
            return self._subprocess.result()
        except SubprocessEndedError:
            raise ManifestError(
                "what is in it has ended the program that reads it",
                file=self._name,
                next_step="save it again as .xlsx or CSV",
            ) from None

    def batches(self, number: int, tally: Tally) -> Iterator[Batch]:
        """The batches of a sheet; while one is used the next one is read."""
        self._subprocess.request(number)
        waiting = True
        try:
            while True:
                waiting = False
                message: _Message | int = self.result()
                if isinstance(message, int):
                    tally.blank += message
                    return
                self._subprocess.request()
                waiting = True
                data, rows, position = message
                yield Batch(deserialize(data), rows, position)
        finally:
            if waiting:
                with suppress(Exception):  # of rows that are not wanted any more
                    self.result()


class _Server:
    """The other side."""

    def __init__(self, read: Callable[[], Manifest]) -> None:
        self._manifest = read()
        self._sheet: Sheet | None = None
        self._batches: Iterator[Batch] = iter(())

    def __call__(self, number: int | None = None) -> Manifest | _Message | int:
        """The next batch, or at the end the number of blank rows; with a number, of this sheet from its first row on.

        Before any sheet is named, the manifest without its rows.
        """
        if number is not None:
            self._sheet = self._manifest.sheets[number]
            self._batches = self._sheet.batches()
        if self._sheet is None:
            sheets = (
                replace(sheet, read=without_rows, tally=Tally()) for sheet in self._manifest.sheets
            )
            return replace(self._manifest, sheets=tuple(sheets))
        batch = next(self._batches, None)
        if batch is None:
            return self._sheet.blank_rows()
        return serialize(batch.data), batch.rows, batch.position
