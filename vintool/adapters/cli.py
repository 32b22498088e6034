"""The command line: files, formats, exit codes. No rule lives here.

Data goes to stdout; progress, notes and errors go to stderr. Exit codes: 0 done, 1 something at or
above ``--fail-on``, 2 usage, 3 input unreadable or rows lost, 4 internal error.
"""

import csv
import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vintool.words import Market, Reason, Verdict

if TYPE_CHECKING:
    from vintool.files.run import Progress
    from vintool.report import Summary

FAILED, UNREADABLE, INTERNAL = 1, 3, 4
_URGENCY = [Verdict.CONTROLLED, Verdict.REVIEW, Verdict.INVALID]
_COLOURS = {Verdict.CONTROLLED: "red", Verdict.REVIEW: "yellow", Verdict.INVALID: "magenta", Verdict.OUT_OF_SCOPE: "green"}


class Unreadable(click.ClickException):
    """The input cannot be read; the sentence says where and what to do."""

    exit_code = UNREADABLE


def _say(text: str) -> None:
    """A line to a terminal or a pipe; colour only where a terminal wants it."""
    click.echo(text, color=False if os.environ.get("NO_COLOR") else None)


def _note(text: str) -> None:
    click.echo(text, err=True)


class _Day(click.ParamType[date]):
    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=None).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            self.fail(f"{value!r} is no date; write it as 2026-03-01", param, ctx)


_on = click.option("--on", type=_Day(), help="Declaration date, as 2026-03-01.")
_text_or_json = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="vintool")
def cli() -> None:
    """Decode, check and screen vehicle identification numbers.

    \b
    vintool explain LRW3E7FA1LC000001 --on 2026-03-01
    vintool screen manifest.xlsx --out answers
    """


def _texts(arguments: Sequence[str]) -> Iterator[str]:
    """VINs from arguments, from lines of standard input (-), or from lines of a file (@FILE)."""
    for argument in arguments:
        if argument == "-":
            yield from (line.rstrip("\r\n") for line in click.get_text_stream("stdin") if line.strip())
        elif argument.startswith("@"):
            try:
                lines = Path(argument[1:]).read_text(encoding="utf-8-sig").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
                raise Unreadable(f"{argument[1:]}: cannot be read ({reason}); check the path, or use 'vintool screen' for tables.") from None
            yield from (line for line in lines if line.strip())
        else:
            yield argument


_vins = click.argument("vins", nargs=-1, required=True, metavar="VIN... | - | @FILE")


@cli.command()
@_vins
@click.option("--format", "form", type=click.Choice(["text", "json", "jsonl", "csv"]), default="text", show_default=True)
@click.option("--market", type=click.Choice([market.value for market in Market]), help="Whose VIN rules apply; by default the WMI decides.")
def decode(vins: tuple[str, ...], form: str, market: str | None) -> None:
    """What a VIN tells: maker, country, model year, plant, powertrain, each with its source.

    Exit 1 if a text is no VIN; what is wrong with it is printed in its place.

    \b
    vintool decode LRW3E7FA1LC000001
    vintool decode @vins.txt --format csv
    """
    from vintool import identity, vehicle  # noqa: PLC0415 - start-up time
    from vintool.explain import check_lines, vehicle_lines  # noqa: PLC0415
    from vintool.vin import InvalidVin  # noqa: PLC0415

    failed = False

    def told() -> Iterator[Any]:
        nonlocal failed
        for text in _texts(vins):
            try:
                yield vehicle.decode(text, market=market)
            except InvalidVin:
                failed = True
                yield identity.check(text, market)

    def lines(item: Any) -> Iterable[str]:
        return (f"no VIN: {item.text!r}", *check_lines(item)) if hasattr(item, "suggestions") else vehicle_lines(item)

    _print(told(), form, lines, single=len(vins) == 1 and vins[0][0] not in "-@")
    sys.exit(FAILED if failed else 0)


@cli.command()
@_vins
@click.option("--format", "form", type=click.Choice(["text", "json", "jsonl", "csv"]), default="text", show_default=True)
@click.option("--market", type=click.Choice([market.value for market in Market]), help="Whose VIN rules apply; by default the WMI decides.")
def check(vins: tuple[str, ...], form: str, market: str | None) -> None:
    """Whether a VIN is well formed by the rules of its market, and what was meant if not.

    Exit 1 if one is not. A clean-up (spaces, case, ...) is told and is no fault.

    \b
    vintool check LRW3E7FA2LC000001
    vintool check WVWZZZ1KZ6W000001 --market us
    """
    from vintool import identity  # noqa: PLC0415 - start-up time
    from vintool.explain import check_lines  # noqa: PLC0415
    from vintool.words import Weight  # noqa: PLC0415

    faults = 0

    def told() -> Iterator[Any]:
        nonlocal faults
        for text in _texts(vins):
            result = identity.check(text, market)
            faults += any(problem.weight is not Weight.NOTE for problem in result.problems)
            yield result

    def lines(item: Any) -> Iterable[str]:
        sound = all(problem.weight is Weight.NOTE for problem in item.problems)
        rules = f", rules of market {item.market.value}" if item.market else ""
        return (f"{item.vin or repr(item.text)}: {'well formed' if sound else 'not well formed'}; check digit {item.check_digit.value}{rules}", *check_lines(item))

    _print(told(), form, lines, single=len(vins) == 1 and vins[0][0] not in "-@")
    sys.exit(FAILED if faults else 0)


