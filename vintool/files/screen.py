"""The main job: a file in, every row judged, a folder of answers out."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool import vpic
from vintool.codes import DEFAULT_REGIME, Reason
from vintool.columns import BATCH_ROWS, FACTS, LICENCE, Screener, Seen, date_field
from vintool.declaration.headers import map_columns, normalise
from vintool.desk.book import Desk
from vintool.errors import ManifestError, MappingError
from vintool.files.lists import RECORD, extended_record, open_desk
from vintool.files.reading.manifest import open_manifest
from vintool.files.reading.sheets import Batch, Manifest, Sheet, ahead, check_texts, evened
from vintool.files.reading.watch import Watch
from vintool.files.workers import Workers
from vintool.files.writing.annotated import WITH_LISTS, Copy
from vintool.files.writing.exceptions import EXCEPTIONS, Answers
from vintool.files.writing.record import (
    LEDGER,
    Lists,
    licence_lines,
    report_context,
    write_ledger,
    write_report,
    write_run,
)
from vintool.files.writing.single_window import SINGLE_WINDOW, VehicleBlocks
from vintool.files.writing.staging import RUN, hash_beside, staged
from vintool.files.writing.tally import Tally
from vintool.report.page import DecisionCounts, SheetInfo, Summary
from vintool.screening.regimes import Regime, load_regime

#: Called after each batch: bytes read so far, bytes in all, rows so far, rows by verdict.
Progress = Callable[[int, int, int, Mapping[str, int]], None]


def screen_file(
    path: Path | str,
    on: date | None = None,
    out: Path | str | None = None,
    mapping: Mapping[str, str] | None = None,
    regime: str = DEFAULT_REGIME,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    today: date | None = None,
    exporters: Path | str | None = None,
    licences: Path | str | None = None,
    confirmations: Path | str | None = None,
    decisions: Sequence[Path | str] = (),
    single_window: bool = False,
    lang: str = "en",
    annotated_as: str | None = None,
    raw: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
    say: Callable[[str], None] | None = None,
) -> Summary:
    """Screen a manifest; the engine behind ``vintool screen``.

    Args:
        path: a file, or a folder of Parquet files, of any format that ``open_manifest`` reads.
        on: the declaration date of all rows; None to read the manifest's own date column.
        out: folder for ``annotated.*``, ``exceptions.csv``, ``report.html`` and ``run.json``, with
            licences also ``ledger.csv``, with decisions ``decisions.jsonl``; they appear together
            when all are written. None to write nothing.
        mapping: field -> column name, where the header dictionary should not decide.
        regime: code of the regime.
        encoding: of the text, where it should not be detected.
        sheet: the only sheet to read.
        today: the date that counts where neither ``on`` nor a date column gives one.
        exporters: a list of qualified enterprises.
        licences: a list of export licences; rows draw on them in their order.
        confirmations: a list of VINs in makers' confirmations, for used vehicles.
        decisions: filled ``exceptions.csv`` of earlier runs, or their ``decisions.jsonl``; the record in
            ``out`` is read with them.
        single_window: write ``single-window.xml`` to ``out`` as well, the vehicles that need a licence.
        lang: of ``report.html``, ``en`` or ``zh``; the other outputs are the same in every language.
        annotated_as: the format of ``annotated.*``: ``csv``, ``tsv``, ``xlsx``, ``parquet`` or ``jsonl``;
            that of the input if not given, of XML CSV.
        raw: CSV and TSV for programs: no byte order mark, and no apostrophe before cells that a
            spreadsheet would run as formulas.
        workers: how many processes judge the rows, where no list of licences and no decisions are given:
            licences are drawn on row by row.
        progress: called after each batch.
        say: called with a sentence that the user should know before the end.

    Raises:
        ManifestError: the file or a list cannot be read, or a row was lost.
        MappingError: which column means what must be told.
        ValueError: no date is given, and the manifest has none; there is no format ``annotated_as``; or
            there are less than one ``workers``.
        OSError: the outputs cannot be written; nothing is left behind then.
    """
    if workers < 1:
        raise ValueError(f"{workers} workers: at least one must do the work")
    started = time.monotonic()
    path, law = Path(path), load_regime(regime)
    watch = Watch.of(path)
    hashed = hash_beside(path) if out is not None else None
    manifest = open_manifest(path, encoding=encoding, sheet=sheet)
    copy = Copy.of(manifest, annotated_as, raw=raw)
    mappings = _mappings(manifest, mapping or {})
    if on is None and not any(map(date_field, mappings)):
        if today is None:
            raise ValueError("the manifest has no date column: give on=")
        on = today
    lists = Lists.of(exporters, licences, confirmations, decisions)
    if decisions and out is not None and (Path(out) / RECORD).exists():
        lists = lists.with_record(Path(out) / RECORD)
    desk = open_desk(
        regime,
        exporter_list=lists.exporters,
        licence_list=lists.licences,
        confirmation_list=lists.confirmations,
        decision_files=lists.decisions,
    )
    tally, seen = Tally(), Seen()
    blocks = VehicleBlocks(desk.ledger) if single_window and out is not None else None
    asked: list[dict[str, Any]] = [
        {
            "mapping": found,
            "on": on if on or date_field(found) else today,
            "regime": regime,
            "joined": copy.form not in WITH_LISTS,
            "encoded": True,
            "desk": desk,
            "sheet": number,
            "with_facts": out is not None,
            "with_licence": blocks is not None,
        }
        for number, found in enumerate(mappings)
    ]
    in_turn = desk.ledger is not None or desk.decisions is not None
    if workers > 1 and in_turn and say:
        say("licences and decisions are asked row after row: one process judges them all")
    crew = Workers(workers, asked) if workers > 1 and not in_turn else None

    def job(answers: Answers | None) -> None:
        with watch.unchanged():
            for number, (part, found) in enumerate(zip(manifest.sheets, mappings, strict=True)):
                judge = _judge(Screener(**asked[number], seen=seen), crew, number)
                keep = partial(blocks.add, found) if blocks else None
                _screen_sheet(part, found, judge, manifest.size, tally, answers, keep, progress)

    def summary(notes: tuple[str, ...]) -> Summary:
        seconds = time.monotonic() - started
        files = _files(copy, desk, blocks) if out else ()
        outputs = tuple(str(Path(out or "") / name) for name in files)
        return _summary(manifest, mappings, law, tally, on, outputs, desk, notes, seconds)

    if out is None or hashed is None:
        job(None)
        return summary(())
    with staged(Path(out)) as stage:
        with Answers(stage, copy, law, desk, say or (lambda _: None)) as answers:
            job(answers)
        told = summary((*(blocks.notes() if blocks else ()), *answers.notes()))
        _write_beside(stage, Path(out), told, desk, blocks)
        write_report(stage, told, report_context(law, tally, lists, lang), tally, lang)
        parameters = {
            "on": on,
            "mapping": mapping,
            "regime": regime,
            "encoding": encoding,
            "sheet": sheet,
            "single_window": single_window,
            "lang": lang,
            "annotated_as": annotated_as,
            "raw": raw,
        }
        with watch.unchanged():  # or the hash would be that of another file
            write_run(stage, path, hashed(), told, parameters, lists, answers.hashes())
    return told


def _write_beside(
    stage: Path, out: Path, told: Summary, desk: Desk, blocks: VehicleBlocks | None
) -> None:
    """The files that only some runs write."""
    if desk.ledger is not None:
        write_ledger(stage, told.licences)
    if desk.decisions is not None:
        record = extended_record(out / RECORD, desk.decisions)
        (stage / RECORD).write_text(record, encoding="utf-8")
    if blocks is not None:
        blocks.write(stage)


def _files(copy: Copy, desk: Desk, blocks: VehicleBlocks | None) -> tuple[str, ...]:
    """The names of what a run writes."""
    return (
        copy.name,
        EXCEPTIONS,
        *([LEDGER] if desk.ledger else []),
        *([RECORD] if desk.decisions else []),
        "report.html",
        RUN,
        *([SINGLE_WINDOW] if blocks else []),
    )


_Judge = Callable[[Iterable[Batch]], Iterator[tuple[Batch, pa.RecordBatch]]]


def _judge(screener: Screener, crew: Workers | None, number: int) -> _Judge:
    """Batches of a sheet -> each with its answers, in their order."""
    if crew is not None:
        return partial(crew, sheet=number, screener=screener)
    return lambda batches: ((batch, screener(batch.data, batch.rows)) for batch in batches)


def _screen_sheet(
    part: Sheet,
    mapping: Mapping[str, str],
    judge: _Judge,
    size: int,
    tally: Tally,
    answers: Answers | None,
    keep: Callable[[pa.RecordBatch, pa.RecordBatch], None] | None,
    progress: Progress | None,
) -> None:
    tally.sheet_rows[part.name] = 0
    for data, told, position in ahead(_screened(part, judge, mapping)):
        tally.add(part.name, told)
        if keep:
            keep(data, told)
            told = told.drop_columns([LICENCE])  # noqa: PLW2901
        if answers:
            tally.count_cells(data, mapping, told)
            look = pc.is_valid(told.column(FACTS))
            exceptions = told.filter(look)
            tally.show(part.name, exceptions, data.filter(look), mapping)
            answers.write(part.name, data, told.drop_columns([FACTS]), exceptions)
        if progress:
            progress(position, size, tally.rows, tally.verdicts)


def _summary(
    manifest: Manifest,
    mappings: list[dict[str, str]],
    regime: Regime,
    tally: Tally,
    on: date | None,
    outputs: tuple[str, ...],
    desk: Desk,
    notes: tuple[str, ...],
    seconds: float,
) -> Summary:
    sheets = [
        SheetInfo(
            name=part.name,
            rows=tally.sheet_rows[part.name],
            blank_rows=part.blank_rows(),
            mapping=found,
        )
        for part, found in zip(manifest.sheets, mappings, strict=True)
    ]
    sheets += [
        SheetInfo(name=name, rows=0, mapping={}, skipped=why) for name, why in manifest.skipped
    ]
    columns = sorted({found[field] for found in mappings if (field := date_field(found))})
    return Summary(
        file=manifest.path.name,
        rows_read=tally.rows,
        rows_out=sum(tally.verdicts.values()),
        blank_rows=sum(item.blank_rows for item in sheets),
        verdicts=dict(tally.verdicts),
        reasons=dict(sorted(tally.reasons.items(), key=lambda item: (-item[1], item[0]))),
        powertrains=dict(sorted(tally.powertrains.items())),
        by_brand=tally.by_brand(),
        mapping=mappings[0] if mappings else {},
        encoding=manifest.encoding,
        sheets=tuple(sheets),
        regime=regime.code,
        on=on.isoformat() if on else f"per row: {', '.join(columns)}",
        data_release=vpic.data_release(),
        rule_version=regime.rule_version,
        seconds=round(seconds, 3),
        outputs=outputs,
        notes=(*manifest.notes, *desk.notes, *notes),
        licences=licence_lines(desk.ledger),
        decisions=_decision_counts(desk, tally),
    )


def _decision_counts(desk: Desk, tally: Tally) -> DecisionCounts | None:
    known = desk.decisions
    if known is None:
        return None
    return DecisionCounts(
        given=len(known.all),
        applied=tally.reasons[Reason.DECIDED_BY_REVIEWER],
        asked_again=tally.reasons[Reason.DECISION_OUTDATED],
        undecided=known.undecided,
        of_other_regimes=len(known.of_other_regimes),
        without_vehicle=known.without_vehicle,
        not_met=known.not_met,
    )


def _mappings(manifest: Manifest, overrides: Mapping[str, str]) -> list[dict[str, str]]:
    """The mapping of every sheet; an override holds for each sheet that has its column."""
    if len(manifest.sheets) == 1:
        only = manifest.sheets[0]
        said = set(map(normalise, overrides.values()))
        fixed = {field: name for field, name in only.fixed.items() if normalise(name) not in said}
        return [map_columns(only, {**fixed, **overrides})]
    for field, column in overrides.items():
        if not any(column in part.columns for part in manifest.sheets):
            raise MappingError(
                f"no sheet has the column given for {field}",
                file=manifest.path.name,
                next_step="name a column of one of them",
            )
    return [
        map_columns(
            part, {field: column for field, column in overrides.items() if column in part.columns}
        )
        for part in manifest.sheets
    ]


def _screened(
    part: Sheet, judge: _Judge, mapping: Mapping[str, str]
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch, int]]:
    """The batches of a sheet, each with its answers; an empty one if there are no rows."""
    batch = None
    for batch, answers in judge(_checked(part, mapping)):
        if answers.num_rows != batch.data.num_rows:
            raise ManifestError(
                "rows were lost",
                file=part.file,
                sheet=part.name,
                next_step="please report this",
            )
        yield batch.data, answers, batch.position
    if batch is None:
        empty = pa.RecordBatch.from_arrays(
            [pa.array([], pa.string()) for _ in part.columns], names=list(part.columns)
        )
        for batch, answers in judge([Batch(empty, np.zeros(0, dtype=np.int64), 0)]):
            yield batch.data, answers, batch.position


def _checked(part: Sheet, mapping: Mapping[str, str]) -> Iterator[Batch]:
    """The batches of a sheet, of even size."""
    for batch in evened(part.batches(), BATCH_ROWS):
        check_texts(part, batch, mapping)
        yield batch
