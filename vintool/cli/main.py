"""The command line: files, formats, exit codes. No rule lives here.

Data goes to stdout; progress, notes and errors go to stderr. Exit codes: 0 done, 1 something at or
above ``--fail-on``, 2 usage, 3 input unreadable, outputs not writable or rows lost, 4 internal error
or not enough memory, 130 interrupted, 143 terminated.
"""

import gc
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

import click

import vintool
from vintool.atomic import remove_private_folders
from vintool.cli.language import Commands, language_of
from vintool.cli.learn import learn
from vintool.cli.options import (
    lang_option,
    market_option,
    on_day,
    regime_option,
    text_or_json,
    text_or_lists,
    vins_argument,
    with_evidence,
    with_user_data,
)
from vintool.cli.reference import data, law, wmi
from vintool.cli.screen import demo, screen
from vintool.cli.terminal import (
    FAILED,
    INTERNAL,
    UNREADABLE,
    ReaderGone,
    Unwritable,
    note,
    parse_pairs,
    print_models,
    read_texts,
    show,
    stop,
    today,
    unwritable,
)
from vintool.codes import ALL_REGIMES


@contextmanager
def _reader_may_go() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise ReaderGone(0) from None


class Program(Commands):
    """The commands; whoever calls them, their errors are shown harmless."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The help for nothing, which click makes an error of from 8.2 on."""
        return super().parse_args(ctx, args or ["--help"])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the arguments; a VIN in its place is explained."""
        explained = args[0] not in self.commands and _is_number(args[0])
        return super().resolve_command(ctx, ["explain", *args] if explained else args)

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        """The context of a command line; help that nobody reads is no error, which click makes of it."""
        with _reader_may_go():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; its help likewise."""
        with _reader_may_go():
            return super().invoke(ctx)

    def main(self, *arguments: Any, **options: Any) -> NoReturn:
        """Run a command and end the program; what is said to the user is in the language that it was asked for."""
        given = arguments[0] if arguments else options.get("args")
        words = language_of(sys.argv[1:] if given is None else given)
        spoken = {**options, "standalone_mode": False, "obj": words}
        try:
            sys.exit(super().main(*arguments, **spoken))
        except Unwritable as error:
            show(error, words)
            _end(error.exit_code)  # an orderly end would try once more to write what is left
        except click.ClickException as error:
            show(error, words)
            sys.exit(error.exit_code)