def _print(items: Iterable[Any], form: str, lines: Callable[[Any], Iterable[str]], *, single: bool) -> None:
    """Models in the format asked for; one VIN given as such is one JSON object, a list is a list."""
    if form == "json":
        told = [item.model_dump(mode="json") for item in items]
        click.echo(json.dumps(told[0] if single else told, ensure_ascii=False, indent=2))
    elif form == "csv":
        _print_csv(items)
    else:
        for number, item in enumerate(items):
            if form == "jsonl":
                click.echo(item.model_dump_json())
            else:
                _say("\n".join((*([""] if number else []), *lines(item))))


def _print_csv(items: Iterable[Any]) -> None:
    """One line a VIN, values without their sources; the columns are those of the first kind met."""
    out: Any = None
    for item in items:
        row = {field: _cell(getattr(item, field)) for field in type(item).model_fields}
        if out is None:
            stream = io.TextIOWrapper(click.get_binary_stream("stdout"), encoding="utf-8", newline="", write_through=True)
            names = list(dict.fromkeys(["vin", "text", *row, "problems"]))
            out = csv.DictWriter(stream, names, restval="", extrasaction="ignore", lineterminator="\n")
            out.writeheader()
        out.writerow(row)
    if out is not None:
        stream.detach()


def _cell(value: Any) -> str:
    value = getattr(value, "value", value)
    if isinstance(value, tuple):
        return ";".join(_cell(part) for part in value)
    return "" if value is None else str(value)


@cli.command()
@click.argument("vin")
@_on
@_text_or_json
@click.option("--declare", multiple=True, metavar="FIELD=TEXT", help="What the papers say: hs_code, fuel, un_no, condition, vehicle_type, seats.")
def explain(vin: str, on: date | None, form: str, declare: tuple[str, ...]) -> None:
    """The verdict on one vehicle, step by step, with the sources.

    \b
    vintool explain LRW3E7FA1LC000001 --on 2026-03-01
    vintool explain LGXC74C48P0320453 --on 2026-03-01 --declare hs_code=8703801090
    """
    from vintool.explain import explain as told  # noqa: PLC0415 - start-up time
    from vintool.explain import explanation_lines  # noqa: PLC0415

    try:
        explanation = told(vin, on or _today(), _pairs(declare, "--declare"))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if form == "json":
        click.echo(explanation.model_dump_json(indent=2))
        return
    for line in explanation_lines(explanation):
        if line.startswith("VERDICT"):
            _say(click.style(line, bold=True, fg=_COLOURS[explanation.finding.verdict]))
        else:
            _say(line)


