"""The command line: files, formats, exit codes. No rule lives here.

Data goes to stdout; progress, notes and errors go to stderr. Exit codes: 0 done, 1 something at or
above ``--fail-on``, 2 usage, 3 input unreadable or rows lost, 4 internal error.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vintool.adapters.terminal import (
    FAILED,
    INTERNAL,
    INTERRUPTED,
    UNREADABLE,
    URGENCY,
    Day,
    Unreadable,
    note,
    print_models,
    progress_bar,
    readable,
    say,
    styled,
    texts_of,
)
from vintool.words import DEFAULT_REGIME, REGIMES, Market, Reason, Verdict

if TYPE_CHECKING:
    from vintool.report import Summary

SAMPLES = Path(__file__).parent.parent / "samples"
_on = click.option("--on", type=Day(), help="Declaration date, as 2026-03-01.")
_text_or_json = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="vintool")
def cli() -> None:
    """Decode, check and screen vehicle identification numbers.

    \b
    vintool explain LRW3E7FA1LC000001 --on 2026-03-01
    vintool screen manifest.xlsx --out answers
    """


_text_or_lists = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "jsonl", "csv"]),
    default="text",
    show_default=True,
)
_market = click.option(
    "--market",
    type=click.Choice([market.value for market in Market]),
    help="Whose VIN rules apply; by default the WMI decides.",
)


def _known_regime(_context: click.Context, _option: click.Parameter, code: str) -> str:
    if code not in REGIMES:
        raise click.UsageError(f"no regime {code!r}; known: {', '.join(REGIMES)}")
    return code


_regime = click.option(
    "--regime",
    callback=_known_regime,
    default=DEFAULT_REGIME,
    show_default=True,
    metavar="CODE",
    help="The licence regime; 'vintool law' lists them.",
)
_vins = click.argument("vins", nargs=-1, required=True, metavar="VIN... | - | @FILE")
_rules = click.Path(path_type=Path, dir_okay=False)


def _with_evidence(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that bring in a user's own rules, in use while the command runs."""

    @click.option(
        "--evidence",
        multiple=True,
        type=_rules,
        metavar="FILE",
        help="Rules of your own, heard before the packaged ones.",
    )
    @click.option(
        "--evidence-below",
        multiple=True,
        type=_rules,
        metavar="FILE",
        help="Rules of your own, heard where the packaged ones say nothing.",
    )
    @wraps(command)
    def wrapped(
        *args: Any, evidence: tuple[Path, ...], evidence_below: tuple[Path, ...], **options: Any
    ) -> None:
        from vintool import registry  # noqa: PLC0415 - start-up time

        if evidence or evidence_below:
            try:
                registry.use_evidence(evidence, evidence_below)
            except registry.DataError as error:
                raise Unreadable(str(error)) from None
        try:
            command(*args, **options)
        finally:
            if evidence or evidence_below:
                registry.use_evidence()

    return wrapped


@cli.command()
@_vins
@_text_or_lists
@_market
@_with_evidence
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
@_vins
@_text_or_lists
@_market
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
@_on
@_text_or_json
@click.option(
    "--declare",
    multiple=True,
    metavar="FIELD=TEXT",
    help="What the papers say: hs_code, fuel, un_no, condition, vehicle_type, seats, make, model, type_code, displacement, battery_capacity, unit_price, currency, chassis_no, registration_date, application_date.",
)
@_regime
@_with_evidence
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
@_on
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for annotated.*, exceptions.csv, report.html and run.json.",
)
@_text_or_json
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
@_regime
@click.option(
    "--exporters",
    type=_rules,
    metavar="FILE",
    help="A list of qualified enterprises to hold rows against.",
)
@click.option(
    "--licences", type=_rules, metavar="FILE", help="A list of export licences to draw on."
)
@click.option(
    "--confirmations",
    type=_rules,
    metavar="FILE",
    help="A list of VINs in makers' confirmations, for used vehicles.",
)
@click.option(
    "--decisions",
    multiple=True,
    type=_rules,
    metavar="FILE",
    help="A filled exceptions.csv of an earlier run, or its decisions.jsonl; may be repeated.",
)
@_with_evidence
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
) -> None:
    """Screen a manifest (CSV, TSV, XLSX, Parquet): which rows need an export licence, and why.

    Without --on, the declaration or export date of each row counts; where the file has none, today.
    Rows draw on licences in the order of the file; licences.csv in --out tells what is left.

    \b
    vintool screen manifest.xlsx --out answers
    vintool screen list.csv --on 2026-03-01 --map vin="Chassis No" --fail-on controlled
    vintool screen list.csv --exporters qualified.xlsx --licences licences.csv --out answers
    vintool screen list.csv --decisions answers/exceptions.csv --out answers
    """
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
        )
    _print_summary(summary, form)
    if fail_on:
        at_or_above = URGENCY[: URGENCY.index(Verdict(fail_on)) + 1]
        sys.exit(FAILED if any(summary.verdicts[verdict] for verdict in at_or_above) else 0)


