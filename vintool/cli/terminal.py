"""The terminal as all commands use it: texts in, lines out, errors with an exit code.

Nothing is printed but by the functions here: they make harmless what strangers wrote.
"""

import csv
import io
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

import click

from vintool.codes import Verdict
from vintool.escaping import json_in, spreadsheet_cell, visible
from vintool.report.language import ENGLISH, Language
from vintool.report.wrapping import wrapped

FAILED, UNREADABLE, INTERNAL = 1, 3, 4
URGENCY = (Verdict.CONTROLLED, Verdict.REVIEW, Verdict.INVALID)
COLOURS = {
    Verdict.CONTROLLED: "red",
    Verdict.REVIEW: "yellow",
    Verdict.INVALID: "magenta",
    Verdict.OUT_OF_SCOPE: "green",
}


class Stopped(KeyboardInterrupt):
    """A signal has told the program to end; the exit code is as shells have it, 130 or 143."""

    def __init__(self, signum: int = signal.SIGINT) -> None:
        self.exit_code = 128 + signum


def stop(signum: int, _frame: object) -> None:
    """Handle a signal that ends the program: once, so that it can tidy up."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise Stopped(signum)


class OutOfMemory(click.ClickException):
    """The memory does not suffice."""

    exit_code = INTERNAL


class Unreadable(click.ClickException):
    """The input cannot be read; the sentence says where and what to do."""

    exit_code = UNREADABLE


class Unwritable(Unreadable):
    """What is printed cannot be written; the files of a run do not depend on it."""


def unwritable(error: OSError) -> Unwritable:
    """The error of a command whose output cannot be written."""
    why = error.strerror or type(error).__name__
    return Unwritable(f"standard output: cannot be written ({why}).")


class ReaderGone(SystemExit):
    """Nobody reads on, as where ``head`` has seen enough: no error, and nothing more is printed."""


def print_text(text: str, *, colour: bool | None = None) -> None:
    """Print to stdout what holds nothing raw any more, whatever the encoding of stdout.

    Raises:
        ReaderGone: nobody reads it any more.
        Unwritable: it cannot be written, as on a full disk.
    """
    if sys.stdout is None:  # closed, which older releases of click do not expect
        return
    try:
        click.echo(text, sys.stdout, color=colour)  # else click makes UTF-8 of ASCII
    except BrokenPipeError:
        raise ReaderGone(0) from None
    except OSError as error:
        raise unwritable(error) from None


def columns(stream: TextIO | None) -> int | None:
    """The width that lines are broken to: that of the terminal; of a pipe none, unless ``COLUMNS`` sets one for stdout.

    What is said on stderr to a program stays whole: it may look for a sentence, and libraries such as readline set
    ``COLUMNS`` for every program that they start.
    """
    if stream is not None and stream.isatty():
        return shutil.get_terminal_size().columns
    said = os.environ.get("COLUMNS", "") if stream is sys.stdout else ""
    return int(said) if said.isdecimal() and int(said) else None


def say(line: str, style: Callable[[str], Mapping[str, Any]] | None = None) -> None:
    """A line to a terminal or a pipe, made harmless; colour and breaks only where a terminal wants them."""
    looks = style(line) if style else {}
    colour = False if os.environ.get("NO_COLOR") else None
    for part in wrapped(visible(line), columns(sys.stdout)):
        print_text(click.style(part, **looks) if looks else part, colour=colour)


def say_json(text: str) -> None:
    """JSON, to be read by a program: its strings hold nothing that a terminal would obey."""
    print_text(json_in(text, getattr(sys.stdout, "encoding", None) or "utf-8"))


def as_json(data: object) -> str:
    """Data as JSON."""
    import json  # noqa: PLC0415 - start-up time

    return json.dumps(data, ensure_ascii=False, default=str, indent=2)


def styled(line: str) -> dict[str, Any]:
    """How a line of a page looks: its verdict in colour, its sources dimmed; plain in a pipe."""
    for verdict, colour in COLOURS.items():
        if f"({verdict})" in line or re.match(rf"\S+ {verdict.upper()}\b", line):
            return {"bold": True, "fg": colour}
    return {"dim": True} if line.startswith(" " * 8) else {}


def note(line: str, *, whole: bool = False) -> None:
    """A line beside the data, made harmless: to stderr. Where nobody can read it the work goes on.

    Args:
        line: what to say.
        whole: never break it, since a program reads it.
    """
    if sys.stderr is not None:
        with suppress(OSError):
            for part in wrapped(visible(line), None if whole else columns(sys.stderr)):
                click.echo(part, err=True)


def show(error: click.ClickException, words: Language = ENGLISH) -> None:
    """An error of a command, made harmless, after the usage if it is one of usage: to stderr, in a language."""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        for line in error.ctx.get_usage().split("\n"):
            note(line)
        help_ = f"{error.ctx.command_path} {error.ctx.help_option_names[-1]}"
        note(words.translate(f"Try '{help_}' for help."))
        note("")
    note(f"{words.gettext('Error:')} {words.translate(error.format_message())}")


def today() -> date:
    """The day on which a vehicle is judged where no other is given: a local day, by the one clock of the tool."""
    return date.today()  # noqa: DTZ011


class Day(click.ParamType):  # type: ignore[type-arg] # takes no type before click 8.4
    """A day as 2026-03-01."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, or a usage error that shows how to write it."""
        if isinstance(value, date):
            return value
        from vintool.screening.dates import why_no_declaration  # noqa: PLC0415 - start-up time

        try:
            day = datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=None).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            self.fail(f"{value!r} is no date; write it as 2026-03-01", param, ctx)
        if fault := why_no_declaration(day):
            self.fail(f"{value!r} {fault}", param, ctx)
        return day