def _today() -> date:
    today = date.today()  # noqa: DTZ011 - a declaration date is a local day; the one clock of the tool
    _note(f"no --on given: judged for today, {today.isoformat()}")
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
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for annotated.*, exceptions.csv, report.html and run.json.")
@_text_or_json
@click.option("--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="Which column holds what, such as vin='Chassis No'.")
@click.option("--fail-on", type=click.Choice([verdict.value for verdict in _URGENCY]), help="Exit 1 if a row has this verdict or a more urgent one.")
@click.option("--encoding", help="Encoding of the text, such as gb18030; found out if not given.")
@click.option("--sheet", help="The only sheet of a workbook to read.")
@click.option("--regime", default="cn-2025-54", show_default=True, help="The licence regime.")
def screen(file: str, on: date | None, out: Path | None, form: str, mapping: tuple[str, ...], fail_on: str | None, encoding: str | None, sheet: str | None, regime: str) -> None:  # noqa: PLR0913
    """Screen a manifest (CSV, TSV, XLSX, Parquet): which rows need an export licence, and why.

    Without --on, the declaration or export date of each row counts; where the file has none, today.

    \b
    vintool screen manifest.xlsx --out answers
    vintool screen list.csv --on 2026-03-01 --map vin="Chassis No" --fail-on controlled
    """
    with _file(file) as path:
        summary = _run(path, on=on, out=out, mapping=_pairs(mapping, "--map"), encoding=encoding, sheet=sheet, regime=regime)
    _print_summary(summary, form)
    if fail_on:
        at_or_above = _URGENCY[: _URGENCY.index(Verdict(fail_on)) + 1]
        sys.exit(FAILED if any(summary.verdicts[verdict] for verdict in at_or_above) else 0)


@contextmanager
def _file(name: str) -> Iterator[Path]:
    """A path; standard input is first put into a private file, since formats need to go back."""
    if name != "-":
        yield Path(name)
        return
    with tempfile.TemporaryDirectory(prefix="vintool-") as folder:
        path = Path(folder) / "stdin"
        with path.open("wb") as copy:
            shutil.copyfileobj(click.get_binary_stream("stdin"), copy)
        yield path


def _run(path: Path, *, on: date | None, out: Path | None, mapping: Mapping[str, str], encoding: str | None, sheet: str | None, regime: str) -> "Summary":  # noqa: PLR0913
    from vintool.files.manifest import ManifestError, MappingError  # noqa: PLC0415 - start-up time
    from vintool.files.run import screen_file  # noqa: PLC0415
    from vintool.law import REGIMES  # noqa: PLC0415

    if regime not in REGIMES:
        raise click.UsageError(f"no regime {regime!r}; known: {', '.join(REGIMES)}")
    today = date.today()  # noqa: DTZ011 - see _today
    try:
        with _bar(path) as progress:
            summary = screen_file(path, on, out, mapping, regime, encoding=encoding, sheet=sheet, today=today, progress=progress)
    except MappingError as error:
        raise click.UsageError(str(error)) from None
    except ManifestError as error:
        raise Unreadable(str(error)) from None
    except OSError as error:
        where = out or path
        raise Unreadable(f"{where}: cannot be written or read ({error.strerror or type(error).__name__}); nothing was left behind. Free the space, or name another --out.") from None
    if on is None and summary.on == today.isoformat():
        _note(f"no --on given and no date column found: judged for today, {summary.on}")
    return summary


@contextmanager
def _bar(path: Path) -> "Iterator[Progress | None]":
    """A progress bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - start-up time
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%  {task.fields[counts]}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"screening {path.name}", total=None, counts="")

        def step(position: int, size: int, rows: int, verdicts: Mapping[str, int]) -> None:
            counts = "  ".join(f"{name} {count:,}" for name, count in sorted(verdicts.items()))
            bar.update(task, completed=position, total=size, counts=f"{rows:,} rows  {counts}")

        yield step


def _print_summary(summary: "Summary", form: str) -> None:
    if form == "json":
        click.echo(summary.model_dump_json(indent=2))
        return
    from vintool.report import summary_text  # noqa: PLC0415 - start-up time

    _say(summary_text(summary, {str(reason): reason.sentence for reason in Reason}).rstrip("\n"))


@cli.command()
@click.argument("code_or_name")
@_text_or_json
def wmi(code_or_name: str, form: str) -> None:
    """Look up a manufacturer by WMI (3 or 6 characters) or by name.

    \b
    vintool wmi LGX
    vintool wmi "great wall"
    """
    from vintool import registry  # noqa: PLC0415 - start-up time

    exact = registry.maker(code_or_name.strip().upper())
    wanted = code_or_name.strip().casefold()
    found = [exact] if exact else [maker for maker in registry.makers() if wanted in maker.name.casefold() or any(wanted == brand.casefold() for brand in maker.brands)]
    if form == "json":
        click.echo(json.dumps([maker._asdict() for maker in found], ensure_ascii=False, indent=2))
    for maker in found if form == "text" else ():
        _say(f"{maker.wmi:<7}{maker.name}  [{maker.country or '??'}; {', '.join(maker.kinds)}]")
        if maker.brands:
            _say(f"       brands: {', '.join(maker.brands)}")
        _say(f"       sources: {maker.source} (confidence {maker.confidence})" + (f"; {maker.note}" if maker.note else ""))
    if not found:
        land = registry.country(code_or_name.strip().upper()) if len(code_or_name.strip()) in {2, 3, 6} else None
        _note(f"the registry knows no maker {code_or_name!r}" + (f"; the first two characters belong to {land.name}" if land else ""))
        sys.exit(FAILED)


@cli.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Folder to write to; by default the current one.")
def demo(out: Path) -> None:
    """Write a small, dirty sample manifest, screen it, and say where the report is."""
    sample = out / "vintool-demo.csv"
    try:
        out.mkdir(parents=True, exist_ok=True)
        sample.write_bytes(files("vintool").joinpath("samples", "manifest.csv").read_bytes())
    except OSError as error:
        raise Unreadable(f"{out}: cannot be written ({error.strerror}); name another folder with --out.") from None
    folder = out / "vintool-demo"
    summary = _run(sample, on=None, out=folder, mapping={}, encoding=None, sheet=None, regime="cn-2025-54")
    _print_summary(summary, "text")
    _say(f"\nThe manifest is {sample}, the report {folder / 'report.html'}")


def main() -> None:
    """Entry point: anything unforeseen is exit 4, told without the data that caused it."""
    try:
        cli()
    except Exception as error:  # noqa: BLE001 - the last door
        at = error.__traceback__
        while at is not None and at.tb_next is not None:
            at = at.tb_next
        where = f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}" if at else "?"
        _note(f"Error: internal error, {type(error).__name__} at {where}; please report this line. No output was left behind.")
        sys.exit(INTERNAL)


if __name__ == "__main__":
    main()
