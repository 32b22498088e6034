"""The command line: files, formats, exit codes. No rule lives here.

Data goes to stdout; progress, notes and errors go to stderr. Exit codes: 0 done, 1 something at or
above ``--fail-on``, 2 usage, 3 input unreadable or rows lost, 4 internal error.
"""

import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vintool.adapters.learning import learn
from vintool.adapters.options import (
    FILE,
    lang_option,
    market_option,
    on_day,
    regime_option,
    text_or_json,
    text_or_lists,
    vins_argument,
    with_evidence,
)
from vintool.adapters.reference import data, law, wmi
from vintool.adapters.terminal import (
    FAILED,
    INTERNAL,
    INTERRUPTED,
    UNREADABLE,
    URGENCY,
    Unreadable,
    note,
    print_models,
    progress_bar,
    readable,
    say,
    styled,
    texts_of,
    told_of_files,
)
from vintool.words import Reason, Verdict

if TYPE_CHECKING:
    from vintool.report import Summary

SAMPLES = Path(__file__).parent.parent / "samples"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="vintool")
def cli() -> None:
    """Decode, check and screen vehicle identification numbers.

    \b
    vintool explain LRW3E7FA1LC000001 --on 2026-03-01
    vintool screen manifest.xlsx --out answers
    """


@cli.command()
@vins_argument
@text_or_lists
@market_option
@with_evidence
def decode(vins: tuple[str, ...], form: str, market: str | None) -> None:
    """What a VIN tells: maker, model year, plant, model, powertrain, each with its source.

    Of 8 to 11 characters, or with * for those that are not known, what the others tell.
    Exit 1 if a text is no VIN; what is wrong with it is printed in its place.

    \b
    vintool decode 5YJ3E1EAXHF000316
    vintool decode 5YJ3E1EA
    vintool decode @vins.txt --format csv
    """
    from vintool import checking, vehicle  # noqa: PLC0415 - start-up time
    from vintool.invalid import InvalidVin  # noqa: PLC0415
    from vintool.show import check_lines, vehicle_lines  # noqa: PLC0415

    failed = False

    def told() -> Iterator[Any]:
        nonlocal failed
        for text in texts_of(vins):
            try:
                yield vehicle.decode(text, market=market)
            except InvalidVin:
                failed = True
                yield checking.check(text, market)

    def lines(item: Any) -> Iterable[str]:
        return (
            (f"no VIN: {item.text!r}", *check_lines(item))
            if hasattr(item, "suggestions")
            else vehicle_lines(item)
        )

    print_models(told(), form, lines, single=_single(vins))
    sys.exit(FAILED if failed else 0)


@cli.command()
@vins_argument
@text_or_lists
@market_option
def check(vins: tuple[str, ...], form: str, market: str | None) -> None:
    """Whether a VIN is well formed by the rules of its market, and what was meant if not.

    Exit 1 if one is not. A clean-up (spaces, case, ...) is told and is no fault.

    \b
    vintool check LRW3E7FA2LC000001
    vintool check WVWZZZ1KZ6W000001 --market us
    """
    from vintool import checking  # noqa: PLC0415 - start-up time
    from vintool.show import check_lines  # noqa: PLC0415

    faults = 0

    def told() -> Iterator[Any]:
        nonlocal faults
        for text in texts_of(vins):
            result = checking.check(text, market)
            faults += not result.sound
            yield result

    def lines(item: Any) -> Iterable[str]:
        rules = f", rules of market {item.market.value}" if item.market else ""
        return (
            f"{item.vin or repr(item.text)}: {'well formed' if item.sound else 'not well formed'}; check digit {item.check_digit.value}{rules}",
            *check_lines(item),
        )

    print_models(told(), form, lines, single=_single(vins))
    sys.exit(FAILED if faults else 0)


@cli.command()
@click.argument("vin")
@on_day
@text_or_json
@click.option(
    "--declare",
    multiple=True,
    metavar="FIELD=TEXT",
    help="What the papers say: hs_code, fuel, un_no, condition, vehicle_type, seats, make, model, type_code, displacement, battery_capacity, unit_price, currency, chassis_no, registration_date, application_date.",
)
@regime_option
@with_evidence
def explain(vin: str, on: date | None, form: str, declare: tuple[str, ...], regime: str) -> None:
    """The verdict on one vehicle, step by step, with the sources.

    \b
    vintool explain LRW3E7FA1LC000001 --on 2026-03-01
    vintool explain LGXC74C48P0320453 --on 2026-03-01 --declare hs_code=8703801090
    vintool explain LRW3E7FA1LC000001 --on 2026-03-01 --regime cn-used-vehicle --declare condition=used
    """
    from vintool.explain import explain as told  # noqa: PLC0415 - start-up time
    from vintool.explain import explanation_lines  # noqa: PLC0415

    try:
        explanation = told(vin, on or _today(), _pairs(declare, "--declare"), regime)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if form == "json":
        click.echo(explanation.model_dump_json(indent=2))
        return
    for line in explanation_lines(explanation):
        say(styled(line))


def _single(vins: Sequence[str]) -> bool:
    """Whether one VIN was given as such, not a list of them."""
    return len(vins) == 1 and not vins[0].startswith(("-", "@"))


def _today() -> date:
    today = date.today()  # noqa: DTZ011 - a declaration date is a local day; the one clock of the tool
    note(f"no --on given: judged for today, {today.isoformat()}")
    return today


def _pairs(given: Sequence[str], option: str) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise click.UsageError(f"{option} {text!r}: write it as field=value")
        pairs[name.strip()] = value.strip()
    return pairs


