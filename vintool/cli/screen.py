"""The main job on the command line: screen a manifest, and a demonstration of it."""

import errno
import gc
import sys
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vintool.cli.language import Command
from vintool.cli.options import (
    FILE,
    lang_of_page_option,
    on_day,
    regime_option,
    text_or_json,
    with_evidence,
    with_user_data,
)
from vintool.cli.progress import KINDS, progress_listener
from vintool.cli.terminal import (
    FAILED,
    UNREADABLE,
    URGENCY,
    OutOfMemory,
    ReaderGone,
    Stopped,
    Unreadable,
    Unwritable,
    columns,
    file_errors,
    input_path,
    note,
    parse_columns,
    say,
    say_json,
    styled,
    today,
)
from vintool.codes import Reason, Verdict
from vintool.errors import short_of_memory
from vintool.files.writing.formats import FORMATS

if TYPE_CHECKING:
    from vintool.report.language import Language
    from vintool.report.summary import Summary

SAMPLES = Path(__file__).parent / "samples"


@click.command(cls=Command)
@click.argument("files", nargs=-1, required=True, metavar="FILE... | -")
@on_day
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for annotated.*, exceptions.csv, report.html and run.json, and what else there is to tell.",
)
@text_or_json
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column holds what, such as vin='Chassis No'; vin may be given several times.",
)
@click.option(
    "--fail-on",
    type=click.Choice([verdict.value for verdict in URGENCY]),
    help="Exit 1 if a row has this verdict or a more urgent one. With controlled also if any rule says so of a row that another rule puts before a person.",
)
@click.option("--encoding", help="Encoding of the text, such as gb18030; found out if not given.")
@click.option("--sheet", help="The only sheet of a workbook to read.")
@regime_option
@click.option(
    "--exporters",
    type=FILE,
    metavar="FILE",
    help="A list of qualified enterprises to hold rows against.",
)
@click.option("--licences", type=FILE, metavar="FILE", help="A list of export licences to draw on.")
@click.option(
    "--confirmations",
    type=FILE,
    metavar="FILE",
    help="A list of VINs in makers' confirmations, for used vehicles.",
)
@click.option(
    "--catalogue",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="An export of MIIT's type approvals to hold product codes against; may be repeated.",
)
@click.option(
    "--decisions",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="A filled exceptions.csv or exceptions.xlsx of an earlier run, or its decisions.jsonl; may be repeated.",
)
@click.option(
    "--since",
    type=click.Path(path_type=Path),
    metavar="RUN.JSON",
    help="An earlier run, or its --out folder: what is new, gone or changed is printed, and written to changes.csv.",
)
@click.option(
    "--single-window",
    is_flag=True,
    help="Write single-window.xml to --out as well: the vehicles that need a licence, as blocks of a declaration.",
)
@click.option(
    "--as",
    "annotated_as",
    type=click.Choice(FORMATS),
    help="The format of annotated.*; by default that of the input.",
)
@click.option(
    "--raw",
    is_flag=True,
    help="Write annotated CSV and TSV for programs: no byte order mark, every cell as it came. Else a cell that a spreadsheet would run as a formula gets an apostrophe.",
)
@click.option(
    "--progress",
    type=click.Choice(KINDS),
    default=KINDS[0],
    show_default=True,
    help="On stderr: a bar on a terminal (auto), lines of JSON for programs, or nothing.",
)
@lang_of_page_option
@click.option("--verbose", "-v", is_flag=True, help="Print all reasons, brands, sheets and notes.")
@with_evidence
def screen(
    files: tuple[str, ...],
    form: str,
    mapping: tuple[str, ...],
    fail_on: str | None,
    progress: str,
    **options: Any,
) -> None:
    """Screen a manifest: which rows need an export licence, and why.

    It is CSV, TSV, XLSX, XLS, XLSB, ODS, Excel 2003 XML, HTML, Word, PDF (with the extra pdf), Parquet, Arrow, JSON,
    Single Window XML, or text with VINs in it; a mail or a ZIP archive with any of them; packed by gzip or Zstandard or not.
    Several files, folders and patterns are one answer, in which each row names its file.

    Without --on, the declaration or export date of each row counts; where the file has none, today.
    Rows draw on licences in the order of the file; ledger.csv in --out tells what is left.

    \b
    vintool screen manifest.xlsx --out answers
    vintool screen a.xlsx b.csv mails/ "*.eml" --out answers
    vintool screen list.csv --on 2026-03-01 --map vin="Chassis No" --fail-on controlled
    vintool screen list.csv --out answers --as parquet
    vintool screen list.csv --exporters qualified.xlsx --licences licences.csv --out answers
    vintool screen list.csv --catalogue 411.xlsx --out answers
    vintool screen list.csv --decisions answers/exceptions.csv --out answers
    vintool screen declaration.xml --single-window --out answers
    """
    if options["single_window"] and options["out"] is None:
        raise click.UsageError("--single-window writes to a folder: name one with --out")
    verbose = options.pop("verbose")
    if options["since"] and options["out"] is None:
        raise click.UsageError("--since writes changes.csv to a folder: name one with --out")
    with ExitStack() as copies:
        first, *others = (copies.enter_context(input_path(file)) for file in dict.fromkeys(files))
        given = parse_columns(mapping, "--map")
        summary = _run(progress, path=first, others=tuple(others), mapping=given, **options)
    with suppress(ReaderGone):  # the exit code says what it says, whoever reads
        _print_summary(summary, form, options["lang"], verbose=verbose)
    unread = (*(file.unread for file in summary.files), *(one.unread for one in summary.sheets))
    if any(unread):
        note(_words(options["lang"]).translate("not all of it could be read: see what is NOT READ"))
        sys.exit(UNREADABLE)
    if fail_on:
        at_or_above = URGENCY[: URGENCY.index(Verdict(fail_on)) + 1]
        found = any(summary.verdicts[verdict] for verdict in at_or_above)
        sys.exit(FAILED if found or summary.controlled_in_review else 0)