def _run(
    path: Path,
    *,
    on: date | None,
    out: Path | None,
    mapping: Mapping[str, str],
    encoding: str | None,
    sheet: str | None,
    regime: str,
    exporters: Path | None = None,
    licences: Path | None = None,
    confirmations: Path | None = None,
    decisions: tuple[Path, ...] = (),
) -> "Summary":
    from vintool.errors import ManifestError, MappingError  # noqa: PLC0415 - start-up time
    from vintool.files.run import screen_file  # noqa: PLC0415

    today = date.today()  # noqa: DTZ011 - see _today
    try:
        with progress_bar() as progress:
            summary = screen_file(
                path,
                on,
                out,
                mapping,
                regime,
                encoding=encoding,
                sheet=sheet,
                today=today,
                exporters=exporters,
                licences=licences,
                confirmations=confirmations,
                decisions=decisions,
                progress=progress,
            )
    except MappingError as error:
        raise click.UsageError(str(error)) from None
    except ManifestError as error:
        raise Unreadable(str(error)) from None
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
@click.argument("code_or_name")
@_text_or_json
def wmi(code_or_name: str, form: str) -> None:
    """Look up a manufacturer by WMI (3 or 6 characters), by name or by brand.

    A code that had several makers is shown with the model years of each, as far as they are known.

    \b
    vintool wmi LGX
    vintool wmi "great wall"
    vintool wmi 比亚迪
    """
    from vintool import registry  # noqa: PLC0415 - start-up time

    found = registry.find_makers(code_or_name)
    names = registry.chinese_names()
    if form == "json":
        rows = [
            maker._asdict()
            | {
                "year_from": maker.year_from or None,
                "year_to": None if maker.year_to == 9999 else maker.year_to,
            }
            | {"chinese": {brand: names[brand] for brand in maker.brands if brand in names}}
            for maker in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    for maker in found if form == "text" else ():
        years = f"  model years {maker.years}" if maker.years else ""
        kinds = ", ".join(maker.kinds)
        say(f"{maker.wmi:<7}{maker.name}  [{maker.country or '??'}; {kinds}]{years}")
        if maker.brands:
            shown = (f"{brand} {names.get(brand, '')}".strip() for brand in maker.brands)
            say(f"       brands: {', '.join(shown)}")
        say(
            f"       sources: {maker.source} (confidence {maker.confidence})"
            + (f"; {maker.note}" if maker.note else "")
        )
    if not found:
        land = (
            registry.country(code_or_name.strip().upper())
            if len(code_or_name.strip()) in {2, 3, 6}
            else None
        )
        note(
            f"the registry knows no maker {code_or_name!r}"
            + (f"; the first two characters belong to {land.name}" if land else "")
        )
        sys.exit(FAILED)


@cli.command()
@click.argument("code", required=False)
@click.option(
    "--write",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write every page as Markdown into a folder.",
)
def law(code: str | None, folder: Path | None) -> None:
    """The rules: which there are; what one says, since when, why; or what a tariff code means.

    \b
    vintool law
    vintool law cn-used-vehicle
    vintool law 8703801090
    """
    from vintool import tariff  # noqa: PLC0415 - start-up time
    from vintool.law import regime as load_regime  # noqa: PLC0415
    from vintool.page import pages, regime_page  # noqa: PLC0415

    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, page in pages().items():
                (folder / name).write_text(page, encoding="utf-8", newline="\n")
        except OSError as error:
            raise Unreadable(f"{folder}: cannot be written ({error.strerror}).") from None
        note(f"{len(pages())} pages written to {folder}")
    elif code is None:
        for rule in map(load_regime, REGIMES):
            say(f"{rule.code:<18}since {rule.start}  {rule.title}")
    elif code in REGIMES:
        say(regime_page(load_regime(code)))
    elif found := [
        line for rows in tariff.lines().values() for line in rows if line.code.startswith(code)
    ] or tariff.find(code):
        for line in found:
            licence = {"yes": "export licence", "no": "no export licence"}.get(
                line.licence, "licence not known"
            )
            letters = f", letters {line.letters}" if line.letters else ""
            say(
                f"{line.code:<11}{line.meaning}; {licence}{letters}"
                + (f"; {line.period}" if line.period else "")
            )
            say(
                f"{'':<11}source: {line.source} (confidence {line.confidence})"
                + (f"; {line.note}" if line.note else "")
            )
    else:
        note(f"no regime and no tariff code {code!r}; regimes: {', '.join(REGIMES)}")
        sys.exit(FAILED)


@cli.group(invoke_without_command=True)
@_text_or_json
@click.pass_context
def data(context: click.Context, form: str) -> None:
    """What reference data is in use: which release, from where, how much; or build it anew.

    \b
    vintool data
    vintool data build --vpic vPICList_lite_2026_10.plain.zip
    """
    if context.invoked_subcommand:
        return
    from vintool.data.store import overview  # noqa: PLC0415 - start-up time

    told = overview()
    if form == "json":
        tables = [table._asdict() for table in told.tables]
        click.echo(json.dumps(told._asdict() | {"tables": tables}, default=str, indent=2))
        return
    own = told.vpic_folder.parent != told.folder
    say(f"release {told.release}")
    say(f"tables  {told.folder}")
    say(f"vPIC    {told.vpic_folder} ({'built by the user' if own else 'as shipped'})")
    say("")
    width = max(len(table.name) for table in told.tables)
    for table in told.tables:
        say(f"{table.name:<{width}} {table.rows:>9,}  {table.edition}  {table.sources}")


@data.command()
@click.option(
    "--vpic",
    "source",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="A release of NHTSA's vPIC: SQLite, plain SQL dump, or the ZIP archive of one.",
)
@click.option("--month", help="Month of the release, as 2026-10; by default from the file's name.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to build; by default the user's own, which then comes before the shipped one.",
)
def build(source: Path, month: str | None, out: Path | None) -> None:
    """Rebuild the vPIC data from one of NHTSA's monthly releases; takes a minute or two.

    The new data is put in place whole or not at all. Delete the folder to return to the shipped one.
    """
    from vintool.data import build as builder  # noqa: PLC0415 - start-up time
    from vintool.errors import DataSourceError  # noqa: PLC0415

    try:
        folder = builder.build(source, out, month)
    except DataSourceError as error:
        raise Unreadable(str(error)) from None
    except OSError as error:
        where = error.filename or out or "the folder"
        raise Unreadable(
            f"{where}: cannot be written ({error.strerror}); nothing was changed. Name another folder with --out."
        ) from None
    if missing := builder.missing_tables(folder):
        note(f"this copy of vPIC lacks {', '.join(missing)}: less will be told")
    say(f"built from {source.name}: {folder}")


@cli.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder to write to; by default the current one.",
)
def demo(out: Path) -> None:
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
        mapping={},
        encoding=None,
        sheet=None,
        regime=DEFAULT_REGIME,
        exporters=exporters,
        licences=licences,
    )
    _print_summary(summary, "text")
    say(f"\nThe manifest is {sample}, the lists {exporters} and {licences},")
    say(f"the report {folder / 'report.html'}")


