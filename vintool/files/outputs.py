"""What a run leaves behind: written beside the folder first, put in place when all of it is there."""

import csv
import hashlib
import io
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from vintool.columns import FACTS, beside
from vintool.desk.book import Desk
from vintool.desk.decisions import key_of, standing
from vintool.law import Regime

RUN = "run.json"
ADDED_TO = frozenset({"decisions.jsonl"})  # never replaced: the new one holds the old one
XLSX_ROWS = 1_048_576  # of one sheet, the header included
BOM = b"\xef\xbb\xbf"  # without it spreadsheet programs take UTF-8 for the local code page
_FORMULA = r"^('*[=+\-@\t\r＝＋－＠])"


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A folder to write to, which becomes ``out`` when the block ends well, and vanishes if not.

    What an earlier run left there is replaced. A file under one of our names that is not as a run has
    written it, a filled ``exceptions.csv`` or a list of the user's own, is kept beside the new one,
    with a part of its hash in its name; other files stay as they are.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        yield stage
        stage.chmod(0o755)
        if not out.exists():
            stage.rename(out)
            return
        written = _written(out)
        new = {file.name for file in stage.iterdir()}
        for name, digest in written.items():
            if name not in new and _hash(out / name) == digest:
                (out / name).unlink()  # of an earlier run in another format, or with other lists
        for name in sorted(new - ADDED_TO - {RUN}):
            digest = _hash(out / name)
            if digest and digest != written.get(name):
                old = out / name
                old.rename(out / f"{old.stem}.{digest[:8]}{old.suffix}")
        for file in sorted(stage.iterdir()):
            file.replace(out / file.name)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _written(out: Path) -> dict[str, str]:
    """What an earlier run has left in the folder, with the hash of each file."""
    try:
        told = json.loads((out / RUN).read_text(encoding="utf-8"))["outputs"]
        return {
            Path(name).name: str(digest) for name, digest in told.items() if name not in ADDED_TO
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def file_hash(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash(path: Path) -> str:
    """The SHA-256 of a file; empty if there is none."""
    return file_hash(path) if path.is_file() else ""


class Writer(Protocol):
    """Takes the screened batches of one sheet after another."""

    def write(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:
        """Add rows, the user's columns and the answers; the sheets come one after another."""

    def close(self) -> None:
        """Finish the file."""


def safe_for_spreadsheets(array: pa.Array) -> pa.Array:
    """Texts that a spreadsheet would run as a formula, with an apostrophe before them."""
    return pc.replace_substring_regex(array, _FORMULA, r"'\1")


def safe_cell(cell: object) -> object:
    """The same for one cell; a number stays one."""
    return re.sub(_FORMULA, r"'\1", cell) if isinstance(cell, str) else cell


class DelimitedWriter:
    """CSV or TSV: UTF-8 with a byte order mark. The user's own columns are written as they came."""

    def __init__(self, path: Path, delimiter: str) -> None:
        self._file = path.open("wb")
        self._file.write(BOM)
        self._options = pa_csv.WriteOptions(
            include_header=True, delimiter=delimiter, quoting_style="needed"
        )
        self._writer: Any = None

    def write(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:  # noqa: ARG002 - one sheet only
        """Add rows."""
        raw = answers.schema.get_field_index("vin_text")
        batch = beside(
            data, answers.set_column(raw, "vin_text", safe_for_spreadsheets(answers.column(raw)))
        )
        if self._writer is None:
            self._writer = pa_csv.CSVWriter(self._file, batch.schema, write_options=self._options)
        self._writer.write_batch(batch)

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()
        self._file.close()


class ParquetWriter:
    """Parquet, lists as lists."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None

    def write(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:  # noqa: ARG002 - one sheet only
        """Add rows."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - start-up time

        batch = beside(data, answers)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, batch.schema, compression="zstd")
        self._writer.write_batch(batch)

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()


class WorkbookWriter:
    """A new workbook with the same sheets: every cell is a text, nothing is a formula or a link."""

    def __init__(self, path: Path) -> None:
        import xlsxwriter  # noqa: PLC0415 - start-up time

        self._book = xlsxwriter.Workbook(
            str(path),
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        self._bold = self._book.add_format({"bold": True})
        self._sheet: Any = None
        self._name, self._part, self._row = "", 1, 0

    def write(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:
        """Add rows; a sheet that is full is continued on another."""
        batch = beside(data, answers)
        for start in range(0, max(batch.num_rows, 1), 10_000):
            part = batch.slice(start, 10_000)
            cells = [column.cast(pa.string()).to_pylist() for column in part.columns]
            if self._sheet is None or sheet != self._name:
                self._name, self._part = sheet, 1
                self._open(sheet, batch.schema.names)
            for values in zip(*cells, strict=True):
                if self._row == XLSX_ROWS:
                    self._part += 1
                    self._open(f"{sheet[:25]} ({self._part})", batch.schema.names)
                for at, value in enumerate(values):
                    if value:
                        self._sheet.write_string(self._row, at, value)
                self._row += 1

    def _open(self, name: str, columns: list[str]) -> None:
        self._sheet = self._book.add_worksheet(name or None)
        self._sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            self._sheet.write_string(0, at, column, self._bold)
        self._row = 1

    def close(self) -> None:
        """Finish the file."""
        self._book.close()


def annotated(form: str) -> str:
    """The name of the annotated copy of a format of ``Manifest.format``.

    >>> annotated("xlsx"), annotated("xml")
    ('annotated.xlsx', 'annotated.csv')
    """
    return f"annotated.{'csv' if form == 'xml' else form}"


def annotated_writer(folder: Path, form: str, delimiter: str) -> Writer:
    """The writer of ``annotated.*`` for a format of ``Manifest.format``."""
    path = folder / annotated(form)
    if form == "parquet":
        return ParquetWriter(path)
    return WorkbookWriter(path) if form == "xlsx" else DelimitedWriter(path, delimiter or ",")


DECISION_COLUMNS = ("decision", "decision_reason", "reviewer", "decision_date")
EXCEPTION_COLUMNS = (
    "vin_sheet", "vin_row", "vin_text", "vin", "vin_manufacturer", "vin_brand", "vin_powertrain", "vin_verdict",
    "vin_reasons", "vin_problems", "vin_evidence", "vin_suggestion", "vin_regime", FACTS, *DECISION_COLUMNS,
)  # fmt: skip


class ExceptionWriter:
    """``exceptions.csv``: the rows that a person must look at, with columns to decide in.

    They are empty, but where a decision of an earlier run stands: the file goes from run to run.
    """

    def __init__(self, path: Path, rule: Regime, desk: Desk) -> None:
        self._regime, self._decisions = rule.code, desk.decisions
        self._file = path.open("wb")
        self._file.write(BOM)
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerow(EXCEPTION_COLUMNS)
        self._file.write(text.getvalue().encode())
        self._options = pa_csv.WriteOptions(include_header=False, quoting_style="needed")

    def write(self, sheet: str, batch: pa.RecordBatch) -> None:
        """Add rows of a screened batch."""
        blank = pa.array([""] * batch.num_rows)
        given = {
            "vin_sheet": pa.array([sheet] * batch.num_rows, pa.string()),
            "vin_regime": pa.array([self._regime] * batch.num_rows, pa.string()),
            **self._standing(batch),
        }
        columns = []
        for name in EXCEPTION_COLUMNS:
            column = given.get(name, batch.column(name) if name in batch.schema.names else blank)
            if pa.types.is_list(column.type):
                column = pc.binary_join(column, ";")
            columns.append(
                safe_for_spreadsheets(column.cast(pa.string()))
                if name in {"vin_text", "vin_sheet", *DECISION_COLUMNS}
                else column
            )
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

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class Answers:
    """The files that fill while the rows go by; close them before anything else is written.

    A batch is written while the next one is screened; what goes wrong is raised by the next call.
    """

    def __init__(self, folder: Path, form: str, delimiter: str, rule: Regime, desk: Desk) -> None:
        self._annotated = annotated_writer(folder, form, delimiter)
        self._exceptions = ExceptionWriter(folder / "exceptions.csv", rule, desk)
        self._writer = ThreadPoolExecutor(1)
        self._last: Future[None] | None = None

    def write(
        self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch, exceptions: pa.RecordBatch
    ) -> None:
        """Add rows: all of them, and of their answers those that a person must look at."""
        self._wait()
        self._last = self._writer.submit(self._write, sheet, data, answers, exceptions)

    def _write(
        self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch, exceptions: pa.RecordBatch
    ) -> None:
        self._annotated.write(sheet, data, answers)
        self._exceptions.write(sheet, exceptions)

    def _wait(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            last.result()

    def close(self) -> None:
        """Finish the files, both of them whatever happens."""
        with ExitStack() as all_of_it:
            all_of_it.callback(self._exceptions.close)
            all_of_it.callback(self._annotated.close)
            all_of_it.callback(self._writer.shutdown)
            all_of_it.callback(self._wait)
