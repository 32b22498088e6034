"""The command that learns powertrain rules."""

from contextlib import ExitStack
from pathlib import Path

import click

from vintool.cli.language import Command
from vintool.cli.options import FILE, lang_option, text_or_json, with_user_data
from vintool.cli.terminal import (
    Unreadable,
    as_json,
    file_errors,
    input_path,
    note,
    say,
    say_json,
)


@click.command(cls=Command)
@click.argument("labelled", metavar="LABELLED... | -", nargs=-1, required=True)
@click.option(
    "--preset",
    metavar="CODE",
    help="A public register by its own column names and codes: fi, il, ny, nz, ua or wa; miit for type approvals.",
)
@click.option(
    "--vin", metavar="COL", help="The column of VINs, or of their first 8 to 11 characters."
)
@click.option("--label", metavar="COL", help="The column that tells the fuel or powertrain.")
@click.option(
    "--labels",
    "label_map",
    type=FILE,
    metavar="MAP.CSV",
    help="What your labels mean: columns label and powertrain; an empty powertrain leaves rows out.",
)
@click.option("--date", metavar="COL", help="A column of dates: tried on the later 30 %.")
@click.option(
    "--source",
    metavar="COL",
    help="A column of sources: tried on each in turn; two that agree make grade B.",
)
@click.option("--out", type=FILE, metavar="RULES.CSV", help="File for the rules.")
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
@text_or_json
@click.option(
    "--encoding", help="Encoding of the text, such as iso-8859-1; found out if not given."
)
@click.option("--sheet", help="The only sheet of a workbook to read.")
@lang_option
@with_user_data
def learn(  # noqa: PLR0913 - a command has its options
    labelled: tuple[str, ...],
    *,
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
    allow_wmi: bool,
    register: bool,
    form: str,
    encoding: str | None,
    sheet: str | None,
    lang: str,
) -> None:
    """Learn powertrain rules from labelled lists: your declarations, a fleet, a public register.

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
    \b
    vintool learn --preset miit 409.xlsx 410.csv 411/*.html --out miit.csv

    The presets read type approvals of MIIT too: exports of announcements and saved pages of products. All are
    joined first; each approval is full support by itself (grade A), and a start approved as pure electric and as
    anything else is a conflict. --min-support, --tolerate and --register change nothing there.
    """
    from vintool.atomic import write_file  # noqa: PLC0415 - start-up time
    from vintool.learn import job, presets, report, rules, sources  # noqa: PLC0415
    from vintool.report.language import language  # noqa: PLC0415

    translate = language(lang).translate

    registers = presets.presets()
    if preset and preset not in registers:
        raise click.UsageError(f"no preset {preset!r}; known: {', '.join(registers)}")
    if preset == presets.APPROVALS and any((vin, label, label_map, date, source)):
        raise click.UsageError("--preset miit has columns and labels of its own: name none")
    criteria = rules.Criteria(min_support, min_confidence, tolerate, allow_wmi, register)
    columns = sources.Columns(vin or "", label or "", date or "", source or "")
    with file_errors(), ExitStack() as inputs:
        lesson = job.learn_file(
            [inputs.enter_context(input_path(name)) for name in labelled],
            columns,
            criteria,
            preset=registers[preset] if preset else None,
            label_map=label_map,
            cite=cite,
            encoding=encoding,
            sheet=sheet,
        )
    targets = [out] if out else []
    if install:
        name = (
            out.name if out else f"{preset or Path(labelled[0]).stem.strip('-') or 'learned'}.csv"
        )
        targets.append(job.installed(name, install))
    for target in targets:
        try:
            write_file(target, job.rules_csv(lesson.mined, lesson.source))
        except OSError as error:
            raise Unreadable(f"{target}: cannot be written ({error.strerror}).") from None
        note(translate(f"rules written to {target}: {len(lesson.mined.rules):,}"))
    if lesson.against:
        note(
            translate(
                f"rules that disagree with packaged evidence: {len(lesson.against):,}; such rows are not cleared"
            )
        )
    if not targets:
        note(translate("no --out or --install given: nothing was written"))
    if form == "json":
        say_json(as_json(report.as_json(lesson)))
        return
    for line in report.lines(lesson, translate):
        say(line)
