"""Options that several commands share."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from vintool.cli.terminal import Day, Unreadable
from vintool.codes import ALL_REGIMES, REGIMES, Market
from vintool.errors import DataError
from vintool.report.language import LANGUAGES

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
lang_option = click.option(
    "--lang",
    type=click.Choice(list(LANGUAGES)),
    default="en",
    show_default=True,
    help="The language of what is printed and of report.html; data is the same in both.",
)
vins_argument = click.argument("vins", nargs=-1, required=True, metavar="VIN... | - | @FILE")
FILE = click.Path(path_type=Path, dir_okay=False)


def with_evidence(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that bring in a user's own rules, in use while the command runs."""

    @click.option(
        "--evidence",
        multiple=True,
        type=FILE,
        metavar="FILE",
        help="Rules of your own, heard beside the packaged ones; where they disagree the row is for review.",
    )
    @click.option(
        "--evidence-below",
        multiple=True,
        type=FILE,
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
            except DataError as error:
                raise Unreadable(str(error)) from None
        try:
            command(*args, **options)
        finally:
            if evidence or evidence_below:
                registry.use_evidence()

    return wrapped
