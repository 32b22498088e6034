"""What runs on the executors: a task is a function of what is sent along and of batches.

What is sent is read only where vintool is there, and is of the same release: so that nobody looks for the cause in a trace of pickle.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np
import pyarrow as pa

from vintool.codes import FieldName
from vintool.columns import decode_table
from vintool.columns.engine.arrays import Places
from vintool.columns.screening import whole_run
from vintool.columns.screening.whole_run import EARLIER, OUTCOMES, PartScreener, WholeRun
from vintool.desk.ledger import Ledger
from vintool.errors import DataError
from vintool.registry.reference import Reference
from vintool.version import __version__

Batches = Iterable[pa.RecordBatch]


def sent(task: Callable[..., Any], *arguments: object) -> Callable[..., Any]:
    """A function for executors, such as ``mapInArrow`` takes: the task with these arguments, then what it is called with.

    It goes by its code and not by its name, since the module of that may not be there.
    """
    place, version, content = (task.__module__, task.__name__), __version__, pickle.dumps(arguments)

    def on_executor(*inputs):  # type: ignore[no-untyped-def]  # noqa: ANN002, ANN202 - types would go with it
        import sys  # noqa: PLC0415 - there, not here

        try:
            from vintool.spark import tasks  # noqa: PLC0415, PLW0406 - there it is another module
        except ImportError as error:
            raise ImportError(
                f"the Python of this executor, {sys.executable}, cannot load vintool ({error}): give every executor the wheel of vintool {version}, as the page on Spark says"
            ) from None
        return tasks.run(place, version, content, *inputs)

    return on_executor


def run(place: tuple[str, str], version: str, content: bytes, *inputs: object) -> Any:
    """Run a task on an executor, by its module and name.

    Raises:
        DataError: vintool is another one here than where the task was made, or the reference data are.
    """
    if version != __version__:
        raise DataError(
            f"this executor has vintool {__version__}, and the driver has {version}: give both the same wheel"
        )
    module, name = place
    return getattr(import_module(module), name)(*_arguments(content), *inputs)


@lru_cache(maxsize=4)
def _arguments(content: bytes) -> tuple[Any, ...]:
    """One for all tasks of a process, so that what was looked up for one serves the next."""
    arguments: tuple[Any, ...] = pickle.loads(content)  # noqa: S301 - made by the driver of this job
    return arguments


def sample(batches: Batches) -> Iterator[pa.RecordBatch]:
    """Batches as the bytes of a stream, which any version of Spark hands over untouched."""
    for batch in batches:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as writer:
            writer.write_batch(batch)
        yield pa.record_batch({"stream": pa.array([sink.getvalue().to_pybytes()], pa.binary())})


def decoded(
    reference: Reference,
    names: Sequence[str],
    column: str,
    fields: Sequence[FieldName],
    batches: Batches,
) -> Iterator[pa.RecordBatch]:
    """Batches with the fields on their right."""
    for batch in batches:
        named = batch.rename_columns([*names])
        yield from decode_table(named, column, fields, reference=reference).to_batches()


@dataclass(frozen=True)
class Job:
    """What every task of a screening must know.

    Attributes:
        reference: the data that the verdicts rest on.
        run: what is known of all rows.
        names: of the user's columns.
        place: the number of the one that counts the rows.
        own: the numbers of those that stay beside the answers.
        judged: the numbers of those that the rules see.
    """

    reference: Reference
    run: WholeRun
    names: tuple[str, ...]
    place: int
    own: tuple[int, ...]
    judged: tuple[int, ...]

    def screener(self) -> PartScreener:
        """A screener of some of the rows."""
        with self.reference.bound():
            return PartScreener(self.run)

    def rows_of(self, column: pa.Array) -> Places:
        """The numbers of some rows.

        Raises:
            ValueError: one has none.
        """
        if column.null_count:
            raise ValueError(
                f"rows have no number in {self.names[self.place]!r}, which place= names: number all rows from 1 in their order"
            )
        return np.asarray(column.cast(pa.int64()).to_numpy(zero_copy_only=False))


def narrow(job: Job, columns: Sequence[int], batches: Batches) -> Iterator[pa.RecordBatch]:
    """Step 1, of batches of these columns."""
    screener = job.screener()
    for batch in batches:
        rows = job.rows_of(batch.column(columns.index(job.place)))
        named = batch.rename_columns([job.names[at] for at in columns])
        yield from screener.narrow(named, rows)


def earlier_rows(batches: Batches) -> Iterator[pa.RecordBatch]:
    """Step 2, of narrow rows."""
    return whole_run.earlier_rows(batches)


def drawing_rows(job: Job, batches: Batches) -> Iterator[pa.RecordBatch]:
    """Step 2, of all columns and what is known of earlier rows."""
    screener = job.screener()
    for batch in batches:
        named, rows, (earlier,) = _parted(job, batch, EARLIER)
        yield from screener.drawing_rows(named.select([*job.judged]), rows, earlier)


def settle(
    ledger: Ledger, kinds: Mapping[int, tuple[int, ...]], batches: Batches
) -> Iterator[pa.RecordBatch]:
    """Step 2, of rows that draw."""
    own: Ledger = pickle.loads(pickle.dumps(ledger))  # noqa: S301 - a task that is run again begins with a full one
    return whole_run.settle(batches, own, kinds)


def answers(job: Job, batches: Batches) -> Iterator[pa.RecordBatch]:
    """Step 3, of all columns and what is known of earlier rows and of draws."""
    screener = job.screener()
    for batch in batches:
        named, rows, (earlier, outcomes) = _parted(job, batch, EARLIER, OUTCOMES)
        judged, kept, start = named.select([*job.judged]), named.select([*job.own]), 0
        for added in screener.answers(judged, rows, earlier, outcomes):
            own = kept.slice(start, added.num_rows)
            start += added.num_rows
            columns = [*own.columns, *added.columns]
            yield pa.RecordBatch.from_arrays(columns, [f"c{at}" for at in range(len(columns))])


def _parted(
    job: Job, batch: pa.RecordBatch, *schemas: pa.Schema
) -> tuple[pa.RecordBatch, Places, list[pa.RecordBatch]]:
    """The user's columns, the numbers of their rows, and the lists behind them as batches."""
    width = len(job.names)
    named = pa.RecordBatch.from_arrays(batch.columns[:width], [*job.names])
    facts = [
        _flat(column, schema) for column, schema in zip(batch.columns[width:], schemas, strict=True)
    ]
    return named, job.rows_of(batch.column(job.place)), facts


def _flat(lists: Any, schema: pa.Schema) -> pa.RecordBatch:
    structs = lists.flatten()
    columns = [
        structs.field(at).cast(field.type) for at, field in enumerate(schema)
    ]  # of a struct that is not sliced
    return pa.RecordBatch.from_arrays(columns, schema=schema)
