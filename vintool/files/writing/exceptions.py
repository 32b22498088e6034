"""The files that fill while the rows go by: the annotated copy, and what a person must look at."""

import csv
import io
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.csv as pa_csv

from vintool.columns import FACTS
from vintool.desk.book import Desk
from vintool.desk.reviews import key_of, standing
from vintool.files.writing.annotated import BOM, CSV_ROWS, SLOW_ROWS, ByteWriter, Copy
from vintool.files.writing.cells import flat, inert
from vintool.screening.regimes import Regime

EXCEPTIONS = "exceptions.csv"
_AT_ONCE = 1 << 13  # rows of a workbook, a second; a run that is stopped waits for no more of them
_AHEAD = 2  # batches that wait to be written: a row group is written when its last one is there
DECISION_COLUMNS = ("decision", "decision_reason", "reviewer", "decision_date")
_OF_OTHERS = frozenset({"vin_text", "vin_sheet", *DECISION_COLUMNS})  # texts that are not ours
EXCEPTION_COLUMNS = (
    "vin_sheet", "vin_row", "vin_text", "vin", "vin_manufacturer", "vin_brand", "vin_powertrain", "vin_verdict",
    "vin_reasons", "vin_problems", "vin_evidence", "vin_suggestion", "vin_regime", FACTS, *DECISION_COLUMNS,
)  # fmt: skip


class ExceptionWriter(ByteWriter):
    """``exceptions.csv``: the rows that a person must look at, with columns to decide in.

    They are empty, but where a decision of an earlier run stands: the file goes from run to run.
    """

    def __init__(self, path: Path, regime: Regime, desk: Desk) -> None:
        super().__init__(path)
        self._regime, self._decisions = regime.code, desk.reviews
        self._file.write(BOM)
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerow(EXCEPTION_COLUMNS)
        self._file.write(text.getvalue().encode())
        self._options = pa_csv.WriteOptions(
            include_header=False, quoting_style="needed", batch_size=CSV_ROWS
        )

    def write(self, sheet: str, batch: pa.RecordBatch) -> None:
        """Add rows of a screened batch."""
        blank = pa.repeat("", batch.num_rows)
        given = {
            "vin_sheet": pa.repeat(sheet, batch.num_rows),
            "vin_regime": pa.repeat(self._regime, batch.num_rows),
            **self._standing(batch),
        }
        columns = []
        for name in EXCEPTION_COLUMNS:
            column = given.get(name, batch.column(name) if name in batch.schema.names else blank)
            column = flat(column)
            columns.append(inert(column)[0] if name in _OF_OTHERS else column)
        pa_csv.write_csv(
            pa.RecordBatch.from_arrays(columns, names=list(EXCEPTION_COLUMNS)),
            self._file,
            self._options,
        )

    def _standing(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        """The cells of decisions that stand."""
        if self._decisions is None:
            return {}
        known = self._decisions
        cells: dict[str, list[str]] = {name: [] for name in DECISION_COLUMNS}
        keys = (batch.column(name).to_pylist() for name in ("vin", "vin_text", FACTS))
        for vin, text, facts in zip(*keys, strict=True):
            told = standing(known.of(key_of(vin, text or "")), facts)
            record = told.as_record() if told else {}
            for name in DECISION_COLUMNS:
                cells[name].append(record.get(name, ""))
        return {name: pa.array(texts, pa.string()) for name, texts in cells.items()}


class Answers:
    """The files that fill while the rows go by; leave the block before anything else is written.

    Batches are written while the next ones are screened, each file by a thread of its own; what goes
    wrong is raised by a later call. When the block ends with an error the files stay as far as they
    came, for the folder to be removed.

    Args:
        folder: where to write.
        copy: how the annotated copy is written.
        rule: the regime.
        desk: what the rows are held against.
        say: is told what the user should know before the end.
    """

    def __init__(
        self, folder: Path, copy: Copy, regime: Regime, desk: Desk, say: Callable[[str], None]
    ) -> None:
        self._copy, self._say, self._rows = copy, say, 0
        self._stopped = False
        self._annotated = copy.writer(folder)
        self._exceptions = ExceptionWriter(folder / EXCEPTIONS, regime, desk)
        self._annotating, self._noting = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
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
                self._annotated.close()
                self._exceptions.close()
                return
        finally:
            self._stopped = True
            self._annotating.shutdown(cancel_futures=True)
            self._noting.shutdown(cancel_futures=True)
            with suppress(OSError):
                self._annotated.abandon()
            with suppress(OSError):
                self._exceptions.abandon()

    def write(
        self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch, exceptions: pa.RecordBatch
    ) -> None:
        """Add rows: all of them, and of their answers those that a person must look at."""
        before, self._rows = self._rows, self._rows + data.num_rows
        if self._copy.form == "xlsx" and before <= SLOW_ROWS < self._rows:
            self._say(
                f"more than {SLOW_ROWS:,} rows: writing a workbook takes minutes a million; --as csv or --as parquet is much quicker"
            )
        self._wait(2 * _AHEAD)
        self._waiting += (
            self._annotating.submit(self._annotate, sheet, data, answers),
            self._noting.submit(self._exceptions.write, sheet, exceptions),
        )

    def _annotate(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:
        data, answers = self._copy.table(sheet, data, answers)
        at_once = _AT_ONCE if self._copy.form == "xlsx" else max(data.num_rows, 1)
        for start in range(0, max(data.num_rows, 1), at_once):
            if self._stopped:
                return
            rows = start, at_once
            self._annotated.write(sheet, data.slice(*rows), answers.slice(*rows))

    def _wait(self, left: int) -> None:
        while len(self._waiting) > left:
            self._waiting.popleft().result()

    def hashes(self) -> dict[str, str]:
        """The SHA-256 of the finished files, of those where it is known."""
        told = {self._copy.name: self._annotated.digest, EXCEPTIONS: self._exceptions.digest}
        return {name: digest for name, digest in told.items() if digest}

    def notes(self) -> tuple[str, ...]:
        """What the user should know of the files."""
        return self._annotated.notes()