@cli.command()
@click.argument("labelled", metavar="LABELLED | -")
@click.option(
    "--preset",
    metavar="CODE",
    help="A public register by its own column names and codes: fi, il, ny, nz, ua or wa.",
)
@click.option(
    "--vin", metavar="COL", help="The column of VINs, or of their first 8 to 11 characters."
)
@click.option("--label", metavar="COL", help="The column that tells the fuel or powertrain.")
@click.option(
    "--labels",
    "label_map",
    type=_rules,
    metavar="MAP.CSV",
    help="What your labels mean: columns label and powertrain; an empty powertrain leaves rows out.",
)
@click.option("--date", metavar="COL", help="A column of dates: tried on the later 30 %.")
@click.option(
    "--source",
    metavar="COL",
    help="A column of sources: tried on each in turn; two that agree make grade B.",
)
@click.option("--out", type=_rules, metavar="RULES.CSV", help="File for the rules.")
@click.option(
    "--install",
    type=click.Choice(["above", "below"]),
    help="Put the rules into your data folder, heard above or below the packaged ones from then on.",
)
@click.option("--cite", default="", metavar="TEXT", help="The source that every rule cites.")
@click.option(
    "--min-support",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Vehicles behind a start of a VIN.",
)
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.8,
    show_default=True,
    help="Wilson lower bound (95 %) for grades A and B, and for rules that reach to starts not seen; 1 for none of these.",
)
@click.option(
    "--tolerate",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Vehicles against that do not make a start a conflict, if the bound holds.",
)
@click.option(
    "--allow-wmi",
    is_flag=True,
    help="Allow rules for a whole WMI, by 73 starts or more, all on one side.",
)
@click.option(
    "--register",
    is_flag=True,
    help="The list is an official register: rules that reach the bound have grade A.",
)
@_text_or_json
@click.option(
    "--encoding", help="Encoding of the text, such as iso-8859-1; found out if not given."
)
@click.option("--sheet", help="The only sheet of a workbook to read.")
def learn(
    labelled: str,
    preset: str | None,
    vin: str | None,
    label: str | None,
    label_map: Path | None,
    date: str | None,
    source: str | None,
    out: Path | None,
    install: str | None,
    cite: str,
    min_support: int,
    min_confidence: float,
    tolerate: int,
    allow_wmi: bool,  # noqa: FBT001 - a flag of the command
    register: bool,  # noqa: FBT001
    form: str,
    encoding: str | None,
    sheet: str | None,
) -> None:
    """Learn powertrain rules from a labelled list: your declarations, a fleet, a public register.

    Prints what was read, the trials of the rules on vehicles that they were not made from, and the
    conflicts. No whole VIN is written. Use the rules with --evidence, or --install them.

    \b
    vintool learn declarations.csv --vin VIN --label Fuel --out rules.csv
    vintool screen manifest.xlsx --evidence rules.csv
    \b
    vintool learn mvr.csv --preset nz --register --out nz.csv                              New Zealand
    vintool learn ajoneuvot.csv --preset fi --encoding iso-8859-1 --register --out fi.csv  Finland
    vintool learn Electric_Vehicle_Population_Data.csv --preset wa --register --out wa.csv Washington State
    vintool learn tz_opendata.csv --preset ua --register --out ua.csv                      Ukraine
    vintool learn rechev.csv --preset il --register --out il.csv                           Israel
    vintool learn registrations.csv --preset ny --register --out ny.csv                    New York State
    """
    from vintool.errors import ManifestError, MappingError  # noqa: PLC0415 - start-up time
    from vintool.learn import job, mine, report, sources  # noqa: PLC0415

    known = sources.presets()
    if preset and preset not in known:
        raise click.UsageError(f"no preset {preset!r}; known: {', '.join(known)}")
    wanted = mine.Wanted(min_support, min_confidence, tolerate, allow_wmi, register)
    columns = sources.Columns(vin or "", label or "", date or "", source or "")
    try:
        with readable(labelled) as path:
            lesson = job.learn_file(
                path,
                columns,
                wanted,
                preset=known[preset] if preset else None,
                label_map=label_map,
                cite=cite,
                encoding=encoding,
                sheet=sheet,
            )
    except MappingError as error:
        raise click.UsageError(str(error)) from None
    except ManifestError as error:
        raise Unreadable(str(error)) from None
    targets = [out] if out else []
    if install:
        name = out.name if out else f"{preset or Path(labelled).stem.strip('-') or 'learned'}.csv"
        targets.append(job.installed(name, install))
    for target in targets:
        try:
            job.put(job.rules_csv(lesson.mined, lesson.source), target)
        except OSError as error:
            raise Unreadable(f"{target}: cannot be written ({error.strerror}).") from None
        note(f"{len(lesson.mined.rules):,} rules written to {target}")
    if not targets:
        note("no --out or --install given: nothing was written")
    if form == "json":
        click.echo(json.dumps(report.as_json(lesson), ensure_ascii=False, indent=2))
        return
    say("\n".join(report.lines(lesson)))


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