def _run(progress: str, **options: Any) -> "Summary":
    """Screen on a terminal; the options are those of ``files.run.Run``."""
    from vintool.atomic import remove_private_leftovers  # noqa: PLC0415 - start-up time
    from vintool.files.run import Run  # noqa: PLC0415
    from vintool.files.screen import screen_run  # noqa: PLC0415

    _tune_process()
    remove_private_leftovers()
    run = Run(today=today(), **options)
    done, outputs, words = 0, OutputState(run.out), _words(run.lang)
    try:
        with file_errors(), progress_listener(progress, words) as listener:

            def count(position: int, size: int, rows: int, verdicts: Mapping[str, int]) -> None:
                nonlocal done
                done = rows
                listener.progress(position, size, rows, verdicts)

            summary = screen_run(run, listener._replace(progress=count))
    except KeyboardInterrupt as error:
        note(words.translate(outputs.beside(f"interrupted after {done:,} rows")))
        sys.exit(error.exit_code if isinstance(error, Stopped) else Stopped().exit_code)
    except Exception as error:
        if short_of_memory(error):
            raise OutOfMemory(
                f"{run.path.name}: {outputs.beside(f'not enough memory after {done:,} rows')}. Give it more, or split the file."
            ) from None
        if isinstance(error, OSError):
            raise Unreadable(
                f"{run.out or run.path}: {outputs.beside(f'cannot be written or read ({error.strerror or type(error).__name__})')}. {_remedy(error)}"
            ) from None
        error.add_note(outputs.beside(""))
        raise
    if run.on is None and run.today and summary.on == run.today.isoformat():
        said = f"no --on given and no date column found: judged for today, {summary.on}"
        note(words.translate(said))
    return summary


class OutputState:
    """What has become of the folder of outputs, in words that are true whenever they are asked for."""

    def __init__(self, out: Path | None) -> None:
        self._out = out
        self._before = self._record()

    def _record(self) -> tuple[int, int] | None:
        """Which run.json stands there: it comes last, and with it all else is new."""
        try:
            record = (self._out / "run.json").stat() if self._out else None
        except OSError:
            return None
        return (record.st_ino, record.st_mtime_ns) if record else None

    def beside(self, what: str) -> str:
        """What has happened, and what has become of the folder, if anything was to be written."""
        if self._out is None:
            return what
        if self._record() == self._before:
            return f"{what}; nothing was written, and {self._out} is as it was"
        return f"{what}; the new files in {self._out} are whole"


def _remedy(error: OSError) -> str:
    if error.errno == errno.EEXIST:
        return "Name another --out, or move the file away."
    return "Free the space, or name another --out."


def _tune_process() -> None:
    """Settings of a whole process, which a library leaves to its program; each was measured.

    Threads that write take the interpreter's lock for a moment only: shorter turns keep both cores
    busy. What is looked up stays, and need not be searched for cycles. jemalloc, where there is one,
    keeps Arrow's arrays in a tenth less memory than mimalloc.
    """
    import pyarrow as pa  # noqa: PLC0415 - start-up time

    sys.setswitchinterval(0.0005)
    gc.set_threshold(100_000)
    with suppress(NotImplementedError):
        pa.set_memory_pool(pa.jemalloc_memory_pool())
        pa.jemalloc_set_decay_ms(100)


def _words(lang: str) -> "Language":
    from vintool.report.language import language  # noqa: PLC0415 - start-up time

    return language(lang)


def _print_summary(summary: "Summary", form: str, lang: str, *, verbose: bool = False) -> None:
    try:
        if form == "json":
            say_json(summary.model_dump_json(indent=2))
            return
        from vintool.report.text import summary_text  # noqa: PLC0415 - start-up time

        sentences = {str(reason): reason.sentence for reason in Reason}
        text = summary_text(
            summary,
            sentences,
            language=_words(lang),
            verbose=verbose,
            width=columns(sys.stdout),
        )
        for line in text.split("\n")[:-1]:
            say(line, styled)
    except Unwritable as error:
        done = f"The run is done: {', '.join(summary.outputs)}." if summary.outputs else ""
        raise Unwritable(f"{error.message} {done}".rstrip()) from None


@click.command(cls=Command)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder to write to; by default the current one.",
)
@lang_of_page_option
@with_user_data
def demo(out: Path, lang: str) -> None:
    """Write a small, dirty sample manifest with lists of exporters and licences, screen it, and say where the report is."""
    sample = out / "vintool-demo.csv"
    exporters, licences = out / "vintool-demo-exporters.csv", out / "vintool-demo-licences.csv"
    try:
        out.mkdir(parents=True, exist_ok=True)
        for path, source in (
            (sample, "manifest.csv"),
            (exporters, "exporters.csv"),
            (licences, "licences.csv"),
        ):
            path.write_bytes((SAMPLES / source).read_bytes())
    except OSError as error:
        raise Unreadable(
            f"{out}: cannot be written ({error.strerror}); name another folder with --out."
        ) from None
    folder = out / "vintool-demo"
    lists = {"exporters": exporters, "licences": licences}
    summary = _run("auto", path=sample, out=folder, lang=lang, **lists)
    _print_summary(summary, "text", lang)
    say("")
    translate = _words(lang).translate
    say(translate(f"The manifest is {sample}, the lists {exporters} and {licences},"))
    say(translate(f"the report {folder / 'report.html'}"))