@click.group(
    cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(vintool.__version__, prog_name="vintool")
@lang_option
@click.pass_context
def cli(ctx: click.Context, lang: str) -> None:
    """Decode, check and screen vehicle identification numbers.

    \b
    vintool LRW3E7FA1LC000001
    vintool explain LRW3E7FA1LC000001 --on 2026-03-01
    vintool screen manifest.xlsx --out answers
    """
    ctx.default_map = _each_of(cli, {"lang": lang})


def _each_of(group: click.Group, options: dict[str, str]) -> dict[str, Any]:
    """Defaults for each command of a group, and of the groups in it."""
    return {
        name: _each_of(one, options) if isinstance(one, click.Group) else options
        for name, one in group.commands.items()
    }


@cli.command()
@vins_argument
@text_or_lists
@market_option
@lang_option
@with_evidence
def decode(vins: tuple[str, ...], form: str, market: str | None, lang: str) -> None:
    """What a VIN tells: maker, model year, plant, model, powertrain, each with its source.

    Of 8 to 16 characters, or with marks for those that are not known, what the others tell.
    Exit 1 if a text is no VIN; what is wrong with it is printed in its place.

    \b
    vintool decode 5YJ3E1EAXHF000316
    vintool decode 5YJ3E1EA
    vintool decode @vins.txt --format csv
    """
    from vintool.decoding.records import (  # noqa: PLC0415 - start-up time
        check_fields,
        vehicle_fields,
    )
    from vintool.decoding.text import check_lines, vehicle_lines  # noqa: PLC0415
    from vintool.report.language import language  # noqa: PLC0415

    failed, translate = False, language(lang).translate

    def decoded() -> Iterator[dict[str, Any]]:
        nonlocal failed
        for text in read_texts(vins):
            try:
                yield vehicle_fields(text, market=market)
            except vintool.InvalidVin:
                failed = True
                yield check_fields(text, market)

    def lines(fields: dict[str, Any]) -> Iterable[str]:
        if _is_check(fields):
            return (translate(f"no VIN: {fields['text']!r}"), *check_lines(fields, translate))
        return vehicle_lines(fields, translate)

    _print_fields(decoded(), form, lines, single=_single(vins))
    sys.exit(FAILED if failed else 0)


@cli.command()
@vins_argument
@text_or_lists
@market_option
@lang_option
@with_user_data
def check(vins: tuple[str, ...], form: str, market: str | None, lang: str) -> None:
    """Whether a VIN is well formed by the rules of its market, and what was meant if not.

    Exit 1 if one is not. A clean-up (spaces, case, ...) is told and is no fault.

    \b
    vintool check LRW3E7FA2LC000001
    vintool check WVWZZZ1KZ6W000001 --market us
    """
    from vintool.decoding.records import check_fields, sound  # noqa: PLC0415 - start-up time
    from vintool.decoding.text import check_lines  # noqa: PLC0415
    from vintool.report.language import language  # noqa: PLC0415

    failed, translate = False, language(lang).translate

    def checked() -> Iterator[dict[str, Any]]:
        nonlocal failed
        for text in read_texts(vins):
            fields = check_fields(text, market)
            failed |= not sound(fields["problems"])
            yield fields

    def lines(fields: dict[str, Any]) -> Iterable[str]:
        formed = translate("well formed" if sound(fields["problems"]) else "not well formed")
        digit = f"{translate('check digit')} {translate(fields['check_digit'].value)}"
        market = fields["market"]
        rules = f", {translate(f'rules of market {market.value}')}" if market else ""
        return (
            f"{fields['vin'] or repr(fields['text'])}: {formed}; {digit}{rules}",
            *check_lines(fields, translate),
        )

    _print_fields(checked(), form, lines, single=_single(vins))
    sys.exit(FAILED if failed else 0)


@cli.command()
@vins_argument
@on_day
@text_or_json
@click.option(
    "--declare",
    multiple=True,
    metavar="FIELD=TEXT",
    help="What the papers say: goods_name, hs_code, fuel, un_no, condition, vehicle_type, seats, make, model, type_code, displacement, battery_capacity, unit_price, currency, chassis_no, registration_date, and the dates declaration_date, export_date, loading_date, sailing_date, bl_date, licence_date, application_date.",
)
@regime_option
@lang_option
@with_evidence
def explain(  # noqa: PLR0913, PLR0917 - the options of the command
    vins: tuple[str, ...],
    on: date | None,
    form: str,
    declare: tuple[str, ...],
    regime: str,
    lang: str,
) -> None:
    """The verdict on a vehicle, step by step, with the sources.

    Of a text with several VINs each is explained, after the verdict on all of them; several texts are several answers.

    \b
    vintool explain LRW3E7FA1LC000001 --on 2026-03-01
    vintool explain "LRW3E7FA1LC000001 / LGXC74C48P0320453" --on 2026-03-01
    vintool explain LGXC74C48P0320453 --on 2026-03-01 --declare hs_code=8703801090
    vintool explain LRW3E7FA1LC000001 --on 2026-03-01 --regime cn-used-vehicle --declare condition=used
    """
    from vintool.report.language import language  # noqa: PLC0415 - start-up time
    from vintool.screening import explain as page  # noqa: PLC0415
    from vintool.screening.dates import day_field  # noqa: PLC0415

    declared, words = parse_pairs(declare, "--declare"), language(lang)
    if on is None and not day_field(declared):
        on = today()
        note(words.translate(f"no --on given: judged for today, {on.isoformat()}"))
    try:
        print_models(
            (page.explain(text, on, declared, regime) for text in read_texts(vins)),
            form,
            lambda explanation: page.explanation_lines(
                explanation, words, one_regime=regime != ALL_REGIMES
            ),
            single=_single(vins),
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _print_fields(
    records: Iterator[dict[str, Any]],
    form: str,
    lines: Callable[[dict[str, Any]], Iterable[str]],
    *,
    single: bool,
) -> None:
    """Vehicles and checks, each by its fields: as lines without a model, else as their models print."""
    print_models(records if form == "text" else map(_model, records), form, lines, single=single)


def _is_number(text: str) -> bool:
    """Whether a text is a VIN, several, or a part of one rather than the name of a command or a file."""
    words = [text, *re.split(r"[\s,;/|]+", text)]
    whole, *parts = (re.sub(r"[-\s*]", "", word) for word in words)

    def fits(letters: str) -> bool:
        return 8 <= len(letters) <= 20 and letters.isalnum() and any(map(str.isdecimal, letters))

    return (fits(whole) or all(map(fits, parts))) and not Path(text).exists()


def _is_check(fields: dict[str, Any]) -> bool:
    return "suggestions" in fields


def _model(fields: dict[str, Any]) -> Any:
    from vintool.decoding.model import Check, Vehicle  # noqa: PLC0415 - start-up time
    from vintool.vpic.files import rests_on  # noqa: PLC0415

    model = Check if _is_check(fields) else Vehicle
    return model.model_validate(fields | rests_on(), from_attributes=True)


def _single(vins: Sequence[str]) -> bool:
    """Whether one VIN was given as such, not a list of them."""
    return len(vins) == 1 and not vins[0].startswith(("-", "@"))


for command in (screen, demo, wmi, law, data, learn):
    cli.add_command(command)


def main() -> None:
    """Entry point: anything unforeseen is exit 4, told without the data that caused it."""
    _prepare()
    from vintool.errors import DataError  # noqa: PLC0415 - start-up time

    words = language_of(sys.argv[1:])
    try:
        cli()
    except click.Abort as error:
        note(words.translate("interrupted"))
        _end(getattr(error.__cause__, "exit_code", FAILED))
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else FAILED if end.code else 0
        if isinstance(end, ReaderGone) or "pyarrow" in sys.modules or code > 128:
            _end(code)
        gc.freeze()  # the end frees all; to search it for cycles first takes a tenth of a short run
        raise
    except DataError as error:
        note(f"{words.gettext('Error:')} {words.translate(f'reference data: {error}')}")
        _end(UNREADABLE)
    except Exception as error:  # noqa: BLE001 - the last door
        from traceback import extract_tb  # noqa: PLC0415 - start-up time

        *_, at = extract_tb(error.__traceback__)
        if isinstance(error, OSError) and at.name == click.echo.__name__:  # help, or the version
            show(unwritable(error), words)
            _end(UNREADABLE)
        more = "".join(getattr(error, "__notes__", ()))
        kind, place = type(error).__name__, f"{Path(at.filename).name}:{at.lineno}"
        what = words.translate(f"internal error, {kind} at {place}; please report this line")
        note(f"{words.gettext('Error:')} {what}{words.translate(more)}.")
        _end(INTERNAL)


def _prepare() -> None:
    """Be ready for signals, and for a stdout that holds few characters."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(signum) != signal.SIG_IGN:  # as of a job in the background
            signal.signal(signum, stop)
    if isinstance(sys.stdout, TextIOWrapper):
        # In a code page what it cannot hold is shown by number, as Python does it on stderr.
        sys.stdout.reconfigure(errors="backslashreplace")


def _end(code: int) -> NoReturn:
    """End at once, when all is written.

    A thread of Arrow may still let go of a file of ours, or read it. It needs the interpreter for that, and where
    the interpreter is ending in its orderly way, such a thread aborts the process (SIGABRT).
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # gone, closed, or never there
            stream.flush()
    if subprocesses := sys.modules.get("vintool.files.subprocesses"):
        subprocesses.end_all()
    remove_private_folders()
    os._exit(code)


if __name__ == "__main__":
    main()
