"""The main job: a file in, every row judged, a folder of answers out."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool import registry, vpic
from vintool.codes import DEFAULT_REGIME, Reason
from vintool.columns import BATCH_ROWS, FACTS, LICENCE, DayCounter, Occurrences, Screened, Screener
from vintool.declaration.headers import normalise
from vintool.declaration.mapping import map_columns, vin_notes
from vintool.errors import ManifestError, MappingError
from vintool.files.day import day_notes, with_day
from vintool.files.lists import open_desk, record_of
from vintool.files.reading.compressed import Piped, is_pipe
from vintool.files.reading.manifest import open_manifest
from vintool.files.reading.sheets import Batch, Manifest, Sheet, ahead, check_texts, evened
from vintool.files.reading.sheets import Tally as SheetTally
from vintool.files.reading.watch import Watch
from vintool.files.run import (
    CLEARED_CSV,
    DECISIONS_JSONL,
    EXCEPTIONS_CSV,
    LEDGER_CSV,
    REPORT_HTML,
    RUN_JSON,
    Listener,
    Progress,
    Run,
    ignore,
    paths_of,
)
from vintool.files.writing.annotated import AnnotatedCopy
from vintool.files.writing.hashing import hash_in_thread
from vintool.files.writing.ledger import licence_lines, write_ledger
from vintool.files.writing.record import write_run
from vintool.files.writing.report import write_report
from vintool.files.writing.row_files import RowFiles
from vintool.files.writing.single_window import SINGLE_WINDOW, VehicleBlocks
from vintool.files.writing.staging import staged
from vintool.files.writing.tally import Tally
from vintool.registry.user_rules import one_reference
from vintool.report.display import ranked
from vintool.report.summary import DecisionCounts, SheetInfo, Summary
from vintool.screening.dates import ManifestDays, day_field
from vintool.screening.regimes import load_regime

_OF_LINES = {FACTS, LICENCE}  # columns that the user's copy does not get
_MOST = 5  # rules of the user's own that a note names


def screen_file(  # noqa: PLR0913 - the options of the main job
    path: Path | str,
    on: date | None = None,
    out: Path | str | None = None,
    mapping: Mapping[str, str | Sequence[str]] | None = None,
    regime: str = DEFAULT_REGIME,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    today: date | None = None,
    exporters: Path | str | None = None,
    licences: Path | str | None = None,
    confirmations: Path | str | None = None,
    decisions: Sequence[Path | str] = (),
    catalogue: Path | str | Sequence[Path | str] = (),
    single_window: bool = False,
    lang: str = "en",
    annotated_as: str | None = None,
    raw: bool = False,
    progress: Progress | None = None,
    say: Callable[[str], None] | None = None,
) -> Summary:
    """Screen a manifest; the engine behind ``vintool screen``.

    Args:
        path: a file, or a folder of Parquet files, of any format that ``open_manifest`` reads.
        on: the declaration date of all rows; None to read the manifest's own date column.
        out: folder for ``annotated.*``, ``exceptions.csv``, ``report.html`` and ``run.json``, where a date has
            cleared rows also ``cleared_by_date.csv``, with licences ``ledger.csv``, with decisions
            ``decisions.jsonl``; they appear together when all are written. None to write nothing.
        mapping: field -> column name, where the header dictionary should not decide; of ``vin`` also several names.
        regime: code of the regime.
        encoding: of the text, where it should not be detected.
        sheet: the only sheet to read.
        today: the date that counts where neither ``on`` nor a date column gives one.
        exporters: a list of qualified enterprises.
        licences: a list of export licences; rows draw on them in their order.
        confirmations: a list of VINs in makers' confirmations, for used vehicles.
        decisions: filled ``exceptions.csv`` of earlier runs, or their ``decisions.jsonl``; the record in
            ``out`` is read with them.
        catalogue: exports of type approvals, or pages of them: one path or several.
        single_window: write ``single-window.xml`` to ``out`` as well, the vehicles that need a licence.
        lang: of ``report.html``, ``en`` or ``zh``; the other outputs are the same in every language.
        annotated_as: the format of ``annotated.*``: ``csv``, ``tsv``, ``xlsx``, ``parquet`` or ``jsonl``;
            that of the input if not given, of XML CSV.
        raw: CSV and TSV for programs: no byte order mark, and no apostrophe before cells that a
            spreadsheet would run as formulas.
        progress: called after each batch.
        say: called with a sentence that the user should know before the end.

    Raises:
        ManifestError: the file or a list cannot be read, or a row was lost.
        MappingError: which column means what must be told.
        ValueError: no date is given, and the manifest has none, or ``today`` would clear every row and
            lies before the data; or there is no format ``annotated_as``.
        OSError: the outputs cannot be written; nothing is left behind then.
    """
    run = Run(
        path=Path(path),
        on=on,
        out=None if out is None else Path(out),
        mapping=mapping,
        regime=regime,
        encoding=encoding,
        sheet=sheet,
        today=today,
        exporters=Path(exporters) if exporters else None,
        licences=Path(licences) if licences else None,
        confirmations=Path(confirmations) if confirmations else None,
        decisions=tuple(map(Path, decisions)),
        catalogue=paths_of(catalogue),
        single_window=single_window,
        lang=lang,
        annotated_as=annotated_as,
        raw=raw,
    )
    return screen_run(run, Listener(progress or ignore, say or ignore))


@one_reference
def screen_run(run: Run, listener: Listener) -> Summary:
    """Screen as a run says: the engine of ``screen_file`` and of the command line, with the same errors."""
    screening = _Screening(run, listener)
    if run.out is None:
        screening.screen_rows(None)
        return screening.summary(())
    with staged(run.out) as stage:
        with screening.row_files(stage) as row_files:
            screening.screen_rows(row_files)
        return screening.write(stage, row_files)


class _Screening:
    """A run at work: its manifest, what the rows are held against, and what was counted so far."""

    def __init__(self, run: Run, listener: Listener) -> None:
        self._started = time.monotonic()
        self._listener = listener
        self._regime = load_regime(run.regime)
        _refuse_pipes([path for _, path in run.lists])
        self._piped = Piped(run.path) if is_pipe(run.path) else None
        self._source = self._piped.path if self._piped else run.path
        self._watch = Watch.of(self._source)
        self._input_hash = hash_in_thread(self._source) if run.out is not None else (lambda: "")
        self._manifest = open_manifest(self._source, encoding=run.encoding, sheet=run.sheet)
        self._copy = AnnotatedCopy.of(self._manifest, run.annotated_as, raw=run.raw)
        self._mappings = _mappings(self._manifest, run.mapping or {})
        self._run = _completed(run, self._manifest, self._mappings)
        self._desk = open_desk(self._run)
        self._tally, self._occurrences = Tally(), Occurrences()
        self._sheet_days: dict[int, ManifestDays] = {}
        with_blocks = run.single_window and run.out is not None
        self._blocks = VehicleBlocks(self._desk.ledger) if with_blocks else None

    def row_files(self, stage: Path) -> RowFiles:
        """The files that fill while the rows go by."""
        run = self._run
        return RowFiles(stage, self._copy, run.regime, self._desk.reviews, self._listener.say)

    def screen_rows(self, row_files: RowFiles | None) -> None:
        """Screen every sheet, in their order.

        Raises:
            ManifestError: a row cannot be read or was lost, or the file was changed meanwhile.
        """
        with self._watch.unchanged():
            for number, sheet in enumerate(self._manifest.sheets):
                self._screen_sheet(number, sheet, row_files)

    def _screen_sheet(self, number: int, sheet: Sheet, row_files: RowFiles | None) -> None:
        mapping, tally = self._mappings[number], self._tally
        tally.sheet_rows[sheet.name] = 0
        for data, screened, position in ahead(_answered(sheet, mapping, self._screener(number))):
            vehicles, of_rows = screened.vehicles, screened.answers
            answers = of_rows.select([one for one in of_rows.schema.names if one not in _OF_LINES])
            tally.add(sheet.name, answers)
            of_vehicles = screened.beside_vehicles(data)
            if self._blocks:
                self._blocks.add(mapping, of_vehicles, vehicles)
            if row_files:
                tally.count_cells(data, mapping, answers)
                look = pc.is_valid(vehicles.column(FACTS))
                exceptions = vehicles.filter(look)
                tally.keep_first(sheet.name, exceptions, of_vehicles.filter(look), mapping)
                cleared = tally.keep_cleared(sheet.name, data, answers, mapping)
                row_files.write(sheet.name, data, answers, exceptions, cleared)
            self._listener.progress(position, self._manifest.size, tally.rows, tally.verdicts)

    def _screener(self, number: int) -> Screener:
        mapping, run = self._mappings[number], self._run
        return Screener(
            mapping,
            run.on if run.on or day_field(mapping) else run.today,
            run.regime,
            joined=self._copy.joins_lists,
            encoded=True,
            occurrences=self._occurrences,
            desk=self._desk,
            sheet=number,
            with_facts=run.out is not None,
            with_licence=self._blocks is not None,
            manifest_days=partial(self._days, number),
        )

    def _days(self, number: int) -> ManifestDays:
        """The days of the rows of a sheet, by reading it once more; few manifests need it."""
        if number not in self._sheet_days:
            sheet, counter = self._manifest.sheets[number], DayCounter()
            if sheet.name:  # of a workbook, whose reader gives one sheet at a time
                (sheet,) = open_manifest(self._source, sheet=sheet.name).sheets
            rows = sheet.read(SheetTally())  # not `batches`: its count of blank rows is at work
            counter.add((batch.data for batch in rows), self._mappings[number])
            self._sheet_days[number] = counter.counted()
        return self._sheet_days[number]

    def write(self, stage: Path, row_files: RowFiles) -> Summary:
        """Write the other outputs, when all rows are screened.

        Args:
            stage: the folder to write to.
            row_files: those that are written.
        """
        run, desk, blocks = self._run, self._desk, self._blocks
        summary = self.summary((*(blocks.notes() if blocks else ()), *row_files.notes()))
        if desk.ledger is not None:
            write_ledger(stage, summary.licences)
        if desk.reviews is not None:
            (stage / DECISIONS_JSONL).write_bytes(record_of(desk.reviews).encode())
        if blocks is not None:
            blocks.write(stage)
        write_report(stage, run, summary, self._tally, self._regime)
        with self._watch.unchanged():  # or the hash would be that of another file
            write_run(
                stage,
                replace(run, path=self._source),
                summary,
                self._input_hash(),
                row_files.hashes(),
            )
        return summary

    def summary(self, notes: tuple[str, ...]) -> Summary:
        """The numbers of the run, when all rows are screened."""
        manifest, tally, desk = self._manifest, self._tally, self._desk
        sheets = [
            SheetInfo(
                name=sheet.name,
                rows=tally.sheet_rows[sheet.name],
                blank_rows=sheet.blank_rows(),
                header_rows=sheet.header_rows,
                title_rows=len(sheet.title_rows),
                mapping=mapping,
            )
            for sheet, mapping in zip(manifest.sheets, self._mappings, strict=True)
        ]
        sheets += [
            SheetInfo(name=name, rows=0, mapping={}, skipped=why) for name, why in manifest.skipped
        ]
        return Summary(
            file=manifest.path.name,
            rows_read=tally.rows,
            rows_out=sum(tally.verdicts.values()),
            blank_rows=sum(sheet.blank_rows for sheet in sheets),
            rows_cleared_by_date=tally.rows_cleared_by_date,
            verdicts=dict(tally.verdicts),
            reasons=dict(ranked(tally.reasons)),
            powertrains=dict(sorted(tally.powertrains.items())),
            by_brand=tally.by_brand(),
            mapping=self._mappings[0] if self._mappings else {},
            encoding=manifest.encoding,
            sheets=tuple(sheets),
            regime=self._regime.code,
            on=self._date_used(),
            data_release=vpic.data_release(),
            rule_version=self._regime.rule_version,
            seconds=round(time.monotonic() - self._started, 3),
            outputs=self._outputs(),
            notes=(
                *day_notes(self._run, self._manifest, self._mappings),
                *_own_rules(tally.rules_disagree),
                *vin_notes(self._mappings, self._run.mapping or {}),
                *manifest.notes,
                *desk.notes,
                *notes,
            ),
            rules_disagree=dict(ranked(tally.rules_disagree)),
            licences=licence_lines(desk.ledger),
            decisions=self._decision_counts(),
        )

    def _date_used(self) -> str:
        """The one date of all rows, or the columns that it was read from."""
        if self._run.on:
            return self._run.on.isoformat()
        dated = ((mapping, day_field(mapping)) for mapping in self._mappings)
        columns = sorted({mapping[field] for mapping, field in dated if field})
        return f"per row: {', '.join(columns)}"

    def _outputs(self) -> tuple[str, ...]:
        """The paths of what the run writes."""
        if self._run.out is None:
            return ()
        names = (
            self._copy.name,
            EXCEPTIONS_CSV,
            *([CLEARED_CSV] if self._tally.rows_cleared_by_date else []),
            *([LEDGER_CSV] if self._desk.ledger else []),
            *([DECISIONS_JSONL] if self._desk.reviews else []),
            REPORT_HTML,
            RUN_JSON,
            *([SINGLE_WINDOW] if self._blocks else []),
        )
        return tuple(str(self._run.out / name) for name in names)

    def _decision_counts(self) -> DecisionCounts | None:
        reviews = self._desk.reviews
        if reviews is None:
            return None
        return DecisionCounts(
            given=len(reviews.all),
            applied=self._tally.reasons[Reason.DECIDED_BY_REVIEWER],
            asked_again=self._tally.reasons[Reason.DECISION_OUTDATED],
            undecided=reviews.undecided,
            of_other_regimes=len(reviews.of_other_regimes),
            without_vehicle=reviews.without_vehicle,
            not_met=reviews.not_met,
        )


def _own_rules(disagreeing: Mapping[str, int]) -> Iterator[str]:
    """What a user must know of his own rules that were heard."""
    if disagreeing:
        rows = "; ".join(f"{rule}: {count:,} rows" for rule, count in ranked(disagreeing)[:_MOST])
        more = f"; and {len(disagreeing) - _MOST:,} more" if len(disagreeing) > _MOST else ""
        yield f"Rules of your own stand against other evidence, and clear no row: {rows}{more}."
    if files := ", ".join(path.name for path, _ in registry.evidence_files()):
        yield f"Rules of your own were heard: {files}."


def _completed(run: Run, manifest: Manifest, mappings: Sequence[Mapping[str, str]]) -> Run:
    """The run with what only its manifest and its folder tell: the date of all rows, earlier reviews.

    Raises:
        ValueError: no date is given, and no column has one.
    """
    run = with_day(run, manifest, mappings)
    if run.decisions and run.out is not None:
        record = run.out / DECISIONS_JSONL
        run = run.with_record(record) if record.exists() else run
    return run


def _refuse_pipes(paths: Sequence[Path]) -> None:
    """Refuse lists that can be read only once: the record of the run names the hash of each."""
    for path in paths:
        if is_pipe(path):
            raise ManifestError(
                "this is a pipe, which only a manifest may be",
                file=path.name,
                next_step="write the list to a file and pass that",
            )


def _mappings(
    manifest: Manifest, overrides: Mapping[str, str | Sequence[str]]
) -> list[dict[str, str]]:
    """The mapping of every sheet; an override holds for each sheet that has its column."""
    named = {
        field: [one] if isinstance(one, str) else list(one) for field, one in overrides.items()
    }
    if len(manifest.sheets) == 1:
        sheet = manifest.sheets[0]
        given = set(map(normalise, chain.from_iterable(named.values())))
        fixed = {field: name for field, name in sheet.fixed.items() if normalise(name) not in given}
        return [map_columns(sheet, {**fixed, **named})]
    known = set(chain.from_iterable(sheet.columns for sheet in manifest.sheets))
    for field, columns in named.items():
        if not known.issuperset(columns):
            raise MappingError(
                f"no sheet has the column given for {field}",
                file=manifest.path.name,
                next_step="name a column of one of them",
            )
    return [
        map_columns(
            sheet,
            {
                field: there
                for field, columns in named.items()
                if (there := [column for column in columns if column in sheet.columns])
            },
        )
        for sheet in manifest.sheets
    ]


def _answered(
    sheet: Sheet, mapping: Mapping[str, str], screener: Screener
) -> Iterator[tuple[pa.RecordBatch, Screened, int]]:
    """The batches of a sheet, each with its answers and its position; an empty one if there are no rows.

    Raises:
        ManifestError: a row was lost.
    """
    batch = None
    for batch in _checked(sheet, mapping):
        rows = 0
        for start, part in screener.parts(batch.data):
            screened = screener.screened(part, batch.rows[start : start + part.num_rows])
            rows += screened.answers.num_rows
            yield part, screened, batch.position
        if rows != batch.data.num_rows:
            raise ManifestError(
                "rows were lost",
                file=sheet.file,
                sheet=sheet.name,
                next_step="please report this",
            )
    if batch is None:
        empty = pa.RecordBatch.from_arrays(
            [pa.array([], pa.string()) for _ in sheet.columns], names=list(sheet.columns)
        )
        yield empty, screener.screened(empty, np.zeros(0, dtype=np.int64)), 0


def _checked(sheet: Sheet, mapping: Mapping[str, str]) -> Iterator[Batch]:
    """The batches of a sheet, of even size."""
    for batch in evened(sheet.batches(), BATCH_ROWS):
        check_texts(sheet, batch, mapping)
        yield batch
