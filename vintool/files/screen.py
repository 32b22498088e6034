"""The main job: a file in, every row judged, a folder of answers out."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, cast

import pyarrow.compute as pc

from vintool import vpic
from vintool.codes import ALL_REGIMES, MappingKey, Reason, RegimeCode
from vintool.columns import (
    FACTS,
    LICENCE,
    DateCells,
    DayCounter,
    Occurrences,
    Screener,
)
from vintool.columns.engine.tables import check_given
from vintool.files.answered import answered
from vintool.files.day import day_notes, with_day
from vintool.files.inputs import Inputs
from vintool.files.lists import open_desk, record_of
from vintool.files.notes import (
    doubt_notes,
    own_rules,
    reading_notes,
    repeated_notes,
    sheet_info,
    spoken_notes,
    vin_notes,
)
from vintool.files.open_sheets import OpenSheet, of_readable, open_sheets, reading
from vintool.files.reading.sheets import Manifest, ahead
from vintool.files.reading.sheets import Tally as SheetTally
from vintool.files.run import (
    CHANGES_CSV,
    CLEARED_CSV,
    DECISIONS_JSONL,
    EXCEPTIONS_CSV,
    EXCEPTIONS_XLSX,
    LEDGER_CSV,
    REPORT_HTML,
    ROWS_PARQUET,
    RUN_JSON,
    STATISTICS_CSV,
    Listener,
    Progress,
    Run,
    ignore,
    paths_of,
)
from vintool.files.writing.changes import EarlierRun, write_changes
from vintool.files.writing.ledger import licence_lines, write_ledger
from vintool.files.writing.record import write_run
from vintool.files.writing.report import write_report
from vintool.files.writing.row_files import RowFiles
from vintool.files.writing.single_window import SINGLE_WINDOW, VehicleBlocks
from vintool.files.writing.staging import staged
from vintool.files.writing.statistics import write_statistics
from vintool.files.writing.tally import Tally
from vintool.registry.reference import CATALOGUE, Reference, by_call, reference_in_use
from vintool.report.display import ranked
from vintool.report.summary import DecisionCounts, SheetInfo, Summary
from vintool.screening.dates import ManifestDays, day_field, day_given
from vintool.screening.regimes import asked_code, regimes_asked

_OF_LINES = {FACTS, LICENCE}  # columns that the user's copy does not get


@by_call
def screen_file(  # noqa: PLR0913 - the options of the main job
    path: Path | str | Sequence[Path | str],
    on: date | str | None = None,
    out: Path | str | None = None,
    mapping: "Mapping[MappingKey, str | Sequence[str]] | None" = None,
    regime: "RegimeCode | None" = None,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    today: date | None = None,
    exporters: Path | str | None = None,
    licences: Path | str | None = None,
    confirmations: Path | str | None = None,
    decisions: Sequence[Path | str] = (),
    catalogue: Path | str | Sequence[Path | str] = (),
    since: Path | str | None = None,
    single_window: bool = False,
    lang: str = "en",
    annotated_as: str | None = None,
    raw: bool = False,
    progress: Progress | None = None,
    say: Callable[[str], None] | None = None,
    reference: Reference | None = None,  # noqa: ARG001 - ``by_call`` binds it
) -> Summary:
    """Screen a manifest; the engine behind ``vintool screen``.

    Args:
        path: a file of any format that ``open_manifest`` reads, a folder or a pattern; or several of them. Of a folder all
            files are read, and those in its folders; where all are Parquet it is one table. Where several files are
            read each row names its own (``vin_file``), and one that cannot be read is told in ``Summary.files``.
        on: the declaration date of all rows, as ``screen`` takes it; None to read the manifest's own date column. Where that has none
            it is an error, unless ``today`` is given: the command gives the day of the clock, which a program does not ask.
        out: folder for ``annotated.*``, ``exceptions.csv`` and ``.xlsx``, ``report.html`` and ``run.json``, where a date has
            cleared rows also ``cleared_by_date.csv``, with licences ``ledger.csv``, with decisions
            ``decisions.jsonl``; they appear together when all are written. None to write nothing.
        mapping: field -> column name, where the header dictionary should not decide; of ``vin`` also several names.
        regime: code of the regime; None or ``all`` for every one that is in question for a row.
        encoding: of the text, where it should not be detected.
        sheet: the only sheet to read.
        today: the date that counts where neither ``on`` nor a date column gives one.
        exporters: a list of qualified enterprises.
        licences: a list of export licences; rows draw on them in their order.
        confirmations: a list of VINs in makers' confirmations, for used vehicles.
        decisions: filled ``exceptions.csv`` or ``.xlsx`` of earlier runs, or their ``decisions.jsonl``; the record in
            ``out`` is read with them.
        catalogue: exports of type approvals, or pages of them: one path or several; by default those of the reference.
        since: ``run.json`` or folder of an earlier run: what is new, gone or changed goes to ``changes.csv`` in ``out``.
        single_window: write ``single-window.xml`` to ``out`` as well, the vehicles that need a licence.
        lang: of ``report.html`` and the words of workbooks, ``en`` or ``zh``; the CSV files are the same in each.
        annotated_as: the format of ``annotated.*``: ``csv``, ``tsv``, ``xlsx``, ``parquet`` or ``jsonl``;
            that of the input if not given, of XML CSV.
        raw: CSV and TSV for programs: no byte order mark, and no apostrophe before cells that a
            spreadsheet would run as formulas.
        progress: called after each batch.
        say: called with a sentence that the user should know before the end.
        reference: the data that the verdicts rest on; by default that of the process, see ``Reference``.

    Raises:
        ManifestError: the file or a list cannot be read, or a row was lost.
        MappingError: which column means what must be told.
        TypeError: ``on`` or ``mapping`` is of another kind.
        ValueError: no date is given, and the manifest has none, or ``today`` would clear every row and
            lies before the data; or there is no format ``annotated_as``.
        OSError: the outputs cannot be written; nothing is left behind then.
    """
    check_given(mapping or {})
    first, *others = paths_of(path)
    run = Run(
        path=first,
        others=tuple(others),
        on=day_given(on),
        out=None if out is None else Path(out),
        mapping=cast("Any", mapping),
        regime=regime or ALL_REGIMES,
        encoding=encoding,
        sheet=sheet,
        today=today,
        exporters=Path(exporters) if exporters else None,
        licences=Path(licences) if licences else None,
        confirmations=Path(confirmations) if confirmations else None,
        decisions=tuple(map(Path, decisions)),
        catalogue=paths_of(catalogue) or reference_in_use().unchanged(CATALOGUE),
        since=None if since is None else Path(since),
        single_window=single_window,
        lang=lang,
        annotated_as=annotated_as,
        raw=raw,
    )
    return screen_run(run, Listener(progress or ignore, say or ignore))


@by_call
def screen_run(run: Run, listener: Listener) -> Summary:
    """Screen as a run says: the engine of ``screen_file`` and of the command line, with the same errors."""
    started = time.monotonic()
    return of_readable(run, lambda inputs: _screen(run, _Screening(run, listener, inputs, started)))


def _screen(run: Run, screening: "_Screening") -> Summary:
    if run.out is None:
        screening.screen_rows(None)
        return screening.summary(())
    with staged(run.out) as stage:
        with screening.row_files(stage) as row_files:
            screening.screen_rows(row_files)
        return screening.write(stage, row_files)


class _Screening:
    """A run at work: its manifest, what the rows are held against, and what was counted so far."""

    def __init__(self, run: Run, listener: Listener, inputs: Inputs, started: float) -> None:
        self._started, self._listener, self._inputs = started, listener, inputs
        self._regimes = regimes_asked(run.regime)
        self._manifest = inputs.manifest()
        self._sheets = open_sheets(inputs, self._manifest)
        self._mappings = [one.mapping for one in self._sheets]
        self._run = _completed(run, self._manifest, self._mappings)
        self._earlier = EarlierRun(run.since) if run.since and run.out else None
        self._desk = open_desk(self._run, self._mappings)
        self._tally, self._occurrences = Tally(self._regimes[0].code), Occurrences()
        self._sheet_days: dict[int, ManifestDays] = {}
        self._dates = [DateCells(mapping) for mapping in self._mappings]
        with_blocks = run.single_window and run.out is not None
        self._blocks = VehicleBlocks(self._desk.ledger) if with_blocks else None

    def row_files(self, stage: Path) -> RowFiles:
        """The files that fill while the rows go by."""
        copies = [one.copy for one in self._inputs.opened]
        return RowFiles(stage, copies, self._run, self._desk.reviews, self._listener.say)

    def screen_rows(self, row_files: RowFiles | None) -> None:
        """Screen every sheet, in their order.

        Raises:
            ManifestError: a row cannot be read or was lost, or the file was changed meanwhile.
        """
        before = 0
        for number, one in enumerate(self._sheets):
            last = self._sheets[number - 1].file
            if number and one.file is not last:
                before += last.manifest.size
                if row_files:
                    row_files.next_copy(one.file.copy)
            with reading(self._inputs, one.file):
                self._screen_sheet(number, one, row_files, before)

    def _screen_sheet(
        self, number: int, one: OpenSheet, row_files: RowFiles | None, before: int
    ) -> None:
        sheet, file, name, mapping, apart = one
        tally = self._tally
        tally.sheet_rows[sheet.name] = 0
        batches = answered(sheet, mapping, apart, self._screener(number))
        for parted, screened in ahead(batches):
            data, of_rows = parted.batch.data, screened.answers
            answers = of_rows.select([one for one in of_rows.schema.names if one not in _OF_LINES])
            answers, vehicles = (
                self._inputs.with_file(file, some) for some in (answers, screened.vehicles)
            )
            of_vehicles = screened.beside_vehicles(data)
            tally.add(sheet.name, answers)
            self._dates[number].add(data, answers.column("vin_row"))
            if self._blocks:
                self._blocks.add(mapping, of_vehicles, vehicles)
            if row_files:
                tally.count_cells(data, mapping, answers)
                tally.statistics.add(data, mapping, answers)
                tally.needed.add(sheet.name, of_vehicles, mapping, vehicles)
                look = pc.is_valid(vehicles.column(FACTS))
                exceptions = of_vehicles.filter(look), vehicles.filter(look)
                tally.keep_first(sheet.name, exceptions[1], exceptions[0], mapping)
                cleared = tally.keep_cleared(name, data, answers, mapping)
                whole, beside = parted.beside_all(answers)
                row_files.write(
                    name,
                    mapping,
                    label=sheet.name,
                    data=whole,
                    answers=beside,
                    vehicles=(of_vehicles, vehicles),
                    exceptions=exceptions,
                    cleared=cleared,
                    counting=frozenset({mapping["row_no"]} if "row_no" in mapping else ()),
                )
            at = before + parted.batch.position
            self._listener.progress(at, self._manifest.size, tally.rows, tally.verdicts)

    def _screener(self, number: int) -> Screener:
        mapping, run = self._mappings[number], self._run
        return Screener(
            mapping,
            run.on if run.on or day_field(mapping) else run.today,
            run.regime,
            joined=self._sheets[number].file.copy.joins_lists,
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
            if sheet.reopen:
                sheet = sheet.reopen()
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
            write_ledger(stage, summary.licences, self._inputs.opened[0].copy.separator)
        if desk.reviews is not None:
            (stage / DECISIONS_JSONL).write_bytes(record_of(desk.reviews).encode())
        if blocks is not None:
            blocks.write(stage)
        changes = write_changes(stage, self._earlier, summary) if self._earlier else None
        summary = summary.model_copy(update={"changes": changes and changes.counts})
        write_statistics(stage, self._tally.statistics.figures())
        write_report(stage, run, summary, self._tally, self._regimes, changes)
        with ExitStack() as unchanged:  # or a hash would be that of another file
            for one in self._inputs.opened:
                unchanged.enter_context(one.watch.unchanged())
            write_run(stage, run, summary, row_files.hashes())
        return summary

    def summary(self, notes: tuple[str, ...]) -> Summary:
        """The numbers of the run, when all rows are screened."""
        manifest, tally, desk = self._manifest, self._tally, self._desk
        sheets = [
            sheet_info(one.sheet, one.mapping, tally.sheet_rows[one.sheet.name], one.apart)
            for one in self._sheets
        ]
        sheets += [
            SheetInfo(
                name=name, rows=0, mapping={}, skipped=why, unread=at >= len(manifest.skipped)
            )
            for at, (name, why) in enumerate((*manifest.skipped, *manifest.unread))
        ]
        return Summary(
            file=self._inputs.name,
            rows_read=tally.rows,
            rows_out=sum(tally.verdicts.values()),
            blank_rows=sum(sheet.blank_rows for sheet in sheets),
            rows_cleared_by_date=tally.rows_cleared_by_date,
            verdicts=dict(tally.verdicts),
            reasons=dict(ranked(tally.reasons)),
            powertrains=dict(sorted(tally.powertrains.items())),
            by_brand=tally.by_brand(),
            rows_apart=sum(sum(one.apart.counts.values()) for one in self._sheets),
            mapping=self._mappings[0] if self._mappings else {},
            columns_unused=tuple(
                dict.fromkeys(one for sheet in sheets for one in sheet.columns_unused)
            ),
            encoding=manifest.encoding,
            sheets=tuple(sheets),
            files=tuple(self._inputs.files(tally.sheet_verdicts)),
            regimes=tally.by_regime(self._regimes),
            controlled_in_review=dict(+tally.controlled_in_review),
            regime=asked_code(self._regimes),
            on=self._date_used(),
            data_release=vpic.data_release(),
            reference_sha256=reference_in_use().sha256,
            rule_version=", ".join(one.rule_version for one in self._regimes),
            seconds=round(time.monotonic() - self._started, 3),
            outputs=self._outputs(),
            notes=(
                *self._inputs.notes(manifest),
                *day_notes(self._run, self._manifest, self._mappings),
                *(note for dates in self._dates for note in dates.notes()),
                *own_rules(tally.rules_disagree),
                *reading_notes(manifest, self._mappings, sheets),
                *spoken_notes(self._sheets, tally.sheet_verdicts),
                *doubt_notes(tally.controlled_in_review),
                *repeated_notes(tally.sheet_rows, tally.sheet_repeated),
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
            *(one.copy.name for one in self._inputs.opened),
            EXCEPTIONS_CSV,
            EXCEPTIONS_XLSX,
            *([CLEARED_CSV] if self._tally.rows_cleared_by_date else []),
            *([LEDGER_CSV] if self._desk.ledger else []),
            STATISTICS_CSV,
            ROWS_PARQUET,
            *([CHANGES_CSV] if self._earlier else []),
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