def read_texts(arguments: Sequence[str]) -> Iterator[str]:
    """VINs from arguments, from lines of standard input (-), or from lines of a file (@FILE)."""
    for argument in arguments:
        if argument == "-":
            yield from (line.rstrip("\r\n") for line in sys.stdin if line.strip())
        elif argument.startswith("@"):
            try:
                lines = Path(argument[1:]).read_text(encoding="utf-8-sig").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
                raise Unreadable(
                    f"{argument[1:]}: cannot be read ({reason}); check the path, or use 'vintool screen' for tables."
                ) from None
            yield from (line for line in lines if line.strip())
        else:
            yield argument


def parse_pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    """The names and values of an option that takes NAME=VALUE, as often as it is given.

    >>> parse_pairs(["vin=Chassis No"], "--map")
    {'vin': 'Chassis No'}
    """
    pairs = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise click.UsageError(f"{option} {text!r}: write it as NAME=VALUE")
        pairs[name.strip()] = value.strip()
    return pairs


def parse_columns(texts: Sequence[str], option: str) -> dict[str, str | list[str]]:
    """The same of an option that may name a column of one field more than once.

    >>> parse_columns(["vin=Unit 1", "fuel=Fuel", "vin=Unit 2"], "--map")
    {'vin': ['Unit 1', 'Unit 2'], 'fuel': 'Fuel'}
    """
    columns: dict[str, list[str]] = {}
    for text in texts:
        for field, column in parse_pairs([text], option).items():
            columns.setdefault(field, []).append(column)
    return {field: some if len(some) > 1 else some[0] for field, some in columns.items()}


def print_models(
    items: Iterable[Any], form: str, lines: Callable[[Any], Iterable[str]], *, single: bool
) -> None:
    """Models in the format asked for; one VIN given as such is one JSON object, a list is a list."""
    if form == "json":
        dumps = [item.model_dump(mode="json") for item in items]
        say_json(as_json(dumps[0] if single else dumps))
    elif form == "csv":
        _print_csv(items)
    else:
        for number, item in enumerate(items):
            if form == "jsonl":
                say_json(item.model_dump_json())
            else:
                for line in (*([""] if number else []), *lines(item)):
                    say(line, styled)


def _print_csv(items: Iterable[Any]) -> None:
    """One line a VIN, values without their sources; the columns are those of the first kind met.

    No cell is raw: neither a terminal nor a spreadsheet finds in it what it would obey.
    """
    names: list[str] = []
    for item in items:
        row = {field: _cell(getattr(item, field)) for field in type(item).model_fields}
        if not names:
            names = list(dict.fromkeys(["vin", "text", *row, "problems"]))
            print_text(_csv_line(names))
        print_text(_csv_line([row.get(name, "") for name in names]))


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    harmless = (
        visible(spreadsheet_cell(cell, numbers=number > 0)) for number, cell in enumerate(cells)
    )
    csv.writer(line, lineterminator="").writerow(harmless)
    return line.getvalue()


def _cell(value: Any) -> str:
    from vintool.decoding.facts import Fact  # noqa: PLC0415 - start-up time

    if isinstance(value, Fact):
        value = value.value
    if isinstance(value, tuple):
        return ";".join(_cell(part) for part in value)
    return "" if value is None else str(value)


@contextmanager
def input_path(name: str) -> Iterator[Path]:
    """The path of an input; standard input is first put into a private file, since formats need to go back."""
    if name != "-":
        yield Path(name)
        return
    import shutil  # noqa: PLC0415 - start-up time

    from vintool.atomic import private_folder  # noqa: PLC0415

    with private_folder() as folder:
        path = folder / "stdin"
        with path.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
        yield path


@contextmanager
def file_errors() -> Iterator[None]:
    """What is wrong with a file or its columns becomes the error of a command."""
    from vintool.errors import ManifestError, MappingError  # noqa: PLC0415 - start-up time

    try:
        yield
    except MappingError as error:
        raise click.UsageError(error.for_command) from None
    except ManifestError as error:
        raise Unreadable(error.for_command) from None