@cli.command()
@click.argument("file", metavar="FILE | -")
@on_day
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for annotated.*, exceptions.csv, report.html and run.json.",
)
@text_or_json
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column holds what, such as vin='Chassis No'.",
)
@click.option(
    "--fail-on",
    type=click.Choice([verdict.value for verdict in URGENCY]),
    help="Exit 1 if a row has this verdict or a more urgent one.",
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
    "--decisions",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="A filled exceptions.csv of an earlier run, or its decisions.jsonl; may be repeated.",
)
@click.option(
    "--single-window",
    is_flag=True,
    help="Write single-window.xml to --out as well: the vehicles that need a licence, as blocks of a declaration.",
)
@click.option(
    "--as",
    "annotated_as",
    type=click.Choice(["csv", "tsv", "xlsx", "parquet", "jsonl"]),
    help="The format of annotated.*; by default that of the input.",
)
@click.option(
    "--raw",
    is_flag=True,
    help="Write annotated CSV and TSV for programs: no byte order mark, every cell as it came. Else a cell that a spreadsheet would run as a formula gets an apostrophe.",
)
@lang_option
@with_evidence
def screen(
    file: str,
    on: date | None,
    out: Path | None,
    form: str,
    mapping: tuple[str, ...],
    fail_on: str | None,
    encoding: str | None,
    sheet: str | None,
    regime: str,
    exporters: Path | None,
    licences: Path | None,
    confirmations: Path | None,
    decisions: tuple[Path, ...],
    single_window: bool,  # noqa: FBT001 - a flag
    annotated_as: str | None,
    raw: bool,  # noqa: FBT001 - a flag
    lang: str,
) -> None:
    """Screen a manifest (CSV, TSV, XLSX, Parquet, Single Window XML): which rows need an export licence, and why.

    Without --on, the declaration or export date of each row counts; where the file has none, today.
    Rows draw on licences in the order of the file; ledger.csv in --out tells what is left.

    \b
    vintool screen manifest.xlsx --out answers
    vintool screen list.csv --on 2026-03-01 --map vin="Chassis No" --fail-on controlled
    vintool screen list.csv --out answers --as parquet
    vintool screen list.csv --exporters qualified.xlsx --licences licences.csv --out answers
    vintool screen list.csv --decisions answers/exceptions.csv --out answers
    vintool screen declaration.xml --single-window --out answers
    """
    if single_window and out is None:
        raise click.UsageError("--single-window writes to a folder: name one with --out")
    with readable(file) as path:
        summary = _run(
            path,
            on=on,
            out=out,
            mapping=_pairs(mapping, "--map"),
            encoding=encoding,
            sheet=sheet,
            regime=regime,
            exporters=exporters,
            licences=licences,
            confirmations=confirmations,
            decisions=decisions,
            single_window=single_window,
            annotated_as=annotated_as,
            raw=raw,
            lang=lang,
        )
    _print_summary(summary, form)
    if fail_on:
        at_or_above = URGENCY[: URGENCY.index(Verdict(fail_on)) + 1]
        sys.exit(FAILED if any(summary.verdicts[verdict] for verdict in at_or_above) else 0)


def _run(path: Path, *, on: date | None, out: Path | None, **options: Any) -> "Summary":
    """``screen_file`` with these options, on a terminal."""
    from vintool.files.run import screen_file  # noqa: PLC0415 - start-up time

    today = date.today()  # noqa: DTZ011 - see _today
    try:
        with told_of_files(), progress_bar() as progress:
            summary = screen_file(
                path, on, out, today=today, progress=progress, say=note, **options
            )
    except KeyboardInterrupt:
        note("interrupted; no output was left behind, and an earlier one is as it was")
        sys.exit(INTERRUPTED)
    except OSError as error:
        where = out or path
        raise Unreadable(
            f"{where}: cannot be written or read ({error.strerror or type(error).__name__}); nothing was left behind. Free the space, or name another --out."
        ) from None
    if on is None and summary.on == today.isoformat():
        note(f"no --on given and no date column found: judged for today, {summary.on}")
    return summary


def _print_summary(summary: "Summary", form: str) -> None:
    if form == "json":
        click.echo(summary.model_dump_json(indent=2))
        return
    from vintool.report import summary_text  # noqa: PLC0415 - start-up time

    sentences = {str(reason): reason.sentence for reason in Reason}
    say("\n".join(map(styled, summary_text(summary, sentences).splitlines())))


@cli.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder to write to; by default the current one.",
)
@lang_option
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
    summary = _run(
        sample,
        on=None,
        out=folder,
        exporters=exporters,
        licences=licences,
        lang=lang,
    )
    _print_summary(summary, "text")
    say(f"\nThe manifest is {sample}, the lists {exporters} and {licences},")
    say(f"the report {folder / 'report.html'}")


for command in (wmi, law, data, learn):
    cli.add_command(command)


def main() -> None:
    """Entry point: anything unforeseen is exit 4, told without the data that caused it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to stop is no reason to litter
    from vintool.registry import DataError  # noqa: PLC0415 - start-up time

    try:
        cli()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            sys.stderr.flush()
            os._exit(INTERRUPTED)  # Arrow's threads may still read, and abort an orderly end
        raise
    except DataError as error:
        note(f"Error: reference data: {error}")
        sys.exit(UNREADABLE)
    except Exception as error:  # noqa: BLE001 - the last door
        at = error.__traceback__
        while at is not None and at.tb_next is not None:
            at = at.tb_next
        where = f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}" if at else "?"
        note(
            f"Error: internal error, {type(error).__name__} at {where}; please report this line. No output was left behind."
        )
        sys.exit(INTERNAL)


if __name__ == "__main__":
    main()
