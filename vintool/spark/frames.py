"""``decode`` and ``screen`` over a frame of Spark: what the driver decides, and the steps that the cluster runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from vintool.codes import FieldName
from vintool.columns import TYPES, decode_table
from vintool.columns.engine.stamp import stamp
from vintool.columns.engine.tables import HEAD_ROWS, apart, find_vin_column
from vintool.columns.screening.duplicates import ROW_SHIFT
from vintool.columns.screening.whole_run import (
    DRAWING,
    EARLIER,
    NARROW,
    OUTCOMES,
    RUNS_OUT,
    WholeRun,
)
from vintool.declaration.answers import ANSWERS
from vintool.declaration.headers import labels, near
from vintool.files.tables import desk_given, notes_on
from vintool.frames.kinds import none_screened
from vintool.registry.reference import Reference, by_call, reference_in_use
from vintool.screening.dates import day_given
from vintool.spark import tasks
from vintool.spark.layout import MANIFEST, layout_of
from vintool.spark.tasks import Job, sent
from vintool.spark.types import spark_schema, spark_type

Frame = Any
"""A ``pyspark.sql.DataFrame``, classic or of Spark Connect: two classes that share no base in PySpark 3.5."""

_ROW, _EARLIER, _OUTCOMES = "vintool_row", "vintool_earlier", "vintool_outcomes"
_WHOLE = {"tinyint", "smallint", "int", "bigint"}


@by_call
def decode(
    df: Frame,
    column: str | None = None,
    fields: FieldName | Sequence[FieldName] | None = None,
    *,
    reference: Reference | None = None,  # noqa: ARG001 - ``by_call`` binds it
) -> Frame:
    """Decode a column of VINs: ``vintool.decode_table`` on the executors. Nothing is computed before the answers are asked for.

    Args:
        df: any frame.
        column: the column of VINs; if not given it is found in some rows, which are read for it.
        fields: as for ``decode_table``.
        reference: the data that the answers rest on; by default that of the process, see ``vintool.Reference``.

    Returns:
        The same rows with the columns of ``decode_table`` on their right. A name that the user has gets ``vin_`` once more; to Spark
        ``vin`` is the same name as ``VIN``, unless ``spark.sql.caseSensitive`` is set.

    Raises:
        ValueError: an unknown field or column.
        NoVinColumn, MappingError: which column holds the VINs must be told.
    """
    names = _names(df)
    column = column or find_vin_column(_head(_flat(df).limit(HEAD_ROWS), names))
    given: Any = TYPES if fields is None else fields
    asked: Any = [given] if isinstance(given, str) else [*given]
    none = decode_table(_empty(names), column, asked)
    task = sent(tasks.decoded, reference_in_use(), names, column, asked)
    return _flat(df).mapInArrow(task, _schema(df, range(len(names)), none.schema))


@by_call
def screen(  # noqa: PLR0913 - the options of a run
    df: Frame,
    place: str,
    on: date | str | None = None,
    mapping: Mapping[str, str | Sequence[str]] | None = None,
    regime: str | None = None,
    *,
    exporters: Any = None,
    licences: Any = None,
    confirmations: Any = None,
    decisions: Any = (),
    catalogue: Any = (),
    reference: Reference | None = None,  # noqa: ARG001 - ``by_call`` binds it
) -> Frame:
    """Screen a frame: the columns of ``vintool.screen_table`` over all rows, in whatever partitions they lie.

    What only all rows tell is found at once, from some bytes a row: VINs that stand twice, the days of the manifest, and in the order of
    the rows what is left of licences. The rows themselves are judged when the answers are asked for.

    Args:
        df: a frame whose rows are the same each time it is read.
        place: the column that numbers the rows, from 1 in their order. It must come from the data: what Spark numbers itself
            (``monotonically_increasing_id``) changes with the partitions.
        on: the declaration date of all rows; None to read the mapped date column.
        mapping: field -> column name, where the header dictionary should not decide; the rest is found by the names and the first 500 rows,
            as ``screen_table`` finds it.
        regime: code of the regime; None or ``all`` for every one that is in question for a row.
        exporters: a list of qualified enterprises: a path on the driver, or a table.
        licences: a list of export licences, likewise.
        confirmations: a list of VINs in makers' confirmations, likewise.
        decisions: filled ``exceptions.csv`` of earlier runs, likewise: one or several.
        catalogue: exports of type approvals, likewise: one or several; those of the reference if not given.
        reference: the data that the verdicts rest on; by default that of the process. Its own files must lie on every executor
            under the same paths.

    Returns:
        The same rows with the columns of ``screen_table`` on their right, named as ``decode`` names them; ``vin_row`` is the number of
        the row. A frame of a manifest is judged as ``screen_table`` judges the table, by what was said when it was read. Release and hash of the reference and the notes on the lists stand in the metadata of the column of verdicts.

    Raises:
        MappingError, NoVinColumn: which column is which must be told by ``mapping``; or the frame is that of several sheets of a manifest.
        ManifestError: a list cannot be read.
        TypeError: it is no frame of Spark, or an argument is of another kind.
        ValueError: there is no such column ``place``, it does not number all rows from 1, or one number stands on two rows; no date is given, and
            there is no column of dates; or a mapped column is no text.
        KeyError: no such regime.
    """
    names, on = _names(df), day_given(on)
    at = _place(df, place)
    flat = _flat(df)
    head = _head(flat.orderBy(f"c{at}").limit(HEAD_ROWS), names)
    _check_first(head, at, place)
    layout = layout_of(df, flat, head, at, mapping)
    found = layout.mapping
    desk = desk_given(on, regime, exporters, licences, confirmations, decisions, catalogue)
    run = WholeRun(found, on, regime, desk)
    job = Job(reference_in_use(), run, tuple(names), at, layout.own, layout.judged)
    job.screener()  # or its errors come from an executor
    columns = sorted({at, *(names.index(name) for name in found.values())})
    narrow = _mapped(
        flat.select(*(f"c{one}" for one in columns)), NARROW, tasks.narrow, job, columns
    ).persist()
    _check_places(narrow, place)
    if on is None:
        days = narrow.where("rows IS NOT NULL").groupBy("day").sum("rows").collect()
        counted = chain([(None, layout.apart)], ((day, rows) for day, rows in days))
        job = replace(job, run=job.run.with_days(counted))
    by_vin = narrow.where("vin IS NOT NULL").repartition("vin").sortWithinPartitions("at")
    earlier = _by_row(_mapped(by_vin, EARLIER, tasks.earlier_rows), _EARLIER, EARLIER).persist()
    rows = _joined(flat.selectExpr("*", f"CAST(c{at} AS BIGINT) AS {_ROW}"), earlier)
    if job.run.ledger:
        job, outcomes = _let_draw(job, rows)
        rows = _joined(rows, _by_row(outcomes, _OUTCOMES, OUTCOMES))
    else:
        rows = rows.selectExpr("*", f"CAST(NULL AS {_list_of(OUTCOMES)}) AS {_OUTCOMES}")
    ordered = rows.select(*(f"c{one}" for one in range(len(names))), _EARLIER, _OUTCOMES)
    own = [names[one] for one in layout.own]
    rests_on = {key.decode(): text.decode() for key, text in stamp().items()}
    metadata: dict[str, Mapping[str, Any]] = {
        "vin_verdict": rests_on | {"vintool.notes": notes_on(own, desk)}
    }
    if layout.manifest:
        metadata["vin_row"] = {MANIFEST: layout.manifest}
    none = none_screened(_empty(own))
    return ordered.mapInArrow(
        sent(tasks.answers, job), _schema(df, layout.own, none.schema, metadata)
    )


def _let_draw(job: Job, rows: Frame) -> tuple[Job, Frame]:
    """The job with the places at which licences run out, and of single rows what does not follow from them."""
    asked = _mapped(rows.drop(_ROW), DRAWING, tasks.drawing_rows, job).persist()
    kinds = asked.where("licences IS NOT NULL").select("kind", "licences").distinct().collect()
    in_order = asked.repartition(1).sortWithinPartitions("at")
    of_kind = {kind: tuple(licences) for kind, licences in kinds}
    outcomes = _mapped(in_order, OUTCOMES, tasks.settle, job.run.ledger, of_kind).persist()
    out = outcomes.where(f"outcome = {RUNS_OUT}").select("licence", "at").collect()
    run = job.run.with_licences((licence, at) for licence, at in out)
    return replace(job, run=run), outcomes.where(f"outcome <> {RUNS_OUT}")


def _names(df: Frame) -> list[str]:
    if not hasattr(df, "mapInArrow"):
        raise TypeError(
            f"no frame of Spark: {type(df).__name__}; for others there is vintool.frames"
        )
    return [*df.columns]


def _flat(df: Frame) -> Frame:
    """The frame with names that nothing shares and no dot parts."""
    return df.toDF(*(f"c{at}" for at in range(len(df.columns))))


def _place(df: Frame, name: object) -> int:
    """Where the column stands that numbers the rows."""
    if not isinstance(name, str):
        raise TypeError(f"place= takes the name of a column, not {type(name).__name__}")
    names = df.columns
    if names.count(name) != 1:
        meant = near(name, names)
        raise ValueError(
            f"place= names {name!r}, and {names.count(name) or 'no'} columns are called so; {meant}there are {labels(names)}"
        )
    at: int = names.index(name)
    kind = df.schema.fields[at].dataType.simpleString()
    if kind not in _WHOLE:
        raise ValueError(
            f"column {name!r}, which place= names, is {kind}; number the rows from 1 in their order, as int or bigint"
        )
    return at


def _check_first(head: pa.Table, at: int, place: str) -> None:
    """Refuse what the first rows in their order tell of all: that some have no number, or one below 1."""
    numbers: list[Any] = head.column(at).to_pylist()
    if None in numbers:
        raise ValueError(
            f"rows have no number in {place!r}, which place= names: number all rows from 1 in their order"
        )
    if numbers and min(numbers) < 1:
        raise ValueError(
            f"number {min(numbers):,} stands in {place!r}, which place= names: number the rows from 1 in their order"
        )


def _check_places(narrow: Frame, place: str) -> None:
    rows = narrow.where("at IS NOT NULL").selectExpr(f"shiftright(at, {ROW_SHIFT}) AS row", "at")
    first = rows.where(f"at = shiftleft(row, {ROW_SHIFT})")
    if twice := first.groupBy("row").count().where("count > 1").limit(1).collect():
        raise ValueError(
            f"number {twice[0][0]:,} stands on {twice[0][1]:,} rows of {place!r}, which place= names: give each row a number of its own, from 1 in their order"
        )


def _head(some: Frame, names: Sequence[str]) -> pa.Table:
    """A few rows, with the types that executors see."""
    streams = some.mapInArrow(sent(tasks.sample), "stream binary").collect()
    tables = [pa.ipc.open_stream(row[0]).read_all() for row in streams]
    return pa.concat_tables(tables).rename_columns([*names]) if tables else _empty(names)


def _empty(names: Sequence[str]) -> pa.Table:
    return pa.Table.from_arrays([pa.array([], pa.string())] * len(names), [*names])


def _mapped(df: Frame, schema: pa.Schema, task: Callable[..., Any], *arguments: object) -> Frame:
    return df.mapInArrow(sent(task, *arguments), spark_type(schema))


def _list_of(schema: pa.Schema) -> str:
    kind: str = spark_type(schema).simpleString()
    return f"array<{kind}>"


def _by_row(facts: Frame, name: str, schema: pa.Schema) -> Frame:
    """Facts of vehicles by their row, each row's in one list."""
    structs = facts.selectExpr(
        f"shiftright(at, {ROW_SHIFT}) AS {_ROW}", f"struct({', '.join(schema.names)}) AS one"
    )
    return structs.groupBy(_ROW).agg({"one": "collect_list"}).toDF(_ROW, name)


def _joined(rows: Frame, facts: Frame) -> Frame:
    """The rows with what is known of each behind their columns."""
    return rows.join(facts, _ROW, "left").select(*rows.columns, *facts.columns[1:])


def _schema(
    df: Frame,
    own: Sequence[int],
    both: pa.Schema,
    metadata: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> Any:
    """Some of the user's fields as they are, then those of the answers.

    Args:
        df: the user's frame.
        own: the numbers of its fields that stay.
        both: these, then the answers.
        metadata: what is to be said of answers, by the names of ``screen_table``.
    """
    names, width = both.names, len(own)
    if df.sparkSession.conf.get("spark.sql.caseSensitive", "false") != "true":
        names = apart(width, names)
    said = {names[width + ANSWERS.index(name)]: known for name, known in metadata.items()}
    return spark_schema(
        [df.schema.fields[at] for at in own],
        [field.with_name(name) for field, name in zip(both, names, strict=True)][width:],
        said,
    )
