"""Options that several commands share."""

import os
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vintool.cli.terminal import Day, Unreadable, note
from vintool.codes import ALL_REGIMES, REGIMES, Market
from vintool.errors import DataError
from vintool.report.language import LANGUAGES, language

if TYPE_CHECKING:
    from vintool.registry.reference import Reference, ReferenceFile

#: Of the environment: 0 leaves the user's folder of data out of every command.
USER_DATA = "VINTOOL_USER_DATA"

on_day = click.option("--on", type=Day(), help="Declaration date, as 2026-03-01.")
text_or_json = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)


text_or_lists = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "jsonl", "csv"]),
    default="text",
    show_default=True,
)
market_option = click.option(
    "--market",
    type=click.Choice([market.value for market in Market]),
    help="Whose VIN rules apply; by default the WMI decides.",
)


def _known_regime(_context: click.Context, _option: click.Parameter, code: str) -> str:
    if code not in {*REGIMES, ALL_REGIMES}:
        known = ", ".join((*REGIMES, ALL_REGIMES))
        raise click.UsageError(f"no regime {code!r}; known: {known}")
    return code


regime_option = click.option(
    "--regime",
    callback=_known_regime,
    default=ALL_REGIMES,
    show_default=True,
    metavar="CODE",
    help="The licence regime, or all that are in question for a row; 'vintool law' lists them.",
)


def _lang_option(help_text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(
        "--lang",
        type=click.Choice(list(LANGUAGES)),
        default="en",
        show_default=True,
        is_eager=True,  # before the help, which is in it
        help=help_text,
    )


lang_option = _lang_option("The language of what is printed; data is the same in both.")
lang_of_page_option = _lang_option(
    "The language of what is printed and of report.html; data is the same in both."
)
vins_argument = click.argument("vins", nargs=-1, required=True, metavar="VIN... | - | @FILE")
FILE = click.Path(path_type=Path, dir_okay=False)


def with_user_data(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command rest on the packaged data and that of the user's folder, and add the option that leaves the folder out."""

    @click.option(
        "--no-user-data",
        is_flag=True,
        help=f"Leave out your own folder of data, which 'vintool data' shows; {USER_DATA}=0 does so for every command.",
    )
    @wraps(command)
    def wrapped(*args: Any, no_user_data: bool, **options: Any) -> None:
        files = options.pop("evidence", ()), options.pop("evidence_below", ())
        lang = options.get("lang", "en")
        with reference_of_command(*files, user_data=not no_user_data, lang=lang).bound():
            command(*args, **options)

    return wrapped


def with_evidence(command: Callable[..., None]) -> Callable[..., None]:
    """The same, with the options that bring in rules of the user's own while the command runs."""
    for option in (
        click.option(
            "--evidence-below",
            multiple=True,
            type=FILE,
            metavar="FILE",
            help="Rules of your own, heard where the packaged ones say nothing.",
        ),
        click.option(
            "--evidence",
            multiple=True,
            type=FILE,
            metavar="FILE",
            help="Rules of your own, heard beside the packaged ones; where they disagree the row is for review.",
        ),
    ):
        command = option(command)
    return with_user_data(command)


def reference_of_command(
    evidence: Sequence[Path] = (),
    evidence_below: Sequence[Path] = (),
    *,
    user_data: bool = True,
    lang: str = "en",
) -> "Reference":
    """The packaged data, files of the user's own, and his folder; what is heard of the folder is said on stderr.

    Raises:
        Unreadable: a file cannot be read, or is not sound.
    """
    from vintool.registry import rows  # noqa: PLC0415 - start-up time
    from vintool.registry.reference import Reference  # noqa: PLC0415

    folder = rows.user_folder() if user_data and not _user_data_is_off() else None
    try:
        reference = Reference(
            evidence, evidence_below, data=folder if folder and folder.is_dir() else None
        )
    except DataError as error:
        of_folder = folder and str(error).startswith(str(folder))
        next_step = f". Mend it, or leave {folder} out: --no-user-data, or {USER_DATA}=0"
        where = f"reference data: {error}{next_step}" if of_folder else str(error)
        raise Unreadable(where) from None
    if folder and (names := [_name(file, folder) for file in reference.files_of_folder]):
        used = f"with your own data in {folder}: {', '.join(names)} (--no-user-data leaves it out)"
        note(language(lang).translate(used))
    return reference


def _name(file: "ReferenceFile", folder: Path) -> str:
    return "vpic" if file.what == "vpic" else file.path.relative_to(folder).as_posix()


def _user_data_is_off() -> bool:
    return os.environ.get(USER_DATA, "").strip().lower() in {"0", "no", "off", "false"}
