"""The files that fill while the rows go by: the annotated copy, the exceptions, what a date has cleared."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from vintool.desk.reviews import Reviews
from vintool.files.run import CLEARED_CSV, EXCEPTIONS_CSV, EXCEPTIONS_XLSX, Run
from vintool.files.writing import cleared as cleared_by_date
from vintool.files.writing.annotated import AnnotatedCopy, Writer
from vintool.files.writing.delimited import ListWriter
from vintool.files.writing.digests import DigestWriter
from vintool.files.writing.exceptions import ExceptionWriter
from vintool.files.writing.overview import Overview
from vintool.files.writing.workbook import SLOW_ROWS
from vintool.screening.regimes import regimes_asked

_WORKBOOK_ROWS = 1 << 13  # at once, a second; a run that is stopped waits for no more of them
_AHEAD = 2  # batches that wait to be written: a row group is written when its last one is there


class RowFiles:
    """These files; leave the block before anything else is written.

    Batches are written while the next ones are screened; what goes wrong is raised by a later call. When
    the block ends with an error the files stay as far as they came, for the folder to be removed.

    Args:
        folder: where to write.
        copies: how the annotated copy of each input is written, in the order of their rows.
        run: what was asked for.
        reviews: those of earlier runs, if there are any.
        say: called with what the user should know before the end.
    """

    def __init__(
        self,
        folder: Path,
        copies: Sequence[AnnotatedCopy],
        run: Run,
        reviews: Reviews | None,
        say: Callable[[str], None],
    ) -> None:
        self._copy, self._say, self._rows = copies[0], say, 0
        self._several = len(copies) > 1
        self._hashes, self._notes = dict[str, str](), list[str]()
        self._stopped = False
        self._folder, self._lang = folder, run.lang
        self._first = regimes_asked(run.regime)[0].code
        self._overview, self._annotated = self._begun(self._copy)
        self._digests = DigestWriter(folder)
        self._cleared: ListWriter | None = None  # few manifests have such rows
        self._exceptions = ExceptionWriter(
            folder / EXCEPTIONS_CSV,
            folder / EXCEPTIONS_XLSX,
            reviews,
            users=tuple(dict.fromkeys(chain.from_iterable(one.users for one in copies))),
            delimiter=self._copy.separator,
            lang=run.lang,
        )
        self._annotated_thread, self._exceptions_thread = (
            ThreadPoolExecutor(1),
            ThreadPoolExecutor(1),
        )
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        """Start."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _where: TracebackType | None,
    ) -> None:
        """Finish the files, or let go of them."""
        try:
            if error is None:
                self._wait(0)
                self._finish_copy()
                self._exceptions.close()
                self._digests.close()
                if self._cleared:
                    self._cleared.close()
                return
        finally:
            self._stopped = True
            self._annotated_thread.shutdown(cancel_futures=True)
            self._exceptions_thread.shutdown(cancel_futures=True)
            with suppress(OSError):
                self._annotated.abandon()
            with suppress(OSError):
                self._exceptions.abandon()
            with suppress(OSError):
                self._digests.abandon()
            with suppress(OSError):
                if self._cleared:
                    self._cleared.abandon()

    def next_copy(self, copy: AnnotatedCopy) -> None:
        """Go on with the annotated copy of the next input."""
        self._waiting.append(self._annotated_thread.submit(self._begin_copy, copy))

    def _begin_copy(self, copy: AnnotatedCopy) -> None:
        self._finish_copy()
        self._copy = copy
        self._overview, self._annotated = self._begun(copy)

    def _begun(self, copy: AnnotatedCopy) -> tuple[Overview | None, Writer]:
        """The writer of a copy, and of a workbook what its last sheets are made of."""
        overview = Overview(self._first, self._lang) if copy.form == "xlsx" else None
        return overview, copy.writer(self._folder, overview.pages if overview else tuple)

    def _finish_copy(self) -> None:
        self._annotated.close()
        self._hashes[self._copy.name] = self._annotated.digest
        overview = self._overview.notes() if self._overview else ()
        lead = f"{self._copy.name}: " if self._several else ""
        self._notes += [f"{lead}{note}" for note in (*self._annotated.notes(), *overview)]

    def write(  # noqa: PLR0913 - all that is known of the rows
        self,
        sheet: str,
        mapping: Mapping[str, str],
        *,
        label: str,
        data: pa.RecordBatch,
        answers: pa.RecordBatch,
        vehicles: tuple[pa.RecordBatch, pa.RecordBatch],
        exceptions: tuple[pa.RecordBatch, pa.RecordBatch],
        cleared: pa.RecordBatch,
        counting: frozenset[str] = frozenset(),
    ) -> None:
        """Add rows.

        Args:
            sheet: where they stand.
            mapping: field -> column name.
            label: the sheet among those of all files.
            data: the user's columns.
            answers: those added.
            vehicles: both, a line for each vehicle.
            exceptions: both of the vehicles that a person must look at, the answers with their facts.
            cleared: ``cleared_rows``.
            counting: columns that only count rows, and change no digest.
        """
        before, self._rows = self._rows, self._rows + data.num_rows
        if self._copy.form == "xlsx" and before <= SLOW_ROWS < self._rows:
            self._say(
                f"more than {SLOW_ROWS:,} rows: writing a workbook takes minutes a million; --as csv or --as parquet is much quicker"
            )
        self._wait(3 * _AHEAD)
        self._waiting += (
            self._annotated_thread.submit(self._annotate, sheet, mapping, vehicles, data, answers),
            self._exceptions_thread.submit(self._exceptions.write, sheet, *exceptions),
            self._exceptions_thread.submit(self._digests.write, label, data, answers, counting),
        )
        if cleared.num_rows:
            self._cleared = self._cleared or ListWriter(
                self._folder / CLEARED_CSV,
                cleared.schema.names,
                cleared_by_date.CELLS,
                self._copy.separator,
            )
            self._waiting.append(self._exceptions_thread.submit(self._cleared.add, cleared.columns))

    def _annotate(
        self,
        sheet: str,
        mapping: Mapping[str, str],
        vehicles: tuple[pa.RecordBatch, pa.RecordBatch],
        data: pa.RecordBatch,
        answers: pa.RecordBatch,
    ) -> None:
        if self._overview:
            self._overview.add(sheet, answers)
            self._overview.add_vehicles(sheet, mapping, *vehicles)
        data, answers = self._copy.table(sheet, data, answers)
        rows = max(data.num_rows, 1)
        step = _WORKBOOK_ROWS if self._copy.form == "xlsx" else rows
        for start in range(0, rows, step):
            if self._stopped:
                return
            self._annotated.write(sheet, data.slice(start, step), answers.slice(start, step))

    def _wait(self, left: int) -> None:
        while len(self._waiting) > left:
            self._waiting.popleft().result()

    def hashes(self) -> dict[str, str]:
        """The SHA-256 of the finished files, of those where it is known."""
        digests = {**self._hashes, EXCEPTIONS_CSV: self._exceptions.digest}
        if self._cleared:
            digests[CLEARED_CSV] = self._cleared.digest
        return {name: digest for name, digest in digests.items() if digest}

    def notes(self) -> tuple[str, ...]:
        """What the user should know of the files."""
        return (*self._notes, *self._exceptions.notes())
